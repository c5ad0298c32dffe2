// The part of RC11 that is not true of a graph by the way it is built: acyclic(psc).
//
// Coherence and atomicity hold because a read only gets sources, and a write only places, that keep them
// (graph::bound); no-thin-air holds because a graph grows along po and rf.
#pragma once

#include <cstdint>
#include <vector>

#include "graph.hpp"

namespace logbuf::models::rc11 {

namespace detail {

// Nodes and edges, as bits.
class relation {
 public:
  explicit relation(std::size_t n) : size_(n), words_((n + 63) / 64), bits_(n * words_) {}
  void set(std::size_t a, std::size_t b) { bits_[a * words_ + b / 64] |= std::uint64_t{1} << b % 64; }
  bool has(std::size_t a, std::size_t b) const { return (bits_[a * words_ + b / 64] >> b % 64 & 1) != 0; }
  void add_row(std::size_t to, const relation& other, std::size_t from) {
    for (std::size_t i = 0; i != words_; ++i) bits_[to * words_ + i] |= other.bits_[from * words_ + i];
  }
  friend relation operator*(const relation& a, const relation& b) {
    relation c(a.size_);
    for (std::size_t i = 0; i != a.size_; ++i)
      for (std::size_t j = 0; j != a.size_; ++j)
        if (a.has(i, j)) c.add_row(i, b, j);
    return c;
  }
  bool is_acyclic() const {
    relation closed = *this;
    for (std::size_t k = 0; k != size_; ++k)
      for (std::size_t i = 0; i != size_; ++i)
        if (closed.has(i, k)) closed.add_row(i, closed, k);
    for (std::size_t i = 0; i != size_; ++i)
      if (closed.has(i, i)) return false;
    return true;
  }

 private:
  std::size_t size_, words_;
  std::vector<std::uint64_t> bits_;
};

// Where an access stands among those of its location, so that x eco y is rank(x) < rank(y).
inline unsigned rank(const graph& g, const event& e) {
  return e.is_write() ? 2u * e.place : 2u * g.place_of(e.source) + 1;
}

// Two fences that order each other: of an asymmetric pair, not two light ones, and a light one only with a heavy one.
inline bool are_partners(const event& a, const event& b) {
  if (a.is_light() || b.is_light()) return a.is_heavy() || b.is_heavy();
  return a.is_sc_fence() && b.is_sc_fence();
}

inline bool happens_before(const event& a, event_id a_id, const event& b) { return &a != &b && b.before.has(a_id); }

// The graph has fences and no sequentially consistent access: psc is hb U hb;eco;hb between fences. For each location what
// matters of the accesses after a fence is the lowest rank, and of those before it the highest.
inline bool is_acyclic_of_fences(const graph& g) {
  struct node {
    event_id id;
    const event* e;
  };
  thread_local std::vector<node> fences;
  thread_local std::vector<unsigned> lowest, highest;
  fences.clear();
  for (std::size_t i = 0; i != g.size(); ++i) {
    const event& e = g.at(g.added(i));
    if (e.is_sc_fence() || e.is_light()) fences.push_back({g.added(i), &e});
  }
  const std::size_t n = fences.size(), locations = g.location_count();
  lowest.assign(n * locations, ~0u);
  highest.assign(n * locations, 0);
  for (std::size_t i = 0; i != g.size(); ++i) {
    const event_id id = g.added(i);
    const event& e = g.at(id);
    if (!e.is_read() && !e.is_write()) continue;
    const unsigned r = rank(g, e);
    for (std::size_t f = 0; f != n; ++f) {
      const std::size_t at = f * locations + e.what.where;
      if (e.before.has(fences[f].id)) lowest[at] = std::min(lowest[at], r);
      if (fences[f].e->before.has(id)) highest[at] = std::max(highest[at], r);
    }
  }
  relation psc(n);
  for (std::size_t a = 0; a != n; ++a)
    for (std::size_t b = 0; b != n; ++b) {
      if (a == b || !are_partners(*fences[a].e, *fences[b].e)) continue;
      bool edge = happens_before(*fences[a].e, fences[a].id, *fences[b].e);
      for (std::size_t l = 0; l != locations && !edge; ++l) edge = lowest[a * locations + l] < highest[b * locations + l];
      if (edge) psc.set(a, b);
    }
  return psc.is_acyclic();
}

// The definition, relation by relation. Not fast: graphs with sequentially consistent accesses alone come here.
inline bool is_acyclic_by_definition(const graph& g) {
  const std::size_t n = g.size();
  std::vector<const event*> events(n);
  std::vector<event_id> ids(n);
  for (std::size_t i = 0; i != n; ++i) ids[i] = g.added(i), events[i] = &g.at(ids[i]);
  const auto accesses = [&](std::size_t i) { return events[i]->is_read() || events[i]->is_write(); };
  const auto same_location = [&](std::size_t i, std::size_t j) {
    return accesses(i) && accesses(j) && events[i]->what.where == events[j]->what.where;
  };
  relation hb(n), hb_or_same(n), eco(n), elsewhere(n), scb(n);
  for (std::size_t i = 0; i != n; ++i) {
    hb_or_same.set(i, i);
    for (std::size_t j = 0; j != n; ++j) {
      if (i == j) continue;
      const bool po = ids[i].thread() == ids[j].thread() && ids[i].number() < ids[j].number();
      const bool before = happens_before(*events[i], ids[i], *events[j]);
      if (before) hb.set(i, j), hb_or_same.set(i, j);
      if (po) scb.set(i, j);
      if (po && !same_location(i, j)) elsewhere.set(i, j);
      if (!same_location(i, j)) continue;
      if (before) scb.set(i, j);
      if (rank(g, *events[i]) < rank(g, *events[j])) {
        eco.set(i, j);
        if (events[j]->is_write()) scb.set(i, j);  // mo and fr
      }
    }
  }
  const relation around = elsewhere * hb * elsewhere, meeting = hb * eco * hb;
  for (std::size_t i = 0; i != n; ++i) scb.add_row(i, around, i);
  relation from(n), to(n), psc(n);  // [SC] U [F];hb?  and  [SC] U hb?;[F]
  for (std::size_t i = 0; i != n; ++i) {
    if (events[i]->is_sc_access()) from.set(i, i), to.set(i, i);
    for (std::size_t j = 0; j != n; ++j) {
      if (events[i]->is_sc_fence() && hb_or_same.has(i, j)) from.set(i, j);
      if (events[j]->is_sc_fence() && hb_or_same.has(i, j)) to.set(i, j);
      if (i != j && are_partners(*events[i], *events[j]) && (hb.has(i, j) || meeting.has(i, j))) psc.set(i, j);
    }
  }
  const relation base = from * scb * to;
  for (std::size_t i = 0; i != n; ++i) psc.add_row(i, base, i);
  return psc.is_acyclic();
}

}  // namespace detail

inline bool is_psc_acyclic(const graph& g) {
  if (!g.has_sc()) return true;
  return g.has_sc_accesses() ? detail::is_acyclic_by_definition(g) : detail::is_acyclic_of_fences(g);
}

}  // namespace logbuf::models::rc11
