"""The identities that every number of the program has to keep, each a function of a book.

A book is a world with the oracle's sums beside it. A function says what is wrong, as sentences; nothing
where nothing is. It is asked after every so many incidents and at the end.
"""
import http.client
import json
import random
import re

import duty
import formats
import paper
import quarter
import replay
import stored
import world as worlds
from instants import DAY, HOUR, MINUTE, day_of, day_start, day_text, text
from terms import CLOCKS

ALL = []


def identity(*needs):
    """Registers an identity, with the commands that it needs of the program."""
    def register(f):
        f.needs = set(needs)
        ALL.append(f)
        return f
    return register


class Book:
    def __init__(self, world, every):
        self.world, self.every = world, every
        self.found = {f.__name__: [] for f in ALL}
        self.checks = 0
        self.events = 0
        self.at_end = False
        self.first_edition, self.corrections = None, []
        self.proven_kills = 0

    # -- living ------------------------------------------------------------------------------------

    def live(self):
        w = self.world
        w.start()
        self.log = replay.Log(w.mechanisms)
        self.sums = quarter.Sums(self.log)
        w.watch, w.when_closed, w.when_reopening, w.when_killed = self.watch, self.close, self.reopen, self.killed
        w.plan_arrivals()
        w.plan_faults()
        w.plan_boundaries()
        w.plan_office()
        w.plan_swaps()
        w.plan_offices()
        w.run(worlds.END)
        w.run(worlds.END + 10 * DAY)
        self.at_end = True
        self.check()

    def watch(self, w):
        if w.reports % self.every == 0:
            self.check()

    def close(self, w):
        """What the quarter's report is at its close."""
        self.given = {}
        self.first_edition = self.document("2026Q1", "")

    def reopen(self, w):
        """What the next quarter's report says of the closed one, before that is opened again."""
        self.given = {}
        self.corrections = paper.table(self.document("2026Q2"), "corrections")

    def killed(self, w):
        """The engine died and came back: what it keeps is what its log says, to the last commit."""
        self.read()
        self.rows = self.sums.dispatches(w.now)
        for wrong in identity_12_the_sums_kept_are_those_of_the_events(self):
            self.found["identity_12_the_sums_kept_are_those_of_the_events"].append(f"after kill {w.kills}, {text(w.now)}: {wrong}")
        self.proven_kills += 1

    def check(self):
        self.read()
        self.checks += 1
        self.given = {}
        self.rows = self.sums.dispatches(self.world.now)
        self.matters = self.sums.incidents(self.world.now)
        for f in ALL:
            if f.needs - self.world.known:
                continue
            for wrong in f(self):
                self.found[f.__name__].append(f"after {self.world.reports} incidents, {text(self.world.now)}: {wrong}")

    def read(self):
        """What is new in the event log; a page is 500 events."""
        while True:
            page = self.world.local.call("event.list", within=60, after=self.log.seq, limit=500)
            self.log.take(page["events"])
            self.events += len(page["events"])
            self.log.seq = max(self.log.seq, page["seq"])
            if not page["more"]:
                return

    def story(self):
        """All that was found, a line each."""
        return [f"{name}: {line}" for name, lines in self.found.items() for line in lines]

    def figures(self):
        w = self.world
        return (f"{w.reports} incidents, {len(self.log.dispatches)} dispatches, {self.events} events, {w.acts} acts "
                f"({w.doubled} twice, {w.kills} beside a kill), {self.checks} checks; refused: "
                + ", ".join(f"{c} {word} {n}" for (c, word), n in sorted(w.refused.items())))

    def empty(self):
        """What should have happened and did not."""
        wanted = ["dispatch.corrected", "duty.checked", "meeting.settled", "ownership.recorded", "dispatch.late", "dispatch.overdue", "incident.late", "system.resumed", "incident.cancelled", "dispatch.withdrawn",
                  "incident.amended", "config.activated"]
        more = {"dispatch.return": ["request.granted", "request.rejected", "request.lapsed", "request.dropped",
                                    "dispatch.voided", "dispatch.relieved", "dispatch.rescheduled"],
                "incident.callback": ["callback.recorded", "incident.called-back", "dispatch.reopened"],
                "duty.assign": ["duty.assigned"],
                "finding.list": ["finding.opened"], "finding.confirm": ["finding.confirmed"],
                "finding.decide": ["finding.upheld", "finding.voided"],
                "period.close": ["period.closed", "period.reopened"]}
        wanted += [t for command, types in more.items() if command in self.world.known for t in types]
        if "same_as" in self.world.parameters("incident.report"):
            wanted.append("incident.joined")
        unproven = [f"{self.world.kills - self.proven_kills} kills"] if self.proven_kills < self.world.kills else []
        return [t for t in wanted if not self.log.kinds.get(t)] + unproven

    # -- the report --------------------------------------------------------------------------------

    def bytes(self, period, form="json", draft="?draft=true"):
        """The report as it is given on HTTP, by the facts of now unless it is to be the one that was closed; once
        a check."""
        if (period, form, draft) not in self.given:
            connection = http.client.HTTPConnection("127.0.0.1", self.world.daemon.http_port, timeout=120)
            connection.request("GET", f"/v1/reports/{paper.kind(period)}/{period}.{form}{draft}",
                               headers={"Authorization": f"Bearer {self.world.daemon.tokens['office1']}"})
            reply = connection.getresponse()
            self.given[period, form, draft] = reply.read()
            connection.close()
            assert reply.status == 200, f"{period}.{form}: {reply.status} {self.given[period, form, draft][:300]}"
        return self.given[period, form, draft]

    def document(self, period, draft="?draft=true"):
        return json.loads(self.bytes(period, "json", draft))

    def periods(self):
        """The quarter, and days of which each check takes others; at the end every month and the year."""
        rnd = random.Random(self.checks)
        days = [day_text(day_of(worlds.START) + rnd.randrange(89)) for _ in range(2)]
        found = ["2026Q1"] + [f"{d}..{d}" for d in days]
        return found + ["2026-02", "2026-03", "2026-04", "2026Q2", "2026"] if self.at_end else found

    # -- help --------------------------------------------------------------------------------------

    def some(self):
        """Dispatches to ask the program for one by one: all of a small world and at the end, else a thousand."""
        every = list(self.log.dispatches.values())
        return every if self.at_end or len(every) < 5000 else random.Random(self.checks).sample(every, 1000)

    def total(self, rows, *names):
        return sum(row.get(n, 0) for row in rows.values() for n in names)


def differ(what, got, wanted):
    return [] if got == wanted else [f"{what}: {got}, by the log {wanted}"]


@identity()
def identity_01_standings_share_the_dispatches(book):
    """Each dispatch stands in exactly one."""
    kinds = {"drill", "void", "inform", "apart", "outside", "counted"}
    issued = len(book.log.dispatches)
    by = {}
    for (_, _, _, _, standing), row in book.rows.items():
        by[standing] = by.get(standing, 0) + row["dispatches"]
    return differ("standings", sum(by.values()), issued) + differ("kinds of standing", set(by) - kinds, set())


@identity()
def identity_02_each_clock_has_one_outcome(book):
    wrong = []
    for d in book.log.dispatches.values():
        outcomes = book.sums.judge.outcomes(d, book.world.now)
        if not d.open() and "running" in outcomes.values():
            wrong.append(f"{d.name} has ended and a clock runs: {outcomes}")
        if standing_of(d) == "void" and {"late", "met", "excused"} & set(outcomes.values()):
            wrong.append(f"{d.name} is void and counts: {outcomes}")
    return wrong


def standing_of(d):
    return quarter.standing(d)


@identity()
def identity_03_the_program_has_the_same_late_clocks(book):
    """Of every dispatch: the bits that rates, findings and scores are made from."""
    wrong = []
    judge, now = book.sums.judge, book.world.now
    for d in book.some():
        if d.role == "inform":
            continue
        got = book.world.local.call("dispatch.get", within=60, dispatch=d.name)
        late = [] if d.void else [k for k in CLOCKS if any(judge.late(d, r, now) for r in d.runs.get(k, ()))]
        wrong += differ(f"{d.name} late", got["late"], late)
    return wrong[:20]


@identity("dispatch.return")
def identity_05_returns_are_all_accounted_for(book):
    """What was asked is decided, lapsed, dropped or pending; a grant voids its dispatch and leaves a lead."""
    wrong = []
    returns = [r for r in book.log.requests.values() if r.kind == "return"]
    by = {}
    for r in returns:
        by[r.state] = by.get(r.state, 0) + 1
    wrong += differ("returns by the sums", {s: book.total(book.rows, "return_" + s) for s in quarter.REQUEST_STATES},
                    {s: by.get(s, 0) for s in quarter.REQUEST_STATES})
    granted = {r.dispatch.name for r in returns if r.state == "granted"}
    void = {d.name for d in book.log.dispatches.values() if d.void == "returned"}
    wrong += differ("dispatches void by a return", void - granted, set()) + differ("grants that voided nothing", granted - void, set())
    for r in returns:
        d, t = r.dispatch, r.decided
        if r.state != "granted" or d.first_role != "lead" or d.ended is not None and d.ended < t:
            continue
        leads = [x for x in d.incident.dispatches.values() if x is not d and x.issued <= t and
                 (x.ended is None or x.ended >= t) and (x.first_role == "lead" or x.promoted)]
        new = [x for x in leads if x.issued == t or x.promoted == t]
        if len(new) > 1 or not leads:
            wrong.append(f"{r.name} was granted at {text(t)} and left {[x.name for x in leads]}, new {[x.name for x in new]}")
    return wrong


@identity("finding.list")
def identity_06_findings_are_the_delays_beyond_the_grace(book):
    """At most one for a dispatch and class, of the standing counted alone; what is excused is void with its cause."""
    wrong, judge, now = [], book.sums.judge, book.world.now
    grace = book.log.revision.ms("lateness_grace")
    for d in book.log.dispatches.values():
        for cls in quarter.CLASS_CLOCKS:
            mine = [f for f in d.findings if f.kind == cls]
            stands = [f for f in mine if f.state != "void"]
            most = quarter.delay(judge, d, cls, now)
            counted = quarter.standing(d) == "counted"
            if len(stands) > 1:
                wrong.append(f"{d.name} has {len(stands)} findings {cls}")
            if stands and not (counted and most > grace) and stands[0].state not in ("lapsed",):
                wrong.append(f"{d.name} {cls}: {stands[0].name} {stands[0].state}, late by {most} ms, {quarter.standing(d)}")
            if counted and most > grace and not d.open() and not mine:
                wrong.append(f"{d.name} {cls}: late by {most} ms, and nothing was found")
            wrong += [f"{f.name} is void without a cause" for f in mine if f.state == "void" and not f.cause]
    return wrong[:20]


@identity("finding.list")
def identity_06_findings_say_how_late_it_was(book):
    """Of several reports that were late the gravest, less what is deducted."""
    wrong, judge, now = [], book.sums.judge, book.world.now
    for d in book.log.dispatches.values():
        for cls in quarter.CLASS_CLOCKS:
            stands = [f for f in d.findings if f.kind == cls and f.state not in ("void", "lapsed")]
            most = quarter.delay(judge, d, cls, now)
            if stands and not d.open() and stands[0].data.get("late_ms") != most:
                wrong.append(f"{stands[0].name}: late by {stands[0].data.get('late_ms')} ms, by the log {most}")
    return wrong


@identity("request.decide")
def identity_07_each_request_lapsed_at_its_instant(book):
    """And none was decided by silence before it."""
    wrong = []
    for r in book.log.requests.values():
        if r.lapsed is not None and r.due and r.lapsed != r.due:
            wrong.append(f"{r.name} was due {text(r.due)} and lapsed {text(r.lapsed)}")
        if r.state == "pending" and r.due and r.due < book.world.now:
            wrong.append(f"{r.name} was due {text(r.due)} and waits")
        if r.lapsed is None and r.decided and r.due and r.decided > woken(book, r.due):
            wrong.append(f"{r.name} was due {text(r.due)}, was decided {text(r.decided)} and had not lapsed")
    return wrong[:20]


@identity()
def identity_12_the_sums_kept_are_those_of_the_events(book):
    """For every day, unit, part, priority and standing, and for every day, lead, category, township and standing."""
    kept = stored.tallies(book.world.store())
    if kept is None:
        return []  # not there yet
    ended, closed = book.sums.ended(), book.sums.closed(book.world.now)
    return differing("dispatches", kept[0], ended) + differing("incidents", kept[1], closed)


@identity("report.get")
def identity_02_the_reports_clocks_are_those_of_the_log(book):
    """Every unit, standing and clock: none + void + met + excused + late + running = dispatches, and each of them."""
    return over_periods(book, lambda document, by, parts: paper.clocks(document, by))


@identity("report.get")
def identity_03_the_reports_rates_are_those_of_the_log(book):
    return over_periods(book, lambda document, by, parts: paper.units(document, by, parts))


@identity("report.get")
def identity_04_the_reports_times_are_those_of_the_log(book):
    return over_periods(book, lambda document, by, parts: paper.times(document, by))


@identity("report.get")
def identity_05_the_reports_requests_are_those_of_the_log(book):
    return over_periods(book, lambda document, by, parts: paper.requests(document, by))


def over_periods(book, check):
    wrong = []
    for period in book.periods():
        by, parts = paper.within(book.rows, period)
        wrong += [f"{period} {line}" for line in check(book.document(period), by, parts)]
    return wrong[:20]


@identity("report.get")
def identity_09_parts_of_a_period_add_up_to_it(book):
    """Months to the quarter, quarters to the year, and a span cut at any midnight."""
    if not book.at_end:
        return []
    cut = day_of(worlds.START) + random.Random(book.world.seed).randrange(20, 70)
    first, last = day_text(day_of(worlds.START)), day_text(day_of(worlds.END) - 1)
    whole = {"2026Q1": ["2026-01", "2026-02", "2026-03"], "2026": ["2026Q1", "2026Q2", "2026Q3", "2026Q4"],
             f"{first}..{last}": [f"{first}..{day_text(cut - 1)}", f"{day_text(cut)}..{last}"]}
    wrong = []
    for period, several in whole.items():
        a, b = (paper.added(paper.figures(book.document(p)) for p in ps) for ps in ([period], several))
        wrong += [f"{period} {key}: {a.get(key, 0)}, its parts {b.get(key, 0)}" for key in set(a) | set(b)
                  if a.get(key, 0) != b.get(key, 0)]
    return sorted(wrong)[:20]


@identity("report.get")
def identity_10_the_same_report_is_the_same_bytes(book):
    """Asked for twice without an event between."""
    first = book.bytes("2026Q1")
    book.given.pop(("2026Q1", "json", "?draft=true"))
    return [] if first == book.bytes("2026Q1") else ["two reports of the same instant differ"]


@identity("report.get")
def identity_10_four_forms_say_the_same(book):
    """Every cell of JSON, CSV, XLSX and HTML."""
    if not book.at_end:
        return []
    q1 = "2026Q1"
    return formats.differences(book.document(q1), book.bytes(q1, "xlsx"), book.bytes(q1, "html"),
                               book.bytes(q1, "csv"))[:20]


def differing(what, kept, wanted):
    wrong = []
    for key in sorted(set(kept) | set(wanted), key=str):
        a, b = kept.get(key, {}), wanted.get(key, {})
        for name in sorted(set(a) | set(b)):
            if a.get(name, 0) != b.get(name, 0):
                wrong.append(f"{what} {day_text(key[0])} {key[1:]} {name}: {a.get(name, 0)}, by the log {b.get(name, 0)}")
    return wrong


@identity("period.close")
def identity_11_what_was_closed_stays(book):
    """The stored bytes; and the corrections are what the second edition says otherwise than the first."""
    if not book.at_end:
        return []
    if book.world.closed != 2:
        said = [v[-1] for k, v in book.world.reasons.items() if k[0].startswith("period.")]
        return [f"the quarter was closed {book.world.closed} times, not twice: {said}"]
    wrong, first = [], book.first_edition
    second = book.document("2026Q1", "")
    for document, edition in ((first, 1), (second, 2)):
        wrong += differ("state and edition", (document["report"]["state"], document["report"].get("edition")), ("closed", edition))
    names = ("clocks", "times", "requests")
    a, b = paper.figures(first, names), paper.figures(second, names)
    changed = {k: b.get(k, 0) - a.get(k, 0) for k in set(a) | set(b) if a.get(k, 0) != b.get(k, 0)}
    if not changed:
        wrong.append("nothing was corrected after the close")
    told = {}
    titles = {t["title"]: t["id"] for t in second["tables"]}
    for row in book.corrections:
        name = titles.get(row["table"])
        if row["period"].startswith("2026Q1") and name in names and row["difference"] and row["column"] != "rate":
            told[name, row["row"], row["column"]] = row["difference"]
    wanted = {(t, " ".join(key), column): n for (t, key, column), n in changed.items()
              if not column.endswith("_ms")}  # of times it says both, and no difference
    return wrong + [f"correction of {key}: {told.get(key, 0)}, edition 2 less edition 1 {wanted.get(key, 0)}"
                    for key in sorted(set(told) | set(wanted)) if told.get(key, 0) != wanted.get(key, 0)]


@identity("finding.list", "report.get")
def identity_13_scores_follow_from_what_was_found(book):
    """The rubric, applied by twenty lines of Python to the findings of the log; each has its evidence; who had
    too few dispatches is not ranked."""
    period, wrong = "2026Q1", []
    document, rubric = book.document(period), quarter.Rubric(book.log.in_force(period_end(period)))
    by, _ = paper.within(book.rows, period)
    first, last = paper.span(period)
    for row in paper.table(document, "units"):
        counted = by.get((row["unit"], "counted"), {})
        mine = [scored(f) for f in book.log.findings.values()
                if f.unit == row["unit"] and first <= day_of(f.dispatch.issued if f.dispatch else f.opened) < last]
        fell_due = {c: counted.get(f"{c}_met", 0) + counted.get(f"{c}_late", 0) for c in ("acknowledge", "arrive")}
        fell_due["report"] = counted.get("dispatches", 0)
        wrong += differ(f"score of {row['unit']}", row["score"], rubric.points(rubric.weigh(mine), fell_due))
        if counted.get("dispatches", 0) < rubric.not_ranked_below and row["rank"] is not None:
            wrong.append(f"{row['unit']} is ranked with {counted.get('dispatches', 0)} dispatches")
    for row in paper.table(document, "findings"):
        if row["evidence"] and book.log.about.get(row["evidence"]) != row["dispatch"]:
            wrong.append(f"{row['finding']}: event {row['evidence']} is about {book.log.about.get(row['evidence'])}")
    return wrong[:20]


def period_end(period):
    return day_start(paper.span(period)[1]) - 1


def scored(f):
    d = f.dispatch
    return {"class": f.kind, "state": f.state, "part": d.role if d else None, "dispatch": d.name if d else f.name,
            "never": bool(d and not d.open() and "arrived" not in d.at), "late_ms": f.data.get("late_ms", 0),
            "limit_ms": f.data.get("limit_ms", 0)}


CALLS = ("satisfied", "basically", "dissatisfied", "unreached", "waiting", "not_called")


@identity("report.get", "incident.callback")
def identity_15_every_completed_matter_was_called_back_or_says_why(book):
    """In the report, by category and by township; and the same figures as the log's."""
    wrong = []
    for period in book.periods():
        document = book.document(period)
        for name, at in (("category", 2), ("township", 3)):
            sums = paper.groups(book.matters, period, at)
            for row in paper.table(document, name):
                if row["completed"] != sum(row[c] for c in CALLS):
                    wrong.append(f"{period} {name} {row[name]}: {row['completed']} completed, {[row[c] for c in CALLS]}")
                mine = sums.pop(row[name] or None, {})
                wrong += [f"{period} {name} {row[name]} {c}: {v}, by the log {mine.get(c, 0)}" for c, v in row.items()
                          if isinstance(v, int) and v != mine.get(c, 0)]
            wrong += [f"{period} {name} {k} is not in the report: {v}" for k, v in sums.items() if v]
    return wrong[:20]


@identity("report.get", "incident.callback")
def identity_15_what_the_desk_owed(book):
    """Calls and leads that came too late were told when they were, once; and the desk's own sheet has them with the
    other figures of its failings, each summed from the log."""
    wrong, now = [], book.world.now
    for inc in book.log.incidents.values():
        wrong += differ(f"{inc.number}: told late", inc.told_late, book.log.late_of_the_desk(inc, now))
    for period in book.periods():
        first, last = paper.span(period)
        rows = [r for key, r in book.rows.items() if first <= key[0] < last and key[4] != "drill"]
        matters = [r for key, r in book.matters.items() if first <= key[0] < last and key[4] not in ("drill", "void")]
        wanted = {"returns_undecided": added(rows, "return_undecided"), "extends_undecided": added(rows, "extend_undecided"),
                  "late_steps_undecided": added(rows, "late_step_undecided"), "appeals_undecided": added(rows, "appeal_undecided"),
                  "misrouted": added(rows, "void_error"), "unmatched": added(matters, "unmatched"),
                  "leads_late": added(matters, "lead_late"), "callbacks_late": added(matters, "callback_late"),
                  "callbacks_waiting": added(matters, "waiting")}
        told = {r["item"]: r["n"] for r in paper.table(book.document(period), "desk")}
        wrong += differ(f"{period} desk", {k: told.get(k) for k in wanted}, wanted)
    return wrong[:20]


def added(rows, name):
    return sum(r.get(name, 0) for r in rows)


@identity("incident.callback")
def identity_16_who_follows_has_no_instruction(book):
    """Callers are incidents and followers; what a main counts is who follows it."""
    wrong, follow = [], {}
    for inc in book.log.incidents.values():
        if inc.same_as:
            follow[inc.same_as] = follow.get(inc.same_as, 0) + 1
            live = [d.name for d in inc.dispatches.values() if d.open() and d.role != "inform"]
            wrong += [f"{inc.number} follows {inc.same_as} and has {live}"] if live else []
    for inc in book.log.incidents.values():
        wrong += differ(f"callers of {inc.number}", inc.callers - 1, follow.get(inc.number, 0))
    return wrong[:20]


@identity("duty.get")
def identity_17_who_is_on_duty_by_a_walk_over_the_rosters(book):
    """At random minutes, and at those at which shifts change, and a moment before; a unit of tier 1 that has a
    roster has somebody."""
    if not book.at_end:
        return []
    rnd, rules, wrong = random.Random(book.world.seed), book.log.revision, []
    for _ in range(min(book.world.n, 10_000) // 100):
        asked = []
        for _ in range(100):  # at once, and no more: a console that is not read is cut off
            at = (worlds.START // MINUTE + rnd.randrange(89 * 24 * 60)) * MINUTE
            if rnd.random() < 0.3:
                at = at // HOUR * HOUR - rnd.choice((0, 0, 1))
            unit = rnd.choice(list(rules.rosters))
            asked.append((unit, at, book.world.local.send("duty.get", unit=unit, at=text(at))))
        for unit, at, sent in asked:
            answer = book.world.local.result(sent, 60)["duty"]
            people = sorted(p["person"] for d in answer for p in d["people"])
            wanted = sorted(duty.duty_at(rules, unit, at, book.log.assignments))
            wrong += differ(f"{unit} at {text(at)}", people, wanted)
            if rules.tier(unit) == 1 and not people:
                wrong.append(f"{unit} has nobody at {text(at)}")
    return wrong[:20]


@identity()
def identity_18_every_wake_fires_once_at_its_instant(book):
    """Each limit that fell due unmet was told of at its instant, or at the end of the downtime that it fell
    into; lateness the same; no rung of a clock twice; and nothing was armed wrong."""
    untold = [f"{key} was to be moved by an amendment: {to[:2]}" for key, to in book.log.moved.items() if book.log.amended]
    return wakes_repaired(book) + dues_told(book) + lates_told(book) + rungs_once(book) + untold


def wakes_repaired(book):
    n = book.log.kinds.get("invariant.repaired", 0)
    return [f"{n} wakes were repaired"] if n else []


def woken(book, at):
    """When a wake of that instant came round: the system may have been away."""
    for start, end in book.log.downtimes:
        if start < at <= end:
            return end
    return at


def dues_told(book):
    told = {}
    for d, run, due, at, by in book.log.overdues:
        told.setdefault((d.name, run.kind, due), []).append((at, by))
    wrong = [f"{key} fell due {len(when)} times" for key, when in told.items() if len(when) > 1]
    for d in book.log.dispatches.values():
        for run in (r for kind, runs in d.runs.items() if kind != "delivery" for r in runs):
            if run.due is None or run.due >= book.world.now:
                continue
            over = min(x for x in (run.known, run.cut, d.ended, replay.FAR) if x is not None)
            seen = told.get((d.name, run.kind, run.due))
            if over > woken(book, run.due) and (not seen or seen[0][0] != woken(book, run.due)):
                wrong.append(f"{d.name} {run.kind} due {text(run.due)}, open until {over}: told {seen}")
            if over < run.due and seen and run.stop and run.stop <= run.due:
                wrong.append(f"{d.name} {run.kind} was met {text(run.stop)} and told overdue {seen}")
    return wrong[:20]


def lates_told(book):
    """What the system said to be late was late then, and not a moment before, unless it was away."""
    wrong, judge = [], book.sums.judge
    for d, run, at, by in book.log.lates:
        if by != "system" or d.void or any(r.wait(run) for r in d.requests):
            continue  # what is granted later, and waits, change what was known then
        limit = run.revision.calendar.between(run.time, run.start, run.due)
        if judge.net(d, run, at) < limit or \
                judge.net(d, run, at - 1) >= limit and at - 1 >= run.due and woken(book, at) != at:
            wrong.append(f"{d.name} {run.kind} was called late at {text(at)}")
    return wrong[:20]


def rungs_once(book):
    seen, wrong = set(), []
    for d, rung, at in book.log.reminders:
        key = d.name, rung, at
        if rung.startswith(("delivery", "acknowledge", "arrive")) and not d.reopened and not d.moved:
            key = d.name, rung
        if key in seen and not any(r.kind == "extend" for r in d.requests):
            wrong.append(f"{key} was sent twice")
        seen.add(key)
    return wrong[:20]


@identity()
def identity_19_no_planted_name_leaves(book):
    wrong = []
    canaries = [v for v in worlds.CANARY.values()]
    with open(book.world.daemon.log_path, encoding="utf-8", errors="replace") as f:
        log = f.read()
    wrong += [f"{c} stands in the log" for c in canaries if c in log]
    if not book.at_end:
        return wrong
    status, _, metrics = book.world.daemon.http("GET", "/metrics", book.world.daemon.account("admin1", "admin"))
    wrong += [f"{c} stands in the metrics" for c in canaries if c in str(metrics)]
    for (period, form, _), data in book.given.items():
        if form != "xlsx":
            wrong += [f"{c} stands in {period}.{form}" for c in canaries if c.encode() in data]
    return wrong
