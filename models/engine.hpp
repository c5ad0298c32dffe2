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
  full,    // every schedule and every value that the engine's loads can see
  bound,   // the same with at most `context_bound` preemptions
  random,  // `max_executions` of them, from `seed` on
};

struct limits {
  search how = search::full;
  unsigned context_bound = 2;
  std::uint64_t max_executions = 0;  // 0: none
  double max_seconds = 0;            // 0: none
  std::uint64_t seed = 1;                // of the random search: the number of its first execution
  std::string replay{};              // a state from an earlier outcome: run that execution alone
  std::function<void(std::uint64_t)> progress{};  // called now and then with the executions so far
};

struct outcome {
  bool failed = false;
  bool to_the_end = false;  // every execution within the search's bounds was explored
  std::uint64_t executions = 0;
  std::string failure{};  // what failed
  std::string kind{};     // "data race", "assertion", ...
  std::string state{};    // for replay
};

}  // namespace logbuf::models
