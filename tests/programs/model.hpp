// What a program has to do, step by step, by the sequential reference: every result, and which part of the buffer is free.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../../models/reference_queue.hpp"
#include "program.hpp"

namespace logbuf::test {

// The payload of the record with this tag: no zero byte, and different for every tag and length.
std::string payload_of(std::size_t size, std::uint32_t tag);

// The counts that a ring with statistics keeps. (lost_exchanges may also count spurious failures: not compared.)
struct counts {
  std::uint64_t records = 0, bytes = 0, full = 0, too_large = 0, aborts = 0, padding = 0;
  friend bool operator==(const counts&, const counts&) = default;
};

class model {
 public:
  explicit model(const setup& s);

  // Whether the step means anything now.
  bool allows(const step& s) const;
  // The result that the step must have.
  std::string apply(const step& s);

  const setup& on() const { return on_; }
  std::size_t max_payload() const { return queue_.max_payload(); }
  // Bytes from head to tail are in use; the others are the producers', and zero.
  std::uint64_t head() const { return queue_.head(); }
  std::uint64_t tail() const { return queue_.tail(); }
  std::size_t open_claims() const { return claims_.size(); }
  bool has_consumer() const { return consumer_; }

  // Which of several a number means; the ring has them in the same order.
  std::size_t claim_of(const step& s) const { return s.n % claims_.size(); }
  std::size_t read_of(const step& s) const { return s.n % reads_.size(); }
  std::size_t producer_of(const step& s) const;
  std::size_t shortened(const step& s) const { return s.size % (claims_[claim_of(s)].size + 1); }
  std::uint32_t next_tag() const { return next_tag_; }
  // Of a batch: how many records, the bytes that each takes, and what is left behind them.
  static std::size_t records_of(const step& s) { return s.n % 8; }
  std::size_t record_bytes(const step& s) const { return (s.size + 8 + unit() - 1) / unit() * unit(); }
  std::size_t rest_of(const step& s) const;

  struct producer {
    bool is_alive = true;
    std::uint64_t committed_to = 0;
    counts counted{};
  };
  const std::vector<producer>& producers() const { return producers_; }
  const counts& consumed() const { return consumed_; }
  bool was_full() const { return was_full_; }

 private:
  using entry = models::reference_entry;
  struct open_claim {
    std::uint64_t start;
    std::size_t size;
    std::size_t producer;
  };

  const char* refuse(producer& p, std::size_t size, bool soon);
  std::optional<std::uint64_t> claim(const step& s, std::string& error);
  void commit(const open_claim& c, std::size_t n);
  void abort(const open_claim& c);
  std::string batch(const step& s);
  std::string no_record(bool soon) const;
  std::string drain(const step& s);
  void consume(std::uint64_t threshold);
  void consume_current();
  void stop_using();
  std::size_t alive() const;
  std::size_t unit() const { return static_cast<std::size_t>(on_.alignment()); }

  setup on_;
  models::reference_queue<> queue_;
  std::vector<producer> producers_;
  std::vector<open_claim> claims_;
  std::vector<entry> reads_;
  bool batch_ = false;
  std::optional<std::uint64_t> in_batch_;  // start of the record that was handed out last
  bool consumer_ = true;
  unsigned consumer_uses_ = 1;
  bool consumer_left_ = false;
  bool closed_ = false;
  bool was_full_ = false;
  std::uint32_t next_tag_ = 1;
  counts consumed_{};
};

}  // namespace logbuf::test
