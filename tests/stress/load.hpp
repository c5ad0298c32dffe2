// What real threads do to a ring or a channel, as data; and what came of it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace logbuf::test {

enum class reading : std::uint8_t { single, drain, batch, mixed };

struct load {
  bool shared = false;  // MPSC
  bool channel = false;
  bool cleared = false;             // SPSC: zeroing::by_producer
  unsigned producers = 1;
  std::uint64_t capacity = 4096;    // bytes
  std::uint64_t threshold = 0;      // bytes
  std::uint64_t position = 0;       // a multiple of 8
  reading how = reading::single;    // rings
  bool symmetric = false;           // channels: the fences
  unsigned spins = 200;             // channels: options::spins_before_park
  std::string lengths_from;         // the name of a recorded workload; empty: random lengths up to `longest`
  std::uint32_t longest = 64;       // bytes
  std::uint32_t records = 1000;     // of each producer
  // Of 256 records, before how many a claim is aborted, how many are committed short, and where threads pause.
  unsigned aborted = 0, shortened = 0, pauses = 0;
  bool migrates = false;            // threads change their CPU now and then
  std::uint64_t seed = 1;
};
std::ostream& operator<<(std::ostream& out, const load& l);

struct outcome {
  std::uint64_t records = 0, bytes = 0;  // that came
  std::string wrong{};                   // the first thing that did; empty: nothing
};

// Every byte and tag is compared with what its producer, its number and the seed say; the order for each producer; the
// number of records; and at the end a hash over all that each producer wrote with one over all that came from it. Without
// aborted claims also each record's position, with that which the sequential reference gives it.
outcome run_load(const load& l, const std::vector<std::uint32_t>& lengths);

}  // namespace logbuf::test
