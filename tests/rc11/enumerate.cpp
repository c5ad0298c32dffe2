// The reference: slow, and written from the definitions of RC11 (with the release sequences of C++20) alone. It shares no
// code with the explorer but the operations.
#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

#include "small_program.hpp"

namespace logbuf::tests {

namespace {

using models::rc11::fence_kind;
using models::rc11::op;
using models::rc11::operation;
constexpr auto sc = std::memory_order_seq_cst;

struct matrix {
  explicit matrix(std::size_t size) : n(size), bits(size * size) {}
  std::vector<bool>::reference operator()(std::size_t i, std::size_t j) { return bits[i * n + j]; }
  bool operator()(std::size_t i, std::size_t j) const { return bits[i * n + j]; }
  friend matrix operator|(matrix a, const matrix& b) {
    for (std::size_t i = 0; i != a.bits.size(); ++i) a.bits[i] = a.bits[i] || b.bits[i];
    return a;
  }
  friend matrix operator*(const matrix& a, const matrix& b) {
    matrix c(a.n);
    for (std::size_t i = 0; i != a.n; ++i)
      for (std::size_t j = 0; j != a.n; ++j)
        if (a(i, j))
          for (std::size_t k = 0; k != a.n; ++k) c(i, k) = c(i, k) || b(j, k);
    return c;
  }
  matrix closure() const {
    matrix c = *this;
    for (std::size_t k = 0; k != n; ++k)
      for (std::size_t i = 0; i != n; ++i)
        if (c(i, k))
          for (std::size_t j = 0; j != n; ++j) c(i, j) = c(i, j) || c(k, j);
    return c;
  }
  matrix inverse() const {
    matrix c(n);
    for (std::size_t i = 0; i != n; ++i)
      for (std::size_t j = 0; j != n; ++j) c(j, i) = (*this)(i, j);
    return c;
  }
  bool is_irreflexive() const {
    for (std::size_t i = 0; i != n; ++i)
      if ((*this)(i, i)) return false;
    return true;
  }
  bool is_acyclic() const { return closure().is_irreflexive(); }
  std::size_t n;
  std::vector<bool> bits;
};
matrix reflexive(matrix a) {
  for (std::size_t i = 0; i != a.n; ++i) a(i, i) = true;
  return a;
}
matrix filter(matrix a, const std::function<bool(std::size_t, std::size_t)>& keep) {
  for (std::size_t i = 0; i != a.n; ++i)
    for (std::size_t j = 0; j != a.n; ++j) a(i, j) = a(i, j) && keep(i, j);
  return a;
}
matrix of_set(std::size_t n, const std::function<bool(std::size_t)>& in) {
  matrix a(n);
  for (std::size_t i = 0; i != n; ++i) a(i, i) = in(i);
  return a;
}

bool acquiring(std::memory_order o) { return o == std::memory_order_acquire || o == std::memory_order_acq_rel || o == sc; }
bool releasing(std::memory_order o) { return o == std::memory_order_release || o == std::memory_order_acq_rel || o == sc; }

// One step of a thread; a read-modify-write is one node that reads and writes.
struct node {
  int thread = -1, step = -1;  // -1: the initial write of `where`
  operation what;
  bool reads = false, writes = false, fence = false, choice = false;
  std::memory_order order = std::memory_order_relaxed;
  std::uint64_t read = 0, written = 0;
  int source = -1;  // node
  bool spurious = false;
};

bool is_bit(op o) { return o == op::bit_and || o == op::bit_or || o == op::bit_xor; }
bool is_bound(op o) { return o == op::max || o == op::min; }
bool can_read(op o) {
  return o == op::load || o == op::exchange || o == op::add || is_bit(o) || is_bound(o) || o == op::compare_exchange;
}
bool can_write(op o) { return o == op::store || o == op::plain_store || (can_read(o) && o != op::load); }

class enumeration {
 public:
  enumeration(const small_program& p, unsigned spurious) : program_(p), spurious_left_(spurious) {
    for (const auto& thread : p)
      for (const small_step& s : thread)
        if (s.what.what != op::fence && s.what.what != op::choice) locations_ = std::max(locations_, s.what.where + 1u);
    for (const auto& thread : p)
      for (const small_step& s : thread) all_locations_ = std::max(all_locations_, s.what.where + 1u);
    for (unsigned t = 0; t != p.size(); ++t)
      for (unsigned i = 0; i != p[t].size(); ++i) steps_.push_back({t, i});
    choice_.resize(steps_.size());
  }

  executions run() {
    assign(0);
    return std::move(found_);
  }

 private:
  struct place {
    unsigned thread, step;
  };
  // What is assumed of a step: the source (an index of steps_, -1: the initial write), whether it fails for no reason, and
  // the value of a choice.
  struct assumption {
    int source = -1;
    bool spurious = false;
    std::uint64_t value = 0;
  };
  const small_step& at(place p) const { return program_[p.thread][p.step]; }

  void assign(std::size_t i) {
    if (i == steps_.size()) return evaluate();
    const operation& o = at(steps_[i]).what;
    choice_[i] = {};
    if (o.what == op::choice) {
      for (choice_[i].value = 0; choice_[i].value != o.operand; ++choice_[i].value) assign(i + 1);
      return;
    }
    if (!can_read(o.what)) return assign(i + 1);
    for (int s = -1; s != static_cast<int>(steps_.size()); ++s) {
      if (s == static_cast<int>(i)) continue;
      if (s >= 0) {
        const operation& w = at(steps_[static_cast<std::size_t>(s)]).what;
        if (!can_write(w.what) || w.where != o.where) continue;
      }
      choice_[i] = {s, false, 0};
      assign(i + 1);
      if (o.what == op::compare_exchange && assumed_ != spurious_left_) {
        choice_[i].spurious = true;
        ++assumed_;
        assign(i + 1);
        --assumed_;
      }
    }
  }

  // Runs the threads along the assumptions; gives up where they do not hold.
  void evaluate() {
    nodes_.clear();
    for (unsigned l = 0; l != locations_; ++l) {
      node n;
      n.what.where = static_cast<models::rc11::location>(l);
      n.writes = true;
      nodes_.push_back(n);
    }
    std::vector<int> node_of(steps_.size(), -1);  // -2: not taken
    std::vector<std::size_t> at_step(program_.size());
    std::vector<int> last(program_.size(), -1);
    unsigned spurious = 0;
    for (bool progress = true; progress;) {
      progress = false;
      std::size_t first = 0;
      for (unsigned t = 0; t != program_.size(); first += program_[t].size(), ++t) {
        while (at_step[t] != program_[t].size()) {
          const std::size_t i = first + at_step[t];
          const small_step& s = program_[t][at_step[t]];
          const assumption& a = choice_[i];
          if ((s.condition >= 0 && s.condition != last[t]) ||
              (s.after >= 0 && node_of[first + static_cast<std::size_t>(s.after)] < 0)) {
            if (a.source != -1 || a.spurious || a.value != 0) return;  // the same again
            node_of[i] = -2;
            ++at_step[t], progress = true;
            continue;
          }
          node n;
          n.thread = static_cast<int>(t), n.step = static_cast<int>(at_step[t]), n.what = s.what, n.order = s.what.order;
          n.fence = s.what.what == op::fence;
          if (s.what.what == op::choice) n.choice = true, n.read = a.value, last[t] = static_cast<int>(a.value);
          n.writes = s.what.what == op::store || s.what.what == op::plain_store;
          if (n.writes) n.written = s.what.operand;
          if (can_read(s.what.what)) {
            n.reads = true;
            if (a.source == -1) {
              n.source = s.what.where;
            } else {
              n.source = node_of[static_cast<std::size_t>(a.source)];
              if (n.source == -2) return;
              if (n.source == -1) break;  // not yet
              if (!nodes_[static_cast<std::size_t>(n.source)].writes) return;
            }
            n.read = nodes_[static_cast<std::size_t>(n.source)].written;
            last[t] = static_cast<int>(n.read);
            if (s.awaited >= 0 && (s.awaited != last[t] || a.spurious)) return;
            if (s.changes >= 0) {
              const int other = node_of[first + static_cast<std::size_t>(s.changes)];
              if (other < 0 || nodes_[static_cast<std::size_t>(other)].read == n.read) return;
            }
            n.spurious = a.spurious;
            const bool matches = n.read == s.what.expected;
            if (a.spurious && (!matches || s.what.is_strong)) return;
            if (s.what.what == op::compare_exchange) {
              n.writes = matches && !a.spurious;
              if (!n.writes) n.order = s.what.failure;
              n.written = s.what.operand;
            }
            if (s.what.what == op::exchange) n.writes = true, n.written = s.what.operand;
            if (s.what.what == op::add) n.writes = true, n.written = n.read + s.what.operand;
            if (s.what.what == op::bit_and) n.writes = true, n.written = n.read & s.what.operand;
            if (s.what.what == op::bit_or) n.writes = true, n.written = n.read | s.what.operand;
            if (s.what.what == op::bit_xor) n.writes = true, n.written = n.read ^ s.what.operand;
            if (s.what.what == op::max) n.writes = true, n.written = std::max(n.read, s.what.operand);
            if (s.what.what == op::min) n.writes = true, n.written = std::min(n.read, s.what.operand);
            if (a.spurious && ++spurious > spurious_left_) return;
          }
          node_of[i] = static_cast<int>(nodes_.size());
          nodes_.push_back(n);
          ++at_step[t], progress = true;
        }
      }
    }
    for (unsigned t = 0; t != program_.size(); ++t)
      if (at_step[t] != program_[t].size()) return;  // a cycle of po and rf
    orders_.assign(locations_, {});
    for (std::size_t i = locations_; i != nodes_.size(); ++i)
      if (nodes_[i].writes) orders_[nodes_[i].what.where].push_back(i);
    permute(0);
  }

  void permute(std::size_t l) {
    if (l == locations_) {
      if (is_consistent()) found_.insert(to_text());
      return;
    }
    std::sort(orders_[l].begin(), orders_[l].end());
    do {
      if (follows_threads(orders_[l])) permute(l + 1);
    } while (std::next_permutation(orders_[l].begin(), orders_[l].end()));
  }

  // What the axioms refuse anyway (hb and eco go in a circle), and what most orders fail by.
  bool follows_threads(const std::vector<std::size_t>& writes) const {
    for (std::size_t i = 0; i != writes.size(); ++i)
      for (std::size_t j = 0; j != i; ++j)
        if (nodes_[writes[i]].thread == nodes_[writes[j]].thread && nodes_[writes[i]].step < nodes_[writes[j]].step) return false;
    return true;
  }

  bool is_consistent() const {
    const std::size_t n = nodes_.size();
    const auto initial_write = [&](std::size_t i) { return i < locations_; };
    const auto access = [&](std::size_t i) { return nodes_[i].reads || nodes_[i].writes; };
    const auto same_location = [&](std::size_t i, std::size_t j) {
      return access(i) && access(j) && nodes_[i].what.where == nodes_[j].what.where;
    };
    matrix sb(n), rf(n), mo(n);
    for (std::size_t i = 0; i != n; ++i)
      for (std::size_t j = 0; j != n; ++j) {
        if (i == j) continue;
        sb(i, j) = initial_write(i) ? !initial_write(j)
                                    : nodes_[i].thread == nodes_[j].thread && nodes_[i].step < nodes_[j].step;
      }
    for (std::size_t i = 0; i != n; ++i)
      if (nodes_[i].reads) rf(static_cast<std::size_t>(nodes_[i].source), i) = true;
    for (std::size_t l = 0; l != locations_; ++l)
      for (std::size_t i = 0; i != orders_[l].size(); ++i) {
        mo(l, orders_[l][i]) = true;
        for (std::size_t j = i + 1; j < orders_[l].size(); ++j) mo(orders_[l][i], orders_[l][j]) = true;
      }
    const matrix fr = filter(rf.inverse() * mo, [](std::size_t i, std::size_t j) { return i != j; });
    const matrix eco = (rf | mo | fr).closure();
    // rs = [W];(rf;rmw)*: a read-modify-write is one node here, so that it is rf into writing nodes.
    const matrix rmw_step = filter(rf, [&](std::size_t, std::size_t j) { return nodes_[j].reads && nodes_[j].writes; });
    const matrix rs = of_set(n, [&](std::size_t i) { return nodes_[i].writes && !initial_write(i); }) * reflexive(rmw_step.closure());
    const auto fence_of = [&](std::size_t i, bool release) {
      return nodes_[i].fence && nodes_[i].what.fence != fence_kind::light && (release ? releasing : acquiring)(nodes_[i].order);
    };
    const auto plain = [&](std::size_t i) { return nodes_[i].what.what == op::plain_store; };
    // sw = ([release write] U [release fence];sb;[atomic write]);rs;rf;([acquire read] U [read];sb;[acquire fence])
    const matrix fence_then_write =
        of_set(n, [&](std::size_t i) { return fence_of(i, true); }) * sb * of_set(n, [&](std::size_t i) { return nodes_[i].writes && !plain(i); });
    const matrix head = of_set(n, [&](std::size_t i) { return nodes_[i].writes && !initial_write(i) && !plain(i) && releasing(nodes_[i].order); }) |
                        fence_then_write;
    const matrix read_then_fence =
        of_set(n, [&](std::size_t i) { return nodes_[i].reads; }) * sb * of_set(n, [&](std::size_t i) { return fence_of(i, false); });
    const matrix tail = of_set(n, [&](std::size_t i) { return nodes_[i].reads && acquiring(nodes_[i].order); }) | read_then_fence;
    const matrix sw = head * rs * rf * tail;
    const matrix hb = (sb | sw).closure();
    // That eco is irreflexive says of a read-modify-write, which is one node, that it reads what comes before it.
    if (!hb.is_irreflexive() || !(hb * eco).is_irreflexive() || !eco.is_irreflexive()) return false;
    if (!(sb | rf).is_acyclic()) return false;
    // Atomicity: nothing comes between what an exchange reads and what it writes.
    for (std::size_t i = 0; i != n; ++i)
      if (nodes_[i].reads && nodes_[i].writes)
        for (std::size_t j = 0; j != n; ++j)
          if (j != i && fr(i, j) && mo(j, i)) return false;
    // psc
    const auto heavy = [&](std::size_t i) { return nodes_[i].fence && nodes_[i].what.fence == fence_kind::heavy && nodes_[i].order == sc; };
    const auto light = [&](std::size_t i) { return nodes_[i].fence && nodes_[i].what.fence == fence_kind::light && nodes_[i].order == sc; };
    const auto sc_fence = [&](std::size_t i) { return nodes_[i].fence && nodes_[i].what.fence != fence_kind::light && nodes_[i].order == sc; };
    const auto sc_access = [&](std::size_t i) { return access(i) && !initial_write(i) && !plain(i) && nodes_[i].order == sc; };
    const matrix elsewhere = filter(sb, [&](std::size_t i, std::size_t j) { return !same_location(i, j); });
    const matrix scb = sb | elsewhere * hb * elsewhere | filter(hb, same_location) | mo | fr;
    const matrix fences = of_set(n, sc_fence), accesses = of_set(n, sc_access);
    const matrix base = (accesses | fences * reflexive(hb)) * scb * (accesses | reflexive(hb) * fences);
    const matrix between = filter(hb | hb * eco * hb, [&](std::size_t i, std::size_t j) {
      return (sc_fence(i) && sc_fence(j)) || (light(i) && heavy(j)) || (heavy(i) && light(j));
    });
    return (base | between).is_acyclic();
  }

  std::string name_of(std::size_t i) const {
    if (i < locations_) return "i";
    return std::to_string(nodes_[i].thread) + "." + std::to_string(nodes_[i].step);
  }
  std::string to_text() const {
    std::string s;
    for (unsigned t = 0; t != program_.size(); ++t) {
      s += "|";
      for (const node& n : nodes_) {
        if (n.thread != static_cast<int>(t)) continue;
        s += std::to_string(n.step);
        if (n.reads) s += "<" + name_of(static_cast<std::size_t>(n.source)) + (n.spurious ? "!" : "");
        if (n.choice) s += "=" + std::to_string(n.read);
        s += " ";
      }
    }
    for (unsigned l = 0; l != all_locations_; ++l) {
      s += "#";
      if (l < locations_)
        for (const std::size_t w : orders_[l]) s += name_of(w) + " ";
    }
    return s;
  }

  const small_program& program_;
  unsigned spurious_left_, assumed_ = 0;
  std::vector<place> steps_;
  std::vector<assumption> choice_;
  unsigned locations_ = 0, all_locations_ = 0;
  std::vector<node> nodes_;
  std::vector<std::vector<std::size_t>> orders_;
  executions found_;
};

}  // namespace

executions enumerate(const small_program& p, unsigned spurious_failures) { return enumeration(p, spurious_failures).run(); }

std::string to_text(const small_program& p) {
  static constexpr const char* names[] = {"load", "store", "exchange", "add", "add_floating", "and", "or", "xor", "max", "min",
                                          "compare_exchange", "plain_store", "fence", "choice"};
  static_assert(std::size(names) == static_cast<unsigned>(op::choice) + 1);
  static constexpr const char* orders[] = {"rlx", "con", "acq", "rel", "ar", "sc"};
  std::string s;
  for (const auto& thread : p) {
    s += "thread:\n";
    for (const small_step& step : thread) {
      const operation& o = step.what;
      s += "  ";
      if (step.condition >= 0) s += "if " + std::to_string(step.condition) + ": ";
      s += std::string(names[static_cast<unsigned>(o.what)]) + " x" + std::to_string(o.where) + " " +
           std::to_string(o.expected) + " " + std::to_string(o.operand) + " " + orders[static_cast<unsigned>(o.order)] + "/" +
           orders[static_cast<unsigned>(o.failure)] + " fence " + std::to_string(static_cast<int>(o.fence)) + (step.awaited >= 0 ? " awaits " + std::to_string(step.awaited) : "") + "\n";
    }
  }
  return s;
}

}  // namespace logbuf::tests
