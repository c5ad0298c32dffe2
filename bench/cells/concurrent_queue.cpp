#include "../rings/concurrent_queue.hpp"

#include "../cells.hpp"

namespace bench {

template <bool Bulk>
struct make_concurrent_queue {
  static constexpr bool recorded = true;
  static constexpr bool one_by_one = true;
  static constexpr const char* with_many = "the first producer may take all blocks, and gives none back";
  template <std::size_t Size, bool Full>
  using ring = concurrent_queue<Size, Full, Bulk>;
};

static const registration moodycamel([] {
  add<make_concurrent_queue<false>>(mpsc);
  add<make_concurrent_queue<true>>(mpsc);
});

}  // namespace bench
