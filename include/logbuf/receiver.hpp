// The reading end of a channel, the same for both rings.
#pragma once

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

#include "channel_state.hpp"
#include "consumer.hpp"

namespace logbuf {

// A consumer that can wait. Thread-safety: one thread at a time, but for close(), which any thread may call while the
// receiver is alive and not being moved. Destroying it disconnects: senders are told at their next call.
// Progress: try_receive as the ring's reads; the others block: they look `spins_before_park` times, then sleep.
template <ring_traits Traits>
class receiver {
  using ring_traits_type = detail::channel_traits<Traits>;
  using consumer_type = consumer<ring_traits_type>;
  using P = typename Traits::atomics;
  using deadline = typename P::deadline;

 public:
  using claim_type = read_claim<ring_traits_type>;
  using received = result<claim_type, receive_error>;

  receiver() noexcept = default;
  receiver(consumer_type&& c, unsigned spins) noexcept : consumer_(std::move(c)), spins_(spins) {}

  // The next record, or why there is none: empty, disconnected, abandoned, closed. Never waits.
  [[nodiscard]] received try_receive() noexcept { return claim_if(look()); }

  // Waits for the next record. Every record that was committed before the last sender left comes before disconnected;
  // one that is there when the time is out is delivered. A timeout of zero or less is one look.
  [[nodiscard]] received receive() noexcept { return claim_if(wait(deadline::max(), never)); }
  [[nodiscard]] received receive_until(deadline d) noexcept { return claim_if(wait(d, never)); }
  template <class Rep, class Period>
  [[nodiscard]] received receive_for(std::chrono::duration<Rep, Period> timeout) noexcept {
    return receive_until(detail::deadline_after<P>(timeout));
  }
#if defined(__cpp_lib_jthread)
  // Ends with closed when the token is stopped and nothing is there.
  [[nodiscard]] received receive(const std::stop_token& stop, deadline d = deadline::max()) noexcept {
    if (!is_attached()) return receive_error::detached;
    const std::stop_callback wake_up(stop, [this] { words().published(); });
    return claim_if(wait(d, [&] { return stop.stop_requested(); }));
  }
#endif

  // Waits for the first record, then drains what is there: as consumer::drain. The value is the number of records.
  template <class Handler>
  result<std::size_t, receive_error> drain(Handler&& handler, std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    return drain_until(deadline::max(), std::forward<Handler>(handler), limit);
  }
  template <class Rep, class Period, class Handler>
  result<std::size_t, receive_error> drain_for(std::chrono::duration<Rep, Period> timeout, Handler&& handler,
                                               std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    return drain_until(detail::deadline_after<P>(timeout), std::forward<Handler>(handler), limit);
  }
  template <class Handler>
  result<std::size_t, receive_error> drain_until(deadline d, Handler&& handler,
                                                 std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    if (const receive_error e = wait(d, never); e != receive_error::none) return e;
    return consumer_.drain(std::forward<Handler>(handler), limit);
  }

  // Ends the wait of this receiver, now and from now on: a receive that finds nothing answers closed instead of
  // waiting. Records that are there are still delivered. Callable from any thread. Wait-free.
  void close() noexcept {
    if (!is_attached()) return;
    P::store(at<site::close_store>, words().closed, 1u);
    words().published();
  }

  // For event loops, with options::event_descriptor: true means armed, and the descriptor becomes readable when there is
  // something to look at; false means that there is already: receive first. Disarms by itself when it is signalled.
  [[nodiscard]] bool arm() noexcept {
    if (!is_attached() || look() != receive_error::empty || is_degraded_) return false;
    return announce_and_look(never) == receive_error::empty;
  }

  // Records until the channel is disconnected, abandoned or closed: for (auto& record : receiver) ...
  class iterator {
   public:
    using value_type = claim_type;
    using difference_type = std::ptrdiff_t;
    iterator() noexcept = default;
    claim_type& operator*() const noexcept { return current_; }
    iterator& operator++() noexcept {
      current_.consume();
      fetch();
      return *this;
    }
    void operator++(int) noexcept { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return !i.current_.is_open(); }

   private:
    friend class receiver;
    explicit iterator(receiver& r) noexcept : from_(&r) { fetch(); }
    void fetch() noexcept {
      if (auto next = from_->receive()) current_ = std::move(*next);
    }
    receiver* from_ = nullptr;
    mutable claim_type current_;
  };
  iterator begin() noexcept { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

  void release() noexcept { consumer_.release(); }  // as consumer::release

  // The kernel refused the fence that parking needs, after it had allowed it: this receiver polls with short sleeps
  // instead of parking, and arm() always answers false.
  bool is_degraded() const noexcept { return is_degraded_; }
  // Bytes behind a claim that was never finished, after `abandoned`.
  std::uint64_t abandoned_bytes() const noexcept { return consumer_.occupancy(); }
  bool is_attached() const noexcept { return consumer_.is_attached(); }
  std::uint64_t capacity() const noexcept { return consumer_.capacity(); }    // bytes
  std::uint64_t occupancy() const noexcept { return consumer_.occupancy(); }  // bytes, approximate
  consumer_statistics statistics() const noexcept
    requires Traits::statistics::enabled
  {
    return consumer_.statistics();
  }

 private:
  static constexpr auto never = [] { return false; };

  detail::consumer_cursor<ring_traits_type>& cursor() const noexcept { return *consumer_.cursor_; }
  detail::channel_words<Traits>& words() const noexcept { return cursor().ring->extension; }

  bool is_ready() noexcept {
    if (detail::poll(cursor()) != detail::not_ready) return true;
    detail::release(cursor());  // nobody waits for space while this end waits for records
    return false;
  }

  // none: a record is next.
  receive_error look() noexcept {
    if (!is_attached()) return receive_error::detached;
    if (is_ready()) return receive_error::none;
    if (P::load(at<site::senders_check>, words().senders) == 0) {
      if (is_ready()) return receive_error::none;  // committed before the last sender left
      const position_type tail = P::load(at<site::abandoned_check>, cursor().ring->tail);
      return tail == cursor().position ? receive_error::disconnected : receive_error::abandoned;
    }
    if (P::load(at<site::close_check>, words().closed) != 0) return receive_error::closed;
    return receive_error::empty;
  }

  template <class Stopped>
  receive_error look_unless(Stopped& stopped) noexcept {
    const receive_error seen = look();
    return seen == receive_error::empty && stopped() ? receive_error::closed : seen;
  }

  // Says that this end parks, and looks once more. Empty: whoever publishes from now on sees it.
  template <class Stopped>
  receive_error announce_and_look(Stopped& stopped) noexcept {
    P::store(at<site::parked_store>, words().parked, 1u);
    if (!P::heavy_fence(at<site::park_fence>, words().asymmetric)) is_degraded_ = true;
    const receive_error seen = look_unless(stopped);
    if (seen != receive_error::empty || is_degraded_) P::store(at<site::parked_store>, words().parked, 0u);
    return seen;
  }

  template <class Stopped>
  receive_error wait(deadline d, Stopped stopped) noexcept {
    receive_error seen = look_unless(stopped);
    for (unsigned i = 0; i != spins_ && seen == receive_error::empty && !P::expired(d); ++i) {
      P::spin_hint();
      seen = look_unless(stopped);
    }
    while (seen == receive_error::empty) {
      if (P::expired(d)) return receive_error::timeout;
      seen = announce_and_look(stopped);
      if (seen != receive_error::empty) break;
      bool in_time = true;
      if (is_degraded_) {
        P::nap();
      } else {
        in_time = words().park_until(d);
        P::store(at<site::parked_store>, words().parked, 0u);
      }
      seen = look_unless(stopped);  // also when the time is out: what is there is delivered
      if (!in_time && seen == receive_error::empty) return receive_error::timeout;
    }
    return seen;
  }

  received claim_if(receive_error seen) noexcept {
    if (seen != receive_error::none) return seen;
    auto record = consumer_.try_read();
    return std::move(*record);
  }

  consumer_type consumer_;
  unsigned spins_ = 0;
  bool is_degraded_ = false;
};

}  // namespace logbuf
