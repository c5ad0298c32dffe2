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
    memory moved(std::move(other));
    moved.swap(*this);
    return *this;
  }
  ~memory() {
    if (mapped_ != 0) platform::unmap(allocation_, mapped_);
    else std::free(allocation_);
  }

  std::byte* data() const noexcept { return data_; }

  // Allocates zeroed memory. Each payload follows its header, so payloads are aligned if the buffer starts 8 bytes before a
  // multiple of `payload_alignment`.
  static result<memory, setup_error> allocate(std::uint64_t capacity, std::size_t payload_alignment,
                                              const options& o) noexcept {
    const auto size = detail::narrow<std::size_t>(capacity);  // at most half of the address space, so nothing below overflows
    const std::size_t shift = payload_alignment - header_size;
    if (o.pages != huge_pages::no) {
      auto huge = allocate_from(source::huge_pages, size, shift, o);
      if (huge || o.pages == huge_pages::required || huge.error().code != setup_errc::no_huge_pages) return huge;
      if (platform::has_pages) return allocate_from(source::pages_advised, size, shift, o);
    }
    if (o.lock && !platform::has_pages) return setup_error{setup_errc::lock_refused, capacity};
    return allocate_from(o.lock ? source::pages : source::heap, size, shift, o);
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
  enum class source {
    heap,           // calloc maps large blocks lazily, so an untouched ring occupies no physical memory
    pages,          // not shared with anything else: a lock has no count, and ends for whole pages
    pages_advised,  // the kernel may make them huge
    huge_pages,     // reserved by the administrator
  };

  static result<memory, setup_error> allocate_from(source from, std::size_t size, std::size_t shift,
                                                   const options& o) noexcept {
    memory m;
    m.size_ = size;
    const std::size_t unit = from == source::pages ? platform::page_size() : platform::huge_page_size;
    const std::size_t rounded = (size + shift + unit - 1) / unit * unit;
    if (from == source::heap) m.allocation_ = std::calloc(size + alignment + shift, 1);
    else m.allocation_ = from == source::huge_pages ? platform::map_huge(rounded) : platform::map(rounded, unit);
    const setup_error refused = from == source::huge_pages ? setup_error{setup_errc::no_huge_pages, size, rounded}
                                                           : setup_error{setup_errc::out_of_memory, size};
    if (m.allocation_ == nullptr) return refused;
    m.mapped_ = from == source::heap ? 0 : rounded;
    if (from == source::pages_advised) platform::advise_huge(m.allocation_, rounded);
    const auto start = reinterpret_cast<std::uintptr_t>(m.allocation_);
    m.data_ = static_cast<std::byte*>(m.allocation_) + ((alignment - start % alignment) % alignment + shift);

    first_touch work{m, from == source::huge_pages};
    if (o.first_touch_cpu != options::no_cpu) {
      if (!platform::run_on_cpu(o.first_touch_cpu, first_touch::run, &work))
        return setup_error{setup_errc::bad_cpu, o.first_touch_cpu};
    } else if (o.prefault || work.huge) {
      first_touch::run(&work);
    }
    if (work.refused) return refused;
    if (o.lock && !platform::lock(m.allocation_, m.mapped_)) return setup_error{setup_errc::lock_refused, size};
    return m;
  }
  struct first_touch {
    memory& of;
    bool huge;
    bool refused = false;

    static void* run(void* self) noexcept {
      auto& work = *static_cast<first_touch*>(self);
      if (work.huge) work.refused = !platform::touch_huge(work.of.allocation_, work.of.mapped_);
      else work.of.touch_pages();
      return nullptr;
    }
  };

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
    std::swap(owner_, other.owner_);
  }

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  void* allocation_ = nullptr;
  std::size_t mapped_ = 0;  // bytes, if the allocation is a mapping
  std::shared_ptr<void> owner_;
};

}  // namespace logbuf

#endif  // LOGBUF_CORE_MEMORY_HPP
