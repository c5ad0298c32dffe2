// Lifetime: the ends and their open claims keep the ring alive. Not on any hot path, except release_use.
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
    this->capacity = r.capacity;
    this->payload_end = max_payload(r.capacity, Traits::payload_alignment) + 1;
    this->tail = this->limit = P::load(at<site::occupancy_tail>, r.tail);  // no known space, so the first claim loads head
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
    this->capacity = r.capacity;
    this->threshold = release_threshold;
    this->gives_hints = hints;
    this->position = this->zeroed = this->released = this->tail_seen = this->looked_at =
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

template <class Traits>
void release_use(producer_cursor<Traits>& p) noexcept {
  if (--p.uses == 0) [[unlikely]] static_cast<producer_core<Traits>&>(p).retire();
}
template <class Traits>
void release_use(consumer_cursor<Traits>& c) noexcept {
  if (--c.uses == 0) [[unlikely]] static_cast<consumer_core<Traits>&>(c).retire();
}

}  // namespace logbuf::detail

#endif  // LOGBUF_ENDS_LIFE_HPP
