// For systems without a file of their own. Uses only standard C++. What standard C++ cannot do is refused.
#pragma once
#ifndef LOGBUF_PLATFORM_PORTABLE_HPP
#define LOGBUF_PLATFORM_PORTABLE_HPP

#include "scopes.hpp"

#include <cstddef>

#if !defined(__linux__)

namespace logbuf::inline v0::platform {

inline constexpr bool has_pages = false;
inline std::size_t page_size() noexcept { return 4096; }
inline constexpr std::size_t huge_page_size = std::size_t{2} << 20;
inline void* map_huge(std::size_t) noexcept { return nullptr; }
inline void* map(std::size_t, std::size_t) noexcept { return nullptr; }
inline void unmap(void*, std::size_t) noexcept {}
inline void advise_huge(void*, std::size_t) noexcept {}
inline bool touch_huge(void*, std::size_t) noexcept { return false; }
inline bool lock(void*, std::size_t) noexcept { return false; }
inline bool run_on_cpu(unsigned, void* (*)(void*), void*) noexcept { return false; }
inline bool register_membarrier() noexcept { return false; }
inline bool membarrier() noexcept { return false; }

}  // namespace logbuf::platform

#endif

#if !defined(__linux__) || defined(LOGBUF_PORTABLE_PARKER)

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace logbuf::inline v0::platform {

// A mutex and a condition variable next to the word.
class portable_parker {
 public:
  template <class Site>
  [[nodiscard]] bool wait(Site, std::atomic<std::uint32_t>& word, std::uint32_t expected,
            std::chrono::steady_clock::time_point deadline) noexcept {
    // Some standard libraries convert the deadline to another clock, which overflows if it is centuries away.
    const auto longest = std::chrono::steady_clock::now() + std::chrono::hours(24);
    const uncancelled waiting;
    std::unique_lock<std::mutex> lock(mutex_);
    wakeup_.wait_until(lock, std::min(deadline, longest), [&] { return word.load(Site::order) != expected; });
    return true;
  }
  void wake(std::atomic<std::uint32_t>&) noexcept {
    { std::lock_guard<std::mutex> lock(mutex_); }  // the sleeper has either seen the new word or is asleep
    wakeup_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wakeup_;
};

}  // namespace logbuf::platform

#endif

#endif  // LOGBUF_PLATFORM_PORTABLE_HPP
