// Results for people (a table) and for machines (JSON, JUnit XML, Markdown).
#pragma once

#include <string>
#include <vector>

#include "../litmus/calibration.hpp"
#include "../mutants/mutants.hpp"
#include "../mutants/patches.hpp"
#include "../runner/result.hpp"
#include "console.hpp"

namespace logbuf::verify {

// A row for each scenario.
text_table results_table(bool graphs);
std::vector<std::string> cells_of(const result& r);
// In lines of `width` characters; 0: as long as they are.
std::string failure_text(const result& r, std::size_t width = 0);
inline std::string replay_options{};  // what a --replay needs besides: the file of the scenarios

std::string as_json(const std::vector<result>& results, const std::string& command);
std::string as_junit(const std::vector<result>& results);
std::string as_markdown(const std::vector<result>& results, const std::string& command);

// The same of runs on execution graphs; the documents have these tables beside the others.
std::string graphs_as_markdown(const std::vector<result>& results, const std::string& command);
std::string graphs_as_markdown(const std::vector<mutant>& mutants, const std::string& command);
std::string graphs_as_markdown(const std::vector<calibrated>& tests);

// The site table with the scenario that kills each weaker order.
std::string as_markdown(const std::vector<mutant>& mutants, const std::string& command);

// Of a litmus test: what it saw (at most so many characters; 0: all), and what the engine misses.
std::string joined(const std::vector<std::string>& outcomes);
std::string saw_text(const calibrated& c, std::size_t longest);
std::string misses_text(const litmus& t);
std::string as_markdown(const std::vector<calibrated>& tests);

std::string explored(const result& r);        // "to the end", ...
const char* verdict_text(const patch& p);
// How a mutant was killed, or why it can not be.
std::string how(const patch& p);
std::string as_markdown(const std::vector<patch>& patches);

// What the engine can not see; stands beside every table.
extern const char* const limits_of_relacy;
extern const char* const limits_of_rc11;

}  // namespace logbuf::verify
