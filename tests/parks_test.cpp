// A receiver that sleeps again and again, against senders that pause at random: every record is accounted for, and the
// run ends, or a wake-up was lost. After every other record, as it falls, a sender waits until it was received: the next
// record would wake the receiver too, and hide that the one before did not.
//
//   logbuf-parks-test N     until it has slept N times
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <logbuf/logbuf.hpp>

#include "counting_parks.hpp"

namespace {

using namespace logbuf;
using test::counting_parks;
using traits = test::counting_parks_traits;

struct message {
  std::uint64_t number, inverse;
};

std::atomic<std::uint64_t> received[2];

template <class Sender>
void send_until(Sender sender, std::uint32_t who, std::uint64_t parks) {
  std::uint32_t random = who * 77 + 1;
  for (std::uint64_t n = 0; counting_parks::parks.load(std::memory_order_relaxed) < parks; ++n) {
    random = random * 1664525 + 1013904223;
    // Sometimes a claim that stands before the record and is dropped behind it: then the abort has to wake.
    auto dropped = random >> 28 == 0 ? sender.try_send(sizeof(message)) : decltype(sender.try_send(0)){send_error::full};
    auto claim = sender.send(sizeof(message), who);
    if (!claim) std::abort();
    const message m{n, ~n};
    std::memcpy(claim->data(), &m, sizeof m);
    claim->commit();
    if (dropped) {
      std::this_thread::yield();
      dropped->abort();
    }
    for (unsigned looks = 1; (random >> 20 & 1) != 0 && received[who].load(std::memory_order_relaxed) <= n; ++looks)
      looks % 1024 != 0 ? std_atomics::spin_hint() : std::this_thread::yield();
    // From nothing to about the time that it takes to fall asleep, so that every step of that is met.
    const std::uint32_t pause = random >> 8;
    if (pause % 8 == 0) std::this_thread::yield();
    for (std::uint32_t i = (pause >> 8) % (1u << (pause % 13)); i != 0; --i) std_atomics::spin_hint();
  }
}

template <class Ends>
bool run(const char* name, Ends ends, std::uint64_t parks, bool two) {
  counting_parks::parks = received[0] = received[1] = 0;
  std::thread second;
  if constexpr (std::is_copy_constructible_v<typename Ends::first_type>)
    if (two) second = std::thread([tx = ends.first, parks]() mutable { send_until(std::move(tx), 1, parks); });
  std::thread first([tx = std::move(ends.first), parks]() mutable { send_until(std::move(tx), 0, parks); });
  std::uint64_t next[2] = {0, 0}, wrong = 0;
  for (auto& record : ends.second) {
    message m{};
    std::memcpy(&m, record.bytes().data(), sizeof m);
    const std::uint32_t who = record.tag() & 1;
    wrong += record.tag() > 1 || record.size() != sizeof m || m.inverse != ~m.number || m.number != next[who]++;
    received[who].store(next[who], std::memory_order_relaxed);
    if (((next[0] + next[1]) & 0xfffff) == 0) std::fprintf(stderr, "... %s: %llu parks\n", name,
        static_cast<unsigned long long>(counting_parks::parks.load()));
  }
  first.join();
  if (second.joinable()) second.join();
  const bool degraded = ends.second.is_degraded();
  std::printf("%-18s %8llu parks, %9llu records, %llu wrong%s\n", name,
              static_cast<unsigned long long>(counting_parks::parks.load()),
              static_cast<unsigned long long>(next[0] + next[1]), static_cast<unsigned long long>(wrong),
              degraded ? ", DEGRADED" : "");
  return wrong == 0 && !degraded && counting_parks::parks >= parks;
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  const std::uint64_t parks = argc == 2 ? std::strtoull(argv[1], &end, 10) : 0;
  if (parks == 0 || *end != 0) return std::fprintf(stderr, "usage: logbuf-parks-test N\n"), 2;
  bool ok = true;
  options o;
  o.spins_before_park = 0;
  for (const bool symmetric : {false, true}) {
    o.fences = symmetric ? wake_fences::symmetric : wake_fences::automatic;
    ok &= run(symmetric ? "spsc, symmetric" : "spsc, automatic", spsc::channel<traits>(1024, o), parks / 4, false);
    ok &= run(symmetric ? "mpsc, symmetric" : "mpsc, automatic", mpsc::channel<traits>(1024, o), parks / 4, true);
  }
  return ok ? 0 : 1;
}
