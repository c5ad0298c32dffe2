// The code that fences.py reads: where a sender may miss a receiver that falls asleep, and the receiver the sender's record.
#include <cstddef>

#include <logbuf/logbuf.hpp>

using namespace logbuf;

namespace {
using traits = detail::channel_traits<default_traits>;
using cursor = detail::producer_cursor<traits>;
using ring = detail::ring_state<traits>;
}  // namespace

// Where the receiver announces its sleep, from the start of the ring's state.
extern "C" const int fences_parked_at;
const int fences_parked_at =
    static_cast<int>(offsetof(ring, extension) + offsetof(detail::channel_words<default_traits>, parked));

extern "C" void fences_of_commit(cursor& p, const std_atomics::region& region, std::size_t offset, position_type start) {
  detail::commit(p, region, offset, start, 32, 32, 1);
}
extern "C" void fences_of_abort(cursor& p, const std_atomics::region& region, std::size_t offset) {
  detail::abort(p, region, offset, 32);
}
extern "C" bool fences_of_arm(receiver<default_traits>& r) { return r.arm(); }
extern "C" bool fences_of_receive(receiver<default_traits>& r) { return r.receive().has_value(); }

// Of the two stores the first is dead, unless a fence for the compiler stands between them.
extern "C" void fences_of_compiler(int& word) {
  word = 4711;
  std_atomics::light_fence(at<site::notify_fence>, true);
  word = 4712;
}
