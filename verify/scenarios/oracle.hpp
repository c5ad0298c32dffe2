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

#include <logbuf/core/protocol.hpp>

#include "../../models/reference_queue.hpp"
#include "../../models/session.hpp"

namespace logbuf::verify {

using models::vector_clock;

inline constexpr std::size_t max_payload = 1024;  // bytes, of a record in a scenario

// The payload of record `tag`: every word reads as the header of a one-byte record with an unknown tag.
inline void fill_pattern(std::span<std::byte> to, std::uint32_t tag) {
  for (std::size_t i = 0; i != to.size(); ++i) {
    const std::size_t in_word = i % 8;
    to[i] = static_cast<std::byte>(in_word == 0 ? header_size + 1 : in_word == 4 ? tag + 0x40 : in_word == 5 ? i / 8 + 1 : 0);
  }
}

// Inside of an execution an allocation would be explored too.
class few_entries {
 public:
  void push_back(const models::reference_entry& e) {
    if (end_ == entries_.size()) std::abort();
    entries_[end_++] = e;
  }
  void pop_front() { ++begin_; }
  models::reference_entry& front() { return entries_[begin_]; }
  auto begin() { return entries_.begin() + static_cast<std::ptrdiff_t>(begin_); }
  auto end() { return entries_.begin() + static_cast<std::ptrdiff_t>(end_); }
  bool empty() const { return begin_ == end_; }

 private:
  std::array<models::reference_entry, 48> entries_;
  std::size_t begin_ = 0, end_ = 0;
};
using reference = models::reference_queue<few_entries>;

class oracle {
 public:
  static constexpr std::size_t capacity_of_log = 24;
  static constexpr std::uint64_t by_tag = ~std::uint64_t{0};  // a position that is not told

  struct claim {
    std::uint64_t start = 0, end = 0;
    unsigned thread = 0;
    enum { open, committed, aborted } kind = open;
    std::size_t claimed_size = 0;
    std::size_t size = 0;  // payload of the record
    std::uint32_t tag = 0;
    bool finished = false;
    bool delivered = false;
    bool is_of_earlier_end = false;  // of its thread, which has gone on with a copy since
    std::uint64_t batch = 0;  // of the first record of a batch: the bytes that were claimed with it
    bool is_in_batch = false;  // a later record of a batch, or its rest: claimed together with the one before it
    vector_clock claimed_at{}, finished_at{}, delivered_at{};
  };

  // `spare`: bytes that a ring keeps free behind the last claim.
  oracle(std::uint64_t capacity, std::uint64_t start, std::uint64_t spare) : capacity_(capacity), start_(start), spare_(spare) {}

  // Of the last claim, so far.
  std::uint64_t end() const {
    std::uint64_t last = start_;
    for (std::size_t i = 0; i != claim_count_; ++i)
      if (detail::distance(last, claims_[i].end) > 0) last = claims_[i].end;
    return last;
  }

  std::size_t claimed(unsigned thread, std::uint64_t start, std::size_t size, std::uint32_t tag, const vector_clock& at) {
    claim& c = claims_[claim_count_ < capacity_of_log ? claim_count_++ : overflow()];
    c = {};
    c.start = start;
    c.end = start + detail::stride_of<8>(size + header_size);
    c.thread = thread, c.size = c.claimed_size = size, c.tag = tag, c.claimed_at = at;
    return claim_count_ - 1;
  }
  // What follows the last claim in one batch, of so many bytes: this is the first of it.
  void begins_batch(std::size_t i, std::uint64_t bytes) { claims_[i].batch = bytes; }
  void is_in_batch(std::size_t i) { claims_[i].is_in_batch = true; }
  // Before the commit: from here on the consumer may see it.
  void will_commit(std::size_t i, std::size_t size) { claims_[i].kind = claim::committed, claims_[i].size = size; }
  void will_abort(std::size_t i) { claims_[i].kind = claim::aborted; }
  void finished(std::size_t i, const vector_clock& at) { claims_[i].finished = true, claims_[i].finished_at = at; }

  // A copy of an end has nothing to flush yet.
  void copied(unsigned thread) {
    for (std::size_t i = 0; i != claim_count_; ++i) claims_[i].is_of_earlier_end |= claims_[i].thread == thread;
  }

  void refused(unsigned thread, std::size_t size, const vector_clock& at) {
    refusals_[refusal_count_ < capacity_of_log ? refusal_count_++ : overflow()] = {thread, size, at};
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
    if (position != by_tag && c->start != position) return wrong("record %u is delivered from a position that is not its own", tag);
    if (c->delivered) return wrong("record %u is delivered twice", tag);
    if (c->size != bytes.size()) return wrong("record %u is delivered with a different size", tag);
    std::array<std::byte, max_payload> expected{};
    fill_pattern(std::span(expected).first(bytes.size()), tag);
    if (!std::equal(bytes.begin(), bytes.end(), expected.begin())) return wrong("record %u is delivered with different bytes", tag);
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
      if (c.thread != thread || c.kind != claim::committed || !c.finished || c.is_of_earlier_end) continue;
      if (!c.delivered || !models::happens_before(c.delivered_at, consumer, at))
        return wrong("flush returned, but the read of record %u does not happen before its return", c.tag);
    }
    return nullptr;
  }

  // At a disconnection: every sender has left, so everything that was committed has to have come before.
  verdict disconnected() const {
    for (std::size_t i = 0; i != claim_count_; ++i)
      if (claims_[i].kind == claim::committed && !claims_[i].delivered)
        return wrong("disconnected is returned before record %u is delivered", claims_[i].tag);
    return nullptr;
  }

  bool all_delivered(unsigned thread) const {
    return std::all_of(claims_.begin(), claims_.begin() + claim_count_, [&](const claim& c) {
      return c.thread != thread || c.kind != claim::committed || !c.finished || c.delivered || c.is_of_earlier_end;
    });
  }

  // At the end of the execution, when everything was read (`complete`) or the consumer has left before.
  verdict check(bool complete, bool clocks, unsigned consumer) {
    std::sort(claims_.begin(), claims_.begin() + claim_count_,
              [](const claim& a, const claim& b) { return detail::distance(a.start, b.start) > 0; });
    if (const verdict v = replay(complete)) return v;
    if (!clocks) return nullptr;
    for (std::size_t i = 0; i != empty_count_; ++i)
      if (const verdict v = justify(empties_[i])) return v;
    for (std::size_t i = 0; i != refusal_count_; ++i)
      if (!justified(refusals_[i], consumer))
        return models::current.explain("full is returned, but there was enough space in every order that happens-before allows");
    return nullptr;
  }

 private:
  struct refusal {
    unsigned thread;
    std::size_t size;
    vector_clock at;
  };
  struct empty_answer {
    std::uint64_t read_to;  // end of the last record that was delivered before
    vector_clock at;
  };

  // The claims in their order on the sequential queue: it puts each where it was, and hands out what was delivered.
  verdict replay(bool complete) const {
    reference queue(capacity_, start_, 8, spare_);
    for (std::size_t i = 0; i != claim_count_; ++i) {
      const claim& c = claims_[i];
      if (queue.place_of_next(c.claimed_size, c.batch) != c.start)
        return wrong("the claim of record %u is not where the sequential queue places it", c.tag);
      queue.append(c.claimed_size, c.tag, c.batch);
      finish(queue, c);
    }
    if (!complete) return nullptr;
    while (const models::reference_entry* next = queue.next()) {
      if (!find(next->start)->delivered) return wrong("record %u is lost", next->tag);
      queue.consume();
    }
    return nullptr;
  }

  static void finish(reference& queue, const claim& c) {
    if (c.kind == claim::committed) queue.commit(c.start, c.size);
    if (c.kind == claim::aborted) queue.abort(c.start);
  }
  const claim* find(std::uint64_t start) const {
    return std::find_if(claims_.begin(), claims_.begin() + claim_count_, [&](const claim& c) { return c.start == start; });
  }

  // Each answer is that of the sequential queue under some linear extension of happens-before. Not one extension for all
  // answers: a producer that finds full, and a consumer that finds empty, may each have missed the other's last store
  // (store buffering), which no single order shows.

  // Empty: after the claims that happen before it, of which those are finished whose end happens before it. A claim in
  // between that does not happen before it is there too, and not finished.
  verdict justify(const empty_answer& e) const {
    std::size_t claims = 0;
    for (std::size_t i = 0; i != claim_count_; ++i)
      if (models::happens_before(claims_[i].claimed_at, claims_[i].thread, e.at)) claims = i + 1;
    reference queue(capacity_, start_, 8, spare_);
    for (std::size_t i = 0; i != claims; ++i) {
      const claim& c = claims_[i];
      queue.append(c.claimed_size, c.tag, c.batch);
      if (c.finished && models::happens_before(c.finished_at, c.thread, e.at)) finish(queue, c);
    }
    const models::reference_entry* next = queue.next();
    for (; next != nullptr && detail::distance(next->start, e.read_to) > 0; next = queue.next()) queue.consume();
    return next == nullptr ? nullptr : wrong("empty is returned, but record %u was committed before", next->tag);
  }

  // Full: after some prefix of the claims that the answer may have seen, with every release that this prefix or the
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
    reference queue(capacity_, start_, 8, spare_);
    for (std::size_t i = 0;; ++i) {
      const bool must_include_next = i != claim_count_ && (claims_[i].is_in_batch || models::happens_before(claims_[i].claimed_at, claims_[i].thread, r.at));
      queue.release_to(head);
      if (!must_include_next && detail::distance(head, queue.tail()) >= 0 && queue.would_claim(r.size) == reference::answer::full)
        return true;
      if (i == claim_count_) return false;
      // A claim in the answer's future can not be part of the prefix.
      if (models::happens_before(r.at, r.thread, claims_[i].claimed_at)) return false;
      take_releases_before(claims_[i].claimed_at);
      queue.append(claims_[i].claimed_size, claims_[i].tag, claims_[i].batch);
    }
  }

  static verdict wrong(const char* format, std::uint32_t tag) { return models::current.explain(format, tag); }

  [[noreturn]] static std::size_t overflow() { std::abort(); }

  std::uint64_t capacity_, start_, spare_;
  std::array<claim, capacity_of_log> claims_{};
  std::array<refusal, capacity_of_log> refusals_{};
  std::array<empty_answer, capacity_of_log> empties_{};
  std::size_t claim_count_ = 0, refusal_count_ = 0, empty_count_ = 0;
  std::uint64_t delivered_to_ = start_;
};

}  // namespace logbuf::verify
