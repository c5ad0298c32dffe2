#include <array>
#include <limits>
#include <stdexcept>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

BOTH_RINGS("sizes at, below and above each edge") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  const std::size_t max = tx.max_payload();
  CHECK(max == 120);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{9}, max - 1, max}) {
    CHECK(write(tx, pattern(size, 3), 77));
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(text_of(record->bytes()) == pattern(size, 3));
    CHECK(record->size() == size);
    CHECK(record->tag() == 77);
  }
  constexpr std::size_t top = std::numeric_limits<std::size_t>::max();
  for (const std::size_t size : {max + 1, max + 2, std::size_t{1} << 31, top - 16, top - 8, top - 7, top - 1, top}) {
    const auto claim = tx.try_claim(size);
    CHECK(claim.error() == claim_error::too_large);
  }
  CHECK(read(rx) == "<empty>");
}

BOTH_RINGS("a claim has as many bytes as were asked for") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{13}, tx.max_payload()}) {
    auto claim = tx.try_claim(size);
    REQUIRE(claim);
    CHECK(claim->size() == size);
    CHECK(claim->bytes().size() == size);
    CHECK(claim->bytes().data() == claim->data());
    claim->abort();
    CHECK(read(rx) == "<empty>");
  }
}

BOTH_RINGS("full is not too large, and changes nothing") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::make(memory.span());
  CHECK(write(tx, pattern(24, 1)));
  CHECK(write(tx, pattern(16, 2)));
  const std::vector<std::byte> before(memory.span().begin(), memory.span().end());
  const auto used = tx.occupancy();
  for (int i = 0; i != 5; ++i) {
    CHECK(tx.try_claim(9).error() == claim_error::full);
    CHECK(tx.try_claim(25).error() == claim_error::too_large);
  }
  CHECK(std::equal(before.begin(), before.end(), memory.span().begin()));
  CHECK(tx.occupancy() == used);
  CHECK(write(tx, ""));  // 8 bytes were left
  CHECK(tx.try_claim(0).error() == claim_error::full);
  CHECK(read(rx) == pattern(24, 1));
  CHECK(read(rx) == pattern(16, 2));
  CHECK(read(rx) == "");
  CHECK(read(rx) == "<empty>");
  CHECK(memory.is_zero());
}

BOTH_RINGS("a claim that is dropped becomes a skip, and its dirty bytes are zeroed") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::make(memory.span());
  for (int lap = 0; lap != 9; ++lap) {
    {
      auto claim = tx.try_claim(16);
      REQUIRE(claim);
      std::memset(claim->data(), 0xff, claim->size());
      if (lap % 2 == 0) claim->abort();
    }
    CHECK(write(tx, "b"));
    CHECK(read(rx) == "b");
    CHECK(read(rx) == "<empty>");
    CHECK(memory.is_zero());
  }
}

BOTH_RINGS("an exception in the middle of a write blocks nothing") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  try {
    auto claim = tx.try_claim(20);
    REQUIRE(claim);
    std::memset(claim->data(), 0x55, 10);
    throw std::runtime_error("half way");
  } catch (const std::runtime_error&) {
  }
  CHECK(write(tx, "after"));
  CHECK(read(rx) == "after");
}

BOTH_RINGS("a short commit publishes the first bytes, and the rest is passed over") {
  for (std::size_t claimed = 0; claimed <= 24; ++claimed)
    for (std::size_t n = 0; n <= claimed; ++n) {
      visible_memory memory(64);
      auto [tx, rx] = TestType::make(memory.span());
      for (int lap = 0; lap != 4; ++lap) {
        auto claim = tx.try_claim(claimed, 5);
        REQUIRE(claim);
        std::memset(claim->data(), 0xff, claimed);
        CHECK(claim->commit(n));
        CHECK(write(tx, "next"));
        CHECK(read(rx) == std::string(n, '\xff'));
        CHECK(read(rx) == "next");
        CHECK(read(rx) == "<empty>");
        CHECK(memory.is_zero());
      }
    }
}

BOTH_RINGS("several claims may be open and end in any order; delivery is in claim order") {
  std::array<int, 4> order{0, 1, 2, 3};
  do {
    for (int aborted = -1; aborted != 4; ++aborted) {
      auto [tx, rx] = TestType::make(std::uint64_t{256});
      std::array<write_claim<default_traits>, 4> claims;
      for (std::size_t i = 0; i != 4; ++i) {
        auto claim = tx.try_claim(3, static_cast<std::uint32_t>(i));
        REQUIRE(claim);
        claims[i] = std::move(*claim);
      }
      CHECK(tx.try_claim(1));  // dropped: a fifth claim, a skip
      for (const int i : order) {
        auto& claim = claims[static_cast<std::size_t>(i)];
        std::memcpy(claim.data(), "abc", 3);
        if (i == aborted) claim.abort();
        else CHECK(claim.commit());
        CHECK_FALSE(claim.is_open());
      }
      for (int i = 0; i != 4; ++i) {
        if (i == aborted) continue;
        auto record = rx.try_read();
        REQUIRE(record);
        CHECK(record->tag() == static_cast<std::uint32_t>(i));
      }
      CHECK(read(rx) == "<empty>");
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

BOTH_RINGS("an open claim holds back what was claimed after it") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  auto first = tx.try_claim(1);
  REQUIRE(first);
  CHECK(write(tx, "second"));
  CHECK(read(rx) == "<empty>");
  first->abort();
  CHECK(read(rx) == "second");
}

BOTH_RINGS("a gather write joins its parts") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  const std::string a = "one", b, c = "three";
  CHECK(tx.try_gather({bytes_of(a), bytes_of(b), bytes_of(c)}, 4));
  CHECK(tx.try_gather({}, 4));
  CHECK(read(rx) == "onethree");
  CHECK(read(rx) == "");
  const std::string most(tx.max_payload(), 'm');
  CHECK(tx.try_gather({bytes_of(most), bytes_of(b)}));
  CHECK(read(rx) == most);
  CHECK(tx.try_gather({bytes_of(most), bytes_of(std::string("x"))}).error() == claim_error::too_large);
}

BOTH_RINGS("a gather write whose sizes overflow is too large") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  // Never read: the sizes alone decide.
  static const std::byte anything{};
  const std::span<const std::byte> huge(&anything, std::numeric_limits<std::size_t>::max() - 3);
  CHECK(tx.try_gather({huge, huge}).error() == claim_error::too_large);
  CHECK(tx.try_gather({bytes_of(std::string("abcd")), huge}).error() == claim_error::too_large);
  CHECK(read(rx) == "<empty>");
}

BOTH_RINGS("write answers the position of the record") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  position_type expected = 0;
  for (int i = 0; i != 20; ++i) {
    auto written = tx.try_write(bytes_of("12345678"));
    REQUIRE(written);
    CHECK(*written == expected);
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(record->position() == expected);
    expected += 16;
  }
}

BOTH_RINGS("moved-from claims are inert") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  auto made = tx.try_claim(2, 1);
  REQUIRE(made);
  auto claim = std::move(*made);
  CHECK_FALSE(made->is_open());
  made->abort();
  CHECK(claim.is_open());
  claim = std::move(claim);  // to itself
  CHECK(claim.is_open());
  auto other = tx.try_claim(3, 2);
  REQUIRE(other);
  claim = std::move(*other);  // the first becomes a skip
  CHECK(claim.size() == 3);
  CHECK(claim.commit());
  auto record = rx.try_read();
  REQUIRE(record);
  CHECK(record->tag() == 2);
}

BOTH_RINGS("moved-from ends are inert") {
  auto made = TestType::make(std::uint64_t{128});
  auto tx = std::move(made.first);
  auto rx = std::move(made.second);
  CHECK(made.first.try_claim(0).error() == claim_error::detached);
  CHECK(made.first.try_claim(1000).error() == claim_error::detached);
  CHECK(made.first.try_gather({bytes_of("abc")}).error() == claim_error::detached);
  CHECK_FALSE(made.first.flush());
  CHECK(made.first.max_payload() == 0);
  CHECK(made.first.occupancy() == 0);
  CHECK_FALSE(made.first.is_attached());
  CHECK(made.second.try_read().error() == read_error::empty);
  CHECK(made.second.drain([](auto, auto) {}) == 0);
  CHECK(made.second.batch().next().error() == read_error::empty);
  made.second.release();
  CHECK(made.second.occupancy() == 0);
  CHECK(write(tx, "still"));
  CHECK(read(rx) == "still");
  made.first = std::move(tx);
  CHECK(write(made.first, "back"));
  CHECK(read(rx) == "back");
}

BOTH_RINGS("an end may be moved while claims are open") {
  auto made = TestType::make(std::uint64_t{128});
  auto claim = made.first.try_claim(1);
  REQUIRE(claim);
  auto tx = std::move(made.first);
  std::memcpy(claim->data(), "m", 1);
  CHECK(claim->commit());
  auto record = made.second.try_read();
  REQUIRE(record);
  auto rx = std::move(made.second);
  CHECK(text_of(record->bytes()) == "m");
  record->consume();
  CHECK(read(rx) == "<empty>");
}
