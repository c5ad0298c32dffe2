// Litmus tests: small programs with a known answer, as data. They calibrate the engines: what a search has to see, what it
// must never see, and what C++ allows and it is known to miss.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace logbuf::verify {

// Atomic words x, y, z, and words p, q which are accessed both atomically and plainly. All are zero at first.
enum class variable : std::uint8_t { x, y, z, p, q };

// What a load, an addition or an exchange has read is appended to the outcome, thread by thread, one digit each; '-' when
// its condition does not hold.
struct step_of_litmus {
  enum class kind : std::uint8_t {
    load, store, exchange, add, compare_exchange,  // a compare-exchange appends 1 or 0, and the value it saw
    plain_load, plain_store,
    fence, heavy_fence, light_fence,
    sleep,      // while the word is `expected`
    sleep_for,  // with a deadline
    wake,       // exchanges the word for 0, and wakes when it was not 0
    await,      // a loop until the word is `value`
  };
  kind what{};
  variable where{};
  unsigned value = 0;
  std::memory_order order = std::memory_order_relaxed;
  unsigned expected = 0;
  std::memory_order failure = std::memory_order_relaxed;
  int condition = -1;  // only if the last read of this thread was this value
};

struct litmus {
  std::string name;
  std::string about;
  std::vector<std::vector<step_of_litmus>> threads;
  // Outcomes, one character for each read; '*' is any. With `finals` the last values of x and y are appended.
  std::vector<std::string> seen{};    // have to be seen
  std::vector<std::string> never{};   // C++ forbids them
  std::vector<std::string> missed{};  // C++ allows them; this engine is known not to see them
  std::string fails{};                // "data race", "deadlock": has to be found
  std::string misses{};               // the same, known not to be found
  bool finals = false;
};

const std::vector<litmus>& litmus_tests();

}  // namespace logbuf::verify
