// Several records that are claimed and published together.
#pragma once
#ifndef LOGBUF_ENDS_WRITE_BATCH_HPP
#define LOGBUF_ENDS_WRITE_BATCH_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "../base/result.hpp"
#include "../platform/compiler.hpp"
#include "write_claim.hpp"

namespace logbuf::inline v0 {

// The bytes of a batch that a record of `size` payload bytes takes: its header, and rounded up to the payload alignment. Of a
// size that is larger than memory: a number that is too large for every ring.
template <ring_traits Traits = default_traits>
constexpr std::size_t record_bytes(std::size_t size) noexcept {
  constexpr std::size_t unit = Traits::payload_alignment, most = ~std::size_t{0} / unit * unit;
  return size > most - header_size ? most : (size + header_size + (unit - 1)) / unit * unit;
}

// One claim, several records, one release store: commit() publishes them all at once, and wakes the receiver of a channel once.
// What is left of the claim becomes a skip. So does all of a batch that is destroyed or aborted, or that has no record. With
// many producers, the exchange of the tail, which they contend for, is paid once for all records. A batch holds back the records
// that others claim behind it until it ends, as every claim does: fill it from memory, and not from a socket.
//
// Thread-safety: as for a write_claim, and it is one of its producer's open claims.
template <ring_traits Traits>
class [[nodiscard("a dropped batch is records that no one sees: call commit()")]] write_batch {
  using P = typename Traits::atomics;

 public:
  // Inert, as is a batch that was committed, aborted or moved from.
  write_batch() noexcept = default;
  write_batch(write_batch&&) noexcept = default;
  write_batch& operator=(write_batch&&) noexcept = default;

  // Adds a record and returns its bytes, which may be written until the batch is committed: contiguous, and aligned to the
  // ring's payload alignment. Errors: full (the rest of the claim is too small; what was added stays), detached (the batch has
  // ended). Wait-free.
  LOGBUF_ALWAYS_INLINE result<typename P::write_span, claim_error> add(std::size_t size, std::uint32_t tag = 0) noexcept {
    if (!claim_.is_open()) [[unlikely]] return claim_error::detached;
    const std::size_t room = remaining();
    if (room < header_size || size > room - header_size) return claim_error::full;
    const auto bytes = static_cast<std::uint32_t>(std::uint64_t{size} + header_size);
    const std::size_t offset = claim_.offset_ + used_;
    const detail::header_word word = detail::record_word(bytes, tag);
    // The first header is what publishes the batch: it is stored last, by commit.
    if (used_ == 0) first_ = word;
    else P::store_header(at<site::batch_store>, claim_.region_, offset, word);
    used_ += detail::stride_of<Traits::payload_alignment>(bytes);
    payload_ += size;
    ++records_;
    return P::writable(claim_.region_, offset + header_size, size);
  }

  // Adds a record with these bytes. False: there is no space for it, or the batch has ended.
  [[nodiscard("false: the record is not in the batch")]]
  bool write(std::span<const std::byte> bytes, std::uint32_t tag = 0) noexcept {
    const auto to = add(bytes.size(), tag);
    if (to) P::copy(*to, 0, bytes);
    return to.has_value();
  }

  // Publishes what was added, in the order in which it was added. Wait-free; no allocation, lock or system call, except to wake
  // a channel's sleeping receiver. False: the batch has no record (and is aborted), or has ended, which asserts in debug builds.
  bool commit() noexcept {
    LOGBUF_ASSERT(is_open(), "commit of a batch that has ended: commit once, and not after abort() or a move");
    if (used_ == 0) abort();
    if (!claim_.is_open()) return false;
    auto& p = *std::exchange(claim_.producer_, nullptr);
    p.count(detail::count::records, records_);
    p.count(detail::count::bytes, payload_);
    const auto end = detail::publish(p, claim_.region_, claim_.offset_, claim_.start_, claim_.claimed(), used_, first_);
    detail::end_committed(p, end);
    return true;
  }

  // Deliberately ends the batch without a record. Wait-free. Does nothing if it has already ended.
  void abort() noexcept { claim_.abort(); }

  std::size_t remaining() const noexcept { return is_open() ? claim_.claimed() - used_ : 0; }  // bytes; see record_bytes
  std::size_t records() const noexcept { return records_; }              // that were added
  position_type position() const noexcept { return claim_.position(); }  // of the first record's header, free-running
  bool is_open() const noexcept { return claim_.is_open(); }             // neither committed nor aborted yet

 private:
  template <ring_traits, class>
  friend class basic_producer;
  template <ring_traits, class>
  friend class basic_sender;

  LOGBUF_ALWAYS_INLINE explicit write_batch(write_claim<Traits>&& claim) noexcept : claim_(std::move(claim)) {}
  // The payload of a claim of so many bytes, header included.
  static constexpr std::size_t payload_of(std::size_t bytes) noexcept { return bytes > header_size ? bytes - header_size : 0; }

  write_claim<Traits> claim_;
  detail::header_word first_ = detail::not_ready;  // header of the first record
  std::uint32_t used_ = 0;                         // bytes of the claim
  std::uint32_t records_ = 0;
  std::uint64_t payload_ = 0;  // bytes, for the statistics
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_WRITE_BATCH_HPP
