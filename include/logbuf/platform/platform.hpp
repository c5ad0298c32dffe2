// The operating system. Each system has one file, with the names below. Only these files include a system's own headers.
// Nothing here is on a hot path. Includes nothing of logbuf outside its own folder.
//
//   page_size()               bytes
//   huge_page_size            bytes
//   map(n), map_huge(n)       n zero bytes in pages of their own; null if not available
//   unmap(p, n)
//   advise_huge(p, n)         requests huge pages for a mapping; may be ignored
//   lock(p, n), unlock(p, n)  keep pages in memory; lock returns false if refused
//   run_on_cpu(cpu, f, x)     runs f(x) on a thread of that processor, and waits for it; false if there is none
//   register_membarrier()     once per process, before membarrier(); false if the kernel has none, or refuses it
//   membarrier()              orders the memory accesses of all running threads of this process; false if refused
//   signal_event(fd)          makes an event descriptor readable
//
// and a parker, which sleeps on a 32-bit word until another thread wakes it:
//
//   wait(site, word, expected, deadline)   until the word is not `expected` and wake() is called, or the deadline; may wake
//                                          spuriously. `site` names the load of the word, if one is made
//   wake(word)                             call it after the word has changed
#pragma once

#include "linux.hpp"
#include "portable.hpp"

namespace logbuf::inline v0 {

// LOGBUF_PORTABLE_PARKER selects the mutex and the condition variable on every system.
#if defined(__linux__) && !defined(LOGBUF_PORTABLE_PARKER)
using parker = platform::futex_parker;
#else
using parker = platform::portable_parker;
#endif

}  // namespace logbuf
