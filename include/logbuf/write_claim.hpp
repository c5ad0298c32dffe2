// write_claim: a record that is being written. logbuf.hpp brings all of the library.
#pragma once

#include "ends/write_claim.hpp"
