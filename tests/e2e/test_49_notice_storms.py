"""Many notices: acknowledged while they are sent, and more than a robot bears.

LIANDONG_NOTICES=full (make torture): 10,000 rounds of the first, 1,000 instructions in a minute for the second; LIANDONG_SEED.
"""
import collections
import os
import random
import signal
import threading
import time

import pytest

from harness import incident, until
from noticing import ATTEMPTS, CLASSES, RECEIPT_KINDS, STATES, UNLIMITED, advance, attempts, city, follows, rows, sending, settled
from vendors import Vendors

FULL = os.environ.get("LIANDONG_NOTICES") == "full"
SEED = int(os.environ.get("LIANDONG_SEED", random.SystemRandom().randrange(1 << 32) if FULL else 49))
ROUNDS = int(os.environ.get("LIANDONG_ROUNDS", 10000 if FULL else 240))


# -- acknowledged while it is sent ------------------------------------------------------------------------------------------------


class Racer(threading.Thread):
    """Reports, and acknowledges a moment later: about when the notice goes."""

    def __init__(self, d, name, unit, rounds):
        super().__init__(daemon=True)
        self.d, self.name, self.unit, self.rounds = d, name, unit, rounds
        self.chance = random.Random(f"{SEED} {name}")
        self.acknowledged, self.wrong = {}, None

    def run(self):
        try:
            with self.d.desk(events=False) as desk, self.d.liaison(self.unit, events=False) as unit:
                for i in range(self.rounds):
                    number = f"{self.name}-{i:05}"
                    made = desk.call("incident.report", **incident(number, units=[self.unit], address=f"{number}号"), within=60)
                    time.sleep(self.chance.choice((0, self.chance.uniform(0, 0.004), self.chance.uniform(0, 0.1))))  # either may win on any machine
                    unit.call("dispatch.acknowledge", dispatch=made["dispatches"][0]["dispatch"], within=60)
                    self.acknowledged[number] = time.time() * 1000
        except Exception as why:  # told where it is joined
            self.wrong = why


@pytest.mark.parametrize("kind", ["webhook", "sms"] if FULL else ["sms"])
def test_acknowledged_while_it_is_sent(tmp_path, kind):
    """Nothing is begun after the acknowledgement was stored, or was seen by the notifier; and nothing is left that lives. Some tries
    fail, so that there are retries that must not be."""
    chance = random.Random(SEED)
    with Vendors() as v, city(tmp_path, v, {"water": f"[{kind}]", "power": f"[{kind}]"}, names=(kind,), clock=None,
                              receipts=[kind] if kind in RECEIPT_KINDS else (), settings={kind: UNLIMITED} if kind == "sms" else {}) as d:
        v.faults[kind].extend(chance.choices(("ok", "error", "no-receipt"), weights=(7, 2, 1), k=2 * ROUNDS))
        racers = [Racer(d, f"R{i}", unit, ROUNDS // 4) for i, unit in enumerate(("water", "power"))]
        for r in racers:
            r.start()
        for r in racers:
            r.join(1200)
            assert r.wrong is None and not r.is_alive(), f"seed {SEED}: {r.wrong}"
        at = {n: t for r in racers for n, t in r.acknowledged.items()}
        until(lambda: len({r["incident"] for r in rows(d)}) == len(at) and all(r["ended_at"] and r["told"] for r in rows(d)) and not sending(d),
              "all to end", 60)
        sent, ways = collections.Counter(), attempts(d)
        mine = [r for r in rows(d) if CLASSES[r["class"]] == "instruction"]
        assert sorted(r["incident"] for r in mine) == sorted(at), "one for each"
        for r in mine:
            tries = [a["sent_at"] for a in ways[r["id"]] if a["sent_at"]]
            sent[STATES[r["state"]], bool(tries)] += 1
            assert STATES[r["state"]] in ("acted", "delivered", "opened"), f"seed {SEED}: {r}"
            assert all(ATTEMPTS[a["state"]] not in ("waiting", "sending") for a in ways[r["id"]]), f"seed {SEED}: {ways[r['id']]}"
            assert all(t <= at[r["incident"]] for t in tries), f"seed {SEED}: {r['incident']} begun after it was acknowledged"
            if STATES[r["state"]] == "acted":
                assert all(t <= r["ended_at"] for t in tries), f"seed {SEED}: {r['incident']} begun after the notifier knew"
        print(f"{len(mine)} instructions by {kind} acknowledged while sent: {dict(sent)}; seed {SEED}")
        assert sent["acted", False] and sum(n for (_, tried), n in sent.items() if tried), f"one side never won: {sent}"
        assert not v.wrong


# -- more than a robot bears ------------------------------------------------------------------------------------------------------

SECONDS = 60 if FULL else 8
TWENTY = 20  # WeCom's a minute; ours are 18
UNITS = ("water", "power", "telecom", "mobile", "unicom", "cable", "post", "fire", "health", "transport", "market", "ecology", "labour", "housing",
         "urban-management", "media", "traffic-police", "emergency", "civil-affairs", "natural-resources", "town-jingcheng", "town-guilin",
         "town-xinqiao", "town-shuangyang", "town-yongfu", "town-xinan", "town-heping", "town-gongqiao", "town-xianghu", "town-chishui")


def pour(d, c, at, count, prefix, priority="P3"):
    ids = [c.send("incident.report", **incident(f"{prefix}{i:05}", at, units=[UNITS[i % len(UNITS)]], priority=priority, address=f"{prefix}{i}号"))
           for i in range(count)]
    for id in ids:
        c.result(id, 60)
    settled(d)


def most_in_a_minute(times):
    times = sorted(times)
    return max((sum(t <= other < t + 60 for other in times) for t in times), default=0)


def sent_at(ways, row):
    return max((a["sent_at"] for a in ways[row["id"]]), default=0)


def check_order(d):
    """While anything less was sent, no instruction waited that had been made before."""
    ways = attempts(d)
    all_of = rows(d)
    less = [sent_at(ways, r) for r in all_of if CLASSES[r["class"]] != "instruction" and sent_at(ways, r)]
    for r in all_of:
        if CLASSES[r["class"]] == "instruction" and ways.get(r["id"]):
            went = sent_at(ways, r) or r["ended_at"]
            assert not any(r["made_at"] < t < went for t in less), f"{r} waited from {r['made_at']} to {went}: {ways[r['id']]}, {less}"
    return len(less)


def told_of(d, mine):
    """How many the desk was told did not arrive; each that is not there was."""
    lost = {r["id"]: r for r in mine if STATES[r["state"]] in ("dead", "stale", "unknown")}
    after, told = 0, set()
    with d.local() as c:
        while True:
            page = c.call("event.list", after=after, limit=500)
            if not page["events"]:
                break
            told |= {e["data"]["notice"] for e in page["events"] if e["type"] == "notice.failed"}
            after = page["seq"]
    assert told >= set(lost), f"{len(set(lost) - told)} lost in silence"
    return len(lost)


def test_a_thousand_in_a_minute_against_a_robot_that_bears_twenty(tmp_path):
    """All units in one group. While the instructions come, reminders of older ones come due."""
    per_second = 17 if FULL else 3
    with Vendors() as v, city(tmp_path, v, dict.fromkeys(UNITS, "[wecom-bot]"), names=("wecom-bot",), notices={"timeout": "8s"}) as d:
        v.limits["wecom-bot"] = TWENTY
        with d.desk(events=False) as c:
            pour(d, c, clock(d), 2 * len(UNITS), "OLD-")
            for _ in range(5):  # to just before the first reminders
                advance(d, 29)
                settled(d)
            count = 0
            for second in range(SECONDS):
                pour(d, c, clock(d), per_second, f"N{second:02}-")
                count += per_second
                advance(d, 1)
                settled(d)
            rest = dict(rounds=0)

            def ended():
                mine = [r for r in rows(d) if CLASSES[r["class"]] == "instruction"]
                return len(mine) == count + 2 * len(UNITS) and all(r["ended_at"] and r["told"] for r in mine) and mine
            while not ended():
                assert rest["rounds"] < 400, "they never end"
                rest["rounds"] += 1
                advance(d, 10)
                settled(d)
            mine = ended()
        assert len({r["code"] for r in mine if r["code"]}) == len([r for r in mine if r["code"]]), "a reply means one instruction"
        messages = [r["at"] for r in v.of("wecom-bot")]
        busiest, lost, less = most_in_a_minute(messages), told_of(d, mine), check_order(d)
        late = max(sent_at(attempts(d), r) - r["at"] for r in mine) / 1000
        print(f"{count} instructions in {SECONDS} s: {len(messages)} messages, {busiest} in the busiest minute, the last "
              f"{late:.0f} s after its event, {lost} told to the desk, {less} of other classes")
        assert busiest <= 18 and not [r for r in v.of("wecom-bot") if not r.get("taken")], "the robot never had to complain"
        assert lost == 0 and len(messages) < len(mine) and less
        for _, _, text in v.told("wecom-bot"):
            assert text.count("【") == 1, "one recipient, one class"
        assert not v.wrong


def test_a_robot_that_takes_nothing_for_an_hour(tmp_path):
    """None is older than its time without the desk being told; none is sent after it."""
    with Vendors() as v, city(tmp_path, v, dict.fromkeys(UNITS, "[wecom-bot]"), names=("wecom-bot",), notices={"timeout": "8s"}) as d:
        v.always["wecom-bot"] = "throttle"
        with d.desk(events=False) as c:
            pour(d, c, clock(d), 200 if FULL else 40, "X-")
        for _ in range(122 if FULL else 26):
            advance(d, 30 if FULL else 143)
            settled(d)
        mine = until(lambda: all(r["ended_at"] and r["told"] for r in rows(d) if CLASSES[r["class"]] == "instruction") and
                     [r for r in rows(d) if CLASSES[r["class"]] == "instruction"], "all to end")
        assert told_of(d, mine) == len(mine) and {STATES[r["state"]] for r in mine} <= {"stale", "dead"}
        v.always.clear()
        before = len(v.told("wecom-bot"))
        for _ in range(2):
            advance(d, 150)
            settled(d)
        assert not any("联动指令" in text for _, _, text in v.told("wecom-bot")[before:])


# -- more reports than a city has -------------------------------------------------------------------------------------------------

FLOOD, WINDOW = 1200, 60


def test_more_reports_than_notices_may_take_the_time_for(tmp_path):
    """What is not urgent is made when they have been taken, all of it and once, though the notifier is killed on the way; what is
    P1 does not wait for it."""
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot]", "power": "[webhook]"}, names=("wecom-bot", "webhook"), clock=None) as d:
        with d.desk(events=False) as c:
            asked = []
            for i in range(FLOOD):
                urgent = i == FLOOD // 2
                asked.append(c.send("incident.report", **incident(f"F-{i:05}", units=["power" if urgent else "water"], address=f"水南路{i}号",
                                                                  priority="P1" if urgent else "P3")))
                if i >= WINDOW:
                    c.result(asked[i - WINDOW], 60)
                if i in (FLOOD // 3, FLOOD - 1):
                    os.kill(d.pids("notifier")[0], signal.SIGKILL)
                    until(lambda: follows(d), "another notifier")
            for id in asked[-WINDOW:]:
                c.result(id, 60)
        until(lambda: v.of("webhook"), "the urgent one")
        until(lambda: b"\nliandong_notifier_behind_events 0\n" in d.http("GET", "/metrics")[2], "the notifier to deal with every event", 60)
        mine = [r["incident"] for r in rows(d) if CLASSES[r["class"]] == "instruction"]
        assert sorted(mine) == [f"F-{i:05}" for i in range(FLOOD)]
        assert len(v.of("webhook")) == 1 and not v.wrong


def clock(d):
    with d.local() as c:
        return c.call("clock.get")["time"]
