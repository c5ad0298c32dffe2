// Each ordering site as a function of its own, through the production policy: docs/book/update.py disassembles them.
#include <atomic>
#include <cstdint>

#include <logbuf/logbuf.hpp>

namespace {
using P = logbuf::std_atomics;
using logbuf::at;
using logbuf::site;
using u64 = std::uint64_t;
using u32 = std::uint32_t;
}  // namespace

#define FUNCTION(name) extern "C" LOGBUF_NOINLINE auto site_##name
#define LOAD(name, T) FUNCTION(name)(const std::atomic<T>& word) { return P::load(at<site::name>, word); }
#define STORE(name, T) FUNCTION(name)(std::atomic<T>& word, T value) { P::store(at<site::name>, word, value); }
#define LOAD_HEADER(name) FUNCTION(name)(P::region ring, std::size_t offset) { return P::load_header(at<site::name>, ring, offset); }
#define STORE_HEADER(name) FUNCTION(name)(P::region ring, std::size_t offset, u64 value) { P::store_header(at<site::name>, ring, offset, value); }
#define ADD(name, T) FUNCTION(name)(std::atomic<T>& word) { return P::fetch_add(at<site::name>, word, 1); }
#define SUBTRACT(name, T) FUNCTION(name)(std::atomic<T>& word) { return P::fetch_sub(at<site::name>, word, 1); }

// publish
LOAD_HEADER(header_poll)
STORE_HEADER(commit_store)
STORE_HEADER(abort_store)
STORE_HEADER(padding_store)
STORE_HEADER(remainder_store)
STORE_HEADER(batch_store)
LOAD(check_tail, u64)
STORE_HEADER(clear_store)
// reuse
STORE(head_publish, u64)
LOAD(head_refresh, u64)
// claim transfer
LOAD(tail_load, u64)
LOAD(tail_reload, u64)
FUNCTION(tail_claim)(std::atomic<u64>& word, u64 expected, u64 desired) {
  return P::compare_exchange_weak(at<site::tail_claim>, at<site::tail_claim_lost>, word, expected, desired);
}
// flush and life time
LOAD(flush_wait, u64)
STORE(consumer_leave, u32)
LOAD(consumer_gone, u32)
ADD(owner_retain, u32)
SUBTRACT(owner_drop, u32)
// park against notify
FUNCTION(notify_fence__symmetric)() { P::light_fence(at<site::notify_fence>, false); }
FUNCTION(notify_fence__asymmetric)() { P::light_fence(at<site::notify_fence>, true); }
FUNCTION(park_fence__symmetric)() { return P::heavy_fence(at<site::park_fence>, false); }
FUNCTION(park_fence__asymmetric)() { return P::heavy_fence(at<site::park_fence>, true); }
STORE(parked_store, u32)
LOAD(parked_check, u32)
LOAD(park_recheck, u32)
FUNCTION(parked_claim)(std::atomic<u32>& word) { return P::exchange(at<site::parked_claim>, word, 0); }
// disconnection
ADD(sender_retain, u32)
SUBTRACT(sender_drop, u32)
LOAD(senders_check, u32)
LOAD(abandoned_check, u64)
LOAD(receiver_check, u32)
STORE(close_store, u32)
LOAD(close_check, u32)
// numbers
STORE(tail_publish, u64)
LOAD(occupancy_tail, u64)
LOAD(occupancy_head, u64)
LOAD(prefetch_tail, u64)
LOAD(counter_load, u64)
STORE(counter_store, u64)
ADD(counter_retire, u64)
