#include "run_load.hpp"

#include <ostream>

namespace logbuf::test {

std::ostream& operator<<(std::ostream& out, const load& l) {
  constexpr const char* ways[] = {"single reads", "drains", "batches", "all ways of reading"};
  out << (l.shared ? "mpsc " : "spsc ") << (l.channel ? "channel, " : "ring, ") << (l.cleared ? "cleared by the producer, " : "") << l.producers << " producers, capacity "
      << l.capacity << ", threshold " << l.threshold << ", position " << l.position << ", "
      << (l.channel ? (l.symmetric ? "symmetric" : "asymmetric") : ways[static_cast<std::size_t>(l.how)]) << ", lengths ";
  if (l.lengths_from.empty()) out << "0 to " << l.longest;
  else out << "of " << l.lengths_from;
  return out << ", " << l.records << " records each, of 256: " << l.aborted << " aborts, " << l.shortened << " short, "
             << l.pauses << " pauses" << (l.migrates ? ", migrating" : "") << ", seed " << l.seed;
}

outcome run_load(const load& l, const std::vector<std::uint32_t>& lengths) {
  return run_load_over<default_traits>(l, lengths);
}

}  // namespace logbuf::test
