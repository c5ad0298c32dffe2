// The cells of the tables, and how a ring enters them. Throughput: once for each payload, capacity, number of producers and
// consumer. Names are throughput/spsc or mpsc/PRODUCERS/CAPACITY/PAYLOAD/CONSUMER/CARRIES/RING/READS.
#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <exception>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "delivery.hpp"
#include "latency.hpp"
#include "registry.hpp"
#include "throughput.hpp"

namespace bench {

struct workload {
  const char* name;
  std::size_t largest;  // bytes: what a slot has to have; the same for two logs costs one instantiation
};
inline constexpr std::array<workload, 6> workloads{
    {{"android", 685}, {"hdfs", 2520}, {"linux", 173}, {"openstack", 450}, {"spark", 198}, {"zookeeper", 387}}};

struct kind {
  const char* name;
  std::initializer_list<unsigned> producers;
};
inline constexpr kind spsc{"spsc", {1}};
inline constexpr kind mpsc{"mpsc", {1, 2, 4}};

inline constexpr std::array<std::uint64_t, 4> capacities{64u << 10, 1u << 20, 2u << 20, 16u << 20};

inline const recorded_payload& recorded(const workload& w) {
  static std::array<std::optional<recorded_payload>, workloads.size()> all;
  auto& one = all[static_cast<std::size_t>(&w - workloads.data())];
  if (!one) {
    one.emplace(std::string(BENCH_WORKLOADS "/") + w.name + ".lengths");
    if (one->largest() > w.largest) throw std::runtime_error(std::string(w.name) + " has longer records than cells.hpp says");
  }
  return *one;
}

// One repetition is one short run on a fresh ring; the report takes the median of many.
template <class Ring, class Touch, class Payload>
void run_cell(benchmark::State& state, shape s, const Payload& payload, unsigned rest = 1) {
  if (processors().size() < 2) return state.SkipWithError("needs two processors");
  const bool in_turns = s.producers >= processors().size();  // of the scheduler: they take milliseconds
  for (auto _ : state) {
    try {
      const timing t = in_turns ? timing{0.004, 0.024, rest} : timing{0.002, 0.008, rest};
      const measurement m = throughput_run<Ring, Payload, Touch>(s, payload, t).result();
      state.SetIterationTime(m.seconds);
      state.counters["records_per_second"] = static_cast<double>(m.records) / m.seconds;
      state.counters["payload_bytes_per_second"] = static_cast<double>(m.bytes) / m.seconds;
    } catch (const std::exception& e) {
      return state.SkipWithError(e.what());
    }
  }
}

inline std::string row_name(const char* kind, shape s, std::string_view payload, std::string_view touch) {
  std::string name = "throughput/";
  ((name += kind) += '/') += std::to_string(s.producers) + '/' + std::to_string(s.capacity);
  for (const std::string_view part : {payload, touch}) (name += '/') += part;
  return name;
}

template <class Ring, class Payload, class Touch>
void add_cell(const char* kind, shape s, std::string_view payload, Payload of) {
  if (of().largest() > s.capacity / 2 - 8) return;  // no such record fits
  const std::string row = row_name(kind, s, payload, Touch::name);
  const std::string name = row + (Ring::variable ? "/variable/" : "/slots/") + Ring::name + '/' + Ring::reads;
  cells().push_back({row, name, [s, of](benchmark::State& state) {
    run_cell<Ring, Touch>(state, {s.capacity, of().largest(), s.producers}, of());
  }});
}

// `Make` is a type with  template <std::size_t Largest, bool Full> using ring = ...;  so that queues of slots get theirs.
template <class Make, class Touch, std::size_t Size>
void add_fixed(const char* kind, shape s) {
  add_cell<typename Make::template ring<Size, true>, decltype([]() -> const fixed_payload<Size>& {
             static constexpr fixed_payload<Size> payload;
             return payload;
           }), Touch>(kind, s, std::to_string(Size), {});
}
template <class Make, class Touch, std::size_t Which>
void add_recorded(const char* kind, shape s) {
  add_cell<typename Make::template ring<workloads[Which].largest, false>,
           decltype([]() -> const recorded_payload& { return recorded(workloads[Which]); }), Touch>(kind, s, workloads[Which].name, {});
}

template <class Make>
void add_throughput(const kind& k, std::span<const std::uint64_t> of = capacities) {
  for (const unsigned n : k.producers)
    for (const std::uint64_t capacity : of) {
      const auto all = [name = k.name, s = shape{capacity, 0, n}]<class Touch, std::size_t... Size, std::size_t... Which>(
                           std::type_identity<Touch>, std::index_sequence<Size...>, std::index_sequence<Which...>) {
        (..., add_fixed<Make, Touch, Size>(name, s));
        (..., add_recorded<Make, Touch, Which>(name, s));
      };
      const std::index_sequence<8, 16, 64, 128, 256, 512, 1024, 8192> sizes;
      all(std::type_identity<touch_all>(), sizes, std::make_index_sequence<Make::recorded ? workloads.size() : 0>());
      all(std::type_identity<touch_first>(), sizes, std::index_sequence<>());
    }
}

// Everything of one ring. Batches of the limit do not travel alone: no latencies of it, and no small records. A writer that
// gathers records says when the last of them can be read, so that it has no latency of its own. A ring that says what is wrong
// `with_many` producers need not deliver with more than one.
template <class Make>
void add(const kind& k) {
  add_throughput<Make>(k);
  if constexpr (Make::one_by_one) {
    using ring = typename Make::template ring<latency_size, true>;
    if constexpr (!requires(typename ring::writer& w) { w.flush(); }) add_latency<ring>(k.name);
    constexpr unsigned most = requires { Make::with_many; } ? 1 : 2;
    for (const unsigned n : k.producers)
      if (n <= most) add_delivery<typename Make::template ring<known_record::largest, false>>(k.name, n);
  }
}

// A ring whose type does not depend on the size of the records.
template <class Ring>
struct bytes {
  template <std::size_t, bool>
  using ring = Ring;
  static constexpr bool recorded = true;
  static constexpr bool one_by_one = true;
};

}  // namespace bench
