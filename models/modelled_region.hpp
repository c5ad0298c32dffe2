// The region of a ring over a buffer of an engine's model: what the policies of the engines have in common.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <logbuf/core/ordering.hpp>

#include "session.hpp"

namespace logbuf::models {

// A clock that stands still: whether a deadline behind it has passed is for the search to say.
struct modelled_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<modelled_clock>;
  static constexpr bool is_steady = true;
};

// What a thread waits with, of the call that it is in.
struct modelled_wait {
  unsigned free_hints = 0;           // hints that are no wait, since the loop around them ends by itself or is run once more
  std::size_t begin = 0;             // in the trace
  bool has_deadline = false;
  bool deadline_has_passed = false;
  bool deadline_is_next = false;     // the next look at the clock finds that it has
};

template <class Buffer>
struct modelled_region {
  // Borrows the scenario's buffer, and frees it: whoever does that comes after every access.
  class memory {
   public:
    memory() = default;
    explicit memory(Buffer& b) : buffer_(&b) {}
    memory(memory&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
    memory& operator=(memory&& other) noexcept {
      std::swap(buffer_, other.buffer_);
      return *this;
    }
    ~memory() {
      if (buffer_ != nullptr) buffer_->free();
    }
    Buffer* buffer() const { return buffer_; }

   private:
    Buffer* buffer_ = nullptr;
  };

  class region {
   public:
    constexpr region() = default;
    explicit region(const memory& m) : buffer_(m.buffer()) {}
    Buffer* operator->() const { return buffer_; }
    Buffer* buffer() const { return buffer_; }

   private:
    Buffer* buffer_ = nullptr;
  };

  // Spans of the same shape as production's, which report each access.
  struct write_span {
    Buffer* buffer = nullptr;
    std::size_t offset = 0;
    std::size_t bytes = 0;
    std::size_t size() const { return bytes; }
    void write(std::size_t start, std::span<const std::byte> from) const {
      buffer->write(offset + start, from, step::payload_write);
    }
  };
  struct read_span {
    Buffer* buffer = nullptr;
    std::size_t offset = 0;
    std::size_t bytes = 0;
    std::size_t size() const { return bytes; }
    void read(std::span<std::byte> to) const { buffer->read(offset, to); }
  };

  template <site S>
  static std::uint64_t load_header(site_tag<S>, const region& r, std::size_t offset) {
    return r->load(S, offset);
  }
  template <site S>
  static void store_header(site_tag<S>, const region& r, std::size_t offset, std::uint64_t value) {
    r->store(S, offset, value);
  }
  static void zero(const region& r, std::size_t offset, std::size_t size) { r->zero(offset, size); }
  // A hint touches nothing, and has to stay in the buffer. A window is small, so that in small rings some claims begin one, and
  // others do not.
  static constexpr std::uint32_t prefetch_distance = 16, prefetch_largest = 1024;
  static void prefetch_for_write(const region& r, std::size_t offset) { r->check(offset); }
  static write_span writable(const region& r, std::size_t offset, std::size_t size) { return {r.buffer(), offset, size}; }
  static read_span readable(const region& r, std::size_t offset, std::size_t size) { return {r.buffer(), offset, size}; }
  static void copy(const write_span& to, std::size_t start, std::span<const std::byte> from) { to.write(start, from); }
};

}  // namespace logbuf::models
