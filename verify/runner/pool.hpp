// Runs jobs in processes of their own, some at a time: an engine is a process-wide thing, and a crash is a result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "result.hpp"

namespace logbuf::verify {

struct pool_events {
  std::function<void(std::size_t job, std::uint64_t executions)> progress;
  std::function<bool(std::size_t job, const result&)> finished;  // false: start no more jobs
};

// Tells each result as it comes. Jobs start in their order.
void run_all(const std::vector<job>& jobs, unsigned at_a_time, const pool_events& events);

}  // namespace logbuf::verify
