// Results without exceptions: a value or an error. std::expected is C++23.
#pragma once

#include <cassert>
#include <utility>

// Misuse that can be seen is caught here in debug builds. Define it before the first include to use your own.
#ifndef LOGBUF_ASSERT
#define LOGBUF_ASSERT(condition, message) assert((condition) && (message))
#endif

namespace logbuf {

enum class claim_error : unsigned char {
  none = 0,
  full,       // no space now; nothing was changed, try again when the consumer has released some
  too_large,  // larger than max_payload(): it never fits, at any time
  detached,   // the producer was moved from and has no ring
};

enum class read_error : unsigned char {
  none = 0,
  empty,    // no committed record is next; also the answer of a consumer that was moved from
  corrupt,  // a checked ring found bytes that no producer wrote; the answer from then on
};

enum class send_error : unsigned char {
  none = 0,
  full,          // no space now (try_send)
  too_large,     // larger than max_payload(): it never fits, at any time
  disconnected,  // the receiver is gone: nobody will read it
  timeout,       // the ring was full until the deadline
  detached,      // the sender was moved from and has no channel
};

enum class receive_error : unsigned char {
  none = 0,
  empty,         // nothing is there now (try_receive)
  timeout,       // nothing came until the deadline
  disconnected,  // every sender has left, and every record was delivered
  abandoned,     // every sender has left, and a claim that was never finished stands before the rest
  closed,        // close(), or the stop token: the wait was ended, and nothing is there now
  detached,      // the receiver was moved from and has no channel
  corrupt,       // a checked ring found bytes that no producer wrote; the answer from then on
};

constexpr const char* to_string(send_error e) noexcept {
  constexpr const char* names[] = {"none", "full", "too_large", "disconnected", "timeout", "detached"};
  return names[static_cast<unsigned>(e)];
}
constexpr const char* to_string(receive_error e) noexcept {
  constexpr const char* names[] = {"none", "empty", "timeout", "disconnected", "abandoned", "closed", "detached", "corrupt"};
  return names[static_cast<unsigned>(e)];
}

constexpr const char* to_string(claim_error e) noexcept {
  constexpr const char* names[] = {"none", "full", "too_large", "detached"};
  return names[static_cast<unsigned>(e)];
}
constexpr const char* to_string(read_error e) noexcept {
  constexpr const char* names[] = {"none", "empty", "corrupt"};
  return names[static_cast<unsigned>(e)];
}

// A T, or the E that says why there is none. T is inert when default-constructed; E{} means no error.
template <class T, class E>
class [[nodiscard]] result {
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

  [[gnu::always_inline]] constexpr explicit operator bool() const noexcept { return error_ == E{}; }
  constexpr bool has_value() const noexcept { return error_ == E{}; }
  constexpr E error() const noexcept { return error_; }

  constexpr T& operator*() & noexcept { return checked(); }
  constexpr T&& operator*() && noexcept { return std::move(checked()); }
  constexpr T* operator->() noexcept { return &checked(); }

 private:
  constexpr T& checked() noexcept {
    LOGBUF_ASSERT(has_value(), "a failed result has no value");
    return value_;
  }

  T value_{};
  E error_{};
};

}  // namespace logbuf
