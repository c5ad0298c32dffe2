// The bandwidth limit of two processors: records are copied one behind the other into a shared buffer, and handed over
// in batches of a sixteenth of it, by one flag for each. No headers, no zeroing, records of one size.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"

namespace bench {

class memcpy_limit {
 public:
  static constexpr const char* name = "memcpy-limit";
  static constexpr const char* reads = "batch";
  static constexpr bool variable = false;

  explicit memcpy_limit(shape s)
      : size_(s.largest), stride_((s.largest + 7) & ~std::size_t{7}),
        per_batch_(std::max<std::size_t>(1, static_cast<std::size_t>(s.capacity) / batches / stride_)),
        bytes_(static_cast<std::byte*>(::operator new(batches * per_batch_ * stride_, std::align_val_t{128}))) {
    std::memset(bytes_, 0, batches * per_batch_ * stride_);
  }
  memcpy_limit(const memcpy_limit&) = delete;
  memcpy_limit& operator=(const memcpy_limit&) = delete;
  ~memcpy_limit() { ::operator delete(bytes_, std::align_val_t{128}); }

  class writer {
   public:
    explicit writer(memcpy_limit& r) noexcept : ring_(r) { enter(); }
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      if (at_ == ring_.bytes_of(batch_) && ring_.full_[batch_].value.load(std::memory_order_acquire)) return false;
      std::memcpy(at_, from, size);
      at_ += (size + 7) & ~std::size_t{7};
      if (at_ == end_) {
        ring_.full_[batch_].value.store(true, std::memory_order_release);
        batch_ = (batch_ + 1) % batches;
        enter();
      }
      return true;
    }

   private:
    void enter() noexcept {
      at_ = ring_.bytes_of(batch_);
      end_ = at_ + ring_.per_batch_ * ring_.stride_;
    }
    memcpy_limit& ring_;
    std::size_t batch_ = 0;
    std::byte *at_ = nullptr, *end_ = nullptr;
  };

  class reader {
   public:
    explicit reader(memcpy_limit& r) noexcept : ring_(r) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      std::atomic<bool>& full = ring_.full_[batch_].value;
      if (!full.load(std::memory_order_acquire)) return 0;
      const std::byte* at = ring_.bytes_of(batch_);
      for (std::size_t i = 0; i != ring_.per_batch_; ++i, at += ring_.stride_) on_record(at, ring_.size_);
      full.store(false, std::memory_order_release);
      batch_ = (batch_ + 1) % batches;
      return ring_.per_batch_;
    }

   private:
    memcpy_limit& ring_;
    std::size_t batch_ = 0;
  };

 private:
  static constexpr std::size_t batches = 16;
  struct alignas(128) flag {
    std::atomic<bool> value{false};
  };

  std::byte* bytes_of(std::size_t batch) const noexcept { return bytes_ + batch * per_batch_ * stride_; }

  std::size_t size_, stride_, per_batch_;
  std::byte* bytes_;
  flag full_[batches];
};

}  // namespace bench
