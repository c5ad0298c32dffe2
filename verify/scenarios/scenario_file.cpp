#include "scenario_file.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace logbuf::verify {

namespace {

using nlohmann::json;

constexpr std::size_t largest_capacity = 2048;  // bytes: what the model's buffer holds
constexpr std::size_t most_claims = 24;         // of an execution, which the oracle keeps

enum class role { producer, consumer };

struct op_syntax {
  const char* name;
  op::kind kind;
  role who;
  bool in_ring, in_channel;
  bool has_size, has_n;
};
constexpr op_syntax syntax[] = {
    {"write", op::kind::write, role::producer, true, true, true, false},
    {"shorten", op::kind::shorten, role::producer, true, true, true, true},
    {"abort", op::kind::abort, role::producer, true, true, true, false},
    {"hold", op::kind::hold, role::producer, true, true, true, false},
    {"commit_held", op::kind::commit_held, role::producer, true, true, false, true},
    {"abort_held", op::kind::abort_held, role::producer, true, true, false, true},
    {"write_bytes", op::kind::write_bytes, role::producer, true, true, true, false},
    {"gather", op::kind::gather, role::producer, true, false, true, true},
    {"flush", op::kind::flush, role::producer, true, false, false, false},
    {"flush_wait", op::kind::flush_wait, role::producer, true, true, false, false},
    {"flush_soon", op::kind::flush_soon, role::producer, true, true, false, false},
    {"flush_for", op::kind::flush_for, role::producer, true, true, false, false},
    {"write_batch", op::kind::write_batch, role::producer, true, true, true, true},
    {"write_batch_more", op::kind::write_batch_more, role::producer, true, true, true, true},
    {"drop_batch", op::kind::drop_batch, role::producer, true, true, true, true},
    {"send_batch", op::kind::send_batch, role::producer, false, true, true, true},
    {"copy", op::kind::copy, role::producer, true, true, false, false},
    {"send", op::kind::send, role::producer, false, true, true, false},
    {"send_soon", op::kind::send_soon, role::producer, false, true, true, false},
    {"send_for", op::kind::send_for, role::producer, false, true, true, false},
    {"send_bytes", op::kind::send_bytes, role::producer, false, true, true, false},
    {"close", op::kind::close, role::producer, false, true, false, false},
    {"occupancy", op::kind::occupancy, role::producer, true, true, false, false},
    {"leave", op::kind::leave, role::producer, true, true, false, false},
    {"read", op::kind::read, role::consumer, true, true, false, false},
    {"await", op::kind::await, role::consumer, true, true, false, true},
    {"keep", op::kind::keep, role::consumer, true, true, false, false},
    {"drain", op::kind::drain, role::consumer, true, true, false, true},
    {"drain_stop", op::kind::drain_stop, role::consumer, true, true, false, true},
    {"drain_keep", op::kind::drain_keep, role::consumer, true, true, false, true},
    {"drain_soon", op::kind::drain_soon, role::consumer, false, true, false, true},
    {"drain_for", op::kind::drain_for, role::consumer, false, true, false, true},
    {"batch", op::kind::batch, role::consumer, true, false, false, true},
    {"batch_keep", op::kind::batch_keep, role::consumer, true, false, false, true},
    {"batch_release", op::kind::batch_release, role::consumer, true, false, false, true},
    {"release", op::kind::release, role::consumer, true, true, false, false},
    {"receive", op::kind::receive, role::consumer, false, true, false, true},
    {"receive_soon", op::kind::receive_soon, role::consumer, false, true, false, true},
    {"receive_for", op::kind::receive_for, role::consumer, false, true, false, true},
    {"iterate", op::kind::iterate, role::consumer, false, true, false, true},
    {"event_loop", op::kind::event_loop, role::consumer, false, true, false, true},
    {"occupancy", op::kind::occupancy, role::consumer, true, true, false, false},
    {"leave", op::kind::leave, role::consumer, true, true, false, false},
};

struct mistake {
  std::string what;
};

// The ring bytes that a claim of this step takes.
std::size_t claim_of(const op& o) {
  return o.is_batch() ? o.n * ((o.size + 15) / 8 * 8) + o.rest() : o.size + 8;
}

// "write 24", "write 24 tries 2", "shorten 24 to 5", "drain 3".
op parse_op(const std::string& text, role who, const workload& w) {
  std::istringstream in(text);
  std::string name;
  in >> name;
  const auto* s = std::find_if(std::begin(syntax), std::end(syntax), [&](const op_syntax& o) { return name == o.name && who == o.who; });
  if (s == std::end(syntax) || !(w.channel ? s->in_channel : s->in_ring))
    throw mistake{"\"" + text + "\" is not a step of a " + (who == role::producer ? "producer" : "consumer") + " of a " +
                  (w.channel ? "channel" : "ring")};
  op o{s->kind, 0, 0, 1};
  const auto number = [&](std::size_t& to) {
    std::string word;
    if (!(in >> word) || word.size() > 6 || word.find_first_not_of("0123456789") != std::string::npos)
      throw mistake{"\"" + text + "\": a number is missing"};
    to = std::stoul(word);
  };
  if (s->has_size) number(o.size);
  std::string word;
  if (s->kind == op::kind::shorten && (!(in >> word) || word != "to")) throw mistake{"\"" + text + "\": expected \"shorten SIZE to N\""};
  if (s->kind == op::kind::gather && (!(in >> word) || word != "at")) throw mistake{"\"" + text + "\": expected \"gather SIZE at N\""};
  if (o.is_batch() && (!(in >> word) || word != "times")) throw mistake{"\"" + text + "\": expected \"" + name + " SIZE times N\""};
  if (s->has_n) number(o.n);
  if (o.is_batch() && (o.n == 0 || o.n > 8)) throw mistake{"\"" + text + "\": a batch has 1 to 8 records"};
  std::size_t tries = 1;
  if (s->kind == op::kind::flush) number(tries);
  if (in >> word) {
    if (s->kind != op::kind::write || word != "tries") throw mistake{"\"" + text + "\": unexpected \"" + word + "\""};
    number(tries);
    if (in >> word) throw mistake{"\"" + text + "\": unexpected \"" + word + "\""};
  }
  o.tries = static_cast<unsigned>(tries);
  if (claim_of(o) > w.capacity / 2 && o.is_batch())
    throw mistake{"\"" + text + "\": a batch of " + std::to_string(claim_of(o)) + " bytes does not fit into half of the ring"};
  if (o.size > w.capacity / 2 - 8) throw mistake{"\"" + text + "\": a ring of this capacity has records of up to " + std::to_string(w.capacity / 2 - 8) + " bytes"};
  if (s->kind == op::kind::gather && o.n > o.size) throw mistake{"\"" + text + "\": the first part is larger than the record"};
  if (s->kind == op::kind::copy && w.ring != variant::mpsc) throw mistake{"\"copy\" requires \"mpsc\""};
  if (s->kind == op::kind::shorten && o.n > o.size) throw mistake{"\"" + text + "\": shortened to more than was claimed"};
  return o;
}

state parse_state(const std::string& name) {
  for (std::size_t s = 0; s != state_count; ++s)
    if (name == to_string(static_cast<state>(s))) return static_cast<state>(s);
  throw mistake{"there is no state \"" + name + "\" (--list shows the states that other scenarios have to reach)"};
}

std::vector<op> parse_thread(const json& list, role who, const workload& w) {
  std::vector<op> ops;
  std::size_t held = 0;
  for (const json& text : list) {
    if (!ops.empty() && ops.back().what == op::kind::leave) throw mistake{"a thread cannot do anything after it has left"};
    ops.push_back(parse_op(text.get<std::string>(), who, w));
    held += ops.back().what == op::kind::hold;
    const bool uses_held = ops.back().what == op::kind::commit_held || ops.back().what == op::kind::abort_held;
    if (held > 4) throw mistake{"a thread holds more than 4 claims"};
    if (uses_held && ops.back().n >= held) throw mistake{"\"" + text.get<std::string>() + "\": no such claim is held (held claims are numbered from 0)"};
  }
  return ops;
}

workload parse(const json& j) {
  for (const auto& [key, value] : j.items())
    if (key != "name" && key != "catches" && key != "ring" && key != "capacity" && key != "release_threshold" && key != "channel" &&
        key != "fences" && key != "fence_may_be_refused" && key != "spurious_wakeups" && key != "traits" &&
        key != "initial_position" && key != "producers_behind" && key != "consumer_prefetch" && key != "spins_before_park" &&
        key != "spins_before_yield" && key != "event_descriptor" && key != "threads" && key != "reaches")
      throw mistake{"\"" + key + "\" is not a key of a scenario"};
  workload w;
  w.name = j.at("name");
  w.catches = j.value("catches", "");
  if (w.name.empty() || w.name.find(':') != std::string::npos) throw mistake{"a name must not be empty or contain a colon"};
  const std::string ring = j.at("ring");
  if (ring != "spsc" && ring != "mpsc") throw mistake{"\"ring\" must be \"spsc\" or \"mpsc\""};
  w.ring = ring == "spsc" ? variant::spsc : variant::mpsc;
  w.capacity = j.at("capacity");
  if (w.capacity < 16 || w.capacity > largest_capacity || (w.capacity & (w.capacity - 1)) != 0)
    throw mistake{"\"capacity\" must be a power of two from 16 to " + std::to_string(largest_capacity)};
  w.threshold = j.value("release_threshold", std::uint64_t{0});
  if (w.threshold > w.capacity) throw mistake{"\"release_threshold\" must not be more than the capacity"};
  w.initial_position = j.value("initial_position", std::uint64_t{0});
  if (w.initial_position % 8 != 0) throw mistake{"\"initial_position\" must be a multiple of 8"};
  w.behind = j.value("producers_behind", std::uint64_t{0});
  if (w.behind % 8 != 0 || w.behind > std::uint64_t{1} << 62)
    throw mistake{"\"producers_behind\" must be a multiple of 8, and at most 2^62"};
  w.prefetch = j.value("consumer_prefetch", true);
  w.spins_before_park = j.value("spins_before_park", 0u);
  w.spins_before_yield = j.value("spins_before_yield", ~0u);
  w.event = j.value("event_descriptor", false);
  w.channel = j.value("channel", false);
  const std::string fences = j.value("fences", "symmetric");
  if (fences != "symmetric" && fences != "asymmetric") throw mistake{"\"fences\" must be \"symmetric\" or \"asymmetric\""};
  w.asymmetric = fences == "asymmetric";
  w.refused = j.value("fence_may_be_refused", false);
  if (w.refused && !w.asymmetric) throw mistake{"only asymmetric fences can be refused"};
  w.spurious = j.value("spurious_wakeups", 0u);
  const std::string traits = j.value("traits", "plain");
  if (traits == "checked") w.traits = form::checked;
  else if (traits == "producer_clears") w.traits = form::producer_clears;
  else if (traits != "plain") throw mistake{"\"traits\" must be \"plain\", \"checked\" or \"producer_clears\""};
  const json& threads = j.at("threads");
  const std::size_t most = w.ring == variant::spsc ? 2 : 4;
  if (threads.size() < 2 || threads.size() > most)
    throw mistake{"\"threads\" must list the producers and, last, the consumer: " + std::string(most == 2 ? "2" : "2 to 4") + " threads in total"};
  if (w.traits == form::checked && (w.channel || threads.size() != (w.ring == variant::spsc ? 2 : 3)))
    throw mistake{"\"checked\" requires a ring, not a channel, and with \"mpsc\" exactly two producers"};
  if (w.traits == form::producer_clears && w.ring != variant::spsc) throw mistake{"\"producer_clears\" requires \"spsc\""};
  std::size_t claims = 0;
  for (std::size_t t = 0; t != threads.size(); ++t) {
    w.threads.push_back(parse_thread(threads[t], t + 1 == threads.size() ? role::consumer : role::producer, w));
    const bool producer = t + 1 != threads.size();
    for (const op& o : w.threads.back())
      if (producer && std::any_of(std::begin(syntax), std::end(syntax), [&](const op_syntax& s) { return s.kind == o.what && s.has_size; }))
        claims += o.is_batch() ? o.n + 1 : o.tries;
    if (!producer && w.threads.back().size() >= most_claims)
      throw mistake{"more than " + std::to_string(most_claims - 1) + " steps of the consumer: no search would complete"};
  }
  const auto does = [](const std::vector<op>& thread, op::kind k) {
    return std::any_of(thread.begin(), thread.end(), [k](const op& o) { return o.what == k; });
  };
  if (does(w.threads.back(), op::kind::leave) &&
      std::any_of(w.threads.begin(), w.threads.end(), [&](const std::vector<op>& t) { return does(t, op::kind::close); }))
    throw mistake{"close is called on the receiver, so the receiver must not leave"};
  if (claims > most_claims) throw mistake{"more than " + std::to_string(most_claims) + " claims and tries: no search would complete"};
  for (const json& s : j.value("reaches", json::array())) w.reaches.push_back(parse_state(s.get<std::string>()));
  return w;
}

}  // namespace

// The inverse of parse_op.
static std::string text_of(const op& o, role who) {
  const auto* s = std::find_if(std::begin(syntax), std::end(syntax), [&](const op_syntax& x) { return x.kind == o.what && x.who == who; });
  std::ostringstream text;
  text << s->name;
  if (s->has_size) text << " " << o.size;
  if (o.what == op::kind::shorten) text << " to";
  if (o.what == op::kind::gather) text << " at";
  if (o.is_batch()) text << " times";
  if (s->has_n) text << " " << o.n;
  if (o.what == op::kind::flush) text << " " << o.tries;
  if (o.what == op::kind::write && o.tries != 1) text << " tries " << o.tries;
  return text.str();
}

static nlohmann::ordered_json as_json(const workload& w) {
  nlohmann::ordered_json j;
  j["name"] = w.name;
  j["ring"] = w.ring == variant::spsc ? "spsc" : "mpsc";
  j["capacity"] = w.capacity;
  if (w.threshold != 0) j["release_threshold"] = w.threshold;
  if (w.initial_position != 0) j["initial_position"] = w.initial_position;
  if (w.behind != 0) j["producers_behind"] = w.behind;
  if (!w.prefetch) j["consumer_prefetch"] = false;
  if (w.traits != form::plain) j["traits"] = w.traits == form::checked ? "checked" : "producer_clears";
  if (w.channel) {
    j["channel"] = true;
    j["fences"] = w.asymmetric ? "asymmetric" : "symmetric";
    if (w.refused) j["fence_may_be_refused"] = true;
    if (w.spurious != 0) j["spurious_wakeups"] = w.spurious;
    if (w.spins_before_park != 0) j["spins_before_park"] = w.spins_before_park;
    if (w.spins_before_yield != ~0u) j["spins_before_yield"] = w.spins_before_yield;
    if (w.event) j["event_descriptor"] = true;
  }
  for (std::size_t t = 0; t != w.threads.size(); ++t) {
    nlohmann::ordered_json steps = json::array();
    for (const op& o : w.threads[t]) steps.push_back(text_of(o, t + 1 == w.threads.size() ? role::consumer : role::producer));
    j["threads"].push_back(steps);
  }
  return j;
}

const char* name_of(op::kind k) {
  return std::find_if(std::begin(syntax), std::end(syntax), [k](const op_syntax& s) { return s.kind == k; })->name;
}

std::string scenario_text(const std::vector<const workload*>& all) {
  nlohmann::ordered_json scenarios = json::array();
  for (const workload* w : all) scenarios.push_back(as_json(*w));
  return nlohmann::ordered_json{{"scenarios", scenarios}}.dump(2);
}

scenario_file read_scenarios(const std::string& path) {
  scenario_file file;
  std::ifstream in(path);
  if (!in) return file.error = "cannot read " + path, file;
  std::string name = "?";
  try {
    const json all = json::parse(in);
    for (const json& j : all.at("scenarios")) {
      name = j.value("name", "?");
      file.scenarios.push_back(parse(j));
    }
  } catch (const mistake& m) {
    file.error = path + ": scenario \"" + name + "\": " + m.what;
  } catch (const json::exception& e) {
    file.error = path + ": " + e.what();
  }
  if (file.error.empty() && file.scenarios.empty()) file.error = path + " has no scenarios";
  return file;
}

}  // namespace logbuf::verify
