"""The report as the program gives it, held against the oracle's sums: rows by their codes, cells as numbers."""
import re

from instants import day_number
from quarter import half_up
from terms import CLOCKS

OUTCOMES = ("void", "met", "excused", "late", "running")
STANDINGS = ("counted", "outside", "apart", "inform", "void", "drill")


def span(period):
    """The first day and the one after the last, by number."""
    if ".." in period:
        first, last = period.split("..")
        return day_number(first), day_number(last) + 1
    year = int(period[:4])
    if len(period) == 4:
        return day_number(f"{year}-01-01"), day_number(f"{year + 1}-01-01")
    if "Q" in period:
        month = 3 * int(period[-1]) - 2
        return first_of(year, month), first_of(year, month + 3)
    return first_of(year, int(period[5:])), first_of(year, int(period[5:]) + 1)


def first_of(year, month):
    return day_number(f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}-01")


def kind(period):
    return "span" if ".." in period else "year" if len(period) == 4 else "quarter" if "Q" in period else "month"


def table(document, name):
    """Its rows; an empty list if the report has none of that name."""
    return next((t["rows"] for t in document["tables"] if t["id"] == name), [])


def rate(part, whole):
    return half_up(1000 * part, whole) if whole else None


def within(sums, period):
    """The sums of the days of that period, as {(unit, standing): counters}, and parts as {(unit, part): n}."""
    first, last = span(period)
    by, parts = {}, {}
    for (day, unit, part, _, standing), row in sums.items():
        if not first <= day < last:
            continue
        into = by.setdefault((unit, standing), {})
        for name, value in row.items():
            into[name] = into.get(name, 0) + value
        if standing not in ("void", "drill"):
            parts[unit, part] = parts.get((unit, part), 0) + row["dispatches"]
    return by, parts


def groups(matters, period, at):
    """Incidents of those days by one part of their key (category, township): all but drills and what is void."""
    first, last = span(period)
    out = {}
    for key, row in matters.items():
        if first <= key[0] < last and key[4] not in ("drill", "void"):
            into = out.setdefault(key[at] or None, {})
            for name, value in row.items():
                into[name] = into.get(name, 0) + value
    return out


def clocks(document, by):
    """Each clock of each unit and standing: six outcomes, what was due, the rate."""
    wrong, seen = [], set()
    for row in table(document, "clocks"):
        key = row["unit"], row["scope"]
        sums = by.get(key, {})
        column = row["clock"].replace("-", "_")
        wanted = {o: sums.get(f"{column}_{o}", 0) for o in OUTCOMES}
        wanted["dispatches"] = sums.get("dispatches", 0)
        wanted["none"] = wanted["dispatches"] - sum(wanted[o] for o in OUTCOMES)
        wanted["due"] = wanted["met"] + wanted["late"]
        wanted["rate"] = rate(wanted["met"], wanted["due"])
        wrong += [f"clocks {key} {row['clock']} {name}: {row[name]}, by the log {value}"
                  for name, value in wanted.items() if row[name] != value]
        seen.add((*key, row["clock"]))
    for (unit, standing), sums in by.items():
        if standing == "drill":
            continue
        for clock in CLOCKS:
            if (unit, standing, clock) not in seen and any(sums.get(f"{clock.replace('-', '_')}_{o}") for o in OUTCOMES):
                wrong.append(f"clocks: there is no row of {unit} {standing} {clock}: {sums}")
    return wrong


def times(document, by):
    wrong, seen = [], set()
    for row in table(document, "times"):
        key = row["unit"], row["scope"]
        seen.add(key)
        for name, value in row.items():
            if "_time_" in name and value != by.get(key, {}).get(name, 0):
                wrong.append(f"times {key} {name}: {value}, by the log {by.get(key, {}).get(name, 0)}")
    return wrong + [f"times: there is no row of {key}" for key in by if key not in seen and key[1] != "drill"]


def units(document, by, parts):
    wrong, seen = [], set()
    for row in table(document, "units"):
        unit = row["unit"]
        seen.add(unit)
        counted = by.get((unit, "counted"), {})
        wanted = {s: by.get((unit, s), {}).get("dispatches", 0) for s in ("counted", "outside", "apart", "void")}
        wanted |= {p: parts.get((unit, p), 0) for p in ("lead", "assist", "inform")}
        wanted["dispatches"] = sum(parts.get((unit, p), 0) for p in ("lead", "assist", "inform"))
        for clock in CLOCKS:
            c = clock.replace("-", "_")
            met, late = counted.get(f"{c}_met", 0), counted.get(f"{c}_late", 0)
            wanted |= {f"{c}_met": met, f"{c}_due": met + late, f"{c}_rate": rate(met, met + late)}
        wrong += [f"units {unit} {name}: {row[name]}, by the log {value}" for name, value in wanted.items()
                  if row[name] != value]
    return wrong + [f"units: there is no row of {u}" for u, s in by if u not in seen and s != "drill"]


def requests(document, by):
    wrong = []
    sums = {}
    for (unit, standing), row in by.items():
        if standing == "drill":
            continue
        for name, value in row.items():
            if re.match(r"(return|extend|late_step)_", name):
                sums[unit, name] = sums.get((unit, name), 0) + value
    for row in table(document, "requests"):
        for name, value in row.items():
            if re.match(r"(return|extend|late_step)_", name) and value != sums.pop((row["unit"], name), 0):
                wrong.append(f"requests {row['unit']} {name}: {value}, by the log otherwise")
    return wrong + [f"requests: {key} {n} is not in the report" for key, n in sums.items() if n]


def figures(document, names=("clocks", "times", "requests")):
    """Every count that adds up over days: (table, row's codes, column) -> number."""
    out = {}
    for name in names:
        for row in table(document, name):
            key = tuple(v for k, v in row.items() if k in ("unit", "scope", "clock"))
            for column, value in row.items():
                if isinstance(value, int) and column != "rate":
                    out[name, key, column] = value
    return out


def added(several):
    out = {}
    for one in several:
        for key, value in one.items():
            out[key] = out.get(key, 0) + value
    return {k: v for k, v in out.items() if v}
