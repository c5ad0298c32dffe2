// What each thread is about to do: the policy says it before every operation, and a scheduler reads it. Two operations
// of different threads that commute need not be explored in both orders.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../session.hpp"

namespace logbuf::models {

// An atomic object as a scheduler sees it.
struct shared_object {
  unsigned stores = 0;  // since its initialisation; the place of a store in the modification order is its label
};

enum class touch : std::uint8_t {
  nothing,       // of what others can see: the start of a thread, what comes after a yield
  read,          // a load, which may see an older store
  ordered_read,  // a load that a new store may take an older value away from; a light fence
  write,         // a store, an exchange (won or lost), a sleep or a wake-up on the object; a fence
};

struct announcement {
  shared_object* what = nullptr;
  touch how = touch::nothing;
};

inline std::array<announcement, max_threads> announced{};
inline shared_object fence_order;       // of the sequentially consistent fences
inline shared_object asymmetric_order;  // of the heavy fences; the light ones have none among themselves

}  // namespace logbuf::models
