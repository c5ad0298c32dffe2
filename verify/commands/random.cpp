// Explores random workloads.
#include <cstdio>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "../report/console.hpp"
#include "../report/json.hpp"
#include "../report/report.hpp"
#include "../runner/exit_code.hpp"
#include "../scenarios/random_workloads.hpp"
#include "../scenarios/scenario_file.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

struct random_options {
  std::uint64_t count = 0;
  std::string save{};

  void join(CLI::App& app) {
    app.add_option("--count", count, "workloads to explore (default 200, --deep 5000)")->type_name("N")->check(CLI::PositiveNumber);
    app.add_option("--save", save, "write the smallest workload that fails as a file for --scenarios")->type_name("FILE");
  }
};

// States that some of the random workloads have to reach, or they are not as random as they are meant to be.
constexpr state expected_of_random[] = {state::wrap, state::padding, state::full, state::recovered, state::empty, state::aborted,
                                        state::shortened, state::lost_exchange, state::held_back, state::exactly_full, state::reuse,
                                        state::flushed, state::overtaken_commit, state::parked, state::woken, state::not_parked,
                                        state::timed_out, state::spurious, state::disconnected, state::stale_poll,
                                        state::sender_told, state::closed, state::armed};
// And the steps that they take: all but await, which is for scenarios that know how many records come.
constexpr bool is_expected_of_random(op::kind k) { return k != op::kind::await; }
constexpr std::uint64_t enough_to_reach_all = 200;

unsigned long long number(std::uint64_t n) { return n; }

std::string list_of(const std::map<std::string, std::uint64_t>& counts) {
  std::string list;
  for (const auto& [name, n] : counts) list += (list.empty() ? "" : ", ") + name + " " + std::to_string(n);
  return list;
}

std::string summary_as_json(const random_settings& s, const random_run& run, const std::string& command) {
  return nlohmann::json{{"command", command}, {"seed", s.seed}, {"max_executions", s.max_executions}, {"passed", run.explored},
                        {"failed", run.smallest ? 1 : 0}, {"executions", run.executions}, {"too_large", run.too_large},
                        {"vacuous", run.vacuous}, {"reached", run.reached}, {"steps", run.steps}}
             .dump(2) + "\n";
}

int report_failure(const options& o, const random_options& own, const random_run& run) {
  const std::string file = own.save.empty() ? "FILE" : own.save;
  const std::string smallest = scenario_text({&*run.smallest});
  std::printf("\nA workload fails. The smallest that still does, after %llu shrinks, for logbuf-verify --scenarios %s:\n\n%s\n\n",
              number(run.shrinks), file.c_str(), smallest.c_str());
  if (!own.save.empty()) (void)write_file(own.save, smallest + "\n");
  replay_options = " --scenarios " + file;
  (void)write_reports(o.reports, {run.failure}, o.command, as_markdown({run.failure}, o.command));
  std::printf("%s\n", failure_text(run.failure, terminal_width(stdout)).c_str());
  print_verdict(static_cast<std::ptrdiff_t>(run.explored), 1);
  return something_failed;
}

int run_random_command(const options& o, const random_options& own) {
  if (!o.scenarios.filters.empty()) return complain("random makes its own scenarios: --filter does not go with it");
  random_settings s;
  std::string error;
  s.weakened = weakened_by(o.search, error);
  if (!error.empty()) return complain(error);
  s.count = own.count != 0 ? own.count : o.scenarios.deep ? 5000 : 200;
  s.seed = o.search.seed;
  s.at_a_time = o.jobs;
  if (o.search.is_on_graphs()) s.how = models::search::graphs;
  if (o.search.executions != 0) s.max_executions = o.search.executions;
  std::printf("%s\n\n", fold("Random workloads (seed " + std::to_string(s.seed) + "), each explored to the end; at most " +
                                  std::to_string(s.max_executions) + " executions of each.", text_width()).c_str());
  std::fflush(stdout);
  progress_line line(o.shows_progress);
  const random_run run = run_random(s, [&](const random_run& so_far) {
    line.show(std::to_string(so_far.explored) + "/" + std::to_string(s.count) + " workloads, " + std::to_string(so_far.executions) + " executions");
  });
  line.clear();
  std::printf("%llu workloads explored to the end and held, %llu executions\n", number(run.explored), number(run.executions));
  std::printf("skipped: %llu too large, %llu without a record or a choice\n", number(run.too_large), number(run.vacuous));
  if (run.smallest) return report_failure(o, own, run);

  std::printf("%s\n", fold("reached by: " + list_of(run.reached), text_width()).c_str());
  std::printf("%s\n", fold("steps of: " + list_of(run.steps), text_width()).c_str());
  std::ptrdiff_t unreached = 0;
  if (s.count >= enough_to_reach_all)
    for (const state e : expected_of_random)
      if (!run.reached.contains(to_string(e))) std::printf("NOT REACHED by any: %s\n", to_string(e)), ++unreached;
  if (s.count >= enough_to_reach_all)
    for (std::size_t k = 0; k != op::kinds; ++k)
      if (const auto kind = static_cast<op::kind>(k); is_expected_of_random(kind) && !run.steps.contains(name_of(kind)))
        std::printf("NOT TAKEN by any: %s\n", name_of(kind)), ++unreached;
  std::printf("\n");
  print_verdict(static_cast<std::ptrdiff_t>(run.explored), unreached);
  const bool written = (o.reports.json.empty() || write_file(o.reports.json, summary_as_json(s, run, o.command))) &&
                       (o.reports.junit.empty() || write_file(o.reports.junit, as_junit({})));
  return unreached == 0 && written ? all_held : something_failed;
}

}  // namespace

void join_random(CLI::App& app, choice& c) {
  auto own = std::make_shared<random_options>();
  CLI::App* command = app.add_subcommand(
      "random", "random workloads: threads, sizes, aborts, short commits, batches; one that fails is shrunk to the smallest that does");
  command->fallthrough()->callback([&c, own] { c.choose([own](const options& o) { return run_random_command(o, *own); }); });
  own->join(*command);
}

}  // namespace logbuf::verify
