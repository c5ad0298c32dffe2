// What must be true of one execution (docs/verification.md lists it): the records, the order, the answers.
//
// The interpreter tells it what each thread did, with the clock of the deciding access; the checks that need the whole
// history run at the end. Fixed storage: it is used inside of an execution, where an allocation would be explored too.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <logbuf/protocol.hpp>

#include "../models/session.hpp"

namespace logbuf::verify {

using models::vector_clock;

inline constexpr std::size_t max_payload = 256;  // bytes, of a record in a scenario

// The payload of record `tag`: every word reads as the header of a one-byte record with an unknown tag.
inline void fill_pattern(std::span<std::byte> to, std::uint32_t tag) {
  for (std::size_t i = 0; i != to.size(); ++i) {
    const std::size_t in_word = i % 8;
    to[i] = static_cast<std::byte>(in_word == 0 ? header_size + 1 : in_word == 4 ? tag + 0x40 : in_word == 5 ? i / 8 + 1 : 0);
  }
}

class oracle {
 public:
  static constexpr std::size_t capacity_of_log = 24;
  static constexpr std::uint64_t by_tag = ~std::uint64_t{0};  // a position that is not told

  struct claim {
    std::uint64_t start = 0, end = 0;
    unsigned thread = 0;
    enum { open, committed, aborted } kind = open;
    std::size_t size = 0;  // payload of the record
    std::uint32_t tag = 0;
    bool finished = false;
    bool delivered = false;
    vector_clock claimed_at{}, finished_at{}, delivered_at{};
  };

  oracle(std::uint64_t capacity, std::uint64_t start) : capacity_(capacity), start_(start) {}

  std::size_t claimed(unsigned thread, std::uint64_t start, std::size_t size, std::uint32_t tag, const vector_clock& at) {
    claim& c = claims_[claim_count_ < capacity_of_log ? claim_count_++ : overflow()];
    c = {};
    c.start = start;
    c.end = start + detail::stride_of<8>(size + header_size);
    c.thread = thread, c.size = size, c.tag = tag, c.claimed_at = at;
    return claim_count_ - 1;
  }
  // Before the commit: from here on the consumer may see it.
  void will_commit(std::size_t i, std::size_t size) { claims_[i].kind = claim::committed, claims_[i].size = size; }
  void will_abort(std::size_t i) { claims_[i].kind = claim::aborted; }
  void finished(std::size_t i, const vector_clock& at) { claims_[i].finished = true, claims_[i].finished_at = at; }

  void refused(unsigned thread, std::uint32_t stride, const vector_clock& at) {
    refusals_[refusal_count_ < capacity_of_log ? refusal_count_++ : overflow()] = {thread, stride, at};
  }
  void empty(const vector_clock& at) {
    empties_[empty_count_ < capacity_of_log ? empty_count_++ : overflow()] = {delivered_to_, at};
  }

  // The checks answer what is wrong (session::explain), or null.
  using verdict = const char*;

  // A record as the consumer sees it.
  verdict delivered(std::uint64_t position, std::uint32_t tag, std::span<const std::byte> bytes, const vector_clock& at) {
    claim* c = nullptr;
    for (std::size_t i = 0; i != claim_count_; ++i)
      if (claims_[i].kind != claim::open && claims_[i].tag == tag) c = &claims_[i];
    if (c == nullptr) return wrong("record %u is delivered, but was never committed", tag);
    if (c->kind == claim::aborted) return wrong("record %u is delivered, but was aborted", tag);
    if (position != by_tag && c->start != position) return wrong("record %u is delivered from a place that is not its own", tag);
    if (c->delivered) return wrong("record %u is delivered twice", tag);
    if (c->size != bytes.size()) return wrong("record %u is delivered with another size", tag);
    std::array<std::byte, max_payload> expected{};
    fill_pattern(std::span(expected).first(bytes.size()), tag);
    if (!std::equal(bytes.begin(), bytes.end(), expected.begin())) return wrong("record %u is delivered with other bytes", tag);
    if (detail::distance(delivered_to_, c->start) < 0) return wrong("record %u is delivered after a later claim", tag);
    c->delivered = true;
    c->delivered_at = at;
    delivered_to_ = c->end;
    return nullptr;
  }

  // A flush said that everything of this thread is consumed: then that happens before its return.
  verdict flushed(unsigned thread, unsigned consumer, const vector_clock& at) const {
    for (std::size_t i = 0; i != claim_count_; ++i) {
      const claim& c = claims_[i];
      if (c.thread != thread || c.kind != claim::committed || !c.finished) continue;
      if (!c.delivered || !models::happens_before(c.delivered_at, consumer, at))
        return wrong("flush returned, but the reading of record %u does not happen before it", c.tag);
    }
    return nullptr;
  }

  // At a disconnection: every sender has left, so everything that was committed has to have come before.
  verdict disconnected() const {
    for (std::size_t i = 0; i != claim_count_; ++i)
      if (claims_[i].kind == claim::committed && !claims_[i].delivered)
        return wrong("disconnected is answered before record %u is delivered", claims_[i].tag);
    return nullptr;
  }

  bool all_delivered(unsigned thread) const {
    return std::all_of(claims_.begin(), claims_.begin() + claim_count_, [&](const claim& c) {
      return c.thread != thread || c.kind != claim::committed || !c.finished || c.delivered;
    });
  }

  // At the end of the execution, when everything was read (`complete`) or the consumer has left before.
  verdict check(bool complete, bool clocks, unsigned consumer) {
    std::sort(claims_.begin(), claims_.begin() + claim_count_,
              [](const claim& a, const claim& b) { return detail::distance(a.start, b.start) > 0; });
    std::uint64_t end = start_;
    for (std::size_t i = 0; i != claim_count_; ++i) {
      const claim& c = claims_[i];
      const std::uint64_t gap = c.start - end;
      if (gap >= capacity_) return wrong("the claim of record %u overlaps another", c.tag);
      if (gap != 0 && c.start % capacity_ != 0) return wrong("the bytes before the claim of record %u are nobody's", c.tag);
      if (gap >= c.end - c.start) return wrong("the padding before record %u was not needed", c.tag);
      if (c.start % capacity_ + (c.end - c.start) > capacity_) return wrong("the claim of record %u straddles the end", c.tag);
      if (complete && c.kind == claim::committed && !c.delivered) return wrong("record %u is lost", c.tag);
      end = c.end;
    }
    if (!clocks) return nullptr;
    for (std::size_t i = 0; i != empty_count_; ++i)
      if (const verdict v = justify(empties_[i])) return v;
    for (std::size_t i = 0; i != refusal_count_; ++i)
      if (!justified(refusals_[i], consumer))
        return models::current.explain("full is answered, but in no order of what happened was there too little space");
    return nullptr;
  }

 private:
  struct refusal {
    unsigned thread;
    std::uint32_t stride;
    vector_clock at;
  };
  struct empty_answer {
    std::uint64_t read_to;  // end of the last record that was delivered before
    vector_clock at;
  };

  // Empty is justified unless a record that is next in claim order was committed in its past.
  verdict justify(const empty_answer& e) const {
    for (std::size_t i = 0; i != claim_count_; ++i) {
      const claim& c = claims_[i];
      if (detail::distance(e.read_to, c.end) <= 0) continue;
      if (!c.finished || !models::happens_before(c.finished_at, c.thread, e.at)) return nullptr;
      if (c.kind == claim::committed) return wrong("empty is answered, but record %u was committed before", c.tag);
    }
    return nullptr;
  }

  // Full is justified if in some linear extension of happens-before the ring had too little space when it was
  // answered: for some prefix of the claims that the answer may have seen, with every release that this prefix or the
  // answer itself has in its past, and no other.
  bool justified(const refusal& r, unsigned consumer) const {
    std::uint64_t head = start_;
    const auto take_releases_before = [&](const vector_clock& at) {
      for (std::size_t i = 0; i != models::current.trace_size; ++i) {
        const models::event& e = models::current.trace[i];
        if (e.what == models::step::atomic_store && e.where == site::head_publish &&
            models::happens_before(e.clock, consumer, at) && detail::distance(head, e.value) > 0)
          head = e.value;
      }
    };
    take_releases_before(r.at);
    std::uint64_t tail = start_;
    for (std::size_t i = 0;; ++i) {
      const bool must_include_next = i != claim_count_ && models::happens_before(claims_[i].claimed_at, claims_[i].thread, r.at);
      if (!must_include_next && detail::distance(head, tail) >= 0 &&
          !has_space(tail, head, r.stride))
        return true;
      if (i == claim_count_) return false;
      // A claim in the answer's future can not be part of the prefix.
      if (models::happens_before(r.at, r.thread, claims_[i].claimed_at)) return false;
      take_releases_before(claims_[i].claimed_at);
      tail = claims_[i].end;
    }
  }

  // Written again, and otherwise than the code under test: padding to the end of the lap where the record would
  // straddle it, and never more than a lap in all.
  bool has_space(std::uint64_t tail, std::uint64_t head, std::uint32_t stride) const {
    const std::uint64_t left_in_lap = capacity_ - tail % capacity_;
    const std::uint64_t needed = left_in_lap < stride ? left_in_lap + stride : stride;
    return needed <= capacity_ - (tail - head);
  }

  static verdict wrong(const char* format, std::uint32_t tag) { return models::current.explain(format, tag); }

  [[noreturn]] static std::size_t overflow() { std::abort(); }

  std::uint64_t capacity_, start_;
  std::array<claim, capacity_of_log> claims_{};
  std::array<refusal, capacity_of_log> refusals_{};
  std::array<empty_answer, capacity_of_log> empties_{};
  std::size_t claim_count_ = 0, refusal_count_ = 0, empty_count_ = 0;
  std::uint64_t delivered_to_ = start_;
};

}  // namespace logbuf::verify
