// What a wait leaves behind, and what it does between two looks: how a sender backs off, how a receiver that cannot sleep naps.
// On one thread: policies that write down what is asked of them.
#include <functional>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

// Its time passes with each look at the clock. Something may happen just before the receiver announces that it will sleep.
struct watched : std_atomics {
  using time_point = std::chrono::steady_clock::time_point;
  static inline std::function<void()> before_announcement;
  static inline unsigned wakes = 0, naps = 0, sleeps = 0, looks = 0, yields = 0, pauses = 0;
  static inline bool fence_is_refused = false, sleep_is_refused = false;
  static inline std::vector<unsigned> pauses_before_look;
  static void start() {
    before_announcement = nullptr, wakes = naps = sleeps = looks = yields = pauses = 0;
    fence_is_refused = sleep_is_refused = false;
    pauses_before_look.clear();
  }

  template <site S, class T>
  static void store(site_tag<S> where, word<T>& w, std::type_identity_t<T> value) {
    if constexpr (S == site::parked_store)
      if (value == 1 && before_announcement) std::exchange(before_announcement, nullptr)();
    std_atomics::store(where, w, value);
  }
  template <site S>
  static bool heavy_fence(site_tag<S>, bool) noexcept {
    return !fence_is_refused;
  }
  static bool park(parker&, futex_word&, std::uint32_t, time_point) { return ++sleeps, !sleep_is_refused; }
  static void unpark(parker&, futex_word&) noexcept { ++wakes; }
  static void nap() noexcept { ++naps; }
  static void yield() noexcept { ++yields; }
  static void spin_hint() noexcept { ++pauses; }
  static bool expired(time_point d) {
    pauses_before_look.push_back(std::exchange(pauses, 0));
    return d != time_point::max() && ++looks > 10;
  }
};
struct watched_traits : default_traits {
  using atomics = watched;
};

options at_once() {
  options o;
  o.spins_before_park = 0;
  return o;
}
const auto some_time = watched::time_point(std::chrono::seconds(1));

template <class Ends>
void nobody_is_woken(Ends& ends) {
  watched::wakes = 0;
  CHECK(ends.first.try_send(8)->commit());
  CHECK(ends.second.try_receive().has_value());
  CHECK(watched::wakes == 0);
}

}  // namespace

BOTH_RINGS("a receiver that has announced a sleep and does not sleep is woken by nobody") {
  watched::start();
  auto ends = TestType::template channel<watched_traits>(std::uint64_t{256}, at_once());
  watched::before_announcement = [&] { CHECK(ends.first.try_send(8)->commit()); };
  CHECK(ends.second.receive().has_value());
  CHECK(watched::sleeps == 0);
  nobody_is_woken(ends);
  CHECK(ends.second.receive_until(some_time).error() == receive_error::timeout);
  CHECK(watched::sleeps == 10);
  nobody_is_woken(ends);
}

BOTH_RINGS("a receiver that can not sleep naps before each look, and is woken by nobody") {
  for (const bool fence : {true, false}) {
    watched::start();
    (fence ? watched::fence_is_refused : watched::sleep_is_refused) = true;
    auto ends = TestType::template channel<watched_traits>(std::uint64_t{256}, at_once());
    CHECK(ends.second.receive_until(some_time).error() == receive_error::timeout);
    CHECK(ends.second.is_degraded());
    CHECK(watched::sleeps == (fence ? 0 : 1));
    CHECK(watched::naps == 10);
    CHECK_FALSE(ends.second.arm());
    nobody_is_woken(ends);
  }
}

BOTH_RINGS("a sender at a full ring pauses twice as long before each look, up to 64 hints, and gives way when it is told to") {
  watched::start();
  options o;
  auto [tx, rx] = TestType::template channel<watched_traits>(std::uint64_t{64}, o);
  while (auto claim = tx.try_send(8)) claim->commit();
  CHECK(tx.send_until(8, 0, some_time).error() == send_error::timeout);
  CHECK(watched::pauses_before_look == std::vector<unsigned>{0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64});
  CHECK(watched::yields == 0);
  watched::start();
  o.spins_before_yield = 3;
  auto [yielding, other] = TestType::template channel<watched_traits>(std::uint64_t{64}, o);
  while (auto claim = yielding.try_send(8)) claim->commit();
  CHECK(yielding.send_until(8, 0, some_time).error() == send_error::timeout);
  CHECK(watched::pauses_before_look == std::vector<unsigned>{0, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0});
  CHECK(watched::yields == 7);
}
