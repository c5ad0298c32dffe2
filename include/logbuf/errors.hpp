// The errors of every call, their names and messages. logbuf.hpp includes the whole library.
#pragma once

#include "base/errors.hpp"
