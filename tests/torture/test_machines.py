"""Programs of another machine beside our own, under qemu's user mode: what the one has written the other reads, and
both say the same of it, byte by byte. arm64 is what servers often are; s390x has its bytes the other way round.

    LIANDONG_BUILD=build/release-s390x LIANDONG_HERE=build/release \\
        scripts/foreign.sh s390x /usr/bin/python3 -m pytest tests/torture/test_machines.py
"""
import contextlib
import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

import harness  # noqa: E402
from harness import Daemon, incident, until  # noqa: E402

BUILDS = {"there": os.path.abspath(os.environ["LIANDONG_BUILD"]), "here": os.path.abspath(os.environ["LIANDONG_HERE"])}
OTHER = {"there": "here", "here": "there"}
CLOCK = "2025-11-03T08:00:00+08:00"
# Where the desk gives no category, so that the model of texts is asked.
TEXTS = ["楼下水管破了,水一直往外冒", "路灯好几盏都不亮", "小区门口有人占道摆摊", "工地半夜还在施工,吵得睡不着", "老人走失,穿灰色外套",
         "有人说闻到煤气味,没有着火", "井蓋不見了,怕有人掉下去", "喂"]


@contextlib.contextmanager
def machine(which):
    """Daemons and liandongctl are those of that machine."""
    before = harness.BUILD, harness.MODELS
    harness.BUILD, harness.MODELS = BUILDS[which], os.path.join(BUILDS[which], "texts")
    harness.trained.cache_clear()
    try:
        yield
    finally:
        harness.BUILD, harness.MODELS = before
        harness.trained.cache_clear()


def ctl(which, daemon, *arguments, code=0):
    """What liandongctl of that machine prints; the time of the call is the only thing that may differ."""
    done = subprocess.run([os.path.join(BUILDS[which], "liandongctl"), "-c", daemon.config, *arguments], capture_output=True,
                          text=True, timeout=600, check=False)
    assert done.returncode == code, f"{which} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def both(daemon, *arguments, code=0):
    """What the programs of both machines print, which is the same."""
    here, there = (ctl(which, daemon, *arguments, code=code) for which in ("here", "there"))
    assert here == there, f"{arguments}:\n{here}\n---\n{there}"
    return here


def finish(daemon, number, **members):
    with daemon.desk(events=False) as c:
        got = c.call("incident.report", **incident(number, CLOCK, **members))
        for d in got["dispatches"]:
            steps = ("acknowledge",) if d["role"] == "inform" else ("acknowledge", "depart", "arrive", "complete")
            with daemon.liaison(d["unit"], events=False) as u:
                for step in steps:
                    u.call(f"dispatch.{step}", dispatch=d["dispatch"], **({"result": "修好了"} if step == "complete" else {}))
        c.call("incident.callback", number=number, result="satisfied")


def routed(daemon):
    with daemon.desk(events=False) as c:
        return [c.call("route.explain", description=text, area="350881001") for text in TEXTS]


@pytest.fixture(scope="module", params=["there", "here"])
def written(request, tmp_path_factory):
    """A store of 2025 that one machine has written, stopped, with a backup, an archive and heads of its chain."""
    folder = tmp_path_factory.mktemp(request.param)
    with machine(request.param), Daemon(folder, clock=CLOCK) as d:
        finish(d, "M-1")
        finish(d, "M-2", category="509901", description="小区门口占道经营")
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("M-3", CLOCK))
            d.advance("3h")  # reminders; a late matter is cancelled by the leader of the shift
        with d.console("leader", "shift-leader", events=False) as c:
            c.call("incident.cancel", number="M-3", text="重复报警")
        d.routes = routed(d)
        ctl(request.param, d, "audit", "head", "--append", str(folder / "heads"))
        ctl(request.param, d, "backup", str(folder / "backup.db"))
        d.set_clock("2026-01-05T08:00:00+08:00")
        ctl(request.param, d, "archive", "2025", "-o", str(folder / "2025.db"))
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("M-4", "2026-01-05T08:00:00+08:00"))
        ctl(request.param, d, "audit", "head", "--append", str(folder / "heads"))
    d.writer = request.param
    return d


def file(daemon, name):
    return os.path.join(daemon.folder, name)


def test_the_chain_and_the_records_are_proven_by_both(written):
    assert "完整" in both(written, "audit", "verify", "--store", file(written, "liandong.db"), "--heads", file(written, "heads"))
    assert "完整" in both(written, "audit", "verify", "--store", file(written, "backup.db"))
    assert "3 件" in both(written, "audit", "verify", "--store", file(written, "2025.db"))
    both(written, "report", "verify", "--store", file(written, "liandong.db"))


def test_both_show_the_same(written):
    archive = file(written, "2025.db")
    listed = json.loads(both(written, "--json", "incident", "list", "--store", archive))["incidents"]
    assert [i["number"] for i in listed] == ["M-3", "M-2", "M-1"]
    shown = json.loads(both(written, "--json", "incident", "show", "--store", archive, "M-1"))
    assert shown["dispatches"][0]["completed_at"]
    for form in ("json", "csv", "html"):
        assert both(written, "report", "year", "2025", "--format", form, "--store", archive)
        assert both(written, "report", "quarter", "2025Q4", "--format", form, "--store", file(written, "liandong.db"))


def test_what_was_changed_is_found_by_both(written, tmp_path):
    copy = shutil.copy(file(written, "backup.db"), tmp_path)
    with contextlib.closing(sqlite3.connect(copy)) as db, db:
        db.execute("UPDATE dispatch SET completed_at = completed_at - 60000 WHERE completed_at IS NOT NULL")
    both(written, "audit", "verify", "--store", copy, code=1)


def test_the_other_machine_archives_the_year(written, tmp_path):
    other = OTHER[written.writer]
    ctl(other, written, "archive", "2025", "-o", str(tmp_path / "2025.db"))
    assert "3 件" in both(written, "audit", "verify", "--store", str(tmp_path / "2025.db"))
    assert both(written, "report", "year", "2025", "--format", "json", "--store", str(tmp_path / "2025.db")) == both(
        written, "report", "year", "2025", "--format", "json", "--store", file(written, "2025.db"))


def taken_over(written, folder):
    """The whole folder, as it would be copied to the other machine; a daemon with the same accounts."""
    shutil.copytree(written.folder, folder, ignore=shutil.ignore_patterns("*.sock"))
    d = Daemon(folder, clock="2026-01-05T09:00:00+08:00")
    d.tokens = dict(written.tokens)
    return d


def test_the_other_machine_goes_on_with_the_store(written, tmp_path):
    d = taken_over(written, tmp_path / "copy")
    models = sorted(glob.glob(os.path.join(d.models, "*.model")))
    assert models
    before = [os.stat(m).st_ino for m in models]
    with machine(OTHER[written.writer]), d:
        assert routed(d) == written.routes, "to the last digit of how sure it is"
        with d.desk(events=False) as c:
            assert [i["number"] for i in c.call("incident.list")["incidents"]] == ["M-4", "M-3", "M-2", "M-1"]
            again = c.call("incident.report", **incident("M-1", CLOCK))
            assert again["duplicate"], "a report that is sent again is the same by its digest"
            c.call("incident.report", **incident("M-5", "2026-01-05T09:00:00+08:00"))
        d.advance("3h")
    assert sorted(glob.glob(os.path.join(d.models, "*.model"))) == models
    assert [os.stat(m).st_ino for m in models] == before, "the model of texts is read as it is, and not made again"
    assert "完整" in both(d, "audit", "verify", "--store", file(d, "liandong.db"), "--heads", file(d, "heads"))


def test_the_other_machine_restores_the_backup(written, tmp_path):
    d = taken_over(written, tmp_path / "copy")
    other = OTHER[written.writer]
    assert "M-4" in ctl(other, d, "restore", "--yes", file(d, "backup.db"))
    with machine(other), d, d.desk(events=False) as c:
        assert [i["number"] for i in c.call("incident.list")["incidents"]] == ["M-3", "M-2", "M-1"]


def test_both_train_the_same_model():
    """exact.h: no bit of a weight depends on the machine."""
    made = {}
    for which in BUILDS:
        with machine(which):
            made[which] = {os.path.basename(m): open(m, "rb").read() for m in harness.trained()}
    assert made["here"] == made["there"] and made["here"]


def test_what_the_other_machine_lacks_of_the_sandbox_is_said(tmp_path):
    """qemu's user mode has neither seccomp nor Landlock: the daemon serves, and status names it."""
    with machine("there"), Daemon(tmp_path) as d, d.local() as c:
        until(lambda: "unconfined" in [w["code"] for w in c.call("status.get")["warnings"]], "the warning")
