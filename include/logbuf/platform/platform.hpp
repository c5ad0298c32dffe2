// The one header that talks to the operating system: pages, locking, thread placement. Nothing here is on a hot path.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__linux__)
#include <cerrno>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace logbuf::inline v0::platform {

#if defined(__linux__)

inline std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

inline constexpr std::size_t huge_page_size = std::size_t{2} << 20;

// Explicit huge pages (hugetlbfs). Null when the kernel has none to give.
inline void* map_huge(std::size_t bytes) noexcept {
  void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
inline void* map(std::size_t bytes) noexcept {
  void* p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
inline void unmap(void* p, std::size_t bytes) noexcept { ::munmap(p, bytes); }

// Transparent huge pages: a wish, which the kernel may not grant.
inline void advise_huge(void* p, std::size_t bytes) noexcept { (void)::madvise(p, bytes, MADV_HUGEPAGE); }

inline bool lock(void* p, std::size_t bytes) noexcept { return ::mlock(p, bytes) == 0; }
inline void unlock(void* p, std::size_t bytes) noexcept { (void)::munlock(p, bytes); }

// Runs f(argument) on a thread that is bound to `cpu` from its first instruction, and waits for it. False: no such
// CPU for this process, or no thread.
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

// Orders the memory accesses of every running thread of this process. Refused by old kernels and by seccomp filters.
inline bool register_membarrier() noexcept {
  return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}
inline bool membarrier() noexcept { return ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0; }

inline void signal_event(int descriptor) noexcept {
  const std::uint64_t one = 1;
  // EAGAIN: the counter is at its maximum, and the descriptor readable anyway.
  while (::write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

#else  // a portable stand-in: the options that need the kernel answer that they are not to be had

inline std::size_t page_size() noexcept { return 4096; }
inline constexpr std::size_t huge_page_size = std::size_t{2} << 20;
inline void* map_huge(std::size_t) noexcept { return nullptr; }
inline void* map(std::size_t) noexcept { return nullptr; }
inline void unmap(void*, std::size_t) noexcept {}
inline void advise_huge(void*, std::size_t) noexcept {}
inline bool lock(void*, std::size_t) noexcept { return false; }
inline void unlock(void*, std::size_t) noexcept {}
inline bool run_on_cpu(unsigned, void* (*)(void*), void*) noexcept { return false; }
inline bool register_membarrier() noexcept { return false; }
inline bool membarrier() noexcept { return false; }
inline void signal_event(int) noexcept {}

#endif

}  // namespace logbuf::platform
