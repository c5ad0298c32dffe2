// Random setups and steps, biased to the edges.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <rapidcheck.h>

#include "model.hpp"

namespace logbuf::test {

// Capacities from the smallest up; positions at every offset, from 0 and from just below 2^32 and 2^64.
inline rc::Gen<setup> any_setup(bool shared, bool channel) {
  return rc::gen::apply(
      [=](form traits, unsigned doublings, unsigned threshold, unsigned base, std::uint64_t offset) {
        setup s;
        s.shared = shared;
        s.channel = channel;
        s.traits = traits;
        s.capacity = s.alignment() * 2 << doublings;
        const std::uint64_t thresholds[] = {0, s.capacity / 16, s.capacity / 2, s.capacity};
        s.threshold = thresholds[threshold];
        const std::uint64_t bases[] = {0, (std::uint64_t{1} << 32) - s.capacity, std::uint64_t{0} - s.capacity};
        s.position = bases[base] + offset % (s.capacity / s.alignment()) * s.alignment();
        return s;
      },
      shared ? rc::gen::element(form::plain, form::checked, form::aligned_and_counted)
             : rc::gen::element(form::plain, form::cleared, form::checked, form::aligned_and_counted), rc::gen::inRange(0u, 9u),
      rc::gen::inRange(0u, 4u), rc::gen::inRange(0u, 3u), rc::gen::arbitrary<std::uint64_t>());
}

inline rc::Gen<std::size_t> any_size(std::size_t max) {
  return rc::gen::oneOf(rc::gen::element<std::size_t>(0, 1, 7, 8, 9, max > 0 ? max - 1 : 0, max, max + 1),
                        rc::gen::inRange<std::size_t>(0, max / 4 + 2), rc::gen::inRange<std::size_t>(0, max + 2));
}

// A step that means something now. The ends live on in most programs, and records are most of what happens.
inline rc::Gen<step> step_for(const model& m) {
  using kind = step::kind;
  std::vector<kind> kinds;
  for (std::size_t k = 0; k != kind_count; ++k) {
    const step s{static_cast<kind>(k), 0, 0, 0};
    if (!m.allows(s)) continue;
    const bool ends = s.what == kind::drop_consumer || s.what == kind::close;
    const bool common = s.what == kind::write || s.what == kind::claim || s.what == kind::commit || s.what == kind::read ||
                        s.what == kind::next_in_batch || s.what == kind::drain;
    kinds.insert(kinds.end(), ends ? 1 : s.what == kind::drop_producer ? 2 : common ? 24 : 8, s.what);
  }
  if (kinds.empty()) kinds.push_back(kind::write);  // everything is gone: the precondition ends the program
  return rc::gen::apply([](kind k, std::size_t size, std::size_t n, std::size_t who) {
                          const step s{k, size, n, who};
                          const bool is_batch = k == kind::write_batch || k == kind::write_batch_more ||
                                                k == kind::drop_batch || k == kind::send_batch_soon;
                          // All of its records together have the size, or most batches would be too large.
                          return step{k, is_batch ? size / std::max<std::size_t>(1, model::records_of(s)) : size, n, who};
                        },
                        rc::gen::elementOf(kinds), any_size(m.max_payload()), rc::gen::inRange<std::size_t>(0, 20),
                        rc::gen::inRange<std::size_t>(0, 3));
}

}  // namespace logbuf::test
