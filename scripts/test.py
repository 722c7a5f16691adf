#!/usr/bin/python3
"""Runs the whole suite: cmocka programs, then pytest; ends with the line `N passed, N failed`.

Usage: test.py BUILD [PROGRAM …]   (BUILD: the folder with liandongd; programs: unit tests)
A unit test program that crashes, or that runs no test, is a failure of its own.
"""
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as tree


def run_unit(program):
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    try:
        done = subprocess.run([program], env=env, capture_output=True, text=True, errors="replace", timeout=600)
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, err = "timeout", str(late.stdout), str(late.stderr)
    # cmocka 1.1.5 writes its TAP lines to standard output, what failed to standard error
    passed = len(re.findall(r"^ok\b", out, re.M))
    failed = len(re.findall(r"^not ok\b", out, re.M))
    if failed == 0 and (code != 0 or passed == 0):
        failed = 1
    return passed, failed, f"exit {code}\n{out[-6000:]}{err[-6000:]}"


def unit_tests(programs):
    total = [0, 0]
    for program in programs:
        begun = time.monotonic()
        passed, failed, said = run_unit(program)
        total[0] += passed
        total[1] += failed
        print(f"{os.path.basename(program):32} {passed:4} passed, {failed} failed  {time.monotonic() - begun:.1f} s",
              flush=True)
        if failed:
            print(said, flush=True)
    return total


def end_to_end(build, arguments):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.xml")
        env = dict(os.environ, LIANDONG_BUILD=os.path.abspath(build))
        code = subprocess.run([sys.executable, "-m", "pytest", "-q",
                               "-p", "no:cacheprovider", "--durations=10", f"--junitxml={report}", *arguments,
                               os.path.join(root, "tests", "e2e")], cwd=root, env=env).returncode
        if not os.path.exists(report):
            return 0, 1, 0
        suite = tree.parse(report).getroot()
        suite = suite if suite.tag == "testsuite" else suite.find("testsuite")
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    if failed == 0 and (code != 0 or passed == 0):
        failed = 1
    return passed, failed, count["skipped"]


def main():
    build, programs = sys.argv[1], sys.argv[2:]
    arguments = os.environ.get("PYTEST", "").split()
    passed, failed = unit_tests(programs)
    more, bad, skipped = end_to_end(build, arguments)
    passed, failed = passed + more, failed + bad
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
