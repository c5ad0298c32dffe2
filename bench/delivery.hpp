// That a ring delivers: small records of every length, each byte of them known, over many laps. The throughput only adds up
// what it reads. Names are delivery/spsc or mpsc/PRODUCERS/CARRIES/RING/READS; nothing is measured.
#pragma once

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "processors.hpp"
#include "registry.hpp"
#include "throughput.hpp"

namespace bench {

// Who sent it, which one it is, and bytes that follow from both.
class known_record {
 public:
  static constexpr std::size_t least = 8, largest = 200;

  known_record(std::uint32_t producer, std::uint32_t number) noexcept
      : size_(least + (number * 2'654'435'761u >> 16) % (largest - least + 1)) {
    std::memcpy(bytes_, &producer, sizeof producer);
    std::memcpy(bytes_ + sizeof producer, &number, sizeof number);
    for (std::size_t i = least; i < size_; ++i) bytes_[i] = static_cast<std::byte>(producer * 101 + number * 7 + i);
  }
  const std::byte* data() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return size_; }
  bool is(const std::byte* at, std::size_t size) const noexcept { return size == size_ && std::memcmp(at, bytes_, size) == 0; }

  static std::uint32_t producer_of(const std::byte* at) noexcept {
    std::uint32_t producer;
    std::memcpy(&producer, at, sizeof producer);
    return producer;
  }

 private:
  std::size_t size_;
  std::byte bytes_[largest];
};

inline constexpr std::uint64_t delivery_capacity = 64u << 10;

// Each producer's records come in its order, each once, and nothing comes after the last.
template <class Ring>
void deliver(benchmark::State& state, unsigned producers) {
  constexpr std::uint32_t each = 30'000;
  constexpr std::chrono::seconds patience{20};
  for (auto _ : state) {
    const auto ring = std::make_unique<Ring>(shape{delivery_capacity, known_record::largest, producers});
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (unsigned p = 0; p != producers; ++p)
      threads.emplace_back([&, p] {
        typename Ring::writer writer(*ring);
        waiting pause(true);
        for (std::uint32_t i = 0; i != each; ++i) {
          const known_record record(p, i);
          while (!writer.write(record.data(), record.size())) {
            if (stop.load(std::memory_order_relaxed)) return;
            pause.wait();
          }
        }
        if constexpr (requires { writer.flush(); }) writer.flush();
        while (!stop.load(std::memory_order_relaxed)) std::this_thread::yield();  // its end of the ring lives on
      });
    typename Ring::reader reader(*ring);
    waiting pause(true);
    std::vector<std::uint32_t> next(producers);
    bool wrong = false;
    std::uint64_t read = 0;
    const auto look = [&] {
      const std::size_t n = reader.read([&](const std::byte* at, std::size_t size) {
        const std::uint32_t producer = size < known_record::least ? producers : known_record::producer_of(at);
        wrong = wrong || producer >= producers || !known_record(producer, next[producer]++).is(at, size);
      });
      read += n;
      if (n == 0) pause.wait();
    };
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!wrong && read < std::uint64_t{each} * producers && std::chrono::steady_clock::now() < until) look();
    for (int i = 0; i != 100 && !wrong; ++i) look();
    stop.store(true, std::memory_order_relaxed);
    for (std::thread& t : threads) t.join();
    if (wrong || read != std::uint64_t{each} * producers) {
      const std::string what = wrong ? ": lost, changed or out of order" : ": too few came";
      return state.SkipWithError(("record " + std::to_string(read) + what).c_str());
    }
  }
}

template <class Ring>
void add_delivery(const char* kind, unsigned producers) {
  const std::string row = std::string("delivery/") + kind + '/' + std::to_string(producers);
  const std::string name = row + (Ring::variable ? "/variable/" : "/slots/") + Ring::name + '/' + Ring::reads;
  cells().push_back({row, name, [producers](benchmark::State& state) { deliver<Ring>(state, producers); }, 1, false});
}

}  // namespace bench
