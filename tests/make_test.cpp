#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {

template <class Ring, class... Arguments>
std::string failure_of(setup_errc code, Arguments&&... a) {
  const auto made = Ring::try_make(a...);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == code);
  try {
    (void)Ring::make(a...);
  } catch (const setup_failure& e) {
    CHECK(e.error() == made.error());
    CHECK(e.what() == made.error().message());
    return e.what();
  }
  FAIL("make did not throw");
  return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOTH_RINGS("make refuses a capacity that is no power of two, and names it") {
  CHECK(contains(failure_of<TestType>(setup_errc::bad_capacity, std::uint64_t{0}), "capacity 0 is not a power of two: use 16"));
  CHECK(contains(failure_of<TestType>(setup_errc::bad_capacity, std::uint64_t{48}), "capacity 48 "));
  CHECK(contains(failure_of<TestType>(setup_errc::bad_capacity, std::uint64_t{1025}), "1025 is not a power of two: use 2048"));
  CHECK(contains(failure_of<TestType>(setup_errc::bad_capacity, ~std::uint64_t{0}), "more than this machine can address"));
}

BOTH_RINGS("make refuses a capacity that is too small for two records, and names the least") {
  for (const std::uint64_t small : {1u, 2u, 4u, 8u})
    CHECK(contains(failure_of<TestType>(setup_errc::capacity_too_small, small), "at least 16 bytes"));
  CHECK(TestType::try_make(std::uint64_t{16}));
  CHECK_FALSE((TestType::template try_make<aligned_traits<64>>(std::uint64_t{64})));
  CHECK((TestType::template try_make<aligned_traits<64>>(std::uint64_t{128})));
}

BOTH_RINGS("make refuses more memory than there is") {
  if constexpr (sizeof(std::size_t) == 8)
    CHECK(contains(failure_of<TestType>(setup_errc::out_of_memory, std::uint64_t{1} << 62), std::to_string(std::uint64_t{1} << 62)));
}

BOTH_RINGS("make refuses options that make no sense, and names them") {
  options o;
  o.release_threshold = 65;
  CHECK(contains(failure_of<TestType>(setup_errc::bad_threshold, std::uint64_t{64}, o), "65"));
  o.release_threshold = 64;
  CHECK(TestType::try_make(std::uint64_t{64}, o));
  o.initial_position = 12;
  CHECK(contains(failure_of<TestType>(setup_errc::bad_position, std::uint64_t{64}, o), "12"));
}

BOTH_RINGS("make refuses memory that is misaligned or of a bad size") {
  visible_memory memory(256);
  CHECK(contains(failure_of<TestType>(setup_errc::misaligned_memory, memory.span().subspan(4, 64)), "address"));
  (void)failure_of<TestType>(setup_errc::bad_capacity, memory.span().first(100));
  (void)failure_of<TestType>(setup_errc::capacity_too_small, memory.span().first(8));
  // Payloads at multiples of 16: the buffer starts 8 bytes before one.
  CHECK_FALSE((TestType::template try_make<aligned_traits<16>>(memory.span().first(64))));
  CHECK((TestType::template try_make<aligned_traits<16>>(memory.span().subspan(8, 64))));
}

BOTH_RINGS("make zeroes the caller's memory unless it is told that it is zero") {
  visible_memory memory(64);
  CHECK_FALSE(memory.is_zero());
  auto [tx, rx] = TestType::make(memory.span());
  CHECK(memory.is_zero());
  CHECK(tx.capacity() == 64);

  visible_memory untouched(64);
  std::memset(untouched.span().data(), 0, 64);
  untouched.span()[20] = std::byte{1};  // not in the first header: nobody looks
  options o;
  o.memory_is_zero = true;
  auto ends = TestType::make(untouched.span(), nullptr, o);
  CHECK(untouched.span()[20] == std::byte{1});
}

BOTH_RINGS("the owner of the memory lives until both ends and all claims are gone") {
  auto memory = std::make_shared<visible_memory>(64);
  std::weak_ptr<visible_memory> watch = memory;
  auto span = memory->span();
  {
    auto made = TestType::make(span, std::move(memory));
    { auto tx = std::move(made.first); CHECK(write(tx, "x")); }
    CHECK_FALSE(watch.expired());
    {
      auto rx = std::move(made.second);
      CHECK(read(rx) == "x");
    }
    CHECK(watch.expired());
  }
}

BOTH_RINGS("a refused ring drops the owner of its memory") {
  auto memory = std::make_shared<visible_memory>(64);
  std::weak_ptr<visible_memory> watch = memory;
  auto span = memory->span().subspan(4, 32);
  CHECK_FALSE(TestType::try_make(span, std::move(memory)));
  CHECK(watch.expired());
}

BOTH_RINGS("a refused channel gives everything back, also where the ring itself could be made") {
  auto memory = std::make_shared<visible_memory>(64);
  std::weak_ptr<visible_memory> watch = memory;
  auto span = memory->span();
  options o;
  o.event_descriptor = 1'000'000;  // which is no open file
  CHECK(TestType::try_channel(span, std::move(memory), o).error().code == setup_errc::bad_event_descriptor);
  CHECK(watch.expired());
}

TEST_CASE("the owner of the memory is dropped with the last of many producers and their claims") {
  auto memory = std::make_shared<visible_memory>(64);
  std::weak_ptr<visible_memory> watch = memory;
  auto span = memory->span();
  {
    auto made = mpsc::make(span, std::move(memory));
    auto second = made.first, third = second;
    auto claim = third.try_claim(4);
    { auto gone = std::move(third); }
    { auto gone = std::move(made); }
    { auto gone = std::move(second); }
    CHECK_FALSE(watch.expired());
    claim->abort();
    CHECK(watch.expired());
  }
}

BOTH_RINGS("payloads start on multiples of the payload alignment") {
  const auto check = [](auto traits, std::uintptr_t alignment) {
    auto [tx, rx] = TestType::template make<decltype(traits)>(std::uint64_t{4096});
    for (std::size_t n = 0; n != 500; ++n) {
      const std::size_t size = n * 37 % (tx.max_payload() + 1);
      auto claim = tx.try_claim(size);
      REQUIRE(claim);
      CHECK(reinterpret_cast<std::uintptr_t>(claim->data()) % alignment == 0);
      claim->commit();
      auto record = rx.try_read();
      REQUIRE(record);
      CHECK(reinterpret_cast<std::uintptr_t>(record->bytes().data()) % alignment == 0);
      CHECK(record->size() == size);
    }
  };
  check(default_traits{}, 8);
  check(aligned_traits<16>{}, 16);
  check(aligned_traits<64>{}, 64);
  check(aligned_traits<128>{}, 128);
}

BOTH_RINGS("an owned buffer starts on a multiple of 128") {
  auto [tx, rx] = TestType::make(std::uint64_t{1024});
  auto claim = tx.try_claim(8);
  REQUIRE(claim);
  CHECK(reinterpret_cast<std::uintptr_t>(claim->data()) % 128 == 8);
  claim->commit();
}

BOTH_RINGS("memory options keep the ring working", "[threads]") {
  options o;
  SECTION("prefault") { o.prefault = true; }
  SECTION("huge pages if there are any") { o.pages = huge_pages::if_available; }
  SECTION("first touch") { o.first_touch_cpu = 0; }
  auto made = TestType::try_make(std::uint64_t{1} << 20, o);
  REQUIRE(made);
  auto [tx, rx] = std::move(*made);
  for (int i = 0; i != 3; ++i) {
    CHECK(write(tx, pattern(300'000, 1)));
    CHECK(read(rx) == pattern(300'000, 1));
  }
}

BOTH_RINGS("memory options that can not be had are errors that say so") {
  options o;
  o.first_touch_cpu = 1'000'000;
  CHECK(contains(failure_of<TestType>(setup_errc::bad_cpu, std::uint64_t{4096}, o), "1000000"));
  // Whether there are huge pages, or mlock is allowed, the machine decides; the answer has to fit.
  options huge;
  huge.pages = huge_pages::required;
  if (const auto made = TestType::try_make(std::uint64_t{1} << 21, huge); !made) CHECK(made.error().code == setup_errc::no_huge_pages);
  options locked;
  locked.lock = true;
  if (const auto made = TestType::try_make(std::uint64_t{4096}, locked); !made) CHECK(made.error().code == setup_errc::lock_refused);
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#define LOGBUF_TEST_HAS_FEATURE(x) __has_feature(x)
#else
#define LOGBUF_TEST_HAS_FEATURE(x) 0
#endif
#if !LOGBUF_TEST_HAS_FEATURE(thread_sanitizer)
BOTH_RINGS("a ring of a gibibyte costs no memory before it is used") {
  // Valgrind's allocator touches what it gives out.
  const char* preloaded = std::getenv("LD_PRELOAD");
  if (preloaded != nullptr && std::string(preloaded).find("vgpreload") != std::string::npos) return;
  const auto resident = [] {
    long total = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> total >> pages;
    return pages;
  };
  const long before = resident();
  auto made = TestType::try_make(std::uint64_t{1} << 30);
  REQUIRE(made);
  CHECK(resident() - before < 4096);  // 16 MiB: an emulator's own memory counts too
  auto [tx, rx] = std::move(*made);
  CHECK(write(tx, "a"));
  CHECK(read(rx) == "a");
  CHECK(tx.max_payload() == (std::size_t{1} << 29) - 8);
}
#endif
#endif

BOTH_RINGS("capacities from the smallest up carry records") {
  for (std::size_t capacity = 16; capacity <= (1u << 20); capacity *= 2) {
    auto [tx, rx] = TestType::make(capacity);
    const std::string largest = pattern(tx.max_payload(), capacity);
    for (int lap = 0; lap != 5; ++lap) {
      CHECK(write(tx, largest, 9));
      CHECK(read(rx) == largest);
      CHECK(read(rx) == "<empty>");
    }
  }
}
