// Checks the engine against the litmus tests, before its results are trusted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../runner/result.hpp"
#include "litmus.hpp"

namespace logbuf::verify {

struct calibrated {
  const litmus* test = nullptr;
  std::vector<result> searches{};    // in the order of compared_searches
  std::vector<std::string> wrong{};  // what was not as expected
  const result& reduced() const { return searches.front(); }
};

// Calls `done` with each test when it is finished. One runs Relacy's searches, the other execution graphs. The graphs have to
// show what Relacy sees, and what it is known to miss (except load buffering), in the number of executions that graphs.hpp has.
std::vector<calibrated> calibrate(unsigned at_a_time, const std::string& filter,
                                  const std::function<void(const calibrated&)>& done);
std::vector<calibrated> calibrate_graphs(unsigned at_a_time, const std::string& filter,
                                         const std::function<void(const calibrated&)>& done);

}  // namespace logbuf::verify
