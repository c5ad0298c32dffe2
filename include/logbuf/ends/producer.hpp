// The writing end of a ring. SPSC and MPSC producers differ in how they claim.
#pragma once
#ifndef LOGBUF_ENDS_PRODUCER_HPP
#define LOGBUF_ENDS_PRODUCER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>

#include "../base/result.hpp"
#include "../platform/compiler.hpp"
#include "life.hpp"
#include "write_batch.hpp"
#include "write_claim.hpp"

namespace logbuf::inline v0 {

// Thread-safety: one thread at a time per producer object, its claims included. Any thread may call statistics(), capacity(),
// max_payload() and occupancy(). An MPSC producer is copyable: give each thread its own copy. (Copying allocates, and may
// throw std::bad_alloc. It is safe while another thread claims with the source.) Progress: SPSC claims are wait-free, MPSC
// claims are lock-free. Writing never blocks, allocates or makes a system call. flush spins. A moved-from producer is inert: its
// claims return detached.
template <ring_traits Traits, class Claiming>
class basic_producer {
  using cursor = detail::producer_cursor<Traits>;
  using core = detail::producer_core<Traits>;
  using P = typename Traits::atomics;

 public:
  using traits = Traits;                    // what its ring is built from
  using claim_type = write_claim<Traits>;  // what try_claim returns
  using batch_type = write_batch<Traits>;  // what try_batch returns

  basic_producer() noexcept = default;
  basic_producer(const basic_producer& other)
    requires Claiming::shared
      : cursor_(other.clone()) {}
  basic_producer(basic_producer&& other) noexcept : cursor_(std::exchange(other.cursor_, none())) {}
  basic_producer& operator=(const basic_producer& other)
    requires Claiming::shared
  {
    return *this = basic_producer(other);
  }
  basic_producer& operator=(basic_producer&& other) noexcept {
    if (this != &other) {
      leave();
      cursor_ = std::exchange(other.cursor_, none());
    }
    return *this;
  }
  // Asserts in debug builds if a claim is still open. The claim stays valid.
  ~basic_producer() { leave(); }

  // Claims a record of `size` payload bytes, 0 to max_payload(). Errors: too_large, full, detached. On an error
  // the ring is unchanged. The tag is yours to use: a message type, a channel, an opcode.
  [[nodiscard("test it, and commit() the claim")]] LOGBUF_ALWAYS_INLINE
  result<claim_type, claim_error> try_claim(std::size_t size, std::uint32_t tag = 0) noexcept {
    return claim<refused::is_counted>(size, tag);
  }

  // Claims `bytes` for several records, which are published together: record_bytes(size) each, max_payload() + 8 in all.
  // Errors: as of try_claim.
  [[nodiscard("test it, and commit() the batch")]] result<batch_type, claim_error> try_batch(std::size_t bytes) noexcept {
    auto claim = try_claim(batch_type::payload_of(bytes));
    if (!claim) return claim.error();
    return batch_type(std::move(*claim));
  }

  // Claims, copies and commits in one call. Returns the record's position.
  result<position_type, claim_error> try_write(std::span<const std::byte> bytes, std::uint32_t tag = 0) noexcept {
    auto claim = try_claim(bytes.size(), tag);
    if (!claim) return claim.error();
    P::copy(claim->bytes(), 0, bytes);
    claim->commit();
    return claim->position();
  }

  // The same for a record in several parts, which are concatenated.
  result<position_type, claim_error> try_gather(std::span<const std::span<const std::byte>> parts,
                                                std::uint32_t tag = 0) noexcept {
    std::size_t size = 0;
    for (const auto& part : parts) {
      if (part.size() >= cursor_->payload_end - size) return refuse(*cursor_, claim_error::too_large);  // no overflow
      size += part.size();
    }
    auto claim = try_claim(size, tag);
    if (!claim) return claim.error();
    const auto to = claim->bytes();
    std::size_t start = 0;
    for (const auto& part : parts) {
      P::copy(to, start, part);
      start += part.size();
    }
    claim->commit();
    return claim->position();
  }
  result<position_type, claim_error> try_gather(std::initializer_list<std::span<const std::byte>> parts,
                                                std::uint32_t tag = 0) noexcept {
    return try_gather(std::span(parts.begin(), parts.size()), tag);
  }

  // Waits until everything that this producer committed is consumed and released. What the consumer did with it is then
  // visible to the caller. False: the deadline passed, the consumer has left with records unread, or this producer is
  // detached. Blocking: it spins, without a system call except for the clock. An open claim that precedes the committed
  // records keeps them from being consumed.
  bool flush() noexcept {
    return flush_while([] { return true; });
  }
  template <class Rep, class Period>
  bool flush_for(std::chrono::duration<Rep, Period> timeout) noexcept {
    return flush_until(detail::deadline_after<P>(timeout));
  }
  bool flush_until(typename P::deadline deadline) noexcept {
    return flush_while([&] { return !P::expired(deadline); });
  }
  // For your own deadlines. Calls go_on() after each failed check, and stops when go_on() returns false.
  template <class GoOn>
  bool flush_while(GoOn&& go_on) noexcept {
    if (!is_attached()) return false;
    while (!is_consumed()) {
      if (P::load(at<site::consumer_gone>, cursor_->ring->consumer_left) != 0) return is_consumed();
      if (!go_on()) return false;
      P::spin_hint();
    }
    return true;
  }

  // Claims of this producer that are neither committed nor aborted yet.
  std::uint32_t open_claims() const noexcept { return cursor_->open & detail::claims_open; }

  bool is_attached() const noexcept { return cursor_->ring != nullptr; }  // false when moved from
  std::uint64_t capacity() const noexcept { return cursor_->capacity(); }  // bytes
  // The largest payload of a record, in bytes: capacity / 2 - 8, and below 2^31. 0 when moved from.
  std::size_t max_payload() const noexcept { return is_attached() ? cursor_->payload_end - 1 : 0; }
  // Like consumer::occupancy().
  std::uint64_t occupancy() const noexcept { return is_attached() ? detail::occupancy<Traits>(*cursor_->ring) : 0; }

  // Of this producer alone. When it is destroyed, its counts are added to consumer_statistics::retired.
  producer_statistics statistics() const noexcept
    requires Traits::statistics::enabled
  {
    return is_attached() ? detail::read_all(*cursor_->counts) : producer_statistics{};
  }

 private:
  template <ring_traits T, class C>
  friend struct make_access;
  template <ring_traits T, class C>
  friend class basic_sender;

  explicit basic_producer(cursor& c) noexcept : cursor_(&c) {}

  // Whether a claim that finds the ring full is a refusal to count, or one that its sender waits for and tries again.
  enum class refused { is_counted, is_retried };

  template <refused Full>
  LOGBUF_ALWAYS_INLINE result<claim_type, claim_error> claim(std::size_t size, std::uint32_t tag) noexcept {
    cursor& p = *cursor_;
    if (size >= p.payload_end) [[unlikely]] return refuse(p, claim_error::too_large);
    const auto bytes = static_cast<std::uint32_t>(std::uint64_t{size});
    position_type start;
    if (!Claiming::reserve(p, detail::stride_of<Traits::payload_alignment>(bytes + header_size), start)) [[unlikely]] {
      if constexpr (Full == refused::is_retried) return claim_error::full;
      else return refuse(p, claim_error::full);
    }
    return claim_type(p, start, bytes, tag);
  }

  static constexpr cursor* none() noexcept { return &detail::no_producer<Traits>; }

  cursor* clone() const {
    if (!is_attached()) return none();
    detail::ring_state<Traits>& ring = *cursor_->ring;
    cursor* copy = new core(ring);  // may throw; nothing has changed yet
    P::fetch_add(at<site::owner_retain>, ring.owners, 1u);
    return copy;
  }

  LOGBUF_COLD static claim_error refuse(cursor& p, claim_error why) noexcept {
    if (p.ring == nullptr) return claim_error::detached;
    p.count(why == claim_error::full ? detail::count::full : detail::count::too_large);
    return why;
  }

  bool is_consumed() const noexcept {
    return detail::distance(cursor_->committed_to, P::load(at<site::flush_wait>, cursor_->ring->head)) >= 0;
  }

  void leave() noexcept {
    if (!is_attached()) return;
    cursor& p = *std::exchange(cursor_, none());
    LOGBUF_ASSERT(p.open == 0, "a producer is destroyed while one of its claims is open: commit or abort it first");
    detail::end_handle(p);
  }

  cursor* cursor_ = none();
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_PRODUCER_HPP
