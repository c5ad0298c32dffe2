// logbuf-verify: explores the production headers, interleaving by interleaving.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <logbuf/core/ordering.hpp>

#include "../engines/comparison.hpp"
#include "../litmus/calibration.hpp"
#include "../mutants/mutants.hpp"
#include "../mutants/patches.hpp"
#include "../protocol/promela.hpp"
#include "../report/diagram.hpp"
#include "../report/history.hpp"
#include "../report/page.hpp"
#include "../report/report.hpp"
#include "../scenarios/random_workloads.hpp"
#include "../scenarios/scenario_file.hpp"
#include "../scenarios/workload.hpp"
#include "pool.hpp"
#include "run_job.hpp"

namespace {

using namespace logbuf;
using namespace logbuf::verify;

enum exit_code { all_held = 0, something_failed = 1, bad_usage = 2, not_explored = 3 };

struct settings {
  bool list = false, show = false, sites = false, deep = false, quiet = false, mutants = false, orders_only = false, stop = false, compare = false, calibrate = false, random = false, promela = false, patches = false;
  std::vector<std::string> filters{};
  std::string scheduler{}, engine{};
  unsigned context_bound = 0, spurious_failures = 1;
  std::uint64_t executions = 0, seed = 1;
  double seconds = 0;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::string replay{}, json{}, junit{}, markdown{}, patches_markdown{};
  std::vector<std::string> weaken{};
  unsigned lost_exchanges = ~0u;
  std::string dot{}, figure{}, counterexamples{};
  std::string shard{}, report{}, scenario_file{}, save{};
  std::uint64_t count = 0;
  std::string trail{}, recorder{};
};

int complain(const std::string& what) {
  std::fprintf(stderr, "logbuf-verify: %s\n", what.c_str());
  return bad_usage;
}

std::string deep_text(const workload& w) {
  if (!w.deep) return "";
  return w.bound != 0 ? " (--deep, bound " + std::to_string(w.bound) + ")" : " (--deep)";
}

void list_scenarios() {
  for (const workload& w : scenarios()) {
    std::printf("%s%s\n    catches: %s\n    %zu threads, %zu bytes\n    has to reach:", w.name.c_str(),
                deep_text(w).c_str(), w.catches.c_str(), w.threads.size(), w.capacity);
    for (const state s : w.reaches) std::printf(" [%s]", to_string(s));
    std::printf("\n");
  }
}

void list_sites() {
  for (const ordering_site& s : ordering_sites)
    std::printf("%-18s %-8s pairs with: %s\n%-27s carries: %s\n%-27s weakened: %s\n", s.name.data(),
                order_name(static_cast<int>(s.order)), s.pairs_with.data(), "", s.carries.data(), "", s.breaks.data());
}

// The orders that --weaken names; an error text where it names none.
std::vector<weakening> weakened_by(const settings& o, std::string& error) {
  std::vector<weakening> weakened;
  for (const std::string& w : o.weaken) {
    const auto equals = w.find('=');
    weakened.push_back({w.substr(0, equals), equals == std::string::npos ? "relaxed" : w.substr(equals + 1)});
    if (const auto wrong = check_weakening(weakened.back())) error = *wrong;
  }
  return weakened;
}

// The jobs that the options ask for; an error text where they make no sense.
std::vector<job> plan(const settings& o, std::string& error) {
  const std::vector<weakening> weakened = weakened_by(o, error);
  if (!error.empty()) return {};
  std::vector<job> jobs;
  for (const workload& w : scenarios()) {
    if (!o.filters.empty() && std::none_of(o.filters.begin(), o.filters.end(), [&](const std::string& f) {
          return find_scenario(f) != nullptr ? w.name == f : w.name.find(f) != std::string::npos;
        }))
      continue;
    if (w.deep && !o.deep && o.filters.empty()) continue;
    job j{w.name, {}, weakened};
    models::limits& l = j.within;
    if (w.bound != 0) l.how = models::search::bound, l.context_bound = w.bound;
    if (o.engine == "rc11") l.how = models::search::graphs;
    if (o.scheduler == "reduced") l.how = models::search::reduced;
    if (o.scheduler == "full") l.how = models::search::full;
    if (o.scheduler == "bound" || o.context_bound != 0) l.how = models::search::bound;
    if (o.scheduler == "random") l.how = models::search::random;
    if (o.context_bound != 0) l.context_bound = o.context_bound;
    l.spurious_failures = o.spurious_failures;
    l.lost_exchanges = o.lost_exchanges;
    l.max_executions = o.executions;
    if (l.how == models::search::random) {
      if (l.max_executions == 0) l.max_executions = o.deep ? 2'000'000 : 100'000;
      l.seed = o.seed;
    }
    l.max_seconds = o.seconds > 0 ? o.seconds : o.deep ? 1800 : 120;
    jobs.push_back(std::move(j));
  }
  if (!o.shard.empty()) {
    unsigned part = 0, parts = 0;
    char rest = 0;
    if (std::sscanf(o.shard.c_str(), "%u/%u%c", &part, &parts, &rest) != 2 || part == 0 || part > parts)
      return error = "--shard I/N: one of N parts, 1 to N", std::vector<job>{};
    // Dealt out in turn, so that each part has its share of the large ones. A part may be empty.
    std::vector<job> mine;
    for (std::size_t i = part - 1; i < jobs.size(); i += parts) mine.push_back(jobs[i]);
    if (mine.empty()) error = "--shard: there are fewer than N scenarios";
    return mine;
  }
  if (jobs.empty()) error = "no scenario matches --filter (--list names them)";
  return jobs;
}

// One line that is overwritten, on a terminal; else a line now and then.
class progress_line {
 public:
  explicit progress_line(bool on) : on_(on), terminal_(::isatty(2) != 0) {}
  void show(const std::string& text) {
    if (!on_) return;
    if (terminal_) std::fprintf(stderr, "\r\033[K%s", text.c_str()), std::fflush(stderr);
    else if (++calls_ % 64 == 0) std::fprintf(stderr, "... %s\n", text.c_str());
  }
  void clear() {
    if (on_ && terminal_) std::fprintf(stderr, "\r\033[K"), std::fflush(stderr);
  }

 private:
  bool on_, terminal_;
  unsigned calls_ = 0;
};

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (!out) std::fprintf(stderr, "logbuf-verify: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

template <class Rows>
bool write_reports(const settings& o, const std::vector<result>& results, const Rows& rows, const std::string& command) {
  const bool json = o.json.empty() || write_file(o.json, as_json(results, command));
  const bool junit = o.junit.empty() || write_file(o.junit, as_junit(results));
  const bool markdown = o.markdown.empty() || write_file(o.markdown, o.engine == "rc11" ? graphs_as_markdown(rows, command) : as_markdown(rows, command));
  return json && junit && markdown;
}

bool write_figure(const settings& o, const std::vector<result>& results) {
  for (const result& r : results)
    if (!o.figure.empty() && !r.steps.empty()) return write_file(o.figure, as_figure(r));
  return true;
}

int run_scenarios(const settings& o, const std::vector<job>& jobs, const std::string& command) {
  const bool graphs = o.engine == "rc11";
  std::printf("%s\n%s", graphs ? limits_of_rc11 : limits_of_relacy, table_header(graphs).c_str());
  std::fflush(stdout);
  progress_line line(!o.quiet);
  std::vector<result> results(jobs.size());
  std::size_t done = 0;
  run_all(jobs, o.jobs,
          {[&](std::size_t i, std::uint64_t n) {
             line.show(std::to_string(done) + "/" + std::to_string(jobs.size()) + " done; " + jobs[i].scenario + ": " +
                       std::to_string(n) + " executions");
           },
           [&](std::size_t i, const result& r) {
             line.clear();
             std::printf("%s", table_row(r).c_str());
             if (r.is == verdict::failed) std::printf("%s\n", failure_text(r).c_str());
             std::fflush(stdout);
             results[i] = r;
             ++done;
             return !(o.stop && (r.is == verdict::failed || r.is == verdict::unreached));
           }});
  if (o.stop) std::erase_if(results, [](const result& r) { return r.scenario.empty(); });
  const auto count = [&](auto what) { return std::count_if(results.begin(), results.end(), what); };
  const auto passed = count([](const result& r) { return passes(r.is); });
  const auto incomplete = count([](const result& r) { return r.is == verdict::incomplete; });
  const bool written = write_reports(o, results, results, command) && write_figure(o, results) &&
                       (o.report.empty() || report_page(o.report).add(results, command));
  for (const result& r : results)
    if (!o.dot.empty() && !r.dot.empty() && (write_file(o.dot, r.dot), true)) break;
  std::uint64_t executions = 0;
  for (const result& r : results) executions += r.executions;
  std::printf("\n%llu executions over the production headers\n", static_cast<unsigned long long>(executions));
  if (incomplete != 0) std::printf("%td not explored to the end: give them --seconds, or a smaller --context-bound\n", incomplete);
  const auto total = static_cast<std::ptrdiff_t>(results.size());
  std::printf("%td passed, %td failed\n", passed, total - passed);
  if (passed == total) return written ? all_held : something_failed;
  return passed + incomplete == total ? not_explored : something_failed;
}

int run_all_mutants(const settings& o, const std::vector<job>& jobs, const std::string& command) {
  std::printf("Each ordering site, weakened alone. Killed: a scenario fails.\n\n%-18s %-9s %-9s %-38s %12s  %s\n%s\n", "site",
              "weakened", "verdict", "first scenario to fail", "executions", "how", std::string(120, '-').c_str());
  std::vector<result> killers;
  std::ptrdiff_t killed = 0, total = 0;
  const auto mutants = run_mutants(jobs, o.jobs, [&](const mutant& m) {
    std::printf("%-18s %-9s %-9s %-38s %12llu  %s\n", m.what.site.c_str(), m.what.order.c_str(),
                m.killed ? "killed" : "SURVIVED", m.killer.scenario.c_str(),
                static_cast<unsigned long long>(m.killed ? m.killer.executions : m.executions), m.killer.failure.c_str());
    std::fflush(stdout);
    ++total;
    killed += m.killed;
    if (m.killed) killers.push_back(m.killer);
  });
  if (killed == total)
    std::printf("\nNone survived; weakening two together only adds executions, so each pair is killed by what kills one of them.\n");
  const bool written = write_reports(o, killers, mutants, command) &&
                       (o.report.empty() || report_page(o.report).add(mutants, command));
  if (!o.counterexamples.empty()) {
    std::vector<result> shortest;
    for (const mutant& m : mutants)
      if (m.killed) shortest.push_back(m.shortest);
    if (!write_file(o.counterexamples, as_json(shortest, command))) return something_failed;
  }
  if (!o.orders_only) {
    std::printf("\nEach bug in verify/mutants, as a patch of the headers.\n\n%-32s %-11s %-42s %12s  %s\n%s\n", "patch", "verdict",
                "first scenario to fail", "executions", "how", std::string(140, '-').c_str());
    const auto patches = run_patches(o.jobs, o.engine == "rc11", [&](const patch& p) {
      std::printf("%-32s %-11s %-42s %12llu  %s\n", p.name.c_str(), verdict_text(p), p.killer.scenario.c_str(),
                  static_cast<unsigned long long>(p.killer.executions), how(p).c_str());
      std::fflush(stdout);
      ++total;
      killed += p.is_as_expected();
    });
    if (std::any_of(patches.begin(), patches.end(), [](const patch& p) { return !p.is_built; }))
      std::printf("\nbuild them first: cmake --build --preset verify --target mutants (verify/run mutants does)\n");
    if (!o.report.empty() && !report_page(o.report).add(patches, command)) return something_failed;
    if (!o.patches_markdown.empty() && !write_file(o.patches_markdown, as_markdown(patches))) return something_failed;
  }
  std::printf("\n%td passed, %td failed\n", killed, total - killed);
  return killed == total && written ? all_held : something_failed;
}

int run_comparison(const settings& o, const std::vector<job>& jobs) {
  const std::uint64_t executions = o.executions != 0 ? o.executions : 100'000;
  std::printf("Executions (different outcomes) of searches that reduce more and less. The first three let loads see every older\n"
              "store, the last two the newest two: within these groups the outcomes have to be the same, where a search\n"
              "comes to its end within %llu executions (--executions).\n\n%-46s",
              static_cast<unsigned long long>(executions), "scenario");
  for (const compared_search& s : compared_searches) std::printf(" %22s", s.name);
  std::printf("  outcomes\n%s\n", std::string(180, '-').c_str());
  std::ptrdiff_t agreed = 0, differ = 0, alone = 0;
  compare_searches(jobs, o.jobs, executions, [&](const comparison& c) {
    std::printf("%-46s", c.scenario.c_str());
    for (const result& r : c.searches)
      std::printf(" %22s", !r.to_the_end ? "-" : (std::to_string(r.executions) + " (" + std::to_string(r.outcomes) + ")").c_str());
    std::printf("  %s\n", !c.agree ? "DIFFERENT" : c.compared ? "same" : "nothing to compare with");
    std::fflush(stdout);
    ++(!c.agree ? differ : c.compared ? agreed : alone);
  });
  if (alone != 0) std::printf("\n%td scenarios are too large for a second search\n", alone);
  std::printf("\n%td passed, %td failed\n", agreed, differ);
  return differ == 0 && agreed != 0 ? all_held : something_failed;
}

// Every outcome that Relacy sees has to be one of an execution graph.
int run_engine_comparison(const settings& o, std::vector<job> jobs) {
  const std::uint64_t executions = o.executions != 0 ? o.executions : 100'000;
  std::printf("Outcomes on execution graphs, and those that Relacy's reduced search sees in its first %llu executions (--executions):\n"
              "the first have to include the second. And the graphs have to be the same when every execution is run from its start.\n\n%-50s %12s %12s %12s %12s  %s\n%s\n",
              static_cast<unsigned long long>(executions), "scenario", "graphs", "outcomes", "Relacy", "outcomes", "verdict",
              std::string(126, '-').c_str());
  for (job& j : jobs) j.within.compare = j.within.count_duplicates = true, j.within.max_executions = executions;
  std::ptrdiff_t agreed = 0, differ = 0, in_part = 0;
  run_all(jobs, o.jobs, {{}, [&](std::size_t i, const result& r) {
            const bool right = passes(r.is) && r.missed_outcomes == 0 && r.duplicates == 0 && !r.differs_from_the_start;
            std::printf("%-50s %12llu %12llu %11llu%c %12llu  %s\n", jobs[i].scenario.c_str(), static_cast<unsigned long long>(r.executions),
                        static_cast<unsigned long long>(r.outcomes), static_cast<unsigned long long>(r.relacy_executions),
                        r.relacy_to_the_end ? ' ' : '+', static_cast<unsigned long long>(r.relacy_outcomes),
                        !passes(r.is) ? to_string(r.is) : r.duplicates != 0 ? "AN EXECUTION COMES TWICE"
                        : r.differs_from_the_start ? "DIFFERS WHEN RUN FROM THE START"
                        : r.missed_outcomes != 0 ? (std::to_string(r.missed_outcomes) + " MISSED").c_str() : "included");
            std::fflush(stdout);
            ++(right ? agreed : differ);
            in_part += !r.relacy_to_the_end;
            return true;
          }});
  if (in_part != 0) std::printf("\n%td scenarios are too large for Relacy to come to its end (+)\n", in_part);
  std::printf("\n%td passed, %td failed\n", agreed, differ);
  return differ == 0 && agreed != 0 ? all_held : something_failed;
}

int run_calibration(const settings& o, const std::string& command) {
  std::printf("Litmus tests: what the reduced search has to see, must never see, and is known to miss%s.\n\n%-22s %-34s %-10s %-10s %10s %10s  %s\n%s\n",
              o.engine == "rc11" ? " (Relacy; here on execution graphs, which have to show that too, but for load buffering)" : "",
              "test", "saw", "never", "misses", o.engine == "rc11" ? "graphs" : "reduced", o.engine == "rc11" ? "" : "full", "verdict", std::string(112, '-').c_str());
  std::ptrdiff_t good = 0, bad = 0;
  const auto run = o.engine == "rc11" ? calibrate_graphs : calibrate;
  const auto all = run(o.jobs, o.filters.empty() ? "" : o.filters.front(), [&](const calibrated& c) {
    const result& r = c.reduced();
    std::printf("%-22s %-34s %-10s %-10s %10llu %10llu  %s\n", c.test->name.c_str(), saw_text(c, 34).c_str(),
                joined(c.test->never).c_str(), misses_text(*c.test).c_str(), static_cast<unsigned long long>(r.executions),
                static_cast<unsigned long long>(c.searches.back().executions), c.wrong.empty() ? "as it has to be" : "WRONG");
    for (const std::string& w : c.wrong) std::printf("    %s\n", w.c_str());
    std::fflush(stdout);
    ++(c.wrong.empty() ? good : bad);
  });
  const bool written = (o.markdown.empty() || write_file(o.markdown, o.engine == "rc11" ? graphs_as_markdown(all) : as_markdown(all))) &&
                       (o.report.empty() || report_page(o.report).add(all, command));
  std::printf("\n%td passed, %td failed\n", good, bad);
  if (all.empty()) return complain("no litmus test matches --filter");
  return bad == 0 && written ? all_held : something_failed;
}

// States that some of the random workloads have to reach, or they are not as random as they are meant to be.
constexpr state expected_of_random[] = {state::wrap, state::padding, state::full, state::recovered, state::empty, state::aborted,
                                        state::shortened, state::lost_exchange, state::held_back, state::exactly_full, state::reuse,
                                        state::flushed, state::overtaken_commit, state::parked, state::woken, state::not_parked,
                                        state::timed_out, state::spurious, state::disconnected, state::stale_poll};

int run_random_workloads(const settings& o) {
  if (!o.filters.empty()) return complain("random makes its own scenarios: --filter does not go with it");
  random_settings s;
  std::string error;
  s.weakened = weakened_by(o, error);
  if (!error.empty()) return complain(error);
  s.count = o.count != 0 ? o.count : o.deep ? 5000 : 200;
  s.seed = o.seed;
  s.at_a_time = o.jobs;
  if (o.engine == "rc11") s.how = models::search::graphs;
  if (o.executions != 0) s.max_executions = o.executions;
  std::printf("Random workloads (seed %llu), each explored to its end; at most %llu executions of each.\n\n",
              static_cast<unsigned long long>(s.seed), static_cast<unsigned long long>(s.max_executions));
  std::fflush(stdout);
  progress_line line(!o.quiet);
  const random_run run = run_random(s, [&](const random_run& so_far) {
    line.show(std::to_string(so_far.explored) + "/" + std::to_string(s.count) + " workloads, " + std::to_string(so_far.executions) + " executions");
  });
  line.clear();
  std::printf("%llu workloads explored to the end and held, %llu executions\npassed over: %llu too large, %llu without a record or a choice\n",
              static_cast<unsigned long long>(run.explored), static_cast<unsigned long long>(run.executions),
              static_cast<unsigned long long>(run.too_large), static_cast<unsigned long long>(run.vacuous));
  if (run.smallest) {
    const std::string file = o.save.empty() ? "FILE" : o.save;
    std::printf("\nA workload fails. The smallest that still does, after %llu shrinks, for logbuf-verify --scenarios %s:\n\n%s\n\n",
                static_cast<unsigned long long>(run.shrinks), file.c_str(), scenario_text({&*run.smallest}).c_str());
    if (!o.save.empty()) (void)write_file(o.save, scenario_text({&*run.smallest}) + "\n");
    replay_options = " --scenarios " + file;
    (void)write_reports(o, {run.failure}, std::vector<result>{run.failure}, "logbuf-verify random");
    std::printf("%s\n%llu passed, 1 failed\n", failure_text(run.failure).c_str(), static_cast<unsigned long long>(run.explored));
    return something_failed;
  }
  std::printf("reached by:");
  for (const auto& [name, workloads] : run.reached) std::printf(" %s %llu,", name.c_str(), static_cast<unsigned long long>(workloads));
  std::printf("\n");
  std::ptrdiff_t unreached = 0;
  if (s.count >= 200)
    for (const state e : expected_of_random)
      if (!run.reached.contains(to_string(e))) std::printf("NOT REACHED by any: %s\n", to_string(e)), ++unreached;
  std::printf("\n%llu passed, %td failed\n", static_cast<unsigned long long>(run.explored), unreached);
  const bool written = write_reports(o, {}, std::vector<result>{}, "logbuf-verify random");
  return unreached == 0 && written ? all_held : something_failed;
}

int run_replay(const settings& o) {
  const parsed_replay p = parse_replay(o.replay);
  if (!p.error.empty()) return complain(p.error);
  int code = something_failed;
  run_all({p.what}, 1, {{}, [&](std::size_t, const result& r) {
            if (r.is == verdict::failed) std::printf("%s", failure_text(r).c_str()), (void)write_figure(o, {r});
            else std::printf("%s: this execution holds (the code has changed since it failed?)\n", r.scenario.c_str());
            code = r.is == verdict::failed ? something_failed : all_held;
            return true;
          }});
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  settings o;
  CLI::App app{
      "Model-checks the logbuf headers. Exit code: 0 all held, 1 something failed, 2 bad usage, 3 nothing failed, but "
      "not everything was explored to the end.",
      "logbuf-verify"};
  app.add_flag("--list", o.list, "list the scenarios: what each would catch, its bounds, what it has to reach");
  app.add_flag("--show", o.show, "print the scenarios that --filter chooses, as a file for --scenarios");
  app.add_flag("--sites", o.sites, "list the ordering sites: order, partner, and what breaks when one is weakened");
  app.add_option("--filter", o.filters, "only the scenario of this name, or those whose name contains TEXT; repeatable")->type_name("TEXT");
  app.add_option("--engine", o.engine, "relacy (default), or rc11: every consistent execution graph once")
      ->check(CLI::IsMember({"relacy", "rc11"}));
  app.add_option("--scheduler", o.scheduler, "reduced (default), or Relacy's own full, bound or random")
      ->check(CLI::IsMember({"reduced", "full", "bound", "random"}));
  app.add_option("--context-bound", o.context_bound, "preemptions in an execution, 1 to 9; means --scheduler bound")
      ->check(CLI::Range(1, 9));
  app.add_option("--executions", o.executions, "at most N executions of each scenario")->type_name("N")->check(CLI::PositiveNumber);
  app.add_option("--seconds", o.seconds, "at most S seconds for each scenario (default 120, --deep 1800)")
      ->type_name("S")->check(CLI::PositiveNumber);
  app.add_option("--seed", o.seed, "first seed of --scheduler random; seed of the random workloads")->type_name("N");
  app.add_option("--spurious", o.spurious_failures, "spurious failures of compare-exchanges in an execution of the reduced search (default 1)")
      ->type_name("N")->check(CLI::Range(0, 9));
  app.add_option("--lost", o.lost_exchanges, "failed compare-exchanges that a thread tries again in an execution of --engine rc11 (default: all)")
      ->type_name("N");
  app.add_option("--dot", o.dot, "write the first failing execution graph of --engine rc11 for Graphviz")->type_name("FILE");
  app.add_option("--figure", o.figure, "write the first failing execution as a happens-before diagram (SVG)")->type_name("FILE");
  app.add_flag("--deep", o.deep, "the larger scenarios too, for a nightly run");
  app.add_option("--scenarios", o.scenario_file, "scenarios of your own, from a JSON file, in place of the library's")->type_name("FILE");
  app.add_option("--shard", o.shard, "only the I-th of N parts of the scenarios, to split them over machines")->type_name("I/N");
  app.add_option("--jobs", o.jobs, "scenarios at a time (default: one for each core)")->check(CLI::Range(1, 256));
  app.add_option("--weaken", o.weaken, "weaken an ordering site, to relaxed or to ORDER; repeatable. The run should fail")
      ->type_name("SITE[=ORDER]");
  app.add_option("--replay", o.replay, "repeat one failing execution, from the line that the failure printed")->type_name("STRING");
  app.add_option("--json", o.json, "write the results as JSON")->type_name("FILE");
  app.add_option("--junit", o.junit, "write the results as JUnit XML")->type_name("FILE");
  app.add_option("--markdown", o.markdown, "write the results as a Markdown table")->type_name("FILE");
  app.add_flag("--stop", o.stop, "stop at the first scenario that fails");
  app.add_option("--report", o.report, "write a page, DIR/index.html; several runs fill one page")->type_name("DIR");
  app.add_flag("--no-progress", o.quiet, "no progress on standard error");
  auto* mutants = app.add_subcommand(
      "mutants", "weaken every ordering site that is not relaxed, and plant every bug of verify/mutants: all have to be killed");
  mutants->fallthrough()->callback([&] { o.mutants = true; });
  mutants->add_flag("--orders", o.orders_only, "only the ordering sites");
  mutants->add_option("--patches-markdown", o.patches_markdown, "write the table of the patches")->type_name("FILE");

  mutants->add_option("--counterexamples", o.counterexamples, "write the shortest failure of each ordering site as JSON")->type_name("FILE");

  auto* random = app.add_subcommand(
      "random", "random workloads: threads, sizes, aborts, short commits, batches; one that fails is shrunk to the smallest that does");
  random->fallthrough()->callback([&] { o.random = true; });
  random->add_option("--count", o.count, "workloads to explore (default 200, --deep 5000)")->type_name("N")->check(CLI::PositiveNumber);
  random->add_option("--save", o.save, "write the smallest workload that fails as a file for --scenarios")->type_name("FILE");
  app.add_subcommand("compare", "hold the reduced search against searches that reduce less: the outcomes have to be the same")
      ->fallthrough()
      ->callback([&] { o.compare = true; });

  app.add_subcommand("calibrate", "hold the engine against litmus tests with a known answer")
      ->fallthrough()
      ->callback([&] { o.calibrate = true; });

  auto* promela = app.add_subcommand("promela", "the protocol models: explored to the end by spin, planted bugs, traces of the headers replayed");
  promela->fallthrough()->callback([&] { o.promela = true; });
  promela->add_option("--trail", o.trail, "print how a planted bug, or MODEL/PROPERTY, is violated, step by step")->type_name("NAME");
  promela->add_flag("--patches", o.patches, "only replay, of headers with a bug of verify/mutants each; all have to be refused");
  promela->add_option("--recorder", o.recorder, "only replay, what this recorder records in place of logbuf-record")->type_name("FILE");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? all_held : bad_usage;
  }
  if (!o.scenario_file.empty()) {
    scenario_file own = read_scenarios(o.scenario_file);
    if (!own.error.empty()) return complain(own.error);
    use_scenarios(std::move(own.scenarios));
    replay_options = " --scenarios " + o.scenario_file;
  }
  if (o.list) return list_scenarios(), all_held;
  if (o.sites) return list_sites(), all_held;
  if (o.scheduler != "" && o.scheduler != "bound" && o.context_bound != 0)
    return complain("--context-bound goes with --scheduler bound");
  if (o.engine == "rc11" && (!o.scheduler.empty() || o.context_bound != 0))
    return complain("--scheduler and --context-bound are Relacy's; --engine rc11 has one search");
  if (o.mutants && !o.weaken.empty()) return complain("mutants weakens the sites itself: --weaken does not go with it");
  if (!o.replay.empty()) return run_replay(o);
  std::string command = "logbuf-verify";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json" || word == "--junit" || word == "--markdown" || word == "--patches-markdown" || word == "--report" || word == "--figure" || word == "--counterexamples") ++i;  // where reports go changes nothing in them
    else command += " " + word;
  }
  if (o.calibrate) return run_calibration(o, command);
  if (o.random) return run_random_workloads(o);
  if (o.promela) return run_promela({o.filters, o.deep, o.patches, o.jobs, o.json, o.junit, o.markdown, o.trail, o.recorder});
  std::string error;
  const std::vector<job> jobs = plan(o, error);
  if (!error.empty()) return complain(error);
  if (o.show) {
    std::vector<const workload*> chosen;
    for (const job& j : jobs) chosen.push_back(find_scenario(j.scenario));
    return std::printf("%s\n", scenario_text(chosen).c_str()), all_held;
  }
  if (o.compare) return o.engine == "rc11" ? run_engine_comparison(o, jobs) : run_comparison(o, jobs);
  return o.mutants ? run_all_mutants(o, jobs, command) : run_scenarios(o, jobs, command);
}
