#include "../rings/atomic_queue.hpp"

#include "../cells.hpp"

namespace bench {

template <bool OneProducer>
struct make_atomic_queue {
  static constexpr bool recorded = true;
  static constexpr bool one_by_one = true;
  static constexpr const char* with_many = "a producer that is interrupted may be overtaken by a lap, and its records come out of order";
  template <std::size_t Size, bool Full>
  using ring = atomic_queue<Size, Full, OneProducer>;
};

static const registration rings([] {
  add<make_atomic_queue<true>>(spsc);
  add<make_atomic_queue<false>>(mpsc);
});

}  // namespace bench
