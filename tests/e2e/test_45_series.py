"""Figures week by week and month by month, by unit and by category: what has ended and what is still open, in the
steps of their days. March 2026 begins on a Sunday."""
import pytest

from harness import Daemon, Refused, incident

START = "2026-03-02T09:00:00+08:00"
MARCH_TO_APRIL = {"from": "2026-03-01T00:00:00+08:00", "to": "2026-04-06T00:00:00+08:00"}


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("series"), clock=START) as daemon:
        with daemon.desk(events=False) as c:
            def report(number, at, **members):
                c.call("incident.report", **incident(number, at, priority="P2", units=["water"], **members))

            def act(name, dispatch, **params):
                c.call(f"dispatch.{name}", dispatch=dispatch, on_behalf={"person": "李四"}, **params)
            report("A", START)
            act("acknowledge", "A-01")
            act("arrive", "A-01")
            act("complete", "A-01", result="好")
            c.call("incident.callback", number="A", result="satisfied")
            report("DRILL", START, drill=True)
            with daemon.local() as local:
                local.call("clock.set", instant="2026-03-10T09:00:00+08:00")
            report("B", "2026-03-10T09:00:00+08:00")
            daemon.advance("5m")  # two for the limit, two that it waited for the delivery: late, and still open
            act("acknowledge", "B-01")
            c.call("incident.report", **incident("C", "2026-03-10T09:05:00+08:00", category="602101", units=["power"]))
            c.call("dispatch.add", number="C", unit="fire", role="assist")
            act("complete", "C-02", result="已断电")  # it has ended, and its incident has not
        yield daemon


def series(d, role="office", unit=None, **params):
    query = "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in {**MARCH_TO_APRIL, **params}.items())
    status, _, body = d.http("GET", f"/v1/series?{query}", d.account(f"s-{role}-{unit}", role, unit))
    assert status == 200, body
    return body


def water(dispatches, acknowledge, arrive):
    return {"unit": "water", "dispatches": dispatches, "acknowledge": dict(zip(("met", "late"), acknowledge)),
            "arrive": dict(zip(("met", "late"), arrive)), "first_report": {"met": 1 if arrive[0] else 0, "late": 0}}


def test_by_unit_and_week(d):
    got = series(d, by="unit", every="week")
    assert [(s["from"], s["to"]) for s in got["steps"]] == [
        ("2026-03-01", "2026-03-01"), ("2026-03-02", "2026-03-08"), ("2026-03-09", "2026-03-15"), ("2026-03-16", "2026-03-22"),
        ("2026-03-23", "2026-03-29"), ("2026-03-30", "2026-04-05")]
    first, second = got["steps"][1]["rows"], got["steps"][2]["rows"]
    assert [r for r in first if r["unit"] == "water"] == [water(1, (1, 0), (1, 0))], "the drill is not in it"
    assert [r for r in second if r["unit"] == "water"] == [water(1, (0, 1), (0, 0))]
    assert [r["dispatches"] for r in second if r["unit"] == "power"] == [1], "what is open is in it"
    assert [r["dispatches"] for r in second if r["unit"] == "fire"] == [1], "what has ended in an open incident is in it once"
    assert got["steps"][0]["rows"] == [] == got["steps"][3]["rows"]


def test_by_category_and_month(d):
    got = series(d, by="category", every="month")
    assert [(s["from"], s["to"]) for s in got["steps"]] == [("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-05")]
    rows = {r["category"]: r for r in got["steps"][0]["rows"]}
    assert rows["601301"] == {"category": "601301", "incidents": 2, "completed": 1, "satisfied": 1, "basically": 0,
                              "dissatisfied": 0, "unreached": 0}
    assert rows["602101"]["incidents"] == 1 and rows["602101"]["completed"] == 0


def test_both_ways_and_whose(d):
    with d.console("s-office-None", "office", events=False) as c:
        assert c.call("series.get", by="unit", every="week", **MARCH_TO_APRIL) == series(d, by="unit", every="week")
        for wrong, field in (({"to": MARCH_TO_APRIL["from"]}, "to"), ({"unit": "nosuch"}, "unit"), ({"by": "colour"}, "by")):
            with pytest.raises(Refused) as refused:
                c.call("series.get", **{"by": "unit", "every": "week", **MARCH_TO_APRIL, **wrong})
            assert refused.value.field == field, wrong
        with pytest.raises(Refused) as refused:
            c.call("series.get", by="unit", every="week", **{"from": "2020-01-01T00:00:00+08:00", "to": MARCH_TO_APRIL["to"]})
        assert "120" in refused.value.message
    own = series(d, "liaison", "power", by="unit", every="month")
    assert {r["unit"] for s in own["steps"] for r in s["rows"]} == {"power"}
    query = "by=unit&every=month&unit=water&" + "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in MARCH_TO_APRIL.items())
    assert d.http("GET", f"/v1/series?{query}", d.account("s-liaison-power", "liaison", "power"))[0] == 404
