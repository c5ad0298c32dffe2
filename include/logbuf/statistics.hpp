// producer_statistics, consumer_statistics, and the two policies for them. logbuf.hpp includes the whole library.
#pragma once

#include "core/statistics.hpp"
