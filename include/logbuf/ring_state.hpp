// default_traits, zeroing and the concept ring_traits: what a ring is built from. logbuf.hpp includes the whole library.
#pragma once

#include "core/ring_state.hpp"
