// What a ring asks of the system for its memory, and what it does when the system refuses: the linker puts this file between
// the library and the calls (--wrap), which records each, and answers some of them.
#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <logbuf/logbuf.hpp>

#include "check.hpp"

namespace {

constexpr int populate_write = 23;      // MADV_POPULATE_WRITE
constexpr int flag_of_2_mib = 21 << 26;  // MAP_HUGE_2MB
constexpr std::size_t huge = std::size_t{2} << 20;

struct mapping {
  void* at;
  std::size_t bytes;
  int flags;
};
constexpr std::size_t any = ~std::size_t{0};
enum class huge_pages_are { missing, refused_at_the_touch, there };

struct {
  huge_pages_are huge_pages = huge_pages_are::missing;
  bool kernel_is_old = false;  // before MADV_POPULATE_WRITE
  std::size_t offset = any;    // of large mappings, from a boundary of huge pages
  std::vector<mapping> maps, unmaps, locks, advised;
  unsigned unlocks = 0, bad_unmaps = 0;
} now;

void start(huge_pages_are h, bool old = false, std::size_t offset = any) { now = {h, old, offset, {}, {}, {}, {}, 0, 0}; }

std::size_t sum(const std::vector<mapping>& all) {
  std::size_t bytes = 0;
  for (const mapping& m : all) bytes += m.bytes;
  return bytes;
}
bool all_is_unmapped() { return sum(now.maps) == sum(now.unmaps) && now.bad_unmaps == 0; }
const mapping* last_huge() {
  const auto m = std::find_if(now.maps.rbegin(), now.maps.rend(), [](const mapping& x) { return (x.flags & MAP_HUGETLB) != 0; });
  return m == now.maps.rend() ? nullptr : &*m;
}

// Of /proc/self/status, in bytes: what this process has locked.
std::size_t locked_bytes() {
  std::size_t kib = 0;
  if (std::FILE* f = std::fopen("/proc/self/status", "r")) {
    char line[256];
    while (std::fgets(line, sizeof line, f) != nullptr) std::sscanf(line, "VmLck: %zu", &kib);
    std::fclose(f);
  }
  return kib * 1024;
}

}  // namespace

extern "C" {
void* __real_mmap(void*, std::size_t, int, int, int, off_t);
int __real_munmap(void*, std::size_t);
int __real_madvise(void*, std::size_t, int);
int __real_mlock(const void*, std::size_t);
int __real_munlock(const void*, std::size_t);

// Where the test wants it.
void* map_at_offset(std::size_t bytes, int protection, int flags) {
  const std::size_t all = bytes + 2 * huge;
  char* const p = static_cast<char*>(__real_mmap(nullptr, all, protection, flags, -1, 0));
  char* const start = p + (huge - reinterpret_cast<std::uintptr_t>(p) % huge) + now.offset;
  __real_munmap(p, static_cast<std::size_t>(start - p));
  __real_munmap(start + bytes, static_cast<std::size_t>(p + all - (start + bytes)));
  return start;
}
void* __wrap_mmap(void* where, std::size_t bytes, int protection, int flags, int file, off_t offset) {
  void* p = MAP_FAILED;
  if ((flags & MAP_HUGETLB) == 0 && now.offset != any && bytes >= huge) {
    p = map_at_offset(bytes, protection, flags);
  } else if ((flags & MAP_HUGETLB) == 0) {
    p = __real_mmap(where, bytes, protection, flags, file, offset);
  } else if (now.huge_pages == huge_pages_are::missing) {
    errno = ENOMEM;
  } else if (now.huge_pages == huge_pages_are::there) {
    p = __real_mmap(where, bytes, protection, flags & ~(MAP_HUGETLB | flag_of_2_mib), file, offset);
  } else {
    const int empty = ::memfd_create("empty", 0);  // behind the end of a file each access is a SIGBUS
    p = __real_mmap(where, bytes, protection, MAP_SHARED, empty, 0);
    ::close(empty);
  }
  if (p != MAP_FAILED) now.maps.push_back({p, bytes, flags});
  return p;
}
int __wrap_munmap(void* p, std::size_t bytes) {
  now.unmaps.push_back({p, bytes, 0});
  const int answer = __real_munmap(p, bytes);
  now.bad_unmaps += answer != 0;
  return answer;
}
int __wrap_madvise(void* p, std::size_t bytes, int advice) {
  now.advised.push_back({p, bytes, advice});
  if (advice == populate_write && now.kernel_is_old) return errno = EINVAL, -1;
  return __real_madvise(p, bytes, advice);
}
int __wrap_mlock(const void* p, std::size_t bytes) {
  now.locks.push_back({const_cast<void*>(p), bytes, 0});
  return __real_mlock(p, bytes);
}
int __wrap_munlock(const void* p, std::size_t bytes) {
  ++now.unlocks;
  return __real_munlock(p, bytes);
}
}

namespace {

using namespace logbuf;
using test::check;

// Through the whole buffer, twice.
template <class Ends>
bool works(Ends& ends) {
  const std::byte payload[40]{std::byte{1}};
  for (std::uint64_t n = 2 * ends.first.capacity() / 48; n != 0; --n) {
    if (!ends.first.try_write(payload)) return false;
    const auto record = ends.second.try_read();
    if (!record || record->size() != 40 || record->bytes()[0] != std::byte{1}) return false;
  }
  return true;
}

options with(huge_pages pages) {
  options o;
  o.pages = pages;
  return o;
}

void huge_pages_that_are_refused_at_the_touch() {
  for (const bool old : {false, true})
    for (const unsigned cpu : {options::no_cpu, 0u}) {
      options o = with(huge_pages::if_available);
      o.first_touch_cpu = cpu;
      start(huge_pages_are::refused_at_the_touch, old);
      {
        auto ring = spsc::try_make(65536, o);
        if (check(ring.has_value(), "ordinary pages serve where huge ones are refused at the first touch"))
          check(works(*ring), "and the ring works");
        check(last_huge() != nullptr, "huge pages were asked for");
      }
      check(all_is_unmapped(), "and everything is given back");

      o.pages = huge_pages::required;
      start(huge_pages_are::refused_at_the_touch, old);
      const auto refused = mpsc::try_make(65536, o);
      check(refused == setup_error{setup_errc::no_huge_pages, 65536, huge}, "`required` is an error, and no SIGBUS");
      check(all_is_unmapped(), "and nothing stays mapped");
    }
}

void huge_pages_of_their_size() {
  struct {
    std::uint64_t capacity;
    std::size_t alignment, pages;
  } const cases[] = {{64 << 10, 8, 1}, {2 << 20, 8, 1}, {4 << 20, 8, 2}, {64 << 10, 128, 1}, {2 << 20, 16, 2}};
  for (const auto& c : cases) {
    start(huge_pages_are::there);
    {
      const auto m = memory::allocate(c.capacity, c.alignment, with(huge_pages::required));
      const mapping* from = last_huge();
      if (!check(m.has_value() && from != nullptr, "huge pages are taken")) continue;
      check(from->bytes == c.pages * huge, "as many as the ring needs, and no more");
      check((from->flags & (63 << 26)) == flag_of_2_mib, "of 2 MiB, whatever the default of the system is");
      const bool is_touched = std::any_of(now.advised.begin(), now.advised.end(), [&](const mapping& a) {
        return a.at == from->at && a.bytes == from->bytes && a.flags == populate_write;
      });
      check(is_touched, "and the kernel is asked to touch them all, for writing");
      const auto start_of_payload = reinterpret_cast<std::uintptr_t>(m->data()) + header_size;
      check(start_of_payload % c.alignment == 0, "payloads are aligned");
      const auto end = reinterpret_cast<std::uintptr_t>(m->data()) + c.capacity;
      check(end <= reinterpret_cast<std::uintptr_t>(from->at) + from->bytes, "and lie within the pages");
    }
    check(all_is_unmapped(), "what was mapped is unmapped, in its whole length");
  }
  start(huge_pages_are::missing);
  const auto refused = spsc::try_make(2 << 20, with(huge_pages::required));
  check(refused == setup_error{setup_errc::no_huge_pages, 2 << 20, huge}, "the error has what was given, and what is needed");
  check(refused.error().message().find("reserve 2097152 bytes") != std::string::npos, "its message says how much to reserve");
}

void pages_that_an_old_kernel_touches_are_zero() {
  start(huge_pages_are::there, true);
  options o = with(huge_pages::required);
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  for (unsigned cpu = 0; cpu != CPU_SETSIZE; ++cpu)  // the last one: the kernel writes its number into each page
    if (CPU_ISSET(cpu, &set)) o.first_touch_cpu = cpu;
  const auto m = memory::allocate(4 << 20, 8, o);
  if (!check(m.has_value(), "huge pages are taken on an old kernel")) return;
  std::size_t dirty = 0;
  for (std::size_t i = 0; i != 4 << 20; ++i) dirty += m->data()[i] != std::byte{0};
  check(dirty == 0, "and are zero");
}

void pages_that_the_kernel_may_make_huge(std::size_t offset) {
  start(huge_pages_are::missing, false, offset);
  {
    const auto m = memory::allocate(2 << 20, 8, with(huge_pages::if_available));
    if (!check(m.has_value(), "ordinary pages serve")) return;
    check(reinterpret_cast<std::uintptr_t>(m->data()) % huge == 0, "on a boundary of huge pages");
    const bool advised = std::any_of(now.advised.begin(), now.advised.end(), [&](const mapping& a) {
      return a.at == m->data() && a.bytes == huge && a.flags == MADV_HUGEPAGE;
    });
    check(advised, "with the advice to make them huge");
    if (!check(now.maps.size() == 1, "which are of one mapping")) return;
    const auto address = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p); };
    const std::uintptr_t all = address(now.maps[0].at), end = all + now.maps[0].bytes, data = address(m->data());
    for (const mapping& u : now.unmaps)
      check(u.bytes != 0 && (address(u.at) == all ? all + u.bytes == data
                                                  : address(u.at) == data + huge && address(u.at) + u.bytes == end),
            "of which the part in front, and the part behind, is given back");
    check(sum(now.unmaps) + huge == now.maps[0].bytes, "all but the ring");
  }
  check(all_is_unmapped(), "and all of them are given back");
}

void other_errors_are_not_a_lack_of_huge_pages() {
  options o = with(huge_pages::if_available);
  o.first_touch_cpu = 1023;
  start(huge_pages_are::there);
  check(spsc::try_make(65536, o) == setup_error{setup_errc::bad_cpu, 1023}, "a processor that is not there is the error");
  check(all_is_unmapped(), "and the huge pages are given back");
}

void locked_rings_have_pages_of_their_own() {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  options o;
  o.lock = true;
  start(huge_pages_are::missing);
  const std::size_t before = locked_bytes();
  auto kept = spsc::try_make(1024, o);
  if (kept.error().code == setup_errc::lock_refused) return (void)std::puts("mlock is refused here: not tested");
  if (!check(kept.has_value(), "a small ring is locked")) return;
  if (locked_bytes() == before) return (void)std::puts("this mlock does nothing: not tested");
  check(locked_bytes() == before + page, "one page of memory");
  for (const std::uint64_t capacity : {1024u, 4096u, 65536u}) {
    auto other = mpsc::try_make(capacity, o);
    check(other && works(*other), "another ring is locked");
    check(locked_bytes() == before + page + (capacity + page - 1) / page * page, "in pages that are its own");
  }
  check(locked_bytes() == before + page, "and its end unlocks nothing of the first one");
  check(works(*kept), "which goes on");
  check(now.unlocks == 0, "munlock has no count, and is not called");
  for (const mapping& l : now.locks)
    check(std::any_of(now.maps.begin(), now.maps.end(), [&](const mapping& m) { return m.at == l.at && m.bytes == l.bytes; }),
          "what is locked is what was mapped for it");
  kept = spsc::try_make(1024);
  check(locked_bytes() == before, "the end of a locked ring unlocks it");

  if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) return (void)std::puts("mlockall is refused here: not tested");
  std::vector<char> heap(1 << 16, 'x');
  const std::size_t all = locked_bytes();
  for (int i = 0; i != 8; ++i) check(spsc::try_make(1024, o).has_value(), "a locked ring in a process that is locked");
  check(locked_bytes() >= all, "does not unlock what is not its own");
}

}  // namespace

int main() {
  huge_pages_that_are_refused_at_the_touch();
  huge_pages_of_their_size();
  pages_that_an_old_kernel_touches_are_zero();
  for (const std::size_t offset : {any, std::size_t{0}, std::size_t{4096}, huge - 4096}) pages_that_the_kernel_may_make_huge(offset);
  other_errors_are_not_a_lack_of_huge_pages();
  locked_rings_have_pages_of_their_own();
  return test::finish();
}
