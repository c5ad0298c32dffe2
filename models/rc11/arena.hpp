// Memory of the program that is explored. An execution that is given up unwinds nothing, so that what it has allocated would
// leak; and memory that is freed and used again would hide an access to it. So all of it comes from one piece, which is
// taken back as a whole before the next execution. Addresses are then the same in every execution, too.
//
// Opt-in: one source file of the binary defines LOGBUF_RC11_REPLACE_NEW before it includes this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "image.hpp"

namespace logbuf::models::rc11 {

class arena {
 public:
  static constexpr std::size_t size = std::size_t{1} << 20;

  bool is_on = false;  // while the program itself runs
  bool is_used = false;  // some source file has made it what new allocates from

  void reset() { used_ = 0, live_ = 0; }
  std::size_t live() const { return live_; }  // allocations that were not given back
  bool owns(const void* p) const { return p >= memory_ && p < memory_ + size; }

  void* allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t start = (used_ + alignment - 1) / alignment * alignment;
    if (bytes > size - start || start > size) return nullptr;
    used_ = start + bytes;
    ++live_;
    return memory_ + start;
  }
  void free() { --live_; }
  void save(image& to) {
    to.add(&used_, sizeof used_);
    to.add(&live_, sizeof live_);
    to.add(memory_, used_);
  }

 private:
  alignas(4096) std::byte memory_[size];
  std::size_t used_ = 0, live_ = 0;
};
inline arena program_memory;

}  // namespace logbuf::models::rc11

#if defined(LOGBUF_RC11_REPLACE_NEW)
namespace logbuf::models::rc11::detail {
inline void* allocate(std::size_t bytes, std::size_t alignment) {
  void* p = nullptr;
  if (program_memory.is_on) p = program_memory.allocate(bytes, alignment);
  else p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
inline void release(void* p) noexcept {
  if (program_memory.owns(p)) program_memory.free();
  else std::free(p);
}
inline const bool uses_arena = program_memory.is_used = true;
}  // namespace logbuf::models::rc11::detail

void* operator new(std::size_t n) { return logbuf::models::rc11::detail::allocate(n, alignof(std::max_align_t)); }
void* operator new(std::size_t n, std::align_val_t a) {
  return logbuf::models::rc11::detail::allocate(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { logbuf::models::rc11::detail::release(p); }
void operator delete(void* p, std::size_t) noexcept { logbuf::models::rc11::detail::release(p); }
void operator delete(void* p, std::align_val_t) noexcept { logbuf::models::rc11::detail::release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { logbuf::models::rc11::detail::release(p); }
#endif
