#include "../rings/ck_ring.hpp"

#include "../cells.hpp"

namespace bench {

template <bool OneProducer>
struct make_ck_ring {
  static constexpr bool recorded = true;
  static constexpr bool one_by_one = true;
  template <std::size_t Size, bool Full>
  using ring = ck_slots<Size, Full, OneProducer>;
};

static const registration rings([] {
  add<make_ck_ring<true>>(spsc);
  add<make_ck_ring<false>>(mpsc);
});

}  // namespace bench
