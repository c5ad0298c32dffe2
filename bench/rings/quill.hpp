// Quill's BoundedSPSCQueue: bytes are claimed, and read in place. Its reader publishes what it has read one by one, or once for
// many, as Quill's own backend does.
#pragma once

#include <quill/core/BoundedSPSCQueue.h>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"
#include "framed.hpp"

namespace bench {

template <bool Batch>
class quill_queue {
  using queue_type = ::quill::detail::BoundedSPSCQueue;
  static constexpr std::size_t burst = Batch ? 64 : 1;

 public:
  static constexpr const char* name = "quill-BoundedSPSCQueue";
  static constexpr const char* reads = Batch ? "batch" : "single";
  static constexpr bool variable = true;

  explicit quill_queue(shape s) : queue_(static_cast<std::size_t>(s.capacity)) {}

  class writer {
   public:
    explicit writer(quill_queue& q) noexcept : queue_(q.queue_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      const std::size_t bytes = framed::bytes(size);
      std::byte* const to = queue_.prepare_write(bytes);
      if (to == nullptr) return false;
      framed::put(to, from, size);
      queue_.finish_and_commit_write(bytes);
      return true;
    }

   private:
    queue_type& queue_;
  };

  class reader {
   public:
    explicit reader(quill_queue& q) noexcept : queue_(q.queue_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      std::size_t n = 0;
      for (; n != burst; ++n) {
        const std::byte* const at = queue_.prepare_read();
        if (at == nullptr) break;
        queue_.finish_read(framed::take(at, on_record));
      }
      if (n != 0) queue_.commit_read();
      return n;
    }

   private:
    queue_type& queue_;
  };

 private:
  queue_type queue_;
};

}  // namespace bench
