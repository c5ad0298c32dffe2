#include <logbuf/logbuf.hpp>

int main() {
  auto [tx, rx] = logbuf::spsc::make(64);
  const std::byte bytes[3]{};
  return tx.try_write(bytes, 7) && rx.try_read()->tag() == 7 ? 0 : 1;
}
