// Descriptors that an event loop waits for (eventfd): Linux, and FreeBSD from version 13 on. platform.hpp documents each
// function. The code for FreeBSD is not tested.
#pragma once
#ifndef LOGBUF_PLATFORM_EVENT_DESCRIPTOR_HPP
#define LOGBUF_PLATFORM_EVENT_DESCRIPTOR_HPP

#if defined(__linux__) || (defined(__FreeBSD__) && __has_include(<sys/eventfd.h>))

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace logbuf::inline v0::platform {

inline constexpr bool has_event_descriptors = true;

inline bool can_signal(int descriptor) noexcept {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && ((flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR);
}

// The system call itself, since write() is a cancellation point.
inline void signal_event(int descriptor) noexcept {
  const std::uint64_t one = 1;
  // EAGAIN: the counter is at its maximum, so the descriptor is readable anyway.
  while (::syscall(SYS_write, descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

}  // namespace logbuf::platform

#else

namespace logbuf::inline v0::platform {

inline constexpr bool has_event_descriptors = false;
inline bool can_signal(int) noexcept { return false; }
inline void signal_event(int) noexcept {}

}  // namespace logbuf::platform

#endif

#endif  // LOGBUF_PLATFORM_EVENT_DESCRIPTOR_HPP
