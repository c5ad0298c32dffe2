// rc11::atomic stands in for std::atomic: code that uses every member and function compiles with both, and computes the same.
// Where the order of threads matters, all executions are explored, and counted.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <vector>

#include "../../models/rc11/std_names.hpp"

namespace {

namespace rc11 = logbuf::models::rc11;

int failures = 0;
void report(bool holds, const char* what) {
  if (!holds) std::printf("FAILED: %s\n", what), ++failures;
}

// The two families of names.
struct of_std {
  template <class T>
  using atomic = std::atomic<T>;
  using flag = std::atomic_flag;
};
struct of_rc11 {
  template <class T>
  using atomic = rc11::atomic<T>;
  using flag = rc11::atomic_flag;
};

using results = std::vector<std::uint64_t>;
template <class T>
void put(results& to, T v) {
  to.push_back(rc11::detail::to_bits(v));
}

// What every type has. Functions are found by their argument, in std or in rc11.
template <class F, class T>
void use_any(results& r, T one, T two) {
  using order = std::memory_order;
  typename F::template atomic<T> a{one};
  static_assert(std::is_same_v<typename decltype(a)::value_type, T>);
  static_assert(decltype(a)::is_always_lock_free);
  put(r, a.is_lock_free());
  put(r, a.load()), put(r, a.load(order::acquire)), put(r, static_cast<T>(a));
  a.store(two), a.store(one, order::release), a = two;
  put(r, a.exchange(one)), put(r, a.exchange(two, order::acq_rel));
  T expected = one;
  put(r, a.compare_exchange_strong(expected, one)), put(r, expected);
  put(r, a.compare_exchange_strong(expected, one, order::acq_rel)), put(r, a.load());
  put(r, a.compare_exchange_strong(expected, two, order::acq_rel, order::acquire)), put(r, expected);
  while (!a.compare_exchange_weak(expected, two)) {}
  expected = two;
  while (!a.compare_exchange_weak(expected, one, order::release, order::relaxed)) {}
  expected = one;
  while (!a.compare_exchange_weak(expected, two, order::release)) {}
  a.notify_one(), a.notify_all(), a.wait(one), a.wait(one, order::acquire);

  put(r, atomic_is_lock_free(&a));
  put(r, atomic_load(&a)), put(r, atomic_load_explicit(&a, order::acquire));
  atomic_store(&a, one), atomic_store_explicit(&a, two, order::release);
  put(r, atomic_exchange(&a, one)), put(r, atomic_exchange_explicit(&a, two, order::relaxed));
  expected = two;
  put(r, atomic_compare_exchange_strong(&a, &expected, one));
  put(r, atomic_compare_exchange_strong_explicit(&a, &expected, two, order::relaxed, order::relaxed)), put(r, expected);
  expected = one;
  while (!atomic_compare_exchange_weak(&a, &expected, two)) {}
  expected = two;
  while (!atomic_compare_exchange_weak_explicit(&a, &expected, one, order::relaxed, order::relaxed)) {}
  atomic_notify_one(&a), atomic_notify_all(&a), atomic_wait(&a, two), atomic_wait_explicit(&a, two, order::acquire);
  put(r, a.load());
}
template <class F, class T>
void use_arithmetic(results& r, T start, typename std::atomic<T>::difference_type n) {
  using order = std::memory_order;
  typename F::template atomic<T> a{start};
  static_assert(std::is_same_v<typename decltype(a)::difference_type, typename std::atomic<T>::difference_type>);
  put(r, a.fetch_add(n)), put(r, a.fetch_add(n, order::relaxed)), put(r, a.fetch_sub(n)), put(r, a.fetch_sub(n, order::release));
  put(r, a += n), put(r, a -= n), put(r, a.load());
  put(r, atomic_fetch_add(&a, n)), put(r, atomic_fetch_add_explicit(&a, n, order::relaxed));
  put(r, atomic_fetch_sub(&a, n)), put(r, atomic_fetch_sub_explicit(&a, n, order::relaxed)), put(r, a.load());
}
template <class F, class T>
void use_steps(results& r, T start) {
  typename F::template atomic<T> a{start};
  put(r, ++a), put(r, a++), put(r, --a), put(r, a--), put(r, a.load());
}
template <class F, class T>
void use_bits(results& r, T start, T v) {
  using order = std::memory_order;
  typename F::template atomic<T> a{start};
  put(r, a.fetch_and(v)), put(r, a.fetch_or(start)), put(r, a.fetch_xor(v)), put(r, a.fetch_and(v, order::relaxed));
  put(r, a.fetch_or(v, order::relaxed)), put(r, a.fetch_xor(start, order::relaxed));
  put(r, a &= v), put(r, a |= start), put(r, a ^= v);
  put(r, atomic_fetch_and(&a, v)), put(r, atomic_fetch_or(&a, start)), put(r, atomic_fetch_xor(&a, v));
  put(r, atomic_fetch_and_explicit(&a, v, order::relaxed)), put(r, atomic_fetch_or_explicit(&a, v, order::relaxed));
  put(r, atomic_fetch_xor_explicit(&a, start, order::relaxed)), put(r, a.load());
}
template <class F>
void use_flag(results& r) {
  using order = std::memory_order;
  typename F::flag f;
  put(r, f.test()), put(r, f.test_and_set()), put(r, f.test_and_set(order::acquire)), put(r, f.test(order::acquire));
  f.notify_one(), f.notify_all(), f.wait(false), f.clear(), f.clear(order::release), f.wait(true, order::acquire);
  put(r, atomic_flag_test_and_set(&f)), put(r, atomic_flag_test_and_set_explicit(&f, order::acquire));
  atomic_flag_clear(&f), put(r, f.test()), atomic_flag_clear_explicit(&f, order::release);
}

struct pair {
  std::uint16_t a, b;
};
struct handle {  // without a default constructor
  explicit handle(int n) : number(n) {}
  int number;
};
enum class color : std::uint8_t { red, green };
int numbers[8];

template <class F>
results use_everything() {
  results r;
  use_any<F, int>(r, -1, 2), use_any<F, unsigned>(r, 1, 2), use_any<F, std::uint64_t>(r, 1, ~std::uint64_t{0});
  use_any<F, bool>(r, false, true), use_any<F, double>(r, 0.5, -2.5), use_any<F, int*>(r, nullptr, numbers);
  use_any<F, color>(r, color::red, color::green), use_any<F, pair>(r, {1, 2}, {3, 4}), use_any<F, std::int8_t>(r, 1, -2);
  use_any<F, handle>(r, handle(1), handle(2));
  use_arithmetic<F, int>(r, -3, 5), use_arithmetic<F, unsigned>(r, 1, 5u), use_arithmetic<F, std::uint64_t>(r, ~std::uint64_t{0}, 3);
  use_arithmetic<F, std::int8_t>(r, 120, 10), use_arithmetic<F, std::uint16_t>(r, 65530, 10), use_arithmetic<F, int>(r, 7, -9);
  use_arithmetic<F, int*>(r, numbers + 1, 3), use_arithmetic<F, int*>(r, numbers + 4, -2);
  use_arithmetic<F, double>(r, 0.5, 0.25), use_arithmetic<F, float>(r, 1.5f, -2.0f);
  use_steps<F, int>(r, 0), use_steps<F, unsigned>(r, 0), use_steps<F, std::int8_t>(r, 127), use_steps<F, int*>(r, numbers + 2);
  use_bits<F, unsigned>(r, 0xf0f0, 0x1234), use_bits<F, int>(r, -16, 0x55), use_bits<F, std::uint8_t>(r, 0xf0, 0x3c);
  use_flag<F>(r);
  return r;
}
// atomic_int and its like are other names of atomic; here only that they are there, and what they name.
static_assert(std::is_same_v<rc11::atomic_int, rc11::atomic<int>> && std::is_same_v<rc11::atomic_size_t, rc11::atomic<std::size_t>> &&
              std::is_same_v<rc11::atomic_uint8_t::value_type, std::uint8_t> && std::is_same_v<decltype(rc11::atomic{1}), rc11::atomic<int>>);
template <class T>
concept can_be_anded = requires(T& a) { a &= 1; };
template <class T>
concept can_be_counted = requires(T& a) { ++a; };
static_assert(can_be_anded<rc11::atomic<int>> && !can_be_anded<rc11::atomic<bool>> && !can_be_anded<rc11::atomic<double>>);
static_assert(!can_be_counted<rc11::atomic<bool>> && !can_be_counted<rc11::atomic<double>> && can_be_counted<rc11::atomic<int*>>);
template <class T>
constexpr bool can_be_copied = std::is_copy_constructible_v<T> || std::is_copy_assignable_v<T>;
static_assert(!can_be_copied<rc11::atomic<int>> && !can_be_copied<rc11::atomic_flag>);

// Two equal values between whose members there are other bytes.
struct with_a_gap {
  char small;
  std::uint16_t large;
};
struct compared_by_value {
  static constexpr unsigned threads = 1;
  static with_a_gap over(unsigned char byte) {
    with_a_gap v;
    std::memset(static_cast<void*>(&v), byte, sizeof v);
    v.small = 1, v.large = 2;
    return v;
  }
  void before() {}
  void thread(unsigned) {
    rc11::atomic<with_a_gap> a{over(0xff)};
    with_a_gap expected;
    const with_a_gap other = over(0);
    std::memcpy(static_cast<void*>(&expected), &other, sizeof expected);
    rc11::check(a.compare_exchange_strong(expected, {3, 4}), "equal values differ between their members");
    rc11::check(a.load().small == 3 && a.load().large == 4, "a value is stored in part");
  }
  void after() {}
};

struct on_the_checker {
  static constexpr unsigned threads = 1;
  static inline results computed;
  void before() { computed = use_everything<of_rc11>(); }
  void thread(unsigned) {}
  void after() {}
};

// Deprecated in C++20, and still there.
struct deprecated_names {
  static constexpr unsigned threads = 1;
  void before() {}
  void thread(unsigned) {
    rc11::atomic_flag f = ATOMIC_FLAG_INIT;
    rc11::check(!f.test(), "a flag that is not set");
    rc11::atomic<int> a;
    atomic_init(&a, 3);
    rc11::check(rc11::kill_dependency(a.load(rc11::memory_order_consume)) == 3, "a value given later");
  }
  void after() {}
};
// Functions of C++20 that not every standard library has.
struct functions_of_flags {
  static constexpr unsigned threads = 1;
  void before() {}
  void thread(unsigned) {
    rc11::atomic_flag f;
    rc11::check(!atomic_flag_test(&f) && !atomic_flag_test_and_set(&f), "a flag that is not set");
    rc11::check(atomic_flag_test_explicit(&f, std::memory_order_acquire), "a flag that is set");
    atomic_flag_notify_one(&f), atomic_flag_notify_all(&f);
    atomic_flag_wait(&f, false), atomic_flag_wait_explicit(&f, false, std::memory_order_acquire);
  }
  void after() {}
};
// Of C++26, which this std::atomic does not have.
struct largest_and_smallest {
  static constexpr unsigned threads = 1;
  void before() {}
  void thread(unsigned) {
    rc11::atomic<int> i{-1};
    rc11::check(i.fetch_max(-2) == -1 && i.fetch_max(3) == -1 && i.fetch_min(5) == 3 && i.fetch_min(-7) == 3 && i == -7, "of int");
    rc11::atomic<std::int8_t> s{-1};
    rc11::check(s.fetch_max(1) == -1 && s.fetch_min(-128) == 1 && s == -128 && s.fetch_max(127) == -128 && s == 127, "of a signed char");
    rc11::atomic<unsigned> u{1};
    rc11::check(u.fetch_max(~0u) == 1 && u.fetch_min(2) == ~0u && u == 2, "of unsigned");
    rc11::atomic<int*> p{numbers + 1};
    rc11::check(p.fetch_max(numbers + 3) == numbers + 1 && p.fetch_min(numbers) == numbers + 3 && p == numbers, "of pointers");
    rc11::check(atomic_fetch_max(&i, 4) == -7 && atomic_fetch_min(&i, 2) == 4, "by functions");
    constexpr auto rlx = std::memory_order_relaxed;
    rc11::check(atomic_fetch_max_explicit(&i, 9, rlx) == 2 && atomic_fetch_min_explicit(&i, 1, rlx) == 9, "with orders");
  }
  void after() {}
};

struct two_threads {
  static constexpr unsigned threads = 2;
  void before() {}
};
struct counted : two_threads {
  rc11::atomic<unsigned> n{0};
  void thread(unsigned) { ++n; }
  void after() { rc11::check(n == 2, "a count is lost"); }
};
struct counted_by_halves : two_threads {
  rc11::atomic<double> n{0.0};
  void thread(unsigned) { n += 0.5; }
  void after() { rc11::check(n.load() == 1.0, "a half is lost"); }
};
struct taken_by_halves : two_threads {
  rc11::atomic<float> n{1.0f};
  void thread(unsigned) { n -= 0.5f; }
  void after() { rc11::check(n.load() == 0.0f, "a half is lost"); }
};
struct highest : two_threads {
  rc11::atomic<int> n{-5};
  void thread(unsigned t) { n.fetch_max(t == 0 ? -1 : 2, std::memory_order_relaxed); }
  void after() { rc11::check(n == 2, "the highest is lost"); }
};
struct moved_on : two_threads {
  rc11::atomic<int*> p{numbers};
  rc11::plain<unsigned> taken[2];
  void thread(unsigned) { taken[p.fetch_add(1, std::memory_order_relaxed) - numbers] = 1; }
  void after() { rc11::check(p == numbers + 2 && taken[0].get() + taken[1].get() == 2, "two took the same"); }
};
struct handshake : two_threads {
  rc11::atomic<unsigned> flag{0};
  rc11::plain<unsigned> data{0};
  bool notifies = true;
  void thread(unsigned t) {
    if (t == 0) {
      data = 1, flag.store(1, std::memory_order_release);
      if (notifies) flag.notify_one();
    } else {
      flag.wait(0, std::memory_order_acquire);
      rc11::check(data.get() == 1, "woken too early");
    }
  }
  void after() {}
};
struct forgotten_wake_up : handshake {
  forgotten_wake_up() { notifies = false; }
};
template <bool HasFences>
struct fenced : two_threads {
  rc11::atomic<unsigned> flag{0};
  rc11::plain<unsigned> data{0};
  void thread(unsigned t) {
    constexpr auto rlx = std::memory_order_relaxed;
    rc11::atomic_signal_fence(std::memory_order_seq_cst);  // orders nothing between threads
    if (t == 0) {
      data = 1;
      if (HasFences) rc11::atomic_thread_fence(std::memory_order_release);
      flag.store(1, rlx);
    } else if (flag.load(rlx) == 1) {
      if (HasFences) rc11::atomic_thread_fence(std::memory_order_acquire);
      rc11::check(data.get() == 1, "an old message");
    }
  }
  void after() {}
};
// A notification synchronises with nothing, in whatever order its wait comes to it: data is read too early.
struct read_behind_a_wait : two_threads {
  rc11::atomic<unsigned> flag{1}, sent{0};
  rc11::plain<unsigned> data{0};
  void thread(unsigned t) {
    if (t == 0) {
      data = 1, flag.notify_one(), sent.store(1, std::memory_order_relaxed);
    } else if (sent.load(std::memory_order_relaxed) == 1) {
      flag.wait(0, std::memory_order_relaxed);
      rc11::check(data.get() == 1, "an old message");
    }
  }
  void after() {}
};
struct notified_too_early : two_threads {
  rc11::atomic<unsigned> flag{0};
  void thread(unsigned t) {
    if (t == 0) flag.notify_one(), flag.store(1);
    else flag.wait(0);
  }
  void after() {}
};
struct notified_for_no_reason {
  static constexpr unsigned threads = 3;
  rc11::atomic<unsigned> flag{0};
  void before() {}
  void thread(unsigned t) {
    if (t == 0) flag.store(1);
    else if (t == 1) flag.wait(0);
    else flag.notify_one();
  }
  void after() {}
};
struct three_sleepers {
  static constexpr unsigned threads = 4;
  rc11::atomic<unsigned> flag{0};
  void before() {}
  void thread(unsigned t) {
    if (t == 0) flag.store(1), flag.notify_all();
    else flag.wait(0);
  }
  void after() {}
};
struct wait_outside : two_threads {
  rc11::atomic<unsigned> flag{0};
  void thread(unsigned) {}
  void after() { flag.wait(0); }
};
struct guarded : two_threads {
  rc11::atomic_flag lock;
  rc11::plain<unsigned> n{0};
  void thread(unsigned) {
    while (lock.test_and_set(std::memory_order_acquire)) lock.wait(true, std::memory_order_relaxed);
    n = n.get() + 1;
    lock.clear(std::memory_order_release);
    lock.notify_one();
  }
  void after() { rc11::check(n.get() == 2, "two had the lock at once"); }
};

template <class Program>
void holds(std::uint64_t executions, const char* what) {
  const auto r = rc11::explore<Program>({});
  report(!r.failed && r.to_the_end && r.complete == executions, what);
  if (r.failed) std::printf("  %s: %s\n", r.kind.c_str(), r.failure.c_str());
  else if (r.complete != executions) std::printf("  %llu executions\n", static_cast<unsigned long long>(r.complete));
}
template <class Program>
void fails(const char* kind, const char* what) {
  const auto r = rc11::explore<Program>({});
  report(r.failed && r.kind == kind, what);
  if (r.kind != kind) std::printf("  %s\n", r.failed ? r.kind.c_str() : "no failure");
}

}  // namespace

int main() {
  holds<on_the_checker>(1, "every member and function, on the checker");
  const results& computed = on_the_checker::computed;
  report(computed == use_everything<of_std>() && computed.size() > 300, "compute what those of std::atomic do");
  holds<deprecated_names>(1, "names that are deprecated");
  holds<functions_of_flags>(1, "functions of flags");
  holds<largest_and_smallest>(1, "fetch_max and fetch_min");
  holds<counted>(2, "two threads count: in 2 orders");
  holds<counted_by_halves>(2, "and with floating-point numbers: in 2 orders");
  holds<taken_by_halves>(2, "and downwards, in half the width: in 2 orders");
  if (rc11::detail::ignores_padding) holds<compared_by_value>(1, "bytes between members are not compared");
  holds<highest>(2, "two threads raise a value: in 2 orders");
  holds<moved_on>(2, "two threads move a pointer on: in 2 orders");
  holds<handshake>(3, "a wait and its notification: 3 executions");
  fails<forgotten_wake_up>("deadlock", "a notification that is forgotten");
  fails<notified_too_early>("deadlock", "a notification before the store");
  fails<notified_for_no_reason>("deadlock", "a notification that comes from a thread which did not store");
  fails<read_behind_a_wait>("data race", "a message behind a wait that reads what was stored long before");
  fails<wait_outside>("deadlock", "a wait that comes after the threads");
  holds<three_sleepers>(27, "three sleepers, woken at once: each in 3 ways");
  holds<guarded>(12, "a lock of one flag, that is slept on: 12 executions");
  holds<fenced<true>>(2, "a message between fences: read or not");
  fails<fenced<false>>("data race", "a message without them");
  std::printf("%d failures\n", failures);
  return failures != 0;
}
