#include "../rings/boost_spsc.hpp"

#include "../cells.hpp"
#include "../registry.hpp"

namespace bench {

static const registration boost("boost-spsc_queue", [] { add<bytes<boost_spsc>>(spsc); });

}  // namespace bench
