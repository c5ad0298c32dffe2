// result: the names and the meaning of std::expected, of values and of errors, constant and not.
#include <memory>
#include <string>
#include <type_traits>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {
using text_or = result<std::string, read_error>;
using owned_or = result<std::unique_ptr<int>, send_error>;

text_or good() { return std::string("value"); }
text_or bad() { return read_error::corrupt; }
}  // namespace

TEST_CASE("a result that is constant can be read") {
  const text_or r = good();
  CHECK(r);
  CHECK(r.has_value());
  CHECK(*r == "value");
  CHECK(r->size() == 5);
  CHECK(r.value() == "value");
  CHECK(r.error() == read_error::none);
  static_assert(std::is_same_v<decltype(*r), const std::string&>);
  static_assert(std::is_same_v<decltype(*good()), std::string&&>);
  static_assert(std::is_same_v<text_or::value_type, std::string> && std::is_same_v<text_or::error_type, read_error>);
}

TEST_CASE("value() is the value, or throws the error with its message") {
  text_or r = good();
  r.value() += "!";
  CHECK(r.value() == "value!");
  CHECK(*good() == "value");
  CHECK(*owned_or(std::make_unique<int>(7)).value() == 7);
  try {
    (void)bad().value();
    FAIL("no exception");
  } catch (const bad_result_access<read_error>& e) {
    CHECK(e.error() == read_error::corrupt);
    CHECK(std::string(e.what()) == message(read_error::corrupt));
  }
  const text_or constant = bad();
  CHECK_THROWS_AS(constant.value(), std::exception);
  CHECK_THROWS_AS(owned_or(send_error::full).value(), bad_result_access<send_error>);
}

TEST_CASE("value() of a ring that was not made throws what make throws") {
  try {
    (void)spsc::try_make(1000).value();
    FAIL("no exception");
  } catch (const setup_failure& e) {
    CHECK(e.error() == setup_error{setup_errc::bad_capacity, 1000, 16});
  }
  CHECK(spsc::try_make(1024).value().first.capacity() == 1024);
}

TEST_CASE("value_or is the value, or the other one") {
  const text_or r = good(), failed = bad();
  CHECK(r.value_or("other") == "value");
  CHECK(failed.value_or("other") == "other");
  CHECK(good().value_or("other") == "value");
  CHECK(*owned_or(send_error::full).value_or(std::make_unique<int>(3)) == 3);
  CHECK(*owned_or(std::make_unique<int>(4)).value_or(nullptr) == 4);
  auto [tx, rx] = spsc::make(64);
  CHECK(tx.try_write(bytes_of("x")).value_or(99u) == 0);
  CHECK(tx.try_write(bytes_of(std::string(100, 'x'))).value_or(99u) == 99);
}

TEST_CASE("results are compared with results, values and errors") {
  CHECK(good() == good());
  CHECK(bad() == bad());
  CHECK(good() != bad());
  CHECK(bad() != text_or(read_error::empty));
  CHECK(good() != text_or(std::string("another")));
  CHECK(good() == std::string("value"));
  CHECK(good() != std::string("another"));
  CHECK(bad() != std::string());  // a failed result holds an empty text, which is not its value
  CHECK(bad() == read_error::corrupt);
  CHECK(bad() != read_error::empty);
  CHECK(good() == read_error::none);
  CHECK(read_error::corrupt == bad());
  CHECK(owned_or(send_error::full) == send_error::full);  // also where values cannot be compared
}

TEST_CASE("a result is usable in constant expressions") {
  constexpr result<int, read_error> r = 7;
  constexpr result<int, read_error> failed = read_error::empty;
  static_assert(*r == 7 && r.value() == 7 && r.value_or(1) == 7 && failed.value_or(1) == 1 && r != failed);
}
