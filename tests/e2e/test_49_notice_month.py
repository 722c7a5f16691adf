"""A month of a city from a seed, its providers going wrong at random, the notifier killed now and then; after each step the notifier's
memory is held against a small model of it (ladder.py), and against what the providers saw.

LIANDONG_NOTICES=full (make torture): 30 days; else some hours. LIANDONG_SEED repeats one.
"""
import collections
import os
import random
import time

from harness import LIMIT, Refused, incident
from ladder import Model
from noticing import CLASSES, RECEIPT_KINDS, STATES, UNLIMITED, advance, ask_outbox, attempts, city, rows, settled
from vendors import TAKEN, Vendors

FULL = os.environ.get("LIANDONG_NOTICES") == "full"
SEED = int(os.environ.get("LIANDONG_SEED", random.SystemRandom().randrange(1 << 32) if FULL else 49))
DAYS = float(os.environ.get("LIANDONG_DAYS", 30 if FULL else 0.08))
# How far the clock goes at once. A month is some 1,600 steps, ten minutes of a quiet machine.
STEPS_S = (1, 2, 5, 11, 31, 61, 120, 301, 601, 1801, 3600) + (3600,) * (6 if FULL else 0)
OPEN_MOST = 30  # at once; what is open is reminded of each hour
NAMES = ("webhook", "wecom-bot", "sms", "voice", "feishu-bot", "backup")
LADDERS = {"water": ["webhook", "sms", "backup"], "power": ["wecom-bot", "voice", "backup"], "telecom": ["sms", "feishu-bot"],
           "mobile": ["feishu-bot", "webhook"], "fire": ["voice", "wecom-bot", "sms"]}
FAULTS = (("ok", 60), ("drop", 6), ("error", 6), ("lie", 2), ("duplicate", 4), ("throttle", 3), ("garbage", 3), ("redirect", 1), ("no-receipt", 4),
          ("failed-receipt", 3), ("other-receipt", 3), ("huge", 1))
GOOD = ("ok", "duplicate", "no-receipt", "failed-receipt", "other-receipt")
BY = {"on_behalf": {"person": "李某"}}


class Month:
    def __init__(self, v, d, desk, chance):
        self.v, self.d, self.desk, self.chance = v, d, desk, chance
        self.model = Model(LADDERS)
        self.open = {}  # dispatch -> what comes next for it
        self.counted, self.seen, self.n, self.kills = collections.Counter(), 0, 0, 0

    # -- what happens

    def report(self):
        self.n += 1
        number, unit = f"M-{self.n:06}", self.chance.choice(list(LADDERS))
        made = self.desk.call("incident.report", **incident(number, self.now(), units=[unit], address=f"{number}号",
                                                            priority=self.chance.choice(("P1", "P2", "P3", "P3"))))
        self.open[made["dispatches"][0]["dispatch"]] = self.chance.choice(("acknowledge",) * 6 + ("withdraw", "cancel", "nothing"))

    def act(self):
        dispatch = self.chance.choice(list(self.open))
        what = self.open[dispatch]
        try:
            if what == "nothing":  # its unit does nothing about it, until the desk gives it up
                self.open[dispatch] = "cancel"
                return
            if what == "acknowledge":
                self.desk.call("dispatch.acknowledge", dispatch=dispatch, **BY)
                self.open[dispatch] = "complete"
                return
            if what == "complete":
                self.desk.call("dispatch.complete", dispatch=dispatch, result="已修复", **BY)
            elif what == "withdraw":
                self.desk.call("dispatch.withdraw", dispatch=dispatch, reason="不用了")
            elif what == "cancel":
                self.desk.call("incident.cancel", number=dispatch.rsplit("-", 1)[0], reason="误报")
        except Refused as why:
            self.counted[f"refused {why.word}"] += 1
        del self.open[dispatch]

    def fetch(self):
        unit = self.chance.choice(list(LADDERS))
        self.d.http("GET", "/v1/dispatches", self.d.account(f"liaison-{unit}", "liaison", unit))

    def kill(self):
        self.kills += 1
        self.d.kill("notifier")

    def now(self):
        with self.d.local() as c:
            return c.call("clock.get")["time"]

    def happen(self):
        while len(self.open) > OPEN_MOST or (self.open and self.chance.random() < 0.6):
            self.act()
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 5))):
            self.report()
        if self.chance.random() < 0.2:
            self.fetch()
        if self.chance.random() < 0.05:
            self.kill()

    def faults(self):
        for kind in NAMES:
            self.v.faults[kind].clear()
            self.v.faults[kind].extend(self.chance.choices(*zip(*FAULTS), k=4))

    # -- what must be so

    def look(self):
        """The complaints; those of a receipt or an event that is on its way are gone a moment later."""
        with self.v.lock:
            new = [r for r in self.v.requests[self.seen:]]
        for r in new:
            if r["fault"] not in GOOD:
                self.model.disturbed[r["kind"]] = self.v.clock()
        self.seen += len(new)
        since = (self.v.clock() - 2 * 3600) * 1000
        some = ask_outbox(self.d, "SELECT * FROM notice WHERE ended_at = 0 OR ended_at > ? ORDER BY n", since)
        return list(self.model.look(some, attempts(self.d, since), self.v.clock()))

    def step(self):
        self.faults()
        self.happen()
        settled(self.d)
        advance(self.d, self.chance.choice(STEPS_S))
        end = time.monotonic() + LIMIT
        settled(self.d)
        while wrong := self.look():
            assert time.monotonic() < end, f"seed {SEED}, after {self.d.passed} s: {wrong[:5]}"
            settled(self.d)

    # -- at the end

    def finish(self):
        for kind in NAMES:
            self.v.faults[kind].clear()
        while self.open:
            self.act()
        for _ in range(30):
            advance(self.d, 300)
            settled(self.d)
        assert not self.look(), f"seed {SEED}"
        everything = rows(self.d)
        assert all(r["ended_at"] and r["told"] for r in everything if r["made_at"] < (self.v.clock() - 3600) * 1000), f"seed {SEED}: something lives"
        return everything


def asked_more_than_once(v):
    """Of providers that know no doubles: messages that may have been taken twice."""
    for kind in ("sms",):
        ids = collections.Counter(r["id"] for r in v.of(kind) if r["fault"] in TAKEN and r.get("id"))
        yield from ((kind, id) for id, n in ids.items() if n > 1)


def test_a_month(tmp_path):
    chance = random.Random(SEED)
    with Vendors() as v, city(tmp_path, v, {unit: f"[{', '.join(by)}]" for unit, by in LADDERS.items()}, names=NAMES, receipts=("sms", "voice"),
                              settings=dict.fromkeys(("sms", "voice"), UNLIMITED), notices={"timeout": "8s"}) as d:
        steps = 0
        with d.desk(events=False) as desk:
            month = Month(v, d, desk, chance)
            while d.passed < DAYS * 86400:
                month.step()
                desk.lines.clear()
                steps += 1
            everything = month.finish()
        instructions = [r for r in everything if CLASSES[r["class"]] == "instruction"]
        assert len({r["incident"] for r in instructions}) == len(instructions) == month.n, f"seed {SEED}: one for each dispatch"
        assert not list(asked_more_than_once(v)), f"seed {SEED}"
        assert not v.wrong and set(RECEIPT_KINDS) & set(NAMES)
        told = failed(d)
        lost = [r["id"] for r in instructions if STATES[r["state"]] in ("dead", "stale", "unknown")]
        assert set(lost) <= told, f"seed {SEED}: lost in silence"
        print(f"{d.passed / 86400:.1f} days, {steps} steps, {month.n} instructions of {len(everything)} notices, {len(v.requests)} requests, "
              f"{month.kills} kills: {dict(collections.Counter(STATES[r['state']] for r in everything))}; seed {SEED}")


def failed(d):
    after, told = 0, set()
    with d.local() as c:
        while (page := c.call("event.list", after=after, limit=500))["events"]:
            told |= {e["data"]["notice"] for e in page["events"] if e["type"] == "notice.failed"}
            after = page["seq"]
            c.lines.clear()
    return told
