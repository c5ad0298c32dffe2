// What users write, for Clang's static analyzer, which must not report anything in it or in the headers. Ends and claims that
// come from elsewhere, copies, ends that are moved, claims that outlive their end.
#include <logbuf/logbuf.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct cleared : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
  static constexpr logbuf::zeroing zeroed = logbuf::zeroing::by_producer;
};
struct guarded : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
  static constexpr std::size_t payload_alignment = 64;
  static constexpr bool checked = true;
};

}  // namespace

// Ends that the caller made.
void send(logbuf::spsc::sender<>& tx) {
  if (auto claim = tx.send(4)) claim->commit();
  if (auto claim = tx.send(4)) claim->commit();
}
void send_or_abort(logbuf::mpsc::sender<>& tx) {
  if (auto claim = tx.try_send(4)) claim->abort();
  if (auto claim = tx.send_for(4, 0, std::chrono::seconds(1))) claim->commit(2);
}
bool send_bytes(logbuf::spsc::sender<> tx, std::span<const std::byte> bytes) {
  return bool(tx.try_send(bytes)) && bool(tx.send(bytes)) && tx.flush();
}
void write(logbuf::spsc::producer<>& tx) {
  if (auto claim = tx.try_claim(4)) claim->commit();
  if (auto claim = tx.try_claim(4)) claim->commit();
}
void write_by_many(logbuf::mpsc::producer<> tx) {
  auto other = tx;
  if (auto claim = tx.try_claim(4)) claim->abort();
  if (auto claim = other.try_claim(4)) claim->commit();
}
void write_counted(logbuf::spsc::producer<cleared>& tx, std::span<const std::byte> bytes) {
  static_cast<void>(tx.try_write(bytes));
  static_cast<void>(tx.try_gather({bytes, bytes}));
}
void read(logbuf::consumer<logbuf::default_traits>& rx) {
  if (auto record = rx.try_read()) record->consume();
  if (auto record = rx.try_read()) record->keep();
  rx.drain([](auto, auto) {});
}
void read_guarded(logbuf::consumer<guarded>& rx) {
  if (auto record = rx.try_read()) record->consume();
  static_cast<void>(rx.drain([](auto bytes, auto) { return bytes.empty() ? logbuf::drain_action::stop : logbuf::drain_action::keep; }));
}
void read_batch(logbuf::consumer<logbuf::default_traits> rx) {
  auto batch = rx.batch();
  if (!batch.next()) return;
  static_cast<void>(batch.next());
  batch.release();
}
std::uint64_t read_moved(logbuf::consumer<logbuf::default_traits> rx) {
  auto record = rx.try_read();
  if (!record) return 0;
  auto moved = std::move(*record);
  moved.consume();
  return rx.occupancy();
}
std::size_t receive(logbuf::receiver<logbuf::default_traits>& rx) {
  std::size_t bytes = 0;
  for (auto& record : rx) bytes += record.size();
  while (auto record = rx.try_receive()) record->keep();
  static_cast<void>(rx.drain_for(std::chrono::seconds(1), [](auto, auto) {}));
  return bytes;
}

// Whole programs.
template <class Traits>
int one_thread() {
  auto made = logbuf::spsc::try_channel<Traits>(4096);
  if (!made) return 1;
  auto& [tx, rx] = *made;
  if (auto claim = tx.send(16)) claim->commit();
  const std::byte bytes[8]{};
  if (!tx.send(bytes) || !tx.try_send(bytes, 4)) return 2;
  int tags = 0;
  while (auto record = rx.try_receive()) tags += record->tag() == 4;
  return tags;
}
int plain() { return one_thread<logbuf::default_traits>(); }
int with_statistics() { return one_thread<cleared>(); }

std::size_t two_threads() {
  auto [tx, rx] = logbuf::mpsc::channel(4096);
  std::thread writer([tx = std::move(tx)]() mutable {
    auto other = tx;
    if (auto claim = other.send(8)) {
      std::memset(claim->data(), 1, claim->size());
      claim->commit(4);
    }
  });
  const std::size_t bytes = receive(rx);
  writer.join();
  return bytes;
}

int open_claims() {
  auto ends = logbuf::spsc::make(4096);
  std::vector<logbuf::write_claim<logbuf::default_traits>> open;
  for (int i = 0; i != 3; ++i)
    if (auto claim = ends.first.try_claim(9)) open.push_back(std::move(*claim));
  for (auto& claim : open) claim.commit();
  auto batch = ends.second.batch();
  int records = 0;
  while (auto record = batch.next()) ++records;
  return records;
}

// Clang 14 takes a structured binding for an object without a value, whatever its class.
#if __clang_major__ > 14
int any_order() {
  auto made = logbuf::spsc::try_make(4096);
  if (!made) return 1;
  auto [tx, rx] = std::move(*made);
  auto one = tx.try_claim(8);
  auto two = tx.try_claim(8);
  if (!one || !two) return 1;
  two->commit();
  one->abort();
  return rx.try_read() ? 0 : 1;
}
#endif

void claims_outlive_ends() {
  auto ends = logbuf::mpsc::make(4096);
  auto claim = ends.first.try_claim(4);
  ends.first = logbuf::mpsc::producer<>();
  if (claim) claim->commit();
  auto record = ends.second.try_read();
  ends.second = logbuf::consumer<logbuf::default_traits>();
  if (record) record->keep();
}

bool moved_ends() {
  logbuf::spsc::producer<> tx;
  logbuf::consumer<logbuf::default_traits> rx;
  {
    auto ends = logbuf::spsc::make(4096);
    tx = std::move(ends.first);
    rx = std::move(ends.second);
  }
  const std::byte bytes[8]{};
  static_cast<void>(tx.try_write(bytes));
  rx.drain([](auto, auto) {});
  return tx.flush_for(std::chrono::milliseconds(1)) && !rx.try_read();
}

int main() {
  claims_outlive_ends();
  return plain() + with_statistics() + open_claims() + int(two_threads()) + int(moved_ends());
}
