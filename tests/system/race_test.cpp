// Channels with both kinds of fences, and a ring, on two threads: built with ThreadSanitizer and the warnings that users have,
// it compiles, and nothing is reported.
#include <cstddef>
#include <cstring>
#include <thread>

#include <logbuf/logbuf.hpp>

#include "check.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {
template <class Ends>
void run(Ends ends) {
  constexpr int records = 20000;
  std::thread sending([tx = std::move(ends.first)]() mutable {
    for (int i = 0; i != records; ++i) {
      auto claim = tx.send(sizeof i);
      if (!claim) return;
      std::memcpy(claim->data(), &i, sizeof i);
      if (i % 10 == 0) claim->abort();
      else claim->commit();
    }
  });
  int sum = 0, next = 0;
  for (auto& record : ends.second) {
    std::memcpy(&next, record.bytes().data(), sizeof next);
    ++sum;
  }
  sending.join();
  check(sum == records * 9 / 10 && next == records - 1, "every record arrives");
}
}  // namespace

int main() {
  for (const auto fences : {wake_fences::automatic, wake_fences::symmetric}) {
    options o;
    o.fences = fences;
    o.spins_before_park = 0;
    run(spsc::channel(1024, o));
    run(mpsc::channel(1024, o));
  }
  return finish();
}
