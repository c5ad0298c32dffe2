// The operating system: one file for each, with the same few names, and these are the only headers that include one of its
// own. Nothing here is on a hot path. Includes nothing of logbuf but its own folder.
//
//   page_size()               bytes
//   huge_page_size            bytes
//   map(n), map_huge(n)       n zero bytes in pages of their own; null where there are none
//   unmap(p, n)
//   advise_huge(p, n)         asks for huge pages behind a mapping; may be ignored
//   lock(p, n), unlock(p, n)  keep pages in memory; false where that is refused
//   run_on_cpu(cpu, f, x)     f(x) on a thread of that processor, and waits for it; false where there is none
//   register_membarrier()     once for a process, before membarrier(); false where the kernel has none, or refuses it
//   membarrier()              orders the memory accesses of all running threads of this process; false when it is refused
//   signal_event(fd)          makes an event descriptor readable
//
// and a parker, which sleeps on a 32-bit word until another thread wakes it:
//
//   wait(site, word, expected, deadline)   until the word is not `expected` and wake() is called, or the deadline; may end
//                                          for no reason. `site` names the load of the word, where one is made
//   wake(word)                             after the word has changed
#pragma once

#include "linux.hpp"
#include "portable.hpp"

namespace logbuf::inline v0 {

// LOGBUF_PORTABLE_PARKER chooses the mutex and the condition variable everywhere.
#if defined(__linux__) && !defined(LOGBUF_PORTABLE_PARKER)
using parker = platform::futex_parker;
#else
using parker = platform::portable_parker;
#endif

}  // namespace logbuf
