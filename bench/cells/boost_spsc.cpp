#include "../rings/boost_spsc.hpp"

#include "../cells.hpp"

namespace bench {

static const registration boost([] { add<bytes<boost_spsc>>(spsc); });

}  // namespace bench
