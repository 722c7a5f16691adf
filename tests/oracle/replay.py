"""What the event log says: incidents, dispatches, the runs of their clocks, requests, findings.

It reads events as event.list gives them and nothing else. A fact is kept as the log states it; what counts
is worked out in quarter.py. An event that is not known is an error: the oracle must not overlook one.
"""
from instants import MINUTE, instant
from terms import first_call_due

STEPS = ("delivered", "acknowledged", "departed", "arrived", "completed")
STOPS = {"delivery": "delivered", "acknowledge": "acknowledged", "arrive": "arrived"}
FAR = 1 << 62


class Run:
    """A clock from one start to its stop. `ended`: its dispatch ended first."""

    def __init__(self, kind, start, due, terms, revision, time):
        self.kind, self.start, self.due, self.terms, self.revision, self.time = kind, start, due, terms, revision, time
        self.first_due = due  # before extensions
        self.stop = None
        self.known = None  # when its stop was first recorded
        self.cut = None    # when it was begun anew, unmet


class Dispatch:
    def __init__(self, name, unit, role, rule, revision, issued, terms, incident):
        self.name, self.unit, self.role, self.rule, self.revision = name, unit, role, rule, revision
        self.issued, self.terms, self.incident = issued, terms, incident
        self.first_role = role
        self.at, self.recorded = {}, {}
        self.implied, self.unconfirmed = set(), set()
        self.runs = {}  # kind -> its runs, in order
        self.eta = self.reported = None
        self.withdrawn = self.void = self.relieved = None
        self.ended = None  # when its way ended: completed, withdrawn
        self.promoted, self.moved = None, False
        self.marks = set()  # the clocks that fell due unmet: history, whatever is learnt later
        self.reopened = []
        self.requests, self.findings = [], []
        self.lost = self.found = None  # no notice reached its unit, which had fetched nothing; then one did
        self.lifted = {}  # clock -> the instants at which an appeal about it was granted, or lapsed
        self.late_steps = set()  # those that were recorded long after they happened

    def open(self):
        return self.ended is None

    def completed(self):
        return self.ended is not None and self.withdrawn is None

    def counted(self, step):
        """The instant of a step that counts; None if it was not taken."""
        return self.recorded[step] if step in self.unconfirmed else self.at.get(step)

    def met(self, step):
        """The counted instant of this step or of the next one that was taken."""
        for s in STEPS[STEPS.index(step):]:
            if s in self.at:
                return self.counted(s)
        return None

    def reached(self):
        """When its unit knew of it, by a notice or by having looked; FAR: it does not yet."""
        return min(t for t in (self.found, self.met("delivered"), FAR) if t is not None)

    def run(self, kind):
        return self.runs[kind][-1] if self.runs.get(kind) else None

    def running(self, kind):
        run = self.run(kind)
        return run if run and run.stop is None and run.due is not None and self.open() else None


class Request:
    """Something that somebody must decide within a limit."""

    def __init__(self, name, kind, dispatch, asked, data):
        self.name, self.kind, self.dispatch, self.asked = name, kind, dispatch, asked
        self.data = data
        self.due, self.clock = instant(data.get("due")), data.get("clock")
        self.state = "pending"
        self.lapsed = self.decided = None

    def wait(self, run):
        """What of the asker's clock lay in the desk's hands: until it lapsed; while it is pending, until it
        will. None: nothing of this run. A decision in time gives none; a late one takes none back."""
        if self.kind == "extend" and self.clock != run.kind or self.kind not in ("return", "extend"):
            return None
        if self.lapsed is not None:
            return self.asked, self.lapsed
        return (self.asked, self.due) if self.state == "pending" and self.due else None


CLASS_CLOCKS = {"acknowledge": ("acknowledge",), "arrive": ("arrive",), "report": ("first-report", "next-report")}


class Finding:
    def __init__(self, name, kind, dispatch, unit, opened, data):
        self.name, self.kind, self.dispatch, self.unit, self.opened = name, kind, dispatch, unit, opened
        self.data = data
        self.state, self.cause = "open", None


class Mode:
    def __init__(self, name, start, until, areas, excuses):
        self.name, self.start, self.until, self.areas, self.excuses = name, start, until, areas, excuses
        self.ended = None

    @property
    def end(self):
        return self.until if self.ended is None else min(self.until, self.ended)

    def covers(self, incident):
        return not self.areas or any((incident.area or "").startswith(a) for a in self.areas)


class Incident:
    def __init__(self, number, reported, data):
        self.number, self.reported = number, reported
        self.data = data
        self.dispatches = {}
        self.drill = data.get("drill", False)
        self.set_terms(data)
        self.state = "open"
        self.completed = self.closed = None
        self.callbacks = []
        self.requests = []
        self.same_as = None
        self.callers = 1
        self.reopened = 0
        self.leaderless = self.to_call = None  # (start, due) of what the desk owes now
        self.desk_late = set()                 # what of it ran out: lead-missing, callback
        self.told_late = set()
        self.rung_up = False                   # whom the desk has to ring has a phone that the log does not show

    def set_terms(self, data):
        self.category, self.priority = data.get("category"), data["priority"]
        self.zone, self.area = data["zone"], data.get("area")
        self.confidential = data.get("confidential", False)

    def terms(self):
        return self.priority, self.zone, self.category


class Log:
    """Events in, facts out. `mechanisms`: revision -> terms.Revision, given by the test."""

    def __init__(self, mechanisms):
        self.mechanisms = mechanisms
        self.seq = 0
        self.now = None
        self.revision = None  # in force
        self.activated = []   # (instant, revision)
        self.incidents, self.dispatches = {}, {}
        self.downtimes, self.modes = [], []
        self.entries, self.assignments = [], []
        self.plans, self.checked, self.items, self.owned = {}, {}, {}, {}  # the register, by what names its entries
        self.requests, self.findings = {}, {}
        self.about = {}  # seq -> the dispatch that its event is about
        self.moved = {}  # (dispatch, clock) -> what an amendment gives it, until its event tells so
        self.amended = 0
        self.changed = set()  # names of dispatches that events touched since it was last cleared
        self.kinds = {}       # how many events of each type
        self.latest = 0       # the instant of the last decision
        self.overdues, self.lates, self.reminders = [], [], []  # (dispatch, run, at), (…), (dispatch, rung, at, seq)

    # -- reading

    def take(self, events):
        for e in events:
            assert e["seq"] > self.seq, f"seq {e['seq']} after {self.seq}"
            self.seq = e["seq"]
            self.kinds[e["type"]] = self.kinds.get(e["type"], 0) + 1
            handler = getattr(self, "on_" + e["type"].replace(".", "_").replace("-", "_"), None)
            assert handler, f"the oracle does not know the event {e['type']}: {e}"
            data = e["data"]
            e["ms"] = instant(e["at"])
            e["recorded"] = self.recorded = instant(data.get("recorded_at")) or e["ms"]
            self.latest = max(self.latest, e["recorded"], e["ms"])
            handler(e, data)
            if e.get("incident") in self.incidents:
                self.desk_clocks(self.incidents[e["incident"]], e["type"] == "callback.recorded")
            if data.get("in_time"):  # the front end had the step by the due
                self.of(e).marks -= set(data["in_time"].split(","))
            self.about[e["seq"]] = e.get("dispatch")
            if "dispatch" in e:
                self.changed.add(e["dispatch"])
            elif "incident" in e:
                self.changed.update(self.incidents[e["incident"]].dispatches)

    def in_force(self, at):
        """The revision at that instant; the one of now, if it is not over."""
        return [r for t, r in self.activated if t <= at][-1]

    def of(self, e):
        return self.dispatches[e["dispatch"]]

    def ignore(self, e, data):
        """It changes nothing that counts."""

    on_system_started = on_account_added = on_account_revoked = on_personal_read = ignore
    on_incident_annotated = on_incident_urged = on_clock_stepped = on_backup_failed = ignore
    on_session_opened = on_session_ended = on_code_made = on_login_alarm = on_store_archived = ignore
    on_photo_added = ignore
    on_notice_retried = on_dispatch_taken = on_exchange_compared = ignore
    on_config_proposed = on_config_approved = on_config_lapsed = ignore

    def on_notice_failed(self, e, data):
        """The last of an instruction's notices has failed; what its unit has fetched already was not lost by that."""
        d = self.of(e)
        if data.get("lost"):
            assert d.lost is None and d.open() and d.met("delivered") is None, f"{d.name} was lost: {e}"
            d.lost = e["ms"]

    def on_notice_delivered(self, e, data):
        d = self.of(e)
        assert bool(data.get("found")) == (d.lost is not None and d.found is None and d.met("delivered") is None), e
        if data.get("found"):
            d.found = e["ms"]

    def on_dispatch_overdue(self, e, data):
        d = self.of(e)
        d.marks.add(data["clock"])
        self.overdues.append((d, d.run(data["clock"]), instant(data["due"]), e["ms"], e["by"]))

    def on_dispatch_late(self, e, data):
        d = self.of(e)
        self.lates.append((d, d.run(data["clock"]), e["ms"], e["by"]))

    def on_reminder_sent(self, e, data):
        if "dispatch" in e:
            for rung in data.get("rungs") or [data["rung"]]:
                self.reminders.append((self.of(e), rung, e["ms"]))
        elif "callback" in str(data.get("rungs") or data.get("rung")):
            self.incidents[e["incident"]].rung_up = True

    on_escalation_raised = on_reminder_sent

    def on_config_activated(self, e, data):
        self.revision = self.mechanisms[data["revision"]]
        self.activated.append((e["ms"], self.revision))

    def on_system_resumed(self, e, data):
        self.downtimes.append((instant(data["from"]), instant(data["to"])))

    def on_incident_late(self, e, data):
        """What the desk owed ran out; the oracle works that out by itself."""
        assert data["clock"] not in self.incidents[e["incident"]].told_late, f"told twice: {e}"
        self.incidents[e["incident"]].told_late.add(data["clock"])

    # -- what the desk owes an incident: a lead within its limit, a call within a day of the completion

    def desk_clocks(self, inc, called):
        """After each event: which of the two run now. A call ends the one and begins another, for whom it
        did not reach; that it is the last is said by the events after it."""
        backfill = inc.data.get("backfill", False)
        led = any(d.role == "lead" and d.open() for d in inc.dispatches.values())
        missing = inc.state == "open" and not led and not inc.same_as and not backfill
        waits = inc.state == "completed" and not (inc.drill or inc.confidential or backfill)
        inc.rung_up |= called
        if inc.leaderless and not missing:
            self.desk_ended(inc, "lead-missing", inc.leaderless)
            inc.leaderless = None
        elif missing and not inc.leaderless:
            inc.leaderless = self.latest, self.latest + self.revision.ms("lead_missing", "desk")
        if inc.to_call and (not waits or called):
            self.desk_ended(inc, "callback", inc.to_call)
            inc.to_call = None
        if waits and not inc.to_call:
            due = first_call_due(self.latest, self.revision.ms("callback", "limit"),
                                 self.revision.callback_hours())
            inc.to_call = self.latest, due

    def desk_ended(self, inc, clock, run):
        if self.latest > self.desk_last(run):
            inc.desk_late.add(clock)

    def desk_last(self, run):
        """The last instant that is in time; while the system is away nothing can be entered."""
        start, last = run
        for a, b in self.downtimes:
            if b > start and a < last:
                last += b - max(a, start)
        return last

    def late_of_the_desk(self, inc, now):
        late = set(inc.desk_late)
        for clock, run in (("lead-missing", inc.leaderless), ("callback", inc.to_call)):
            if run and now > self.desk_last(run):
                late.add(clock)
        return late if inc.rung_up else late - {"callback"}

    def on_invariant_repaired(self, e, data):
        """Counted by its type; an identity says that there is none."""

    # -- incidents

    def on_incident_reported(self, e, data):
        self.incidents[e["incident"]] = Incident(e["incident"], e["ms"], data)

    def on_incident_amended(self, e, data):
        inc = self.incidents[e["incident"]]
        before = inc.terms()
        inc.set_terms(data)
        if inc.terms() == before:
            return
        for d in inc.dispatches.values():
            for kind, runs in d.runs.items() if d.open() else ():
                self.amend(d, runs[-1], inc.terms(), e["ms"])
            self.owe_days(d, inc.terms(), e["ms"])

    def owe_days(self, d, terms, now):
        """Outside the city who has not arrived is not followed up where it has days for a report: that is owed from now."""
        arrive, days = d.run("arrive"), str(self.revision.policy["next_report"].get(terms[0]))
        if not d.open() or not arrive or arrive.stop is not None or arrive.due is not None or terms[1] != "outside" or \
                d.running("next-report") or not days.endswith("working-days"):
            return
        limit = self.revision.limit("next-report", d, terms, now)
        was = d.run("next-report").due if d.run("next-report") else None
        self.moved[d.name, "next-report"] = was, self.revision.due(limit, now), now, terms, self.revision, limit.time

    def amend(self, d, run, terms, now):
        """Of a clock that runs and is not overdue. A later due by the new terms is taken; else the earlier of
        what it was and of a new limit from now. What comes of it is told by dispatch.rescheduled."""
        if run.stop is not None or run.due is not None and run.due <= now or run.due is None and run.kind != "arrive":
            return
        limit = self.revision.limit(run.kind, d, terms, run.start)
        due, start, was = self.revision.due(limit, run.start), run.start, (run.start, run.due)
        if due is not None and (run.due is None or due < run.due):
            anew = self.revision.due(self.revision.limit(run.kind, d, terms, now), now)
            start, due = (now, anew) if run.due is None or anew < run.due else was
        if (start, due) == was:
            return
        self.moved[d.name, run.kind] = run.due, due, start, terms, self.revision, limit.time

    def on_incident_completed(self, e, data):
        inc = self.incidents[e["incident"]]
        inc.state, inc.completed = "completed", e["ms"]

    def on_incident_closed(self, e, data):
        inc = self.incidents[e["incident"]]
        inc.state, inc.closed = "closed", e["ms"]

    def on_incident_cancelled(self, e, data):
        inc = self.incidents[e["incident"]]
        inc.state, inc.closed = "cancelled", e["ms"]
        inc.callers = 1  # its followers are on their own

    # -- dispatches

    def on_dispatch_issued(self, e, data):
        inc = self.incidents[e["incident"]]
        revision = self.mechanisms[data["revision"]]
        d = Dispatch(e["dispatch"], e["unit"], data["role"], data["rule"], revision, e["ms"], inc.terms(), inc)
        self.dispatches[d.name] = inc.dispatches[d.name] = d
        if d.role == "lead":
            inc.state = "open" if inc.state in ("completed", "called-back", "closed") else inc.state
        if d.role == "inform":
            return
        for kind in ("delivery", "acknowledge", "arrive"):
            limit = revision.limit(kind, d, d.terms, d.issued)
            if limit.exists() or limit.measured:
                self.start(d, kind, d.issued, limit, d.terms, revision)
            said = instant(data.get(kind + "_due"))
            due = d.run(kind).due if d.run(kind) else None
            assert said == due, f"{d.name}: {kind} is due {said}, by the YAML {due}"
        township = d.role == "assist" and d.rule == "township"
        if not township and revision.reports_from_issue(d, d.terms):
            self.start_report(d, "next-report", d.issued)

    def start(self, d, kind, start, limit, terms, revision):
        run = Run(kind, start, revision.due(limit, start), terms, revision, limit.time)
        d.runs.setdefault(kind, []).append(run)

    def start_report(self, d, kind, start):
        """By the terms of now, under the revision of now."""
        terms = d.incident.terms()
        limit = self.revision.limit(kind, d, terms, start)
        if limit.exists():
            self.start(d, kind, start, limit, terms, self.revision)
        return limit.exists()

    # -- steps

    def on_dispatch_delivered(self, e, data):
        self.step(e, data, "delivered")

    def on_dispatch_acknowledged(self, e, data):
        self.step(e, data, "acknowledged")

    def on_dispatch_departed(self, e, data):
        self.step(e, data, "departed")

    def on_dispatch_arrived(self, e, data):
        d, at, known = self.of(e), e["ms"], "arrived" in self.of(e).at
        if not known:
            d.eta = instant(data.get("eta"))
        self.step(e, data, "arrived")
        if known or d.role == "inform" or d.running("next-report"):
            return
        late = e["recorded"] - at > self.revision.ms("late_reported")
        start = e["recorded"] if late else at
        if not self.start_report(d, "first-report", start):
            self.start_report(d, "next-report", start)
        elif d.reported and d.reported >= start:
            self.report(d, d.reported)

    def on_dispatch_progressed(self, e, data):
        d = self.of(e)
        on_the_way = "arrived" not in d.at
        again = data.get("again")
        if again and d.open():
            if "eta" in data and (on_the_way or again == "dispatch.arrive"):
                d.eta = instant(data["eta"])
        elif not again:
            self.imply(d, e["ms"], e["recorded"], self.given(e, data), "departed", data)
            d.eta = instant(data["eta"]) if "eta" in data else d.eta
        if d.open():
            d.reported = max(d.reported or 0, e["ms"])
            self.report(d, self.report_instant(e, data))

    def on_dispatch_completed(self, e, data):
        d = self.of(e)
        known = not d.open()
        self.step(e, data, "completed")
        if known:
            return
        at = self.report_instant(e, data)
        for kind in ("first-report", "next-report"):
            run = d.run(kind)
            if run and run.stop is None and (run.due or kind == "first-report"):
                self.stop(run, at)
        d.ended = e["recorded"]

    def on_dispatch_withdrawn(self, e, data):
        d = self.of(e)
        d.withdrawn = d.ended = e["ms"]

    def report_instant(self, e, data):
        """A report's instant is its recording; entered on behalf, when it was made."""
        return e["ms"] if self.by_desk(data) else e["recorded"]

    def by_desk(self, data):
        return "on_behalf" in data

    def given(self, e, data):
        """Did the client say another instant than that of the recording?"""
        return e["recorded"] != e["ms"]

    def report(self, d, at):
        first, following = d.run("first-report"), d.running("next-report")
        if first and first.stop is None and (first.due or not following):
            if at < first.start:
                return  # made on the way: the scene was not reported from
            self.stop(first, at)
            self.start_report(d, "next-report", at)
        elif following:
            self.stop(following, at)
            self.start_report(d, "next-report", max(at, following.start))
        elif "arrived" in d.at and d.role != "inform":
            self.start_report(d, "next-report", at)

    def step(self, e, data, step):
        d = self.of(e)
        at, recorded, given = e["ms"], e["recorded"], self.given(e, data)
        self.imply(d, at, recorded, given, step, data)
        self.take_step(d, step, at, recorded, given, data, False)
        if "state" in data and step != "delivered":
            self.check_doubt(d, step, data, e)
        self.stop_clocks(d)

    def imply(self, d, at, recorded, given, before, data):
        for s in STEPS[:STEPS.index(before)]:
            if s == "departed" or (s == "arrived" and d.role == "inform"):
                continue
            if s not in d.at or (s in d.implied and d.at[s] > at):
                self.take_step(d, s, at, recorded, given, data, True)
        self.stop_clocks(d)

    def take_step(self, d, step, at, recorded, given, data, implied):
        """What the unit says long afterwards, or after the due of before it, does not count by itself."""
        was = d.counted(step)
        if recorded - at > self.revision.ms("late_reported"):
            d.late_steps.add(step)
        d.at[step] = at
        d.recorded[step] = recorded if was is None else min(was, recorded)
        (d.implied.add if implied else d.implied.discard)(step)
        d.unconfirmed.discard(step)
        kind = {"acknowledged": "acknowledge", "arrived": "arrive"}.get(step)
        if not kind or not given or self.by_desk(data):
            return
        due = d.run(kind).due if d.run(kind) else None
        if recorded - at > self.revision.ms("late_reported") or (due and recorded > due >= at):
            d.unconfirmed.add(step)

    def check_doubt(self, d, step, data, e):
        if step in ("acknowledged", "arrived"):
            assert (step in d.unconfirmed) == bool(data.get("unconfirmed")), \
                f"{d.name}: {step} is {'' if step in d.unconfirmed else 'not '}in doubt, the event says otherwise: {e}"

    def stop_clocks(self, d):
        for kind, step in STOPS.items():
            if d.run(kind):
                self.stop(d.run(kind), d.met(step))

    def stop(self, run, at):
        run.stop = at
        if at is not None and run.known is None:
            run.known = self.recorded

    # -- one matter, many callers; what is corrected ----------------------------------------------------

    def on_incident_joined(self, e, data):
        """Told twice: of who follows, by its main; of the main, by how many callers it has now."""
        inc = self.incidents[e["incident"]]
        if "main" in data:
            inc.same_as, inc.state = data["main"], data.get("state", inc.state)
        if "left" in data:
            self.incidents[data["left"]].same_as = None
        inc.callers = data.get("callers", inc.callers)

    def on_dispatch_corrected(self, e, data):
        """A step has another instant, and with it what it implied; or none. Who asks for it has been asked: it counts."""
        d, step, to = self.of(e), data["step"], instant(data.get("to"))
        was = d.at[step]
        assert was == instant(data["from"]), f"{d.name}: {step} was {was}: {e}"
        through = [s for s in STEPS[:STEPS.index(step)] if s in d.implied and d.at[s] == was] + [step]
        for s in through:
            d.unconfirmed.discard(s)
            d.late_steps.discard(s)
            if to is None:
                self.forget(d, s)
            else:
                d.at[s] = to
                if d.recorded[s] - to > self.revision.ms("late_reported"):
                    d.late_steps.add(s)
        if to is None:
            recorded = self.taken_back
            self.imply_again(d, step)
            self.stop_clocks(d)
            getattr(self, "not_" + step, lambda *_: None)(d, was, recorded)
        else:
            self.stop_clocks(d)

    def forget(self, d, step):
        d.at.pop(step)
        self.taken_back = d.recorded.pop(step)
        d.implied.discard(step)

    def imply_again(self, d, step):
        """What came later implies the steps before it; a report alone the delivery and the acknowledgement."""
        later = next((s for s in STEPS[STEPS.index(step) + 1:] if s in d.at and s not in d.implied), None)
        for s in STEPS[:STEPS.index(step) + 1]:
            if s in d.at or s == "departed" or (s == "arrived" and d.role == "inform"):
                continue
            if later:
                d.at[s], d.recorded[s] = d.at[later], d.recorded[later]
                d.unconfirmed |= {s} if later in d.unconfirmed else set()
            elif s in ("delivered", "acknowledged") and d.reported:
                d.at[s] = d.recorded[s] = d.reported
            else:
                continue
            d.implied.add(s)

    def not_arrived(self, d, was, recorded):
        """Nothing is owed from an arrival that was none."""
        if "arrived" in d.at:
            return
        d.runs.pop("first-report", None)
        if d.run("next-report") and d.run("next-report").start >= was:
            d.runs.pop("next-report")

    def not_completed(self, d, was, recorded):
        """The report that the completion was is owed again."""
        d.ended = d.withdrawn
        first, following = d.run("first-report"), d.run("next-report")
        by_it = first and first.stop in (was, recorded) and not (following and following.due)
        run = first if by_it else following
        if run:
            run.stop = run.known = None

    # -- requests ----------------------------------------------------------------------------------

    def on_request_asked(self, e, data):
        d = self.dispatches.get(e.get("dispatch"))
        if data["kind"] == "appeal":
            self.findings[data["finding"]].state = "appealed"
        r = self.requests[data["request"]] = Request(data["request"], data["kind"], d, e["ms"], data)
        if d:
            d.requests.append(r)
            if r.kind in ("return", "extend"):  # who asks has taken it
                self.imply(d, e["ms"], e["recorded"], False, "departed", data)

    def decided(self, e, data, state):
        r = self.requests[data["request"]]
        assert r.state in ("pending", "lapsed"), f"{r.name} was {r.state} when it was {state}"
        assert not (r.state == "lapsed" and state in ("lapsed", "dropped")), f"{r.name}: {r.state}, then {state}"
        r.state, r.decided, r.until = state, e["ms"], instant(data.get("until"))
        return r

    def lift(self, r, at):
        """An appeal that is granted excuses the clock of its finding; one that was not decided does so, too, but of
        the police's own house, where another house of the office must decide."""
        f = self.findings[r.data["finding"]]
        for clock in CLASS_CLOCKS.get(f.kind, ()):
            f.dispatch.lifted.setdefault(clock, []).append(at)

    def on_request_granted(self, e, data):
        r = self.decided(e, data, "granted")
        if r.kind == "appeal":
            self.lift(r, e["recorded"])
        if r.kind == "late-step":
            r.dispatch.unconfirmed.discard(r.data["step"])
            self.stop_clocks(r.dispatch)

    def on_request_rejected(self, e, data):
        r = self.decided(e, data, "rejected")
        if r.kind == "late-step":
            r.dispatch.doubt_settled = True

    def on_request_dropped(self, e, data):
        r = self.decided(e, data, "dropped")
        if r.kind == "appeal" and self.findings[r.data["finding"]].state == "appealed":
            self.findings[r.data["finding"]].state = "open"

    def on_request_lapsed(self, e, data):
        r = self.decided(e, data, "lapsed")
        r.lapsed = e["ms"]
        if r.kind == "appeal" and self.house(self.findings[r.data["finding"]].unit) != "police":
            self.lift(r, e["recorded"])
        if r.kind == "late-step":
            r.dispatch.unconfirmed.discard(r.data["step"])
            self.stop_clocks(r.dispatch)

    def on_dispatch_voided(self, e, data):
        d = self.of(e)
        d.void = data["reason"]
        d.role = data.get("role", d.role)

    def on_dispatch_promoted(self, e, data):
        """Who assists already leads from now on."""
        d = self.of(e)
        d.role, d.promoted = data["role"], e["ms"]

    def on_dispatch_relieved(self, e, data):
        """The unit that takes over has arrived: who kept the scene for it may go."""
        d = self.of(e)
        d.relieved = d.withdrawn = d.ended = e["ms"]

    def on_dispatch_rescheduled(self, e, data):
        """By an extension that was granted, or because the desk amended what the limit hangs on."""
        d = self.of(e)
        run = d.run(data["clock"])
        told = instant(data.get("from")), instant(data.get("due"))
        if "mode" in (data.get("why"), data.get("cause")):
            self.begin_anew(d, data["clock"], instant(data["start"]), told[1])
            return
        if data.get("why") == "amended":
            worked_out = self.moved.pop((d.name, data["clock"]), (None, None))
            assert told == worked_out[:2], f"{d.name} {data['clock']} moved by {told}, by the log {worked_out}: {e}"
            self.amended += 1
            d.moved = True
            if run is None or run.stop is not None:
                _, due, start, terms, revision, time = worked_out
                d.runs.setdefault(data["clock"], []).append(Run(data["clock"], start, due, terms, revision, time))
                return
            _, run.due, run.start, run.terms, run.revision, run.time = worked_out
            return
        assert run.due == told[0], f"{d.name}: {run.kind} was due {run.due}: {e}"
        run.due = told[1]

    def begin_anew(self, d, kind, start, due):
        """At the end of a mode that kept silent a report is owed from then on: the next one's clock begins anew,
        the first one's has a later due."""
        run, terms = d.run(kind), d.incident.terms()
        limit = self.revision.limit(kind, d, terms, start)
        assert due == self.revision.due(limit, start), f"{d.name}: after the mode {kind} is due {due}"
        if kind == "next-report":
            run.cut = start
            self.start(d, kind, start, limit, terms, self.revision)
        else:
            run.due = due

    # -- call-backs, reopening, one matter ------------------------------------------------------------

    def on_callback_recorded(self, e, data):
        self.incidents[e["incident"]].callbacks.append(data["result"])

    def on_incident_called_back(self, e, data):
        self.incidents[e["incident"]].state = "called-back"

    def on_incident_reopened(self, e, data):
        inc = self.incidents[e["incident"]]
        inc.state, inc.closed, inc.same_as = "open", None, None
        inc.reopened += data.get("why") not in ("main-cancelled", "main_cancelled", "corrected")  # that is no redo

    def on_dispatch_reopened(self, e, data):
        """It is at work again: acknowledging and arriving are not judged twice, a report is owed anew."""
        d = self.of(e)
        assert d.completed(), f"{d.name} was reopened and had not been completed"
        d.ended = None
        d.reopened.append(e["ms"])
        d.at.pop("completed")
        d.recorded.pop("completed")
        self.start_report(d, "next-report", e["ms"])
        said, due = instant(data.get("report_due")), d.run("next-report").due
        assert said == due, f"{d.name}: reopened, its report is due {said}, by the YAML {due}"

    def on_incident_linked(self, e, data):
        """Named as belonging together, and no more."""

    on_incident_held = on_incident_linked

    def on_dispatch_judged(self, e, data):
        """The program takes back a mark, or excuses it: the oracle judges by itself."""

    # -- findings -----------------------------------------------------------------------------------

    def house(self, unit):
        return self.revision.units.get(unit, {}).get("house", unit)

    def on_finding_opened(self, e, data):
        """One that was void is opened again under its name."""
        d = self.dispatches.get(e.get("dispatch"))
        before = self.findings.get(data["finding"])
        assert before is None or before.state in ("void", "lapsed"), f"{before.name} is {before.state}, and opened again"
        f = self.findings[data["finding"]] = Finding(data["finding"], data["class"], d, e["unit"], e["ms"], data)
        if d:
            d.findings = [x for x in d.findings if x is not before] + [f]

    def on_finding_graded(self, e, data):
        """How late it was in the end; a graver run opens what was settled."""
        f = self.findings[data["finding"]]
        f.data.update(data)
        if not data.get("never"):
            f.data.pop("never", None)
        f.state = "appealed" if f.state == "appealed" else data["state"]

    def on_finding_voided(self, e, data):
        f = self.findings[data["finding"]]
        f.state, f.cause = data["state"], data.get("cause")

    def on_finding_confirmed(self, e, data):
        self.findings[data["finding"]].state = "confirmed"

    def on_finding_upheld(self, e, data):
        self.findings[data["finding"]].state = "upheld"

    # -- the register -----------------------------------------------------------------------------------

    def on_register(self, e, data):
        """Kept as it is told: nothing of it changes how a dispatch counts."""
        self.entries.append((e["type"], e["ms"], e.get("unit"), data))

    on_shift_handed_over = on_measure_recorded = on_register
    on_statement_confirmed = on_register
    on_measure_proposed = on_measure_dismissed = on_measure_settled = on_register
    on_period_closed = on_period_reopened = on_personal_erased = on_register

    def on_duty_planned(self, e, data):
        """By unit and month: how many, and how many of them were left out."""
        self.on_register(e, data)
        plan = self.plans.setdefault((e["unit"], data["name"]), [0, 0])
        plan[0], plan[1] = data["planned"], plan[1] + ("left_out" in data)

    def on_duty_checked(self, e, data):
        self.on_register(e, data)
        self.checked[data["entry"]] = e["unit"], e["ms"], data

    def on_meeting_recorded(self, e, data):
        self.on_register(e, data)
        if "#" in data["name"]:
            self.items[data["name"]] = e["unit"], e["ms"], data

    on_meeting_settled = on_meeting_recorded

    def on_ownership_recorded(self, e, data):
        self.on_register(e, data)
        self.owned[data["entry"]] = data["state"]

    def on_duty_assigned(self, e, data):
        self.on_register(e, data)
        if "people" in data:
            people = data["people"] if isinstance(data["people"], list) else data["people"].split(",")
            self.assignments.append((e["unit"], instant(data["from"]), instant(data["to"]), people))

    def on_mode_declared(self, e, data):
        """The same mode again lasts longer. What it changes is the policy's, in force at the time; when it ends
        is told at the latest by its end."""
        rule = self.revision.policy["modes"][data["name"]]
        until = instant(data.get("until")) or FAR
        for mode in self.modes:
            if mode.name == data["name"] and mode.start <= e["ms"] < mode.end:
                mode.until = until
                return
        self.modes.append(Mode(data["name"], e["ms"], until, data.get("areas"), rule.get("excuse") or []))

    def on_mode_ended(self, e, data):
        for mode in self.modes:
            if mode.name == data["name"] and mode.ended is None and mode.start <= e["ms"]:
                mode.ended = e["ms"]
