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
    if (distance(start + stride, p.near) < 0) [[unlikely]] {
      const reservation claimed = reserve_beyond_near(p, stride);
      start = claimed.start;
      return claimed.ok;
    }
    move_tail(p, start + stride);
    clear_header(p, start + stride);
    return true;
  }

 private:
  template <class Traits>
  LOGBUF_WRAPS LOGBUF_NOINLINE static reservation reserve_beyond_near(producer_cursor<Traits>& p,
                                                                      std::uint32_t stride) noexcept {
    const position_type tail = p.tail;
    if (distance(tail + stride, p.limit) >= 0) {
      move_tail(p, tail + stride);
      clear_header(p, tail + stride);
      prefetch_claims(p, tail, tail + stride);
      return {tail, true};
    }
    const position_type head = Traits::atomics::load(at<site::head_refresh>, p.ring->head);
    const placement spot = place(tail, head, p.capacity(), stride, spare<Traits>);
    if (!spot.fits) return {};
    p.limit = spot.limit;
    move_tail(p, spot.start + stride);
    clear_header(p, spot.start + stride);
    if (spot.start != tail) {
      clear_header(p, spot.start);  // before the padding that leads to it
      publish_padding(p, tail, spot.start);
    }
    prefetch_limit(p, spot.start, spot.start + stride);
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
      if (distance(start + stride, p.near) < 0) [[unlikely]] {
        const reservation claimed = reserve_beyond_near(p, start, stride);
        start = claimed.start;
        return claimed.ok;
      }
      if (exchange_tail(p, start, start + stride)) return true;
    }
  }

 private:
  template <class Traits>
  LOGBUF_WRAPS LOGBUF_NOINLINE static reservation reserve_beyond_near(producer_cursor<Traits>& p, position_type start,
                                                                      std::uint32_t stride) noexcept {
    for (;; start = Traits::atomics::load(at<site::tail_load>, p.ring->tail)) {
      if (distance(start + stride, p.limit) < 0) return reserve_beyond_limit(p, stride);
      if (exchange_tail(p, start, start + stride)) break;
    }
    prefetch_claims(p, start, start + stride);
    return {start, true};
  }

  // Loads the tail first and then the head, both with acquire. The head is then no older than the one that the claim of this
  // tail has seen, and `full` is true in some order that happens-before allows.
  template <class Traits>
  LOGBUF_WRAPS static reservation reserve_beyond_limit(producer_cursor<Traits>& p, std::uint32_t stride) noexcept {
    using P = typename Traits::atomics;
    static_assert(!producer_clears<Traits>, "with many producers the consumer has to zero: use zeroing::by_consumer");
    for (;;) {
      const position_type tail = P::load(at<site::tail_reload>, p.ring->tail);
      const position_type head = P::load(at<site::head_refresh>, p.ring->head);
      // A head beyond the tail means that the tail is stale. Acquiring this head made a newer tail visible, so retry.
      if (distance(head, tail) < 0) continue;
      const placement spot = place(tail, head, p.capacity(), stride, 0);
      if (!spot.fits) return {};
      if (!exchange_tail(p, tail, spot.start + stride)) continue;
      p.limit = spot.limit;  // not before the exchange: valid for tails from this claim on
      if (spot.start != tail) publish_padding(p, tail, spot.start);
      prefetch_limit(p, spot.start, spot.start + stride);
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

// Publishes what is in the first `used` bytes of a claim: a record with this header, or several, of which it is the first
// one's. Returns where they end. Wait-free.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline position_type publish(producer_cursor<Traits>& p,
                                                               const typename Traits::atomics::region& region,
                                                               std::size_t offset, position_type start, std::uint32_t claimed,
                                                               std::uint32_t used, header_word first) noexcept {
  using P = typename Traits::atomics;
  if (used < claimed) P::store_header(at<site::remainder_store>, region, p.offset(start + used), skip_word(claimed - used));
  P::store_header(at<site::commit_store>, region, offset, first);
  p.ring->extension.published();
  return start + used;
}

// Publishes a record of `size` bytes, header included.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline position_type commit(producer_cursor<Traits>& p, const typename Traits::atomics::region& region,
                                                 std::size_t offset, position_type start, std::uint32_t claimed,
                                                 std::uint32_t size, std::uint32_t tag) noexcept {
  p.count(count::records);
  p.count(count::bytes, size - header_size);
  return publish(p, region, offset, start, claimed, stride_of<Traits::payload_alignment>(size), record_word(size, tag));
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

template <class Traits>
LOGBUF_ALWAYS_INLINE inline void publish_head(consumer_cursor<Traits>& c, position_type position) noexcept {
  c.released = position;
  Traits::atomics::store(at<site::head_publish>, c.ring->head, position);
}

// Releases everything that was passed. Wait-free.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline void release(consumer_cursor<Traits>& c) noexcept {
  if (c.position != c.released) publish_head(c, c.position);
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

// For a checked ring: whether a producer can have published this header here. The claim of a record moves the tail before
// the header is published, so the record ends at or before the tail, and thus within the bytes that are not released.
template <class Traits>
LOGBUF_WRAPS bool is_sound(const consumer_cursor<Traits>& c, header_word word) noexcept {
  const std::uint32_t size = size_of(word);
  const std::uint32_t stride = stride_of<Traits::payload_alignment>(size);
  const position_type tail = Traits::atomics::load(at<site::check_tail>, c.ring->tail);
  return size >= header_size && stride <= c.capacity() - c.offset(c.position) &&
         distance(c.position + stride, tail) >= 0 && (is_skip(word) || stride <= c.capacity() / 2);
}

// Zeroes a record or a skip that was passed. The bytes still belong to the consumer until release.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline void zero_passed([[maybe_unused]] const typename Traits::atomics::region& region,
                                             [[maybe_unused]] std::size_t offset,
                                             [[maybe_unused]] std::uint32_t stride) noexcept {
  if constexpr (!producer_clears<Traits>) Traits::atomics::zero(region, offset, stride);
}

// What a poll found at the consumer's position: the header of a record, or not_ready. By value, since the bytes of a record and
// the header's acquire would otherwise make the compiler load the cursor again.
template <class Traits>
struct found {
  typename Traits::atomics::region region{};
  position_type position = 0;
  std::size_t offset = 0;
  header_word word = not_ready;
};

template <class Traits>
LOGBUF_ALWAYS_INLINE inline found<Traits> found_at_position(const consumer_cursor<Traits>& c, header_word word) noexcept {
  return {c.region, c.position, c.offset(c.position), word};
}

// Loads the header at the consumer's position, whose offset this is. In a checked ring, a bad header counts as none.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline header_word load_header(consumer_cursor<Traits>& c, const typename Traits::atomics::region& region,
                                                    std::size_t offset) noexcept {
  if constexpr (Traits::checked)
    if (c.is_corrupt) return not_ready;
  const header_word word = Traits::atomics::load_header(at<site::header_poll>, region, offset);
  if constexpr (Traits::checked) {
    c.is_corrupt = word != not_ready && !is_sound(c, word);
    if (c.is_corrupt) [[unlikely]] return not_ready;
  }
  return word;
}

// Passes over the skip with this header, and over those behind it. Returns the header that comes next.
template <class Traits>
LOGBUF_WRAPS LOGBUF_NOINLINE header_word pass_skips(consumer_cursor<Traits>& c, header_word word) noexcept {
  do {
    const std::uint32_t stride = stride_of<Traits::payload_alignment>(size_of(word));
    zero_passed<Traits>(c.region, c.offset(c.position), stride);
    c.position += stride;
    word = load_header(c, c.region, c.offset(c.position));
  } while (is_skip(word));
  return word;
}

// Finds the next record. Passes over the skips before it. Wait-free except for the skips.
//
// At most one lap is passed and not released. The header word behind it is zero all the same: the consumer has zeroed it. (With
// zeroing::by_producer, a claim leaves the word behind it free, and clears it.)
template <class Traits>
LOGBUF_ALWAYS_INLINE inline found<Traits> poll(consumer_cursor<Traits>& c) noexcept {
  note_high_water(c);
  const auto region = c.region;
  position_type position = c.position;
  std::size_t offset = c.offset(position);
  header_word word = load_header(c, region, offset);
  if (!is_record(word) && is_skip(word)) [[unlikely]] {
    word = pass_skips(c, word);
    position = c.position;
    offset = c.offset(position);
  }
  return {region, position, offset, word};
}

// Moves past this record, and zeroes it. Returns the position behind it. release follows later, for one record or for many.
template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline position_type advance(consumer_cursor<Traits>& c,
                                                               const found<Traits>& record) noexcept {
  const std::uint32_t size = static_cast<std::uint32_t>(record.word), stride = stride_of<Traits::payload_alignment>(size);
  const position_type end = record.position + stride;
  c.position = end;
  zero_passed<Traits>(record.region, record.offset, stride);
  c.count(read_count::records);
  c.count(read_count::bytes, size - header_size);
  return end;
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
