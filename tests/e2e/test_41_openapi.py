"""docs/openapi.yaml against the running daemon: every address and method that it names is there, and
no other; requests and answers are as its schemas say; each role may what the command table says."""
import json
import os
import re

import jsonschema
import pytest
import yaml

from harness import ROOT, endpoints, incident, now_text

METHODS = ("GET", "POST", "PUT", "DELETE")
ROLES = ("desk", "liaison", "office", "admin", "wall")

with open(os.path.join(ROOT, "docs", "openapi.yaml"), "rb") as _f:
    SOURCE = _f.read()
API = yaml.safe_load(SOURCE)
OPERATIONS = [(path, method.upper()) for path, item in API["paths"].items() for method in item if method != "parameters"]

# Who may what, by PROTOCOL.md's table of roles; integration has none of these unless named.
EVERYONE, READERS, PAGES = set(ROLES) - {"wall"}, {"desk", "office"}, set(ROLES)
MAY = {
    "listDispatches": READERS | {"liaison"}, "getDispatch": READERS | {"liaison"}, "getDeadlines": READERS | {"liaison"},
    "acknowledge": {"desk", "liaison"}, "depart": {"desk", "liaison"}, "arrive": {"desk", "liaison"},
    "progress": {"desk", "liaison"}, "complete": {"desk", "liaison"}, "withdraw": {"desk"},
    "reportIncident": {"desk"}, "listIncidents": READERS, "findIncidents": READERS, "getIncident": READERS | {"liaison"},
    "amendIncident": {"desk"}, "annotateIncident": {"desk"}, "urgeIncident": {"desk"}, "closeIncident": {"desk", "office"},
    "recordCallback": {"desk"}, "linkIncident": {"desk"}, "correct": {"desk", "liaison", "office"}, "reopenIncident": {"desk", "office"}, "holdIncident": {"office"},
    "cancelIncident": {"desk"}, "addDispatch": {"desk"}, "listEvents": EVERYONE, "streamEvents": EVERYONE,
    "listUnits": PAGES, "listCategories": PAGES, "getUnit": EVERYONE, "explainRouting": READERS | {"admin"},
    "returnDispatch": {"desk", "liaison"}, "extendDispatch": {"desk", "liaison"}, "decideReturn": READERS,
    "decideRequest": EVERYONE - {"admin"}, "dropRequest": EVERYONE - {"admin"},
    "listRequests": READERS | {"liaison"},
    "listFindings": READERS | {"liaison"},
    "openFinding": {"office"},
    "appealFinding": {"desk", "liaison"},
    "decideFinding": {"office"},
    "getSession": PAGES, "closeSession": PAGES, "listSessions": PAGES, "endSession": PAGES,
    "endSessions": PAGES, "makeCode": {"desk", "admin", "office"},
    "getStatus": EVERYONE - {"liaison"}, "getBoard": READERS | {"wall"}, "listQueues": READERS | {"wall"}, "listNotices": READERS | {"liaison", "admin"}, "listReplies": READERS | {"admin"}, "listExchange": READERS | {"admin"}, "exchangeDifferences": READERS | {"admin"}, "compareExchange": {"office", "admin"}, "handoverExchange": {"admin"}, "retryNotices": {"admin"}, "testNotice": {"admin"}, "retryNotice": {"admin"}, "dropNotice": {"admin"}, "tellPresence": READERS, "addPhoto": {"desk", "liaison"}, "getPhoto": READERS | {"liaison"}, "getSeries": READERS | {"liaison"}, "listAccounts": {"admin"}, "addAccount": {"admin"}, "revokeAccount": {"admin"}, "draftIncident": {"desk"}, "similarIncidents": {"desk"}, "listAreas": PAGES, "getCalendar": EVERYONE,
    "declareMode": {"office", "shift-leader"}, "endMode": {"office", "shift-leader"}, "listModes": EVERYONE,
    "handOver": {"desk"}, "listHandovers": READERS, "recordMeeting": {"office"}, "recordMeasure": {"office"}, "listMeasures": READERS | {"liaison"}, "settleMeasure": {"office"}, "confirmFindings": {"liaison"}, "listStatements": READERS | {"liaison"}, "meetingItem": {"office"},
    "listMeetings": READERS | {"liaison"}, "recordOwnership": READERS | {"liaison"},
    "proposeContacts": {"liaison"}, "listContacts": READERS | {"liaison", "admin"},
    "listOwnership": READERS | {"liaison"}, "closePeriod": {"office"}, "reopenPeriod": {"office"},
    "listPeriods": READERS | {"liaison"},
    "getRouting": {"admin", "office"}, "listRevisions": {"admin", "office"}, "diffRouting": {"admin", "office"},
    "checkRouting": {"admin", "office"}, "listCases": {"admin"}, "learnCases": {"admin"},
    "putRouting": {"admin"}, "rollbackRouting": {"admin"}, "approveRouting": {"admin"},
    "getDuty": EVERYONE, "assignDuty": {"desk", "shift-leader", "liaison", "office", "admin"},
    "checkDuty": {"desk", "shift-leader", "office"},
    **{f"getReport{kind}": READERS | {"liaison"} for kind in ("Month", "Quarter", "Year", "Span")},
}


@pytest.fixture(scope="module")
def d(shared):
    return shared


# One pixel of JPEG.
PIXEL = "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAABAAEBAREA/9oACAEBAAA/AAAA/9k="


def follow(node):
    while "$ref" in node:
        rest = {k: v for k, v in node.items() if k != "$ref"}
        target = API
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = {**target, **rest}
    return node


def operation(path, method):
    return API["paths"][path][method.lower()]


def closed(node):
    """The schema with its references followed, allOf folded, and nothing taken that is not listed:
    so a member of an answer that is not described is an error here."""
    if isinstance(node, list):
        return [closed(x) for x in node]
    if not isinstance(node, dict):
        return node
    node = {k: closed(v) for k, v in follow(node).items()}
    for part in node.pop("allOf", []):
        node["properties"] = {**part.get("properties", {}), **node.get("properties", {})}
        node["required"] = part.get("required", []) + node.get("required", [])
        node["type"] = "object"
    if "properties" in node:
        node.setdefault("additionalProperties", False)
    return node


def walk(node, path="#"):
    yield path, node
    if isinstance(node, (dict, list)):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from walk(value, f"{path}/{key}")


def test_no_description_is_cut_at_a_comma():
    """In a flow mapping an unquoted comma ends a text and begins a key without a value."""
    assert not [path for path, node in walk(API) if isinstance(node, dict) and None in node.values()]


def test_every_operation_describes_its_errors():
    for path, method in OPERATIONS:
        assert "4XX" in operation(path, method)["responses"], (method, path)


def schema_of(path, method, status, type_):
    responses = operation(path, method)["responses"]
    response = follow(responses.get(str(status), responses.get(f"{status // 100}XX", {})))
    assert response, f"{method} {path}: {status} is not described"
    assert type_ in response["content"], f"{method} {path} {status}: {type_} is not described"
    return closed(response["content"][type_]["schema"])


def check(path, method, status, headers, body):
    """Is this answer as described?"""
    type_ = (headers["Content-Type"] or "").split(";")[0]
    schema = schema_of(path, method, status, type_)
    if "json" in type_:
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(body)


def walk(node, where=""):
    yield where, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, f"{where}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from walk(value, f"{where}/{i}")


# -- the file itself ---------------------------------------------------------------------------


def test_the_daemon_serves_this_very_file(d):
    status, headers, body = d.http("GET", "/openapi.yaml")
    assert status == 200 and headers["Content-Type"].startswith("application/yaml") and body == SOURCE


def test_file_is_whole():
    assert API["openapi"].startswith("3.1")
    names = set()
    for where, node in walk(API):
        if isinstance(node, dict) and "$ref" in node:
            follow(node)
            names.add(node["$ref"])
    listed = {f"#/components/{kind}/{name}" for kind in API["components"] for name in API["components"][kind]
              if kind != "securitySchemes"}
    assert names == listed, "every component is used, every use is defined"
    ids = [operation(*o)["operationId"] for o in OPERATIONS]
    assert len(ids) == len(set(ids))
    for path, method in OPERATIONS:
        assert re.search("[\u4e00-\u9fff]", operation(path, method)["summary"])
    for _, schema in walk(API["components"]["schemas"]):
        if isinstance(schema, dict) and schema.get("type") == "object":
            assert "properties" in schema or "additionalProperties" in schema


def test_requests_take_nothing_unknown():
    for path, method in OPERATIONS:
        body = follow(operation(path, method).get("requestBody", {}))
        for where, node in walk(closed(body.get("content", {}))):
            if isinstance(node, dict) and "properties" in node and "type" in node:
                assert node["additionalProperties"] is False, (path, where)


# -- the addresses -----------------------------------------------------------------------------


PERIODS = {"month": "2026-03", "quarter": "2026Q1", "year": "2026", "span": "2026-03-01..2026-03-15"}


def example(path):
    for kind, period in PERIODS.items():
        path = path.replace(f"{kind}/{{period}}", f"{kind}/{period}.json")
    return path.replace("{dispatch}", "NONE-01").replace("{number}", "NONE").replace("{unit}", "water").replace(
        "{mode}", "typhoon").replace("{request}", "NONE.r1").replace("{finding}", "NONE-01.f1").replace(
        "{meeting}", "2020-01").replace("{name}", "nobody-there").replace("{session}", "000000000000").replace("{period}", "2020-13").replace("{file}", "none.mjs").replace("{channel}", "none").replace("{secret}", "guess").replace("{partner}", "none").replace("{photo}", "0" * 64).replace("{notice}", "0" * 16)


def test_every_address_is_there_and_no_other_method(d):
    """The daemon's own list of endpoints is seen from outside by its metrics and by 405's Allow."""
    for path in API["paths"]:
        named = {m for p, m in OPERATIONS if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), example(path))}
        expected = named | ({"HEAD"} if "GET" in named else set())
        for method in METHODS:
            status, headers, _ = d.http(method, example(path), body={} if method in ("POST", "PUT") else None)
            if method in named:
                assert status != 405 and (status != 404 or path == "/page/{file}"), (method, path)
            else:
                assert status == 405, (method, path, status)
                assert set(headers["Allow"].split(", ")) == expected, (method, path)


def test_no_address_is_left_out(d):
    listed = {(method, path) for method, path, _ in endpoints()}
    assert listed == {(m, p) for p, m in OPERATIONS}


@pytest.mark.parametrize("path,method", OPERATIONS)
def test_parameters_are_those_described(d, path, method):
    """Each query parameter described is taken; another one is refused by name."""
    op = operation(path, method)
    if op.get("security") == []:
        return
    may = MAY[op["operationId"]]
    role = "desk" if "desk" in may else sorted(may - {"liaison"} or may)[0]
    token = d.account(f"role-{role}", role, "water" if role == "liaison" else None)
    parameters = [follow(p) for p in op.get("parameters", []) + API["paths"][path].get("parameters", [])]
    assert set(re.findall(r"\{(\w+)\}", path)) == {p["name"] for p in parameters if p["in"] == "path"}
    body = {} if method == "POST" else None
    status, _, problem = d.http(method, example(path) + "?no_such_thing=1", token, body)
    assert (status, problem.get("field")) in ((422, "no_such_thing"),), (method, path, problem)
    for p in parameters:
        if p["in"] == "query":
            status, _, problem = d.http(method, f"{example(path)}?{p['name']}=%FE", token, body)
            assert status in (400, 422), (p["name"], status)
            status, _, problem = d.http(method, f"{example(path)}?{p['name']}=%20", token, body)
            if p["name"] == "find":  # words: any text, and a blank alone is none
                assert status == 200, problem
            else:
                assert (status, problem["field"]) == (422, p["name"])


# -- roles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path,method", [o for o in OPERATIONS if operation(*o).get("security") != []])
def test_roles(d, path, method):
    op = operation(path, method)
    body = {} if method == "POST" else None
    status, headers, problem = d.http(method, example(path), None, body)
    assert status == 401 and headers["WWW-Authenticate"]
    check(path, method, status, headers, problem)
    named = d.account("machine", "integration", commands=["session.ping"])
    assert d.http(method, example(path), named, body)[0] == 403
    for role in ROLES:
        token = d.account(f"role-{role}", role, "water" if role == "liaison" else None)
        if op["operationId"] == "streamEvents":
            status, headers, problem = d.http(method, path, token, headers={"Last-Event-ID": "x"})
        else:
            status, headers, problem = d.http(method, example(path), token, body)
        assert (status != 403) is (role in MAY[op["operationId"]]), (role, method, path, status)
        check(path, method, status, headers, problem)


# -- answers ---------------------------------------------------------------------------------------


class Checked:
    """Requests whose bodies and answers are held against the file."""

    # a notifier that is still starting is away
    either = {"/v1/receipts/{channel}/{secret}": (401, 503), "/v1/exchange/{partner}": (401, 503),
              "/v1/notices": (200, 503), "/v1/notices/test": (404, 409, 422, 503), "/v1/notices/retry": (200, 503), "/v1/notices/{notice}/retry": (404, 409, 503),
              "/v1/notices/{notice}/drop": (404, 409, 503), "/v1/exchange": (200, 503), "/v1/exchange/differences": (200, 503),
              "/v1/exchange/{partner}/compare": (404, 409, 503), "/v1/exchange/{partner}/handover": (404, 409, 503)}

    def __init__(self, d):
        self.d = d
        self.seen = set()

    def __call__(self, method, path, token=None, body=None, expect=200, query="", headers=None, **names):
        op = operation(path, method)
        if body is not None and expect < 400:
            content = follow(op["requestBody"])["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator(closed(content)).validate(body)
        status, got, answer = self.d.http(method, path.format(**names) + query, token, body, headers)
        assert status == expect or status in self.either.get(path, ()), (method, path, status, answer)
        if status != 304:
            check(path, method, status, got, answer)
        self.seen.add((path, method))
        return answer


def full_report(number):
    return incident(number, priority="P1", location={"lon": 117.419, "lat": 25.290, "datum": "gcj02"},
                    confidential=False, secret_reporter=True, drill=True, units=["water", "power"])


def session_answers(call, desk, admin):
    page = {"Liandong-Page": "1", "Sec-Fetch-Site": "same-origin"}
    call.d.account("role-liaison", "liaison", "water")
    call("POST", "/v1/session", None, {"token": "no"}, 401, headers=page)
    call("POST", "/v1/session", None, {"token": desk}, 403)
    call("GET", "/v1/session", desk)
    call("DELETE", "/v1/session", desk, expect=409)
    code = call("POST", "/v1/session/codes", admin, {"account": "role-liaison"})["code"]
    own = call("POST", "/v1/session", None, {"code": code}, headers=page)["session"]["session"]
    call("POST", "/v1/session/codes", desk, {"account": "role-liaison"}, 409)
    call("GET", "/v1/sessions", admin)
    call("DELETE", "/v1/sessions/{session}", admin, session=own)
    call("DELETE", "/v1/sessions/{session}", admin, expect=404, session=own)
    call("DELETE", "/v1/sessions", admin, query="?account=role-liaison")


def office_answers(call, office):
    """What belongs to no incident."""
    call("GET", "/v1/duty", office)
    call("GET", "/v1/duty", office, query="?month=2026-03&unit=railway")
    call("POST", "/v1/units/{unit}/duty", office, {"from": now_text(), "to": now_text(3600), "people": ["li"], "why": "换班"},
         unit="railway")
    call("POST", "/v1/units/{unit}/checks", office, {"result": "unanswered"}, unit="railway")
    call("POST", "/v1/units/{unit}/checks", office, {"result": "answered", "seconds": 7, "person": "陈某"}, unit="railway")
    call("POST", "/v1/modes", office, {"mode": "typhoon", "document": "1号", "until": now_text(3600)})
    call("POST", "/v1/modes/{mode}/end", office, {"reason": "风停"}, mode="typhoon")
    desk, unit = call.d.account("desk1", "desk"), call.d.account("liaison-water", "liaison", "water")
    call.d.account("desk2", "desk")
    call("POST", "/v1/handovers", desk, {"account": "desk2", "text": "无"})
    call("POST", "/v1/meetings", office, {"meeting": "2026-01", "at": now_text(-3600), "attendance": ["water"], "text": "纪要"})
    item = {"text": "问题", "unit": "water", "until": now_text(86400)}
    measure = {"unit": "water", "measure": "order", "document": "漳公督〔2026〕1号", "text": "限期整改",
               "until": now_text(86400)}
    call("POST", "/v1/measures", office, measure)
    call("POST", "/v1/measures", office, measure, 409)
    call("POST", "/v1/measures", office, measure | {"document": "3号", "findings": ["NONE-4-01.f1"]}, 422)
    call("POST", "/v1/measures", office, measure | {"document": "2号", "until": now_text(-60)}, 422)
    call("POST", "/v1/measures", office, measure | {"document": "3号", "unit": "watr"}, 422)
    call("POST", "/v1/measures/settle", office, {"document": measure["document"], "text": "已整改"})
    call("POST", "/v1/measures/settle", office, {"document": measure["document"]}, 409)
    call("POST", "/v1/measures/settle", office, {"document": "9号"}, 404)
    page = call("GET", "/v1/measures", office, query="?unit=water")
    assert [(m["document"], m["state"], m["reply"]) for m in page["measures"]] == [("漳公督〔2026〕1号", "settled", "已整改")]
    call("POST", "/v1/statements", unit, {"month": "2026-02", "unit": "water"})
    call("POST", "/v1/statements", unit, {"month": "2026-02"}, 409)
    call("POST", "/v1/statements", unit, {"month": "2026-2x"}, 422)
    page = call("GET", "/v1/statements", unit, query="?unit=water")
    assert [(s["name"], s["unit"]) for s in page["statements"]] == [("2026-02", "water")]
    call("POST", "/v1/meetings/{meeting}/items", office, item, meeting="2026-01")
    call("POST", "/v1/meetings/{meeting}/items", office, {"item": 1, "done": True}, meeting="2026-01")
    call("POST", "/v1/ownership", unit, {"owner": {"unit": "power", "object": "电线杆"}, "address": "八一路100号"})
    call("POST", "/v1/ownership", desk, {"owner": {"unit": "power", "object": "电线杆"}, "address": "八一路100号"}, 409)
    call("POST", "/v1/periods/{period}/close", office, {}, period="2026-01")
    call("POST", "/v1/periods/{period}/reopen", call.d.account("office2", "office"), {"reason": "更正"}, period="2026-01")
    change = {"contacts": {"duty": {"phone": "0597-7530000", "name": "值班员"}}, "why": "换了值班室"}
    call("POST", "/v1/units/{unit}/contacts", unit, change, unit="water")
    call("POST", "/v1/units/{unit}/contacts", unit, change, 409, unit="water")
    call("POST", "/v1/units/{unit}/contacts", unit, {"contacts": {}}, 422, unit="water")
    for path in "modes", "handovers", "meetings", "ownership", "contacts", "periods":
        call("GET", f"/v1/{path}", office, query="?limit=1")


def routing_answers(call, admin, office):
    """The revision in force, one over it, the way back; what was not proposed cannot be approved."""
    files = call("GET", "/v1/routing", office)
    one = call("GET", "/v1/routing", admin, query="?file=policy.yaml")
    first, text = files["revision"], one["files"][0]["text"]
    change = {"policy.yaml": text + "# a remark\n"}
    compared = call("POST", "/v1/routing/diff", office, {"files": change})
    assert compared["against"] == first and compared["moved"] == 0
    checked = call("POST", "/v1/routing/check", office, {"files": change})
    assert checked["ok"] and checked["revision"] == compared["revision"] and checked["problems"]
    twice = text + "delivery: {P1: 1m, P2: 1m, P3: 1m, P4: 1m}\n"
    assert call("POST", "/v1/routing/check", office, {"files": {"policy.yaml": twice}})["problems"][0]["related"]["line"]
    put = call("PUT", "/v1/routing", admin, {"files": change, "why": "一句注释"}, headers={"If-Match": f'"{first}"'})
    assert put["changed"] and put["revision"] == compared["revision"]
    call("PUT", "/v1/routing", admin, {"files": {"policy.yaml": text}, "why": "过时的"}, 412, headers={"If-Match": f'"{first[::-1]}"'})
    call("POST", "/v1/routing/approve", admin, {"revision": first}, 404)
    assert call("POST", "/v1/routing/rollback", admin, {"revision": first, "why": "退回"})["changed"]
    assert call("GET", "/v1/routing/cases", admin)["revision"] == first
    call("POST", "/v1/routing/cases", admin, {"reject": ["NOSUCH"]}, 404)
    log = call("GET", "/v1/routing/revisions", office, query="?limit=2")
    assert [x["revision"] for x in log["revisions"]] == [first, put["revision"]] and log["next"]


def test_answers_are_as_described(d):
    """The whole way of an incident, seen by everyone, each request and answer held against its schema."""
    call = Checked(d)
    desk, unit = d.account("desk1", "desk"), d.account("liaison-water", "liaison", "water")
    office, admin = d.account("office1", "office"), d.account("admin1", "admin")
    call("POST", "/v1/incidents", desk, full_report("OPEN-1"), 201)
    call("POST", "/v1/incidents", desk, incident("OPEN-0"), 201)
    r = call("POST", "/v1/incidents", desk, incident("OPEN-2"), 201)
    assert [s["number"] for s in r["similar"]] == ["OPEN-0"], "near in place and time; the drill is none"
    call("POST", "/v1/incidents", desk, {**incident("OPEN-2"), "address": "别处"}, 409)
    one = next(x["dispatch"] for x in r["dispatches"] if x["unit"] == "water")
    act = "/v1/dispatches/{dispatch}/"

    for token in unit, desk, office:
        query = "?open=1" + ("" if token == unit else "&unit=water")
        assert call("GET", "/v1/dispatches", token, query=query)["dispatches"]
        call("GET", "/v1/dispatches", token, query=query + "&after=0")
        call("GET", "/v1/dispatches/{dispatch}", token, dispatch=one)
        call("GET", "/v1/dispatches/{dispatch}/deadlines", token, dispatch=one)
        call("GET", "/v1/dispatches/{dispatch}/deadlines", token, dispatch=one, query="?explain=1")
        call("GET", "/v1/incidents/{number}", token, number="OPEN-1")
    assert call("GET", "/v1/dispatches", unit, query="?after=999999999")["reset"] is True
    call("GET", "/v1/dispatches/{dispatch}", unit, dispatch="OPEN-9-01", expect=404)

    step = {"text": "收到", "location": {"lon": 117.42, "lat": 25.29}, "at": now_text(1), "key": "k1"}
    call("POST", act + "acknowledge", unit, step, dispatch=one)
    call("POST", act + "depart", desk, {"on_behalf": {"person": "李四", "phone": "13800000000"}}, dispatch=one)
    call("POST", act + "arrive", unit, dispatch=one)
    call("POST", act + "progress", unit, {"text": "正在抢修", "eta": now_text(3600)}, dispatch=one)
    kept = call("POST", act + "photos", unit, {"image": PIXEL, "step": "arrived"}, dispatch=one)
    assert [p["photo"] for p in kept["dispatch"]["photos"]] == [kept["photo"]]
    call("GET", act + "photos/{photo}", unit, dispatch=one, photo=kept["photo"])
    call("POST", act + "progress", unit, {"text": "x"}, 412, headers={"If-Match": '"1"'}, dispatch=one)
    call("POST", act + "complete", unit, {}, 422, dispatch=one)
    call("POST", act + "complete", unit, {"result": "已修复"}, dispatch=one)
    call("POST", act + "arrive", desk, {"unknown": 1}, 422, dispatch=one)
    call("POST", act + "withdraw", desk, {"reason": "测试"}, 409, dispatch=one)

    assert call("GET", "/v1/notices", desk, query="?number=OPEN-1&limit=5") == {"notices": [], "channels": []}  # none is there
    assert call("GET", "/v1/notices/replies", office) == {"replies": []}
    assert call("POST", "/v1/notices/retry", admin, {"all": True}) == {"notices": 0}
    for way, body in (("retry", {}), ("drop", {"why": "没有用"})):
        call("POST", "/v1/notices/{notice}/" + way, admin, body, 404, notice="0123456789abcdef")
    call("POST", "/v1/notices/test", admin, {"channel": "hall", "recipient": "desk"}, 404)

    at = "/v1/incidents/{number}"
    call("POST", at + "/amend", desk, {"priority": "P2", "reporter": {"phone": "13900000000"}}, number="OPEN-1")
    call("POST", at + "/annotate", desk, {"text": "补充"}, number="OPEN-1")
    call("POST", at + "/urge", desk, number="OPEN-1")
    added = call("POST", at + "/dispatches", desk, {"unit": "fire", "role": "assist", "reason": "增援"}, number="OPEN-1")
    call("POST", act + "withdraw", desk, {"reason": "不需要"}, dispatch=added["dispatch"]["dispatch"])
    call("POST", at + "/close", desk, {}, 409, number="OPEN-1")
    call("POST", at + "/cancel", desk, {"text": "演练结束"}, number="OPEN-1")
    for x in r["dispatches"]:
        if x["unit"] != "water" and x["role"] != "inform":
            call("POST", act + "complete", desk, {"result": "好", "on_behalf": {"person": "王五"}}, dispatch=x["dispatch"])
    call("POST", at + "/link", desk, {"other": "OPEN-1", "text": "同一条路"}, number="OPEN-2")
    call("POST", act + "correct", desk, {"step": "departed", "reason": "记错"}, dispatch=one)
    call("POST", at + "/callback", desk, {"result": "unreached"}, number="OPEN-2")
    call("GET", at, desk, number="OPEN-2")
    call("POST", at + "/close", desk, {"text": "办结"}, number="OPEN-2")
    call("POST", at + "/callback", desk, {"result": "basically", "to": "13900000000", "evidence": ["REC-1"]}, number="OPEN-2")
    call("POST", at + "/callback", desk, {"result": "well"}, 422, number="OPEN-2")
    call("POST", at + "/reopen", desk, {"reason": "又漏了"}, number="OPEN-2")
    call("POST", at + "/reopen", office, {}, 422, number="OPEN-2")
    call("POST", at + "/hold", office, {"on": True, "reason": "复核期间保留"}, number="OPEN-2")

    call("POST", "/v1/incidents", desk, incident("OPEN-4", units=["water", "power", "urban-management"]), 201)
    call("POST", act + "extend", unit, {"until": now_text(2400), "reason": "路堵"}, dispatch="OPEN-4-01")
    ask = "/v1/requests/{request}/"
    call("POST", ask + "decide", desk, {"grant": True, "until": now_text(2100)}, request="OPEN-4.r1")
    call("POST", act + "return", unit, {"reason": "not-our-duty", "unit": "urban-management", "text": "不是水管"},
         dispatch="OPEN-4-01")
    call("POST", ask + "drop", unit, {}, request="OPEN-4.r2")
    call("POST", act + "return", desk, {"reason": "not-our-asset", "on_behalf": {"person": "李四"}}, dispatch="OPEN-4-01")
    call("POST", act + "decide-return", desk, {"grant": True, "unit": "urban-management"}, dispatch="OPEN-4-01")
    call("POST", ask + "decide", desk, {"grant": True}, 409, request="OPEN-4.r3")
    found = {"dispatch": "OPEN-4-02", "class": "refused", "text": "电话里说不去", "evidence": ["REC-9"]}
    call("POST", "/v1/findings", office, found)
    call("POST", "/v1/findings", office, found, 409)
    call("POST", "/v1/findings", office, found | {"class": "arrive"}, 422)
    for token in desk, office:
        page = call("GET", "/v1/findings", token, query="?class=refused&explain=true")
        assert page["findings"][0]["finding"] == "OPEN-4-02.f1" and "推诿" in page["findings"][0]["sentence"]
    call("POST", "/v1/findings/{finding}/appeal", unit, {"text": "不是我们"}, 404, finding="OPEN-4-02.f1")
    call("POST", "/v1/findings/{finding}/decide", office, {"grant": True}, 409, finding="OPEN-4-02.f1")
    call("POST", "/v1/measures", office, {"unit": page["findings"][0]["unit"], "measure": "order", "document": "4号",
                                          "findings": ["OPEN-4-02.f1"]})
    for token in desk, unit, office:
        page = call("GET", "/v1/requests", token, query="?kind=return&limit=1")
        assert page["requests"] and page["next"]
        call("GET", "/v1/requests", token, query=f"?state=granted&cursor={page['next']}")
    seen = call("GET", "/v1/incidents/{number}", desk, number="OPEN-4")
    assert [(r["kind"], r["state"]) for r in seen["requests"]] == [("extend", "granted"), ("return", "dropped"),
                                                                   ("return", "granted")]
    assert [(x["unit"], x["role"], x["state"]) for x in seen["dispatches"]] == [
        ("water", "lead", "withdrawn"), ("power", "assist", "issued"), ("urban-management", "lead", "issued")]

    for token in desk, office:
        assert call("GET", "/v1/board", token)["incidents"]
        assert call("GET", "/v1/board", token, query="?after=1")["seq"]
    for token in desk, unit, admin:
        call("GET", "/v1/areas", token)
        call("GET", "/v1/calendar", token, query="?year=2026")
    call("POST", "/v1/incidents/{number}/presence", desk, number="OPEN-2")
    call("GET", "/v1/dispatches", unit, query="?state=completed&from=2026-01-01T00:00:00Z&to=2036-01-01T00:00:00Z")
    for by in "unit", "category":
        call("GET", "/v1/series", office, query=f"?by={by}&every=week&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z")
    call("GET", "/v1/accounts", admin)
    call("POST", "/v1/accounts", admin, {"name": "made", "role": "liaison", "unit": "water", "token_sha256": "0" * 64})
    call("DELETE", "/v1/accounts/{name}", admin, name="made")
    call("POST", "/v1/incidents/find", desk, {"find": "水管 解放路", "limit": 5})
    call("POST", "/v1/incidents/draft", desk, {"description": "路面水管爆裂", "address": "解放路12号"})
    call("POST", "/v1/incidents/similar", desk, {"address": "菁城街道解放路12号"})
    call("POST", "/v1/incidents", desk, {k: v for k, v in incident("X").items() if k != "number"} | {"key": "form"}, 201)
    for token in desk, office:
        page = call("GET", "/v1/incidents", token, query="?limit=1")
        call("GET", "/v1/incidents", token, query=f"?limit=1&cursor={page['next']}")
        call("GET", "/v1/incidents", token, query="?state=closed&unit=water&from=2026-01-01T00:00:00Z")
    for token in desk, unit, office, admin:
        page = call("GET", "/v1/events", token, query="?limit=3")
        assert page["seq"] > 0
        call("GET", "/v1/units", token)
        call("GET", "/v1/units/{unit}", token, unit="water")
    call("GET", "/v1/units/{unit}", desk, unit="nobody", expect=404)
    call("GET", "/v1/categories", desk)
    call("GET", "/v1/categories", desk, query="?find=%E4%BA%95%E7%9B%96")
    call("GET", "/v1/events", desk, query="?number=OPEN-2&limit=500")
    for token in desk, office, admin:
        call("GET", "/v1/status", token)
        if token != admin:
            assert call("GET", "/v1/queues", token)["queues"]
        call("POST", "/v1/routing/explain", token, {"description": "路面水管爆裂", "area": "350881001"})
    call("POST", "/v1/routing/explain", desk, full_report("OPEN-3"))
    routing_answers(call, admin, office)
    office_answers(call, office)
    for kind, period in PERIODS.items():
        for token in desk, office, unit:
            call("GET", f"/v1/reports/{kind}/{{period}}", token, period=f"{period}.json")
        for form in "csv", "xlsx", "html":
            call("GET", f"/v1/reports/{kind}/{{period}}", office, period=f"{period}.{form}")
        call("GET", f"/v1/reports/{kind}/{{period}}", office, period="9999.json", expect=422)
    session_answers(call, desk, admin)
    call("GET", "/plain")
    for path in "/plain/in", "/plain/{dispatch}/acknowledge", "/plain/{dispatch}/arrive":
        call("POST", path, None, {}, 403, dispatch="NONE-01")
    admin = call.d.account("role-admin", "admin")
    call("GET", "/v1/notices", admin, query="?state=dead&limit=5")
    call("POST", "/v1/notices/test", admin, {"channel": "none", "recipient": "water"}, 404)
    call("POST", "/v1/notices/retry", admin, {"all": True})
    call("POST", "/v1/notices/{notice}/retry", admin, {}, 404, notice="0" * 16)
    call("POST", "/v1/notices/{notice}/drop", admin, {"why": "无"}, 404, notice="0" * 16)
    call("GET", "/v1/exchange", admin, query="?open=true&limit=5")
    call("GET", "/v1/exchange/differences", admin)
    call("POST", "/v1/exchange/{partner}/compare", admin, {}, 404, partner="none")
    call("POST", "/v1/exchange/{partner}/handover", admin, {}, 404, partner="none")
    call("POST", "/v1/receipts/{channel}/{secret}", None, {}, 401, channel="none", secret="guess")
    call("POST", "/v1/exchange/{partner}", None, {}, 401, partner="none")
    for path in "/healthz", "/readyz", "/metrics", "/openapi.yaml", "/", "/sw.js", "/manifest.webmanifest":
        call("GET", path)
    page = d.http("GET", "/")[2].decode()
    for file in re.findall(r'href="/page/([^"]+)"', page):
        call("GET", "/page/{file}", file=file)
    assert call.seen | {("/v1/stream", "GET")} == set(OPERATIONS)


def test_stream_is_as_described(d):
    """Each event's data is an Event."""
    schema = closed(API["components"]["schemas"]["Event"])
    with d.http_raw(15) as raw:
        s = raw.socket
        s.sendall(f"GET /v1/stream?after=0 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {d.account('desk1', 'desk')}\r\n\r\n"
                  .encode())
        data = b""
        while data.count(b"\ndata: ") < 10:
            more = s.recv(65536)
            assert more
            data += more
    assert b"text/event-stream" in data
    events = re.findall(rb"\ndata: (\{.*\})\n\n", data)
    assert len(events) >= 10
    for e in events:
        jsonschema.Draft202012Validator(schema).validate(json.loads(e))
