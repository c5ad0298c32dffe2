// Real threads: the recorded workloads and random ones, every byte checked.
//
//   logbuf-stress [--random N] [--seconds S] [--seed N] [--records N]     exit code: 0 held, 1 failed, 2 bad usage
//
// First each recorded workload through an SPSC ring, an MPSC ring with 2, 4 and 8 producers, and both channels; then N
// random loads, or with --seconds as many as fit: a soak.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <rapidcheck.h>

#include "../last_words.hpp"
#include "load.hpp"

namespace {

using namespace logbuf::test;

constexpr const char* recorded[] = {"android", "hdfs", "linux", "openstack", "spark", "zookeeper"};

using workloads = std::map<std::string, std::vector<std::uint32_t>>;

bool read_recorded(workloads& all) {
  for (const char* name : recorded) {
    std::ifstream in(std::string(LOGBUF_WORKLOADS "/") + name + ".lengths");
    for (std::uint32_t n; in >> n;) all[name].push_back(n);
    if (all[name].size() != 2000) {
      std::fprintf(stderr, "logbuf-stress: " LOGBUF_WORKLOADS "/%s.lengths has not its 2,000 lengths\n", name);
      return false;
    }
  }
  return true;
}

struct totals {
  std::uint64_t loads = 0, failed = 0, records = 0, bytes = 0;
};

// What came of it, for rapidcheck to hold against nothing.
outcome run(const load& l, workloads& all, totals& t) {
  std::ostringstream text;
  text << l << "\n";
  last_words::are(text.str(), 600);
  const outcome o = run_load(l, l.lengths_from.empty() ? std::vector<std::uint32_t>{} : all[l.lengths_from]);
  ++t.loads;
  t.records += o.records;
  t.bytes += o.bytes;
  return o;
}

void run_recorded(workloads& all, std::uint32_t records, std::uint64_t seed, totals& t) {
  for (const char* name : recorded) {
    const std::uint64_t before = t.records;
    for (const unsigned producers : {1u, 2u, 4u, 8u})
      for (const unsigned kind : {0u, 1u, 2u}) {
        const bool channel = kind == 1, cleared = kind == 2;
        if ((channel && producers > 2) || (cleared && producers > 1)) continue;
        load l;
        l.shared = producers > 1;
        l.channel = channel;
        l.cleared = cleared;
        l.producers = producers;
        l.capacity = 16384;  // the longest recorded record has 2,520 bytes
        l.threshold = 1024;
        l.how = reading::mixed;
        l.lengths_from = name;
        l.records = records / producers;
        l.aborted = channel ? 8 : 0;  // without, the reference knows every position
        l.shortened = 8;
        l.pauses = 1;
        l.migrates = true;
        l.seed = seed;
        if (const outcome o = run(l, all, t); !o.wrong.empty()) {
          std::cout << "FAILED: " << o.wrong << ": " << l << std::endl;
          ++t.failed;
        }
      }
    std::printf("recorded %-12s %9llu records, each byte checked\n", name, static_cast<unsigned long long>(t.records - before));
    std::fflush(stdout);
  }
}

rc::Gen<load> any_load(std::uint32_t records) {
  using rc::gen::inRange;
  const auto all = rc::gen::apply(
      [=](unsigned ring, unsigned producers, unsigned doublings, unsigned threshold, unsigned how, unsigned position, unsigned sizes,
          unsigned whims, std::uint64_t seed) {
        load l;
        l.shared = (ring & 1) != 0;
        l.channel = (ring & 2) != 0;
        l.symmetric = (ring & 4) != 0;
        l.cleared = !l.shared && (ring & 8) != 0;
        l.producers = l.shared ? 1 + producers : 1;
        l.capacity = std::uint64_t{16} << doublings;
        l.threshold = l.capacity / 4 * threshold;
        const std::uint64_t bases[] = {0, (std::uint64_t{1} << 32) - l.capacity, std::uint64_t{0} - l.capacity};
        l.position = bases[position % 3] + position / 3 * 8 % l.capacity;
        l.how = static_cast<reading>(how);
        const auto max = static_cast<std::uint32_t>(l.capacity / 2 - 8);
        if (sizes < 6) l.lengths_from = recorded[sizes];
        else l.longest = max / (sizes - 5);
        l.records = records / l.producers;
        l.aborted = (whims & 1) != 0 ? 32 : 0;
        l.shortened = (whims & 2) != 0 ? 32 : 0;
        l.pauses = (whims >> 2 & 3) * 4;
        l.migrates = (whims & 16) != 0;
        l.seed = seed;
        return l;
      },
      inRange(0u, 16u), inRange(0u, 8u), inRange(0u, 13u), inRange(0u, 5u), inRange(0u, 4u), inRange(0u, 48u), inRange(0u, 10u),
      inRange(0u, 32u), rc::gen::arbitrary<std::uint64_t>());
  return rc::gen::resize(rc::kNominalSize, all);
}

// Random loads; one that fails is shrunk to the simplest that still does (threads being what they are, at the second try too).
void run_random(workloads& all, std::uint64_t count, std::uint64_t seconds, std::uint64_t seed, std::uint32_t records, totals& t) {
  const auto start = std::chrono::steady_clock::now();
  auto told = start;
  const auto any = any_load(records);
  rc::Random random(seed);
  const std::uint64_t first = t.records;
  for (std::uint64_t n = 0;; ++n) {
    const auto now = std::chrono::steady_clock::now();
    if (seconds != 0 ? now - start >= std::chrono::seconds(seconds) : n >= count) {
      std::printf("random: %llu loads, %llu records, each byte checked\n", static_cast<unsigned long long>(n),
                  static_cast<unsigned long long>(t.records - first));
      return;
    }
    if (now - told >= std::chrono::seconds(10)) {
      told = now;
      std::fprintf(stderr, "... %llu loads, %llu records\n", static_cast<unsigned long long>(n),
                   static_cast<unsigned long long>(t.records - first));
    }
    auto candidate = any(random.split());
    const auto fails = [&](const load& l) {
      const outcome o = run(l, all, t);
      if (!o.wrong.empty()) std::cout << "FAILED: " << o.wrong << ": " << l << std::endl;
      return !o.wrong.empty();
    };
    if (!fails(candidate.value())) continue;
    ++t.failed;
    unsigned tries = 0;
    for (auto smaller = candidate.shrinks(); tries != 50; ++tries) {
      auto next = smaller.next();
      if (!next) break;
      if (!fails(next->value()) && !fails(next->value())) continue;
      candidate = std::move(*next);
      smaller = candidate.shrinks();
    }
    std::cout << "the simplest that fails: " << candidate.value() << std::endl;
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t count = 60, seconds = 0, seed = std::random_device{}(), records = 20000;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    std::uint64_t* to = option == "--random" ? &count : option == "--seconds" ? &seconds : option == "--seed" ? &seed : option == "--records" ? &records : nullptr;
    char* end = nullptr;
    if (to != nullptr && ++i != argc && *argv[i] >= '0' && *argv[i] <= '9') *to = std::strtoull(argv[i], &end, 10);
    if (end == nullptr || *end != 0 || records < 8 || records > 100'000'000) {
      std::fprintf(stderr, "usage: logbuf-stress [--random N] [--seconds S] [--seed N] [--records N, 8 to 100000000]\n");
      return 2;
    }
  }
  workloads all;
  if (!read_recorded(all)) return 2;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  last_words::are_printed();
  totals t;
  run_recorded(all, static_cast<std::uint32_t>(records), seed, t);
  run_random(all, count, seconds, seed, static_cast<std::uint32_t>(records), t);
  std::printf("%llu records, %.1f MB\n%llu passed, %llu failed\n", static_cast<unsigned long long>(t.records),
              static_cast<double>(t.bytes) / 1e6, static_cast<unsigned long long>(t.loads - t.failed), static_cast<unsigned long long>(t.failed));
  return t.failed == 0 ? 0 : 1;
}
