"""Who is on duty at an instant, from rosters.yaml: written to be read beside the file, not to be fast.

An assignment goes before an override, that before a shift; of two assignments the later one counts. A shift
holds its first instant and not its last. Occurrence k of a shift (of the days since its start that it takes)
is of the group k ÷ every, in turn.
"""
from instants import DAY, MINUTE, clock_minutes, day_number, day_of, day_start, instant


def taken(calendar, days, day):
    return days == "all" or (days == "workdays") == calendar.worked(day)


def local(value):
    """'2026-02-16T08:00' of the city's time."""
    return instant(value + ":00+08:00")


def groups(value):
    return [g if isinstance(g, list) else [g] for g in value]


def of_shift(calendar, shift, at):
    """The people of that shift at that instant; None: it has none then."""
    begin, end = clock_minutes(shift["from"]), clock_minutes(shift["to"])
    length = (end - begin) * MINUTE if end > begin else (end - begin) * MINUTE + DAY
    first, order, every = day_number(shift["start"]), groups(shift["order"]), int(shift.get("every", 1))
    for day in (day_of(at), day_of(at) - 1):
        start = day_start(day) + begin * MINUTE
        if day < first or not taken(calendar, shift.get("days", "all"), day) or not start <= at < start + length:
            continue
        k = sum(taken(calendar, shift.get("days", "all"), d) for d in range(first, day))
        return order[k // every % len(order)]
    return None


def duty_at(revision, unit, at, assignments=()):
    """The people (by their keys) on duty there. `assignments`: (unit, from, to, people) in their order."""
    for who, start, end, people in reversed(assignments):
        if who == unit and start <= at < end:
            return people
    roster = revision.rosters.get(unit)
    if not roster:
        return []
    for one in roster.get("overrides") or []:
        if local(one["from"]) <= at < local(one["to"]):
            return one["people"]
    for shift in roster.get("shifts") or []:
        found = of_shift(revision.calendar, shift, at)
        if found is not None:
            return found
    return []
