"""The store's files while the daemon runs and at its start: backups of a large store, another program's
lock, and what an operator's hand does to them."""
import os
import shutil
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


@pytest.mark.alone
def test_reports_go_on_beside_a_backup(large, tmp_path):
    with large as d, d.desk() as c, d.local() as local:
        copy = str(tmp_path / "copy.db")
        asked = local.send("store.backup", file=copy)
        answered = 0
        while not local.replies and answered < 2000:  # 45 KiB each: the WAL stays far below the size that ends a backup
            c.call("incident.report", within=60, **incident(f"B-{answered}"))
            answered += 1
            local.take(0)
        local.result(asked, limit=120)
        assert answered >= 50  # a copy of 100 MiB takes a second at the least
        assert not leftovers(tmp_path)
        assert d.ctl("audit", "verify", "--store", copy).returncode == 0


@pytest.mark.alone
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


@pytest.mark.alone
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


@pytest.mark.alone
def test_a_lock_that_stays_is_said(tmp_path):
    with Daemon(tmp_path) as d, d.desk() as c:
        db = sqlite3.connect(os.path.join(d.folder, "liandong.db"), isolation_level=None)
        db.execute("begin immediate")
        began, one = time.monotonic(), incident("L-1")
        with pytest.raises(Refused) as refused:
            c.call("incident.report", within=20, **one)
        assert refused.value.word == "unavailable" and 8 < time.monotonic() - began < 14
        db.execute("rollback")
        db.close()
        # either the engine had refused it, or it stores what it still holds now that it can
        assert c.call("incident.report", **one)["incident"] == "L-1"
        kinds = [e["type"] for e in c.call("event.list", after=0, limit=500)["events"]]
        assert kinds.count("incident.reported") == 1


# -- what is done to the files (mistakes.py has the whole table, and `make torture` goes through it)


@pytest.mark.parametrize("name", ["database, WAL and shared memory deleted", "WAL cut", "folder deleted",
                                  "folder moved away", "engine killed, WAL bit flipped",
                                  "engine killed, database deleted"])
def test_a_mistake_loses_nothing_that_was_answered(tmp_path, name):
    mistakes.make(name, str(tmp_path))


@pytest.mark.alone
def test_a_folder_that_is_away_is_told_at_once(tmp_path):
    """/readyz does not wait for the next heartbeat of five seconds."""
    store, away = str(tmp_path / "store"), str(tmp_path / "away")
    with Daemon(tmp_path, store=os.path.join(store, "liandong.db")) as d:
        for _ in range(3):
            os.rename(store, away)
            until(lambda: d.http("GET", "/readyz")[0] == 503, "503", limit=3)
            assert [w["code"] for w in d.http("GET", "/readyz")[2]["wrong"]] == ["store-read-only"]
            os.rename(away, store)
            until(lambda: d.http("GET", "/readyz")[0] == 200, "200", limit=3)


# -- what is changed by hand in the rows


BY_HAND = {
    "an incident's state": ("update incident set state = 3 where number = 'H-1'", "H-1", "state"),
    "when it was closed": ("update incident set closed_at = closed_at - 60000 where number = 'H-2'", "H-2", "closed_at"),
    "the description": ("update incident set description = '另一回事' where number = 'H-1'", "H-1", "description"),
    "the reporter's phone": ("update incident set reporter_phone = '13900009999' where number = 'H-1'", "H-1", "reporter"),
    "a dispatch's state": ("update dispatch set state = 1 where id = (select id << 7 | 1 from incident where "
                           "number = 'H-2')", "H-2-01", "state"),
    "when it arrived": ("update dispatch set arrived_at = arrived_at - 600000 where id = (select id << 7 | 1 from "
                        "incident where number = 'H-2')", "H-2-01", "arrived_at"),
    "whom it was sent to": ("update dispatch set unit = (select unit from dispatch where id = (select id << 7 | 2 from "
                            "incident where number = 'H-1')) where id = (select id << 7 | 1 from incident where number = "
                            "'H-1')", "H-1-01", "unit"),
    "where its events end": ("update incident set last_seq = last_seq - 1 where number = 'H-1'", "H-1", "last_seq"),
    "a dispatch deleted": ("delete from dispatch where id = (select id << 7 | 1 from incident where number = 'H-1')",
                           "H-1-01", "row"),
    "an incident deleted": ("delete from incident where number = 'H-1'", "", "row"),
    "a text": ("update event_text set text = '没有说过' where field = 'text' and text = '正在赶去'", "H-2-01", "text"),
    "a text that is gone": ("delete from event_text where field = 'text' and text = '正在赶去'", "H-2-01", "text"),
    "what an amendment replaced": ("update event_text set text = '{\"description\":\"没有说过\"}' where field = 'was'", "H-1", "was"),
    "what it replaced, gone": ("delete from event_text where field = 'was'", "H-1", "was"),
    "a result": ("update dispatch set result = '未处理' where id = (select id << 7 | 1 from incident where number = "
                 "'H-2')", "H-2-01", "result"),
    "the priority": ("update incident set priority = 4 where number = 'H-2'", "H-2", "priority"),
    "an amended priority": ("update incident set priority = 1 where number = 'H-1'", "H-1", "priority"),
    "the zone": ("update incident set zone = 1 - zone where number = 'H-1'", "H-1", "zone"),
    "the category": ("update incident set category = (select category from incident where number = 'H-4') where number = "
                     "'H-3'", "H-3", "category"),
    "the area": ("update incident set area = null where number = 'H-1'", "H-1", "area"),
    "when it was received": ("update incident set received_at = received_at + 60000 where number = 'H-2'", "H-2",
                             "received_at"),
    "confidentiality": ("update incident set confidential = 1 - coalesce(confidential, 0) where number = 'H-1'", "H-1",
                        "confidential"),
    "a limit": ("update dispatch set acknowledge_due = acknowledge_due + 3600000 where id = (select id << 7 | 1 from "
                "incident where number = 'H-3')", "H-3-01", "acknowledge_due"),
    "the arrival's limit": ("update dispatch set arrive_due = null where id = (select id << 7 | 1 from incident where "
                            "number = 'H-3')", "H-3-01", "arrive_due"),
    "overdue": ("update dispatch set overdue = 0 where id = (select id << 7 | 1 from incident where number = 'H-3')",
                "H-3-01", "overdue"),
}


@pytest.fixture(scope="module")
def acted_on(tmp_path_factory):
    """A stopped daemon's store: H-1 open and amended, H-2 gone all the way, H-3 overdue, H-4 of another category."""
    d = Daemon(tmp_path_factory.mktemp("acts"), clock="2026-03-02T09:00:00+08:00")
    with d, d.desk(events=False) as c:
        for i in (1, 2, 3):
            c.call("incident.report", **incident(f"H-{i}", "2026-03-02T09:00:00+08:00", category="601301"))
        behalf = {"dispatch": "H-2-01", "on_behalf": {"person": "王五", "phone": "13800138000"}}
        for act in ("acknowledge", "depart", "arrive"):
            c.call(f"dispatch.{act}", **behalf)
        c.call("dispatch.progress", text="正在赶去", **behalf)
        d.advance("3h")
        c.call("dispatch.complete", result="已修复", **behalf)
        for other in c.call("incident.get", number="H-2")["dispatches"][1:]:
            if other["role"] == "assist":
                c.call("dispatch.withdraw", dispatch=other["dispatch"], reason="不需要了")
        c.call("incident.close", number="H-2", text="办结")
        with d.console("leader1", "shift-leader", events=False) as leader:  # it is overdue: not the desk's to lower
            leader.call("incident.amend", number="H-1", description="水管爆裂，水很大", priority="P3")
        c.call("incident.report", **incident("H-4", "2026-03-02T09:00:00+08:00", category="600202"))
        c.call("incident.amend", number="H-4", category="601302", confidential=True)
        c.call("incident.amend", number="H-4", category="600202", area="350881101")
        c.call("incident.annotate", number="H-1", text="来电人又补充")
        assert d.ctl("audit", "verify").returncode == 0
    return d


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_changed_by_hand_is_named(acted_on, tmp_path, name):
    sql, where, what = BY_HAND[name]
    path = tmp_path / "changed.db"
    shutil.copy(os.path.join(acted_on.folder, "liandong.db"), path)
    db = sqlite3.connect(path)
    assert db.execute(sql).rowcount == 1, sql
    db.commit()
    db.close()
    done = acted_on.ctl("audit", "verify", "--store", str(path), check=False)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith(where) and what in line]
    assert lines, done.stderr
