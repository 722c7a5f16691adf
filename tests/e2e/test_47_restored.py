"""A backup is restored and goes on while the notifier is away: it finds where what it did agrees with the store, tells what has
happened since, and none of it twice."""
import os

from harness import incident, until
from noticing import advance, city, report, rows
from vendors import Vendors


def told(v, number):
    return [i for i, _, text in v.told("webhook") if number[-6:] in text and "联动指令" in text]


def followed(d):
    return d.log().count("notifier INFO follows")


def test_a_store_that_has_grown_past_the_notifiers_place(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        report(d, "BOTH-1")
        until(lambda: told(v, "BOTH-1"), "the first")
        backup = os.path.join(d.folder, "backup.db")
        until(lambda: rows(d) and all(r["state"] == 2 for r in rows(d)), "it is delivered")
        advance(d, 600)  # of each ten minutes one place is kept
        d.ctl("backup", backup)
        advance(d, 600)
        report(d, "LOST-1")
        until(lambda: told(v, "LOST-1"), "one that the backup lacks")
        until(lambda: all(r["state"] == 2 for r in rows(d) if r["class"] == 0), "all is delivered")
        assert d.stop() == 0
        d.ctl("restore", "--yes", backup)
        d.passed -= 600  # the manual clock is the backup's, and the providers look at it
        notices, away = os.path.join(d.folder, "notices"), os.path.join(d.folder, "notices.away")
        os.rename(notices, away)
        with open(notices, "w", encoding="utf-8"):
            pass  # no folder: the notifier cannot begin
        d.start()
        times = followed(d)
        with d.desk() as c:
            for i in range(1, 9):
                c.call("incident.report", **incident(f"NEW-{i}", units=["water"], received_at="2026-03-05T10:00:00+08:00"))
            c.call("session.ping")
        advance(d, 90)  # longer ago than a start that is taken for the beginning
        os.remove(notices)
        os.rename(away, notices)
        until(lambda: followed(d) > times, "the notifier is back")
        for i in range(1, 9):
            until(lambda number=f"NEW-{i}": told(v, number), f"NEW-{i}")
        until(lambda: all(r["state"] == 2 for r in rows(d) if r["class"] == 0), "all is delivered")
        of = [r["incident"] for r in rows(d) if r["class"] == 0]
        assert sorted(of) == sorted(["BOTH-1", "LOST-1"] + [f"NEW-{i}" for i in range(1, 9)])
        assert len(told(v, "BOTH-1")) == 1 and len(told(v, "LOST-1")) == 1
        assert "the store went back" in d.log()
