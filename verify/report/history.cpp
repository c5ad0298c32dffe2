#include "history.hpp"

#include <cstdio>

#include <logbuf/core/protocol.hpp>

#include "../../models/session.hpp"

namespace logbuf::verify {

namespace {

using models::event;
using models::step;

std::string header_text(std::uint64_t word) {
  char text[64];
  if (word == detail::not_ready) return "not ready";
  if (detail::is_skip(word)) std::snprintf(text, sizeof text, "skip of %u bytes", detail::size_of(word));
  else
    std::snprintf(text, sizeof text, "record of 8 + %u bytes, tag %u", detail::size_of(word) - 8, detail::tag_of(word));
  return text;
}

bool is_plain(step s) {
  switch (s) {
    case step::park:
    case step::wake:
    case step::unpark:
    case step::signal:
    case step::expired:
    case step::payload_write:
    case step::payload_read:
    case step::zero:
    case step::free_memory: return true;
    default: return false;
  }
}

std::string operation(const event& e) {
  switch (e.what) {
    case step::atomic_load: return "load";
    case step::atomic_store: return "store";
    case step::exchange_won: return "exchange won";
    case step::exchange_lost: return "exchange lost";
    case step::exchange_spurious: return "exchange failed spuriously";
    case step::fetch_add: return "fetch_add";
    case step::fetch_sub: return "fetch_sub";
    case step::header_load: return "load header";
    case step::header_store: return "store header";
    case step::payload_write: return "write payload";
    case step::payload_read: return "read payload";
    case step::zero: return "zero";
    case step::free_memory: return "free memory";
    case step::fence: return e.value == 0 ? "fence" : e.value == 1 ? "heavy fence" : "light fence";
    case step::fence_refused: return "heavy fence, refused";
    case step::park: return "park";
    case step::wake: return e.value == 0 ? "woken" : e.value == 1 ? "woken by the deadline" : "woken spuriously";
    case step::unpark: return "unpark";
    case step::signal: return "signal the event";
    case step::expired: return "the deadline has passed";
  }
  return "?";
}

std::string value(const event& e) {
  char text[96];
  switch (e.what) {
    case step::header_load:
    case step::header_store: return "byte " + std::to_string(e.offset) + ": " + header_text(e.value);
    case step::payload_write:
    case step::payload_read:
      std::snprintf(text, sizeof text, "byte %u: 0x%016llx", e.offset, static_cast<unsigned long long>(e.value));
      return text;
    case step::fence:
    case step::fence_refused:
    case step::park:
    case step::wake:
    case step::unpark:
    case step::signal:
    case step::expired: return "";
    case step::zero:
    case step::free_memory: return "byte " + std::to_string(e.offset);
    case step::exchange_won:
    case step::fetch_add:
    case step::fetch_sub: return std::to_string(e.before) + " -> " + std::to_string(e.value);
    case step::exchange_lost:
    case step::exchange_spurious: return "expected " + std::to_string(e.before) + ", found " + std::to_string(e.value);
    default: return std::to_string(e.value);
  }
}

}  // namespace

const char* order_name(int order) {
  switch (static_cast<std::memory_order>(order)) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: return "seq_cst";
  }
  return "?";
}

namespace {

bool is_control(step s) {
  return s == step::atomic_load || s == step::atomic_store || s == step::exchange_won || s == step::exchange_lost ||
         s == step::exchange_spurious || s == step::fetch_add || s == step::fetch_sub;
}
bool writes(step s) {
  return s == step::atomic_store || s == step::exchange_won || s == step::fetch_add || s == step::fetch_sub ||
         s == step::header_store || s == step::payload_write || s == step::zero;
}
// What a step has read, if it reads.
bool reads(const event& e, std::uint64_t& value) {
  switch (e.what) {
    case step::atomic_load:
    case step::header_load:
    case step::payload_read:
    case step::exchange_lost:
    case step::exchange_spurious: value = e.value; return true;
    case step::exchange_won:
    case step::fetch_add:
    case step::fetch_sub: value = e.before; return true;
    default: return false;
  }
}

// The engine does not tell which store a load has read: the last one of that value before it. -1: the initial value.
int source_of(std::size_t reader) {
  const models::session& s = models::current;
  std::uint64_t value = 0;
  if (!reads(s.trace[reader], value)) return -1;
  for (std::size_t i = reader; i-- != 0;) {
    const event& e = s.trace[i];
    if (writes(e.what) && is_control(e.what) == is_control(s.trace[reader].what) && e.offset == s.trace[reader].offset &&
        e.value == (e.what == step::zero ? 0 : value) && (e.what != step::zero || value == 0))
      return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

std::vector<history_step> history_steps() {
  const models::session& s = models::current;
  std::vector<history_step> steps;
  for (std::size_t i = 0; i != s.trace_size; ++i) {
    const event& e = s.trace[i];
    const bool plain = is_plain(e.what);
    history_step h{e.thread, plain ? "" : std::string(describe(e.where).name), operation(e), value(e),
                   plain ? "" : order_name(static_cast<int>(s.order(e.where))), source_of(i), false};
    if (h.source >= 0) {
      const event& from = s.trace[static_cast<std::size_t>(h.source)];
      if (from.thread == e.thread) h.source = -1;
      else h.synchronises = models::happens_before(from.clock, from.thread, e.clock);
    }
    steps.push_back(std::move(h));
  }
  return steps;
}

std::string print_history(unsigned threads) {
  const models::session& s = models::current;
  std::string out = "    #  thread      site              operation                   value                                 order\n";
  for (std::size_t i = 0; i != s.trace_size; ++i) {
    const event& e = s.trace[i];
    const std::string who = e.thread + 1u == threads ? "consumer" : "producer " + std::to_string(e.thread);
    const bool plain = is_plain(e.what);
    char line[256];
    std::snprintf(line, sizeof line, "%s%3zu  %-11s %-17s %-27s %-37s %s\n",
                  i == s.raced_first || i == s.raced_second ? ">> " : "   ", i, who.c_str(),
                  plain ? "-" : describe(e.where).name.data(), operation(e).c_str(), value(e).c_str(),
                  plain ? "plain" : order_name(static_cast<int>(s.order(e.where))));
    out += line;
  }
  if (s.raced_first != models::session::none) out += "    >> the two accesses that collide\n";
  return out;
}

}  // namespace logbuf::verify
