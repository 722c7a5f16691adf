"""kill -9 of each process in turn, under load: no answered incident is lost, none doubled, no
client sees an error when the engine dies, events come without gap, every reminder goes out once."""
import collections
import itertools
import os
import random
import threading

import pytest

from harness import Daemon, Refused, incident, until
from storm import Storm

ROUNDS = int(os.environ.get("LIANDONG_KILLS", "50"))
START = "2026-03-02T08:00:00+08:00"
WALK = "3d"


def victims():
    """Each process in turn, the whole daemon now and then."""
    for i in itertools.count():
        yield from ("engine", "intake", "api")
        if i % 4 == 3:
            yield ("supervisor", "all")[i // 4 % 2]


@pytest.mark.alone
def test_nothing_is_lost_or_doubled(tmp_path):
    with Daemon(tmp_path) as daemon:
        storm = Storm(daemon)
        storm.start()
        for victim in itertools.islice(victims(), ROUNDS):
            storm.kill(victim)
        storm.stop()
        print(storm.summary())
        storm.check()


# -- reminders under the manual clock ------------------------------------------------------------

def report_all(daemon):
    """A day's worth of clocks: every priority, in the city and outside, with one and several units."""
    cases = [("601301", "350881001"), ("601301", "350881100"), ("600609", "350881001"), ("509901", "350881002")]
    with daemon.desk(events=False) as c:
        for i, ((category, area), priority) in enumerate(itertools.product(cases, ("P1", "P2", "P3", "P4"))):
            c.call("incident.report", **incident(f"WALK-{i}", START, category=category, area=area, priority=priority,
                                                 address=f"解放路{i}号", drill=False))


def history(daemon):
    """All that happened to dispatches and incidents, without what differs from run to run."""
    with daemon.local() as c:
        events, after = [], 0
        while True:
            page = c.call("event.list", after=after, limit=500)
            events += page["events"]
            if not page["events"]:
                break
            after = page["seq"]
    assert [e["seq"] for e in events] == list(range(events[0]["seq"], events[0]["seq"] + len(events)))
    return collections.Counter((e["type"], e["at"], e.get("dispatch"), e["data"].get("rung"), e["data"].get("clock"))
                               for e in events if e.get("incident"))


def connected(daemon):
    with daemon.local() as c:
        return c.call("status.get")["connected"]


def walk(daemon, hours):
    """The walk on a thread of its own; the result is its answer."""
    answer = []

    def run():
        with daemon.local() as c:
            try:
                answer.append(c.call("clock.advance", duration=hours, within=90))
            except (Refused, AssertionError) as why:
                answer.append(why)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, answer


def test_a_walk_of_the_clock_survives_the_engine(tmp_path):
    for folder in ("whole", "killed"):
        (tmp_path / folder).mkdir()
    with Daemon(tmp_path / "whole", clock=START) as daemon:
        report_all(daemon)
        daemon.advance(WALK)
        expected = history(daemon)
    assert sum(n for (kind, *_), n in expected.items() if kind == "reminder.sent") > 30

    chance = random.Random(90)
    with Daemon(tmp_path / "killed", clock=START) as daemon:
        report_all(daemon)
        thread, answer = walk(daemon, WALK)
        kills = 0
        while thread.is_alive() and kills < 12:
            daemon.kill("engine")
            kills += 1
            # a command is held for ten seconds without an engine, not for ever
            until(lambda: connected(daemon), "the engine to be found again")
            thread.join(chance.uniform(0.0, 0.05))
        thread.join(90)
        assert answer and isinstance(answer[0], dict), answer
        print(f"{kills} kills during the walk")
        assert kills > 2, "the walk was over before it was disturbed"
        assert history(daemon) == expected
        daemon.ctl("audit", "verify")
