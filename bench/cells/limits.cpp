#include "../cells.hpp"
#include "../rings/handwritten.hpp"
#include "../rings/memcpy_limit.hpp"
#include "../rings/mutex_deque.hpp"

namespace bench {

struct make_memcpy_limit {
  template <std::size_t, bool>
  using ring = memcpy_limit;
  static constexpr bool recorded = false;  // no headers: records of one size
  static constexpr bool one_by_one = false;
};

static const registration limits([] {
  add<bytes<handwritten_spsc>>(spsc);
  add<bytes<handwritten_mpsc>>(mpsc);
  add<make_memcpy_limit>(spsc);
  add<bytes<mutex_deque<false>>>(spsc);
  add<bytes<mutex_deque<true>>>(spsc);
  add<bytes<mutex_deque<false>>>(mpsc);
  add<bytes<mutex_deque<true>>>(mpsc);
});

}  // namespace bench
