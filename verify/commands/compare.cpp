// Holds searches against each other: the reduced one against those that reduce less, and execution graphs against Relacy.
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "../engines/comparison.hpp"
#include "../report/console.hpp"
#include "../runner/exit_code.hpp"
#include "../runner/pool.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

constexpr std::uint64_t default_executions = 100'000;

int compare_reductions(const options& o, const std::vector<job>& jobs, std::uint64_t executions) {
  std::vector<text_table::column> columns{{"scenario", 54}};
  for (const compared_search& s : compared_searches) columns.push_back({s.name, 22, text_table::align::right});
  columns.push_back({"outcomes", 22});
  const text_table rows(columns);
  std::printf("%s\n\n%s",
              fold("Executions (different outcomes) of searches that reduce more and less. The first three let loads see every older store, "
                   "the last two the newest two: within each of these groups the outcomes have to be the same, where a search completes within " +
                       std::to_string(executions) + " executions (--executions).",
                   text_width()).c_str(),
              rows.header().c_str());
  std::ptrdiff_t agreed = 0, differ = 0, alone = 0;
  compare_searches(jobs, o.jobs, executions, [&](const comparison& c) {
    std::vector<std::string> cells{c.scenario};
    for (const result& r : c.searches)
      cells.push_back(!r.to_the_end ? "-" : std::to_string(r.executions) + " (" + std::to_string(r.outcomes) + ")");
    cells.emplace_back(!c.agree ? "DIFFERENT" : c.compared ? "same" : "nothing to compare with");
    std::printf("%s", rows.row(cells).c_str());
    std::fflush(stdout);
    ++(!c.agree ? differ : c.compared ? agreed : alone);
  });
  if (alone != 0) std::printf("\n%td scenarios are too large for a second search\n", alone);
  std::printf("\n");
  print_verdict(agreed, differ);
  return differ == 0 && agreed != 0 ? all_held : something_failed;
}

std::string verdict_of(const result& r) {
  if (!passes(r.is)) return to_string(r.is);
  if (r.duplicates != 0) return "AN EXECUTION COMES TWICE";
  if (r.differs_from_the_start) return "DIFFERS WHEN RUN FROM THE START";
  return r.missed_outcomes != 0 ? std::to_string(r.missed_outcomes) + " MISSED" : "included";
}

// Every outcome that Relacy sees has to be one of an execution graph.
int compare_engines(const options& o, std::vector<job> jobs, std::uint64_t executions) {
  constexpr auto right = text_table::align::right;
  const text_table rows({{"scenario", 54}, {"graphs", 12, right}, {"outcomes", 12, right}, {"Relacy", 12, right}, {"outcomes", 12, right}, {"verdict", 14}});
  std::printf("%s\n\n%s",
              fold("Outcomes on execution graphs, and those that Relacy's reduced search sees in its first " + std::to_string(executions) +
                       " executions (--executions): the first have to include the second. And the graphs have to be the same when every "
                       "execution is run from its start.",
                   text_width()).c_str(),
              rows.header().c_str());
  for (job& j : jobs) j.within.compare = j.within.count_duplicates = true, j.within.max_executions = executions;
  std::ptrdiff_t agreed = 0, differ = 0, in_part = 0;
  run_all(jobs, o.jobs, {{}, [&](std::size_t i, const result& r) {
            const std::string verdict = verdict_of(r);
            std::printf("%s", rows.row({jobs[i].scenario, std::to_string(r.executions), std::to_string(r.outcomes),
                                        std::to_string(r.relacy_executions) + (r.relacy_to_the_end ? "" : "+"),
                                        std::to_string(r.relacy_outcomes), verdict}).c_str());
            std::fflush(stdout);
            ++(verdict == "included" ? agreed : differ);
            in_part += !r.relacy_to_the_end;
            return true;
          }});
  if (in_part != 0) std::printf("\n%td scenarios are too large for Relacy's search to complete (+)\n", in_part);
  std::printf("\n");
  print_verdict(agreed, differ);
  return differ == 0 && agreed != 0 ? all_held : something_failed;
}

int run_compare(const options& o) {
  return with_jobs(o, [&](std::vector<job> jobs) {
    const std::uint64_t executions = o.search.executions != 0 ? o.search.executions : default_executions;
    return o.search.is_on_graphs() ? compare_engines(o, std::move(jobs), executions) : compare_reductions(o, jobs, executions);
  });
}

}  // namespace

void join_compare(CLI::App& app, choice& c) {
  app.add_subcommand("compare", "compare the reduced search with searches that reduce less: the outcomes have to be the same")
      ->fallthrough()
      ->callback([&c] { c.choose(run_compare); });
}

}  // namespace logbuf::verify
