"""docs/mutation.md: the table of the headers, which is written, and the table of reasons, which is read."""
import collections
import re

BEGIN, END = "<!-- mutation: begin -->", "<!-- mutation: end -->"


def code_of(text, line):
    """Without the comment behind it, so that a reworded comment leaves a reason valid."""
    return text.splitlines()[line - 1].partition("  //")[0].strip()


def what(text, change):
    old = " ".join(text[change.begin:change.end].split())
    new = " ".join(change.text.split())
    if change.wrap in ("value", "condition"):
        return f"{old} -> {new}"
    return {"statement": "deleted: ", "narrowed": "half the bits: ", "dropped": "a default: ", "entry": new}[change.wrap] + old


def cell(text):
    return text.replace("|", "\\|")


def reasons(document):
    """Rows: file, the line of code or *, the change or *, why nothing can tell."""
    rows = []
    for line in document.partition(END)[2].splitlines():
        cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0] not in ("header", "---"):
            rows.append(tuple(c.strip("`") if i < 3 else c for i, c in enumerate(cells)))
    return rows


def explains(row, file, code, change):
    """In a change `*` stands for any text."""
    any_text = ".*".join(re.escape(part) for part in row[2].split("*"))
    return row[0] == file and row[1] in ("*", code) and re.fullmatch(any_text, change) is not None


def rows_of(mutants, verdicts):
    """One line for each header, and their sum."""
    counts = collections.defaultdict(collections.Counter)
    for n, verdict in verdicts.items():
        kind = {None: "survived", "nothing": "nothing", "the compiler": "refused", "explained": "explained"}.get(verdict, "killed")
        counts[mutants[n].file][kind] += 1
    lines = ["| header | mutants | killed by a test | refused by the compiler | explained below | survived |", "|---|---|---|---|---|---|"]
    total = collections.Counter()
    for file in sorted(counts):
        total += counts[file]
        lines.append(line_of(f"`{file}`", counts[file]))
    return lines + [line_of("**all**", total)]


def line_of(name, c):
    mutants = sum(c.values()) - c["nothing"]
    return f"| {name} | {mutants} | {c['killed']} | {c['refused']} | {c['explained']} | {c['survived']} |"


def written(document, lines):
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after
