// What an error says, word for word: what happened, the value that was given, what to do.
#include <cstdint>
#include <string>

#include "catch.hpp"
#include "rings.hpp"

using namespace logbuf;
using namespace logbuf::test;

TEST_CASE("a setup error says what was wrong, with its number, and what to do") {
  const std::pair<setup_error, const char*> texts[] = {
      {{}, "logbuf: no error"},
      {{setup_errc::bad_capacity, 1025, 16}, "logbuf: capacity 1025 is not a power of two: use 2048"},
      {{setup_errc::bad_capacity, 1, 16}, "logbuf: capacity 1 is not a power of two: use 16"},
      {{setup_errc::capacity_too_small, 8, 16}, "logbuf: capacity 8 is too small: use at least 16 bytes"},
      {{setup_errc::misaligned_memory, 1000, 64},
       "logbuf: memory at address 1000 is misaligned: address + 8 must be a multiple of 64"},
      {{setup_errc::bad_threshold, 65, 64}, "logbuf: release_threshold 65 is more than the capacity: use 0 to 64"},
      {{setup_errc::bad_position, 12, 8},
       "logbuf: initial_position 12 is misaligned: use a multiple of the payload alignment, 8"},
      {{setup_errc::out_of_memory, 4096, 0}, "logbuf: no memory for 4096 bytes: use a smaller capacity"},
      {{setup_errc::no_huge_pages, 65536, 2097152},
       "logbuf: no huge pages for 65536 bytes: reserve 2097152 bytes in pages of 2 MiB "
       "(/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages), or use if_available"},
      {{setup_errc::lock_refused, 4096, 0},
       "logbuf: mlock of 4096 bytes was refused: raise the limit (ulimit -l), or leave options::lock off"},
      {{setup_errc::no_membarrier, 0, 0},
       "logbuf: wake_fences::asymmetric needs membarrier, which was refused: use automatic"},
      {{setup_errc::no_event_descriptors, 7, 0},
       "logbuf: event_descriptor 7 cannot be used, since this system has no eventfd: use receive_for"},
      {{setup_errc::bad_event_descriptor, 2147483647, 0},
       "logbuf: event_descriptor 2147483647 is not open for writing: use one that eventfd() returned, or no_descriptor"},
      {{setup_errc::bad_event_descriptor, ~std::uint64_t{1}, 0},
       "logbuf: event_descriptor -2 is not open for writing: use one that eventfd() returned, or no_descriptor"},
      {{setup_errc::bad_cpu, 18446744073709551615u, 0},
       "logbuf: first_touch_cpu 18446744073709551615 cannot be used: use one that this process may run on (taskset -p)"},
      {{static_cast<setup_errc>(99), 0, 0}, "logbuf: unknown error"},
  };
  for (const auto& [error, text] : texts) CHECK(error.message() == text);
  for (const std::uint64_t capacity : {setup_error::largest_capacity + 1, ~std::uint64_t{0}}) {
    std::string text = "logbuf: capacity ";
    text += std::to_string(capacity);
    text += " is more than this machine can address: use at most ";
    text += std::to_string(setup_error::largest_capacity);
    CHECK(setup_error{setup_errc::bad_capacity, capacity, 16}.message() == text);
  }
}

BOTH_RINGS("a setup error has the number that was given, and the one that was needed") {
  const auto error_of = [](auto&&... given) { return TestType::try_make(given...).error(); };
  CHECK(error_of(std::uint64_t{1025}) == setup_error{setup_errc::bad_capacity, 1025, 16});
  CHECK(error_of(std::uint64_t{8}) == setup_error{setup_errc::capacity_too_small, 8, 16});
  CHECK(TestType::template try_make<aligned_traits<64>>(std::uint64_t{64}).error() ==
        setup_error{setup_errc::capacity_too_small, 64, 128});
  options threshold, position;
  threshold.release_threshold = 65;
  CHECK(error_of(std::uint64_t{64}, threshold) == setup_error{setup_errc::bad_threshold, 65, 64});
  position.initial_position = 12;
  CHECK(error_of(std::uint64_t{64}, position) == setup_error{setup_errc::bad_position, 12, 8});
  alignas(64) std::byte bytes[128];
  const auto address = reinterpret_cast<std::uintptr_t>(bytes);
  CHECK(error_of(std::span(bytes).subspan(4, 64)) == setup_error{setup_errc::misaligned_memory, address + 4, 8});
  CHECK(error_of(std::span(bytes).first(64), nullptr, threshold) == setup_error{setup_errc::bad_threshold, 65, 64});
  CHECK(error_of(std::span(bytes).first(64), nullptr, position) == setup_error{setup_errc::bad_position, 12, 8});
  // Half of the address space is a capacity, though there is no such memory; more is none.
  CHECK(detail::check(setup_error::largest_capacity, 8, options{}) == setup_error{});
  if (const std::uint64_t more = 2 * setup_error::largest_capacity; more != 0)  // where the address space has 32 bits
    CHECK(detail::check(more, 8, options{}) == setup_error{setup_errc::bad_capacity, more, 16});
}
