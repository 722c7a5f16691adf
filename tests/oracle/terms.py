"""One revision of the mechanism, read from its YAML files for the oracle: units, limits, whose time.

Everything is read as text (YAML's own guesses are not asked) and turned into numbers here. The limits are
those of policy.yaml and of the industries in units.yaml, by the notice's Art. 11 and 12.
"""
import hashlib
import os

import yaml

from instants import MINUTE, Calendar, clock_minutes, duration

FILES = ("areas.yaml", "calendar.yaml", "cases.jsonl", "categories.yaml", "contacts.yaml", "exchange.yaml", "notices.yaml", "policy.yaml",
         "rosters.yaml", "routing.yaml", "units.yaml")
CLOCKS = ("delivery", "acknowledge", "arrive", "first-report", "next-report")


def revision_of(folder):
    """The first 12 hex digits over the files in the order of their names."""
    digest = hashlib.sha256()
    for name in FILES:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            continue
        with open(path, "rb") as f:
            data = f.read()
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:12]


class Limit:
    """So long of that time after the start, or an instant, or none."""

    def __init__(self, time, ms=None, at=None, measured=False):
        self.time, self.ms, self.at, self.measured = time, ms, at, measured

    def exists(self):
        return self.ms is not None or self.at is not None


class Revision:
    def __init__(self, folder):
        def tree(name):
            path = os.path.join(folder, name + ".yaml")
            if not os.path.exists(path):
                return {}
            with open(path, encoding="utf-8") as f:
                return yaml.load(f, Loader=yaml.CBaseLoader) or {}

        self.folder, self.name = folder, revision_of(folder)
        self.policy = tree("policy")
        self.calendar = Calendar(tree("calendar"))
        self.units = {u["id"]: u for u in tree("units")["units"]}
        self.order = list(self.units)
        self.categories = {c["code"]: c for c in tree("categories")["categories"]}
        self.areas = {a["code"]: a for a in tree("areas")["areas"]}
        self.rosters = {r["unit"]: r for r in tree("rosters").get("rosters") or []}

    def ms(self, *path, default=None):
        """A duration of the policy by its path; default if it is not there."""
        value = self.policy
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
            if value is None:
                return default
        return duration(value)

    def tier(self, unit):
        return int(self.units[unit]["tier"]) if unit in self.units else None

    def time(self, clock, unit, priority):
        """The time in which this clock of this unit runs. A unit that left has the wall clock's."""
        tier = self.tier(unit)
        return "7x24" if tier is None else self.policy["clock_time"][f"tier_{tier}"][clock][priority]

    def arrival(self, category):
        return self.categories.get(category, {}).get("arrival", "city-rule")

    def counted_apart(self, category):
        return self.categories.get(category, {}).get("counted") == "false"

    # -- limits; d has unit, role, rule, issued, eta; terms are (priority, zone, category)

    def limit(self, clock, d, terms, start):
        priority = terms[0]
        time = self.time(clock, d.unit, priority)
        if d.role == "inform" or (d.role == "assist" and d.rule == "township" and
                                  clock not in ("delivery", "acknowledge")):
            return Limit(time)
        return getattr(self, clock.replace("-", "_") + "_limit")(d, terms, start, time)

    def delivery_limit(self, d, terms, start, time):
        value = self.policy["delivery"][terms[0]]
        if value == "next-office-hour":
            return Limit(time, at=self.calendar.next_opening(start))
        return Limit(time, ms=duration(value))

    def acknowledge_limit(self, d, terms, start, time):
        off = self.ms("acknowledge_tier2_off_hours", terms[0])
        if self.tier(d.unit) == 2 and off and not self.calendar.is_open(d.issued):
            return Limit(time, ms=off)
        return Limit(time, ms=self.ms("acknowledge", terms[0]))

    def arrive_limit(self, d, terms, start, time):
        _, zone, category = terms
        unit = self.units.get(d.unit, {})
        if self.arrival(category) in ("no-visit", "scheduled") or unit.get("visits") == "false":
            return Limit(time)
        for row in unit.get("industry_limits") or []:
            codes = row["category"] if isinstance(row["category"], list) else [row["category"]]
            fits = any(category == c or (c.endswith("*") and (category or "").startswith(c[:-1])) for c in codes)
            if fits and row.get(zone):
                return Limit(time, ms=duration(row[zone]))
        if zone == "city":
            return Limit(time, ms=self.ms("arrive", "city"))
        return Limit(time, measured=True)

    def first_report_limit(self, d, terms, start, time):
        return Limit(time, ms=self.ms("first_report", terms[0]))

    def next_report_limit(self, d, terms, start, time):
        if d.eta and d.eta > start:
            return Limit(time, at=min(d.eta, start + self.ms("eta_cap")))
        scheduled = self.arrival(terms[2]) == "scheduled"
        value = self.policy["next_report"].get("scheduled" if scheduled else terms[0])
        if value is None:
            return Limit(time)
        if value.endswith("working-days"):
            return Limit(time, at=self.calendar.end_of_workday(start, int(value.split()[0])))
        return Limit(time, ms=duration(value))

    def reports_from_issue(self, d, terms):
        """No arrival to report from, or days for the report: counted from the issue."""
        arrive = self.arrive_limit(d, terms, d.issued, "7x24")
        days = (self.policy["next_report"].get(terms[0]) or "").endswith("working-days")
        return (not (arrive.exists() or arrive.measured) or days) and \
            self.limit("next-report", d, terms, d.issued).exists()

    def due(self, limit, start):
        if limit.at is not None:
            return limit.at
        return None if limit.ms is None else self.calendar.add(limit.time, start, limit.ms)

    def office_hours(self, at):
        return self.calendar.is_open(at)

    def callback_hours(self):
        """Minutes of the day between which a reporter may be rung."""
        return tuple(map(clock_minutes, self.policy["callback"]["hours"].split("-")))


def first_call_due(completed, limit, hours):
    """The instant by which the reporter is to be called: outside the hours, at their next beginning."""
    due = completed + limit
    minute = (due + 8 * 60 * MINUTE) % (24 * 60 * MINUTE) // MINUTE
    midnight = due - (due + 8 * 60 * MINUTE) % (24 * 60 * MINUTE)
    if minute < hours[0]:
        return midnight + hours[0] * MINUTE
    if minute >= hours[1]:
        return midnight + (24 * 60 + hours[0]) * MINUTE
    return due
