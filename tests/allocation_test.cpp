// After make() nothing is allocated; when make() gets no memory it says how much it asked for, and leaks none of what it got. An
// executable of its own, since it replaces the global allocation functions.
#include <cstdio>
#include <cstdlib>
#include <new>

#include <logbuf/logbuf.hpp>

namespace {
long allocations = 0, refused_from = -1, alive = 0;
std::size_t sizes[8];
void* counted(std::size_t size, std::size_t alignment) {
  sizes[allocations % 8] = size;
  if (allocations++ == refused_from) return nullptr;
  ++alive;
  void* p = nullptr;
  if (alignment <= alignof(std::max_align_t)) p = std::malloc(size);
  else if (::posix_memalign(&p, alignment, size) != 0) p = nullptr;
  return p;
}
void give_back(void* p) {
  alive -= p != nullptr;
  std::free(p);
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
void operator delete(void* p) noexcept { give_back(p); }
void operator delete(void* p, std::size_t) noexcept { give_back(p); }
void operator delete(void* p, std::align_val_t) noexcept { give_back(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { give_back(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { give_back(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { give_back(p); }

int main() {
  auto ends = logbuf::mpsc::make(1024);
  auto& tx = ends.first;
  auto& rx = ends.second;
  if (allocations == 0) return std::puts("the counter does not count"), 1;
  const long before = allocations;
  unsigned long long bytes = 0;
  for (int i = 0; i != 5000; ++i) {
    if (auto batch = tx.try_batch(static_cast<std::size_t>(i % 512))) {
      while (batch->add(static_cast<std::size_t>(i % 30))) {}
      if (i % 7 == 0) batch->abort();
      else (void)batch->commit();
    }
    while (auto claim = tx.try_claim(static_cast<std::size_t>(i % 100))) (void)claim->commit();
    if (auto record = rx.try_read()) bytes += record->size();
    { auto batch = rx.batch(); while (auto record = batch.next()) bytes += record->size(); }
    (void)rx.drain([&](auto b, auto) { bytes += b.size(); });
    if (!tx.flush_for(std::chrono::seconds(0))) return std::puts("flush failed"), 1;
  }
  if (allocations != before) return std::printf("%ld allocations after make\n", allocations - before), 1;
  // Each of the allocations of make in turn is refused.
  int refusals = 0;
  for (long n = 0;; ++n, ++refusals) {
    const long first = allocations, living = alive;
    refused_from = first + n;
    const auto made = logbuf::mpsc::try_make(1024);
    refused_from = -1;
    if (made) break;
    const auto size = [first](long i) { return sizes[(first + i) % 8]; };
    const std::size_t asked_for = n == 0 ? size(0) : size(1) + size(2);  // the ring; both ends
    if (made.error() != logbuf::setup_error{logbuf::setup_errc::out_of_memory, asked_for}) return std::puts("the wrong error"), 1;
    if (alive != living) return std::printf("%ld allocations are leaked\n", alive - living), 1;
  }
  if (refusals != 3) return std::printf("%d allocations in make\n", refusals), 1;
  std::printf("%llu bytes without an allocation\n", bytes);
  return bytes == 0;
}
