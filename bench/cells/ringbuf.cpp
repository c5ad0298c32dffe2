#include "../rings/ringbuf.hpp"

#include "../cells.hpp"

namespace bench {

static const registration rings([] {
  add<bytes<rmind_ringbuf<false>>>(mpsc);
  add<bytes<rmind_ringbuf<true>>>(mpsc);
});

}  // namespace bench
