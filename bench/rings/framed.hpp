// For rings that hand out ranges of bytes and know of no records: a length before each payload, and both rounded up, so that
// lengths and payloads stay aligned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <logbuf/platform/compiler.hpp>

namespace bench::framed {

inline constexpr std::size_t header = 8;

LOGBUF_ALWAYS_INLINE constexpr std::size_t bytes(std::size_t size) noexcept { return (header + size + 7) & ~std::size_t{7}; }

LOGBUF_ALWAYS_INLINE inline void put(std::byte* to, const std::byte* from, std::size_t size) noexcept {
  const auto length = static_cast<std::uint32_t>(size);
  std::memcpy(to, &length, sizeof length);
  std::memcpy(to + header, from, size);
}

LOGBUF_ALWAYS_INLINE inline std::size_t size_at(const std::byte* at) noexcept {
  std::uint32_t length;
  std::memcpy(&length, at, sizeof length);
  return length;
}

// Calls f for the record at `at`, and returns how far the next one is.
template <class F>
LOGBUF_ALWAYS_INLINE inline std::size_t take(const std::byte* at, F& on_record) {
  const std::size_t size = size_at(at);
  on_record(at + header, size);
  return bytes(size);
}

}  // namespace bench::framed
