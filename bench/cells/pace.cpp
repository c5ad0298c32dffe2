// A consumer that comes back at once after it has found nothing, and one that rests before it looks again: both ends work on
// the same lines when the consumer is at the producer's heels. pace/CAPACITY/PAYLOAD/RING/PAUSES, or rest: for as long as
// consumer::rest() does.
#include <benchmark/benchmark.h>

#include <string>

#include "../cells.hpp"
#include "../rings/logbuf.hpp"
#include "../rings/memcpy_limit.hpp"

namespace bench {

template <class Ring, std::size_t Size>
static void add_one(const char* name, std::uint64_t capacity, unsigned pauses) {
  const std::string called = pauses == timing::by_itself ? "rest" : std::to_string(pauses);
  const std::string row = "pace/" + std::to_string(capacity) + '/' + std::to_string(Size);
  cells().push_back({row, row + '/' + name + '/' + called, [capacity, pauses](benchmark::State& state) {
    static constexpr fixed_payload<Size> payload;
    run_cell<Ring, touch_all>(state, {capacity, Size, 1}, payload, pauses);
  }});
}

template <class Ring, std::size_t Size>
static void add_ring(const char* name) {
  for (const std::uint64_t capacity : {64u << 10, 1u << 20}) {
    for (const unsigned pauses : {1u, 30u, 100u, 300u}) add_one<Ring, Size>(name, capacity, pauses);
    if constexpr (rests<typename Ring::reader>) add_one<Ring, Size>(name, capacity, timing::by_itself);
  }
}

template <std::size_t... Size>
static void add_sizes() {
  (..., add_ring<logbuf_spsc<batch>, Size>("spsc"));
  (..., add_ring<logbuf_spsc<batch, clearing_traits>, Size>("spsc-by_producer"));
  (..., add_ring<logbuf_mpsc<batch>, Size>("mpsc"));
  (..., add_ring<memcpy_limit, Size>("memcpy-limit"));
}

static const registration paces([] { add_sizes<16, 64, 256, 1024>(); });

}  // namespace bench
