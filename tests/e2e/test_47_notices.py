"""Notices that go out: from a committed event to the provider's socket, whatever happens on the way.

The providers are tests/e2e/vendors.py. The clock is manual: what waits for a minute waits for clock.advance.
"""
import json
import os
import re
import subprocess

import pytest

from harness import BUILD, TLS, Grid, authority, incident, until
from noticing import AT, STATES, advance, attempts, city, report, rows, soon, states
from vendors import SECRETS, Vendors


def test_an_instruction_reaches_the_unit_at_once(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        report(d, description="水管爆裂,王建国来电 13800001111", address="菁城街道解放路5号")
        ((_, _, text),) = until(lambda: v.told("webhook"), "the notice")
        assert "联动指令" in text and "签收" in text
        assert not any(p in text for p in ("王建国", "13800001111", "解放路", "水管爆裂"))
        until(lambda: states(d) == ["delivered"], "delivered")
        assert v.wrong == []
        assert os.getpriority(os.PRIO_PROCESS, d.pids("notifier")[0]) == 5, "where processors are scarce, reports go first"


def test_what_was_acknowledged_is_not_asked_for_again(tmp_path):
    """The provider is away; meanwhile the unit acknowledges."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.fault("webhook", "error")
        dispatch = report(d)
        until(lambda: len(v.of("webhook")) == 1, "the first try")
        with d.local() as c:
            c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某"})
        until(lambda: states(d) == ["acted"], "acted upon")
        advance(d, 60)
        assert len(v.of("webhook")) == 1 and v.told("webhook") == []


def test_a_refusal_takes_the_next_channel_and_the_last_one_tells_the_desk(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot, webhook]"}, names=("webhook", "wecom-bot")) as d:
        v.fault("wecom-bot", "lie")
        report(d, number="N-1", priority="P3")
        until(lambda: len(v.told("webhook")) == 1, "by the second channel")
        v.always["wecom-bot"] = "redirect"
        v.always["webhook"] = "redirect"
        report(d, number="N-2", priority="P3")
        until(lambda: states(d)[-1] == "dead", "dead")
        with d.desk() as c:
            event = until(lambda: [e for e in c.call("incident.get", number="N-2")["events"] if e["type"] == "notice.failed"],
                          "the desk is told")[0]
        assert event["data"]["ended"] == "dead" and event["dispatch"] == "N-2-01"


def test_a_unit_whose_channels_cannot_reach_it_is_to_be_phoned(tmp_path):
    """Its only channel wants an account at WeCom, and it has none: the desk is told at once."""
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-app]", "power": "[webhook]"}, names=("wecom-app", "webhook")) as d:
        report(d)
        until(lambda: states(d) == ["dead"], "the end")
        with d.desk() as c:
            (event,) = until(lambda: [e for e in c.call("incident.get", number="N-1")["events"] if e["type"] == "notice.failed"], "the desk is told")
        assert (event["data"]["ended"], event["data"]["outcome"]) == ("dead", "no-channel")


def test_a_notifier_that_was_away_tells_what_still_matters(tmp_path):
    """A day's instructions: those that are open and young go out, the others are named as let go."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        pid = d.pids("notifier")[0]
        os.kill(pid, 19)  # stopped, so that it is away while the others work
        old = report(d, number="OLD-1")
        advance(d, 3600)
        done, young = report(d, number="DONE-1"), report(d, number="YOUNG-1")
        with d.local() as c:
            c.call("dispatch.acknowledge", dispatch=done, on_behalf={"person": "李某"})
        os.kill(pid, 9)
        until(lambda: {r["incident"]: STATES[r["state"]] for r in rows(d) if r["class"] == 0} ==
              {"OLD-1": "stale", "DONE-1": "acted", "YOUNG-1": "delivered"}, "all is told or let go")
        assert [t for _, _, t in v.told("webhook") if "联动指令" in t and "OUNG-1" in t] and old and young
        assert not any("OLD-1" in t and "联动指令" in t for _, _, t in v.told("webhook"))


@pytest.mark.parametrize("moment", ["stall", "drop", "ok"])
def test_killed_at_any_moment_it_loses_none_and_doubles_none(tmp_path, moment):
    """A webhook's receiver knows doubles by their id: what was under way is sent again under the same one."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.fault("webhook", moment)
        report(d)
        until(lambda: v.of("webhook"), "it was begun")
        os.kill(d.pids("notifier")[0], 9)
        until(lambda: d.pids("notifier"), "another one")
        for _ in range(20):  # by its clock it tries again after a second, then five, then thirty
            if soon(lambda: states(d)[0] == "delivered"):
                break
            advance(d, 10)
        assert states(d)[0] == "delivered"
        first = [r for r in v.of("webhook") if r["id"] == rows(d)[0]["id"]]
        assert len(first) >= 1 and len([i for i, _, _ in v.told("webhook") if i == first[0]["id"]]) == 1


def test_a_robot_that_may_have_it_is_not_asked_again(tmp_path):
    """A WeCom robot does not know doubles: after a time-out of which nothing is known, the next channel is taken."""
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot, webhook]"}, names=("webhook", "wecom-bot")) as d:
        v.fault("wecom-bot", "drop")
        report(d, priority="P3")
        until(lambda: len(v.of("wecom-bot")) == 1, "the robot was asked")
        advance(d, 11)
        until(lambda: len(v.told("webhook")) == 1, "the next channel")
        advance(d, 120)
        assert len(v.of("wecom-bot")) == 1


def test_many_become_one_message_for_each_unit_and_none_is_late_in_silence(tmp_path):
    """A storm against a robot that takes 18 a minute: instructions go first, and wait together."""
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot]"}, names=("wecom-bot",)) as d:
        with d.desk() as c:
            for i in range(60):
                c.send("incident.report", **incident(f"S-{i:04}", units=["water"], received_at=AT))
            c.call("session.ping")
        for _ in range(6):
            advance(d, 30)

        def ended():
            all_of = [STATES[r["state"]] for r in rows(d) if r["class"] == 0]  # reminders come and go meanwhile
            return all_of if len(all_of) == 60 and "queued" not in all_of else None
        ended = until(ended, "all has ended", 60)
        assert set(ended) <= {"delivered", "acted"}
        assert len(v.of("wecom-bot")) <= 18 * 4, "never more than it bears"
        assert sum(t.count("S-") for _, _, t in v.told("wecom-bot")) >= 20
        assert any("件待办" in t for _, _, t in v.told("wecom-bot"))
        assert v.wrong == []


def test_a_daemon_serves_without_its_notifier(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        for _ in range(3):
            d.kill("notifier")
        os.rename(os.path.join(d.folder, "notices"), tmp_path / "gone")  # at once, though a new notifier is making files in it
        assert report(d, number="N-9")
        assert d.http("GET", "/readyz")[0] == 200


def metrics(d):
    """Those of notices, by name and labels."""
    text = d.http("GET", "/metrics")[2].decode()
    return {m[1]: float(m[2]) for m in re.finditer(r"^liandong_(noti\S+) (\S+)$", text, re.M)}


def test_metrics_say_what_went_by_which_channel_and_what_waits(tmp_path):
    """Each figure worked out by hand: one instruction by the second channel, one that nothing takes, one that waits."""
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot, webhook]", "power": "[wecom-bot]", "fire": "[webhook]"},
                              names=("webhook", "wecom-bot")) as d:
        assert metrics(d)["notices_made_total{class=\"instruction\"}"] == 0, "what did not happen yet is 0, and there"
        v.always["wecom-bot"] = "lie"  # 93000: the robot's key is wrong
        report(d, number="N-1", unit="water", priority="P3")
        until(lambda: len(v.told("webhook")) == 1, "by the second channel")
        report(d, number="N-2", unit="power", priority="P3")
        until(lambda: states(d)[-1] == "dead", "dead")
        v.always["webhook"] = "error"  # a retry follows after a second of the manual clock
        report(d, number="N-3", unit="fire", priority="P3")
        until(lambda: len(v.of("webhook")) == 2, "the first try")
        m = until(lambda: (m := metrics(d))['notices_ended_total{class="instruction",state="dead"}'] == 1 and
                  m.get('notice_messages_total{channel="webhook",class="instruction",verdict="retry"}') == 1 and
                  m["notifier_behind_events"] == 0 and m, "the counts")
        assert m["notifier_up"] == 1
        assert m['notices_made_total{class="instruction"}'] == 3
        assert m['notices_ended_total{class="instruction",state="delivered"}'] == 1
        assert m['notice_messages_total{channel="wecom-bot",class="instruction",verdict="broken"}'] == 1, "held for ten minutes since"
        assert m['notice_messages_total{channel="webhook",class="instruction",verdict="accepted"}'] == 1
        assert (m['notices_waiting{class="instruction"}'], m['notices_waiting{class="reminder"}']) == (1, 0)
        assert (m['notice_channel_broken{channel="wecom-bot"}'], m['notice_channel_held{channel="wecom-bot"}']) == (1, 1)
        assert (m['notice_channel_broken{channel="webhook"}'], m['notice_channel_held{channel="webhook"}']) == (0, 0)
        assert m['notice_seconds_count{class="instruction"}'] == m['notice_seconds_bucket{class="instruction",le="+Inf"}'] == 1
        assert not any(word in name for name in m for word in ("N-1", "N-2", "N-3", "water", "power"))
        os.kill(d.pids("notifier")[0], 19)
        assert metrics(d) == {"notifier_up": 0}, "one that hangs costs its own figures"
        os.kill(d.pids("notifier")[0], 18)
        until(lambda: metrics(d)["notifier_up"] == 1, "it answers again")


def test_a_queue_has_an_age(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.always["webhook"] = "error"
        report(d, priority="P3")
        until(lambda: len(v.of("webhook")) == 1, "the first try")
        advance(d, 240)
        until(lambda: metrics(d)['notices_oldest_seconds{class="instruction"}'] == 240, "four minutes")
        d.kill("notifier")
        until(lambda: metrics(d).get('notices_oldest_seconds{class="instruction"}') == 240, "and still so for another one")


def test_the_console_and_the_command_line_say_who_was_told(tmp_path):
    """One unit by the second channel, one by none. On a screen, on a pipe, and as the administrator's lists."""
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot, webhook]", "power": "[wecom-bot]"}, names=("webhook", "wecom-bot")) as d:
        v.always["wecom-bot"] = "lie"
        with d.desk() as c:
            c.call("incident.report", **incident("N-1", units=["water", "power"], received_at=AT, priority="P3"))
        until(lambda: sorted(states(d)) == ["dead", "delivered"], "both to end")
        token = tmp_path / "token"
        token.write_text(d.account("liming", "desk") + "\n")
        token.chmod(0o600)
        command = (os.path.abspath(os.path.join(BUILD, "liandongctl")), "console", "--connect", f"127.0.0.1:{d.console_port}",
                   "--token-file", str(token), *(["--ca", authority().ca] if TLS else []))
        water = r"指令 值班 已发到 10:00:00:企业微信群 失败\(errcode 93000\),接口 发到"
        power = r"指令 值班 没有发到 10:00:00:企业微信群 失败\(.+\)"
        with Grid(*command, home=tmp_path, columns=100, rows=30) as t:
            t.shows("供水")
            t.enter("s1", lambda lines: any(re.search(rf"^ +{power}", line) for line in lines))
            t.shows(lambda lines: re.search(rf"1\.1 主办 水发自来水公司 .+\n(?:.+\n)*? +{water}", "\n".join(lines)))
            t.enter("通知", "没有通知到的")
            t.shows(lambda lines: any(re.search(rf"10:00:00 1\.2 供电 +{power}", line) for line in lines))
            t.type("\x04")
        said = subprocess.run(command, input="N-1\n通知\n", capture_output=True, text=True, timeout=60, check=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}).stdout
        assert re.search(rf"^—— 通知 ——\nN-1-01 {water}\nN-1-02 {power}$", said, re.M) or \
            re.search(rf"^—— 通知 ——\nN-1-02 {power}\nN-1-01 {water}$", said, re.M), said
        assert re.search(rf"^—— 没有通知到的 ——\n请打电话:指令没有发到,也没有人签收\n  10:00:00 1\.2 供电  {power}$", said, re.M), said
        table = d.ctl("notices").stdout
        assert "企业" not in table and re.search(r"N-1-02 +power +值班 +没有发到 各个通道都不成 +wecom-bot 失败\(.+\)", table), table
        assert re.search(r"N-1-01 +water +值班 +已发到 .*wecom-bot 失败\(errcode 93000\),webhook 发到", table), table
        dead = d.ctl("notices", "--dead").stdout
        assert "N-1-02" in dead and "N-1-01" not in dead
        shown = d.ctl("incident", "show", "N-1").stdout
        assert "没有发到" in shown and "webhook 发到" in shown
        id = next(r["id"] for r in rows(d) if r["unit"] == "power")
        v.always.clear()
        advance(d, 601)  # the robot is tried again ten minutes after its key was refused
        assert d.ctl("notice", "retry", id).stdout.startswith("1 条再发\n"), "what it waits for follows: a reminder may try the robot first"
        until(lambda: states(d)[[r["id"] for r in rows(d)].index(id)] == "delivered", "the second sending")
        assert d.ctl("notice", "retry", id, check=False).returncode == 1
        assert d.ctl("notice", "retry", "0" * 16, check=False).returncode == 1
        assert d.ctl("notice", "retry", check=False).returncode == 2
        assert d.ctl("notice", "retry", "--all").stdout.endswith(" 条再发\n")


def test_another_limit_counts_from_the_reload_on(tmp_path):
    """One a minute was a slip of the hand. What went in this minute counts against the new limit, too."""
    with Vendors() as v, city(tmp_path, v, {u: "[wecom-bot]" for u in ("water", "power", "telecom")}, names=("wecom-bot",),
                              settings={"wecom-bot": ", per_minute: 1"}) as d:
        report(d, number="L-1")
        until(lambda: len(v.told("wecom-bot")) == 1, "the first")
        for number, unit in (("L-2", "power"), ("L-3", "telecom")):
            report(d, number=number, unit=unit)
        until(lambda: states(d) == ["delivered", "queued", "queued"], "the others wait")
        notices = tmp_path / "mechanism" / "notices.yaml"
        notices.write_text(notices.read_text().replace("per_minute: 1", "per_minute: 2"))
        d.ctl("reload")
        until(lambda: states(d) == ["delivered", "delivered", "queued"], "one more, and no third")
        advance(d, 60)
        until(lambda: states(d)[:3] == ["delivered"] * 3, "a minute later")


def test_what_was_refused_is_kept_for_who_mends_it(tmp_path):
    """The request, the status and what was answered, without the robot's key, the account and the mailbox; the desk sees the reason alone."""
    with Vendors() as v, city(tmp_path, v, {"water": "{duty: [wecom-bot, wecom-app, smtp], wecom: zhangsan, mail: li@water.test}"},
                              names=("wecom-bot", "wecom-app", "smtp")) as d:
        for kind in ("wecom-bot", "wecom-app", "smtp"):
            v.always[kind] = "lie"
        report(d, priority="P3")
        until(lambda: states(d) == ["dead"], "no channel takes it")
        (dead,) = json.loads(d.ctl("notices", "--dead", "--json").stdout)["notices"]
        bot, app, mail = dead["attempts"]
        assert bot["status"] == 200 and '"errcode": 93000' in bot["answer"]
        assert bot["request"].startswith("POST http://127.0.0.1:") and "联动指令" in bot["request"] and "N-1" in bot["request"]
        assert '"touser":"****"' in app["request"] and "To: <****>" in mail["request"]
        shown = json.dumps(dead, ensure_ascii=False) + json.dumps([dict(a) for way in attempts(d).values() for a in way], ensure_ascii=False)
        assert not [s for s in (*SECRETS, "zhangsan", "li@water.test", "13905970201") if s in shown]
        with d.desk() as c:
            (seen,) = c.call("notice.list", number="N-1")["notices"]
        assert not [a for a in seen["attempts"] if set(a) & {"request", "answer", "status"}] and seen["attempts"][0]["reason"] == "errcode 93000"


def test_the_event_says_by_which_channel_it_arrived(tmp_path):
    """At P1 two are tried at once: the robot, which comes second, takes nothing."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook, wecom-bot]"}, names=("webhook", "wecom-bot")) as d:
        v.always["wecom-bot"] = "error"
        report(d, priority="P1")
        with d.local() as c:
            told = until(lambda: [e for e in c.call("event.list", limit=500)["events"] if e["type"] == "notice.delivered"], "the event")
        assert [e["data"]["channel"] for e in told] == ["webhook"]
        assert [a["channel"] for a in attempts(d)[rows(d)[0]["id"]]] == ["webhook", "wecom-bot"]
