// How long a consumer that has found nothing rests before it polls again.
//
// A consumer that polls again at once contends with the producer. The header that it polls is in a line that the producer
// is writing, and each record costs both of them a transfer of that line. A consumer that rests finds many records at its
// next poll, and both ends work undisturbed. So if there were records after a rest, the rest is doubled, as long as that
// pays. If there were none, the rest is reset to one spin hint, so that a consumer polls at once where records are rare. If there
// were few for the time, it is halved: a slow flow is not worth waiting for.
#pragma once
#ifndef LOGBUF_CORE_REST_HPP
#define LOGBUF_CORE_REST_HPP

#include <algorithm>
#include <cstdint>

#include "../platform/compiler.hpp"
#include "ring_state.hpp"

namespace logbuf::inline v0::detail {

inline constexpr std::uint32_t worth_a_hint = 4;  // bytes that have to come for each spin hint of a rest

// Returns the next rest, in spin hints. A ring that was read more than twice over since the last rest is small: a long rest
// lets it fill up, and the producers wait. So the rest is halved.
constexpr std::uint32_t next_rest(std::uint32_t rest, std::uint64_t consumed, std::uint64_t capacity,
                                  std::uint16_t longest) noexcept {
  if (consumed == 0) return 1;
  if (consumed > 2 * capacity || consumed < std::uint64_t{worth_a_hint} * rest) return std::max(rest / 2, 1u);
  return consumed < capacity / 2 ? std::min<std::uint32_t>(2 * rest, longest) : rest;
}

// Rests after a poll that found nothing. Bounded; accesses no shared memory.
template <class Traits>
LOGBUF_WRAPS void rest(consumer_cursor<Traits>& c) noexcept {
  using P = typename Traits::atomics;
  c.rest = static_cast<std::uint16_t>(next_rest(c.rest, c.position - c.rested_at, c.capacity(), P::longest_rest));
  c.rested_at = c.position;
  for (unsigned i = 0; i != c.rest; ++i) P::spin_hint();
}

}  // namespace logbuf::detail

#endif  // LOGBUF_CORE_REST_HPP
