// Is the RC11 explorer right? Held against a reference that enumerates every assignment of sources and of modification
// orders and keeps what the axioms allow: on the litmus tests of verify/, and on random small programs.
//
//   logbuf-rc11-tests [--programs N] [--seed N] [--table]     exit code: 0 held, 1 something differs, 2 bad usage
//
// --table prints the numbers of executions as verify/litmus/graphs.cpp has them. rapidcheck shrinks a program that differs.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sstream>
#include <string>

#include <rapidcheck.h>

#include "../../verify/litmus/graphs.hpp"
#include "programs.hpp"
#include "translate.hpp"

namespace {

using namespace logbuf;
using namespace logbuf::tests;

int passed = 0, failed = 0;

void report(bool holds, const std::string& what) {
  ++(holds ? passed : failed);
  if (!holds) std::printf("FAILED: %s\n", what.c_str());
}

// Null, or how the explorer and the reference differ.
std::string difference(const small_program& p, unsigned spurious, std::uint64_t* executions = nullptr) {
  const auto expected = enumerate(p, spurious);
  const auto found = explore(p, spurious), from_the_start = run(p, spurious, true), run_on = run(p, spurious, false);
  if (executions != nullptr) *executions += expected.size();
  std::ostringstream text;
  for (const auto& e : expected)
    if (!found.found.contains(e)) text << "missing: " << e << "\n";
  for (const auto& e : found.found)
    if (!expected.contains(e)) text << "not consistent: " << e << "\n";
  if (found.complete != found.found.size()) text << found.complete - found.found.size() << " executions come twice\n";
  // A thread that waits, having read an old value, ends the execution there: fewer are blocked.
  const auto same = [&](const explored& other) { return other.complete == found.complete && other.found == found.found; };
  if (!same(from_the_start)) text << "threads that run have other executions\n";
  if (!same(run_on) || run_on.blocked != from_the_start.blocked) text << "threads that go on from where executions part have other executions\n";
  return text.str();
}

void litmus_tests_have_their_executions(bool print_table) {
  for (const verify::litmus& t : verify::litmus_tests()) {
    if (!t.fails.empty() || !t.misses.empty()) continue;
    const small_program p = translate(t);
    const std::string differs = difference(p, 1);
    report(differs.empty(), t.name + ":\n" + differs);
    const std::uint64_t executions = enumerate(p, 1).size();
    if (print_table) std::printf("      {\"%s\", %llu},\n", t.name.c_str(), static_cast<unsigned long long>(executions));
    else report(verify::graphs_of(t.name) == executions, t.name + ": " + std::to_string(executions) + " executions by enumeration");
  }
}

void random_programs_agree(int programs, std::uint64_t seed) {
  rc::detail::TestParams params;
  params.seed = seed;
  params.maxSuccess = programs;
  params.maxSize = 60;
  std::uint64_t executions = 0;
  const auto result = rc::detail::checkTestable(
      [&] {
        const small_program p = *any_program();
        const auto spurious = *rc::gen::inRange(0u, 3u);
        const std::string differs = difference(p, spurious, &executions);
        if (!differs.empty()) RC_FAIL(to_text(p) + differs);
      },
      rc::detail::TestMetadata{}, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  report(result.template is<rc::detail::SuccessResult>(), text.str());
  std::printf("%d random programs, seed %llu: %llu executions by enumeration\n", programs,
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(executions));
}

}  // namespace

int main(int argc, char** argv) {
  int programs = 2000;
  std::uint64_t seed = std::random_device{}();
  bool print_table = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--table") == 0) print_table = true;
    else if (std::strcmp(argv[i], "--programs") == 0 && i + 1 < argc) programs = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) seed = std::strtoull(argv[++i], nullptr, 10);
    else return std::fprintf(stderr, "usage: logbuf-rc11-tests [--programs N] [--seed N] [--table]\n"), 2;
  }
  litmus_tests_have_their_executions(print_table);
  if (print_table) return failed == 0 ? 0 : 1;
  random_programs_agree(programs, seed);
  checks_of_programs([](bool holds, const char* what) { report(holds, what); });
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
