#include "../rings/quill.hpp"

#include "../cells.hpp"

namespace bench {

static const registration rings([] {
  add<bytes<quill_queue<false>>>(spsc);
  add<bytes<quill_queue<true>>>(spsc);
});

}  // namespace bench
