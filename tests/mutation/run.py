#!/usr/bin/env python3
"""Changes the headers in every small way that it knows, one at a time, and sees whether a test fails.

  run.py BUILD prepare [--sample N]       writes the headers that the preset `mutants` is built with
  run.py BUILD run [--sample N] [--only TEXT] [--again] [--write]

BUILD is the folder of the preset. --sample takes every N-th change, --only those whose file:line or kind contains TEXT, --again
those that survived the last run and are not explained. --write brings the table of docs/mutation.md up to date. BUILD/results.json has every verdict.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import time

import alone
import headers
import programs
import render
import sites
import table

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATIONS = [[], ["-DLOGBUF_PORTABLE_PARKER"], ["-U__linux__"]]
COMPILER = ["clang++-19", "-std=c++20", "-w"]
DOCUMENT = ROOT / "docs/mutation.md"
EVERYTHING = str(ROOT / "tests/strict/everything.cpp")
WORKERS = os.cpu_count() or 1


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


class Compiler:
    """Compiles everything that is in the headers, in each configuration that the tests have."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        used = sorted({line for file in (ROOT / "include").rglob("*.hpp") for line in file.read_text().splitlines()
                       if line.startswith("#include <") and "." not in line})
        headers.write_text(folder / "standard.hpp", "\n".join(used) + "\n")

    def errors(self, include):
        for configuration in CONFIGURATIONS:
            compiled = self.folder / f"standard{len(' '.join(configuration))}.pch"
            command = [*COMPILER, "-UNDEBUG", *configuration]
            if not compiled.exists() or compiled.stat().st_mtime < (self.folder / "standard.hpp").stat().st_mtime:
                subprocess.run([*command, "-xc++-header", self.folder / "standard.hpp", "-o", compiled], check=True)
            done = subprocess.run([*command, "-fsyntax-only", "-ferror-limit=0", "-fno-caret-diagnostics", "-include-pch", compiled,
                                   f"-I{include}", EVERYTHING], capture_output=True, text=True)
            if done.returncode != 0:
                return done.stderr
        return None


class Progress:
    def __init__(self, what, total):
        self.what, self.total, self.done, self.lock = what, total, 0, threading.Lock()

    def step(self):
        with self.lock:
            self.done += 1
            if self.done % 100 == 0 or self.done == self.total:
                say(f"{self.what}: {self.done} of {self.total}")


def around(changes, number):
    """The numbers of a few changes on the lines before and behind, of those that may be chosen at run time."""
    file = changes[number].file
    return [n for n in range(number - 3, number + 4) if n in changes and changes[n].file == file
            and not changes[n].is_constant and not changes[n].definitions]


class Mutation:
    def __init__(self, build, sample):
        self.build = pathlib.Path(build)
        self.texts, changes = sites.find(ROOT / "include", CONFIGURATIONS[:2])
        every = dict(enumerate(changes, 1))
        self.judged = [n for n in every if n % sample == 0]
        # What is around them is compiled along: what a test comes by there tells which tests are nearest.
        self.mutants = {n: every[n] for n in sorted(self.judged + [near for n in self.judged for near in around(every, n)])}
        self.killers = {}   # by file and line: what is tried first for the next mutant there
        self.alone = set()  # not chosen at run time: compiled one by one

    # ---- headers

    def prepare(self):
        """Writes the headers with their switches. Which changes compile together is found once for the same headers."""
        kept, key = self.build / "settled.pickle", (self.texts, self.mutants)
        include = self.build / "include"
        if kept.exists() and (old := pickle.loads(kept.read_bytes()))[0] == key:
            self.alone = old[1]
            return headers.write(self.texts, {n: c for n, c in self.mutants.items() if n not in self.alone}, include)
        say(f"{len(self.mutants)} changes: which of them compile together")
        switched = {n: c for n, c in self.mutants.items() if not c.is_constant and not c.definitions}
        compiler = Compiler(self.build / "compiler")
        out = headers.settle(self.texts, switched, include, lambda: compiler.errors(include), say)
        self.alone = out | (self.mutants.keys() - switched.keys())
        kept.write_bytes(pickle.dumps((key, self.alone)))
        say(f"{len(self.mutants) - len(self.alone)} of them are chosen at run time")

    def key(self, number):
        """The file, the line of code, and the change, as the reasons name them."""
        c = self.mutants[number]
        return c.file, table.code_of(self.texts[c.file], c.line), table.what(self.texts[c.file], c)

    # ---- what the tests reach

    def survey(self, tests):
        reached, applicable = {}, set()

        def one(t):
            with tempfile.NamedTemporaryFile("r") as file:
                t.seconds, t.processor, began = 100, 10, time.monotonic()
                passed, t.processor, output = programs.run([t], {"LOGBUF_MUTANT_REACHED": file.name})
                t.seconds = time.monotonic() - began
                if passed is None:
                    return None
                if not passed:
                    raise SystemExit(f"{t.name} fails without a mutant:\n{output[-2000:]}")
                seen = file.read()
            t.reaches = frozenset(n for n, how in enumerate(seen) if how == "2")
            return t, {n for n, how in enumerate(seen) if how == "1"}

        progress, usable, passed_by = Progress("tests without a mutant", len(tests)), [], set()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for result in pool.map(one, tests):
                progress.step()
                if result:
                    usable.append(result[0])
                    passed_by |= result[1]
        reached = frozenset().union(*(t.reaches for t in usable))
        # Where a value has no half, or no default, there is nothing to change.
        self.nothing = {n for n in passed_by - reached if n in self.mutants}
        return usable, reached

    # ---- verdicts

    def judge(self, number, tests):
        """The name of a test that fails with this mutant, or None."""
        c = self.mutants[number]
        likely = [t for line in range(c.line - 3, c.line + 1) for t in self.killers.get((c.file, line), [])]
        able = sorted((t for t in tests if number in t.reaches), key=lambda t: (t not in likely, not t.case, t.processor))
        environment, size = {"LOGBUF_MUTANT": str(number)}, 1
        while able:
            group = able[:1]
            if able[0].case:
                group = programs.together([t for t in able if t.case][:size])
                size = min(size * 3, 60)
            able = [t for t in able if t not in group]
            passed, _, output = programs.run(group, environment)
            if passed is False:
                name = group[0].name if len(group) == 1 else "unit tests"
                self.killers.setdefault((self.mutants[number].file, self.mutants[number].line), group)
                return name
        return None

    def run_switched(self, tests, numbers):
        progress, verdicts = Progress("mutants", len(numbers)), {}

        def one(n):
            verdict = self.judge(n, tests)
            progress.step()
            return n, verdict

        with concurrent.futures.ThreadPoolExecutor(2 * WORKERS) as pool:  # many of those that hang are asleep
            for n, verdict in pool.map(one, numbers):
                verdicts[n] = verdict
        return verdicts


    def run_alone(self, tests, numbers, known):
        """Compiled one by one."""
        progress, compiler, place = Progress("compiled alone", len(numbers)), Compiler(self.build / "compiler"), threading.local()
        rows = table.reasons(DOCUMENT.read_text())

        def one(n):
            text = render.single(self.texts[self.mutants[n].file], self.mutants[n])
            if not hasattr(place, "folder"):
                place.folder = alone.clean(self.build / f"alone{threading.get_ident()}")
            is_explained = any(table.explains(row, *self.key(n)) for row in rows)
            verdict = "nothing" if text is None else alone.judge(self.mutants[n], text, self.texts, self.mutants, tests, known, compiler,
                                                                 place.folder, is_explained)
            progress.step()
            return n, verdict

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            return dict(pool.map(one, numbers))


def report(m, verdicts, args):
    """Prints what no test told, and holds it against the reasons in docs/mutation.md. The number of differences."""
    document = DOCUMENT.read_text()
    rows, used = table.reasons(document), set()
    for n, verdict in verdicts.items():
        if verdict is None:
            c, key = m.mutants[n], m.key(n)
            for row in rows:
                if table.explains(row, *key):
                    used.add(row)
                    verdicts[n] = "explained"
            if verdicts[n] is None:
                print(f"SURVIVED {n} {c.file}:{c.line}: {key[2]}\n         in: {key[1]}")
    whole = args.sample == 1 and not args.only
    stale = [row for row in rows if row not in used] if whole else []
    for row in stale:
        print(f"STALE    docs/mutation.md explains what a test tells now: {' | '.join(row)}")
    lines = table.rows_of(m.mutants, verdicts)
    out_of_step = whole and table.written(document, lines) != document
    if out_of_step and args.write:
        DOCUMENT.write_text(table.written(document, lines))
        out_of_step = False
    if out_of_step:
        print("STALE    the table of docs/mutation.md: run with --write")
    survived = sum(v is None for v in verdicts.values())
    kinds = [sum(f(v) for v in verdicts.values()) for f in
             (lambda v: v not in (None, "nothing", "the compiler", "explained"), lambda v: v == "the compiler", lambda v: v == "explained")]
    print(f"{sum(kinds) + survived} mutants: {kinds[0]} killed by tests, {kinds[1]} refused by the compiler, {kinds[2]} explained, "
          f"{survived} survived")
    return survived + len(stale) + out_of_step


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build")
    p.add_argument("what", choices=["prepare", "run"])
    p.add_argument("--sample", type=int, default=1)
    p.add_argument("--only", default="")
    p.add_argument("--again", action="store_true")
    p.add_argument("--write", action="store_true")
    args = p.parse_args()
    m = Mutation(args.build, args.sample)
    m.prepare()
    if args.what == "prepare":
        return 0
    kept = m.build / "results.json"
    tests, reached = m.survey(programs.all_tests(m.build))
    wanted = [n for n in m.judged if args.only in f"{m.mutants[n].file}:{m.mutants[n].line} {m.mutants[n].kind}"]
    if args.again:
        old = {r["number"]: r["verdict"] for r in json.loads(kept.read_text())["mutants"]}
        rows = table.reasons(DOCUMENT.read_text())
        wanted = [n for n in wanted if old.get(n) is None and not any(table.explains(row, *m.key(n)) for row in rows)]
    verdicts = {n: "nothing" for n in wanted if n in m.nothing}
    verdicts |= m.run_switched(tests, [n for n in wanted if n in reached])
    rest = [n for n in wanted if n not in verdicts]
    verdicts |= m.run_alone(tests, rest, alone.Programs(m.build))
    if args.again:
        verdicts = {n: old.get(n) for n in m.judged} | verdicts
    if not args.only and args.sample == 1:  # or --again would have nothing but these to go on from
        kept.write_text(json.dumps({"mutants": [{"number": n, **vars(m.mutants[n]), "verdict": v} for n, v in sorted(verdicts.items())]}, indent=1))
    failures = report(m, verdicts, args)
    judged = sum(v != "nothing" for v in verdicts.values())
    print(f"{max(0, judged - failures)} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
