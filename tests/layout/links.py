#!/usr/bin/env python3
"""Follows every link of every Markdown page: links.py ROOT [--self-test].

A link resolves to a file of the repository, its #anchor to a heading there; a path that is named in `code` exists; and
docs/README.md leads to every page below docs/ in one step. Links to other sites are not followed.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.M | re.S)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.M)
ANCHOR = re.compile(r'<a (?:name|id)="([^"]+)"')
# A path from the root that names one file or folder; build/ is made by the runs, and app/ and logbuf/ are a user's.
PATH = re.compile(r"^(?:src|include|models|verify|tests|bench|docs|\.ci|\.github)/[\w./-]*\w/?$")


def slug(heading):
    """As GitHub makes them: without markup and punctuation, spaces to hyphens."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.replace("`", "").lower()).replace(" ", "-")


def anchors_of(text):
    found, seen = set(ANCHOR.findall(text)), {}
    for heading in HEADING.findall(FENCE.sub("", text)):
        name = slug(heading)
        found.add(name if name not in seen else f"{name}-{seen[name]}")
        seen[name] = seen.get(name, 0) + 1
    return found


def check(root, files):
    pages = {name: (root / name).read_text(encoding="utf-8") for name in files if name.endswith(".md")}
    known = set(files) | {parent.as_posix() for name in files for parent in pathlib.PurePosixPath(name).parents}
    anchors = {name: anchors_of(text) for name, text in pages.items()}
    faults, followed, reached = [], 0, {"docs/README.md"}
    for name, text in pages.items():
        prose = FENCE.sub("", text)
        for target in (a or b for a, b in LINK.findall(CODE.sub("", prose))):
            if re.match(r"[a-z]+:", target):
                continue
            followed += 1
            path, _, anchor = target.partition("#")
            there = name
            if path:
                try:
                    there = (root / name).parent.joinpath(path).resolve().relative_to(root.resolve()).as_posix()
                except ValueError:
                    there = "(outside of the repository)"
            if there not in known:
                faults.append(f"{name}: ({target}) leads to nothing")
                continue
            if anchor and there.endswith(".md") and anchor not in anchors[there]:
                faults.append(f"{name}: ({target}): {there} has no heading #{anchor}")
            if name == "docs/README.md":
                reached.add(there)
        for code in CODE.findall(prose):
            path = code.strip("`").rstrip("/")
            if PATH.match(path):
                followed += 1
                if path not in known:
                    faults.append(f"{name}: `{path}` is no file and no folder")
    faults += [f"docs/README.md does not lead to {name}" for name in pages if name.startswith("docs/") and name not in reached]
    return faults, followed


PLANTED = [
    ("README.md", "[nowhere](docs/nowhere.md)", "leads to nothing"),
    ("README.md", "[outside](../outside.md)", "leads to nothing"),
    ("README.md", "![a picture](docs/none.svg)", "leads to nothing"),
    ("README.md", '<img src="docs/none.svg">', "leads to nothing"),
    ("README.md", "[a heading](docs/testing.md#of-another-name)", "has no heading #of-another-name"),
    ("README.md", "[here](#not-here)", "has no heading #not-here"),
    ("README.md", "`verify/gone.cpp`", "is no file and no folder"),
    ("docs/stray.md", "A page that nobody knows.", "docs/README.md does not lead to docs/stray.md"),
]


def self_test(root, files):
    faults = []
    for name, text, said in PLANTED:
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "copy"
            for file in files:
                if file.endswith(".md"):
                    (copy / file).parent.mkdir(parents=True, exist_ok=True)
                    (copy / file).write_bytes((root / file).read_bytes())
            with open(copy / name, "a", encoding="utf-8") as page:
                page.write(f"\n{text}\n")
            if not any(said in fault for fault in check(copy, sorted({*files, name}))[0]):
                faults.append(f"planted into {name}, and not found: {text}")
    return faults


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"], text=True, capture_output=True)
    if listed.returncode != 0:
        print("SKIPPED: no git checkout, so that the files of the repository are not known")
        return 0
    files = sorted(name for name in listed.stdout.splitlines() if (root / name).is_file())
    faults, followed = check(root, files)
    checks = followed
    if "--self-test" in sys.argv:
        faults += self_test(root, files)
        checks += len(PLANTED)
    print("\n".join(faults))
    print(f"{checks} links, paths and planted faults, {len(faults)} wrong")
    return bool(faults) or followed == 0


sys.exit(main())
