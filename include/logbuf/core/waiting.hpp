// How a receiver sleeps and how a sender wakes it: fences, park and unpark, clocks. The waiting half of std_atomics.
//
// A sender should not pay for a full fence with every record. On Linux the receiver, which is about to sleep anyway, makes
// all cores of the process order their memory accesses (membarrier), and the sender needs only a compiler barrier. These
// are asymmetric fences. Elsewhere, or if membarrier is refused, both sides use a sequentially consistent fence.
#pragma once
#ifndef LOGBUF_CORE_WAITING_HPP
#define LOGBUF_CORE_WAITING_HPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "../platform/compiler.hpp"
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
    else platform::thread_fence(site_tag<S>::order);
  }
  // The receiver's fence, before it sleeps. False: the kernel refused it, and nothing was ordered.
  template <site S>
  [[nodiscard]] static bool heavy_fence(site_tag<S>, bool asymmetric) noexcept {
    const platform::kept_errno errno_stays;
    if (asymmetric) return platform::membarrier();
    platform::thread_fence(site_tag<S>::order);
    return true;
  }

  // Called once for each channel. False: the kernel does not offer this fence to the process.
  static bool prepare_heavy_fence() noexcept {
    const platform::kept_errno errno_stays;
    return platform::register_membarrier();
  }

  using parker = logbuf::parker;

  // Sleeps while the word is `expected`. Returns after unpark, at the deadline, or spuriously. False: the system refuses to
  // let threads sleep, and nothing slept.
  [[nodiscard]] static bool park(parker& p, futex_word& word, std::uint32_t expected, deadline d) noexcept {
    const platform::kept_errno errno_stays;
    return p.wait(at<site::park_recheck>, word, expected, d);
  }
  static void unpark(parker& p, futex_word& word) noexcept {
    const platform::kept_errno errno_stays;
    p.wake(word);
  }

  // Event descriptors (eventfd). signal makes one readable.
  static constexpr bool has_event_descriptors = platform::has_event_descriptors;
  static bool can_signal(int descriptor) noexcept {
    const platform::kept_errno errno_stays;
    return platform::can_signal(descriptor);
  }
  static void signal(int descriptor) noexcept {
    const platform::kept_errno errno_stays;
    platform::signal_event(descriptor);
  }

  // For a sender at a full ring, with options::spins_before_yield: yields the processor.
  static void yield() noexcept {
    const platform::kept_errno errno_stays;
    std::this_thread::yield();
  }

  // For a receiver that cannot park: waits before the next poll.
  static void nap() noexcept {
    const platform::kept_errno errno_stays;
    const platform::uncancelled asleep;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
};

// Prepares the process for asymmetric fences. The first channel does it otherwise, and then waits for the other threads of the
// process: about 10 ms, once. Without other threads it takes microseconds, so call this at the start of main. False: the
// system does not offer these fences to the process; wake_fences::automatic then uses ordinary ones.
inline bool prepare_wake_fences() noexcept { return std_waiting::prepare_heavy_fence(); }

namespace detail {

// Returns now + timeout, for any timeout: the one place that makes a deadline of a duration. Zero, less, and what is not a
// number is now. Half of what is left of the clock's range, and more, is no deadline: with a steady clock this is a century.
template <class P, class Rep, class Period>
typename P::deadline deadline_after(std::chrono::duration<Rep, Period> timeout) noexcept {
  using deadline = typename P::deadline;
  using seconds = std::chrono::duration<double>;
  const deadline now = P::clock::now();
  if (!(timeout > timeout.zero())) return now;  // so written for NaN, which is neither more nor less
  const auto left = deadline::max() - std::max(now, deadline());
  if (seconds(timeout) >= seconds(left) / 2) return deadline::max();  // not the whole range, since a double is not exact
  return now + std::chrono::ceil<typename deadline::duration>(timeout);
}

}  // namespace detail
}  // namespace logbuf

#endif  // LOGBUF_CORE_WAITING_HPP
