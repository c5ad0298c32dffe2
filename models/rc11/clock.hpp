// Vector clocks: how many events of each thread come before a point, in happens-before or in (po U rf)+.
#pragma once

#include <array>
#include <cstdint>

namespace logbuf::models::rc11 {

inline constexpr unsigned thread_limit = 8;

// An event: its thread, and its number among the events of that thread, from 1 on. The same in every graph that holds it.
struct event_id {
  std::uint16_t bits = 0;

  constexpr event_id() = default;
  constexpr event_id(unsigned thread, unsigned number) : bits(static_cast<std::uint16_t>(thread << 13 | number)) {}
  constexpr unsigned thread() const { return bits >> 13; }
  constexpr unsigned number() const { return bits & 0x1fffu; }
  friend constexpr bool operator==(event_id, event_id) = default;
};
inline constexpr unsigned events_limit = 0x1fff;  // of a thread
inline constexpr event_id initial{};              // the write that every location starts with

struct alignas(16) clock {
  std::array<std::int16_t, thread_limit> at{};  // signed: the maximum of eight is one instruction of SSE2

  constexpr int operator[](unsigned thread) const { return at[thread]; }
  constexpr void set(unsigned thread, unsigned number) { at[thread] = static_cast<std::int16_t>(number); }
  constexpr void join(const clock& other) {
    for (unsigned t = 0; t != thread_limit; ++t) at[t] = at[t] < other.at[t] ? other.at[t] : at[t];
  }
  constexpr bool has(event_id e) const { return at[e.thread()] >= static_cast<int>(e.number()); }
};

}  // namespace logbuf::models::rc11
