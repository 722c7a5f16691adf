"""One read: every reading command gives the same on the console and over HTTP, in every role; a unit's
first look delivers on both; an ETag speaks of all that is sent but whom to call now; and reads that look
at much take turns."""
import contextlib
import json
import os
import threading
import time

import pytest

from harness import ROOT, Daemon, incident, until, protocol

UNIT, OTHER = "water", "power"
ROLES = sorted(set(protocol()["session.open"]["roles"]) - {"local"})  # the others have no console


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("reads"), clock="2026-03-02T09:00:00+08:00") as daemon:
        with daemon.desk(events=False) as c:
            at = "2026-03-02T09:00:00+08:00"
            c.call("incident.report", **incident("SAME-1", at, units=[UNIT, OTHER], location={"lon": 117.42, "lat": 25.29}))
            c.call("incident.report", **incident("SAME-2", at, units=[UNIT], confidential=True))
            c.call("incident.report", **incident("SAME-3", at, units=[OTHER], secret_reporter=True))
            c.call("dispatch.arrive", dispatch="SAME-1-02", on_behalf={"person": "甲"}, text="到了")
            c.call("incident.annotate", number="SAME-1", text="补充")
            c.call("incident.amend", number="SAME-1", address="别处")
        yield daemon


def reading_commands():
    return {n for n, row in protocol().items() if not row["changes"] and not row["internal"] and not n.startswith("session.")}


# command -> (parameters, the same question over HTTP: method and address, body)
ASKED = [
    ("incident.get", {"number": "SAME-1"}, ("GET", "/v1/incidents/SAME-1", None)),
    ("incident.get", {"number": "SAME-2"}, ("GET", "/v1/incidents/SAME-2", None)),
    ("incident.get", {"number": "NOSUCH"}, ("GET", "/v1/incidents/NOSUCH", None)),
    ("incident.list", {}, ("GET", "/v1/incidents", None)),
    ("incident.list", {"limit": 1, "unit": OTHER}, ("GET", f"/v1/incidents?limit=1&unit={OTHER}", None)),
    ("incident.list", {"state": "closed"}, ("GET", "/v1/incidents?state=closed", None)),
    ("incident.list", {"find": "解放路 水管", "limit": 2}, ("POST", "/v1/incidents/find", {"find": "解放路 水管", "limit": 2})),
    ("queue.list", {}, ("GET", "/v1/queues", None)),
    ("incident.list", {"cursor": "zz"}, ("GET", "/v1/incidents?cursor=zz", None)),
    ("dispatch.get", {"dispatch": "SAME-1-01"}, ("GET", "/v1/dispatches/SAME-1-01", None)),
    ("dispatch.get", {"dispatch": "SAME-1-02"}, ("GET", "/v1/dispatches/SAME-1-02", None)),
    ("dispatch.get", {"dispatch": "SAME-2-01"}, ("GET", "/v1/dispatches/SAME-2-01", None)),
    ("dispatch.list", {"unit": UNIT}, ("GET", f"/v1/dispatches?unit={UNIT}", None)),
    ("dispatch.list", {"unit": UNIT, "open": True, "limit": 1}, ("GET", f"/v1/dispatches?unit={UNIT}&open=1&limit=1", None)),
    ("dispatch.list", {"unit": UNIT, "after": 0}, ("GET", f"/v1/dispatches?unit={UNIT}&after=0", None)),
    ("dispatch.list", {"unit": UNIT, "open": False}, ("GET", f"/v1/dispatches?unit={UNIT}&open=0", None)),
    ("dispatch.list", {}, ("GET", "/v1/dispatches", None)),
    ("dispatch.deadlines", {"dispatch": "SAME-1-01", "explain": True}, ("GET", "/v1/dispatches/SAME-1-01/deadlines?explain=1", None)),
    ("dispatch.deadlines", {"dispatch": "SAME-1-02"}, ("GET", "/v1/dispatches/SAME-1-02/deadlines", None)),
    ("event.list", {"after": 0, "limit": 500}, ("GET", "/v1/events?after=0&limit=500", None)),
    ("event.list", {"number": "SAME-1", "limit": 3}, ("GET", "/v1/events?number=SAME-1&limit=3", None)),
    ("event.list", {"after": 10**9}, ("GET", f"/v1/events?after={10**9}", None)),
    ("unit.list", {}, ("GET", "/v1/units", None)),
    ("unit.get", {"unit": OTHER}, ("GET", f"/v1/units/{OTHER}", None)),
    ("unit.get", {"unit": "nosuch"}, ("GET", "/v1/units/nosuch", None)),
    ("category.list", {}, ("GET", "/v1/categories", None)),
    ("category.list", {"find": "井盖"}, ("GET", "/v1/categories?find=%E4%BA%95%E7%9B%96", None)),
    ("status.get", {}, ("GET", "/v1/status", None)),
    ("board.get", {}, ("GET", "/v1/board", None)),
    ("board.get", {"number": "SAME-1"}, ("GET", "/v1/board?number=SAME-1", None)),
    ("incident.draft", {"description": "路面水管爆裂"}, ("POST", "/v1/incidents/draft", {"description": "路面水管爆裂"})),
    ("account.list", {}, ("GET", "/v1/accounts", None)),
    ("dispatch.list", {"unit": UNIT, "state": "issued", "limit": 1}, ("GET", f"/v1/dispatches?unit={UNIT}&state=issued&limit=1", None)),
    ("series.get", {"by": "unit", "every": "week", "from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
     ("GET", "/v1/series?by=unit&every=week&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", None)),
    ("area.list", {}, ("GET", "/v1/areas", None)),
    ("calendar.get", {}, ("GET", "/v1/calendar", None)),
    ("calendar.get", {"year": 2025}, ("GET", "/v1/calendar?year=2025", None)),
    ("request.list", {}, ("GET", "/v1/requests", None)),
    ("duty.get", {}, ("GET", "/v1/duty", None)),
    ("finding.list", {}, ("GET", "/v1/findings", None)),
    ("finding.list", {"unit": UNIT, "explain": True}, ("GET", f"/v1/findings?unit={UNIT}&explain=true", None)),
    ("finding.list", {"class": "nosuch"}, ("GET", "/v1/findings?class=nosuch", None)),
    ("statement.list", {}, ("GET", "/v1/statements", None)),
    ("statement.list", {"unit": UNIT}, ("GET", f"/v1/statements?unit={UNIT}", None)),
    ("measure.list", {}, ("GET", "/v1/measures", None)),
    ("measure.list", {"unit": UNIT}, ("GET", f"/v1/measures?unit={UNIT}", None)),
    ("mode.list", {}, ("GET", "/v1/modes", None)),
    ("mode.list", {"limit": 1}, ("GET", "/v1/modes?limit=1", None)),
    ("mode.list", {"cursor": "zz"}, ("GET", "/v1/modes?cursor=zz", None)),
    ("shift.list", {"from": "2026-01-01T00:00:00Z"}, ("GET", "/v1/handovers?from=2026-01-01T00:00:00Z", None)),
    ("meeting.list", {}, ("GET", "/v1/meetings", None)),
    ("ownership.list", {}, ("GET", "/v1/ownership", None)),
    ("ownership.list", {"unit": OTHER}, ("GET", f"/v1/ownership?unit={OTHER}", None)),
    ("period.list", {}, ("GET", "/v1/periods", None)),
    ("contacts.list", {}, ("GET", "/v1/contacts", None)),
    ("contacts.list", {"unit": OTHER}, ("GET", f"/v1/contacts?unit={OTHER}", None)),
    ("report.get", {"period": "2020-01"}, ("GET", "/v1/reports/month/2020-01.json", None)),
    ("route.explain", {"number": "SAME-1"}, ("POST", "/v1/routing/explain", {"number": "SAME-1"})),
    ("routing.get", {}, ("GET", "/v1/routing", None)),
    ("routing.get", {"file": "policy.yaml"}, ("GET", "/v1/routing?file=policy.yaml", None)),
    ("routing.log", {}, ("GET", "/v1/routing/revisions", None)),
    ("routing.diff", {"files": {"policy.yaml": "x: ["}}, ("POST", "/v1/routing/diff", {"files": {"policy.yaml": "x: ["}})),
    ("routing.check", {"files": {"policy.yaml": "x: ["}}, ("POST", "/v1/routing/check", {"files": {"policy.yaml": "x: ["}})),
    ("routing.cases", {}, ("GET", "/v1/routing/cases", None)),
    ("route.explain", {"description": "有人跳楼"}, ("POST", "/v1/routing/explain", {"description": "有人跳楼"})),
]
# What the notifier answers. This city has no channel: lists are empty, and refusals are what differs.
ASKED += [
    ("notice.list", {}, ("GET", "/v1/notices", None)),
    ("notice.list", {"number": "SAME-1", "limit": 1}, ("GET", "/v1/notices?number=SAME-1&limit=1", None)),
    ("notice.list", {"unit": OTHER}, ("GET", f"/v1/notices?unit={OTHER}", None)),
    ("notice.list", {"state": "nosuch"}, ("GET", "/v1/notices?state=nosuch", None)),
    ("notice.replies", {}, ("GET", "/v1/notices/replies", None)),
    ("exchange.list", {}, ("GET", "/v1/exchange", None)),
    ("exchange.list", {"partner": "nosuch"}, ("GET", "/v1/exchange?partner=nosuch", None)),
    ("exchange.differences", {}, ("GET", "/v1/exchange/differences", None)),
]
CONSOLE_ONLY = set()  # no address gives them
BYTES = {"photo.get"}  # the address gives bytes, the console their base64: test_47_photos compares them


def test_every_reading_command_is_asked():
    assert {n for n, _, _ in ASKED} | CONSOLE_ONLY | BYTES == reading_commands()


def account(d, role, name="r"):
    if role == "integration":
        return d.account(f"{name}-all", role, commands=sorted(n for n in reading_commands() - CONSOLE_ONLY
                                                                if "integration" in protocol()[n]["roles"]))
    return d.account(f"{name}-{role}", role, UNIT if role == "liaison" else None)


def settled(d):
    """Both front ends have all events, and what was looked at is recorded."""
    def same():
        with d.local() as c:
            seq = c.call("clock.get") and c.call("status.get")["seq"]
        return seq == d.http("GET", "/readyz")[2]["seq"] and seq
    first = until(same, "the front ends to agree")
    while (again := until(same, "the front ends to agree")) != first:
        first = again
    return first


COUNTERS = ("front", "engine", "pulse_at")


def said(answer):
    """What an answer says, without what counts by process."""
    return {k: v for k, v in answer.items() if k not in COUNTERS} if isinstance(answer, dict) else answer


@pytest.mark.parametrize("role", ROLES)
def test_both_ways_say_the_same(d, role):
    token = account(d, role)
    with d.raw() as c:
        c.call("session.open", token=token, events=False)
        for looks in range(2):  # the first look may deliver and be recorded
            for name, params, (method, path, body) in ASKED:
                settled(d)
                reply = c.reply(c.send(name, **params))
                settled(d)
                status, _, answer = d.http(method, path, token, body)
                if "error" in reply:
                    data = reply["error"]["data"]
                    assert status >= 400, (name, params, reply)
                    if "detail" in answer and data["code"] != "forbidden":
                        assert (answer["code"], answer["detail"]) == (data["code"], data["detail"]), (name, params)
                elif looks:
                    assert status == 200 and said(answer) == said(reply["result"]), (name, params)
                else:
                    assert status == 200, (name, params, answer)


def test_the_first_look_delivers_on_both(d):
    """And the answer says so, whichever way and whichever command it was."""
    token = account(d, "liaison")
    with d.desk(events=False) as desk, d.raw() as c:
        c.call("session.open", token=token, events=False)
        for i, (name, path) in enumerate([("incident.get", "/v1/incidents/{n}"), ("dispatch.get", "/v1/dispatches/{n}-01"),
                                          ("dispatch.list", "/v1/dispatches?after={after}")]):
            shown = []
            for way in ("console", "http"):
                n, after = f"LOOK-{i}-{way}", settled(d)
                desk.call("incident.report", **incident(n, "2026-03-02T09:00:00+08:00", units=[UNIT]))
                settled(d)
                params = {"number": n} if name == "incident.get" else {"dispatch": f"{n}-01"} if name == "dispatch.get" \
                    else {"after": after}
                got = c.call(name, **params) if way == "console" else d.http("GET", path.format(n=n, after=after), token)[2]
                one = got["dispatches"][0] if "dispatches" in got else got
                assert one["delivered_at"] == "2026-03-02T09:00:00+08:00", (name, way)
                kinds = [e["type"] for e in desk.call("incident.get", number=n)["events"]]
                assert kinds.count("dispatch.delivered") == 1
                until(lambda n=n: [e["type"] for e in desk.call("incident.get", number=n)["events"]].count("personal.read") == 1,
                      "the look to be recorded")
                if name == "incident.get":
                    assert "dispatch.delivered" in [e["type"] for e in got["events"]]
                shown.append(json.dumps(got, ensure_ascii=False).replace(n, "N"))
                assert [set(s) for s in (one,)]
            assert len(json.loads(shown[0])) == len(json.loads(shown[1])), "both ways have the same members"


def test_what_is_listed_as_open_and_since(d):
    token = account(d, "liaison")
    with d.desk(events=False) as desk:
        after = settled(d)
        for n in ("OPEN-A", "OPEN-B"):
            desk.call("incident.report", **incident(n, "2026-03-02T09:00:00+08:00", units=[UNIT]))
        desk.call("dispatch.complete", dispatch="OPEN-A-01", result="好了", on_behalf={"person": "甲"})
    settled(d)
    every = d.http("GET", f"/v1/dispatches?after={after}", token)[2]["dispatches"]
    assert [x["dispatch"] for x in every] == ["OPEN-A-01", "OPEN-B-01"]
    still = d.http("GET", f"/v1/dispatches?after={after}&open=1", token)[2]["dispatches"]
    assert [x["dispatch"] for x in still] == ["OPEN-B-01"]
    status, _, problem = d.http("GET", "/v1/dispatches?open=0", token)
    assert (status, problem["field"]) == (422, "open"), "what was finished is in no such list"


def test_an_etag_speaks_of_all_that_is_sent_but_whom_to_call(tmp_path):
    """The same tag is the same body but for `call`; each of these changes the body."""
    with Daemon(tmp_path, clock="2026-03-02T08:00:00+08:00") as d, d.desk(events=False) as desk:
        desk.call("incident.report", **incident("TAG-1", "2026-03-02T08:00:00+08:00", units=["civil-affairs", "power"]))
        path, tokens = "/v1/dispatches/TAG-1-01", {
            "desk": d.account("desk1", "desk"), "office": d.account("o", "office"),
            "unit": d.account("l", "liaison", "civil-affairs")}
        by = {"person": "甲"}
        changes = [
            lambda: desk.call("incident.amend", number="TAG-1", description="另一回事"),
            lambda: desk.call("incident.amend", number="TAG-1", priority="P1"),
            lambda: desk.call("incident.urge", number="TAG-1"),
            lambda: desk.call("incident.amend", number="TAG-1", confidential=True),
            lambda: desk.call("dispatch.progress", dispatch="TAG-1-01", on_behalf=by, text="x"),
            lambda: d.advance("2h"),
            lambda: desk.call("incident.amend", number="TAG-1", confidential=False),  # else it is closed by itself
            lambda: desk.call("dispatch.complete", dispatch="TAG-1-01", on_behalf=by, result="好了"),
            lambda: desk.call("incident.close", number="TAG-1"),
        ]
        seen = {}

        def look():
            settled(d)
            for who, token in tokens.items():
                _, headers, body = d.http("GET", path, token)
                body.pop("call", None)
                tag, text = headers["ETag"], json.dumps(body, sort_keys=True)
                assert seen.setdefault(tag, text) == text, "one tag for two bodies"
                assert d.http("GET", path, token, headers={"If-None-Match": f'"x", W/{tag}'})[0] == 304
        for n in ("01", "02"):
            desk.call("dispatch.acknowledge", dispatch=f"TAG-1-{n}", on_behalf=by)
        look()  # delivers
        look()
        before = len(seen)
        look()
        desk.call("dispatch.complete", dispatch="TAG-1-02", on_behalf=by, result="好了")
        look()
        assert len(seen) == before, "neither a look nor what another unit does changes it"
        for change in changes:
            before = len(set(seen.values()))
            change()
            look()
            assert len(set(seen.values())) > before
        assert len(seen) == len(set(seen.values())), "two tags for one body"
        noon = d.http("GET", path, tokens["desk"])[1]["ETag"]
        d.set_clock("2026-03-02T20:00:00+08:00")  # another hour: other people to call, nothing else
        settled(d)
        assert d.http("GET", path, tokens["desk"])[1]["ETag"] == noon


def test_renamed_units_change_the_etag(tmp_path):
    import shutil
    folder = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    with Daemon(tmp_path / "d" if (tmp_path / "d").mkdir() is None else None, mechanism=folder) as d:
        with d.desk(events=False) as desk:
            desk.call("incident.report", **incident("NAME-1", units=[UNIT]))
        token = d.account("desk1", "desk")
        tag = d.http("GET", "/v1/dispatches/NAME-1-01", token)[1]["ETag"]
        units = (folder / "units.yaml").read_text(encoding="utf-8")
        name = d.http("GET", f"/v1/units/{UNIT}", token)[2]["name"]
        (folder / "units.yaml").write_text(units.replace(f"name: {name}", "name: 新名字", 1), encoding="utf-8")
        with d.local() as c:
            c.call("config.reload")
        until(lambda: d.http("GET", f"/v1/units/{UNIT}", token)[2]["name"] == "新名字", "the reload")
        status, headers, body = d.http("GET", "/v1/dispatches/NAME-1-01", token, headers={"If-None-Match": tag})
        assert status == 200 and headers["ETag"] != tag and body["unit_name"] == "新名字"
        assert d.http("POST", "/v1/dispatches/NAME-1-01/withdraw", token, {"reason": "x"}, {"If-Match": tag})[0] == 200, \
            "what is acted on is as it was"


# -- reads that look at much -----------------------------------------------------------------------


@pytest.mark.alone
def test_heavy_reads_take_turns(d):
    """Many pages asked for at once on one connection: each is answered, and other connections meanwhile."""
    with d.desk(events=False) as greedy, d.raw() as other:
        other.call("session.open", token=account(d, "liaison"), events=False)
        ids = [greedy.send("event.list", after=0, limit=500) for _ in range(200)]
        began = time.monotonic()
        other.call("session.ping")
        assert other.call("unit.get", unit=UNIT)
        quick = time.monotonic() - began
        pages = [greedy.result(i) for i in ids]
        whole = time.monotonic() - began
        assert all(p == pages[0] for p in pages)
        assert quick < max(0.5, whole / 2)


def test_a_client_that_leaves_in_the_middle_of_its_reads(d):
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            c = stack.enter_context(d.desk(events=False))
            for _ in range(100):
                c.send("event.list", after=0, limit=500)
            c.close()
    with d.desk(events=False) as c:
        assert c.call("event.list", after=0)["events"]
        until(lambda: c.call("status.get")["front"]["reads_queued"] == 0, "the queue to be empty")


def test_a_read_ends_though_the_engine_is_away(tmp_path):
    """A page that must be delivered first is unavailable, not shown as if it were."""
    import signal
    with Daemon(tmp_path, timeouts={"hold": "1s"}) as d:
        token = account(d, "liaison")
        with d.desk(events=False) as desk:
            desk.call("incident.report", **incident("AWAY-1", units=[UNIT]))
        engine = d.pids("engine")[0]
        until(lambda: d.http("GET", "/v1/dispatches/AWAY-1-01", d.account("desk1", "desk"))[0] == 200, "the event")
        os.kill(engine, signal.SIGSTOP)
        try:
            results = []
            ask = [threading.Thread(target=lambda p=p: results.append(d.http("GET", p, token)[0]))
                   for p in ("/v1/dispatches/AWAY-1-01", "/v1/incidents/AWAY-1", "/v1/dispatches?open=1")]
            for t in ask:
                t.start()
            for t in ask:
                t.join()
            assert results == [503, 503, 503]
            with d.raw() as c:
                c.call("session.open", token=token, events=False)
                assert c.reply(c.send("dispatch.get", dispatch="AWAY-1-01"))["error"]["data"]["code"] == "unavailable"
            assert d.http("HEAD", "/v1/dispatches/AWAY-1-01", token)[0] == 200, "shows nothing, delivers nothing"
        finally:
            os.kill(engine, signal.SIGCONT)
        until(lambda: d.http("GET", "/v1/dispatches/AWAY-1-01", token)[0] == 200, "the engine")


# -- finding by words ---------------------------------------------------------------------------------

AT = "2026-03-02T09:00:00+08:00"


def numbers(page):
    return [one["number"] for one in page["incidents"]]


def test_words_find_what_the_caller_sees(tmp_path):
    """Each word in one of the texts, however it is written; what is masked finds nothing, and a secret reporter is the desk's."""
    with Daemon(tmp_path, clock=AT) as d, d.desk(events=False) as c:
        c.call("incident.report", **incident("W-1", AT, address="解放路12号", description="路面水管爆裂", reporter={"name": "陈水生", "phone": "13900001234"}))
        c.call("incident.report", **incident("W-2", AT, address="西门路5号", description="井盖丢失", units=["water"], reporter={"name": "李四", "phone": "1"}, secret_reporter=True))
        found = lambda **of: numbers(c.call("incident.list", **of))
        assert found(find="解放路 水管") == ["W-1"] == found(find="陳水生") == found(find="１３９０000") == found(find="w-1")
        assert found(find="解放路 井盖") == [] == found(find="没有的词")
        assert found(find="路") == ["W-2", "W-1"] and found(find="路", unit="water") and found(find="路", state="closed") == []
        assert found(find="李四") == ["W-2"]
        until(lambda: d.http("GET", "/v1/board", d.account("w-office", "office"))[2]["seq"] >= c.call("session.ping")["seq"], "the HTTP process")
        for role, words, expected in (("desk", "李四", ["W-2"]), ("office", "李四", []), ("office", "解放路", []), ("office", "W-1", ["W-1"])):
            status, _, page = d.http("POST", "/v1/incidents/find", d.account(f"w-{role}", role), {"find": words})
            assert status == 200 and numbers(page) == expected, (role, words)
        for role, unit in (("liaison", "water"), ("admin", None), ("wall", None)):
            assert d.http("POST", "/v1/incidents/find", d.account(f"w-{role}", role, unit), {"find": "路"})[0] == 403
        assert d.http("GET", "/v1/incidents?find=x", d.account("w-desk", "desk"))[0] == 422, "not in an address, which proxies log"
        assert "陈水生" not in d.log() and "李四" not in d.log()


def test_one_search_looks_at_a_thousand(tmp_path):
    with Daemon(tmp_path, clock=AT) as d, d.desk(events=False) as c:
        for request in [c.send("incident.report", **incident(f"B-{i}", AT, units=["water"], description="巡查" if i else "找得到")) for i in range(1010)]:
            c.reply(request, 60)
        first = c.call("incident.list", find="找得到")
        assert first["incidents"] == [] and first["next"]
        second = c.call("incident.list", find="找得到", cursor=first["next"])
        assert numbers(second) == ["B-0"] and "next" not in second
        pages = [c.call("incident.list", find="巡查", limit=30)]
        pages.append(c.call("incident.list", find="巡查", limit=30, cursor=pages[0]["next"]))
        assert [n for page in pages for n in numbers(page)] == [f"B-{1009 - i}" for i in range(60)], "pages follow on each other"
