// The engines that a workload can run on.
#pragma once

#include "../../models/engine.hpp"
#include "../litmus/litmus.hpp"
#include "../scenarios/workload.hpp"

namespace logbuf::verify {

models::outcome run_relacy(const workload& w, const models::limits& l);
models::outcome run_relacy(const litmus& t, const models::limits& l);
models::outcome run_rc11(const workload& w, const models::limits& l);
models::outcome run_rc11(const litmus& t, const models::limits& l);

// The engine that knows this kind of search.
inline constexpr const char* engine_of(models::search how) { return how == models::search::graphs ? "rc11" : "relacy"; }
template <class What>
models::outcome run_engine(const What& what, const models::limits& l) {
  return l.how == models::search::graphs ? run_rc11(what, l) : run_relacy(what, l);
}

}  // namespace logbuf::verify
