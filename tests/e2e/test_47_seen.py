"""What people see of notices that do not get through: status, the list of what is to be phoned, the metrics. The clock is manual."""
import json
import os
import signal

import pytest

from harness import Refused, until
from noticing import ATTEMPTS, CLASSES, STATES, advance, attempts, city, report, rows, settled, states
from vendors import Vendors

CHANNELS = ("webhook", "backup", "wecom-bot", "sms")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """water has a webhook; power a robot whose key is wrong; sms has a file of receipts that others may read."""
    folder = tmp_path_factory.mktemp("seen")
    with Vendors() as v, city(folder, v, {"water": "[webhook]", "power": "[wecom-bot]", "fire": "[sms]", "housing": "[backup]"}, names=CHANNELS,
                              settings={"sms": ", receipts: true"}) as d:
        d.keys = folder / "keys"
        yield d, v


def status(d):
    return json.loads(d.ctl("status", "--json").stdout)


def channels(d):
    return {c["channel"]: c["state"] for c in status(d)["notices"]["channels"]}


def warned(d):
    """Of notices alone: (code, name) and the sentence."""
    return {(w["code"], w.get("name")): w["detail"] for w in status(d)["warnings"] if w["code"] not in ("calendar-missing", "unconfined")}


def opened(d):
    return [n["incident"] for n in json.loads(d.ctl("notices", "--open", "--json").stdout)["notices"]]


def test_what_is_well_is_not_warned_of(place):
    d, _ = place
    until(lambda: set(channels(d).values()) == {"sends"}, "all send")
    assert status(d)["notices"]["up"] is True and status(d)["notices"]["unreached"] == 0 and warned(d) == {}
    assert "通知进程在线" in d.ctl("status").stdout


def test_a_channel_that_cannot_send_is_named(place):
    d, v = place
    os.chmod(d.keys / "backup-url", 0o644)
    os.chmod(d.keys / "receipts", 0o644)
    until(lambda: (channels(d)["backup"], channels(d)["sms"]) == ("missing", "deaf"), "their files are no good")
    v.always["wecom-bot"] = "lie"  # 93000: the robot's key is wrong
    report(d, number="S-POWER", unit="power")
    until(lambda: channels(d)["wecom-bot"] == "broken", "it is shut")
    (robot,) = [c for c in status(d)["notices"]["channels"] if c["channel"] == "wecom-bot"]
    assert robot["why"] == "errcode 93000" and robot["until"] == "2026-03-05T10:10:00+08:00" and robot["kind"] == "wecom-bot"
    said = warned(d)
    assert said["channel-broken", "wecom-bot"].startswith("通道 wecom-bot 停用中:errcode 93000,3月5日 10:10以前不发。修好以后试发一条")
    assert "url_file backup-url" in said["channel-missing", "backup"] and "receipts_file receipts" in said["channel-deaf", "sms"]
    assert "channel-missing" not in {code for code, name in said if name == "sms"}, "it sends"
    assert "注意:通道 wecom-bot 停用中" in d.ctl("status").stdout
    metrics = d.http("GET", "/metrics")[2].decode()
    assert 'liandong_notice_channel_broken{channel="backup"} 1' in metrics and 'liandong_notice_channel_broken{channel="sms"} 0' in metrics
    os.chmod(d.keys / "backup-url", 0o600)
    os.chmod(d.keys / "receipts", 0o600)
    until(lambda: channels(d)["backup"] == "sends", "it is taken up again")
    v.always.pop("wecom-bot")
    assert d.ctl("notice", "test", "wecom-bot", "power").returncode == 0
    until(lambda: set(channels(d).values()) == {"sends"}, "one on trial opens it")


def test_what_nobody_knows_of_is_to_be_phoned(place):
    """Until the unit has acknowledged, by itself or on the phone."""
    d, v = place
    until(lambda: opened(d) == ["S-POWER"], "it did not get through")
    v.always["webhook"] = "redirect"
    dispatch = report(d, number="S-WATER", unit="water")
    until(lambda: opened(d) == ["S-WATER", "S-POWER"], "nor did this one")
    assert warned(d)["unreached", None].startswith("2 条指令没有通知到人,也没有人签收:请打电话")
    assert status(d)["notices"]["unreached"] == 2
    with d.desk() as c:
        assert [n["incident"] for n in c.call("notice.list", open=True)["notices"]] == ["S-WATER", "S-POWER"]
        assert [n["incident"] for n in c.call("notice.list", open=True, unit="power")["notices"]] == ["S-POWER"]
        assert d.http("GET", "/v1/notices?open=true", token=d.account("desk1", "desk"))[2]["notices"][0]["incident"] == "S-WATER"
        c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某", "phone": "0597-7530000"})
    until(lambda: opened(d) == ["S-POWER"], "it was phoned")
    assert "dead" in states(d), "the notice itself stays what it was"
    v.always.pop("webhook")
    assert d.ctl("notice", "test", "webhook", "water").returncode == 0  # it was shut


def test_a_notifier_that_hangs_costs_a_second(place):
    d, _ = place
    (pid,) = d.pids("notifier")
    os.kill(pid, signal.SIGSTOP)
    try:
        assert status(d)["notices"] == {"up": False}
        assert "通知进程没有答复" in warned(d)["notifier-away", None]
        assert d.http("GET", "/v1/status", token=d.account("desk1", "desk"))[2]["notices"] == {"up": False}
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: status(d)["notices"]["up"], "it answers again")


def event_of(d, number, kind):
    with d.desk() as c:
        return [e for e in c.call("incident.get", number=number)["events"] if e["type"] == kind]


def test_a_drop_has_an_author_and_a_reason_and_may_be_taken_back(place):
    d, v = place
    v.always["webhook"] = "error"
    dispatch = report(d, number="S-DROP", unit="water", priority="P3")
    (one,) = until(lambda: [r for r in rows(d) if r["incident"] == "S-DROP" and r["class"] == 0], "its notice")
    until(lambda: [a for a in attempts(d).get(one["id"], ()) if a["tries"] and a["state"] == ATTEMPTS.index("waiting")], "it was tried")
    refused = d.ctl("notice", "drop", one["id"], check=False)
    assert refused.returncode == 2 and "--why" in refused.stderr
    with d.console("admin1", "admin") as c:
        with pytest.raises(Refused) as refused:
            c.call("notice.drop", notice=one["id"])
        assert refused.value.field == "why"
        c.call("notice.drop", notice=one["id"], why="已经电话告知李某")
    (event,) = until(lambda: event_of(d, "S-DROP", "notice.failed"), "the desk hears of it")
    assert (event["by"], event["text"], event["data"]["ended"], event["data"]["outcome"]) == ("admin1", "已经电话告知李某", "cancelled", "dropped")
    assert "李某" not in json.dumps(event["data"], ensure_ascii=False), "what a person wrote is kept apart, and may be erased"
    assert "S-DROP" in opened(d)
    v.always.pop("webhook")
    with d.console("admin1", "admin") as c:
        c.call("notice.retry", notice=one["id"])
        advance(d, 61)  # the channel has failed before
        until(lambda: [r for r in rows(d) if r["id"] == one["id"]][0]["state"] == STATES.index("delivered"), "it is sent after all")
        (again,) = until(lambda: event_of(d, "S-DROP", "notice.retried"), "told")
        assert again["by"] == "admin1"
        with pytest.raises(Refused) as refused:
            c.call("notice.retry", notice=one["id"])
        assert refused.value.word == "wrong-state"
    with d.desk() as c:
        c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某"})


def test_what_waits_goes_at_once_when_a_person_says_so(place):
    d, v = place
    v.always["webhook"] = "error"
    report(d, number="S-HURRY", unit="water", priority="P3")
    (one,) = until(lambda: [r for r in rows(d) if r["incident"] == "S-HURRY" and r["class"] == 0], "its notice")
    until(lambda: [a for a in attempts(d).get(one["id"], ()) if a["tries"] == 1 and a["state"] == ATTEMPTS.index("waiting")], "it was tried")
    v.always.pop("webhook")
    assert d.ctl("notice", "retry", one["id"]).returncode == 0  # the clock stands still: its next try is in a second
    until(lambda: [r for r in rows(d) if r["id"] == one["id"]][0]["state"] == STATES.index("delivered"), "it went")


def test_a_reminder_that_did_not_arrive_is_no_alarm(place):
    """Nor is one that is too old sent again with all others."""
    d, v = place
    dispatch = report(d, number="S-REMIND", unit="water", priority="P3")
    until(lambda: [r for r in rows(d) if r["incident"] == "S-REMIND" and r["state"] == STATES.index("delivered")], "the instruction")
    v.always["webhook"] = "redirect"
    advance(d, 3 * 3600)
    reminders = until(lambda: [r for r in rows(d) if r["incident"] == "S-REMIND" and CLASSES[r["class"]] == "reminder" and
                               STATES[r["state"]] in ("dead", "stale")], "a reminder that did not arrive")
    assert event_of(d, "S-REMIND", "notice.failed") == []
    v.always.pop("webhook")
    assert d.ctl("notice", "test", "webhook", "water").returncode == 0
    advance(d, 1200)  # a reminder is good for ten minutes
    d.ctl("notice", "retry", "--all")
    settled(d)
    now = {r["id"]: STATES[r["state"]] for r in rows(d)}
    assert {now[r["id"]] for r in reminders} <= {"dead", "stale"}
    with d.desk() as c:
        c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某"})
