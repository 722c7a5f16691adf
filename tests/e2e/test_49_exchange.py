"""What systems outside hand over without an account (receipts of providers, the 12345 centre), over HTTP: the notifier
decides, and where it cannot be asked the sender is told when to come again."""
import json
import os
import shutil
import signal

import pytest

from centre12345 import Centre, Desk, digits
from harness import ROOT, SHIPPED, Daemon, incident, until


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("exchange")) as daemon:
        yield daemon


def hand_over(d, path, body=b"{}", **headers):
    return d.http("POST", path, body=body, headers={"Content-Type": "application/json", **headers})


def test_what_is_not_known_opens_nothing(d):
    """Neither a channel nor a partner that is not there can be told from a wrong secret."""
    for path in "/v1/receipts/none/guess", "/v1/exchange/none":
        status, headers, problem = hand_over(d, path)
        assert (status, problem["code"]) in ((401, "unauthenticated"), (503, "unavailable")), problem
        if status == 503:
            assert int(headers["Retry-After"]) > 0


def test_what_is_too_much_is_refused(d):
    status, _, problem = hand_over(d, "/v1/exchange/none", b"x" * (64 * 1024 + 1))
    assert status == 413, problem
    status, _, problem = hand_over(d, "/v1/exchange/none", **{"X-Sign": "y" * 1025})
    assert (status, problem["code"]) == (400, "invalid-request"), problem
    status, _, problem = hand_over(d, "/v1/receipts/none/" + "s" * 129)
    assert status == 404, problem


def test_the_secret_is_in_no_log_and_no_metric(d):
    hand_over(d, "/v1/receipts/sms/canary-4711")
    metrics = d.http("GET", "/metrics")[2].decode()
    assert "/v1/receipts/{channel}/{secret}" in metrics
    assert "canary-4711" not in metrics and "canary-4711" not in d.log()


def test_an_address_hands_over_so_much(d):
    """Two hundred at once, then fifty a second: of requests as fast as they go, one is told to come later."""
    c, seen = d.http_connection(), []
    for _ in range(3000):
        c.request("POST", "/v1/exchange/none", b"{}", {"Content-Type": "application/json"})
        r = c.getresponse()
        r.read()
        seen.append(r.status)
        if r.status == 429:
            assert int(r.getheader("Retry-After")) >= 1
            break
    c.close()
    assert seen[-1] == 429 and len(seen) >= 100 and set(seen) <= {401, 429, 503}, seen[-5:]
    assert d.http("GET", "/healthz")[0] == 200


# -- 12345, inward -------------------------------------------------------------------------------

START = "2026-03-02T10:00:00+08:00"  # a Monday in office hours
COMMANDS = ["dispatch.acknowledge", "dispatch.progress", "dispatch.complete", "dispatch.return", "dispatch.extend",
            "incident.annotate", "incident.report"]


def example():
    """exchange.yaml as the document shows it."""
    with open(os.path.join(ROOT, "docs", "EXCHANGE.md"), encoding="utf-8") as f:
        return f.read().split("```yaml\n")[1].split("```")[0]


def secret(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(text)
    return path


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A daemon that exchanges with a centre, and the centre."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(SHIPPED, folder / "city")
    desk = Desk("out-key")
    text = example().replace("https://12345.example/exchange/push", desk.url)
    (folder / "city/exchange.yaml").write_text(text, encoding="utf-8")
    secret(folder / "secrets", "hotline-in", "new-key\nold-key\n")
    secret(folder / "secrets", "hotline-out", "out-key\n")
    reach = {"secrets": folder / "secrets", "allow": "127.0.0.0/8", "plain": "true"}
    with Daemon(folder, clock=START, mechanism=folder / "city", notices=reach) as d:
        d.account("hotline", "integration", commands=COMMANDS)
        centre = Centre(d, "new-key")
        centre.desk = desk
        until(lambda: centre.send(b"{}")[0] == 422, "the notifier to know the exchange")
        yield d, centre
    desk.close()


def now(d):
    with d.local() as c:
        return c.call("clock.get")["time"]


def handed_over(d, number, taken=True):
    """An incident that goes to the centre; its dispatch, once the centre has it."""
    with d.desk(events=False) as c:
        got = c.call("incident.report", **incident(number, now(d), priority="P3", units=["hotline-12345"]))
    one = next(x["dispatch"] for x in got["dispatches"] if x["unit"] == "hotline-12345")
    if taken:
        until(lambda: shown(d, one).get("ticket"), "the centre to take it")
    return one


def shown(d, dispatch):
    with d.desk(events=False) as c:
        return c.call("dispatch.get", dispatch=dispatch)


def notes(d, number):
    with d.desk(events=False) as c:
        return [e["text"] for e in c.call("incident.get", number=number)["events"] if e["type"] == "incident.annotated"]


def test_the_way_of_a_ticket(both):
    d, centre = both
    one = handed_over(d, "T-1")
    d.advance("5m")
    at = digits(centre.now())
    assert centre.push(PJDBH=one, flowid="F1", state=1, CZSJ=at, CZR="林某") == (200, {"code": 0, "msg": "ok"})
    assert shown(d, one)["acknowledged_at"] == "2026-03-02T10:05:00+08:00"
    assert centre.push(PJDBH=one, flowid="F1", state=3, CZSJ=at)[0] == 200
    d.advance("1h")
    assert centre.push(PJDBH=one, flowid="F1", state="4", CZSJ=digits(centre.now()), CLJG="已修好")[0] == 200
    assert shown(d, one)["state"] == "completed" and shown(d, one)["result"] == "已修好"
    assert centre.push(PJDBH=one, flowid="F1", state=5, CZSJ=digits(centre.now()), CLJG="满意")[0] == 200
    assert any("归档" in n and "满意" in n for n in notes(d, "T-1"))
    assert shown(d, one)["ticket"] == "F1"


def test_out_of_order(both):
    """What comes later in the matter implies what is earlier; what comes late changes nothing; a return after the end is
    refused, and the desk sees it."""
    d, centre = both
    one = handed_over(d, "O-1")
    at = digits(centre.now())
    assert centre.push(PJDBH=one, flowid="F2", state=4, CZSJ=at, CLJG="办好了")[0] == 200
    done = shown(d, one)
    assert done["state"] == "completed" and done["acknowledged_at"]
    for state in 1, 2, 3:
        assert centre.push(PJDBH=one, flowid="F2", state=state, CZSJ=at)[0] == 200
    assert shown(d, one) == done
    status, problem = centre.push(PJDBH=one, flowid="F2", node=3, CZSJ=at, THYY="1")
    assert (status, problem["code"]) == (409, "wrong-state"), problem
    assert shown(d, one)["state"] == "completed" and any("退回" in n for n in notes(d, "O-1"))


def test_the_same_again_is_done_once(both):
    d, centre = both
    one = handed_over(d, "S-1")
    body = json.dumps({"PJDBH": one, "flowid": "F3", "state": 3, "CZSJ": digits(centre.now())}).encode()
    headers = centre.headers(body)
    assert centre.send(body, headers)[0] == 200
    assert centre.send(body, headers)[0] == 200  # the same request, as after a time-out
    assert centre.send(body)[0] == 200  # the same message with another nonce
    with d.local() as c:
        events = c.call("event.list", number="S-1")["events"]
    assert [e["type"] for e in events].count("dispatch.progressed") == 1


def test_return_and_extension_are_requests(both):
    d, centre = both
    one, two = handed_over(d, "R-1"), handed_over(d, "R-2")
    at = digits(centre.now())
    assert centre.push(PJDBH=one, flowid="F4", node=3, CZSJ=at, THYY="2", CLJG="不属本市")[0] == 200
    assert shown(d, one)["state"] == "returning"
    assert centre.push(PJDBH=one, flowid="F4", node=3, CZSJ=at, THYY="2", CLJG="不属本市")[0] == 200
    assert centre.push(PJDBH=two, flowid="F5", node="YQ", CZSJ=at, YQSJ="20260304100000", THYY="要等材料")[0] == 200
    with d.local() as c:
        asked = {r["kind"]: r for r in c.call("request.list")["requests"] if r["dispatch"] in (one, two)}
    assert set(asked) == {"return", "extension"} or len(asked) == 2, asked


def test_a_matter_for_the_police_is_reported(both):
    d, centre = both
    told = {"node": "JCSJ", "flowid": "F9", "CZSJ": digits(centre.now()), "SJNR": "有人打架", "DZ": "菁城街道解放路12号",
            "LXDH": "13800138000"}
    assert centre.push(**told)[0] == 200
    with d.local() as c:
        got = c.call("incident.get", number="12345-F9", unmask=True)
    assert got["description"] == "有人打架" and got["address"] == "菁城街道解放路12号"
    assert got["ticket"] == "F9"
    assert centre.push(**told)[0] == 200  # the same again is the same incident


def test_who_is_not_the_centre(both):
    """A wrong key, a clock that is two hours off, a nonce used for something else, another unit's dispatch: nothing."""
    d, centre = both
    one = handed_over(d, "W-1")
    body = json.dumps({"PJDBH": one, "flowid": "F6", "state": 1}).encode()
    assert Centre(d, "guess").send(body)[0] == 401
    assert Centre(d, "new-key", "nobody").send(body)[0] == 401
    assert Centre(d, "new-key", hash_name="sha256").send(body)[0] == 401
    late = Centre(d, "new-key")
    late.skew = -7200
    assert late.send(body)[0] == 401
    changed = centre.headers(body)
    assert centre.send(body.replace(b"F6", b"F7"), changed)[0] == 401
    assert centre.send(b"{}", {"Content-Type": "application/json"})[0] == 401
    nonce = centre.headers(b"{}", "once")
    assert centre.send(b"{}", nonce)[0] == 422
    assert centre.send(body, centre.headers(body, "once"))[0] == 401
    assert not shown(d, one).get("acknowledged_at")
    assert Centre(d, "old-key").send(body)[0] == 200  # while keys are exchanged both are good
    assert shown(d, one)["acknowledged_at"]
    with d.desk(events=False) as c:
        other = c.call("incident.report", **incident("W-2", now(d), units=["water"]))["dispatches"][0]["dispatch"]
    assert centre.push(PJDBH=other, flowid="F8", state=1)[0] == 404
    assert not shown(d, other).get("acknowledged_at")


def test_what_is_not_understood_is_named(both):
    d, centre = both
    one = handed_over(d, "U-1")
    status, problem = centre.push(PJDBH=one, flowid="F10", state=77)
    assert (status, problem["field"]) == (422, "state"), problem
    status, problem = centre.push(PJDBH=one, flowid="F10", state=4)
    assert (status, problem["field"]) == (422, "CLJG"), problem
    assert centre.send(b"[1]")[0] == 400
    assert centre.send(b"{\"a\": 1, \"a\": 2}")[0] == 400


# -- 12345, outward ------------------------------------------------------------------------------


def of(desk, dispatch):
    """What the centre has taken of this dispatch, in its order."""
    return [b for b in list(desk.taken.values()) if b["PJDBH"] == dispatch]


def test_an_instruction_is_handed_over_once(both):
    d, centre = both
    desk = centre.desk
    one = handed_over(d, "H-1")
    until(lambda: of(desk, one), "the instruction to come")
    (got,) = of(desk, one)
    assert got["LX"] == "hand-over" and got["JJDBH"] == "H-1" and got["DZ"] == "菁城街道解放路12号" and got["YL"] == "0"
    assert got["JJSJ"] == digits(shown(d, one)["matter"]["received_at"]) if "matter" in shown(d, one) else got["JJSJ"]
    with d.desk(events=False) as c:
        c.call("incident.urge", number="H-1")
        c.call("dispatch.withdraw", dispatch=one, reason="已由别的单位处理")
    until(lambda: len(of(desk, one)) == 3, "the urging and the withdrawal to come")
    assert [b["LX"] for b in of(desk, one)] == ["hand-over", "urge", "withdraw"]
    assert desk.wrong == 0


def test_what_was_taken_is_delivered_and_has_their_number(both):
    """The answer says it; the dispatch shows it, the search finds it, and the events prove it."""
    d, centre = both
    desk = centre.desk
    one = handed_over(d, "K-1")
    got = until(lambda: shown(d, one).get("ticket") and shown(d, one), "their number of it")
    assert got["delivered_at"] and got["ticket"] == desk.tickets[one] and "acknowledged_at" not in got
    with d.desk(events=False) as c:
        matter = c.call("incident.get", number="K-1")
        found = c.call("incident.list", find=got["ticket"])
    (taken,) = [e for e in matter["events"] if e["type"] == "dispatch.taken"]
    assert taken["data"]["partner"] == "hotline" and taken["data"]["ticket"] == got["ticket"]
    assert matter["ticket"] == got["ticket"] and [i["number"] for i in found["incidents"]] == ["K-1"]
    assert got["ticket"] in d.ctl("incident", "show", "K-1").stdout


def test_what_was_not_taken_goes_again_with_the_same_key(both):
    """An error, an answer that lies, one that is none, a connection that ends after it was read: each time the same key."""
    d, centre = both
    desk = centre.desk
    desk.faults[:] = [500, "lie", "garbage", "drop"]
    one = handed_over(d, "H-2", taken=False)

    def again():
        d.advance("1m")
        return not desk.faults and len([1 for _, _, b in desk.seen if b["PJDBH"] == one]) >= 5

    until(again, "the fifth try")
    keys = {key for _, key, b in desk.seen if b["PJDBH"] == one}
    assert len(keys) == 1 and len(of(desk, one)) == 1


def test_the_desk_is_told_to_phone(both):
    """Not taken for two minutes: once, on the incident; and it goes all the same when the centre is back."""
    d, centre = both
    desk = centre.desk
    desk.faults[:] = [503] * 200
    one = handed_over(d, "H-3", taken=False)

    def told():
        d.advance("30s")
        return [n for n in notes(d, "H-3") if "三方通话" in n and one in n]

    until(told, "the desk to be told")
    desk.faults.clear()

    def taken():
        d.advance("5m")
        return of(desk, one)

    until(taken, "the centre to take it")
    assert len([n for n in notes(d, "H-3") if "三方通话" in n]) == 1


def test_a_notifier_that_was_killed_goes_on(both):
    """Killed while the centre refuses: nothing is lost, and what was taken is not taken again under another key."""
    d, centre = both
    desk = centre.desk
    desk.faults[:] = [503] * 200
    one = handed_over(d, "H-4", taken=False)
    until(lambda: any(b["PJDBH"] == one for _, _, b in desk.seen), "the first try")
    (before,) = d.pids("notifier")
    os.kill(before, signal.SIGKILL)
    until(lambda: d.pids("notifier") not in ([], [before]), "another notifier")
    desk.faults.clear()

    def taken():
        d.advance("1m")
        return of(desk, one)

    until(taken, "the centre to take it")
    assert len({key for _, key, b in desk.seen if b["PJDBH"] == one}) == 1 and len(of(desk, one)) == 1


def test_it_may_no_more_than_its_account(both):
    d, centre = both
    one = handed_over(d, "A-1")
    with d.local() as c:
        c.call("account.revoke", name="hotline")
    status, problem = centre.push(PJDBH=one, flowid="F11", state=1)
    assert (status, problem["code"]) == (503, "unavailable"), problem
    assert not shown(d, one).get("acknowledged_at")
