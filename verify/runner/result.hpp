// What one run of one scenario came to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../../models/engine.hpp"

namespace logbuf::verify {

enum class verdict : std::uint8_t {
  held,        // nothing failed, every named state was reached, and the search came to its end
  sampled,     // the same of a random search: it has no end
  failed,      // an execution broke a promise
  unreached,   // nothing failed, but a state that the scenario is about was never reached
  incomplete,  // nothing failed until the budget ran out: not explored to the end
};

constexpr const char* to_string(verdict v) {
  switch (v) {
    case verdict::held: return "held";
    case verdict::sampled: return "held (sampled)";
    case verdict::failed: return "FAILED";
    case verdict::unreached: return "NOT REACHED";
    case verdict::incomplete: return "NOT EXPLORED TO THE END";
  }
  return "?";
}
constexpr bool passes(verdict v) { return v == verdict::held || v == verdict::sampled; }

constexpr const char* to_string(models::search s) {
  switch (s) {
    case models::search::reduced: return "reduced";
    case models::search::full: return "full";
    case models::search::bound: return "bound";
    case models::search::random: return "random";
    case models::search::graphs: return "graphs";
  }
  return "?";
}

// One run to make: a scenario, how to search, and which orders are weakened for it.
struct weakening {
  std::string site;
  std::string order;
};
struct job {
  std::string scenario;
  models::limits within{};
  std::vector<weakening> weakened{};
};

// One step of a failing execution, for a diagram.
struct history_step {
  unsigned thread = 0;
  std::string site{};                  // empty: no atomic access
  std::string operation{};
  std::string value{};
  std::string order{};                 // empty: a plain access, or none
  int source = -1;                     // the step whose value it reads
  bool synchronises = false;           // and that happens before it by that
};

struct result {
  std::string scenario;
  std::string engine = "relacy";
  models::search how{};
  unsigned context_bound = 0;
  std::uint64_t executions = 0;
  std::uint64_t redundant = 0;
  std::uint64_t blocked = 0, given_up = 0, duplicates = 0;  // of the RC11 engine
  std::uint64_t outcomes = 0, outcome_digest = 0;
  // Of a comparison of engines: Relacy's executions and outcomes, and which of these no graph has.
  std::uint64_t relacy_executions = 0, relacy_outcomes = 0, missed_outcomes = 0;
  bool relacy_to_the_end = false;
  bool differs_from_the_start = false;  // and: other executions or outcomes when each execution is run from its start
  bool to_the_end = false;
  double seconds = 0;
  verdict is = verdict::failed;
  std::vector<weakening> weakened{};
  std::string kind{};       // of the failure
  std::string failure{};
  std::string history{};    // the failing execution, step by step
  std::vector<history_step> steps{};  // the same
  int raced_first = -1, raced_second = -1;  // of a data race: its steps
  std::string replay{};     // for --replay
  std::string graph{}, dot{};  // of the RC11 engine: the failing execution as a graph
  struct reached_state {
    std::string name;
    std::uint64_t times;
  };
  std::vector<reached_state> reached{};    // the protocol states that the executions came to
  std::vector<std::string> unreached{};    // those that the scenario names, and that were not
  std::vector<std::string> seen{};   // the outcomes of a litmus test
  std::vector<std::string> sites{};  // the ordering sites that were used
};

// For the picture of a mutant: the same one in every run, whichever process is done first. Of two variants of a scenario the plain
// one has the shorter name.
inline bool is_shorter_failure(const result& a, const result& b) {
  if (a.is != verdict::failed || a.steps.empty()) return false;
  if (b.steps.empty() || a.steps.size() != b.steps.size()) return b.steps.empty() || a.steps.size() < b.steps.size();
  return a.scenario.size() != b.scenario.size() ? a.scenario.size() < b.scenario.size() : a.scenario < b.scenario;
}

// "full", "bound 3", "random".
inline std::string search_text(models::search how, unsigned bound) {
  return how == models::search::bound ? "bound " + std::to_string(bound) : to_string(how);
}

}  // namespace logbuf::verify
