// The litmus test that runs in this process, and the outcomes that it has had.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>

#include "litmus.hpp"

namespace logbuf::verify {

struct litmus_run {
  static constexpr std::size_t longest = 16;
  struct outcome {
    std::array<char, longest> text;
    std::uint64_t executions;
  };
  const litmus* what = nullptr;
  std::array<outcome, 256> outcomes{};
  std::size_t size = 0;

  void add(const std::array<char, longest>& text) {
    for (std::size_t i = 0; i != size; ++i)
      if (outcomes[i].text == text) return void(++outcomes[i].executions);
    if (size == outcomes.size()) std::abort();
    outcomes[size++] = {text, 1};
  }
};
inline litmus_run running_litmus;

}  // namespace logbuf::verify
