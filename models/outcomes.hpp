// The outcomes of a search: what each thread saw and did, in its own order, whatever the order between the threads. Two
// searches of one program that explore everything have the same outcomes, however few executions one of them needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "session.hpp"

namespace logbuf::models {

inline std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
  h = (h ^ value) * 0x9e3779b97f4a7c15;
  return h ^ (h >> 29);
}

constexpr bool writes(step what) {
  switch (what) {
    case step::atomic_load: case step::header_load: case step::payload_read: case step::exchange_lost: case step::exchange_spurious:
    case step::fence: case step::fence_refused: case step::expired: return false;
    default: return true;
  }
}

// Of the current execution: the steps of rounds that only read, after which the thread looked again. There are engines
// that run no such rounds; what is compared with them has to leave these out.
inline const std::array<bool, session::trace_capacity>& steps_of_vain_rounds() {
  static std::array<bool, session::trace_capacity> vain;
  vain = {};
  for (std::size_t h = 0; h != current.hint_count; ++h) {
    const auto [at, begin, thread] = current.hints[h];
    // The next round begins as this one did.
    std::size_t next = at;
    while (next != current.trace_size && current.trace[next].thread != thread) ++next;
    if (next == current.trace_size) continue;
    std::size_t first = at;
    for (std::size_t i = at; i-- != begin;) {
      const event& e = current.trace[i];
      if (e.thread != thread || vain[i]) continue;
      if (writes(e.what)) break;
      if (e.what == current.trace[next].what && e.where == current.trace[next].where) first = i;
    }
    for (std::size_t i = first; i != at; ++i) vain[i] |= current.trace[i].thread == thread;
  }
  return vain;
}

// Of the current execution's trace.
inline std::uint64_t outcome_of_execution(bool with_vain_rounds) {
  std::array<std::uint64_t, max_threads> threads{};
  const bool* const vain = with_vain_rounds ? nullptr : steps_of_vain_rounds().data();
  for (std::size_t i = 0; i != current.trace_size; ++i) {
    if (vain != nullptr && vain[i]) continue;
    const event& e = current.trace[i];
    std::uint64_t& h = threads[e.thread];
    h = mix(h, static_cast<std::uint64_t>(e.what) << 40 | static_cast<std::uint64_t>(e.where) << 32 | e.offset);
    h = mix(mix(h, e.before), e.value);
  }
  std::uint64_t all = 1;
  for (const std::uint64_t h : threads) all = mix(all, h);
  return all;
}

// Not a standard container: inside of an execution those would allocate from the engine.
class outcome_set {
 public:
  bool is_collecting = false;

  void add(std::uint64_t outcome) {
    if (outcome == 0) outcome = 1;
    if (size_ * 2 >= capacity_) grow();
    if (insert(slots_, capacity_, outcome)) {
      ++size_;
      digest_ += mix(outcome, 0x51ed270b);  // of a sum: the order does not matter
    }
  }
  bool contains(std::uint64_t outcome) const {
    if (capacity_ == 0) return false;
    std::size_t i = outcome & (capacity_ - 1);
    for (; slots_[i] != 0; i = (i + 1) & (capacity_ - 1))
      if (slots_[i] == outcome) return true;
    return false;
  }
  // How many of this set are not in the other.
  std::uint64_t missing_in(const outcome_set& other) const {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i != capacity_; ++i) n += slots_[i] != 0 && !other.contains(slots_[i]);
    return n;
  }
  std::uint64_t size() const { return size_; }
  std::uint64_t digest() const { return digest_; }

 private:
  static bool insert(std::uint64_t* slots, std::size_t capacity, std::uint64_t outcome) {
    std::size_t i = outcome & (capacity - 1);
    for (; slots[i] != 0; i = (i + 1) & (capacity - 1))
      if (slots[i] == outcome) return false;
    slots[i] = outcome;
    return true;
  }
  void grow() {
    const std::size_t larger = capacity_ == 0 ? 1024 : capacity_ * 2;
    auto* slots = static_cast<std::uint64_t*>(std::calloc(larger, sizeof(std::uint64_t)));
    if (slots == nullptr) std::abort();
    for (std::size_t i = 0; i != capacity_; ++i)
      if (slots_[i] != 0) insert(slots, larger, slots_[i]);
    std::free(slots_);
    slots_ = slots;
    capacity_ = larger;
  }

  std::uint64_t* slots_ = nullptr;
  std::size_t capacity_ = 0, size_ = 0;
  std::uint64_t digest_ = 0;
};
inline outcome_set outcomes;

}  // namespace logbuf::models
