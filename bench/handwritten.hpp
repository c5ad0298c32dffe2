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

inline std::uint32_t stride_of(std::uint32_t size) noexcept { return (size + 7) & ~7u; }
inline std::uint32_t size_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word & size_bits); }
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
  std::uint64_t capacity, payload_end;  // largest payload plus 1; 0 without a ring
  std::uint64_t tail;          // SPSC only
  std::uint64_t limit;         // claims up to here need no look at head
  std::uint64_t committed_to;  // what a flush waits for
  std::uint32_t uses = 1;      // the owner and its open claims

  explicit producer(ring& r) noexcept
      : shared(&r), buffer(r.buffer), capacity(r.capacity), payload_end(r.capacity / 2 - header_size + 1),
        tail(r.tail.load(std::memory_order_relaxed)), limit(tail), committed_to(r.head.load(std::memory_order_relaxed)) {}
  std::byte* at(std::uint64_t position) const noexcept { return buffer + (position & (capacity - 1)); }
};

template <class End>
LOGBUF_ALWAYS_INLINE inline void prefetch(const End& e, std::uint64_t from, std::uint32_t bytes) noexcept {
  for (std::uint32_t i = 0; i < bytes; i += 64) {
    logbuf::platform::prefetch_for_write(e.buffer + ((from + i) & (e.capacity - 1)));
  }
}
// The lines of later claims, while this one is written; not beyond the limit.
LOGBUF_ALWAYS_INLINE inline void prefetch_claims(const producer& p, std::uint64_t start, std::uint32_t stride) noexcept {
  const std::uint64_t from = start + ahead;
  if (distance(from + stride, p.limit) >= 0) prefetch(p, from, std::min(stride, 8 * ahead));
}
inline void prefetch_limit(const producer& p, std::uint64_t start) noexcept {
  prefetch(p, start, static_cast<std::uint32_t>(std::min<std::uint64_t>(p.limit - start, ahead)));
}

enum class claim_error : unsigned char { none, full, too_large, detached };

struct write_claim {  // filled in by a claim that succeeds
  std::byte* data;
  std::uint64_t start;
  std::uint32_t size, tag;
  claim_error error;  // filled in by one that fails
};

LOGBUF_COLD inline void retire(producer& p) noexcept {
  p.shared->drop(), delete &p;
}
inline void drop_use(producer& p) noexcept {
  if (--p.uses == 0) [[unlikely]] retire(p);
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

LOGBUF_NOINLINE inline reservation spsc_beyond_limit(producer& p, std::uint32_t stride) noexcept {
  const std::uint64_t tail = p.tail, head = p.shared->head.load(std::memory_order_acquire);
  const placement spot = place(tail, head, p.capacity, stride);
  if (!spot.fits) return {0, false};
  p.limit = spot.limit;
  p.tail = spot.start + stride;
  p.shared->tail.store(spot.start + stride, std::memory_order_relaxed);
  if (spot.start != tail) publish_padding(p, tail, spot.start);
  prefetch_limit(p, spot.start);
  return {spot.start, true};
}

LOGBUF_NOINLINE inline reservation mpsc_beyond_limit(producer& p, std::uint32_t stride) noexcept {
  for (;;) {
    std::uint64_t tail = p.shared->tail.load(std::memory_order_acquire);
    const std::uint64_t head = p.shared->head.load(std::memory_order_acquire);
    if (distance(head, tail) < 0) continue;  // a stale tail
    const placement spot = place(tail, head, p.capacity, stride);
    if (!spot.fits) return {0, false};
    const std::uint64_t end = spot.start + stride;
    if (!p.shared->tail.compare_exchange_weak(tail, end, std::memory_order_release, std::memory_order_relaxed)) continue;
    p.limit = spot.limit;
    if (spot.start != tail) publish_padding(p, tail, spot.start);
    prefetch_limit(p, spot.start);
    return {spot.start, true};
  }
}
inline bool open(producer& p, std::uint64_t start, std::uint32_t size, std::uint32_t tag, write_claim& out) noexcept {
  out = {p.at(start) + header_size, start, size, tag, claim_error::none};
  return ++p.uses, true;
}

LOGBUF_ALWAYS_INLINE inline bool spsc_claim(producer& p, std::size_t size, std::uint32_t tag, write_claim& out) noexcept {
  if (size >= p.payload_end) [[unlikely]] return refuse(p, claim_error::too_large, out);
  const auto bytes = static_cast<std::uint32_t>(size), stride = stride_of(bytes + header_size);
  std::uint64_t start = p.tail;
  if (stride > p.limit - start) [[unlikely]] {
    const reservation r = spsc_beyond_limit(p, stride);
    if (!r.ok) return refuse(p, claim_error::full, out);
    start = r.start;
  } else {
    p.tail = start + stride;
    p.shared->tail.store(start + stride, std::memory_order_relaxed);
    prefetch_claims(p, start, stride);
  }
  return open(p, start, bytes, tag, out);
}

LOGBUF_ALWAYS_INLINE inline bool mpsc_claim(producer& p, std::size_t size, std::uint32_t tag, write_claim& out) noexcept {
  if (size >= p.payload_end) [[unlikely]] return refuse(p, claim_error::too_large, out);
  const auto bytes = static_cast<std::uint32_t>(size), stride = stride_of(bytes + header_size);
  std::uint64_t start;
  for (;;) {
    start = p.shared->tail.load(std::memory_order_relaxed);
    if (distance(start, p.limit) < std::int64_t{stride}) [[unlikely]] {
      const reservation r = mpsc_beyond_limit(p, stride);
      if (!r.ok) return refuse(p, claim_error::full, out);
      start = r.start;
      break;
    }
    const std::uint64_t end = start + stride;
    if (p.shared->tail.compare_exchange_weak(start, end, std::memory_order_release, std::memory_order_relaxed)) {
      prefetch_claims(p, start, stride);
      break;
    }
  }
  return open(p, start, bytes, tag, out);
}

using claim_function = bool (*)(producer&, std::size_t, std::uint32_t, write_claim&);

// Publishes the first n bytes; the rest of the claim becomes a skip.
LOGBUF_ALWAYS_INLINE inline void commit(producer& p, const write_claim& c, std::uint32_t n) noexcept {
  const std::uint32_t claimed = stride_of(c.size + header_size), size = n + header_size, stride = stride_of(size);
  if (stride < claimed)
    header(p.at(c.start + stride)).store(skip_bit | (claimed - stride), std::memory_order_relaxed);
  header(c.data - header_size).store(std::uint64_t{c.tag} << 32 | size, std::memory_order_release);
  const std::uint64_t end = c.start + stride;
  p.committed_to = distance(p.committed_to, end) > 0 ? end : p.committed_to;
  drop_use(p);
}
LOGBUF_ALWAYS_INLINE inline void commit(producer& p, const write_claim& c) noexcept { commit(p, c, c.size); }

// Out of line and by value, so that the claim stays in registers; so is end_read.
LOGBUF_NOINLINE inline void end_uncommitted(producer& p, std::byte* at, std::uint32_t claimed) noexcept {
  header(at).store(skip_bit | claimed, std::memory_order_release);
  drop_use(p);
}
inline void abort(producer& p, const write_claim& c) noexcept {
  end_uncommitted(p, c.data - header_size, stride_of(c.size + header_size));
}

struct alignas(128) consumer {
  ring* shared;
  std::byte* buffer;
  std::uint64_t capacity, threshold;  // bytes that may be held back
  std::uint64_t position, zeroed, released;  // next record; zero again before it; the published head
  std::uint64_t tail_seen, looked_at;        // prefetch: the producers were there; where it saw that
  std::uint64_t rested_at = 0;  // of rests alone, as is `rest`: so that the others are at the same place
  std::uint32_t uses = 1;       // the owner and its open claim
  std::uint16_t rest = 1;
  bool is_corrupt = false;
  bool gives_hints = false;

  consumer(ring& r, std::uint64_t release_threshold) noexcept
      : shared(&r), buffer(r.buffer), capacity(r.capacity), threshold(release_threshold),
        position(r.head.load(std::memory_order_relaxed)), zeroed(position), released(position), tail_seen(position),
        looked_at(position) {}
  std::uint64_t offset(std::uint64_t p) const noexcept { return p & (capacity - 1); }
};

struct read_claim {
  const std::byte* data;
  std::uint64_t word, position;
};
template <std::size_t N>
inline void zero_ends(std::byte* first, std::size_t size) noexcept {
  std::memset(first, 0, N);
  std::memset(first + size - N, 0, N);
}
inline void zero(std::byte* first, std::size_t size) noexcept {
  if (size - 16 > 128 - 16) return void(std::memset(first, 0, size));
  if (size <= 32) zero_ends<16>(first, size);
  else if (size <= 64) zero_ends<32>(first, size);
  else zero_ends<64>(first, size);
}
LOGBUF_ALWAYS_INLINE inline void zero_consumed(consumer& c) noexcept {
  const std::size_t begin = c.offset(c.zeroed);
  const std::size_t size = c.position - c.zeroed;
  const std::size_t first = std::min(size, c.capacity - begin);
  zero(c.buffer + begin, first);
  if (first != size) [[unlikely]] zero(c.buffer, size - first);
  c.zeroed = c.position;
}
LOGBUF_NOINLINE inline void zero_rest(consumer& c) noexcept { zero_consumed(c); }
inline void release(consumer& c) noexcept {
  if (c.position == c.released) return;
  if (c.position != c.zeroed) [[unlikely]] zero_rest(c);  // skips that were passed over
  c.released = c.position;
  c.shared->head.store(c.position, std::memory_order_release);
}
LOGBUF_COLD inline void retire(consumer& c) noexcept {
  release(c);
  c.shared->consumer_left.store(1, std::memory_order_release);
  c.shared->drop(), delete &c;
}

// Exactly full: what follows is this lap's first header again, not yet zeroed.
LOGBUF_COLD inline bool release_before_look(consumer& c) noexcept {
  return c.shared != nullptr && (release(c), true);
}

// The header of the next record, or 0. Skips are consumed on the way.
LOGBUF_ALWAYS_INLINE inline std::uint64_t poll(consumer& c) noexcept {
  for (;;) {
    if (c.position - c.released == c.capacity) [[unlikely]]
      if (!release_before_look(c)) return 0;
    const std::uint64_t word = header(c.buffer + c.offset(c.position)).load(std::memory_order_acquire);
    if ((word & skip_bit) == 0) [[likely]] return word;
    c.position += stride_of(size_of(word));
  }
}

LOGBUF_ALWAYS_INLINE inline bool read(consumer& c, read_claim& out) noexcept {
  const std::uint64_t word = poll(c);
  if (word == 0) [[unlikely]] return release(c), false;
  out = {c.buffer + c.offset(c.position) + header_size, word, c.position};
  ++c.uses;
  return true;
}

LOGBUF_NOINLINE inline void look_at_tail(consumer& c) noexcept {
  c.looked_at = c.position;
  c.tail_seen = c.shared->tail.load(std::memory_order_relaxed);
}
// The lines of later records; not beyond a tail that was seen.
LOGBUF_ALWAYS_INLINE inline void prefetch_records(consumer& c, std::uint64_t next) noexcept {
  if (!c.gives_hints) [[likely]] return;
  if (next == 0) {
    c.looked_at = c.position;
    return;
  }
  const std::uint32_t stride = stride_of(size_of(next));
  if (stride > largest_read_ahead) return;
  const std::uint64_t from = c.position + ahead;
  if (distance(from + stride, c.tail_seen) >= 0) [[likely]] prefetch(c, from, stride);
  else if (c.position - c.looked_at >= c.capacity / 4) [[unlikely]] look_at_tail(c);
}
LOGBUF_ALWAYS_INLINE inline void zero_record(consumer& c, std::uint64_t start) noexcept {
  const std::uint64_t end = c.position;
  if (c.zeroed != start) [[unlikely]] return zero_rest(c);
  c.zeroed = end;
  zero(c.buffer + c.offset(start), end - start);
}

LOGBUF_NOINLINE inline void end_read(consumer& c, std::uint64_t position, std::uint64_t word) noexcept {
  if (c.position == position) [[likely]] {  // not consumed by another claim of the same record
    c.position += stride_of(size_of(word));
    zero_record(c, position);
    const std::uint64_t next = poll(c);
    prefetch_records(c, next);
    if (next == 0 || c.position - c.released >= c.threshold) release(c);
  }
  if (--c.uses == 0) [[unlikely]] retire(c);
}
inline void finish(consumer& c, const read_claim& r) noexcept { end_read(c, r.position, r.word); }

}  // namespace handwritten
