// How many records a second go through a ring: pinned producers write as fast as they can, the consumer reads and
// measures. The same loop for every ring.
//
// A ring is a type with
//   name, reads                       what it is called, and how its reader reads: single, batch or drain
//   variable                          it carries records of any length; else its slots have the largest size
//   Ring(shape)                       an empty ring
//   Ring::writer(Ring&)               one per producer;  bool write(from, size): false when full
//   Ring::reader(Ring&)               std::size_t read(f): calls f(data, size) for records, 0 when there was none;
//                                     perhaps rest(), after that
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <logbuf/platform/compiler.hpp>

#include "payload.hpp"
#include "processors.hpp"

namespace bench {

struct shape {
  std::uint64_t capacity;  // bytes
  std::size_t largest;     // bytes of the largest payload
  unsigned producers = 1;
};

struct measurement {
  double seconds = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of payload
};

struct timing {
  double warm_up, measured;  // seconds
  unsigned rest = 1;  // pauses of the consumer after a look that found nothing
  static constexpr unsigned by_itself = 0;  // or as many as its reader's rest() makes
};

template <class Reader>
concept rests = requires(Reader& r) { r.rest(); };

inline void spin_hint() noexcept { logbuf::platform::pause(); }

// Pauses, and gives the processor away now and then: at once and often when threads share it.
class waiting {
 public:
  explicit waiting(bool shared, unsigned pauses = 1) noexcept : patience_(shared ? 16 : 4096), pauses_(pauses) {}
  void wait() noexcept {
    if (++spins_ % patience_ == 0) return std::this_thread::yield();
    for (unsigned i = 0; i != pauses_; ++i) spin_hint();
  }

 private:
  unsigned patience_, pauses_, spins_ = 0;
};

// The consumer on the first processor, the producers in turns on the others and then on all of them.
inline int place_of_producer(const std::vector<int>& cpus, unsigned producer) {
  return cpus[(producer + 1) % cpus.size()];
}

template <class Ring, class Payload, class Touch>
class throughput_run {
 public:
  throughput_run(shape s, const Payload& payload, timing how_long)
      : payload_(payload), timing_(how_long), cpus_(processors()), shared_(s.producers >= cpus_.size()),
        ring_(std::make_unique<Ring>(s)) {
    for (unsigned i = 0; i != s.producers; ++i) threads_.emplace_back([this, i] { produce(i); });
    std::thread consumer([this] { consume(); });
    consumer.join();
    for (std::thread& t : threads_) t.join();
    if (s.producers == 1) check();
  }
  const measurement& result() const noexcept { return result_; }

 private:
  using clock = std::chrono::steady_clock;

  void produce(unsigned number) {
    pin(place_of_producer(cpus_, number));
    const std::vector<std::byte> source = source_bytes(payload_.largest());
    typename Ring::writer writer(*ring_);
    typename Payload::sequence sizes(payload_, number);
    waiting pause(shared_);
    for (unsigned round = 1;; ++round) {
      const std::size_t size = sizes.next();
      while (!writer.write(source.data(), size)) {
        if (stop_.load(std::memory_order_relaxed)) return;
        pause.wait();
      }
      if (round % 256 == 0 && stop_.load(std::memory_order_relaxed)) return;
    }
  }

  void consume() {
    pin(cpus_[0]);
    typename Ring::reader reader(*ring_);
    waiting pause(shared_, timing_.rest);
    const auto wait = [&] {
      if constexpr (rests<typename Ring::reader>)
        if (timing_.rest == timing::by_itself) return reader.rest();
      pause.wait();
    };
    const auto read_for = [&](double seconds) {
      measurement m;
      const clock::time_point begin = clock::now();
      for (std::uint64_t look = 512;;) {
        // The sum and the bytes live in registers, not in memory that the record could alias.
        std::uint64_t sum = 0, bytes = 0;
        const std::size_t read = reader.read([&](const std::byte* at, std::size_t size) {
          sum += Touch::read(at, size);
          bytes += size;
        });
        sum_ += sum, m.bytes += bytes, m.records += read;
        if (read == 0) wait();
        if (m.records < look && read != 0) continue;
        look = m.records + 512;
        m.seconds = std::chrono::duration<double>(clock::now() - begin).count();
        if (m.seconds >= seconds) return m;
      }
    };
    warm_ = read_for(timing_.warm_up);
    result_ = read_for(timing_.measured);
    stop_.store(true, std::memory_order_relaxed);
  }

  // One producer's records are known: what was read has to be what was sent.
  void check() const {
    typename Payload::sequence sizes(payload_, 0);
    std::uint64_t sum = 0, bytes = 0;
    const std::vector<std::byte> source = source_bytes(payload_.largest());
    for (std::uint64_t i = 0; i != warm_.records + result_.records; ++i) {
      const std::size_t size = sizes.next();
      bytes += size;
      if constexpr (!Payload::is_fixed) sum += Touch::read(source.data(), size);
    }
    if constexpr (Payload::is_fixed) sum = Touch::read(source.data(), source.size()) * (warm_.records + result_.records);
    if (sum != sum_ || bytes != warm_.bytes + result_.bytes) throw std::runtime_error("records were lost or changed");
  }

  const Payload& payload_;
  timing timing_;
  std::vector<int> cpus_;
  bool shared_;  // threads outnumber processors
  std::unique_ptr<Ring> ring_;
  std::vector<std::thread> threads_;
  alignas(128) std::atomic<bool> stop_{false};
  alignas(128) std::uint64_t sum_ = 0;
  measurement warm_, result_;
};

}  // namespace bench
