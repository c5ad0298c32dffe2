#include "programs.hpp"

namespace logbuf::tests {

namespace {

using models::rc11::fence_kind;
using models::rc11::op;
constexpr auto sc = std::memory_order_seq_cst;

rc::Gen<std::memory_order> any_order() {
  return rc::gen::weightedElement<std::memory_order>({{4, std::memory_order_relaxed},
                                                      {2, std::memory_order_acquire},
                                                      {2, std::memory_order_release},
                                                      {1, std::memory_order_acq_rel},
                                                      {1, sc}});
}

rc::Gen<small_step> any_step() {
  const auto access = [](op what) {
    return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 2), rc::gen::inRange(1, 3), rc::gen::inRange(0, 2), any_order(),
                                       rc::gen::element(std::memory_order_relaxed, std::memory_order_acquire, sc),
                                       rc::gen::weightedElement<int>({{6, -1}, {1, 0}, {1, 1}}),
                                       rc::gen::weightedElement<int>({{6, -1}, {1, 1}, {1, 2}})),
                        [what](const auto& v) {
                          small_step s;
                          s.what.what = what;
                          s.what.where = static_cast<models::rc11::location>(std::get<0>(v));
                          s.what.operand = static_cast<std::uint64_t>(std::get<1>(v));
                          s.what.expected = static_cast<std::uint64_t>(std::get<2>(v));
                          s.what.order = std::get<3>(v);
                          s.what.failure = std::get<4>(v);
                          s.condition = std::get<5>(v);
                          if (what == op::load) s.awaited = std::get<6>(v);
                          if (what == op::choice) s.what.where = 0, s.what.operand = 2;
                          return s;
                        });
  };
  const auto fence = rc::gen::map(
      rc::gen::element(std::pair(std::memory_order_acquire, fence_kind::ordinary), std::pair(std::memory_order_release, fence_kind::ordinary),
                       std::pair(sc, fence_kind::ordinary), std::pair(sc, fence_kind::light), std::pair(sc, fence_kind::heavy)),
      [](const auto& f) {
        small_step s;
        s.what.what = op::fence, s.what.order = f.first, s.what.fence = f.second;
        return s;
      });
  return rc::gen::weightedOneOf<small_step>({{30, access(op::load)},
                                             {28, access(op::store)},
                                             {8, access(op::exchange)},
                                             {8, access(op::add)},
                                             {10, access(op::compare_exchange)},
                                             {14, fence},
                                             {2, access(op::choice)}});
}

}  // namespace

rc::Gen<small_program> any_program() {
  const auto placed = rc::gen::pair(rc::gen::inRange<std::size_t>(0, 4), any_step());
  return rc::gen::map(rc::gen::pair(rc::gen::inRange<std::size_t>(2, 5), rc::gen::container<std::vector<std::pair<std::size_t, small_step>>>(placed)),
                      [](const std::pair<std::size_t, std::vector<std::pair<std::size_t, small_step>>>& v) {
                        small_program p(v.first);
                        for (std::size_t i = 0; i != v.second.size() && i != 6; ++i) {
                          auto& thread = p[v.second[i].first % v.first];
                          thread.push_back(v.second[i].second);
                          thread.back().what.note = static_cast<std::uint32_t>(thread.size() - 1);
                        }
                        return p;
                      });
}

}  // namespace logbuf::tests
