#!/usr/bin/env python3
"""Holds the layers of the production headers: layers.py ROOT [--compile CXX] [--self-test].

  mapped -> channel -> ends -> core -> base -> platform      each may include what stands to the right of it, and its own folder
  include/logbuf/*.hpp                             public: what users include

--compile also compiles every header alone. --self-test plants one fault of each kind into a copy and fails when one is not found.
"""
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Folder: what it may include besides itself; a file means that file alone.
MAY_INCLUDE = {
    "platform": set(),
    "base": {"platform/compiler.hpp", "platform/scopes.hpp"},
    "core": {"base", "platform"},
    "ends": {"core", "base", "platform/compiler.hpp"},
    "channel": {"ends", "core", "base", "platform/compiler.hpp"},
    "mapped": {"channel", "ends", "core", "base", "platform"},  # rings between processes, when there are any
}
ENTRIES = {"logbuf.hpp", "spsc.hpp", "mpsc.hpp", "version.hpp"}  # the public headers that hold more than one include
ENTRIES_MAY_INCLUDE = {"channel/channel.hpp", *ENTRIES}
# The others: each has one include, of the header of the same name in its folder. docs/guides/versions.md promises these paths.
FORWARDS = {"atomics": "core", "ordering": "core", "record": "core", "ring_state": "core", "setup": "core", "statistics": "core",
            "errors": "base", "misuse": "base", "result": "base", "consumer": "ends", "producer": "ends", "read_claim": "ends",
            "write_claim": "ends", "receiver": "channel", "sender": "channel"}

STANDARD = set("""algorithm array atomic bit cassert cerrno chrono compare concepts condition_variable cstddef cstdint cstdio
cstdlib cstring exception functional initializer_list iterator limits memory mutex new optional span stdexcept stop_token string
string_view thread type_traits utility version""".split())
# What only one compiler, or only some processors or systems have. [[likely]], __cpp_... and __cplusplus are standard.
COMPILER = re.compile(r"\bgnu::|\bmsvc::|\bclang::|\b__builtin\w+|\b__attribute__|\b__declspec|\b__forceinline|\b__assume|\basm\b|\b_mm?_\w+|\b__clang_analyzer__|"
                      r"\[\[no_unique_address\]\]|#\s*pragma (?!once\b)")
SYSTEM = re.compile(r"\b(__linux__|_WIN32|__APPLE__|__FreeBSD__|__unix__|__x86_64__|__i386__|__aarch64__|__arm__|__GNUC__|__clang__|_MSC_VER|"
                    r"_M_\w+|__SIZEOF_\w+)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
COMMENT = re.compile(r'//[^\n]*|("(?:\\.|[^"\\\n])*")')


def code_of(text):
    """Without comments; texts stay, but empty, except in an #include."""
    keep = lambda m: m[1] if m[1] and text[: m.start()].rsplit("\n", 1)[-1].lstrip().startswith("#") else '""' if m[1] else ""
    return COMMENT.sub(keep, text)


def check(headers):
    """The faults, as text."""
    faults, includes = [], {}
    faults += [f"{name}: a public path that is gone" for name in [*ENTRIES, *(n + ".hpp" for n in FORWARDS)] if not (headers / name).is_file()]
    for path in sorted(headers.rglob("*.hpp")):
        name = path.relative_to(headers).as_posix()
        folder = name.rpartition("/")[0]
        if folder and folder not in MAY_INCLUDE:
            faults.append(f"{name}: the folder {folder}/ is in no layer")
            continue
        code = code_of(path.read_text(encoding="utf-8"))
        own = []
        for quoted, angled in INCLUDE.findall(code):
            if quoted:
                target = (path.parent / quoted).resolve()
                if not target.is_file() or headers.resolve() not in target.parents:
                    faults.append(f'{name}: includes "{quoted}", which is no header of this library')
                    continue
                own.append(target.relative_to(headers.resolve()).as_posix())
            elif angled.startswith("logbuf/"):
                faults.append(f"{name}: includes <{angled}>: a header includes its neighbours by a relative path, so that a copy stays whole")
            elif angled not in STANDARD and folder != "platform":
                faults.append(f"{name}: includes the system header <{angled}>: only platform/ does")
        includes[name] = own
        if name.removesuffix(".hpp") not in FORWARDS:
            guard = "LOGBUF_" + re.sub(r"[/.]", "_", name).upper()
            if not re.search(rf"^#ifndef {guard}\n#define {guard}\n", code, re.M) or not code.rstrip().endswith("#endif"):
                faults.append(f"{name}: no include guard {guard}: a copy at another path is not recognised by #pragma once")
        for included in own:
            where = included.rpartition("/")[0]
            if not folder:
                if name in ENTRIES and included not in ENTRIES_MAY_INCLUDE:
                    faults.append(f"{name}: includes {included}: a public header reaches the library through channel/channel.hpp alone")
            elif not where:
                faults.append(f"{name}: includes the public header {included}: that points upwards")
            elif where != folder and not {where, included} & MAY_INCLUDE[folder]:
                faults.append(f"{name}: includes {included}: {folder}/ may include {', '.join(sorted(MAY_INCLUDE[folder])) or 'nothing else'}")
        if not folder and name not in ENTRIES:
            rest = [line for line in code.splitlines() if line.strip() and not line.startswith("#")]
            if own != [f"{FORWARDS.get(path.stem)}/{name}"] or rest:
                faults.append(f"{name}: a public header that is no entry includes the one of its name in a folder, and nothing else")
        if name != "platform/compiler.hpp":
            faults += [f"{name}: '{m[0]}' is one compiler's: platform/compiler.hpp has a word for it" for m in COMPILER.finditer(code)]
        if folder != "platform":
            faults += [f"{name}: '{m[0]}' is one system's, or one processor's: that is platform/'s" for m in SYSTEM.finditer(code)]
    return faults + cycles(includes)


def cycles(includes):
    state, faults = {}, []

    def visit(name, path):
        state[name] = "open"
        for included in includes.get(name, []):
            if state.get(included) == "open":
                faults.append("a cycle: " + " -> ".join([*path[path.index(included):], included]))
            elif included not in state:
                visit(included, [*path, included])
        state[name] = "done"

    for name in sorted(includes):
        if name not in state:
            visit(name, [name])
    return faults


def compile_each(headers, compiler):
    def alone(path):
        name = path.relative_to(headers.parent).as_posix()
        run = subprocess.run([*compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{headers.parent}", "-x", "c++", "-"],
                             input=f"#include <{name}>\n", text=True, capture_output=True)
        return [] if run.returncode == 0 else [f"{name} does not compile alone:\n{run.stderr[:600]}"]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [fault for faults in pool.map(alone, sorted(headers.rglob("*.hpp"))) for fault in faults]


# A fault of each kind: the file, a line that is put behind its #pragma once (-LINE: that line goes; None: the file
# goes), and what has to be said of it.
PLANTED = [
    ("platform/linux.hpp", '#include "../base/errors.hpp"', "platform/ may include nothing else"),
    ("base/errors.hpp", '#include "../core/record.hpp"', "base/ may include platform/compiler.hpp, platform/scopes.hpp"),
    ("core/protocol.hpp", '#include "../ends/life.hpp"', "core/ may include base, platform"),
    ("ends/producer.hpp", '#include "../channel/sender.hpp"', "ends/ may include"),
    ("ends/producer.hpp", '#include "../platform/platform.hpp"', "ends/ may include"),
    ("channel/sender.hpp", '#include "../platform/linux.hpp"', "channel/ may include"),
    ("core/record.hpp", '#include "../version.hpp"', "that points upwards"),
    ("core/record.hpp", '#include "../../../models/session.hpp"', "which is no header of this library"),
    ("core/record.hpp", "#include <logbuf/core/ordering.hpp>", "by a relative path"),
    ("core/record.hpp", '#include "ring_state.hpp"', "a cycle: "),
    ("core/waiting.hpp", "#include <unistd.h>", "the system header <unistd.h>"),
    ("spsc.hpp", '#include "core/protocol.hpp"', "through channel/channel.hpp alone"),
    ("errors.hpp", '#include "base/result.hpp"', "in a folder, and nothing else"),
    ("errors.hpp", None, "a public path that is gone"),
    ("errors.hpp", "struct sneaked_in;", "in a folder, and nothing else"),
    ("core/protocol.hpp", "[[gnu::hot]] void f();", "'gnu::' is one compiler's"),
    ("ends/life.hpp", "#ifndef __clang_analyzer__\n#endif", "'__clang_analyzer__' is one compiler's"),
    ("core/protocol.hpp", "inline int g() { return __builtin_clz(1u); }", "'__builtin_clz' is one compiler's"),
    ("ends/life.hpp", "struct s { [[no_unique_address]] int i; };", "'[[no_unique_address]]' is one compiler's"),
    ("core/record.hpp", "-#ifndef LOGBUF_CORE_RECORD_HPP", "no include guard LOGBUF_CORE_RECORD_HPP"),
    ("core/memory.hpp", "#if defined(__linux__)\n#endif", "'__linux__' is one system's"),
]


def self_test(headers):
    faults = []
    for name, line, said in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "logbuf"
            shutil.copytree(headers, copy)
            text = (copy / name).read_text(encoding="utf-8")
            if line is None:
                (copy / name).unlink()
            elif line.startswith("-"):
                (copy / name).write_text(text.replace(line[1:] + "\n", "", 1), encoding="utf-8")
            else:
                (copy / name).write_text(text.replace("#pragma once\n", f"#pragma once\n{line}\n", 1), encoding="utf-8")
            if not any(fault.startswith((name, "a cycle")) and said in fault for fault in check(copy)):
                faults.append(f"planted into {name}, and not found: {line}")
    return faults


def main():
    headers = pathlib.Path(sys.argv[1]) / "include" / "logbuf"
    faults = check(headers)
    checks = len(list(headers.rglob("*.hpp")))
    if "--self-test" in sys.argv:
        faults += self_test(headers)
        checks += len(PLANTED)
    if "--compile" in sys.argv:
        faults += compile_each(headers, [sys.argv[sys.argv.index("--compile") + 1]])
    print("\n".join(faults))
    print(f"{checks} headers and planted faults, {len(faults)} wrong")
    return bool(faults) or checks == 0


sys.exit(main())
