// The atomics policy for Relacy: the production headers, unchanged, on simulated atomics.
//
// - Control and header words are Relacy atomics; every access to one is a scheduling point and goes to the trace.
// - Payload and zeroing are plain, at word granularity. A word has one value, whether it is header or payload at the
//   time; all mixed pairs are race-checked (race_detector.hpp). Plain accesses are no scheduling points: a race is
//   found by its missing happens-before edge, not by hitting it.
// - The order at a site is read from the session, so that a run can weaken it.
#pragma once

#include "../modelled_region.hpp"
#include "announcements.hpp"
#include "relacy.hpp"

namespace logbuf::models {

namespace relacy_detail {

inline unsigned thread() { return static_cast<unsigned>(rl::ctx().threadx_->index_); }

inline vector_clock clock() {
  vector_clock now{};
  const rl::thread_info_base& self = *rl::ctx().threadx_;
  for (std::size_t t = 0; t != static_cast<std::size_t>(rl::ctx().get_thread_count()); ++t)
    now[t] = static_cast<timestamp>(self.acq_rel_order_[t]);
  return now;
}

// A point of this thread's own, behind everything that it did before: plain accesses and answers are stamped with it.
inline vector_clock tick() {
  ++rl::ctx().threadx_->own_acq_rel_order_;
  return clock();
}

inline rl::memory_order order(site s) {
  switch (current.order(s)) {
    case std::memory_order_relaxed: return rl::mo_relaxed;
    case std::memory_order_consume: return rl::mo_consume;
    case std::memory_order_acquire: return rl::mo_acquire;
    case std::memory_order_release: return rl::mo_release;
    case std::memory_order_acq_rel: return rl::mo_acq_rel;
    case std::memory_order_seq_cst: break;
  }
  return rl::mo_seq_cst;
}

inline rl::debug_info info(site s) { return rl::debug_info(describe(s).name.data(), "", 0); }

inline void record(step what, site where, std::uint64_t value, std::uint32_t offset = 0, std::uint64_t before = 0) {
  current.hit(where);
  current.record({what, static_cast<std::uint8_t>(thread()), where, offset, before, value, clock(), false});
}

inline void announce(shared_object& what, touch how) {
  announced[thread()] = {&what, how};
}

// A Relacy atomic whose operations are announced.
template <class T>
class object {
 public:
  explicit object(T initial) : value_(initial) {}

  T load(rl::memory_order o, const rl::debug_info& i) const {
    // After a yield Relacy does not let a thread read again what it saw before and what is not the newest any more, so
    // that a loop goes on: a new store then takes a value away, as it does for a sequentially consistent load.
    const bool ordered = o == rl::mo_seq_cst || rl::ctx().threadx_->last_yield_ != 0;
    announce(seen_, ordered ? touch::ordered_read : touch::read);
    return value_.load(o, i);
  }
  void store(T v, rl::memory_order o, const rl::debug_info& i) {
    announce(seen_, touch::write);
    value_.store(v, o, i);
    stored();
  }
  bool compare_exchange_weak(T& expected, T desired, rl::memory_order won, rl::memory_order lost, const rl::debug_info& i) {
    announce(seen_, touch::write);
    const bool done = value_.compare_exchange_weak(expected, desired, won, i, lost, i);
    if (done) stored();
    return done;
  }
  T exchange(T v, rl::memory_order o, const rl::debug_info& i) {
    return modify([&] { return value_.exchange(v, o, i); });
  }
  T fetch_add(T n, rl::memory_order o, const rl::debug_info& i) {
    return modify([&] { return value_.fetch_add(n, o, i); });
  }
  T fetch_sub(T n, rl::memory_order o, const rl::debug_info& i) {
    return modify([&] { return value_.fetch_sub(n, o, i); });
  }

  // A plain write: later atomic loads see it. Not a scheduling point.
  void write(T v) {
    rl::preemption_disabler no_preemption(rl::ctx());
    value_.store(v, rl::mo_relaxed, rl::debug_info("plain write", "", 0));
    stored();
  }
  // The newest value, whatever a load might see.
  T newest() const { return value_.debug_value(); }

  // As a futex does, which compares and sleeps in one step. False: the value is another one.
  bool begin_sleep(T expected) {
    announce(seen_, touch::write);
    rl::ctx().sched();
    return newest() == expected;
  }
  rl::unpark_reason sleep(bool is_timed, bool may_be_spurious, const rl::debug_info& i) {
    announce(seen_, touch::write);
    rl::timestamp_t& last_yield = rl::ctx().threadx_->last_yield_;
    const rl::timestamp_t before = last_yield;
    const auto reason = value_.wait(rl::ctx(), is_timed, may_be_spurious, i);
    last_yield = before;  // a sleep is no round of a loop
    return reason;
  }
  // Part of the operation before it, which has to be an exchange of, or a store to this object.
  void wake(const rl::debug_info& i) { value_.wake(rl::ctx(), 1, i); }

 private:
  template <class Operation>
  T modify(Operation operation) {
    announce(seen_, touch::write);
    const T before = operation();
    stored();
    return before;
  }
  void stored() {
    if (++seen_.stores + 1 >= rl::atomic_history_size) current.forgot_stores = true;
  }

  rl::atomic<T> value_;
  mutable shared_object seen_;
};

// The reason was given to session::explain.
[[noreturn]] inline void fail(rl::test_result_e kind) {
  rl::ctx().fail_test("", kind, rl::debug_info("", "", 0));
  std::abort();  // fail_test has left this fiber for good
}

// The control words that exist. Memory that was freed keeps its bytes, so an access to it would pass unseen.
class live_words {
 public:
  void add(const void* word) {
    if (count_ == words_.size()) std::abort();
    words_[count_++] = word;
  }
  void remove(const void* word) {
    for (std::size_t i = 0; i != count_; ++i)
      if (words_[i] == word) return void(words_[i] = words_[--count_]);
  }
  void check(const void* word, site s) const {
    for (std::size_t i = 0; i != count_; ++i)
      if (words_[i] == word) return;
    current.explain("access to a control word after it was freed (%s)", describe(s).name.data());
    fail(rl::test_result_access_to_freed_memory);
  }
  void clear() { count_ = 0; }
  std::uint32_t next_id() { return ++ids_; }
  void restart_ids() { ids_ = 0; }

 private:
  std::array<const void*, 64> words_{};
  std::size_t count_ = 0;
  std::uint32_t ids_ = 0;
};
inline live_words live;

}  // namespace relacy_detail

// The bytes of a ring in the model. Owned by the scenario; the ring borrows them.
class relacy_buffer {
 public:
  static constexpr std::size_t max_words = 256;

  explicit relacy_buffer(std::size_t bytes) : words_(bytes / 8) {
    if (words_ > max_words) std::abort();
    for (std::size_t i = 0; i != words_; ++i) ::new (&storage_[i]) cell;
  }
  ~relacy_buffer() {
    for (std::size_t i = 0; i != words_; ++i) at(i).~cell();
  }
  relacy_buffer(const relacy_buffer&) = delete;
  relacy_buffer& operator=(const relacy_buffer&) = delete;

  std::size_t size() const { return words_ * 8; }

  std::uint64_t load(site s, std::size_t offset) {
    using namespace relacy_detail;
    cell& c = checked(offset, s);
    const std::uint64_t value = c.value.load(order(s), info(s));
    record(step::header_load, s, value, static_cast<std::uint32_t>(offset));
    current.trace[current.trace_size - 1].stale = value != c.value.newest();
    verify(c.shadow.atomic_load(thread(), clock(), current.trace_size - 1));
    return value;
  }
  void store(site s, std::size_t offset, std::uint64_t value) {
    using namespace relacy_detail;
    cell& c = checked(offset, s);
    c.value.store(value, order(s), info(s));
    record(step::header_store, s, value, static_cast<std::uint32_t>(offset));
    verify(c.shadow.atomic_store(thread(), clock(), current.trace_size - 1));
  }

  // Plain bytes, which need not fill a word: the rest of the word keeps its value and counts as accessed.
  void write(std::size_t offset, std::span<const std::byte> from, step what) {
    for (std::size_t done = 0; done != from.size();) {
      const std::size_t in_word = (offset + done) % 8;
      const std::size_t n = std::min(from.size() - done, 8 - in_word);
      cell& c = checked((offset + done) / 8 * 8, site::header_poll);
      std::uint64_t value = c.value.newest();
      std::memcpy(reinterpret_cast<std::byte*>(&value) + in_word, from.data() + done, n);
      write_word(c, (offset + done) / 8 * 8, value, what);
      done += n;
    }
  }
  void zero(std::size_t offset, std::size_t size) { write_zeros(offset, size, step::zero); }
  // A write of every word: whoever frees comes after every access.
  void free() { write_zeros(0, size(), step::free_memory); }
  void read(std::size_t offset, std::span<std::byte> to) {
    using namespace relacy_detail;
    for (std::size_t done = 0; done != to.size();) {
      const std::size_t in_word = (offset + done) % 8;
      const std::size_t n = std::min(to.size() - done, 8 - in_word);
      cell& c = checked((offset + done) / 8 * 8, site::header_poll);
      const std::uint64_t value = c.value.newest();
      const vector_clock now = tick();
      current.record({step::payload_read, static_cast<std::uint8_t>(thread()), {},
                      static_cast<std::uint32_t>((offset + done) / 8 * 8), 0, value, now, false});
      verify(c.shadow.plain_read(thread(), now, current.trace_size - 1));
      std::memcpy(to.data() + done, reinterpret_cast<const std::byte*>(&value) + in_word, n);
      done += n;
    }
  }

  void check(std::size_t offset) { (void)checked(offset / 8 * 8, site::header_poll); }

  // For the checks at the end, outside of the execution.
  std::uint64_t value_at(std::size_t offset) const { return at(offset / 8).value.newest(); }

 private:
  struct cell {
    relacy_detail::object<std::uint64_t> value{0};
    word_shadow shadow;
  };
  struct alignas(cell) slot {
    std::byte bytes[sizeof(cell)];
  };

  cell& at(std::size_t i) { return *std::launder(reinterpret_cast<cell*>(&storage_[i])); }
  const cell& at(std::size_t i) const { return *std::launder(reinterpret_cast<const cell*>(&storage_[i])); }

  cell& checked(std::size_t offset, site s) {
    if (offset % 8 != 0 || offset / 8 >= words_) {
      current.explain("out-of-bounds or misaligned access at byte %zu (%s)", offset, describe(s).name.data());
      relacy_detail::fail(rl::test_result_user_assert_failed);
    }
    return at(offset / 8);
  }

  void write_zeros(std::size_t offset, std::size_t size, step what) {
    for (std::size_t i = 0; i < size; i += 8) write_word(checked(offset + i, site::header_poll), offset + i, 0, what);
  }
  void write_word(cell& c, std::size_t offset, std::uint64_t value, step what) {
    using namespace relacy_detail;
    const vector_clock now = tick();
    current.record({what, static_cast<std::uint8_t>(thread()), {}, static_cast<std::uint32_t>(offset), 0, value, now, false});
    verify(c.shadow.plain_write(thread(), now, current.trace_size - 1));
    c.value.write(value);
  }

  void verify(word_shadow::collision earlier) const {
    if (earlier == nullptr) return;
    current.raced_first = earlier->trace_index;
    current.raced_second = current.trace_size - 1;
    current.explain("data race: #%zu does not happen before #%zu", current.raced_first, current.raced_second);
    relacy_detail::fail(rl::test_result_data_race);
  }

  std::size_t words_;
  std::array<slot, max_words> storage_;
};

// Waiting. A heavy fence and a light one order each other as two sequentially consistent fences do; two light ones do
// not, and a light one is no acquire or release fence either: it is a compiler barrier, and orders nothing by itself.
struct relacy_waiting {
  struct clock : modelled_clock {
    static time_point now() { return begin_deadline(), time_point{}; }
  };
  using deadline = clock::time_point;  // time_point::max(): none
  struct parker {};

  // A deadline passes when the search says so: at a look at the clock, or while the thread sleeps.
  static bool expired(deadline d) {
    if (d == deadline::max()) return false;
    modelled_wait& w = wait_at_hand();
    if (!w.deadline_has_passed)
      w.deadline_has_passed = d <= deadline() || w.deadline_is_next || rl::ctx().rand(2, rl::sched_type_user) != 0;
    if (w.deadline_has_passed) relacy_detail::record(step::expired, site::parked_store, 0);
    return w.deadline_has_passed;
  }
  static void begin_deadline() {
    modelled_wait& w = wait_at_hand();
    w.has_deadline = true;
    w.deadline_has_passed = w.deadline_is_next = false;
  }
  static bool prepare_heavy_fence() { return true; }
  static void nap() { spin_hint(); }
  static void yield() { spin_hint(); }

  template <site S>
  static void light_fence(site_tag<S>, bool asymmetric) {
    asymmetric ? asymmetric_fence(S, false) : fence(S);
  }
  template <site S>
  [[nodiscard]] static bool heavy_fence(site_tag<S>, bool asymmetric) {
    if (!asymmetric) return fence(S), true;
    if (fence_may_be_refused && !fence_is_refused) fence_is_refused = rl::ctx().rand(2, rl::sched_type_user) != 0;
    if (fence_is_refused) return relacy_detail::record(step::fence_refused, S, 0), false;
    return asymmetric_fence(S, true), true;
  }

  template <class Word>
  static bool park(parker&, Word& word, std::uint32_t expected, deadline d) {
    using namespace relacy_detail;
    live.check(&word, site::parked_store);
    if (!word.value.begin_sleep(expected)) return true;
    record(step::park, site::parked_store, expected);
    const auto reason = word.value.sleep(d != deadline::max(), spurious_wakeups != 0, info(site::parked_store));
    if (reason == rl::unpark_reason_spurious) --spurious_wakeups;
    record(step::wake, site::parked_store, reason == rl::unpark_reason_timeout ? 1 : reason == rl::unpark_reason_spurious ? 2 : 0);
    wait_at_hand().deadline_has_passed |= reason == rl::unpark_reason_timeout;
    return true;
  }
  template <class Word>
  static void unpark(parker&, Word& word) {
    relacy_detail::live.check(&word, site::parked_claim);
    relacy_detail::record(step::unpark, site::parked_claim, 0);
    word.value.wake(relacy_detail::info(site::parked_claim));
  }

  // An event descriptor and a loop that waits for it.
  static constexpr bool has_event_descriptors = true;
  static bool can_signal(int) { return true; }
  static void signal(int) {
    relacy_detail::record(step::signal, site::parked_claim, 0);
    event->store(1, rl::mo_seq_cst, rl::debug_info("signal", "", 0));
    event->wake(rl::debug_info("signal", "", 0));
  }
  static void wait_for_event() {
    if (event->begin_sleep(0)) (void)event->sleep(false, false, rl::debug_info("epoll", "", 0));
    event->store(0, rl::mo_seq_cst, rl::debug_info("read", "", 0));
  }

  // A thread that waits lets the others go on: otherwise a search would spin for ever in one of them. Of a loop with a
  // deadline two rounds show all that more would: one in vain, as early or as late as the schedule has it, and the last.
  static constexpr std::uint16_t longest_rest = 1;  // a rest is one step, whatever its length
  static void spin_hint() {
    modelled_wait& w = wait_at_hand();
    if (w.free_hints != 0) return void(--w.free_hints);
    if (w.has_deadline) return void(w.deadline_is_next = true);
    current.record_hint(relacy_detail::thread(), w.begin);
    rl::ctx().yield(1, rl::debug_info("spin", "", 0));
  }
  static modelled_wait& wait_at_hand() { return waits[relacy_detail::thread()]; }

  // Of the execution at hand.
  static inline bool fence_may_be_refused = false, fence_is_refused = false;
  static inline unsigned spurious_wakeups = 0;  // how many may still happen
  static inline relacy_detail::object<std::uint32_t>* event = nullptr;
  static inline vector_clock heavy_fences{}, light_fences{};  // what happens before the ones so far
  static inline std::array<modelled_wait, max_threads> waits{};

 private:
  static void asymmetric_fence(site s, bool heavy) {
    using namespace relacy_detail;
    if (current.order(s) == std::memory_order_seq_cst) {
      rl::context& c = rl::ctx();
      announce(asymmetric_order, heavy ? touch::write : touch::ordered_read);
      c.sched();
      if (heavy) c.atomic_thread_fence_acquire();
      rl::timestamp_t* const own = c.threadx_->acq_rel_order_;
      vector_clock& same_kind = heavy ? heavy_fences : light_fences;
      for (std::size_t t = 0; t != static_cast<std::size_t>(c.get_thread_count()); ++t) {
        own[t] = std::max<rl::timestamp_t>(own[t], heavy_fences[t]);
        if (heavy) own[t] = std::max<rl::timestamp_t>(own[t], light_fences[t]);
        same_kind[t] = std::max(same_kind[t], static_cast<timestamp>(own[t]));
      }
      if (heavy) c.atomic_thread_fence_release();
    }
    record(step::fence, s, heavy ? 1 : 2);
  }
  static void fence(site s) {
    rl::context& c = rl::ctx();
    switch (current.order(s)) {
      case std::memory_order_relaxed: break;
      case std::memory_order_consume:
      case std::memory_order_acquire: c.atomic_thread_fence_acquire(); break;
      case std::memory_order_release: c.atomic_thread_fence_release(); break;
      case std::memory_order_acq_rel: c.atomic_thread_fence_acq_rel(); break;
      case std::memory_order_seq_cst:
        relacy_detail::announce(fence_order, touch::write);
        c.atomic_thread_fence_seq_cst();
        break;
    }
    relacy_detail::record(step::fence, s, 0);
  }
};

struct relacy_atomics : relacy_waiting, modelled_region<relacy_buffer> {
  template <class T>
  struct word {
    explicit word(T initial) : value(initial) { relacy_detail::live.add(this); }
    word() : word(T{}) {}
    ~word() { relacy_detail::live.remove(this); }
    relacy_detail::object<T> value;
    const std::uint32_t id = relacy_detail::live.next_id();  // in the trace, where a header word has its offset
  };

  template <site S, class T>
  static T load(site_tag<S>, const word<T>& w) {
    using namespace relacy_detail;
    live.check(&w, S);
    const T value = w.value.load(order(S), info(S));
    record(step::atomic_load, S, value, w.id);
    return value;
  }
  template <site S, class T>
  static void store(site_tag<S>, word<T>& w, std::type_identity_t<T> value) {
    using namespace relacy_detail;
    live.check(&w, S);
    w.value.store(value, order(S), info(S));
    record(step::atomic_store, S, value, w.id);
  }
  template <site Won, site Lost, class T>
  static bool compare_exchange_weak(site_tag<Won>, site_tag<Lost>, word<T>& w, std::type_identity_t<T> expected,
                                    std::type_identity_t<T> desired) {
    using namespace relacy_detail;
    live.check(&w, Won);
    T seen = expected;
    const bool won = w.value.compare_exchange_weak(seen, desired, order(Won), order(Lost), info(Won));
    if (won) {
      record(step::exchange_won, Won, desired, w.id, expected);
    } else {
      record(seen == expected ? step::exchange_spurious : step::exchange_lost, Lost, seen, w.id, expected);
    }
    return won;
  }
  template <site S, class T>
  static T exchange(site_tag<S>, word<T>& w, std::type_identity_t<T> value) {
    using namespace relacy_detail;
    live.check(&w, S);
    const T before = w.value.exchange(value, order(S), info(S));
    record(step::exchange_won, S, value, w.id, before);
    return before;
  }
  template <site S, class T>
  static T fetch_add(site_tag<S>, word<T>& w, std::type_identity_t<T> n) {
    using namespace relacy_detail;
    live.check(&w, S);
    const T before = w.value.fetch_add(n, order(S), info(S));
    record(step::fetch_add, S, before + n, w.id, before);
    return before;
  }
  template <site S, class T>
  static T fetch_sub(site_tag<S>, word<T>& w, std::type_identity_t<T> n) {
    using namespace relacy_detail;
    live.check(&w, S);
    const T before = w.value.fetch_sub(n, order(S), info(S));
    record(step::fetch_sub, S, before - n, w.id, before);
    return before;
  }
};

}  // namespace logbuf::models
