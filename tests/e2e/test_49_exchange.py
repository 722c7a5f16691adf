"""What systems outside hand over without an account (receipts of providers, the 12345 centre), over HTTP: the notifier
decides, and where it cannot be asked the sender is told when to come again."""
import contextlib
import datetime
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import urllib.parse

import pytest

import pki
from centre12345 import HOSTILE, Centre, Desk, Line, digits
from harness import BUILD, ROOT, SHIPPED, Daemon, Refused, incident, until


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
THEIRS = "500202"  # a category that the shipped rules give to the centre
COMMANDS = ["dispatch.acknowledge", "dispatch.progress", "dispatch.complete", "dispatch.return", "dispatch.extend",
            "incident.annotate", "incident.report"]


def example(n=1):
    """exchange.yaml as the document shows it; 2: that of another city."""
    with open(os.path.join(ROOT, "docs", "EXCHANGE.md"), encoding="utf-8") as f:
        return f.read().split("```yaml\n")[n].split("```")[0]


def secret(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(text)
    return path


def documented_account():
    """The command of the document that makes the account; both texts of it are the same."""
    with open(os.path.join(ROOT, "docs", "EXCHANGE.md"), encoding="utf-8") as f:
        line = next(x for x in f if "liandongctl account add" in x)
    assert set(line.split("--commands ")[1].strip().split(",")) == set(COMMANDS)
    return line.split()[1:]


@contextlib.contextmanager
def exchanging(folder, text, desk, **reach):
    """A daemon with this exchange.yaml, whose two files of keys are there."""
    shutil.copytree(SHIPPED, folder / "city")
    (folder / "city/exchange.yaml").write_text(text, encoding="utf-8")
    secret(folder / "secrets", "hotline-in", "new-key\nold-key\n")
    secret(folder / "secrets", "hotline-out", "out-key\n")
    reach = {"secrets": folder / "secrets", "allow": "127.0.0.0/8", "plain": "true", "timeout": "3s", **reach}
    with contextlib.closing(desk), Daemon(folder, clock=START, mechanism=folder / "city", notices=reach) as d:
        d.ctl(*documented_account())
        yield d


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A daemon that exchanges with a centre, and the centre."""
    folder = tmp_path_factory.mktemp("both")
    ours = pki.Authority(folder / "ca")
    desk = Desk("out-key", ours.issue("good"), ours.issue("other", san="DNS:elsewhere.test"))
    text = example().replace("https://12345.example/exchange", desk.base)
    with exchanging(folder, text, desk, ca=ours.ca) as d:
        centre = Centre(d, "new-key")
        centre.desk = desk
        until(lambda: centre.send(b"{}")[0] == 422, "the notifier to know the exchange")
        yield d, centre


def now(d):
    with d.local() as c:
        return c.call("clock.get")["time"]


def handed_over(d, number, taken=True, **more):
    """An incident that goes to the centre; its dispatch, once the centre has it."""
    with d.desk(events=False) as c:
        got = c.call("incident.report", **incident(number, now(d), priority="P3", units=["hotline-12345"], **more))
    one = next(x["dispatch"] for x in got["dispatches"] if x["unit"] == "hotline-12345")
    if taken is False:
        until(lambda: messages(d, one), "the notifier to hear of it")
    if taken:
        until(lambda: nudged(d, lambda: shown(d, one).get("ticket")), "the centre to take it")
    return one


def nudged(d, condition):
    """Under a clock that stands, what this machine was too slow for is sent again at once."""
    value = condition()
    if not value:
        with d.local() as c:
            c.call("notice.retry", all=True)
    return value


def shown(d, dispatch):
    with d.desk(events=False) as c:
        return c.call("dispatch.get", dispatch=dispatch)


def instant(text):
    return datetime.datetime.fromisoformat(text)


def messages(d, dispatch):
    with d.local() as c:
        return c.call("exchange.list", dispatch=dispatch)["messages"]


def goes(d, dispatch):
    """Was its hand-over taken? Else it is sent at once, whatever its next time is, so that no clock has to be put forward."""
    one = messages(d, dispatch)[-1]
    with d.local() as c, contextlib.suppress(Refused):
        c.call("notice.retry", notice=one["notice"])
    return one["state"] == "taken"


def notes(d, number):
    with d.desk(events=False) as c:
        return [e["text"] for e in c.call("incident.get", number=number)["events"] if e["type"] == "incident.annotated"]


def test_the_way_of_a_ticket(both):
    d, centre = both
    one = handed_over(d, "T-1")
    d.advance("5m")
    at, flow = digits(centre.now()), centre.desk.tickets[one]
    assert centre.push(PJDBH=one, flowid=flow, state=1, CZSJ=at, CZR="林某") == (200, {"code": 0, "msg": "ok"})
    assert shown(d, one)["acknowledged_at"] == "2026-03-02T10:05:00+08:00"
    assert centre.push(PJDBH=one, flowid=flow, state=3, CZSJ=at)[0] == 200
    d.advance("1h")
    assert centre.push(PJDBH=one, flowid=flow, state="4", CZSJ=digits(centre.now()), CLJG="已修好")[0] == 200
    assert shown(d, one)["state"] == "completed" and shown(d, one)["result"] == "已修好"
    assert centre.push(PJDBH=one, flowid=flow, state=5, CZSJ=digits(centre.now()), CLJG="满意")[0] == 200
    assert any("归档" in n and "满意" in n for n in notes(d, "T-1"))
    assert shown(d, one)["ticket"] == flow


def test_an_incidents_number_alone_means_the_newest_instruction(both):
    """The first was withdrawn in error, and the centre has another one of the same matter."""
    d, centre = both
    first = handed_over(d, "AGAIN-1")
    with d.desk(events=False) as c:
        c.call("dispatch.withdraw", dispatch=first, reason="误撤")
        second = c.call("dispatch.add", number="AGAIN-1", unit="hotline-12345", role="lead")["dispatch"]["dispatch"]
    until(lambda: nudged(d, lambda: shown(d, second).get("ticket")), "the centre to take it")
    assert centre.push(JJDBH="AGAIN-1", flowid="FA", state=1, CZSJ=digits(centre.now()))[0] == 200
    assert shown(d, second)["acknowledged_at"] and "acknowledged_at" not in shown(d, first)


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


def test_a_centre_s_words_in_lists_and_objects_are_kept(both):
    """Some platforms send what was said line by line, or with its parts; both are read, and said."""
    d, centre = both
    status, answer = centre.push(node="JCSJ", flowid="L1", SJNR=["有人跳楼", "在八一桥"], DZ={"街道": "菁城街道", "门牌": 9})
    assert status == 200 and ("type-mended" in [w["code"] for w in answer["warnings"]]) and "DZ" in str(answer["warnings"]), answer
    with d.desk(events=False) as c:
        got = c.call("incident.get", number="12345-L1")
    assert (got["description"], got["address"], got["priority"]) == ("有人跳楼\n在八一桥", "菁城街道\n9", "P1")


def test_a_secret_reporter_is_not_in_the_words_that_the_centre_gets(both):
    d, centre = both
    one = handed_over(d, "SECRET-1", secret_reporter=True, description="举报噪音,我叫欧阳修远,电话13911112222,别说是我",
                      reporter={"name": "欧阳修远", "phone": "13911112222"})
    got = next(said for said in centre.desk.taken.values() if said["PJDBH"] == one)
    assert got["SJNR"] == "举报噪音,我叫****,电话****,别说是我", got
    assert "欧阳" not in str(got) and "1111" not in str(got)


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


def needs():
    """(act, what chooses it, our field, theirs) of each field that a message of each act cannot do without: the document's mapping, the
    program's table, and beside it what chooses the act, which matter it is, and why one goes back."""
    text = example()
    names = dict(re.findall(r"^ {8}(\w+): (\w+)$", text.split("      fields:\n")[1].split("      rules:")[0], re.M))
    table = pathlib.Path(ROOT, "src/domain/exchange.c").read_text(encoding="utf-8").split("exchange_needs[EXCHANGE_NEEDS] = {")[1].split("};")[0]
    wanted = [(a.lower(), f.lower()) for a, f in re.findall(r"\{EXCHANGE_(\w+), EXCHANGE_(\w+)\}", table)] + [("return", "reason")]
    assert len(wanted) == 5
    for chosen, value, act in re.findall(r"- \{(node|state): (\w+), act: (\w+)\}", text):
        fields = {chosen} | {f for a, f in wanted if a == act} | ({"dispatch"} if act != "report" else set())
        yield from ((act, (chosen, value), field, names) for field in sorted(fields))


SPOILT = {"missing": None, "null": None, "empty": "", "blank": " \t", "list": [1], "object": {"a": 2}, "huge": "字" * 20000}


@pytest.mark.parametrize("act, chosen, field, names", list(needs()), ids=lambda x: x if isinstance(x, str) else "-".join(x) if isinstance(x, tuple) else "")
def test_what_a_message_cannot_do_without_is_named(both, act, chosen, field, names):
    """By the centre's own name of it, with a code, and nothing is done. What is huge and can be understood is kept whole, and so
    are words in a list or an object."""
    d, centre = both
    number = f"ND-{act}-{''.join(chosen)}-{field}"
    whole = {"text": "修好了", "until": "20260304100000", "reason": "1", "description": "路灯不亮", "ticket": number, chosen[0]: chosen[1]}
    if act != "report":
        one = handed_over(d, number)
        whole.update(dispatch=one, ticket=centre.desk.tickets[one])
    steps = lambda: {k: v for k, v in shown(d, one).items() if k == "state" or k.endswith("_at")}  # of a return without a reason there is a note
    before = steps() if act != "report" else None
    for how, value in SPOILT.items():
        said = {names[f]: v for f, v in whole.items() if f in names}
        said[names[field]] = value
        if how == "missing":
            del said[names[field]]
        status, answer = centre.push(**said)
        if how in ("list", "object") and field in ("text", "description"):
            assert status == 200, (how, answer)
            assert act == "report" or "type-mended" in [w["code"] for w in answer["warnings"]], "what is corrected is a note"
        elif how == "huge" and status == 200:
            assert field in ("text", "description", "ticket"), (field, answer)
        else:
            theirs = {names["state"], names["node"]} if field == chosen[0] else {names[field]}
            assert status in (404, 422) and answer["code"] in ("invalid-params", "not-found") and answer["field"] in theirs, (how, status, answer)
            assert before is None or steps() == before, how
    if field == "text":
        assert "字" * 1000 in json.dumps(shown(d, one), ensure_ascii=False) + "".join(notes(d, number))


def test_what_is_signed_over_is_there(tmp_path):
    """Another city's signature is over four parts: one that is left out is named, one that is empty is looked at for what it says. A form in
    GBK is read as one, which is said."""
    desk = Desk("out-key", number="task_no", form=True, separator=b"|")
    text = example(2).replace("https://line.example/order/add", desk.url).replace("https://line.example/order/open", desk.open_url)
    with exchanging(tmp_path, text, desk) as d:
        line = Line(d, "new-key", "citizen-line")
        until(lambda: line.push(task_no="NONE-01", order_no="1", status="SIGNED")[0] == 404, "the notifier to know the exchange")
        one = handed_over(d, "PT-1")
        for gone in "order_no", "status":
            said = {"task_no": one, "order_no": "FK-0001", "status": "SIGNED"}
            del said[gone]
            status, problem = line.push(**said)
            assert (status, problem["code"], problem["field"]) == (422, "invalid-params", gone), problem
            status, problem = line.push(**dict(said, **{gone: ""}))
            assert (status, gone) == (200, "order_no") or (status, problem["field"]) == (422, "status"), problem
        body = urllib.parse.urlencode({"task_no": one, "order_no": "FK-0001", "status": "FINISHED", "op_note": "已修好"}, encoding="gbk").encode()
        headers = line.signed(order_no="FK-0001", status="FINISHED")
        status, answer = line.send(body, headers)
        assert status == 200 and [w["code"] for w in answer["warnings"]] == ["charset-mended"], answer
        assert shown(d, one)["result"] == "已修好"


def test_gbk_is_read_as_such(both):
    d, centre = both
    one = handed_over(d, "GB-1")
    status, answer = centre.send(json.dumps({"PJDBH": one, "flowid": centre.desk.tickets[one], "state": 4, "CLJG": "水管已经修好了"},
                                            ensure_ascii=False).encode("gbk"))
    assert status == 200 and [w["code"] for w in answer["warnings"]] == ["charset-mended"], answer
    assert shown(d, one)["result"] == "水管已经修好了"
    for body, says in ((b"[1]", "JSON"), (b'{"a": 1, "a": 2}', "两次"), (b'{"a": "\xff\xfe\x80"}', "UTF-8"), (b'{"a": 007}', "JSON"),
                       (json.dumps({str(i): 1 for i in range(300)}).encode(), "太多")):
        status, problem = centre.send(body)
        assert status == 400 and problem["code"] == "invalid-request" and says in problem["detail"], (body[:20], problem)


# -- 12345, outward ------------------------------------------------------------------------------


def of(desk, dispatch):
    """What the centre has taken of this dispatch, in its order."""
    return [b for b in list(desk.taken.values()) if b["PJDBH"] == dispatch]


def test_an_instruction_is_handed_over_once(both):
    d, centre = both
    desk = centre.desk
    one = handed_over(d, "H-1")
    (got,) = of(desk, one)
    assert got["LX"] == "hand-over" and got["JJDBH"] == "H-1" and got["DZ"] == "菁城街道解放路12号" and got["YL"] == "0"
    assert got["JJSJ"] == digits(shown(d, one)["matter"]["received_at"]) if "matter" in shown(d, one) else got["JJSJ"]
    with d.desk(events=False) as c:
        c.call("incident.urge", number="H-1")
        until(lambda: nudged(d, lambda: len(of(desk, one)) == 2), "the urging to come")  # of what was withdrawn none goes
        c.call("dispatch.withdraw", dispatch=one, reason="已由别的单位处理")
    until(lambda: nudged(d, lambda: len(of(desk, one)) == 3), "the withdrawal to come")
    assert [b["LX"] for b in of(desk, one)] == ["hand-over", "urge", "withdraw"]
    assert desk.wrong == 0


def test_what_the_centre_may_have_is_withdrawn_there(both):
    """It took the hand-over, and its answer was lost: what is withdrawn meanwhile is not dropped in silence."""
    d, centre = both
    desk = centre.desk
    desk.faults[:] = ["drop"]
    one = handed_over(d, "WD-1", taken=False)
    until(lambda: messages(d, one)[-1]["tries"], "the first try")
    with d.desk(events=False) as c:
        c.call("dispatch.withdraw", dispatch=one, reason="已由别的单位处理")
    until(lambda: nudged(d, lambda: [b["LX"] for b in of(desk, one)] == ["hand-over", "withdraw"]), "the withdrawal to come")
    until(lambda: all(m["state"] == "taken" for m in messages(d, one)), "both to be taken")


def test_what_was_withdrawn_is_not_to_be_phoned(both):
    """Withdrawn after a try, and never taken: the desk is not asked to hand it over by phone."""
    d, centre = both
    desk = centre.desk
    desk.faults[:] = [503] * 200
    one = handed_over(d, "WD-2", taken=False)
    until(lambda: messages(d, one)[0]["tries"], "the first try")
    with d.desk(events=False) as c:
        c.call("dispatch.withdraw", dispatch=one, reason="派错了")
    d.advance("2m")
    (note,) = until(lambda: [n for n in notes(d, "WD-2") if one in n], "the desk to be told")
    desk.faults.clear()
    assert "已经撤回" in note and "不用办" in note and "三方通话" not in note
    until(lambda: nudged(d, lambda: [b["LX"] for b in of(desk, one)] == ["hand-over", "withdraw"]), "the withdrawal to come")


def test_a_drill_is_no_matter_of_theirs(both):
    """A city's mapping may have no place for {drill}: the description says it."""
    d, centre = both
    one = handed_over(d, "DRILL-1", drill=True, description="管道漏水")
    (got,) = of(centre.desk, one)
    assert got["YL"] == "1" and got["SJNR"] == "【演练】管道漏水"
    with d.desk(events=False) as c:
        c.call("dispatch.withdraw", dispatch=one, reason="演练结束")


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
    desk.faults[:] = ["error", "lie", "garbage", "drop"]
    one = handed_over(d, "H-2", taken=False)
    tries = 0
    while messages(d, one)[0]["state"] != "taken":  # each after some time by itself
        tries = until(lambda least=tries: messages(d, one)[0]["tries"] > least and messages(d, one)[0]["tries"], "the next try to end")
        assert tries < 12
        d.advance("7m")
    assert not desk.faults and len([1 for _, _, b in desk.seen if b["PJDBH"] == one]) >= 5
    keys = {key for _, key, b in desk.seen if b["PJDBH"] == one}
    assert len(keys) == 1 and len(of(desk, one)) == 1


def test_what_the_centre_answered_instead_is_shown(both):
    """HTTP 200 is no taking; which member was to be what is in exchange.yaml, and what it was is shown."""
    d, centre = both
    centre.desk.faults[:] = ["lie"]
    one = handed_over(d, "LIE-1", taken=False)
    until(lambda: messages(d, one)[0]["tries"], "the first try")
    assert re.fullmatch(r"status=200 code=\S+", messages(d, one)[0]["outcome"]), messages(d, one)
    until(lambda: goes(d, one), "the centre to take it")
    assert messages(d, one)[0]["outcome"] == "status=200"


def test_the_centre_says_when_to_come_again(both):
    """In ten minutes, it says; by itself it would be asked again after a second."""
    d, centre = both
    centre.desk.faults[:] = ["busy"]
    one = handed_over(d, "BUSY-1", taken=False)
    (row,) = until(lambda: messages(d, one)[0]["tries"] and messages(d, one), "the first try")
    assert row["tries"] == 1 and instant(row["next_at"]) - instant(now(d)) == datetime.timedelta(minutes=10)
    until(lambda: goes(d, one), "the centre to take it")


def partner_waiting(d):
    """What /metrics says of it."""
    return int(re.search(rb'^liandong_partner_waiting\{partner="hotline"\} (\d+)$', d.http("GET", "/metrics")[2], re.M)[1])


def test_the_desk_is_told_to_phone(both):
    """Not taken for two minutes: once, on the incident; and it goes all the same when the centre is back."""
    d, centre = both
    desk = centre.desk
    desk.faults[:] = [503] * 200
    one = handed_over(d, "H-3", taken=False)
    until(lambda: messages(d, one)[0]["tries"], "the first try")
    assert not [n for n in notes(d, "H-3") if "三方通话" in n]
    d.advance("2m")
    until(lambda: [n for n in notes(d, "H-3") if "三方通话" in n and one in n], "the desk to be told")
    assert "请电话转接(三方通话)" in d.ctl("incident", "show", "H-3").stdout, "the program's own words are of no person"
    assert partner_waiting(d) >= 1
    desk.faults.clear()
    until(lambda: goes(d, one), "the centre to take it")
    assert len([n for n in notes(d, "H-3") if "三方通话" in n]) == 1
    until(lambda: partner_waiting(d) == 0, "nothing to wait")


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
    until(lambda: goes(d, one), "the centre to take it")
    assert len({key for _, key, b in desk.seen if b["PJDBH"] == one}) == 1 and len(of(desk, one)) == 1


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_fault_loses_and_doubles_nothing(both, fault):
    """Whatever it does each time: within two minutes the desk is told, once; and when it is over, the centre has the instruction
    once and under one key, and nothing went where it was redirected to."""
    d, centre = both
    desk = centre.desk
    desk.always = fault
    one = handed_over(d, "X-" + fault, taken=False)
    try:
        until(lambda: messages(d, one)[0]["tries"], "a try")
        (row,) = messages(d, one)
        assert row["state"] == "waiting" and row["kind"] == "hand-over" and "delivered_at" not in shown(d, one)
        d.advance("2m")
        until(lambda: [n for n in notes(d, "X-" + fault) if "三方通话" in n and one in n], "the desk to be told")
    finally:
        desk.always = None
    until(lambda: goes(d, one), "the centre to take it")
    assert len(of(desk, one)) == 1 and desk.strayed == 0 and desk.wrong == 0
    assert {key for _, key, b in desk.seen if b["PJDBH"] == one} == {row["notice"]}
    assert len([n for n in notes(d, "X-" + fault) if "三方通话" in n]) == 1
    until(lambda: shown(d, one).get("ticket") == desk.tickets[one], "their number")


@pytest.mark.parametrize("order", list(itertools.permutations((1, 3, 4)))[1:], ids=str)
def test_states_in_any_order_and_twice(both, order):
    """duplicate, reorder, skew: each message comes with a clock that is two hours off, which is refused, then twice."""
    d, centre = both
    number = "Q-" + "".join(map(str, order))
    one, at = handed_over(d, number), digits(centre.now())
    for state in order:
        said = {"PJDBH": one, "flowid": "FQ" + number, "state": state, "CZSJ": at, "CLJG": "已办好"}
        centre.skew = -7200
        assert centre.push(**said)[0] == 401
        centre.skew = 0
        assert centre.push(**said)[0] == 200
        assert centre.push(**said)[0] == 200
    got = shown(d, one)
    assert got["state"] == "completed" and got["result"] == "已办好" and got["acknowledged_at"]
    with d.local() as c:
        types = [e["type"] for e in c.call("event.list", number=number)["events"]]
    assert types.count("dispatch.completed") == 1 and types.count("dispatch.acknowledged") <= 1


def test_a_message_by_hand(both):
    """An administrator sends one again at once, or drops it; with an instruction goes what waits behind it."""
    d, centre = both
    desk, admin = centre.desk, d.account("admin-x", "admin")
    desk.always = "error"
    one, two = handed_over(d, "B-1", taken=False), handed_over(d, "B-2", taken=False)
    try:
        for dispatch in one, two:
            until(lambda: messages(d, dispatch)[0]["tries"], "a try")
        with d.desk(events=False) as c:
            c.call("incident.urge", number="B-2")
        until(lambda: len(messages(d, two)) == 2, "the urging")
        assert one in d.ctl("exchange", "--open").stdout
        first = messages(d, two)[1]
        d.ctl("notice", "drop", first["notice"], "--why", "已经电话转接")
        assert [(m["kind"], m["state"], m["outcome"]) for m in messages(d, two)] == [
            ("urge", "dropped", "已经电话转接"), ("hand-over", "dropped", "已经电话转接")]
        (note,) = until(lambda: [n for n in notes(d, "B-2") if "不再送" in n], "the incident to say who decided it")
        assert "local" in note and two in note and "已经电话转接" in note, note
        assert d.http("POST", f"/v1/notices/{first['notice']}/drop", admin, {"why": "已经电话转接"})[0] == 409
        # one that goes again has not ended
        three = handed_over(d, "B-3", taken=False)
        until(lambda: messages(d, three)[0]["tries"], "a try")
        d.ctl("notice", "drop", messages(d, three)[0]["notice"], "--why", "误点")
        assert messages(d, three)[0]["ends_at"] == now(d)
        d.ctl("notice", "retry", messages(d, three)[0]["notice"])
        assert messages(d, three)[0]["state"] == "waiting" and "ends_at" not in messages(d, three)[0]
    finally:
        desk.always = None
    d.ctl("notice", "retry", messages(d, one)[0]["notice"])
    until(lambda: goes(d, one), "the centre to take it")
    assert not of(desk, two) and not [n for n in notes(d, "B-1") if "再送" in n], "what waited was not decided anew"
    until(lambda: messages(d, one)[0]["state"] == "taken", "the answer")
    assert d.http("POST", f"/v1/notices/{messages(d, one)[0]['notice']}/retry", admin, {})[0] == 409
    assert d.http("POST", f"/v1/notices/{first['notice']}/retry", admin, {})[0] == 200
    (note,) = until(lambda: [n for n in notes(d, "B-2") if "又送" in n], "the incident to say who sent it after all")
    assert "admin-x" in note and two in note, note
    until(lambda: goes(d, two), "the centre to take it")


def test_a_reason_that_is_not_known_is_not_recorded(both):
    """No request has a reason that the centre never gave: it is told, and so is the desk."""
    d, centre = both
    one = handed_over(d, "R-3")
    for more in {"THYY": "9"}, {}:
        status, problem = centre.push(PJDBH=one, flowid="FR", node=3, CLJG="不是我们的", **more)
        assert (status, problem["field"]) == (422, "THYY"), problem
    assert shown(d, one)["state"] == "issued" and len([n for n in notes(d, "R-3") if "不在对照表里" in n]) == 2


def test_what_is_added_to_a_return_is_kept(both):
    d, centre = both
    one = handed_over(d, "R-4")
    for words in "不属本市", "不属本市", "请转龙岩":
        assert centre.push(PJDBH=one, flowid="FS", node=3, THYY="2", CLJG=words)[0] == 200
    assert shown(d, one)["state"] == "returning"
    assert len([n for n in notes(d, "R-4") if "请转龙岩" in n]) == 1 and not [n for n in notes(d, "R-4") if "不属本市" in n]


def test_messages_without_a_time_are_two(both):
    d, centre = both
    one = handed_over(d, "M-1")
    for words in "派人去看", "已经到了", "已经到了":
        assert centre.push(PJDBH=one, flowid="FM", state=3, CLJG=words)[0] == 200
    with d.desk(events=False) as c:
        said = [e["text"] for e in c.call("incident.get", number="M-1")["events"] if e["type"] == "dispatch.progressed"]
    assert said == ["派人去看", "已经到了"]


def later(instant, minutes):
    return digits((datetime.datetime.fromisoformat(instant) + datetime.timedelta(minutes=minutes)).isoformat())


def test_a_time_that_cannot_be_is_not_taken_as_true(both):
    """Ahead of us, unreadable, before the instruction: carried out at the instant that it came, the centre hears so in its own
    words, the desk sees it at the matter, and the event has what was given."""
    d, centre = both
    cases = {"25": (later(centre.now(), 25), "time-in-future", "晚于收到的时刻"), "40": (later(centre.now(), 40), "time-in-future", "晚于收到的时刻"),
             "BAD": ("bad", "value-ignored", "看不懂(bad)"), "OLD": (later(centre.now(), -60), "time-before-issue", "早于联动指令下达")}
    for name, (given, code, noted) in cases.items():
        one = handed_over(d, "TM-" + name)
        status, answer = centre.push(PJDBH=one, flowid=centre.desk.tickets[one], state=1, CZSJ=given)
        assert status == 200 and answer["code"] == 0, answer
        (warned,) = answer["warnings"]
        assert (warned["code"], warned["field"]) == (code, "CZSJ") and "CZSJ" in warned["detail"] and "at " not in warned["detail"], warned
        assert shown(d, one)["acknowledged_at"] == centre.now()
        assert len([n for n in notes(d, "TM-" + name) if noted in n and one in n]) == 1
        with d.local() as c:
            (event,) = [e for e in c.call("event.list", number="TM-" + name)["events"] if e["type"] == "dispatch.acknowledged"]
        assert code in event["data"]["warnings"] and (name == "BAD" or event["data"]["clock_skew"])
        assert centre.push(PJDBH=one, flowid=centre.desk.tickets[one], state=1, CZSJ=given) == (200, {"code": 0, "msg": "ok"})
        assert len([n for n in notes(d, "TM-" + name) if noted in n]) == 1
    one = handed_over(d, "TM-3")  # as far as clocks may differ there is nothing to tell the desk
    assert centre.push(PJDBH=one, flowid=centre.desk.tickets[one], state=1, CZSJ=later(centre.now(), 3))[1]["warnings"][0]["code"] == "time-in-future"
    assert not [n for n in notes(d, "TM-3") if "时刻" in n]
    told = {"node": "JCSJ", "flowid": "PB", "CZSJ": "后天", "SJNR": "有人打架", "DZ": "菁城街道解放路12号"}
    status, answer = centre.push(**told)
    assert status == 200 and ("value-ignored", "CZSJ") in [(w["code"], w.get("field")) for w in answer["warnings"]], answer
    with d.desk(events=False) as c:
        got = c.call("incident.get", number="12345-PB")
    assert got["received_at"] == centre.now() and "value-ignored" in [w["code"] for w in got["warnings"]]


def test_what_the_engine_refuses_has_their_name(both):
    d, centre = both
    one = handed_over(d, "TN-1")
    status, problem = centre.push(PJDBH=one, flowid="FTN", node="YQ", YQSJ=later(centre.now(), -60), CLJG="要等材料")
    assert (status, problem["field"]) == (422, "YQSJ") and "YQSJ" in problem["detail"] and "until" not in problem["detail"], problem
    status, problem = centre.push(PJDBH="X-9-01", flowid="FTN", state=1)
    assert (status, problem["field"]) == (404, "PJDBH"), problem
    status, problem = centre.push(JJDBH="X-9", flowid="FTN", state=1)
    assert (status, problem["field"]) == (404, "JJDBH"), problem


def test_what_comes_too_late_loses_no_words(both):
    """A completion, an acknowledgement, a progress after the end: the same again changes nothing, other words are on the incident."""
    d, centre = both
    one = handed_over(d, "LW-1")
    said = {"PJDBH": one, "flowid": centre.desk.tickets[one]}
    assert centre.push(**said, state=1, CLJG="已派老林去看")[0] == 200
    with d.desk(events=False) as c:
        assert "已派老林去看" in json.dumps(c.call("incident.get", number="LW-1")["events"], ensure_ascii=False), "the first has words, too"
    assert centre.push(**said, state=4, CLJG="已答复")[0] == 200
    assert centre.push(**said, state=4, CLJG="已答复", CZSJ=digits(centre.now()))[0] == 200
    assert not notes(d, "LW-1") and shown(d, one)["result"] == "已答复"
    for more in ({"state": 4, "CLJG": "答错了,群众仍有生命危险"}, {"state": 1, "CLJG": "迟到的说明"}, {"state": 2, "CLJG": "长" * 3000},
                 {"node": "YQ", "YQSJ": "20260304100000", "CLJG": "要等材料"}):
        for _ in range(2):
            assert centre.push(**said, **more) == (200, {"code": 0, "msg": "ok"}), more
    words = "".join(notes(d, "LW-1"))
    assert all(words.count(x) == 1 for x in ("答错了,群众仍有生命危险", "迟到的说明", "要等材料")) and words.count("长") == 3000
    assert shown(d, one)["result"] == "已答复"


def test_what_was_withdrawn_is_not_worked_on_unsaid(both):
    d, centre = both
    one = handed_over(d, "WW-1")
    with d.desk(events=False) as c:
        c.call("dispatch.withdraw", dispatch=one, reason="派错了")
    for more in {"state": 1}, {"state": 4, "CLJG": "已经办好"}, {"node": 3, "THYY": "1"}, {"node": "YQ", "YQSJ": "20260304100000"}:
        for _ in range(2):
            status, answer = centre.push(PJDBH=one, flowid=centre.desk.tickets[one], **more)
            assert status == 200 and [(w["code"], w["field"]) for w in answer["warnings"]] == [("dispatch-withdrawn", "PJDBH")], answer
    said = [n for n in notes(d, "WW-1") if "撤回之后" in n]
    assert len(said) == 4 and any("已经办好" in n for n in said) and shown(d, one)["state"] == "withdrawn"


def test_a_number_that_does_not_fit_is_said(both):
    """Another one than before is taken, warned of, and a difference at night; that of another instruction is refused, and the desk
    knows; so is an incident that is not the instruction's."""
    d, centre = both
    one, two = handed_over(d, "TK-1"), handed_over(d, "TK-2")
    tickets = centre.desk.tickets
    status, answer = centre.push(PJDBH=one, flowid="NEW-7", state=1)
    assert status == 200 and [(w["code"], w["field"]) for w in answer["warnings"]] == [("ticket-changed", "flowid")], answer
    assert "NEW-7" in answer["warnings"][0]["detail"] and tickets[one] in answer["warnings"][0]["detail"]
    assert shown(d, one)["ticket"] == "NEW-7" and shown(d, one)["acknowledged_at"]
    with d.local() as c:
        (event,) = [e for e in c.call("event.list", number="TK-1")["events"] if e["type"] == "dispatch.acknowledged"]
    assert "ticket-changed" in event["data"]["warnings"]
    status, problem = centre.push(PJDBH=two, flowid=tickets[one], state=4, CLJG="修好了")
    assert (status, problem["code"], problem["field"]) == (409, "conflict", "flowid") and one in problem["detail"], problem
    assert shown(d, two)["state"] == "issued" and shown(d, two)["ticket"] == tickets[two]
    (note,) = [n for n in notes(d, "TK-2") if "没有照办" in n]
    assert one in note and two in note and "修好了" in note
    status, problem = centre.push(JJDBH="TK-1", PJDBH=two, flowid=tickets[two], state=1)
    assert (status, problem["code"], problem["field"]) == (422, "invalid-params", "JJDBH"), problem
    assert not shown(d, two).get("acknowledged_at")
    assert centre.push(JJDBH="TK-2", PJDBH=two, flowid=tickets[two], state=1) == (200, {"code": 0, "msg": "ok"})


def test_a_report_is_not_refused_over_its_number(both):
    """Blanks, marks, Chinese, too long, a number larger than most programs count: each is an incident, the same each time, and the desk
    can find the centre's number. What is corrected is a note."""
    d, centre = both
    for theirs in "T 1/2#3", "工单-" + "9" * 80, 9223372036854775808, 20261126103000123456:
        told = {"node": "JCSJ", "flowid": theirs, "SJNR": "店里着火", "DZ": "菁城街道解放路12号"}
        status, answer = centre.push(**told)
        assert status == 200, (theirs, answer)
        assert centre.push(**told)[0] == 200
        with d.desk(events=False) as c:
            found = [i["number"] for i in c.call("incident.list", limit=200)["incidents"] if i["number"].startswith("12345-")]
        number = f"12345-{theirs}" if isinstance(theirs, int) else next(w for w in answer["warnings"] if w["code"] == "value-mended")["detail"].split("按“")[1].split("”")[0]
        assert number in found and len(found) == len(set(found))
        if not isinstance(theirs, int):
            assert [(w["code"], w["field"]) for w in answer["warnings"] if w["code"] == "value-mended"] == [("value-mended", "flowid")]
            said = notes(d, number)
            assert len([n for n in said if theirs[:20] in n]) == 1, (theirs, said)
    assert centre.push(node="JCSJ", flowid="Z1", SJNR="有人跳楼", DZ="菁城街道解放路12号")[0] == 200
    for _ in range(2):
        assert centre.push(node="JCSJ", flowid="Z1", SJNR="有人跳楼,地点更正", DZ="八一桥")[0] == 200
    (note,) = notes(d, "12345-Z1")
    assert "内容有变" in note and "地点更正" in note and "八一桥" in note


def test_faults_of_ours_are_not_the_centre_s(both):
    """A file of keys that cannot be used is 503, a clock that is off is said to be."""
    d, centre = both
    one = handed_over(d, "M-2")
    body = json.dumps({"PJDBH": one, "flowid": "FN", "state": 1}).encode()
    centre.skew = -400
    status, problem = centre.send(body)
    centre.skew = 0
    assert status == 401 and "校时" in problem["detail"], problem
    keys = os.path.join(os.path.dirname(d.config), "secrets", "hotline-in")
    os.chmod(keys, 0o644)
    try:
        status, problem = centre.send(body)
        said = json.loads(d.ctl("--json", "status", check=False).stdout)
    finally:
        os.chmod(keys, 0o600)
    assert (status, problem["code"]) == (503, "unavailable"), problem
    (warned,) = [w for w in said["warnings"] if w["code"] == "partner-cannot"]
    assert "receive.signature.secret_file hotline-in" in warned["detail"] and "chmod 600" in said["notices"]["partners"][0]["why"]
    assert "why" not in json.loads(d.ctl("--json", "status", check=False).stdout)["notices"]["partners"][0]
    assert centre.send(body)[0] == 200


def test_a_matter_of_theirs_does_not_go_back(both):
    """A category that is not in the map is taken as it is; where the rules give it to the centre again, the desk is told."""
    d, centre = both
    told = {"node": "JCSJ", "flowid": "P9", "CZSJ": digits(centre.now()), "SJNR": "要投诉", "SJLB": THEIRS, "DZ": "菁城街道解放路12号"}
    assert centre.push(**told)[0] == 200
    with d.local() as c:
        got = c.call("incident.get", number="12345-P9")
    assert got["category"] == THEIRS and [x["unit"] for x in got["dispatches"] if x["role"] == "lead"] == ["hotline-12345"]
    one = next(x["dispatch"] for x in got["dispatches"] if x["unit"] == "hotline-12345")
    until(lambda: [n for n in notes(d, "12345-P9") if "没有送回" in n], "the desk to be told")
    until(lambda: messages(d, one)[0]["state"] == "dropped", "the message to end")
    assert not of(centre.desk, one)


def test_a_decision_is_told_with_its_words(both):
    d, centre = both
    desk = centre.desk
    one = handed_over(d, "M-3")
    assert centre.push(PJDBH=one, flowid="FD", node=3, THYY="2", CZSJ=digits(centre.now()))[0] == 200
    with d.desk(events=False) as c:
        c.call("incident.urge", number="M-3", text="又来电催")
        asked = next(r for r in c.call("request.list", state="pending")["requests"] if r["dispatch"] == one)
        c.call("request.decide", request=asked["request"], grant=False, reason="属本市")
    until(lambda: nudged(d, lambda: len(of(desk, one)) == 3), "the decision to come")
    assert [(b["LX"], b["BZ"], b["SQJD"], b["SQLX"]) for b in of(desk, one)[1:]] == [
        ("urge", "又来电催", "", ""), ("decision", "属本市", "rejected", "return")]


# -- what is remembered of it is lost --------------------------------------------------------------


def lose(d):
    """exchange.db is deleted while nothing runs that has it open; another notifier begins."""
    (pid,) = d.pids("notifier")
    os.kill(pid, signal.SIGSTOP)
    for end in "", "-wal", "-shm":
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(d.folder, "notices", "exchange.db" + end))
    os.kill(pid, signal.SIGKILL)
    until(lambda: d.pids("notifier") not in ([], [pid]), "another notifier")


def test_a_lost_file_hands_nothing_over_twice(both):
    """Taken an hour ago and just now: the chain says so, and nothing of either goes again, by itself or by hand; what was dropped stays
    dropped, what waited is offered; and the centre is heard of all of them as before."""
    d, centre = both
    desk = centre.desk
    old = handed_over(d, "LO-1")
    desk.always = "error"
    waits, dropped = handed_over(d, "LO-2", taken=False), handed_over(d, "LO-3", taken=False)
    until(lambda: messages(d, waits)[0]["tries"] and messages(d, dropped)[0]["tries"], "their tries")
    d.ctl("notice", "drop", messages(d, dropped)[0]["notice"], "--why", "已经电话转接")
    until(lambda: [n for n in notes(d, "LO-3") if "不再送" in n], "the incident to say so")
    d.advance("1h")
    with d.local() as c:
        c.call("dispatch.complete", dispatch=handed_over(d, "LO-4", taken=False), result="已办结", on_behalf={"person": "林某"})
    desk.always = None
    new = handed_over(d, "LO-5")
    key = {one: messages(d, one)[0]["notice"] for one in (old, new, waits)}
    seen = [body["PJDBH"] for _, _, body in desk.seen]
    lose(d)
    offered = until(lambda: json.loads(d.ctl("--json", "exchange", "handover", "hotline", "--dry-run", check=False).stdout or "null"), "it to be there")
    assert not {old, new, dropped, "LO-4-01"} & set(offered["dispatches"]), offered
    assert {m["state"] for one in (old, new) for m in messages(d, one)} == {"taken"} and messages(d, dropped)[0]["state"] == "dropped"
    assert messages(d, new)[0]["notice"] == key[new] and messages(d, old)[0]["ticket"] == desk.tickets[old]
    d.ctl("exchange", "handover", "hotline")
    until(lambda: goes(d, waits), "what waited to go")
    assert messages(d, waits)[0]["notice"] == key[waits], "by the key that it would have had"
    again = [body["PJDBH"] for _, _, body in desk.seen][len(seen):]
    assert not {old, new, dropped} & set(again), again
    with d.desk(events=False) as c:
        c.call("incident.urge", number="LO-1")
    until(lambda: nudged(d, lambda: [b["LX"] for b in of(desk, old)] == ["hand-over", "urge"]), "what comes later of it to go")
    assert centre.push(PJDBH=old, flowid=desk.tickets[old], state=4, CLJG="修好了")[0] == 200 and shown(d, old)["state"] == "completed"
    assert centre.push(PJDBH=new, flowid=desk.tickets[new], node=3, THYY="2")[0] == 200 and shown(d, new)["state"] == "returning"


# -- both sides' open matters ---------------------------------------------------------------------


def open_there(c):
    """The centre's open dispatches, all pages, with its numbers of them."""
    found, page = {}, {"next": None}
    while "next" in page:
        page = c.call("dispatch.list", unit="hotline-12345", **({"cursor": page["next"]} if page["next"] else {}))
        found.update({x["dispatch"]: x.get("ticket", "") for x in page["dispatches"] if x["role"] != "inform"})
    return found


def compared(d):
    with d.local() as c:
        return c.call("exchange.differences")["partners"][0]


def all_events(d, kind):
    found, after = [], 0
    with d.local() as c:
        while events := c.call("event.list", limit=500, after=after)["events"]:
            found += [e for e in events if e["type"] == kind]
            after = events[-1]["seq"]
    return found


def outcomes(d):
    return [e["data"] for e in all_events(d, "exchange.compared")]


def test_at_night_both_sides_are_compared(both):
    """At 02:30, and not before. What is open here alone, there alone, and what the centre has not been told that it ended."""
    d, centre = both
    desk = centre.desk
    lost, known, done = (handed_over(d, number) for number in ("N-1", "N-2", "N-3"))
    with d.local() as c:
        c.call("dispatch.complete", dispatch=done, result="已办结", on_behalf={"person": "林某"})
        ours = open_there(c)
    assert {lost, known} <= set(ours) and done not in ours
    desk.open = [{"PJDBH": one, "flowid": ours[one]} for one in sorted(set(ours) - {lost, known})]
    desk.open += [{"flowid": desk.tickets[known]}, {"PJDBH": done, "flowid": desk.tickets[done]}, {"flowid": "漳-77"}]
    before = compared(d)
    assert "compared_at" not in before and before["next_at"] == "2026-03-03T02:30:00+08:00"
    with d.local() as c:
        c.call("clock.set", instant="2026-03-03T02:29:00+08:00")
    desk.always = "error"  # the centre does not answer: said, and asked again
    d.advance("1m")
    until(lambda: compared(d).get("failed_at"), "the first try")
    assert compared(d)["outcome"] == "status=500" and "compared_at" not in compared(d)
    desk.always = None
    d.advance("4m")
    assert "compared_at" not in compared(d)
    d.advance("1m")
    got = until(lambda: compared(d).get("compared_at") and compared(d), "the comparison")
    assert got["compared_at"][:16] == "2026-03-03T02:35" and "failed_at" not in got and got["next_at"][:16] == "2026-03-04T02:30"
    assert [(x["side"], x.get("dispatch"), x.get("ticket"), x.get("state")) for x in got["differences"]] == [
        ("ours", lost, desk.tickets[lost], "issued"), ("theirs", done, desk.tickets[done], "completed"), ("theirs", None, "漳-77", None)]
    assert got["ours"] == len(ours) and got["theirs"] == len(ours) + 1
    until(lambda: len(outcomes(d)) == 2, "the events")
    assert outcomes(d) == [{"partner": "hotline", "outcome": "unanswered"},
                           {"partner": "hotline", "outcome": "differ", "ours": [lost], "theirs": [done], "numbers": []}]
    assert "compared" in d.log() and "not compared" in d.log()


def test_compared_by_hand(both):
    """By liandongctl, HTTP and the console; what differs no more is gone, and who may not ask is refused."""
    d, centre = both
    desk = centre.desk
    with d.local() as c:
        ours = list(open_there(c))
    desk.open = [{"PJDBH": one} for one in ours + ours]
    said = until(lambda: d.ctl("exchange", "compare", "hotline", check=False).stdout, "the comparison")
    assert "没有差异" in said and f"本系统未结 {len(ours)}" in said, said
    desk.open = [{"PJDBH": one} for one in ours[1:]]
    office = d.account("ldb-x", "office")
    status, _, got = d.http("POST", "/v1/exchange/hotline/compare", office, {})
    assert status == 200 and [x["dispatch"] for x in got["partners"][0]["differences"]] == [ours[0]]
    desk_token = d.account("desk-x", "desk")
    assert d.http("GET", "/v1/exchange/differences", desk_token)[2] == got
    assert d.http("POST", "/v1/exchange/hotline/compare", desk_token, {})[0] == 403
    assert d.http("GET", "/v1/exchange/differences?partner=none", desk_token)[0] == 404
    assert ours[0] in d.ctl("exchange", "differences").stdout
    for fault in "huge", "garbage", "stall", "lie":
        desk.always = fault
        try:
            status, headers, problem = d.http("POST", "/v1/exchange/hotline/compare", office, {})
        finally:
            desk.always = None
        assert (status, problem["code"]) == (503, "unavailable") and int(headers["Retry-After"]) == 300, (fault, problem)
    assert compared(d)["differences"] == got["partners"][0]["differences"] and compared(d)["failed_at"]


def test_what_has_just_ended_is_no_difference(both):
    """Both lists are taken at different instants: the centre may not have heard of it yet."""
    d, centre = both
    gone, done = handed_over(d, "E-1"), handed_over(d, "E-2")
    d.advance("5m")  # since they were issued
    with d.local() as c:
        ours = list(open_there(c))
        c.call("dispatch.complete", dispatch=done, result="已办结", on_behalf={"person": "林某"})
    with d.desk(events=False) as c:
        c.call("dispatch.withdraw", dispatch=gone, reason="不用了")
    centre.desk.open = [{"PJDBH": one} for one in ours]

    def differences():
        assert d.ctl("exchange", "compare", "hotline").returncode == 0
        return {x["dispatch"]: (x["side"], x["state"]) for x in compared(d)["differences"]}
    assert differences() == {}
    d.advance("5m")
    assert differences() == {gone: ("theirs", "withdrawn"), done: ("theirs", "completed")}


def test_another_number_there_is_a_difference(both):
    """Open on both sides, by a number that the centre did not give it."""
    d, centre = both
    one, tickets = handed_over(d, "TN-3"), centre.desk.tickets
    assert centre.push(PJDBH=one, flowid="NEW-8", state=1)[0] == 200
    d.advance("5m")
    with d.local() as c:
        ours = open_there(c)
    centre.desk.open = [{"PJDBH": x, "flowid": tickets[one] if x == one else ours[x]} for x in ours]
    assert "对方的工单号不同" in until(lambda: d.ctl("exchange", "compare", "hotline", check=False).stdout, "the comparison")
    assert [(x["side"], x["dispatch"], x["ticket"], x["state"]) for x in compared(d)["differences"]] == [("number", one, tickets[one], "acknowledged")]
    assert outcomes(d)[-1] == {"partner": "hotline", "outcome": "differ", "ours": [], "theirs": [], "numbers": [one]}


def test_the_records_are_what_the_events_say(both):
    """And that an instruction was taken is said once, however many messages of it were."""
    d, _ = both
    assert d.ctl("audit", "verify", check=False).returncode == 0
    taken = [e["dispatch"] for e in all_events(d, "dispatch.taken")]
    assert taken and len(taken) == len(set(taken)) and {"H-1-01", "H-2-01"} <= set(taken)


def cannot(d):
    """What status says is wrong with the partner."""
    return [w["detail"] for w in json.loads(d.ctl("--json", "status", check=False).stdout)["warnings"] if w["code"] == "partner-cannot"]


def test_status_says_what_the_account_lacks_and_how_it_is_mended(both):
    """Whatever is said is done as it is written, and then nothing is lacking; a reload would have been another place that says so."""
    d, centre = both
    broken = re.compile(rb'^liandong_partner_broken\{partner="hotline"\} (\d)$', re.M)
    assert cannot(d) == [] and broken.search(d.http("GET", "/metrics")[2])[1] == b"0"
    d.ctl("account", "revoke", "hotline")
    (gone,) = until(lambda: cannot(d), "the account to be missed")
    assert "接入账号 hotline 不存在或已停用" in gone and set(gone.split("--commands ")[1].split(",")) == set(COMMANDS), gone
    d.ctl("account", "add", "hotline", "--role", "integration", "--commands", "dispatch.acknowledge,incident.list")
    (few,) = until(lambda: [x for x in cannot(d) if "没有命令" in x], "its commands to be missed")
    lacking = few.split("没有命令 ")[1].split(",这些消息")[0].split(",")
    assert set(lacking) == set(COMMANDS) - {"dispatch.acknowledge"} and "12345中心(hotline)" in few, few
    assert broken.search(d.http("GET", "/metrics")[2])[1] == b"1"
    revoke, add = re.search(r"liandongctl (account revoke hotline),再 liandongctl (account add hotline .*)", few).groups()
    d.ctl(*revoke.split())
    d.ctl(*add.split())
    until(lambda: cannot(d) == [], "nothing to be lacking")
    (account,) = [x for x in json.loads(d.ctl("--json", "account", "list").stdout)["accounts"] if x["name"] == "hotline" and not x.get("revoked_at")]
    assert set(account["commands"].split(",")) == {*COMMANDS, "incident.list"}, "what it could before it can still"
    one = handed_over(d, "AC-1")
    assert centre.push(PJDBH=one, flowid="FAC", state=1)[0] == 200


def test_it_may_no_more_than_its_account(both):
    d, centre = both
    one = handed_over(d, "A-1")
    with d.local() as c:
        c.call("account.revoke", name="hotline")
    status, problem = centre.push(PJDBH=one, flowid="F11", state=1)
    assert (status, problem["code"]) == (503, "unavailable"), problem
    assert not shown(d, one).get("acknowledged_at")
    (before,) = d.pids("notifier")  # what is missing is said as it comes up, before a message fails by it
    os.kill(before, signal.SIGKILL)
    until(lambda: re.search(r'ALARM partner cannot partner=hotline why="the account hotline is not there or revoked', d.log()), "the alarm")


# -- another city ---------------------------------------------------------------------------------


def test_another_city_needs_another_file_alone(tmp_path):
    """Forms, other names, states that are words, another signature: the second example of the document."""
    desk = Desk("out-key", number="task_no", form=True, separator=b"|")
    text = example(2).replace("https://line.example/order/add", desk.url).replace("https://line.example/order/open", desk.open_url)
    with exchanging(tmp_path, text, desk) as d:
        line = Line(d, "new-key", "citizen-line")
        until(lambda: line.push(task_no="NONE-01", order_no="1", status="SIGNED")[0] == 404, "the notifier to know the exchange")
        one = handed_over(d, "L-1")
        (got,) = desk.taken.values()
        assert got == {"task_no": one, "type": "hand-over", "title": got["title"], "place": "菁城街道解放路12号",
                       "content": got["content"], "phone": got["phone"]} and desk.wrong == 0
        until(lambda: shown(d, one).get("ticket") == "FK-0001", "their number")
        with d.desk(events=False) as c:
            c.call("incident.urge", number="L-1")
        until(lambda: nudged(d, lambda: len(desk.taken) == 2), "the urging to come")
        assert [(b["type"], b.get("order_no")) for b in desk.taken.values()] == [("hand-over", None), ("urge", "FK-0001")], "later ones have their number"
        at = digits(line.now())
        status, answer = line.push(task_no=one, order_no="FK-00 01", status="SIGNED", op_time=at, operator="林某 & 陈某")
        assert status == 200 and answer["result"] == "success"  # a number with a blank is kept without it, which is said
        assert [(w["code"], w["field"]) for w in answer["warnings"]] == [("value-mended", "order_no")], answer
        assert line.push(task_no=one, order_no="FK-0001", status="FINISHED", op_time=at, op_note="修好了,100%")[0] == 200
        assert shown(d, one)["state"] == "completed" and shown(d, one)["result"] == "修好了,100%"
        status, problem = line.push(task_no=one, order_no="FK-0001", status="NEVER")
        assert (status, problem["field"]) == (422, "status"), problem
        two = handed_over(d, "L-2")
        assert line.push(task_no=two, order_no="FK-0002", status="REJECTED", why="OTHER_AREA", op_note="不属本市", op_time=at)[0] == 200
        assert shown(d, two)["state"] == "returning"
        body = urllib.parse.urlencode({"task_no": two, "order_no": "1"}).encode()
        for wrong in body + b"&task_no=x", b"a=%zz", b"a=%00", b"a=%ff", b"":
            assert line.send(wrong, {"Content-Type": "application/x-www-form-urlencoded"})[0] == 401
        d.advance("3m")
        desk.open = [{"task_no": two, "order_no": "FK-0002"}]
        assert "没有差异" in until(lambda: d.ctl("exchange", "compare", "citizen-line", check=False).stdout, "the comparison")


def test_what_was_issued_before_is_handed_over_when_an_administrator_says_so(tmp_path):
    """Each once, in their order, one a second; what goes by itself meanwhile is not among them, nor what has ended."""
    desk = Desk("out-key")
    text = example().replace("https://12345.example/exchange", desk.base)
    with exchanging(tmp_path, text, desk) as d:
        file = tmp_path / "city/exchange.yaml"
        os.unlink(file)
        assert json.loads(d.ctl("--json", "reload").stdout)["changed"], "one administrator may shut the way"
        until(lambda: d.ctl("exchange", "handover", "hotline", "--dry-run", check=False).returncode == 1, "no partner of that name")
        before = [handed_over(d, f"OLD-{i}", taken=None) for i in range(4)]
        with d.local() as c:
            c.call("dispatch.complete", dispatch=before[3], result="已办结", on_behalf={"person": "林某"})
        file.write_text(text, encoding="utf-8")
        asked = json.loads(d.ctl("--json", "reload").stdout)
        assert asked["pending"], "and opens none"
        admin, office = d.account("admin-o", "admin"), d.account("office-o", "office")
        assert d.http("POST", "/v1/routing/approve", admin, {"revision": asked["revision"]})[2]["changed"]
        until(lambda: Centre(d, "new-key").send(b"{}")[0] == 422, "the notifier to know the exchange")
        with d.desk(events=False) as c:
            c.call("incident.urge", number="OLD-0")  # which would mean nothing to a centre that has not got it
        new = handed_over(d, "NEW-1")
        open_ones = before[:3]
        assert [b["PJDBH"] for b in desk.taken.values()] == [new]
        dry = json.loads(d.ctl("--json", "exchange", "handover", "hotline", "--dry-run").stdout)
        assert dry == {"partner": "hotline", "count": 3, "already": 1, "queued": False, "dispatches": open_ones}
        assert not [m for one in open_ones for m in messages(d, one)]
        assert d.http("POST", "/v1/exchange/hotline/handover", office, {})[0] == 403
        assert d.http("POST", "/v1/exchange/hotline/handover", admin, {})[2] == dry
        assert "3 条没有送过,已经排队" in d.ctl("exchange", "handover", "hotline").stdout
        at = datetime.datetime.fromisoformat(now(d))
        due = [datetime.datetime.fromisoformat(messages(d, one)[0]["at"]) - at for one in open_ones]
        assert [x.total_seconds() for x in due] == [0, 1, 2]
        until(lambda: goes(d, open_ones[0]), "the first, which is due")
        d.advance("5s")
        for one in open_ones:
            until(lambda one=one: goes(d, one), "the centre to take it")
        assert all(b["LX"] == "hand-over" for b in desk.taken.values())
        (pid,) = d.pids("notifier")
        os.kill(pid, signal.SIGKILL)  # what it does next is told by its own file
        again = until(lambda: json.loads(d.ctl("--json", "exchange", "handover", "hotline", check=False).stdout or "null"), "it to come back")
        assert (again["count"], again["already"]) == (0, 4)
        assert sorted(b["PJDBH"] for b in desk.taken.values() if b["LX"] == "hand-over") == sorted([new, *open_ones])
        assert before[3] not in desk.tickets and d.ctl("audit", "verify").returncode == 0


REASONS = 'reasons: {"1": not-our-duty, "2": not-our-area}'


@pytest.mark.parametrize("wrong, meant, change", [
    ("not-our-erea", "not-our-area", REASONS.replace("not-our-area", "not-our-erea")),
    ("市政设施破损", "", REASONS + '\n      categories: {A1: "市政设施破损"}'),
    ("菁城街", "菁城街道", REASONS + "\n      areas: {X: 菁城街}"),
])
def test_what_their_codes_mean_must_be_there(tmp_path, wrong, meant, change):
    """`check` names the place and what was meant, and a daemon takes no such file over."""
    shutil.copytree(SHIPPED, tmp_path / "city")
    text = example().replace(REASONS, change)
    before = text[:text.index(wrong)]
    (tmp_path / "city/exchange.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "check", str(tmp_path / "city")], capture_output=True, text=True, check=False)
    column = len(before.rpartition("\n")[2]) + (1 if before[-1] != '"' else 0)
    place = f"exchange.yaml:{before.count(chr(10)) + 1}:{column}:"
    assert done.returncode != 0 and place in done.stdout and wrong in done.stdout and meant in done.stdout, (place, done.stdout)


@pytest.mark.parametrize("spoil, with_, line, says", [
    ("        text: CLJG\n", "", "- {state: 4, act: complete}", "complete 不能没有 text"),
    ("        until: YQSJ\n", "", "- {node: YQ, act: extend}", "extend 不能没有 until"),
    ("        reason: THYY\n", "", "- {node: 3, act: return}", "return 要有理由"),
    ("        description: SJNR\n", "", "- {node: JCSJ, act: report}", "report 不能没有 description"),
    ("        incident: JJDBH\n        dispatch: PJDBH\n", "", "- {state: 1, act: acknowledge}", "acknowledge 要知道是哪一条"),
    ("        - {node: 3, act: return}\n", "        - {act: complete}\n        - {node: 3, act: return}\n", "- {node: 3, act: return}", "轮不到:第 1 条"),
    ("        - {state: 5, act: archive}\n", "        - {state: 4, act: archive}\n", "- {state: 4, act: archive}", "轮不到:第 9 条"),
    ('"{description}"', '"{descripton}"', 'SJNR: "{descripton}"', "没有 {descripton} 这个空位,是不是 {description}?"),
])
def test_a_mapping_that_no_message_can_fit_is_an_error(tmp_path, spoil, with_, line, says):
    """What a stranger leaves out of another city's mapping: at the rule that would never be carried out."""
    shutil.copytree(SHIPPED, tmp_path / "city")
    os.unlink(tmp_path / "city/cases.jsonl")
    text = example()
    assert spoil in text
    (tmp_path / "city/exchange.yaml").write_text(text.replace(spoil, with_), encoding="utf-8")
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "check", str(tmp_path / "city")], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and says in done.stdout and line in done.stdout, done.stdout[-2000:]
