"""Each kind of channel with each fault of its provider, for an instruction: a unit has that channel and one besides, by which it is
told where the first one fails. What has to come of it is worked out by hand from docs/NOTICES.md.

LIANDONG_NOTICES=full (make torture): all of them; else some. Every provider speaks TLS.
"""
import collections
import os
import re
import threading
import time

import pytest

import vendors
from harness import incident, preload, until
from noticing import AT, ATTEMPTS, KINDS, RECEIPT_KINDS, STATES, UNLIMITED, advance, attempts, authority, city, over_tls, rows, sending, settled, write_secret
from vendors import FAULTS, HOSTILE, Vendors

FULL = os.environ.get("LIANDONG_NOTICES") == "full"
UNITS = dict(zip(KINDS, ("water", "power", "telecom", "mobile", "unicom", "cable", "post", "emergency", "health", "transport")))
ROBOTS = ("wecom-bot", "dingtalk-bot", "feishu-bot")
CLOUDS = ("aliyun", "tencent")
SMS = ("sms", *CLOUDS)

# What comes of one instruction. requests: to the kind; seen: by people, through it; backup: they are told by the other channel;
# when: how many seconds have to pass until then; first: how its way through the kind ends.
Outcome = collections.namedtuple("Outcome", "requests seen backup when first")
ONCE = Outcome(1, 1, 0, 0, "delivered")
LIED = ONCE._replace(seen=0)                   # taken, it says: nothing can be known
AGAIN = Outcome(2, 1, 0, 3, "delivered")       # it was surely not taken: after 1 s, or as long as the provider said (2 s)
ANEW = AGAIN._replace(requests=1)              # no request came to be
DOUBLE = AGAIN                                 # it may have been taken, and the provider knows that it is the same
LATE = Outcome(1, 1, 1, 13, "unknown")         # it may have been taken, and is never sent again: the next channel after 10 s
HELD = Outcome(1, 0, 1, 13, "ended")           # not so fast: the whole channel waits a minute, the instruction 10 s
NO_RECEIPT = Outcome(1, 1, 1, 73, "unknown")   # the next channel where none has come for 60 s (LADDER)
SILENT = NO_RECEIPT._replace(first="accepted")
LIED_SILENT = SILENT._replace(seen=0)
REFUSED = Outcome(1, 0, 1, 0, "failed")        # not by this channel: the next one at once

MAY_BE_TAKEN = {**dict.fromkeys(("webhook", "voice", "wecom-app"), DOUBLE), **dict.fromkeys((*ROBOTS, "smtp"), LATE),
                **dict.fromkeys(SMS, NO_RECEIPT)}
TABLE = {
    "ok": dict.fromkeys(KINDS, ONCE),
    "drop": MAY_BE_TAKEN, "stall": MAY_BE_TAKEN, "trickle": MAY_BE_TAKEN, "huge": MAY_BE_TAKEN,
    "garbage": {**MAY_BE_TAKEN, "smtp": AGAIN},  # instead of the greeting: nothing was written yet
    "lie": {**dict.fromkeys(KINDS, REFUSED), "webhook": LIED, "voice": LIED_SILENT},
    "duplicate": dict.fromkeys(KINDS, ONCE),
    "failed-receipt": dict.fromkeys(KINDS, ONCE),  # success, then failure: it was delivered
    "no-receipt": {**dict.fromkeys(KINDS, ONCE), **dict.fromkeys(RECEIPT_KINDS, SILENT)},
    "other-receipt": {**dict.fromkeys(KINDS, ONCE), **dict.fromkeys(RECEIPT_KINDS, SILENT)},
    "throttle": {**dict.fromkeys(("webhook", "voice", "sms", "smtp"), AGAIN), **dict.fromkeys((*ROBOTS, "wecom-app"), HELD),
                 **dict.fromkeys(CLOUDS, REFUSED)},  # it is of this number: another channel
    "redirect": {**dict.fromkeys(KINDS, REFUSED), "smtp": ONCE},
    "error": {**dict.fromkeys(KINDS, AGAIN), "smtp": REFUSED},
    "badcert": dict.fromkeys(KINDS, ANEW),
    "skew": {**dict.fromkeys(KINDS, ONCE), **dict.fromkeys(("webhook", "voice", "dingtalk-bot", "feishu-bot", *CLOUDS), REFUSED)},
}
NOT_MAIL = {**MAY_BE_TAKEN, "smtp": ONCE}  # what only HTTP can do
TABLE |= {"endless": MAY_BE_TAKEN, "chunks": NOT_MAIL, "headers": NOT_MAIL, "header": NOT_MAIL, "continue": NOT_MAIL, "http09": NOT_MAIL,
          "bomb": {**NOT_MAIL, "webhook": ONCE, "voice": SILENT},  # 2xx is all that a webhook says, and nothing is unpacked
          "metadata": {kind: outcome._replace(seen=1) for kind, outcome in TABLE["redirect"].items()}}  # it has it, and leads elsewhere
CLOSES = 5  # failures
LADDER = "ladder: {P3: 60s}\n"  # before the first reminder, after 150 s
FEW = ("drop", "throttle", "badcert", "no-receipt", "endless", "bomb")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    ours, good, bad = authority(folder)
    told = {unit: f"{{duty: [{kind}, backup], wecom: {unit}, mail: {unit}@city.test}}" for kind, unit in UNITS.items()}
    with Vendors(certificate=good, bad=bad) as v, city(folder, v, told, names=(*KINDS, "backup"), receipts=RECEIPT_KINDS, more=LADDER,
                                                             settings=dict.fromkeys(RECEIPT_KINDS, UNLIMITED), **over_tls(ours)) as d:
        yield v, d


class Round:
    """One instruction for each unit, and what has come of them since."""

    count = 0

    def __init__(self, v, d, kinds=KINDS):
        Round.count += 1
        self.n = Round.count
        self.v, self.d, self.kinds, self.begun = v, d, kinds, d.passed
        self.before = {kind: (len(v.of(kind)), len(v.told(kind))) for kind in KINDS}
        self.backups = len(v.told("backup"))
        self.presented = v.presented.copy()
        self.dispatches = {}
        with d.desk(events=False) as c:
            at = c.call("session.ping")["time"]
            for kind in kinds:
                made = c.call("incident.report", **incident(self.number(kind), at, units=[UNITS[kind]], priority="P3", address=self.number(kind)))
                self.dispatches[kind] = made["dispatches"][0]["dispatch"]

    def number(self, kind):
        return f"F-{KINDS.index(kind):02}{self.n:04}"

    def rows(self):
        by = {r["incident"]: r for r in rows(self.d) if r["class"] == 0}
        return {kind: by.get(self.number(kind)) for kind in self.kinds}

    def ended(self, *kinds):
        mine = self.rows()
        return all(mine[kind] and mine[kind]["ended_at"] and mine[kind]["told"] for kind in kinds)

    def quiet(self):
        """All were tried by their first channel, or the channel is closed; and none is under way."""
        mine, ways = self.rows(), attempts(self.d)
        return all(r and all(a["state"] != ATTEMPTS.index("sending") for a in ways[r["id"]]) and
                   (ways[r["id"]][0]["tries"] or len(self.v.of(kind)) >= self.before[kind][0] + CLOSES) for kind, r in mine.items())

    def calm(self):
        return all(self.rows().values()) and not sending(self.d)

    def wait(self, condition, what):
        try:
            until(condition, what)
        except AssertionError as why:
            raise AssertionError(f"{why}: {self.shown()}") from None

    def shown(self):
        ways = attempts(self.d)
        return [(kind, STATES[r["state"]], r["told"], [(a["channel"], ATTEMPTS[a["state"]], a["tries"], a["reason"], a["next_at"] - r["at"])
                                                       for a in ways[r["id"]]]) for kind, r in self.rows().items() if r]

    def pass_to(self, seconds):
        if self.d.passed < self.begun + seconds:
            advance(self.d, self.begun + seconds - self.d.passed)

    def outcome(self, kind):
        row, seen = self.rows()[kind], self.v.told(kind)[self.before[kind][1]:]
        first = attempts(self.d)[row["id"]][0]
        return Outcome(len(self.v.of(kind)) - self.before[kind][0], len(seen), self.by_backup(kind), None, ATTEMPTS[first["state"]])

    def by_backup(self, kind):
        return sum(self.number(kind)[-6:] in text for _, _, text in self.v.told("backup")[self.backups:])

    def finish(self, *others):
        """The units do all of it; and what a fault closed is open again."""
        with self.d.local() as c:
            for dispatch in [dispatch for r in (self, *others) for dispatch in r.dispatches.values()]:
                c.call("dispatch.acknowledge", dispatch=dispatch, on_behalf={"person": "李某"})
                c.call("dispatch.complete", dispatch=dispatch, result="已修复", on_behalf={"person": "李某"})
        settled(self.d)  # an answer that comes after the clock has gone on would close a channel from then
        advance(self.d, 660)


def steps(expected):
    """At which seconds something is to have happened, and to whom."""
    by = collections.defaultdict(list)
    for kind, outcome in expected.items():
        by[outcome.when].append(kind)
    return sorted(by.items())


@pytest.mark.parametrize("fault", [f for f in TABLE if FULL or f in FEW])
def test_each_kind_with_each_fault(place, fault):
    v, d = place
    for kind in KINDS:
        v.fault(kind, fault)
    r = Round(v, d)
    r.wait(r.quiet, f"the first tries: {fault}")
    for seconds, kinds in steps(TABLE[fault]):
        r.pass_to(seconds)
        r.wait(lambda kinds=kinds: r.ended(*kinds), f"{kinds} to end after {seconds} s: {fault}")
    for kind in KINDS:
        assert r.outcome(kind) == TABLE[fault][kind]._replace(when=None), (kind, fault, attempts(d)[r.rows()[kind]["id"]])
        assert STATES[r.rows()[kind]["state"]] == "delivered", (kind, fault)
        assert v.presented[kind] - r.presented[kind] == (fault == "badcert"), (kind, fault)
    assert not v.wrong, fault
    r.finish()
    well_again(v, d)


def well_again(v, d):
    """Five failures in a row close a channel: one that succeeds lets it begin to count again. (Few faults are fewer than five.)"""
    if FULL:
        r = Round(v, d)
        r.wait(lambda: r.ended(*KINDS), "every channel to be open")
        r.finish()


def test_receipts_in_another_order(place):
    """The first one's comes after the second one's."""
    v, d = place
    for kind in RECEIPT_KINDS:
        v.fault(kind, "reorder", "ok")
    first = Round(v, d, RECEIPT_KINDS)
    until(lambda: all(r and r["state"] == STATES.index("accepted") for r in first.rows().values()), "all to be accepted")
    mine = first.rows()
    second = Round(v, d, RECEIPT_KINDS)
    until(lambda: second.ended(*RECEIPT_KINDS), "all receipts of the second")
    until(lambda: all(STATES[r["state"]] == "delivered" for r in rows(d) if r["id"] in {m["id"] for m in mine.values()}), "those of the first")
    for kind in RECEIPT_KINDS:
        assert len(v.of(kind)) - first.before[kind][0] == 2 and second.by_backup(kind) == 0
    first.finish(second)


@pytest.mark.parametrize("fault", [f for f in FAULTS if f not in ("ok", "lie", "duplicate", "reorder", "failed-receipt", "no-receipt", "other-receipt", "skew")
                                   and (FULL or f in ("drop", "error"))])
def test_what_no_channel_takes_the_desk_is_told_of(place, fault):
    """The same fault for ever, and the other channel away: each instruction ends, the desk hears of each, no short message is
    written twice, and each is tried as often as can be good."""
    v, d = place
    for kind in (*KINDS, "backup"):
        v.always[kind] = fault if kind != "backup" else "error"
    try:
        r = Round(v, d)
        r.wait(r.quiet, f"the first tries: {fault}")
        for seconds in (3, 13, 40, 80, 200, 400, 700, 1000, 1300, 1600, 1830):
            r.pass_to(seconds)
            r.wait(lambda: r.ended(*KINDS) or r.quiet(), f"the answers after {seconds} s")
        r.wait(lambda: r.ended(*KINDS), f"all to end: {fault}")
    finally:
        v.always.clear()
    with d.desk(events=False) as c:
        for kind, row in r.rows().items():
            if STATES[row["state"]] == "delivered":
                assert fault == "redirect" and kind == "smtp", (kind, fault)
                continue
            told = [e for e in c.call("incident.get", number=r.number(kind))["events"] if e["type"] == "notice.failed" and e["data"]["notice"] == row["id"]]
            ended = [e["data"]["ended"] for e in told]
            assert ended[-1] == STATES[row["state"]] and set(ended[:-1]) <= {"queued"} and row["outcome"], (kind, fault, row, ended)
            tries = attempts(d)[row["id"]][0]["tries"]
            assert TABLE[fault][kind] not in (LATE, NO_RECEIPT) or tries == 1, (kind, fault, tries)
            assert tries < 15, (kind, fault, tries)
    r.finish()
    well_again(v, d)


# -- what no provider does by mistake ----------------------------------------------------------------------------------------


def memory_mib(d, what="VmRSS"):
    """Of the notifier. VmHWM: the most that it ever was."""
    with open(f"/proc/{d.pids('notifier')[0]}/status", encoding="ascii") as f:
        return int(re.search(rf"^{what}:\s+(\d+)", f.read(), re.M)[1]) / 1024


class Others(threading.Thread):
    """A desk and a unit that go on working; the longest that they waited."""

    def __init__(self, d):
        super().__init__(daemon=True)
        self.d, self.over, self.longest, self.done, self.wrong = d, threading.Event(), 0, 0, None
        self.token = d.account("liaison-fire", "liaison", "fire")

    def run(self):
        try:
            with self.d.desk(events=False) as c:
                while not self.over.is_set():
                    began = time.monotonic()
                    c.call("incident.report", **incident(f"OTHER-{Round.count}-{self.done}", AT, units=["fire"], address=f"{self.done}号"))
                    assert self.d.http("GET", "/v1/dispatches?limit=1", self.token)[0] == 200
                    self.longest, self.done = max(self.longest, time.monotonic() - began), self.done + 1
                    self.over.wait(0.02)
        except Exception as why:  # told where it is joined
            self.wrong = why


def test_hostile_answers_stop_nobody_else_and_cost_little_memory(place):
    """Many of them at once: 10 GB, headers without end, 100 Continue for ever, a gzip bomb …"""
    v, d = place
    others = Others(d)
    warm = Round(v, d)
    until(warm.quiet, "every channel to be open")
    warm.finish()
    before, pid = memory_mib(d), d.pids("notifier")
    others.start()
    for fault in HOSTILE:
        for kind in KINDS:
            v.always[kind] = fault
        rounds = [Round(v, d) for _ in range(8 if FULL else 2)]
        rounds[0].wait(rounds[0].quiet, fault)
        rounds[-1].wait(rounds[-1].calm, fault)
        rounds[0].finish(*rounds[1:])
    v.always.clear()
    others.over.set()
    others.join(30)
    most = memory_mib(d, "VmHWM")
    print(f"hostile: {len(v.requests)} requests, the notifier {before:.1f} MiB before, {most:.1f} MiB at most; "
          f"{others.done} reports and polls beside it, the longest {others.longest * 1000:.0f} ms")
    assert others.wrong is None and others.done > 5
    assert most < before + 24, "128 answers of 96 KiB at most are held"
    assert d.pids("notifier") == pid and not v.wrong
    advance(d, 4000)


def test_a_name_that_stands_for_another_address_each_time(tmp_path):
    """What is connected to is what was looked at: there is no second look-up between the two."""
    library = preload(tmp_path, "names.c")
    with Vendors() as v, city(tmp_path, v, {"water": "[turns]"}, names=(), start=False, clock=None, notices={"timeout": "4s"},
                              more_channels="".join(f'  {name}: {{kind: webhook, url: "{v.url("webhook", f"{name}.turns.test")}", secret_file: key}}\n'
                                                    for name in ("turns", "both"))) as d:
        write_secret(str(tmp_path / "keys"), "key", vendors.WEBHOOK_KEY)
        d.launch(by=("env", f"LD_PRELOAD={library}"))
        until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")
        with d.local() as c:
            ends = [c.call("notice.test", channel="turns", recipient="water") for _ in range(6)]
            assert sorted(e["verdict"] for e in ends) == ["accepted"] * 3 + ["broken"] * 3, ends
            assert {e["code"] for e in ends if e["verdict"] == "broken"} == {"address-forbidden"}
            assert c.call("notice.test", channel="both", recipient="water")["verdict"] == "accepted", "by the one that is allowed"
        assert len(v.of("webhook")) == 4 and not v.wrong
