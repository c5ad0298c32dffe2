// Concurrency Kit's ck_ring: slots are written in place, and copied out to be read. Its interface for types is C macros,
// which C++ does not compile; these are the functions that they expand to.
#pragma once

// The header is C: one function returns `false` for a pointer.
#include <ck_cc.h>
#include <ck_md.h>
#include <ck_pr.h>
#include <ck_stdbool.h>
#include <ck_string.h>
#pragma push_macro("false")
#define false 0
#include <ck_ring.h>
#pragma pop_macro("false")

#include <memory>

#include <logbuf/platform/compiler.hpp>

#include "slot.hpp"

namespace bench {

template <std::size_t Size, bool Full, bool OneProducer>
class ck_slots {
  using element = slot<Size, Full>;
  static constexpr unsigned element_size = sizeof(element);

 public:
  static constexpr const char* name = "ck_ring";
  static constexpr const char* reads = "single";
  static constexpr bool variable = false;

  explicit ck_slots(shape s) : elements_(new element[slots_in<element>(s)]) {
    ck_ring_init(&ring_, slots_in<element>(s));
  }

  class writer {
   public:
    explicit writer(ck_slots& r) noexcept : ring_(&r.ring_), elements_(r.elements_.get()) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      unsigned ticket = 0;
      void* to = nullptr;
      if constexpr (OneProducer) to = _ck_ring_enqueue_reserve_sp(ring_, elements_, element_size, nullptr);
      else to = _ck_ring_enqueue_reserve_mp(ring_, elements_, element_size, &ticket, nullptr);
      if (to == nullptr) return false;
      static_cast<element*>(to)->assign(from, size);
      if constexpr (OneProducer) _ck_ring_enqueue_commit_sp(ring_);
      else _ck_ring_enqueue_commit_mp(ring_, ticket);
      return true;
    }

   private:
    struct ck_ring* ring_;
    element* elements_;
  };

  class reader {
   public:
    explicit reader(ck_slots& r) noexcept : ring_(&r.ring_), elements_(r.elements_.get()) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      if (!_ck_ring_dequeue_sc(ring_, elements_, &element_, element_size)) return 0;
      on_record(element_.bytes, std::size_t{element_.size});
      return 1;
    }

   private:
    struct ck_ring* ring_;
    element* elements_;
    element element_;
  };

 private:
  alignas(128) struct ck_ring ring_;
  std::unique_ptr<element[]> elements_;
};

}  // namespace bench
