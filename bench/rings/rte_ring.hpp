// DPDK's rte_ring in memory of our own, without its environment and without huge pages.
#pragma once

#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <rte_ring_peek_zc.h>

#include <memory>
#include <new>
#include <stdexcept>

#include <logbuf/platform/compiler.hpp>

#include "slot.hpp"

namespace bench {

// Written in place with one producer, copied in with many; read in place, one by one or many at a time.
template <std::size_t Size, bool Full, bool OneProducer, bool Bulk>
class rte_slots {
  using element = slot<Size, Full>;
  static_assert(sizeof(element) % 4 == 0, "rte_ring wants elements of a multiple of four bytes");
  static constexpr unsigned burst = Bulk ? 64 : 1;

 public:
  static constexpr const char* name = "rte_ring";
  static constexpr const char* reads = Bulk ? "batch" : "single";
  static constexpr bool variable = false;

  explicit rte_slots(shape s) {
    const unsigned count = slots_in<element>(s);
    const auto size = static_cast<std::size_t>(rte_ring_get_memsize_elem(sizeof(element), count));
    ring_.reset(static_cast<struct rte_ring*>(::operator new(size, std::align_val_t{128})));
    if (rte_ring_init(ring_.get(), "bench", count, RING_F_SC_DEQ | (OneProducer ? RING_F_SP_ENQ : 0u)) != 0)
      throw std::runtime_error("rte_ring_init failed");
  }

  class writer {
   public:
    explicit writer(rte_slots& r) noexcept : ring_(r.ring_.get()) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      if constexpr (OneProducer) {
        struct rte_ring_zc_data at;
        if (rte_ring_enqueue_zc_bulk_elem_start(ring_, sizeof(element), 1, &at, nullptr) == 0) return false;
        static_cast<element*>(at.ptr1)->assign(from, size);
        rte_ring_enqueue_zc_elem_finish(ring_, 1);
        return true;
      } else {
        const element copy(from, size);
        return rte_ring_mp_enqueue_elem(ring_, const_cast<element*>(&copy), sizeof(element)) == 0;
      }
    }

   private:
    struct rte_ring* ring_;
  };

  class reader {
   public:
    explicit reader(rte_slots& r) noexcept : ring_(r.ring_.get()) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      struct rte_ring_zc_data at;
      const unsigned n = rte_ring_dequeue_zc_burst_elem_start(ring_, sizeof(element), burst, &at, nullptr);
      if (n == 0) return 0;
      const auto* part = static_cast<const element*>(at.ptr1);
      for (unsigned i = 0; i != n; ++i, ++part) {
        if (i == at.n1) part = static_cast<const element*>(at.ptr2);
        on_record(part->bytes, std::size_t{part->size});
      }
      rte_ring_dequeue_zc_elem_finish(ring_, n);
      return n;
    }

   private:
    struct rte_ring* ring_;
  };

 private:
  struct free_aligned {
    void operator()(struct rte_ring* r) const noexcept { ::operator delete(r, std::align_val_t{128}); }
  };
  std::unique_ptr<struct rte_ring, free_aligned> ring_;
};

}  // namespace bench
