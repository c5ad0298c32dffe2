// The processor's own clock: the time stamp counter, or AArch64's virtual counter, in ticks of a constant rate.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <thread>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#endif

namespace bench {

// Nothing before it is still to be done, nothing after it has begun.
inline std::uint64_t cycles() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  _mm_lfence();
  const std::uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
#elif defined(__aarch64__)
  std::uint64_t now;
  asm volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(now)::"memory");
  return now;
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

inline double cycles_per_nanosecond() {
  static const double rate = [] {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t from = cycles();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::uint64_t to = cycles();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(to - from) / took.count();
  }();
  return rate;
}

// What two looks at the clock cost with nothing between them: the median.
inline std::uint64_t timer_cost() {
  static const std::uint64_t cost = [] {
    std::array<std::uint64_t, 10'001> taken{};
    for (std::uint64_t& one : taken) {
      const std::uint64_t from = cycles();
      one = cycles() - from;
    }
    std::nth_element(taken.begin(), taken.begin() + taken.size() / 2, taken.end());
    return taken[taken.size() / 2];
  }();
  return cost;
}

}  // namespace bench
