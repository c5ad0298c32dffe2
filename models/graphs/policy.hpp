// The atomics policy for the RC11 explorer: the production headers, unchanged, along execution graphs (rc11/).
//
// - A word of the region is one location, whether it is header, payload or padding at the time: atomic and plain accesses
//   of it stand in one modification order, and all mixed pairs are race-checked.
// - The order at a site is read from the session, so that a run can weaken it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include <logbuf/core/ordering.hpp>

#include "../modelled_region.hpp"
#include "../rc11/machine.hpp"
#include "../session.hpp"

namespace logbuf::models {

namespace rc11_detail {

using rc11::op;
using rc11::operation;
using rc11::the_machine;

// Times are even at events, and odd between them: a plain access or an answer comes after the event before it, and is not
// taken for the next one.
inline void put(vector_clock& v, const rc11::clock& c) {
  static_assert(max_threads <= rc11::thread_limit);
  for (std::size_t t = 0; t != max_threads; ++t) v[t] = 2 * static_cast<timestamp>(c[static_cast<unsigned>(t)]);
}
inline vector_clock now() {
  vector_clock v;
  put(v, the_machine.now());
  if (the_machine.is_in_thread()) --v[the_machine.thread()];
  return v;
}

inline std::uint32_t next_note() { return static_cast<std::uint32_t>(current.trace_size); }

// Written where it stays: copied as a whole, a clock that was just made component by component would be waited for.
inline event* note(step what, site where, std::uint64_t value, std::uint32_t offset, std::uint64_t before, bool stale = false) {
  event* const e = current.next_place();
  if (e == nullptr) return nullptr;
  e->what = what, e->thread = static_cast<std::uint8_t>(the_machine.thread()), e->where = where;
  e->offset = offset, e->before = before, e->value = value, e->stale = stale;
  return e;
}
inline void record(step what, site where, std::uint64_t value, std::uint32_t offset = 0, std::uint64_t before = 0,
                   bool stale = false) {
  current.hit(where);
  if (event* const e = note(what, where, value, offset, before, stale)) put(e->clock, the_machine.last());
}

[[noreturn]] inline void fail(const char* kind) { the_machine.fail(kind, current.failure.data()); }

inline void refuse_race() {
  current.raced_first = the_machine.raced_first;
  current.raced_second = the_machine.raced_second;
  current.explain("data race: #%zu does not happen before #%zu", current.raced_first, current.raced_second);
  fail("data race");
}
inline void verify(const rc11::answer& a) {
  if (a.races) refuse_race();
}

inline operation access(op what, rc11::location where, site s, std::uint64_t operand = 0) {
  operation o;
  o.what = what, o.order = current.order(s), o.where = where, o.operand = operand;
  o.name = describe(s).name.data(), o.note = next_note();
  return o;
}

}  // namespace rc11_detail

// The bytes of a ring in the model. Owned by the scenario; the ring borrows them.
class rc11_buffer {
 public:
  static constexpr std::size_t max_words = 256;

  explicit rc11_buffer(std::size_t bytes) : words_(bytes / 8) {
    if (words_ > max_words) std::abort();
    for (std::size_t i = 0; i != words_; ++i) places_[i] = rc11::the_machine.create(&places_[i], 0);
  }
  ~rc11_buffer() {
    for (std::size_t i = 0; i != words_; ++i) rc11::the_machine.destroy(places_[i]);
  }
  rc11_buffer(const rc11_buffer&) = delete;
  rc11_buffer& operator=(const rc11_buffer&) = delete;

  std::size_t size() const { return words_ * 8; }

  std::uint64_t load(site s, std::size_t offset) {
    using namespace rc11_detail;
    const rc11::answer a = the_machine.perform(access(op::load, checked(offset, s), s));
    record(step::header_load, s, a.value, static_cast<std::uint32_t>(offset), 0, !a.newest);
    verify(a);
    return a.value;
  }
  void store(site s, std::size_t offset, std::uint64_t value) {
    using namespace rc11_detail;
    const rc11::answer a = the_machine.perform(access(op::store, checked(offset, s), s, value));
    record(step::header_store, s, value, static_cast<std::uint32_t>(offset));
    verify(a);
  }

  // Plain bytes, which need not fill a word: the rest of the word keeps its value and counts as accessed.
  void write(std::size_t offset, std::span<const std::byte> from, step what) {
    for (std::size_t done = 0; done != from.size();) {
      const std::size_t in_word = (offset + done) % 8, word = offset + done - in_word;
      const std::size_t n = std::min(from.size() - done, 8 - in_word);
      std::uint64_t value = rc11::the_machine.newest(checked(word, site::header_poll));
      std::memcpy(reinterpret_cast<std::byte*>(&value) + in_word, from.data() + done, n);
      write_word(word, value, what);
      done += n;
    }
  }
  void zero(std::size_t offset, std::size_t size) {
    for (std::size_t i = 0; i < size; i += 8) write_word(offset + i, 0, step::zero);
  }
  void read(std::size_t offset, std::span<std::byte> to) {
    using namespace rc11_detail;
    for (std::size_t done = 0; done != to.size();) {
      const std::size_t in_word = (offset + done) % 8, word = offset + done - in_word;
      const std::size_t n = std::min(to.size() - done, 8 - in_word);
      const rc11::location where = checked(word, site::header_poll);
      const std::uint32_t number = next_note();
      const std::uint64_t value = the_machine.newest(where);
      if (event* const e = note(step::payload_read, {}, value, static_cast<std::uint32_t>(word), 0)) e->clock = now();
      if (!the_machine.read_plain(where, number)) refuse_race();
      std::memcpy(to.data() + done, reinterpret_cast<const std::byte*>(&value) + in_word, n);
      done += n;
    }
  }
  // Whoever frees comes after every access.
  void free() {
    using namespace rc11_detail;
    for (std::size_t i = 0; i != words_; ++i) {
      const std::uint32_t number = next_note();
      if (event* const e = note(step::free_memory, {}, 0, static_cast<std::uint32_t>(8 * i), 0)) e->clock = now();
      if (!the_machine.give_back(places_[i], number)) refuse_race();
    }
  }

  void check(std::size_t offset) { (void)checked(offset / 8 * 8, site::header_poll); }

  // For the checks at the end.
  std::uint64_t value_at(std::size_t offset) const { return rc11::the_machine.newest(places_[offset / 8]); }

 private:
  rc11::location checked(std::size_t offset, site s) const {
    if (offset % 8 != 0 || offset / 8 >= words_) {
      current.explain("out-of-bounds or misaligned access at byte %zu (%s)", offset, describe(s).name.data());
      rc11_detail::fail("assertion");
    }
    return places_[offset / 8];
  }

  void write_word(std::size_t offset, std::uint64_t value, step what) {
    using namespace rc11_detail;
    operation o;
    o.what = op::plain_store, o.where = checked(offset, site::header_poll), o.operand = value;
    o.name = what == step::zero ? "zero" : "write payload", o.note = next_note();
    const rc11::answer a = the_machine.perform(o);
    if (event* const e = note(what, {}, value, static_cast<std::uint32_t>(offset), 0)) put(e->clock, the_machine.last());
    verify(a);
  }

  std::size_t words_;
  std::array<rc11::location, max_words> places_;
};

// Waiting. A heavy fence and a light one order each other as two sequentially consistent fences do; two light ones do not,
// and a light one is no acquire or release fence either: it is a compiler barrier, and orders nothing by itself.
struct rc11_waiting {
  struct clock : modelled_clock {
    static time_point now() { return begin_deadline(), time_point{}; }
  };
  using deadline = clock::time_point;  // time_point::max(): none
  struct parker {};

  // What sleepers on a word queue at: a count of the wake-ups so far. A sleeper takes its ticket before it looks at the
  // word: it sees the store before a wake-up that came earlier, and is woken by one that comes later, as with a futex.
  struct queue {
    queue() : where(rc11::the_machine.create(this, 0)) {}
    ~queue() { rc11::the_machine.destroy(where); }
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;

    std::uint64_t add(std::uint64_t n, std::memory_order o) const { return perform(rc11::op::add, o, n).value; }
    std::uint64_t load() const { return perform(rc11::op::load, std::memory_order_relaxed, 0).value; }
    rc11::answer perform(rc11::op what, std::memory_order order, std::uint64_t operand) const {
      rc11::operation o;
      o.what = what, o.order = order, o.where = where, o.operand = operand, o.name = "wake-ups";
      o.note = rc11_detail::next_note();
      return rc11::the_machine.perform(o);
    }
    rc11::location where;
  };

  // A deadline passes when the search says so: at a look at the clock, or while the thread sleeps.
  static bool expired(deadline d) {
    if (d == deadline::max()) return false;
    modelled_wait& w = wait_at_hand();
    if (!w.deadline_has_passed) w.deadline_has_passed = d <= deadline() || rc11::the_machine.choose(2, true) != 0;
    if (w.deadline_has_passed) rc11_detail::record(step::expired, site::parked_store, 0);
    return w.deadline_has_passed;
  }
  static void begin_deadline() { wait_at_hand().deadline_has_passed = false; }
  static bool prepare_heavy_fence() { return true; }
  static void nap() { spin_hint(); }
  static void yield() { spin_hint(); }

  template <site S>
  static void light_fence(site_tag<S>, bool asymmetric) {
    fence(S, asymmetric ? rc11::fence_kind::light : rc11::fence_kind::ordinary);
  }
  template <site S>
  [[nodiscard]] static bool heavy_fence(site_tag<S>, bool asymmetric) {
    if (!asymmetric) return fence(S, rc11::fence_kind::ordinary), true;
    if (at_hand.fence_may_be_refused && !at_hand.fence_is_refused) at_hand.fence_is_refused = rc11::the_machine.choose(2, false) != 0;
    if (at_hand.fence_is_refused) return rc11_detail::record(step::fence_refused, S, 0), false;
    return fence(S, rc11::fence_kind::heavy), true;
  }

  template <class Word>
  static bool park(parker&, Word& word, std::uint32_t expected, deadline d) {
    using namespace rc11_detail;
    word.check(site::parked_store);
    const std::uint64_t ticket = word.wakeups.add(0, std::memory_order_acquire);
    operation look = access(op::load, word.where, site::parked_store);
    look.order = std::memory_order_relaxed;
    const rc11::answer seen = the_machine.perform(look);
    verify(seen);
    if (seen.value != expected) return true;
    record(step::park, site::parked_store, expected);
    enum : unsigned { woken, timed_out, for_no_reason };
    const bool is_finite = d != deadline::max();
    const unsigned ways = is_finite && at_hand.spurious_wakeups != 0 ? 3 : is_finite || at_hand.spurious_wakeups != 0 ? 2 : 1;
    unsigned how = ways == 1 ? 0 : the_machine.choose(ways, is_finite);
    if (how == 1 && !is_finite) how = for_no_reason;
    if (how == woken && word.wakeups.load() == ticket)
      the_machine.wait_for_last_read(is_finite ? rc11::wait::with_deadline : rc11::wait::for_ever);
    if (how == for_no_reason) --at_hand.spurious_wakeups;
    record(step::wake, site::parked_store, how);
    wait_at_hand().deadline_has_passed |= how == timed_out;
    return true;
  }
  // Wakes all that sleep on the word.
  template <class Word>
  static void unpark(parker&, Word& word) {
    word.check(site::parked_claim);
    rc11_detail::record(step::unpark, site::parked_claim, 0);
    word.wakeups.add(1, std::memory_order_release);
  }

  // An event descriptor and a loop that waits for it. Nothing that C++ says lets one synchronise with the other.
  static constexpr bool has_event_descriptors = true;
  static bool can_signal(int) { return true; }
  static void signal(int) {
    rc11_detail::record(step::signal, site::parked_claim, 0);
    at_hand.event->add(1, std::memory_order_relaxed);
  }
  static void wait_for_event() {
    if (at_hand.event->load() == 0) rc11::the_machine.wait_for_last_read(rc11::wait::for_ever);
    (void)at_hand.event->perform(rc11::op::exchange, std::memory_order_relaxed, 0);
  }

  static constexpr std::uint16_t longest_rest = 1;  // a rest is one step, whatever its length
  // A round that wrote was not in vain: a poll may pass over skips and release them, and find no record behind them.
  static void spin_hint() {
    modelled_wait& w = wait_at_hand();
    if (w.free_hints == 0 && !rc11::the_machine.has_written_in_round()) return rc11::the_machine.spin();
    if (w.free_hints != 0) --w.free_hints;
    rc11::the_machine.begin_round();
  }

  struct state {
    bool fence_may_be_refused = false, fence_is_refused = false;
    unsigned spurious_wakeups = 0;  // how many may still happen
    queue* event = nullptr;
    std::array<modelled_wait, max_threads> waits{};
    std::uint32_t words = 0;  // so far
  };
  static state at_hand;  // of the execution at hand
  static modelled_wait& wait_at_hand();

 private:
  static void fence(site s, rc11::fence_kind kind) {
    using namespace rc11_detail;
    const bool asymmetric = kind != rc11::fence_kind::ordinary;
    operation o = access(op::fence, 0, s);
    o.fence = kind;
    // A weakened fence of the pair is an ordinary one on the heavy side, and nothing at all on the light one.
    if (o.order != std::memory_order_relaxed) (void)the_machine.perform(o);
    record(step::fence, s, !asymmetric ? 0 : kind == rc11::fence_kind::heavy ? 1 : 2);
  }
};

inline rc11_waiting::state rc11_waiting::at_hand;
inline modelled_wait& rc11_waiting::wait_at_hand() { return at_hand.waits[rc11::the_machine.thread()]; }

struct rc11_atomics : rc11_waiting, modelled_region<rc11_buffer> {
  template <class T>
  struct word {
    explicit word(T initial)
        : where(rc11::the_machine.create(this, static_cast<std::uint64_t>(initial), mask)), id(++at_hand.words) {}
    word() : word(T{}) {}
    word(const word&) = delete;
    word& operator=(const word&) = delete;
    ~word() {
      using namespace rc11_detail;
      if (!the_machine.destroy(where)) {
        current.explain("a control word is freed, but an access to it does not happen before that");
        fail("use after free");
      }
    }
    void check(site s) const {
      if (rc11::the_machine.is_alive(where, this)) return;
      current.explain("access to a control word after it was freed (%s)", describe(s).name.data());
      rc11_detail::fail("use after free");
    }
    rc11::answer perform(rc11::op what, site s, std::uint64_t operand = 0) const {
      check(s);
      rc11::operation o = rc11_detail::access(what, where, s, operand);
      o.mask = mask;
      return rc11::the_machine.perform(o);
    }

    static constexpr std::uint64_t mask = ~std::uint64_t{0} >> (64 - 8 * sizeof(T));
    rc11::location where;
    std::uint32_t id;  // in the trace, where a header word has its offset
    struct none {};
    [[no_unique_address]] std::conditional_t<sizeof(T) == 4, queue, none> wakeups{};  // of what can be slept on
  };

  template <site S, class T>
  static T load(site_tag<S>, const word<T>& w) {
    using namespace rc11_detail;
    const rc11::answer a = w.perform(op::load, S);
    record(step::atomic_load, S, a.value, w.id);
    verify(a);
    return static_cast<T>(a.value);
  }
  template <site S, class T>
  static void store(site_tag<S>, word<T>& w, std::type_identity_t<T> value) {
    using namespace rc11_detail;
    const rc11::answer a = w.perform(op::store, S, value);
    record(step::atomic_store, S, value, w.id);
    verify(a);
  }
  template <site Won, site Lost, class T>
  static bool compare_exchange_weak(site_tag<Won>, site_tag<Lost>, word<T>& w, std::type_identity_t<T> expected,
                                    std::type_identity_t<T> desired) {
    using namespace rc11_detail;
    w.check(Won);
    operation o = access(op::compare_exchange, w.where, Won, desired);
    o.failure = current.order(Lost), o.expected = expected, o.mask = w.mask;
    const rc11::answer a = the_machine.perform(o);
    if (a.exclusive) record(step::exchange_won, Won, desired, w.id, expected);
    else record(a.spurious ? step::exchange_spurious : step::exchange_lost, Lost, a.value, w.id, expected);
    verify(a);
    return a.exclusive;
  }
  template <site S, class T>
  static T exchange(site_tag<S>, word<T>& w, std::type_identity_t<T> value) {
    using namespace rc11_detail;
    const rc11::answer a = w.perform(op::exchange, S, value);
    record(step::exchange_won, S, value, w.id, a.value);
    verify(a);
    return static_cast<T>(a.value);
  }
  template <site S, class T>
  static T fetch_add(site_tag<S>, word<T>& w, std::type_identity_t<T> n) {
    return add<T>(step::fetch_add, S, w, n);
  }
  template <site S, class T>
  static T fetch_sub(site_tag<S>, word<T>& w, std::type_identity_t<T> n) {
    return add<T>(step::fetch_sub, S, w, static_cast<T>(T{} - n));
  }

 private:
  template <class T>
  static T add(step what, site s, word<T>& w, T n) {
    using namespace rc11_detail;
    const rc11::answer a = w.perform(op::add, s, n);
    record(what, s, static_cast<T>(a.value + n), w.id, a.value);
    verify(a);
    return static_cast<T>(a.value);
  }
};

}  // namespace logbuf::models
