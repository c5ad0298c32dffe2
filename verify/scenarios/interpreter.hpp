// Runs a workload on a ring of the production headers, with an engine's atomics, and asks the oracle.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <logbuf/logbuf.hpp>

#include "oracle.hpp"
#include "run_state.hpp"
#include "workload.hpp"

namespace logbuf::verify {

template <class Claiming>
struct ends_of {};

}  // namespace logbuf::verify

// What makes ends may also look into them.
template <logbuf::ring_traits Traits, class Claiming>
struct logbuf::make_access<Traits, logbuf::verify::ends_of<Claiming>> {
  static detail::producer_cursor<Traits>& cursor_of(const basic_producer<Traits, Claiming>& p) { return *p.cursor_; }
  static detail::consumer_cursor<Traits>& cursor_of(const consumer<Traits>& c) { return *c.cursor_; }
};

namespace logbuf::verify {

template <class Engine, class Claiming, bool Channel, form Form = form::plain>
class interpreter {
 public:
  interpreter()
      : work_(*running.what),
        waiting_(work_.spurious, work_.refused),
        buffer_(work_.capacity),
        oracle_(work_.capacity, work_.initial_position, Form == form::producer_clears ? header_size : 0) {
    options o;
    o.release_threshold = work_.threshold;
    o.initial_position = work_.initial_position - work_.behind;
    o.consumer_prefetch = work_.prefetch;
    o.spins_before_park = work_.spins_before_park;
    o.spins_before_yield = work_.spins_before_yield;
    o.fences = work_.asymmetric ? wake_fences::asymmetric : wake_fences::symmetric;
    if (work_.event) o.event_descriptor = 0;
    for (const op& what : work_.threads.back())
      if (what.what == op::kind::event_loop) o.event_descriptor = 0;
    auto made = ring_access::over(Engine::memory_over(buffer_), work_.capacity, o);
    if (!made) std::abort();
    using look_into = make_access<ring_traits_of_ends, ends_of<Claiming>>;
    auto& producer = look_into::cursor_of(made->first);
    auto& consumer = look_into::cursor_of(made->second);
    auto ends = finish_making(std::move(made), o);
    consumer_.emplace(std::move(ends->second));
    producers_[0].emplace(std::move(ends->first));
    if constexpr (Claiming::shared)
      for (unsigned t = 1; t < consumer_thread(); ++t) producers_[t].emplace(*producers_[0]);
    if (work_.behind != 0) go_on_without(producer, consumer);
    models::current.begin_execution();  // the trace starts with the threads
  }

  void before() {}

  void thread(unsigned t) {
    for (const op& o : work_.threads[t]) t == consumer_thread() ? consume(o) : produce(t, o);
  }

  void after() {
    if (models::current.is_trace_full())
      check(models::current.explain("the execution is too long for the trace, and the checks need all of it"));
    survey();
    const bool complete = consumer_.has_value();
    if (complete) {
      while (read_one(true)) {}
      for (std::size_t i = 0; i != work_.capacity; i += 8)
        if (buffer_.value_at(i) != 0 && (Form != form::producer_clears || i == oracle_.end() % work_.capacity))
          check(models::current.explain("everything is consumed, but the word at byte %zu is not zero", i));
    }
    check(oracle_.check(complete, Engine::has_clocks, consumer_thread()));
  }

 private:
  struct traits : default_traits {
    using atomics = typename Engine::atomics;
    static constexpr bool checked = Form == form::checked;
    static constexpr zeroing zeroed = Form == form::producer_clears ? zeroing::by_producer : zeroing::by_consumer;
  };
  using producer_end = std::conditional_t<Channel, basic_sender<traits, Claiming>, basic_producer<traits, Claiming>>;
  using consumer_end = std::conditional_t<Channel, receiver<traits>, consumer<traits>>;
  using claim_end = typename producer_end::claim_type;
  using ring_traits_of_ends = std::conditional_t<Channel, detail::channel_traits<traits>, traits>;
  using ring_access = make_access<ring_traits_of_ends, Claiming>;

  static auto finish_making(result<typename ring_access::ends, setup_error> ring, const options& o) {
    if constexpr (Channel) return channel_access<traits, Claiming>::over(std::move(ring), o);
    else return ring;
  }

  // The producers are attached, and then the ring goes on by `behind` bytes, all of them read, zeroed and released: with many
  // producers, by the records of another one that has left since. A single producer has written them itself, and aborted
  // each, so that it remembers no commit since.
  template <class Producer, class Consumer>
  void go_on_without(Producer& p, Consumer& c) {
    using P = typename traits::atomics;
    const position_type now = work_.initial_position;
    if constexpr (!Claiming::shared) p.tail = p.near = p.limit = now;
    c.position = c.released = c.tail_seen = c.looked_at = now;
    P::store(at<site::tail_publish>, p.ring->tail, now);
    P::store(at<site::head_publish>, p.ring->head, now);
  }

  static constexpr std::chrono::nanoseconds a_while{1};

  struct held {
    std::optional<claim_end> claim;
    std::size_t logged = 0;
  };

  unsigned consumer_thread() const { return static_cast<unsigned>(work_.threads.size()) - 1; }

  static void check(const char* wrong) {
    if (wrong != nullptr) Engine::fail();
  }

  // The clock of this thread's last access at one of these sites: the access that decided.
  template <class... Sites>
  static vector_clock decided_at(unsigned t, Sites... sites) {
    const auto& s = models::current;
    for (std::size_t i = s.trace_size; i-- != 0;) {
      const models::event& e = s.trace[i];
      if (e.thread == t && (e.what == models::step::header_store || e.what == models::step::atomic_store ||
                            e.what == models::step::exchange_won) &&
          ((e.where == sites) || ...))
        return e.clock;
    }
    return Engine::now();
  }

  std::uint32_t next_tag(unsigned t) { return (t + 1) * 32 + ++written_[t]; }

  void produce(unsigned t, const op& o) {
    producer_end& p = *producers_[t];
    switch (o.what) {
      case op::kind::write_bytes:
      case op::kind::gather:
      case op::kind::send_bytes: write_whole(t, o); return;
      case op::kind::write_batch:
      case op::kind::write_batch_more:
      case op::kind::drop_batch:
      case op::kind::send_batch: write_batch(t, o); return;
      case op::kind::write:
      case op::kind::send:
      case op::kind::send_soon:
      case op::kind::send_for:
      case op::kind::shorten:
      case op::kind::abort:
      case op::kind::hold: {
        std::size_t logged = 0;
        auto claim = claim_and_fill(t, o, logged);
        if (o.what == op::kind::hold) {
          held_[t][held_count_[t]++] = {std::move(claim), logged};  // also a refused one, so that the numbers hold
        } else if (!claim) {
          return;
        } else if (o.what == op::kind::abort) {
          finish_abort(t, *claim, logged);
        } else {
          finish_commit(t, *claim, logged, o.what == op::kind::shorten ? o.n : o.size);
        }
        return;
      }
      case op::kind::commit_held:
      case op::kind::abort_held: {
        held& h = held_[t][o.n];
        if (!h.claim) return;
        note_overtaking(t, o.n);
        if (o.what == op::kind::commit_held) finish_commit(t, *h.claim, h.logged, h.claim->size());
        else finish_abort(t, *h.claim, h.logged);
        return;
      }
      case op::kind::flush:
      case op::kind::flush_wait:
      case op::kind::flush_soon:
      case op::kind::flush_for: flush(t, p, o); return;
      case op::kind::copy:
        if constexpr (Claiming::shared) {
          producer_end copy(p);
          p = std::move(copy);
          oracle_.copied(t);
        }
        return;
      case op::kind::occupancy:
        check_occupancy(p);
        if constexpr (Channel)
          if (p.is_disconnected()) check_receiver_is_gone();
        return;
      case op::kind::close:
        closed_ = true;
        if constexpr (Channel) consumer_->close();
        return;
      case op::kind::leave:
        producers_[t].reset();
        if (freed()) reach(state::last_owner_producer);
        return;
      default: std::abort();
    }
  }

  void flush(unsigned t, producer_end& p, const op& o) {
    bool flushed = false, gave_up = false;
    if (o.what == op::kind::flush) {
      unsigned looks = 0;
      Engine::begin_wait(o.tries);
      if constexpr (!Channel) flushed = p.flush_while([&] { return ++looks < o.tries; });
      gave_up = !flushed && looks == o.tries;
    } else {
      Engine::begin_wait(0);
      const std::size_t since = models::current.trace_size;
      if (o.what == op::kind::flush_wait) flushed = p.flush();
      else if (o.what == op::kind::flush_soon) flushed = p.flush_until(Engine::soon());
      else flushed = p.flush_for(a_while);
      gave_up = !flushed && count_since(since, t, models::step::expired, site::parked_store) != 0;
    }
    Engine::end_wait();
    reach(flushed ? state::flushed : state::flush_gave_up);
    if (flushed) {
      if constexpr (Engine::has_clocks) check(oracle_.flushed(t, consumer_thread(), Engine::now()));
    } else if (!gave_up && !consumer_left_complete_) {
      check(models::current.explain("flush gives up, but the consumer is there"));
    } else if (!gave_up && oracle_.all_delivered(t)) {
      check(models::current.explain("flush reports lost records, but all were consumed before the consumer left"));
    }
  }

  // Claim, copy and commit in one call. The consumer may have the record before the call returns: whoever comes first writes
  // down the claim, from the access that made it.
  void write_whole(unsigned t, const op& o) {
    const std::uint32_t tag = next_tag(t);
    std::array<std::byte, max_payload> bytes{};
    const auto payload = std::span(bytes).first(o.size);
    fill_pattern(payload, tag);
    whole_writes_[t] = {models::current.trace_size, 0, tag, o.size, 0, true};
    Engine::begin_wait(0);
    const auto written = whole_from(*producers_[t], o, std::span<const std::byte>(payload), tag);
    Engine::end_wait();
    note_vain_looks(t, whole_writes_[t].since);
    if (!written) {
      whole_writes_[t].is_open = false;
      return (void)failed(t, o, written.error());
    }
    log_whole_write(t);
    if (whole_writes_[t].start != *written)
      check(models::current.explain("record %u is not at the position that its write returned", tag));
    oracle_.finished(whole_writes_[t].logged, decided_at(t, site::commit_store));
  }
  static auto whole_from(producer_end& p, const op& o, std::span<const std::byte> bytes, std::uint32_t tag) {
    if constexpr (Channel) return o.what == op::kind::send_bytes ? p.send(bytes, tag) : p.try_send(bytes, tag);
    else if (o.what == op::kind::gather) return p.try_gather({bytes.first(o.n), bytes.subspan(o.n)}, tag);
    else return p.try_write(bytes, tag);
  }
  void log_whole_write(unsigned t) {
    whole_write& w = whole_writes_[t];
    if (!w.is_open) return;
    const auto& s = models::current;
    for (std::size_t i = w.since; i != s.trace_size; ++i) {
      const models::event& e = s.trace[i];
      if (e.thread != t || !((e.what == models::step::exchange_won && e.where == site::tail_claim) ||
                             (e.what == models::step::atomic_store && e.where == site::tail_publish)))
        continue;
      w.is_open = false;
      w.start = e.value - detail::stride_of<8>(w.size + header_size);
      w.logged = claimed(t, w.start, w.size, w.tag);
      oracle_.will_commit(w.logged, w.size);
      return;
    }
  }
  static std::size_t count_since(std::size_t since, unsigned t, models::step what, site where) {
    const auto trace = std::span(models::current.trace).first(models::current.trace_size).subspan(since);
    return static_cast<std::size_t>(std::count_if(trace.begin(), trace.end(), [&](const models::event& e) {
      return e.thread == t && e.what == what && e.where == where;
    }));
  }
  // A sender looks for its receiver before each attempt: more than one, and the earlier ones found the ring full.
  void note_vain_looks(unsigned t, std::size_t since) {
    if (count_since(since, t, models::step::atomic_load, site::receiver_check) < 2) return;
    reach(state::full);
    was_full_[t] = true;
  }

  void check_receiver_is_gone() const {
    if (!consumer_left_complete_) check(models::current.explain("a sender is told that the receiver is gone, but it is there"));
  }

  template <class End>
  void check_occupancy(const End& e) {
    if (e.occupancy() > work_.capacity) check(models::current.explain("the occupancy is more than the capacity"));
  }

  std::optional<claim_end> claim_and_fill(unsigned t, const op& o, std::size_t& logged) {
    const std::uint32_t tag = next_tag(t);
    for (unsigned i = 0; i != o.tries; ++i) {
      const std::size_t since = models::current.trace_size;
      Engine::begin_wait(0);
      auto claim = claim_from(*producers_[t], o, tag);
      Engine::end_wait();
      note_vain_looks(t, since);
      if (!claim) {
        if (!failed(t, o, claim.error())) return std::nullopt;
        continue;
      }
      logged = claimed(t, claim->position(), o.size, tag);
      std::array<std::byte, max_payload> bytes{};
      fill_pattern(std::span(bytes).first(o.size), tag);
      Engine::write(claim->bytes(), std::span(bytes).first(o.size));
      return std::move(*claim);
    }
    return std::nullopt;
  }

  // The oracle has the records of a batch, and its rest, as claims of their own that are made at once.
  void write_batch(unsigned t, const op& o) {
    const std::size_t rest = o.rest();
    const std::size_t stride = record_bytes(o.size), bytes = o.n * stride + rest;
    const std::size_t since = models::current.trace_size;
    Engine::begin_wait(0);
    auto batch = batch_from(*producers_[t], o, bytes);
    Engine::end_wait();
    note_vain_looks(t, since);
    if (!batch) return (void)failed(t, {o.what, bytes - header_size, 0, 1}, batch.error());
    const bool drop = o.what == op::kind::drop_batch;
    for (std::size_t i = 0; i != o.n; ++i) {
      const std::uint32_t tag = next_tag(t);
      const std::size_t logged = claimed(t, batch->position() + i * stride, o.size, tag);
      if (i == 0) oracle_.begins_batch(logged, bytes);
      else oracle_.is_in_batch(logged);
      batch_[t][i] = {logged, tag};
    }
    if (rest != 0) {
      batch_[t][o.n] = {claimed(t, batch->position() + o.n * stride, 0, next_tag(t)), 0};
      oracle_.is_in_batch(batch_[t][o.n].logged);
      oracle_.will_abort(batch_[t][o.n].logged);
    }
    for (std::size_t i = 0; i != o.n; ++i) {
      const auto payload = batch->add(o.size, batch_[t][i].tag);
      if (!payload) check(models::current.explain("a record does not fit into its batch: %s", to_string(payload.error())));
      std::array<std::byte, max_payload> pattern{};
      fill_pattern(std::span(pattern).first(o.size), batch_[t][i].tag);
      Engine::write(*payload, std::span(pattern).first(o.size));
    }
    if (batch->remaining() != rest) check(models::current.explain("what is left of a batch is not what was not used"));
    for (std::size_t i = 0; i != o.n; ++i)
      if (drop) oracle_.will_abort(batch_[t][i].logged);
      else oracle_.will_commit(batch_[t][i].logged, o.size);
    reach(drop ? state::aborted : state::batched);
    if (drop) batch->abort();
    else if (!batch->commit()) check(models::current.explain("the commit of an open batch was refused"));
    const auto at = decided_at(t, drop ? site::abort_store : site::commit_store);
    for (std::size_t i = 0; i != o.n + (rest != 0); ++i) oracle_.finished(batch_[t][i].logged, at);
  }
  static auto batch_from(producer_end& p, const op& o, std::size_t bytes) {
    if constexpr (Channel)
      if (o.what == op::kind::send_batch) return p.batch(bytes);
    return p.try_batch(bytes);
  }

  static auto claim_from(producer_end& p, const op& o, std::uint32_t tag) {
    if constexpr (!Channel) return p.try_claim(o.size, tag);
    else if (o.what == op::kind::send) return p.send(o.size, tag);
    else if (o.what == op::kind::send_soon) return p.send_until(o.size, tag, Engine::soon());
    else if (o.what == op::kind::send_for) return p.send_for(o.size, tag, a_while);
    else return p.try_send(o.size, tag);
  }
  // A claim that failed; false: another try fails too.
  template <class Error>
  bool failed(unsigned t, const op& o, Error why) {
    if (is_disconnected(why)) {
      reach(state::sender_told);
      check_receiver_is_gone();
      return false;
    }
    const bool may_time_out = o.what == op::kind::send_soon || o.what == op::kind::send_for;
    const bool waits = o.what == op::kind::send || o.what == op::kind::send_bytes || o.what == op::kind::send_batch;
    if (waits || !(may_time_out ? is_timeout(why) : is_full(why)))
      check(models::current.explain("a claim of a valid size fails: %s", to_string(why)));
    refused(t, o.size);
    return true;
  }
  static bool is_full(claim_error e) { return e == claim_error::full; }
  static bool is_full(send_error e) { return e == send_error::full; }
  static bool is_timeout(claim_error) { return false; }
  static bool is_timeout(send_error e) { return e == send_error::timeout; }
  static bool is_disconnected(claim_error) { return false; }
  static bool is_disconnected(send_error e) { return e == send_error::disconnected; }

  void refused(unsigned t, std::size_t size) {
    reach(state::full);
    was_full_[t] = true;
    oracle_.refused(t, size, Engine::now());
  }

  std::size_t claimed(unsigned t, std::uint64_t start, std::size_t size, std::uint32_t tag) {
    const std::uint64_t lap = (start - (work_.initial_position & ~(work_.capacity - 1))) / work_.capacity;
    if (lap >= 1) reach(state::wrap);
    if (lap >= 2) reach(state::third_lap);
    if (was_full_[t]) reach(state::recovered);
    return oracle_.claimed(t, start, size, tag, decided_at(t, site::tail_claim, site::tail_publish));
  }

  void finish_commit(unsigned t, claim_end& claim, std::size_t logged, std::size_t n) {
    if (n != claim.size()) reach(state::shortened);
    oracle_.will_commit(logged, n);
    if (!claim.commit(n)) check(models::current.explain("the commit of an open claim was refused"));
    oracle_.finished(logged, decided_at(t, site::commit_store));
  }

  void finish_abort(unsigned t, claim_end& claim, std::size_t logged) {
    reach(state::aborted);
    oracle_.will_abort(logged);
    claim.abort();
    oracle_.finished(logged, decided_at(t, site::abort_store));
  }

  void note_overtaking(unsigned t, std::size_t i) {
    for (std::size_t earlier = 0; earlier != i; ++earlier)
      if (held_[t][earlier].claim && held_[t][earlier].claim->is_open()) reach(state::overtaken_commit);
  }

  void consume(const op& o) {
    switch (o.what) {
      case op::kind::read: read_one(true); return;
      case op::kind::await:
        for (std::size_t i = 0; i != o.n; ++i) {
          Engine::begin_wait(0);
          while (!read_one(true)) Engine::atomics::nap();
          Engine::end_wait();
        }
        return;
      case op::kind::keep: read_one(false); return;
      case op::kind::drain:
      case op::kind::drain_stop:
      case op::kind::drain_keep:
      case op::kind::drain_soon:
      case op::kind::drain_for: drain(o); return;
      case op::kind::batch:
      case op::kind::batch_keep:
      case op::kind::batch_release:
        if constexpr (!Channel) batch(o);
        return;
      case op::kind::receive:
      case op::kind::receive_soon:
      case op::kind::receive_for:
        if constexpr (Channel) receive(o);
        return;
      case op::kind::iterate:
        if constexpr (Channel) iterate(o.n);
        return;
      case op::kind::event_loop:
        if constexpr (Channel) event_loop(o.n);
        return;
      case op::kind::occupancy: check_occupancy(*consumer_); return;
      case op::kind::release: consumer_->release(); return;
      case op::kind::leave:
        consumer_left_complete_ = true;
        consumer_.reset();
        if (freed()) reach(state::last_owner_consumer);
        return;
      default: std::abort();
    }
  }

  void drain(const op& o) {
    std::size_t records = 0;
    bool kept = false;
    Engine::begin_wait(work_.spins_before_park);
    const auto n = [&] {
      const auto take = [&](const auto& bytes, std::uint32_t tag) { ++records, deliver(bytes, tag, oracle::by_tag); };
      if (o.what == op::kind::drain_stop) {
        return consumer_->drain([&](const auto& bytes, std::uint32_t tag) {
          take(bytes, tag);
          return records == o.n ? drain_action::stop : drain_action::next;
        });
      }
      if (o.what == op::kind::drain_keep) {
        return consumer_->drain([&](const auto& bytes, std::uint32_t tag) {
          if (records == o.n) return kept = true, drain_action::keep;
          take(bytes, tag);
          return drain_action::next;
        });
      }
      if constexpr (Channel) {
        if (o.what == op::kind::drain_soon) return consumer_->drain_until(Engine::soon(), take, o.n);
        if (o.what == op::kind::drain_for) return consumer_->drain_for(a_while, take, o.n);
      }
      return consumer_->drain(take, o.n);
    }();
    Engine::end_wait();
    std::size_t returned = records;
    if constexpr (Channel) {
      if (!n) return told(n.error());
      returned = *n;
    } else if constexpr (Form == form::checked) {
      check_sound(n);
      if (n) returned = *n;
    } else {
      returned = n;
    }
    if (returned != records) check(models::current.explain("drain returns another number than that of its records"));
    if (o.what == op::kind::drain_keep ? !kept : records < o.n) empty();
  }

  void batch(const op& o) {
    auto records = consumer_->batch();
    for (std::size_t i = 0; i != o.n; ++i) {
      auto record = records.next();
      check_sound(record);
      if (!record) return empty();
      if (o.what == op::kind::batch_keep && i + 1 == o.n) return records.keep();
      deliver(record->bytes(), record->tag(), record->position());
      if (o.what == op::kind::batch_release) records.release();
    }
  }

  void receive(const op& o) {
    for (std::size_t i = 0; i != o.n; ++i) {
      Engine::begin_wait(work_.spins_before_park);
      auto record = o.what == op::kind::receive        ? consumer_->receive()
                    : o.what == op::kind::receive_soon ? consumer_->receive_until(Engine::soon())
                                                       : consumer_->receive_for(a_while);
      Engine::end_wait();
      if (!answered(record)) return;
    }
  }

  void iterate(std::size_t limit) {
    std::size_t received = 0;
    Engine::begin_wait(work_.spins_before_park);
    for (auto& record : *consumer_) {
      deliver(record.bytes(), record.tag(), record.position());
      if (++received == limit) break;
      Engine::begin_wait(work_.spins_before_park);
    }
    Engine::end_wait();
    if (received == limit) return;
    auto why = consumer_->try_receive();  // the loop has ended, but does not say why
    (void)answered(why);
  }

  void event_loop(std::size_t limit) {
    Engine::begin_wait(0);
    event_loop_until(limit);
    Engine::end_wait();
  }
  void event_loop_until(std::size_t limit) {
    for (std::size_t received = 0; received < limit;) {
      const bool armed = consumer_->arm();
      reach(armed ? state::armed : state::not_armed);
      if (armed) Engine::wait_for_event();
      const std::size_t before = received;
      for (;;) {
        auto record = consumer_->try_receive();
        if (!record && record.error() == receive_error::empty) break;
        if (!answered(record)) return;
        ++received;
      }
      if (!armed && received == before) Engine::atomics::nap();  // it can not be armed any more: its user has to poll
    }
  }

  // Delivers a record, or holds the error against what happened.
  template <class Received>
  bool answered(Received& record) {
    if (record) {
      deliver(record->bytes(), record->tag(), record->position());
      return true;
    }
    told(record.error());
    return false;
  }

  void told(receive_error why) {
    switch (why) {
      case receive_error::timeout:
        reach(state::timed_out);
        if (!looked_after_deadline())
          check(models::current.explain("a wait timed out without a poll after its deadline and missed what was there"));
        break;
      case receive_error::disconnected:
        reach(state::disconnected);
        check(oracle_.disconnected());
        break;
      case receive_error::closed:
        reach(state::closed);
        if (!closed_) check(models::current.explain("closed is returned, but close was not called"));
        break;
      default: check(models::current.explain("a wait returned %s", to_string(why)));
    }
    empty();
  }

  // Staleness excuses an answer, but no answer that was given without a look.
  bool looked_after_deadline() const {
    const auto& s = models::current;
    for (std::size_t i = s.trace_size; i-- != 0;) {
      const models::event& e = s.trace[i];
      if (e.thread != consumer_thread()) continue;
      if (e.what == models::step::header_load) return true;
      if (e.what == models::step::expired || e.what == models::step::wake) return false;
    }
    return false;
  }

  auto next() {
    if constexpr (Channel) return consumer_->try_receive();
    else return consumer_->try_read();
  }

  bool read_one(bool consume_it) {
    auto record = next();
    check_sound(record);
    if (!record) {
      empty();
      return false;
    }
    if (!consume_it) return record->keep(), true;
    deliver(record->bytes(), record->tag(), record->position());
    const std::size_t before = models::current.trace_size;
    record->consume();
    if (!happened_since(before, models::step::atomic_store, site::head_publish)) reach(state::held_back);
    return true;
  }

  // No byte here is anybody else's: nothing is corrupt.
  template <class Received>
  static void check_sound(const Received& r) {
    if (!r && std::strcmp(to_string(r.error()), "corrupt") == 0)
      check(models::current.explain("a record of a correct producer is reported as corrupt"));
  }

  void empty() {
    reach(state::empty);
    oracle_.empty(polled_at());
  }

  // The clock of the consumer's last look for a header, which decides that nothing is there. What it learns afterwards,
  // of senders that have left, is no part of that answer.
  vector_clock polled_at() const {
    const auto& s = models::current;
    for (std::size_t i = s.trace_size; i-- != 0;)
      if (s.trace[i].thread == consumer_thread() && s.trace[i].what == models::step::header_load) return s.trace[i].clock;
    return Engine::now();
  }

  template <class Bytes>
  void deliver(const Bytes& bytes, std::uint32_t tag, std::uint64_t position) {
    reach(state::delivered);
    std::array<std::byte, max_payload> copy{};
    if (bytes.size() > copy.size()) check(models::current.explain("a record is larger than any that was written"));
    const auto payload = std::span(copy).first(bytes.size());
    Engine::read(bytes, payload);
    for (unsigned t = 0; t != consumer_thread(); ++t)
      if (whole_writes_[t].tag == tag) log_whole_write(t);
    check(oracle_.delivered(position, tag, payload, Engine::now()));
  }

  static bool happened_since(std::size_t first, models::step what, site where) {
    const auto& s = models::current;
    return std::any_of(s.trace.begin() + static_cast<std::ptrdiff_t>(first),
                       s.trace.begin() + static_cast<std::ptrdiff_t>(s.trace_size),
                       [&](const models::event& e) { return e.what == what && e.where == where; });
  }

  // The states that the accesses themselves show.
  void survey() const {
    std::uint64_t head = work_.initial_position;
    std::array<std::uint64_t, models::max_threads> tail{};
    bool slept = false;
    for (std::size_t i = 0; i != models::current.trace_size; ++i) {
      const models::event& e = models::current.trace[i];
      if (e.what == models::step::header_store && e.where == site::padding_store) reach(state::padding), reach(static_cast<state>(static_cast<unsigned>(state::padding_by_0) + e.thread));
      if (e.what == models::step::header_load && e.stale) reach(state::stale_poll);
      if (e.what == models::step::exchange_lost) reach(state::lost_exchange);
      if (e.what == models::step::park) reach(state::parked);
      if (e.what == models::step::fence_refused) reach(state::degraded);
      if (e.what == models::step::wake) reach(e.value == 0 ? state::woken : e.value == 1 ? state::timed_out : state::spurious);
      // Announced, and taken back by the receiver itself without a sleep in between.
      if (e.what == models::step::atomic_store && e.where == site::parked_store && e.value == 0 && !slept) reach(state::not_parked);
      if (e.what == models::step::atomic_store && e.where == site::parked_store) slept = false;
      if (e.what == models::step::park) slept = true;
      if (e.what == models::step::atomic_load && e.where == site::tail_reload) tail[e.thread] = e.value;
      if (e.what == models::step::atomic_load && e.where == site::head_refresh) {
        if (e.value != work_.initial_position) reach(state::reuse);
        if (Claiming::shared && detail::distance(e.value, tail[e.thread]) < 0) reach(state::stale_tail);
      }
      if (e.what == models::step::atomic_store && e.where == site::head_publish) {
        reach(state::published);
        if (e.value - head == work_.capacity) {
          reach(state::exactly_full);
          if constexpr (Form == form::producer_clears)
            check(models::current.explain("the ring was filled completely, including the word that its producer has to clear"));
        }
        head = e.value;
      }
    }
  }

  bool freed() const {
    const auto& s = models::current;
    return s.trace_size != 0 && s.trace[s.trace_size - 1].what == models::step::free_memory;
  }

  const workload& work_;
  typename Engine::waiting_state waiting_;
  typename Engine::buffer buffer_;
  oracle oracle_;
  std::array<std::optional<producer_end>, models::max_threads> producers_{};
  std::optional<consumer_end> consumer_;
  std::array<std::array<held, 4>, models::max_threads> held_{};
  std::array<std::size_t, models::max_threads> held_count_{};
  struct batched {
    std::size_t logged = 0;
    std::uint32_t tag = 0;
  };
  std::array<std::array<batched, 9>, models::max_threads> batch_{};
  // A write in one call: from where in the trace on, where its claim is in the oracle's log, and whether it is still to come.
  struct whole_write {
    std::size_t since = 0, logged = 0;
    std::uint32_t tag = 0;
    std::size_t size = 0;
    std::uint64_t start = 0;
    bool is_open = false;
  };
  std::array<whole_write, models::max_threads> whole_writes_{};
  std::array<std::uint32_t, models::max_threads> written_{};
  std::array<bool, models::max_threads> was_full_{};
  bool consumer_left_complete_ = false;
  bool closed_ = false;
};

// Engines ask for the number of threads as a constant, of which the above need not be compiled anew for each.
template <class Interpreter, unsigned Threads>
struct program : Interpreter {
  static constexpr unsigned threads = Threads;
};

}  // namespace logbuf::verify
