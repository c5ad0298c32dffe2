// basic_producer: the writing end of a ring. logbuf.hpp brings all of the library.
#pragma once

#include "ends/producer.hpp"
