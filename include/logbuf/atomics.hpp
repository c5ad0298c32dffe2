// std_atomics and the concept atomics_policy: for an atomics policy of your own. logbuf.hpp brings all of the library.
#pragma once

#include "core/atomics.hpp"
