// What each part is worth: the ring as it is, and with one part taken away. This file is compiled once for each patch in
// bench/ablation, against patched headers in a namespace of their own: ablation/spsc or mpsc/PRODUCERS/CAPACITY/PAYLOAD/WITHOUT.
#include "../rings/logbuf.hpp"

#include <benchmark/benchmark.h>

#include <string>

#include "../cells.hpp"

namespace bench {
inline namespace BENCH_VARIANT {

#define BENCH_TEXT_OF(name) #name
#define BENCH_TEXT(name) BENCH_TEXT_OF(name)
static constexpr const char* without = BENCH_TEXT(BENCH_VARIANT);

// Single reads that give back the space of each record at once.
template <class Ring>
struct publishing_each : Ring {
  explicit publishing_each(shape s) : Ring(s, 0) {}
};

#ifdef BENCH_UNPATCHED
struct with_consumer_prefetch : logbuf_ring<logbuf::spsc::maker<>::ends, single> {
  explicit with_consumer_prefetch(shape s) : logbuf_ring(logbuf::spsc::make(s.capacity, asking())) {}
  static logbuf::options asking() {
    logbuf::options o = prefaulted(logbuf::options::a_sixteenth);
    o.consumer_prefetch = true;
    return o;
  }
};
#endif

template <class Ring, std::size_t Size>
static void add_one(const char* kind, shape s, const char* name) {
  const std::string row = std::string("ablation/") + kind + '/' + std::to_string(s.producers) + '/' + std::to_string(s.capacity) + '/' + std::to_string(Size);
  cells().push_back({row, row + '/' + name, [s](benchmark::State& state) {
    static constexpr fixed_payload<Size> payload;
    run_cell<Ring, touch_all>(state, {s.capacity, Size, s.producers}, payload);
  }});
}

template <std::size_t... Size>
static void add_sizes(std::uint64_t capacity) {
  (..., add_one<logbuf_spsc<single>, Size>("spsc", {capacity, 0, 1}, without));
  (..., add_one<logbuf_mpsc<single>, Size>("mpsc", {capacity, 0, 1}, without));
  (..., add_one<logbuf_mpsc<single>, Size>("mpsc", {capacity, 0, 2}, without));
#ifdef BENCH_UNPATCHED
  (..., add_one<with_consumer_prefetch, Size>("spsc", {capacity, 0, 1}, "consumer_prefetch"));
  (..., add_one<publishing_each<logbuf_spsc<single>>, Size>("spsc", {capacity, 0, 1}, "batch_publishing"));
  (..., add_one<publishing_each<logbuf_mpsc<single>>, Size>("mpsc", {capacity, 0, 1}, "batch_publishing"));
  (..., add_one<publishing_each<logbuf_mpsc<single>>, Size>("mpsc", {capacity, 0, 2}, "batch_publishing"));
#endif
}

static const registration parts([] {
  for (const std::uint64_t capacity : {64u << 10, 1u << 20}) add_sizes<16, 64, 128, 1024>(capacity);
});

}  // namespace BENCH_VARIANT
}  // namespace bench
