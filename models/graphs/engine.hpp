// Runs a program on the RC11 explorer: every consistent execution once, in this process.
//
// Limits of this engine: no load buffering (RC11 excludes it), words of at most eight bytes that are accessed whole, no
// consume; a spurious-failure budget for each execution; a wake-up wakes every sleeper.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../engine.hpp"
#include "../outcomes.hpp"
#include "../rc11/check.hpp"
#include "policy.hpp"

namespace logbuf::models {

struct rc11_engine {
  using atomics = rc11_atomics;
  using buffer = rc11_buffer;
  static constexpr const char* name = "rc11";
  static constexpr bool has_clocks = true;

  static atomics::memory memory_over(buffer& b) { return atomics::memory(b); }
  static unsigned thread() { return rc11::the_machine.thread(); }
  static vector_clock now() { return rc11_detail::now(); }
  [[noreturn]] static void fail() { rc11_detail::fail("assertion"); }
  // For scenarios that wait: spurious wake-ups that may happen, whether the heavy fence may be refused, and the event
  // that an armed receiver waits for.
  struct waiting_state {
    waiting_state(unsigned spurious, bool refused) {
      rc11_waiting::at_hand = {};
      rc11_waiting::at_hand.fence_may_be_refused = refused;
      rc11_waiting::at_hand.spurious_wakeups = spurious;
      rc11_waiting::at_hand.event = &event;
    }
    rc11_waiting::queue event;
  };
  // Around a call that waits, of which so many rounds end by themselves. A loop that waits has its last round only (models/
  // README.md), so what happens after a first look in vain, and only then, would never be run. One such look is therefore no
  // round of the loop: it is explored with everything that follows it.
  static void begin_wait(unsigned rounds) {
    rc11_waiting::wait_at_hand() = {.free_hints = rounds + 1};
    rc11::the_machine.begin_round();
  }
  static void end_wait() { rc11_waiting::wait_at_hand() = {}; }
  static void wait_for_event() { rc11_waiting::wait_for_event(); }
  static atomics::deadline soon() { return atomics::clock::now() + std::chrono::nanoseconds(1); }
  static void write(const atomics::write_span& to, std::span<const std::byte> from) { to.write(0, from); }
  static void read(const atomics::read_span& from, std::span<std::byte> to) { from.read(to); }

  template <class Program>
  static outcome run(const limits& l) {
    static_assert(Program::threads <= max_threads);
    outcomes.is_collecting = l.collect_outcomes;
    current.forgot_stores = false;
    rc11::settings s;
    s.spurious_failures = l.spurious_failures;
    s.lost_exchanges = l.lost_exchanges;
    s.max_executions = l.max_executions;
    s.max_seconds = l.max_seconds;
    s.count_duplicates = l.count_duplicates;
    s.replay = l.replay;
    s.progress = l.progress;
    if (!l.from_the_start) s.contained = &contained();
    s.begin = [] {
      current.failure = {};
      current.begin_execution();
    };
    const rc11::report r = rc11::explore<observed<Program>>(s);
    outcome o;
    o.failed = r.failed;
    o.to_the_end = r.to_the_end;
    o.executions = r.complete + (r.failed ? 1 : 0);
    o.blocked = r.blocked, o.given_up = r.given_up, o.duplicates = r.duplicates, o.events = r.events;
    o.outcomes = outcomes.size();
    o.outcome_digest = outcomes.digest();
    o.kind = r.kind;
    o.failure = r.failure;
    o.state = r.replay;
    o.graph = r.graph, o.dot = r.dot;
    return o;
  }

 private:
  // What an execution changes outside of the program: the trace, and the policy's state.
  static const rc11::self_contained& contained() {
    static const rc11::self_contained all{{
        [] { return std::as_writable_bytes(std::span(current.trace).first(current.trace_size)); },
        [] { return std::as_writable_bytes(std::span(&current.trace_size, 1)); },
        [] { return std::as_writable_bytes(std::span(&rc11_waiting::at_hand, 1)); },
    }};
    return all;
  }

  template <class Program>
  struct observed {
    static constexpr unsigned threads = Program::threads;
    Program program;
    void before() { program.before(); }
    void thread(unsigned index) { program.thread(index); }
    void after() {
      if (outcomes.is_collecting) outcomes.add(outcome_of_execution(true));
      program.after();
    }
  };
};

}  // namespace logbuf::models
