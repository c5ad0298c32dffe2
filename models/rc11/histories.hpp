// What a thread does next follows from what it has read so far. This remembers, as a tree for each thread, after which reads
// a thread came to wait at once. Such a read of a write that is not the newest ends the execution as soon as it is run, since
// the wait is explored where the newest is read, and so does a spurious failure (execution::block): with the tree they need
// not be run again.
//
// A cache of a limited size: what does not fit is not remembered, and is run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "clock.hpp"

namespace logbuf::models::rc11 {

class histories {
 public:
  using node = std::uint32_t;
  static constexpr node unknown = ~node{0};
  static constexpr std::size_t limit = std::size_t{1} << 18;

  static constexpr node start_of(unsigned thread) { return thread; }

  void clear() {
    steps_.assign(1024, {});
    used_ = 0;
  }

  // Where a thread that was `from` is when it has read, or chosen, this.
  node after(node from, std::uint64_t value, bool spurious) {
    if (from == unknown) return unknown;
    step* s = &find(from, value, spurious);
    if (s->to != 0) return s->to;
    if (used_ == limit) return unknown;
    if (2 * (used_ + 1) > steps_.size()) grow(), s = &find(from, value, spurious);
    *s = {value, from, static_cast<node>(thread_limit + used_++), spurious, false};
    return s->to;
  }

  bool leads_to_wait(node from, std::uint64_t value, bool spurious) const {
    return from != unknown && find(from, value, spurious).waits;
  }
  // Of a step that after() has answered.
  void remember_wait(node from, std::uint64_t value, bool spurious) { find(from, value, spurious).waits = true; }

 private:
  struct step {
    std::uint64_t value = 0;
    node from = 0;
    node to = 0;  // 0: there is none; nothing leads to a start
    bool spurious = false;
    bool waits = false;
  };

  // The step, or where it would be.
  const step& find(node from, std::uint64_t value, bool spurious) const {
    const std::uint64_t h = (value + from * 0x9e3779b97f4a7c15u + spurious) * 0xff51afd7ed558ccdu;
    for (std::size_t i = h >> 32;; ++i) {
      const step& s = steps_[i & (steps_.size() - 1)];
      if (s.to == 0 || (s.from == from && s.value == value && s.spurious == spurious)) return s;
    }
  }
  step& find(node from, std::uint64_t value, bool spurious) {
    return const_cast<step&>(static_cast<const histories*>(this)->find(from, value, spurious));
  }
  void grow() {
    std::vector<step> old(2 * steps_.size());
    old.swap(steps_);
    for (const step& s : old)
      if (s.to != 0) find(s.from, s.value, s.spurious) = s;
  }

  std::vector<step> steps_ = std::vector<step>(1024);  // open addressing: a power of two, at most half full
  std::size_t used_ = 0;
};

}  // namespace logbuf::models::rc11
