// pthread_cancel: no call of the library is a point of cancellation, since most of them are noexcept, and there a cancellation
// ends the process. A thread that is to be cancelled is cancelled at the first point that is not the library's.
#include <chrono>
#include <cstring>
#include <functional>

#include <pthread.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/eventfd.h>
#endif

#include <logbuf/logbuf.hpp>

#include "check.hpp"

using namespace logbuf;
using test::check;
using namespace std::chrono_literals;

namespace {

struct steps_of_a_thread {
  std::function<void()> steps;
  bool went_through = false, unwound = false;
};

// Runs the steps on a thread whose cancellation is pending all the while.
void survives(const char* what, std::function<void()> steps) {
  steps_of_a_thread work{std::move(steps)};
  const auto run = [](void* self) -> void* {
    auto& w = *static_cast<steps_of_a_thread*>(self);
    struct unwinding {
      bool& seen;
      ~unwinding() { seen = true; }
    } mark{w.unwound};
    ::pthread_cancel(::pthread_self());
    w.steps();
    w.went_through = true;
    ::pthread_testcancel();
    return nullptr;
  };
  pthread_t thread;
  void* answer = nullptr;
  if (::pthread_create(&thread, nullptr, run, &work) != 0 || ::pthread_join(thread, &answer) != 0) std::puts("no thread");
  check(work.went_through, what);
  check(answer == PTHREAD_CANCELED && work.unwound, "and the thread is cancelled after it");
}

options parking() {
  options o;
  o.spins_before_park = 0;
  o.spins_before_yield = 0;
  return o;
}

// The kernel refuses to let the receiver sleep, so it naps.
struct no_sleep : std_atomics {
  [[nodiscard]] static bool park(parker&, futex_word&, std::uint32_t, deadline) noexcept { return false; }
};
struct no_sleep_traits : default_traits {
  using atomics = no_sleep;
};

}  // namespace

int main() {
  survives("making, writing, reading, and leaving", [] {
    options o = parking();
    o.first_touch_cpu = 0;
    auto ends = mpsc::try_channel(4096, o);
    if (!ends) return;
    auto& [tx, rx] = *ends;
    auto copy = tx;
    check(copy.send(std::as_bytes(std::span("record"))).has_value(), "a record is sent");
    check(rx.receive().has_value(), "and received");
    rx.close();
    check(tx.flush(), "and all is flushed");
  });
  survives("a receive that sleeps until its deadline", [] {
    auto [tx, rx] = spsc::channel(1024, parking());
    check(rx.receive_for(2ms).error() == receive_error::timeout, "a deadline ends the wait");
    check(rx.drain_for(2ms, [](auto, auto) {}).error() == receive_error::timeout, "of a drain, too");
  });
  survives("a receive that naps", [] {
    auto [tx, rx] = spsc::channel<no_sleep_traits>(1024, parking());
    check(test::waits_until_degraded(rx), "it naps");
    check(rx.receive_for(2ms).error() == receive_error::timeout, "and a deadline ends the wait");
  });
  survives("a send that waits", [] {
    auto [tx, rx] = spsc::channel(64, parking());
    while (tx.try_send(8)->commit() && tx.occupancy() != 64) {}
    check(tx.send_for(8, 0, 2ms).error() == send_error::timeout, "a deadline ends the wait");
  });
#if defined(__linux__)
  survives("a commit that writes the event descriptor", [] {
    options o = parking();
    o.event_descriptor = ::eventfd(0, EFD_NONBLOCK);
    {
      auto [tx, rx] = spsc::channel(1024, o);
      check(rx.arm(), "the receiver is armed");
      check(tx.try_send(4)->commit(), "a commit signals it");
      check(rx.try_receive().has_value(), "its record arrives");
    }
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);  // close is a point of cancellation
    ::close(o.event_descriptor);
    ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
  });
#endif
  // Where a caller had switched cancellation off, it is off afterwards.
  int before = PTHREAD_CANCEL_ENABLE;
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  options on_a_processor = parking();
  on_a_processor.first_touch_cpu = 0;
  (void)spsc::try_make(4096, on_a_processor);
  ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
  check(before == PTHREAD_CANCEL_DISABLE, "a thread that is not to be cancelled stays so");
  survives("a claim that is dropped, which a debug build says", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
  });
  return test::finish();
}
