// The sequential reference: what a ring of records does when one thread does everything, as a deque with byte accounting.
// Written from the description of the format, without the production headers. Properties, model checking and stress are held
// against it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace logbuf::models {

// Entries: a type with push_back, pop_front, front, begin, end, empty. The model checker brings one that does not allocate.
struct reference_entry {
  enum class state : std::uint8_t { open, committed, skipped };
  std::uint64_t start = 0;   // position of its header
  std::uint64_t stride = 0;  // bytes in the ring
  std::size_t size = 0;      // bytes of payload
  std::uint32_t tag = 0;
  state is = state::open;
  std::uint64_t rest = 0;    // bytes behind a shortened record, which are skipped
};

template <class Entries = std::deque<reference_entry>>
class reference_queue {
 public:
  enum class answer : std::uint8_t { ok, full, too_large };

  // `spare`: bytes that stay free behind the last claim.
  explicit reference_queue(std::uint64_t capacity, std::uint64_t start = 0, std::uint64_t alignment = 8, std::uint64_t spare = 0)
      : capacity_(capacity), alignment_(alignment), spare_(spare), tail_(start), read_(start), head_(start) {}

  std::size_t max_payload() const { return static_cast<std::size_t>(capacity_ / 2 - 8); }

  // Where the next record of `size` payload bytes goes: behind the last one, or, where it would straddle the end, at the
  // start of the next lap.
  // `together`: bytes that have to stay in one piece, as those of a batch, of which this is the first record.
  std::uint64_t place_of_next(std::size_t size, std::uint64_t together = 0) const {
    return tail_ + padding_before(std::max(stride_of(size), together));
  }

  answer would_claim(std::size_t size) const {
    if (size > max_payload()) return answer::too_large;
    const std::uint64_t stride = stride_of(size);
    return tail_ - head_ + padding_before(stride) + stride + spare_ <= capacity_ ? answer::ok : answer::full;
  }
  answer claim(std::size_t size, std::uint32_t tag) {
    const answer a = would_claim(size);
    if (a == answer::ok) append(size, tag);
    return a;
  }
  // The claim without the question whether there is space.
  void append(std::size_t size, std::uint32_t tag, std::uint64_t together = 0) {
    const std::uint64_t stride = stride_of(size);
    if (const std::uint64_t padding = padding_before(std::max(stride, together)); padding != 0) add({tail_, padding, 0, 0, reference_entry::state::skipped, 0});
    add({tail_, stride, size, tag, reference_entry::state::open, 0});
  }

  // Of the open claim at `start`: its first n bytes become a record, the rest is skipped.
  bool commit(std::uint64_t start, std::size_t n) { return finish(start, n, reference_entry::state::committed); }
  bool abort(std::uint64_t start) { return finish(start, 0, reference_entry::state::skipped); }

  // The next record, or null: there is none, or the next claim is not finished. Passes over what is skipped.
  const reference_entry* next() {
    while (!entries_.empty() && entries_.front().is == reference_entry::state::skipped) consume();
    return entries_.empty() || entries_.front().is == reference_entry::state::open ? nullptr : &entries_.front();
  }
  // Reads the entry at the front. Its bytes are given back by release().
  void consume() {
    reference_entry& e = entries_.front();
    read_ = e.start + e.stride;
    if (e.rest == 0) entries_.pop_front();
    else e = {read_, e.rest, 0, 0, reference_entry::state::skipped, 0};
  }
  void release() { head_ = read_; }

  // When a consumer gives back what it has read. One record at a time: when nothing is there, or `threshold` bytes are held.
  const reference_entry* next_single() {
    const reference_entry* e = next();
    if (e == nullptr) release();
    return e;
  }
  void consume_single(std::uint64_t threshold) {
    consume();
    if (next() == nullptr || held() >= threshold) release();
  }
  // Many in one scope: a quarter of the ring at a time. The end releases.
  const reference_entry* next_of_many() {
    if (held() >= capacity_ / 4) release();
    return next();
  }
  void release_to(std::uint64_t position) { head_ = position; }

  std::uint64_t tail() const { return tail_; }
  std::uint64_t head() const { return head_; }
  std::uint64_t read_to() const { return read_; }
  std::uint64_t used() const { return tail_ - head_; }  // bytes
  std::uint64_t held() const { return read_ - head_; }  // bytes that were read and not given back

 private:
  std::uint64_t stride_of(std::size_t size) const { return (size + 8 + alignment_ - 1) / alignment_ * alignment_; }
  std::uint64_t padding_before(std::uint64_t stride) const {
    const std::uint64_t left_in_lap = capacity_ - tail_ % capacity_;
    return stride <= left_in_lap ? 0 : left_in_lap;
  }
  void add(const reference_entry& e) {
    entries_.push_back(e);
    tail_ += e.stride;
  }
  bool finish(std::uint64_t start, std::size_t n, reference_entry::state as) {
    for (reference_entry& e : entries_) {
      if (e.start != start || e.is != reference_entry::state::open || n > e.size) continue;
      e.size = n;
      e.is = as;
      if (as == reference_entry::state::committed) {
        e.rest = e.stride - stride_of(n);
        e.stride -= e.rest;
      }
      return true;
    }
    return false;
  }

  std::uint64_t capacity_, alignment_, spare_, tail_, read_, head_;
  Entries entries_;
};

}  // namespace logbuf::models
