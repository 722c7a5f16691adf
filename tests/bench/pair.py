#!/usr/bin/python3
"""Two builds against each other, interleaved in one run: which is faster, and by how much.

    pair.py OLD NEW [--rounds 7] [--seconds 3]

OLD and NEW are build folders with benches in them (make all benches). Each round measures both, one right
after the other and in changing order, on new stores; the median of the rounds' ratios counts, because
single runs span a factor of two.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHAPES = {"S1": (64, 1, "rate"), "S2": (16, 64, "rate"), "S3": (1, 1, "median_ms")}
ONE = """
import json, os, subprocess, sys, tempfile
build, tests, root, shapes, seconds = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]), sys.argv[5]
os.environ["LIANDONG_BUILD"] = build
sys.path.insert(0, tests)
from harness import Daemon
out = {}
for name, (consoles, window, what) in shapes.items():
    with tempfile.TemporaryDirectory(dir=os.path.dirname(build)) as folder:
        d = Daemon(folder)
        d.start()
        try:
            token = d.account("desk1", "desk")
            done = subprocess.run([build + "/bench/load", "liandong", "--port", str(d.console_port), "--token", token,
                                   "--consoles", str(consoles), "--window", str(window), "--seconds", seconds,
                                   "--prefix", name, "--json"], cwd=root, capture_output=True, text=True, check=True)
            out[name] = json.loads(done.stdout)[what]
        finally:
            d.stop()
print(json.dumps(out))
"""


def one(build, seconds):
    """The figures of one build. A process of its own: each build brings its own harness."""
    build = os.path.abspath(build)
    root = os.path.dirname(os.path.dirname(build))
    tests = os.path.join(root, "tests", "e2e")
    if not os.path.exists(os.path.join(tests, "harness.py")):
        tests, root = os.path.join(ROOT, "tests", "e2e"), ROOT
    done = subprocess.run([sys.executable, "-c", ONE, build, tests, root, json.dumps(SHAPES), str(seconds)],
                          capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise SystemExit(f"{build}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("old")
    p.add_argument("new")
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--seconds", type=int, default=3)
    a = p.parse_args()
    rounds = []
    for i in range(a.rounds):
        builds = (a.old, a.new) if i % 2 == 0 else (a.new, a.old)
        got = {build: one(build, a.seconds) for build in builds}
        rounds.append((got[a.old], got[a.new]))
        print(f"{i + 1}/{a.rounds} " + "  ".join(f"{s} {got[a.old][s]:.4g} → {got[a.new][s]:.4g}" for s in SHAPES), flush=True)
    for name in SHAPES:
        ratio = statistics.median(new[name] / old[name] for old, new in rounds)
        old, new = (statistics.median(r[k][name] for r in rounds) for k in (0, 1))
        print(f"{name}: {old:.5g} → {new:.5g},比值的中位数 {ratio:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
