// Compiled without NDEBUG: each misuse ends in an assertion, in a child process, whose text says what to do; the same steps
// done right do not. A claim that is dropped is said, once.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef NDEBUG
#error "this test is about a debug build"
#endif
#include <logbuf/logbuf.hpp>

namespace {

struct outcome {
  bool aborted = false;
  std::string said;  // on stderr
};

outcome run(const std::function<void()>& steps) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::dup2(ends[1], 2);
    ::close(ends[0]);
    steps();
    ::_exit(0);
  }
  ::close(ends[1]);
  outcome o;
  char text[512];
  for (ssize_t n; (n = ::read(ends[0], text, sizeof text)) > 0;) o.said.append(text, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  o.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  return o;
}

int failures = 0;
void fail(const char* what, const char* why, const outcome& o) {
  std::printf("FAILED %s: %s; it said: %s\n", what, why, o.said.c_str());
  ++failures;
}
void silent(const char* what, const std::function<void()>& steps) {
  const outcome o = run(steps);
  if (o.aborted || !o.said.empty()) fail(what, "an assertion or a message where none belongs", o);
}
void asserts(const char* what, const char* text, const std::function<void()>& steps) {
  const outcome o = run(steps);
  if (!o.aborted) fail(what, "no assertion", o);
  else if (o.said.find(text) == std::string::npos) fail(what, "another text", o);
}
void says_once(const char* what, const char* text, const std::function<void()>& steps) {
  const outcome o = run(steps);
  const std::size_t first = o.said.find(text);
  if (o.aborted || first == std::string::npos) fail(what, "no message", o);
  else if (o.said.find(text, first + 1) != std::string::npos) fail(what, "more than one message", o);
}

}  // namespace

int main() {
  using namespace logbuf;
  silent("proper use", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->commit(2);
    auto record = rx.try_read();
    record->consume();
  });
  asserts("a second commit", "commit once", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->commit();
    claim->commit();
  });
  asserts("a commit of more than was claimed", "claim the largest size that may be needed", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->commit(5);
  });
  const auto batch_of_one = [](auto& tx) {
    auto batch = std::move(*tx.try_batch(16));
    static_cast<void>(batch.write({}));
    return batch;
  };
  asserts("a second commit of a batch", "commit of a batch that has ended: commit once", [&] {
    auto [tx, rx] = spsc::make(256);
    auto batch = batch_of_one(tx);
    batch.commit();
    batch.commit();
  });
  asserts("a commit of a batch that was aborted", "commit of a batch that has ended", [&] {
    auto [tx, rx] = mpsc::make(256);
    auto batch = batch_of_one(tx);
    batch.abort();
    batch.commit();
  });
  asserts("a commit of a batch that was moved from", "and not after abort() or a move", [&] {
    auto [tx, rx] = spsc::make(256);
    auto batch = batch_of_one(tx);
    auto moved = std::move(batch);
    batch.commit();
  });
  asserts("a commit of a batch that was never claimed", "commit of a batch that has ended", [] {
    write_batch<default_traits>().commit();
  });
  silent("batches that are full, without a record, or at an end", [&] {
    auto [tx, rx] = spsc::make(256);
    auto batch = batch_of_one(tx);
    (void)batch.add(100);
    batch.commit();
    (void)batch.add(0);
    batch.abort();
    tx.try_batch(64)->commit();
  });
  asserts("a batch that outlives its producer", "commit or abort it first", [&] {
    auto ends = mpsc::make(256);
    auto batch = batch_of_one(ends.first);
    ends.first = mpsc::producer<>();
  });
  asserts("a batch that waits for a batch of its own sender", "end that claim first", [&] {
    auto [tx, rx] = spsc::channel(64);
    auto batch = tx.batch(32);
    auto other = tx.batch(32);
    auto never = tx.batch(32);
  });
  for (const bool commits : {false, true}) silent("a producer whose claims ended in another order than they began", [&] {
    auto [tx, rx] = spsc::make(256);
    auto one = tx.try_claim(4);
    auto two = batch_of_one(tx);
    auto three = tx.try_claim(4);
    two.commit();
    three->commit();
    if (commits) one->commit();
    else one->abort();
  });
  asserts("the bytes of a claim that has ended", "write them before commit()", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(4);
    claim->abort();
    (void)claim->data();
  });
  asserts("a write claim that outlives its producer", "commit or abort it first", [] {
    auto ends = mpsc::make(256);
    auto claim = ends.first.try_claim(4);
    ends.first = mpsc::producer<>();
  });
  asserts("a read claim that outlives its consumer", "end the claim first", [] {
    auto ends = spsc::make(256);
    ends.first.try_claim(4)->commit();
    auto record = ends.second.try_read();
    ends.second = consumer<default_traits>();
  });
  asserts("a sender that is destroyed with a claim open", "commit or abort it first", [] {
    auto ends = mpsc::channel(256);
    auto claim = ends.first.try_send(4);
    ends.first = mpsc::sender<>();
  });
  asserts("a send that waits for a claim of its own sender", "end that claim first", [] {
    auto [tx, rx] = spsc::channel(64);
    auto claim = tx.send(24);
    auto other = tx.send(24);
    auto never = tx.send(24);
  });
  const auto two_records = [](auto& tx) {
    for (int i = 0; i != 2; ++i) tx.try_claim(4)->commit();
  };
  asserts("a loop that keeps its read claims", "end that claim first", [&] {
    auto [tx, rx] = spsc::make(256);
    two_records(tx);
    std::vector<read_claim<default_traits>> kept;
    while (auto record = rx.try_read()) kept.push_back(std::move(*record));  // the same record for ever
  });
  asserts("the same with a receiver", "end that claim first", [&] {
    auto [tx, rx] = mpsc::channel(256);
    for (int i = 0; i != 2; ++i) tx.try_send(4)->commit();
    std::vector<decltype(rx)::claim_type> kept;
    while (auto record = rx.try_receive()) kept.push_back(std::move(*record));
  });
  asserts("a claim that is assigned to while it is open", "end that claim first", [&] {
    auto [tx, rx] = spsc::make(256);
    two_records(tx);
    auto record = rx.try_read();
    record = rx.try_read();  // reads the same record, and then consumes it
  });
  asserts("a loop over a receiver whose claims are moved out", "end that claim first", [&] {
    auto [tx, rx] = spsc::channel(256);
    for (int i = 0; i != 2; ++i) tx.try_send(4)->commit();
    std::vector<decltype(rx)::claim_type> kept;
    for (auto& record : rx) kept.push_back(std::move(record));
  });
  asserts("a receiver that is armed without an event descriptor", "options::event_descriptor", [] {
    auto [tx, rx] = spsc::channel(256);
    (void)rx.arm();
  });
  asserts("a drain beside an open claim", "drain or batch while", [&] {
    auto [tx, rx] = spsc::make(256);
    two_records(tx);
    auto record = rx.try_read();
    rx.drain([](auto, auto) {});
  });
  asserts("a batch beside an open batch", "drain or batch while", [&] {
    auto [tx, rx] = spsc::make(256);
    auto one = rx.batch();
    auto other = rx.batch();
  });
  asserts("a read inside of a drain", "end that claim first", [&] {
    auto [tx, rx] = spsc::make(256);
    two_records(tx);
    auto& reader = rx;
    rx.drain([&](auto, auto) { (void)reader.try_read(); });
  });
  silent("claims that end one after the other", [&] {
    auto [tx, rx] = spsc::make(256);
    two_records(tx);
    auto record = rx.try_read();
    record->consume();
    record = rx.try_read();
    record->keep();
    rx.drain([](auto, auto) {});
  });
  asserts("the value of a failed result", "test it before use", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = tx.try_claim(1000);
    (void)claim->size();
  });
  asserts("the value of a failed result that is const", "test it before use", [] {
    auto [tx, rx] = spsc::make(256);
    const auto claim = tx.try_claim(1000);
    (void)claim->size();
  });
  const auto dropped = [] {
    auto [tx, rx] = spsc::make(256);
    for (int i = 0; i != 3; ++i) auto claim = tx.try_claim(4);
  };
  says_once("claims that nobody commits", "a claim of 4 bytes was dropped without commit()", dropped);
  says_once("a claim that another is assigned to", "a claim of 4 bytes was dropped without commit()", [] {
    auto [tx, rx] = spsc::make(256);
    auto claim = std::move(*tx.try_claim(4));
    claim = std::move(*tx.try_claim(8));
    claim.commit();
  });
  says_once("batches that nobody commits", "a claim of 24 bytes was dropped without commit()", [] {
    auto [tx, rx] = spsc::make(256);
    for (int i = 0; i != 3; ++i) {
      auto batch = tx.try_batch(32);
      static_cast<void>(batch->write({}));
    }
  });
  says_once("a batch that another is assigned to", "a claim of 8 bytes was dropped without commit()", [&] {
    auto [tx, rx] = spsc::make(256);
    auto batch = batch_of_one(tx);
    batch = std::move(*tx.try_batch(64));
    batch.abort();
  });
  silent("batches that are aborted, moved from, refused, or left by an exception", [&] {
    auto [tx, rx] = spsc::make(64);
    auto batch = batch_of_one(tx);
    auto moved = std::move(batch);
    moved.abort();
    auto refused = tx.try_batch(100);
    try {
      auto left = batch_of_one(tx);
      throw std::runtime_error("in the middle of a batch");
    } catch (const std::runtime_error&) {
    }
  });
  const auto meant = [] {
    auto [tx, rx] = spsc::make(64);
    auto claim = tx.try_claim(4);
    auto moved = std::move(*claim);
    moved.abort();
    auto refused = tx.try_claim(100);
    try {
      auto left = tx.try_claim(4);
      throw std::runtime_error("in the middle of a record");
    } catch (const std::runtime_error&) {
    }
  };
  silent("claims that are aborted, moved from, refused, or left by an exception", meant);
  meant();  // in this process too, which alone the coverage sees
  dropped();
  std::printf("%d failures\n", failures);
  return failures != 0;
}
