"""What people are shown of notices: whom nothing can tell, drills, what an heir sees, all that is sent again, why not. The clock is manual."""
import json
import os
import re

import pytest

from harness import Refused, incident, until
from noticing import AT, advance, change_outbox, city, report, rows, states
from vendors import Vendors

SILENT = "fire"  # a unit that notices.yaml does not name


def listed(d, *more):
    return json.loads(d.ctl("notices", "--open", "--json", *more).stdout)


def status(d):
    return json.loads(d.ctl("status", "--json").stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """water has a webhook, fire nothing."""
    with Vendors() as v, city(tmp_path_factory.mktemp("listed"), v, {"water": "[webhook]"}) as d:
        yield d, v


def test_a_unit_without_a_channel_is_to_be_phoned(place):
    """It is listed at once, because nothing wakes it; status counts it when its time to be fetched is over, and a drill never."""
    d, _ = place
    dispatch = report(d, "L-FIRE", unit=SILENT, priority="P2")
    drill = report(d, "L-DRILL", unit=SILENT, priority="P2", drill=True)
    report(d, "L-WATER", unit="water", priority="P2")
    until(lambda: states(d) == ["delivered"], "water to be told")
    got = listed(d)
    assert got["notices"] == [] and [(one["dispatch"], one["unit"], one.get("drill")) for one in got["without_channel"]] == \
        [(drill, SILENT, True), (dispatch, SILENT, None)], got
    assert "to_phone" not in got["without_channel"][1] and status(d)["notices"]["unreached"] == 0
    table = d.ctl("notices", "--open").stdout
    assert re.search(rf"指令 +{dispatch} +{SILENT} +值班 +没有通道", table) and re.search(rf"指令\(演练\) +{drill} +{SILENT} +值班 +没有通道", table), table
    assert [one["dispatch"] for one in listed(d, "--incident", "L-FIRE")["without_channel"]] == [dispatch]
    assert listed(d, "--unit", "water")["without_channel"] == []
    advance(d, 121)  # it was to be fetched within two minutes
    until(lambda: listed(d, "--unit", SILENT)["without_channel"][1].get("to_phone"), "待电话")
    assert re.search(rf"{dispatch} +{SILENT} +值班 +没有通道 待电话", d.ctl("notices", "--open").stdout)
    assert status(d)["notices"]["unreached"] == 1
    assert "1 条指令没有通知到人,也没有人签收:请打电话" in d.ctl("status").stdout
    assert re.search(rf"instruction \(drill\) +{drill} +{SILENT} +duty +no channel", d.ctl("--en", "notices", "--open").stdout)
    with d.liaison(SILENT) as c:
        assert [one["dispatch"] for one in c.call("notice.list", open=True)["without_channel"]] == [drill, dispatch], "its own"
        c.call("dispatch.get", dispatch=dispatch)
    with d.liaison("water") as c:
        assert c.call("notice.list", open=True)["without_channel"] == [], "not another's"
        with pytest.raises(Refused) as refused:
            c.call("notice.list", unit=SILENT)
        assert (refused.value.word, refused.value.field) == ("not-found", "unit")
    until(lambda: [one["dispatch"] for one in listed(d)["without_channel"]] == [drill], "it has fetched one")


def test_why_nothing_is_sent_or_stopped(place):
    """A person reads what has become of it, and not that something is wrong."""
    d, v = place
    v.always["webhook"] = "redirect"
    report(d, "L-DEAD", unit="water", priority="P3")
    (dead,) = until(lambda: [r["id"] for r in rows(d) if r["incident"] == "L-DEAD" and r["state"] == 7], "one to die")
    v.always.clear()
    (there,) = [r["id"] for r in rows(d) if r["incident"] == "L-WATER" and r["class"] == 0]
    with d.console("admin1", "admin") as c:
        for act, id, said in (("drop", dead, "没有发到,不会自己再发了"), ("drop", there, "已经发到,收不回来了"), ("retry", there, "已经发到,不用再发")):
            with pytest.raises(Refused) as refused:
                c.call(f"notice.{act}", notice=id, **({"why": "电话"} if act == "drop" else {}))
            assert refused.value.word == "wrong-state" and said in str(refused.value), (act, str(refused.value))
    with d.desk() as c:
        c.call("dispatch.acknowledge", dispatch="L-DEAD-01", on_behalf={"person": "李某"})
    refused = d.ctl("notice", "retry", dead, check=False)
    assert refused.returncode == 1 and "已经办了或者结束了,不用再发" in refused.stderr


def test_all_means_all(tmp_path):
    """However many: one command looks at 500."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        v.always["webhook"] = "redirect"
        report(d, priority="P3")
        until(lambda: states(d) == ["dead"] and rows(d)[0]["told"], "one that is dead")
        names = ", ".join(name for name in rows(d)[0] if name not in ("n", "id"))
        for i in range(1100):
            change_outbox(d, f"INSERT INTO notice (id, {names}) SELECT printf('%016x', ?), {names} FROM notice WHERE n = 1", i)
        v.always.clear()
        assert d.ctl("notice", "test", "webhook", "water").returncode == 0  # it was shut
        assert d.ctl("notice", "retry", "--all").stdout == "1101 条再发\n"
        until(lambda: set(states(d)) == {"delivered"}, "all to be sent")


def test_the_heir_sees_what_its_predecessors_were_told(tmp_path):
    """works succeeds water and power from 6 March on; before, it sees nothing of theirs."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]", "power": "[webhook]", "works": "[webhook]", "fire": "[webhook]"}, start=False) as d:
        units = os.path.join(tmp_path, "mechanism", "units.yaml")
        with open(units, encoding="utf-8") as f:
            text = f.read()
        for old in ("water", "power"):
            assert text.count(f"  - id: {old}\n") == 1
            text = text.replace(f"  - id: {old}\n", f"  - id: {old}\n    until: \"2026-03-06\"\n")
        phones = "".join(f"    {who}: {{phone: \"0597-00009{i:02}\", placeholder: true}}\n"
                         for i, who in enumerate(("duty", "liaison", "person_in_charge", "leader")))
        with open(units, "w", encoding="utf-8") as f:
            f.write(f"{text}  - id: works\n    name: 市政工程局\n    tier: 1\n    succeeds: [water, power]\n    since: \"2026-03-06\"\n{phones}")
        d.start()
        v.always["webhook"] = "redirect"
        with d.desk() as c:
            until(lambda: " follows seq=" in d.log(), "the notifier to follow")
            c.call("incident.report", **incident("H-1", units=["water", "power", "fire"], received_at=AT, priority="P3"))
        until(lambda: states(d).count("dead") >= 3, "all to end")
        with d.liaison("works") as c:
            assert c.call("notice.list")["notices"] == c.call("notice.list", open=True)["notices"] == [], "not before its day"
        advance(d, 24 * 3600)
        with d.liaison("works") as c:
            instructions = [one for one in c.call("notice.list", limit=200, number="H-1")["notices"] if one["class"] == "instruction"]
            assert {one["unit"] for one in instructions} == {"water", "power"}, "facts keep their unit"
            assert {one["unit"] for one in c.call("notice.list", open=True)["notices"]} == {"water", "power"}
            assert {one["unit"] for one in c.call("notice.list", unit="power")["notices"]} == {"power"}
            with pytest.raises(Refused):
                c.call("notice.list", unit="fire")
        with d.liaison("fire") as c:
            assert {one["unit"] for one in c.call("notice.list", limit=200)["notices"]} == {"fire"}
