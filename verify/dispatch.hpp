// From a workload, which is data, to the program type that runs it: the ring and the number of threads.
#pragma once

#include <cstdlib>

#include "engines.hpp"
#include "interpreter.hpp"

namespace logbuf::verify {

template <class Engine>
models::outcome run_on(const workload& w, const models::limits& l) {
  running = {&w, {}};
  const auto with = [&]<class Claiming>() {
    switch (w.threads.size()) {
      case 2: return Engine::template run<program<Engine, Claiming, 2>>(l);
      case 3: return Engine::template run<program<Engine, Claiming, 3>>(l);
      case 4: return Engine::template run<program<Engine, Claiming, 4>>(l);
      default: std::abort();
    }
  };
  if (w.ring == variant::mpsc) return with.template operator()<detail::mpsc_claiming>();
  if (w.threads.size() != 2) std::abort();
  return Engine::template run<program<Engine, detail::spsc_claiming, 2>>(l);
}

}  // namespace logbuf::verify
