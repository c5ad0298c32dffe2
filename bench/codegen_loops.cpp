// Loops that read, in each way, as a program has them. compare_codegen.py looks for records that go through memory: GCC writes
// their parts one by one, reads them back as vectors, and the processor waits until the parts are in its cache.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <logbuf/logbuf.hpp>

namespace codegen {

struct cleared_traits : logbuf::default_traits {
  static constexpr logbuf::zeroing zeroed = logbuf::zeroing::by_producer;
};

}  // namespace codegen

namespace {

constexpr std::size_t limit = 256;  // records

std::uint64_t first_of(std::span<const std::byte> bytes) noexcept {
  std::uint64_t first;
  std::memcpy(&first, bytes.data(), sizeof first);
  return first;
}

template <class Next>
inline std::uint64_t sum_of(Next next) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t n = 0; n != limit; ++n) {
    auto record = next();
    if (!record) break;
    sum += first_of(record->bytes()) + record->size();
  }
  return sum;
}

template <class Consumer>
inline std::uint64_t single(Consumer& rx) noexcept {
  return sum_of([&] { return rx.try_read(); });
}

template <class Consumer>
inline std::uint64_t batch(Consumer& rx) noexcept {
  auto records = rx.batch();
  return sum_of([&] { return records.next(); });
}

template <class Consumer>
inline std::uint64_t drain(Consumer& rx) noexcept {
  std::uint64_t sum = 0;
  rx.drain([&](auto bytes, std::uint32_t) { sum += first_of(bytes) + bytes.size(); }, limit);
  return sum;
}

}  // namespace

extern "C" {

using consumer = logbuf::consumer<logbuf::default_traits>;
using cleared_consumer = logbuf::consumer<codegen::cleared_traits>;

std::uint64_t loop_single(consumer* rx) noexcept { return single(*rx); }
std::uint64_t loop_batch(consumer* rx) noexcept { return batch(*rx); }
std::uint64_t loop_drain(consumer* rx) noexcept { return drain(*rx); }
std::uint64_t loop_single_cleared(cleared_consumer* rx) noexcept { return single(*rx); }
std::uint64_t loop_batch_cleared(cleared_consumer* rx) noexcept { return batch(*rx); }
std::uint64_t loop_drain_cleared(cleared_consumer* rx) noexcept { return drain(*rx); }

}  // extern "C"
