// Checks a program: a type with
//
//   static constexpr unsigned threads;
//   void before();  void thread(unsigned index);  void after();
//
// whose constructor and before() run first, thread(0) ... thread(threads - 1) at once, and after() when all have ended. It
// is constructed anew for each execution, and has to do the same in each: no clock, no random numbers, no addresses.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <unordered_set>

#include "machine.hpp"
#include "picture.hpp"

namespace logbuf::models::rc11 {

struct settings {
  unsigned spurious_failures = 1;  // of weak compare-exchanges, in each execution
  // How often a thread tries a failed compare-exchange again, in each execution. Executions with more of it add nothing if
  // a failed try has no effect but to be tried again; but that is for the program to know.
  unsigned lost_exchanges = ~0u;
  const self_contained* contained = nullptr;  // null: the program is not; every execution is run from its start
  std::uint64_t max_executions = 0;  // complete and blocked ones; 0: no limit
  double max_seconds = 0;            // 0: no limit
  bool count_duplicates = false;     // remembers a hash of every complete graph
  std::string replay{};              // the text of a counterexample: that execution alone
  std::function<void(std::uint64_t)> progress{};
  std::function<void()> begin{};  // before each execution
};

struct report {
  bool to_the_end = false;       // every consistent execution was explored
  bool failed = false;
  std::uint64_t complete = 0;    // executions
  std::uint64_t blocked = 0;     // in which some thread waits, and others show that its wait ends
  std::uint64_t given_up = 0;    // on the way: inconsistent, or a wait that is explored elsewhere
  std::uint64_t events = 0;      // of complete executions
  std::uint64_t duplicates = 0;  // with count_duplicates
  std::string kind{};     // of the failure: "data race", "assertion", "deadlock", ...
  std::string failure{};
  std::string replay{};   // for settings::replay
  std::string graph{};    // the execution that failed, as text, and as Graphviz DOT
  std::string dot{};
};

// Fails the execution at hand; for assertions of the program.
[[noreturn]] inline void fail(const std::string& text) { the_machine.fail("assertion", text); }
inline void check(bool holds, const char* text) {
  if (!holds) fail(text);
}

namespace detail {

inline std::uint64_t mixed(std::uint64_t h, std::uint64_t value) {
  h = (h ^ value) * 0x9e3779b97f4a7c15;
  return h ^ (h >> 32);
}
inline std::uint64_t hash_of(const graph& g) {
  std::uint64_t h = 1;
  for (unsigned t = 0; t != thread_limit; ++t)
    for (unsigned n = 1; n <= g.size(t); ++n) {
      const event& e = g.at(t, n);
      h = mixed(h, static_cast<std::uint64_t>(e.is) << 40 | static_cast<std::uint64_t>(t) << 32 | e.source.bits);
      h = mixed(h, e.what.where | (e.spurious ? 0x10000u : 0u));
      h = mixed(h, e.value);
    }
  for (std::size_t l = 0; l != g.location_count(); ++l)
    for (const event_id w : g.of(static_cast<location>(l)).writes) h = mixed(h, w.bits + 0x10000u * l);
  return h;
}

// Leaves out what did not lead to the failure, if it then still fails in that way.
inline void minimise(machine& m, const settings& s) {
  const std::string kind = m.failure_kind, whole = m.decisions(), part = m.decisions_of_failure();
  if (part.empty() || kind == "nondeterminism" || kind == "limit") return;
  for (const std::string& decisions : {part, whole}) {
    m.restart_along(decisions);
    if (s.begin) s.begin();
    if (m.run() == machine::ending::failed && m.failure_kind == kind) return;
  }
}

template <class Program>
struct held {
  alignas(Program) static inline std::byte memory[sizeof(Program)];
  static Program& program() { return *std::launder(reinterpret_cast<Program*>(memory)); }
  // Nothing is there to catch an exception that leaves the program.
  template <class Body>
  static void guard(Body body) {
    try {
      body();
    } catch (const std::bad_alloc&) {
      the_machine.fail("limit", "the program allocates too much in one execution");
    } catch (const std::exception& e) {
      the_machine.fail("exception", std::string("an exception escapes the program: ") + e.what());
    } catch (...) {
      the_machine.fail("exception", "an exception escapes the program");
    }
  }
  static void create() {
    guard([] {
      ::new (static_cast<void*>(memory)) Program;
      program().before();
    });
  }
  static void thread(unsigned t) {
    guard([t] { program().thread(t); });
  }
  static void after() {
    guard([] {
      program().after();
      program().~Program();
    });
  }
};

}  // namespace detail

template <class Program>
report explore(const settings& s) {
  static_assert(Program::threads >= 1 && Program::threads <= thread_limit);
  using program = detail::held<Program>;
  using clock_type = std::chrono::steady_clock;
  using ending = machine::ending;
  machine& m = the_machine;
  report r;
  if (s.contained != nullptr && !program_memory.is_used) {
    r.failed = true, r.kind = "settings", r.failure = "settings::contained needs a source file that defines LOGBUF_RC11_REPLACE_NEW";
    return r;
  }
  std::unordered_set<std::uint64_t> seen;
  const auto started = clock_type::now();
  m.lost_exchanges = s.lost_exchanges;
  m.start({Program::threads, &program::create, &program::thread, &program::after, program::memory}, s.spurious_failures, s.contained);
  if (!s.replay.empty()) m.follow(s.replay);
  std::uint64_t runs = 0;
  for (bool more = true; more;) {
    if (s.begin) s.begin();
    switch (m.run()) {
      case ending::failed:
        r.failed = true;
        if (s.replay.empty()) detail::minimise(m, s);
        r.kind = m.failure_kind, r.failure = m.failure;
        r.replay = m.decisions();
        r.graph = to_text(m.exploration().current()), r.dot = to_dot(m.exploration().current());
        return r;
      case ending::complete:
        ++r.complete;
        r.events += m.exploration().current().size();
        if (s.count_duplicates && !seen.insert(detail::hash_of(m.exploration().current())).second) ++r.duplicates;
        break;
      case ending::blocked: ++r.blocked; break;
      case ending::given_up: ++r.given_up; break;
      case ending::restart:
        more = m.exploration().restart();
        continue;
      case ending::running: std::abort();
    }
    if (!s.replay.empty()) return r;
    if (s.max_executions != 0 && r.complete + r.blocked >= s.max_executions) return r;
    if (++runs % 1024 == 0) {
      if (s.progress && runs % 65536 == 0) s.progress(r.complete);
      if (s.max_seconds > 0 && std::chrono::duration<double>(clock_type::now() - started).count() >= s.max_seconds) return r;
    }
    more = m.exploration().next();
  }
  r.to_the_end = true;
  return r;
}

}  // namespace logbuf::models::rc11
