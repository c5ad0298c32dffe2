// What must not compile, and what must move without throwing.
#include <type_traits>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;

template <class T>
inline constexpr bool moves_only = !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
                                   std::is_nothrow_move_constructible_v<T>;

static_assert(moves_only<spsc::producer<>> && std::is_nothrow_move_assignable_v<spsc::producer<>>);
static_assert(std::is_copy_constructible_v<mpsc::producer<>> && std::is_copy_assignable_v<mpsc::producer<>>);
static_assert(std::is_nothrow_move_constructible_v<mpsc::producer<>> && std::is_nothrow_move_assignable_v<mpsc::producer<>>);
static_assert(moves_only<consumer<default_traits>> && std::is_nothrow_move_assignable_v<consumer<default_traits>>);
static_assert(moves_only<write_claim<default_traits>> && std::is_nothrow_move_assignable_v<write_claim<default_traits>>);
static_assert(moves_only<read_claim<default_traits>> && std::is_nothrow_move_assignable_v<read_claim<default_traits>>);
static_assert(moves_only<read_batch<default_traits>>);
static_assert(moves_only<logbuf::memory>);

// One consumer type, whichever ring it belongs to.
static_assert(std::is_same_v<decltype(spsc::make(64))::second_type, decltype(mpsc::make(64))::second_type>);

// Statistics are there only when they are asked for.
template <class T>
concept has_statistics = requires(const T& t) { t.statistics(); };
static_assert(!has_statistics<spsc::producer<>> && !has_statistics<consumer<default_traits>>);
static_assert(has_statistics<spsc::producer<test::counting_traits>> && has_statistics<consumer<test::counting_traits>>);

// Traits that make no sense are refused.
struct odd_alignment : default_traits {
  static constexpr std::size_t payload_alignment = 24;
};
struct small_alignment : default_traits {
  static constexpr std::size_t payload_alignment = 4;
};
static_assert(ring_traits<default_traits> && ring_traits<test::aligned_traits<64>>);
static_assert(!ring_traits<odd_alignment> && !ring_traits<small_alignment> && !ring_traits<int>);

TEST_CASE("a cursor is small, and the shared words have lines of their own") {
  using state = detail::ring_state<default_traits>;
  CHECK(sizeof(detail::producer_cursor<default_traits>) <= 80);
  CHECK(sizeof(detail::consumer_cursor<default_traits>) <= 96);
  CHECK(alignof(state) == 128);
  CHECK(offsetof(state, head) - offsetof(state, tail) >= 128);
  CHECK(offsetof(state, owners) - offsetof(state, head) >= 128);
}

TEST_CASE("what a ring is if nobody says otherwise") {
  STATIC_REQUIRE_FALSE(default_traits::checked);
  STATIC_REQUIRE(default_traits::payload_alignment == 8);
  STATIC_REQUIRE(default_traits::zeroed == zeroing::by_consumer);
  STATIC_REQUIRE_FALSE(default_traits::statistics::enabled);
}

TEST_CASE("errors have names") {
  CHECK(std::string(to_string(claim_error::full)) == "full");
  CHECK(std::string(to_string(claim_error::too_large)) == "too_large");
  CHECK(std::string(to_string(claim_error::detached)) == "detached");
  CHECK(std::string(to_string(claim_error::none)) == "none");
  CHECK(std::string(to_string(read_error::empty)) == "empty");
  CHECK(std::string(to_string(read_error::none)) == "none");
}

TEST_CASE("the message of an error begins with its name, and says what to do") {
  const auto check = [](auto last) {
    using error = decltype(last);
    for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
      const auto e = static_cast<error>(i);
      const std::string start = std::string("logbuf: ") + to_string(e) + ": ";
      CHECK(std::string(message(e)).substr(0, start.size()) == start);
      CHECK(std::string(message(e)).size() > start.size());
    }
  };
  check(claim_error::detached);
  check(read_error::corrupt);
  check(send_error::detached);
  check(receive_error::corrupt);
  CHECK(std::string(message(claim_error::too_large)).find("capacity / 2 - 8") != std::string::npos);
  CHECK(std::string(message(send_error::too_large)).find("make the ring larger") != std::string::npos);
}

TEST_CASE("the version is one number that can be compared") {
  STATIC_REQUIRE(LOGBUF_VERSION == LOGBUF_VERSION_MAJOR * 10000 + LOGBUF_VERSION_MINOR * 100 + LOGBUF_VERSION_PATCH);
  CHECK(std::string(LOGBUF_VERSION_STRING) == std::to_string(LOGBUF_VERSION_MAJOR) + "." + std::to_string(LOGBUF_VERSION_MINOR) +
                                                "." + std::to_string(LOGBUF_VERSION_PATCH));
}

