// Relacy as an engine: what scenarios see of it. The searches are in search.hpp, which is compiled once for all programs.
//
// Limits of this engine: modification order is the order of execution; a failed exchange reads the newest value; no load
// buffering. In the reduced search a load sees every older store that it may; in Relacy's own full and bounded searches
// the newest value or the one before it, and at most one spurious failure for each object.
#pragma once

#include <cstddef>
#include <new>

#include "../engine.hpp"
#include "policy.hpp"

namespace logbuf::models {

// A program of which a search need not know the type.
struct any_program {
  virtual ~any_program() = default;
  virtual void before() = 0;
  virtual void thread(unsigned index) = 0;
  virtual void after() = 0;
};
using program_maker = any_program* (*)();

// Runs what `make` makes, anew for each execution, and destroys it in place.
outcome search_by_relacy(unsigned threads, program_maker make, const limits& l);

// The engine as scenarios see it: a policy, a buffer, clocks.
struct relacy_engine {
  using atomics = relacy_atomics;
  using buffer = relacy_buffer;
  static constexpr const char* name = "relacy";
  static constexpr bool has_clocks = true;

  static atomics::memory memory_over(buffer& b) { return atomics::memory(b); }
  static unsigned thread() { return relacy_detail::thread(); }
  static vector_clock now() { return relacy_detail::tick(); }
  [[noreturn]] static void fail() { relacy_detail::fail(rl::test_result_user_assert_failed); }
  // For scenarios that wait: spurious wake-ups that may happen, whether the heavy fence may be refused, and the event
  // that an armed receiver waits for.
  struct waiting_state {
    waiting_state(unsigned spurious, bool refused) {
      relacy_waiting::spurious_wakeups = spurious;
      relacy_waiting::fence_may_be_refused = refused;
      relacy_waiting::fence_is_refused = false;
      relacy_waiting::waits = {};
      relacy_detail::live.restart_ids();
      relacy_waiting::heavy_fences = relacy_waiting::light_fences = {};
      relacy_waiting::event = &event;
    }
    relacy_detail::object<std::uint32_t> event{0};
  };
  // Around a call that waits, of which so many rounds end by themselves and need not let the others go on.
  static void begin_wait(unsigned rounds) {
    relacy_waiting::wait_at_hand() = {.free_hints = rounds, .begin = current.trace_size};
  }
  static void end_wait() { relacy_waiting::wait_at_hand() = {}; }
  static void wait_for_event() { relacy_waiting::wait_for_event(); }
  static atomics::deadline soon() { return atomics::clock::now() + std::chrono::nanoseconds(1); }
  static void write(const atomics::write_span& to, std::span<const std::byte> from) { to.write(0, from); }
  static void read(const atomics::read_span& from, std::span<std::byte> to) { from.read(to); }

  template <class Program>
  static outcome run(const limits& l) {
    struct program final : any_program {
      Program it;
      void before() override { it.before(); }
      void thread(unsigned index) override { it.thread(index); }
      void after() override { it.after(); }
    };
    static_assert(Program::threads <= max_threads);
    // In memory of its own: Relacy has its own operator new, and the library's operator delete.
    const auto make = []() -> any_program* {
      alignas(program) static std::byte place[sizeof(program)];
      return ::new (place) program;
    };
    return search_by_relacy(Program::threads, make, l);
  }
};

}  // namespace logbuf::models
