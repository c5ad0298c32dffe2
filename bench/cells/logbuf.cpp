#include "../rings/logbuf.hpp"

#include "../cells.hpp"

namespace bench {

template <class Traits>
static void add_spsc() {
  add<bytes<logbuf_spsc<single, Traits>>>(spsc);
  add<bytes<logbuf_spsc<batch, Traits>>>(spsc);
  add<bytes<logbuf_spsc<drain, Traits>>>(spsc);
}

static const registration rings([] {
  add_spsc<logbuf::default_traits>();
  add_spsc<clearing_traits>();
  add<bytes<logbuf_spsc<single, logbuf::default_traits, batches>>>(spsc);
  add<bytes<logbuf_spsc<drain, logbuf::default_traits, batches>>>(spsc);
  add<bytes<logbuf_mpsc<single, logbuf::default_traits, batches>>>(mpsc);
  add<bytes<logbuf_mpsc<drain, logbuf::default_traits, batches>>>(mpsc);
  add<bytes<logbuf_mpsc<single>>>(mpsc);
  add<bytes<logbuf_mpsc<batch>>>(mpsc);
  add<bytes<logbuf_mpsc<drain>>>(mpsc);
});

}  // namespace bench
