// The options that several commands share. Each is described where it joins the command line, in options.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "../runner/result.hpp"

namespace CLI {
class App;
}

namespace logbuf::verify {

// Which scenarios.
struct scenario_options {
  std::vector<std::string> filters{};
  bool deep = false;
  std::string file{}, shard{};

  void join(CLI::App& app);
};

// How each is explored.
struct search_options {
  std::string engine{}, scheduler{};
  unsigned context_bound = 0;
  std::uint64_t executions = 0;
  double seconds = 0;
  std::uint64_t seed = 1;
  unsigned spurious_failures = 1;
  unsigned lost_exchanges = ~0u;
  std::vector<std::string> weaken{};

  void join(CLI::App& app);
  bool is_on_graphs() const { return engine == "rc11"; }
};

// What is written besides the table, and where.
struct report_options {
  std::string json{}, junit{}, markdown{};
  std::string page{};
  std::string dot{}, figure{};

  void join(CLI::App& app);
};

struct options {
  scenario_options scenarios{};
  search_options search{};
  report_options reports{};
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool stops = false, shows_progress = true;
  std::string command{};  // the command line, without where reports go: it stands in the reports

  void join(CLI::App& app);
};

// What does not go together; empty when all does.
std::string contradiction_in(const options& o);

// The orders that --weaken names; an error text where it names none.
std::vector<weakening> weakened_by(const search_options& o, std::string& error);

// The jobs that the options ask for, at least one; an error text where they make no sense.
std::vector<job> plan(const options& o, std::string& error);

}  // namespace logbuf::verify
