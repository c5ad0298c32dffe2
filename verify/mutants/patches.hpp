// The algorithmic mutants: patches against the production headers, each built into a runner of its own (target `mutants`).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../runner/result.hpp"

namespace logbuf::verify {

struct patch {
  std::string name;
  std::string what;        // the bug
  std::string equivalent;  // why nothing can tell it from the original; empty: it has to be killed
  std::string random;      // why no scenario finds it: all of them have to hold, and a random workload has to fail
  std::string first;       // the scenario that is known to find it, and is tried before the others
  bool is_on_graphs = false;
  bool is_built = false;
  result killer{};         // the scenario that failed; a survivor has none
  result shortest{};       // the failure with the fewest steps, of this one and a short look at every other scenario
  bool is_killed = false;
  bool is_random_needed = true;  // of a `random` one: no scenario has found it
  bool is_as_expected() const { return is_built && is_killed == equivalent.empty() && is_random_needed; }
};

// Runs the scenarios on each, the one that is known to find it first, then in their order, until one fails; with Relacy or
// on execution graphs. Tells each patch as it is done.
std::vector<patch> run_patches(unsigned at_a_time, bool on_graphs, const std::function<void(const patch&)>& done);

}  // namespace logbuf::verify
