// From a workload, which is data, to the program type that runs it: the ring and the number of threads.
#pragma once

#include <cstdlib>
#include <utility>

#include "../scenarios/interpreter.hpp"
#include "engines.hpp"

namespace logbuf::verify {

template <class Engine>
models::outcome run_on(const workload& w, const models::limits& l) {
  using spsc = detail::spsc_claiming;
  using mpsc = detail::mpsc_claiming;
  running = {&w, {}};
  const auto with_threads = [&]<class Claiming, bool Channel, form Form, unsigned... Threads>(std::integer_sequence<unsigned, Threads...>) {
    using kind = interpreter<Engine, Claiming, Channel, Form>;
    models::outcome o;
    if (!((w.threads.size() == Threads && (o = Engine::template run<program<kind, Threads>>(l), true)) || ...)) std::abort();
    return o;
  };
  using two = std::integer_sequence<unsigned, 2>;
  using three = std::integer_sequence<unsigned, 3>;
  using any = std::integer_sequence<unsigned, 2, 3, 4>;
  if (w.traits == form::checked) {
    if (w.channel) std::abort();
    return w.ring == variant::spsc ? with_threads.template operator()<spsc, false, form::checked>(two{})
                                   : with_threads.template operator()<mpsc, false, form::checked>(three{});
  }
  if (w.traits == form::producer_clears) {
    if (w.ring != variant::spsc) std::abort();
    return w.channel ? with_threads.template operator()<spsc, true, form::producer_clears>(two{})
                     : with_threads.template operator()<spsc, false, form::producer_clears>(two{});
  }
  if (w.ring == variant::mpsc)
    return w.channel ? with_threads.template operator()<mpsc, true, form::plain>(any{})
                     : with_threads.template operator()<mpsc, false, form::plain>(any{});
  return w.channel ? with_threads.template operator()<spsc, true, form::plain>(two{})
                   : with_threads.template operator()<spsc, false, form::plain>(two{});
}

}  // namespace logbuf::verify
