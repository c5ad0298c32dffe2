#pragma once

#include <rapidcheck.h>

#include "small_program.hpp"

namespace logbuf::tests {

// Two to four threads, up to six steps in all, two locations.
rc::Gen<small_program> any_program();

// What the checker finds, and does not find, in programs that run.
void checks_of_programs(void (*report)(bool holds, const char* what));

}  // namespace logbuf::tests
