// The system calls of a sleep and of a wake-up, each counted: a membarrier for every sleep that is announced with asymmetric
// fences, and none with symmetric ones; a futex call that wakes, also where there is an event descriptor; a write to that.
#include <chrono>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include <logbuf/logbuf.hpp>

#include "calls.hpp"
#include "check.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

spsc::sender<> sender;

void count_from_zero() { calls::sleeps = calls::wakes = calls::barriers = calls::writes = 0; }

void sleeps_and_wakes(wake_fences fences, int event) {
  options o;
  o.spins_before_park = 0;
  o.fences = fences;
  o.event_descriptor = event;
  auto made = spsc::try_channel(256, o);
  if (!made) return (void)check(made.error().code == setup_errc::no_membarrier, "a channel is made");
  sender = std::move(made->first);
  auto& rx = made->second;
  const unsigned barriers = fences == wake_fences::asymmetric ? 1 : 0, writes = event != options::no_descriptor ? 1 : 0;
  for (int i = 0; i != 3; ++i) {
    count_from_zero();
    // The record comes when the receiver has announced its sleep, has found nothing, and calls the kernel.
    calls::meanwhile = [] { check(sender.try_send(8)->commit(), "a record is sent"); };
    check(rx.receive().has_value(), "the record arrives");
    check(calls::sleeps == 1, "the receiver fell asleep once");
    check(calls::barriers == barriers, "its fence is a membarrier if fences are asymmetric, and none if not");
    check(calls::wakes == 1, "it is woken where it sleeps, also if it has an event descriptor");
    check(calls::writes == writes, "the descriptor is signalled too, since the flag does not say who waits");
  }
  if (event != options::no_descriptor) {
    count_from_zero();
    std::uint64_t signals = 0;
    check(::read(event, &signals, sizeof signals) == sizeof signals && signals == 3, "the descriptor was signalled each time");
    check(rx.arm(), "the receiver is armed");
    check(calls::barriers == barriers, "to arm it takes the same fence");
    check(::read(event, &signals, sizeof signals) < 0, "nothing is signalled yet");
    check(sender.try_send(8)->commit(), "a record is sent");
    check(::read(event, &signals, sizeof signals) == sizeof signals && signals == 1, "an armed receiver is signalled");
    check(rx.try_receive().has_value(), "and finds the record");
    // A counter that is full is readable already, and a signal is no reason to wait.
    const std::uint64_t most = ~std::uint64_t{0} - 1;
    check(::write(event, &most, sizeof most) == sizeof most, "the counter is full");
    check(rx.arm(), "the receiver is armed");
    check(sender.try_send(8)->commit() && rx.try_receive().has_value(), "a record comes through all the same");
    check(::read(event, &signals, sizeof signals) == sizeof signals && signals == most, "and the counter is as it was");
  }
  // A sleep that has ended leaves no flag behind: who sends wakes nobody.
  check(rx.receive_for(std::chrono::milliseconds(1)).error() == receive_error::timeout, "nothing comes");
  count_from_zero();
  check(sender.try_send(8)->commit() && rx.try_receive().has_value(), "then a record does");
  check(calls::wakes == 0 && calls::writes == 0, "without a system call of the sender");
  sender = {};
}

}  // namespace

int main() {
  const int event = ::eventfd(0, EFD_NONBLOCK);
  check(event >= 0, "an eventfd");
  for (const wake_fences fences : {wake_fences::symmetric, wake_fences::asymmetric})
    for (const int descriptor : {options::no_descriptor, event}) sleeps_and_wakes(fences, descriptor);
  return finish();
}
