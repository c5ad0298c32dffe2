// Which memory of a ring is taken from the heap, touched before its first use, and by which thread. The linker puts this file
// between the library and the calls (--wrap), which records each, and refuses those that the test says.
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <logbuf/logbuf.hpp>

#include "check.hpp"

namespace {

struct {
  bool refuses_memory = false, refuses_threads = false, refuses_affinity = false, refuses_locks = false, grants_locks = false;
  bool ends_at_a_guard = false;  // of mappings: whoever writes behind them dies
  std::vector<std::size_t> callocs;
  std::size_t unmapped = 0, mapped = 0, locked = 0;
  const void *mapping = nullptr, *lock = nullptr;  // the last ones
  unsigned threads = 0;
  std::vector<cpu_set_t> bound;
  std::vector<long> bound_threads;
} now;

const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

long this_thread() { return ::syscall(SYS_gettid); }

}  // namespace

extern "C" {
void* __real_calloc(std::size_t, std::size_t);
int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
int __real_sched_setaffinity(pid_t, std::size_t, const cpu_set_t*);
void* __real_mmap(void*, std::size_t, int, int, int, off_t);
int __real_munmap(void*, std::size_t);
int __real_mlock(const void*, std::size_t);

void* __wrap_calloc(std::size_t count, std::size_t size) {
  if (now.refuses_memory) return nullptr;
  now.callocs.push_back(count * size);
  return __real_calloc(count, size);
}
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*f)(void*), void* argument) {
  if (now.refuses_threads) return EAGAIN;
  ++now.threads;
  return __real_pthread_create(thread, attributes, f, argument);
}
int __wrap_sched_setaffinity(pid_t thread, std::size_t bytes, const cpu_set_t* set) {
  if (now.refuses_affinity) return errno = EINVAL, -1;
  now.bound.push_back(*set);
  now.bound_threads.push_back(thread == 0 ? this_thread() : 0);
  return __real_sched_setaffinity(thread, bytes, set);
}
void* __wrap_mmap(void* where, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  if (now.refuses_memory) return MAP_FAILED;
  now.mapped += bytes;
  const std::size_t guard = now.ends_at_a_guard ? page : 0;
  char* const p = static_cast<char*>(__real_mmap(where, bytes + guard, protection, flags, file, offset));
  if (guard != 0) ::mprotect(p + bytes, guard, PROT_NONE);
  now.mapping = p;
  return p;
}
int __wrap_munmap(void* p, std::size_t bytes) {
  now.unmapped += bytes;
  return __real_munmap(p, bytes);
}
int __wrap_mlock(const void* p, std::size_t bytes) {
  if (now.refuses_locks) return errno = ENOMEM, -1;
  now.locked += bytes, now.lock = p;
  return now.grants_locks ? 0 : __real_mlock(p, bytes);
}
}

namespace {

using namespace logbuf;
using test::check;

struct pages {
  std::size_t resident, all;
};
pages pages_of(const std::byte* from, std::size_t bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(from) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(from) + bytes;
  std::vector<unsigned char> in_memory((end - begin + page - 1) / page);
  if (::mincore(reinterpret_cast<void*>(begin), end - begin, in_memory.data()) != 0) std::abort();
  const auto resident = std::count_if(in_memory.begin(), in_memory.end(), [](unsigned char c) { return (c & 1) != 0; });
  return {static_cast<std::size_t>(resident), in_memory.size()};
}

unsigned allowed_cpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  unsigned cpu = 0;
  while (!CPU_ISSET(cpu, &set)) ++cpu;
  return cpu;
}

constexpr std::uint64_t capacity = 1 << 20;
constexpr std::uint64_t fresh = 64 << 20;  // so large that the allocator asks the system for it each time

void heap_blocks_are_as_large_as_they_have_to_be() {
  for (const std::size_t alignment : {std::size_t{8}, std::size_t{64}, std::size_t{128}}) {
    now = {};
    const auto m = memory::allocate(capacity, alignment, {});
    if (!check(m.has_value() && now.callocs.size() == 1, "a ring takes one block, which is zero")) continue;
    check(now.callocs[0] >= capacity + memory::alignment - 16 + (alignment - header_size), "in which an aligned ring fits");
    check(now.callocs[0] <= capacity + 2 * memory::alignment, "and which is hardly larger");
    check(now.mapped == 0 && now.threads == 0, "there are no mappings and no threads that nobody asked for");
  }
  now = {};
  now.refuses_memory = true;
  const auto refused = spsc::try_make(capacity);
  now.refuses_memory = false;
  check(refused == setup_error{setup_errc::out_of_memory, capacity}, "no memory is an error, with the size");
}

void pages_are_touched_when_asked_for() {
  now = {};
  {
    const auto lazy = memory::allocate(fresh, 8, {});
    check(pages_of(lazy->data(), fresh).resident <= 4, "a ring that nobody uses has hardly a page of memory");
  }
  options prefault, first_touch;
  prefault.prefault = true;
  first_touch.first_touch_cpu = allowed_cpu();
  for (const options& o : {prefault, first_touch})
    for (const std::size_t alignment : {std::size_t{8}, std::size_t{128}}) {
      const auto eager = memory::allocate(fresh, alignment, o);
      if (!check(eager.has_value(), "a ring whose pages are touched")) continue;
      const auto [resident, all] = pages_of(eager->data(), fresh);
      check(resident == all, "all of its pages are there, also the last one");
    }
}

void the_first_touch_is_of_a_thread_on_that_processor() {
  now = {};
  cpu_set_t before, after;
  ::sched_getaffinity(0, sizeof before, &before);
  options o;
  o.first_touch_cpu = allowed_cpu();
  check(spsc::try_make(capacity, o).has_value(), "a ring that is touched on a processor");
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(o.first_touch_cpu, &wanted);
  check(now.threads == 1 && now.bound.size() == 1, "one thread is started, and bound once");
  check(!now.bound.empty() && CPU_EQUAL(&now.bound[0], &wanted), "to this processor and no other");
  check(!now.bound_threads.empty() && now.bound_threads[0] != 0, "and it binds itself");
  check(!now.bound_threads.empty() && now.bound_threads[0] != this_thread(), "and it is not the caller's");
  ::sched_getaffinity(0, sizeof after, &after);
  check(CPU_EQUAL(&before, &after), "which runs where it may have run before");
}

void a_processor_that_can_not_be_had() {
  options o;
  o.first_touch_cpu = allowed_cpu();
  const setup_error refused{setup_errc::bad_cpu, o.first_touch_cpu};
  now = {};
  now.refuses_affinity = true;
  check(spsc::try_make(capacity, o) == refused, "a processor that the system refuses is an error");
  bool is_run = false;
  const auto note = [](void* flag) -> void* { return *static_cast<bool*>(flag) = true, nullptr; };
  check(!platform::run_on_cpu(o.first_touch_cpu, note, &is_run) && !is_run, "and nothing is touched on another one");
  now = {};
  now.refuses_threads = true;
  check(spsc::try_make(capacity, o) == refused, "as is a thread that can not be started");
  now = {};
  o.first_touch_cpu = CPU_SETSIZE;
  check(spsc::try_make(capacity, o) == setup_error{setup_errc::bad_cpu, CPU_SETSIZE}, "and one that no set of processors has");
  check(now.threads == 0, "for which no thread is started");
  now = {};
  o.lock = true;
  check(spsc::try_make(4096, o) == setup_error{setup_errc::bad_cpu, CPU_SETSIZE}, "the same where the ring is a mapping");
  check(now.mapped != 0 && now.mapped == now.unmapped, "which is given back");
}

void locks_that_are_refused() {
  options o;
  o.lock = true;
  now = {};
  now.refuses_locks = true;
  check(spsc::try_make(4096, o) == setup_error{setup_errc::lock_refused, 4096}, "a refused lock is an error, with the ring's size");
  check(now.mapped != 0 && now.mapped == now.unmapped, "and the pages are given back");
  now = {};
  now.grants_locks = true;
  check(spsc::try_make(3 * page, o).error().code == setup_errc::bad_capacity, "no lock for a bad capacity");
  check(now.locked == 0 && spsc::try_make(4 * page, o).has_value(), "a lock that is granted is no error");
  check(now.locked == 4 * page && now.lock == now.mapping, "and is of what was mapped, all of it");
  now = {};
  now.refuses_memory = true;
  check(spsc::try_make(4096, o) == setup_error{setup_errc::out_of_memory, 4096}, "as are refused pages");
  now.refuses_memory = false;
}

// Where a ring of pages ends, a page begins that kills whoever touches it.
void nothing_behind_the_ring_is_touched() {
  options o;
  o.lock = true;
  o.prefault = true;
  now = {};
  now.ends_at_a_guard = true;
  for (const std::uint64_t size : {page, 4 * page}) {
    const auto m = memory::allocate(size, 8, o);
    if (!m && m.error().code == setup_errc::lock_refused) return (void)std::puts("mlock is refused here: not tested");
    check(m.has_value() && pages_of(m->data(), size).resident == size / page, "the pages of the ring are touched");
  }
  now.ends_at_a_guard = false;
}

}  // namespace

int main() {
  heap_blocks_are_as_large_as_they_have_to_be();
  pages_are_touched_when_asked_for();
  the_first_touch_is_of_a_thread_on_that_processor();
  a_processor_that_can_not_be_had();
  locks_that_are_refused();
  nothing_behind_the_ring_is_touched();
  return test::finish();
}
