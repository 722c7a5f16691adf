#!/usr/bin/python3
"""The long version of test_95_quarter: the quarter of a large city, the same quarter decided later, and faults
that are planted in what counts, each of which must be found.

    quarter.py BUILD [--size 60000] [--only large later planted] [--faults NAME …] [--cc "ccache gcc"]

A planted fault is a change of a few words of the C source, in a copy of the tree that is built apart; at least one
of its finders must fail. One whose words are not in the source any more is an error: tests/torture/planted.py is
kept with the code. A finder that fails without a fault finds nothing, so each runs on the sound build first.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

from planted import FAULTS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREE = ("Makefile", "src", "include", "sql", "scripts", "config", "docs", "tests/unit")


def run(command, cwd=ROOT, **more):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, errors="replace", check=False, **more)


def pytest(build, tests, **environment):
    return run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
               env={**os.environ, "LIANDONG_BUILD": build, **environment})


def large(build, size):
    done = pytest(build, ["-s", "tests/e2e/test_95_quarter.py"], LIANDONG_QUARTER=str(size))
    print(done.stdout[-3000:])
    return done.returncode == 0


def later(build, _):
    """Every decision is put off within its limit: no rate of a unit changes."""
    done = pytest(build, ["-s", "tests/e2e/test_95_quarter.py", "-k", "later"], LIANDONG_QUARTER_LATER="1")
    print(done.stdout[-3000:])
    return done.returncode == 0


class Copy:
    """A copy of the tree with what is built of it, in which one fault at a time is planted."""

    def __init__(self, build, cc):
        self.folder = tempfile.mkdtemp(prefix="liandong-planted-")
        self.cc = cc
        for name in TREE:
            source, target = os.path.join(ROOT, name), os.path.join(self.folder, name)
            if os.path.isdir(source):
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        self.build = os.path.join(self.folder, "build", "release")
        if os.path.isdir(build):
            shutil.copytree(build, self.build)

    def make(self, *targets):
        return run(["make", "-s", "-j2", f"CC={self.cc}", *targets], cwd=self.folder)

    def write(self, path, text):
        with open(os.path.join(self.folder, path), "w", encoding="utf-8") as f:
            f.write(text)

    def read(self, path):
        with open(os.path.join(self.folder, path), encoding="utf-8") as f:
            return f.read()

    def found_by(self, fault):
        """The first finder that fails with that fault, "" if none does; None if it cannot be planted."""
        path, old, new = fault["path"], fault["old"], fault["new"]
        whole = self.read(path)
        if whole.count(old) != 1:
            print(f"{fault['name']}: {path} has {whole.count(old)} places like {old!r}")
            return None
        self.write(path, whole.replace(old, new))
        try:
            units = [f"build/release/tests/{name}" for name in fault["finders"] if not name.startswith("tests/")]
            made = self.make("all", *units)
            if made.returncode:
                print(f"{fault['name']}: does not build\n{made.stderr[-1500:]}")
                return None
            return next((name for name in fault["finders"] if self.fails(name)), "")
        finally:
            self.write(path, whole)

    def unsound(self, faults):
        """Which end-to-end finders of these fail without a fault."""
        finders = sorted({name for f in faults for name in f["finders"] if name.startswith("tests/e2e")})
        failed = [name for name in finders if self.fails(name)]
        for name in failed:
            print(f"{name} fails without a fault: what it finds is not found")
        return failed

    def fails(self, finder):
        if finder.startswith("tests/e2e"):
            ran = pytest(self.build, ["-x", *finder.split()], LIANDONG_QUARTER="400")
            if ran.returncode not in (0, 1):  # 1 is pytest's word for a test that failed
                raise SystemExit(f"{finder}: pytest ran no test, and ended with {ran.returncode}")
            for line in ran.stdout.splitlines():
                if line.startswith(("FAILED ", "ERROR ")):
                    print(line)
            return ran.returncode == 1
        return run([os.path.join(self.build, "tests", finder)]).returncode != 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def planted(build, options):
    missed = []
    with Copy(os.path.join(ROOT, build), options.cc) as copy:
        faults = [f for f in FAULTS if not options.faults or f["name"] in options.faults]
        unsound = copy.unsound(faults)
        for fault in faults:
            started = time.monotonic()
            found = copy.found_by(fault)
            print(f"{fault['name']:50} {'not planted' if found is None else 'found by ' + found if found else 'NOT FOUND'}"
                  f"  ({time.monotonic() - started:.0f} s)", flush=True)
            if not found:
                missed.append(fault["name"])
    print(f"{len(missed)} of {len(FAULTS)} planted faults were not found: {missed}" if missed else "all planted faults were found")
    return not missed and not unsound


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--size", type=int, default=60000)
    parser.add_argument("--only", nargs="*", default=["large", "later", "planted"])
    parser.add_argument("--faults", nargs="*")
    parser.add_argument("--cc", default=os.environ.get("CC", "gcc"))
    options = parser.parse_args()
    build = os.path.join(ROOT, options.build)
    well = True
    if "large" in options.only:
        well &= large(build, options.size)
    if "later" in options.only:
        well &= later(build, options)
    if "planted" in options.only:
        well &= planted(options.build, options)
    sys.exit(not well)


if __name__ == "__main__":
    main()
