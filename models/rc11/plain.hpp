// Plain memory for programs that are checked, and the waiting that is not an access.
#pragma once

#include "object.hpp"

namespace logbuf::models::rc11 {

// Plain memory: accesses that race are found.
template <class T>
class plain {
 public:
  plain() : object_(detail::mask_of<T>) {}
  plain(T value) : object_(detail::to_bits(value), detail::mask_of<T>) {}
  T get() const {
    const location l = object_.where();
    if (!the_machine.read_plain(l, 0)) the_machine.fail_of_race();
    return detail::from_bits<T>(the_machine.newest(l));
  }
  void set(T v) { object_.perform(op::plain_store, std::memory_order_relaxed, detail::to_bits(v)); }
  operator T() const { return get(); }
  plain& operator=(T v) {
    set(v);
    return *this;
  }

 private:
  detail::object object_;
};

// In a loop that waits: between two rounds that have only read.
inline void spin() { the_machine.spin(); }

}  // namespace logbuf::models::rc11
