// Hints to the cache, ahead of both ends. Nothing of the protocol depends on them: they read no value but one tail, and
// that decides about hints alone.
//
// A line that another processor wrote last costs the next writer some hundred cycles. The producer asks for the lines of
// its next claims while it writes this one (with many producers the next exchange waits for these stores). The consumer of
// an SPSC ring asks, if options::consumer_prefetch says so, for the lines of the next records, for write, since it will zero
// them; with zeroing::by_producer it writes nothing, and asks for nothing. Neither asks for what the other is about to touch,
// which would take it away: the producer stays below its limit, the consumer below a tail that it has seen. With many
// producers a consumer gives no hints: where it is faster it comes to their heels, and both wait for each other's lines.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../platform/compiler.hpp"
#include "ring_state.hpp"

namespace logbuf::inline v0::detail {

inline constexpr std::uint32_t cache_line = 64;  // bytes; where lines are longer, some hints are given twice

template <class Cursor, class P>
LOGBUF_ALWAYS_INLINE inline void prefetch(const Cursor& c, position_type from, std::uint32_t bytes) noexcept {
  for (std::uint32_t i = 0; i < bytes; i += cache_line) P::prefetch_for_write(c.region, c.offset(from + i));
}

// A claim of `stride` bytes at `start`: as many bytes that lie prefetch_distance behind it, a few thousand at most.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline void prefetch_claims(const producer_cursor<Traits>& p, position_type start,
                                                 std::uint32_t stride) noexcept {
  using P = typename Traits::atomics;
  const position_type from = start + P::prefetch_distance;
  if (distance(from + stride, p.limit) >= 0)
    prefetch<producer_cursor<Traits>, P>(p, from, std::min(stride, 8 * P::prefetch_distance));
}

// The limit has moved: the first bytes behind `start`, which no claim before has asked for.
template <class Traits>
inline void prefetch_limit(const producer_cursor<Traits>& p, position_type start) noexcept {
  using P = typename Traits::atomics;
  const auto free = std::min<std::uint64_t>(p.limit - start, P::prefetch_distance);
  prefetch<producer_cursor<Traits>, P>(p, start, static_cast<std::uint32_t>(free));
}

template <class Traits>
LOGBUF_NOINLINE void look_at_tail(consumer_cursor<Traits>& c) noexcept {
  c.looked_at = c.position;
  c.tail_seen = Traits::atomics::load(at<site::prefetch_tail>, c.ring->tail);
}

// The consumer is about to read the record of this header, or has found none. Large records are left to the processor's
// own prefetching. The tail is the producers' line: it is looked at once in a quarter of the ring, and not while the
// consumer keeps up with them.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline void prefetch_records(consumer_cursor<Traits>& c, header_word next) noexcept {
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
