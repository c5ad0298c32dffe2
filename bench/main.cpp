// Every ring in one binary, so that a ratio comes from one run. No time is asserted; bench/run drives it and reports.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "processors.hpp"
#include "registry.hpp"

// The first argument may be --order=SEED: in which order the cells run.
int main(int argc, char** argv) {
  bench::processors();
  std::uint64_t seed = 1;
  constexpr std::string_view order = "--order=";
  if (argc > 1 && std::string_view(argv[1]).starts_with(order)) {
    char* end = nullptr;
    seed = std::strtoull(argv[1] + order.size(), &end, 10);
    if (end == argv[1] + order.size() || *end != 0) return std::fprintf(stderr, "%s: not a number\n", argv[1]), 2;
    argv[1] = argv[0];
    ++argv, --argc;
  }
  for (const auto add : bench::registration::all()) add();
  bench::register_cells(seed);
  benchmark::AddCustomContext("missing_peers", BENCH_MISSING);
  benchmark::AddCustomContext("peers", BENCH_PEERS);
  benchmark::AddCustomContext("compiler", BENCH_COMPILER);
  benchmark::AddCustomContext("flags", BENCH_FLAGS);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (benchmark::RunSpecifiedBenchmarks() == 0) return std::fprintf(stderr, "no benchmark matched\n"), 1;
}
