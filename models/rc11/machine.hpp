// Runs the threads of a program along an execution graph, as fibers, and asks the explorer for more of it.
//
// An execution starts with its threads at their beginnings. As long as the graph holds the next event of a thread, the
// thread gets what stands there; a read waits until what it reads from has run, so that the order of the run is one of
// po U rf, and plain memory can be plain memory. Then the leftmost thread that can go on extends the graph.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "arena.hpp"
#include "decisions.hpp"
#include "explorer.hpp"
#include "fiber.hpp"
#include "shadow.hpp"

namespace logbuf::models::rc11 {

struct answer {
  std::uint64_t value = 0;  // that was read; of a choice, which
  bool exclusive = false;   // a read-modify-write that took place
  bool spurious = false;
  bool newest = true;       // nothing newer had run
  bool races = false;       // machine::fail_of_race() says so, once the policy has noted the access
};

// How a waiting thread that nobody lets go on is to be taken.
enum class wait : std::uint8_t {
  for_ever,    // a mistake, when what it waits for can not come any more
  with_deadline,
  lost_exchange,  // no wait: a failed compare-exchange that was about to be tried again
};

class machine {
 public:
  enum class ending : std::uint8_t {
    running,
    complete,
    blocked,   // some thread waits
    given_up,  // the same behaviours are explored elsewhere
    restart,   // a revisit: run again, along the new graph
    failed,
  };
  struct program {
    unsigned threads;
    void (*create)();  // and what comes before the threads
    void (*thread)(unsigned);
    void (*after)();   // and the end of the program
  };

  static constexpr unsigned longest = 4000;       // events of an execution
  static constexpr unsigned location_limit = 1024;
  static constexpr unsigned locations_of_thread = 32;  // that it may make

  // ---- for the policy: called by the program

  bool is_in_thread() const { return phase_ == phase::replay || phase_ == phase::forward; }
  unsigned thread() const { return is_in_thread() ? running_ : 0; }

  // A new location; its address is what it is known by until it is destroyed.
  location create(const void* address, std::uint64_t value, std::uint64_t mask = ~std::uint64_t{0}) {
    const location l = new_location(address);
    if (is_in_thread()) {
      places_[l].is_initialised = false;
      operation o;
      o.what = op::plain_store, o.where = l, o.operand = value, o.mask = mask, o.name = "initial value";
      (void)perform(o);
    } else {
      places_[l].direct = value;
    }
    return l;
  }
  location create_uninitialised(const void* address) {
    const location l = new_location(address);
    places_[l].is_initialised = false;
    return l;
  }
  // False: an access to it does not happen before its end.
  bool destroy(location l, std::uint32_t note = 0) {
    const bool is_last = give_back(l, note);
    places_[l].address = nullptr;
    return is_last;
  }
  // A plain write of no value. The owner may use the location once more, when the threads have ended.
  bool give_back(location l, std::uint32_t note) { return !is_in_thread() || note_plain(l, shadow::plain_write, note); }
  bool is_alive(location l, const void* address) const { return l < location_count_ && places_[l].address == address; }

  answer perform(const operation& what) {
    if (!is_in_thread()) return perform_directly(what);
    const own_memory guard;
    return perform_in_thread(what);
  }

  // A plain read, of the newest value. False: it races.
  bool read_plain(location l, std::uint32_t note) {
    if (is_in_thread() && !places_[l].is_initialised && newest_that_ran(l) == initial)
      fail("uninitialised access", "a plain read of memory that nobody has written");
    return !is_in_thread() || note_plain(l, shadow::plain_read, note);
  }
  // Whatever a load might see.
  std::uint64_t newest(location l) const {
    return is_in_thread() ? graph_().value_of(newest_that_ran(l), l) : places_[l].direct;
  }

  // One of n; the first is the usual one.
  unsigned choose(unsigned n, bool is_deadline) {
    if (!is_in_thread()) return 0;
    operation o;
    o.what = op::choice, o.operand = n, o.expected = is_deadline;
    return static_cast<unsigned>(perform(o).value);
  }

  // A loop without side effects begins anew: what the thread has read since it last wrote did not let it go on. Another
  // round would help only if it read something else, and that is another execution.
  void spin() {
    if (!is_in_thread()) return;
    const own_memory guard;
    thread_state& me = threads_[running_];
    const graph& g = graph_();
    if (me.done < g.size(running_)) {
      me.round = me.done;
      return;
    }
    me.waits_for.clear();
    wait how = wait::for_ever;
    for (unsigned n = me.done; n > me.round; --n) {
      const event& e = g.at(running_, n);
      if (e.is_write()) break;
      if (e.is_read()) me.waits_for.push_back(event_id(running_, n));
      if (e.is == kind::choice && e.what.expected != 0) how = wait::with_deadline;
    }
    if (me.waits_for.empty()) {
      me.round = me.done;
      return;
    }
    block(how);
  }
  // What the last read has seen is not what the thread waits for.
  void wait_for_last_read(wait how) {
    if (!is_in_thread()) return;
    const own_memory guard;
    thread_state& me = threads_[running_];
    if (me.done < graph_().size(running_)) nondeterministic("a thread that waited goes on");
    me.waits_for.assign(1, event_id(running_, me.done));
    block(how);
  }

  // Where the thread is: what happens before its next step.
  clock now() const {
    if (is_in_thread()) {
      clock c = threads_[running_].done != 0 ? graph_().at(running_, threads_[running_].done).before : clock{};
      c.set(running_, threads_[running_].done + 1);
      return c;
    }
    clock c;
    for (unsigned t = 0; t != program_.threads; ++t) c.set(t, phase_ == phase::setup ? 0 : threads_[t].done + 1);
    return c;
  }
  // What happens before the thread's last event, that event included.
  clock last() const {
    if (!is_in_thread() || threads_[running_].done == 0) return now();
    return graph_().at(running_, threads_[running_].done).before;
  }

  [[noreturn]] void fail_of_race() { fail("data race", "two accesses that nothing orders, of which one is a plain write, or one is plain and one writes"); }
  [[noreturn]] void fail(const char* kind, const std::string& text) {
    program_memory.is_on = false;
    failure_kind = kind;
    failure = text;
    has_failed_in_thread_ = is_in_thread();
    leave(ending::failed);
  }

  // ---- for the engine

  std::string failure_kind, failure;
  std::uint32_t raced_first = 0, raced_second = 0;  // notes
  unsigned lost_exchanges = ~0u;  // that are tried again, of a thread in an execution

  void start(const program& p, unsigned spurious_failures) {
    program_ = p;
    explorer_.start(p.threads, spurious_failures);
    is_first_ = true;
    followed_.clear();
    follows_ = false;
  }
  void restart_along(const std::string& decisions) {
    explorer_.start(program_.threads, ~0u);
    is_first_ = true;
    follow(decisions);
  }
  // From here on the next run makes these decisions, and no other; a text that does not fit fails.
  void follow(const std::string& text) {
    follows_ = true;
    followed_ = parse_decisions(text);
  }
  // Those of the execution at hand, as text.
  std::string decisions() const { return to_text(decisions_of(graph_(), ran_)); }
  // Of a thread that has failed: only those that led to it, and to the access that it races with.
  std::string decisions_of_failure() const {
    if (!has_failed_in_thread_) return {};
    const graph& g = graph_();
    clock past = threads_[running_].done != 0 ? g.at(running_, threads_[running_].done).causes : clock{};
    if (failure_kind == "data race") {
      const unsigned n = std::min(raced_when_, threads_[raced_thread_].done);
      if (n != 0) past.join(g.at(raced_thread_, n).causes);
    }
    std::vector<event_id> led;
    for (const event_id e : ran_)
      if (past.has(e)) led.push_back(e);
    return led.size() == ran_.size() ? std::string{} : to_text(decisions_of(g, led));
  }
  explorer& exploration() { return explorer_; }
  const explorer& exploration() const { return explorer_; }

  // Runs the program once along the graph, and on to an end.
  ending run() {
    program_memory.reset();
    ran_.clear();
    has_failed_in_thread_ = false;
    ending_ = ending::running;
    phase_ = phase::setup;
    location_count_ = 0;
    on_main(&body_of_setup);
    if (ending_ != ending::running) return ending_;
    if (!setup_is_the_same()) return ending_;

    for (unsigned t = 0; t != program_.threads; ++t) threads_[t].begin(&body_of_thread);
    made_.fill(0);
    phase_ = phase::replay;
    replay();
    phase_ = phase::forward;
    if (follows_) follow_decisions();
    for (unsigned t = 0; t != program_.threads && ending_ == ending::running; ++t)
      if (threads_[t].is != state::blocked && threads_[t].is != state::finished) resume(t);
    if (ending_ != ending::running) return ending_;
    for (unsigned t = 0; t != program_.threads; ++t)
      if (threads_[t].is != state::finished) return judge_waiting();

    const graph& g = graph_();
    for (unsigned l = 0; l != location_count_; ++l)
      if (l < g.location_count()) places_[l].direct = g.value_of(g.of(static_cast<location>(l)).writes.back(), static_cast<location>(l));
    phase_ = phase::final;
    on_main(&body_of_after);
    if (ending_ != ending::running) return ending_;
    phase_ = phase::none;
    return ending_ = ending::complete;
  }

  // The events of the execution, in the order of the run.
  const std::vector<event_id>& order_of_run() const { return ran_; }

 private:
  enum class phase : std::uint8_t { none, setup, replay, forward, final };
  enum class state : std::uint8_t {
    ready,
    waits_for_source,  // the graph holds its next event, whose source has not run yet
    at_end_of_graph,
    blocked,
    finished,
  };
  struct thread_state {
    fiber stack;
    state is{};
    unsigned done = 0;   // events that ran
    unsigned round = 0;  // up to here, when a loop began
    unsigned lost = 0;   // exchanges
    wait how{};
    std::vector<event_id> waits_for{};

    void begin(fiber::function body) {
      stack.start(body);
      is = state::ready, done = round = lost = 0;
    }
  };
  // Called by the program, the machine allocates for itself: not from what is taken back between executions.
  struct own_memory {
    own_memory() : was_on(std::exchange(program_memory.is_on, false)) {}
    own_memory(const own_memory&) = delete;
    own_memory& operator=(const own_memory&) = delete;
    ~own_memory() { program_memory.is_on = was_on; }
    bool was_on;
  };
  struct place {
    const void* address = nullptr;  // null: destroyed
    std::uint64_t direct = 0;       // before and after the threads
    bool is_initialised = true;
    shadow accesses;
  };

  static void body_of_setup();
  static void body_of_after();
  static void body_of_thread();

  graph& graph_() { return explorer_.current(); }
  const graph& graph_() const { return explorer_.current(); }

  void resume(unsigned t) {
    running_ = t;
    program_memory.is_on = true;
    threads_[t].stack.resume();
    program_memory.is_on = false;
  }
  void on_main(fiber::function body) {
    main_.start(body);
    program_memory.is_on = true;
    main_.resume();
    program_memory.is_on = false;
  }
  // Out of the program, for good.
  [[noreturn]] void leave(ending e) {
    ending_ = e;
    (is_in_thread() ? threads_[running_].stack : main_).suspend();
    std::abort();
  }
  void suspend(state is) {
    thread_state& me = threads_[running_];
    me.is = is;
    me.stack.suspend();
    program_memory.is_on = false;  // here the machine goes on, not the program
  }
  [[noreturn]] void nondeterministic(const std::string& what) {
    fail("nondeterminism", "the program is not deterministic: " + what);
  }

  location new_location(const void* address) {
    std::size_t l = location_count_;
    if (is_in_thread()) {
      const unsigned n = made_[running_]++;
      if (n == locations_of_thread) fail("limit", "a thread makes too many atomic objects");
      l = setup_count_ + running_ * locations_of_thread + n;
      if (l >= location_limit) fail("limit", "too many atomic objects");
      for (; location_count_ <= l; ++location_count_) places_[location_count_] = {};
    } else {
      if (l == location_limit) fail("limit", "too many atomic objects");
      ++location_count_;
    }
    place& p = places_[l];
    p.address = address;
    p.direct = 0;
    p.is_initialised = true;
    p.accesses.clear();
    return static_cast<location>(l);
  }

  bool setup_is_the_same() {
    graph& g = graph_();
    for (unsigned l = 0; l != location_count_; ++l) {
      auto& of = g.of(static_cast<location>(l));
      if (!is_first_ && of.initial_value != places_[l].direct) return not_the_same();
      of.initial_value = places_[l].direct;
    }
    if (!is_first_ && setup_count_ != location_count_) return not_the_same();
    setup_count_ = location_count_;
    is_first_ = false;
    return true;
  }
  bool not_the_same() {
    failure_kind = "nondeterminism";
    failure = "the program is not deterministic: it starts with other values than before";
    ending_ = ending::failed;
    return false;
  }

  void replay() {
    for (bool more = true; more && ending_ == ending::running;) {
      more = false;
      for (unsigned t = 0; t != program_.threads && ending_ == ending::running; ++t) {
        thread_state& it = threads_[t];
        if (it.done == graph_().size(t)) continue;
        if (it.is == state::waits_for_source && !has_run(graph_().at(t, it.done + 1).source)) {
          more = true;
          continue;
        }
        const unsigned before = it.done;
        resume(t);
        if (ending_ != ending::running) return;
        if ((it.is == state::finished || it.is == state::blocked) && it.done != graph_().size(t)) {
          failure_kind = "nondeterminism";
          failure = "the program is not deterministic: a thread ends before it did what it had done before";
          ending_ = ending::failed;
          return;
        }
        more |= it.done != before || it.done != graph_().size(t);
      }
    }
  }
  void follow_decisions() {
    followed_at_ = 0, has_followed_ = false;
    while (ending_ == ending::running && followed_at_ != followed_.size()) {
      const std::size_t before = followed_at_;
      const unsigned t = followed_[before].thread;
      if (t >= program_.threads || threads_[t].is == state::blocked || threads_[t].is == state::finished) break;
      resume(t);
      if (followed_at_ == before) break;
    }
    if (ending_ == ending::running && followed_at_ != followed_.size()) {
      failure_kind = "replay";
      failure = "the program has changed: it does not come this way any more";
      ending_ = ending::failed;
    }
    has_followed_ = true;
    // The thread that decided last goes on first: if it is one that fails, nothing else is in the way.
    if (ending_ != ending::running || followed_.empty()) return;
    const unsigned last = followed_.back().thread;
    if (threads_[last].is != state::blocked && threads_[last].is != state::finished) resume(last);
  }
  bool has_run(event_id e) const { return e == initial || threads_[e.thread()].done >= e.number(); }

  answer perform_in_thread(const operation& what) {
    thread_state& me = threads_[running_];
    const unsigned t = running_;
    cut_retry(me, what);
    for (;;) {
      const graph& g = graph_();
      if (me.done < g.size(t)) {
        const event& e = g.at(t, me.done + 1);
        if (!e.what.is(what)) nondeterministic(std::string("what was ") + e.what.name + " before is " + what.name + ", or another value");
        if (!e.is_read() || has_run(e.source)) return consume(me, what);
        suspend(state::waits_for_source);
        continue;
      }
      if (phase_ == phase::replay) {
        suspend(state::at_end_of_graph);
        continue;
      }
      if (g.size() >= longest) fail("limit", "an execution is too long: a loop that does not end?");
      if (follows_) {
        while (followed_at_ != followed_.size() && followed_[followed_at_].thread != t) suspend(state::at_end_of_graph);
        if (followed_at_ == followed_.size()) {
          if (!has_followed_) suspend(state::at_end_of_graph);
        } else if (!follow_one(graph_(), t, what, followed_[followed_at_++])) {
          fail("replay", "the program has changed: it does not come this way any more");
        } else {
          return consume(me, what);
        }
      }
      switch (explorer_.extend(t, what)) {
        case explorer::step::extended: return consume(me, what);
        case explorer::step::restart: leave(ending::restart);
        case explorer::step::dead: leave(ending::given_up);
      }
    }
  }

  // The next event of the thread runs.
  answer consume(thread_state& me, const operation& what) {
    const unsigned t = running_;
    const graph& g = graph_();
    const event& e = g.at(t, ++me.done);
    ran_.push_back(event_id(t, me.done));
    answer a{e.value, e.exclusive, e.spurious, true};
    if (e.is == kind::fence || e.is == kind::choice) return a;
    place& p = places_[what.where];
    const event* last = &e;
    auto how = e.is_plain() ? shadow::plain_write : e.is_write() ? shadow::atomic_write : shadow::atomic_read;
    if (e.is_read()) {
      if (e.source == initial && !p.is_initialised) fail("uninitialised access", std::string("a read of an atomic object that has no value yet: ") + what.name);
      a.newest = e.source == newest_that_ran(what.where);
      if (e.exclusive) {
        last = &g.at(t, ++me.done);
        ran_.push_back(event_id(t, me.done));
        how = shadow::atomic_write;
      }
    }
    a.races = !add_access(p, how, last->before, me.done, what.note);
    return a;
  }

  bool note_plain(location l, shadow::access how, std::uint32_t note) {
    return add_access(places_[l], how, now(), threads_[running_].done + 1, note);
  }
  bool add_access(place& p, shadow::access how, const clock& before, unsigned when, std::uint32_t note) {
    const shadow::earlier* const race = p.accesses.add(how, running_, before, when, note);
    if (race != nullptr) {
      raced_first = race->note, raced_second = note;
      raced_thread_ = race->thread, raced_when_ = static_cast<unsigned>(race->when);
    }
    return race == nullptr;
  }

  event_id newest_that_ran(location l) const {
    const graph& g = graph_();
    if (l >= g.location_count()) return initial;
    const auto& writes = g.of(l).writes;
    for (std::size_t i = writes.size(); i-- != 0;)
      if (has_run(writes[i])) return writes[i];
    return initial;
  }

  // A failed compare-exchange whose object is loaded next is tried again.
  void cut_retry(thread_state& me, const operation& what) {
    if (lost_exchanges == ~0u || me.done == 0 || (what.what != op::load && what.what != op::compare_exchange)) return;
    const event& last = graph_().at(running_, me.done);
    if (!last.is_read() || last.exclusive || last.what.what != op::compare_exchange || last.what.where != what.where) return;
    if (++me.lost <= lost_exchanges) return;
    me.waits_for.assign(1, event_id(running_, me.done));
    block(wait::lost_exchange);
  }

  // The thread does not go on in this execution. If all that it waits for is stale, no later write can revisit it either:
  // then the execution adds nothing to the one in which it has read the newest.
  [[noreturn]] void block(wait how) {
    program_memory.is_on = false;
    thread_state& me = threads_[running_];
    bool is_stale = true;
    for (const event_id r : me.waits_for) is_stale &= !graph_().at(r).newest;
    if (is_stale) leave(ending::given_up);
    me.how = how;
    suspend(state::blocked);
    std::abort();
  }

  // Some threads wait, and nobody is left to change what they wait for.
  ending judge_waiting() {
    const graph& g = graph_();
    for (unsigned t = 0; t != program_.threads; ++t) {
      const thread_state& it = threads_[t];
      if (it.is == state::finished) continue;
      if (it.how != wait::for_ever) return ending_ = ending::blocked;
      for (const event_id r : it.waits_for) {
        const event& e = g.at(r);
        if (g.place_of(e.source) + 1 != g.of(e.what.where).writes.size()) return ending_ = ending::blocked;
      }
    }
    failure_kind = "deadlock";
    failure = "every thread that is left waits, and what it has read is the newest: nobody will wake it";
    return ending_ = ending::failed;
  }

  answer perform_directly(const operation& what) {
    place& p = places_[what.where];
    answer a{p.direct, true, false, true};
    switch (what.what) {
      case op::load:
      case op::fence:
      case op::choice: break;
      case op::compare_exchange:
        a.exclusive = p.direct == what.expected;
        if (!a.exclusive) break;
        [[fallthrough]];
      default:
        p.direct = explorer::result_of(what, p.direct);
        p.is_initialised = true;
    }
    return a;
  }

  program program_{};
  explorer explorer_;
  phase phase_{};
  ending ending_{};
  bool is_first_ = true;
  unsigned running_ = 0;
  std::array<thread_state, thread_limit> threads_{};
  fiber main_;
  std::array<place, location_limit> places_{};
  std::size_t location_count_ = 0, setup_count_ = 0;
  std::array<unsigned, thread_limit> made_{};
  std::vector<event_id> ran_;
  std::vector<decision> followed_;
  std::size_t followed_at_ = 0;
  bool follows_ = false, has_followed_ = false;
  bool has_failed_in_thread_ = false;
  unsigned raced_thread_ = 0, raced_when_ = 0;
};

// One at a time in a process.
inline machine the_machine;

inline void machine::body_of_setup() {
  the_machine.program_.create();
  the_machine.main_.suspend();
}
inline void machine::body_of_after() {
  the_machine.program_.after();
  the_machine.main_.suspend();
}
inline void machine::body_of_thread() {
  const unsigned t = the_machine.running_;
  the_machine.program_.thread(t);
  the_machine.suspend(state::finished);
}

}  // namespace logbuf::models::rc11
