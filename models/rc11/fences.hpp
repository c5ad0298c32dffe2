// Fences for programs that are checked: of the standard, and the asymmetric pair (P1202).
#pragma once

#include "machine.hpp"

namespace logbuf::models::rc11 {

inline void thread_fence(std::memory_order o) {
  operation f;
  f.what = op::fence, f.order = o, f.name = "fence";
  (void)the_machine.perform(f);
}
inline void asymmetric_thread_fence_light() {
  operation f;
  f.what = op::fence, f.order = std::memory_order_seq_cst, f.fence = fence_kind::light, f.name = "light fence";
  (void)the_machine.perform(f);
}
inline void asymmetric_thread_fence_heavy() {
  operation f;
  f.what = op::fence, f.order = std::memory_order_seq_cst, f.fence = fence_kind::heavy, f.name = "heavy fence";
  (void)the_machine.perform(f);
}

}  // namespace logbuf::models::rc11
