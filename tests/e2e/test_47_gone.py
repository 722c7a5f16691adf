"""A webhook that answers 410 wants nothing more (Standard Webhooks): its channel stays shut until a person tries it with success or changes
where it sends to. The clock is manual."""
import json
import os

from harness import until
from noticing import STATES, advance, city, follows, report, rows, settled, write_secret
from vendors import WEBHOOK_KEY, Vendors


def state(d, number):
    return [STATES[r["state"]] for r in rows(d) if r["incident"] == number and r["class"] == 0]


def held(d):
    return json.loads(d.ctl("notices", "--json").stdout)["channels"]


def test_it_stays_shut_until_a_person_opens_it(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook, backup]"}, names=("webhook", "backup")) as d:
        v.always["webhook"] = "gone"
        report(d, number="G-1", priority="P3")
        until(lambda: state(d, "G-1") == ["delivered"], "by the next channel")
        assert len(v.of("webhook")) == 1 and "ALARM channel gone channel=webhook" in d.log()
        assert held(d) == [{"channel": "webhook", "kind": "webhook", "held_by": "gone"}]
        assert "410" in d.ctl("notices").stdout
        v.always["webhook"] = "ok"
        advance(d, 3600)  # what is only broken is tried again after ten minutes
        pid = d.pids("notifier")[0]
        os.kill(pid, 9)
        until(lambda: d.pids("notifier") not in ([], [pid]) and follows(d), "another notifier")
        d.ctl("reload")
        shown = d.ctl("status").stdout
        assert "通道 webhook 停用中:HTTP 410" in shown and "以前不发" not in shown
        with d.local() as c:
            now = c.call("clock.get")["time"]
        report(d, number="G-3", priority="P3", received_at=now)
        until(lambda: state(d, "G-3") == ["delivered"], "by the next channel at once")
        settled(d)
        assert len(v.of("webhook")) == 1, "neither the time, nor a restart, nor a reload opens it"
        v.always["webhook"] = "gone"
        assert json.loads(d.ctl("notice", "test", "webhook", "water", "--json", check=False).stdout)["code"] == "HTTP 410"
        assert held(d), "it is still shut"
        v.always["webhook"] = "ok"
        d.ctl("notice", "test", "webhook", "water")
        assert held(d) == []
        report(d, number="G-4", priority="P3", received_at=now)
        until(lambda: [t for _, _, t in v.told("webhook") if "G-4" in t], "by the first channel again")


def test_another_target_is_another_channel(tmp_path):
    """Another key in the same place changes nothing; another URL does, whose file is read again within a second."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook, backup]"}, names=("webhook", "backup")) as d:
        v.always["webhook"] = "gone"
        report(d, number="G-1", priority="P3")
        until(lambda: state(d, "G-1") == ["delivered"] and held(d), "shut")
        keys = str(tmp_path / "keys")
        write_secret(keys, "webhook-key", "# again\n" + WEBHOOK_KEY)
        until(lambda: "secrets read again" in d.log(), "the files were read")
        settled(d)
        assert held(d), "the target is the same"
        v.always.pop("webhook")
        write_secret(keys, "webhook-url", v.url("webhook", "localhost"))
        until(lambda: held(d) == [], "another target")
        assert "INFO channel opened again channel=webhook" in d.log()
