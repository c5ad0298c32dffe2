#include "run_job.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>

#include "../../models/outcomes.hpp"
#include "../../models/session.hpp"
#include "../engines/engines.hpp"
#include "../litmus/run.hpp"
#include "../report/history.hpp"
#include "../scenarios/run_state.hpp"

namespace logbuf::verify {

namespace {

constexpr int strength(std::memory_order o) {
  switch (o) {
    case std::memory_order_relaxed: return 0;
    case std::memory_order_consume:
    case std::memory_order_acquire:
    case std::memory_order_release: return 1;
    case std::memory_order_acq_rel: return 2;
    case std::memory_order_seq_cst: break;
  }
  return 3;
}

const ordering_site* find_site(const std::string& name) {
  const auto* it = std::find_if(ordering_sites.begin(), ordering_sites.end(),
                                [&](const ordering_site& s) { return s.name == name; });
  return it == ordering_sites.end() ? nullptr : it;
}

std::optional<std::memory_order> find_order(const std::string& name) {
  for (const auto o : {std::memory_order_relaxed, std::memory_order_acquire, std::memory_order_release,
                       std::memory_order_acq_rel, std::memory_order_seq_cst})
    if (name == order_name(static_cast<int>(o))) return o;
  return std::nullopt;
}

bool fits(ordering_site::access kind, std::memory_order o) {
  const bool acquires = o == std::memory_order_acquire || o == std::memory_order_acq_rel;
  const bool releases = o == std::memory_order_release || o == std::memory_order_acq_rel;
  using access = ordering_site::access;
  if (kind == access::load || kind == access::exchange_lost) return !releases;
  if (kind == access::store) return !acquires;
  // A read-modify-write and a fence can be anything.
  return true;
}

std::vector<std::memory_order> weaker_orders(const ordering_site& s) {
  std::vector<std::memory_order> weaker;
  for (const auto o : {std::memory_order_acq_rel, std::memory_order_acquire, std::memory_order_release, std::memory_order_relaxed})
    if (strength(o) < strength(s.order) && fits(s.kind, o)) weaker.push_back(o);
  return weaker;
}

// Relacy's state, "iteration [size (count index type)*]", with one character for each number of a triple.
constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

std::string pack(const std::string& state) {
  std::istringstream in(state);
  std::string iteration, packed;
  in >> iteration;
  std::size_t size = 0;
  in >> size;
  for (unsigned n; in >> n;) packed += digits[n % 36];
  return iteration + "." + packed;
}

std::optional<std::string> unpack(const std::string& text) {
  const auto dot = text.find('.');
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (dot == std::string::npos || dot == 0 || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dot), is_digit))
    return std::nullopt;
  const std::string packed = text.substr(dot + 1);
  if (packed.size() % 3 != 0) return std::nullopt;
  std::string state = text.substr(0, dot) + " ";
  if (!packed.empty()) state += std::to_string(packed.size() / 3) + " ";
  for (std::size_t i = 0; i != packed.size(); ++i) {
    const auto* d = std::find(digits, digits + 36, packed[i]);
    if (d == digits + 36) return std::nullopt;
    // A choice is one of its count, and its kind one that the schedulers know: anything else they would abort on.
    if (i % 3 == 2 && (packed[i] > '4' || packed[i - 1] >= packed[i - 2])) return std::nullopt;
    state += std::to_string(d - digits) + " ";
  }
  return state;
}

// The state of a graph: decisions, as models/rc11/decisions.hpp has them.
std::optional<std::string> graph_state(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789.,!-") != std::string::npos) return std::nullopt;
  return text;
}

std::string replay_text(const job& j, const std::string& state) {
  std::string weakened;
  for (const weakening& w : j.weakened) weakened += (weakened.empty() ? "" : ",") + w.site + "=" + w.order;
  std::string search = to_string(j.within.how);
  if (j.within.how == models::search::bound) search += std::to_string(j.within.context_bound);
  return j.scenario + ":" + search + ":" + weakened + ":" + (j.within.how == models::search::graphs ? state : pack(state));
}

}  // namespace

const workload* find_scenario(const std::string& name) {
  const auto& all = scenarios();
  const auto it = std::find_if(all.begin(), all.end(), [&](const workload& w) { return w.name == name; });
  return it == all.end() ? nullptr : &*it;
}

std::optional<std::string> check_weakening(const weakening& w) {
  const ordering_site* s = find_site(w.site);
  if (s == nullptr) return "there is no ordering site '" + w.site + "' (--sites lists them)";
  const auto weaker = weaker_orders(*s);
  const auto order = find_order(w.order);
  if (!order || std::find(weaker.begin(), weaker.end(), *order) == weaker.end())
    return "'" + w.order + "' is no weaker order for " + w.site + ", which is " + order_name(static_cast<int>(s->order));
  return std::nullopt;
}

std::vector<weakening> all_weakenings() {
  std::vector<weakening> all;
  for (const ordering_site& s : ordering_sites)
    for (const auto o : weaker_orders(s)) all.push_back({std::string(s.name), order_name(static_cast<int>(o))});
  return all;
}

static result run_litmus(const job& j) {
  const auto& all = litmus_tests();
  const auto test = std::find_if(all.begin(), all.end(), [&](const litmus& t) { return litmus_prefix + t.name == j.scenario; });
  models::current = {};
  const models::outcome o = run_engine(*test, j.within);
  result r;
  r.scenario = j.scenario;
  r.how = j.within.how;
  r.engine = engine_of(j.within.how);
  r.executions = o.executions, r.redundant = o.redundant;
  r.blocked = o.blocked, r.given_up = o.given_up, r.duplicates = o.duplicates;
  r.to_the_end = o.to_the_end;
  r.is = o.failed ? verdict::failed : o.to_the_end ? verdict::held : verdict::incomplete;
  r.kind = o.kind, r.failure = o.failure;
  for (std::size_t i = 0; i != running_litmus.size; ++i) r.seen.emplace_back(running_litmus.outcomes[i].data());
  std::sort(r.seen.begin(), r.seen.end());
  return r;
}

// What Relacy's reduced search sees of the workload, whether it comes to its end or not.
static models::outcome_set outcomes_of_relacy(const workload& w, const job& j, result& r) {
  models::limits l = j.within;
  l.how = models::search::reduced, l.collect_outcomes = true;
  const models::outcome o = run_relacy(w, l);
  r.relacy_executions = o.executions, r.relacy_to_the_end = o.to_the_end;
  models::current = {};
  running = {&w, {}};
  return std::exchange(models::outcomes, {});
}

// What the explorer leaves out, and what it goes on from in the middle, changes nothing of what there is.
static bool differs_from_the_start(const workload& w, models::limits within, const models::outcome& o) {
  running = {&w, {}};
  models::outcomes = {};
  within.from_the_start = true;
  const models::outcome all = run_engine(w, within);
  return all.failed != o.failed || all.executions != o.executions || all.blocked != o.blocked || all.outcomes != o.outcomes ||
         all.outcome_digest != o.outcome_digest || all.given_up < o.given_up;
}

result run_job(const job& j) {
  if (j.scenario.starts_with(litmus_prefix)) return run_litmus(j);
  const workload& w = *find_scenario(j.scenario);
  models::current = {};
  for (const weakening& weak : j.weakened)
    models::current.orders[static_cast<std::size_t>(find_site(weak.site)->id)] = *find_order(weak.order);

  result r;
  models::outcome_set others;
  models::limits within = j.within;
  if (within.compare) others = outcomes_of_relacy(w, j, r), within.collect_outcomes = true, within.max_executions = 0;
  const auto start = std::chrono::steady_clock::now();
  const models::outcome o = run_engine(w, within);
  if (within.compare) r.relacy_outcomes = others.size(), r.missed_outcomes = others.missing_in(models::outcomes);
  if (within.compare && !o.failed) r.differs_from_the_start = differs_from_the_start(w, within, o);

  r.scenario = j.scenario;
  r.how = j.within.how;
  r.context_bound = j.within.how == models::search::bound ? j.within.context_bound : 0;
  r.executions = o.executions;
  r.redundant = o.redundant;
  r.engine = engine_of(j.within.how);
  r.blocked = o.blocked, r.given_up = o.given_up, r.duplicates = o.duplicates;
  r.outcomes = o.outcomes;
  r.outcome_digest = o.outcome_digest;
  r.to_the_end = o.to_the_end;
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  r.weakened = j.weakened;
  for (const ordering_site& s : ordering_sites)
    if (models::current.hits[static_cast<std::size_t>(s.id)] != 0) r.sites.emplace_back(s.name);
  if (o.failed) {
    r.is = verdict::failed;
    r.kind = o.kind;
    r.failure = o.failure;
    r.graph = o.graph, r.dot = o.dot;
    r.history = print_history(static_cast<unsigned>(w.threads.size()));
    r.steps = history_steps();
    if (models::current.raced_first != models::session::none) {
      r.raced_first = static_cast<int>(models::current.raced_first);
      r.raced_second = static_cast<int>(models::current.raced_second);
    }
    r.replay = replay_text(j, o.state);
    return r;
  }
  for (const state s : w.reaches)
    if (running.reached[static_cast<std::size_t>(s)] == 0) r.unreached.emplace_back(to_string(s));
  for (std::size_t s = 0; s != state_count; ++s)
    if (running.reached[s] != 0) r.reached.push_back({to_string(static_cast<state>(s)), running.reached[s]});
  if (o.executions == 0) r.unreached.emplace_back("any execution");
  // A search that was cut short may just not have come to the state yet.
  if (!o.to_the_end && j.within.how != models::search::random) r.is = verdict::incomplete;
  else if (!r.unreached.empty()) r.is = verdict::unreached;
  else r.is = o.to_the_end ? verdict::held : verdict::sampled;
  return r;
}

parsed_replay parse_replay(const std::string& text) {
  const auto broken = [](const std::string& why) { return parsed_replay{{}, "--replay: " + why}; };
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ':');) parts.push_back(part);
  if (parts.size() != 4) return broken("expected SCENARIO:SEARCH:WEAKENED:STATE, as a failure prints it");
  parsed_replay p;
  p.what.scenario = parts[0];
  if (find_scenario(parts[0]) == nullptr) return broken("there is no scenario '" + parts[0] + "'");
  const std::string bound = to_string(models::search::bound);
  if (parts[1] == to_string(models::search::reduced)) {
    p.what.within.how = models::search::reduced;
  } else if (parts[1] == to_string(models::search::full)) {
    p.what.within.how = models::search::full;
  } else if (parts[1] == to_string(models::search::random)) {
    p.what.within.how = models::search::random;
  } else if (parts[1] == to_string(models::search::graphs)) {
    p.what.within.how = models::search::graphs;
  } else if (parts[1].size() == bound.size() + 1 && parts[1].starts_with(bound) && parts[1].back() >= '0' && parts[1].back() <= '9') {
    p.what.within.how = models::search::bound;
    p.what.within.context_bound = static_cast<unsigned>(parts[1].back() - '0');
  } else {
    return broken("there is no search '" + parts[1] + "'");
  }
  std::istringstream weak(parts[2]);
  for (std::string one; std::getline(weak, one, ',');) {
    const auto equals = one.find('=');
    const weakening w{one.substr(0, equals), equals == std::string::npos ? "" : one.substr(equals + 1)};
    if (const auto wrong = check_weakening(w)) return broken(*wrong);
    p.what.weakened.push_back(w);
  }
  const bool is_graph = p.what.within.how == models::search::graphs;
  const auto state = is_graph ? graph_state(parts[3]) : unpack(parts[3]);
  if (!state) return broken("the state is damaged");
  p.what.within.replay = *state;
  if (p.what.within.how == models::search::random) p.what.within.max_executions = ~std::uint64_t{0};
  return p;
}

}  // namespace logbuf::verify
