// A shared library whose types are hidden by default, and which lets exceptions of logbuf out.
#include <logbuf/logbuf.hpp>

[[gnu::visibility("default")]] void make_a_bad_ring() { (void)logbuf::spsc::make(3); }
[[gnu::visibility("default")]] void read_a_missing_value() {
  (void)logbuf::result<int, logbuf::read_error>(logbuf::read_error::corrupt).value();
}
