#include "../../models/relacy/engine.hpp"
#include "../engines/engines.hpp"
#include "program.hpp"

namespace logbuf::verify {

models::outcome run_relacy(const litmus& t, const models::limits& l) { return run_on<models::relacy_engine>(t, l); }

}  // namespace logbuf::verify
