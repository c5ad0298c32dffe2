// Maxim Egorushkin's atomic_queue, in the variant whose elements need not be atomic.
#pragma once

#include <atomic_queue/atomic_queue.h>

#include <memory>

#include <logbuf/platform/compiler.hpp>

#include "slot.hpp"

namespace bench {

template <std::size_t Size, bool Full, bool OneProducer>
class atomic_queue {
  using element = slot<Size, Full>;
  using queue_type = ::atomic_queue::AtomicQueueB2<element, std::allocator<element>, true, false, OneProducer>;

 public:
  static constexpr const char* name = "atomic_queue";
  static constexpr const char* reads = "single";
  static constexpr bool variable = false;

  explicit atomic_queue(shape s) : queue_(slots_in<element>(s)) {}

  class writer {
   public:
    explicit writer(atomic_queue& q) noexcept : queue_(q.queue_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      return queue_.try_push(element(from, size));
    }

   private:
    queue_type& queue_;
  };

  class reader {
   public:
    explicit reader(atomic_queue& q) noexcept : queue_(q.queue_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      if (!queue_.try_pop(element_)) return 0;
      on_record(element_.bytes, std::size_t{element_.size});
      return 1;
    }

   private:
    queue_type& queue_;
    element element_;
  };

 private:
  queue_type queue_;
};

}  // namespace bench
