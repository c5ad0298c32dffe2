// What the ends of a channel share beyond the ring, and how a sender wakes a sleeping receiver.
//
//   sender:   publish; light fence; if the receiver is parked, wake it
//   receiver: set the parked flag; heavy fence; poll once more; sleep
//
// At least one of the two sees the other. Without the fences both could read too early, and the wake-up would be lost. A
// wake-up accesses this state, so the thread that wakes must still own the ring. A sender that leaves decrements the count
// of senders, wakes the receiver, and only then drops the ring.
#pragma once
#ifndef LOGBUF_CHANNEL_CHANNEL_STATE_HPP
#define LOGBUF_CHANNEL_CHANNEL_STATE_HPP

#include <cstdint>

#include "../core/ring_state.hpp"
#include "../platform/compiler.hpp"

namespace logbuf::inline v0::detail {

template <class Traits>
struct alignas(line_pair) channel_words {
  using P = typename Traits::atomics;
  template <class T>
  using word = typename P::template word<T>;

  word<std::uint32_t> parked{0u};   // 1: the receiver sleeps, or is about to
  word<std::uint32_t> senders{1u};  // how many there are; at 0 the channel is disconnected
  word<std::uint32_t> closed{0u};
  bool asymmetric = false;  // the kind of fences, the same for both sides; never changes once the ends exist
  unsigned spins_before_yield = options::never;
  int event_descriptor = options::no_descriptor;
  LOGBUF_NO_UNIQUE_ADDRESS typename P::parker parker{};

  // Called before the ends exist.
  setup_error configure(const options& o) noexcept {
    if (o.event_descriptor != options::no_descriptor) {
      const auto given = static_cast<std::uint64_t>(std::int64_t{o.event_descriptor});
      if (!P::has_event_descriptors) return {setup_errc::no_event_descriptors, given};
      if (!P::can_signal(o.event_descriptor)) return {setup_errc::bad_event_descriptor, given};
    }
    event_descriptor = o.event_descriptor;
    spins_before_yield = o.spins_before_yield;
    asymmetric = o.fences != wake_fences::symmetric && P::prepare_heavy_fence();
    if (o.fences == wake_fences::asymmetric && !asymmetric) return {setup_errc::no_membarrier};
    return {};
  }

  // Called after everything that a receiver may wait for: a commit, an abort (records behind it become readable), a close, a
  // stop request, the departure of the last sender.
  void published() noexcept {
    P::light_fence(at<site::notify_fence>, asymmetric);
    if (P::load(at<site::parked_check>, parked) != 0) [[unlikely]] wake();
  }

  // May return spuriously. False: the system refused, and this thread did not sleep.
  [[nodiscard]] bool park_until(typename P::deadline deadline) noexcept { return P::park(parker, parked, 1u, deadline); }

 private:
  LOGBUF_COLD void wake() noexcept {
    if (P::exchange(at<site::parked_claim>, parked, 0u) == 0) return;  // another thread wakes it
    if (event_descriptor != options::no_descriptor) P::signal(event_descriptor);
    P::unpark(parker, parked);  // also with a descriptor, since receive() sleeps here
  }
};

// The traits of a channel's ring: the user's, plus these words.
template <class Traits>
struct channel_traits : Traits {
  using extension = channel_words<Traits>;
};

}  // namespace logbuf::detail

#endif  // LOGBUF_CHANNEL_CHANNEL_STATE_HPP
