// Runs a litmus test on an engine, through the very policy that the headers are checked with: the order of each access is
// put into the site that makes it, just before.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <logbuf/logbuf.hpp>

#include "../../models/engine.hpp"
#include "../../models/session.hpp"
#include "run.hpp"

namespace logbuf::verify {

template <class Engine, unsigned Threads>
class litmus_program {
  using P = typename Engine::atomics;
  using kind = step_of_litmus::kind;

 public:
  static constexpr unsigned threads = Threads;

  litmus_program() : waiting_(0, false), buffer_(16), memory_(Engine::memory_over(buffer_)), region_(memory_) {
    models::current.begin_execution();
  }

  void before() {}

  void thread(unsigned t) {
    int last = -1;
    for (const step_of_litmus& s : running_litmus.what->threads[t]) {
      const bool reads = s.what == kind::load || s.what == kind::plain_load || s.what == kind::exchange || s.what == kind::add ||
                         s.what == kind::compare_exchange;
      if (s.condition >= 0 && s.condition != last) {
        if (reads) append(t, '-');
        continue;
      }
      const unsigned read = execute(t, s);
      if (reads) last = static_cast<int>(read), append(t, static_cast<char>('0' + read));
    }
  }

  void after() {
    litmus_run::outcome text{};
    std::size_t size = 0;
    for (unsigned t = 0; t != Threads; ++t)
      for (std::size_t i = 0; i != size_[t]; ++i) text[size++] = read_[t][i];
    if (running_litmus.what->finals)
      for (const word* w : {&x_, &y_}) text[size++] = static_cast<char>('0' + P::load(with<site::tail_load>(acquire), *w));
    running_litmus.add(text);
  }

 private:
  using word = typename P::template word<std::uint32_t>;
  static constexpr auto acquire = std::memory_order_acquire;

  template <site S>
  static constexpr site_tag<S> with(std::memory_order o) {
    models::current.orders[static_cast<std::size_t>(S)] = o;
    return {};
  }

  void append(unsigned t, char c) {
    if (size_[t] == read_[t].size()) std::abort();
    read_[t][size_[t]++] = c;
  }

  word& control(variable v) { return v == variable::x ? x_ : v == variable::y ? y_ : z_; }
  static bool is_mixed(variable v) { return v == variable::p || v == variable::q; }
  static std::size_t offset(variable v) { return v == variable::p ? 0 : 8; }

  unsigned execute(unsigned t, const step_of_litmus& s) {
    switch (s.what) {
      case kind::load:
        if (is_mixed(s.where)) return static_cast<unsigned>(P::load_header(with<site::header_poll>(s.order), region_, offset(s.where)));
        return P::load(with<site::tail_load>(s.order), control(s.where));
      case kind::store:
        if (is_mixed(s.where)) P::store_header(with<site::commit_store>(s.order), region_, offset(s.where), s.value);
        else P::store(with<site::head_publish>(s.order), control(s.where), s.value);
        return 0;
      case kind::exchange: return P::exchange(with<site::parked_claim>(s.order), control(s.where), s.value);
      case kind::add: return P::fetch_add(with<site::owner_retain>(s.order), control(s.where), s.value);
      case kind::compare_exchange: {
        // The policy does not tell what a failed exchange saw; the trace does.
        with<site::tail_claim_lost>(s.failure);
        const bool won = P::compare_exchange_weak(with<site::tail_claim>(s.order), at<site::tail_claim_lost>, control(s.where),
                                                  s.expected, s.value);
        const models::event& e = models::current.trace[models::current.trace_size - 1];
        append(t, won ? '1' : '0');
        return static_cast<unsigned>(won ? e.before : e.value);
      }
      case kind::plain_load: {
        std::array<std::byte, 8> bytes{};
        Engine::read(P::readable(region_, offset(s.where), 8), bytes);
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), sizeof value);
        return static_cast<unsigned>(value);
      }
      case kind::plain_store: {
        const std::uint64_t value = s.value;
        Engine::write(P::writable(region_, offset(s.where), 8), std::as_bytes(std::span(&value, 1)));
        return 0;
      }
      case kind::fence: (void)P::heavy_fence(with<site::park_fence>(s.order), false); return 0;
      case kind::heavy_fence: (void)P::heavy_fence(with<site::park_fence>(s.order), true); return 0;
      case kind::light_fence: P::light_fence(with<site::notify_fence>(s.order), true); return 0;
      case kind::sleep: (void)P::park(parker_, control(s.where), s.expected, P::deadline::max()); return 0;
      case kind::sleep_for: (void)P::park(parker_, control(s.where), s.expected, Engine::soon()); return 0;
      case kind::wake:
        if (P::exchange(with<site::parked_claim>(s.order), control(s.where), 0) != 0) P::unpark(parker_, control(s.where));
        return 0;
      case kind::await:
        while (P::load(with<site::tail_load>(s.order), control(s.where)) != s.value) P::spin_hint();
        return 0;
    }
    std::abort();
  }

  typename Engine::waiting_state waiting_;
  typename Engine::buffer buffer_;
  typename P::memory memory_;
  typename P::region region_;
  typename P::parker parker_{};
  word x_{0}, y_{0}, z_{0};
  std::array<std::array<char, 8>, Threads> read_{};
  std::array<std::size_t, Threads> size_{};
};

template <class Engine>
models::outcome run_on(const litmus& t, const models::limits& l) {
  running_litmus.what = &t;
  running_litmus.size = 0;
  switch (t.threads.size()) {
    case 2: return Engine::template run<litmus_program<Engine, 2>>(l);
    case 3: return Engine::template run<litmus_program<Engine, 3>>(l);
    case 4: return Engine::template run<litmus_program<Engine, 4>>(l);
    default: std::abort();
  }
}

}  // namespace logbuf::verify
