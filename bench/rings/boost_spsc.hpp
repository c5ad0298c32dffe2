// Boost.Lockfree's spsc_queue as a ring of bytes: a length, then the payload. It hands out no pointers, so a record is
// copied out to be read.
#pragma once

#include <boost/lockfree/spsc_queue.hpp>

#include <cstring>
#include <vector>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"

namespace bench {

class boost_spsc {
 public:
  static constexpr const char* name = "boost-spsc_queue";
  static constexpr const char* reads = "single";
  static constexpr bool variable = true;

  explicit boost_spsc(shape s) : queue_(static_cast<std::size_t>(s.capacity)), largest_(s.largest) {}

  class writer {
   public:
    explicit writer(boost_spsc& q) : queue_(q.queue_), record_(sizeof(std::uint32_t) + q.largest_) {}
    // One push publishes the length and the payload together.
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      const auto length = static_cast<std::uint32_t>(size);
      if (queue_.write_available() < sizeof length + size) return false;
      std::memcpy(record_.data(), &length, sizeof length);
      std::memcpy(record_.data() + sizeof length, from, size);
      queue_.push(record_.data(), sizeof length + size);
      return true;
    }

   private:
    boost::lockfree::spsc_queue<std::byte>& queue_;
    std::vector<std::byte> record_;
  };

  class reader {
   public:
    explicit reader(boost_spsc& q) : queue_(q.queue_), record_(q.largest_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) noexcept {
      std::uint32_t length = 0;
      if (queue_.pop(reinterpret_cast<std::byte*>(&length), sizeof length) == 0) return 0;
      queue_.pop(record_.data(), length);
      on_record(record_.data(), std::size_t{length});
      return 1;
    }

   private:
    boost::lockfree::spsc_queue<std::byte>& queue_;
    std::vector<std::byte> record_;
  };

 private:
  boost::lockfree::spsc_queue<std::byte> queue_;
  std::size_t largest_;
};

}  // namespace bench
