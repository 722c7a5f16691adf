"""The board: what is open and what awaits its call-back, on the console and over HTTP, whole and followed; the clocks
of a dispatch; and the stream as a page reads it. Instants are worked out by hand from policy.yaml: at P2 a delivery
and an acknowledgement are due 2 minutes, an arrival in the city 30 minutes after the issue."""
import datetime
import hashlib
import json
import re

import pytest

from harness import Daemon, Refused, incident, until
from test_40_http import Stream

START = "2026-03-06T17:20:00+08:00"  # a Friday; the office closes at 17:30 and opens on Monday at 08:00


def ms(hour_minute, day="2026-03-06"):
    return int(datetime.datetime.fromisoformat(f"{day}T{hour_minute}:00+08:00").timestamp()) * 1000


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("board"), clock=START) as daemon:
        yield daemon


def report(d, number, at=START, **members):
    with d.desk(events=False) as c:
        return c.call("incident.report", **incident(number, at, priority="P2", units=["water", "power"], **members))


def caught_up(d):
    """What the console has answered, the HTTP process has heard of."""
    with d.local() as c:
        seq = c.call("clock.get") and c.call("session.ping")["seq"]
    until(lambda: d.http("GET", "/readyz")[2]["seq"] >= seq, "the HTTP process to catch up")


def board(d, query="", role="desk"):
    caught_up(d)
    status, _, body = d.http("GET", f"/v1/board{query}", d.account(f"b-{role}", role))
    assert status == 200, body
    return body


def row(d, number):
    return board(d, f"?number={number}")["incidents"][0]


def test_a_row_from_report_to_close(d):
    report(d, "ROW")
    new = row(d, "ROW")
    assert new == {
        "number": "ROW", "priority": "P2", "category": "601301", "area": "350881001", "at": ms("17:20"),
        "lead": {"n": 1, "unit": "water", "step": "issued", "clock": "acknowledge", "due": ms("17:22")},
        "assists": [{"n": 2, "unit": "power", "step": "issued", "clock": "acknowledge", "due": ms("17:22")}],
        "place": "菁城街道解放路12号", "words": "路面水管爆裂,水柱有两米高", **{k: new[k] for k in ("police",) if k in new}}
    with d.desk(events=False) as c:
        c.call("dispatch.acknowledge", dispatch="ROW-01", on_behalf={"person": "李四"})
        assert row(d, "ROW")["lead"] == {"n": 1, "unit": "water", "step": "acknowledged", "clock": "arrive", "due": ms("17:50")}
        c.call("incident.urge", number="ROW")
        c.call("dispatch.withdraw", dispatch="ROW-02", reason="不需要")
        assert row(d, "ROW")["assists"] == [] and row(d, "ROW")["urged"] == 1
        c.call("dispatch.arrive", dispatch="ROW-01", on_behalf={"person": "李四"})
        lead = row(d, "ROW")["lead"]
        assert (lead["step"], lead["clock"], lead["due"]) == ("arrived", "first-report", ms("17:50"))
        c.call("dispatch.complete", dispatch="ROW-01", result="修好", on_behalf={"person": "李四"})
        done = row(d, "ROW")
        assert done["state"] == "completed" and done["lead"] == {"n": 1, "unit": "water", "step": "completed"}
        assert done["callback_due"] == ms("17:20", "2026-03-07"), "a day after the completion"
        seq = board(d)["seq"]
        c.call("incident.callback", number="ROW", result="satisfied")
    gone = board(d, f"?after={seq}")
    assert gone["gone"] == ["ROW"] and gone["incidents"] == [] and "reset" not in gone
    assert d.http("GET", "/v1/board?number=ROW", d.account("b-desk", "desk"))[0] == 404


def test_the_wall_sees_no_people(d):
    """Everything of a row that says who, where exactly and what was said is left out; a confidential matter is not there."""
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("WALL-1", START, priority="P1", units=["water"], secret_reporter=True))
        c.call("incident.report", **incident("WALL-2", START, confidential=True, units=["water"]))
    wall = {r["number"]: r for r in board(d, role="wall")["incidents"]}
    desk = {r["number"]: r for r in board(d)["incidents"]}
    assert "WALL-2" in desk and "WALL-2" not in wall
    gone = {k: v for k, v in desk["WALL-1"].items() if k not in wall["WALL-1"]}
    assert set(gone) == {"place", "words", "secret"} and {k: desk["WALL-1"][k] for k in wall["WALL-1"]} == wall["WALL-1"]
    token = d.account("b-wall", "wall")
    units = d.http("GET", "/v1/units", token)[2]
    assert "联系" not in json.dumps(units) and not any("contacts" in u or "duty" in u for u in units["units"])
    for path in ("/v1/incidents/WALL-1", "/v1/events?after=0", "/v1/stream", "/v1/dispatches/WALL-1-01"):
        assert d.http("GET", path, token)[0] == 403, path


# -- queues ------------------------------------------------------------------------------------------


def queues(d, role, **account):
    caught_up(d)
    status, _, body = d.http("GET", "/v1/queues", d.account(f"q-{role}", role, **account))
    assert status == 200, body
    return {(q["queue"], q["owed_by"]): (q["n"], q["overdue"], q.get("first_due", "")[11:16]) for q in body["queues"]}


def test_what_waits_for_whom(tmp_path):
    """Two dispatches at P2 to the city (acknowledge 2 minutes, arrive 30), one of a confidential matter; each step moves its count."""
    with Daemon(tmp_path, clock=START) as d:
        assert queues(d, "desk") == {}
        report(d, "Q1")
        assert queues(d, "desk") == {("delivery", "unit"): (2, 0, "17:22")}
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("Q2", START, priority="P2", units=["water"], confidential=True))
            assert queues(d, "desk") == {("delivery", "unit"): (3, 0, "17:22")} == queues(d, "office")
            assert queues(d, "wall") == {("delivery", "unit"): (2, 0, "17:22")}, "a confidential matter is not counted"
            water = d.account("q-water", "liaison", "water")
            assert d.http("GET", "/v1/queues", water)[0] == 403
            assert d.http("GET", "/v1/dispatches?after=0", water)[0] == 200  # that delivers Q1-01 and Q2-01
            assert queues(d, "desk") == {("delivery", "unit"): (1, 0, "17:22"), ("acknowledge", "unit"): (2, 0, "17:22")}
            d.advance("3m")
            until(lambda: queues(d, "desk")[("delivery", "unit")] == (1, 1, "17:22"), "the HTTP process to know the time")
            c.call("dispatch.acknowledge", dispatch="Q1-01", on_behalf={"person": "李四"})
            assert queues(d, "desk") == {("delivery", "unit"): (1, 1, "17:22"), ("acknowledge", "unit"): (1, 1, "17:22"), ("arrive", "unit"): (1, 0, "17:50")}
            c.call("dispatch.return", dispatch="Q1-01", reason="not-our-duty", on_behalf={"person": "李四"}, text="不是供水管")
            got = queues(d, "desk")
            assert got[("return", "desk")][:2] == (1, 0) and got[("arrive", "unit")] == (1, 0, "17:50"), "asking lifts no duty"
            assert ("return", "desk") in queues(d, "wall")
            c.call("dispatch.decide-return", dispatch="Q1-01", grant=False, reason="是供水管")
            c.call("dispatch.withdraw", dispatch="Q1-02", reason="不需要")
            assert set(queues(d, "wall")) == {("arrive", "unit")}
            c.call("dispatch.complete", dispatch="Q1-01", result="修好", on_behalf={"person": "李四"})
            assert queues(d, "wall") == {("callback", "desk"): (1, 0, queues(d, "desk")[("callback", "desk")][2])}
            c.call("incident.callback", number="Q1", result="satisfied")
            assert queues(d, "wall") == {}
            c.call("dispatch.withdraw", dispatch="Q2-01", reason="派错")
            assert queues(d, "desk")[("unrouted", "desk")][0] == 1 and set(queues(d, "desk")) == {("unrouted", "desk")}
            console = c.call("queue.list")
            assert [(q["queue"], q["n"]) for q in console["queues"]] == [("unrouted", 1)] and console["queues"][0]["name"] == "没有主办"
        out = d.ctl("queues").stdout
        assert "没有主办" in out and "接警台" in out


@pytest.mark.parametrize("confidential", [(False, True), (True, False)], ids=["the plain one first", "the confidential one first"])
def test_the_first_due_of_all_that_wait_is_the_earliest(tmp_path, confidential):
    with Daemon(tmp_path, clock=START) as d, d.desk(events=False) as c:
        for n, one in enumerate(confidential):
            at = (datetime.datetime.fromisoformat(START) + datetime.timedelta(minutes=n)).isoformat()
            d.set_clock(at)
            c.call("incident.report", **incident(f"Q{n}", at, priority="P2", units=["water"], confidential=one))
        assert queues(d, "desk") == {("delivery", "unit"): (2, 0, "17:22")}


def test_it_is_followed(d):
    seq = board(d)["seq"]
    report(d, "FOLLOW-1")
    report(d, "FOLLOW-2")
    page = board(d, f"?after={seq}")
    assert [r["number"] for r in page["incidents"]] == ["FOLLOW-1", "FOLLOW-2"] and page["seq"] > seq
    quiet = board(d, f"?after={page['seq']}")
    assert quiet == {"incidents": [], "gone": [], "seq": page["seq"]}
    assert {"FOLLOW-1", "FOLLOW-2"} <= {r["number"] for r in board(d)["incidents"]}
    status, _, late = d.http("GET", f"/v1/board?after={page['seq']}&wait=1", d.account("b-desk", "desk"))
    assert status == 200 and late["incidents"] == []
    beyond = board(d, "?after=999999999")
    assert beyond["reset"] is True and {"FOLLOW-1", "FOLLOW-2"} <= {r["number"] for r in beyond["incidents"]}


def test_console_and_http_say_the_same(d):
    report(d, "SAME")
    with d.desk(events=False) as c:
        until(lambda: c.call("board.get")["seq"] == board(d)["seq"], "both processes to have heard of it")
        assert c.call("board.get") == board(d)
        assert c.call("board.get", number="SAME")["incidents"][0] == row(d, "SAME")
        with pytest.raises(Refused) as refused:
            c.call("board.get", number="NOSUCH")
        assert refused.value.word == "not-found"


def test_who_sees_what(d):
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("MASK", START, confidential=True, units=["water"]))
        c.call("incident.report", **incident("OPEN", START, units=["water"]))
    for role, place in (("desk", "菁城街道解放路12号"), ("shift-leader", "菁城街道解放路12号"), ("office", "菁***")):
        rows = {r["number"]: r for r in board(d, role=role)["incidents"]}
        assert rows["OPEN"]["place"] == place, role
        assert rows["MASK"].get("place") == (None if role == "office" else place), role
    with d.local() as c:
        rows = {r["number"]: r for r in c.call("board.get")["incidents"]}
        assert rows["OPEN"]["place"] == "菁***" and rows["OPEN"]["words"] == "路***"
    machine = d.account("machine", "integration", commands=["board.get"])
    assert "MASK" not in {r["number"] for r in d.http("GET", "/v1/board", machine)[2]["incidents"]}
    for role, unit in (("liaison", "water"), ("admin", None)):
        assert d.http("GET", "/v1/board", d.account(f"b-{role}", role, unit))[0] == 403


def test_rows_are_small(d):
    long = "字" * 4000
    report(d, "LONG-" + "9" * 19, description=long, address="号" * 500)
    text = json.dumps(row(d, "LONG-" + "9" * 19), ensure_ascii=False, separators=(",", ":")).encode()
    assert len(text) <= 400, text.decode()
    for r in board(d)["incidents"]:
        assert len(json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode()) <= 400


def kept_kib(d):
    """What the HTTP process has of its own."""
    with open(f"/proc/{d.pids('api')[0]}/smaps_rollup", encoding="utf-8") as f:
        return int(re.search(r"Private_Dirty:\s+(\d+)", f.read())[1])


@pytest.mark.alone
def test_a_board_of_thousands_is_not_kept(tmp_path):
    """Its rows are made of a slice of incidents at a time; what was loaded for them, and the answer, are given back."""
    with Daemon(tmp_path, clock=START) as d:
        with d.desk(events=False) as c:
            ids = [c.send("incident.report", **incident(f"MANY-{i}", START)) for i in range(2000)]
            for id in ids:
                c.result(id)
        assert len(board(d, "?number=MANY-0")["incidents"]) == 1
        before = kept_kib(d)
        for _ in range(3):
            assert len(board(d)["incidents"]) == 2000
        until(lambda: kept_kib(d) - before < 8192, "the memory to be given back")  # 2,000 incidents are 17 MiB


def test_a_delivery_is_due_before_the_rest(d):
    """At P1 it is due after one minute, the acknowledgement after two."""
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("FAST", START, priority="P1", units=["water"]))
    lead = row(d, "FAST")["lead"]
    assert (lead["clock"], lead["due"], lead["delivery"]) == ("acknowledge", ms("17:22"), ms("17:21"))


def test_clocks_say_how_they_count(d):
    """A tier 2 unit at P3 has until Monday: its half hour is counted in office hours."""
    def clocks(number):
        return {c["clock"]: c for c in d.http("GET", f"/v1/dispatches/{number}-01", d.account("b-desk", "desk"))[2]["clocks"]}
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("OFFICE", START, priority="P3", units=["housing"]))
        c.call("incident.report", **incident("FAR", START, priority="P3", units=["housing"], area="350881102"))
    arrive = clocks("OFFICE")["arrive"]
    assert arrive == {"clock": "arrive", "start": START, "due": "2026-03-09T08:20:00+08:00", "kind": "office",
                      "left_seconds": 1800}
    assert clocks("OFFICE")["acknowledge"]["kind"] == "counted" and "left_seconds" not in clocks("OFFICE")["acknowledge"]
    assert clocks("FAR")["arrive"] == {"clock": "arrive", "start": START, "kind": "unlimited"}
    with d.desk(events=False) as c:
        for number in ("OFFICE", "FAR"):
            c.call("dispatch.acknowledge", dispatch=f"{number}-01", on_behalf={"person": "王五"})
    d.advance("12m")  # 17:32: ten minutes were counted
    assert clocks("OFFICE")["arrive"]["kind"] == "standing" and clocks("OFFICE")["arrive"]["left_seconds"] == 1200
    lead = row(d, "OFFICE")["lead"]
    assert (lead["clock"], lead["due"], lead["kind"]) == ("arrive", ms("08:20", "2026-03-09"), "standing")
    lead = row(d, "FAR")["lead"]
    assert (lead["clock"], lead["start"], lead["kind"]) == ("arrive", ms("17:20"), "unlimited") and "due" not in lead


def test_what_is_overdue_in_office_hours_says_by_how_much(tmp_path):
    """Due on Monday at 8:20; counted are office hours alone, so at half past eight it is ten minutes, as on the way there."""
    with Daemon(tmp_path, clock=START) as d, d.desk(events=False) as c:
        c.call("incident.report", **incident("OFFICE", START, priority="P3", units=["housing"]))
        c.call("dispatch.acknowledge", dispatch="OFFICE-01", on_behalf={"person": "王五"})

        def left(at):
            d.set_clock(f"2026-03-09T{at}:00+08:00")
            return {x["clock"]: x.get("left_seconds") for x in c.call("dispatch.get", dispatch="OFFICE-01")["clocks"]}["arrive"]
        assert [left(at) for at in ("08:10", "08:20", "08:30")] == [600, 0, -600]


# -- the stream ------------------------------------------------------------------------------------


def messages(stream):
    """(id or None, data) of each; a line `event:` would be one of a name."""
    for lines in stream.blocks():
        fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
        assert "event" not in fields
        if "data" in fields:
            yield int(fields["id"]) if "id" in fields else None, json.loads(fields["data"])


def test_a_stream_for_a_page(d):
    after = board(d)["seq"]
    with Stream(d, d.account("b-desk", "desk"), f"/v1/stream?plain=1&pulse=1&embed=board&after={after}") as s:
        told = messages(s)
        _, pulse = next(told)
        assert pulse["type"] == "pulse" and pulse["seq"] >= after and re.fullmatch(r"\S+", pulse["build"])
        assert pulse["revision"] == d.http("GET", "/v1/status", d.account("b-desk", "desk"))[2]["revision"] != pulse["build"]
        with d.local() as c:
            now = c.call("clock.get")["time"]
        closed = {"open": False, "until": "2026-03-09T08:00:00+08:00"}
        assert pulse["time"] == now and pulse["time_ms"] == ms(now[11:16])
        assert pulse["office"] == (closed if now[11:16] >= "17:30" else {"open": True, "until": "2026-03-06T17:30:00+08:00"})
        report(d, "STREAM", "2026-03-06T17:32:00+08:00")
        seen, last = [], None
        for last, message in told:
            seen.append(message)
            if message["type"] == "board" and any(r["number"] == "STREAM" for r in message["incidents"]):
                break
        assert "incident.reported" in [m["type"] for m in seen] and last <= message["seq"]
    with d.desk(events=False) as c:
        c.call("incident.cancel", number="STREAM")
    with Stream(d, d.account("b-desk", "desk"), "/v1/stream?plain=1&embed=board", f"Last-Event-ID: {last}") as s:
        gone = next(m for _, m in messages(s) if m["type"] == "board" and m["gone"])
        assert gone["gone"] == ["STREAM"]


def test_a_unit_is_sent_its_dispatches(d):
    token = d.account("b-liaison", "liaison", "water")
    after = board(d)["seq"]
    with Stream(d, token, f"/v1/stream?plain=1&embed=dispatch&after={after}") as s:
        report(d, "SENT", "2026-03-06T17:32:00+08:00")
        message = next(m for _, m in messages(s) if m["type"] == "dispatches")
        assert [x["dispatch"] for x in message["dispatches"]] == ["SENT-01"] and message["more"] is False
        assert message["dispatches"][0]["delivered_at"] == "2026-03-06T17:32:00+08:00", "being sent is being delivered"
        assert message["dispatches"][0]["matter"]["address"] == "菁城街道解放路12号"
    until(lambda: row(d, "SENT")["lead"]["step"] == "delivered", "the delivery on the board")
    assert "delivery" not in row(d, "SENT")["lead"]


@pytest.mark.parametrize("role,unit,embed,status", [("desk", None, "dispatch", 422), ("liaison", "water", "board", 403),
                                                    ("desk", None, "nothing", 422)])
def test_what_cannot_be_embedded(d, role, unit, embed, status):
    assert d.http("GET", f"/v1/stream?embed={embed}", d.account(f"b-{role}", role, unit))[0] == status


def test_a_page_streams_by_its_session(d):
    page = {"Liandong-Page": "1", "Sec-Fetch-Site": "same-origin"}
    status, headers, _ = d.http("POST", "/v1/session", None, {"token": d.account("b-desk", "desk")}, page)
    assert status == 200
    cookie = headers["Set-Cookie"].split(";")[0]
    with Stream(d, "none", "/v1/stream?plain=1&pulse=1", f"Cookie: {cookie}", "Sec-Fetch-Site: same-origin") as s:
        assert "400" in s.head, "a cookie beside a token"
    with Stream(d, None, "/v1/stream?plain=1&pulse=1", f"Cookie: {cookie}", "Sec-Fetch-Site: same-origin") as s:
        assert next(messages(s))[1]["type"] == "pulse"
    assert d.http("GET", "/v1/stream", None, None, {"Cookie": cookie, "Sec-Fetch-Site": "cross-site"})[0] == 403


# -- what the city is --------------------------------------------------------------------------------


def test_areas_and_calendar(d):
    token = d.account("b-liaison", "liaison", "water")
    areas = {a["name"]: a for a in d.http("GET", "/v1/areas", token)[2]["areas"]}
    assert areas["菁城街道"]["zone"] == "city" and areas["永福镇"]["zone"] == "outside"
    tiles = [tuple(a["tile"]) for a in areas.values()]
    assert len(tiles) == 16 == len(set(tiles)), "each its own"
    year = d.http("GET", "/v1/calendar", token)[2]
    assert year["year"] == 2026 and year["known"] is True
    assert year["hours"][0] == {"from": "06-01", "to": "09-30", "open": [{"from": "08:00", "to": "12:00"},
                                                                         {"from": "15:00", "to": "18:00"}]}
    assert {"day": "2026-01-01", "name": "元旦"} in year["holidays"]
    assert "2026-02-14" in [x["day"] for x in year["make_up_days"]]
    unknown = d.http("GET", "/v1/calendar?year=2031", token)[2]
    assert unknown["known"] is False and unknown["holidays"] == []


# -- who writes, what was, accounts ------------------------------------------------------------------


def test_the_others_see_who_writes(d):
    report(d, "WRITING", "2026-03-06T17:32:00+08:00")
    with d.local() as c:
        now = datetime.datetime.fromisoformat(c.call("clock.get")["time"])
    until_then = (now + datetime.timedelta(seconds=30)).isoformat()
    with Stream(d, d.account("b-office", "office"), "/v1/stream?plain=1&pulse=1") as s:
        told = messages(s)
        assert next(told)[1]["type"] == "pulse"
        status, _, body = d.http("POST", "/v1/incidents/WRITING/presence", d.account("b-desk", "desk"), {})
        assert (status, body) == (200, {"incident": "WRITING", "until": until_then})
        seen = next(m for _, m in told if m["type"] == "presence")
        assert seen == {"type": "presence", "incident": "WRITING", "account": "b-desk", "until": until_then}
    seen = d.http("GET", "/v1/incidents/WRITING", d.account("b-office", "office"))[2]
    assert seen["writing"] == [{"account": "b-desk", "until": until_then}]
    assert "writing" not in d.http("GET", "/v1/incidents/WRITING", d.account("b-liaison", "liaison", "water"))[2]
    assert "incident.presence" not in [e["type"] for e in seen["events"]]
    d.advance("30s")
    until(lambda: d.http("GET", "/v1/incidents/WRITING", d.account("b-office", "office"))[2]["writing"] == [], "its end")
    assert d.http("POST", "/v1/incidents/NOSUCH/presence", d.account("b-desk", "desk"), {})[0] == 404


def test_a_unit_looks_back(d):
    token = d.account("b-liaison", "liaison", "water")
    with d.desk(events=False) as c:
        for number in ("PAST-1", "PAST-2"):
            c.call("incident.report", **incident(number, START, units=["water", "power"]))
            c.call("dispatch.complete", dispatch=f"{number}-01", result="好", on_behalf={"person": "李四"})
    caught_up(d)

    def past(query):
        return d.http("GET", f"/v1/dispatches?{query}", token)[2]
    done = [x["dispatch"] for x in past("state=completed")["dispatches"]]
    assert done[:2] == ["PAST-2-01", "PAST-1-01"], "its own, the newest first"
    page = past("state=completed&limit=1")
    assert [x["dispatch"] for x in page["dispatches"]] == ["PAST-2-01"] and page["more"] is True
    assert [x["dispatch"] for x in past(f"state=completed&limit=1&cursor={page['next']}")["dispatches"]] == ["PAST-1-01"]
    assert past("state=completed&to=2026-03-01T00:00:00Z")["dispatches"] == []
    assert "PAST-1-01" not in [x["dispatch"] for x in past("state=issued")["dispatches"]]
    for query in ("state=completed&after=1", "state=nosuch", "state=completed&open=1", "state=completed&cursor=d1"):
        assert d.http("GET", f"/v1/dispatches?{query}", token)[0] == 422, query


def test_accounts_over_http(d):
    admin = d.account("b-admin", "admin")
    token = "ldt_" + "x" * 40
    said = {"name": "made-here", "role": "desk", "token_sha256": hashlib.sha256(token.encode()).hexdigest()}
    assert d.http("POST", "/v1/accounts", admin, said)[0] == 200
    assert d.http("GET", "/v1/session", token)[2]["account"] == "made-here"
    rows = [a for a in d.http("GET", "/v1/accounts", admin)[2]["accounts"] if a["name"] == "made-here"]
    assert rows[0]["role"] == "desk" and token not in json.dumps(rows)
    assert d.http("DELETE", "/v1/accounts/made-here", admin)[0] == 200
    assert d.http("GET", "/v1/session", token)[0] == 401
    assert d.http("DELETE", "/v1/accounts/nobody-there", admin)[0] == 404
    assert d.http("POST", "/v1/accounts", d.account("b-desk", "desk"), said)[0] == 403
    assert d.http("POST", "/v1/accounts", admin, said | {"name": "made\u200bhere"})[0] == 422, "no name that looks like another"


def test_what_cannot_be_seen_is_taken_out(d):
    hidden = "\u200b\u200d\u200f\u061c\ufeff\u00ad\U000e0041\U000e007f\u202e"
    with d.desk(events=False) as c:
        r = c.call("incident.report", **incident("HIDDEN", START, description=f"水管{hidden}爆裂\u2028在路口", address=f"解放路{hidden}12号"))
        assert {(w["code"], w["field"]) for w in r["warnings"]} == {("characters-removed", "description"),
                                                                    ("characters-removed", "address")}
        seen = c.call("incident.get", number="HIDDEN")
    assert (seen["description"], seen["address"]) == ("水管爆裂\n在路口", "解放路12号")
