// Every call with a timeout, and every timeout: the largest, the smallest, what is not a number. Time is the test's own:
// nothing here sleeps.
#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

#include "catch.hpp"
#include "own_time.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

namespace {

template <class Rep, class Period>
own_time::time_point after(std::chrono::duration<Rep, Period> timeout) {
  return detail::deadline_after<own_time>(timeout);
}

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
template <class Rep, class Period = std::ratio<1>>
using in = std::chrono::duration<Rep, Period>;

// Calls `check` with timeouts that never pass.
void for_each_endless(auto&& check) {
  check(std::chrono::hours::max());
  check(std::chrono::nanoseconds::max());
  check(std::chrono::microseconds::max());
  check(std::chrono::milliseconds::max());
  check(std::chrono::seconds::max());
  check(std::chrono::microseconds(std::chrono::years(300)));
  check(std::chrono::years::max());
  check(in<std::uint64_t>::max());
  check(in<std::uint32_t, std::ratio<86400>>::max());
  check(in<double>(inf));
  check(in<double, std::ratio<3600>>::max());
  check(in<float>::max());
  check(in<float, std::milli>(std::numeric_limits<float>::infinity()));
  check(in<long double, std::pico>(static_cast<long double>(inf)));
}
// And with timeouts that have passed.
void for_each_passed(auto&& check) {
  check(0ns);
  check(-1ns);
  check(std::chrono::nanoseconds::min());
  check(std::chrono::hours::min());
  check(in<std::int8_t>(-128));
  check(in<unsigned>(0u));
  check(in<double>(-0.0));
  check(in<double>(-inf));
  check(in<double>(nan));
  check(in<float, std::milli>(std::numeric_limits<float>::quiet_NaN()));
  check(in<double>(std::numeric_limits<double>::lowest()));
}

}  // namespace

TEST_CASE("a deadline is the timeout after now, rounded up; no deadline beyond a century; now for what is not above zero") {
  own_time::start();
  const auto now = own_time::clock::now();
  for_each_endless([](auto timeout) { CHECK(after(timeout) == forever); });
  for_each_passed([&](auto timeout) { CHECK(after(timeout) == now); });

  CHECK(after(1ns) == now + 1ns);
  CHECK(after(250ms) == now + 250ms);
  CHECK(after(24h) == now + 24h);
  CHECK(after(in<double>(0.5)) == now + 500ms);
  CHECK(after(in<double, std::pico>(1.0)) == now + 1ns);
  CHECK(after(in<std::int32_t, std::pico>(1500)) == now + 2ns);
  CHECK(after(in<std::int64_t, std::atto>::max()) == now + 9'223'372'037ns);
  CHECK(after(in<std::uint8_t, std::ratio<60>>(std::uint8_t{255})) == now + 255min);
  CHECK(after(in<float, std::ratio<3600>>(0.5f)) - now - 30min < 1ms);  // as exact as the number that was given
  CHECK(after(in<float, std::ratio<3600>>(0.5f)) - now - 30min > -1ms);
  CHECK(after(in<double>(5e-324)) == now + 1ns);
  CHECK(after(std::chrono::years(100)) == now + std::chrono::years(100));

  own_time::start(forever - 10s);  // a clock that is about to end
  CHECK(after(1s) == forever - 9s);
  CHECK(after(11s) == forever);
  CHECK(after(std::chrono::hours::max()) == forever);
  own_time::start(own_time::time_point(-1h));
  CHECK(after(1h) == own_time::time_point());
  CHECK(after(std::chrono::nanoseconds::max()) == forever);
}

BOTH_RINGS("an endless timeout waits until what it waits for is there") {
  for_each_endless([](auto timeout) {
    auto [tx, rx] = TestType::template channel<own_time_traits>(std::uint64_t{64});
    auto& sender = tx;
    auto& receiver = rx;
    unsigned waits = 0;
    const auto send_one = [&] {
      if (++waits == 3) REQUIRE(sender.try_send(bytes_of("x")));
    };
    const auto take_all = [&] {
      if (++waits == 3) CHECK(receiver.drain([](auto, auto) {}));
    };

    own_time::start();
    own_time::meanwhile = send_one;
    CHECK(receiver.receive_for(timeout));
    waits = 0;
    CHECK(*receiver.drain_for(timeout, [](auto, auto) {}) == 1);

    waits = 0;
    own_time::start();
    own_time::meanwhile = take_all;
    while (sender.try_send(bytes_of(""))) {}
    CHECK(sender.send_for(0, 7, timeout)->commit());
    waits = 0;
    CHECK(sender.flush_for(timeout));
    CHECK(waits == 3);

    auto [producer, consumer] = TestType::template make<own_time_traits>(std::uint64_t{64});
    auto& reader = consumer;
    REQUIRE(write(producer, "x"));
    own_time::start();
    own_time::meanwhile = [&] { CHECK(reader.drain([](auto, auto) {}) == 1); };
    CHECK(producer.flush_for(timeout));
  });
}

BOTH_RINGS("a timeout that has passed is one look, which finds what is there") {
  for_each_passed([](auto timeout) {
    own_time::start();
    auto [tx, rx] = TestType::template channel<own_time_traits>(std::uint64_t{64});
    CHECK(rx.receive_for(timeout).error() == receive_error::timeout);
    CHECK(rx.drain_for(timeout, [](auto, auto) {}).error() == receive_error::timeout);
    CHECK(tx.send_for(0, 0, timeout)->commit());
    CHECK_FALSE(tx.flush_for(timeout));
    CHECK(rx.receive_for(timeout));
    CHECK(tx.flush_for(timeout));
    while (tx.try_send(bytes_of(""))) {}
    CHECK(tx.send_for(0, 0, timeout).error() == send_error::timeout);
    CHECK(own_time::clock::now() == own_time::time_point(1000s));
  });
}

BOTH_RINGS("a wait ends at its deadline, and not before") {
  own_time::start();
  auto [tx, rx] = TestType::template channel<own_time_traits>(std::uint64_t{64});
  const auto at = [](auto from_start) { return own_time::time_point(1000s) + from_start; };
  CHECK(rx.receive_for(in<double>(0.25)).error() == receive_error::timeout);
  CHECK(own_time::clock::now() == at(250ms));
  CHECK(rx.drain_for(1ms, [](auto, auto) {}).error() == receive_error::timeout);
  CHECK(own_time::clock::now() == at(251ms));
  while (tx.try_send(bytes_of(""))) {}
  CHECK(tx.send_for(0, 0, 9ms).error() == send_error::timeout);
  CHECK(own_time::clock::now() == at(260ms));
  CHECK_FALSE(tx.flush_for(40ms));
  CHECK(own_time::clock::now() == at(300ms));
}

TEST_CASE("flush_until takes a deadline of any unit, also none") {
  own_time::start();
  auto [tx, rx] = spsc::make<own_time_traits>(64);
  REQUIRE(write(tx, "x"));
  CHECK_FALSE(tx.flush_until(own_time::time_point()));
  CHECK_FALSE(tx.flush_until(std::chrono::time_point<std::chrono::steady_clock, std::chrono::seconds>(1001s)));
  CHECK(own_time::clock::now() == own_time::time_point(1001s));
  auto& reader = rx;
  own_time::meanwhile = [&] { CHECK(reader.drain([](auto, auto) {}) == 1); };
  CHECK(tx.flush_until(forever));

  own_time::start();
  auto [sender, receiver] = mpsc::channel<own_time_traits>(64);
  REQUIRE(sender.send(bytes_of("x")));
  CHECK_FALSE(sender.flush_until(own_time::time_point(1001s)));
  CHECK(own_time::clock::now() == own_time::time_point(1001s));
  CHECK(receiver.receive());
  CHECK(sender.flush_until(own_time::time_point()));
}
