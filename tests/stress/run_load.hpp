// Runs a load over rings of any traits.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <thread>
#include <utility>
#include <vector>
#if defined(__linux__)
#include <sched.h>
#endif

#include <logbuf/logbuf.hpp>

#include "../../models/reference_queue.hpp"
#include "load.hpp"

namespace logbuf::test {

namespace running {

// splitmix64
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Where a thread pauses, and which CPU it goes to.
class whim {
 public:
  explicit whim(const load& l, std::uint64_t thread) : load_(l), state_(mix(l.seed ^ (thread << 32))) {}

  void maybe_pause() {
    state_ = mix(state_);
    if (state_ % 256 >= load_.pauses) return;
    switch (state_ >> 8 & 7) {
      case 0: std::this_thread::sleep_for(std::chrono::microseconds(state_ >> 16 & 127)); return;
      case 1: migrate(); return;
      case 2: std::this_thread::yield(); return;
      default:
        for (std::uint64_t n = state_ >> 16 & 1023; n != 0; --n) std_atomics::spin_hint();
    }
  }

 private:
  void migrate() const {
#if defined(__linux__)
    const unsigned cpus = std::thread::hardware_concurrency();
    if (!load_.migrates || cpus < 2 || cpus > CPU_SETSIZE) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>((state_ >> 16 & 0xffff) % cpus), &one);
    (void)sched_setaffinity(0, sizeof one, &one);  // refused in some containers: then it stays
#endif
  }

  const load& load_;
  std::uint64_t state_;
};

// The record with this number: its size and its bytes follow from the seed, the producer and the number.
struct recipe {
  recipe(const load& l, const std::vector<std::uint32_t>& lengths, std::size_t max, unsigned producer, std::uint32_t number)
      : key(mix(mix(l.seed + producer) + number)),
        claimed(std::min(static_cast<std::size_t>(lengths.empty() ? key % (l.longest + 1) : lengths[(number + producer * 997) % lengths.size()]), max)),
        size((key >> 20) % 256 < l.shortened && claimed != 0 ? static_cast<std::size_t>((key >> 28) % claimed) : claimed),
        is_after_abort((key >> 36) % 256 < l.aborted) {}

  // Of the first `n` bytes, eight at a time.
  template <class F>
  void words(std::size_t n, F f) const {
    std::uint64_t w = key;
    for (std::size_t i = 0; i < n; i += 8) {
      w = w * 6364136223846793005 + 1442695040888963407;
      f(i, w ^ (w >> 29), std::min<std::size_t>(8, n - i));
    }
  }

  std::uint64_t key;
  std::size_t claimed, size;
  bool is_after_abort;
};

// Over tags, sizes and bytes, in their order.
class chain {
 public:
  void add(std::uint32_t tag, std::span<const std::byte> bytes) {
    h_ = mix(h_ ^ tag) + bytes.size();
    for (const std::byte b : bytes) h_ = (h_ ^ static_cast<std::uint64_t>(b)) * 0x100000001b3;
  }
  std::uint64_t value() const { return h_; }

 private:
  std::uint64_t h_ = 0xcbf29ce484222325;
};

constexpr std::uint32_t tag_of(unsigned producer, std::uint32_t number) { return producer | number << 4; }

struct shared_state {
  const load& what;
  const std::vector<std::uint32_t>& lengths;
  std::size_t max;
  std::atomic<bool> failed{false};
  std::array<std::uint64_t, 16> written{};  // hashes, each written by its producer before it ends
};

template <class End>
auto claim(End& end, std::size_t size, std::uint32_t tag) {
  if constexpr (requires { end.try_claim(size, tag); }) return end.try_claim(size, tag);
  else return end.try_send(size, tag);
}

template <class End>
void produce(End end, unsigned producer, shared_state& s) {
  whim pauses(s.what, producer);
  chain hash;
  for (std::uint32_t n = 0; n != s.what.records; ++n) {
    const recipe r(s.what, s.lengths, s.max, producer, n);
    if (r.is_after_abort) {
      auto dropped = claim(end, r.claimed, 0xffffffff);
      if (dropped && r.claimed != 0) std::memset(dropped->data(), 0xff, r.claimed);
    }
    const std::uint32_t tag = tag_of(producer, n);
    auto c = claim(end, r.claimed, tag);
    while (!c && !s.failed.load(std::memory_order_relaxed)) {
      std::this_thread::yield();
      c = claim(end, r.claimed, tag);
    }
    if (!c) return;
    r.words(r.claimed, [&](std::size_t i, std::uint64_t w, std::size_t bytes) { std::memcpy(c->data() + i, &w, bytes); });
    pauses.maybe_pause();
    hash.add(tag, c->bytes().first(r.size));
    if (r.size == r.claimed) c->commit();
    else c->commit(r.size);
    pauses.maybe_pause();
  }
  s.written[producer] = hash.value();
}

class checker {
 public:
  checker(shared_state& s, std::uint64_t capacity) : s_(s), queue_(capacity, s.what.position, 8, s.what.cleared ? 8 : 0) {}

  // A drain does not tell the position.
  void operator()(std::span<const std::byte> bytes, std::uint32_t tag) { check(bytes, tag, nullptr); }
  template <class Record>
  void operator()(const Record& record) {
    const std::uint64_t position = record.position();
    check(record.bytes(), record.tag(), &position);
  }
  void fail(const char* what) {
    if (result.wrong.empty()) result.wrong = what;
    s_.failed.store(true, std::memory_order_relaxed);
  }
  bool is_done() const { return !result.wrong.empty() || result.records == std::uint64_t{s_.what.records} * s_.what.producers; }
  void finish() {
    for (unsigned p = 0; p != s_.what.producers && result.wrong.empty(); ++p)
      if (hash_[p].value() != s_.written[p]) fail("a producer wrote something else than came");
  }

  outcome result;

 private:
  void check(std::span<const std::byte> bytes, std::uint32_t tag, const std::uint64_t* position) {
    const unsigned producer = tag & 15;
    if (producer >= s_.what.producers) return fail("a tag of no producer");
    if (tag >> 4 != (next_[producer] & 0x0fffffff)) return fail("a record that is lost, doubled or out of order");
    const recipe r(s_.what, s_.lengths, s_.max, producer, next_[producer]++);
    if (bytes.size() != r.size) return fail("a record of another size");
    bool same = true;
    r.words(r.size, [&](std::size_t i, std::uint64_t w, std::size_t n) { same &= std::memcmp(bytes.data() + i, &w, n) == 0; });
    if (!same) return fail("a record with other bytes");
    hash_[producer].add(tag, bytes);
    ++result.records;
    result.bytes += bytes.size();
    // Records come in the order of their claims. Where no aborted claim is between them, the sequential reference knows
    // where each lies.
    if (s_.what.aborted != 0) return;
    const std::uint64_t place = queue_.place_of_next(r.claimed);
    queue_.append(r.claimed, tag);
    queue_.commit(place, r.size);
    const models::reference_entry* next = queue_.next();
    if (next == nullptr || next->start != place || (position != nullptr && *position != place))
      return fail("a record that is not where the sequential queue has it");
    queue_.consume();
    (void)queue_.next();
    queue_.release();
  }

  shared_state& s_;
  models::reference_queue<> queue_;
  std::array<std::uint32_t, 16> next_{};
  std::array<chain, 16> hash_{};
};

// Nothing came for so long: records are lost, or a wake-up is.
constexpr auto patience = std::chrono::seconds(60);

template <class Consumer>
void consume_ring(Consumer& rx, checker& check, const load& l) {
  whim pauses(l, 99);
  auto last = std::chrono::steady_clock::now();
  for (std::uint64_t round = 0; !check.is_done(); ++round) {
    const reading how = l.how == reading::mixed ? static_cast<reading>(mix(round) % 3) : l.how;
    const std::uint64_t before = check.result.records;
    if (how == reading::drain) {
      rx.drain(check, 50);
    } else if (how == reading::batch) {
      auto batch = rx.batch();
      while (auto record = batch.next()) check(*record);
    } else if (auto record = rx.try_read()) {
      check(*record);
    }
    pauses.maybe_pause();
    if (check.result.records != before) {
      last = std::chrono::steady_clock::now();
    } else {
      std::this_thread::yield();
      if (round % 64 == 0 && std::chrono::steady_clock::now() - last > patience) check.fail("nothing comes any more");
    }
  }
}

template <class Receiver>
void consume_channel(Receiver& rx, checker& check, const load& l) {
  whim pauses(l, 99);
  for (;;) {
    auto record = rx.receive_for(patience);
    if (!record) {
      if (record.error() != receive_error::disconnected) check.fail(to_string(record.error()));
      if (!check.is_done()) check.fail("disconnected before everything has come");
      return;
    }
    check(*record);
    if (!check.result.wrong.empty()) return;
    pauses.maybe_pause();
  }
}

template <class Traits>
struct cleared : Traits {
  static constexpr zeroing zeroed = zeroing::by_producer;
};

template <class Ends>
outcome run(Ends ends, const load& l, const std::vector<std::uint32_t>& lengths) {
  shared_state s{l, lengths, ends.first.max_payload()};
  checker check(s, l.capacity);
  std::vector<std::thread> threads;
  if constexpr (std::is_copy_constructible_v<typename Ends::first_type>) {
    std::vector<typename Ends::first_type> copies(l.producers - 1, ends.first);  // all of them before the first one leaves
    for (unsigned p = 1; p < l.producers; ++p)
      threads.emplace_back([p, &s, tx = std::move(copies[p - 1])]() mutable { produce(std::move(tx), p, s); });
  }
  threads.emplace_back([&s, tx = std::move(ends.first)]() mutable { produce(std::move(tx), 0, s); });
  std::thread consumer([&] {  // of its own, so that it can migrate
    if constexpr (requires { ends.second.receive(); }) consume_channel(ends.second, check, l);
    else consume_ring(ends.second, check, l);
  });
  consumer.join();
  for (std::thread& t : threads) t.join();
  check.finish();
  if constexpr (requires { ends.second.try_read(); })
    if (check.result.wrong.empty() && ends.second.try_read()) check.fail("a record too many");
  return check.result;
}

}  // namespace running

template <class Traits>
outcome run_load_over(const load& l, const std::vector<std::uint32_t>& lengths) {
  using running::run;
  using cleared = running::cleared<Traits>;
  options o;
  o.release_threshold = l.threshold;
  o.initial_position = l.position;
  o.consumer_prefetch = l.threshold == 0;  // of some loads: it must change nothing but time
  o.spins_before_park = l.spins;
  o.fences = l.symmetric ? wake_fences::symmetric : wake_fences::automatic;
  if (l.cleared && !l.shared)
    return l.channel ? run(spsc::channel<cleared>(l.capacity, o), l, lengths) : run(spsc::make<cleared>(l.capacity, o), l, lengths);
  if (l.shared)
    return l.channel ? run(mpsc::channel<Traits>(l.capacity, o), l, lengths) : run(mpsc::make<Traits>(l.capacity, o), l, lengths);
  return l.channel ? run(spsc::channel<Traits>(l.capacity, o), l, lengths) : run(spsc::make<Traits>(l.capacity, o), l, lengths);
}

}  // namespace logbuf::test
