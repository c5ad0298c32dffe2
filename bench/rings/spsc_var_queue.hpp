// Meng Rao's SPSCVarQueueOPT: a message is written and read in place. Its capacity is a part of its type.
#pragma once

#include <cstddef>
#include <cstdint>

#include <SPSCVarQueueOPT.h>

#include <atomic>
#include <cstring>
#include <stdexcept>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"

namespace bench {

// The queue reads and writes its indices as plain or volatile words. The fences keep the compiler from moving the payload
// across them; on x86-64 they cost no instruction.
template <std::uint32_t Capacity>
class spsc_var_queue {
  using queue_type = ::SPSCVarQueueOPT<Capacity>;
  using message = typename queue_type::MsgHeader;

 public:
  static constexpr const char* name = "spsc_var_queue";
  static constexpr const char* reads = "single";
  static constexpr bool variable = true;

  explicit spsc_var_queue(shape s) {
    if (s.capacity != Capacity) throw std::runtime_error("spsc_var_queue: not its capacity");
  }

  class writer {
   public:
    explicit writer(spsc_var_queue& q) noexcept : queue_(q.queue_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      std::atomic_thread_fence(std::memory_order_acquire);
      message* const to = queue_.alloc(static_cast<std::uint16_t>(size));
      if (to == nullptr) return false;
      std::memcpy(to + 1, from, size);
      queue_.push();
      return true;
    }

   private:
    queue_type& queue_;
  };

  class reader {
   public:
    explicit reader(spsc_var_queue& q) noexcept : queue_(q.queue_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      const message* const at = queue_.front();
      std::atomic_thread_fence(std::memory_order_acquire);
      if (at == nullptr) return 0;
      on_record(reinterpret_cast<const std::byte*>(at + 1), at->size - sizeof(message));
      std::atomic_thread_fence(std::memory_order_release);
      queue_.pop();
      return 1;
    }

   private:
    queue_type& queue_;
  };

 private:
  queue_type queue_;
};

}  // namespace bench
