// Compiled without NDEBUG: each misuse ends in an assertion, in a child process; the same steps done right do not.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef NDEBUG
#error "this test is about a debug build"
#endif
#include <logbuf/logbuf.hpp>

namespace {

bool aborts(const std::function<void()>& misuse) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(3);
    misuse();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int failures = 0;
void expect(bool abort, const char* what, const std::function<void()>& steps) {
  if (aborts(steps) == abort) return;
  std::printf("FAILED %s: %s\n", what, abort ? "no assertion" : "an assertion where none belongs");
  ++failures;
}

}  // namespace

int main() {
  using namespace logbuf;
  expect(false, "proper use", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->commit(2);
    auto record = rx.try_read();
    record->consume();
  });
  expect(true, "a second commit", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->commit();
    claim->commit();
  });
  expect(true, "a commit of more than was claimed", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->commit(5);
  });
  expect(true, "the bytes of a claim that has ended", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->abort();
    (void)claim->data();
  });
  expect(true, "a write claim that outlives its producer", [] {
    auto ends = mpsc::make(256);
    auto claim = ends.first.try_claim(4);
    ends.first = mpsc::producer<>();
  });
  expect(true, "a read claim that outlives its consumer", [] {
    auto ends = spsc::make(256);
    ends.first.try_claim(4)->commit();
    auto record = ends.second.try_read();
    ends.second = consumer<default_traits>();
  });
  expect(true, "a sender that is destroyed with a claim open", [] {
    auto ends = mpsc::channel(256);
    auto claim = ends.first.try_send(4);
    ends.first = mpsc::sender<>();
  });
  expect(true, "a send that waits for a claim of its own sender", [] {
    auto [tx, rx] = spsc::channel(64);
    auto claim = tx.send(24);
    auto other = tx.send(24);
    auto never = tx.send(24);
  });
  expect(true, "the value of a failed result", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(1000);
    (void)claim->size();
  });
  std::printf("%d failures\n", failures);
  return failures != 0;
}
