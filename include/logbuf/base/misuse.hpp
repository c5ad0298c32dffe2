// What a debug build says of misuse that can be seen. Define a macro of these before the first include to use your own.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdio>
#include <exception>

#include "../platform/compiler.hpp"

#ifndef LOGBUF_ASSERT
// Something that the caller has to see to; its message says what.
#define LOGBUF_ASSERT(condition, message) assert((condition) && (message))
#endif

// A claim that is destroyed with neither commit() nor abort() is no error: that is how an exception and an early return
// block nothing. A commit that was forgotten looks the same, though, and its record is never seen.
#ifndef LOGBUF_DROPPED
#ifdef NDEBUG
#define LOGBUF_DROPPED(bytes) static_cast<void>(bytes)
#else
#define LOGBUF_DROPPED(bytes) ::logbuf::detail::report_dropped(bytes)
#endif
#endif

namespace logbuf::inline v0::detail {

// Once in a process, and not for an exception.
LOGBUF_COLD inline void report_dropped(std::size_t bytes) noexcept {
  if (std::uncaught_exceptions() != 0) return;
  [[maybe_unused]] static const int once = std::fprintf(
      stderr, "logbuf: a claim of %zu bytes was dropped without commit(): no reader will see its record. Call commit(), or "
      "abort() where that is meant. (Debug builds say this once; statistics().aborts counts them.)\n", bytes);
}

}  // namespace logbuf::detail
