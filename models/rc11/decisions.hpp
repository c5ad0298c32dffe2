// A counterexample as text: what was decided, event by event, in an order in which it can be decided again.
//
// A decision is the thread whose event comes next, and a number: where a read's source, or a write, stands among the writes
// to its location that came before in this order, or which alternative was chosen. "0.1,1.0,1.2!"; '!' is a spurious failure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph.hpp"

namespace logbuf::models::rc11 {

struct decision {
  unsigned thread = 0;
  unsigned number = 0;
  bool spurious = false;
};

// Puts the operation in as decided; false: there is no such alternative.
inline bool follow_one(graph& g, unsigned thread, const operation& what, const decision& d) {
  const auto writes = [&] { return g.of(what.where).writes.size(); };
  switch (what.what) {
    case op::fence: return g.add_fence(thread, what), true;
    case op::choice: return d.number < what.operand && (g.add_choice(thread, what, d.number), true);
    case op::store:
    case op::plain_store:
      if (d.number == 0 || d.number > writes() || d.number <= g.bound(what.where, g.point_of_next(thread))) return false;
      return g.add_write(thread, what, what.operand, d.number), true;
    default: break;
  }
  if (d.number >= writes() || d.number < g.bound(what.where, g.point_of_next(thread))) return false;
  g.add_read(thread, what, g.of(what.where).writes[d.number], d.spurious);
  if (!g.is_half(thread)) return true;
  if (g.is_joined(g.of(what.where), d.number + 1)) return false;
  const std::uint64_t read = g.at(thread, g.size(thread)).value;
  g.add_write(thread, what, result_of(what, read), d.number + 1);
  return true;
}

inline std::vector<decision> decisions_of(const graph& g, const std::vector<event_id>& run) {
  std::vector<decision> all;
  std::vector<std::vector<event_id>> ran(g.location_count(), {initial});
  for (const event_id id : run) {
    const event& e = g.at(id);
    decision d{id.thread(), 0, e.spurious};
    if (e.is == kind::choice) d.number = static_cast<unsigned>(e.value);
    if (e.is_read()) {
      const auto& writes = ran[e.what.where];
      d.number = static_cast<unsigned>(std::find(writes.begin(), writes.end(), e.source) - writes.begin());
    }
    if (e.is_write()) {
      auto& writes = ran[e.what.where];
      while (d.number != writes.size() && g.place_of(writes[d.number]) < e.place) ++d.number;
      writes.insert(writes.begin() + d.number, id);
      if (e.exclusive) continue;  // decided with its first half
    }
    all.push_back(d);
  }
  return all;
}

inline std::string to_text(const std::vector<decision>& all) {
  std::string text;
  for (const decision& d : all) {
    if (!text.empty()) text += ',';
    text += std::to_string(d.thread) + '.' + std::to_string(d.number) + (d.spurious ? "!" : "");
  }
  return text.empty() ? "-" : text;
}

inline std::vector<decision> parse_decisions(const std::string& text) {
  std::vector<decision> all;
  const char* at = text.c_str();
  const auto number = [&] {
    unsigned n = 0;
    for (; *at >= '0' && *at <= '9' && n < 100'000; ++at) n = n * 10 + static_cast<unsigned>(*at - '0');
    return n;
  };
  while (*at != 0) {
    decision d;
    d.thread = number();
    if (*at != '.') break;
    ++at;
    d.number = number();
    if (*at == '!') d.spurious = true, ++at;
    all.push_back(d);
    if (*at == ',') ++at;
  }
  return all;
}

}  // namespace logbuf::models::rc11
