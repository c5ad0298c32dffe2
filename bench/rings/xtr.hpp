// XTR's synchronized_ring_buffer: bytes that are mapped twice, so that every range is in one piece. Its reader takes all that
// is there and gives it back as a whole, as XTR's own consumer does, or record by record.
#pragma once

#include <xtr/detail/synchronized_ring_buffer.hpp>

#include <logbuf/platform/compiler.hpp>

#include "../throughput.hpp"
#include "framed.hpp"

namespace bench {

template <bool Batch>
class xtr_buffer {
  using buffer_type = ::xtr::detail::synchronized_ring_buffer<>;

 public:
  static constexpr const char* name = "xtr-synchronized_ring_buffer";
  static constexpr const char* reads = Batch ? "batch" : "single";
  static constexpr bool variable = true;

  explicit xtr_buffer(shape s) : buffer_(static_cast<std::size_t>(s.capacity)) {}

  class writer {
   public:
    explicit writer(xtr_buffer& b) noexcept : buffer_(b.buffer_) {}
    LOGBUF_ALWAYS_INLINE bool write(const std::byte* from, std::size_t size) noexcept {
      const std::size_t bytes = framed::bytes(size);
      const auto to = buffer_.template write_span_spec<void(::xtr::non_blocking_tag)>(bytes);
      if (to.empty()) return false;
      framed::put(to.begin(), from, size);
      buffer_.reduce_writable(bytes);
      return true;
    }

   private:
    buffer_type& buffer_;
  };

  class reader {
   public:
    explicit reader(xtr_buffer& b) noexcept : buffer_(b.buffer_) {}
    template <class F>
    LOGBUF_ALWAYS_INLINE std::size_t read(F&& on_record) {
      if (at_ == end_) {
        const auto range = buffer_.read_span();
        if (range.empty()) return 0;
        at_ = range.begin();
        end_ = range.end();
      }
      std::size_t n = 0, bytes = 0;
      do ++n, bytes += framed::take(at_ + bytes, on_record);
      while (Batch && at_ + bytes != end_);
      at_ += bytes;
      buffer_.reduce_readable(bytes);
      return n;
    }

   private:
    buffer_type& buffer_;
    const std::byte *at_ = nullptr, *end_ = nullptr;
  };

 private:
  buffer_type buffer_;
};

}  // namespace bench
