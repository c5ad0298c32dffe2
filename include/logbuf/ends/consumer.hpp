// The reading end of a ring, the same for SPSC and MPSC.
#pragma once
#ifndef LOGBUF_ENDS_CONSUMER_HPP
#define LOGBUF_ENDS_CONSUMER_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "../base/result.hpp"
#include "../core/rest.hpp"
#include "../platform/compiler.hpp"
#include "life.hpp"
#include "read_claim.hpp"

namespace logbuf::inline v0 {

// What a drain handler may return. Returning nothing means next.
enum class drain_action : unsigned char {
  next,  // consume this record and continue
  stop,  // consume this record and stop
  keep,  // stop, and leave this record unread
};

namespace detail {

// What a read returns when the poll found nothing.
template <class Traits>
read_error why_nothing([[maybe_unused]] const consumer_cursor<Traits>& c) noexcept {
  if constexpr (Traits::checked)
    if (c.is_corrupt) return read_error::corrupt;
  return read_error::empty;
}

// A scope in which several records are read. It releases what was read in chunks of at least a quarter of the ring, so
// that a slow reader does not starve the producers, and at the end of the scope, however it is left.
template <class Traits>
class chunked_release {
 public:
  explicit chunked_release(consumer_cursor<Traits>& c) noexcept : cursor_(c.ring != nullptr ? &c : nullptr) {
    LOGBUF_ASSERT(c.uses == 1, "drain or batch while a read claim or a batch is open: end that first");
    if (cursor_ != nullptr) ++c.uses;
  }
  chunked_release(chunked_release&& other) noexcept : cursor_(std::exchange(other.cursor_, nullptr)) {}
  chunked_release& operator=(chunked_release&&) = delete;
  ~chunked_release() {
    if (cursor_ == nullptr) return;
    release(*cursor_);
    release_use(*cursor_);
  }

  LOGBUF_WRAPS LOGBUF_ALWAYS_INLINE found<Traits> next() noexcept {
    consumer_cursor<Traits>& c = *cursor_;
    if (c.position - c.released >= c.capacity() / 4) release(c);
    const found<Traits> record = poll(c);
    if (c.gives_hints) [[unlikely]] prefetch_records(c, record.word);
    return record;
  }
  consumer_cursor<Traits>& cursor() const noexcept { return *cursor_; }
  bool is_open() const noexcept { return cursor_ != nullptr; }

 private:
  consumer_cursor<Traits>* cursor_;
};

}  // namespace detail

// Returns records one by one. A record is consumed when the next one is requested, or when the batch ends. keep() leaves
// the last one unread. Thread-safety: belongs to the consumer's thread. Use neither the consumer nor another claim while
// the batch is open.
template <ring_traits Traits>
class [[nodiscard]] read_batch {
 public:
  read_batch(read_batch&& other) noexcept
      : scope_(std::move(other.scope_)), current_(std::exchange(other.current_, {})) {}
  read_batch& operator=(read_batch&&) = delete;
  ~read_batch() { consume_current(); }

  // Returns the next record, or empty, or corrupt. The view is valid until the next call. Wait-free except for skips.
  LOGBUF_ALWAYS_INLINE result<record_view<Traits>, read_error> next() noexcept {
    consume_current();
    if (!scope_.is_open()) return read_error::empty;
    const detail::found<Traits> record = scope_.next();
    if (record.word == detail::not_ready) return detail::why_nothing(scope_.cursor());
    current_ = record_view<Traits>(record);
    return record_view<Traits>(current_);
  }

  // Leaves the last returned record unread, so that it is returned again.
  void keep() noexcept { current_ = {}; }

  // Releases everything that was returned, at once. The view is no longer valid.
  void release() noexcept {
    consume_current();
    if (scope_.is_open()) detail::release(scope_.cursor());
  }

 private:
  template <ring_traits>
  friend class consumer;

  explicit read_batch(detail::consumer_cursor<Traits>& c) noexcept : scope_(c) {}

  LOGBUF_ALWAYS_INLINE void consume_current() noexcept {
    if (current_.at_.word == detail::not_ready) return;
    if (auto& c = scope_.cursor(); c.position == current_.position()) detail::advance(c, current_.at_);
    current_ = {};
  }

  detail::chunked_release<Traits> scope_;
  record_view<Traits> current_;
};

// Thread-safety: one thread at a time (hand it over with a happens-before edge). Any thread may call statistics(),
// capacity() and occupancy(). Progress: reading is wait-free except for the skips that it passes over, and never blocks,
// allocates, or makes a system call. Moving it leaves open claims valid. A moved-from consumer is inert and always empty.
template <ring_traits Traits>
class consumer {
  using cursor = detail::consumer_cursor<Traits>;

 public:
  using traits = Traits;  // what its ring is built from

  consumer() noexcept = default;
  consumer(consumer&& other) noexcept : cursor_(std::exchange(other.cursor_, none())) {}
  consumer& operator=(consumer&& other) noexcept {
    if (this != &other) {
      leave();
      cursor_ = std::exchange(other.cursor_, none());
    }
    return *this;
  }
  // Releases what was held back. Asserts in debug builds if a read claim is still open. The claim stays valid.
  ~consumer() { leave(); }

  // Returns the next committed record, or empty, or (in a checked ring) corrupt. Only one record can be open at a time: until
  // the claim ends, another call returns the same record, and the claim that ends first consumes it. Debug builds assert:
  // a loop that keeps its claims, or assigns to one that is open, would read that record again. The record is zeroed
  // when its claim ends (with zeroing::by_consumer). Its space is then released at once if no record follows, or else when
  // options::release_threshold bytes are held back, when a read returns empty, or by release().
  LOGBUF_ALWAYS_INLINE result<read_claim<Traits>, read_error> try_read() noexcept {
    cursor& c = *cursor_;  // loaded once: after the poll, an acquire, the compiler would load it again
    const detail::found<Traits> record = detail::poll(c);
    if (!detail::is_record(record.word)) [[unlikely]] {
      detail::release(c);
      return detail::why_nothing(c);
    }
    return read_claim<Traits>(c, record);
  }

  // What drain returns: the number of records. In a checked ring, that number, or corrupt if the first header was bad.
  using drained = std::conditional_t<Traits::checked, result<std::size_t, read_error>, std::size_t>;

  // Calls handler(bytes, tag) for up to `limit` records, and returns how many were consumed. The handler returns
  // nothing or a drain_action. If it throws, the records before this one are consumed and released, this one stays unread,
  // and the exception propagates. The handler must not use this consumer.
  template <class Handler>
  drained drain(Handler&& handler, std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    if (!is_attached()) return 0;
    detail::chunked_release<Traits> scope(*cursor_);
    cursor& c = scope.cursor();
    for (std::size_t consumed = 0;; ++consumed) {
      if (consumed == limit) return consumed;
      const detail::found<Traits> found = scope.next();
      if (found.word == detail::not_ready) {
        if constexpr (Traits::checked)
          if (c.is_corrupt && consumed == 0) return read_error::corrupt;
        return consumed;
      }
      const drain_action action = call(handler, found);
      if (action == drain_action::keep) return consumed;
      if (c.position == found.position) detail::advance(c, found);
      if (action == drain_action::stop) return consumed + 1;
    }
  }

  // Reads several records and releases them in chunks.
  [[nodiscard]] read_batch<Traits> batch() noexcept { return read_batch<Traits>(*cursor_); }

  // Releases at once the space that single reads hold back. Wait-free.
  void release() noexcept { detail::release(*cursor_); }

  // For a polling loop, after a read that returned empty. Pauses so as not to contend with the producers, as long as that
  // pays: some tens of microseconds at most, and one spin hint where records are rare. Bounded; makes no system call.
  void rest() noexcept {
    if (is_attached()) detail::rest(*cursor_);
  }

  bool is_attached() const noexcept { return cursor_->ring != nullptr; }  // false when moved from
  std::uint64_t capacity() const noexcept { return cursor_->capacity(); }  // bytes

  // Bytes that are claimed and not released, including headers, padding, open claims and what this consumer holds back.
  // Approximate, since the producers continue meanwhile. Between 0 and capacity().
  std::uint64_t occupancy() const noexcept {
    if (!is_attached()) return 0;
    return detail::occupancy<Traits>(*cursor_->ring);
  }

  // Callable from any thread while this consumer is alive. Each number is exact; together they are not a snapshot.
  consumer_statistics statistics() const noexcept
    requires Traits::statistics::enabled
  {
    if (!is_attached()) return {};
    const auto& c = *cursor_->counts;
    return {c.get(0), c.get(1), c.get(2), detail::read_all(cursor_->ring->retired)};
  }

 private:
  template <ring_traits T, class C>
  friend struct make_access;
  template <ring_traits>
  friend class receiver;

  explicit consumer(cursor& c) noexcept : cursor_(&c) {}

  static constexpr cursor* none() noexcept { return &detail::no_consumer<Traits>; }

  // By itself, and not as a record_view: GCC copies one through memory, in pieces of another size than it was written in.
  template <class Handler>
  static drain_action call(Handler& handler, const detail::found<Traits>& record) {
    const std::size_t size = static_cast<std::uint32_t>(record.word) - header_size;
    const auto bytes = Traits::atomics::readable(record.region, record.offset + header_size, size);
    const std::uint32_t tag = detail::tag_of(record.word);
    using answer = std::invoke_result_t<Handler&, typename Traits::atomics::read_span, std::uint32_t>;
    static_assert(std::is_void_v<answer> || std::same_as<answer, drain_action>,
                  "a drain handler returns nothing or a drain_action");
    if constexpr (std::is_void_v<answer>) {
      handler(bytes, tag);
      return drain_action::next;
    } else {
      return handler(bytes, tag);
    }
  }

  void leave() noexcept {
    if (!is_attached()) return;
    cursor& c = *std::exchange(cursor_, none());
    LOGBUF_ASSERT(c.uses == 1, "a consumer is destroyed while one of its claims is open: end the claim first");
    detail::release_use(c);
  }

  cursor* cursor_ = none();
};

}  // namespace logbuf

#endif  // LOGBUF_ENDS_CONSUMER_HPP
