"""Findings (待核考评事项) on every way in, under the manual clock: opened, graded and lifted by the decisions that show
them, appealed against and decided, told to no other unit, and proved by the events.
"""
import pytest

from harness import Daemon, Refused, incident


@pytest.fixture
def d(tmp_path):
    with Daemon(tmp_path, clock="2026-03-06T10:00:00+08:00") as daemon:
        yield daemon


def report(desk, number):
    return desk.call("incident.report", **incident(number, received_at="2026-03-06T09:59:00+08:00", priority="P2", units=["fire", "power"]))


def findings(d, token, query=""):
    status, _, page = d.http("GET", f"/v1/findings{query}", token)
    assert status == 200, page
    return page["findings"]


def test_a_late_arrival_from_its_finding_to_the_appeal(d):
    fire, power = d.account("fire1", "liaison", "fire"), d.account("power1", "liaison", "power")
    office = d.account("office1", "office")
    with d.desk(events=False) as desk:
        report(desk, "F-1")
        d.http("GET", "/v1/dispatches?open=1", fire)  # fetched at once
        assert d.http("POST", "/v1/dispatches/F-1-01/acknowledge", fire, {})[0] == 200
        d.ctl("clock", "advance", "40m")  # due 10:30, the leader is told at 10:40
        one, = [f for f in findings(d, fire) if f["class"] == "arrive"]
        assert (one["finding"], one["state"], one["late_ms"], one["limit_ms"]) == ("F-1-01.f1", "open", 600000, 1800000)
        assert one["appeal_until"] == "2026-04-08T23:59:59.999+08:00"  # 1, 2, 3, 7, 8 April: Qingming is off
        assert "until" not in one and one["never"] is False
        d.ctl("clock", "advance", "5m")
        assert d.http("POST", "/v1/dispatches/F-1-01/arrive", fire, {})[0] == 200
        one, = findings(d, fire, "?month=2026-03&explain=true&class=arrive")
        assert one["late_ms"] == 900000 and one["until"] == "2026-03-06T10:45:00+08:00"
        assert "30分钟" in one["sentence"] and "超时15分钟" in one["sentence"] and "第十二条" in one["sentence"]
        assert findings(d, fire, "?month=2026-04") == []
        assert all(f["unit"] == "power" for f in findings(d, power)), "another unit's are not there"
        assert d.http("POST", "/v1/findings/F-1-01.f1/appeal", power, {"text": "x"})[0] == 404

        status, _, r = d.http("POST", "/v1/findings/F-1-01.f1/appeal", fire, {"text": "塌方,交警可证", "evidence": ["PHOTO-7"]})
        assert status == 200 and r["request"]["kind"] == "appeal" and r["request"]["decider"] == "office", r
        assert d.http("POST", "/v1/findings/F-1-01.f1/appeal", fire, {"text": "x"})[0] == 409
        assert d.http("POST", "/v1/findings/F-1-01.f1/decide", fire, {"grant": True})[0] == 403
        assert d.http("POST", "/v1/findings/F-1-01.f1/decide", office, {"grant": False})[0] == 422, "a reason is missing"
        status, _, r = d.http("POST", "/v1/findings/F-1-01.f1/decide", office, {"grant": True, "reason": "属实"})
        assert status == 200, r
        one, = findings(d, fire, "?class=arrive")
        assert (one["state"], one["cause"]) == ("void", "appeal")
        status, _, x = d.http("GET", "/v1/dispatches/F-1-01/deadlines?explain=1", fire)
        assert {c["clock"]: c["outcome"] for c in x["clocks"]}["arrive"] == "excused"
        types = [e["type"] for e in desk.call("incident.get", number="F-1")["events"] if e["type"].startswith(("finding", "request", "dispatch.judged"))
                 and e.get("dispatch") == "F-1-01"]
        assert types == ["finding.opened", "finding.graded", "request.asked", "request.granted", "finding.voided", "dispatch.judged"]
        assert desk.call("finding.list", unit="fire")["findings"]
        with pytest.raises(Refused):
            desk.call("finding.open", dispatch="F-1-01", **{"class": "refused"}, text="x")
    out = d.ctl("finding", "list", "--unit", "fire")
    assert "F-1-01.f1" in out.stdout and "到场超时" in out.stdout
    audit = d.ctl("audit", "verify")
    assert audit.returncode == 0, audit.stdout + audit.stderr


def test_nobody_decides_about_his_own_house(d):
    """Public security is the police's house, and so is an account of the office that names no unit."""
    police, office = d.account("police1", "liaison", "public-security"), d.account("office1", "office")
    deputy = d.account("deputy", "office", "political-legal")
    with d.desk(events=False) as desk:
        desk.call("incident.report", **incident("F-2", received_at="2026-03-06T09:59:00+08:00", priority="P2", units=["public-security"]))
        d.ctl("clock", "advance", "20m")
        one, = findings(d, police, "?class=acknowledge")
        path = f"/v1/findings/{one['finding']}"
        assert d.http("POST", path + "/appeal", police, {"text": "未收到"})[0] == 200
        status, _, problem = d.http("POST", path + "/decide", office, {"grant": True})
        assert status == 403 and "其他部门" in problem["detail"], problem
        assert d.http("POST", path + "/decide", deputy, {"grant": False, "reason": "已送达"})[0] == 200
        assert findings(d, police, "?class=acknowledge")[0]["state"] == "upheld"
    d.ctl("audit", "verify")
