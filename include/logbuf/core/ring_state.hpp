// What the ends of a ring share, and what each keeps to itself.
//
//   ring_state        tail | head | owners, consumer_left, the buffer        shared; each group on its own lines
//                     and what a channel adds: parked, senders, closed
//   producer_cursor   near, limit, (SPSC) tail, open claims                  one per producer, private to its thread
//   consumer_cursor   position, released                                     one, private to the consumer's thread
//
// The cursors live on the heap, so that claims stay valid when their end is moved.
#pragma once
#ifndef LOGBUF_CORE_RING_STATE_HPP
#define LOGBUF_CORE_RING_STATE_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "../platform/compiler.hpp"
#include "atomics.hpp"
#include "record.hpp"
#include "setup.hpp"
#include "statistics.hpp"

namespace logbuf::inline v0 {

// Which end zeroes the header word that the consumer will poll next.
enum class zeroing : unsigned char {
  by_consumer,  // the consumer zeroes what it has consumed before it releases it, so no consumed byte stays in the ring
  by_producer,  // SPSC: the producer clears that one word when it claims, and the consumer writes nothing into the buffer
};

// What a ring is built from. Derive from it to change a part.
struct default_traits {
  using atomics = std_atomics;       // the model checker substitutes its own
  using statistics = no_statistics;  // or counting_statistics
  static constexpr std::size_t payload_alignment = 8;  // bytes; 8, 16, 32, 64 or 128
  // For memory that others can write to. The consumer checks each header before it uses it, accesses nothing outside the
  // ring whatever the bytes say, and reports `corrupt` from the first bad header on.
  static constexpr bool checked = false;
  // by_producer saves the writes of zeroing. Which is faster depends on the caches (docs/performance.md). With by_producer,
  // consumed bytes stay until they are overwritten, and bytes that a claim leaves unwritten keep their old values.
  static constexpr zeroing zeroed = zeroing::by_consumer;
};

template <class T>
concept ring_traits = atomics_policy<typename T::atomics> && T::payload_alignment >= header_size &&
                      T::payload_alignment <= memory::alignment && detail::is_power_of_two(T::payload_alignment) &&
                      std::same_as<std::remove_cvref_t<decltype(T::statistics::enabled)>, bool> &&
                      std::same_as<std::remove_cvref_t<decltype(T::checked)>, bool> &&
                      std::same_as<std::remove_cvref_t<decltype(T::zeroed)>, zeroing>;

}  // namespace logbuf

namespace logbuf::inline v0::detail {

inline constexpr std::size_t line_pair = memory::alignment;

// What a channel adds to the shared state. For a ring: nothing. published() is called after every commit and abort.
struct no_extension {
  static void published() noexcept {}
  static setup_error configure(const options&) noexcept { return {}; }
};
template <class Traits>
struct extension_of {
  using type = no_extension;
};
template <class Traits>
  requires requires { typename Traits::extension; }
struct extension_of<Traits> {
  using type = typename Traits::extension;
};

template <class Traits>
inline constexpr bool producer_clears = Traits::zeroed == zeroing::by_producer;

template <class Traits, std::size_t N>
using counters_of =
    std::conditional_t<Traits::statistics::enabled, counters<typename Traits::atomics, N>, no_counters>;

template <ring_traits Traits>
struct ring_state {
  using P = typename Traits::atomics;

  ring_state(typename P::memory&& m, std::uint64_t size, position_type start)
      : tail(start), head(start), owners(2u), consumer_left(0u), buffer(std::move(m)), capacity(size) {}

  alignas(line_pair) typename P::template word<position_type> tail;  // end of the last claim
  alignas(line_pair) typename P::template word<position_type> head;  // end of the consumed and zeroed bytes
  alignas(line_pair) typename P::template word<std::uint32_t> owners;  // cursors that exist, of producers and consumer
  typename P::template word<std::uint32_t> consumer_left;
  typename P::memory buffer;
  std::uint64_t capacity;
  LOGBUF_NO_UNIQUE_ADDRESS counters_of<Traits, producer_counts> retired;
  LOGBUF_NO_UNIQUE_ADDRESS typename extension_of<Traits>::type extension;
};

// A default-constructed cursor belongs to no ring. A moved-from end points to such a cursor. Its payload_end is 0, so every
// claim takes the cold path. Its region is one header word that is never ready.
template <ring_traits Traits>
struct producer_cursor {
  ring_state<Traits>* ring = nullptr;
  typename Traits::atomics::region region{};
  std::uint64_t mask = ~std::uint64_t{0};  // the capacity minus 1
  std::size_t payload_end = 0;    // largest payload plus 1
  position_type tail = 0;         // SPSC: the tail, which only this producer moves
  position_type near = 0;         // a claim up to here takes the fast path: it gives no hints (prefetch.hpp); not beyond limit
  position_type committed_to = 0;  // the highest end of a record that it committed
  std::uint32_t open = 0;         // its open claims, and two flags (life.hpp)
  position_type limit = 0;        // this producer may claim up to here without loading head; from a head that it loaded
  counters_of<Traits, producer_counts>* counts = nullptr;

  LOGBUF_WRAPS std::uint64_t capacity() const noexcept { return mask + 1; }  // bytes; 0 without a ring
  std::size_t offset(position_type p) const noexcept { return narrow<std::size_t>(p & mask); }
  void count(detail::count which, std::uint64_t n = 1) noexcept {
    if constexpr (Traits::statistics::enabled) counts->add(static_cast<std::size_t>(which), n);
  }
};

template <ring_traits Traits>
struct consumer_cursor {
  ring_state<Traits>* ring = nullptr;
  typename Traits::atomics::region region{};
  std::uint64_t mask = ~std::uint64_t{0};  // the capacity minus 1
  position_type position = 0;   // the next record to read
  position_type released = 0;   // the published head: bytes before it belong to the producers
  std::uint64_t near = 0;       // bytes that single reads hold back on the fast path: 0 if it gives hints, or else the threshold
  std::uint64_t threshold = 0;  // bytes that single reads may hold back
  std::uint32_t uses = 1;       // the handle and its open claim
  std::uint16_t rest = 1;       // length of a rest, in spin hints
  bool is_corrupt = false;      // checked rings: a header was bad; never reset
  bool gives_hints = false;     // prefetch: this consumer loads the tail, and gives hints
  position_type tail_seen = 0;  // prefetch: the last tail that was loaded
  position_type looked_at = 0;  // prefetch: where the consumer last loaded the tail or found no record
  position_type rested_at = 0;  // where the consumer last found nothing, and rested
  counters_of<Traits, consumer_counts>* counts = nullptr;

  LOGBUF_WRAPS std::uint64_t capacity() const noexcept { return mask + 1; }  // bytes; 0 without a ring
  std::size_t offset(position_type p) const noexcept { return narrow<std::size_t>(p & mask); }
  void count(read_count which, std::uint64_t n = 1) noexcept {
    if constexpr (Traits::statistics::enabled) counts->add(static_cast<std::size_t>(which), n);
  }
};

// Signed distance between free-running positions.
LOGBUF_WRAPS constexpr std::int64_t distance(position_type from, position_type to) noexcept {
  return static_cast<std::int64_t>(to - from);
}

}  // namespace logbuf::detail

#endif  // LOGBUF_CORE_RING_STATE_HPP
