// Batches of a sender: the ways to claim one, and to wait for it.
#include <array>
#include <chrono>
#include <limits>
#include <thread>

#include "catch.hpp"
#include "counted_wakes.hpp"
#include "own_time.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

constexpr std::size_t top = std::numeric_limits<std::size_t>::max();

}  // namespace

BOTH_RINGS("a sender's batch is received in order, in each way to claim it") {
  own_time::start();
  auto [tx, rx] = TestType::template channel<own_time_traits>(std::uint64_t{256});
  const auto fill = [](auto batch) {
    REQUIRE(batch);
    CHECK(batch->remaining() == 40);
    CHECK(batch->write(bytes_of("one"), 1));
    CHECK(batch->write(bytes_of("two"), 2));
    CHECK(batch->remaining() == 8);
    CHECK(batch->commit());
  };
  for (unsigned way = 0; way != 4; ++way) {
    if (way == 0) fill(tx.try_batch(33));
    if (way == 1) fill(tx.batch(40));
    if (way == 2) fill(tx.batch_for(40, 1s));
    if (way == 3) fill(tx.batch_until(34, own_time::time_point(0s)));  // one look, which finds space
    for (const char* text : {"one", "two"}) {
      auto record = rx.try_receive();
      REQUIRE(record);
      CHECK(text_of(record->bytes()) == text);
    }
    CHECK(rx.try_receive().error() == receive_error::empty);
  }
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{8}}) {
    CHECK(tx.try_batch(bytes)->remaining() == 8);  // dropped
    CHECK(tx.batch(bytes)->remaining() == 8);
    CHECK(tx.batch_for(bytes, 1s)->remaining() == 8);
    CHECK(tx.batch_until(bytes, forever)->remaining() == 8);
  }
  CHECK(own_time::clock::now() == own_time::time_point(1000s));
}

namespace {

// The error of each way to claim a batch of a sender.
template <class Sender>
std::vector<send_error> errors_of(Sender& tx, std::size_t bytes) {
  std::vector<send_error> errors;
  errors.push_back(tx.try_batch(bytes).error());  // each batch ends with its statement
  errors.push_back(tx.batch(bytes).error());
  errors.push_back(tx.batch_for(bytes, 1h).error());
  errors.push_back(tx.batch_until(bytes, forever).error());
  return errors;
}

}  // namespace

BOTH_RINGS("a sender's batch is refused at once where no wait would help: too large, disconnected, detached") {
  own_time::start();
  auto made = TestType::template channel<own_time_traits>(std::uint64_t{64});
  auto& tx = made.first;
  CHECK(tx.max_payload() == 24);
  CHECK(errors_of(tx, 33) == std::vector(4, send_error::too_large));
  CHECK(errors_of(tx, top) == std::vector(4, send_error::too_large));
  CHECK(tx.batch(32));  // the largest; dropped
  { auto rx = std::move(made.second); }
  CHECK(errors_of(tx, 16) == std::vector(4, send_error::disconnected));
  CHECK(errors_of(tx, top) == std::vector(4, send_error::disconnected));
  auto moved = std::move(tx);
  CHECK(errors_of(tx, 0) == std::vector(4, send_error::detached));
  CHECK(errors_of(tx, top) == std::vector(4, send_error::detached));
  CHECK(own_time::clock::now() == own_time::time_point(1000s));
}

namespace {
struct timed_and_counted_traits : own_time_traits {
  using statistics = counting_statistics;
};
}  // namespace

BOTH_RINGS("try_batch of a full channel returns at once; batch_for and batch_until wait until the deadline, and not longer") {
  own_time::start();
  auto [tx, rx] = TestType::template channel<timed_and_counted_traits>(std::uint64_t{64});
  const auto at = [](auto from_start) { return own_time::time_point(1000s) + from_start; };
  for (int i = 0; i != 6; ++i) REQUIRE(tx.try_send(bytes_of("")));
  CHECK(tx.try_batch(17).error() == send_error::full);
  CHECK(tx.statistics().full == 1);
  CHECK(own_time::clock::now() == at(0s));
  CHECK(tx.batch_for(17, 9ms).error() == send_error::timeout);
  CHECK(own_time::clock::now() == at(9ms));
  CHECK(tx.statistics().full == 2);
  CHECK(tx.batch_until(17, at(20ms)).error() == send_error::timeout);
  CHECK(own_time::clock::now() == at(20ms));
  CHECK(tx.statistics().full == 3);
  CHECK(tx.batch_for(17, 0s).error() == send_error::timeout);
  CHECK(tx.batch_for(17, -1h).error() == send_error::timeout);
  CHECK(tx.batch_until(17, at(20ms)).error() == send_error::timeout);
  CHECK(tx.batch_until(17, {}).error() == send_error::timeout);
  CHECK(own_time::clock::now() == at(20ms));
  CHECK(tx.occupancy() == 48);
  CHECK(tx.statistics().too_large == 0);
  CHECK(tx.try_batch(16));  // 16 bytes are left; dropped
}

BOTH_RINGS("batch waits for space, and so do batch_for and batch_until") {
  for (unsigned way = 0; way != 3; ++way) {
    own_time::start();
    auto [tx, rx] = TestType::template channel<timed_and_counted_traits>(std::uint64_t{64});
    for (int i = 0; i != 8; ++i) REQUIRE(tx.try_send(bytes_of("")));
    auto& receiver = rx;
    unsigned waits = 0;
    own_time::meanwhile = [&] {
      if (++waits == 3) CHECK(receiver.drain([](auto, auto) {}));
    };
    auto batch = way == 0   ? tx.batch(32)
                 : way == 1 ? tx.batch_for(32, std::chrono::hours::max())
                            : tx.batch_until(32, forever);
    REQUIRE(batch);
    CHECK(waits == 3);
    CHECK(batch->remaining() == 32);
    CHECK(batch->write(bytes_of("a"), 1));
    CHECK(batch->write(bytes_of("b"), 2));
    CHECK(batch->commit());
    CHECK(tx.statistics().full == 0);  // it was not refused
    CHECK(rx.try_receive()->tag() == 1);
    CHECK(rx.try_receive()->tag() == 2);
  }
}

BOTH_RINGS("a batch wakes the receiver of a channel once, and an empty or aborted one does so too") {
  for (unsigned records = 0; records != 4; ++records)
    for (const bool aborts : {false, true}) {
      INFO(records << " records" << (aborts ? ", aborted" : ""));
      options o;
      o.spins_before_park = 0;
      auto [tx, rx] = TestType::template channel<counted_wakes_traits>(std::uint64_t{256}, o);
      auto& sender = tx;
      auto& receiver = rx;
      counted_wakes::start();
      counted_wakes::meanwhile = [&] {
        auto batch = sender.try_batch(4 * record_bytes(3));
        REQUIRE(batch);
        for (unsigned i = 0; i != records; ++i) REQUIRE(batch->write(bytes_of("abc")));
        CHECK(counted_wakes::wakes == 0);
        CHECK(counted_wakes::light_fences == 0);
        if (aborts) batch->abort();
        else CHECK(batch->commit() == (records != 0));
        CHECK(counted_wakes::wakes == 1);
        CHECK(counted_wakes::light_fences == 1);
        receiver.close();  // so that a skip does not let it sleep again
      };
      CHECK(rx.receive().has_value() == (records != 0 && !aborts));
      CHECK(counted_wakes::sleeps == 1);
      for (unsigned i = 1; i < records && !aborts; ++i) CHECK(rx.try_receive());
      CHECK(rx.try_receive().error() == receive_error::closed);
    }
}

TEST_CASE("batches of many producers are not mixed", "[threads]") {
  constexpr std::uint32_t batches = 5000, records = 4;
  auto made = mpsc::channel(4096);
  std::vector<std::thread> threads;
  for (std::uint32_t id = 0; id != 2; ++id)
    threads.emplace_back([tx = made.first, id]() mutable {
      for (std::uint32_t n = 0; n != batches; ++n) {
        auto batch = tx.batch((records + n % 2) * record_bytes(4));
        if (!batch) std::abort();
        for (std::uint32_t i = 0; i != records; ++i) {
          auto to = batch->add(4, id);
          if (!to) std::abort();
          const std::uint32_t number = n * records + i;
          std::memcpy(to->data(), &number, 4);
        }
        if (!batch->commit()) std::abort();
      }
    });
  made.first = {};
  std::array<std::uint32_t, 2> next{};
  std::uint32_t wrong = 0, seen = 0, last = 0;
  for (auto& record : made.second) {
    const std::uint32_t id = record.tag();
    std::uint32_t number = 0;
    std::memcpy(&number, record.bytes().data(), 4);
    wrong += number != next[id]++;
    wrong += seen++ % records != 0 && id != last;
    last = id;
  }
  CHECK(wrong == 0);
  CHECK(seen == 2 * batches * records);
  for (std::thread& t : threads) t.join();
}
