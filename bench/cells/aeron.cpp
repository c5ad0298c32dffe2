#include "../rings/aeron.hpp"

#include "../cells.hpp"

// How the rings report an error. Aeron's own function needs all of its client; here only a wrong capacity is one, and the
// adapter says so itself.
extern "C" void aeron_err_set(int, const char*, const char*, int, const char*, ...) {}

namespace bench {

static const registration rings([] {
  add<bytes<aeron_rb<aeron_one_producer, false>>>(spsc);
  add<bytes<aeron_rb<aeron_one_producer, true>>>(spsc);
  add<bytes<aeron_rb<aeron_many_producers, false>>>(mpsc);
  add<bytes<aeron_rb<aeron_many_producers, true>>>(mpsc);
});

}  // namespace bench
