#include "run_program.hpp"

#include <sstream>

#include "system.hpp"

namespace logbuf::test {

std::optional<std::string> run_program(const program& p) {
  model m(p.on);
  const auto system = make_system(p.on);
  for (std::size_t i = 0; i != p.steps.size(); ++i) {
    if (!m.allows(p.steps[i])) continue;
    const model before = m;
    const std::string expected = m.apply(p.steps[i]);
    if (const auto wrong = compare_step(p.steps[i], before, m, expected, *system)) {
      std::ostringstream text;
      text << "step " << i + 1 << ", " << p.steps[i] << ": " << *wrong;
      return text.str();
    }
  }
  return std::nullopt;
}

}  // namespace logbuf::test
