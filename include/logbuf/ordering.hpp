// The table of ordering sites: for an atomics policy of your own. logbuf.hpp brings all of the library.
#pragma once

#include "core/ordering.hpp"
