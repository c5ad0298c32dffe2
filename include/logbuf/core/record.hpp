// The record format: one 64-bit header word, then the payload, rounded up to the ring's alignment.
//
//   bits 63..32  tag (the user's; 0 in a skip)
//   bit  31      skip: padding before the end of the buffer, an aborted claim, the rest of a shortened record
//   bits 30..0   size in bytes of header plus payload, not rounded; a word that is 0 means "not ready"
//
// The word is stored in one piece, in the byte order of the machine. Layer: bottom; pure arithmetic.
#pragma once
#ifndef LOGBUF_CORE_RECORD_HPP
#define LOGBUF_CORE_RECORD_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace logbuf::inline v0 {

using position_type = std::uint64_t;  // bytes, free-running, 64 bits on every target; wraps modulo 2^64

inline constexpr std::size_t header_size = 8;  // bytes

}  // namespace logbuf

namespace logbuf::inline v0::detail {

using header_word = std::uint64_t;

// A number that fits. A cast to the type that it already has is a warning (GCC's -Wuseless-cast), and which casts those are
// depends on the target.
template <class To, class From>
constexpr To narrow(From n) noexcept {
  if constexpr (std::is_same_v<To, From>) return n;
  else return static_cast<To>(n);
}

inline constexpr header_word not_ready = 0;
inline constexpr std::uint32_t skip_bit = 0x8000'0000u;
inline constexpr std::uint32_t size_bits = 0x7fff'ffffu;

// size: header plus payload, in bytes.
constexpr header_word record_word(std::uint32_t size, std::uint32_t tag) noexcept {
  return header_word{tag} << 32 | size;
}
constexpr header_word skip_word(std::uint32_t size) noexcept { return skip_bit | size; }

constexpr bool is_skip(header_word word) noexcept { return (word & skip_bit) != 0; }
// Neither a skip nor not_ready. A size is never 0, so this is one comparison.
constexpr bool is_record(header_word word) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(word)) > 0;
}
constexpr std::uint32_t size_of(header_word word) noexcept { return static_cast<std::uint32_t>(word) & size_bits; }
constexpr std::uint32_t tag_of(header_word word) noexcept { return static_cast<std::uint32_t>(word >> 32); }

// The bytes that a record of `size` bytes occupies. The caller has checked the size against max_payload().
template <std::size_t Alignment>
constexpr std::uint32_t stride_of(std::uint64_t size) noexcept {  // 64 bits, for the same reason as narrow
  return static_cast<std::uint32_t>((size + (Alignment - 1)) & ~(Alignment - 1));
}

constexpr bool is_power_of_two(std::uint64_t n) noexcept { return n != 0 && (n & (n - 1)) == 0; }

// The smallest ring holds two records of the smallest stride, so that padding is always shorter than the ring.
constexpr std::size_t min_capacity(std::size_t alignment) noexcept { return 2 * alignment; }

// The largest payload, in bytes. A record takes at most half of the ring, so that it fits into an empty ring at every
// offset (the padding before a record is shorter than the record). Every stride has to fit into 31 bits.
constexpr std::size_t max_payload(std::uint64_t capacity, std::size_t alignment) noexcept {
  const std::uint64_t largest_stride = std::uint64_t{size_bits} + 1 - alignment;
  return narrow<std::size_t>(std::min(capacity / 2, largest_stride) - header_size);
}

}  // namespace logbuf::detail

#endif  // LOGBUF_CORE_RECORD_HPP
