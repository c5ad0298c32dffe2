// basic_sender: the writing end of a channel. logbuf.hpp includes the whole library.
#pragma once

#include "channel/sender.hpp"
