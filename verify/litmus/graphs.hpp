// How many RC11-consistent executions each litmus test has, with at most one spurious failure in each. The numbers are not
// those of the explorer: tests/rc11 derives each from the definition, by enumeration, and holds this table against it.
#pragma once

#include <cstdint>
#include <string>

namespace logbuf::verify {

std::uint64_t graphs_of(const std::string& litmus_test);  // 0: not in the table

}  // namespace logbuf::verify
