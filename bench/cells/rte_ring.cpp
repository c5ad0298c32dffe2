#include "../rings/rte_ring.hpp"

#include "../cells.hpp"

namespace bench {

template <bool OneProducer, bool Bulk>
struct make_rte_ring {
  static constexpr bool recorded = true;
  static constexpr bool one_by_one = true;
  template <std::size_t Size, bool Full>
  using ring = rte_slots<Size, Full, OneProducer, Bulk>;
};

static const registration rings([] {
  add<make_rte_ring<true, false>>(spsc);
  add<make_rte_ring<true, true>>(spsc);
  add<make_rte_ring<false, false>>(mpsc);
  add<make_rte_ring<false, true>>(mpsc);
});

}  // namespace bench
