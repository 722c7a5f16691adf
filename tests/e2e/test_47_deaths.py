"""Who dies between what a person did and the engine's commit: a reply by short message is carried out once, a drop and a retry have the name
of the person who decided. A provider says a reply no more once it was answered 200. The clock is manual."""
import contextlib
import http.client
import os
import signal

import pytest

from harness import until
from noticing import STATES, UNLIMITED, ask_outbox, city, follows, report, rows
from vendors import Vendors

FULL = os.environ.get("LIANDONG_NOTICES") == "full"
WATER = "13905970201"


def told(d, number):
    """Its notice, when nothing more is to be done about it but to answer."""
    def done():
        mine = [r for r in rows(d) if r["incident"] == number and r["class"] == 0]
        return mine[0] if mine and STATES[mine[0]["state"]] == "delivered" and mine[0]["told"] else None
    return until(done, f"the notice of {number} to be delivered and told")


def say_until_heard(v, text):
    """As a provider does: again while the answer is not 200."""
    def heard():
        with contextlib.suppress(OSError, http.client.HTTPException):
            return v.reply("sms", WATER, text)[0] == 200
        return False
    until(heard, "a reply to be taken", limit=60)


def steps(d, dispatch, kind="dispatch.acknowledged"):
    with d.desk(events=False) as c:
        return [e for e in c.call("incident.get", number=dispatch.rsplit("-", 1)[0])["events"] if e["type"] == kind]


def acknowledged_once(d, dispatch, words=None):
    until(lambda: steps(d, dispatch), f"{dispatch} to be acknowledged", limit=60)
    until(lambda: ask_outbox(d, "SELECT n FROM heard") == [], "nothing to be left of the reply", limit=60)
    assert [e["by"] for e in steps(d, dispatch)] == ["sms"]
    assert [e["text"] for e in steps(d, dispatch, "dispatch.progressed")] == ([words] if words else [])
    with d.desk(events=False) as c:
        assert c.call("notice.replies")["replies"] == []


@pytest.fixture
def place(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",), receipts=("sms",), settings={"sms": UNLIMITED}) as d:
        yield v, d


@pytest.mark.parametrize("dies", ["engine", "notifier"])
def test_a_reply_that_was_answered_is_carried_out(place, dies):
    """The engine hangs when the reply comes: it is answered all the same, because it is on the disk."""
    v, d = place
    dispatch = report(d, number="R-1")
    code = told(d, "R-1")["code"]
    engine = d.pids("engine")[0]
    os.kill(engine, signal.SIGSTOP)
    say_until_heard(v, f"1 {code} 马上到")
    assert v.reply("sms", WATER, f"1 {code} 马上到")[0] == 200, "the provider brings it twice"
    os.kill(engine if dies == "engine" else d.pids("notifier")[0], signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(engine, signal.SIGCONT)
    acknowledged_once(d, dispatch, "马上到")


@pytest.mark.parametrize("role", ["notifier", "engine"])
def test_killed_at_each_step_of_a_reply(tmp_path, killer, role):
    """Before each write and sync of notices.db, or of the store: the acknowledgement is neither lost nor there twice."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",), receipts=("sms",), settings={"sms": UNLIMITED}, start=False,
                              sandbox="off") as d:
        begun = tmp_path / "kill"
        d.launch(by=("env", f"LD_PRELOAD={killer}", f"KILL_ONLY={role}", f"KILL_FROM={begun}"))
        until(lambda: follows(d), "the notifier to follow")
        killed = 0
        for step in range(1, 40 if FULL else 14, 1 if FULL else 2):
            dispatch = report(d, number=f"R-{step}")
            code = told(d, f"R-{step}")["code"]
            begun.write_text("." * step)
            say_until_heard(v, f"1 {code} 马上到")
            acknowledged_once(d, dispatch, "马上到")
            killed += not begun.exists()
            begun.unlink(missing_ok=True)
            until(lambda: follows(d) and d.http("GET", "/readyz")[0] == 200, "service", limit=60)
        print(f"killed {role} at {killed} steps of a reply")
        assert killed >= 3


def decisions(d, kind):
    return [(e["by"], e.get("text")) for e in steps(d, "D-1-01", kind) if not e["data"].get("outcome") == "still-trying"]


def test_a_drop_and_a_retry_have_the_name_of_who_decided(place):
    """The notifier dies when it has written the decision, and the engine has not heard of it."""
    v, d = place
    v.always["sms"] = "error"
    report(d, number="D-1", priority="P2")
    (one,) = until(lambda: [r for r in rows(d) if r["class"] == 0], "its notice")
    until(lambda: ask_outbox(d, "SELECT 1 FROM attempt WHERE tries > 0 AND state = 0"), "it was tried")
    for command, more, told_by in (("drop", {"why": "已经电话告知"}, "notice.failed"), ("retry", {}, "notice.retried")):
        engine = d.pids("engine")[0]
        with d.console("admin1", "admin") as c:
            os.kill(engine, signal.SIGSTOP)
            c.call(f"notice.{command}", notice=one["id"], **more)
        os.kill(d.pids("notifier")[0], signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(engine, signal.SIGCONT)
        (event,) = until(lambda kind=told_by: decisions(d, kind), "told", limit=60)
        assert event == ("admin1", more.get("why")), event
        until(lambda: ask_outbox(d, "SELECT decided_by FROM notice WHERE id = ?", one["id"])[0]["decided_by"] is None, "the engine knows", limit=60)
