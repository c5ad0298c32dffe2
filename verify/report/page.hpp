// The evidence as one page that can be looked at: a folder of parts, one from each run, and an index.html made of those that
// are there. It works from a file, without a network and without scripts.
#pragma once

#include <string>
#include <vector>

#include "../litmus/calibration.hpp"
#include "../mutants/mutants.hpp"
#include "../mutants/patches.hpp"
#include "../runner/result.hpp"

namespace logbuf::verify {

class report_page {
 public:
  explicit report_page(std::string folder) : folder_(std::move(folder)) {}

  // Each replaces its part and writes the page anew. False: the folder can not be written.
  bool add(const std::vector<result>& scenarios, const std::string& command) const;
  bool add(const std::vector<mutant>& orders, const std::string& command) const;
  bool add(const std::vector<patch>& patches, const std::string& command) const;
  bool add(const std::vector<calibrated>& tests, const std::string& command) const;

 private:
  bool add(const std::string& part, const std::string& section) const;
  std::string folder_;
};

}  // namespace logbuf::verify
