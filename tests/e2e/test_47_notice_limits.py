"""What a phone number takes, what notices wait for, and that a person can see it and need not wait.

The providers are tests/e2e/vendors.py; the clock is manual. Limits: 1 message a minute and 20 an hour to one number.
"""
import datetime
import json
import os

from harness import until
from noticing import AT, STATES, advance, attempts, city, report, rows, settled
from vendors import Vendors

STARTED = datetime.datetime.fromisoformat(AT)


def at(seconds):
    """So long after the clock began, as the daemon writes it."""
    return (STARTED + datetime.timedelta(seconds=seconds)).isoformat()


def ctl_json(d, *arguments, check=True):
    return json.loads(d.ctl(*arguments, "--json", check=check).stdout)


def told(v):
    return [text for _, _, text in v.told("sms")]


def test_a_number_takes_one_message_a_minute_and_what_waits_becomes_one(tmp_path):
    """The first goes, two wait; a P1 goes at once and takes them along; the fifth waits for a minute from then, over a restart as well."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",)) as d:
        report(d, number="N-000001", priority="P3")
        until(lambda: len(told(v)) == 1, "the first")
        advance(d, 20)
        report(d, number="N-000002", priority="P3")
        report(d, number="N-000003", priority="P3")
        until(lambda: len(rows(d)) == 3, "three notices")
        settled(d)
        assert len(told(v)) == 1, "the number has had its message of this minute"
        waiting = [n for n in ctl_json(d, "notices")["notices"] if n["state"] == "queued"]
        assert {(a["held_by"], a["held_until"]) for n in waiting for a in n["attempts"]} == {("number", at(60))}
        assert "sms 待发(这个号码的条数已满,到 10:01:00)" in d.ctl("notices").stdout
        report(d, number="N-000004", priority="P1")
        until(lambda: len(told(v)) == 2, "the P1 instruction, at once")
        assert "3 件待办" in told(v)[1] and told(v)[1].split("\n")[1].startswith("000004"), "with what waited, the urgent one first"
        assert "000002" in told(v)[1] and "000003" in told(v)[1]
        report(d, number="N-000005", priority="P3")
        until(lambda: len(rows(d)) == 5, "the fifth")
        os.kill(d.pids("notifier")[0], 9)
        until(lambda: d.log().count("notifier INFO follows") == 2, "another notifier")
        advance(d, 59)  # 79 s: the minute since the P1's message, which began at 20 s, is not over
        settled(d)
        assert len(told(v)) == 2, "what was sent before the restart counts"
        advance(d, 1)
        until(lambda: len(told(v)) == 3, "the fifth")
        assert "000005" in told(v)[2] and v.wrong == []


def test_what_a_number_had_in_the_hour_before_a_restart_counts(tmp_path):
    """Two an hour: after a restart, more than a minute later, the third would have to wait until it is too old."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",),
                              settings={"sms": ", per_number: {minute: 0, hour: 2}"}) as d:
        for i in (1, 2):
            report(d, number=f"N-00000{i}", priority="P3")
            until(lambda n=i: len(told(v)) == n, f"message {i}")
        advance(d, 90)
        settled(d)
        os.kill(d.pids("notifier")[0], 9)
        until(lambda: d.log().count("notifier INFO follows") == 2, "another notifier")
        report(d, number="N-000003", priority="P3", received_at=at(90))
        until(lambda: len(rows(d)) == 3, "the third")
        settled(d)
        third, = (n for n in ctl_json(d, "notices")["notices"] if n["incident"] == "N-000003")
        assert (third["state"], third["attempts"][0]["reason"]) == ("dead", "number-limit")
        assert len(told(v)) == 2 and v.wrong == []


def test_a_reminder_takes_no_instructions_place(tmp_path):
    """The number has just had a reminder: a P2 instruction goes at once, the one behind it waits for that one, over a restart as well."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",)) as d:
        report(d, number="N-000001", priority="P3")
        until(lambda: len(told(v)) == 1, "the first")
        advance(d, 150)
        until(lambda: len(told(v)) == 2 and "催办" in told(v)[1], "its reminder")
        report(d, number="N-000002", priority="P2", received_at=at(150))
        until(lambda: len(told(v)) == 3 and "000002" in told(v)[2], "the instruction, in the reminder's minute")
        report(d, number="N-000003", priority="P2", received_at=at(150))
        until(lambda: len(rows(d)) == 4, "the next one")
        os.kill(d.pids("notifier")[0], 9)
        until(lambda: d.log().count("notifier INFO follows") == 2, "another notifier")
        settled(d)
        waiting = [n for n in ctl_json(d, "notices")["notices"] if n["state"] == "queued"]
        assert {(a["held_by"], a["held_until"]) for n in waiting for a in n["attempts"]} == {("number", at(210))}
        advance(d, 60)
        until(lambda: len(told(v)) >= 4 and "000003" in told(v)[3], "a minute after the instruction before it")
        assert v.wrong == []


def test_what_would_be_too_old_takes_the_next_channel_or_tells_the_desk(tmp_path):
    """2 messages an hour to one number: the third instruction would be 30 minutes old before there is room."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]", "power": "[sms, webhook]"}, names=("sms", "webhook"),
                              settings={"sms": ", per_number: {minute: 0, hour: 2}"}) as d:
        for n, unit in enumerate(("water", "water", "power", "power"), 1):
            report(d, number=f"{unit}-{n}", unit=unit, priority="P3")
            until(lambda n=n: len(told(v)) == n, "two to each number, each by itself")
        report(d, number="water-9", unit="water", priority="P3")
        report(d, number="power-9", unit="power", priority="P3")
        until(lambda: [t for _, _, t in v.told("webhook") if "ower-9" in t], "by the next channel, at once")
        last = until(lambda: next((r for r in rows(d) if r["incident"] == "water-9" and STATES[r["state"]] == "dead"), None), "the end")
        assert [a["reason"] for a in attempts(d)[last["id"]]] == ["number-limit"]
        with d.desk() as c:
            (event,) = until(lambda: [e for e in c.call("incident.get", number="water-9")["events"] if e["type"] == "notice.failed"], "the desk is told")
        assert event["data"]["ended"] == "dead"
        assert len(told(v)) == 4


def test_a_message_that_was_not_taken_does_not_count(tmp_path):
    """The provider answers 500: the retries go after 1 and 5 s, and not a minute later."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",)) as d:
        v.fault("sms", "error")
        report(d, priority="P3")
        until(lambda: len(v.of("sms")) == 1, "the first try")
        advance(d, 2)
        until(lambda: len(told(v)) == 1, "the second, which is taken")


def test_a_person_need_not_wait_and_sees_what_is_waited_for(tmp_path):
    """A robot whose provider asked for silence: a retry says until when. One that waits for its next try goes at once."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]", "power": "[wecom-bot]"}, names=("webhook", "wecom-bot")) as d:
        v.fault("webhook", "error", "error", "error")
        report(d, priority="P3")
        until(lambda: len(v.of("webhook")) == 1, "the first try")
        advance(d, 2)
        until(lambda: len(v.of("webhook")) == 2, "the second")
        advance(d, 7)
        until(lambda: len(v.of("webhook")) == 3, "the third, after which it waits for half a minute")
        (one,) = until(lambda: [n for n in ctl_json(d, "notices")["notices"] if n["attempts"][0].get("held_by") == "retry"], "it waits")
        assert at(9 + 24) <= one["attempts"][0]["held_until"][:19] + "+08:00" <= at(9 + 37)
        assert d.ctl("notice", "retry", one["notice"]).stdout == "1 条再发\n"
        until(lambda: len(v.told("webhook")) == 1, "at once")
        assert d.ctl("notice", "retry", one["notice"], check=False).returncode == 1, "it is there"
        v.fault("wecom-bot", "throttle")  # 45009: nothing for a minute
        report(d, number="N-2", unit="power", priority="P3")
        until(lambda: len(v.of("wecom-bot")) == 1, "asked once")
        (held,) = until(lambda: ctl_json(d, "notices").get("channels"), "a channel that is held")
        assert held == {"channel": "wecom-bot", "kind": "wecom-bot", "held_by": "pause", "held_until": at(9 + 60)}
        two = next(n for n in ctl_json(d, "notices")["notices"] if n["incident"] == "N-2")
        answer = ctl_json(d, "notice", "retry", two["notice"])
        assert answer == {"notices": 1, "waits": [held]}
        assert "通道 wecom-bot:对方要求停一停,到 10:01:09" in d.ctl("notice", "retry", two["notice"]).stdout
        assert "通道 wecom-bot:对方要求停一停,到 10:01:09" in d.ctl("notices").stdout
        v.fault("wecom-bot", "throttle")
        trial = ctl_json(d, "notice", "test", "wecom-bot", "power", check=False)
        assert (trial["held_by"], trial["held_until"]) == ("pause", at(9 + 60))
        status, _, body = d.http("GET", "/v1/notices", token=d.account("zhang", "office"))
        assert status == 200 and body["channels"] == [held]
        settled(d)
        assert len(v.of("wecom-bot")) == 2, "the notice was not forced through, the test was sent"
        advance(d, 61)
        until(lambda: len(v.told("wecom-bot")) == 1, "when the silence is over")


def test_what_wecom_may_have_goes_again_with_the_same_bytes(tmp_path):
    """WeCom knows doubles by their bytes. The answer is lost at 10:00:00, when it is due at 10:05; the next try comes after that, over a restart."""
    with Vendors() as v, city(tmp_path, v, {"water": "{duty: [wecom-app], wecom: wang}"}, names=("wecom-app",)) as d:
        v.fault("wecom-app", "drop")
        report(d, priority="P3")
        until(lambda: any(a["reason"] for by in attempts(d).values() for a in by), "a lost answer")
        os.kill(d.pids("notifier")[0], 9)
        until(lambda: d.log().count("notifier INFO follows") == 2, "another notifier")
        advance(d, 310)
        until(lambda: STATES[rows(d)[0]["state"]] == "delivered", "the instruction")
        first, second = [r for r in v.of("wecom-app") if "联动指令" in r["body"]][:2]
        assert first["body"] == second["body"]
        texts = [text for _, _, text in v.told("wecom-app")]
        assert [t for t in texts if "联动指令" in t] == ["【联动指令】自来水公司 N-1 供水爆管、大面积漏水 菁城街道,10:05前签收(10:00:00发)"]
        advance(d, 7200)  # reminders, whose words are the same each hour
        settled(d)
        texts = [text for _, _, text in v.told("wecom-app")]
        assert len(set(texts)) == len(texts) > 2
