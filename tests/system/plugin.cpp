// A plug-in that uses every part of the library, and is unloaded.
#include <exception>
#include <thread>

#include <logbuf/logbuf.hpp>

namespace {
struct counted : logbuf::default_traits {
  using statistics = logbuf::counting_statistics;
  static constexpr bool checked = true;
};
}  // namespace

extern "C" [[gnu::visibility("default")]] int run_plugin() {
  int records = 0;
  {
    auto [tx, rx] = logbuf::spsc::make(256);
    if (tx.try_write(std::as_bytes(std::span("ring")))) ++records;
    { auto dropped = tx.try_claim(4); }
    auto moved = std::move(tx);
    if (tx.try_claim(1).error() == logbuf::claim_error::detached) ++records;
    rx.drain([&](auto, auto) { ++records; });
  }
  {
    auto ends = logbuf::mpsc::channel<counted>(1024);
    std::thread sending([tx = std::move(ends.first)]() mutable {
      for (int i = 0; i != 10; ++i) (void)tx.send(std::as_bytes(std::span(&i, 1)));
    });
    for (auto& record : ends.second) records += record.size() == sizeof(int);
    sending.join();
    records += ends.second.statistics().records == 10;
  }
  try {
    (void)logbuf::spsc::make(3);
  } catch (const std::exception&) {
    ++records;
  }
  try {
    (void)logbuf::result<int, logbuf::read_error>(logbuf::read_error::empty).value();
  } catch (const std::exception&) {
    ++records;
  }
  return records;
}
