// The atomics policy: every access of the library to shared memory goes through one.
//
// std_atomics is the production policy. It costs what hand-written std::atomic code costs: each access is one operation of
// std::atomic or one call of the standard library, and zeroing a small record is a few stores. The verification policies
// (models/) have the same interface.
#pragma once
#ifndef LOGBUF_CORE_ATOMICS_HPP
#define LOGBUF_CORE_ATOMICS_HPP

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "../platform/compiler.hpp"
#include "memory.hpp"
#include "ordering.hpp"
#include "record.hpp"
#include "waiting.hpp"

namespace logbuf::inline v0 {

struct std_atomics : std_waiting {
  // Control words.
  template <class T>
  using word = std::atomic<T>;

  template <site S, class T>
  static T load(site_tag<S>, const word<T>& w) noexcept {
    return w.load(site_tag<S>::order);
  }
  template <site S, class T>
  static void store(site_tag<S>, word<T>& w, std::type_identity_t<T> value) noexcept {
    w.store(value, site_tag<S>::order);
  }
  template <site Won, site Lost, class T>
  static bool compare_exchange_weak(site_tag<Won>, site_tag<Lost>, word<T>& w, std::type_identity_t<T> expected,
                                    std::type_identity_t<T> desired) noexcept {
    return w.compare_exchange_weak(expected, desired, site_tag<Won>::order, site_tag<Lost>::order);
  }
  template <site S, class T>
  static T exchange(site_tag<S>, word<T>& w, std::type_identity_t<T> value) noexcept {
    return w.exchange(value, site_tag<S>::order);
  }
  template <site S, class T>
  static T fetch_add(site_tag<S>, word<T>& w, std::type_identity_t<T> value) noexcept {
    return w.fetch_add(value, site_tag<S>::order);
  }
  template <site S, class T>
  static T fetch_sub(site_tag<S>, word<T>& w, std::type_identity_t<T> value) noexcept {
    return w.fetch_sub(value, site_tag<S>::order);
  }
  static void spin_hint() noexcept { platform::pause(); }
  static constexpr std::size_t largest_zeroed_inline = 128;  // bytes
  static constexpr std::uint16_t longest_rest = 1024;  // spin hints between two polls of a consumer, at most: some tens of microseconds

  // The region of an end that has no ring. Never written. Its first word is read; it is as long as what zero() writes without a
  // call, since a compiler that does not see that it writes nothing here would warn.
  alignas(header_size) LOGBUF_HIDDEN static inline constinit std::byte no_record[largest_zeroed_inline]{};

  // The byte region. Header words are atomic. Payload and zeroing are plain accesses.
  using memory = logbuf::memory;
  using write_span = std::span<std::byte>;
  using read_span = std::span<const std::byte>;

  class region {
   public:
    constexpr region() noexcept = default;  // one header word that is never ready
    explicit region(const memory& m) noexcept : base_(m.data()) {}
    std::byte* at(std::size_t offset) const noexcept { return base_ + offset; }

   private:
    std::byte* base_ = no_record;
  };

  template <site S>
  static std::uint64_t load_header(site_tag<S>, const region& r, std::size_t offset) noexcept {
    return header(r, offset).load(site_tag<S>::order);
  }
  template <site S>
  static void store_header(site_tag<S>, const region& r, std::size_t offset, std::uint64_t value) noexcept {
    header(r, offset).store(value, site_tag<S>::order);
  }
  LOGBUF_WRAPS static void zero(const region& r, std::size_t offset, std::size_t size) noexcept {
    std::byte* const first = r.at(offset);
    if (size - 16 > largest_zeroed_inline - 16) return void(std::memset(first, 0, size));
    // A small record takes a few stores. A call would cost more.
    if (size > 64) zero_ends<64>(first, size);
    else if (size > 32) zero_ends<32>(first, size);
    else zero_ends<16>(first, size);
  }
  static constexpr std::uint32_t prefetch_distance = 1024;  // bytes ahead
  static constexpr std::uint32_t prefetch_largest = 512;    // bytes: the largest record that the consumer prefetches
  static void prefetch_for_write(const region& r, std::size_t offset) noexcept { platform::prefetch_for_write(r.at(offset)); }
  static write_span writable(const region& r, std::size_t offset, std::size_t size) noexcept {
    return {r.at(offset), size};
  }
  static read_span readable(const region& r, std::size_t offset, std::size_t size) noexcept {
    return {r.at(offset), size};
  }
  // Copies `from` to byte `start` of `to`.
  static void copy(const write_span& to, std::size_t start, std::span<const std::byte> from) noexcept {
    if (!from.empty()) std::memcpy(to.data() + start, from.data(), from.size());
  }

 private:
  // Zeroes the first N and the last N of `size` bytes, N to 2 * N. The two parts may overlap, and leave no gap.
  template <std::size_t N>
  static void zero_ends(std::byte* first, std::size_t size) noexcept {
    std::memset(first, 0, N);
    std::memset(first + size - N, 0, N);
  }
  static std::atomic_ref<std::uint64_t> header(const region& r, std::size_t offset) noexcept {
    void* const word = r.at(offset);  // aligned, which a cast of the byte's pointer would not say
    return std::atomic_ref<std::uint64_t>(*static_cast<std::uint64_t*>(word));
  }

  static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free,
                "logbuf needs lock-free 64-bit atomics");
  static_assert(std::atomic_ref<std::uint64_t>::required_alignment <= header_size);
};

template <class P>
concept atomics_policy = requires(typename P::template word<std::uint64_t>& w, std::uint64_t& value,
                                  const typename P::region& r, const typename P::write_span& bytes,
                                  std::span<const std::byte> from, std::size_t n) {
  { P::load(at<site::head_refresh>, w) } -> std::same_as<std::uint64_t>;
  P::store(at<site::head_publish>, w, value);
  { P::compare_exchange_weak(at<site::tail_claim>, at<site::tail_claim_lost>, w, value, value) } -> std::same_as<bool>;
  { P::fetch_add(at<site::owner_retain>, w, value) } -> std::same_as<std::uint64_t>;
  { P::fetch_sub(at<site::owner_drop>, w, value) } -> std::same_as<std::uint64_t>;
  P::spin_hint();
  { P::longest_rest } -> std::convertible_to<std::uint16_t>;
  { P::load_header(at<site::header_poll>, r, n) } -> std::same_as<std::uint64_t>;
  P::store_header(at<site::commit_store>, r, n, value);
  P::zero(r, n, n);
  P::prefetch_for_write(r, n);
  { P::prefetch_distance } -> std::convertible_to<std::uint32_t>;
  { P::prefetch_largest } -> std::convertible_to<std::uint32_t>;
  { P::writable(r, n, n) } -> std::same_as<typename P::write_span>;
  { P::readable(r, n, n) } -> std::same_as<typename P::read_span>;
  P::copy(bytes, n, from);
  requires std::movable<typename P::memory>;
  requires std::constructible_from<typename P::region, const typename P::memory&>;
};

static_assert(atomics_policy<std_atomics>);

}  // namespace logbuf

#endif  // LOGBUF_CORE_ATOMICS_HPP
