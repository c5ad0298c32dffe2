// Archives WebSocket frames of several connections into one file, in batches.
//
// Shows: an MPSC channel with a sender for each thread; a claim of the most that may come, committed with what came; the tag
// as message type; a receiver that drains many records and writes them with one call; what happens when the disk fails: the
// receiver leaves, and the senders are told.
//
//   websocket_archiver FILE [FRAMES-PER-CONNECTION]
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <logbuf/logbuf.hpp>

namespace {

constexpr unsigned connections = 3;
constexpr std::size_t largest_frame = 2048;

// The tag: who and what. WebSocket's opcodes: 1 text, 2 binary.
constexpr std::uint32_t tag_of(unsigned connection, std::uint32_t opcode) { return connection << 8 | opcode; }

// Stands for read(2) of a socket: puts the next frame of a connection into `into`, and says how long it is.
std::size_t receive_frame(unsigned connection, unsigned number, std::span<std::byte> into) {
  const std::string text = "{\"connection\":" + std::to_string(connection) + ",\"frame\":" + std::to_string(number) + "}";
  const std::size_t size = text.size() + number * 37 % 900;
  std::memset(into.data(), '.', size);
  std::memcpy(into.data(), text.data(), text.size());
  return size;
}

void serve(unsigned connection, unsigned frames, logbuf::mpsc::sender<> to_archive) {
  for (unsigned n = 0; n != frames; ++n) {
    auto claim = to_archive.send(largest_frame, tag_of(connection, n % 2 + 1));  // waits while the ring is full
    if (!claim) return void(std::fprintf(stderr, "connection %u: %s\n", connection, message(claim.error())));
    claim->commit(receive_frame(connection, n, claim->bytes()));  // the rest of the claim is given back
  }
}

// A file of frames: a length, a tag, the payload. Frames are collected, and written with one call.
class archive {
 public:
  explicit archive(const char* path) : file_(std::fopen(path, "wb"), std::fclose) {
    if (!file_) throw std::system_error(errno, std::generic_category(), path);
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // the batch is the buffer
  }
  void add(std::span<const std::byte> frame, std::uint32_t tag) {
    const std::uint32_t head[2] = {static_cast<std::uint32_t>(frame.size()), tag};
    const auto bytes = std::as_bytes(std::span(head));
    batch_.insert(batch_.end(), bytes.begin(), bytes.end());
    batch_.insert(batch_.end(), frame.begin(), frame.end());
  }
  void write() {
    if (std::fwrite(batch_.data(), 1, batch_.size(), file_.get()) != batch_.size())
      throw std::system_error(errno, std::generic_category(), "write");
    batch_.clear();
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::vector<std::byte> batch_;
};

// Until every sender has left. Throws when the disk fails; `from` is then destroyed, which tells the senders.
unsigned archive_frames(logbuf::receiver<logbuf::default_traits> from, const char* path) {
  archive file(path);
  unsigned batches = 0;
  for (;;) {
    // Sleeps until there is a frame, then takes what is there.
    const auto drained = from.drain([&](std::span<const std::byte> frame, std::uint32_t tag) { file.add(frame, tag); }, 256);
    if (!drained) {
      if (drained.error() != logbuf::receive_error::disconnected) throw std::runtime_error(message(drained.error()));
      return batches;
    }
    file.write();
    ++batches;
  }
}

// Each connection's frames are all there, in their order, whole.
bool is_complete(const char* path, unsigned frames) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "rb"), std::fclose);
  if (!file) return false;
  unsigned next[connections] = {};
  std::uint32_t head[2];
  std::vector<std::byte> frame(largest_frame), expected(largest_frame);
  while (std::fread(head, sizeof head, 1, file.get()) == 1) {
    const unsigned connection = head[1] >> 8;
    if (head[0] > largest_frame || connection >= connections) return false;
    if (std::fread(frame.data(), 1, head[0], file.get()) != head[0]) return false;
    const unsigned n = next[connection]++;
    if (head[1] != tag_of(connection, n % 2 + 1) || receive_frame(connection, n, expected) != head[0]) return false;
    if (std::memcmp(frame.data(), expected.data(), head[0]) != 0) return false;
  }
  for (const unsigned n : next)
    if (n != frames) return false;
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::puts("websocket_archiver FILE [FRAMES-PER-CONNECTION]"), 2;
  const char* const path = arguments[1];
  const unsigned frames = count > 2 ? static_cast<unsigned>(std::strtoul(arguments[2], nullptr, 10)) : 5000;
  try {
    auto ends = logbuf::mpsc::channel(256 * 1024);
    std::vector<std::thread> threads;
    for (unsigned c = 0; c != connections; ++c) threads.emplace_back(serve, c, frames, ends.first);
    ends.first = {};  // the threads have their copies: when they leave, the channel is disconnected

    std::string failure;
    unsigned batches = 0;
    try {
      batches = archive_frames(std::move(ends.second), path);
    } catch (const std::exception& e) {
      failure = e.what();
    }
    for (std::thread& thread : threads) thread.join();
    if (!failure.empty()) return std::fprintf(stderr, "archive: %s\n", failure.c_str()), 1;
    if (!is_complete(path, frames)) return std::fprintf(stderr, "the archive is not complete\n"), 1;
    std::printf("%u frames of %u connections in %u batches\n", connections * frames, connections, batches);
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "%s\n", e.what()), 1;
  }
}
