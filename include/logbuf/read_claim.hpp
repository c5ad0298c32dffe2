// read_claim and record_view: a record that is being read. logbuf.hpp includes the whole library.
#pragma once

#include "ends/read_claim.hpp"
