"""liandongctl unit add, category add, rule add: by questions on a terminal, by answers from a pipe, by options; what is
shown before it is asked; and files that are byte for byte as they were after a no, an error or a half answer."""
import json
import os
import resource
import shutil
import signal
import subprocess

import pytest
import yaml

from harness import BUILD, ROOT, Daemon, Terminal, now_text

CTL = os.path.abspath(os.path.join(BUILD, "liandongctl"))
UNIT = ("--id", "heating", "--name", "供热公司", "--tier", "1", "--duty", "0597-7530001", "--liaison", "0597-7530002 王某",
        "--person-in-charge", "0597-7530003", "--leader", "0597-7530004、13900000000 李某")
CATEGORY = ("--code", "601306", "--name", "停暖", "--priority", "P3", "--lead", "water", "--arrival", "city-rule")
RULE = ("--id", "find-heating", "--category", "none", "--keywords", "暖气、供暖", "--set-category", "601301", "--because", "供暖")


@pytest.fixture
def place(tmp_path):
    """A daemon that does not run, and its mechanism's files, without cases of texts: a model takes seconds."""
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), tmp_path / "mechanism",
                    ignore=shutil.ignore_patterns("cases.jsonl"))
    return Daemon(tmp_path, mechanism=tmp_path / "mechanism"), tmp_path / "mechanism"


def content(folder):
    return {f.name: f.read_bytes() for f in folder.iterdir()}


def added(before, after):
    """The lines that are new, in one run; every other byte is as it was."""
    old, new = before.decode().splitlines(keepends=True), after.decode().splitlines(keepends=True)
    n = len(new) - len(old)
    at = next((i for i, (x, y) in enumerate(zip(old, new)) if x != y), len(old))
    # a run may be moved within lines that are the same
    starts = [i for i in range(at, -1, -1) if new[:i] + new[i + n:] == old]
    assert n > 0 and starts, "more than some lines is new"
    return "".join(new[at:at + n])


def item(before, after):
    (one,) = yaml.safe_load(added(before, after))
    return one


# -- by options -----------------------------------------------------------------------------------


def test_a_unit_by_options(place):
    d, folder = place
    before = content(folder)
    shown = d.ctl("unit", "add", *UNIT, "--dry-run")
    assert "+ id: heating" in shown.stdout and "检查通过,没有写入" in shown.stdout and content(folder) == before
    assert "没有一条规则、一个类别用到单位 “heating”" in shown.stderr, "what is newly odd is said"
    refused = d.ctl("unit", "add", *UNIT, check=False, stdin="")
    assert refused.returncode == 1 and "写入 units.yaml?[y/N]" in refused.stderr and content(folder) == before
    said = d.ctl("unit", "add", *UNIT, "--yes").stdout
    after = content(folder)
    assert f"已写入 {folder}/units.yaml" in said
    assert item(before["units.yaml"], after["units.yaml"]) == {
        "id": "heating", "name": "供热公司", "tier": 1, "duty": {"phone": "0597-7530001"},
        "liaison": {"phone": "0597-7530002", "name": "王某"}, "person_in_charge": {"phone": "0597-7530003"},
        "leader": {"phone": ["0597-7530004", "13900000000"], "name": "李某"}}
    assert {k: v for k, v in after.items() if k != "units.yaml"} == {k: v for k, v in before.items() if k != "units.yaml"}
    assert d.ctl("check").returncode == 0
    twice = d.ctl("unit", "add", *UNIT, "--yes", check=False)
    assert twice.returncode == 2 and "“heating” 已经有了" in twice.stderr and content(folder) == after


def test_a_category_stands_among_its_codes_and_has_a_case(place):
    d, folder = place
    before = content(folder)
    d.ctl("category", "add", *CATEGORY, "--keywords", "停暖、暖气不热", "--example", "家里暖气不热三天了", "--yes")
    after = content(folder)
    one = item(before["categories.yaml"], after["categories.yaml"])
    assert one == {"code": "601306", "name": "停暖", "priority": "P3", "keywords": ["停暖", "暖气不热"], "lead": "water",
                   "arrival": "city-rule"}
    codes = [c["code"] for c in yaml.safe_load(after["categories.yaml"])["categories"]]
    assert codes[codes.index("601306") - 1] == "601305"
    case = item(before["routing-tests.yaml"], after["routing-tests.yaml"])
    assert case == {"name": "601306:家里暖气不热三天了", "at": "10:15",
                    "incident": {"area": "350881001", "description": "家里暖气不热三天了"},
                    "expect": {"category": "601306", "lead": "water"}}
    assert d.ctl("check").returncode == 0


def test_a_rule_stands_before_the_one_that_its_example_reaches_now(place):
    """门口路灯不亮 goes to 600605 by find-… rules today; a rule for lamps of a square must come before."""
    d, folder = place
    before = content(folder)
    now = json.loads(d.ctl("--json", "route", "explain", "广场上的路灯不亮").stdout)
    first = next(r["rule"] for r in now["rules"] if r["matched"] and r["rule"].startswith("find-"))
    done = d.ctl("rule", "add", "--id", "find-square-lamps", "--category", "none", "--keywords", "广场上的路灯", "--set-category",
                 "供水爆管、大面积漏水", "--because", "试一试", "--example", "广场上的路灯不亮", "--yes")
    assert "例子现在:" in done.stderr and "改后:主办 水发自来水公司" in done.stderr
    after = content(folder)
    assert item(before["routing.yaml"], after["routing.yaml"]) == {
        "id": "find-square-lamps", "when": {"category": ["none"], "keywords": ["广场上的路灯"]}, "set": {"category": "601301"},
        "because": "试一试"}
    ids = [r["id"] for r in yaml.safe_load(after["routing.yaml"])["rules"]]
    assert ids[ids.index("find-square-lamps") + 1] == first
    case = item(before["routing-tests.yaml"], after["routing-tests.yaml"])
    assert case["expect"] == {"category": "601301", "lead": "water"}
    d.ctl("route", "test")


def test_a_rule_of_a_category_and_a_night(place):
    """Its case is derived from its conditions: the first category, an area outside, the beginning of the night."""
    d, folder = place
    before = content(folder)
    d.ctl("rule", "add", "--id", "night-water", "--category", "601301", "--zone", "outside", "--between", "22:00-06:00", "--lead",
          "township", "--inform", "自来水", "--because", "夜间由乡镇先到", "--yes")
    after = content(folder)
    one = item(before["routing.yaml"], after["routing.yaml"])
    assert one["when"] == {"category": ["601301"], "zone": "outside", "between": "22:00-06:00"}
    assert one["lead"] == "township" and one["inform"] == ["water"]
    case = item(before["routing-tests.yaml"], after["routing-tests.yaml"])
    assert case["at"] == "22:00" and case["incident"]["category"] == "601301" and case["expect"]["rule"] == "night-water"
    assert case["expect"]["lead"].startswith("town-")
    d.ctl("route", "test")


def test_an_also_rule_says_whom_it_adds(place):
    d, folder = place
    before = content(folder)
    d.ctl("rule", "add", "--id", "square-crowd", "--category", "601301", "--keywords", "广场", "--also", "是", "--inform", "civility",
          "--because", "人多", "--example", "广场上水管爆了", "--yes")
    case = item(before["routing-tests.yaml"], content(folder)["routing-tests.yaml"])
    assert "civility" in case["expect"]["inform"] and case["expect"]["lead"] == "water" and "rule" not in case["expect"]


def test_what_would_go_elsewhere_is_shown_before_it_is_asked(tmp_path, place):
    d, folder = place
    with d:
        with d.desk() as c:
            for i in range(3):
                c.call("incident.report", number=f"H{i}", received_at=now_text(), area="350881001", description="广场上的路灯不亮")
        done = d.ctl("rule", "add", "--id", "find-square-lamps", "--category", "none", "--keywords", "广场上的路灯", "--set-category",
                     "601301", "--because", "试一试", "--example", "广场上的路灯不亮", check=False, stdin="n\n")
        assert "3 件警情,3 件会派给别的单位" in done.stdout and "H0" in done.stdout
        assert done.returncode == 1 and "没有写入" in done.stderr


# -- what is refused leaves everything as it was ---------------------------------------------------


@pytest.mark.parametrize("words,said", [
    (("unit", "add", *UNIT[:1], "Heating", *UNIT[2:]), "“Heating” 不对,应为小写字母开头"),
    (("unit", "add", *UNIT[:1], "none", *UNIT[2:]), "“none” 是保留字"),
    (("unit", "add", *UNIT[:5], "3", *UNIT[6:]), "--tier 的值不对"),
    (("unit", "add", *UNIT[:7], "王某", *UNIT[8:]), "电话号码"),
    (("category", "add", *CATEGORY[:7], "没有这个", *CATEGORY[8:]), "没有单位 “没有这个”"),
    (("category", "add", *CATEGORY[:7], "watre", *CATEGORY[8:]), "是不是 “water”"),
    (("category", "add", *CATEGORY[:7], "市", *CATEGORY[8:]), "“市” 有几个,请写全"),
    (("category", "add", *CATEGORY[:5], "P5", *CATEGORY[6:]), "P1、P2、P3、P4"),
    (("category", "add", "--code", "601301", *CATEGORY[2:]), "“601301” 已经有了"),
    (("category", "add", *CATEGORY, "--keywords", "暖气、暖气"), "--keywords 的值不对"),
    (("rule", "add", *RULE[:7], "6099", *RULE[8:]), "没有警情类别 “6099”"),
    (("rule", "add", *RULE, "--before", "no-such"), "没有规则 no-such"),
    (("rule", "add", *RULE, "--hours", "night"), "office、closed"),
])
def test_a_wrong_value_of_an_option(place, words, said):
    d, folder = place
    before = content(folder)
    done = d.ctl(*words, "--yes", check=False, stdin="")
    assert done.returncode == 2 and said in done.stderr and content(folder) == before, done.stderr


def test_without_a_terminal_it_says_what_is_missing(place):
    d, folder = place
    before = content(folder)
    done = d.ctl("unit", "add", *UNIT[:2], check=False, stdin="")
    assert done.returncode == 1 and content(folder) == before
    assert "--yes" in done.stderr and "--name" in done.stderr and f" {UNIT[0]} " not in done.stderr.rsplit("还缺", 1)[1]
    usage = d.ctl("category", "add", "--help").stdout
    assert "--arrival city-rule|industry|scheduled|no-visit" in usage and "--priority P1|P2|P3|P4" in usage


def test_an_example_that_is_another_category(place):
    d, folder = place
    before = content(folder)
    done = d.ctl("category", "add", *CATEGORY, "--keywords", "停暖", "--example", "解放路自来水管爆了", "--yes", check=False)
    assert done.returncode == 1 and "例子判为" in done.stderr and CATEGORY[1] in done.stderr and content(folder) == before


def test_a_rule_that_its_example_does_not_reach(place):
    d, folder = place
    before = content(folder)
    done = d.ctl("rule", "add", *RULE, "--example", "水管爆了", "--yes", check=False)
    assert done.returncode == 1 and "例子用不到规则 find-heating" in done.stderr and content(folder) == before


def test_a_rule_that_breaks_a_case(place):
    """Every fire to the water company: the cases of fires fail, and nothing is written."""
    d, folder = place
    before = content(folder)
    done = d.ctl("rule", "add", "--id", "find-all-fires", "--category", "none", "--keywords", "着火", "--set-category", "601301",
                 "--because", "试一试", "--example", "楼上着火了", "--yes", check=False)
    assert done.returncode == 1 and "不通过" in done.stderr and "什么也没有写入" in done.stderr and content(folder) == before


def test_of_two_files_both_or_none(place):
    """The cases can be written, the larger file of rules cannot: the cases are as they were, too."""
    d, folder = place
    tests = folder / "routing-tests.yaml"
    tests.write_bytes(b"\n  - name".join(tests.read_bytes().split(b"\n  - name")[:11]) + b"\n")
    before = content(folder)
    most = len(before["routing.yaml"]) + 10

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    done = subprocess.run([CTL, "-c", d.config, "rule", "add", *RULE, "--example", "小区供暖停了", "--yes"], preexec_fn=limit,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "写不了" in done.stderr and "routing.yaml" in done.stderr
    assert content(folder) == before


def test_json_asks_nothing(place):
    d, folder = place
    before = content(folder)
    done = d.ctl("--json", "unit", "add", "--id", "heating", check=False, stdin="供热公司\n")
    assert done.returncode == 2 and "还需要 --name --tier --duty --liaison --person-in-charge --leader" in done.stderr
    done = d.ctl("--json", "unit", "add", *UNIT, check=False)
    assert done.returncode == 1 and json.loads(done.stdout)["written"] is False and content(folder) == before
    done = json.loads(d.ctl("--json", "unit", "add", *UNIT, "--yes").stdout)
    assert done["written"] and done["changes"][0]["file"] == "units.yaml" and "id: heating" in done["changes"][0]["after"]


# -- from a pipe -----------------------------------------------------------------------------------

ANSWERS = ["heating", "供热公司", "", "1", "是", "第五条", "", "0597-7530001 值班室", "0597-7530002 王某", "0597-7530003", "0597-7530004"]


def test_answers_from_a_pipe(place):
    d, folder = place
    before = content(folder)
    done = d.ctl("unit", "add", stdin="\n".join([*ANSWERS, "y", ""]))
    one = item(before["units.yaml"], content(folder)["units.yaml"])
    assert one["visits"] is True and one["article"] == "第五条" and "short" not in one
    assert "单位全称: 供热公司\n" in done.stderr and "简称(可不填): \n" in done.stderr


@pytest.mark.parametrize("answers", [ANSWERS[:5], [*ANSWERS, "n"], ANSWERS, [*ANSWERS[:3], "7", *ANSWERS[4:], "y"],
                                     ["", *ANSWERS, "y"]])
def test_half_a_pipe_writes_nothing(place, answers):
    d, folder = place
    before = content(folder)
    done = d.ctl("unit", "add", stdin="\n".join([*answers, ""]), check=False)
    assert done.returncode == 1 and content(folder) == before, done.stderr


def test_only_what_is_missing_is_asked(place):
    d, folder = place
    before = content(folder)
    done = d.ctl("unit", "add", *UNIT[:-2], stdin="0597-7530009 李某\ny\n")
    assert done.stderr.count("分管领导:电话 姓名") == 1 and "简称" not in done.stderr
    assert item(before["units.yaml"], content(folder)["units.yaml"])["leader"] == {"phone": "0597-7530009", "name": "李某"}


def test_in_english(place):
    d, folder = place
    done = d.ctl("--en", "unit", "add", *UNIT[:-2], stdin="0597-7530009\ny\n")
    assert "leader: phone and name: 0597-7530009" in done.stderr and "Write units.yaml? [y/N]" in done.stderr
    assert "written: " in done.stdout and "one more unit" in done.stdout


# -- on a terminal ---------------------------------------------------------------------------------


def test_questions_on_a_terminal(place, tmp_path):
    d, folder = place
    before = content(folder)
    with Terminal(CTL, "-c", d.config, "category", "add", home=tmp_path) as t:
        t.see("编码(定了不要再改): ")
        t.type("601301\n")
        t.see("“601301” 已经有了,请换一个")
        t.see("编码(定了不要再改): ")
        t.type("601306\n")
        t.see("名称: ")
        t.type("\n")
        t.see("这一项不能空着")
        t.type("停暖\n")
        t.see("边界:哪些归这一类(可不填): ")
        t.type("\n")
        t.see("归哪里(可不填): ")
        t.type("\n")
        t.see("等级 [P1/P2/P3/P4]: ")
        t.type("P9\n")
        t.see("P1、P2、P3、P4")
        t.type("P3\n")
        t.see("关键词(几个用、分开)(可不填): ")
        t.type("暖气不热\n")
        t.see("主办单位,none 只登记(? 列出): ")
        t.type("? 水\n")
        t.see("  water  水发自来水公司")
        t.see("主办单位")
        t.type("自来水公司\n")
        t.see("→ water")
        for _ in range(2):
            t.see("(可不填): ")
            t.type("\n")
        t.see("到场时限 [city-rule/industry/scheduled/no-visit]: ")
        t.type("city-rule\n")
        for _ in range(2):
            t.see("(可不填): ")
            t.type("\n")
        t.see("报警人会怎么说(作为用例): ")
        t.type("暖气不热三天了\n")
        t.see("+ name: 停暖")
        t.see("写入 categories.yaml?[y/N] ")
        assert content(folder) == before
        t.type("y\n")
        assert t.end() == 0
    after = content(folder)
    assert item(before["categories.yaml"], after["categories.yaml"]) == {
        "code": "601306", "name": "停暖", "priority": "P3", "keywords": ["暖气不热"], "lead": "water", "arrival": "city-rule"}
    assert item(before["routing-tests.yaml"], after["routing-tests.yaml"])["expect"] == {"category": "601306", "lead": "water"}


def test_a_no_on_a_terminal(place, tmp_path):
    d, folder = place
    before = content(folder)
    with Terminal(CTL, "-c", d.config, "rule", "add", *RULE, "--example", "小区供暖停了", home=tmp_path) as t:
        t.see("写入 routing.yaml?[y/N] ")
        t.type("n\n")
        assert t.end() == 1
        assert "没有写入" in t.screen
    assert content(folder) == before
