// Builds a ring and returns its two ends.
#pragma once
#ifndef LOGBUF_ENDS_MAKE_HPP
#define LOGBUF_ENDS_MAKE_HPP

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "consumer.hpp"
#include "producer.hpp"

namespace logbuf::inline v0 {

#if defined(__cpp_exceptions)
namespace detail {
template <class Ends>
Ends or_throw(result<Ends, setup_error> made) {
  return std::move(made).value();
}
}  // namespace detail
#endif

template <ring_traits Traits, class Claiming>
struct make_access {
  using producer_type = basic_producer<Traits, Claiming>;
  using consumer_type = consumer<Traits>;
  using ends = std::pair<producer_type, consumer_type>;
  using P = typename Traits::atomics;

  // The capacity has been checked. Makes three allocations: the ring, and a cursor for each end.
  static result<ends, setup_error> over(typename P::memory&& buffer, std::uint64_t capacity, const options& o) noexcept {
    auto* ring = new (std::nothrow) detail::ring_state<Traits>(std::move(buffer), capacity, o.initial_position);
    if (ring == nullptr) return setup_error{setup_errc::out_of_memory, sizeof *ring};
    if (const setup_error e = ring->extension.configure(o); e != setup_error{}) {
      delete ring;
      return e;
    }
    auto* p = new (std::nothrow) detail::producer_core<Traits>(*ring);
    const std::uint64_t threshold = o.release_threshold == options::a_sixteenth ? capacity / 16 : o.release_threshold;
    const bool hints = !Claiming::shared && o.consumer_prefetch;
    auto* c = new (std::nothrow) detail::consumer_core<Traits>(*ring, threshold, hints);
    if (p == nullptr || c == nullptr) {
      delete p;
      delete c;
      delete ring;
      return setup_error{setup_errc::out_of_memory, sizeof(*p) + sizeof(*c)};
    }
    return ends(producer_type(*p), consumer_type(*c));
  }

  static result<ends, setup_error> owning(std::uint64_t capacity, const options& o) noexcept {
    if (const setup_error e = detail::check(capacity, Traits::payload_alignment, o); e != setup_error{}) return e;
    auto buffer = P::memory::allocate(capacity, Traits::payload_alignment, o);
    if (!buffer) return buffer.error();
    return over(std::move(*buffer), capacity, o);
  }

  template <class Bytes, class Owner>
  static result<ends, setup_error> borrowing(Bytes bytes, Owner owner, const options& o) noexcept {
    if (const setup_error e = detail::check(bytes.size(), Traits::payload_alignment, o); e != setup_error{}) return e;
    auto buffer = P::memory::over(bytes, Traits::payload_alignment, std::move(owner), o);
    if (!buffer) return buffer.error();
    return over(std::move(*buffer), bytes.size(), o);
  }
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_MAKE_HPP
