"""Fourteen matters of March 2026 whose every figure in the month's report was worked out by hand.

Nothing that is expected here is computed: each cell stands in the test as a number, with the reason beside
it. What happens to one matter happens on a day of its own, so that no downtime and no mode touches another.

Facts used: all are P2 of a tier 1 unit in the city (delivery 2 min, acknowledge 2 min, arrive 30 min, first
report 30 min after the arrival, next report 2 h) unless the story says otherwise; office hours 08:00-12:00
and 14:30-17:30; 2 March 2026 is a Monday. Grace: a finding needs more than a minute.
"""
import datetime
import os
import sys

import pytest

from harness import ROOT, Daemon, incident, protocol

sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))
import formats  # noqa: E402
import instants  # noqa: E402
import quarter  # noqa: E402
import replay  # noqa: E402
import terms  # noqa: E402

DAY = {"pole": "2026-03-02", "in-time": "2026-03-03", "one-ms": "2026-03-04", "grace": "2026-03-05",
       "system": "2026-03-06", "mode": "2026-03-07", "granted": "2026-03-09", "lapsed": "2026-03-10",
       "confirmed": "2026-03-11", "rejected": "2026-03-12", "extended": "2026-03-13", "before": "2026-03-14",
       "after": "2026-03-16", "outside": "2026-03-17"}


class World:
    """A daemon, and the people at it; `to` walks the clock to an instant of the day."""

    def __init__(self, folder):
        self.d = Daemon(folder, clock="2026-03-02T08:00:00+08:00").start()
        self.now = datetime.datetime.fromisoformat("2026-03-02T08:00:00+08:00")
        self.day = "2026-03-02"
        self.desk = self.d.desk(events=False)
        self.shift = self.d.console("shift1", "shift-leader", events=False)
        self.units = {}
        self.told = []  # the stories that went through

    def instant(self, clock):
        """'09:30:00.001' of the day at hand."""
        return f"{self.day}T{clock}{':00' if clock.count(':') == 1 else ''}+08:00"

    def to(self, clock):
        then = datetime.datetime.fromisoformat(self.instant(clock))
        ms = (then - self.now) // datetime.timedelta(milliseconds=1)
        assert ms >= 0, f"{clock} is past"
        if ms:
            self.d.advance(f"{ms // 86400000}d{ms % 86400000 // 1000}s{ms % 1000}ms")
        self.now = then

    def away(self, clock):
        """The system stands still until then."""
        self.d.set_clock(self.instant(clock))
        self.now = datetime.datetime.fromisoformat(self.instant(clock))

    def office(self):
        return self.d.console("office1", "office", events=False)

    def unit(self, name):
        if name not in self.units:
            self.units[name] = self.d.liaison(name, events=False)
        return self.units[name]

    def act(self, name, act, by="water", **params):
        return self.unit(by).call("dispatch." + act, dispatch=name, **params)

    def report(self, name, day=None, clock="09:00", **members):
        self.day = day or DAY[name]
        self.to(clock)
        members = {"units": ["water"], "priority": "P2", **members}
        return self.desk.call("incident.report", **incident(name, self.instant(clock), **members))

    def fetch(self, name, unit="water"):
        self.act(name, "get", unit)

    def well(self, name, clock, result="satisfied", day=None):
        self.day = day or self.day
        self.to(clock)
        return self.desk.call("incident.callback", number=name, result=result)

    def post(self, by, path, **body):
        """The same on the other way in."""
        status, _, answer = self.d.http("POST", path, self.d.account(f"liaison-{by}", "liaison", by), body)
        assert status == 200, answer
        return answer


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    w = World(tmp_path_factory.mktemp("quarter"))
    yield w
    assert w.d.stop() == 0, w.d.log()[-4000:]


# -- the stories ------------------------------------------------------------------------------------

def pole(w):
    """A pole has fallen: telecom is first to deal with it, and on the scene it proves to be China Mobile's."""
    r = w.report("pole", clock="15:30", category="600701", units=None, priority=None,
                 address="菁城街道解放路12号", description="通信杆倒在路上")
    parts = [(x["dispatch"], x["unit"], x["role"]) for x in r["dispatches"]]
    assert parts == [("pole-01", "telecom", "lead"), ("pole-02", "urban-management", "assist"),
                     ("pole-03", "mobile", "inform"), ("pole-04", "unicom", "inform"), ("pole-05", "cable", "inform"),
                     ("pole-06", "power", "inform"), ("pole-07", "traffic-police", "inform")]
    w.fetch("pole-01", "telecom")
    w.fetch("pole-02", "urban-management")
    w.to("15:30:40")
    w.post("telecom", "/v1/dispatches/pole-01/acknowledge")               # 40 s
    w.to("15:31")
    w.act("pole-02", "acknowledge", "urban-management")                   # 60 s
    w.desk.call("dispatch.add", number="pole", unit="public-security", role="assist", reason="先到现场警戒")
    w.fetch("pole-08", "public-security")
    w.to("15:31:30")
    w.act("pole-08", "acknowledge", "public-security")                    # 30 s
    w.to("15:36")
    w.act("pole-08", "arrive", "public-security")                         # 5 min, the first on the scene
    w.to("15:38")
    mark = {"evidence": ["IMG-0302-1538"], "owner": {"unit": "mobile", "object": "通信杆", "mark": "YD-0731"}}
    known = {f["name"] for f in protocol()["dispatch.progress"]["fields"]} | {"owner"}
    w.act("pole-08", "progress", "public-security", text="杆上有移动的标牌",
          **(mark if "evidence" in known else {}))                        # first report after 2 min
    w.to("15:45")
    w.post("telecom", "/v1/dispatches/pole-01/arrive")                    # 15 min
    w.to("15:50")
    asked = w.post("telecom", "/v1/dispatches/pole-01/return", reason="not-our-asset", unit="mobile",
                   text="标牌是移动的", evidence=["IMG-0302-1538"])
    w.to("15:52")
    w.desk.call("request.decide", request=asked["request"]["request"], grant=True, unit="mobile")
    lead, = [x for x in w.desk.call("incident.get", number="pole")["dispatches"]
             if x["role"] == "lead" and x["state"] != "withdrawn" and x["unit"] == "mobile"]
    assert lead["dispatch"] == "pole-09"
    w.fetch("pole-09", "mobile")
    w.to("15:52:30")
    w.act("pole-09", "acknowledge", "mobile")                             # 30 s
    w.to("15:55")
    w.act("pole-02", "arrive", "urban-management")                        # 25 min
    w.to("16:00")
    w.act("pole-02", "progress", "urban-management", text="已围挡")         # 5 min
    w.to("16:05")
    w.act("pole-09", "arrive", "mobile")                                  # 13 min: telecom is relieved
    one = w.desk.call("dispatch.get", dispatch="pole-01")
    assert (one["state"], one["withdrawn_at"]) == ("withdrawn", w.instant("16:05"))
    w.to("16:10")
    w.act("pole-08", "complete", "public-security", result="警戒撤除")      # 32 min after its report: next report met
    w.to("16:30")
    w.act("pole-09", "progress", "mobile", text="正在换杆")                 # 25 min after the arrival
    w.to("17:00")
    w.act("pole-02", "complete", "urban-management", result="路面已清理")
    w.to("18:00")
    w.act("pole-09", "complete", "mobile", result="新杆已立好")             # 90 min after the report
    w.well("pole", "18:40")
    assert w.desk.call("incident.get", number="pole")["state"] == "closed"


def in_time(w):
    w.report("in-time")
    w.to("09:00:10")
    w.fetch("in-time-01")                        # delivered after 10 s
    w.to("09:00:30")
    w.act("in-time-01", "acknowledge")           # 30.000 s: the bucket's last instant
    w.to("09:05")
    w.act("in-time-01", "arrive")                # 5 min: the bucket's last instant
    w.to("09:20")
    w.act("in-time-01", "progress", text="正在抢修")  # 15 min
    w.to("10:00")
    w.act("in-time-01", "complete", result="已修好")  # 40 min
    w.well("in-time", "10:30")


def one_ms(w):
    w.report("one-ms")
    w.fetch("one-ms-01")                         # at once: nothing is deducted
    w.to("09:00:30.001")
    w.act("one-ms-01", "acknowledge")            # 30.001 s: the next bucket
    w.to("09:30:00.001")
    w.act("one-ms-01", "arrive")                 # late by a millisecond; no finding
    w.to("10:00:00.001")
    w.act("one-ms-01", "progress", text="正在抢修")  # 30 min 0 ms: in time, the first bucket
    w.to("10:30")
    w.act("one-ms-01", "complete", result="已修好")
    w.well("one-ms", "11:00", "basically")


def grace(w):
    w.report("grace")
    w.fetch("grace-01")
    w.to("09:02")
    w.act("grace-01", "acknowledge")             # 2 min 0 ms: in time, third bucket's last instant
    w.to("09:31")
    w.act("grace-01", "arrive")                  # late by 60.000 s: counts as late, and is no finding
    w.to("09:45")
    w.act("grace-01", "complete", result="已修好")  # the result is the first report: 14 min
    w.well("grace", "10:15")


def system(w):
    w.report("system")
    w.fetch("system-01")
    w.to("09:00:20")
    w.act("system-01", "acknowledge")            # 20 s
    w.to("09:20")
    w.away("09:35")                              # 15 min that no unit has
    w.to("09:44")
    w.act("system-01", "arrive")                 # 44 min less 15: in time
    w.to("09:50")
    w.act("system-01", "complete", result="已修好")  # 6 min
    w.well("system", "10:20")


def mode(w):
    w.day = DAY["mode"]
    w.to("08:30")
    w.shift.call("mode.declare", mode="typhoon", document="防指〔2026〕1号", until=w.instant("12:00"))
    w.report("mode")
    w.fetch("mode-01")
    w.to("09:00:20")
    w.act("mode-01", "acknowledge")              # 20 s
    w.to("09:39")
    w.act("mode-01", "arrive")                   # late by 9 min, excused by the mode
    w.to("09:50")
    w.act("mode-01", "complete", result="已修好")  # 11 min
    w.well("mode", "09:50", day="2026-03-08")    # a day later, at the last instant of the desk's limit


def granted(w):
    w.report("granted")
    w.fetch("granted-01")
    w.to("09:01")
    asked = w.act("granted-01", "return", reason="not-our-asset", unit="power", text="是电缆井")  # acknowledges, too: 60 s
    w.to("09:02")
    w.desk.call("request.decide", request=asked["request"]["request"], grant=True)   # the unit that was suggested
    w.fetch("granted-02", "power")
    w.to("09:02:30")
    w.act("granted-02", "acknowledge", "power")                           # 30 s
    w.to("09:20")
    w.act("granted-02", "arrive", "power")                                # 18 min
    w.to("09:40")
    w.act("granted-02", "complete", "power", result="已加盖")               # 20 min
    w.well("granted", "10:10")


def lapsed(w):
    w.report("lapsed")
    w.fetch("lapsed-01")
    w.to("09:00:30")
    w.act("lapsed-01", "acknowledge")            # 30 s
    w.to("09:25")
    w.act("lapsed-01", "return", reason="not-our-duty", unit="housing", text="应由物业处置")
    w.to("09:32:30")                             # lapsed at 09:28: what was due 09:30 counts to 09:33
    w.act("lapsed-01", "arrive")
    w.to("09:50")
    w.act("lapsed-01", "complete", result="已修好")  # 17 min 30 s
    w.well("lapsed", "10:20")


def late_step(w, name, grant):
    w.report(name)
    w.fetch(f"{name}-01")
    w.to("09:00:30")
    w.act(f"{name}-01", "acknowledge")           # 30 s
    w.to("09:38")
    w.act(f"{name}-01", "arrive", at=w.instant("09:28"))   # after the due, of before it: in doubt
    found = [r for r in w.desk.call("request.list", kind="late-step")["requests"]
             if r["dispatch"] == f"{name}-01" and r["state"] == "pending"]
    asked, = found
    w.to("10:00")
    w.act(f"{name}-01", "complete", result="已修好")        # the report's clock began at the recording: 22 min
    w.to("11:00")
    w.desk.call("request.decide", request=asked["request"], grant=grant, **({} if grant else {"reason": "无照片佐证"}))
    w.well(name, "11:30")


def extended(w):
    w.report("extended")
    w.fetch("extended-01")
    w.to("09:00:30")
    w.act("extended-01", "acknowledge")          # 30 s
    w.to("09:25")
    asked = w.act("extended-01", "extend", reason="道路中断", until=w.instant("10:00"))
    w.to("09:27")
    w.desk.call("request.decide", request=asked["request"]["request"], grant=True)
    w.to("09:50")
    w.act("extended-01", "arrive")               # 50 min, due at 10:00 now
    w.to("10:05")
    w.act("extended-01", "complete", result="已修好")  # 15 min
    w.well("extended", "10:35")


def before(w):
    w.report("before")
    w.fetch("before-01")
    w.to("09:00:30")
    w.act("before-01", "acknowledge")            # 30 s
    w.to("09:10")
    w.desk.call("dispatch.withdraw", dispatch="before-01", reason="报警人说已好")
    w.to("09:12")                                # the last instant at which the desk may leave it without a lead
    w.desk.call("incident.close", number="before")


def after(w):
    w.report("after")
    w.fetch("after-01")
    w.to("09:00:30")
    w.act("after-01", "acknowledge")             # 30 s
    w.to("09:35")
    w.desk.call("dispatch.withdraw", dispatch="after-01", reason="改由物业处理")  # late by 5 min, never arrived
    w.to("09:37:00.001")                         # without a lead for 2 min 0.001 s: the desk is late
    w.desk.call("incident.close", number="after")


def outside(w):
    w.report("outside", area="350881102", address="永福镇1号", priority="P3")
    w.to("09:04")
    w.act("outside-01", "acknowledge")           # 4 min of 5; delivered with it, 4 min of 5
    w.to("10:00")
    w.act("outside-01", "arrive")                # 60 min: no limit, measured
    w.to("11:00")
    w.act("outside-01", "complete", result="已修好")  # 60 min of 2 h: the second bucket's last instant
    w.well("outside", "11:00:00.001", day="2026-03-18")  # late by a millisecond


# In the order of the days: the name is that of the incident; what the story needs of the program.
CALL, ASK = {"incident.callback"}, {"incident.callback", "request.decide"}
STORIES = [("pole", pole, ASK), ("in-time", in_time, CALL), ("one-ms", one_ms, CALL), ("grace", grace, CALL),
           ("system", system, CALL), ("mode", mode, CALL | {"mode.declare"}), ("granted", granted, ASK),
           ("lapsed", lapsed, ASK), ("confirmed", lambda w: late_step(w, "confirmed", True), ASK | {"request.list"}),
           ("rejected", lambda w: late_step(w, "rejected", False), ASK | {"request.list"}), ("extended", extended, ASK),
           ("before", before, set()), ("after", after, set()), ("outside", outside, CALL)]

# dispatch: unit, part, standing; the outcomes of delivery, acknowledge, arrive, first report, next report;
# milliseconds to the acknowledgement, the arrival, from the arrival to the first report
COUNTS = {
    "pole-01": ("telecom", "assist", "void", "void void void none none", 40_000, 900_000, None),
    "pole-02": ("urban-management", "assist", "counted", "met met met met met", 60_000, 1_500_000, 300_000),
    "pole-03": ("mobile", "inform", "inform", "none none none none none", None, None, None),
    "pole-04": ("unicom", "inform", "inform", "none none none none none", None, None, None),
    "pole-05": ("cable", "inform", "inform", "none none none none none", None, None, None),
    "pole-06": ("power", "inform", "inform", "none none none none none", None, None, None),
    "pole-07": ("traffic-police", "inform", "inform", "none none none none none", None, None, None),
    "pole-08": ("public-security", "assist", "counted", "met met met met met", 30_000, 300_000, 120_000),
    "pole-09": ("mobile", "lead", "counted", "met met met met met", 30_000, 780_000, 1_500_000),
    "in-time-01": ("water", "lead", "counted", "met met met met met", 30_000, 300_000, 900_000),
    "one-ms-01": ("water", "lead", "counted", "met met late met met", 30_001, 1_800_001, 1_800_000),
    "grace-01": ("water", "lead", "counted", "met met late met none", 120_000, 1_860_000, 840_000),
    "system-01": ("water", "lead", "counted", "met met met met none", 20_000, 2_640_000, 360_000),
    "mode-01": ("water", "lead", "counted", "met met excused met none", 20_000, 2_340_000, 660_000),
    "granted-01": ("water", "lead", "void", "void void none none none", 60_000, None, None),
    "granted-02": ("power", "lead", "counted", "met met met met none", 30_000, 1_080_000, 1_200_000),
    "lapsed-01": ("water", "lead", "counted", "met met met met none", 30_000, 1_950_000, 1_050_000),
    "confirmed-01": ("water", "lead", "counted", "met met met met none", 30_000, 1_680_000, 1_320_000),
    "rejected-01": ("water", "lead", "counted", "met met late met none", 30_000, 2_280_000, 1_320_000),
    "extended-01": ("water", "lead", "counted", "met met met met none", 30_000, 3_000_000, 900_000),
    "before-01": ("water", "lead", "counted", "met met none none none", 30_000, None, None),
    "after-01": ("water", "lead", "counted", "met met late none none", 30_000, None, None),
    "outside-02": ("town-yongfu", "inform", "inform", "none none none none none", None, None, None),
    "outside-01": ("water", "lead", "outside", "met met none met none", 240_000, 3_600_000, 3_600_000),
}
# finding: class, state, how late in ms, its limit
FINDINGS = {"confirmed-01.f1": ("arrive", "void", 480_000, 1_800_000),
            "rejected-01.f1": ("arrive", "open", 480_000, 1_800_000),
            "after-01.f1": ("arrive", "open", 300_000, 1_800_000)}


def needed(commands):
    assert commands <= set(protocol()), sorted(commands)


@pytest.mark.parametrize("name, story, needs", STORIES, ids=[s[0] for s in STORIES])
def test_the_story(world, name, story, needs):
    needed(needs)
    story(world)
    world.told.append(name)


def whole(w, *commands):
    """Needs all stories, each of which is a test before, and these commands."""
    needed(set(commands))
    if len(w.told) < len(STORIES):
        pytest.skip("a story was not told")


def test_what_was_found(world):
    whole(world, "finding.list")
    found = {f["finding"]: (f["class"], f["state"], f["late_ms"], f["limit_ms"])
             for f in world.office().call("finding.list", month="2026-03")["findings"]}
    assert found == FINDINGS


def test_the_oracle_counts_as_the_hand_did(world):
    """The sums of test_95_quarter.py are made by an oracle: here it is held against what a person worked out."""
    whole(world)
    folder = os.path.join(ROOT, "config", "zhangping")
    log = replay.Log({terms.revision_of(folder): terms.Revision(folder)})
    with world.d.local() as c:
        while (page := c.call("event.list", after=log.seq, limit=500))["events"]:
            log.take(page["events"])
    judge, now = quarter.Judge(log), instants.instant("2026-04-01T00:00:00+08:00")
    counts = {}
    for name, d in log.dispatches.items():
        ms = quarter.elapsed(d)
        counts[name] = (d.unit, d.role, quarter.standing(d), " ".join(judge.outcomes(d, now).values()),
                        ms["acknowledge"], ms["arrive"], ms["first-report"])
    assert counts == COUNTS


# -- the month's report, cell by cell -------------------------------------------------------------------

# unit: volume (all, lead, assist, inform), counted, outside, apart, void; met / due / per mille of delivery,
# acknowledge, arrive, first report, next report; satisfied / reached / per mille; findings; score, group, rank
UNITS = """
water            12 12 0 0  11 1 0 1  11 11 1000  11 11 1000  5 9 556  9 9 1000  2 2 1000  10 10 1000  2  8000 3 1
power             2  1 0 1   1 0 0 0   1  1 1000   1  1 1000  1 1 1000 1 1 1000  0 0 -      1  1 1000  0 10000 - -
telecom           0  0 0 0   0 0 0 1   0  0 -      0  0 -     0 0 -    0 0 -     0 0 -      0  0 -     0 10000 - -
urban-management  1  0 1 0   1 0 0 0   1  1 1000   1  1 1000  1 1 1000 1 1 1000  1 1 1000   0  0 -     0 10000 - -
public-security   1  0 1 0   1 0 0 0   1  1 1000   1  1 1000  1 1 1000 1 1 1000  1 1 1000   0  0 -     0 10000 - -
mobile            2  1 0 1   1 0 0 0   1  1 1000   1  1 1000  1 1 1000 1 1 1000  1 1 1000   1  1 1000  0 10000 - -
unicom            1  0 0 1   0 0 0 0   0  0 -      0  0 -     0 0 -    0 0 -     0 0 -      0  0 -     0 10000 - -
cable             1  0 0 1   0 0 0 0   0  0 -      0  0 -     0 0 -    0 0 -     0 0 -      0  0 -     0 10000 - -
traffic-police    1  0 0 1   0 0 0 0   0  0 -      0  0 -     0 0 -    0 0 -     0 0 -      0  0 -     0 10000 - -
town-yongfu       1  0 0 1   0 0 0 0   0  0 -      0  0 -     0 0 -    0 0 -     0 0 -      0  0 -     0 10000 - -
"""
UNIT_CELLS = """dispatches lead assist inform counted outside apart void delivery_met delivery_due delivery_rate
acknowledge_met acknowledge_due acknowledge_rate arrive_met arrive_due arrive_rate first_report_met first_report_due
first_report_rate next_report_met next_report_due next_report_rate satisfied reached satisfaction findings score group
rank""".split()

# unit, standing, clock: dispatches; none void met excused late running; due, per mille
CLOCKS = """
water counted delivery             11  0 0 11 0 0 0  11 1000
water counted acknowledge          11  0 0 11 0 0 0  11 1000
water counted arrive               11  1 0  5 1 4 0   9  556
water counted first-report         11  2 0  9 0 0 0   9 1000
water counted next-report          11  9 0  2 0 0 0   2 1000
water outside delivery              1  0 0  1 0 0 0   1 1000
water outside acknowledge           1  0 0  1 0 0 0   1 1000
water outside arrive                1  1 0  0 0 0 0   0    -
water outside first-report          1  0 0  1 0 0 0   1 1000
water outside next-report           1  1 0  0 0 0 0   0    -
water void delivery                 1  0 1  0 0 0 0   0    -
water void acknowledge              1  0 1  0 0 0 0   0    -
water void arrive                   1  1 0  0 0 0 0   0    -
water void first-report             1  1 0  0 0 0 0   0    -
water void next-report              1  1 0  0 0 0 0   0    -
power counted delivery              1  0 0  1 0 0 0   1 1000
power counted acknowledge           1  0 0  1 0 0 0   1 1000
power counted arrive                1  0 0  1 0 0 0   1 1000
power counted first-report          1  0 0  1 0 0 0   1 1000
power counted next-report           1  1 0  0 0 0 0   0    -
telecom void delivery               1  0 1  0 0 0 0   0    -
telecom void acknowledge            1  0 1  0 0 0 0   0    -
telecom void arrive                 1  0 1  0 0 0 0   0    -
telecom void first-report           1  1 0  0 0 0 0   0    -
telecom void next-report            1  1 0  0 0 0 0   0    -
urban-management counted delivery     1  0 0  1 0 0 0   1 1000
urban-management counted acknowledge  1  0 0  1 0 0 0   1 1000
urban-management counted arrive       1  0 0  1 0 0 0   1 1000
urban-management counted first-report 1  0 0  1 0 0 0   1 1000
urban-management counted next-report  1  0 0  1 0 0 0   1 1000
public-security counted delivery      1  0 0  1 0 0 0   1 1000
public-security counted acknowledge   1  0 0  1 0 0 0   1 1000
public-security counted arrive        1  0 0  1 0 0 0   1 1000
public-security counted first-report  1  0 0  1 0 0 0   1 1000
public-security counted next-report   1  0 0  1 0 0 0   1 1000
mobile counted delivery             1  0 0  1 0 0 0   1 1000
mobile counted acknowledge          1  0 0  1 0 0 0   1 1000
mobile counted arrive               1  0 0  1 0 0 0   1 1000
mobile counted first-report         1  0 0  1 0 0 0   1 1000
mobile counted next-report          1  0 0  1 0 0 0   1 1000
"""
# Who was only informed has no clocks: none of each.
INFORMED = ("power", "mobile", "unicom", "cable", "traffic-police", "town-yongfu")
CLOCK_CELLS = "dispatches none void met excused late running due rate".split()

# unit, standing: of the acknowledgement, the arrival and the first report, each how many in which bucket, how many
# were not measured, and the milliseconds of all
TIMES = """
water counted             9 1 1 0 0 0   400001   1 0 0 1 7 0 17850001   9 0 0 0 0 0 9150000
water outside             0 0 0 0 1 0   240000   0 0 0 0 1 0  3600000   0 1 0 0 0 0 3600000
water void                0 1 0 0 0 0    60000   0 0 0 0 0 0        0   0 0 0 0 0 0       0
power counted             1 0 0 0 0 0    30000   0 0 0 1 0 0  1080000   1 0 0 0 0 0 1200000
telecom void              0 1 0 0 0 0    40000   0 0 1 0 0 0   900000   0 0 0 0 0 0       0
urban-management counted  0 1 0 0 0 0    60000   0 0 0 1 0 0  1500000   1 0 0 0 0 0  300000
public-security counted   1 0 0 0 0 0    30000   1 0 0 0 0 0   300000   1 0 0 0 0 0  120000
mobile counted            1 0 0 0 0 0    30000   0 0 1 0 0 0   780000   1 0 0 0 0 0 1500000
"""
TIME_CELLS = [f"{what}_time_{cell}" for what in ("acknowledge", "arrive", "first_report")
              for cell in ("1", "2", "3", "4", "5", "unmeasured", "ms")]

REQUESTS = {"water": {"return_granted": 1, "return_lapsed": 1, "return_undecided": 1, "extend_granted": 1,
                      "late_step_granted": 1, "late_step_rejected": 1},
            "telecom": {"return_granted": 1}}


def cells(text, n_keys, names):
    """Lines of a table above as {keys: {cell: number}}; - is an empty cell."""
    out = {}
    for line in text.split("\n"):
        words = line.split()
        if words:
            values = [None if w == "-" else int(w) for w in words[n_keys:]]
            assert len(values) == len(names), line
            out[tuple(words[:n_keys])] = dict(zip(names, values))
    return out


# Of the whole city. Beside each what it is the sum of, by unit in the order of the table above.
# item: part, whole, per mille
SUMMARY = """
incidents                14   -    -
followers                 0   -    -
dispatches               22   -    -
counted                  15   -    -
outside                   1   -    -
apart                     0   -    -
inform                    6   -    -
void                      2   -    -
delivery                 15  15 1000
acknowledge              15  15 1000
arrive                    9  13  692
first_report             13  13 1000
next_report               5   5 1000
delivery_outside          1   1 1000
acknowledge_outside       1   1 1000
arrive_outside            0   0    -
first_report_outside      1   1 1000
next_report_outside       0   0    -
returns_granted           2   3  667
returns_rejected          0   3    0
returns_undecided         1   3  333
completed                12   -    -
satisfaction             12  12 1000
unreached                 0   -    -
findings                  2   -    -
findings_void             1   -    -
"""
# dispatches: 12 water, 2 power, 1 urban-management, 1 public-security, 2 mobile, and 4 that were informed alone;
# counted 11 + 1 + 1 + 1 + 1; inform power, mobile, unicom, cable, traffic-police, town-yongfu; void telecom, water.
# arrive 5 + 1 + 1 + 1 + 1 of 9 + 1 + 1 + 1 + 1 = 9/13 = 692.3 per mille; first report 9 + 4 of as many; next report
# 2 + 0 + 1 + 1 + 1. Returns: granted pole and granted, lapsed lapsed: 2/3 = 666.7, 1/3 = 333.3. Completed are all but
# before and after; all were reached, and content. Findings: rejected and after; confirmed is void.

# of the desk: one request of lapsed; after lay without a lead too long, before did not; outside was called late, mode
# was not. A store that begins within a month plans no checks of duty phones in it.
DESK = {"returns_undecided": 1, "extends_undecided": 0, "late_steps_undecided": 0, "appeals_undecided": 0, "misrouted": 0,
        "unmatched": 0, "leads_late": 1, "callbacks_waiting": 0, "callbacks_late": 1, "checks_missed": 0}

# category, township: incidents followers joined cancelled unmatched completed satisfied basically dissatisfied
# unreached waiting not_called redo backfill callback_late lead_late
CATEGORIES = """
600701  1 0 0 0 0  1  1 0 0 0 0 0 0 0 0 0
601301 13 0 0 0 0 11 10 1 0 0 0 0 0 0 1 1
"""
TOWNSHIPS = """
350881001 13 0 0 0 0 11 10 1 0 0 0 0 0 0 0 1
350881102  1 0 0 0 0  1  1 0 0 0 0 0 0 0 1 0
"""
# 601301: 13 matters, of which before and after were not completed; basically is one-ms. 永福镇 has outside alone.
GROUP_CELLS = """incidents followers joined cancelled unmatched completed satisfied basically dissatisfied unreached
waiting not_called redo backfill callback_late lead_late""".split()

# unit: volume; per mille of acknowledge, arrive, first report. There was nothing in February: no rate of it, no change.
TREND = """
water            12 1000  556 1000
power             2 1000 1000 1000
telecom           0    -    -    -
urban-management  1 1000 1000 1000
public-security   1 1000 1000 1000
mobile            2 1000 1000 1000
unicom            1    -    -    -
cable             1    -    -    -
traffic-police    1    -    -    -
town-yongfu       1    -    -    -
"""
TREND_CELLS = "dispatches acknowledge_rate arrive_rate first_report_rate".split()

# month: incidents, dispatches; met, due, per mille of acknowledge, arrive, first report
MONTHS = """
2025-10  0  0   0  0    -  0  0   -   0  0    -
2025-11  0  0   0  0    -  0  0   -   0  0    -
2025-12  0  0   0  0    -  0  0   -   0  0    -
2026-01  0  0   0  0    -  0  0   -   0  0    -
2026-02  0  0   0  0    -  0  0   -   0  0    -
2026-03 14 22  15 15 1000  9 13 692  13 13 1000
"""
MONTH_CELLS = """incidents dispatches acknowledge_met acknowledge_due acknowledge_rate arrive_met arrive_due arrive_rate
first_report_met first_report_due first_report_rate""".split()


@pytest.fixture(scope="module")
def march(world):
    whole(world, "report.get")
    with world.office() as c:
        document = c.call("report.get", period="2026-03", within=60)
    return {t["id"]: t["rows"] for t in document["tables"]}


def picked(rows, keys, names):
    return {tuple(r[k] for k in keys): {n: r[n] for n in names} for r in rows}


def test_every_cell_of_the_units(march):
    needed({"finding.list"})
    rows = picked(march["units"], ["unit"], UNIT_CELLS)
    wanted = cells(UNITS, 1, UNIT_CELLS)
    assert {k: v for k, v in rows.items() if k in wanted} == wanted
    rest = [v for k, v in rows.items() if k not in wanted]
    assert len(rest) == 36 and all(not any(v[n] for n in UNIT_CELLS if n != "score") for v in rest)


def test_every_cell_of_the_clocks(march):
    wanted = cells(CLOCKS, 3, CLOCK_CELLS)
    for unit in INFORMED:
        for clock in ("delivery", "acknowledge", "arrive", "first-report", "next-report"):
            wanted[unit, "inform", clock] = {**dict.fromkeys(CLOCK_CELLS, 0), "dispatches": 1, "none": 1, "rate": None}
    assert picked(march["clocks"], ["unit", "scope", "clock"], CLOCK_CELLS) == wanted


def test_every_cell_of_the_times(march):
    wanted = cells(TIMES, 2, TIME_CELLS)
    wanted |= {(unit, "inform"): dict.fromkeys(TIME_CELLS, 0) for unit in INFORMED}
    assert picked(march["times"], ["unit", "scope"], TIME_CELLS) == wanted


def test_every_cell_of_the_requests(march):
    for row in march["requests"]:
        asked = {k: v for k, v in row.items() if isinstance(v, int) and v}
        assert asked == REQUESTS.get(row["unit"], {}), row["unit"]


def test_every_cell_of_the_findings(march):
    needed({"finding.list"})
    found = {r["finding"]: (r["class"], r["state"], r["late"], r["limit"], r["grade"], r["cases"])
             for r in march["findings"]}
    assert found == {
        "confirmed-01.f1": ("arrive", "void", 480_000, 1_800_000, None, 0),
        "rejected-01.f1": ("arrive", "open", 480_000, 1_800_000, None, 100),
        "after-01.f1": ("arrive", "open", 300_000, 1_800_000, "never", 300)}


def test_every_cell_of_the_deductions(march):
    needed({"finding.list"})
    # four cases of at least twenty: 20 %, a point each; thirty at most
    assert [(r["unit"], r["class"], r["findings"], r["cases"], r["of"], r["denominator"], r["points"], r["taken"])
            for r in march["deductions"] if r["taken"]] == [("water", "arrive", 2, 400, 9, 20, 2000, 2000)]


def test_every_cell_of_the_summary(march):
    wanted = {k: {**v, "part_before": 0, "whole_before": None if v["whole"] is None else 0, "rate_before": None, "change": None}
              for k, v in cells(SUMMARY, 1, ["part", "whole", "rate"]).items()}
    assert picked(march["summary"], ["item"], ["part", "whole", "rate", "part_before", "whole_before", "rate_before", "change"]) \
        == wanted


def test_every_cell_of_the_desk(march):
    assert {r["item"]: (r["n"], r["before"]) for r in march["desk"]} == {item: (n, 0) for item, n in DESK.items()}


@pytest.mark.parametrize("sheet, wanted", [("category", CATEGORIES), ("township", TOWNSHIPS)])
def test_every_cell_of_the_groups(march, sheet, wanted):
    assert picked(march[sheet], [sheet], GROUP_CELLS) == cells(wanted, 1, GROUP_CELLS)
    assert set(march[sheet][0]) == {sheet, "name", *GROUP_CELLS}


def test_every_cell_of_the_trend(march):
    before = ["dispatches_before", *(f"{clock}_{cell}" for clock in ("acknowledge", "arrive", "first_report")
                                     for cell in ("before", "change"))]
    rows = picked(march["trend"], ["unit"], TREND_CELLS)
    wanted = cells(TREND, 1, TREND_CELLS)
    assert {k: v for k, v in rows.items() if k in wanted} == wanted
    assert all(not any(v.values()) for k, v in rows.items() if k not in wanted)
    assert [r["dispatches_before"] for r in march["trend"]] == [0] * 46
    assert all(r[c] is None for r in march["trend"] for c in before[1:])


def test_every_cell_of_the_months(march):
    assert picked(march["months"], ["month"], MONTH_CELLS) == cells(MONTHS, 1, MONTH_CELLS)


def test_what_a_sheet_of_another_form_says_of_the_desk(world):
    """The late call and the late lead stand in CSV, XLSX and HTML as in JSON, cell by cell."""
    whole(world, "report.get")
    forms = {}
    for form in ("json", "csv", "xlsx", "html"):
        status, _, forms[form] = world.d.http("GET", f"/v1/reports/month/2026-03.{form}", world.d.account("office1", "office"))
        assert status == 200
    document = forms["json"]
    assert not formats.differences(document, forms["xlsx"], forms["html"], forms["csv"])
    desk = next(t for t in document["tables"] if t["id"] == "desk")
    assert next(r for r in desk["rows"] if r["item"] == "callbacks_late")["n"] == 1
    assert formats.csv_tables(forms["csv"])[desk["title"]]
