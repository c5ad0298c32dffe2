// Holds the engine against the litmus tests, before anything is believed of it.
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
  std::vector<std::string> wrong{};  // what was not as it has to be
  const result& reduced() const { return searches.front(); }
};

// Tells each test as it is done, on Relacy's searches, or on execution graphs: what Relacy sees has to be seen there, and what
// it is known to miss, but for load buffering; and the number of executions has to be the one that graphs.hpp has.
std::vector<calibrated> calibrate(unsigned at_a_time, const std::string& filter,
                                  const std::function<void(const calibrated&)>& done);
std::vector<calibrated> calibrate_graphs(unsigned at_a_time, const std::string& filter,
                                         const std::function<void(const calibrated&)>& done);

}  // namespace logbuf::verify
