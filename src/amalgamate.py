#!/usr/bin/env python3
"""Makes one header of all: src/amalgamate.py [-o FILE]. Needs nothing but Python 3.

Each header below include/logbuf is put where it is first included. Its text is not changed, but for #pragma once, which the
file has once, and #include lines of standard headers that an earlier one has brought unconditionally. The parts keep their
include guards, so that a program may include this file at two paths, or beside the headers that it was made from.
"""
import argparse
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "include" / "logbuf"
OWN = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
FOREIGN = re.compile(r"^#\s*include\s+(<[^>]+>)")
PRAGMA = re.compile(r"^\s*#\s*pragma\s+once\b")
OPENS = re.compile(r"^\s*#\s*if")
CLOSES = re.compile(r"^\s*#\s*endif")
GUARD = re.compile(r"^#(ifndef|define|endif  //) LOGBUF_\w+_HPP$")


def expand(header, seen, brought):
    """The lines of one header, with what it includes in place."""
    seen.add(header)
    name = header.relative_to(FOLDER).as_posix()
    yield f"// ---- {name}"
    depth = 0
    for line in header.read_text(encoding="utf-8").splitlines():
        if GUARD.match(line):
            yield line
            continue
        depth += bool(OPENS.match(line)) - bool(CLOSES.match(line))
        if own := OWN.match(line):
            if depth:
                raise SystemExit(f"{name}: {line.strip()} stands inside of an #if: it can not be put in place")
            included = (header.parent / own[1]).resolve()
            if included not in seen:
                yield from expand(included, seen, brought)
        elif foreign := FOREIGN.match(line):
            if foreign[1] not in brought:
                yield line
            if depth == 0:
                brought.add(foreign[1])
        elif not PRAGMA.match(line):
            yield line


def forwards(header):
    """A path for those who include one part alone: it includes that part, and has nothing of its own."""
    lines = header.read_text(encoding="utf-8").splitlines()
    return all(not line or line.startswith("//") or PRAGMA.match(line) or OWN.match(line) for line in lines)


def squeeze(lines):
    """No two empty lines in a row."""
    last = "start"
    for line in lines:
        if line or last:
            yield line
        last = line


def amalgamate():
    seen = set()
    body = list(squeeze(expand(FOLDER / "logbuf.hpp", seen, set())))
    left_out = {h.relative_to(FOLDER).as_posix() for h in set(FOLDER.rglob("*.hpp")) - seen if not forwards(h)}
    if left_out:
        raise SystemExit(f"not reached from logbuf.hpp: {', '.join(sorted(left_out))}")
    licence = (FOLDER.parent.parent / "LICENSE").read_text(encoding="utf-8").rstrip().splitlines()
    version = re.search(r'LOGBUF_VERSION_STRING "([^"]+)"', (FOLDER / "version.hpp").read_text(encoding="utf-8"))[1]
    head = [f"// logbuf {version} in one header, made by src/amalgamate.py: do not edit.", "//"]
    head += [("// " + line).rstrip() for line in licence]
    return "\n".join([*head, "#pragma once", "", *body]) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Makes one header of all of include/logbuf.")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="where to write it (default: standard output)")
    output = parser.parse_args().output
    text = amalgamate()
    if output is None:
        sys.stdout.write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")


main()
