#!/usr/bin/env python3
"""Holds that the two fences of the waiting policy are in the machine code, where the model has them: fences.py HEADERS CXX.

The model checking shows that no wake-up is lost if both fences are there, and that one is if either is not. On real threads a
missing fence shows after hundreds of thousands of sleeps, or never. So this reads the code that the compiler makes, along every
path, and does not wait for luck:

- a sender stores the header, and then loads the sleeper's word; between them are a full fence if the channel's fences are
  symmetric, and none if they are not;
- there, a fence holds the compiler from moving or merging what stands before and behind it;
- a receiver announces its sleep, and then looks at the next header; between them are a full fence or a call of membarrier.

x86-64 and AArch64, GCC and Clang.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MEMORY = r"(?:-?\w+)?\([^)]*\)"


class X86:
    call, jump, back = r"callq?\s+(\S+)", r"jmp\s+(\S+)", r"retq?\b"
    branch = r"j(?!mp)\w+\s+(\S+)"
    fence = rf"mfence|lock\b|xchg\w*\s.*{MEMORY}"
    header_store = r"movq\s+%\w+, \(%\w+(,%\w+)?\)$"  # no displacement: not one of the cursor's words
    header_load = r"movq\s+\(%\w+(,%\w+)?\), %\w+$"
    flag = rf"cmpb\s+\$[01], {MEMORY}|movzbl\s+{MEMORY}|testb\s+\$\d+, {MEMORY}"  # the only byte of the ring's state
    word = rf"(movl|cmpl)\s.*{MEMORY}"  # the sleeper's word, after the flag
    membarrier = {"$324,", "$8,"}

    @staticmethod
    def announcements(lines, parked_at):
        return [n for n, line in enumerate(lines) if re.match(rf"movl\s+\$1, {parked_at}\(%\w+\)$", line)]

    @staticmethod
    def taken_is_symmetric(branch, tested):
        return branch.startswith("je") != ("$1, " in tested and tested.startswith("cmp"))


class AArch64:
    call, jump, back = r"bl\s+(\S+)", r"b\s+(\S+)", r"ret\b"
    branch = r"(?:b\.?(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)|cbn?z\s+\w+,|tbn?z\s+\w+, #?\d+,)\s+(\S+)"
    fence = r"dmb\s+ish$"  # and not ishld or ishst, which do not order a store before a load
    header_store = r"stlr\s+x\d+"
    header_load = r"ldap?r\s+x\d+"
    flag = r"ldrb\s"
    word = r"ldr\s+w\d+"
    membarrier = {"283", "8"}

    @staticmethod
    def announcements(lines, parked_at):
        found, words, ones = [], set(), set()
        for n, line in enumerate(lines):
            if m := re.match(rf"add\s+(x\d+), x\d+, #?{parked_at}$", line):
                words.add(m[1])
            elif m := re.match(r"mov\s+(w\d+), #?1$", line):
                ones.add(m[1])
            elif m := re.match(r"str\s+(w\d+), \[(x\d+)(, #?(\d+))?\]$", line):
                if m[1] in ones and (m[2] in words if m[3] is None else int(m[4]) == parked_at):
                    found.append(n)
            elif line.endswith(":"):
                words, ones = set(), set()
        return found

    @staticmethod
    def taken_is_symmetric(branch, _tested):
        return re.match(r"(c|t)bz|b\.?eq", branch) is not None


class Code:
    def __init__(self, text, parked_at):
        lines = (re.split(r"\s+(?:#|//)", line)[0].strip().replace("@PLT", "") for line in text.splitlines())
        self.lines = [line for line in (re.sub(r"\s+", " ", line) for line in lines)
                      if line and not re.match(r"#|//|\.(?!L)", line)]
        self.labels = {line[:-1]: n for n, line in enumerate(self.lines) if line.endswith(":")}
        self.machine = AArch64 if any(re.match(r"(stlr|ldp)\s", line) for line in self.lines) else X86
        self.parked_at = parked_at

    def is_(self, kind, line):
        return re.match(getattr(self.machine, kind), line)

    def body(self, name):
        start = self.labels[name]
        ends = (n for n in range(start + 1, len(self.lines)) if re.match(r"[^.].*:$", self.lines[n]))
        return self.lines[start:next(ends, len(self.lines))]

    # Calls step(line, state), which returns the next state, for each instruction on each path; None ends the path. A branch
    # asks it for ("taken", line) and ("passed", line).
    def walk(self, start, state, step):
        todo, seen = [(start, state)], set()
        while todo:
            n, state = todo.pop()
            if (n, state) in seen or state is None:
                continue
            seen.add((n, state))
            line = self.lines[n]
            if self.is_("back", line):
                step("return", state)
            elif m := self.is_("jump", line):
                if m[1] in self.labels and m[1].startswith(".L"):
                    todo.append((self.labels[m[1]], state))
                else:
                    step("call " + m[1], state)
            elif m := self.is_("call", line):
                todo.append((n + 1, step("call " + m[1], state)))
            elif m := self.is_("branch", line):
                todo.append((self.labels[m[1]], step(("taken", line), state)))
                todo.append((n + 1, step(("passed", line), state)))
            else:
                todo.append((n + 1, step(line, state)))


# What stands between the header's store and the load of the sleeper's word: {(kind of fences, whether there is a fence)}.
def of_sender(code, name):
    found = set()

    def step(what, state):
        has_stored, tested, kind, is_fenced = state
        if isinstance(what, tuple):
            if tested is None or kind is not None:
                return state
            taken = code.machine.taken_is_symmetric(what[1], tested)
            return has_stored, tested, "symmetric" if taken == (what[0] == "taken") else "asymmetric", is_fenced
        if code.is_("header_store", what):
            return True, None, None, False
        if not has_stored:
            return None if what == "return" else state
        if code.is_("fence", what):
            return has_stored, tested, kind, True
        if code.is_("flag", what):
            return has_stored, what, kind, is_fenced
        if kind is not None and code.is_("word", what):
            found.add((kind, is_fenced))
            return None
        if what == "return" or what.startswith("call"):
            found.add(("ends without a look at the sleeper's word", is_fenced))
            return None
        return state

    code.walk(code.labels[name], (False, None, None, False), step)
    return found


# What stands between each announcement and the next look at a header, or another call.
def of_receiver(code):
    found = []
    for start in code.machine.announcements(code.lines, code.parked_at):
        kinds = set()

        def step(what, state):
            numbers, fences = state
            if isinstance(what, tuple) or what.startswith("call __errno_location"):
                return state
            if what == "call syscall" and code.machine.membarrier <= set(numbers):
                return frozenset(), fences | {"membarrier"}
            if what.startswith("call") or what == "return" or code.is_("header_load", what):
                kinds.add(" and ".join(sorted(fences)) or "nothing")
                return None
            if code.is_("fence", what):
                return numbers, fences | {"a fence"}
            return numbers | {w for w in re.findall(r"\$?\d+,?", what) if w in code.machine.membarrier}, fences

        code.walk(start + 1, (frozenset(), frozenset()), step)
        found.append(kinds)
    return found


def faults_of(headers, compiler, level, folder):
    assembly = pathlib.Path(folder) / "fences.s"
    subprocess.run([*compiler, "-std=c++20", level, "-DNDEBUG", "-w", "-fno-asynchronous-unwind-tables", f"-I{headers}", "-S",
                    pathlib.Path(__file__).with_name("fences.cpp"), "-o", assembly], check=True)
    text = assembly.read_text(encoding="utf-8")
    parked_at = re.search(r"fences_parked_at:\s+\.(?:long|word)\s+(\d+)", text)[1]
    code = Code(text, int(parked_at))
    faults = []
    for name in ("fences_of_commit", "fences_of_abort"):
        if (found := of_sender(code, name)) != {("symmetric", True), ("asymmetric", False)}:
            faults.append(f"{name}: between the header's store and the load of the sleeper's word: {sorted(found)}")
    of_compiler = " ".join(code.body("fences_of_compiler"))
    if "4711" not in of_compiler or "4712" not in of_compiler:
        faults.append("fences_of_compiler: nothing stands between two stores, and the compiler dropped the first")
    announced = of_receiver(code)
    if not announced:
        faults.append("no announcement of a sleep was found")
    for kinds in announced:
        if kinds != {"a fence", "membarrier"}:
            faults.append(f"between the announcement of a sleep and the look behind it: {sorted(kinds)}")
    return faults, len(announced)


def main():
    headers, compiler = sys.argv[1], sys.argv[2:]
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for level in ("-O1", "-O2", "-O3"):
            found, announced = faults_of(headers, compiler, level, folder)
            faults += [f"{level}: {fault}" for fault in found]
            print(f"{level}: commit, abort and {announced} places where a sleep is announced")
    for fault in faults:
        print("FAILED:", fault)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
