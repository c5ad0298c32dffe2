// How long a consumer that has found nothing rests before it polls again.
//
// A consumer that polls again at once contends with the producer: the header that it polls is in a line that the producer
// is writing, and each record costs both a transfer of that line. One that rests finds many records at its next poll, and
// both ends work undisturbed. So a rest that found something is doubled, as long as that pays. One that found nothing is
// set back to one spin hint: where records are rare, the consumer polls at once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ring_state.hpp"

namespace logbuf::inline v0::detail {

// In spin hints. A ring that was read twice over since the last rest is small: a long rest fills it, and the producers wait.
constexpr std::uint32_t next_rest(std::uint32_t rest, std::uint64_t consumed, std::uint64_t capacity,
                                  std::uint16_t longest) noexcept {
  if (consumed == 0) return 1;
  if (consumed > 2 * capacity) return std::max(rest / 2, 1u);
  return consumed < capacity / 2 ? std::min<std::uint32_t>(2 * rest, longest) : rest;
}

// After a poll that found nothing. Bounded; accesses no shared memory.
template <class Traits>
void rest(consumer_cursor<Traits>& c) noexcept {
  using P = typename Traits::atomics;
  c.rest = static_cast<std::uint16_t>(next_rest(c.rest, c.position - c.rested_at, c.capacity, P::longest_rest));
  c.rested_at = c.position;
  for (unsigned i = 0; i != c.rest; ++i) P::spin_hint();
}

}  // namespace logbuf::detail
