// Checked rings: a header that no producer can have written there is found by every way to read, and for ever.
#include <chrono>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

struct checked_traits : default_traits {
  static constexpr bool checked = true;
};

// In a ring of 64 bytes whose tail is at 56.
struct bad_header {
  const char* why;
  std::size_t offset;
  detail::header_word word;
};
const bad_header bad_headers[] = {
    {"a size below that of a header", 32, detail::record_word(7, 1)},
    {"a tag without a size", 32, detail::record_word(0, 1)},
    {"a skip of nothing", 32, detail::skip_word(0)},
    {"a skip of less than a header", 32, detail::skip_word(4)},
    {"a record beyond the end of the lap", 32, detail::record_word(33, 0)},
    {"a skip beyond the end of the lap", 32, detail::skip_word(40)},
    {"a record beyond the tail", 32, detail::record_word(25, 0)},
    {"a skip beyond the tail", 32, detail::skip_word(32)},
    {"the largest size", 32, detail::record_word(detail::size_bits, 0)},
    {"the largest skip", 32, detail::skip_word(detail::size_bits)},
    {"a record larger than half of the ring", 0, detail::record_word(40, 0)},
};

// A record of 24 bytes at offset 0 and one of 16 at 32; then the bad header, with its place reached.
template <class Producer, class Consumer>
void prepare(Producer& tx, Consumer& rx, visible_memory& memory, const bad_header& bad) {
  for (const std::size_t size : {24u, 16u}) {
    auto claim = [&] {
      if constexpr (requires { tx.try_claim(size); }) return tx.try_claim(size);
      else return tx.try_send(size);
    }();
    REQUIRE(claim);
    claim->commit();
  }
  if (bad.offset == 32) {
    if constexpr (requires { rx.try_read(); }) rx.try_read()->consume();
    else rx.try_receive()->consume();
  }
  std::memcpy(memory.span().data() + bad.offset, &bad.word, sizeof bad.word);
}

const auto unreachable = [](auto, auto) { FAIL("a record is handed out"); };

template <std::size_t Alignment>
struct checked_aligned_traits : aligned_traits<Alignment> {
  static constexpr bool checked = true;
};

// One look at the header where the consumer stands, by each way to read in turn: what it says, and the size of the record.
template <class Consumer>
std::pair<std::string, std::size_t> one_look(Consumer& rx, unsigned way) {
  const auto said = [](const auto& r) { return std::pair(r ? "record" : to_string(r.error()), r ? r->size() : 0); };
  if (way % 3 == 0) return said(rx.try_read());
  if (way % 3 == 1) {
    auto batch = rx.batch();
    return said(batch.next());
  }
  std::size_t size = 0;
  const auto drained = rx.drain([&](std::span<const std::byte> bytes, auto) { size = bytes.size(); }, 1);
  return {drained ? *drained == 0 ? "empty" : "record" : to_string(drained.error()), size};
}

// Every position in the lap, every distance of the tail from it, and there every size, of a record and of a skip. A header is
// sound if a claim can have covered its bytes, which end at the tail and at the end of the lap at the latest. This counts them.
template <class Ring, std::size_t Alignment>
void check_every_header(const std::vector<std::uint32_t>& sizes) {
  constexpr std::size_t capacity = 8 * Alignment;
  visible_memory memory(capacity + Alignment);
  const auto region = memory.span().subspan(Alignment - header_size, capacity);
  unsigned way = 0;
  for (const position_type base : {position_type{0}, (position_type{1} << 32) - capacity, position_type{0} - capacity}) {
    for (std::size_t start = 0; start != capacity; start += Alignment) {
      for (std::size_t room = 0, claimed = Alignment; claimed <= capacity; claimed += Alignment) {
        if (start + claimed <= capacity) room = claimed;
        for (const std::uint32_t size : sizes) {
          for (const bool skips : {false, true}) {
            options o;
            o.initial_position = base + start;
            auto [tx, rx] = Ring::template make<checked_aligned_traits<Alignment>>(region, nullptr, o);
            for (std::size_t n = 0; n != claimed; n += Alignment) tx.try_claim(0)->abort();
            const detail::header_word word = detail::record_word(size, 5) | (skips ? detail::skip_bit : 0);
            std::memcpy(region.data() + start, &word, sizeof word);
            const bool sound = size >= header_size && size <= room && (skips || size <= capacity / 2);
            const auto [said, payload] = one_look(rx, ++way);
            const bool as_expected = !sound  ? said == "corrupt"
                                     : skips ? said == "empty"
                                             : said == "record" && payload == size - header_size;
            if (as_expected) continue;
            FAIL("at " << base << " + " << start << ", with the tail " << claimed << " bytes behind it, a " <<
                 (skips ? "skip" : "record") << " of " << size << ": " << said << " of " << payload);
          }
        }
      }
    }
  }
}

}  // namespace

BOTH_RINGS("a checked ring delivers every header that a producer can have written, and no other") {
  std::vector<std::uint32_t> sizes(8 * 8 + 10);
  std::iota(sizes.begin(), sizes.end(), 0u);
  sizes.push_back(detail::size_bits);
  check_every_header<TestType, 8>(sizes);
  sizes = {0, 7, 8, 9, detail::size_bits - 63, detail::size_bits};
  for (std::uint32_t n = 64; n <= 9 * 64; n += 64) sizes.insert(sizes.end(), {n - 1, n, n + 1});
  check_every_header<TestType, 64>(sizes);
}

BOTH_RINGS("a checked ring answers corrupt to every way to read, for ever") {
  for (const bad_header& bad : bad_headers) {
    for (int first = 0; first != 3; ++first) {
      INFO(bad.why << ", found by way " << first);
      visible_memory memory(64);
      auto ends = TestType::template make<checked_traits>(memory.span());
      auto& rx = ends.second;
      prepare(ends.first, rx, memory, bad);
      for (int i = 0; i != 7; ++i) {
        switch ((first + i) % 3) {
          case 0: CHECK(rx.try_read().error() == read_error::corrupt); break;
          case 1: CHECK(rx.batch().next().error() == read_error::corrupt); break;
          default: CHECK(rx.drain(unreachable).error() == read_error::corrupt);
        }
        const detail::header_word good = detail::record_word(8, 0);  // too late
        std::memcpy(memory.span().data() + bad.offset, &good, sizeof good);
      }
    }
  }
}

BOTH_RINGS("a drain hands out what stands before a bad header, and then answers corrupt") {
  visible_memory memory(64);
  auto ends = TestType::template make<checked_traits>(memory.span());
  prepare(ends.first, ends.second, memory, {"", 0, detail::record_word(32, 0)});  // as it was
  const detail::header_word bad = detail::skip_word(0);
  std::memcpy(memory.span().data() + 32, &bad, sizeof bad);
  CHECK(*ends.second.drain([](auto, auto) {}) == 1);
  CHECK(ends.second.drain(unreachable).error() == read_error::corrupt);
}

BOTH_RINGS("a checked channel answers corrupt to every way to receive, for ever, and never waits") {
  using namespace std::chrono_literals;
  for (const bad_header& bad : bad_headers) {
    for (int first = 0; first != 7; ++first) {
      INFO(bad.why << ", found by way " << first);
      visible_memory memory(64);
      auto ends = TestType::template channel<checked_traits>(memory.span());
      auto& rx = ends.second;
      prepare(ends.first, rx, memory, bad);
      if (first == 6) ends.first = {};  // gone: corrupt comes before disconnected
      for (int i = 0; i != 12; ++i) {
        switch ((first + i) % 6) {
          case 0: CHECK(rx.try_receive().error() == receive_error::corrupt); break;
          case 1: CHECK(rx.receive().error() == receive_error::corrupt); break;
          case 2: CHECK(rx.receive_for(1h).error() == receive_error::corrupt); break;
          case 3: CHECK(rx.drain(unreachable).error() == receive_error::corrupt); break;
          case 4: CHECK(!rx.arm()); break;
          default: CHECK((rx.begin() == rx.end()));
        }
      }
    }
  }
}

BOTH_RINGS("a header that turns bad between the look and the drain") {
  visible_memory memory(64);
  auto ends = TestType::template channel<checked_traits>(memory.span());
  prepare(ends.first, ends.second, memory, {"", 0, detail::record_word(32, 0)});
  std::size_t handed_out = 0;
  const auto drained = ends.second.drain([&](auto, auto) {
    ++handed_out;
    const detail::header_word bad = detail::skip_word(0);
    std::memcpy(memory.span().data() + 32, &bad, sizeof bad);
    std::memcpy(memory.span().data() + 0, &bad, sizeof bad);  // its own header: read once, and not again
  });
  CHECK(drained.has_value());
  CHECK(handed_out == 1);
  CHECK(ends.second.drain(unreachable).error() == receive_error::corrupt);
}
