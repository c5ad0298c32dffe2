// How long it takes to wake a receiver that sleeps, and what a send costs that finds it awake: channels beside a queue
// of a mutex and a condition variable, in one run. No time is asserted: see README.md for how to read it.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <logbuf/logbuf.hpp>

#include "../tests/counting_parks.hpp"
#include "processors.hpp"

namespace {

using steady = std::chrono::steady_clock;
using nanoseconds = std::int64_t;

nanoseconds now() { return std::chrono::duration_cast<std::chrono::nanoseconds>(steady::now().time_since_epoch()).count(); }

struct message {
  nanoseconds sent;
  std::byte rest[56];
};

using logbuf::test::counting_parks;
using traits = logbuf::test::counting_parks_traits;

// Each queue: send a message, receive one or none when the sender has left.
template <class Ends>
struct channel {
  Ends ends;
  void send(const message& m) {
    auto claim = ends.first.send(sizeof m);
    std::memcpy(claim->data(), &m, sizeof m);
    claim->commit();
  }
  bool receive(message& m) {
    auto record = ends.second.receive();
    if (!record) return false;
    std::memcpy(&m, record->bytes().data(), sizeof m);
    return true;
  }
  void leave() { ends.first = {}; }
  std::uint64_t parks() const { return counting_parks::parks.load(std::memory_order_relaxed); }
};

template <class Ends>
std::unique_ptr<channel<Ends>> owned(Ends ends) {
  return std::make_unique<channel<Ends>>(channel<Ends>{std::move(ends)});
}

class mutex_queue {
 public:
  void send(const message& m) {
    {
      const std::lock_guard lock(mutex_);
      messages_.push_back(m);
    }
    ready_.notify_one();
  }
  bool receive(message& m) {
    std::unique_lock lock(mutex_);
    while (messages_.empty() && !left_) {
      parks_.fetch_add(1, std::memory_order_relaxed);
      ready_.wait(lock);
    }
    if (messages_.empty()) return false;
    m = messages_.front();
    messages_.pop_front();
    return true;
  }
  void leave() {
    {
      const std::lock_guard lock(mutex_);
      left_ = true;
    }
    ready_.notify_one();
  }
  // Without the mutex: the sender asks while the receiver wakes up, and would be in its way.
  std::uint64_t parks() const { return parks_.load(std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<message> messages_;
  std::atomic<std::uint64_t> parks_{0};
  bool left_ = false;
};

// With one processor alone the ends take turns on it.
void pin(const std::vector<int>& cpus, std::size_t which) {
  if (cpus.size() >= 2) bench::pin(cpus[which]);
}

struct samples {
  std::string name;
  std::function<void(samples&, unsigned)> round;
  std::vector<nanoseconds> latencies{};  // from before the send to the receiver's hands
  std::vector<double> sends{};           // of a send that finds the receiver awake: one a round
  std::uint64_t parked = 0;
};

// How often this thread has given its processor away to wait: the kernel's word for having slept.
std::uint64_t sleeps() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<std::uint64_t>(usage.ru_nvcsw);
}

// The receiver sleeps before each send: the sender waits until it has said so, and then for the time that it takes to
// fall asleep.
template <class Queue>
void wake_ups(Queue& queue, samples& s, unsigned n, const std::vector<int>& cpus) {
  std::vector<nanoseconds> latencies;
  latencies.reserve(n);
  const std::uint64_t parks_before = queue.parks();
  std::thread receiving([&] {
    pin(cpus, 1);
    const std::uint64_t sleeps_before = sleeps();
    for (message m; queue.receive(m);) latencies.push_back(now() - m.sent);
    s.parked += std::min<std::uint64_t>(sleeps() - sleeps_before, n);
  });
  message m{};
  std::uint32_t random = 12345;
  for (unsigned i = 0; i != n; ++i) {
    while (queue.parks() == parks_before + i) std::this_thread::yield();
    random = random * 1664525 + 1013904223;
    std::this_thread::sleep_for(std::chrono::microseconds(30 + (random >> 26)));
    m.sent = now();
    queue.send(m);
  }
  queue.leave();
  receiving.join();
  s.latencies.insert(s.latencies.end(), latencies.begin(), latencies.end());
}

// Nobody receives meanwhile, so nobody sleeps: what is left is what the sender pays in case somebody did.
template <class Queue>
double awake_send(Queue& queue) {
  constexpr int sends = 512;
  message m{};
  const nanoseconds begin = now();
  for (int i = 0; i != sends; ++i) queue.send(m);
  const nanoseconds end = now();
  queue.leave();
  while (queue.receive(m)) {}
  return static_cast<double>(end - begin) / sends;
}

logbuf::options with(logbuf::wake_fences fences) {
  logbuf::options o;
  o.fences = fences;
  o.spins_before_park = 0;
  o.prefault = true;
  return o;
}

template <class Make>
samples measured(const char* name, Make make, const std::vector<int>& cpus) {
  return {name, [make, &cpus](samples& s, unsigned n) {
            wake_ups(*make(), s, n, cpus);
            awake_send(*make());  // warms up
            s.sends.push_back(awake_send(*make()));
          }};
}

template <class T>
T at_rank(std::vector<T> values, double rank) {
  if (values.empty()) return T{};
  const auto i = std::min(values.size() - 1, static_cast<std::size_t>(rank * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values.end());
  return values[i];
}
double microseconds(nanoseconds n) { return static_cast<double>(n) / 1000; }

void print(const std::vector<samples>& all) {
  const samples& peer = all.back();
  std::printf("%-34s %8s %7s %8s %8s %8s %8s %9s %9s %9s %7s\n", "receiver asleep: microseconds", "samples", "parked", "p50",
              "p99", "p99.9", "max", "p50 ratio", "p99 ratio", "awake ns", "ratio");
  for (const samples& s : all) {
    const auto rank = [&](double r) { return microseconds(at_rank(s.latencies, r)); };
    const auto ratio = [&](double r) { return rank(r) / microseconds(at_rank(peer.latencies, r)); };
    const double send = at_rank(s.sends, 0.5);
    std::printf("%-34s %8zu %6.1f%% %8.1f %8.1f %8.1f %8.1f %9.2f %9.2f %9.1f %7.2f\n", s.name.c_str(), s.latencies.size(),
                100.0 * static_cast<double>(s.parked) / static_cast<double>(std::max<std::size_t>(1, s.latencies.size())),
                rank(0.5), rank(0.99), rank(0.999), rank(1), ratio(0.5), ratio(0.99), send, send / at_rank(peer.sends, 0.5));
  }
}

bool write_json(const std::string& path, const std::vector<samples>& all) {
  std::FILE* out = std::fopen(path.c_str(), "w");
  if (out == nullptr) return false;
  std::fprintf(out, "{\"queues\": [");
  for (const samples& s : all)
    std::fprintf(out, "%s\n  {\"name\": \"%s\", \"samples\": %zu, \"parked\": %llu, \"p50_ns\": %lld, \"p99_ns\": %lld, "
                 "\"p90_ns\": %lld, \"p999_ns\": %lld, \"max_ns\": %lld, \"awake_send_ns\": %.2f}", &s == &all.front() ? "" : ",", s.name.c_str(),
                 s.latencies.size(), static_cast<unsigned long long>(s.parked), static_cast<long long>(at_rank(s.latencies, 0.5)),
                 static_cast<long long>(at_rank(s.latencies, 0.99)), static_cast<long long>(at_rank(s.latencies, 0.9)),
                 static_cast<long long>(at_rank(s.latencies, 0.999)),
                 static_cast<long long>(at_rank(s.latencies, 1.0)), at_rank(s.sends, 0.5));
  std::fprintf(out, "\n]}\n");
  return std::fclose(out) == 0;
}

int usage() {
  std::fprintf(stderr, "usage: logbuf-wake-bench [--samples N] [--json FILE]\n"
                       "  --samples N   wake-ups of each queue, 1 to 10000000 (default 20000)\n"
                       "  --json FILE   write the results as JSON too\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned wanted = 20'000;
  std::string json;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc) return usage();
    if (option == "--json") {
      json = argv[i + 1];
    } else if (option == "--samples") {
      char* end = nullptr;
      const unsigned long n = std::strtoul(argv[i + 1], &end, 10);
      if (*end != 0 || n == 0 || n > 10'000'000) return usage();
      wanted = static_cast<unsigned>(n);
    } else {
      return usage();
    }
  }
  using logbuf::wake_fences;
  const std::vector<int> cpus = bench::processors();
  pin(cpus, 0);
  if (cpus.size() < 2) std::printf("one processor: the ends take turns on it\n");
  constexpr std::uint64_t capacity = 64 * 1024;
  const auto spsc = [](wake_fences f) { return [f] { return owned(logbuf::spsc::channel<traits>(capacity, with(f))); }; };
  const auto mpsc = [](wake_fences f) { return [f] { return owned(logbuf::mpsc::channel<traits>(capacity, with(f))); }; };
  std::vector<samples> all;
  all.push_back(measured("spsc channel, automatic fences", spsc(wake_fences::automatic), cpus));
  all.push_back(measured("spsc channel, symmetric fences", spsc(wake_fences::symmetric), cpus));
  all.push_back(measured("mpsc channel, automatic fences", mpsc(wake_fences::automatic), cpus));
  all.push_back(measured("mpsc channel, symmetric fences", mpsc(wake_fences::symmetric), cpus));
  all.push_back(measured("mutex and condition variable", [] { return std::make_unique<mutex_queue>(); }, cpus));

  // In turns, so that a disturbance meets all.
  constexpr unsigned rounds = 20;
  for (unsigned round = 0; round != rounds; ++round) {
    const unsigned n = wanted / rounds + (round < wanted % rounds);
    for (samples& s : all) s.round(s, n);
    std::fprintf(stderr, "\r... round %u of %u", round + 1, rounds);
  }
  std::fprintf(stderr, "\r\033[K");
  print(all);
  if (!json.empty() && !write_json(json, all)) return std::fprintf(stderr, "cannot write %s\n", json.c_str()), 1;
}
