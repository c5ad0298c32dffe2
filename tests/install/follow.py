#!/usr/bin/env python3
"""Does what a document says, as a reader would: follow.py ROOT DOCUMENT SECTION, or --sections to list them.

In an empty folder beside a clone of the tree it writes the files of the document (a fence such as ```cpp app/main.cpp) and
runs the ```sh blocks of the section. The last line of their output has to be that of the ```text block. A document that has
neither for all of its sections (the README) means its first C++ program, and what that prints.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
CLONED = ["include", "src", "docs/packaging", "CMakeLists.txt", "README.md", "LICENSE"]


def sections(text):
    """Name to text; what stands before the first section has the name ''."""
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def clone(root, to):
    """The tree as it is now, committed: FetchContent clones it."""
    for name in CLONED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, to / name)
        else:
            shutil.copy(source, to / name)
    git = ["git", "-C", to, "-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"]
    for step in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "as it is"]):
        subprocess.run([*git, *step], check=True)


def follow(root, document, name, folder):
    parts = sections(document.read_text(encoding="utf-8"))
    common, own = (FENCE.findall(parts[part]) for part in ("", name))
    script = "".join(body for language, _, body in own if language == "sh")
    expected = [body.strip() for language, _, body in common + own if language == "text"]
    files = {file: body for _, file, body in common + own if file}
    if "app/main.cpp" not in files and not expected:
        files["app/main.cpp"] = next(body for language, file, body in FENCE.findall(document.read_text(encoding="utf-8"))
                                     if language == "cpp" and not file)
        expected = ["tag 7, 14 bytes"]
    if not script or len(expected) != 1:
        raise SystemExit(f"{document}: '{name}' has no commands, or not one output to expect")
    clone(root, folder / "logbuf")
    for file, body in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(body, encoding="utf-8")
    # Nothing that is installed on this machine may stand in for what the section installs.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CMAKE_", "PKG_CONFIG", "CPLUS_", "CPATH"))}
    if shutil.which("make") is None:
        environment["CMAKE_GENERATOR"] = "Ninja"
    run = subprocess.run(["bash", "-euxo", "pipefail", "-c", script], cwd=folder, env=environment, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    print(run.stdout, end="")
    last = run.stdout.strip().splitlines()[-1] if run.stdout.strip() else ""
    if run.returncode != 0:
        raise SystemExit(f"FAILED: exit code {run.returncode}")
    if last != expected[0]:
        raise SystemExit(f"FAILED: the last line is '{last}', and should be '{expected[0]}'")


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--sections":
        parts = sections(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
        print(";".join(name for name, text in parts.items() if name and re.search(r"^```sh\n", text, re.M)), end="")
        return
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    root, document, name = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        follow(root, document, name, pathlib.Path(folder))


main()
