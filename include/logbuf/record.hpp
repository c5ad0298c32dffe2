// position_type and header_size: the record format. logbuf.hpp brings all of the library.
#pragma once

#include "core/record.hpp"
