"""A seeded quarter of a city: every number that the program gives, against sums made from the event log alone.

tests/oracle/world.py drives a real daemon (callers, units with characters, desk, office, faults of the system);
tests/oracle/quarter.py adds up what the log says. After every 500 incidents, and at the end, each identity below
is checked for every unit, day, part, priority and standing. The large size, the second run of identity 7 and the
planted faults are in tests/torture/quarter.py (`make torture`).
"""
import os
import sys
import tempfile
import time

import pytest

from harness import BUILD, ROOT, protocol

sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))
import identities  # noqa: E402
import world as worlds  # noqa: E402

SIZE, EVERY, SEED = int(os.environ.get("LIANDONG_QUARTER", 1500)), 500, int(os.environ.get("LIANDONG_QUARTER_SEED", 20260201))


@pytest.fixture(scope="module")
def book():
    """The world at its end, with what was found on its way. Its store lies in memory where that is
    possible: the world is about sums, and other tests are about disks."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="liandong-quarter-", dir=memory) as folder:
        w = worlds.World(folder, BUILD, SEED, SIZE)
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


@pytest.mark.parametrize("identity", identities.ALL, ids=lambda f: f.__name__)
def test_identity(book, identity):
    missing = identity.needs - set(protocol())
    if missing:
        pytest.skip(f"not there yet: {sorted(missing)}")
    assert not book.found[identity.__name__]


def test_the_world_was_one(book):
    """What the generator is to make happen has happened: no figure above is one of an empty world."""
    assert book.empty() == []
