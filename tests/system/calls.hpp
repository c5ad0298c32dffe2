// The linker puts __wrap_syscall between the library and the system (--wrap=syscall): it counts the calls, refuses those that
// the test says, and leaves a value in errno after each.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace logbuf::test {

#if defined(SYS_futex_time64) && __SIZEOF_LONG__ == 4
inline constexpr long futex_number = SYS_futex_time64, old_futex_number = SYS_futex;
#else
inline constexpr long futex_number = SYS_futex, old_futex_number = SYS_futex;
#endif

struct calls {
  static inline std::atomic<long> refused{-1}, also_refused{-1};  // numbers of calls
  static inline std::atomic<int> refused_with{0};
  static inline std::atomic<bool> spoils_errno{false};
  static inline std::atomic<unsigned> sleeps{0}, wakes{0}, registrations{0}, barriers{0}, writes{0}, all{0};
  static inline std::atomic<long long> until_seconds{-1}, until_nanoseconds{-1};  // of the last sleep; -1: no deadline
  static inline std::atomic<void (*)()> meanwhile{nullptr};  // called once, where a thread would fall asleep
};
inline constexpr int spoiled = 4711;

template <class Number>
void note_deadline(long address) {
  Number time[2]{-1, -1};
  if (address != 0) std::memcpy(time, reinterpret_cast<const void*>(address), sizeof time);
  calls::until_seconds = time[0], calls::until_nanoseconds = time[1];
}

}  // namespace logbuf::test

extern "C" {
long __real_syscall(long, ...);

long __wrap_syscall(long number, ...) {
  using namespace logbuf::test;
  std::va_list list;
  va_start(list, number);
  const bool is_futex = number == futex_number || number == old_futex_number;
  const long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
  long d = 0, e = 0, f = 0;  // the other calls have three arguments
  if (is_futex) d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
  va_end(list);
  calls::all.fetch_add(1);
  if (is_futex && (b & 127) == FUTEX_WAIT_BITSET) {
    calls::sleeps.fetch_add(1);
    if (number == old_futex_number) note_deadline<long>(d);
    else note_deadline<long long>(d);
    if (void (*const happens)() = calls::meanwhile.exchange(nullptr)) happens();
  }
  if (is_futex && (b & 127) == FUTEX_WAKE) calls::wakes.fetch_add(1);
  if (number == SYS_write) calls::writes.fetch_add(1);
  if (number == SYS_membarrier && a == 1 << 4) calls::registrations.fetch_add(1);
  if (number == SYS_membarrier && a == 1 << 3) calls::barriers.fetch_add(1);
  if (number == calls::refused || number == calls::also_refused) return errno = calls::refused_with, -1;
  const long answer = __real_syscall(number, a, b, c, d, e, f);
  if (calls::spoils_errno && answer >= 0) errno = spoiled;
  return answer;
}
}
