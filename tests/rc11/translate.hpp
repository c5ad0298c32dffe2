#pragma once

#include "../../verify/litmus/litmus.hpp"
#include "small_program.hpp"

namespace logbuf::tests {

small_program translate(const verify::litmus& t);

}  // namespace logbuf::tests
