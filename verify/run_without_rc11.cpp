// What stands for run_rc11.cpp in a runner that is built without that engine.
#include <cstdio>
#include <cstdlib>

#include "engines.hpp"

namespace logbuf::verify {

models::outcome run_rc11(const workload&, const models::limits&) {
  std::fprintf(stderr, "this runner was built without the engine rc11 (LOGBUF_MUTANTS_ON_GRAPHS)\n");
  std::exit(2);
}

}  // namespace logbuf::verify
