// Compiled with -fno-exceptions -fno-rtti: the headers work, and make_ without exceptions answers its error.
#include <cstdio>
#include <cstring>

#include <logbuf/logbuf.hpp>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this test is about a build without exceptions and RTTI"
#endif

template <class Ends>
static int run(Ends& made) {
  auto [tx, rx] = std::move(*made);
  int failures = 0;
  for (int i = 0; i != 1000; ++i) {
    auto claim = tx.try_claim(5, 7);
    if (!claim) return 1;
    std::memcpy(claim->data(), "hello", 5);
    failures += !claim->commit();
    auto record = rx.try_read();
    failures += !record || record->size() != 5 || std::memcmp(record->bytes().data(), "hello", 5) != 0;
  }
  return failures;
}

int main() {
  auto spsc = logbuf::spsc::try_make(256);
  auto mpsc = logbuf::mpsc::try_make(256);
  if (!spsc || !mpsc) return std::puts("no ring"), 1;
  const auto refused = logbuf::spsc::try_make(100);
  if (refused || refused.error().message().find("100") == std::string::npos) return std::puts("no error"), 1;
  const int failures = run(spsc) + run(mpsc);
  std::printf("%d failures\n", failures);
  return failures != 0;
}
