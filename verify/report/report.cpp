#include "report.hpp"

#include <algorithm>
#include <cstdio>

#include <logbuf/core/ordering.hpp>

#include "../runner/run_job.hpp"
#include "diagram.hpp"
#include "history.hpp"
#include "json.hpp"

namespace logbuf::verify {

const char* const limits_of_relacy =
    "reduced: explores every schedule, but equivalent ones once. A load sees every older store that it may. (Relacy "
    "is built to remember 64 stores of an atomic instead of 3. An execution that needs more is not reported as "
    "explored to the end.) Spurious failures are limited for each execution (--spurious, default 1). full, bound N "
    "(preemptions) and random are Relacy's own searches, whose loads see the newest two stores (random: all of them). "
    "None of these searches sees load buffering, a modification order that differs from the order of execution, or a "
    "failed exchange that reads an old value. Sequentially consistent fences order more than C++ promises. "
    "docs/calibration.md has litmus tests for all of that. \"To the end\" means within these limits and the sizes of "
    "the scenario. Redundant executions turned out to be equivalent to others while they ran.";

const char* const limits_of_rc11 =
    "graphs: explores every execution that RC11 allows, each once. An execution is what each load reads from, and the "
    "modification order of each word. Loads see every store that they may. Modification orders are independent of any "
    "order of execution. Failed exchanges read old values, and release sequences are those of C++20. Load buffering "
    "is not seen, because RC11 excludes it. Spurious failures are limited for each execution (--spurious, default 1). "
    "Blocked executions are counted in addition: in each of them a thread waits, and other executions show that its "
    "wait ends. \"To the end\" means within these limits and the sizes of the scenario.";

namespace {

std::string mutant_text(const result& r) {
  std::string text;
  for (const weakening& w : r.weakened) text += (text.empty() ? "" : ", ") + w.site + " -> " + w.order;
  return text;
}

std::string seconds(double s) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", s);
  return text;
}

std::string missing(const result& r) {
  std::string text;
  for (const std::string& s : r.unreached) text += (text.empty() ? "" : ", ") + s;
  return text;
}

}  // namespace

text_table results_table(bool graphs) {
  constexpr auto right = text_table::align::right;
  return text_table({{"scenario", 54}, {"engine", 7}, {"search", 8}, {"executions", 12, right}, {graphs ? "blocked" : "redundant", 12, right},
                {"explored", 23}, {"seconds", 8, right}, {"verdict", 11}});
}

std::vector<std::string> cells_of(const result& r) {
  const bool is_partial = !r.unreached.empty() && r.is != verdict::failed;
  return {r.scenario, r.engine, search_text(r.how, r.context_bound), std::to_string(r.executions),
          std::to_string(r.how == models::search::graphs ? r.blocked : r.redundant), explored(r), seconds(r.seconds),
          to_string(r.is) + (is_partial ? ": " + missing(r) : std::string())};
}

std::string failure_text(const result& r, std::size_t width) {
  std::string text = "\n" + r.scenario + ": " + r.kind + " in execution " + std::to_string(r.executions) + "\n";
  if (const workload* w = find_scenario(r.scenario)) text += "  the scenario looks for: " + w->catches + "\n";
  if (!r.weakened.empty()) text += "  weakened: " + mutant_text(r) + "\n";
  text += "  " + r.failure + "\n\n" + r.history;
  if (!r.graph.empty()) text += "\n  its graph (thread.event; @ is a location, with its modification order):\n" + r.graph;
  text = fold_lines(text, width, 8);
  // In one piece, to be copied.
  if (!r.replay.empty()) text += "\n  to repeat only this execution:\n  logbuf-verify" + replay_options + " --replay '" + r.replay + "'\n";
  return text;
}

std::string as_json(const std::vector<result>& results, const std::string& command) {
  nlohmann::json rows = nlohmann::json::array();
  for (const result& r : results) rows.push_back(to_json(r));
  const auto passed = std::count_if(results.begin(), results.end(), [](const result& r) { return passes(r.is); });
  return nlohmann::json{{"command", command},
                        {"limits", !results.empty() && results.front().how == models::search::graphs ? limits_of_rc11 : limits_of_relacy},
                        {"compiler", __VERSION__},
                        {"passed", passed},
                        {"failed", static_cast<std::ptrdiff_t>(results.size()) - passed},
                        {"results", rows}}
             .dump(2) +
         "\n";
}

std::string as_junit(const std::vector<result>& results) {
  double total = 0;
  std::size_t failures = 0;
  std::string cases;
  for (const result& r : results) {
    total += r.seconds;
    const std::string name = r.scenario + (r.weakened.empty() ? "" : " [" + mutant_text(r) + "]");
    cases += "  <testcase classname=\"" + r.engine + "." + search_text(r.how, r.context_bound) + "\" name=\"" + escaped(name) +
             "\" time=\"" + seconds(r.seconds) + "\">\n";
    if (!passes(r.is)) {
      ++failures;
      const std::string why = r.is == verdict::failed ? r.failure : std::string(to_string(r.is)) + " " + missing(r);
      cases += "    <failure message=\"" + escaped(why) + "\">" + escaped(r.is == verdict::failed ? failure_text(r) : why) + "</failure>\n";
    }
    cases += "    <system-out>" + std::to_string(r.executions) + " executions, " + explored(r) + "</system-out>\n  </testcase>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"logbuf-verify\" tests=\"" +
         std::to_string(results.size()) + "\" failures=\"" + std::to_string(failures) + "\" time=\"" + seconds(total) +
         "\">\n" + cases + "</testsuite>\n";
}

std::string as_markdown(const std::vector<result>& results, const std::string& command) {
  std::string text = "| scenario | what it would catch | search | executions | explored | verdict |\n|---|---|---|---:|---|---|\n";
  for (const result& r : results) {
    const workload* w = find_scenario(r.scenario);
    text += "| `" + r.scenario + "` | " + (w != nullptr ? w->catches : "") + " | " + search_text(r.how, r.context_bound) +
            " | " + std::to_string(r.executions) + " | " + explored(r) + " | " + to_string(r.is) + " |\n";
  }
  return text + "\nProduced by `" + command + "`.\n";
}

std::string graphs_as_markdown(const std::vector<result>& results, const std::string& command) {
  std::string text = "| scenario | executions | blocked | explored | verdict |\n|---|---:|---:|---|---|\n";
  for (const result& r : results)
    text += "| `" + r.scenario + "` | " + std::to_string(r.executions) + " | " + std::to_string(r.blocked) + " | " + explored(r) +
            " | " + to_string(r.is) + " |\n";
  return text + "\nProduced by `" + command + "`.\n";
}

std::string as_markdown(const std::vector<mutant>& mutants, const std::string& command) {
  std::string text = "| site | order | pairs with | carries | weakened | killed by (executions) |\n|---|---|---|---|---|---|\n";
  for (const ordering_site& s : ordering_sites) {
    std::string killers;
    for (const mutant& m : mutants) {
      if (m.what.site != s.name) continue;
      killers += (killers.empty() ? "" : "; ") + m.what.order + ": ";
      killers += m.killed ? "`" + m.killer.scenario + "` (" + std::to_string(m.killer.executions) + ")" : "**SURVIVED**";
    }
    text += "| `" + std::string(s.name) + "` | " + order_name(static_cast<int>(s.order)) + " | " + std::string(s.pairs_with) +
            " | " + std::string(s.carries) + " | " + std::string(s.breaks) + " | " + (killers.empty() ? "-" : killers) + " |\n";
  }
  return text + "\nProduced by `" + command + "`.\n";
}

std::string joined(const std::vector<std::string>& outcomes) {
  std::string text;
  for (const std::string& o : outcomes) text += (text.empty() ? "" : " ") + o;
  return text;
}

std::string saw_text(const calibrated& c, std::size_t longest) {
  const result& r = c.reduced();
  const std::string text = r.is == verdict::failed ? "a " + r.kind : joined(r.seen);
  return longest == 0 || text.size() <= longest ? text : text.substr(0, longest - 3) + "...";
}

std::string misses_text(const litmus& t) { return t.misses.empty() ? joined(t.missed) : "a " + t.misses; }

std::string as_markdown(const std::vector<calibrated>& tests) {
  std::string text = "| test | about | saw | never | misses | executions, reduced | full |\n|---|---|---|---|---|---:|---:|\n";
  for (const calibrated& c : tests) {
    text += "| `" + c.test->name + "` | " + c.test->about + " | " + saw_text(c, 0) + " | " + joined(c.test->never) + " | " +
            misses_text(*c.test) + " | " + std::to_string(c.reduced().executions) + " | " +
            std::to_string(c.searches.back().executions) + " |" + (c.wrong.empty() ? "" : " **WRONG**") + "\n";
  }
  return text + "\nProduced by `logbuf-verify calibrate`.\n";
}

std::string graphs_as_markdown(const std::vector<calibrated>& tests) {
  std::string text = "| test | saw | never | executions |\n|---|---|---|---:|\n";
  for (const calibrated& c : tests) {
    const bool fails = c.reduced().is == verdict::failed;
    text += "| `" + c.test->name + "` | " + saw_text(c, 0) + " | " + joined(c.test->never) + " | " +
            (fails ? "-" : std::to_string(c.reduced().executions)) + " |" + (c.wrong.empty() ? "" : " **WRONG**") + "\n";
  }
  return text + "\nProduced by `logbuf-verify calibrate --engine rc11`.\n";
}

std::string graphs_as_markdown(const std::vector<mutant>& mutants, const std::string& command) {
  std::string text = "| site | weakened to | killed by (executions) | how |\n|---|---|---|---|\n";
  for (const mutant& m : mutants)
    text += "| `" + m.what.site + "` | " + m.what.order + " | " +
            (m.killed ? "`" + m.killer.scenario + "` (" + std::to_string(m.killer.executions) + ")" : "**SURVIVED**") + " | " +
            m.killer.failure + " |\n";
  return text + "\nProduced by `" + command + "`.\n";
}

std::string explored(const result& r) {
  if (r.to_the_end) return r.how == models::search::bound ? "to the end of the bound" : "to the end";
  return r.how == models::search::random ? "a sample" : r.is == verdict::failed ? "to the failure" : "NOT to the end";
}

const char* verdict_text(const patch& p) {
  if (!p.is_built) return "NOT BUILT";
  if (!p.is_random_needed) return "BY SCENARIO";
  if (p.is_killed) return p.equivalent.empty() ? "killed" : "KILLED?";
  return p.equivalent.empty() ? "SURVIVED" : "equivalent";
}

std::string how(const patch& p) {
  if (!p.is_killed) return p.equivalent.empty() ? p.random : p.equivalent;
  if (!p.random.empty()) return p.killer.failure + " (" + p.random + ")";
  return p.killer.is == verdict::unreached ? "not reached: " + missing(p.killer) : p.killer.failure;
}

// What the bugs are is said in the table of Relacy's.
std::string as_markdown(const std::vector<patch>& patches) {
  const bool graphs = !patches.empty() && patches.front().is_on_graphs;
  std::string text = graphs ? "| patch | killed by (executions) | how |\n|---|---|---|\n" : "| patch | bug | killed by (executions) | how |\n|---|---|---|---|\n";
  for (const patch& p : patches)
    text += "| [`" + p.name + "`](../verify/mutants/" + p.name + ".patch) | " + (graphs ? "" : p.what + " | ") +
            (p.is_killed ? "`" + p.killer.scenario + "` (" + std::to_string(p.killer.executions) + ")"
                         : !p.equivalent.empty() ? "equivalent" : "**SURVIVED**") +
            " | " + (graphs && !p.is_killed ? "" : how(p)) + " |\n";
  return text + "\nProduced by `logbuf-verify mutants" + (graphs ? " --engine rc11" : "") + "`.\n";
}

}  // namespace logbuf::verify
