"""liandongctl as a person at a terminal uses it, and as a program does with --json: every command of
its table, every exit code, what is printed in columns, what is interrupted, what is masked."""
import contextlib
import hashlib
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import time
import unicodedata

import pytest

from harness import BUILD, LIMIT, ROOT, Daemon, Refused, Terminal, incident, now_text, protocol, until

CTL = os.path.abspath(os.path.join(BUILD, "liandongctl"))
NUMBER, DISPATCH = "CTL-1", "CTL-1-01"
NAME, PHONE, ADDRESS, TEXT = "欧阳明镜", "13977665544", "西园路甲七十七号", "地下水管甭甭漏了"


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("ctl")) as daemon:
        with daemon.desk(events=False) as c:
            c.call("incident.report", **incident(NUMBER, reporter={"name": NAME, "phone": PHONE},
                                                 address=ADDRESS, description=TEXT))
        yield daemon


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The configuration of a daemon that does not run."""
    return Daemon(tmp_path_factory.mktemp("stopped"))


def run(daemon, *arguments, code=0, **how):
    done = daemon.ctl(*arguments, check=False, **how)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def data(daemon, *arguments, **how):
    return json.loads(run(daemon, "--json", *arguments, **how).stdout)


def ask(*arguments):
    return subprocess.run([CTL, *arguments], capture_output=True, text=True, check=True).stdout


def commands():
    return ask("--commands").split("\n")[:-1]


def options_of():
    """(command, option) of every option of every command."""
    return [(name, option) for name in commands()
            for option in re.findall(r"--[a-z-]+", ask(*name.split(), "--help").split("\n")[0])]


# -- the table ---------------------------------------------------------------------------------

def test_the_table_is_what_the_program_lists(stopped):
    listed = commands()
    assert len(listed) == len(set(listed)) >= 30
    acts = {n.replace(".", " ") for n, row in protocol().items() if row.get("act") and not row["internal"]}
    assert acts < set(listed) and "dispatch acknowledge" in acts and "incident amend" in acts
    shown = run(stopped, "--help").stdout
    assert all(re.search(rf"^  {re.escape(name)}( |$)", shown, re.M) for name in listed)
    assert "退出码" in shown
    assert re.match(r"liandongctl \d+\.\d+", run(stopped, "--version").stdout)
    assert "用法" in run(stopped, code=2).stderr


@pytest.mark.parametrize("name", commands())
def test_every_command_tells_its_usage(stopped, name):
    assert f"liandongctl {name}" in run(stopped, *name.split(), "--help").stdout
    wrong = run(stopped, *name.split(), "--nonsense", code=2).stderr
    assert "--nonsense" in wrong and f"用法:liandongctl {name}" in wrong


@pytest.mark.parametrize("name", [c for c in commands() if c not in ("report", "route explain")])
def test_too_many_words_are_a_usage_error(stopped, name):
    assert "用法" in run(stopped, *name.split(), "a", "b", "c", "d", "e", code=2).stderr


@pytest.mark.parametrize("name,option", options_of())
def test_a_misspelt_option_is_guessed(stopped, name, option):
    wrong = run(stopped, *name.split(), option[:-1] + ("y" if option.endswith("x") else "x"), "1", code=2).stderr
    assert option in wrong.split("\n")[0], "names what was probably meant"


@pytest.mark.parametrize("given,meant", [
    (["statsu"], "status"), (["incident", "lst"], "incident list"), (["dispatch", "acknowlege"], "dispatch acknowledge"),
    (["audit", "verfy"], "audit verify"), (["reprot", "x"], "report"), (["incident", "ammend", "X"], "incident amend")])
def test_a_misspelt_command_is_guessed(stopped, given, meant):
    assert meant in run(stopped, *given, code=2).stderr


@pytest.mark.parametrize("given,meant", [(["dispatch", "ack"], "dispatch acknowledge"), (["inc", "ann"], "incident annotate"),
                                         (["stat"], "status"), (["disp", "dep"], "dispatch depart")])
def test_the_beginning_of_a_command_is_enough(stopped, given, meant):
    assert f"liandongctl {meant} " in run(stopped, *given, "--help").stdout


@pytest.mark.parametrize("given", [["incident", "c", "X"], ["incident", "an", "X"], ["dispatch", "de", "X"], ["rou", "e"],
                                   ["dispatch", "dep-", "X"], ["re", "x"]])
def test_what_may_mean_two_or_is_too_short_means_none(stopped, given):
    assert "没有命令" in run(stopped, *given, code=2).stderr


def test_half_a_command_names_its_other_halves(stopped):
    said = run(stopped, "incident", code=2).stderr
    assert "incident list" in said and "incident close" in said
    assert "没有命令" in run(stopped, "zzzzzzzzzz", code=2).stderr


def test_an_option_without_its_value(stopped):
    assert "--unit" in run(stopped, "dispatch", "list", "--unit", code=2).stderr
    assert "--details" in run(stopped, "report", "--details=yes", "x", code=2).stderr
    for name in (["incident", "list"], ["dispatch", "list", "--unit", "water"], ["events"]):
        assert "--limit" in run(stopped, *name, "--limit", "many", code=2).stderr
    done = subprocess.run([CTL, "-c"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "-c" in done.stderr and "没有命令" not in done.stderr


def test_without_a_daemon_one_sentence(stopped):
    for name in (["status"], ["incident", "list"], ["report", os.devnull], ["events"], ["account", "list"]):
        said = run(stopped, *name, code=1).stderr
        assert "liandongd" in said and stopped.config in said and said.count("\n") == 1


TYPOS = {
    "an unknown key": ("listen:", "lissen: {}\nlisten:"),
    "a section misspelt": ("listen:", "lisen:"),
    "a value that is none": ("  http: ", "  http: here"),
    "not YAML": ("mechanism: ", "mechanism: ] [ "),
    "a tab": ("store: ", "\tstore: "),
}


@pytest.mark.parametrize("typo", TYPOS)
def test_a_typo_in_the_options_does_not_silence_it(tmp_path, typo):
    """The daemon runs on with what it read; liandongctl tells of the typo and gets the answer."""
    with Daemon(tmp_path) as d:
        with open(d.config, encoding="utf-8") as f:
            good = f.read()
        old, new = TYPOS[typo]
        assert old in good
        with open(d.config, "w", encoding="utf-8") as f:
            f.write(good.replace(old, new, 1))
        done = run(d, "--json", "status")
        assert json.loads(done.stdout)["connected"] is True
        assert re.search(r"liandong\.yaml:\d+", done.stderr) and d.control in done.stderr
        assert run(d, "incident", "list").stdout
        for offline in (["check"], ["route", "test"], ["audit", "verify"]):
            run(d, *offline, code=1)


def test_arguments_that_are_not_utf8(d, tmp_path):
    gbk = "水管".encode("gbk")
    done = subprocess.run([CTL, "-c", d.config, "incident", "annotate", NUMBER, gbk], capture_output=True, check=False)
    assert done.returncode == 2 and "UTF-8" in done.stderr.decode()
    path = os.path.join(os.fsencode(tmp_path), gbk)
    with open(path, "wb") as f:
        f.write(json.dumps(incident("GBK-NAME")).encode())
    subprocess.run([CTL, "-c", d.config, "report", path], capture_output=True, check=True)


def test_a_configuration_that_is_not_there(stopped):
    done = subprocess.run([CTL, "-c", "/nonexistent.yaml", "status"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "/nonexistent.yaml" in done.stderr


# -- what people read --------------------------------------------------------------------------

def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def starts(line):
    """Where columns begin on a terminal: after two spaces or more."""
    return {width(line[:m.start()]) for m in re.finditer(r"(?:^|(?<=  ))\S", line)}


@pytest.mark.parametrize("arguments", [["incident", "list"], ["units"], ["account", "list"], ["status"],
                                       ["dispatch", "list", "--unit", "water"]])
def test_columns_stand_under_their_heads(d, arguments):
    lines = [x for x in run(d, *arguments).stdout.split("\n") if x and not x.startswith("注意")]
    columns = starts(lines[0])
    assert len(lines) > 1 and len(columns) > 1
    for line in lines[1:]:
        assert starts(line) <= columns, f"{line!r} does not stand under {lines[0]!r}"
    assert any(width(x) != len(x) for x in lines[1:]), "something Chinese was measured"


def test_a_cell_is_one_line_and_whole_characters(d):
    """What was said may have line ends, tabs, marks that take no column, and be long."""
    said = "第一行\n第二行\t有 tab\u0301 和 e\u0301 的\u200b字" + "水管爆裂" * 200
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("CELLS-1"))
        c.call("incident.annotate", number="CELLS-1", text=said)
    shown = run(d, "--unmask", "incident", "show", "CELLS-1").stdout
    line = next(x for x in shown.split("\n") if "第二行" in x)
    assert "第一行 第二行 有 tab" in line and "水管爆裂" * 200 in line


def test_an_error_is_whole_characters(tmp_path):
    """Sentences that pass through a buffer of fixed length: long Chinese names, at every length."""
    for n in (60, 61, 62, 63):
        name = "x" * (n % 4) + "市" * 80
        d = Daemon(tmp_path, store=str(tmp_path / name[:n] / name / "liandong.db"))
        done = subprocess.run([CTL, "-c", d.config, "audit", "verify"], capture_output=True, check=False)
        assert done.returncode == 1 and done.stderr.decode()  # it is UTF-8
    bad = "列" * 50 + "x"
    (tmp_path / "bad.yaml").write_text(f"listen:\n  {bad}: 1\nlanguage: {bad}\n", encoding="utf-8")
    done = subprocess.run([CTL, "-c", tmp_path / "bad.yaml", "check"], capture_output=True, check=False)
    assert "不认识的键" in done.stdout.decode()


def test_full_width_brackets_are_named(tmp_path, mechanism):
    d = Daemon(tmp_path, mechanism=mechanism)
    text = (mechanism / "routing.yaml").read_text(encoding="utf-8")
    line = re.search(r"keywords: \[[^\]]{60,}\]", text)[0]
    (mechanism / "routing.yaml").write_text(text.replace(line, line.replace("[", "【").replace("]", "】")), encoding="utf-8")
    done = subprocess.run([CTL, "-c", d.config, "check"], capture_output=True, check=False)
    assert done.returncode == 1 and "全角括号" in done.stdout.decode()


def test_status_is_in_words(d):
    shown = run(d, "status").stdout
    assert "(null)" not in shown and "最新事件序号" in shown
    assert not re.findall(r"^[a-z_]", shown, re.M), "every row has a Chinese name"
    got = data(d, "status")
    assert got["role"] == "local" and got["clock"] == "wall" and got["seq"] > 0
    for w in got["warnings"]:
        assert w["detail"] in shown


def test_lists_and_one_of_each(d):
    assert NUMBER in {i["number"] for i in data(d, "incident", "list")["incidents"]}
    one = data(d, "incident", "show", NUMBER)
    assert one["number"] == NUMBER and one["dispatches"][0]["dispatch"] == DISPATCH and one["events"]
    assert "水发自来水公司" in run(d, "incident", "show", NUMBER).stdout
    assert data(d, "dispatch", "show", DISPATCH)["unit"] == "water"
    assert "主办" in run(d, "dispatch", "show", DISPATCH).stdout
    assert {x["dispatch"] for x in data(d, "dispatch", "list", "--unit", "water")["dispatches"]} >= {DISPATCH}
    clocks = data(d, "dispatch", "deadlines", DISPATCH)["clocks"]
    assert [c["clock"] for c in clocks][:3] == ["delivery", "acknowledge", "arrive"]
    assert "第十二条" in run(d, "dispatch", "deadlines", DISPATCH).stdout
    assert len(data(d, "units")["units"]) == 46
    assert data(d, "units", "water")["name"] == "水发自来水公司"
    assert data(d, "clock")["manual"] is False and "系统时钟" in run(d, "clock").stdout
    assert data(d, "reload", "--why", "试试")["changed"] is False


@pytest.mark.parametrize("arguments", [
    ["account", "add", "x"], ["archive", "--remove", "x"], ["audit", "verify", "--head", "x"], ["audit", "head", "--post", "ftp://x"],
    ["check", "--format", "xml"], ["dispatch", "show"], ["dispatch", "list"], ["events", "--after", "x"],
    ["events", "--follow", "--incident", "x"], ["finding", "list", "--limit", "x"], ["incident", "list", "--limit", "x"],
    ["incident", "list", "--from", "gestern"], ["incident", "amend"], ["route", "learn", "--accept", "NOSUCH"], ["unitz"], ["no", "such", "command"],
    ["print", "callbacks"], ["report", "month"], ["report", "month", "x"], ["route", "drafts", "--quarter", "x"],
    ["units", "a", "b"], ["categories", "a", "b", "c", "d", "e"], ["route", "rollback", "x"], ["route", "export", "x"]], ids=" ".join)
def test_a_wrong_command_is_refused_in_english_too(d, arguments):
    done = d.ctl("--en", *arguments, check=False)
    assert done.returncode in (1, 2) and done.stderr
    sentence = done.stderr.splitlines()[0]
    assert sentence.isascii(), sentence


def test_pages_of_the_list(d):
    with d.desk(events=False) as c:
        for i in range(3):
            c.call("incident.report", **incident(f"PAGE-{i}"))
    first = data(d, "incident", "list", "--limit", "2")
    assert len(first["incidents"]) == 2 and first["next"]
    second = data(d, "incident", "list", "--limit", "2", "--cursor", first["next"])
    assert not {i["number"] for i in first["incidents"]} & {i["number"] for i in second["incidents"]}
    assert f"--cursor {first['next']}" in run(d, "incident", "list", "--limit", "2").stdout


NOT_THERE = [
    ["incident", "show", "NOSUCH"], ["incident", "urge", "NOSUCH"], ["incident", "close", "NOSUCH"],
    ["dispatch", "show", "NOSUCH-01"], ["dispatch", "deadlines", "NOSUCH-01"], ["units", "nosuch"],
    ["dispatch", "withdraw", "NOSUCH-01", "--reason", "x"], ["account", "revoke", "nosuch"],
    ["dispatch", "arrive", "NOSUCH-01", "--person", "李四", "--phone", "110"], ["route", "explain", "NOSUCH"],
    ["events", "--incident", "NOSUCH"], ["dispatch", "add", "NOSUCH", "water", "lead"],
]


@pytest.mark.parametrize("arguments", NOT_THERE, ids=" ".join)
def test_not_found_is_1_and_names_it(d, arguments):
    done = run(d, *arguments, code=1)
    assert "nosuch" in done.stderr.lower() and not done.stdout


@pytest.mark.parametrize("arguments,said", [
    (["incident", "list", "--state", "opn"], "open"),
    (["incident", "list", "--limit", "501"], "limit"),
    (["incident", "list", "--from", "gestern"], "gestern"),
    (["incident", "amend", NUMBER, "--confidential", "perhaps"], "true"),
    (["incident", "amend", NUMBER, "--lon", "east", "--lat", "25"], "lon"),
    (["dispatch", "depart", DISPATCH, "--person", "李四", "--at", "25:00"], "23:10"),
    (["incident", "list", "--cursor", "zz"], "cursor"),
    (["dispatch", "acknowledge", DISPATCH], "on_behalf"),
    (["dispatch", "add", NUMBER, "watr", "lead"], "water"),
    (["dispatch", "add", NUMBER, "power", "boss"], "assist"),
    (["account", "add", "x", "--role", "king"], "desk"),
    (["account", "add", "x", "--role", "liaison", "--unit", "watr"], "watr"),
    (["account", "add", "x", "--role", "integration"], "命令"),
    (["clock", "advance", "30m"], "--clock manual"),
    (["clock", "set", "2030-01-01T00:00:00+08:00"], "--clock manual"),
    (["report", "/nonexistent.jsonl"], "/nonexistent.jsonl"),
    (["report", "/"], "/"),
    (["backup", "/nonexistent/copy.db"], "/nonexistent/copy.db"),
], ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_refused_is_1_and_says_why(d, arguments, said):
    done = run(d, *arguments, code=1)
    assert said in done.stderr and not done.stdout, (done.stdout, done.stderr)


def left_of_chinese(text, *data):
    """What is Chinese in it but data: names, quotations, sentences of the mechanism."""
    for one in sorted(data, key=len, reverse=True):
        text = text.replace(one, "")
    return re.findall("[一-鿿]+", re.sub("“[^”]*”", "", text))


def test_english_of_reports_and_explanations(d, tmp_path):
    """Under --en the program's own words are English; a unit's name and a rule's reason are as the city wrote them."""
    names = [u["name"] for u in data(d, "units")["units"]]
    told = json.loads(run(d, "--json", "route", "explain", "解放路水管爆裂").stdout)
    route = told["route"]
    of_rules = [r["condition"] for r in told["rules"]]
    said = run(d, "--en", "route", "explain", "解放路水管爆裂").stdout
    assert re.search("^lead  .*\\(water\\)$", said, re.M) and "zone  city (no area was given" in said
    assert not left_of_chinese(said, *names, route["because"], route["category_name"], *of_rules), said
    (tmp_path / "two.jsonl").write_text(json.dumps(incident("EN-1", description="水管爆裂", reporter={"phone": "13900000077"})) + "\n{}\n\0\n")
    done = run(d, "--en", "report", "--details", str(tmp_path / "two.jsonl"), code=1)
    assert "reported 1, were there 0, refused 2" in done.stderr and "this looks like UTF-16" in done.stderr
    assert not left_of_chinese(done.stdout, *names), done.stdout
    said = run(d, "--en", "report", "/nonexistent", code=1).stderr
    assert said == "/nonexistent cannot be read: No such file or directory\n"
    assert "in Chinese" in run(d, "--en", "report", "month", "2026-03").stdout  # a document of the city
    assert "moved" not in run(d, "--en", "report", "month", "2026-03").stdout
    assert run(d, "--en", "backup", "a", "b", code=2).stderr.startswith("one argument too many: b\nusage: liandongctl backup")


def test_explaining_takes_what_a_report_would_be_taken_with(d):
    done = run(d, "route", "explain", "--category", "999999", "水管爆裂")
    assert "999999" in done.stderr and "water" in done.stdout


def test_the_desks_acts(d):
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("ACT-1", units=["water", "power"]))
    by = ["--person", "李四", "--phone", "13800138000"]
    eta = now_text(3600)
    assert data(d, "dispatch", "acknowledge", "ACT-1-01", *by, "--eta", eta)["dispatch"]["state"] == "acknowledged"
    assert "已出发" in run(d, "dispatch", "depart", "ACT-1-01", *by).stdout
    assert "已到场" in run(d, "dispatch", "arrive", "ACT-1-01", *by).stdout
    assert data(d, "dispatch", "progress", "ACT-1-01", *by, "--text", "在挖")["dispatch"]["state"] == "arrived"
    assert "尚未处置完毕" in run(d, "incident", "close", "ACT-1", code=1).stderr
    assert "处置完毕" in run(d, "dispatch", "complete", "ACT-1-01", *by, "--text", "修好了").stdout
    assert data(d, "dispatch", "withdraw", "ACT-1-02", "--reason", "不用了")["dispatch"]["state"] == "withdrawn"
    assert data(d, "dispatch", "add", "ACT-1", "transport", "assist", "--reason", "封路")["dispatch"]["unit"] == "transport"
    run(d, "dispatch", "withdraw", "ACT-1-03", "--reason", "通车了")
    assert "已记录" in run(d, "incident", "annotate", "ACT-1", "邻居也来电").stdout
    assert data(d, "incident", "urge", "ACT-1")["incident"] == "ACT-1"
    assert "已记录" in run(d, "incident", "close", "ACT-1", "好了").stdout
    assert data(d, "incident", "show", "ACT-1")["state"] == "closed"
    run(d, "incident", "cancel", "ACT-1", code=1)
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("ACT-2"))
    run(d, "incident", "cancel", "ACT-2", "误报")
    shown = data(d, "incident", "show", "ACT-2")
    assert shown["state"] == "cancelled" and {x["state"] for x in shown["dispatches"]} == {"withdrawn"}


def test_arguments_in_their_places_and_by_name(d):
    """What an act must have may be written in its place or as an option, `text` last."""
    with d.desk(events=False) as c:
        for number in ("WAYS-1", "WAYS-2"):
            c.call("incident.report", **incident(number, units=["water", "power"]))
    person = ["--person", "李四"]
    assert data(d, "dispatch", "acknowledge", "WAYS-1-01", "马上去", *person)["dispatch"]["state"] == "acknowledged"
    assert data(d, "dispatch", "ack", "--dispatch", "WAYS-1-02", *person)["dispatch"]["state"] == "acknowledged"
    assert data(d, "dispatch", "complete", "WAYS-1-01", "修好了", "用了新管", *person)["dispatch"]["state"] == "completed"
    assert data(d, "dispatch", "complete", "WAYS-1-02", "--result", "送电了", *person)["dispatch"]["state"] == "completed"
    assert data(d, "dispatch", "withdraw", "WAYS-2-02", "不用停电")["dispatch"]["state"] == "withdrawn"
    run(d, "incident", "amend", "WAYS-2", "--priority", "P1", "--drill", "true", code=2)
    run(d, "incident", "amend", "WAYS-2", "--priority", "P1", "--name", "王五", "--lon", "117.4", "--lat", "25.3",
        "--confidential", "true")
    shown = data(d, "incident", "show", "WAYS-2", "--unmask")
    assert (shown["priority"], shown["confidential"], shown["reporter"]["name"]) == ("P1", True, "王五")
    assert shown["location"]["lon"] == 117.4
    shown = data(d, "incident", "show", "WAYS-1", "--unmask")
    assert {"马上去", "用了新管"} <= {e.get("text") for e in shown["events"]}
    assert [x["result"] for x in shown["dispatches"]] == ["修好了", "送电了"]
    for few in (["dispatch", "complete", "WAYS-1-01"], ["dispatch", "add", "WAYS-1", "fire"], ["incident", "annotate", "X"]):
        assert "需要" in run(d, *few, code=2).stderr


def test_times_as_people_write_them(tmp_path):
    with Daemon(tmp_path, clock="2026-03-02T23:00:00+08:00") as d:
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("T-1", received_at="2026-03-02T23:00:00+08:00"))
        d.advance("20m")
        by = ["--person", "李四"]
        got = data(d, "dispatch", "ack", "T-1-01", *by, "--at", "23:05", "--eta", "10m")["dispatch"]
        assert got["acknowledged_at"] == "2026-03-02T23:05:00+08:00"
        assert got["eta"] == "2026-03-02T23:30:00+08:00", "ten minutes from the daemon's now"
        got = data(d, "dispatch", "depart", "T-1-01", *by, "--at", "2307", "--eta", "00:10")["dispatch"]
        assert (got["departed_at"], got["eta"]) == ("2026-03-02T23:07:00+08:00", "2026-03-03T00:10:00+08:00")
        got = data(d, "dispatch", "arrive", "T-1-01", *by, "--at", "-2m")["dispatch"]
        assert got["arrived_at"] == "2026-03-02T23:18:00+08:00"
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("T-2", received_at="2026-03-01T12:00:00+08:00"))

        def listed(*when):
            return {i["number"] for i in data(d, "incident", "list", *when)["incidents"]}
        assert listed("--from", "2026-03-01") == {"T-1", "T-2"}
        assert listed("--from", "今天") == listed("--from", "03-02") == listed("--from", "3月2日 22:59") == {"T-1"}
        assert listed("--to", "2026-03-01") == listed("--to", "昨天") == listed("--to", "03-01 12:01") == {"T-2"}
        assert listed("--to", "03-01 12:00") == set(), "the end is not in it"
        assert listed("--from", "1h") == {"T-1"} and listed("--from", "2d") == {"T-1", "T-2"}
        assert "2026-03-03T08:00:00" in run(d, "clock", "set", "明天 08:00").stdout


# -- personal data -----------------------------------------------------------------------------

SECRETS = (NAME, PHONE, ADDRESS, TEXT)


def looks(daemon, number):
    with daemon.local() as c:
        return [e for e in c.call("event.list", number=number, limit=500)["events"] if e["type"] == "personal.read"]


@pytest.mark.parametrize("json_", [[], ["--json"]], ids=["person", "program"])
@pytest.mark.parametrize("arguments", [
    ["incident", "list"], ["incident", "show", NUMBER], ["dispatch", "show", DISPATCH],
    ["dispatch", "list", "--unit", "water"], ["events", "--incident", NUMBER], ["events"], ["status"],
    ["route", "explain", NUMBER], ["dispatch", "deadlines", DISPATCH]], ids=" ".join)
def test_masked_unless_asked_for(d, arguments, json_):
    shown = run(d, *json_, *arguments).stdout
    assert not [s for s in SECRETS if s in shown]


def test_unmask_shows_and_is_recorded(tmp_path):
    with Daemon(tmp_path) as d:
        with d.desk(events=False) as c:
            for number, more in (("U-1", {}), ("U-2", {}), ("U-3", {}), ("U-4", {"category": "909901"}),
                                 ("U-5", {})):
                c.call("incident.report", **incident(
                    number, **{**more, "reporter": {"name": NAME, "phone": PHONE}, "address": ADDRESS,
                               "description": TEXT}))
        shown = run(d, "--unmask", "incident", "show", "U-1").stdout
        assert all(s in shown for s in SECRETS)
        until(lambda: looks(d, "U-1"), "the look recorded")
        assert looks(d, "U-1")[0]["by"] == "local"
        matter = data(d, "dispatch", "show", "U-2-01", "--unmask")["matter"]
        assert matter["reporter"] == {"name": NAME, "phone": PHONE}
        until(lambda: looks(d, "U-2"), "the look recorded")
        assert not looks(d, "U-3")
        listed = data(d, "incident", "list", "--unmask")["incidents"]
        assert {i["reporter"]["phone"] for i in listed} == {PHONE}
        for number in ("U-3", "U-4", "U-5"):
            until(lambda n=number: looks(d, n), "the look through the list recorded")


def test_unmask_is_recorded_where_no_unit_was_told(d):
    with d.desk(events=False) as c:
        r = c.call("incident.report", **incident("LONE-1", category="909901", description=TEXT))
        assert r["dispatches"] == []  # a misdial: recorded only
    assert TEXT in run(d, "--unmask", "incident", "show", "LONE-1").stdout
    until(lambda: looks(d, "LONE-1"), "the look recorded")


# -- report ------------------------------------------------------------------------------------

def lines(prefix, n, **members):
    return [json.dumps(incident(f"{prefix}-{i}", received_at="2026-03-02T08:00:00+08:00", **members), ensure_ascii=False)
            for i in range(n)]


def test_report_names_a_broken_line_and_goes_on(d, tmp_path):
    rows = lines("BROKEN", 4)
    rows[1:1] = ["{not json", "", json.dumps({"number": "BROKEN-X", "colour": "red"})]
    rows.insert(4, "\ufeff[]")
    rows.append(rows[0].replace("解放路", "建设路"))
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")  # and no newline at the end
    done = run(d, "report", str(path), code=1)
    said = done.stderr.split("\n")
    for line in (2, 5, 9):
        assert [s for s in said if s.startswith(f"{path}:{line}: ")], (line, done.stderr)
    assert not [s for s in said if re.match(rf"{re.escape(str(path))}:(1|3|6|7|8): ", s)]
    assert f"{path}:4: 已收。没有参数 colour" in done.stderr and "新报 5 件,已有 0 件,被拒绝 3 件" in done.stderr
    assert [x.split()[0] for x in done.stdout.split("\n")[:-1]] == ["BROKEN-0", "BROKEN-X", *(f"BROKEN-{i}" for i in (1, 2, 3))]
    again = run(d, "report", str(path), code=1)
    assert "新报 0 件,已有 5 件,被拒绝 3 件" in again.stderr and again.stdout.count("[已有]") == 5


def test_report_from_a_pipe_as_json(d):
    done = run(d, "--json", "report", "-", stdin="\n".join(lines("PIPE", 3)))
    got = [json.loads(x) for x in done.stdout.split("\n")[:-1]]
    assert [(g["incident"], g["duplicate"]) for g in got] == [(f"PIPE-{i}", False) for i in range(3)]
    assert "电话" in run(d, "report", "--details", "-", stdin=lines("PIPE", 1)[0]).stdout
    assert run(d, "report", os.devnull).stderr == "新报 0 件,已有 0 件,被拒绝 0 件\n"


def test_report_with_bad_bytes(d, tmp_path):
    path = tmp_path / "bad.jsonl"
    good = [x.encode() for x in lines("BYTES", 2)]
    path.write_bytes(b"\n".join([good[0], b'{"number":"\xff"}', good[1] + b"\0more", b"x" * 200_000, good[1]]) + b"\n")
    done = subprocess.run([CTL, "-c", d.config, "report", str(path)], capture_output=True, timeout=60, check=False)
    said = done.stderr.decode(errors="replace")
    assert done.returncode == 1 and "新报 2 件" in said, said
    assert all(f"{path}:{n}: " in said for n in (2, 3, 4))


def test_report_goes_on_when_the_engine_dies_and_again_when_the_daemon_does(tmp_path):
    n = 3000
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(lines("MANY", n)), encoding="utf-8")
    with Daemon(tmp_path) as d:
        def begin():
            return subprocess.Popen([CTL, "-c", d.config, "report", str(path)], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)

        def answered(p, count):
            return sum(1 for _ in zip(range(count), p.stdout))
        first = begin()
        assert answered(first, 200) == 200
        d.kill("engine")
        assert answered(first, 300) == 300, "the engine's death is a pause"
        os.killpg(d.process.pid, signal.SIGKILL)
        d.process.wait()
        _, said = first.communicate(timeout=60)
        assert first.returncode == 1 and "再次运行同一命令即可续报" in said
        d.start()
        done = run(d, "report", str(path))
        fresh, there = map(int, re.search(r"新报 (\d+) 件,已有 (\d+) 件,被拒绝 0 件", done.stderr).groups())
        assert fresh + there == n and there >= 500
        assert run(d, "report", str(path)).stderr.endswith(f"新报 0 件,已有 {n} 件,被拒绝 0 件\n")
        assert "事件链完整" in run(d, "audit", "verify").stdout


# -- a terminal --------------------------------------------------------------------------------

def test_progress_on_a_terminal(d, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(lines("BAR", 60)), encoding="utf-8")
    with Terminal(CTL, "-c", d.config, "report", str(path), home=tmp_path) as t:
        assert t.end() == 0
        bars = re.findall(r"\[([#.]{30})\] +(\d+)%", t.screen)
        assert bars and bars[-1] == ("#" * 30, "100"), t.screen[-500:]
        assert "新报 60 件" in t.screen and all(f"BAR-{i} " in t.screen for i in range(60))
        for line in re.split(r"[\r\n]+", t.screen):
            assert not ("BAR-" in line and "%" in line), f"the bar runs into {line!r}"
    with subprocess.Popen([CTL, "-c", d.config, "report", str(path)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as p:
        assert "%" not in p.communicate()[1], "no bar into a file"


def hold_where_it_reads(process, store):
    """Stops it for more than a second where it has opened the store; False: it was faster."""
    while process.poll() is None:
        with contextlib.suppress(OSError):
            opened = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{process.pid}/fd")]
            if str(store) in opened:
                os.kill(process.pid, signal.SIGSTOP)
                end = time.monotonic() + 1.1
                while time.monotonic() < end:
                    time.sleep(end - time.monotonic())
                os.kill(process.pid, signal.SIGCONT)
                return True
    return False


def large_store(d, tmp_path):
    """A copy with a hundred thousand dispatches more, of which the sums know nothing."""
    path = tmp_path / "large.db"
    with sqlite3.connect(os.path.join(d.folder, "liandong.db")) as db, sqlite3.connect(path) as copy:
        db.backup(copy)
        one, = copy.execute("SELECT max(id) FROM incident").fetchone()
        copy.execute("CREATE TEMP TABLE n AS WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < 100000) SELECT k FROM k")
        for table, key, more in (("incident", "i.id + n.k", {"number": "i.number || '.' || n.k", "state": "3"}),
                                 ("dispatch", "(i.id >> 7) + n.k << 7 | 1", {"open": "NULL", "issued_at": "1772409600000"})):
            names = [row[1] for row in copy.execute(f"PRAGMA table_info({table})")][1:]
            values = ", ".join(more.get(name, f"i.{name}") for name in names)
            copy.execute(f"INSERT INTO {table} (id, {', '.join(names)}) SELECT {key}, {values} FROM {table} AS i, n "
                         f"WHERE i.id = ?", (one if table == "incident" else one << 7 | 1,))
    copy.close()
    return path


@pytest.mark.parametrize("what", ["report", "verify"])
def test_who_waits_for_a_report_sees_how_far_it_is(d, tmp_path, what):
    """On a terminal, where it takes longer than a second; and nothing of it on a pipe, or where it is quick."""
    store = os.path.realpath(os.path.join(d.folder, "liandong.db")) if what == "report" else large_store(d, tmp_path)
    said = r"制作中 \d+ / \d+" if what == "report" else r"制作中 100000 / \d+"
    command = (CTL, "-c", d.config, "report", *(("quarter", "2026Q3") if what == "report" else ("verify", "2026Q1")),
               "--store", str(store))
    for _ in range(50):  # until it is held where it reads
        with Terminal(*command, home=tmp_path) as t:
            held = hold_where_it_reads(t.process, store)
            t.end(60)
            if held and re.search(said, t.screen):
                break
    assert re.search(said, t.screen), t.screen[-2000:]
    shown, rest = t.screen.rsplit("制作中", 1)
    assert "\r\x1b[K" in rest, "the line is taken back before the result is printed"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        hold_where_it_reads(p, store)
        out, err = p.communicate(timeout=60)
    assert "制作中" not in out + err
    with Terminal(*command, home=tmp_path) as t:
        t.end(60)
        assert what == "verify" or "制作中" not in t.screen, "it took no second"


def test_the_list_names_no_lead_that_was_withdrawn(d):
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("NOLEAD-1", units=["water", "power"]))
        c.call("dispatch.withdraw", dispatch="NOLEAD-1-01", reason="派错")
    line = next(line for line in run(d, "incident", "list").stdout.splitlines() if line.startswith("NOLEAD-1 "))
    assert "待派主办" in line and "自来水" not in line
    shown = run(d, "incident", "show", "NOLEAD-1").stdout
    assert "撤回指令" in shown and "dispatch.withdrawn" not in shown


# -- events ------------------------------------------------------------------------------------

def test_events_pages_and_follow(d):
    every = [json.loads(x) for x in run(d, "--json", "events").stdout.split("\n")[:-1]]
    assert [e["seq"] for e in every] == list(range(1, len(every) + 1))
    assert [json.loads(x)["seq"] for x in run(d, "--json", "events", "--after", "3", "--limit", "2").stdout.split()] == [4, 5]
    run(d, "events", "--after", "9999999", code=1)
    assert [json.loads(x)["seq"] for x in run(d, "--json", "events", "--limit", "2").stdout.split()] == [
        every[-2]["seq"], every[-1]["seq"]], "the newest"
    assert run(d, "events", "--limit", "100000").stdout == run(d, "events").stdout
    for bad in ("0", "100001", "-1"):
        run(d, "events", "--limit", bad, code=2)
    run(d, "events", "--after", "-1", code=2)
    command = [CTL, "-c", d.config, "--json", "events", "--follow", "--after", str(every[-3]["seq"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        try:
            assert [json.loads(p.stdout.readline())["seq"] for _ in range(2)] == [every[-2]["seq"], every[-1]["seq"]]
            with d.desk(events=False) as c:
                c.call("incident.report", **incident("FOLLOW-1"))
            seen = [json.loads(p.stdout.readline()) for _ in range(2)]
            assert [(e["type"], e["incident"]) for e in seen] == [("incident.reported", "FOLLOW-1"),
                                                                  ("dispatch.issued", "FOLLOW-1")]
            assert seen[0]["seq"] == every[-1]["seq"] + 1
            d.kill("engine")
            with d.desk(events=False) as c:
                last = c.call("incident.urge", number="FOLLOW-1")["seq"]
            seqs = [seen[-1]["seq"]]
            while seqs[-1] < last:
                seqs.append(json.loads(p.stdout.readline())["seq"])
            assert seqs == list(range(seqs[0], last + 1)), "none missing, none twice"
        finally:
            p.terminate()
    assert p.returncode in (0, -signal.SIGTERM)


def test_the_newest_events_of_one_incident(d):
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("NEWEST-1"))
        for i in range(7):
            c.call("incident.annotate", number="NEWEST-1", text=f"第{i}次")
        c.call("incident.report", **incident("NEWEST-2"))
    every = [json.loads(x) for x in run(d, "--json", "events", "--incident", "NEWEST-1").stdout.split("\n")[:-1]]
    assert [e["seq"] for e in every] == sorted(e["seq"] for e in every) and len(every) >= 9
    three = [json.loads(x) for x in run(d, "--json", "events", "--incident", "NEWEST-1", "--limit", "3").stdout.split("\n")[:-1]]
    assert three == every[-3:]


# -- backup and audit --------------------------------------------------------------------------

def test_backup_while_it_works_opens_elsewhere(d, tmp_path):
    copy = str(tmp_path / "copy.db")
    with d.desk(events=False) as c:
        sent = [c.send("incident.report", **incident(f"DURING-{i}")) for i in range(200)]
        run(d, "backup", copy)
        stored = {c.result(i)["incident"] for i in sent}
    assert "完整" in run(d, "audit", "verify", "--store", copy).stdout
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with Daemon(other_folder, store=copy) as other:
        got = data(other, "incident", "show", NUMBER)
        assert got["number"] == NUMBER and got["dispatches"]
        with other.desk(events=False) as c:
            assert c.call("incident.report", **incident("IN-THE-COPY"))["duplicate"] is False
        assert "完整" in run(other, "audit", "verify").stdout
    assert stored == {f"DURING-{i}" for i in range(200)}
    run(d, "incident", "show", "IN-THE-COPY", code=1)


def test_a_backup_is_never_written_over_anything(d, tmp_path):
    names = ("liandong.db", "liandong.db-wal", "liandong.db-shm", "liandong.yaml", "log", "control.sock")
    for path in [os.path.join(d.folder, n) for n in names] + [str(tmp_path)]:
        before = os.stat(path).st_ino
        assert path in run(d, "backup", path, code=1).stderr
        assert os.stat(path).st_ino == before
    run(d, "incident", "show", NUMBER)


def test_backup_to_a_relative_path(d, tmp_path):
    subprocess.run([CTL, "-c", d.config, "backup", "here.db"], cwd=tmp_path, check=True, capture_output=True)
    assert "多余的参数 b" in run(d, "backup", "a", "b", code=2).stderr
    assert (tmp_path / "here.db").stat().st_size > 0


def head_of(text):
    return re.search(r"(\d+:[0-9a-f]{64})", text)[1]


def test_audit_head_proves_the_past(d):
    old = head_of(run(d, "audit", "verify").stdout)
    with d.desk(events=False) as c:
        c.call("incident.report", **incident("LATER-1"))
    assert run(d, "audit", "verify", "--head", old).returncode == 0
    seq, digest = old.split(":")
    assert data(d, "audit", "verify", "--head", old)["seq"] > int(seq)
    forged = f"{seq}:{'0' * 64}"
    assert seq in run(d, "audit", "verify", "--head", forged, code=1).stderr
    assert "9999999" in run(d, "audit", "verify", "--head", f"9999999:{digest}", code=1).stderr
    for bad in ("x", "1", f"1:{'g' * 64}", f"-1:{digest}"):
        run(d, "audit", "verify", "--head", bad, code=2)


def journal(path, statement, *values):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        assert db.execute(statement, values).rowcount == 1


TAMPERED = {
    "what": "UPDATE journal SET data = CAST(data || x'00' AS BLOB) WHERE seq = ?",
    "when": "UPDATE journal SET at = at - 60000 WHERE seq = ?",
    "a row is gone": "DELETE FROM journal WHERE seq = ?",
    "the hash, too": "UPDATE journal SET at = at - 1, hash = zeroblob(32) WHERE seq = ?",
}


@pytest.mark.parametrize("name", TAMPERED)
def test_audit_finds_what_was_tampered_with(d, tmp_path, name):
    copy = str(tmp_path / "copy.db")
    run(d, "backup", copy)
    with contextlib.closing(sqlite3.connect(copy)) as db:
        (before,), (seq,) = db.execute("SELECT seq FROM journal ORDER BY seq LIMIT 2 OFFSET 4").fetchall()
    journal(copy, TAMPERED[name], seq)
    done = run(d, "audit", "verify", "--store", copy, code=1)
    assert str(before) in done.stderr, "says where"
    assert not done.stdout


def test_audit_of_something_else(d, tmp_path):
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"not a database at all" * 500)
    assert str(junk) in run(d, "audit", "verify", "--store", str(junk), code=1).stderr
    assert "gone.db" in run(d, "audit", "verify", "--store", str(tmp_path / "gone.db"), code=1).stderr
    assert not (tmp_path / "gone.db").exists()


# -- routing and configuration -----------------------------------------------------------------

@pytest.fixture
def mechanism(tmp_path):
    return shutil.copytree(os.path.join(ROOT, "config", "zhangping"), tmp_path / "mechanism")


def edit(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_route_explain(d, stopped):
    offline = run(stopped, "route", "explain", "--area", "350881001", "解放路自来水管爆了").stdout
    assert re.search(r"✓ .*第 \d+ 行", offline) and "主办  水发自来水公司(water)" in offline
    got = data(stopped, "route", "explain", "--category", "601301", "--units", "fire,water", "x")
    assert got["route"]["lead"] == "fire" and got["route"]["assist"] == ["water"]
    assert got["rules"] == [] or not any(r["matched"] for r in got["rules"]) or got["route"]["rule"]
    assert run(stopped, "route", "explain", "--at", "2026-03-02 08:00", "解放路自来水管爆了").stdout == run(
        stopped, "route", "explain", "--at", "2026-03-02T08:00:00+08:00", "解放路自来水管爆了").stdout
    for wrong in (("--at", "昨天x"), ("--priority", "P9")):
        assert wrong[1] in run(stopped, "route", "explain", *wrong, "解放路自来水管爆了").stderr, "never left out without a word"
    stored = data(d, "route", "explain", NUMBER)
    was = data(d, "incident", "show", NUMBER)
    assert stored["route"]["rule"] == was["route"]["rule"], "the stored incident is the one explained"
    assert stored["route"]["lead"] == "water" and stored["route"]["category"] == "601301"
    assert "主办  水发自来水公司(water)" in run(d, "route", "explain", NUMBER).stdout


def test_check_and_route_test_of_a_broken_mechanism(tmp_path, mechanism):
    d = Daemon(tmp_path, mechanism=mechanism)
    assert "配置无误" in run(d, "check").stdout and data(d, "check")["ok"] is True
    assert data(d, "route", "test")["failed"] == 0
    edit(mechanism, "categories.yaml", "lead: water\n", "lead: watr\n")
    edit(mechanism, "units.yaml", "tier: 2", "teir: 2")
    edit(mechanism, "policy.yaml", "close_after_callback: ", "close_after_callback: no #")
    said = run(d, "check", code=1).stdout
    for pattern in (r"categories\.yaml:\d+:\d+: .*watr", r"units\.yaml:\d+:\d+: .*teir.*tier", r"policy\.yaml:\d+:\d+: "):
        assert re.search(pattern, said), said
    got = data(d, "check", code=1)
    assert not got["ok"] and got["errors"] >= 3
    assert {p["file"].split("/")[-1] for p in got["problems"] if p["kind"] == "error"} >= {
        "categories.yaml", "units.yaml", "policy.yaml"}
    assert all(p["line"] > 0 for p in got["problems"] if p["kind"] == "error")
    assert "watr" in run(d, "route", "test", code=1).stderr
    assert "watr" in run(d, "route", "explain", "水管爆了", code=1).stderr


def test_route_test_that_fails(tmp_path, mechanism):
    d = Daemon(tmp_path, mechanism=mechanism)
    edit(mechanism, "routing-tests.yaml", "lead: water", "lead: power")
    done = run(d, "route", "test", code=1)
    assert "1 个不符" in done.stdout and "routing-tests.yaml:" in done.stdout
    assert data(d, "route", "test", code=1)["failed"] == 1
    run(d, "check", code=1)


def test_reload(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d:
        with d.desk(events=False) as c:
            before = c.call("incident.report", **incident("OLD-1"))
        revision = data(d, "status")["revision"]
        good = (mechanism / "policy.yaml").read_text(encoding="utf-8")
        edit(mechanism, "policy.yaml", "city: 30m", "city: 30 minutes")
        refused = run(d, "reload", code=1).stderr
        assert "policy.yaml:" in refused and revision in refused
        assert data(d, "status")["revision"] == revision
        (mechanism / "policy.yaml").write_text(good.replace("city: 30m", "city: 20m", 1), encoding="utf-8")
        changed = data(d, "reload", "--why", "演练二十分钟")
        assert changed["changed"] and changed["revision"] != revision
        assert data(d, "reload")["changed"] is False
        with d.desk(events=False) as c:
            after = c.call("incident.report", **incident("NEW-1"))
            assert c.call("dispatch.get", dispatch="OLD-1-01")["arrive_due"] == before["dispatches"][0]["arrive_due"]
            assert after["dispatches"][0]["revision"] == changed["revision"] != before["dispatches"][0]["revision"]
            assert minutes(after["dispatches"][0]) == 20 and minutes(before["dispatches"][0]) == 30
            old = {k["clock"]: k for k in c.call("dispatch.deadlines", dispatch="OLD-1-01", explain=True)["clocks"]}
            assert old["arrive"]["limit_seconds"] == 1800 and old["arrive"]["revision"] == revision
        activated = [e for e in map(json.loads, run(d, "--json", "events").stdout.split("\n")[:-1])
                     if e["type"] == "config.activated"]
        assert activated[-1]["data"]["revision"] == changed["revision"]
        assert activated[-1]["data"]["why"] == "演练二十分钟" and activated[-1]["by"] == "local"
        d.restart()
        assert data(d, "status")["revision"] == changed["revision"]


def minutes(dispatch):
    def at(text):
        return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    return round((at(dispatch["arrive_due"]) - at(dispatch["issued_at"])) / 60)


# -- accounts ----------------------------------------------------------------------------------

def session(d, token):
    with d.raw() as c:
        return c.call("session.open", token=token, events=False)


@pytest.mark.parametrize("option", ["--token-file", "--cert"])
def test_a_pipe_in_place_of_a_secret_is_no_file(tmp_path, option):
    """It was opened, which waits for somebody who writes into it."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    done = subprocess.run([CTL, "--server", "127.0.0.1:1", option, tmp_path / "pipe", "status"], capture_output=True, text=True,
                          timeout=LIMIT, check=False)
    assert done.returncode == 1 and done.stderr.strip(), done


def test_a_token_that_cannot_be_written_is_revoked(d):
    """It is shown once: a full disk would have left an empty file, a token that no person has, and exit code 0."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([CTL, "-c", d.config, "account", "add", "lost", "--role", "desk"], stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=LIMIT, check=False)
    assert done.returncode == 1 and "令牌没有写出去" in done.stderr and "已停用" in done.stderr, done
    lost = [a for a in data(d, "account", "list")["accounts"] if a["name"] == "lost"]
    assert len(lost) == 1 and lost[0]["revoked_at"]


def test_an_output_that_is_not_whole_is_no_success(d):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([CTL, "-c", d.config, "units"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 1 and "输出没有写全" in done.stderr, done


def test_an_account_is_made_rotated_and_revoked(d):
    made = data(d, "account", "add", "rota", "--role", "liaison", "--unit", "fire")
    assert {k: made[k] for k in ("name", "role", "unit")} == {"name": "rota", "role": "liaison", "unit": "fire"}
    assert len(made["token"]) >= 64
    second = run(d, "account", "add", "rota", "--role", "liaison", "--unit", "fire").stdout.split()[-1]
    assert made["token"] != second
    for token in (made["token"], second):
        assert session(d, token)["unit"] == "fire"
    assert "两个" in run(d, "account", "add", "rota", "--role", "liaison", "--unit", "fire", code=1).stderr
    run(d, "account", "add", "rota", "--role", "desk", code=1)
    listed = run(d, "account", "list").stdout + run(d, "--json", "account", "list").stdout
    assert "rota" in listed and made["token"] not in listed
    assert made["token"] not in d.log() and second not in d.log()
    assert "即刻失效" in run(d, "account", "revoke", "rota").stdout
    for token in (made["token"], second):
        with pytest.raises(Refused) as why:
            session(d, token)
        assert why.value.word == "unauthenticated"
    third = data(d, "account", "add", "rota", "--role", "liaison", "--unit", "fire")["token"]
    assert session(d, third)["role"] == "liaison", "a name can be used again"
    named = data(d, "account", "add", "gateway", "--role", "integration", "--commands", "incident.report,incident.get")
    assert session(d, named["token"])["role"] == "integration"
    run(d, "account", "add", "gateway2", "--role", "integration", "--commands", "clock.set", code=1)


def test_one_of_two_tokens_is_revoked_and_the_other_goes_on(d):
    """Rotation without a gap: add, switch, revoke the old one."""
    old = data(d, "account", "add", "turn", "--role", "desk")
    new = data(d, "account", "add", "turn", "--role", "desk")
    assert old["token_id"] == hashlib.sha256(old["token"].encode()).hexdigest()[:12] != new["token_id"]
    with d.raw() as first, d.raw() as second:
        first.call("session.open", token=old["token"], events=False)
        second.call("session.open", token=new["token"], events=False)
        said = run(d, "account", "revoke", "turn", "--token", old["token_id"]).stdout
        assert old["token_id"] in said and "照常" in said
        first.end(limit=5)
        second.call("session.ping")
    with pytest.raises(Refused):
        session(d, old["token"])
    assert session(d, new["token"])["role"] == "desk"
    third = data(d, "account", "add", "turn", "--role", "desk")
    assert session(d, third["token"])["role"] == session(d, new["token"])["role"] == "desk"
    table = run(d, "account", "list").stdout
    assert all(one["token_id"] in table for one in (old, new, third))
    listed = {a["token_id"]: a for a in data(d, "account", "list")["accounts"] if a["name"] == "turn"}
    assert set(listed) == {old["token_id"], new["token_id"], third["token_id"]}
    assert [t for t, a in listed.items() if "revoked_at" in a] == [old["token_id"]]
    events = [json.loads(x) for x in run(d, "--json", "events").stdout.split("\n")[:-1]]
    assert [e["data"]["token_id"] for e in events if e["type"] == "account.revoked" and e["data"]["name"] == "turn"] == [
        old["token_id"]]
    seq = events[-1]["seq"]
    data(d, "account", "revoke", "turn", "--token", old["token_id"])  # again: nothing
    assert data(d, "status")["seq"] == seq
    for bad, word in (("0" * 12, "没有令牌"), ("zz", "token_id"), ("x" * 12, "没有令牌")):
        assert word in run(d, "account", "revoke", "turn", "--token", bad, code=1).stderr
    assert "没有" in run(d, "account", "revoke", "someone", "--token", new["token_id"], code=1).stderr
    assert session(d, new["token"])["role"] == "desk", "another account's name revokes nothing"
    run(d, "account", "revoke", "turn")
    for one in (new, third):
        with pytest.raises(Refused):
            session(d, one["token"])


def http_read(d, path, token):
    """A request; the caller waits for its answer on the socket."""
    c = d.http_raw()
    c.send_bytes(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return c.socket


def until_readable(sock, limit):
    assert select.select([sock], [], [], limit)[0], "nothing came"
    return sock.recv(65536)


@pytest.mark.alone
def test_revocation_ends_what_is_open_within_a_second(d):
    token = data(d, "account", "add", "gone", "--role", "liaison", "--unit", "fire")["token"]
    keep = data(d, "account", "add", "stays", "--role", "liaison", "--unit", "fire")["token"]
    with d.raw() as console, d.raw() as other:
        seq = console.call("session.open", token=token)["seq"]
        other.call("session.open", token=keep)
        with http_read(d, "/v1/stream", token) as stream, \
                http_read(d, f"/v1/dispatches?after={seq}&wait=60", token) as poll:
            assert b" 200 " in until_readable(stream, 15)
            until(lambda: re.search(rb"liandong_http_parked [1-9]", d.http("GET", "/metrics")[2]), "the poll to wait")
            begun = time.monotonic()
            run(d, "account", "revoke", "gone")
            console.end(limit=5)
            head = until_readable(poll, 5)
            while until_readable(stream, 5):
                pass
            took = time.monotonic() - begun
        assert head.startswith(b"HTTP/1.1 401 "), head[:200]
        assert took < 1 + 2 * ("asan" in BUILD), f"{took:.2f} s"
        assert other.call("session.ping")["seq"] >= seq


# -- the clock ---------------------------------------------------------------------------------

def test_manual_clock(tmp_path):
    with Daemon(tmp_path, clock="2026-03-02T08:00:00+08:00") as d:
        assert data(d, "clock") == {**data(d, "clock"), "manual": True, "time": "2026-03-02T08:00:00+08:00"}
        assert "手动时钟" in run(d, "clock").stdout
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("M-1", received_at="2026-03-02T08:00:00+08:00"))
        assert data(d, "clock", "advance", "30m")["time"].startswith("2026-03-02T08:30:00")
        assert data(d, "dispatch", "show", "M-1-01")["overdue"] != []
        assert "2026-03-02T09:00" in run(d, "clock", "set", "2026-03-02T09:00:00+08:00").stdout
        for bad, code in ((["advance", "-5m"], 1), (["advance", "5 parsecs"], 1), (["advance"], 2),
                          (["set", "2026-03-02T07:00:00+08:00"], 1), (["set", "gestern"], 1), (["back"], 2)):
            assert run(d, "clock", *bad, code=code).stderr
        assert data(d, "status")["clock"] == "manual"
        assert data(d, "clock")["time"].startswith("2026-03-02T09:00:00")


def test_what_a_person_reads_of_the_whole_course(tmp_path):
    """From two callers to the call-back and a finding: no code of the protocol is left for a person to read, and an
    answer says where the matter stands now."""
    at = "2026-07-06T08:00:00+08:00"
    with Daemon(tmp_path, clock=at) as d:
        afraid = json.dumps(incident("A", at, description="水管爆了,别说是我报的", units=["water"]), ensure_ascii=False)
        told = run(d, "report", "--details", "-", stdin=afraid + "\n" + json.dumps(incident("B", at, same_as="A")) + "\n").stdout
        assert "是否为报警人保密" in told and "归入 A:已有 2 人报告" in told and "同主警情" in told
        d.advance("1h")
        run(d, "dispatch", "complete", "A-01", "修好了", "--person", "陈")
        assert "处置中" in run(d, "incident", "callback", "A", "dissatisfied", "还在漏").stdout
        run(d, "dispatch", "complete", "A-01", "又修好了", "--person", "陈")
        run(d, "incident", "callback", "A", "basically")
        run(d, "measure", "record", "water", "漳公督〔2026〕1号", "order", "屡次迟到", "--until", "2026-07-20")
        shown = run(d, "incident", "show", "A").stdout
        assert "来电  已有 2 人报告" in shown and re.search(r"回访  基本满意 ", shown)
        assert "水发自来水公司" in shown.split("序号")[1], "events name the unit as people do"
        assert "归入  A" in run(d, "incident", "show", "B").stdout
        found = run(d, "finding", "list").stdout
        assert "待确认" in found and "水发自来水公司" in found
        measures = run(d, "measure", "list").stdout
        assert "督办单" in measures and "7月20日 24:00" in measures, "until a day is through that day"
        codes = re.compile(r"(?<![\w.-])(incident|dispatch|finding|request|measure|callback)\.[a-z-]+|(?<!\w)(open|void|order|basically)(?!\w)")
        for text in (shown, found, measures, run(d, "events").stdout, run(d, "request", "list").stdout):
            assert not codes.search(text), codes.search(text).group()


def test_the_caller_s_phone_is_known_by_its_form(d):
    """In the line of a new incident; what is a number of something else is none. With it the desk is told what he
    has reported before."""
    lines = ["n 解放路9号水管爆了 13955512345", "n 和平路9号路灯不亮,电话0597-7531122", "n 表号20260701的水表漏水",
             "n 解放路9号又爆了,139 5551 2345"]
    done = subprocess.run([CTL, "-c", d.config, "console"], input="\n\n".join([*lines, "quit\n"]), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    until(lambda: len(data(d, "incident", "list", "--limit", "20")["incidents"]) >= 5)
    with d.desk(events=False) as c:
        phones = {i["description"]: i.get("reporter", {}).get("phone") for i in c.call("incident.list", limit=50)["incidents"]}
    assert phones["解放路9号水管爆了 13955512345"] == "13955512345"
    assert phones["和平路9号路灯不亮,电话0597-7531122"] == "0597-7531122"
    assert phones["表号20260701的水表漏水"] is None
    assert "同一电话先前来电 1 次" in done.stdout


# -- what strangers stumbled over -----------------------------------------------------------------


def test_times_are_by_the_daemons_clock(tmp_path):
    """The year is left out where it is the daemon's, and a report of the console happens when the daemon's clock says."""
    with Daemon(tmp_path, clock="2029-03-02T08:00:00+08:00") as d:
        done = d.ctl("console", stdin="n 解放路12号水管爆裂\n\n")
        assert done.returncode == 0
        with d.desk() as c:
            (one,) = c.call("incident.list")["incidents"]
        assert one["received_at"] == "2029-03-02T08:00:00+08:00"
        listed = d.ctl("incident", "list").stdout
        assert "3月2日 08:00" in listed and "2029年" not in listed


def test_the_systems_reasons_are_chinese(d, tmp_path):
    missing = subprocess.run([CTL, "-c", str(tmp_path / "no.yaml"), "check"], capture_output=True, text=True, check=False)
    assert missing.returncode == 1 and "没有这个文件或文件夹" in missing.stdout and "No such file" not in missing.stdout
    english = subprocess.run([CTL, "--en", "-c", str(tmp_path / "no.yaml"), "check"], capture_output=True, text=True, check=False)
    assert "No such file" in english.stdout
    folder = run(d, "print", "contacts", "-o", str(tmp_path), code=1).stderr
    assert "这是一个文件夹" in folder and "Is a directory" not in folder


def test_titles_of_http_are_chinese(d):
    for method, path, status, title in (("GET", "/nothing", 404, "没有这个地址"), ("DELETE", "/v1/incidents", 405, "这个地址不接受这种方法")):
        got, _, body = d.http(method, path, d.account("desk1", "desk"))
        assert (got, body["title"]) == (status, title)


def test_commands_are_named_as_they_are_typed(d):
    said = run(d, "mode", "end", "typhoon", "雨停了", code=1).stderr
    assert "mode list" in said and "mode.list" not in said
    with d.console("leader1", "shift-leader") as c, pytest.raises(Refused) as refused:
        c.call("mode.end", mode="typhoon", reason="雨停了")
    assert "mode.list" in refused.value.message, "the protocol's own name, on the protocol"


def test_an_unknown_parameter_names_those_there_are(d):
    with d.desk() as c:
        with pytest.raises(Refused) as refused:
            c.call("request.list", wholly_else="x")
        assert "命令 request.list 没有参数 wholly_else。它的参数:" in refused.value.message
        assert all(name in refused.value.message for name in ("kind", "state", "unit", "limit", "cursor"))
        with pytest.raises(Refused) as refused:
            c.call("session.ping", wholly_else="x")
        assert refused.value.message == "命令 session.ping 没有参数 wholly_else"


def test_units_are_named(d):
    found = run(d, "categories", "爆管").stdout
    assert "水发自来水公司(water)" in found
    explained = run(d, "route", "explain", NUMBER).stdout
    assert re.search(r"主办  [\u4e00-\u9fff0-9]+\([a-z-]+\)", explained)


CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("words", [("units",), ("categories",), ("incident", "list"), ("dispatch", "list", "--unit", "water"),
                                   ("request", "list"), ("finding", "list"), ("mode", "list"), ("shift", "list"),
                                   ("measure", "list"), ("meeting", "list"), ("events",), ("account", "list"),
                                   ("route", "log"), ("duty",)])
def test_heads_of_lists_are_english(d, words):
    assert not CHINESE.search(run(d, "--en", *words).stdout.splitlines()[0])
    assert CHINESE.search(run(d, *words).stdout.splitlines()[0])


def test_the_status_in_english(d):
    rows = [x for x in run(d, "--en", "status").stdout.splitlines() if not x.startswith("note: ")]
    assert not CHINESE.search("".join(rows)) and any(x.startswith("open incidents  ") for x in rows)


def test_what_is_said_in_english_has_no_chinese(tmp_path):
    """Of commands that say what they did; names and texts of the mechanism stay as they are, so none is shown here."""
    with Daemon(tmp_path, clock="2026-03-06T17:20:00+08:00", language="en") as d, d.local() as c:
        c.call("incident.report", **incident("EN-1", "2026-03-06T17:20:00+08:00", units=["water"]))
        revision = c.call("routing.get")["revision"]
        for words in (["account", "add", "desk-en", "--role", "desk"], ["code", "desk-en"], ["account", "revoke", "desk-en"], ["clock"], ["clock", "advance", "10m"],
                      ["incident", "urge", "EN-1"], ["queues"], ["route", "log"], ["route", "show"], ["route", "diff", revision], ["audit", "verify"]):
            out = d.ctl("--en", *words)
            assert out.stdout and not re.search("[\u4e00-\u9fff]", out.stdout + out.stderr), (words, out.stdout, out.stderr)
        shown = d.ctl("--en", "dispatch", "show", "EN-1-01").stdout
        assert "acknowledge by" in shown and "  call  " in shown
        assert re.search("reported$|reported ", d.ctl("--en", "events").stdout, re.M)


def test_every_usage_and_help_is_english():
    """By LANGUAGE alone, which needs no daemon and no file."""
    def said(*words):
        done = subprocess.run([CTL, *words], capture_output=True, text=True, check=False, env={**os.environ, "LIANDONG_LANGUAGE": "en"})
        return done.stdout + done.stderr
    whole = said("--help")
    assert not CHINESE.search(whole), CHINESE.search(whole)
    commands = said("--commands").splitlines()
    for name in commands:
        usage = said(*name.split(), "--help")
        assert usage.startswith(f"liandongctl {name}") and not CHINESE.search(usage), usage
    assert "is meant" in said("inciden", "lst") and "it may be: " in said("incident")
