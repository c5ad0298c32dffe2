#!/usr/bin/env python3
"""The programs in a document compile without a warning, run, and print what the document says: snippets.py HEADERS COMPILER
DOCUMENT... Each ```cpp block is a program; a ```text block behind it, and before the next one, is its output."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w*)( \S+)?\n(.*?)^```$", re.M | re.S)
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-pthread"]


def run(command, what):
    done = subprocess.run(command, text=True, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        raise SystemExit(f"FAILED: {what}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def programs(document):
    """Each with its line, its text, and the output that the document shows, if any."""
    text = document.read_text(encoding="utf-8")
    blocks = [(m[1], m[2], m[3], text.count("\n", 0, m.start()) + 1) for m in FENCE.finditer(text)]
    for i, (language, file, body, line) in enumerate(blocks):
        if language == "cpp" and not file:
            shown = blocks[i + 1][2] if i + 1 < len(blocks) and blocks[i + 1][0] == "text" else None
            yield f"{document.name}:{line}", body, shown


def main():
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    headers, compiler, documents = sys.argv[1], sys.argv[2], [pathlib.Path(name) for name in sys.argv[3:]]
    found = [program for document in documents for program in programs(document)]
    if not found:
        raise SystemExit("FAILED: there is no program")

    def check(program):
        where, body, shown = program
        if "int main(" not in body:
            raise SystemExit(f"FAILED: {where} is no program")
        source = pathlib.Path(folder) / f"{where.replace(':', '_')}.cpp"
        source.write_text(body, encoding="utf-8")
        run([compiler, *FLAGS, f"-I{headers}", source, "-o", source.with_suffix("")], where)
        output = run([source.with_suffix("")], where)
        if shown is not None and output != shown:
            raise SystemExit(f"FAILED: {where} prints\n{output}and the document says\n{shown}")
        return where

    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for where in pool.map(check, found):
            print(f"{where} is as it says")


main()
