// Scenarios of a user's own, from a JSON file: their record sizes, their mix of threads.
#pragma once

#include <string>
#include <vector>

#include "workload.hpp"

namespace logbuf::verify {

struct scenario_file {
  std::vector<workload> scenarios;
  std::string error;  // what is wrong with the file; empty: nothing
};
scenario_file read_scenarios(const std::string& path);

// As a step of it is called in the file.
const char* name_of(op::kind k);

// A file with these scenarios alone.
std::string scenario_text(const std::vector<const workload*>& all);

}  // namespace logbuf::verify
