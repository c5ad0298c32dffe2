// Runs a whole program against the reference.
#pragma once

#include <optional>
#include <string>

#include "program.hpp"

namespace logbuf::test {

// Null: every answer was the reference's. Else the first that was not. Steps that mean nothing are passed over.
std::optional<std::string> run_program(const program& p);

}  // namespace logbuf::test
