// Asymmetric fences are prepared once, early if the program wants it, and a refusal is said.
#include <logbuf/logbuf.hpp>

#include "calls.hpp"
#include "check.hpp"

using namespace logbuf;
using namespace logbuf::test;

int main() {
  calls::refused = SYS_membarrier, calls::refused_with = EPERM;
  check(!prepare_wake_fences(), "a refusal is said");
  calls::refused = -1;
  calls::registrations = 0;
  constexpr long private_expedited = 1 << 3 | 1 << 4;
  const long offered = ::syscall(SYS_membarrier, 0, 0, 0);
  if (offered < 0 || (offered & private_expedited) != private_expedited) return std::puts("SKIPPED: no membarrier here"), 0;
  check(prepare_wake_fences(), "what the kernel offers is prepared");
  check(calls::registrations == 1, "the process is registered");
  options o;
  o.fences = wake_fences::asymmetric;
  check(spsc::try_channel(64, o).has_value(), "asymmetric fences are there");
  calls::registrations = 0;
  o.fences = wake_fences::symmetric;
  check(spsc::try_channel(64, o).has_value() && spsc::try_make(64).has_value(), "a channel without them, and a ring");
  check(calls::registrations == 0, "do not register");
  return finish();
}
