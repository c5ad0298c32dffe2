// Data races: for each location, the last access of each kind that each thread has made in the execution at hand.
//
// Conflicts: a plain write with every other access; an atomic write with a plain read too. A conflicting pair that
// happens-before does not order is a race, whichever of the two the execution at hand runs first.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "clock.hpp"

namespace logbuf::models::rc11 {

class shadow {
 public:
  enum access : std::uint8_t { plain_write, plain_read, atomic_write, atomic_read };
  struct earlier {
    std::uint32_t note = 0;  // the policy's
    std::int16_t when = 0;   // the number of its event; a plain read's: of the event that comes next. 0: none
    std::uint8_t thread = 0;
  };

  void clear() { used_ = 0; }

  bool has_plain_writes_of_others(unsigned thread) const { return plain_writers_but(thread) != 0; }
  // Every plain write of another thread happens before this point.
  bool are_plain_writes_before(unsigned thread, const clock& point) const {
    for (unsigned others = plain_writers_but(thread); others != 0; others &= others - 1) {
      const auto t = static_cast<unsigned>(std::countr_zero(others));
      if (last_[plain_write][t].when > point[t]) return false;
    }
    return true;
  }

  // Notes the access, and answers an earlier one that it races with, or null.
  const earlier* add(access how, unsigned thread, const clock& before, unsigned when, std::uint32_t note) {
    const earlier* race = nullptr;
    const auto check = [&](access other) {
      for (unsigned others = used_ >> (other * thread_limit) & 0xff & ~(1u << thread); others != 0; others &= others - 1) {
        const auto t = static_cast<unsigned>(std::countr_zero(others));
        if (last_[other][t].when > before[t]) race = &last_[other][t];
      }
    };
    check(plain_write);
    if (how == plain_write || how == atomic_write) check(plain_read);
    if (how == plain_write || how == plain_read) check(atomic_write);
    if (how == plain_write) check(atomic_read);
    last_[how][thread] = {note, static_cast<std::int16_t>(when), static_cast<std::uint8_t>(thread)};
    used_ |= 1u << (how * thread_limit + thread);
    return race;
  }

 private:
  unsigned plain_writers_but(unsigned thread) const { return used_ >> (plain_write * thread_limit) & 0xff & ~(1u << thread); }

  std::array<std::array<earlier, thread_limit>, 4> last_{};  // of which those count that are used
  std::uint32_t used_ = 0;  // bits: kind and thread
};

}  // namespace logbuf::models::rc11
