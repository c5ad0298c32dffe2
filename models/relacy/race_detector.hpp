// Finds data races on a word that is header, payload and padding in turn: plain against plain, and plain against
// atomic. Engine-neutral; the engine supplies vector clocks.
//
// Conflicts: a plain write with every other access; an atomic store with a plain read too. Two atomic accesses never
// conflict. A conflicting pair that happens-before does not order is a race, whichever of the two came first in the
// execution at hand: no interleaving has to bring them side by side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../session.hpp"

namespace logbuf::models {

class word_shadow {
 public:
  struct access {
    timestamp when = 0;        // on the accessing thread's own clock; 0: none
    std::size_t trace_index = 0;
  };
  // The earlier access that collides with the one at hand, or null.
  using collision = const access*;

  collision plain_write(unsigned thread, const vector_clock& now, std::size_t trace_index) {
    collision c = unordered(plain_writes_, thread, now);
    if (c == nullptr) c = unordered(plain_reads_, thread, now);
    if (c == nullptr) c = unordered(atomic_stores_, thread, now);
    if (c == nullptr) c = unordered(atomic_loads_, thread, now);
    plain_writes_[thread] = {now[thread], trace_index};
    return c;
  }
  collision plain_read(unsigned thread, const vector_clock& now, std::size_t trace_index) {
    collision c = unordered(plain_writes_, thread, now);
    if (c == nullptr) c = unordered(atomic_stores_, thread, now);
    plain_reads_[thread] = {now[thread], trace_index};
    return c;
  }
  collision atomic_store(unsigned thread, const vector_clock& now, std::size_t trace_index) {
    collision c = unordered(plain_writes_, thread, now);
    if (c == nullptr) c = unordered(plain_reads_, thread, now);
    atomic_stores_[thread] = {now[thread], trace_index};
    return c;
  }
  collision atomic_load(unsigned thread, const vector_clock& now, std::size_t trace_index) {
    collision c = unordered(plain_writes_, thread, now);
    atomic_loads_[thread] = {now[thread], trace_index};
    return c;
  }

 private:
  using accesses = std::array<access, max_threads>;

  static collision unordered(const accesses& earlier, unsigned thread, const vector_clock& now) {
    for (unsigned t = 0; t != max_threads; ++t)
      if (t != thread && earlier[t].when > now[t]) return &earlier[t];
    return nullptr;
  }

  accesses plain_writes_{}, plain_reads_{}, atomic_stores_{}, atomic_loads_{};
};

}  // namespace logbuf::models
