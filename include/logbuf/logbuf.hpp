// logbuf: bounded lock-free ring buffers for raw variable-length byte records.
#pragma once

#include "version.hpp"  // first, so that its check of the compiler is the first error
#ifndef LOGBUF_LOGBUF_HPP
#define LOGBUF_LOGBUF_HPP

#include "mpsc.hpp"
#include "spsc.hpp"

#endif  // LOGBUF_LOGBUF_HPP
