// Code under test that takes its atomics as a template parameter, and programs that check it. Each has a parameter for the
// order that it hangs on.
#pragma once

#include <array>
#include <atomic>

#include "../atomic.hpp"

namespace logbuf::models::rc11::examples {

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto seq_cst = std::memory_order_seq_cst;

// Peterson's lock for two threads. It needs the store of the wish and the look at the other's wish in order, which
// sequentially consistent accesses give, and acquire and release do not.
template <template <class> class Atomic, std::memory_order Order>
class peterson_lock {
 public:
  template <class Pause>
  void lock(unsigned me, Pause pause) {
    wishes_[me].store(true, Order == seq_cst ? seq_cst : release);
    turn_.store(1 - me, Order == seq_cst ? seq_cst : release);
    while (wishes_[1 - me].load(Order == seq_cst ? seq_cst : acquire) && turn_.load(Order == seq_cst ? seq_cst : acquire) != me) pause();
  }
  void unlock(unsigned me) { wishes_[me].store(false, release); }

 private:
  Atomic<bool> wishes_[2] = {false, false};
  Atomic<unsigned> turn_{0};
};

template <std::memory_order Order>
struct peterson {
  static constexpr unsigned threads = 2;
  peterson_lock<atomic, Order> mutex;
  plain<unsigned> count{0};

  void before() {}
  void thread(unsigned t) {
    mutex.lock(t, spin);
    count = count + 1;  // a data race, if both are here
    mutex.unlock(t);
  }
  void after() { check(count == 2, "an increment is lost"); }
};

// Pushes onto a Treiber stack; nodes are numbers. The release publishes what is in the node.
template <template <class> class Atomic, std::memory_order Order>
class treiber_stack {
 public:
  template <class Nodes>
  void push(Nodes& next, unsigned node) {
    unsigned top = top_.load(relaxed);
    do next[node] = top;
    while (!top_.compare_exchange_weak(top, node, Order, relaxed));
  }
  unsigned top() const { return top_.load(acquire); }

 private:
  Atomic<unsigned> top_{0};
};

template <std::memory_order Order>
struct treiber {
  static constexpr unsigned threads = 3;
  treiber_stack<atomic, Order> stack;
  std::array<plain<unsigned>, 3> next;  // node 0 is none

  void before() {}
  void thread(unsigned t) {
    if (t != 2) return stack.push(next, t + 1);
    for (unsigned node = stack.top(); node != 0; node = next[node]) check(node < 3, "no node");
  }
  void after() {
    unsigned nodes = 0;
    for (unsigned node = stack.top(); node != 0; node = next[node]) ++nodes;
    check(nodes == 2, "a node is lost");
  }
};

// A seqlock of two words. The reader's fence keeps its second look at the sequence behind the words.
template <template <class> class Atomic, std::memory_order ReaderFence>
class seqlock {
 public:
  template <class Fence>
  void write(unsigned value, Fence fence) {
    const unsigned s = sequence_.load(relaxed);
    sequence_.store(s + 1, relaxed);
    fence(release);
    a_.store(value, relaxed);
    b_.store(value, relaxed);
    sequence_.store(s + 2, release);
  }
  // False: the writer was there.
  template <class Fence>
  bool read(unsigned& a, unsigned& b, Fence fence) const {
    const unsigned s = sequence_.load(acquire);
    a = a_.load(relaxed);
    b = b_.load(relaxed);
    if (ReaderFence != relaxed) fence(ReaderFence);
    return s % 2 == 0 && sequence_.load(relaxed) == s;
  }

 private:
  Atomic<unsigned> sequence_{0}, a_{0}, b_{0};
};

template <std::memory_order ReaderFence>
struct seqlocked {
  static constexpr unsigned threads = 2;
  seqlock<atomic, ReaderFence> words;

  void before() {}
  void thread(unsigned t) {
    if (t == 0) return words.write(1, thread_fence);
    unsigned a = 0, b = 0;
    if (words.read(a, b, thread_fence)) check(a == b, "half of a write is read");
  }
  void after() {}
};

}  // namespace logbuf::models::rc11::examples
