"""What was said is kept: an amendment takes the place of the caller's words, and leaves them with the event for those who may read him."""
import pytest

from harness import Daemon, incident

AT = "2026-03-02T09:00:00+08:00"
FIRST = {"description": "ZQWORDS水管爆了,有小孩在水里", "address": "ZQPLACE八一路9号"}
CALLER = {"name": "ZQNAME", "phone": "13911112222"}
CANARIES = ("ZQWORDS", "ZQPLACE", "ZQNAME", "13911112222", "117.431")


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("kept"), clock=AT) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def desk(d):
    with d.desk(events=False) as c:
        yield c


def amendments(answer):
    return [one for one in answer["events"] if one["type"] == "incident.amended"]


def codes(answer):
    return sorted((one["code"], one["field"]) for one in answer.get("warnings", []))


def test_an_amendment_keeps_what_it_replaces(d, desk):
    first = {"lon": 117.431, "lat": 25.291, "datum": "wgs84"}
    desk.call("incident.report", **{**incident("WAS-1", AT, category="601301", reporter=CALLER, location=first), **FIRST})
    said = desk.call("incident.amend", number="WAS-1", description="水管爆了", address="", reporter={"phone": ""}, priority="P2")
    assert codes(said) == [("text-emptied", "address"), ("text-emptied", "reporter.phone")]
    assert "ZQ" not in str(said)
    got = desk.call("incident.get", number="WAS-1")
    assert amendments(got)[-1]["was"] == {**FIRST, "reporter": {"phone": "13911112222"}}
    assert codes(desk.call("incident.amend", number="WAS-1", description="水管爆了", address="", reporter={"name": "李"},
                           location={"lon": 117.44, "lat": 25.3})) == []
    got = desk.call("incident.get", number="WAS-1")
    assert amendments(got)[-1]["was"] == {"location": first, "reporter": {"name": "ZQNAME"}}, "only what is another now"
    status, _, body = d.http("GET", "/v1/incidents/WAS-1", d.account("desk-58", "desk"))
    assert status == 200 and [one.get("was") for one in amendments(body)] == [one["was"] for one in amendments(got)]
    told = desk.call("event.list", after=0, number="WAS-1")
    assert [one.get("was") for one in amendments(told)] == [one["was"] for one in amendments(got)]
    desk.call("incident.amend", number="WAS-1", priority="P3")
    last = amendments(desk.call("incident.get", number="WAS-1"))[-1]
    assert "was" not in last and "was" not in last["data"]
    assert d.ctl("audit", "verify").returncode == 0


def test_only_who_may_read_the_caller_reads_it(d, desk):
    desk.call("incident.report", **{**incident("WAS-2", AT, units=["water"], reporter=CALLER, secret_reporter=True,
                                               location={"lon": 117.431, "lat": 25.291}), **FIRST})
    with d.console("desk-59", "desk", events=True) as other, d.console("water-58", "liaison", "water", events=True) as unit, \
            d.console("office-58", "office", events=True) as office:
        said = desk.call("incident.amend", number="WAS-2", description="水管爆了", address="八一路", reporter={"name": "", "phone": ""},
                         location={"lon": 117.44, "lat": 25.3})
        assert codes(said) == [("text-emptied", "reporter.name"), ("text-emptied", "reporter.phone")]
        assert other.event(type="incident.amended", incident="WAS-2")["was"]["reporter"] == CALLER
        for one in (unit, office):
            heard = one.event(type="incident.amended", incident="WAS-2")
            assert "was" not in heard and not [word for word in CANARIES if word in str(heard)]
            got = one.call("incident.get", number="WAS-2")
            assert amendments(got) and not [word for word in CANARIES if word in str(got)], one
            assert not [word for word in CANARIES if word in str(one.call("event.list", after=0))]


def test_people_read_it(d, desk):
    desk.call("incident.report", **{**incident("WAS-3", AT, category="601301", reporter=CALLER), **FIRST})
    desk.call("incident.amend", number="WAS-3", address="八一路19号", reporter={"name": "李某", "phone": "13900000000"})
    shown = d.ctl("incident", "show", "WAS-3", "--unmask").stdout
    assert "地址原为:ZQPLACE八一路9号;报警人原为:ZQNAME;电话原为:13911112222" in shown, shown
    assert not [word for word in CANARIES[1:4] if word in d.ctl("incident", "show", "WAS-3").stdout]
    english = d.ctl("--en", "incident", "show", "WAS-3", "--unmask").stdout
    assert "address was: ZQPLACE八一路9号; reporter was: ZQNAME; phone was: 13911112222" in english, english
