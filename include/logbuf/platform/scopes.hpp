// What the calling thread does not notice of the library's system calls: they leave errno as it was, and are no point of
// cancellation. Includes nothing of logbuf.
#pragma once
#ifndef LOGBUF_PLATFORM_SCOPES_HPP
#define LOGBUF_PLATFORM_SCOPES_HPP

#include <cerrno>

#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace logbuf::inline v0::platform {

// Puts errno back. A commit in a signal handler must not change the errno of the code that it interrupts.
class kept_errno {
 public:
  kept_errno() noexcept : value_(errno) {}
  kept_errno(const kept_errno&) = delete;
  kept_errno& operator=(const kept_errno&) = delete;
  ~kept_errno() { errno = value_; }

 private:
  int value_;
};

// Puts off pthread_cancel. A cancellation unwinds the stack. In a noexcept function this would end the process.
class uncancelled {
 public:
#if defined(PTHREAD_CANCEL_DISABLE)
  uncancelled() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  uncancelled(const uncancelled&) = delete;
  uncancelled& operator=(const uncancelled&) = delete;
  ~uncancelled() { ::pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
#else
  uncancelled() noexcept {}
#endif
};

}  // namespace logbuf::platform

#endif  // LOGBUF_PLATFORM_SCOPES_HPP
