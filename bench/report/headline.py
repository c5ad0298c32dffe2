"""What a reader needs first: five ratios, and the same in five sentences."""

from dataclasses import dataclass

from sections import Section, fold, grouped
from table import LINE, geometric_mean, ratio, title

KINDS = {"spsc": "one producer", "mpsc": "one, two or four producers"}


@dataclass
class Sentences:
    name: str
    lines: list

    def text(self, width=0):
        return "\n".join(line for one in self.lines for line in fold(one, width))

    def markdown(self):
        return "\n".join(f"{i}. {line}" for i, line in enumerate(self.lines, 1))


def fastest(table, kind, variable=None):
    """(row key, reads): the ratio to the fastest peer of that cell; of all peers, or of those that carry variable lengths, or slots."""
    found = {}
    for ring in table.peers(kind):
        if variable is None or table.variable[ring] == variable:
            for cell, value in table.ratios(kind, ring).items():
                found[cell] = min(value, found.get(cell, value))
    return found


def where(cell):
    key, reads = cell
    return f"{title(key)}, {reads}"


def waiting(cells):
    """A channel whose receiver waits, 128 bytes, against a mutex and a condition variable."""
    row = grouped(cells, "channel").get(("128",), {})
    ours, theirs = row.get("logbuf-channel/waits"), row.get("mutex+condition_variable/waits")
    return ratio(ours, theirs) if ours and theirs else None


def one_way(cells):
    """{ring: nanoseconds, p50} of 64 bytes from one processor to the other, one producer."""
    found = {}
    for name, counters in cells.items():
        parts = name.split("/")
        if parts[:3] == ["latency", "one_way", "spsc"]:
            time = counters["p50"]["median"] / counters["cycles_per_nanosecond"]["median"]
            found[parts[4]] = min(time, found.get(parts[4], time))
    return found


def ratios(table, cells):
    section = Section("ratios", "Records a second, logbuf / the fastest other in the same cell (payload, ring, way to read)",
                      ["", "cells", "geometric mean", "least"])
    for variable, what in ((True, "the fastest queue of variable-length records"), (False, "the fastest queue of fixed slots")):
        for kind, who in KINDS.items():
            found = fastest(table, kind, variable)
            if found:
                values = list(found.values())
                section.rows.append([f"{who}, against {what}", len(values), f"{geometric_mean(values):.2f}", f"{min(values):.2f}"])
    if (value := waiting(cells)) is not None:
        section.rows.append(["a channel whose receiver sleeps, against a mutex and a condition variable, 128 bytes", 1, f"{value:.1f}", f"{value:.1f}"])
    if section.rows:
        yield section


def sentences(table, results):
    cells, lines = results["cells"], []
    for kind, who in KINDS.items():
        variable, slots = (fastest(table, kind, v) for v in (True, False))
        if variable and slots:
            lines.append(f"**{who.capitalize()}**: logbuf carries {geometric_mean(list(variable.values())):.1f} times the records of the fastest queue "
                         f"of variable-length records (least {min(variable.values()):.2f}), and {geometric_mean(list(slots.values())):.1f} times those "
                         f"of the fastest queue of fixed slots (least {min(slots.values()):.2f}): geometric means over {len(variable)} cells.")
    times = one_way(cells)
    others = {ring: time for ring, time in times.items() if ring in table.peers("spsc")}
    if "logbuf" in times and others:
        ring = min(others, key=others.get)
        limit = f"; a bare cache line takes {times[LINE]:.0f} ns" if LINE in times else ""
        lines.append(f"**Latency**: 64 bytes reach the other processor in {times['logbuf']:.0f} ns (p50), with {ring}, the fastest other, in "
                     f"{others[ring]:.0f} ns{limit}.")
    value = waiting(cells)
    if value is not None and results["wake"]:
        ours, peer = results["wake"][0], results["wake"][-1]
        lines.append(f"**Sleeping**: a channel whose receiver sleeps carries {value:.0f} times the records of a mutex and a condition variable "
                     f"(128 bytes); a send that finds the receiver awake takes {ours['awake_send_ns']:.0f} ns, theirs {peer['awake_send_ns']:.0f} ns.")
    every = {(kind, *cell): value for kind in KINDS for cell, value in fastest(table, kind).items()}
    if every:
        below = sum(value < 1 for value in every.values())
        worst = min(every, key=every.get)
        lines.append(f"**Where it loses**: in {below} of {len(every)} cells some other ring is faster; the worst is {every[worst]:.2f} "
                     f"({where(worst[1:])}).")
    if lines:
        yield Sentences("headline", lines)
