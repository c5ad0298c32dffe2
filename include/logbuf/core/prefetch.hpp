// Prefetch hints for both ends. The protocol does not depend on them. They read no shared value except one tail, which
// decides only about hints.
//
// A line that another processor wrote last costs the next writer a few hundred cycles. The producer prefetches the lines of
// later claims while it writes the current one. (With many producers, the next exchange waits for the stores of the current
// record.) It does so once for each window of a kilobyte, and not for each record: the hints are off the fast path, whose limit
// is the end of the window.
//
// With options::consumer_prefetch, an SPSC consumer prefetches the lines of the next records, for writing, since it will zero
// them. With zeroing::by_producer it writes nothing, and prefetches nothing. Neither end prefetches lines that the other is
// about to access, since that would take them away: the producer stays below its limit, the consumer below a tail that it has
// seen. With many producers a consumer gives no hints, because a faster consumer catches up with the producers, and then both
// wait for each other's lines.
#pragma once
#ifndef LOGBUF_CORE_PREFETCH_HPP
#define LOGBUF_CORE_PREFETCH_HPP

#include <algorithm>
#include <cstdint>

#include "../platform/compiler.hpp"
#include "ring_state.hpp"

namespace logbuf::inline v0::detail {

inline constexpr std::uint32_t cache_line = 64;  // bytes; where lines are longer, some are prefetched twice

// The claim with the first byte of a window prefetches the window after it. Of many producers only one has that claim, so no
// line is prefetched twice.
template <class Traits>
constexpr position_type window_of(position_type p) noexcept {
  return p & ~position_type{Traits::atomics::prefetch_distance - 1};
}

// Prefetches the bytes in [from, to) that are before the limit: a few thousand at most, the last ones.
template <class Traits>
LOGBUF_WRAPS inline void prefetch_window(const producer_cursor<Traits>& p, position_type from, position_type to) noexcept {
  using P = typename Traits::atomics;
  constexpr std::int64_t most = 8 * P::prefetch_distance;
  constexpr std::uint32_t group = 4 * cache_line;
  if (distance(to, p.limit) < 0) to = p.limit;
  std::int64_t bytes = std::min(distance(from, to), most);
  if (bytes <= 0) return;
  const auto region = p.region;
  std::size_t offset = p.offset(to - static_cast<std::uint64_t>(bytes));  // contiguous: the limit is at most the lap's end
  for (; bytes >= group; bytes -= group, offset += group)
    for (std::uint32_t i = 0; i != 4; ++i) P::prefetch_for_write(region, offset + i * cache_line);
  for (; bytes > 0; bytes -= cache_line, offset += cache_line) P::prefetch_for_write(region, offset);
}

// Behind a claim that ends at `end`, later ones are fast up to the end of its last window. Returns where that window starts.
template <class Traits>
LOGBUF_WRAPS inline position_type set_near(producer_cursor<Traits>& p, position_type end) noexcept {
  const position_type last = window_of<Traits>(end - 1), next = last + Traits::atomics::prefetch_distance;
  p.near = distance(next, p.limit) < 0 ? p.limit : next;
  return last;
}

// For a claim of [start, end) that ends beyond `near`, and before the limit.
template <class Traits>
LOGBUF_WRAPS inline void prefetch_claims(producer_cursor<Traits>& p, position_type start, position_type end) noexcept {
  constexpr std::uint32_t window = Traits::atomics::prefetch_distance;
  const position_type last = set_near(p, end);
  prefetch_window(p, window_of<Traits>(start + (window - 1)) + window, last + 2 * window);
}

// For a claim of [start, end) that has moved the limit: no earlier claim has prefetched what comes after its start.
template <class Traits>
LOGBUF_WRAPS inline void prefetch_limit(producer_cursor<Traits>& p, position_type start, position_type end) noexcept {
  prefetch_window(p, start, set_near(p, end) + 2 * Traits::atomics::prefetch_distance);
}

template <class Traits>
LOGBUF_NOINLINE void look_at_tail(consumer_cursor<Traits>& c) noexcept {
  c.looked_at = c.position;
  c.tail_seen = Traits::atomics::load(at<site::prefetch_tail>, c.ring->tail);
}

// For a consumer that gives hints: called when it is about to read the record with this header, or has found none (not_ready).
// Large records are left to the hardware prefetcher. The tail is in the producers' line, so it is loaded only once per quarter
// of the ring, and not while the consumer keeps up with the producers.
template <class Traits>
LOGBUF_WRAPS inline void prefetch_records(consumer_cursor<Traits>& c, header_word next) noexcept {
  using P = typename Traits::atomics;
  if (next == not_ready) {
    c.looked_at = c.position;
    return;
  }
  const std::uint32_t stride = stride_of<Traits::payload_alignment>(size_of(next));
  if (stride > P::prefetch_largest) return;
  const position_type from = c.position + P::prefetch_distance;
  if (distance(from + stride, c.tail_seen) >= 0) [[likely]]
    for (std::uint32_t i = 0; i < stride; i += cache_line) P::prefetch_for_write(c.region, c.offset(from + i));
  else if (c.position - c.looked_at >= c.capacity() / 4) [[unlikely]]
    look_at_tail(c);
}

}  // namespace logbuf::detail

#endif  // LOGBUF_CORE_PREFETCH_HPP
