// The channels of logbuf, and a queue whose receiver waits at a condition variable. Receivers poll, or wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include <logbuf/logbuf.hpp>

#include "../throughput.hpp"

namespace bench {

struct polls { static constexpr const char* name = "polls"; };
struct waits { static constexpr const char* name = "waits"; };
inline constexpr std::chrono::milliseconds longest_wait{1};  // then the caller looks at the clock

template <class Receives>
class spsc_channel {
  using ends = logbuf::spsc::channel_maker<>::ends;

 public:
  static constexpr const char* name = "logbuf-channel";
  static constexpr const char* reads = Receives::name;
  static constexpr bool variable = true;

  explicit spsc_channel(shape s) : ends_(logbuf::spsc::channel(s.capacity, options())) {}

  class writer {
   public:
    explicit writer(spsc_channel& c) : sender_(std::move(c.ends_.first)) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      auto claim = sender_.try_send(size);
      if (!claim) return false;
      std::memcpy(claim->data(), from, size);
      return claim->commit();
    }

   private:
    ends::first_type sender_;
  };

  class reader {
   public:
    explicit reader(spsc_channel& c) : receiver_(std::move(c.ends_.second)) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      auto record = receive();
      if (!record) return 0;
      on_record(record->bytes().data(), record->size());
      return 1;
    }
    void rest() noexcept {
      if constexpr (std::is_same_v<Receives, polls>) receiver_.rest();
    }

   private:
    LOGBUF_ALWAYS_INLINE auto receive() noexcept {
      if constexpr (std::is_same_v<Receives, polls>) return receiver_.try_receive();
      else return receiver_.receive_for(longest_wait);
    }
    ends::second_type receiver_;
  };

 private:
  static logbuf::options options() {
    logbuf::options o;
    o.prefault = true;
    return o;
  }
  ends ends_;
};

class condition_queue {
 public:
  static constexpr const char* name = "mutex+condition_variable";
  static constexpr const char* reads = waits::name;
  static constexpr bool variable = true;

  explicit condition_queue(shape s) : capacity_(s.capacity) {}

  class writer {
   public:
    explicit writer(condition_queue& q) noexcept : queue_(q) {}
    bool write(const std::byte* from, std::size_t size) {
      std::vector<std::byte> record(from, from + size);
      {
        const std::lock_guard lock(queue_.mutex_);
        if (queue_.bytes_ + size > queue_.capacity_) return false;
        queue_.bytes_ += size;
        queue_.records_.push_back(std::move(record));
      }
      queue_.ready_.notify_one();
      return true;
    }

   private:
    condition_queue& queue_;
  };

  class reader {
   public:
    explicit reader(condition_queue& q) noexcept : queue_(q) {}
    template <class F>
    std::size_t read(F&& on_record) {
      std::vector<std::byte> record;
      {
        std::unique_lock lock(queue_.mutex_);
        if (!queue_.ready_.wait_for(lock, longest_wait, [this] { return !queue_.records_.empty(); })) return 0;
        record = std::move(queue_.records_.front());
        queue_.records_.pop_front();
        queue_.bytes_ -= record.size();
      }
      on_record(record.data(), record.size());
      return 1;
    }

   private:
    condition_queue& queue_;
  };

 private:
  std::uint64_t capacity_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::vector<std::byte>> records_;
  std::uint64_t bytes_ = 0;
};

}  // namespace bench
