// A mutex and a std::deque of byte vectors, bounded to the ring's capacity in bytes.
#pragma once

#include <deque>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "../throughput.hpp"

namespace bench {

// Reads one record, or everything that is there.
template <bool All>
class mutex_deque {
 public:
  static constexpr const char* name = "mutex+deque";
  static constexpr const char* reads = All ? "drain" : "single";
  static constexpr bool variable = true;

  explicit mutex_deque(shape s) : capacity_(s.capacity) {}

  class writer {
   public:
    explicit writer(mutex_deque& q) noexcept : queue_(q) {}
    bool write(const std::byte* from, std::size_t size) {
      std::vector<std::byte> record(from, from + size);
      const std::lock_guard lock(queue_.mutex_);
      if (queue_.bytes_ + size > queue_.capacity_) return false;
      queue_.bytes_ += size;
      queue_.records_.push_back(std::move(record));
      return true;
    }

   private:
    mutex_deque& queue_;
  };

  class reader {
   public:
    explicit reader(mutex_deque& q) noexcept : queue_(q) {}
    template <class F>
    std::size_t read(F&& on_record) {
      take();
      for (const auto& record : taken_) on_record(record.data(), record.size());
      const std::size_t read = taken_.size();
      taken_.clear();
      return read;
    }

   private:
    void take() {
      const std::lock_guard lock(queue_.mutex_);
      if constexpr (All) {
        taken_.swap(queue_.records_);
        queue_.bytes_ = 0;
      } else if (!queue_.records_.empty()) {
        queue_.bytes_ -= queue_.records_.front().size();
        taken_.push_back(std::move(queue_.records_.front()));
        queue_.records_.pop_front();
      }
    }
    mutex_deque& queue_;
    std::conditional_t<All, std::deque<std::vector<std::byte>>, std::vector<std::vector<std::byte>>> taken_;
  };

 private:
  std::uint64_t capacity_;
  std::mutex mutex_;
  std::deque<std::vector<std::byte>> records_;
  std::uint64_t bytes_ = 0;
};

}  // namespace bench
