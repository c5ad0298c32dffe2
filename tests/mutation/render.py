"""Writes the headers with many mutants in them, each behind its switch, or with a single one in the text itself."""
import dataclasses


@dataclasses.dataclass
class Node:
    begin: int
    end: int
    is_statement: bool
    mutants: list       # (number, change)
    children: list


def tree(mutants, length):
    """The places of one file's mutants, each within what encloses it. What overlaps without enclosing is left out, and returned."""
    nodes, left_out = {}, []
    for number, change in mutants:
        key = (change.begin, change.end, change.wrap == "statement")
        nodes.setdefault(key, Node(*key, [], [])).mutants.append((number, change))
    root = Node(0, length, False, [], [])
    stack = [root]
    for node in sorted(nodes.values(), key=lambda n: (n.begin, -n.end, not n.is_statement)):
        while stack[-1].end <= node.begin and stack[-1] is not root and not (stack[-1].end == node.begin == node.end):
            stack.pop()
        if node.end > stack[-1].end:
            left_out += [number for number, _ in node.mutants]
            continue
        stack[-1].children.append(node)
        stack.append(node)
    return root, left_out


def inner(node, source):
    out, at = [], node.begin
    for child in node.children:
        out += [source[at:child.begin], render(child, source)]
        at = child.end
    return "".join(out) + source[at:node.end]


def render(node, source):
    """Each place begins on a line of its own, which tells whose a compiler's complaint is."""
    body = inner(node, source)
    first = node.mutants[0][1] if node.mutants else None
    marks = "\n/*@" + ",".join(f"{n}{c.wrap[0]}" for n, c in node.mutants) + "@*/"
    after = "/*@end@*/\n"
    if first.wrap == "entry":
        return marks + " ".join(f"if (::logbuf_mutation::is({n})) {c.text}" for n, c in node.mutants) + after
    if node.is_statement:
        number = node.mutants[0][0]
        return f"{marks}{{ if (!::logbuf_mutation::is({number})) {{ {body} }} }}{after}"
    for number, change in node.mutants:
        if change.wrap in ("narrowed", "dropped"):
            body = f"::logbuf_mutation::{change.wrap}({number}, {body})"
    values = [(n, c) for n, c in node.mutants if c.wrap in ("value", "condition")]
    if values:
        if any(c.wrap == "condition" for _, c in values):
            body = f"static_cast<bool>({body})"
        for number, change in values:
            other = f"static_cast<bool>({change.text})" if any(c.wrap == "condition" for _, c in values) else change.text
            body = f"::logbuf_mutation::is({number}) ? {other} : {body}"
        body = f"({body})"
    return marks + body + after


def with_switches(text, mutants):
    root, left_out = tree(mutants, len(text))
    return inner(root, text), left_out


def single(text, change):
    """The text with this one change, or None where a change has no text of its own."""
    old = text[change.begin:change.end]
    new = {"statement": ";", "narrowed": None, "dropped": f"std::remove_cvref_t<decltype({old})>{{}}"}.get(change.wrap, change.text)
    return None if new is None else text[:change.begin] + new + text[change.end:]
