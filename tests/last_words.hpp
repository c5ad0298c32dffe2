// What a test was doing when it crashed, hung, or when a sanitizer ended it: printed, though it can not be shrunk any more.
#pragma once

#include <csignal>
#include <string>
#include <utility>

#include <unistd.h>

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace logbuf::test {

class last_words {
 public:
  static void are_printed() {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) std::signal(signal, on_signal);
    if (&__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(print);
  }
  // What is about to be done; for more than so many seconds it hangs.
  static void are(std::string text, unsigned seconds) {
    words_ = std::move(text);
    ::alarm(seconds);
  }

 private:
  static void print() {
    constexpr char headline[] = "\nit crashed, or hung, with this:\n";
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
