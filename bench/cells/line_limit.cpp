// The limit among the one-way latencies: a round trip of one cache line, of which half is one way.
#include "../rings/line_limit.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "../cells.hpp"

namespace bench {

static void line_one_way(benchmark::State& state) {
  const std::vector<int>& cpus = processors();
  if (cpus.size() < 2) return state.SkipWithError("needs two processors");
  constexpr std::uint64_t there = 1, back = 2;
  const std::vector<std::byte> source = source_bytes(line_limit::payload_size);
  line_limit line;
  std::atomic<bool> stop{false};
  std::uint64_t echoed = 0, returned = 0, trips = 0;
  std::thread echo([&] {
    pin(cpus[1]);
    std::uint64_t sum = 0;
    for (;; line.write(source.data(), back)) {
      while (!line.read(there, sum)) {
        if (!stop.load(std::memory_order_relaxed)) continue;
        echoed = sum;
        return;
      }
    }
  });
  pin(cpus[0]);
  std::vector<std::uint64_t> samples;
  samples.reserve(state.max_iterations);
  for (auto _ : state) {
    const std::uint64_t begin = cycles();
    line.write(source.data(), there);
    while (!line.read(back, returned)) {}
    samples.push_back((cycles() - begin) / 2);
    ++trips;
  }
  stop.store(true, std::memory_order_relaxed);
  echo.join();
  if (echoed != trips || returned != trips) return state.SkipWithError("a record was lost or changed");
  report(state, samples);
}

static const registration limit([] {
  const std::string row = "latency/one_way";
  cells().push_back({row, row + "/spsc/slots/" + line_limit::name + "/single", line_one_way, 20'000, false});
});

}  // namespace bench
