"""What counts, worked out from the log and the YAML alone: outcomes, standings, buckets, sums, scores.

Nothing here looks at the store or at the program's code. Its definitions are those of the documents:

- late is a clock whose time from start to stop, in its own time and less what is deducted, exceeds its
  limit. Deducted are downtimes, the wait for the delivery (at most the delivery's limit; all of it, if no
  notice reached the unit), and the time in
  which the unit's own request about that clock lay undecided and lapsed;
- the outcome of a clock is the first that fits: none, void, met, excused, late, running;
- the standing of a dispatch is the first that fits: drill, void, inform, apart, outside, counted.
"""
from instants import HOUR, MINUTE, SECOND, day_of
from replay import CLASS_CLOCKS, FAR
from terms import CLOCKS


def union(spans):
    """The same instants as ascending spans that do not touch."""
    out = []
    for a, b in sorted(s for s in spans if s[0] < s[1]):
        if out and a <= out[-1][1]:
            out[-1][1] = max(out[-1][1], b)
        else:
            out.append([a, b])
    return out


class Judge:
    """Judges clocks by what the log says until now."""

    def __init__(self, log):
        self.log = log

    def deducted(self, d, run):
        """The spans that do not count for this run of a clock."""
        spans = list(self.log.downtimes)
        delivery = d.run("delivery")
        if run.kind != "delivery" and delivery:
            spans.append((run.start, min(d.at.get("delivered", FAR), delivery.due)))
            if d.lost is not None:
                spans.append((run.start, d.reached()))
        spans += [wait for wait in (r.wait(run) for r in d.requests) if wait]
        return union(spans)

    def net(self, d, run, until):
        """How much of the limit is used until then, in the clock's own time."""
        calendar = run.revision.calendar
        sum_ms = calendar.between(run.time, run.start, until)
        for a, b in self.deducted(d, run):
            sum_ms -= calendar.between(run.time, max(a, run.start), min(b, until))
        return sum_ms

    def late(self, d, run, now):
        """Does this run count as late? One that is not stopped: as of now."""
        if run.due is None:
            return False
        limit = run.revision.calendar.between(run.time, run.start, run.due)
        if run.stop is not None:
            return run.stop > run.due and self.net(d, run, run.stop - 1) >= limit
        until = run.cut or (now if d.open() else min(d.ended, now))
        return until >= run.due and self.net(d, run, until) >= limit

    def late_by(self, d, run, at):
        """Was it late when that was decided? An appeal excuses what it could be about, and no later run."""
        if run.due is None or run.start >= at:
            return False
        if run.known is not None and run.known <= at:
            return self.late(d, run, at)
        until = min(at, run.cut or FAR, d.ended or FAR)
        return until >= run.due and self.net(d, run, until) >= run.revision.calendar.between(run.time, run.start, run.due)

    def excuse(self, d, run, now):
        """Why a run that is late does not count; None: it counts."""
        if any(self.late_by(d, run, at) for at in d.lifted.get(run.kind, ())):
            return "appeal"
        calendar, until = run.revision.calendar, run.stop or run.cut or (now if d.open() else d.ended)
        for mode in self.log.modes:
            if run.terms[0] in mode.excuses and mode.covers(d.incident) and mode.start < until and \
                    calendar.between(run.time, max(mode.start, run.start),
                                     min(mode.end, until, self.last(d, run))) > 0:
                return "mode"
        return None

    def last(self, d, run):
        """The last instant that would have been in time: what was late when a mode began stays late."""
        if run.kind != "delivery" and d.lost is not None and d.reached() == FAR:
            return FAR
        limit = run.revision.calendar.between(run.time, run.start, run.due)
        low, high = run.due, run.due + 1
        while self.net(d, run, high) < limit:
            high += high - run.due
        while low < high:
            middle = (low + high) // 2
            if self.net(d, run, middle) < limit:
                low = middle + 1
            else:
                high = middle
        return high

    def fell_due(self, d, run):
        """Of a void dispatch nothing is late: whether it ended before its due is what the mark of then says. The
        delivery's is the desk's, and no event tells of it."""
        return run.kind in d.marks or run.kind == "delivery" and run.due <= d.ended

    def outcome(self, d, kind, now):
        """The first that fits: none, void, met, excused, late, running."""
        runs = [r for r in d.runs.get(kind, ()) if r.due is not None]
        if not runs:
            return "none"
        late = [r for r in runs if self.late(d, r, now)]
        last = runs[-1]
        if last.stop is None and not d.open() and not (self.fell_due(d, last) if d.void else late):
            return "none"  # its way ended first
        if d.void:
            return "void"
        counted = [r for r in late if not self.excuse(d, r, now)]
        if late:
            return "late" if counted else "excused"
        return "met" if last.stop is not None or not d.open() else "running"

    def outcomes(self, d, now):
        return {kind: self.outcome(d, kind, now) for kind in CLOCKS}


def standing(d):
    inc = d.incident
    if inc.drill:
        return "drill"
    if d.void:
        return "void"
    if d.role == "inform":
        return "inform"
    if d.revision.counted_apart(inc.category):
        return "apart"
    return "outside" if inc.zone == "outside" else "counted"


def elapsed(d):
    """Milliseconds in the clock's own time: to the acknowledgement and the arrival from the issue, to the
    first report from the start of its clock. None where there was none."""
    out = {}
    for kind, step in (("acknowledge", "acknowledged"), ("arrive", "arrived")):
        run, at = d.run(kind), d.counted(step)
        out[kind] = run.revision.calendar.between(run.time, d.issued, at) if run and at else None
    run = d.runs.get("first-report", [None])[0]
    out["first-report"] = run.revision.calendar.between(run.time, run.start, run.stop) if run and run.stop else None
    return out


BUCKETS = {"acknowledge": [30 * SECOND, 60 * SECOND, 2 * MINUTE, 3 * MINUTE],
           "arrive": [5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
           "first-report": [30 * MINUTE, 60 * MINUTE, 2 * HOUR, 4 * HOUR]}


def bucket(kind, ms):
    """Its upper bounds belong to it."""
    return sum(ms > bound for bound in BUCKETS[kind])


REQUEST_KINDS = {"return": "return", "extend": "extend", "late-step": "late_step"}
REQUEST_STATES = ("pending", "granted", "rejected", "lapsed", "dropped")


def contribution(judge, d, now):
    """What a dispatch adds to the sums: its key, and its counters by the names that reports have."""
    key = (day_of(d.issued), d.unit, d.role, d.incident.priority, standing(d))
    n = {"dispatches": 1, "completed": int(d.completed()), "withdrawn": int(d.withdrawn is not None),
         "late_reported": int(bool(d.late_steps)), "redo": len(d.reopened)}
    for kind, outcome in judge.outcomes(d, now).items():
        if outcome != "none":
            n[f"{kind.replace('-', '_')}_{outcome}"] = 1
    for kind, ms in elapsed(d).items():
        if ms is not None:
            n[f"{kind.replace('-', '_')}_time_{bucket(kind, ms) + 1}"] = 1
            n[f"{kind.replace('-', '_')}_time_ms"] = ms
    for r in d.requests:
        if r.kind in REQUEST_KINDS:
            name = REQUEST_KINDS[r.kind]
            n[f"{name}_{r.state}"] = n.get(f"{name}_{r.state}", 0) + 1
            if r.lapsed is not None:
                n[f"{name}_undecided"] = n.get(f"{name}_undecided", 0) + 1
        if r.kind == "appeal" and r.lapsed is not None:
            n["appeal_undecided"] = n.get("appeal_undecided", 0) + 1
    if d.void:
        n["void_" + d.void.replace("-", "_")] = 1
        if d.marks - {"delivery"}:
            n["void_overdue"] = 1
    return key, n


def incident_standing(inc, revision):
    if inc.drill:
        return "drill"
    if inc.state == "cancelled" or inc.same_as:
        return "void"
    if revision.counted_apart(inc.category):
        return "apart"
    return "outside" if inc.zone == "outside" else "counted"


def last_lead(inc):
    """The last unit that leads and still does or did to the end; else the last that was to."""
    led = [d for d in inc.dispatches.values() if d.role == "lead"]
    kept = [d for d in led if not d.void and d.withdrawn is None]
    return (kept or led)[-1].unit if led else None


def incident_contribution(inc, revision, late):
    key = (day_of(inc.reported), last_lead(inc), inc.category, (inc.area or "")[:9], incident_standing(inc, revision))
    n = {"incidents": int(not inc.same_as), "followers": int(bool(inc.same_as)), "joined": inc.callers - 1,
         "cancelled": int(inc.state == "cancelled"), "unmatched": int(inc.data.get("unmatched", False)),
         "redo": inc.reopened, "backfill": int(inc.data.get("backfill", False)),
         "callback_late": int("callback" in late), "lead_late": int("lead-missing" in late)}
    if inc.completed and inc.state not in ("open", "cancelled"):
        n["completed"] = 1
        reached = [r for r in inc.callbacks if r != "unreached"]
        over = inc.state != "completed"
        if reached:
            n[reached[-1].removesuffix("-satisfied")] = 1
        elif not over:
            n["waiting"] = 1
        else:
            n["unreached" if inc.callbacks else "not_called"] = 1
    return key, n


def add(sums, key, n):
    row = sums.setdefault(key, {})
    for name, value in n.items():
        if value:
            row[name] = row.get(name, 0) + value


class Sums:
    """All contributions; only what events touched, and what is open, is worked out anew."""

    def __init__(self, log):
        self.log, self.judge = log, Judge(log)
        self.kept = {}  # of what has ended

    def dispatches(self, now):
        sums = {}
        for name in self.log.changed:
            self.kept.pop(name, None)
        self.log.changed.clear()
        for name, d in self.log.dispatches.items():
            got = self.kept.get(name) or contribution(self.judge, d, now)
            if not d.open():
                self.kept[name] = got
            add(sums, *got)
        return sums

    def ended(self):
        """Those of what has ended: what the program keeps."""
        sums = {}
        for got in self.kept.values():
            add(sums, *got)
        return sums

    def closed(self, now):
        return self.incidents(now, lambda inc: inc.state in ("closed", "cancelled"))

    def incidents(self, now, which=lambda inc: True):
        sums = {}
        for inc in self.log.incidents.values():
            if which(inc):
                add(sums, *incident_contribution(inc, self.log.revision, self.log.late_of_the_desk(inc, now)))
        return sums


# -- findings and scores ---------------------------------------------------------------------------

COSTS = ("open", "confirmed", "upheld")


def delay(judge, d, cls, now):
    """By how much the clocks of that class exceeded their limit, the gravest; 0: none did, or none counts."""
    most = 0
    for kind in CLASS_CLOCKS[cls]:
        for run in d.runs.get(kind, ()):
            if judge.late(d, run, now) and not judge.excuse(d, run, now) and not d.void:
                until = run.stop if run.stop is not None else now if d.open() else d.ended
                limit = run.revision.calendar.between(run.time, run.start, run.due)
                most = max(most, judge.net(d, run, until) - limit)
    return most


def hundredths(value):
    """'0.5' as 50."""
    whole, _, part = str(value).partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def half_up(n, d):
    return (2 * n + d) // (2 * d)


class Rubric:
    """policy.yaml's way of scoring."""

    def __init__(self, revision):
        r = revision.policy["rubric"]
        self.base, self.least = hundredths(r["base"]), int(r["least"])
        self.not_ranked_below = int(r["not_ranked_below"])
        self.weight = {k: hundredths(v) for k, v in r["weight"].items()}
        self.gravest = r["one_delay"] == "gravest"
        self.groups = [int(g) for g in r["groups"]]
        self.classes = {c["id"]: c for c in r["classes"]}

    def factor(self, finding, never):
        row = self.classes[finding["class"]]
        beyond = row.get("beyond") or {}
        if never and finding["class"] == "arrive" and "never" in beyond:
            return hundredths(beyond["never"])
        if finding.get("limit_ms") and finding["late_ms"] > finding["limit_ms"] and "2x" in beyond:
            return hundredths(beyond["2x"])
        return 100

    def weigh(self, findings):
        """Hundredths of a case by class: of one dispatch's delays only the gravest. A finding is a dict with
        class, state, part, never, late_ms, limit_ms, dispatch."""
        sums, delays = {}, {}
        for f in findings:
            if f["class"] not in self.classes or f["state"] not in COSTS:
                continue
            part = "lead" if f["part"] in ("lead", None) else "assist"
            weight = self.factor(f, f["never"]) * self.weight[part] // 100
            if f["class"] in CLASS_CLOCKS and self.gravest:
                delays.setdefault(f["dispatch"], []).append((f["class"], weight))
            else:
                sums[f["class"]] = sums.get(f["class"], 0) + weight
        order = list(CLASS_CLOCKS)
        for several in delays.values():
            cls, weight = max(several, key=lambda x: (hundredths(self.classes[x[0]]["deduct"]) * x[1], -order.index(x[0])))
            sums[cls] = sums.get(cls, 0) + weight
        return sums

    def points(self, weights, fell_due):
        """What is left of the base, in hundredths; `fell_due`: by class, what the delays are a share of."""
        left = self.base
        for cls, row in self.classes.items():
            of = max(fell_due.get(cls, 0), self.least) if row["per"] == "percent" else 100
            left -= min(half_up(hundredths(row["deduct"]) * weights.get(cls, 0), of), hundredths(row["most"]))
        return left
