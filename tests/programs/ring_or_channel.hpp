// The system of every kind of ring and channel: production code over memory that can be inspected.
#pragma once

#include <chrono>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <logbuf/logbuf.hpp>

#include "answers.hpp"
#include "system.hpp"

namespace logbuf::test {

struct aligned_and_counted_traits : default_traits {
  using statistics = counting_statistics;
  static constexpr std::size_t payload_alignment = 64;
};
struct checked_traits : default_traits {
  static constexpr bool checked = true;
};

struct cleared_traits : default_traits {
  static constexpr zeroing zeroed = zeroing::by_producer;
};

// A buffer between guards, placed so that payloads are aligned.
class guarded_memory {
 public:
  guarded_memory(std::size_t size, std::size_t payload_alignment)
      : storage_(size + 4 * line, guard), size_(size) {
    const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
    begin_ = line + (line - address % line) % line + payload_alignment - header_size;
  }
  std::span<std::byte> bytes() { return std::span(storage_).subspan(begin_, size_); }
  bool is_guard_intact() const {
    for (std::size_t i = 0; i != storage_.size(); ++i)
      if ((i < begin_ || i >= begin_ + size_) && storage_[i] != guard) return false;
    return true;
  }

 private:
  static constexpr std::size_t line = 128;
  static constexpr std::byte guard{0xee};
  std::vector<std::byte> storage_;
  std::size_t size_, begin_ = 0;
};

struct thrown_by_program {};

template <class Claiming, bool Channel, class Traits>
class ring_or_channel final : public system_under_test {
  using producer_end = std::conditional_t<Channel, basic_sender<Traits, Claiming>, basic_producer<Traits, Claiming>>;
  using consumer_end = std::conditional_t<Channel, receiver<Traits>, consumer<Traits>>;
  using ring_traits_type = std::conditional_t<Channel, detail::channel_traits<Traits>, Traits>;

 public:
  explicit ring_or_channel(const setup& s) : memory_(static_cast<std::size_t>(s.capacity), Traits::payload_alignment) {
    options o;
    o.release_threshold = s.threshold;
    o.initial_position = s.position;
    o.consumer_prefetch = s.position % 16 == 0;  // in some programs: it must change no result
    auto ends = [&] {
      using ring = make_access<ring_traits_type, Claiming>;
      if constexpr (Channel)
        return channel_access<Traits, Claiming>::over(ring::borrowing(memory_.bytes(), nullptr, o), o);
      else
        return ring::borrowing(memory_.bytes(), nullptr, o);
    }();
    if (!ends) throw setup_failure(ends.error());
    producers_.emplace_back(std::move(ends->first));
    consumer_.emplace(std::move(ends->second));
  }

  std::string run(const step& s, const model& before) override {
    using kind = step::kind;
    switch (s.what) {
      case kind::write:
      case kind::send_soon: {
        const std::string text = payload_of(s.size, before.next_tag());
        auto& p = producer(s, before);
        if constexpr (Channel) {
          if (s.what == kind::send_soon) {
            auto claim = p.send_until(s.size, before.next_tag(), std::chrono::steady_clock::time_point{});
            if (!claim) return to_string(claim.error());
            std::memcpy(claim->data(), text.data(), text.size());
            const position_type at = claim->position();
            claim->commit();
            return claimed_text(at);
          }
          auto at = p.try_send(bytes_of(text), before.next_tag());
          return at ? claimed_text(*at) : to_string(at.error());
        } else {
          auto at = p.try_write(bytes_of(text), before.next_tag());
          return at ? claimed_text(*at) : to_string(at.error());
        }
      }
      case kind::gather: return gather(s, before);
      case kind::write_batch:
      case kind::write_batch_more:
      case kind::drop_batch:
      case kind::send_batch_soon: return run_batch(s, before);
      case kind::claim: {
        auto claim = claim_from(producer(s, before), s.size, before.next_tag());
        if (!claim) return to_string(claim.error());
        const std::string answer = fill(*claim, s.size);
        claims_.push_back(std::move(*claim));
        return answer;
      }
      case kind::throw_in_write: {
        try {
          auto claim = claim_from(producer(s, before), s.size, before.next_tag());
          if (!claim) return to_string(claim.error());
          fill(*claim, s.size);
          throw thrown_by_program{};
        } catch (const thrown_by_program&) {
          return "thrown";
        }
      }
      case kind::commit:
      case kind::shorten:
      case kind::commit_too_much:
      case kind::abort: {
        const auto i = static_cast<std::ptrdiff_t>(before.claim_of(s));
        auto claim = std::move(claims_[static_cast<std::size_t>(i)]);
        claims_.erase(claims_.begin() + i);
        if (s.what == kind::abort) return claim.abort(), "aborted";
        const bool done = s.what == kind::commit    ? claim.commit()
                          : s.what == kind::shorten ? claim.commit(before.shortened(s))
                                                    : claim.commit(claim.size() + 1 + s.size);
        return done ? "true" : "false";
      }
      case kind::flush: return producer(s, before).flush_for(std::chrono::seconds(0)) ? "true" : "false";
      case kind::copy_producer: {
        if constexpr (Claiming::shared) producers_.push_back(producer_end(producer(s, before)));
        return "copied";
      }
      case kind::move_producer: {
        auto& p = producer(s, before);
        producer_end moved(std::move(p));
        auto refused = claim_from(p, 0, 0);
        p = std::move(moved);
        return refused ? "claimed" : to_string(refused.error());
      }
      case kind::drop_producer: producers_[before.producer_of(s)].reset(); return "dropped";
      case kind::read: return text_of(read());
      case kind::open_read: {
        auto record = read();
        const std::string text = text_of(record);
        if (record) reads_.push_back(std::move(*record));
        return text;
      }
      case kind::end_read:
      case kind::keep_read: {
        const auto i = static_cast<std::ptrdiff_t>(before.read_of(s));
        auto record = std::move(reads_[static_cast<std::size_t>(i)]);
        reads_.erase(reads_.begin() + i);
        if (s.what == kind::keep_read) record.keep();
        return "ended";
      }
      case kind::drain: return drain(s);
      case kind::open_batch:
        if constexpr (!Channel) batch_.emplace(consumer_->batch());
        return "opened";
      case kind::next_in_batch:
        if constexpr (!Channel) return text_of(batch_->next());
        return "";
      case kind::keep_in_batch: batch_->keep(); return "kept";
      case kind::release_in_batch: batch_->release(); return "released";
      case kind::end_batch: batch_.reset(); return "ended";
      case kind::release: consumer_->release(); return "released";
      case kind::move_consumer: {
        consumer_end moved(std::move(*consumer_));
        auto nothing = read();
        *consumer_ = std::move(moved);
        return nothing ? "record" : to_string(nothing.error());
      }
      case kind::drop_consumer: consumer_.reset(); return "dropped";
      case kind::receive_soon:
        if constexpr (Channel) return text_of(consumer_->receive_for(std::chrono::seconds(0)));
        return "";
      case kind::close:
        if constexpr (Channel) consumer_->close();
        return "closed";
      case kind::arm:
        if constexpr (Channel) return consumer_->arm() ? "armed" : "not armed";
        return "";
    }
    return "?";
  }

  std::optional<std::string> check(const model& m) override {
    if (!memory_.is_guard_intact()) return "a byte outside of the buffer was written";
    const auto bytes = memory_.bytes();
    const auto mask = bytes.size() - 1;
    const std::uint64_t zeroed_to = detail::producer_clears<Traits> ? m.tail() + header_size : m.head() + bytes.size();
    for (std::uint64_t p = m.tail(); p != zeroed_to; ++p)
      if (bytes[static_cast<std::size_t>(p) & mask] != std::byte{0})
        return "the free byte at offset " + std::to_string(p & mask) + " is not zero";
    for (std::size_t i = 0; i != producers_.size(); ++i) {
      if (!producers_[i]) continue;
      if (producers_[i]->occupancy() != m.tail() - m.head())
        return "occupancy is " + std::to_string(producers_[i]->occupancy()) + ", not " + std::to_string(m.tail() - m.head());
      if (producers_[i]->max_payload() != m.max_payload()) return "max_payload is wrong";
      if constexpr (Traits::statistics::enabled) {
        const auto s = producers_[i]->statistics();
        if (counts{s.records, s.bytes, s.full, s.too_large, s.aborts, s.padding_bytes} != m.producers()[i].counted)
          return "the statistics of producer " + std::to_string(i) + " are wrong";
      }
    }
    if constexpr (Traits::statistics::enabled)
      if (consumer_ && (consumer_->statistics().records != m.consumed().records || consumer_->statistics().bytes != m.consumed().bytes))
        return "the statistics of the consumer are wrong";
    return std::nullopt;
  }

 private:
  static std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

  producer_end& producer(const step& s, const model& before) { return *producers_[before.producer_of(s)]; }

  static auto claim_from(producer_end& p, std::size_t size, std::uint32_t tag) {
    if constexpr (Channel) return p.try_send(size, tag);
    else return p.try_claim(size, tag);
  }

  template <class Claim>
  static std::string fill(Claim& claim, std::size_t size) {
    if (claim.size() != size) return "a claim of another size";
    if (reinterpret_cast<std::uintptr_t>(claim.data()) % Traits::payload_alignment != 0) return "a misaligned claim";
    for (const std::byte b : claim.bytes())
      if (b != std::byte{0} && !detail::producer_clears<Traits>) return "a claim that is not zero";
    const std::string text = payload_of(size, claim.tag());
    if (size != 0) std::memcpy(claim.data(), text.data(), size);
    return claimed_text(claim.position());
  }

  std::string gather([[maybe_unused]] const step& s, [[maybe_unused]] const model& before) {
    if constexpr (!Channel) {
      const std::string text = payload_of(s.size, before.next_tag());
      const auto bytes = bytes_of(text);
      const std::size_t first = s.size / 3, second = s.size / 2;
      auto at = producer(s, before).try_gather(
          {bytes.first(first), bytes.subspan(first, second - first), bytes.subspan(second)}, before.next_tag());
      return at ? claimed_text(*at) : to_string(at.error());
    }
    return "";
  }

  static auto batch_from(producer_end& p, std::size_t bytes, [[maybe_unused]] bool soon) {
    if constexpr (Channel)
      if (soon) return p.batch_until(bytes, std::chrono::steady_clock::time_point{});
    return p.try_batch(bytes);
  }

  std::string run_batch(const step& s, const model& before) {
    using kind = step::kind;
    const std::size_t records = model::records_of(s), one = before.record_bytes(s), rest = before.rest_of(s);
    std::size_t bytes = records * one + rest;
    if (one != record_bytes<Traits>(s.size)) return "record_bytes of another size";
    // What is asked for is rounded up to the alignment, and is one header at least.
    const std::size_t asked = bytes - (s.size + s.n) % (bytes == Traits::payload_alignment ? 9 : 8);
    auto claimed = batch_from(producer(s, before), asked, s.what == kind::send_batch_soon);
    if (!claimed) return to_string(claimed.error());
    auto batch = std::move(*claimed);
    const position_type at = batch.position();
    for (std::size_t i = 0; i != records; ++i, bytes -= one) {
      if (batch.remaining() != bytes) return "a batch with another rest";
      if (batch.add(bytes - header_size + 1)) return "a record that is larger than what is left of its batch";
      const std::uint32_t tag = before.next_tag() + static_cast<std::uint32_t>(i);
      const std::string text = payload_of(s.size, tag);
      if (i % 2 != 0) {
        if (!batch.write(bytes_of(text), tag)) return "a record that does not fit into its batch";
        continue;
      }
      const auto to = batch.add(s.size, tag);
      if (!to) return "a record that does not fit into its batch";
      if (to->size() != s.size) return "a record of another size in a batch";
      if (reinterpret_cast<std::uintptr_t>(to->data()) % Traits::payload_alignment != 0) return "misaligned in a batch";
      for (const std::byte b : *to)
        if (b != std::byte{0} && !detail::producer_clears<Traits>) return "a batch that is not zero";
      if (s.size != 0) std::memcpy(to->data(), text.data(), text.size());
    }
    if (batch.remaining() != rest || batch.records() != records) return "a batch with another rest";
    if (rest < header_size ? bool(batch.add(0)) : bool(batch.add(rest - header_size + 1))) return "a batch without an end";
    if (s.what != kind::drop_batch) return batch_text(at, batch.commit() ? records : 0);
    if (s.n % 2 == 0) batch.abort();  // or it is dropped here
    return batch_text(at, 0);
  }

  auto read() {
    if constexpr (Channel) return consumer_->try_receive();
    else return consumer_->try_read();
  }

  template <class Record>
  static std::string text_of(Record&& record) {
    if (!record) return to_string(record.error());
    if (reinterpret_cast<std::uintptr_t>(record->bytes().data()) % Traits::payload_alignment != 0) return "a misaligned record";
    return record_text(record->position(), record->tag(), record->bytes());
  }

  std::string drain(const step& s) {
    std::string text;
    std::size_t seen = 0;
    const auto handler = [&](std::span<const std::byte> bytes, std::uint32_t tag) {
      text += record_text(no_position, tag, bytes) + "; ";
      if (seen++ != s.n / 4 || s.n % 4 == 0) return drain_action::next;
      if (s.n % 4 == 3) throw thrown_by_program{};
      return s.n % 4 == 1 ? drain_action::stop : drain_action::keep;
    };
    try {
      if constexpr (Channel) {
        auto drained = consumer_->drain_for(std::chrono::seconds(0), handler, s.size);
        return drained ? text + std::to_string(*drained) : to_string(drained.error());
      } else if constexpr (Traits::checked) {
        auto drained = consumer_->drain(handler, s.size);
        return drained ? text + std::to_string(*drained) : to_string(drained.error());
      } else {
        return text + std::to_string(consumer_->drain(handler, s.size));
      }
    } catch (const thrown_by_program&) {
      return text + "thrown";
    }
  }

  guarded_memory memory_;
  std::vector<std::optional<producer_end>> producers_;
  std::optional<consumer_end> consumer_;
  std::vector<write_claim<ring_traits_type>> claims_;
  std::vector<read_claim<ring_traits_type>> reads_;
  std::optional<read_batch<ring_traits_type>> batch_;
};

template <class Claiming, bool Channel>
std::unique_ptr<system_under_test> make_with_traits(const setup& s) {
  switch (s.traits) {
    case form::aligned_and_counted: return std::make_unique<ring_or_channel<Claiming, Channel, aligned_and_counted_traits>>(s);
    case form::checked: return std::make_unique<ring_or_channel<Claiming, Channel, checked_traits>>(s);
    case form::cleared:
      if constexpr (!Claiming::shared) return std::make_unique<ring_or_channel<Claiming, Channel, cleared_traits>>(s);
      break;
    case form::plain: break;
  }
  return std::make_unique<ring_or_channel<Claiming, Channel, default_traits>>(s);
}

}  // namespace logbuf::test
