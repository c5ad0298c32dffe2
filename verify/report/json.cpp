#include "json.hpp"

namespace logbuf::verify {

using nlohmann::json;

json to_json(const result& r) {
  json weakened = json::array();
  for (const weakening& w : r.weakened) weakened.push_back({{"site", w.site}, {"order", w.order}});
  json j = {{"scenario", r.scenario},
            {"engine", r.engine},
            {"search", to_string(r.how)},
            {"executions", r.executions},
            {"redundant", r.redundant},
            {"blocked", r.blocked},
            {"given_up", r.given_up},
            {"duplicates", r.duplicates},
            {"differs_from_the_start", r.differs_from_the_start},
            {"explored_to_the_end", r.to_the_end},
            {"seconds", r.seconds},
            {"verdict", to_string(r.is)},
            {"passed", passes(r.is)},
            {"weakened", weakened},
            {"unreached", r.unreached},
            {"sites", r.sites}};
  for (const auto& s : r.reached) j["reached"][s.name] = s.times;
  if (!r.seen.empty()) j["seen"] = r.seen;
  if (r.relacy_executions != 0)
    j["relacy"] = {{"executions", r.relacy_executions}, {"explored_to_the_end", r.relacy_to_the_end},
                   {"outcomes", r.relacy_outcomes}, {"missed", r.missed_outcomes}};
  if (r.outcomes != 0) j["outcomes"] = {{"count", r.outcomes}, {"digest", r.outcome_digest}};
  if (r.how == models::search::bound) j["context_bound"] = r.context_bound;
  if (r.is == verdict::failed)
  {
    json steps = json::array();
    for (const history_step& s : r.steps)
      steps.push_back({{"thread", s.thread}, {"site", s.site}, {"operation", s.operation}, {"value", s.value},
                       {"order", s.order}, {"source", s.source}, {"synchronises", s.synchronises}});
    j["failure"] = {{"kind", r.kind}, {"what", r.failure}, {"history", r.history}, {"replay", r.replay},
                    {"steps", steps}, {"graph", r.graph}, {"dot", r.dot}, {"raced", {r.raced_first, r.raced_second}}};
  }
  return j;
}

result from_json(const json& j) {
  result r;
  r.scenario = j.at("scenario");
  r.engine = j.at("engine");
  for (const auto s : {models::search::reduced, models::search::full, models::search::bound, models::search::random,
                       models::search::graphs})
    if (j.at("search") == to_string(s)) r.how = s;
  r.context_bound = j.value("context_bound", 0u);
  r.executions = j.at("executions");
  r.redundant = j.at("redundant");
  r.blocked = j.value("blocked", std::uint64_t{0});
  r.given_up = j.value("given_up", std::uint64_t{0});
  r.duplicates = j.value("duplicates", std::uint64_t{0});
  r.differs_from_the_start = j.value("differs_from_the_start", false);
  if (j.contains("relacy")) {
    const json& other = j["relacy"];
    r.relacy_executions = other.at("executions"), r.relacy_to_the_end = other.at("explored_to_the_end");
    r.relacy_outcomes = other.at("outcomes"), r.missed_outcomes = other.at("missed");
  }
  if (j.contains("outcomes")) {
    r.outcomes = j["outcomes"].at("count");
    r.outcome_digest = j["outcomes"].at("digest");
  }
  r.to_the_end = j.at("explored_to_the_end");
  r.seconds = j.at("seconds");
  for (const auto v : {verdict::held, verdict::sampled, verdict::failed, verdict::unreached, verdict::incomplete})
    if (j.at("verdict") == to_string(v)) r.is = v;
  for (const json& w : j.at("weakened")) r.weakened.push_back({w.at("site"), w.at("order")});
  r.unreached = j.at("unreached").get<std::vector<std::string>>();
  r.sites = j.at("sites").get<std::vector<std::string>>();
  if (j.contains("reached"))
    for (const auto& [name, times] : j["reached"].items()) r.reached.push_back({name, times});
  if (j.contains("seen")) r.seen = j["seen"].get<std::vector<std::string>>();
  if (j.contains("failure")) {
    r.kind = j["failure"].at("kind");
    r.failure = j["failure"].at("what");
    r.history = j["failure"].at("history");
    r.replay = j["failure"].at("replay");
    r.graph = j["failure"].at("graph"), r.dot = j["failure"].at("dot");
    for (const json& s : j["failure"].at("steps"))
      r.steps.push_back({s.at("thread"), s.at("site"), s.at("operation"), s.at("value"), s.at("order"), s.at("source"),
                         s.at("synchronises")});
    r.raced_first = j["failure"].at("raced").at(0);
    r.raced_second = j["failure"].at("raced").at(1);
  }
  return r;
}

}  // namespace logbuf::verify
