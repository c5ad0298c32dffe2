#include "programs.hpp"

namespace logbuf::tests {

namespace {

using models::rc11::fence_kind;
using models::rc11::location;
using models::rc11::op;
constexpr auto sc = std::memory_order_seq_cst;

// How often what comes: programs about everything, and such that are about what sequential consistency and fences forbid,
// whose steps all happen.
struct flavour {
  std::size_t sc, fences, read_modify_writes, choices, conditions;
  location locations;
};
constexpr flavour everything{1, 14, 26, 2, 1, 2}, strong{12, 20, 10, 0, 0, 3};

rc::Gen<std::memory_order> any_order(const flavour& f) {
  return rc::gen::weightedElement<std::memory_order>({{4, std::memory_order_relaxed},
                                                      {2, std::memory_order_acquire},
                                                      {2, std::memory_order_release},
                                                      {1, std::memory_order_acq_rel},
                                                      {f.sc, sc}});
}

rc::Gen<small_step> any_fence(std::size_t weight_of_sc) {
  return rc::gen::map(
      rc::gen::weightedElement<std::pair<std::memory_order, fence_kind>>({{1, {std::memory_order_acquire, fence_kind::ordinary}},
                                                                          {1, {std::memory_order_release, fence_kind::ordinary}},
                                                                          {weight_of_sc, {sc, fence_kind::ordinary}},
                                                                          {1, {sc, fence_kind::light}},
                                                                          {1, {sc, fence_kind::heavy}}}),
      [](const auto& kind) {
        small_step s;
        s.what.what = op::fence, s.what.order = kind.first, s.what.fence = kind.second;
        return s;
      });
}

rc::Gen<small_step> any_step(const flavour& f) {
  const auto access = [f](op what) {
    return rc::gen::map(rc::gen::tuple(rc::gen::inRange<location>(0, f.locations), rc::gen::inRange(1, 3), rc::gen::inRange(0, 2), any_order(f),
                                       rc::gen::element(std::memory_order_relaxed, std::memory_order_acquire, sc),
                                       rc::gen::weightedElement<int>({{6, -1}, {f.conditions, 0}, {f.conditions, 1}}),
                                       rc::gen::weightedElement<int>({{6, -1}, {f.conditions, 1}, {f.conditions, 2}}), rc::gen::inRange(0, 3)),
                        [what](const auto& v) {
                          small_step s;
                          s.what.what = what;
                          s.what.where = std::get<0>(v);
                          s.what.operand = static_cast<std::uint64_t>(std::get<1>(v));
                          s.what.expected = static_cast<std::uint64_t>(std::get<2>(v));
                          s.what.order = std::get<3>(v);
                          s.what.failure = std::get<4>(v);
                          s.condition = std::get<5>(v);
                          s.what.is_strong = what == op::compare_exchange && std::get<7>(v) == 0;
                          if (what == op::load) s.awaited = std::get<6>(v);
                          if (what == op::compare_exchange && std::get<6>(v) >= 0) s.awaited = static_cast<int>(s.what.expected);
                          if (what == op::choice) s.what.where = 0, s.what.operand = 2;
                          return s;
                        });
  };
  return rc::gen::weightedOneOf<small_step>({{30, access(op::load)},
                                             {28, access(op::store)},
                                             {f.read_modify_writes, rc::gen::weightedOneOf<small_step>({{4, access(op::exchange)}, {4, access(op::add)}, {4, access(op::compare_exchange)}, {1, access(op::bit_and)}, {1, access(op::bit_or)}, {1, access(op::bit_xor)}, {1, access(op::max)}, {1, access(op::min)}})},
                                             {f.fences, any_fence(f.sc)},
                                             {f.choices, access(op::choice)}});
}

// Steps of that flavour, each in any thread.
rc::Gen<small_program> steps_of(const flavour& f) {
  using placed_step = std::pair<std::size_t, small_step>;
  const auto placed = rc::gen::pair(rc::gen::inRange<std::size_t>(0, 12), any_step(f));
  return rc::gen::map(rc::gen::pair(rc::gen::inRange<std::size_t>(2, 5), rc::gen::container<std::vector<placed_step>>(placed)),
                      [](const std::pair<std::size_t, std::vector<placed_step>>& v) {
                        small_program p(v.first);
                        for (std::size_t i = 0; i != v.second.size() && i != 9; ++i)
                          p[v.second[i].first % v.first].push_back(v.second[i].second);
                        return p;
                      });
}

// In each thread one access, or two with a fence between them: what a cycle that an order forbids is made of. Of few kinds
// in one program, or the right ones would hardly ever meet.
rc::Gen<small_program> pairs_of_accesses() {
  return rc::gen::exec([] {
    const auto fences = *rc::gen::container<std::vector<small_step>>(2, any_fence(2));
    const auto orders = *rc::gen::container<std::vector<std::memory_order>>(2, any_order(strong));
    const auto locations = *rc::gen::inRange<location>(2, 4);
    const auto access = rc::gen::map(
        rc::gen::tuple(rc::gen::weightedElement<op>({{8, op::load}, {8, op::store}, {1, op::exchange}}), rc::gen::inRange<location>(0, locations),
                       rc::gen::inRange(1u, 3u), rc::gen::elementOf(orders)),
        [](const auto& v) {
          small_step s;
          std::tie(s.what.what, s.what.where, s.what.operand, s.what.order) = v;
          return s;
        });
    small_program p(*rc::gen::inRange<std::size_t>(2, 5));
    for (auto& thread : p) {
      thread.push_back(*access);
      if (*rc::gen::inRange(0, 4) == 0) continue;
      if (*rc::gen::inRange(0, 4) != 0) thread.push_back(*rc::gen::elementOf(fences));
      thread.push_back(*access);
    }
    // A sequentially consistent access that meets no other changes nothing but how the explorer looks for cycles.
    if (*rc::gen::inRange(0, 2) == 0) {
      small_step alone;
      alone.what.what = op::store, alone.what.where = locations, alone.what.operand = 1, alone.what.order = sc;
      p.front().push_back(alone);
    }
    return p;
  });
}

}  // namespace

rc::Gen<small_program> any_program() {
  // At full size from the first program on: with a small one ranges are short too, and every step is in one thread.
  return rc::gen::resize(rc::kNominalSize,
                         rc::gen::map(rc::gen::oneOf(steps_of(everything), steps_of(strong), pairs_of_accesses()), [](small_program p) {
                           for (auto& thread : p)
                             for (std::size_t i = 0; i != thread.size(); ++i) thread[i].what.note = static_cast<std::uint32_t>(i);
                           return p;
                         }));
}

}  // namespace logbuf::tests
