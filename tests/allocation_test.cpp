// After make() nothing is allocated. An executable of its own, since it replaces the global allocation functions.
#include <cstdio>
#include <cstdlib>
#include <new>

#include <logbuf/logbuf.hpp>

namespace {
long allocations = 0;
void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* p = nullptr;
  if (alignment <= alignof(std::max_align_t)) p = std::malloc(size);
  else if (::posix_memalign(&p, alignment, size) != 0) p = nullptr;
  return p;
}
void* or_die(void* p) {
  if (p == nullptr) std::abort();
  return p;
}
}  // namespace

void* operator new(std::size_t n) { return or_die(counted(n, 1)); }
void* operator new(std::size_t n, std::align_val_t a) { return or_die(counted(n, static_cast<std::size_t>(a))); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return counted(n, 1); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return counted(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { std::free(p); }

int main() {
  auto ends = logbuf::mpsc::make(1024);
  auto& tx = ends.first;
  auto& rx = ends.second;
  if (allocations == 0) return std::puts("the counter does not count"), 1;
  const long before = allocations;
  unsigned long long bytes = 0;
  for (int i = 0; i != 5000; ++i) {
    while (auto claim = tx.try_claim(static_cast<std::size_t>(i % 100))) (void)claim->commit();
    if (auto record = rx.try_read()) bytes += record->size();
    { auto batch = rx.batch(); while (auto record = batch.next()) bytes += record->size(); }
    (void)rx.drain([&](auto b, auto) { bytes += b.size(); });
    if (!tx.flush_for(std::chrono::seconds(0))) return std::puts("flush failed"), 1;
  }
  if (allocations != before) return std::printf("%ld allocations after make\n", allocations - before), 1;
  std::printf("%llu bytes without an allocation\n", bytes);
  return bytes == 0;
}
