// Builds a channel, which is a ring whose receiver can wait.
#pragma once
#ifndef LOGBUF_CHANNEL_CHANNEL_HPP
#define LOGBUF_CHANNEL_CHANNEL_HPP

#include <utility>

#include "../ends/make.hpp"
#include "receiver.hpp"
#include "sender.hpp"

namespace logbuf::inline v0 {

template <ring_traits Traits, class Claiming>
struct channel_access {
  using sender_type = basic_sender<Traits, Claiming>;
  using receiver_type = receiver<Traits>;
  using ends = std::pair<sender_type, receiver_type>;
  using ring_access = make_access<detail::channel_traits<Traits>, Claiming>;

  static result<ends, setup_error> over(result<typename ring_access::ends, setup_error> ring, const options& o) noexcept {
    if (!ring) return ring.error();
    return ends(sender_type(std::move(ring->first)), receiver_type(std::move(ring->second), o.spins_before_park));
  }
};

}  // namespace logbuf

#endif  // LOGBUF_CHANNEL_CHANNEL_HPP
