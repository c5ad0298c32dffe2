// Prefetch hints for both ends. The protocol does not depend on them. They read no shared value except one tail, which
// decides only about hints.
//
// A line that another processor wrote last costs the next writer a few hundred cycles. The producer prefetches the lines of
// its next claims while it writes the current one. (With many producers, the next exchange waits for the stores of the
// current record.) With options::consumer_prefetch, an SPSC consumer prefetches the lines of the next records, for writing,
// since it will zero them. With zeroing::by_producer it writes nothing, and prefetches nothing. Neither end prefetches lines
// that the other is about to access, since that would take them away: the producer stays below its limit, the consumer below
// a tail that it has seen. With many producers a consumer gives no hints, because a faster consumer catches up with the
// producers, and then both wait for each other's lines.
#pragma once
#ifndef LOGBUF_CORE_PREFETCH_HPP
#define LOGBUF_CORE_PREFETCH_HPP

#include <algorithm>
#include <cstdint>

#include "../platform/compiler.hpp"
#include "ring_state.hpp"

namespace logbuf::inline v0::detail {

inline constexpr std::uint32_t cache_line = 64;  // bytes; where lines are longer, some are prefetched twice

template <class Cursor, class P>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void prefetch(const Cursor& c, position_type from, std::uint32_t bytes) noexcept {
  for (std::uint32_t i = 0; i < bytes; i += cache_line) P::prefetch_for_write(c.region, c.offset(from + i));
}

// For a claim of `stride` bytes at `start`: prefetches as many bytes, prefetch_distance ahead, but a few thousand at most.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void prefetch_claims(const producer_cursor<Traits>& p, position_type start,
                                                              std::uint32_t stride) noexcept {
  using P = typename Traits::atomics;
  const position_type from = start + P::prefetch_distance;
  if (distance(from + stride, p.limit) >= 0)
    prefetch<producer_cursor<Traits>, P>(p, from, std::min(stride, 8 * P::prefetch_distance));
}

// Called when the limit has moved. Prefetches the first bytes from `start` on, which no earlier claim has prefetched.
template <class Traits>
LOGBUF_WRAPS inline void prefetch_limit(const producer_cursor<Traits>& p, position_type start) noexcept {
  using P = typename Traits::atomics;
  const auto free = std::min<std::uint64_t>(p.limit - start, P::prefetch_distance);
  prefetch<producer_cursor<Traits>, P>(p, start, static_cast<std::uint32_t>(free));
}

template <class Traits>
LOGBUF_NOINLINE void look_at_tail(consumer_cursor<Traits>& c) noexcept {
  c.looked_at = c.position;
  c.tail_seen = Traits::atomics::load(at<site::prefetch_tail>, c.ring->tail);
}

// Called when the consumer is about to read the record with this header, or has found none. Large records are left to the
// hardware prefetcher. The tail is in the producers' line, so it is loaded only once per quarter of the ring, and not while
// the consumer keeps up with the producers.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void prefetch_records(consumer_cursor<Traits>& c, header_word next) noexcept {
  using P = typename Traits::atomics;
  if constexpr (producer_clears<Traits>) return;
  if (!c.gives_hints) [[likely]] return;
  if (next == not_ready) {
    c.looked_at = c.position;
    return;
  }
  const std::uint32_t stride = stride_of<Traits::payload_alignment>(size_of(next));
  if (stride > P::prefetch_largest) return;
  const position_type from = c.position + P::prefetch_distance;
  if (distance(from + stride, c.tail_seen) >= 0) [[likely]]
    prefetch<consumer_cursor<Traits>, P>(c, from, stride);
  else if (c.position - c.looked_at >= c.capacity / 4) [[unlikely]]
    look_at_tail(c);
}

}  // namespace logbuf::detail

#endif  // LOGBUF_CORE_PREFETCH_HPP
