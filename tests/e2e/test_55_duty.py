"""Who is on duty: rosters, whom to call, the people of units in events, swaps, spot checks.

The calendar facts are those of test_51_clocks: 2026-03-06 is a Friday.
"""
import datetime
import json
import pathlib
import shutil
import sqlite3
import unicodedata

import pytest

from harness import ROOT, Daemon, Refused, incident, until

ROSTERS = """rosters:
  - unit: water
    people:
      chen: {name: 陈水生, phone: ["0597-0000941", "0597-0000951转8"]}
      li: {name: 李长河, phone: "0597-0000942"}
    shifts:
      - {name: 昼夜, from: "08:00", to: "08:00", start: "2026-03-02", order: [[chen], [li]]}
    overrides:
      - {from: "2026-03-08T08:00", to: "2026-03-09T08:00", people: [chen, li], because: 汛期}
"""
WATER_DUTY = "0597-0000201"


def at(text):
    """'2026-03-06 17:28' as the daemon writes it."""
    day, clock = text.split()
    return f"{day}T{clock}{':00' if clock.count(':') == 1 else ''}+08:00"


def mechanism(folder, rosters=ROSTERS):
    """A copy of the shipped mechanism with other rosters; None: without the file."""
    copy = pathlib.Path(folder) / "mechanism"
    shutil.copytree(pathlib.Path(ROOT) / "config" / "zhangping", copy)
    (copy / "rosters.yaml").unlink()
    if rosters is not None:
        (copy / "rosters.yaml").write_text(rosters, encoding="utf-8")
    return copy


@pytest.fixture
def world(tmp_path):
    """Starts a daemon whose clock stands at that instant; ends it after the test."""
    started = []

    def start(text, rosters=ROSTERS):
        d = Daemon(tmp_path, clock=at(text), mechanism=str(mechanism(tmp_path, rosters))).start()
        started.append(d)
        d.desk_console = d.desk()
        return d

    yield start
    for d in started:
        assert d.stop() == 0, d.log()[-4000:]


def burst(d, number, when):
    """A burst pipe: water leads."""
    r = d.desk_console.call("incident.report", **incident(number, at(when), category="601301", area="350881001"))
    (lead,) = [x for x in r["dispatches"] if x["role"] == "lead"]
    assert lead["unit"] == "water"
    return lead


def whole(answer):
    return answer["dispatch"] if isinstance(answer["dispatch"], dict) else answer


def called(dispatch):
    return [(c.get("name"), c["phone"], c.get("extension"), c["why"], c.get("until")) for c in dispatch["call"]]


# -- whom to call ----------------------------------------------------------------------------------

def test_who_is_on_duty_is_called_first(world):
    d = world("2026-03-06 07:59:59")
    # chen has Monday the 2nd, li the 3rd, chen the 4th, li Thursday the 5th from 08:00, chen Friday
    lead = burst(d, "B1", "2026-03-06 07:59:59")
    assert called(lead) == [("李长河", "0597-0000942", None, "正在值班", at("2026-03-06 08:00")),
                            (None, WATER_DUTY, None, "24小时值班电话", None)]
    d.advance("1s")
    # the same dispatch a second later: the new shift has it, on console, HTTP and in the unit's own read
    expected = [("陈水生", "0597-0000941", None, "正在值班", at("2026-03-07 08:00")),
                ("陈水生", "0597-0000951", "8", "正在值班", at("2026-03-07 08:00")),
                (None, WATER_DUTY, None, "24小时值班电话", None)]
    assert called(whole(d.desk_console.call("dispatch.get", dispatch="B1-01"))) == expected
    token = d.account("water1", "liaison", unit="water")
    status, _, body = d.http("GET", "/v1/dispatches/B1-01", token)
    assert status == 200 and called(whole(body)) == expected


def test_without_the_file_the_fixed_phones_serve(world):
    d = world("2026-03-06 09:00", rosters=None)
    assert called(burst(d, "B1", "2026-03-06 09:00")) == [(None, WATER_DUTY, None, "24小时值班电话", None)]


# -- the people of units in events -----------------------------------------------------------------

PEOPLE = ["陈水生", "0597-0000941", WATER_DUTY]


def journal(d):
    with sqlite3.connect(f"{d.folder}/liandong.db") as db:
        return b"".join(row[0] for row in db.execute("SELECT data FROM journal"))


def reminders(events):
    return [e for e in events if e["type"] in ("reminder.sent", "escalation.raised") and
            any("contact" in r or "phone" in r for r in e["data"]["recipients"])]


def test_names_and_phones_of_officials_are_not_in_the_chain(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    d.advance("15m")  # acknowledge: half, due, leader; delivery due names whom to phone
    events = d.desk_console.call("event.list", number="B1", after=0, limit=500)["events"]
    told = reminders(events)
    assert {e["type"] for e in told} == {"reminder.sent", "escalation.raised"}
    first = told[-1]["data"]["recipients"] if told[0]["seq"] > told[-1]["seq"] else told[0]["data"]["recipients"]
    assert (first[0]["role"], first[0]["name"], first[0]["phone"]) == ("duty", "陈水生", "0597-0000941")
    phoned = [e for e in events if "call" in e["data"]]
    assert phoned[0]["data"]["call"][0]["phone"] == "0597-0000941"
    raw = journal(d)
    for text in PEOPLE:
        assert text.encode() not in raw
    # the same for who may see units' people: the unit its own, the office; not another unit
    token = d.account("water1", "liaison", unit="water")
    _, _, page = d.http("GET", "/v1/events?after=0", token)
    assert reminders(page["events"])[0]["data"]["recipients"][0]["name"] == "陈水生"
    _, _, page = d.http("GET", "/v1/events?after=0", d.account("office1", "office"))
    assert reminders(page["events"])[0]["data"]["recipients"][0]["name"] == "陈水生"
    _, _, page = d.http("GET", "/v1/events?after=0", d.account("power1", "liaison", unit="power"))
    assert "陈水生" not in json.dumps(page, ensure_ascii=False)
    d.ctl("audit", "verify")


def test_pushed_and_read_events_name_the_same_people(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    d.advance("3m")
    pushed = d.desk_console.event(type="reminder.sent", dispatch="B1-01")
    (read,) = [e for e in d.desk_console.call("event.list", number="B1", after=0, limit=500)["events"]
               if e["seq"] == pushed["seq"]]
    assert read["data"] == pushed["data"]


def test_erased_people_are_gone_and_a_changed_one_is_found(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    d.advance("15m")
    assert d.stop() == 0
    with sqlite3.connect(f"{d.folder}/liandong.db") as db:
        seqs = [s for s, in db.execute("SELECT seq FROM event_text WHERE field = 'contacts' ORDER BY seq")]
        assert len(seqs) >= 3
        db.execute("DELETE FROM event_text WHERE seq = ?", (seqs[0],))
        db.execute("UPDATE event_text SET text = '某某\t0597-1\n' WHERE seq = ?", (seqs[1],))
    d.start()
    said = d.ctl("audit", "verify", check=False)
    assert said.returncode == 1 and str(seqs[1]) in said.stdout + said.stderr
    assert f"event {seqs[0]}" not in said.stdout + said.stderr
    with d.desk() as c:
        (erased,) = [e for e in c.call("event.list", number="B1", after=0, limit=500)["events"]
                     if e["seq"] == seqs[0]]
    people = erased["data"].get("recipients", []) + erased["data"].get("call", [])
    assert people and not any({"name", "phone", "contact"} & set(r) for r in people)
    d.desk_console = d.desk()


# -- who is on duty --------------------------------------------------------------------------------

def test_duty_of_an_instant_and_of_a_month(world):
    d = world("2026-03-06 07:59:59")
    got = d.desk_console.call("duty.get", unit="water")
    (now,) = got["duty"]
    assert (now["source"], now["shift"], now["from"], now["to"]) == ("shift", "昼夜", at("2026-03-05 08:00"), at("2026-03-06 08:00"))
    assert [(p["person"], p["name"], p["phone"]) for p in now["people"]] == [("li", "李长河", "0597-0000942")]
    d.advance("1s")  # half-open: at 08:00:00.000 the new shift has it
    assert d.desk_console.call("duty.get", unit="water")["duty"][0]["people"][0]["person"] == "chen"
    assert d.desk_console.call("duty.get", unit="water", at="2026-03-06T07:59:59.999+08:00")["duty"][0]["people"][0]["person"] == "li"
    month = d.desk_console.call("duty.get", unit="water", month="2026-03")
    # 1 March is before the roster's start: a hole until the 2nd, 08:00
    assert [(g["from"], g["to"]) for g in month["gaps"]] == [(at("2026-03-01 00:00"), at("2026-03-02 08:00"))]
    spans = month["duty"]
    assert [s["from"] for s in spans[1:]] == [s["to"] for s in spans[:-1]]  # one behind the other
    assert (spans[0]["from"], spans[-1]["to"]) == (at("2026-03-02 08:00"), at("2026-04-01 00:00"))
    flood = next(s for s in spans if s["source"] == "override")
    assert (flood["because"], len(flood["people"])) == ("汛期", 2)
    for wrong in ({"month": "2026-13"}, {"month": "2026-03", "at": at("2026-03-06 08:00")}, {"unit": "nosuch"}):
        with pytest.raises(Refused):
            d.desk_console.call("duty.get", **wrong)


def test_a_unit_sees_its_own_duty_only(world):
    d = world("2026-03-06 09:00")
    water, power = d.account("water1", "liaison", unit="water"), d.account("power1", "liaison", unit="power")
    assert [x["unit"] for x in d.http("GET", "/v1/duty", water)[2]["duty"]] == ["water"]
    assert d.http("GET", "/v1/duty", power)[2]["duty"] == []
    assert d.http("GET", "/v1/duty?unit=water", power)[0] == 404
    assert d.http("GET", "/v1/duty?unit=water", d.account("office1", "office"))[0] == 200


def test_a_table_of_a_month_for_people(world):
    d = world("2026-03-06 09:00")
    lines = d.ctl("duty", "--unit", "water", "--month", "2026-03").stdout.split("\n")
    assert lines[0].split() == ["从", "到", "值班人", "电话", "依据", "单位"]
    columns = [sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[:line.index("0597")])
               for line in lines if "0597" in line]
    assert len(set(columns)) == 1 and len(columns) == 30
    assert any("03-08 周日 08:00" in line and "陈水生、李长河" in line and "汛期" in line for line in lines)
    assert any("(无人值班)" in line for line in lines)
    assert "陈水生" in d.ctl("duty").stdout and "李长河" in d.ctl("duty", "--at", "2026-03-06T07:00:00+08:00").stdout


# -- swaps -----------------------------------------------------------------------------------------

def test_a_swap_wins_over_the_roster_and_reaches_every_call_list(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    liaison = d.liaison("water")
    r = liaison.call("duty.assign", unit="water", **{"from": at("2026-03-06 09:00")}, to=at("2026-03-06 12:00"), people=["li"],
                     why="孩子发烧")
    assert (r["entry"]["kind"], r["entry"]["people"], r["entry"]["why"]) == ("assignment", "li", "孩子发烧")
    expected = [("李长河", "0597-0000942", None, "正在值班(换班)", at("2026-03-06 12:00")),
                (None, WATER_DUTY, None, "24小时值班电话", None)]
    assert called(whole(d.desk_console.call("dispatch.get", dispatch="B1-01"))) == expected
    assert called(whole(liaison.call("dispatch.get", dispatch="B1-01"))) == expected
    d.advance("3m")
    told = d.desk_console.event(type="reminder.sent", dispatch="B1-01")["data"]
    assert (told.get("recipients") or told["call"])[0]["phone"] == "0597-0000942"
    assert d.desk_console.call("duty.get", unit="water")["duty"][0]["source"] == "assigned"
    assert "孩子发烧".encode() not in journal(d)
    assert "换班" in d.ctl("duty", "--unit", "water").stdout
    # it is in the store: another engine and other front ends know it
    d.kill("engine")
    d.kill("intake")
    d.kill("api")
    d.desk_console = d.desk()
    assert called(whole(d.desk_console.call("dispatch.get", dispatch="B1-01"))) == expected
    d.ctl("duty", "assign", "--help")
    d.ctl("audit", "verify")


def test_of_swaps_of_one_time_the_last_counts(world):
    """To the engine, which calls, and to the front ends, which show whom to call; after a restart as before."""
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    water = d.account("water1", "liaison", unit="water")
    times = {"from": at("2026-03-06 09:00"), "to": at("2026-03-06 12:00")}

    def first():
        shown = whole(d.desk_console.call("dispatch.get", dispatch="B1-01")), d.http("GET", "/v1/dispatches/B1-01", water)[2]
        return {called(one)[0][0] for one in shown}
    for people, name in (("li", "李长河"), ("chen", "陈水生"), ("li", "李长河")):
        d.desk_console.call("duty.assign", unit="water", people=[people], **times)
        until(lambda name=name: first() == {name}, f"{name} to be called first")
        assert d.desk_console.call("duty.get", unit="water")["duty"][0]["source"] == "assigned"
    d.desk_console.call("duty.assign", unit="water", people=["chen"], **times)
    d.restart()
    d.desk_console = d.desk()
    assert first() == {"陈水生"}


def assign(c, code, **params):
    base = {"unit": "water", "from": at("2026-03-06 10:00"), "to": at("2026-03-06 12:00"), "people": ["li"]}
    with pytest.raises(Refused) as e:
        c.call("duty.assign", **{**base, **params})
    assert e.value.word == code, e.value
    return e.value


def test_swaps_that_are_refused(world):
    d = world("2026-03-06 09:00")
    desk = d.desk_console
    assert "rosters.yaml" in assign(desk, "invalid-params", people=["nosuch"]).message
    assign(desk, "invalid-params", unit="nosuch")
    assert "没有值班表" in assign(desk, "invalid-params", unit="power").message
    assign(desk, "invalid-params", to=at("2026-03-06 08:59"))
    assign(desk, "invalid-params", to=at("2026-04-30 09:00"))
    with pytest.raises(Refused) as e:
        d.liaison("power").call("duty.assign", unit="water", **{"from": at("2026-03-06 10:00")}, to=at("2026-03-06 12:00"),
                                people=["li"])
    assert e.value.word in ("forbidden", "not-found")
    # what is past is not rewritten: it counts from now on
    r = desk.call("duty.assign", unit="water", **{"from": at("2026-03-05 09:00")}, to=at("2026-03-06 12:00"), people=["li"])
    assert r["entry"]["at"] == at("2026-03-06 09:00")
    token = d.account("admin1", "admin")
    body = {"from": at("2026-03-06 13:00"), "to": at("2026-03-06 14:00"), "people": ["li"], "key": "k1"}
    first = d.http("POST", "/v1/units/water/duty", token, body)
    assert first[0] == 200 and d.http("POST", "/v1/units/water/duty", token, body)[2] == first[2]  # once


# -- spot checks -----------------------------------------------------------------------------------

def test_a_check_that_is_answered(world):
    d = world("2026-03-06 09:00")
    office = d.console("office1", "office")
    r = office.call("duty.check", unit="water", result="answered", seconds=12, person="陈水生", evidence=["REC-1"])
    assert (r["entry"]["state"], r["entry"]["result"], r["entry"]["seconds"], r["entry"]["calls"]) == ("answered", "answered", 12, 1)
    assert "finding" not in r
    assert "陈水生".encode() not in journal(d)
    d.ctl("audit", "verify")


def test_unanswered_takes_two_calls_some_minutes_apart(world):
    d = world("2026-03-06 09:00")
    office = d.console("office1", "office")
    first = office.call("duty.check", unit="water", result="unanswered")
    assert (first["entry"]["state"], first["again_after"]) == ("called", at("2026-03-06 09:05")) and "finding" not in first
    # the unit is not warned between the two
    seen = d.http("GET", "/v1/events?after=0&limit=500", d.account("water1", "liaison", unit="water"))[2]["events"]
    assert not any(e["type"].startswith("duty.") for e in seen)
    d.advance("4m59s")
    with pytest.raises(Refused) as e:
        office.call("duty.check", unit="water", result="unanswered")
    assert e.value.word == "wrong-state" and "09:05" in e.value.message
    d.advance("1s")
    second = office.call("duty.check", unit="water", result="unanswered")
    assert (second["entry"]["entry"], second["entry"]["state"], second["entry"]["calls"]) == (first["entry"]["entry"], "unanswered", 2)
    assert second["finding"] == "F1"
    opened = d.desk_console.event(type="finding.opened")
    assert (opened["unit"], opened["data"]["class"]) == ("water", "duty")
    # a first call alone, and one that is answered at the second, open none
    office.call("duty.check", unit="power", result="unanswered")
    d.advance("6m")
    assert office.call("duty.check", unit="power", result="answered")["entry"]["calls"] == 2
    with pytest.raises(Refused):
        office.call("duty.check", unit="water", result="answered", request="R99")
    # a unit does not check itself
    assert d.http("POST", "/v1/units/water/checks", d.account("water1", "liaison", unit="water"), {"result": "answered"})[0] == 403
    d.ctl("duty", "check", "power", "answered", "--seconds", "3")
    d.ctl("audit", "verify")


# -- planned checks --------------------------------------------------------------------------------

def planned(d):
    """The plans as they are stored: (unit, instants)."""
    with sqlite3.connect(f"{d.folder}/liandong.db") as db:
        rows = db.execute("SELECT s.text, e.data FROM entry e JOIN symbol s ON s.id = e.unit WHERE e.kind = 2 ORDER BY e.id")
        return [(unit, sorted(v for k, v in json.loads(data).items() if k.startswith("at"))) for unit, data in rows]


def millis(text):
    return int(datetime.datetime.fromisoformat(at(text)).timestamp() * 1000)


def test_checks_are_planned_at_the_month_s_beginning_asked_and_missed(world):
    d = world("2026-03-31 23:50")
    assert planned(d) == []  # a new store begins with the next month
    d.advance("10m")
    plans = planned(d)
    assert len(plans) == 46 and all(len(v) == (2 if u in ("water", "power", "fire") else len(v)) for u, v in plans)
    assert all(millis("2026-04-01 00:00") <= t < millis("2026-05-01 00:00") for _, v in plans for t in v)
    first, unit = min((t, u) for u, v in plans for t in v)
    before = first - millis("2026-04-01 00:00")
    d.advance(f"{before // 1000 - 1}s")
    # hidden from the unit: neither before nor while it is waited for
    token = d.account("unit1", "liaison", unit=unit)
    d.advance("1s")
    asked = d.desk_console.event(type="request.asked")
    assert (asked["unit"], asked["data"]["request"], asked["data"]["kind"], asked["data"]["decider"]) == (
        unit, "R1", "duty-check", "office")
    seen = d.http("GET", "/v1/events?after=0&limit=500", token)[2]["events"]
    assert not any(e["type"].startswith(("request.", "duty.")) for e in seen)
    assert d.http("GET", "/v1/requests", token)[2]["requests"] == []
    office = d.console("office1", "office")
    r = office.call("duty.check", unit=unit, result="answered", seconds=5, request="R1")
    assert r["request"] == "R1"
    with pytest.raises(Refused) as e:
        office.call("duty.check", unit=unit, result="answered", request="R1")
    assert e.value.word == "wrong-state"
    # the second one is not made: it lapses after half an hour, which is the office's
    second, unit = sorted((t, u) for u, v in plans for t in v)[1]
    d.advance(f"{(second - first) // 1000 + 1800}s")
    assert d.desk_console.event(type="request.lapsed")["data"]["request"] == "R2"
    # a restart plans nothing again
    assert d.stop() == 0
    d.start()
    assert planned(d) == plans
    d.desk_console = d.desk()
    d.ctl("audit", "verify")


def test_no_check_while_a_unit_has_a_p1(world):
    d = world("2026-03-31 23:59")
    d.advance("1m")
    instants = dict(planned(d))["water"]
    first = instants[0] - millis("2026-04-01 00:00")
    d.advance(f"{first // 1000 - 60}s")
    with d.local() as c:
        now = c.call("clock.get")["time"]
    d.desk_console.call("incident.report", **incident("B1", now, category="601301", area="350881001", priority="P1"))
    d.advance("2m")
    events = d.desk_console.call("event.list", after=0, limit=500)
    seq, all_events = events["seq"], []
    while events["events"]:
        all_events += events["events"]
        events = d.desk_console.call("event.list", after=all_events[-1]["seq"], limit=500)
    out = [e for e in all_events if e["type"] == "duty.planned" and "left_out" in e["data"]]
    assert ("water", "open-p1") in [(e["unit"], e["data"]["why"]) for e in out], seq
    assert "ALARM" not in d.log(), "that a check is left out is no defect"
    with d.local() as c:
        assert until(lambda: c.call("status.get").get("engine"), "figures")["disarmed_total"] == 0
    assert not any(e["type"] == "request.asked" and e["data"].get("kind") == "duty-check" and e.get("unit") == "water"
                   for e in all_events)
