// The state of the machine, beside each cell: how long one bare cache line takes from one processor to another. On a virtual
// machine that time changes within minutes, by a factor of five, and every ring changes with it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "processors.hpp"

namespace bench {

// Nanoseconds, one way, between the processors of a consumer and of its first producer; 0 where there is only one. The median
// of short series, some milliseconds of them but never fewer than five, since either thread may lose its processor for a while.
inline double line_latency() {
  const std::vector<int>& cpus = processors();
  if (cpus.size() < 2) return 0;
  using clock = std::chrono::steady_clock;
  constexpr unsigned fewest = 5, most = 80, trips = 250;
  constexpr std::chrono::milliseconds longest{5};
  constexpr std::uint32_t over = 1;  // never a turn: those of one side are even, those of the other odd and above
  struct alignas(128) {
    std::atomic<std::uint32_t> turn{0};
  } word;
  std::vector<double> taken;
  taken.reserve(most);
  std::thread other([&] {
    pin(cpus[1]);
    for (std::uint32_t last = 0;;) {
      const std::uint32_t turn = word.turn.load(std::memory_order_acquire);
      if (turn == over) return;
      if (turn == last) continue;
      last = turn + 1;
      word.turn.store(last, std::memory_order_release);
    }
  });
  std::thread one([&] {
    pin(cpus[0]);
    const clock::time_point begin = clock::now();
    std::uint32_t turn = 0;
    for (clock::time_point now = begin; taken.size() < fewest || (taken.size() < most && now - begin < longest);) {
      for (unsigned i = 0; i != trips; ++i) {
        turn += 2;
        word.turn.store(turn, std::memory_order_release);
        while (word.turn.load(std::memory_order_acquire) != turn + 1) {}
      }
      const clock::time_point then = std::exchange(now, clock::now());
      taken.push_back(std::chrono::duration<double, std::nano>(now - then).count() / (2 * trips));
    }
    word.turn.store(over, std::memory_order_release);
  });
  one.join();
  other.join();
  const auto middle = taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2);
  std::nth_element(taken.begin(), middle, taken.end());
  return *middle;
}

}  // namespace bench
