// Global ends, used by an initialiser of this file, which runs before or after those of the other one.
#include "check.hpp"
#include "early.hpp"

using namespace logbuf;
using namespace logbuf::test;

namespace {
const bool used_early = [] {
  check(untouched.try_claim(1).error() == claim_error::detached, "an end without a ring says so, before main");
  check(early_sender.try_send(1).error() == send_error::detached, "and a sender");
  check(early_receiver.try_receive().error() == receive_error::detached, "and a receiver");
  check(early_consumer.try_read().error() == read_error::empty, "and a consumer");
  auto ring = spsc::make(256);
  early_producer = std::move(ring.first);
  early_consumer = std::move(ring.second);
  auto channel = mpsc::channel(256);
  early_sender = std::move(channel.first);
  early_receiver = std::move(channel.second);
  check(early_producer.try_write(std::as_bytes(std::span("ring"))).has_value(), "a record before main");
  check(early_sender.send(std::as_bytes(std::span("channel"))).has_value(), "and another");
  return true;
}();
}  // namespace

int main() {
  check(used_early && early_producer.is_attached() && early_sender.is_attached(), "no initialiser came after the assignment");
  check(early_consumer.try_read()->size() == sizeof "ring", "a global consumer has the ring's record");
  check(early_receiver.try_receive()->size() == sizeof "channel", "and a receiver the channel's");
  early_sender = {};
  check(early_receiver.try_receive().error() == receive_error::disconnected, "and is disconnected");
  return finish();
}
