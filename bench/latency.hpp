// How long one record takes, in cycles: written and read by one thread, and from one processor to another.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <logbuf/platform/compiler.hpp>

#include "cycles.hpp"
#include "payload.hpp"
#include "processors.hpp"
#include "registry.hpp"
#include "throughput.hpp"

namespace bench {

inline constexpr std::size_t latency_size = 64;  // bytes of payload
inline constexpr std::uint64_t latency_capacity = 1u << 20;

// Percentiles as they were measured: the timer's cost is in them, and stated beside them.
inline void report(benchmark::State& state, std::vector<std::uint64_t>& samples) {
  std::sort(samples.begin(), samples.end());
  const auto rank = [&](double r) {
    const auto i = static_cast<std::size_t>(r * static_cast<double>(samples.size()));
    return static_cast<double>(samples[std::min(i, samples.size() - 1)]);
  };
  state.counters["p50"] = rank(0.5);
  state.counters["p90"] = rank(0.9);
  state.counters["p99"] = rank(0.99);
  state.counters["p99.9"] = rank(0.999);
  state.counters["max"] = rank(1);
  state.counters["samples"] = static_cast<double>(samples.size());
  state.counters["timer"] = static_cast<double>(timer_cost());
  state.counters["cycles_per_nanosecond"] = cycles_per_nanosecond();
}

template <class Ring>
struct both_ends {
  std::unique_ptr<Ring> ring = std::make_unique<Ring>(shape{latency_capacity, latency_size});
  typename Ring::writer writer{*ring};
  typename Ring::reader reader{*ring};

  LOGBUF_ALWAYS_INLINE bool write(const std::byte* from) { return writer.write(from, latency_size); }
  LOGBUF_ALWAYS_INLINE bool read(std::uint64_t& sum) {
    std::uint64_t touched = 0;
    const bool any = reader.read([&](const std::byte* at, std::size_t size) { touched += touch_all::read(at, size); }) != 0;
    sum += touched;
    return any;
  }
  // In memory, as they are in a program, and not in registers.
  void share() {
    both_ends* ends = this;
    benchmark::DoNotOptimize(ends);
    benchmark::ClobberMemory();
  }
};

enum class part { write, read };

// One half of a pair, each time with a look at the clock before and after it.
template <class Ring, part Which>
void one_half(benchmark::State& state) {
  pin(processors().front());
  both_ends<Ring> ends;
  ends.share();
  const std::vector<std::byte> source = source_bytes(latency_size);
  std::vector<std::uint64_t> samples;
  samples.reserve(state.max_iterations);
  std::uint64_t sum = 0;
  for (auto _ : state) {
    const std::uint64_t begin = cycles();
    bool ok = ends.write(source.data());
    const std::uint64_t middle = cycles();
    ok &= ends.read(sum);
    const std::uint64_t end = cycles();
    samples.push_back(Which == part::write ? middle - begin : end - middle);
    if (!ok) [[unlikely]] return state.SkipWithError("a record was lost");
  }
  benchmark::DoNotOptimize(sum);
  report(state, samples);
}

// Pairs one after another, the clock only around all of them: what a pair costs in a program.
template <class Ring>
void pairs(benchmark::State& state) {
  pin(processors().front());
  both_ends<Ring> ends;
  ends.share();
  const std::vector<std::byte> source = source_bytes(latency_size);
  std::uint64_t sum = 0;
  const std::uint64_t begin = cycles();
  for (auto _ : state) {
    bool ok = ends.write(source.data());
    ok &= ends.read(sum);
    if (!ok) [[unlikely]] return state.SkipWithError("a record was lost");
  }
  const std::uint64_t end = cycles();
  benchmark::DoNotOptimize(sum);
  state.counters["cycles_a_pair"] = static_cast<double>(end - begin) / static_cast<double>(state.iterations());
  state.counters["cycles_per_nanosecond"] = cycles_per_nanosecond();
}

// A record goes to the other processor and one comes back: half of the time is one way.
template <class Ring>
void one_way(benchmark::State& state) {
  const std::vector<int> cpus = processors();
  if (cpus.size() < 2) return state.SkipWithError("needs two processors");
  const shape s{latency_capacity, latency_size};
  const auto there = std::make_unique<Ring>(s), back = std::make_unique<Ring>(s);
  const std::vector<std::byte> source = source_bytes(latency_size);
  const auto send = [&](typename Ring::writer& to) {
    while (!to.write(source.data(), latency_size)) spin_hint();
  };
  // True when there was a record; without a yield: both threads have a processor.
  const auto receive = [](typename Ring::reader& from, const std::atomic<bool>& stop) {
    std::uint64_t sum = 0;
    while (from.read([&](const std::byte* at, std::size_t size) { sum += touch_all::read(at, size); }) == 0) {
      if (stop.load(std::memory_order_relaxed)) return false;
    }
    benchmark::DoNotOptimize(sum);
    return true;
  };
  std::atomic<bool> stop{false};
  std::thread echo([&] {
    pin(cpus[1]);
    typename Ring::reader reader(*there);
    typename Ring::writer writer(*back);
    while (receive(reader, stop)) send(writer);
  });
  pin(cpus[0]);
  {
    typename Ring::writer writer(*there);
    typename Ring::reader reader(*back);
    std::vector<std::uint64_t> samples;
    samples.reserve(state.max_iterations);
    const std::atomic<bool> never{false};
    for (auto _ : state) {
      const std::uint64_t begin = cycles();
      send(writer);
      receive(reader, never);
      samples.push_back((cycles() - begin) / 2);
    }
    stop.store(true, std::memory_order_relaxed);
    echo.join();
    report(state, samples);
  }
}

// Names are latency/OPERATION/spsc or mpsc/CARRIES/RING/READS.
template <class Ring>
void add_latency(const char* kind) {
  const std::string ring = std::string(kind) + '/' + (Ring::variable ? "variable/" : "slots/") + Ring::name + '/' + Ring::reads;
  const auto add = [&](const char* operation, void (*run)(benchmark::State&), benchmark::IterationCount n) {
    const std::string row = std::string("latency/") + operation;
    cells().push_back({row, row + '/' + ring, run, n, false});
  };
  add("write", one_half<Ring, part::write>, 50'000);
  add("read", one_half<Ring, part::read>, 50'000);
  add("pair", pairs<Ring>, 1'000'000);
  add("one_way", one_way<Ring>, 20'000);
}

}  // namespace bench
