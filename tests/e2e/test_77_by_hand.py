"""Every column of every table that holds records is changed by hand, one at a time: `audit verify` finds it, or it is
in the list below with the reason why not. The columns come from the schema, so that a new one cannot be forgotten."""
import os
import shutil
import sqlite3

import pytest

from harness import Daemon, incident

RECORDS = ("incident", "dispatch", "request", "finding", "entry", "account", "activation", "event_text", "downtime")

# Of tables that hold no record of what happened.
TABLES_LEFT_OUT = {
    "meta": "the store's own counts and marks; the head of the chain is compared",
    "journal": "the chain itself",
    "symbol": "what it names is compared where it is used",
    "answer": "first answers to commands with a key, which go after a week",
    "session": "compared, and tested in test_77_audit.py: none is here",
    "code": "compared, and tested in test_77_audit.py: none is here",
    "mechanism_file": "each is read by its own SHA-256",
    "revision_file": "each is read by its own SHA-256",
    "period_document": "compared, and tested below: none is in this store",
    "tally": "sums, which are made anew from the records",
    "tally_incident": "sums, which are made anew from the records",
    "erasure_wait": "work to be done",
    "archived_year": "compared with its event and with the archive",
    "archived_incident": "compared with its event and with the archive",
    "archived_row": "a part of the chain",
}

NOT_SAID = "no event says it"
FOR_THE_CLOCK = "a clock's own: an event says what it came to, not what it was decided by"
ANEW = "found anew from the rest at the next wake or start"
LADDER = "by the ladders of the mechanism; what is sure without them is compared, and tested below"
COUNT = "how many children are loaded; each that is loaded is compared"
UNSET = "compared where an event says it: nothing of the kind is in this store"

LEFT_OUT = {
    "incident": {
        NOT_SAID: "given_priority zone_assumed zone_city_default has_location datum given_confidential "
                  "secret_reporter police because given_units warnings urged callers callback_days",
        "what a resent report is known by": "command content",
        FOR_THE_CLOCK: "lead_missing_start lead_missing_due callback_start callback_due rungs reminded_at",
        LADDER: "wake_at",
        COUNT: "requests findings"},
    "dispatch": {
        FOR_THE_CLOCK: "delivery_start acknowledge_start arrive_start reminded_at excused clock_revision issued_priority "
                       "issued_zone issued_category report_priority report_category first_report_priority "
                       "first_report_category first_report_revision arrive_first_due first_report_first_due "
                       "next_report_first_due rescheduled extended",
        NOT_SAID: "late_reported unconfirmed",
        ANEW: "seq"},
    "request": {
        UNSET: "suggested step clock until account same_as unit",
        NOT_SAID: "entry answered_at document",
        ANEW: "wake_at"},
    "finding": {
        UNSET: "id never cause",
        NOT_SAID: "entry seq"},
    "entry": {
        ANEW: "wake_at seq",
        UNSET: "personal"},
    "account": {
        "a row's number": "id",
        "known by the token": "made_at"},
    "activation": {
        "a row's number": "id",
        NOT_SAID: "why"},
    "event_text": {"one that belongs to no event is never shown": "seq"},
}


def left_out(table):
    return {column for columns in LEFT_OUT.get(table, {}).values() for column in columns.split()}


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A store with an answer late beyond its grace and one by phone, a return, a result, a call back, a measure."""
    d = Daemon(tmp_path_factory.mktemp("hand"), clock="2026-03-02T09:00:00+08:00")
    with d, d.desk(events=False) as c:
        for i in (1, 2, 3, 4):
            c.call("incident.report", **incident(f"H-{i}", "2026-03-02T09:00:00+08:00", category="601301",
                                                 location={"lon": 117.4, "lat": 25.3}))
        behalf = {"dispatch": "H-2-01", "on_behalf": {"person": "王五", "phone": "13800138000"}}
        for act in ("acknowledge", "depart", "arrive"):
            c.call(f"dispatch.{act}", **behalf)
        c.call("dispatch.progress", text="正在赶去", owner={"unit": "power", "object": "电线杆"}, **behalf)
        c.call("dispatch.progress", dispatch="H-4-01", text="堵车", eta="2026-03-02T12:30:00+08:00",
               on_behalf={"person": "王五"})
        d.advance("3h")
        c.call("dispatch.complete", result="已修复", **behalf)
        c.call("dispatch.return", dispatch="H-3-01", reason="not-our-area", text="不是", on_behalf={"person": "王五"})
        c.call("incident.callback", number="H-2", result="satisfied")
        c.call("incident.close", number="H-2", text="办结")
        with d.console("office1", "office", events=False) as office:
            office.call("measure.record", unit="water", measure="order", document="漳联办1号")
        d.advance("1h")
        assert d.ctl("audit", "verify").returncode == 0
    d.restart()
    d.stop()
    assert d.ctl("audit", "verify").returncode == 0
    return d


def changed(value, kind):
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, str):
        return value + "x"
    if value is None:
        return {"TEXT": "x", "INTEGER": 1, "BLOB": b"x"}[kind]
    return value + 1


def change(db, table, column, kind):
    """Of a row where it says something, if there is one."""
    key = "rowid" if table != "event_text" else "seq"
    row = db.execute(f"select {key}, {column} from {table} order by {column} is null, {column} in (0, ''), {key} desc"
                     ).fetchone()
    db.execute(f"update {table} set {column} = ? where {key} = ?", (changed(row[1], kind), row[0]))
    return row


def columns(db, table):
    return [(row[1], row[2]) for row in db.execute(f"pragma table_info({table})")]


def verify(d, path, changes):
    """What audit verify says of a copy with these columns changed, each (table, column, kind)."""
    copy = os.path.join(path, "copy.db")
    shutil.copy(os.path.join(d.folder, "liandong.db"), copy)
    db = sqlite3.connect(copy)
    for one in changes:
        change(db, *one)
    db.commit()
    db.close()
    return d.ctl("audit", "verify", "--store", copy, check=False)


def all_columns(d):
    db = sqlite3.connect(os.path.join(d.folder, "liandong.db"))
    tables = {row[0] for row in db.execute("select name from sqlite_schema where type = 'table'")}
    assert tables - {"sqlite_stat1", "sqlite_sequence"} == set(RECORDS) | set(TABLES_LEFT_OUT)
    found = [(table, column, kind) for table in RECORDS for column, kind in columns(db, table)
             if db.execute(f"select count(*) from {table}").fetchone()[0]]
    db.close()
    return found


def test_every_column_is_compared_or_left_out_for_a_reason(lived, tmp_path):
    missed = []
    for table, column, kind in all_columns(lived):
        if column in left_out(table):
            continue
        if verify(lived, tmp_path, [(table, column, kind)]).returncode == 0:
            missed.append(f"{table}.{column}")
    assert not missed, " ".join(missed)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """The limits of W-1 run, a return of W-2 waits for its decision, W-3 is cancelled."""
    d = Daemon(tmp_path_factory.mktemp("waiting"), clock="2026-03-02T09:00:00+08:00")
    with d, d.desk(events=False) as c:
        for i in (1, 2, 3):
            c.call("incident.report", **incident(f"W-{i}", "2026-03-02T09:00:00+08:00", category="601301"))
        c.call("dispatch.return", dispatch="W-2-01", reason="not-our-area", text="不是", on_behalf={"person": "王五"})
        c.call("incident.cancel", number="W-3", text="误报")
    return d


@pytest.mark.parametrize("change, why", [
    ("wake_at = null where number = 'W-1'", "a limit of W-1 runs, and nothing wakes it"),
    ("wake_at = null where number = 'W-2'", "a return of W-2 waits for its decision"),
    ("wake_at = (select due + 1 from request) where number = 'W-2'", "it lapses before that"),
    ("wake_at = closed_at + 60000 where number = 'W-3'", "it is cancelled, and nothing of it waits"),
])
def test_a_deadline_that_was_put_off_by_hand(waiting, tmp_path, change, why):
    assert waiting.ctl("audit", "verify").returncode == 0
    copy = tmp_path / "copy.db"
    shutil.copy(os.path.join(waiting.folder, "liandong.db"), copy)
    db = sqlite3.connect(copy)
    assert db.execute(f"update incident set {change}").rowcount == 1
    db.commit()
    db.close()
    done = waiting.ctl("audit", "verify", "--store", copy, check=False)
    assert done.returncode == 1 and "wake_at" in done.stdout + done.stderr, (why, done.stdout, done.stderr)


def test_what_is_left_out_is_left_out_indeed(lived, tmp_path):
    """Were one of them compared, its reason would be wrong; and each is a column."""
    there = all_columns(lived)
    tables = {table for table, _, _ in there}
    assert {(t, c) for t in tables for c in left_out(t)} <= {(t, c) for t, c, _ in there}
    done = verify(lived, tmp_path, [one for one in there if one[1] in left_out(one[0]) and one[1] != "id"
                                    and one[1] not in ("requests", "findings")])
    assert done.returncode == 0, done.stderr
