// Runs a whole program against the reference.
#pragma once

#include <optional>
#include <string>

#include "program.hpp"

namespace logbuf::test {

// Null: every result was that of the reference. Otherwise the first that was not. Steps that mean nothing are skipped.
std::optional<std::string> run_program(const program& p);

}  // namespace logbuf::test
