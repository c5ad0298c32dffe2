// Channels: waiting, disconnection, timeouts, on one thread and on several.
#include <chrono>
#include <stdexcept>
#include <thread>

#include "catch.hpp"
#include "counting_parks.hpp"
#include "rings.hpp"

#if defined(__linux__)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

namespace {

struct spsc_channel {
  template <class... Arguments>
  static auto make(Arguments&&... a) {
    return spsc::channel(std::forward<Arguments>(a)...);
  }
};
struct mpsc_channel {
  template <class... Arguments>
  static auto make(Arguments&&... a) {
    return mpsc::channel(std::forward<Arguments>(a)...);
  }
};

template <class Received>
std::string text(Received received) {
  return received ? text_of(received->bytes()) : std::string("<") + to_string(received.error()) + ">";
}

options with(wake_fences fences, unsigned spins = 0) {
  options o;
  o.fences = fences;
  o.spins_before_park = spins;
  return o;
}

}  // namespace

#define BOTH_CHANNELS(name, ...) TEMPLATE_TEST_CASE(name, "" __VA_ARGS__, spsc_channel, mpsc_channel)

BOTH_CHANNELS("what is sent is received, with its tag") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  CHECK(tx.try_send(bytes_of("one"), 1));
  CHECK(tx.send(bytes_of("two"), 2));
  auto claim = tx.send(5, 3);
  REQUIRE(claim);
  std::memcpy(claim->data(), "three", 5);
  CHECK(claim->commit());
  auto record = rx.try_receive();
  REQUIRE(record);
  CHECK(record->tag() == 1);
  record->consume();
  CHECK(text(rx.receive()) == "two");
  CHECK(text(rx.receive_for(1s)) == "three");
  CHECK(text(rx.try_receive()) == "<empty>");
}

BOTH_CHANNELS("errors of a sender", "[sleeps]") {
  auto made = TestType::make(std::uint64_t{64});
  auto& tx = made.first;
  CHECK(tx.try_send(25).error() == send_error::too_large);
  CHECK(tx.send(25).error() == send_error::too_large);
  while (tx.try_send(bytes_of(""))) {}
  CHECK(tx.try_send(std::size_t{0}).error() == send_error::full);
  CHECK(tx.send_for(0, 0, 0s).error() == send_error::timeout);
  CHECK(tx.send_for(0, 0, -1s).error() == send_error::timeout);
  CHECK(tx.send_for(0, 0, 1ms).error() == send_error::timeout);
  { auto rx = std::move(made.second); }
  CHECK(tx.is_disconnected());
  CHECK(tx.try_send(std::size_t{0}).error() == send_error::disconnected);
  CHECK(tx.send(bytes_of("x")).error() == send_error::disconnected);
  auto moved = std::move(tx);
  CHECK(tx.try_send(std::size_t{0}).error() == send_error::detached);
}

BOTH_CHANNELS("every record comes before disconnected") {
  auto made = TestType::make(std::uint64_t{256});
  {
    auto tx = std::move(made.first);
    CHECK(tx.send(bytes_of("a")));
    (void)tx.try_send(3);  // dropped
    CHECK(tx.send(bytes_of("b")));
  }
  CHECK(text(made.second.receive()) == "a");
  CHECK(text(made.second.receive_for(0s)) == "b");
  CHECK(text(made.second.receive()) == "<disconnected>");
  CHECK(text(made.second.try_receive()) == "<disconnected>");
}

TEST_CASE("a channel is disconnected when the last of its senders is gone") {
  auto made = mpsc::channel(256);
  auto& rx = made.second;
  {
    auto a = std::move(made.first);
    auto b = a;
    b = a;
    { auto gone = std::move(a); }
    CHECK(text(rx.try_receive()) == "<empty>");
    CHECK(b.send(bytes_of("b")));
  }
  CHECK(text(rx.receive()) == "b");
  CHECK(text(rx.receive()) == "<disconnected>");
}

#if defined(NDEBUG)
BOTH_CHANNELS("a claim that was never finished is abandoned, not disconnected, until it is") {
  auto made = TestType::make(std::uint64_t{256});
  auto claim = made.first.send(4);
  REQUIRE(claim);
  CHECK(made.first.send(bytes_of("behind")));
  { auto tx = std::move(made.first); }
  CHECK(text(made.second.receive()) == "<abandoned>");
  CHECK(made.second.abandoned_bytes() == 32);
  claim->abort();
  CHECK(text(made.second.receive()) == "behind");
  CHECK(text(made.second.receive()) == "<disconnected>");
}
#endif

BOTH_CHANNELS("timeouts of any size", "[sleeps]") {
  auto [tx, rx] = TestType::make(std::uint64_t{256}, with(wake_fences::automatic));
  CHECK(text(rx.receive_for(0s)) == "<timeout>");
  CHECK(text(rx.receive_for(-1h)) == "<timeout>");
  CHECK(text(rx.receive_for(std::chrono::hours::min())) == "<timeout>");
  CHECK(text(rx.receive_for(2ms)) == "<timeout>");
  CHECK(text(rx.receive_for(999'999'999ns / 500)) == "<timeout>");
  CHECK(text(rx.receive_until(std::chrono::steady_clock::now() - 1s)) == "<timeout>");
  CHECK(tx.send(bytes_of("there")));
  CHECK(text(rx.receive_for(-1h)) == "there");
  CHECK(tx.send(bytes_of("there")));
  CHECK(text(rx.receive_for(std::chrono::steady_clock::duration::max())) == "there");
  CHECK(tx.send(bytes_of("there")));
  CHECK(text(rx.receive_for(std::chrono::hours::max())) == "there");
  CHECK(tx.send_for(1, 0, std::chrono::hours::max())->commit());
}

BOTH_CHANNELS("close ends a wait, now and from now on, and loses no record", "[threads]") {
  for (const wake_fences fences : {wake_fences::automatic, wake_fences::symmetric}) {
    auto [tx, rx] = TestType::make(std::uint64_t{256}, with(fences));
    auto& receiver = rx;
    std::thread closer([&receiver] {
      std::this_thread::sleep_for(2ms);
      receiver.close();
    });
    CHECK(text(rx.receive()) == "<closed>");
    closer.join();
    CHECK(tx.send(bytes_of("late")));
    CHECK(text(rx.receive()) == "late");
    CHECK(text(rx.receive()) == "<closed>");
  }
}

#if defined(__cpp_lib_jthread)
BOTH_CHANNELS("a stop token ends a wait", "[threads]") {
  auto [tx, rx] = TestType::make(std::uint64_t{256}, with(wake_fences::automatic));
  std::stop_source stop;
  std::thread stopper([&stop] {
    std::this_thread::sleep_for(2ms);
    stop.request_stop();
  });
  CHECK(text(rx.receive(stop.get_token())) == "<closed>");
  stopper.join();
  CHECK(text(rx.receive(stop.get_token())) == "<closed>");
  CHECK(text(rx.receive_for(0s)) == "<timeout>");
}
#endif

BOTH_CHANNELS("a range of records ends with the last sender", "[threads]") {
  auto made = TestType::make(std::uint64_t{4096}, with(wake_fences::automatic));
  std::thread sending([tx = std::move(made.first)]() mutable {
    for (int i = 0; i != 1000; ++i)
      if (!tx.send(bytes_of(std::to_string(i)))) std::abort();
  });
  int next = 0;
  for (auto& record : made.second) CHECK(text_of(record.bytes()) == std::to_string(next++));
  CHECK(next == 1000);
  sending.join();
}

BOTH_CHANNELS("a drain waits for the first record", "[threads]") {
  auto made = TestType::make(std::uint64_t{4096}, with(wake_fences::automatic));
  CHECK(made.second.drain_for(1ms, [](auto, auto) {}).error() == receive_error::timeout);
  std::thread sending([tx = std::move(made.first)]() mutable {
    std::this_thread::sleep_for(2ms);
    if (!tx.send(bytes_of("x")) || !tx.send(bytes_of("y"))) std::abort();
  });
  std::size_t n = 0;
  for (;;) {
    auto drained = made.second.drain([](auto, auto) {});
    if (!drained) {
      CHECK(drained.error() == receive_error::disconnected);
      break;
    }
    n += *drained;
  }
  CHECK(n == 2);
  sending.join();
}

BOTH_CHANNELS("a sender that waits for space is told when the receiver leaves", "[threads]") {
  auto made = TestType::make(std::uint64_t{64});
  std::thread leaving([rx = std::move(made.second)]() mutable {
    auto gone = std::move(rx);
    std::this_thread::sleep_for(2ms);
  });
  auto& tx = made.first;
  send_error e{};
  while (e == send_error::none) e = tx.send(bytes_of("12345678")).error();
  CHECK(e == send_error::disconnected);
  leaving.join();
}

BOTH_CHANNELS("an exception in the middle of a write leaves a skip, and wakes the receiver", "[threads]") {
  auto made = TestType::make(std::uint64_t{256}, with(wake_fences::automatic));
  std::thread sending([tx = std::move(made.first)]() mutable {
    auto behind = tx.send(6);
    try {
      auto claim = tx.send(8);
      std::memcpy(claim->data(), "half", 4);
      throw std::runtime_error("no more bytes");
    } catch (const std::runtime_error&) {
    }
    std::this_thread::sleep_for(2ms);
    std::memcpy(behind->data(), "behind", 6);
    behind->abort();
    if (!tx.send(bytes_of("after"))) std::abort();
  });
  CHECK(text(made.second.receive()) == "after");
  CHECK(text(made.second.receive()) == "<disconnected>");
  sending.join();
}

BOTH_CHANNELS("a send with a deadline waits for space until then", "[threads]") {
  auto made = TestType::make(std::uint64_t{64});
  auto& tx = made.first;
  while (tx.try_send(bytes_of("12345678"))) {}
  const auto soon = std::chrono::steady_clock::now() + 3ms;
  CHECK(tx.send_until(8, 0, soon).error() == send_error::timeout);
  CHECK(std::chrono::steady_clock::now() >= soon);
  std::thread receiving([rx = std::move(made.second)]() mutable {
    std::this_thread::sleep_for(2ms);
    if (text(rx.receive()) != "12345678") std::abort();
    while (rx.receive_for(1s)) {}
  });
  auto claim = tx.send_until(8, 0, std::chrono::steady_clock::time_point::max());
  REQUIRE(claim);
  CHECK(claim->commit());
  auto other = tx.send_for(8, 0, 1h);
  REQUIRE(other);
  other->abort();
  { auto gone = std::move(tx); }
  receiving.join();
}

BOTH_CHANNELS("a receiver that was moved from, or never had a channel, is inert") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  CHECK(tx.send(bytes_of("x")));
  auto moved = std::move(rx);
  decltype(moved) never;
  for (auto* inert : {&rx, &never}) {
    CHECK_FALSE(inert->is_attached());
    CHECK(text(inert->try_receive()) == "<detached>");
    CHECK(text(inert->receive()) == "<detached>");
    CHECK(text(inert->receive_for(1h)) == "<detached>");
    CHECK(inert->drain([](auto, auto) {}).error() == receive_error::detached);
    CHECK_FALSE(inert->arm());
    inert->close();
    for (auto& record : *inert) FAIL(record.size());
  }
  CHECK(text(moved.receive()) == "x");
}

#if defined(__linux__)
TEST_CASE("a receiver in an epoll loop misses nothing", "[threads]") {
  constexpr int records = 20'000;
  const int event = ::eventfd(0, EFD_NONBLOCK), loop = ::epoll_create1(0);
  REQUIRE((event >= 0 && loop >= 0));
  epoll_event interest{};
  interest.events = EPOLLIN;
  REQUIRE(::epoll_ctl(loop, EPOLL_CTL_ADD, event, &interest) == 0);
  options o = with(wake_fences::automatic);
  o.event_descriptor = event;
  auto made = spsc::channel(1024, o);
  auto& rx = made.second;
  std::thread sending([tx = std::move(made.first)]() mutable {
    for (int i = 0; i != records; ++i) {
      if (!tx.send(bytes_of("record"))) std::abort();
      if (i % 50 == 0) std::this_thread::yield();
    }
  });
  int received = 0;
  receive_error end{};
  while (end == receive_error::none) {
    if (rx.arm()) {
      epoll_event happened{};
      REQUIRE(::epoll_wait(loop, &happened, 1, 60'000) == 1);  // no deadline is needed: it only ends a broken test
      std::uint64_t count = 0;
      REQUIRE(::read(event, &count, sizeof count) == sizeof count);
    }
    for (;;) {
      auto record = rx.try_receive();
      if (!record) {
        if (record.error() != receive_error::empty) end = record.error();
        break;
      }
      ++received;
    }
  }
  CHECK(end == receive_error::disconnected);
  CHECK(received == records);
  sending.join();
  ::close(loop);
  ::close(event);
}

// Every look at a header.
struct counting_polls : std_atomics {
  static inline unsigned polls = 0;
  template <site S>
  static std::uint64_t load_header(site_tag<S> s, const region& r, std::size_t offset) noexcept {
    ++polls;
    return std_atomics::load_header(s, r, offset);
  }
};
struct counting_polls_traits : default_traits {
  using atomics = counting_polls;
};

namespace {
// Its deadline passes at the hundredth look at the clock.
struct counting_yields : std_atomics {
  static inline unsigned yields = 0, hints = 0, looks = 0;
  static bool expired(deadline) noexcept { return ++looks >= 100; }
  static void yield() noexcept { ++yields; }
  static void spin_hint() noexcept { ++hints; }
};
struct counting_yields_traits : default_traits {
  using atomics = counting_yields;
};

// Waits at a full ring until the deadline.
void wait_for_space(unsigned spins_before_yield) {
  options o;
  o.spins_before_yield = spins_before_yield;
  auto [tx, rx] = spsc::channel<counting_yields_traits>(64, o);
  while (tx.try_send(8)->commit() && tx.occupancy() != 64) {}
  counting_yields::yields = counting_yields::hints = counting_yields::looks = 0;
  auto claim = tx.send_until(8, 0, {});
  REQUIRE(!claim);
  CHECK(claim.error() == send_error::timeout);
}
}  // namespace

TEST_CASE("a full channel: send spins, and gives the processor away when it is told to") {
  wait_for_space(options::never);
  CHECK(counting_yields::yields == 0);
  CHECK(counting_yields::hints != 0);
  wait_for_space(0);
  CHECK(counting_yields::yields != 0);
  CHECK(counting_yields::hints == 0);
  wait_for_space(3);
  CHECK(counting_yields::yields != 0);
  CHECK(counting_yields::hints == 1 + 2 + 4);
}

TEST_CASE("a timeout of zero or less is one poll") {
  auto [tx, rx] = spsc::channel<counting_polls_traits>(1024);
  for (const auto timeout : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
    counting_polls::polls = 0;
    CHECK(text(rx.receive_for(timeout)) == "<timeout>");
    CHECK(counting_polls::polls == 1);
    counting_polls::polls = 0;
    CHECK(rx.drain_for(timeout, [](auto, auto) {}).error() == receive_error::timeout);
    CHECK(counting_polls::polls == 1);
  }
}

// Counted, not timed: one wait is one sleep, so there is no periodic wake-up that would hide a lost one.
TEST_CASE("a receiver that waits one second sleeps once, and uses no processor time", "[sleeps]") {
  auto [tx, rx] = spsc::channel<counting_parks_traits>(1024);
  const auto used = [] {
    rusage u{};
    ::getrusage(RUSAGE_THREAD, &u);
    return std::chrono::seconds(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           std::chrono::microseconds(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
  };
  const auto before = used();
  CHECK(text(rx.receive_for(1s)) == "<timeout>");
  CHECK(counting_parks::parks >= 1);
  CHECK(counting_parks::parks <= 3);  // a signal may end a sleep
  CHECK(used() - before < 100ms);     // of its own processor time, whatever else the machine does
}

TEST_CASE("a forked child has a channel of its own", "[sleeps]") {
  auto [tx, rx] = mpsc::channel(256);
  CHECK(tx.send(bytes_of("before")));
  const pid_t child = ::fork();
  if (child == 0) {
    bool ok = text(rx.receive()) == "before";
    ok &= tx.send(bytes_of("child")).has_value();
    ok &= text(rx.receive()) == "child";
    ok &= text(rx.receive_for(1ms)) == "<timeout>";
    ::_exit(ok ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(text(rx.receive()) == "before");
  CHECK(text(rx.receive_for(0s)) == "<timeout>");
}
#endif

static_assert(!std::is_copy_constructible_v<spsc::sender<>> && std::is_nothrow_move_constructible_v<spsc::sender<>>);
static_assert(std::is_copy_constructible_v<mpsc::sender<>> && std::is_copy_assignable_v<mpsc::sender<>>);
static_assert(!std::is_copy_constructible_v<receiver<default_traits>>);
static_assert(std::is_same_v<decltype(spsc::channel(64))::second_type, decltype(mpsc::channel(64))::second_type>);
