// The library on a system that it has no file for: compiled as if this were none that it knows. What such a system does not have
// is refused, and nothing is silently left out.
#include <chrono>
#include <string>
#include <thread>

#include <logbuf/logbuf.hpp>

#include "check.hpp"

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

namespace {
setup_error refused(void (*set)(options&)) {
  options o;
  set(o);
  const auto made = mpsc::try_channel(1024, o);
  return made.error();
}
}  // namespace

int main() {
  const setup_error no_events = refused([](options& o) { o.event_descriptor = 1; });
  check(no_events == setup_error{setup_errc::no_event_descriptors, 1}, "an event descriptor is an error, and not ignored");
  check(no_events.message().find("event_descriptor 1 ") != std::string::npos, "which is named");
  check(refused([](options& o) { o.lock = true; }).code == setup_errc::lock_refused, "a lock is refused");
  check(refused([](options& o) { o.pages = huge_pages::required; }).code == setup_errc::no_huge_pages, "huge pages are refused");
  check(refused([](options& o) { o.first_touch_cpu = 0; }).code == setup_errc::bad_cpu, "a processor is refused");
  check(refused([](options& o) { o.fences = wake_fences::asymmetric; }).code == setup_errc::no_membarrier, "membarrier is refused");
  check(refused([](options& o) { o.pages = huge_pages::if_available; }) == setup_error{}, "what may be missing may be missing");

  options o;
  o.prefault = true;
  o.spins_before_park = 0;
  auto ends = mpsc::channel(1024, o);
  check(!prepare_wake_fences(), "there is nothing to prepare");
  check(ends.second.receive_for(1ms).error() == receive_error::timeout, "a receiver sleeps");
  std::thread sending([tx = std::move(ends.first)]() mutable {
    for (int i = 0; i != 100; ++i) (void)tx.send(std::as_bytes(std::span(&i, 1)));
  });
  int records = 0;
  for (auto& record : ends.second) records += record.size() == sizeof(int);
  sending.join();
  check(records == 100, "and is woken");
  return finish();
}
