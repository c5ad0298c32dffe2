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
    return at_.word != detail::not_ready ? P::readable(at_.region, at_.offset + header_size, size()) : typename P::read_span{};
  }
  std::size_t size() const noexcept {  // bytes
    return at_.word != detail::not_ready ? static_cast<std::uint32_t>(at_.word) - header_size : 0;
  }
  std::uint32_t tag() const noexcept { return detail::tag_of(at_.word); }  // the user's
  // The position of its header, free-running. A record occupies 8 + size() bytes, rounded up to the payload alignment. What
  // lies between the end of one record and the position of the next was skipped: padding, aborted claims, or the rest of a
  // shortened record.
  position_type position() const noexcept { return at_.position; }

 protected:
  template <ring_traits>
  friend class read_batch;
  template <ring_traits>
  friend class consumer;

  LOGBUF_ALWAYS_INLINE explicit record_view(const detail::found<Traits>& record) noexcept : at_(record) {}

  detail::found<Traits> at_;
};

namespace detail {

// Hints for the record that comes next, and the release of what is held back.
template <class Traits>
LOGBUF_WRAPS LOGBUF_NOINLINE void end_stretch(consumer_cursor<Traits>& c, header_word next) noexcept {
  if (c.gives_hints) prefetch_records(c, next);
  if (next == not_ready || c.position - c.released >= c.threshold) release(c);
}

template <class Traits>
LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE inline void end_read(consumer_cursor<Traits>& c, const found<Traits>& record) noexcept {
  // Of two claims of the same record, the one that ends first consumes it.
  if (c.position == record.position) [[likely]] {
    const position_type end = advance(c, record);
    note_high_water(c);
    const header_word next = load_header(c, record.region, c.offset(end));
    if (is_record(next)) {
      if (end - c.released >= c.near) [[unlikely]] end_stretch(c, next);
    } else if (is_skip(next)) {
      end_stretch(c, pass_skips(c, next));
    } else {
      if constexpr (!producer_clears<Traits>) c.looked_at = end;  // by_producer gives no hints
      publish_head(c, end);
    }
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
    other.at_.word = detail::not_ready;
  }
  read_claim& operator=(read_claim&& other) noexcept {
    if (this != &other) {
      consume();
      record_view<Traits>::operator=(other);
      consumer_ = std::exchange(other.consumer_, nullptr);
      other.at_.word = detail::not_ready;
    }
    return *this;
  }
  LOGBUF_ALWAYS_INLINE ~read_claim() { consume(); }

  // Ends the claim now. Wait-free except for skips behind the record. Does nothing if the claim has already ended.
  LOGBUF_ALWAYS_INLINE void consume() noexcept {
    if (consumer_ == nullptr) return;
    detail::end_read(*std::exchange(consumer_, nullptr), this->at_);
    this->at_.word = detail::not_ready;
  }

  // Ends the claim. The record stays unread and is returned again. Wait-free.
  void keep() noexcept {
    if (consumer_ == nullptr) return;
    this->at_.word = detail::not_ready;
    detail::release_use(*std::exchange(consumer_, nullptr));
  }

  bool is_open() const noexcept { return consumer_ != nullptr; }  // its record is not consumed yet

 private:
  template <ring_traits>
  friend class consumer;
  template <ring_traits>
  friend class receiver;

  LOGBUF_ALWAYS_INLINE read_claim(detail::consumer_cursor<Traits>& c, const detail::found<Traits>& record) noexcept
      : record_view<Traits>(record), consumer_(&c) {
    LOGBUF_ASSERT(c.uses == 1, "a record is read while the one before it is open: end that claim first, or move it away and "
                               "consume() it");
    ++c.uses;
  }

  detail::consumer_cursor<Traits>* consumer_ = nullptr;
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_READ_CLAIM_HPP
