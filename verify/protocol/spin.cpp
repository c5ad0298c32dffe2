#include "spin.hpp"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <sys/wait.h>

namespace logbuf::verify {

namespace {

namespace fs = std::filesystem;

int shell(const std::string& command) {
  const int status = std::system(command.c_str());
  return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

std::string in(const fs::path& folder) { return "cd '" + folder.string() + "' && "; }

std::string read(const fs::path& file) {
  std::ifstream from(file);
  std::ostringstream text;
  text << from.rdbuf();
  return text.str();
}

std::string macros(const spin_model& m, const std::string& property) {
  std::string text;
  for (const std::string& o : m.options) text += " -D" + o;
  return is_temporal(property) ? text + " -DLIVENESS" : text;
}

std::uint64_t number_before(const std::string& line, const std::string& what) {
  return line.find(what) == std::string::npos ? 0 : static_cast<std::uint64_t>(std::llround(std::strtod(line.c_str(), nullptr)));
}

std::string between(const std::string& line, const std::string& begin, const std::string& end) {
  const auto from = line.find(begin);
  if (from == std::string::npos) return "";
  const auto first = line.find_first_not_of(' ', from + begin.size());
  const auto to = line.find(end, first);
  return first == std::string::npos ? "" : line.substr(first, to == std::string::npos ? to : to - first);
}

}  // namespace

bool is_temporal(const std::string& property) {
  for (const char* p : {"always_", "full_is_not_for_ever", "disconnect_is_reported", "departure_is_noticed"})
    if (property.starts_with(p)) return true;
  return false;
}

std::string spin_is_missing() {
  if (shell("spin -V >/dev/null 2>&1") != 0) return "spin is not installed (Debian: apt-get install spin)";
  if (shell("gcc --version >/dev/null 2>&1") != 0) return "gcc is not installed (it compiles the verifiers that spin generates)";
  return "";
}

std::string build(const spin_model& m, const std::string& property) {
  std::error_code error;
  fs::remove_all(m.folder, error);
  fs::create_directories(m.folder, error);
  for (const auto& file : fs::directory_iterator(LOGBUF_PROMELA))
    if (file.path().extension() == ".pml") fs::copy_file(file, m.folder / file.path().filename(), error);
  for (const auto& file : fs::directory_iterator(m.folder.parent_path()))  // generated, for all of them
    if (file.path().extension() == ".pml") fs::copy_file(file, m.folder / file.path().filename(), error);
  const std::string compiled = std::string("gcc -w ") + (m.deep ? "-O2" : m.optimised ? "-O1" : "-O0") + " -DMEMLIM=16000" +
                               (is_temporal(property) ? "" : std::string(" -DSAFETY -DNOCLAIM") + (m.shortest ? " -DBFS" : "")) +
                               " -o pan pan.c";
  if (shell(in(m.folder) + "{ ulimit -v 4000000; spin -a" + macros(m, property) + " logbuf.pml && " + compiled + "; } >build.txt 2>&1") == 0) return "";
  return read(m.folder / "build.txt");
}

exploration explore(const spin_model& m, const std::string& property, const std::string& environment, const std::string& extra) {
  exploration e;
  const auto start = std::chrono::steady_clock::now();
  const std::string how = is_temporal(property) ? " -a -f -A -N " + property : "";
  shell(in(m.folder) + "rm -f *.trail && " + environment + " ./pan " + (m.deep ? "-m20000000" : m.optimised ? "-m2000000 -w20" : "-m300000 -w20") + how + " " + extra + " >explored.txt 2>&1");
  e.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::ifstream out(m.folder / "explored.txt");
  bool in_process = false, is_counted = false, is_cut = false;
  for (std::string line; std::getline(out, line);) {
    if (line.find("assertion violated") != std::string::npos) e.violated = between(line, "assertion violated", " (at depth");
    else if (line.find("acceptance cycle") != std::string::npos && line.starts_with("pan:1")) e.violated = property;
    else if (line.find("invalid end state") != std::string::npos && line.starts_with("pan:1")) e.violated = "no_deadlock";
    else if (line.find("max search depth too small") != std::string::npos || line.find("reached -DMEMLIM") != std::string::npos ||
             line.find("out of memory") != std::string::npos) is_cut = true;
    if (const auto n = number_before(line, " states, stored")) e.states = n, is_counted = true;
    if (const auto n = number_before(line, " transitions (=")) e.transitions = n;
    if (line.starts_with("taken ")) e.taken = std::atol(line.c_str() + 6);
    if (line.starts_with("unreached in ")) in_process = line.find("proctype") != std::string::npos;
    else if (in_process && line.starts_with("\t") && line.find("\"-end-\"") == std::string::npos && line.find(", state ") != std::string::npos)
      e.unreached.push_back(line.substr(1));
  }
  e.to_the_end = is_counted && !is_cut && e.violated.empty();
  if (!is_counted && !is_cut) e.problem = "the verifier did not complete: " + (m.folder / "explored.txt").string();
  return e;
}

std::string trail(const spin_model& m, const std::string& property) {
  shell(in(m.folder) + "spin -t" + macros(m, property) + " logbuf.pml >trail.txt 2>&1");
  std::ifstream from(m.folder / "trail.txt");
  std::string text;
  for (std::string line; std::getline(from, line);) {
    if (line.find("START OF CYCLE") != std::string::npos) text += "-- from here on forever --\n";
    unsigned thread = 0, where = 0, value = 0;
    char site[40] = "", rest = 0;
    if (std::sscanf(line.c_str(), " %u %39s %u %u %c", &thread, site, &where, &value, &rest) != 4) continue;
    char step[120];
    const std::string who = thread == 0 ? "consumer" : "producer " + std::to_string(thread);
    std::snprintf(step, sizeof step, "%-12s %-16s %3u %4u\n", who.c_str(), site, where, value);
    text += step;
  }
  return text;
}

}  // namespace logbuf::verify
