// The hints to the cache ask for nothing that the other end may be writing: the producer's stay in the bytes that are its
// own to claim, the consumer's before a tail that it has seen. A policy that writes them down, and what was true then.
#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "catch.hpp"
#include "rings.hpp"

namespace {

using namespace logbuf;
using logbuf::test::visible_memory;

struct recording : std_atomics {
  static constexpr std::uint32_t prefetch_distance = 128, prefetch_largest = 64;
  static inline std::vector<std::size_t> asked;  // offsets
  static inline const std::byte* buffer = nullptr;  // of the last hint
  static inline unsigned looks_at_tail = 0, looks_at_head = 0;
  template <site S, class Word>
  static auto load(site_tag<S> s, const Word& w) noexcept {
    looks_at_tail += S == site::prefetch_tail;
    looks_at_head += S == site::head_refresh;
    return std_atomics::load(s, w);
  }
  static void prefetch_for_write(const region& r, std::size_t offset) {
    asked.push_back(offset);
    buffer = r.at(0);
  }
};
struct recording_traits : default_traits {
  using atomics = recording;
};

struct clearing_traits : recording_traits {
  static constexpr zeroing zeroed = zeroing::by_producer;
};

constexpr std::uint64_t capacity = 1024;

options asking() {
  options o;
  o.consumer_prefetch = true;
  return o;
}

// The offsets of [from, to), by lines of the hints' positions.
bool all_within(std::uint64_t from, std::uint64_t to) {
  const auto inside = [&](std::size_t offset) {
    const std::uint64_t position = from + ((offset - from) & (capacity - 1));
    return position < to;
  };
  return std::all_of(recording::asked.begin(), recording::asked.end(), inside);
}

}  // namespace

BOTH_RINGS("hints of a producer stay in what it may claim") {
  auto [tx, rx] = TestType::template make<recording_traits>(capacity);
  std::uint64_t tail = 0, head = 0;
  std::size_t hints = 0;
  for (unsigned i = 0; i != 2000; ++i) {
    const std::size_t size = (i * 37) % 120 + 1;
    recording::asked.clear();
    auto claim = tx.try_claim(size);
    if (claim) {
      CHECK(all_within(claim->position(), head + capacity));
      hints += recording::asked.size();
      claim->commit();
      tail = claim->position() + ((size + 15) & ~std::size_t{7});
    } else {
      CHECK(recording::asked.empty());
    }
    if (claim) continue;
    while (rx.try_read()) {}
    head = tail;
  }
  CHECK(hints > 1000);
}

BOTH_RINGS("the first claims beyond a known limit hint at what comes first, the later ones at what lies ahead of them") {
  using offsets = std::vector<std::size_t>;
  for (const position_type begin : {position_type{0}, position_type{1} << 40}) {
    options o;
    o.initial_position = begin;
    auto [tx, rx] = TestType::template make<recording_traits>(capacity, o);
    const auto hints_of = [&sender = tx](std::size_t size) {
      recording::asked.clear();
      REQUIRE(sender.try_claim(size)->commit());
      return recording::asked;
    };
    CHECK(hints_of(56) == offsets{0, 64, 128, 192});  // [0, 64): its own window, from its first byte on, and the next one
    CHECK(hints_of(8) == offsets{});                  // [64, 80)
    CHECK(hints_of(40) == offsets{});                 // [80, 128), the end of its window
    CHECK(hints_of(72) == offsets{256, 320});         // [128, 208), the first of its window
    CHECK(hints_of(492) == offsets{384, 448, 512, 576, 640, 704, 768, 832});  // [208, 712) comes first in four
    CHECK(hints_of(176) == offsets{896, 960});        // [712, 896)
    CHECK(hints_of(0) == offsets{});                  // [896, 904): there is nothing behind the limit
    CHECK(hints_of(112) == offsets{});
  }
}

BOTH_RINGS("hints end at the limit, wherever that is") {
  for (const position_type begin : {position_type{0}, position_type{1} << 40}) {
    options o;
    o.initial_position = begin;
    auto [tx, rx] = TestType::template make<recording_traits>(capacity, o);
    REQUIRE(tx.try_claim(80 - 8)->commit());
    for (int i = 0; i != 8; ++i) REQUIRE(tx.try_claim(112 - 8)->commit());
    REQUIRE(tx.try_claim(48 - 8)->commit());  // 1024 bytes: the ring is full
    rx.drain([](auto, auto) {}, 1);
    recording::asked.clear();
    REQUIRE(tx.try_claim(8)->commit());  // the limit is 80 bytes behind its start
    CHECK(recording::asked == std::vector<std::size_t>{0, 64});
  }
}

BOTH_RINGS("hints for a large claim are for the last bytes that it asks for") {
  auto [tx, rx] = TestType::template make<recording_traits>(4 * capacity);
  const auto hints_of = [&sender = tx](std::size_t size) {
    recording::asked.clear();
    REQUIRE(sender.try_claim(size)->commit());
    return recording::asked;
  };
  const auto lines = [](std::size_t from, std::size_t to) {
    std::vector<std::size_t> all;
    for (; from < to; from += 64) all.push_back(from);
    return all;
  };
  CHECK(hints_of(2032) == lines(2176 - 8 * 128, 2176));            // [0, 2040)
  CHECK(hints_of(1024 - 8) == lines(2176, 3200));                    // [2040, 3064): eight windows begin in it
  CHECK(hints_of(1024) == lines(3200, 4096));                        // [3064, 4096): up to the limit
}

// Whoever comes first into a window hints at the next one, for all.
TEST_CASE("many producers together hint at each line once") {
  auto [first, rx] = mpsc::make<recording_traits>(8 * capacity);
  std::vector<mpsc::producer<recording_traits>> all{first, first, first};
  for (auto& tx : all) REQUIRE(tx.try_claim(56)->commit());  // each has found its limit
  recording::asked.clear();
  for (unsigned i = 0; i != 80; ++i) REQUIRE(all[i * i % 3].try_claim(24 + i % 5 * 8)->commit());
  std::set<std::size_t> lines(recording::asked.begin(), recording::asked.end());
  CHECK(lines.size() == recording::asked.size());
  CHECK(*lines.begin() == 384);
  CHECK(lines.size() == (*lines.rbegin() - *lines.begin()) / 64 + 1);
}

BOTH_RINGS("hints are of the ring's own memory, from the claim on") {
  visible_memory memory(capacity);
  options o = asking();
  o.initial_position = 256;
  auto [tx, rx] = TestType::template make<recording_traits>(memory.span(), nullptr, o);
  recording::asked.clear();
  REQUIRE(tx.try_claim(56)->commit());
  REQUIRE_FALSE(recording::asked.empty());
  CHECK(recording::asked.front() == 256);
  CHECK(recording::buffer == memory.span().data());
}

BOTH_RINGS("a claim that fits before the known limit, to the last byte, looks at no head") {
  for (const position_type begin : {position_type{0}, position_type{1} << 40}) {
    options o;
    o.initial_position = begin;
    auto [tx, rx] = TestType::template make<recording_traits>(capacity, o);
    recording::looks_at_head = 0;
    for (int i = 0; i != 8; ++i) REQUIRE(tx.try_claim(120)->commit());
    CHECK(recording::looks_at_head == 1);
    CHECK(tx.try_claim(0).error() == claim_error::full);
    CHECK(recording::looks_at_head == 2);
  }
}

TEST_CASE("a consumer hints at each line of the records ahead, and looks at the tail once in a quarter of the ring") {
  using offsets = std::vector<std::size_t>;
  for (const bool drains : {false, true})
    for (const position_type begin : {position_type{0}, position_type{1} << 40}) {
      options o = asking();
      o.initial_position = begin;
      auto [tx, rx] = spsc::make<recording_traits>(capacity, o);
      auto& reader = rx;
      const auto read_one = [&] {
        recording::asked.clear();
        if (drains) reader.drain([](auto, auto) {}, 1);
        else reader.try_read()->consume();
      };
      recording::looks_at_tail = 0;
      for (int i = 0; i != 6; ++i) {  // it keeps up: nothing comes behind the record that it reads
        REQUIRE(tx.try_claim(56)->commit());
        read_one();
        CHECK(reader.try_read().error() == read_error::empty);
        if (drains) CHECK(reader.drain([](auto, auto) {}, 1) == 0);
      }
      for (int i = 0; i != 16; ++i) REQUIRE(tx.try_claim(56)->commit());  // 1024 bytes, from 6 * 64 on
      offsets hints, looks;
      for (std::size_t i = 0; i != 16; ++i) {
        const unsigned before = recording::looks_at_tail;
        read_one();
        hints.insert(hints.end(), recording::asked.begin(), recording::asked.end());
        if (recording::looks_at_tail != before) looks.push_back(i);
      }
      // A single read hints when it ends, for the record that comes next; a drain when it comes to one. Both look at the tail
      // after a quarter of the ring, and hint at all lines from then on, up to the tail that they have seen.
      CHECK(looks == (drains ? offsets{4, 14} : offsets{3, 13}));
      offsets expected;
      for (std::size_t i = 5; i != 14; ++i) expected.push_back(((6 + i) * 64 + 128) % capacity);
      CHECK(hints == expected);
    }
}

TEST_CASE("hints of a consumer stay before the tail that it has seen") {
  auto [tx, rx] = spsc::make<recording_traits>(capacity, asking());
  std::size_t hints = 0;
  std::uint64_t tail = 0;
  for (unsigned lap = 0; lap != 200; ++lap) {
    for (;;) {
      auto claim = tx.try_claim((lap * 11) % 56 + 1);
      if (!claim) break;
      claim->commit();
      tail = claim->position() + ((claim->size() + 15) & ~std::size_t{7});
    }
    for (bool more = true; more;) {
      recording::asked.clear();
      std::uint64_t position = 0;
      if (lap % 2 == 0) {
        auto record = rx.try_read();
        more = static_cast<bool>(record);
        if (more) position = record->position();
      } else {
        more = rx.drain([&](auto, std::uint32_t) {}, 1) != 0;
        position = tail - capacity;
      }
      CHECK(all_within(position, tail));
      hints += recording::asked.size();
    }
  }
  CHECK(hints > 1000);
}

TEST_CASE("a consumer asks for no large record, and for none while it keeps up") {
  auto [tx, rx] = spsc::make<recording_traits>(capacity, asking());
  for (unsigned i = 0; i != 1000; ++i) {
    tx.try_claim(16)->commit();
    recording::asked.clear();
    rx.try_read()->consume();
    CHECK(recording::asked.empty());
  }
  for (unsigned i = 0; i != 1000; ++i) {
    while (auto claim = tx.try_claim(100)) claim->commit();
    recording::asked.clear();
    while (auto record = rx.try_read()) record->consume();
    CHECK(recording::asked.empty());
  }
}

TEST_CASE("a consumer that does not zero, has many producers, or was not told to, asks for nothing") {
  const auto asks = [](auto ends) {
    auto& [tx, rx] = ends;
    std::size_t hints = 0;
    for (unsigned lap = 0; lap != 100; ++lap) {
      while (auto claim = tx.try_claim(16)) claim->commit();
      recording::asked.clear();
      while (auto record = rx.try_read()) record->consume();
      hints += recording::asked.size();
    }
    return hints;
  };
  CHECK(asks(spsc::make<recording_traits>(capacity, asking())) != 0);
  CHECK(asks(spsc::make<recording_traits>(capacity)) == 0);
  CHECK(asks(spsc::make<clearing_traits>(capacity, asking())) == 0);
  CHECK(asks(mpsc::make<recording_traits>(capacity, asking())) == 0);
}
