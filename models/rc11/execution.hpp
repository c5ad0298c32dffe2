// The execution at hand: the threads of the program as fibers, each of which runs along its events in the execution graph.
// This is what a policy calls. As long as the graph holds the next event of a thread, the thread gets what stands there; a
// read waits until what it reads from has run, so that the order of the run is one of po U rf, and plain memory can be plain
// memory. What a thread does at the end of its events the machine decides.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "arena.hpp"
#include "fiber.hpp"
#include "graph.hpp"
#include "histories.hpp"
#include "places.hpp"

namespace logbuf::models::rc11 {

struct answer {
  std::uint64_t value = 0;  // that was read; of a choice, which
  bool exclusive = false;   // a read-modify-write that took place
  bool spurious = false;
  bool newest = true;       // nothing newer had run
  bool races = false;       // fail_of_race() says so, once the policy has noted the access
};

// How a waiting thread that nobody lets go on is to be taken.
enum class wait : std::uint8_t {
  for_ever,    // a mistake, when what it waits for can not come any more
  with_deadline,
  lost_exchange,  // no wait: a failed compare-exchange that was about to be tried again
};

class execution {
 public:
  enum class ending : std::uint8_t {
    running,
    complete,
    blocked,   // some thread waits
    given_up,  // the same behaviours are explored elsewhere
    restart,   // a revisit: run again, along the new graph
    failed,
  };
  static constexpr unsigned longest = 4000;  // events

  bool is_in_thread() const { return phase_ == phase::threads; }
  unsigned thread() const { return is_in_thread() ? running_ : 0; }

  // A new location; its address is what it is known by until it is destroyed.
  location create(void* address, std::uint64_t value, std::uint64_t mask = ~std::uint64_t{0}) {
    const location l = create_uninitialised(address);
    if (is_in_thread()) {
      operation o;
      o.what = op::plain_store, o.where = l, o.operand = value, o.mask = mask, o.name = "initial value";
      (void)perform(o);
    } else {
      places_[l].direct = value;
      places_[l].is_initialised = true;
    }
    return l;
  }
  location create_uninitialised(void* address) {  // not const: GCC would take the object for one that is read
    const location l = is_in_thread() ? places_.add_of_thread(running_, address) : places_.add(address);
    if (l == places::none) fail("limit", is_in_thread() ? "a thread creates too many atomic objects" : "too many atomic objects");
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
  bool is_alive(location l, const void* address) const { return places_.is_alive(l, address); }

  answer perform(const operation& what) {
    if (!is_in_thread()) return perform_directly(what);
    const own_memory guard;
    return perform_in_thread(what);
  }

  // A plain read, of the newest value. False: it races.
  bool read_plain(location l, std::uint32_t note) {
    if (is_in_thread() && !places_[l].is_initialised && newest_that_ran(l) == initial)
      fail("uninitialised access", "a plain read of memory that was never written");
    return !is_in_thread() || note_plain(l, shadow::plain_read, note);
  }
  // Whatever a load might see.
  std::uint64_t newest(location l) {
    if (!is_in_thread()) return places_[l].direct;
    const own_memory guard;
    const std::uint64_t value = events().value_of(newest_that_ran(l), l);
    learn(threads_[running_].at, value, false);
    return value;
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
    const graph& g = events();
    if (me.at.done < g.size(running_)) {
      me.at.round = me.at.done;
      return;
    }
    wait how = wait::for_ever;
    bool has_read = false;
    unsigned from = me.at.done;
    for (; from > me.at.round && !g.at(running_, from).is_write(); --from) {
      const event& e = g.at(running_, from);
      has_read |= e.is_read();
      if (e.is == kind::choice && e.what.expected != 0) how = wait::with_deadline;
    }
    if (!has_read) {
      me.at.round = me.at.done;
      return;
    }
    block(from, how);
  }
  // A round that may be in vain, and after which the thread goes on all the same.
  void begin_round() {
    if (is_in_thread()) threads_[running_].at.round = threads_[running_].at.done;
  }
  bool has_written_in_round() const {
    if (!is_in_thread()) return false;
    const progress& me = threads_[running_].at;
    for (unsigned n = me.round + 1; n <= me.done; ++n)
      if (events().at(running_, n).is_write()) return true;
    return false;
  }
  // What the last read has seen is not what the thread waits for.
  void wait_for_last_read(wait how) {
    if (!is_in_thread()) return;
    const own_memory guard;
    thread_state& me = threads_[running_];
    if (me.at.done < events().size(running_)) nondeterministic("a thread that waited continues");
    block(me.at.done - 1, how);
  }

  // Where the thread is: what happens before its next step.
  clock now() const {
    clock c;
    if (is_in_thread()) {
      const unsigned done = threads_[running_].at.done;
      if (done != 0) c = events().at(running_, done).before;
      c.set(running_, done + 1);
      return c;
    }
    for (unsigned t = 0; t != thread_count_; ++t) c.set(t, phase_ == phase::setup ? 0 : threads_[t].at.done + 1);
    return c;
  }
  // What happens before the thread's last event, that event included.
  clock last() const {
    if (!is_in_thread() || threads_[running_].at.done == 0) return now();
    return events().at(running_, threads_[running_].at.done).before;
  }

  [[noreturn]] void fail_of_race() { fail("data race", "two unordered accesses: one is a plain write, or one is plain and the other writes"); }
  [[noreturn]] void fail(const char* kind, const std::string& text) {
    program_memory.is_on = false;
    failure_kind = kind;
    failure = text;
    has_failed_in_thread_ = is_in_thread();
    leave(ending::failed);
  }

  std::string failure_kind, failure;
  std::uint32_t raced_first = 0, raced_second = 0;  // notes
  unsigned lost_exchanges = ~0u;  // that are tried again, of a thread in an execution

 protected:
  enum class phase : std::uint8_t { none, setup, threads, after };
  enum class state : std::uint8_t {
    ready,             // to begin, or running
    waits_for_source,  // the graph holds its next event, whose source has not run yet
    at_end_of_graph,   // with its next operation, if it may not go on
    branches,          // its next event could be another one
    blocked,
    finished,
  };
  struct progress {
    state is{};
    bool has_accessed = false;  // plain memory, since its last event
    unsigned done = 0;          // events that ran
    unsigned round = 0;         // up to here, when a loop began
    unsigned lost = 0;          // exchanges
    unsigned waits_after = 0;   // of a thread that waits: for one of its reads behind this event
    wait how{};
    histories::node history{};
    histories::node before_last{};  // history before its last event
    operation next{};
  };
  struct thread_state {
    fiber stack;
    progress at;

    void begin(fiber::function body, unsigned index) {
      stack.start(body);
      at = {};
      at.history = at.before_last = histories::start_of(index);
    }
    bool may_go_on() const { return at.is != state::blocked && at.is != state::finished; }
  };
  // Called by the program, the machine allocates for itself: not from what is taken back between executions.
  struct own_memory {
    own_memory() : was_on(std::exchange(program_memory.is_on, false)) {}
    own_memory(const own_memory&) = delete;
    own_memory& operator=(const own_memory&) = delete;
    ~own_memory() { program_memory.is_on = was_on; }
    bool was_on;
  };

  graph& events() { return *graph_; }
  const graph& events() const { return *graph_; }

  void resume(unsigned t) {
    running_ = t;
    threads_[t].at.is = state::ready;
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
    me.at.is = is;
    me.stack.suspend();
    program_memory.is_on = false;  // here the machine goes on, not the program
  }
  [[noreturn]] void nondeterministic(const std::string& what) {
    fail("nondeterminism", "the program is not deterministic: " + what);
  }
  template <class Test>
  bool all_that_is_waited_for(unsigned t, Test test) const {
    for (unsigned n = threads_[t].at.done; n > threads_[t].at.waits_after; --n) {
      const event& e = events().at(t, n);
      if (e.is_read() && !test(e)) return false;
    }
    return true;
  }
  bool has_run(event_id e) const { return e == initial || threads_[e.thread()].at.done >= e.number(); }

  // Puts the operation of the thread that runs into the graph.
  enum class extension : std::uint8_t {
    made,
    made_of_several,  // ways to go on from here
    another_graph,    // to run along instead
    none,             // is consistent
  };
  virtual extension extend(const operation& what) = 0;
  ~execution() = default;

  graph* graph_ = nullptr;
  bool goes_on_ = false;  // beyond the end of the graph
  unsigned thread_count_ = 0;
  phase phase_{};
  ending ending_{};
  unsigned running_ = 0;
  std::array<thread_state, thread_limit> threads_{};
  fiber main_;
  places places_;
  histories histories_;
  bool is_contained_ = false;  // the program: then histories tell what its threads do
  std::array<event_id, longest + 2> ran_{};  // in the order of the run
  std::size_t ran_size_ = 0;
  bool has_failed_in_thread_ = false;
  unsigned raced_thread_ = 0, raced_when_ = 0;

 private:
  answer perform_in_thread(const operation& what) {
    thread_state& me = threads_[running_];
    cut_retry(me, what);
    for (;;) {
      const graph& g = events();
      if (me.at.done < g.size(running_)) {
        const event& e = g.at(running_, me.at.done + 1);
        if (!e.what.is(what)) nondeterministic(std::string("an operation that was ") + e.what.name + " before is now " + what.name + ", or has another value");
        if (!e.is_read() || has_run(e.source)) return consume(me.at, what);
        suspend(state::waits_for_source);
      } else {
        if (g.size() >= longest) fail("limit", "an execution is too long (a loop that does not end?)");
        if (!goes_on_) {
          me.at.next = what;
          suspend(state::at_end_of_graph);
          continue;
        }
        switch (extend(what)) {
          case extension::made: break;
          case extension::made_of_several: suspend(state::branches); break;
          case extension::another_graph: leave(ending::restart);
          case extension::none: leave(ending::given_up);
        }
      }
    }
  }

  // The next event of the thread runs.
  answer consume(progress& me, const operation& what) {
    const unsigned t = running_;
    const graph& g = events();
    const event& e = g.at(t, ++me.done);
    ran_[ran_size_++] = event_id(t, me.done);
    me.before_last = me.history, me.has_accessed = false;
    if (e.is_read() || e.is == kind::choice) learn(me, e.value, e.spurious);
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
        ran_[ran_size_++] = event_id(t, me.done);
        how = shadow::atomic_write;
      }
    }
    a.races = !add_access(p, how, last->before, me.done, what.note);
    return a;
  }

  bool note_plain(location l, shadow::access how, std::uint32_t note) {
    threads_[running_].at.has_accessed = true;
    return add_access(places_[l], how, now(), threads_[running_].at.done + 1, note);
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
    const graph& g = events();
    if (l >= g.location_count()) return initial;
    const auto& writes = g.of(l).writes;
    for (std::size_t i = writes.size(); i-- != 0;)
      if (has_run(writes[i])) return writes[i];
    return initial;
  }

  // A failed compare-exchange whose object is loaded next is tried again.
  void cut_retry(thread_state& me, const operation& what) {
    if (lost_exchanges == ~0u || me.at.done == 0 || (what.what != op::load && what.what != op::compare_exchange)) return;
    const event& last = events().at(running_, me.at.done);
    if (!last.is_read() || last.exclusive || last.what.what != op::compare_exchange || last.what.where != what.where) return;
    if (++me.at.lost <= lost_exchanges) return;
    block(me.at.done - 1, wait::lost_exchange);
  }

  // The thread does not go on in this execution. If all that it waits for is stale, no later write can revisit it either:
  // then the execution adds nothing to the one in which it has read the newest. And if a failure was spurious, nothing to
  // the one in which that did not happen: nothing revisits it.
  [[noreturn]] void block(unsigned after, wait how) {
    program_memory.is_on = false;
    progress& me = threads_[running_].at;
    me.waits_after = after;
    me.how = how;
    remember_wait(me);
    if (all_that_is_waited_for(running_, [](const event& e) { return !e.newest; }) ||
        !all_that_is_waited_for(running_, [](const event& e) { return !e.spurious; }))
      leave(ending::given_up);
    suspend(state::blocked);
    std::abort();
  }
  void learn(progress& me, std::uint64_t value, bool spurious) {
    if (is_contained_) me.history = histories_.after(me.history, value, spurious);
  }
  // If it is the thread's last event that has made it wait, and nothing else.
  void remember_wait(const progress& me) {
    if (!is_contained_) return;
    const event& e = events().at(running_, me.done);
    if (me.waits_after + 1 != me.done || me.has_accessed || me.history == histories::unknown) return;
    if (histories_.after(me.before_last, e.value, e.spurious) == me.history)
      histories_.remember_wait(me.before_last, e.value, e.spurious);
  }
  // Before and after the threads.
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
        p.direct = result_of(what, p.direct);
        p.is_initialised = true;
    }
    return a;
  }
};

}  // namespace logbuf::models::rc11
