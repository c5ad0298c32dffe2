// Does the reduced search leave anything out? The outcomes of each scenario, by searches that reduce more and less.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../runner/result.hpp"

namespace logbuf::verify {

struct comparison {
  std::string scenario;
  std::vector<result> searches{};  // in the order of `compared_searches`
  bool agree = false;              // each group whose searches came to their end has one set of outcomes
  bool compared = false;           // at least two of a group came to their end
};

struct compared_search {
  const char* name;
  unsigned group;  // of the searches of a group loads see the same, so that their outcomes have to be the same
  models::search how;
  models::reduction reduce;
  bool newest_two;
};
inline constexpr compared_search compared_searches[] = {
    {"reads-from", 0, models::search::reduced, models::reduction::reads_from, false},
    {"sleep sets", 0, models::search::reduced, models::reduction::sleep_sets, false},
    {"no reduction", 0, models::search::reduced, models::reduction::none, false},
    {"sleep sets, newest two", 1, models::search::reduced, models::reduction::sleep_sets, true},
    {"Relacy's full search", 1, models::search::full, models::reduction::none, true},
};

// Runs each job by each of `compared_searches`; tells the results of a job, in their order, when it has all of them.
void run_searches(const std::vector<job>& jobs, unsigned at_a_time,
                  const std::function<void(std::size_t job, const std::vector<result>&)>& done);

// Of those jobs; each search gets so many executions. Tells each scenario as it is done.
void compare_searches(std::vector<job> jobs, unsigned at_a_time, std::uint64_t executions,
                      const std::function<void(const comparison&)>& done);

}  // namespace logbuf::verify
