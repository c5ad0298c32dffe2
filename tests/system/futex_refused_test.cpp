// A receiver where the kernel refuses to let it sleep: it naps, says so, and misses nothing. Where only the newer of two calls
// is refused (a 32-bit program on an old kernel, or in an old container), the older one serves.
#include <chrono>
#include <thread>

#include <logbuf/logbuf.hpp>

#include "calls.hpp"
#include "check.hpp"

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

namespace {

struct at_site {};  // the parker does not look at it

options parking() {
  options o;
  o.spins_before_park = 0;
  return o;
}

void refused(int with) {
  auto [tx, rx] = mpsc::channel(1024, parking());
  check(!rx.is_degraded(), "a new channel is not degraded");
  calls::refused = futex_number, calls::also_refused = old_futex_number, calls::refused_with = with;
  calls::sleeps = 0;
  check(waits_until_degraded(rx), "the refusal is noticed, and said");
  check(rx.receive_for(5ms).error() == receive_error::timeout, "a deadline ends the wait");
  check(calls::sleeps >= 1 && calls::sleeps <= 2, "and the call is not repeated: one refusal is enough");
  check(!rx.arm(), "a degraded receiver can not be armed");
  auto& receiver = rx;
  std::size_t records = 0;
  auto& sender = tx;
  // The records come from this thread, since the C library's threads need the futex, too.
  for (int i = 0; i != 100; ++i) {
    check(sender.send(std::as_bytes(std::span(&i, 1))).has_value(), "a record is sent, and wakes nobody");
    records += receiver.receive().has_value();
  }
  check(records == 100, "every record arrives");
  calls::refused = calls::also_refused = -1;
}

void the_older_call_serves() {
  if (futex_number == old_futex_number) return (void)std::puts("this machine has one futex call: not tested");
  auto ends = spsc::channel(1024, parking());
  calls::refused = futex_number, calls::refused_with = ENOSYS, calls::sleeps = 0;
  check(ends.second.receive_for(5ms).error() == receive_error::timeout, "the older call has a deadline");
  check(!ends.second.is_degraded(), "and nothing is degraded");
  std::thread sending([tx = std::move(ends.first)]() mutable {
    for (int i = 0; i != 50; ++i) {
      std::this_thread::sleep_for(100us);
      if (!tx.send(std::as_bytes(std::span(&i, 1)))) return;
    }
  });
  std::size_t records = 0;
  for (auto& record : ends.second) records += record.size() == sizeof(int);
  sending.join();
  check(records == 50, "the older call wakes, too");
  calls::refused = -1;
}

// What a sleep ends with if it does not end with a wake-up.
void ends_of_a_sleep_are_no_refusals() {
  for (const int with : {EINTR, EAGAIN, ETIMEDOUT}) {
    auto [tx, rx] = spsc::channel(1024, parking());
    calls::refused = futex_number, calls::also_refused = old_futex_number, calls::refused_with = with;
    check(rx.receive_for(2ms).error() == receive_error::timeout, "a deadline ends the wait");
    check(!rx.is_degraded(), "and a sleep that was cut short is no refusal");
    calls::refused = calls::also_refused = -1;
  }
}

void deadlines_are_handed_on_to_the_nanosecond() {
  using time_point = std::chrono::steady_clock::time_point;
  platform::futex_parker parker;
  std::atomic<std::uint32_t> word{0};  // no thread falls asleep, since another value is expected
  for (const long long at : {0LL, 7LL, 999'999'999LL, 1'000'000'000LL, 1'999'999'999LL, 7'000'000'000'000'000'007LL / 4}) {
    check(parker.wait(at_site{}, word, 1, time_point(std::chrono::nanoseconds(at))), "a word that has changed is no refusal");
    check(calls::until_seconds == at / 1'000'000'000 && calls::until_nanoseconds == at % 1'000'000'000, "the time is the deadline");
  }
  check(parker.wait(at_site{}, word, 1, time_point::max()) && calls::until_seconds == -1, "and without a deadline there is none");
}

}  // namespace

int main() {
  ends_of_a_sleep_are_no_refusals();
  deadlines_are_handed_on_to_the_nanosecond();
  refused(EPERM);
  refused(ENOSYS);
  the_older_call_serves();
  return finish();
}
