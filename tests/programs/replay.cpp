// Runs programs from files: those that a failed property or the fuzzer printed, and those that are kept.
//
//   logbuf-program FILE...     exit code: 0 all held, 1 one did not, 2 a file that is no program
#include <cstdio>
#include <fstream>
#include <string>

#include "run_program.hpp"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: logbuf-program FILE...\n");
    return 2;
  }
  int held = 0;
  for (int i = 1; i != argc; ++i) {
    logbuf::test::program p;
    std::string error;
    std::ifstream in(argv[i]);
    if (!in || !parse(in, p, error)) {
      std::fprintf(stderr, "logbuf-program: %s: %s\n", argv[i], error.empty() ? "can not be read" : error.c_str());
      return 2;
    }
    if (const auto wrong = run_program(p)) std::printf("%s: %s\n", argv[i], wrong->c_str());
    else ++held;
  }
  std::printf("%d passed, %d failed\n", held, argc - 1 - held);
  return held == argc - 1 ? 0 : 1;
}
