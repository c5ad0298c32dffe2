// The litmus test that runs in this process, and the outcomes that it has had.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>

#include "litmus.hpp"

namespace logbuf::verify {

struct litmus_run {
  static constexpr std::size_t longest = 16;
  using outcome = std::array<char, longest>;
  const litmus* what = nullptr;
  std::array<outcome, 256> outcomes{};  // different ones
  std::size_t size = 0;

  void add(const outcome& text) {
    for (std::size_t i = 0; i != size; ++i)
      if (outcomes[i] == text) return;
    if (size == outcomes.size()) std::abort();
    outcomes[size++] = text;
  }
};
inline litmus_run running_litmus;

}  // namespace logbuf::verify
