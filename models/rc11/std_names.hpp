// The names beside std::atomic, for code that is checked as it is: functions, atomic_flag, atomic_int and its like.
#pragma once

#include <cstddef>
#include <cstdint>

#include "atomic.hpp"

namespace logbuf::models::rc11 {

using std::memory_order;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_consume;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

class atomic_flag {
 public:
  atomic_flag() = default;
  atomic_flag(bool is_set) : is_set_(is_set) {}  // for ATOMIC_FLAG_INIT, which is {0} in some libraries
  bool test(memory_order o = memory_order_seq_cst) const { return is_set_.load(o); }
  bool test_and_set(memory_order o = memory_order_seq_cst) { return is_set_.exchange(true, o); }
  void clear(memory_order o = memory_order_seq_cst) { is_set_.store(false, o); }
  void wait(bool old, memory_order o = memory_order_seq_cst) const { is_set_.wait(old, o); }
  void notify_one() { is_set_.notify_one(); }
  void notify_all() { is_set_.notify_all(); }

 private:
  atomic<bool> is_set_{false};
};

template <class T>
T kill_dependency(T v) {
  return v;
}
inline void atomic_thread_fence(memory_order o) { thread_fence(o); }
// For the compiler only. The explorer runs each thread's steps in their order, so it has nothing to do.
inline void atomic_signal_fence(memory_order) {}

template <class T>
bool atomic_is_lock_free(const atomic<T>* a) {
  return a->is_lock_free();
}
// Not an atomic step in std either: before the object is shared.
template <class T>
void atomic_init(atomic<T>* a, std::type_identity_t<T> v) {
  a->store(v, memory_order_relaxed);
}
template <class T>
T atomic_load(const atomic<T>* a) {
  return a->load();
}
template <class T>
T atomic_load_explicit(const atomic<T>* a, memory_order o) {
  return a->load(o);
}
template <class T>
void atomic_store(atomic<T>* a, std::type_identity_t<T> v) {
  a->store(v);
}
template <class T>
void atomic_store_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  a->store(v, o);
}
template <class T>
T atomic_exchange(atomic<T>* a, std::type_identity_t<T> v) {
  return a->exchange(v);
}
template <class T>
T atomic_exchange_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  return a->exchange(v, o);
}
template <class T>
bool atomic_compare_exchange_weak(atomic<T>* a, std::type_identity_t<T>* expected, std::type_identity_t<T> desired) {
  return a->compare_exchange_weak(*expected, desired);
}
template <class T>
bool atomic_compare_exchange_strong(atomic<T>* a, std::type_identity_t<T>* expected, std::type_identity_t<T> desired) {
  return a->compare_exchange_strong(*expected, desired);
}
template <class T>
bool atomic_compare_exchange_weak_explicit(atomic<T>* a, std::type_identity_t<T>* expected, std::type_identity_t<T> desired,
                                           memory_order won, memory_order lost) {
  return a->compare_exchange_weak(*expected, desired, won, lost);
}
template <class T>
bool atomic_compare_exchange_strong_explicit(atomic<T>* a, std::type_identity_t<T>* expected, std::type_identity_t<T> desired,
                                             memory_order won, memory_order lost) {
  return a->compare_exchange_strong(*expected, desired, won, lost);
}
template <class T>
T atomic_fetch_add(atomic<T>* a, typename atomic<T>::difference_type n) {
  return a->fetch_add(n);
}
template <class T>
T atomic_fetch_add_explicit(atomic<T>* a, typename atomic<T>::difference_type n, memory_order o) {
  return a->fetch_add(n, o);
}
template <class T>
T atomic_fetch_sub(atomic<T>* a, typename atomic<T>::difference_type n) {
  return a->fetch_sub(n);
}
template <class T>
T atomic_fetch_sub_explicit(atomic<T>* a, typename atomic<T>::difference_type n, memory_order o) {
  return a->fetch_sub(n, o);
}
template <class T>
T atomic_fetch_and(atomic<T>* a, std::type_identity_t<T> v) {
  return a->fetch_and(v);
}
template <class T>
T atomic_fetch_and_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  return a->fetch_and(v, o);
}
template <class T>
T atomic_fetch_or(atomic<T>* a, std::type_identity_t<T> v) {
  return a->fetch_or(v);
}
template <class T>
T atomic_fetch_or_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  return a->fetch_or(v, o);
}
template <class T>
T atomic_fetch_xor(atomic<T>* a, std::type_identity_t<T> v) {
  return a->fetch_xor(v);
}
template <class T>
T atomic_fetch_xor_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  return a->fetch_xor(v, o);
}
template <class T>
T atomic_fetch_max(atomic<T>* a, std::type_identity_t<T> v) {
  return a->fetch_max(v);
}
template <class T>
T atomic_fetch_max_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  return a->fetch_max(v, o);
}
template <class T>
T atomic_fetch_min(atomic<T>* a, std::type_identity_t<T> v) {
  return a->fetch_min(v);
}
template <class T>
T atomic_fetch_min_explicit(atomic<T>* a, std::type_identity_t<T> v, memory_order o) {
  return a->fetch_min(v, o);
}
template <class T>
void atomic_wait(const atomic<T>* a, std::type_identity_t<T> old) {
  a->wait(old);
}
template <class T>
void atomic_wait_explicit(const atomic<T>* a, std::type_identity_t<T> old, memory_order o) {
  a->wait(old, o);
}
template <class T>
void atomic_notify_one(atomic<T>* a) {
  a->notify_one();
}
template <class T>
void atomic_notify_all(atomic<T>* a) {
  a->notify_all();
}

inline bool atomic_flag_test(const atomic_flag* f) { return f->test(); }
inline bool atomic_flag_test_explicit(const atomic_flag* f, memory_order o) { return f->test(o); }
inline bool atomic_flag_test_and_set(atomic_flag* f) { return f->test_and_set(); }
inline bool atomic_flag_test_and_set_explicit(atomic_flag* f, memory_order o) { return f->test_and_set(o); }
inline void atomic_flag_clear(atomic_flag* f) { f->clear(); }
inline void atomic_flag_clear_explicit(atomic_flag* f, memory_order o) { f->clear(o); }
inline void atomic_flag_wait(const atomic_flag* f, bool old) { f->wait(old); }
inline void atomic_flag_wait_explicit(const atomic_flag* f, bool old, memory_order o) { f->wait(old, o); }
inline void atomic_flag_notify_one(atomic_flag* f) { f->notify_one(); }
inline void atomic_flag_notify_all(atomic_flag* f) { f->notify_all(); }

using atomic_bool = atomic<bool>;
using atomic_char = atomic<char>;
using atomic_schar = atomic<signed char>;
using atomic_uchar = atomic<unsigned char>;
using atomic_short = atomic<short>;
using atomic_ushort = atomic<unsigned short>;
using atomic_int = atomic<int>;
using atomic_uint = atomic<unsigned>;
using atomic_long = atomic<long>;
using atomic_ulong = atomic<unsigned long>;
using atomic_llong = atomic<long long>;
using atomic_ullong = atomic<unsigned long long>;
using atomic_char8_t = atomic<char8_t>;
using atomic_char16_t = atomic<char16_t>;
using atomic_char32_t = atomic<char32_t>;
using atomic_wchar_t = atomic<wchar_t>;
using atomic_int8_t = atomic<std::int8_t>;
using atomic_uint8_t = atomic<std::uint8_t>;
using atomic_int16_t = atomic<std::int16_t>;
using atomic_uint16_t = atomic<std::uint16_t>;
using atomic_int32_t = atomic<std::int32_t>;
using atomic_uint32_t = atomic<std::uint32_t>;
using atomic_int64_t = atomic<std::int64_t>;
using atomic_uint64_t = atomic<std::uint64_t>;
using atomic_int_least8_t = atomic<std::int_least8_t>;
using atomic_uint_least8_t = atomic<std::uint_least8_t>;
using atomic_int_least16_t = atomic<std::int_least16_t>;
using atomic_uint_least16_t = atomic<std::uint_least16_t>;
using atomic_int_least32_t = atomic<std::int_least32_t>;
using atomic_uint_least32_t = atomic<std::uint_least32_t>;
using atomic_int_least64_t = atomic<std::int_least64_t>;
using atomic_uint_least64_t = atomic<std::uint_least64_t>;
using atomic_int_fast8_t = atomic<std::int_fast8_t>;
using atomic_uint_fast8_t = atomic<std::uint_fast8_t>;
using atomic_int_fast16_t = atomic<std::int_fast16_t>;
using atomic_uint_fast16_t = atomic<std::uint_fast16_t>;
using atomic_int_fast32_t = atomic<std::int_fast32_t>;
using atomic_uint_fast32_t = atomic<std::uint_fast32_t>;
using atomic_int_fast64_t = atomic<std::int_fast64_t>;
using atomic_uint_fast64_t = atomic<std::uint_fast64_t>;
using atomic_intptr_t = atomic<std::intptr_t>;
using atomic_uintptr_t = atomic<std::uintptr_t>;
using atomic_size_t = atomic<std::size_t>;
using atomic_ptrdiff_t = atomic<std::ptrdiff_t>;
using atomic_intmax_t = atomic<std::intmax_t>;
using atomic_uintmax_t = atomic<std::uintmax_t>;
using atomic_signed_lock_free = atomic<int>;
using atomic_unsigned_lock_free = atomic<unsigned>;

}  // namespace logbuf::models::rc11
