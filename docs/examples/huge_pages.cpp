// A ring over your own memory, here mapped from huge pages, or from ordinary ones if the kernel has reserved none.
//
// Shows: make(span, owner, options): an owner that unmaps when both ends and all claims are gone; memory that is known to be
// zero. (options::pages asks for huge pages too; this is the way for memory that options do not know, such as DPDK's.)
//
// To set huge pages aside: sysctl vm.nr_hugepages=8
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <thread>

#include <sys/mman.h>

#include <logbuf/logbuf.hpp>

namespace {

constexpr std::size_t capacity = 4 << 20;  // two huge pages of 2 MiB
bool unmapped = false;

struct mapping {
  std::shared_ptr<void> owner;
  std::span<std::byte> bytes;
};

mapping map_pages() {
  void* memory = ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (memory == MAP_FAILED) {
    std::printf("no huge pages (%s): ordinary ones serve\n", std::generic_category().message(errno).c_str());
    memory = ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    (void)::madvise(memory, capacity, MADV_HUGEPAGE);  // a wish
  }
  const auto unmap = [](void* p) { unmapped = ::munmap(p, capacity) == 0; };
  return {std::shared_ptr<void>(memory, unmap), {static_cast<std::byte*>(memory), capacity}};
}

constexpr std::size_t record_size(unsigned n) { return n * 7919u % 4000; }

void produce(logbuf::spsc::producer<> tx, unsigned records) {
  for (unsigned n = 0; n != records;) {
    if (auto claim = tx.try_claim(record_size(n), n)) {
      for (std::byte& b : claim->bytes()) b = static_cast<std::byte>(n);
      claim->commit();
      ++n;
    } else {
      std::this_thread::yield();  // full
    }
  }
}

// How many records came whole and in order.
unsigned consume(logbuf::consumer<logbuf::default_traits> rx, unsigned records) {
  unsigned good = 0;
  for (unsigned n = 0; n != records;) {
    const std::size_t taken = rx.drain([&](std::span<const std::byte> bytes, std::uint32_t tag) {
      bool same = tag == n && bytes.size() == record_size(n);
      for (const std::byte b : bytes) same = same && b == static_cast<std::byte>(n);
      good += same;
      ++n;
    });
    if (taken == 0) std::this_thread::yield();
  }
  return good;
}

}  // namespace

int main() {
  constexpr unsigned records = 10000;  // several laps
  try {
    mapping pages = map_pages();
    logbuf::options options;
    options.memory_is_zero = true;  // as mmap gives it: make() need not touch it
    auto ends = logbuf::spsc::make(pages.bytes, std::move(pages.owner), options);
    std::thread producer(produce, std::move(ends.first), records);
    const unsigned good = consume(std::move(ends.second), records);
    producer.join();
    std::printf("%u of %u records; the pages are %s\n", good, records, unmapped ? "unmapped" : "still mapped");
    return good == records && unmapped ? 0 : 1;
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "%s\n", e.what()), 1;
  }
}
