#include "random_workloads.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include <logbuf/core/record.hpp>

#include <rapidcheck.h>

#include "../runner/pool.hpp"
#include "../runner/run_job.hpp"
#include "scenario_file.hpp"

namespace logbuf::verify {

namespace {

// What rapidcheck generates and shrinks: numbers, of which every combination means a workload.
struct raw_op {
  unsigned kind;
  std::size_t size, n;
};
using raw_thread = std::vector<raw_op>;

// How a consumer ends, which decides what may wait for it.
enum class ending : std::uint8_t {
  stops,      // nobody may wait for it, except with a deadline; a sender may close the channel
  leaves,     // who waits for it is told so
  goes_on,    // a receiver, until every sender has left: space comes until then
};

// What a thread that produces does, as often as it is listed; the first is what a failure shrinks to.
using enum op::kind;
constexpr op::kind ring_writes[] = {write, write, write, write, shorten, abort, hold, hold, hold, commit_held, commit_held,
                                    write_bytes, gather, flush_soon, flush_for, flush_wait, copy, occupancy,
                                    op::kind::write_batch, op::kind::write_batch_more, op::kind::drop_batch};
constexpr op::kind channel_writes[] = {write, write, shorten, abort, hold, commit_held, write_bytes, send, send, send_bytes,
                                       send_bytes, send_soon, send_for, flush_wait, flush_soon, flush_for, copy, occupancy,
                                       close, close, op::kind::write_batch, op::kind::write_batch_more, op::kind::drop_batch,
                                       op::kind::send_batch};
constexpr op::kind ring_reads[] = {read, read, read, keep, release, drain, drain_stop, drain_keep, batch, batch_keep,
                                   batch_release, occupancy};
constexpr op::kind channel_reads[] = {read, read, keep, release, receive, receive, receive_soon, receive_soon, receive_for,
                                      receive_for, drain, drain_stop, drain_keep, drain_soon, drain_soon, drain_for, drain_for,
                                      iterate, event_loop, occupancy};
constexpr op::kind channel_waits[] = {receive, receive_for, receive_soon, drain, drain_for, drain_soon, receive_for, receive_soon,
                                      iterate, event_loop};
constexpr std::size_t most_listed = std::size(channel_writes);
template <std::size_t N>
constexpr op::kind choose(const op::kind (&from)[N], unsigned i) {
  static_assert(N <= most_listed);
  return from[i % N];
}

// Any order of writes, shortened and aborted records, and claims that are held and finished later, all of them before the
// end, since an open claim keeps what is behind it from everyone. So nothing waits while its own thread holds a claim; and
// nothing waits without a deadline for a consumer that stops.
std::vector<op> producer_of(const raw_thread& raw, const workload& w, std::size_t most, ending how) {
  const std::size_t max = w.capacity / 2 - header_size;
  std::vector<op> ops;
  std::vector<std::size_t> open;
  std::size_t held = 0;
  const auto finish = [&](const raw_op& r) {
    const std::size_t i = r.n % open.size();
    ops.push_back(r.size % 3 == 0 ? ops::abort_held(open[i]) : ops::commit_held(open[i]));
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
  };
  for (const raw_op& r : raw) {
    if (ops.size() == most) break;
    const std::size_t size = r.size % (max + 1);
    const op::kind kind = w.channel ? choose(channel_writes, r.kind) : choose(ring_writes, r.kind);
    const bool may_wait = open.empty();
    const bool may_wait_for_ever = may_wait && how != ending::stops;
    switch (kind) {
      case shorten: ops.push_back(ops::shorten(size, r.n % (size + 1))); break;
      case abort: ops.push_back(ops::abort(size)); break;
      case hold:
        if (held < 4) ops.push_back(ops::hold(size)), open.push_back(held++);
        break;
      case commit_held:
        if (!open.empty()) finish(r);
        else if (!w.channel) ops.push_back(ops::flush(2));
        break;
      case write_bytes: ops.push_back(ops::write_bytes(size)); break;
      case gather: ops.push_back(ops::gather(size, r.n % (size + 1))); break;
      case op::kind::write_batch:
      case op::kind::write_batch_more:
      case op::kind::drop_batch:
      case op::kind::send_batch: {
        const std::size_t rest = op{kind}.rest(), half = w.capacity / 2;
        std::size_t n = 1 + r.n % 3;
        while (n * header_size + rest > half && n != 0) --n;
        if (n == 0) break;
        const std::size_t largest = (half - rest) / n / 8 * 8 - header_size;
        const bool waits = kind == op::kind::send_batch && may_wait_for_ever;
        ops.push_back({kind == op::kind::send_batch && !waits ? op::kind::write_batch : kind, r.size % (largest + 1), n, 1});
        break;
      }
      case send: ops.push_back(may_wait_for_ever ? ops::send(size) : ops::write(size)); break;
      case send_bytes: ops.push_back(may_wait_for_ever ? ops::send_bytes(size) : ops::write_bytes(size)); break;
      case send_soon: ops.push_back(may_wait ? ops::send_soon(size) : ops::write(size)); break;
      case send_for: ops.push_back(may_wait ? ops::send_for(size) : ops::write(size)); break;
      case flush_wait:
        if (may_wait_for_ever) ops.push_back(ops::flush_wait());
        break;
      case flush_soon:
        if (may_wait) ops.push_back(ops::flush_soon());
        break;
      case flush_for:
        if (may_wait) ops.push_back(ops::flush_for());
        break;
      case copy:
        if (w.ring == variant::mpsc && open.empty()) ops.push_back(ops::copy());
        break;
      case close:
        if (how == ending::stops) ops.push_back(ops::close());
        break;
      case occupancy: ops.push_back(ops::occupancy()); break;
      default: ops.push_back(ops::write(size, r.n % 4 == 3 ? 2 : 1));
    }
  }
  const bool held_some = !open.empty();
  while (!open.empty()) finish(raw.back());
  if (held_some && !w.channel && raw.back().n % 2 == 0) ops.push_back(ops::flush(2));
  // A receiver waits until every sender has left.
  if (w.channel) ops.push_back(ops::leave());
  return ops;
}

std::vector<op> consumer_of(const raw_thread& raw, const workload& w, std::size_t most, ending how) {
  std::vector<op> ops;
  for (const raw_op& r : raw) {
    if (ops.size() == most) break;
    const std::size_t n = 1 + r.n % 3;
    const op::kind kind = !w.channel                ? choose(ring_reads, r.kind)
                          : how == ending::stops ? choose(channel_waits, r.kind)
                                                 : choose(channel_reads, r.kind);
    ops.push_back({kind, 0, kind == read || kind == keep || kind == release || kind == occupancy ? 0 : n, 1});
  }
  constexpr std::size_t all = 23;
  const op to_the_end[] = {ops::event_loop(all), ops::iterate(all), ops::receive(all)};
  if (how == ending::goes_on) ops.push_back(to_the_end[raw.back().n % 3]);
  if (how == ending::leaves) ops.push_back(ops::leave());
  return ops;
}

struct raw_setup {
  bool shared, channel;
  unsigned producers, capacity, threshold, flags, position, end, behind, spins;
};

workload workload_of(const raw_setup& s, const std::vector<raw_thread>& threads) {
  workload w;
  w.ring = s.shared ? variant::mpsc : variant::spsc;
  w.channel = s.channel;
  w.capacity = std::size_t{16} << s.capacity;
  w.threshold = s.threshold * 8 % (w.capacity + 8);
  w.asymmetric = s.channel && (s.flags & 1) != 0;
  w.spurious = s.channel && (s.flags & 10) == 10 ? 1 : 0;
  w.refused = w.asymmetric && (s.flags & 4) != 0;
  const std::uint64_t bases[] = {0, std::uint64_t{0} - w.capacity, (std::uint64_t{1} << 32) - w.capacity};
  w.initial_position = bases[s.position % 3] + s.position / 3 * 8 % w.capacity;
  // Half of the producers are new. The others were idle while the ring went on by 2 or 4 GiB, or by more.
  constexpr std::uint64_t gib = std::uint64_t{1} << 30;
  const std::uint64_t behind[] = {2 * gib, 4 * gib - 2 * w.capacity, 6 * gib, 1024 * gib};
  if (s.behind % 8 >= 4) w.behind = behind[s.behind % 4] + s.behind / 8 * 8;
  w.prefetch = (s.spins & 1) != 0;
  if (s.channel) {
    w.event = (s.spins & 2) != 0;
    w.spins_before_park = s.spins / 4 % 3 == 2 ? 1 : 0;
    w.spins_before_yield = s.spins % 3 == 2 ? ~0u : s.spins % 3;
  }
  const ending how = s.end % 3 == 0 ? ending::stops : s.channel && s.end % 3 == 1 ? ending::goes_on : ending::leaves;
  const std::size_t producers = !s.shared ? 1 : s.channel ? 2 : s.producers;
  if (!s.channel && producers == (s.shared ? 2u : 1u) && (s.flags & 3) == 3) w.traits = form::checked;
  else if (!s.shared && (s.flags & 8) != 0) w.traits = form::producer_clears;
  // What the reduced search ends within its budget; a waiting receiver makes the most of it.
  const std::size_t most = producers == 1 ? (!s.channel ? 6 : how == ending::leaves ? 3 : 2) : producers == 2 && !s.channel ? 2 : 1;
  for (std::size_t t = 0; t != producers; ++t) w.threads.push_back(producer_of(threads[t], w, most, how));
  const std::size_t most_in_channel = how == ending::leaves ? 2 : 1;
  w.threads.push_back(consumer_of(threads.back(), w, s.channel ? most_in_channel : producers == 1 ? 5 : 3, how));
  return w;
}

rc::Gen<workload> any_workload() {
  using rc::gen::inRange;
  const auto setup = rc::gen::apply(
      [](bool shared, bool channel, unsigned producers, unsigned capacity, unsigned threshold, unsigned flags, unsigned position,
         unsigned end, unsigned behind, unsigned spins) {
        return raw_setup{shared, channel, producers, capacity, threshold, flags, position, end, behind, spins};
      },
      rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>(),
      rc::gen::map(inRange(0, 4), [](int n) { return n == 3 ? 3u : 2u; }), inRange(0u, 3u), inRange(0u, 9u), inRange(0u, 16u), inRange(0u, 24u),
      inRange(0u, 3u), inRange(0u, 64u), inRange(0u, 12u));
  const auto one = rc::gen::apply([](unsigned kind, std::size_t size, std::size_t n) { return raw_op{kind, size, n}; },
                                  inRange(0u, static_cast<unsigned>(most_listed)), inRange<std::size_t>(0, 25),
                                  inRange<std::size_t>(0, 12));
  const auto thread = rc::gen::nonEmpty(rc::gen::container<raw_thread>(rc::gen::resize(rc::kNominalSize, one)));
  // The size of a test is the length of its threads alone: each number has its whole range at every length.
  return rc::gen::apply(workload_of, rc::gen::resize(rc::kNominalSize, setup), rc::gen::container<std::vector<raw_thread>>(4, thread));
}

using candidate = rc::Shrinkable<workload>;

// The scenarios in use become these.
std::vector<job> jobs_of(const std::vector<candidate>& candidates, const random_settings& s) {
  std::vector<workload> all;
  std::vector<job> jobs;
  for (const candidate& c : candidates) {
    all.push_back(c.value());
    all.back().name = "random/" + std::to_string(s.seed) + "/" + std::to_string(all.size());
    job j;
    j.scenario = all.back().name;
    j.weakened = s.weakened;
    j.within.how = s.how;
    j.within.max_executions = s.max_executions;
    j.within.max_seconds = 60;
    jobs.push_back(std::move(j));
  }
  use_scenarios(std::move(all));
  return jobs;
}

bool is_vacuous(const result& r) {
  const bool delivers = std::any_of(r.reached.begin(), r.reached.end(),
                                    [](const auto& s) { return s.name == to_string(state::delivered); });
  return !delivers || r.executions - r.redundant < 2;
}

// The first of the candidates that fails, if any.
std::optional<std::size_t> first_failing(const std::vector<candidate>& candidates, const random_settings& s, result& failure) {
  std::optional<std::size_t> first;
  run_all(jobs_of(candidates, s), s.at_a_time, {{}, [&](std::size_t i, const result& r) {
            if (r.is == verdict::failed && (!first || i < *first)) first = i, failure = r;
            return !first;
          }});
  return first;
}

void shrink(candidate failing, const random_settings& s, random_run& run) {
  constexpr std::uint64_t most_shrinks = 2000;
  for (auto smaller = failing.shrinks(); run.shrinks < most_shrinks;) {
    std::vector<candidate> batch;
    while (batch.size() < 2 * s.at_a_time) {
      auto next = smaller.next();
      if (!next) break;
      batch.push_back(std::move(*next));
    }
    if (batch.empty()) break;
    run.shrinks += batch.size();
    if (const auto i = first_failing(batch, s, run.failure)) failing = batch[*i], smaller = failing.shrinks();
  }
  // Once more, under the name that it is printed with.
  const std::vector<job> last = jobs_of({failing}, s);
  run.smallest = scenarios().front();
  run_all(last, 1, {{}, [&](std::size_t, const result& r) { return run.failure = r, true; }});
}

}  // namespace

random_run run_random(const random_settings& s, const std::function<void(const random_run&)>& progress) {
  random_run run;
  rc::Random random(s.seed);
  const auto any = any_workload();
  int size = 0;
  while (run.explored < s.count && !run.smallest) {
    std::vector<candidate> batch;
    for (std::uint64_t i = 0; i != std::min<std::uint64_t>(s.count - run.explored, 64); ++i)
      batch.push_back(any(random.split(), 1 + size++ % 12));
    std::optional<std::size_t> failed;
    run_all(jobs_of(batch, s), s.at_a_time, {{}, [&](std::size_t i, const result& r) {
              run.executions += r.executions;
              if (r.is == verdict::failed) {
                if (!failed || i < *failed) failed = i;
              } else if (!r.to_the_end) {
                ++run.too_large;
              } else if (is_vacuous(r)) {
                ++run.vacuous;
              } else {
                ++run.explored;
                for (const auto& reached : r.reached) ++run.reached[reached.name];
                std::set<std::string> steps;
                for (const auto& thread : batch[i].value().threads)
                  for (const op& o : thread) steps.insert(name_of(o.what));
                for (const std::string& step : steps) ++run.steps[step];
              }
              progress(run);
              return !failed;
            }});
    if (failed) shrink(batch[*failed], s, run);
  }
  return run;
}

}  // namespace logbuf::verify
