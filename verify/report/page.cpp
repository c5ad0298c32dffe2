#include "page.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <logbuf/core/ordering.hpp>

#include "../runner/run_job.hpp"
#include "diagram.hpp"
#include "history.hpp"
#include "report.hpp"

namespace logbuf::verify {

namespace {

namespace fs = std::filesystem;

const char* const style = R"(
:root { color-scheme: light dark; --line: #8888; --soft: #8881; --bad: #c62828; --good: #2e7d32; --edge: #1565c0; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff6b6b; --good: #7bd88f; --edge: #6cb6ff; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, svg { font-family: ui-monospace, monospace; } code { font-size: .9em; overflow-wrap: anywhere; }
.bad { color: var(--bad); font-weight: 600; } .good { color: var(--good); }
nav a { margin-right: 1rem; } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: .5rem; }
details { margin: .5rem 0; border-left: 3px solid var(--line); padding-left: .8rem; } summary { cursor: pointer; }
svg { font-size: 11px; fill: currentColor; max-width: none; }
td:first-child code { white-space: nowrap; }
)";

std::string code(const std::string& text) { return "<code>" + escaped(text) + "</code>"; }
std::string number(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) text.insert(static_cast<std::size_t>(i), "&#8239;");
  return "<td class=\"n\">" + text + "</td>";
}
std::string verdict_cell(bool good, const std::string& text) {
  return std::string("<td class=\"") + (good ? "good" : "bad") + "\">" + escaped(text) + "</td>";
}
std::string table(const std::string& head, const std::string& rows) {
  return "<div class=\"scroll\"><table><thead><tr>" + head + "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}
std::string section(const char* id, const std::string& title, const std::string& body, const std::string& command) {
  return std::string("<section id=\"") + id + "\"><h2>" + title + "</h2>\n" + body + "<p>Produced by " + code(command) + ".</p></section>\n";
}

// The counterexample, folded.
std::string counterexample(const std::string& title, const result& r) {
  std::string text = "<details><summary>" + title + ": " + escaped(r.failure) + " (" + code(r.scenario) + ", execution " +
                     std::to_string(r.executions) + ")</summary>\n";
  const std::string picture = as_svg(r);
  text += picture.empty() ? "<pre>" + escaped(r.history) + "</pre>" : "<div class=\"scroll\">" + picture + "</div>";
  if (!r.replay.empty() && r.replay.size() < 600) text += "<pre>logbuf-verify" + escaped(replay_options) + " --replay '" + escaped(r.replay) + "'</pre>";
  return text + "</details>\n";
}

const char* const legend =
    "<p>Solid arrows synchronise: what comes before one end happens before what comes after the other. Dashed arrows "
    "are values that were read without synchronisation. A red line joins two accesses of which one is plain and "
    "neither happens before the other: it is the missing edge. Steps in italics are not atomic accesses: they are plain "
    "accesses, sleeping and waking, signals, deadlines, and the freeing of memory. The store that a load has read is "
    "identified by its value. For a mutant, the figure shows the shortest of the first failures of all scenarios, each "
    "explored for a short time.</p>\n";

// The parts in the order in which one reads them; each is a file of its own, so that runs can follow one another.
const char* const parts[] = {"calibration", "scenarios", "orders", "patches"};

}  // namespace

bool report_page::add(const std::string& part, const std::string& text) const {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  std::ofstream(fs::path(folder_) / (part + ".part")) << text;
  std::string body;
  for (const char* p : parts) {
    std::ifstream in(fs::path(folder_) / (std::string(p) + ".part"));
    body.append(std::istreambuf_iterator<char>(in), {});
  }
  std::ofstream out(fs::path(folder_) / "index.html");
  out << "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\"><title>logbuf: the evidence</title><style>"
      << style << diagram_style << "</style></head><body>\n<h1>logbuf: the evidence</h1>\n<nav>";
  for (const char* p : parts)
    if (body.find("<section id=\"" + std::string(p)) != std::string::npos) out << "<a href=\"#" << p << "\">" << p << "</a>";
  out << "</nav>\n<p>" << escaped(limits_of_relacy) << "</p>\n<p>" << escaped(limits_of_rc11) << "</p>\n" << body << "</body></html>\n";
  out.close();
  if (!out) std::fprintf(stderr, "logbuf-verify: cannot write %s/index.html\n", folder_.c_str());
  return static_cast<bool>(out);
}

bool report_page::add(const std::vector<result>& scenarios, const std::string& command) const {
  std::string rows, failures;
  for (const result& r : scenarios) {
    const workload* w = find_scenario(r.scenario);
    std::string reached;
    for (const auto& s : r.reached) reached += (reached.empty() ? "" : ", ") + s.name;
    rows += "<tr><td>" + code(r.scenario) + "</td><td>" + escaped(w != nullptr ? w->catches : "") + "</td><td>" +
            search_text(r.how, r.context_bound) + "</td>" + number(r.executions) + "<td>" + explored(r) + "</td><td>" + reached + "</td>" +
            verdict_cell(passes(r.is), to_string(r.is)) + "</tr>\n";
    if (r.is == verdict::failed) failures += counterexample(code(r.scenario), r);
  }
  return add("scenarios", section("scenarios", "Scenarios",
                                  table("<th>scenario<th>what it would catch<th>search<th class=n>executions<th>explored<th>states "
                                        "reached<th>verdict", rows) + (failures.empty() ? "" : legend + failures), command));
}

bool report_page::add(const std::vector<mutant>& orders, const std::string& command) const {
  std::string rows, pictures;
  for (const mutant& m : orders) {
    rows += "<tr><td>" + code(m.what.site) + "</td><td>" + m.what.order + "</td>" + verdict_cell(m.killed, m.killed ? "killed" : "SURVIVED") +
            "<td>" + code(m.killer.scenario) + "</td>" + number(m.killer.executions) + "<td>" + escaped(m.killer.failure) + "</td></tr>\n";
    if (m.killed) pictures += counterexample(code(m.what.site) + " " + m.what.order, m.shortest);
  }
  return add("orders", section("orders", "Every memory order, weakened",
                               "<p>Each ordering site that is not relaxed, weakened to each weaker order, one site at a time.</p>" +
                                   table("<th>site<th>weakened to<th>verdict<th>first scenario to fail<th class=n>executions<th>how", rows) +
                                   "<h3>Counterexamples</h3>" + legend + pictures, command));
}

bool report_page::add(const std::vector<patch>& patches, const std::string& command) const {
  std::string rows, pictures;
  for (const patch& p : patches) {
    rows += "<tr><td>" + code(p.name) + "</td><td>" + escaped(p.what) + "</td>" + verdict_cell(p.is_as_expected(), verdict_text(p)) + "<td>" +
            code(p.killer.scenario) + "</td>" + number(p.killer.executions) + "<td>" + escaped(how(p)) + "</td></tr>\n";
    if (p.is_killed) pictures += counterexample(code(p.name), p.shortest);
  }
  return add("patches", section("patches", "Planted bugs",
                                "<p>Each patch in verify/mutants, applied to the headers on its own.</p>" +
                                    table("<th>patch<th>bug<th>verdict<th>first scenario to fail<th class=n>executions<th>how", rows) +
                                    "<h3>Counterexamples</h3>" + legend + pictures, command));
}

bool report_page::add(const std::vector<calibrated>& tests, const std::string& command) const {
  std::string rows;
  for (const calibrated& c : tests)
    rows += "<tr><td>" + code(c.test->name) + "</td><td>" + escaped(c.test->about) + "</td><td>" + saw_text(c, 0) + "</td><td>" +
            joined(c.test->never) + "</td><td>" + misses_text(*c.test) + "</td>" + number(c.reduced().executions) +
            number(c.searches.back().executions) + verdict_cell(c.wrong.empty(), c.wrong.empty() ? "as expected" : joined(c.wrong)) + "</tr>\n";
  return add("calibration", section("calibration", "Calibration",
                                    "<p>Litmus tests with a known answer: what the engine has to see, must never see, and is known to miss.</p>" +
                                        table("<th>test<th>about<th>saw<th>never<th>misses<th class=n>reduced<th class=n>full<th>verdict", rows), command));
}

}  // namespace logbuf::verify
