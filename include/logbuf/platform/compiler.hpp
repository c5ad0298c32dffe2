// Compiler extensions, under the same names for every compiler. This is the only file that uses an attribute, a builtin or
// inline assembly that is not standard C++20. It is tested with GCC and Clang. The code for MSVC is not tested.
//
// Layer: bottom. Includes nothing of logbuf.
#pragma once
#ifndef LOGBUF_PLATFORM_COMPILER_HPP
#define LOGBUF_PLATFORM_COMPILER_HPP

#include <atomic>

#if defined(_MSC_VER)
#include <intrin.h>
#endif

// Attributes. Each goes where a standard attribute may go: in front of the declaration.
#if defined(_MSC_VER) && !defined(__clang__)
#define LOGBUF_ALWAYS_INLINE [[msvc::forceinline]]
#define LOGBUF_NOINLINE [[msvc::noinline]]
#define LOGBUF_COLD [[msvc::noinline]]  // out of line, and away from the hot code where the compiler can do that
#else
#define LOGBUF_ALWAYS_INLINE [[gnu::always_inline]]
#define LOGBUF_NOINLINE [[gnu::noinline]]
#define LOGBUF_COLD [[gnu::cold, gnu::noinline]]  // out of line, and away from the hot code
#endif
#if defined(_MSC_VER)
#define LOGBUF_NO_UNIQUE_ADDRESS [[msvc::no_unique_address]]  // in the MSVC ABI the standard one has no effect
#else
#define LOGBUF_NO_UNIQUE_ADDRESS [[no_unique_address]]
#endif

// LOGBUF_SHARED_TYPE: an exception that one shared library throws is caught as itself in another, also where types are hidden
// by default. LOGBUF_HIDDEN: a variable or function of which each shared library has its own copy. GCC would otherwise make
// the copies of such a variable unique in the process, and no library that has one can be unloaded (STB_GNU_UNIQUE).
#if defined(_WIN32)
#define LOGBUF_SHARED_TYPE
#define LOGBUF_HIDDEN
#elif defined(__clang__)
#define LOGBUF_SHARED_TYPE [[clang::type_visibility("default")]]
#define LOGBUF_HIDDEN [[gnu::visibility("hidden")]]
#else
#define LOGBUF_SHARED_TYPE [[gnu::visibility("default")]]
#define LOGBUF_HIDDEN [[gnu::visibility("hidden")]]
#endif

// A function whose unsigned arithmetic may wrap, as positions do, modulo 2^64. Clang's -fsanitize=integer reports a wrap in any
// other function.
#if defined(__clang__)
#define LOGBUF_WRAPS [[clang::no_sanitize("unsigned-integer-overflow")]]
#else
#define LOGBUF_WRAPS
#endif

// Undefined behaviour if reached. Tells the optimiser that a case does not exist.
#if defined(_MSC_VER) && !defined(__clang__)
#define LOGBUF_UNREACHABLE() __assume(false)
#else
#define LOGBUF_UNREACHABLE() __builtin_unreachable()
#endif

namespace logbuf::inline v0::platform {

// Hints to the processor that this thread spins.
LOGBUF_ALWAYS_INLINE inline void pause() noexcept {
#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_IX86))
  _mm_pause();
#elif defined(_MSC_VER) && defined(_M_ARM64)
  __yield();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// std::atomic_thread_fence. GCC warns that ThreadSanitizer does not know fences. It executes this one all the same, and no
// data is handed over by a fence alone, so nothing is reported that should not be.
#if defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
#endif
inline void thread_fence(std::memory_order order) noexcept { std::atomic_thread_fence(order); }
#if defined(__SANITIZE_THREAD__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

// Prefetches a cache line for writing. This is a hint: it reads nothing, and any address is allowed.
LOGBUF_ALWAYS_INLINE inline void prefetch_for_write(const void* p) noexcept {
#if defined(_MSC_VER) && defined(_M_X64)
  _m_prefetchw(p);
#elif defined(_MSC_VER)
  static_cast<void>(p);
#elif defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(p)));  // here the builtin may prefetch for reading
#else
  __builtin_prefetch(p, 1);
#endif
}

// Frees what a count of uses kept alive. Clang's static analyzer cannot follow such a count. To it, every claim that ends may be
// the last use, and what comes after it a use after free. So it sees the pointer go to code that it does not know.
#if defined(__clang_analyzer__)
void unseen(void* p) noexcept;
template <class T>
void delete_counted(T* p) noexcept {
  unseen(p);
}
#else
template <class T>
LOGBUF_ALWAYS_INLINE inline void delete_counted(T* p) noexcept {
  delete p;
}
#endif

}  // namespace logbuf::platform

#endif  // LOGBUF_PLATFORM_COMPILER_HPP
