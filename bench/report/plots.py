"""Pictures of a report, as SVG."""

import os

from table import CAPACITIES, LIMITS, LINE, OURS, PERCENTILES, SIZES, geometric_mean

COLORS = {"logbuf": "#0b5fa5", "logbuf-by_producer": "#49a0e0", "handwritten": "#888888", "memcpy-limit": "#bbbbbb", "line-limit": "#bbbbbb"}


def style(ring):
    of_ours = {"linewidth": 2.4 if ring in OURS else 1.2, "linestyle": "--" if ring in (*LIMITS, LINE) else "-", "marker": "o", "markersize": 3}
    return {**of_ours, **({"color": COLORS[ring]} if ring in COLORS else {})}


def best(row, ring):
    return max((v["median"] for (r, _), v in row.items() if r == ring), default=None)


def plots(table, cells, where):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "logbuf", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot
    written = []

    def save(figure, name):
        figure.tight_layout()
        figure.savefig(os.path.join(where, name), metadata={"Date": None})
        pyplot.close(figure)
        written.append(name)

    def payloads(kind):
        capacities = sorted({k[2] for k in table.rows if k[0] == kind and k[1] == 1 and k[4] == "all"})
        if not capacities:
            return
        figure, axes = pyplot.subplots(1, len(capacities), figsize=(4.2 * len(capacities), 4.4), sharey=True, squeeze=False)
        for axis, capacity in zip(axes[0], capacities):
            for ring in ["logbuf", *table.rings(kind)]:
                found = [(int(s), best(table.rows[k], ring)) for s in SIZES if (k := (kind, 1, capacity, s, "all")) in table.rows]
                points = [(x, y / 1e6) for x, y in found if y]
                if points:
                    axis.plot(*zip(*points), label=ring, **style(ring))
            axis.set(xscale="log", yscale="log", title=f"{kind}, ring of {CAPACITIES[capacity]}", xlabel="payload, bytes")
            axis.set_xticks([int(s) for s in SIZES], SIZES)
            axis.minorticks_off()
            axis.grid(alpha=0.3)
        axes[0][0].set_ylabel("million records a second, best way to read")
        axes[0][-1].legend(fontsize=7)
        save(figure, f"throughput-{kind}.svg")

    def scaling(capacity):
        sizes = [s for s in ("16", "64", "128", "1024") if ("mpsc", 2, capacity, s, "all") in table.rows]
        if not sizes:
            return
        figure, axes = pyplot.subplots(1, len(sizes), figsize=(3.6 * len(sizes), 4), squeeze=False)
        for axis, size in zip(axes[0], sizes):
            for ring in ["logbuf", *table.rings("mpsc")]:
                points = [(n, best(table.rows[k], ring) / 1e6) for n in (1, 2, 4)
                          if (k := ("mpsc", n, capacity, size, "all")) in table.rows and best(table.rows[k], ring)]
                if points:
                    axis.plot(*zip(*points), label=ring, **style(ring))
            axis.set(title=f"{size} bytes, ring of {CAPACITIES[capacity]}", xlabel="producers", ylim=(0, None))
            axis.set_xticks([1, 2, 4])
            axis.grid(alpha=0.3)
        axes[0][0].set_ylabel("million records a second")
        axes[0][-1].legend(fontsize=7)
        save(figure, "scaling.svg")

    def latencies(operation):
        rows = sorted((n for n in cells if n.startswith(f"latency/{operation}/")), key=lambda n: cells[n]["p50"]["median"])
        if not rows:
            return
        figure, axis = pyplot.subplots(figsize=(7.5, 4.4))
        for n in rows:
            _, _, kind, _, ring, reads = n.split("/")
            axis.plot(PERCENTILES, [cells[n][p]["median"] for p in PERCENTILES], label=f"{kind} {ring} {reads}", **style(ring))
        axis.set(yscale="log", ylabel="cycles", title=f"latency: {operation.replace('_', ' ')}, 64 bytes")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=6)
        save(figure, f"latency-{operation}.svg")

    def headline():
        """Each peer: the geometric mean over all cells, from the least to the most."""
        rows = []
        for kind in ("mpsc", "spsc"):
            found = [(ring, list(table.ratios(kind, ring).values())) for ring in reversed(table.peers(kind))]
            rows += [(kind, ring, values) for ring, values in found if values]
        if not rows:
            return
        figure, axis = pyplot.subplots(figsize=(8, 0.36 * len(rows) + 1.4))
        for y, (kind, ring, values) in enumerate(rows):
            color = COLORS["logbuf" if kind == "spsc" else "logbuf-by_producer"]
            axis.plot([min(values), max(values)], [y, y], color=color, linewidth=1.4, alpha=0.5)
            axis.plot([geometric_mean(values)], [y], color=color, marker="o", markersize=7, linestyle="")
            axis.annotate(f"{geometric_mean(values):.1f}", (geometric_mean(values), y), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8)
        axis.axvline(1, color="#444444", linewidth=1)
        axis.set_yticks(range(len(rows)), [f"{kind}: {ring}{'' if table.variable[ring] else ' (slots)'}" for kind, ring, _ in rows])
        axis.set(xscale="log", xlim=(0.1, 200), xlabel="records a second, logbuf / other\ndot: geometric mean; line: least to most, cut at 200",
                 ylim=(-0.6, len(rows) - 0.2))
        axis.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200], ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100", "200"])
        axis.minorticks_off()
        axis.grid(axis="x", alpha=0.3)
        save(figure, "headline.svg")

    headline()
    for kind in ("spsc", "mpsc"):
        payloads(kind)
    scaling(1 << 20)
    for operation in ("one_way", "write", "read"):
        latencies(operation)
    return written
