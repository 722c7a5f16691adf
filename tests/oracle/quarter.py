"""What counts, worked out from the log and the YAML alone: outcomes, standings, buckets, sums, scores.

Nothing here looks at the store or at the program's code. Its definitions are those of the documents:

- late is a clock whose time from start to stop, in its own time and less what is deducted, exceeds its
  limit. Deducted are downtimes, the wait for the delivery (at most the delivery's limit), and the time in
  which the unit's own request about that clock lay undecided and lapsed;
- the outcome of a clock is the first that fits: none, void, met, excused, late, running;
- the standing of a dispatch is the first that fits: drill, void, inform, apart, outside, counted.
"""
from replay import FAR


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
        spans += [(r.asked, r.lapsed) for r in d.requests if r.deducts(run)]
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
        until = now if d.open() else min(d.ended, now)
        return until >= run.due and self.net(d, run, until) >= limit

    def overdue(self, run, d, now):
        """Past its due by the instruction, whatever is deducted."""
        if run.due is None:
            return False
        if run.stop is not None:
            return run.stop > run.due
        return (now if d.open() else d.ended) >= run.due
