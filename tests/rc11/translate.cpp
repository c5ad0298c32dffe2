// A litmus test of verify/ as a small program; what its policy does to sleep and wake is spelt out.
#include "translate.hpp"

namespace logbuf::tests {

namespace {

using models::rc11::fence_kind;
using models::rc11::op;
using verify::step_of_litmus;
using verify::variable;
using kind = step_of_litmus::kind;

// Locations 0 to 4 are the variables, and 5 to 7 count the wake-ups of x, y and z.
models::rc11::location place_of(variable v) { return static_cast<models::rc11::location>(v); }
models::rc11::location wakeups_of(variable v) { return static_cast<models::rc11::location>(5 + static_cast<unsigned>(v)); }

class translation {
 public:
  std::vector<small_step> steps;

  void add(const step_of_litmus& s) {
    condition_ = s.condition;
    switch (s.what) {
      case kind::load: put(op::load, place_of(s.where), s.order); break;
      case kind::store: put(op::store, place_of(s.where), s.order, s.value); break;
      case kind::exchange: put(op::exchange, place_of(s.where), s.order, s.value); break;
      case kind::add: put(op::add, place_of(s.where), s.order, s.value); break;
      case kind::compare_exchange:
        put(op::compare_exchange, place_of(s.where), s.order, s.value);
        steps.back().what.expected = s.expected;
        steps.back().what.failure = s.failure;
        break;
      case kind::plain_load: break;  // of one possible source, if nothing races
      case kind::plain_store: put(op::plain_store, place_of(s.where), std::memory_order_relaxed, s.value); break;
      case kind::fence: put_fence(fence_kind::ordinary, s.order); break;
      case kind::heavy_fence: put_fence(fence_kind::heavy, s.order); break;
      case kind::light_fence: put_fence(fence_kind::light, s.order); break;
      case kind::await:
        put(op::load, place_of(s.where), s.order);
        steps.back().awaited = static_cast<int>(s.value);
        break;
      case kind::wake:
        put(op::exchange, place_of(s.where), std::memory_order_relaxed, 0);
        condition_ = 1;  // what the tests sleep on is 0 or 1
        put(op::add, wakeups_of(s.where), std::memory_order_release, 1);
        break;
      case kind::sleep:
      case kind::sleep_for: {
        const auto ticket = static_cast<int>(steps.size());
        put(op::add, wakeups_of(s.where), std::memory_order_acquire, 0);
        condition_ = -1;
        if (s.condition >= 0) steps.back().condition = s.condition;
        put(op::load, place_of(s.where), std::memory_order_relaxed);
        steps.back().after = ticket;
        condition_ = static_cast<int>(s.expected);
        if (s.what == kind::sleep_for) {
          put(op::choice, 0, std::memory_order_relaxed, 2);
          steps.back().after = ticket;
          condition_ = 0;
        }
        put(op::load, wakeups_of(s.where), std::memory_order_relaxed);
        steps.back().after = ticket;
        steps.back().changes = ticket;
        break;
      }
    }
  }

 private:
  void put(op what, models::rc11::location where, std::memory_order order, std::uint64_t operand = 0) {
    small_step s;
    s.what.what = what, s.what.where = where, s.what.order = order, s.what.operand = operand;
    s.what.note = static_cast<std::uint32_t>(steps.size());
    s.condition = condition_;
    steps.push_back(s);
  }
  void put_fence(fence_kind fence, std::memory_order order) {
    put(op::fence, 0, order);
    steps.back().what.fence = fence;
  }

  int condition_ = -1;
};

}  // namespace

small_program translate(const verify::litmus& t) {
  small_program p;
  for (const auto& thread : t.threads) {
    translation to;
    for (const step_of_litmus& s : thread) to.add(s);
    p.push_back(to.steps);
  }
  return p;
}

}  // namespace logbuf::tests
