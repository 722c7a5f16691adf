"""Identities of what the city's offices do, and of where and under which rules a report is made; see identities.py."""
import os
import shutil
import subprocess
import tempfile

import paper
import quarter
import world as worlds
from harness import BUILD
from identities import differ, identity, over_periods, period_end, scored
from instants import day_of, instant

ELSEWHERE = ({"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "1"},
             {"TZ": "Asia/Kathmandu", "LC_ALL": "ar_EG.UTF-8", "PYTHONHASHSEED": "99"})
LOCALES = ("de_DE", "ar_EG")  # a decimal comma; digits that are not 0 to 9


def made_elsewhere(book, period, form, environment, folder):
    path = os.path.join(folder, f"report.{form}")
    subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", book.world.daemon.config, "report", paper.kind(period), period,
                    "--draft", "--format", form, "-o", path], check=True, timeout=300, capture_output=True,
                   env={**os.environ, "LOCPATH": folder, **environment})
    with open(path, "rb") as f:
        return f.read()


def make_locales(folder):
    """As the machine has none but C; without localedef the time zone alone is another one."""
    for name in LOCALES if shutil.which("localedef") else ():
        subprocess.run(["localedef", "-i", name, "-f", "UTF-8", os.path.join(folder, name + ".UTF-8")], check=False,
                       capture_output=True)


@identity("report.get")
def identity_10_made_elsewhere_it_is_the_same_bytes(book):
    """By another process, in another time zone and locale: each of the four forms."""
    if not book.at_end:
        return []
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        make_locales(folder)
        for form in ("json", "csv", "xlsx", "html"):
            book.given.pop(("2026Q1", form, "?draft=true"), None)  # an account has been added since
            here = book.bytes("2026Q1", form)
            for environment in ELSEWHERE:
                if made_elsewhere(book, "2026Q1", form, environment, folder) != here:
                    wrong.append(f"2026Q1.{form} is otherwise in {environment}")
    return wrong


@identity()
def identity_14_what_was_issued_keeps_its_dues(book):
    """Whatever has been reloaded since: the program names the dues of each clock as the log's rules give them, under the
    revision of the instruction, of an amendment, or of the report's beginning."""
    wrong = []
    for d in book.some():
        if d.role == "inform":
            continue
        got = book.world.local.call("dispatch.get", within=60, dispatch=d.name)
        for kind in ("acknowledge", "arrive"):
            run = d.run(kind)
            wrong += differ(f"{d.name} {kind}", instant(got.get(kind + "_due")), run.due if run else None)
        wrong += differ(f"{d.name} revision", got["revision"], d.revision.name)
    return wrong[:20]


@identity("report.get", "finding.list")
def identity_14_a_period_is_scored_by_its_own_rules(book):
    """By the revision in force at its last instant, whenever it is asked for or closed; one that goes on, by that of now."""
    if not book.at_end:
        return []
    wrong = []
    for period in ("2026-02", "2026-03", "2026Q1", "2026Q2"):
        revision = book.log.in_force(period_end(period))
        document, rubric = book.document(period), quarter.Rubric(revision)
        wrong += differ(f"{period} revision", document["report"]["revision"], revision.name)
        bases = {row["base"] for row in paper.table(document, "units")}
        wrong += differ(f"{period} base", bases, {rubric.base})
    for document, edition in ((book.first_edition, 1), (book.document("2026Q1", ""), 2)):
        wrong += differ(f"edition {edition}", document and document["report"]["revision"],
                        book.log.in_force(period_end("2026Q1")).name)
    if len({book.log.in_force(period_end(p)).name for p in ("2026-02", "2026Q1", "2026Q2")}) != 3:
        wrong.append("the rules were not changed in March and in April")
    return wrong


@identity("report.get")
def identity_14_under_other_rules_the_points_are_others(book):
    """The test of the test: somebody's score of the first quarter is not what April's rubric would give."""
    if not book.at_end:
        return []
    first, last = paper.span("2026Q1")
    by, _ = paper.within(book.rows, "2026Q1")
    april, other = quarter.Rubric(book.log.revision), 0
    for row in paper.table(book.document("2026Q1"), "units"):
        mine = [scored(f) for f in book.log.findings.values()
                if f.unit == row["unit"] and first <= day_of(f.dispatch.issued if f.dispatch else f.opened) < last]
        fell_due = {"arrive": by.get((row["unit"], "counted"), {}).get("arrive_met", 0)}
        other += april.points(april.weigh(mine), fell_due) - april.base != row["score"] - row["base"]
    return [] if other else ["no score would be another one by April's rubric"]


@identity("report.get", "duty.check")
def identity_17_duty_phones_are_tried_as_planned(book):
    """Of each unit: planned, left out, made, answered; and what the office owes of it."""
    def check(document, by, parts):
        wrong, missed = [], 0
        first, last = paper.span(span_of(document))
        units = {u for u, _ in book.log.plans} | {u for u, _, _ in book.log.checked.values()}
        rows = {r["unit"]: r for r in paper.table(document, "duty")}
        for unit in sorted(units):
            plans = [p for (u, month), p in book.log.plans.items() if u == unit and first <= first_day(month) < last]
            made = [data for u, at, data in book.log.checked.values()
                    if u == unit and first <= day_of(instant(data["at"])) < last and data.get("result")]
            wanted = {"planned": sum(p[0] for p in plans), "left_out": sum(p[1] for p in plans), "made": len(made),
                      "answered": sum(data["result"] == "answered" for data in made)}
            wanted["unanswered"] = wanted["made"] - wanted["answered"]
            missed += max(wanted["planned"] - wanted["left_out"] - wanted["made"], 0)
            row = rows.get(unit, dict.fromkeys(wanted, 0))
            wrong += differ(f"duty of {unit}", {k: row[k] for k in wanted}, wanted)
        told = next(r["n"] for r in paper.table(document, "desk") if r["item"] == "checks_missed")
        return wrong + differ("checks that were not made", told, missed)
    return over_periods(book, check)


def span_of(document):
    return document["report"]["period"]


def first_day(month):
    return paper.span(month)[0]


@identity("duty.check")
def identity_17_a_phone_that_no_one_answered_is_a_finding(book):
    """Both calls were in vain: one finding of the class duty, of that unit; and none otherwise."""
    vain = sorted(unit for unit, _, data in book.log.checked.values() if data.get("result") == "unanswered")
    found = sorted(f.unit for f in book.log.findings.values() if f.kind == "duty")
    return differ("findings of duty", found, vain)


@identity("report.get", "meeting.item")
def identity_17_what_a_meeting_left_open_is_carried_on(book):
    """Problems put down in the period, and those of before that are not settled."""
    if not book.at_end:
        return []
    wrong = []
    for period in ("2026-02", "2026-03", "2026Q1", "2026Q2", "2026"):
        first, last = paper.span(period)
        wanted = sorted((name, unit, "已销号" if data["state"] == "done" else "未销号")
                        for name, (unit, _, data) in book.log.items.items()
                        if first <= day_of(instant(data["at"])) < last
                        or day_of(instant(data["at"])) < first and data["state"] != "done")
        told = sorted((r["what"], r["unit"], r["state"]) for r in paper.table(book.document(period), "meeting_items"))
        wrong += differ(f"{period} problems", told, wanted)
    return wrong


@identity("ownership.record")
def identity_17_what_is_owned_was_confirmed(book):
    """What was named is confirmed or disputed by the request about it, and else stays named."""
    wrong, by = [], {}
    for r in book.log.requests.values():
        if r.kind == "ownership":
            by[r.state] = by.get(r.state, 0) + 1
    states = list(book.log.owned.values())
    wrong += differ("confirmed", states.count("confirmed"), by.get("granted", 0))
    wrong += differ("disputed", states.count("disputed"), by.get("rejected", 0))
    wrong += differ("named", states.count("named"), by.get("pending", 0) + by.get("lapsed", 0))
    if book.at_end and book.world.n >= 1500 and not (by.get("granted") and by.get("rejected") and by.get("lapsed")):
        wrong.append(f"not each came about: {by}")
    return wrong


@identity()
def identity_12_the_audit_finds_nothing(book):
    """Every row is what its events make it, by the program's own second reckoning."""
    if not book.at_end:
        return []
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", book.world.daemon.config, "audit", "verify"],
                          check=False, timeout=900, capture_output=True, text=True)
    return done.stderr.splitlines()[:20] if done.returncode else []
