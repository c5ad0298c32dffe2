// What a queue of fixed slots carries: the bytes of one record and its length.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"

namespace bench {

// When all records have the size of the slot a copy is of a size that the compiler knows; else of the bytes in use.
template <std::size_t Size, bool Full>
struct slot {
  std::uint32_t size;
  std::byte bytes[Size];

  slot() noexcept {}  // without a value: a queue makes many of them
  slot(const std::byte* from, std::size_t n) noexcept { assign(from, n); }
  slot(const slot& other) noexcept { copy(other); }
  slot& operator=(const slot& other) noexcept { return copy(other), *this; }

  LOGBUF_ALWAYS_INLINE void assign(const std::byte* from, std::size_t n) noexcept {
    size = static_cast<std::uint32_t>(n);
    std::memcpy(bytes, from, n);
  }

 private:
  LOGBUF_ALWAYS_INLINE void copy(const slot& other) noexcept {
    size = other.size;
    std::memcpy(bytes, other.bytes, Full ? Size : other.size);
  }
};

// As many slots as a ring of that many bytes would hold records, rounded up to a power of two for all queues alike.
template <class Slot>
unsigned slots_in(shape s) noexcept {
  const std::uint64_t slots = std::bit_ceil(s.capacity / sizeof(Slot));
  return static_cast<unsigned>(slots < 4 ? 4 : slots);
}

}  // namespace bench
