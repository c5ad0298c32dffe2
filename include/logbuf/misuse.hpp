// LOGBUF_ASSERT and LOGBUF_DROPPED: how a debug build reports misuse. logbuf.hpp includes the whole library.
#pragma once

#include "base/misuse.hpp"
