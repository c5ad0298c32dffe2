// The exit codes of logbuf-verify.
#pragma once

namespace logbuf::verify {

enum exit_code {
  all_held = 0,
  something_failed = 1,
  bad_usage = 2,
  not_explored = 3,  // nothing failed, but not everything was explored to the end
};

}  // namespace logbuf::verify
