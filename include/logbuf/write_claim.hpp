// write_claim: a record that is being written. logbuf.hpp includes the whole library.
#pragma once

#include "ends/write_claim.hpp"
