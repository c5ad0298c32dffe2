// Explores every consistent execution graph of a program once, after TruSt (Kokologiannakis, Marmanis, Gladstein and
// Vafeiadis, POPL 2022). It knows graphs and operations, and nothing of threads that run.
//
// A graph grows by the next event of the leftmost thread that can go on. A read is put in with each write that it may read
// from; a write with each place in modification order, and then as the source of each read that was there before it (a
// backward revisit): what was put in after the read and does not lead to the write is dropped, provided that all of it,
// and the read, was put in the way of one kind: reading the newest, written last, the usual alternative (is_maximal).
// Since exactly one of the graphs that could be cut down to the same rest has everything that is dropped in that way, each
// graph comes once, without a table of those that were.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "consistency.hpp"
#include "graph.hpp"
#include "histories.hpp"

namespace logbuf::models::rc11 {

class explorer {
 public:
  enum class step : std::uint8_t {
    extended,  // the event is in the graph, and its thread goes on
    restart,   // the graph is another one: the program has to be run along it from the start
    dead,      // no alternative is consistent
  };

  // Of a program: at least one of the first `n` threads.
  void start(unsigned n, unsigned spurious_failures, const histories* known = nullptr) {
    threads_ = n;
    histories_ = known;
    spurious_failures_ = spurious_failures;
    depth_ = 0;
    branched_at_.reset();
    frames_.clear();
    push();
  }

  const graph& current() const { return top().events; }
  graph& current() { return top().events; }

  // Puts the operation in, as the next of its thread, with the first of its alternatives.
  step extend(unsigned thread, const operation& what) {
    frame& f = top();
    switch (what.what) {
      case op::fence: f.events.add_fence(thread, what); return step::extended;
      case op::plain_store:
        f.events.add_write(thread, what, what.operand, static_cast<unsigned>(f.events.of(what.where).writes.size()));
        return step::extended;
      case op::choice: return choose(thread, what, part::choice);
      case op::store: return choose(thread, what, part::write);
      default: break;
    }
    const step s = choose(thread, what, part::read);
    if (s != step::extended || !f.events.is_half(thread)) return s;
    return choose(thread, what, part::write);
  }

  // A point of the exploration: how many revisits led to its graph, and how many events that had then.
  struct point {
    std::size_t depth = 0, size = 0;
    friend auto operator<=>(const point&, const point&) = default;
  };
  point here() const { return {depth_, top().events.size()}; }
  // At that point, which is not below, something was chosen, and may be chosen otherwise without a revisit.
  bool has_alternative_at(const point& p) const {
    const frame& f = top();
    std::size_t end = f.alternatives.size();
    for (std::size_t i = f.choices.size(); i-- != 0 && f.choices[i].size >= p.size; end = f.choices[i].first) {
      const choice& c = f.choices[i];
      if (c.size == p.size && c.next != end && !f.alternatives[c.next].revisits) return true;
    }
    return false;
  }
  // The point at which the graph at hand goes another way than the one before; none: somewhere further back, by a revisit.
  std::optional<point> branched_at() const { return branched_at_; }

  // The next graph to run the program along; false: there is none.
  bool next() {
    while (depth_ != 0) {
      frame& f = top();
      while (!f.choices.empty()) {
        const point from{depth_, f.choices.back().size};
        const step s = take(f);
        if (s == step::dead) {
          f.choices.pop_back();
          continue;
        }
        branched_at_.reset();
        if (s == step::extended) branched_at_ = from;
        if (finish_halves()) return true;
        return next();
      }
      --depth_;
    }
    return false;
  }
  // After extend answered `restart`.
  bool restart() {
    branched_at_.reset();
    return finish_halves() || next();
  }

 private:
  enum class part : std::uint8_t { read, write, choice };
  struct alternative {
    bool revisits = false;
    bool spurious = false;    // of the read, or of the read that is revisited
    event_id read;            // that is revisited
    std::uint32_t place = 0;  // of the source, of the write, or the number of the choice
  };
  struct choice {
    std::size_t size;  // of the graph before it
    unsigned thread;
    part is;
    operation what;
    std::size_t first, next;  // alternatives of the frame
  };
  struct frame {
    graph events;
    std::vector<choice> choices;
    std::vector<alternative> alternatives;
  };

  frame& top() { return *frames_[depth_ - 1]; }
  const frame& top() const { return *frames_[depth_ - 1]; }
  frame& push() {
    if (depth_ == frames_.size()) frames_.push_back(std::make_unique<frame>());
    frame& f = *frames_[depth_++];
    f.choices.clear();
    f.alternatives.clear();
    return f;
  }

  step choose(unsigned thread, const operation& what, part is) {
    frame& f = top();
    choice c{f.events.size(), thread, is, what, f.alternatives.size(), f.alternatives.size()};
    switch (is) {
      case part::read: list_sources(f, c); break;
      case part::write: list_places(f, c); list_revisits(f, c); break;
      case part::choice:
        for (std::uint32_t i = 0; i != what.operand; ++i) f.alternatives.push_back({false, false, {}, i});
        break;
    }
    f.choices.push_back(c);
    const step s = take(f);
    if (s == step::dead) f.choices.pop_back();
    return s;
  }

  // The next alternative of the last choice that is consistent.
  step take(frame& f) {
    const std::size_t last = f.choices.size() - 1;
    const std::size_t end = f.alternatives.size();
    for (;;) {
      choice& c = f.choices[last];
      f.events.truncate(c.size);
      if (c.next == end) {
        f.alternatives.resize(c.first);
        return step::dead;
      }
      const alternative a = f.alternatives[c.next++];
      if (a.revisits) {
        if (revisit(f, c, a)) return step::restart;
        continue;
      }
      bool may_break_psc = false;
      switch (c.is) {
        case part::read: {
          const auto& l = f.events.of(c.what.where);
          may_break_psc = a.place + 1 != l.writes.size();
          f.events.add_read(c.thread, c.what, l.writes[a.place], a.spurious);
          break;
        }
        case part::write:
          may_break_psc = a.place != f.events.of(c.what.where).writes.size();
          f.events.add_write(c.thread, c.what, value_of(f.events, c), a.place);
          break;
        case part::choice: f.events.add_choice(c.thread, c.what, a.place); break;
      }
      if (!may_break_psc || is_psc_acyclic(f.events)) {
        // Nothing comes after: the choice is none any more, and its alternatives need no memory.
        if (c.next == end) f.alternatives.resize(c.first), f.choices.pop_back();
        return step::extended;
      }
    }
  }

  static std::uint64_t value_of(const graph& g, const choice& c) {
    if (!g.is_half(c.thread)) return c.what.operand;
    return result_of(c.what, g.at(c.thread, g.size(c.thread)).value);
  }

  // Newest first, so that the first execution is one of those that everybody expects.
  void list_sources(frame& f, const choice& c) const {
    const auto& l = f.events.of(c.what.where);
    const unsigned bound = f.events.bound(c.what.where, f.events.point_of_next(c.thread));
    for (unsigned p = static_cast<unsigned>(l.writes.size()); p-- > bound;) {
      const std::uint64_t value = f.events.value_of(l.writes[p], c.what.where);
      const bool is_newest = p + 1 == l.writes.size();
      for (const bool spurious : {false, true}) {
        if (spurious && !may_fail(c.what, value, f.events.spurious_failures())) continue;
        const bool is_waste = (!is_newest || spurious) && histories_ != nullptr && histories_->leads_to_wait(c.what.history, value, spurious);
        if (!is_waste) f.alternatives.push_back({false, spurious, {}, p});
      }
    }
  }
  bool may_fail(const operation& what, std::uint64_t read, unsigned failures) const {
    return what.what == op::compare_exchange && !what.is_strong && read == what.expected && failures < spurious_failures_;
  }

  void list_places(frame& f, const choice& c) const {
    const auto& l = f.events.of(c.what.where);
    if (f.events.is_half(c.thread)) {
      const unsigned p = place_behind_source(f.events, c.thread);
      if (!f.events.is_joined(l, p)) f.alternatives.push_back({false, false, {}, p});
      return;
    }
    const unsigned bound = f.events.bound(c.what.where, f.events.point_of_next(c.thread));
    for (auto p = static_cast<unsigned>(l.writes.size()); p > bound; --p)
      if (!f.events.is_joined(l, p)) f.alternatives.push_back({false, false, {}, p});
  }
  static unsigned place_behind_source(const graph& g, unsigned thread) {
    return g.place_of(g.at(thread, g.size(thread)).source) + 1;
  }

  // The reads that the write could be the source of, in the graph before it is put in.
  void list_revisits(frame& f, const choice& c) {
    const graph& g = f.events;
    const clock causes = g.causes_of_next(c.thread);
    const auto& l = g.of(c.what.where);
    for (unsigned t = 0; t != threads_; ++t) {
      if (t == c.thread) continue;
      for (unsigned n = l.last[t]; static_cast<int>(n) > causes[t]; n = g.at(t, n).previous) {
        const event& e = g.at(t, n);
        if (!e.is_read() || !may_be_dropped(g, event_id(t, n), causes)) continue;
        list_revisits_of(f, c, event_id(t, n), causes);
      }
    }
  }

  // Of each thread, what stays when the write of these causes revisits the read: what was put in before the read, and what
  // leads to the write. The read stays as well.
  std::array<unsigned, thread_limit> kept(const graph& g, event_id read, const clock& causes) const {
    std::array<unsigned, thread_limit> keep{};
    const unsigned stamp = g.at(read).stamp;
    for (unsigned t = 0; t != threads_; ++t) {
      unsigned n = g.size(t);
      while (static_cast<int>(n) > causes[t] && g.at(t, n).stamp > stamp) --n;
      keep[t] = n;
    }
    return keep;
  }

  bool may_be_dropped(const graph& g, event_id read, const clock& causes) const {
    if (!is_maximal(g, g.at(read), causes)) return false;
    const auto keep = kept(g, read, causes);
    for (unsigned t = 0; t != threads_; ++t)
      for (unsigned n = g.size(t); n > keep[t] && (t != read.thread() || n != read.number()); --n)
        if (static_cast<int>(n) > causes[t] && !is_maximal(g, g.at(t, n), causes)) return false;
    return true;
  }

  // It was put in the usual way, as seen by what was there before it or leads to the write.
  static bool is_maximal(const graph& g, const event& e, const clock& causes) {
    const auto was_there = [&](event_id other) { return causes.has(other) || g.at(other).stamp < e.stamp; };
    if (e.is == kind::choice) return e.value == 0;
    if (e.is == kind::fence) return true;
    if (e.spurious) return false;
    if (e.is_write() && e.early_reader != initial) {
      const event_id r = e.early_reader;
      if (r.number() <= g.size(r.thread()) && g.at(r).is_read() && g.at(r).source != initial &&
          &g.at(g.at(r).source) == &e && was_there(r))
        return false;
    }
    const auto& writes = g.of(e.what.where).writes;
    for (std::size_t p = g.place_of_access(e) + 1; p < writes.size(); ++p)
      if (was_there(writes[p])) return false;
    return true;
  }

  void list_revisits_of(frame& f, const choice& c, event_id read, const clock& causes) {
    // The places are those of the graph that is left.
    graph& rest = scratch_;
    rest = f.events;
    rest.restrict_to(kept(f.events, read, causes));
    const auto& l = rest.of(c.what.where);
    const unsigned t = read.thread();
    clock before = read.number() > 1 ? rest.at(t, read.number() - 1).before : clock{};
    unsigned bound = rest.bound(c.what.where, before);
    const std::uint64_t value = value_of(f.events, c);
    const auto add = [&](unsigned p) {
      if (p <= bound || rest.is_joined(l, p)) return;
      f.alternatives.push_back({true, false, read, p});
      const event& e = rest.at(read);
      if (may_fail(e.what, value, rest.spurious_failures() - e.spurious)) f.alternatives.push_back({true, true, read, p});
    };
    if (f.events.is_half(c.thread)) return add(place_behind_source(rest, c.thread));
    bound = std::max(bound, rest.bound(c.what.where, rest.point_of_next(c.thread)));
    for (auto p = static_cast<unsigned>(l.writes.size()); p > bound; --p) add(p);
  }

  // A frame of its own for the graph in which the write is put in and the read reads it.
  bool revisit(frame& f, const choice& c, const alternative& a) {
    const std::uint64_t value = value_of(f.events, c);
    const auto keep = kept(f.events, a.read, f.events.causes_of_next(c.thread));
    const choice made = c;
    const graph& parent = f.events;
    frame& child = push();
    child.events = parent;
    child.events.restrict_to(keep);
    child.events.add_write(made.thread, made.what, value, a.place);
    child.events.read_instead(a.read, event_id(made.thread, child.events.size(made.thread)), a.spurious);
    if (is_psc_acyclic(child.events)) return true;
    --depth_;
    return false;
  }

  // Second halves of read-modify-writes whose first was revisited, or lost its second.
  bool finish_halves() {
    for (unsigned t = 0; t != threads_;) {
      const graph& g = top().events;
      if (!g.is_half(t)) {
        ++t;
        continue;
      }
      const operation what = g.at(t, g.size(t)).what;
      switch (choose(t, what, part::write)) {
        case step::dead: return false;
        case step::extended: break;
        case step::restart:
          branched_at_.reset();
          t = 0;
          break;
      }
    }
    return true;
  }

  unsigned threads_ = 0, spurious_failures_ = 0;
  const histories* histories_ = nullptr;  // of the program's threads, if they may be used
  std::vector<std::unique_ptr<frame>> frames_;
  std::size_t depth_ = 0;
  std::optional<point> branched_at_;
  graph scratch_;
};

}  // namespace logbuf::models::rc11
