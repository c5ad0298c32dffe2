"""The tables of a report, from what was measured: the same for a terminal and for a document."""

import textwrap
from dataclasses import dataclass, field

from states import classes, comparable, same_state
from table import CAPACITIES, LIMITS, LINE, PERCENTILES, READS, geometric_mean, ratio, short, shown, title


def fold(text, width):
    return textwrap.wrap(text, width) if width and text else [text] if text else []


@dataclass
class Section:
    name: str  # what the document calls it
    head: str
    columns: list
    rows: list = field(default_factory=list)
    note: str = ""

    def text(self, width=0):
        """For a terminal of so many columns (0: as wide as it needs to be). What does not fit goes on in further lines, indented."""
        widths = [max(len(str(r[i])) for r in [self.columns, *self.rows]) for i in range(len(self.columns))]
        begins, used = {0}, widths[0]
        for i, w in enumerate(widths[1:], 1):
            used += 2 + w
            if width and used > width:
                begins.add(i)
                used = 4 + w
        lines = []
        for row in [self.columns, *self.rows]:
            line = ""
            for i, (cell, w) in enumerate(zip(row, widths)):
                if i in begins and i:
                    lines.append(line.rstrip())
                line = (line + "  " if i and i not in begins else "    " if i else "") + (str(cell).rjust(w) if i else str(cell).ljust(w))
            lines.append(line.rstrip())
        return "\n".join([*fold(self.head, width), *lines, *fold(self.note, width)])

    def markdown(self):
        lines = ["| " + " | ".join(str(c) for c in r) + " |" for r in [self.columns, *self.rows]]
        lines.insert(1, "|---|" + "---:|" * (len(self.columns) - 1))
        return "\n".join([self.head + ".", "", *lines, *(["", self.note] if self.note else [])])


def millions(value):
    return f"{value['median'] / 1e6:.1f}"


def quartiles(value):
    return f"{value['q1'] / 1e6:.0f}–{value['q3'] / 1e6:.0f}"


def throughput(table):
    for kind in ("spsc", "mpsc"):
        others = table.rings(kind)
        for reads in READS:
            rows = []
            for key in table.keys(kind, reads):
                row = table.rows[key]
                ours = row["logbuf", reads]
                cells = []
                for ring in others:
                    theirs = table.figure(row, ring, reads)
                    cells.append(shown(ratio(ours, theirs)) if theirs else "")
                gigabytes = f"{table.payload[key, 'logbuf', reads]['median'] / 1e9:.1f}"
                rows.append([title(key), millions(ours), quartiles(ours), gigabytes, *cells])
            if rows:
                yield Section(f"{kind}-{reads}", f"{kind}, {reads}: million records a second, their quartiles, GB of payload a second, and the ratio logbuf / other",
                              ["", "M/s", "quartiles", "GB/s", *map(short, others)], rows)


def summary(table):
    section = Section("summary", "logbuf / other, over every cell (payload, ring, way to read); slots: a queue whose slots have one largest size",
                      ["", "cells", "geometric mean", "least", "where"])
    for kind in ("spsc", "mpsc"):
        together = {}
        for ring in table.peers(kind) + list(LIMITS):
            ratios = table.ratios(kind, ring)
            if not ratios:
                continue
            if ring not in LIMITS and table.variable[ring]:
                together.update({(ring, *k): v for k, v in ratios.items()})
            (key, reads), least = min(ratios.items(), key=lambda item: item[1])
            carries = "" if ring in LIMITS or table.variable[ring] else " (slots)"
            section.rows.append([f"{kind}: {ring}{carries}", len(ratios), f"{geometric_mean(list(ratios.values())):.2f}", f"{least:.2f}",
                                 f"{title(key)}, {reads}"])
        if together:
            below = sum(v < 1 for v in together.values())
            section.rows.append([f"{kind}: all of variable length", len(together), f"{geometric_mean(list(together.values())):.2f}",
                                 f"{min(together.values()):.2f}", f"{below} cells below 1"])
    if section.rows:
        yield section


def below_one(table):
    section = Section("below", "Cells in which a peer is faster", ["", "ratio", "peer"])
    for kind in ("spsc", "mpsc"):
        for ring in table.peers(kind):
            found = sorted(((v, k) for k, v in table.ratios(kind, ring).items() if v < 1), key=lambda e: e[0])
            section.rows += [[f"{title(key)}, {reads}", f"{v:.2f}", ring] for v, (key, reads) in found]
    if section.rows:
        yield section


def grouped(cells, first, counter="records_per_second"):
    """{row: {rest of the name: counter}} of the cells whose names begin with `first`."""
    rows = {}
    for name, counters in cells.items():
        parts = name.split("/")
        if parts[0] == first:
            depth = {"ablation": 5, "crowd": 1, "pace": 3}.get(first, 2)
            rows.setdefault(tuple(parts[1:depth]), {})["/".join(parts[depth:])] = counters[counter]
    return rows


def channels(cells):
    rows = grouped(cells, "channel")
    if rows:
        section = Section("channels", "SPSC, 1 MiB, single reads: million records a second. The receiver polls, and rests when it finds nothing, or it waits",
                          ["payload", "raw ring", "channel, polls", "channel, waits", "mutex + cv", "polls / ring", "waits / ring", "waits / cv"])
        for (size,), row in sorted(rows.items(), key=lambda i: int(i[0][0])):
            ring, polls, waits = row["logbuf/single"], row["logbuf-channel/polls"], row["logbuf-channel/waits"]
            queue = row["mutex+condition_variable/waits"]
            section.rows.append([size, *map(millions, (ring, polls, waits, queue)),
                                 *(shown(ratio(a, b)) for a, b in ((polls, ring), (waits, ring), (waits, queue)))])
        yield section


def crowd(cells):
    row = grouped(cells, "crowd").get((), {})
    if row:
        least = row["2/spins"]
        section = Section("crowd", "Many senders of 128 bytes and one receiver, not bound to processors; channel of 64 KiB",
                          ["senders", "spins, M/s", "yields, M/s", "spins / 2 senders", "yields / 2 senders"])
        for senders in ("2", "8", "64"):
            spins, yields = row[senders + "/spins"], row[senders + "/yields"]
            section.rows.append([senders, f"{spins['median'] / 1e6:.2f}", f"{yields['median'] / 1e6:.2f}", shown(ratio(spins, least)),
                                 shown(ratio(yields, least))])
        yield section


ABLATIONS = (("batch_publishing", "batch publishing"), ("no_prefetch", "producer prefetch"), ("consumer_prefetch", "no consumer prefetch"),
             ("head_is_not_cached", "cached head"), ("no_padding", "padding"), ("zeroing_by_call", "inline zeroing"))


def ablation(cells):
    rows = grouped(cells, "ablation")
    if rows:
        section = Section("ablation", "What each part is worth: single reads, million records a second, and the ratio to the ring without that part",
                          ["", "M/s", *(name for _, name in ABLATIONS)])
        for (kind, producers, capacity, size), row in sorted(rows.items(), key=lambda i: (i[0][0] != "spsc", i[0][1], int(i[0][2]), int(i[0][3]))):
            section.rows.append([title((kind, int(producers), int(capacity), size, "all")), millions(row["nothing"]),
                                 *(shown(ratio(row['nothing'], row[part])) if part in row else "" for part, _ in ABLATIONS)])
        yield section


def pace(cells):
    rows = grouped(cells, "pace")
    if rows:
        rests = sorted({k.split("/")[1] for row in rows.values() for k in row}, key=lambda r: (r == "rest", int(r) if r.isdigit() else 0))
        section = Section("pace", "A consumer that rests after a poll that finds nothing, by so many pause instructions, or by rest(): batches, million records a second",
                          ["capacity", "payload", "ring", *rests, "rest / 1"])
        for (capacity, size), row in sorted(rows.items(), key=lambda i: (int(i[0][0]), int(i[0][1]))):
            for ring in ("spsc", "spsc-by_producer", "mpsc", "memcpy-limit"):
                values = [row.get(f"{ring}/{r}") for r in rests]
                if not any(values):
                    continue
                section.rows.append([CAPACITIES[int(capacity)], size, ring, *(millions(v) if v else "" for v in values),
                                     shown(ratio(values[-1], values[0])) if values[-1] and values[0] else ""])
        yield section


def limits(cells):
    """1 KiB in batches against the bandwidth of two processors."""
    section = Section("limits", "memcpy limit / logbuf, 1 KiB records, SPSC, read in batches. The consumer rests when it finds nothing, or polls again at once",
                      ["capacity", "zeroed by the producer, rests", "at once", "by the consumer, rests", "at once"])
    for (capacity, size), row in sorted(grouped(cells, "pace").items(), key=lambda i: int(i[0][0])):
        ways = [f"{ring}/{rest}" for ring in ("spsc-by_producer", "spsc") for rest in ("rest", "1")]
        if size == "1024" and {"memcpy-limit/1", *ways} <= row.keys():
            section.rows.append([CAPACITIES[int(capacity)], *(shown(ratio(row['memcpy-limit/1'], row[way])) for way in ways)])
    if section.rows:
        yield section


OPERATIONS = (("write", "Same thread: claim, write, commit 64 bytes"), ("read", "Same thread: poll, read, release 64 bytes"),
              ("one_way", "64 bytes to the other processor: half of a round trip"))


def latency(cells):
    names = sorted((n for n in cells if n.startswith("latency/")), key=lambda n: n.split("/"))
    if not names:
        return
    timer = next((cells[n]["timer"]["median"] for n in names if "timer" in cells[n]), float("nan"))
    rate = next((cells[n]["cycles_per_nanosecond"]["median"] for n in names), float("nan"))
    who = lambda n: "the limit: one cache line" if n.split("/")[4] == LINE else " ".join(n.split("/")[i] for i in (2, 4, 5))
    rows = [n for n in names if n.split("/")[1] == "pair"]
    if rows:
        yield Section("pair", f"Same thread: a pair (claim, write, commit 64 bytes; poll, read, release), timed around a million of them ({rate:.2f} cycles per nanosecond)",
                      ["", "cycles"], [[who(n), f"{cells[n]['cycles_a_pair']['median']:.1f}"] for n in sorted(rows, key=lambda n: cells[n]["cycles_a_pair"]["median"])])
    for operation, what in OPERATIONS:
        rows = sorted((n for n in names if n.split("/")[1] == operation), key=lambda n: cells[n]["p50"]["median"])
        if rows:
            section = Section(operation, f"{what}: cycles ({rate:.2f} per nanosecond), including the {timer:.0f} of the timer itself",
                              ["", *PERCENTILES, "p50, ns"], [[who(n), *(f"{cells[n][p]['median']:.0f}" for p in PERCENTILES),
                                                              f"{cells[n]['p50']['median'] / rate:.0f}"] for n in rows])
            if limit := next((cells[n] for n in rows if n.split("/")[4] == LINE), None):
                section.columns.append("p50 / limit")
                for n, row in zip(rows, section.rows):
                    row.append(shown(ratio(cells[n]["p50"], limit["p50"])))
            yield section


def states(table, cells):
    """How often the machine was in which state, and whether the rings that are compared were in the same one."""
    lines = [line for counters in cells.values() for line in counters.get("line_ns", {"rounds": []})["rounds"] if line]
    section = Section("states", "States of the machine: nanoseconds that a bare cache line takes from one processor to the other, before each run of a cell",
                      ["nanoseconds", "runs", "share"])
    rare = 0
    for least, most, runs in classes(lines):
        if runs < 0.01 * len(lines):
            rare += runs
        else:
            section.rows.append([f"{least:.0f}–{most:.0f}", runs, f"{100 * runs / len(lines):.0f}%"])
    if rare:
        section.rows.append(["any other", rare, f"{100 * rare / len(lines):.0f}%"])
    together = [same_state(a, b) for ours, theirs in table.compared() for a, b in zip(ours["lines"], theirs["lines"])]
    if together:
        alone = sum(not comparable(ours, theirs) for ours, theirs in table.compared())
        section.note = (f"In {100 * sum(together) / len(together):.0f}% of {len(together)} rounds of a ratio both rings were measured in the same "
                        f"state; {alone} cells have no ratio, since no two of their rounds were.")
    yield section


def wake(queues):
    """The last one is the peer: a mutex and a condition variable."""
    if queues:
        section = Section("wake", "Microseconds from a send to a receiver that slept, and the cost of a send while nobody sleeps",
                          ["", "samples", "parked", "p50", "p90", "p99", "p99.9", "max", "p50 / peer", "awake send, ns", "send / peer"])
        peer = queues[-1]
        for q in queues:
            section.rows.append([q["name"], q["samples"], f"{100 * q['parked'] / q['samples']:.1f}%",
                                 *(f"{q[p] / 1000:.1f}" for p in ("p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns")),
                                 f"{q['p50_ns'] / peer['p50_ns']:.2f}", f"{q['awake_send_ns']:.1f}",
                                 f"{q['awake_send_ns'] / peer['awake_send_ns']:.2f}"])
        yield section
