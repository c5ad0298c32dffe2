// A sink for spdlog that does not wait for the disk: log calls write into a ring, and a thread of the sink writes to the file.
//
// Shows: a channel between spdlog and a writer; what to do when the ring is full (here: info and below are dropped and
// counted, warnings and above wait); flush() that means "in the file"; an end without a lost line; a limit of time wherever
// something waits, so that a file that takes nothing (a pipe that nobody reads) stops neither the program nor its end.
//
// spdlog's base_sink calls sink_it_ under its mutex, since its formatter is not thread-safe. So one sender is enough, and
// what the ring takes off the logging thread is the disk, not the mutex.
//
//   spdlog_sink FILE [LINES-PER-THREAD [MILLISECONDS-TO-WAIT]]
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <logbuf/logbuf.hpp>

namespace {

// A file that gives up, with ETIMEDOUT, when it takes nothing for too long.
class output {
 public:
  output(const char* path, std::chrono::milliseconds patience)
      : file_(::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0644)), patience_(patience) {
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), path);
  }
  output(const output&) = delete;
  ~output() { ::close(file_); }

  bool write(std::span<const std::byte> bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return buffer_.size() < 65536 || flush();
  }
  bool flush() {
    for (std::size_t done = 0; done != buffer_.size();) {
      const ssize_t n = ::write(file_, buffer_.data() + done, buffer_.size() - done);
      if (n > 0) done += static_cast<std::size_t>(n);
      else if (errno == EAGAIN && !can_be_written()) return errno = ETIMEDOUT, false;
      else if (errno != EAGAIN && errno != EINTR) return false;
    }
    buffer_.clear();
    return true;
  }

 private:
  bool can_be_written() const {
    pollfd wanted{file_, POLLOUT, 0};
    return ::poll(&wanted, 1, static_cast<int>(patience_.count())) != 0;
  }

  int file_;
  std::chrono::milliseconds patience_;
  std::vector<std::byte> buffer_;
};

class ring_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ring_sink(const char* path, std::chrono::milliseconds patience = std::chrono::seconds(10), std::uint64_t capacity = 1 << 20)
      : file_(path, patience), patience_(patience) {
    auto ends = logbuf::spsc::channel(capacity);
    to_writer_ = std::move(ends.first);
    writer_ = std::thread(&ring_sink::write, std::ref(file_), std::move(ends.second));
  }
  ~ring_sink() override {
    to_writer_ = {};  // disconnects: the writer ends when it has written everything
    writer_.join();
  }

  std::size_t dropped() {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }
  // The writer has given up: its disk failed.
  bool failed() {
    const std::lock_guard lock(mutex_);
    return to_writer_.is_disconnected();
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    // A line that can never fit is cut.
    const auto bytes = std::as_bytes(std::span(text.data(), std::min(text.size(), to_writer_.max_payload())));
    const auto tag = static_cast<std::uint32_t>(line.level);
    auto claim = line.level >= spdlog::level::warn ? to_writer_.send_for(bytes.size(), tag, patience_)
                                                   : to_writer_.try_send(bytes.size(), tag);
    if (!claim) return void(++dropped_);
    std::copy(bytes.begin(), bytes.end(), claim->bytes().begin());
    claim->commit();
  }
  void flush_() override {
    // A record of its own, which the writer consumes when it has flushed the file: all lines before it are there then. One
    // deadline for both waits: for space, and for the writer.
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    auto request = to_writer_.send_until(0, flush_request, deadline);
    if (!request) throw spdlog::spdlog_ex(message(request.error()));
    request->commit();
    if (!to_writer_.flush_until(deadline)) throw spdlog::spdlog_ex("the log's disk does not keep up");
  }

 private:
  static constexpr std::uint32_t flush_request = 1000;  // a tag that is no level

  // The thread of the sink. A record is consumed at the end of the loop's body.
  static void write(output& file, logbuf::receiver<logbuf::default_traits> lines) {
    for (auto& line : lines) {
      const bool ok = line.tag() == flush_request ? file.flush() : file.write(line.bytes());
      if (!ok) return void(std::perror("log"));  // the receiver is destroyed: send returns disconnected
    }
    if (!file.flush()) std::perror("log");
  }

  output file_;
  std::chrono::milliseconds patience_;
  logbuf::spsc::sender<> to_writer_;
  std::size_t dropped_ = 0;
  std::thread writer_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::puts("spdlog_sink FILE [LINES-PER-THREAD [MILLISECONDS-TO-WAIT]]"), 2;
  const int lines = count > 2 ? std::atoi(arguments[2]) : 20000;
  const std::chrono::milliseconds patience(count > 3 ? std::atoi(arguments[3]) : 10000);
  constexpr int threads = 2;
  std::size_t dropped = 0;
  try {
    auto sink = std::make_shared<ring_sink>(arguments[1], patience);
    spdlog::logger log("orders", sink);
    log.set_pattern("%l %v");
    std::vector<std::thread> all;
    for (int t = 0; t != threads; ++t)
      all.emplace_back([&log, t, lines] {
        for (int i = 0; i != lines; ++i)
          if (i % 10 == 0) log.warn("thread {} line {}", t, i);
          else log.info("thread {} line {}", t, i);
      });
    for (std::thread& thread : all) thread.join();
    log.warn("the last line");
    log.flush();
    dropped = sink->dropped();
    if (sink->failed()) return std::fprintf(stderr, "the log was not written\n"), 1;

    // After flush() everything is in the file: every warning, in the order of its thread, and every line that was not dropped.
    std::ifstream file(arguments[1]);
    std::size_t read = 0;
    int next_warning[threads] = {};
    std::string line;
    for (; std::getline(file, line); ++read) {
      int t = 0, i = 0;
      if (std::sscanf(line.c_str(), "warning thread %d line %d", &t, &i) != 2) continue;
      if (t < 0 || t >= threads || i != next_warning[t]) return std::fprintf(stderr, "not in order: %s\n", line.c_str()), 1;
      next_warning[t] += 10;
    }
    for (const int next : next_warning)
      if (next < lines) return std::fprintf(stderr, "a warning is missing\n"), 1;
    if (read + dropped != static_cast<std::size_t>(threads * lines + 1))
      return std::fprintf(stderr, "%zu lines in the file and %zu dropped, of %d\n", read, dropped, threads * lines + 1), 1;
    std::printf("%zu lines in the file, %zu dropped because the ring was full\n", read, dropped);
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "%s\n", e.what()), 1;
  }
}
