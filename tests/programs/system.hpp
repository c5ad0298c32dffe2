// What a program runs on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "model.hpp"

namespace logbuf::test {

class system_under_test {
 public:
  virtual ~system_under_test() = default;
  // `before` says what the step's numbers mean.
  virtual std::string run(const step& s, const model& before) = 0;
  // Null, or what is wrong after a step.
  virtual std::optional<std::string> check(const model& after) = 0;
};

std::unique_ptr<system_under_test> make_ring(const setup& s);
std::unique_ptr<system_under_test> make_channel(const setup& s);
inline std::unique_ptr<system_under_test> make_system(const setup& s) { return s.channel ? make_channel(s) : make_ring(s); }

// One step on both. Null, or how they differ.
inline std::optional<std::string> compare_step(const step& s, const model& before, const model& after, const std::string& expected,
                                               system_under_test& system) {
  const std::string got = system.run(s, before);
  if (got != expected) return "expected \"" + expected + "\", got \"" + got + "\"";
  return system.check(after);
}

}  // namespace logbuf::test
