"""A copy of the headers that has all mutants which can be chosen when the program runs, found by compiling it."""
import pathlib
import re

import render


SWITCH = "#include <logbuf_mutation/switch.hpp>\n"


def write(texts, mutants, to):
    """texts by file; mutants as {number: change}. The numbers that could not be placed."""
    left_out = []
    for file, text in texts.items():
        rendered, rest = render.with_switches(text, [(n, c) for n, c in mutants.items() if c.file == file])
        left_out += rest
        # Inlined by force, what has many switches in it takes minutes to compile.
        rendered = rendered.replace("#define LOGBUF_ALWAYS_INLINE [[gnu::always_inline]]", "#define LOGBUF_ALWAYS_INLINE")
        write_text(pathlib.Path(to) / "logbuf" / file, SWITCH + rendered)
    write_text(pathlib.Path(to) / "logbuf_mutation" / "switch.hpp", (pathlib.Path(__file__).parent / "switch.hpp").read_text())
    return left_out


def write_text(path, text):
    """Only what has changed, or everything would be compiled again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


class Rendered:
    """Which place each line of a rendered header belongs to."""

    def __init__(self, text):
        self.nodes, self.of_line = [([], None)], []  # mutants with the first letter of their wraps; the enclosing node
        node = 0
        for line in text.split("\n"):
            for i, mark in enumerate(re.finditer(r"/\*@(end|[\w,]+)@\*/", line)):
                if mark[1] != "end":
                    self.nodes.append(([(int(n[:-1]), n[-1]) for n in mark[1].split(",")], node))
                    node = len(self.nodes) - 1
                    self.of_line.append(node)
                else:
                    if len(self.of_line) == 0 or i == 0 and not line.startswith("/*@"):
                        self.of_line.append(node)
                    node = self.nodes[node][1]
            if not re.search(r"/\*@", line):
                self.of_line.append(node)

    def within(self, node):
        below = [i for i in range(node + 1, len(self.nodes)) if self.nodes[i][1] == node]
        return [m for i in below for m in self.nodes[i][0] + self.within(i)]

    def around(self, node):
        return [] if node is None else self.nodes[node][0] + self.around(self.nodes[node][1])

    def blamed(self, line, suspects):
        """Of the suspects near a line the likeliest: a value that is handed through a function, in the innermost place or below."""
        node = self.of_line[line - 1]
        own, within = self.nodes[node][0], self.within(node)
        handed_through = [m for m in own if m[1] in "nd"] or [m for m in within if m[1] in "nd"]
        for some in (handed_through, own, within, self.around(node)):
            found = {n for n, _ in some} & suspects
            if found:
                return found
        return set()


def blamed(errors, include, suspects):
    """The mutants that a compiler's messages are about; how many errors there are."""
    found, files, complaints, searching = set(), {}, 0, False
    for message in errors.splitlines():
        match = re.match(r"(\S+?):(\d+):\d+: (\w[\w ]*):", message)
        if not match:
            continue
        is_error = match[3].endswith("error")
        complaints += is_error
        searching = searching or is_error
        path = pathlib.Path(re.sub(r"[^/]+/\.\./", "", match[1]))
        if not searching or not path.is_relative_to(include):
            continue
        if path not in files:
            files[path] = Rendered(path.read_text())
        of_message = files[path].blamed(int(match[2]), suspects)
        if of_message:  # where the error itself names no place, the notes below it do
            found |= of_message
            searching = False
    return found, complaints


def settle(texts, mutants, to, compile_errors, progress):
    """Writes the headers with as many of the mutants as compile together. Returns the numbers of the others."""
    included, excluded = dict(mutants), {}

    def remove(numbers):
        for n in numbers:
            excluded[n] = included.pop(n)

    def try_with(suspects):
        while True:
            remove(write(texts, included, to))
            errors = compile_errors()
            if errors is None:
                return
            suspects &= included.keys()
            found, count = blamed(errors, pathlib.Path(to), suspects)
            progress(f"{len(included)} mutants: {count} errors, {len(found)} taken out")
            if found:
                remove(found)
            elif not suspects:
                raise SystemExit("the headers do not compile without a mutant either:\n" + errors[:4000])
            elif len(suspects) == 1:
                remove(suspects)
            else:  # in halves
                some = set(sorted(suspects)[::2])
                rest = suspects - some
                again = {n: included.pop(n) for n in rest}
                try_with(some)
                included.update(again)
                suspects = rest

    try_with(set(included))
    # A complaint is seldom about one place alone. What was taken out comes back, a few far from each other at a time.
    for size in (100, 50, 25):
        again, before = sorted(excluded), len(included)
        batches = max(1, len(again) // size)
        for i in range(batches):
            batch = again[i::batches]
            for n in batch:
                included[n] = excluded.pop(n)
            try_with(set(batch))
        if len(included) == before:
            break
    return set(excluded)
