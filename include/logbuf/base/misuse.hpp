// How a debug build reports misuse that it can detect. To replace a macro, define it before the first include.
#pragma once
#ifndef LOGBUF_BASE_MISUSE_HPP
#define LOGBUF_BASE_MISUSE_HPP

#include <cassert>
#include <cstddef>
#include <cstdio>
#include <exception>

#include "../platform/compiler.hpp"
#include "../platform/scopes.hpp"

#ifndef LOGBUF_ASSERT
// Asserts a condition that the caller has to ensure. The message says what to do.
#define LOGBUF_ASSERT(condition, message) assert((condition) && (message))
#endif

// Called when a claim is destroyed with neither commit() nor abort(). This is not an error, so that an exception or an early
// return does not block the ring. But a forgotten commit() looks the same, and its record is never delivered.
#ifndef LOGBUF_DROPPED
#ifdef NDEBUG
#define LOGBUF_DROPPED(bytes) static_cast<void>(bytes)
#else
#define LOGBUF_DROPPED(bytes) ::logbuf::detail::report_dropped(bytes)
#endif
#endif

namespace logbuf::inline v0::detail {

// Prints once per process (or shared library), and not while an exception propagates.
LOGBUF_HIDDEN LOGBUF_COLD inline void report_dropped(std::size_t bytes) noexcept {
  if (std::uncaught_exceptions() != 0) return;
  const platform::kept_errno errno_stays;
  const platform::uncancelled printing;
  [[maybe_unused]] static const int once = std::fprintf(
      stderr, "logbuf: a claim of %zu bytes was dropped without commit(): no reader will see its record. Call commit(), or "
      "abort() if that is intended. (Debug builds report this once; statistics().aborts counts them.)\n", bytes);
}

}  // namespace logbuf::detail

#endif  // LOGBUF_BASE_MISUSE_HPP
