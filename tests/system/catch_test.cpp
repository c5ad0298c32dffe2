// What one shared library throws is caught as itself in another, also where types are hidden by default.
#include <logbuf/logbuf.hpp>

#include "check.hpp"

using namespace logbuf;
using namespace logbuf::test;

void make_a_bad_ring();
void read_a_missing_value();

int main() {
  try {
    make_a_bad_ring();
  } catch (const setup_failure& e) {
    check(e.error().value == 3, "with its numbers");
  } catch (...) {
    check(false, "setup_failure is caught as itself");
  }
  try {
    read_a_missing_value();
  } catch (const bad_result_access<read_error>& e) {
    check(e.error() == read_error::corrupt, "with its error");
  } catch (...) {
    check(false, "bad_result_access is caught as itself");
  }
  return finish();
}
