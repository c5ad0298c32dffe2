#include "../../models/relacy/engine.hpp"
#include "dispatch.hpp"

namespace logbuf::verify {

models::outcome run_relacy(const workload& w, const models::limits& l) {
  return run_on<models::relacy_engine>(w, l);
}

}  // namespace logbuf::verify
