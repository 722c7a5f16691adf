"""A report while it is being written: what would become of it, which open incidents are like it; a report that has a
key and no number; and what takes an act of the desk back."""
import datetime
import re

import pytest

from harness import Daemon, Refused, incident

START = "2026-03-02T09:00:00+08:00"  # a Monday in office hours


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("drafts"), clock=START) as daemon:
        yield daemon


def draft(d, **said):
    status, _, body = d.http("POST", "/v1/incidents/draft", d.account("d-desk", "desk"), said)
    assert status == 200, body
    with d.desk(events=False) as c:
        assert c.call("incident.draft", **said) == body, "both ways in"
    return body


def test_a_draft_says_what_would_become_of_it(d):
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("LIKE", START, address="菁城街道解放路12号"))
    got = draft(d, description="解放路路面水管爆裂,联系 13959001234", address="漳平市菁城街道解放路12号")
    assert (got["category"], got["priority"], got["lead"], got["area"], got["zone"]) == (
        "601301", "P2", "water", "350881001", "city")
    assert got["category_name"] and got["because"] and got["rule"] and got["area_name"] == "菁城街道"
    assert got["assumed"] == ["category", "priority", "area"]
    assert [(s["number"], s["why"]) for s in got["similar"]] == [("LIKE", "address")]
    assert got["phone"] == "13959001234"
    assert got["police"] is False and got["unmatched"] is False
    assert len(got["alternatives"]) == 3 and 0 < got["confidence"] <= 1


def test_a_draft_takes_what_is_said(d):
    got = draft(d, description="有人跳楼", area="350881102", priority="P4")
    assert got["priority"] == "P4" and got["zone"] == "outside" and "priority" not in got["assumed"]
    assert "zone" not in got["assumed"] and "area" not in got["assumed"] and got["similar"] == []
    empty = draft(d)
    assert empty["unmatched"] is True and empty["assumed"][-1] == "zone"
    units = draft(d, description="路灯不亮", units=["power", "water"])
    assert (units["lead"], units["assist"]) == ("power", ["water"])


def test_nothing_is_stored(d):
    draft(d)  # its accounts are there
    with d.local() as c:
        before = c.call("clock.get") and c.call("session.ping")["seq"]
    draft(d, description="水管爆裂")
    with d.local() as c:
        assert c.call("clock.get") and c.call("session.ping")["seq"] == before


def test_what_is_similar(d):
    token = d.account("d-desk", "desk")
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("LIKE", START, address="菁城街道解放路12号"))
    said = {"reporter": {"phone": "+86 139 5900 1234"}}
    similar = d.http("POST", "/v1/incidents/similar", token, said)[2]["similar"]
    assert [s["number"] for s in similar] == ["LIKE"] and similar[0]["why"] == "phone"
    assert d.http("POST", "/v1/incidents/similar", token, said | {"category": "602101"})[2]["similar"] == []
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("HIDDEN", START, confidential=True, address="和平中路9号"))
    machine = d.account("d-machine", "integration", commands=["incident.similar"])
    said = {"address": "和平中路9号"}
    assert d.http("POST", "/v1/incidents/similar", machine, said)[2]["similar"] == []
    assert [s["number"] for s in d.http("POST", "/v1/incidents/similar", token, said)[2]["similar"]] == ["HIDDEN"]


# -- without a number ------------------------------------------------------------------------------


def unnumbered(**members):
    return {k: v for k, v in incident("X", START, **members).items() if k != "number"}


def test_the_key_serves_where_there_is_no_number(d):
    token = d.account("d-desk", "desk")
    status, headers, first = d.http("POST", "/v1/incidents", token, unnumbered(), {"Idempotency-Key": "form-1"})
    assert status == 201 and re.fullmatch(r"3508812026030209000\d{5}", first["incident"])
    assert headers["Location"] == f"/v1/incidents/{first['incident']}"
    d.advance("5s")
    again = d.http("POST", "/v1/incidents", token, unnumbered(), {"Idempotency-Key": "form-1"})[2]
    assert again == first, "the same key is the same answer"
    other = d.http("POST", "/v1/incidents", token, unnumbered(), {"Idempotency-Key": "form-2"})[2]
    assert other["incident"] != first["incident"] and other["incident"].startswith("3508812026030209000")
    assert d.http("GET", f"/v1/incidents/{first['incident']}", token)[0] == 200
    changed = d.http("POST", "/v1/incidents", token, unnumbered(address="别处"), {"Idempotency-Key": "form-1"})
    assert changed[0] == 409, "another report under a key that is taken is not that one"
    with d.desk(events=False) as c:
        with pytest.raises(Refused) as refused:
            c.call("incident.report", **unnumbered())
        assert (refused.value.word, refused.value.field) == ("invalid-params", "number")


def test_two_accounts_have_keys_of_their_own(d):
    a, b = d.account("d-desk", "desk"), d.account("d-desk-2", "desk")
    one = d.http("POST", "/v1/incidents", a, unnumbered(), {"Idempotency-Key": "same"})[2]["incident"]
    two = d.http("POST", "/v1/incidents", b, unnumbered(), {"Idempotency-Key": "same"})[2]["incident"]
    assert one != two


# -- undo -------------------------------------------------------------------------------------------


def test_each_act_says_what_takes_it_back(d):
    token = d.account("d-desk", "desk")

    def act(path, **params):
        status, _, body = d.http("POST", path, token, params)
        assert status == 200, body
        return body

    with d.local() as c:
        now = datetime.datetime.fromisoformat(c.call("clock.get")["time"])

    def undo(answer):
        u = answer["undo"]
        assert datetime.datetime.fromisoformat(u["until"]) - now == datetime.timedelta(seconds=30)
        return act(u["path"], **{k: v for k, v in u["params"].items() if k not in ("dispatch", "number")})

    def units(number):
        return [(x["unit"], x["role"], x["state"]) for x in d.http("GET", f"/v1/incidents/{number}", token)[2]["dispatches"]]

    with d.desk(events=False) as c:
        c.call("incident.report", **incident("UNDO", START, units=["water"]))
    undo(act("/v1/incidents/UNDO/dispatches", unit="power", role="assist"))
    assert units("UNDO") == [("water", "lead", "issued"), ("power", "assist", "withdrawn")]
    undo(act("/v1/dispatches/UNDO-01/withdraw", reason="误会"))
    assert units("UNDO")[-1] == ("water", "lead", "issued")
    lead = "UNDO-03"
    for step in ("acknowledge", "depart", "arrive"):
        done = act(f"/v1/dispatches/{lead}/{step}", on_behalf={"person": "李四"})
        back = undo(done)
        assert back["dispatch"]["state"] == "issued" and "undo" not in back, step
    act(f"/v1/dispatches/{lead}/arrive", on_behalf={"person": "李四"})
    back = undo(act(f"/v1/dispatches/{lead}/complete", result="好", on_behalf={"person": "李四"}))
    assert back["dispatch"]["state"] == "arrived"
    undo(act("/v1/incidents/UNDO/cancel", text="错了"))
    assert d.http("GET", "/v1/incidents/UNDO", token)[2]["state"] == "open"
    assert "undo" not in act("/v1/incidents/UNDO/annotate", text="一句话")
    with d.liaison("water") as c:
        again = next(x for x in d.http("GET", "/v1/incidents/UNDO", token)[2]["dispatches"] if x["state"] == "issued")
        assert "undo" not in c.call("dispatch.acknowledge", dispatch=again["dispatch"]), "of the desk's acts alone"


def test_a_session_knows_what_a_form_needs(d):
    told = d.http("GET", "/v1/session", d.account("d-liaison", "liaison", "water"))[2]
    assert told["unit"] == "water" and told["unit_name"] == "水发自来水公司"
    assert {"reason": "not-our-duty", "name": "职能不符"} in told["returns"]
    assert re.fullmatch(r"[0-9-]{3,20}", told["desk_phone"])
    assert "returns" not in d.http("GET", "/v1/session", d.account("d-admin", "admin"))[2]
