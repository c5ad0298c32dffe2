// std::atomic for programs that are checked: for code that takes its atomics as a template parameter. The whole interface of
// C++20, and fetch_max and fetch_min of C++26; std_names.hpp has the functions and names beside the type.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "fences.hpp"
#include "object.hpp"
#include "plain.hpp"

namespace logbuf::models::rc11 {

namespace detail {
constexpr std::memory_order failure_of(std::memory_order o) {
  if (o == std::memory_order_acq_rel) return std::memory_order_acquire;
  if (o == std::memory_order_release) return std::memory_order_relaxed;
  return o;
}
}  // namespace detail

// A value that can be slept on needs a second location, which counts its wake-ups: so a wake-up that is forgotten is found. A
// sleeper takes a ticket before it looks: it sees what was stored before a wake-up that came earlier, and is woken by one that
// comes later. Every wake-up wakes all, and passes on nothing itself: a notify_one that has to be a notify_all is not found.
template <class T>
class atomic {
  static constexpr auto seq_cst = std::memory_order_seq_cst;
  static constexpr bool is_number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
  static constexpr bool is_whole = is_number && std::is_integral_v<T>;
  static constexpr bool is_pointer = std::is_pointer_v<T>;

 public:
  using value_type = T;
  using difference_type = std::conditional_t<is_pointer, std::ptrdiff_t, T>;  // of numbers and pointers
  static constexpr bool is_always_lock_free = true;

  atomic() : object_(detail::mask_of<T>) {}  // without a value: a load before the first store is a mistake
  atomic(T value) : object_(detail::to_bits(value), detail::mask_of<T>) {}
  bool is_lock_free() const { return true; }

  T load(std::memory_order o = seq_cst) const { return value(object_.perform(op::load, o)); }
  void store(T v, std::memory_order o = seq_cst) { object_.perform(op::store, o, detail::to_bits(v)); }
  T exchange(T v, std::memory_order o = seq_cst) { return value(object_.perform(op::exchange, o, detail::to_bits(v))); }
  operator T() const { return load(); }
  T operator=(T v) { return store(v), v; }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order won, std::memory_order lost) {
    return compare_exchange(expected, desired, won, lost, false);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order o = seq_cst) {
    return compare_exchange_weak(expected, desired, o, detail::failure_of(o));
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order won, std::memory_order lost) {
    return compare_exchange(expected, desired, won, lost, true);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order o = seq_cst) {
    return compare_exchange_strong(expected, desired, o, detail::failure_of(o));
  }

  void wait(T old, std::memory_order o = seq_cst) const {
    for (;;) {
      // A load, which may see an older count, and then passes on nothing. An addition would also put the sleepers in an order.
      const std::uint64_t ticket = wakeups_.perform(op::load, std::memory_order_acquire).value;
      if (detail::to_bits(load(o)) != detail::to_bits(old)) return;
      if (!the_machine.is_in_thread()) the_machine.fail("deadlock", "a wait before or after the threads, which nobody ends");
      if (wakeups_.perform(op::load, std::memory_order_relaxed).value == ticket)
        the_machine.wait_for_last_read(rc11::wait::for_ever);
    }
  }
  void notify_one() { notify_all(); }
  void notify_all() { wakeups_.perform(op::add, std::memory_order_release, 1); }

  T fetch_add(difference_type n, std::memory_order o = seq_cst)
    requires(is_number || is_pointer)
  {
    if constexpr (std::is_floating_point_v<T>) return value(object_.perform(op::add_floating, o, detail::to_bits(n)));
    else return value(object_.perform(op::add, o, bits_of(n)));
  }
  T fetch_sub(difference_type n, std::memory_order o = seq_cst)
    requires(is_number || is_pointer)
  {
    if constexpr (std::is_floating_point_v<T>) return fetch_add(-n, o);
    else return value(object_.perform(op::add, o, (~bits_of(n) + 1) & detail::mask_of<T>));
  }
  T fetch_and(T v, std::memory_order o = seq_cst)
    requires is_whole
  {
    return value(object_.perform(op::bit_and, o, detail::to_bits(v)));
  }
  T fetch_or(T v, std::memory_order o = seq_cst)
    requires is_whole
  {
    return value(object_.perform(op::bit_or, o, detail::to_bits(v)));
  }
  T fetch_xor(T v, std::memory_order o = seq_cst)
    requires is_whole
  {
    return value(object_.perform(op::bit_xor, o, detail::to_bits(v)));
  }
  // C++26.
  T fetch_max(T v, std::memory_order o = seq_cst)
    requires(is_whole || is_pointer)
  {
    return value(object_.perform(op::max, o, detail::to_bits(v), 0, o, false, std::is_signed_v<T>));
  }
  T fetch_min(T v, std::memory_order o = seq_cst)
    requires(is_whole || is_pointer)
  {
    return value(object_.perform(op::min, o, detail::to_bits(v), 0, o, false, std::is_signed_v<T>));
  }

  T operator+=(difference_type n)
    requires(is_number || is_pointer)
  {
    return plus(fetch_add(n), n);
  }
  T operator-=(difference_type n)
    requires(is_number || is_pointer)
  {
    return minus(fetch_sub(n), n);
  }
  T operator++()
    requires(is_whole || is_pointer)
  {
    return *this += 1;
  }
  T operator--()
    requires(is_whole || is_pointer)
  {
    return *this -= 1;
  }
  T operator++(int)
    requires(is_whole || is_pointer)
  {
    return fetch_add(1);
  }
  T operator--(int)
    requires(is_whole || is_pointer)
  {
    return fetch_sub(1);
  }
  T operator&=(T v)
    requires is_whole
  {
    return static_cast<T>(fetch_and(v) & v);
  }
  T operator|=(T v)
    requires is_whole
  {
    return static_cast<T>(fetch_or(v) | v);
  }
  T operator^=(T v)
    requires is_whole
  {
    return static_cast<T>(fetch_xor(v) ^ v);
  }

 private:
  bool compare_exchange(T& expected, T desired, std::memory_order won, std::memory_order lost, bool is_strong) {
    const std::uint64_t to = detail::to_bits(desired), from = detail::to_bits(expected);
    const answer a = object_.perform(op::compare_exchange, won, to, from, lost, is_strong);
    if (!a.exclusive) expected = value(a);
    return a.exclusive;
  }
  // Of pointers, in units of what they point to. Numbers wrap.
  static std::uint64_t bits_of(difference_type n) {
    if constexpr (is_pointer) return static_cast<std::uint64_t>(n) * sizeof(std::remove_pointer_t<T>);
    else return detail::to_bits(n);
  }
  static T plus(T v, difference_type n) { return by_bits(v, bits_or_value(n), [](auto a, auto b) { return a + b; }); }
  static T minus(T v, difference_type n) { return by_bits(v, bits_or_value(n), [](auto a, auto b) { return a - b; }); }
  static auto bits_or_value(difference_type n) {
    if constexpr (std::is_floating_point_v<T>) return n;
    else return bits_of(n);
  }
  template <class N, class F>
  static T by_bits(T v, N n, F f) {
    if constexpr (std::is_floating_point_v<T>) return f(v, n);
    else return detail::from_bits<T>(f(detail::to_bits(v), n));
  }
  static T value(const answer& a) { return detail::from_bits<T>(a.value); }

  detail::object object_;
  mutable detail::object wakeups_{0, ~std::uint64_t{0}};
};

// Its name from when only this type could be slept on.
template <class T>
using waitable = atomic<T>;

}  // namespace logbuf::models::rc11
