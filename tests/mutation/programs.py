"""The tests that judge a mutant: those of CTest, the unit tests case by case."""
import dataclasses
import json
import math
import os
import re
import resource
import subprocess
import tempfile
import time

PATIENCE = 3     # seconds, before a test that has just begun is taken to hang
HANGS_AFTER = 5  # times the processor time that it takes without a mutant
TOGETHER = 0.3   # seconds of processor time: so much of test cases is run in one process

# Not worth a mutant's time: about compilers and packages, or long runs on real threads, which find by luck.
LEFT_OUT = re.compile(r"^(must_|strict|stress|parks|package|layout|fuzz|unit\.unmarked)|race\.|lock_refused")
CASES_LEFT_OUT = re.compile(r", on threads")


@dataclasses.dataclass
class Test:
    name: str
    command: list
    case: str = ""            # of the unit tests
    passes: str = ""          # what the output has to contain, in place of an exit code
    seconds: float = 0.0      # without a mutant
    processor: float = 0.0    # seconds, too
    reaches: frozenset = frozenset()


def all_tests(build):
    listed = json.loads(subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True, capture_output=True, text=True).stdout)
    tests = []
    for t in listed["tests"]:
        properties = {p["name"]: p["value"] for p in t.get("properties", [])}
        if LEFT_OUT.search(t["name"]) or "command" not in t:
            continue
        command = t["command"]
        if t["name"] in ("unit", "unit.threads"):
            arguments = [a for a in command[1:]]
            names = subprocess.run([command[0], "--list-test-names-only", *arguments], capture_output=True, text=True).stdout
            tests += [Test(f"unit: {name}", command, case=name) for name in names.splitlines()
                      if name and not CASES_LEFT_OUT.search(name)]
            continue
        if t["name"].startswith("properties"):
            command = [a if before != "--runs" else "200" for before, a in zip([""] + command, command)]
        passes = properties.get("PASS_REGULAR_EXPRESSION", [""])
        tests.append(Test(t["name"], command, passes=passes[0] if isinstance(passes, list) else passes))
    return tests


def together(cases):
    """As many of the first of these cases as one process may run. What hangs in one of them costs the time of all."""
    taken, processor = [], 0.0
    for t in cases:
        processor += t.processor
        if taken and (processor > TOGETHER or t.command != cases[0].command):
            break
        taken.append(t)
    return taken


def processor_time(pid):
    """Clock ticks so far, of a process that has not been waited for."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def run(tests, environment):
    """Whether these tests pass: one, or many cases of the unit tests. None where they were skipped. What takes many times as
    long as without a mutant hangs. The limit of processor time ends what spins. What has taken too long and does not run any
    more is asleep; as long as it runs, others may be keeping the machine busy."""
    first, command, file = tests[0], list(tests[0].command), None
    if first.case:
        file = tempfile.NamedTemporaryFile("w", suffix=".cases")
        file.write("".join(re.sub(r"([\[,])", r"\\\1", t.case) + "\n" for t in tests))
        file.flush()
        command = [command[0], "--abort", "-f", file.name]
    processor = 1 + math.ceil(HANGS_AFTER * sum(t.processor for t in tests))
    end = time.monotonic() + PATIENCE + 3 * sum(t.seconds for t in tests)

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with tempfile.TemporaryFile("w+", errors="replace") as out:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=out, preexec_fn=limit)
        pause, ran = 0.001, 0
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                if ran == (now := processor_time(process.pid)):
                    process.kill()
                    ended = os.wait4(process.pid, 0)
                    break
                ran, end = now, time.monotonic() + PATIENCE
            time.sleep(pause)
            pause = min(0.05, pause * 1.5)
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        out.seek(0)
        output = out.read()
    if file:
        file.close()
        if "No tests ran" in output or "Invalid Filter" in output:
            raise SystemExit(f"no test case is selected by the names of {[t.name for t in tests]}")
    passed = re.search(first.passes, output) is not None if first.passes else process.returncode == 0
    if re.search(r"^SKIPPED", output, re.M):
        passed = None
    return passed, ended[2].ru_utime + ended[2].ru_stime, output
