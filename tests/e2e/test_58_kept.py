"""What was said is kept: an amendment takes the place of the caller's words, and leaves them with the event for those who may read him."""
import itertools

import pytest

from harness import Daemon, incident

AT = "2026-03-02T09:00:00+08:00"
FIRST = {"description": "ZQWORDS水管爆了,有小孩在水里", "address": "ZQPLACE八一路9号"}
CALLER = {"name": "ZQNAME", "phone": "13911112222"}
numbers = itertools.count(1)
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


# -- words that are given as something else than a text ---------------------------------------------

# what is sent, what is stored, the warning
SHAPES = {
    "a list": (["有人跳楼", "在八一桥"], "有人跳楼\n在八一桥", "type-mended"),
    "a list of lists": ([["有人跳楼"], None, ["在八一桥", 3]], "有人跳楼\n在八一桥\n3", "type-mended"),
    "an object": ({"what": "有人跳楼", "at": ["八一桥"]}, '{"what":"有人跳楼","at":["八一桥"]}', "type-mended"),
    "a list of objects": ([{"what": "有人跳楼"}], '{"what":"有人跳楼"}', "type-mended"),
    "a number": (110, "110", "form-mended"),
    "a fraction": (12.1, "12.1", "form-mended"),
    "yes": (True, "true", "form-mended"),
}


def both_ways(d, desk):
    """The same command by the console and by HTTP."""
    token = d.account(f"desk-s{next(numbers)}", "desk")

    def by_http(name, **params):
        number = params.pop("number")
        path = "/v1/incidents" if name == "incident.report" else f"/v1/incidents/{number}/{name.split('.')[1]}"
        status, _, body = d.http("POST", path, token, {**params, **({"number": number} if name == "incident.report" else {})})
        assert status in (200, 201), body
        return body
    return desk.call, by_http


@pytest.mark.parametrize("shape", SHAPES)
def test_words_in_another_type_are_kept(d, desk, shape):
    given, stored, code = SHAPES[shape]
    for way, call in enumerate(both_ways(d, desk)):
        number = f"SHAPE-{list(SHAPES).index(shape)}-{way}"
        said = call("incident.report", **{**incident(number, AT), "description": given, "address": ["解放路", "12号"], "category": None})
        assert {(code, "description"), ("type-mended", "address")} <= set(codes(said)), said["warnings"]
        got = desk.call("incident.get", number=number)
        assert (got["description"], got["address"]) == (stored, "解放路\n12号")
        if "跳楼" in stored:
            assert got["priority"] == "P1", got["category"]
        assert codes(call("incident.annotate", number=number, text=given)) == [(code, "text")]
        assert desk.call("incident.get", number=number)["events"][-1]["text"] == stored
        call("incident.amend", number=number, description=[given, "补充"])
        assert desk.call("incident.get", number=number)["description"] == stored + "\n补充"


def test_a_units_words_in_another_type_are_kept(d, desk):
    desk.call("incident.report", **incident("SHAPE-U", AT, units=["water"]))
    with d.console("water-s", "liaison", "water", events=False) as unit:
        said = unit.call("dispatch.acknowledge", dispatch="SHAPE-U-01", text={"to": "现场"}, evidence=["rec-1", "录音 二", 7, "rec-1"])
        assert codes(said) == [("type-mended", "text"), ("value-ignored", "evidence"), ("value-mended", "evidence")], said["warnings"]
        got = unit.call("incident.get", number="SHAPE-U")["events"][-1]
        assert got["data"]["evidence"] == ["rec-1", "7"] and got["text"] == '{"to":"现场"}'
        unit.call("dispatch.complete", dispatch="SHAPE-U-01", result=["关了阀门", "已修好"])
        assert desk.call("dispatch.get", dispatch="SHAPE-U-01")["result"] == "关了阀门\n已修好"


def test_people_and_places_in_another_type(d, desk):
    for n, (given, stored) in enumerate((({"reporter": ["张三", "李四"]}, {"name": "张三\n李四"}),
                                         ({"reporter": 13911112222}, {"phone": "13911112222"}),
                                         ({"reporter": {"name": "张三", "phone": ["13911112222", 5977530001]}},
                                          {"name": "张三", "phone": "13911112222、5977530001"}))):
        said = desk.call("incident.report", **incident(f"PEOPLE-{n}", AT, **given))
        assert {code for code, _ in codes(said)} <= {"form-mended", "type-mended"} and codes(said), said
        assert {k: v for k, v in desk.call("incident.get", number=f"PEOPLE-{n}")["reporter"].items() if v} == stored
    for n, pair in enumerate(([117.42, 25.29], [25.29, 117.42])):
        desk.call("incident.report", **incident(f"PAIR-{n}", AT, location=pair))
        assert desk.call("incident.get", number=f"PAIR-{n}")["location"] == {"lon": 117.42, "lat": 25.29, "datum": "gcj02"}


def test_a_list_that_is_too_long_is_taken_as_far_as_it_may_be(d, desk):
    """The first 32, each once; what is no code is told, and the others are sent."""
    said = desk.call("incident.report", **incident("MANY-1", AT, units=["water"] * 40))
    assert codes(said) == [("value-mended", "units")]
    assert [one["unit"] for one in said["dispatches"]] == ["water"]
    units = [one["unit"] for one in desk.call("unit.list")["units"]][:40]
    said = desk.call("incident.report", **incident("MANY-2", AT, units=units))
    assert ("list-cut", "units") in codes(said)
    assert said["dispatches"][0]["unit"] == units[0] and {one["unit"] for one in said["dispatches"]} == set(units[:32])
    said = desk.call("incident.report", **incident("MANY-3", AT, units=["water", "乱" * 80, "power"]))
    assert ("value-ignored", "units") in codes(said) and {one["unit"] for one in said["dispatches"]} == {"water", "power"}
    said = desk.call("incident.report", **incident("MANY-4", AT, units=["乱" * 80]))
    assert codes(said).count(("value-ignored", "units")) == 1 and said["dispatches"], "rules decide"


# -- places that cannot be, reporters who are named --------------------------------------------------

def test_a_place_that_cannot_be_is_kept_and_told(d, desk):
    """Paris is kept and marked; Kashgar the other way round is put right; neither Paris finds the other similar."""
    for n, (given, kept, code) in enumerate((((2.35, 48.85), (2.35, 48.85), ("location-far", "location.lon")),
                                             ((39.47, 75.99), (75.99, 39.47), ("location-swapped", None)))):
        said = desk.call("incident.report", **incident(f"FAR-{n}", AT, location={"lon": given[0], "lat": given[1]}))
        assert code in [(one["code"], one.get("field")) for one in said["warnings"]], said["warnings"]
        got = desk.call("incident.get", number=f"FAR-{n}")
        assert (got["location"]["lon"], got["location"]["lat"]) == kept
    again = desk.call("incident.report", **incident("FAR-2", AT, location={"lon": 2.35, "lat": 48.85}, address="别处", reporter={"phone": "13800138999"}))
    assert not [one for one in again["similar"] if "place" in one["why"]], again["similar"]
    said = desk.call("incident.amend", number="FAR-1", location={"lon": 2.35, "lat": 48.85})
    assert [one["code"] for one in said["warnings"]] == ["location-far"]


def test_the_desk_is_told_that_a_secret_reporter_is_named(d, desk):
    words = {"description": "举报噪音,我叫欧阳修远", "address": "欧阳修远家楼下", "reporter": {"name": "欧阳修远", "phone": "13911113333"}}
    named = [("reporter-in-address", "address"), ("reporter-named", "description")]
    said = desk.call("incident.report", **incident("NAMED-1", AT, units=["water"], secret_reporter=True, **words))
    assert codes(said) == named and "欧阳" not in str(said["warnings"])
    assert codes(desk.call("incident.get", number="NAMED-1")) == named
    desk.call("incident.report", **incident("NAMED-2", AT, units=["water"], **words))
    assert codes(desk.call("incident.amend", number="NAMED-2", secret_reporter=True)) == named
    with d.console("water-n", "liaison", "water", events=False) as unit, d.console("office-n", "office", events=False) as office:
        for one in (unit, office):
            got = one.call("incident.get", number="NAMED-1")
            assert not codes(got) and "reporter-" not in str(got["events"])


OUTLETS = [("incident.get", {"number": "OUT-1"}), ("dispatch.list", {"open": True}), ("dispatch.list", {"after": 0}), ("dispatch.get", {"dispatch": "OUT-1-01"}),
           ("dispatch.get", {"dispatch": "OUT-1-03"}), ("event.list", {"number": "OUT-1"}), ("request.list", {}), ("incident.list", {}), ("board.get", {}), ("queue.list", {}),
           ("route.explain", {"number": "OUT-1"}), ("report.get", {"period": "2026Q1", "draft": True}), ("finding.list", {}), ("notice.list", {}),
           "/v1/incidents/OUT-1", "/v1/dispatches?open=1", "/v1/dispatches?after=0", "/v1/dispatches/OUT-1-01", "/v1/events?number=OUT-1", "/v1/incidents", "/v1/board", "/plain"]


def test_no_outlet_names_a_secret_reporter(d, desk):
    """His name and phone in every text that the desk or a unit may give; whom they are hidden from finds them nowhere."""
    who, words = {"name": "诸葛不言", "phone": "13922227777"}, "我叫诸葛不言,电话139-2222-7777"
    desk.call("incident.report", **incident("OUT-1", AT, units=["water", "power"], secret_reporter=True, reporter=who, description=words, address="八一路"))
    for act in ("annotate", "urge"):
        desk.call(f"incident.{act}", number="OUT-1", text=words)
    desk.call("incident.amend", number="OUT-1", description="又说" + words)
    desk.call("dispatch.add", number="OUT-1", unit="health", role="assist", reason=words)
    desk.call("dispatch.withdraw", dispatch="OUT-1-03", reason=words)
    desk.call("dispatch.progress", dispatch="OUT-1-02", text=words, on_behalf={"person": "陈"})
    desk.call("dispatch.complete", dispatch="OUT-1-02", result=words, on_behalf={"person": "陈"})
    shown = 0
    for name, role, unit in (("out-water", "liaison", "water"), ("out-power", "liaison", "power"), ("out-health", "liaison", "health"), ("out-office", "office", None),
                             ("out-admin", "admin", None)):
        token = d.account(name, role, unit)
        with d.raw() as c:
            c.call("session.open", token=token, events=False)
            for one in OUTLETS:
                got = str(d.http("GET", one, token)[2]) if isinstance(one, str) else str(c.reply(c.send(one[0], **one[1])))
                shown += "****" in got
                assert not [word for word in ("诸葛", "7777") if word in got], (name, one, got)
    assert shown >= 3, "the texts were looked at, without what is hidden"
