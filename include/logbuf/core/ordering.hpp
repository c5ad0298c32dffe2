// The ordering sites: every atomic access that the library makes, with its memory order and the reason for it.
//
// Memory orders are written down in this table and nowhere else in the library. The production policy reads it at compile
// time (atomics.hpp). The verification policies read it at run time, and can weaken one site to show what breaks.
// Layer: bottom. Includes nothing of logbuf.
#pragma once
#ifndef LOGBUF_CORE_ORDERING_HPP
#define LOGBUF_CORE_ORDERING_HPP

#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>

namespace logbuf::inline v0 {

enum class site : unsigned {
  // publish: producer to consumer
  header_poll,
  commit_store,
  abort_store,
  padding_store,
  remainder_store,
  batch_store,
  check_tail,
  clear_store,
  // reuse: consumer back to producer
  head_publish,
  head_refresh,
  // claim transfer: producer to producer
  tail_load,
  tail_reload,
  tail_claim,
  tail_claim_lost,
  // flush and lifetime
  flush_wait,
  consumer_leave,
  consumer_gone,
  owner_retain,
  owner_drop,
  // channel: park and notify
  notify_fence,
  park_fence,
  parked_store,
  parked_check,
  parked_claim,
  park_recheck,
  // channel: disconnection
  sender_retain,
  sender_drop,
  senders_check,
  abandoned_check,
  receiver_check,
  close_store,
  close_check,
  // numbers that other threads read, and that carry nothing
  tail_publish,
  occupancy_tail,
  occupancy_head,
  prefetch_tail,
  counter_load,
  counter_store,
  counter_retire,
};

inline constexpr std::size_t site_count = static_cast<std::size_t>(site::counter_retire) + 1;

struct ordering_site {
  enum class access { load, store, exchange, exchange_lost, fetch_add, fetch_sub, fence };

  site id;
  std::string_view name;
  access kind;
  std::memory_order order;
  std::string_view pairs_with;
  std::string_view carries;
  std::string_view breaks;  // what breaks when the order is weakened; for a relaxed site, why nothing does
};

inline constexpr std::array<ordering_site, site_count> ordering_sites{{
    {site::header_poll, "header_poll", ordering_site::access::load, std::memory_order_acquire,
     "commit_store, abort_store, padding_store",
     "the payload, dirty bytes of an aborted claim, and the header store itself, to the consumer",
     "the consumer reads a payload that is not written yet, or zeroes bytes that are still being written"},
    {site::commit_store, "commit_store", ordering_site::access::store, std::memory_order_release,
     "header_poll",
     "the payload, and the skip behind a shortened record, to the consumer",
     "the record is visible before its payload"},
    {site::abort_store, "abort_store", ordering_site::access::store, std::memory_order_release,
     "header_poll",
     "everything written before the abort, so that the zeroing comes after it",
     "a late payload store overwrites zeroed bytes, and becomes a stale header in the next lap"},
    {site::padding_store, "padding_store", ordering_site::access::store, std::memory_order_release,
     "header_poll",
     "the claim that contains the padding, and the header store, to the thread that reuses the bytes",
     "the zeroing of the skip races with its store, and a head past the padding can be seen before the claim"},
    {site::remainder_store, "remainder_store", ordering_site::access::store, std::memory_order_relaxed,
     "none: the commit_store that follows it in the same thread publishes it",
     "nothing of its own",
     "nothing: the consumer reaches the remainder only through the record's header, which it has acquired"},
    {site::batch_store, "batch_store", ordering_site::access::store, std::memory_order_relaxed,
     "none: the commit_store of the batch follows it in the same thread, or its abort_store",
     "nothing of its own",
     "nothing: the consumer reaches the later records of a batch only through the header of the first, which it has acquired"},
    {site::check_tail, "check_tail", ordering_site::access::load, std::memory_order_relaxed,
     "none: header_poll has acquired the header, whose producer moved the tail before it stored the header",
     "nothing: in a checked ring, no record with a sound header ends beyond this tail",
     "nothing: coherence forbids a tail older than the one that happens before the load"},
    {site::clear_store, "clear_store", ordering_site::access::store, std::memory_order_relaxed,
     "none: the commit_store, abort_store or padding_store that leads to the word follows in the same thread",
     "nothing of its own",
     "nothing: the consumer reaches the word only through a header that it has acquired"},
    {site::head_publish, "head_publish", ordering_site::access::store, std::memory_order_release,
     "head_refresh, flush_wait",
     "the consumer's reads and its zeroing, to the producer that claims the bytes next",
     "a producer overwrites bytes that are still being read, or the zeroing overwrites a new record"},
    {site::head_refresh, "head_refresh", ordering_site::access::load, std::memory_order_acquire,
     "head_publish",
     "the end of the consumer's reads and zeroing up to this head",
     "a producer writes into bytes that the consumer has not finished with"},
    {site::tail_load, "tail_load", ordering_site::access::load, std::memory_order_relaxed,
     "none",
     "nothing: tail_claim decides the claim, and a stale tail loses that exchange",
     "nothing: the producer gets the bytes through head_refresh alone"},
    {site::tail_reload, "tail_reload", ordering_site::access::load, std::memory_order_acquire,
     "tail_claim",
     "the head seen by the claim that stored this tail",
     "a new tail is compared with an older head, and a ring that has space reports full"},
    {site::tail_claim, "tail_claim", ordering_site::access::exchange, std::memory_order_release,
     "tail_reload",
     "the head that this claim has seen, to the next producer that checks for space",
     "a ring that has space reports full, as with tail_reload"},
    {site::tail_claim_lost, "tail_claim_lost", ordering_site::access::exchange_lost, std::memory_order_relaxed,
     "none",
     "nothing: the loop reads the tail again",
     "nothing: the value is not used"},
    {site::flush_wait, "flush_wait", ordering_site::access::load, std::memory_order_acquire,
     "head_publish",
     "what the consumer did with the records, to the producer that waited for it",
     "flush returns, but what the consumer wrote while it handled the records is not visible"},
    {site::consumer_leave, "consumer_leave", ordering_site::access::store, std::memory_order_release,
     "consumer_gone",
     "the last head, to a producer that flushes",
     "flush sees that the consumer has left, misses its last head, and reports consumed records as lost"},
    {site::consumer_gone, "consumer_gone", ordering_site::access::load, std::memory_order_acquire,
     "consumer_leave",
     "the last head, to a producer that flushes",
     "as with consumer_leave"},
    {site::owner_retain, "owner_retain", ordering_site::access::fetch_add, std::memory_order_relaxed,
     "none",
     "nothing: the thread that copies an owner holds one, so the count cannot reach zero meanwhile",
     "nothing: only the count matters"},
    {site::owner_drop, "owner_drop", ordering_site::access::fetch_sub, std::memory_order_acq_rel,
     "owner_drop of another owner",
     "every access of the other owners, to the last one, which frees the ring",
     "memory is freed while another thread still uses it"},
    {site::notify_fence, "notify_fence", ordering_site::access::fence, std::memory_order_seq_cst,
     "park_fence",
     "the order of this commit and the check of the parked flag after it",
     "the sender misses the flag and the receiver misses the record (store buffering): a lost wake-up"},
    {site::park_fence, "park_fence", ordering_site::access::fence, std::memory_order_seq_cst,
     "notify_fence",
     "the order of the parked flag and the poll for records after it",
     "as with notify_fence"},
    {site::parked_store, "parked_store", ordering_site::access::store, std::memory_order_relaxed,
     "none: park_fence follows",
     "nothing of its own",
     "nothing: the fences order it, and the records come through header_poll"},
    {site::parked_check, "parked_check", ordering_site::access::load, std::memory_order_relaxed,
     "none: notify_fence precedes it",
     "nothing of its own",
     "nothing: parked_claim decides on a stale 1; after a stale 0 the fences make the receiver's last poll see the record"},
    {site::parked_claim, "parked_claim", ordering_site::access::exchange, std::memory_order_relaxed,
     "none",
     "nothing: it only decides which of several senders wakes the receiver",
     "nothing: whatever its order, an exchange reads the value before its own, so only one of several senders reads the 1"},
    {site::park_recheck, "park_recheck", ordering_site::access::load, std::memory_order_relaxed,
     "none: the portable parker's mutex",
     "nothing of its own",
     "nothing: the waking thread changes the word, and then locks the mutex"},
    {site::sender_retain, "sender_retain", ordering_site::access::fetch_add, std::memory_order_relaxed,
     "none",
     "nothing: the thread that copies a sender holds one, so the count cannot reach zero meanwhile",
     "nothing: only the count matters"},
    {site::sender_drop, "sender_drop", ordering_site::access::fetch_sub, std::memory_order_release,
     "senders_check",
     "every record of this sender, and the tail, to the receiver that sees no senders left",
     "the receiver misses the last record, and reports that the senders have left (abandoned or disconnected)"},
    {site::senders_check, "senders_check", ordering_site::access::load, std::memory_order_acquire,
     "sender_drop",
     "every record of the senders that have left, to the poll that follows",
     "as with sender_drop"},
    {site::abandoned_check, "abandoned_check", ordering_site::access::load, std::memory_order_relaxed,
     "none: senders_check has acquired the last tail",
     "nothing of its own",
     "nothing: senders_check has acquired the last tail, and no sender is left to move it"},
    {site::receiver_check, "receiver_check", ordering_site::access::load, std::memory_order_relaxed,
     "none",
     "nothing: the sender stops, and needs nothing from the receiver",
     "nothing: seen late, it costs a record that no one would have read"},
    {site::close_store, "close_store", ordering_site::access::store, std::memory_order_relaxed,
     "none: notify_fence follows",
     "nothing: it is a request to stop waiting",
     "nothing: the fences order it against park_fence"},
    {site::close_check, "close_check", ordering_site::access::load, std::memory_order_relaxed,
     "none: park_fence precedes the check that decides",
     "nothing",
     "nothing: as with close_store"},
    {site::tail_publish, "tail_publish", ordering_site::access::store, std::memory_order_relaxed,
     "none",
     "nothing: the SPSC tail is private to its producer; other readers decide nothing by it, or have acquired it otherwise",
     "nothing: records are published by their headers"},
    {site::occupancy_tail, "occupancy_tail", ordering_site::access::load, std::memory_order_relaxed,
     "none", "nothing: an approximate number", "nothing: the result is out of date when it is returned"},
    {site::occupancy_head, "occupancy_head", ordering_site::access::load, std::memory_order_relaxed,
     "none", "nothing: an approximate number", "nothing: the result is out of date when it is returned"},
    {site::prefetch_tail, "prefetch_tail", ordering_site::access::load, std::memory_order_relaxed,
     "none", "nothing: a number up to which the consumer prefetches lines",
     "nothing: lines that are prefetched too early cost time"},
    {site::counter_load, "counter_load", ordering_site::access::load, std::memory_order_relaxed,
     "none", "nothing: a statistic", "nothing: each counter has one writer"},
    {site::counter_store, "counter_store", ordering_site::access::store, std::memory_order_relaxed,
     "none", "nothing: a statistic", "nothing: each counter has one writer"},
    {site::counter_retire, "counter_retire", ordering_site::access::fetch_add, std::memory_order_relaxed,
     "none", "nothing: a statistic", "nothing: additions commute"},
}};

namespace detail {
consteval bool table_is_in_order() {
  for (std::size_t i = 0; i != site_count; ++i)
    if (static_cast<std::size_t>(ordering_sites[i].id) != i) return false;
  return true;
}
static_assert(table_is_in_order(), "ordering_sites must list the sites in the order of the enumeration");
}  // namespace detail

constexpr const ordering_site& describe(site s) noexcept { return ordering_sites[static_cast<std::size_t>(s)]; }

// Names a site at an access: P::load(at<site::head_refresh>, ring.head).
template <site S>
struct site_tag {
  static constexpr std::memory_order order = describe(S).order;
};
template <site S>
inline constexpr site_tag<S> at{};

}  // namespace logbuf

#endif  // LOGBUF_CORE_ORDERING_HPP
