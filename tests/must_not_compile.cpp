// Each of these is built with one of the macros and has to fail; without a macro it has to build.
#include <logbuf/logbuf.hpp>

struct cleared_by_producer : logbuf::default_traits {
  static constexpr logbuf::zeroing zeroed = logbuf::zeroing::by_producer;
};

void check() {
  auto [tx, rx] = logbuf::spsc::make(64);
  [[maybe_unused]] auto& the_tx = tx;
#if defined(DROPPED_CLAIM)
  tx.try_claim(4);  // nobody can commit it
#elif defined(UNUSED_CLAIM)
  const auto claim_one = [&] { return std::move(*the_tx.try_claim(4)); };
  claim_one();  // nobody can commit it
#elif defined(DROPPED_READ)
  rx.try_read();  // consumes a record unseen
#elif defined(DROPPED_BATCH)
  rx.batch();
#elif defined(DROPPED_WRITE_BATCH)
  tx.try_batch(64);  // nobody can commit it
#elif defined(UNUSED_WRITE_BATCH)
  const auto claim_one = [&] { return std::move(*the_tx.try_batch(64)); };
  claim_one();  // nobody can commit it
#elif defined(DROPPED_WRITE)
  tx.try_write({});  // it may have been refused
#elif defined(DROPPED_RING)
  logbuf::spsc::make(64);
#elif defined(CLEARED_BY_MANY)
  auto many = logbuf::mpsc::make<cleared_by_producer>(64);
  auto claimed = many.first.try_claim(4);
#elif defined(COPIED_PRODUCER)
  auto copy = the_tx;
#elif defined(HANDLER_ANSWERS_BOOL)
  rx.drain([](auto, auto) { return true; });
#else
  auto claim = tx.try_claim(4);
  auto record = rx.try_read();
  auto batch = rx.batch();
  auto records = tx.try_batch(64);
  [[maybe_unused]] auto written = tx.try_write({});
  rx.drain([](auto, auto) { return logbuf::drain_action::next; });
#endif
}
