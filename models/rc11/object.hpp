// What stands for an atomic or plain object in the graph: its location, and the checks of its life.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "check.hpp"

namespace logbuf::models::rc11 {

namespace detail {

// What lies between members: exchanges do not compare it since C++20. A compiler that cannot tell where it is compares it.
#ifdef __has_builtin
#if __has_builtin(__builtin_clear_padding)
inline constexpr bool ignores_padding = true;
template <class T>
void clear_padding(T& value) {
  __builtin_clear_padding(&value);
}
#define LOGBUF_RC11_HAS_CLEAR_PADDING
#endif
#endif
#ifndef LOGBUF_RC11_HAS_CLEAR_PADDING
inline constexpr bool ignores_padding = false;
template <class T>
void clear_padding(T&) {}
#endif
#undef LOGBUF_RC11_HAS_CLEAR_PADDING

template <class T>
std::uint64_t to_bits(const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "the model supports words of at most eight bytes");
  std::uint64_t bits = 0;
  if constexpr (std::has_unique_object_representations_v<T> || std::is_scalar_v<T>) {
    std::memcpy(&bits, &value, sizeof value);
  } else {
    std::remove_cv_t<T> copy = value;
    clear_padding(copy);
    std::memcpy(&bits, &copy, sizeof copy);
  }
  return bits;
}
template <class T>
T from_bits(std::uint64_t bits) {
  std::array<std::byte, sizeof(T)> bytes;  // not a T: it need not have a default constructor
  std::memcpy(bytes.data(), &bits, sizeof bytes);
  return std::bit_cast<T>(bytes);
}

// A location, and the checks of its life.
class object {
 public:
  explicit object(std::uint64_t value, std::uint64_t mask) : where_(the_machine.create(this, value, mask)), mask_(mask) {}
  explicit object(std::uint64_t mask) : where_(the_machine.create_uninitialised(this)), mask_(mask) {}
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  ~object() {
    if (!the_machine.destroy(where())) the_machine.fail("use after free", "the lifetime of an object ends, but an access to it does not happen before that");
  }

  answer perform(op what, std::memory_order order, std::uint64_t operand = 0, std::uint64_t expected = 0,
                 std::memory_order failure = std::memory_order_relaxed, bool is_strong = false, bool is_signed = false) const {
    operation o;
    o.what = what, o.order = order, o.failure = failure, o.is_strong = is_strong, o.is_signed = is_signed, o.where = where();
    o.operand = operand, o.expected = expected, o.mask = mask_, o.name = "atomic";
    const answer a = the_machine.perform(o);
    if (a.races) the_machine.fail_of_race();
    return a;
  }
  location where() const {
    if (!the_machine.is_alive(where_, this)) the_machine.fail("use after free", "access to an object after the end of its lifetime");
    return where_;
  }

 private:
  location where_;
  std::uint64_t mask_;
};
template <class T>
inline constexpr std::uint64_t mask_of = ~std::uint64_t{0} >> (64 - 8 * sizeof(T));

}  // namespace detail

}  // namespace logbuf::models::rc11
