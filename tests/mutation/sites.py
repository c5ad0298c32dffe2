"""Where the headers can be changed, and into what: found by libclang in the source as it is written, templates included."""
import dataclasses
import pathlib
import re
import sys

try:
    from clang import cindex
except ImportError:  # Debian's package is for Debian's Python; it is plain Python, and any other can read it
    sys.path.append("/usr/lib/python3/dist-packages")
    from clang import cindex

K = cindex.CursorKind

# What each operator becomes.
OPERATORS = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="],
             "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["*"], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "^": ["&"],
             "+=": ["-="], "-=": ["+="], "*=": ["+="], "/=": ["*="], "<<=": [">>="], ">>=": ["<<="], "&=": ["|="], "|=": ["&="]}

FUNCTIONS = (K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.CONVERSION_FUNCTION, K.FUNCTION_TEMPLATE)
JUMPS = (K.BREAK_STMT, K.CONTINUE_STMT)

# What has neither a default that is another value, nor a half.
PLAIN_VALUES = (K.INTEGER_LITERAL, K.CXX_BOOL_LITERAL_EXPR, K.STRING_LITERAL, K.LAMBDA_EXPR, K.INIT_LIST_EXPR,
                K.CXX_NULL_PTR_LITERAL_EXPR, K.CXX_THIS_EXPR, K.FLOATING_LITERAL, K.CHARACTER_LITERAL)

# Macros that are asserted conditions. To the parser they are functions of names as long, so that their arguments are in the tree.
PLAIN_MACROS = {"LOGBUF_ASSERT(": "logbuf_assert("}
PRELUDE = "void logbuf_assert(bool, const char*);\n#define LOGBUF_ASSERT 1\n"


@dataclasses.dataclass(frozen=True)
class Change:
    """One mutant: what stands at [begin, end) of a file becomes something else."""
    file: str       # below include/logbuf
    begin: int
    end: int
    kind: str
    wrap: str       # how a switch is put around it: value, condition, statement, entry, narrowed, dropped
    text: str       # what it becomes, where that is text
    line: int
    is_constant: bool
    definitions: tuple  # without these macros the compiler does not come by


class Finder:
    def __init__(self, include, texts):
        self.include, self.texts, self.changes, self.definitions = include, texts, {}, ()
        self.returns_reference = self.is_referred_to = False

    # ---- the source

    def parse(self, definitions):
        unsaved = [(str(self.include / "logbuf" / name), self.for_parser(text)) for name, text in self.texts.items()]
        unsaved.append(("all.cpp", PRELUDE + "#include <logbuf/logbuf.hpp>\n"))
        self.definitions = tuple(definitions)
        unit = cindex.Index.create().parse(
            "all.cpp", args=["-std=c++20", "-xc++", f"-I{self.include}", *definitions], unsaved_files=unsaved,
            options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [d for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if errors:
            sys.exit(f"the headers do not compile: {errors[0]}")
        self.expansions = {}
        for c in unit.cursor.get_children():
            if c.kind == K.MACRO_INSTANTIATION and self.file_of(c):
                b, e = c.extent.start.offset, c.extent.end.offset
                if "(" in self.texts[self.file_of(c)][b:e]:
                    self.expansions.setdefault(self.file_of(c), []).append((b, e))
        for c in unit.cursor.get_children():
            if self.file_of(c) and not c.kind.is_preprocessing():
                self.visit(c, False)

    @staticmethod
    def for_parser(text):
        for macro, function in PLAIN_MACROS.items():
            text = re.sub(r"(?<!define )" + re.escape(macro), function, text)
        return text

    def file_of(self, c):
        f = c.extent.start.file
        if f is None:
            return None
        path = pathlib.PurePosixPath(re.sub(r"[^/]+/\.\./", "", f.name))
        try:
            name = str(path.relative_to(self.include / "logbuf"))
        except ValueError:
            return None
        return name if name in self.texts else None

    def text(self, c):
        return self.texts[self.file_of(c)][c.extent.start.offset:c.extent.end.offset]

    def is_in_macro(self, c):
        b, e = c.extent.start.offset, c.extent.end.offset
        return b >= e or any(x <= b and e <= y and (x, y) != (b, e) for x, y in self.expansions.get(self.file_of(c), []))

    # ---- what is found

    def add(self, c, kind, wrap, text="", constant=False, end=None, begin=None):
        if self.is_in_macro(c):
            return
        file = self.file_of(c)
        b = c.extent.start.offset if begin is None else begin
        e = c.extent.end.offset if end is None else end
        if wrap == "value" and text == self.texts[file][b:e]:
            return
        change = Change(file, b, e, kind, wrap, text, self.texts[file].count("\n", 0, b) + 1, constant, self.definitions)
        self.changes.setdefault((file, b, e, wrap, text), change)

    def negate(self, c, constant):
        inner = self.bare(c)
        if inner.kind == K.BINARY_OPERATOR and self.operator(inner, list(inner.get_children())) in ("==", "!="):
            return  # the other operator is that
        self.add(c, "negate a condition", "condition", f"!({self.text(c)})", constant)

    def value(self, c, constant):
        """A value that is stored, handed on or returned."""
        if self.is_plain(c, constant) or self.is_default(self.bare(c)):
            return
        text = self.text(c)
        if re.fullmatch(r"\s*(at<[^()]*>|where|Site\{\}|site|(Site|site_tag<\w+>)::order)\s*", text) or text.startswith(("at<", "*this")) or text.endswith("{}"):
            return
        self.add(c, "a default in place of a value", "dropped")

    def narrow(self, c, constant):
        if not self.is_plain(c, constant):
            self.add(c, "half of a value's bits", "narrowed")

    def is_plain(self, c, constant):
        return constant or self.is_referred_to or self.bare(c).kind in PLAIN_VALUES

    @staticmethod
    def is_default(c):
        """The name of what a default-constructed value is as well; or a memory order, which is not a value to tests."""
        if c.type.spelling.endswith("memory_order"):
            return True
        named = c.referenced if c.kind == K.DECL_REF_EXPR else None
        if named is None:
            return False
        if named.kind == K.ENUM_CONSTANT_DECL:
            return named.enum_value == 0
        return named.kind == K.VAR_DECL and "".join(t.spelling for t in named.get_tokens()).endswith("=0")

    @staticmethod
    def bare(c):
        while c.kind == K.UNEXPOSED_EXPR:
            children = list(c.get_children())
            if len(children) != 1 or children[0].extent != c.extent:
                break
            c = children[0]
        return c

    def statement(self, c):
        if not (c.kind.is_expression() or c.kind in JUMPS):
            return
        source = self.texts[self.file_of(c)]
        end = c.extent.end.offset
        stop = re.compile(r"\s*;").match(source, end)
        if stop and not source[c.extent.start.offset:end].startswith("static_cast<void>"):
            self.add(c, "delete a statement", "statement", "{}", end=stop.end())

    def parenthesis(self, c):
        """What stands in the parentheses of a statement: its begin and end."""
        source, depth = self.texts[self.file_of(c)], 0
        begin = source.index("(", c.extent.start.offset)
        for i in range(begin, len(source)):
            depth += {"(": 1, ")": -1}.get(source[i], 0)
            if depth == 0:
                return begin, i
        raise AssertionError("an open parenthesis")

    # ---- the tree

    def visit(self, c, constant):
        if self.file_of(c) is None:
            return
        kind, children = c.kind, list(c.get_children())
        if kind == K.STATIC_ASSERT or kind.name in ("CONCEPT_DECL", "REQUIRES_EXPR", "CONCEPT_SPECIALIZATION_EXPR"):
            return
        if kind in FUNCTIONS:
            return self.function(c, children, constant)
        if kind == K.COMPOUND_STMT:
            for child in children:
                self.statement(child)
        elif kind in (K.IF_STMT, K.WHILE_STMT, K.DO_STMT, K.FOR_STMT):
            return self.controlled(c, children, constant)
        elif kind == K.RETURN_STMT:
            # A reference to a value that was made on the way would not last.
            self.is_referred_to = self.returns_reference
            for child in children:
                self.narrow(child, constant)
                self.value(child, constant)
                self.visit(child, constant)
            self.is_referred_to = False
            return
        elif kind in (K.VAR_DECL, K.FIELD_DECL, K.PARM_DECL):
            constant = self.variable(c, children, constant)
        elif kind.name.startswith("TEMPLATE_") or kind in (K.ENUM_CONSTANT_DECL, K.TYPE_ALIAS_DECL, K.TYPE_ALIAS_TEMPLATE_DECL):
            constant = True
        elif kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(c, children, constant)
        elif kind == K.UNARY_OPERATOR:
            self.unary(c, children, constant)
        elif kind == K.CONDITIONAL_OPERATOR:
            self.negate(children[0], constant)
        elif kind == K.INTEGER_LITERAL:
            self.literal(c, constant)
        elif kind == K.CXX_BOOL_LITERAL_EXPR:
            self.add(c, "the other truth value", "value", {"true": "false", "false": "true"}.get(self.text(c), ""), constant)
        elif kind == K.STRING_LITERAL:
            if self.text(c).startswith('"') and not constant:
                self.add(c, "another text", "value", '"?"', constant)
        elif kind == K.CALL_EXPR:
            if self.call(c, children, constant):
                return
        elif kind == K.INIT_LIST_EXPR:
            for child in children:
                self.value(child, constant)
        for child in children:
            self.visit(child, constant)

    def function(self, c, children, constant):
        body = children[-1] if children and children[-1].kind == K.COMPOUND_STMT else None
        outer, self.returns_reference = self.returns_reference, c.result_type.spelling.endswith("&")
        self.parts_of(c, children, body, constant)
        self.returns_reference = outer

    def parts_of(self, c, children, body, constant):
        after_member = False
        for child in children:
            if c.kind == K.CONSTRUCTOR and after_member and child.kind.is_expression():
                for value in self.list_of(child):
                    self.value(value, constant)
            after_member = child.kind == K.MEMBER_REF
            self.visit(child, constant)
        if body is None:
            return
        result = c.result_type.spelling
        statements = list(body.get_children())
        if result == "bool":
            self.negate_returns(body)
        if len(statements) > 1 and not result.endswith("&") and "auto" not in result and "auto" not in self.text(c).split("(")[0]:
            returned = "return;" if result == "void" or c.kind in (K.CONSTRUCTOR, K.DESTRUCTOR) else "return {};"
            begin = body.extent.start.offset + 1
            self.add(body, "return early", "entry", returned, begin=begin, end=begin)

    def list_of(self, c):
        """The values of a member's initialiser: what is in its parentheses."""
        if self.text(c).startswith(("(", "{")):
            return list(c.get_children())
        return [c]

    def negate_returns(self, c):
        for child in c.get_children():
            if child.kind == K.LAMBDA_EXPR:
                continue
            if child.kind == K.RETURN_STMT:
                for value in child.get_children():
                    if self.bare(value).kind != K.CXX_BOOL_LITERAL_EXPR:
                        self.negate(value, False)
            self.negate_returns(child)

    def controlled(self, c, children, constant):
        source = self.texts[self.file_of(c)]
        is_constant = constant or re.match(r"if\s+constexpr", source[c.extent.start.offset:]) is not None
        if c.kind == K.DO_STMT:
            condition = children[-1]
            self.negate(condition, constant)
            for child in children:
                self.statement(child) if child is not condition else None
                self.visit(child, constant)
            return
        begin, end = self.parenthesis(c)
        within = [child for child in children if begin < child.extent.start.offset and child.extent.end.offset <= end]
        semicolons = [i for i in range(begin, end) if source[i] == ";"]
        for child in children:
            if child in within:
                at = child.extent.start.offset
                if child.kind.is_expression():
                    if c.kind == K.FOR_STMT:
                        if semicolons[0] < at < semicolons[-1]:
                            self.negate(child, is_constant)
                    elif child is within[-1] and not any(x.kind == K.VAR_DECL for x in within):
                        self.negate(child, is_constant)
                self.visit(child, is_constant)
            else:
                self.statement(child)
                self.visit(child, constant)

    def variable(self, c, children, constant):
        head = self.text(c).split("=")[0].split("{")[0]
        # A const bool may be a constant expression too, for some template arguments; so may a member, in a constinit object.
        constant = constant or c.kind == K.FIELD_DECL or re.search(r"\b(constexpr|constinit|const bool)\b", head) is not None
        if c.kind != K.PARM_DECL and children and children[-1].kind.is_expression() and "=" in self.text(c):
            self.narrow(children[-1], constant)
            self.value(children[-1], constant)
        return constant

    def operator(self, c, children):
        between = self.texts[self.file_of(c)][children[0].extent.end.offset:children[-1].extent.start.offset]
        return re.sub(r"//[^\n]*|\s", "", between)

    def binary(self, c, children, constant):
        if len(children) < 2:
            return
        left, right = children[0], children[-1]
        operator = self.operator(c, children)
        a, b = self.text(left), self.text(right)
        if operator in ("&&", "||"):
            self.add(c, "one side of a condition", "condition", f"({a})", constant)
            self.add(c, "one side of a condition", "condition", f"({b})", constant)
        elif operator == "=":
            self.narrow(right, constant)
            self.value(right, constant)
        else:
            for other in OPERATORS.get(operator, []):
                self.add(c, "another operator", "value", f"{a} {other} {b}", constant)

    def unary(self, c, children, constant):
        text = self.text(c)
        if not children:
            return
        operand = self.text(children[0])
        for operator, other in (("++", "--"), ("--", "++")):
            if text.startswith(operator):
                return self.add(c, "another operator", "value", other + operand, constant)
            if text.endswith(operator):
                return self.add(c, "another operator", "value", operand + other, constant)
        if text.startswith(("!", "-", "~")):
            wrap = "condition" if text.startswith("!") else "value"
            self.add(c, "an operator less", wrap, f"({operand})", constant)

    def literal(self, c, constant):
        text = self.text(c)
        if not re.fullmatch(r"[0-9a-fA-FxX']+[uUlLzZ]*", text):
            return
        self.add(c, "a constant by one", "value", f"({text} + 1)", constant)
        if text.strip("uUlLzZ") not in ("0", "1"):
            self.add(c, "a constant by one", "value", f"({text} - 1)", constant)

    def call(self, c, children, constant):
        """True if nothing in the call is to be looked at."""
        text = self.text(c)
        if text.startswith("LOGBUF_ASSERT"):
            condition = list(c.get_arguments())
            if condition:
                self.negate(condition[0], constant)
                self.visit(condition[0], constant)
            return True
        if not text.endswith((")", "}")):  # an operator, or a conversion
            operators = [x for x in children if x.spelling.startswith("operator")]
            if len(children) == 3 and operators:
                self.binary(c, [children[0], children[2]], constant)
            return False
        if re.match(r"std::(move|forward|exchange|addressof)\b", text):
            return False  # what it refers to has to be there
        arguments = [a for a in c.get_arguments() if a is not None and a.extent.start.offset > c.extent.start.offset]
        for a in arguments:
            self.value(a, constant)
        if re.match(r"std::(min|max|swap)\b", text):
            return False  # the same, whichever comes first
        source = self.texts[self.file_of(c)]
        b = c.extent.start.offset
        for x, y in zip(arguments, arguments[1:]):
            if self.text(x).startswith("at<") or self.text(x) == self.text(y) or self.is_in_macro(x) or self.is_in_macro(y):
                continue
            swapped = (source[b:x.extent.start.offset] + self.text(y) + source[x.extent.end.offset:y.extent.start.offset] +
                       self.text(x) + source[y.extent.end.offset:c.extent.end.offset])
            self.add(c, "swapped arguments", "value", swapped, constant)
        return False


def find(include, configurations):
    """All changes of the headers below include, in their order. A configuration is a list of the compiler's options."""
    include = pathlib.Path(include)
    texts = {str(p.relative_to(include / "logbuf")): p.read_text() for p in sorted((include / "logbuf").rglob("*.hpp"))}
    assert all(t.isascii() for t in texts.values()), "offsets are bytes"
    finder = Finder(include, texts)
    for definitions in configurations:
        finder.parse(definitions)
    return texts, sorted(finder.changes.values(), key=lambda m: (m.file, m.begin, -m.end, m.wrap, m.text))
