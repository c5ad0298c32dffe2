#include "comparison.hpp"

#include "../runner/pool.hpp"

namespace logbuf::verify {

namespace {

bool came_to_its_end(const result& r) { return r.to_the_end && r.is != verdict::failed; }

void judge(comparison& c) {
  c.agree = true;
  for (std::size_t i = 0; i != c.searches.size(); ++i)
    for (std::size_t j = 0; j != i; ++j) {
      const result &a = c.searches[i], &b = c.searches[j];
      if (compared_searches[i].group != compared_searches[j].group || !came_to_its_end(a) || !came_to_its_end(b)) continue;
      c.compared = true;
      c.agree &= a.outcomes == b.outcomes && a.outcome_digest == b.outcome_digest && a.outcomes != 0;
    }
  for (const result& r : c.searches) c.agree &= r.is != verdict::failed;
}

}  // namespace

void run_searches(const std::vector<job>& jobs, unsigned at_a_time,
                  const std::function<void(std::size_t, const std::vector<result>&)>& done) {
  constexpr std::size_t searches = std::size(compared_searches);
  std::vector<job> all;
  for (const job& j : jobs)
    for (const compared_search& s : compared_searches) {
      all.push_back(j);
      models::limits& l = all.back().within;
      l.how = s.how, l.reduce = s.reduce, l.newest_two = s.newest_two;
    }
  std::vector<std::vector<result>> results(jobs.size(), std::vector<result>(searches));
  std::vector<std::size_t> left(jobs.size(), searches);
  run_all(all, at_a_time, {{}, [&](std::size_t i, const result& r) {
            const std::size_t job = i / searches;
            results[job][i % searches] = r;
            if (--left[job] == 0) done(job, results[job]);
            return true;
          }});
}

void compare_searches(std::vector<job> jobs, unsigned at_a_time, std::uint64_t executions,
                      const std::function<void(const comparison&)>& done) {
  for (job& j : jobs) j.within.collect_outcomes = true, j.within.max_executions = executions;
  run_searches(jobs, at_a_time, [&](std::size_t i, const std::vector<result>& searches) {
    comparison c{jobs[i].scenario, searches};
    judge(c);
    done(c);
  });
}

}  // namespace logbuf::verify
