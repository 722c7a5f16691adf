"""What the notifier remembers is lost or damaged: reports are taken, and what is young goes again by its own id, so that a receiver that
knows doubles has it once. The clock is manual, and a start is not young any more."""
import contextlib
import os
import signal

import pytest

from harness import incident, until
from noticing import advance, attempts, city, follows, rows
from vendors import Vendors


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with Vendors() as v, city(tmp_path_factory.mktemp("lost"), v, {"water": "[webhook]"}) as d:
        yield d, v, iter(range(100))


def delete(path):
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + end)


def damage(at):
    def do(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + "-wal")
        with open(path, "r+b") as f:
            f.seek(at)
            f.write(b"\xff" * 65536)
    return do


def now(d):
    with d.local() as c:
        return c.call("clock.get")["time"]


def instruct(d, number):
    with d.desk(events=False) as c:
        return c.call("incident.report", **incident(number, units=["water"], received_at=now(d)))["dispatches"][0]["dispatch"]


def delivered(d, number):
    return [r for r in rows(d) if r["incident"] == number and r["class"] == 0 and r["state"] == 2]


@pytest.mark.parametrize("file, harm", [("notices.db", delete), ("notices.db", damage(0)), ("notices.db", damage(4096)), ("exchange.db", damage(0))],
                         ids=["deleted", "no-database", "pages", "exchange"])
def test_what_is_young_goes_again(place, file, harm):
    d, v, counter = place
    k = next(counter)
    old, had, waits, done = (f"{name}-{k}" for name in ("OLD", "HAD", "WAITS", "DONE"))
    advance(d, 120)
    instruct(d, old)
    until(lambda: delivered(d, old), "the oldest")
    advance(d, 1860)
    instruct(d, had)
    until(lambda: delivered(d, had), "one that its unit has")
    with d.local() as c:
        c.call("dispatch.acknowledge", dispatch=instruct(d, done), on_behalf={"person": "李某"})
    v.always["webhook"] = "error"
    instruct(d, waits)
    until(lambda: [a for r in rows(d) if r["incident"] == waits for a in attempts(d).get(r["id"], []) if a["tries"] and a["state"] == 0], "one that waits")
    doubles, sent = v.doubles["webhook"], len(v.of("webhook"))
    os.kill(d.pids("notifier")[0], signal.SIGSTOP)
    harm(os.path.join(d.folder, "notices", file))
    v.always["webhook"] = "ok"
    d.kill("notifier")
    instruct(d, f"NEXT-{k}")  # taken while the other one starts
    until(lambda: follows(d), "the other one to follow")
    advance(d, 5)
    until(lambda: delivered(d, waits) and delivered(d, f"NEXT-{k}"), "what waited, and what came meanwhile", limit=30)
    again = [r["body"] for r in v.of("webhook")[sent:]]
    instructed = [b for b in again if "notice.instruction" in b]
    assert not any(f"{old}\"" in b or f"{done}\"" in b for b in instructed), "not what is old, nor what was acted upon"
    told = [t for _, _, t in v.told("webhook") if "联动指令" in t]
    assert len([t for t in told if had[-6:] in t]) == 1, "the receiver knows it by its id"
    if file == "notices.db":
        until(lambda: v.doubles["webhook"] > doubles, "it went again")
    if harm is not delete:
        assert [n for n in os.listdir(os.path.join(d.folder, "notices")) if n.startswith(f"{file}.damaged-")], "kept for a person to look at"
        assert "ALARM damaged file set aside" in d.log()
    assert not v.wrong
