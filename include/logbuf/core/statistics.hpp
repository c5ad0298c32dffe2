// Opt-in statistics: traits::statistics = counting_statistics. With no_statistics none of this is compiled in.
#pragma once
#ifndef LOGBUF_CORE_STATISTICS_HPP
#define LOGBUF_CORE_STATISTICS_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#include "ordering.hpp"

namespace logbuf::inline v0 {

// Traits::statistics that counts nothing.
struct no_statistics {
  static constexpr bool enabled = false;  // whether anything is counted
};
// Traits::statistics that counts, in each producer and in the consumer.
struct counting_statistics {
  static constexpr bool enabled = true;  // whether anything is counted
};

// What one producer did since it was made (a copy starts at zero). Counts, unless the name says bytes.
struct producer_statistics {
  std::uint64_t records = 0;         // committed
  std::uint64_t bytes = 0;           // their payload
  std::uint64_t full = 0;            // claims refused: no space at that time, or (send) until the deadline
  std::uint64_t too_large = 0;       // claims refused: larger than max_payload()
  std::uint64_t aborts = 0;          // claims that became a skip
  std::uint64_t padding_bytes = 0;   // skipped before the end of the buffer
  std::uint64_t lost_exchanges = 0;  // MPSC: exchanges that another producer won, and spurious failures

  // Adds each count.
  producer_statistics& operator+=(const producer_statistics& o) noexcept {
    records += o.records;
    bytes += o.bytes;
    full += o.full;
    too_large += o.too_large;
    aborts += o.aborts;
    padding_bytes += o.padding_bytes;
    lost_exchanges += o.lost_exchanges;
    return *this;
  }
  friend bool operator==(const producer_statistics&, const producer_statistics&) = default;
};

// What the consumer did since it was made.
struct consumer_statistics {
  std::uint64_t records = 0;           // consumed
  std::uint64_t bytes = 0;             // their payload
  std::uint64_t high_water_bytes = 0;  // most bytes in the ring (headers, padding, open claims) at any poll
  producer_statistics retired{};       // the sum over the producers that no longer exist
};

namespace detail {

enum class count : std::size_t { records, bytes, full, too_large, aborts, padding_bytes, lost_exchanges };
inline constexpr std::size_t producer_counts = 7;
enum class read_count : std::size_t { records, bytes, high_water };
inline constexpr std::size_t consumer_counts = 3;

// Words with one writer, readable from every thread. Each is exact by itself. Together they are not a snapshot.
template <class P, std::size_t N>
struct counters {
  typename P::template word<std::uint64_t> words[N]{};

  std::uint64_t get(std::size_t i) const noexcept { return P::load(at<site::counter_load>, words[i]); }
  void set(std::size_t i, std::uint64_t n) noexcept { P::store(at<site::counter_store>, words[i], n); }
  void add(std::size_t i, std::uint64_t n) noexcept { set(i, get(i) + n); }
};

template <class P>
producer_statistics read_all(const counters<P, producer_counts>& c) noexcept {
  return {c.get(0), c.get(1), c.get(2), c.get(3), c.get(4), c.get(5), c.get(6)};
}

// Adds the counts of a producer that no longer exists. These totals have many writers, so this uses atomic additions.
template <class P>
void retire(counters<P, producer_counts>& total, const counters<P, producer_counts>& gone) noexcept {
  for (std::size_t i = 0; i != producer_counts; ++i) P::fetch_add(at<site::counter_retire>, total.words[i], gone.get(i));
}

struct no_counters {};

}  // namespace detail
}  // namespace logbuf

#endif  // LOGBUF_CORE_STATISTICS_HPP
