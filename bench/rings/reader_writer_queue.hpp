// moodycamel's ReaderWriterQueue (one producer): a slot is made in place, and read in place.
#pragma once

#include <readerwriterqueue/readerwriterqueue.h>

#include <logbuf/platform/compiler.hpp>

#include "slot.hpp"

namespace bench {

template <std::size_t Size, bool Full>
class reader_writer_queue {
  using queue_type = moodycamel::ReaderWriterQueue<slot<Size, Full>>;

 public:
  static constexpr const char* name = "moodycamel-ReaderWriterQueue";
  static constexpr const char* reads = "single";
  static constexpr bool variable = false;

  explicit reader_writer_queue(shape s) : queue_(slots_in<slot<Size, Full>>(s)) {}

  class writer {
   public:
    explicit writer(reader_writer_queue& q) noexcept : queue_(q.queue_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) { return queue_.try_emplace(from, size); }

   private:
    queue_type& queue_;
  };

  class reader {
   public:
    explicit reader(reader_writer_queue& q) noexcept : queue_(q.queue_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) {
      const slot<Size, Full>* front = queue_.peek();
      if (front == nullptr) return 0;
      on_record(front->bytes, std::size_t{front->size});
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
