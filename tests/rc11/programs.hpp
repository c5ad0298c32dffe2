#pragma once

#include <rapidcheck.h>

#include "small_program.hpp"

namespace logbuf::tests {

// Two to four threads: up to nine steps of any kind in all, or in each thread up to two accesses with a fence between them.
rc::Gen<small_program> any_program();

// What the checker finds, and does not find, in programs that run.
void checks_of_programs(void (*report)(bool holds, const char* what));

}  // namespace logbuf::tests
