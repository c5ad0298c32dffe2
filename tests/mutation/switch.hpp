// Included before everything else where the headers have mutants in them: the switches, which the environment sets.
//   LOGBUF_MUTANT          the number of the mutant that is to be active
//   LOGBUF_MUTANT_REACHED  a file: at the end, the numbers of the mutants that the program came by are appended to it
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>

namespace logbuf_mutation {

enum : unsigned char { unseen, inapplicable, reached };
inline constexpr int most = 20'000;
inline constinit unsigned char seen[most] = {};
inline constinit int active = -2;

inline void write_reached() {
  std::FILE* const file = std::fopen(std::getenv("LOGBUF_MUTANT_REACHED"), "a");
  if (file == nullptr) return;
  for (int i = 0; i != most; ++i)
    if (seen[i] != unseen) std::fprintf(file, "%d %d\n", i, seen[i]);
  std::fclose(file);
}

[[gnu::noinline, gnu::cold]] inline void read_environment() {
  const char* const number = std::getenv("LOGBUF_MUTANT");
  active = number == nullptr ? -1 : std::atoi(number);
  if (std::getenv("LOGBUF_MUTANT_REACHED") != nullptr) std::atexit(write_reached);
}

[[gnu::noinline]] inline bool is_active(int mutant) {
  if (active == -2) [[unlikely]] read_environment();
  seen[mutant] = reached;
  return active == mutant;
}

// Constant expressions are those of the source: what is in them is compiled mutant by mutant.
constexpr bool is(int mutant) { return std::is_constant_evaluated() ? false : is_active(mutant); }

inline void note_inapplicable(int mutant) {
  if (seen[mutant] == unseen) seen[mutant] = inapplicable;
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
