// A scenario: a small concurrent program over a ring, as data. Engines know nothing of it; it knows nothing of engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace logbuf::verify {

// The traits of the ring: checked, or zeroing::by_producer.
enum class form : std::uint8_t { plain, checked, producer_clears };
enum class variant : std::uint8_t { spsc, mpsc };

// What a thread does, one after the other. A producer's records carry a tag of their own and a payload whose every
// word would pass for a committed header, so that bytes that were not zeroed are taken for records and found out.
//
// There is a step for every public call that accesses shared memory, except these. statistics() needs rings of other traits;
// its counters are relaxed, and nothing depends on them. receive(stop) waits for a std::stop_token, whose words are the
// standard library's and thus unseen by the engines; what it adds to receive() is a callback that does what close() does
// behind its store. prepare_wake_fences() and is_degraded() access nothing shared, rest() neither.
struct op {
  enum class kind : std::uint8_t {
    // producer
    write,       // claim `size` bytes, fill, commit; `tries` times while it is full
    shorten,     // the same, but commit(`n`)
    abort,       // claim, fill, abort
    hold,        // claim, fill, keep the claim open
    commit_held, // commit the n-th claim that is held
    abort_held,
    write_bytes, // claim, copy and commit in one call: try_write, try_send
    gather,      // try_gather: `n` bytes, and the rest
    flush,       // wait for the consumer, `tries` looks
    flush_wait,  // flush()
    flush_soon,  // flush_until()
    flush_for,   // with a duration
    copy,        // put a copy of this thread's end in its place
    write_batch, // claim `n` records of `size` bytes together, fill, commit
    write_batch_more,  // the same, of a claim that has room for a header more
    drop_batch,  // as write_batch_more, aborted
    // consumer
    read,        // one try_read, consumed
    await,       // `n` records, each asked for until it is there
    keep,        // one try_read, kept unread
    drain,       // drain with limit `n`; of a receiver, which waits for the first record
    drain_stop,  // the handler says stop at the n-th record
    drain_keep,  // the handler keeps the record behind `n`
    batch,       // a batch scope with up to `n` records
    batch_keep,  // the last of them is kept
    batch_release,  // release() behind each
    release,
    // channel
    send,         // send(): waits while the ring is full
    send_soon,    // send_until()
    send_for,     // with a duration
    send_bytes,   // waits, copies and commits in one call
    send_batch,   // batch(): waits
    receive,      // receive(), `n` times, until it answers anything but a record
    receive_soon, // receive_until()
    receive_for,  // with a duration
    drain_soon,   // drain_until()
    drain_for,    // with a duration
    iterate,      // for (auto& record : receiver), until `n` records came or the end
    event_loop,   // arm(), wait for the event, and receive what is there, until `n` records came or the end
    close,
    // both
    occupancy,   // and of a sender is_disconnected()
    leave,       // destroy this thread's end
  };
  static constexpr std::size_t kinds = static_cast<std::size_t>(kind::leave) + 1;
  kind what;
  std::size_t size = 0;
  std::size_t n = 0;
  unsigned tries = 1;

  constexpr bool is_batch() const noexcept {
    return what == kind::write_batch || what == kind::write_batch_more || what == kind::drop_batch || what == kind::send_batch;
  }
  // What a batch claims beyond its records: a header's bytes.
  constexpr std::size_t rest() const noexcept { return what == kind::write_batch_more || what == kind::drop_batch ? 8 : 0; }
};

namespace ops {
constexpr op write(std::size_t size, unsigned tries = 1) { return {op::kind::write, size, 0, tries}; }
constexpr op shorten(std::size_t size, std::size_t n) { return {op::kind::shorten, size, n, 1}; }
constexpr op abort(std::size_t size) { return {op::kind::abort, size, 0, 1}; }
constexpr op hold(std::size_t size) { return {op::kind::hold, size, 0, 1}; }
constexpr op commit_held(std::size_t i) { return {op::kind::commit_held, 0, i, 1}; }
constexpr op abort_held(std::size_t i) { return {op::kind::abort_held, 0, i, 1}; }
constexpr op write_bytes(std::size_t size) { return {op::kind::write_bytes, size, 0, 1}; }
constexpr op gather(std::size_t size, std::size_t n) { return {op::kind::gather, size, n, 1}; }
constexpr op write_batch(std::size_t size, std::size_t n) { return {op::kind::write_batch, size, n, 1}; }
constexpr op write_batch_more(std::size_t size, std::size_t n) { return {op::kind::write_batch_more, size, n, 1}; }
constexpr op drop_batch(std::size_t size, std::size_t n) { return {op::kind::drop_batch, size, n, 1}; }
constexpr op send_batch(std::size_t size, std::size_t n) { return {op::kind::send_batch, size, n, 1}; }
constexpr op flush(unsigned tries) { return {op::kind::flush, 0, 0, tries}; }
constexpr op flush_wait() { return {op::kind::flush_wait, 0, 0, 1}; }
constexpr op flush_soon() { return {op::kind::flush_soon, 0, 0, 1}; }
constexpr op flush_for() { return {op::kind::flush_for, 0, 0, 1}; }
constexpr op copy() { return {op::kind::copy, 0, 0, 1}; }
constexpr op read() { return {op::kind::read, 0, 0, 1}; }
constexpr op await(std::size_t n) { return {op::kind::await, 0, n, 1}; }
constexpr op keep() { return {op::kind::keep, 0, 0, 1}; }
constexpr op drain(std::size_t limit) { return {op::kind::drain, 0, limit, 1}; }
constexpr op drain_stop(std::size_t n) { return {op::kind::drain_stop, 0, n, 1}; }
constexpr op drain_keep(std::size_t n) { return {op::kind::drain_keep, 0, n, 1}; }
constexpr op batch(std::size_t limit) { return {op::kind::batch, 0, limit, 1}; }
constexpr op batch_keep(std::size_t limit) { return {op::kind::batch_keep, 0, limit, 1}; }
constexpr op batch_release(std::size_t limit) { return {op::kind::batch_release, 0, limit, 1}; }
constexpr op release() { return {op::kind::release, 0, 0, 1}; }
constexpr op send(std::size_t size) { return {op::kind::send, size, 0, 1}; }
constexpr op send_soon(std::size_t size) { return {op::kind::send_soon, size, 0, 1}; }
constexpr op send_for(std::size_t size) { return {op::kind::send_for, size, 0, 1}; }
constexpr op send_bytes(std::size_t size) { return {op::kind::send_bytes, size, 0, 1}; }
constexpr op receive(std::size_t n) { return {op::kind::receive, 0, n, 1}; }
constexpr op receive_soon(std::size_t n) { return {op::kind::receive_soon, 0, n, 1}; }
constexpr op receive_for(std::size_t n) { return {op::kind::receive_for, 0, n, 1}; }
constexpr op drain_soon(std::size_t limit) { return {op::kind::drain_soon, 0, limit, 1}; }
constexpr op drain_for(std::size_t limit) { return {op::kind::drain_for, 0, limit, 1}; }
constexpr op iterate(std::size_t n) { return {op::kind::iterate, 0, n, 1}; }
constexpr op event_loop(std::size_t n) { return {op::kind::event_loop, 0, n, 1}; }
constexpr op close() { return {op::kind::close, 0, 0, 1}; }
constexpr op occupancy() { return {op::kind::occupancy, 0, 0, 1}; }
constexpr op leave() { return {op::kind::leave, 0, 0, 1}; }
}  // namespace ops

// States that a run has to reach in some execution, or it has proven nothing of what it is about.
enum class state : std::uint8_t {
  wrap,           // a record in a second or later lap
  third_lap,
  padding,        // the rest of a lap was skipped
  full,           // a claim was refused
  recovered,      // a claim succeeded after one was refused
  empty,          // a read found nothing
  delivered,      // a read found a record
  aborted,        // an abort left a skip
  shortened,      // a short commit left a skip
  lost_exchange,  // another producer overtook a claim
  held_back,      // a read ended without giving its space back
  published,      // the consumer gave space back
  exactly_full,   // the consumer had a whole lap before it gave any back
  reuse,          // a producer took a newer head
  flushed,        // a flush saw its records consumed
  flush_gave_up,
  overtaken_commit,  // a later claim was committed before an earlier one
  last_owner_producer,
  last_owner_consumer,
  stale_tail,     // a head beyond the tail that was read before it
  parked,         // the receiver slept
  woken,          // a sender woke it
  not_parked,     // the look after the announcement found something
  timed_out,
  spurious,       // the receiver woke for no reason
  disconnected,
  sender_told,    // a sender learned that the receiver is gone
  closed,
  armed,
  not_armed,
  degraded,       // the heavy fence was refused
  padding_by_0,   // which producer skipped the rest of a lap
  padding_by_1,
  padding_by_2,
  stale_poll,     // a poll saw an older header than the newest
  batched,        // several records were committed at once
};
inline constexpr std::size_t state_count = static_cast<std::size_t>(state::batched) + 1;

constexpr const char* to_string(state s) {
  constexpr const char* names[] = {"wrap",          "third lap",    "padding",   "full",          "recovered",
                                   "empty",         "delivered",    "aborted",   "shortened",     "lost exchange",
                                   "held back",     "published",    "exactly full", "reuse",      "flushed",
                                   "flush gave up", "overtaken commit", "producer frees", "consumer frees", "stale tail",
                                   "parked",        "woken",        "not parked", "timed out",    "spurious wake-up",
                                   "disconnected",  "sender told",  "closed",    "armed",         "not armed",
                                   "degraded",      "padding by 0", "padding by 1", "padding by 2",
                                   "stale poll",    "batched"};
  static_assert(sizeof(names) / sizeof(*names) == state_count);
  return names[static_cast<std::size_t>(s)];
}

struct workload {
  std::string name;
  std::string catches;  // what would be found here: one sentence
  variant ring = variant::spsc;
  std::size_t capacity = 32;    // bytes
  std::uint64_t threshold = 0;  // release_threshold
  std::vector<std::vector<op>> threads;  // the consumer comes last
  std::vector<state> reaches;
  std::uint64_t initial_position = 0;
  // How many bytes others have written and read since the producers were attached or last committed: what they remember of
  // the ring's positions is so old.
  std::uint64_t behind = 0;
  bool channel = false;
  form traits = form::plain;   // checked: rings of one or two producers; producer_clears: one producer
  bool asymmetric = false;     // fences of a channel
  unsigned spurious = 0;       // wake-ups for no reason that may happen
  bool refused = false;        // the kernel may refuse the heavy fence, from any moment on
  bool event = false;          // the channel has an event descriptor; it has one too where an event loop needs it
  unsigned spins_before_park = 0;
  unsigned spins_before_yield = ~0u;  // never
  bool prefetch = true;        // consumer_prefetch: its look at the tail is one more access
  bool deep = false;           // takes longer than the default run has: --deep alone
  unsigned bound = 0;          // too large for the reduced search: Relacy's own, with so many preemptions
};

// Those of the library, or those of a user in their place.
const std::vector<workload>& scenarios();
void use_scenarios(std::vector<workload> own);

}  // namespace logbuf::verify
