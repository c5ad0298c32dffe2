// Each public call hands on what it is given: every tag, limit, deadline, owner and option, in every form of the call.
#include <functional>
#include <stop_token>
#include <utility>

#include "catch.hpp"
#include "own_time.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

// Counts what a wait does. `meanwhile`, once, is what others do while a sender waits.
struct counted_time : own_time {
  static inline std::function<void()> meanwhile;
  static inline unsigned hints = 0, parks = 0, yields = 0;
  static inline int signalled = -1;
  static inline unsigned timeless = 0;  // so many hints take no time; the next one lasts until the deadline
  static void start() {
    own_time::start();
    meanwhile = nullptr, hints = parks = yields = timeless = 0, signalled = -1;
  }
  static void spin_hint() {
    ++hints;
    if (meanwhile) return std::exchange(meanwhile, nullptr)();
    if (timeless != 0) return void(--timeless);
    own_time::spin_hint();
  }
  static void yield() { ++yields, own_time::spin_hint(); }
  static bool park(parker& p, futex_word& word, std::uint32_t expected, time_point d) {
    return ++parks, own_time::park(p, word, expected, d);
  }
  static constexpr bool has_event_descriptors = true;
  static bool can_signal(int) noexcept { return true; }
  static void signal(int descriptor) noexcept { signalled = descriptor; }
};
struct counted_time_traits : default_traits {
  using atomics = counted_time;
};
template <ring_traits Traits, class Ring, class... Arguments>
auto channel_of(bool throws, Arguments&&... a) {
  return throws ? Ring::template channel<Traits>(std::forward<Arguments>(a)...)
                : std::move(*Ring::template try_channel<Traits>(std::forward<Arguments>(a)...));
}

template <class Record>
void check_record(Record&& record, std::uint32_t tag, const std::string& text) {
  REQUIRE(record);
  CHECK(record->tag() == tag);
  CHECK(text_of(record->bytes()) == text);
}

// Fills a claim and commits it.
template <class Claim>
bool put(Claim claim, const std::string& text) {
  if (!claim || claim->size() != text.size()) return false;
  std::memcpy(claim->data(), text.data(), text.size());
  return claim->commit();
}

own_time::time_point in_a_second() { return own_time::clock::now() + 1s; }

// Every way to send, each with a number of its own.
template <class Sender>
bool send_in_one_way(Sender& tx, unsigned way, std::uint32_t tag, const std::string& text) {
  switch (way) {
    case 0: return put(tx.send(text.size(), tag), text);
    case 1: return put(tx.send_for(text.size(), tag, 1s), text);
    case 2: return put(tx.send_until(text.size(), tag, in_a_second()), text);
    case 3: return tx.send(bytes_of(text), tag).has_value();
    case 4: return put(tx.try_send(text.size(), tag), text);
    default: return tx.try_send(bytes_of(text), tag).has_value();
  }
}
constexpr unsigned ways_that_wait = 4, ways_to_send = 6;

}  // namespace

BOTH_RINGS("a write has its bytes and its tag, and without a tag 0") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  CHECK(put(tx.try_claim(5, 3), "claim"));
  check_record(rx.try_read(), 3, "claim");
  CHECK(put(tx.try_claim(5), "claim"));
  check_record(rx.try_read(), 0, "claim");
  CHECK(tx.try_write(bytes_of("write"), 0xffff'ffffu));
  check_record(rx.try_read(), 0xffff'ffffu, "write");
  CHECK(tx.try_write(bytes_of("write")));
  check_record(rx.try_read(), 0, "write");
  const std::string one = "ga", two = "ther";
  const std::span<const std::byte> parts[] = {bytes_of(one), bytes_of(two)};
  CHECK(tx.try_gather(parts, 5));
  check_record(rx.try_read(), 5, "gather");
  CHECK(tx.try_gather(parts));
  check_record(rx.try_read(), 0, "gather");
}

BOTH_RINGS("a gathered record has its tag, and without a tag 0") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  const std::string one = "one", two = "two";
  const std::span<const std::byte> parts[] = {bytes_of(one), bytes_of(two)};
  REQUIRE(tx.try_gather({bytes_of(one), bytes_of(two)}));
  REQUIRE(tx.try_gather({bytes_of(one), bytes_of(two)}, 5));
  REQUIRE(tx.try_gather(parts));
  REQUIRE(tx.try_gather(parts, 6));
  for (const std::uint32_t tag : {0u, 5u, 0u, 6u}) {
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(text_of(record->bytes()) == "onetwo");
    CHECK(record->tag() == tag);
  }
}

BOTH_RINGS("every way to send hands on the bytes and the tag, at once and after a wait") {
  counted_time::start();
  auto [tx, rx] = TestType::template channel<counted_time_traits>(std::uint64_t{64});
  for (unsigned way = 0; way != ways_to_send; ++way) {
    INFO("way " << way);
    CHECK(send_in_one_way(tx, way, 40 + way, "at once"));
    check_record(rx.try_receive(), 40 + way, "at once");
  }
  auto& receiver = rx;
  for (unsigned way = 0; way != ways_that_wait; ++way) {
    INFO("way " << way);
    counted_time::start();
    while (tx.try_send(0)->commit() && tx.occupancy() != 64) {}
    // The space comes while it waits.
    bool is_full = true;
    counted_time::meanwhile = [&] {
      is_full = false;
      CHECK(receiver.drain([](auto, auto) {}));
    };
    CHECK(send_in_one_way(tx, way, 60 + way, "waited"));
    CHECK_FALSE(is_full);
    check_record(rx.try_receive(), 60 + way, "waited");
  }
  CHECK(put(tx.send(1), "s"));
  check_record(rx.try_receive(), 0, "s");
  CHECK(put(tx.try_send(1), "t"));
  check_record(rx.try_receive(), 0, "t");
  CHECK(tx.send(bytes_of("u")));
  check_record(rx.try_receive(), 0, "u");
  CHECK(tx.try_send(bytes_of("v")));
  check_record(rx.try_receive(), 0, "v");
}

BOTH_RINGS("a channel over the caller's memory keeps its owner, and has its options") {
  for (const bool throws : {false, true}) {
    auto memory = std::make_shared<visible_memory>(256);
    const std::weak_ptr<visible_memory> watch = memory;
    const auto span = memory->span();
    options o;
    o.initial_position = 4096 - 64;
    o.release_threshold = 128;
    o.spins_before_park = 0;
    o.spins_before_yield = 2;
    o.event_descriptor = 7;
    counted_time::start();
    {
      auto made = channel_of<counted_time_traits, TestType>(throws, span, std::move(memory), o);
      CHECK_FALSE(watch.expired());
      auto& [tx, rx] = made;
      CHECK(tx.capacity() == 256);
      CHECK(rx.capacity() == 256);
      CHECK(tx.max_payload() == 120);
      auto first = tx.try_send(3, 1);
      REQUIRE(first);
      CHECK(first->position() == 4096 - 64);
      CHECK(first->data() == span.data() + 192 + header_size);
      REQUIRE(first->commit());
      for (int i = 0; i != 3; ++i) REQUIRE(tx.try_send(bytes_of(pattern(24, 1))));
      CHECK(tx.occupancy() == 128);  // with 16 of padding at the end of the lap
      CHECK(rx.occupancy() == 128);
      for (int i = 0; i != 3; ++i) CHECK(rx.try_receive());  // 96 bytes, below the threshold
      CHECK(tx.occupancy() == 128);
      CHECK(rx.try_receive());  // nothing is left to read, so that all of it is given back
      CHECK(tx.occupancy() == 0);

      counted_time::timeless = 1000;
      CHECK(rx.receive_for(1s).error() == receive_error::timeout);
      CHECK(counted_time::parks == 1);
      CHECK(counted_time::hints == 0);  // no look before it sleeps
      CHECK(counted_time::signalled == -1);
      CHECK(rx.arm());
      CHECK(tx.send(bytes_of("x")));
      CHECK(counted_time::signalled == 7);

      // Two rounds of one and two hints before it gives the processor away.
      while (tx.try_send(0)->commit() && tx.occupancy() != 256) {}
      counted_time::hints = counted_time::yields = 0, counted_time::timeless = 1000;
      CHECK(tx.send_for(0, 0, 1s).error() == send_error::timeout);
      CHECK(counted_time::hints == 3);
      CHECK(counted_time::yields == 1);
      CHECK_FALSE(watch.expired());
    }
    CHECK(watch.expired());
  }
}

BOTH_RINGS("a receiver looks as often as it is told to before it sleeps, and a sender pauses longer each round") {
  for (const unsigned spins : {0u, 1u, 5u}) {
    counted_time::start();
    options o;
    o.spins_before_park = spins;
    auto [tx, rx] = TestType::template channel<counted_time_traits>(std::uint64_t{64}, o);
    counted_time::timeless = 1000;
    CHECK(rx.receive_for(1s).error() == receive_error::timeout);
    CHECK(counted_time::parks == 1);
    CHECK((counted_time::hints == 0) == (spins == 0));
    CHECK(counted_time::hints >= spins);

    while (tx.try_send(0)->commit() && tx.occupancy() != 64) {}
    counted_time::start();
    counted_time::timeless = 1 + 2 + 4 + 8 + 16 + 32 + 64 + 64 - 1;
    CHECK(tx.send_for(0, 0, 1s).error() == send_error::timeout);
    CHECK(counted_time::hints == 1 + 2 + 4 + 8 + 16 + 32 + 64 + 64);
    CHECK(counted_time::yields == 0);
  }
}

BOTH_RINGS("options of a channel with memory of its own: position, threshold, descriptor") {
  counted_time::start();
  options o;
  o.initial_position = 64;
  o.release_threshold = 64;
  o.event_descriptor = 5;
  for (const bool throws : {false, true}) {
    auto made = channel_of<counted_time_traits, TestType>(throws, std::uint64_t{128}, o);
    auto& [tx, rx] = made;
    auto claim = tx.try_send(8);
    CHECK(claim->position() == 64);
    CHECK(claim->commit());
    CHECK(tx.send(bytes_of("more")));
    CHECK(rx.try_receive());
    CHECK(tx.occupancy() == 32);
    CHECK(rx.try_receive());
    CHECK(rx.arm());
    CHECK(tx.send(bytes_of("x")));
    CHECK(counted_time::signalled == 5);
    counted_time::signalled = -1;
  }
}

BOTH_RINGS("a drain of a receiver stops at its limit, in each of its forms") {
  counted_time::start();
  auto [tx, rx] = TestType::template channel<counted_time_traits>(std::uint64_t{1024});
  for (std::uint32_t i = 0; i != 10; ++i) REQUIRE(tx.send(bytes_of("x"), i));
  std::uint32_t next = 0;
  const auto handler = [&](auto, std::uint32_t tag) { CHECK(tag == next++); };
  CHECK(*rx.drain(handler, 1) == 1);
  CHECK(*rx.drain_for(1s, handler, 2) == 2);
  CHECK(*rx.drain_until(in_a_second(), handler, 3) == 3);
  CHECK(next == 6);
  CHECK(*rx.drain(handler) == 4);
  CHECK(own_time::clock::now() == own_time::time_point(1000s));
  CHECK(rx.drain_until(in_a_second(), handler, 3).error() == receive_error::timeout);
  CHECK(own_time::clock::now() == own_time::time_point(1001s));
}

BOTH_RINGS("a receive waits until its deadline, whether or not it can be stopped") {
  counted_time::start();
  auto [tx, rx] = TestType::template channel<counted_time_traits>(std::uint64_t{256});
  CHECK(rx.receive_until(own_time::time_point(1003s)).error() == receive_error::timeout);
  CHECK(own_time::clock::now() == own_time::time_point(1003s));
  CHECK(rx.receive_for(2s).error() == receive_error::timeout);
  CHECK(own_time::clock::now() == own_time::time_point(1005s));
#if defined(__cpp_lib_jthread)
  std::stop_source stop;
  CHECK(rx.receive(stop.get_token(), own_time::time_point(1009s)).error() == receive_error::timeout);
  CHECK(own_time::clock::now() == own_time::time_point(1009s));
  stop.request_stop();
  CHECK(rx.receive(stop.get_token(), own_time::time_point(1010s)).error() == receive_error::closed);
  CHECK(own_time::clock::now() == own_time::time_point(1009s));
#endif
  REQUIRE(tx.send(bytes_of("there"), 4));
  check_record(rx.receive_until(own_time::time_point(0s)), 4, "there");
}

BOTH_RINGS("a read claim that is assigned to consumes what it had") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  REQUIRE(write(tx, "first"));
  REQUIRE(write(tx, "second"));
  auto claim = std::move(*rx.try_read());
  claim = {};
  CHECK_FALSE(claim.is_open());
  CHECK(claim.bytes().empty());
  CHECK(claim.size() == 0);
  auto next = rx.try_read();
  check_record(next, 0, "second");
  auto moved = std::move(*next);
  CHECK(moved.position() == 16);
  CHECK(moved.is_open());
  CHECK_FALSE(next->is_open());
  next->consume();  // has none
  CHECK(text_of(moved.bytes()) == "second");
}

TEST_CASE("a ring that has never had a record answers for itself, and a default-constructed end for none") {
  auto [tx, rx] = mpsc::channel(1024);
  CHECK(rx.capacity() == 1024);
  CHECK(rx.occupancy() == 0);
  CHECK(rx.is_attached());
  receiver<default_traits> none;
  CHECK(none.capacity() == 0);
  CHECK(none.occupancy() == 0);
  CHECK_FALSE(none.is_attached());
  CHECK_FALSE(none.arm());
  CHECK(none.try_receive().error() == receive_error::detached);
  CHECK(none.receive().error() == receive_error::detached);
  CHECK(none.drain([](std::span<const std::byte>, std::uint32_t) {}).error() == receive_error::detached);
  mpsc::sender<> nobody;
  CHECK(nobody.capacity() == 0);
  CHECK(nobody.max_payload() == 0);
  CHECK(nobody.occupancy() == 0);
  CHECK_FALSE(nobody.is_disconnected());
  CHECK(nobody.send(1).error() == send_error::detached);
}

// An exchange that fails twice before it succeeds.
namespace {
struct lost_twice : std_atomics {
  static inline unsigned left = 0;
  template <site Won, site Lost, class T>
  static bool compare_exchange_weak(site_tag<Won> won, site_tag<Lost> lost, word<T>& w, std::type_identity_t<T> expected,
                                    std::type_identity_t<T> desired) noexcept {
    return left != 0 ? (--left, false) : std_atomics::compare_exchange_weak(won, lost, w, expected, desired);
  }
};
struct lost_twice_traits : counting_traits {
  using atomics = lost_twice;
};
}  // namespace

TEST_CASE("an exchange that is lost is tried again, and counted") {
  auto [tx, rx] = mpsc::make<lost_twice_traits>(std::uint64_t{4096});
  for (std::uint64_t n = 1; n != 100; ++n) {
    lost_twice::left = 2;
    REQUIRE(tx.try_claim(100)->commit());
    CHECK(tx.statistics().lost_exchanges == 2 * n);
    CHECK(rx.try_read().has_value());
  }
  CHECK(tx.statistics().records == 99);
}

BOTH_RINGS("a consumer holds back a sixteenth of the ring if it is not told otherwise") {
  auto [tx, rx] = TestType::make(std::uint64_t{65536});
  for (unsigned i = 0; i != 1000; ++i) REQUIRE(tx.try_claim(8)->commit());
  const std::uint64_t all = tx.occupancy();
  for (unsigned i = 1; i != 256; ++i) {
    REQUIRE(rx.try_read());
    REQUIRE(tx.occupancy() == all);
  }
  REQUIRE(rx.try_read());
  CHECK(tx.occupancy() == all - 4096);
}
