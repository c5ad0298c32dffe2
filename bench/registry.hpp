// Which rings are in this binary: each file of cells/ adds itself.
#pragma once

#include <string>
#include <vector>

namespace bench {

// The call registers the benchmarks; it is made by main, when the command line is known.
class registration {
 public:
  using call = void (*)();
  registration(const char* rings, call add) { all().push_back({rings, add}); }

  struct entry {
    std::string rings;
    call add;
  };
  static std::vector<entry>& all() {
    static std::vector<entry> entries;
    return entries;
  }
};

}  // namespace bench
