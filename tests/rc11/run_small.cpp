#include "../../models/rc11/check.hpp"
#include "small_program.hpp"

namespace logbuf::tests {

namespace {

using namespace models::rc11;

const small_program* running = nullptr;
explored* result = nullptr;

template <unsigned Threads>
struct interpreted {
  static constexpr unsigned threads = Threads;
  char addresses[4];

  void before() {
    for (char& a : addresses) the_machine.create(&a, 0);
  }
  void thread(unsigned t) {
    const auto& steps = (*running)[t];
    int last = -1;
    std::array<std::uint64_t, 16> values{};
    std::array<bool, 16> taken{};
    for (std::size_t i = 0; i != steps.size(); ++i) {
      const small_step& s = steps[i];
      if ((s.condition >= 0 && s.condition != last) || (s.after >= 0 && !taken[static_cast<std::size_t>(s.after)])) continue;
      taken[i] = true;
      const answer a = the_machine.perform(s.what);
      if (s.what.what == op::store || s.what.what == op::plain_store || s.what.what == op::fence) continue;
      last = static_cast<int>(a.value);
      values[i] = a.value;
      if ((s.awaited >= 0 && (s.awaited != last || a.spurious)) || (s.changes >= 0 && a.value == values[static_cast<std::size_t>(s.changes)]))
        the_machine.wait_for_last_read(wait::with_deadline);
    }
  }
  void after() {
    program_memory.is_on = false;  // what is found stays
    result->found.insert(to_text(the_machine.exploration().current(), Threads, locations_of(*running)));
    program_memory.is_on = true;
  }
};

}  // namespace

explored run(const small_program& p, unsigned spurious_failures, bool from_the_start) {
  explored all;
  running = &p, result = &all;
  const self_contained contained;
  settings s;
  s.spurious_failures = spurious_failures;
  if (!from_the_start) s.contained = &contained;
  const auto explore_all = [&]<unsigned N>(std::integral_constant<unsigned, N>) { return models::rc11::explore<interpreted<N>>(s); };
  report r;
  switch (p.size()) {
    case 1: r = explore_all(std::integral_constant<unsigned, 1>{}); break;
    case 2: r = explore_all(std::integral_constant<unsigned, 2>{}); break;
    case 3: r = explore_all(std::integral_constant<unsigned, 3>{}); break;
    case 4: r = explore_all(std::integral_constant<unsigned, 4>{}); break;
    default: std::abort();
  }
  all.complete = r.complete, all.blocked = r.blocked, all.dead = r.given_up;
  if (!r.to_the_end) all.found.insert(r.kind + ": " + r.failure);
  return all;
}

}  // namespace logbuf::tests
