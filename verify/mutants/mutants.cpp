#include "mutants.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "../runner/pool.hpp"
#include "../runner/run_job.hpp"

namespace logbuf::verify {

namespace {

// A short look at each scenario: a weakened site matters only where it is used.
std::map<std::string, std::set<std::string>> sites_used_by(const std::vector<job>& jobs, unsigned at_a_time) {
  std::vector<job> looks = jobs;
  for (job& j : looks) {
    if (j.within.how != models::search::graphs) j.within.how = models::search::random;
    j.within.max_executions = 2000;
  }
  std::map<std::string, std::set<std::string>> used;
  run_all(looks, at_a_time, {{}, [&](std::size_t i, const result& r) {
            used[looks[i].scenario] = {r.sites.begin(), r.sites.end()};
            return true;
          }});
  return used;
}

}  // namespace

std::vector<mutant> run_mutants(const std::vector<job>& jobs, unsigned at_a_time,
                                const std::function<void(const mutant&)>& done) {
  const auto used = sites_used_by(jobs, at_a_time);
  std::vector<mutant> all;
  for (const weakening& w : all_weakenings()) {
    mutant m{w};
    std::vector<job> tries;
    for (const job& j : jobs) {
      if (!used.at(j.scenario).contains(w.site)) continue;
      tries.push_back(j);
      tries.back().weakened = {w};
    }
    // The killer is the first in the order of the scenarios, whichever process is done first: the same in every run.
    std::size_t first = tries.size();
    run_all(tries, at_a_time, {{}, [&](std::size_t i, const result& r) {
              m.executions += r.executions;
              if (r.is == verdict::failed && i < first) first = i, m.killer = r;
              return first == tries.size();
            }});
    m.killed = first != tries.size();
    if (m.killed) {
      m.shortest = m.killer;
      for (job& j : tries) j.within.max_executions = 2000;
      run_all(tries, at_a_time, {{}, [&](std::size_t, const result& r) {
                if (is_shorter_failure(r, m.shortest)) m.shortest = r;
                return true;
              }});
    }
    done(m);
    all.push_back(std::move(m));
  }
  return all;
}

}  // namespace logbuf::verify
