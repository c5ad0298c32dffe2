// Batches of a producer: several records that are claimed, and published, together.
#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

constexpr std::size_t top = std::numeric_limits<std::size_t>::max();
constexpr std::size_t beyond_32_bits = sizeof(std::size_t) > 4 ? static_cast<std::size_t>((std::uint64_t{1} << 32) + 16) : top;

static_assert(record_bytes(0) == 8 && record_bytes(1) == 16 && record_bytes(8) == 16 && record_bytes(9) == 24);
static_assert(record_bytes<aligned_traits<64>>(0) == 64 && record_bytes<aligned_traits<64>>(56) == 64);
static_assert(record_bytes<aligned_traits<64>>(57) == 128 && record_bytes<aligned_traits<64>>(120) == 128);
static_assert(record_bytes(~std::size_t{0}) == ~std::size_t{7} && record_bytes(~std::size_t{0} - 15) == ~std::size_t{7});
static_assert(record_bytes(~std::size_t{0} - 22) == ~std::size_t{7} && record_bytes(~std::size_t{0} - 23) == ~std::size_t{15});
static_assert(record_bytes<aligned_traits<64>>(~std::size_t{0}) == ~std::size_t{63});
static_assert(noexcept(record_bytes(1)));
static_assert(std::is_nothrow_move_constructible_v<write_batch<default_traits>>);
static_assert(std::is_nothrow_move_assignable_v<write_batch<default_traits>>);
static_assert(!std::is_copy_constructible_v<write_batch<default_traits>>);
static_assert(std::is_same_v<spsc::producer<>::batch_type, write_batch<default_traits>>);
static_assert(std::is_same_v<spsc::sender<>::batch_type, mpsc::sender<>::batch_type>);

struct cleared_traits : default_traits {
  static constexpr zeroing zeroed = zeroing::by_producer;
};

// The header word at this offset of the buffer.
detail::header_word header_at(visible_memory& memory, std::size_t offset) {
  detail::header_word word;
  std::memcpy(&word, memory.span().data() + offset, sizeof word);
  return word;
}

std::vector<std::byte> copy_of(visible_memory& memory) { return {memory.span().begin(), memory.span().end()}; }

template <class Batch>
bool add(Batch& batch, const std::string& text, std::uint32_t tag = 0) {
  return batch.write(bytes_of(text), tag);
}

// A batch of empty records.
template <class Producer>
auto batch_of(Producer& tx, std::size_t records, std::uint32_t first_tag = 0) {
  auto batch = tx.try_batch(records * record_bytes<typename Producer::traits>(0));
  REQUIRE(batch);
  for (std::size_t i = 0; i != records; ++i) REQUIRE(add(*batch, "", first_tag + static_cast<std::uint32_t>(i)));
  return std::move(*batch);
}

// The tags of all records that are there.
template <class Consumer>
std::vector<std::uint32_t> tags_of(Consumer& rx) {
  std::vector<std::uint32_t> tags;
  rx.drain([&](auto, std::uint32_t tag) { tags.push_back(tag); });
  return tags;
}
using tags = std::vector<std::uint32_t>;

constexpr auto never = [] { return false; };  // for flush_while: one look

// Counts the exchanges of a claim and the stores of headers, and knows which was last.
struct counted_stores : std_atomics {
  static inline unsigned exchanges = 0, commits = 0, records = 0, rests = 0, aborts = 0;
  static inline site last{};
  static void start() { exchanges = commits = records = rests = aborts = 0; }
  template <site Won, site Lost, class T>
  static bool compare_exchange_weak(site_tag<Won> won, site_tag<Lost> lost, word<T>& w, std::type_identity_t<T> expected,
                                    std::type_identity_t<T> desired) noexcept {
    const bool is_done = std_atomics::compare_exchange_weak(won, lost, w, expected, desired);
    exchanges += is_done;
    return is_done;
  }
  template <site S>
  static void store_header(site_tag<S> s, const region& r, std::size_t offset, std::uint64_t value) noexcept {
    commits += S == site::commit_store;
    records += S == site::batch_store;
    rests += S == site::remainder_store;
    aborts += S == site::abort_store;
    last = S;
    std_atomics::store_header(s, r, offset, value);
  }
};
struct counted_stores_traits : default_traits {
  using atomics = counted_stores;
};

}  // namespace

TEST_CASE("record_bytes of a size that has more than 32 bits") {
  const volatile std::size_t size = beyond_32_bits;
  CHECK(record_bytes(size) == (sizeof(std::size_t) > 4 ? beyond_32_bits + header_size : top - 7));
}

BOTH_RINGS("a batch for a record that is larger than memory is too large") {
  auto [tx, rx] = TestType::make(256u);
  for (const std::size_t below : {0u, 7u, 22u, 23u, 1024u}) {
    const std::size_t size = ~std::size_t{0} - below;
    CHECK(tx.try_batch(record_bytes(size)).error() == claim_error::too_large);
  }
  CHECK(tx.occupancy() == 0);
}

BOTH_RINGS("the records of a batch arrive in the order in which they were added, and none before the commit") {
  auto [tx, rx] = TestType::make(std::uint64_t{1024});
  const std::vector<std::size_t> sizes = {0, 1, 7, 8, 9, 100, 0};
  std::size_t bytes = 0;
  for (const std::size_t size : sizes) bytes += record_bytes(size);
  for (std::size_t round = 0; round != 10; ++round) {
    auto batch = tx.try_batch(bytes);
    REQUIRE(batch);
    CHECK(write(tx, "behind", 99));
    for (std::size_t i = 0; i != sizes.size(); ++i) {
      const std::string text = pattern(sizes[i], round + i);
      const auto tag = static_cast<std::uint32_t>(0xffff'fff0u + i);
      if (i % 2 == 0) {
        const auto to = batch->add(sizes[i], tag);
        REQUIRE(to);
        if (!text.empty()) std::memcpy(to->data(), text.data(), text.size());
      } else {
        REQUIRE(add(*batch, text, tag));
      }
      CHECK(read(rx) == "<empty>");
    }
    CHECK(batch->records() == sizes.size());
    const position_type start = batch->position();
    CHECK(batch->commit());
    CHECK_FALSE(batch->is_open());
    position_type at = start;
    for (std::size_t i = 0; i != sizes.size(); ++i) {
      auto record = rx.try_read();
      REQUIRE(record);
      CHECK(record->position() == at);
      CHECK(record->tag() == static_cast<std::uint32_t>(0xffff'fff0u + i));
      CHECK(text_of(record->bytes()) == pattern(sizes[i], round + i));
      at += record_bytes(sizes[i]);
    }
    CHECK(at == start + bytes);
    CHECK(read(rx) == "behind");
    CHECK(read(rx) == "<empty>");
  }
}

BOTH_RINGS("a record of a batch has the tag 0 if it is given none") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  auto batch = tx.try_batch(3 * record_bytes(1));
  REQUIRE(batch);
  CHECK(batch->add(1));
  CHECK(batch->write(bytes_of("a")));
  CHECK(batch->add(1, 7));
  CHECK(batch->commit());
  CHECK(tags_of(rx) == tags{0, 0, 7});
}

namespace {

template <class Ring, std::size_t Alignment>
void check_places() {
  using traits = aligned_traits<Alignment>;
  auto [tx, rx] = Ring::template make<traits>(std::uint64_t{4096});
  for (std::size_t before = 0; before != 3; ++before) {
    for (std::size_t i = 0; i != before; ++i) REQUIRE(write(tx, "x"));
    const std::size_t claimed = 10 * record_bytes<traits>(0);
    auto batch = tx.try_batch(claimed);
    REQUIRE(batch);
    std::byte* first = nullptr;
    std::size_t used = 0;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, Alignment - 8, Alignment - 7}) {
      CHECK(batch->remaining() == claimed - used);
      auto to = batch->add(size);
      REQUIRE(to);
      CHECK(to->size() == size);
      CHECK(reinterpret_cast<std::uintptr_t>(to->data()) % Alignment == 0);
      if (first == nullptr) first = to->data();
      CHECK(to->data() == first + used);
      used += record_bytes<traits>(size);
    }
    CHECK(batch->remaining() == claimed - used);
    const position_type start = batch->position();
    CHECK(batch->commit());
    while (auto record = rx.try_read()) {
      if (record->position() != start) continue;
      CHECK(record->bytes().data() == first);
    }
  }
}

}  // namespace

BOTH_RINGS("add returns as many bytes as were asked for, aligned, each record behind the one before") {
  check_places<TestType, 8>();
  check_places<TestType, 64>();
}

BOTH_RINGS("the first record of a batch begins at its start, and the bytes of a claim are zero") {
  visible_memory memory(256);
  auto [tx, rx] = TestType::make(memory.span());
  for (int lap = 0; lap != 5; ++lap) {
    REQUIRE(write(tx, "abc"));
    auto batch = tx.try_batch(record_bytes(20) + record_bytes(3));
    REQUIRE(batch);
    const std::size_t offset = batch->position() % 256;
    for (const std::size_t size : {std::size_t{20}, std::size_t{3}}) {
      auto to = batch->add(size);
      REQUIRE(to);
      CHECK(to->data() == memory.span().data() + offset + (size == 20 ? 8 : record_bytes(20) + 8));
      CHECK(std::all_of(to->begin(), to->end(), [](std::byte b) { return b == std::byte{0}; }));
      std::memset(to->data(), 0xff, size);
    }
    CHECK(header_at(memory, offset) == 0);
    CHECK(batch->commit());
    CHECK(header_at(memory, offset) == detail::record_word(28, 0));
    CHECK(read(rx) == "abc");
    CHECK(read(rx) == std::string(20, '\xff'));
    CHECK(read(rx) == std::string(3, '\xff'));
    CHECK(read(rx) == "<empty>");
    CHECK(memory.is_zero());
  }
}

namespace {

template <class Ring, class Traits>
void check_remaining() {
  constexpr std::size_t unit = Traits::payload_alignment;
  // What is claimed is rounded up to the alignment, and one header at least.
  for (std::size_t bytes = 0; bytes <= 3 * unit; ++bytes) {
    auto [tx, rx] = Ring::template make<Traits>(std::uint64_t{64} * unit);
    auto batch = tx.try_batch(bytes);
    REQUIRE(batch);
    const std::size_t claimed = bytes == 0 ? unit : (bytes + unit - 1) / unit * unit;
    CHECK(batch->remaining() == claimed);
    CHECK(tx.occupancy() == claimed);
    CHECK(batch->records() == 0);
    CHECK(batch->is_open());
    CHECK(batch->add(0));
    CHECK(batch->remaining() == claimed - unit);
    CHECK(batch->records() == 1);
    if (claimed > unit) {
      CHECK(batch->add(unit - 8));
      CHECK(batch->remaining() == claimed - 2 * unit);
      CHECK(batch->records() == 2);
    }
    CHECK(batch->commit());
    CHECK(batch->remaining() == 0);
    CHECK(batch->records() == (claimed > unit ? 2 : 1));
    CHECK(tags_of(rx) == tags(claimed > unit ? 2 : 1));
    CHECK(rx.occupancy() == 0);
  }
}

}  // namespace

BOTH_RINGS("remaining() is what is claimed and not used: before, between and after") {
  check_remaining<TestType, default_traits>();
  check_remaining<TestType, aligned_traits<64>>();
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  auto batch = tx.try_batch(24);
  REQUIRE(batch);
  batch->abort();
  CHECK(batch->remaining() == 0);
}

BOTH_RINGS("the smallest batches hold one header") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  for (std::size_t bytes = 0; bytes <= 8; ++bytes) {
    auto batch = tx.try_batch(bytes);
    REQUIRE(batch);
    CHECK(batch->remaining() == 8);
    CHECK(batch->add(1).error() == claim_error::full);
    CHECK(add(*batch, "", 5));
    CHECK(batch->remaining() == 0);
    CHECK(batch->add(0).error() == claim_error::full);
    CHECK(batch->commit());
    CHECK(tags_of(rx) == tags{5});
  }
  CHECK(tx.try_batch(9)->remaining() == 16);  // dropped
}

BOTH_RINGS("a record that does not fit into the rest is refused: full, by one byte; what was added stays") {
  visible_memory memory(256);
  auto [tx, rx] = TestType::make(memory.span());
  auto batch = tx.try_batch(record_bytes(8) + record_bytes(16));
  REQUIRE(batch);
  CHECK(batch->add(8 + 24 + 1).error() == claim_error::full);  // as the first record, too
  CHECK(batch->records() == 0);
  REQUIRE(add(*batch, pattern(8, 1), 1));
  const auto before = copy_of(memory);
  for (const std::size_t size : {std::size_t{17}, std::size_t{18}, std::size_t{24}, std::size_t{25}, std::size_t{248}}) {
    CHECK(batch->add(size).error() == claim_error::full);
    CHECK_FALSE(add(*batch, pattern(size, 9)));
  }
  CHECK(batch->remaining() == 24);
  CHECK(batch->records() == 1);
  CHECK(copy_of(memory) == before);
  REQUIRE(add(*batch, pattern(16, 2), 2));
  CHECK(batch->add(0).error() == claim_error::full);
  CHECK_FALSE(add(*batch, ""));
  CHECK(batch->commit());
  CHECK(read(rx) == pattern(8, 1));
  CHECK(read(rx) == pattern(16, 2));
  CHECK(read(rx) == "<empty>");
}

BOTH_RINGS("a record of almost all memory is refused, and changes nothing") {
  visible_memory memory(256);
  auto [tx, rx] = TestType::make(memory.span());
  for (const bool is_first : {true, false}) {
    auto batch = tx.try_batch(64);
    REQUIRE(batch);
    if (!is_first) REQUIRE(add(*batch, "abc", 4));
    const auto before = copy_of(memory);
    const std::size_t left = batch->remaining();
    for (const std::size_t size : {(std::size_t{1} << 31) - 8, std::size_t{1} << 31, top / 2, top - 72, top - 64, top - 63,
                                   top - 56, top - 16, top - 15, top - 8, top - 7, top - 1, top}) {
      CHECK(batch->add(size, 3).error() == claim_error::full);
      CHECK(batch->remaining() == left);
      CHECK(batch->records() == (is_first ? 0 : 1));
    }
    if constexpr (sizeof(std::size_t) > 4)
      for (const std::size_t size : {std::size_t{0}, std::size_t{8}, std::size_t{16}})  // 2^32 more than what would fit
        CHECK(batch->add(top / 0xffff'ffffu - 1 + size).error() == claim_error::full);
    CHECK(copy_of(memory) == before);
    REQUIRE(add(*batch, "def", 5));
    CHECK(batch->commit());
    CHECK(tags_of(rx) == (is_first ? tags{5} : tags{4, 5}));
    CHECK(memory.is_zero());
  }
}

BOTH_RINGS("what is left of a batch is one skip, also of just a header; where nothing is left there is none") {
  for (const std::size_t rest : {std::size_t{0}, std::size_t{8}, std::size_t{16}, std::size_t{40}}) {
    INFO("rest " << rest);
    visible_memory memory(256);
    auto [tx, rx] = TestType::make(memory.span());
    for (int lap = 0; lap != 9; ++lap) {
      auto batch = tx.try_batch(record_bytes(5) + record_bytes(8) + rest);
      REQUIRE(batch);
      const position_type start = batch->position();
      REQUIRE(add(*batch, "first"));
      REQUIRE(add(*batch, "the last"));
      CHECK(batch->remaining() == rest);
      CHECK(batch->commit());
      const std::size_t end = start % 256 + 32;
      CHECK(header_at(memory, end % 256) == (rest == 0 ? 0 : detail::skip_word(static_cast<std::uint32_t>(rest))));
      for (std::size_t more = 8; more < rest; more += 8) CHECK(header_at(memory, (end + more) % 256) == 0);
      const auto next = tx.try_write(bytes_of("next"));
      REQUIRE(next);
      if (start % 256 + 32 + rest + 16 <= 256) CHECK(*next == start + 32 + rest);
      CHECK(read(rx) == "first");
      CHECK(read(rx) == "the last");
      auto record = rx.try_read();
      REQUIRE(record);
      CHECK(record->position() == *next);
      CHECK(text_of(record->bytes()) == "next");
      record->consume();
      CHECK(read(rx) == "<empty>");
      CHECK(rx.occupancy() == 0);
      CHECK(memory.is_zero());
    }
  }
}

BOTH_RINGS("a batch that is aborted, dropped or left by an exception is skipped, with all of its records") {
  visible_memory memory(256);
  auto [tx, rx] = TestType::template make<counting_traits>(memory.span());
  for (std::uint64_t n = 0; n != 12; ++n) {
    REQUIRE(write(tx, "before"));
    try {
      auto batch = tx.try_batch(72);
      REQUIRE(batch);
      for (std::size_t i = 0; i != n % 4; ++i) {
        auto to = batch->add(8);
        REQUIRE(to);
        std::memset(to->data(), 0xff, 8);
      }
      if (n % 3 == 0) {
        batch->abort();
        CHECK_FALSE(batch->is_open());
        batch->abort();  // has ended: nothing
        CHECK(batch->add(0).error() == claim_error::detached);
        CHECK_FALSE(add(*batch, ""));
      } else if (n % 3 == 1) {
        throw std::runtime_error("in the middle of a batch");
      }
    } catch (const std::runtime_error&) {
    }
    CHECK(tx.open_claims() == 0);
    CHECK(tx.statistics().aborts == n + 1);
    REQUIRE(write(tx, "after"));
    CHECK(read(rx) == "before");
    CHECK(read(rx) == "after");
    CHECK(read(rx) == "<empty>");
    CHECK(rx.occupancy() == 0);
    CHECK(memory.is_zero());
  }
  CHECK(tx.statistics().records == 24);
  CHECK(tx.statistics().bytes == 12 * 11);
}

BOTH_RINGS("the commit of a batch without a record is an abort, and returns false") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::template make<counting_traits>(memory.span());
  for (std::uint64_t n = 1; n != 10; ++n) {
    auto batch = tx.try_batch(24);
    REQUIRE(batch);
    if (n % 2 == 0) CHECK(batch->add(100).error() == claim_error::full);
    CHECK_FALSE(batch->commit());
    CHECK_FALSE(batch->is_open());
    CHECK(tx.open_claims() == 0);
    CHECK(tx.statistics().aborts == n);
    CHECK(tx.statistics().records == n - 1);
    CHECK(tx.flush_while(never));  // nothing of it is waited for
    REQUIRE(write(tx, "x"));
    CHECK(read(rx) == "x");
    CHECK(read(rx) == "<empty>");
    CHECK(memory.is_zero());
  }
}

BOTH_RINGS("moved-from batches are inert, and a batch goes on where it was moved to") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  auto made = tx.try_batch(32);
  REQUIRE(made);
  const position_type start = made->position();
  REQUIRE(add(*made, "one", 1));
  auto batch = std::move(*made);
  CHECK_FALSE(made->is_open());
  CHECK(made->remaining() == 0);
  CHECK(made->add(0).error() == claim_error::detached);
  CHECK_FALSE(add(*made, ""));
  made->abort();
  CHECK(batch.is_open());
  CHECK(batch.position() == start);
  CHECK(batch.records() == 1);
  CHECK(batch.remaining() == 16);
  CHECK(tx.open_claims() == 1);
  auto& same = batch;
  batch = std::move(same);  // to itself
  CHECK(batch.is_open());
  CHECK(batch.remaining() == 16);
  REQUIRE(add(batch, "two", 2));
  write_batch<default_traits> last;
  last = std::move(batch);
  CHECK_FALSE(batch.is_open());
  CHECK(last.commit());
  CHECK(tags_of(rx) == tags{1, 2});
}

BOTH_RINGS("a batch that another is assigned to is aborted") {
  auto [tx, rx] = TestType::template make<counting_traits>(std::uint64_t{256});
  auto batch = tx.try_batch(16);
  REQUIRE(batch);
  REQUIRE(add(*batch, "gone", 1));
  auto other = tx.try_batch(48);
  REQUIRE(other);
  REQUIRE(add(*other, "stays", 2));
  CHECK(tx.open_claims() == 2);
  *batch = std::move(*other);
  CHECK(tx.open_claims() == 1);
  CHECK(tx.statistics().aborts == 1);
  CHECK_FALSE(other->is_open());
  CHECK(batch->remaining() == 32);
  REQUIRE(add(*batch, "more", 3));
  CHECK(batch->commit());
  CHECK(tags_of(rx) == tags{2, 3});
  *batch = {};
  CHECK(tx.statistics().aborts == 1);
}

TEST_CASE("a batch that was never claimed is inert") {
  write_batch<default_traits> none;
  CHECK_FALSE(none.is_open());
  CHECK(none.remaining() == 0);
  CHECK(none.records() == 0);
  CHECK(none.add(0).error() == claim_error::detached);
  CHECK(none.add(top).error() == claim_error::detached);
  CHECK_FALSE(add(none, ""));
  none.abort();
}

#if defined(NDEBUG)
BOTH_RINGS("a batch that has ended is committed no more") {
  auto [tx, rx] = TestType::template make<counting_traits>(std::uint64_t{256});
  auto batch = tx.try_batch(64);
  REQUIRE(batch);
  REQUIRE(add(*batch, "once"));
  CHECK(batch->commit());
  CHECK_FALSE(batch->commit());
  CHECK_FALSE(add(*batch, "late"));
  CHECK_FALSE(batch->commit());
  batch->abort();
  CHECK_FALSE(write_batch<counting_traits>().commit());
  auto aborted = tx.try_batch(16);
  REQUIRE(aborted);
  REQUIRE(add(*aborted, "never"));
  aborted->abort();
  CHECK_FALSE(aborted->commit());
  auto moved = std::move(*aborted);
  CHECK_FALSE(moved.commit());
  CHECK(tx.statistics().records == 1);
  CHECK(tx.statistics().aborts == 1);
  CHECK(read(rx) == "once");
  CHECK(read(rx) == "<empty>");
}

BOTH_RINGS("a batch outlives its producer, and keeps the memory") {
  for (const bool commits : {true, false}) {
    auto memory = std::make_shared<visible_memory>(128);
    std::weak_ptr<visible_memory> watch = memory;
    const auto span = memory->span();
    auto made = TestType::template make<counting_traits>(span, std::move(memory));
    auto batch = made.first.try_batch(48);
    REQUIRE(batch);
    REQUIRE(add(*batch, "first", 1));
    { auto gone = std::move(made.first); }
    REQUIRE(add(*batch, "second", 2));
    CHECK(made.second.statistics().retired.records == 0);
    if (commits) CHECK(batch->commit());
    else batch->abort();
    CHECK(made.second.statistics().retired.records == (commits ? 2 : 0));
    CHECK(made.second.statistics().retired.aborts == (commits ? 0 : 1));
    CHECK(tags_of(made.second) == (commits ? tags{1, 2} : tags{}));
    CHECK_FALSE(watch.expired());
    { auto gone = std::move(made.second); }
    CHECK(watch.expired());
  }
}

BOTH_RINGS("the last of a producer's batches and claims that ends frees the producer that is gone") {
  auto memory = std::make_shared<visible_memory>(128);
  std::weak_ptr<visible_memory> watch = memory;
  const auto span = memory->span();
  auto made = TestType::make(span, std::move(memory));
  auto batch = made.first.try_batch(32);
  auto claim = made.first.try_claim(1);
  REQUIRE((batch && claim));
  REQUIRE(add(*batch, "first"));
  { auto tx = std::move(made.first); }
  { auto rx = std::move(made.second); }
  CHECK(claim->commit());
  CHECK_FALSE(watch.expired());
  REQUIRE(add(*batch, "second"));
  CHECK(batch->commit());
  CHECK(watch.expired());
}
#endif

BOTH_RINGS("a batch is one open claim, whatever is added to it") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  CHECK(tx.open_claims() == 0);
  auto one = batch_of(tx, 3);
  CHECK(tx.open_claims() == 1);
  auto two = batch_of(tx, 2);
  auto claim = tx.try_claim(1);
  REQUIRE(claim);
  CHECK(tx.open_claims() == 3);
  CHECK(two.commit());
  CHECK(tx.open_claims() == 2);
  CHECK(claim->commit());
  CHECK(tx.open_claims() == 1);
  CHECK(read(rx) == "<empty>");
  one.abort();
  CHECK(tx.open_claims() == 0);
  CHECK(tags_of(rx) == tags{0, 1, 0});
}

BOTH_RINGS("a batch holds back what is claimed behind it, and is held back by what was claimed before") {
  auto [tx, rx] = TestType::make(std::uint64_t{256});
  auto claim = tx.try_claim(0, 1);
  REQUIRE(claim);
  auto batch = batch_of(tx, 2, 2);
  REQUIRE(write(tx, "", 4));
  CHECK(tags_of(rx) == tags{});
  CHECK(claim->commit());
  CHECK(tags_of(rx) == tags{1});
  CHECK(batch.commit());
  CHECK(tags_of(rx) == tags{2, 3, 4});
}

BOTH_RINGS("flush waits for the last record of a batch, and not for what is left of it") {
  options o;
  o.release_threshold = 0;
  auto [tx, rx] = TestType::make(std::uint64_t{256}, o);
  auto batch = tx.try_batch(64);
  REQUIRE(batch);
  for (std::uint32_t i = 0; i != 3; ++i) REQUIRE(add(*batch, "x", i));
  CHECK(tx.flush_while(never));  // nothing is committed
  CHECK(batch->commit());
  auto reading = rx.batch();
  for (std::uint32_t i = 0; i != 3; ++i) {
    CHECK_FALSE(tx.flush_while(never));
    REQUIRE(reading.next());
    reading.release();  // up to the end of this record
  }
  CHECK(tx.occupancy() == 16);
  CHECK(tx.flush_while(never));
}

BOTH_RINGS("flush waits for the highest end, whichever of a claim and a batch is committed last") {
  options o;
  o.release_threshold = 0;
  for (const bool batch_is_first : {true, false}) {
    auto [tx, rx] = TestType::make(std::uint64_t{256}, o);
    write_batch<default_traits> batch;
    write_claim<default_traits> claim;
    if (batch_is_first) batch = batch_of(tx, 2);
    claim = std::move(*tx.try_claim(0));
    if (!batch_is_first) batch = batch_of(tx, 2);
    // The later of them first.
    CHECK((batch_is_first ? claim.commit() : batch.commit()));
    CHECK_FALSE(tx.flush_while(never));
    CHECK((batch_is_first ? batch.commit() : claim.commit()));
    for (int i = 0; i != 3; ++i) {
      CHECK_FALSE(tx.flush_while(never));
      CHECK(read(rx) == "");
    }
    CHECK(tx.flush_while(never));
  }
}

BOTH_RINGS("a batch is refused as a claim of its bytes is: too large, full, detached; and nothing is changed") {
  visible_memory memory(64);
  auto [tx, rx] = TestType::template make<counting_traits>(memory.span());
  CHECK(tx.max_payload() == 24);
  {
    auto largest = tx.try_batch(tx.max_payload() + 8);
    REQUIRE(largest);
    CHECK(largest->remaining() == 32);
    REQUIRE(add(*largest, pattern(tx.max_payload(), 1)));
    CHECK(largest->remaining() == 0);
    CHECK(largest->commit());
  }
  CHECK(read(rx) == pattern(24, 1));
  std::uint64_t refused = 0;
  for (const std::size_t bytes :
       {std::size_t{33}, std::size_t{40}, std::size_t{64}, std::size_t{1} << 31, beyond_32_bits, top - 8, top - 7, top - 1, top}) {
    CHECK(tx.try_batch(bytes).error() == claim_error::too_large);
    CHECK(tx.statistics().too_large == ++refused);
  }
  CHECK(tx.occupancy() == 0);
  CHECK(write(tx, pattern(24, 2)));
  CHECK(write(tx, pattern(8, 3)));
  CHECK(tx.occupancy() == 48);
  const auto before = copy_of(memory);
  CHECK(tx.try_batch(17).error() == claim_error::full);
  CHECK(tx.try_batch(32).error() == claim_error::full);
  CHECK(tx.statistics().full == 2);
  CHECK(tx.statistics().too_large == refused);
  CHECK(tx.open_claims() == 0);
  CHECK(copy_of(memory) == before);
  CHECK(tx.occupancy() == 48);
  CHECK(tx.try_batch(16)->commit() == false);  // the rest, without a record
  CHECK(tx.try_batch(0).error() == claim_error::full);
  auto moved = std::move(tx);
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{8}, std::size_t{16}, top})
    CHECK(tx.try_batch(bytes).error() == claim_error::detached);
  decltype(moved) none;
  CHECK(none.try_batch(0).error() == claim_error::detached);
}

BOTH_RINGS("statistics count each record of a batch and its bytes, and one abort for a batch without an end") {
  auto [tx, rx] = TestType::template make<counting_traits>(std::uint64_t{128});
  auto batch = tx.try_batch(64);
  REQUIRE(batch);
  for (const std::size_t size : {std::size_t{3}, std::size_t{0}, std::size_t{8}}) REQUIRE(add(*batch, pattern(size, 1)));
  CHECK(batch->add(17).error() == claim_error::full);  // of the batch, and not of the ring
  CHECK(tx.statistics() == producer_statistics{});     // it may still be aborted
  CHECK(batch->commit());
  producer_statistics expected{};
  expected.records = 3;
  expected.bytes = 11;
  CHECK(tx.statistics() == expected);
  {
    auto dropped = tx.try_batch(16);
    REQUIRE(dropped);
    REQUIRE(add(*dropped, "x"));
  }
  expected.aborts = 1;
  CHECK(tx.statistics() == expected);
  CHECK(rx.drain([](auto, auto) {}) == 3);
  CHECK(rx.statistics().records == 3);
  CHECK(rx.statistics().bytes == 11);
  auto padded = tx.try_batch(56);  // 48 are left in the lap
  REQUIRE(padded);
  expected.padding_bytes = 48;
  CHECK(tx.statistics() == expected);
  REQUIRE(add(*padded, ""));
  CHECK(padded->commit());
  ++expected.records;
  CHECK(tx.statistics() == expected);
}

TEST_CASE("batches of a ring that the producer clears") {
  for (std::size_t rest = 0; rest <= 24; rest += 8) {
    visible_memory memory(256);
    options o;
    o.initial_position = position_type{0} - 512;
    auto [tx, rx] = spsc::make<cleared_traits>(memory.span(), nullptr, o);
    for (std::size_t lap = 0; lap != 40; ++lap) {
      const std::vector<std::size_t> sizes = {lap % 9, 8 - lap % 9, lap % 3};
      std::size_t bytes = rest;
      for (const std::size_t size : sizes) bytes += record_bytes(size);
      auto batch = tx.try_batch(bytes);
      REQUIRE(batch);
      CHECK(read(rx) == "<empty>");
      for (std::size_t i = 0; i != sizes.size(); ++i) {
        REQUIRE(add(*batch, pattern(sizes[i], lap + i)));
        CHECK(read(rx) == "<empty>");
      }
      CHECK(batch->remaining() == rest);
      if (lap % 5 == 4) {
        batch->abort();
      } else {
        CHECK(batch->commit());
        for (std::size_t i = 0; i != sizes.size(); ++i) CHECK(read(rx) == pattern(sizes[i], lap + i));
      }
      CHECK(read(rx) == "<empty>");
      CHECK(rx.occupancy() == 0);
    }
  }
  auto [tx, rx] = spsc::make<cleared_traits>(std::uint64_t{64});
  auto half = tx.try_batch(32);
  REQUIRE(half);
  CHECK(tx.try_batch(32).error() == claim_error::full);  // a header stays free behind the last claim
  CHECK(tx.try_batch(24));                               // dropped
}

BOTH_RINGS("batches at positions that pass 2^32 and 2^64, from every offset, with padding before what would not fit") {
  for (const position_type edge : {position_type{1} << 32, position_type{0}})
    for (position_type before = 8; before <= 128; before += 8) {
      visible_memory memory(128);
      options o;
      o.initial_position = edge - before;
      auto [tx, rx] = TestType::make(memory.span(), nullptr, o);
      position_type tail = edge - before;
      for (std::size_t i = 0; i != 40; ++i) {
        INFO("before " << before << ", batch " << i);
        const std::vector<std::size_t> sizes = {i % 10, i % 7, i % 5};
        const std::size_t rest = i % 3 * 8;
        std::size_t bytes = rest;
        for (const std::size_t size : sizes) bytes += record_bytes(size);
        REQUIRE(bytes <= 72);
        const bool fits = bytes <= 64;
        auto batch = tx.try_batch(bytes);
        REQUIRE(batch.has_value() == fits);
        if (!fits) continue;
        const position_type lap_end = (tail | 127) + 1;
        position_type at = lap_end - tail >= bytes ? tail : lap_end;
        CHECK(batch->position() == at);
        CHECK(tx.occupancy() == at + bytes - tail);
        tail = at + bytes;
        for (std::size_t n = 0; n != sizes.size(); ++n)
          REQUIRE(add(*batch, pattern(sizes[n], i + n), static_cast<std::uint32_t>(n)));
        CHECK(batch->commit());
        CHECK_FALSE(tx.flush_while(never));
        for (std::size_t n = 0; n != sizes.size(); ++n) {
          auto record = rx.try_read();
          REQUIRE(record);
          CHECK(record->position() == at);
          CHECK(record->tag() == n);
          CHECK(text_of(record->bytes()) == pattern(sizes[n], i + n));
          at += record_bytes(sizes[n]);
        }
        CHECK(read(rx) == "<empty>");
        CHECK(tx.flush_while(never));
        CHECK(memory.is_zero());
      }
    }
}

BOTH_RINGS("a batch costs one exchange and one release store, which is the last; each further record one relaxed store") {
  static_assert(site_tag<site::commit_store>::order == std::memory_order_release);
  static_assert(site_tag<site::batch_store>::order == std::memory_order_relaxed);
  auto [tx, rx] = TestType::template make<counted_stores_traits>(std::uint64_t{4096});
  for (const std::size_t rest : {std::size_t{0}, std::size_t{8}})
    for (unsigned records = 1; records != 6; ++records) {
      counted_stores::start();
      auto batch = tx.try_batch(records * record_bytes(8) + rest);
      REQUIRE(batch);
      for (unsigned i = 0; i != records; ++i) REQUIRE(batch->add(8));
      CHECK(counted_stores::exchanges == (TestType::claiming::shared ? 1 : 0));
      CHECK(counted_stores::commits == 0);
      CHECK(counted_stores::records == records - 1);
      CHECK(counted_stores::rests == 0);
      CHECK(batch->commit());
      CHECK(counted_stores::last == site::commit_store);
      CHECK(counted_stores::exchanges == (TestType::claiming::shared ? 1 : 0));
      CHECK(counted_stores::commits == 1);
      CHECK(counted_stores::records == records - 1);
      CHECK(counted_stores::rests == (rest == 0 ? 0 : 1));
      CHECK(counted_stores::aborts == 0);
      CHECK(tags_of(rx).size() == records);
    }
}
