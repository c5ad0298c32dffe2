// basic_sender: the writing end of a channel. logbuf.hpp brings all of the library.
#pragma once

#include "channel/sender.hpp"
