#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::detail;

TEST_CASE("a header word keeps size and tag apart") {
  for (const std::uint32_t size : {8u, 9u, 0x7fff'ffffu})
    for (const std::uint32_t tag : {0u, 1u, 0x8000'0000u, 0xffff'ffffu}) {
      const header_word word = record_word(size, tag);
      CHECK(word != not_ready);
      CHECK_FALSE(is_skip(word));
      CHECK(size_of(word) == size);
      CHECK(tag_of(word) == tag);
    }
}

TEST_CASE("a skip is no record and keeps its size") {
  for (const std::uint32_t size : {8u, 16u, 0x7fff'fff8u}) {
    CHECK(is_skip(skip_word(size)));
    CHECK(size_of(skip_word(size)) == size);
    CHECK(tag_of(skip_word(size)) == 0);
  }
}

TEST_CASE("a stride is the size rounded up to the alignment") {
  CHECK(stride_of<8>(8) == 8);
  CHECK(stride_of<8>(9) == 16);
  CHECK(stride_of<8>(16) == 16);
  CHECK(stride_of<64>(8) == 64);
  CHECK(stride_of<64>(65) == 128);
}

TEST_CASE("the largest payload is half of the ring less the header, and below 2^31") {
  CHECK(max_payload(16, 8) == 0);
  CHECK(max_payload(32, 8) == 8);
  CHECK(max_payload(1024, 8) == 504);
  CHECK(max_payload(128, 64) == 56);
  if constexpr (sizeof(std::size_t) == 8) {
    CHECK(max_payload(std::uint64_t{1} << 32, 8) == (std::size_t{1} << 31) - 16);
    CHECK(max_payload(std::uint64_t{1} << 40, 64) == (std::size_t{1} << 31) - 72);
  }
}

TEST_CASE("a placement never straddles the end and never passes the head by more than a lap") {
  for (const position_type base : {position_type{0}, position_type{0} - 32})  // also across 2^64
    for (position_type used = 0; used <= 32; used += 8)
      for (position_type offset = 0; offset < 32; offset += 8)
        for (const auto& [stride, spare] : {std::pair(8u, 0u), {16u, 0u}, {8u, 8u}, {16u, 8u}}) {
          if (used + spare > 32) continue;
          const position_type tail = base + offset, head = tail - used;
          const placement p = place(tail, head, 32, stride, spare);
          CHECK((p.start == tail || (p.start % 32 == 0 && p.start - tail < stride)));
          CHECK(p.start % 32 + stride <= 32);
          CHECK(p.fits == (p.start + stride + spare - tail + used <= 32));
          if (!p.fits) continue;
          CHECK(distance(p.start + stride, p.limit) >= 0);  // the limit covers this claim
          CHECK(p.limit + spare - head <= 32);              // and no byte that is not released
          CHECK((p.limit - 1) / 32 == p.start / 32);        // and no byte of another lap
        }
}

TEST_CASE("the table of sites names each once and says why") {
  for (const ordering_site& s : ordering_sites) {
    CHECK(&describe(s.id) == &s);
    CHECK_FALSE(s.pairs_with.empty());
    CHECK_FALSE(s.carries.empty());
    CHECK_FALSE(s.breaks.empty());
    for (const ordering_site& other : ordering_sites) CHECK((&s == &other || s.name != other.name));
  }
}

TEST_CASE("sites that synchronise name each other") {
  for (const ordering_site& s : ordering_sites)
    for (const ordering_site& other : ordering_sites) {
      if (s.order == std::memory_order_relaxed || s.pairs_with.find(other.name) == std::string_view::npos) continue;
      INFO(s.name << " names " << other.name);
      CHECK(other.pairs_with.find(s.name) != std::string_view::npos);
    }
}
