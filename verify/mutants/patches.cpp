#include "patches.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "../report/json.hpp"

namespace logbuf::verify {

namespace {

namespace fs = std::filesystem;

std::vector<patch> read_patches() {
  std::vector<patch> all;
  for (const auto& entry : fs::directory_iterator(LOGBUF_PATCHES)) {
    if (entry.path().extension() != ".patch") continue;
    patch p{.name = entry.path().stem().string(), .what = "", .equivalent = "", .random = "", .first = ""};
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line) && !line.empty();) {
      if (line.starts_with("What: ")) p.what = line.substr(6);
      if (line.starts_with("Equivalent: ")) p.equivalent = line.substr(12);
      if (line.starts_with("Random: ")) p.random = line.substr(8);
      if (line.starts_with("Killer: ")) p.first = line.substr(8);
    }
    all.push_back(std::move(p));
  }
  std::sort(all.begin(), all.end(), [](const patch& a, const patch& b) { return a.name < b.name; });
  return all;
}

// The results of a mutant's runner; nothing when it left none.
std::vector<result> results_of(const fs::path& folder, const std::string& options) {
  const fs::path report = folder / "report.json";
  std::error_code ignored;
  fs::remove(report, ignored);
  std::string command;
  command.append("'").append((folder / "runner").string()).append("' --no-progress --jobs 1 ").append(options).append(" --json '");
  command.append(report.string()).append("' >'").append((folder / "output").string()).append("' 2>&1");
  std::vector<result> results;
  if (std::system(command.c_str()) < 0) return results;
  std::ifstream in(report);
  const auto all = nlohmann::json::parse(in, nullptr, false);
  if (all.is_discarded()) return results;
  for (const auto& one : all.at("results")) results.push_back(from_json(one));
  return results;
}

void run(patch& p) {
  const fs::path folder = fs::path(LOGBUF_PATCHED) / p.name;
  if (!fs::exists(folder / "runner")) return;
  const std::string engine = p.is_on_graphs ? "--engine rc11 " : "";
  const auto try_to_kill = [&](const std::string& scenarios) {
    for (const result& r : results_of(folder, engine + scenarios + "--stop --seconds 120")) {
      p.is_built = true;
      if (r.is != verdict::failed && r.is != verdict::unreached) continue;
      p.killer = p.shortest = r;
      p.is_killed = true;
      return;
    }
  };
  if (!p.first.empty()) try_to_kill("--filter " + p.first + " ");
  if (!p.is_killed) try_to_kill("");
  if (!p.random.empty() && p.is_built) {
    p.is_random_needed = !p.is_killed;
    for (const result& r : results_of(folder, "random --count 200 " + engine)) p.killer = p.shortest = r, p.is_killed = true;
    return;
  }
  if (!p.is_killed) return;
  for (const result& r : results_of(folder, engine + "--executions 200"))
    if (is_shorter_failure(r, p.shortest)) p.shortest = r;
}

}  // namespace

std::vector<patch> run_patches(unsigned at_a_time, bool on_graphs, const std::function<void(const patch&)>& done) {
  std::vector<patch> all = read_patches();
  for (patch& p : all) p.is_on_graphs = on_graphs;
  std::atomic<std::size_t> next = 0;
  std::mutex telling;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i != at_a_time; ++i)
    workers.emplace_back([&] {
      for (std::size_t mine = next++; mine < all.size(); mine = next++) {
        run(all[mine]);
        const std::lock_guard lock(telling);
        done(all[mine]);
      }
    });
  for (std::thread& w : workers) w.join();
  return all;
}

}  // namespace logbuf::verify
