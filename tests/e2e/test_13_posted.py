"""Files that are posted are checked as liandongctl checks a folder, outside the engine, and nothing comes into force:
routing.check on the console, POST /v1/routing/check."""
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest

from harness import BUILD, ROOT, Daemon, Refused, incident

CTL = os.path.join(BUILD, "liandongctl")
CHECK = pathlib.Path(ROOT) / "tests" / "check"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The base of tests/check: a mechanism without a problem."""
    folder = tmp_path_factory.mktemp("posted") / "city"
    subprocess.run([CTL, "mechanism", "init", folder], check=True, capture_output=True)
    for file in (CHECK / "base").iterdir():
        shutil.copy(file, folder / file.name)
    return folder


@pytest.fixture(scope="module")
def d(tmp_path_factory, city):
    with Daemon(tmp_path_factory.mktemp("daemon"), mechanism=city) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def admin(d):
    return d.account("admin1", "admin")


def bad(code):
    return {f.name: f.read_text() for f in (CHECK / code / "bad").glob("*.yaml")}


def places(found):
    return {(p["code"], os.path.basename(p["file"]), p.get("line"), p.get("column")) for p in found["problems"]}


def by_ctl(city, files, tmp_path):
    folder = tmp_path / "m"
    shutil.copytree(city, folder)
    for name, text in files.items():
        (folder / name).write_text(text)
    return json.loads(subprocess.run([CTL, "check", "--format", "json", folder], capture_output=True).stdout)


@pytest.mark.parametrize("code", ["value", "rule-shadowed", "test-failed", "syntax", "roster-gap", "year-partial"])
def test_posted_files_are_checked_as_the_command_does(d, admin, city, tmp_path, code):
    before = d.http("GET", "/v1/status", admin)[2]["revision"]
    status, _, found = d.http("POST", "/v1/routing/check", admin, {"files": bad(code)})
    want = by_ctl(city, bad(code), tmp_path)
    assert status == 200 and places(found) == places(want) and code in {p["code"] for p in found["problems"]}
    assert (found["ok"], found["errors"], found["warnings"]) == (want["ok"], want["errors"], want["warnings"])
    assert all("/" not in p["file"] for p in found["problems"]), "where the files stand is the machine's own business"
    assert found["against"] == before == d.http("GET", "/v1/status", admin)[2]["revision"]
    with d.local() as c:
        assert c.call("routing.check", files=bad(code)) == found


def test_without_files_the_folder_is_checked(d, admin):
    status, _, found = d.http("POST", "/v1/routing/check", admin, {})
    assert status == 200 and found["ok"] and found["problems"] == [] and found["tests"] == 1
    assert found["revision"] == found["against"]


def test_a_stored_revision(d, admin):
    now = d.http("GET", "/v1/status", admin)[2]["revision"]
    assert d.http("POST", "/v1/routing/check", admin, {"revision": now})[2]["revision"] == now
    assert d.http("POST", "/v1/routing/check", admin, {"revision": "0123456789ab"})[0] == 404


def test_all_errors_of_all_files_at_once(d, admin):
    files = {**bad("value"), **bad("quote"), **bad("range"), "categories.yaml": bad("value")["categories.yaml"]}
    found = d.http("POST", "/v1/routing/check", admin, {"files": files})[2]
    assert {p["code"] for p in found["problems"]} == {"value", "quote", "range"} and not found["ok"]
    assert all(p["do"] and p["text"] for p in found["problems"])


@pytest.mark.parametrize("body,status", [({"files": {"units.yml": "x"}}, 422), ({"files": []}, 422), ({"files": {"units.yaml": 1}}, 422)])
def test_what_is_no_file_of_the_mechanism_is_refused(d, admin, body, status):
    assert d.http("POST", "/v1/routing/check", admin, body)[0] == status


@pytest.mark.parametrize("role,unit", [("desk", None), ("liaison", "water")])
def test_only_who_sees_the_files_may_ask(d, role, unit):
    token = d.account(f"other-{role}", role, unit)
    assert d.http("POST", "/v1/routing/check", token, {"files": bad("value")})[0] == 403


def test_a_body_is_bounded(d, admin):
    assert d.http("POST", "/v1/routing/check", admin, {"files": {"units.yaml": "#" * (9 << 20)}})[0] == 413


@pytest.mark.alone
def test_a_large_table_is_checked_beside_the_desks_reports(d, admin):
    """10,000 rules, one of them never matching: the engine takes reports while the report process looks."""
    rules = "".join(f"  - {{id: r{i}, when: {{keywords: [词{i}甲, 词{i}乙]}}, lead: police, because: 一}}\n" for i in range(10000))
    rules += "  - {id: late, when: {keywords: [词7甲了]}, lead: water, because: 二}\n"
    text = "rules:\n" + rules + "otherwise: [{lead: police, because: 三}]\n"
    answer, took = [], []
    asking = threading.Thread(target=lambda: answer.append(d.http("POST", "/v1/routing/check", admin, {
        "files": {"routing.yaml": text, "routing-tests.yaml": "tests: []\n"}})))
    asking.start()
    with d.desk() as c:
        while asking.is_alive():
            began = time.monotonic()
            c.call("incident.report", **incident(f"B-{len(took)}", category="601301", area="990000001"))
            took.append(time.monotonic() - began)
    asking.join()
    found = answer[0][2]
    assert [(p["code"], p["line"]) for p in found["problems"] if p["code"] == "rule-shadowed"] == [("rule-shadowed", 10002)]
    assert len(took) > 3 and sorted(took)[len(took) // 2] < 0.5
