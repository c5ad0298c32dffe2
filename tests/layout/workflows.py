#!/usr/bin/env python3
"""Checks .github/workflows, since no runner is at hand: workflows.py ROOT [--schema FOLDER].

Without an option: yamllint accepts them, and CI runs the same commands as .ci/run. With --schema: the published schema of
workflows, by @action-validator/cli, which npm installs into the folder. Both plant faults into a copy, and fail when one is
not found. What is missing (yamllint, npm, the registry) is said in a line that begins with SKIPPED.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VALIDATOR = ["@action-validator/core@0.6.0", "@action-validator/cli@0.6.0"]


def run(*command, **options):
    return subprocess.run([str(c) for c in command], text=True, capture_output=True, **options)


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(0)


def lint(root):
    done = run("yamllint", "--strict", "-c", root / ".yamllint", root / ".github")
    return done.stdout.splitlines() if done.returncode else []


def commands(root):
    """.ci/run's steps are those of the matrix of ci.yml, and every program that a workflow starts is there."""
    wanted = re.findall(r'^run ".*?" (?:timeout \d+ )?"\$root/([^"]+)" ?(.*)$', (root / ".ci/run").read_text(encoding="utf-8"), re.M)
    wanted = {" ".join(w).strip() for w in wanted}
    text = (root / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    found = set(re.findall(r"^ +- command: (.+)$", text, re.M))
    faults = [f"ci.yml does not run {c}, which .ci/run does" for c in wanted - found]
    faults += [f"ci.yml runs {c}, which .ci/run does not" for c in found - wanted]
    for workflow in sorted((root / ".github/workflows").glob("*.yml")):
        for program in re.findall(r"(?:^|\s)\./([\w./-]+)", workflow.read_text(encoding="utf-8")):
            if not (root / program).is_file():
                faults.append(f"{workflow.name}: ./{program} is no file")
    return faults + ([] if wanted else [".ci/run has no step that this test understands"])


def schema(root, validator):
    faults = []
    for workflow in sorted((root / ".github/workflows").glob("*.yml")):
        done = run(validator, workflow)
        if done.returncode:
            faults.append(f"{workflow.name}: the schema does not allow it:\n{done.stdout[:1500]}{done.stderr[:500]}")
    return faults


# (check, file, text, what stands in its place)
PLANTED = [
    ("lint", ".github/workflows/ci.yml", "    timeout-minutes: 90\n", "    timeout-minutes: 90\n    timeout-minutes: 90\n"),
    ("lint", ".github/workflows/nightly.yml", "jobs:\n", "jobs:\n\tnothing:\n"),
    ("commands", ".github/workflows/ci.yml", "          - command: verify/run mutants\n            reports: mutants\n", ""),
    ("commands", ".github/workflows/ci.yml", "tests/coverage", "tests/cover"),
    ("commands", ".github/workflows/nightly.yml", "./verify/run random", "./verify/walk random"),
    ("schema", ".github/workflows/ci.yml", "runs-on:", "runs_on:"),
    ("schema", ".github/workflows/ci.yml", "contents: read", "contents: everything"),
    ("schema", ".github/workflows/nightly.yml", "schedule:\n    - cron:", "schedule:\n    - at:"),
]


def planted(root, checks):
    faults = []
    for kind, name, text, instead in PLANTED:
        if kind not in checks:
            continue
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            for part in (".github", ".ci", "verify", "tests"):
                shutil.copytree(root / part, copy / part, ignore=shutil.ignore_patterns("corpus", "*.patch"))
            shutil.copy(root / ".yamllint", copy)
            whole = (copy / name).read_text(encoding="utf-8")
            (copy / name).write_text(whole.replace(text, instead, 1), encoding="utf-8")
            if text not in whole:
                faults.append(f"{name} does not have the text into which a fault is planted: {text!r}")
            elif not checks[kind](copy):
                faults.append(f"planted into {name}, and not found by {kind}: {instead!r} in place of {text!r}")
    return faults


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    if "--schema" in sys.argv:
        folder = pathlib.Path(sys.argv[sys.argv.index("--schema") + 1])
        if not shutil.which("npm"):
            skip("npm is not installed (Debian: apt-get install npm)")
        folder.mkdir(parents=True, exist_ok=True)
        validator = folder / "node_modules/.bin/action-validator"
        if not validator.exists():
            done = run("npm", "install", "--no-audit", "--no-fund", "--prefix", folder, *VALIDATOR)
            if done.returncode:
                skip(f"npm cannot install {VALIDATOR[1]}: {done.stderr.strip()[:300]}")
        checks = {"schema": lambda r: schema(r, validator)}
    else:
        if not shutil.which("yamllint"):
            skip("yamllint is not installed (Debian: apt-get install yamllint)")
        checks = {"lint": lint, "commands": commands}
    faults = [fault for check in checks.values() for fault in check(root)] + planted(root, checks)
    print("\n".join(faults))
    print(f"workflows: {', '.join(checks)}: {len(faults)} wrong")
    return bool(faults)


sys.exit(main())
