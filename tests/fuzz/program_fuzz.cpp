// libFuzzer: bytes as a program of one thread, held against the reference at every step.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "../programs/run_program.hpp"

using namespace logbuf::test;

namespace {

// The first kinds have every byte below a multiple of their number, as they had when there were no others: the kept corpora
// mean what they meant. The later kinds share the bytes above.
step::kind kind_of(std::uint8_t byte) {
  constexpr std::size_t first_kinds = 29, above = 256 / first_kinds * first_kinds;
  static_assert(first_kinds == static_cast<std::size_t>(step::kind::arm) + 1 && kind_count > first_kinds && above == 232);
  const std::size_t kind = byte < above ? byte % first_kinds : first_kinds + (byte - above) % (kind_count - first_kinds);
  return static_cast<step::kind>(kind);
}

// Five bytes of setup, then four bytes a step.
program program_of(const std::uint8_t* data, std::size_t size) {
  program p;
  std::size_t used = 0;
  const auto byte = [&] { return used < size ? data[used++] : std::uint8_t{0}; };
  const unsigned ring = byte();
  p.on.shared = (ring & 1) != 0;
  p.on.channel = (ring & 2) != 0;
  p.on.traits = static_cast<form>((ring >> 2) % (p.on.shared ? 3 : 4));
  p.on.capacity = p.on.alignment() * 2 << (byte() % 7);
  p.on.threshold = std::min<std::uint64_t>(byte() * 8u, p.on.capacity);
  const std::uint64_t bases[] = {0, (std::uint64_t{1} << 32) - p.on.capacity, std::uint64_t{0} - p.on.capacity};
  p.on.position = bases[byte() % 3];
  p.on.position += byte() * p.on.alignment() % p.on.capacity;
  while (used + 4 <= size) {
    step s;
    s.what = kind_of(byte());
    s.size = byte();
    s.size |= std::size_t{byte()} << 8;
    const unsigned rest = byte();
    s.n = rest % 32;
    s.who = rest / 32;
    p.steps.push_back(s);
  }
  return p;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const program p = program_of(data, size);
  if (const auto wrong = run_program(p)) {
    std::cerr << *wrong << "\nas a file for logbuf-program:\n" << p;
    std::abort();
  }
  return 0;
}
