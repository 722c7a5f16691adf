"""Who may do and see what: the matrix of role, command and way in, made from the program's own tables;
another unit's token, a bad one, a revoked one; confidential matters; and words that mark personal data
looked for in everything that anyone else is ever given."""
import contextlib
import hashlib
import json
import os
import re
import sqlite3
import time

import pytest

import harness
from harness import ROOT, Daemon, Refused, endpoints, incident, protocol, until

ROLES = ("desk", "liaison", "office", "admin", "integration", "local", "shift-leader", "wall")
WEB_ONLY = ("wall",)  # no session on the console
UNIT, OTHER = "water", "power"


# -- the program's own tables --------------------------------------------------------------------

# name -> (roles, internal, own)
COMMANDS = {name: (set(row["roles"]), row["internal"], row["own"]) for name, row in protocol().items()}
ENDPOINTS = endpoints()
GUARDED = [e for e in ENDPOINTS if e[2]]


def test_the_tables_were_read():
    assert len(COMMANDS) >= 33 and len(ENDPOINTS) >= 28
    assert COMMANDS["incident.report"][0] == {"desk", "integration", "local", "shift-leader"}
    assert COMMANDS["status.get"][0] == set(ROLES) - {"liaison", "wall"}
    assert {n for n, (roles, internal, _) in COMMANDS.items() if "wall" in roles and not internal} == {
        "board.get", "queue.list", "unit.list", "area.list", "category.list", "session.get", "session.list", "session.end"}
    assert {n for n, (_, internal, _) in COMMANDS.items() if internal} == {"dispatch.deliver", "personal.read", "session.begin",
                                                                                "session.extend", "login.alarm", "notice.report", "exchange.taken", "exchange.report"}
    assert {e[2] for e in GUARDED} <= set(COMMANDS)


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("roles")) as daemon:
        with daemon.desk(events=False) as c:
            c.call("incident.report", **incident("BOTH", units=[UNIT, OTHER]))
            c.call("incident.report", **incident("THEIRS", units=[OTHER]))
            c.call("incident.report", **incident("OURS", units=[UNIT]))
        yield daemon


def every_integration():
    return [n for n, (roles, internal, _) in COMMANDS.items() if "integration" in roles and not internal
            and not n.startswith("session.")]


def account(d, role):
    if role == "integration":
        return d.account("all", "integration", commands=every_integration())
    return d.account(f"a-{role}", role, UNIT if role == "liaison" else None)


def open_as(d, role, **params):
    if role == "local":
        return d.local()
    c = d.raw()
    c.session = c.call("session.open", token=account(d, role), events=False, **params)
    return c


def word_of(reply):
    return reply.get("error", {}).get("data", {}).get("code", "done")


# -- role × command × way ------------------------------------------------------------------------

def test_the_wall_opens_no_console(d):
    with d.raw() as c:
        assert word_of(c.reply(c.send("session.open", token=account(d, "wall")))) == "forbidden"
        assert word_of(c.reply(c.send("board.get"))) == "unauthenticated"


@pytest.mark.parametrize("role", [r for r in ROLES if r not in WEB_ONLY])
def test_each_role_on_the_console(d, role):
    with open_as(d, role) as c:
        got = {n: word_of(c.reply(c.send(n), 60)) for n in COMMANDS}  # some make a report
    for name, (roles, internal, _) in COMMANDS.items():
        if internal:
            assert got[name] == "unknown-method", name
        elif role in roles:
            assert got[name] not in ("forbidden", "unauthenticated", "unknown-method", "internal"), name
        else:
            assert got[name] == "forbidden", name


@pytest.mark.parametrize("name", [n for n in every_integration()])
def test_an_integration_only_as_named(d, name):
    others = [n for n in every_integration() if n != name]
    token = d.account(f"only-{name}", "integration", commands=[name])
    with d.raw() as c:
        c.call("session.open", token=token, events=False)
        assert word_of(c.reply(c.send(name))) != "forbidden"
        assert {word_of(c.reply(c.send(n))) for n in others} == {"forbidden"}


def filled(path, number="NOSUCH", dispatch="NOSUCH-01", unit="nosuch"):
    path = path.replace("{request}", f"{number}.r1").replace("{finding}", f"{dispatch}.f1")
    return path.replace("{number}", number).replace("{dispatch}", dispatch).replace("{unit}", unit).replace(
        "{mode}", "nosuch").replace("{meeting}", "nosuch").replace("{session}", "000000000000").replace("{name}", "nosuch").replace(
        "reports/month/{period}", "reports/month/2026-03.json").replace("{period}", "2026-03.json").replace("{photo}", "0" * 64).replace("{notice}", "0" * 16).replace("{partner}", "none")


@pytest.mark.parametrize("role", [r for r in ROLES if r != "local"])
@pytest.mark.parametrize("method,path,name", GUARDED, ids=[f"{m} {p}" for m, p, _ in GUARDED])
def test_each_role_on_http(d, role, method, path, name):
    token = account(d, role)
    if path == "/v1/stream" and role in COMMANDS[name][0]:
        assert raw_status(d, filled(path), token) == 200
        return
    status, _, body = d.http(method, filled(path), token, {} if method == "POST" else None)
    if role in COMMANDS[name][0]:
        assert status not in (401, 403, 500, 501), body
    else:
        assert (status, body["code"]) == (403, "forbidden")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("sealed"), **harness.secure_options())
    daemon.tls = harness.client_context()
    with daemon:
        yield daemon


@pytest.mark.skipif(harness.TLS, reason="all of this file is over TLS")
@pytest.mark.parametrize("role", [r for r in ROLES if r != "local"])
def test_each_role_over_tls(sealed, role):
    """The same answers on both ways, in TLS: the whole row of the table, on one connection each."""
    if role not in WEB_ONLY:
        test_each_role_on_the_console(sealed, role)
    token, web, wrong = account(sealed, role), sealed.http_connection(60), []
    for method, path, name in GUARDED:
        if path == "/v1/stream":
            continue
        web.request(method, filled(path), b"{}" if method == "POST" else None,
                    {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        answer = web.getresponse()
        body = answer.read()
        refused = answer.status == 403 and json.loads(body)["code"] == "forbidden"
        may = role in COMMANDS[name][0]
        if refused == may or answer.status in (401, 500, 501):
            wrong.append((method, path, answer.status))
    web.close()
    assert not wrong, wrong


def raw_status(d, path, token):
    with d.http_raw() as c:
        c.send_bytes(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        return int(c.socket.recv(100).split()[1])


# -- tokens --------------------------------------------------------------------------------------

def flipped(token):
    return token[:-1] + ("0" if token[-1] != "0" else "1")


BAD_TOKENS = {
    "one digit changed": flipped,
    "upper case": str.upper,
    "cut short": lambda t: t[:-1],
    "one more": lambda t: t + "0",
    "its digest": lambda t: hashlib.sha256(t.encode()).hexdigest(),
    "an account's name": lambda t: "a-desk",
    "local": lambda t: "local",
    "zeros": lambda t: "0" * 64,
    "twice": lambda t: t + t,
    "SQL": lambda t: "' OR 1=1 --",
    "a pattern": lambda t: "%",
}


@pytest.fixture(scope="module")
def revoked(d):
    token = d.account("was-desk", "desk")
    with d.local() as c:
        c.call("account.revoke", name="was-desk")
    return token


def bad_tokens(d, revoked):
    good = account(d, "desk")
    return {**{n: f(good) for n, f in BAD_TOKENS.items() if f(good) != good}, "revoked": revoked}


def test_bad_tokens_on_the_console(d, revoked):
    for name, token in bad_tokens(d, revoked).items():
        with d.raw() as c:
            assert word_of(c.reply(c.send("session.open", token=token))) == "unauthenticated", name
            assert word_of(c.reply(c.send("incident.list"))) == "unauthenticated", name
    with d.raw() as c:
        assert word_of(c.reply(c.send("session.open"))) == "unauthenticated"
    with d.raw() as c:
        assert word_of(c.reply(c.send("session.open", token="x" * 201))) in ("unauthenticated", "invalid-params")


@pytest.mark.parametrize("method,path,name", GUARDED, ids=[f"{m} {p}" for m, p, _ in GUARDED])
def test_bad_tokens_on_http(d, revoked, method, path, name):
    for number in ("NOSUCH", "OURS"):  # with or without a good token, what is there must not show
        there = filled(path, number, f"{number}-01", UNIT)
        status, headers, body = d.http(method, there, None, {} if method == "POST" else None)
        assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer") and body["code"] == "unauthenticated"
    for what, token in bad_tokens(d, revoked).items():
        assert d.http(method, filled(path, "OURS", "OURS-01", UNIT), token,
                      {} if method == "POST" else None)[0] in (400, 401), what


def test_a_token_of_another_daemon(d, tmp_path):
    with Daemon(tmp_path) as other:
        token = other.account("a-desk", "desk")
        assert other.http("GET", "/v1/units", token)[0] == 200
    assert d.http("GET", "/v1/units", token)[0] == 401


# -- another unit's token ------------------------------------------------------------------------

def params_for(name, dispatch):
    required = [f["name"] for f in protocol()[name]["fields"] if f["required"]]
    return {f: dispatch if f == "dispatch" else VALUES[f] for f in required}


OWN = [n for n, (roles, internal, own) in COMMANDS.items()
       if own and not internal and "liaison" in roles and n.startswith("dispatch.") and n != "dispatch.list"]


@pytest.mark.parametrize("name", OWN)
def test_anothers_dispatch_is_as_if_it_were_not(d, name):
    """Not only the code: the whole answer is the one for a dispatch that does not exist."""
    with open_as(d, "liaison") as c:
        answers = {}
        for dispatch in ("BOTH-02", "THEIRS-01", "NOSUCH-01", "BOTH-09", "OURS-02"):
            reply = c.reply(c.send(name, **params_for(name, dispatch)))
            assert word_of(reply) == "not-found", (dispatch, reply)
            reply.pop("id")
            answers[dispatch] = json.dumps(reply).replace(dispatch, "X").replace(dispatch.split("-")[0], "X")
        assert len(set(answers.values())) == 1, answers
    with d.desk(events=False) as desk:
        for number in ("BOTH", "THEIRS"):
            events = desk.call("incident.get", number=number)["events"]
            assert not [e for e in events if e["by"] == "a-liaison" and e.get("unit") == OTHER]


HTTP_OWN = [(m, p) for m, p, n in GUARDED if n in OWN]


@pytest.mark.parametrize("method,path", HTTP_OWN, ids=[f"{m} {p}" for m, p in HTTP_OWN])
def test_anothers_dispatch_is_404(d, method, path):
    token = account(d, "liaison")
    name = next(n for m, p, n in GUARDED if (m, p) == (method, path))
    body = {f: v for f, v in params_for(name, "x").items() if f != "dispatch"} if method == "POST" else None
    answers = set()
    for dispatch in ("BOTH-02", "THEIRS-01", "NOSUCH-01", "BOTH-09"):
        for headers in ({}, {"If-Match": '"1"'}, {"If-None-Match": "*"}):
            if "{dispatch}/" in path and headers and method == "GET":
                continue
            status, got, text = d.http(method, filled(path, dispatch=dispatch), token, body, headers)
            if status in (400, 422) and headers:
                continue  # a header that is refused here is refused for everything
            assert status == 404 and "ETag" not in got, (dispatch, headers, text)
            answers.add(json.dumps(text).replace(dispatch, "X"))
    assert len(answers) == 1


def test_what_is_not_theirs_is_in_no_list(d):
    token = account(d, "liaison")
    with open_as(d, "liaison") as c:
        for name, params in (("incident.get", {"number": "THEIRS"}), ("event.list", {"number": "THEIRS"}),
                             ("dispatch.list", {"unit": OTHER})):
            assert word_of(c.reply(c.send(name, **params))) == "not-found"
        lists = [c.call("dispatch.list", open=True), c.call("dispatch.list", after=0), c.call("event.list", limit=500),
                 c.call("incident.get", number="BOTH")]
    for path in ("/v1/incidents/THEIRS", "/v1/events?number=THEIRS", f"/v1/dispatches?unit={OTHER}"):
        assert d.http("GET", path, token)[0] == 404
    for path in ("/v1/dispatches?open=1", "/v1/dispatches?after=0", "/v1/events?after=0&limit=500",
                 "/v1/incidents/BOTH"):
        status, _, body = d.http("GET", path, token)
        assert status == 200
        lists.append(body)
    text = json.dumps(lists)
    assert "THEIRS" not in text and "OURS-01" in text
    shown = {x["dispatch"]: x for x in lists[3]["dispatches"]}
    assert not {"call", "acknowledge_due", "arrive_due", "overdue", "result"} & set(shown["BOTH-02"]), \
        "of the others: who they are, not how they do"
    assert "call" in shown["BOTH-01"]


def test_a_unit_is_pushed_its_own_only(d):
    with d.console("a-liaison", "liaison", UNIT) as c, sse(d, account(d, "liaison")) as stream, \
            d.desk(events=False) as desk:
        after = c.session["seq"]
        desk.call("incident.report", **incident("PUSH-1", units=[OTHER]))
        desk.call("dispatch.acknowledge", dispatch="PUSH-1-01", on_behalf={"person": "a", "phone": "1"})
        desk.call("incident.report", **incident("PUSH-2", units=[UNIT]))
        c.event(incident="PUSH-2", type="dispatch.issued")
        until(lambda: b"PUSH-2-01" in stream.take(), "the stream")
        assert "PUSH-1" not in json.dumps(c.lines)
        assert b"PUSH-1" not in stream.got
        poll = d.http("GET", f"/v1/dispatches?after={after}", account(d, "liaison"))[2]
        assert [x["dispatch"] for x in poll["dispatches"]] == ["PUSH-2-01"]


class Sse:
    """A stream of server-sent events, as bytes."""

    def __init__(self, d, token):
        self.c = d.http_raw()
        self.c.send_bytes(f"GET /v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        self.c.socket.settimeout(10)
        self.got = self.c.socket.recv(1 << 16)
        assert b" 200 " in self.got

    def take(self):
        self.c.socket.settimeout(0.02)
        with contextlib.suppress(TimeoutError):
            self.got += self.c.socket.recv(1 << 20)
        return self.got


@contextlib.contextmanager
def sse(d, token):
    stream = Sse(d, token)
    try:
        yield stream
    finally:
        stream.c.close()


# -- confidential ----------------------------------------------------------------------------------

def confidential_categories():
    with open(os.path.join(ROOT, "config", "zhangping", "categories.yaml"), encoding="utf-8") as f:
        rows = f.read().split("  - code: ")[1:]
    return [r[1:7] for r in rows if "confidential: true" in r]


def test_there_are_confidential_categories():
    assert len(confidential_categories()) >= 3


@pytest.mark.parametrize("category", confidential_categories())
def test_a_confidential_matter_is_its_units_and_the_desks(d, category):
    number = f"CONF-{category}"
    with d.desk(events=False) as desk:
        seq = desk.call("session.ping")["seq"]
        r = desk.call("incident.report", **incident(number, category=category))
        assert r["confidential"] and r["dispatches"]
        assert desk.call("incident.get", number=number)["reporter"]["phone"] == "13959001234"
    units = {x["unit"] for x in r["dispatches"]}
    first = r["dispatches"][0]
    with d.liaison(first["unit"], events=False) as c:
        assert c.call("incident.get", number=number)["category"] == category
    stranger = next(u for u in ("media", "youth-league", "transport", "power") if u not in units)
    for role, unit in (("integration", None), ("admin", None), ("liaison", stranger)):
        token = d.account(f"liaison-{unit}", "liaison", unit) if unit else account(d, role)
        for key, view in reads_of(d, token, number, first, seq).items():
            if word_of(view) == "done" and "result" in view:
                assert number not in json.dumps(view["result"]), (role, key)
            elif "status" in view and isinstance(view["status"], int):
                assert view["status"] in (403, 404), (role, key, view)
            elif "error" in view:
                assert word_of(view) in ("not-found", "forbidden"), (role, key, view)
            else:
                assert number not in json.dumps(view), (role, key)


def reads_of(d, token, number, first, seq):
    """What an account is told about an incident, both ways."""
    out = {}
    with d.raw() as c:
        c.call("session.open", token=token, events=False)
        for name, params in (("incident.get", {"number": number}), ("dispatch.get", {"dispatch": first["dispatch"]}),
                             ("dispatch.deadlines", {"dispatch": first["dispatch"], "explain": True}),
                             ("event.list", {"number": number}), ("route.explain", {"number": number}),
                             ("incident.list", {}), ("event.list", {"after": seq, "limit": 500}),
                             ("dispatch.list", {"unit": first["unit"], "open": True})):
            out[f"{name} {params}"] = c.reply(c.send(name, **params))
    for path in (f"/v1/incidents/{number}", f"/v1/dispatches/{first['dispatch']}", "/v1/incidents",
                 f"/v1/events?after={seq}&limit=500", f"/v1/events?number={number}",
                 f"/v1/dispatches?unit={first['unit']}&open=1"):
        out[path] = d.http("GET", path, token)[2]
    return out


SECRET = {"address": "ZZPII秘密路1号", "description": "ZZPII她被打了", "reporter": {"name": "ZZPII", "phone": "13712345678"},
          "location": {"lon": 117.98765, "lat": 25.2}}


def test_the_office_sees_a_confidential_matters_clocks_and_steps_not_its_people(d):
    with d.desk(events=False) as desk:
        seq = desk.call("session.ping")["seq"]
        r = desk.call("incident.report", **incident("OFFICE-1", confidential=True, units=["fire"], **SECRET))
        desk.call("dispatch.arrive", dispatch="OFFICE-1-01", text="ZZPII到了", on_behalf={"person": "ZZPII", "phone": "137"})
    views = reads_of(d, account(d, "office"), "OFFICE-1", r["dispatches"][0], seq)
    text = json.dumps(views, ensure_ascii=False)
    assert "ZZPII" not in text and "137****" not in text and "117.98" not in text
    got = views["incident.get {'number': 'OFFICE-1'}"]["result"]
    assert not {"reporter", "address", "location", "description"} & set(got), "not even masked"
    assert got["category"] == "601301" and got["dispatches"][0]["arrive_due"] and got["dispatches"][0]["arrived_at"]
    assert [e["type"] for e in got["events"]][:2] == ["incident.reported", "dispatch.issued"]
    assert views["dispatch.deadlines {'dispatch': 'OFFICE-1-01', 'explain': True}"]["result"]["clocks"][1]["sentence"]
    assert word_of(views["route.explain {'number': 'OFFICE-1'}"]) == "not-found", "it says what was said"
    assert "OFFICE-1" in json.dumps(views["/v1/incidents"])


def test_a_unit_that_is_only_informed_sees_that_there_is_one(d):
    """Until the desk releases it, or gives it a part."""
    media, fire = d.account("liaison-media", "liaison", "media"), d.account("liaison-fire", "liaison", "fire")
    with d.desk(events=False) as desk, d.liaison("media") as heard:
        seq = desk.call("session.ping")["seq"]
        r = desk.call("incident.report", **incident("TOLD-1", confidential=True, units=["fire"], **SECRET))
        own = desk.call("dispatch.add", number="TOLD-1", unit="media", role="inform")["dispatch"]
        desk.call("incident.annotate", number="TOLD-1", text="ZZPII")
        last = desk.call("dispatch.arrive", dispatch="TOLD-1-01", on_behalf={"person": "ZZPII"})["seq"]
        heard.event(seq=last)
        views = reads_of(d, media, "TOLD-1", own, seq)
        text = json.dumps([views, heard.events], ensure_ascii=False)
        assert "ZZPII" not in text and "601301" not in text and "137****" not in text
        got = views["incident.get {'number': 'TOLD-1'}"]["result"]
        assert set(got) == {"number", "state", "state_name", "received_at", "reported_at", "confidential", "dispatches", "events"}
        assert got["confidential"] is True and {x["unit"] for x in got["dispatches"]} == {"fire", "media"}
        kinds = [e["type"] for e in heard.events if e["incident"] == "TOLD-1"]
        assert kinds == ["dispatch.issued", "dispatch.arrived"], "from the instant it was told"
        listed = views["event.list {'number': 'TOLD-1'}"]["result"]["events"]
        assert sorted(e["type"] for e in listed if "delivered" not in e["type"]) == \
            ["dispatch.arrived", "dispatch.issued", "dispatch.issued", "incident.reported"]
        assert all(set(e) <= {"seq", "at", "type", "incident", "dispatch", "unit", "data"} and e["data"] == {}
                   for e in listed + heard.events if e["incident"] == "TOLD-1")
        assert d.http("POST", f"/v1/dispatches/{own['dispatch']}/acknowledge", media, {})[0] == 200, "it may say so"
        assert "ZZPII" in json.dumps(reads_of(d, fire, "TOLD-1", r["dispatches"][0], seq), ensure_ascii=False)

        desk.call("incident.amend", number="TOLD-1", confidential=False)
        got = d.http("GET", "/v1/incidents/TOLD-1", media)[2]
        assert got["description"] == SECRET["description"] and got["category"] == "601301"
        desk.call("incident.amend", number="TOLD-1", confidential=True)
        assert "category" not in d.http("GET", "/v1/incidents/TOLD-1", media)[2]
        desk.call("dispatch.add", number="TOLD-1", unit="media", role="assist")
        assert d.http("GET", "/v1/incidents/TOLD-1", media)[2]["description"] == SECRET["description"]


def test_a_category_does_not_hide_again_what_the_desk_released(d):
    code = confidential_categories()[0]
    with d.desk(events=False) as desk:
        desk.call("incident.report", **incident("FREE-1", category=code))
        desk.call("incident.amend", number="FREE-1", confidential=False)
        desk.call("incident.amend", number="FREE-1", priority="P2")
        assert desk.call("incident.get", number="FREE-1")["confidential"] is False
        desk.call("incident.amend", number="FREE-1", category=confidential_categories()[1])
        assert desk.call("incident.get", number="FREE-1")["confidential"] is True, "another matter, another word"


# -- every command asks sight first ------------------------------------------------------------------

VALUES = {"text": "x", "unit": "transport", "role": "assist", "reason": "x", "result": "satisfied", "grant": True,
          "until": "2099-01-01T00:00:00+08:00", "owner.unit": "power", "owner.object": "x",
          "class": "refused", "step": "departed", "other": "NOSUCH-2", "on": True, "photo": "0" * 64,
          # one pixel of JPEG
          "image": "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAABAAEBAREA/9oACAEBAAA/AAAA/9k="}
# Of an incident that its unit has nothing to do with: a plain one, a confidential one.
SEES = {"desk": (True, True), "shift-leader": (True, True), "office": (True, True), "integration": (True, False),
        "local": (True, True), "liaison": (False, False), "admin": (False, False)}
FILTERS = {"notice.list", "exchange.list"}  # the number only narrows them: of what is not there nothing is listed


def commands_about(name):
    """Commands that name an incident (number) or a dispatch, with their required parameters."""
    for command, row in protocol().items():
        if name in {f["name"] for f in row["fields"]} and not row["internal"] and command != "incident.report":
            yield command, name, [f["name"] for f in row["fields"] if f["required"]]


ABOUT = [*commands_about("number"), *commands_about("dispatch")]


def test_every_role_that_may_ask_about_an_incident_is_asked():
    assert set().union(*(COMMANDS[name][0] for name, _, _ in ABOUT)) - set(SEES) == {"wall"}  # it has no console


def test_the_commands_about_incidents_were_found():
    assert len(ABOUT) >= 17
    assert {"incident.amend", "incident.cancel", "event.list", "route.explain", "dispatch.add"} <= {n for n, _, _ in ABOUT}


def ask(c, name, key, need, about):
    params = {key: about}
    for field in need:
        if field not in ("number", "dispatch"):
            outer, _, inner = field.partition(".")
            params[outer] = {**params.get(outer, {}), inner: VALUES[field]} if inner else VALUES[field]
    if name == "incident.amend":
        params["confidential"] = False
    if name == "incident.link":
        params["other"] = about  # seen, and refused for being the same one
    if name.startswith("dispatch.") and key == "dispatch" and c.by:
        params["on_behalf"] = {"person": "x"}
    return c.reply(c.send(name, **params))


def as_if_absent(reply, about, number):
    reply.pop("id")
    return json.dumps(reply, ensure_ascii=False).replace(about, "X").replace(number, "X")


@pytest.mark.parametrize("role", SEES)
@pytest.mark.parametrize("secret", (False, True), ids=("plain", "confidential"))
def test_every_command_asks_sight_first(d, role, secret):
    """What a caller may not see is not there for any of its commands, in the words of what does not exist."""
    number = f"SEE-{role}-{int(secret)}"
    with d.desk(events=False) as desk:
        desk.call("incident.report", **incident(number, confidential=secret, units=["fire", "health"]))
    with open_as(d, role) as c:
        for name, key, need in ABOUT:
            if role not in COMMANDS[name][0]:
                continue
            c.by = name.split(".")[1] in ("acknowledge", "depart", "arrive", "progress", "complete")
            about, none = (number, "NOSUCH") if key == "number" else (f"{number}-01", "NOSUCH-01")
            reply = ask(c, name, key, need, about)
            if name == "photo.get" and word_of(reply) == "not-found" and SEES[role][secret]:
                assert reply["error"]["data"]["field"] == "photo", reply  # the dispatch is seen, and has none
                continue
            if SEES[role][secret] and not (name == "route.explain" and role == "office" and secret):
                assert word_of(reply) != "not-found", (name, reply)
                continue
            assert word_of(reply) == ("done" if name in FILTERS else "not-found"), (name, reply)
            absent = ask(c, name, key, need, none)
            assert as_if_absent(reply, about, number) == as_if_absent(absent, none, "NOSUCH"), name
    if not SEES[role][secret]:
        with d.desk(events=False) as desk:
            now = desk.call("incident.get", number=number)
            assert now["state"] == "open" and now["confidential"] is secret
            assert {e["by"] for e in now["events"]} == {"desk1"}


@pytest.mark.parametrize("method,path,name", [e for e in GUARDED if re.search(r"\{(number|dispatch|request|finding)\}", e[1])
                                              and "integration" in COMMANDS[e[2]][0]],
                         ids=lambda e: e if isinstance(e, str) and "/" in e else "")
def test_every_address_asks_sight_first(d, method, path, name):
    number = f"HIDE-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}-{method}"[:60]
    with d.desk(events=False) as desk:
        desk.call("incident.report", **incident(number, confidential=True, units=["fire"]))
    need = [f["name"] for f in protocol()[name]["fields"] if f["required"]]
    body = {f: VALUES[f] for f in need if f in VALUES} if method == "POST" else None
    if name == "incident.amend":
        body["priority"] = "P4"
    answers = [d.http(method, filled(path, n, f"{n}-01"), account(d, "integration"), body) for n in (number, "NOSUCH")]
    assert [a[0] for a in answers] == [404, 404], answers
    assert json.dumps(answers[0][2]).replace(number, "NOSUCH") == json.dumps(answers[1][2])


def test_an_integration_is_told_of_a_confidential_report_only_that_it_is_stored(d):
    with open_as(d, "integration") as c:
        one = incident("OWN-SECRET", confidential=True)
        for again in (False, True):
            told = c.call("incident.report", **one)
            assert told["confidential"] and told["duplicate"] is again and told["seq"]
            assert told["dispatches"] == [] and told["similar"] == []
            assert not {"category", "route", "priority"} & set(told)
        assert word_of(c.reply(c.send("incident.get", number="OWN-SECRET"))) == "not-found"


def test_of_other_units_identity_state_and_times(d):
    """In reads, lists, pushes and streams alike."""
    token = account(d, "liaison")
    with d.console("a-liaison", "liaison", UNIT) as c, sse(d, token) as stream, d.desk(events=False) as desk:
        after = c.session["seq"]
        desk.call("incident.report", **incident("BESIDE", units=[UNIT, OTHER]))
        by = {"person": "ZZPII", "phone": "137"}
        desk.call("dispatch.acknowledge", dispatch="BESIDE-02", text="ZZPII", on_behalf=by)
        desk.call("dispatch.progress", dispatch="BESIDE-02", text="ZZPII", on_behalf=by, eta="2099-01-01T00:00:00+08:00")
        desk.call("dispatch.complete", dispatch="BESIDE-02", result="ZZPII", on_behalf=by)
        last = desk.call("dispatch.acknowledge", dispatch="BESIDE-01", on_behalf={"person": "ours"})["seq"]
        c.event(seq=last)
        until(lambda: f"id: {last}\n".encode() in stream.take(), "the stream")
        read = c.call("incident.get", number="BESIDE")
        lists = [c.call("event.list", after=after, limit=500), c.call("event.list", number="BESIDE"),
                 d.http("GET", f"/v1/events?after={after}&limit=500", token)[2], read]
        text = json.dumps([lists, c.lines], ensure_ascii=False) + stream.got.decode()
        assert "ZZPII" not in text
        pushed = [e for e in c.events if e.get("incident") == "BESIDE"]
        streamed = [json.loads(line[6:]) for line in stream.got.decode().splitlines() if line.startswith("data: ")]
        for events in (pushed, streamed, *(x["events"] for x in lists)):
            theirs = sorted((e for e in events if e.get("unit") == OTHER and e["incident"] == "BESIDE"),
                            key=lambda e: e["seq"])
            assert [e["type"] for e in theirs] == ["dispatch.issued", "dispatch.acknowledged", "dispatch.progressed",
                                                   "dispatch.completed"]
            assert all(set(e) == {"seq", "at", "type", "incident", "dispatch", "unit", "data"} and not e["data"]
                       for e in theirs)
            ours = next(e for e in events if e["type"] == "dispatch.issued" and e["unit"] == UNIT)
            assert ours["by"] == "desk1" and ours["data"]["rule"]
        theirs = next(x for x in read["dispatches"] if x["unit"] == OTHER)
        assert set(theirs) <= {"dispatch", "incident", "unit", "unit_name", "role", "state", "state_name", "issued_at", "delivered_at",
                               "acknowledged_at", "departed_at", "arrived_at", "completed_at", "withdrawn_at", "reported_at"}


def test_a_unit_sees_no_phones_of_another(d):
    token = account(d, "liaison")
    units = {u["unit"]: u for u in d.http("GET", "/v1/units", token)[2]["units"]}
    assert "duty" in units[UNIT] and "call" in units[UNIT]
    assert not {"duty", "liaison", "person_in_charge", "leader", "call"} & set(units[OTHER])
    assert "duty" not in d.http("GET", f"/v1/units/{OTHER}", token)[2]
    assert "duty" in d.http("GET", f"/v1/units/{OTHER}", account(d, "office"))[2]


def test_a_confidential_matter_is_not_named_as_similar(d):
    """The same phone rang about it: that is the desk's to know, not a connected system's."""
    with d.desk(events=False) as desk, open_as(d, "integration") as hotline:
        same = {"reporter": {"phone": "13900009999"}}
        desk.call("incident.report", **incident("SIM-SECRET", confidential=True, **same))
        desk.call("incident.report", **incident("SIM-OPEN", **same))
        told = hotline.call("incident.report", **incident("SIM-HOTLINE", **same))
        named = {s["number"] for s in told["similar"]}
        assert "SIM-OPEN" in named and "SIM-SECRET" not in named
        desk.call("incident.amend", number="SIM-OPEN", confidential=True)
        told = hotline.call("incident.report", **incident("SIM-LATER", **same))
        assert not {"SIM-OPEN", "SIM-SECRET"} & {s["number"] for s in told["similar"]}
        whose = {"reporter": {"phone": "13900008888"}, "address": "别处一路1号"}
        desk.call("incident.report", **incident("SIM-HUSH", secret_reporter=True, **whose))
        told = hotline.call("incident.report", **incident("SIM-PROBE", **{**whose, "address": "天边路2号"}))
        assert "SIM-HUSH" not in {s["number"] for s in told["similar"]}, "it would say whose phone it was"
        told = hotline.call("incident.report", **incident("SIM-MINE", confidential=True, **same))
        assert told["similar"] == []
        told = desk.call("incident.report", **incident("SIM-DESK", **same))
        assert {s["number"] for s in told["similar"]} >= {"SIM-OPEN", "SIM-SECRET"}


def test_a_secret_reporter_is_the_desks_alone(d):
    who = {"name": "司徒慎言", "phone": "13611112222"}
    with d.desk(events=False) as desk, d.liaison("fire", events=False) as fire, open_as(d, "office") as office, \
            open_as(d, "local") as local:
        desk.call("incident.report", **incident("HUSH-1", units=["fire"], secret_reporter=True, reporter=who))
        assert desk.call("incident.get", number="HUSH-1")["reporter"] == who
        views = [fire.call("incident.get", number="HUSH-1"), fire.call("dispatch.get", dispatch="HUSH-1-01"),
                 fire.call("dispatch.list", open=True), fire.call("event.list", number="HUSH-1"),
                 office.call("incident.get", number="HUSH-1"), office.call("incident.list")]
        assert views[0]["description"] == incident("x")["description"], "the unit must know the matter"
        token = d.account("liaison-fire", "liaison", "fire")
        views += [d.http("GET", p, token)[2] for p in ("/v1/incidents/HUSH-1", "/v1/dispatches/HUSH-1-01",
                                                       "/v1/dispatches?open=1", "/v1/events?number=HUSH-1")]
        text = json.dumps(views, ensure_ascii=False)
        assert who["name"] not in text and who["phone"] not in text
        assert not [v for v in views[:2] if "reporter" in v.get("matter", v)], "not even masked"
        assert local.call("incident.get", number="HUSH-1", unmask=True)["reporter"] == who
        desk.call("incident.amend", number="HUSH-1", reporter={"name": "诸葛不言", "phone": "13633334444"})
        text = json.dumps([fire.call("incident.get", number="HUSH-1"), office.call("incident.list")], ensure_ascii=False)
        assert "诸葛" not in text and "13633334444" not in text


# -- canaries: a whole matter, and every word of it looked for everywhere ----------------------------

PII = {
    "name": "ZZPIINAME甲", "phone": "1398ZZPIIPHONE4321", "address": "ZZPIIADDR路1号", "description": "ZZPIIDESC水管爆了",
    "annotate": "ZZPIINOTE", "urge": "ZZPIIURGE", "person": "ZZPIIPERSON", "caller": "137ZZPIICALL8888",
    "progress": "ZZPIIPROGRESS", "result": "ZZPIIRESULT", "reason": "ZZPIIREASON", "withdraw": "ZZPIIWITHDRAW",
    "close": "ZZPIICLOSE", "cancel": "ZZPIICANCEL", "amended": "ZZPIIAMENDED", "place": "117.43211",
}


def live_through(d, number):
    """Everything the desk can say about a matter, with words that mark it."""
    by = {"person": PII["person"], "phone": PII["caller"]}
    with d.desk(events=False) as c:
        c.call("incident.report", **incident(
            number, units=["fire", "health", "media"], address=PII["address"], description=PII["description"],
            reporter={"name": PII["name"], "phone": PII["phone"]}, location={"lon": 117.43211, "lat": 25.123456}))
        c.call("incident.annotate", number=number, text=PII["annotate"])
        c.call("incident.urge", number=number, text=PII["urge"])
        c.call("incident.amend", number=number, description=PII["amended"])
        c.call("dispatch.acknowledge", dispatch=f"{number}-01", on_behalf=by, text=PII["progress"],
               location={"lon": 117.43211, "lat": 25.2})
        c.call("dispatch.progress", dispatch=f"{number}-01", on_behalf=by, text=PII["progress"])
        c.call("dispatch.add", number=number, unit="ecology", role="assist", reason=PII["reason"])
        c.call("dispatch.withdraw", dispatch=f"{number}-02", reason=PII["withdraw"])


def end_it(d, number):
    with d.desk(events=False) as c:
        for n in ("01", "03", "04"):
            c.call("dispatch.complete", dispatch=f"{number}-{n}", result=PII["result"],
                   on_behalf={"person": PII["person"], "phone": PII["caller"]})
        c.call("incident.close", number=number, text=PII["close"])


def provoke(d):
    """Requests that are refused while they carry personal data: what they are told is kept, too."""
    token = account(d, "desk")
    bad = {**incident("CANARY-1"), "description": PII["description"], "address": PII["address"]}
    said = []
    with d.raw() as c:
        c.call("session.open", token=token, events=False)
        for change in ({}, {"number": "A/B"}, {"colour": "red"}, {"description": PII["description"] * 500},
                       {"category": "999999"}, {"received_at": "2099-01-01T00:00:00Z"},
                       {"reporter": {"phone": "1" * 40, "name": PII["name"]}}, {"reporter": PII["name"]},
                       {"address": PII["address"] + "\x07"}, {"location": {"lon": PII["place"]}}):
            said.append(c.reply(c.send("incident.report", **{**bad, **change})))
            said.append(d.http("POST", "/v1/incidents", token, {**bad, **change})[2])
        assert all("error" in r or "code" in r for r in said)
        # what is taken all the same quotes nothing personal in its warnings either
        for i, change in enumerate(({"reporter": PII["name"]}, {"address": PII["address"] + "\x07"},
                                    {"location": {"lon": PII["place"]}}, {"description": PII["description"] * 500},
                                    {"reporter": {"phone": PII["phone"] + "\u202c", "name": PII["name"] * 60}})):
            warnings = c.call("incident.report", **{**bad, **change, "number": f"CANARY-W{i}"})["warnings"]
            assert warnings, change
            said.append(warnings)
        for line in (f'{{"jsonrpc":"2.0","id":1,"method":"incident.report","params":{{"description":"{PII["description"]}"',
                     f'{PII["name"]} {PII["phone"]}'):
            c.send_bytes(line.encode() + b"\n")
        c.wait(lambda: len(c.lines) >= 18, "answers to what is no JSON")
        said += c.lines[-2:]
    said.append(d.http("POST", "/v1/incidents", token, f'{{"description":"{PII["description"]}"'.encode(),
                       {"Content-Type": "application/json"})[2])
    said.append(d.http("GET", "/v1/incidents/" + PII["result"], token)[2]["code"])
    return said


def found_in(text):
    text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False, default=str)
    return [k for k, v in PII.items() if v in text]


def views_of(d, role, unit=None):
    """All that an account is given by every command and address that reads."""
    token = d.account(f"liaison-{unit}", "liaison", unit) if unit else account(d, role)
    out = {}
    with d.raw() as c:
        c.call("session.open", token=token, events=False)
        for name, params in (
                ("incident.get", {"number": "CANARY-1"}), ("incident.list", {"limit": 200}), ("event.list", {"limit": 500}),
                ("event.list", {"number": "CANARY-1", "limit": 500}), ("dispatch.get", {"dispatch": "CANARY-1-01"}),
                ("dispatch.list", {"open": True}), ("dispatch.list", {"unit": "fire", "open": True}),
                ("dispatch.list", {"after": 0}), ("dispatch.deadlines", {"dispatch": "CANARY-1-01", "explain": True}),
                ("route.explain", {"number": "CANARY-1"}), ("status.get", {}), ("account.list", {}), ("unit.list", {})):
            out[name, str(params)] = c.reply(c.send(name, **params))
    for path in ("/v1/incidents/CANARY-1", "/v1/incidents?limit=200", "/v1/events?limit=500",
                 "/v1/events?number=CANARY-1&limit=500", "/v1/dispatches/CANARY-1-01", "/v1/dispatches?open=1",
                 "/v1/dispatches?unit=fire&open=1", "/v1/dispatches?after=0",
                 "/v1/dispatches/CANARY-1-01/deadlines?explain=1", "/v1/status"):
        out[path] = d.http("GET", path, token)[2]
    return out


@pytest.fixture(scope="module")
def canary(d):
    """The matter lived through, with every other party listening."""
    with contextlib.ExitStack() as stack:
        ears = {}
        for role, unit in (("office", None), ("admin", None), ("integration", None), ("liaison", "labour"),
                           ("liaison", "fire")):
            token = d.account(f"liaison-{unit}", "liaison", unit) if unit else account(d, role)
            c = stack.enter_context(d.raw())
            c.call("session.open", token=token)
            ears[role, unit] = (c, stack.enter_context(sse(d, token)))
        local = stack.enter_context(d.local())
        local.call("session.open")
        live_through(d, "CANARY-1")
        during = views_of(d, "liaison", "fire")
        end_it(d, "CANARY-1")
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("CANARY-2", units=["fire"]))
            last = c.call("incident.cancel", number="CANARY-2", text=PII["cancel"])["seq"]
        local.event(seq=last)
        ears["office", None][0].event(seq=last)
        ears["liaison", "fire"][0].event(seq=last)
        until(lambda: f"id: {last}".encode() in ears["liaison", "fire"][1].take(), "the stream")
        until(lambda: f"id: {last}".encode() in ears["office", None][1].take(), "the stream")
        heard = {k: (c.lines, s.take().decode()) for k, (c, s) in ears.items()}
        heard["local", None] = (local.lines, "")
        said = provoke(d)
        return {"during": during, "heard": heard, "said": said}


def test_the_unit_itself_sees_what_it_needs(canary):
    seen = found_in(canary["during"]["incident.get", "{'number': 'CANARY-1'}"])
    assert {"name", "phone", "address", "amended", "place"} <= set(seen)


def test_its_poll_says_where_to_go(canary):
    """Who is sent must read where to: in full, as long as its own dispatch is open."""
    for key in (("dispatch.list", "{'open': True}"), ("dispatch.list", "{'after': 0}"), "/v1/dispatches?open=1",
                "/v1/dispatches?after=0"):
        assert {"name", "phone", "address", "amended", "place"} <= set(found_in(canary["during"][key])), key
    for key, view in canary["during"].items():
        if "event" in str(key) or "deadlines" in str(key):
            assert not found_in(view), key


@pytest.mark.parametrize("role,unit", [("office", None), ("admin", None), ("integration", None), ("liaison", "labour"),
                                       ("liaison", "fire"), ("liaison", "health")])
def test_no_view_of_another_shows_it(d, canary, role, unit):
    """fire's own dispatch is completed and health's is withdrawn by now: they see no more than anyone."""
    for key, view in views_of(d, role, unit).items():
        assert not found_in(view), (key, found_in(view))


def test_nothing_pushed_shows_it(canary):
    for who, (lines, stream) in canary["heard"].items():
        assert not found_in(lines), (who, found_in(lines))
        assert not found_in(stream), (who, found_in(stream))


def test_no_error_shows_it(canary):
    for answer in canary["said"]:
        assert not found_in(answer) and "ZZPII" not in json.dumps(answer), answer


def test_no_log_metric_or_status_shows_it(d, canary):
    assert not found_in(d.log())
    for path in ("/metrics", "/healthz", "/readyz", "/", "/openapi.yaml"):
        assert not found_in(d.http("GET", path)[2].decode() if isinstance(d.http("GET", path)[2], bytes)
                            else d.http("GET", path)[2]), path
    for arguments in (["status"], ["events"], ["incident", "list"], ["incident", "show", "CANARY-1"],
                      ["dispatch", "show", "CANARY-1-01"], ["route", "explain", "CANARY-1"], ["audit", "verify"]):
        for json_ in ([], ["--json"]):
            done = d.ctl(*json_, *arguments)
            assert not found_in(done.stdout + done.stderr), arguments


def test_the_chain_holds_digests_only(d, canary, tmp_path):
    copy = str(tmp_path / "copy.db")
    d.ctl("backup", copy)
    with contextlib.closing(sqlite3.connect(copy)) as db:
        rows = db.execute("SELECT CAST(data AS BLOB) FROM journal").fetchall()
        symbols = db.execute("SELECT text FROM symbol").fetchall()
        whole = b"".join(open(copy, "rb").read().split())
    assert not [r for r in rows if b"ZZPII" in r[0]], "the chain cannot be erased: no personal text in it"
    assert not [s for s in symbols if "ZZPII" in s[0]]
    assert b"ZZPIIADDR" in whole and b"ZZPIINOTE" in whole, "and it is kept where it can be"


@pytest.mark.alone
def test_roles_do_not_change_on_the_way(d):
    """An account that was revoked and made again in another role is the new role only."""
    d.account("turncoat", "desk")
    token = d.tokens["turncoat"]
    with d.raw() as c:
        c.call("session.open", token=token, events=False)
        assert word_of(c.reply(c.send("incident.list"))) == "done"
        with d.local() as local:
            begun = time.monotonic()
            local.call("account.revoke", name="turncoat")
            c.end(limit=5)
            assert time.monotonic() - begun < 3
    del d.tokens["turncoat"]
    again = d.account("turncoat", "office")
    assert again != token
    with d.raw() as c:
        with pytest.raises(Refused):
            c.call("session.open", token=token)
    with d.raw() as c:
        assert c.call("session.open", token=again, events=False)["role"] == "office"
        assert word_of(c.reply(c.send("incident.urge", number="OURS"))) == "forbidden"
