"""An instruction of which no notice arrives, to a unit that has fetched nothing: the desk is to phone, and the wait is not the unit's.

P2, tier 1, in the city: delivery 2 min, acknowledge 2 min, arrive 30 min. The clock is manual and begins at 10:00:00. What is
expected was worked out by hand; the oracle reads the events alone and must come to the same.
"""
import os
import re
import signal
import sys

import pytest

from harness import ROOT, until
from noticing import advance, city, report, rows, states
from vendors import Vendors

sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))
import instants  # noqa: E402
import quarter  # noqa: E402
import replay  # noqa: E402
import terms  # noqa: E402

TWO = """rosters:
  - unit: water
    people: {chen: {name: 陈水生, phone: "13905970941"}, li: {name: 李长河, phone: "13905970942"}}
    shifts: [{name: 昼夜, from: "08:00", to: "08:00", start: "2026-03-02", order: [[chen, li]]}]
"""
EACH_BY_ONE = """people:
  - {phone: "13905970941", channels: [webhook]}
  - {phone: "13905970942", channels: [sms]}
"""


def to_phone(d, dispatch):
    with d.desk() as c:
        return c.call("dispatch.get", dispatch=dispatch).get("to_phone")


def clock(d, dispatch, kind):
    with d.desk() as c:
        return {one["clock"]: one for one in c.call("dispatch.deadlines", dispatch=dispatch)["clocks"]}[kind]


def judged(d, tmp_path, dispatch, now):
    """What the oracle makes of the events."""
    folder = str(tmp_path / "mechanism")
    log = replay.Log({terms.revision_of(folder): terms.Revision(folder)})
    with d.desk() as c:
        log.take(c.call("event.list", after=0, limit=500)["events"])
    one, judge = log.dispatches[dispatch], quarter.Judge(log)
    return judge.outcomes(one, instants.instant(now))


def failed(d, number):
    with d.desk() as c:
        return [e for e in c.call("incident.get", number=number)["events"] if e["type"] == "notice.failed"]


def lost(d, number):
    return [e for e in failed(d, number) if e["data"].get("lost")]


def test_the_desk_phones_and_the_wait_is_the_systems(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.always["webhook"] = "redirect"
        dispatch = report(d, priority="P2")
        assert until(lambda: to_phone(d, dispatch), "待电话").startswith("2026-03-05T10:00:00")
        with d.desk() as c:
            assert c.call("board.get", number="N-1")["incidents"][0]["lead"]["to_phone"] == instants.instant("2026-03-05T10:00:00+08:00")
        assert f"待电话  {dispatch}" in d.ctl("incident", "show", "N-1").stdout
        advance(d, 20 * 60)
        assert len(lost(d, "N-1")) == 1
        with d.desk() as c:
            one = c.call("dispatch.get", dispatch=dispatch)
            assert one["late"] == ["delivery"] and one["system_late"] == ["acknowledge"] and "acknowledge" in one["overdue"]  # the delivery is the desk's
            c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某", "phone": "0597-7530000"})
        assert to_phone(d, dispatch) is None
        advance(d, 29 * 60)
        with d.desk() as c:
            c.call("dispatch.arrive", dispatch=dispatch, on_behalf={"person": "李某"})
            one = c.call("dispatch.get", dispatch=dispatch)
        assert "arrive" in one["overdue"] and set(one["late"]) <= {"delivery"}  # which the desk owes
        assert clock(d, dispatch, "acknowledge")["waited_seconds"] == clock(d, dispatch, "arrive")["waited_seconds"] == 20 * 60
        outcomes = judged(d, tmp_path, dispatch, "2026-03-05T10:49:00+08:00")
        assert (outcomes["acknowledge"], outcomes["arrive"]) == ("met", "met")
        assert d.ctl("audit", "verify").returncode == 0


def test_a_notice_that_arrives_later_ends_it(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.always["webhook"] = "redirect"
        dispatch = report(d, priority="P2")
        until(lambda: to_phone(d, dispatch), "待电话")
        advance(d, 11 * 60)  # a channel that is wrongly set up is tried again after ten minutes
        del v.always["webhook"]
        assert d.ctl("notice", "retry", "--all").returncode == 0
        until(lambda: states(d)[0] == "delivered", "delivered")
        with d.desk() as c:
            until(lambda: [e for e in c.call("incident.get", number="N-1")["events"]
                           if e["type"] == "notice.delivered" and e["data"].get("found")], "the engine knows")
        assert to_phone(d, dispatch).startswith("2026-03-05T10:02:00")  # it has not fetched it in time, all the same
        advance(d, 119)
        assert clock(d, dispatch, "acknowledge")["outcome"] == "running"
        advance(d, 2)  # 10:13:01: its two minutes are over
        assert clock(d, dispatch, "acknowledge")["outcome"] == "late"
        assert judged(d, tmp_path, dispatch, "2026-03-05T10:13:01+08:00")["acknowledge"] == "late"
        assert d.ctl("audit", "verify").returncode == 0


def test_what_was_fetched_is_not_lost(tmp_path):
    """The unit's own page has it: a provider that is broken deducts nothing."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.always["webhook"] = "stall"
        dispatch = report(d, priority="P2")
        with d.liaison("water") as c:
            c.call("dispatch.get", dispatch=dispatch)
        until(lambda: states(d), "the notice")
        v.always["webhook"] = "redirect"
        for _ in range(4):
            advance(d, 600)
        until(lambda: states(d)[0] not in ("queued", "accepted"), "it has ended")
        assert lost(d, "N-1") == [] and to_phone(d, dispatch) is None
        assert clock(d, dispatch, "acknowledge")["outcome"] == "late"
        assert d.ctl("audit", "verify").returncode == 0


def test_the_desk_hears_while_it_is_tried_on(tmp_path):
    """The only channel is away: no need to wait until the notice is too old, thirty minutes later."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.always["webhook"] = "error"
        dispatch = report(d, priority="P3")
        until(lambda: len(v.of("webhook")) == 1, "the first try")
        assert to_phone(d, dispatch) is None
        for n in (2, 3):
            advance(d, 7)
            until(lambda tries=n: len(v.of("webhook")) >= tries, "one more")
        until(lambda: to_phone(d, dispatch), "待电话")
        (event,) = lost(d, "N-1")
        assert event["data"]["ended"] == "queued" and states(d) == ["queued"]
        del v.always["webhook"]
        for _ in range(4):
            advance(d, 40)
        until(lambda: states(d)[0] == "delivered", "delivered")
        until(lambda: to_phone(d, dispatch) is None, "it has arrived")
        assert d.ctl("audit", "verify").returncode == 0


def test_a_list_of_those_still_tried_ends(tmp_path):
    """Page by page, each once."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]", "power": "[sms]"}, names=("webhook", "sms")) as d:
        v.always["webhook"] = v.always["sms"] = "error"
        dispatches = [report(d, "N-1", priority="P3"), report(d, "N-2", priority="P3", unit="power")]
        until(lambda: v.of("webhook") and v.of("sms"), "the first tries")
        for n in (2, 3):
            advance(d, 7)
            until(lambda tries=n: min(len(v.of("webhook")), len(v.of("sms"))) >= tries, "one more of each")
        until(lambda: all(to_phone(d, one) for one in dispatches), "待电话")
        assert states(d) == ["queued", "queued"]
        with d.desk() as c:
            first = c.call("notice.list", open=True, limit=1)
            second = c.call("notice.list", open=True, limit=1, cursor=first["next"])
        assert {one["notices"][0]["dispatch"] for one in (first, second)} == set(dispatches)
        assert "next" not in second


def test_of_two_on_duty_one_is_enough(tmp_path):
    """Each is told by a channel of their own. That one of them cannot be told deducts nothing; that none can be, does."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, names=("webhook", "sms"), more=EACH_BY_ONE, start=False) as d:
        (tmp_path / "mechanism" / "rosters.yaml").write_text(TWO, encoding="utf-8")
        d.start()
        v.always["sms"] = "error"  # it is tried again a second later, of the clock that stands
        dispatch = report(d, priority="P2")
        until(lambda: sorted(states(d)) == ["delivered", "queued"] and v.of("sms"), "the one to be told, the other to be tried")
        assert sorted(r["which"] for r in rows(d)) == [1, 2]
        v.always["sms"] = "redirect"
        advance(d, 2)
        until(lambda: sorted(states(d)) == ["dead", "delivered"] and all(r["told"] for r in rows(d)), "both to have ended")
        assert lost(d, "N-1") == [] and to_phone(d, dispatch) is None
        v.always["webhook"] = "redirect"
        other = report(d, "N-2", priority="P2")
        until(lambda: to_phone(d, other), "待电话")
        assert len(lost(d, "N-2")) == 1 and d.ctl("audit", "verify").returncode == 0


@pytest.mark.parametrize("dies", [["engine"], ["engine", "notifier"]])
def test_what_the_engine_did_not_hear_is_said_again(tmp_path, dies):
    """Every try has failed for 11 s, and the engine hangs when it is to be told; it dies, and the new one is told."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, timeouts={"hold": "1s"}) as d:
        v.always["webhook"] = "error"
        report(d, priority="P2")
        until(lambda: len(v.of("webhook")) == 1, "the first try")
        notifier, engine = d.pids("notifier")[0], d.pids("engine")[0]
        os.kill(notifier, signal.SIGSTOP)
        advance(d, 11)
        os.kill(engine, signal.SIGSTOP)
        os.kill(notifier, signal.SIGCONT)
        until(lambda: re.search("notifier WARN commands given up", d.log()), "the notifier to give up")
        for child in dies:
            os.kill(engine if child == "engine" else notifier, signal.SIGKILL)
        event = until(lambda: failed(d, "N-1"), "the desk is told")[0]
        assert (event["data"]["ended"], event["data"].get("lost")) == ("queued", True)
        assert states(d)[0] == "queued"
