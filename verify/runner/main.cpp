// logbuf-verify: explores the production headers, interleaving by interleaving.
#include <set>
#include <string>

#include <CLI/CLI.hpp>

#include "../commands/commands.hpp"
#include "../report/report.hpp"
#include "../scenarios/scenario_file.hpp"
#include "../scenarios/workload.hpp"
#include "exit_code.hpp"

namespace {

using namespace logbuf::verify;

// The command line as it stands in the reports: where these go changes nothing in them.
std::string command_of(int argc, char** argv) {
  static const std::set<std::string> destinations{"--json", "--junit", "--markdown", "--patches-markdown", "--report", "--figure", "--counterexamples"};
  std::string command = "logbuf-verify";
  for (int i = 1; i < argc; ++i) {
    if (destinations.contains(argv[i])) ++i;
    else command += std::string(" ") + argv[i];
  }
  return command;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Model-checks the logbuf headers. Exit code: 0 all held, 1 something failed, 2 bad usage, 3 nothing failed, but "
      "not everything was explored to the end.",
      "logbuf-verify"};
  options o;
  choice c;
  join_lists(app, c);
  o.join(app);
  join_replay(app, c);
  for (const auto join : {join_mutants, join_random, join_compare, join_calibrate, join_promela}) join(app, c);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? all_held : bad_usage;
  }
  if (const std::string wrong = contradiction_in(o); !wrong.empty()) return complain(wrong);
  if (const std::string& file = o.scenarios.file; !file.empty()) {
    scenario_file own = read_scenarios(file);
    if (!own.error.empty()) return complain(own.error);
    use_scenarios(std::move(own.scenarios));
    replay_options = " --scenarios " + file;
  }
  o.command = command_of(argc, argv);
  return c.chosen_or(run_scenarios)(o);
}
