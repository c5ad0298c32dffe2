// The reading end of a channel, the same for SPSC and MPSC.
#pragma once
#ifndef LOGBUF_CHANNEL_RECEIVER_HPP
#define LOGBUF_CHANNEL_RECEIVER_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>
#include <version>
#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

#include "../ends/consumer.hpp"
#include "../platform/compiler.hpp"
#include "channel_state.hpp"

namespace logbuf::inline v0 {

// A consumer that can wait. Thread-safety: one thread at a time, except close(), which any thread may call while the
// receiver is alive and not being moved. Destroying it disconnects the channel. A sender's next call reports this.
// Progress: try_receive like the ring's reads. The others block: they poll `spins_before_park` times, then sleep.
template <ring_traits Traits>
class receiver {
  using ring_traits_type = detail::channel_traits<Traits>;
  using consumer_type = consumer<ring_traits_type>;
  using P = typename Traits::atomics;
  using deadline = typename P::deadline;

 public:
  using claim_type = read_claim<ring_traits_type>;     // a record, until the claim ends
  using received = result<claim_type, receive_error>;  // what receive returns

  receiver() noexcept = default;
  // Wraps a ring's consumer. For channel().
  receiver(consumer_type&& c, unsigned spins) noexcept : consumer_(std::move(c)), spins_(spins) {}

  // Returns the next record, or why there is none: empty, disconnected, abandoned, closed, detached, corrupt. Never waits.
  [[nodiscard]] LOGBUF_ALWAYS_INLINE received try_receive() noexcept {
    if (!is_attached()) return receive_error::detached;
    return claim_of(look(*consumer_.cursor_, never));
  }

  // Waits for the next record. Every record that was committed before the last sender left is delivered before
  // `disconnected` is returned. A record that is there at the deadline is delivered. A timeout of zero or less means one
  // poll.
  [[nodiscard]] received receive() noexcept { return claim_of(wait(deadline::max(), never)); }
  [[nodiscard]] received receive_until(deadline d) noexcept { return claim_of(wait(d, never)); }
  template <class Rep, class Period>
  [[nodiscard]] received receive_for(std::chrono::duration<Rep, Period> timeout) noexcept {
    return claim_of(wait_for(timeout));
  }
#if defined(__cpp_lib_jthread)
  // Returns `closed` when a stop was requested and there is no record.
  [[nodiscard]] received receive(const std::stop_token& stop, deadline d = deadline::max()) noexcept {
    if (!is_attached()) return receive_error::detached;
    const std::stop_callback wake_up(stop, [this] { words(*consumer_.cursor_).published(); });
    const auto stopped = [&] { return stop.stop_requested(); };
    return claim_of(wait(d, stopped));
  }
#endif

  // Waits for the first record, then drains what is there, like consumer::drain. Returns the number of records.
  template <class Handler>
  result<std::size_t, receive_error> drain(Handler&& handler, std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    return drain_until(deadline::max(), std::forward<Handler>(handler), limit);
  }
  template <class Rep, class Period, class Handler>
  result<std::size_t, receive_error> drain_for(std::chrono::duration<Rep, Period> timeout, Handler&& handler,
                                               std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    return drain_after(wait_for(timeout), handler, limit);
  }
  template <class Handler>
  result<std::size_t, receive_error> drain_until(deadline d, Handler&& handler,
                                                 std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    return drain_after(wait(d, never), handler, limit);
  }

  // Ends the wait of this receiver and prevents later ones: from now on a receive that finds no record returns `closed`
  // instead of waiting. Records that are there are still delivered, and so are those that come later: senders are not told
  // until the receiver is destroyed. Callable from any thread. Wait-free, except for the system call that wakes a sleeping
  // receiver.
  void close() noexcept {
    if (!is_attached()) return;
    detail::channel_words<Traits>& w = words(*consumer_.cursor_);
    P::store(at<site::close_store>, w.closed, 1u);
    w.published();
  }

  // For event loops, with options::event_descriptor. True: armed, and the descriptor becomes readable when there is
  // something to receive. False: there is something already, so receive first; or is_degraded(); or this receiver has no
  // channel. A signal disarms it. Without an event descriptor nothing is ever signalled: this asserts in debug builds.
  [[nodiscard]] bool arm() noexcept {
    if (!is_attached() || is_degraded_) return false;
    cursor_type& c = *consumer_.cursor_;
    LOGBUF_ASSERT(words(c).event_descriptor != options::no_descriptor,
                  "arm without options::event_descriptor: nothing is signalled");
    return look(c, never).is_empty() && announce_and_look(c, never).is_empty() && !is_degraded_;
  }

  // Records until the channel is disconnected, abandoned or closed: for (auto& record : receiver) ...
  // It fetches as late as it can: a record that nobody looked at stays unread when the loop ends, and a view that takes three
  // records waits for no fourth. What waits: a comparison with end(), a look at a record, and ++ if neither came before it.
  class iterator {
   public:
    using value_type = claim_type;           // a record
    using difference_type = std::ptrdiff_t;  // for std::input_iterator
    iterator() noexcept = default;
    // The record; valid until the next increment. It is consumed by the increment, or when the iterator is destroyed.
    claim_type& operator*() const noexcept {
      open();
      return current_;
    }
    // Consumes the record, also one that nobody looked at.
    iterator& operator++() noexcept {
      open();
      current_.consume();
      is_opened_ = false;
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    // True if there are no more records.
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept {
      return !i.is_opened_ && !i.waits_for_record();
    }

   private:
    friend class receiver;
    explicit iterator(receiver& r) noexcept : from_(&r) {}
    bool waits_for_record() const noexcept {
      return from_ != nullptr && from_->wait(deadline::max(), never).why == receive_error::none;
    }
    void open() const noexcept {
      if (is_opened_ || from_ == nullptr) return;
      if (auto next = from_->receive()) current_ = std::move(*next), is_opened_ = true;
    }
    receiver* from_ = nullptr;
    mutable claim_type current_;        // open from the first look on
    mutable bool is_opened_ = false;    // then the record is this iterator's, even if the loop's body has ended the claim
  };
  iterator begin() noexcept { return iterator(*this); }        // does not wait
  std::default_sentinel_t end() const noexcept { return {}; }  // the end of the range

  void release() noexcept { consumer_.release(); }  // like consumer::release
  void rest() noexcept { consumer_.rest(); }        // like consumer::rest; receive rests by itself

  // True if the system refused what parking needs: the fence (membarrier), after it had allowed it, or the sleep (futex).
  // This receiver then polls with short sleeps instead, and arm() always returns false.
  bool is_degraded() const noexcept { return is_degraded_; }
  // After `abandoned`: the bytes that cannot be read, from the unfinished claim on.
  std::uint64_t abandoned_bytes() const noexcept { return consumer_.occupancy(); }
  bool is_attached() const noexcept { return consumer_.is_attached(); }       // false when moved from
  std::uint64_t capacity() const noexcept { return consumer_.capacity(); }    // bytes
  std::uint64_t occupancy() const noexcept { return consumer_.occupancy(); }  // bytes, approximate
  consumer_statistics statistics() const noexcept
    requires Traits::statistics::enabled
  {
    return consumer_.statistics();
  }

 private:
  using cursor_type = detail::consumer_cursor<ring_traits_type>;

  // What a poll found: the header of the next record, or why there is none.
  struct sight {
    detail::header_word word = detail::not_ready;
    receive_error why = receive_error::none;
    bool is_empty() const noexcept { return why == receive_error::empty; }
  };
  static constexpr auto never = [] { return false; };

  static detail::channel_words<Traits>& words(cursor_type& c) noexcept { return c.ring->extension; }

  static bool is_corrupt([[maybe_unused]] const cursor_type& c) noexcept {
    if constexpr (Traits::checked) return c.is_corrupt;
    else return false;
  }

  static detail::header_word poll(cursor_type& c) noexcept {
    const detail::header_word word = detail::poll(c).word;
    if (word == detail::not_ready) detail::release(c);  // so no sender waits for space while this end waits for records
    return word;
  }

  template <class Stopped>
  LOGBUF_ALWAYS_INLINE static sight look(cursor_type& c, Stopped& stopped) noexcept {
    if (const detail::header_word word = poll(c); word != detail::not_ready) [[likely]] return {word};
    return look_at_ends(c, stopped);
  }

  // Called when there is no record. Finds out whether one can still come.
  template <class Stopped>
  LOGBUF_NOINLINE static sight look_at_ends(cursor_type& c, Stopped& stopped) noexcept {
    if (is_corrupt(c)) return {detail::not_ready, receive_error::corrupt};
    if (P::load(at<site::senders_check>, words(c).senders) == 0) {
      // A record that was committed before the last sender left.
      if (const detail::header_word word = poll(c); word != detail::not_ready) return {word};
      if (is_corrupt(c)) return {detail::not_ready, receive_error::corrupt};
      const bool unfinished = P::load(at<site::abandoned_check>, c.ring->tail) != c.position;
      return {detail::not_ready, unfinished ? receive_error::abandoned : receive_error::disconnected};
    }
    const bool closed = P::load(at<site::close_check>, words(c).closed) != 0 || stopped();
    return {detail::not_ready, closed ? receive_error::closed : receive_error::empty};
  }

  // Sets the parked flag, and polls once more. If the result is empty, a thread that publishes from now on sees the flag.
  template <class Stopped>
  sight announce_and_look(cursor_type& c, Stopped& stopped) noexcept {
    detail::channel_words<Traits>& w = words(c);
    P::store(at<site::parked_store>, w.parked, 1u);
    if (!P::heavy_fence(at<site::park_fence>, w.asymmetric)) is_degraded_ = true;
    const sight seen = look(c, stopped);
    if (!seen.is_empty() || is_degraded_) P::store(at<site::parked_store>, w.parked, 0u);
    return seen;
  }

  template <class Rep, class Period>
  sight wait_for(std::chrono::duration<Rep, Period> timeout) noexcept {
    if (!is_attached()) return {detail::not_ready, receive_error::detached};
    cursor_type& c = *consumer_.cursor_;
    const sight seen = look(c, never);  // before reading the clock, which costs more
    if (!seen.is_empty()) [[likely]] return seen;
    if (timeout <= timeout.zero()) return {detail::not_ready, receive_error::timeout};
    return wait_longer(c, detail::deadline_after<P>(timeout), never);
  }

  template <class Stopped>
  sight wait(deadline d, Stopped& stopped) noexcept {
    if (!is_attached()) return {detail::not_ready, receive_error::detached};
    cursor_type& c = *consumer_.cursor_;
    const sight seen = look(c, stopped);
    return seen.is_empty() ? wait_longer(c, d, stopped) : seen;
  }

  template <class Stopped>
  LOGBUF_NOINLINE sight wait_longer(cursor_type& c, deadline d, Stopped& stopped) noexcept {
    for (unsigned looks = 0;; ++looks) {
      // Reads the clock before it polls, so that a record that is there at the deadline is delivered.
      const bool out_of_time = P::expired(d);
      const bool parks = !out_of_time && looks >= spins_;
      if (!parks && !out_of_time) detail::rest(c);
      if (const sight seen = parks ? park(c, d, stopped) : look(c, stopped); !seen.is_empty()) return seen;
      if (out_of_time) return {detail::not_ready, receive_error::timeout};
    }
  }

  // Sleeps unless there is something to report. Polls after it wakes, which may be spuriously.
  template <class Stopped>
  sight park(cursor_type& c, deadline d, Stopped& stopped) noexcept {
    if (!is_degraded_) {
      if (const sight seen = announce_and_look(c, stopped); !seen.is_empty()) return seen;
    }
    if (!is_degraded_) {
      is_degraded_ = !words(c).park_until(d);
      P::store(at<site::parked_store>, words(c).parked, 0u);
    }
    if (is_degraded_) P::nap();
    return look(c, stopped);
  }

  template <class Handler>
  result<std::size_t, receive_error> drain_after(sight seen, Handler& handler, std::size_t limit) {
    if (seen.why != receive_error::none) return seen.why;
    if constexpr (Traits::checked) {
      auto drained = consumer_.drain(handler, limit);
      if (!drained) return receive_error::corrupt;  // the header was sound when polled, and no longer is
      return std::move(*drained);
    } else {
      return consumer_.drain(handler, limit);
    }
  }

  LOGBUF_ALWAYS_INLINE received claim_of(sight seen) noexcept {
    if (seen.why != receive_error::none) return seen.why;
    return claim_type(*consumer_.cursor_, detail::found_at_position(*consumer_.cursor_, seen.word));
  }

  consumer_type consumer_;
  unsigned spins_ = 0;
  bool is_degraded_ = false;
};

}  // namespace logbuf

#endif  // LOGBUF_CHANNEL_RECEIVER_HPP
