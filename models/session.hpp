// What a verification engine keeps about a run: the orders in force, what was reached, and the current execution's
// trace. Engine-neutral: engines write it, the oracle and the reports read it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <logbuf/core/ordering.hpp>
#include <logbuf/core/record.hpp>

namespace logbuf::models {

inline constexpr std::size_t max_threads = 4;

// A vector clock: how much of each thread's execution happens before a point.
using timestamp = std::uint32_t;
using vector_clock = std::array<timestamp, max_threads>;

// x, made by thread `by` at its own time x[by], happens before y.
constexpr bool happens_before(const vector_clock& x, unsigned by, const vector_clock& y) { return y[by] >= x[by]; }

enum class step : std::uint8_t {
  atomic_load, atomic_store, exchange_won, exchange_lost, exchange_spurious, fetch_add, fetch_sub,
  header_load, header_store, payload_write, payload_read, zero, free_memory,
  fence, fence_refused, park, wake, unpark, signal, expired,
};

struct event {
  step what{};
  std::uint8_t thread = 0;
  site where{};            // of an atomic access
  std::uint32_t offset = 0;  // bytes into the region; of a control word, its number
  std::uint64_t before = 0;  // an exchange's expected value
  std::uint64_t value = 0;
  vector_clock clock{};
  bool stale = false;        // a load of a header that did not read the newest store; no part of an outcome
};

struct session {
  static constexpr std::size_t trace_capacity = 4096;

  std::array<std::memory_order, site_count> orders{};
  std::array<std::uint64_t, site_count> hits{};  // accesses over all executions
  std::uint64_t executions = 0;

  std::array<event, trace_capacity> trace{};  // of the current execution
  std::size_t trace_size = 0;
  // Where in the trace a thread waits: an engine notes it that runs the rounds of a loop which only looks again.
  struct hint {
    std::uint32_t at;
    std::uint32_t begin;  // of the call that waits
    std::uint8_t thread;
  };
  std::array<hint, trace_capacity> hints{};
  std::size_t hint_count = 0;
  bool forgot_stores = false;  // in some execution: the engine's history of an object was too short for all its stores
  bool is_redundant = false;  // the scheduler knows the current execution to be equivalent to an earlier one
  std::array<char, 256> failure{};  // of the current execution; empty while it holds

  session() {
    for (std::size_t i = 0; i != site_count; ++i) orders[i] = ordering_sites[i].order;
  }
  std::memory_order order(site s) const { return orders[static_cast<std::size_t>(s)]; }

  // What no longer fits is dropped: an execution that fills the trace must not pass (is_trace_full).
  void record(const event& e) {
    if (event* const place = next_place()) *place = e;
  }
  void record_hint(unsigned thread, std::size_t begin) {
    if (hint_count != hints.size())
      hints[hint_count++] = {static_cast<std::uint32_t>(trace_size), static_cast<std::uint32_t>(begin), static_cast<std::uint8_t>(thread)};
  }
  event* next_place() { return trace_size != trace_capacity ? &trace[trace_size++] : nullptr; }
  bool is_trace_full() const { return trace_size == trace_capacity || hint_count == hints.size(); }
  // The two accesses of a data race, by their numbers in the trace.
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t raced_first = none, raced_second = none;

  // Why the current execution fails. Not a std::string: an allocation inside of an execution is explored too.
  template <class... Values>
  const char* explain(const char* format, Values... values) {
    std::snprintf(failure.data(), failure.size(), format, values...);
    return failure.data();
  }
  const char* explain(const char* text) { return explain("%s", text); }

  void hit(site s) { ++hits[static_cast<std::size_t>(s)]; }
  void begin_execution() { is_redundant = false, trace_size = hint_count = 0, raced_first = raced_second = none; }
};

// One run at a time in a process: the runner gives each its own process.
inline session current;

}  // namespace logbuf::models
