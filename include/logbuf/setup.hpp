// options, setup_error and setup_failure: how a ring is made, and why that can fail. logbuf.hpp includes the whole library.
#pragma once

#include "core/setup.hpp"
