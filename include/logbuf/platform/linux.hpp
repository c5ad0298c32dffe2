// Linux: pages, locks, placement on a processor, membarrier, eventfd, futex. platform.hpp documents each function.
#pragma once
#ifndef LOGBUF_PLATFORM_LINUX_HPP
#define LOGBUF_PLATFORM_LINUX_HPP

#if defined(__linux__)

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace logbuf::inline v0::platform {

inline std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

inline constexpr std::size_t huge_page_size = std::size_t{2} << 20;

// Explicit huge pages (hugetlbfs).
inline void* map_huge(std::size_t bytes) noexcept {
  void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
inline void* map(std::size_t bytes) noexcept {
  void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
inline void unmap(void* p, std::size_t bytes) noexcept { ::munmap(p, bytes); }

// Transparent huge pages: advice that the kernel may ignore.
inline void advise_huge(void* p, std::size_t bytes) noexcept { (void)::madvise(p, bytes, MADV_HUGEPAGE); }

inline bool lock(void* p, std::size_t bytes) noexcept { return ::mlock(p, bytes) == 0; }
inline void unlock(void* p, std::size_t bytes) noexcept { (void)::munlock(p, bytes); }

// The new thread is bound to the processor from its first instruction.
inline bool run_on_cpu(unsigned cpu, void* (*f)(void*), void* argument) noexcept {
  if (cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return false;
  pthread_t thread;
  const bool started = ::pthread_attr_setaffinity_np(&attributes, sizeof set, &set) == 0 &&
                       ::pthread_create(&thread, &attributes, f, argument) == 0;
  ::pthread_attr_destroy(&attributes);
  return started && ::pthread_join(thread, nullptr) == 0;
}

// Refused by old kernels and by seccomp filters.
inline bool register_membarrier() noexcept {
  return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}
inline bool membarrier() noexcept { return ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0; }

inline void signal_event(int descriptor) noexcept {
  const std::uint64_t one = 1;
  // EAGAIN: the counter is at its maximum, so the descriptor is readable anyway.
  while (::write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

// A futex on the word itself.
class futex_parker {
 public:
  template <class Site>
  void wait(Site, std::atomic<std::uint32_t>& word, std::uint32_t expected,
            std::chrono::steady_clock::time_point deadline) noexcept {
    using namespace std::chrono;
    kernel_time until{};
    kernel_time* limit = nullptr;
    if (deadline != steady_clock::time_point::max()) {
      const auto since = duration_cast<nanoseconds>(deadline.time_since_epoch()).count();
      until.seconds = static_cast<decltype(until.seconds)>(since > 0 ? since / 1'000'000'000 : 0);
      until.nanoseconds = static_cast<decltype(until.nanoseconds)>(since > 0 ? since % 1'000'000'000 : 0);
      limit = &until;
    }
    ::syscall(futex_call, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  }
  void wake(std::atomic<std::uint32_t>& word) noexcept {
    ::syscall(futex_call, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr, nullptr, 0);
  }

 private:
#if defined(SYS_futex_time64) && __SIZEOF_LONG__ == 4
  static constexpr long futex_call = SYS_futex_time64;
  struct kernel_time {
    std::int64_t seconds;
    std::int64_t nanoseconds;
  };
#else
  static constexpr long futex_call = SYS_futex;
  struct kernel_time {
    long seconds;
    long nanoseconds;
  };
#endif
  static_assert(sizeof(std::atomic<std::uint32_t>) == 4);
};

}  // namespace logbuf::platform

#endif

#endif  // LOGBUF_PLATFORM_LINUX_HPP
