// The locations of the execution at hand: addresses, values outside of threads, and accesses for the race detection.
//
// A location has the same number in every execution: those of the setup come first, then those that each thread makes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "event.hpp"
#include "image.hpp"
#include "shadow.hpp"

namespace logbuf::models::rc11 {

struct place {
  const void* address = nullptr;  // null: destroyed
  std::uint64_t direct = 0;       // the value before and after the threads
  bool is_initialised = true;
  shadow accesses;
};

class places {
 public:
  static constexpr std::size_t limit = 2048;
  static constexpr unsigned limit_of_thread = 64;  // that it may make; an atomic has two, one for its wake-ups
  static constexpr location none = limit;

  place& operator[](location l) { return all_[l]; }
  const place& operator[](location l) const { return all_[l]; }
  std::size_t size() const { return size_; }
  bool is_alive(location l, const void* address) const { return l < size_ && all_[l].address == address; }

  void clear() { size_ = 0; }
  // From here on threads make locations.
  void begin_threads() {
    of_setup_ = size_;
    made_.fill(0);
  }

  // A new one, or none: there are too many.
  location add(const void* address) { return size_ == limit ? none : put(size_, address); }
  location add_of_thread(unsigned thread, const void* address) {
    const std::size_t l = of_setup_ + thread * limit_of_thread + made_[thread];
    return made_[thread]++ == limit_of_thread || l >= limit ? none : put(l, address);
  }

  void save(image& to) {
    to.add(&size_, sizeof size_);
    to.add(&made_, sizeof made_);
    to.add(all_.data(), size_ * sizeof(place));
  }

 private:
  location put(std::size_t l, const void* address) {
    for (; size_ <= l; ++size_) all_[size_].address = nullptr, all_[size_].accesses.clear();
    place& p = all_[l];
    p.address = address;
    p.direct = 0;
    p.is_initialised = true;
    p.accesses.clear();
    return static_cast<location>(l);
  }

  std::array<place, limit> all_{};
  std::size_t size_ = 0, of_setup_ = 0;
  std::array<unsigned, thread_limit> made_{};
};

}  // namespace logbuf::models::rc11
