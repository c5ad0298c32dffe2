// consumer, read_batch and drain_action: the reading end of a ring. logbuf.hpp includes the whole library.
#pragma once

#include "ends/consumer.hpp"
