#include "pool.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../report/json.hpp"
#include "run_job.hpp"

namespace logbuf::verify {

namespace {

struct worker {
  pid_t pid;
  int from;
  std::size_t job;
  std::string text{};  // what it has sent: lines "P executions", and at the end "R json"
};

void send(int fd, const std::string& line) {
  for (std::size_t done = 0; done != line.size();) {
    const ssize_t n = ::write(fd, line.data() + done, line.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(70);
    done += static_cast<std::size_t>(n);
  }
}

result crashed(const job& j, const std::string& how) {
  result r;
  r.scenario = j.scenario;
  r.how = j.within.how;
  r.context_bound = j.within.context_bound;
  r.weakened = j.weakened;
  r.is = verdict::failed;
  r.kind = "crash";
  r.failure = how;
  return r;
}

worker start(const std::vector<job>& jobs, std::size_t i) {
  int ends[2];
  if (::pipe(ends) != 0) return {-1, -1, i};
  const pid_t pid = ::fork();
  if (pid != 0) {
    ::close(ends[1]);
    return {pid, ends[0], i};
  }
  ::close(ends[0]);
  const int to = ends[1];
  job j = jobs[i];
  j.within.progress = [to](std::uint64_t n) { send(to, "P " + std::to_string(n) + "\n"); };
  const result r = run_job(j);
  send(to, "R " + to_json(r).dump() + "\n");
  ::_exit(0);  // what a failed execution has left on its stacks is not unwound
}

result collect(const worker& w, const job& j) {
  int status = 0;
  while (::waitpid(w.pid, &status, 0) < 0 && errno == EINTR) {}
  const auto at = w.text.rfind("R {");
  if (at != std::string::npos && w.text.back() == '\n' && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return from_json(nlohmann::json::parse(w.text.substr(at + 2)));
  if (WIFSIGNALED(status)) return crashed(j, std::string("the process died: ") + ::strsignal(WTERMSIG(status)));
  return crashed(j, "the process ended without a result");
}

}  // namespace

void run_all(const std::vector<job>& jobs, unsigned at_a_time, const pool_events& events) {
  std::vector<worker> workers;
  std::size_t next = 0;
  bool more = true;
  while ((more && next != jobs.size()) || !workers.empty()) {
    while (more && next != jobs.size() && workers.size() < at_a_time) {
      worker w = start(jobs, next);
      if (w.pid < 0) more = events.finished(next, crashed(jobs[next], "no process could be started"));
      else workers.push_back(std::move(w));
      ++next;
    }
    std::vector<pollfd> fds;
    for (const worker& w : workers) fds.push_back({w.from, POLLIN, 0});
    if (fds.empty() || (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR)) continue;
    for (std::size_t i = workers.size(); i-- != 0;) {
      if (fds[i].revents == 0) continue;
      worker& w = workers[i];
      char buffer[65536];
      const ssize_t n = ::read(w.from, buffer, sizeof buffer);
      if (n > 0) {
        w.text.append(buffer, static_cast<std::size_t>(n));
        const auto at = w.text.rfind("P ");
        if (events.progress && at != std::string::npos && w.text.find('\n', at) != std::string::npos &&
            w.text.find("R {") == std::string::npos)
          events.progress(w.job, std::strtoull(w.text.c_str() + at + 2, nullptr, 10));
      } else if (n == 0 || errno != EINTR) {
        ::close(w.from);
        const result r = collect(w, jobs[w.job]);
        const std::size_t job = w.job;
        workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
        more = events.finished(job, r) && more;
      }
    }
  }
}

}  // namespace logbuf::verify
