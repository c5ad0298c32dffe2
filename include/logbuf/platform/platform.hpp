// The operating system. Each system has one file, with the names below. Only these files include a system's own headers.
// Nothing here is on a hot path. Includes nothing of logbuf outside its own folder.
//
//   has_pages                 whether memory can be mapped, locked, and touched from a processor
//   page_size()               bytes
//   huge_page_size            bytes
//   map(n, alignment)         maps n zero bytes, a multiple of the page size; null if not available
//   map_huge(n)               the same in huge pages, a multiple of their size; null if there are not enough
//   touch_huge(p, n)          makes the first access to each huge page; false if one is refused
//   unmap(p, n)               also ends a lock
//   advise_huge(p, n)         requests huge pages for a mapping; may be ignored
//   lock(p, n)                keeps pages in memory; false if refused
//   run_on_cpu(cpu, f, x)     runs f(x) on a new thread that is bound to that processor, and waits; false if it cannot
//   register_membarrier()     at least once per process, before membarrier(); false if not available, or refused
//   membarrier()              orders the memory accesses of all running threads of this process; false if refused
//   has_event_descriptors     whether there are any
//   can_signal(fd)            whether this descriptor is open and can be written to
//   signal_event(fd)          makes an event descriptor readable
//
// and a parker, which sleeps on a 32-bit word until another thread wakes it:
//
//   wait(site, word, expected, deadline)   sleeps while the word is `expected`, until wake() or the deadline; may return
//                                          spuriously. False: the system refuses, and nothing slept. `site` names the
//                                          load of the word, if wait() makes one
//   wake(word)                             call it after changing the word
#pragma once
#ifndef LOGBUF_PLATFORM_PLATFORM_HPP
#define LOGBUF_PLATFORM_PLATFORM_HPP

#include "event_descriptor.hpp"
#include "linux.hpp"
#include "portable.hpp"
#include "scopes.hpp"

namespace logbuf::inline v0 {

// LOGBUF_PORTABLE_PARKER selects the mutex and the condition variable on every system.
#if defined(__linux__) && !defined(LOGBUF_PORTABLE_PARKER)
using parker = platform::futex_parker;
#else
using parker = platform::portable_parker;
#endif

}  // namespace logbuf

#endif  // LOGBUF_PLATFORM_PLATFORM_HPP
