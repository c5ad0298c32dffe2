// How a receiver sleeps and how a sender wakes it: fences, park and unpark, clocks. The waiting half of std_atomics.
//
// A sender should not pay for a full fence with every record. On Linux the receiver, which is about to sleep anyway, makes
// all cores of the process order their memory accesses (membarrier), and the sender needs only a compiler barrier. These
// are asymmetric fences. Elsewhere, or if membarrier is refused, both sides use a sequentially consistent fence.
#pragma once
#ifndef LOGBUF_CORE_WAITING_HPP
#define LOGBUF_CORE_WAITING_HPP

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "../platform/platform.hpp"
#include "ordering.hpp"

namespace logbuf::inline v0 {

using futex_word = std::atomic<std::uint32_t>;

struct std_waiting {
  using clock = std::chrono::steady_clock;
  using deadline = clock::time_point;  // time_point::max(): none

  static bool expired(deadline d) noexcept { return d != deadline::max() && clock::now() >= d; }

  // The sender's fence, on its hot path.
  template <site S>
  static void light_fence(site_tag<S>, bool asymmetric) noexcept {
    if (asymmetric) std::atomic_signal_fence(site_tag<S>::order);  // for the compiler only
    else std::atomic_thread_fence(site_tag<S>::order);
  }
  // The receiver's fence, before it sleeps. False: the kernel refused it, and nothing was ordered.
  template <site S>
  [[nodiscard]] static bool heavy_fence(site_tag<S>, bool asymmetric) noexcept {
    if (asymmetric) return platform::membarrier();
    std::atomic_thread_fence(site_tag<S>::order);
    return true;
  }

  // Called once for each channel. False: the kernel does not offer this fence to the process.
  static bool prepare_heavy_fence() noexcept { return platform::register_membarrier(); }

  using parker = logbuf::parker;

  // Sleeps while the word is `expected`. Returns after unpark, at the deadline, or spuriously.
  static void park(parker& p, futex_word& word, std::uint32_t expected, deadline d) noexcept {
    p.wait(at<site::park_recheck>, word, expected, d);
  }
  static void unpark(parker& p, futex_word& word) noexcept { p.wake(word); }

  // Makes an event descriptor readable (eventfd).
  static void signal(int descriptor) noexcept { platform::signal_event(descriptor); }

  // For a sender at a full ring, with options::spins_before_yield: yields the processor.
  static void yield() noexcept { std::this_thread::yield(); }

  // For a receiver that cannot park: waits before the next poll.
  static void nap() noexcept { std::this_thread::sleep_for(std::chrono::microseconds(50)); }
};

namespace detail {

// Returns now + timeout, for any timeout. Zero or less is now. A time beyond the clock's range is no deadline.
template <class P, class Rep, class Period>
typename P::deadline deadline_after(std::chrono::duration<Rep, Period> timeout) noexcept {
  using deadline = typename P::deadline;
  const deadline now = P::clock::now();
  if (timeout <= timeout.zero()) return now;
  using seconds = std::chrono::duration<double>;
  if (seconds(timeout) >= seconds(deadline::max() - now)) return deadline::max();
  return now + std::chrono::ceil<typename deadline::duration>(timeout);
}

}  // namespace detail
}  // namespace logbuf

#endif  // LOGBUF_CORE_WAITING_HPP
