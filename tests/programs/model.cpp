#include "model.hpp"

#include <algorithm>
#include <utility>

#include "answers.hpp"

namespace logbuf::test {

using kind = step::kind;

std::string payload_of(std::size_t size, std::uint32_t tag) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>(1 + (tag * 31u + i * 7) % 255);
  return text;
}

model::model(const setup& s) : on_(s), queue_(s.capacity, s.position, s.alignment(), s.spare()), producers_(1) {
  producers_[0].committed_to = s.position;
}

std::size_t model::alive() const {
  return static_cast<std::size_t>(std::count_if(producers_.begin(), producers_.end(), [](const producer& p) { return p.is_alive; }));
}

std::size_t model::producer_of(const step& s) const {
  std::size_t skip = s.who % alive();
  for (std::size_t i = 0;; ++i)
    if (producers_[i].is_alive && skip-- == 0) return i;
}

bool model::allows(const step& s) const {
  switch (s.what) {
    case kind::claim: return alive() != 0 && claims_.size() < 6;
    case kind::write:
    case kind::throw_in_write:
    case kind::write_batch:
    case kind::write_batch_more:
    case kind::drop_batch:
    case kind::flush:
    case kind::move_producer:
    case kind::drop_producer: return alive() != 0;
    case kind::gather: return alive() != 0 && !on_.channel;
    case kind::copy_producer: return on_.shared && alive() != 0 && alive() < 3;
    case kind::send_soon:
    case kind::send_batch_soon: return on_.channel && alive() != 0;
    case kind::commit:
    case kind::shorten:
    case kind::commit_too_much:
    case kind::abort: return !claims_.empty();
    // Of one consumer: single reads, or a batch, or a drain.
    case kind::read: return consumer_ && !batch_;
    case kind::open_read: return consumer_ && !batch_ && reads_.size() < 2;
    case kind::end_read:
    case kind::keep_read: return !reads_.empty();
    case kind::drain: return consumer_ && !batch_ && reads_.empty();
    case kind::open_batch: return consumer_ && !batch_ && reads_.empty() && !on_.channel;
    case kind::next_in_batch:
    case kind::keep_in_batch:
    case kind::release_in_batch:
    case kind::end_batch: return batch_;
    case kind::release: return consumer_ && !batch_;
    case kind::move_consumer:
    case kind::drop_consumer: return consumer_;
    case kind::receive_soon: return on_.channel && consumer_;
    case kind::close:
    case kind::arm: return on_.channel && consumer_;
  }
  return false;
}

// Why a claim of this size gets no space now; null: it does.
const char* model::refuse(producer& p, std::size_t size, bool soon) {
  if (on_.channel && consumer_left_) return "disconnected";
  switch (queue_.would_claim(size)) {
    case models::reference_queue<>::answer::ok: return nullptr;
    case models::reference_queue<>::answer::too_large: ++p.counted.too_large; return "too_large";
    case models::reference_queue<>::answer::full: break;
  }
  ++p.counted.full;
  was_full_ = true;
  return soon ? "timeout" : "full";
}

std::optional<std::uint64_t> model::claim(const step& s, std::string& error) {
  const std::size_t who = producer_of(s);
  producer& p = producers_[who];
  const std::uint32_t tag = next_tag_++;
  if (const char* why = refuse(p, s.size, s.what == kind::send_soon)) return error = why, std::nullopt;
  const std::uint64_t start = queue_.place_of_next(s.size);
  p.counted.padding += start - queue_.tail();
  queue_.append(s.size, tag);
  claims_.push_back({start, s.size, who});
  return start;
}

void model::commit(const open_claim& c, std::size_t n) {
  queue_.commit(c.start, n);
  producer& p = producers_[c.producer];
  const std::uint64_t end = c.start + (n + 8 + on_.alignment() - 1) / on_.alignment() * on_.alignment();
  if (static_cast<std::int64_t>(end - p.committed_to) > 0) p.committed_to = end;
  ++p.counted.records;
  p.counted.bytes += n;
}

void model::abort(const open_claim& c) {
  queue_.abort(c.start);
  ++producers_[c.producer].counted.aborts;
}

// A batch without a record is claimed with the space of a header, which is then what is left.
std::size_t model::rest_of(const step& s) const {
  if (s.what == kind::write_batch_more || s.what == kind::drop_batch) return unit() * (1 + s.n / 8);
  return records_of(s) == 0 ? unit() : 0;
}

// To the reference its records are claims of their own, and so is what is left: in one piece, and made at once.
std::string model::batch(const step& s) {
  const std::size_t records = records_of(s), rest = rest_of(s), bytes = records * record_bytes(s) + rest;
  const std::size_t who = producer_of(s);
  producer& p = producers_[who];
  const std::uint32_t first_tag = next_tag_;
  next_tag_ += static_cast<std::uint32_t>(records);
  if (const char* why = refuse(p, bytes - 8, s.what == kind::send_batch_soon)) return why;
  const bool commits = s.what != kind::drop_batch && records != 0;
  const std::uint64_t start = queue_.place_of_next(bytes - 8, bytes);
  p.counted.padding += start - queue_.tail();
  std::uint64_t at = start, together = bytes;
  const auto append = [&](std::size_t size, std::uint32_t tag) {
    queue_.append(size, tag, std::exchange(together, 0));
    return std::exchange(at, queue_.tail());
  };
  for (std::size_t i = 0; i != records; ++i) {
    const std::uint64_t record = append(s.size, first_tag + static_cast<std::uint32_t>(i));
    if (commits) commit({record, s.size, who}, s.size);
    else queue_.abort(record);
  }
  if (rest != 0) queue_.abort(append(rest - 8, 0));
  if (!commits) ++p.counted.aborts;
  return batch_text(start, commits ? records : 0);
}

// What a read returns that finds nothing.
std::string model::no_record(bool soon) const {
  if (!on_.channel) return "empty";
  if (alive() == 0) return queue_.tail() != queue_.read_to() ? "abandoned" : "disconnected";
  if (closed_) return "closed";
  return soon ? "timeout" : "empty";
}

static std::string text_of(const models::reference_entry& e) {
  const std::string bytes = payload_of(e.size, e.tag);
  return record_text(e.start, e.tag, std::as_bytes(std::span(bytes)));
}

void model::consume(std::uint64_t threshold) {
  ++consumed_.records;
  consumed_.bytes += queue_.next()->size;
  queue_.consume_single(threshold);
}

// In a batch: when the next record is asked for, or at its end.
void model::consume_current() {
  if (!in_batch_) return;
  ++consumed_.records;
  consumed_.bytes += queue_.next()->size;
  queue_.consume();
  in_batch_.reset();
}

void model::stop_using() {
  if (--consumer_uses_ != 0) return;
  queue_.release();
  consumer_left_ = true;
}

std::string model::drain(const step& s) {
  std::string text;
  if (on_.channel) {  // drain_for(0): polls first
    if (queue_.next_single() == nullptr) return no_record(true);
  }
  std::size_t consumed = 0;
  std::string end;
  while (consumed != s.size) {
    const entry* e = queue_.next_of_many();
    if (e == nullptr) break;
    const std::string bytes = payload_of(e->size, e->tag);
    text += record_text(no_position, e->tag, std::as_bytes(std::span(bytes))) + "; ";
    const bool here = consumed == s.n / 4;
    if (here && s.n % 4 == 2) break;
    if (here && s.n % 4 == 3) {
      end = "thrown";
      break;
    }
    ++consumed_.records;
    consumed_.bytes += e->size;
    queue_.consume();
    ++consumed;
    if (here && s.n % 4 == 1) break;
  }
  queue_.release();
  return text + (end.empty() ? std::to_string(consumed) : end);
}

std::string model::apply(const step& s) {
  std::string error;
  switch (s.what) {
    case kind::write:
    case kind::send_soon:
    case kind::gather: {
      const auto start = claim(s, error);
      if (!start) return error;
      commit(claims_.back(), s.size);
      claims_.pop_back();
      return claimed_text(*start);
    }
    case kind::claim: {
      const auto start = claim(s, error);
      return start ? claimed_text(*start) : error;
    }
    case kind::write_batch:
    case kind::write_batch_more:
    case kind::drop_batch:
    case kind::send_batch_soon: return batch(s);
    case kind::throw_in_write: {
      const auto start = claim(s, error);
      if (!start) return error;
      abort(claims_.back());
      claims_.pop_back();
      return "thrown";
    }
    case kind::commit:
    case kind::shorten:
    case kind::commit_too_much:
    case kind::abort: {
      const auto i = static_cast<std::ptrdiff_t>(claim_of(s));
      const open_claim c = claims_[static_cast<std::size_t>(i)];
      const std::size_t n = s.what == kind::shorten ? shortened(s) : c.size;
      claims_.erase(claims_.begin() + i);
      if (s.what == kind::abort || s.what == kind::commit_too_much) abort(c);
      else commit(c, n);
      return s.what == kind::abort ? "aborted" : s.what == kind::commit_too_much ? "false" : "true";
    }
    case kind::flush: {
      const bool consumed = static_cast<std::int64_t>(queue_.head() - producers_[producer_of(s)].committed_to) >= 0;
      return consumed ? "true" : "false";
    }
    case kind::copy_producer:
      producers_.push_back({true, queue_.head(), {}});
      return "copied";
    case kind::move_producer: return "detached";
    case kind::drop_producer:
      producers_[producer_of(s)].is_alive = false;
      return "dropped";
    case kind::read:
    case kind::receive_soon:
    case kind::open_read: {
      const entry* e = queue_.next_single();
      if (e == nullptr) return no_record(s.what == kind::receive_soon);
      const std::string text = text_of(*e);
      if (s.what != kind::open_read) {
        consume(on_.threshold);
      } else {
        reads_.push_back(*e);
        ++consumer_uses_;
      }
      return text;
    }
    case kind::end_read:
    case kind::keep_read: {
      const auto i = static_cast<std::ptrdiff_t>(read_of(s));
      const entry e = reads_[static_cast<std::size_t>(i)];
      reads_.erase(reads_.begin() + i);
      // Of two claims of one record the first to end consumes it.
      if (s.what == kind::end_read && queue_.read_to() == e.start) consume(on_.threshold);
      stop_using();
      return "ended";
    }
    case kind::drain: return drain(s);
    case kind::open_batch:
      batch_ = true;
      ++consumer_uses_;
      return "opened";
    case kind::next_in_batch: {
      consume_current();
      const entry* e = queue_.next_of_many();
      if (e == nullptr) return "empty";
      in_batch_ = e->start;
      return text_of(*e);
    }
    case kind::keep_in_batch:
      in_batch_.reset();
      return "kept";
    case kind::release_in_batch:
      consume_current();
      queue_.release();
      return "released";
    case kind::end_batch:
      consume_current();
      queue_.release();
      batch_ = false;
      stop_using();
      return "ended";
    case kind::release:
      queue_.release();
      return "released";
    case kind::move_consumer: return on_.channel ? "detached" : "empty";
    case kind::drop_consumer:
      consumer_ = false;
      stop_using();
      return "dropped";
    case kind::close:
      closed_ = true;
      return "closed";
    case kind::arm: {
      const bool is_empty = queue_.next_single() == nullptr && no_record(false) == "empty";
      return is_empty ? "armed" : "not armed";
    }
  }
  return "?";
}

}  // namespace logbuf::test
