"""The ways of an incident after its units have acted: call-back and reopening, on the console, by HTTP and by liandongctl,
each role, with the engine killed in between. Every instant is worked out by hand; afterwards the audit computes
every record from its events.
"""
import pytest

from harness import Daemon, incident, until, refused


def at(text):
    """'2026-03-06 17:28' or '… 17:28:30' as the daemon writes it."""
    day, clock = text.split()
    return f"{day}T{clock}{':00' if clock.count(':') == 1 else ''}+08:00"


@pytest.fixture
def world(tmp_path):
    """Starts a daemon whose clock stands at that instant; at the end what is stored must be what the events say."""
    started = []

    def start(text, **sections):
        d = Daemon(tmp_path, clock=at(text), **sections).start()
        started.append(d)
        d.desk_console = d.desk()
        d.seen = d.local()
        return d

    yield start
    for d in started:
        audit = d.ctl("audit", "verify", check=False)
        assert audit.returncode == 0, audit.stdout + audit.stderr
        assert d.stop() == 0, d.log()[-4000:]
        assert "invariant" not in d.log(), d.log()[-4000:]


def report(d, number, when, **members):
    """A burst pipe in the city: water leads, urban-management assists."""
    return d.desk_console.call("incident.report", **incident(number, at(when), **members))


def complete(d, dispatch, unit=None, role="lead"):
    unit = unit or d.desk_console.call("dispatch.get", dispatch=dispatch)["unit"]
    with d.liaison(unit, events=False) as c:
        return c.call("dispatch.complete", dispatch=dispatch, result="修好了")


def complete_all(d, number):
    for one in d.desk_console.call("incident.get", number=number)["dispatches"]:
        if one["role"] != "inform" and one["state"] not in ("completed", "withdrawn"):
            complete(d, one["dispatch"], one["unit"])


def events(d, number, *types):
    got = d.desk_console.call("event.list", number=number, after=0, limit=500)["events"]
    return [e for e in sorted(got, key=lambda e: e["seq"]) if e["type"] in types]


def get(d, number):
    return d.desk_console.call("incident.get", number=number)


# -- call-back -------------------------------------------------------------------------------------

def test_called_back_and_closed_by_itself(world):
    d = world("2026-03-02 10:00")
    report(d, "C1", "2026-03-02 10:00")
    complete_all(d, "C1")
    inc = get(d, "C1")
    assert (inc["state"], inc["callback_due"]) == ("completed", at("2026-03-03 10:00"))
    d.advance("2h")
    r = d.desk_console.call("incident.callback", number="C1", result="satisfied", text="很好", to="13959001234",
                            evidence=["REC-1"], key="cb-1")
    assert r["state"] == "closed"
    again = d.desk_console.call("incident.callback", number="C1", result="satisfied", text="很好", to="13959001234",
                                evidence=["REC-1"], key="cb-1")
    assert again == r
    inc = get(d, "C1")
    assert inc["callback"] == {"result": "satisfied", "at": at("2026-03-02 12:00"), "unreached_days": 0,
                               "left_to_office": False}
    assert "callback_due" not in inc
    recorded, = events(d, "C1", "callback.recorded")
    assert recorded["data"]["result"] == "satisfied"
    assert recorded["data"]["evidence"] == ["REC-1"]
    assert "13959001234" not in str(recorded["data"]) and "很好" not in str(recorded["data"])
    assert recorded["text"] == "很好"
    assert [e["type"] for e in events(d, "C1", "incident.completed", "incident.called-back", "incident.closed")] == [
        "incident.completed", "incident.called-back", "incident.closed"]


def test_the_desk_is_told_and_then_the_office(world):
    d = world("2026-03-02 21:30")
    report(d, "C2", "2026-03-02 21:30")
    complete_all(d, "C2")  # 21:30 is no hour to ring: the next is 09:00, and a day after the completion is past 21:00
    assert get(d, "C2")["callback_due"] == at("2026-03-04 09:00")
    d.advance("4d")
    told = [(e["at"], e["type"], e["data"]["rung"]) for e in events(d, "C2", "reminder.sent", "escalation.raised")
            if "callback" in e["data"]["clock"]]
    assert told == [(at("2026-03-04 09:00"), "reminder.sent", "callback-due"),
                    (at("2026-03-05 09:00"), "escalation.raised", "callback-office"),
                    (at("2026-03-06 09:00"), "reminder.sent", "repeat")]
    late = d.desk_console.call("incident.callback", number="C2", result="basically")
    assert late["state"] == "closed"
    assert events(d, "C2", "callback.recorded")[0]["data"]["late"] is True


def test_not_reached_on_three_days_and_the_engine_dies_between(world):
    d = world("2026-03-02 10:00")
    report(d, "C3", "2026-03-02 10:00")
    complete_all(d, "C3")
    for day, due in ((2, "2026-03-03 10:00"), (3, "2026-03-04 10:00")):
        d.set_clock(at(f"2026-03-0{day} 10:00"))
        r = d.desk_console.call("incident.callback", number="C3", result="unreached")
        assert (r["state"], r["callback_due"]) == ("completed", at(due))
        d.kill("engine")
        assert d.desk_console.call("incident.callback", number="C3", result="unreached")["callback_due"] == at(due)
        assert get(d, "C3")["callback"]["unreached_days"] == day - 1
    d.set_clock(at("2026-03-04 09:00"))
    assert d.desk_console.call("incident.callback", number="C3", result="unreached")["state"] == "closed"
    assert get(d, "C3")["callback"]["result"] == "unreached"
    assert refused(d.desk_console.call, "incident.callback", number="C3", result="unreached").word == "wrong-state"


def test_who_is_not_rung(world):
    d = world("2026-03-02 10:00")
    report(d, "N1", "2026-03-02 10:00", drill=True)
    report(d, "N2", "2026-03-02 10:00", reporter={"name": "张三"})
    report(d, "N3", "2026-03-02 10:00", confidential=True)
    for number in ("N1", "N2", "N3"):
        complete_all(d, number)
        assert get(d, number)["state"] == "closed", number
    for number, word in (("N1", "wrong-state"), ("N2", "invalid-params"), ("N3", "wrong-state")):
        assert refused(d.desk_console.call, "incident.callback", number=number, result="satisfied").word == word
    assert "危及" in refused(d.desk_console.call, "incident.callback", number="N3", result="satisfied").message
    d.advance("3d")
    assert not events(d, "N1", "reminder.sent", "escalation.raised")


def test_dissatisfied_is_handled_again_and_then_left_to_the_office(world):
    d = world("2026-03-02 10:00")
    r = report(d, "D1", "2026-03-02 10:00")
    lead = r["dispatches"][0]["dispatch"]
    complete_all(d, "D1")
    d.advance("3h")
    d.kill("engine")
    r = d.desk_console.call("incident.callback", number="D1", result="dissatisfied", text="还在漏")
    assert r["state"] == "open"
    d.kill("engine")
    one = d.desk_console.call("dispatch.get", dispatch=lead)
    assert (one["state"], one["redo"], one["report_due"]) == ("arrived", 1, at("2026-03-02 15:00"))  # 13:00 and 2 h of P2
    assert "completed_at" not in one and "result" not in one
    assert one["overdue"] == [] and one["late"] == []
    reopened, = events(d, "D1", "dispatch.reopened")
    assert reopened["data"]["why"] == "dissatisfied"
    complete_all(d, "D1")
    r = d.desk_console.call("incident.callback", number="D1", result="dissatisfied", text="又在漏")
    assert r["state"] == "called-back"
    told = events(d, "D1", "escalation.raised")[-1]
    assert (told["data"]["rung"], told["data"]["level"]) == ("callback-office", "office")
    why = refused(d.desk_console.call, "incident.reopen", number="D1", reason="又在漏")
    assert why.word == "forbidden" and "联动办" in why.message
    assert refused(d.desk_console.call, "incident.close", number="D1").word == "forbidden"
    for result in ("satisfied", "unreached"):  # the answer that the office weighs is not written over
        why = refused(d.desk_console.call, "incident.callback", number="D1", result=result)
        assert why.word == "wrong-state" and "联动办" in why.message
    assert get(d, "D1")["callback"]["result"] == "dissatisfied" and get(d, "D1")["callback"]["left_to_office"]
    office = d.account("office1", "office")
    status, _, body = d.http("POST", "/v1/incidents/D1/reopen", office, {"reason": "又在漏"})
    assert (status, body["state"]) == (200, "open"), body
    assert get(d, "D1")["redo"] == 2


# -- each way in and each role ---------------------------------------------------------------------

def test_all_ways_in(world):
    d = world("2026-03-02 10:00")
    for number in ("W1", "W2", "W3"):
        report(d, number, "2026-03-02 10:00")
        complete_all(d, number)
    desk = d.account("desk1", "desk")
    assert d.desk_console.call("incident.callback", number="W1", result="basically")["state"] == "closed"
    status, _, body = d.http("POST", "/v1/incidents/W2/callback", desk, {"result": "basically"})
    assert (status, body["state"]) == (200, "closed")
    d.ctl("incident", "callback", "W3", "basically", "说好多了")
    states = {n: get(d, n)["callback"] for n in ("W1", "W2", "W3")}
    assert states["W1"] == states["W2"] == states["W3"]
    # and reopened by each
    assert d.desk_console.call("incident.reopen", number="W1", reason="又漏了")["state"] == "open"
    assert d.http("POST", "/v1/incidents/W2/reopen", desk, {"reason": "又漏了"})[2]["state"] == "open"
    d.ctl("incident", "reopen", "W3", "又漏了")
    assert {get(d, n)["state"] for n in ("W1", "W2", "W3")} == {"open"}
    assert refused(d.desk_console.call, "incident.callback", number="W1", result="satisfied").word == "wrong-state"


def test_roles(world):
    d = world("2026-03-02 10:00")
    r = report(d, "R1", "2026-03-02 10:00")
    complete_all(d, "R1")
    water = r["dispatches"][0]["unit"]
    with d.liaison(water, events=False) as c:
        assert refused(c.call, "incident.callback", number="R1", result="satisfied").word == "forbidden"
        assert refused(c.call, "incident.reopen", number="R1", reason="x").word == "forbidden"
        mine = c.call("incident.get", number="R1")
        assert "callback_due" not in mine and "callback" not in mine
    with d.console("office1", "office", events=False) as c:
        assert refused(c.call, "incident.callback", number="R1", result="satisfied").word == "forbidden"
        assert refused(c.call, "incident.close", number="R1").word == "forbidden"
        assert c.call("incident.get", number="R1")["callback_due"] == at("2026-03-03 10:00")
    with d.console("leader1", "shift-leader", events=False) as c:
        assert c.call("incident.callback", number="R1", result="dissatisfied", text="不行")["state"] == "open"
    with d.liaison(water, events=False) as c:
        own = [e["type"] for e in c.call("event.list", after=0, limit=500)["events"]]
        assert "dispatch.reopened" in own and "callback.recorded" not in own


def test_cancelled_in_error_is_routed_anew(world):
    d = world("2026-03-02 10:00")
    report(d, "X1", "2026-03-02 10:00")
    d.desk_console.call("incident.cancel", number="X1", text="误报")
    d.set_clock(at("2026-03-02 11:00"))
    d.kill("engine")
    r = d.desk_console.call("incident.reopen", number="X1", reason="不是误报")
    assert r["state"] == "open"
    inc = get(d, "X1")
    half = len(inc["dispatches"]) // 2
    old, new = inc["dispatches"][:half], inc["dispatches"][half:]
    assert [x["unit"] for x in old] == [x["unit"] for x in new]
    assert {x["state"] for x in old} == {"withdrawn"}
    assert {x["issued_at"] for x in new} == {at("2026-03-02 11:00")}
    assert new[0]["acknowledge_due"] == at("2026-03-02 11:02")  # P2


# -- terms that change while they run --------------------------------------------------------------

def dues(d, dispatch):
    one = d.desk_console.call("dispatch.get", dispatch=dispatch)
    return {k: one.get(k) for k in ("delivery_due", "acknowledge_due", "arrive_due")}


def test_amended_while_running(world):
    d = world("2026-03-02 10:00")
    report(d, "T1", "2026-03-02 10:00", priority="P3")
    assert dues(d, "T1-01") == {"delivery_due": at("2026-03-02 10:05"), "acknowledge_due": at("2026-03-02 10:05"),
                                "arrive_due": at("2026-03-02 10:30")}
    d.set_clock(at("2026-03-02 10:01"))
    d.desk_console.call("incident.amend", number="T1", priority="P1")
    d.kill("engine")
    # P1 has 1 minute for the delivery and 2 for the acknowledgement, from now
    assert dues(d, "T1-01") == {"delivery_due": at("2026-03-02 10:02"), "acknowledge_due": at("2026-03-02 10:03"),
                                "arrive_due": at("2026-03-02 10:30")}
    moved = {(e["dispatch"], e["data"]["clock"]) for e in events(d, "T1", "dispatch.rescheduled")}
    assert {("T1-01", "delivery"), ("T1-01", "acknowledge")} <= moved
    d.http("POST", "/v1/incidents/T1/amend", d.account("desk1", "desk"), {"area": "350881100"})
    assert dues(d, "T1-01")["arrive_due"] is None  # outside the city: measured, not limited
    explained = d.desk_console.call("dispatch.deadlines", dispatch="T1-01", explain=True)["clocks"]
    assert "城区范围外" in next(x for x in explained if x["clock"] == "arrive")["sentence"]
    d.advance("2m")
    why = refused(d.desk_console.call, "incident.amend", number="T1", priority="P3")
    assert why.word == "forbidden" and "值班长" in why.message
    assert refused(d.desk_console.call, "dispatch.withdraw", dispatch="T1-01", reason="误派", void=True).word == "forbidden"
    assert refused(d.desk_console.call, "incident.cancel", number="T1").word == "forbidden"
    with d.console("leader1", "shift-leader", events=False) as c:
        c.call("incident.amend", number="T1", priority="P3")
        c.call("dispatch.withdraw", dispatch="T1-01", reason="误派", void=True)
    voided, = events(d, "T1", "dispatch.voided")
    assert (voided["dispatch"], voided["data"]["reason"]) == ("T1-01", "error")


# -- the same matter -------------------------------------------------------------------------------

def test_callers_of_one_matter(world):
    d = world("2026-03-02 20:00")
    report(d, "S1", "2026-03-02 20:00")
    water = next(x["dispatch"] for x in get(d, "S1")["dispatches"] if x["role"] == "lead")
    with d.liaison("water", events=False) as c:
        c.call("dispatch.arrive", dispatch=water)
        c.call("dispatch.progress", dispatch=water, text="在抢修", eta=at("2026-03-02 21:30"))
    d.set_clock(at("2026-03-02 20:10"))
    d.kill("engine")
    r = report(d, "S2", "2026-03-02 20:10", same_as="S1")
    assert r["dispatches"] == [] and r["duplicate"] is False
    main = r["main"]
    assert (main["number"], main["state"], main["callers"]) == ("S1", "open", 2)
    assert (main["last_report"], main["eta"]) == (at("2026-03-02 20:00"), at("2026-03-02 21:30"))
    assert "2 人报告" in main["sentence"] and "已到场" in main["sentence"] and "21:30" in main["sentence"]
    d.kill("engine")
    again = report(d, "S2", "2026-03-02 20:10", same_as="S1")
    assert again["duplicate"] is True and again["main"] == main, "counted once"
    follower = get(d, "S2")
    assert (follower["state"], follower["same_as"], follower["dispatches"]) == ("closed", "S1", [])
    assert get(d, "S1")["callers"] == 2
    status, _, body = d.http("POST", "/v1/incidents", d.account("desk1", "desk"),
                             incident("S3", at("2026-03-02 20:10"), same_as="S1"))
    assert (status, body["main"]["callers"]) == (201, 3)
    again = d.desk_console.call("incident.report", **incident("S4", at("2026-03-02 20:10"), same_as="S2"))
    mended, = [w for w in again["warnings"] if w["code"] == "value-mended"]
    assert again["main"]["number"] == "S1" and mended["field"] == "same_as" and "S2" in mended["detail"] and "S1" in mended["detail"]
    assert d.desk_console.call("incident.get", number="S4")["same_as"] == "S1"
    d.kill("engine")
    resent = report(d, "S4", "2026-03-02 20:10", same_as="S2")
    assert resent["duplicate"] and resent["main"] == again["main"], "counted once"


def test_nobody_is_lost_over_the_matter_that_is_named(world):
    """What names an incident for which no unit would go any more is routed by itself."""
    d = world("2026-03-02 20:00")
    report(d, "L1", "2026-03-02 20:00")
    d.desk_console.call("incident.cancel", number="L1")
    report(d, "L2", "2026-03-02 20:00", drill=True)
    for n, named in enumerate(("L1", "L2", "NOSUCH", "L3-3")):  # cancelled, a drill, not there, itself
        r = report(d, f"L3-{n}", "2026-03-02 20:00", same_as=named)
        assert r["dispatches"] and "main" not in r, named
        assert [w["field"] for w in r["warnings"] if w["code"] == "value-ignored"] == ["same_as"], r["warnings"]


def test_a_graver_caller_raises_the_matter(world):
    d = world("2026-03-02 20:00")
    report(d, "G1", "2026-03-02 20:00", priority="P3")
    d.set_clock(at("2026-03-02 20:01"))
    report(d, "G2", "2026-03-02 20:01", priority="P1", same_as="G1")
    inc = get(d, "G1")
    assert (inc["priority"], inc["police"], inc["callers"]) == ("P1", True, 2)
    assert inc["dispatches"][0]["acknowledge_due"] == at("2026-03-02 20:03")  # P1: 2 minutes from now
    told, = events(d, "G1", "escalation.raised")
    assert (told["data"]["why"], told["data"]["recipients"][0]["role"]) == ("graver-follower", "desk")
    report(d, "G3", "2026-03-02 20:01", priority="P4", same_as="G1")
    assert get(d, "G1")["priority"] == "P1"


def test_a_cancelled_main_frees_its_followers(world):
    d = world("2026-03-02 20:00")
    report(d, "F1", "2026-03-02 20:00")
    for n in (2, 3):
        report(d, f"F{n}", "2026-03-02 20:00", same_as="F1")
    d.set_clock(at("2026-03-02 20:01"))
    d.kill("engine")
    d.desk_console.call("incident.cancel", number="F1", text="误报")
    for n in (2, 3):
        inc = get(d, f"F{n}")
        assert inc["state"] == "open" and "same_as" not in inc
        assert inc["dispatches"][0]["acknowledge_due"] == at("2026-03-02 20:03")
    assert get(d, "F1")["callers"] == 1


@pytest.mark.parametrize("joins", [False, True], ids=["free", "along"])
def test_of_a_thousand_and_one_followers_the_last_needs_a_second_cancel(world, joins):
    """One act takes a thousand of them; its reply says that one is left, and the same act once more takes it."""
    d = world("2026-03-02 20:00")
    report(d, "MAIN", "2026-03-02 20:00")
    report(d, "OTHER", "2026-03-02 20:00")
    c = d.desk_console
    for first in range(0, 1001, 91):
        sent = [c.send("incident.report", **incident(f"F{n}", at("2026-03-02 20:00"), same_as="MAIN"))
                for n in range(first, first + 91)]
        assert all(c.result(one, 30)["seq"] for one in sent)
    assert get(d, "MAIN")["callers"] == 1002
    more = {"same_as": "OTHER"} if joins else {"text": "误报"}
    reply = c.call("incident.cancel", within=60, number="MAIN", **more)
    left, = [w for w in reply["warnings"] if w["code"] == "followers-left"]
    assert "还有 1 件" in left["detail"] and "再撤销一次" in left["detail"], left
    assert get(d, "MAIN")["callers"] == 2
    gone = [n for n in ("F0", "F999", "F1000") if get(d, n).get("same_as") != "MAIN"]
    assert gone == ["F0", "F999"]
    reply = c.call("incident.cancel", within=60, number="MAIN", **more)
    assert "followers-left" not in [w["code"] for w in reply["warnings"]]
    last = get(d, "F1000")
    assert (last["state"], last.get("same_as")) == (("closed", "OTHER") if joins else ("open", None))
    assert get(d, "MAIN")["callers"] == 1
    assert get(d, "OTHER")["callers"] == (1003 if joins else 1)
    d.ctl("audit", "verify")


def test_a_main_that_joins_another_takes_its_followers_along(world):
    d = world("2026-03-02 20:00")
    for n, more in (("M1", {}), ("M2", {}), ("M3", {"same_as": "M1"})):
        report(d, n, "2026-03-02 20:00", **more)
    assert refused(d.desk_console.call, "incident.cancel", number="M1", same_as="NOSUCH").word == "not-found"
    assert refused(d.desk_console.call, "incident.cancel", number="M2", same_as="M3").word == "wrong-state"
    d.desk_console.call("incident.cancel", number="M1", same_as="M2")
    assert (get(d, "M1")["state"], get(d, "M1")["same_as"], get(d, "M3")["same_as"]) == ("cancelled", "M2", "M2")
    assert get(d, "M2")["callers"] == 3
    # not the same after all
    d.desk_console.call("incident.reopen", number="M3", reason="是另一处")
    assert get(d, "M3")["state"] == "open" and "same_as" not in get(d, "M3")
    assert get(d, "M2")["callers"] == 2
    d.ctl("incident", "reopen", "M1", "是另一处")
    assert get(d, "M1")["state"] == "open" and get(d, "M2")["callers"] == 1


# -- a step recorded in error ----------------------------------------------------------------------

def test_a_step_is_taken_back_and_corrected(world):
    d = world("2026-03-02 10:00")
    report(d, "K1", "2026-03-02 10:00")
    d.set_clock(at("2026-03-02 10:01"))
    with d.liaison("water", events=False) as c:
        c.call("dispatch.arrive", dispatch="K1-01")
        d.set_clock(at("2026-03-02 10:01:20"))
        d.kill("engine")
        one = c.call("dispatch.correct", dispatch="K1-01", step="arrived")["dispatch"]
        assert one["state"] == "issued" and "arrived_at" not in one and "acknowledged_at" not in one
        c.call("dispatch.acknowledge", dispatch="K1-01")
        d.set_clock(at("2026-03-02 10:02:00"))
        assert refused(c.call, "dispatch.correct", dispatch="K1-01", step="acknowledged").word == "forbidden"
    desk, office = d.account("desk1", "desk"), d.account("office1", "office")
    path = "/v1/dispatches/K1-01/correct"
    assert d.http("POST", path, desk, {"step": "acknowledged"})[0] == 422
    status, _, body = d.http("POST", path, desk, {"step": "acknowledged", "at": at("2026-03-02 10:01:30"), "reason": "核实"})
    assert (status, body["dispatch"]["acknowledged_at"]) == (200, at("2026-03-02 10:01:30"))
    complete_all(d, "K1")
    d.desk_console.call("incident.callback", number="K1", result="satisfied")
    assert refused(d.desk_console.call, "dispatch.correct", dispatch="K1-01", step="acknowledged", at=at("2026-03-02 10:01"),
                   reason="核实").word == "forbidden"
    assert d.http("POST", path, office, {"step": "acknowledged", "at": at("2026-03-02 10:01"), "reason": "核实"})[0] == 200
    until(lambda: len(events(d, "K1", "dispatch.corrected")) == 3, "the last act over HTTP in the console's process")


def test_what_belongs_together(world):
    d = world("2026-03-02 10:00")
    report(d, "B1", "2026-03-02 10:00")
    report(d, "B2", "2026-03-02 10:00")
    d.ctl("incident", "link", "B1", "B2", "同一条路")
    for number, other in (("B1", "B2"), ("B2", "B1")):
        linked, = events(d, number, "incident.linked")
        assert linked["data"]["other"] == other
    assert refused(d.desk_console.call, "incident.link", number="B1", other="NOSUCH").word == "not-found"
    assert refused(d.desk_console.call, "incident.link", number="B1", other="B1").word == "invalid-params"
