"""What the office and the shift leader order and record beside the incidents: emergency modes, handovers,
meetings, ownership, closed periods; on the console, HTTP and liandongctl, on a manual clock."""
import contextlib
import json
import os
import re
import shutil
import sqlite3

import pytest

from harness import ROOT, Daemon, Refused, incident, until, refused

NOW = "2026-03-20T08:00:00+08:00"  # a Friday, in office hours
CITY, OUTSIDE = "350881001", "350881102"  # 菁城街道; 永福镇
ACTING = {"on_behalf": {"person": "值班员", "phone": "13959005678"}}


@pytest.fixture
def d(tmp_path):
    with Daemon(tmp_path, clock=NOW) as daemon:
        yield daemon


def events(d, *types):
    with d.local() as c:
        got, after = [], 0
        while True:
            page = c.call("event.list", after=after, limit=500)
            got += page["events"]
            if not page["more"]:
                return [e for e in got if e["type"] in types]
            after = page["seq"]


def leader(d):
    return d.console("leader1", "shift-leader", events=False)


def verified(d):
    """The chain is whole and every record is what its events say."""
    assert d.ctl("audit", "verify").returncode == 0


# -- emergency modes -------------------------------------------------------------------------------

P4 = {"category": "909901", "priority": "P4", "units": ["water"]}


def test_what_a_mode_is_declared_as(d):
    with leader(d) as c:
        r = c.call("mode.declare", mode="typhoon", document="漳汛〔2026〕3号", until="2026-03-21T08:00:00+08:00",
                   areas=["菁城街道", OUTSIDE])
        e = r["entry"]
        assert (e["entry"], e["kind"], e["name"], e["state"]) == (1, "mode", "typhoon", "declared")
        assert (e["at"], e["until"], e["declared"]) == (NOW, "2026-03-21T08:00:00+08:00", "2026-03-21T08:00:00+08:00")
        assert (e["areas"], e["document"], e["by"]) == (f"{CITY},{OUTSIDE}", "漳汛〔2026〕3号", "leader1")
    told, = events(d, "mode.declared")
    assert told["seq"] == r["seq"] and told["by"] == "leader1" and told["data"]["entry"] == 1
    assert re.fullmatch("[0-9a-f]{64}", told["data"]["digest"])
    verified(d)


BAD_MODES = (
    ({"mode": "typhon"}, "invalid-params", "mode", "typhoon(防台风应急响应)"),
    ({"until": NOW}, "invalid-params", "until", "不能倒着宣布"),
    ({"until": "2026-03-19T08:00:00+08:00"}, "invalid-params", "until", "不能倒着宣布"),
    ({"until": "2026-03-23T08:00:01+08:00"}, "invalid-params", "until", "一次最多宣布3天"),
    ({"areas": ["350881999"]}, "invalid-params", "areas", "没有区域 350881999"),
    ({"document": ""}, "invalid-params", "document", ""),
)


@pytest.mark.parametrize("change,word,field,says", BAD_MODES)
def test_what_is_no_mode(d, change, word, field, says):
    good = {"mode": "typhoon", "document": "1号", "until": "2026-03-23T08:00:00+08:00"}
    with leader(d) as c:
        r = refused(c.call, "mode.declare", **{**good, **change})
        assert (r.word, r.field) == (word, field) and says in r.message
        assert not events(d, "mode.declared")
        c.call("mode.declare", **good)


def test_a_mode_of_one_place_is_none_elsewhere(d):
    """What holds in one township is declared for another, and for the city; where the city has it no township needs it."""
    good = {"mode": "typhoon", "document": "1号", "until": "2026-03-21T08:00:00+08:00"}
    with leader(d) as c:
        c.call("mode.declare", areas=[CITY], **good)
        assert c.call("mode.declare", areas=[OUTSIDE], **good)["entry"]["areas"] == OUTSIDE
        assert "areas" not in c.call("mode.declare", **good)["entry"]
        assert refused(c.call, "mode.declare", areas=[CITY], **good).word == "wrong-state"


def test_who_may_declare(d):
    good = {"mode": "typhoon", "document": "1号", "until": "2026-03-21T08:00:00+08:00"}
    for role, unit in (("desk", None), ("admin", None), ("liaison", "water")):
        with d.console(f"x-{role}", role, unit, events=False) as c:
            assert refused(c.call, "mode.declare", **good).word == "forbidden"
            assert refused(c.call, "mode.end", mode="typhoon", reason="x").word == "forbidden"
    token = d.account("office1", "office")
    status, _, body = d.http("POST", "/v1/modes", token, good)
    assert status == 200 and body["entry"]["by"] == "office1"
    status, _, body = d.http("POST", "/v1/modes/typhoon/end", token, {"reason": "风力减弱"})
    assert status == 200 and body["entry"]["state"] == "ended" and body["entry"]["until"] == NOW
    with d.liaison("water", events=False) as c:
        shown, = c.call("mode.list")["modes"]
        assert shown["document"] == "1号" and "reason" not in shown
    assert d.http("GET", "/v1/modes", token)[2]["modes"][0]["reason"] == "风力减弱"
    status, _, body = d.http("POST", "/v1/modes/typhoon/end", token, {"reason": "再来一次"})
    assert (status, body["code"]) == (409, "wrong-state") and "mode.list" in body["detail"]
    done = d.ctl("mode", "declare", "rainstorm", "--document", "2号", "--until", "2026-03-21T08:00:00+08:00")
    assert "台账 2 已记录" in done.stdout
    assert d.ctl("mode", "declare", "rainstorm", "--document", "2号", "--until", "2026-03-20T07:00:00+08:00",
                 check=False).returncode == 1
    d.ctl("mode", "end", "rainstorm", "--reason", "雨停")


def test_a_mode_again(d):
    """The same key is one act; what holds already is declared again only to last longer."""
    first = {"mode": "typhoon", "document": "1号", "until": "2026-03-21T08:00:00+08:00"}
    with leader(d) as c:
        one = c.call("mode.declare", key="k1", **first)
        assert c.call("mode.declare", key="k1", **first) == one
        assert refused(c.call, "mode.declare", **first).word == "wrong-state"
        c.call("mode.declare", **{**first, "until": "2026-03-22T08:00:00+08:00"})
        assert len(events(d, "mode.declared")) == 2
        c.call("mode.end", mode="typhoon", reason="结束")
        assert len(events(d, "mode.ended")) == 2, "both that hold under the name"
    verified(d)


def test_what_is_silent_is_not_reminded_of_and_speaks_again_at_the_end(d):
    """P4 in the areas of a typhoon: no reminder to the unit, who supervises hears; elsewhere all as always."""
    with leader(d) as c:
        c.call("mode.declare", mode="typhoon", document="1号", until="2026-03-23T08:00:00+08:00", areas=[CITY])
        c.call("incident.report", **incident("IN", received_at=NOW, **{**P4, "area": CITY}))
        c.call("incident.report", **incident("OUT", received_at=NOW, **{**P4, "area": OUTSIDE}))
    d.advance("3h")
    sent = {n: [e for e in events(d, "reminder.sent", "escalation.raised") if e["incident"] == n] for n in ("IN", "OUT")}
    to = {n: {r["role"] for e in sent[n] for r in e["data"]["recipients"]} for n in sent}
    assert "duty" in to["OUT"] and "leader" in to["OUT"]
    assert not to["IN"] & {"duty", "liaison", "person-in-charge", "leader"} and "office" in to["IN"]
    assert [e["data"]["clock"] for e in events(d, "dispatch.overdue") if e["incident"] == "IN"] == ["acknowledge"], \
        "listed all the same"
    before = events(d, "dispatch.rescheduled")
    assert not before
    d.advance("3d")
    ended, = events(d, "mode.ended")
    assert ended["by"] == "system" and ended["at"] == "2026-03-23T08:00:00+08:00"
    anew, = events(d, "dispatch.rescheduled")
    assert (anew["incident"], anew["unit"]) == ("IN", "water")
    # P4: the end of the third working day after: until now Wednesday, from Monday's end of the mode on Thursday
    assert anew["data"]["clock"] == "next-report" and anew["data"]["why"] == "mode"
    assert anew["data"]["start"] == "2026-03-23T08:00:00+08:00" and anew["data"]["due"] == "2026-03-26T17:30:00+08:00"
    d.advance("1h")
    assert len(events(d, "dispatch.rescheduled")) == 1, "once"
    heard = [e for e in events(d, "reminder.sent") if e["incident"] == "IN" and e["at"] > "2026-03-23T08:00:00"]
    assert any(r["role"] == "duty" for e in heard for r in e["data"]["recipients"]), "and is reminded of again"
    verified(d)


def test_reminders_in_the_rhythm_of_a_mode(d):
    """P3: what would be told to the unit within half an hour is one message, at its end."""
    with leader(d) as c:
        c.call("mode.declare", mode="typhoon", document="1号", until="2026-03-21T08:00:00+08:00")
        for i in range(2):
            c.call("incident.report", **incident(f"B-{i}", received_at=NOW, priority="P3", units=["water"]))
            d.advance("4m")
        c.call("incident.report", **incident("P2", received_at=NOW, priority="P2", units=["water"]))
    d.advance("16m")
    sent = [r for e in events(d, "reminder.sent") for r in e["data"]["recipients"]
            if e["incident"].startswith("B-") and r["role"] == "duty" and e["at"] < "2026-03-20T08:30:00"]
    assert len(sent) >= 4
    assert {r["digest"] for r in sent} == {"water:duty@2026-03-20T08:00:00+08:00"}
    assert {r["send_at"] for r in sent} == {"2026-03-20T08:30:00+08:00"}
    urgent = [r for e in events(d, "reminder.sent") if e["incident"] == "P2" for r in e["data"]["recipients"]]
    assert urgent and not [r for r in urgent if "send_at" in r], "what is urgent is told as always"


def test_a_mode_ends_in_chunks_and_over_a_crash(d):
    """More incidents than a turn looks at; the engine is killed, and a mode that ran out meanwhile ends."""
    n = 300
    with leader(d) as c:
        c.call("mode.declare", mode="typhoon", document="1号", until="2026-03-23T08:00:00+08:00")
        for i in [c.send("incident.report", **incident(f"M-{i}", received_at=NOW, **P4)) for i in range(n)]:
            c.result(i)
    d.kill("engine")
    d.set_clock("2026-03-23T11:00:00+08:00")
    d.advance("1m")
    anew = events(d, "dispatch.rescheduled")
    assert len(anew) == n and len({e["incident"] for e in anew}) == n
    assert {e["data"]["start"] for e in anew} == {"2026-03-23T08:00:00+08:00"}
    ended, = events(d, "mode.ended")
    verified(d)


# -- handing over ----------------------------------------------------------------------------------

def test_a_shift_is_handed_over(d):
    """The list of what is open as of a seq, signed by the one who takes over; an account does not sign for itself."""
    d.account("desk2", "desk")
    d.account("office1", "office")
    with d.desk(events=False) as one, d.console("desk2", "desk", events=False) as two:
        one.call("incident.report", **incident("H-1", received_at=NOW, priority="P2", units=["water"]))
        one.call("incident.report", **incident("H-2", received_at=NOW, units=["power"]))
        one.call("incident.report", **incident("H-3", received_at=NOW, priority="P3", confidential=True, units=["water"]))
        last = one.call("incident.cancel", number="H-2", text="误报")["seq"]
        d.account("desk3", "desk")
        with d.local() as c:
            c.call("account.revoke", name="desk3")
        last += 2  # what the account began and ended with
        for name, says in (("desk1", "不能交给自己"), ("nobody", "没有可以接班的账号"), ("office1", "没有可以接班的账号"),
                           ("desk3", "没有可以接班的账号")):
            r = refused(one.call, "shift.handover", account=name)
            assert (r.word, r.field) == ("invalid-params", "account") and says in r.message
        r = one.call("shift.handover", account="desk2", text="H-1 等自来水公司回话", key="k")
        e = r["entry"]
        assert (e["kind"], e["state"], e["to"], e["by"], e["open"], e["as_of"]) == \
            ("handover", "asked", "desk2", "desk1", 2, last)
        assert [(x["incident"], x["state"], x["priority"], x.get("category"), x["lead"], x["open"]) for x in e["list"]] == \
            [("H-1", "open", "P2", "601301", "water", 1), ("H-3", "open", "P3", None, "water", 1)]  # what H-3 is is not said
        assert e["text"] == "H-1 等自来水公司回话" and r["request"] == "R1"
        assert one.call("shift.handover", account="desk2", text="H-1 等自来水公司回话", key="k") == r
        told = events(d, "shift.handed-over")[0]
        assert told["data"]["list_sha256"] == e["list_sha256"] and "回话" not in str(told["data"])
        assert two.call("shift.list")["handovers"][0]["entry"] == e["entry"]
    asked, = events(d, "request.asked")
    assert asked["data"]["request"] == "R1" and asked["data"]["kind"] == "handover"
    d.advance("16m")  # not signed within 15 minutes
    lapsed, = events(d, "request.lapsed")
    assert (lapsed["data"]["request"], lapsed["at"]) == ("R1", "2026-03-20T08:15:00+08:00")
    assert "逾期未签" in d.ctl("shift", "list").stdout and "待接班人签字" not in d.ctl("shift", "list").stdout
    token = d.account("office1", "office")
    assert d.http("POST", "/v1/handovers", token, {"account": "desk2"})[0] == 403
    status, _, body = d.http("POST", "/v1/handovers", d.tokens["desk1"], {"account": "desk2"})
    assert status == 200 and body["request"] == "R2"
    with d.desk(events=False) as one, d.console("desk2", "desk", events=False) as two:
        assert refused(one.call, "request.decide", request="R2", grant=True).word == "forbidden"
        two.call("request.decide", request="R2", grant=True)
        assert refused(two.call, "request.decide", request="R1", grant=False).field == "reason"
        two.call("request.decide", request="R1", grant=False, reason="清单漏了一件")
        assert [(x["entry"], x["state"]) for x in two.call("shift.list")["handovers"]] == [(2, "signed"), (1, "rejected")]
    assert [e["data"]["state"] for e in events(d, "shift.handed-over")] == ["asked", "unsigned", "asked", "signed", "rejected"]
    assert "desk2" in d.ctl("shift", "list").stdout
    page = d.ctl("shift", "log", "--from", NOW, "--to", "2026-03-20T20:00:00+08:00").stdout
    assert "值班日志" in page and "H-1" in page and "等自来水公司回话" in page and "13959001234" not in page
    verified(d)


# -- paper records ---------------------------------------------------------------------------------

def test_paper_records_are_entered_afterwards(d):
    """True times, and no instruction, notice or clock: the power had been cut."""
    d.set_clock("2026-03-20T20:00:00+08:00")
    with d.desk(events=False) as c, d.liaison("water", events=False) as unit:
        r = c.call("incident.report", **incident("PAPER", received_at="2026-03-20T09:00:00+08:00", priority="P1",
                                                 units=["water"], backfill=True))
        x, = r["dispatches"]
        assert x["issued_at"] == "2026-03-20T09:00:00+08:00"
        assert not [k for k in x if k.endswith("_due") and x[k]] and x["overdue"] == []
        assert "PAPER" not in str(unit.call("dispatch.list")["dispatches"]), "no instruction"
        for act, at in (("acknowledge", "09:03"), ("arrive", "09:40")):
            got = c.call(f"dispatch.{act}", dispatch="PAPER-01", at=f"2026-03-20T{at}:00+08:00", **ACTING)["dispatch"]
        assert got["acknowledged_at"] == "2026-03-20T09:03:00+08:00" and got["arrived_at"] == "2026-03-20T09:40:00+08:00"
        c.call("dispatch.complete", dispatch="PAPER-01", at="2026-03-20T11:00:00+08:00", result="修好了", **ACTING)
        done = c.call("incident.get", number="PAPER")
        assert done["state"] == "closed" and done["dispatches"][0]["overdue"] == []
    d.advance("3d")
    assert not [e for e in events(d, "reminder.sent", "escalation.raised", "dispatch.overdue", "dispatch.late")
                if e["incident"] == "PAPER"]
    verified(d)


def test_a_paper_record_that_is_open_waits_for_nothing(d):
    """Be it that its unit goes on, or was withdrawn: the independent check that goes round finds no fault."""
    with d.desk(events=False) as c, d.local() as local:
        c.call("incident.report", **incident("OPEN", received_at="2026-03-19T09:00:00+08:00", units=["water"],
                                             backfill=True))
        c.call("incident.report", **incident("PAPER", received_at="2026-03-19T09:00:00+08:00", units=["water"],
                                             backfill=True))
        c.call("dispatch.withdraw", dispatch="PAPER-01", reason="纸上写错了")
        looked = lambda: until(lambda: local.call("status.get").get("engine"), "figures")["checked_total"]
        before = looked()
        until(lambda: looked() > before + 3, "both looked at again")
    d.advance("2d")
    assert not events(d, "reminder.sent", "escalation.raised", "dispatch.overdue", "invariant.repaired")


# -- meetings --------------------------------------------------------------------------------------

def test_a_meeting_and_its_problems(d):
    office = d.account("office1", "office")
    with d.console("office1", "office", events=False) as c:
        m = c.call("meeting.record", meeting="2026-01", at="2026-03-18T15:00:00+08:00",
                   attendance=["water", "供电公司" if False else "power"], text="研究供水抢修", document="纪要1号")["entry"]
        assert (m["kind"], m["name"], m["attendance"], m["items"], m["text"]) == \
            ("meeting", "2026-01", "water,power", 0, "研究供水抢修")
        r = refused(c.call, "meeting.record", meeting="2026-01", at=NOW, attendance=["water"])
        assert r.word == "conflict" and "meeting.item" in r.message
        for change, field, says in (({"at": "2026-03-21T08:00:00+08:00"}, "at", "会后"),
                                    ({"attendance": ["nosuch"]}, "attendance", "nosuch")):
            r = refused(c.call, "meeting.record", **{"meeting": "2026-02", "at": NOW, "attendance": ["water"], **change})
            assert (r.word, r.field) == ("invalid-params", field) and says in r.message
        r = refused(c.call, "meeting.item", meeting="2026-09", text="x", unit="water", until="2026-04-01T00:00:00+08:00")
        assert r.word == "not-found" and "meeting.record" in r.message
        for given in ({}, {"text": "x"}, {"text": "x", "unit": "water"}):
            assert refused(c.call, "meeting.item", meeting="2026-01", **given).word == "invalid-params"
        one = c.call("meeting.item", meeting="2026-01", text="抢修电话常占线", unit="water",
                     until="2026-04-30T18:00:00+08:00")["entry"]
        assert (one["name"], one["item"], one["unit"], one["state"]) == ("2026-01#1", 1, "water", "open")
        two = c.call("meeting.item", meeting="2026-01", text="井盖权属不清", unit="power",
                     until="2026-04-15T18:00:00+08:00")["entry"]
        assert two["item"] == 2
        assert refused(c.call, "meeting.item", meeting="2026-01", item=3, done=True).word == "not-found"
        assert refused(c.call, "meeting.item", meeting="2026-01", item=1, text="x").field == "done"
        done = c.call("meeting.item", meeting="2026-01", item=1, done=True, text="已加装两路")["entry"]
        assert (done["state"], done["result"], done["text"]) == ("done", "已加装两路", "抢修电话常占线")
        assert done["until"] == one["until"], "its term stays: was it settled in time?"
        again = c.call("meeting.item", meeting="2026-01", item=1, done=True)["entry"]
        assert again["settled_at"] == done["settled_at"] == NOW
        assert refused(c.call, "meeting.item", meeting="2026-01", item=1,
                       until="2026-05-01T00:00:00+08:00").word == "wrong-state"
        listed = c.call("meeting.list")["meetings"]
        assert [x["name"] for x in listed] == ["2026-01#2", "2026-01#1", "2026-01"] and listed[2]["items"] == 2
        assert (listed[2]["state"], listed[2]["settled"]) == ("open", 1), "a problem is left"
    assert len(events(d, "meeting.settled")) == 1
    assert "占线" not in str([e["data"] for e in events(d, "meeting.recorded", "meeting.settled")])
    with d.liaison("water", events=False) as c:
        assert [x["name"] for x in c.call("meeting.list")["meetings"]] == ["2026-01#1", "2026-01"], "its own problems"
        assert refused(c.call, "meeting.item", meeting="2026-01", item=2, done=True).word == "forbidden"
    with d.console("office1", "office", events=False) as c:
        put_off = c.call("meeting.item", meeting="2026-01", item=2, until="2026-05-15T18:00:00+08:00", text="等权属查清")["entry"]
        assert put_off["result"] == "等权属查清"
    status, _, body = d.http("POST", "/v1/meetings/2026-01/items", office, {"item": 2, "done": True, "text": "归电力公司"})
    assert status == 200 and body["entry"]["state"] == "done"
    assert body["entry"]["result"] == "等权属查清\n归电力公司", "why it was put off stays"
    listed = d.ctl("meeting", "list").stdout
    assert listed.count("已销号") == 3 and "未销号" not in listed, "with its last problem the meeting is settled"
    with d.console("office1", "office", events=False) as c:
        c.call("meeting.record", meeting="2026-03", at="2026-03-18T15:00:00+08:00", attendance=["water"])
        assert "销号" not in next(x for x in d.ctl("meeting", "list").stdout.splitlines() if "2026-03 " in x), "it has no problem"
        # 四月三十日 is the day itself
        d.ctl("meeting", "item", "2026-03", "--unit", "water", "--until", "2026-04-30", "--text", "再查一遍")
        row = next(x for x in d.ctl("meeting", "list").stdout.splitlines() if "2026-03#1" in x)
        assert "4月30日 24:00" in row and "5月1日" not in row and "未销号" in row
        assert c.call("meeting.list")["meetings"][0]["until"] == "2026-05-01T00:00:00+08:00"
        assert next(x for x in c.call("meeting.list")["meetings"] if x["name"] == "2026-03")["state"] == "open"
    verified(d)


# -- ownership -------------------------------------------------------------------------------------

def test_the_book_tells_no_address_that_is_hidden(d):
    """Who finds a thing by an incident's number learns no address that the incident does not show him, and a confidential
    matter has no place in a book of all units, by whichever command."""
    open_one = incident("OA-1", received_at=NOW, units=["water"], address="解放路66号")
    secret = incident("OA-2", received_at=NOW, category="500101", address="解放路77号", description="家暴", confidential=True)
    with d.desk(events=False) as c:
        c.call("incident.report", **open_one)
        told = {x["role"]: x["unit"] for x in c.call("incident.report", **secret)["dispatches"]}
        kept = refused(c.call, "ownership.record", owner={"unit": "power", "object": "电表箱"}, number="OA-2")
        assert (kept.word, kept.field) == ("wrong-state", "number")
        lead = c.call("incident.get", number="OA-2")["dispatches"][0]["dispatch"]
        odd = c.call("dispatch.arrive", dispatch=lead, owner={"unit": "power", "object": "电表箱"}, **ACTING)
        assert [w["code"] for w in odd["warnings"]] == ["value-ignored"]
    with d.liaison(told["inform"], events=False) as c:
        assert refused(c.call, "ownership.record", owner={"unit": "power", "object": "电表箱"}, number="OA-2").word == "wrong-state"
    with d.console("books", "integration", commands=["ownership.record", "ownership.list"], events=False) as c:
        assert refused(c.call, "ownership.record", owner={"unit": "power", "object": "电表箱"}, number="OA-2").word == "not-found"
        got = c.call("ownership.record", owner={"unit": "power", "object": "电表箱"}, number="OA-1")
        assert got["entry"]["incident"] == "OA-1" and "66" not in json.dumps(got, ensure_ascii=False)
        got = c.call("ownership.record", owner={"unit": "power", "object": "变压器"}, address="解放路88号")
        assert got["entry"]["address"] == "解放路88号", "what he said himself"
        listed = json.dumps(c.call("ownership.list"), ensure_ascii=False)
        assert "OA-2" not in listed and "77号" not in listed
    with d.liaison("water", events=False) as c:
        got = c.call("ownership.record", owner={"unit": "power", "object": "配电柜"}, number="OA-1")
        assert got["entry"]["address"] == "解放路66号", "its own dispatch is open"


def test_the_book_forgets_whose_matter_became_confidential(d):
    """An entry that was made before its incident became confidential names it to who may see it, and to no other, whichever
    way in; what it says of the thing stays."""
    what = {"unit": "power", "object": "电表箱"}
    with d.desk(events=False) as c:
        for n in ("OC-1", "OC-2", "OC-3"):
            c.call("incident.report", **incident(n, received_at=NOW, units=["water"], address=f"解放路{n[-1]}6号"))
            c.call("ownership.record", owner={**what, "mark": n[-1]}, number=n)
        c.call("ownership.record", owner={**what, "mark": "4"}, address="解放路46号")

    def seen(token):
        status, _, body = d.http("GET", "/v1/ownership", token)
        assert status == 200
        return [(e["mark"], e.get("incident"), e["object"], e["unit"]) for e in body["ownership"]]

    books = d.account("books", "integration", commands=["ownership.list"])
    power, desk, office = d.account("p1", "liaison", "power"), d.account("desk1", "desk"), d.account("office1", "office")
    rows = [("4", None), ("3", "OC-3"), ("2", "OC-2"), ("1", "OC-1")]
    assert all(seen(x) == [(*r, "电表箱", "power") for r in rows] for x in (books, power, desk, office))
    with d.desk(events=False) as c:
        c.call("incident.amend", number="OC-2", confidential=True)
    hidden = [(m, n if n != "OC-2" else None, "电表箱", "power") for m, n in rows]
    assert seen(books) == hidden and seen(power) == hidden
    assert seen(desk) == seen(office) == [(*r, "电表箱", "power") for r in rows]
    with d.console("p1", "liaison", "power", events=False) as c:
        assert "OC-2" not in json.dumps(c.call("ownership.list"))
    with d.desk(events=False) as c:  # it is the unit's own matter now
        c.call("dispatch.add", number="OC-2", unit="power", role="assist")
    assert seen(books) == hidden and seen(power) == seen(desk)


def test_whose_a_pole_is(d):
    """Found on the way, proposed where the place is named again, confirmed or disputed by its unit, and never
    routed by."""
    where = {"address": "解放路12号", "location": {"lon": 117.4200, "lat": 25.2900}}
    with d.desk(events=False) as c:
        first = c.call("incident.report", **incident("O-1", received_at=NOW, units=["water"], **where))
        assert "ownership" not in first
        c.call("dispatch.arrive", dispatch="O-1-01", owner={"unit": "power", "object": "电线杆", "mark": "D-77"}, **ACTING)
        c.call("dispatch.progress", dispatch="O-1-01", owner={"unit": "power", "object": "电线杆", "mark": "D-77"}, **ACTING)
        odd = c.call("dispatch.progress", dispatch="O-1-01", text="x", owner={"unit": "nosuch", "object": "井盖"}, **ACTING)
        assert [(w["code"], w["field"]) for w in odd["warnings"]] == [("value-ignored", "owner.unit")]
        told, = events(d, "ownership.recorded")
        assert told["unit"] == "power" and "解放路" not in str(told["data"])
        asked, = events(d, "request.asked")
        assert (asked["data"]["kind"], asked["data"]["decider"]) == ("ownership", "unit")
        # within 30 m, and by the address alone; not 100 m away
        near = c.call("incident.report", **incident("O-2", received_at=NOW, units=["water"], address="",
                                                    location={"lon": 117.4202, "lat": 25.2901}))
        p, = near["ownership"]
        assert (p["unit"], p["object"], p["mark"], p["state"]) == ("power", "电线杆", "D-77", "named")
        assert [x["unit"] for x in near["dispatches"]] == ["water"], "proposed, never routed by"
        by_address = c.call("incident.report", **incident("O-3", received_at=NOW, units=["water"], address="漳平市解放路12号"))
        assert by_address["ownership"][0]["entry"] == p["entry"]
        far = c.call("incident.report", **incident("O-4", received_at=NOW, units=["water"], address="",
                                                   location={"lon": 117.4210, "lat": 25.2900}))
        assert "ownership" not in far
        r = refused(c.call, "ownership.record", owner={"unit": "power", "object": "电线杆", "mark": "D-77"}, number="O-1")
        assert r.word == "conflict"
        assert refused(c.call, "ownership.record", owner={"unit": "power", "object": "井盖"}).field == "address"
        assert refused(c.call, "ownership.record", owner={"unit": "powr", "object": "井盖"}, number="O-1").field == "owner.unit"
        assert refused(c.call, "ownership.record", owner={"unit": "power", "object": "井盖"}, number="NO").word == "not-found"
    with d.liaison("power", events=False) as c:
        own = c.call("ownership.record", owner={"unit": "power", "object": "变压器"}, address="八一路100号")
        assert own["entry"]["state"] == "confirmed" and "request" not in own, "its own word needs no other"
        assert {x["object"] for x in c.call("ownership.list")["ownership"]} == {"变压器", "电线杆"}
        assert refused(c.call, "ownership.list", unit="water").word == "not-found"
        c.call("request.decide", request="R1", grant=True)
        assert {x["state"] for x in c.call("ownership.list")["ownership"]} == {"confirmed"}
    with d.liaison("water", events=False) as c:
        assert c.call("ownership.list")["ownership"] == []
        assert refused(c.call, "request.decide", request="R1", grant=True).word == "not-found"
        c.call("ownership.record", owner={"unit": "power", "object": "配电箱"}, address="八一路200号")
    with d.liaison("power", events=False) as c:
        c.call("request.decide", request="R2", grant=False, reason="是路灯所的")
    with d.desk(events=False) as c:
        r = c.call("incident.report", **incident("O-6", received_at=NOW, units=["water"], address="八一路200号"))
        assert "ownership" not in r, "what is disputed is not proposed"
    office = d.account("office1", "office")
    status, _, body = d.http("GET", "/v1/ownership", office)
    assert status == 200 and len(body["ownership"]) == 3 and "解放路" not in str(body), "addresses are personal"
    d.restart()
    with d.desk(events=False) as c:
        again = c.call("incident.report", **incident("O-5", received_at=NOW, units=["water"], **where))
        assert again["ownership"][0]["mark"] == "D-77", "the book is read at a start"
    verified(d)


# -- closed periods --------------------------------------------------------------------------------

def test_a_period_is_closed_once_and_reopened_by_another(d):
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("Q-1", received_at=NOW, units=["water"]))
    office, other = d.account("office1", "office"), d.account("office2", "office")
    with d.console("office1", "office", events=False) as c, d.console("office2", "office", events=False) as c2:
        for period, word, says in (("2026Q5", "invalid-params", "2026Q3"), ("2026-03", "wrong-state", "还没有结束")):
            r = refused(c.call, "period.close", period=period)
            assert (r.word, r.field) == (word, "period") and says in r.message
        d.set_clock("2026-04-10T09:00:00+08:00")
        r = c.call("period.close", within=60, period="2026-03")
        e = r["entry"]
        assert (e["kind"], e["name"], e["state"], e["edition"], e["by"]) == ("period", "2026-03", "closed", 1, "office1")
        assert re.fullmatch("[0-9a-f]{64}", e["sha256"]) and re.fullmatch("[0-9a-f]{64}", e["head"])
        closed, = events(d, "period.closed")
        assert closed["data"]["sha256"] == e["sha256"] and closed["data"]["edition"] == 1 and closed["by"] == "office1"
        again = refused(c.call, "period.close", within=60, period="2026-03")
        assert again.word == "wrong-state" and "period.reopen" in again.message
        assert refused(c.call, "period.reopen", period="2026-03", reason="补一件").word == "forbidden"
        assert refused(c2.call, "period.reopen", period="2026-02", reason="补一件").word == "wrong-state"
        opened = c2.call("period.reopen", period="2026-03", reason="补一件")["entry"]
        assert opened["state"] == "reopened" and "补一件" not in str(events(d, "period.reopened")[0]["data"])
        assert refused(c2.call, "period.reopen", period="2026-03", reason="再来").word == "wrong-state"
        second = c2.call("period.close", within=60, period="2026-03")["entry"]
        assert second["edition"] == 2
        assert [(x["name"], x["edition"], x["state"]) for x in c.call("period.list")["periods"]] == \
            [("2026-03", 2, "closed"), ("2026-03", 1, "reopened")]
    status, _, body = d.http("POST", "/v1/periods/2026-02/close", office, {})
    assert status == 200 and body["entry"]["edition"] == 1
    assert d.http("POST", "/v1/periods/2026-02/reopen", other, {"reason": "x"})[0] == 200
    assert d.http("POST", "/v1/periods/2026-02/close", d.account("desk1", "desk"), {})[0] == 403
    assert "2026-03" in d.ctl("period", "list").stdout
    verified(d)


def test_a_period_whose_sums_are_not_its_rows_is_not_closed(d):
    """A tally that was lost is an alarm, not a figure; put right, the period closes."""
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("Q-1", received_at=NOW, units=["water"]))
        c.call("dispatch.complete", dispatch="Q-1-01", result="好", **ACTING)
    d.set_clock("2026-04-10T09:00:00+08:00")
    d.stop()
    with contextlib.closing(sqlite3.connect(os.path.join(d.folder, "liandong.db"))) as db, db:
        kept = db.execute("SELECT * FROM tally").fetchall()
        assert kept and db.execute("DELETE FROM tally").rowcount == len(kept)
    d.start()
    with d.console("office1", "office", events=False) as c:
        r = refused(c.call, "period.close", within=60, period="2026-03")
        assert r.word == "wrong-state" and "report verify 2026-03" in r.message
        assert not events(d, "period.closed") and c.call("period.list")["periods"] == []
    d.stop()
    with contextlib.closing(sqlite3.connect(os.path.join(d.folder, "liandong.db"))) as db, db:
        db.executemany("INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?)", kept)
    d.start()
    with d.console("office1", "office", events=False) as c:
        assert c.call("period.close", within=60, period="2026-03")["entry"]["edition"] == 1


def test_a_closing_lives_through_the_engine(d):
    """The engine is killed while periods are closed: each is closed once, whichever answer came."""
    d.set_clock("2026-04-10T09:00:00+08:00")
    with d.console("office1", "office", events=False) as c:
        ids = []
        for month in ("2026-01", "2026-02", "2026-03"):
            ids.append(c.send("period.close", period=month))
            d.kill("engine")
        for i in ids:
            c.reply(i, 60)
        for month in ("2026-01", "2026-02", "2026-03"):
            with contextlib.suppress(Refused):
                c.call("period.close", within=60, period=month)
        assert sorted((x["name"], x["edition"]) for x in c.call("period.list")["periods"]) == \
            [("2026-01", 1), ("2026-02", 1), ("2026-03", 1)]
    assert len(events(d, "period.closed")) == 3
    verified(d)


# -- 机构改革 ----------------------------------------------------------------------------------------

def reformed(folder):
    """The shipped mechanism, in which two units are one from 21 March on."""
    target = os.path.join(folder, "mechanism")
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), target)
    path = os.path.join(target, "units.yaml")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for old in ("transport", "water"):
        assert f"  - id: {old}\n" in text
        text = text.replace(f"  - id: {old}\n", f"  - id: {old}\n    until: \"2026-03-21\"\n")
    phones = "".join(f"    {who}: {{phone: \"0597-00009{i:02}\", placeholder: true}}\n"
                     for i, who in enumerate(("duty", "liaison", "person_in_charge", "leader")))
    text += f"  - id: works\n    name: 市政工程局\n    tier: 1\n    succeeds: [transport, water]\n" \
            f"    since: \"2026-03-21\"\n{phones}"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return target


def test_the_heir_acts_for_the_units_that_are_gone(tmp_path):
    with Daemon(tmp_path, clock=NOW, mechanism=reformed(str(tmp_path))) as d:
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("OLD-1", received_at=NOW, units=["water", "power"]))
            c.call("incident.report", **incident("OLD-2", received_at=NOW, units=["transport"]))
        with d.liaison("works", events=False) as c:
            assert c.call("dispatch.list")["dispatches"] == [], "not before its day"
            assert refused(c.call, "dispatch.acknowledge", dispatch="OLD-1-01").word == "not-found"
        d.advance("1d")
        token = d.tokens["liaison-works"]
        with d.liaison("works", events=False) as c:
            assert c.session["unit"] == "works"
            assert [x["dispatch"] for x in c.call("dispatch.list")["dispatches"]] == ["OLD-1-01", "OLD-2-01"]
            got = c.call("dispatch.acknowledge", dispatch="OLD-1-01")["dispatch"]
            assert (got["unit"], got["state"]) == ("water", "acknowledged"), "facts keep their unit"
            assert refused(c.call, "dispatch.acknowledge", dispatch="OLD-1-02").word == "not-found"
            assert {e["dispatch"] for e in c.call("event.list", limit=500)["events"] if e.get("unit") == "water"} == {"OLD-1-01"}
            called = c.call("dispatch.get", dispatch="OLD-2-01")["call"]
            assert [x["phone"] for x in called] == ["0597-0000900"], "and its people are called"
            shown = c.call("incident.get", number="OLD-2")
            assert shown["reporter"]["phone"] == "13959001234", "in full, as long as it is open"
        seq = d.http("GET", "/v1/dispatches?open=1", token)[2]["seq"]
        with d.desk(events=False) as c:
            r = c.call("incident.report", **incident("NEW-1", received_at="2026-03-21T08:00:00+08:00", units=["water"]))
            assert [x["unit"] for x in r["dispatches"]] == ["works"], "what is meant for one that is gone goes to its heir"
        poll = d.http("GET", f"/v1/dispatches?after={seq}&wait=15", token)[2]
        assert [x["dispatch"] for x in poll["dispatches"]] == ["NEW-1-01"]
        verified(d)


# -- rules that disputes ask for -------------------------------------------------------------------

def test_returns_that_repeat_are_a_draft_of_a_rule(d):
    """Three granted from one unit to another in a category and quarter; two are not enough."""
    with d.desk(events=False) as c, d.liaison("water", events=False) as water, \
            d.console("office1", "office", events=False) as office:
        def give_back(number, category, to):
            c.call("incident.report", **incident(number, received_at=NOW, priority="P3", category=category, units=["water"]))
            water.call("dispatch.return", dispatch=f"{number}-01", reason="not-our-duty", unit=to)
            c.call("dispatch.decide-return", dispatch=f"{number}-01", grant=True, unit=to)
        for i in range(3):
            give_back(f"D-{i}", "601301", "power")
        for i in range(2):
            give_back(f"E-{i}", "601301", "urban-management")
        assert "draft-601301-power" in d.ctl("route", "drafts").stdout
        office.call("meeting.record", meeting="2026-01", at=NOW, attendance=["water", "power"])
        office.call("meeting.item", meeting="2026-01", text="配电房进水归谁", unit="power", until="2026-04-30T00:00:00+08:00")
        office.call("meeting.item", meeting="2026-01", item=1, done=True, text='电力公司负责, "含"抽水')
    text = d.ctl("route", "drafts", "--quarter", "2026Q1").stdout
    assert "D-0、D-1、D-2" in text.replace("D-2、D-1、D-0", "D-0、D-1、D-2") and "urban-management" not in text
    assert 'because: "联席会议 2026-01#1:电力公司负责, \\"含\\"抽水"' in text
    assert "没有需要改的" in d.ctl("route", "drafts", "--quarter", "2025Q4").stdout
    assert d.ctl("route", "drafts", "--quarter", "2026Q5", check=False).returncode == 1
    folder = os.path.join(d.folder, "tried")
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    path = os.path.join(folder, "routing.yaml")
    with open(path, encoding="utf-8") as f:
        rules = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(rules.replace("\nrules:\n", "\nrules:\n" + text, 1))
    os.remove(os.path.join(folder, "routing-tests.yaml"))
    d.mechanism = folder
    d.write_config({})
    assert d.ctl("check").returncode == 0, "it loads as it is"


def test_the_words_of_the_console(d):
    d.account("desk2", "desk")
    said = d.ctl("console", stdin="h desk2 水司等回话\n模式 typhoon 2026-03-21T08:00:00+08:00 漳汛3号\n解除 typhoon 风停\n"
                                  "h nosuch\nm typhoon\nquit\n", check=False)
    assert said.returncode == 1  # the last two are refused
    said = said.stdout
    assert "desk2:已记入台账 1,待对方签字" in said
    assert "宣布应急模式 typhoon:已记入台账 2" in said and "提前结束应急模式 typhoon:已记入台账 2" in said
    assert "没有可以接班的账号 nosuch" in said and "模式 到何时 文号" in said
    with d.local() as c:
        assert c.call("shift.list")["handovers"][0]["text"] == "水司等回话"


# -- wrong things that people type -----------------------------------------------------------------

def test_a_list_of_a_unit_or_an_area_that_is_not_there_is_refused(d):
    """An empty page would say that the unit has nothing."""
    office = d.account("office1", "office")
    with d.console("office1", "office", events=False) as c:
        for command in ("incident.list", "request.list", "finding.list", "statement.list", "measure.list", "ownership.list"):
            r = refused(c.call, command, unit="watre")
            assert (r.word, r.field) == ("invalid-params", "unit") and "watre" in r.message and "water" in r.message, command
            c.call(command, unit="water")
        for period in ("foo", "foobar"):
            assert "2026Q3" in refused(c.call, "period.close", period=period).message, "what to write instead"
        r = refused(c.call, "incident.list", area="350881999")
        assert (r.word, r.field) == ("invalid-params", "area") and "350881999" in r.message and "areas.yaml" in r.message
        assert c.call("incident.list", area=CITY)["incidents"] == []
    with d.local() as c:
        r = refused(c.call, "routing.get", revision="abc")
    assert r.field == "revision" and "应为 12 个" in r.message
    for path in ("incidents?unit=watre", "incidents?area=999", "findings?unit=watre", "requests?unit=watre"):
        status, _, body = d.http("GET", f"/v1/{path}", office)
        assert status == 422 and body["code"] == "invalid-params", path
    for what in ("incident", "request", "finding", "statement", "measure", "ownership"):
        said = d.ctl(what, "list", "--unit", "watre", check=False)
        assert said.returncode == 1 and "没有单位 watre" in said.stderr, what


def test_why_an_incident_cannot_be_the_main_one_of_a_matter(d):
    with d.desk(events=False) as c:
        for number, more in (("M-1", {}), ("M-2", {"drill": True}), ("M-3", {"backfill": True}), ("M-4", {})):
            c.call("incident.report", **incident(number, units=["water"], **more))
        c.call("incident.cancel", number="M-4")
        for main, says in (("M-1", "它就是本件"), ("M-2", "演练"), ("M-3", "补录"), ("M-4", "已作废")):
            r = refused(c.call, "incident.cancel", number="M-1", same_as=main)
            assert (r.word, r.field) == ("wrong-state", "same_as") and says in r.message and main in r.message


def test_the_shift_s_log_counts_drills_apart(d):
    with d.desk(events=False) as c:
        for number, more in (("REAL", {}), ("TRY-1", {"drill": True}), ("TRY-2", {"drill": True})):
            c.call("incident.report", **incident(number, NOW, priority="P1", units=["water"], **more))
    d.advance("10m")
    page = d.ctl("shift", "log", "--from", NOW, "--to", "2026-03-20T08:10:00+08:00").stdout
    figures = re.findall(r"<td[^>]*>([^<]*)</td>", page.split("<tr")[2])
    assert figures == ["1", "1", "0", "0", "0", "1", "0", "0", "0", "0"]
    assert "另有演练 2 件,不计在内" in page and "TRY" not in page
    notable = re.findall(r"<td[^>]*>([^<]*)</td>", page.split("重要和超时事项")[1])
    assert notable == ["REAL", "3月20日 08:00", "P1", "供水爆管、大面积漏水", "水发自来水公司", "待签收"]
    said = d.ctl("dispatch", "arrive", "REAL-01", check=False)
    assert "--person" in said.stderr, "as liandongctl has it"


# -- the register of call-backs --------------------------------------------------------------------

def test_the_register_of_call_backs(d):
    """Who is to be called and who was, also what was not well and is handled again; units by their names."""
    with d.desk(events=False) as c:
        for number, more in (("WELL", {}), ("ILL", {}), ("WAITS", {}), ("OPEN", {}), ("DRILL", {"drill": True}),
                             ("PAPER", {"backfill": True}), ("MUTE", {"reporter": {"name": "林"}})):
            c.call("incident.report", **incident(number, NOW, units=["water"], **more))
            if number != "OPEN":
                c.call("dispatch.complete", dispatch=f"{number}-01", result="修好了", **ACTING)
        c.call("incident.callback", number="WELL", result="satisfied")
        c.call("incident.callback", number="ILL", result="dissatisfied")
        assert c.call("incident.get", number="ILL")["state"] == "open"
    page = d.ctl("print", "callbacks", "2026-03").stdout
    rows = {r[0]: r[1:] for r in (re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in page.split("<tr")) if r}
    assert sorted(rows) == ["ILL", "WAITS", "WELL"]
    assert {r[0] for r in rows.values()} == {"水发自来水公司"}
    assert [rows[n][3] for n in ("WELL", "ILL", "WAITS")] == ["满意", "不满意", ""]
