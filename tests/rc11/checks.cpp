// Programs that run on the checker, written as a user of it would.
#include <exception>
#include <stdexcept>
#include <string>

#include "../../models/rc11/atomic.hpp"
#include "../../models/rc11/examples/examples.hpp"
#include "programs.hpp"

namespace logbuf::tests {

namespace {

using namespace models::rc11;
constexpr auto release = std::memory_order_release;
constexpr auto rlx = std::memory_order_relaxed;
constexpr auto acq = std::memory_order_acquire;
constexpr auto rel = std::memory_order_release;

// What logbuf's MPSC does in small: P producers claim, write and commit N slots each; a consumer reads them in order.
template <unsigned P, unsigned N>
struct slots {
  static constexpr unsigned threads = P + 1;
  atomic<unsigned> tail{0};
  atomic<unsigned> ready[P * N];
  plain<unsigned> payload[P * N];

  void before() {
    for (auto& r : ready) r.store(0, rlx);
  }
  void thread(unsigned t) {
    if (t != P) {
      for (unsigned i = 0; i != N; ++i) {
        unsigned at = tail.load(rlx);
        while (!tail.compare_exchange_weak(at, at + 1, rel, rlx)) at = tail.load(rlx);
        payload[at] = t + 1;
        ready[at].store(1, rel);
      }
    } else {
      for (unsigned i = 0; i != P * N && ready[i].load(acq) != 0; ++i) check(payload[i].get() != 0, "a payload that nobody wrote");
    }
  }
  void after() { check(tail.load() == P * N, "a claim is lost"); }
};

// A failure for no reason is no wait for another value.
template <unsigned N>
struct locked {
  static constexpr unsigned threads = N;
  atomic<unsigned> lock{0};
  plain<unsigned> count{0};
  void before() {}
  void thread(unsigned) {
    for (unsigned is_free = 0; !lock.compare_exchange_weak(is_free, 1, acq, rlx); is_free = 0) spin();
    count = count.get() + 1;
    lock.store(0, rel);
  }
  void after() { check(count.get() == N, "two had the lock at once"); }
};

struct message {
  static constexpr unsigned threads = 2;
  atomic<unsigned> flag{0};
  plain<unsigned> data{0};
  void before() {}
};
template <std::memory_order Store, std::memory_order Load>
struct passed_on : message {
  void thread(unsigned t) {
    if (t == 0) data = 1, flag.store(1, Store);
    else if (flag.load(Load) == 1) check(data.get() == 1, "an old message");
  }
  void after() {}
};
struct awaited : message {
  void thread(unsigned t) {
    if (t == 0) return data = 1, flag.store(1, rel);
    while (flag.load(acq) == 0) spin();
    check(data.get() == 1, "an old message");
  }
  void after() {}
};
struct awaited_in_vain : message {
  void thread(unsigned t) {
    if (t == 0) return flag.store(1, rel);
    while (flag.load(acq) != 2) spin();
  }
  void after() {}
};
struct sleeps {
  static constexpr unsigned threads = 2;
  waitable<unsigned> flag{0};
  plain<unsigned> data{0};
  void before() {}
  void sleep() {
    flag.wait(0, acq);
    check(data.get() == 1, "woken too early");
  }
  void after() {}
};
struct woken : sleeps {
  void thread(unsigned t) {
    if (t == 1) return sleep();
    data = 1, flag.store(1, rel);
    flag.notify_one();
  }
};
struct woken_before_the_store : sleeps {
  void thread(unsigned t) {
    if (t == 1) return sleep();
    data = 1, flag.notify_one();
    flag.store(1, rel);
  }
};
struct unset {
  static constexpr unsigned threads = 2;
  atomic<unsigned> x;
  void before() {}
  void thread(unsigned t) {
    if (t == 0) x.store(1, rlx);
    else (void)x.load(rlx);
  }
  void after() {}
};
struct unset_plain {
  static constexpr unsigned threads = 1;
  plain<unsigned> x;
  void before() {}
  void thread(unsigned) { (void)x.get(); }
  void after() {}
};
// An object whose owner ends it while another thread may still use it.
template <std::memory_order Order>
struct freed {
  static constexpr unsigned threads = 2;
  atomic<unsigned>* object = new atomic<unsigned>(0u);
  atomic<unsigned> owners{2};
  void before() {}
  void thread(unsigned) {
    (void)object->load(rlx);
    if (owners.fetch_sub(1, Order) == 1) delete object;
  }
  void after() {}
};
struct random {
  static constexpr unsigned threads = 2;
  static inline unsigned calls = 0;
  atomic<unsigned> x{0};
  void before() {}
  void thread(unsigned t) {
    if (t == 0) x.store(++calls, rlx);
    else (void)x.load(rlx), (void)x.load(rlx);
  }
  void after() {}
};
struct endless {
  static constexpr unsigned threads = 1;
  atomic<unsigned> x{0};
  void before() {}
  void thread(unsigned) {
    for (;;) (void)x.load(rlx);
  }
  void after() {}
};
// A stale value that makes a thread wait is read beside a plain write of the same memory in some executions, and in others
// without one: that it is known to lead to a wait must not hide the race.
struct raced_by_a_wait {
  static constexpr unsigned threads = 2;
  location x{};
  void before() { x = the_machine.create(this, 0); }
  void store(op what, unsigned value) {
    operation o;
    o.what = what, o.order = rel, o.where = x, o.operand = value, o.name = "x";
    if (the_machine.perform(o).races) the_machine.fail_of_race();
  }
  void thread(unsigned t) {
    if (t == 0) return store(the_machine.choose(2, false) == 0 ? op::store : op::plain_store, 2), store(op::store, 1);
    for (;; spin()) {
      operation o;
      o.what = op::load, o.order = acq, o.where = x, o.name = "x";
      const answer a = the_machine.perform(o);
      if (a.races) the_machine.fail_of_race();
      if (a.value == 1) return;
    }
  }
  void after() { the_machine.destroy(x); }
};
// State outside of the program that is not said to be a part of it.
struct leaks_state {
  static constexpr unsigned threads = 2;
  static inline unsigned calls = 0;
  atomic<unsigned> x{0}, y{0};
  void before() { calls = 0; }
  void thread(unsigned t) {
    if (t == 0) {
      for (unsigned i = 1; i != 4; ++i) y.store(i, rlx);
    } else {
      for (unsigned i = 0; i != 8; ++i) (void)y.load(rlx), x.store(++calls, rlx);
    }
  }
  void after() {}
};
// Correct but for the last value, which one order in modification order alone gives.
struct last_value {
  static constexpr unsigned threads = 2;
  atomic<unsigned> x{0}, y{0};
  void before() {}
  void thread(unsigned t) {
    if (t == 0) x.store(1, rlx), y.store(2, rlx);
    else y.store(1, rlx), x.store(2, rlx);
  }
  void after() { check(x.load() != 1 || y.load() != 1, "2+2W"); }
};

// A failure in one thread, and another thread that has no part in it.
struct bystander : message {
  static constexpr unsigned threads = 3;
  atomic<unsigned> other{0};
  void thread(unsigned t) {
    if (t == 0) other.store(1, rlx), other.store(2, rlx);
    else if (t == 1) data = 1, flag.store(1, rlx);
    else if (flag.load(acq) == 1) (void)data.get();
  }
  void after() {}
};
bool leaves_out_bystanders() {
  const auto r = models::rc11::explore<bystander>({});
  return r.failed && r.replay.find("0.") == std::string::npos && r.dot.find("thread 0") == std::string::npos &&
         r.graph.find("flag") == std::string::npos && !r.graph.empty();
}

settings with(unsigned spurious, unsigned lost = ~0u) {
  settings s;
  s.spurious_failures = spurious, s.lost_exchanges = lost, s.count_duplicates = true;
  return s;
}
// Whether each execution is run from its start makes no difference.
const self_contained contained;
settings going_on(settings s) {
  s.contained = &contained;
  return s;
}
template <class Program>
bool is_same_when_going_on(const report& r, const settings& s) {
  const auto other = models::rc11::explore<Program>(going_on(s));
  const bool is_same = other.complete == r.complete && other.blocked == r.blocked && other.kind == r.kind && other.replay == r.replay && other.to_the_end == r.to_the_end;
  if (!is_same) std::printf("  differs when executions go on from where they part: %s\n", other.kind.c_str());
  return is_same;
}

template <class Program>
bool holds(std::uint64_t executions, const settings& s = with(1)) {
  const auto r = models::rc11::explore<Program>(s);
  if (!is_same_when_going_on<Program>(r, s)) return false;
  if (r.failed) std::printf("  %s: %s\n", r.kind.c_str(), r.failure.c_str());
  if (!r.failed && r.complete != executions) std::printf("  %llu executions\n", static_cast<unsigned long long>(r.complete));
  return !r.failed && r.to_the_end && r.duplicates == 0 && r.complete == executions;
}
template <class Program>
bool holds_at_all() {
  const auto r = models::rc11::explore<Program>(with(1));
  if (!is_same_when_going_on<Program>(r, with(1))) return false;
  if (r.failed) std::printf("  %s: %s\n%s", r.kind.c_str(), r.failure.c_str(), r.graph.c_str());
  return !r.failed && r.to_the_end && r.duplicates == 0 && r.complete > 1;
}
// The failure is of that kind, and its text repeats it.
// Each thread takes steps while it unwinds, and while it handles, in which the other one may go on: what is thrown is its own.
struct throws {
  static constexpr unsigned threads = 2;
  atomic<unsigned> unwound[2]{atomic<unsigned>(0), atomic<unsigned>(0)}, handled[2]{atomic<unsigned>(0), atomic<unsigned>(0)};
  struct raised_at_end {
    atomic<unsigned>& flag;
    ~raised_at_end() {
      flag.store(1, rlx);
      check(std::uncaught_exceptions() == 1, "an exception of another thread");
    }
  };
  void before() {}
  void thread(unsigned t) {
    try {
      const raised_at_end end{unwound[t]};
      throw std::out_of_range(t == 0 ? "of thread 0" : "of thread 1");
    } catch (const std::exception& e) {
      (void)unwound[1 - t].load(rlx);
      (void)handled[1 - t].load(rlx);
      check(std::uncaught_exceptions() == 0 && e.what()[10] == static_cast<char>('0' + t), "an exception of another thread");
    }
    handled[t].store(1, rlx);
  }
  void after() {}
};
struct throws_out : message {
  void thread(unsigned t) {
    if (t == 0) flag.store(1, rlx);
    else if (flag.load(rlx) == 1) throw std::runtime_error("nobody catches it");
  }
  void after() {}
};

struct allocates_much : message {
  void thread(unsigned) {
    for (unsigned i = 0; i != 100; ++i) flag.store(static_cast<unsigned>(std::string(100'000, ' ').size()), rlx);
  }
  void after() {}
};

template <class Program>
bool fails(const std::string& kind) {
  const auto r = models::rc11::explore<Program>(with(1));
  if (kind != "nondeterminism" && !is_same_when_going_on<Program>(r, with(1))) return false;
  if (!r.failed || r.kind != kind) return std::printf("  %s\n", r.failed ? r.kind.c_str() : "no failure"), false;
  if (kind == "nondeterminism") return true;
  settings again = with(1);
  again.replay = r.replay;
  const auto repeated = models::rc11::explore<Program>(again);
  if (!repeated.failed || repeated.kind != kind) std::printf("  replay of %s: %s\n", r.replay.c_str(), repeated.kind.c_str());
  return repeated.failed && repeated.kind == kind && repeated.replay == r.replay;
}

}  // namespace

void checks_of_programs(void (*report)(bool holds, const char* what)) {
  // Orders of the claims, times how many slots the consumer finds: 2! * 3, 3! * 4, 4! / (2! 2!) * 5.
  report(holds<slots<2, 1>>(6, with(1, 0)), "two producers, one slot each: 6 executions");
  report(holds<slots<3, 1>>(24, with(1, 0)), "three producers, one slot each: 24 executions");
  report(holds<slots<2, 2>>(30, with(1, 0)), "two producers, two slots each: 30 executions");
  report(holds<slots<3, 2>>(630, with(0, 0)), "three producers, two slots each: 90 orders, 7 ends: 630 executions");
  report(holds<locked<2>>(2) && holds<locked<3>>(6), "a lock: its threads in each order");
  report(holds<passed_on<rel, acq>>(2), "a message that is passed on");
  report(fails<passed_on<rlx, acq>>("data race"), "a message without a release");
  report(fails<passed_on<rel, rlx>>("data race"), "a message without an acquire");
  report(holds<awaited>(1), "a message that is waited for");
  report(fails<awaited_in_vain>("deadlock"), "a wait that nobody ends");
  // The ticket behind the wake-up; before it, and the store is seen; or it is not, and the sleeper is woken.
  report(holds<woken>(3), "a sleeper that is woken");
  report(fails<woken_before_the_store>("deadlock"), "a wake-up before the store");
  report(fails<unset>("uninitialised access"), "an atomic object without a value");
  report(fails<unset_plain>("uninitialised access"), "plain memory without a value");
  report(holds<freed<std::memory_order_acq_rel>>(2), "the last owner frees");
  report(fails<freed<rlx>>("use after free"), "the last owner frees too early");
  report(fails<random>("nondeterminism"), "a program that differs from run to run");
  report(fails<raced_by_a_wait>("data race"), "a race that only a read has which leads to a wait");
  {
    const auto r = models::rc11::explore<leaks_state>(going_on(with(1)));
    report(r.failed && r.kind == "nondeterminism", "state outside of a program that is said to have none");
  }
  // Of the four looks at a flag, each sees it raised or not, but that each thread has seen the other's end: 16 - 4.
  report(holds<throws>(12), "exceptions within a thread");
  report(fails<throws_out>("exception"), "an exception that nobody catches");
  report(fails<allocates_much>("limit"), "a program that allocates more than there is");
  report(fails<endless>("limit"), "a loop that does not end");
  report(fails<last_value>("assertion"), "a modification order against the order of every run");
  report(leaves_out_bystanders(), "a counterexample without what has no part in it");

  // The examples of the library: each right, and with one order too weak.
  report(holds_at_all<examples::peterson<examples::seq_cst>>(), "Peterson's lock");
  report(fails<examples::peterson<release>>("data race"), "Peterson's lock without sequential consistency");
  report(holds_at_all<examples::treiber<release>>(), "the push of a Treiber stack");
  report(fails<examples::treiber<rlx>>("data race"), "the push of a Treiber stack that is relaxed");
  report(holds_at_all<examples::seqlocked<acq>>(), "a seqlock");
  report(fails<examples::seqlocked<rlx>>("assertion"), "a seqlock without the reader's fence");
}

}  // namespace logbuf::tests
