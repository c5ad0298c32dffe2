// Lifetime: the ends and their open claims keep the ring alive. Only the ends of claims are on a hot path.
#pragma once
#ifndef LOGBUF_ENDS_LIFE_HPP
#define LOGBUF_ENDS_LIFE_HPP

#include <cstdint>
#include <new>

#include "../core/protocol.hpp"
#include "../platform/compiler.hpp"

namespace logbuf::inline v0::detail {

template <class Traits>
void drop_owner(ring_state<Traits>* ring) noexcept {
  if (Traits::atomics::fetch_sub(at<site::owner_drop>, ring->owners, 1u) == 1) platform::delete_counted(ring);
}

// A cursor on the heap, with its counters. Its handle and its open claims keep it alive.
template <class Traits>
struct alignas(line_pair) producer_core : producer_cursor<Traits> {
  explicit producer_core(ring_state<Traits>& r) noexcept {
    using P = typename Traits::atomics;
    this->ring = &r;
    this->region = typename P::region(r.buffer);
    this->mask = r.capacity - 1;
    this->payload_end = max_payload(r.capacity, Traits::payload_alignment) + 1;
    // No known space, so the first claim loads head.
    this->tail = this->near = this->limit = P::load(at<site::occupancy_tail>, r.tail);
    this->committed_to = P::load(at<site::occupancy_head>, r.head);        // it has nothing to flush yet
    if constexpr (Traits::statistics::enabled) this->counts = &counters_;
  }

  LOGBUF_COLD void retire() noexcept {
    if constexpr (Traits::statistics::enabled) detail::retire(this->ring->retired, counters_);
    drop_owner(this->ring);
    platform::delete_counted(this);
  }

 private:
  LOGBUF_NO_UNIQUE_ADDRESS counters_of<Traits, producer_counts> counters_{};
};

template <class Traits>
struct alignas(line_pair) consumer_core : consumer_cursor<Traits> {
  consumer_core(ring_state<Traits>& r, std::uint64_t release_threshold, bool hints) noexcept {
    using P = typename Traits::atomics;
    this->ring = &r;
    this->region = typename P::region(r.buffer);
    this->mask = r.capacity - 1;
    this->threshold = release_threshold;
    this->gives_hints = hints && !producer_clears<Traits>;
    this->near = this->gives_hints ? 0 : release_threshold;
    this->position = this->released = this->tail_seen = this->looked_at =
        P::load(at<site::occupancy_head>, r.head);
    if constexpr (Traits::statistics::enabled) this->counts = &counters_;
  }

  LOGBUF_COLD void retire() noexcept {
    release(*this);
    Traits::atomics::store(at<site::consumer_leave>, this->ring->consumer_left, 1u);
    drop_owner(this->ring);
    platform::delete_counted(this);
  }

 private:
  LOGBUF_NO_UNIQUE_ADDRESS counters_of<Traits, consumer_counts> counters_{};
};

// The cursors of ends without a ring. Never written. Constant-initialised, so that an end without a ring is usable from
// the first instruction of a program on, before any global object is made.
template <class Traits>
LOGBUF_HIDDEN inline producer_cursor<Traits> no_producer{};
template <class Traits>
LOGBUF_HIDDEN inline consumer_cursor<Traits> no_consumer{};

// producer_cursor::open is the number of open claims, and these flags. Without an open claim it is 0.
inline constexpr std::uint32_t handle_is_gone = 1u << 31;  // the claim that ends last frees the cursor
inline constexpr std::uint32_t out_of_order = 1u << 30;    // a claim was committed while another one was open
inline constexpr std::uint32_t claims_open = out_of_order - 1;

// After a claim has ended.
template <class Traits>
void settle(producer_cursor<Traits>& p) noexcept {
  if ((p.open & claims_open) != 0) return;
  if ((p.open & handle_is_gone) != 0) static_cast<producer_core<Traits>&>(p).retire();
  else p.open = 0;
}

template <class Traits>
LOGBUF_NOINLINE void end_one_of_many(producer_cursor<Traits>& p, position_type end) noexcept {
  if (distance(p.committed_to, end) > 0) p.committed_to = end;
  p.open |= out_of_order;
  settle(p);
}

// Ends a claim whose record ends at `end`. Of claims that were never open together, the later one ends behind the others.
template <class Traits>
LOGBUF_ALWAYS_INLINE inline void end_committed(producer_cursor<Traits>& p, position_type end) noexcept {
  if (--p.open != 0) [[unlikely]] return end_one_of_many(p, end);
  p.committed_to = end;
}

// Called once, when the handle is destroyed or assigned to.
template <class Traits>
void end_handle(producer_cursor<Traits>& p) noexcept {
  p.open |= handle_is_gone;
  settle(p);
}

template <class Traits>
void release_use(consumer_cursor<Traits>& c) noexcept {
  if (--c.uses == 0) [[unlikely]] static_cast<consumer_core<Traits>&>(c).retire();
}

}  // namespace logbuf::detail

#endif  // LOGBUF_ENDS_LIFE_HPP
