// One function for each hot path, in pairs: the production headers, and the same by hand. compare_codegen.py reads the
// object file. Nothing here is run.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <logbuf/logbuf.hpp>

#include "handwritten.hpp"

// External linkage, as a user's traits have: GCC may treat local functions in other ways.
namespace codegen {

struct off_traits : logbuf::default_traits {
  using statistics = logbuf::no_statistics;
};
struct counting_traits : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
};

}  // namespace codegen

namespace {

constexpr std::size_t copied = 64;  // a constant, so that the copy is inline on both sides

template <class Producer>
inline unsigned claim_commit(Producer& tx, const std::byte* from, std::size_t n, std::uint32_t tag) noexcept {
  auto claim = tx.try_claim(n, tag);
  if (!claim) return static_cast<unsigned>(claim.error());
  std::memcpy(claim->data(), from, copied);
  claim->commit();
  return 0;
}

// Not compared: more calls of the same functions, as a program has them, so that inlining does not hang on there being one.
template <class Producer>
inline unsigned two_claims(Producer& tx, const std::byte* from, std::size_t n, std::size_t m) noexcept {
  auto first = tx.try_claim(n);
  if (!first) return static_cast<unsigned>(first.error());
  auto second = tx.try_claim(m);
  if (!second) return static_cast<unsigned>(second.error());  // and the first is aborted
  std::memcpy(second->data(), from, copied);
  second->commit();
  std::memcpy(first->data(), from, copied);
  first->commit();
  return 0;
}

template <class Producer>
inline unsigned claim_abort(Producer& tx, const std::byte* from, std::size_t n) noexcept {
  auto claim = tx.try_claim(n);
  if (!claim) return static_cast<unsigned>(claim.error());
  std::memcpy(claim->data(), from, copied);
  return 0;
}

template <class Consumer>
inline bool read(Consumer& rx, std::uint64_t* first) noexcept {
  auto record = rx.try_read();
  if (!record) return false;
  std::memcpy(first, record->bytes().data(), sizeof *first);
  return true;
}

// An end is a pointer to its state, as in the library.
struct producer_end {
  handwritten::producer* state;
};
struct consumer_end {
  handwritten::consumer* state;
};

}  // namespace

#define LOGBUF_PRODUCTION(prefix, traits)                                                                            \
  unsigned prefix##_spsc_claim_commit(logbuf::spsc::producer<traits>* tx, const std::byte* from, std::size_t n,      \
                                      std::uint32_t tag) noexcept {                                                  \
    return claim_commit(*tx, from, n, tag);                                                                          \
  }                                                                                                                  \
  unsigned prefix##_mpsc_claim_commit(logbuf::mpsc::producer<traits>* tx, const std::byte* from, std::size_t n,      \
                                      std::uint32_t tag) noexcept {                                                  \
    return claim_commit(*tx, from, n, tag);                                                                          \
  }                                                                                                                  \
  unsigned prefix##_spsc_claim_abort(logbuf::spsc::producer<traits>* tx, const std::byte* from,                      \
                                     std::size_t n) noexcept {                                                       \
    return claim_abort(*tx, from, n);                                                                                \
  }                                                                                                                  \
  unsigned prefix##_more_calls(logbuf::spsc::producer<traits>* tx, const std::byte* from, std::size_t n,             \
                               std::size_t m) noexcept {                                                             \
    return two_claims(*tx, from, n, m);                                                                              \
  }                                                                                                                  \
  bool prefix##_read(logbuf::consumer<traits>* rx, std::uint64_t* first) noexcept { return read(*rx, first); }

extern "C" {

LOGBUF_PRODUCTION(production, logbuf::default_traits)
LOGBUF_PRODUCTION(production_off, codegen::off_traits)
LOGBUF_PRODUCTION(production_counting, codegen::counting_traits)

unsigned handwritten_spsc_claim_commit(producer_end* tx, const std::byte* from, std::size_t n, std::uint32_t tag) noexcept {
  handwritten::producer& p = *tx->state;
  handwritten::write_claim claim;
  if (!spsc_claim(p, n, tag, claim)) return static_cast<unsigned>(claim.error);
  std::memcpy(claim.data(), from, copied);
  commit(p, claim);
  return 0;
}

unsigned handwritten_mpsc_claim_commit(producer_end* tx, const std::byte* from, std::size_t n, std::uint32_t tag) noexcept {
  handwritten::producer& p = *tx->state;
  handwritten::write_claim claim;
  if (!mpsc_claim(p, n, tag, claim)) return static_cast<unsigned>(claim.error);
  std::memcpy(claim.data(), from, copied);
  commit(p, claim);
  return 0;
}

unsigned handwritten_spsc_claim_abort(producer_end* tx, const std::byte* from, std::size_t n) noexcept {
  handwritten::producer& p = *tx->state;
  handwritten::write_claim claim;
  if (!spsc_claim(p, n, 0, claim)) return static_cast<unsigned>(claim.error);
  std::memcpy(claim.data(), from, copied);
  abort(p, claim);
  return 0;
}

unsigned handwritten_more_calls(producer_end* tx, const std::byte* from, std::size_t n, std::size_t m) noexcept {
  handwritten::write_claim first, second;
  if (!spsc_claim(*tx->state, n, 0, first)) return static_cast<unsigned>(first.error);
  handwritten::producer& p = *tx->state;
  if (!spsc_claim(p, m, 0, second)) {
    abort(p, first);
    return static_cast<unsigned>(second.error);
  }
  std::memcpy(second.data(), from, copied);
  commit(p, second);
  std::memcpy(first.data(), from, copied);
  commit(p, first);
  return 0;
}

bool handwritten_read(consumer_end* rx, std::uint64_t* first) noexcept {
  handwritten::consumer& c = *rx->state;
  handwritten::read_claim record;
  if (!read(c, record)) return false;
  std::memcpy(first, record.data(), sizeof *first);
  finish(c, record);
  return true;
}

}  // extern "C"
