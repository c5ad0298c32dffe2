// What a channel costs beside the raw ring, and what it is worth beside a condition variable: channel/PAYLOAD/RING/READS.
// Many senders and one receiver on whatever processors there are: crowd/SENDERS/WAITING.
#include "../rings/channel.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "../cells.hpp"
#include "../rings/logbuf.hpp"

namespace bench {

static constexpr std::uint64_t capacity = 1u << 20;

template <class Ring, std::size_t Size>
static void add_one() {
  const std::string row = "channel/" + std::to_string(Size);
  cells().push_back({row, row + '/' + Ring::name + '/' + Ring::reads, [](benchmark::State& state) {
    static constexpr fixed_payload<Size> payload;
    constexpr unsigned rest = rests<typename Ring::reader> ? timing::by_itself : 1;
    run_cell<Ring, touch_all>(state, {capacity, Size, 1}, payload, rest);
  }});
}

template <std::size_t Size>
static void add_channels() {
  add_one<logbuf_spsc<single>, Size>();  // the raw ring
  add_one<spsc_channel<polls>, Size>();
  add_one<spsc_channel<waits>, Size>();
  add_one<condition_queue, Size>();
}

// Nobody is pinned: the scheduler has more threads than processors, and takes the receiver off like any other.
static void crowd(benchmark::State& state, unsigned senders, unsigned spins_before_yield) {
  using namespace std::chrono_literals;
  using clock = std::chrono::steady_clock;
  constexpr std::size_t size = 128;
  for (auto _ : state) {
    logbuf::options o;
    o.prefault = true;
    o.spins_before_yield = spins_before_yield;
    auto [tx, rx] = logbuf::mpsc::channel(64u << 10, o);
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i != senders; ++i)
      threads.emplace_back([&stop, sender = tx]() mutable {
        const std::vector<std::byte> source = source_bytes(size);
        while (!stop.load(std::memory_order_relaxed)) {
          if (!sender.send(std::span<const std::byte>(source.data(), size))) return;
        }
      });
    std::uint64_t records = 0, sum = 0;
    clock::time_point begin = clock::now();
    for (bool warm = false;;) {
      if (auto record = rx.receive_for(1ms)) ++records, sum += touch_all::read(record->bytes().data(), record->size());
      if (records % 256 != 0) continue;
      const auto now = clock::now();
      if (!warm && now - begin >= 50ms) warm = true, begin = now, records = 0;
      if (warm && now - begin >= 400ms) break;
    }
    const double seconds = std::chrono::duration<double>(clock::now() - begin).count();
    benchmark::DoNotOptimize(sum);
    stop.store(true, std::memory_order_relaxed);
    rx = {};  // whoever waits for space is told
    for (std::thread& t : threads) t.join();
    state.SetIterationTime(seconds);
    state.counters["records_per_second"] = static_cast<double>(records) / seconds;
  }
}

static const registration channels([] {
  add_channels<16>();
  add_channels<128>();
  add_channels<1024>();
  add_latency<spsc_channel<polls>>("spsc");
  for (const unsigned senders : {2u, 8u, 64u})
    for (const unsigned spins : {logbuf::options::never, 16u}) {
      const std::string name = "crowd/" + std::to_string(senders) + (spins == logbuf::options::never ? "/spins" : "/yields");
      cells().push_back({"crowd", name, [=](benchmark::State& s) { crowd(s, senders, spins); }});
    }
});

}  // namespace bench
