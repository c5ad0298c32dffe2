// consumer, read_batch and drain_action: the reading end of a ring. logbuf.hpp brings all of the library.
#pragma once

#include "ends/consumer.hpp"
