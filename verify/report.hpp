// Results for people (a table) and for machines (JSON, JUnit XML, Markdown).
#pragma once

#include <string>
#include <vector>

#include "mutants.hpp"
#include "result.hpp"

namespace logbuf::verify {

std::string table_header();
std::string table_row(const result& r);
std::string failure_text(const result& r);

std::string as_json(const std::vector<result>& results, const std::string& command);
std::string as_junit(const std::vector<result>& results);
std::string as_markdown(const std::vector<result>& results, const std::string& command);

// The site table with the scenario that kills each weaker order.
std::string as_markdown(const std::vector<mutant>& mutants, const std::string& command);

// What the engine can not see; stands beside every table.
extern const char* const limits_of_relacy;

}  // namespace logbuf::verify
