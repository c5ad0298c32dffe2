// receiver: the reading end of a channel. logbuf.hpp brings all of the library.
#pragma once

#include "channel/receiver.hpp"
