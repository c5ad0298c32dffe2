// Every ring in one binary, so that a ratio comes from one run. No time is asserted; bench/run drives it and reports.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "processors.hpp"
#include "registry.hpp"

int main(int argc, char** argv) {
  bench::processors();
  for (const auto& entry : bench::registration::all()) entry.add();
  benchmark::AddCustomContext("missing_peers", BENCH_MISSING);
  benchmark::AddCustomContext("compiler", BENCH_COMPILER);
  benchmark::AddCustomContext("flags", BENCH_FLAGS);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (benchmark::RunSpecifiedBenchmarks() == 0) return std::fprintf(stderr, "no benchmark matched\n"), 1;
}
