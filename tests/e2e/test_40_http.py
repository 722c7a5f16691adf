"""The HTTP side against a running daemon: the liaison's poll, acts, preconditions, events, streams,
and what becomes of clients that do not keep the rules."""
import concurrent.futures
import contextlib
import datetime
import json
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

import pytest

from harness import LIMIT, Daemon, incident, trusting, until

WATER = "water"  # leads a burst pipe in the city


@pytest.fixture(scope="module")
def d(shared):
    return shared


_count = iter(range(1, 1_000_000))


def number():
    return f"H{os.getpid()}-{next(_count)}"


def report(d, **members):
    """A burst pipe; its reply over HTTP."""
    status, _, body = d.http("POST", "/v1/incidents", desk(d), incident(number(), **members))
    assert status == 201, body
    return body


def desk(d):
    return d.account("desk1", "desk")


def liaison(d, unit=WATER):
    return d.account(f"liaison-{unit}", "liaison", unit)


def get(d, path, token):
    status, headers, body = d.http("GET", path, token)
    assert status == 200, (status, body)
    return body


def seq(d):
    """The event seq now, as the api process has it once it has caught up with the engine."""
    with d.local() as c:
        want = c.call("status.get")["seq"]
    until(lambda: d.http("GET", "/readyz")[2]["seq"] >= want, "the api process to catch up")
    return want


def own(reported, unit=WATER):
    """The unit's dispatch in the reply to a report."""
    return next(x["dispatch"] for x in reported["dispatches"] if x["unit"] == unit)


def events_of(d, number, kind):
    return [e for e in get(d, f"/v1/incidents/{number}", desk(d))["events"] if e["type"] == kind]


def gauge(d, name):
    text = d.http("GET", "/metrics")[2].decode()
    return int(re.search(rf"^liandong_{name} (\d+)$", text, re.M)[1])


class Raw:
    """A connection on which anything can be said."""

    def __init__(self, d):
        self.s = d.http_raw().socket
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def say(self, data):
        self.s.sendall(data.encode() if isinstance(data, str) else data)
        return self

    def get(self, path, token=None, *headers):
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        return self.say("\r\n".join(lines) + "\r\n\r\n")

    def more(self):
        data = self.s.recv(65536)
        self.rest += data
        return data

    def line_until(self, mark):
        while mark not in self.rest:
            assert self.more(), f"ended before {mark!r}: {self.rest[-300:]!r}"
        head, self.rest = self.rest.split(mark, 1)
        return head

    def answer(self):
        """The next answer: status, headers, body."""
        head = self.line_until(b"\r\n\r\n").decode()
        first, *lines = head.split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(self.rest) < length:
            assert self.more(), "ended inside a body"
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(first.split()[1]), headers, body

    def to_end(self):
        """Everything until the peer ends the connection."""
        with contextlib.suppress(ConnectionResetError):
            while self.more():
                pass
        return self.rest


class Stream(Raw):
    """Server-sent events, de-chunked."""

    def __init__(self, d, token, path="/v1/stream", *headers):
        super().__init__(d)
        self.get(path, token, *headers)
        self.head = self.line_until(b"\r\n\r\n").decode()
        self.text = ""

    def chunk(self):
        size = int(self.line_until(b"\r\n"), 16)
        while len(self.rest) < size + 2:
            assert self.more(), "ended inside a chunk"
        data, self.rest = self.rest[:size], self.rest[size + 2:]
        return data.decode()

    def blocks(self):
        """Each block, as a list of its lines, until the end of the stream."""
        text = ""
        while data := self.chunk():
            text += data
            while "\n\n" in text:
                block, text = text.split("\n\n", 1)
                yield block.split("\n")

    def events(self):
        for lines in self.blocks():
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if "data" in fields:
                yield int(fields["id"]), fields["event"], json.loads(fields["data"])


# -- the poll ---------------------------------------------------------------------------------


def test_poll_shows_what_changed_and_delivers(d):
    token, after = liaison(d), seq(d)
    r = report(d)
    page = get(d, f"/v1/dispatches?after={after}", token)
    shown = {x["dispatch"]: x for x in page["dispatches"]}
    assert own(r) in shown
    assert shown[own(r)]["delivered_at"], "being in the answer is being delivered, and the answer says so"
    assert page["more"] is False and page["seq"] >= r["seq"]
    assert len(events_of(d, r["incident"], "dispatch.delivered")) == 1
    assert shown[own(r)]["matter"]["number"] == r["incident"]
    assert shown[own(r)]["matter"]["reporter"]["phone"] == "13959001234", "who is sent must read where to go"


def test_delivery_alone_does_not_show_again(d):
    token, after = liaison(d), seq(d)
    r = report(d)
    first = get(d, f"/v1/dispatches?after={after}", token)
    seq(d)  # the delivery's own event has come in by now
    again = get(d, f"/v1/dispatches?after={first['seq']}", token)
    assert again["dispatches"] == [] and again["seq"] >= first["seq"]
    status, _, body = d.http("POST", f"/v1/dispatches/{own(r)}/acknowledge", token, {})
    assert status == 200, body
    changed = get(d, f"/v1/dispatches?after={again['seq']}&wait=10", token)
    assert [x["state"] for x in changed["dispatches"] if x["dispatch"] == own(r)] == ["acknowledged"]


def test_poll_of_the_same_after_shows_the_same(d):
    token, after = liaison(d), seq(d)
    r = report(d)
    pages = [get(d, f"/v1/dispatches?after={after}", token) for _ in range(3)]
    for page in pages:
        assert own(r) in [x["dispatch"] for x in page["dispatches"]]
    assert len(events_of(d, r["incident"], "dispatch.delivered")) == 1
    d.http("POST", f"/v1/dispatches/{own(r)}/arrive", token, {})
    page = get(d, f"/v1/dispatches?after={after}", token)
    assert [x["state"] for x in page["dispatches"] if x["dispatch"] == own(r)] == ["arrived"], \
        "what was kept is not shown to whoever changed it"


def test_what_changed_is_asked_for_with_and_without_what_is_closed(d):
    """Each question has its own answer, though one was asked a moment before."""
    token, after = liaison(d), seq(d)
    done, under_way = own(report(d)), own(report(d))
    acted = d.http("POST", f"/v1/dispatches/{done}/complete", token, {"result": "已修复"})
    assert acted[0] == 200, acted
    shown = {}
    for question in ("&open=true", "&open=false", "", "&open=0&limit=200"):
        shown[question] = {x["dispatch"] for x in get(d, f"/v1/dispatches?after={after}{question}", token)["dispatches"]}
    assert done not in shown["&open=true"] and under_way in shown["&open=true"]
    assert {done, under_way} <= shown["&open=false"] & shown[""] & shown["&open=0&limit=200"], shown


def test_open_list_pages_and_delivers(d):
    token = liaison(d)
    mine = {own(report(d)) for _ in range(5)}
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = get(d, f"/v1/dispatches?limit=2&open=1{cursor and '&cursor=' + cursor}", token)
        assert len(page["dispatches"]) <= 2
        assert all(x.get("delivered_at") for x in page["dispatches"])
        seen += [x["dispatch"] for x in page["dispatches"]]
        cursor = page.get("next")
        assert page["more"] is (cursor is not None)
        pages += 1
        assert pages < 200
    assert mine <= set(seen) and len(seen) == len(set(seen))


def test_desk_and_office_do_not_deliver(d):
    after = seq(d)
    r = report(d)
    for token in desk(d), d.account("office1", "office"):
        page = get(d, f"/v1/dispatches?after={after}&unit={WATER}", token)
        assert "delivered_at" not in next(x for x in page["dispatches"] if x["dispatch"] == own(r))
    assert events_of(d, r["incident"], "dispatch.delivered") == []
    status, _, body = d.http("GET", f"/v1/dispatches?after={after}", desk(d))
    assert (status, body["field"]) == (422, "unit")


def test_head_does_not_deliver(d):
    after = seq(d)
    r = report(d)
    status, headers, body = d.http("HEAD", f"/v1/dispatches?after={after}&wait=30", liaison(d))
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 0
    d.http("HEAD", f"/v1/dispatches/{own(r)}", liaison(d))
    seq(d)
    assert events_of(d, r["incident"], "dispatch.delivered") == []
    page = get(d, f"/v1/dispatches?after={after}&wait=30", liaison(d))
    assert all(x["delivered_at"] for x in page["dispatches"]), "what HEAD read is kept for nobody"


def test_looking_at_one_delivers(d):
    r = report(d)
    one = get(d, f"/v1/dispatches/{own(r)}", liaison(d))
    assert one["delivered_at"]
    assert one["matter"]["reporter"]["phone"] == "13959001234"
    assert len(events_of(d, r["incident"], "dispatch.delivered")) == 1


def test_long_poll_wakes_at_once(d):
    token, after = liaison(d), seq(d)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(get, d, f"/v1/dispatches?after={after}&wait=60", token)
        until(lambda: gauge(d, "http_parked") >= 1, "the poll to wait")
        begun = time.monotonic()
        r = report(d)
        page = waiting.result(LIMIT)
    assert time.monotonic() - begun < 5
    assert own(r) in [x["dispatch"] for x in page["dispatches"]]
    assert page["dispatches"][0]["delivered_at"]


def test_long_poll_ends_in_time_with_nothing(d):
    token, after = liaison(d), seq(d)
    begun = time.monotonic()
    page = get(d, f"/v1/dispatches?after={after}&wait=1", token)
    assert 0.9 <= time.monotonic() - begun < LIMIT
    assert page["dispatches"] == [] and page["seq"] >= after and page["more"] is False


def test_poll_is_not_woken_by_other_units(d):
    token, after = liaison(d), seq(d)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(get, d, f"/v1/dispatches?after={after}&wait=3", token)
        until(lambda: gauge(d, "http_parked") >= 1, "the poll to wait")
        report(d, units=["public-security"])
        page = waiting.result(LIMIT)
    assert page["dispatches"] == []


def test_events_that_are_not_shown_prolong_no_poll(d):
    """Each wakes it, and it waits for what is left of its seconds."""
    token, begun = liaison(d), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(get, d, f"/v1/events?after={seq(d)}&wait=3", token)
        while not waiting.done() and time.monotonic() - begun < 15:
            report(d, units=["public-security"])
            time.sleep(0.3)
        took = time.monotonic() - begun
        page = waiting.result(LIMIT)
    assert page["events"] == [] and 2 < took < 12, took


def test_no_event_is_missed_between_polls(d):
    """A poller that goes on from each answer sees every dispatch, however they race."""
    token, after = liaison(d), seq(d)
    expected, seen, stop = set(), set(), threading.Event()

    def reports():
        for _ in range(60):
            expected.add(own(report(d)))
        stop.set()

    thread = threading.Thread(target=reports)
    thread.start()
    while not (stop.is_set() and expected <= seen):
        page = get(d, f"/v1/dispatches?after={after}&wait=2", token)
        assert page["seq"] >= after
        after = page["seq"]
        seen |= {x["dispatch"] for x in page["dispatches"]}
        if stop.is_set() and not page["dispatches"] and not page["more"]:
            break
    thread.join()
    assert expected <= seen, expected - seen


def test_long_texts_end_a_page_before_its_limit(d):
    """Four thousand characters each: a page holds some, and the next goes on with the one after, in each of the three lists."""
    token = liaison(d)
    seq(d)
    mine = sorted(own(report(d, description="水" * 4000)) for _ in range(25))
    began = urllib.parse.quote((datetime.datetime.now().astimezone() - datetime.timedelta(hours=1)).isoformat(timespec="seconds"))

    def walk(query):
        got, pages, rest = [], 0, query
        while rest:
            page = get(d, f"/v1/dispatches?limit=100&{rest}", token)
            got += [x["dispatch"] for x in page["dispatches"] if x["dispatch"] in mine]
            pages += 1
            rest = f"{query}&cursor={page['next']}" if "next" in page else f"after={page['seq']}" if page["more"] else None
        assert 2 < pages < 200
        return sorted(got)
    assert walk("open=1") == walk(f"from={began}") == mine
    after = seq(d)
    with d.desk(events=False) as c:
        for one in mine:  # one event each: a page that goes on one event too far loses it
            c.call("incident.urge", number=one.rsplit("-", 1)[0])
    seq(d)
    assert walk(f"after={after}") == mine


def test_after_beyond_the_store_starts_over(d):
    page = get(d, f"/v1/dispatches?after={seq(d) + 1_000_000}", liaison(d))
    assert page["reset"] is True and page["seq"] <= seq(d)


def test_page_is_bounded(d):
    token, after = liaison(d), seq(d)
    for _ in range(12):
        report(d)
    page = get(d, f"/v1/dispatches?after={after}&limit=5", token)
    assert len(page["dispatches"]) == 5 and page["more"] is True
    rest = get(d, f"/v1/dispatches?after={page['seq']}&limit=100", token)
    assert len(rest["dispatches"]) == 7
    assert not {x["dispatch"] for x in page["dispatches"]} & {x["dispatch"] for x in rest["dispatches"]}




def pages(d, path, token, **query):
    """The pages of a list, one after the other."""
    while True:
        page = get(d, f"{path}?{urllib.parse.urlencode(query)}", token)
        yield page
        if "next" in page:
            query["cursor"] = page["next"]
        elif page.get("more"):
            query["after"] = page["seq"]
        else:
            return


def test_a_page_cut_by_its_size_leaves_nothing_out(d):
    """Long texts: a page ends before its limit, and the next begins with what it did not show."""
    token, _, before = liaison(d), desk(d), seq(d)
    reported = [report(d, description="水" * 2000) for _ in range(40)]
    mine = sorted(own(r) for r in reported)

    open_pages = list(pages(d, "/v1/dispatches", token, open=1, limit=100))
    seen = [x["dispatch"] for page in open_pages for x in page["dispatches"]]
    assert len(open_pages) > 2 and sorted(seen) == sorted(set(seen)) and set(mine) <= set(seen)

    after = seq(d)
    for r in reported:  # one event each: what is passed over does not come again
        assert d.http("POST", f"/v1/incidents/{r['incident']}/urge", desk(d), {})[0] == 200
    changed = list(pages(d, "/v1/dispatches", token, after=after, limit=100))
    assert len(changed) > 2 and sorted(x["dispatch"] for page in changed for x in page["dispatches"]) == mine

    listed = list(pages(d, "/v1/incidents", desk(d), limit=200))
    seen = [x["number"] for page in listed for x in page["incidents"]]
    assert len(listed) > 2 and len(seen) == len(set(seen)) and {r["incident"] for r in reported} <= set(seen)

    events = list(pages(d, "/v1/events", desk(d), after=before, limit=500))
    assert [e["seq"] for page in events for e in page["events"]] == list(range(before + 1, seq(d) + 1))


# -- who may -----------------------------------------------------------------------------------


def test_another_units_dispatch_is_not_there(d):
    r = report(d)
    other = liaison(d, "power")
    name = own(r)
    for method, path, body in [("GET", f"/v1/dispatches/{name}", None),
                               ("GET", f"/v1/dispatches/{name}/deadlines", None),
                               ("POST", f"/v1/dispatches/{name}/acknowledge", {}),
                               ("POST", f"/v1/dispatches/{name}/complete", {"result": "好了"}),
                               ("GET", f"/v1/dispatches?after=0&unit={WATER}", None)]:
        status, _, problem = d.http(method, path, other, body)
        assert (status, problem["code"]) == (404, "not-found"), (path, problem)
    status, _, missing = d.http("GET", "/v1/dispatches/NOSUCH-01", other)
    assert status == 404
    assert events_of(d, r["incident"], "dispatch.acknowledged") == []


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Token x", "Bearer " + "0" * 64,
                                    "Bearer " + "x" * 4000])
def test_no_good_token(d, header):
    status, headers, problem = d.http("GET", "/v1/units", headers={"Authorization": header} if header is not None else {})
    assert (status, problem["code"]) == (401, "unauthenticated")
    assert headers["WWW-Authenticate"].startswith("Bearer")
    assert headers["Content-Type"] == "application/problem+json"


def test_scheme_in_any_case(d):
    assert d.http("GET", "/v1/units", headers={"Authorization": f"bearer {desk(d)}"})[0] == 200


def test_token_in_the_url_is_refused(d):
    assert d.http("GET", f"/v1/units?token={desk(d)}")[0] == 401


def test_roles(d):
    liaison_, office = liaison(d), d.account("office1", "office")
    for token in liaison_, office:
        status, _, problem = d.http("POST", "/v1/incidents", token, incident(number()))
        assert (status, problem["code"]) == (403, "forbidden")
    assert d.http("GET", "/v1/status", liaison_)[0] == 403
    assert d.http("GET", "/v1/incidents", liaison_)[0] == 403


def test_integration_does_what_it_is_named_for(d):
    token = d.account("hotline", "integration", commands=["incident.report"])
    assert d.http("POST", "/v1/incidents", token, incident(number()))[0] == 201
    assert d.http("GET", "/v1/units", token)[0] == 403


def test_security_headers(d):
    for path in "/healthz", "/v1/units", "/nowhere":
        _, headers, _ = d.http("GET", path)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers.get("Server") is None


# -- acts --------------------------------------------------------------------------------------


def test_the_way_of_a_dispatch(d):
    token, r = liaison(d), report(d)
    name = own(r)
    for act, state in [("acknowledge", "acknowledged"), ("depart", "departed"), ("arrive", "arrived"),
                       ("progress", "arrived")]:
        status, _, body = d.http("POST", f"/v1/dispatches/{name}/{act}", token,
                                 {"text": "正在处理"} if act == "progress" else None)
        assert status == 200, body
        assert body["dispatch"]["state"] == state and body["seq"] > 0
    status, _, body = d.http("POST", f"/v1/dispatches/{name}/complete", token, {"result": "已修复供水"})
    assert (status, body["dispatch"]["state"]) == (200, "completed")
    for clock in get(d, f"/v1/dispatches/{name}/deadlines?explain=1", token)["clocks"]:
        assert clock["sentence"] and "stretches" in clock


def test_report_again_and_conflict(d):
    one = incident(number())
    first = d.http("POST", "/v1/incidents", desk(d), one)
    assert first[0] == 201 and first[1]["Location"] == f"/v1/incidents/{one['number']}"
    again = d.http("POST", "/v1/incidents", desk(d), one)
    assert again[0] == 200 and again[2]["duplicate"] is True
    assert [x["dispatch"] for x in again[2]["dispatches"]] == [x["dispatch"] for x in first[2]["dispatches"]]
    other = d.http("POST", "/v1/incidents", desk(d), {**one, "description": "别的事"})
    assert (other[0], other[2]["code"]) == (409, "conflict")
    assert get(d, first[1]["Location"], desk(d))["number"] == one["number"]


def test_same_key_same_answer(d):
    token, r = liaison(d), report(d)
    path, key = f"/v1/dispatches/{own(r)}/progress", {"Idempotency-Key": f"k-{number()}"}
    first = d.http("POST", path, token, {"text": "已关阀"}, key)
    again = d.http("POST", path, token, {"text": "已关阀"}, key)
    assert first[0] == again[0] == 200 and first[2] == again[2]
    assert len(events_of(d, r["incident"], "dispatch.progressed")) == 1
    other = d.http("POST", path, token, {"text": "别的"}, key)
    assert (other[0], other[2]["code"]) == (409, "conflict")


def test_desk_changes_an_incident(d):
    r = report(d)
    path = f"/v1/incidents/{r['incident']}"
    for act, body in [("annotate", {"text": "现场已围挡"}), ("urge", None), ("amend", {"priority": "P1"})]:
        status, _, done = d.http("POST", f"{path}/{act}", desk(d), body)
        assert status == 200 and done["incident"] == r["incident"], done
    status, _, done = d.http("POST", f"{path}/dispatches", desk(d),
                             {"unit": "power", "role": "assist", "reason": "需要断电"})
    assert status == 200 and done["dispatch"]["unit"] == "power", done
    added = done["dispatch"]["dispatch"]
    status, _, done = d.http("POST", f"/v1/dispatches/{added}/withdraw", desk(d), {"reason": "已不需要"})
    assert (status, done["dispatch"]["state"]) == (200, "withdrawn")
    status, _, problem = d.http("POST", f"{path}/close", desk(d), {})
    assert (status, problem["code"]) == (409, "wrong-state")
    assert d.http("POST", f"{path}/cancel", desk(d), {"text": "误报"})[0] == 200
    now = get(d, path, desk(d))
    assert now["state"] == "cancelled" and now["priority"] == "P1" and now["urged"] == 1
    assert {x["state"] for x in now["dispatches"]} <= {"withdrawn", "completed"}


def test_etag_and_if_match(d):
    token, r = liaison(d), report(d)
    path = f"/v1/dispatches/{own(r)}"
    status, headers, one = d.http("GET", path, token)
    tag = headers["ETag"]
    assert re.fullmatch(rf'"{one["seq"]}-[0-9a-f]{{16}}"', tag), "its seq, and a digest of what was sent"
    status, headers, body = d.http("GET", path, token, headers={"If-None-Match": tag})
    assert (status, body, headers["ETag"]) == (304, b"", tag)
    assert d.http("GET", path, token, headers={"If-None-Match": '"1", ' + tag})[0] == 304
    assert d.http("GET", path, token, headers={"If-None-Match": '"1"'})[0] == 200
    status, _, problem = d.http("POST", f"{path}/acknowledge", token, {}, {"If-Match": '"1"'})
    assert (status, problem["code"]) == (412, "precondition-failed")
    assert d.http("POST", f"{path}/acknowledge", token, {}, {"If-Match": "W/" + tag})[0] == 412
    for bad in ("now", "", '"', '"1" x', '"1""2"', "*, *", "W/", "1"):
        assert d.http("POST", f"{path}/acknowledge", token, {}, {"If-Match": bad})[0] == 422, bad
    for other in ('"x"', '"x", "1"', 'W/"1",' + '"x"', '"' + "9" * 30 + '"', '""'):
        assert d.http("POST", f"{path}/acknowledge", token, {}, {"If-Match": other})[0] == 412, other
    assert d.http("POST", f"{path}/acknowledge", token, {}, {"If-Match": tag})[0] == 200
    status, headers, _ = d.http("GET", path, token, headers={"If-None-Match": tag})
    assert status == 200 and headers["ETag"] != tag
    assert d.http("POST", f"{path}/depart", token, {}, {"If-Match": tag})[0] == 412
    assert d.http("POST", f"{path}/depart", token, {}, {"If-Match": "*"})[0] == 200
    tag = d.http("GET", path, token)[1]["ETag"]
    assert d.http("POST", f"{path}/progress", token, {"text": "x"}, {"If-Match": '"x", ' + tag})[0] == 200
    tag = d.http("GET", path, token)[1]["ETag"]
    assert d.http("POST", f"{path}/progress", token, {"text": "x"}, {"If-Match": tag + ' , W/"7",'})[0] == 200
    status, _, problem = d.http("POST", f"/v1/incidents/{r['incident']}/urge", desk(d), {}, {"If-Match": tag})
    assert (status, problem["field"]) == (422, "If-Match")


def test_looking_changes_no_seq(d):
    """Read, If-Match, act works the first time, though the look was recorded meanwhile."""
    token, r = liaison(d), report(d)
    path = f"/v1/dispatches/{own(r)}"
    before = get(d, path, desk(d))["seq"]
    tag = d.http("GET", path, token)[1]["ETag"]
    until(lambda: len(events_of(d, r["incident"], "dispatch.delivered")) == 1, "the delivery")
    with d.local() as c:
        until(lambda: any(e["type"] == "personal.read" for e in c.call("incident.get", number=r["incident"])["events"]),
              "the look to be recorded")
        c.call("dispatch.get", dispatch=own(r), unmask=True)
    assert get(d, path, desk(d))["seq"] == before, "what the desk has read still stands"
    for act in ("acknowledge", "arrive"):
        status, _, body = d.http("POST", f"{path}/{act}", token, {}, {"If-Match": tag})
        assert status == 200, body
        tag = f"\"{body['dispatch']['seq']}\""  # the answer's own seq is good for the next act


def test_an_amended_incident_changes_its_dispatches(d):
    """A caller who acts on what was read learns that it says something else now."""
    token, r = liaison(d), report(d)
    path = f"/v1/dispatches/{own(r)}"
    tag = d.http("GET", path, token)[1]["ETag"]
    for act, body in (("amend", {"address": "别处"}), ("urge", {}), ("annotate", {"text": "x"})):
        assert d.http("POST", f"/v1/incidents/{r['incident']}/{act}", desk(d), body)[0] == 200
        status, headers, now = d.http("GET", path, token, headers={"If-None-Match": tag})
        assert status == 200 and headers["ETag"] != tag, act
        assert now["matter"]["address"] == "别处"
        assert d.http("POST", f"{path}/progress", token, {"text": "x"}, {"If-Match": tag})[0] == 412, act
        tag = headers["ETag"]
    assert d.http("POST", f"{path}/progress", token, {"text": "x"}, {"If-Match": tag})[0] == 200


# -- what is not a good request ------------------------------------------------------------------


@pytest.mark.parametrize("body,type_,expected", [
    (b"{}", None, 415), (b"{}", "text/plain", 415), (b"a=b", "application/x-www-form-urlencoded", 415),
    (b"{", "application/json", 400), (b"[]", "application/json", 400), (b'"x"', "application/json", 400),
    (b'{"text":"a","text":"b"}', "application/json", 400), (b"\xff{}", "application/json", 400),
    (b"\xef\xbb\xbf{}", "application/json", 200), (b"[" * 40 + b"]" * 40, "application/json", 400),
    (b'{"txet":"a"}', "application/json", 422), (b'{"text":[5]}', "application/json", 200),
    (b'{"text":5}', "application/json", 200), (b'{"text":""}', "application/json", 200),
    (b'{"text":"\xe5\xb7\xb2\xe5\x88\xb0\\r\\n\\ud83d"}', "application/json", 200), (b'{"eta":"soon"}', "application/json", 200),
    (b'{"at":"yesterday"}', "application/json", 422),
    (b'{"at":"1999-12-31T00:00:00+08:00"}', "application/json", 422),
    (b'{"dispatch":"X-01"}', "application/json", 422),
    (b'{"text":"' + b"x" * 70000 + b'"}', "application/json", 413),
    (b'{"text":null}', "application/json; charset=utf-8", 200), (b"{}", 'application/json;charset="UTF-8" ; v=1', 200),
    (b"{}", "application/json; profile=x", 200), (b"{}", "application/json; charset=gbk", 415),
    (b"{}", 'application/json; v=1; CHARSET="GB18030"', 415), (b"{}", "application/json;charset=", 415),
    (b"{}", "application/json; charset=utf-8; charset=gb2312", 415), (b"{}", "application/json; charset=utf8", 200),
    (b"{}", "application/json; charset=US-ASCII", 200), (b"{}", "application/json; charset=utf", 415),
    (b"{}", "application/json; charset=utf-16", 415), (b"{}", "application/json; charset=iso-8859-1", 415),
])
def test_bodies(d, body, type_, expected):
    name = own(report(d))
    headers = {"Content-Type": type_} if type_ else {}
    status, _, answer = d.http("POST", f"/v1/dispatches/{name}/progress", liaison(d), body, headers)
    assert status == expected, answer
    if expected >= 400:
        assert answer["status"] == expected and answer["code"] and answer["title"]


@pytest.mark.parametrize("path,expected,field", [
    ("/v1/dispatches?after=-1", 422, "after"), ("/v1/dispatches?after=x", 422, "after"),
    ("/v1/dispatches?after=99999999999999999999", 422, "after"), ("/v1/dispatches?wait=61&after=0", 422, "wait"),
    ("/v1/dispatches?limit=0", 422, "limit"), ("/v1/dispatches?cursor=zz", 422, "cursor"),
    ("/v1/dispatches?since=1", 422, "since"), ("/v1/dispatches?unmask=1", 422, "unmask"),
    ("/v1/events?after=1&number=%20", 422, "number"), ("/v1/units/none-such", 404, None),
    ("/v1/dispatches/%E4%B8%AD", 404, None), ("/v1/incidents/none", 404, None),
])
def test_parameters(d, path, expected, field):
    status, _, problem = d.http("GET", path, liaison(d))
    assert (status, problem.get("field")) == (expected, field), problem


def test_unknown_paths_and_methods(d):
    assert d.http("GET", "/v2/units", desk(d))[0] == 404
    status, headers, problem = d.http("DELETE", "/v1/incidents", desk(d))
    assert (status, headers["Allow"], problem["code"]) == (405, "GET, HEAD, POST", "method-not-allowed")
    assert d.http("POST", "/v1/units", desk(d), {})[1]["Allow"] == "GET, HEAD"
    assert d.http("GET", f"/v1/incidents/{number()}/close", desk(d))[1]["Allow"] == "POST"
    status, headers, text = d.http("GET", "/")
    assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8" and "/openapi.yaml" in text.decode()


AUTH = "Authorization: Bearer none\r\n"
SMUGGLING = {
    "two lengths": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
    "length and chunked": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before colon": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length : 44\r\n\r\n",
    "signed length": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    "list of lengths": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
    "other coding": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "chunk size 0x": "POST /v1/incidents HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "bare LF": "GET /healthz HTTP/1.1\nHost: a\n\n",
    "folding": "GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
    "no host": "GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "absolute target": "GET http://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL": "GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n",
    "dots": "GET /v1/../healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded slash": "GET /v1%2funits HTTP/1.1\r\nHost: a\r\n\r\n",
    "two slashes": "GET //healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "garbage": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two tokens": "GET /v1/units HTTP/1.1\r\nHost: a\r\n" + AUTH + AUTH + "\r\n",
    "65 headers": "GET /healthz HTTP/1.1\r\nHost: a\r\n" + "".join(f"X-{i}: 1\r\n" for i in range(64)) + "\r\n",
    "long line": "GET /" + "a" * 9000 + " HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_what_could_be_read_two_ways_is_refused_and_closed(d, name):
    with Raw(d) as c:
        c.say(SMUGGLING[name] + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = c.to_end()
    assert re.match(rb"HTTP/1\.1 (4\d\d|5\d\d) ", answer), answer[:200]
    assert len(re.findall(rb"(?m)^HTTP/1\.1 \d", answer)) == 1, "nothing behind it was taken for a request"
    assert b"Connection: close" in answer
    assert d.http("GET", "/healthz")[0] == 200


def test_pipelined_requests_in_order(d):
    paths = ["/healthz", "/nowhere", "/openapi.yaml", "/", "/metrics"] * 20
    with Raw(d) as c:
        c.say("".join(f"GET {p} HTTP/1.1\r\nHost: a\r\n\r\n" for p in paths))
        got = [c.answer()[0] for _ in paths]
    assert got == [404 if p == "/nowhere" else 200 for p in paths]


def test_pipelined_behind_a_waiting_poll(d):
    token, after = liaison(d), seq(d)
    with Raw(d) as c:
        c.get(f"/v1/dispatches?after={after}&wait=30", token).get("/healthz").get("/nowhere")
        until(lambda: gauge(d, "http_parked") >= 1, "the poll to wait")
        r = report(d)
        status, _, body = c.answer()
        assert status == 200 and own(r).encode() in body
        assert [c.answer()[0], c.answer()[0]] == [200, 404]


def test_flood_behind_a_waiting_poll_is_cut_off(d):
    with Raw(d) as c:
        c.get(f"/v1/dispatches?after={seq(d)}&wait=60", liaison(d))
        until(lambda: gauge(d, "http_parked") >= 1, "the poll to wait")
        with pytest.raises((BrokenPipeError, ConnectionResetError, ssl.SSLEOFError)):
            for _ in range(400):
                c.say(b"x" * 65536)
    until(lambda: gauge(d, "http_parked") == 0, "the poll to be given up")
    assert d.http("GET", "/healthz")[0] == 200


@pytest.mark.alone
def test_client_that_leaves_frees_its_place(d):
    for leave in ("close", "half"):
        with Raw(d) as c:
            c.get(f"/v1/dispatches?after={seq(d)}&wait=60", liaison(d))
            until(lambda: gauge(d, "http_parked") >= 1, "the poll to wait")
            if leave == "half":
                socket.socket.shutdown(c.s, socket.SHUT_WR)  # of TLS, too
                assert c.to_end() == b""
        begun = time.monotonic()
        until(lambda: gauge(d, "http_parked") == 0, "its place to be free")
        assert time.monotonic() - begun < 2


def test_expect_continue(d):
    body = json.dumps(incident(number())).encode()
    with Raw(d) as c:
        c.say(f"POST /v1/incidents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {desk(d)}\r\nExpect: 100-continue\r\n"
              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
        assert c.line_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
        assert c.say(body).answer()[0] == 201


# -- events and streams -----------------------------------------------------------------------


def test_events_page_and_wait(d):
    after = seq(d)
    r = report(d)
    page = get(d, f"/v1/events?after={after}", desk(d))
    assert [e["seq"] for e in page["events"]] == list(range(after + 1, page["seq"] + 1))
    assert page["events"][0]["type"] == "incident.reported"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        def wait():
            return pool.submit(get, d, f"/v1/events?after={seq(d)}&wait=30", desk(d))

        def waits():
            nonlocal waiting
            if waiting.done():  # by an event of something else that was on its way
                assert waiting.result()["events"]
                waiting = wait()
            return gauge(d, "http_parked") >= 1

        waiting = wait()
        until(waits, "the request to wait")
        d.http("POST", f"/v1/incidents/{r['incident']}/urge", desk(d), {})
        assert [e["type"] for e in waiting.result(LIMIT)["events"]] == ["incident.urged"]
    status, _, problem = d.http("GET", f"/v1/events?after={seq(d) + 1000}", desk(d))
    assert (status, problem["field"]) == (422, "after")


def test_liaison_sees_events_of_its_incidents_only(d):
    after = seq(d)
    mine, other = report(d), report(d, units=["public-security"])
    seen = {e.get("incident") for e in get(d, f"/v1/events?after={after}", liaison(d))["events"]}
    assert seen == {mine["incident"]} and other["incident"] not in seen


def test_stream_resumes_without_gap(d):
    after, got = seq(d), []
    for _ in range(4):
        report(d)
    with Stream(d, desk(d), f"/v1/stream?after={after}") as s:
        assert "200 OK" in s.head and "text/event-stream" in s.head and "no-store" in s.head
        for id, kind, data in s.events():
            assert data["seq"] == id and data["type"] == kind
            got.append(id)
            if len(got) == 5:
                break
    report(d)
    end = seq(d)
    with Stream(d, desk(d), "/v1/stream", f"Last-Event-ID: {got[-1]}") as s:
        for id, _, _ in s.events():
            got.append(id)
            if id == end:
                break
    assert got == list(range(after + 1, end + 1))


def test_stream_is_live_and_beats(d):
    with Stream(d, desk(d)) as s:
        blocks = s.blocks()
        assert next(blocks)[0].startswith("retry: ")
        r = report(d)
        first = next(b for b in blocks if any(line.startswith("data: ") for line in b))
        assert json.loads(first[-1][6:])["incident"] == r["incident"]
        assert next(b for b in blocks if b[0].startswith(":"))[0] == ": hb"


def test_streams_of_an_account_are_few(d):
    token = d.account("desk-streams", "desk")
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            assert "200 OK" in stack.enter_context(Stream(d, token)).head
        status, headers, problem = d.http("GET", "/v1/stream", token)
        assert (status, problem["code"]) == (429, "too-many") and int(headers["Retry-After"]) > 0
    until(lambda: gauge(d, "http_streams") == 0, "the streams to be gone")
    with Stream(d, token) as s:
        assert "200 OK" in s.head


@pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999", "99999999"])
def test_stream_from_nowhere(d, value):
    status, _, problem = d.http("GET", "/v1/stream", desk(d), headers={"Last-Event-ID": value})
    assert status == 422, problem


def test_a_stream_for_http_1_0_ends_with_the_connection(d):
    """As old proxies ask for it: no chunks, and nothing behind it."""
    after = seq(d)
    with Raw(d) as c:
        c.say(f"GET /v1/stream?after={after} HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
              f"Authorization: Bearer {desk(d)}\r\n\r\n")
        head = c.line_until(b"\r\n\r\n").decode()
        assert head.startswith("HTTP/1.1 200 ") and "Connection: close" in head
        assert "Transfer-Encoding" not in head and "Content-Length" not in head
        r = report(d)
        assert c.line_until(b"\n\n").startswith(b"retry: 2000\nid: ")
        lines = c.line_until(b"\n\n").decode().split("\n")
        assert lines[0] == f"id: {after + 1}" and lines[1] == "event: incident.reported"
        assert json.loads(lines[2].removeprefix("data: "))["incident"] == r["incident"]
        while not (block := c.line_until(b"\n\n")).startswith(b": hb"):
            assert block.startswith(b"id: ")


@pytest.mark.parametrize("way", ("console", "http"))
def test_events_of_one_incident_page_forwards(d, way):
    """Oldest first, none missing, none twice: one report and six annotations."""
    before = seq(d)
    r = report(d, units=[WATER])
    for i in range(6):
        d.http("POST", f"/v1/incidents/{r['incident']}/annotate", desk(d), {"text": str(i)})
    after, got = 0, []
    with d.desk(events=False) as c:
        until(lambda: len(c.call("event.list", number=r["incident"])["events"]) == 8, "the other process to hear of it")
        for _ in range(20):
            if way == "console":
                page = c.call("event.list", number=r["incident"], limit=3, after=after)
            else:
                page = get(d, f"/v1/events?number={r['incident']}&limit=3&after={after}", desk(d))
            assert len(page["events"]) <= 3 and page["seq"] >= after
            got += [e["seq"] for e in page["events"]]
            after = page["seq"]
            if not page["more"]:
                break
        told = get(d, f"/v1/events?after={before}&limit=500", desk(d))["events"]
        assert got == [e["seq"] for e in told if e["incident"] == r["incident"]]
        assert len(got) == 8, "reported, issued, six annotations"
        first = c.call("event.list", number=r["incident"], limit=3)
        assert [e["seq"] for e in first["events"]] == got[:3], "without after, from the first"
        whole = c.call("event.list", number=r["incident"])
        assert [e["seq"] for e in whole["events"]] == got and whole["more"] is False


@pytest.mark.parametrize("path", ["/v1/dispatches?wait=30", "/v1/dispatches?wait=30&open=1", "/v1/events?wait=30"])
def test_waiting_needs_to_know_for_what(d, path):
    status, _, problem = d.http("GET", path, liaison(d))
    assert (status, problem["field"]) == (422, "after") and "seq" in problem["detail"]
    assert d.http("GET", path.replace("30", "0"), liaison(d))[0] == 200


# -- other clients ---------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_curl(d, tmp_path):
    base, token = d.http_url(), desk(d)
    one = incident(number())
    (tmp_path / "body").write_text(json.dumps(one, ensure_ascii=False))
    done = subprocess.run(["curl", *trusting("--cacert"), "-sS", "-i", "-H", f"Authorization: Bearer {token}", "--json", f"@{tmp_path}/body",
                           f"{base}/v1/incidents"], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.startswith("HTTP/1.1 201 Created")
    done = subprocess.run(["curl", *trusting("--cacert"), "-sS", "--compressed", "-H", f"Authorization: Bearer {token}",
                           f"{base}/v1/incidents/{one['number']}", f"{base}/v1/units"],
                          capture_output=True, text=True, timeout=30, check=True)
    assert one["number"] in done.stdout and '"units":[' in done.stdout


def test_service_addresses(d):
    assert d.http("GET", "/healthz")[2] == {"status": "ok"}
    until(lambda: is_ready(d), "readiness")
    status, _, ready = d.http("GET", "/readyz")
    assert status == 200 and ready["ready"] is True and ready["engine_connected"] is True
    status, headers, text = d.http("GET", "/metrics")
    text = text.decode()
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) liandong_\w+ .+|liandong_\w+(\{.*\})? [0-9.e+-]+", line), line
    assert re.search(r'^liandong_http_requests_total\{method="GET",route="/healthz",code="200"\} [1-9]', text, re.M)
    assert "liandong_calendar_missing_years " in text and "liandong_engine_" in text
    names = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(names) == len(set(names)), "each metric has one type"


@pytest.mark.parametrize("year, missing", [(2025, 0), (2026, 1), (2030, 2)])
def test_calendars_that_are_missing(tmp_path, year, missing):
    """The shipped calendar ends with 2026: this year's and the next one's are counted."""
    with Daemon(tmp_path, clock=f"{year}-03-05T10:00:00+08:00") as d:
        text = d.http("GET", "/metrics")[2].decode()
        assert f"\nliandong_calendar_missing_years {missing}\n" in text


def test_many_waiting_polls(d):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    token, after = liaison(d), seq(d)
    n = 100 if d.tls else 500  # a handshake is the client's time, too, and a connection without a request has its limit
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Raw(d)) for _ in range(n)]
        for c in clients:
            c.get(f"/v1/dispatches?after={after}&wait=60", token)
        until(lambda: gauge(d, "http_parked") == n, "all polls to wait")
        r = report(d)
        begun = time.monotonic()
        for c in clients:
            status, _, body = c.answer()
            assert status == 200 and own(r).encode() in body
        assert time.monotonic() - begun < LIMIT
    assert len(events_of(d, r["incident"], "dispatch.delivered")) == 1


# -- daemons of their own ---------------------------------------------------------------------


def test_engine_dies_and_no_client_notices(daemon):
    d = daemon
    token, after = liaison(d), seq(d)
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        polls = [pool.submit(get, d, f"/v1/dispatches?after={after}&wait=60", token) for _ in range(10)]
        until(lambda: gauge(d, "http_parked") == 10, "the polls to wait")
        d.kill("engine")
        posts = [pool.submit(d.http, "POST", "/v1/incidents", desk(d), incident(number())) for _ in range(10)]
        numbers = set()
        for p in posts:
            status, _, body = p.result(60)
            assert status == 201, body
            numbers.add(body["incident"])
        assert len(numbers) == 10
        for p in polls:
            page = p.result(60)
            assert page["dispatches"] and page["seq"] > after
    seen = set()
    page = {"seq": after, "more": True}
    while page["more"] or not {n for n in numbers} <= seen:
        page = get(d, f"/v1/dispatches?after={page['seq']}&wait=1", token)
        seen |= {x["incident"] for x in page["dispatches"]}
        if not page["dispatches"] and not page["more"]:
            break
    assert numbers <= seen


def test_engine_that_does_not_answer(tmp_path):
    """What is not known to be stored is 503, never a success; the same report again is safe."""
    with Daemon(tmp_path, timeouts={"hold": "1s"}) as d:
        one, token, after = incident(number()), liaison(d), seq(d)
        desk(d)
        engine = d.pids("engine")[0]
        os.kill(engine, signal.SIGSTOP)
        try:
            status, headers, problem = d.http("POST", "/v1/incidents", desk(d), one)
            assert (status, problem["code"]) == (503, "unavailable") and int(headers["Retry-After"]) >= 1
            assert get(d, f"/v1/dispatches?after={after}", token)["dispatches"] == [], "reading goes on"
        finally:
            os.kill(engine, signal.SIGCONT)
        status, _, body = d.http("POST", "/v1/incidents", desk(d), one)
        assert status in (200, 201) and body["incident"] == one["number"]
        page = get(d, f"/v1/dispatches?after={after}&wait=10", token)
        assert [x["incident"] for x in page["dispatches"]] == [one["number"]]


def test_api_dies_and_comes_back(daemon):
    d = daemon
    r = report(d)
    d.kill("api")
    until(lambda: is_ready(d), "the api process to serve again")
    page = get(d, "/v1/dispatches?after=0", liaison(d))
    assert own(r) in [x["dispatch"] for x in page["dispatches"]]


def is_ready(d):
    try:
        return d.http("GET", "/readyz", timeout=5)[0] == 200
    except OSError:
        return False


def test_revoked_token_ends_what_waits(daemon):
    d = daemon
    token, after = liaison(d), seq(d)
    with Stream(d, token) as s, Raw(d) as c:
        c.get(f"/v1/dispatches?after={after}&wait=60", token)
        until(lambda: gauge(d, "http_parked") == 1, "the poll to wait")
        begun = time.monotonic()
        with d.local() as local:
            local.call("account.revoke", name=f"liaison-{WATER}")
        assert c.answer()[0] == 401
        assert c.to_end() == b""
        s.to_end()
        assert time.monotonic() - begun < 5
    assert d.http("GET", "/v1/units", token)[0] == 401


def test_limit_of_requests(tmp_path):
    with Daemon(tmp_path, limits={"requests_per_second": 2, "requests_burst": 5}) as d:
        with Raw(d) as c:  # all are there before the first is answered: a slow machine gives them no time
            c.say(f"GET /v1/units/water HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {desk(d)}\r\n\r\n" * 20)
            answers = [c.answer() for _ in range(20)]
        assert [status for status, *_ in answers[:5]] == [200] * 5
        _, headers, body = next(a for a in answers if a[0] == 429)
        assert json.loads(body)["code"] == "too-many" and int(headers["retry-after"]) >= 1
        assert d.http("GET", "/v1/units/water", liaison(d))[0] == 200, "another account has its own"
        until(lambda: d.http("GET", "/v1/units/water", desk(d))[0] == 200, "the limit to let go")


def test_slow_senders_are_cut(tmp_path):
    with Daemon(tmp_path, timeouts={"header": "1s", "body": "1s", "idle": "1s"}) as d:
        begun = time.monotonic()
        with Raw(d) as drip, Raw(d) as body, Raw(d) as idle:
            drip.say("GET /healthz HTTP/1.1\r\nHost: a\r\n")
            body.say(f"POST /v1/incidents HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {desk(d)}\r\n"
                     "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
            idle.get("/healthz")
            assert idle.answer()[0] == 200
            stop = threading.Event()

            def feed():  # each byte comes in time, all of them do not
                with contextlib.suppress(OSError):
                    while not stop.wait(0.1):
                        drip.say("X")
                        body.say(" ")

            feeder = threading.Thread(target=feed)
            feeder.start()
            assert drip.to_end().startswith(b"HTTP/1.1 408 ")
            assert body.to_end().startswith(b"HTTP/1.1 408 ")
            assert idle.to_end() == b""
            stop.set()
            feeder.join()
        assert time.monotonic() - begun < LIMIT


def test_drain_answers_who_waits(tmp_path):
    d = Daemon(tmp_path).start()
    token, after = liaison(d), seq(d)
    with Raw(d) as poll, Stream(d, desk(d)) as s, Raw(d) as idle:
        poll.get(f"/v1/dispatches?after={after}&wait=60", token)
        until(lambda: gauge(d, "http_parked") == 1, "the poll to wait")
        begun = time.monotonic()
        assert d.stop() == 0, d.log()
        status, headers, body = poll.answer()
        assert status == 200 and headers["connection"] == "close"
        assert json.loads(body)["dispatches"] == [] and json.loads(body)["seq"] >= after
        assert s.to_end().endswith(b"0\r\n\r\n")
        assert idle.to_end() == b""
    assert time.monotonic() - begun < LIMIT


def test_several_workers(tmp_path):
    """What one worker answered is never unknown to the next: read your writes, and no poll is behind."""
    with Daemon(tmp_path, workers={"api": 2}) as d:
        token, after = liaison(d), seq(d)
        for _ in range(20):
            r = report(d)
            page = get(d, f"/v1/dispatches?after={after}&wait=10", token)
            assert page["seq"] >= after
            after = page["seq"]
            assert get(d, f"/v1/dispatches/{own(r)}", token)["delivered_at"]
