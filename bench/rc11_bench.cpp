// How fast the RC11 explorer is: executions and events a second, and how cost grows with records and threads. The
// production headers, with the oracle of the model checking, as verify/ runs them.
//
// The two numbers of a benchmark are producers and records of each; `lost` is how often a failed compare-exchange is tried
// again in an execution. `executions` is the number of complete ones, which is a property of the program and not of time.
#define LOGBUF_RC11_REPLACE_NEW
#include "../models/graphs/engine.hpp"
#include "../verify/engines/dispatch.hpp"

#include <benchmark/benchmark.h>

namespace logbuf::verify {
models::outcome run_relacy(const workload&, const models::limits&) { std::abort(); }
}  // namespace logbuf::verify

namespace {

using namespace logbuf::verify;
namespace models = logbuf::models;

void explore(benchmark::State& state, const workload& w, models::limits l) {
  l.how = models::search::graphs;
  std::uint64_t executions = 0, blocked = 0, given_up = 0, events = 0;
  for (auto _ : state) {
    models::current = {};
    const models::outcome o = run_on<models::rc11_engine>(w, l);
    if (o.failed || !o.to_the_end) return state.SkipWithError(o.failed ? o.failure.c_str() : "not explored to the end");
    executions = o.executions, blocked = o.blocked, given_up = o.given_up, events = o.events;
  }
  const auto total = [&](std::uint64_t n) {
    return benchmark::Counter(static_cast<double>(n) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  };
  state.counters["executions"] = static_cast<double>(executions);
  state.counters["blocked"] = static_cast<double>(blocked);
  state.counters["given_up"] = static_cast<double>(given_up);
  state.counters["executions/s"] = total(executions);
  state.counters["events/s"] = total(events);
}

// A ring that is never full: producers write, the consumer looks as often, and takes what it finds; or waits for each record.
workload handover(variant ring, unsigned producers, unsigned records, bool waits = false) {
  workload w;
  w.ring = ring;
  w.capacity = 64;
  w.threads.assign(producers, std::vector<op>(records, ops::write(0)));
  if (waits) w.threads.push_back({ops::await(std::size_t{producers} * records)});
  else w.threads.push_back(std::vector<op>(std::size_t{producers} * records, ops::read()));
  return w;
}

void mpsc(benchmark::State& state, bool waits, unsigned spurious, unsigned lost) {
  models::limits l;
  l.spurious_failures = spurious, l.lost_exchanges = lost;
  explore(state, handover(variant::mpsc, static_cast<unsigned>(state.range(0)), static_cast<unsigned>(state.range(1)), waits), l);
}
void spsc(benchmark::State& state) { explore(state, handover(variant::spsc, 1, static_cast<unsigned>(state.range(0))), {}); }

// A ring of two records: it wraps, and is full now and then.
void spsc_laps(benchmark::State& state) {
  workload w = handover(variant::spsc, 1, static_cast<unsigned>(state.range(0)));
  w.capacity = 16;
  explore(state, w, {});
}

}  // namespace

BENCHMARK_CAPTURE(mpsc, looks_cut, false, 0u, 0u)->Args({2, 1})->Args({3, 1})->Args({2, 2})->Args({2, 3})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mpsc, waits_cut, true, 0u, 0u)->Args({2, 1})->Args({3, 1})->Args({2, 2})->Args({2, 3})->Args({3, 2})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mpsc, waits_all, true, 0u, ~0u)->Args({2, 1})->Args({3, 1})->Args({2, 2})->Args({3, 2})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mpsc, looks_all, false, 1u, ~0u)->Args({2, 1})->Args({3, 1})->Args({2, 2})->Unit(benchmark::kMillisecond);
BENCHMARK(spsc)->Arg(1)->Arg(2)->Arg(4)->Arg(7)->Unit(benchmark::kMillisecond);
BENCHMARK(spsc_laps)->DenseRange(2, 6)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
