"""All tables, in the order of a report."""

from aims import aims
from headline import ratios, sentences
from sections import ablation, below_one, channels, crowd, latency, limits, pace, states, summary, throughput, wake


def everything(table, results):
    cells = results["cells"]
    for part in (states(table, cells), throughput(table), ablation(cells), pace(cells), channels(cells), crowd(cells), wake(results["wake"]), latency(cells),
                 below_one(table), limits(cells), summary(table), aims(table, cells), ratios(table, cells), sentences(table, results)):
        yield from part
