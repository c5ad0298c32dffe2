// logbuf: bounded lock-free ring buffers for raw variable-length byte records.
#pragma once

#include "mpsc.hpp"
#include "spsc.hpp"
