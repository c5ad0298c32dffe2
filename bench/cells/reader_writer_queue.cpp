#include "../rings/reader_writer_queue.hpp"

#include "../cells.hpp"

namespace bench {

struct make_reader_writer_queue {
  static constexpr bool recorded = true;
  static constexpr bool one_by_one = true;
  template <std::size_t Size, bool Full>
  using ring = reader_writer_queue<Size, Full>;
};

static const registration moodycamel([] { add<make_reader_writer_queue>(spsc); });

}  // namespace bench
