// The protocol models.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "../protocol/promela.hpp"
#include "commands.hpp"

namespace logbuf::verify {

void join_promela(CLI::App& app, choice& c) {
  auto own = std::make_shared<promela_settings>();
  CLI::App* command = app.add_subcommand("promela", "the protocol models: explored to the end by spin, planted bugs, traces of the headers replayed");
  command->fallthrough()->callback([&c, own] {
    c.choose([own](const options& o) {
      own->filters = o.scenarios.filters;
      own->deep = o.scenarios.deep;
      own->jobs = o.jobs;
      own->json = o.reports.json, own->junit = o.reports.junit, own->markdown = o.reports.markdown;
      return run_promela(*own);
    });
  });
  command->add_option("--trail", own->trail, "print how a planted bug, or MODEL/PROPERTY, is violated, step by step")->type_name("NAME");
  command->add_flag("--patches", own->patches, "only replay, of headers with a bug of verify/mutants each; all have to be refused");
  command->add_option("--recorder", own->recorder, "only replay, of what this recorder records instead of logbuf-record")->type_name("FILE");
}

}  // namespace logbuf::verify
