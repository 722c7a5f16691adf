#!/usr/bin/env python3
"""Starts a daemon of its own, lets it do a little, and gives its /metrics to promtool: metrics.py BUILD

Ends as promtool does: 0 where it has nothing to say.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["LIANDONG_BUILD"] = os.path.abspath(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harness import Daemon, incident  # noqa: E402  (the build is named before)

with tempfile.TemporaryDirectory() as folder, Daemon(folder) as daemon:
    with daemon.desk() as desk:
        desk.call("incident.report", **incident("LINT-1"))
    daemon.http("GET", "/nowhere")
    _, _, text = daemon.http("GET", "/metrics")
    code = subprocess.run(["promtool", "check", "metrics"], input=text, check=False).returncode
sys.exit(code)
