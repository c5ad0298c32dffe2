// An epoll loop that serves a channel beside other descriptors.
//
// Shows: options::event_descriptor and arm(): receive until `empty`, arm, and sleep in epoll_wait only if it returns true; a
// timer in the same loop; the end, when the last sender has left.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <logbuf/logbuf.hpp>

namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

// A descriptor that is closed at the end of its scope.
struct descriptor {
  explicit descriptor(int d) : fd(d) {}
  descriptor(const descriptor&) = delete;
  ~descriptor() { ::close(fd); }
  int fd;
};

void watch(int poller, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  checked(::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void send_numbers(logbuf::mpsc::sender<> to, std::uint32_t from, std::uint32_t count) {
  for (std::uint32_t n = from; n != from + count; ++n) {
    if (!to.send(std::as_bytes(std::span(&n, 1)))) return;
    if (n % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));  // so that the loop gets to sleep
  }
}

}  // namespace

int main() {
  constexpr std::uint32_t senders = 2, numbers = 5000;
  try {
    // A channel does not close its event descriptor: it is declared first, and closed last.
    const descriptor event(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"));
    const descriptor timer(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd"));
    const descriptor poller(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll"));
    const itimerspec each_millisecond{{0, 1'000'000}, {0, 1'000'000}};
    checked(::timerfd_settime(timer.fd, 0, &each_millisecond, nullptr), "timerfd_settime");
    watch(poller.fd, event.fd);
    watch(poller.fd, timer.fd);

    logbuf::options options;
    options.event_descriptor = event.fd;
    auto [tx, rx] = logbuf::mpsc::channel(16 * 1024, options);
    std::thread first(send_numbers, tx, 0u, numbers), second(send_numbers, std::move(tx), numbers, numbers);

    std::uint64_t received = 0, sum = 0, ticks = 0, sleeps = 0;
    auto why = logbuf::receive_error::none;
    for (;;) {
      if (auto record = rx.try_receive()) {
        std::uint32_t n = 0;
        std::memcpy(&n, record->bytes().data(), sizeof n);
        ++received;
        sum += n;
        continue;
      } else if (record.error() != logbuf::receive_error::empty) {
        why = record.error();
        break;
      }
      // Armed: from now on a commit makes the descriptor readable. Not armed: there is something already.
      const bool armed = rx.arm();
      if (!armed && !rx.is_degraded()) continue;
      epoll_event ready[2];
      const int count = ::epoll_wait(poller.fd, ready, 2, armed ? -1 : 1);  // degraded: arm() always returns false
      if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
      ++sleeps;
      for (int i = 0; i < count; ++i) {
        std::uint64_t times = 0;
        if (::read(ready[i].data.fd, &times, sizeof times) != sizeof times) continue;  // makes it unreadable again
        if (ready[i].data.fd == timer.fd) ticks += times;
      }
    }
    first.join();
    second.join();
    constexpr std::uint64_t all = std::uint64_t{senders} * numbers;
    std::printf("%llu records and %llu ticks of the timer in %llu rounds of epoll_wait; then: %s\n",
                static_cast<unsigned long long>(received), static_cast<unsigned long long>(ticks),
                static_cast<unsigned long long>(sleeps), message(why));
    return received == all && sum == all * (all - 1) / 2 && why == logbuf::receive_error::disconnected ? 0 : 1;
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "%s\n", e.what()), 1;
  }
}
