// result: a value or an error. logbuf.hpp includes the whole library.
#pragma once

#include "base/result.hpp"
