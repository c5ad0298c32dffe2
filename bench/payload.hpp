// What is sent: records of one size, a constant, or records with the lengths of a real log.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <logbuf/platform/compiler.hpp>

namespace bench {

// The size is known to the compiler on the producer's side, so that the copy is inline in every ring.
template <std::size_t Size>
class fixed_payload {
 public:
  class sequence {
   public:
    explicit sequence(const fixed_payload&, unsigned = 0) noexcept {}
    LOGBUF_ALWAYS_INLINE static constexpr std::size_t next() noexcept { return Size; }
  };
  static constexpr bool is_fixed = true;
  static constexpr std::size_t largest() noexcept { return Size; }
};

class recorded_payload {
 public:
  // A file of lengths, one in a line; comments start with #.
  explicit recorded_payload(const std::string& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
      if (!line.empty() && line[0] != '#') lengths_.push_back(static_cast<std::uint32_t>(std::stoul(line)));
    if (lengths_.empty()) throw std::runtime_error("no lengths in " + file);
    for (const std::uint32_t length : lengths_) largest_ = length > largest_ ? length : largest_;
  }

  // Producers start at different places.
  class sequence {
   public:
    explicit sequence(const recorded_payload& p, unsigned producer = 0) noexcept
        : lengths_(p.lengths_.data()), count_(p.lengths_.size()), next_(producer * 37 % count_) {}
    std::size_t next() noexcept {
      if (next_ == count_) next_ = 0;
      return lengths_[next_++];
    }

   private:
    const std::uint32_t* lengths_;
    std::size_t count_, next_;
  };
  static constexpr bool is_fixed = false;
  std::size_t largest() const noexcept { return largest_; }

 private:
  std::vector<std::uint32_t> lengths_;
  std::size_t largest_ = 0;
};

// Every byte sent is 1, so that the sum of what was read says whether all was there.
inline std::vector<std::byte> source_bytes(std::size_t size) { return std::vector<std::byte>(size, std::byte{1}); }

// The two readers: one byte of every cache line, or the first eight bytes at most.
struct touch_all {
  static constexpr const char* name = "all";
  static std::uint64_t read(const std::byte* at, std::size_t size) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size; i += 64) sum += static_cast<std::uint64_t>(at[i]);
    return sum;
  }
};
struct touch_first {
  static constexpr const char* name = "first8";
  static std::uint64_t read(const std::byte* at, std::size_t size) noexcept {
    std::uint64_t first = 0x0101'0101'0101'0101u;
    if (size >= sizeof first) std::memcpy(&first, at, sizeof first);
    return first & 1;
  }
};

}  // namespace bench
