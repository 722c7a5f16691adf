"""Instants and the city's calendar, for the oracle: written from calendar.yaml and the documents alone.

Instants are milliseconds since the epoch, as Python integers. Days are those of UTC+8, numbered from
1970-01-01. A span holds its first instant and not its last. A limit is counted in the earliest open time
that holds it, so one that ends exactly at closing time ends there.
"""
import bisect
import datetime

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
EAST = 8 * HOUR
FIRST_YEAR, LAST_YEAR = 2019, 2036
EPOCH = datetime.date(1970, 1, 1)


def instant(text):
    """RFC 3339 as the program writes it; None for None."""
    if text is None:
        return None
    day, clock = text[:10], text[11:]
    offset = clock[-6:]
    assert offset == "+08:00", f"{text}: an instant is written in the city's time"
    h, m, s = clock[:-6].split(":")
    whole, _, part = s.partition(".")
    return (day_number(day) * DAY + int(h) * HOUR + int(m) * MINUTE + int(whole) * SECOND
            + int((part + "000")[:3]) - EAST)


def text(ms):
    """As the program writes it: milliseconds only if there are any."""
    if ms is None:
        return None
    day, rest = divmod(ms + EAST, DAY)
    h, rest = divmod(rest, HOUR)
    m, rest = divmod(rest, MINUTE)
    s, milli = divmod(rest, SECOND)
    return f"{day_text(day)}T{h:02}:{m:02}:{s:02}{f'.{milli:03}' if milli else ''}+08:00"


def day_number(iso):
    return (datetime.date.fromisoformat(iso) - EPOCH).days


def day_text(number):
    return (EPOCH + datetime.timedelta(days=number)).isoformat()


def day_of(ms):
    return (ms + EAST) // DAY


def day_start(number):
    return number * DAY - EAST


def duration(value):
    """'1h30m', '90s', '2d' in milliseconds."""
    total, digits = 0, ""
    for c in str(value):
        if c.isdigit():
            digits += c
        else:
            total += int(digits) * {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}[c]
            digits = ""
    assert not digits and total, f"{value}: a duration has units"
    return total


def clock_minutes(hhmm):
    h, m = hhmm.split(":")
    return int(h) * 60 + int(m)


class Calendar:
    """calendar.yaml: which days are worked, which minutes of them are open."""

    def __init__(self, tree):
        self.seasons = [(h.get("from"), h.get("to"), [tuple(map(clock_minutes, span.split("-"))) for span in h["open"]])
                        for h in tree["hours"]]
        self.off, self.work, self.years = set(), set(), set()
        for year, days in tree["years"].items():
            self.years.add(int(year))
            self.off |= {day_number(d) for d in days.get("holidays") or {}}
            self.work |= {day_number(d) for d in days.get("make_up_days") or {}}
        self.first = day_number(f"{FIRST_YEAR}-01-01")
        self.spans = {}  # time -> ascending (from, to), and the open milliseconds before each
        self.make()

    def worked(self, day):
        if day in self.work:
            return True
        return day not in self.off and (day + 3) % 7 < 5  # 1970-01-01 was a Thursday

    def hours(self, day):
        month_day = day_text(day)[5:]
        for first, last, spans in self.seasons:
            if first is None or (first <= month_day <= last if first <= last else
                                 month_day >= first or month_day <= last):
                return spans
        return []

    def make(self):
        office, whole = [], []
        for day in range(self.first, day_number(f"{LAST_YEAR}-01-01")):
            if not self.worked(day):
                continue
            start = day_start(day)
            whole.append((start, start + DAY))
            office += [(start + a * MINUTE, start + b * MINUTE) for a, b in self.hours(day)]
        for time, spans in (("office", office), ("working-days", whole)):
            sums, total = [], 0
            for a, b in spans:
                sums.append(total)
                total += b - a
            self.spans[time] = ([a for a, _ in spans], [b for _, b in spans], sums)

    def open_before(self, time, at):
        """The open milliseconds of that time before this instant."""
        starts, ends, sums = self.spans[time]
        i = bisect.bisect_right(starts, at) - 1
        return 0 if i < 0 else sums[i] + min(at, ends[i]) - starts[i]

    def between(self, time, a, b):
        if b <= a:
            return 0
        return b - a if time == "7x24" else self.open_before(time, b) - self.open_before(time, a)

    def add(self, time, at, ms):
        """The instant at which that much open time has passed since `at`."""
        if ms <= 0 or time == "7x24":
            return at + max(ms, 0)
        starts, ends, sums = self.spans[time]
        wanted = self.open_before(time, at) + ms
        i = bisect.bisect_left(sums, wanted) - 1
        return starts[i] + wanted - sums[i]

    def is_open(self, at):
        starts, ends, _ = self.spans["office"]
        i = bisect.bisect_right(starts, at) - 1
        return i >= 0 and at < ends[i]

    def next_opening(self, at):
        """The first instant after this one at which an office opens."""
        starts, _, _ = self.spans["office"]
        return starts[bisect.bisect_right(starts, at)]

    def end_of_workday(self, at, n):
        """The end of office hours of the n-th working day after the day of this instant."""
        day = day_of(at)
        while n > 0:
            day += 1
            n -= self.worked(day)
        return day_start(day) + self.hours(day)[-1][1] * MINUTE

    def workday_after(self, day, n):
        """The number of the n-th working day after that day."""
        while n > 0:
            day += 1
            n -= self.worked(day)
        return day
