#include <stdexcept>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

template <class Producer>
void fill(Producer& tx, int n) {
  for (int i = 0; i != n; ++i)
    if (!write(tx, std::to_string(i), static_cast<std::uint32_t>(i))) std::abort();
}

}  // namespace

BOTH_RINGS("a drain hands out every record, in order, with its tag") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  fill(tx, 10);
  int next = 0;
  CHECK(rx.drain([&](std::span<const std::byte> bytes, std::uint32_t tag) {
    CHECK(text_of(bytes) == std::to_string(next));
    CHECK(tag == static_cast<std::uint32_t>(next));
    ++next;
  }) == 10);
  CHECK(next == 10);
  CHECK(tx.occupancy() == 0);
  CHECK(rx.drain([](auto, auto) { FAIL("there is nothing left"); }) == 0);
}

BOTH_RINGS("a drain obeys its limit, counts records only, and crosses the wrap") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::make(memory.span());
  advance_by(tx, rx, 56);
  CHECK(tx.try_claim(0));             // the last 8 bytes of the lap: a skip
  CHECK(write(tx, pattern(8, 1)));
  CHECK(tx.try_claim(8));             // another
  CHECK(write(tx, pattern(8, 2)));
  std::vector<std::string> seen;
  const auto note = [&](std::span<const std::byte> bytes, std::uint32_t) { seen.push_back(text_of(bytes)); };
  CHECK(rx.drain(note, 0) == 0);
  CHECK(rx.drain(note, 1) == 1);
  CHECK(rx.drain(note, 1) == 1);
  CHECK(rx.drain(note, 1) == 0);
  CHECK(seen == std::vector<std::string>{pattern(8, 1), pattern(8, 2)});
  CHECK(memory.is_zero());
}

BOTH_RINGS("a drain gives space back in chunks while it goes on") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  while (write(tx, "")) {}
  std::uint64_t least = 256;
  (void)rx.drain([&, &sender = tx](auto, auto) { least = std::min(least, sender.occupancy()); });
  CHECK(least <= 64);  // a quarter at the latest
  CHECK(least > 0);
}

BOTH_RINGS("a handler may stop after a record, or before it") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  fill(tx, 6);
  int calls = 0, next = 0;
  const auto up_to_the_second = [&](drain_action action) {
    return [&, action](std::span<const std::byte> bytes, std::uint32_t tag) {
      CHECK(text_of(bytes) == std::to_string(next));
      CHECK(tag == static_cast<std::uint32_t>(next++));
      return ++calls == 2 ? action : drain_action::next;
    };
  };
  CHECK(rx.drain(up_to_the_second(drain_action::stop)) == 2);
  CHECK(read(rx) == "2");
  calls = 0, next = 3;
  CHECK(rx.drain(up_to_the_second(drain_action::keep)) == 1);
  CHECK(read(rx) == "4");
  CHECK(read(rx) == "5");
}

BOTH_RINGS("a handler that throws leaves its record unread, and the ones before are given back") {
  for (int bad = 0; bad != 6; ++bad) {
    auto [tx, rx] = TestType::make(std::uint64_t{256});
    fill(tx, 6);
    int calls = 0;
    CHECK_THROWS_AS(rx.drain([&](auto, auto) {
      if (calls++ == bad) throw std::runtime_error("handler");
    }),
                    std::runtime_error);
    CHECK(tx.occupancy() == static_cast<std::uint64_t>(6 - bad) * 16);
    for (int i = bad; i != 6; ++i) CHECK(read(rx) == std::to_string(i));
    CHECK(read(rx) == "<empty>");
    CHECK(tx.occupancy() == 0);
  }
}

BOTH_RINGS("a handler that reads by itself consumes each record once") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  fill(tx, 4);
  std::string seen;
  (void)rx.drain([&, &self = rx](std::span<const std::byte> bytes, auto) {
    seen += text_of(bytes);
    (void)self.try_read();
  });
  CHECK(seen == "0123");
  CHECK(read(rx) == "<empty>");
  CHECK(tx.occupancy() == 0);
}

BOTH_RINGS("a drain includes what single reads hold back") {
  options o;
  o.release_threshold = 64;
  visible_memory memory(64);
  auto [tx, rx] = TestType::make(memory.span(), nullptr, o);
  for (int i = 0; i != 8; ++i) CHECK(write(tx, ""));
  for (int i = 0; i != 7; ++i) CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 64);
  CHECK(rx.drain([](auto, auto) {}) == 1);
  CHECK(tx.occupancy() == 0);
  CHECK(memory.is_zero());
}

BOTH_RINGS("a batch hands out records one by one and gives them back at its end") {
  visible_memory memory(256);
  auto [tx, rx] = TestType::make(memory.span());
  fill(tx, 5);
  {
    auto batch = rx.batch();
    for (int i = 0; i != 3; ++i) {
      auto record = batch.next();
      REQUIRE(record);
      CHECK(text_of(record->bytes()) == std::to_string(i));
      CHECK(record->tag() == static_cast<std::uint32_t>(i));
      CHECK(record->position() == static_cast<position_type>(i) * 16);
    }
    CHECK(tx.occupancy() == 80);
  }
  CHECK(tx.occupancy() == 32);
  {
    auto batch = rx.batch();
    int n = 0;
    while (batch.next()) ++n;
    CHECK(n == 2);
    CHECK(batch.next().error() == read_error::empty);
  }
  CHECK(tx.occupancy() == 0);
  CHECK(memory.is_zero());
}

BOTH_RINGS("a batch may give back before its end, and keep its last record") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  fill(tx, 3);
  {
    auto batch = rx.batch();
    CHECK(batch.next());
    CHECK(batch.next());
    batch.release();
    CHECK(tx.occupancy() == 16);
    auto last = batch.next();
    REQUIRE(last);
    CHECK(text_of(last->bytes()) == "2");
    batch.keep();
  }
  CHECK(read(rx) == "2");
}

BOTH_RINGS("a batch gives back in chunks, and never the record in hand") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  for (int i = 0; i != 8; ++i) CHECK(write(tx, ""));
  auto batch = rx.batch();
  std::uint64_t least = 64;
  while (auto record = batch.next()) {
    least = std::min(least, tx.occupancy());
    CHECK(tx.occupancy() >= 64 - record->position());
  }
  CHECK(least <= 16);
}

BOTH_RINGS("a batch that is moved goes on") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  fill(tx, 3);
  auto first = rx.batch();
  CHECK(first.next());
  auto second = std::move(first);
  CHECK(first.next().error() == read_error::empty);
  auto record = second.next();
  REQUIRE(record);
  CHECK(text_of(record->bytes()) == "1");
}
