// The limit of a latency: one bare cache line, a flag and 56 bytes of payload, that goes back and forth between two
// processors. Whoever reads it zeroes it, and answers in the same line: nothing else moves between the two.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <logbuf/platform/compiler.hpp>

#include "../payload.hpp"

namespace bench {

class alignas(128) line_limit {
 public:
  static constexpr const char* name = "line-limit";
  static constexpr std::size_t payload_size = 56;

  // The flag says whose turn it is; 0 is nobody's.
  LOGBUF_ALWAYS_INLINE void write(const std::byte* from, std::uint64_t flag) noexcept {
    std::memcpy(payload_, from, payload_size);
    flag_.store(flag, std::memory_order_release);
  }

  // False when it is not that turn.
  LOGBUF_ALWAYS_INLINE bool read(std::uint64_t flag, std::uint64_t& sum) noexcept {
    if (flag_.load(std::memory_order_acquire) != flag) return false;
    sum += touch_all::read(payload_, payload_size);
    std::memset(payload_, 0, payload_size);
    flag_.store(0, std::memory_order_relaxed);
    return true;
  }

 private:
  std::atomic<std::uint64_t> flag_{0};
  std::byte payload_[payload_size]{};
};

}  // namespace bench
