// Instructions for one record on one thread: claim, write 64 bytes, commit; read, look at 8 bytes, release.
// count_instructions.py runs this under Valgrind, which counts, and takes the difference of two runs of different lengths.
//
//   logbuf-instructions RING PATTERN RECORDS
//
// RING: spsc, by_producer or mpsc; or nothing: the same copy and the same look at memory of its own, which is the harness.
// PATTERN: pairs (write one, read one), or bursts (write 32, read 32).
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <logbuf/logbuf.hpp>

namespace {

constexpr std::size_t size = 64, in_burst = 32;

struct cleared_traits : logbuf::default_traits {
  static constexpr logbuf::zeroing zeroed = logbuf::zeroing::by_producer;
};

// To the compiler: everything in memory may have changed, and this value is used.
template <class T>
inline void use(T& value) {
  asm volatile("" : "+r"(value) : : "memory");
}

struct no_ring {
  std::byte memory[size];
};

template <class Ends>
[[gnu::always_inline]] inline bool write_one(Ends& ends, const std::byte* from) {
  auto claim = ends.first.try_claim(size);
  if (!claim) return false;
  std::memcpy(claim->data(), from, size);
  return claim->commit();
}
[[gnu::always_inline]] inline bool write_one(no_ring& none, const std::byte* from) {
  std::memcpy(none.memory, from, size);
  return true;
}

template <class Ends>
[[gnu::always_inline]] inline bool read_one(Ends& ends) {
  auto record = ends.second.try_read();
  if (!record) return false;
  std::uint64_t first;
  std::memcpy(&first, record->bytes().data(), sizeof first);
  use(first);
  return true;
}
[[gnu::always_inline]] inline bool read_one(no_ring& none) {
  std::uint64_t first;
  std::memcpy(&first, none.memory, sizeof first);
  use(first);
  return true;
}

template <class Ends>
[[gnu::noinline]] void pairs(Ends* ends, const std::byte* from, std::size_t records) {
  for (std::size_t i = 0; i != records; ++i) {
    use(from);
    if (!write_one(*ends, from)) std::abort();
    use(ends);
    if (!read_one(*ends)) std::abort();
  }
}
template <class Ends>
[[gnu::noinline]] void bursts(Ends* ends, const std::byte* from, std::size_t records) {
  for (std::size_t i = 0; i < records; i += in_burst) {
    for (std::size_t k = 0; k != in_burst; ++k) {
      use(from);
      if (!write_one(*ends, from)) std::abort();
    }
    for (std::size_t k = 0; k != in_burst; ++k) {
      use(ends);
      if (!read_one(*ends)) std::abort();
    }
  }
}

template <class Ends>
int run(Ends ends, std::string_view pattern, std::size_t records) {
  static const std::byte payload[size]{};
  if (pattern == "pairs") return pairs(&ends, payload, records), 0;
  if (pattern == "bursts") return bursts(&ends, payload, records), 0;
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  constexpr std::uint64_t capacity = 65536;
  const std::string_view ring = argv[1], pattern = argv[2];
  const std::size_t records = std::strtoul(argv[3], nullptr, 10);
  if (ring == "spsc") return run(logbuf::spsc::make(capacity), pattern, records);
  if (ring == "by_producer") return run(logbuf::spsc::make<cleared_traits>(capacity), pattern, records);
  if (ring == "mpsc") return run(logbuf::mpsc::make(capacity), pattern, records);
  if (ring == "nothing") return run(no_ring{}, pattern, records);
  return 2;
}
