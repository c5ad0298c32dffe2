// The scenario that runs in this process, and the states that it has reached.
#pragma once

#include <array>
#include <cstdint>

#include "workload.hpp"

namespace logbuf::verify {

struct run_state {
  const workload* what = nullptr;
  std::array<std::uint64_t, state_count> reached{};  // how often
};
inline run_state running;

inline void reach(state s) { ++running.reached[static_cast<std::size_t>(s)]; }

}  // namespace logbuf::verify
