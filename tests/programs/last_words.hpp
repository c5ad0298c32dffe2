// A program that crashes, hangs, or that a sanitizer ends is printed too, though it can not be shrunk any more.
#pragma once

#include <csignal>
#include <string>

#include <unistd.h>

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace logbuf::test {

class last_words {
 public:
  // From now on; a program that runs for longer than this many seconds hangs.
  static constexpr unsigned patience = 120;

  static void are_printed() {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) std::signal(signal, on_signal);
    if (&__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(print);
  }
  // The program that is about to run.
  static void are(std::string text) {
    words_ = std::move(text);
    ::alarm(patience);
  }

 private:
  static void print() {
    constexpr char headline[] = "\nit crashed, or hung; as a file for logbuf-program:\n";
    (void)!::write(2, headline, sizeof headline - 1);
    (void)!::write(2, words_.data(), words_.size());
  }
  static void on_signal(int signal) {
    print();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  static inline std::string words_;
};

}  // namespace logbuf::test
