// What the ends of a channel share beyond the ring, and how a sender wakes a receiver that sleeps.
//
//   sender:   publish; light fence; is the receiver parked? then wake it
//   receiver: say that it parks; heavy fence; look once more; sleep
//
// One of the two sees the other: without the fences both could look too early, and the wake-up would be lost. A wake
// touches this state, so whoever wakes still owns the ring; a sender that leaves drops its count, wakes, and only then
// gives up the ring.
#pragma once

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
  word<std::uint32_t> senders{1u};  // the channel is disconnected when they are gone
  word<std::uint32_t> closed{0u};
  bool asymmetric = false;  // the kind of the fences, the same for both sides; never changes once the ends exist
  unsigned spins_before_yield = options::never;
  int event_descriptor = -1;
  LOGBUF_NO_UNIQUE_ADDRESS typename P::parker parker{};

  // Before the ends exist.
  setup_error configure(const options& o) noexcept {
    event_descriptor = o.event_descriptor;
    spins_before_yield = o.spins_before_yield;
    asymmetric = o.fences != wake_fences::symmetric && P::prepare_heavy_fence();
    if (o.fences == wake_fences::asymmetric && !asymmetric) return {setup_errc::no_membarrier};
    return {};
  }

  // After everything that a receiver may wait for: a commit, an abort (records behind it become readable), the last
  // sender's leave, a close.
  void published() noexcept {
    P::light_fence(at<site::notify_fence>, asymmetric);
    if (P::load(at<site::parked_check>, parked) != 0) [[unlikely]] wake();
  }

  // May return for no reason.
  void park_until(typename P::deadline deadline) noexcept { P::park(parker, parked, 1u, deadline); }

 private:
  LOGBUF_COLD void wake() noexcept {
    if (P::exchange(at<site::parked_claim>, parked, 0u) == 0) return;  // another sender does it
    if (event_descriptor >= 0) P::signal(event_descriptor);
    P::unpark(parker, parked);  // also then: who waits in receive() sleeps here
  }
};

// The traits of a channel's ring: the user's, with these words.
template <class Traits>
struct channel_traits : Traits {
  using extension = channel_words<Traits>;
};

}  // namespace logbuf::detail
