// The writing end of a channel.
#pragma once
#ifndef LOGBUF_CHANNEL_SENDER_HPP
#define LOGBUF_CHANNEL_SENDER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "../ends/producer.hpp"
#include "../platform/compiler.hpp"
#include "channel_state.hpp"

namespace logbuf::inline v0 {

// A producer whose claims notify a waiting receiver, in commit() and in abort().
// Thread-safety: like basic_producer. An MPSC sender is copyable and counted. When the last one is destroyed, the channel
// is disconnected. Destroying a sender with a claim open asserts in debug builds. The claim stays valid. If no sender is
// left, the receiver gets `abandoned` until the claim is finished.
// Progress: try_send like the ring's claims, with no system call except to wake a sleeping receiver. send spins.
template <ring_traits Traits, class Claiming>
class basic_sender {
  using ring_traits_type = detail::channel_traits<Traits>;
  using producer_type = basic_producer<ring_traits_type, Claiming>;
  using P = typename Traits::atomics;

 public:
  using claim_type = write_claim<ring_traits_type>;  // what send returns
  using batch_type = write_batch<ring_traits_type>;  // what batch returns

  basic_sender() noexcept = default;
  // Wraps a ring's producer. For channel().
  explicit basic_sender(producer_type&& p) noexcept : producer_(std::move(p)) {}
  basic_sender(const basic_sender& other)
    requires Claiming::shared
      : producer_(other.producer_) {
    if (producer_.is_attached()) P::fetch_add(at<site::sender_retain>, words().senders, 1u);
  }
  basic_sender(basic_sender&&) noexcept = default;
  basic_sender& operator=(const basic_sender& other)
    requires Claiming::shared
  {
    return *this = basic_sender(other);
  }
  basic_sender& operator=(basic_sender&& other) noexcept {
    if (this != &other) {
      leave();
      producer_ = std::move(other.producer_);
    }
    return *this;
  }
  ~basic_sender() { leave(); }

  // Claims a record of `size` payload bytes. Errors: full, too_large, disconnected, detached. On an error the ring is unchanged.
  [[nodiscard("test it, and commit() the claim")]] LOGBUF_ALWAYS_INLINE
  result<claim_type, send_error> try_send(std::size_t size, std::uint32_t tag = 0) noexcept {
    return attempt<refused::is_counted>(size, tag);
  }

  // The same, but waits for space. Spins with backoff, without a system call unless options::spins_before_yield is set.
  // Errors: too_large, disconnected, detached, and timeout with a deadline. A sender that waits while it holds an open claim
  // may wait for itself, since the claim holds back space. This asserts in debug builds.
  [[nodiscard("test it, and commit() the claim")]] LOGBUF_ALWAYS_INLINE
  result<claim_type, send_error> send(std::size_t size, std::uint32_t tag = 0) noexcept {
    return send_until(size, tag, P::deadline::max());
  }
  template <class Rep, class Period>
  [[nodiscard]] result<claim_type, send_error> send_for(std::size_t size, std::uint32_t tag,
                                                        std::chrono::duration<Rep, Period> timeout) noexcept {
    return send_until(size, tag, detail::deadline_after<P>(timeout));
  }
  [[nodiscard]] LOGBUF_ALWAYS_INLINE result<claim_type, send_error> send_until(std::size_t size, std::uint32_t tag,
                                                                              typename P::deadline deadline) noexcept {
    auto claim = attempt<refused::is_retried>(size, tag);
    if (claim || claim.error() != send_error::full) [[likely]] return claim;
    return wait_for_space(size, tag, deadline);
  }

  // Claims `bytes` for several records, which are published together, like basic_producer::try_batch; the others wait for space,
  // like send.
  [[nodiscard("test it, and commit() the batch")]] result<batch_type, send_error> try_batch(std::size_t bytes) noexcept {
    return batch_in(try_send(batch_type::payload_of(bytes)));
  }
  [[nodiscard("test it, and commit() the batch")]] result<batch_type, send_error> batch(std::size_t bytes) noexcept {
    return batch_in(send(batch_type::payload_of(bytes)));
  }
  template <class Rep, class Period>
  [[nodiscard]] result<batch_type, send_error> batch_for(std::size_t bytes, std::chrono::duration<Rep, Period> timeout) noexcept {
    return batch_in(send_for(batch_type::payload_of(bytes), 0, timeout));
  }
  [[nodiscard]] result<batch_type, send_error> batch_until(std::size_t bytes, typename P::deadline deadline) noexcept {
    return batch_in(send_until(batch_type::payload_of(bytes), 0, deadline));
  }

  // Claims, copies and commits in one call. Returns the record's position.
  result<position_type, send_error> try_send(std::span<const std::byte> bytes, std::uint32_t tag = 0) noexcept {
    return copy_into(try_send(bytes.size(), tag), bytes);
  }
  result<position_type, send_error> send(std::span<const std::byte> bytes, std::uint32_t tag = 0) noexcept {
    return copy_into(send(bytes.size(), tag), bytes);
  }

  // Waits until everything that this sender committed is consumed, like basic_producer::flush.
  bool flush() noexcept { return producer_.flush(); }
  template <class Rep, class Period>
  bool flush_for(std::chrono::duration<Rep, Period> timeout) noexcept {
    return producer_.flush_for(timeout);
  }
  bool flush_until(typename P::deadline deadline) noexcept { return producer_.flush_until(deadline); }

  // True if the receiver is gone. Wait-free.
  bool is_disconnected() const noexcept {
    return producer_.is_attached() && P::load(at<site::receiver_check>, ring().consumer_left) != 0;
  }
  bool is_attached() const noexcept { return producer_.is_attached(); }         // false when moved from
  std::uint64_t capacity() const noexcept { return producer_.capacity(); }      // bytes
  std::size_t max_payload() const noexcept { return producer_.max_payload(); }  // bytes
  std::uint64_t occupancy() const noexcept { return producer_.occupancy(); }    // bytes, approximate
  producer_statistics statistics() const noexcept
    requires Traits::statistics::enabled
  {
    return producer_.statistics();
  }

 private:
  detail::ring_state<ring_traits_type>& ring() const noexcept { return *producer_.cursor_->ring; }
  detail::channel_words<Traits>& words() const noexcept { return ring().extension; }

  using refused = typename producer_type::refused;
  template <refused Full>
  LOGBUF_ALWAYS_INLINE result<claim_type, send_error> attempt(std::size_t size, std::uint32_t tag) noexcept {
    if (!producer_.is_attached()) [[unlikely]] return send_error::detached;
    if (is_disconnected()) [[unlikely]] return send_error::disconnected;
    auto claim = producer_.template claim<Full>(size, tag);
    if (!claim) [[unlikely]] return claim.error() == claim_error::full ? send_error::full : send_error::too_large;
    return std::move(*claim);
  }

  // Called when the ring was full. Only the caller's refusal is counted, and not each look before it.
  LOGBUF_NOINLINE result<claim_type, send_error> wait_for_space(std::size_t size, std::uint32_t tag,
                                                                typename P::deadline deadline) noexcept {
    for (unsigned round = 0;; round += round != options::never - 1) {
      LOGBUF_ASSERT(producer_.open_claims() == 0, "send would wait for a claim of its own sender: end that claim first");
      if (P::expired(deadline)) {
        producer_.cursor_->count(detail::count::full);
        return send_error::timeout;
      }
      back_off(round);
      auto claim = attempt<refused::is_retried>(size, tag);
      if (claim || claim.error() != send_error::full) return claim;
    }
  }

  void back_off(unsigned round) const noexcept {
    if (round >= words().spins_before_yield) return P::yield();
    const unsigned pauses = 1u << (round < 6 ? round : 6);
    for (unsigned i = 0; i != pauses; ++i) P::spin_hint();
  }

  static result<batch_type, send_error> batch_in(result<claim_type, send_error> claim) noexcept {
    if (!claim) return claim.error();
    return batch_type(std::move(*claim));
  }

  static result<position_type, send_error> copy_into(result<claim_type, send_error> claim,
                                                     std::span<const std::byte> bytes) noexcept {
    if (!claim) return claim.error();
    P::copy(claim->bytes(), 0, bytes);
    claim->commit();
    return claim->position();
  }

  // Drops the count first, then wakes the receiver, and drops the ring last, since the wake-up accesses it.
  void leave() noexcept {
    if (!producer_.is_attached()) return;
    detail::channel_words<Traits>& w = words();
    if (P::fetch_sub(at<site::sender_drop>, w.senders, 1u) == 1) w.published();
    producer_ = producer_type();
  }

  producer_type producer_;
};

}  // namespace logbuf

#endif  // LOGBUF_CHANNEL_SENDER_HPP
