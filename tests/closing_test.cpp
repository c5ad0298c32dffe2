// What is told to whom at the end of a channel, and what is counted of a sender that waits.
#include <chrono>
#include <functional>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

BOTH_RINGS("`closed` says that there is no record now: a claim that is open then is delivered when it is committed") {
  auto [tx, rx] = TestType::channel(std::uint64_t{256});
  auto claim = tx.try_send(4);
  REQUIRE(claim);
  rx.close();
  CHECK(rx.receive().error() == receive_error::closed);
  std::memcpy(claim->data(), "late", 4);
  claim->commit();
  CHECK(text_of(rx.receive()->bytes()) == "late");
  CHECK(rx.receive().error() == receive_error::closed);
  { auto gone = std::move(tx); }
  CHECK(rx.receive().error() == receive_error::disconnected);  // this is the end: nothing can come any more
}

BOTH_RINGS("senders are not told of close(), but of the receiver that is gone") {
  auto made = TestType::channel(std::uint64_t{64});
  auto& tx = made.first;
  {
    auto rx = std::move(made.second);
    rx.close();
    CHECK_FALSE(tx.is_disconnected());
    CHECK(tx.send(bytes_of("still taken")));
    CHECK(text_of(rx.receive()->bytes()) == "still taken");
    while (tx.try_send(bytes_of(""))) {}
    CHECK(tx.try_send(std::size_t{0}).error() == send_error::full);
  }
  CHECK(tx.is_disconnected());
  CHECK(tx.send(bytes_of("")).error() == send_error::disconnected);
}

namespace {
// Who waits for space gets it at the hundredth look.
struct late_space : std_atomics {
  static inline int looks = 0;
  static inline std::function<void()> at_last;
  static void yield() {
    if (++looks == 100) at_last();
  }
};
struct late_space_traits : counting_traits {
  using atomics = late_space;
};
}  // namespace

BOTH_RINGS("`full` counts the refusals that the caller saw, and not the looks of a sender that waits", "[sleeps]") {
  options o;
  o.spins_before_yield = 0;
  auto [tx, rx] = TestType::template channel<late_space_traits>(std::uint64_t{64}, o);
  while (tx.try_send(8)->commit() && tx.occupancy() != 64) {}
  late_space::looks = 0;
  auto& reader = rx;
  late_space::at_last = [&] { CHECK(reader.drain([](auto, auto) {})); };
  CHECK(tx.statistics().full == 0);
  CHECK(tx.send(8)->commit());
  CHECK(late_space::looks == 100);
  CHECK(tx.statistics().full == 0);  // it waited, and was not refused
  CHECK(tx.statistics().records == 5);

  while (tx.send_for(8, 0, 0s)->commit() && tx.occupancy() != 64) {}
  CHECK(tx.statistics().full == 0);
  CHECK(tx.try_send(8).error() == send_error::full);
  CHECK(tx.statistics().full == 1);
  CHECK(tx.send_for(8, 0, 0s).error() == send_error::timeout);
  CHECK(tx.statistics().full == 2);
  late_space::looks = 200;
  CHECK(tx.send_for(8, 0, 2ms).error() == send_error::timeout);  // many looks, one refusal
  CHECK(tx.statistics().full == 3);
  CHECK(tx.send(100).error() == send_error::too_large);
  CHECK(tx.statistics().full == 3);
  CHECK(tx.statistics().too_large == 1);
}
