#include "options.hpp"

#include <cstdio>
#include <utility>

#include <CLI/CLI.hpp>

#include "../runner/run_job.hpp"
#include "../scenarios/workload.hpp"

namespace logbuf::verify {

void scenario_options::join(CLI::App& app) {
  app.add_option("--filter", filters, "only the scenario of this name, or those whose name contains TEXT; repeatable")
      ->type_name("TEXT");
  app.add_flag("--deep", deep, "the larger scenarios too, for a nightly run");
  app.add_option("--scenarios", file, "your own scenarios, from a JSON file, instead of the library's")->type_name("FILE");
  app.add_option("--shard", shard, "only the I-th of N parts of the scenarios, to split them over machines")->type_name("I/N");
}

void search_options::join(CLI::App& app) {
  app.add_option("--engine", engine, "relacy (default), or rc11: every consistent execution graph once")
      ->check(CLI::IsMember({"relacy", "rc11"}));
  app.add_option("--scheduler", scheduler, "reduced (default), or Relacy's own full, bound or random")
      ->check(CLI::IsMember({"reduced", "full", "bound", "random"}));
  app.add_option("--context-bound", context_bound, "preemptions in an execution, 1 to 9; implies --scheduler bound")
      ->check(CLI::Range(1, 9));
  app.add_option("--executions", executions, "at most N executions of each scenario")->type_name("N")->check(CLI::PositiveNumber);
  app.add_option("--seconds", seconds, "at most S seconds for each scenario (default 120, --deep 1800)")
      ->type_name("S")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "first seed of --scheduler random; seed of the random workloads")->type_name("N");
  app.add_option("--spurious", spurious_failures,
                 "spurious failures of compare-exchanges in an execution of the reduced search (default 1)")
      ->type_name("N")
      ->check(CLI::Range(0, 9));
  app.add_option("--lost", lost_exchanges,
                 "failed compare-exchanges that a thread retries in an execution of --engine rc11 (default: all)")
      ->type_name("N");
  app.add_option("--weaken", weaken, "weaken an ordering site, to relaxed or to ORDER; repeatable. The run should fail")
      ->type_name("SITE[=ORDER]");
}

void report_options::join(CLI::App& app) {
  app.add_option("--json", json, "write the results as JSON")->type_name("FILE");
  app.add_option("--junit", junit, "write the results as JUnit XML")->type_name("FILE");
  app.add_option("--markdown", markdown, "write the results as a Markdown table")->type_name("FILE");
  app.add_option("--report", page, "write a page, DIR/index.html; several runs fill one page")->type_name("DIR");
  app.add_option("--dot", dot, "write the first failing execution graph of --engine rc11 for Graphviz")->type_name("FILE");
  app.add_option("--figure", figure, "write the first failing execution as a happens-before diagram (SVG)")->type_name("FILE");
}

void options::join(CLI::App& app) {
  scenarios.join(app);
  search.join(app);
  reports.join(app);
  app.add_option("--jobs", jobs, "scenarios at a time (default: one for each core)")->check(CLI::Range(1, 256));
  app.add_flag("--stop", stops, "stop at the first scenario that fails");
  app.add_flag_callback("--no-progress", [this] { shows_progress = false; }, "no progress on standard error");
}

std::string contradiction_in(const options& o) {
  const search_options& s = o.search;
  if (!s.scheduler.empty() && s.scheduler != "bound" && s.context_bound != 0) return "--context-bound goes with --scheduler bound";
  if (s.is_on_graphs() && (!s.scheduler.empty() || s.context_bound != 0))
    return "--scheduler and --context-bound are Relacy's; --engine rc11 has one search";
  return "";
}

std::vector<weakening> weakened_by(const search_options& o, std::string& error) {
  std::vector<weakening> weakened;
  for (const std::string& w : o.weaken) {
    const auto equals = w.find('=');
    weakened.push_back({w.substr(0, equals), equals == std::string::npos ? "relaxed" : w.substr(equals + 1)});
    if (const auto wrong = check_weakening(weakened.back())) error = *wrong;
  }
  return weakened;
}

namespace {

bool is_chosen(const workload& w, const scenario_options& o) {
  if (o.filters.empty()) return !w.deep || o.deep;
  return std::any_of(o.filters.begin(), o.filters.end(), [&](const std::string& f) {
    return find_scenario(f) != nullptr ? w.name == f : w.name.find(f) != std::string::npos;
  });
}

models::limits limits_of(const workload& w, const options& o) {
  const search_options& s = o.search;
  models::limits l;
  if (w.bound != 0) l.how = models::search::bound, l.context_bound = w.bound;
  if (s.is_on_graphs()) l.how = models::search::graphs;
  if (s.scheduler == "reduced") l.how = models::search::reduced;
  if (s.scheduler == "full") l.how = models::search::full;
  if (s.scheduler == "bound" || s.context_bound != 0) l.how = models::search::bound;
  if (s.scheduler == "random") l.how = models::search::random;
  if (s.context_bound != 0) l.context_bound = s.context_bound;
  l.spurious_failures = s.spurious_failures;
  l.lost_exchanges = s.lost_exchanges;
  l.max_executions = s.executions;
  if (l.how == models::search::random) {
    if (l.max_executions == 0) l.max_executions = o.scenarios.deep ? 2'000'000 : 100'000;
    l.seed = s.seed;
  }
  l.max_seconds = s.seconds > 0 ? s.seconds : o.scenarios.deep ? 1800 : 120;
  return l;
}

// Dealt out in turn, so that each part has its share of the large ones.
std::vector<job> part_of(const std::vector<job>& jobs, const std::string& shard, std::string& error) {
  unsigned part = 0, parts = 0;
  char rest = 0;
  if (std::sscanf(shard.c_str(), "%u/%u%c", &part, &parts, &rest) != 2 || part == 0 || part > parts)
    return error = "--shard I/N: one of N parts, 1 to N", std::vector<job>{};
  std::vector<job> mine;
  for (std::size_t i = part - 1; i < jobs.size(); i += parts) mine.push_back(jobs[i]);
  if (mine.empty()) error = "--shard: there are fewer than N scenarios";
  return mine;
}

}  // namespace

std::vector<job> plan(const options& o, std::string& error) {
  const std::vector<weakening> weakened = weakened_by(o.search, error);
  if (!error.empty()) return {};
  std::vector<job> jobs;
  for (const workload& w : scenarios())
    if (is_chosen(w, o.scenarios)) jobs.push_back({w.name, limits_of(w, o), weakened});
  if (!o.scenarios.shard.empty()) return part_of(jobs, o.scenarios.shard, error);
  if (jobs.empty()) error = "no scenario matches --filter (--list names them)";
  return jobs;
}

}  // namespace logbuf::verify
