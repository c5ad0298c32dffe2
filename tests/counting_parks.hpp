// The policy of production, with one number more: how often a receiver has gone to sleep (which may end at once).
#pragma once

#include <atomic>
#include <cstdint>

#include <logbuf/logbuf.hpp>

namespace logbuf::test {

struct counting_parks : std_atomics {
  static inline std::atomic<std::uint64_t> parks{0};
  static bool park(parker& p, futex_word& word, std::uint32_t expected, deadline d) noexcept {
    parks.fetch_add(1, std::memory_order_relaxed);
    return std_atomics::park(p, word, expected, d);
  }
};
struct counting_parks_traits : default_traits {
  using atomics = counting_parks;
};

}  // namespace logbuf::test
