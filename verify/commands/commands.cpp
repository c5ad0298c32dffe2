#include "commands.hpp"

#include <cstdio>

#include "../report/console.hpp"
#include "../report/diagram.hpp"
#include "../report/report.hpp"
#include "../runner/exit_code.hpp"

namespace logbuf::verify {

int complain(const std::string& what) {
  std::fprintf(stderr, "logbuf-verify: %s\n", what.c_str());
  return bad_usage;
}

int with_jobs(const options& o, const std::function<int(std::vector<job>)>& f) {
  std::string error;
  std::vector<job> jobs = plan(o, error);
  return error.empty() ? f(std::move(jobs)) : complain(error);
}

bool write_reports(const report_options& o, const std::vector<result>& results, const std::string& command, const std::string& markdown) {
  const bool json = o.json.empty() || write_file(o.json, as_json(results, command));
  const bool junit = o.junit.empty() || write_file(o.junit, as_junit(results));
  const bool table = o.markdown.empty() || write_file(o.markdown, markdown);
  return json && junit && table;
}

bool write_figure(const report_options& o, const std::vector<result>& results) {
  if (o.figure.empty()) return true;
  for (const result& r : results)
    if (!r.steps.empty()) return write_file(o.figure, as_figure(r));
  return true;
}

void print_verdict(std::ptrdiff_t passed, std::ptrdiff_t failed) {
  std::printf("%td passed, %td failed\n", passed, failed);
}

}  // namespace logbuf::verify
