#include "../rings/spsc_var_queue.hpp"

#include <cstddef>
#include <span>
#include <utility>

#include "../cells.hpp"

namespace bench {

static const registration rings([] {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (..., add_throughput<bytes<spsc_var_queue<capacities[I]>>>(spsc, std::span(&capacities[I], 1)));
  }(std::make_index_sequence<capacities.size()>());
  add_latency<spsc_var_queue<latency_capacity>>(spsc.name);
  add_delivery<spsc_var_queue<delivery_capacity>>(spsc.name, 1);
});

}  // namespace bench
