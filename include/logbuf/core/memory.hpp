// The memory of a ring: its own or the caller's, zeroed, and placed so that payloads are aligned. Not on any hot path.
#pragma once
#ifndef LOGBUF_CORE_MEMORY_HPP
#define LOGBUF_CORE_MEMORY_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "../base/result.hpp"
#include "../platform/platform.hpp"
#include "setup.hpp"

namespace logbuf::inline v0 {

// Move-only owner of a ring's buffer. Thread-safety: none is needed, since it is passed once, to the ring.
class memory {
 public:
  // In bytes. Two cache lines, to avoid destructive interference, since common prefetchers fetch pairs of lines.
  static constexpr std::size_t alignment = 128;

  memory() noexcept = default;
  memory(memory&& other) noexcept { swap(other); }
  memory& operator=(memory&& other) noexcept {
    memory(std::move(other)).swap(*this);
    return *this;
  }
  ~memory() {
    if (locked_) platform::unlock(data_, size_);
    if (mapped_ != 0) platform::unmap(allocation_, mapped_);
    else std::free(allocation_);
  }

  std::byte* data() const noexcept { return data_; }

  // Allocates zeroed memory. Each payload follows its header, so payloads are aligned if the buffer starts 8 bytes before a
  // multiple of `payload_alignment`.
  static result<memory, setup_error> allocate(std::uint64_t capacity, std::size_t payload_alignment,
                                              const options& o) noexcept {
    memory m;
    m.size_ = static_cast<std::size_t>(capacity);  // at most half of the address space, so nothing below overflows
    const std::size_t shift = payload_alignment - header_size;
    if (!m.reserve(m.size_ + alignment + shift, o.pages))
      return setup_error{o.pages == huge_pages::required ? setup_errc::no_huge_pages : setup_errc::out_of_memory,
                         capacity};
    const auto start = reinterpret_cast<std::uintptr_t>(m.allocation_);
    m.data_ = static_cast<std::byte*>(m.allocation_) + ((alignment - start % alignment) % alignment + shift);
    if (o.first_touch_cpu != options::no_cpu) {
      const auto touch = [](void* self) -> void* { return static_cast<memory*>(self)->touch_pages(), nullptr; };
      if (!platform::run_on_cpu(o.first_touch_cpu, touch, &m))
        return setup_error{setup_errc::bad_cpu, o.first_touch_cpu};
    } else if (o.prefault) {
      m.touch_pages();
    }
    if (o.lock && !(m.locked_ = platform::lock(m.data_, m.size_)))
      return setup_error{setup_errc::lock_refused, capacity};
    return m;
  }

  // The caller's memory, which `owner` keeps alive until all ends and all claims are gone.
  static result<memory, setup_error> over(std::span<std::byte> bytes, std::size_t payload_alignment,
                                          std::shared_ptr<void> owner, const options& o) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    if ((address + header_size) % payload_alignment != 0)
      return setup_error{setup_errc::misaligned_memory, address, payload_alignment};
    memory m;
    m.data_ = bytes.data();
    m.size_ = bytes.size();
    m.owner_ = std::move(owner);
    if (!o.memory_is_zero) std::memset(m.data_, 0, m.size_);
    return m;
  }

 private:
  // calloc maps large blocks lazily, so an untouched ring occupies no physical memory.
  bool reserve(std::size_t bytes, huge_pages pages) noexcept {
    if (pages != huge_pages::no) {
      const std::size_t rounded = (bytes + platform::huge_page_size - 1) & ~(platform::huge_page_size - 1);
      allocation_ = platform::map_huge(rounded);
      if (allocation_ == nullptr && pages == huge_pages::if_available) {
        allocation_ = platform::map(rounded);
        if (allocation_ != nullptr) platform::advise_huge(allocation_, rounded);
      }
      if (allocation_ != nullptr) mapped_ = rounded;
      if (allocation_ != nullptr || pages == huge_pages::required) return allocation_ != nullptr;
    }
    allocation_ = std::calloc(bytes, 1);
    return allocation_ != nullptr;
  }

  void touch_pages() noexcept {
    const std::size_t page = platform::page_size();
    for (std::size_t i = 0; i < size_; i += page) const_cast<volatile std::byte&>(data_[i]) = std::byte{0};
    const_cast<volatile std::byte&>(data_[size_ - 1]) = std::byte{0};
  }

  void swap(memory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(allocation_, other.allocation_);
    std::swap(mapped_, other.mapped_);
    std::swap(locked_, other.locked_);
    std::swap(owner_, other.owner_);
  }

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  void* allocation_ = nullptr;
  std::size_t mapped_ = 0;  // bytes, if the allocation is a mapping
  bool locked_ = false;
  std::shared_ptr<void> owner_;
};

}  // namespace logbuf

#endif  // LOGBUF_CORE_MEMORY_HPP
