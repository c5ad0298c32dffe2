// Random programs of one thread: at every step a ring returns what the sequential reference does. rapidcheck generates
// them, and shrinks one that fails to the smallest that still does; its lines are a file for logbuf-program.
//
//   logbuf-properties [--only rings|channels] [--runs N] [--seconds S] [--seed N] [--survey]
//
// Exit code: 0 held, 1 falsified, 2 bad usage.
//
// N programs for each kind of end, or as many as S seconds allow. Without --seed every run differs; it prints its seed.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>

#include <rapidcheck.h>
#include <rapidcheck/state.h>

#include "../last_words.hpp"
#include "generators.hpp"
#include "survey.hpp"
#include "system.hpp"

namespace {

using namespace logbuf::test;

survey reached;  // by the property that runs

// One step, as rapidcheck's state machine wants it.
struct command : rc::state::Command<model, system_under_test> {
  explicit command(step s) : what(s) {}
  void checkPreconditions(const model& m) const override { RC_PRE(m.allows(what)); }
  void apply(model& m) const override { (void)m.apply(what); }
  void run(const model& before, system_under_test& system) const override {
    model after = before;
    const std::string expected = after.apply(what);
    if (const auto wrong = compare_step(what, before, after, expected, system)) {
      std::ostringstream text;
      text << what << ": " << *wrong;
      RC_FAIL(text.str());
    }
    reached.note(what, expected);
  }
  void show(std::ostream& out) const override { out << what; }

  step what;
};

void run_commands(const setup& on) {
  using machine = rc::state::Command<model, system_under_test>;
  const model start(on);
  const auto commands = *rc::gen::scale(3.0, rc::state::gen::commands(start, [](const model& m) {
    return rc::gen::map(step_for(m), [](step s) -> std::shared_ptr<const machine> { return std::make_shared<command>(s); });
  }));
  std::ostringstream text;
  text << on << "\n";
  for (const auto& c : commands) {
    c->show(text);
    text << "\n";
  }
  RC_LOG() << "as a file for logbuf-program:\n" << text.str();
  last_words::are(text.str(), 120);
  const auto system = make_system(on);
  rc::state::runAll(commands, start, *system);
}

struct settings {
  std::uint64_t runs = 500, seconds = 0, seed = std::random_device{}();
  bool print_survey = false;
  bool rings = true, channels = true;
};

bool parse_options(int argc, char** argv, settings& s) {
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--survey") {
      s.print_survey = true;
      continue;
    }
    if (option == "--only") {
      const std::string kind = ++i == argc ? "" : argv[i];
      s.rings = kind == "rings", s.channels = kind == "channels";
      if (!s.rings && !s.channels) return false;
      continue;
    }
    std::uint64_t* to = option == "--runs" ? &s.runs : option == "--seconds" ? &s.seconds : option == "--seed" ? &s.seed : nullptr;
    char* end = nullptr;
    if (to == nullptr || ++i == argc || *argv[i] < '0' || *argv[i] > '9') return false;
    *to = std::strtoull(argv[i], &end, 10);
    if (*end != 0) return false;
  }
  return s.runs > 0 && s.runs < 1'000'000'000;
}

bool holds(const char* name, bool shared, bool channel, const settings& s) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  reached = {};
  std::uint64_t programs = 0;
  rc::detail::TestParams params;
  params.seed = s.seed;
  params.maxSuccess = static_cast<int>(s.runs);
  do {
    const auto result = rc::detail::checkTestable(
        [=] { run_commands(*any_setup(shared, channel)); },
        rc::detail::TestMetadata{}, params);
    if (!result.is<rc::detail::SuccessResult>()) {
      std::printf("FAILED  %s (seed %llu)\n", name, static_cast<unsigned long long>(params.seed));
      std::fflush(stdout);
      rc::detail::printResultMessage(result, std::cout);
      std::cout << std::endl;
      return false;
    }
    programs += s.runs;
    ++params.seed;
    if (s.seconds != 0) std::fprintf(stderr, "... %s: %llu programs\n", name, static_cast<unsigned long long>(programs));
  } while (seconds() < static_cast<double>(s.seconds));
  std::uint64_t steps = 0;
  for (const auto& [what, times] : reached.seen()) {
    steps += times;
    if (s.print_survey) std::printf("        %-28s %llu\n", what.c_str(), static_cast<unsigned long long>(times));
  }
  const auto missing = reached.missing(shared, channel);
  std::printf("%s  %s: %llu programs, %llu steps, %.1f s\n", missing.empty() ? "held  " : "FAILED", name,
              static_cast<unsigned long long>(programs), static_cast<unsigned long long>(steps), seconds());
  for (const std::string& what : missing) std::printf("        never happened: %s\n", what.c_str());
  std::fflush(stdout);
  return missing.empty();
}

}  // namespace

int main(int argc, char** argv) {
  settings s;
  if (!parse_options(argc, argv, s)) {
    std::fprintf(stderr, "usage: logbuf-properties [--only rings|channels] [--runs N] [--seconds S] [--seed N] [--survey]\n");
    return 2;
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(s.seed));
  last_words::are_printed();
  int passed = 0, asked = 0;
  const auto ask = [&](const char* name, bool shared, bool channel) {
    if (!(channel ? s.channels : s.rings)) return;
    ++asked;
    passed += holds(name, shared, channel, s);
  };
  ask("an SPSC ring returns what the reference does", false, false);
  ask("an MPSC ring returns what the reference does", true, false);
  ask("an SPSC channel returns what the reference does", false, true);
  ask("an MPSC channel returns what the reference does", true, true);
  std::printf("%d passed, %d failed\n", passed, asked - passed);
  return passed == asked ? 0 : 1;
}
