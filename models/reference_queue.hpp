// The sequential reference: what a ring of records does when one thread does everything, as a deque with byte accounting.
// Written from the description of the format, without the production headers. Properties, model checking and stress are held
// against it.
#pragma once

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
};

template <class Entries = std::deque<reference_entry>>
class reference_queue {
 public:
  enum class answer : std::uint8_t { ok, full, too_large };

  explicit reference_queue(std::uint64_t capacity, std::uint64_t start = 0, std::uint64_t alignment = 8)
      : capacity_(capacity), alignment_(alignment), tail_(start), read_(start), head_(start) {}

  std::size_t max_payload() const { return static_cast<std::size_t>(capacity_ / 2 - 8); }

  // Where the next record of `size` payload bytes goes: behind the last one, or, where it would straddle the end, at the
  // start of the next lap.
  std::uint64_t place_of_next(std::size_t size) const { return tail_ + padding_before(stride_of(size)); }

  answer would_claim(std::size_t size) const {
    if (size > max_payload()) return answer::too_large;
    const std::uint64_t stride = stride_of(size);
    return tail_ - head_ + padding_before(stride) + stride <= capacity_ ? answer::ok : answer::full;
  }
  answer claim(std::size_t size, std::uint32_t tag) {
    const answer a = would_claim(size);
    if (a == answer::ok) append(size, tag);
    return a;
  }
  // The claim without the question whether there is space.
  void append(std::size_t size, std::uint32_t tag) {
    const std::uint64_t stride = stride_of(size);
    if (const std::uint64_t padding = padding_before(stride); padding != 0) add({tail_, padding, 0, 0, reference_entry::state::skipped});
    add({tail_, stride, size, tag, reference_entry::state::open});
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
    read_ = entries_.front().start + entries_.front().stride;
    entries_.pop_front();
  }
  void release() { head_ = read_; }
  void release_to(std::uint64_t position) { head_ = position; }

  std::uint64_t tail() const { return tail_; }
  std::uint64_t used() const { return tail_ - head_; }  // bytes

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
      return true;
    }
    return false;
  }

  std::uint64_t capacity_, alignment_, tail_, read_, head_;
  Entries entries_;
};

}  // namespace logbuf::models
