// The rings of logbuf once more, written by hand: the yardstick for what the atomics policy, the traits and the handles
// cost. Same algorithm, same checks, same words at the same places; nothing of logbuf is used. It leaves out what claim,
// commit, abort and read do not touch.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include <logbuf/platform/compiler.hpp>

namespace handwritten {

// Header word: tag in the high half; skip bit and size (header included) in the low half; 0 means not ready.
inline constexpr std::uint64_t skip_bit = 0x8000'0000u, size_bits = 0x7fff'ffffu;
inline constexpr std::size_t header_size = 8;

inline std::uint32_t stride_of(std::uint64_t size) noexcept { return static_cast<std::uint32_t>((size + 7) & ~std::uint64_t{7}); }
inline std::uint32_t size_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word & size_bits); }
inline bool is_record(std::uint64_t word) noexcept { return static_cast<std::int32_t>(static_cast<std::uint32_t>(word)) > 0; }
inline constexpr std::uint32_t ahead = 1024, largest_read_ahead = 512;  // bytes: prefetch
inline std::int64_t distance(std::uint64_t from, std::uint64_t to) noexcept { return static_cast<std::int64_t>(to - from); }

struct ring {
  alignas(128) std::atomic<std::uint64_t> tail{0};
  alignas(128) std::atomic<std::uint64_t> head{0};
  alignas(128) std::atomic<std::uint32_t> owners{2};
  std::atomic<std::uint32_t> consumer_left{0};
  std::byte* buffer;
  std::uint64_t capacity;

  explicit ring(std::uint64_t size) : buffer(new (std::align_val_t{128}) std::byte[size]{}), capacity(size) {}
  ~ring() { ::operator delete[](buffer, std::align_val_t{128}); }
  void drop() noexcept {
    if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
};

inline std::atomic_ref<std::uint64_t> header(std::byte* at) noexcept {
  return std::atomic_ref<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(at));
}

struct alignas(128) producer {
  ring* shared;
  std::byte* buffer;
  std::uint64_t mask, payload_end;  // the capacity minus 1; largest payload plus 1, 0 without a ring
  std::uint64_t tail;          // SPSC only
  std::uint64_t near;          // claims up to here give no hints either
  std::uint64_t committed_to;  // what a flush waits for
  std::uint32_t open = 0;      // open claims, and flags
  std::uint64_t limit;         // claims up to here need no look at head

  explicit producer(ring& r) noexcept
      : shared(&r), buffer(r.buffer), mask(r.capacity - 1), payload_end(r.capacity / 2 - header_size + 1),
        tail(r.tail.load(std::memory_order_relaxed)), near(tail), committed_to(r.head.load(std::memory_order_relaxed)),
        limit(tail) {}
  std::byte* at(std::uint64_t position) const noexcept { return buffer + (position & mask); }
};

// A claim with the first byte of a window hints at the window after it.
inline std::uint64_t window_of(std::uint64_t position) noexcept { return position & ~std::uint64_t{ahead - 1}; }
// The lines of later claims, the last ones of them; not beyond the limit.
inline void prefetch_window(const producer& p, std::uint64_t from, std::uint64_t to) noexcept {
  constexpr std::int64_t most = 8 * ahead, group = 4 * 64;
  if (distance(to, p.limit) < 0) to = p.limit;
  std::int64_t bytes = std::min(distance(from, to), most);
  if (bytes <= 0) return;
  std::byte* const buffer = p.buffer;
  std::size_t offset = (to - static_cast<std::uint64_t>(bytes)) & p.mask;
  for (; bytes >= group; bytes -= group, offset += group)
    for (std::size_t i = 0; i != 4; ++i) logbuf::platform::prefetch_for_write(buffer + offset + i * 64);
  for (; bytes > 0; bytes -= 64, offset += 64) logbuf::platform::prefetch_for_write(buffer + offset);
}
inline void prefetch_claims(producer& p, std::uint64_t start, std::uint64_t end) noexcept {
  const std::uint64_t last = window_of(end - 1);
  p.near = distance(last + ahead, p.limit) < 0 ? p.limit : last + ahead;
  prefetch_window(p, window_of(start + (ahead - 1)) + ahead, last + 2 * ahead);
}
inline void prefetch_limit(producer& p, std::uint64_t start, std::uint64_t end) noexcept {
  const std::uint64_t last = window_of(end - 1);
  p.near = distance(last + ahead, p.limit) < 0 ? p.limit : last + ahead;
  prefetch_window(p, start, last + 2 * ahead);
}

enum class claim_error : unsigned char { none, full, too_large, detached };

struct write_claim {  // filled in by a claim that succeeds
  std::byte* buffer;
  std::uint64_t start, offset;
  std::uint32_t size, tag;
  std::byte* data() const noexcept { return buffer + offset + header_size; }
  claim_error error;  // filled in by one that fails
};

LOGBUF_COLD inline void retire(producer& p) noexcept {
  p.shared->drop(), delete &p;
}
inline constexpr std::uint32_t owner_is_gone = 1u << 31, out_of_order = 1u << 30, claims_open = out_of_order - 1;
inline void settle(producer& p) noexcept {
  if ((p.open & claims_open) != 0) return;
  if ((p.open & owner_is_gone) != 0) retire(p);
  else p.open = 0;
}
LOGBUF_NOINLINE inline void end_one_of_many(producer& p, std::uint64_t end) noexcept {
  if (distance(p.committed_to, end) > 0) p.committed_to = end;
  p.open |= out_of_order;
  settle(p);
}
LOGBUF_ALWAYS_INLINE inline void end_committed(producer& p, std::uint64_t end) noexcept {
  if (--p.open != 0) [[unlikely]] return end_one_of_many(p, end);
  p.committed_to = end;
}

LOGBUF_COLD inline claim_error why_refused(const producer& p, claim_error why) noexcept {
  return p.shared == nullptr ? claim_error::detached : why;
}
inline bool refuse(const producer& p, claim_error why, write_claim& out) noexcept {
  return out.error = why_refused(p, why), false;
}

struct placement { std::uint64_t start, limit; bool fits; };
struct reservation { std::uint64_t start; bool ok; };

// At the tail, or at the start of the next lap: a record never straddles the end.
inline placement place(std::uint64_t tail, std::uint64_t head, std::uint64_t capacity, std::uint32_t stride) noexcept {
  const auto lap_end = [capacity](std::uint64_t p) { return (p | (capacity - 1)) + 1; };
  const std::uint64_t start = stride <= lap_end(tail) - tail ? tail : lap_end(tail);
  return {start, start + std::min(head + capacity - start, lap_end(start) - start), start + stride - head <= capacity};
}
inline void publish_padding(producer& p, std::uint64_t tail, std::uint64_t start) noexcept {
  header(p.at(tail)).store(skip_bit | static_cast<std::uint32_t>(start - tail), std::memory_order_release);
}

LOGBUF_NOINLINE inline reservation spsc_beyond_near(producer& p, std::uint32_t stride) noexcept {
  const std::uint64_t tail = p.tail;
  if (distance(tail + stride, p.limit) >= 0) {
    p.tail = tail + stride;
    p.shared->tail.store(tail + stride, std::memory_order_relaxed);
    prefetch_claims(p, tail, tail + stride);
    return {tail, true};
  }
  const std::uint64_t head = p.shared->head.load(std::memory_order_acquire);
  const placement spot = place(tail, head, p.mask + 1, stride);
  if (!spot.fits) return {0, false};
  p.limit = spot.limit;
  p.tail = spot.start + stride;
  p.shared->tail.store(spot.start + stride, std::memory_order_relaxed);
  if (spot.start != tail) publish_padding(p, tail, spot.start);
  prefetch_limit(p, spot.start, spot.start + stride);
  return {spot.start, true};
}

inline reservation mpsc_beyond_limit(producer& p, std::uint32_t stride) noexcept {
  for (;;) {
    std::uint64_t tail = p.shared->tail.load(std::memory_order_acquire);
    const std::uint64_t head = p.shared->head.load(std::memory_order_acquire);
    if (distance(head, tail) < 0) continue;  // a stale tail
    const placement spot = place(tail, head, p.mask + 1, stride);
    if (!spot.fits) return {0, false};
    const std::uint64_t end = spot.start + stride;
    if (!p.shared->tail.compare_exchange_weak(tail, end, std::memory_order_release, std::memory_order_relaxed)) continue;
    p.limit = spot.limit;
    if (spot.start != tail) publish_padding(p, tail, spot.start);
    prefetch_limit(p, spot.start, end);
    return {spot.start, true};
  }
}
LOGBUF_NOINLINE inline reservation mpsc_beyond_near(producer& p, std::uint64_t start, std::uint32_t stride) noexcept {
  for (;; start = p.shared->tail.load(std::memory_order_relaxed)) {
    const std::uint64_t end = start + stride;
    if (distance(end, p.limit) < 0) return mpsc_beyond_limit(p, stride);
    std::uint64_t expected = start;
    if (!p.shared->tail.compare_exchange_weak(expected, end, std::memory_order_release, std::memory_order_relaxed)) continue;
    prefetch_claims(p, start, end);
    return {start, true};
  }
}
inline bool open(producer& p, std::uint64_t start, std::uint32_t size, std::uint32_t tag, write_claim& out) noexcept {
  out = {p.buffer, start, start & p.mask, size, tag, claim_error::none};
  return ++p.open, true;
}

LOGBUF_ALWAYS_INLINE inline bool spsc_claim(producer& p, std::size_t size, std::uint32_t tag, write_claim& out) noexcept {
  if (size >= p.payload_end) [[unlikely]] return refuse(p, claim_error::too_large, out);
  const auto bytes = static_cast<std::uint32_t>(size), stride = stride_of(bytes + header_size);
  std::uint64_t start = p.tail;
  if (distance(start + stride, p.near) < 0) [[unlikely]] {
    const reservation r = spsc_beyond_near(p, stride);
    if (!r.ok) return refuse(p, claim_error::full, out);
    start = r.start;
  } else {
    p.tail = start + stride;
    p.shared->tail.store(start + stride, std::memory_order_relaxed);
  }
  return open(p, start, bytes, tag, out);
}

LOGBUF_ALWAYS_INLINE inline bool mpsc_claim(producer& p, std::size_t size, std::uint32_t tag, write_claim& out) noexcept {
  if (size >= p.payload_end) [[unlikely]] return refuse(p, claim_error::too_large, out);
  const auto bytes = static_cast<std::uint32_t>(size), stride = stride_of(bytes + header_size);
  std::uint64_t start;
  for (;;) {
    start = p.shared->tail.load(std::memory_order_relaxed);
    if (distance(start + stride, p.near) < 0) [[unlikely]] {
      const reservation r = mpsc_beyond_near(p, start, stride);
      if (!r.ok) return refuse(p, claim_error::full, out);
      start = r.start;
      break;
    }
    const std::uint64_t end = start + stride;
    if (p.shared->tail.compare_exchange_weak(start, end, std::memory_order_release, std::memory_order_relaxed)) break;
  }
  return open(p, start, bytes, tag, out);
}

using claim_function = bool (*)(producer&, std::size_t, std::uint32_t, write_claim&);

// Publishes the first n bytes; the rest of the claim becomes a skip.
LOGBUF_ALWAYS_INLINE inline void commit(producer& p, const write_claim& c, std::uint32_t n) noexcept {
  const std::uint32_t claimed = stride_of(c.size + header_size), size = n + header_size, stride = stride_of(size);
  if (stride < claimed)
    header(p.at(c.start + stride)).store(skip_bit | (claimed - stride), std::memory_order_relaxed);
  header(c.buffer + c.offset).store(std::uint64_t{c.tag} << 32 | size, std::memory_order_release);
  end_committed(p, c.start + stride);
}
LOGBUF_ALWAYS_INLINE inline void commit(producer& p, const write_claim& c) noexcept { commit(p, c, c.size); }

// Out of line and by value, so that the claim stays in registers.
LOGBUF_NOINLINE inline void end_uncommitted(producer& p, std::byte* at, std::uint32_t claimed) noexcept {
  header(at).store(skip_bit | claimed, std::memory_order_release);
  --p.open;
  settle(p);
}
inline void abort(producer& p, const write_claim& c) noexcept {
  end_uncommitted(p, c.buffer + c.offset, stride_of(c.size + header_size));
}

struct alignas(128) consumer {
  ring* shared;
  std::byte* buffer;
  std::uint64_t mask;                // the capacity minus 1
  std::uint64_t position, released;  // next record; the published head
  std::uint64_t near, threshold;     // bytes that may be held back: without hints; at all
  std::uint32_t uses = 1;            // the owner and its open claim
  std::uint16_t rest = 1;            // of rests alone, as is `rested_at`: so that the others are at the same place
  bool is_corrupt = false;
  bool gives_hints = false;
  std::uint64_t tail_seen, looked_at;  // prefetch: the producers were there; where it saw that
  std::uint64_t rested_at = 0;

  consumer(ring& r, std::uint64_t release_threshold) noexcept
      : shared(&r), buffer(r.buffer), mask(r.capacity - 1), position(r.head.load(std::memory_order_relaxed)), released(position),
        near(release_threshold), threshold(release_threshold), tail_seen(position), looked_at(position) {}
  std::uint64_t offset(std::uint64_t p) const noexcept { return p & mask; }
};

struct read_claim {
  std::byte* buffer;
  std::uint64_t position, offset, word;
  const std::byte* data() const noexcept { return buffer + offset + header_size; }
};
template <std::size_t N>
inline void zero_ends(std::byte* first, std::size_t size) noexcept {
  std::memset(first, 0, N);
  std::memset(first + size - N, 0, N);
}
inline void zero(std::byte* first, std::size_t size) noexcept {
  if (size - 16 > 128 - 16) return void(std::memset(first, 0, size));
  if (size > 64) zero_ends<64>(first, size);
  else if (size > 32) zero_ends<32>(first, size);
  else zero_ends<16>(first, size);
}
inline void publish_head(consumer& c, std::uint64_t position) noexcept {
  c.released = position;
  c.shared->head.store(position, std::memory_order_release);
}
inline void release(consumer& c) noexcept {
  if (c.position != c.released) publish_head(c, c.position);
}
LOGBUF_COLD inline void retire(consumer& c) noexcept {
  release(c);
  c.shared->consumer_left.store(1, std::memory_order_release);
  c.shared->drop(), delete &c;
}

inline std::uint64_t look(std::byte* buffer, std::uint64_t offset) noexcept {
  return header(buffer + offset).load(std::memory_order_acquire);
}
LOGBUF_NOINLINE inline std::uint64_t pass_skips(consumer& c, std::uint64_t word) noexcept {
  do {
    const std::uint32_t stride = stride_of(size_of(word));
    zero(c.buffer + c.offset(c.position), stride);
    c.position += stride;
    word = look(c.buffer, c.offset(c.position));
  } while ((word & skip_bit) != 0);
  return word;
}

// The next record, or nothing. Skips are consumed on the way.
LOGBUF_ALWAYS_INLINE inline bool read(consumer& c, read_claim& out) noexcept {
  std::byte* const buffer = c.buffer;
  std::uint64_t position = c.position, offset = c.offset(position), word = look(buffer, offset);
  if (!is_record(word) && (word & skip_bit) != 0) [[unlikely]] {
    word = pass_skips(c, word);
    position = c.position;
    offset = c.offset(position);
  }
  if (!is_record(word)) [[unlikely]] return release(c), false;
  out = {buffer, position, offset, word};
  ++c.uses;
  return true;
}

LOGBUF_NOINLINE inline void look_at_tail(consumer& c) noexcept {
  c.looked_at = c.position;
  c.tail_seen = c.shared->tail.load(std::memory_order_relaxed);
}
// The lines of later records; not beyond a tail that was seen.
inline void prefetch_records(consumer& c, std::uint64_t next) noexcept {
  if (next == 0) {
    c.looked_at = c.position;
    return;
  }
  const std::uint32_t stride = stride_of(size_of(next));
  if (stride > largest_read_ahead) return;
  const std::uint64_t from = c.position + ahead;
  if (distance(from + stride, c.tail_seen) >= 0) [[likely]]
    for (std::uint32_t i = 0; i < stride; i += 64) logbuf::platform::prefetch_for_write(c.buffer + c.offset(from + i));
  else if (c.position - c.looked_at >= (c.mask + 1) / 4) [[unlikely]] look_at_tail(c);
}
LOGBUF_NOINLINE inline void end_stretch(consumer& c, std::uint64_t next) noexcept {
  if (c.gives_hints) prefetch_records(c, next);
  if (next == 0 || c.position - c.released >= c.threshold) release(c);
}

LOGBUF_ALWAYS_INLINE inline void finish(consumer& c, const read_claim& r) noexcept {
  if (c.position == r.position) [[likely]] {  // not consumed by another claim of the same record
    const std::uint32_t stride = stride_of(static_cast<std::uint32_t>(r.word));
    const std::uint64_t end = r.position + stride;
    c.position = end;
    zero(r.buffer + r.offset, stride);
    const std::uint64_t next = look(r.buffer, c.offset(end));
    if (is_record(next)) {
      if (end - c.released >= c.near) [[unlikely]] end_stretch(c, next);
    } else if ((next & skip_bit) != 0) {
      end_stretch(c, pass_skips(c, next));
    } else {
      c.looked_at = end;
      publish_head(c, end);
    }
  }
  if (--c.uses == 0) [[unlikely]] retire(c);
}

}  // namespace handwritten
