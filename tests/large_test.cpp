// Rings of more than 4 GiB, and producers that others are 2 to 6 GiB ahead of: no size, offset or distance is kept in 32 bits.
// The memory is reserved and hardly touched; what would be zeroed is mapped anew.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#if SIZE_MAX > 0xffff'ffffu && __has_include(<sys/mman.h>)
#include <sys/mman.h>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

constexpr std::uint64_t GiB = std::uint64_t{1} << 30;
constexpr std::uint64_t capacity = 8 * GiB;
constexpr std::size_t page = 65536;  // a multiple of any page size

void* map_at(void* where, std::size_t size, int flags) {
  return ::mmap(where, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

class reserved_memory {
 public:
  reserved_memory() : at_(map_at(nullptr, capacity, 0)) {}
  ~reserved_memory() {
    if (at_ != MAP_FAILED) ::munmap(at_, capacity);
  }
  reserved_memory(const reserved_memory&) = delete;
  reserved_memory& operator=(const reserved_memory&) = delete;
  bool is_there() const { return at_ != MAP_FAILED; }
  std::span<std::byte> span() const { return {static_cast<std::byte*>(at_), capacity}; }

 private:
  void* at_;
};

// Zeroes many bytes by mapping them anew.
struct sparse_atomics : std_atomics {
  static void zero(const region& r, std::size_t offset, std::size_t size) noexcept {
    const std::size_t first = (offset + page - 1) / page * page, last = (offset + size) / page * page;
    if (size < 16 * page) return std_atomics::zero(r, offset, size);
    std::memset(r.at(offset), 0, first - offset);
    if (map_at(r.at(first), last - first, MAP_FIXED) == MAP_FAILED) std::abort();
    std::memset(r.at(last), 0, offset + size - last);
  }
};
struct large_traits : default_traits {
  using atomics = sparse_atomics;
  using statistics = counting_statistics;
};

options from(std::uint64_t position) {
  options o;
  o.initial_position = position;
  o.memory_is_zero = true;
  return o;
}

// Claims `size` bytes, header included, and aborts: nothing is written, and the bytes are taken until the consumer passes them.
template <class Producer>
bool take(Producer& tx, std::uint64_t size) {
  auto claim = tx.try_claim(static_cast<std::size_t>(size) - header_size);
  if (!claim) return false;
  claim->abort();
  return true;
}

}  // namespace

BOTH_RINGS("a ring of 8 GiB: records beyond 4 GiB are where they belong") {
  const reserved_memory memory;
  REQUIRE(memory.is_there());
  for (const std::uint64_t at : {5 * GiB, 13 * GiB}) {
    auto [tx, rx] = TestType::template make<large_traits>(memory.span(), nullptr, from(at));
    CHECK(tx.capacity() == capacity);
    CHECK(rx.capacity() == capacity);
    auto claim = tx.try_claim(3, 9);
    REQUIRE(claim);
    CHECK(claim->position() == at);
    CHECK(claim->data() == memory.span().data() + 5 * GiB + header_size);
    std::memcpy(claim->data(), "far", 3);
    REQUIRE(claim->commit());
    CHECK(reinterpret_cast<const std::uint32_t*>(memory.span().data())[0] == 0);
    CHECK(memory.span()[GiB] == std::byte{0});
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(text_of(record->bytes()) == "far");
    CHECK(record->position() == at);
    CHECK(record->tag() == 9);
    CHECK(record->bytes().data() == memory.span().data() + 5 * GiB + header_size);
    record->consume();
    CHECK(memory.span()[5 * GiB] == std::byte{0});
    CHECK(memory.span()[5 * GiB + header_size] == std::byte{0});
  }
}

BOTH_RINGS("a ring of 8 GiB: what is assigned, moved or drained beyond 4 GiB is where it belongs") {
  const reserved_memory memory;
  REQUIRE(memory.is_there());
  auto [tx, rx] = TestType::template make<large_traits>(memory.span(), nullptr, from(5 * GiB));
  typename decltype(tx)::claim_type claim;
  claim = std::move(*tx.try_claim(3));
  CHECK(claim.data() == memory.span().data() + 5 * GiB + header_size);
  std::memcpy(claim.data(), "far", 3);
  REQUIRE(claim.commit());
  std::string drained;
  rx.drain([&](auto bytes, auto) { drained += text_of(bytes); });
  CHECK(drained == "far");
  CHECK(memory.span()[5 * GiB] == std::byte{0});
  CHECK(memory.span()[5 * GiB + header_size] == std::byte{0});
}

BOTH_RINGS("a ring of 8 GiB: the records of a batch beyond 4 GiB are where they belong") {
  const reserved_memory memory;
  REQUIRE(memory.is_there());
  auto [tx, rx] = TestType::template make<large_traits>(memory.span(), nullptr, from(5 * GiB));
  auto batch = tx.try_batch(64);
  REQUIRE(batch);
  for (std::uint32_t i = 0; i != 3; ++i) {
    auto to = batch->add(3, i);
    REQUIRE(to);
    CHECK(to->data() == memory.span().data() + 5 * GiB + 16 * i + header_size);
    std::memcpy(to->data(), "far", 3);
  }
  REQUIRE(batch->commit());
  CHECK(memory.span()[GiB] == std::byte{0});
  for (std::uint32_t i = 0; i != 3; ++i) {
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(text_of(record->bytes()) == "far");
    CHECK(record->tag() == i);
    CHECK(record->position() == 5 * GiB + 16 * i);
  }
  CHECK(read(rx) == "<empty>");
}

BOTH_RINGS("a ring of 8 GiB holds more than 4, says how much, and gives it back at once") {
  const reserved_memory memory;
  REQUIRE(memory.is_there());
  options o = from(7 * GiB);
  o.release_threshold = 5 * GiB;
  auto [tx, rx] = TestType::template make<large_traits>(memory.span(), nullptr, o);
  CHECK(tx.max_payload() == 2 * GiB - 16);
  const std::uint64_t records[] = {GiB, 2 * GiB - 16, 2 * GiB - 16, 2 * GiB - 16};
  std::uint64_t taken = 0;
  for (const std::uint64_t size : records) {
    auto claim = tx.try_claim(static_cast<std::size_t>(size) - header_size);
    REQUIRE(claim);
    CHECK(claim->position() == 7 * GiB + taken);
    CHECK(claim->size() == size - header_size);
    REQUIRE(claim->commit());
    taken += size;
  }
  CHECK(tx.occupancy() == taken);
  CHECK(rx.occupancy() == taken);
  CHECK(taken == 7 * GiB - 48);
  CHECK_FALSE(take(tx, GiB + 56));
  // The threshold is kept in 64 bits: three records are held back, the fourth gives all of them back.
  std::uint64_t given_back = 0, read = 0;
  for (const std::uint64_t size : records) {
    auto record = rx.try_read();
    REQUIRE(record);
    CHECK(record->size() == size - header_size);
    record->consume();
    read += size;
    if (read - given_back >= o.release_threshold) given_back = read;
    CHECK(tx.occupancy() == taken - given_back);
  }
  rx.release();
  CHECK(tx.occupancy() == 0);
  CHECK(rx.statistics().high_water_bytes == taken);
  CHECK(tx.flush());
}

BOTH_RINGS("a channel of 8 GiB says its sizes in 64 bits") {
  const reserved_memory memory;
  REQUIRE(memory.is_there());
  auto [tx, rx] = TestType::template channel<large_traits>(memory.span(), nullptr, from(0));
  CHECK(tx.capacity() == capacity);
  CHECK(rx.capacity() == capacity);
  CHECK(tx.max_payload() == 2 * GiB - 16);
  for (int i = 0; i != 3; ++i) REQUIRE(tx.try_send(2 * GiB - 16)->commit());
  CHECK(tx.occupancy() == 6 * GiB - 24);
  CHECK(rx.occupancy() == 6 * GiB - 24);
  CHECK(rx.abandoned_bytes() == 6 * GiB - 24);
}

// An MPSC producer remembers how far it may claim. Others go on, and it comes back when the ring is full: it has to notice,
// however far the others are ahead, also where the distance is a small number in 32 bits.
TEST_CASE("a producer that was idle while others wrote gigabytes does not claim what is taken") {
  const reserved_memory memory;
  REQUIRE(memory.is_there());
  for (const std::uint64_t ahead : {2 * GiB, 3 * GiB, 4 * GiB - 4096, 4 * GiB, 6 * GiB + 8, 8 * GiB - 64, 8 * GiB, 12 * GiB - 64}) {
    auto ends = mpsc::make<large_traits>(memory.span(), nullptr, from(0));
    auto& busy = ends.first;
    auto& rx = ends.second;
    auto idle = busy;
    REQUIRE(write(idle, "known"));  // it may claim to the end of the lap now
    // Everything up to `ahead` is consumed, and the ring full from there on: the tail is `ahead` bytes beyond that limit.
    std::uint64_t tail = 16;
    const auto take_to = [&](std::uint64_t end) {
      while (tail != end) {
        const std::uint64_t size = std::min({end - tail, capacity - tail % capacity, 2 * GiB - 16});
        if (!take(busy, size)) {
          rx.drain([](auto, auto) {});
          REQUIRE(take(busy, size));
        }
        tail += size;
      }
    };
    take_to(ahead);
    rx.drain([](auto, auto) {});
    CHECK(busy.occupancy() == 0);
    take_to(ahead + capacity);
    CHECK(busy.occupancy() == capacity);
    INFO("ahead by " << ahead << " bytes");
    CHECK(idle.try_write(bytes_of(pattern(40, 1))).error() == claim_error::full);
    CHECK(busy.occupancy() == capacity);
    rx.drain([](auto, auto) {});
    CHECK(write(idle, "and on"));
    CHECK(read(rx) == "and on");
  }
}

#endif
