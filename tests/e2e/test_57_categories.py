"""The category table as desks and administrators use it: found by any word, retired without losing what was
reported, and what is not urgent sent the way the city chose."""
import shutil

import pytest

from harness import ROOT, Daemon, incident, until

NOW = "2026-03-02T09:00:00+08:00"  # a Monday, in office hours
OUTSIDE = "350881102"
OLD, HEIR = "600613", "600610"  # 装修噪声 becomes 建筑施工噪声


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    folder = tmp_path_factory.mktemp("categories")
    shutil.copytree(f"{ROOT}/config/zhangping", folder / "mechanism")
    with Daemon(folder, clock=NOW, mechanism=str(folder / "mechanism")) as daemon:
        daemon.mechanism = folder / "mechanism"
        yield daemon


def rewrite(d, file, old, new):
    path = d.mechanism / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (file, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def roles(result):
    out = {"lead": [], "assist": [], "inform": []}
    for x in result["dispatches"]:
        out[x["role"]].append(x["unit"])
    return out


def report(c, number, **members):
    return c.call("incident.report", **incident(number, received_at=c.call("session.ping")["time"], **members))


def test_a_category_is_found_by_any_word_each_way_in(d):
    with d.desk(events=False) as c:
        everything = c.call("category.list")["categories"]
        assert len(everything) == 114 and not any("found_in" in x for x in everything)
        assert all(x["covers"] and x["not"] for x in everything)
        found = c.call("category.list", find="井盖")["categories"]
        assert found[0]["category"] == "600601" and found[0]["found_in"] == "name"
        assert c.call("category.list", find="井蓋")["categories"] == found
        assert c.call("category.list", find="女儿墙")["categories"][0]["category"] == "602101"
        assert c.call("category.list", find="没有这种事")["categories"] == []
    token = d.account("find-unit", "liaison", "water")
    assert d.http("GET", "/v1/categories?find=%E4%BA%95%E7%9B%96", token)[2]["categories"] == found
    said = d.ctl("categories", "井盖").stdout
    assert "600601" in said and "井盖没了、破了、响、翘" in said


def test_a_complaint_against_officers_is_the_inspectorates_alone(d):
    with d.desk(events=False) as c:
        r = report(c, "OFFICER-1", category=None, description="我要投诉辅警,抢我手机")
        assert (r["category"], r["confidential"], roles(r)) == (
            "950001", True, {"lead": ["police-inspectorate"], "assist": [], "inform": []})
        r = report(c, "OFFICER-2", category=None, description="我要投诉派出所不来人,这边还在打,有人拿刀")
        assert (r["category"], r["priority"]) == ("200101", "P1")
        assert roles(r) == {"lead": ["public-security"], "assist": [], "inform": ["police-inspectorate"]}
    police = d.account("accused", "liaison", "public-security")
    assert d.http("GET", "/v1/incidents/OFFICER-1", police)[0] == 404


def test_what_is_not_urgent_goes_the_way_that_policy_says(d):
    with d.desk(events=False) as c:
        asked = {"category": "600702", "description": "宽带断了"}
        assert roles(report(c, "CALM-1", **asked)) == {"lead": ["telecom"], "assist": [], "inform": ["hotline-12345"]}
        rewrite(d, "policy.yaml", "non_urgent: direct", "non_urgent: hotline-12345")
        d.ctl("reload")
        r = report(c, "CALM-2", **asked)
        assert roles(r) == {"lead": ["hotline-12345"], "assist": [], "inform": ["telecom"]}
        assert r["route"]["rule"] == "non-urgent" and "第九条(三)" in r["route"]["because"]
        told = c.call("route.explain", number="CALM-2")["route"]
        assert (told["rule"], told["lead"], told["inform"]) == ("non-urgent", "hotline-12345", ["telecom"])
        # 110, 119, 120 keep what is theirs, and what is urgent goes as ever
        assert roles(report(c, "CALM-3", category="300201"))["lead"] == ["traffic-police"]
        assert roles(report(c, "CALM-4", category="600702", priority="P3"))["lead"] == ["telecom"]
        rewrite(d, "policy.yaml", "non_urgent: hotline-12345", "non_urgent: direct")
        d.ctl("reload")


def test_a_retired_code_leads_to_its_heir_and_what_is_stored_stays(d):
    with d.desk(events=False) as c:
        before = report(c, "OLD-1", category=OLD)
        assert before["category"] == OLD
        rewrite(d, "categories.yaml", "    name: 装修噪声\n", f"    name: 装修噪声\n    retired: true\n    heir: \"{HEIR}\"\n")
        said = d.ctl("check", "--format", "text", check=False).stdout + d.ctl("check", check=False).stderr
        assert f"类别 {OLD}(装修噪声)已停用,由 {HEIR}" in said and "routing.yaml" in said
        (d.mechanism / "routing-tests.yaml").unlink()  # its cases of the old code would fail
        d.ctl("reload")
        r = report(c, "OLD-2", category=OLD)
        assert r["category"] == HEIR
        assert [(w["code"], w["field"]) for w in r["warnings"]] == [("value-mended", "category")]
        assert report(c, "OLD-3", category="装修噪声")["category"] == HEIR
        assert report(c, "OLD-4", category=None, description="隔壁装修,电钻响个不停")["category"] == HEIR
        assert c.call("incident.get", number="OLD-1")["category"] == OLD
        # by the revision that it was routed by; a description of today by today's
        assert c.call("route.explain", number="OLD-1")["route"]["category"] == OLD
        assert c.call("route.explain", category=OLD, description="隔壁装修")["route"]["category"] == HEIR
        c.call("incident.amend", number="OLD-4", category=OLD)
        assert c.call("incident.get", number="OLD-4")["category"] == HEIR
        (one,) = c.call("category.list", find=OLD)["categories"]
        assert one["heir"] == HEIR
