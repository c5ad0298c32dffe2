// Mindaugas Rasiukevicius's ringbuf: a producer acquires a range of a buffer of ours and writes in place; the consumer gets all
// that is there, and releases it as a whole, or record by record.
#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>

#include <ringbuf.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"
#include "framed.hpp"

namespace bench {

template <bool Batch>
class rmind_ringbuf {
 public:
  static constexpr const char* name = "ringbuf";
  static constexpr const char* reads = Batch ? "batch" : "single";
  static constexpr bool variable = true;

  explicit rmind_ringbuf(shape s) {
    const auto capacity = static_cast<std::size_t>(s.capacity);
    std::size_t size = 0;
    ringbuf_get_sizes(s.producers, &size, nullptr);
    ring_.reset(static_cast<ringbuf_t*>(::operator new(size, alignment)));
    bytes_.reset(::operator new(capacity, alignment));
    std::memset(bytes_.get(), 0, capacity);
    if (ringbuf_setup(ring_.get(), s.producers, capacity) != 0) throw std::runtime_error("ringbuf_setup failed");
  }

  class writer {
   public:
    explicit writer(rmind_ringbuf& r) noexcept
        : ring_(r.ring_.get()), to_(r.bytes()), worker_(ringbuf_register(ring_, r.writers_.fetch_add(1))) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      const ssize_t at = ringbuf_acquire(ring_, worker_, framed::bytes(size));
      if (at == -1) return false;
      framed::put(to_ + at, from, size);
      ringbuf_produce(ring_, worker_);
      return true;
    }

   private:
    ringbuf_t* ring_;
    std::byte* to_;
    ringbuf_worker_t* worker_;
  };

  class reader {
   public:
    explicit reader(rmind_ringbuf& r) noexcept : ring_(r.ring_.get()), bytes_(r.bytes()) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) {
      if (left_ == 0) {
        left_ = ringbuf_consume(ring_, &at_);
        if (left_ == 0) return 0;
      }
      std::size_t n = 0, read = 0;
      do ++n, read += framed::take(bytes_ + at_ + read, on_record);
      while (Batch && read != left_);
      at_ += read;
      left_ -= read;
      ringbuf_release(ring_, read);
      return n;
    }

   private:
    ringbuf_t* ring_;
    const std::byte* bytes_;
    std::size_t at_ = 0, left_ = 0;
  };

 private:
  static constexpr std::align_val_t alignment{128};
  struct free_aligned {
    void operator()(void* p) const noexcept { ::operator delete(p, alignment); }
  };
  std::byte* bytes() const noexcept { return static_cast<std::byte*>(bytes_.get()); }

  std::unique_ptr<ringbuf_t, free_aligned> ring_;
  std::unique_ptr<void, free_aligned> bytes_;
  std::atomic<unsigned> writers_{0};
};

}  // namespace bench
