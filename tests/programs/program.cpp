#include "program.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <sstream>

namespace logbuf::test {

namespace {

constexpr const char* kind_names[kind_count] = {
    "write",         "claim",         "commit",        "shorten",         "commit_too_much", "abort",
    "throw_in_write", "gather",       "flush",         "copy_producer",   "move_producer",   "drop_producer",
    "read",          "open_read",     "end_read",      "keep_read",       "drain",           "open_batch",
    "next_in_batch", "keep_in_batch", "release_in_batch", "end_batch",    "release",         "move_consumer",
    "drop_consumer", "send_soon",     "receive_soon",  "close",           "arm",
    "write_batch",   "write_batch_more", "drop_batch", "send_batch_soon"};
constexpr const char* traits_names[] = {"plain", "aligned_and_counted", "checked", "cleared"};

}  // namespace

std::ostream& operator<<(std::ostream& out, const setup& s) {
  return out << (s.shared ? "mpsc " : "spsc ") << (s.channel ? "channel " : "ring ")
             << traits_names[static_cast<std::size_t>(s.traits)] << " capacity " << s.capacity << " threshold "
             << s.threshold << " position " << s.position;
}

std::ostream& operator<<(std::ostream& out, const step& s) {
  return out << kind_names[static_cast<std::size_t>(s.what)] << " " << s.size << " " << s.n << " " << s.who;
}

std::ostream& operator<<(std::ostream& out, const program& p) {
  out << p.on << "\n";
  for (const step& s : p.steps) out << s << "\n";
  return out;
}

bool parse(std::istream& in, program& p, std::string& error) {
  p = {};
  bool has_setup = false;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string first, rest;
    bool good = false;
    if (!has_setup) {
      std::string ends, traits, capacity, threshold, position;
      setup& s = p.on;
      words >> first >> ends >> traits >> capacity >> s.capacity >> threshold >> s.threshold >> position >> s.position;
      const auto* known = std::find(std::begin(traits_names), std::end(traits_names), traits);
      good = !words.fail() && (first == "spsc" || first == "mpsc") && (ends == "ring" || ends == "channel") &&
             known != std::end(traits_names) && capacity == "capacity" && threshold == "threshold" && position == "position";
      s.shared = first == "mpsc";
      s.channel = ends == "channel";
      s.traits = static_cast<form>(good ? known - std::begin(traits_names) : 0);
      good = good && s.capacity >= 2 * s.alignment() && s.capacity <= 1u << 20 && (s.capacity & (s.capacity - 1)) == 0 &&
             !(s.shared && s.traits == form::cleared) && s.threshold <= s.capacity && s.position % s.alignment() == 0;
      has_setup = true;
    } else {
      step s;
      words >> first >> s.size >> s.n >> s.who;
      const auto* known = std::find(std::begin(kind_names), std::end(kind_names), first);
      good = !words.fail() && known != std::end(kind_names);
      if (good) s.what = static_cast<step::kind>(known - std::begin(kind_names));
      p.steps.push_back(s);
    }
    if (!good || words >> rest) {
      error = "line " + std::to_string(number) + ": ";
      error += line;
      return false;
    }
  }
  if (!has_setup) error = "no program";
  return has_setup;
}

}  // namespace logbuf::test
