// The checks of the small programs in this folder, which use no library: what the system does can not be asked twice in one
// process.
#pragma once

#include <cstdio>

namespace logbuf::test {

inline int failures = 0;

inline bool check(bool ok, const char* what) {
  if (!ok) std::printf("FAILED: %s\n", what), ++failures;
  return ok;
}
inline int finish() {
  std::printf("%d failures\n", failures);
  return failures != 0;
}

}  // namespace logbuf::test
