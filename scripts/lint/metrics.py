#!/usr/bin/env python3
"""Starts a daemon of its own, lets it do a little, and gives its /metrics to promtool: metrics.py BUILD

Ends as promtool does: 0 where it has nothing to say.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["LIANDONG_BUILD"] = os.path.abspath(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harness import SHIPPED, Daemon, incident, until  # noqa: E402  (the build is named before)


def mechanism(folder):
    """One with a channel that leads nowhere, so that there is something to be told of notices."""
    shutil.copytree(SHIPPED, folder)
    with open(os.path.join(folder, "notices.yaml"), "w", encoding="utf-8") as f:
        f.write('channels:\n  hall: {kind: webhook, url: "https://localhost/", secret_file: hall}\nrecipients:\n  water: [hall]\n')
    return folder


def sent(daemon):
    return b"liandong_notice_messages_total{" in daemon.http("GET", "/metrics")[2]


with tempfile.TemporaryDirectory() as folder, Daemon(folder, mechanism=mechanism(os.path.join(folder, "city"))) as daemon:
    until(lambda: "notifier INFO follows" in daemon.log(), "the notifier to follow")
    with daemon.desk() as desk:
        desk.call("incident.report", **incident("LINT-1", units=["water"]))
    until(lambda: sent(daemon), "a message to be counted")
    daemon.http("GET", "/nowhere")
    _, _, text = daemon.http("GET", "/metrics")
    code = subprocess.run(["promtool", "check", "metrics"], input=text, check=False).returncode
sys.exit(code)
