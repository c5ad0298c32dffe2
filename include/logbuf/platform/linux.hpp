// Linux: pages, locks, placement on a processor, membarrier, futex. platform.hpp documents each function.
#pragma once
#ifndef LOGBUF_PLATFORM_LINUX_HPP
#define LOGBUF_PLATFORM_LINUX_HPP

#include "scopes.hpp"

#if defined(__linux__)

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace logbuf::inline v0::platform {

inline constexpr bool has_pages = true;
inline std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

inline constexpr unsigned huge_page_bits = 21;
inline constexpr std::size_t huge_page_size = std::size_t{1} << huge_page_bits;

inline void* map_with(std::size_t bytes, int flags) noexcept {
  void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
inline void unmap(void* p, std::size_t bytes) noexcept { ::munmap(p, bytes); }

// Explicit huge pages (hugetlbfs), of this size whatever the system's default is.
inline void* map_huge(std::size_t bytes) noexcept {
  constexpr int size_shift = 26;  // MAP_HUGE_SHIFT, which old headers lack
  return map_with(bytes, MAP_HUGETLB | static_cast<int>(huge_page_bits) << size_shift);
}

// The kernel aligns to its page size only, so this maps more, and gives back what lies in front and behind.
inline void* map(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t slack = alignment - page_size();
  char* const p = static_cast<char*>(map_with(bytes + slack, 0));
  if (p == nullptr || slack == 0) return p;
  const std::size_t front = (alignment - reinterpret_cast<std::uintptr_t>(p) % alignment) % alignment;
  if (front != 0) unmap(p, front);
  if (front != slack) unmap(p + front + bytes, slack - front);
  return p + front;
}

// A process may be refused at the first access the huge pages that mmap promised (a limit of its control group). That ends in
// SIGBUS, unless the kernel itself makes the access.
inline bool touch_huge(void* p, std::size_t bytes) noexcept {
  constexpr int populate_write = 23;  // MADV_POPULATE_WRITE, which old headers lack
  if (::madvise(p, bytes, populate_write) == 0) return true;
  if (errno != EINVAL) return false;
  for (std::size_t i = 0; i < bytes; i += huge_page_size) {  // Linux before 5.14
    void* const page = static_cast<char*>(p) + i;
    if (::syscall(SYS_getcpu, page, nullptr, nullptr) != 0) return false;
    *static_cast<unsigned*>(page) = 0;
  }
  return true;
}

// Transparent huge pages: advice that the kernel may ignore.
inline void advise_huge(void* p, std::size_t bytes) noexcept { (void)::madvise(p, bytes, MADV_HUGEPAGE); }

inline bool lock(void* p, std::size_t bytes) noexcept { return ::mlock(p, bytes) == 0; }

// The new thread binds itself before it runs f. (Not every C library can start a thread that is bound.)
inline bool run_on_cpu(unsigned cpu, void* (*f)(void*), void* argument) noexcept {
  if (cpu >= CPU_SETSIZE) return false;
  struct work {
    unsigned cpu;
    void* (*f)(void*);
    void* argument;
    bool is_bound;
  } todo{cpu, f, argument, false};
  const auto run = [](void* self) -> void* {
    auto& w = *static_cast<work*>(self);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(w.cpu, &set);
    w.is_bound = ::sched_setaffinity(0, sizeof set, &set) == 0;
    if (w.is_bound) w.f(w.argument);
    return nullptr;
  };
  pthread_t thread{};
  if (::pthread_create(&thread, nullptr, run, &todo) != 0) return false;
  const uncancelled joining;
  return ::pthread_join(thread, nullptr) == 0 && todo.is_bound;
}

// Refused by old kernels and by seccomp filters. The commands are spelled out, since old kernel headers lack them.
inline bool call_membarrier([[maybe_unused]] int command) noexcept {
#if defined(SYS_membarrier)
  return ::syscall(SYS_membarrier, command, 0, 0) == 0;
#else
  return false;
#endif
}
inline bool register_membarrier() noexcept { return call_membarrier(1 << 4); }  // REGISTER_PRIVATE_EXPEDITED
inline bool membarrier() noexcept { return call_membarrier(1 << 3); }           // PRIVATE_EXPEDITED

// A futex on the word itself.
class futex_parker {
 public:
  template <class Site>
  [[nodiscard]] bool wait(Site, std::atomic<std::uint32_t>& word, std::uint32_t expected,
            std::chrono::steady_clock::time_point deadline) noexcept {
    using namespace std::chrono;
    const auto since = duration_cast<nanoseconds>(deadline.time_since_epoch()).count();
    const std::int64_t nanoseconds = since > 0 ? since : 0;
    const std::int64_t* until = deadline == steady_clock::time_point::max() ? nullptr : &nanoseconds;
    return call(word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, until);
  }
  void wake(std::atomic<std::uint32_t>& word) noexcept { (void)call(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr); }

 private:
  // False: refused, by a kernel without the call or by a filter (seccomp). `until` is in nanoseconds; null: no limit.
  static bool call(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value, const std::int64_t* until) noexcept {
#if defined(SYS_futex_time64) && __SIZEOF_LONG__ == 4
    if (call_with<std::int64_t>(SYS_futex_time64, word, operation, value, until)) return true;
#endif
#if defined(SYS_futex)  // the only one before Linux 5.1
    return call_with<long>(SYS_futex, word, operation, value, until);
#else
    return false;
#endif
  }
  template <class Number>
  static bool call_with(long number, std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
                        const std::int64_t* until) noexcept {
    struct kernel_time {
      Number seconds;
      Number nanoseconds;
    } limit{};
    if (until != nullptr) {
      constexpr std::int64_t longest = std::numeric_limits<Number>::max();
      limit.seconds = static_cast<Number>(std::min(*until / 1'000'000'000, longest));
      limit.nanoseconds = static_cast<Number>(*until % 1'000'000'000);
    }
    const auto answer = ::syscall(number, &word, operation, value, until != nullptr ? &limit : nullptr, nullptr,
                                  FUTEX_BITSET_MATCH_ANY);
    return answer >= 0 || errno == EAGAIN || errno == EINTR || errno == ETIMEDOUT;
  }
  static_assert(sizeof(std::atomic<std::uint32_t>) == 4);
};

}  // namespace logbuf::platform

#endif

#endif  // LOGBUF_PLATFORM_LINUX_HPP
