// A claimed record that is being written.
#pragma once
#ifndef LOGBUF_ENDS_WRITE_CLAIM_HPP
#define LOGBUF_ENDS_WRITE_CLAIM_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../platform/compiler.hpp"
#include "life.hpp"

namespace logbuf::inline v0 {

namespace detail {

// Out of line and by value, so that a claim stays in registers, and each of its inlined destructors is small.
template <class Traits>
LOGBUF_NOINLINE void end_uncommitted(producer_cursor<Traits>& p, typename Traits::atomics::region region,
                                     std::size_t offset, std::uint32_t claimed) noexcept {
  abort(p, region, offset, claimed);
  --p.open;
  settle(p);
}

}  // namespace detail

// Writable bytes of a ring that no one else sees before commit(). A claim that is destroyed uncommitted becomes a skip, and
// the consumer passes over it, so an exception or an early return blocks nothing. (A forgotten commit looks the same. A debug
// build reports it once.) Until a claim is committed or aborted, records claimed after it are not delivered. A leaked claim
// keeps its bytes, and the consumer never gets past it.
//
// Thread-safety: belongs to the thread that uses its producer. Several claims of one producer may be open, and may end in
// any order. A claim keeps the ring alive, even after its producer is gone (which asserts in debug builds).
template <ring_traits Traits>
class [[nodiscard("a dropped claim is a record that no one sees: call commit()")]] write_claim {
  using P = typename Traits::atomics;

 public:
  // Inert, as is a claim that was committed, aborted or moved from.
  LOGBUF_ALWAYS_INLINE write_claim() noexcept = default;
  LOGBUF_ALWAYS_INLINE write_claim(write_claim&& other) noexcept
      : producer_(std::exchange(other.producer_, nullptr)),
        region_(other.region_), start_(other.start_), offset_(other.offset_), size_(other.size_), tag_(other.tag_) {}
  write_claim& operator=(write_claim&& other) noexcept {
    if (this != &other) {
      drop();
      producer_ = std::exchange(other.producer_, nullptr);
      region_ = other.region_;
      start_ = other.start_;
      offset_ = other.offset_;
      size_ = other.size_;
      tag_ = other.tag_;
    }
    return *this;
  }
  LOGBUF_ALWAYS_INLINE ~write_claim() { drop(); }

  // Bytes claimed for the payload, contiguous and aligned to the ring's payload alignment. Not all of them need
  // to be written. Unwritten bytes are zero (with zeroing::by_producer, they are what an earlier lap left there).
  auto data() const noexcept { return bytes().data(); }
  std::size_t size() const noexcept { return size_; }
  typename P::write_span bytes() const noexcept {
    LOGBUF_ASSERT(is_open(), "a claim that has ended has no bytes: write them before commit() or abort()");
    return producer_ != nullptr ? P::writable(region_, offset_ + header_size, size_) : typename P::write_span{};
  }
  std::uint32_t tag() const noexcept { return tag_; }
  position_type position() const noexcept { return start_; }  // of the header, free-running
  bool is_open() const noexcept { return producer_ != nullptr; }

  // Publishes the record. Wait-free; no allocation, lock or system call, except to wake a channel's sleeping receiver. If
  // the claim has already ended, asserts in debug builds, and otherwise returns false.
  LOGBUF_ALWAYS_INLINE bool commit() noexcept { return commit(size_); }

  // Publishes the first n bytes, n <= size(). The rest becomes a skip. A larger n is the caller's mistake: it asserts in debug
  // builds. Otherwise the claim is aborted, since none of it can be trusted, and commit returns false. Wait-free.
  LOGBUF_ALWAYS_INLINE bool commit(std::size_t n) noexcept {
    LOGBUF_ASSERT(is_open(), "commit of a claim that has ended: commit once, and not after abort() or a move");
    if (producer_ == nullptr) return false;
    LOGBUF_ASSERT(n <= size_, "commit of more bytes than were claimed: claim the largest size that may be needed");
    if (n > size_) [[unlikely]] {
      close();
      return false;
    }
    auto& p = *std::exchange(producer_, nullptr);
    const auto size = static_cast<std::uint32_t>(std::uint64_t{n} + header_size);
    detail::end_committed(p, detail::commit(p, region_, offset_, start_, claimed(), size, tag_));
    return true;
  }

  // Deliberately ends the claim without a record. Wait-free. Does nothing if the claim has already ended.
  void abort() noexcept { close(); }

 private:
  template <ring_traits, class>
  friend class basic_producer;
  template <ring_traits>
  friend class write_batch;

  LOGBUF_ALWAYS_INLINE write_claim(detail::producer_cursor<Traits>& p, position_type start, std::uint32_t size,
                                   std::uint32_t tag) noexcept
      : producer_(&p), region_(p.region), start_(start), offset_(p.offset(start)), size_(size), tag_(tag) {
    ++p.open;
  }

  std::uint32_t claimed() const noexcept { return detail::stride_of<Traits::payload_alignment>(size_ + header_size); }

  LOGBUF_ALWAYS_INLINE void close() noexcept {
    if (producer_ == nullptr) return;
    detail::end_uncommitted(*std::exchange(producer_, nullptr), region_, offset_, claimed());
  }
  LOGBUF_ALWAYS_INLINE void drop() noexcept {
    if (producer_ != nullptr) LOGBUF_DROPPED(size());
    close();
  }

  detail::producer_cursor<Traits>* producer_ = nullptr;
  typename P::region region_{};  // a copy, since payload bytes may alias the cursor, which would then be reloaded
  position_type start_ = 0;
  std::size_t offset_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t tag_ = 0;
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_WRITE_CLAIM_HPP
