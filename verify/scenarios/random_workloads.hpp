// rapidcheck drives the model checker: random workloads, of which the exploration is the property.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../runner/result.hpp"
#include "workload.hpp"

namespace logbuf::verify {

struct random_settings {
  std::uint64_t count = 200;  // workloads to explore to the end
  std::uint64_t seed = 1;
  std::uint64_t max_executions = 20'000;  // of one: a workload that needs more is passed over, and counted
  unsigned at_a_time = 1;
  models::search how = models::search::reduced;
  std::vector<weakening> weakened{};
};

struct random_run {
  std::uint64_t explored = 0;   // to the end, every promise held
  std::uint64_t vacuous = 0;    // passed over: no execution delivers a record, or there is only one
  std::uint64_t too_large = 0;  // passed over: not explored to the end, though nothing failed
  std::uint64_t executions = 0;
  std::map<std::string, std::uint64_t> reached{};  // protocol states, by how many of the explored workloads
  std::map<std::string, std::uint64_t> steps{};  // and kinds of steps, in the same way
  // The smallest workload that fails, and how; after so many that held, in so many steps.
  std::optional<workload> smallest{};
  result failure{};
  std::uint64_t shrinks = 0;
};

random_run run_random(const random_settings& s, const std::function<void(const random_run&)>& progress);

}  // namespace logbuf::verify
