// A policy that counts what a sleep and a wake-up cost. What others do while a receiver sleeps is done where it would fall asleep.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <logbuf/logbuf.hpp>

#include "catch.hpp"

namespace logbuf::test {

struct counted_wakes : std_atomics {
  static inline std::function<void()> meanwhile;
  static inline unsigned sleeps = 0, wakes = 0, signals = 0, heavy_fences = 0, light_fences = 0;
  static inline int signalled = 0;
  static void start() { meanwhile = nullptr, sleeps = wakes = signals = heavy_fences = light_fences = 0, signalled = 0; }

  template <site S>
  static bool heavy_fence(site_tag<S>, bool) noexcept {
    return ++heavy_fences, true;
  }
  template <site S>
  static void light_fence(site_tag<S>, bool) noexcept {
    ++light_fences;
  }
  static bool park(parker&, futex_word&, std::uint32_t, deadline) {
    ++sleeps;
    REQUIRE(meanwhile);  // or it would sleep for ever
    std::exchange(meanwhile, nullptr)();
    return true;
  }
  static void unpark(parker&, futex_word&) noexcept { ++wakes; }
  static constexpr bool has_event_descriptors = true;
  static bool can_signal(int) noexcept { return true; }
  static void signal(int descriptor) noexcept { ++signals, signalled = descriptor; }
};
struct counted_wakes_traits : default_traits {
  using atomics = counted_wakes;
};

}  // namespace logbuf::test
