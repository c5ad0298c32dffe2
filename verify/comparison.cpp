#include "comparison.hpp"

#include "pool.hpp"

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

std::vector<comparison> compare_searches(const std::vector<job>& jobs, unsigned at_a_time, std::uint64_t executions,
                                         const std::function<void(const comparison&)>& done) {
  constexpr std::size_t searches = std::size(compared_searches);
  std::vector<job> all;
  for (const job& j : jobs)
    for (const compared_search& s : compared_searches) {
      all.push_back(j);
      models::limits& l = all.back().within;
      l.how = s.how, l.reduce = s.reduce, l.newest_two = s.newest_two;
      l.collect_outcomes = true;
      l.max_executions = executions;
    }
  std::vector<comparison> compared(jobs.size());
  std::vector<std::size_t> left(jobs.size(), searches);
  for (std::size_t i = 0; i != jobs.size(); ++i) compared[i].scenario = jobs[i].scenario, compared[i].searches.resize(searches);
  run_all(all, at_a_time, {{}, [&](std::size_t i, const result& r) {
            comparison& c = compared[i / searches];
            c.searches[i % searches] = r;
            if (--left[i / searches] == 0) judge(c), done(c);
            return true;
          }});
  return compared;
}

}  // namespace logbuf::verify
