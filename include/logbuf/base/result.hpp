// Results without exceptions: a value or an error. std::expected is C++23.
#pragma once

#include <utility>

#include "errors.hpp"
#include "misuse.hpp"

namespace logbuf::inline v0 {

// A T, or the E that says why there is none. T is inert when default-constructed; E{} means no error.
template <class T, class E>
class [[nodiscard("it says whether the call worked: test it")]] result {
 public:
  // Inlined always: one call, be it on a cold path, would put the value into memory on the hot one.
  [[gnu::always_inline]] constexpr result(T&& value) noexcept : value_(std::move(value)) {}
  [[gnu::always_inline]] constexpr result(E error) noexcept : error_(error) {
    LOGBUF_ASSERT(error != E{}, "a result needs a value or an error");
    if (error == E{}) __builtin_unreachable();
  }

  [[gnu::always_inline]] constexpr result(const result&) = default;
  [[gnu::always_inline]] constexpr result(result&&) = default;
  [[gnu::always_inline]] constexpr result& operator=(const result&) = default;
  [[gnu::always_inline]] constexpr result& operator=(result&&) = default;
  [[gnu::always_inline]] constexpr ~result() = default;

  // There is a value.
  [[gnu::always_inline]] constexpr explicit operator bool() const noexcept { return error_ == E{}; }
  constexpr bool has_value() const noexcept { return error_ == E{}; }
  constexpr E error() const noexcept { return error_; }  // why there is none; E{} when there is one

  // The value. An assertion in debug builds, and an inert T otherwise, when there is none.
  constexpr T& operator*() & noexcept { return checked(); }
  constexpr T&& operator*() && noexcept { return std::move(checked()); }
  constexpr T* operator->() noexcept { return &checked(); }

 private:
  constexpr T& checked() noexcept {
    LOGBUF_ASSERT(has_value(), "a failed result has no value: test it before use");
    return value_;
  }

  T value_{};
  E error_{};
};

}  // namespace logbuf
