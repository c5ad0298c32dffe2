#!/usr/bin/env python3
"""Runs logbuf-bench in rounds and reports: medians, ratios to each peer, JSON, SVG plots."""

import argparse
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZES = ["8", "16", "64", "128", "256", "512", "1024", "8192"]
WORKLOADS = ["android", "hdfs", "linux", "openstack", "spark", "zookeeper"]
PAYLOADS = SIZES + WORKLOADS
CAPACITIES = {65536: "64 KiB", 1 << 20: "1 MiB", 2 << 20: "2 MiB", 16 << 20: "16 MiB"}
OURS = ("logbuf", "logbuf-by_producer")
LIMITS = ("handwritten", "memcpy-limit")
MANY = ("drain", "batch")  # the reads of many records
PERCENTILES = ("p50", "p90", "p99", "p99.9", "max")

QUICK = (r"^throughput/spsc/1/(65536|1048576)/(16|64|128|1024|linux)/all/|"
         r"^throughput/mpsc/[12]/1048576/(16|64|1024)/all/|^latency/")


# --- measuring ---------------------------------------------------------------------------------------------------------

def one_round(program, pattern):
    """Each benchmark once, in a random order, in a process of its own: other pages, other addresses."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        run = subprocess.run([program, f"--benchmark_filter={pattern}", "--benchmark_enable_random_interleaving=true",
                              f"--benchmark_out={out.name}", "--benchmark_out_format=json"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"{os.path.basename(program)} ended with {run.returncode}\n{run.stderr}")
        with open(out.name, encoding="utf-8") as file:
            return json.load(file)


def measure(program, pattern, rounds):
    """{name: {counter: [one value a round]}}, and the context of the last round."""
    values, context, begin = {}, {}, time.monotonic()
    for number in range(1, rounds + 1):
        result = one_round(program, pattern)
        context = result["context"]
        for one in result["benchmarks"]:
            name = re.sub(r"/iterations:.*", "", one["name"])
            if one.get("error_occurred"):
                sys.exit(f"{name}: {one['error_message']}")
            counters = values.setdefault(name, {})
            for key, value in one.items():
                if isinstance(value, (int, float)) and key not in STANDARD:
                    counters.setdefault(key, []).append(value)
        left = (time.monotonic() - begin) / number * (rounds - number)
        print(f"... round {number} of {rounds}, {len(values)} cells, about {left:.0f} s left", file=sys.stderr, flush=True)
    return values, context


STANDARD = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads", "iterations",
            "real_time", "cpu_time"}


def spread(samples):
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive") if len(samples) > 1 else samples * 3
    return {"median": statistics.median(samples) if len(samples) > 1 else middle, "q1": low, "q3": high, "rounds": len(samples)}


def machine(context, program):
    def first(path, key):
        try:
            with open(path, encoding="utf-8") as file:
                return next((line.split(":", 1)[1].strip() for line in file if line.startswith(key)), "unknown")
        except OSError:
            return "unknown"
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {"processor": first("/proc/cpuinfo", "model name"), "processors": len(os.sched_getaffinity(0)),
            "caches": [f"L{c['level']} {c['type']} {c['size'] // 1024} KiB" for c in context.get("caches", [])],
            "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
            "compiler": context.get("compiler", "unknown"), "flags": context.get("flags", "unknown"),
            "commit": commit.stdout.strip() or "unknown", "missing_peers": context.get("missing_peers", "").split()}


# --- the table of cells ------------------------------------------------------------------------------------------------

class Table:
    """Medians of throughput by (kind, producers, capacity, payload, consumer) and then by (ring, reads)."""

    def __init__(self, cells):
        self.rows, self.variable = {}, {}
        for name, counters in cells.items():
            if not name.startswith("throughput/"):
                continue
            _, kind, producers, capacity, payload, consumer, carries, ring, reads = name.split("/")
            row = self.rows.setdefault((kind, int(producers), int(capacity), payload, consumer), {})
            row[ring, reads] = counters["records_per_second"]["median"]
            self.variable[ring] = carries == "variable"

    def peers(self, kind=None):
        found = {ring for key, row in self.rows.items() if kind in (None, key[0]) for ring, _ in row}
        return sorted(found - set(OURS) - set(LIMITS), key=lambda r: (not self.variable[r], r))

    def figure(self, row, ring, reads):
        """A ring that has not this way to read is taken with the best that it has; many records at once count as one way."""
        mine = {r: v for (name, r), v in row.items() if name == ring}
        if reads in mine:
            return mine[reads]
        if reads in MANY:
            return max(mine.values(), default=None)
        return mine.get("single", max(mine.values(), default=None) if ring in LIMITS else None)

    def ratios(self, ring, ours="logbuf"):
        """(row key, reads): how many times the records of `ring`."""
        found = {}
        for key, row in self.rows.items():
            for reads in ("single", *MANY):
                if (ours, reads) in row and (theirs := self.figure(row, ring, reads)):
                    found[key, reads] = row[ours, reads] / theirs
        return found


def order(key):
    kind, producers, capacity, payload, consumer = key
    return (kind != "spsc", producers, consumer, capacity, PAYLOADS.index(payload))


def title(key):
    kind, producers, capacity, payload, consumer = key
    who = kind if kind == "spsc" else f"mpsc, {producers} producer" + "s" * (producers > 1)
    return f"{who}, {CAPACITIES[capacity]}, {payload}" + ("" if consumer == "all" else ", first 8 read")


def geometric_mean(values):
    return statistics.geometric_mean(values) if values else math.nan


def print_throughput(table, out):
    for kind in ("spsc", "mpsc"):
        others = [r for r in OURS[1:] if any((r, "single") in row for k, row in table.rows.items() if k[0] == kind)]
        others += [r for r in LIMITS + tuple(table.peers(kind)) if any(n == r for k, row in table.rows.items() if k[0] == kind for n, _ in row)]
        for reads in ("single", "batch", "drain"):
            keys = sorted((k for k, row in table.rows.items() if k[0] == kind and ("logbuf", reads) in row), key=order)
            if not keys:
                continue
            out(f"\n{kind}, {reads}: million records a second; GB/s of payload; then the ratio logbuf / other")
            out(f"{'':<44}{'M/s':>8} " + " ".join(f"{short(r):>12}" for r in others))
            for key in keys:
                row = table.rows[key]
                ours = row["logbuf", reads]
                cells = []
                for ring in others:
                    theirs = table.figure(row, ring, reads)
                    cells.append(f"{ours / theirs:>12.2f}" if theirs else f"{'':>12}")
                out(f"{title(key):<44}{ours / 1e6:>8.1f} " + " ".join(cells))


def short(ring):
    return {"moodycamel-ReaderWriterQueue": "ReaderWriter", "moodycamel-ConcurrentQueue": "Concurrent", "boost-spsc_queue": "boost spsc",
            "logbuf-by_producer": "by_producer"}.get(ring, ring)


def print_summary(table, out):
    out("\nlogbuf / peer, over every cell (payload, ring, way to read); a peer of slots carries one largest size")
    out(f"{'':<34}{'cells':>7}{'geo. mean':>11}{'least':>8}  where")
    for kind in ("spsc", "mpsc"):
        together = {}
        for ring in table.peers(kind) + [r for r in LIMITS]:
            ratios = {k: v for k, v in table.ratios(ring).items() if k[0][0] == kind}
            if not ratios:
                continue
            if table.variable[ring] and ring not in LIMITS:
                together.update({(ring, *k): v for k, v in ratios.items()})
            (key, reads), least = min(ratios.items(), key=lambda item: item[1])
            carries = "" if table.variable[ring] else " (slots)" if ring not in LIMITS else ""
            out(f"{kind + ': ' + ring + carries:<34}{len(ratios):>7}{geometric_mean(list(ratios.values())):>11.2f}{least:>8.2f}  {title(key)}, {reads}")
        if together:
            below = sum(v < 1 for v in together.values())
            out(f"{kind + ': all of variable length':<34}{len(together):>7}{geometric_mean(list(together.values())):>11.2f}"
                f"{min(together.values()):>8.2f}  {below} cells below 1")
    limit = table.ratios("memcpy-limit", "logbuf-by_producer")
    rows = sorted((k for k in limit if k[0][3] == "1024" and k[0][4] == "all" and k[1] == "batch"), key=lambda k: order(k[0]))
    for key in rows:
        out(f"memcpy limit / logbuf-by_producer, 1 KiB in batches, {CAPACITIES[key[0][2]]}: {1 / limit[key]:.2f}")


def print_latency(cells, out):
    names = sorted((n for n in cells if n.startswith("latency/")), key=lambda n: n.split("/"))
    if not names:
        return
    timer = next((cells[n]["timer"]["median"] for n in names if "timer" in cells[n]), math.nan)
    rate = next((cells[n]["cycles_per_nanosecond"]["median"] for n in names), math.nan)
    out(f"\nLatency of 64 bytes in cycles of {rate:.2f} a nanosecond; the timer's own {timer:.0f} are in the percentiles")
    for operation, what in (("write", "same thread: claim, write, commit"), ("read", "same thread: poll, read, release"),
                            ("one_way", "to the other processor: half of a round trip"), ("wake", "from the send to a receiver that slept")):
        rows = [n for n in names if n.split("/")[1] == operation]
        if rows:
            out(f"{what:<52}" + "".join(f"{p:>10}" for p in PERCENTILES))
            for n in rows:
                out(f"  {' '.join(n.split('/')[i] for i in (2, 4, 5)):<50}" + "".join(f"{cells[n][p]['median']:>10.0f}" for p in PERCENTILES))
    rows = [n for n in names if n.split("/")[1] == "pair"]
    if rows:
        out(f"{'same thread: a pair, the clock around a million':<52}{'cycles':>10}")
        for n in rows:
            out(f"  {' '.join(n.split('/')[i] for i in (2, 4, 5)):<50}{cells[n]['cycles_a_pair']['median']:>10.1f}")


# --- pictures ----------------------------------------------------------------------------------------------------------

def plots(table, cells, where):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "logbuf", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot
    written = []

    def style(ring):
        return {"linewidth": 2.4 if ring in OURS else 1.2, "linestyle": "--" if ring in LIMITS else "-", "marker": "o", "markersize": 3}

    def save(figure, name):
        figure.tight_layout()
        figure.savefig(os.path.join(where, name), metadata={"Date": None})
        pyplot.close(figure)
        written.append(name)

    def best(row, ring):
        return max((v for (r, _), v in row.items() if r == ring), default=None)

    for kind in ("spsc", "mpsc"):
        capacities = sorted({k[2] for k in table.rows if k[0] == kind and k[1] == 1 and k[4] == "all"})
        if not capacities:
            continue
        figure, axes = pyplot.subplots(1, len(capacities), figsize=(4.2 * len(capacities), 4.4), sharey=True, squeeze=False)
        for axis, capacity in zip(axes[0], capacities):
            for ring in OURS + LIMITS + tuple(table.peers(kind)):
                points = [(int(s), best(table.rows[kind, 1, capacity, s, "all"], ring)) for s in SIZES
                          if (kind, 1, capacity, s, "all") in table.rows]
                points = [(x, y / 1e6) for x, y in points if y]
                if points:
                    axis.plot(*zip(*points), label=ring, **style(ring))
            axis.set(xscale="log", yscale="log", title=f"{kind}, ring of {CAPACITIES[capacity]}", xlabel="payload, bytes")
            axis.set_xticks([int(s) for s in SIZES], SIZES)
            axis.minorticks_off()
            axis.grid(alpha=0.3)
        axes[0][0].set_ylabel("million records a second, best way to read")
        axes[0][-1].legend(fontsize=7)
        save(figure, f"throughput-{kind}.svg")

    for capacity in (1 << 20,):
        sizes = [s for s in ("16", "64", "128", "1024") if ("mpsc", 2, capacity, s, "all") in table.rows]
        if not sizes:
            continue
        figure, axes = pyplot.subplots(1, len(sizes), figsize=(3.6 * len(sizes), 4), squeeze=False)
        for axis, size in zip(axes[0], sizes):
            for ring in ("logbuf", "handwritten", *table.peers("mpsc")):
                points = [(n, best(table.rows[k], ring) / 1e6) for n in (1, 2, 4)
                          if (k := ("mpsc", n, capacity, size, "all")) in table.rows and best(table.rows[k], ring)]
                if points:
                    axis.plot(*zip(*points), label=ring, **style(ring))
            axis.set(title=f"{size} bytes, ring of {CAPACITIES[capacity]}", xlabel="producers", ylim=(0, None))
            axis.set_xticks([1, 2, 4])
            axis.grid(alpha=0.3)
        axes[0][0].set_ylabel("million records a second")
        axes[0][-1].legend(fontsize=7)
        save(figure, "scaling.svg")

    for operation in ("one_way", "write", "read", "wake"):
        rows = sorted((n for n in cells if n.startswith(f"latency/{operation}/")), key=lambda n: cells[n]["p50"]["median"])
        if not rows:
            continue
        figure, axis = pyplot.subplots(figsize=(7.5, 4.4))
        for n in rows:
            _, _, kind, _, ring, reads = n.split("/")
            axis.plot(PERCENTILES, [cells[n][p]["median"] for p in PERCENTILES], label=f"{kind} {ring} {reads}", **style(ring))
        axis.set(yscale="log", ylabel="cycles", title=f"latency: {operation.replace('_', ' ')}, 64 bytes")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=6)
        save(figure, f"latency-{operation}.svg")
    return written


# --- the command -------------------------------------------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the cells that say most, 3 rounds")
    parser.add_argument("--filter", help="regular expression of cells (see cells.hpp for their names)")
    parser.add_argument("--rounds", type=int, help="repetitions of each cell (default: 11)")
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "bench", "report"), help="directory of results.json and the plots")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "bench", "bench", "logbuf-bench"), help=argparse.SUPPRESS)
    parser.add_argument("--from", dest="results", metavar="FILE", help="reports from an earlier results.json; measures nothing")
    parser.add_argument("--no-plots", action="store_true")
    options = parser.parse_args()
    rounds = options.rounds if options.rounds is not None else 3 if options.quick else 11
    if rounds < 1:
        parser.error("--rounds has to be at least 1")
    if options.filter is not None:
        try:
            re.compile(options.filter)
        except re.error as e:
            parser.error(f"--filter: {e}")

    if options.results:
        try:
            with open(options.results, encoding="utf-8") as file:
                results = json.load(file)
        except (OSError, ValueError) as e:
            parser.error(f"--from: {e}")
    else:
        if not os.path.isfile(options.program):
            parser.error(f"not built: {options.program}")
        values, context = measure(options.program, options.filter or (QUICK if options.quick else "."), rounds)
        if not values:
            sys.exit("no cell matched")
        results = {"machine": machine(context, options.program),
                   "cells": {n: {c: spread(v) for c, v in counters.items()} for n, counters in sorted(values.items())}}
        os.makedirs(options.out, exist_ok=True)
        with open(os.path.join(options.out, "results.json"), "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
            file.write("\n")

    about = results["machine"]
    print(f"{about['processor']}, {about['processors']} processors ({', '.join(about['caches'])}); {about['system']}\n"
          f"{about['compiler']} {about['flags']}; logbuf {about['commit']}")
    for package in about["missing_peers"]:
        print(f"SKIPPED: {package} is not installed; its rings are not in this run")
    table = Table(results["cells"])
    print_throughput(table, print)
    print_latency(results["cells"], print)
    print_summary(table, print)
    if not options.no_plots:
        os.makedirs(options.out, exist_ok=True)
        try:
            written = plots(table, results["cells"], options.out)
        except ImportError as e:
            sys.exit(f"the plots need python3-matplotlib: {e}")
        print(f"\n{options.out}: results.json, {', '.join(written)}" if not options.results else f"\n{options.out}: {', '.join(written)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
