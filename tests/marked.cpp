// A test case that starts threads or waits says so with a tag, [threads] or [sleeps]: all others run in seconds, whatever else
// the machine does. Here functions of the C library are replaced, and end the run of a test case without the tag.
#define CATCH_CONFIG_EXTERNAL_INTERFACES  // Catch2 version 2 has its listeners only then
#include "catch.hpp"

#if defined(LOGBUF_WATCHES_CALLS)
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

namespace {

bool is_marked = true;  // before the first test case
std::string name;
std::atomic<unsigned> clock_calls{0};

#if __has_include(<catch2/catch_all.hpp>)
using listener = Catch::EventListenerBase;
#else
using listener = Catch::TestEventListenerBase;
#endif
struct reads_tags : listener {
  using listener::listener;
  void testCaseStarting(const Catch::TestCaseInfo& test) override {
    const std::string tags = test.tagsAsString();
    is_marked = tags.find("[threads]") != tags.npos || tags.find("[sleeps]") != tags.npos;
    name = test.name;
    clock_calls = 0;
  }
  void testCaseEnded(const Catch::TestCaseStats&) override { is_marked = true; }
};

void needs_mark(const char* call) {
  if (is_marked) return;
  std::printf("FAILED: \"%s\" calls %s: mark it [threads] or [sleeps] (docs/testing.md)\n", name.c_str(), call);
  std::fflush(stdout);
  std::_Exit(1);
}

// The C library's function behind the one of this file.
#define REAL(function) \
  static auto* const real = reinterpret_cast<decltype(&::function)>(::dlsym(RTLD_NEXT, #function))

}  // namespace

CATCH_REGISTER_LISTENER(reads_tags)

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*f)(void*), void* argument) noexcept {
  needs_mark("pthread_create");
  REAL(pthread_create);
  return real(thread, attributes, f, argument);
}
int nanosleep(const timespec* time, timespec* left) {
  needs_mark("nanosleep");
  REAL(nanosleep);
  return real(time, left);
}
int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  needs_mark("clock_nanosleep");
  REAL(clock_nanosleep);
  return real(clock, flags, time, left);
}
// Who reads the clock a thousand times waits for it.
int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock_calls.fetch_add(1) == 1000) needs_mark("clock_gettime again and again");
  REAL(clock_gettime);
  return real(clock, time);
}
long syscall(long number, ...) noexcept {
  std::va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET) needs_mark("futex to sleep");
  REAL(syscall);
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"

// Not run with the others: CTest runs each, and wants to see it fail.
TEST_CASE("unmarked: starts a thread", "[.unmarked]") { std::thread([] {}).join(); }
TEST_CASE("unmarked: sleeps", "[.unmarked]") { std::this_thread::sleep_for(std::chrono::nanoseconds(1)); }
TEST_CASE("unmarked: waits for the clock", "[.unmarked]") {
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1)) {}
}
#endif
