#!/usr/bin/env python3
"""Counts the instructions that one record costs on one thread, and compares them with docs/instructions.md.

  count_instructions.py [--cxx COMPILER]... [--write]

For each compiler whose version has a row there (by default all that are installed): compiles instructions.cpp with the flags
of the row and runs it under Valgrind, which counts exactly, so that the figures do not depend on the machine or its load. A
count is the difference between two runs of different lengths; the harness, which does the same without a ring, is taken away.

A count above its row is a failure. So is one below it: lower the row with --write, since the figures may only fall.
Exit code: 0 as in the table; 1 not; 2 wrong usage, or no compiler of the table is here.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/instructions.md"
RINGS = ["spsc", "by_producer", "mpsc"]
PATTERNS = ["pairs", "bursts"]
FEW, MANY = 32_000, 64_000  # records
ROW = re.compile(r"^\| `(\S+)` \| (\S+) \| `([^`]+)` \| (.*) \|$", re.M)


def version_of(compiler):
    asked = subprocess.run([compiler, "-dumpfullversion", "-dumpversion"], capture_output=True, text=True)
    return asked.stdout.split()[0].split(".")[0]


def total(program, *arguments):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *arguments],
                          capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"valgrind failed:\n{done.stderr[-2000:]}")
    return int(found[1])


def per_record(program, ring, pattern):
    return (total(program, ring, pattern, str(MANY)) - total(program, ring, pattern, str(FEW))) / (MANY - FEW)


def count(compiler, flags):
    """In the order of the table: for each ring, each pattern."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "instructions")
        source = ROOT / "bench/instructions.cpp"
        subprocess.run([compiler, "-std=c++20", *flags.split(), "-DNDEBUG", f"-I{ROOT}/include", source, "-o", program],
                       check=True)
        harness = {p: per_record(program, "nothing", p) for p in PATTERNS}
        return [per_record(program, r, p) - harness[p] for r in RINGS for p in PATTERNS]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cxx", action="append", help="only this compiler; may be repeated")
    p.add_argument("--write", action="store_true", help="write lower counts into docs/instructions.md")
    args = p.parse_args()
    text, failures, counted = DOCUMENT.read_text(), 0, 0
    for compiler, version, flags, cells in ROW.findall(text):
        if args.cxx and compiler not in args.cxx:
            continue
        if not shutil.which(compiler) or version_of(compiler) != version:
            print(f"{compiler} {version} is not here: left out")
            continue
        found = [f"{n:.1f}" for n in count(compiler, flags)]
        bounds = cells.split(" | ")
        for name, bound, n in zip([f"{r} {p}" for r in RINGS for p in PATTERNS], bounds, found):
            verdict = "as written" if n == bound else "MORE" if float(n) > float(bound) else "LESS: run with --write"
            counted += 1
            if not (args.write and float(n) <= float(bound)):
                failures += n != bound
            print(f"{compiler} {version} {flags:20} {name:20} {n:>6} of {bound:>6}  {verdict}", flush=True)
        if args.write:
            row, least = f"| `{compiler}` | {version} | `{flags}` | ", [min(b, n, key=float) for b, n in zip(bounds, found)]
            text = text.replace(f"{row}{cells} |", f"{row}{' | '.join(least)} |")
    if args.write:
        DOCUMENT.write_text(text)
    if counted == 0:
        print("none of the table's compilers is here")
        return 2
    print(f"{counted - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
