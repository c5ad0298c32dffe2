#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

// Where the next record of an empty ring goes: an empty record shows it, and then takes 8 bytes.
template <class Producer, class Consumer>
std::size_t next_offset(Producer& tx, Consumer& rx, std::size_t capacity) {
  auto written = tx.try_write({});
  if (!written || read(rx) != "" || read(rx) != "<empty>") std::abort();
  return static_cast<std::size_t>((*written + 8) % capacity);
}

}  // namespace

BOTH_RINGS("a record of every size fits into an empty ring from every offset") {
  for (const std::size_t capacity : {16u, 32u, 64u, 128u, 512u})
    for (std::size_t offset = 0; offset < capacity; offset += 8) {
      visible_memory memory(capacity);
      auto [tx, rx] = TestType::make(memory.span());
      for (std::size_t size = 0; size <= tx.max_payload(); ++size) {
        advance_by(tx, rx, (offset + capacity - next_offset(tx, rx, capacity)) % capacity);
        INFO("capacity " << capacity << ", offset " << offset << ", size " << size);
        CHECK(write(tx, pattern(size, offset), 6));
        CHECK(read(rx) == pattern(size, offset));
        CHECK(read(rx) == "<empty>");
        CHECK(memory.is_zero());
      }
    }
}

BOTH_RINGS("positions pass 2^32 and 2^64, from every offset") {
  for (const position_type edge : {position_type{1} << 32, position_type{0}})
    for (position_type before = 8; before <= 64; before += 8) {
      visible_memory memory(64);
      options o;
      o.initial_position = edge - before;
      auto [tx, rx] = TestType::make(memory.span(), nullptr, o);
      for (std::size_t i = 0; i != 60; ++i) {
        const std::string text = pattern(i % (tx.max_payload() + 1), i);
        auto written = tx.try_write(bytes_of(text), static_cast<std::uint32_t>(i));
        REQUIRE(written);
        CHECK(tx.occupancy() <= 64);
        auto record = rx.try_read();
        REQUIRE(record);
        CHECK(record->position() == *written);
        CHECK(text_of(record->bytes()) == text);
        record->consume();
        CHECK(read(rx) == "<empty>");
        CHECK(memory.is_zero());
      }
    }
}

BOTH_RINGS("a ring that is filled to the last byte gives everything back, at every offset") {
  for (std::size_t offset = 0; offset < 64; offset += 8) {
    visible_memory memory(64);
    auto [tx, rx] = TestType::make(memory.span());
    advance_by(tx, rx, offset);
    for (int lap = 0; lap != 3; ++lap) {
      std::size_t n = 0;
      while (write(tx, "")) ++n;
      CHECK(n == 8);
      CHECK(tx.occupancy() == 64);
      for (; n != 0; --n) CHECK(read(rx) == "");
      CHECK(read(rx) == "<empty>");
      CHECK(memory.is_zero());
      CHECK(rx.occupancy() == 0);
    }
  }
}

BOTH_RINGS("padding is claimed together with its record") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::make(memory.span());
  advance_by(tx, rx, 48);
  CHECK(write(tx, ""));                                       // to 56
  CHECK(write(tx, pattern(24, 1)));                           // 8 of padding, 32 of record
  CHECK(tx.occupancy() == 48);
  CHECK(tx.try_claim(16).error() == claim_error::full);
  CHECK(write(tx, pattern(8, 2)));
  CHECK(read(rx) == "");
  CHECK(read(rx) == pattern(24, 1));
  CHECK(read(rx) == pattern(8, 2));
  CHECK(read(rx) == "<empty>");
  CHECK(memory.is_zero());
}

BOTH_RINGS("a full ring at the end of a lap stays as it is until there is space for padding and record") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  for (int i = 0; i != 7; ++i) CHECK(write(tx, ""));  // 8 bytes left, at the end
  CHECK(tx.try_claim(8).error() == claim_error::full);
  CHECK(read(rx) == "");
  rx.release();
  CHECK(tx.try_claim(8).error() == claim_error::full);  // 8 at the end and 8 at the start are no 16
  CHECK(read(rx) == "");
  rx.release();
  CHECK(write(tx, pattern(8, 1)));
  for (int i = 0; i != 5; ++i) CHECK(read(rx) == "");
  CHECK(read(rx) == pattern(8, 1));
}
