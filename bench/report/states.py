"""The states of the machine. Each run of a cell carries the latency of a bare cache line, measured just before it (line_ns). Two runs
are in the same state when their latencies differ by at most a factor of 1.25."""

from itertools import product

SAME = 1.25


def same_state(a, b):
    """Of two latencies; one that is not known, as in results of earlier versions, is in every state."""
    return not a or not b or max(a, b) <= SAME * min(a, b)


def with_lines(cells):
    """Each counter gets the latencies of its rounds, so that two counters can be compared."""
    for counters in cells.values():
        lines = counters.get("line_ns", {}).get("rounds")
        for counter in counters.values():
            counter["lines"] = lines or [None] * len(counter["rounds"])
    return cells


def comparable(ours, theirs):
    """Pairs of values in the same state: of the same round, or, when there is none, of any two rounds."""
    a, b = (list(zip(c["rounds"], c["lines"])) for c in (ours, theirs))
    for pairs in (zip(a, b), product(a, b)):
        if found := [(x, y) for (x, of_x), (y, of_y) in pairs if same_state(of_x, of_y)]:
            return found
    return []


def classes(lines):
    """[(least, most, runs)]: from the least latency on, each class as wide as a state."""
    found = []
    for line in sorted(lines):
        if found and line <= SAME * found[-1][0]:
            found[-1][1:] = [line, found[-1][2] + 1]
        else:
            found.append([line, line, 1])
    return [tuple(c) for c in found]
