"""What people see of notices that do not get through: status, the list of what is to be phoned, the metrics. The clock is manual."""
import json
import os
import signal

import pytest

from harness import until
from noticing import city, report, states, write_secret
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
    assert warned(d)["unreached", None].startswith("2 条指令的通知没有发到,也没有人签收:请打电话")
    assert status(d)["notices"]["unreached"] == 2
    with d.desk() as c:
        assert [n["incident"] for n in c.call("notice.list", open=True)["notices"]] == ["S-WATER", "S-POWER"]
        assert [n["incident"] for n in c.call("notice.list", open=True, unit="power")["notices"]] == ["S-POWER"]
        assert d.http("GET", "/v1/notices?open=true", token=d.account("desk1", "desk"))[2]["notices"][0]["incident"] == "S-WATER"
        c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某", "phone": "0597-7530000"})
    until(lambda: opened(d) == ["S-POWER"], "it was phoned")
    assert "dead" in states(d), "the notice itself stays what it was"
    v.always.pop("webhook")


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
