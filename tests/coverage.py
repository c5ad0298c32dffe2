"""Reads what llvm-cov has exported, and holds it against docs/coverage.md. Called by tests/coverage."""
import collections
import json
import pathlib
import re
import sys


def read(path, root):
    """Counts of lines and branches, summed over the instantiations of a template."""
    prefix = str(root / "include" / "logbuf") + "/"
    lines = collections.defaultdict(lambda: collections.defaultdict(int))
    branches = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
    functions = [f for export in sorted(path.glob("*.json")) for f in json.load(open(export))["data"][0]["functions"]]
    for function in functions:
        names = function["filenames"]
        own = []  # regions that are code, and those inside of them, innermost last
        for first, column, last, end, count, file, _, kind in function["regions"]:
            if kind == 0 and names[file].startswith(prefix):
                own.append((names[file][len(prefix):], first, column, last, end, count))
        # A line has the count of the innermost region that covers it.
        inner = {}
        for name, first, column, last, end, count in sorted(own, key=lambda r: (r[1], r[2], -r[3], -r[4])):
            for line in range(first, last + 1):
                if line == first and column > first_code(root, name, line):
                    inner.setdefault((name, line), count)
                else:
                    inner[(name, line)] = count
        for (name, line), count in inner.items():
            lines[name][line] += count
        for first, column, _, _, taken, not_taken, file, *_ in function.get("branches", []):
            if names[file].startswith(prefix):
                total = branches[names[file][len(prefix):]][(first, column)]
                total[0] += taken
                total[1] += not_taken
    return lines, branches


sources = {}


def text_of(root, name, line):
    if name not in sources:
        sources[name] = (root / "include" / "logbuf" / name).read_text().splitlines()
    return sources[name][line - 1]


def code_of(root, name, line):
    """Without the comment behind it, so that a reworded comment leaves the reasons in docs/coverage.md valid."""
    return text_of(root, name, line).partition("  //")[0].strip()


def first_code(root, name, line):
    text = text_of(root, name, line)
    return len(text) - len(text.lstrip()) + 1


def explained(document):
    """Rows of the second table: file, the line of code, why it is not covered."""
    rows = {}
    for row in re.findall(r"^\| `([\w./]+)` \| `(.+?)` \| (.+) \|$", document, re.M):
        rows[(row[0], row[1].replace("\\|", "|"))] = row[2]
    return rows


def main():
    root = pathlib.Path(sys.argv[2])
    lines, branches = read(pathlib.Path(sys.argv[1]), root)
    page = root / "docs" / "coverage.md"
    document = page.read_text()
    table = ["| header | lines | branches |", "|---|---|---|"]
    gaps = []
    sums = [0, 0, 0, 0]
    for name in sorted(lines):
        # Assertions are compiled out of the build that is measured; tests/misuse_test.cpp is about them.
        for line in [n for n in lines[name] if text_of(root, name, n).lstrip().startswith("LOGBUF_ASSERT")]:
            del lines[name][line]
            branches[name] = {place: n for place, n in branches[name].items() if place[0] != line}
        seen = sum(count != 0 for count in lines[name].values())
        sides = [side for pair in branches[name].values() for side in pair]
        taken = sum(side != 0 for side in sides)
        table.append(f"| `{name}` | {seen}/{len(lines[name])} | {taken}/{len(sides)} |")
        for i, n in enumerate((seen, len(lines[name]), taken, len(sides))):
            sums[i] += n
        missing = {line: "never run" for line, count in lines[name].items() if count == 0}
        for (line, _), (yes, no) in branches[name].items():
            if yes == 0 or no == 0:
                missing.setdefault(line, "never true" if yes == 0 and no else "never false" if yes else "never run")
        gaps += [(name, line, code_of(root, name, line), why) for line, why in sorted(missing.items())]
    table.append(f"| all | {sums[0]}/{sums[1]} | {sums[2]}/{sums[3]} |")
    print("\n".join(table) + "\n")

    reasons = explained(document)
    unexplained = [g for g in gaps if (g[0], g[2]) not in reasons]
    for name, line, code, why in gaps:
        print(f"{'explained' if (name, code) in reasons else 'UNEXPLAINED'}: {name}:{line}: {why}: {code}")
    # Two threads may happen to meet where they seldom do.
    stale = [key for key, why in reasons.items() if key not in {(g[0], g[2]) for g in gaps} and "a race" not in why]
    for name, code in stale:
        print(f"explained, but covered: {name}: {code}")

    new = re.sub(r"(<!-- coverage: begin -->\n).*?(<!-- coverage: end -->)", lambda m: m[1] + "\n".join(table) + "\n" + m[2],
                 document, flags=re.S)
    if "--write" in sys.argv:
        page.write_text(new)
    failed = len(unexplained) + len(stale)
    print(f"\n{1 if failed == 0 else 0} passed, {failed} failed")
    return failed != 0


sys.exit(main())
