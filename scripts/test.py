#!/usr/bin/python3
"""Runs the whole suite: cmocka programs, then pytest; ends with the line `N passed, N failed`.

Usage: test.py BUILD [PROGRAM …]   (BUILD: the folder with liandongd; programs: unit tests)
       test.py --units PROGRAM …   those alone
A unit test program that crashes, or that runs no test, is a failure of its own. Three processes share two
processors: most tests wait for a daemon, a disk or a clock half of their time. A file of end-to-end tests is
run by one process, in order. What is marked `alone` runs after all others, with nothing beside it. PYTEST in
the environment adds arguments to pytest's: `PYTEST="-k tls" make test`.
"""
import concurrent.futures
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as tree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORKERS = (3 * len(os.sched_getaffinity(0)) + 1) // 2
NO_TESTS = 5  # pytest's exit code where nothing was selected
LIMIT = float(os.environ.get("LIANDONG_LIMIT", "15"))  # as tests/e2e/harness.py has it


def run_unit(program):
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    begun = time.monotonic()
    try:
        done = subprocess.run([program], env=env, capture_output=True, text=True, errors="replace", timeout=40 * LIMIT)
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, err = "timeout", str(late.stdout), str(late.stderr)
    # cmocka 1.1.5 writes its TAP lines to standard output, what failed to standard error; what is skipped is `not ok`, too
    passed = len(re.findall(r"^ok\b", out, re.M))
    skipped = len(re.findall(r"^not ok \d+ # SKIP\b", out, re.M))
    failed = len(re.findall(r"^not ok\b", out, re.M)) - skipped
    if failed == 0 and (code != 0 or passed + skipped == 0):
        failed = 1
    return (passed, failed, skipped), time.monotonic() - begun, f"exit {code}\n{out[-6000:]}{err[-6000:]}"


def unit_tests(programs):
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for program, (counts, seconds, said) in zip(programs, pool.map(run_unit, programs), strict=True):
            total = [a + b for a, b in zip(total, counts, strict=True)]
            passed, failed, skipped = counts
            print(f"{os.path.basename(program):32} {passed:4} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "") +
                  f"  {seconds:.1f} s", flush=True)
            if failed:
                print(said, flush=True)
    return total


def pytest(build, arguments):
    """Passed, failed and skipped of one run."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        env = dict(os.environ, LIANDONG_BUILD=os.path.abspath(build))
        code = subprocess.run([sys.executable, "-m", "pytest", "-q", "--strict-markers",
                               "-p", "no:cacheprovider", "--durations=10", f"--junitxml={report}", *arguments,
                               os.path.join(ROOT, "tests", "e2e")], cwd=ROOT, env=env).returncode
        if code == NO_TESTS:
            return 0, 0, 0
        if not os.path.exists(report):
            return 0, 1, 0
        suite = tree.parse(report).getroot()
        suite = suite if suite.tag == "testsuite" else suite.find("testsuite")
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    if failed == 0 and (code != 0 or passed == 0 and count["skipped"] == 0):
        failed = 1
    return passed, failed, count["skipped"]


def end_to_end(build, arguments):
    """Passed, failed and skipped of both runs; to have run nothing is a failure."""
    together = ["-n", str(WORKERS), "--dist", "loadfile"]
    if not importlib.util.find_spec("xdist"):
        print("python3-pytest-xdist is not installed: the tests run one after another, which takes twice as long",
              flush=True)
        together = []
    runs = [pytest(build, ["-m", "not alone", *together, *arguments]), pytest(build, ["-m", "alone", *arguments])]
    passed, failed, skipped = map(sum, zip(*runs, strict=True))
    return passed, failed or int(passed == 0), skipped


def main():
    build, programs = sys.argv[1], sys.argv[2:]
    arguments = os.environ.get("PYTEST", "").split()
    units = unit_tests(programs)
    others = end_to_end(build, arguments) if build != "--units" else (0, 0, 0)
    passed, failed, skipped = (a + b for a, b in zip(units, others, strict=True))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
