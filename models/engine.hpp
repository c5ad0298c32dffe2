// What every engine is asked and answers. An engine runs a program: a type with
//
//   static constexpr unsigned threads;
//   void before();  void thread(unsigned index);  void after();
//
// constructed anew for each execution, and reports the first execution that fails.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace logbuf::models {

enum class search : std::uint8_t {
  reduced,  // every schedule, equivalent ones once
  full,    // every schedule and every value that the engine's loads can see
  bound,   // the same with at most `context_bound` preemptions
  random,  // `max_executions` of them, from `seed` on
  graphs,  // of the RC11 engine: every consistent execution graph, once
};

// What the reduced search takes for equivalent; the weaker ones are there to be compared with.
enum class reduction : std::uint8_t {
  none,        // nothing: every schedule is explored
  sleep_sets,  // executions in which operations on different objects, or loads, change places
  reads_from,  // and a load that reads an older store with a newer store
};

struct limits {
  search how = search::reduced;
  reduction reduce = reduction::reads_from;
  bool newest_two = false;        // of the reduced search: loads see no more than in the full search
  unsigned spurious_failures = 1;  // of compare-exchanges, in each execution of the reduced search
  unsigned lost_exchanges = ~0u;  // of a run on graphs: that a thread tries again, in each execution
  bool from_the_start = false;    // of a run on graphs: every execution, and no wait is foreseen; slower, and the same
  unsigned context_bound = 2;
  std::uint64_t max_executions = 0;  // 0: none
  double max_seconds = 0;            // 0: none
  std::uint64_t seed = 1;                // of the random search: the number of its first execution
  bool collect_outcomes = false;
  bool compare = false;                  // Relacy's outcomes with those of a run on graphs, which has no rounds in vain
  bool count_duplicates = false;         // of an engine whose executions are graphs: remember a hash of each
  std::string replay{};              // a state from an earlier outcome: run that execution alone
  std::function<void(std::uint64_t)> progress{};  // called now and then with the executions so far
};

struct outcome {
  bool failed = false;
  bool to_the_end = false;  // every execution within the search's bounds was explored
  std::uint64_t executions = 0;
  std::uint64_t redundant = 0;  // of these: equivalent to others, and found to be so only on the way
  std::uint64_t blocked = 0;    // further ones, in which a thread waits whose wait ends in others
  std::uint64_t given_up = 0;   // begun, and found inconsistent or explored elsewhere
  std::uint64_t duplicates = 0;  // of the executions, where the limits ask for it: graphs that came before
  std::uint64_t events = 0;      // of all executions together
  std::uint64_t outcomes = 0;        // different ones, and a digest of them, where the limits ask for it
  std::uint64_t outcome_digest = 0;
  std::string failure{};  // what failed
  std::string kind{};     // "data race", "assertion", ...
  std::string state{};    // for replay
  std::string graph{}, dot{};  // the execution that failed, of an engine whose executions are graphs
};

}  // namespace logbuf::models
