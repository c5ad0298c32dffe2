// LOGBUF_ASSERT and LOGBUF_DROPPED: what a debug build says of misuse. logbuf.hpp brings all of the library.
#pragma once

#include "base/misuse.hpp"
