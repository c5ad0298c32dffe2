// Where a sleeping receiver is woken, and what each sleep costs: counted, on one thread. What others do while it sleeps is done
// where it would fall asleep.
#include "catch.hpp"
#include "counted_wakes.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

options parking(int event_descriptor) {
  options o;
  o.spins_before_park = 0;
  o.event_descriptor = event_descriptor;
  return o;
}

constexpr int descriptor = 4711;

// Everything that a receiver may wait for, each from a channel of its own; `falls_asleep` is called before, `happens` does it.
template <class Ring>
void for_each_wake(int event_descriptor, auto&& check) {
  const auto with = [&](const char* what, auto&& happens, bool is_record) {
    INFO(what);
    auto ends = Ring::template channel<counted_wakes_traits>(std::uint64_t{256}, parking(event_descriptor));
    counted_wakes::start();
    check(ends.second, [&] { happens(ends); }, is_record);
  };
  with("a commit", [](auto& ends) { CHECK(ends.first.try_send(8)->commit()); }, true);
  with("an abort", [](auto& ends) { ends.first.try_send(8)->abort(); }, false);
  with("a close", [](auto& ends) { ends.second.close(); }, false);
  with("the last sender leaves", [](auto& ends) { auto gone = std::move(ends.first); }, false);
}

}  // namespace

BOTH_RINGS("a receiver that sleeps in receive() is woken there, with an event descriptor and without") {
  for (const int event_descriptor : {options::no_descriptor, descriptor}) {
    for_each_wake<TestType>(event_descriptor, [](auto& rx, auto&& happens, bool is_record) {
      counted_wakes::meanwhile = [&] {
        happens();
        CHECK(counted_wakes::wakes == 1);
        rx.close();  // so that an abort does not let it sleep again
      };
      CHECK(rx.receive().has_value() == is_record);
      CHECK(counted_wakes::sleeps == 1);
    });
  }
}

BOTH_RINGS("an armed receiver is signalled once, and one that is neither armed nor asleep never") {
  for_each_wake<TestType>(descriptor, [](auto& rx, auto&& happens, bool) {
    REQUIRE(rx.arm());
    CHECK(counted_wakes::signals == 0);
    happens();
    CHECK(counted_wakes::signals == 1);
    CHECK(counted_wakes::signalled == descriptor);
    rx.close();
    CHECK(counted_wakes::signals == 1);
  });
  for_each_wake<TestType>(descriptor, [](auto&, auto&& happens, bool) {
    happens();
    CHECK(counted_wakes::signals == 0);
    CHECK(counted_wakes::wakes == 0);
  });
}

BOTH_RINGS("every sleep that is announced costs the receiver one fence, and all that may end one costs the sender one") {
  for_each_wake<TestType>(descriptor, [](auto& rx, auto&& happens, bool) {
    REQUIRE(rx.arm());
    CHECK(counted_wakes::heavy_fences == 1);
    CHECK(counted_wakes::light_fences == 0);
    happens();
    CHECK(counted_wakes::heavy_fences == 1);
    CHECK(counted_wakes::light_fences == 1);
  });
  auto [tx, rx] = TestType::template channel<counted_wakes_traits>(std::uint64_t{256}, parking(descriptor));
  auto& sender = tx;
  counted_wakes::start();
  for (unsigned n = 1; n != 4; ++n) {
    counted_wakes::meanwhile = [&] { CHECK(sender.try_send(8)->commit()); };
    CHECK(rx.receive());
    CHECK(counted_wakes::sleeps == n);
    CHECK(counted_wakes::heavy_fences == n);
  }
}
