// No call leaves a trace in errno: a commit in a signal handler must not change the errno of what it interrupts. Each system
// call that the library makes leaves a value there (calls.hpp); nobody may see it.
#include <chrono>
#include <csignal>
#include <optional>
#include <stop_token>
#include <thread>

#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <time.h>

#include <logbuf/logbuf.hpp>

#include "calls.hpp"
#include "check.hpp"

namespace {
unsigned yields = 0, naps = 0;
timespec last_nap{};
}  // namespace

extern "C" {
int __wrap_sched_yield() { return ++yields, errno = logbuf::test::spoiled, 0; }
int __real_nanosleep(const timespec*, timespec*);
int __wrap_nanosleep(const timespec* time, timespec* left) {
  ++naps;
  last_nap = *time;
  const int answer = __real_nanosleep(time, left);
  errno = logbuf::test::spoiled;
  return answer;
}
}

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

namespace {

constexpr int mine = 1234;

void keeps(const char* what, auto&& call) {
  const unsigned before = calls::all;
  errno = mine;
  call();
  const int is = errno;
  if (!check(is == mine, what)) std::printf("  errno is %d\n", is);
  if (calls::all == before) std::printf("  (no system call: %s)\n", what);
}

struct event {
  int fd = ::eventfd(0, EFD_NONBLOCK);
  ~event() { ::close(fd); }
  void fill() const {  // one more is EAGAIN
    const std::uint64_t most = ~std::uint64_t{0} - 1;
    if (::write(fd, &most, sizeof most) < 0) std::puts("the counter is not full");
  }
};

std::optional<write_claim<detail::channel_traits<default_traits>>> in_handler;
void commit_in_handler(int) { in_handler->commit(); }

}  // namespace

int main() {
  event e;
  options o;
  o.spins_before_park = 0;
  o.spins_before_yield = 0;
  o.event_descriptor = e.fd;
  calls::spoils_errno = true;

  std::optional<std::pair<mpsc::sender<>, receiver<default_traits>>> ends;
  keeps("making a channel", [&] { ends.emplace(mpsc::channel(64, o)); });
  auto& tx = ends->first;
  auto& rx = ends->second;
  const auto arm = [&] {
    while (rx.try_receive()) {}
    check(rx.arm(), "the receiver is armed");
  };
  keeps("arming", [&] { (void)rx.arm(); });
  keeps("a commit that wakes", [&] { tx.try_send(4)->commit(); });
  arm();
  keeps("an abort that wakes", [&] { tx.try_send(4)->abort(); });
  arm();
  keeps("close", [&] { rx.close(); });
  calls::spoils_errno = false;

  e.fill();
  auto again = mpsc::channel(64, o);
  check(again.second.arm(), "the receiver is armed");
  keeps("a commit whose signal finds the counter full", [&] { again.first.try_send(4)->commit(); });
  while (again.second.try_receive()) {}
  keeps("a receive that times out", [&] { (void)again.second.receive_for(1ms); });

  calls::spoils_errno = true;
  check(again.second.arm(), "the receiver is armed");
  in_handler.emplace(std::move(*again.first.try_send(4)));
  std::signal(SIGUSR1, commit_in_handler);
  keeps("a commit in a signal handler that wakes", [] { (void)std::raise(SIGUSR1); });
  check(again.second.try_receive().has_value(), "and its record is there");

  keeps("a send that waits and yields", [&] {
    while (again.first.try_send(8)->commit() && again.first.occupancy() != 64) {}
    (void)again.first.send_for(8, 0, 2ms);
  });
  check(yields != 0, "it did give the processor away");
#if defined(__cpp_lib_jthread)
  keeps("a stop request", [&] {
    std::stop_source stop;
    stop.request_stop();
    while (again.second.receive(stop.get_token())) {}
  });
#endif
  while (again.second.try_receive()) {}
  check(again.second.arm(), "the receiver is armed");
  keeps("the last sender that leaves", [&] { again.first = mpsc::sender<>(); });

  auto degraded = spsc::channel(64, [&] { auto p = o; p.event_descriptor = options::no_descriptor; return p; }());
  calls::refused = SYS_membarrier, calls::refused_with = EPERM;
  keeps("a fence that is refused, and naps", [&] { (void)degraded.second.receive_for(1ms); });
#if !defined(_LIBCPP_VERSION)  // whose sleep_for is in its library, which is not linked anew
  check(naps != 0 && last_nap.tv_sec == 0 && last_nap.tv_nsec == 50'000, "for 50 microseconds at a time");
#endif
  calls::refused = -1;
  keeps("preparing the process for fences", [] { (void)prepare_wake_fences(); });
  return finish();
}
