// A committed record that is being read.
#pragma once
#ifndef LOGBUF_ENDS_READ_CLAIM_HPP
#define LOGBUF_ENDS_READ_CLAIM_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../platform/compiler.hpp"
#include "life.hpp"

namespace logbuf::inline v0 {

// A reader's view of a record. The bytes stay valid until the record is consumed.
template <ring_traits Traits>
class record_view {
  using P = typename Traits::atomics;

 public:
  record_view() noexcept = default;  // views no record; bytes() is empty

  // The payload, byte for byte as it was committed; aligned to the ring's payload alignment.
  typename P::read_span bytes() const noexcept {
    return word_ != detail::not_ready ? P::readable(reader_->region, reader_->offset(position_) + header_size, size())
                                      : typename P::read_span{};
  }
  std::size_t size() const noexcept {  // bytes
    return word_ != detail::not_ready ? detail::size_of(word_) - header_size : 0;
  }
  std::uint32_t tag() const noexcept { return detail::tag_of(word_); }  // the user's
  // The position of its header, free-running. A record occupies 8 + size() bytes, rounded up to the payload alignment. What
  // lies between the end of one record and the position of the next was skipped: padding, aborted claims, or the rest of a
  // shortened record.
  position_type position() const noexcept { return position_; }

 protected:
  template <ring_traits>
  friend class read_batch;
  template <ring_traits>
  friend class consumer;

  record_view(const detail::consumer_cursor<Traits>& c, detail::header_word word) noexcept
      : reader_(&c), position_(c.position), word_(word) {}

  const detail::consumer_cursor<Traits>* reader_ = nullptr;
  position_type position_ = 0;
  detail::header_word word_ = detail::not_ready;
};

namespace detail {

// Out of line and by value, so that a claim stays in registers, and each of its inlined destructors is small.
template <class Traits>
LOGBUF_WRAPS LOGBUF_NOINLINE void end_read(consumer_cursor<Traits>& c, position_type position, header_word word) noexcept {
  // Of two claims of the same record, the one that ends first consumes it.
  if (c.position == position) [[likely]] {
    advance(c, word);
    zero_record(c, position);
    const header_word next = poll(c);
    prefetch_records(c, next);
    if (next == not_ready || c.position - c.released >= c.threshold) release(c);
  }
  release_use(c);
}

}  // namespace detail

// One record. It is consumed when the claim ends: zeroed and released, as consumer::try_read describes. keep() leaves it unread.
// Thread-safety: belongs to the consumer's thread.
template <ring_traits Traits>
class [[nodiscard("a read claim that is dropped consumes its record")]] read_claim : public record_view<Traits> {
 public:
  LOGBUF_ALWAYS_INLINE read_claim() noexcept = default;  // inert, as is a claim that was kept, consumed or moved from
  LOGBUF_ALWAYS_INLINE read_claim(read_claim&& other) noexcept
      : record_view<Traits>(other), consumer_(std::exchange(other.consumer_, nullptr)) {
    other.word_ = detail::not_ready;
  }
  read_claim& operator=(read_claim&& other) noexcept {
    if (this != &other) {
      consume();
      record_view<Traits>::operator=(other);
      consumer_ = std::exchange(other.consumer_, nullptr);
      other.word_ = detail::not_ready;
    }
    return *this;
  }
  LOGBUF_ALWAYS_INLINE ~read_claim() { consume(); }

  // Ends the claim now. Wait-free except for skips behind the record. Does nothing if the claim has already ended.
  LOGBUF_ALWAYS_INLINE void consume() noexcept {
    if (consumer_ == nullptr) return;
    detail::end_read(*std::exchange(consumer_, nullptr), this->position_, this->word_);
    this->word_ = detail::not_ready;
  }

  // Ends the claim. The record stays unread and is returned again. Wait-free.
  void keep() noexcept {
    if (consumer_ == nullptr) return;
    this->word_ = detail::not_ready;
    detail::release_use(*std::exchange(consumer_, nullptr));
  }

  bool is_open() const noexcept { return consumer_ != nullptr; }  // its record is not consumed yet

 private:
  template <ring_traits>
  friend class consumer;
  template <ring_traits>
  friend class receiver;

  LOGBUF_ALWAYS_INLINE read_claim(detail::consumer_cursor<Traits>& c, detail::header_word word) noexcept
      : record_view<Traits>(c, word), consumer_(&c) {
    LOGBUF_ASSERT(c.uses == 1, "a record is read while the one before it is open: end that claim first, or move it away and "
                               "consume() it");
    ++c.uses;
  }

  detail::consumer_cursor<Traits>* consumer_ = nullptr;
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_READ_CLAIM_HPP
