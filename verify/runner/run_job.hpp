// Runs one job in this process.
#pragma once

#include <optional>
#include <string>

#include "../scenarios/workload.hpp"
#include "result.hpp"

namespace logbuf::verify {

const workload* find_scenario(const std::string& name);

// Null when site and order name a weaker order of an existing site; else what is wrong.
std::optional<std::string> check_weakening(const weakening& w);
// Every weaker order of every site that is not relaxed.
std::vector<weakening> all_weakenings();

// Of a scenario, or of a litmus test, whose name then stands behind this prefix.
inline const std::string litmus_prefix = "litmus:";
result run_job(const job& j);

// A job that repeats one failing execution, from the text that result::replay holds; or what is wrong with it.
struct parsed_replay {
  job what;
  std::string error;
};
parsed_replay parse_replay(const std::string& text);

}  // namespace logbuf::verify
