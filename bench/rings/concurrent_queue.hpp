// moodycamel's ConcurrentQueue, with a token for each producer and one for the consumer. Its elements are moved out to be
// read: one by one, or many at a time.
#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <vector>

#include <logbuf/platform/compiler.hpp>

#include "slot.hpp"

namespace bench {

template <std::size_t Size, bool Full, bool Bulk>
class concurrent_queue {
  using element = slot<Size, Full>;
  using queue_type = moodycamel::ConcurrentQueue<element>;

 public:
  static constexpr const char* name = "moodycamel-ConcurrentQueue";
  static constexpr const char* reads = Bulk ? "batch" : "single";
  static constexpr bool variable = false;

  explicit concurrent_queue(shape s) : queue_(slots_in<element>(s), s.producers, 0) {}

  class writer {
   public:
    explicit writer(concurrent_queue& q) : queue_(q.queue_), token_(q.queue_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) {
      return queue_.try_enqueue(token_, element(from, size));
    }

   private:
    queue_type& queue_;
    moodycamel::ProducerToken token_;
  };

  class reader {
   public:
    explicit reader(concurrent_queue& q) : queue_(q.queue_), token_(q.queue_), elements_(Bulk ? 64 : 1) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) {
      std::size_t read;
      if constexpr (Bulk) read = queue_.try_dequeue_bulk(token_, elements_.begin(), elements_.size());
      else read = queue_.try_dequeue(token_, elements_.front()) ? 1 : 0;
      for (std::size_t i = 0; i != read; ++i) on_record(elements_[i].bytes, std::size_t{elements_[i].size});
      return read;
    }

   private:
    queue_type& queue_;
    moodycamel::ConsumerToken token_;
    std::vector<element> elements_;
  };

 private:
  queue_type queue_;
};

}  // namespace bench
