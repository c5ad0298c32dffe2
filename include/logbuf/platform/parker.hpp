// Sleeping on a word until another thread wakes: a futex on Linux, a mutex and a condition variable elsewhere.
// LOGBUF_PORTABLE_PARKER chooses the second everywhere.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "../core/ordering.hpp"

#if defined(__linux__) && !defined(LOGBUF_PORTABLE_PARKER)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <condition_variable>
#include <mutex>
#endif

namespace logbuf::inline v0 {

using futex_word = std::atomic<std::uint32_t>;

#if defined(__linux__) && !defined(LOGBUF_PORTABLE_PARKER)

// A futex on the word itself.
class parker {
 public:
  // Until the word changes and wake() is called, or the deadline; may end for no reason (EINTR).
  void wait(futex_word& word, std::uint32_t expected,
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
  void wake(futex_word& word) noexcept {
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

#else

class parker {
 public:
  void wait(futex_word& word, std::uint32_t expected,
            std::chrono::steady_clock::time_point deadline) noexcept {
    std::unique_lock lock(mutex_);
    const auto changed = [&] { return word.load(site_tag<site::park_recheck>::order) != expected; };
    if (deadline == std::chrono::steady_clock::time_point::max()) wakeup_.wait(lock, changed);
    else wakeup_.wait_until(lock, deadline, changed);
  }
  void wake(futex_word&) noexcept {
    { std::lock_guard lock(mutex_); }  // the sleeper has either seen the new word, or sleeps already
    wakeup_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wakeup_;
};

#endif

}  // namespace logbuf
