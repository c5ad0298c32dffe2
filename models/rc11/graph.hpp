// An execution graph: the events of each thread in program order, where each read reads from, and the modification order
// of each location. It grows by one event at a time; clocks are computed as an event is put in, and stay.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "event.hpp"

namespace logbuf::models::rc11 {

class graph {
 public:
  struct location_state {
    std::vector<event_id> writes{initial};               // modification order
    std::array<std::uint16_t, thread_limit> last{};      // each thread's last access; 0: none
    std::uint64_t initial_value = 0;
  };

  unsigned size(unsigned thread) const { return static_cast<unsigned>(threads_[thread].size()); }
  std::size_t size() const { return order_.size(); }
  event& at(event_id e) { return threads_[e.thread()][e.number() - 1u]; }
  const event& at(event_id e) const { return threads_[e.thread()][e.number() - 1u]; }
  const event& at(unsigned thread, unsigned number) const { return threads_[thread][number - 1u]; }
  event_id added(std::size_t stamp) const { return order_[stamp]; }
  unsigned spurious_failures() const { return spurious_; }
  bool has_sc_accesses() const { return sc_accesses_ != 0; }
  bool has_sc() const { return sc_accesses_ + fences_ >= 2; }

  // Locations are made on first use. The initial value is the program's business, and has to be told before.
  location_state& of(location where) {
    if (where >= locations_.size()) locations_.resize(where + 1u);
    return locations_[where];
  }
  const location_state& of(location where) const { return locations_[where]; }
  std::size_t location_count() const { return locations_.size(); }
  unsigned place_of(event_id write) const { return write == initial ? 0 : at(write).place; }
  std::uint64_t value_of(event_id write, location where) const {
    return write == initial ? locations_[where].initial_value : at(write).value;
  }

  // The last event of this thread is the first half of a read-modify-write.
  bool is_half(unsigned thread) const {
    return size(thread) != 0 && threads_[thread].back().is_read() && threads_[thread].back().exclusive;
  }

  // The oldest place in modification order that accesses of `where` after `point` may come from or follow: that of the
  // newest write that happens before it, or that was read before it.
  unsigned bound(location where, const clock& point) const {
    const location_state& l = locations_[where];
    unsigned bound = 0;
    for (unsigned t = 0; t != thread_limit; ++t) {
      unsigned n = l.last[t];
      while (n != 0 && static_cast<int>(n) > point[t]) n = at(t, n).previous;
      if (n != 0) bound = std::max(bound, place_of_access(at(t, n)));
    }
    return bound;
  }
  unsigned place_of_access(const event& e) const { return e.is_write() ? e.place : place_of(e.source); }

  // The write at `place` is the second half of a read-modify-write that reads the one before it: nothing comes between.
  bool is_joined(const location_state& l, unsigned place) const {
    return place < l.writes.size() && at(l.writes[place]).exclusive;
  }

  // What happens before the next event of a thread, that event included.
  clock point_of_next(unsigned thread) const {
    clock c = size(thread) != 0 ? threads_[thread].back().before : clock{};
    c.set(thread, size(thread) + 1);
    return c;
  }
  clock causes_of_next(unsigned thread) const {
    clock c = size(thread) != 0 ? threads_[thread].back().causes : clock{};
    c.set(thread, size(thread) + 1);
    return c;
  }

  void add_read(unsigned thread, const operation& what, event_id source, bool spurious) {
    event& e = append(thread, what, kind::read);
    link(thread, e);
    read_from(thread, e, source, spurious);
    count(e, 1);
  }

  // A plain one comes last; the caller has placed it there.
  void add_write(unsigned thread, const operation& what, std::uint64_t value, unsigned place) {
    const event* half = is_half(thread) ? &threads_[thread].back() : nullptr;
    const event_id source = half != nullptr ? half->source : initial;
    const bool exclusive = half != nullptr;
    event& e = append(thread, what, kind::write);
    link(thread, e);
    e.exclusive = exclusive;
    e.value = value;
    e.gives = e.released;
    if (!e.is_plain()) {
      if (releases(what.order)) e.gives = e.before;
      if (exclusive && source != initial) e.gives.join(at(source).gives);  // a release sequence goes on
    }
    insert(thread, e, place);
    count(e, 1);
  }

  void add_fence(unsigned thread, const operation& what) {
    event& e = append(thread, what, kind::fence);
    if (what.fence != fence_kind::light) {
      if (acquires(what.order)) e.before.join(e.awaits);
      if (releases(what.order)) e.released = e.before;
    }
    count(e, 1);
  }

  void add_choice(unsigned thread, const operation& what, std::uint64_t value) {
    append(thread, what, kind::choice).value = value;
  }

  // A read that is the last event of its thread is made to read another write, without a change of its stamp.
  void read_instead(event_id read, event_id source, bool spurious) {
    event& e = at(read);
    count(e, -1);
    const unsigned t = read.thread();
    const event* const po = read.number() > 1 ? &at(t, read.number() - 1) : nullptr;
    start(e, po, t, read.number());
    read_from(t, e, source, spurious);
    count(e, 1);
    if (source != initial) at(source).early_reader = read;
  }

  // Takes back what was put in last.
  void truncate(std::size_t stamps) {
    while (order_.size() > stamps) {
      const event_id id = order_.back();
      const event& e = at(id);
      if (e.is_read() || e.is_write()) unlink(id.thread(), e);
      count(e, -1);
      order_.pop_back();
      threads_[id.thread()].pop_back();
    }
  }

  // Keeps the first kept[t] events of each thread t, which have to be closed under po and rf, but for one read whose
  // source is about to change.
  void restrict_to(const std::array<unsigned, thread_limit>& kept) {
    const auto is_kept = [&](event_id e) { return e == initial || e.number() <= kept[e.thread()]; };
    for (location_state& l : locations_) {
      std::size_t n = 1;
      for (std::size_t i = 1; i != l.writes.size(); ++i) {
        if (!is_kept(l.writes[i])) continue;
        at(l.writes[i]).place = static_cast<std::uint16_t>(n);
        l.writes[n++] = l.writes[i];
      }
      l.writes.resize(n);
      for (unsigned t = 0; t != thread_limit; ++t)
        while (l.last[t] > kept[t]) l.last[t] = at(t, l.last[t]).previous;
    }
    std::size_t n = 0;
    for (const event_id id : order_) {
      event& e = at(id);
      if (!is_kept(id)) {
        count(e, -1);
        continue;
      }
      e.stamp = static_cast<std::uint16_t>(n);
      order_[n++] = id;
    }
    order_.resize(n);
    for (unsigned t = 0; t != thread_limit; ++t) threads_[t].resize(kept[t]);
  }

 private:
  event& append(unsigned thread, const operation& what, kind is) {
    auto& events = threads_[thread];
    if (events.size() == events_limit || order_.size() == 0xffff) std::abort();  // the machine stops long before
    const event_id id(thread, static_cast<unsigned>(events.size()) + 1);
    event& e = events.emplace_back();
    e.what = what;
    e.is = is;
    e.stamp = static_cast<std::uint16_t>(order_.size());
    order_.push_back(id);
    start(e, id.number() > 1 ? &e - 1 : nullptr, thread, id.number());
    return e;
  }
  static void start(event& e, const event* po, unsigned thread, unsigned number) {
    if (po != nullptr) {
      e.before = po->before, e.causes = po->causes, e.awaits = po->awaits, e.released = po->released;
    } else {
      e.before = e.causes = e.awaits = e.released = {};
    }
    e.before.set(thread, number);
    e.causes.set(thread, number);
  }
  void read_from(unsigned, event& e, event_id source, bool spurious) {
    const operation& what = e.what;
    e.source = source;
    e.spurious = spurious;
    e.value = value_of(source, what.where);
    e.exclusive = always_writes(what.what) ||
                  (what.what == op::compare_exchange && e.value == what.expected && !spurious);
    e.newest = place_of(source) + 1 == locations_[what.where].writes.size();
    if (source == initial) return;
    const event& w = at(source);
    e.causes.join(w.causes);
    e.awaits.join(w.gives);
    if (acquires(e.read_order())) e.before.join(w.gives);
  }
  void link(unsigned thread, event& e) {
    location_state& l = of(e.what.where);
    e.previous = l.last[thread];
    l.last[thread] = static_cast<std::uint16_t>(size(thread));
  }
  void unlink(unsigned thread, const event& e) {
    location_state& l = locations_[e.what.where];
    l.last[thread] = e.previous;
    if (!e.is_write()) return;
    l.writes.erase(l.writes.begin() + e.place);
    for (std::size_t i = e.place; i != l.writes.size(); ++i) at(l.writes[i]).place = static_cast<std::uint16_t>(i);
  }
  void insert(unsigned thread, event& e, unsigned place) {
    location_state& l = locations_[e.what.where];
    e.place = static_cast<std::uint16_t>(place);
    l.writes.insert(l.writes.begin() + place, event_id(thread, size(thread)));
    for (std::size_t i = place + 1; i != l.writes.size(); ++i) at(l.writes[i]).place = static_cast<std::uint16_t>(i);
  }
  void count(const event& e, int n) {
    const auto by = static_cast<unsigned>(n);
    if (e.spurious) spurious_ += by;
    if (e.is_sc_access()) sc_accesses_ += by;
    if (e.is_sc_fence() || e.is_light()) fences_ += by;
  }

  std::array<std::vector<event>, thread_limit> threads_{};
  std::vector<event_id> order_;  // as they were put in
  std::vector<location_state> locations_;
  unsigned spurious_ = 0, sc_accesses_ = 0, fences_ = 0;
};

}  // namespace logbuf::models::rc11
