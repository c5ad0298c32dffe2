#include "../models/rc11_engine.hpp"
#include "engines.hpp"
#include "litmus_program.hpp"

namespace logbuf::verify {

models::outcome run_rc11(const litmus& t, const models::limits& l) { return run_on<models::rc11_engine>(t, l); }

}  // namespace logbuf::verify
