"""A unit proposes its own contacts' changes, the office confirms them or says why not: they come into force with the confirmation,
in units.yaml and in no event; on the console, HTTP and liandongctl."""
import json
import os
import re
import shutil

import pytest

from harness import ROOT, Daemon, refused

NOW = "2026-03-20T08:00:00+08:00"  # a Friday, in office hours
CHANGE = {"duty": {"phone": "0597-7530000、０５９７-7530001转801"}, "leader": {"name": "林某某", "phone": "13959001111"}}
PERSONAL = ("林某某", "13959001111", "7530000", "换了值班室")


@pytest.fixture
def d(tmp_path):
    with Daemon(tmp_path, clock=NOW) as daemon:
        yield daemon


def events_of(d):
    with d.local() as c:
        page = c.call("event.list", after=0, limit=500)
        assert not page["more"]
        return page["events"]


def units_yaml(c, revision=None):
    text, cursor = "", None
    while True:
        page = c.call("routing.get", file="units.yaml", **({"revision": revision} if revision else {}), **({"cursor": cursor} if cursor else {}))
        text += page["files"][0]["text"]
        cursor = page.get("next")
        if not cursor:
            return text


def water(c):
    return c.call("unit.get", unit="water")


def test_proposed_confirmed_in_force(d):
    with d.local() as admin, d.liaison("water", events=False) as unit, d.console("office1", "office", events=False) as office:
        before = units_yaml(admin)
        made = unit.call("contacts.propose", unit="water", contacts=CHANGE, why="换了值班室")
        e = made["entry"]
        assert (e["kind"], e["state"], e["changes"], made["request"]) == ("contacts", "proposed", "duty.phone,leader.phone,leader.name", "R1")
        assert e["contacts"] == CHANGE and e["why"] == "换了值班室"
        again = refused(unit.call, "contacts.propose", unit="water", contacts={"duty": {"name": "甲"}})
        assert again.word == "conflict" and "撤回" in str(again)
        asked, = office.call("request.list", kind="contacts")["requests"]
        assert (asked["request"], asked["unit"], asked["decider"], asked["due"]) == ("R1", "water", "office", "2026-03-27T17:30:00+08:00")
        assert refused(unit.call, "request.decide", request="R1", grant=True).word == "forbidden"
        assert water(unit)["duty"]["placeholder"] and units_yaml(admin) == before, "nothing is in force before"
        done = office.call("request.decide", request="R1", grant=True)
        assert done["request"]["state"] == "granted" and done["request"]["decided_by"] == "office1"
        now = water(unit)
        assert [(p["phone"], p.get("extension")) for p in now["duty"]["phones"]] == [("0597-7530000", None), ("0597-7530001", "801")]
        assert (now["leader"]["name"], now["leader"]["phone"], now["leader"]["title"]) == ("林某某", "13959001111", "分管领导")
        assert "placeholder" not in now["duty"] and now["liaison"]["placeholder"]
        after = units_yaml(admin)
        changed = [(a, b) for a, b in zip(before.splitlines(), after.splitlines()) if a != b]
        assert len(before.splitlines()) == len(after.splitlines()) and len(changed) == 2
        assert changed[0][1] == '    duty: {phone: ["0597-7530000", "0597-7530001转801"], title: 值班室}'
        listed, = unit.call("contacts.list")["proposals"]
        log = admin.call("routing.log")["revisions"]
        assert listed["state"] == "confirmed" and listed["revision"] == log[0]["revision"] == admin.call("status.get")["revision"]
        assert (log[0]["by"], log[0]["why"]) == ("office1", "R1")
        once = refused(office.call, "request.decide", request="R1", grant=False, reason="不")
        assert once.word == "wrong-state"
    assert d.ctl("audit", "verify").returncode == 0
    told = events_of(d)
    assert [e["data"]["state"] for e in told if e["type"].startswith("contacts.")] == ["proposed", "confirmed"]
    assert not [w for w in PERSONAL if w in json.dumps(told, ensure_ascii=False)]
    d.restart()
    with d.liaison("water", events=False) as unit:
        assert water(unit)["leader"]["name"] == "林某某"


def test_an_older_folder_takes_no_confirmed_number_back(tmp_path):
    """An administrator who edits the folder of before: the unit's calls would go to the number that it gave up."""
    folder = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    units = folder / "units.yaml"
    with Daemon(tmp_path, mechanism=folder, clock=NOW) as d:
        with d.local() as c, d.liaison("water", events=False) as unit, d.console("office1", "office", events=False) as office:
            old = units.read_text(encoding="utf-8")
            unit.call("contacts.propose", unit="water", contacts={"duty": {"phone": "0597-7539999"}})
            office.call("request.decide", request="R1", grant=True)
            units.write_text(old.replace("市消防救援支队", "市消防救援大队"), encoding="utf-8")
            why = refused(c.call, "config.reload", why="消防改名")
            assert why.word == "precondition-failed" and "water duty (R1)" in why.message and "0597" not in why.message, why.message
            assert water(c)["duty"]["phone"] == "0597-7539999"
            assert d.ctl("reload", check=False).returncode == 1
            # brought into the folder: both are in force
            new = units_yaml(c)
            units.write_text(new.replace("市消防救援支队", "市消防救援大队"), encoding="utf-8")
            assert c.call("config.reload", why="消防改名")["changed"]
            assert water(c)["duty"]["phone"] == "0597-7539999" and c.call("unit.get", unit="fire")["name"] == "市消防救援大队"
            # a third number is the administrator's to give
            units.write_text(new.replace("0597-7539999", "0597-7538888"), encoding="utf-8")
            assert c.call("config.reload", why="又换了")["changed"] and water(c)["duty"]["phone"] == "0597-7538888"


def test_rejected_and_taken_back(d):
    with d.liaison("water", events=False) as unit, d.console("office1", "office", events=False) as office, d.local() as c:
        revision = c.call("status.get")["revision"]
        unit.call("contacts.propose", unit="water", contacts=CHANGE)
        assert refused(office.call, "request.decide", request="R1", grant=False).field == "reason"
        office.call("request.decide", request="R1", grant=False, reason="号码打不通")
        listed, = unit.call("contacts.list")["proposals"]
        assert (listed["state"], listed["reason"], listed["contacts"]) == ("declined", "号码打不通", listed["contacts"])
        unit.call("contacts.propose", unit="water", contacts={"liaison": {"name": "赵某"}})
        unit.call("request.drop", request="R2")
        assert [p["state"] for p in unit.call("contacts.list")["proposals"]] == ["withdrawn", "declined"]
        assert refused(office.call, "request.decide", request="R2", grant=True).word == "wrong-state"
        assert c.call("status.get")["revision"] == revision
    assert "号码打不通" not in json.dumps([e["data"] for e in events_of(d)], ensure_ascii=False)
    assert d.ctl("audit", "verify").returncode == 0


def test_what_is_refused(d):
    with d.liaison("water", events=False) as c:
        for contacts, field in (({"duty": {"phone": "打我"}}, "contacts.duty.phone"), ({"duty": {"phone": "、"}}, "contacts.duty.phone"),
                                ({"duty": {"fax": "1"}}, "contacts"), ({"chief": {"phone": "110"}}, "contacts"), ({}, "contacts"),
                                ({"duty": {"name": "甲\n乙"}}, "contacts"), ({"duty": {"name": ""}}, "contacts"), ({"duty": {"name": "甲" * 101}}, "contacts"),
                                ({"duty": {"phone": "110、119、120、122、12345、96110、12110、12122、12119"}}, "contacts.duty.phone"),
                                ({"duty": {"phone": "0597-7530000、0597-7530000"}}, "contacts.duty.phone"),
                                ({"duty": "0597"}, "contacts"), ("0597", "contacts"), ({"duty": {}}, "contacts"), ({"duty": {"title": "值班室"}}, "contacts")):
            e = refused(c.call, "contacts.propose", unit="water", contacts=contacts)
            assert (e.word, e.field) == ("invalid-params", field), contacts
        assert refused(c.call, "contacts.propose", unit="power", contacts=CHANGE).word == "forbidden"
        assert refused(c.call, "contacts.propose", unit="nosuch", contacts=CHANGE).field == "unit"
        assert c.call("contacts.list")["proposals"] == []


def test_of_no_other_units_concern(d):
    with d.liaison("water", events=False) as water_, d.liaison("power", events=False) as power, d.desk(events=False) as desk:
        water_.call("contacts.propose", unit="water", contacts=CHANGE)
        assert power.call("contacts.list")["proposals"] == [] and power.call("request.list")["requests"] == []
        assert refused(power.call, "contacts.list", unit="water").word == "not-found"
        assert refused(power.call, "request.drop", request="R1").word == "not-found"
        assert [p["unit"] for p in desk.call("contacts.list")["proposals"]] == ["water"]
        assert refused(desk.call, "contacts.propose", unit="water", contacts=CHANGE).word == "forbidden"
        assert not [e for e in power.call("event.list", after=0, limit=500)["events"] if "contacts" in json.dumps(e)]
        assert [e["type"] for e in water_.call("event.list", after=0, limit=500)["events"] if "contacts" in json.dumps(e)] == ["request.asked", "contacts.proposed"]


def test_over_http_and_liandongctl(d):
    unit, office = d.account("w", "liaison", "water"), d.account("o", "office")
    for _ in range(2):  # sent again it is the same
        status, _, made = d.http("POST", "/v1/units/water/contacts", unit, {"contacts": CHANGE}, {"Idempotency-Key": "c-1"})
        assert status == 200 and made["request"] == "R1"
    status, _, listed = d.http("GET", "/v1/contacts", office)
    assert status == 200 and listed["proposals"][0]["contacts"] == CHANGE
    shown = d.ctl("contacts", "list").stdout
    assert re.search(r"R1\s.*待同意.*duty\.phone\s+0597-\d+\s+0597-7530000、", shown) and "林某某" in shown
    for _ in range(2):
        status, _, done = d.http("POST", "/v1/requests/R1/decide", office, {"grant": True}, {"Idempotency-Key": "c-2"})
        assert (status, done["request"]["state"]) == (200, "granted")
    made = d.ctl("contacts", "propose", "water", "liaison.name=赵某", "liaison.phone=13959002222", "--why", "换人")
    assert made.returncode == 0 and "R2" in made.stdout, made.stderr
    assert d.ctl("request", "decide", "R2", "true").returncode == 0
    with d.local() as c:
        assert (water(c)["liaison"]["name"], water(c)["liaison"]["phone"]) == ("赵某", "13959002222")
    bad = d.ctl("contacts", "propose", "water", "liaison", check=False)
    assert bad.returncode != 0 and "duty.phone" in bad.stderr
