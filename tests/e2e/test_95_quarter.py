"""A seeded quarter of a city: every number that the program gives, against sums made from the event log alone.

tests/oracle/world.py drives a real daemon (callers, units with characters, desk, office, faults of the system);
tests/oracle/quarter.py adds up what the log says. After every 500 incidents, and at the end, each identity below
is checked for every unit, day, part, priority and standing. The large size, the second run of identity 7 and the
planted faults are in tests/torture/quarter.py (`make torture`).
"""
import contextlib
import json
import os
import re
import sys
import tempfile
import time

import pytest

from harness import BUILD, ROOT, protocol

sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))
import identities  # noqa: E402
import identities_offices  # noqa: E402, F401
import world as worlds  # noqa: E402

sys.path.insert(0, os.path.join(ROOT, "tests", "torture"))
from planted import FAULTS  # noqa: E402

LONG = True  # half a minute before its first test (conftest.py)
SIZE = int(os.environ.get("LIANDONG_QUARTER", 1500))
EVERY, SEED = min(max(500, SIZE // 30), SIZE // 3), int(os.environ.get("LIANDONG_QUARTER_SEED", 20260201))


@contextlib.contextmanager
def lived(size, later=0.0):
    """A world at its end, with what was found on its way. Its store lies in memory where that is possible: the
    world is about sums, and other tests are about disks."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="liandong-quarter-", dir=memory) as folder:
        w = worlds.World(folder, BUILD, SEED, size, later)
        try:
            b = identities.Book(w, EVERY)
            started = time.monotonic()
            b.live()
            print(f"\n{b.figures()}; {time.monotonic() - started:.0f} s")
            yield b
            assert w.stop() == 0, w.daemon.log()[-4000:]
        finally:
            if w.daemon.process and w.daemon.process.poll() is None:
                w.daemon.kill_all()


@pytest.fixture(scope="module")
def book():
    with lived(SIZE) as b:
        yield b


@pytest.mark.parametrize("identity", identities.ALL, ids=[i.__name__ for i in identities.ALL])
def test_identity(book, identity):
    assert identity.needs <= set(protocol()), "what it needs is there, or it was not looked at"
    assert not book.found[identity.__name__]


def test_the_world_was_one(book):
    """What the generator is to make happen has happened: no figure above is one of an empty world."""
    assert book.empty() == []


def rows(document):
    """Every table's rows, in no order."""
    return {t["id"]: sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in t["rows"])
            for t in document["tables"]}


def test_the_order_of_units_changes_no_number(book):
    """A period that still runs goes by the revision in force: the same units, written the other way round."""
    before = book.document("2026")
    units = os.path.join(book.world.mechanism, "units.yaml")
    with open(units, encoding="utf-8") as f:
        head, *blocks = re.split("(?m)^(?=  - id: )", f.read())
    assert len(blocks) > 40
    with open(units, "w", encoding="utf-8") as f:
        f.write(head + "".join(b.rstrip("\n") + "\n\n" for b in reversed(blocks)))
    with book.world.daemon.local() as c:
        done = c.call("config.reload", within=60)
        assert done["changed"] and not done["pending"]
    book.given.clear()
    after = book.document("2026")
    assert done["revision"] in json.dumps(after) and done["revision"] not in json.dumps(before)
    assert sum(len(t) for t in rows(before).values()) > 500
    assert rows(after) == rows(before)


def asked(b):
    """Who asked for something that was decided or lapsed: which of the dispatch's clocks count, and how."""
    found = {}
    for d in b.log.dispatches.values():
        states = [(r.kind, r.state) for r in d.requests if r.kind in ("return", "extend", "late-step")]
        if states and all(state not in ("dropped", "pending") for _, state in states):
            outcomes = b.sums.judge.outcomes(d, b.world.now)
            found[d.incident.number, d.unit, d.issued] = states, {k: o for k, o in outcomes.items() if o in ("met", "late")}
    return found


@pytest.mark.skipif("LIANDONG_QUARTER_LATER" not in os.environ, reason="two worlds: make torture")
def test_decided_later_within_its_limit_costs_no_unit_anything():
    """The same quarter, in which every decision is put off to the end of its limit."""
    with lived(SIZE) as b:
        now = asked(b)
    with lived(SIZE, later=1.0) as b:
        then = asked(b)
    both = {k for k in now if k in then and now[k][0] == then[k][0]}
    assert len(both) > 20, (len(now), len(then))
    assert {k: now[k] for k in both} == {k: then[k] for k in both}


def test_each_planted_fault_has_its_place():
    """Planting them takes hours; whether their words stand in the source, once, is seen here."""
    assert len({fault["name"] for fault in FAULTS}) == len(FAULTS) > 100
    places = {}
    for fault in FAULTS:
        with open(os.path.join(ROOT, fault["path"]), encoding="utf-8") as f:
            places[fault["name"]] = f.read().count(fault["old"])
        assert fault["finders"] and fault["old"] != fault["new"], fault["name"]
    assert {name: n for name, n in places.items() if n != 1} == {}
