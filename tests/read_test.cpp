#include <algorithm>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

options threshold(std::uint64_t bytes) {
  options o;
  o.release_threshold = bytes;
  return o;
}

}  // namespace

BOTH_RINGS("a read is empty until something is committed") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(rx.try_read().error() == read_error::empty);
  auto claim = tx.try_claim(4);
  REQUIRE(claim);
  CHECK(rx.try_read().error() == read_error::empty);
  claim->commit();
  CHECK(rx.try_read());
  CHECK(rx.try_read().error() == read_error::empty);
}

BOTH_RINGS("a record is zeroed when its claim ends") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::make(memory.span());
  CHECK(write(tx, "secret", 1));
  CHECK(write(tx, "next", 1));
  {
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(text_of(record->bytes()) == "secret");
  }
  CHECK(std::all_of(memory.span().begin(), memory.span().begin() + 16, [](std::byte b) { return b == std::byte{0}; }));
  CHECK(read(rx) == "next");
  CHECK(memory.is_zero());
}

BOTH_RINGS("a record is zeroed when its claim ends, also where its space is held back") {
  visible_memory memory(256);
  options o;
  o.release_threshold = 256;
  auto [tx, rx] = TestType::make(memory.span(), nullptr, o);
  for (int i = 0; i != 3; ++i) REQUIRE(write(tx, pattern(24, 1)));
  const auto occupied = tx.occupancy();
  for (std::size_t i = 0; i != 2; ++i) {
    CHECK(read(rx) == pattern(24, 1));
    CHECK(tx.occupancy() == occupied);
    const auto zeroed = memory.span().first(32 * (i + 1));
    CHECK(std::all_of(zeroed.begin(), zeroed.end(), [](std::byte b) { return b == std::byte{0}; }));
  }
}

BOTH_RINGS("space is held back until the threshold is reached") {
  auto [tx, rx] = TestType::make(std::uint64_t{64}, threshold(24));
  for (int i = 0; i != 8; ++i) CHECK(write(tx, ""));
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 64);
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 64);
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 40);
}

BOTH_RINGS("space is given back at once when no record follows") {
  auto [tx, rx] = TestType::make(std::uint64_t{64}, threshold(64));
  CHECK(write(tx, ""));
  CHECK(write(tx, ""));
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 16);
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 0);
}

BOTH_RINGS("skips that are visible when a read ends are given back with it") {
  auto [tx, rx] = TestType::make(std::uint64_t{64}, threshold(64));
  CHECK(write(tx, ""));
  CHECK(tx.try_claim(8));  // dropped
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 0);
}

BOTH_RINGS("a threshold of zero gives back after every record") {
  auto [tx, rx] = TestType::make(std::uint64_t{1024}, threshold(0));
  for (int i = 0; i != 4; ++i) CHECK(write(tx, ""));
  for (std::uint64_t left = 24; left != 0; left -= 8) {
    CHECK(read(rx) == "");
    CHECK(tx.occupancy() == left);
  }
}

BOTH_RINGS("the default threshold is a sixteenth of the ring") {
  auto [tx, rx] = TestType::make(std::uint64_t{1024});
  for (int i = 0; i != 100; ++i) CHECK(write(tx, ""));
  for (int i = 0; i != 7; ++i) CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 800);
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 800 - 64);
}

BOTH_RINGS("release gives back what is held, and an empty read does") {
  auto [tx, rx] = TestType::make(std::uint64_t{64}, threshold(64));
  for (int i = 0; i != 4; ++i) CHECK(write(tx, ""));
  CHECK(read(rx) == "");
  CHECK(tx.occupancy() == 32);
  rx.release();
  CHECK(tx.occupancy() == 24);
  rx.release();
  CHECK(tx.occupancy() == 24);
}

BOTH_RINGS("a consumer that reads a whole lap does not take its own first record for the next") {
  auto [tx, rx] = TestType::make(std::uint64_t{64}, threshold(64));
  for (int lap = 0; lap != 3; ++lap) {
    for (int i = 0; i != 8; ++i) CHECK(write(tx, ""));
    for (int i = 0; i != 8; ++i) CHECK(read(rx) == "");
    CHECK(read(rx) == "<empty>");
  }
}

BOTH_RINGS("a kept record is the next one again") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, "again", 3));
  for (int i = 0; i != 3; ++i) {
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(text_of(record->bytes()) == "again");
    record->keep();
    CHECK_FALSE(record->is_open());
    CHECK(record->bytes().empty());
  }
  CHECK(read(rx) == "again");
  CHECK(read(rx) == "<empty>");
}

BOTH_RINGS("a second read while a claim is open answers the same record, which is consumed once") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, "one"));
  CHECK(write(tx, "two"));
  {
    auto first = rx.try_read();
    auto second = rx.try_read();
    REQUIRE((first && second));
    CHECK(first->position() == second->position());
    second->consume();
    CHECK(read(rx) == "two");
    first->consume();
  }
  CHECK(read(rx) == "<empty>");
  CHECK(tx.occupancy() == 0);
}

BOTH_RINGS("claims and views that never had a record have a size, a position and a tag of 0") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  typename decltype(tx)::claim_type written;
  read_claim<default_traits> claim;
  record_view<default_traits> view;
  const auto is_nothing = [](const auto& r) { return r.size() == 0 && r.position() == 0 && r.tag() == 0; };
  CHECK(is_nothing(written));
  CHECK_FALSE(written.is_open());
  CHECK((is_nothing(claim) && claim.bytes().empty()));
  CHECK_FALSE(claim.is_open());
  CHECK((is_nothing(view) && view.bytes().empty()));
}

BOTH_RINGS("a read claim that was assigned from is inert") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  REQUIRE(write(tx, "first", 7));
  auto claim = std::move(*rx.try_read());
  read_claim<default_traits> other;
  other = std::move(claim);
  CHECK(text_of(other.bytes()) == "first");
  CHECK((claim.bytes().empty() && claim.size() == 0 && claim.tag() == 0 && !claim.is_open()));
}

BOTH_RINGS("a read claim that was moved from is inert") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, "one"));
  CHECK(write(tx, "two"));
  auto record = rx.try_read();
  REQUIRE(record);
  auto moved = std::move(*record);
  CHECK_FALSE(record->is_open());
  CHECK(record->bytes().empty());
  CHECK(text_of(moved.bytes()) == "one");
  moved.consume();
  auto next = rx.try_read();
  REQUIRE(next);
  moved = std::move(*next);
  CHECK(text_of(moved.bytes()) == "two");
}

BOTH_RINGS("positions of records tell what was skipped") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, ""));
  CHECK(tx.try_claim(8));  // dropped: 16 bytes
  CHECK(write(tx, ""));
  auto first = rx.try_read();
  REQUIRE(first);
  CHECK(first->position() == 0);
  first->consume();
  auto second = rx.try_read();
  REQUIRE(second);
  CHECK(second->position() == 24);
}
