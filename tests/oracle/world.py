"""A quarter of a city, from a seed: who calls, how the units behave, what the desk and the office decide, and
what befalls the system. It drives a real daemon under the manual clock, over console and HTTP.

One random source for each matter (the seed and its number), so that one matter's chances do not hang on
another's: a world in which every decision is made a little later has the same callers and the same units.
"""
import heapq
import http.client
import json
import math
import os
import random
import re
import shutil
import socket

from harness import ROOT, Daemon, Refused, endpoints, protocol
from instants import DAY, HOUR, MINUTE, SECOND, day_of, day_start, instant, text
from offices import UNCONFIRMED, Offices
from terms import Revision, revision_of

START, END = instant("2026-02-01T00:00:00+08:00"), instant("2026-05-01T00:00:00+08:00")
TYPHOON = (instant("2026-03-20T08:00:00+08:00"), instant("2026-03-21T08:00:00+08:00"))
CLOSING = instant("2026-04-22T10:00:00+08:00")
CAR_MOVING = "300201"

CHARACTERS = {
    "slow": ("water", "market", "transport", "housing", "health", "town-yongfu"),
    "silent": ("cable", "post"),
    "returns": ("telecom", "natural-resources"),
    "back-dater": ("power", "ecology"),
    "extender": ("traffic-police",),
    "tiny": ("youth-league", "political-legal"),
}
CHARACTER = {unit: kind for kind, units in CHARACTERS.items() for unit in units}

# Planted: no report, export, log, notice or metric may have one of these.
CANARY = {"name": "金丝雀阿九", "phone": "13700137001", "address": "金丝雀巷九十九号",
          "text": "只有金丝雀知道的事", "person": "金丝雀值班员"}


# Every form that a roster can have: by turns, two days each, over midnight, workdays and holidays apart, three
# shifts a day, several people, a time of two, and a unit of tier 2 that has none at night.
PEOPLE = "people: {" + ", ".join(f'{k}: {{name: 值班{k}, phone: "0597-00005{i:02}", placeholder: true}}'
                                 for i, k in enumerate("abcdef")) + "}"
ROSTERS = f"""rosters:
  - unit: water
    {PEOPLE}
    shifts:
      - {{name: 白班, from: "08:00", to: "20:00", start: "2025-01-06", every: 2, days: all, order: [[a], [b], [c]]}}
      - {{name: 夜班, from: "20:00", to: "08:00", start: "2025-01-05", every: 1, days: all, order: [[d, e], [f]]}}
    overrides:
      - {{from: "2026-02-16T08:00", to: "2026-02-18T08:00", people: [a, f], because: 春节双人值班}}
  - unit: fire
    {PEOPLE}
    shifts:
      - {{name: 工作日, from: "08:00", to: "18:00", start: "2025-01-02", every: 1, days: workdays, order: [[a], [b]]}}
      - {{name: 工作日夜, from: "18:00", to: "08:00", start: "2025-01-02", every: 3, days: workdays, order: [[c], [d], [e]]}}
      - {{name: 休息日, from: "08:00", to: "08:00", start: "2025-01-01", every: 1, days: holidays, order: [[e], [f]]}}
  - unit: ems-120
    {PEOPLE}
    shifts:
      - {{name: 早, from: "00:00", to: "08:00", start: "2025-01-01", every: 1, days: all, order: [[a], [b], [c], [d]]}}
      - {{name: 中, from: "08:00", to: "16:00", start: "2025-01-01", every: 1, days: all, order: [[b], [c], [d], [a]]}}
      - {{name: 晚, from: "16:00", to: "00:00", start: "2025-01-01", every: 7, days: all, order: [[e], [f]]}}
  - unit: housing
    {PEOPLE}
    shifts:
      - {{name: 白班, from: "08:00", to: "17:30", start: "2025-01-02", every: 5, days: workdays, order: [[a], [b], [c]]}}
"""


def hour_weight(at):
    hour = (at + 8 * HOUR) % DAY // HOUR
    weight = 1.5 if 6 <= hour < 9 else 0.4 if hour >= 22 or hour < 6 else 1.0
    return weight * (12 if TYPHOON[0] <= at < TYPHOON[1] else 1)


def arrivals(seed, n):
    """n instants, whole seconds, as a Poisson process with the day's profile has them."""
    rnd = random.Random(f"{seed}/arrivals")
    found = []
    while len(found) < n:
        at = START + rnd.randrange((END - START) // SECOND) * SECOND
        if rnd.random() * 12 * 1.5 < hour_weight(at):
            found.append(at)
    return sorted(found)


class Http:
    """One connection that is kept, for one account."""

    def __init__(self, daemon, token):
        self.daemon, self.token, self.c = daemon, token, None

    def call(self, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        for again in (False, True):
            try:
                if self.c is None:
                    self.c = http.client.HTTPConnection("127.0.0.1", self.daemon.http_port, timeout=60)
                    self.c.connect()
                    self.c.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.c.request(method, path, data, headers)
                reply = self.c.getresponse()
                answer = json.loads(reply.read() or b"{}")
                return reply.status, answer
            except (http.client.HTTPException, OSError):
                self.c = None
                if again:
                    raise

    def close(self):
        if self.c:
            self.c.close()


class Problem(Exception):
    """A refusal that came over HTTP."""

    def __init__(self, status, answer):
        super().__init__(f"{status} {answer}")
        self.word = answer.get("code")


class World(Offices):
    def __init__(self, folder, build, seed, n, later=0.0):
        """`later`: by what part of what is left of its limit every decision is put off."""
        self.seed, self.n, self.later = seed, n, later
        self._rows = protocol()
        self.known = set(self._rows)
        self.paths = {command: path for method, path, command in endpoints() if method == "POST"}
        self.folder = str(folder)
        self.mechanism = os.path.join(self.folder, "mechanism")
        shutil.copytree(os.path.join(ROOT, "config", "zhangping"), self.mechanism)
        self.prepare_mechanism()
        self.mechanisms = {}
        self.keep_revision()
        self.now = START - DAY
        self.daemon = Daemon(self.folder, clock=text(self.now), mechanism=self.mechanism)
        self.agenda, self.order = [], 0
        self.consoles, self.https = {}, {}
        self.reports = 0          # incidents that were taken
        self.acts = 0
        self.doubled = self.crossed = self.kills = 0
        self.refused = {}         # (act, word) -> how often
        self.reasons = {}         # (act, word) -> what was said
        self.open_mains = []      # numbers that a follower may join
        self.undecided, self.ended = [], []  # what may be changed after the close
        self.seen = set()         # dispatches that woke their unit
        self.undone = set()       # whose arrival may have been corrected
        self.watch = None         # called after every report with the world
        self.plain = random.Random(f"{seed}/world")

    # -- the mechanism ---------------------------------------------------------------------------

    def path(self, name):
        return os.path.join(self.mechanism, name + ".yaml")

    def edit(self, name, change):
        with open(self.path(name), encoding="utf-8") as f:
            was = f.read()
        now = change(was)
        assert now != was, f"{name}.yaml was not changed"
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(now)

    def prepare_mechanism(self):
        with open(self.path("rosters"), "w", encoding="utf-8") as f:
            f.write(ROSTERS)

    def keep_revision(self):
        """The files as they are, by their revision, for the oracle."""
        revision = revision_of(self.mechanism)
        self.mechanisms[revision] = self.rules = Revision(self.mechanism)
        return revision

    # -- time ------------------------------------------------------------------------------------

    def plan(self, at, act, *args):
        """Calls act(*args) at that instant, or as soon as the clock is there."""
        self.order += 1
        heapq.heappush(self.agenda, (max(at, self.now), self.order, act, args))

    def advance(self, at):
        ms = at - self.now
        if ms <= 0:
            return
        days, rest = divmod(ms, DAY)
        seconds, milli = divmod(rest, SECOND)
        self.local.call("clock.advance", within=600, duration=f"{days}d{seconds}s{milli}ms")
        self.now = at

    def away(self, until):
        """The system stands still; what was planned meanwhile comes afterwards."""
        self.local.call("clock.set", within=600, instant=text(until))
        self.now = max(self.now, until)

    def run(self, until=None):
        while self.agenda and (until is None or self.agenda[0][0] <= until):
            at, _, act, args = heapq.heappop(self.agenda)
            self.advance(at)
            act(*args)
        if until is not None:
            self.advance(until)

    # -- clients ---------------------------------------------------------------------------------

    def start(self):
        self.daemon.start()
        self.local = self.daemon.local()
        self.desk = self.account("desk1", "desk")
        self.shift = self.account("shift1", "shift-leader")
        self.office = self.account("office1", "office")
        return self

    def account(self, name, role, unit=None):
        """The console of that account; None if the program has no such account yet."""
        if name not in self.consoles:
            self.consoles[name] = self.daemon.console(name, role, unit, events=False)
        return self.consoles[name]

    def store(self):
        """The database that is in use."""
        path = os.path.join(self.folder, "liandong.db")
        if os.path.exists(path + ".current"):
            with open(path + ".current", encoding="utf-8") as f:
                path = os.path.join(self.folder, f.read().strip())
        return path

    def stop(self):
        for c in [*self.consoles.values(), *self.https.values(), self.local]:
            c.close()
        return self.daemon.stop(60)

    def has(self, command):
        return command in self.known

    def over_http(self, unit):
        """Every third unit has a system of its own; the others type at a console."""
        return sum(unit.encode()) % 3 == 0

    # -- acts ------------------------------------------------------------------------------------

    def path_of(self, command, params):
        path, rest = self.paths[command], dict(params)
        for name in re.findall(r"\{(\w+)\}", path):
            path = path.replace("{" + name + "}", rest.pop(name))
        return path, rest

    def http_of(self, name, role, unit):
        if name not in self.https:
            self.https[name] = Http(self.daemon, self.daemon.account(name, role, unit))
        return self.https[name]

    def once(self, who, command, params, over_http):
        name, role, unit = who
        if not over_http:
            return self.account(name, role, unit).call(command, within=60, **params)
        rest = {k: v for k, v in params.items() if k != "key"}
        path, rest = self.path_of(command, rest)
        status, answer = self.http_of(name, role, unit).call("POST", path, rest, params.get("key"))
        if status >= 400:
            raise Problem(status, answer)
        return answer

    def act(self, who, command, rnd, **params):
        """Carries it out; in a part of the cases twice by the same key, on one way in or on both, or
        with the engine killed beside it. None if it was refused."""
        if not self.has(command):
            return None
        self.acts += 1
        params = {k: v for k, v in params.items() if v is not None}
        chance = rnd.random()
        if command != "incident.report":
            params["key"] = f"{self.acts}"
        first = self.over_http(who[2]) if who[2] else False
        try:
            if self.acts in self.kill_at:
                answer = self.beside_a_kill(who, command, params)
            else:
                answer = self.once(who, command, params, first)
            if chance < 0.06:
                self.again(who, command, params, answer, first if chance < 0.05 else not first)
            return answer
        except (Refused, Problem) as e:
            self.refused[command, e.word] = self.refused.get((command, e.word), 0) + 1
            self.last_refusal = e
            self.reasons.setdefault((command, e.word), []).append(str(e))
            return None

    kill_at = ()
    when_killed = None

    def again(self, who, command, params, answer, over_http):
        """The same act once more: the same answer, and not a second act."""
        told = self.once(who, command, params, over_http)
        if command == "incident.report":
            assert told["duplicate"] and told["seq"] == answer["seq"], (params, answer, told)
        else:
            assert told == answer, (command, params, answer, told)
        self.doubled += 1

    def beside_a_kill(self, who, command, params):
        """The engine dies while it works: what is answered is stored, what is not is sent again."""
        c = self.account(*who)
        sent = c.send(command, **params)
        self.daemon.kill("engine")
        self.kills += 1
        try:
            return c.result(sent, 60)
        except Refused as e:
            if e.word != "unavailable":
                raise
            return c.call(command, within=60, **params)
        finally:
            if self.when_killed:
                self.when_killed(self)

    heirs = {}

    def unit(self, name):
        name = self.heirs.get(name, name)
        return f"liaison-{name}", "liaison", name

    DESK = ("desk1", "desk", None)
    SHIFT = ("shift1", "shift-leader", None)
    OFFICE = ("office1", "office", None)

    # -- who calls ---------------------------------------------------------------------------------

    def plan_arrivals(self):
        for i, at in enumerate(arrivals(self.seed, self.n)):
            self.plan(at, self.arrive, f"Q{i:05}")

    def chances(self, number, purpose=""):
        return random.Random(f"{self.seed}/{number}/{purpose}")

    def category(self, rnd):
        if rnd.random() < 0.25:
            return CAR_MOVING
        return rnd.choice(self.categories())

    def categories(self):
        """All but car moving, those of the tiny units, and what is only recorded."""
        if not hasattr(self, "_categories"):
            self._categories = [
                code for code, c in self.rules.categories.items()
                if code != CAR_MOVING and c.get("lead") not in (*CHARACTERS["tiny"], "none")
                and not set(CHARACTERS["tiny"]) & set(c.get("assist") or ())]
        return self._categories

    def caller(self, number, rnd):
        area = rnd.choices(("city", "outside", None), (60, 38, 2))[0]
        code = rnd.choice([a for a, x in self.rules.areas.items() if x.get("zone") == area]) if area else None
        params = {
            "number": number, "received_at": text(self.now), "area": code,
            "address": CANARY["address"], "description": f"{CANARY['text']}{number}",
            "priority": rnd.choices(("P1", "P2", "P3", "P4"), (8, 22, 45, 25))[0],
            "category": self.category(rnd), "reporter": {"name": CANARY["name"], "phone": CANARY["phone"]}}
        if rnd.random() < 0.10:
            del params["reporter"]["phone"]
        if rnd.random() < 0.02:
            params["drill"] = True
        if rnd.random() < 0.03:
            params["confidential"] = True
        return params

    def arrive(self, number):
        rnd = self.chances(number)
        params = self.caller(number, rnd)
        follows = 0.60 if TYPHOON[0] <= self.now < TYPHOON[1] else 0.06
        mains = [m for m, at in self.open_mains if self.now - at < 4 * HOUR]
        if rnd.random() < follows and mains and "same_as" in self.parameters("incident.report"):
            params["same_as"] = rnd.choice(mains[-8:])
        answer = self.act(self.DESK, "incident.report", rnd, **params)
        assert answer, f"{number}: a report was refused: {self.last_refusal}"
        self.reports += 1
        if "same_as" not in params and not params.get("drill"):
            self.open_mains = self.open_mains[-40:] + [(number, self.now)]
        self.follow(number, answer["dispatches"], params)
        if rnd.random() < 0.015:
            self.plan(self.now + rnd.randrange(30, 7200) * SECOND, self.cancel, number)
        if rnd.random() < 0.04:
            self.plan(self.now + rnd.randrange(60, 3600) * SECOND, self.add, number)
        if rnd.random() < 0.03:
            self.plan(self.now + rnd.randrange(60, 7200) * SECOND, self.withdraw, number)
        if rnd.random() < 0.04:
            self.plan(self.now + rnd.randrange(60, 5400) * SECOND, self.amend, number, params)
        if self.watch:
            self.watch(self)

    def parameters(self, command):
        return {f["name"] for f in self._rows.get(command, {"fields": []})["fields"]}

    # -- the units -----------------------------------------------------------------------------------

    def follow(self, number, dispatches, params):
        """Every new instruction wakes its unit."""
        for d in dispatches:
            if d["role"] == "inform" or d["dispatch"] in self.seen:
                continue
            self.seen.add(d["dispatch"])
            kind = CHARACTER.get(d["unit"], "good")
            getattr(self, kind.replace("-", "_"))(d, self.chances(d["dispatch"]))

    def begin(self, d, rnd, fetch, acknowledge, arrive, report, finish):
        """Plans the steps of a dispatch at these milliseconds after its issue; None: never."""
        who, at = self.unit(d["unit"]), self.now
        if fetch is not None:
            self.plan(at + fetch, self.fetch, who, d)
        if acknowledge is not None:
            self.plan(at + acknowledge, self.step, who, "acknowledge", d, rnd)
        visits = self.visits(d)
        if arrive is not None and visits:
            if rnd.random() < 0.5:
                self.plan(at + (acknowledge or 0) + max(arrive - (acknowledge or 0), 0) // 2, self.step, who, "depart", d, rnd)
            self.plan(at + arrive, self.step, who, "arrive", d, rnd)
        if report is not None:
            self.plan(at + report, self.step, who, "progress", d, rnd)
        if finish is not None:
            self.plan(at + finish, self.step, who, "complete", d, rnd)

    def visits(self, d):
        return self.rules.units.get(d["unit"], {}).get("visits") != "false"

    def limits(self, d):
        """Milliseconds to acknowledge and to arrive; outside the city an hour will do."""
        ack = instant(d["acknowledge_due"]) - self.now if "acknowledge_due" in d else 5 * MINUTE
        arrive = instant(d["arrive_due"]) - self.now if "arrive_due" in d else 60 * MINUTE
        return ack, arrive

    def good(self, d, rnd):
        ack, arrive = self.limits(d)
        acknowledge = min(rnd.randrange(5, 91) * SECOND, ack)
        there = max(int(arrive * rnd.uniform(0.40, 0.95)) // SECOND * SECOND, acknowledge)
        report = there + rnd.randrange(60, 1700) * SECOND
        self.begin(d, rnd, min(2 * SECOND, acknowledge), acknowledge, there, report, report + rnd.randrange(300, 7000) * SECOND)

    def slow(self, d, rnd):
        """Lognormal about the limit: two in five are late at each clock."""
        def about(limit):
            return max(int(limit * math.exp(rnd.gauss(-0.127, 0.5))), 1000)
        ack, arrive = self.limits(d)
        acknowledge = about(ack)
        there = max(about(arrive), acknowledge)
        report = there + about(30 * MINUTE)
        self.begin(d, rnd, acknowledge // 2, acknowledge, there, report, report + about(2 * HOUR))

    def silent(self, d, rnd):
        """Fetches nothing and answers nothing; of three in ten the desk hears by telephone. The desk
        withdraws what was not taken in two days."""
        if rnd.random() < 0.3:
            at = rnd.randrange(120, 3600) * SECOND
            for verb, after in (("acknowledge", 0), ("arrive", 40 * MINUTE), ("complete", 2 * HOUR)):
                self.plan(self.now + at + after, self.on_behalf, verb, d, rnd)
        self.plan(self.now + 2 * DAY, self.give_up, d, rnd)

    def returns(self, d, rnd):
        """Not ours, within two minutes. What remains with it is dealt with as others do."""
        self.begin(d, rnd, 1 * SECOND, None, None, None, None)
        self.plan(self.now + rnd.randrange(5, 120) * SECOND, self.ask_return, d, rnd)

    def back_dater(self, d, rnd):
        """Records its arrival 10 to 40 minutes late, with an instant just before the due."""
        ack, arrive = self.limits(d)
        acknowledge = min(rnd.randrange(5, 91) * SECOND, ack)
        who = self.unit(d["unit"])
        self.begin(d, rnd, 1 * SECOND, acknowledge, None, None, None)
        late = self.now + arrive + rnd.randrange(600, 2400) * SECOND
        said = self.now + max(arrive - rnd.randrange(1, 120) * SECOND, acknowledge)
        if self.visits(d):
            self.plan(late, self.back_dated, who, d, rnd, said)
        self.plan(late + rnd.randrange(60, 1500) * SECOND, self.step, who, "complete", d, rnd)

    def extender(self, d, rnd):
        """Asks in the last tenth of its limit, and comes a little after it."""
        ack, arrive = self.limits(d)
        acknowledge = min(rnd.randrange(5, 91) * SECOND, ack)
        there = int(arrive * rnd.uniform(0.7, 1.3)) // SECOND * SECOND
        self.begin(d, rnd, 1 * SECOND, acknowledge, max(there, acknowledge), None, max(there, acknowledge) + rnd.randrange(300, 5000) * SECOND)
        if "arrive_due" in d:
            self.plan(self.now + int(arrive * rnd.uniform(0.9, 0.999)), self.ask_extension, d, rnd)

    def tiny(self, d, rnd):
        """Four instructions in the whole quarter, of which the second is arrived at too late."""
        ack, arrive = self.limits(d)
        late = 5 * MINUTE if d["dispatch"].startswith("TINY-2") else -5 * MINUTE
        self.begin(d, rnd, 1 * SECOND, min(60 * SECOND, ack), arrive + late, arrive + late + 10 * MINUTE,
                   arrive + late + HOUR)

    # -- their acts ------------------------------------------------------------------------------------

    def fetch(self, who, d):
        """The unit's client polls: what it is shown is delivered."""
        if self.over_http(who[2]):
            status, _ = self.http_of(*who).call("GET", f"/v1/dispatches/{d['dispatch']}")
            assert status == 200
        else:
            self.account(*who).call("dispatch.get", within=60, dispatch=d["dispatch"])
        self.acts += 1

    def step(self, who, verb, d, rnd):
        words = {"progress": {"text": "正在处置"}, "complete": {"result": "已处置"}}.get(verb, {})
        answer = self.act(who, f"dispatch.{verb}", rnd, dispatch=d["dispatch"], **words)
        if answer and verb == "complete" and d["role"] == "lead":
            self.ended.append((d["incident"], self.now))
            self.completed(d, answer)
        if answer and verb == "arrive":
            self.may_correct(d)
            self.may_name_owner(d)

    def back_dated(self, who, d, rnd, said):
        answer = self.act(who, "dispatch.arrive", rnd, dispatch=d["dispatch"], at=text(said))
        if answer and "arrived" in answer["dispatch"].get("unconfirmed", ()):
            self.doubted(d, rnd)

    def on_behalf(self, verb, d, rnd):
        words = {"complete": {"result": "电话反馈已处置"}}.get(verb, {})
        answer = self.act(self.DESK, f"dispatch.{verb}", rnd, dispatch=d["dispatch"],
                          on_behalf={"person": CANARY["person"], "phone": CANARY["phone"]}, **words)
        if answer and verb == "complete" and d["role"] == "lead":
            self.completed(d, answer)

    def give_up(self, d, rnd):
        got = self.desk.call("dispatch.get", within=60, dispatch=d["dispatch"])
        if got["state"] in ("completed", "withdrawn"):
            return
        self.act(self.DESK, "dispatch.withdraw", rnd, dispatch=d["dispatch"], reason="无人应答")
        self.close_if_open(d["incident"], rnd)

    def close_if_open(self, number, rnd):
        got = self.desk.call("incident.get", within=60, number=number)
        live = [x for x in got["dispatches"] if x["state"] not in ("completed", "withdrawn") and x["role"] != "inform"]
        if got["state"] in ("open", "completed") and not live:
            self.act(self.DESK, "incident.close", rnd, number=number)

    # -- the desk --------------------------------------------------------------------------------------

    def within(self, limit, rnd):
        """When a decision comes that is made within its limit; every one can be put off."""
        at = rnd.uniform(0.05, 0.75) * limit
        return int(at + (limit * 0.95 - at) * self.later) // SECOND * SECOND

    def decide(self, request, grant, rnd, who=None, **params):
        if not grant:
            params["reason"] = "理由不成立"
        answer = self.act(who or self.DESK, "request.decide", rnd, request=request, grant=grant, **params)
        return answer

    def of_incident(self, number):
        return self.desk.call("incident.get", within=60, number=number)

    def news(self, number):
        """Instructions that a decision has issued."""
        self.follow(number, self.of_incident(number)["dispatches"], None)

    def ask_return(self, d, rnd):
        other = rnd.choice([u for u in ("urban-management", "public-security", "fire", "emergency", "market")
                            if u != d["unit"]])
        answer = self.act(self.unit(d["unit"]), "dispatch.return", rnd, dispatch=d["dispatch"],
                          reason=rnd.choice(("not-our-duty", "not-our-asset", "not-our-area")), unit=other)
        choice = rnd.random()
        if answer is None:
            self.good(d, rnd)  # there is no such act, or it was refused: it does what is to be done
            return
        self.carry_on(d, rnd)
        limit = 3 * MINUTE if self.of_incident(d["incident"])["priority"] in ("P1", "P2") else 15 * MINUTE
        if choice < 0.8:
            self.plan(self.now + self.within(limit, rnd), self.decide_return, answer["request"]["request"], choice < 0.4, d, rnd)
        else:
            self.undecided.append((answer["request"]["request"], self.now))

    def decide_return(self, request, grant, d, rnd):
        """A second one is the office's, and the shift leader's off hours."""
        for who in (self.DESK, self.SHIFT, self.OFFICE):
            if self.decide(request, grant, rnd, who):
                break
        if grant:
            self.news(d["incident"])

    def carry_on(self, d, rnd):
        """Whatever is decided, and when, it goes there: what is granted before takes the matter from it."""
        who = self.unit(d["unit"])
        self.plan(self.now + rnd.randrange(60, 1500) * SECOND, self.step, who, "arrive", d, rnd)
        self.plan(self.now + rnd.randrange(1500, 7000) * SECOND, self.step, who, "complete", d, rnd)

    def ask_extension(self, d, rnd):
        cap = {"P1": 30, "P2": 60, "P3": 2 * 24 * 60, "P4": 5 * 24 * 60}
        priority = self.of_incident(d["incident"])["priority"]
        over = rnd.random() < 0.1
        due = instant(d["arrive_due"])
        until = due + (cap[priority] + 60 if over else rnd.randrange(10, 30)) * MINUTE
        answer = self.act(self.unit(d["unit"]), "dispatch.extend", rnd, dispatch=d["dispatch"], reason="道路中断",
                          clock="arrive", until=text(until))
        if over and self.has("dispatch.extend"):
            assert answer is None, f"{d['dispatch']}: an extension beyond the cap was taken"
        choice = rnd.random()
        if answer is None or choice >= 0.75:
            return
        limit = 10 * MINUTE if priority in ("P1", "P2") else HOUR
        self.plan(self.now + self.within(limit, rnd), self.decide, answer["request"]["request"], choice < 0.5, rnd)

    def doubted(self, d, rnd):
        """The desk confirms half of what was recorded late, rejects a third, and forgets a fifth."""
        if not self.has("request.list"):
            return
        choice = rnd.random()
        found = [r for r in self.desk.call("request.list", within=60, kind="late-step", unit=d["unit"])["requests"]
                 if r["dispatch"] == d["dispatch"] and r["state"] == "pending"]
        for r in found:
            if choice < 0.8:
                self.plan(self.now + self.within(8 * HOUR, rnd), self.decide, r["request"], choice < 0.5, rnd)

    def cancel(self, number):
        rnd = self.chances(number, "cancel")
        self.act(self.SHIFT, "incident.cancel", rnd, number=number, text="报警人取消")

    def add(self, number):
        rnd = self.chances(number, "add")
        answer = self.act(self.DESK, "dispatch.add", rnd, number=number, role="assist", reason="增援",
                          unit=rnd.choice(("fire", "ems-120", "public-security", "emergency")))
        if answer:
            self.news(number)

    def withdraw(self, number):
        rnd = self.chances(number, "withdraw")
        live = [x for x in self.of_incident(number)["dispatches"]
                if x["role"] != "inform" and x["state"] not in ("completed", "withdrawn")]
        if not live:
            return
        one = rnd.choice(live)
        params = {"void": True} if rnd.random() < 0.5 and "void" in self.parameters("dispatch.withdraw") else {}
        self.act(self.SHIFT, "dispatch.withdraw", rnd, dispatch=one["dispatch"], reason="改派", **params)
        if one["role"] == "lead":
            other = rnd.choice([u for u in ("urban-management", "public-security", "fire") if u != one["unit"]])
            self.act(self.DESK, "dispatch.add", rnd, number=number, unit=other, role="lead", reason="改派")
            self.news(number)

    def amend(self, number, params):
        """Up two times out of four, down one, between city and outside one."""
        rnd = self.chances(number, "amend")
        now = self.of_incident(number)
        kind = rnd.choice(("up", "up", "down", "area"))
        grade = int(now["priority"][1])
        change = {"up": {"priority": f"P{max(grade - 1, 1)}"}, "down": {"priority": f"P{min(grade + 1, 4)}"},
                  "area": {"area": "350881102" if now["zone"] == "city" else "350881001"}}[kind]
        if self.act(self.SHIFT, "incident.amend", rnd, number=number, **change):
            self.news(number)

    # -- call-backs ---------------------------------------------------------------------------------------

    def completed(self, d, answer):
        """The desk calls back what is to be called back, most of it."""
        number = d["incident"]
        rnd = self.chances(number, "callback")
        if not self.has("incident.callback") or rnd.random() > 0.85:
            return
        chance = rnd.random()
        when = self.now + rnd.randrange(600, 20 * 3600) * SECOND
        if chance < 0.08:
            results = ["dissatisfied"] * (2 if rnd.random() < 0.25 else 1) + ["satisfied"]
        elif chance < 0.18:
            results = ["unreached"] * rnd.randrange(1, 4) + ["satisfied"]
        else:
            results = [rnd.choice(("satisfied", "satisfied", "basically"))]
        self.plan(self.by_day(when), self.call_back, number, results, rnd)

    def by_day(self, at):
        minute = (at + 8 * HOUR) % DAY // MINUTE
        midnight = at - (at + 8 * HOUR) % DAY
        return at if 540 <= minute < 1260 else midnight + (9 * HOUR if minute < 540 else DAY + 9 * HOUR)

    def word(self, result):
        """As the program names it."""
        row = next(f for f in self._rows["incident.callback"]["fields"] if f["name"] == "result")
        return next(n for n in row["names"] if n.startswith(result))

    def call_back(self, number, results, rnd):
        answer = self.act(self.DESK, "incident.callback", rnd, number=number, result=self.word(results[0]),
                          to=CANARY["phone"])
        if answer is None:
            return
        if results[0] == "unreached" and len(results) > 1:
            self.plan(self.now + DAY, self.call_back, number, results[1:], rnd)
        if results[0] == "dissatisfied" and answer["state"] == "called-back":
            self.plan(self.now + DAY, self.office_closes, number, rnd)  # it had been reopened once
        elif results[0] == "dissatisfied":
            lead = [x for x in self.of_incident(number)["dispatches"]
                    if x["role"] == "lead" and x["state"] not in ("completed", "withdrawn")]
            for d in lead:
                who = self.unit(d["unit"])
                self.plan(self.now + 20 * MINUTE, self.step, who, "progress", d, rnd)
                self.plan(self.now + rnd.randrange(30, 200) * MINUTE, self.finish_again, who, d, results[1:], rnd)

    def office_closes(self, number, rnd):
        self.act(self.SHIFT, "incident.close", rnd, number=number)

    def finish_again(self, who, d, results, rnd):
        answer = self.act(who, "dispatch.complete", rnd, dispatch=d["dispatch"], result="已返工")
        if answer and results:
            self.plan(self.by_day(self.now + 2 * HOUR), self.call_back, d["incident"], results, rnd)

    # -- the office ------------------------------------------------------------------------------------

    def plan_office(self):
        """On the second working day of a month every unit looks at the month before: it asks for half of its
        findings to be looked at again, and confirms the rest. The office voids, upholds, or forgets."""
        calendar = self.rules.calendar
        for month in ("2026-03-01", "2026-04-01", "2026-05-01"):
            day = calendar.workday_after(day_of(instant(month + "T00:00:00+08:00")) - 1, 2)
            before = text(instant(month + "T00:00:00+08:00") - DAY)[:7]
            self.plan(day_start(day) + 10 * HOUR, self.look_at, before)
        self.plan(CLOSING, self.close_quarter)

    def look_at(self, month):
        if not self.has("finding.list"):
            return
        for unit in sorted(self.rules.units):
            mine = self.pages("finding.list", "findings", unit=unit, month=month)
            for f in mine:
                rnd = self.chances(f["finding"], "appeal")
                waits = (f.get("dispatch") or "").startswith("APPEAL-")  # for its last instant: offices.py
                if f["state"] == "open" and not waits and rnd.random() < 0.5:
                    self.plan(self.now + rnd.randrange(60, 5 * 3600) * SECOND, self.appeal, f, rnd)
            if any(f["state"] == "open" for f in mine):
                self.plan(self.now + 6 * HOUR, self.confirm, unit, month)

    def pages(self, command, member, **params):
        found, cursor = [], None
        while True:
            page = self.office.call(command, within=60, **params, **({"cursor": cursor} if cursor else {}))
            found += page[member]
            cursor = page.get("next")
            if not cursor:
                return found

    def appeal(self, f, rnd):
        answer = self.act(self.unit(f["unit"]), "finding.appeal", rnd, finding=f["finding"], text="当时道路中断")
        choice = rnd.random()
        if answer and choice < 0.9:
            self.plan(self.now + self.within(5 * DAY, rnd), self.settle, f, choice < 0.6, rnd)

    def settle(self, f, grant, rnd):
        params = {} if grant else {"reason": "证据充分"}
        self.act(self.OFFICE, "finding.decide", rnd, finding=f["finding"], grant=grant, **params)

    def confirm(self, unit, month):
        if unit in UNCONFIRMED:
            return
        self.act(self.unit(unit), "finding.confirm", self.chances(unit, month), month=month)

    def close_quarter(self):
        """The report becomes fixed; facts do not: of the closed quarter lapsed returns are granted, a matter is reopened. Two weeks later another account opens it for a second edition."""
        rnd = self.chances("Q1", "close")
        if not self.act(self.OFFICE, "period.close", rnd, period="2026Q1"):
            return
        self.closed = 1
        if self.when_closed:
            self.when_closed(self)
        end = instant("2026-04-01T00:00:00+08:00")
        for i, request in enumerate([r for r, at in self.undecided if at < end][-2:]):
            self.plan(self.now + (i + 4) * HOUR, self.decide, request, True, rnd, self.SHIFT)
        for number, at in [x for x in self.ended if x[1] < end][-1:]:
            self.plan(self.now + 7 * HOUR, self.reopen, number, rnd)
        self.plan(self.now + 10 * DAY, self.second_edition, rnd)

    when_closed = when_reopening = None
    closed = 0

    def reopen(self, number, rnd):
        if self.act(self.DESK, "incident.reopen", rnd, number=number, reason="报警人来电"):
            for d in self.of_incident(number)["dispatches"]:
                if d["role"] == "lead" and d["state"] not in ("completed", "withdrawn"):
                    self.plan(self.now + HOUR, self.finish_again, self.unit(d["unit"]), d, [], rnd)

    def second_edition(self, rnd):
        """Who closed it may not open it again."""
        if self.when_reopening:
            self.when_reopening(self)
        assert self.act(self.OFFICE, "period.reopen", rnd, period="2026Q1", reason="更正") is None
        if self.act(("office2", "office", None), "period.reopen", rnd, period="2026Q1", reason="更正"):
            self.closed = 2 if self.act(self.OFFICE, "period.close", rnd, period="2026Q1") else 0

    def plan_swaps(self):
        """Swaps of duty, over each other and over the roster's own exceptions."""
        for clock, unit, hours, people in (("2026-02-10T09:00", "water", (0, 30), ["f"]), ("2026-02-16T07:00", "water", (2, 20), ["b"]),
                                           ("2026-03-05T12:00", "fire", (1, 100), ["a", "f"]), ("2026-03-06T12:00", "fire", (0, 10), ["d"]),
                                           ("2026-03-31T22:00", "ems-120", (0, 6), ["e"]), ("2026-04-10T10:00", "housing", (5, 80), ["c"])):
            self.plan(instant(clock + ":00+08:00"), self.swap, unit, hours, people)

    def swap(self, unit, hours, people):
        self.act(self.unit(unit), "duty.assign", self.chances(f"{unit}{self.now}"), unit=unit, people=people, why="换班",
                 **{"from": text(self.now + hours[0] * HOUR), "to": text(self.now + hours[1] * HOUR)})

    # -- what befalls the system -----------------------------------------------------------------------

    def plan_faults(self, kills=20):
        rnd = random.Random(f"{self.seed}/faults")
        self.kill_at = set(rnd.sample(range(20, max(self.n * 5, 60)), kills))
        self.plan(instant("2026-02-25T10:00:00+08:00"), self.away_in_a_limit)
        self.plan(instant("2026-03-12T10:00:00+08:00"), self.away_twice_in_a_limit)
        self.plan(instant("2026-03-30T23:50:00+08:00"), self.away, instant("2026-03-31T00:20:00+08:00"))
        self.plan(instant("2026-03-10T09:00:00+08:00"), self.halve_acknowledging)
        self.plan(instant("2026-04-05T09:00:00+08:00"), self.add_a_calendar)
        if self.knows_heirs():
            self.plan(instant("2026-03-16T00:00:00+08:00"), self.reform)
        self.plan(TYPHOON[0], self.declare_typhoon)

    def special(self, number, units=("fire",), **members):
        """A matter of the test's own, at an instant of its own."""
        params = {**self.caller(number, self.chances(number)), "number": number, "units": list(units),
                  "category": "601301", "area": "350881001", "reporter": {"phone": CANARY["phone"]}}
        params.pop("drill", None)
        params.pop("confidential", None)
        params.update(members)
        answer = self.act(self.DESK, "incident.report", self.chances(number), **params)
        self.reports += 1
        d = answer["dispatches"][0]
        self.seen.update(x["dispatch"] for x in answer["dispatches"])
        return d

    def by_phone(self, d, verb, at=None, **words):
        if verb == "complete":
            words["result"] = "已处置"
        return self.act(self.DESK, f"dispatch.{verb}", self.chances(d["dispatch"], verb), dispatch=d["dispatch"],
                        at=text(at) if at else None, on_behalf={"person": CANARY["person"]}, **words)

    def finish(self, d, verbs=("acknowledge", "arrive", "complete"), after=MINUTE):
        for i, verb in enumerate(verbs):
            self.plan(self.now + (i + 1) * after, self.by_phone, d, verb)

    def away_in_a_limit(self):
        """A P1 fetched at once; away for 115 s of its 120, back 5 s before the due."""
        d = self.special("AWAY-1", priority="P1")
        self.fetch(self.unit("fire"), d)
        self.away(self.now + 115 * SECOND)
        self.plan(self.now + 60 * SECOND, self.by_phone, d, "acknowledge")
        self.plan(self.now + 10 * MINUTE, self.by_phone, d, "arrive")
        self.plan(self.now + 30 * MINUTE, self.by_phone, d, "complete")

    def away_twice_in_a_limit(self):
        d = self.special("AWAY-2", priority="P2")
        self.fetch(self.unit("fire"), d)
        self.by_phone(d, "acknowledge")
        self.plan(self.now + 5 * MINUTE, self.away, self.now + 12 * MINUTE)
        self.plan(self.now + 20 * MINUTE, self.away, self.now + 28 * MINUTE)
        self.plan(self.now + 44 * MINUTE, self.by_phone, d, "arrive")
        self.plan(self.now + 50 * MINUTE, self.by_phone, d, "complete")

    def knows_heirs(self):
        with open(os.path.join(ROOT, "config", "schema", "units.schema.json"), encoding="utf-8") as f:
            return '"succeeds"' in f.read()

    def reload(self):
        self.keep_revision()
        self.local.call("config.reload", within=60, why="试验")

    def halve_acknowledging(self):
        self.edit("policy", lambda t: t.replace(
            "acknowledge: {P1: 2m, P2: 2m, P3: 5m, P4: 30m}", "acknowledge: {P1: 1m, P2: 1m, P3: 150s, P4: 15m}"))
        self.reload()

    def reform(self):
        """机构改革: one unit has another name, and two become one, which acts for them from then on."""
        heir = """
  - id: culture
    name: 市宣传文明中心
    tier: 2
    article: 第五条
    succeeds: [propaganda, civility]
    since: "2026-03-16"
""" + "".join(f'    {who}: {{phone: "0597-00006{i:02}", title: 值班, placeholder: true}}\n'
              for i, who in enumerate(("duty", "liaison", "person_in_charge", "leader")))
        gone = '    until: "2026-03-16"\n'

        def change(text):
            for unit in ("propaganda", "civility"):
                text = text.replace(f"  - id: {unit}\n", f"  - id: {unit}\n{gone}")
            return text.replace("name: 市民政局", "name: 市民政和社会保障局") + heir
        self.edit("units", change)
        self.reload()
        self.heirs = {"propaganda": "culture", "civility": "culture"}

    def add_a_calendar(self):
        """And another rubric, which is not that of a quarter that is over, whenever that is closed."""
        self.edit("calendar", lambda t: t.rstrip("\n") + '\n  2027:\n    holidays: {"2027-01-01": 元旦}\n    make_up_days: {}\n')
        self.edit("policy", lambda t: t.replace("{id: arrive, per: percent, deduct: 1,", "{id: arrive, per: percent, deduct: 2,")
                  .replace("  base: 100\n", "  base: 120\n"))
        self.reload()

    def declare_typhoon(self):
        self.act(self.SHIFT, "mode.declare", self.chances("typhoon"), mode="typhoon", document="防指〔2026〕3号",
                 until=text(TYPHOON[1]))

    # -- boundaries ------------------------------------------------------------------------------------

    def plan_boundaries(self):
        """Cases that no chance would hit; each with a name that says what it is."""
        def at(clock, act, *args):
            self.plan(instant(clock), act, *args)
        at("2026-03-31T23:59:59+08:00", self.edge, "LAST-OF-MARCH", {})
        at("2026-04-01T00:00:00+08:00", self.edge, "FIRST-OF-APRIL", {})
        # due exactly at closing: P3 of tier 2 arrives in office hours, P3 acknowledges in 5 min
        at("2026-03-03T11:30:00+08:00", self.edge, "DUE-AT-NOON", {"units": ["housing"], "priority": "P3"})
        at("2026-03-04T17:00:00+08:00", self.edge, "DUE-AT-CLOSING", {"units": ["housing"], "priority": "P3"})
        at("2026-03-06T17:28:00+08:00", self.edge, "FRIDAY-1728", {"units": ["housing"], "priority": "P3"})
        at("2026-03-05T12:30:00+08:00", self.edge, "LUNCH", {"units": ["housing"], "priority": "P3"})
        at("2026-02-14T16:00:00+08:00", self.festival, "FESTIVAL")
        for i, ms in enumerate((0, 1, 60_000, 60_001)):  # past the due of the arrival; the grace is a minute
            at(f"2026-03-02T{9 + i:02}:00:00+08:00", self.past_due, f"PAST-{ms}", ms)
        edges = [("acknowledge", s * 1000 + more) for s in (30, 60, 120, 180) for more in (0, 1)]
        edges += [("arrive", m * 60_000 + more) for m in (5, 10, 15, 30) for more in (0, 1)]
        edges += [("progress", m * 60_000 + more) for m in (30, 60, 120, 240) for more in (0, 1)]
        for i, (verb, ms) in enumerate(edges):
            at(f"2026-02-{2 + i // 8:02}T{8 + i % 8:02}:00:00+08:00", self.bucket_edge, f"EDGE-{verb}-{ms}", verb, ms)
        at("2026-03-03T10:00:00+08:00", self.other_clock, "EXTEND-OTHER")
        at("2026-03-24T10:00:00+08:00", self.on_the_scene, "ON-THE-SCENE")
        for unit in CHARACTERS["tiny"]:
            for i in range(4):
                at(f"2026-0{1 + i if i else 2}-1{i + 1}T09:30:00+08:00" if i < 3 else "2026-03-25T09:30:00+08:00",
                   self.few, f"TINY-{i + 1}-{unit}", unit)

    def edge(self, number, members):
        d = self.special(number, **members)
        self.fetch(self.unit(d["unit"]), d)
        self.by_phone(d, "acknowledge")
        due = instant(d["arrive_due"])
        self.plan(due, self.by_phone, d, "arrive")
        self.plan(due + 10 * MINUTE, self.by_phone, d, "complete")

    def festival(self, number):
        """A P4 whose limits lie behind nine days of holidays."""
        d = self.special(number, units=("housing",), priority="P4")
        self.plan(instant("2026-02-24T08:20:00+08:00"), self.by_phone, d, "acknowledge")
        self.plan(instant("2026-02-24T09:00:00+08:00"), self.by_phone, d, "arrive")
        self.plan(instant("2026-02-24T17:00:00+08:00"), self.by_phone, d, "complete")

    def past_due(self, number, ms):
        d = self.special(number, priority="P2")
        self.fetch(self.unit("fire"), d)
        self.by_phone(d, "acknowledge")
        due = instant(d["arrive_due"])
        self.plan(due + MINUTE + SECOND, self.by_phone, d, "arrive", due + ms)
        self.plan(due + 10 * MINUTE, self.by_phone, d, "complete")

    def bucket_edge(self, number, verb, ms):
        d = self.special(number, priority="P2")
        self.fetch(self.unit("fire"), d)
        start = self.now
        if verb == "progress":
            self.by_phone(d, "arrive")
        self.plan(start + ms // SECOND * SECOND + SECOND, self.by_phone, d, verb, start + ms)
        self.plan(start + 5 * HOUR, self.by_phone, d, "complete")

    def other_clock(self, number):
        """An extension of the arrival lapses: the first report's clock, which runs meanwhile, gains nothing."""
        d = self.special(number, priority="P2")
        self.fetch(self.unit("fire"), d)
        self.by_phone(d, "acknowledge")
        self.plan(self.now + 29 * MINUTE, lambda: self.act(
            self.unit("fire"), "dispatch.extend", self.chances(number, "extend"), dispatch=d["dispatch"], clock="arrive",
            reason="道路中断", until=text(instant(d["arrive_due"]) + 20 * MINUTE)))
        self.plan(self.now + 29 * MINUTE + 30 * SECOND, self.by_phone, d, "arrive")
        self.plan(self.now + 65 * MINUTE, self.by_phone, d, "progress")
        self.plan(self.now + 90 * MINUTE, self.by_phone, d, "complete")

    def on_the_scene(self, number):
        """Returned after it had arrived: it keeps the scene until the other unit is there."""
        d = self.special(number, priority="P3")
        self.fetch(self.unit("fire"), d)
        self.plan(self.now + 5 * MINUTE, self.by_phone, d, "arrive")
        self.plan(self.now + 6 * MINUTE, self.return_it, d)

    def return_it(self, d):
        rnd = self.chances(d["dispatch"], "return")
        asked = self.act(self.unit("fire"), "dispatch.return", rnd, dispatch=d["dispatch"], reason="not-our-duty", unit="market")
        if asked:
            self.plan(self.now + 2 * MINUTE, self.decide_return, asked["request"]["request"], True, d, rnd)

    def few(self, number, unit):
        d = self.special(number, units=(unit,), priority="P2")
        self.tiny(d, self.chances(number))
