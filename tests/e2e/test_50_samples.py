"""The shipped sample incidents, reported as a desk would, go to the units that were expected."""
import json
import os

import pytest

from harness import ROOT, Daemon

SAMPLES = os.environ.get("LIANDONG_DATA", os.path.join(ROOT, "samples"))


def lines(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """number -> result of incident.report, through liandongctl report."""
    with Daemon(tmp_path_factory.mktemp("samples")) as d:
        done = d.ctl("--json", "report", os.path.join(SAMPLES, "incidents.jsonl"))
        results = {r["incident"]: r for r in map(json.loads, done.stdout.splitlines())}
        again = d.ctl("report", os.path.join(SAMPLES, "incidents.jsonl"))
        yield {"first": results, "said": done.stderr, "again": again, "daemon": d}


GIVEN = {i["number"]: i for i in lines("incidents.jsonl")}
EXPECTED = {e["number"]: e for e in lines("incidents-expected.jsonl")}
WITH_CATEGORY = [n for n in GIVEN if GIVEN[n]["category"]]
WITHOUT = [n for n in GIVEN if not GIVEN[n]["category"]]


def routed(result):
    """What the expected file states of a result; townships outside the city come on top."""
    by_role = {"lead": [], "assist": [], "inform": []}
    for d in result["dispatches"]:
        by_role[d["role"]].append(d["unit"])
    if result["zone"] == "outside":
        for role in ("assist", "inform"):
            by_role[role] = [u for u in by_role[role] if not u.startswith("town-")]
    return {"number": result["incident"], "category": result["category"],
            "lead": by_role["lead"][0] if by_role["lead"] else "none", "assist": by_role["assist"],
            "inform": by_role["inform"], "zone": result["zone"], "priority": result["priority"]}


def test_all_120_are_taken(reported):
    assert len(GIVEN) == 120
    assert set(reported["first"]) == set(GIVEN)
    assert "新报 120 件" in reported["said"]


@pytest.mark.parametrize("number", WITH_CATEGORY)
def test_with_a_category_everything_is_as_expected(reported, number):
    assert routed(reported["first"][number]) == EXPECTED[number]


def test_without_a_category_nine_leads_of_ten_are_right(reported):
    right = [n for n in WITHOUT if routed(reported["first"][n])["lead"] == EXPECTED[n]["lead"]]
    print(f"{len(right)} of {len(WITHOUT)} leads right")
    assert len(WITHOUT) == 40
    assert len(right) >= 36, sorted(set(WITHOUT) - set(right))


def test_outside_the_city_the_township_assists_or_is_informed(reported):
    assert {r["zone"] for r in reported["first"].values()} == {"city", "outside"}
    for number, result in reported["first"].items():
        towns = [d for d in result["dispatches"] if d["unit"].startswith("town-")]
        if result["zone"] == "outside":
            role = "assist" if result["priority"] in ("P1", "P2") else "inform"
            assert [d["role"] for d in towns] == [role], number
        else:
            assert towns == [], number


def test_the_file_can_be_sent_again(reported):
    assert "新报 0 件,已有 120 件,被拒绝 0 件" in reported["again"].stderr
    numbers, cursor = [], []
    while True:
        page = json.loads(reported["daemon"].ctl("--json", "incident", "list", "--limit", "50", *cursor).stdout)
        numbers += [i["number"] for i in page["incidents"]]
        if not page.get("next"):
            break
        cursor = ["--cursor", page["next"]]
    assert sorted(numbers) == sorted(GIVEN)


def test_the_chain_is_whole(reported):
    verified = json.loads(reported["daemon"].ctl("--json", "audit", "verify").stdout)
    assert verified["ok"] and verified["events"] == verified["seq"]
