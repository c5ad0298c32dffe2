// An atomics policy whose time is the test's own: nothing sleeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "catch.hpp"
#include "rings.hpp"

namespace logbuf::test {

using namespace std::chrono_literals;

// A clock that the test sets. Who waits sleeps until the deadline at once; who waits without one is given what `meanwhile` does.
struct own_time : std_atomics {
  using time_point = std::chrono::steady_clock::time_point;
  struct clock {
    static inline time_point time{};
    static time_point now() noexcept { return time; }
  };
  static inline std::function<void()> meanwhile;
  static inline time_point slept_until{};

  static void start(time_point at = time_point(1000s)) { clock::time = at, slept_until = {}, meanwhile = nullptr; }
  static void pass(time_point d) {
    slept_until = d;
    if (d != time_point::max()) clock::time = d;
    else if (meanwhile) meanwhile();
    else FAIL("waits for ever, and nobody comes");
  }
  static bool expired(time_point d) noexcept {
    if (d != time_point::max() && clock::time >= d) return true;
    slept_until = d;
    return false;
  }
  static bool park(parker&, futex_word&, std::uint32_t, time_point d) { return pass(d), true; }
  static void spin_hint() { pass(slept_until); }
};
struct own_time_traits : default_traits {
  using atomics = own_time;
};

inline constexpr auto forever = own_time::time_point::max();

}  // namespace logbuf::test
