// Small programs as data, for the explorer and for the reference that enumerates: threads of operations, each of which
// may depend on what its thread has read last.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "../../models/rc11/graph.hpp"

namespace logbuf::tests {

namespace rc11 = logbuf::models::rc11;

struct small_step {
  rc11::operation what;
  int condition = -1;  // only if the thread's last read was this value
  int after = -1;      // only if this step of the thread was taken
  // Of a read that waits: what it has to see (and a compare-exchange not to fail for no reason), or the step whose value it must not see again. Else the thread stays there.
  int awaited = -1, changes = -1;
};
using small_program = std::vector<std::vector<small_step>>;

// An execution, as text: for each thread the steps that were taken, what each has read from, and the modification orders.
using executions = std::set<std::string>;

struct explored {
  executions found;
  std::uint64_t complete = 0;  // more than were found: some came twice
  std::uint64_t blocked = 0, dead = 0;
};
explored explore(const small_program& p, unsigned spurious_failures);
// The same by threads that run: each execution from its start, or from where it parts from an earlier one.
explored run(const small_program& p, unsigned spurious_failures, bool from_the_start);

// The definition: every assignment of sources and of modification orders, held against the axioms.
executions enumerate(const small_program& p, unsigned spurious_failures);

std::string to_text(const small_program& p);
std::string to_text(const rc11::graph& g, unsigned threads, unsigned locations);
unsigned locations_of(const small_program& p);

}  // namespace logbuf::tests
