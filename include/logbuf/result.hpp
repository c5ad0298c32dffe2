// result: a value or an error. logbuf.hpp brings all of the library.
#pragma once

#include "base/result.hpp"
