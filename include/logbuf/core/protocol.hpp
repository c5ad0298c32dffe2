// The algorithm: claim, commit, abort, poll, release. The handles include this file. The files that it includes define the
// shared words.
//
// A record is published by its header: one release store makes a zero word non-zero. The consumer zeroes what it has
// read and then moves head, which releases the bytes. (With zeroing::by_producer, a claim clears the header word behind
// it, and the consumer zeroes nothing.) ordering.hpp explains the sites.
#pragma once
#ifndef LOGBUF_CORE_PROTOCOL_HPP
#define LOGBUF_CORE_PROTOCOL_HPP

#include <algorithm>
#include <cstdint>

#include "../platform/compiler.hpp"
#include "prefetch.hpp"
#include "record.hpp"
#include "ring_state.hpp"

namespace logbuf::inline v0::detail {

// Where a record goes: at the tail, or at the start of the next lap, since a record never straddles the buffer's end.
struct placement {
  position_type start;
  position_type limit;  // the next claim need not load head if it ends here or before
  bool fits;
};

LOGBUF_WRAPS constexpr position_type end_of_lap(position_type p, std::uint64_t capacity) noexcept {
  return (p | (capacity - 1)) + 1;
}

// `spare` bytes behind the record also have to be free.
LOGBUF_WRAPS constexpr placement place(position_type tail, position_type head, std::uint64_t capacity, std::uint32_t stride,
                                       std::uint32_t spare) noexcept {
  const auto lap_end = [capacity](position_type p) { return end_of_lap(p, capacity); };
  const position_type start = stride <= lap_end(tail) - tail ? tail : lap_end(tail);
  const bool fits = start + stride + spare - head <= capacity;
  return {start, start + std::min(head + capacity - spare - start, lap_end(start) - start), fits};
}

// Publishes a skip over the bytes from the old tail to the start of the record, which are claimed but hold no record.
template <class Traits>
LOGBUF_WRAPS void publish_padding(producer_cursor<Traits>& p, position_type tail, position_type start) noexcept {
  using P = typename Traits::atomics;
  const auto bytes = static_cast<std::uint32_t>(start - tail);
  P::store_header(at<site::padding_store>, p.region, p.offset(tail), skip_word(bytes));
  p.count(count::padding_bytes, bytes);
}

// The result of the slow path of a claim. If it is not ok, nothing was changed.
struct reservation {
  position_type start = 0;
  bool ok = false;
};

// One producer, the only one that moves the tail. Wait-free.
struct spsc_claiming {
  static constexpr bool shared = false;
  template <class Traits>
  static constexpr std::uint32_t spare = producer_clears<Traits> ? Traits::payload_alignment : 0;

  template <class Traits>
  LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE static bool reserve(producer_cursor<Traits>& p, std::uint32_t stride,
                                                        position_type& start) noexcept {
    start = p.tail;
    if (stride > p.limit - start) [[unlikely]] {
      const reservation claimed = reserve_beyond_limit(p, stride);
      start = claimed.start;
      return claimed.ok;
    }
    move_tail(p, start + stride);
    clear_header(p, start + stride);
    prefetch_claims(p, start, stride);
    return true;
  }

 private:
  template <class Traits>
  LOGBUF_WRAPS LOGBUF_NOINLINE static reservation reserve_beyond_limit(producer_cursor<Traits>& p,
                                                                       std::uint32_t stride) noexcept {
    const position_type tail = p.tail;
    const position_type head = Traits::atomics::load(at<site::head_refresh>, p.ring->head);
    const placement spot = place(tail, head, p.capacity, stride, spare<Traits>);
    if (!spot.fits) return {};
    p.limit = spot.limit;
    move_tail(p, spot.start + stride);
    clear_header(p, spot.start + stride);
    if (spot.start != tail) {
      clear_header(p, spot.start);  // before the padding that leads to it
      publish_padding(p, tail, spot.start);
    }
    prefetch_limit(p, spot.start);
    return {spot.start, true};
  }

  template <class Traits>
  static void move_tail(producer_cursor<Traits>& p, position_type tail) noexcept {
    p.tail = tail;
    Traits::atomics::store(at<site::tail_publish>, p.ring->tail, tail);
  }

  // Clears the word that the consumer polls after it has passed what was claimed before it. This is done at the claim and
  // not at the commit, since claims may be committed in any order.
  template <class Traits>
  LOGBUF_ALWAYS_INLINE static void clear_header([[maybe_unused]] producer_cursor<Traits>& p,
                                                [[maybe_unused]] position_type at_position) noexcept {
    if constexpr (producer_clears<Traits>)
      Traits::atomics::store_header(at<site::clear_store>, p.region, p.offset(at_position), not_ready);
  }
};

// Many producers. The one that wins the exchange moves the tail. Lock-free.
struct mpsc_claiming {
  static constexpr bool shared = true;

  template <class Traits>
  LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE static bool reserve(producer_cursor<Traits>& p, std::uint32_t stride,
                                                        position_type& start) noexcept {
    for (;;) {
      // Others move the tail, possibly past this producer's limit, so the distance is signed.
      start = Traits::atomics::load(at<site::tail_load>, p.ring->tail);
      if (distance(start, p.limit) < std::int64_t{stride}) [[unlikely]] {
        const reservation claimed = reserve_beyond_limit(p, stride);
        start = claimed.start;
        return claimed.ok;
      }
      if (exchange_tail(p, start, start + stride)) break;
    }
    prefetch_claims(p, start, stride);
    return true;
  }

 private:
  // Loads the tail first and then the head, both with acquire. The head is then no older than the one that the claim of this
  // tail has seen, and `full` is true in some order that happens-before allows.
  template <class Traits>
  LOGBUF_WRAPS LOGBUF_NOINLINE static reservation reserve_beyond_limit(producer_cursor<Traits>& p,
                                                                       std::uint32_t stride) noexcept {
    using P = typename Traits::atomics;
    static_assert(!producer_clears<Traits>, "with many producers the consumer has to zero: use zeroing::by_consumer");
    for (;;) {
      const position_type tail = P::load(at<site::tail_reload>, p.ring->tail);
      const position_type head = P::load(at<site::head_refresh>, p.ring->head);
      // A head beyond the tail means that the tail is stale. Acquiring this head made a newer tail visible, so retry.
      if (distance(head, tail) < 0) continue;
      const placement spot = place(tail, head, p.capacity, stride, 0);
      if (!spot.fits) return {};
      if (!exchange_tail(p, tail, spot.start + stride)) continue;
      p.limit = spot.limit;  // not before the exchange: valid for tails from this claim on
      if (spot.start != tail) publish_padding(p, tail, spot.start);
      prefetch_limit(p, spot.start);
      return {spot.start, true};
    }
  }

  template <class Traits>
  static bool exchange_tail(producer_cursor<Traits>& p, position_type tail, position_type to) noexcept {
    using P = typename Traits::atomics;
    if (P::compare_exchange_weak(at<site::tail_claim>, at<site::tail_claim_lost>, p.ring->tail, tail, to)) return true;
    p.count(count::lost_exchanges);
    return false;
  }
};

// Publishes a record of `size` bytes, header included, in a claim of `claimed` bytes. Wait-free.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void commit(producer_cursor<Traits>& p, const typename Traits::atomics::region& region,
                                                     std::size_t offset, position_type start, std::uint32_t claimed,
                                                     std::uint32_t size, std::uint32_t tag) noexcept {
  using P = typename Traits::atomics;
  const std::uint32_t stride = stride_of<Traits::payload_alignment>(size);
  if (stride < claimed)
    P::store_header(at<site::remainder_store>, region, p.offset(start + stride), skip_word(claimed - stride));
  P::store_header(at<site::commit_store>, region, offset, record_word(size, tag));
  const position_type end = start + stride;
  p.committed_to = distance(p.committed_to, end) > 0 ? end : p.committed_to;
  p.count(count::records);
  p.count(count::bytes, size - header_size);
  p.ring->extension.published();
}

// Publishes the claim as a skip. The tail does not move back, not even in SPSC, because the bytes of the claim may be dirty
// and the consumer has to zero them. Wait-free.
template <class Traits>
inline void abort(producer_cursor<Traits>& p, const typename Traits::atomics::region& region, std::size_t offset,
                  std::uint32_t claimed) noexcept {
  Traits::atomics::store_header(at<site::abort_store>, region, offset, skip_word(claimed));
  p.count(count::aborts);
  p.ring->extension.published();
}

// Zeroes what was read. The bytes still belong to the consumer.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void zero_consumed(consumer_cursor<Traits>& c) noexcept {
  if constexpr (producer_clears<Traits>) {
    c.zeroed = c.position;
    return;
  }
  const std::size_t begin = c.offset(c.zeroed);
  const auto size = narrow<std::size_t>(c.position - c.zeroed);
  const std::size_t first = std::min(size, narrow<std::size_t>(c.capacity) - begin);
  Traits::atomics::zero(c.region, begin, first);
  if (first != size) [[unlikely]] Traits::atomics::zero(c.region, 0, size - first);
  c.zeroed = c.position;
}

// Out of line. After single reads, which zero their records, only skips are left. For a chunk of many records a call is cheap.
template <class Traits>
LOGBUF_NOINLINE void zero_rest(consumer_cursor<Traits>& c) noexcept {
  zero_consumed(c);
}

// The same for one record at `start`, which is contiguous, and for skips before it that are not zeroed yet.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void zero_record(consumer_cursor<Traits>& c, position_type start) noexcept {
  if constexpr (producer_clears<Traits>) {
    c.zeroed = c.position;
  } else {
    const position_type end = c.position;
    if (c.zeroed != start) [[unlikely]] return zero_rest(c);
    c.zeroed = end;
    Traits::atomics::zero(c.region, c.offset(start), narrow<std::size_t>(end - start));
  }
}

// Releases everything that was read: first zeroes what is not zeroed yet, then moves head. Wait-free.
template <class Traits>
inline void release(consumer_cursor<Traits>& c) noexcept {
  if (c.position == c.released) return;
  if (c.position != c.zeroed) [[unlikely]] zero_rest(c);
  c.released = c.position;
  Traits::atomics::store(at<site::head_publish>, c.ring->head, c.position);
}

template <class Traits>
void note_high_water([[maybe_unused]] consumer_cursor<Traits>& c) noexcept {
  if constexpr (Traits::statistics::enabled) {
    if (c.ring == nullptr) return;
    const std::int64_t used = distance(c.released, Traits::atomics::load(at<site::occupancy_tail>, c.ring->tail));
    constexpr auto mark = static_cast<std::size_t>(read_count::high_water);
    if (used > static_cast<std::int64_t>(c.counts->get(mark))) c.counts->set(mark, static_cast<std::uint64_t>(used));
  }
}

// Called when the consumer has read a whole lap. The next header word is then the first one that it read, which may not be
// zeroed yet, so this releases the lap. Returns false for a cursor without a ring, whose capacity is 0.
template <class Traits>
LOGBUF_COLD bool release_before_look(consumer_cursor<Traits>& c) noexcept {
  if (c.ring == nullptr) return false;
  release(c);
  return true;
}

// For a checked ring: whether a producer can have published this header here. The claim of a record moves the tail before
// the header is published, so the record ends at or before the tail, and thus within the bytes that are not released.
template <class Traits>
LOGBUF_WRAPS bool is_sound(const consumer_cursor<Traits>& c, header_word word) noexcept {
  const std::uint32_t size = size_of(word);
  const std::uint32_t stride = stride_of<Traits::payload_alignment>(size);
  const position_type tail = Traits::atomics::load(at<site::check_tail>, c.ring->tail);
  return size >= header_size && stride <= c.capacity - c.offset(c.position) &&
         distance(c.position + stride, tail) >= 0 && (is_skip(word) || stride <= c.capacity / 2);
}

// Returns the header of the next record, or not_ready. Passes over the skips before it. Wait-free except for the skips.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline header_word poll(consumer_cursor<Traits>& c) noexcept {
  note_high_water(c);
  if constexpr (Traits::checked)
    if (c.is_corrupt) return not_ready;
  for (;;) {
    if (c.position - c.released == c.capacity) [[unlikely]]
      if (!release_before_look(c)) return not_ready;
    const header_word word = Traits::atomics::load_header(at<site::header_poll>, c.region, c.offset(c.position));
    if constexpr (Traits::checked) {
      if (word == not_ready) return word;
      c.is_corrupt = !is_sound(c, word);
      if (c.is_corrupt) [[unlikely]] return not_ready;
    }
    if (!is_skip(word)) [[likely]] return word;
    c.position += stride_of<Traits::payload_alignment>(size_of(word));
  }
}

// Moves past the record with this header. zero_consumed and release follow later, for one record or for many.
template <class Traits>
LOGBUF_WRAPS inline void advance(consumer_cursor<Traits>& c, header_word word) noexcept {
  c.position += stride_of<Traits::payload_alignment>(size_of(word));
  c.count(read_count::records);
  c.count(read_count::bytes, size_of(word) - header_size);
}

// The bytes in use. Approximate, since both words may move between the two loads.
template <class Traits>
std::uint64_t occupancy(const ring_state<Traits>& ring) noexcept {
  using P = typename Traits::atomics;
  const position_type head = P::load(at<site::occupancy_head>, ring.head);
  const std::int64_t used = distance(head, P::load(at<site::occupancy_tail>, ring.tail));
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(used, 0)), ring.capacity);
}

}  // namespace logbuf::detail

#endif  // LOGBUF_CORE_PROTOCOL_HPP
