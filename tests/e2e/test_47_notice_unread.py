"""An event whose record cannot be read when it comes is tried again, over a restart as well; after five minutes the desk is told.

The disk's fault is fail_reads.c. The clock is manual.
"""
import os

import pytest

from harness import preload, until
from noticing import advance, city, report, rows, states
from vendors import Vendors


@pytest.fixture
def faulty(tmp_path):
    """A city whose notifier cannot read the store while the file is there."""
    fault, library = tmp_path / "fault", preload(tmp_path, "fail_reads.c")
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, start=False) as d:
        d.launch(by=("env", f"LD_PRELOAD={library}", "FAIL_ONLY=notifier", "FAIL_FILE=liandong.db", f"FAIL_READS={fault}"))
        until(d.is_ready, "the daemon")
        until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")
        yield v, d, fault


def unread(d):
    return "notifier WARN event not read" in d.log()


@pytest.mark.parametrize("dies", [False, True])
def test_what_could_not_be_read_is_read_later(faulty, dies):
    v, d, fault = faulty
    report(d, number="N-1", priority="P3")
    until(lambda: states(d) == ["delivered"], "one that could be read")
    fault.write_text("")
    report(d, number="N-2", priority="P3")
    until(lambda: unread(d), "it could not be read")
    advance(d, 60)
    assert len(rows(d)) == 1
    fault.unlink()
    if dies:
        os.kill(d.pids("notifier")[0], 9)
    until(lambda: [r["incident"] for r in rows(d) if r["class"] == 0] == ["N-1", "N-2"], "the second one")
    until(lambda: sum("联动指令" in t for _, _, t in v.told("webhook")) == 2, "told")
    assert "event given up" not in d.log() and v.wrong == []


def test_of_many_each_is_read_and_none_is_told_twice(faulty):
    """More than a turn tries at once."""
    v, d, fault = faulty
    fault.write_text("")
    for n in range(40):
        report(d, number=f"N-{n:02}", priority="P3")
    until(lambda: d.log().count("notifier WARN event not read") == 40, "none could be read")
    fault.unlink()
    until(lambda: sorted(r["incident"] for r in rows(d) if r["class"] == 0) == [f"N-{n:02}" for n in range(40)], "all of them")
    until(lambda: sum("联动指令" in t for _, _, t in v.told("webhook")) >= 1 and set(states(d)) == {"delivered"}, "told")
    assert not v.doubles["webhook"] and v.wrong == []


def test_what_cannot_be_read_at_all_is_the_desks(faulty):
    v, d, fault = faulty
    fault.write_text("")
    dispatch = report(d, number="N-1", priority="P3")
    until(lambda: unread(d), "it could not be read")
    advance(d, 299)
    assert "event given up" not in d.log()
    advance(d, 2)
    with d.desk() as c:
        notes = until(lambda: [e for e in c.call("incident.get", number="N-1")["events"] if e["type"] == "incident.annotated"], "the desk is told")
    assert dispatch in notes[0]["text"] and "打电话" in notes[0]["text"]
    assert "notifier ALARM event given up seq=" in d.log() and "event=dispatch.issued" in d.log()
