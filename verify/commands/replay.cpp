// Repeats one failing execution.
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "../report/console.hpp"
#include "../report/report.hpp"
#include "../runner/exit_code.hpp"
#include "../runner/pool.hpp"
#include "../runner/run_job.hpp"
#include "commands.hpp"

namespace logbuf::verify {

namespace {

int replay(const options& o, const std::string& text) {
  const parsed_replay p = parse_replay(text);
  if (!p.error.empty()) return complain(p.error);
  int code = something_failed;
  run_all({p.what}, 1, {{}, [&](std::size_t, const result& r) {
            if (r.is == verdict::failed) std::printf("%s", failure_text(r, terminal_width(stdout)).c_str()), (void)write_figure(o.reports, {r});
            else std::printf("%s: this execution holds (has the code changed since it failed?)\n", r.scenario.c_str());
            code = r.is == verdict::failed ? something_failed : all_held;
            return true;
          }});
  return code;
}

}  // namespace

void join_replay(CLI::App& app, choice& c) {
  app.add_option_function<std::string>(
         "--replay", [&c](const std::string& text) { c.choose([text](const options& o) { return replay(o, text); }); },
         "repeat one failing execution, from the line that the failure printed")
      ->type_name("STRING");
}

}  // namespace logbuf::verify
