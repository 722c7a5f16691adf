"""Faults to plant, and who must find them. `old` stands once in the file; a finder is a unit test's binary, or
`tests/e2e/…` with what pytest takes. `identity`: the five that tests/oracle is tested by."""

QUARTER = "tests/e2e/test_95_quarter.py"


def fault(name, path, old, new, *finders):
    return {"name": name, "path": "src/" + path, "old": old, "new": new, "finders": finders}


FAULTS = [
    # -- clocks
    fault("a span holds its last instant", "domain/calendar.c", "taken = s.to - s.from < left_ms ? s.to - s.from : left_ms",
          "taken = s.to - s.from <= left_ms ? s.to - s.from - 1 : left_ms", "domain_calendar"),
    fault("off hours are asked at the start of the clock", "domain/deadline_limit.c",
          "!calendar_office(&q->m->calendar, q->d->issued_at)", "!calendar_office(&q->m->calendar, q->start + 1)",
          "domain_deadline", QUARTER),
    fault("late at its last instant", "domain/deduction.c", "c->late = met ? until > last : until >= last;",
          "c->late = until >= last;", "domain_deduction", QUARTER),
    fault("the wait for the delivery without an end", "domain/deduction.c", "end = end < due ? end : due;", "",
          "domain_deduction", QUARTER),
    fault("a downtime is deducted that ended before the clock", "domain/deduction.c",
          "int64_t counted_ms = calendar_between(calendar, time, from, away->from);",
          "int64_t counted_ms = calendar_between(calendar, time, from, away->to);", "domain_deduction", QUARTER),
]
