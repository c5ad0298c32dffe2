// options, setup_error and setup_failure: how a ring is made, and what can be wrong with that. logbuf.hpp brings all of the library.
#pragma once

#include "core/setup.hpp"
