// receiver: the reading end of a channel. logbuf.hpp includes the whole library.
#pragma once

#include "channel/receiver.hpp"
