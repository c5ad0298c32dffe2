"""What logbuf aims for, and whether this run reached it."""

import operator

from sections import Section, grouped
from table import CAPACITIES, LINE, OURS, geometric_mean, ratio, title

HANDWRITTEN = 1 / 1.1  # the policy may cost this much
# Million records a second, of byte rings on another machine of two processors, 1 MiB: payload, one producer into SPSC, into MPSC.
KNOWN = (("16", 213, 47), ("64", 156, 47), ("256", 52, 38), ("1024", 30, 12))


def of(row, ours, theirs):
    """The ratio of two cells; nothing when a filter has left one out."""
    return ratio(row[ours], row[theirs]) if ours in row and theirs in row else None


def best(counters):
    return max(counters, key=lambda c: c["median"], default=None)


def slowest_way(row, ring):
    """How fast the slowest way to read is, as a part of the fastest."""
    ways = [v for (r, _), v in row.items() if r == ring]
    return ratio(min(ways, key=lambda v: v["median"]), best(ways)) if len(ways) > 1 else None


def against_others(table, key, reads):
    """logbuf to the fastest of the other rings that reads so."""
    row, peers = table.rows.get(key, {}), table.peers(key[0])
    theirs = best([v for (ring, r), v in row.items() if ring in peers and r == reads])
    return ratio(row["logbuf", reads], theirs) if theirs and ("logbuf", reads) in row else None


def aims(table, cells):
    rows, pace = [], grouped(cells, "pace")

    def aim(what, bound, needed, measured, met):
        if measured is not None:
            rows.append([what, f"{bound} {needed:g}", f"{measured:.2f}", "met" if met(measured, needed) else "**short**"])

    def at_least(what, needed, measured):
        aim(what, "at least", needed, measured, operator.ge)

    def at_most(what, needed, measured):
        aim(what, "at most", needed, measured, operator.le)

    for kind in ("spsc", "mpsc"):
        peers = [r for ring in table.peers(kind) if table.variable[ring] for r in table.ratios(kind, ring).values()]
        if peers:
            at_least(f"{kind} / peers of variable length, the least of {len(peers)} cells", 1, min(peers))
            at_least(f"{kind} / peers of variable length, geometric mean", 2, geometric_mean(peers))
        by_hand = list(table.ratios(kind, "handwritten").values())
        if by_hand:
            at_least(f"{kind} / handwritten, geometric mean", round(HANDWRITTEN, 2), geometric_mean(by_hand))
            within = sum(r >= HANDWRITTEN for r in by_hand)
            at_least(f"{kind} / handwritten, share of {len(by_hand)} cells within 1.1", 1, within / len(by_hand))
    for (capacity, size), row in sorted(pace.items(), key=lambda i: int(i[0][0])):
        if size == "1024":
            for rest, called in (("rest", "rests"), ("1", "polls at once")):
                at_most(f"memcpy limit / by_producer, 1 KiB in batches, {CAPACITIES[int(capacity)]}, a consumer that {called}", 1.3,
                        of(row, "memcpy-limit/1", f"spsc-by_producer/{rest}"))
    for (kind, producers, capacity, size), row in sorted(grouped(cells, "ablation").items()):
        if (kind, size) == ("spsc", "16"):
            at_least(f"spsc, 16 bytes, single reads, {CAPACITIES[int(capacity)]} / releasing each record", 4, of(row, "nothing", "batch_publishing"))
    for (size,), row in sorted(grouped(cells, "channel").items(), key=lambda i: int(i[0][0])):
        at_least(f"channel that polls / raw ring, {size} bytes", 0.9, of(row, "logbuf-channel/polls", "logbuf/single"))
        if size == "128":
            at_least("channel that waits / mutex and condition variable, 128 bytes", 5,
                     of(row, "logbuf-channel/waits", "mutex+condition_variable/waits"))
    for how in ("spins", "yields"):
        at_least(f"64 senders / 2 senders, each of which {how}", 0.25, of(grouped(cells, "crowd").get((), {}), f"64/{how}", f"2/{how}"))
    for size, spsc, mpsc in KNOWN:
        for kind, needed in (("spsc", spsc), ("mpsc", mpsc)):
            ways = [v["median"] for (ring, _), v in table.rows.get((kind, 1, 1 << 20, size, "all"), {}).items() if ring.startswith("logbuf")]
            ways += [v["median"] for way, v in pace.get((str(1 << 20), size), {}).items() if way.startswith(kind) and way.endswith("/rest")]
            if ways:
                at_least(f"{kind}, {size} bytes, 1 MiB, million records a second, the best way", needed, max(ways) / 1e6)
    for size in ("8", "16", "64"):
        at_least(f"spsc, {size} bytes, 1 MiB, single reads / the fastest other ring that reads so", 1,
                 against_others(table, ("spsc", 1, 1 << 20, size, "all"), "single"))
    for producers in (2, 4):
        for size in ("1024", "8192"):
            at_least(f"mpsc, {producers} producers, {size} bytes, 1 MiB, single reads / the fastest other ring that reads so", 1,
                     against_others(table, ("mpsc", producers, 1 << 20, size, "all"), "single"))
    for (kind, producers, capacity, size, touch), row in sorted(table.rows.items(), key=lambda i: i[0][2]):
        if (kind, producers, size, touch) == ("mpsc", 2, "64", "all"):
            ours, by_one = (best([v for (r, _), v in row.items() if r == ring]) for ring in ("logbuf-batched", "logbuf"))
            if ours and by_one:
                at_least(f"mpsc, 2 producers, 64 bytes, {CAPACITIES[capacity]}: batches of a producer / single claims", 2, ratio(ours, by_one))
    for kind in ("spsc", "mpsc"):
        for ring in OURS[:2]:
            parts = {k: part for k, row in table.rows.items() if k[0] == kind and (part := slowest_way(row, ring)) is not None}
            if parts:
                least = min(parts, key=parts.get)
                at_least(f"{kind}, {ring}: the slowest way to read / the fastest, the least of {len(parts)} cells ({title(least)})", 0.5, parts[least])
                at_least(f"the same, share of the {len(parts)} cells where it is at least half", 1, sum(p >= 0.5 for p in parts.values()) / len(parts))
    pair = cells.get("latency/pair/spsc/variable/logbuf/single")
    if pair:
        at_most("a pair in one thread, spsc, 64 bytes: cycles of the clock", 18, pair["cycles_a_pair"]["median"])
    there = cells.get("latency/one_way/spsc/variable/logbuf/single")
    if there:
        at_most("one way, spsc, 64 bytes: p50, nanoseconds", 160, there["p50"]["median"] / there["cycles_per_nanosecond"]["median"])
        if limit := cells.get(f"latency/one_way/spsc/slots/{LINE}/single"):
            at_most("one way, spsc, 64 bytes: p50 / the limit", 1.1, ratio(there["p50"], limit["p50"]))
        peers = [c["p50"] for name, c in cells.items()
                 if name.startswith("latency/one_way/spsc/") and name.split("/")[4] in table.peers("spsc")]
        if peers:
            at_most("one way, spsc, 64 bytes: p50 / the fastest other ring", 1, ratio(there["p50"], min(peers, key=lambda c: c["median"])))
    if rows:
        yield Section("aims", "Aims, and this run", ["", "aim", "measured", ""], rows)
