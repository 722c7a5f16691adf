"""The console protocol as a stranger meets it: every error, pipelining, resume, roles, and what
happens when a client is slow, rude or gone, or the engine dies under it."""
import json
import os
import shutil
import signal
import socket
import ssl
import threading
import time

import pytest

from harness import Console, Daemon, Refused, incident, plain_only, until, refused

DEEP = '{"jsonrpc":"2.0","id":1,"method":"session.ping","params":' + '{"a":' * 40 + "1" + "}" * 41


def ask_line(c, line):
    """Sends one raw line; the one message that comes back."""
    before = len(c.lines)
    c.send_bytes(line if isinstance(line, bytes) else line.encode())
    c.wait(lambda: len(c.lines) > before, f"an answer to {line[:60]!r}")
    return c.lines[before]


def gapless(events, after):
    seqs = [e["seq"] for e in events]
    assert seqs == list(range(after + 1, after + 1 + len(seqs)))


# -- what is refused ---------------------------------------------------------------------------

BAD_LINES = [
    ("not json", "hello\n", -32700),
    ("empty line", "\n", -32700),
    ("cut short", '{"jsonrpc":"2.0","id":1,\n', -32700),
    ("not UTF-8", b'{"jsonrpc":"2.0","id":1,"method":"session.ping","params":{"x":"\xff"}}\n', -32602),
    ("surrogate", b'{"jsonrpc":"2.0","id":1,"method":"\xed\xa0\x80"}\n', -32601),
    ("duplicate keys", '{"jsonrpc":"2.0","id":1,"id":2,"method":"session.ping"}\n', -32700),
    ("too deep", DEEP + "\n", -32700),
    ("too many members", '{"jsonrpc":"2.0","id":1,"method":"session.ping","params":['
     + "1," * 5000 + "1]}\n", -32700),
    ("batch", '[{"jsonrpc":"2.0","id":1,"method":"session.ping"}]\n', -32600),
    ("empty batch", "[]\n", -32600),
    ("text", '"session.ping"\n', -32600),
    ("no id", '{"jsonrpc":"2.0","method":"session.ping"}\n', -32600),
    ("null id", '{"jsonrpc":"2.0","id":null,"method":"session.ping"}\n', -32600),
    ("fraction as id", '{"jsonrpc":"2.0","id":1.5,"method":"session.ping"}\n', -32600),
    ("object as id", '{"jsonrpc":"2.0","id":{},"method":"session.ping"}\n', -32600),
    ("version 1", '{"jsonrpc":"1.0","id":1,"method":"session.ping"}\n', -32600),
    ("no method", '{"jsonrpc":"2.0","id":1}\n', -32600),
    ("unknown member", '{"jsonrpc":"2.0","id":1,"method":"session.ping","extra":1}\n', -32600),
    ("unknown method", '{"jsonrpc":"2.0","id":1,"method":"incident.destroy"}\n', -32601),
    ("internal method", '{"jsonrpc":"2.0","id":1,"method":"dispatch.deliver",'
     '"params":{"dispatches":["A-01"]}}\n', -32601),
    ("params not an object", '{"jsonrpc":"2.0","id":1,"method":"session.ping","params":[1]}\n', -32602),
]


@pytest.mark.parametrize("line,code", [b[1:] for b in BAD_LINES], ids=[b[0] for b in BAD_LINES])
def test_bad_line_is_answered_and_the_session_goes_on(shared, line, code):
    with shared.desk(events=False) as c:
        reply = ask_line(c, line)
        assert reply["error"]["code"] == code, reply
        assert reply["error"]["message"]
        assert list(reply) == ["jsonrpc", "id", "error"]
        assert set(reply["error"]["data"]) >= {"code", "detail"}
        assert c.call("session.ping")["seq"] >= 0


def test_a_request_without_id_is_not_carried_out(shared):
    with shared.desk(events=False) as c:
        line = json.dumps({"jsonrpc": "2.0", "id": None, "method": "incident.report",
                           "params": incident("NULLID")})
        assert ask_line(c, line + "\n")["error"]["code"] == -32600
        assert refused(c.call, "incident.get", number="NULLID").word == "not-found"


def test_reply_members_in_order_and_ids_as_given(shared):
    with shared.desk(events=False) as c:
        reply = ask_line(c, '{"id":"q-7","method":"session.ping","jsonrpc":"2.0"}\n')
        assert list(reply) == ["jsonrpc", "id", "result"]
        assert reply["id"] == "q-7"


PARAM_ERRORS = [
    ("no number", {"number": None}, "number", None),
    ("number of a wrong type", {"number": ["A1"]}, "number", None),
    ("number with other characters", {"number": "警1"}, "number", None),
    ("number with a damaged character", {"number": "A\ufffd1"}, "number", None),
    ("number too long", {"number": "A" * 65}, "number", None),
]


@pytest.mark.parametrize("change,field,said", [p[1:] for p in PARAM_ERRORS], ids=[p[0] for p in PARAM_ERRORS])
def test_bad_parameter_is_named(shared, change, field, said):
    with shared.desk(events=False) as c:
        params = {**incident("BADPARAM"), **change}
        why = refused(c.call, "incident.report", **params)
        assert (why.code, why.word) == (-32602, "invalid-params")
        assert why.field == field
        assert said is None or said in why.message
        assert refused(c.call, "incident.get", number="BADPARAM").word == "not-found"


# A report is taken wherever its meaning is clear: what changes, the warnings (code, field), what a get shows.
TAKEN = [
    ("category unknown", {"category": "999999"}, [("category-unknown", "category")], {"category": "601301"}),
    ("area unknown", {"area": "1", "address": "解放路12号"}, [("area-unknown", "area")],
     {"area": None, "zone_assumed": True}),
    ("area unknown, but the address names it", {"area": "1"}, [("area-unknown", "area"), ("area-from-text", "area")],
     {"area": "350881001", "zone_assumed": True}),
    ("village not listed", {"area": "350881001001"}, [("area-assumed", "area")],
     {"area": "350881001", "zone_assumed": True}),
    ("township in twelve digits", {"area": "350881001000"}, [("area-assumed", "area")], {"area": "350881001"}),
    ("unit unknown", {"units": ["watr"]}, [("unit-unknown", "units")], {}),
    ("in the future", {"received_at": "2100-01-01T00:00:00+08:00"}, [("time-in-future", "received_at")],
     {"clock_skew": True}),
    ("before 2000", {"received_at": "1999-12-30T00:00:00+08:00"}, [("value-ignored", "received_at")], {}),
    ("no time", {"received_at": "yesterday"}, [("value-ignored", "received_at")], {}),
    ("a time without an offset", {"received_at": "2026-03-02 09:00:00"}, [("time-mended", "received_at")],
     {"received_at": "2026-03-02T09:00:00+08:00"}),
    ("wrong type", {"description": 5}, [("form-mended", "description")], {"description": "5"}),
    ("control character", {"address": "a\u0007b"}, [("damaged-characters", "address")], {"address": "a\ufffdb"}),
    ("Windows line ends", {"description": "路面冒水\r\n水管破裂"}, [("line-ends", "description")],
     {"description": "路面冒水\n水管破裂"}),
    ("half a location", {"location": {"lon": 117.4}}, [("value-ignored", "location.lon")], {}),
    ("off the earth", {"location": {"lon": 200.0, "lat": 25.0}}, [("value-ignored", "location.lon")], {}),
    ("nowhere", {"location": {"lon": 0, "lat": -0.0}}, [("value-ignored", "location.lon")], {}),
    ("exchanged", {"location": {"lon": 25.3, "lat": 117.4}}, [("location-swapped", None)],
     {"location": {"lon": 117.4, "lat": 25.3, "datum": "gcj02"}}),
    ("priority", {"priority": "P9"}, [("value-ignored", "priority")], {"priority": "P2"}),
    ("priority in small letters", {"priority": "p1"}, [("value-mended", "priority")], {"priority": "P1"}),
    ("full-width digits", {"category": "６０１３０１"}, [("value-mended", "category")], {"category": "601301"}),
    ("a phone copied", {"reporter": {"phone": "\u202d１３９ 5900 1234\u202c"}},
     [("characters-removed", "reporter.phone"), ("form-mended", "reporter.phone")],
     {"reporter": {"phone": "139 5900 1234"}}),
    ("one thing more", {"callId": {"line": [1, 2]}, "座席": "3号"}, [("parameter-unknown", None)] * 2, {"description": "路面水管爆裂,水柱有两米高"}),
    ("one thing more of the reporter", {"reporter": {"phone": "13959001234", "sex": "女"}}, [("parameter-unknown", None)],
     {"reporter": {"phone": "13959001234"}}),
    ("a letter wrong, and nothing else", {"descripton": "x"}, [("parameter-unknown", None)],
     {"description": "路面水管爆裂,水柱有两米高"}),
    ("nothing but a number", {"received_at": None, "address": None, "description": None},
     [("missing", "received_at"), ("missing", "address"), ("missing", "description")], {}),
]


@pytest.mark.parametrize("case", TAKEN, ids=[t[0] for t in TAKEN])
def test_a_report_is_taken_and_what_was_odd_is_said(shared, case):
    _, change, warnings, members = case
    number = "TAKEN-" + str(TAKEN.index(case))
    report = {**incident(number), **change}
    with shared.desk(events=False) as c:
        result = c.call("incident.report", **report)
        assert [(w["code"], w.get("field")) for w in result["warnings"]] == warnings
        assert all(len(w["detail"]) > 5 for w in result["warnings"])
        assert result["dispatches"]
        stored = c.call("incident.get", number=number)
        assert {k: stored[k] for k in members} == members
        assert stored["warnings"] == result["warnings"]
        # the same again is the same answer, with the same warnings
        again = c.call("incident.report", **report)
        assert again["duplicate"] and again["warnings"] == result["warnings"]


def test_a_number_is_mended_and_stays_the_same_number(shared):
    with shared.desk(events=False) as c:
        first = c.call("incident.report", **incident("MEND-1"))
        again = c.call("incident.report", **{**incident("MEND-1"), "number": " ＭＥＮＤ－1\u00a0"})
        assert first["incident"] == again["incident"] == "MEND-1"
        assert again["duplicate"]


def test_a_long_description_is_kept_whole(shared):
    """The first 4,000 characters are the description, the rest stands in notes; the rules look at all of it."""
    long = "水" * 4000 + "甲" * 3900 + "乙" * 100 + "有人被困电梯"
    with shared.desk(events=False) as c:
        result = c.call("incident.report", **incident("LONGTEXT", description=long, category=None))
        assert [(w["code"], w["field"]) for w in result["warnings"]] == [("text-split", "description")]
        got = c.call("incident.get", number="LONGTEXT")
        assert got["description"] == "水" * 4000
        notes = [e["text"] for e in got["events"] if e["type"] == "incident.annotated"]
        assert notes == ["(警情描述 续)" + "甲" * 3900, "(警情描述 续)" + "乙" * 100 + "有人被困电梯"]
        again = c.call("incident.report", **incident("LONGTEXT", description=long, category=None))
        assert again["duplicate"] and again["warnings"] == result["warnings"]
        c.call("incident.annotate", number="LONGTEXT", text="丙" * 4001)
        got = c.call("incident.get", number="LONGTEXT")
        assert [e["text"] for e in got["events"] if e["type"] == "incident.annotated"][2:] == ["丙" * 4000, "(说明 续)丙"]


def test_null_is_absent(shared):
    with shared.desk(events=False) as c:
        result = c.call("incident.report", **incident("NULLS", priority=None, location=None, units=None))
        assert result["priority"] == "P2"


# -- sessions ----------------------------------------------------------------------------------

def test_nothing_before_session_open(shared):
    with shared.raw() as c:
        for method, params in (("session.ping", {}), ("incident.get", {"number": "X"}),
                               ("incident.report", incident("NOSESSION")), ("status.get", {})):
            why = refused(c.call, method, **params)
            assert (why.code, why.word) == (-32001, "unauthenticated")
        # and the connection is still good
        assert c.call("session.open", token=shared.account("desk1", "desk"))["role"] == "desk"


def test_bad_token_three_times(shared):
    with shared.raw() as c:
        for _ in range(3):
            assert refused(c.call, "session.open", token="0" * 64).code == -32001
        c.end()
    with shared.raw() as c:
        assert refused(c.call, "session.open").code == -32001


def test_session_open_result(shared):
    with shared.liaison("water") as c:
        assert list(c.session) == ["role", "unit", "version", "store", "time", "seq"]
        assert c.session["role"] == "liaison"
        assert c.session["unit"] == "water"
        assert refused(c.call, "session.open", token="x").word == "wrong-state"


@pytest.mark.alone
def test_unauthenticated_is_cut(tmp_path):
    with Daemon(tmp_path, timeouts={"session": "1s"}) as d:
        begun = time.monotonic()
        with d.raw() as c:
            c.send_bytes(b'{"jsonrpc"')  # a byte now and then does not help
            c.end(limit=5)
        assert 0.8 < time.monotonic() - begun < 4
        with d.desk() as c:
            time.sleep(1.3)
            c.call("session.ping")


@pytest.mark.alone
def test_revoked_within_a_second(shared):
    with shared.console("passing", "desk") as c, shared.console("staying", "desk") as other:
        with shared.local() as local:
            local.call("account.revoke", name="passing")
        begun = time.monotonic()
        c.end(limit=5)
        assert time.monotonic() - begun < 1
        other.call("session.ping")
    with shared.raw() as c:
        assert refused(c.call, "session.open", token=shared.tokens["passing"]).word == "unauthenticated"


@pytest.mark.alone
def test_too_many_requests(tmp_path):
    with Daemon(tmp_path, limits={"requests_per_second": 5, "requests_burst": 10}) as d:
        with d.desk(events=False) as c, d.desk(events=False) as twin, d.local() as local:
            begun = time.monotonic()
            ids = [c.send("session.ping") for _ in range(30)]
            twins = twin.send("session.ping")
            for _ in range(50):
                local.call("session.ping")
            unhurried = time.monotonic() - begun
            for i in ids:
                c.result(i)  # each is answered, none refused: it is only read more slowly
            took = time.monotonic() - begun
            assert took > 3.5, "ten at once, then five a second"
            assert unhurried < took, "who has no limit does not wait"
            twin.result(twins)  # one account, one bucket: it waited, too, and is served
            assert time.monotonic() - begun < 30


@pytest.mark.alone
def test_nobody_starves_beside_greedy_readers(tmp_path):
    """Connections of one read-only account that ask without end; a desk goes on, and they are answered, too."""
    with Daemon(tmp_path, limits={"requests_per_second": 100, "requests_burst": 100}) as d, d.desk(events=False) as c:
        for i in range(30):
            c.call("incident.report", **incident(f"BEFORE-{i}"))
        readers = [d.console("office1", "office", events=False) for _ in range(10)]
        asked = [(r, [r.send("incident.list", limit=100) for _ in range(20)]) for r in readers]
        for i in range(30):  # all of it while most of what they asked is still to be answered
            assert c.call("incident.report", **incident(f"BESIDE-{i}"))["dispatches"]
        waiting = 0
        for r, ids in asked:
            while r.take(0):
                pass
            waiting += sum(i not in r.replies for i in ids)
        assert waiting > 0, "the desk did not wait for the readers"
        assert all("result" in r.reply(i, 60) for r, ids in asked for i in ids[:5])
        for r in readers:
            r.close()


@pytest.mark.alone
def test_reports_do_not_wait_for_the_accounts_other_requests(tmp_path):
    """Twenty consoles of one account ask for more than it may, all the time: its reports are taken at once, and what
    another console asks waits for its turn and not for theirs."""
    with Daemon(tmp_path, limits={"requests_per_second": 5, "requests_burst": 5}) as d:
        greedy = [d.desk(events=False) for _ in range(20)]
        for g in greedy:
            for _ in range(100):
                g.send("session.ping")
        with d.desk(events=False) as c:
            begun = time.monotonic()
            for i in range(20):
                c.call("incident.report", **incident(f"AT-ONCE-{i}"))
            assert time.monotonic() - begun < 2
            begun = time.monotonic()
            for i in range(5):
                asked = c.send("session.ping")
                c.call("incident.report", **incident(f"BEHIND-{i}"))
                c.result(asked)
            assert time.monotonic() - begun < 12, "at most 1.2 s before each"
        for g in greedy:
            g.close()


def test_what_an_account_may_store_a_day(tmp_path):
    """The limit of bytes: said in a sentence on both ways in, and a report of an incident is always taken."""
    with Daemon(tmp_path, limits={"bytes_per_day": "20KiB", "progress_per_day": 5}) as d, d.desk(events=False) as c:
        r = c.call("incident.report", **incident("BYTES-1"))
        dispatch = r["dispatches"][0]["dispatch"]
        for i in range(5):
            c.call("dispatch.progress", dispatch=dispatch, text=f"第 {i} 次", on_behalf={"person": "李四"})
        why = refused(c.call, "dispatch.progress", dispatch=dispatch, text="再来", on_behalf={"person": "李四"})
        assert why.word == "too-many" and "5 条" in why.message + json.dumps(c.lines[-1], ensure_ascii=False)
        status, _, problem = d.http("POST", f"/v1/dispatches/{dispatch}/progress", d.tokens["desk1"],
                                    {"text": "网页上", "on_behalf": {"person": "李四"}})
        assert status in (200, 429)  # another process counts by itself
        words = []
        for i in range(40):
            reply = c.reply(c.send("incident.annotate", number="BYTES-1", text="水" * 500))
            words.append(reply.get("error", {}).get("data", {}).get("code"))
        assert words[0] is None and words[-1] == "too-many" and 5 <= words.count(None) <= 20, words
        assert "20480 字节" in c.lines[-1]["error"]["data"]["detail"]
        assert c.call("incident.report", **incident("BYTES-2"))["dispatches"], "an emergency is taken"
        with d.console("desk2", "desk", events=False) as other:
            other.call("incident.annotate", number="BYTES-1", text="另一个账号")


# -- strangers ---------------------------------------------------------------------------------

def test_line_too_long(shared):
    with shared.desk(events=False) as c:
        before = len(c.lines)
        c.send_bytes(b'{"jsonrpc":"2.0","id":1,"method":"session.ping","params":{"x":"' + b"a" * 70000)
        c.end()
        assert [m["error"]["code"] for m in c.lines[before:]] == [-32700]
        assert c.lines[-1]["id"] == 1  # it was read before the line became too long
    with shared.desk(events=False) as c:
        line = b'{"jsonrpc":"2.0","id":1,"method":"session.ping"}'
        ok = ask_line(c, line + b" " * (65536 - len(line)) + b"\n")  # exactly the limit
        assert "result" in ok


def test_http_on_the_console_port(shared):
    with shared.raw() as c:
        c.send_bytes(b"POST /v1/incidents HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        c.end()
        assert [m["error"]["code"] for m in c.lines] == [-32700]


@plain_only("what a port without TLS says to a client with it")
def test_tls_on_the_console_port(shared):
    with shared.raw() as c:
        c.send_bytes(bytes.fromhex("16030100c8010000c40303") + b"\0" * 200)
        c.end()
        assert [m["error"]["code"] for m in c.lines] == [-32700]  # in clear, as all that is said here
        assert "没有启用 TLS" in c.lines[0]["error"]["message"]
    until(lambda: "TLS" in shared.log(), "a line in the log")


def test_byte_by_byte(shared):
    with shared.desk(events=False) as c:
        line = json.dumps({"jsonrpc": "2.0", "id": 900, "method": "incident.report",
                           "params": incident("BYTES")}, ensure_ascii=False).encode() + b"\r\n"
        for i in range(len(line)):
            c.send_bytes(line[i:i + 1])
        assert c.result(900)["incident"] == "BYTES"


def test_half_close_gets_every_answer(shared):
    with shared.desk() as c:
        ids = [c.send("incident.report", **incident(f"HALF-{i}")) for i in range(20)]
        c.half_close()
        c.end()
        for i, id in enumerate(ids):
            assert c.replies[id]["result"]["incident"] == f"HALF-{i}"


def test_vanishing_client_harms_nobody(shared):
    for i in range(20):
        c = shared.desk()
        c.send("incident.report", **incident(f"GONE-{i}"))
        c.close()
    with shared.desk(events=False) as c:
        c.call("session.ping")

        def stored():
            try:
                return c.call("incident.get", number="GONE-19")
            except Refused:
                return None
        until(stored, "what was asked to be done all the same")


# -- reporting ---------------------------------------------------------------------------------

def test_report(shared):
    with shared.desk() as c:
        params = incident("REPORT-1")
        result = c.call("incident.report", **params)
        assert result["incident"] == "REPORT-1"
        assert result["duplicate"] is False
        assert (result["category"], result["priority"], result["zone"]) == ("601301", "P2", "city")
        assert result["route"]["rule"] == "water-supply"
        assert [(d["dispatch"], d["unit"], d["role"], d["state"]) for d in result["dispatches"]] == [
            ("REPORT-1-01", "water", "lead", "issued"),
            ("REPORT-1-02", "urban-management", "assist", "issued"),
            ("REPORT-1-03", "traffic-police", "assist", "issued")]
        # the reply goes before the events it caused
        last = c.event(type="dispatch.issued", dispatch="REPORT-1-03")
        reply_at = next(i for i, m in enumerate(c.lines) if m.get("result") is result)
        assert all(m.get("params", {}).get("incident") != "REPORT-1" for m in c.lines[:reply_at])
        mine = [e for e in c.events if e.get("incident") == "REPORT-1"]
        assert [e["type"] for e in mine] == ["incident.reported"] + ["dispatch.issued"] * 3
        assert result["seq"] == last["seq"]
        assert all("13959001234" not in json.dumps(e, ensure_ascii=False) for e in mine)

        # the same again: the same answer, nothing new
        again = c.call("incident.report", **params)
        assert again["duplicate"] is True
        assert again["dispatches"] == result["dispatches"]
        shifted = {**params, "received_at": params["received_at"].replace("+08:00", ".000+08:00")}
        assert c.call("incident.report", **shifted)["duplicate"] is True
        assert c.call("incident.report", **{**params, "drill": False, "confidential": False})["duplicate"] is True
        why = refused(c.call, "incident.report", **{**params, "description": "别的事"})
        assert (why.code, why.word) == (-32004, "conflict")
        assert c.call("session.ping")["seq"] == result["seq"]


def test_similar_incident_is_named(shared):
    with shared.desk(events=False) as c:
        place = {"location": {"lon": 117.4201, "lat": 25.2901}, "category": "600609", "address": "同一处"}
        c.call("incident.report", **incident("SIMILAR-1", **place))
        result = c.call("incident.report", **incident("SIMILAR-2", **place))
        assert "SIMILAR-1" in [s["number"] for s in result["similar"]]


def test_a_drill_is_similar_to_drills_only(shared):
    with shared.desk(events=False) as c:
        place = {"category": "600613", "address": "演练现场", "reporter": {"phone": "13959007788"}}

        def similar(number, **more):
            return [s["number"] for s in c.call("incident.report", **incident(number, **place, **more))["similar"]]

        assert similar("DRILL-1", drill=True) == []
        assert similar("REAL-1") == []
        assert similar("DRILL-2", drill=True) == ["DRILL-1"]
        assert similar("REAL-2") == ["REAL-1"]


def test_key_is_one_deed(shared):
    with shared.desk() as c:
        c.call("incident.report", **incident("KEY-1"))
        first = c.call("incident.annotate", number="KEY-1", text="报警人补充:靠近学校", key="k1")
        again = c.call("incident.annotate", number="KEY-1", text="报警人补充:靠近学校", key="k1")
        assert again == first
        assert refused(c.call, "incident.annotate", number="KEY-1", text="别的", key="k1").word == "conflict"
        c.call("session.ping")
        other = c.call("incident.annotate", number="KEY-1", text="报警人补充:靠近学校")
        c.event(seq=other["seq"])
        mine = [e for e in c.events if e.get("incident") == "KEY-1" and e["type"] == "incident.annotated"]
        assert [e["seq"] for e in mine] == [first["seq"], other["seq"]]


def test_a_report_is_not_refused_for_its_key(shared):
    """A client that sends one key with everything: the number says which report it is."""
    with shared.desk(events=False) as c:
        first = incident("ONE-KEY-1", key="0")
        assert c.call("incident.report", **first) == c.call("incident.report", **first), "the same answer"
        second = incident("ONE-KEY-2", key="0")
        result = c.call("incident.report", **second)
        assert result["dispatches"] and not result["duplicate"]
        assert [(w["code"], w["field"]) for w in result["warnings"]] == [("value-ignored", "key")]
        again = c.call("incident.report", **second)
        assert again["duplicate"] and again["warnings"] == result["warnings"]
        why = refused(c.call, "incident.report", **{**second, "description": "别的事"})
        assert (why.word, why.field) == ("conflict", "number")
        c.call("incident.annotate", number="ONE-KEY-1", text="补充", key="k-of-a-note")
        assert c.call("incident.report", **incident("ONE-KEY-3", key="k-of-a-note"))["dispatches"]
        assert refused(c.call, "incident.annotate", number="ONE-KEY-1", text="别的", key="0").word == "conflict"
    s, _, body = shared.http("POST", "/v1/incidents", shared.tokens["desk1"], incident("ONE-KEY-4", key="0"))
    assert s == 201 and [w["field"] for w in body["warnings"]] == ["key"]


def test_life_of_a_dispatch(shared):
    with shared.desk() as c, shared.liaison("water") as unit:
        c.call("incident.report", **incident("LIFE-1"))
        for step, state in (("acknowledge", "acknowledged"), ("depart", "departed"), ("arrive", "arrived")):
            result = unit.call(f"dispatch.{step}", dispatch="LIFE-1-01")
            assert result["dispatch"]["state"] == state
            assert c.event(type=f"dispatch.{state}", dispatch="LIFE-1-01")["by"] == "liaison-water"
        unit.call("dispatch.progress", dispatch="LIFE-1-01", text="已关阀")
        assert c.event(type="dispatch.progressed", dispatch="LIFE-1-01")["text"] == "已关阀"
        assert "text" not in unit.event(type="dispatch.progressed", dispatch="LIFE-1-01")  # with the incident
        done = unit.call("dispatch.complete", dispatch="LIFE-1-01", result="已修复")
        assert done["dispatch"]["state"] == "completed"
        again = unit.call("dispatch.arrive", dispatch="LIFE-1-01")  # the queue of a phone that was offline goes on
        assert again["dispatch"]["state"] == "completed" and again["seq"] == done["seq"]
        behalf = c.call("dispatch.acknowledge", dispatch="LIFE-1-02",
                        on_behalf={"person": "李四", "phone": "13800000000"})
        assert c.event(type="dispatch.acknowledged", dispatch="LIFE-1-02")["person"] == "李四"
        assert c.event(type="dispatch.acknowledged", dispatch="LIFE-1-02")["phone"] == "13800000000"
        assert behalf["dispatch"]["state"] == "acknowledged"
        got = c.call("incident.get", number="LIFE-1")
        texts = [e.get("text") for e in got["events"]]
        assert "已关阀" in texts and "已修复" in texts
        seqs = [e["seq"] for e in got["events"]]
        assert seqs == sorted(seqs)


# -- reading -----------------------------------------------------------------------------------

def test_incident_get_pages_of_events(shared):
    with shared.desk(events=False) as c:
        c.call("incident.report", **incident("LONG-1"))
        ids = [c.send("incident.annotate", number="LONG-1", text=f"第{i}条") for i in range(120)]
        for id in ids:
            c.result(id)
        newest = c.call("incident.get", number="LONG-1")
        assert newest["number"] == "LONG-1"
        assert newest["reporter"]["phone"] == "13959001234"
        assert len(newest["events"]) == 100
        older = c.call("incident.get", number="LONG-1", cursor=newest["events_next"])
        assert "events_next" not in older
        seqs = [e["seq"] for e in older["events"] + newest["events"]]
        assert seqs == sorted(set(seqs))
        assert len(seqs) == 124  # reported, three issued, 120 annotated
        assert refused(c.call, "incident.get", number="LONG-1", cursor="x1").field == "cursor"


def test_incident_list_pages(shared):
    with shared.desk(events=False) as c:
        for i in range(7):
            c.call("incident.report", **incident(f"LIST-{i}"))
        c.call("incident.cancel", number="LIST-3", text="误报")
        numbers, cursor = [], None
        while True:
            page = c.call("incident.list", limit=3, **({"cursor": cursor} if cursor else {}))
            assert len(page["incidents"]) <= 3
            numbers += [i["number"] for i in page["incidents"]]
            cursor = page.get("next")
            if not cursor:
                break
        assert len(numbers) == len(set(numbers))
        assert [n for n in numbers if n.startswith("LIST-")] == [f"LIST-{i}" for i in range(6, -1, -1)]
        cancelled = c.call("incident.list", state="cancelled", limit=200)
        assert [i["number"] for i in cancelled["incidents"]] == ["LIST-3"]
        assert cancelled["incidents"][0]["reporter"]["phone"] == "13959001234", "an officer must recognise a call"
    with shared.console("office1", "office", events=False) as office:
        text = json.dumps(office.call("incident.list", state="cancelled", limit=200), ensure_ascii=False)
        assert "13959001234" not in text and "139****1234" in text


def test_status_units_route(shared):
    with shared.desk(events=False) as c:
        status = c.call("status.get")
        assert {"role", "version", "store", "time", "seq", "revision", "connected", "front", "warnings"} <= set(status)
        assert status["connected"] is True
        units = c.call("unit.list")["units"]
        assert len(units) == 46
        assert c.call("unit.get", unit="water")["tier"] in (1, 2)
        assert refused(c.call, "unit.get", unit="nobody").word == "not-found"
        told = c.call("route.explain", description="小区门口水管爆裂", area="350881001")
        assert told["route"]["lead"] == "water"
        assert any(r["matched"] for r in told["rules"])
        assert any(not r["matched"] and r["condition"] for r in told["rules"])


def test_deadlines_explained(shared):
    with shared.desk(events=False) as c:
        made = c.call("incident.report", **incident("DUE-1"))
        told = c.call("dispatch.deadlines", dispatch="DUE-1-01", explain=True)
        clocks = {k["clock"]: k for k in told["clocks"]}
        assert clocks["arrive"]["due"] == made["dispatches"][0]["arrive_due"]
        assert clocks["acknowledge"]["due"] == made["dispatches"][0]["acknowledge_due"]
        assert clocks["arrive"]["limit_seconds"] == 1800  # Art. 12, in the city
        assert sum(s["seconds"] for s in clocks["arrive"]["stretches"]) == 1800
        assert "30" in clocks["arrive"]["sentence"]


# -- the liaison's list ------------------------------------------------------------------------

def test_poll_of_a_unit(shared):
    with shared.desk(events=False) as c, shared.liaison("telecom", events=False) as unit:
        start = unit.call("dispatch.list")
        assert start["dispatches"] == []
        assert unit.call("dispatch.list", after=start["seq"]) == {
            "dispatches": [], "seq": start["seq"], "more": False}

        c.call("incident.report", **incident("POLL-1", units=["telecom", "power"]))
        got = unit.call("dispatch.list", after=start["seq"])
        assert [d["dispatch"] for d in got["dispatches"]] == ["POLL-1-01"]
        assert got["dispatches"][0]["matter"]["number"] == "POLL-1"
        assert got["more"] is False
        # being in the answer delivered it, and that alone does not bring it again
        whole = c.call("incident.get", number="POLL-1")
        assert "delivered_at" in whole["dispatches"][0]
        assert "delivered_at" not in whole["dispatches"][1]
        assert unit.call("dispatch.list", after=got["seq"])["dispatches"] == []
        # another unit's step is not ours; the incident's own change is
        c.call("dispatch.acknowledge", dispatch="POLL-1-02", on_behalf={"person": "李四", "phone": "13800000000"})
        got = unit.call("dispatch.list", after=got["seq"])
        assert got["dispatches"] == []
        c.call("incident.urge", number="POLL-1")
        got = unit.call("dispatch.list", after=got["seq"])
        assert [d["dispatch"] for d in got["dispatches"]] == ["POLL-1-01"]
        unit.call("dispatch.acknowledge", dispatch="POLL-1-01")
        got = unit.call("dispatch.list", after=got["seq"])
        assert [d["state"] for d in got["dispatches"]] == ["acknowledged"]
        # from before everything, through the journal
        assert "POLL-1-01" in [d["dispatch"] for d in unit.call("dispatch.list", after=0)["dispatches"]]
        # a position that is none of this store's: start over
        lost = unit.call("dispatch.list", after=10**12)
        assert lost["reset"] is True
        assert [d["dispatch"] for d in lost["dispatches"]] == ["POLL-1-01"]
        assert lost["seq"] < 10**12


def test_poll_pages(shared):
    with shared.desk(events=False) as c, shared.liaison("cable", events=False) as unit:
        start = unit.call("session.ping")["seq"]
        ids = [c.send("incident.report", **incident(f"PAGE-{i:03}", units=["cable"])) for i in range(130)]
        last = max(c.result(id)["seq"] for id in ids)
        until(lambda: unit.call("session.ping")["seq"] >= last, "the events, which follow the replies")
        for after in (start, 0):
            seen, position = [], after
            while True:
                page = unit.call("dispatch.list", after=position)
                assert len(page["dispatches"]) <= 100
                assert len(json.dumps(page, ensure_ascii=False).encode()) < 140 * 1024
                assert page["seq"] >= position
                position = page["seq"]
                seen += [d["dispatch"] for d in page["dispatches"]]
                if not page["more"]:
                    break
            assert seen == [f"PAGE-{i:03}-01" for i in range(130)]
        seen, cursor = [], None
        while True:
            page = unit.call("dispatch.list", **({"cursor": cursor} if cursor else {}))
            seen += [d["dispatch"] for d in page["dispatches"]]
            cursor = page.get("next")
            if not cursor:
                break
        assert seen == [f"PAGE-{i:03}-01" for i in range(130)]


# -- who sees what -----------------------------------------------------------------------------

def test_a_liaison_sees_its_own_and_nothing_else(shared):
    with shared.desk(events=False) as c, shared.liaison("power") as power, shared.liaison("water") as water:
        c.call("incident.report", **incident("OWN-1", units=["power"]))
        c.call("incident.report", **incident("OWN-2", units=["water", "power"]))
        c.call("incident.report", **incident("OWN-3", units=["water"]))
        for method, params in (
                ("incident.get", {"number": "OWN-3"}),
                ("dispatch.get", {"dispatch": "OWN-3-01"}),
                ("dispatch.get", {"dispatch": "OWN-2-01"}),  # of an incident it belongs to
                ("dispatch.deadlines", {"dispatch": "OWN-2-01"}),
                ("dispatch.acknowledge", {"dispatch": "OWN-3-01"}),
                ("dispatch.acknowledge", {"dispatch": "OWN-2-01"}),
                ("dispatch.complete", {"dispatch": "OWN-2-01", "result": "x"}),
                ("dispatch.get", {"dispatch": "NOSUCH-01"}),
                ("dispatch.list", {"unit": "water"}),
                ("event.list", {"number": "OWN-3"})):
            why = refused(power.call, method, **params)
            assert (why.code, why.word) == (-32003, "not-found"), method
        for method, params in (("incident.report", incident("OWN-4")), ("incident.close", {"number": "OWN-2"}),
                               ("status.get", {}), ("config.reload", {}), ("account.list", {}),
                               ("incident.list", {}), ("dispatch.add", {
                                   "number": "OWN-2", "unit": "fire", "role": "assist"})):
            assert refused(power.call, method, **params).word == "forbidden", method
        assert power.call("dispatch.get", dispatch="OWN-2-02")["matter"]["number"] == "OWN-2"
        water.event(type="dispatch.issued", dispatch="OWN-3-01")
        power.event(type="dispatch.delivered", dispatch="OWN-2-02")
        assert {e["incident"] for e in power.events} == {"OWN-1", "OWN-2"}
        assert {e["incident"] for e in water.events} == {"OWN-2", "OWN-3"}
        listed = power.call("event.list", after=power.session["seq"], limit=500)
        assert {e["incident"] for e in listed["events"]} == {"OWN-1", "OWN-2"}
        for e in power.call("event.list", after=0, limit=500)["events"]:
            assert "power" in {d["unit"] for d in c.call("incident.get", number=e["incident"])["dispatches"]}


def test_a_look_in_full_is_recorded_once_a_day(shared):
    with shared.desk(events=False) as c, shared.liaison("mobile", events=False) as unit, \
            shared.local() as local:
        local.call("session.open")
        c.call("incident.report", **incident("LOOK-1", units=["mobile", "unicom"]))
        for _ in range(3):
            got = unit.call("dispatch.get", dispatch="LOOK-1-01")
        assert got["matter"]["reporter"]["phone"] == "13959001234"
        local.event(type="personal.read", dispatch="LOOK-1-01")
        end = c.call("incident.urge", number="LOOK-1")["seq"]
        local.event(seq=end)
        looks = [e for e in local.events if e["type"] == "personal.read" and e.get("incident") == "LOOK-1"]
        assert [e["by"] for e in looks] == ["liaison-mobile"]
        # once it is over the unit sees no more than anyone
        unit.call("dispatch.complete", dispatch="LOOK-1-01", result="好了")
        assert unit.call("dispatch.get", dispatch="LOOK-1-01")["matter"]["reporter"]["phone"] == "139****1234"


def test_local_is_masked_unless_it_asks(shared):
    with shared.desk(events=False) as c, shared.local() as local:
        local.call("session.open")
        c.call("incident.report", **incident("MASK-1"))
        masked = local.call("incident.get", number="MASK-1")
        assert masked["reporter"] == {"name": "张**", "phone": "139****1234"}
        full = local.call("incident.get", number="MASK-1", unmask=True)
        assert full["reporter"] == {"name": "张三", "phone": "13959001234"}
        assert local.event(type="personal.read", incident="MASK-1")["by"] == "local"
        assert refused(c.call, "incident.get", number="MASK-1", unmask=True).word == "forbidden"


def test_office_and_admin(shared):
    with shared.desk(events=False) as c, shared.console("office1", "office") as office, \
            shared.console("admin1", "admin") as admin:
        c.call("incident.report", **incident("SECRET-1", confidential=True))
        c.call("incident.report", **incident("OPEN-1"))
        office.event(type="incident.reported", incident="OPEN-1")
        assert "reporter" not in office.call("incident.get", number="SECRET-1"), "clocks and steps, not its people"
        assert office.call("incident.get", number="OPEN-1")["reporter"]["phone"] == "139****1234"
        assert refused(admin.call, "incident.get", number="OPEN-1").word == "forbidden"
        names = {a["name"]: a["role"] for a in admin.call("account.list")["accounts"]}
        assert names["office1"] == "office"
        assert refused(office.call, "account.list").word == "forbidden"
        shared.account("later1", "desk")
        admin.event(type="account.added")
        assert all(e.get("incident") is None for e in admin.events)


def test_integration_only_what_it_is_named_for(shared):
    with shared.console("hotline", "integration", commands=["incident.report"], events=False) as c:
        assert c.call("incident.report", **incident("INTEGRATION-1"))["incident"] == "INTEGRATION-1"
        assert refused(c.call, "incident.get", number="INTEGRATION-1").word == "forbidden"


# -- events ------------------------------------------------------------------------------------

def test_resume_after(shared):
    with shared.local() as a:
        begun = a.call("session.open")["seq"]
        with shared.desk(events=False) as c:
            for i in range(50):
                c.call("incident.report", **incident(f"RESUME-{i}"))
            end = c.call("session.ping")["seq"]
        a.event(seq=end)
        gapless(a.events, begun)
        with shared.local() as b:
            b.call("session.open", after=begun)
            b.event(seq=end)
            assert b.events == a.events
        with shared.local() as b:  # from the very first, out of the store
            b.call("session.open", after=0)
            b.event(seq=end)
            gapless(b.events, 0)
            assert b.events[begun:] == a.events
        with shared.local() as b:
            b.call("session.open", events=False)
            b.call("incident.urge", number="RESUME-1")
            b.call("session.ping")
            assert b.events == []
    with shared.raw() as c:
        why = refused(c.call, "session.open", token=shared.account("desk1", "desk"), after=10**12)
        assert (why.code, why.field) == (-32602, "after")


@pytest.mark.alone
def test_who_is_owed_much_at_once_is_not_slow(tmp_path):
    """All that may be in flight is answered in one moment, with more than output_hard, and the kernel takes 200 KiB of it:
    who reads has it all; who reads nothing for seconds is cut."""
    with Daemon(tmp_path, limits={"output_soft": "4KiB", "output_hard": "128KiB"}) as d, d.desk(events=False) as other:
        engine = d.pids("engine")[0]

        def owed(c, name):
            c.call("session.open", events=False)
            os.kill(engine, signal.SIGSTOP)
            try:
                ids = [c.send("incident.report", **incident(f"{name}-{i}")) for i in range(256)]
            finally:
                os.kill(engine, signal.SIGCONT)
            until(lambda: any(i["number"] == f"{name}-255" for i in other.call("incident.list", limit=1)["incidents"]), "all of them")
            return ids
        with d.local() as c:
            assert sum(len(json.dumps(c.result(id))) for id in owed(c, "READ")) > 512 * 1024
        with d.local() as c:
            owed(c, "UNREAD")
            until(lambda: "why=slow-consumer" in d.log(), "it to be cut")


def test_slow_reader_misses_nothing_and_harms_nobody(daemon):
    slow = Console(daemon.control)
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    begun = slow.call("session.open")["seq"]
    with daemon.desk(events=False) as c:
        late = 0.0
        for i in range(1500):
            began = time.monotonic()
            c.call("incident.report", **incident(f"SLOW-{i}"))
            late = max(late, time.monotonic() - began)
        end = c.call("session.ping")["seq"]
        assert end - begun > 5000
        assert late < 5
    slow.event(seq=end, limit=60)
    gapless(slow.events, begun)
    slow.close()


def test_pipelined_requests_are_all_answered(shared):
    with shared.desk(events=False) as c:
        ids = [c.send("incident.report", **incident(f"PIPE-{i}")) for i in range(500)]
        numbers = [c.result(id)["incident"] for id in ids]
        assert numbers == [f"PIPE-{i}" for i in range(500)]
        ids = [c.send("incident.get", number=f"PIPE-{i}") for i in range(500)]
        assert [c.result(id)["number"] for id in ids] == numbers


def test_a_client_that_asks_and_does_not_read(shared):
    """Answers do not pile up without end: nothing more is read of it until it reads."""
    with shared.desk(events=False) as rude, shared.desk(events=False) as c:
        c.call("incident.report", **incident("RUDE-1"))
        line = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "unit.list"}).encode() + b"\n"
        rude.socket.setblocking(False)
        sent = 0
        try:
            while sent < 200_000 * len(line):
                sent += rude.socket.send(line * 100)
        except (BlockingIOError, ssl.SSLWantWriteError):
            pass
        assert sent < 200_000 * len(line)
        for _ in range(20):
            c.call("session.ping")


# -- the engine dies ---------------------------------------------------------------------------

def test_engine_killed_with_commands_in_flight(daemon):
    watcher = daemon.local()
    begun = watcher.call("session.open")["seq"]
    results, errors, early = {}, [], []

    def desk(n):
        with daemon.desk() as c:
            ids = {}
            for i in range(120):
                number = f"KILL-{n}-{i}"
                ids[c.send("incident.report", **incident(number))] = number
                if i % 8 == 7:
                    c.reply(min(ids))
                    for id in [id for id in ids if id in c.replies]:
                        take(c, id, ids.pop(id))
            for id, number in ids.items():
                c.reply(id)
                take(c, id, number)
            replied = {m["result"]["incident"]: i for i, m in enumerate(c.lines) if "result" in m
                       and "incident" in m["result"]}
            for i, m in enumerate(c.lines):  # a reply goes before the events it caused
                if m.get("params", {}).get("incident", "").startswith(f"KILL-{n}-"):
                    if i < replied[m["params"]["incident"]]:
                        early.append(m)

    def take(c, id, number):
        reply = c.replies[id]
        if "error" in reply:
            errors.append((number, reply["error"]))
        else:
            results[number] = reply["result"]

    daemon.account("desk1", "desk")
    threads = [threading.Thread(target=desk, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for _ in range(5):
        begun_with = len(results)
        until(lambda: len(results) > begun_with + 15 or not any(t.is_alive() for t in threads), "progress", 60)
        daemon.kill("engine")
    for t in threads:
        t.join(60)
        assert not t.is_alive()
    assert errors == []
    assert early == []
    assert len(results) == 480
    assert all(r["duplicate"] is False for r in results.values())
    watcher.event(seq=max(r["seq"] for r in results.values()), limit=30)
    gapless(watcher.events, begun)
    reported = [e["incident"] for e in watcher.events if e["type"] == "incident.reported"]
    assert sorted(reported) == sorted(results)  # none lost, none twice
    watcher.close()


def test_intake_killed_the_console_resumes(daemon):
    with daemon.desk() as c:
        c.call("incident.report", **incident("INTAKE-1"))
        seen = c.event(type="dispatch.issued", dispatch="INTAKE-1-03")["seq"]
        daemon.kill("intake")
        c.end()
    until(daemon.is_ready, "the listeners to be served again")
    with daemon.desk(after=seen) as c:
        result = c.call("incident.report", **incident("INTAKE-2"))
        c.event(seq=result["seq"])
        assert {e["incident"] for e in c.events} == {"INTAKE-2"}


def test_restored_backup_is_noticed(tmp_path):
    (tmp_path / "a").mkdir()
    d = Daemon(tmp_path / "a")
    with d:
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("BACK-1"))
        with d.local() as local:
            local.call("store.backup", file=str(tmp_path / "copy.db"), within=60)
        with d.desk(events=False) as c:
            for i in range(2, 12):
                c.call("incident.report", **incident(f"BACK-{i}"))
            seen = c.call("session.ping")["seq"]
    for old in (tmp_path / "a").glob("liandong*.db*"):
        old.unlink()
    shutil.copy(tmp_path / "copy.db", tmp_path / "a" / "liandong.db")
    with d:
        with d.raw() as c:
            why = refused(c.call, "session.open", token=d.tokens["desk1"], after=seen)
            assert (why.code, why.field) == (-32602, "after")
            assert c.call("session.open", token=d.tokens["desk1"])["seq"] < seen


def test_drain_finishes_what_is_in_hand(tmp_path):
    d = Daemon(tmp_path).start()
    with d.desk() as c:
        ids = [c.send("incident.report", **incident(f"DRAIN-{i}")) for i in range(50)]
        c.reply(ids[0])
        d.process.terminate()
        c.end(limit=25)
        answered = [i for i, id in enumerate(ids) if "result" in c.replies.get(id, {})]
        assert all("error" not in c.replies.get(id, {}) for id in ids)
        assert answered
    assert d.process.wait(30) == 0
    with d:
        with d.desk(events=False) as c:
            for i in answered:  # what was answered is there
                assert c.call("incident.get", number=f"DRAIN-{i}")["number"] == f"DRAIN-{i}"
