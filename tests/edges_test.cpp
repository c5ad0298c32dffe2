// What ends and claims answer at the edges of their lives: assigned to themselves, moved from, ended before.
#include <chrono>
#include <cerrno>
#include <limits>
#include <stop_token>

#include "catch.hpp"
#include "rings.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>
#endif

using namespace logbuf;
using namespace logbuf::test;
using namespace std::chrono_literals;

namespace {
template <class T>
void assign_to_itself(T& value) {
  T& same = value;
  value = std::move(same);
}
}  // namespace

BOTH_RINGS("an end that is assigned to itself is what it was") {
  auto ends = TestType::make(std::uint64_t{64});
  auto& [tx, rx] = ends;
  assign_to_itself(tx);
  assign_to_itself(rx);
  CHECK(write(tx, "still here"));
  auto claim = tx.try_claim(1);
  CHECK(tx.open_claims() == 1);
  assign_to_itself(*claim);
  CHECK(claim->is_open());
  claim->abort();
  CHECK(tx.open_claims() == 0);
  auto record = rx.try_read();
  assign_to_itself(*record);
  CHECK(text_of(record->bytes()) == "still here");

  auto channel = TestType::channel(std::uint64_t{64});
  assign_to_itself(channel.first);
  CHECK(channel.first.try_send(1));
}

BOTH_RINGS("a read claim that has ended has no size, and ends once") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, "kept"));
  auto record = rx.try_read();
  CHECK(record->size() == 4);
  record->keep();
  record->keep();
  CHECK(record->size() == 0);
  CHECK(record->bytes().empty());
  CHECK(read(rx) == "kept");
}

BOTH_RINGS("a batch that was moved from is empty, and releases nothing") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, "one"));
  auto batch = rx.batch();
  auto moved = std::move(batch);
  batch.release();
  CHECK(batch.next().error() == read_error::empty);
  CHECK(moved.next()->size() == 3);
}

BOTH_RINGS("a record that was consumed beside its batch is not consumed again") {
  auto [tx, rx] = TestType::make(std::uint64_t{64});
  CHECK(write(tx, "one"));
  CHECK(write(tx, "two"));
  auto batch = rx.batch();
  CHECK(batch.next()->size() == 3);
  CHECK(read(rx) == "one");
  CHECK(text_of(batch.next()->bytes()) == "two");
}

BOTH_RINGS("ends that were moved from have no statistics") {
  auto ends = TestType::template make<counting_traits>(std::uint64_t{64});
  CHECK(write(ends.first, "x"));
  CHECK(ends.first.statistics() != producer_statistics{});
  const auto tx = std::move(ends.first);
  const auto rx = std::move(ends.second);
  CHECK(ends.first.statistics() == producer_statistics{});
  CHECK(ends.second.statistics().records == 0);
}

TEST_CASE("statistics add up") {
  producer_statistics sum{1, 2, 3, 4, 5, 6, 7};
  sum += producer_statistics{10, 20, 30, 40, 50, 60, 70};
  CHECK(sum == producer_statistics{11, 22, 33, 44, 55, 66, 77});
  using s = producer_statistics;
  for (const auto& [a, b] : {std::pair(s{.records = 1}, s{}), {s{.bytes = 1}, s{}}, {s{.full = 1}, s{}}, {s{.too_large = 1}, s{}},
                             {s{.aborts = 1}, s{}}, {s{.padding_bytes = 1}, s{}}, {s{.lost_exchanges = 1}, s{}}})
    CHECK(a != b);
}

BOTH_RINGS("a receiver that was moved from answers detached, whatever it is asked") {
  auto ends = TestType::channel(std::uint64_t{64});
  const auto rx = std::move(ends.second);
  CHECK(ends.second.try_receive().error() == receive_error::detached);
  CHECK(ends.second.receive().error() == receive_error::detached);
  CHECK(ends.second.receive_for(0s).error() == receive_error::detached);
  CHECK(ends.second.receive_for(1h).error() == receive_error::detached);
  CHECK(ends.second.drain([](auto, auto) {}).error() == receive_error::detached);
  CHECK_FALSE(ends.second.arm());
  ends.second.close();
#if defined(__cpp_lib_jthread)
  CHECK(ends.second.receive(std::stop_token()).error() == receive_error::detached);
#endif
}

TEST_CASE("a copy of a sender that was moved from is one too") {
  auto ends = mpsc::channel(64);
  const auto tx = std::move(ends.first);
  auto copy = ends.first;
  CHECK(copy.try_send(1).error() == send_error::detached);
  CHECK_FALSE(copy.is_disconnected());
}

TEST_CASE("every setup error has a message of its own") {
  std::vector<std::string> all;
  for (unsigned c = 0; c <= static_cast<unsigned>(setup_errc::bad_event_descriptor) + 1; ++c) {
    const setup_error e{static_cast<setup_errc>(c), 12345, 678};
    CHECK(e.message().starts_with("logbuf: "));
    CHECK(std::find(all.begin(), all.end(), e.message()) == all.end());
    all.push_back(e.message());
  }
  CHECK(all.back() == "logbuf: unknown error");
  CHECK(setup_error{setup_errc::bad_cpu, 1, 0} != setup_error{setup_errc::lock_refused, 1, 0});
  CHECK(setup_error{setup_errc::bad_cpu, 1, 0} != setup_error{setup_errc::bad_cpu, 2, 0});
  CHECK(setup_error{setup_errc::bad_cpu, 1, 0} != setup_error{setup_errc::bad_cpu, 1, 1});
}

BOTH_RINGS("more than can be mapped is an error, with and without huge pages") {
  constexpr std::uint64_t quarter = std::uint64_t{1} << (sizeof(std::size_t) * 8 - 2);  // of the address space
  options o;
  o.pages = huge_pages::if_available;
  std::vector<decltype(TestType::try_make(quarter, o))> made;
  do made.push_back(TestType::try_make(quarter, o));
  while (made.back() && made.size() != 4);
  CHECK(made.back().error().code == setup_errc::out_of_memory);
  o.pages = huge_pages::required;
  CHECK(TestType::try_make(quarter, o).error().code == setup_errc::no_huge_pages);
}

#if defined(__linux__)
BOTH_RINGS("a CPU that this machine does not have is an error", "[threads]") {
  options o;
  o.first_touch_cpu = 1023;
  CHECK(TestType::try_make(std::uint64_t{4096}, o).error() == setup_error{setup_errc::bad_cpu, 1023, 0});
}
#endif

TEST_CASE("memory that is assigned over is let go") {
  auto one = memory::allocate(64, 8, {}), two = memory::allocate(128, 8, {});
  REQUIRE((one && two));
  const std::byte* data = two->data();
  *one = std::move(*two);
  CHECK(one->data() == data);
}

TEST_CASE("a sleep until before the clock began ends at once", "[sleeps]") {
  parker p;
  futex_word word{1};
  CHECK(p.wait(at<site::park_recheck>, word, 1, std::chrono::steady_clock::time_point(-1s)));
  CHECK(p.wait(at<site::park_recheck>, word, 0, std::chrono::steady_clock::time_point::max()));  // another value than expected: no sleep
}

#if defined(__linux__)
namespace {
setup_error with_descriptor(int descriptor) {
  options o;
  o.event_descriptor = descriptor;
  return mpsc::try_channel(1024, o).error();
}
}  // namespace

TEST_CASE("a descriptor that cannot be signalled is found out when the channel is made") {
  const int read_only = ::open("/dev/null", O_RDONLY);
  const int closed = ::dup(read_only);
  ::close(closed);
  for (const int bad : {read_only, closed, -2, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    const setup_error e = with_descriptor(bad);
    CHECK(e == setup_error{setup_errc::bad_event_descriptor, static_cast<std::uint64_t>(std::int64_t{bad})});
    CHECK(e.message().starts_with("logbuf: event_descriptor " + std::to_string(bad) + " is not open for writing"));
  }
  ::close(read_only);
  const int good = ::eventfd(0, EFD_NONBLOCK), write_only = ::open("/dev/null", O_WRONLY);
  CHECK(with_descriptor(write_only) == setup_error{});
  ::close(write_only);
  errno = 0;
  CHECK(with_descriptor(good) == setup_error{});
  CHECK(with_descriptor(options::no_descriptor) == setup_error{});
  options o;
  o.event_descriptor = closed;
  CHECK(spsc::try_make(1024, o));  // a ring ignores the options for channels
  CHECK(errno == 0);
  ::close(good);
}
#endif
