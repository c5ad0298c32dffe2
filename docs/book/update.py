#!/usr/bin/env python3
"""Checks the book against the code: this script generates every program, figure and table in docs/book/chapters.

  docs/book/update.py [--write] REPORTS VERIFY    what the model checker reports: the reports of verify/run, and logbuf-verify
  docs/book/update.py [--write] --machine         what compilers make of each site (GCC 12 for x86-64 and AArch64)

Without --write it compares, and fails when the book and the code disagree. A block in a chapter is between
`<!-- site commit_store -->` and `<!-- end -->`; the first word names the function below that generates it.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
chapters = here / "chapters"


def rows(path):
    """The cells of a Markdown table, without its head."""
    lines = [l for l in path.read_text().splitlines() if l.startswith("|")]
    return [[c.strip() for c in l.strip("|").split(" | ")] for l in lines[2:]]


class Evidence:
    """What the reports of verify/run contain, and what logbuf-verify prints."""

    def __init__(self, reports, program):
        self.program = program
        self.sites = {r[0].strip("`"): r for r in (self.pad(r, 6) for r in rows(reports / "mutants.md"))}
        self.on_graphs = {}
        for name, weaker, killer, _ in rows(reports / "graph-mutants.md"):
            self.on_graphs.setdefault(name.strip("`"), []).append(f"{weaker}: {killer}")
        self.relacy = {r[0].strip("`"): r for r in rows(reports / "calibration.md")}
        self.graphs = {r[0].strip("`"): r for r in rows(reports / "graph-calibration.md")}
        self.counterexamples = json.loads((reports / "counterexamples.json").read_text())["results"]
        shown = subprocess.run([program, "--show", "--deep"], check=True, capture_output=True, text=True).stdout
        self.scenarios = {s["name"]: s for s in json.loads(shown)["scenarios"]}
        self.litmus = dict(re.findall(
            r'\{(?:\.name = )?"([^"]+)",\s*(?:\.about = )?"[^"]*",\s*(?:\.threads = )?(\{\{.*?\}\})[,}]', (root / "verify/litmus/tests.cpp").read_text(), re.S))

    @staticmethod
    def pad(row, n):
        return row + [""] * (n - len(row))

    def counterexample(self, site, order):
        for r in self.counterexamples:
            w = r["weakened"][0]
            if w["site"] == site and order in (None, w["order"]):
                return r
        sys.exit(f"update.py: no counterexample for {site} {order or ''}: is it an ordering site that is not relaxed?")


# ---- the blocks


def program_of(scenario):
    s = scenario
    what = {"spsc": "SPSC", "mpsc": "MPSC"}[s["ring"]] + (" channel" if s.get("channel") else " ring") + f", {s['capacity']} bytes"
    for key, text in (("release_threshold", "release threshold {} bytes"), ("initial_position", "starts at position {}"),
                      ("fences", "{} fences")):
        if key in s:
            what += ", " + text.format(s[key])
    if s.get("traits") == "producer_clears":
        what += ", the producer clears the next header"
    lines = [what]
    last = len(s["threads"]) - 1
    for t, steps in enumerate(s["threads"]):
        name = "consumer" if t == last else f"producer {t}"
        lines.append(f"{name:<12}{'; '.join(steps) if steps else '(nothing)'}")
    return "```text\n" + "\n".join(lines) + "\n```"


def site(e, name, order=None):
    """The site, what it is for, the smallest program that fails without it, and how."""
    row = e.sites[name]
    r = e.counterexample(name, order)
    weaker = r["weakened"][0]["order"]
    figure = f"figures/{name}-{weaker}.svg"
    failure = r["failure"]
    return "\n".join([
        f"**`{name}`** weakened from {row[1]} to {weaker}. The scenario that fails in the fewest steps (`{r['scenario']}`):",
        "",
        program_of(e.scenarios[r["scenario"]]),
        "",
        f"Execution {r['executions']} fails: *{failure['what']}*.",
        "",
        f"![{name} weakened to {weaker}: {failure['what']}]({figure})",
        "",
        "```sh",
        f"verify/run --replay '{failure['replay']}' \\",
        f"  --figure docs/book/chapters/{figure}",
        "```",
        "",
        f"With {row[1]}, it pairs with {partners(row[2])} and carries {row[3]}.",
    ]), {figure: failure["replay"]}


def partners(cell):
    return re.sub(r"[a-z]+_[a-z_]+", lambda m: f"`{m[0]}`", cell)


def relaxed(e, *names):
    """Sites that need no order, and why."""
    lines = ["| site | order | why nothing breaks |", "|---|---|---|"]
    for n in names:
        row = e.sites[n]
        if row[1] != "relaxed":
            sys.exit(f"update.py: {n} is {row[1]}, but a chapter says that it is relaxed")
        why = re.sub(r"^nothing: ", "", row[4])
        lines.append(f"| `{n}` | {row[1]} | {why} |")
    lines += ["", "```sh", "verify/run && docs/book/update.py --write build/verify/reports build/verify/verify/logbuf-verify", "```"]
    return "\n".join(lines), {}


words = {"rlx": "relaxed", "acq": "acquire", "rel": "release", "ar": "acq_rel", "sc": "seq_cst"}


def step_text(step):
    def order(args, i):
        return words[args[i]] if len(args) > i else "relaxed"

    name, inside = re.fullmatch(r"(\w+)\((.*)\)", step).groups()
    if name == "when":
        condition, rest = inside.split(", ", 1)
        return f"if it read {condition}: {step_text(rest)}"
    a = [x.strip() for x in inside.split(",")] if inside else []
    return {
        "ld": lambda: f"{a[0]}.load({order(a, 1)})",
        "st": lambda: f"{a[0]}.store({a[1]}, {order(a, 2)})",
        "xchg": lambda: f"{a[0]}.exchange({a[1]}, {order(a, 2)})",
        "add": lambda: f"{a[0]}.fetch_add({a[1]}, {order(a, 2)})",
        "cas": lambda: f"{a[0]}.compare_exchange({a[1]} -> {a[2]}, {order(a, 3)})",
        "get": lambda: f"plain read of {a[0]}",
        "put": lambda: f"plain write {a[0]} = {a[1]}",
        "fence": lambda: f"fence({order(a, 0)})",
        "heavy": lambda: "heavy fence",
        "light": lambda: "light fence",
    }[name]()


def litmus_program(text):
    threads = [re.findall(r"when\(\d+, \w+\([^()]*\)\)|\w+\([^()]*\)", t) for t in re.findall(r"\{([^{}]*)\}", text)]
    columns = [[f"thread {i}"] + [step_text(s) for s in t] for i, t in enumerate(threads)]
    height = max(map(len, columns))
    widths = [max(map(len, c)) + 4 for c in columns]
    lines = ["".join((c[i] if i < len(c) else "").ljust(w) for c, w in zip(columns, widths)).rstrip() for i in range(height)]
    return "```text\n" + "\n".join(lines) + "\n```"


def litmus(e, *names):
    """Programs of a few steps: what the execution graphs show, what C++ forbids, and what an engine misses."""
    parts = []
    for n in names:
        relacy, graphs = e.relacy[n], e.graphs[n]
        saw = f"Execution graphs find {graphs[1]}." if "race" in graphs[1] else f"Outcomes: {graphs[1].replace(' ', ', ')}."
        never = f" C++ forbids {relacy[3].replace(' ', ', ')}." if relacy[3] else ""
        misses = f" C++ also allows {relacy[4]}." if relacy[4] and relacy[4] not in graphs[1] else f" Relacy misses {'it' if 'race' in graphs[1] else relacy[4]}." if relacy[4] else ""
        parts += [f"`{n}`: {relacy[1]}", "", litmus_program(e.litmus[n]), "", saw + never + misses, ""]
    chosen = " ".join(f"--filter {n}" for n in names)
    parts += ["```sh", f"verify/run calibrate {chosen} && verify/run calibrate --engine rc11 {chosen}", "```"]
    return "\n".join(parts), {}


def killers(e):
    """Each order, and what kills its weakenings, on both engines."""
    lines = ["| site | order | killed by (Relacy) | killed by (execution graphs) |", "|---|---|---|---|"]
    for name, row in e.sites.items():
        if row[1] != "relaxed":
            lines.append(f"| `{name}` | {row[1]} | {row[5]} | {'; '.join(e.on_graphs[name])} |")
    lines += ["", "```sh", "verify/run mutants --orders && verify/run mutants --orders --engine rc11", "```"]
    return "\n".join(lines), {}


def blind(e):
    """The litmus tests in which the engines differ."""
    lines = ["| test | about | C++ allows | Relacy sees | execution graphs see |", "|---|---|---|---|---|"]
    for name, row in e.relacy.items():
        if row[4]:
            graphs = set(e.graphs[name][1].split())
            seen = " ".join(m for m in row[4].split() if m in graphs)
            lines.append(f"| `{name}` | {row[1]} | {row[4]} | no | {'yes' if seen == row[4] else seen or 'no'} |")
    lines += ["", "```sh", "verify/run calibrate && verify/run calibrate --engine rc11", "```"]
    return "\n".join(lines), {}


# ---- the machine code

machines = {
    "x86-64": ("g++", "objdump", ["-O2"]),
    "AArch64": ("aarch64-linux-gnu-g++", "aarch64-linux-gnu-objdump", ["-O2", "-march=armv8.1-a"]),
}


class Machines:
    """The functions of machine_code.cpp, disassembled."""

    def __init__(self):
        self.code = {}
        for machine, (compiler, objdump, flags) in machines.items():
            version = subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True) if shutil.which(compiler) else None
            if version is None or version.stdout.strip() != "12" or not shutil.which(objdump):
                print(f"SKIPPED: needs GCC 12 and objdump for {machine}: {compiler}, {objdump}")
                sys.exit(0)
            with tempfile.TemporaryDirectory() as folder:
                out = f"{folder}/machine_code.o"
                subprocess.run([compiler, "-std=c++20", *flags, f"-I{root}/include", "-c", f"{here}/machine_code.cpp", "-o", out], check=True)
                text = subprocess.run([objdump, "-dr", "--no-show-raw-insn", out], check=True, capture_output=True, text=True).stdout
            self.code[machine] = {n: self.instructions(body) for n, body in
                                  re.findall(r"^[0-9a-f]+ <site_(\w+)>:\n((?:.+\n)+)", text, re.M)}
        for machine, functions in self.code.items():
            shown = {n.partition("__")[0] for n in functions} | {"tail_claim_lost"}  # a failed exchange is part of its exchange
            if wrong := sorted(shown ^ {r[0].strip("`") for r in rows(root / "docs/ordering-sites.md")}):
                sys.exit(f"{machine}: in machine_code.cpp or in docs/ordering-sites.md, and not in both: {', '.join(wrong)}")

    @staticmethod
    def instructions(body):
        lines = []
        for line in body.splitlines():
            m = re.match(r"\s+[0-9a-f]+:\s(.*)", line)
            if not m:
                continue
            text = re.sub(r"\s+", " ", re.sub(r"\s*(// |# |<).*$", "", m[1])).strip()
            relocation = re.match(r"R_\w+ (\S+)", text)
            if relocation:
                lines[-1] = re.sub(r" \S+$", "", lines[-1]) + " " + re.sub(r"[-+]0x.*", "", relocation[1])
                continue
            if not re.match(r"(ret|endbr64|nop|xchg %ax,%ax|data16|cs nopw)", text):
                lines.append(text)
        return lines


def machine(m, *names):
    """What each site becomes."""
    lines = ["| site | " + " | ".join(machines) + " |", "|---|" + "---|" * len(machines)]
    for n in names or [n for n in next(iter(m.code.values()))]:
        cells = ["<br>".join(f"`{i}`" for i in m.code[machine][n]) or "no instruction" for machine in machines]
        name, _, variant = n.partition("__")
        lines.append(f"| `{name}`{', ' + variant if variant else ''} | " + " | ".join(cells) + " |")
    lines += ["", "```sh", "docs/book/update.py --write --machine", "```"]
    return "\n".join(lines), {}


# ---- the chapters


def fill(text, makers, source, figures):
    def block(m):
        name, *arguments = m[1].split()
        if name not in makers:
            return m[0]
        made, pictures = makers[name](source, *arguments)
        figures.update(pictures)
        return f"<!-- {m[1]} -->\n{made}\n<!-- end -->"

    return re.sub(r"<!-- ([a-z]\w*(?: [^>]*?)?) -->\n(?:(?!<!-- end -->).)*<!-- end -->", block, text, flags=re.S)


def draw(program, replay):
    with tempfile.NamedTemporaryFile(suffix=".svg") as picture:
        subprocess.run([program, "--replay", replay, "--figure", picture.name], capture_output=True)
        return pathlib.Path(picture.name).read_text()


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    write = "--write" in sys.argv
    if arguments == ["--machine"]:
        source, makers = Machines(), {"machine": machine}
    elif len(arguments) == 2 and not arguments[0].startswith("-"):
        source = Evidence(pathlib.Path(arguments[0]), arguments[1])
        makers = {"site": site, "relaxed": relaxed, "litmus": litmus, "killers": killers, "blind": blind}
    else:
        sys.exit(__doc__)
    figures, files = {}, {}
    for chapter in sorted(chapters.glob("*.md")):
        files[chapter] = fill(chapter.read_text(), makers, source, figures)
    for name, replay in figures.items():
        files[chapters / name] = draw(source.program, replay)
    passed = failed = 0
    for path, made in files.items():
        if made and path.exists() and path.read_text() == made:
            passed += 1
        elif write and made:
            path.write_text(made)
            passed += 1
            print(f"{path.relative_to(root)} written", file=sys.stderr)
        else:
            failed += 1
            print(f"{path.relative_to(root)} does not match the code (docs/book/update.py --write updates it)", file=sys.stderr)
    if "site" in makers:
        everything = "".join(p.read_text() for p in sorted(chapters.glob("*.md")))
        for name in source.sites:
            passed, failed = (passed + 1, failed) if f"`{name}`" in everything else (passed, failed + 1)
            if f"`{name}`" not in everything:
                print(f"{name} is in no chapter", file=sys.stderr)
        for picture in (chapters / "figures").glob("*.svg"):
            if f"figures/{picture.name}" not in figures:
                failed += 1
                print(f"{picture.relative_to(root)} is in no chapter", file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
