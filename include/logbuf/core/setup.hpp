// How a ring is made: its options, and the errors of making it.
#pragma once
#ifndef LOGBUF_CORE_SETUP_HPP
#define LOGBUF_CORE_SETUP_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#if defined(__cpp_exceptions)
#include <stdexcept>
#endif

#include "../platform/compiler.hpp"
#include "record.hpp"

namespace logbuf::inline v0 {

// Whether a ring that owns its buffer uses huge pages (of 2 MiB, whatever the system's default is). They are touched when the
// ring is made. The buffer takes whole pages, and one more if it would fill its last page and the payload alignment is above 8.
enum class huge_pages : unsigned char {
  no,
  if_available,  // request them; fall back to ordinary pages, which the kernel may make huge
  required,      // fail with no_huge_pages if there are not enough, or this process may not use them
};

// The fences with which a sender detects a sleeping receiver (waiting.hpp).
enum class wake_fences : unsigned char {
  automatic,   // asymmetric if the kernel supports it, else symmetric
  asymmetric,  // fail with no_membarrier if the kernel does not support it
  symmetric,   // a full fence for every record; unlike membarrier, it does not interrupt the cores that run this process
};

// How a ring or channel is made. A ring ignores the options for channels.
struct options {
  static constexpr std::uint64_t a_sixteenth = ~std::uint64_t{0};  // of the capacity, for release_threshold
  static constexpr unsigned no_cpu = ~0u;                           // for first_touch_cpu
  static constexpr unsigned never = ~0u;                            // for spins_before_yield
  static constexpr int no_descriptor = -1;                          // for event_descriptor

  // A consumer that reads one record at a time releases its space when it has caught up, and at the latest when it
  // holds back this many bytes. 0 releases after every record. Range: 0 to capacity.
  std::uint64_t release_threshold = a_sixteenth;
  // Where positions start, in bytes; a multiple of the payload alignment. For a journal that continues its numbering.
  position_type initial_position = 0;
  // SPSC: the consumer prefetches the records that it will read and zero. The effect depends on the processor. On some, the
  // rate of small records is several times as high. On others, it falls by a third. Measure.
  bool consumer_prefetch = false;

  // Memory of a ring that owns its buffer:
  huge_pages pages = huge_pages::no;
  bool prefault = false;  // touch every page in make(), and not only in the producer's first lap
  bool lock = false;      // mlock: keep the buffer in memory, in pages of its own, or fail with lock_refused
  // Touch every page from this CPU, so that a kernel with first-touch placement (NUMA) puts the buffer near it. Implies
  // prefault.
  unsigned first_touch_cpu = no_cpu;

  // Channels:
  wake_fences fences = wake_fences::automatic;
  unsigned spins_before_park = 200;  // polls of an empty channel before a receiver sleeps
  // How many attempts send() makes at a full ring before it yields the processor (sched_yield) between attempts. For programs
  // with more threads than processors, where the receiver may be waiting for one. never: send() waits without system calls.
  // It does not help a receiver of lower real-time priority (SCHED_FIFO, SCHED_RR): sched_yield does not give way to it.
  unsigned spins_before_yield = never;
  // An eventfd that is also signalled, for receiver::arm(). It is not closed. Where there are no eventfds, and for a
  // descriptor that cannot be written to, making the channel fails. Linux; FreeBSD from 13 on (not tested).
  int event_descriptor = no_descriptor;

  // Memory of the caller:
  bool memory_is_zero = false;  // true: make() does not zero it. It must then be zero.
};

// Why a ring could not be made.
enum class setup_errc : unsigned char {
  none = 0,
  bad_capacity,       // zero, not a power of two, or more than half of the address space
  capacity_too_small,  // less than twice the payload alignment
  misaligned_memory,  // the payloads would not be aligned
  bad_threshold,      // more than the capacity
  bad_position,       // not a multiple of the payload alignment
  out_of_memory,
  no_huge_pages,
  lock_refused,
  bad_cpu,
  no_membarrier,  // it is refused or missing, and wake_fences::asymmetric needs it
  no_event_descriptors,  // options::event_descriptor where the system has no eventfd
  bad_event_descriptor,  // it is not open, or cannot be written to
};

// Why a ring could not be made, with the numbers.
struct setup_error {
  setup_errc code = setup_errc::none;  // which error
  std::uint64_t value = 0;  // what was given
  std::uint64_t limit = 0;  // what was needed, if that is a number

  static constexpr std::uint64_t largest_capacity = (SIZE_MAX >> 1) + 1;  // bytes: half of the address space

  friend bool operator==(const setup_error&, const setup_error&) = default;

  // What was wrong, and what to do about it.
  std::string message() const {
    const std::string given = in_digits(value);
    const std::string needed = in_digits(limit);
    // No switch: with a default some compilers warn, and without one others do.
    if (code == setup_errc::none) return "logbuf: no error";
    if (code == setup_errc::bad_capacity && value > largest_capacity)
      return "logbuf: capacity " + given + " is more than this machine can address: use at most " +
             in_digits(largest_capacity);
    if (code == setup_errc::bad_capacity)
      return "logbuf: capacity " + given + " is not a power of two: use " +
             in_digits(std::max(limit, std::bit_ceil(value)));
    if (code == setup_errc::capacity_too_small)
      return "logbuf: capacity " + given + " is too small: use at least " + needed + " bytes";
    if (code == setup_errc::misaligned_memory)
      return "logbuf: memory at address " + given + " is misaligned: address + 8 must be a multiple of " + needed;
    if (code == setup_errc::bad_threshold)
      return "logbuf: release_threshold " + given + " is more than the capacity: use 0 to " + needed;
    if (code == setup_errc::bad_position)
      return "logbuf: initial_position " + given + " is misaligned: use a multiple of the payload alignment, " + needed;
    if (code == setup_errc::out_of_memory) return "logbuf: no memory for " + given + " bytes: use a smaller capacity";
    if (code == setup_errc::no_huge_pages)
      return "logbuf: no huge pages for " + given + " bytes: reserve " + needed + " bytes in pages of 2 MiB " +
             "(/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages), or use if_available";
    if (code == setup_errc::lock_refused)
      return "logbuf: mlock of " + given + " bytes was refused: raise the limit (ulimit -l), or leave options::lock off";
    if (code == setup_errc::no_membarrier)
      return "logbuf: wake_fences::asymmetric needs membarrier, which was refused: use automatic";
    if (code == setup_errc::no_event_descriptors)
      return "logbuf: event_descriptor " + given + " cannot be used, since this system has no eventfd: use receive_for";
    if (code == setup_errc::bad_event_descriptor)
      return std::string("logbuf: event_descriptor ") + (value >> 63 != 0 ? "-" : "") +
             in_digits(value >> 63 != 0 ? ~value + 1 : value) +
             " is not open for writing: use one that eventfd() returned, or no_descriptor";
    if (code == setup_errc::bad_cpu)
      return "logbuf: first_touch_cpu " + given + " cannot be used: use one that this process may run on (taskset -p)";
    return "logbuf: unknown error";
  }

 private:
  // std::to_string of GCC has a table that is unique in the process, and pins the shared library that has it (LOGBUF_HIDDEN).
  static std::string in_digits(std::uint64_t n) {
    char digits[20];  // 2^64 has as many
    char* const end = digits + sizeof digits;
    char* first = end;
    do *--first = static_cast<char>('0' + n % 10);
    while ((n /= 10) != 0);
    return {first, end};
  }
};

#if defined(__cpp_exceptions)
// Thrown by make(); try_make() returns the setup_error instead.
class LOGBUF_SHARED_TYPE setup_failure : public std::runtime_error {
 public:
  // what() is the message of the error.
  explicit setup_failure(const setup_error& error) : std::runtime_error(error.message()), error_(error) {}
  const setup_error& error() const noexcept { return error_; }  // with its code and numbers

 private:
  setup_error error_;
};
#endif

// result<..., setup_error>::value() throws what make() throws.
[[noreturn]] LOGBUF_COLD inline void throw_error(const setup_error& error) {
#if defined(__cpp_exceptions)
  throw setup_failure(error);
#else
  static_cast<void>(error);
  std::terminate();
#endif
}

namespace detail {

// Checks capacity, threshold and position, before any memory is touched.
constexpr setup_error check(std::uint64_t capacity, std::size_t alignment, const options& o) noexcept {
  if (!is_power_of_two(capacity) || capacity > setup_error::largest_capacity)
    return {setup_errc::bad_capacity, capacity, min_capacity(alignment)};
  if (capacity < min_capacity(alignment)) return {setup_errc::capacity_too_small, capacity, min_capacity(alignment)};
  if (o.release_threshold != options::a_sixteenth && o.release_threshold > capacity)
    return {setup_errc::bad_threshold, o.release_threshold, capacity};
  if (o.initial_position % alignment != 0) return {setup_errc::bad_position, o.initial_position, alignment};
  return {};
}

}  // namespace detail
}  // namespace logbuf

#endif  // LOGBUF_CORE_SETUP_HPP
