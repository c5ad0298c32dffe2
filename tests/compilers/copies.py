#!/usr/bin/env python3
"""Holds that a program may see the headers at several paths: copies.py ROOT CXX.

A vendored copy and an installed one, the one header and the folder that it was made from: each pair in one file compiles, in
either order. Two versions are an error that says so.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM = "int main() { auto [tx, rx] = logbuf::mpsc::channel(64); }\n"


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    faults, checks = [], 0
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        for copy in ("folder", "another_folder", "newer_folder"):
            shutil.copytree(root / "include" / "logbuf", at / copy / "logbuf")
        for copy in ("single", "another_single", "newer_single"):
            subprocess.run([sys.executable, "-B", root / "src" / "amalgamate.py", "-o", at / copy / "logbuf" / "logbuf.hpp"], check=True)
        for newer in ("newer_folder/logbuf/version.hpp", "newer_single/logbuf/logbuf.hpp"):
            text = (at / newer).read_text(encoding="utf-8")
            patch = int(re.search(r"LOGBUF_VERSION_PATCH (\d+)", text)[1])
            number = int(re.search(r"LOGBUF_VERSION != (\d+)", text)[1])
            text = text.replace(f"LOGBUF_VERSION_PATCH {patch}", f"LOGBUF_VERSION_PATCH {patch + 1}").replace(f"!= {number}", f"!= {number + 1}")
            (at / newer).write_text(text, encoding="utf-8")

        for header in (at / "newer_folder" / "logbuf").glob("*.hpp"):  # GCC takes files for one that have the same text and date
            header.write_text(header.read_text(encoding="utf-8") + "// newer\n", encoding="utf-8")

        def compiles(*headers):
            text = "".join(f'#include "{at}/{h}"\n' for h in headers) + PROGRAM
            return subprocess.run([compiler, "-std=c++20", "-Wall", "-Werror", "-fsyntax-only", "-x", "c++", "-"], input=text, text=True,
                                  capture_output=True)

        whole = "logbuf/logbuf.hpp"
        pairs = [("single", "another_single"), ("folder", "another_folder"), ("single", "folder"), ("folder", "single")]
        for one, other in pairs:
            checks += 1
            if (run := compiles(f"{one}/{whole}", f"{other}/{whole}", f"{other}/{whole}")).returncode:
                faults.append(f"{one}, then {other}: does not compile:\n{run.stderr[:600]}")
        checks += 1  # a part, and then all
        if (run := compiles("folder/logbuf/atomics.hpp", f"single/{whole}", "another_folder/logbuf/spsc.hpp")).returncode:
            faults.append(f"a part, and then all: does not compile:\n{run.stderr[:600]}")
        for one, other in [("single", "newer_single"), ("folder", "newer_folder"), ("newer_single", "folder"), ("newer_folder", "single")]:
            checks += 1
            run = compiles(f"{one}/{whole}", f"{other}/{whole}")
            if run.returncode == 0 or "two versions are included" not in run.stderr:
                faults.append(f"{one}, then {other}: is no error that says so:\n{run.stderr[:600]}")
    print("\n".join(faults))
    print(f"{checks} checks, {len(faults)} wrong")
    return bool(faults) or checks == 0


sys.exit(main())
