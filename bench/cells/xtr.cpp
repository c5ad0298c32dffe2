#include "../rings/xtr.hpp"

#include "../cells.hpp"

namespace bench {

static const registration rings([] {
  add<bytes<xtr_buffer<false>>>(spsc);
  add<bytes<xtr_buffer<true>>>(spsc);
});

}  // namespace bench
