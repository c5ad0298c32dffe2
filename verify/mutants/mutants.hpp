// Weakens every ordering site to every weaker order, one at a time, and looks for the scenario that fails.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "../runner/result.hpp"

namespace logbuf::verify {

struct mutant {
  weakening what;
  result killer{};  // the scenario that failed; a survivor has none
  result shortest{};  // the failure with the fewest steps, of this one and a short look at every other scenario
  bool killed = false;
  std::uint64_t executions = 0;  // over all scenarios that were tried
};

// In the order of the site table; tells each as it is done.
std::vector<mutant> run_mutants(const std::vector<job>& jobs, unsigned at_a_time,
                                const std::function<void(const mutant&)>& done);

}  // namespace logbuf::verify
