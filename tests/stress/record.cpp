// Real threads under a load, and what they did to shared memory: a trace for the Promela models.
//
//   logbuf-record KIND CAPACITY PRODUCERS THRESHOLD RECORDS SEED STEPS > TRACE
//
// KIND: ring, cleared (zeroing::by_producer) or channel, with `-mpsc` behind it for the shared ones. CAPACITY and THRESHOLD
// in bytes; the trace is cut off after STEPS steps. Exit code: 0 recorded, and every record came as it was written; 1 a
// record did not, or nothing came any more: the trace goes up to there; 2 bad usage.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <unistd.h>

#include "../../models/promela/recording_policy.hpp"
#include "run_load.hpp"

namespace {

using namespace logbuf;
using models::recorder;

struct recorded_traits : default_traits {
  using atomics = models::recording_atomics;
};

int ended(int code) { return recorder::the().is_written() ? code : 2; }

// A bug may make a load wait for ever, and what happened until then is a trace as well.
void give_up_in(std::chrono::seconds patience) {
  std::thread([patience] {
    std::this_thread::sleep_for(patience);
    std::fprintf(stderr, "logbuf-record: nothing comes any more\n");
    std::_Exit(ended(1));
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t numbers[6] = {};
  bool is_usage_good = argc == 8;
  for (int i = 2; is_usage_good && i != 8; ++i) {
    char* end = nullptr;
    numbers[i - 2] = std::strtoull(argv[i], &end, 10);
    is_usage_good = *argv[i] >= '0' && *argv[i] <= '9' && *end == 0;
  }
  const std::string kind = is_usage_good ? argv[1] : "";
  const std::string base = kind.substr(0, kind.find('-'));
  test::load l;
  l.shared = kind.ends_with("-mpsc");
  l.channel = base == "channel";
  l.cleared = base == "cleared";
  l.capacity = numbers[0];
  l.producers = static_cast<unsigned>(numbers[1]);
  l.threshold = numbers[2];
  l.records = static_cast<std::uint32_t>(numbers[3]);
  l.seed = numbers[4];
  l.how = test::reading::mixed;
  l.symmetric = true;
  l.spins = 2;  // so that the receiver sleeps
  l.longest = static_cast<std::uint32_t>(l.capacity / 2 - 8);
  l.aborted = 48;
  l.shortened = 48;
  l.pauses = 8;
  if (!is_usage_good || (!l.channel && !l.cleared && base != "ring") || (l.cleared && l.shared) || l.capacity < 16 ||
      l.capacity > 128 || (l.capacity & (l.capacity - 1)) != 0 || l.producers == 0 || l.producers > (l.shared ? 3u : 1u) ||
      l.threshold > l.capacity || l.records == 0 || numbers[5] == 0) {
    std::fprintf(stderr,
                 "usage: logbuf-record ring|ring-mpsc|cleared|channel|channel-mpsc CAPACITY PRODUCERS THRESHOLD RECORDS SEED "
                 "STEPS\n       a capacity of 16 to 128 bytes, and 1 to 3 producers\n");
    return 2;
  }
  recorder::the().begin(STDOUT_FILENO, l.capacity, numbers[5], l.seed);
  give_up_in(std::chrono::seconds(20));
  const test::outcome o = test::run_load_over<recorded_traits>(l, {});
  if (!o.wrong.empty()) std::fprintf(stderr, "logbuf-record: %s\n", o.wrong.c_str());
  std::_Exit(ended(o.wrong.empty() ? 0 : 1));  // the thread of give_up_in still runs
}
