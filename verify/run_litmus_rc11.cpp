#include "../models/rc11_engine.hpp"
#include "engines.hpp"
#include "litmus_program.hpp"

namespace logbuf::verify {

models::outcome run_rc11(const litmus& t, const models::limits& l) {
  using engine = models::rc11_engine;
  running_litmus.what = &t;
  running_litmus.size = 0;
  switch (t.threads.size()) {
    case 2: return engine::run<litmus_program<engine, 2>>(l);
    case 3: return engine::run<litmus_program<engine, 3>>(l);
    case 4: return engine::run<litmus_program<engine, 4>>(l);
    default: std::abort();
  }
}

}  // namespace logbuf::verify
