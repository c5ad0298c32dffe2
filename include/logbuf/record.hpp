// position_type and header_size: the record format. logbuf.hpp includes the whole library.
#pragma once

#include "core/record.hpp"
