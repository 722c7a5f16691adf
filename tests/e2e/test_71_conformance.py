"""The contract's own words against the running daemon, where no other file holds them."""
import hashlib
import os
import shutil

import pytest

from harness import ROOT, Daemon, incident

FRIDAY = "2026-03-06T10:00:00+08:00"  # in office hours

# A rule with everything that a rule may have, and one that only adds.
TABLE = """\
rules:
  - id: water-burst
    when:                       # all of these; a list means any of its members
      category: ["6013*"]       # exact, or a prefix with *
      keywords: [爆管, 水管破裂] # in the description; address_keywords for the address
      unless_keywords: [演习]
      zone: city                # city | outside
      area: [350881001]
      priority: [P1, P2]
      hours: office                # office | closed
      between: "09:00-12:00"
    lead: water
    assist: [urban-management]
    inform: [township]          # the township of the incident's area
    set: {category: "601302", priority: P2}   # only where the desk gave none
    because: 供水管网抢修由水发自来水公司负责
  - id: at-school
    when: {address_keywords: [学校, 小学]}
    assist: [civility]
    also: true
    because: 学校周边
  - id: noise-at-night
    when: {keywords: [噪音], hours: closed, between: "22:00-06:00"}
    lead: urban-management
    because: 夜间噪音
otherwise:
  - {when: {priority: [P1, P2]}, lead: public-security, because: 首接负责}
  - {lead: hotline-12345, because: 第九条(三)}
"""
CASES = """\
tests:
  - name: 爆管
    at: 2026-03-06T10:00:00+08:00
    incident: {category: "601301", priority: P2, area: "350881001", description: 爆管, address: 路口}
    expect: {lead: water, assist: [urban-management], inform: [town-jingcheng], rule: water-burst}
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A daemon with that table, standing still on a Friday morning."""
    folder = tmp_path_factory.mktemp("table")
    mechanism = folder / "zhangping"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), mechanism)
    (mechanism / "routing.yaml").write_text(TABLE, encoding="utf-8")
    (mechanism / "routing-tests.yaml").write_text(CASES, encoding="utf-8")
    with Daemon(folder, mechanism=mechanism, clock=FRIDAY) as d:
        yield d


def explained(daemon, **change):
    params = {**incident("X", FRIDAY), "description": "路上爆管", "priority": "P2", **change}
    del params["number"]
    with daemon.desk(events=False) as c:
        answer = c.call("route.explain", **{k: v for k, v in params.items() if v is not None})
    return answer["route"], {r["rule"]: (r["matched"], r["condition"]) for r in answer["rules"]}


def test_a_rule_with_every_condition(table):
    route, _ = explained(table)
    assert (route["rule"], route["lead"], route["assist"]) == ("water-burst", "water", ["urban-management"])
    assert (route["inform"], route["category"]) == (["town-jingcheng"], "601301")
    assert route["because"] == "供水管网抢修由水发自来水公司负责"


def test_a_rule_sets_where_the_desk_gave_none(table):
    route, _ = explained(table, category=None, priority=None)  # the words find 601301, P2
    assert (route["rule"], route["category"], route["priority"]) == ("water-burst", "601302", "P2")


@pytest.mark.parametrize("change,condition", [
    ({"category": "601401"}, "category"), ({"description": "漏水"}, "keywords"),
    ({"description": "爆管演习"}, "unless_keywords"), ({"area": "350881100"}, "zone"),
    ({"area": "350881002"}, "area"), ({"priority": "P3"}, "priority"),
    ({"received_at": "2026-03-06T08:59:59+08:00"}, "between"), ({"received_at": "2026-03-06T12:00:00+08:00"}, "between"),
    ({"received_at": "2026-03-07T10:00:00+08:00"}, "hours"),
])
def test_the_condition_that_decided_is_named(table, change, condition):
    route, rules = explained(table, **change)
    matched, why = rules["water-burst"]
    assert not matched and why.startswith(condition + ":")
    assert list(rules) == ["water-burst", "at-school", "noise-at-night"]  # every rule was looked at
    assert route["rule"] == "category"


def test_also_adds_and_goes_on(table):
    route, rules = explained(table, category=None, address="实验小学", description="楼下噪音",
                             received_at="2026-03-07T05:59:59+08:00")
    assert (route["rule"], route["lead"]) == ("noise-at-night", "urban-management")
    assert "civility" in route["assist"] and rules["at-school"][0]


@pytest.mark.parametrize("priority,lead", [("P1", "public-security"), ("P2", "public-security"),
                                           ("P3", "hotline-12345"), (None, "hotline-12345")])
def test_otherwise(table, priority, lead):
    route, _ = explained(table, category=None, priority=priority, description="嗯嗯啊啊", address="无")
    assert (route["unmatched"], route["rule"], route["lead"]) == (True, "otherwise", lead)


def test_the_revision_is_that_of_the_files(table):
    digest = hashlib.sha256()
    for name in sorted(os.listdir(table.mechanism)):
        if name == "routing-tests.yaml":
            continue
        with open(os.path.join(table.mechanism, name), "rb") as f:
            data = f.read()
        digest.update(name.encode() + b"\0" + str(len(data)).encode() + b"\0" + data)
    with table.desk(events=False) as c:
        assert c.call("status.get")["revision"] == digest.hexdigest()[:12]


# -- a dispatch has the limits that it was issued with, or amended to ------------------------------

def test_an_amended_incident_is_explained_by_what_it_was_amended_to(tmp_path):
    """A P1 is acknowledged within two minutes of the issue; outside the city an arrival has no limit (Art. 12)."""
    def explained():
        with d.desk(events=False) as c:
            return c.call("dispatch.deadlines", dispatch="AMEND-1-01", explain=True)

    with Daemon(tmp_path, clock="2026-03-06T17:28:00+08:00") as d:
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("AMEND-1", d.clock, units=["housing"], priority="P3"))
            before = explained()
            arrive = next(x for x in before["clocks"] if x["clock"] == "arrive")
            assert (arrive["due"], arrive["sum_seconds"]) == ("2026-03-09T08:28:00+08:00", 1800)
            c.call("incident.amend", number="AMEND-1", priority="P1", area="350881100", category="600202")
        after = explained()
        acknowledge, arrive = (next(x for x in after["clocks"] if x["clock"] == k) for k in ("acknowledge", "arrive"))
        assert (acknowledge["due"], acknowledge["sum_seconds"]) == ("2026-03-06T17:30:00+08:00", 120)
        assert "due" not in arrive
        d.restart()
        assert explained() == after


# -- personal texts -----------------------------------------------------------------------------

def test_who_answered_and_where_the_unit_was_are_read_by_the_desk_and_digests_in_the_chain(shared):
    with shared.desk() as c, shared.console("office1", "office", after=0) as office:
        c.call("incident.report", **incident("WORDS-1", units=["water"]))
        c.call("dispatch.arrive", dispatch="WORDS-1-01", text="到了", location={"lon": 117.42, "lat": 25.29},
               on_behalf={"person": "李四", "phone": "13800000000"})
        pushed = c.event(type="dispatch.arrived", dispatch="WORDS-1-01")
        words = {"text": "到了", "person": "李四", "phone": "13800000000", "location": "117.420000,25.290000"}
        assert {k: pushed.get(k) for k in words} == words
        stored = next(e for e in c.call("incident.get", number="WORDS-1")["events"] if e["seq"] == pushed["seq"])
        assert {k: stored.get(k) for k in words} == words
        assert all(len(pushed["data"][k]) == 64 for k in words)
        seen = office.event(type="dispatch.arrived", dispatch="WORDS-1-01")
        assert not set(words) & set(seen) and seen["data"] == pushed["data"]
