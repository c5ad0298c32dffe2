// The protocol models: explored to their end by spin, violated by planted bugs, and held against traces of the headers.
#pragma once

#include <string>
#include <vector>

namespace logbuf::verify {

struct promela_settings {
  std::vector<std::string> filters{};  // of model/property, bug/NAME, trace/NAME
  bool deep = false;
  bool patches = false;  // only the traces of the headers with a bug planted, which have to be refused (target `mutants`)
  unsigned jobs = 2;
  std::string json{}, junit{}, markdown{};
  std::string trail{};     // the bug or model whose violation is printed, and nothing else is done
  std::string recorder{};  // another recorder than the one of the production headers
};

// Prints a row for each, and "N passed, N failed". The value is the exit code.
int run_promela(const promela_settings& s);

}  // namespace logbuf::verify
