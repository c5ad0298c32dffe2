#!/usr/bin/env python3
"""Compares the machine code of the production headers with that of the hand-written rings, pair by pair.

Both functions are walked at the same time from their entry, along every path. At each step both must make the same
access: load, store or read-modify-write of the same width, on the stack or through a pointer, at the same displacement
from it (the two have the same structures); the same locked instruction or fence; a conditional branch, return or call.
Register names, stack slots and the saving of registers are not compared, nor the order of loads that follow one another
with nothing between them, which is the compiler's scheduling. A branch may be inverted (je against jne) and blocks may be
laid out in another order: then the paths are the same, and the "layout" column says that the order of the blocks is not.
Helpers that are called out of line are compared as pairs of their own.

Exit code: 0 every pair is as expected; 1 not, or a function is missing, or the disassembly is not understood; 2 usage.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-std=c++20", "-O2", "-DNDEBUG"]

PATHS = ["spsc_claim_commit", "mpsc_claim_commit", "spsc_claim_abort", "read"]
# (prefix of the production function, whether it must equal the hand-written one)
VARIANTS = [("production", True), ("production_off", True), ("production_counting", False)]

# Helpers that GCC leaves out of line: production against hand-written.
HELPERS = [
    (r"spsc_claiming::reserve_beyond_near<", "handwritten::spsc_beyond_near("),
    (r"mpsc_claiming::reserve_beyond_near<", "handwritten::mpsc_beyond_near("),
    (r"mpsc_claiming::reserve_beyond_limit<", "handwritten::mpsc_beyond_limit("),
    (r"basic_producer<.*::refuse\(", "handwritten::why_refused("),
    (r"detail::pass_skips<", "handwritten::pass_skips("),
    (r"detail::end_stretch<", "handwritten::end_stretch("),
    (r"detail::look_at_tail<", "handwritten::look_at_tail("),
    (r"detail::end_one_of_many<", "handwritten::end_one_of_many("),
    (r"detail::end_uncommitted<", "handwritten::end_uncommitted("),
    (r"producer_core<.*::retire\(", "handwritten::retire(handwritten::producer&"),
    (r"consumer_core<.*::retire\(", "handwritten::retire(handwritten::consumer&"),
]
# The end of an end of a ring: frees memory, which the two do in ways of their own. Only the call is compared.
NOT_FOLLOWED = re.compile(r"::retire\(")


class Failure(Exception):
    """Something that must not be passed over."""


# ---- reading the disassembly ----

class Instruction:
    __slots__ = ("text", "mnemonic", "operands", "lock", "target", "symbol", "next")

    def __init__(self, text):
        self.text = text
        self.target = self.symbol = self.next = None
        words = text.split(None, 1)
        self.lock = False
        while words[0] in ("lock", "rep", "repz", "repnz", "cs", "ds", "data16", "bnd", "notrack"):
            self.lock = self.lock or words[0] == "lock"
            if words[0].startswith("rep") and len(words) > 1 and not words[1].startswith("ret"):
                raise Failure(f"string instruction not understood: {text}")
            words = words[1].split(None, 1)
        self.mnemonic = words[0]
        rest = re.sub(r"\s*(#.*|<.*)$", "", words[1]) if len(words) > 1 else ""
        self.operands = re.findall(r"\*?(?:%\w+:)?[^,(]*(?:\([^)]*\))?", rest)
        self.operands = [o.strip() for o in self.operands if o.strip()]


class Disassembly:
    """Instructions by (section, address), and functions by name."""

    def __init__(self, object_file):
        run = subprocess.run(["objdump", "-dr", "-C", "--no-show-raw-insn", "-w", object_file], capture_output=True, text=True)
        if run.returncode != 0:
            raise Failure(f"objdump: {run.stderr.strip()}")
        self.code = {}
        self.starts = {}  # (section, address) -> name
        self.names = {}   # name -> (section, address)
        section = last = previous = None
        for line in run.stdout.splitlines():
            if m := re.match(r"Disassembly of section (.*):$", line):
                section, previous = m[1], None
            elif m := re.match(r"([0-9a-f]+) <(.*)>:$", line):
                place = (section, int(m[1], 16))
                self.starts[place] = m[2]
                self.names.setdefault(m[2], place)
            elif m := re.match(r"\s*([0-9a-f]+):\t(.*)$", line):
                text, _, relocation = m[2].partition("\t")
                place = (section, int(m[1], 16))
                words = re.sub(r"\s+", " ", text).strip()
                last = self.code[place] = Instruction(words)
                if previous is not None:
                    previous.next = place
                previous = last
                if t := re.match(r"(?:bnd |notrack )?(?:call|j\w+) ([0-9a-f]+) ", words + " "):
                    last.target = (section, int(t[1], 16))
                if relocation:
                    self.relocate(last, relocation)
            elif "R_X86_64" in line:
                self.relocate(last, line)

    @staticmethod
    def relocate(instruction, text):
        m = re.search(r"R_X86_64_(\w+)\s+(.*?)([+-]0x[0-9a-f]+)?$", text)
        if instruction.target is None:
            return
        symbol, addend = m[2], int(m[3] or "0", 16)
        instruction.target = None
        if symbol.startswith("."):
            instruction.target = (symbol, addend + 4)
        else:
            instruction.symbol = symbol

    def function(self, name):
        """Entry of a function, by its exact name or by the beginning of it."""
        if name not in self.names:
            raise Failure(f"function not found: {name}")
        entry = self.names[name]
        if entry not in self.code:
            raise Failure(f"function is empty: {name}")
        return entry

    def parts(self, name):
        """All instructions of a function in layout order, its cold part last."""
        self.function(name)  # or a failure
        cold = [n for n in self.names if n in (name + ".cold", name + " [clone .cold]")]
        for part in [name] + cold:
            section, address = self.names[part]
            place = (section, address)
            while place in self.code and (place == (section, address) or place not in self.starts):
                yield self.code[place]
                place = self.code[place].next

    def is_entry(self, place):
        name = self.starts.get(place)
        return name is not None and ".cold" not in name

    def callee(self, instruction):
        """(name, entry or None) of what an instruction calls."""
        if instruction.symbol is not None:
            return instruction.symbol, self.names.get(instruction.symbol)
        if instruction.target in self.starts:
            return self.starts[instruction.target], instruction.target
        raise Failure(f"call of an unknown target: {instruction.text}")


# ---- what an instruction does to memory and control ----

REGISTER_WIDTHS = [
    (r"%xmm\d+", 16), (r"%ymm\d+", 32),
    (r"%(r[a-ds]\w|r[sb]p|r[sd]i|r\d+)$", 8), (r"%(e\w\w|r\d+d)$", 4),
    (r"%([abcd]x|[sd]i|[sb]p|r\d+w)$", 2), (r"%([abcd][lh]|[sd]il|[sb]pl|r\d+b)$", 1),
]
SUFFIX = {"b": 1, "w": 2, "l": 4, "q": 8}
MOVES = r"mov(abs)?[bwlq]?|mov[sz][bwl][wlq]|movdq[ua]|mov[ua]p[sd]|mov[hl]p[sd]|mov[dq]|movslq"
READERS = r"(cmp|test)[bwlq]?|cmov\w+|imul[lq]?|bt[lq]?|movs[sd]"
UPDATERS = r"(add|sub|and|or|xor|inc|dec|neg|not|adc|sbb|shl|shr|sar)[bwlq]?"
INVERSE = {"e": "ne", "b": "ae", "be": "a", "l": "ge", "le": "g", "s": "ns", "o": "no", "p": "np"}
INVERSE.update({v: k for k, v in INVERSE.items()})
SWAPPED = {"b": "a", "a": "b", "be": "ae", "ae": "be", "l": "g", "g": "l", "le": "ge", "ge": "le"}
CONDITIONAL = re.compile(r"j(?!mp)(\w+)$")


def width(instruction):
    m = re.match(r"mov[sz]([bwl])[wlq]$", instruction.mnemonic)
    if m:
        return SUFFIX[m[1]]
    if instruction.mnemonic == "movslq":
        return 4
    if instruction.mnemonic in ("movq", "movd", "movsd", "movss", "movhps", "movlps", "movhpd", "movlpd"):
        return 4 if instruction.mnemonic in ("movd", "movss") else 8
    for operand in instruction.operands:
        for pattern, bytes_ in REGISTER_WIDTHS:
            if re.match(pattern, operand):
                return bytes_
    if instruction.mnemonic[-1] in SUFFIX:
        return SUFFIX[instruction.mnemonic[-1]]
    raise Failure(f"width not understood: {instruction.text}")


def access(i):
    """The memory access of an instruction as (kind, width, where), or None."""
    name = i.mnemonic
    if name in ("mfence", "lfence", "sfence"):
        return ("fence", 0, name)
    memory = [k for k, o in enumerate(i.operands) if "(" in o or re.match(r"%[fg]s:", o)]
    if not memory or name.startswith(("lea", "nop", "prefetch")):
        if i.lock:
            raise Failure(f"locked instruction without memory: {i.text}")
        return None
    operand = i.operands[memory[0]]
    where = "stack" if "%rsp" in operand else "global" if "%rip" in operand else "thread" if operand[1:3] == "fs" else "pointer"
    if where == "pointer":
        displacement = re.match(r"-?0x[0-9a-f]+", operand)
        where += " + " + (displacement[0] if displacement else "0x0")
    if i.lock or name.startswith("xchg"):
        return ("locked " + re.sub(r"[bwlq]$", "", name) if name != "xchg" else "locked xchg", width(i), where)
    is_last = memory[0] == len(i.operands) - 1
    if re.fullmatch(MOVES, name):
        return ("store" if is_last else "load", width(i), where)
    if re.fullmatch(READERS, name):
        return ("load", width(i), where)
    if name.startswith("set"):
        return ("store", 1, where)
    if re.fullmatch(UPDATERS, name):
        return ("update" if is_last else "load", width(i), where)
    raise Failure(f"instruction not understood: {i.text}")


class Walker:
    """Steps through one function from event to event."""

    def __init__(self, code, name):
        self.code = code
        self.name = name

    def step(self, place):
        """The next event at or after a place: (event, instruction, where to go on)."""
        jumps = 0
        while True:
            i = self.code.code.get(place)
            if i is None:
                raise Failure(f"{self.name}: the code ends without a return")
            name = i.mnemonic
            if name == "call":
                if i.operands and i.operands[0].startswith("*"):
                    raise Failure(f"{self.name}: indirect call")
                return ("call",), i, i.next
            if name == "jmp":
                if i.operands and i.operands[0].startswith("*"):
                    raise Failure(f"{self.name}: indirect jump")
                if i.symbol is not None or self.code.is_entry(i.target):
                    return ("tail call",), i, None
                jumps += 1
                if jumps > 1000:
                    return ("endless loop",), i, None
                place = i.target
                continue
            if CONDITIONAL.match(name):
                return ("branch",), i, i.next
            if name == "ret":
                return ("return",), i, None
            event = access(i)
            if event is not None:
                return event, i, i.next
            place = i.next

    def stretch(self, place):
        """As step, but loads that follow one another are one event, in whatever order they are."""
        event, i, after = self.step(place)
        if not is_load(event):
            return event, i.text, i, after
        loads = []
        while is_load(event):
            loads.append((event, i.text))
            place = after
            event, i, after = self.step(place)
        loads.sort()
        return ("loads", *(e for e, _ in loads)), ", ".join(text for _, text in loads), i, place


def is_load(event):
    return event[0] == "load"


def condition(i):
    name = CONDITIONAL.match(i.mnemonic)[1]
    return {"z": "e", "nz": "ne", "c": "b", "nc": "ae", "nae": "b", "nb": "ae"}.get(name, name)


class Comparison:
    def __init__(self, code, production, handwritten):
        self.code = code
        self.left = Walker(code, production)
        self.right = Walker(code, handwritten)
        self.helpers = []  # (production, hand-written) pairs met on the way
        self.events = 0
        self.difference = None

    def run(self):
        start = (self.code.function(self.left.name), self.code.function(self.right.name))
        seen = {start}
        work = [(start, ())]
        while work and self.difference is None:
            (a, b), trail = work.pop()
            for pair in self.lockstep(a, b, trail):
                if pair[0] not in seen:
                    seen.add(pair[0])
                    work.append(pair)
        if self.difference is None and self.events == 0:
            raise Failure(f"nothing to compare in {self.left.name}")
        return self

    def lockstep(self, a, b, trail):
        """Walks a stretch without branches; returns the pairs of places after it."""
        while True:
            ea, text_a, ia, na = self.left.stretch(a)
            eb, text_b, ib, nb = self.right.stretch(b)
            same = ea == eb
            if same and ea[0] in ("call", "tail call"):
                same = self.calls_match(ia, ib)
            ways = None
            if same and ea[0] == "branch":
                ways = self.ways(ia, na, ib, nb)
                text_a, text_b = ia.mnemonic, ib.mnemonic
                same = ways is not None
            if ea[0].endswith("call"):
                text_a = f"{ea[0]} {short(self.code.callee(ia)[0])}"
            if eb[0].endswith("call"):
                text_b = f"{eb[0]} {short(self.code.callee(ib)[0])}"
            if not same:
                self.difference = (trail, text_a, text_b)
                return []
            self.events += len(ea) - 1 if ea[0] == "loads" else 1
            trail = trail[-5:] + (text_a,)
            if ways is not None:
                return [(way, trail) for way in ways]
            if na is None:
                return []
            a, b = na, nb

    @staticmethod
    def ways(ia, na, ib, nb):
        ca, cb = condition(ia), condition(ib)
        if cb in (ca, SWAPPED.get(ca)):
            return [((na, nb)), ((ia.target, ib.target))]
        if INVERSE[cb] in (ca, SWAPPED.get(ca)):
            return [((na, ib.target)), ((ia.target, nb))]
        return None

    def calls_match(self, ia, ib):
        (name_a, entry_a), (name_b, entry_b) = self.code.callee(ia), self.code.callee(ib)
        if name_a == name_b:
            return True
        for pattern, wanted in HELPERS:
            if re.search(pattern, name_a):
                if not name_b.startswith(wanted) and wanted not in name_b:
                    return False
                if not NOT_FOLLOWED.search(name_a):
                    if entry_a is None or entry_b is None:
                        raise Failure(f"helper without a body: {name_a} / {name_b}")
                    self.helpers.append((self.code.starts[entry_a], self.code.starts[entry_b]))
                return True
        return False


def layout(code, name):
    """All events in the order of the code, and their counts."""
    counts = dict.fromkeys(("loads", "stores", "locked", "branches", "calls"), 0)
    events = []
    for i in code.parts(name):
        if i.mnemonic == "call":
            event, key = ("call",), "calls"
        elif CONDITIONAL.match(i.mnemonic):
            event, key = ("branch", condition(i)), "branches"
        elif i.mnemonic == "jmp":
            event, key = ("jump",), None
        elif i.mnemonic == "ret":
            event, key = ("return",), None
        else:
            event = access(i)
            if event is None:
                continue
            kind = event[0]
            key = {"load": "loads", "store": "stores"}.get(kind, "locked")
            if kind == "update":
                counts["loads"] += 1
                key = "stores"
        events.append(event)
        if key:
            counts[key] += 1
    if not events:
        raise Failure(f"no instructions in {name}")
    return events, counts


# ---- the report ----

def short(name):
    owner = "spsc " if "spsc_claiming" in name else "mpsc " if "mpsc_claiming" in name else ""
    name = re.sub(r" \[clone .*?\]", "", name).replace("(anonymous namespace)::", "")
    while re.search(r"<[^<>]*>", name):
        name = re.sub(r"<[^<>]*>", "", name)
    return owner + re.split(r"::| ", name.split("(")[0])[-1]


def compare(code, out):
    rows, problems, differences = [], [], []
    helpers_done = set()

    def one(production, handwritten, must_equal, label):
        result = Comparison(code, production, handwritten).run()
        (left, a), (right, b) = layout(code, production), layout(code, handwritten)
        same = result.difference is None
        rows.append((label, a, b, "same" if same else "DIFFERENT" if must_equal else "different",
                     "-" if not same else "same" if left == right else "reordered", result.events))
        if not same:
            differences.append((label, result.difference))
        if same != must_equal:
            problems.append(f"{label}: expected to be {'the same' if must_equal else 'different'}, and is not")
        if must_equal:
            for pair in result.helpers:
                if pair not in helpers_done:
                    helpers_done.add(pair)
                    one(pair[0], pair[1], True, "  calls " + short(pair[0]))

    for prefix, must_equal in VARIANTS:
        for path in PATHS:
            one(f"{prefix}_{path}", f"handwritten_{path}", must_equal, f"{prefix}_{path}")

    columns = ("loads", "stores", "locked", "branches", "calls")
    out(f"{'production function':<38}" + "".join(f"{c:>11}" for c in columns) + "  paths      layout     steps")
    out(f"{'':<38}" + f"{'prod/hand':>11}" * len(columns))
    for label, a, b, verdict, order, steps in rows:
        numbers = "".join(f"{str(a[c]) + '/' + str(b[c]):>11}" for c in columns)
        out(f"{label:<38}{numbers}  {verdict:<10} {order:<10} {steps:>5}")
    for label, (trail, a, b) in differences:
        out("")
        out(f"{label.strip()}: first difference from handwritten")
        for step in trail:
            out(f"    {step}")
        out(f"  - {a}")
        out(f"  + {b}")
    out("")
    out("paths: every path makes the same accesses, locked instructions, branches and calls in the same order.")
    out("layout: the same also in the order of the code, jumps and senses of branches included.")
    out("Counts are of instructions, not of executions. Of retire() (frees an end) only the call is compared.")
    for problem in problems:
        out("FAILED: " + problem)
    out(f"{len(rows) - len(problems)} as expected, {len(problems)} not")
    return not problems


LOOPS = [f"loop_{way}{zeroing}" for way in ("single", "batch", "drain") for zeroing in ("", "_cleared")]
VECTORS_FROM_STACK = [("load", bytes_, "stack") for bytes_ in (16, 32)]


def check_loops(code, out):
    """Whether the loops that read keep a record in registers: no vector is read back from the stack."""
    found = {name: [i.text for i in code.parts(name) if access(i) in VECTORS_FROM_STACK] for name in LOOPS}
    for name, loads in found.items():
        for load in loads:
            out(f"FAILED: {name}: a record goes through memory: {load}")
    bad = sum(map(bool, found.values()))
    out(f"loops: {len(found) - bad} keep a record in registers, {bad} do not")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("object", nargs="?", help="object file of codegen.cpp; without it codegen.cpp is compiled")
    parser.add_argument("--cxx", default="g++-12", help="compiler (default: %(default)s)")
    parser.add_argument("--include", default=os.path.join(HERE, "..", "include"), help="directory of the headers")
    options = parser.parse_args()
    if options.object is not None and not os.path.isfile(options.object):
        parser.error(f"no such file: {options.object}")
    if not os.path.isfile(os.path.join(options.include, "logbuf", "logbuf.hpp")):
        parser.error(f"no logbuf headers in {options.include}")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            def compiled(name):
                file = os.path.join(scratch, name + ".o")
                command = [options.cxx, *FLAGS, "-I", options.include, "-c", os.path.join(HERE, name + ".cpp"), "-o", file]
                try:
                    built = subprocess.run(command, capture_output=True, text=True)
                except FileNotFoundError:
                    raise Failure(f"compiler not found: {options.cxx}")
                if built.returncode != 0:
                    raise Failure(f"{' '.join(command)}\n{built.stderr}")
                return Disassembly(file)

            if options.object is not None:
                return 0 if compare(Disassembly(options.object), print) else 1
            bad = check_loops(compiled("codegen_loops"), print)
            print()
            return 0 if compare(compiled("codegen"), print) and bad == 0 else 1
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
