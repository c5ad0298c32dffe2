// Checked rings: a header is loaded once, and what was found sound is what is used. In memory that others write to, a second
// load may find another word.
#include <chrono>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

// Notes where headers are loaded. Behind one of the loads the word in memory turns into another.
struct turning : std_atomics {
  static inline std::vector<std::size_t> loads;
  static inline std::size_t turns_behind = 0;  // the number of the load, from 1
  static inline std::uint64_t turned = 0;
  template <site S>
  static std::uint64_t load_header(site_tag<S> s, const region& r, std::size_t offset) noexcept {
    const std::uint64_t word = std_atomics::load_header(s, r, offset);
    loads.push_back(offset);
    if (loads.size() == turns_behind) std::memcpy(r.at(offset), &turned, sizeof turned);
    return word;
  }
};
struct turning_traits : default_traits {
  using atomics = turning;
  static constexpr bool checked = true;
};

using offsets = std::vector<std::size_t>;
using record = std::tuple<std::size_t, std::uint32_t, position_type>;  // size, tag, position
const std::vector<record> written = {{10, 1, 0}, {20, 2, 48}, {0, 3, 80}};

// What is in `written`, with an aborted claim before the second record. The tail is at 88.
template <class Sender>
void fill(Sender& tx) {
  const auto claim = [&](std::size_t size, std::uint32_t tag) {
    if constexpr (requires { tx.try_claim(size, tag); }) return tx.try_claim(size, tag);
    else return tx.try_send(size, tag);
  };
  REQUIRE(claim(10, 1)->commit());
  claim(16, 9)->abort();
  REQUIRE(claim(20, 2)->commit());
  REQUIRE(claim(0, 3)->commit());
}

struct reading {
  std::vector<record> records;
  const char* end = "";
};
template <class Record>
record seen(const Record& r) {
  return {r.size(), r.tag(), r.position()};
}

// Reads until nothing comes; `next` is one read.
reading read_singly(auto&& next) {
  reading all;
  for (;;) {
    auto r = next();
    if (!r) return all.end = to_string(r.error()), all;
    all.records.push_back(seen(*r));
  }
}
// The same for a drain, whose handler is told the payload and no position.
template <class Consumer>
reading read_drained(Consumer& rx) {
  reading all;
  position_type next = 0;
  for (;;) {
    const auto drained = rx.drain([&](std::span<const std::byte> bytes, std::uint32_t tag) {
      if (tag == 2) next = 48;
      all.records.push_back({bytes.size(), tag, next});
      next += (bytes.size() + 15) / 8 * 8;
    });
    if (!drained) return all.end = to_string(drained.error()), all;
    if (*drained == 0) return all.end = "empty", all;
  }
}

// Undisturbed, the headers are loaded in the order of `loads`, and each look at a header is one load. Then the word turns
// behind each of these loads in turn: whatever was looked at is delivered as it was, or it is found to be corrupt.
void check_each_load(const offsets& loads, auto&& read_all, const char* end) {
  const auto run = [&](std::size_t turns_behind, std::uint64_t turned) {
    turning::loads.clear();
    turning::turns_behind = turns_behind;
    turning::turned = turned;
    return read_all();
  };
  const reading undisturbed = run(0, 0);
  CHECK(undisturbed.records == written);
  CHECK(std::string(undisturbed.end) == end);
  CHECK(turning::loads == loads);
  for (std::size_t n = 1; n <= loads.size(); ++n) {
    for (const std::uint64_t turned : {detail::record_word(detail::size_bits, 7), detail::record_word(7, 7),
                                       detail::skip_word(detail::size_bits), detail::skip_word(0)}) {
      INFO("behind load " << n << " the word turns into " << turned);
      const reading all = run(n, turned);
      REQUIRE(all.records.size() <= written.size());
      CHECK(std::equal(all.records.begin(), all.records.end(), written.begin()));
      if (all.records.size() != written.size()) CHECK(std::string(all.end) == "corrupt");
    }
  }
}

// A read that ends looks at the header behind its record, and the next read looks at it again.
const offsets singly = {0, 24, 48, 48, 80, 80, 88, 88};

}  // namespace

BOTH_RINGS("a checked ring loads a header once for each look at it") {
  const auto with_ring = [](auto&& read_all) {
    return [read_all] {
      visible_memory memory(256);
      auto [tx, rx] = TestType::template make<turning_traits>(memory.span());
      fill(tx);
      return read_all(rx);
    };
  };
  check_each_load(singly, with_ring([](auto& rx) { return read_singly([&] { return rx.try_read(); }); }), "empty");
  check_each_load({0, 24, 48, 80, 88}, with_ring([](auto& rx) {
    auto batch = rx.batch();
    return read_singly([&] { return batch.next(); });
  }), "empty");
  check_each_load({0, 24, 48, 80, 88, 88}, with_ring([](auto& rx) { return read_drained(rx); }), "empty");
}

BOTH_RINGS("a checked channel loads a header once for each look at it") {
  using namespace std::chrono_literals;
  const auto with_channel = [](auto&& read_all) {
    return [read_all] {
      visible_memory memory(256);
      auto [tx, rx] = TestType::template channel<turning_traits>(memory.span());
      fill(tx);
      { auto gone = std::move(tx); }
      return read_all(rx);
    };
  };
  // At the end: a look, and one more after it is known that the senders have left.
  offsets to_the_end = singly;
  to_the_end.push_back(88);
  check_each_load(to_the_end, with_channel([](auto& rx) { return read_singly([&] { return rx.try_receive(); }); }),
                  "disconnected");
  check_each_load(to_the_end, with_channel([](auto& rx) { return read_singly([&] { return rx.receive(); }); }), "disconnected");
  check_each_load(to_the_end, with_channel([](auto& rx) { return read_singly([&] { return rx.receive_for(1h); }); }),
                  "disconnected");
  // The wait looks at the first record, and so does the drain.
  check_each_load({0, 0, 24, 48, 80, 88, 88, 88}, with_channel([](auto& rx) { return read_drained(rx); }), "disconnected");
  // The comparison with end() looks, and so does the look at the record, which is inert if it finds no sound header any more.
  check_each_load({0, 0, 24, 48, 48, 48, 80, 80, 80, 88, 88, 88}, with_channel([](auto& rx) {
    reading all;
    for (auto& r : rx)
      if (r.is_open()) all.records.push_back(seen(r));
    return all.end = to_string(rx.try_receive().error()), turning::loads.resize(turning::loads.size() - 2), all;
  }), "disconnected");
}

BOTH_RINGS("a header that turns bad after the last look but one, when the senders have left, is corrupt") {
  visible_memory memory(256);
  auto [tx, rx] = TestType::template channel<turning_traits>(memory.span());
  { auto gone = std::move(tx); }
  turning::loads.clear();
  turning::turns_behind = 1;
  turning::turned = detail::skip_word(0);
  CHECK(rx.try_receive().error() == receive_error::corrupt);
}
