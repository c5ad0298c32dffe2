// options::lock where the kernel refuses mlock: an error that says so, and no ring that is not locked.
#include <cstdio>

#include <sys/mman.h>
#include <sys/syscall.h>

#include <logbuf/logbuf.hpp>

#include "seccomp.hpp"

int main() {
  if (!logbuf::test::refuse(SYS_mlock)) return std::puts("SKIPPED: no seccomp filters here"), 0;
  alignas(4096) static char page[4096];
  if (::mlock(page, sizeof page) == 0) return std::puts("SKIPPED: this mlock is a sanitizer's, which does nothing"), 0;
  logbuf::options o;
  o.lock = true;
  const auto refused = logbuf::spsc::try_make(4096, o);
  const bool good = !refused && refused.error().code == logbuf::setup_errc::lock_refused && refused.error().value == 4096;
  std::puts(good ? "lock_refused is answered" : "FAILED");
  return good ? 0 : 1;
}
