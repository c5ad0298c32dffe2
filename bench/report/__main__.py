#!/usr/bin/env python3
"""Runs logbuf-bench in rounds and reports: medians, ratios to each peer, JSON, SVG plots."""

import argparse
import json
import os
import re
import shutil
import sys

from document import update
from everything import everything
from measure import machine, measure, spread, wake
from plots import plots
from states import with_lines
from table import Table

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
QUICK = (r"^delivery/|^throughput/spsc/1/(65536|1048576)/(16|64|128|1024|linux)/all/|^throughput/mpsc/[12]/1048576/(16|64|1024)/all/|"
         r"^latency/|^channel/|^crowd/|^ablation/.*/65536/(16|64)/|^pace/1048576/(64|1024)/")


def parse():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the cells that say most, 3 rounds: two minutes")
    parser.add_argument("--filter", help="regular expression of cells (see cells.hpp for their names)")
    parser.add_argument("--rounds", type=int, help="repetitions of each cell (default: 11)")
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "bench", "report"), help="directory of results.json and the plots")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "bench", "bench", "logbuf-bench"), help=argparse.SUPPRESS)
    parser.add_argument("--from", dest="results", metavar="FILE", help="reports from an earlier results.json; measures nothing")
    parser.add_argument("--no-plots", action="store_true")
    parser.add_argument("--document", metavar="FILE", action="append", default=[], help="puts the tables into this document, where it has places for them, and the plots beside the first")
    options = parser.parse_args()
    if options.rounds is None:
        options.rounds = 3 if options.quick else 11
    if options.rounds < 1:
        parser.error("--rounds has to be at least 1")
    if options.filter is not None:
        try:
            re.compile(options.filter)
        except re.error as e:
            parser.error(f"--filter: {e}")
    if not options.results and not os.path.isfile(options.program):
        parser.error(f"not built: {options.program}")
    return parser, options


def results_of(parser, options):
    if options.results:
        try:
            with open(options.results, encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError) as e:
            parser.error(f"--from: {e}")
    os.makedirs(options.out, exist_ok=True)
    wake_bench = os.path.join(os.path.dirname(options.program), "logbuf-wake-bench")
    results = {"wake": [] if options.filter else wake(wake_bench, 2000 if options.quick else 20000)}
    for values, context, errors in measure(options.program, options.filter or (QUICK if options.quick else "."), options.rounds):
        if not values and not errors:
            sys.exit("no cell matched")
        results["errors"] = errors
        results["machine"] = machine(context, ROOT)
        results["cells"] = {n: {c: spread(v) for c, v in counters.items()} for n, counters in sorted(values.items())}
        # After each round: a run that is broken off leaves what it has.
        with open(os.path.join(options.out, "results.json"), "w", encoding="utf-8") as file:
            json.dump(results, file)
            file.write("\n")
    return results


def versions(about, cells):
    """The commits of the peers that were measured, of those that have one here: a ring is called after its peer."""
    measured = {part.split("-")[0] for name in cells for part in name.split("/")}
    return "".join(f"; {peer} {commit}" for peer, commit in about.get("peers", {}).items() if peer in measured)


def main():
    parser, options = parse()
    results = results_of(parser, options)
    about, cells = results["machine"], with_lines(results["cells"])
    table = Table(cells)
    described = (f"{about['processor']}, family {about['family']}, {about['processors']} processors"
                 f"{' (' + ', '.join(about['caches']) + ')' if about['caches'] else ''}; {about['system']}; "
                 f"{about['compiler']} {about['flags']}; logbuf {about['commit']}{versions(about, cells)}")
    skipped = "".join(f"SKIPPED: {package} is not installed; its rings are not in this run\n" for package in about["missing_peers"])
    errors = results.get("errors", {})
    failed = "".join(f"ERROR: {name}: {what}\n" for name, what in errors.items())
    print(f"{described}\n{skipped}{failed}")
    idle = sorted(n for n, c in cells.items() if not all(c.get("records_per_second", {"rounds": [1]})["rounds"]))
    for name in idle:
        print(f"nothing came through {name} in a round: the ring or the machine stalled; measure that cell again")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for section in everything(table, results):
        print(section.text(width), end="\n\n")
    if not options.no_plots:
        where = os.path.splitext(options.document[0])[0] if options.document else options.out
        os.makedirs(where, exist_ok=True)
        try:
            written = plots(table, cells, where)
        except ImportError as e:
            sys.exit(f"the plots need python3-matplotlib: {e}")
        print(f"{where}: {', '.join(written)}" + ("" if options.results else f"; {options.out}: results.json"))
    without = f"; without {', '.join(about['missing_peers'])}" if about["missing_peers"] else ""
    for document in options.document:
        update(document, described + without, table, results)
    if errors:
        print(f"{len(errors)} cells could not be measured", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
