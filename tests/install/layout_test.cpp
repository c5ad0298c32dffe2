// The layout that is the ABI: what two parts of a program, compiled apart, have to agree on. A change here after a release
// raises the ABI (docs/guides/versions.md); before one it only has to be meant: put the new number here.
#include <cstdio>

#include <logbuf/logbuf.hpp>

#if !defined(__x86_64__) || !defined(__GLIBCXX__) || !defined(__linux__) || defined(LOGBUF_PORTABLE_PARKER)
int main() { std::puts("SKIPPED: the numbers are those of x86-64 Linux with libstdc++"); }
#else

using namespace logbuf;
using channel = detail::channel_traits<default_traits>;
struct counting : default_traits {
  using statistics = counting_statistics;
};

struct pin {
  const char* what;
  std::size_t is, was;
};

int main() {
  const pin pins[] = {
      {"ring_state", sizeof(detail::ring_state<default_traits>), 384},
      {"ring_state of a channel", sizeof(detail::ring_state<channel>), 512},
      {"ring_state with statistics", sizeof(detail::ring_state<counting>), 384},
      {"producer_cursor", sizeof(detail::producer_cursor<default_traits>), 80},
      {"consumer_cursor", sizeof(detail::consumer_cursor<default_traits>), 96},
      {"producer_core", sizeof(detail::producer_core<default_traits>), 128},
      {"consumer_core", sizeof(detail::consumer_core<default_traits>), 128},
      {"memory", sizeof(memory), 48},
      {"options", sizeof(options), 48},
      {"setup_error", sizeof(setup_error), 24},
      {"spsc::producer", sizeof(spsc::producer<>), 8},
      {"mpsc::producer", sizeof(mpsc::producer<>), 8},
      {"consumer", sizeof(consumer<default_traits>), 8},
      {"sender", sizeof(mpsc::sender<>), 8},
      {"receiver", sizeof(receiver<default_traits>), 16},
      {"write_claim", sizeof(write_claim<default_traits>), 40},
      {"read_claim", sizeof(read_claim<default_traits>), 40},
      {"read_batch", sizeof(read_batch<default_traits>), 40},
      {"write_batch", sizeof(write_batch<default_traits>), 64},
      {"line pair", detail::line_pair, 128},
      {"header", header_size, 8},
  };
  int changed = 0;
  for (const pin& p : pins)
    if (p.is != p.was) {
      std::printf("FAILED: the size of %s is %zu, and was %zu\n", p.what, p.is, p.was);
      ++changed;
    }
  std::printf("ABI v%d: %d sizes changed\n", LOGBUF_ABI, changed);
  return changed != 0;
}
#endif
