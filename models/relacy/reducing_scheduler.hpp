// A scheduler for Relacy that explores equivalent executions once: sleep sets (Godefroid) over labelled operations.
//
// At every choice all threads that can go on are tried, one after the other; a thread that was tried is put to sleep for
// its siblings, and wakes when an operation is executed that its own does not commute with. An execution in which every
// thread that could go on sleeps is equivalent to one that was explored: it is run to its end without choices, and counted
// as redundant.
//
// Which operations commute (that is: in either order they are possible, and leave the same state):
//
//   - operations on different objects. Each thread's clock is its own; an operation reads and writes its thread's
//     clock and its object's history, and nothing else. A budget of spurious failures is shared, but a set of executions
//     with at most n failures does not depend on their order;
//   - two loads of one object. A load leaves in the history only when its own thread first saw a store, and what another
//     thread may read depends on that only where happens-before orders the two;
//   - a load and a store (or exchange) of one object, when loads can see all older stores: the load L that reads an
//     older store is possible before the new store S and after it, and leaves the same history. The load that reads S
//     is another operation, which S makes possible. So a load sleeps with a label: what it was tried with is every store
//     up to that label, and a new store wakes it for the new one alone. With the stock limit of one older store that
//     is wrong (S can put the old store out of reach), and loads and stores of one object do not commute;
//   - what touches nothing: the start of a thread, and going on after a yield. It is done at once, without a choice.
//
// Which do not: two stores, exchanges, sleeps or wake-ups on one object (a failed exchange reads the newest value, so it
// counts as a store here); loads that are sequentially consistent, or in a loop that has yielded, with stores of the same
// object; two sequentially consistent fences (they share one order; acquire and release fences change only their
// thread's clocks and are part of the operation before them); a heavy fence with a heavy or a light one (two light ones
// do: they add to an order that only heavy ones read). A sleeper's resumption touches the word that it sleeps on: a wake-up
// and a timeout are tried in both orders.
//
// Plain accesses are part of the operation before them. Two operations of which one contains a plain access that
// conflicts with the other are not adjacent in any execution without a data race, and a race is found by happens-before in
// either order. The oracle judges by happens-before too, never by the order in which threads told it.
//
// Memory that is freed is not handed out again within an execution, so allocation is no choice.
//
// A thread that yields in a loop waits until an object that it read since its last yield has a newer store than the one
// that it read: the loop has no side effects, so a further round with the same values is the same state. When everyone
// waits so, nobody can ever go on, and the execution fails.
#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <ostream>

#include "../engine.hpp"
#include "announcements.hpp"
#include "relacy.hpp"

namespace logbuf::models::relacy_detail {

template <rl::thread_id_t N>
class reducing_scheduler : public rl::scheduler<reducing_scheduler<N>, rl::scheduler_thread_info, N> {
  using base = rl::scheduler<reducing_scheduler<N>, rl::scheduler_thread_info, N>;
  using thread_id = rl::thread_id_t;

 public:
  using thread_info_t = typename base::thread_info_t;
  using shared_context_t = typename base::shared_context_t;
  struct task_t {};

  reducing_scheduler(rl::test_params& params, shared_context_t& ctx, thread_id dynamic_threads)
      : base(params, ctx, dynamic_threads) {
    stack_.reserve(256);
  }

  static inline reduction how = reduction::reads_from;
  static inline unsigned spurious_failures = 1;  // of each execution; without a limit where Relacy has its own

  std::uint64_t redundant() const { return redundant_; }

  thread_id iteration_begin_impl() {
    depth_ = 0;
    for (thread_state& s : threads_of_execution_) s.reset();
    announced = {};
    failures_ = 0;
    goes_on_without_choices_ = false;
    mover_ = this->running_threads[0];
    move_ = {};
    return mover_;
  }

  bool iteration_end_impl() {
    while (!stack_.empty()) {
      choice& c = stack_.back();
      if (++c.index < c.count) return false;
      stack_.pop_back();
    }
    return true;
  }

  thread_id schedule_impl(rl::unpark_reason& reason, unsigned yield) {
    finish_move();
    const thread_id self = this->thread_->index_;
    if (yield != 0) begin_wait(self, this->thread_->state_ == rl::thread_state_running);
    const thread_id next = choose_thread();
    reason = rl::unpark_reason_normal;
    if (this->threads_[next].state_ != rl::thread_state_running) {
      const bool timed = is_among(this->timed_threads_, this->timed_thread_count_, next);
      const bool spurious = is_among(this->spurious_threads_, this->spurious_thread_count_, next);
      reason = timed && !(spurious && choose(2) != 0) ? rl::unpark_reason_timeout : rl::unpark_reason_spurious;
      this->unpark_thread(next);
    }
    begin_move(next);
    return next;
  }

  unsigned rand_impl(unsigned limit, rl::sched_type type) {
    switch (type) {
      case rl::sched_type_atomic_load: {  // this store, or an older one?
        if (move_.what == nullptr || move_.what->stores - steps_back_ <= floor_) return 0;
        const unsigned older = choose(2);
        steps_back_ += older;
        return older;
      }
      case rl::sched_type_cas_fail: {  // 0: it fails
        if (limit != 2 && failures_ >= spurious_failures) return 1;
        const unsigned fails = choose(2);
        failures_ += fails;
        return 1 - fails;
      }
      case rl::sched_type_mem_realloc: return 0;
      default: return choose(limit);
    }
  }

  rl::iteration_t iteration_count_impl() { return this->iter_ + 1; }
  void thread_finished_impl() {}
  void purge_blocked_threads() {}
  void on_thread_block(thread_id, bool) {}

  void get_state_impl(std::ostream& out) {
    out << stack_.size() << ' ';
    for (const choice& c : stack_) out << c.count << ' ' << c.index << ' ' << (c.is_data ? 4 : 0) << ' ';
  }
  void set_state_impl(std::istream& in) {
    std::size_t size = 0;
    in >> size;
    for (std::size_t i = 0; i != size; ++i) {
      choice c{};
      unsigned type = 0;
      in >> c.count >> c.index >> type;
      c.is_data = type != 0;
      stack_.push_back(c);
    }
  }

 private:
  struct choice {
    unsigned count, index;
    bool is_data;
  };
  enum class sleep : std::uint8_t { awake, partly, fully };
  struct thread_state {
    sleep sleeps = sleep::awake;
    unsigned label = 0;   // partly: its load was tried with the stores up to this one
    bool waits = false;   // in a loop, for something new
    struct seen {
      const shared_object* what = nullptr;
      unsigned label = 0;
    };
    std::array<seen, 128> reads;  // since its last yield, the first read_count of them
    std::size_t read_count = 0;
    void reset() { sleeps = sleep::awake, waits = false, read_count = 0; }
  };

  thread_state& state(thread_id t) { return threads_of_execution_[static_cast<std::size_t>(t)]; }
  static announcement& next_of(thread_id t) { return announced[static_cast<std::size_t>(t)]; }

  unsigned choose(unsigned count, bool is_data = true) {
    if (goes_on_without_choices_ || count < 2) return 0;
    if (depth_ == stack_.size()) stack_.push_back({count, 0, is_data});
    const choice& c = stack_[depth_++];
    if (c.count != count || c.is_data != is_data) std::abort();  // the test is not deterministic
    return c.index;
  }

  void begin_move(thread_id t) {
    thread_state& s = state(t);
    mover_ = t;
    move_ = next_of(t);
    next_of(t) = {};
    floor_ = s.sleeps == sleep::partly ? s.label + 1 : 0;
    stores_before_ = move_.what != nullptr ? move_.what->stores : 0;
    steps_back_ = 0;
    s.sleeps = sleep::awake;
    s.waits = false;
  }

  // The operation that was chosen last is done, and so is what its thread did after it.
  void finish_move() {
    if (move_.how == touch::nothing) return;
    note_read();
    for (thread_id t = 0; t != N; ++t)
      if (state(t).sleeps != sleep::awake && !commutes(next_of(t))) state(t).sleeps = sleep::awake;
  }

  void note_read() {
    thread_state& s = state(mover_);
    const bool loads = move_.how == touch::read || move_.how == touch::ordered_read;
    std::size_t i = 0;
    while (i != s.read_count && s.reads[i].what != move_.what) ++i;
    if (i == s.reads.size()) std::abort();
    s.reads[i] = {move_.what, loads ? stores_before_ - steps_back_ : move_.what->stores};
    if (i == s.read_count) ++s.read_count;
  }

  // The sleeper's operation with the one that was just done.
  bool commutes(const announcement& sleeper) const {
    if (sleeper.what != move_.what) return true;
    const bool both_read = sleeper.how != touch::write && move_.how != touch::write;
    if (both_read) return true;
    return how == reduction::reads_from && (sleeper.how == touch::read || move_.how == touch::read);
  }

  void begin_wait(thread_id t, bool in_a_loop) {
    thread_state& s = state(t);
    s.waits = in_a_loop && s.read_count != 0 && !has_something_new(s);  // a second pause in a row waits for nothing
    if (!s.waits) s.read_count = 0;
  }
  bool has_something_new(const thread_state& s) const {
    for (std::size_t i = 0; i != s.read_count; ++i)
      if (s.reads[i].what->stores > s.reads[i].label) return true;
    return false;
  }

  static bool is_among(thread_info_t* const* threads, thread_id count, thread_id t) {
    for (thread_id i = 0; i != count; ++i)
      if (threads[i]->index_ == t) return true;
    return false;
  }

  bool can_run(thread_id t) {
    if (this->threads_[t].state_ != rl::thread_state_running) return false;
    thread_state& s = state(t);
    if (s.waits && has_something_new(s)) s.waits = false, s.read_count = 0;
    return !s.waits;
  }

  bool sleeps(thread_id t) {
    const thread_state& s = state(t);
    if (s.sleeps != sleep::partly) return s.sleeps == sleep::fully;
    return next_of(t).what->stores == s.label;  // nothing new to read
  }

  thread_id choose_thread() {
    std::array<thread_id, N> candidates{};
    unsigned count = 0;
    bool can_any = false;
    for (thread_id t = 0; t != N; ++t) {
      if (!can_run(t)) continue;
      if (next_of(t).how == touch::nothing) return t;
      can_any = true;
      if (!sleeps(t)) candidates[count++] = t;
    }
    for (thread_id t = 0; t != N; ++t) {
      const bool timed = is_among(this->timed_threads_, this->timed_thread_count_, t);
      can_any |= timed;
      if ((timed || is_among(this->spurious_threads_, this->spurious_thread_count_, t)) && can_any && !sleeps(t))
        candidates[count++] = t;
    }
    if (!can_any) rl::ctx().fail_test("", rl::test_result_deadlock, rl::debug_info("", "", 0));
    if (count == 0 && !goes_on_without_choices_) {
      goes_on_without_choices_ = true;
      current.is_redundant = true;
      ++redundant_;
    }
    if (goes_on_without_choices_) return any_thread();
    const unsigned index = choose(count, false);
    if (how != reduction::none)
      for (unsigned i = 0; i != index; ++i) put_to_sleep(candidates[i]);
    return candidates[index];
  }

  // In turn, so that a loop that waits does not keep the others from going on.
  thread_id any_thread() {
    for (thread_id i = 1; i <= N; ++i)
      if (const thread_id t = (mover_ + i) % N; can_run(t)) return t;
    return this->timed_threads_[0]->index_;
  }

  void put_to_sleep(thread_id t) {
    thread_state& s = state(t);
    const announcement& a = next_of(t);
    const bool by_label = how == reduction::reads_from && a.how == touch::read;
    s.sleeps = by_label ? sleep::partly : sleep::fully;
    s.label = by_label ? a.what->stores : 0;
  }

  typename rl::vector<choice>::type stack_;
  std::size_t depth_ = 0;
  std::uint64_t redundant_ = 0;

  // Of the execution at hand.
  std::array<thread_state, static_cast<std::size_t>(N)> threads_of_execution_{};
  unsigned failures_ = 0;
  bool goes_on_without_choices_ = false;
  thread_id mover_ = 0;         // who runs,
  announcement move_{};         // the operation that it was chosen for,
  unsigned stores_before_ = 0;  // the label of the newest store at that moment,
  unsigned floor_ = 0;          // the lowest label that it may read: lower ones were tried,
  unsigned steps_back_ = 0;     // and how many stores older than the newest its load reads
};

}  // namespace logbuf::models::relacy_detail
