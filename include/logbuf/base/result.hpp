// Results without exceptions: a value or an error. std::expected is C++23.
#pragma once
#ifndef LOGBUF_BASE_RESULT_HPP
#define LOGBUF_BASE_RESULT_HPP

#include <concepts>
#include <exception>
#include <type_traits>
#include <utility>

#include "../platform/compiler.hpp"
#include "errors.hpp"
#include "misuse.hpp"

namespace logbuf::inline v0 {

#if defined(__cpp_exceptions)
// Thrown by result::value() if there is none. (make() and the value() of a ring throw setup_failure instead.)
template <class E>
class LOGBUF_SHARED_TYPE bad_result_access : public std::exception {
 public:
  explicit bad_result_access(E error) noexcept : error_(error) {}         // for value()
  const char* what() const noexcept override { return message(error_); }  // what it means, and what to do about it
  E error() const noexcept { return error_; }                             // why there is no value

 private:
  E error_;
};
#endif

// What value() does when there is none. An error of another kind has an overload beside it.
template <class E>
[[noreturn]] LOGBUF_COLD void throw_error(const E& error) {
#if defined(__cpp_exceptions)
  throw bad_result_access<E>(error);
#else
  static_cast<void>(error);
  std::terminate();
#endif
}

// A T, or the E that says why there is none: std::expected, which is C++23, with its names. It differs from it in two ways: a
// failed result holds a default-constructed T, which is inert, and error() may always be called. E{} means no error.
template <class T, class E>
class [[nodiscard("it says whether the call succeeded: test it")]] result {
 public:
  using value_type = T;  // of the value
  using error_type = E;  // of the error

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
  constexpr const T& operator*() const& noexcept { return checked(); }
  constexpr T&& operator*() && noexcept { return std::move(checked()); }
  constexpr T* operator->() noexcept { return &checked(); }
  constexpr const T* operator->() const noexcept { return &checked(); }

  // The value. If there is none, throws bad_result_access<E> or, for a ring that could not be made, setup_failure. Without
  // exceptions it ends the program.
  constexpr T& value() & { return sure(), value_; }
  constexpr const T& value() const& { return sure(), value_; }
  constexpr T&& value() && { return sure(), std::move(value_); }

  // The value or, if there is none, `other`.
  template <class U>
  constexpr T value_or(U&& other) const&
    requires std::copy_constructible<T> && std::convertible_to<U, T>
  {
    return has_value() ? value_ : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  constexpr T value_or(U&& other) &&
    requires std::convertible_to<U, T>
  {
    return has_value() ? std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

  // Two results are equal if both have the same value, or both the same error.
  friend constexpr bool operator==(const result& a, const result& b) noexcept
    requires std::equality_comparable<T>
  {
    return a.error_ == b.error_ && (!a.has_value() || a.value_ == b.value_);
  }
  friend constexpr bool operator==(const result& r, const T& value) noexcept
    requires std::equality_comparable<T>
  {
    return r.has_value() && r.value_ == value;
  }
  friend constexpr bool operator==(const result& r, const E& error) noexcept { return r.error_ == error; }

 private:
  constexpr T& checked() noexcept {
    LOGBUF_ASSERT(has_value(), "a failed result has no value: test it before use");
    return value_;
  }
  constexpr const T& checked() const noexcept {
    LOGBUF_ASSERT(has_value(), "a failed result has no value: test it before use");
    return value_;
  }
  constexpr void sure() const {
    if (!has_value()) [[unlikely]] throw_error(error_);
  }

  T value_{};
  E error_{};
};

}  // namespace logbuf

#endif  // LOGBUF_BASE_RESULT_HPP
