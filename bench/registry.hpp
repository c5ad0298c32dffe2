// The cells of this binary. Each file of cells/ brings its own; a run goes through them row by row, so that the figures of
// a row, which are compared with each other, are taken within a second: a machine does not stay the same for minutes.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "line_latency.hpp"
#include "processors.hpp"

namespace bench {

struct cell {
  std::string row;  // what it is compared within
  std::string name;
  std::function<void(benchmark::State&)> run;
  benchmark::IterationCount iterations = 1;
  bool manual_time = true;
};

inline std::vector<cell>& cells() {
  static std::vector<cell> all;
  return all;
}

// The call adds cells; it is made by main, when the processors are known.
class registration {
 public:
  using call = void (*)();
  explicit registration(call add) { all().push_back(add); }

  static std::vector<call>& all() {
    static std::vector<call> calls;
    return calls;
  }
};

// A cell begins on no processor in particular: threads inherit the binding of the thread that starts them, and a cell of
// latencies binds this one. What the machine was like goes with the figures.
inline void run_cell_alone(const cell& c, benchmark::State& state) {
  unpin();
  const double line = line_latency();
  c.run(state);
  state.counters["line_ns"] = line;
}

// The rows in a random order, and the cells of a row in a random order.
inline void register_cells(std::uint64_t seed) {
  std::map<std::string, std::vector<cell>> rows;
  for (cell& c : cells()) rows[c.row].push_back(std::move(c));
  std::vector<std::vector<cell>> order;
  for (auto& [name, row] : rows) order.push_back(std::move(row));
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  for (auto& row : order) {
    std::shuffle(row.begin(), row.end(), random);
    for (const cell& c : row) {
      const auto run = [c](benchmark::State& state) { run_cell_alone(c, state); };
      auto* one = benchmark::RegisterBenchmark(c.name.c_str(), run)->Iterations(c.iterations);
      if (c.manual_time) one->UseManualTime();
    }
  }
}

}  // namespace bench
