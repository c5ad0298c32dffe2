// The hand-written rings of ../handwritten.hpp: what logbuf would be without an atomics policy.
#pragma once

#include <cstring>

#include <logbuf/platform/compiler.hpp>

#include "../handwritten.hpp"
#include "../throughput.hpp"

namespace bench {

template <handwritten::claim_function Claim>
class handwritten_ring {
 public:
  static constexpr const char* name = "handwritten";
  static constexpr const char* reads = "single";
  static constexpr bool variable = true;

  explicit handwritten_ring(shape s)
      : ring_(*new handwritten::ring(s.capacity)),
        consumer_(*new handwritten::consumer(ring_, s.capacity / 16)) {}
  handwritten_ring(const handwritten_ring&) = delete;
  handwritten_ring& operator=(const handwritten_ring&) = delete;
  ~handwritten_ring() { retire(consumer_); }

  class writer {
   public:
    explicit writer(handwritten_ring& r) : producer_(*new handwritten::producer(r.ring_)) {
      r.ring_.owners.fetch_add(1, std::memory_order_relaxed);
    }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    ~writer() { retire(producer_); }
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      handwritten::write_claim claim;
      if (!Claim(producer_, size, 0, claim)) return false;
      std::memcpy(claim.data(), from, size);
      commit(producer_, claim);
      return true;
    }

   private:
    handwritten::producer& producer_;
  };

  class reader {
   public:
    explicit reader(handwritten_ring& r) : consumer_(r.consumer_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      handwritten::read_claim record;
      if (!handwritten::read(consumer_, record)) return 0;
      on_record(record.data(), static_cast<std::size_t>(handwritten::size_of(record.word) - handwritten::header_size));
      finish(consumer_, record);
      return 1;
    }

   private:
    handwritten::consumer& consumer_;
  };

 private:
  handwritten::ring& ring_;
  handwritten::consumer& consumer_;
};

using handwritten_spsc = handwritten_ring<handwritten::spsc_claim>;
using handwritten_mpsc = handwritten_ring<handwritten::mpsc_claim>;

}  // namespace bench
