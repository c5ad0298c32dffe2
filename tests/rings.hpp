// Both rings for one list of tests, and small helpers to fill and read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <logbuf/logbuf.hpp>

namespace logbuf::test {

struct spsc_ring {
  using claiming = detail::spsc_claiming;
  template <class Traits = default_traits, class... Arguments>
  static auto make(Arguments&&... a) {
    return spsc::make<Traits>(std::forward<Arguments>(a)...);
  }
  template <class Traits = default_traits, class... Arguments>
  static auto try_make(Arguments&&... a) {
    return spsc::try_make<Traits>(std::forward<Arguments>(a)...);
  }
  template <class Traits = default_traits, class... Arguments>
  static auto channel(Arguments&&... a) {
    return spsc::channel<Traits>(std::forward<Arguments>(a)...);
  }
  template <class Traits = default_traits, class... Arguments>
  static auto try_channel(Arguments&&... a) {
    return spsc::try_channel<Traits>(std::forward<Arguments>(a)...);
  }
};
struct mpsc_ring {
  using claiming = detail::mpsc_claiming;
  template <class Traits = default_traits, class... Arguments>
  static auto make(Arguments&&... a) {
    return mpsc::make<Traits>(std::forward<Arguments>(a)...);
  }
  template <class Traits = default_traits, class... Arguments>
  static auto try_make(Arguments&&... a) {
    return mpsc::try_make<Traits>(std::forward<Arguments>(a)...);
  }
  template <class Traits = default_traits, class... Arguments>
  static auto channel(Arguments&&... a) {
    return mpsc::channel<Traits>(std::forward<Arguments>(a)...);
  }
  template <class Traits = default_traits, class... Arguments>
  static auto try_channel(Arguments&&... a) {
    return mpsc::try_channel<Traits>(std::forward<Arguments>(a)...);
  }
};

struct counting_traits : default_traits {
  using statistics = counting_statistics;
};
template <std::size_t Alignment>
struct aligned_traits : default_traits {
  static constexpr std::size_t payload_alignment = Alignment;
};

// Memory that a test can look into; aligned to 128.
class visible_memory {
 public:
  explicit visible_memory(std::size_t size) : storage_(size + 128, std::byte{0xee}), size_(size) {}
  std::span<std::byte> span() {
    const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
    return {storage_.data() + (128 - address % 128) % 128, size_};
  }
  bool is_zero() {
    for (const std::byte b : span())
      if (b != std::byte{0}) return false;
    return true;
  }

 private:
  std::vector<std::byte> storage_;
  std::size_t size_;
};

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }
inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A payload that differs in every byte and for every seed.
inline std::string pattern(std::size_t size, std::size_t seed) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>(1 + (seed * 31 + i * 7) % 255);
  return text;
}

template <class Producer>
bool write(Producer& tx, const std::string& text, std::uint32_t tag = 0) {
  return static_cast<bool>(tx.try_write(bytes_of(text), tag));
}

// The next record's text, or "<empty>".
template <class Consumer>
std::string read(Consumer& rx) {
  auto record = rx.try_read();
  return record ? text_of(record->bytes()) : "<empty>";
}

// Moves the positions of an empty ring on by `bytes`, a multiple of 8, with empty records that are consumed.
template <class Producer, class Consumer>
void advance_by(Producer& tx, Consumer& rx, std::size_t bytes) {
  for (; bytes != 0; bytes -= 8) {
    if (!write(tx, "")) std::abort();
    if (read(rx) != "") std::abort();
  }
  if (read(rx) != "<empty>") std::abort();
}

}  // namespace logbuf::test

// With a tag behind the name, if it needs one.
#define BOTH_RINGS(name, ...) TEMPLATE_TEST_CASE(name, "" __VA_ARGS__, logbuf::test::spsc_ring, logbuf::test::mpsc_ring)
