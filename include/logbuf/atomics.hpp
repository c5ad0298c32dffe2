// std_atomics and the concept atomics_policy, for your own atomics policy. logbuf.hpp includes the whole library.
#pragma once

#include "core/atomics.hpp"
