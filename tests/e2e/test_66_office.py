"""What the office and the shift leader order and record beside the incidents: emergency modes, handovers,
meetings, ownership, closed periods; on the console, HTTP and liandongctl, on a manual clock."""
import re

import pytest

from harness import Daemon, Refused, incident

NOW = "2026-03-20T08:00:00+08:00"  # a Friday, in office hours
CITY, OUTSIDE = "350881001", "350881102"  # 菁城街道; 永福镇
ACTING = {"on_behalf": {"person": "值班员", "phone": "13959005678"}}


@pytest.fixture
def d(tmp_path):
    with Daemon(tmp_path, clock=NOW) as daemon:
        yield daemon


def refused(call, *args, **params):
    with pytest.raises(Refused) as e:
        call(*args, **params)
    return e.value


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
    status, _, body = d.http("POST", "/v1/modes/typhoon/end", token, {"reason": "再来一次"})
    assert (status, body["code"]) == (409, "wrong-state") and "mode.list" in body["detail"]
    done = d.ctl("mode", "declare", "rainstorm", "--document", "2号", "--until", "2026-03-21T08:00:00+08:00")
    assert "台账 2 已记录" in done.stdout
    assert d.ctl("mode", "declare", "rainstorm", "--document", "2号", "--until", "2026-03-20T07:00:00+08:00",
                 check=False).returncode == 1
    d.ctl("mode", "end", "rainstorm", "--reason", "雨停")


def test_a_mode_again(d):
    """The same key is one deed; what holds already is declared again only to last longer."""
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
    assert anew["data"]["clock"] == "next-report" and anew["data"]["cause"] == "mode"
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
