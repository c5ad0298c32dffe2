// The production rings beside the hand-written ones, in one binary, so that a ratio comes from one run. No time is
// asserted: see README.md for how to read it.
#include <benchmark/benchmark.h>
#include <pthread.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <logbuf/logbuf.hpp>

#include "handwritten.hpp"
#include "processors.hpp"

namespace {

constexpr std::uint64_t capacity = 64 * 1024;
constexpr std::int64_t records_per_round = 1 << 14;

// Each ring: write a record of Size bytes, read one; false when full or empty. Size is a constant, so that the copy is
// inline and the ring is what is measured.
template <class Ends>
struct production {
  Ends ends;

  template <std::size_t Size>
  LOGBUF_ALWAYS_INLINE bool write(const std::byte* from) noexcept {
    auto claim = ends.first.try_claim(Size);
    if (!claim) return false;
    std::memcpy(claim->data(), from, Size);
    return claim->commit();
  }
  LOGBUF_ALWAYS_INLINE bool read(std::uint64_t& first) noexcept {
    auto record = ends.second.try_read();
    if (!record) return false;
    std::memcpy(&first, record->bytes().data(), sizeof first);
    return true;
  }
};

struct production_spsc : production<logbuf::spsc::maker<>::ends> {
  production_spsc() : production{logbuf::spsc::make(capacity)} {}
};
struct production_mpsc : production<logbuf::mpsc::maker<>::ends> {
  production_mpsc() : production{logbuf::mpsc::make(capacity)} {}
};

template <handwritten::claim_function Claim>
struct by_hand {
  handwritten::ring* ring = new handwritten::ring(capacity);
  handwritten::producer* tx = new handwritten::producer(*ring);
  handwritten::consumer* rx = new handwritten::consumer(*ring, capacity / 16);

  by_hand() = default;
  by_hand(const by_hand&) = delete;
  by_hand& operator=(const by_hand&) = delete;
  ~by_hand() {
    retire(*tx);
    retire(*rx);
  }

  template <std::size_t Size>
  LOGBUF_ALWAYS_INLINE bool write(const std::byte* from) noexcept {
    handwritten::producer& p = *tx;
    handwritten::write_claim claim;
    if (!Claim(p, Size, 0, claim)) return false;
    std::memcpy(claim.data(), from, Size);
    commit(p, claim);
    return true;
  }
  LOGBUF_ALWAYS_INLINE bool read(std::uint64_t& first) noexcept {
    handwritten::consumer& c = *rx;
    handwritten::read_claim record;
    if (!handwritten::read(c, record)) return false;
    std::memcpy(&first, record.data(), sizeof first);
    finish(c, record);
    return true;
  }
};

using handwritten_spsc = by_hand<handwritten::spsc_claim>;
using handwritten_mpsc = by_hand<handwritten::mpsc_claim>;

// A wait that gives the processor away when it lasts: the other side may need it.
template <class Done>
void wait_until(Done&& done) {
  for (unsigned spins = 0; !done(); ++spins) {
    if (spins % 4096 == 4095) std::this_thread::yield();
    else logbuf::std_atomics::spin_hint();
  }
}

template <std::size_t Size>
const std::byte* payload() {
  static const auto bytes = [] {
    std::array<std::byte, Size> filled;
    filled.fill(std::byte{0x5a});
    return filled;
  }();
  return bytes.data();
}

// The ends are objects in memory, as they are in a program, and not pointers in registers, on both sides.
template <class Ring>
void share(Ring& ring) {
  Ring* shared = &ring;
  benchmark::DoNotOptimize(shared);
  benchmark::ClobberMemory();
}

// Write one, read one: every record crosses the whole code of both ends, out of the first-level cache.
template <class Ring, std::size_t Size>
void same_thread(benchmark::State& state) {
  Ring ring;
  share(ring);
  const std::byte* from = payload<Size>();
  for (auto _ : state) {
    std::uint64_t first = 0;
    bool ok = ring.template write<Size>(from);
    ok &= ring.read(first);
    benchmark::DoNotOptimize(first);
    if (!ok) [[unlikely]] return state.SkipWithError("a record was lost");
  }
  state.SetItemsProcessed(state.iterations());
}

// One iteration is a round of many records from a pinned producer to a pinned consumer.
template <class Ring, std::size_t Size>
void two_threads(benchmark::State& state) {
  static const std::vector<int> cpus = bench::processors();
  if (cpus.size() < 2) return state.SkipWithError("needs two processors");
  Ring ring;
  share(ring);
  std::atomic<std::int64_t> rounds_read{0};
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    bench::pin(cpus[1]);
    std::int64_t read = 0;
    std::uint64_t sum = 0;
    wait_until([&] {
      std::uint64_t first = 0;
      while (ring.read(first)) {
        sum += first;
        if (++read % records_per_round == 0) rounds_read.store(read / records_per_round, std::memory_order_release);
      }
      return stop.load(std::memory_order_acquire);
    });
    benchmark::DoNotOptimize(sum);
  });
  cpu_set_t before;
  sched_getaffinity(0, sizeof before, &before);
  bench::pin(cpus[0]);
  const std::byte* from = payload<Size>();
  std::int64_t rounds = 0;
  for (auto _ : state) {
    for (std::int64_t i = 0; i != records_per_round; ++i)
      if (!ring.template write<Size>(from)) [[unlikely]]
        wait_until([&] { return ring.template write<Size>(from); });
    ++rounds;
    wait_until([&] { return rounds_read.load(std::memory_order_acquire) == rounds; });
  }
  stop.store(true, std::memory_order_release);
  reader.join();
  sched_setaffinity(0, sizeof before, &before);
  state.SetItemsProcessed(state.iterations() * records_per_round);
}

template <class Ring, std::size_t Size>
void add(const std::string& ring, const std::string& who) {
  const std::string size = std::to_string(Size);
  benchmark::RegisterBenchmark((ring + "/same_thread/" + size + "/" + who).c_str(), same_thread<Ring, Size>);
  benchmark::RegisterBenchmark((ring + "/two_threads/" + size + "/" + who).c_str(), two_threads<Ring, Size>)->UseRealTime();
}

template <std::size_t... Size>
void add_all() {
  (..., (add<production_spsc, Size>("spsc", "production"), add<handwritten_spsc, Size>("spsc", "handwritten")));
  (..., (add<production_mpsc, Size>("mpsc", "production"), add<handwritten_mpsc, Size>("mpsc", "handwritten")));
}

}  // namespace

int main(int argc, char** argv) {
  add_all<16, 64, 256, 1024>();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
