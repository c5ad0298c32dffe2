// Runs a program under Relacy's schedulers: within a budget, with progress, and with a state that replays a failure.
// For one source file of a binary: the searches are most of what there is to compile.
#pragma once

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "../outcomes.hpp"
#include "engine.hpp"
#include "reducing_scheduler.hpp"

namespace logbuf::models {

namespace relacy_detail {

struct control {
  program_maker make = nullptr;
  const limits* within = nullptr;
  std::chrono::steady_clock::time_point deadline{};
  bool to_the_end = false;
  std::uint64_t redundant = 0;
};
inline control running;

// A stock scheduler that also stops when the budget is spent.
template <class Scheduler, bool Exhaustive>
class budgeted : public Scheduler {
 public:
  using Scheduler::Scheduler;

  bool iteration_end() {
    const limits& l = *running.within;
    const std::uint64_t done = ++current.executions;
    current.begin_execution();
    if constexpr (requires { this->redundant(); }) running.redundant = this->redundant();
    if (Scheduler::iteration_end()) {
      running.to_the_end = Exhaustive;
      return true;
    }
    if (!l.replay.empty()) return true;
    if (l.max_executions != 0 && done >= l.max_executions) return true;
    if (done % 1024 == 0) {
      if (l.progress && done % 65536 == 0) l.progress(done);
      if (l.max_seconds > 0 && std::chrono::steady_clock::now() >= running.deadline) return true;
    }
    return false;
  }
};

template <unsigned Threads>
struct suite : rl::test_suite<suite<Threads>, static_cast<rl::thread_id_t>(Threads)> {
  any_program* const program = running.make();
  ~suite() { program->~any_program(); }
  void before() { program->before(); }
  void thread(unsigned index) { program->thread(index); }
  void after() {
    if (outcomes.is_collecting && !current.is_redundant) outcomes.add(outcome_of_execution(!running.within->compare));
    program->after();
  }
};

inline std::string kind_of(rl::test_result_e r) {
  switch (r) {
    case rl::test_result_user_assert_failed: return "assertion";
    case rl::test_result_data_race: return "data race";
    case rl::test_result_deadlock: return "deadlock";
    case rl::test_result_livelock: return "livelock";
    case rl::test_result_unitialized_access: return "uninitialised access";
    case rl::test_result_memory_leak:
    case rl::test_result_resource_leak: return "leak";
    case rl::test_result_access_to_freed_memory: return "use after free";
    default: return rl::test_result_str(r);
  }
}

template <unsigned Threads>
outcome search_with(program_maker make, const limits& l) {
  using test = suite<Threads>;
  constexpr auto n = static_cast<rl::thread_id_t>(Threads);

  outcomes.is_collecting = l.collect_outcomes;
  current.forgot_stores = false;
  current.executions = 0;
  current.failure = {};
  current.begin_execution();
  live.clear();
  running = {make, &l, std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                       std::chrono::duration<double>(l.max_seconds)),
             false, 0};

  std::ofstream nowhere("/dev/null");
  rl::test_params params;
  params.output_stream = params.progress_stream = &nowhere;
  params.context_bound = l.context_bound;
  params.execution_depth_limit = 20'000;
  params.initial_state = l.replay.c_str();
  rl::ostringstream state;
  rl::test_result_e result{};
  switch (l.how) {
    case search::reduced:
      // What Relacy calls random: loads that see older stores, and spurious failures that the scheduler limits.
      params.search_type = l.newest_two ? rl::sched_full : rl::sched_random;
      params.iteration_count = ~rl::iteration_t{0};
      reducing_scheduler<n>::how = l.reduce;
      reducing_scheduler<n>::spurious_failures = l.spurious_failures;
      result = rl::run_test<test, budgeted<reducing_scheduler<n>, true>>(params, state, false);
      break;
    case search::full:
      params.search_type = rl::sched_full;
      result = rl::run_test<test, budgeted<rl::full_search_scheduler<n>, true>>(params, state, false);
      break;
    case search::bound:
      params.search_type = rl::sched_bound;
      result = rl::run_test<test, budgeted<rl::context_bound_scheduler<n>, true>>(params, state, false);
      break;
    case search::random:
      params.search_type = rl::sched_random;
      params.iteration_count = ~rl::iteration_t{0};  // budgeted ends it
      if (l.replay.empty()) params.initial_state = std::to_string(l.seed).c_str();
      result = rl::run_test<test, budgeted<rl::random_scheduler<n>, false>>(params, state, false);
      break;
    case search::graphs: std::abort();  // of another engine
  }
  outcome o;
  o.failed = result != rl::test_result_success;
  o.to_the_end = running.to_the_end && !(l.how == search::reduced && !l.newest_two && current.forgot_stores);
  o.redundant = running.redundant;
  o.outcomes = outcomes.size();
  o.outcome_digest = outcomes.digest();
  o.executions = current.executions + (o.failed ? 1 : 0);
  if (o.failed) {
    o.kind = kind_of(result);
    if (result == rl::test_result_deadlock) current.explain("every remaining thread sleeps: a wake-up was lost");
    o.failure = current.failure[0] == 0 ? o.kind : std::string(current.failure.data());
    o.state = state.str().c_str();
  }
  return o;
}

}  // namespace relacy_detail

outcome search_by_relacy(unsigned threads, program_maker make, const limits& l) {
  switch (threads) {
    case 2: return relacy_detail::search_with<2>(make, l);
    case 3: return relacy_detail::search_with<3>(make, l);
    case 4: return relacy_detail::search_with<4>(make, l);
    default: std::abort();
  }
}

}  // namespace logbuf::models
