"""kill -9 of the notifier in every state of a notice, at every step by which it writes, and of the others while notices go out: none
is lost, none that may have been taken is sent again where the provider knows no doubles, and the engine knows how each ended.

LIANDONG_NOTICES=full (make torture): every step, and more kills.
"""
import collections
import datetime
import os
import random
import signal
import urllib.parse

import pytest

from harness import incident, until
from noticing import AT, ATTEMPTS, CLASSES, STATES, UNLIMITED, advance, attempts, authority, city, follows, over_tls, rows, sending, soon
from vendors import MOMENTS, TAKEN, Vendors

FULL = os.environ.get("LIANDONG_NOTICES") == "full"
SEED = int(os.environ.get("LIANDONG_SEED", random.SystemRandom().randrange(1 << 32) if FULL else 49))
UNITS = {"webhook": "water", "wecom-bot": "power", "sms": "telecom", "voice": "mobile"}
KINDS = tuple(UNITS)
LADDER = "ladder: {P3: 60s}\n"  # before the first reminder, after 150 s
ONCE_ONLY = ("wecom-bot", "sms")  # whose provider knows no doubles
RECEIPTS = ("sms", "voice")


def told(kinds=KINDS):
    return {unit: f"[{kind}, backup]" for kind, unit in UNITS.items() if kind in kinds}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills")
    ours, good, _ = authority(folder)
    with Vendors(certificate=good) as v, city(folder, v, told(), names=(*KINDS, "backup"), receipts=RECEIPTS, more=LADDER,
                                              settings={"wecom-bot": ", per_minute: 3", **dict.fromkeys(RECEIPTS, UNLIMITED)}, **over_tls(ours)) as d:
        yield v, d


class One:
    """An instruction by a channel of that kind."""

    count = 0

    def __init__(self, v, d, kind, priority="P3"):
        One.count += 1
        self.v, self.d, self.kind, self.number = v, d, kind, f"K-{One.count:06}"
        with d.desk(events=False) as c:
            at = c.call("session.ping")["time"]
            self.dispatch = c.call("incident.report", **incident(self.number, at, units=[UNITS[kind]], priority=priority,
                                                                 address=self.number))["dispatches"][0]["dispatch"]

    def row(self):
        mine = [r for r in rows(self.d) if r["incident"] == self.number and CLASSES[r["class"]] == "instruction"]
        assert len(mine) < 2, mine
        return mine[0] if mine else None

    def state(self):
        row = self.row()
        return row and STATES[row["state"]]

    def way(self, i=0):
        """How far it is by the ith of its channels."""
        row = self.row()
        return row and ATTEMPTS[attempts(self.d)[row["id"]][i]["state"]]

    def tries(self):
        return attempts(self.d)[self.row()["id"]][0]["tries"]

    def is_in(self, text):
        """Not its reminders."""
        return self.number[-6:] in text and "联动指令" in text

    def seen(self, kind):
        return sum(self.is_in(text) for _, _, text in self.v.told(kind))

    def among_more(self):
        """A message of more than twenty says of the others how many they are."""
        return any("另有" in text for kind in (self.kind, "backup") for _, _, text in self.v.told(kind))

    def asked(self):
        """Requests of the kind that it was in."""
        return [r for r in self.v.of(self.kind) if self.is_in(r.get("text") or urllib.parse.unquote_plus(r["body"]))]

    def ended(self):
        row = self.row()
        return row and row["ended_at"] and row["told"]


def kill(d):
    os.kill(d.pids("notifier")[0], signal.SIGKILL)


def alive_again(d, pid):
    until(lambda: d.pids("notifier") not in (pid, []) and follows(d), "another notifier")


def drive(d, condition, what):
    """Lets time pass until it is so: what the ladder waits for comes, and for want of it the end of the notice."""
    for seconds in (2, 3, 8, 60, 60, 120, 300, 600, 700):
        if soon(condition, 0.3):
            return
        until(lambda: follows(d) and not sending(d), "the notifier to have done what it can now")
        advance(d, seconds)
    until(condition, what)


def check(one):
    """The promises, whatever happened."""
    until(one.row, "the notice to be made")
    drive(one.d, one.ended, f"{one.number} to end")
    state, seen = one.state(), one.seen(one.kind)
    assert seen <= 1, f"{one.number}: seen {seen} times"
    if one.kind in ONCE_ONLY:
        may_have_it = [r["fault"] for r in one.asked() if r["fault"] in TAKEN]
        assert len(may_have_it) <= 1, f"{one.number}: {may_have_it}"
    with one.d.desk(events=False) as c:
        events = [e["type"] for e in c.call("incident.get", number=one.number)["events"]
                  if e["type"].startswith("notice.") and e["data"].get("ended") != "queued"]  # that it is late, and goes on
    assert len(events) == 1 or (state in ("opened", "acted") and not events), (one.number, state, events)
    assert seen + one.seen("backup") or one.among_more() or events == ["notice.failed"], (one.number, state, one.kind,
                                                                                                     attempts(one.d)[one.row()["id"]])
    assert not one.v.wrong
    return state


def close(one):
    with one.d.local() as c:
        c.call("dispatch.acknowledge", dispatch=one.dispatch, on_behalf={"person": "李某"})
        c.call("dispatch.complete", dispatch=one.dispatch, result="已修复", on_behalf={"person": "李某"})
    advance(one.d, 120)


# -- in every state ----------------------------------------------------------------------------------------------------------------


def queued(v, d, kind):
    """The channel's minute is full."""
    for _ in range(3):
        filler = One(v, d, kind)
        until(lambda filler=filler: filler.state() == "delivered", "what fills the minute")
    one = One(v, d, kind)
    until(lambda: one.way() == "waiting", "queued")
    return one


def in_state(fault, condition):
    def arrange(v, d, kind):
        v.fault(kind, fault)
        one = One(v, d, kind)
        until(lambda: condition(one), f"{kind} after {fault}")
        return one
    return arrange


def opened(v, d, kind):
    one = One(v, d, kind)
    until(lambda: one.state() == "delivered", "delivered")
    d.http("GET", "/v1/dispatches", d.account(f"liaison-{UNITS[kind]}", "liaison", UNITS[kind]))
    until(lambda: one.state() == "opened", "opened")
    return one


def breaker(v, d, kind):
    """Five failures close the channel for a minute."""
    v.fault(kind, *["error"] * 5)
    one = One(v, d, kind)
    for seconds in (2, 7, 40, 400):
        until(lambda: one.way() == "waiting" or one.ended(), "a try to fail")
        advance(d, seconds)
    until(lambda: len(v.faults[kind]) == 0 or one.ended(), "the fifth failure")
    return one


STATES_OF = {
    "queued": (queued, ("wecom-bot",)),
    "accepted": (in_state("no-receipt", lambda o: o.state() == "accepted"), RECEIPTS),
    "delivered": (in_state("ok", lambda o: o.state() == "delivered"), KINDS),
    "opened": (opened, ("webhook", "sms")),
    "unknown": (in_state("drop", lambda o: o.way() == "unknown"), ONCE_ONLY),
    "waiting for a retry": (in_state("error", lambda o: o.way() == "waiting" and o.tries()), KINDS),
    "breaker open": (breaker, ("webhook",)),
}

SOME = ("queued", "accepted", "waiting for a retry")


@pytest.mark.parametrize("state,kind", [(s, k) for s, (_, kinds) in STATES_OF.items() for k in kinds if FULL or (s in SOME and k in kinds[:1])])
def test_killed_in_each_state(place, state, kind):
    v, d = place
    one = STATES_OF[state][0](v, d, kind)
    pid = d.pids("notifier")
    kill(d)
    alive_again(d, pid)
    if state == "accepted":  # the receipt finds the one that came after
        good = {"sms": {"no": "S" + one.row()["id"], "state": "0"}, "voice": {"id": one.row()["id"], "status": "answered"}}[kind]
        until(lambda: v.send_receipt(kind, good)[0] == 200, "the receipt to be taken")
        until(lambda: one.state() == "delivered", "the receipt to count")
    assert check(one) in ("delivered", "opened")
    close(one)


def killed_while_one_channel_is_awaited_and_another_has_delivered(place):
    """P1 goes by two at once. What is under way of a notice that has ended is no longer sending for ever."""
    v, d = place
    v.fault("wecom-bot", "stall")
    one = One(v, d, "wecom-bot", "P1")
    until(lambda: one.ended() and one.way() == "sending" and one.way(1) == "delivered", "the second one to deliver")
    pid = d.pids("notifier")
    kill(d)
    alive_again(d, pid)
    assert (one.state(), one.way()) == ("delivered", "unknown")
    close(one)


if FULL:  # it waits for a provider that does not answer
    test_killed_while_one_channel_is_awaited = killed_while_one_channel_is_awaited_and_another_has_delivered


@pytest.mark.parametrize("moment,kind", [(m, k) for m in MOMENTS for k in KINDS if (m != "receipted" or k in RECEIPTS) and
                                         (FULL or (m, k) in (("connected", "wecom-bot"), ("read", "webhook"), ("answered", "sms")))])
def test_killed_at_each_moment_of_a_request(place, moment, kind):
    v, d = place
    pid = d.pids("notifier")
    v.when(moment, kind, lambda: kill(d))
    one = One(v, d, kind)
    alive_again(d, pid)
    assert check(one) in ("delivered", "unknown")
    close(one)


def test_killed_at_each_step_by_which_it_writes(tmp_path, killer):
    """Before every write and sync of notices.db: between the cursor and the rows, before the first byte leaves, before and after the
    answer is written, before it is written that the engine knows."""
    with Vendors() as v, city(tmp_path, v, told(("webhook", "wecom-bot")), names=("webhook", "wecom-bot", "backup"), start=False,
                              sandbox="off") as d:
        begun = os.path.join(d.folder, "notices", "kill")
        d.launch(by=("env", f"LD_PRELOAD={killer}", "KILL_ONLY=notifier", f"KILL_FROM={begun}"))
        until(lambda: " follows seq=" in d.log(), "the notifier to follow")
        step, ended = 1, collections.Counter()
        while True:
            kind = ("webhook", "wecom-bot")[step % 2]
            with open(begun, "w", encoding="ascii") as f:
                f.write("." * step)
            one = One(v, d, kind)
            ended[check(one)] += 1
            if os.path.exists(begun):
                break
            close(one)
            step += 1 if FULL else 11
        print(f"killed before each of {step - 1} writes and syncs: {dict(ended)}")
        assert step > 20
        os.unlink(begun)


# -- the others -----------------------------------------------------------------------------------------------------------------------


def kill_daemon(d):
    """All of it at once. The manual clock goes on where it was."""
    d.kill_all()
    d.clock = (datetime.datetime.fromisoformat(AT) + datetime.timedelta(seconds=d.passed)).isoformat()
    d.start()


def test_whoever_is_killed_while_notices_go_out(place):
    v, d = place
    chance = random.Random(SEED)
    ones = []
    for i in range(60 if FULL else 3):
        victim = chance.choice(("engine", "api", "notifier", "intake", "all")) if i % 6 != 2 else "all"
        for kind in KINDS:
            v.fault(kind, *chance.choices(("ok", "ok", "drop", "error", "duplicate"), k=1))
            ones.append(One(v, d, kind))
        if victim == "all":
            kill_daemon(d)
        else:
            d.kill(victim)
        until(lambda: d.http("GET", "/readyz")[0] == 200, f"service after the kill of {victim}")
        advance(d, chance.choice((1, 5, 20)))
    ended = collections.Counter(check(one) for one in ones)
    print(f"{len(ones)} instructions while others were killed: {dict(ended)}; seed {SEED}")
    assert ended["delivered"] > len(ones) // 2, f"seed {SEED}: {ended}"
