#include "ring_or_channel.hpp"

std::unique_ptr<logbuf::test::system_under_test> logbuf::test::make_channel(const setup& s) {
  return s.shared ? make_with_traits<detail::mpsc_claiming, true>(s) : make_with_traits<detail::spsc_claiming, true>(s);
}
