// producer_statistics, consumer_statistics and the two policies that count, or do not. logbuf.hpp brings all of the library.
#pragma once

#include "core/statistics.hpp"
