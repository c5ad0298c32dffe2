// The commands of logbuf-verify, one file each. A command joins the command line with the options that are its own, and is
// chosen when the command line names it. Without one, the scenarios are explored.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

namespace logbuf::verify {

// What the command line has chosen; the value is the exit code. The first choice stands.
class choice {
 public:
  using action = std::function<int(const options&)>;
  void choose(action a) {
    if (!chosen_) chosen_ = std::move(a);
  }
  const action& chosen_or(const action& otherwise) const { return chosen_ ? chosen_ : otherwise; }

 private:
  action chosen_{};
};

void join_lists(CLI::App& app, choice& c);      // --list, --show, --sites
void join_replay(CLI::App& app, choice& c);     // --replay
void join_mutants(CLI::App& app, choice& c);
void join_random(CLI::App& app, choice& c);
void join_compare(CLI::App& app, choice& c);
void join_calibrate(CLI::App& app, choice& c);
void join_promela(CLI::App& app, choice& c);
int run_scenarios(const options& o);

// Says on standard error what is wrong with the command line; bad_usage.
int complain(const std::string& what);

// Runs f with the jobs that the options ask for, or complains.
int with_jobs(const options& o, const std::function<int(std::vector<job>)>& f);

// The reports that the options ask for, of these results. The Markdown table has the rows of `markdown`.
bool write_reports(const report_options& o, const std::vector<result>& results, const std::string& command, const std::string& markdown);
bool write_figure(const report_options& o, const std::vector<result>& results);

// "N passed, N failed", the last line of every run.
void print_verdict(std::ptrdiff_t passed, std::ptrdiff_t failed);

}  // namespace logbuf::verify
