// Weakens every ordering site, and plants every bug of verify/mutants.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "../mutants/mutants.hpp"
#include "../mutants/patches.hpp"
#include "../report/console.hpp"
#include "../report/page.hpp"
#include "../report/report.hpp"
#include "../runner/exit_code.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

struct mutant_options {
  bool orders_only = false, patches_only = false;
  std::string patches_markdown{}, counterexamples{};

  void join(CLI::App& app) {
    auto* orders = app.add_flag("--orders", orders_only, "only the ordering sites");
    app.add_flag("--patches", patches_only, "only the bugs of verify/mutants")->excludes(orders);
    app.add_option("--patches-markdown", patches_markdown, "write the table of the patches")->type_name("FILE");
    app.add_option("--counterexamples", counterexamples, "write the shortest failure of each ordering site as JSON")->type_name("FILE");
  }
};

struct tally {
  std::ptrdiff_t passed = 0, total = 0;
  bool written = true;
};

tally weaken_orders(const options& o, const mutant_options& own, const std::vector<job>& jobs) {
  const text_table rows({{"site", 18}, {"weakened", 9}, {"verdict", 9}, {"first scenario to fail", 54},
                    {"executions", 12, text_table::align::right}, {"how", 20}});
  std::printf("Each ordering site, weakened alone. Killed: a scenario fails.\n\n%s", rows.header().c_str());
  tally t;
  std::vector<result> killers, shortest;
  const auto mutants = run_mutants(jobs, o.jobs, [&](const mutant& m) {
    std::printf("%s", rows.row({m.what.site, m.what.order, m.killed ? "killed" : "SURVIVED", m.killer.scenario,
                                std::to_string(m.killed ? m.killer.executions : m.executions), m.killer.failure}).c_str());
    std::fflush(stdout);
    ++t.total;
    t.passed += m.killed;
    if (m.killed) killers.push_back(m.killer), shortest.push_back(m.shortest);
  });
  if (t.passed == t.total)
    std::printf("\nNone survived; weakening two together only adds executions, so each pair is killed by what kills one of them.\n");
  const std::string markdown = o.search.is_on_graphs() ? graphs_as_markdown(mutants, o.command) : as_markdown(mutants, o.command);
  t.written = write_reports(o.reports, killers, o.command, markdown) &&
              (o.reports.page.empty() || report_page(o.reports.page).add(mutants, o.command)) &&
              (own.counterexamples.empty() || write_file(own.counterexamples, as_json(shortest, o.command)));
  return t;
}

tally plant_patches(const options& o, const mutant_options& own) {
  const text_table rows({{"patch", 32}, {"verdict", 11}, {"first scenario to fail", 54}, {"executions", 12, text_table::align::right}, {"how", 20}});
  std::printf("\nEach bug in verify/mutants, as a patch of the headers.\n\n%s", rows.header().c_str());
  tally t;
  const auto patches = run_patches(o.jobs, o.search.is_on_graphs(), [&](const patch& p) {
    std::printf("%s", rows.row({p.name, verdict_text(p), p.killer.scenario, std::to_string(p.killer.executions), how(p)}).c_str());
    std::fflush(stdout);
    ++t.total;
    t.passed += p.is_as_expected();
  });
  if (std::any_of(patches.begin(), patches.end(), [](const patch& p) { return !p.is_built; }))
    std::printf("\nbuild them first: cmake --build --preset verify --target mutants (verify/run mutants does)\n");
  t.written = (o.reports.page.empty() || report_page(o.reports.page).add(patches, o.command)) &&
              (own.patches_markdown.empty() || write_file(own.patches_markdown, as_markdown(patches)));
  return t;
}

int run_mutants_command(const options& o, const mutant_options& own) {
  if (!o.search.weaken.empty()) return complain("mutants weakens the sites itself: --weaken does not go with it");
  return with_jobs(o, [&](const std::vector<job>& jobs) {
    const tally orders = own.patches_only ? tally{} : weaken_orders(o, own, jobs);
    const tally patches = own.orders_only ? tally{} : plant_patches(o, own);
    const auto passed = orders.passed + patches.passed, total = orders.total + patches.total;
    std::printf("\n");
    print_verdict(passed, total - passed);
    return passed == total && orders.written && patches.written ? all_held : something_failed;
  });
}

}  // namespace

void join_mutants(CLI::App& app, choice& c) {
  auto own = std::make_shared<mutant_options>();
  CLI::App* command = app.add_subcommand(
      "mutants", "weaken every ordering site that is not relaxed, and plant every bug of verify/mutants: all have to be killed");
  command->fallthrough()->callback([&c, own] { c.choose([own](const options& o) { return run_mutants_command(o, *own); }); });
  own->join(*command);
}

}  // namespace logbuf::verify
