#include "../../models/rc11/explorer.hpp"
#include "small_program.hpp"

namespace logbuf::tests {

namespace {

using namespace models::rc11;

// The next step of a thread, by its events so far; none: the thread is done, or waits.
const small_step* next_step(const small_program& p, const graph& g, unsigned t, bool& waits) {
  int last = -1;
  std::size_t step = 0;
  std::vector<std::uint64_t> values(p[t].size());
  std::vector<bool> taken(p[t].size());
  for (unsigned n = 1; n <= g.size(t); ++n) {
    const event& e = g.at(t, n);
    step = e.what.note + 1;
    taken[step - 1] = true;
    if (!e.is_read() && e.is != kind::choice) continue;
    last = static_cast<int>(e.value);
    values[step - 1] = e.value;
    const small_step& s = p[t][step - 1];
    if ((s.awaited >= 0 && (s.awaited != last || e.spurious)) || (s.changes >= 0 && e.value == values[static_cast<std::size_t>(s.changes)]))
      return waits = true, nullptr;
  }
  for (; step != p[t].size(); ++step)
    if ((p[t][step].condition < 0 || p[t][step].condition == last) &&
        (p[t][step].after < 0 || taken[static_cast<std::size_t>(p[t][step].after)]))
      return &p[t][step];
  return nullptr;
}

std::string name_of(const graph& g, event_id e) {
  if (e == initial) return "i";
  return std::to_string(e.thread()) + "." + std::to_string(g.at(e).what.note);
}

}  // namespace

std::string to_text(const graph& g, unsigned threads, unsigned locations) {
  std::string s;
  for (unsigned t = 0; t != threads; ++t) {
    s += "|";
    for (unsigned n = 1; n <= g.size(t); ++n) {
      const event& e = g.at(t, n);
      if (e.is_write() && e.exclusive) continue;
      s += std::to_string(e.what.note);
      if (e.is_read()) s += "<" + name_of(g, e.source) + (e.spurious ? "!" : "");
      if (e.is == kind::choice) s += "=" + std::to_string(e.value);
      s += " ";
    }
  }
  for (unsigned l = 0; l != locations; ++l) {
    s += "#";
    if (l < g.location_count())
      for (const event_id w : g.of(static_cast<location>(l)).writes)
        if (w != initial) s += name_of(g, w) + " ";
  }
  return s;
}

unsigned locations_of(const small_program& p) {
  unsigned locations = 0;
  for (const auto& thread : p)
    for (const small_step& s : thread) locations = std::max(locations, s.what.where + 1u);
  return locations;
}

explored explore(const small_program& p, unsigned spurious_failures) {
  explored result;
  explorer x;
  const unsigned locations = locations_of(p);
  x.start(static_cast<unsigned>(p.size()), spurious_failures);
  for (bool more = true; more;) {
    auto step = explorer::step::extended;
    bool waits = false;
    for (unsigned t = 0; t != p.size() && step == explorer::step::extended;) {
      const small_step* s = next_step(p, x.current(), t, waits);
      if (s == nullptr) {
        ++t;
        continue;
      }
      step = x.extend(t, s->what);
    }
    if (step == explorer::step::restart) {
      more = x.restart();
      continue;
    }
    if (step == explorer::step::dead) {
      ++result.dead;
    } else if (waits) {
      ++result.blocked;
    } else {
      ++result.complete;
      result.found.insert(to_text(x.current(), static_cast<unsigned>(p.size()), locations));
    }
    more = x.next();
  }
  return result;
}

}  // namespace logbuf::tests
