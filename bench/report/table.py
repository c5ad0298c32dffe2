"""What was measured, as rows that can be compared."""

import statistics

from states import comparable

SIZES = ["8", "16", "64", "128", "256", "512", "1024", "8192"]
WORKLOADS = ["android", "hdfs", "linux", "openstack", "spark", "zookeeper"]
PAYLOADS = SIZES + WORKLOADS
CAPACITIES = {65536: "64 KiB", 1 << 20: "1 MiB", 2 << 20: "2 MiB", 16 << 20: "16 MiB"}
OURS = ("logbuf", "logbuf-by_producer", "logbuf-batched")
LIMITS = ("handwritten", "memcpy-limit")
LINE = "line-limit"  # of the latency from one processor to another
READS = ("single", "batch", "drain")
MANY = ("drain", "batch")  # the reads of many records
PERCENTILES = ("p50", "p90", "p99", "p99.9", "max")
SHORT = {"moodycamel-ReaderWriterQueue": "ReaderWriter", "moodycamel-ConcurrentQueue": "Concurrent",
         "boost-spsc_queue": "boost spsc", "logbuf-by_producer": "by_producer",
         "logbuf-batched": "batched", "quill-BoundedSPSCQueue": "quill",
         "aeron-spsc_rb": "aeron", "aeron-mpsc_rb": "aeron", "xtr-synchronized_ring_buffer": "xtr"}


def ratio(ours, theirs):
    """The median over the rounds of the ratio in each: both were measured within the same second or so, in the same state of the
    machine. None when no two rounds were in one state. A round in which nothing came through the other ring has no ratio; the report
    names it."""
    pairs = comparable(ours, theirs)
    found = [a / b for a, b in pairs if b]
    return statistics.median(found) if found else float("inf") if pairs else None


def shown(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def geometric_mean(values):
    return statistics.geometric_mean(values) if values else float("nan")


class Table:
    """Throughput by (kind, producers, capacity, payload, consumer) and then by (ring, reads)."""

    def __init__(self, cells):
        self.rows, self.payload, self.variable = {}, {}, {}
        for name, counters in cells.items():
            if not name.startswith("throughput/"):
                continue
            _, kind, producers, capacity, payload, consumer, carries, ring, reads = name.split("/")
            key = kind, int(producers), int(capacity), payload, consumer
            self.rows.setdefault(key, {})[ring, reads] = counters["records_per_second"]
            self.payload[key, ring, reads] = counters["payload_bytes_per_second"]
            self.variable[ring] = carries == "variable"

    def keys(self, kind, reads="single"):
        return sorted((k for k, row in self.rows.items() if k[0] == kind and ("logbuf", reads) in row), key=order)

    def rings(self, kind):
        found = {ring for key, row in self.rows.items() if key[0] == kind for ring, _ in row}
        return [r for r in OURS[1:] + LIMITS if r in found] + self.peers(kind)

    def peers(self, kind):
        found = {ring for key, row in self.rows.items() if key[0] == kind for ring, _ in row}
        return sorted(found - set(OURS) - set(LIMITS), key=lambda r: (not self.variable[r], r))

    def figure(self, row, ring, reads):
        """A peer that has not this way to read is taken with the best that it has; many records at once count as one way. The
        ring by hand is compared with nothing but the same way to read."""
        mine = {r: v for (name, r), v in row.items() if name == ring}
        if reads in mine:
            return mine[reads]
        if ring == "handwritten":
            return None
        if reads in MANY or ring in LIMITS:
            return max(mine.values(), key=lambda v: v["median"], default=None)
        return mine.get("single")

    def compared(self, ours="logbuf"):
        """Every two counters of which a ratio is taken."""
        for key, row in self.rows.items():
            for reads in READS:
                if (ours, reads) in row:
                    for ring in self.rings(key[0]):
                        if theirs := self.figure(row, ring, reads):
                            yield row[ours, reads], theirs

    def ratios(self, kind, ring, ours="logbuf"):
        """(row key, reads): how many times the records of `ring`."""
        found = {}
        for key, row in self.rows.items():
            for reads in READS:
                if key[0] == kind and (ours, reads) in row and (theirs := self.figure(row, ring, reads)):
                    if (value := ratio(row[ours, reads], theirs)) is not None:
                        found[key, reads] = value
        return found


def order(key):
    kind, producers, capacity, payload, consumer = key
    return (kind != "spsc", producers, consumer, capacity, PAYLOADS.index(payload))


def title(key):
    kind, producers, capacity, payload, consumer = key
    who = kind if kind == "spsc" else f"mpsc, {producers} producer" + "s" * (producers > 1)
    return f"{who}, {CAPACITIES[capacity]}, {payload}" + ("" if consumer == "all" else ", first 8 read")


def short(ring):
    return SHORT.get(ring, ring)
