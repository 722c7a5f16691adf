"""What a city's people met in the first hours: a reload while notices wait, a notice that a person drops, a channel that was repaired."""
import json

import pytest

from harness import until
from noticing import ATTEMPTS, STATES, advance, attempts, city, report, rows
from vendors import Vendors


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """What is freed is overwritten, so that nothing goes on with it by good luck."""
    folder = tmp_path_factory.mktemp("mended")
    with pytest.MonkeyPatch.context() as patch, Vendors() as v:
        patch.setenv("MALLOC_PERTURB_", "90")
        yield from played(folder, v)


def played(folder, v):
    with city(folder, v, {"water": "[webhook]", "power": "[backup]"}, names=("webhook", "backup")) as d:
        d.rules = folder / "mechanism" / "notices.yaml"
        yield d, v


def one(d, number):
    return until(lambda: [r for r in rows(d) if r["incident"] == number and r["class"] == 0], f"the notice of {number}")[0]


def way(d, number):
    notice = one(d, number)["id"]
    return [(a["channel"], ATTEMPTS[a["state"]], a["tries"]) for a in attempts(d).get(notice, ())]


def failed(d, number):
    with d.desk() as c:
        return [e for e in c.call("incident.get", number=number)["events"] if e["type"] == "notice.failed"]


def waiting(d, v, number, **more):
    """An instruction whose channel answers with errors, tried once."""
    v.always["webhook"] = "error"
    dispatch = report(d, number=number, **more)
    until(lambda: way(d, number) == [("webhook", "waiting", 1)], "it waits")
    return dispatch


def test_a_reload_takes_nothing_from_what_waits(place):
    d, v = place
    waiting(d, v, "RELOAD-1", priority="P1")
    rules = d.rules.read_text(encoding="utf-8")
    for i in range(9):  # a process keeps the last four; what is read then lies elsewhere each time
        d.rules.write_text(f'link: "https://liandong.example.cn/{"x" * 40 * i}"\n' + rules, encoding="utf-8")
        assert d.ctl("reload").returncode == 0
        until(lambda n=i: d.log().count("notifier INFO mechanism in force") > n + 1, "the notifier has it")
        advance(d, 2)
    assert [channel for channel, _, _ in way(d, "RELOAD-1")] == ["webhook"]
    shown = json.loads(d.ctl("notices", "--incident", "RELOAD-1", "--json").stdout)["notices"]
    assert {a["channel"] for n in shown for a in n["attempts"]} == {"webhook"}
    v.always.pop("webhook")
    advance(d, 60)
    advance(d, 60)
    advance(d, 400)
    until(lambda: STATES[one(d, "RELOAD-1")["state"]] == "delivered", "delivered")


def test_what_a_person_drops_the_desk_hears(place):
    d, v = place
    dispatch = waiting(d, v, "DROP-1", priority="P2")
    d.ctl("notice", "drop", one(d, "DROP-1")["id"], "--why", "已经电话告知")
    (event,) = until(lambda: failed(d, "DROP-1"), "the desk hears of it")
    assert event["data"]["ended"] == "cancelled" and event["data"]["lost"] and event["by"] not in ("notifier", "system")
    with d.desk() as c:
        assert c.call("dispatch.get", dispatch=dispatch)["to_phone"]
        (seen,) = (n for n in c.call("notice.list", dispatch=dispatch)["notices"] if n["class"] == "instruction")
        assert seen["outcome"] == "已经电话告知"
    with d.liaison("water") as c:
        (seen,) = (n for n in c.call("notice.list", dispatch=dispatch)["notices"] if n["class"] == "instruction")
        assert seen["outcome"] == "dropped", "what a person wrote may name people"
    v.always.pop("webhook")
    d.ctl("notice", "retry", one(d, "DROP-1")["id"])
    for _ in range(3):
        advance(d, 61)  # the breaker of a channel that has failed five times in a row
    until(lambda: STATES[one(d, "DROP-1")["state"]] == "delivered", "delivered")


def test_what_was_tried_in_vain_is_shown_as_failed(place):
    d, v = place
    waiting(d, v, "VAIN-1", priority="P2")
    for _ in range(4):
        advance(d, 500)
    until(lambda: STATES[one(d, "VAIN-1")["state"]] == "dead", "dead")
    assert [state for _, state, _ in way(d, "VAIN-1")] == ["failed"]
    v.always.pop("webhook")


def test_a_test_that_is_accepted_opens_a_repaired_channel(place):
    d, v = place
    v.always["backup"] = "redirect"
    report(d, number="SHUT-1", unit="power")
    until(lambda: STATES[one(d, "SHUT-1")["state"]] == "dead", "dead, and the channel is shut")
    v.always.pop("backup")
    assert d.ctl("notice", "test", "backup", "power").returncode == 0
    report(d, number="SHUT-2", unit="power")
    until(lambda: STATES[one(d, "SHUT-2")["state"]] == "delivered", "it is sent at once")
