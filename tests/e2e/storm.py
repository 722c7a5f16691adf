"""Load that never gives up, and the books it keeps: desks, a unit and listeners that reconnect and
send again until they are answered, whatever is killed under them, and a check of their records
against what the daemon stored.

Every client notes what it was answered and on which kill each broken connection is to be blamed. The
check knows only these notes and what the interfaces say; nothing of the daemon's inside.
"""
import collections
import http.client
import json
import os
import random
import signal
import threading
import time
import urllib.parse

from harness import ROOT, until

CHILDREN = ("engine", "intake", "api")
SAMPLES = os.path.join(os.environ.get("LIANDONG_DATA", os.path.join(ROOT, "samples")), "incidents.jsonl")
BREAKS = (OSError, http.client.HTTPException)
UNIT = "urban-management"  # assists or leads in many of the samples


class Ended(Exception):
    """The connection is gone: reconnect and send again."""


def samples():
    with open(SAMPLES, encoding="utf-8") as f:
        found = [json.loads(line) for line in f]
    return [{k: v for k, v in one.items() if v is not None} for one in found]


def now_text():
    t = time.time() + 8 * 3600
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + f".{int(t * 1000) % 1000:03d}+08:00"


class Client(threading.Thread):
    """One that works until it is told to stop and then finishes what it began."""

    def __init__(self, storm, name):
        super().__init__(name=name, daemon=True)
        self.storm = storm
        self.stopping = threading.Event()
        self.wrong = []   # what should not have happened, as sentences
        self.breaks = []  # which kill came last before each broken connection
        self.fresh = 0.0  # when the latest of the answered requests was sent

    def run(self):
        try:
            while not self.finished():
                try:
                    self.work()
                except (Ended, *BREAKS):
                    self.breaks.append(self.storm.last_kill)
                    time.sleep(0.01)  # a port that refuses is asked again, and not in a tight loop
        except Exception as odd:  # a client that dies must fail the test, not vanish
            self.wrong.append(f"{self.name} died of {type(odd).__name__}: {odd}")
            raise

    def session(self, name, role, unit=None, **params):
        """A console with an open session; Ended if there is none to be had now."""
        try:
            c = self.storm.daemon.raw()
        except OSError:
            raise Ended from None
        c.socket.settimeout(30)
        try:
            c.call("session.open", token=self.storm.token(name, role, unit), client=self.name, within=30, **params)
        except (AssertionError, OSError):
            c.close()
            raise Ended from None
        c.replies.clear()
        return c

    def finished(self):
        return self.stopping.is_set()


class Desk(Client):
    """Keeps `window` reports in flight; what was not answered goes again on the next connection."""

    def __init__(self, storm, index, window, per_second):
        super().__init__(storm, f"desk{index}")
        self.window, self.gap = window, 1.0 / per_second
        self.random = random.Random(index)
        self.samples = samples()
        self.made = 0
        self.pending = collections.OrderedDict()  # number: parameters, not answered
        self.answered = {}  # number: seq of the answer
        self.asked_at = {}
        self.next_at = time.monotonic()

    def finished(self):
        return self.stopping.is_set() and not self.pending

    def make(self):
        self.made += 1
        one = dict(self.random.choice(self.samples))
        one.update(number=f"{self.name.upper()}-{self.made}", received_at=now_text())
        one["address"] = f"{one['address']}{self.made}号"
        self.pending[one["number"]] = one
        return one

    def work(self):
        with self.session("desk", "desk", events=False) as c:
            self.asked_at.clear()
            for one in list(self.pending.values()):
                self.report(c, one)
            while not self.finished():
                while not self.stopping.is_set() and len(self.pending) < self.window and self.due():
                    self.report(c, self.make())
                c.take(0.02)
                self.sort(c)
                if c.ended:
                    raise Ended

    def due(self):
        now = time.monotonic()
        if now < self.next_at:
            return False
        self.next_at = max(self.next_at + self.gap, now - 0.5)
        return True

    def report(self, c, params):
        self.asked_at[c.send("incident.report", **params)] = (params["number"], time.monotonic())

    def sort(self, c):
        for id, reply in c.replies.items():
            number, asked = self.asked_at.pop(id)
            if "error" in reply:
                self.wrong.append(f"{number}: {reply['error']} after kill of {self.storm.last_kill}")
                self.pending.pop(number)
                continue
            if reply["result"]["incident"] != number:
                self.wrong.append(f"asked {number}, answered {reply['result']['incident']}")
            self.fresh = max(self.fresh, asked)
            self.answered[number] = reply["result"]["seq"]
            self.pending.pop(number, None)
        c.replies.clear()
        c.lines.clear()


class Seen:
    """The events that somebody who follows them has seen."""

    def __init__(self, client, after):
        self.client, self.seq = client, after
        self.told = []  # (seq, (type, about))
        self.rungs = collections.Counter()  # (dispatch, clock, rung): how often

    def note(self, e):
        if e["seq"] != self.seq + 1:
            self.client.wrong.append(f"{self.client.name}: seq {e['seq']} after {self.seq}, "
                                     f"kill of {self.client.storm.last_kill}")
        self.seq = e["seq"]
        self.told.append((e["seq"], (e["type"], e.get("dispatch") or e.get("incident"))))
        if e["type"] in ("reminder.sent", "escalation.raised"):
            for rung in e["data"].get("rungs", [e["data"]["rung"]]):
                self.rungs[e["dispatch"], e["data"]["clock"], rung] += 1

    def times(self, upto):
        """(type, about): how often, up to that seq; reminders go on after the last client has stopped."""
        return collections.Counter(what for seq, what in self.told if seq <= upto)


class Listener(Client):
    """A console that follows the events and resumes from the last it saw."""

    def __init__(self, storm, name, after):
        super().__init__(storm, name)
        self.seen = Seen(self, after)

    def finished(self):
        return self.stopping.is_set() and self.seen.seq >= self.storm.last_seq

    def work(self):
        with self.session("desk", "desk", after=self.seen.seq) as c:
            while not self.finished():
                c.take(0.1)
                for e in c.events:
                    self.seen.note(e)
                c.events.clear()
                c.lines.clear()
                if c.ended:
                    raise Ended


class Web(Client):
    """One that speaks HTTP on a connection kept open."""

    def __init__(self, storm, name, account):
        super().__init__(storm, name)
        self.token = storm.token(*account)
        self.connection = None

    def ask(self, method, path, body=None, **headers):
        """The parsed answer, or Ended; an answer that is not 2xx is noted as wrong."""
        if not self.connection:
            self.connection = self.storm.daemon.http_connection(30)
        try:
            self.connection.request(method, path, body and json.dumps(body),
                                    {"Authorization": f"Bearer {self.token}",
                                     "Content-Type": "application/json", **headers})
            r = self.connection.getresponse()
            data = r.read()
        except BREAKS:
            self.connection.close()
            self.connection = None
            raise Ended from None
        if r.getheader("Connection") == "close":
            self.connection.close()
            self.connection = None
        if r.status == 503 and r.getheader("Retry-After") and self.storm.last_kill in LOST_BY[Web]:
            raise Ended  # a new api that has not found the engine yet says so
        if r.status // 100 != 2:
            self.wrong.append(f"{method} {path}: {r.status} {data[:300]!r} after kill of {self.storm.last_kill}")
            return None
        return json.loads(data)


class WebListener(Web):
    """The same events, in pages over HTTP."""

    def __init__(self, storm, name, after):
        super().__init__(storm, name, ("desk", "desk"))
        self.seen = Seen(self, after)

    def finished(self):
        return self.stopping.is_set() and self.seen.seq >= self.storm.last_seq

    def work(self):
        page = self.ask("GET", f"/v1/events?after={self.seen.seq}&wait=1&limit=500")
        for e in page["events"] if page else []:
            self.seen.note(e)


class Liaison(Web):
    """A unit: fetches its dispatches and acknowledges each, with the same key until it is answered."""

    def __init__(self, storm, unit, after):
        super().__init__(storm, f"liaison-{unit}", (f"liaison-{unit}", "liaison", unit))
        self.seq = after
        self.seen, self.acknowledged = set(), set()
        self.waiting = collections.deque()
        self.polled_to_end = False

    def finished(self):
        return self.stopping.is_set() and not self.waiting and self.polled_to_end

    def work(self):
        self.poll()
        while self.waiting:
            self.acknowledge(self.waiting[0])
            self.waiting.popleft()

    def poll(self):
        stopping = self.stopping.is_set()
        page = self.ask("GET", f"/v1/dispatches?after={self.seq}&wait={0 if stopping else 1}")
        if not page:
            return
        if page.get("reset"):
            self.wrong.append(f"poll after {self.seq} was reset after kill of {self.storm.last_kill}")
        if page["seq"] < self.seq:
            self.wrong.append(f"poll after {self.seq} went back to {page['seq']}")
        self.seq = page["seq"]
        for d in page["dispatches"]:
            self.seen.add(d["dispatch"])
            if d["state"] == "issued" and d["role"] != "inform":
                self.waiting.append(d["dispatch"])
        self.polled_to_end = stopping and not page["dispatches"] and not page.get("more")

    def acknowledge(self, dispatch):
        path = f"/v1/dispatches/{urllib.parse.quote(dispatch)}/acknowledge"
        if self.ask("POST", path, {}, **{"Idempotency-Key": dispatch}):
            self.acknowledged.add(dispatch)


# Whose end a client may notice.
LOST_BY = {Client: {"intake", "supervisor", "all"}, Web: {"api", "supervisor", "all"}}


class Storm:
    """A daemon under load, and its killer."""

    def __init__(self, daemon, desks=3, window=8, per_second=120, seed=None):
        self.daemon = daemon
        self.seed = random.randrange(1 << 32) if seed is None else seed
        self.random = random.Random(self.seed)
        self.last_kill, self.last_seq = "nothing", 1 << 62
        self.tokens, self.pauses = {}, collections.defaultdict(list)
        self.kills = collections.Counter()
        for account in (("desk", "desk", None), (f"liaison-{UNIT}", "liaison", UNIT)):
            self.token(*account)
        with daemon.local() as c:
            after = c.call("session.ping")["seq"]
        self.desks = [Desk(self, i, window, per_second) for i in range(1, desks + 1)]
        self.listener = Listener(self, "listener", after)
        self.web_listener = WebListener(self, "web-listener", after)
        self.liaison = Liaison(self, UNIT, after)
        self.clients = [*self.desks, self.listener, self.web_listener, self.liaison]

    def token(self, name, role, unit=None):
        if name not in self.tokens:
            self.tokens[name] = self.daemon.account(name, role, unit)
        return self.tokens[name]

    def start(self):
        for c in self.clients:
            c.start()
        until(lambda: self.alive() or all(d.fresh for d in self.desks), "the first answers", 30)

    # -- killing

    def kill(self, victim):
        """kill -9, then waits until everyone who depends on it is answered again."""
        time.sleep(self.random.uniform(0, 0.25))
        self.last_kill = victim
        self.kills[victim] += 1
        begun = KILLS[victim](self)
        until(lambda: self.alive() or all(d.fresh > begun for d in self.desks),
              f"answers to the desks after the kill of {victim}", 60)
        self.pauses[victim].append(time.monotonic() - begun)
        until(lambda: self.alive() or self.ready(), f"readyz after the kill of {victim}", 60)

    def ready(self):
        try:
            return self.daemon.http("GET", "/readyz")[0] == 200
        except BREAKS:
            return False

    def alive(self):
        """Raises where a client has died or the daemon has ended: there is nothing more to wait for."""
        dead = [c.name for c in self.clients if not c.is_alive()]
        assert not dead, f"{dead} died: {[w for c in self.clients for w in c.wrong]}"
        assert self.daemon.process.poll() is None, f"liandongd ended: {self.daemon.log()[-3000:]}"
        return False

    def kill_child(self, role):
        pid = until(lambda: self.daemon.pids(role), f"a process {role}")[0]
        os.kill(pid, signal.SIGKILL)
        begun = time.monotonic()
        until(lambda: pid not in self.daemon.pids(role) and self.daemon.pids(role), f"a new {role}", 30)
        return begun

    def kill_supervisor(self):
        return self.kill_daemon(self.daemon.process.kill)

    def kill_all(self):
        return self.kill_daemon(self.daemon.kill_all)

    def kill_daemon(self, act):
        """The children end with the supervisor, and only then are its ports free."""
        children = [pid for role in CHILDREN for pid in self.daemon.pids(role)]
        act()
        begun = time.monotonic()
        self.daemon.process.wait()
        until(lambda: not any(running(pid) for pid in children), "the children to end with the supervisor", 30)
        self.daemon.launch()
        return begun

    # -- the end

    def stop(self):
        for c in (*self.desks, self.liaison):
            c.stopping.set()
        for c in (*self.desks, self.liaison):
            c.join(60)
            assert not c.is_alive(), f"{c.name} is not done: {getattr(c, 'pending', None)}"
        with self.daemon.local() as c:
            self.last_seq = c.call("session.ping")["seq"]
        for c in (self.listener, self.web_listener):
            c.stopping.set()
            c.join(60)
            assert not c.is_alive(), f"{c.name} stands at {c.seen.seq} of {self.last_seq}: {c.wrong}"

    def check(self):
        """Every promise, against what is stored."""
        wrong = [sentence for c in self.clients for sentence in c.wrong]
        assert not wrong, f"seed {self.seed}: {len(wrong)}, first {wrong[:5]}"
        self.check_breaks()
        self.check_incidents()
        self.check_events()
        self.check_dispatches()
        verified = json.loads(self.daemon.ctl("--json", "audit", "verify").stdout)
        assert verified["ok"] and verified["seq"] >= self.last_seq, verified

    def check_breaks(self):
        """Only a client that lost the very process that it spoke to may notice."""
        for c in self.clients:
            allowed = LOST_BY[Web] if isinstance(c, Web) else LOST_BY[Client]
            assert set(c.breaks) <= allowed, f"seed {self.seed}: {c.name} broke off after {set(c.breaks) - allowed}"

    def check_incidents(self):
        stored = list(self.stored())
        times = collections.Counter(one["number"] for one in stored)
        twice = [n for n, count in times.items() if count > 1]
        answered = {n for d in self.desks for n in d.answered}
        made = {f"{d.name.upper()}-{i}" for d in self.desks for i in range(1, d.made + 1)}
        assert not twice, f"seed {self.seed}: stored twice {twice[:5]}"
        assert answered == made, f"seed {self.seed}: never answered {sorted(made - answered)[:5]}"
        lost = answered - times.keys()
        assert not lost, f"seed {self.seed}: {len(lost)} answered and lost, {sorted(lost)[:5]}"
        invented = times.keys() - made
        assert not invented, f"seed {self.seed}: nobody reported {sorted(invented)[:5]}"

    def check_events(self):
        seen = self.listener.seen
        assert min(seen.seq, self.web_listener.seen.seq) >= self.last_seq
        times = seen.times(self.last_seq)
        assert times == self.web_listener.seen.times(self.last_seq), f"seed {self.seed}: console and HTTP saw different events"
        for d in self.desks:
            for number in d.answered:
                assert times["incident.reported", number] == 1, f"seed {self.seed}: {number} reported events"
        for kind in ("dispatch.issued", "dispatch.delivered", "dispatch.acknowledged"):
            twice = [about for (k, about), n in times.items() if k == kind and n > 1]
            assert not twice, f"seed {self.seed}: {kind} twice for {twice[:5]}"
        twice = [key for key, n in seen.rungs.items() if n > 1 and key[2] != "repeat"]
        assert not twice, f"seed {self.seed}: reminded twice {twice[:5]}"

    def check_dispatches(self):
        """What the unit acknowledged stays so, and it was shown all that is its own."""
        state = {d["dispatch"]: d for one in self.stored() for d in one["dispatches"] if d["unit"] == UNIT}
        assert state.keys() == self.liaison.seen, f"seed {self.seed}: {len(state)} stored, {len(self.liaison.seen)} seen"
        times = self.listener.seen.times(self.last_seq)
        for dispatch in self.liaison.acknowledged:
            assert state[dispatch]["state"] == "acknowledged", f"seed {self.seed}: {state[dispatch]}"
            assert times["dispatch.acknowledged", dispatch] == 1

    def stored(self):
        with self.daemon.local() as c:
            cursor = {}
            while True:
                page = c.call("incident.list", limit=200, **cursor)
                yield from page["incidents"]
                if not page.get("next"):
                    return
                cursor = {"cursor": page["next"]}
                c.lines.clear()

    def summary(self):
        answered = sum(len(d.answered) for d in self.desks)
        pauses = ", ".join(f"{who} {sorted(p)[len(p) // 2] * 1000:.0f}/{max(p) * 1000:.0f}"
                           for who, p in sorted(self.pauses.items()))
        return (f"{sum(self.kills.values())} kills {dict(self.kills)}, {answered} incidents, "
                f"{self.last_seq} events, {len(self.liaison.acknowledged)} acknowledged, "
                f"{sum(self.listener.seen.rungs.values())} reminders; pause, median/longest ms: {pauses}; seed {self.seed}")


KILLS = {"supervisor": Storm.kill_supervisor, "all": Storm.kill_all,
         **{role: lambda storm, role=role: storm.kill_child(role) for role in CHILDREN}}


def running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
