// producer_cursor::open: claims that end in every order, before and after the end of their producer.
#include <algorithm>
#include <array>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

using tags = std::vector<std::uint32_t>;

constexpr auto never = [] { return false; };  // for flush_while: one look

// Calls `check` with every order in which `n` claims can end, and for each with every choice of those that are committed.
void for_each_end(std::size_t n, auto&& check) {
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    for (unsigned committed = 0; committed != 1u << n; ++committed) {
      INFO("order " << order[0] << order[1] << order[2] << " of " << n << ", committed " << committed);
      check(std::span<const std::size_t>(order).first(n), committed);
    }
  } while (std::next_permutation(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n)));
}

template <class Claim>
void end_claim(Claim& claim, bool commits) {
  if (commits) CHECK(claim.commit());
  else claim.abort();
}

}  // namespace

BOTH_RINGS("up to three claims end in every order, committed and aborted, and flush waits for the last record of them") {
  options o;
  o.release_threshold = 0;
  o.initial_position = position_type{0} - 1024;
  auto [tx, rx] = TestType::make(std::uint64_t{256}, o);
  for (std::size_t n = 1; n <= 3; ++n)
    for_each_end(n, [&x = tx, &y = rx, n](std::span<const std::size_t> order, unsigned committed) {
      std::array<write_claim<default_traits>, 3> claims;
      tags left;
      for (std::size_t i = 0; i != n; ++i) {
        claims[i] = std::move(*x.try_claim(3, static_cast<std::uint32_t>(i)));
        if ((committed >> i & 1) != 0) left.push_back(static_cast<std::uint32_t>(i));
      }
      unsigned ended = 0;
      for (const std::size_t i : order) {
        CHECK(x.open_claims() == n - ended++);
        const bool commits = (committed >> i & 1) != 0;
        const bool was_consumed = x.flush_while(never);
        end_claim(claims[i], commits);
        CHECK(x.flush_while(never) == (was_consumed && !commits));
      }
      CHECK(x.open_claims() == 0);
      CHECK(x.flush_while(never) == left.empty());
      for (const std::uint32_t tag : left) {
        CHECK_FALSE(x.flush_while(never));
        auto record = y.try_read();
        REQUIRE(record);
        CHECK(record->tag() == tag);
      }
      CHECK(x.flush_while(never));
      CHECK(read(y) == "<empty>");
      // And after it: one claim that is alone.
      REQUIRE(write(x, "alone"));
      CHECK(x.open_claims() == 0);
      CHECK_FALSE(x.flush_while(never));
      CHECK(read(y) == "alone");
      CHECK(x.flush_while(never));
    });
}

BOTH_RINGS("a claim that is made between the ends of others counts with them") {
  options o;
  o.release_threshold = 0;
  auto [tx, rx] = TestType::make(std::uint64_t{256}, o);
  for (int lap = 0; lap != 8; ++lap) {
    auto one = tx.try_claim(0, 1);
    auto two = tx.try_claim(0, 2);
    REQUIRE((one && two));
    CHECK(two->commit());  // out of order
    CHECK(tx.open_claims() == 1);
    auto three = tx.try_claim(0, 3);
    REQUIRE(three);
    CHECK(tx.open_claims() == 2);
    if (lap % 2 == 0) {
      CHECK(three->commit());
      CHECK(one->commit());
    } else {
      CHECK(one->commit());
      CHECK(three->commit());
    }
    CHECK(tx.open_claims() == 0);
    for (int i = 0; i != 3; ++i) {
      CHECK_FALSE(tx.flush_while(never));
      CHECK(read(rx) == "");
    }
    CHECK(tx.flush_while(never));
  }
}

BOTH_RINGS("an end that is moved keeps the count of its claims, and what it flushes") {
  auto made = TestType::make(std::uint64_t{256});
  auto one = made.first.try_claim(0);
  auto two = made.first.try_claim(0);
  REQUIRE((one && two));
  CHECK(two->commit());
  auto tx = std::move(made.first);
  CHECK(made.first.open_claims() == 0);
  CHECK(tx.open_claims() == 1);
  one->abort();
  CHECK(tx.open_claims() == 0);
  CHECK_FALSE(tx.flush_while(never));
  CHECK(read(made.second) == "");
  made.second.release();
  CHECK(tx.flush_while(never));
}

#if defined(NDEBUG)
BOTH_RINGS("a producer that is destroyed with claims open goes with the last of them, in every order") {
  for (std::size_t n = 1; n <= 3; ++n)
    for (std::size_t ended_before = 0; ended_before != n; ++ended_before)
      for_each_end(n, [=](std::span<const std::size_t> order, unsigned committed) {
        auto memory = std::make_shared<visible_memory>(128);
        std::weak_ptr<visible_memory> watch = memory;
        const auto span = memory->span();
        auto made = TestType::template make<counting_traits>(span, std::move(memory));
        std::array<write_claim<counting_traits>, 3> claims;
        for (std::size_t i = 0; i != n; ++i) claims[i] = std::move(*made.first.try_claim(0, static_cast<std::uint32_t>(i)));
        std::uint64_t records = 0;
        for (std::size_t k = 0; k != n; ++k) {
          if (k == ended_before) auto gone = std::move(made.first);
          CHECK(made.second.statistics().retired == producer_statistics{});
          const bool commits = (committed >> order[k] & 1) != 0;
          end_claim(claims[order[k]], commits);
          records += commits;
        }
        const producer_statistics retired = made.second.statistics().retired;
        CHECK(retired.records == records);
        CHECK(retired.aborts == n - records);
        tags expected;
        for (std::uint32_t i = 0; i != n; ++i)
          if ((committed >> i & 1) != 0) expected.push_back(i);
        tags seen;
        made.second.drain([&](auto, std::uint32_t tag) { seen.push_back(tag); });
        CHECK(seen == expected);
        CHECK_FALSE(watch.expired());
        { auto gone = std::move(made.second); }
        CHECK(watch.expired());
      });
}
#endif
