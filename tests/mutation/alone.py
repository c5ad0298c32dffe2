"""Mutants that cannot be chosen at run time, in constants, types and templates: each is compiled, with the tests nearest to it."""
import json
import pathlib
import re
import shlex
import shutil
import subprocess

import programs

NEAR = 12      # lines
PROGRAMS = 12  # so many test programs are compiled for a mutant that has an explanation; for another, all of them
# What the build does not compile: the tests that come by what stands in its place, from this text on, judge it.
STANDS_FOR = {"platform/portable.hpp": ("platform/linux.hpp", "class futex_parker")}


class Programs:
    """How the build compiles and links each test program."""

    def __init__(self, build):
        self.build = build
        self.compiles = {}
        for c in json.loads((build / "compile_commands.json").read_text()):
            self.compiles.setdefault(re.search(r"CMakeFiles/([^/]+)\.dir/", c["command"])[1], {})[c["file"]] = c["command"]
        self.case_files = {}
        for target, files in self.compiles.items():
            for file in files:
                for case in re.findall(r'(?:TEST_CASE|BOTH_\w+)\(\s*((?:"[^"]*"\s*)+)', pathlib.Path(file).read_text()):
                    self.case_files["".join(re.findall(r'"([^"]*)"', case))] = file
        self.links = {}

    def program_of(self, test):
        """The target, and of the unit tests the file."""
        target = pathlib.Path(test.command[0]).name
        if not test.case:
            return (target, None) if target in self.compiles else None
        name = test.case.split(" - ")[0]
        return (target, self.case_files[name]) if name in self.case_files else None

    def link_of(self, target):
        if target not in self.links:
            commands = subprocess.run(["ninja", "-t", "commands", target], cwd=self.build, capture_output=True, text=True, check=True)
            self.links[target] = commands.stdout.splitlines()[-1]
        return self.links[target]

    def make(self, program, include, folder, definitions):
        """The path of the program over these headers; None if it does not compile."""
        target, only = program
        objects = []
        for file, command in self.compiles[target].items():
            if only and file != only:
                continue
            made = folder / (pathlib.Path(file).name + ".o")
            command = re.sub(r"-I\S*/include\b", f"-I{include}", command)
            arguments = [*shlex.split(command), *definitions]
            arguments[arguments.index("-o") + 1] = str(made)
            done = subprocess.run(arguments, cwd=self.build, capture_output=True, text=True)
            if done.returncode != 0:
                return None
            objects.append(str(made))
        link = re.sub(r"^:\s*&&\s*|\s*&&\s*:\s*$", "", self.link_of(target))
        arguments = shlex.split(link)
        if only:
            objects += [a for a in arguments if a.endswith("/main.cpp.o")]
        arguments = objects_replaced(arguments, objects)
        made = folder / target
        arguments[arguments.index("-o") + 1] = str(made)
        done = subprocess.run(arguments, cwd=self.build, capture_output=True, text=True)
        return made if done.returncode == 0 else None


def objects_replaced(arguments, objects):
    first = next(i for i, a in enumerate(arguments) if a.endswith(".o"))
    rest = [a for a in arguments[first:] if not a.endswith(".o")]
    return arguments[:first] + objects + rest


def nearest(change, texts, mutants, tests, known):
    """The test programs, those first that come by the lines around a change with the most tests."""
    if change.file in STANDS_FOR:
        file, begin = STANDS_FOR[change.file]
        same = near = {n for n, c in mutants.items() if c.file == file and c.begin > texts[file].index(begin)}
    else:
        same = {n for n, c in mutants.items() if c.file == change.file}
        near = {n for n in same if abs(mutants[n].line - change.line) <= NEAR}
    scores = {}
    for t in tests:
        program = known.program_of(t)
        if program:
            scores[program] = scores.get(program, 0) + 1000 * len(t.reaches & near) + len(t.reaches & same)
    return sorted(scores, key=lambda p: -scores[p])


def judge(change, text, texts, mutants, tests, known, compiler, folder, is_explained):
    """What refuses this change: the compiler, or a test. None if nothing does."""
    include = folder / "include"
    for file, source in texts.items():
        path = include / "logbuf" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if file == change.file else source)
    if compiler.errors(include) is not None:
        return "the compiler"
    for program in nearest(change, texts, mutants, tests, known)[:PROGRAMS if is_explained else None]:
        made = known.make(program, include, folder, change.definitions)
        if made is None:
            return "the compiler"
        # The unit tests of a file run together, those with threads apart.
        for t in {tuple(t.command): t for t in tests if known.program_of(t) == program}.values():
            run = programs.Test(t.name, [str(made), *t.command[1:]], passes=t.passes, seconds=20, processor=2)
            passed, _, _ = programs.run([run], {})
            if passed is False:
                return t.name if not t.case else f"unit: {pathlib.Path(program[1]).name}"
    return None


def clean(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
