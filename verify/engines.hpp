// The engines that a workload can run on.
#pragma once

#include "../models/engine.hpp"
#include "workload.hpp"

namespace logbuf::verify {

models::outcome run_relacy(const workload& w, const models::limits& l);

}  // namespace logbuf::verify
