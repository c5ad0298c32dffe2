#include "promela.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include <logbuf/core/ordering.hpp>

#include "../../models/promela/recording_policy.hpp"
#include "../report/console.hpp"
#include "../report/diagram.hpp"
#include "../runner/exit_code.hpp"
#include "spin.hpp"

namespace logbuf::verify {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct row {
  std::string name, about, property, verdict;  // verdict: empty until it is done
  std::uint64_t states = 0, transitions = 0;
  double seconds = 0;
  bool is_good = false, is_cut = false;
  std::string details{};  // of a bad one
};

// Rows that are made by one build, one after the other.
struct task {
  spin_model model;
  std::string first_property;
  std::vector<std::function<row()>> explorations;
  std::vector<row> rows{};
};

fs::path folder_of(const std::string& name) {
  std::string flat = name;
  std::replace(flat.begin(), flat.end(), '/', '-');
  return fs::path(LOGBUF_PROMELA_WORK) / flat;
}

std::vector<std::string> options_of(const json& j, const std::vector<std::string>& more = {}) {
  auto options = j.at("options").get<std::vector<std::string>>();
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

bool is_wanted(const promela_settings& s, const std::string& name) {
  return s.filters.empty() ||
         std::any_of(s.filters.begin(), s.filters.end(), [&](const std::string& f) { return name.find(f) != std::string::npos; });
}

// ---- the models, property by property

row judge(const std::string& model, const std::string& about, const std::string& property, const json& pinned, const exploration& e,
          std::size_t unreached) {
  row r{model, about, property, "", e.states, e.transitions, e.seconds};
  const bool is_pinned = pinned.is_array() && pinned.size() == 2;
  if (!e.problem.empty()) r.verdict = "NOT RUN", r.details = e.problem;
  else if (!e.violated.empty()) r.verdict = "VIOLATED: " + e.violated, r.details = "logbuf-verify promela --trail " + model + "/" + property + " prints the trail";
  else if (!e.to_the_end) r.verdict = "NOT EXPLORED TO THE END", r.is_cut = true;
  else if (property == safety && e.unreached.size() != unreached) {
    r.verdict = "STATEMENTS NOT REACHED";
    for (const std::string& u : e.unreached) r.details += (r.details.empty() ? "" : "\n") + u;
  } else if (!is_pinned || pinned[0] != e.states || pinned[1] != e.transitions) {
    r.verdict = "COUNTS DIFFER FROM THE PINNED ONES";
    r.details = "pinned in models/promela/checks.json: " + pinned.dump() + ", counted: [" + std::to_string(e.states) + ", " + std::to_string(e.transitions) + "]";
  } else {
    r.verdict = "holds", r.is_good = true;
  }
  return r;
}

void plan_checks(const promela_settings& s, const json& checks, std::vector<task>& tasks) {
  for (const json& c : checks.at("checks")) {
    if (c.value("deep", false) && !s.deep && s.filters.empty()) continue;
    const std::string name = c.at("model"), about = c.at("shows");
    std::map<bool, task> by_kind;
    for (const auto& [property, pinned] : c.at("properties").items()) {
      if (!is_wanted(s, name + "/" + property)) continue;
      task& t = by_kind[is_temporal(property)];
      if (t.explorations.empty()) t.model = {folder_of(name + (is_temporal(property) ? "-live" : "")), options_of(c), false, false, c.value("deep", false)}, t.first_property = property;
      // Only a long exploration makes up for the time of an optimising compiler.
      if (pinned.is_array() && !pinned.empty() && pinned[0] > 200'000) t.model.optimised = true;
      t.explorations.push_back([=, m = t.model, p = property, pins = pinned, unreached = c.value("unreached", std::size_t{0})] {
        return judge(name, about, p, pins, explore(m, p), unreached);
      });
    }
    for (auto& [temporal, t] : by_kind) tasks.push_back(std::move(t));
  }
}

// ---- the bugs

void plan_bugs(const promela_settings& s, const json& checks, std::vector<task>& tasks) {
  for (const json& b : checks.at("bugs")) {
    const std::string bug = b.at("bug"), name = "bug/" + bug, what = b.at("what"), property = b.at("violates");
    if (!is_wanted(s, name)) continue;
    task t{{folder_of(name), options_of(b, {"BUG_" + bug}), !is_temporal(property), false}, property, {}};
    t.explorations.push_back([=, m = t.model] {
      const exploration e = explore(m, property);
      row r{name, what, property, "", e.states, e.transitions, e.seconds};
      if (!e.problem.empty()) r.verdict = "NOT RUN", r.details = e.problem;
      else if (e.violated.empty()) r.verdict = "NOT FOUND";
      else if (e.violated != property) r.verdict = "VIOLATES ANOTHER: " + e.violated;
      else r.verdict = "violated", r.is_good = true;
      return r;
    });
    tasks.push_back(std::move(t));
  }
}

// ---- the traces

struct step {
  std::string thread, name, where, value;
};

std::vector<step> read_trace(const fs::path& file) {
  std::vector<step> steps;
  std::ifstream in(file);
  for (step s; in >> s.thread >> s.name >> s.where >> s.value;) steps.push_back(s);
  return steps;
}

// The number of a step's name in the models; -1: it is none.
int number_of(const std::string& name) {
  for (const ordering_site& site : ordering_sites)
    if (site.name == name) return static_cast<int>(site.id);
  for (std::size_t i = 0; i != models::plain_steps.size(); ++i)
    if (models::plain_steps[i] == name) return static_cast<int>(site_count + i);
  return -1;
}

void write_numbers(const fs::path& file, const std::vector<step>& steps) {
  std::ofstream out(file);
  for (const step& s : steps) out << s.thread << ' ' << number_of(s.name) << ' ' << s.where << ' ' << s.value << '\n';
}

void write_sites() {
  std::ofstream out(fs::path(LOGBUF_PROMELA_WORK) / "sites.pml");
  for (const ordering_site& site : ordering_sites) out << "#define SITE_" << site.name << ' ' << number_of(std::string(site.name)) << '\n';
  for (const auto& name : models::plain_steps) out << "#define SITE_" << name << ' ' << number_of(std::string(name)) << '\n';
}

bool is_taken(const spin_model& m, const std::vector<step>& steps, exploration& e) {
  write_numbers(m.folder / "numbers", steps);
  e = explore(m, safety, "LOGBUF_TRACE=numbers", "-E");
  return e.violated == "!(accepted)";
}

std::string step_text(const step& s) { return "thread " + s.thread + ": " + s.name + " " + s.where + " " + s.value; }

// What the trace is about and never came to.
std::string unreached(const std::vector<step>& steps, const std::vector<std::string>& reaches) {
  std::string missing;
  for (const std::string& site : reaches)
    if (std::none_of(steps.begin(), steps.end(), [&](const step& s) { return s.name == site; })) missing += " " + site;
  return missing;
}

// The same load from another seed.
std::string reseeded(const std::string& load, unsigned by) {
  std::istringstream words(load);
  std::string kind, capacity, producers, threshold, records, steps;
  unsigned long seed = 0;
  words >> kind >> capacity >> producers >> threshold >> records >> seed >> steps;
  return kind + " " + capacity + " " + producers + " " + threshold + " " + records + " " + std::to_string(seed + by) + " " + steps;
}

row replay(const spin_model& m, const std::string& name, const json& of, const std::string& recorder, unsigned attempt = 0) {
  const std::string load = reseeded(of.at("load"), 1000 * attempt);
  row r{name, load, "taken whole", ""};
  const fs::path trace = m.folder / "trace";
  const int status = std::system(("timeout 60 '" + recorder + "' " + load + " >'" + trace.string() + "' 2>'" + trace.string() + ".txt'").c_str());
  const std::vector<step> steps = read_trace(trace);
  r.transitions = steps.size();
  if (steps.empty()) return r.verdict = "NOT RECORDED", r.details = "see " + trace.string() + ".txt", r;
  exploration e;
  const bool taken = is_taken(m, steps, e);
  r.states = e.states, r.seconds = e.seconds;
  if (!e.problem.empty()) r.verdict = "NOT RUN", r.details = e.problem;
  else if (!taken) {
    r.verdict = e.violated.empty() ? "NOT TAKEN" : "VIOLATES " + e.violated;
    const auto at = static_cast<std::size_t>(std::max(e.taken, 0l));
    r.details = "after " + std::to_string(at) + " of " + std::to_string(steps.size()) + " steps:\n";
    for (std::size_t i = at > 5 ? at - 5 : 0; i < std::min(at + 1, steps.size()); ++i)
      r.details += (i == at ? ">> " : "   ") + step_text(steps[i]) + "\n";
    r.details += "(" + trace.string() + ")";
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    r.verdict = "TAKEN, BUT THE LOAD FAILED", r.details = "see " + trace.string() + ".txt";
  } else if (const std::string missing = unreached(steps, of.at("reaches").get<std::vector<std::string>>()); !missing.empty()) {
    // Threads do as they like: a trace that was taken, and did not come to it, is followed by another one.
    if (attempt != 9) return replay(m, name, of, recorder, attempt + 1);
    r.verdict = "NOT REACHED:" + missing;
  } else {
    r.verdict = "taken", r.is_good = true;
  }
  return r;
}

// Of the details above: the step that was not taken.
std::string between_steps(const std::string& details) {
  const auto from = details.find(">> ");
  return from == std::string::npos ? "the end" : details.substr(from + 3, details.find('\n', from) - from - 3);
}

// What no run of the model does: a trace that is changed in one place.
row replay_changed(const spin_model& m, const std::string& name) {
  row r{name + "/changed", "one step left out, or with another value, another thread, or a site that the model does not have",
        "each refused", ""};
  std::vector<step> steps = read_trace(m.folder / "trace");
  const auto is_commit = [](const step& s) { return s.name == "commit_store"; };
  auto commit = std::find_if(steps.begin() + std::min<std::ptrdiff_t>(100, std::ssize(steps)), steps.end(), is_commit);
  if (steps.end() - commit < 100) commit = std::find_if(steps.begin(), steps.end(), is_commit);
  if (steps.end() - commit < 100) return r.verdict = "TRACE TOO SHORT", r;
  const auto at = commit - steps.begin();
  steps.resize(std::min(steps.size(), static_cast<std::size_t>(at) + 400));  // the beginning of an execution is one too
  const auto changed = [&](auto change) {
    std::vector<step> other = steps;
    change(other);
    exploration e;
    ++r.transitions;
    const bool taken = is_taken(m, other, e);
    r.states += e.states, r.seconds += e.seconds;
    return !taken && e.violated.empty() && e.problem.empty();
  };
  r.is_good = changed([&](auto& t) { t.erase(t.begin() + at); }) &
              changed([&](auto& t) { t[static_cast<std::size_t>(at)].value += "0"; }) &
              changed([&](auto& t) { t[static_cast<std::size_t>(at)].thread = "0"; }) &
              changed([&](auto& t) { t[static_cast<std::size_t>(at)].name = "flush_wait"; });
  r.verdict = r.is_good ? "refused" : "TAKEN";
  return r;
}

void plan_traces(const promela_settings& s, const json& checks, std::vector<task>& tasks) {
  const std::string recorder = s.recorder.empty() ? LOGBUF_RECORDER : s.recorder;
  for (const json& c : checks.at("traces")) {
    const std::string name = "trace/" + c.at("trace").get<std::string>();
    if (!is_wanted(s, name)) continue;
    task t{{folder_of(name), options_of(c, {"TRACE", "FINE", "ABORT", "SHORTEN", "CONSUMER_LEAVES"}), false, false}, safety, {}};
    t.explorations.push_back([=, m = t.model] { return replay(m, name, c, recorder); });
    if (s.recorder.empty()) t.explorations.push_back([=, m = t.model] { return replay_changed(m, name); });
    tasks.push_back(std::move(t));
  }
}

// The same of headers with a bug planted (verify/mutants): the model must not be able to take it.
void plan_patches(const promela_settings& s, const json& checks, std::vector<task>& tasks) {
  for (const json& p : checks.at("patches")) {
    const std::string patch = p.at("patch"), trace = p.at("trace"), name = "patch/" + patch;
    const auto& traces = checks.at("traces");
    const auto of = std::find_if(traces.begin(), traces.end(), [&](const json& t) { return t.at("trace") == trace; });
    if (!is_wanted(s, name) || of == traces.end()) continue;
    const std::string recorder = (fs::path(LOGBUF_PATCHED) / patch / "record").string();
    task t{{folder_of(name), options_of(*of, {"TRACE", "FINE", "ABORT", "SHORTEN", "CONSUMER_LEAVES"}), false, false}, safety, {}};
    t.explorations.push_back([=, m = t.model, trace_of = *of] {
      row r = replay(m, name, trace_of, recorder);
      r.property = "refused";
      r.is_good = r.verdict == "NOT TAKEN";
      if (r.is_good) r.verdict = "refused at " + between_steps(r.details);
      else if (r.verdict == "taken") r.verdict = "TAKEN";
      return r;
    });
    tasks.push_back(std::move(t));
  }
}

// ---- the vocabulary: every ordering site is a step of the models, or it is said why not

row check_sites(const json& checks) {
  row r{"sites", "every ordering site is a step of the models, or checks.json says why it is not", "complete", ""};
  std::set<std::string> known;
  for (const auto& file : fs::directory_iterator(LOGBUF_PROMELA)) {
    if (file.path().extension() != ".pml") continue;
    std::ifstream in(file.path());
    std::ostringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    const std::regex step("AT\\((\\w+), ");
    for (std::sregex_iterator i(all.begin(), all.end(), step), end; i != end; ++i) known.insert((*i)[1]);
  }
  known.erase("site");  // of the definition
  const json& not_modelled = checks.at("not_modelled");
  for (const ordering_site& site : ordering_sites) {
    const std::string name(site.name);
    const bool is_step = known.erase(name) != 0;
    ++r.states, r.transitions += is_step;
    if (is_step == not_modelled.contains(name)) r.details += name + (is_step ? " is a step, but is listed as not modelled\n" : " is neither a step nor listed as not modelled\n");
    if (models::is_outside_of_the_models(site.id) && is_step) r.details += name + " is a step, but is not recorded\n";
  }
  for (const auto& plain : models::plain_steps) known.erase(std::string(plain));
  for (const std::string& name : known) r.details += name + " is a step of the models, but not an ordering site\n";
  r.is_good = r.details.empty();
  r.verdict = r.is_good ? "complete" : "INCOMPLETE";
  return r;
}

// ---- reports

std::string as_markdown(const std::vector<row>& rows) {
  std::string text = "| model | what it is | property | states | transitions | verdict |\n|---|---|---|---:|---:|---|\n";
  std::size_t bugs = 0, traces = 0;
  for (const row& r : rows) {
    if (r.name.starts_with("bug/")) bugs += r.is_good;
    else if (r.name.starts_with("trace/")) traces += r.is_good && r.property == "taken whole";
    else if (r.name != "sites")
      text += "| `" + r.name + "` | " + r.about + " | " + r.property + " | " + std::to_string(r.states) + " | " + std::to_string(r.transitions) + " | " + r.verdict + " |\n";
  }
  return text + "\n" + std::to_string(bugs) + " planted bugs violate the property that each of them has to violate. The models take " + std::to_string(traces) +
         " traces of the production headers step by step. Produced by `logbuf-verify promela`.\n";
}

std::string as_json(const std::vector<row>& rows) {
  json all = json::array();
  for (const row& r : rows)
    all.push_back({{"name", r.name}, {"about", r.about}, {"property", r.property}, {"verdict", r.verdict}, {"passed", r.is_good},
                   {"states", r.states}, {"transitions", r.transitions}, {"seconds", r.seconds}, {"details", r.details}});
  const auto passed = std::count_if(rows.begin(), rows.end(), [](const row& r) { return r.is_good; });
  return json{{"command", "logbuf-verify promela"},
              {"limits", "sequential consistency, positions modulo two capacities, weak fairness for the temporal properties"},
              {"passed", passed}, {"failed", static_cast<std::ptrdiff_t>(rows.size()) - passed}, {"results", all}}
             .dump(2) + "\n";
}

std::string as_junit(const std::vector<row>& rows) {
  std::string cases;
  std::size_t failures = 0;
  for (const row& r : rows) {
    cases += "  <testcase classname=\"promela\" name=\"" + escaped(r.name + " " + r.property) + "\" time=\"" + std::to_string(r.seconds) + "\">\n";
    if (!r.is_good) ++failures, cases += "    <failure message=\"" + escaped(r.verdict) + "\">" + escaped(r.details) + "</failure>\n";
    cases += "  </testcase>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"logbuf-verify promela\" tests=\"" + std::to_string(rows.size()) +
         "\" failures=\"" + std::to_string(failures) + "\">\n" + cases + "</testsuite>\n";
}

text_table rows_table() {
  constexpr auto right = text_table::align::right;
  return text_table({{"model", 30}, {"property", 24}, {"states", 10, right}, {"transitions", 12, right}, {"seconds", 8, right}, {"verdict", 12}});
}

void print(const row& r) {
  static const text_table rows = rows_table();
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.2f", r.seconds);
  std::printf("%s", rows.row({r.name, r.property, std::to_string(r.states), std::to_string(r.transitions), seconds, r.verdict}).c_str());
  if (!r.is_good && !r.details.empty()) std::printf("%s\n", r.details.c_str());
  std::fflush(stdout);
}

void run_all(std::vector<task>& tasks, unsigned at_a_time) {
  std::atomic<std::size_t> next = 0;
  std::mutex telling;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i != at_a_time; ++i)
    workers.emplace_back([&] {
      for (std::size_t mine = next++; mine < tasks.size(); mine = next++) {
        task& t = tasks[mine];
        const std::string wrong = build(t.model, t.first_property);
        for (const auto& explore_one : t.explorations) {
          row r = wrong.empty() ? explore_one() : row{t.model.folder.filename().string(), "", t.first_property, "NOT BUILT"};
          if (!wrong.empty()) r.details = wrong;
          const std::lock_guard lock(telling);
          print(r);
          t.rows.push_back(std::move(r));
        }
      }
    });
  for (std::thread& w : workers) w.join();
}

int print_trail(const promela_settings& s, const json& checks) {
  spin_model m;
  std::string property;
  for (const json& b : checks.at("bugs")) {
    const std::string bug = b.at("bug");
    if (s.trail != bug && s.trail != "bug/" + bug) continue;
    property = b.at("violates");
    m = {folder_of("bug/" + bug), options_of(b, {"BUG_" + bug}), !is_temporal(property), false};
  }
  for (const json& c : checks.at("checks"))
    for (const auto& [p, pinned] : c.at("properties").items())
      if (s.trail == c.at("model").get<std::string>() + "/" + p) m = {folder_of(s.trail + "/trail"), options_of(c), !is_temporal(p)}, property = p;
  if (property.empty()) {
    std::fprintf(stderr, "logbuf-verify: --trail needs a bug or MODEL/PROPERTY, and there is no '%s'\n", s.trail.c_str());
    return bad_usage;
  }
  const std::string wrong = build(m, property);
  if (!wrong.empty()) return std::fprintf(stderr, "%s", wrong.c_str()), something_failed;
  const exploration e = explore(m, property);
  if (e.violated.empty()) return std::printf("%s: %s is not violated\n", s.trail.c_str(), property.c_str()), all_held;
  std::printf("%s violates %s. Thread, step, word of the buffer (0 for a control word), value:\n\n%s", s.trail.c_str(), e.violated.c_str(),
              trail(m, property).c_str());
  return something_failed;
}

}  // namespace

int run_promela(const promela_settings& s) {
  if (const std::string missing = spin_is_missing(); !missing.empty()) {
    std::printf("SKIPPED: %s\n", missing.c_str());
    return not_explored;
  }
  std::ifstream in(fs::path(LOGBUF_PROMELA) / "checks.json");
  const json checks = json::parse(in);
  std::error_code ignored;
  fs::create_directories(LOGBUF_PROMELA_WORK, ignored);
  write_sites();
  if (!s.trail.empty()) return print_trail(s, checks);

  std::vector<task> tasks;
  if (s.patches) {
    plan_patches(s, checks, tasks);
  } else {
    if (s.recorder.empty()) plan_checks(s, checks, tasks), plan_bugs(s, checks, tasks);
    plan_traces(s, checks, tasks);
  }
  if (tasks.empty()) return std::fprintf(stderr, "logbuf-verify: no model, bug or trace matches --filter\n"), bad_usage;
  std::printf("%s\n\n%s",
              fold("Models of the protocol, which spin explores to the end, storing every state. The models are sequentially consistent: "
                   "the scenarios check the memory orders. Positions are kept modulo two capacities. Temporal properties are "
                   "checked under weak fairness. bug/: a bug in the model, which has to violate the named property. trace/: real "
                   "threads over the production headers, whose steps the model has to take (transitions: the steps).",
                   text_width()).c_str(),
              rows_table().header().c_str());
  std::fflush(stdout);
  run_all(tasks, s.jobs);
  std::vector<row> rows;
  for (task& t : tasks) std::move(t.rows.begin(), t.rows.end(), std::back_inserter(rows));
  if (s.filters.empty() && s.recorder.empty() && !s.patches) rows.push_back(check_sites(checks)), print(rows.back());
  const auto passed = std::count_if(rows.begin(), rows.end(), [](const row& r) { return r.is_good; });
  const auto cut = std::count_if(rows.begin(), rows.end(), [](const row& r) { return r.is_cut; });
  const auto total = static_cast<std::ptrdiff_t>(rows.size());
  const bool written = (s.json.empty() || write_file(s.json, as_json(rows))) & (s.junit.empty() || write_file(s.junit, as_junit(rows))) &
                       (s.markdown.empty() || write_file(s.markdown, as_markdown(rows)));
  std::printf("\n%td passed, %td failed\n", passed, total - passed);
  if (passed == total) return written ? all_held : something_failed;
  return passed + cut == total ? not_explored : something_failed;
}

}  // namespace logbuf::verify
