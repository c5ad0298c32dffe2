// Explores the scenarios: what logbuf-verify does without a command.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "../report/console.hpp"
#include "../report/page.hpp"
#include "../report/report.hpp"
#include "../runner/exit_code.hpp"
#include "../runner/pool.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

std::vector<result> explore(const options& o, const std::vector<job>& jobs) {
  const text_table rows = results_table(o.search.is_on_graphs());
  std::printf("%s\n\n%s", fold(o.search.is_on_graphs() ? limits_of_rc11 : limits_of_relacy, text_width()).c_str(), rows.header().c_str());
  std::fflush(stdout);
  progress_line line(o.shows_progress);
  std::vector<result> results(jobs.size());
  std::size_t done = 0;
  run_all(jobs, o.jobs,
          {[&](std::size_t i, std::uint64_t n) {
             line.show(std::to_string(done) + "/" + std::to_string(jobs.size()) + " done; " + jobs[i].scenario + ": " +
                       std::to_string(n) + " executions");
           },
           [&](std::size_t i, const result& r) {
             line.clear();
             std::printf("%s", rows.row(cells_of(r)).c_str());
             if (r.is == verdict::failed) std::printf("%s\n", failure_text(r, terminal_width(stdout)).c_str());
             std::fflush(stdout);
             results[i] = r;
             ++done;
             return !(o.stops && (r.is == verdict::failed || r.is == verdict::unreached));
           }});
  line.clear();
  if (o.stops) std::erase_if(results, [](const result& r) { return r.scenario.empty(); });
  return results;
}

bool write_all(const options& o, const std::vector<result>& results) {
  const std::string markdown = o.search.is_on_graphs() ? graphs_as_markdown(results, o.command) : as_markdown(results, o.command);
  const bool written = write_reports(o.reports, results, o.command, markdown) && write_figure(o.reports, results) &&
                       (o.reports.page.empty() || report_page(o.reports.page).add(results, o.command));
  const auto graph = std::find_if(results.begin(), results.end(), [](const result& r) { return !r.dot.empty(); });
  if (o.reports.dot.empty() || graph == results.end()) return written;
  return write_file(o.reports.dot, graph->dot) && written;
}

}  // namespace

int run_scenarios(const options& o) {
  return with_jobs(o, [&](const std::vector<job>& jobs) {
    const std::vector<result> results = explore(o, jobs);
    const bool written = write_all(o, results);
    const auto count = [&](auto what) { return std::count_if(results.begin(), results.end(), what); };
    const auto passed = count([](const result& r) { return passes(r.is); });
    const auto incomplete = count([](const result& r) { return r.is == verdict::incomplete; });
    std::uint64_t executions = 0;
    for (const result& r : results) executions += r.executions;
    std::printf("\n%llu executions over the production headers\n", static_cast<unsigned long long>(executions));
    if (incomplete != 0)
      std::printf("%td not explored to the end: allow more --seconds, or a smaller --context-bound\n", incomplete);
    const auto total = static_cast<std::ptrdiff_t>(results.size());
    print_verdict(passed, total - passed);
    if (passed == total) return written ? all_held : something_failed;
    return passed + incomplete == total ? not_explored : something_failed;
  });
}

}  // namespace logbuf::verify
