// The engines that a workload can run on.
#pragma once

#include "../models/engine.hpp"
#include "litmus.hpp"
#include "workload.hpp"

namespace logbuf::verify {

models::outcome run_relacy(const workload& w, const models::limits& l);
models::outcome run_relacy(const litmus& t, const models::limits& l);

}  // namespace logbuf::verify
