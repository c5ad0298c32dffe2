// for (auto& record : receiver), and views over it: each record is seen once or stays unread, and nothing waits for a record
// that is not needed. Everything here runs on one thread: a wait in vain would be a wait for ever.
#include <cstdint>
#include <cstring>
#include <ranges>
#include <stdexcept>
#include <vector>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

using records = std::vector<unsigned>;

template <class Sender>
void send_numbers(Sender& tx, unsigned from, unsigned to) {
  for (unsigned i = from; i != to; ++i) REQUIRE(tx.try_send(std::as_bytes(std::span(&i, 1))));
}

unsigned number(const auto& record) {
  unsigned i = ~0u;
  if (record.size() == sizeof i) std::memcpy(&i, record.bytes().data(), sizeof i);
  return i;
}

// What is left, in the order of reading.
template <class Receiver>
records rest_of(Receiver& rx) {
  records all;
  for (;;) {
    auto record = rx.try_receive();
    if (!record) return all;
    all.push_back(number(*record));
  }
}

}  // namespace

#if !defined(__clang__) || __clang_major__ > 15  // Clang 14 does not compile libstdc++'s views
BOTH_RINGS("take(n) takes n records, and waits for no more") {
  auto [tx, rx] = TestType::channel(std::uint64_t{1024});
  send_numbers(tx, 0, 3);  // exactly as many as are taken
  records seen;
  for (auto& r : rx | std::views::take(3)) seen.push_back(number(r));
  CHECK(seen == records{0, 1, 2});
  send_numbers(tx, 3, 6);
  for ([[maybe_unused]] auto& r : rx | std::views::take(0)) FAIL("none is wanted");
  for (auto& r : rx | std::views::take(2)) seen.push_back(number(r));
  CHECK(seen == records{0, 1, 2, 3, 4});
  CHECK(rest_of(rx) == records{5});
}
#endif

BOTH_RINGS("a loop that is left leaves the records behind it unread") {
  auto [tx, rx] = TestType::channel(std::uint64_t{1024});
  send_numbers(tx, 0, 3);
  for (auto& r : rx)
    if (number(r) == 0) break;
  CHECK(rest_of(rx) == records{1, 2});

  send_numbers(tx, 0, 3);
  auto& reader = rx;
  const auto throwing = [&] {
    for (auto& r : reader)
      if (number(r) == 1) throw std::runtime_error("in the body");
  };
  CHECK_THROWS_AS(throwing(), std::runtime_error);
  CHECK(rest_of(rx) == records{2});

  send_numbers(tx, 0, 3);
  for (auto& r : rx)
    if (number(r) == 1) {
      r.keep();
      break;
    }
  CHECK(rest_of(rx) == records{1, 2});
}

BOTH_RINGS("a record that nobody looked at stays unread") {
  auto [tx, rx] = TestType::channel(std::uint64_t{1024});
  send_numbers(tx, 0, 2);
  { auto nothing = rx.begin(); }
  CHECK(rx.begin() != rx.end());
  {
    auto i = rx.begin();
    REQUIRE(i != rx.end());
    auto moved = std::move(i);
    REQUIRE(moved != rx.end());
    moved = rx.begin();
  }
  CHECK(rest_of(rx) == records{0, 1});
}

#if !defined(__clang__) || __clang_major__ > 15
BOTH_RINGS("views that look, pass over, and stop") {
  auto [tx, rx] = TestType::channel(std::uint64_t{1024});
  send_numbers(tx, 0, 6);
  records seen;
  for (auto& r : rx | std::views::drop(2) | std::views::take(2)) seen.push_back(number(r));
  CHECK(seen == records{2, 3});
  CHECK(rest_of(rx) == records{4, 5});

  send_numbers(tx, 0, 6);
  seen.clear();
  for (unsigned i : rx | std::views::transform([](auto& r) { return number(r); }) | std::views::take(2)) seen.push_back(i);
  CHECK(seen == records{0, 1});
  CHECK(rest_of(rx) == records{2, 3, 4, 5});

  send_numbers(tx, 0, 6);
  seen.clear();
  for (auto& r : rx | std::views::take(4) | std::views::filter([](auto& x) { return number(x) % 2 == 1; })) seen.push_back(number(r));
  CHECK(seen == records{1, 3});
  CHECK(rest_of(rx) == records{4, 5});

  // take_while has to look at the record that it does not take, and filter looks for the next one before take stops it. What
  // was looked at is consumed, as the guide says.
  send_numbers(tx, 0, 6);
  seen.clear();
  for (auto& r : rx | std::views::filter([](auto& x) { return number(x) % 2 == 1; }) | std::views::take(1)) seen.push_back(number(r));
  CHECK(seen == records{1});
  CHECK(rest_of(rx) == records{4, 5});
  send_numbers(tx, 0, 6);
  seen.clear();
  for (auto& r : rx | std::views::take_while([](auto& x) { return number(x) < 2; })) seen.push_back(number(r));
  CHECK(seen == records{0, 1});
  CHECK(rest_of(rx) == records{3, 4, 5});
}
#endif

BOTH_RINGS("an iterator that is advanced by hand") {
  auto [tx, rx] = TestType::channel(std::uint64_t{1024});
  send_numbers(tx, 0, 4);
  auto i = rx.begin();
  ++i;  // passes over a record that nobody looked at
  CHECK(number(*i) == 1);
  CHECK(number(*i) == 1);
  i++;
  CHECK(i != rx.end());
  (*i).consume();
  ++i;  // that record was consumed in the body: no other one is
  CHECK(number(*i) == 3);
  { auto tx_gone = std::move(tx); }
  ++i;
  CHECK(i == rx.end());
  CHECK((*i).size() == 0);
  const typename decltype(rx.begin())::value_type kept = std::move(*i);
  CHECK_FALSE(kept.is_open());
  decltype(rx.begin()) nowhere;
  CHECK(nowhere == rx.end());
  CHECK((*nowhere).size() == 0);
  ++nowhere;
  static_assert(std::input_iterator<decltype(rx.begin())> && std::ranges::input_range<decltype(rx)>);
}
