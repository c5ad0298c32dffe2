#include "calibration.hpp"

#include <algorithm>

#include "../engines/comparison.hpp"
#include "../runner/pool.hpp"
#include "../runner/run_job.hpp"
#include "graphs.hpp"

namespace logbuf::verify {

namespace {

bool matches(const std::string& pattern, const std::string& outcome) {
  return pattern.size() == outcome.size() &&
         std::equal(pattern.begin(), pattern.end(), outcome.begin(), [](char p, char o) { return p == '*' || p == o; });
}
bool saw(const result& r, const std::string& pattern) {
  return std::any_of(r.seen.begin(), r.seen.end(), [&](const std::string& o) { return matches(pattern, o); });
}

// A loop that nobody ends is a deadlock to the reduced search, and a livelock to Relacy's own.
std::string ended(const result& r) { return r.kind == "livelock" ? "deadlock" : r.kind; }

void judge_failure(calibrated& c, const std::string& expected) {
  const result& r = c.reduced();
  if (!expected.empty()) {
    if (r.is != verdict::failed || r.kind != expected) c.wrong.push_back("no " + expected + " was found");
  } else {
    if (r.is == verdict::failed) c.wrong.push_back("failed: " + r.failure);
    if (!r.to_the_end) c.wrong.push_back("not explored to the end");
  }
}
void judge_outcomes(calibrated& c, const std::vector<std::string>& seen) {
  for (const std::string& o : seen)
    if (!saw(c.reduced(), o)) c.wrong.push_back("did not see " + o);
  for (const std::string& o : c.test->never)
    if (saw(c.reduced(), o)) c.wrong.push_back("saw " + o + ", which C++ forbids");
}

void judge_graphs(calibrated& c, const result& relacy) {
  const litmus& t = *c.test;
  const result& r = c.reduced();
  judge_failure(c, t.fails + t.misses);
  if (t.fails.empty() && t.misses.empty()) {
    judge_outcomes(c, t.seen);
    const std::uint64_t expected = graphs_of(t.name);
    if (r.executions != expected)
      c.wrong.push_back(std::to_string(r.executions) + " executions instead of " + std::to_string(expected));
    if (r.duplicates != 0) c.wrong.push_back("an execution is explored twice");
    for (const std::string& o : relacy.seen)
      if (!saw(r, o)) c.wrong.push_back("did not see " + o + ", which Relacy sees");
  }
  const bool is_load_buffering = t.name.starts_with("LB");
  for (const std::string& o : t.missed)
    if (saw(r, o) == is_load_buffering) c.wrong.push_back((is_load_buffering ? "saw " : "did not see ") + o);
}

void judge(calibrated& c) {
  const litmus& t = *c.test;
  const result& r = c.reduced();
  judge_failure(c, t.fails);
  judge_outcomes(c, t.seen);
  for (const std::string& o : t.missed)
    if (saw(r, o)) c.wrong.push_back("saw " + o + ", which it is known to miss");
  // Searches whose loads see the same have the same outcomes, and find the same failures.
  for (std::size_t i = 0; i != c.searches.size(); ++i)
    for (std::size_t j = 0; j != i; ++j) {
      const result &a = c.searches[i], &b = c.searches[j];
      if (compared_searches[i].group != compared_searches[j].group) continue;
      const bool same = ended(a) == ended(b) && (!a.kind.empty() || a.seen == b.seen);
      if (!same) c.wrong.push_back(std::string(compared_searches[i].name) + " and " + compared_searches[j].name + " differ");
    }
}

struct calibration {
  std::vector<calibrated> all;
  std::vector<job> jobs;
};
calibration of_tests(const std::string& filter, const models::limits& within) {
  calibration c;
  for (const litmus& t : litmus_tests()) {
    if (t.name.find(filter) == std::string::npos) continue;
    c.all.push_back({&t});
    c.jobs.push_back({litmus_prefix + t.name});
    c.jobs.back().within = within;
  }
  return c;
}

}  // namespace

std::vector<calibrated> calibrate(unsigned at_a_time, const std::string& filter,
                                  const std::function<void(const calibrated&)>& done) {
  models::limits within;
  within.max_seconds = 120;
  auto [all, jobs] = of_tests(filter, within);
  run_searches(jobs, at_a_time, [&, &all = all](std::size_t i, const std::vector<result>& searches) {
    all[i].searches = searches;
    judge(all[i]);
    done(all[i]);
  });
  return all;
}

std::vector<calibrated> calibrate_graphs(unsigned at_a_time, const std::string& filter,
                                         const std::function<void(const calibrated&)>& done) {
  models::limits within;
  within.max_seconds = 120;
  const auto by_relacy = of_tests(filter, within);
  std::vector<result> relacy(by_relacy.jobs.size());
  run_all(by_relacy.jobs, at_a_time, {{}, [&](std::size_t i, const result& r) {
            relacy[i] = r;
            return true;
          }});
  within.how = models::search::graphs;
  within.count_duplicates = true;
  auto [all, jobs] = of_tests(filter, within);
  run_all(jobs, at_a_time, {{}, [&, &all = all](std::size_t i, const result& r) {
            all[i].searches = {r};
            judge_graphs(all[i], relacy[i]);
            done(all[i]);
            return true;
          }});
  return all;
}

}  // namespace logbuf::verify
