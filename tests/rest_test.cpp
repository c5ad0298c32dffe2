// How long a consumer rests: counted in spin hints, not timed.
#include <algorithm>
#include <chrono>
#include <cstdint>

#include "catch.hpp"
#include "rings.hpp"

namespace {

using namespace logbuf;

struct counting_hints : std_atomics {
  static inline unsigned hints = 0;
  static void spin_hint() noexcept { ++hints; }
  // A receiver's time is out after so many looks.
  static inline unsigned looks_left = 0;
  static bool expired(deadline) noexcept { return looks_left-- == 0; }
};
struct counting_hints_traits : default_traits {
  using atomics = counting_hints;
};

constexpr std::uint64_t capacity = 1024;

template <class Consumer>
unsigned hints_of_rest(Consumer& rx) {
  counting_hints::hints = 0;
  rx.rest();
  return counting_hints::hints;
}

// Records that take `bytes` in all, a multiple of 16, written and read one by one.
template <class Producer, class Consumer>
void pass(Producer& tx, Consumer& rx, std::uint64_t bytes) {
  for (; bytes != 0; bytes -= 16) {
    REQUIRE(tx.try_claim(8)->commit());
    REQUIRE(rx.try_read());
  }
}

}  // namespace

BOTH_RINGS("a rest that found enough is doubled, up to a limit") {
  auto [tx, rx] = TestType::template make<counting_hints_traits>(16 * capacity);
  std::uint64_t rest = 1;
  for (unsigned expected = 2; expected != 2 * counting_hints::longest_rest; expected *= 2) {
    pass(tx, rx, std::max<std::uint64_t>(16, 4 * rest));
    CHECK(hints_of_rest(rx) == expected);
    rest = expected;
  }
  pass(tx, rx, 4 * rest);
  CHECK(hints_of_rest(rx) == counting_hints::longest_rest);
}

BOTH_RINGS("a rest that found less than four bytes a hint is halved") {
  auto [tx, rx] = TestType::template make<counting_hints_traits>(16 * capacity);
  for (unsigned i = 0; i != 6; ++i) pass(tx, rx, 256), rx.rest();
  pass(tx, rx, 256);
  CHECK(hints_of_rest(rx) == 128);
  for (const unsigned expected : {64u, 32u, 16u, 8u, 4u}) {
    pass(tx, rx, expected == 4 ? 16 : 8 * expected - 16);
    CHECK(hints_of_rest(rx) == expected);
  }
  pass(tx, rx, 16);  // four bytes for each of four hints
  CHECK(hints_of_rest(rx) == 8);
}

BOTH_RINGS("a rest that found nothing is the last") {
  auto [tx, rx] = TestType::template make<counting_hints_traits>(capacity);
  CHECK(hints_of_rest(rx) == 1);
  for (unsigned i = 0; i != 3; ++i) pass(tx, rx, 16), rx.rest();
  CHECK(hints_of_rest(rx) == 1);
  CHECK(hints_of_rest(rx) == 1);
  pass(tx, rx, 16);
  CHECK(hints_of_rest(rx) == 2);
}

BOTH_RINGS("a rest stays as it is at half of the ring, and becomes shorter when the ring went round twice") {
  auto [tx, rx] = TestType::template make<counting_hints_traits>(capacity);
  for (unsigned i = 0; i != 3; ++i) pass(tx, rx, 496), rx.rest();
  pass(tx, rx, 512);
  CHECK(hints_of_rest(rx) == 8);
  pass(tx, rx, 2048);
  CHECK(hints_of_rest(rx) == 8);
  for (const unsigned expected : {4u, 2u, 1u, 1u}) {
    pass(tx, rx, 2064);
    CHECK(hints_of_rest(rx) == expected);
  }
}

BOTH_RINGS("a consumer that was moved from does not rest") {
  auto [tx, rx] = TestType::template make<counting_hints_traits>(capacity);
  const auto other = std::move(rx);
  CHECK(hints_of_rest(rx) == 0);
}

TEST_CASE("a receiver that waits rests, long after a record and shortly when nothing came") {
  auto [tx, rx] = spsc::channel<counting_hints_traits>(capacity);
  const auto hints_of_wait = [&receiver = rx](unsigned looks) {
    counting_hints::hints = 0;
    counting_hints::looks_left = looks;
    CHECK(receiver.receive_for(std::chrono::seconds(1)).error() == receive_error::timeout);
    return counting_hints::hints;
  };
  CHECK(hints_of_wait(5) == 5);
  for (const unsigned doubled : {2u, 4u, 8u}) {
    REQUIRE(tx.try_send(8)->commit());
    REQUIRE(rx.receive());
    CHECK(hints_of_wait(1) == doubled);
  }
  CHECK(hints_of_wait(5) == 5);
}

TEST_CASE("a receiver that polls rests as a consumer does") {
  auto [tx, rx] = mpsc::channel<counting_hints_traits>(capacity);
  CHECK(hints_of_rest(rx) == 1);
  REQUIRE(tx.try_send(8)->commit());
  REQUIRE(rx.try_receive());
  CHECK(hints_of_rest(rx) == 2);
}
