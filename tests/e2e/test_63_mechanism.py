"""What the desk and the units live through, as the city's notice has it, on a clock that stands where it
is put; and what the daemon says where it cannot work: one sentence, the right exit code, nothing left
half done."""
import os
import re
import shutil
import socket
import sqlite3

import pytest

from harness import ROOT, Daemon, Refused, incident, until, refused

NOW = "2026-03-02T09:00:00+08:00"  # a Monday, in office hours
CITY, OUTSIDE = "350881001", "350881102"  # 菁城街道; 永福镇


def at(clock):
    return f"2026-03-02T{clock}+08:00"


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("mechanism"), clock=NOW) as daemon:
        yield daemon


@pytest.fixture
def desk(d):
    with d.desk(events=False) as c:
        yield c


@pytest.fixture
def number(request):
    return re.sub(r"[^A-Za-z0-9]+", "-", request.node.name.removeprefix("test_"))[-50:].strip("-")


def now(c):
    return c.call("session.ping")["time"]


def report(c, number, **members):
    return c.call("incident.report", **incident(number, received_at=members.pop("received_at", now(c)), **members))


def roles(result):
    out = {"lead": [], "assist": [], "inform": []}
    for x in result["dispatches"]:
        out[x["role"]].append(x["unit"])
    return out


def events(c, number, *types):
    return [e for e in c.call("incident.get", number=number)["events"] if not types or e["type"] in types]


def state(c, dispatch):
    return c.call("dispatch.get", dispatch=dispatch)["state"]


# -- routes ---------------------------------------------------------------------------------------

def test_the_table_says_who(desk, number):
    r = report(desk, number)
    assert r["route"]["rule"] == "water-supply" and r["route"]["because"]
    assert roles(r) == {"lead": ["water"], "assist": ["urban-management", "traffic-police"], "inform": []}
    assert (r["priority"], r["zone"], r["police"], r["unmatched"]) == ("P2", "city", False, False)
    assert [x["dispatch"] for x in r["dispatches"]] == [f"{number}-0{i}" for i in (1, 2, 3)]


@pytest.mark.parametrize("priority", ["P1", "P2"])
def test_outside_the_city_the_township_organises_what_is_urgent(desk, number, priority):
    r = report(desk, number, area=OUTSIDE, priority=priority)
    assert roles(r)["assist"] == ["urban-management", "traffic-police", "town-yongfu"] and roles(r)["inform"] == []
    town = r["dispatches"][-1]
    assert town["rule"] == "township" and town["acknowledge_due"] and "arrive_due" not in town


def test_outside_the_city_the_township_is_told(desk, number):
    r = report(desk, number, area=OUTSIDE, priority="P3")
    told = roles(r)["inform"]
    assert r["zone"] == "outside" and len(told) == 1
    unit = desk.call("unit.get", unit=told[0])
    assert unit["township"] == OUTSIDE
    lead, informed = r["dispatches"][0], r["dispatches"][-1]
    assert "arrive_due" not in lead, "as soon as possible: never late"
    assert "acknowledge_due" not in informed and informed["overdue"] == []


def test_outside_the_city_the_township_leads_where_a_rule_says_so(desk, number):
    r = report(desk, number, area=OUTSIDE, category="600605", description="村道上的路灯不亮")
    assert r["route"]["rule"] == "village-works"
    assert desk.call("unit.get", unit=roles(r)["lead"][0])["township"] == OUTSIDE
    r = report(desk, number + "-city", area=CITY, category="600605", description="村道上的路灯不亮")
    assert r["route"]["rule"] != "village-works"


def test_without_an_area_the_city_is_assumed_and_said(desk, number):
    r = report(desk, number, area=None, address="八一路12号")
    assert (r["zone"], r["zone_assumed"]) == ("city", True) and r["warnings"] == []


PLACES = [
    ("永福镇后盂路3号", "水管爆了", OUTSIDE), ("漳平市永福鎮", "水管爆了", OUTSIDE), ("永 福 镇集镇", "水管爆了", OUTSIDE),
    ("永福", "水管爆了", OUTSIDE), ("八一路旁", "永福镇水管爆了", OUTSIDE), ("菁城街道八一路", "水管爆了", CITY),
    ("永福路8号", "水管爆了", None), ("和平北路", "水管爆了", None), ("八一路", "双洋镇和永福镇交界水管爆了", None),
]


@pytest.mark.parametrize("address,description,area", PLACES)
def test_no_area_is_not_the_city(desk, number, address, description, area):
    given = {"area": None, "address": address, "description": description}
    explained = desk.call("route.explain", **given)
    r = report(desk, number, **given)
    shown = desk.call("incident.get", number=number)
    assert (shown["area"], r["zone_assumed"]) == (area, True)
    assert r["zone"] == ("outside" if area == OUTSIDE else "city") == explained["route"]["zone"]
    assert ("town-yongfu" in roles(r)["assist"]) is (area == OUTSIDE)
    want = ["area-from-text"] if area else ["area-ambiguous"] if "双洋" in description else []
    assert [w["code"] for w in r["warnings"]] == want == [w["code"] for w in explained["warnings"]]
    lead = r["dispatches"][0]
    assert ("arrive_due" in lead) is (area != OUTSIDE), "thirty minutes are the city's"


def test_an_amended_address_names_the_area(desk, number):
    report(desk, number, area=None, address="不详")
    told = desk.call("incident.amend", number=number, address="永福镇街上")
    assert [w["code"] for w in told["warnings"]] == ["area-from-text"]
    shown = desk.call("incident.get", number=number)
    assert (shown["area"], shown["zone"], shown["zone_assumed"]) == (OUTSIDE, "outside", True)
    desk.call("incident.amend", number=number, address="双洋镇街上")
    assert desk.call("incident.get", number=number)["area"] == OUTSIDE, "what is there is the desk's to change"


def test_what_proves_urgent_outside_the_city_is_told_to_the_township(desk, number):
    """By the place that an amended address names, or by the priority; once; not where the desk withdrew it."""
    report(desk, number, area=None, address="不详")
    desk.call("incident.amend", number=number, address="永福镇街上")
    shown = desk.call("incident.get", number=number)["dispatches"]
    assert [(x["unit"], x["role"], x["rule"]) for x in shown[3:]] == [("town-yongfu", "assist", "township")]
    assert shown[3]["acknowledge_due"] and "arrive_due" not in shown[3]
    desk.call("incident.amend", number=number, priority="P1")
    assert len(desk.call("incident.get", number=number)["dispatches"]) == 4
    desk.call("dispatch.withdraw", dispatch=f"{number}-04", reason="已当面通知")
    desk.call("incident.amend", number=number, priority="P2")
    assert len(desk.call("incident.get", number=number)["dispatches"]) == 4
    # informed before: it assists instead
    report(desk, number + "-I", area=OUTSIDE, priority="P3")
    desk.call("incident.amend", number=number + "-I", priority="P1")
    shown = desk.call("incident.get", number=number + "-I")["dispatches"]
    assert [(x["unit"], x["role"], x["state"]) for x in shown[3:]] == [
        ("town-yongfu", "inform", "withdrawn"), ("town-yongfu", "assist", "issued")]
    # in the city, not urgent, or by the desk's own choice: nothing
    for last, given, amended in (("C", {}, {"priority": "P1"}), ("N", {"priority": "P3"}, {"area": OUTSIDE}),
                                 ("D", {"units": ["water"]}, {"area": OUTSIDE})):
        before = report(desk, f"{number}-{last}", **given)["dispatches"]
        desk.call("incident.amend", number=f"{number}-{last}", **amended)
        assert len(desk.call("incident.get", number=f"{number}-{last}")["dispatches"]) == len(before)


@pytest.mark.parametrize("priority,lead", [("P1", "public-security"), ("P2", "public-security"),
                                           ("P3", "hotline-12345"), ("P4", "hotline-12345"), (None, "hotline-12345")])
def test_what_no_rule_takes(desk, number, priority, lead):
    r = report(desk, number, category=None, priority=priority, description="嗯嗯啊啊")
    assert r["unmatched"] is True and r["category"] is None and roles(r)["lead"] == [lead]
    assert r["police"] is (priority == "P1")


def test_a_p1_is_polices_too_but_no_dispatch_of_its_own(desk, number):
    r = report(desk, number, priority="P1")
    assert r["police"] is True and "public-security" not in str(roles(r))
    assert desk.call("incident.get", number=number)["police"] is True


def test_the_desks_own_choice_of_units(desk, number):
    r = report(desk, number, units=["fire", "health", "water"])
    assert roles(r) == {"lead": ["fire"], "assist": ["health", "water"], "inform": []}
    assert r["route"]["rule"] == "desk" and r["unmatched"] is False
    assert {x["rule"] for x in r["dispatches"]} == {"desk"}


def test_lead_none_is_recorded_only(d, desk, number):
    r = report(desk, number, category="909901")
    assert r["dispatches"] == []
    assert desk.call("incident.get", number=number)["state"] == "closed"
    d.advance("1h")
    assert events(desk, number, "reminder.sent") == []


def test_similar_incidents_are_named_and_none_is_swallowed(desk, number):
    same = {"reporter": {"phone": "13912340000"}, "address": number}
    first = report(desk, number + "-1", **same)
    second = report(desk, number + "-2", **same)
    assert first["similar"] == [] and [s["number"] for s in second["similar"]] == [number + "-1"]
    assert second["similar"][0]["why"] == "phone" and second["duplicate"] is False and second["dispatches"]
    desk.call("incident.cancel", number=number + "-1")
    third = report(desk, number + "-3", **same)
    assert [s["number"] for s in third["similar"]] == [number + "-2"], "what is over is not open"


FORMS = {
    "phone": (("13800138000", "138 0013 8000", "138-0013-8000", "+8613800138000", "１３８００１３８０００", "13800138000 "),
              ("0597-7530000", "05977530000", "7530000", "(0597)7530000", "0597－7530000")),
    "address": (("菁城街道八一路100号", "菁城街道八一路１００号", "菁城街道 八一路100号", "漳平市菁城街道八一路100号",
                 "菁城街道八一路100号 ", "菁城街道八一路100號"),
                ("八一路与和平路交叉口", "和平路八一路路口"), ("江滨路二十五号", "江滨路25#")),
}


@pytest.mark.parametrize("why,forms", [(why, f) for why in FORMS for f in FORMS[why]])
def test_one_caller_and_one_address_in_every_form(tmp_path, why, forms):
    with Daemon(tmp_path, clock=NOW) as d, d.desk(events=False) as desk:
        for n, form in enumerate(forms):
            other = {"address": f"别处{n}巷{n + 1}弄"} if why == "phone" else {"reporter": {"phone": None}}
            given = {"reporter": {"phone": form}} if why == "phone" else {"address": form}
            r = report(desk, f"FORM-{n}", location=None, **other, **given)
            first = [s for s in r["similar"] if s["number"] == "FORM-0"]
            assert [s["why"] for s in first] == ([why] if n else []), form


def test_locations_are_compared_in_one_datum(tmp_path):
    with Daemon(tmp_path, clock=NOW) as d, d.desk(events=False) as desk:
        def similar(number, lon, lat, datum):
            return report(desk, number, address=f"{number}座", reporter={"phone": None},
                          location={"lon": lon, "lat": lat, "datum": datum})["similar"]

        assert similar("A", 117.425188, 25.287381, "gcj02") == []
        assert [(s["number"], s["why"]) for s in similar("B", 117.42, 25.29, "wgs84")] == [("A", "place")]
        assert similar("C", 117.42, 25.29, "gcj02") == [], "598 m from both"
        assert [s["number"] for s in similar("D", 117.42, 25.29, "cgcs2000")] == ["B", "A"]


@pytest.mark.parametrize("nothing", ["无", "不详", "未知", "0", "110", "漳平市", "0/0"])
def test_what_stands_for_nothing_is_like_nothing(tmp_path, nothing):
    with Daemon(tmp_path, clock=NOW) as d, d.desk(events=False) as desk:
        for n in range(2):
            assert report(desk, f"NIL-{n}", address=nothing, reporter={"phone": nothing}, location=None)["similar"] == []


def test_a_drill_is_marked_all_the_way(d, desk, number):
    with d.liaison("water", events=False) as water:
        r = report(desk, number, drill=True)
        assert r["dispatches"]
        assert water.call("dispatch.get", dispatch=f"{number}-01")["matter"]["drill"] is True
    assert desk.call("incident.get", number=number)["drill"] is True
    assert all(e["data"].get("drill") for e in events(desk, number, "incident.reported", "dispatch.issued"))
    d.advance("31m")
    sent = events(desk, number, "reminder.sent")
    assert sent and all(e["data"].get("drill") for e in sent), "a notice of a drill says so"


# -- a wrong unit ---------------------------------------------------------------------------------

def test_the_desk_corrects_a_wrong_unit(d, desk, number):
    with d.liaison("power", events=False) as power, d.liaison("water", events=False) as water:
        report(desk, number, units=["power"])
        assert power.call("dispatch.get", dispatch=f"{number}-01")["state"] == "issued"
        why = refused(desk.call, "dispatch.add", number=number, unit="water", role="lead")
        assert why.word == "wrong-state" and f"{number}-01" in why.message
        assert refused(desk.call, "dispatch.add", number=number, unit="power", role="assist").word == "wrong-state"
        done = desk.call("dispatch.withdraw", dispatch=f"{number}-01", reason="不是电的事")
        assert done["dispatch"]["state"] == "withdrawn"
        added = desk.call("dispatch.add", number=number, unit="water", role="lead", reason="水管")["dispatch"]
        assert (added["dispatch"], added["role"], added["rule"]) == (f"{number}-02", "lead", "desk")
        assert added["arrive_due"], "its own clocks, from now on"
        assert power.call("dispatch.get", dispatch=f"{number}-01")["state"] == "withdrawn", "they are told"
        for act in ("acknowledge", "depart", "arrive", "progress"):
            assert refused(power.call, f"dispatch.{act}", dispatch=f"{number}-01").word == "wrong-state"
        assert water.call("dispatch.acknowledge", dispatch=f"{number}-02")["dispatch"]["state"] == "acknowledged"
        again = desk.call("dispatch.withdraw", dispatch=f"{number}-01", reason="再说一遍")
        assert again["dispatch"]["state"] == "withdrawn"
        assert len(events(desk, number, "dispatch.withdrawn")) == 1, "once is enough"
    d.advance("45m")
    reminded = events(desk, number, "reminder.sent", "dispatch.overdue", "escalation.raised")
    assert reminded and {e["dispatch"] for e in reminded} == {f"{number}-02"}, "who was withdrawn owes nothing"


def test_an_informed_unit_can_be_made_an_assistant(desk, number):
    r = report(desk, number, area=OUTSIDE, priority="P3")
    town = roles(r)["inform"][0]
    added = desk.call("dispatch.add", number=number, unit=town, role="assist")["dispatch"]
    assert added["role"] == "assist" and added["acknowledge_due"]
    assert sum(x["unit"] == town and x["state"] != "withdrawn"
               for x in desk.call("incident.get", number=number)["dispatches"]) == 1


def test_the_desk_acts_for_a_unit_and_says_who_spoke(d, desk, number):
    report(desk, number, units=["water"])
    target = {"dispatch": f"{number}-01"}
    for wrong in ({}, {"on_behalf": {"phone": "1"}}, {"on_behalf": {}}):
        assert refused(desk.call, "dispatch.acknowledge", **target, **wrong).word == "invalid-params"
    desk.call("dispatch.acknowledge", **target, on_behalf={"person": "老周", "phone": "13800000000"})
    e, = events(desk, number, "dispatch.acknowledged")
    assert e["person"] == "老周" and e["data"]["on_behalf"] is True and e["by"] == "desk1"
    with d.liaison("water", events=False) as water:
        got = water.call("dispatch.depart", **target, on_behalf={"person": "x", "phone": "1"})
        assert [(w["code"], w["field"]) for w in got["warnings"]] == [("value-ignored", "on_behalf.person")]
    e, = events(desk, number, "dispatch.departed")
    assert e["by"] == "liaison-water" and "on_behalf" not in e["data"]


# -- closing --------------------------------------------------------------------------------------

ACTING = {"on_behalf": {"person": "老周", "phone": "13800000000"}}


def test_close_waits_for_lead_and_assists_but_not_for_who_was_told(desk, number):
    report(desk, number, area=OUTSIDE, priority="P3")  # lead, two assists, the township informed
    for n in ("02", "03", "01"):
        why = refused(desk.call, "incident.close", number=number)
        assert why.word == "wrong-state" and number in why.message
        desk.call("dispatch.complete", dispatch=f"{number}-{n}", result="好了", **ACTING)
    assert desk.call("incident.get", number=number)["state"] == "completed"
    desk.call("incident.close", number=number, text="办结")
    shown = desk.call("incident.get", number=number)
    assert shown["state"] == "closed" and {x["state"] for x in shown["dispatches"]} == {"completed"}
    seq = shown["events"][-1]["seq"]
    assert desk.call("incident.close", number=number)["seq"] == seq, "closed is closed: no second event"


def test_what_assists_leave_open_does_not_hold_the_incident(d, desk, number):
    """Once the lead has its result: they are withdrawn, told of it, and no more is asked of them."""
    report(desk, number)  # lead and two assists
    with d.liaison("traffic-police") as unit, d.liaison("urban-management", events=False) as other:
        other.call("dispatch.arrive", dispatch=f"{number}-02")
        assert refused(desk.call, "incident.close", number=number).word == "wrong-state", "nobody has handled it"
        desk.call("dispatch.complete", dispatch=f"{number}-01", result="修好了", **ACTING)
        desk.call("incident.close", number=number, text="主办已办结")
        assert unit.event(type="dispatch.withdrawn", dispatch=f"{number}-03")
        shown = desk.call("incident.get", number=number)
        assert [x["state"] for x in shown["dispatches"]] == ["completed", "withdrawn", "withdrawn"]
        assert shown["state"] == "closed" and shown["dispatches"][1]["arrived_at"]
        withdrawn = [e for e in events(desk, number, "dispatch.withdrawn")]
        assert [e["text"] for e in withdrawn] == ["主办已办结"] * 2
        assert number not in {x["incident"] for x in unit.call("dispatch.list")["dispatches"]}
        assert refused(unit.call, "dispatch.acknowledge", dispatch=f"{number}-03").word == "wrong-state"


def test_the_leads_result_ends_the_handling(desk, number):
    report(desk, number)
    desk.call("dispatch.complete", dispatch=f"{number}-02", result="协办完", **ACTING)
    assert desk.call("incident.get", number=number)["state"] == "open"
    desk.call("dispatch.complete", dispatch=f"{number}-01", result="主办完", **ACTING)
    shown = desk.call("incident.get", number=number)
    assert shown["state"] == "completed" and shown["dispatches"][2]["state"] == "issued"
    lead = shown["dispatches"][0]
    assert lead["acknowledged_at"] == lead["arrived_at"] == lead["completed_at"], "a later step implies the earlier"


def test_cancel_withdraws_all_and_nothing_goes_on(desk, number):
    report(desk, number)
    desk.call("incident.cancel", number=number, text="误报")
    shown = desk.call("incident.get", number=number)
    assert shown["state"] == "cancelled" and {x["state"] for x in shown["dispatches"]} == {"withdrawn"}
    for name, params in (("incident.urge", {}), ("incident.close", {}), ("incident.amend", {"priority": "P1"}),
                         ("dispatch.add", {"unit": "fire", "role": "assist"})):
        assert refused(desk.call, name, number=number, **params).word == "wrong-state", name
    assert refused(desk.call, "dispatch.complete", dispatch=f"{number}-01", result="x", **ACTING).word == "wrong-state"


def test_a_closed_incident_is_not_cancelled(desk, number):
    report(desk, number, category="909901")
    assert refused(desk.call, "incident.cancel", number=number).word == "wrong-state"


def test_urge_is_counted_and_annotations_kept(desk, number):
    report(desk, number)
    for _ in range(3):
        desk.call("incident.urge", number=number, text="还没人来")
    desk.call("incident.annotate", number=number, text="住五楼")
    assert desk.call("incident.get", number=number)["urged"] == 3
    assert [e["data"]["times"] for e in events(desk, number, "incident.urged")] == [1, 2, 3]
    assert events(desk, number, "incident.annotated")[0]["text"] == "住五楼"


# -- amending -------------------------------------------------------------------------------------

def test_amend_once_by_its_key(desk, number):
    report(desk, number)
    change = {"number": number, "address": "解放路99号", "key": f"k-{number}"}
    first = desk.call("incident.amend", **change)
    assert desk.call("incident.amend", **change) == first
    assert len(events(desk, number, "incident.amended")) == 1
    assert refused(desk.call, "incident.amend", **{**change, "address": "解放路100号"}).word == "conflict"
    assert desk.call("incident.get", number=number)["address"] == "解放路99号"
    assert refused(desk.call, "incident.amend", number=number).word == "invalid-params"
    assert refused(desk.call, "incident.amend", number=number, category="999999").field == "category"


def test_amend_moves_what_runs(desk, number):
    """Outside the city an arrival has no limit; what a P4 has for acknowledging is longer. Nothing gets earlier."""
    r = report(desk, number)
    desk.call("incident.amend", number=number, priority="P4", area=OUTSIDE)
    shown = desk.call("incident.get", number=number)
    assert (shown["priority"], shown["zone"]) == ("P4", "outside")
    for before, after in zip(r["dispatches"], shown["dispatches"]):
        assert "arrive_due" not in after and after.get("acknowledge_due", "") >= before.get("acknowledge_due", "")
    assert report_again(desk, number, r) is True, "the report was what it was"


def report_again(desk, number, r):
    stored = desk.call("incident.get", number=number)
    return desk.call("incident.report", **incident(number, received_at=stored["received_at"]))["duplicate"] and bool(r)


def test_the_same_number_again(desk, number):
    when = now(desk)
    one = incident(number, received_at=when)
    first = desk.call("incident.report", **one)
    same = {**one, "priority": None, "received_at": utc(when)}
    again = desk.call("incident.report", **same)
    assert again["duplicate"] is True and again["dispatches"] == first["dispatches"], "the same instant in another zone"
    other = refused(desk.call, "incident.report", **{**one, "address": "别处"})
    assert (other.code, other.word) == (-32004, "conflict")


def utc(text):
    hour = int(text[11:13]) - 8
    assert hour >= 0
    return f"{text[:11]}{hour:02}{text[13:19]}Z"


# -- instants -------------------------------------------------------------------------------------

def test_instants_of_reports_and_acts(tmp_path):
    with Daemon(tmp_path, clock=NOW) as d, d.desk(events=False) as desk:
        r = report(desk, "T-1", received_at=at("09:10:00"))  # ten minutes ahead: taken, and marked
        assert r["clock_skew"] is True and r["dispatches"][0]["issued_at"].startswith("2026-03-02T09:00:00")
        assert desk.call("incident.get", number="T-1")["clock_skew"] is True
        r = report(desk, "T-2", received_at=at("09:10:01"))  # further ahead than clocks may differ: taken, too
        assert [(w["code"], w["field"]) for w in r["warnings"]] == [("time-in-future", "received_at")]
        old = report(desk, "T-3", received_at="2001-02-03T04:05:06+08:00")
        assert old["clock_skew"] is False and old["dispatches"][0]["issued_at"].startswith("2026-03-02T09:00:00"), \
            "clocks start when the instruction is issued"
        r = report(desk, "T-4", received_at="1999-12-31T23:59:59+08:00")  # before there was such a system: left out
        assert [(w["code"], w["field"]) for w in r["warnings"]] == [("value-ignored", "received_at")]
        assert desk.call("incident.get", number="T-4")["received_at"].startswith("2026-03-02T09:00:00")
        d.set_clock(at("09:20:00"))

        def act(name, clock, **more):
            return desk.call(f"dispatch.{name}", dispatch="T-1-01", at=at(clock), **ACTING, **more)["dispatch"]
        got = act("acknowledge", "09:01:00")
        assert got["acknowledged_at"].startswith("2026-03-02T09:01:00")
        assert "acknowledge" in str(got.get("late_reported")), "nineteen minutes later is late-reported"
        assert "acknowledge" in got["overdue"], "it stays marked; the earlier instant stands beside it"
        e, = events(desk, "T-1", "dispatch.acknowledged")
        assert e["data"]["late_reported"] is True and e["data"]["recorded_at"].startswith("2026-03-02T09:20:00")
        got = act("depart", "09:15:00")
        assert "depart" not in str(got.get("late_reported")), "five minutes are no delay"
        got = act("arrive", "09:30:00")  # ten minutes ahead of this clock: it cannot have happened after now
        assert got["arrived_at"].startswith("2026-03-02T09:20:00")
        e, = events(desk, "T-1", "dispatch.arrived")
        assert e["data"]["clock_skew"] is True and e["data"]["given_at"] == at("09:30:00")
        assert e["at"].startswith("2026-03-02T09:20:00")


def test_the_last_instant_is_in_time_and_the_next_is_not(tmp_path):
    with Daemon(tmp_path, clock=NOW) as d, d.desk(events=False) as desk:
        for number in ("E-1", "E-2"):
            r = report(desk, number, units=["water"])
            assert r["dispatches"][0]["arrive_due"] == at("09:30:00")
            desk.call("dispatch.acknowledge", dispatch=f"{number}-01", **ACTING)
        d.set_clock(at("09:29:59"))
        arrived = desk.call("dispatch.arrive", dispatch="E-1-01", at=at("09:30:00"), **ACTING)["dispatch"]
        assert arrived["overdue"] == [] and arrived["arrived_at"].startswith(at("09:29:59")[:19])
        d.set_clock(at("09:30:01"))
        assert desk.call("dispatch.arrive", dispatch="E-2-01", **ACTING)["dispatch"]["overdue"] == ["arrive"]


# -- where it cannot work -------------------------------------------------------------------------

def sentences(d):
    return [line for line in d.log().splitlines() if line.startswith("liandongd: ")]


def ended(d, limit=30):
    """Launched, it ends by itself; its code. It is not left behind where it does not."""
    d.launch(trains=True)  # so that nothing but its own is in its folder
    try:
        return d.process.wait(limit)
    finally:
        if d.process.poll() is None:
            d.kill_all()


def ends(d, codes, *named, limit=30):
    """It ends by itself with such a code, having said one sentence that names these."""
    code = ended(d, limit)
    assert code in codes, (code, d.log()[-2000:])
    said = sentences(d)
    assert len(said) == 1, d.log()[-2000:]
    for name in named:
        assert name in said[0], said


def left(folder):
    return sorted(n for n in os.listdir(folder) if n not in ("log", "liandong.yaml", "mechanism"))


def test_a_folder_that_cannot_be_written(tmp_path):
    d = Daemon(tmp_path, store="/proc/liandong/liandong.db")
    ends(d, {66, 73, 74}, "/proc/liandong")
    assert left(tmp_path) == []


def test_a_folder_of_another(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    d = Daemon(tmp_path, store=str(folder / "liandong.db"))
    ends(d, {66, 73, 77}, "liandong.db")
    assert os.listdir(folder) == []


def test_a_store_that_is_a_folder(tmp_path):
    (tmp_path / "liandong.db").mkdir()
    d = Daemon(tmp_path)
    ends(d, {65, 66, 73}, "liandong.db")
    assert left(tmp_path) in (["liandong.db"], ["liandong.db", "liandong.db.lock"])


@pytest.mark.parametrize("content", [b"SQLite format 3\x00" + b"\xff" * 8000, b"\x00" * 4096, b"{}" * 5000, b"x" * 50],
                         ids=["a header and noise", "zeros", "JSON", "a few letters"])
def test_a_store_of_garbage_is_left_alone(tmp_path, content):
    path = tmp_path / "liandong.db"
    path.write_bytes(content)
    ends(Daemon(tmp_path), {65, 66}, "liandong.db")
    assert path.read_bytes() == content


def test_somebody_elses_database(tmp_path):
    path = str(tmp_path / "liandong.db")
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
        db.execute("INSERT INTO recipes VALUES ('soup')")
    db.close()
    ends(Daemon(tmp_path), {65, 66}, "liandong.db")
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM recipes").fetchall() == [("soup",)]
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    db.close()


def test_a_store_of_a_newer_version_is_left_alone(tmp_path):
    with Daemon(tmp_path) as d, d.desk(events=False) as c:
        c.call("incident.report", **incident("KEPT-1"))
    path = os.path.join(d.folder, "liandong.db")
    with sqlite3.connect(path) as db:
        version, = db.execute("PRAGMA user_version").fetchone()
        db.execute("PRAGMA user_version = 999")
    db.close()
    os.truncate(d.log_path, 0)
    ends(d, {65}, "liandong.db", "999")
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (999,)
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    with d.start().desk(events=False) as c:
        assert c.call("incident.get", number="KEPT-1")["number"] == "KEPT-1"
    assert d.stop() == 0


def test_a_control_socket_with_a_long_name(tmp_path):
    """Longer than a socket's name may be: it is said, or it works."""
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    d = Daemon(folder)
    d.launch()
    try:
        until(lambda: d.process.poll() is not None or d.ctl("status", check=False).returncode == 0, "an end or service")
        if d.process.poll() is not None:
            assert d.process.returncode in (69, 73, 78) and d.control in d.log() and left(folder) == []
    finally:
        d.stop()


def test_a_file_where_the_control_socket_should_be(tmp_path):
    (tmp_path / "control.sock").write_text("important")
    d = Daemon(tmp_path)
    assert ended(d) in (69, 73)
    assert "control.sock" in d.log()
    assert (tmp_path / "control.sock").read_text() == "important" and left(tmp_path) == ["control.sock"]


def test_http_port_taken_after_the_others_were_opened(tmp_path):
    d = Daemon(tmp_path)
    with socket.create_server(("127.0.0.1", d.http_port)):
        ends(d, {69}, f"127.0.0.1:{d.http_port}", "listen.http")
    assert left(tmp_path) == [], "sockets that were opened first are taken away"
    d.start()
    assert d.stop() == 0


@pytest.mark.parametrize("file", ["units.yaml", "areas.yaml", "categories.yaml", "calendar.yaml", "policy.yaml",
                                  "routing.yaml", "contacts.yaml"])
@pytest.mark.parametrize("how", ["missing", "empty", "a folder", "noise"])
def test_a_mechanism_that_cannot_be_read(tmp_path, file, how):
    folder = shutil.copytree(os.path.join(ROOT, "config", "zhangping"), tmp_path / "mechanism")
    path = folder / file
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        path.write_bytes(b"" if how == "empty" else bytes(range(256)) * 40)
    if (file, how) == ("contacts.yaml", "empty"):
        assert Daemon(tmp_path, mechanism=folder).ctl("check").returncode == 0, "nobody else need be reachable"
        return
    d = Daemon(tmp_path, mechanism=folder)
    for command in (["check"], ["route", "test"]):
        done = d.ctl(*command, check=False)
        assert done.returncode == 1 and file in done.stdout + done.stderr, (command, done)
    assert ended(d) == 78
    assert file in d.log() and not os.path.exists(os.path.join(d.folder, "control.sock"))


# -- a full disk ----------------------------------------------------------------------------------

def free(folder):
    s = os.statvfs(folder)
    return s.f_bavail * s.f_frsize


def test_below_the_floor_no_new_incident_and_all_else_goes_on(tmp_path):
    """The floor lies above what is free from the start; what is stored goes on being worked on."""
    with Daemon(tmp_path) as d, d.desk(events=False) as c:
        c.call("incident.report", **incident("BEFORE-1", units=["water"]))
    if free(tmp_path) >= 1 << 40:
        pytest.skip("more is free here than a floor may ask for")
    d.write_config({"disk": {"free_floor": "1024GiB", "ballast": "0"}})
    with d, d.desk(events=False) as c, d.liaison("water", events=False) as water:
        why = refused(c.call, "incident.report", **incident("FULL-1"))
        assert (why.code, why.word) == (-32006, "unavailable") and "磁盘" in why.message
        status, headers, body = d.http("POST", "/v1/incidents", d.tokens["desk1"], incident("FULL-2"))
        assert (status, body["code"]) == (503, "unavailable")
        assert headers["Retry-After"]
        assert c.call("incident.report", **incident(
            "BEFORE-1", units=["water"], received_at=c.call("incident.get", number="BEFORE-1")["received_at"]
        ))["duplicate"] is True, "what is stored is answered for"
        assert water.call("dispatch.acknowledge", dispatch="BEFORE-1-01")["dispatch"]["state"] == "acknowledged"
        c.call("dispatch.add", number="BEFORE-1", unit="power", role="assist")
        c.call("incident.annotate", number="BEFORE-1", text="还在")
        water.call("dispatch.complete", dispatch="BEFORE-1-01", result="好了")
        for number in ("FULL-1", "FULL-2"):
            assert refused(c.call, "incident.get", number=number).word == "not-found"
        assert c.call("status.get")["engine"]["full"] is True
        assert re.search(r"ALARM disk full", d.log())
    d.write_config({})
    with d, d.desk(events=False) as c:
        assert c.call("incident.report", **incident("FULL-1"))["duplicate"] is False
        assert d.ctl("audit", "verify").returncode == 0


def test_room_comes_back_and_so_does_the_service(tmp_path):
    """A file fills the disk below the floor and is removed: nothing is restarted."""
    margin = 256 << 20
    if free(tmp_path) < 4 * margin:
        pytest.skip("too little room here to play with")
    filler = tmp_path / "filler"
    with Daemon(tmp_path, disk={"free_floor": str(free(tmp_path) - margin), "ballast": "0"}) as d, \
            d.desk(events=False) as c:
        c.call("incident.report", **incident("ROOM-0"))
        with open(filler, "wb") as f:
            os.posix_fallocate(f.fileno(), 0, 2 * margin)
        tried = []

        def full():
            tried.append(f"ROOM-{len(tried) + 1}")
            try:
                c.call("incident.report", **incident(tried[-1]))
            except Refused as why:
                return why.word == "unavailable"
            return False
        until(full, "the floor to be noticed")
        c.call("incident.urge", number="ROOM-0")
        filler.unlink()

        def room():
            try:
                return c.call("incident.report", **incident(tried[-1]))["duplicate"] is False
            except Refused as why:
                assert why.word == "unavailable"
                return False
        until(room, "service again")
        for number in tried:
            assert c.call("incident.get", number=number)["number"] == number
        assert "disk has room again" in d.log()
