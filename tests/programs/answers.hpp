// What a step returns, as text: of a ring and of the reference in the same words, to be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

namespace logbuf::test {

// FNV-1a.
inline std::uint64_t hash_of(std::span<const std::byte> bytes) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const std::byte b : bytes) h = (h ^ static_cast<std::uint64_t>(b)) * 0x100000001b3;
  return h;
}

inline constexpr std::uint64_t no_position = ~std::uint64_t{0} - 1;  // a handler is not told it; odd, so none is it

inline std::string record_text(std::uint64_t position, std::uint32_t tag, std::span<const std::byte> bytes) {
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  char text[128];
  if (position == no_position)
    std::snprintf(text, sizeof text, "tag %u size %zu hash %llx", static_cast<unsigned>(tag), bytes.size(), number(hash_of(bytes)));
  else
    std::snprintf(text, sizeof text, "at %llu tag %u size %zu hash %llx", number(position), static_cast<unsigned>(tag),
                  bytes.size(), number(hash_of(bytes)));
  return text;
}

inline std::string claimed_text(std::uint64_t position) { return "claimed at " + std::to_string(position); }

// A batch that was claimed here, and of its records those that were committed.
inline std::string batch_text(std::uint64_t position, std::size_t records) {
  return (records == 0 ? "none at " : records == 1 ? "one at " : "several at ") + std::to_string(position);
}

}  // namespace logbuf::test
