// A consumer that comes back at once after it has found nothing, and one that rests before it looks again: both ends work on
// the same lines when the consumer is at the producer's heels. pace/PAYLOAD/RING/PAUSES.
#include <benchmark/benchmark.h>

#include <string>

#include "../cells.hpp"
#include "../rings/logbuf.hpp"
#include "../rings/memcpy_limit.hpp"

namespace bench {

template <class Ring, std::size_t Size>
static void add_one(const char* name) {
  for (const unsigned pauses : {1u, 30u, 100u, 300u}) {
    const std::string row = "pace/" + std::to_string(Size);
    cells().push_back({row, row + '/' + name + '/' + std::to_string(pauses), [pauses](benchmark::State& state) {
      static constexpr fixed_payload<Size> payload;
      run_cell<Ring, touch_all>(state, {1u << 20, Size, 1}, payload, pauses);
    }});
  }
}

template <std::size_t... Size>
static void add_sizes() {
  (..., add_one<logbuf_spsc<batch>, Size>("spsc"));
  (..., add_one<logbuf_spsc<batch, clearing_traits>, Size>("spsc-by_producer"));
  (..., add_one<logbuf_mpsc<batch>, Size>("mpsc"));
  (..., add_one<memcpy_limit, Size>("memcpy-limit"));
}

static const registration paces([] { add_sizes<16, 64, 256, 1024>(); });

}  // namespace bench
