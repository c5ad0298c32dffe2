// The errors of every call, their names and messages. logbuf.hpp brings all of the library.
#pragma once

#include "base/errors.hpp"
