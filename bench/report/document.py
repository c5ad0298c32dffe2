"""Puts tables into a document, between <!-- NAME: begin --> and <!-- NAME: end -->."""

import re
import sys

from everything import everything

OF_OTHERS = {"totals"}  # tables of the README that verify/run makes


def update(path, machine, table, results):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    parts = {"machine": machine + "."}
    parts.update({s.name: s.markdown() for s in everything(table, results)})
    for name in re.findall(r"<!-- (\S+): begin -->", text):
        if name in OF_OTHERS:
            continue
        if name not in parts and name != "below":
            sys.exit(f"{path}: nothing was measured for its table '{name}'")
        body = parts.get(name, "None.")
        text = re.sub(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", lambda m: m[1] + body + "\n" + m[2], text, flags=re.S)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
