#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

BOTH_RINGS("either end may be destroyed first") {
  {
    auto made = TestType::make(std::uint64_t{64});
    { auto tx = std::move(made.first); CHECK(write(tx, "left behind")); }
    CHECK(read(made.second) == "left behind");
  }
  {
    auto made = TestType::make(std::uint64_t{64});
    { auto rx = std::move(made.second); }
    CHECK(write(made.first, "unread"));
  }
}

BOTH_RINGS("a consumer that goes gives back what it held back") {
  options o;
  o.release_threshold = 64;
  auto made = TestType::make(std::uint64_t{64}, o);
  for (int i = 0; i != 4; ++i) CHECK(write(made.first, ""));
  {
    auto rx = std::move(made.second);
    CHECK(read(rx) == "");
    CHECK(read(rx) == "");
    CHECK(made.first.occupancy() == 32);
  }
  CHECK(made.first.occupancy() == 16);
}

#if defined(NDEBUG)
BOTH_RINGS("a claim that outlives its end keeps the memory") {
  auto memory = std::make_shared<visible_memory>(64);
  std::weak_ptr<visible_memory> watch = memory;
  auto span = memory->span();
  auto made = TestType::make(span, std::move(memory));
  CHECK(write(made.first, "first"));
  auto reading = made.second.try_read();
  auto writing = made.first.try_claim(5);
  REQUIRE((reading && writing));
  { auto tx = std::move(made.first); }
  { auto rx = std::move(made.second); }
  CHECK_FALSE(watch.expired());
  std::memcpy(writing->data(), "later", 5);
  CHECK(writing->commit());
  CHECK_FALSE(watch.expired());
  CHECK(text_of(reading->bytes()) == "first");
  reading->consume();
  CHECK(watch.expired());
}

BOTH_RINGS("misuse of a claim is refused, and loses nothing") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  auto claim = tx.try_claim(4);
  REQUIRE(claim);
  CHECK(claim->commit());
  CHECK_FALSE(claim->commit());
  CHECK(claim->bytes().empty());
  claim->abort();
  auto too_much = tx.try_claim(4);
  REQUIRE(too_much);
  CHECK_FALSE(too_much->commit(5));
  CHECK_FALSE(too_much->is_open());
  CHECK(write(tx, "after"));
  CHECK(read(rx).size() == 4);
  CHECK(read(rx) == "after");
}
#endif

TEST_CASE("copies of a producer write into the same ring, and may go in any order") {
  auto made = mpsc::make(1024);
  auto& rx = made.second;
  {
    auto first = std::move(made.first);
    auto second = first;
    auto third = second;
    second = third;
    auto& same = third;
    third = same;
    CHECK(write(first, "1"));
    { auto gone = std::move(first); }
    CHECK(write(third, "3"));
    CHECK(write(second, "2"));
  }
  CHECK(read(rx) == "1");
  CHECK(read(rx) == "3");
  CHECK(read(rx) == "2");
  CHECK(read(rx) == "<empty>");
  mpsc::producer<> none;
  auto copy = none;
  CHECK(copy.try_claim(0).error() == claim_error::detached);
}

BOTH_RINGS("an end that never had a ring is detached, also for the smallest claim") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  decltype(tx) none;
  CHECK(none.capacity() == 0);
  CHECK(none.max_payload() == 0);
  CHECK(none.try_claim(0).error() == claim_error::detached);
  decltype(rx) nobody;
  CHECK(nobody.capacity() == 0);
  CHECK(nobody.try_read().error() == read_error::empty);
}

BOTH_RINGS("flush answers at once when nothing is outstanding") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  CHECK(tx.flush());
  CHECK(write(tx, "a"));
  CHECK(read(rx) == "a");
  CHECK(tx.flush());
  CHECK(tx.flush_for(0s));
}

BOTH_RINGS("flush gives up at its deadline", "[sleeps]") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  CHECK(write(tx, "a"));
  CHECK_FALSE(tx.flush_for(-1s));
  CHECK_FALSE(tx.flush_for(1ms));
  CHECK_FALSE(tx.flush_until(std::chrono::steady_clock::now()));
  unsigned looks = 0;
  CHECK_FALSE(tx.flush_while([&] { return ++looks < 5; }));
  CHECK(looks == 5);
  CHECK(read(rx) == "a");
  CHECK(tx.flush_until(std::chrono::steady_clock::now() - 1s));
}

BOTH_RINGS("flush waits for a consumer on another thread", "[threads]") {
  auto made = TestType::make(std::uint64_t{128});
  CHECK(write(made.first, "a"));
  int handled = 0;  // plain: flush makes it visible
  std::thread other([&handled, rx = std::move(made.second)]() mutable {
    while (rx.drain([&](auto, auto) { ++handled; }) == 0) std::this_thread::yield();
  });
  CHECK(made.first.flush());
  CHECK(handled == 1);
  other.join();
}

BOTH_RINGS("flush ends when the consumer leaves, and tells whether all was consumed") {
  auto made = TestType::make(std::uint64_t{128});
  CHECK(write(made.first, "a"));
  { auto rx = std::move(made.second); }
  CHECK_FALSE(made.first.flush());
  auto second = TestType::make(std::uint64_t{128});
  CHECK(write(second.first, "a"));
  { auto rx = std::move(second.second); CHECK(read(rx) == "a"); }
  CHECK(second.first.flush());
}

namespace {
// The consumer takes the last record, and goes, between two loads of one flush.
struct leaving : std_atomics {
  static inline std::function<void()> before_the_look;
  template <site S, class Word>
  static auto load(site_tag<S> s, const Word& w) noexcept {
    if (S == site::consumer_gone && before_the_look) std::exchange(before_the_look, nullptr)();
    return std_atomics::load(s, w);
  }
};
struct leaving_traits : default_traits {
  using atomics = leaving;
};
}  // namespace

BOTH_RINGS("flush looks once more when it sees that the consumer has left") {
  auto made = TestType::template make<leaving_traits>(std::uint64_t{64});
  REQUIRE(write(made.first, "x"));
  leaving::before_the_look = [&] {
    auto rx = std::move(made.second);
    rx.try_read()->consume();
  };
  CHECK(made.first.flush());
  CHECK_FALSE(leaving::before_the_look);
}

BOTH_RINGS("flush does not wait for claims that are not committed") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  CHECK(write(tx, "a"));
  auto open = tx.try_claim(1);
  REQUIRE(open);
  CHECK(read(rx) == "a");
  CHECK(tx.flush());
  CHECK(tx.try_claim(1));  // dropped
  CHECK(tx.flush());
}

TEST_CASE("flush waits for the producer's own records only") {
  auto [tx, rx] = mpsc::make(128);
  auto other = tx;
  CHECK(write(tx, "mine"));
  CHECK(write(other, "other's"));
  CHECK(read(rx) == "mine");
  rx.release();
  CHECK(tx.flush());
  CHECK_FALSE(other.flush_for(0s));
}

BOTH_RINGS("statistics count what happened, by cause") {
  auto [tx, rx] = TestType::template make<counting_traits>(std::uint64_t{64});
  CHECK(tx.statistics() == producer_statistics{});
  CHECK(write(tx, "12345"));
  CHECK(tx.try_claim(8));                                      // dropped
  CHECK(tx.try_claim(25).error() == claim_error::too_large);
  CHECK(write(tx, pattern(16, 1)));                            // 16 + 16 + 24 = 56
  CHECK(tx.try_claim(1).error() == claim_error::full);
  CHECK(read(rx) == "12345");
  CHECK(rx.statistics().high_water_bytes == 56);
  CHECK(write(tx, pattern(16, 2)));                            // 8 of padding
  CHECK(tx.try_gather({bytes_of(pattern(20, 1)), bytes_of(pattern(20, 1))}).error() == claim_error::too_large);
  const producer_statistics s = tx.statistics();
  CHECK(s.records == 3);
  CHECK(s.bytes == 37);
  CHECK(s.aborts == 1);
  CHECK(s.too_large == 2);
  CHECK(s.full == 1);
  CHECK(s.padding_bytes == 8);
  CHECK(s.lost_exchanges == 0);
  CHECK(rx.drain([](auto, auto) {}) == 2);
  CHECK(rx.statistics().records == 3);
  CHECK(rx.statistics().bytes == 37);
  CHECK(rx.statistics().high_water_bytes <= 64);
  CHECK(rx.statistics().retired == producer_statistics{});
}

TEST_CASE("the high-water mark never falls") {
  auto [tx, rx] = spsc::make<counting_traits>(1024);
  for (int i = 0; i != 4; ++i) REQUIRE(write(tx, pattern(56, 1)));
  CHECK(read(rx) != "<empty>");
  CHECK(rx.statistics().high_water_bytes == 256);
  while (read(rx) != "<empty>") {}
  for (int i = 0; i != 3; ++i) {
    REQUIRE(write(tx, "x"));
    CHECK(read(rx) == "x");
    CHECK(rx.statistics().high_water_bytes == 256);
  }
}

TEST_CASE("the counts of a producer that is gone join the ring's") {
  auto made = mpsc::make<counting_traits>(1024);
  auto& rx = made.second;
  {
    auto a = std::move(made.first);
    auto b = a;
    CHECK(b.statistics() == producer_statistics{});
    CHECK(write(a, "xx"));
    CHECK(write(b, "yyy"));
    CHECK(b.try_claim(1));  // dropped
  }
  const producer_statistics gone = rx.statistics().retired;
  CHECK(gone.records == 2);
  CHECK(gone.bytes == 5);
  CHECK(gone.aborts == 1);
}

BOTH_RINGS("occupancy is the bytes that are claimed and not given back") {
  auto [tx, rx] = TestType::make(std::uint64_t{128});
  CHECK(tx.occupancy() == 0);
  auto claim = tx.try_claim(10);
  REQUIRE(claim);
  CHECK(tx.occupancy() == 24);
  CHECK(rx.occupancy() == 24);
  claim->commit(1);
  CHECK(tx.occupancy() == 24);
  CHECK(read(rx).size() == 1);
  CHECK(rx.occupancy() == 0);
  CHECK(tx.capacity() == 128);
  CHECK(rx.capacity() == 128);
}
