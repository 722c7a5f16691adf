"""Rules that admins trust: what a change would send elsewhere, who agrees to it, what comes into force and how it is
undone. The expectations are worked out by hand from the tables that each test writes."""
import json
import os
import re
import shutil

import pytest
import yaml

from harness import ROOT, Daemon, incident, now_text, until, refused


@pytest.fixture
def mechanism(tmp_path):
    """The city's, to be changed. Nothing learns of texts: each change of a rule would be trained anew."""
    folder = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    change(folder, "policy.yaml", "\ntext:\n", "\ntext:\n  model: false\n")
    return folder


def change(folder, name, old, new, count=1):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, (name, old)
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def policy(folder, moved):
    path = folder / "policy.yaml"
    text = re.sub(r"(?m)^second_admin:.*\n", "", path.read_text(encoding="utf-8"))
    if moved is not None:
        text += f"second_admin: {{moved: {moved}, since: 30d, lapses: 72h}}\n"
    path.write_text(text, encoding="utf-8")


def lights_to(folder, unit):
    """A rule before all others: a street lamp that is out goes to that unit."""
    path = folder / "routing.yaml"
    text = path.read_text(encoding="utf-8")
    rule = f"  - id: lamps\n    when: {{keywords: [路灯不亮吗]}}\n    lead: {unit}\n    because: 试验\n"
    text = re.sub(r"(?m)^  - id: lamps\n(    .*\n)+", "", text)
    path.write_text(text.replace("rules:\n", "rules:\n" + rule, 1), encoding="utf-8")


def lamp(number, **members):
    return incident(number, category=None, description="门口路灯不亮吗,看看", address="菁城街道解放路", **members)


def events(d, *types):
    found, after = [], 0
    with d.local() as c:
        while True:
            page = c.call("event.list", after=after, limit=500)
            found += [e for e in page["events"] if e["type"] in types]
            if not page["events"]:
                return found
            after = page["events"][-1]["seq"]


def in_force(d):
    with d.local() as c:
        return c.call("status.get")["revision"]


def lead(result):
    return next(x["unit"] for x in result["dispatches"] if x["role"] == "lead")


# -- what would go elsewhere ---------------------------------------------------------------------


def test_a_comparison_says_what_would_go_elsewhere(tmp_path, mechanism):
    """Five lamps would go from one unit to another, two burst pipes would not; a confidential one is counted and not
    named."""
    new = tmp_path / "new"
    shutil.copytree(mechanism, new)
    lights_to(new, "water")
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        before = [lead(c.call("incident.report", **lamp(f"L-{i}"))) for i in range(5)]
        c.call("incident.report", **lamp("SECRET-1", confidential=True))
        c.call("incident.report", **lamp("DRILL-1", drill=True))
        for i in range(2):
            c.call("incident.report", **incident(f"W-{i}"))
        assert len(set(before)) == 1 and before[0] != "water"
        told = json.loads(d.ctl("--json", "route", "diff", str(new)).stdout)
        assert (told["incidents"], told["moved"], told["lead"], told["p1"]) == (8, 6, 6, [])
        assert told["against"] == in_force(d) and told["revision"] != told["against"]
        one = told["rules"][0]
        assert (one["to"], one["moved"]) == ("lamps", 6)
        assert sorted(one["examples"]) == [f"L-{i}" for i in range(5)]
        units = {u["unit"]: u for u in told["units"]}
        assert (units["water"]["leads_gained"], units[before[0]]["leads_lost"]) == (6, 6)
        text = d.ctl("route", "diff", str(new)).stdout
        assert "8 件警情,6 件会派给别的单位" in text and "lamps" in text and "SECRET-1" not in text
        # a gate for scripts
        assert d.ctl("route", "diff", "--max-moved", "6", str(new)).returncode == 0
        gate = d.ctl("route", "diff", "--max-moved", "5", str(new), check=False)
        assert gate.returncode == 1 and "6 件会派给别的单位,超过 5 件" in gate.stderr
        # the same over HTTP, of files in the place of those in force
        admin = d.account("admin1", "admin")
        body = {"files": {"routing.yaml": (new / "routing.yaml").read_text(encoding="utf-8")}}
        status, _, answer = d.http("POST", "/v1/routing/diff", admin, body)
        assert status == 200 and (answer["moved"], answer["revision"]) == (6, told["revision"])
        # against itself nothing moves, and what lies further back is not looked at
        assert json.loads(d.ctl("--json", "route", "diff", str(mechanism)).stdout)["moved"] == 0
        status, _, later = d.http("POST", "/v1/routing/diff", admin, {**body, "from": now_text(3600)})
        assert status == 200 and later["incidents"] == 0
        assert in_force(d) == told["against"], "a comparison changes nothing"
        assert not d.pids("report"), "its process has ended"


def test_free_text_is_compared_by_the_models_of_both(tmp_path, mechanism):
    """No keyword says what it is: the model does. Another lead of its category, and other cases, send it elsewhere."""
    new, said = tmp_path / "new", "买的月饼咬开里头一截蟑螂"
    change(mechanism, "policy.yaml", "  model: false\n", "")
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        one = incident("T-1", category=None, description=said)
        assert c.call("incident.report", **one)["category"] == "601402"
        c.call("incident.report", **incident("T-2"))
        diff = lambda: json.loads(d.ctl("--json", "route", "diff", str(new)).stdout)
        shutil.copytree(mechanism, new)
        text = (new / "categories.yaml").read_text(encoding="utf-8")
        block = re.search(r'- \{?code: "601402"(?:.|\n)*?(?=\n  - )', text)[0]
        (new / "categories.yaml").write_text(text.replace(block, block.replace("lead: market", "lead: water")), encoding="utf-8")
        told = diff()
        assert (told["incidents"], told["moved"], told["lead"], told["category"]) == (2, 1, 1, 0)
        assert told["rules"][0]["examples"] == ["T-1"]
        (new / "categories.yaml").write_text(text, encoding="utf-8")
        cases = (new / "cases.jsonl").read_text(encoding="utf-8").splitlines()[:1000]
        cases += [json.dumps({"text": f"{said}{i}", "category": "600605"}, ensure_ascii=False) for i in range(40)]
        cases = "\n".join(cases) + "\n"
        # over HTTP: it has learned another category
        admin = d.account("admin1", "admin")
        status, _, told = d.http("POST", "/v1/routing/diff", admin, {"files": {"cases.jsonl": cases}})
        assert status == 200 and (told["moved"], told["category"]) == (1, 1)
        assert told["rules"][0]["examples"] == ["T-1"] and not d.pids("report")


def test_a_comparison_is_refused_with_what_to_do(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d:
        admin = d.account("admin1", "admin")
        for body, field, said in (
                ({"files": {"passwd": ""}}, None, "没有名为 passwd 的配置文件"),
                ({"files": {"routing.yaml": "rules: ["}}, None, "routing.yaml"),
                ({"files": ["routing.yaml"]}, "files", "对象"),
                ({"files": {"routing.yaml": 1}}, "files", "对象"),
                ({"revision": "0123456789ab"}, None, "没有版本 0123456789ab"),
                ({"against": "0123456789ab"}, None, "没有版本 0123456789ab")):
            status, _, problem = d.http("POST", "/v1/routing/diff", admin, body)
            assert status in (404, 422) and said in problem["detail"], (body, problem)
            assert problem.get("field") == field
        big = {"files": {"routing.yaml": "#" * (4 << 20)}}
        status, _, problem = d.http("POST", "/v1/routing/diff", admin, big)
        assert status == 422 and "liandongctl reload" in problem["detail"]
        # an account that may not change the mechanism has the usual bound of a request
        desk = d.account("desk1", "desk")
        assert d.http("POST", "/v1/routing/diff", desk, big)[0] == 413
        assert d.ctl("route", "diff", "nowhere", check=False).returncode == 1
        assert d.ctl("route", "diff", "--since", "soon", str(mechanism), check=False).returncode == 2


# -- what comes into force ------------------------------------------------------------------------


def test_put_is_checked_against_what_it_changes(tmp_path, mechanism):
    policy(mechanism, None)
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        admin = d.account("admin1", "admin")
        status, headers, got = d.http("GET", "/v1/routing?file=routing.yaml", admin)
        first, text = got["revision"], got["files"][0]["text"]
        assert status == 200 and headers["ETag"] == f'"{first}"' and got["in_force"]
        assert d.http("GET", "/v1/routing", admin, headers={"If-None-Match": f'"{first}"'})[0] == 304
        lights_to(mechanism, "water")
        files = {"routing.yaml": (mechanism / "routing.yaml").read_text(encoding="utf-8")}
        assert files["routing.yaml"] != text
        body = {"files": files, "why": "路灯归水务,试一试"}
        put = lambda match, **more: d.http("PUT", "/v1/routing", admin, {**body, **more}, headers=match)
        status, _, problem = put({})
        assert (status, problem["field"]) == (422, "revision")
        status, _, problem = put({"If-Match": '"0123456789ab"'})
        assert status == 412 and first in problem["detail"]
        assert in_force(d) == first
        status, _, done = put({"If-Match": f'"{first}"'})
        assert status == 200 and done["changed"] and not done["pending"] and done["tests"] > 100
        assert lead(c.call("incident.report", **lamp("L-1"))) == "water"
        # sent again it has done its work; the folder is another thing now, and says so
        assert put({"If-Match": f'"{first}"'})[2]["changed"] is False
        assert in_force(d) == done["revision"]
        event = events(d, "config.activated")[-1]
        assert (event["by"], event["data"]["before"], event["data"]["why"]) == ("admin1", first, body["why"])
        # a case that fails refuses it, and names the case
        tests = "tests:\n  - name: 不会有的\n    at: \"2026-03-02T09:00:00+08:00\"\n    incident: {description: 水管爆裂}\n" \
                "    expect: {lead: power}\n"
        files["routing-tests.yaml"] = tests
        files["routing.yaml"] = text + "\n# again\nx"
        status, _, problem = put({"If-Match": f'"{done["revision"]}"'})
        assert status == 422 and "routing.yaml" in problem["detail"]
        files["routing.yaml"] = text.replace("because:", "because:", 1) + "\n"
        lights_to(mechanism, "fire")
        files["routing.yaml"] = (mechanism / "routing.yaml").read_text(encoding="utf-8")
        status, _, problem = put({"If-Match": f'"{done["revision"]}"'})
        assert status == 422 and "用例 “不会有的” 不通过" in problem["detail"]
        assert in_force(d) == done["revision"]
        assert d.ctl("audit", "verify").returncode == 0


def test_an_export_is_the_same_revision(tmp_path, mechanism):
    """All of it, the long cases too, piece by piece; what a cursor does not say is refused."""
    with Daemon(tmp_path, mechanism=mechanism) as d, d.local() as c:
        first = in_force(d)
        d.ctl("route", "export", "-o", str(tmp_path / "out"))
        names = sorted(p.name for p in mechanism.iterdir() if p.name != "routing-tests.yaml")
        assert sorted(p.name for p in (tmp_path / "out").iterdir()) == names
        for name in names:
            assert (tmp_path / "out" / name).read_bytes() == (mechanism / name).read_bytes(), name
        assert json.loads(d.ctl("--json", "route", "diff", str(tmp_path / "out")).stdout)["revision"] == first
        text = (mechanism / "cases.jsonl").read_text(encoding="utf-8")
        assert d.ctl("route", "show", first, "cases.jsonl").stdout == text
        admin, pieces, more = d.account("admin1", "admin"), [], ""
        while more is not None:
            status, _, page = d.http("GET", f"/v1/routing?file=cases.jsonl{more}", admin)
            assert status == 200, page
            assert page["files"][0]["bytes"] == len(text.encode())
            pieces.append(page["files"][0]["text"])
            more = f"&cursor={page['next']}" if "next" in page else None
        assert len(pieces) > 2 and "".join(pieces) == text
        listed = d.http("GET", "/v1/routing", admin)[2]
        assert [f["name"] for f in listed["files"] if "text" not in f] == ["cases.jsonl"] and "next" not in listed
        inside = len(re.match("[ -~]*", text)[0]) + 1  # of the first character that has more than a byte
        for cursor in (f"m{inside:x}", f"m{len(text.encode()):x}", "m0", "i5", "m"):
            assert d.http("GET", f"/v1/routing?file=cases.jsonl&cursor={cursor}", admin)[0] == 422, cursor
        assert refused(c.call, "routing.get", cursor="m5").field == "cursor"


def test_long_cases_are_put_and_reloaded(tmp_path, mechanism):
    """Longer than what is shipped over HTTP; longer still from the folder. Both come back as they were."""
    policy(mechanism, None)
    shipped = (mechanism / "cases.jsonl").read_text(encoding="utf-8")
    line = '{"text": "第%d盏' + "路灯" * 80 + '不亮了", "category": "600605"}\n'
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        first, admin = in_force(d), d.account("admin1", "admin")
        longer = shipped + "".join(line % i for i in range(3000))
        assert 2 << 20 < len(longer.encode()) < 4 << 20
        put = lambda text: d.http("PUT", "/v1/routing", admin, {"files": {"cases.jsonl": text}, "why": "更正"},
                                  headers={"If-Match": f'"{in_force(d)}"'})
        status, _, done = put(longer)
        assert status == 200 and done["changed"] and done["revision"] != first
        d.comes_into_force(done["revision"])
        assert d.ctl("route", "show", done["revision"], "cases.jsonl").stdout == longer
        longest = shipped + "".join(line % i for i in range(7000))
        assert len(longest.encode()) > 4.5 * 2**20
        status, _, problem = put(longest)
        assert status == 422 and "liandongctl reload" in problem["detail"]
        assert put(longest * 2)[0] == 413
        (mechanism / "cases.jsonl").write_text(longest, encoding="utf-8")
        with d.local() as local:
            assert local.call("config.reload", within=60)["changed"]
        assert lead(c.call("incident.report", **lamp("L-1")))
        d.ctl("route", "export", "-o", str(tmp_path / "out"))
        assert (tmp_path / "out" / "cases.jsonl").read_text(encoding="utf-8") == longest
    with d:
        assert d.ctl("route", "rollback", first, "--why", "太长").returncode == 0 and in_force(d) == first


def test_a_revision_is_rolled_back_by_one_command(tmp_path, mechanism):
    policy(mechanism, 0)  # any incident that moves needs a second administrator: a rollback does not
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        first = in_force(d)
        was = lead(c.call("incident.report", **lamp("L-0")))
        lights_to(mechanism, "water")
        assert json.loads(d.ctl("--json", "reload", "--why", "试").stdout)["pending"]
        waiting = json.loads(d.ctl("--json", "route", "log").stdout)["waiting"]
        second = waiting[0]["name"]
        # what was only proposed is no way back
        assert refused(d.local().call, "routing.rollback", revision=second, why="x").word == "not-found"
        admin = d.account("admin1", "admin")
        assert d.http("POST", "/v1/routing/approve", admin, {"revision": second})[2]["changed"]
        assert lead(c.call("incident.report", **lamp("L-1"))) == "water"
        assert d.ctl("route", "rollback", first, check=False).returncode == 2, "a reason is asked for"
        told = d.ctl("route", "rollback", first, "--why", "水务不管路灯")
        assert "已生效" in told.stdout
        assert lead(c.call("incident.report", **lamp("L-2"))) == was
        log = json.loads(d.ctl("--json", "route", "log").stdout)
        assert [x["revision"] for x in log["revisions"]] == [first, second, first]
        assert log["revisions"][0]["why"] == "水务不管路灯" and log["waiting"] == []
        assert "routing.yaml" in d.ctl("route", "show", second).stdout
        assert "路灯不亮吗" in d.ctl("route", "show", second, "routing.yaml").stdout
        out = tmp_path / "out"
        d.ctl("route", "export", second, "-o", str(out))
        assert (out / "routing.yaml").read_bytes() == (mechanism / "routing.yaml").read_bytes()
        # the folder has what was rolled back: it is said, and a start does not bring it back
        until(lambda: "files-differ" in [w["code"] for w in json.loads(d.ctl("--json", "status").stdout)["warnings"]],
              "the next heartbeat, which says that the files differ")
    with d, d.desk() as c:
        assert in_force(d) == first
        assert lead(c.call("incident.report", **lamp("L-3"))) == was
        assert "folder is not in force" in d.log()
        assert json.loads(d.ctl("--json", "reload").stdout)["pending"], "asked for by a person it is a change like another"


def test_a_second_administrator_agrees(tmp_path, mechanism):
    policy(mechanism, 2)
    with Daemon(tmp_path, mechanism=mechanism, clock="2026-03-02T09:00:00+08:00") as d, d.desk() as c:
        first = in_force(d)
        for i in range(2):
            c.call("incident.report", **lamp(f"L-{i}", received_at="2026-03-02T08:59:00+08:00"))
        lights_to(mechanism, "water")
        done = json.loads(d.ctl("--json", "reload").stdout)
        assert done["changed"] and (done["moved"], done["incidents"]) == (2, 2), "two are not more than two"
        c.call("incident.report", **lamp("L-2", received_at="2026-03-02T08:59:30+08:00"))
        lights_to(mechanism, "fire")
        admin, other = d.account("admin1", "admin"), d.account("admin2", "admin")
        body = {"files": {"routing.yaml": (mechanism / "routing.yaml").read_text(encoding="utf-8")},
                "revision": done["revision"], "why": "归消防"}
        status, _, asked = d.http("PUT", "/v1/routing", admin, body)
        assert status == 200 and asked["pending"] and not asked["changed"] and asked["moved"] == 3
        assert asked["why"] == ["所比较的 3 件警情中有 3 件会派给别的单位,超过 2 件"]
        assert asked["until"] == "2026-03-05T09:00:00+08:00"
        assert in_force(d) == done["revision"]
        assert lead(c.call("incident.report", **lamp("L-3", received_at="2026-03-02T08:59:40+08:00"))) == "water"
        # the same account does not agree with itself, and others than administrators do not at all
        approve = {"revision": asked["revision"]}
        assert d.http("POST", "/v1/routing/approve", admin, approve)[0] == 403
        assert d.http("POST", "/v1/routing/approve", d.account("desk1", "desk"), approve)[0] == 403
        assert d.http("POST", "/v1/routing/approve", d.account("office1", "office"), approve)[0] == 403
        status, _, agreed = d.http("POST", "/v1/routing/approve", other, approve)
        assert status == 200 and agreed["changed"]
        d.comes_into_force(asked["revision"])
        told = {e["type"]: e for e in events(d, "config.proposed", "config.approved", "config.activated")}
        assert told["config.proposed"]["by"] == "admin1" and told["config.proposed"]["data"]["moved"] == 3
        assert told["config.activated"]["by"] == "admin2"
        assert told["config.activated"]["data"]["proposed_by"] == "admin1"
        assert d.http("POST", "/v1/routing/approve", other, approve)[0] == 409
        # a proposal lapses
        body["files"]["routing.yaml"] += "\n"
        lights_to(mechanism, "water")
        body = {**body, "revision": asked["revision"],
                "files": {"routing.yaml": (mechanism / "routing.yaml").read_text(encoding="utf-8") + "# x\n"}}
        status, _, again = d.http("PUT", "/v1/routing", admin, body)
        assert again["pending"], again
        d.advance("73h")
        assert [e["data"]["name"] for e in events(d, "config.lapsed")] == [again["revision"]]
        assert d.http("POST", "/v1/routing/approve", other, {"revision": again["revision"]})[0] == 409
        assert in_force(d) == asked["revision"]
        assert d.ctl("audit", "verify").returncode == 0


def test_another_lead_of_a_p1_category_always_asks(tmp_path, mechanism):
    policy(mechanism, 1000)
    with Daemon(tmp_path, mechanism=mechanism) as d:
        text = (mechanism / "categories.yaml").read_text(encoding="utf-8")
        p1 = [m for m in re.finditer(r"- \{?code: \"(\d+)\"(?:.|\n)*?(?=\n  - )", text) if "priority: P1" in m[0]]
        block = next(m for m in p1 if re.search(r"lead: (?!none|public-security)[a-z-]+", m[0]))
        was = re.search(r"lead: ([a-z-]+)", block[0])[1]
        other = next(u for u in ("civil-affairs", "water", "power") if u not in block[0])
        changed = block[0].replace(f"lead: {was}", f"lead: {other}")
        (mechanism / "categories.yaml").write_text(text.replace(block[0], changed), encoding="utf-8")
        (mechanism / "routing-tests.yaml").write_text(
            "tests:\n  - name: 水管\n    at: \"2026-03-02T09:00:00+08:00\"\n    incident: {category: \"601301\"}\n"
            "    expect: {lead: water}\n", encoding="utf-8")
        told = json.loads(d.ctl("--json", "reload").stdout)
        if not told["pending"]:
            pytest.skip("a rule decides every P1 category that names a lead")
        assert block[1] in "".join(told["why"]) and was in "".join(told["why"])


LOOSER = (  # file, what stands there, what comes in its place, what is said of it
    ("categories.yaml", r'(?m)^(  - \{?code: "400101"(?:.|\n)*?)priority: P1', r"\1priority: P4",
     {"what": "categories.yaml 400101 priority", "before": "P1", "after": "P4"}),
    ("policy.yaml", r"(?m)^retention: 1095d", "retention: 1d", {"what": "policy.yaml retention", "before": "1095d", "after": "1d"}),
    ("policy.yaml", r"(?m)^acknowledge: *\{P1: 2m", "acknowledge: {P1: 200h",
     {"what": "policy.yaml acknowledge P1", "before": "2m", "after": "200h"}),
    ("policy.yaml", r"(?m)^(arrive:(?:.|\n)*?city: )30m", r"\g<1>72h", {"what": "policy.yaml arrive city", "before": "30m", "after": "3d"}),
    ("policy.yaml", r"(?m)^lateness_grace: .*", "lateness_grace: 2h", {"what": "policy.yaml lateness_grace", "before": "1m", "after": "2h"}),
)


@pytest.mark.parametrize("file,old,new,said", LOOSER, ids=[said["what"] for *_, said in LOOSER])
def test_what_asks_for_less_needs_a_second_administrator(tmp_path, mechanism, file, old, new, said):
    """None of it moves an incident; the way back to what was stricter is free."""
    policy(mechanism, 1000)
    case = "tests:\n" + "".join(f'  - name: 水管 {i}\n    at: "2026-03-02T09:00:00+08:00"\n    incident: {{category: "601301"}}\n'
                                "    expect: {lead: water}\n" for i in range(400))
    with Daemon(tmp_path, mechanism=mechanism) as d:
        admin, other = d.account("admin1", "admin"), d.account("admin2", "admin")
        before = in_force(d)
        text = (mechanism / file).read_text(encoding="utf-8")
        looser, n = re.subn(old, new, text)
        assert n == 1, (file, old)
        body = {"files": {file: looser, "routing-tests.yaml": case}, "revision": before, "why": "x"}
        status, _, told = d.http("PUT", "/v1/routing", admin, body)
        assert status == 200 and told["pending"] and told["loosened"] == [said], told
        assert said["what"] in told["why"][0] and said["after"] in told["why"][0] and len(told["why"]) == 1
        assert in_force(d) == before
        status, _, agreed = d.http("POST", "/v1/routing/approve", other, {"revision": told["revision"]})
        assert status == 200 and agreed["changed"]
        assert [e["data"]["loosened"] for e in events(d, "config.proposed", "config.activated") if "loosened" in e["data"]] == 2 * [[said]]
        # stricter again: at once
        status, _, back = d.http("POST", "/v1/routing/rollback", admin, {"revision": before, "why": "退回"})
        assert status == 200 and back["changed"] and "loosened" not in back, back
        # and what cannot be undone is asked about on the way to it, too
        status, _, again = d.http("POST", "/v1/routing/rollback", admin, {"revision": told["revision"], "why": "又来"})
        assert status == 200 and again["pending"] == (said["what"] == "policy.yaml retention"), again


P1_TAKEN = ("{category: [\"400101\"], area: [\"350881102\"]}", "{category: [\"400101\"], address_keywords: [小区]}",
            "{keywords: [起火啦]}", "{category: [\"4001*\"], between: \"22:00-23:00\"}", "{priority: [P1], area: [\"350881102\"]}")


@pytest.mark.parametrize("when", P1_TAKEN)
def test_a_rule_that_takes_p1_matters_away_asks(tmp_path, mechanism, when):
    """Whatever it is narrowed by: no incident of the past need have met it."""
    policy(mechanism, 1000)
    with Daemon(tmp_path, mechanism=mechanism) as d:
        admin, before = d.account("admin1", "admin"), in_force(d)
        text = (mechanism / "routing.yaml").read_text(encoding="utf-8")
        rule = f"  - id: taken\n    when: {when}\n    lead: propaganda\n    because: 试验\n"
        one = "tests:\n" + "".join(f'  - name: 水管 {i}\n    at: "2026-03-02T09:00:00+08:00"\n    incident: {{category: "601301"}}\n'
                                   "    expect: {lead: water}\n" for i in range(400))
        told = d.http("PUT", "/v1/routing", admin, {"files": {"routing.yaml": text.replace("rules:\n", "rules:\n" + rule, 1), "routing-tests.yaml": one},
                                                    "revision": before, "why": "x"})[2]
        assert told["pending"] and any("propaganda" in why for why in told["why"]), told
        assert in_force(d) == before


def test_a_p1_incident_that_would_have_another_lead_asks(tmp_path, mechanism):
    """By a rule of words and a lesser priority that only it has met."""
    policy(mechanism, 1000)
    with Daemon(tmp_path, mechanism=mechanism, clock="2026-03-02T09:00:00+08:00") as d, d.desk() as c:
        c.call("incident.report", **lamp("L-1", received_at="2026-03-02T08:59:00+08:00", priority="P1"))
        lights_to(mechanism, "water")
        told = json.loads(d.ctl("--json", "reload").stdout)
        assert told["pending"] and told["why"] == ["所比较的 P1 警情中有 1 件的主办单位会改变"], told


def test_fewer_cases_need_a_second_administrator(tmp_path, mechanism):
    """The folder's cases are what an edit by HTTP is held against: one trivial case proves nothing."""
    policy(mechanism, 1000)
    with Daemon(tmp_path, mechanism=mechanism) as d:
        admin, before = d.account("admin1", "admin"), in_force(d)
        cases = (mechanism / "routing-tests.yaml").read_text(encoding="utf-8")
        n = len(re.findall(r"(?m)^  - ", cases))
        one = cases[:[m.start() for m in re.finditer(r"(?m)^  - ", cases)][1]]
        text = (mechanism / "routing.yaml").read_text(encoding="utf-8")
        put = {"files": {"routing.yaml": text + "# x\n", "routing-tests.yaml": one}, "revision": before, "why": "x"}
        told = d.http("PUT", "/v1/routing", admin, put)[2]
        assert told["pending"] and told["loosened"] == [{"what": "routing-tests.yaml", "before": str(n), "after": "1"}], told
        put["files"]["routing-tests.yaml"] = cases
        assert d.http("PUT", "/v1/routing", admin, put)[2]["changed"]


def test_a_large_share_of_few_incidents_asks_too(tmp_path, mechanism):
    policy(mechanism, 50)
    change(mechanism, "policy.yaml", "{moved: 50,", "{moved: 50, share: 40,")
    with Daemon(tmp_path, mechanism=mechanism, clock="2026-03-02T09:00:00+08:00") as d, d.desk() as c:
        for i in range(5):
            report = lamp if i < 2 else incident
            c.call("incident.report", **report(f"L-{i}", received_at="2026-03-02T08:59:00+08:00"))
        lights_to(mechanism, "water")
        done = json.loads(d.ctl("--json", "reload").stdout)
        assert done["changed"] and done["moved"] == 2, "two of five are not more than 40 of 100, and too few to tell"
        c.call("incident.report", **lamp("L-9", received_at="2026-03-02T08:59:30+08:00"))
        lights_to(mechanism, "fire")
        asked = json.loads(d.ctl("--json", "reload").stdout)
        assert asked["pending"] and asked["why"] == ["所比较的 6 件警情中有 3 件会派给别的单位,超过 40%"]
        change(mechanism, "policy.yaml", "share: 40, ", "")
        assert "policy.yaml 的 second_admin 去掉了,或者放宽了" in json.loads(d.ctl("--json", "reload").stdout)["why"]


def test_phones_alone_need_neither_cases_nor_a_second_administrator(tmp_path, mechanism):
    policy(mechanism, 0)
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        c.call("incident.report", **lamp("L-1"))
        (mechanism / "routing-tests.yaml").write_text("tests: []\n", encoding="utf-8")  # no case can be read
        text = (mechanism / "units.yaml").read_text(encoding="utf-8")
        phone = re.search(r"phone: \"(0597-\d+)\"", text)[1]
        change(mechanism, "units.yaml", phone, "0597-7654321")
        done = json.loads(d.ctl("--json", "reload", "--why", "换号").stdout)
        assert done["changed"] and done["tests"] == 0 and not done["pending"]
        # the same and a rule with it is another matter
        change(mechanism, "units.yaml", "0597-7654321", "0597-7654322")
        lights_to(mechanism, "water")
        assert "routing-tests.yaml" in d.ctl("reload", check=False).stderr


def test_a_start_does_not_pass_the_second_administrator_by(tmp_path, mechanism):
    policy(mechanism, 0)
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        first, was = in_force(d), lead(c.call("incident.report", **lamp("L-1")))
    lights_to(mechanism, "water")
    with d, d.desk() as c:
        assert in_force(d) == first
        until(lambda: events(d, "config.proposed"), "the folder's files to be proposed")
        assert lead(c.call("incident.report", **lamp("L-2"))) == was
        proposed = events(d, "config.proposed")[0]["data"]["name"]
        admin = d.account("admin1", "admin")
        assert d.http("POST", "/v1/routing/approve", admin, {"revision": proposed})[2]["changed"]
        assert lead(c.call("incident.report", **lamp("L-3"))) == "water"


def test_a_first_start_with_a_case_that_fails(tmp_path, mechanism):
    """There is no revision that could serve: it does not start, and says which case. Later the last good one serves."""
    good = (mechanism / "routing-tests.yaml").read_text(encoding="utf-8")
    bad = good + "  - name: 不会有的\n    at: \"2026-03-02T09:00:00+08:00\"\n" \
        "    incident: {category: \"601301\"}\n    expect: {lead: power}\n"
    (mechanism / "routing-tests.yaml").write_text(bad, encoding="utf-8")
    d = Daemon(tmp_path, mechanism=mechanism).launch()
    assert d.process.wait(30) == 78 and "用例 “不会有的” 不通过" in d.log()
    (mechanism / "routing-tests.yaml").write_text(good, encoding="utf-8")
    with d:
        first = in_force(d)
    (mechanism / "routing-tests.yaml").write_text(bad, encoding="utf-8")
    lights_to(mechanism, "water")
    with d:
        assert in_force(d) == first and "mechanism refused" in d.log()
        told = d.ctl("reload", check=False)
        assert told.returncode == 1 and "不会有的" in told.stderr and first in told.stderr


# -- why ------------------------------------------------------------------------------------------


def test_an_explanation_says_the_answer_first(tmp_path, mechanism):
    """In twelve lines the answer, then why; all rules where they are asked for. A stored incident is explained by the
    revision that it was routed by, whatever is in force since."""
    policy(mechanism, None)
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        was = lead(c.call("incident.report", **lamp("L-1")))
        first = in_force(d)
        lights_to(mechanism, "water")
        d.ctl("reload")
        stored = c.call("route.explain", number="L-1")
        assert stored["route"]["lead"] == was and stored["route"]["revision"] == first
        asked = c.call("route.explain", description="门口路灯不亮吗", address="菁城街道解放路", brief=True)
        assert asked["route"]["lead"] == "water" and "lamps" in [r["rule"] for r in asked["rules"]]
        assert all(r["matched"] for r in asked["rules"]) and len(asked["rules"]) <= 4
        text = "路灯不亮吗,水管爆了,电线冒火花,有人被困,道路塌陷" * 20
        whole = c.call("route.explain", description=text)
        brief = c.call("route.explain", description=text, brief=True)
        assert brief["route"] == whole["route"]
        size = lambda answer: len(json.dumps(answer, ensure_ascii=False).encode())
        assert size(brief) <= 2048 and size(brief) < size(whole)
        assert size(c.call("route.explain", description="水管爆了")) > 2048
        for words in (["门口路灯不亮吗"], ["L-1"], [text]):
            lines = d.ctl("route", "explain", *words).stdout.splitlines()
            assert lines[0].startswith("主办  ") and len(lines) <= 12, lines
        every = d.ctl("route", "explain", "--all", "门口路灯不亮吗").stdout
        assert every.startswith("主办  ") and every.count("✗") > 20 and "✓ lamps" in every
        office = d.account("office1", "office")
        c.call("incident.report", **lamp("S-1", confidential=True))
        assert d.http("POST", "/v1/routing/explain", office, {"number": "S-1", "brief": True})[0] == 404


# -- cases ----------------------------------------------------------------------------------------


def test_cases_as_tap_and_what_they_reach(tmp_path, mechanism):
    lights_to(mechanism, "water")
    (mechanism / "routing-tests.yaml").write_text(
        "tests:\n  - name: \"灯 #1\"\n    at: \"2026-03-02T09:00:00+08:00\"\n    incident: {description: 门口路灯不亮吗}\n"
        "    expect: {lead: water}\n  - name: 不会有的\n    at: \"2026-03-02T09:00:00+08:00\"\n"
        "    incident: {description: 门口路灯不亮吗}\n    expect: {lead: fire}\n", encoding="utf-8")
    d = Daemon(tmp_path, mechanism=mechanism)
    done = d.ctl("route", "test", "--tap", check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[:4] == ["TAP version 14", "ok 1 - 灯  1", "not ok 2 - 不会有的", "1..2"]
    assert any("不会有的" in x for x in lines[4:]) and not any("规则 lamps(" in x for x in lines)
    done = d.ctl("route", "test", "--coverage", check=False)
    assert "派单用例 2 个,1 个不符" in done.stdout and "没有用例用到规则 water-supply(" in done.stdout
    assert "没有用例用到规则 lamps(" not in done.stdout


def test_coverage_of_rules_categories_and_units(tmp_path, mechanism):
    """One case of a street lamp, at 10:15 of a working day: what it reaches, and some of what it does not."""
    (mechanism / "routing-tests.yaml").write_text(
        "tests:\n  - name: 灯\n    at: \"10:15\"\n    incident: {description: 门口路灯不亮吗}\n"
        "    expect: {lead: urban-management, hours: office}\n", encoding="utf-8")
    d = Daemon(tmp_path, mechanism=mechanism)
    files = {name: yaml.safe_load((mechanism / f"{name}.yaml").read_text(encoding="utf-8"))[name]
             for name in ("categories", "units")}
    codes = {c["code"] for c in files["categories"] if not c.get("retired")}
    units = {u["id"]: u["name"] for u in files["units"]}
    told = json.loads(d.ctl("--json", "route", "test").stdout)
    assert (told["tests"], told["failed"]) == (1, 0)
    reach = told["coverage"]
    assert reach["categories"]["of"] == len(codes) and reach["units"]["of"] == len(units)
    reached = codes - {c["category"] for c in reach["categories"]["missing"]}
    assert len(reached) == 1 and len(reach["categories"]["missing"]) == len(codes) - 1
    not_units = {u["unit"]: u["name"] for u in reach["units"]["missing"]}
    assert "urban-management" not in not_units and not_units.items() < units.items()
    assert all(r["line"] > 0 for r in reach["rules"]["missing"]) and "water-supply" in {r["rule"] for r in reach["rules"]["missing"]}
    said = d.ctl("route", "test", "--coverage").stdout
    tap = d.ctl("route", "test", "--tap").stdout
    for text in (f"类别 {len(codes)} 个,{len(codes) - 1} 个没有用例用到\n", f"没有用例用到单位 water({units['water']})\n"):
        assert text in said and "# " + text in tap
    assert f"没有用例用到类别 {reached.pop()}" not in said
    assert f"no case reaches the unit water ({units['water']})\n" in d.ctl("--en", "route", "test", "--coverage").stdout


@pytest.mark.parametrize("at,who", [("2026-03-02T09:00:00+08:00", "li"), ("2026-03-02T07:59:00+08:00", "chen"),
                                    ("2026-03-03T08:00:00+08:00", "wang")])
def test_a_case_says_who_is_on_duty(tmp_path, mechanism, at, who):
    """The railway's three take turns of 24 hours from 2025-01-05 08:00 on: chen, li, wang. 421 days later it is li's turn."""
    d = Daemon(tmp_path, mechanism=mechanism)
    for people, failed in ((who, 0), ("li, wang", 1), ("", 1)):
        (mechanism / "routing-tests.yaml").write_text(
            f"tests:\n  - name: 铁路\n    at: \"{at}\"\n    incident: {{category: \"601801\"}}\n"
            f"    expect: {{lead: railway, on_duty: [{people}]}}\n", encoding="utf-8")
        done = d.ctl("route", "test", check=False)
        assert done.returncode == failed and f"派单用例 1 个,{failed} 个不符" in done.stdout
    assert f"on_duty 应为 [],实际为 [{who}]" in done.stdout


# -- cases from stored incidents ------------------------------------------------------------------

PEOPLE = ("林小明", "13900001111", "77号", "八一路", "后孟村")


def test_a_case_is_recorded_from_an_incident(tmp_path, mechanism):
    tests = mechanism / "routing-tests.yaml"
    head, tail = tests.read_bytes(), "  # 最后的注释".encode()
    before = head + tail
    tests.write_bytes(before)
    change(mechanism, "policy.yaml", "  model: false\n", "")
    with Daemon(tmp_path, mechanism=mechanism) as d:
        with d.desk() as c:
            c.call("incident.report", number="R1", received_at="2026-11-02T07:59:31+08:00", address="永福镇后孟村八一路77号",
                   reporter={"name": "林小明", "phone": "13900001111"},
                   description="我是林小明,八一路77号楼道里好重的煤气味,13900001111")
            c.call("incident.report", number="R2", received_at="2026-11-02T08:00:00+08:00", category="601301", priority="P1",
                   area="350881001", description="路面冒水")
            c.call("incident.report", number="R3", received_at="2026-11-02T08:00:00+08:00", area="350881001",
                   units=["power", "water"], description="东西坏了")
            gone = c.call("dispatch.add", number="R3", unit="housing", role="assist")["dispatch"]["dispatch"]
            c.call("dispatch.withdraw", dispatch=gone, reason="不归它管")
            c.call("incident.report", number="R4", received_at="2026-11-02T08:00:00+08:00", category="601301",
                   area="350881001", description="路面冒水")
            other = c.call("incident.get", number="R4")["dispatches"]
            assert other[0]["role"] == "lead"
            c.call("incident.report", number="R5", received_at="2026-11-02T08:00:00+08:00", category="601301", area="350881001")
        shown = d.ctl("route", "test", "--record", "R1", stdin="n\n", check=False)
        assert shown.returncode == 1 and "写入 routing-tests.yaml" in shown.stderr and tests.read_bytes() == before
        no_word = d.ctl("route", "test", "--record", "R1", stdin="", check=False)
        assert no_word.returncode == 1 and "没有写入" in no_word.stderr and tests.read_bytes() == before
        for number, stdin, more in (("R1", "y\n", ()), ("R2", "", ("--yes", "--name", "爆管,很急")), ("R3", "", ("--yes",)),
                                    ("R2", "", ("--yes", "--name", "爆管,很急"))):
            d.ctl("route", "test", "--record", number, *more, stdin=stdin)
        after = tests.read_bytes()
        assert after.startswith(head) and after.endswith(tail)
        written = after[len(head):-len(tail)].decode()
        recorded = yaml.safe_load("tests:\n" + written)["tests"]
        assert not any(part in written for part in PEOPLE)
        one, two, three, again = recorded
        assert one["incident"] == {"area": "350881102", "description": "我是某人,某地楼道里好重的煤气味,某号"}
        assert one["at"] == "2026-11-02T07:59:00+08:00" and one["name"] == "燃气泄漏、燃气异味:我是某人,某地楼道里好重的煤气味"
        assert (one["expect"]["category"], one["expect"]["priority"], one["expect"]["lead"]) == ("601303", "P1", "fire")
        assert two["name"] == "爆管,很急" and again["name"] == "爆管,很急 2"
        assert two["incident"] == {"category": "601301", "priority": "P1", "area": "350881001", "description": "路面冒水"}
        assert two["expect"]["lead"] == "water" and two["expect"]["priority"] == "P1"
        assert three["incident"]["units"] == ["power", "water"] and three["expect"]["lead"] == "power"
        assert three["expect"]["assist"] == ["water"]
        told = json.loads(d.ctl("--json", "route", "test").stdout)
        assert told["failed"] == 0 and told["tests"] == len(yaml.safe_load(head)["tests"]) + 4
        gone = d.ctl("route", "test", "--record", "R5", check=False)
        assert gone.returncode == 1 and "没有描述" in gone.stderr
        missing = d.ctl("route", "test", "--record", "R9", check=False)
        assert missing.returncode == 1 and "R9" in missing.stderr
        # another lead by the files of today: what people decided then is no case that passes
        lights = (mechanism / "categories.yaml").read_text(encoding="utf-8")
        at = lights.index('code: "601301"')
        (mechanism / "categories.yaml").write_text(lights[:at] + lights[at:].replace("lead: water", "lead: power", 1), encoding="utf-8")
        differs = d.ctl("route", "test", "--record", "R4", "--yes", check=False)
        assert differs.returncode == 1 and "lead 应为 water,实际为 power" in differs.stderr and tests.read_bytes() == after
        assert d.ctl("route", "test", "--yes", check=False).returncode == 2


def test_the_first_case_makes_the_file(tmp_path, mechanism):
    (mechanism / "routing-tests.yaml").unlink()
    with Daemon(tmp_path, mechanism=mechanism) as d:
        with d.desk() as c:
            c.call("incident.report", number="R1", received_at="2026-11-02T08:00:00+08:00", category="601301",
                   area="350881001", address="火车站出站口", description="路面冒水")
        said = json.loads(d.ctl("--json", "route", "test", "--record", "R1", "--yes").stdout)
        assert said["written"] and said["changes"][0]["file"] == "routing-tests.yaml"
        (one,) = yaml.safe_load((mechanism / "routing-tests.yaml").read_text(encoding="utf-8"))["tests"]
        assert one["expect"]["lead"] == "water" and "出站口" not in json.dumps(one, ensure_ascii=False)
        assert json.loads(d.ctl("--json", "route", "test").stdout)["tests"] == 1
