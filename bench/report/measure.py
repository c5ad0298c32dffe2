"""Runs logbuf-bench in rounds: each cell once a round, the cells of a row one after the other."""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

STANDARD = {"family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads", "iterations",
            "real_time", "cpu_time"}


def one_round(program, pattern, number):
    """In a process of its own: other pages, other addresses, another order."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        run = subprocess.run([program, f"--order={number}", f"--benchmark_filter={pattern}", f"--benchmark_out={out.name}",
                              "--benchmark_out_format=json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"{os.path.basename(program)} ended with {run.returncode}\n{run.stderr}")
        with open(out.name, encoding="utf-8") as file:
            return json.load(file)


def measure(program, pattern, rounds):
    """After each round: {name: {counter: [one value a round]}}, the context of the last round, and {name: what went wrong}. A cell
    in which something went wrong has no values."""
    values, context, errors, begin = {}, {}, {}, time.monotonic()
    for number in range(1, rounds + 1):
        result = one_round(program, pattern, number)
        context = result["context"]
        for one in result["benchmarks"]:
            name = re.sub(r"/iterations:.*", "", one["name"])
            if one.get("error_occurred") and name not in errors:
                errors[name] = one["error_message"]
                print(f"... {name}: {errors[name]}", file=sys.stderr, flush=True)
            if name in errors:
                values.pop(name, None)
                continue
            counters = values.setdefault(name, {})
            for key, value in one.items():
                if isinstance(value, (int, float)) and key not in STANDARD:
                    counters.setdefault(key, []).append(value)
        left = (time.monotonic() - begin) / number * (rounds - number)
        print(f"... round {number} of {rounds}, {len(values)} cells, about {left:.0f} s left", file=sys.stderr, flush=True)
        yield values, context, errors


def wake(program, samples):
    """What logbuf-wake-bench says of its queues."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        run = subprocess.run([program, "--samples", str(samples), "--json", out.name], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(f"{os.path.basename(program)} ended with {run.returncode}\n{run.stderr}")
        with open(out.name, encoding="utf-8") as file:
            return json.load(file)["queues"]


def spread(samples):
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive") if len(samples) > 1 else samples * 3
    return {"median": middle, "q1": low, "q3": high, "rounds": samples}


def first_line(path, key):
    try:
        with open(path, encoding="utf-8") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith(key)), "unknown")
    except OSError:
        return "unknown"


def machine(context, root):
    commit = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {"processor": first_line("/proc/cpuinfo", "model name"), "family": first_line("/proc/cpuinfo", "cpu family"),
            "processors": len(os.sched_getaffinity(0)),
            "caches": [f"L{c['level']} {c['type']} {c['size'] // 1024} KiB" for c in context.get("caches", [])],
            "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
            "compiler": context.get("compiler", "unknown"), "flags": context.get("flags", "unknown"),
            "commit": commit.stdout.strip() or "unknown", "missing_peers": context.get("missing_peers", "").split(),
            "peers": dict(one.split("=", 1) for one in context.get("peers", "").split())}
