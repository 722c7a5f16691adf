"""Free text without a category: the model's choice, how sure it is, what the desk amends becomes a case."""
import glob
import json
import os
import shutil
import subprocess

import pytest

from harness import BUILD, SHIPPED, Daemon, until

CTL = os.path.join(BUILD, "liandongctl")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A daemon whose mechanism is a copy, and the copy."""
    folder = tmp_path_factory.mktemp("texts")
    copy = folder / "mechanism"
    shutil.copytree(SHIPPED, copy)
    with Daemon(folder, mechanism=copy) as d:
        yield d, copy


def test_what_no_rule_knows_finds_its_unit(place):
    with place[0].desk() as c:
        said = c.call("incident.report", number="T1", received_at="2026-11-02T08:00:00+08:00",
                      address="菁城街道", description="买的月饼咬开里头一截蟑螂")
    route = said["route"]
    assert said["category"] == "601402" and route["confidence"] >= 0.5 and route["asked"] is False
    assert [a["category"] for a in route["alternatives"]][0] == "601402" and len(route["alternatives"]) == 3
    assert route["alternatives"][0]["lead"] == "market"


def test_in_doubt_the_desk_is_asked_and_it_is_dispatched(place):
    with place[0].desk() as c:
        said = c.call("incident.report", number="T2", received_at="2026-11-02T08:01:00+08:00",
                      address="菁城街道", description="那个东西坏了,你们来看一下")
        assert said["route"]["asked"] is True and said["route"]["confidence"] < 0.5
        assert [d["role"] for d in said["dispatches"]].count("lead") == 1
        again = c.call("incident.get", number="T2")
        assert again["route"] == said["route"]
        explained = c.call("route.explain", number="T2")
        assert explained["route"]["category"] == said["category"]
        assert explained["route"]["confidence"] == said["route"]["confidence"]


def test_the_desks_choice_wins_and_a_danger_is_shown(place):
    with place[0].desk() as c:
        said = c.call("incident.report", number="T3", received_at="2026-11-02T08:02:00+08:00", category="600605",
                      address="菁城街道", description="有人掉进池塘里了,在水里扑腾,快沉下去了")
    assert said["category"] == "600605" and said["priority"] == "P4"
    assert said["route"]["danger"] is True and "confidence" not in said["route"]


def test_a_unit_does_not_see_how_sure_it_is(place):
    with place[0].liaison("market") as c:
        assert set(c.call("incident.get", number="T1")["route"]) == {"rule", "revision", "because"}


def test_the_words_that_speak_for_it_are_the_callers(place):
    with place[0].desk() as c:
        words = c.call("route.explain", description="楼道里好重的煤气味")["words"]
    assert words and all(w in "楼道里好重的煤气味" for w in words) and any("气" in w for w in words)


def test_a_model_that_is_gone_stops_nothing(place, tmp_path):
    with Daemon(tmp_path) as d:
        for name in os.listdir(tmp_path / "texts"):
            os.unlink(tmp_path / "texts" / name)
            (tmp_path / "texts" / name).write_bytes(b"broken")
        d.restart()
        with d.desk() as c:
            said = c.call("incident.report", number="T9", received_at="2026-11-02T08:00:00+08:00",
                          address="菁城街道", description="马路上水管爆了,水冒得很高")
        assert said["dispatches"]


def test_training_that_is_for_nothing_any_more_is_given_up(tmp_path):
    """At a further reload, and at a stop, which does not wait for it."""
    copy = tmp_path / "mechanism"
    shutil.copytree(SHIPPED, copy)
    policy = (copy / "policy.yaml").read_text(encoding="utf-8")
    d = Daemon(tmp_path, mechanism=copy).start()
    said = lambda what: until(lambda: what in d.log(), what)
    try:
        for name in os.listdir(d.models):
            os.unlink(os.path.join(d.models, name))
        said("model of texts begun")
        (copy / "policy.yaml").write_text(policy.replace("\ntext:\n", "\ntext:\n  model: false\n"), encoding="utf-8")
        d.ctl("reload")
        said("report given up")
        assert os.listdir(d.models) == []
        (copy / "policy.yaml").write_text(policy, encoding="utf-8")
        reload = subprocess.Popen([CTL, "-c", d.config, "reload"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: d.pids("report"), "the new mechanism's training")
    finally:
        assert d.stop() == 0
    assert reload.wait(30) != 0
    assert d.log().count("report given up") == 2 and os.listdir(d.models) == [], d.log()
    assert d.log().count("model of texts begun") == 1 and "model of texts made" not in d.log()


def test_a_first_start_that_is_stopped_does_not_train_to_the_end(tmp_path):
    d = Daemon(tmp_path).launch(trains=True)
    until(lambda: d.pids("engine"), "an engine")
    assert d.stop() == 0
    assert "start given up" in d.log() and not glob.glob(d.models + "/*"), d.log()


def test_what_is_amended_is_learned_once_it_is_accepted(place):
    daemon, copy = place
    with daemon.desk() as c:
        c.call("incident.report", number="T5", received_at="2026-11-02T08:05:00+08:00", address="八一路77号3栋",
               reporter={"name": "林小明", "phone": "13900001111"},
               description="我是林小明,13900001111,八一路77号3栋那个东西坏了,你们来看一下")
        c.call("incident.amend", number="T5", category="600605")
        # a misdial by the model alone is no category, and what was not corrected is no case
        moaned = c.call("incident.report", number="T6", received_at="2026-11-02T08:06:00+08:00", description="嗯嗯啊啊")
        assert moaned["unmatched"] and moaned["dispatches"]
    listed = json.loads(daemon.ctl("--json", "route", "learn", "--since", "2026-11-01").stdout)["cases"]
    assert "T6" not in [x["number"] for x in listed]
    one = next(x for x in listed if x["number"] == "T5")
    assert one["category"] == "600605" and one["judged"] != "600605"
    assert all(part not in one["text"] for part in ("林小明", "13900001111", "八一路77号"))
    assert "东西坏了" in one["text"]
    before = (copy / "cases.jsonl").read_text(encoding="utf-8")
    daemon.ctl("route", "learn", "--since", "2026-11-01", "--accept", "T5", "--text", "路边的长椅坏了")
    after = (copy / "cases.jsonl").read_text(encoding="utf-8")
    assert after.startswith(before)
    added = json.loads(after[len(before):])
    assert (added["text"], added["category"]) == ("路边的长椅坏了", "600605") and added["by"] and added["at"]
    assert "T5" not in daemon.ctl("route", "learn", "--since", "2026-11-01").stdout
    assert daemon.ctl("route", "learn", "--since", "2026-11-01", "--accept", "T5", check=False).returncode == 1
    drift = json.loads(daemon.ctl("--json", "route", "learn", "--since", "2026-11-01", "--drift").stdout)
    month = next(x for x in drift["months"] if x["month"] == "2026-11")
    assert month["judged"] >= 3 and month["corrected"] == 1 and month["asked"] >= 1
    daemon.ctl("reload")
    with daemon.desk() as c:
        assert c.call("status.get")["revision"] != json.loads(
            daemon.ctl("--json", "incident", "show", "T1").stdout)["route"]["revision"]


def test_corrections_are_decided_over_http_and_the_console(tmp_path):
    with Daemon(tmp_path) as d:
        admin = d.account("admin1", "admin")
        for role in "desk", "office", "shift-leader":
            token = d.account(f"{role}1", role)
            assert d.http("GET", "/v1/routing/cases", token)[0] == 403
            assert d.http("POST", "/v1/routing/cases", token, {"reject": ["T1"]})[0] == 403
        with d.desk() as c:
            for n in "1", "2", "3":
                c.call("incident.report", number="L" + n, received_at=f"2026-11-02T09:0{n}:00+08:00", address="八一路77号",
                       reporter={"name": "林小明", "phone": "13900001111"},
                       description=f"我是林小明,八一路77号那个东西坏了{n}次,你们来看一下")
                c.call("incident.amend", number="L" + n, category="600605")
        status, _, before = d.http("GET", "/v1/routing/cases?from=2026-11-01T00:00:00%2B08:00", admin)
        assert status == 200 and [x["number"] for x in before["cases"]] == ["L1", "L2", "L3"]
        one = before["cases"][0]
        assert one["category"] == "600605" and one["judged"] != "600605" and one["category_name"]
        assert "东西坏了1次" in one["text"] and all(p not in json.dumps(before, ensure_ascii=False) for p in ("林小明", "八一路"))
        assert {"month": "2026-11", "judged": 3, "corrected": 3}.items() <= before["months"][0].items()
        for wrong in ({}, {"reject": ["L1"], "text": "x"}, {"accept": ["L1", "L2"], "category": "600605"}):
            assert d.http("POST", "/v1/routing/cases", admin, wrong)[0] == 422, wrong
        assert d.http("POST", "/v1/routing/cases", admin, {"accept": ["L1", "NOSUCH"]})[0] == 404
        assert d.http("POST", "/v1/routing/cases", admin, {"accept": ["L1"], "category": "nosuch"})[0] == 422
        status, _, done = d.http("POST", "/v1/routing/cases", admin,
                                 {"accept": ["L1"], "reject": ["L2"], "text": "公园的长椅坏了", "category": "600605"})
        assert status == 200 and done["changed"] and done["revision"] != before["revision"], done
        with d.local() as c:
            after = c.call("routing.cases", **{"from": "2026-11-01T00:00:00+08:00"})
            assert after["revision"] == done["revision"] and [x["number"] for x in after["cases"]] == ["L3"]
            assert c.call("routing.learn", accept=["L3"])["changed"]
            assert not c.call("routing.cases")["cases"]
        text, cursor = "", None
        while cursor is not False:
            page = d.http("GET", "/v1/routing?file=cases.jsonl" + (f"&cursor={cursor}" if cursor else ""), admin)[2]
            text, cursor = text + page["files"][0]["text"], page.get("next", False)
        lines = [json.loads(x) for x in text.splitlines()[-3:]]
        assert [x["number"] for x in lines] == ["L1", "L2", "L3"]
        assert (lines[0]["text"], lines[0]["by"], lines[1]["rejected"], lines[2]["by"]) == (
            "公园的长椅坏了", "admin1", True, "local")
        # those cases make a model of their own, and the daemon takes it up
        with d.desk() as c:
            until(lambda: c.call("incident.report", number="L9", received_at="2026-11-02T10:00:00+08:00",
                                 description="公园的长椅坏了")["category"] == "600605", "the new model")


def test_check_says_which_categories_are_confused_and_that_is_no_warning(place):
    said = json.loads(place[0].ctl("check", "--format", "json").stdout)
    texts = said["texts"]
    assert texts["held"] > 2000 and 0.6 < texts["right"] / texts["held"] < 1 and said["errors"] == 0
    n = [x["cases"] for x in texts["confusions"]]
    assert n == sorted(n, reverse=True) and all(x["category"] != x["taken_for"] for x in texts["confusions"])
    first = texts["confusions"][0]
    assert f"最常混淆(应为 → 判为):\n  {first['cases']}  {first['category']} " in place[0].ctl("check").stdout
    assert len(said["problems"]) == said["warnings"]


def test_more_categories_than_a_model_has_do_not_load(tmp_path):
    folder = tmp_path / "m"
    shutil.copytree(SHIPPED, folder)
    with open(folder / "categories.yaml", "a", encoding="utf-8") as f:
        for i in range(1900):
            f.write(f'  - {{code: "x{i}", name: 杂项{i}, priority: P4, lead: water, arrival: no-visit}}\n')
    policy = (folder / "policy.yaml").read_text(encoding="utf-8")
    for text, said in (policy, True), (policy.replace("\ntext:\n", "\ntext:\n  off: true\n", 1), False):
        (folder / "policy.yaml").write_text(text, encoding="utf-8")
        done = subprocess.run([CTL, "check", str(folder)], capture_output=True, text=True, check=False)
        assert ("类别最多 2000 个" in done.stdout) is said, done.stdout[-2000:]


def test_evaluate_counts(place, tmp_path):
    cases = [{"text": "水管爆了,马路上都是水", "category": "601301"}, {"text": "买到过期的牛奶", "category": "601402"},
             {"text": "家里着火了", "category": "400101", "priority": "P1"},
             {"text": "水管爆了,马路上都是水", "category": "601402"}]
    path = tmp_path / "labelled.jsonl"
    path.write_text("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in cases), encoding="utf-8")
    said = json.loads(place[0].ctl("--json", "route", "evaluate", str(path)).stdout)
    assert said["cases"] == 4 and said["lead"] == 0.75 and said["category"] == 0.75
    assert said["danger_found"] == 1 and {"category": "601402", "taken_for": "601301", "cases": 1} in said["confusions"]
    path.write_text('{"text": "x", "category": "nosuch"}\n', encoding="utf-8")
    assert place[0].ctl("route", "evaluate", str(path), check=False).returncode == 1
