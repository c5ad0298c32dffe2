// Results without exceptions: a value or an error. std::expected is C++23.
#pragma once
#ifndef LOGBUF_BASE_RESULT_HPP
#define LOGBUF_BASE_RESULT_HPP

#include <utility>

#include "../platform/compiler.hpp"
#include "errors.hpp"
#include "misuse.hpp"

namespace logbuf::inline v0 {

// A T, or the E that says why there is none. A failed result holds a default-constructed T, which is inert. E{} means no error.
template <class T, class E>
class [[nodiscard("it says whether the call succeeded: test it")]] result {
 public:
  // Always inlined, because a single call, even on a cold path, would force the value into memory on the hot path.
  LOGBUF_ALWAYS_INLINE constexpr result(T&& value) noexcept : value_(std::move(value)) {}
  LOGBUF_ALWAYS_INLINE constexpr result(E error) noexcept : error_(error) {
    LOGBUF_ASSERT(error != E{}, "a result needs a value or an error");
    if (error == E{}) LOGBUF_UNREACHABLE();
  }

  LOGBUF_ALWAYS_INLINE constexpr result(const result&) = default;
  LOGBUF_ALWAYS_INLINE constexpr result(result&&) = default;
  LOGBUF_ALWAYS_INLINE constexpr result& operator=(const result&) = default;
  LOGBUF_ALWAYS_INLINE constexpr result& operator=(result&&) = default;
  LOGBUF_ALWAYS_INLINE constexpr ~result() = default;

  // True if there is a value.
  LOGBUF_ALWAYS_INLINE constexpr explicit operator bool() const noexcept { return error_ == E{}; }
  constexpr bool has_value() const noexcept { return error_ == E{}; }
  constexpr E error() const noexcept { return error_; }  // why there is no value; E{} if there is one

  // The value. If there is none, asserts in debug builds, and otherwise returns an inert T.
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

#endif  // LOGBUF_BASE_RESULT_HPP
