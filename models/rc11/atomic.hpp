// std::atomic and plain memory for programs that are checked: for code that takes its atomics as a template parameter.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "check.hpp"

namespace logbuf::models::rc11 {

namespace detail {

template <class T>
std::uint64_t to_bits(const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "the model supports words of at most eight bytes");
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}
template <class T>
T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// A location, and the checks of its life.
class object {
 public:
  explicit object(std::uint64_t value, std::uint64_t mask) : where_(the_machine.create(this, value, mask)), mask_(mask) {}
  explicit object(std::uint64_t mask) : where_(the_machine.create_uninitialised(this)), mask_(mask) {}
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  ~object() {
    if (!the_machine.destroy(where())) the_machine.fail("use after free", "the lifetime of an object ends, but an access to it does not happen before that");
  }

  answer perform(op what, std::memory_order order, std::uint64_t operand = 0, std::uint64_t expected = 0,
                 std::memory_order failure = std::memory_order_relaxed, bool is_strong = false) const {
    operation o;
    o.what = what, o.order = order, o.failure = failure, o.is_strong = is_strong, o.where = where();
    o.operand = operand, o.expected = expected, o.mask = mask_, o.name = "atomic";
    const answer a = the_machine.perform(o);
    if (a.races) the_machine.fail_of_race();
    return a;
  }
  location where() const {
    if (!the_machine.is_alive(where_, this)) the_machine.fail("use after free", "access to an object after the end of its lifetime");
    return where_;
  }

 private:
  location where_;
  std::uint64_t mask_;
};
template <class T>
inline constexpr std::uint64_t mask_of = ~std::uint64_t{0} >> (64 - 8 * sizeof(T));

constexpr std::memory_order failure_of(std::memory_order o) {
  if (o == std::memory_order_acq_rel) return std::memory_order_acquire;
  if (o == std::memory_order_release) return std::memory_order_relaxed;
  return o;
}

}  // namespace detail

template <class T>
class atomic {
 public:
  atomic() : object_(detail::mask_of<T>) {}  // without a value: a load before the first store is a mistake
  atomic(T value) : object_(detail::to_bits(value), detail::mask_of<T>) {}

  T load(std::memory_order o = std::memory_order_seq_cst) const { return value(object_.perform(op::load, o)); }
  void store(T v, std::memory_order o = std::memory_order_seq_cst) { object_.perform(op::store, o, detail::to_bits(v)); }
  T exchange(T v, std::memory_order o = std::memory_order_seq_cst) { return value(object_.perform(op::exchange, o, detail::to_bits(v))); }
  T fetch_add(T n, std::memory_order o = std::memory_order_seq_cst) { return value(object_.perform(op::add, o, detail::to_bits(n))); }
  T fetch_sub(T n, std::memory_order o = std::memory_order_seq_cst) { return value(object_.perform(op::add, o, detail::to_bits(static_cast<T>(T{} - n)))); }
  T fetch_and(T v, std::memory_order o = std::memory_order_seq_cst) { return value(object_.perform(op::bit_and, o, detail::to_bits(v))); }
  T fetch_or(T v, std::memory_order o = std::memory_order_seq_cst) { return value(object_.perform(op::bit_or, o, detail::to_bits(v))); }
  T fetch_xor(T v, std::memory_order o = std::memory_order_seq_cst) { return value(object_.perform(op::bit_xor, o, detail::to_bits(v))); }
  operator T() const { return load(); }
  T operator=(T v) { return store(v), v; }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order won, std::memory_order lost) {
    return compare_exchange(expected, desired, won, lost, false);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order o = std::memory_order_seq_cst) {
    return compare_exchange_weak(expected, desired, o, detail::failure_of(o));
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order won, std::memory_order lost) {
    return compare_exchange(expected, desired, won, lost, true);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order o = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, o, detail::failure_of(o));
  }

 private:
  bool compare_exchange(T& expected, T desired, std::memory_order won, std::memory_order lost, bool is_strong) {
    const answer a = object_.perform(op::compare_exchange, won, detail::to_bits(desired), detail::to_bits(expected), lost, is_strong);
    if (!a.exclusive) expected = value(a);
    return a.exclusive;
  }
  static T value(const answer& a) { return detail::from_bits<T>(a.value); }
  detail::object object_;
};

// An atomic that can be slept on. A sleeper takes a ticket before it looks: it sees what was stored before a wake-up that came
// earlier, and is woken by one that comes later. Every wake-up wakes all, and passes on nothing itself.
template <class T>
class waitable : public atomic<T> {
 public:
  using atomic<T>::atomic;
  using atomic<T>::operator=;

  void wait(T old, std::memory_order o = std::memory_order_seq_cst) const {
    for (;;) {
      const std::uint64_t ticket = wakeups_.fetch_add(0, std::memory_order_acquire);
      if (detail::to_bits(this->load(o)) != detail::to_bits(old)) return;
      if (wakeups_.load(std::memory_order_relaxed) == ticket) the_machine.wait_for_last_read(rc11::wait::for_ever);
    }
  }
  void notify_one() { notify_all(); }
  void notify_all() { wakeups_.fetch_add(1, std::memory_order_release); }

 private:
  mutable atomic<std::uint32_t> wakeups_{0};
};

// Plain memory: accesses that race are found.
template <class T>
class plain {
 public:
  plain() : object_(detail::mask_of<T>) {}
  plain(T value) : object_(detail::to_bits(value), detail::mask_of<T>) {}
  T get() const {
    const location l = object_.where();
    if (!the_machine.read_plain(l, 0)) the_machine.fail_of_race();
    return detail::from_bits<T>(the_machine.newest(l));
  }
  void set(T v) { object_.perform(op::plain_store, std::memory_order_relaxed, detail::to_bits(v)); }
  operator T() const { return get(); }
  plain& operator=(T v) {
    set(v);
    return *this;
  }

 private:
  detail::object object_;
};

inline void thread_fence(std::memory_order o) {
  operation f;
  f.what = op::fence, f.order = o, f.name = "fence";
  (void)the_machine.perform(f);
}
inline void asymmetric_thread_fence_light() {
  operation f;
  f.what = op::fence, f.order = std::memory_order_seq_cst, f.fence = fence_kind::light, f.name = "light fence";
  (void)the_machine.perform(f);
}
inline void asymmetric_thread_fence_heavy() {
  operation f;
  f.what = op::fence, f.order = std::memory_order_seq_cst, f.fence = fence_kind::heavy, f.name = "heavy fence";
  (void)the_machine.perform(f);
}

// In a loop that waits: between two rounds that have only read.
inline void spin() { the_machine.spin(); }

}  // namespace logbuf::models::rc11
