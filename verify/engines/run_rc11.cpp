#define LOGBUF_RC11_REPLACE_NEW  // for the whole binary
#include "../../models/graphs/engine.hpp"
#include "dispatch.hpp"

namespace logbuf::verify {

models::outcome run_rc11(const workload& w, const models::limits& l) { return run_on<models::rc11_engine>(w, l); }

}  // namespace logbuf::verify
