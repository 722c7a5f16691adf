"""Requests (申请) on every way in, under the manual clock: the broken pole from report to close, who may decide
what, what lapses and who hears of it, and what bad input gets. 10 July 2026 is a Friday; office hours are
08:00-12:00 and 15:00-18:00.
"""
import json

import pytest

from harness import Daemon, Refused, incident

BY = {"person": "小陈", "phone": "13800000000"}


@pytest.fixture
def d(tmp_path):
    with Daemon(tmp_path, clock="2026-07-10T15:30:00+08:00") as daemon:
        yield daemon


def report(desk, number, *units, **more):
    return desk.call("incident.report", **incident(number, received_at="2026-07-10T15:29:00+08:00", units=list(units), **more))


def unit_token(d, unit):
    return d.account(f"liaison-{unit}", "liaison", unit)


def post(d, token, path, expect=200, **body):
    status, _, answer = d.http("POST", path, token, body)
    assert status == expect, answer
    return answer


def refusal(call, *args, **params):
    with pytest.raises(Refused) as e:
        call(*args, **params)
    return e.value


def states(desk, number):
    return [(x["unit"], x["role"], x["state"]) for x in desk.call("incident.get", number=number)["dispatches"]]


def events(desk, number, *types):
    return [e for e in desk.call("incident.get", number=number)["events"] if e["type"] in types]


# -- the example ------------------------------------------------------------------------------------

def test_a_broken_pole(d):
    """A pole lies across a road. Telecom comes first, finds another's mark on it, guards the place until mobile is
    there, and nothing of it counts against telecom. Mobile mends it, the caller is satisfied."""
    telecom, mobile = unit_token(d, "telecom"), unit_token(d, "mobile")
    with d.desk(events=False) as desk:
        r = desk.call("incident.report", **incident("POLE", received_at="2026-07-10T15:29:00+08:00", category="600701",
                                                     description="通信杆倒在路上,拦住半幅路"))
        assert [x["unit"] for x in r["dispatches"] if x["role"] != "inform"] == ["telecom", "urban-management"]
        told = next(x["dispatch"] for x in r["dispatches"] if x["unit"] == "mobile")  # 知会
        new = f"POLE-{len(r['dispatches']) + 1:02}"
        own = d.http("GET", "/v1/dispatches?open=1", telecom)[2]["dispatches"]
        assert [x["dispatch"] for x in own] == ["POLE-01"]
        d.advance("1m")
        post(d, telecom, "/v1/dispatches/POLE-01/acknowledge")
        d.advance("9m")
        post(d, telecom, "/v1/dispatches/POLE-01/arrive")
        d.advance("2m")  # 15:42
        asked = post(d, telecom, "/v1/dispatches/POLE-01/return", reason="not-our-asset", unit="mobile",
                     text="杆上是移动的标牌", evidence=["IMG-20260710-1541"])
        assert asked["request"]["request"] == "POLE.r1" and asked["request"]["due"] == "2026-07-10T15:45:00+08:00"
        assert asked["dispatch"]["state"] == "returning"
        shown = json.loads(d.ctl("--json", "request", "list", "--state", "pending").stdout)["requests"]
        assert [(x["request"], x["reason_name"], x["suggested"], x["decider"]) for x in shown] == [
            ("POLE.r1", "不属本单位资产", "mobile", "desk")]
        d.advance("2m")  # 15:44
        granted = desk.call("dispatch.decide-return", dispatch="POLE-01", grant=True)
        assert granted["request"]["state"] == "granted"
        now = {x["dispatch"]: (x["unit"], x["role"], x["state"]) for x in desk.call("incident.get", number="POLE")["dispatches"]}
        assert now["POLE-01"] == ("telecom", "assist", "arrived") and now["POLE-02"] == ("urban-management", "assist", "issued")
        assert now[new] == ("mobile", "lead", "issued") and now[told] == ("mobile", "inform", "withdrawn")
        kept = d.http("GET", "/v1/dispatches/POLE-01", telecom)[2]
        assert kept["relieved_by"] == new and kept["void"] == "returned"
        with pytest.raises(Refused) as e:
            desk.call("incident.close", number="POLE")
        assert e.value.word == "wrong-state", "two units are at work"
        post(d, mobile, f"/v1/dispatches/{new}/acknowledge")
        d.advance("21m")  # 16:05
        post(d, mobile, f"/v1/dispatches/{new}/arrive")
        assert states(desk, "POLE")[0] == ("telecom", "assist", "withdrawn")
        relieved = events(desk, "POLE", "dispatch.relieved")
        assert [(e["dispatch"], e["at"]) for e in relieved] == [("POLE-01", "2026-07-10T16:05:00+08:00")]
        post(d, mobile, f"/v1/dispatches/{new}/progress", text="正在立杆")
        d.advance("1h55m")  # 18:00
        post(d, mobile, f"/v1/dispatches/{new}/complete", result="已立新杆")
        post(d, unit_token(d, "urban-management"), "/v1/dispatches/POLE-02/complete", result="道路已清")
        d.advance("40m")
        desk.call("incident.callback", number="POLE", result="satisfied")
        inc = desk.call("incident.get", number="POLE")
        assert inc["state"] == "closed"
        pole = inc["dispatches"][0]
        assert pole["void"] == "returned" and pole["late"] == []
        order = [e["type"] for e in events(desk, "POLE", "request.asked", "request.granted", "dispatch.issued",
                                           "dispatch.withdrawn", "dispatch.voided", "dispatch.relieved", "incident.completed")]
        assert order[order.index("request.asked"):] == [
            "request.asked", "request.granted", "dispatch.withdrawn", "dispatch.issued", "dispatch.voided",
            "dispatch.relieved", "incident.completed"]
    d.ctl("audit", "verify")


# -- who may decide, on every way in ------------------------------------------------------------------

@pytest.mark.parametrize("way", ("console", "http", "ctl"))
def test_the_ways_in_say_the_same(d, way):
    with d.desk(events=False) as desk:
        report(desk, "W-1", "water", "power")

        def ask():
            if way == "console":
                with d.liaison("water", events=False) as c:
                    return c.call("dispatch.return", dispatch="W-1-01", reason="not-our-duty", unit="housing")
            if way == "http":
                return post(d, unit_token(d, "water"), "/v1/dispatches/W-1-01/return", reason="not-our-duty", unit="housing")
            return json.loads(d.ctl("--json", "dispatch", "return", "W-1-01", "not-our-duty", "--unit", "housing",
                                    "--person", "小陈").stdout)

        def decide(request):
            if way == "console":
                return desk.call("request.decide", request=request, grant=True)
            if way == "http":
                return post(d, d.account("desk1", "desk"), f"/v1/requests/{request}/decide", grant=True)
            return json.loads(d.ctl("--json", "request", "decide", request, "true", "由住建局办").stdout)
        asked = ask()
        assert (asked["request"]["state"], asked["dispatch"]["state"]) == ("pending", "returning")
        done = decide(asked["request"]["request"])
        assert (done["request"]["state"], done["dispatch"]["state"]) == ("granted", "withdrawn")
        assert states(desk, "W-1") == [("water", "lead", "withdrawn"), ("power", "assist", "issued"),
                                       ("housing", "lead", "issued")]
    d.ctl("audit", "verify")


MAY = {"desk": {"desk", "shift-leader", "local"}, "office": {"office", "local"},
       "shift-leader": {"shift-leader", "office", "local"}}


@pytest.mark.parametrize("decider,unit,clock", [("desk", "water", None), ("office", "public-security", None),
                                                ("shift-leader", "public-security", "2026-07-11T09:00:00+08:00")])
def test_who_may_decide(d, decider, unit, clock):
    """Each role tries; only those of the table may, the others hear who does."""
    words = {"desk": "接警台", "office": "联动办", "shift-leader": "值班长"}
    if clock:
        d.set_clock(clock)
    with d.desk(events=False) as desk:
        for role in ("desk", "shift-leader", "office", "liaison", "local"):
            number = f"WHO-{role}"
            report(desk, number, unit)
            r = desk.call("dispatch.return", dispatch=f"{number}-01", reason="not-our-duty", on_behalf=BY)["request"]
            assert r["decider"] == decider
            c = d.local() if role == "local" else d.console(f"who-{role}", role, unit if role == "liaison" else None, events=False)
            with c:
                if role in MAY[decider]:
                    assert c.call("request.decide", request=r["request"], grant=False, reason="是贵单位的")["request"]["state"] == "rejected"
                    continue
                e = refusal(c.call, "request.decide", request=r["request"], grant=True, unit="water")
                assert e.word == "forbidden" and words[decider] in e.message and "请联系" in e.message
    for role in ("admin", "integration"):
        token = d.account(f"who-{role}", role, commands=["session.ping"] if role == "integration" else None)
        post(d, token, "/v1/requests/WHO-desk.r1/decide", 403, grant=True)


def test_another_units_request_is_not_there(d):
    with d.desk(events=False) as desk, d.liaison("power", events=False) as other, d.liaison("water", events=False) as own:
        report(desk, "NOT-1", "water", "power")
        own.call("dispatch.return", dispatch="NOT-1-01", reason="not-our-duty")
        for call in ("request.decide", "request.drop"):
            params = {"grant": True} if call == "request.decide" else {}
            told = refusal(other.call, call, request="NOT-1.r1", **params)
            absent = refusal(other.call, call, request="NOT-1.r9", **params)
            assert told.word == absent.word == "not-found" and told.message.replace("r1", "r9") == absent.message
        assert other.call("request.list")["requests"] == []
        assert "requests" not in other.call("incident.get", number="NOT-1") or \
            other.call("incident.get", number="NOT-1")["requests"] == []
        assert [r["request"] for r in own.call("request.list")["requests"]] == ["NOT-1.r1"]
        assert refusal(own.call, "request.list", unit="power").word == "not-found"
        kinds = {e["type"] for e in other.call("event.list", number="NOT-1")["events"]}
        assert not {k for k in kinds if k.startswith("request.")}
        assert any(e["type"] == "request.asked" for e in own.call("event.list", number="NOT-1")["events"])


# -- lapses -----------------------------------------------------------------------------------------

def test_silence_never_costs_the_asker(d):
    """P2: three minutes. The unit is told to carry on, shift leader and office hear of it, the wait is deducted; late
    at the due and those three minutes."""
    with d.desk(events=False) as desk, d.liaison("water", events=False) as water:
        report(desk, "LAPSE", "water")
        water.call("dispatch.acknowledge", dispatch="LAPSE-01")
        d.advance("20m")  # 15:50, due 16:00
        water.call("dispatch.return", dispatch="LAPSE-01", reason="not-our-duty")
        d.advance("3m")
        r = desk.call("incident.get", number="LAPSE")["requests"][0]
        assert (r["state"], r["lapsed_at"]) == ("lapsed", "2026-07-10T15:53:00+08:00")
        lapsed = events(desk, "LAPSE", "request.lapsed")[0]
        assert {x["role"] for x in lapsed["data"]["recipients"]} == {"duty", "shift-leader", "office"}
        assert lapsed["at"] == r["lapsed_at"] and lapsed["data"]["state"] == "acknowledged"
        d.advance("9m59s")  # 16:02:59
        one = water.call("dispatch.get", dispatch="LAPSE-01")
        assert (one["overdue"], one["late"]) == (["arrive"], [])
        d.advance("1s")
        one = water.call("dispatch.get", dispatch="LAPSE-01")
        assert (one["overdue"], one["late"]) == (["arrive"], ["arrive"])
        # decided after all: it works as a grant in time would have
        desk.call("request.decide", request="LAPSE.r1", grant=True, unit="housing")
        one = water.call("dispatch.get", dispatch="LAPSE-01")
        assert (one["state"], one["void"], one["late"]) == ("withdrawn", "returned", [])
        assert events(desk, "LAPSE", "request.granted")[0]["data"]["late"] is True
    d.ctl("audit", "verify")


def test_a_lapse_survives_the_engine(d):
    """Killed while a request waits, the engine lets it lapse at its instant, once."""
    with d.desk(events=False) as desk:
        report(desk, "KILL", "water")
        desk.call("dispatch.return", dispatch="KILL-01", reason="not-our-duty", on_behalf=BY, key="once")
    d.kill("engine")
    with d.desk(events=False) as desk:
        again = desk.call("dispatch.return", dispatch="KILL-01", reason="not-our-duty", on_behalf=BY, key="once", within=30)
        assert again["request"]["request"] == "KILL.r1", "the same key is the same answer"
        d.advance("1h")
        lapses = events(desk, "KILL", "request.lapsed")
        assert [e["at"] for e in lapses] == ["2026-07-10T15:33:00+08:00"]
    d.ctl("audit", "verify")


# -- extensions ---------------------------------------------------------------------------------------

def test_an_extension(d):
    with d.desk(events=False) as desk, d.liaison("water", events=False) as water, \
            d.console("office1", "office", events=False) as office:
        report(desk, "EXT", "water")
        d.advance("10m")
        asked = water.call("dispatch.extend", dispatch="EXT-01", until="2026-07-10T16:30:00+08:00", reason="修路绕行")
        assert (asked["request"]["clock"], asked["request"]["due"]) == ("arrive", "2026-07-10T15:50:00+08:00")
        got = desk.call("request.decide", request="EXT.r1", grant=True, until="2026-07-10T16:20:00+08:00")
        assert got["dispatch"]["arrive_due"] == "2026-07-10T16:20:00+08:00" and got["dispatch"]["extended"] == 1
        moved = events(desk, "EXT", "dispatch.rescheduled")[0]["data"]
        assert (moved["clock"], moved["from"], moved["due"]) == ("arrive", "2026-07-10T16:00:00+08:00", "2026-07-10T16:20:00+08:00")
        # beyond the cap, an hour from the first due: with evidence, by the office
        e = refusal(water.call, "dispatch.extend", dispatch="EXT-01", until="2026-07-10T19:00:00+08:00", reason="停水")
        assert e.word == "invalid-params" and "17:00" in e.message and "evidence" in e.message
        asked = water.call("dispatch.extend", dispatch="EXT-01", until="2026-07-10T19:00:00+08:00", reason="停水", evidence=["IMG-1"])
        assert asked["request"]["decider"] == "office"
        assert refusal(desk.call, "request.decide", request="EXT.r2", grant=True).word == "forbidden"
        assert office.call("request.decide", request="EXT.r2", grant=True)["request"]["state"] == "granted"
        e = refusal(water.call, "dispatch.extend", dispatch="EXT-01", until="2026-07-10T19:30:00+08:00", reason="还要")
        assert e.word == "wrong-state" and "最多 2 次" in e.message
        shown = {c["clock"]: c for c in water.call("dispatch.deadlines", dispatch="EXT-01", explain=True)["clocks"]}
        assert shown["arrive"]["due"] == "2026-07-10T19:00:00+08:00"
    d.ctl("audit", "verify")


# -- bad input ----------------------------------------------------------------------------------------

def test_what_bad_input_gets(d):
    """The code for programs, and for people a sentence that says what to do instead."""
    with d.desk(events=False) as desk, d.liaison("water", events=False) as water:
        report(desk, "BAD", "water", "power")
        ask = {"dispatch": "BAD-01", "reason": "not-our-duty"}
        cases = [
            (water, "dispatch.return", {**ask, "reason": "too-far"}, "invalid-params", "not-our-duty(职能不符)"),
            (water, "dispatch.return", {**ask, "unit": "nosuch"}, "invalid-params", "nosuch"),
            (water, "dispatch.return", {**ask, "unit": "water"}, "invalid-params", "应由谁办"),
            (water, "dispatch.extend", {"dispatch": "BAD-01", "until": "2026-07-10T15:40:00+08:00", "reason": "x"},
             "invalid-params", "应晚于现在的时限"),
            (desk, "dispatch.return", ask, "invalid-params", "on_behalf"),
            (desk, "request.decide", {"request": "BAD.r1", "grant": True}, "not-found", "没有申请"),
            (desk, "request.decide", {"request": "R77", "grant": True}, "not-found", "没有申请"),
            (desk, "dispatch.decide-return", {"dispatch": "BAD-01", "grant": True}, "wrong-state", "没有待决定"),
        ]
        for who, name, params, word, says in cases:
            e = refusal(who.call, name, **params)
            assert e.word == word and says in e.message, (name, params, e.message)
        water.call("dispatch.return", **ask)
        cases = [
            (water, "dispatch.return", ask, "wrong-state", "继续处置"),
            (water, "request.decide", {"request": "BAD.r1", "grant": True}, "forbidden", "接警台"),
            (desk, "request.decide", {"request": "BAD.r1", "grant": False}, "invalid-params", "理由"),
            (desk, "request.decide", {"request": "BAD.r1", "grant": True}, "invalid-params", "unit"),
            (desk, "request.decide", {"request": "BAD.r1", "grant": True, "unit": "water"}, "invalid-params", "另一个单位"),
            (desk, "request.drop", {"request": "BAD.r1"}, "forbidden", "只能由提出"),
        ]
        for who, name, params, word, says in cases:
            e = refusal(who.call, name, **params)
            assert e.word == word and says in e.message, (name, params, e.message)
        desk.call("request.decide", request="BAD.r1", grant=False, reason="就是贵单位的")
        e = refusal(desk.call, "request.decide", request="BAD.r1", grant=True, unit="housing")
        assert e.word == "wrong-state" and "desk1" in e.message and "增派或撤回" in e.message
        d.advance("31m")
        e = refusal(water.call, "dispatch.extend", dispatch="BAD-01", until="2026-07-10T16:30:00+08:00", reason="晚了")
        assert e.word == "wrong-state" and "已过" in e.message and "尽快处置" in e.message
        assert states(desk, "BAD")[0] == ("water", "lead", "acknowledged")


def test_an_end_drops_what_waits(d):
    with d.desk(events=False) as desk, d.liaison("water", events=False) as water:
        report(desk, "END", "water", "power")
        water.call("dispatch.return", dispatch="END-01", reason="not-our-duty")
        water.call("dispatch.complete", dispatch="END-01", result="顺手修好了")
        inc = desk.call("incident.get", number="END")
        assert [r["state"] for r in inc["requests"]] == ["dropped"] and inc["dispatches"][0]["state"] == "completed"
        e = refusal(desk.call, "request.decide", request="END.r1", grant=True)
        assert e.word == "wrong-state" and "已结束" in e.message
        desk.call("dispatch.return", dispatch="END-02", reason="not-our-duty", on_behalf=BY)
        desk.call("incident.cancel", number="END")
        assert [r["state"] for r in desk.call("incident.get", number="END")["requests"]] == ["dropped", "dropped"]
    d.ctl("audit", "verify")


def test_no_word_of_a_request_is_in_the_chain(d):
    """Its texts are digests there, and may be seen by who sees the words."""
    with d.desk(events=False) as desk:
        report(desk, "WORDS", "water")
        desk.call("dispatch.return", dispatch="WORDS-01", reason="not-our-duty", text="ZZPII-1",
                  on_behalf={"person": "ZZPII-2", "phone": "13712345678"})
        desk.call("request.decide", request="WORDS.r1", grant=False, reason="ZZPII-3")
        office = d.account("office1", "office")
        told = json.dumps(d.http("GET", "/v1/events?number=WORDS&limit=500", office)[2], ensure_ascii=False)
        assert "request.asked" in told and "ZZPII" not in told and "13712345678" not in told
        assert "ZZPII-1" in json.dumps(desk.call("incident.get", number="WORDS")["events"], ensure_ascii=False)


# -- 重复派单: the two become one matter ------------------------------------------------------------------

def test_granting_a_duplicate_joins_the_two(d):
    """Two callers about one pipe, and a unit that sees it: granted, the second incident follows the first, with the
    one that had followed it, and nothing of it counts against the unit."""
    water = unit_token(d, "water")
    with d.desk(events=False) as desk:
        report(desk, "PIPE", "water")
        report(desk, "AGAIN", "water", "urban-management")
        report(desk, "THIRD", same_as="AGAIN")
        asked = post(d, water, "/v1/dispatches/AGAIN-01/return", reason="duplicate", same_as="PIPE")
        assert asked["request"]["same_as"] == "PIPE"
        granted = desk.call("request.decide", request="AGAIN.r1", grant=True)
        assert (granted["request"]["state"], granted["dispatch"]["state"], granted["dispatch"]["void"]) == (
            "granted", "withdrawn", "returned")
        main = granted["main"]
        assert (main["number"], main["state"], main["callers"]) == ("PIPE", "open", 3)
        assert "3 人报告" in main["sentence"]
        again = desk.call("incident.get", number="AGAIN")
        assert (again["state"], again["same_as"], again["callers"]) == ("cancelled", "PIPE", 1)
        assert [(x["unit"], x["state"]) for x in again["dispatches"]][:2] == [
            ("water", "withdrawn"), ("urban-management", "withdrawn")]
        assert desk.call("incident.get", number="THIRD")["same_as"] == "PIPE"
        assert desk.call("incident.get", number="PIPE")["callers"] == 3
        assert states(desk, "PIPE")[0] == ("water", "lead", "issued")
        types = [e["type"] for e in again["events"]]
        assert types.index("request.granted") < types.index("incident.cancelled") and types[-1] == "incident.joined"
        assert events(desk, "AGAIN", "request.granted")[0]["data"]["same_as"] == "PIPE"
        # not the same after all
        desk.call("incident.reopen", number="AGAIN", reason="另一处也漏")
        back = desk.call("incident.get", number="AGAIN")
        assert back["state"] == "open" and "same_as" not in back
        assert desk.call("incident.get", number="PIPE")["callers"] == 2
    assert d.ctl("audit", "verify").returncode == 0
    d.restart()
    assert d.ctl("audit", "verify").returncode == 0


def test_what_a_duplicate_is_of_is_named_by_who_grants_it(d):
    water = unit_token(d, "water")
    with d.desk(events=False) as desk:
        for number in ("ONE", "TWO", "TEST"):
            report(desk, number, "water", drill=number == "TEST")
        report(desk, "OF-ONE", same_as="ONE")
        desk.call("incident.report", **incident("GONE", received_at="2026-07-10T15:29:00+08:00"))
        desk.call("incident.cancel", number="GONE")
        post(d, water, "/v1/dispatches/TWO-01/return", reason="duplicate")
        why = refusal(desk.call, "request.decide", request="TWO.r1", grant=True)
        assert (why.word, why.field) == ("invalid-params", "same_as") and "same_as" in why.message
        for named, word, said in (("NOSUCH", "not-found", "NOSUCH"), ("OF-ONE", "wrong-state", "请写 ONE"), ("TWO", "wrong-state", "TWO"),
                                  ("TEST", "wrong-state", "TEST"), ("GONE", "wrong-state", "已作废")):
            why = refusal(desk.call, "request.decide", request="TWO.r1", grant=True, same_as=named)
            assert (why.word, why.field) == (word, "same_as") and said in why.message, why.message
        why = refusal(desk.call, "request.decide", request="TWO.r1", grant=True, same_as="ONE", unit="power")
        assert (why.word, why.field) == ("invalid-params", "same_as")
        assert states(desk, "TWO")[0] == ("water", "lead", "returning"), "nothing has changed"
        status, _, body = d.http("POST", "/v1/requests/TWO.r1/decide", d.account("desk7", "desk"), {"grant": True, "same_as": "ONE"})
        assert status == 200 and body["main"]["callers"] == 3, body
        # decided is decided
        assert refusal(desk.call, "request.decide", request="TWO.r1", grant=True, same_as="ONE").word == "wrong-state"


def test_a_duplicate_by_liandongctl_and_by_dispatch(d):
    water = unit_token(d, "water")
    with d.desk(events=False) as desk:
        for number in ("ONE", "TWO", "SIX"):
            report(desk, number, "water")
        post(d, water, "/v1/dispatches/TWO-01/return", reason="duplicate")
        done = d.ctl("request", "decide", "TWO.r1", "--grant", "true", "--same-as", "ONE", "--json")
        assert json.loads(done.stdout)["main"]["number"] == "ONE"
        post(d, water, "/v1/dispatches/SIX-01/return", reason="duplicate", same_as="ONE")
        assert desk.call("dispatch.decide-return", dispatch="SIX-01", grant=True)["main"]["callers"] == 3
        # and sent again it is answered as it was
        assert desk.call("incident.get", number="SIX")["same_as"] == "ONE"


def test_a_named_matter_may_have_ended_meanwhile(d):
    """What the unit named is looked at when it is granted; the desk may name another, or another unit."""
    water = unit_token(d, "water")
    with d.desk(events=False) as desk:
        for number in ("ONE", "TWO", "NEW"):
            report(desk, number, "water")
        post(d, water, "/v1/dispatches/TWO-01/return", reason="duplicate", same_as="ONE")
        desk.call("incident.cancel", number="ONE")
        why = refusal(desk.call, "request.decide", request="TWO.r1", grant=True)
        assert (why.word, why.field) == ("wrong-state", "same_as")
        assert desk.call("request.decide", request="TWO.r1", grant=True, same_as="NEW")["main"]["number"] == "NEW"
        report(desk, "SIX", "water")
        post(d, water, "/v1/dispatches/SIX-01/return", reason="duplicate", same_as="NOSUCH")
        assert refusal(desk.call, "request.decide", request="SIX.r1", grant=True).word == "not-found"
        granted = desk.call("request.decide", request="SIX.r1", grant=True, unit="power")
        assert "main" not in granted and ("power", "lead", "issued") in states(desk, "SIX")


def test_a_duplicate_that_hides_what_is_overdue(d):
    """Of a P1 whose clock is overdue the shift leader decides that it was no matter of its own."""
    water = unit_token(d, "water")
    with d.desk(events=False) as desk, d.console("leader1", "shift-leader", events=False) as leader:
        report(desk, "ONE", "water")
        report(desk, "TWO", "water", priority="P1")
        d.advance("3m")
        post(d, water, "/v1/dispatches/TWO-01/return", reason="duplicate", same_as="ONE")
        why = refusal(desk.call, "request.decide", request="TWO.r1", grant=True)
        assert why.word == "forbidden" and "值班长" in why.message
        leader.call("request.decide", request="TWO.r1", grant=True)
        assert desk.call("incident.get", number="TWO")["same_as"] == "ONE"
        one = desk.call("incident.get", number="ONE")
        assert one["callers"] == 2 and one["priority"] == "P1", "a graver follower raises it"


def test_asked_and_granted_in_one_batch(d):
    with d.desk(events=False) as desk:
        for number in ("ONE", "TWO"):
            report(desk, number, "water")
        asked = desk.send("dispatch.return", dispatch="TWO-01", reason="duplicate", same_as="ONE", on_behalf=BY)
        granted = desk.send("request.decide", request="TWO.r1", grant=True)
        assert desk.result(asked)["request"]["same_as"] == "ONE"
        assert desk.result(granted)["main"]["number"] == "ONE"
