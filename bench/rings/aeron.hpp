// Aeron's ring buffers in C, for one producer and for many: a record is claimed and written in place, and a handler reads it
// there. Before April 2026 (aeron-io/aeron#2015) the one for one producer overwrote unread records when it was full.
#pragma once

#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"

// After <atomic>, which they would include as C.
extern "C" {
#include <concurrent/aeron_mpsc_rb.h>
#include <concurrent/aeron_spsc_rb.h>
}

namespace bench {

struct aeron_one_producer {
  using ring = aeron_spsc_rb_t;
  static constexpr const char* name = "aeron-spsc_rb";
  static constexpr auto init = aeron_spsc_rb_init;
  static constexpr auto try_claim = aeron_spsc_rb_try_claim;
  static constexpr auto commit = aeron_spsc_rb_commit;
  static constexpr auto read = aeron_spsc_rb_read;
  static constexpr auto position = aeron_spsc_rb_consumer_position;
};

struct aeron_many_producers {
  using ring = aeron_mpsc_rb_t;
  static constexpr const char* name = "aeron-mpsc_rb";
  static constexpr auto init = aeron_mpsc_rb_init;
  static constexpr auto try_claim = aeron_mpsc_rb_try_claim;
  static constexpr auto commit = aeron_mpsc_rb_commit;
  static constexpr auto read = aeron_mpsc_rb_read;
  static constexpr auto position = aeron_mpsc_rb_consumer_position;
};

template <class Kind, bool Batch>
class aeron_rb {
  using ring_type = typename Kind::ring;
  static constexpr std::size_t burst = Batch ? 64 : 1;

 public:
  static constexpr const char* name = Kind::name;
  static constexpr const char* reads = Batch ? "batch" : "single";
  static constexpr bool variable = true;

  explicit aeron_rb(shape s) {
    const std::size_t size = static_cast<std::size_t>(s.capacity) + AERON_RB_TRAILER_LENGTH;
    memory_.reset(static_cast<std::byte*>(::operator new(size, alignment)));
    std::memset(memory_.get(), 0, size);
    if (Kind::init(&ring_, memory_.get(), size) != 0) throw std::runtime_error("aeron: no ring of that capacity");
    if (s.largest > ring_.max_message_length) throw std::runtime_error("aeron: records are at most an eighth of the ring");
  }

  class writer {
   public:
    explicit writer(aeron_rb& r) noexcept : ring_(&r.ring_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      constexpr std::int32_t type = 1;
      const std::int32_t at = Kind::try_claim(ring_, type, size);
      if (at < 0) return false;
      std::memcpy(ring_->buffer + at, from, size);
      return Kind::commit(ring_, at) == 0;
    }

   private:
    ring_type* ring_;
  };

  class reader {
   public:
    explicit reader(aeron_rb& r) noexcept : ring_(&r.ring_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) {
      constexpr auto handler = [](std::int32_t, const void* at, std::size_t size, void* f) {
        (*static_cast<std::remove_reference_t<F>*>(f))(static_cast<const std::byte*>(at), size);
      };
      const std::int64_t before = Kind::position(ring_);
      const std::size_t n = Kind::read(ring_, handler, &on_record, burst);
      if (n != 0 || Kind::position(ring_) == before) return n;
      return Kind::read(ring_, handler, &on_record, burst);  // that was the padding at the end
    }

   private:
    ring_type* ring_;
  };

 private:
  static constexpr std::align_val_t alignment{128};
  struct free_aligned {
    void operator()(std::byte* p) const noexcept { ::operator delete(p, alignment); }
  };
  std::unique_ptr<std::byte, free_aligned> memory_;
  alignas(128) ring_type ring_;
};

}  // namespace bench
