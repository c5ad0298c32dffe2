// A ring and the sequential reference, given the same random steps by one thread: the same answers, everywhere.
#include <deque>

#include "../models/reference_queue.hpp"
#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

using reference = models::reference_queue<>;

struct random_numbers {
  std::uint64_t state;
  std::size_t below(std::size_t n) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::size_t>((state >> 33) % n);
  }
};

template <class Ring>
void compare(std::uint64_t capacity, position_type start, std::uint64_t seed, unsigned steps) {
  options o;
  o.initial_position = start;
  o.release_threshold = 0;
  auto made = Ring::make(capacity, o);
  auto& tx = made.first;
  auto& rx = made.second;
  reference queue(capacity, start);
  struct open_claim {
    typename std::decay_t<decltype(made.first)>::claim_type claim;
    std::string text;
  };
  std::deque<open_claim> open;
  random_numbers random{seed};
  unsigned delivered = 0;
  for (unsigned i = 0; i != steps; ++i) {
    switch (random.below(8)) {
      case 0:
      case 1:
      case 2: {  // a claim of a size near an edge, or of any
        const std::size_t max = tx.max_payload();
        REQUIRE(max == queue.max_payload());
        const std::size_t edges[] = {0, 1, 7, 8, 9, max - (max > 0), max, max + 1, random.below(max + 2)};
        const std::size_t size = edges[random.below(9)];
        const std::uint64_t place = queue.place_of_next(size);
        const auto expected = queue.claim(size, i);
        auto claim = tx.try_claim(size, i);
        REQUIRE(claim.has_value() == (expected == reference::answer::ok));
        if (!claim) {
          REQUIRE((claim.error() == claim_error::too_large) == (expected == reference::answer::too_large));
          break;
        }
        REQUIRE(claim->position() == place);
        const std::string text = pattern(size, i);
        if (size != 0) std::memcpy(claim->data(), text.data(), size);
        open.push_back({std::move(*claim), text});
        break;
      }
      case 3:
      case 4: {  // a commit, shortened or not, or an abort; in any order
        if (open.empty()) break;
        const auto which = static_cast<std::ptrdiff_t>(random.below(open.size()));
        open_claim c = std::move(open[static_cast<std::size_t>(which)]);
        open.erase(open.begin() + which);
        if (random.below(4) == 0) {
          REQUIRE(queue.abort(c.claim.position()));
          c.claim.abort();
        } else {
          const std::size_t n = random.below(3) == 0 ? random.below(c.text.size() + 1) : c.text.size();
          REQUIRE(queue.commit(c.claim.position(), n));
          REQUIRE(c.claim.commit(n));
        }
        break;
      }
      default: {  // a read
        const models::reference_entry* expected = queue.next();
        auto record = rx.try_read();
        REQUIRE(record.has_value() == (expected != nullptr));
        if (record) {
          REQUIRE(record->position() == expected->start);
          REQUIRE(record->tag() == expected->tag);
          REQUIRE(text_of(record->bytes()) == pattern(expected->size, expected->tag));
          record->consume();
          queue.consume();
          ++delivered;
        }
        rx.release();
        (void)queue.next();
        queue.release();
        REQUIRE(rx.occupancy() == queue.used());
      }
    }
  }
  CHECK(delivered > steps / 20);
}

}  // namespace

BOTH_RINGS("a ring answers as the sequential reference does") {
  for (const std::uint64_t capacity : {16u, 32u, 64u, 256u, 4096u})
    for (const position_type start : {position_type{0}, position_type{8}, (position_type{1} << 32) - 24, ~position_type{0} - 23})
      compare<TestType>(capacity, start, capacity * 31 + start, 4000);
}
