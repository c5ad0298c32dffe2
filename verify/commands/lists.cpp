// What there is: the scenarios and the ordering sites.
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <logbuf/core/ordering.hpp>

#include "../report/history.hpp"
#include "../runner/exit_code.hpp"
#include "../runner/run_job.hpp"
#include "../scenarios/scenario_file.hpp"
#include "../scenarios/workload.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

std::string deep_text(const workload& w) {
  if (!w.deep) return "";
  return w.bound != 0 ? " (--deep, bound " + std::to_string(w.bound) + ")" : " (--deep)";
}

int list_scenarios(const options&) {
  for (const workload& w : scenarios()) {
    std::printf("%s%s\n    catches: %s\n    %zu threads, %zu bytes\n    has to reach:", w.name.c_str(), deep_text(w).c_str(),
                w.catches.c_str(), w.threads.size(), w.capacity);
    for (const state s : w.reaches) std::printf(" [%s]", to_string(s));
    std::printf("\n");
  }
  return all_held;
}

int list_sites(const options&) {
  for (const ordering_site& s : ordering_sites)
    std::printf("%-18s %-8s pairs with: %s\n%-27s carries: %s\n%-27s weakened: %s\n", s.name.data(),
                order_name(static_cast<int>(s.order)), s.pairs_with.data(), "", s.carries.data(), "", s.breaks.data());
  return all_held;
}

int show_scenarios(const options& o) {
  return with_jobs(o, [](const std::vector<job>& jobs) {
    std::vector<const workload*> chosen;
    for (const job& j : jobs) chosen.push_back(find_scenario(j.scenario));
    std::printf("%s\n", scenario_text(chosen).c_str());
    return all_held;
  });
}

}  // namespace

void join_lists(CLI::App& app, choice& c) {
  app.add_flag_callback("--list", [&c] { c.choose(list_scenarios); }, "list the scenarios: what each would catch, its bounds, what it has to reach");
  app.add_flag_callback("--show", [&c] { c.choose(show_scenarios); }, "print the scenarios that --filter chooses, as a file for --scenarios");
  app.add_flag_callback("--sites", [&c] { c.choose(list_sites); }, "list the ordering sites: order, partner, and what breaks when one is weakened");
}

}  // namespace logbuf::verify
