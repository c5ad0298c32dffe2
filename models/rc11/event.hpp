// What a program asks for (operation), and what stands in the graph for it (event).
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include "clock.hpp"

namespace logbuf::models::rc11 {

using location = std::uint16_t;

enum class op : std::uint8_t {
  load,
  store,
  exchange,
  add,               // subtraction too, modulo the width
  add_floating,      // of a float or a double, by the width
  bit_and,
  bit_or,
  bit_xor,
  max,
  min,
  compare_exchange,
  plain_store,
  fence,
  choice,            // of `operand` alternatives, the first of which is the usual one
};

// The fences of an asymmetric pair order each other as two sequentially consistent ones do. Two light ones order nothing;
// a light one is no acquire or release fence; a heavy one is a sequentially consistent fence as well.
enum class fence_kind : std::uint8_t { ordinary, light, heavy };

struct operation {
  op what{};
  std::memory_order order = std::memory_order_relaxed;
  std::memory_order failure = std::memory_order_relaxed;
  fence_kind fence = fence_kind::ordinary;
  bool is_strong = false;      // a compare-exchange that does not fail when the value is there
  bool is_signed = false;      // how max and min compare
  location where = 0;
  std::uint64_t operand = 0;   // what is stored, added, or how many alternatives there are
  std::uint64_t expected = 0;
  std::uint64_t mask = ~std::uint64_t{0};  // of the location's width
  const char* name = "";       // in counterexamples
  std::uint32_t note = 0;      // the policy's own number of the access, for reports
  std::uint32_t history = ~0u;  // where the thread was (histories::node); unknown: nothing is foreseen

  // The same step of the same program; otherwise the program is not deterministic.
  bool is(const operation& o) const {
    return what == o.what && order == o.order && failure == o.failure && fence == o.fence && is_strong == o.is_strong &&
           is_signed == o.is_signed && where == o.where && operand == o.operand && expected == o.expected;
  }
};

// Of the width and the sign of the operation. A signed number with its sign bit flipped compares as an unsigned one.
constexpr bool is_less(std::uint64_t a, std::uint64_t b, const operation& of) {
  const std::uint64_t sign = of.is_signed ? (of.mask >> 1) + 1 : 0;
  return (a ^ sign) < (b ^ sign);
}

constexpr std::uint64_t floating_sum(std::uint64_t a, std::uint64_t b, const operation& of) {
  if (of.mask == ~std::uint64_t{0}) return std::bit_cast<std::uint64_t>(std::bit_cast<double>(a) + std::bit_cast<double>(b));
  const auto narrow = [](std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); };
  return std::bit_cast<std::uint32_t>(narrow(a) + narrow(b));
}

// What a write stores that has read this.
constexpr std::uint64_t result_of(const operation& what, std::uint64_t read) {
  switch (what.what) {
    case op::add: return (read + what.operand) & what.mask;
    case op::add_floating: return floating_sum(read, what.operand, what);
    case op::bit_and: return read & what.operand;
    case op::bit_or: return read | what.operand;
    case op::bit_xor: return read ^ what.operand;
    case op::max: return is_less(read, what.operand, what) ? what.operand : read;
    case op::min: return is_less(what.operand, read, what) ? what.operand : read;
    default: return what.operand;
  }
}
// A read-modify-write that writes whatever it reads.
constexpr bool always_writes(op what) {
  return what == op::exchange || what == op::add || what == op::add_floating || what == op::bit_and || what == op::bit_or ||
         what == op::bit_xor || what == op::max || what == op::min;
}

constexpr bool acquires(std::memory_order o) {
  return o == std::memory_order_acquire || o == std::memory_order_consume || o == std::memory_order_acq_rel ||
         o == std::memory_order_seq_cst;
}
constexpr bool releases(std::memory_order o) {
  return o == std::memory_order_release || o == std::memory_order_acq_rel || o == std::memory_order_seq_cst;
}

enum class kind : std::uint8_t { read, write, fence, choice };

// A read-modify-write is two events, the second right behind the first.
struct event {
  operation what;
  kind is{};
  bool exclusive = false;   // the two halves of a read-modify-write that took place
  bool spurious = false;    // a compare-exchange that read what it expected, and failed
  bool newest = false;      // a read of the last write in modification order, when it was put in
  event_id source;          // of a read
  event_id early_reader;    // of a write: a read that was in the graph before it and was made to read it
  std::uint16_t stamp = 0;  // its place in the order in which the graph was built
  std::uint16_t place = 0;  // of a write, in modification order; the initial write has 0
  std::uint16_t previous = 0;  // number of the thread's last access to the same location; 0: none
  std::uint64_t value = 0;     // read, written or chosen
  clock before;    // happens-before, this event included
  clock causes;    // (po U rf)+, this event included
  clock gives;     // of a write: what an acquiring read of it learns
  clock awaits;    // what an acquire fence of this thread would learn here
  clock released;  // what the last release fence of this thread covers

  bool is_read() const { return is == kind::read; }
  bool is_write() const { return is == kind::write; }
  bool is_plain() const { return what.what == op::plain_store; }
  // Of a read, which knows by its value whether the exchange took place.
  std::memory_order read_order() const {
    return what.what == op::compare_exchange && !exclusive ? what.failure : what.order;
  }
  bool is_sc_access() const {
    if (is == kind::read) return read_order() == std::memory_order_seq_cst;
    return is == kind::write && !is_plain() && what.order == std::memory_order_seq_cst;
  }
  bool is_sc_fence() const {
    return is == kind::fence && what.fence != fence_kind::light && what.order == std::memory_order_seq_cst;
  }
  bool is_heavy() const { return is_sc_fence() && what.fence == fence_kind::heavy; }
  bool is_light() const {
    return is == kind::fence && what.fence == fence_kind::light && what.order == std::memory_order_seq_cst;
  }
};

}  // namespace logbuf::models::rc11
