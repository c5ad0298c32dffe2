#include "../../models/graphs/engine.hpp"
#include "../engines/engines.hpp"
#include "program.hpp"

namespace logbuf::verify {

models::outcome run_rc11(const litmus& t, const models::limits& l) { return run_on<models::rc11_engine>(t, l); }

}  // namespace logbuf::verify
