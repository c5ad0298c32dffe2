// The table of ordering sites, for your own atomics policy. logbuf.hpp includes the whole library.
#pragma once

#include "core/ordering.hpp"
