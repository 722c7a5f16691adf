"""The store's files while the daemon runs and at its start: backups of a large store, another program's
lock, and what an operator's hand does to them."""
import os
import signal
import sqlite3
import time

import pytest

import mistakes
from harness import Daemon, Refused, incident, until


def fatten(daemon, mebibytes):
    """Makes a stopped daemon's store so much larger, with rows that it never reads."""
    db = sqlite3.connect(os.path.join(daemon.folder, "liandong.db"))
    db.executemany("insert into event_text (seq, field, text) values (?, 'text', ?)",
                   ((10**9 + i, "x" * 1024 * 1024) for i in range(mebibytes)))
    db.commit()
    db.close()


@pytest.fixture
def large(tmp_path):
    d = Daemon(tmp_path)
    with d:
        d.account("desk1", "desk")
    fatten(d, 100)
    return d


def leftovers(folder):
    return [name for name in os.listdir(folder) if ".partial" in name]


# -- backup


def test_reports_go_on_beside_a_backup(large, tmp_path):
    with large as d, d.desk() as c, d.local() as local:
        copy = str(tmp_path / "copy.db")
        asked = local.send("store.backup", file=copy)
        answered = 0
        while not local.replies:
            c.call("incident.report", within=60, **incident(f"B-{answered}"))
            answered += 1
            local.take(0)
        local.result(asked, limit=60)
        assert answered >= 50  # a copy of 100 MiB takes a second at the least
        assert not leftovers(tmp_path)
        assert d.ctl("audit", "verify", "--store", copy).returncode == 0


def test_a_backup_ends_with_the_daemon(large, tmp_path):
    with large as d, d.local() as local:
        copy = str(tmp_path / "copy.db")
        asked = local.send("store.backup", file=copy)
        until(lambda: leftovers(tmp_path), "the draft")
        began = time.monotonic()
        d.process.send_signal(signal.SIGTERM)
        with pytest.raises(Refused) as refused:
            local.result(asked)
        assert refused.value.word == "unavailable" and "备份" in refused.value.message
        assert d.process.wait(15) == 0
        assert time.monotonic() - began < 5
        assert not os.path.exists(copy) and not leftovers(tmp_path)


# -- another program's lock


@pytest.mark.parametrize("seconds", [0.3, 3])
def test_a_lock_of_another_program_is_waited_for(tmp_path, seconds):
    """Reports and acts of the desk and of a unit are held, not refused, and it is no alarm."""
    with Daemon(tmp_path) as d, d.desk(events=False) as c:
        dispatch = c.call("incident.report", **incident("L-0"))["dispatches"][0]
        token = d.account("liaison1", "liaison", dispatch["unit"])
        db = sqlite3.connect(os.path.join(d.folder, "liandong.db"), isolation_level=None)
        db.execute("begin immediate")
        began = time.monotonic()
        ids = [c.send("incident.report", **incident(f"L-{i}")) for i in range(1, 6)]
        ids.append(c.send("incident.urge", number="L-0"))
        while time.monotonic() - began < seconds:
            assert not c.take(0.02), c.lines[-1]
        db.execute("rollback")
        db.close()
        for id in ids:
            c.result(id)
        assert d.http("POST", f"/v1/dispatches/{dispatch['dispatch']}/acknowledge", token, {})[0] == 200
        assert "ALARM" not in d.log()


def test_a_lock_that_stays_is_said(tmp_path):
    with Daemon(tmp_path) as d, d.desk() as c:
        db = sqlite3.connect(os.path.join(d.folder, "liandong.db"), isolation_level=None)
        db.execute("begin immediate")
        began = time.monotonic()
        with pytest.raises(Refused) as refused:
            c.call("incident.report", within=20, **incident("L-1"))
        assert refused.value.word == "unavailable" and 8 < time.monotonic() - began < 14
        db.execute("rollback")
        db.close()
        assert c.call("incident.report", **incident("L-1"))["duplicate"] is False


# -- what is done to the files (mistakes.py has the whole table, and `make torture` goes through it)


@pytest.mark.parametrize("name", ["database, WAL and shared memory deleted", "WAL cut", "folder deleted",
                                  "folder moved away", "engine killed, WAL bit flipped",
                                  "engine killed, database deleted"])
def test_a_mistake_loses_nothing_that_was_answered(tmp_path, name):
    mistakes.make(name, str(tmp_path))
