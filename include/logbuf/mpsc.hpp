// Many producers (copies of the first), one consumer. Claims are lock-free: a claim retries if another producer's claim came
// first, or if its exchange failed spuriously.
#pragma once

#include "version.hpp"
#ifndef LOGBUF_MPSC_HPP
#define LOGBUF_MPSC_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "channel/channel.hpp"

namespace logbuf::inline v0::mpsc {

// The writing end.
template <ring_traits Traits = default_traits>
using producer = basic_producer<Traits, detail::mpsc_claiming>;

// maker<Traits>::ends is a pair of producer and consumer. try_make returns it, or an error.
template <ring_traits Traits = default_traits>
using maker = make_access<Traits, detail::mpsc_claiming>;

// A ring of `capacity` bytes, a power of two. Its buffer is zeroed. The buffer starts at a multiple of 128 bytes or, with a
// payload alignment A > 8, A - 8 bytes after one. The ends may be destroyed in any order. Errors: setup_error.
template <ring_traits Traits = default_traits>
[[nodiscard]] result<typename maker<Traits>::ends, setup_error> try_make(std::uint64_t capacity,
                                                                         const options& o = {}) noexcept {
  return maker<Traits>::owning(capacity, o);
}

// A ring over the caller's memory, whose size is the capacity. Its address plus 8 must be a multiple of the payload
// alignment. try_make zeroes it, unless options::memory_is_zero says that it is zero. The ring keeps `owner` until
// all ends and all claims are gone. Without an owner, the caller has to keep the memory valid that long.
template <ring_traits Traits = default_traits>
[[nodiscard]] result<typename maker<Traits>::ends, setup_error> try_make(std::span<std::byte> bytes,
                                                                         std::shared_ptr<void> owner = {},
                                                                         const options& o = {}) noexcept {
  return maker<Traits>::borrowing(bytes, std::move(owner), o);
}

#if defined(__cpp_exceptions)
// Like try_make, but throws setup_failure.
template <ring_traits Traits = default_traits>
[[nodiscard]] typename maker<Traits>::ends make(std::uint64_t capacity, const options& o = {}) {
  return detail::or_throw(try_make<Traits>(capacity, o));
}
template <ring_traits Traits = default_traits>
[[nodiscard]] typename maker<Traits>::ends make(std::span<std::byte> bytes, std::shared_ptr<void> owner = {},
                                                const options& o = {}) {
  return detail::or_throw(try_make<Traits>(bytes, std::move(owner), o));
}
#endif

// A channel over such a ring. The receiver can wait, and each end detects when the other is gone. Senders are
// copyable and counted. Errors: as for a ring, and no_membarrier.
template <ring_traits Traits = default_traits>
using sender = basic_sender<Traits, detail::mpsc_claiming>;

// channel_maker<Traits>::ends is a pair of sender and receiver. try_channel returns it, or an error.
template <ring_traits Traits = default_traits>
using channel_maker = channel_access<Traits, detail::mpsc_claiming>;

// A channel over a new ring of `capacity` bytes.
template <ring_traits Traits = default_traits>
[[nodiscard]] result<typename channel_maker<Traits>::ends, setup_error> try_channel(std::uint64_t capacity,
                                                                                   const options& o = {}) noexcept {
  return channel_maker<Traits>::over(maker<detail::channel_traits<Traits>>::owning(capacity, o), o);
}
// A channel over the caller's memory, as for a ring.
template <ring_traits Traits = default_traits>
[[nodiscard]] result<typename channel_maker<Traits>::ends, setup_error> try_channel(std::span<std::byte> bytes,
                                                                                   std::shared_ptr<void> owner = {},
                                                                                   const options& o = {}) noexcept {
  return channel_maker<Traits>::over(maker<detail::channel_traits<Traits>>::borrowing(bytes, std::move(owner), o), o);
}

#if defined(__cpp_exceptions)
// Like try_channel, but throws setup_failure.
template <ring_traits Traits = default_traits>
[[nodiscard]] typename channel_maker<Traits>::ends channel(std::uint64_t capacity, const options& o = {}) {
  return detail::or_throw(try_channel<Traits>(capacity, o));
}
template <ring_traits Traits = default_traits>
[[nodiscard]] typename channel_maker<Traits>::ends channel(std::span<std::byte> bytes, std::shared_ptr<void> owner = {},
                                                           const options& o = {}) {
  return detail::or_throw(try_channel<Traits>(bytes, std::move(owner), o));
}
#endif

}  // namespace logbuf::mpsc

#endif  // LOGBUF_MPSC_HPP
