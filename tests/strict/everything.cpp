// Uses everything that is public, with every trait. Compiled with all warnings as errors, and run at positions that wrap
// modulo 2^64 with the checks of Clang's -fsanitize=integer. Without Catch2, whose macros warn, and wrap.
#include <logbuf/logbuf.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

namespace {

// Each trait once, for one kind of ring.
struct cleared : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
  static constexpr std::size_t payload_alignment = 64;
  static constexpr logbuf::zeroing zeroed = logbuf::zeroing::by_producer;
};
struct guarded : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
  static constexpr std::size_t payload_alignment = 128;
  static constexpr bool checked = true;
};

}  // namespace

// Every member of every class, also those that nothing below calls. Clang 14 takes those whose constraints fail, too.
#if !defined(__clang__) || __clang_major__ > 15
#define INSTANTIATE(traits, claiming)                                       \
  template class logbuf::basic_producer<traits, logbuf::detail::claiming>;  \
  template class logbuf::basic_sender<traits, logbuf::detail::claiming>;    \
  template struct logbuf::make_access<traits, logbuf::detail::claiming>;    \
  template struct logbuf::channel_access<traits, logbuf::detail::claiming>
#define INSTANTIATE_CONSUMER(traits)                                                \
  template class logbuf::consumer<traits>;                                          \
  template class logbuf::receiver<traits>;                                          \
  template class logbuf::write_claim<traits>;                                       \
  template class logbuf::write_batch<traits>;                                       \
  template class logbuf::record_view<traits>;                                       \
  template class logbuf::read_claim<traits>;                                        \
  template class logbuf::read_batch<traits>;                                        \
  template class logbuf::result<logbuf::write_claim<traits>, logbuf::claim_error>;  \
  template class logbuf::result<logbuf::write_batch<traits>, logbuf::claim_error>;  \
  template class logbuf::result<logbuf::read_claim<traits>, logbuf::read_error>
INSTANTIATE(logbuf::default_traits, spsc_claiming);
INSTANTIATE(logbuf::default_traits, mpsc_claiming);
INSTANTIATE(cleared, spsc_claiming);
INSTANTIATE(guarded, mpsc_claiming);
INSTANTIATE_CONSUMER(logbuf::default_traits);
INSTANTIATE_CONSUMER(cleared);
INSTANTIATE_CONSUMER(guarded);
#endif

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t capacity = 4096;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "FAILED: %s\n", what);
  std::abort();
}
void check(bool condition, const char* what) {
  if (!condition) fail(what);
}

// The lap before positions wrap and the one after it, from several offsets in the buffer.
std::vector<logbuf::options> starts(bool prefetch) {
  std::vector<logbuf::options> all;
  for (const std::uint64_t laps : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}})
    for (std::uint64_t offset = 0; offset < capacity; offset += 384) {
      logbuf::options o;
      if (laps != 0) o.initial_position = std::numeric_limits<std::uint64_t>::max() - (laps * capacity - 1) + offset;
      else o.initial_position = offset;
      o.consumer_prefetch = prefetch;
      o.release_threshold = offset == 0 ? 0 : logbuf::options::a_sixteenth;
      all.push_back(o);
    }
  return all;
}

template <class Producer>
void write(Producer& tx, std::size_t size, std::uint32_t step) {
  auto claim = tx.try_claim(size, step);
  if (!claim) return check(claim.error() != logbuf::claim_error::none, message(claim.error()));
  if (size != 0) std::memset(claim->data(), static_cast<int>(step % 251), claim->size());
  switch (step % 4) {
    case 0: return claim->abort();
    case 1: return check(claim->commit(size / 2), "a short commit");
    case 2: {
      auto other = std::move(*claim);
      return check(other.commit(), "a commit");
    }
    default: check(claim->commit(), "a commit");
  }
}

template <class Producer>
void write_batch(Producer& tx, std::size_t size, std::uint32_t step) {
  using batch_type = typename Producer::batch_type;
  static_assert(logbuf::record_bytes(0) == logbuf::header_size);
  const std::size_t one = logbuf::record_bytes<typename Producer::traits>(size);
  auto claimed = tx.try_batch(2 * one + step % 3 * 64);
  if (!claimed) return check(claimed.error() != logbuf::claim_error::none, message(claimed.error()));
  batch_type none;
  batch_type batch = std::move(*claimed);
  none = std::move(batch);
  batch = std::move(none);
  check(batch.is_open() && batch.remaining() >= 2 * one && tx.open_claims() == 1, "an open batch");
  const std::vector<std::byte> bytes(size, static_cast<std::byte>(step % 251));
  check(batch.write(bytes, step), "the first record of a batch");
  const auto to = batch.add(size, step);
  check(to && to->size() == size && batch.records() == 2, "the second record of a batch");
  if (size != 0) std::memcpy(to->data(), bytes.data(), size);
  check(batch.position() % 8 == 0 && !batch.add(std::numeric_limits<std::size_t>::max()), "what fits into no batch");
  if (step % 5 == 0) batch.abort();
  else check(batch.commit(), "the commit of a batch");
  check(!batch.is_open() && batch.remaining() == 0 && !batch.add(0) && !batch.write({}), "a batch that has ended");
}

template <class Consumer>
std::size_t read(Consumer& rx, std::uint32_t step) {
  const auto handler = [](std::span<const std::byte> bytes, std::uint32_t tag) {
    for (const std::byte b : bytes) check(b == static_cast<std::byte>(tag % 251), "the bytes of a record");
  };
  switch (step % 5) {
    case 0:
      for (int i = 0; i != 3; ++i)
        if (auto record = rx.try_read()) {
          handler(record->bytes(), record->tag());
          if (i == 2) record->keep();
          else record->consume();
        }
      return 0;
    case 1: {
      auto batch = rx.batch();
      while (auto record = batch.next()) handler(record->bytes(), record->tag());
      batch.keep();
      batch.release();
      return 0;
    }
    case 2: {
      const auto some = [&](auto bytes, auto tag) {
        handler(bytes, tag);
        if (tag % 2 == 0) return logbuf::drain_action::next;
        return tag % 3 == 0 ? logbuf::drain_action::keep : logbuf::drain_action::stop;
      };
      static_cast<void>(rx.drain(some, 3));
      return 0;
    }
    case 3: rx.rest(); [[fallthrough]];
    default: static_cast<void>(rx.drain(handler)); return 1;
  }
}

template <class Traits>
void use_statistics(const auto& tx, const auto& rx) {
  if constexpr (Traits::statistics::enabled) {
    logbuf::producer_statistics sum = tx.statistics();
    sum += rx.statistics().retired;
    check(sum.records >= rx.statistics().records, "the counts");
  }
}

template <class Traits>
void use_ring(auto ends) {
  auto& tx = ends.first;
  auto& rx = ends.second;
  while (auto claim = tx.try_claim(112)) claim->commit();
  while (auto record = rx.try_read()) check(record->size() != 0, "a record of a full ring");
  for (std::uint32_t step = 0; step != 400; ++step) {
    write(tx, (step * 7) % (tx.max_payload() + 2), step);
    if (step % 3 == 0) write(tx, step % 9, step);
    if (step % 4 == 0) write_batch(tx, step % 120, step);
    read(rx, step / 2);
  }
  const std::byte bytes[16]{};
  static_cast<void>(rx.drain([](auto, auto) {}));
  check(bool(tx.try_write(bytes, 1)), "a write");
  check(bool(tx.try_gather({bytes, {}, bytes}, 2)), "a gather");
  check(!tx.flush_for(1us) && !tx.flush_for(0.5s * 0) && !tx.flush_until({}), "nobody has read");
  check(rx.occupancy() == tx.occupancy() && rx.occupancy() != 0 && rx.capacity() == tx.capacity(), "the occupancy");
  while (auto record = rx.try_read()) check(record->size() != 0 && record->position() % 8 == 0, "a record");
  rx.release();
  check(tx.flush() && tx.open_claims() == 0, "everything was read");
  const auto written = tx.try_write(bytes);
  check(*written == written.value_or(7u) && written == *written && written == written && written.error() == logbuf::claim_error::none,
        "a result");
#if defined(__cpp_exceptions)
  check(written.value() == *written && rx.try_read().value().size() == 16, "a value");
#endif
  static_cast<void>(rx.drain([](auto, auto) {}));
  use_statistics<Traits>(tx, rx);
  auto moved = std::move(tx);
  check(!tx.is_attached() && !tx.try_claim(1) && !tx.try_write(bytes) && !tx.try_gather({bytes}), "an end without a ring");
  check(!tx.try_batch(1) && tx.open_claims() == 0, "an end without a ring");
  auto reader = std::move(rx);
  check(!tx.flush() && !rx.is_attached() && !rx.try_read() && !rx.batch().next(), "an end without a ring");
}

template <class Traits>
void use_channel(auto ends) {
  auto& tx = ends.first;
  auto& rx = ends.second;
  const auto handler = [](std::span<const std::byte>, std::uint32_t) {};
  const std::byte bytes[16]{};
  check(rx.try_receive().error() == logbuf::receive_error::empty, "an empty channel");
  for (std::size_t size = 0; size <= tx.max_payload(); size += 5) {
    if (auto claim = tx.send(size, 1)) claim->commit();
    check(bool(rx.receive()), "a record");
    if (auto claim = tx.send_for(8, 2, 1h)) claim->commit(3);
    check(bool(rx.receive_for(std::chrono::hours::max())), "a record");
    check(bool(tx.try_send(bytes, 3)) && bool(rx.receive_for(1ns)), "a record");
    check(bool(tx.send(bytes)) && bool(rx.receive_for(std::chrono::duration<float, std::ratio<60>>(-1))), "a record");
    check(bool(tx.send(bytes)) && bool(rx.drain(handler)), "a record");
    const auto send_batch = [&](auto batch) {
      check(batch && batch->write(bytes, 4) && batch->commit() && bool(rx.try_receive()), "a batch");
    };
    send_batch(tx.try_batch(128));
    send_batch(tx.batch(128));
    send_batch(tx.batch_for(128, 1h));
    send_batch(tx.batch_until(128, std::chrono::steady_clock::time_point::max()));
  }
  check(!rx.receive_for(1e-7s) && !rx.drain_until({}, handler), "nothing comes");
  static_cast<void>(rx.drain_for(1us, handler));
  check(rx.receive_for(20us).error() == logbuf::receive_error::timeout, "nothing comes");
  check(rx.receive_until(std::chrono::steady_clock::now()).error() == logbuf::receive_error::timeout, "nothing comes");
  for (int i = 0; i != 100; ++i)
    if (auto claim = tx.try_send(100)) claim->commit();
  check(tx.send_for(100, 0, 20us).error() == logbuf::send_error::timeout, "a full channel");
  check(!tx.send_until(100, 0, {}) && !tx.flush_for(1us) && !tx.flush_until({}), "a full channel");
  check(!tx.try_batch(108) && !tx.batch_for(108, 20us) && !tx.batch_until(108, {}), "a full channel");
  std::thread reader([&] {
    std::size_t records = 0;
    for (auto& record : rx) records += record.size() == 100;
    check(records != 0, "what the iterators find");
  });
  check(tx.flush(), "everything was read");
  {
    auto last = std::move(tx);
  }
  reader.join();
  check(rx.try_receive().error() == logbuf::receive_error::disconnected && !rx.is_degraded(), "no sender is left");
  check(rx.abandoned_bytes() == 0 && !tx.is_attached() && !tx.is_disconnected(), "no sender is left");
  rx.rest();
  rx.close();
#if defined(__cpp_lib_jthread)
  std::stop_source stop;
  stop.request_stop();
  check(!rx.receive(stop.get_token()), "a stop was requested");
#endif
  use_statistics<Traits>(tx, rx);
}

template <class Traits>
void use_spsc() {
  for (const logbuf::options& o : starts(true)) {
    if (auto ends = logbuf::spsc::try_make<Traits>(capacity, o)) use_ring<Traits>(std::move(*ends));
    if (auto ends = logbuf::spsc::try_channel<Traits>(capacity, o)) use_channel<Traits>(std::move(*ends));
  }
}
template <class Traits>
void use_mpsc() {
  for (const logbuf::options& o : starts(false)) {
    if (auto ends = logbuf::mpsc::try_make<Traits>(capacity, o)) {
      {
        auto copy = ends->first;
        write(copy, 1, 3);
        copy = std::as_const(ends->first);
        write(copy, capacity / 3, 3);
      }
      use_ring<Traits>(std::move(*ends));
    }
    if (auto ends = logbuf::mpsc::try_channel<Traits>(capacity, o)) {
      { auto copy = ends->first; }
      use_channel<Traits>(std::move(*ends));
    }
  }
}

// Bytes that no producer wrote, over memory of the caller: every kind of header, at every kind of position.
void use_hostile_memory() {
  alignas(128) static std::byte memory[128 + capacity];
  const auto bytes = std::span(memory).subspan(128 - logbuf::header_size, capacity);
  constexpr std::uint64_t headers[] = {0, 1, 7, 8, 9, 500, 2048, 2056, 4096, 0x7fff'ffff, 0x8000'0000, 0x8000'1000, 0xffff'ffff};
  for (const std::uint64_t header : headers)
    for (const logbuf::options& o : starts(false)) {
      auto ends = logbuf::mpsc::try_make<guarded>(bytes, nullptr, o);
      check(bool(ends), "a ring over memory of the caller");
      write(ends->first, 8, 3);
      std::memcpy(&bytes[o.initial_position % capacity], &header, sizeof header);
      auto drained = ends->second.drain([](auto, auto) {});
      if (!drained) check(drained.error() == logbuf::read_error::corrupt, message(drained.error()));
    }
}

void use_errors() {
  logbuf::options o;
  o.pages = logbuf::huge_pages::if_available;
  o.prefault = true;
  o.lock = true;
  o.first_touch_cpu = 0;
  check(bool(logbuf::spsc::try_make(capacity, o)) || true, "it depends on the machine");
  o.initial_position = 1;
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{100}, capacity, ~std::uint64_t{0}}) {
    auto made = logbuf::mpsc::try_channel(bytes, o);
    check(!made && made.error() != logbuf::setup_error{} && !made.error().message().empty(), "an error");
  }
  for (const auto e : {logbuf::claim_error::full, logbuf::claim_error::too_large, logbuf::claim_error::detached})
    check(*message(e) != '\0' && *to_string(e) != '\0', "a text");
  check(*to_string(logbuf::read_error::empty) != '\0' && *message(logbuf::read_error::empty) != '\0', "a text");
  check(*to_string(logbuf::send_error::full) != '\0' && *message(logbuf::send_error::full) != '\0', "a text");
  check(*to_string(logbuf::receive_error::empty) != '\0' && *message(logbuf::receive_error::empty) != '\0', "a text");
#if defined(__cpp_exceptions)
  try {
    auto ends = logbuf::spsc::make(100);
    fail("a capacity of 100");
  } catch (const logbuf::setup_failure& e) {
    check(e.error().code == logbuf::setup_errc::bad_capacity && *e.what() != '\0', "an exception");
  }
  static std::byte memory[capacity + 128];
  const std::span<std::byte> bytes(memory);
  const auto owner = std::make_shared<int>(1);
  static_cast<void>(logbuf::spsc::make(bytes.first(capacity), owner));
  static_cast<void>(logbuf::spsc::channel(bytes.first(capacity), owner));
  static_cast<void>(logbuf::mpsc::make(bytes.first(capacity), owner));
  static_cast<void>(logbuf::mpsc::channel(bytes.first(capacity), owner));
  static_cast<void>(logbuf::spsc::channel(capacity));
  static_cast<void>(logbuf::mpsc::channel(capacity));
  static_cast<void>(logbuf::mpsc::make(capacity));
#endif
}

}  // namespace

int main() {
  static_cast<void>(logbuf::prepare_wake_fences());
  use_spsc<logbuf::default_traits>();
  use_spsc<cleared>();
  use_mpsc<logbuf::default_traits>();
  use_mpsc<guarded>();
  use_hostile_memory();
  use_errors();
  std::puts("0 failures");
}
