// Holds the engines against litmus tests with a known answer.
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "../litmus/calibration.hpp"
#include "../report/console.hpp"
#include "../report/page.hpp"
#include "../report/report.hpp"
#include "../runner/exit_code.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

int run_calibrate(const options& o) {
  const bool graphs = o.search.is_on_graphs();
  constexpr auto right = text_table::align::right;
  std::vector<text_table::column> columns{{"test", 22}, {"saw", 34}, {"never", 10}, {"misses", 10}};
  if (graphs) columns.push_back({"graphs", 10, right});
  else columns.insert(columns.end(), {{"reduced", 10, right}, {"full", 10, right}});
  columns.push_back({"verdict", 15});
  const text_table rows(columns);
  std::printf("%s\n\n%s",
              fold(std::string("Litmus tests: what the reduced search has to see, must never see, and is known to miss") +
                       (graphs ? " (Relacy; here on execution graphs, which have to show that too, but for load buffering)." : "."),
                   text_width()).c_str(),
              rows.header().c_str());
  std::ptrdiff_t good = 0, bad = 0;
  const auto run = graphs ? calibrate_graphs : calibrate;
  const auto all = run(o.jobs, o.scenarios.filters.empty() ? "" : o.scenarios.filters.front(), [&](const calibrated& c) {
    std::vector<std::string> cells{c.test->name, saw_text(c, 34), joined(c.test->never), misses_text(*c.test), std::to_string(c.reduced().executions)};
    if (!graphs) cells.push_back(std::to_string(c.searches.back().executions));
    cells.emplace_back(c.wrong.empty() ? "as expected" : "WRONG");
    std::printf("%s", rows.row(cells).c_str());
    for (const std::string& w : c.wrong) std::printf("    %s\n", w.c_str());
    std::fflush(stdout);
    ++(c.wrong.empty() ? good : bad);
  });
  const bool written = (o.reports.markdown.empty() || write_file(o.reports.markdown, graphs ? graphs_as_markdown(all) : as_markdown(all))) &&
                       (o.reports.page.empty() || report_page(o.reports.page).add(all, o.command));
  std::printf("\n");
  print_verdict(good, bad);
  if (all.empty()) return complain("no litmus test matches --filter");
  return bad == 0 && written ? all_held : something_failed;
}

}  // namespace

void join_calibrate(CLI::App& app, choice& c) {
  app.add_subcommand("calibrate", "check the engine against litmus tests with a known answer")->fallthrough()->callback([&c] {
    c.choose(run_calibrate);
  });
}

}  // namespace logbuf::verify
