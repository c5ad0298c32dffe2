// basic_producer: the writing end of a ring. logbuf.hpp includes the whole library.
#pragma once

#include "ends/producer.hpp"
