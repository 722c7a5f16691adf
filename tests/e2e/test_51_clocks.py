"""Deadlines, reminders and escalation under the manual clock, against instants computed by hand.

The hand's work stands beside each expectation. Calendar facts used: 2026-03-06 is a Friday; for
Spring Festival 2026 Saturday 02-14 and Saturday 02-28 are worked, 02-15 to 02-23 are off; office
hours end at 17:30 and begin at 08:00 (winter), 18:00 in summer.
"""
import pytest

from harness import Daemon, incident


def at(text):
    """'2026-03-06 17:28' or '… 17:28:30' as the daemon writes it."""
    day, clock = text.split()
    return f"{day}T{clock}{':00' if clock.count(':') == 1 else ''}+08:00"


@pytest.fixture
def world(tmp_path):
    """Starts a daemon whose clock stands at that instant; ends it after the test."""
    started = []

    def start(text):
        d = Daemon(tmp_path, clock=at(text)).start()
        started.append(d)
        d.desk_console = d.desk()
        return d

    yield start
    for d in started:
        assert d.stop() == 0, d.log()[-4000:]


def report(d, number, category, when, area="350881001", priority=None, **members):
    r = d.desk_console.call("incident.report", **incident(number, at(when), category=category, area=area,
                                                          priority=priority, **members))
    return r, r["dispatches"][0]


def dispatch(d, name):
    return d.desk_console.call("dispatch.get", dispatch=name)


def happened(d, number, name, types=("reminder.sent", "escalation.raised", "dispatch.overdue")):
    """(instant, type, rung or clock) of a dispatch's events, in order."""
    events = d.desk_console.call("event.list", number=number, after=0, limit=500)["events"]
    return [(e["at"], e["type"], e["data"].get("rung") or e["data"].get("clock"))
            for e in sorted(events, key=lambda e: e["seq"]) if e.get("dispatch") == name and e["type"] in types]


# -- limits ----------------------------------------------------------------------------------------

def test_friday_evening_tier_2(world):
    d = world("2026-03-06 17:28")
    # P3: acknowledging runs 7x24 (its people are reachable), 5 min in office hours; arriving runs in
    # office hours: 2 minutes are left on Friday, 28 more on Monday
    r, lead = report(d, "A1", "600301", "2026-03-06 17:28")
    assert (lead["unit"], r["priority"]) == ("labour", "P3")
    assert lead["acknowledge_due"] == at("2026-03-06 17:33")
    assert lead["arrive_due"] == at("2026-03-09 08:28")
    # P4 by the desk: both in office hours; acknowledging has 30 min, arriving 30 min
    _, lead = report(d, "A2", "600301", "2026-03-06 17:28", priority="P4")
    assert lead["acknowledge_due"] == at("2026-03-09 08:28")
    assert lead["arrive_due"] == at("2026-03-09 08:28")
    # delivery of a P4: the next working hour begins on Monday; report: end of the third working day
    assert lead["delivery_due"] == at("2026-03-09 08:00")
    # scheduled: no limit for arriving; Mon, Tue, Wed
    _, lead = report(d, "A3", "602102", "2026-03-06 17:28")
    assert lead["unit"] == "housing" and "arrive_due" not in lead
    assert lead["report_due"] == at("2026-03-11 17:30")


def test_friday_evening_after_hours_tier_2(world):
    d = world("2026-03-06 17:30")  # the last instant of office hours is outside
    _, lead = report(d, "A1", "600301", "2026-03-06 17:30")
    assert lead["acknowledge_due"] == at("2026-03-06 17:45")  # P3, tier 2, off hours: 15 min
    assert lead["arrive_due"] == at("2026-03-09 08:30")
    _, lead = report(d, "A2", "600301", "2026-03-06 17:30", priority="P2")
    assert lead["acknowledge_due"] == at("2026-03-06 17:35")  # P2: 5 min
    assert lead["arrive_due"] == at("2026-03-06 18:00")       # P1 and P2 run 7x24


@pytest.mark.parametrize("issued, p3_arrive, p4_report", [
    # Friday before the worked Saturday: 2 min on Friday, 28 on Saturday; Sat 14, Tue 24, Wed 25
    ("2026-02-13 17:28", "2026-02-14 08:28", "2026-02-25 17:30"),
    # the worked Saturday: the next worked day is Tuesday 24 February; Tue 24, Wed 25, Thu 26
    ("2026-02-14 17:28", "2026-02-24 08:28", "2026-02-26 17:30"),
    # in the middle of the holidays; Tue 24, Wed 25, Thu 26
    ("2026-02-18 10:00", "2026-02-24 08:30", "2026-02-26 17:30"),
    # Friday before the second worked Saturday: Sat 28, Mon 2, Tue 3 March
    ("2026-02-27 17:28", "2026-02-28 08:28", "2026-03-03 17:30"),
])
def test_spring_festival(world, issued, p3_arrive, p4_report):
    d = world(issued)
    _, lead = report(d, "B1", "600301", issued)
    assert lead["arrive_due"] == at(p3_arrive)
    _, lead = report(d, "B2", "602102", issued)
    assert lead["report_due"] == at(p4_report)


def test_power_has_its_industrys_limit(world):
    d = world("2026-03-02 10:00")
    r, lead = report(d, "C1", "600202", "2026-03-02 10:00")
    assert (r["zone"], lead["unit"], lead["arrive_due"]) == ("city", "power", at("2026-03-02 10:45"))
    r, lead = report(d, "C2", "600202", "2026-03-02 10:00", area="350881102")
    assert (r["zone"], lead["unit"], lead["arrive_due"]) == ("outside", "power", at("2026-03-02 11:30"))
    # who only assists power has no industry limit of its own: 30 min in the city, none outside
    r, _ = report(d, "C3", "600201", "2026-03-02 10:00")
    fire = next(x for x in r["dispatches"] if x["unit"] == "fire")
    assert fire["arrive_due"] == at("2026-03-02 10:30")


def test_each_clock_is_explained(world):
    d = world("2026-03-06 17:28")
    report(d, "A1", "600301", "2026-03-06 17:28")
    clocks = {c["clock"]: c for c in
              d.desk_console.call("dispatch.deadlines", dispatch="A1-01", explain=True)["clocks"]}
    arrive = clocks["arrive"]
    assert arrive["limit_seconds"] == 1800 and arrive["due"] == at("2026-03-09 08:28")
    assert [(s["from"], s["to"], s["seconds"]) for s in arrive["stretches"]] == [
        (at("2026-03-06 17:28"), at("2026-03-06 17:30"), 120),
        (at("2026-03-09 08:00"), at("2026-03-09 08:28"), 1680)]
    assert arrive["sum_seconds"] == 1800
    assert "第十二条" in arrive["article"] and "08:28" in arrive["sentence"]
    assert clocks["acknowledge"]["stretches"][0]["seconds"] == 300


# -- reminders -------------------------------------------------------------------------------------

# P2 to tier 1 in the city, issued 10:00: delivery 2 min; acknowledge 2 min, half at 1 min, leader +10,
# office +30; arrive 30 min, 70 % at 21 min, leader +10, office +30; after the last rung once an hour
LADDER_P2 = [
    ("10:01", "reminder.sent", "acknowledge-half"),
    ("10:02", "reminder.sent", "delivery-due"),
    ("10:02", "dispatch.overdue", "acknowledge"),
    ("10:02", "reminder.sent", "acknowledge-due"),
    ("10:12", "escalation.raised", "acknowledge-leader"),
    ("10:21", "reminder.sent", "arrive-soon"),
    ("10:30", "dispatch.overdue", "arrive"),
    ("10:30", "reminder.sent", "arrive-due"),
    ("10:32", "escalation.raised", "acknowledge-office"),
    ("10:40", "escalation.raised", "arrive-leader"),
    ("11:00", "escalation.raised", "arrive-office"),
    ("12:00", "reminder.sent", "repeat"),
    ("13:00", "reminder.sent", "repeat"),
]


def on_march_2(ladder):
    return sorted((at(f"2026-03-02 {clock}"), kind, rung) for clock, kind, rung in ladder)


def test_the_whole_ladder_each_rung_once(world):
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")
    d.advance("3h")
    assert sorted(happened(d, "D1", "D1-01")) == on_march_2(LADDER_P2)
    assert set(dispatch(d, "D1-01")["overdue"]) >= {"acknowledge", "arrive"}


def test_the_ladder_is_the_same_across_restarts(world):
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")
    for step in ["90s", "30s", "10m", "25m", "60m"]:
        d.advance(step)
        d.kill("engine")
        d.desk_console.call("session.ping")
    d.advance("83m")  # 97 minutes have passed: now 13:00
    assert sorted(happened(d, "D1", "D1-01")) == on_march_2(LADDER_P2)


def test_an_answer_in_time_is_quiet(world):
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")
    water = d.liaison("water")
    d.advance("59s")
    water.call("dispatch.acknowledge", dispatch="D1-01")
    d.advance("10m")
    water.call("dispatch.depart", dispatch="D1-01")
    d.advance("19m")  # 10:29:59; departed, so no reminder at 70 %
    assert happened(d, "D1", "D1-01") == []
    water.call("dispatch.arrive", dispatch="D1-01")
    one = dispatch(d, "D1-01")
    assert one["overdue"] == [] and one["report_due"] == at("2026-03-02 10:59:59")
    water.call("dispatch.progress", dispatch="D1-01", text="正在关阀", eta=at("2026-03-02 12:00"))
    assert dispatch(d, "D1-01")["report_due"] == at("2026-03-02 12:00")
    water.call("dispatch.complete", dispatch="D1-01", result="已修好")
    d.advance("2d")
    assert happened(d, "D1", "D1-01") == []


def test_the_last_instant_is_in_time(world):
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")
    d.advance("119s")
    d.liaison("water").call("dispatch.acknowledge", dispatch="D1-01", at=at("2026-03-02 10:02"))
    assert "acknowledge" not in dispatch(d, "D1-01")["overdue"]


def explained(d, name):
    return {c["clock"]: c for c in
            d.desk_console.call("dispatch.deadlines", dispatch=name, explain=True)["clocks"]}


def test_a_step_reported_late_counts_by_its_recording_until_confirmed(world):
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")
    report(d, "D2", "601301", "2026-03-02 10:00")
    water = d.liaison("water")
    for name in ("D1-01", "D2-01"):
        water.call("dispatch.acknowledge", dispatch=name)
    d.advance("40m")
    # after the due of 10:30, with an instant before it: the unit's word alone does not count
    water.call("dispatch.arrive", dispatch="D1-01", at=at("2026-03-02 10:20"))
    one = dispatch(d, "D1-01")
    assert one["arrived_at"] == at("2026-03-02 10:20") and one["late_reported"] == ["arrived"]
    assert one["unconfirmed"] == ["arrived"] and "arrive" in one["overdue"]
    clock = explained(d, "D1-01")["arrive"]
    assert not clock["met"] and clock["stopped"] == at("2026-03-02 10:40")
    # the desk's entry does; the mark of having been overdue stays
    d.desk_console.call("dispatch.arrive", dispatch="D2-01", at=at("2026-03-02 10:20"),
                        on_behalf={"person": "小陈"})
    two = dispatch(d, "D2-01")
    assert "unconfirmed" not in two and "arrive" in two["overdue"]
    clock = explained(d, "D2-01")["arrive"]
    assert clock["met"] and clock["stopped"] == at("2026-03-02 10:20")


# -- clocks that are off, and what is kept ------------------------------------------------------------

def test_a_phone_that_is_fast_makes_nobody_overdue(world):
    d = world("2026-03-02 09:00")
    r, lead = report(d, "C08", "601301", "2026-03-02 09:00", address="八一路100号", description="水管破裂")
    assert r["priority"] == "P2" and lead["acknowledge_due"] == at("2026-03-02 09:02")
    got = d.liaison("water").call("dispatch.acknowledge", dispatch="C08-01", at=at("2026-03-02 09:09"))
    assert got["dispatch"]["acknowledged_at"] == at("2026-03-02 09:00")
    assert got["dispatch"]["overdue"] == [] and [w["code"] for w in got["warnings"]] == ["time-in-future"]
    assert happened(d, "C08", "C08-01") == []
    assert explained(d, "C08-01")["acknowledge"]["met"]


def test_a_phone_that_is_slow_is_not_refused(world):
    d = world("2026-03-02 09:25")
    report(d, "C09", "601301", "2026-03-02 09:25")
    got = d.liaison("water").call("dispatch.acknowledge", dispatch="C09-01", at=at("2026-03-02 09:24:59"))
    assert got["dispatch"]["acknowledged_at"] == at("2026-03-02 09:25")
    assert got["dispatch"]["state"] == "acknowledged"
    assert [(w["code"], w["field"]) for w in got["warnings"]] == [("time-before-issue", "at")]
    e, = [e for e in d.desk_console.call("event.list", number="C09", after=0, limit=500)["events"]
          if e["type"] == "dispatch.acknowledged"]
    assert e["data"]["clock_skew"] is True and e["data"]["given_at"] == at("2026-03-02 09:24:59")


def test_what_a_phone_sends_when_it_is_online_again(world):
    """The desk has entered all by telephone meanwhile: every answer is 200, and nothing is lost."""
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")
    d.advance("30m")
    d.desk_console.call("dispatch.complete", dispatch="D1-01", result="已修好", on_behalf={"person": "小陈"})
    assert dispatch(d, "D1-01")["implied"] == ["delivered", "acknowledged", "arrived"]
    water = d.liaison("water")
    for act, clock, more in [("acknowledge", "10:01", {}), ("depart", "10:03", {"eta": at("2026-03-02 10:15")}),
                             ("arrive", "10:14", {}), ("progress", "10:16", {"text": "正在关阀"}),
                             ("complete", "10:25", {"result": "换了一段管子"})]:
        got = water.call(f"dispatch.{act}", dispatch="D1-01", at=at(f"2026-03-02 {clock}"), **more)
        assert got["dispatch"]["state"] == "completed", act
    one = dispatch(d, "D1-01")
    assert [one[k] for k in ("acknowledged_at", "departed_at", "arrived_at", "completed_at")] == [
        at(f"2026-03-02 {c}") for c in ("10:01", "10:03", "10:14", "10:30")]
    assert one["implied"] == ["delivered"] and one["result"] == "已修好"
    events = sorted(d.desk_console.call("event.list", number="D1", after=0, limit=500)["events"],
                    key=lambda e: e["seq"])
    said = [(e["type"], e.get("text")) for e in events]
    assert ("dispatch.progressed", "正在关阀") in said and ("dispatch.progressed", "换了一段管子") in said
    assert [e["data"]["again"] for e in events if "again" in e["data"]] == ["dispatch.complete"]
    assert [e["data"]["eta"] for e in events if "eta" in e["data"]] == [at("2026-03-02 10:15")]


def test_people_see_to_be_acknowledged_until_somebody_did(world):
    d = world("2026-03-02 10:00")
    report(d, "D1", "601301", "2026-03-02 10:00")

    def words():
        got = d.desk_console.call("incident.get", number="D1")
        return got["state"], got["state_name"], got["dispatches"][0]["state_name"]
    assert words() == ("open", "待签收", "待签收")
    d.liaison("water").call("dispatch.acknowledge", dispatch="D1-01")
    assert words() == ("open", "处置中", "已签收")
    # a unit that has returned it is not on it any more, and the one in its place has not acknowledged yet
    asked = d.liaison("water").call("dispatch.return", dispatch="D1-01", reason="not-our-duty", unit="housing")["request"]
    d.desk_console.call("request.decide", request=asked["request"], grant=True, unit="housing")
    assert words()[:2] == ("open", "待签收")
    new, = [x["dispatch"] for x in d.desk_console.call("incident.get", number="D1")["dispatches"] if x["unit"] == "housing"]
    d.liaison("housing").call("dispatch.acknowledge", dispatch=new)
    assert words()[:2] == ("open", "处置中")


# P1 outside the city to a tier 2 unit at night: no unit is late for arriving, but it is followed up
# every 15 minutes until arrived
def test_typhoon_night(world):
    d = world("2026-07-11 22:00")
    r, lead = report(d, "E1", "800401", "2026-07-11 22:00", area="350881103")
    assert (r["zone"], r["priority"], r["police"], lead["unit"]) == ("outside", "P1", True, "emergency")
    assert "arrive_due" not in lead
    assert lead["acknowledge_due"] == at("2026-07-11 22:05")  # tier 2 off hours, P1: 5 min
    assert [d_["unit"] for d_ in r["dispatches"] if d_["unit"].startswith("town-")] == ["town-xinan"]
    who = d.liaison("emergency")
    d.advance("4m")
    who.call("dispatch.acknowledge", dispatch="E1-01")
    d.advance("57m")  # 23:01
    follow_ups = [t for t, kind, rung in happened(d, "E1", "E1-01") if rung == "repeat"]
    assert follow_ups == [at(f"2026-07-11 {c}") for c in ("22:15", "22:30", "22:45", "23:00")]
    who.call("dispatch.depart", dispatch="E1-01", eta=at("2026-07-11 23:50"))
    d.advance("48m")  # 23:49: the ETA silences
    follow_ups = [t for t, kind, rung in happened(d, "E1", "E1-01") if rung == "repeat"]
    assert len(follow_ups) == 4
    d.advance("20m")  # 00:09: it has passed
    follow_ups = [t for t, kind, rung in happened(d, "E1", "E1-01") if rung == "repeat"]
    assert follow_ups[4:] == [at("2026-07-11 23:50"), at("2026-07-12 00:00")]
    who.call("dispatch.arrive", dispatch="E1-01")
    before = len(follow_ups)
    d.advance("20m")
    follow_ups = [t for t, kind, rung in happened(d, "E1", "E1-01") if rung == "repeat"]
    assert len(follow_ups) == before, follow_ups
    # it was not fetched within 60 s, which the desk was told; of what the unit owes nothing is overdue
    assert dispatch(d, "E1-01")["overdue"] == ["delivery"]


# -- no lead ----------------------------------------------------------------------------------------

def desk_story(d, number):
    events = d.desk_console.call("event.list", number=number, after=0, limit=500)["events"]
    return [(e["at"], e["type"], e["data"]["rung"]) for e in sorted(events, key=lambda e: e["seq"])
            if "dispatch" not in e and "rung" in e["data"]]


def test_a_township_that_assists_is_asked_to_acknowledge_and_no_more(world):
    """Outside the city the township organises: only the lead is followed up until it arrives."""
    d = world("2026-03-02 10:00")
    r, lead = report(d, "T1", "601301", "2026-03-02 10:00", area="350881102", address="永福镇1号")
    town = r["dispatches"][-1]
    assert (town["unit"], town["role"], town["rule"]) == ("town-yongfu", "assist", "township")
    d.advance("3m")
    assert [x[2] for x in happened(d, "T1", town["dispatch"])] == [
        "acknowledge-half", "delivery-due", "acknowledge", "acknowledge-due"]
    d.liaison("town-yongfu").call("dispatch.acknowledge", dispatch=town["dispatch"])
    d.liaison("water").call("dispatch.acknowledge", dispatch=lead["dispatch"])
    n = len(happened(d, "T1", town["dispatch"]))
    d.advance("5h")
    assert len(happened(d, "T1", town["dispatch"])) == n
    assert [x[2] for x in happened(d, "T1", lead["dispatch"])].count("repeat") == 10, "every 30 minutes"
    clocks = explained(d, town["dispatch"])
    assert clocks["arrive"]["rule"] == "township-assists" and "start" not in clocks["arrive"]
    assert "next-report" not in clocks
    # it goes there all the same: nothing is owed
    d.liaison("town-yongfu").call("dispatch.arrive", dispatch=town["dispatch"])
    d.advance("5h")
    assert len(happened(d, "T1", town["dispatch"])) == n
    assert dispatch(d, town["dispatch"])["overdue"] == ["delivery", "acknowledge"]


def test_an_incident_whose_lead_was_withdrawn_is_not_forgotten(world):
    """desk at 2 min, shift leader at 10, office at 30, then hourly; across a restart; none once led again."""
    d = world("2026-03-02 10:00")
    r, lead = report(d, "G1", "601301", "2026-03-02 10:00", priority="P1")
    for one in r["dispatches"]:
        d.desk_console.call("dispatch.withdraw", dispatch=one["dispatch"], reason="派错")
    got = d.desk_console.call("incident.get", number="G1")
    assert (got["state"], got["state_name"]) == ("open", "待派主办")
    assert got["lead_missing_since"] == at("2026-03-02 10:00") and got["lead_missing_due"] == at("2026-03-02 10:02")
    assert "lead_missing_since" not in d.liaison("water").call("incident.get", number="G1")
    d.advance("20m")
    d.kill("engine")
    d.advance("2h")
    assert desk_story(d, "G1") == [(at(f"2026-03-02 {clock}"), kind, rung) for clock, kind, rung in [
        ("10:02", "reminder.sent", "lead-missing-due"),
        ("10:10", "escalation.raised", "lead-missing-shift-leader"),
        ("10:30", "escalation.raised", "lead-missing-office"),
        ("11:30", "reminder.sent", "repeat")]]
    d.desk_console.call("dispatch.add", number="G1", unit="power", role="lead")
    got = d.desk_console.call("incident.get", number="G1")
    assert got["state_name"] == "待签收" and "lead_missing_since" not in got
    n = len(desk_story(d, "G1"))
    d.advance("3h")
    assert len(desk_story(d, "G1")) == n


# -- while the system was down ---------------------------------------------------------------------

def test_after_a_downtime_one_reminder_not_many(world):
    d = world("2026-03-02 10:00")
    report(d, "F1", "601301", "2026-03-02 10:00")
    d.set_clock(at("2026-03-02 12:30"))  # what a machine that was down sees
    reminders = [e for e in happened(d, "F1", "F1-01") if e[1] != "dispatch.overdue"]
    assert len(reminders) == 1 and reminders[0][0] == at("2026-03-02 12:30")
    events = d.desk_console.call("event.list", number="F1", after=0, limit=500)["events"]
    said = next(e for e in events if e.get("dispatch") == "F1-01" and e["type"] == reminders[0][1])
    assert said["data"]["overdue_since"] == at("2026-03-02 10:02")
    assert said["data"]["system_cause"] is True
    assert set(dispatch(d, "F1-01")["system_late"]) >= {"acknowledge", "arrive"}
    d.advance("59m")
    assert [e for e in happened(d, "F1", "F1-01") if e[1] != "dispatch.overdue"] == reminders


def test_what_the_system_took_is_given_back(world):
    """A P1 fetched at once: away for 115 of its 120 s, back 5 s before the due. The two minutes are the unit's."""
    d = world("2026-03-02 10:00")
    report(d, "F2", "601301", "2026-03-02 10:00", priority="P1")
    water = d.liaison("water")
    water.call("dispatch.get", dispatch="F2-01")  # delivered
    d.set_clock(at("2026-03-02 10:01:55"))
    d.advance("1m")  # 10:02:55; due at 10:02
    one = dispatch(d, "F2-01")
    assert one["overdue"] == ["acknowledge"] and one["late"] == [] and one["system_late"] == ["acknowledge"]
    assert happened(d, "F2", "F2-01", ("dispatch.late",)) == []
    water.call("dispatch.acknowledge", dispatch="F2-01")
    assert dispatch(d, "F2-01")["late"] == []
    report(d, "F3", "601301", "2026-03-02 10:02:55", priority="P1")
    water.call("dispatch.get", dispatch="F3-01")
    d.set_clock(at("2026-03-02 10:04:50"))
    d.advance("2m")
    assert happened(d, "F3", "F3-01", ("dispatch.late",)) == [
        (at("2026-03-02 10:06:50"), "dispatch.late", "acknowledge")]  # due 10:04:55 and 115 s
    clock = explained(d, "F3-01")["acknowledge"]
    assert clock["late"] and clock["away_seconds"] == 115 and "其中系统停机1分55秒不计" in clock["sentence"]
    one = dispatch(d, "F3-01")
    assert one["late"] == ["acknowledge"] and "system_late" not in one


def test_the_wait_for_the_delivery_is_no_lateness(world):
    d = world("2026-03-02 10:00")
    report(d, "F4", "601301", "2026-03-02 10:00")  # P2: two minutes to deliver, two to acknowledge
    d.advance("3m")
    assert dispatch(d, "F4-01")["overdue"] == ["delivery", "acknowledge"]
    d.liaison("water").call("dispatch.acknowledge", dispatch="F4-01")
    one = dispatch(d, "F4-01")
    assert one["overdue"] == ["delivery", "acknowledge"] and one["late"] == ["delivery"]


def test_downtime_is_recorded(world):
    d = world("2026-03-02 10:00")
    d.set_clock(at("2026-03-02 11:00"))
    resumed = [e for e in d.desk_console.call("event.list", after=0, limit=500)["events"]
               if e["type"] == "system.resumed"]
    assert [(e["data"]["from"], e["data"]["to"]) for e in resumed] == [
        (at("2026-03-02 10:00"), at("2026-03-02 11:00"))]


# -- the clock itself ------------------------------------------------------------------------------

def test_the_clock_does_not_go_back(world):
    d = world("2026-03-02 10:00")
    d.advance("1h")
    done = d.ctl("clock", "set", at("2026-03-02 10:30"), check=False)
    assert done.returncode == 1 and "往回" in done.stderr


def test_a_store_of_the_wall_clock_refuses_a_manual_one(tmp_path):
    with Daemon(tmp_path):
        pass
    d = Daemon(tmp_path, clock=at("2026-03-02 10:00"))
    d.launch()
    assert d.process.wait(20) != 0
    assert "时钟" in d.log()


def test_the_instant_lives_in_the_store(tmp_path):
    with Daemon(tmp_path, clock=at("2026-03-02 10:00")) as d:
        d.advance("90m")
    with Daemon(tmp_path, clock=at("2030-01-01 00:00")) as d:  # only seeds an empty store
        assert d.ctl("clock").stdout.split()[-1] == at("2026-03-02 11:30")
