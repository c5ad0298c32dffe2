// Real threads: every byte checked, nothing lost or doubled, order for each producer.
#include <atomic>
#include <chrono>
#include <thread>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

constexpr std::uint32_t records_each = 20'000;

// A payload that names its producer and number, and whose every byte follows from them.
struct stamp {
  std::uint32_t producer, number;
};

std::size_t size_of_record(std::uint32_t producer, std::uint32_t number, std::size_t max) {
  return sizeof(stamp) + (number * 2654435761u + producer) % (max - sizeof(stamp) + 1);
}

// For the nth time in a row there is nothing to do. Where other programs want the processors, a thread that only yields may get
// none for milliseconds; one that has slept does.
void wait_a_little(std::uint64_t n) {
  if (n % 16 != 15) std::this_thread::yield();
  else std::this_thread::sleep_for(std::chrono::microseconds(10));
}

template <class Producer>
void produce(Producer tx, std::uint32_t producer) {
  const std::size_t max = tx.max_payload();
  std::uint64_t refused = 0;
  for (std::uint32_t n = 0; n != records_each;) {
    const std::size_t size = size_of_record(producer, n, max);
    if (n % 13 == 5) (void)tx.try_claim(size);  // dropped: dirty bytes and skips in between
    auto claim = tx.try_claim(size, producer);
    if (!claim) {
      wait_a_little(refused++);
      continue;
    }
    refused = 0;
    const stamp s{producer, n};
    std::memcpy(claim->data(), &s, sizeof s);
    std::memset(claim->data() + sizeof s, static_cast<int>(1 + n % 255), size - sizeof s);
    claim->commit();
    ++n;
  }
}

struct checker {
  std::size_t max;
  std::vector<std::uint32_t> next;
  std::uint64_t wrong = 0;

  void operator()(std::span<const std::byte> bytes, std::uint32_t tag) {
    stamp s{};
    if (bytes.size() < sizeof s) {
      ++wrong;
      return;
    }
    std::memcpy(&s, bytes.data(), sizeof s);
    if (s.producer != tag || s.producer >= next.size() || s.number != next[s.producer] ||
        bytes.size() != size_of_record(s.producer, s.number, max)) {
      ++wrong;
      return;
    }
    ++next[s.producer];
    for (const std::byte b : bytes.subspan(sizeof s)) wrong += b != static_cast<std::byte>(1 + s.number % 255);
  }
  bool done() const {
    return std::all_of(next.begin(), next.end(), [](std::uint32_t n) { return n == records_each; });
  }
};

enum class reading { single, drain, batch };

template <class Consumer>
void consume(Consumer& rx, checker& check, reading how) {
  std::uint64_t idle = 0;
  while (!check.done() && check.wrong == 0 && idle < 20'000'000) {
    std::size_t got = 0;
    if (how == reading::drain) {
      got = rx.drain(check, 50);
    } else if (how == reading::batch) {
      auto batch = rx.batch();
      while (auto record = batch.next()) check(record->bytes(), record->tag()), ++got;
    } else if (auto record = rx.try_read()) {
      check(record->bytes(), record->tag());
      got = 1;
    }
    idle = got == 0 ? idle + 1 : 0;
    if (got == 0) wait_a_little(idle);
  }
}

template <class Ends>
void run(Ends ends, std::uint32_t producers, reading how) {
  checker check{ends.first.max_payload(), std::vector<std::uint32_t>(producers)};
  std::vector<std::thread> threads;
  if constexpr (std::is_copy_constructible_v<decltype(ends.first)>)
    for (std::uint32_t p = 1; p < producers; ++p) threads.emplace_back([p, tx = ends.first]() mutable { produce(std::move(tx), p); });
  threads.emplace_back([tx = std::move(ends.first)]() mutable { produce(std::move(tx), 0); });
  consume(ends.second, check, how);
  if (!check.done()) {
    WARN("not all records came: the producers may wait for ever");
    std::abort();
  }
  for (auto& t : threads) t.join();
  CHECK(check.wrong == 0);
  CHECK(read(ends.second) == "<empty>");
}

}  // namespace

BOTH_RINGS("one producer, one consumer, on threads", "[threads]") {
  for (const reading how : {reading::single, reading::drain, reading::batch})
    for (const std::uint64_t capacity : {64u, 256u, 65536u}) run(TestType::make(capacity), 1, how);
}

TEST_CASE("many producers, one consumer, on threads", "[threads]") {
  for (const reading how : {reading::single, reading::drain, reading::batch})
    for (const std::uint32_t producers : {2u, 4u})
      for (const std::uint64_t capacity : {64u, 4096u}) run(mpsc::make(capacity), producers, how);
}

TEST_CASE("ends that leave while the others go on, on threads", "[threads]") {
  for (int i = 0; i != 2000; ++i) {
    auto ends = mpsc::make(256);
    std::thread a([tx = ends.first]() mutable { (void)write(tx, "a"); });
    std::thread b([tx = std::move(ends.first)]() mutable { (void)write(tx, "b"); });
    std::thread c([rx = std::move(ends.second)]() mutable { (void)read(rx); });
    a.join(), b.join(), c.join();
  }
}
