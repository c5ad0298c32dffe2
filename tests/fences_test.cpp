// What a channel does when the kernel refuses membarrier: at once, or after it had allowed it. A seccomp filter refuses.
//
//   logbuf-fences-test at_start|later
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include <sys/syscall.h>

#include <logbuf/logbuf.hpp>

#include "seccomp.hpp"

namespace {

using namespace logbuf;
using namespace std::chrono_literals;

bool refuse_membarrier() { return test::refuse(SYS_membarrier); }

int failures = 0;
void check(bool ok, const char* what) {
  if (ok) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

options parking(wake_fences fences) {
  options o;
  o.spins_before_park = 0;
  o.fences = fences;
  return o;
}

// Sends with pauses that make the receiver wait, and receives until the sender has left.
template <class Ends>
void check_that_nothing_is_lost(Ends& ends) {
  constexpr int records = 2000;
  std::thread sending([tx = std::move(ends.first)]() mutable {
    for (int i = 0; i != records; ++i) {
      if (i % 8 == 0) std::this_thread::sleep_for(100us);
      if (!tx.send(std::as_bytes(std::span(&i, 1)))) std::abort();
    }
  });
  int next = 0;
  bool in_order = true;
  for (auto& record : ends.second) {
    int i = -1;
    std::memcpy(&i, record.bytes().data(), sizeof i);
    in_order &= i == next++;
  }
  sending.join();
  check(in_order && next == records, "every record arrives, in order");
  check(ends.second.receive().error() == receive_error::disconnected, "and then the disconnection");
}

void at_start() {
  const auto refused = spsc::try_channel(1024, parking(wake_fences::asymmetric));
  check(!refused && refused.error().code == setup_errc::no_membarrier, "asymmetric fences are refused");
  auto ends = mpsc::channel(1024, parking(wake_fences::automatic));
  check_that_nothing_is_lost(ends);
  check(!ends.second.is_degraded(), "two ordinary fences serve, and the receiver parks");
}

template <class Ends>
void later(Ends ends) {
  check(!ends.second.is_degraded(), "a new channel is not degraded");
  // On a slow machine a short timeout is over before the receiver tries to park.
  for (auto timeout = 2ms; timeout < 1min && !ends.second.is_degraded(); timeout *= 2)
    check(ends.second.receive_for(timeout).error() == receive_error::timeout, "a deadline ends the wait");
  check(ends.second.is_degraded(), "the refusal is noticed, and said");
  check(!ends.second.arm(), "a degraded receiver can not be armed");
  check(ends.second.receive_for(0s).error() == receive_error::timeout, "a timeout of zero is one look");
  check_that_nothing_is_lost(ends);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view when = argc == 2 ? argv[1] : "";
  if (when == "at_start") {
    if (!refuse_membarrier()) return std::puts("SKIPPED: no seccomp filters here"), 0;
    at_start();
  } else if (when == "later") {
    auto one = spsc::try_channel(1024, parking(wake_fences::asymmetric));
    auto many = mpsc::try_channel(1024, parking(wake_fences::asymmetric));
    auto armed = spsc::try_channel(1024, parking(wake_fences::asymmetric));
    if (!one || !many || !armed) return std::puts("SKIPPED: no membarrier here"), 0;
    if (!refuse_membarrier()) return std::puts("SKIPPED: no seccomp filters here"), 0;
    check(!armed->second.arm(), "a receiver is not armed without its fence");
    check(armed->second.is_degraded(), "and says so");
    later(std::move(*one));
    later(std::move(*many));
  } else {
    return std::fprintf(stderr, "usage: logbuf-fences-test at_start|later\n"), 2;
  }
  std::printf("%d failures\n", failures);
  return failures != 0;
}
