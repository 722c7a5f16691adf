"""Findings (待核考评事项) on every way in, under the manual clock: opened, graded and lifted by the decisions that show
them, appealed against and decided, told to no other unit, and proved by the events.
"""
from concurrent.futures import ThreadPoolExecutor
import os
import shutil
import sqlite3
import sys

import pytest

from harness import ROOT, Daemon, Refused, incident, until

sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))
import formats  # noqa: E402


@pytest.fixture
def d(tmp_path):
    with Daemon(tmp_path, clock="2026-03-06T10:00:00+08:00") as daemon:
        yield daemon


def report(desk, number):
    return desk.call("incident.report", **incident(number, received_at="2026-03-06T09:59:00+08:00", priority="P2", units=["fire", "power"]))


def findings(d, token, query=""):
    status, _, page = d.http("GET", f"/v1/findings{query}", token)
    assert status == 200, page
    return page["findings"]


def test_a_late_arrival_from_its_finding_to_the_appeal(d):
    fire, power = d.account("fire1", "liaison", "fire"), d.account("power1", "liaison", "power")
    office = d.account("office1", "office")
    with d.desk(events=False) as desk:
        report(desk, "F-1")
        d.http("GET", "/v1/dispatches?open=1", fire)  # fetched at once
        assert d.http("POST", "/v1/dispatches/F-1-01/acknowledge", fire, {})[0] == 200
        d.ctl("clock", "advance", "40m")  # due 10:30, the leader is told at 10:40
        one, = [f for f in findings(d, fire) if f["class"] == "arrive"]
        assert (one["finding"], one["state"], one["late_ms"], one["limit_ms"]) == ("F-1-01.f1", "open", 600000, 1800000)
        assert one["appeal_until"] == "2026-04-08T23:59:59.999+08:00"  # 1, 2, 3, 7, 8 April: Qingming is off
        assert "until" not in one and one["never"] is False
        d.ctl("clock", "advance", "5m")
        assert d.http("POST", "/v1/dispatches/F-1-01/arrive", fire, {})[0] == 200
        one, = findings(d, fire, "?month=2026-03&explain=true&class=arrive")
        assert one["late_ms"] == 900000 and one["until"] == "2026-03-06T10:45:00+08:00"
        assert "30分钟" in one["sentence"] and "超时15分钟" in one["sentence"] and "第十二条" in one["sentence"]
        assert findings(d, fire, "?month=2026-04") == []
        assert all(f["unit"] == "power" for f in findings(d, power)), "another unit's are not there"
        assert d.http("POST", "/v1/findings/F-1-01.f1/appeal", power, {"text": "x"})[0] == 404

        status, _, r = d.http("POST", "/v1/findings/F-1-01.f1/appeal", fire, {"text": "塌方,交警可证", "evidence": ["PHOTO-7"]})
        assert status == 200 and r["request"]["kind"] == "appeal" and r["request"]["decider"] == "office", r
        assert d.http("POST", "/v1/findings/F-1-01.f1/appeal", fire, {"text": "x"})[0] == 409
        assert d.http("POST", "/v1/findings/F-1-01.f1/decide", fire, {"grant": True})[0] == 403
        assert d.http("POST", "/v1/findings/F-1-01.f1/decide", office, {"grant": False})[0] == 422, "a reason is missing"
        status, _, r = d.http("POST", "/v1/findings/F-1-01.f1/decide", office, {"grant": True, "reason": "属实"})
        assert status == 200, r
        one, = findings(d, fire, "?class=arrive")
        assert (one["state"], one["cause"]) == ("void", "appeal")
        status, _, x = d.http("GET", "/v1/dispatches/F-1-01/deadlines?explain=1", fire)
        assert {c["clock"]: c["outcome"] for c in x["clocks"]}["arrive"] == "excused"
        types = [e["type"] for e in desk.call("incident.get", number="F-1")["events"] if e["type"].startswith(("finding", "request", "dispatch.judged"))
                 and e.get("dispatch") == "F-1-01"]
        assert types == ["finding.opened", "finding.graded", "request.asked", "request.granted", "finding.voided", "dispatch.judged"]
        assert desk.call("finding.list", unit="fire")["findings"]
        with pytest.raises(Refused):
            desk.call("finding.open", dispatch="F-1-01", **{"class": "refused"}, text="x")
    out = d.ctl("finding", "list", "--unit", "fire")
    assert "F-1-01.f1" in out.stdout and "到场超时" in out.stdout
    audit = d.ctl("audit", "verify")
    assert audit.returncode == 0, audit.stdout + audit.stderr


def test_nobody_decides_about_his_own_house(d):
    """Public security is the police's house, and so is an account of the office that names no unit."""
    police, office = d.account("police1", "liaison", "public-security"), d.account("office1", "office")
    deputy = d.account("deputy", "office", "political-legal")
    with d.desk(events=False) as desk:
        desk.call("incident.report", **incident("F-2", received_at="2026-03-06T09:59:00+08:00", priority="P2", units=["public-security"]))
        d.ctl("clock", "advance", "20m")
        one, = findings(d, police, "?class=acknowledge")
        path = f"/v1/findings/{one['finding']}"
        assert d.http("POST", path + "/appeal", police, {"text": "未收到"})[0] == 200
        status, _, problem = d.http("POST", path + "/decide", office, {"grant": True})
        assert status == 403 and "其他部门" in problem["detail"], problem
        assert d.http("POST", path + "/decide", deputy, {"grant": False, "reason": "已送达"})[0] == 200
        assert findings(d, police, "?class=acknowledge")[0]["state"] == "upheld"
    d.ctl("audit", "verify")


# -- a month is confirmed ---------------------------------------------------------------------------

def late(d, desk, unit, *numbers, priority="P2"):
    """P2 in the city, not acknowledged: a finding `acknowledge` each once the leader was told."""
    for number in numbers:
        desk.call("incident.report", **incident(number, received_at="2026-03-06T09:59:00+08:00", priority=priority, units=[unit]))
    d.advance("20m")


def states(d, token, query=""):
    return {f["finding"]: f["state"] for f in findings(d, token, query)}


def refusal(status, problem):
    return status, problem["code"]


def test_a_unit_confirms_its_month(d):
    """What is open is confirmed, once the month is over; what is appealed against goes on, and no other unit's is touched."""
    fire, power = d.account("fire1", "liaison", "fire"), d.account("power1", "liaison", "power")
    with d.desk(events=False) as desk:
        late(d, desk, "fire", "C-1", "C-2", "C-3")
        late(d, desk, "power", "C-4")
        desk.call("dispatch.add", number="C-1", unit="power", role="assist")  # late beside it, in the same incident
        d.advance("20m")
    assert states(d, power)["C-1-02.f1"] == "open"
    assert set(states(d, fire, "?class=acknowledge").values()) == {"open"}
    assert refusal(*d.http("POST", "/v1/statements", fire, {"month": "2026-03"})[::2]) == (409, "wrong-state"), "it is not over"
    d.set_clock("2026-03-31T23:59:59.999+08:00")
    assert d.http("POST", "/v1/findings/C-2-01.f1/appeal", fire, {"text": "未收到"})[0] == 200
    assert d.http("POST", "/v1/statements", fire, {"month": "2026-03"})[0] == 409
    d.set_clock("2026-04-01T00:00:00+08:00")
    assert refusal(*d.http("POST", "/v1/statements", fire, {"month": "2026-13"})[::2]) == (422, "invalid-params")
    assert refusal(*d.http("POST", "/v1/statements", fire, {"month": "2026-03", "unit": "power"})[::2]) == (403, "forbidden")
    before = {f: s for f, s in states(d, fire, "?month=2026-03").items() if s == "open"}
    status, _, r = d.http("POST", "/v1/statements", fire, {"month": "2026-03", "key": "k1"})
    assert status == 200 and (r["entry"]["kind"], r["entry"]["name"], r["entry"]["unit"]) == ("statement", "2026-03", "fire")
    assert r["entry"]["confirmed"] == len(before) and len(before) >= 2 and "more" not in r["entry"], r
    after = states(d, fire, "?month=2026-03")
    assert all(after[f] == "confirmed" for f in before) and after["C-2-01.f1"] == "appealed"
    assert d.http("POST", "/v1/statements", fire, {"month": "2026-03", "key": "k1"})[2] == r, "sent again it is the same answer"
    status, _, problem = d.http("POST", "/v1/statements", fire, {"month": "2026-03"})
    assert status == 409 and "fire1" in problem["detail"], problem
    assert "confirmed" not in states(d, power).values()
    # another unit has its own to say, though nothing was found at it
    status, _, r2 = d.http("POST", "/v1/statements", d.account("water1", "liaison", "water"), {"month": "2026-03"})
    assert status == 200 and r2["entry"]["confirmed"] == 0, r2
    # a confirmed finding is settled
    assert d.http("POST", "/v1/findings/C-1-01.f1/appeal", fire, {"text": "x"})[0] == 409
    # who sees it: the unit itself, desk and office, and no other unit
    assert [s["entry"] for s in d.http("GET", "/v1/statements", fire)[2]["statements"]] == [r["entry"]["entry"]]
    assert d.http("GET", "/v1/statements", power)[2]["statements"] == []
    assert len(d.http("GET", "/v1/statements?unit=fire", d.account("office1", "office"))[2]["statements"]) == 1
    for token, sees in ((fire, True), (power, False)):
        got = [e for e in d.http("GET", "/v1/events?limit=500", token)[2]["events"] if e["type"] == "statement.confirmed"]
        assert [e["data"]["confirmed"] for e in got] == ([len(before)] if sees else [])
    with d.local() as c:
        got = [e for e in c.call("event.list", limit=500)["events"] if e["type"] == "finding.confirmed"]
    assert sorted(e["data"]["finding"] for e in got) == sorted(before) and {e["data"]["state"] for e in got} == {"confirmed"}
    out = d.ctl("statement", "list").stdout
    assert "2026-03" in out and f"确认 {len(before)} 项" in out and "fire1" in out
    assert "已确认" in d.ctl("print", "statement", "fire", "2026-03").stdout
    d.ctl("audit", "verify")


def test_what_runs_on_after_it_was_confirmed_is_told_anew(d):
    """Signed were ten minutes, at the end it is days: the unit is told, and may appeal. Less than was signed stays signed."""
    fire, desk_token = d.account("fire1", "liaison", "fire"), d.account("desk1", "desk")
    with d.desk(events=False) as desk:
        late(d, desk, "fire", "G-1", "G-2")
        d.set_clock("2026-04-01T09:00:00+08:00")
        assert d.http("POST", "/v1/statements", fire, {"month": "2026-03"})[0] == 200
        assert states(d, fire, "?class=acknowledge") == {"G-1-01.f1": "confirmed", "G-2-01.f1": "confirmed"}
        desk.call("dispatch.acknowledge", dispatch="G-1-01", on_behalf={"person": "王五"})
        one, = [f for f in findings(d, fire, "?class=acknowledge") if f["dispatch"] == "G-1-01"]
        assert (one["state"], one["until"]) == ("open", "2026-04-01T09:00:00+08:00")
        assert one["appeal_until"] == "2026-04-09T23:59:59.999+08:00", "five working days after it was told anew"
        assert states(d, fire, "?class=acknowledge")["G-2-01.f1"] == "confirmed"
        d.advance("1h")
        assert d.http("POST", "/v1/findings/G-1-01.f1/appeal", fire, {"text": "设备故障"})[0] == 200
        # deducted afterwards: late by less than what was signed
        assert d.http("POST", "/v1/dispatches/G-2-01/acknowledge", desk_token, {"on_behalf": {"person": "王五"}})[0] == 200
        assert d.http("POST", "/v1/statements", fire, {"month": "2026-03", "key": "again"})[0] == 200
        assert states(d, fire, "?class=acknowledge") == {"G-1-01.f1": "appealed", "G-2-01.f1": "confirmed"}
        assert d.http("POST", "/v1/dispatches/G-2-01/correct", desk_token,
                      {"step": "acknowledged", "at": "2026-03-06T10:30:00+08:00", "reason": "电话记录"})[0] == 200
        one, = [f for f in findings(d, fire, "?class=acknowledge") if f["dispatch"] == "G-2-01"]
        assert (one["state"], one["until"]) == ("confirmed", "2026-03-06T10:30:00+08:00")
    out = d.ctl("audit", "verify")
    assert out.returncode == 0, out.stdout + out.stderr


def test_the_findings_of_a_month_are_those_of_its_days(tmp_path):
    """Of December, too, which the next year follows."""
    with Daemon(tmp_path, clock="2025-11-30T23:30:00+08:00") as d, d.desk(events=False) as desk:
        for number, at in (("N-30", "2025-11-30T23:30"), ("D-1", "2025-12-01T00:00"), ("D-31", "2025-12-31T23:30"), ("J-1", "2026-01-01T00:00")):
            d.set_clock(f"{at}:00+08:00")
            desk.call("incident.report", **incident(number, received_at=f"{at}:00+08:00", priority="P2", units=["fire"]))
            d.advance("20m")
        office = d.account("office1", "office")
        for month, numbers in (("2025-11", {"N-30"}), ("2025-12", {"D-1", "D-31"}), ("2026-01", {"J-1"})):
            found = findings(d, office, f"?month={month}&class=acknowledge")
            assert {f["dispatch"].rsplit("-", 1)[0] for f in found} == numbers, month


def test_who_may_confirm(d):
    """Accounts of units alone, on both ways in, and liandongctl on the machine for a unit that it names."""
    with d.desk(events=False) as desk:
        late(d, desk, "fire", "W-1")
        d.set_clock("2026-04-01T08:00:00+08:00")
        with pytest.raises(Refused) as e:
            desk.call("finding.confirm", month="2026-03", unit="fire")
        assert e.value.word == "forbidden"
    for role in ("office", "admin", "shift-leader"):
        token = d.account(f"{role}1", role)
        assert d.http("POST", "/v1/statements", token, {"month": "2026-03", "unit": "fire"})[0] == 403, role
    with d.local() as c:
        with pytest.raises(Refused) as e:
            c.call("finding.confirm", month="2026-03")
        assert e.value.word == "invalid-params"
        with pytest.raises(Refused) as e:
            c.call("finding.confirm", month="2026-03", unit="nosuch")
        assert e.value.word == "invalid-params"
    assert "消防" in d.ctl("finding", "confirm", "2026-03", "--unit", "fire").stdout
    # a month in which nothing was found is confirmed, too
    with d.liaison("water", events=False) as water:
        assert water.call("finding.confirm", month="2026-02")["entry"]["confirmed"] == 0
        with pytest.raises(Refused) as e:
            water.call("finding.confirm", month="2026-02")
        assert e.value.word == "wrong-state"
    d.ctl("audit", "verify")


def changed(folder, **texts):
    """A copy of the shipped mechanism, in which a line of units.yaml is followed by others."""
    target = os.path.join(folder, "mechanism")
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), target)
    path = os.path.join(target, "units.yaml")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for unit, lines in texts.items():
        assert f"  - id: {unit}\n" in text
        text = text.replace(f"  - id: {unit}\n", f"  - id: {unit}\n{lines}")
    return target, path, text


def written(target, path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return target


def test_the_confirmer_that_a_unit_has_named(tmp_path):
    with Daemon(tmp_path, clock="2026-03-06T10:00:00+08:00",
                mechanism=written(*changed(str(tmp_path), fire="    confirmers: [fire-chief, fire-deputy]\n"))) as d:
        with d.desk(events=False) as desk:
            late(d, desk, "fire", "N-1")
        d.set_clock("2026-04-01T08:00:00+08:00")
        status, _, problem = d.http("POST", "/v1/statements", d.account("fire1", "liaison", "fire"), {"month": "2026-03"})
        assert (status, problem["code"]) == (403, "forbidden") and "fire-chief" in problem["detail"]
        assert d.http("POST", "/v1/statements", d.account("fire-deputy", "liaison", "fire"), {"month": "2026-03"})[0] == 200


def test_the_heir_confirms_and_swaps_for_the_units_that_are_gone(tmp_path):
    """works succeeds fire and power from 20 March on: its account does for them what their own did."""
    gone = "    until: \"2026-03-20\"\n"
    target, path, text = changed(str(tmp_path), fire=gone, power=gone)
    phones = "".join(f"    {who}: {{phone: \"0597-00009{i:02}\", placeholder: true}}\n"
                     for i, who in enumerate(("duty", "liaison", "person_in_charge", "leader")))
    text += f"  - id: works\n    name: 应急工程局\n    tier: 1\n    succeeds: [fire, power]\n    since: \"2026-03-20\"\n{phones}"
    with open(os.path.join(target, "rosters.yaml"), "w", encoding="utf-8") as f:
        f.write("rosters:\n  - unit: fire\n    people:\n      chen: {name: 陈某, phone: \"0597-0000941\"}\n"
                "      li: {name: 李某, phone: \"0597-0000942\"}\n    shifts:\n"
                "      - {name: 昼夜, from: \"08:00\", to: \"08:00\", start: \"2026-03-02\", order: [[chen], [li]]}\n")
    with Daemon(tmp_path, clock="2026-03-06T10:00:00+08:00", mechanism=written(target, path, text)) as d:
        works, water = d.account("works1", "liaison", "works"), d.account("water1", "liaison", "water")
        with d.desk(events=False) as desk:
            late(d, desk, "fire", "H-1")
            late(d, desk, "power", "H-2")
        swap = {"from": "2026-03-25T08:00:00+08:00", "to": "2026-03-26T08:00:00+08:00", "people": ["li"]}
        assert d.http("POST", "/v1/units/fire/duty", works, swap)[0] == 403, "not before its day"
        d.set_clock("2026-03-21T08:00:00+08:00")
        assert d.http("POST", "/v1/units/fire/duty", water, swap)[0] == 403
        status, _, r = d.http("POST", "/v1/units/fire/duty", works, swap)
        assert status == 200 and r["entry"]["unit"] == "fire", r
        assert [p["person"] for p in d.http("GET", "/v1/duty?unit=fire&at=2026-03-25T12:00:00%2B08:00", works)[2]["duty"][0]["people"]] == ["li"]
        assert d.http("POST", "/v1/units/power/checks", works, {"result": "answered"})[0] == 403
        assert d.http("POST", "/v1/findings/H-2-01.f1/appeal", works, {"text": "未收到"})[0] == 200
        d.set_clock("2026-04-01T08:00:00+08:00")
        assert d.http("POST", "/v1/statements", works, {"month": "2026-03", "unit": "water"})[0] == 403
        status, _, r = d.http("POST", "/v1/statements", works, {"month": "2026-03", "unit": "power"})
        assert status == 200 and (r["entry"]["unit"], "units" in r["entry"]) == ("power", False), r
        status, _, r = d.http("POST", "/v1/statements", works, {"month": "2026-03"})
        assert status == 200 and (r["entry"]["unit"], r["entry"]["units"]) == ("works", "works,fire,power"), r
        found = states(d, works, "?class=acknowledge")
        assert (found["H-1-01.f1"], found["H-2-01.f1"]) == ("confirmed", "appealed")
        assert {f["unit"] for f in findings(d, works)} == {"fire", "power"}, "facts keep their unit"
        d.ctl("audit", "verify")


def test_who_is_connected_over_the_day_of_a_succession_acts_for_the_unit_that_is_gone(tmp_path):
    """A console, a stream and a poll that waits, opened on the day before, learn it as a new log-in does."""
    target, path, text = changed(str(tmp_path), fire="    until: \"2026-03-20\"\n")
    phones = "".join(f"    {who}: {{phone: \"0597-00009{i:02}\", placeholder: true}}\n"
                     for i, who in enumerate(("duty", "liaison", "person_in_charge", "leader")))
    text += f"  - id: works\n    name: 应急工程局\n    tier: 1\n    succeeds: [fire]\n    since: \"2026-03-20\"\n{phones}"
    with Daemon(tmp_path, clock="2026-03-19T23:50:00+08:00", mechanism=written(target, path, text)) as d, \
            d.desk(events=False) as desk, d.liaison("works") as works, d.liaison("water") as water, \
            ThreadPoolExecutor() as pool:
        desk.call("incident.report", number="N-1", received_at="2026-03-19T23:50:00+08:00", category="400101", units=["fire"])
        token = d.account("liaison-works", "liaison", "works")
        assert works.call("dispatch.list")["dispatches"] == [], "not before its day"
        stream = d.http_connection()
        stream.request("GET", "/v1/stream", headers={"Authorization": f"Bearer {token}"})
        told = stream.getresponse()
        after = works.call("session.ping")["seq"]
        poll = pool.submit(d.http, "GET", f"/v1/dispatches?after={after}&wait=60", token)
        d.set_clock("2026-03-20T00:01:00+08:00")
        assert [x["dispatch"] for x in works.call("dispatch.list")["dispatches"]] == ["N-1-01"]
        works.call("dispatch.acknowledge", dispatch="N-1-01")
        assert works.event(type="dispatch.acknowledged")["dispatch"] == "N-1-01"
        assert [x["dispatch"] for x in poll.result()[2]["dispatches"]] == ["N-1-01"]
        while b"dispatch.acknowledged" not in (line := told.readline()):
            assert line, "the stream ended"
        stream.close()
        assert water.call("dispatch.list")["dispatches"] == [] and not [e for e in water.events if e.get("incident") == "N-1"]
        # the old name is the heir's, who has an instruction already
        for unit in ("fire", "works"):
            with pytest.raises(Refused) as e:
                desk.call("dispatch.add", number="N-1", unit=unit, role="assist")
            assert e.value.word == "wrong-state" and "N-1-01" in str(e.value)
            with pytest.raises(Refused) as e:
                works.call("dispatch.return", dispatch="N-1-01", reason="not-our-duty", unit=unit)
            assert e.value.word == "invalid-params"


# -- findings of no incident -------------------------------------------------------------------------

def unanswered(d, office, unit):
    """A duty phone that two calls, five minutes apart, leave unanswered: the name of its finding."""
    assert d.http("POST", f"/v1/units/{unit}/checks", office, {"result": "unanswered"})[0] == 200
    d.advance("5m")
    return d.http("POST", f"/v1/units/{unit}/checks", office, {"result": "unanswered"})[2]["finding"]


def events_about(d, finding, token=None):
    if token:
        got = d.http("GET", "/v1/events?limit=500", token)[2]["events"]
    else:
        with d.local() as c:
            got = c.call("event.list", limit=500)["events"]
    return [e["type"] for e in got if e["data"].get("finding") == finding]


def test_a_finding_of_no_incident_is_appealed_against_and_decided(d):
    fire, water = d.account("fire1", "liaison", "fire"), d.account("water1", "liaison", "water")
    office, deputy = d.account("office1", "office"), d.account("deputy", "office", "political-legal")
    first, second = unanswered(d, office, "fire"), unanswered(d, office, "fire")
    assert (first, second) == ("F1", "F2")
    assert states(d, fire) == {"F1": "open", "F2": "open"} and states(d, water) == {}
    assert d.http("POST", "/v1/findings/F1/appeal", water, {"text": "x"})[0] == 404
    assert d.http("POST", "/v1/findings/F9/appeal", fire, {"text": "x"})[0] == 404
    assert d.http("POST", "/v1/findings/F1/decide", deputy, {"grant": True})[0] == 409, "there is no appeal"
    status, _, r = d.http("POST", "/v1/findings/F1/appeal", fire, {"text": "线路检修", "evidence": ["TICKET-1"]})
    assert status == 200 and (r["request"]["request"], r["request"]["finding"], r["request"]["state"]) == ("R1", "F1", "pending"), r
    assert r["request"]["due"] == "2026-03-20T17:30:00+08:00", "at the end of the tenth working day"
    assert d.http("POST", "/v1/findings/F1/appeal", fire, {"text": "x"})[0] == 409
    assert [x["request"] for x in d.http("GET", "/v1/requests?kind=appeal", fire)[2]["requests"]] == ["R1"]
    assert d.http("GET", "/v1/requests?kind=appeal", water)[2]["requests"] == []
    status, _, problem = d.http("POST", "/v1/findings/F1/decide", office, {"grant": True})
    assert status == 403 and "列入" in problem["detail"], "it opened the finding"
    assert d.http("POST", "/v1/findings/F1/decide", fire, {"grant": True})[0] == 403
    assert d.http("POST", "/v1/findings/F1/decide", deputy, {"grant": False})[0] == 422, "a reason is missing"
    assert d.http("POST", "/v1/findings/F1/decide", deputy, {"grant": True, "reason": "属实"})[0] == 200
    assert d.http("POST", "/v1/findings/F1/decide", deputy, {"grant": True})[0] == 409
    assert (states(d, fire)["F1"], states(d, fire)["F2"]) == ("void", "open")
    assert d.http("POST", "/v1/findings/F1/appeal", fire, {"text": "x"})[0] == 409
    told = ["finding.opened", "request.asked", "request.granted", "finding.voided"]
    assert events_about(d, "F1") == told and events_about(d, "F1", fire) == told and events_about(d, "F1", water) == []
    # upheld by the request's own name; a late rejection takes nothing back
    assert d.http("POST", "/v1/findings/F2/appeal", fire, {"text": "线路检修"})[0] == 200
    assert d.http("POST", "/v1/requests/R2/decide", deputy, {"grant": False, "reason": "无证据"})[0] == 200
    assert states(d, fire)["F2"] == "upheld"
    d.ctl("audit", "verify")


def test_an_appeal_of_no_incident_lapses_is_taken_back_and_its_month_confirmed(d):
    fire, office = d.account("fire1", "liaison", "fire"), d.account("office1", "office")
    deputy = d.account("deputy", "office", "political-legal")
    for _ in range(3):
        unanswered(d, office, "fire")
    for name in ("F1", "F2"):
        assert d.http("POST", f"/v1/findings/{name}/appeal", fire, {"text": "线路检修"})[0] == 200
    assert d.http("POST", "/v1/requests/R2/drop", fire, {})[0] == 200
    assert states(d, fire) == {"F1": "appealed", "F2": "open", "F3": "open"}, "taken back, it is open again"
    assert d.http("POST", "/v1/findings/F2/decide", deputy, {"grant": True})[0] == 409
    d.set_clock("2026-03-20T17:29:59.999+08:00")
    assert states(d, fire)["F1"] == "appealed"
    d.advance("1ms")
    assert states(d, fire)["F1"] == "lapsed"
    d.set_clock("2026-04-01T08:00:00+08:00")
    assert d.http("POST", "/v1/statements", fire, {"month": "2026-03"})[2]["entry"]["confirmed"] == 2
    assert states(d, fire) == {"F1": "lapsed", "F2": "confirmed", "F3": "confirmed"}
    # it was not decided in time: granted late it is void, as any other
    assert d.http("POST", "/v1/requests/R1/decide", deputy, {"grant": True, "reason": "属实"})[0] == 200
    assert states(d, fire)["F1"] == "void"
    d.ctl("audit", "verify")
    d.restart()
    until(lambda: d.http("GET", "/readyz")[0] == 200, "the front ends to be ready")
    assert states(d, fire) == {"F1": "void", "F2": "confirmed", "F3": "confirmed"}


# -- what becomes void by itself -------------------------------------------------------------------------

def test_an_appeal_whose_finding_became_void_is_dropped_and_the_unit_told(d):
    fire, office = d.account("fire1", "liaison", "fire"), d.account("office1", "office")
    with d.desk(events=False) as desk:
        late(d, desk, "fire", "V-1", "V-2")
        for name in ("V-1-01", "V-2-01"):
            assert d.http("POST", f"/v1/findings/{name}.f1/appeal", fire, {"text": "未收到"})[0] == 200
        # taken back it is open again, and may be asked once more
        assert d.http("POST", "/v1/requests/V-2.r1/drop", fire, {})[0] == 200
        assert states(d, fire, "?class=acknowledge") == {"V-1-01.f1": "appealed", "V-2-01.f1": "open"}
        assert d.http("POST", "/v1/findings/V-2-01.f1/appeal", fire, {"text": "未收到"})[0] == 200
        with d.console("leader1", "shift-leader", events=False) as leader:
            leader.call("dispatch.withdraw", dispatch="V-1-01", reason="误派", void=True)
        events = [(e["type"], e["data"]) for e in desk.call("incident.get", number="V-1")["events"] if e.get("dispatch") == "V-1-01"]
    assert [t for t, x in events if x.get("finding") == "V-1-01.f1"] == ["finding.opened", "request.asked", "finding.voided", "request.dropped"]
    dropped, = [x for t, x in events if t == "request.dropped"]
    assert dropped["cause"] == "finding-voided" and {r["role"] for r in dropped["recipients"]} == {"duty"}, dropped
    assert states(d, fire, "?class=acknowledge")["V-1-01.f1"] == "void"
    assert d.http("POST", "/v1/findings/V-1-01.f1/decide", office, {"grant": True})[0] == 409
    d.ctl("audit", "verify")


# -- explained ------------------------------------------------------------------------------------------

def told(d, finding, *types):
    with d.local() as c:
        return [e["data"] for e in c.call("event.list", limit=500)["events"] if e["type"] in types and e["data"].get("finding") == finding]


def test_a_finding_is_computed_again_with_the_same_result(tmp_path):
    """By the revision that it was opened under, whatever is in force now: what its event says is what is computed."""
    target, path, text = changed(str(tmp_path))
    with Daemon(tmp_path, clock="2026-03-06T10:00:00+08:00", mechanism=written(target, path, text)) as d:
        fire = d.account("fire1", "liaison", "fire")
        with d.desk(events=False) as desk:
            late(d, desk, "fire", "K-1")  # never fetched: the delivery's two minutes are waited for
            one, = findings(d, fire, "?class=acknowledge&explain=true")
            said, = told(d, "K-1-01.f1", "finding.opened")
            assert one["computed"] == {k: said.get(k, 0) for k in ("limit_ms", "late_ms", "waited_ms", "away_ms", "undecided_ms")}
            assert said["waited_ms"] > 0 and one["computed"]["late_ms"] == one["late_ms"]
            assert f"其中等待送达{said['waited_ms'] // 60000}分钟不计,超时" in one["sentence"], one["sentence"]
            # another policy comes into force: nothing of it is said about what was found before
            policy = os.path.join(target, "policy.yaml")
            with open(policy, encoding="utf-8") as f:
                was = f.read()
            shorter = was.replace("acknowledge: {P1: 2m, P2: 2m", "acknowledge: {P1: 1m, P2: 1m")
            assert shorter != was
            with open(policy, "w", encoding="utf-8") as f:
                f.write(shorter)
            d.ctl("reload")
            assert findings(d, fire, "?class=acknowledge&explain=true")[0]["computed"] == one["computed"]
            assert "computed" not in findings(d, fire, "?class=acknowledge")[0]
            with d.console("leader1", "shift-leader", events=False) as leader:
                leader.call("dispatch.withdraw", dispatch="K-1-01", reason="误派", void=True)
            assert findings(d, fire, "?class=acknowledge&explain=true")[0]["sentence"].endswith("已撤销,不计考评。(误派)")


def test_a_deadline_names_what_excuses_it(d):
    """A mode by its name and span, an appeal that lifted it."""
    fire, office = d.account("fire1", "liaison", "fire"), d.account("office1", "office")
    with d.console("leader1", "shift-leader", events=False) as leader, d.desk(events=False) as desk:
        leader.call("mode.declare", mode="typhoon", document="防指〔2026〕1号", until="2026-03-07T08:00:00+08:00")
        desk.call("incident.report", **incident("D-1", received_at="2026-03-06T09:59:00+08:00", priority="P3", units=["fire"]))
        d.advance("8h")
        clocks = {c["clock"]: c for c in desk.call("dispatch.deadlines", dispatch="D-1-01", explain=True)["clocks"]}
        x = clocks["acknowledge"]
        assert (x["outcome"], x["excused"], x["mode"]) == ("excused", "mode", "typhoon"), x
        assert "处于防台风应急响应(3月6日10:00至3月7日08:00)期间" in x["sentence"] and "不计考评" in x["sentence"], x["sentence"]
        leader.call("mode.end", mode="typhoon", reason="风停")
        x = {c["clock"]: c for c in d.http("GET", "/v1/dispatches/D-1-01/deadlines?explain=1", fire)[2]["clocks"]}["acknowledge"]
        assert "3月6日10:00至3月6日18:00" in x["sentence"], "it ended earlier"
        desk.call("incident.report", **incident("D-2", received_at="2026-03-06T17:59:00+08:00", priority="P2", units=["fire"]))
        d.advance("20m")
    assert d.http("POST", "/v1/findings/D-2-01.f1/appeal", fire, {"text": "未收到"})[0] == 200
    assert d.http("POST", "/v1/findings/D-2-01.f1/decide", office, {"grant": True, "reason": "属实"})[0] == 200
    x = {c["clock"]: c for c in d.http("GET", "/v1/dispatches/D-2-01/deadlines?explain=1", fire)[2]["clocks"]}["acknowledge"]
    assert (x["outcome"], x["excused"], "mode" in x) == ("excused", "appeal", False) and "复核" in x["sentence"], x
    assert "不计考评" in d.ctl("dispatch", "deadlines", "D-1-01").stdout


# -- measures that the policy proposes ----------------------------------------------------------------

def measures_of(d, office, month):
    """The sheet `measures` of the report on HTTP, which is the same in all four formats: unit, what, document, state."""
    forms = {}
    for form in ("json", "xlsx", "html", "csv"):
        status, _, forms[form] = d.http("GET", f"/v1/reports/month/{month}.{form}", office)
        assert status == 200, forms[form]
    document = forms["json"]
    assert not formats.differences(document, forms["xlsx"], forms["html"], forms["csv"])
    sheet, = [t for t in document["tables"] if t["id"] == "measures"]
    assert sheet["title"] in formats.csv_tables(forms["csv"])
    return sorted((r["unit"], r["what"], r["document"], r["state"]) for r in sheet["rows"])


def test_lateness_that_repeats_is_proposed_to_the_office(d):
    """Five of thirty days, as the policy ships: four are not enough, and what was counted once counts no more."""
    office, fire, power = d.account("office1", "office"), d.account("fire1", "liaison", "fire"), d.account("power1", "liaison", "power")

    def proposed():
        got = d.http("GET", "/v1/requests?kind=measure", office)[2]["requests"]
        return [(r["request"], r["unit"], r["reason"], r["state"]) for r in got]

    with d.desk(events=False) as desk:
        for i in range(4):
            late(d, desk, "fire", f"M-{i}", priority="P1")
            desk.call("dispatch.complete", dispatch=f"M-{i}-01", result="办结", on_behalf={"person": "值班员"})
        some = len([f for f in findings(d, fire) if f["class"] in ("acknowledge", "arrive", "report")])
        assert some == 4, findings(d, fire)
        d.set_clock("2026-03-07T00:00:00+08:00")
        d.advance("1s")
        assert proposed() == [], "four"
        late(d, desk, "fire", "M-4", priority="P1")
        desk.call("dispatch.complete", dispatch="M-4-01", result="办结", on_behalf={"person": "值班员"})
        d.set_clock("2026-03-07T23:59:59.999+08:00")
        assert proposed() == [], "measures are thought of once a day"
        d.advance("1ms")
        assert proposed() == [("R1", "fire", "order", "pending")]
        entry, = d.http("GET", "/v1/measures", office)[2]["measures"]
        assert (entry["state"], entry["measure"], entry["count"], entry["unit"]) == ("proposed", "order", 5, "fire"), entry
        assert entry["findings"].split(",") == [f"M-{i}-01.f1" for i in range(5)]
        # neither the unit nor another one sees what is only proposed
        for token in (fire, power):
            assert d.http("GET", "/v1/measures", token)[2]["measures"] == []
            assert d.http("GET", "/v1/requests?kind=measure", token)[2]["requests"] == []
            types = {e["type"] for e in d.http("GET", "/v1/events?limit=500", token)[2]["events"] if "incident" not in e}
            assert not {t for t in types if t.startswith(("measure", "request"))}, types
            assert d.http("POST", "/v1/requests/R1/decide", token, {"grant": True, "document": "1号"})[0] in (403, 404)
        # while it waits there is no other, and what it counted counts no more
        d.set_clock("2026-03-09T00:00:00+08:00")
        d.advance("1s")
        assert len(proposed()) == 1
    # decided with the number of its document
    assert d.http("POST", "/v1/requests/R1/decide", d.account("desk1", "desk"), {"grant": True, "document": "1号"})[0] == 403
    status, _, problem = d.http("POST", "/v1/requests/R1/decide", office, {"grant": True})
    assert status == 422 and problem["field"] == "document", problem
    assert d.http("POST", "/v1/measures", office, {"unit": "water", "measure": "order", "document": "联办督〔2026〕1号", "text": "限期整改"})[0] == 200
    # the findings that it answers are there, and its unit's
    theirs = d.http("GET", "/v1/findings", fire)[2]["findings"][0]["finding"]
    for cited, says in ((["NONE-1-01.f1"], "没有待核考评事项 NONE-1-01.f1"), (["F99"], "没有待核考评事项 F99"),
                           ([theirs.replace(".f", ".f9")], "没有待核考评事项"), (["x"], "没有待核考评事项 x"),
                           ([theirs], f"事项 {theirs} 不是 water 的")):
        status, _, problem = d.http("POST", "/v1/measures", office, {"unit": "water", "measure": "order",
                                                                     "document": "联办督〔2026〕9号", "findings": cited})
        assert (status, problem["field"]) == (422, "findings") and says in problem["detail"], problem
    status, _, problem = d.http("POST", "/v1/requests/R1/decide", office, {"grant": True, "document": "联办督〔2026〕1号"})
    assert status == 409 and problem["code"] == "conflict", problem
    status, _, r = d.http("POST", "/v1/requests/R1/decide", office,
                          {"grant": True, "document": "联办督〔2026〕2号", "until": "2026-03-20T17:30:00+08:00"})
    assert status == 200 and r["request"]["document"] == "联办督〔2026〕2号", r
    taken, = d.http("GET", "/v1/measures", fire)[2]["measures"]
    assert (taken["state"], taken["document"], taken["until"], taken["name"]) == \
        ("recorded", "联办督〔2026〕2号", "2026-03-20T17:30:00+08:00", "联办督〔2026〕2号")
    assert [m["unit"] for m in d.http("GET", "/v1/measures", power)[2]["measures"]] == []
    assert "measure.recorded" in {e["type"] for e in d.http("GET", "/v1/events?limit=500", fire)[2]["events"]}
    # settled by its document
    assert d.http("POST", "/v1/measures/settle", fire, {"document": "联办督〔2026〕2号"})[0] == 403
    assert d.http("POST", "/v1/measures/settle", office, {"document": "联办督〔2026〕2号", "text": "已整改"})[0] == 200
    taken, = d.http("GET", "/v1/measures", fire)[2]["measures"]
    assert taken["state"] == "settled" and "reply" not in taken, "what people wrote is the office's"
    assert d.http("POST", "/v1/measures/settle", office, {"document": "联办督〔2026〕2号"})[0] == 409
    assert d.ctl("measure", "settle", "--document", "联办督〔2026〕1号", "--text", "已改").returncode == 0
    assert "已销号" in d.ctl("measure", "list").stdout
    settled, = [m for m in d.http("GET", "/v1/measures", office)[2]["measures"] if m["unit"] == "water"]
    assert (settled["text"], settled["reply"]) == ("限期整改", "已改"), "the answer stands beside what was asked"
    d.ctl("audit", "verify")
    # in the report, with its state; what was dismissed or only proposed is not
    assert measures_of(d, office, "2026-03") == [("fire", "督办单", "联办督〔2026〕2号", "已销号"), ("water", "督办单", "联办督〔2026〕1号", "已销号")]
    assert d.http("POST", "/v1/measures", office, {"unit": "fire", "measure": "order", "document": "联办督〔2026〕9号",
                                                   "findings": [theirs]})[0] == 200
    d.restart()
    until(lambda: d.http("GET", "/readyz")[0] == 200, "the front ends to be ready")
    d.advance("1d")
    assert len(proposed()) == 1, "nor after a restart"


def test_what_lies_too_far_back_counts_no_more(d):
    """Thirty days: five, of which the first was found 30 days and some hours ago."""
    office = d.account("office1", "office")
    with d.desk(events=False) as desk:
        def five(n, at):
            d.set_clock(at)
            for i in range(n):
                number = f"O-{at[5:10]}-{i}"
                desk.call("incident.report", **incident(number, received_at=at, priority="P1", units=["fire"]))
            d.advance("20m")
            for i in range(n):
                desk.call("dispatch.complete", dispatch=f"O-{at[5:10]}-{i}-01", result="办结", on_behalf={"person": "值班员"})
        five(1, "2026-03-06T12:00:00+08:00")
        five(4, "2026-03-10T12:00:00+08:00")
        d.set_clock("2026-04-06T00:00:00+08:00")
        d.advance("1s")
    assert d.http("GET", "/v1/measures", office)[2]["measures"] == []


def test_what_article_13_names_is_proposed_for_criticism(d):
    """Two of ninety days; lateness counts for none of them, and nothing proposes a referral."""
    office = d.account("office1", "office")
    with d.desk(events=False) as desk:
        for i, cls in enumerate(("refused", "false-report")):
            desk.call("incident.report", **incident(f"X-{i}", received_at="2026-03-06T09:59:00+08:00", priority="P2", units=["fire"]))
            assert d.http("POST", "/v1/findings", office, {"dispatch": f"X-{i}-01", "class": cls, "text": "拒不出动"})[0] == 200
            desk.call("dispatch.complete", dispatch=f"X-{i}-01", result="办结", on_behalf={"person": "值班员"})
        assert d.http("POST", "/v1/findings", office, {"dispatch": "X-1-01", "class": "dissatisfied", "text": "群众不满意"})[0] == 200
        d.set_clock("2026-03-07T00:00:00+08:00")
        d.advance("1s")
    got = d.http("GET", "/v1/measures", office)[2]["measures"]
    assert [(m["measure"], m["count"], m["findings"], m["state"]) for m in got] == [("circulated-criticism", 2, "X-0-01.f1,X-1-01.f1", "proposed")]
    with d.desk(events=False) as desk:  # two more while it waits for its decision
        for i in (2, 3):
            desk.call("incident.report", **incident(f"X-{i}", received_at="2026-03-07T07:59:00+08:00", priority="P2", units=["fire"]))
            assert d.http("POST", "/v1/findings", office, {"dispatch": f"X-{i}-01", "class": "refused", "text": "拒不出动"})[0] == 200
            desk.call("dispatch.complete", dispatch=f"X-{i}-01", result="办结", on_behalf={"person": "值班员"})
    d.advance("1d")
    assert len(d.http("GET", "/v1/measures", office)[2]["measures"]) == 1, "while one waits there is no other"
    assert d.http("POST", "/v1/requests/R1/decide", office, {"grant": False})[0] == 422, "a reason is missing"
    assert d.http("POST", "/v1/requests/R1/decide", office, {"grant": False, "reason": "已当面批评"})[0] == 200
    assert [m["state"] for m in d.http("GET", "/v1/measures", office)[2]["measures"]] == ["dismissed"]
    fire = d.account("liaison-fire", "liaison", "fire")
    assert d.http("GET", "/v1/measures", fire)[2]["measures"] == [], "what was not taken is the office's"
    d.advance("2d")
    got = d.http("GET", "/v1/measures", office)[2]["measures"]
    assert [(m["state"], m["findings"]) for m in got] == [("proposed", "X-2-01.f1,X-3-01.f1"), ("dismissed", "X-0-01.f1,X-1-01.f1")]
    assert "circulated" not in d.ctl("report", "month", "2026-03", "--format", "json").stdout
    d.ctl("audit", "verify")


def test_a_proposal_that_is_not_decided_lapses_and_can_still_be(d):
    office = d.account("office1", "office")
    with d.desk(events=False) as desk:
        for i in range(2):
            desk.call("incident.report", **incident(f"L-{i}", received_at="2026-03-06T09:59:00+08:00", priority="P2", units=["fire"]))
            assert d.http("POST", "/v1/findings", office, {"dispatch": f"L-{i}-01", "class": "refused", "text": "拒不出动"})[0] == 200
            desk.call("dispatch.complete", dispatch=f"L-{i}-01", result="办结", on_behalf={"person": "值班员"})
        d.set_clock("2026-03-07T00:00:00+08:00")
        d.advance("1s")
    one, = d.http("GET", "/v1/requests?kind=measure", office)[2]["requests"]
    assert one["due"] == "2026-03-20T17:30:00+08:00", "ten working days"
    d.set_clock("2026-03-21T08:00:00+08:00")
    d.advance("1s")
    one, = d.http("GET", "/v1/requests?kind=measure", office)[2]["requests"]
    assert one["state"] == "lapsed"
    assert d.http("POST", f"/v1/requests/{one['request']}/decide", office, {"grant": True, "document": "联办通〔2026〕1号"})[0] == 200
    assert [(m["state"], m["at"]) for m in d.http("GET", "/v1/measures", office)[2]["measures"]] == [("recorded", "2026-03-21T08:00:01+08:00")]
    d.ctl("audit", "verify")


@pytest.mark.parametrize("sql,says", [
    ("update finding set late_ms = late_ms - 1 where id > 0 and class = 0", "finding acknowledge late_ms"),
    ("update finding set state = 4 where id > 0 and class = 0", "finding acknowledge 库里是 void"),
    ("update finding set due = due + 60000 where id > 0 and class = 0", "finding acknowledge due"),
    ("update finding set unit = (select unit from finding where id < 0) where id > 0 and class = 0", "finding acknowledge unit"),
    ("update finding set state = 3 where id = -1", "finding F1:finding duty 库里是 upheld"),
    ("update finding set state = 0 where id = -1", "finding F1:finding duty 库里是 open,按事件应为 appealed"),
    ("update finding set class = 2 where id = -1", "finding F1:finding report"),
    ("delete from finding where id = -1", "finding F1:row"),
])
def test_a_finding_that_was_changed_by_hand_is_named(altered, tmp_path, sql, says):
    copy = os.path.join(tmp_path, "copy.db")
    shutil.copy(os.path.join(altered.folder, "liandong.db"), copy)
    db = sqlite3.connect(copy)
    assert db.execute(sql).rowcount > 0
    db.commit()
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    done = altered.ctl("audit", "verify", "--store", copy, check=False)
    assert done.returncode == 1 and says in done.stderr, done.stderr


@pytest.fixture(scope="module")
def altered(tmp_path_factory):
    """A store with a finding of an incident and, appealed against, one of none."""
    with Daemon(tmp_path_factory.mktemp("altered"), clock="2026-03-06T10:00:00+08:00") as daemon:
        with daemon.desk(events=False) as desk:
            late(daemon, desk, "fire", "A-1")
        water = daemon.account("water1", "liaison", "water")
        assert unanswered(daemon, daemon.account("office1", "office"), "water") == "F1"
        assert daemon.http("POST", "/v1/findings/F1/appeal", water, {"text": "线路检修"})[0] == 200
        assert daemon.ctl("audit", "verify").returncode == 0
    return daemon


def test_a_unit_reads_why_it_was_listed_and_what_proves_a_step_that_never_came(tmp_path):
    """The office's words stand in the event that the unit reads; a step that did not happen has no event, and the
    proof of its clock says so."""
    with Daemon(tmp_path, clock="2026-03-20T08:00:00+08:00") as d, d.liaison("water") as unit:
        with d.desk() as c:
            c.call("incident.report", **incident("A1", received_at="2026-03-20T08:00:00+08:00", units=["water"]))
        unit.call("dispatch.acknowledge", dispatch="A1-01")
        d.advance("2h")
        with d.console("office1", "office") as office:
            office.call("finding.open", dispatch="A1-01", text="值班员三次挂断", **{"class": "refused"})
        opened = next(e for e in unit.call("incident.get", number="A1")["events"]
                      if e["type"] == "finding.opened" and e["data"]["class"] == "refused")
        assert opened["text"] == "值班员三次挂断"
        proof = d.ctl("print", "clock", "A1-01", "arrive").stdout
        assert "没有“到场”的事件" in proof
        assert "没有“签收”的事件" not in d.ctl("print", "clock", "A1-01", "acknowledge").stdout
