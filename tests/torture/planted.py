"""Faults to plant in what counts, and who must find them. `old` stands once in the file; a finder is a unit test's
binary, or `tests/e2e/…` with what pytest takes. The first five are the test of the oracle itself."""

QUARTER, SMALL = "tests/e2e/test_95_quarter.py", "tests/e2e/test_94_small_quarter.py"


def fault(name, path, old, new, *finders):
    return {"name": name, "path": "src/" + path, "old": old, "new": new, "finders": finders}


FAULTS = [
    # -- the five of the oracle
    fault("open overdue left out of the denominator", "domain/outcome.c", "	if (clock_late(c))\n",
          "	if (clock_late(c) && (c->stopped || !dispatch_open(d)))\n", QUARTER),
    fault("buckets by wall time", "domain/deadline.c",
          "return until ? calendar_between(&of->m->calendar, deadline_time(of, kind), from, until) : -1;",
          "return until ? until - from : -1;", QUARTER),
    fault("a granted return forgets to void", "domain/return.c", "act_void(x, d, VOID_RETURNED, &data);\n		step_withdraw",
          "buf_free(&data.buf);\n		step_withdraw", QUARTER),
    fault("the sums lose the new row instead of the old one", "store/sqlite/tally.c",
          "change(&s->tallies, TALLY_OF_DISPATCHES, &key, before->t.n, -1);",
          "change(&s->tallies, TALLY_OF_DISPATCHES, &key, now.t.n, -1);", QUARTER),
    fault("the month of the completion", "domain/tally.c", ".day = day_start(local_day(d->issued_at)),",
          ".day = day_start(local_day(d->at[STEP_COMPLETED] ? d->at[STEP_COMPLETED] : d->issued_at)),", QUARTER),
    # -- clocks
    fault("a span holds less than it does", "domain/calendar.c", "taken = s.to - s.from < left_ms ? s.to - s.from : left_ms",
          "taken = s.to - s.from <= left_ms ? s.to - s.from - 1 : left_ms", "domain_calendar"),
    fault("off hours are asked a moment later", "domain/deadline_limit.c",
          "!calendar_office(&q->m->calendar, q->d->issued_at)", "!calendar_office(&q->m->calendar, q->start + MINUTE_MS)",
          "domain_deadline", QUARTER),
    fault("late at its last instant", "domain/deduction.c", "(met ? until > last : until >= last)", "until >= last",
          "domain_deduction", "domain_deadline", QUARTER),
    fault("the wait for the delivery has no end", "domain/deduction.c", "end = end < due ? end : due;", "",
          "domain_deduction", QUARTER),
    fault("what a unit says after the due counts", "domain/instant.c", "(due && i->recorded > due && at <= due)", "false",
          "domain_steps", QUARTER),
    fault("a step is in doubt after four minutes", "domain/instant.c", "return i->recorded - at > p->late_reported_ms ||",
          "return i->recorded - at >= p->late_reported_ms ||", "domain_steps", QUARTER),
    fault("an earlier late report is forgotten", "domain/clock.c", "return present < c->earlier ? present : c->earlier;",
          "return present;", "domain_outcome", QUARTER),
    fault("the wait of a pending request is not deducted", "domain/deduction.c", "r->state == REQUEST_PENDING ? r->due : 0",
          "0", QUARTER),
    fault("an extension counts for every clock", "domain/deduction.c", "(r->kind == REQUEST_EXTEND && r->clock == kind)",
          "r->kind == REQUEST_EXTEND", QUARTER),
    # -- outcomes
    fault("a bucket's bound is in the next one", "domain/outcome.c", "ms > outcome_bounds_ms[what][i]",
          "ms >= outcome_bounds_ms[what][i]", "domain_outcome", QUARTER),
    fault("outside goes before apart", "domain/outcome.c", "return counted_apart(inc, m) ? STANDING_APART : place_of(inc);\n}\n\nenum",
          "return counted_apart(inc, m) && inc->zone != ZONE_OUTSIDE ? STANDING_APART : place_of(inc);\n}\n\nenum",
          "domain_outcome", QUARTER),
    fault("a void dispatch that was informed", "domain/outcome.c", "	if (d->voided)\n		return STANDING_VOID;",
          "	if (d->voided && d->role == AS_LEAD)\n		return STANDING_VOID;", "domain_outcome", QUARTER),
    fault("ended unmet is late", "domain/outcome.c", "return !c->stopped && !dispatch_open(d) &&",
          "return !c->stopped && !dispatch_open(d) && c->overdue &&", "domain_outcome", QUARTER),
    # -- sums
    fault("the priority of the report", "domain/tally.c", ".priority = inc->priority,",
          ".priority = inc->given_priority ? inc->given_priority : inc->priority,", "domain_tally", QUARTER),
    fault("a lapse that was decided later is no lapse", "domain/tally.c", "+= r->lapsed_at != 0;",
          "+= r->state == REQUEST_LAPSED;", "domain_tally", QUARTER),
    fault("a request of another dispatch", "domain/tally.c", "r->dispatch != d->n || ", "", "domain_tally", QUARTER),
    fault("the delivery makes a void one overdue", "domain/tally.c", "(dispatch_overdue(d) & ~(1u << CLOCK_DELIVERY)) != 0",
          "dispatch_overdue(d) != 0", "domain_tally", QUARTER),
    fault("an open incident is in the sums", "domain/tally.c",
          "return inc->state == INCIDENT_CLOSED || inc->state == INCIDENT_CANCELLED;",
          "return inc->state != INCIDENT_OPEN;", "domain_tally", QUARTER),
    fault("per mille are cut", "report/document.c", "(2000 * part + whole) / (2 * whole)", "1000 * part / whole",
          "report_document", QUARTER),
    # -- scores
    fault("a class has no most", "domain/score.c", "l->taken = l->points < c->most ? l->points : c->most;",
          "l->taken = l->points;", "domain_score"),
    fault("who assists pays in full", "domain/score.c", "r->weight[one->part == AS_LEAD ? 0 : 1]", "r->weight[0]", "domain_score"),
    fault("every delay of a dispatch costs", "domain/score.c", "kept >= 0 && i != kept &&", "kept < 0 && i != kept &&", "domain_score"),
    fault("the least denominator is not applied", "domain/score.c", "return l->of > r->least ? l->of : r->least;",
          "return l->of > 0 ? l->of : 1;", "domain_score"),
    fault("a lapsed appeal costs", "domain/score.c", "state == FINDING_OPEN || state == FINDING_CONFIRMED || state == FINDING_UPHELD",
          "state != FINDING_VOID", "domain_score"),
]
