// A FIX session that journals every message before it goes on: the session's thread writes into a ring, and a journal thread
// appends to a file. The next session continues the numbering of the journal.
//
// Shows: a raw SPSC ring; try_gather of a record in parts; what to do when it is full; flush() as "everything before is
// journaled"; a batch scope; positions that go on over a restart (options::initial_position).
//
//   fix_journal FILE [MESSAGES-PER-SESSION]
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <logbuf/logbuf.hpp>

namespace {

constexpr std::uint32_t order = 'D', logout = '5';  // message types, which are the tags
constexpr char soh = '\x01';

unsigned sum(std::string_view text) {
  return std::accumulate(text.begin(), text.end(), 0u, [](unsigned s, char c) { return s + static_cast<unsigned char>(c); });
}

// The journal's thread has given up. A raw ring does not tell its producer that nobody reads; a channel would.
std::atomic<bool> failed{false};

// Appends one message: 8=..., 9=length, the body, 10=checksum. Waits while the ring is full, for as long as the disk takes: a
// journal may not lose one, and this session may not go on without it.
bool journal(logbuf::spsc::producer<>& to, std::uint32_t type, unsigned number) {
  const std::string body = std::string("35=") + static_cast<char>(type) + soh + "34=" + std::to_string(number) + soh +
                           (type == order ? std::string("55=EURUSD") + soh + "38=" + std::to_string(number % 1000) + soh : "");
  const std::string head = std::string("8=FIX.4.4") + soh + "9=" + std::to_string(body.size()) + soh;
  char tail[8];
  std::snprintf(tail, sizeof tail, "10=%03u", (sum(head) + sum(body)) % 256);
  tail[6] = soh;
  const auto bytes = [](std::string_view part) { return std::as_bytes(std::span(part)); };
  for (;;) {
    const auto written = to.try_gather({bytes(head), bytes(body), bytes({tail, 7})}, type);
    if (written) return true;
    if (written.error() != logbuf::claim_error::full) return std::fprintf(stderr, "%s\n", message(written.error())), false;
    if (failed) return false;
    std::this_thread::yield();
  }
}

// One line for each message: its position in the journal's stream, and its bytes.
class journal_file {
 public:
  journal_file(const char* path, const char* mode) : file_(std::fopen(path, mode), std::fclose) {
    if (!file_) throw std::system_error(errno, std::generic_category(), path);
  }
  void append(std::uint64_t position, std::span<const std::byte> message) {
    if (std::fprintf(file_.get(), "%llu ", static_cast<unsigned long long>(position)) < 0 ||
        std::fwrite(message.data(), 1, message.size(), file_.get()) != message.size() || std::fputc('\n', file_.get()) == EOF)
      throw std::system_error(errno, std::generic_category(), "journal");
  }
  void sync() {
    if (std::fflush(file_.get()) != 0) throw std::system_error(errno, std::generic_category(), "journal");
  }
  std::FILE* get() const noexcept { return file_.get(); }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

// The journal's thread: reads until the logout, and says where the stream ends.
void append_all(logbuf::consumer<logbuf::default_traits> from, journal_file& file, std::uint64_t& end) {
  constexpr unsigned limit = 64;  // messages: less than a quarter of the ring, so that a batch gives nothing back early
  try {
    for (bool open = true; open;) {
      unsigned taken = 0;
      auto batch = from.batch();  // gives back at the end of the scope, however that is left
      while (taken != limit) {
        auto record = batch.next();
        if (!record) break;
        file.append(record->position(), record->bytes());
        end = record->position() + logbuf::header_size + (record->size() + 7) / 8 * 8;
        open = record->tag() != logout;
        ++taken;
      }
      if (taken == 0) std::this_thread::yield();
      else file.sync();  // before the batch gives back: flush() of the producer then means that it is in the file
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    failed = true;  // `from` is destroyed: the producer's flush() returns false
  }
}

// Runs a session whose first message lies at `start`; returns where the next one starts.
std::uint64_t run_session(const char* path, const char* mode, std::uint64_t start, unsigned messages) {
  logbuf::options options;
  options.initial_position = start;
  auto ends = logbuf::spsc::make(64 * 1024, options);
  journal_file file(path, mode);
  std::uint64_t end = start;
  std::thread journaling(append_all, std::move(ends.second), std::ref(file), std::ref(end));
  bool ok = true;
  for (unsigned n = 1; ok && n <= messages; ++n) {
    ok = journal(ends.first, order, n);
    if (ok && n % 1000 == 0) ok = ends.first.flush();  // a checkpoint: all that was written is in the file
  }
  ok = journal(ends.first, logout, messages + 1) && ends.first.flush() && ok;
  journaling.join();
  if (!ok || failed) throw std::runtime_error("the session is not journaled");
  return end;
}

// The messages of both sessions, in order, each whole, at positions that never go back.
bool is_sound(const char* path, unsigned messages) {
  const journal_file file(path, "rb");
  unsigned long long position = 0, next_free = 0;
  unsigned read = 0;
  for (char line[256]; std::fscanf(file.get(), "%llu ", &position) == 1 && std::fgets(line, sizeof line, file.get()); ++read) {
    const std::string_view text(line, std::string_view(line).size() - 1);  // without the newline
    if (position < next_free || text.size() < 8) return false;
    next_free = position + logbuf::header_size + text.size();
    const std::string number = std::string{soh} + "34=" + std::to_string(read % (messages + 1) + 1) + soh;
    if (text.find(number) == text.npos) return false;
    const std::string checksum(text.substr(text.size() - 4, 3));
    if (sum(text.substr(0, text.size() - 7)) % 256 != std::strtoul(checksum.c_str(), nullptr, 10)) return false;
  }
  return read == 2 * (messages + 1);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::puts("fix_journal FILE [MESSAGES-PER-SESSION]"), 2;
  const unsigned messages = count > 2 ? static_cast<unsigned>(std::strtoul(arguments[2], nullptr, 10)) : 20000;
  try {
    const std::uint64_t second = run_session(arguments[1], "wb", 0, messages);
    const std::uint64_t end = run_session(arguments[1], "ab", second, messages);
    if (!is_sound(arguments[1], messages)) return std::fprintf(stderr, "the journal is not sound\n"), 1;
    std::printf("2 sessions, %u messages, the journal ends at position %llu\n", 2 * (messages + 1),
                static_cast<unsigned long long>(end));
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "%s\n", e.what()), 1;
  }
}
