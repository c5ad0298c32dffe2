// One run of spin over the Promela models: generate the verifier, compile it, explore, read what it says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace logbuf::verify {

// What a verifier is built from; built once, it explores any of the properties.
struct spin_model {
  std::filesystem::path folder{};      // of its own; what was there is gone
  std::vector<std::string> options{};  // -D
  bool shortest = false;               // breadth first: the shortest way to a violation of a safety property
  bool optimised = true;
  bool deep = false;                   // with a stack for the longest searches
};

struct exploration {
  std::string violated{};  // the property; empty: none
  bool to_the_end = false;
  std::uint64_t states = 0, transitions = 0;
  std::vector<std::string> unreached{};  // statements of the processes that no run has come to
  std::string problem{};                 // what went wrong with spin itself
  long taken = -1;                       // steps of a trace
  double seconds = 0;
};

inline constexpr const char* safety = "safety";  // every assertion, and no deadlock; the other properties are LTL formulas
bool is_temporal(const std::string& property);

// Empty, or why there is no spin here.
std::string spin_is_missing();
// Empty, or what spin or the compiler said.
std::string build(const spin_model& m, const std::string& property);
// Of a model that was built for this property, or for another temporal one. Extra: environment before, options behind.
exploration explore(const spin_model& m, const std::string& property, const std::string& environment = "",
                    const std::string& extra = "");
// The violation that the last exploration in this folder has found, step by step in the names of the sites.
std::string trail(const spin_model& m, const std::string& property);

}  // namespace logbuf::verify
