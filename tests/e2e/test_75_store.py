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


# -- what is done to the files (mistakes.py has the whole table, and `make torture` goes through it)


@pytest.mark.parametrize("name", ["database, WAL and shared memory deleted", "WAL cut", "folder deleted",
                                  "folder moved away", "engine killed, WAL bit flipped",
                                  "engine killed, database deleted"])
def test_a_mistake_loses_nothing_that_was_answered(tmp_path, name):
    mistakes.make(name, str(tmp_path))
