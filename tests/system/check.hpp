// The checks of the small programs in this folder, which use no library: what the system does can not be asked twice in one
// process.
#pragma once

#include <chrono>
#include <cstdio>

namespace logbuf::test {

inline int failures = 0;

inline bool check(bool ok, const char* what) {
  if (!ok) std::printf("FAILED: %s\n", what), ++failures;
  return ok;
}
// Waits in vain, until the receiver has tried to sleep: on a slow machine a short timeout is over before that.
template <class Receiver>
bool waits_until_degraded(Receiver& rx) {
  for (std::chrono::milliseconds timeout(2); timeout < std::chrono::minutes(1); timeout *= 2)
    if (rx.receive_for(timeout).has_value() || rx.is_degraded()) break;
  return rx.is_degraded();
}

inline int finish() {
  std::printf("%d failures\n", failures);
  return failures != 0;
}

}  // namespace logbuf::test
