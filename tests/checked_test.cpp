// Checked rings: a header that no producer can have written there is found by every way to read, and for ever.
#include <chrono>

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

}  // namespace

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
