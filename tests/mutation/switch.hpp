// Included before everything else where the headers have mutants in them: the switches, which the environment sets.
//   LOGBUF_MUTANT          the number of the mutant that is to be active
//   LOGBUF_MUTANT_REACHED  a file: for each mutant that the program came by, the byte at its number is written, at once, so that
//                          it is there however the program ends
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace logbuf_mutation {

enum : char { unseen = 0, inapplicable = '1', reached = '2' };
inline constexpr int most = 20'000;
inline constinit char seen[most] = {};
inline constinit int active = -2, file = -1;

// What is written down is no place to end a thread.
struct uncancelled {
  int before = 0;
  uncancelled() { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before); }
  ~uncancelled() { ::pthread_setcancelstate(before, nullptr); }
};

[[gnu::noinline, gnu::cold]] inline void read_environment() {
  const uncancelled now;
  const char* const number = std::getenv("LOGBUF_MUTANT");
  active = number == nullptr ? -1 : std::atoi(number);
  if (const char* const name = std::getenv("LOGBUF_MUTANT_REACHED")) {
    const int low = ::open(name, O_WRONLY);
    file = ::fcntl(low, F_DUPFD_CLOEXEC, 500);  // out of the way of tests that count descriptors
    ::close(low);
  }
}

inline void note(int mutant, char how) {
  if (seen[mutant] == how || seen[mutant] == reached) return;
  seen[mutant] = how;
  if (file < 0) return;
  const uncancelled now;
  if (::pwrite(file, &how, 1, mutant) != 1) std::abort();
}

[[gnu::noinline]] inline bool is_active(int mutant) {
  if (active == -2) [[unlikely]] read_environment();
  note(mutant, reached);
  return active == mutant;
}

// Constant expressions are those of the source: what is in them is compiled mutant by mutant.
constexpr bool is(int mutant) { return std::is_constant_evaluated() ? false : is_active(mutant); }

inline void note_inapplicable(int mutant) {
  if (active == -2) [[unlikely]] read_environment();
  note(mutant, inapplicable);
}

// What comes in as a temporary goes out as a value: a reference to it would not last as long as what stood there.
template <class T>
using through = std::conditional_t<std::is_lvalue_reference_v<T>, T, std::remove_cvref_t<T>>;

// The value, or what a type of half the size keeps of it.
template <class T>
constexpr decltype(auto) narrowed(int mutant, T&& value) {
  using V = std::remove_cvref_t<T>;
  if constexpr (std::is_integral_v<V> && sizeof(V) == 8) {
    using half = std::conditional_t<std::is_signed_v<V>, std::int32_t, std::uint32_t>;
    return is(mutant) ? static_cast<V>(static_cast<half>(value)) : static_cast<V>(value);
  } else {
    if (!std::is_constant_evaluated()) note_inapplicable(mutant);
    return static_cast<through<T>>(std::forward<T>(value));
  }
}

// The value, or a default-constructed one.
template <class T>
constexpr decltype(auto) dropped(int mutant, T&& value) {
  using V = std::remove_cvref_t<T>;
  constexpr bool is_copied = std::is_trivially_copyable_v<V> && std::is_copy_constructible_v<V>;
  constexpr bool is_moved = !std::is_lvalue_reference_v<T> && std::is_move_constructible_v<V>;
  if constexpr (std::is_default_constructible_v<V> && !std::is_empty_v<V> && !std::is_array_v<V> && (is_copied || is_moved)) {
    return is(mutant) ? V() : V(std::forward<T>(value));
  } else {
    if (!std::is_constant_evaluated()) note_inapplicable(mutant);
    return static_cast<through<T>>(std::forward<T>(value));
  }
}

}  // namespace logbuf_mutation
