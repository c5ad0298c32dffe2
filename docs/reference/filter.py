#!/usr/bin/env python3
"""What Doxygen reads in place of a file: filter.py FILE. The headers have plain comments. Those that stand before a declaration,
and those behind one in its line, become Doxygen's; comments in the bodies of functions stay what they are. As in the headers,
a comment is about all the declarations that follow it without an empty line, unless they have their own. Copying, moving and
destroying is named as such."""
import pathlib
import re
import sys

DECLARES = re.compile(r"^\s*(inline\s+)?(namespace|class|struct|union|enum)\b")
TEMPLATE = re.compile(r"template\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>")
NOT_CODE = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|//.*')
TRAILING = re.compile(r"^(.*[^\s/].*?)\s*// (.*)$")
ATTRIBUTE = re.compile(r"(?:\[\[(?:[^\[\]]|\[[^\]]*\])*\]\]|\bLOGBUF_(?:ALWAYS_INLINE|NOINLINE|COLD|NO_UNIQUE_ADDRESS|HIDDEN|SHARED_TYPE|WRAPS)\b)\s*")
GUARD = re.compile(r"^#(ifndef|define|endif  //) LOGBUF_\w+_HPP$", re.M)
REQUIRES = re.compile(r"^\s*requires [\w:]+$")
SPECIAL = [
    (re.compile(r"^(?:constexpr |explicit )*(\w+)\((?:const \1&)(?: \w+)?\)"), "Copies."),
    (re.compile(r"^(?:constexpr |explicit )*(\w+)\((?:\1&&)(?: \w+)?\)"), "Moves; the other is then as if default-constructed."),
    (re.compile(r"^(?:constexpr )?(\w+)& operator=\(const \1&"), "Ends what it was, and copies."),
    (re.compile(r"^(?:constexpr )?(\w+)& operator=\(\1&&"), "Ends what it was, and moves."),
    (re.compile(r"^friend bool operator==\(.*= default;"), "Member by member."),
]


class Scopes:
    """Where a line stands: `kinds` says of each open brace whether declarations stand in it."""

    def __init__(self):
        self.kinds, self.head = [], ""

    def are_declared(self):
        return all(self.kinds)

    def starts_declaration(self):
        return all(self.kinds) and not self.head.strip()

    def read(self, line):
        code = NOT_CODE.sub("", line)
        if code.lstrip().startswith("#") or re.match(r"^\s*(public|protected|private):", code):
            return
        for c in code + "\n":
            if c == "{":
                self.kinds.append(bool(DECLARES.match(ATTRIBUTE.sub("", TEMPLATE.sub("", self.head)))))
                self.head = ""
            elif c == "}":
                if self.kinds:
                    self.kinds.pop()
                self.head = ""
            elif c == ";":
                self.head = ""
            else:
                self.head += " " if c == "\n" else c


def special(stripped):
    return next((text for pattern, text in SPECIAL if pattern.match(stripped)), None)


# Files whose first comment is also what there is to say of a namespace.
NAMESPACES = {"logbuf.hpp": "logbuf", "spsc.hpp": "logbuf::spsc", "mpsc.hpp": "logbuf::mpsc"}


def header(text, name):
    out, comment, shared, at_top, hidden = [], [], [], True, False
    scopes = Scopes()
    text = GUARD.sub("", text)
    for line in text.replace("namespace logbuf::inline v0", "namespace logbuf").splitlines():  # sources never name it
        stripped, declared, starts, depth = line.strip(), scopes.are_declared(), scopes.starts_declaration(), len(scopes.kinds)
        scopes.read(line)
        if declared and stripped.startswith("//"):
            comment.append(line)
            continue
        bare = ATTRIBUTE.sub("", stripped) or stripped[:2].replace("//", "")  # a line of attributes alone is code
        is_code = bare and not bare.startswith(("#", "}", "public:", "protected:", "private:", "friend class", "namespace"))
        if comment:
            own = [c.replace("//", "///", 1) for c in comment]
            if at_top:  # about the file
                out += ["/// \\file", *own]
                if name in NAMESPACES:
                    out += ["", f"/// \\namespace {NAMESPACES[name]}", *own]
            elif bare and not bare.startswith("}"):
                out += own
                shared = own if is_code else []
            else:  # nothing follows it
                out += comment
            comment, at_top = [], False
        elif not stripped:
            shared = []
        elif starts and is_code and not TRAILING.match(line):
            if text_of := special(bare):
                out.append(f"/// {text_of}")
            else:
                out += shared
        if len(scopes.kinds) > depth and scopes.are_declared():  # into a class: its comment is not its members'
            shared = []
        if bare == "protected:":
            out.append("/// \\cond")
            hidden = True
        if hidden and line == "};":
            out.append("/// \\endcond")
            hidden = False
        trailing = TRAILING.match(line)
        if declared and trailing and (stripped.startswith("#define") or not stripped.startswith(("#", "}"))):
            line = f"{trailing[1]} ///< {trailing[2]}"
        if not REQUIRES.match(line):  # of constructors: more than this Doxygen reads
            out.append(ATTRIBUTE.sub("", line) if declared else line)
    return "\n".join(out) + "\n"


def markdown(text):
    """Links to what is no page of the reference become their text."""
    pages = {"use.md", "size.md", "ring-or-channel.md", "claims.md", "migration.md", "versions.md", "guide.md"}

    def link(match):
        return match[0] if pathlib.PurePath(match[2]).name in pages else match[1]

    text = re.sub(r"\[([^\]]+)\]\(([^)#:]+)(#[^)]*)?\)", link, text)
    return re.sub(r"^```(\w+) \S+$", r"```\1", text, flags=re.M)


def main():
    path = pathlib.Path(sys.argv[1])
    text = path.read_text(encoding="utf-8")
    sys.stdout.write(markdown(text) if path.suffix == ".md" else header(text, path.name))


main()
