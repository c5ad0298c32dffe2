// read_claim and record_view: a record that is being read. logbuf.hpp brings all of the library.
#pragma once

#include "ends/read_claim.hpp"
