"""Personal data go after their time, at night, some of it a second, and leave the chain whole; what is held or
has not ended stays. Planted words are looked for wherever bytes of theirs could be left."""
import contextlib
import glob
import json
import os
import shutil
import sqlite3

import pytest

from harness import ROOT, Daemon, Refused, incident, until

CANARY = "QZKANARI"  # in every text of incident GONE
HELD = "QZHALTEN"    # likewise of HELD
DAYS = 30


@pytest.fixture
def world(tmp_path):
    mechanism = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), mechanism)
    policy = (mechanism / "policy.yaml").read_text(encoding="utf-8")
    assert "retention: 1095d" in policy
    (mechanism / "policy.yaml").write_text(policy.replace("retention: 1095d", f"retention: {DAYS}d"),
                                           encoding="utf-8")
    with Daemon(tmp_path, clock="2026-01-05T10:00:00+08:00", mechanism=mechanism) as d:
        yield d


def life(desk, number, word):
    """An incident from report to close, with the word in every text that people give."""
    r = desk.call("incident.report", **incident(
        number, "2026-01-05T10:00:00+08:00", category="601301", area="350881001", address=f"菁城街道{word}路 1 号",
        reporter={"name": f"{word}某", "phone": "13900007711"}, description=f"水管爆裂,{word}家进水",
        location={"lon": 117.4201, "lat": 25.2902, "datum": "wgs84"}))
    name = r["dispatches"][0]["dispatch"]
    by_phone = {"on_behalf": {"person": f"{word}值班", "phone": "0597-7711000"}}
    desk.call("incident.annotate", number=number, text=f"{word}补充说明")
    desk.call("incident.amend", number=number, address=f"菁城街道{word}路 2 号", description=f"{word}家水管爆裂",
              reporter={"name": f"{word}先生", "phone": "13900007712"}, location={"lon": 117.4202, "lat": 25.2903, "datum": "wgs84"})
    desk.call("dispatch.acknowledge", dispatch=name, **by_phone)
    desk.call("dispatch.progress", dispatch=name, text=f"{word}进展", **by_phone)
    desk.call("dispatch.complete", dispatch=name, result=f"{word}已修复", **by_phone)
    desk.call("incident.close", number=number, text=f"{word}办结")
    return name


def stored_bytes(d):
    """Of the database and its WAL, after the WAL was written back and cut."""
    out = b""
    for path in glob.glob(os.path.join(d.folder, "liandong.db*")):
        if not path.endswith((".lock", ".ballast", ".head", ".tmp")):
            with open(path, "rb") as f:
                out += f.read()
    return out


def at_night(d, instant):
    before = d.log().count("personal data erased")
    d.set_clock(instant)
    until(lambda: d.log().count("personal data erased") > before, "erasure", 60)


def test_what_goes_and_what_stays(world):
    d = world
    desk = d.desk()
    name = life(desk, "GONE", CANARY)
    life(desk, "HELD", HELD)
    assert [one["number"] for one in desk.call("incident.get", number="HELD")["history"]["calls"]] == ["GONE"]
    desk.call("incident.report", **incident("OPEN", "2026-01-05T10:00:00+08:00", category="601301",
                                            area="350881001", description="QZOPEN 还没办完"))
    office = d.console("office1", "office")
    assert office.call("incident.hold", number="HELD", on=True, reason=f"{HELD}复核期间保留")["incident"] == "HELD"
    seen = json.dumps(desk.call("incident.get", number="GONE"), ensure_ascii=False)
    assert seen.count(CANARY) >= 5
    assert CANARY.encode() in stored_bytes(d)
    with contextlib.closing(sqlite3.connect(f"file:{d.folder}/liandong.db?mode=ro", uri=True)) as db:
        salt = db.execute("select salt from incident where number = 'GONE'").fetchone()[0]
        caller = db.execute("select caller from incident where number = 'GONE'").fetchone()[0]
    assert salt in stored_bytes(d)
    # its time has come, but the quarter was never closed: a year more, and not for ever
    d.set_clock("2026-03-06T02:30:00+08:00")
    assert CANARY in json.dumps(desk.call("incident.get", number="GONE"), ensure_ascii=False)
    at_night(d, "2027-02-10T02:30:00+08:00")
    gone = desk.call("incident.get", number="GONE")
    text = json.dumps(gone, ensure_ascii=False)
    assert CANARY not in text and "7711" not in text and "117.42" not in text
    # what is no person's stays: what it was, who did what when
    assert (gone["category"], gone["state"], gone["dispatches"][0]["dispatch"]) == ("601301", "closed", name)
    assert [e["type"] for e in gone["events"]][-1] == "personal.erased"
    assert {"incident.reported", "dispatch.acknowledged", "dispatch.completed"} <= {e["type"] for e in gone["events"]}
    assert "history" not in desk.call("incident.get", number="HELD"), "whose call it was is erased, too"
    with contextlib.closing(sqlite3.connect(f"file:{d.folder}/liandong.db?mode=ro", uri=True)) as db:
        kept = db.execute("select number from incident where caller = ?", (caller,)).fetchall()
    assert kept == [("HELD",)]
    held = json.dumps(desk.call("incident.get", number="HELD"), ensure_ascii=False)
    assert held.count(HELD) >= 5
    assert "QZOPEN" in json.dumps(desk.call("incident.get", number="OPEN"), ensure_ascii=False)
    # no byte is left where it was stored, nor where it could have been written to
    until(lambda: CANARY.encode() not in stored_bytes(d), "the WAL to be cut", 30)
    assert salt not in stored_bytes(d), "digests of short texts could be guessed with it"
    assert HELD.encode() in stored_bytes(d)
    for word in (CANARY, "13900007711", "0597-7711000"):
        assert word not in d.log()
        assert word not in str(d.http("GET", "/metrics")[2])
    # the chain is whole, and the rows are what the events say
    assert d.ctl("audit", "verify").returncode == 0
    with pytest.raises(Refused) as refused:
        office.call("incident.hold", number="GONE", on=True, reason="太晚了")
    assert refused.value.word == "wrong-state" and "删除" in refused.value.message
    # let go, it is erased the next night
    office.call("incident.hold", number="HELD", on=False, reason="复核结束")
    at_night(d, "2027-02-11T02:30:00+08:00")
    assert HELD not in json.dumps(desk.call("incident.get", number="HELD"), ensure_ascii=False)
    until(lambda: HELD.encode() not in stored_bytes(d), "the WAL to be cut", 30)
    assert b"QZOPEN" in stored_bytes(d)
    assert d.ctl("audit", "verify").returncode == 0
    d.restart()
    assert d.ctl("audit", "verify").returncode == 0


def test_by_day_nothing_goes(world):
    d = world
    desk = d.desk()
    life(desk, "GONE", CANARY)
    d.set_clock("2027-02-10T05:00:00+08:00")  # the night ends at five
    desk.call("incident.report", **incident("NOW", "2027-02-10T05:00:00+08:00"))
    assert CANARY in json.dumps(desk.call("incident.get", number="GONE"), ensure_ascii=False)
    at_night(d, "2027-02-11T02:00:00+08:00")
    assert CANARY not in json.dumps(desk.call("incident.get", number="GONE"), ensure_ascii=False)


def test_who_may_hold(world):
    d = world
    life(d.desk(), "A", CANARY)
    for name, role, unit in (("desk2", "desk", None), ("water1", "liaison", "water"), ("admin1", "admin", None)):
        c = d.console(name, role, unit)
        with pytest.raises(Refused) as refused:
            c.call("incident.hold", number="A", on=True, reason="x")
        assert refused.value.word in ("forbidden", "not-found")
    done = d.ctl("incident", "hold", "A", "--on", "true", "--reason", "查证", "--json")
    assert done.returncode == 0, done.stderr
    status, _, body = d.http("POST", "/v1/incidents/A/hold", d.account("office1", "office"),
                             {"on": False, "reason": "完毕"})
    assert status == 200, body
