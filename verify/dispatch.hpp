// From a workload, which is data, to the program type that runs it: the ring and the number of threads.
#pragma once

#include <cstdlib>

#include "engines.hpp"
#include "interpreter.hpp"

namespace logbuf::verify {

template <class Engine>
models::outcome run_on(const workload& w, const models::limits& l) {
  using spsc = detail::spsc_claiming;
  using mpsc = detail::mpsc_claiming;
  running = {&w, {}};
  if (w.traits == form::checked) {
    if (w.channel || w.threads.size() != (w.ring == variant::spsc ? 2 : 3)) std::abort();
    return w.ring == variant::spsc ? Engine::template run<program<Engine, spsc, 2, false, form::checked>>(l)
                                   : Engine::template run<program<Engine, mpsc, 3, false, form::checked>>(l);
  }
  if (w.traits == form::producer_clears) {
    if (w.ring != variant::spsc || w.threads.size() != 2) std::abort();
    return w.channel ? Engine::template run<program<Engine, spsc, 2, true, form::producer_clears>>(l)
                     : Engine::template run<program<Engine, spsc, 2, false, form::producer_clears>>(l);
  }
  const auto with_threads = [&]<class Claiming, bool Channel>() {
    switch (w.threads.size()) {
      case 2: return Engine::template run<program<Engine, Claiming, 2, Channel>>(l);
      case 3: return Engine::template run<program<Engine, Claiming, 3, Channel>>(l);
      case 4: return Engine::template run<program<Engine, Claiming, 4, Channel>>(l);
      default: std::abort();
    }
  };
  if (w.ring == variant::mpsc)
    return w.channel ? with_threads.template operator()<mpsc, true>() : with_threads.template operator()<mpsc, false>();
  if (w.threads.size() != 2) std::abort();
  return w.channel ? Engine::template run<program<Engine, spsc, 2, true>>(l)
                   : Engine::template run<program<Engine, spsc, 2, false>>(l);
}

}  // namespace logbuf::verify
