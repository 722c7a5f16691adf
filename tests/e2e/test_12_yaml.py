"""The mechanism's files beside other tools: a reader of YAML 1.1 takes them for the same; JSON Schema takes and
refuses what the loader does; a published calendar comes in; a new city's mechanism is valid from the start."""
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest
import yaml

from harness import BUILD, ROOT

ROOT = pathlib.Path(ROOT)
CTL = os.path.join(BUILD, "liandongctl")
SCHEMAS = {f.name.removesuffix(".schema.json"): json.loads(f.read_text()) for f in (ROOT / "config/schema").glob("*.json")}
CASES = ROOT / "tests/check"
SHIPPED = sorted([*ROOT.glob("config/**/*.yaml"), ROOT / "dist/liandong.yaml"])


def ctl(*words, **more):
    return subprocess.run([CTL, *map(str, words)], capture_output=True, text=True, **more)


# -- YAML 1.1 ---------------------------------------------------------------------------------------

def same(theirs, ours, where):
    """What PyYAML (YAML 1.1) made of it, and our texts: only whole numbers, decimals and true and false are no
    texts to it, and these are written as everybody writes them."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict) and [key_of(k) for k in theirs] == list(ours), where
        for k, v in theirs.items():
            same(v, ours[key_of(k)], f"{where}.{k}")
    elif isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs), where
        for i, v in enumerate(theirs):
            same(v, ours[i], f"{where}[{i}]")
    elif isinstance(theirs, bool):
        assert ours == str(theirs).lower(), f"{where}: {ours} is {theirs} to YAML 1.1"
    elif isinstance(theirs, (int, float)):
        assert re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]+)?", ours) and float(ours) == theirs, f"{where}: {ours} is {theirs}"
    else:
        assert type(theirs) is str and ours == theirs.rstrip("\n"), f"{where}: {ours!r} is {theirs!r} to YAML 1.1"


def key_of(key):
    assert type(key) in (str, int), f"the key {key!r} is no text to YAML 1.1"
    return str(key)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda f: str(f.relative_to(ROOT)))
def test_yaml_1_1_reads_the_same(file):
    done = ctl("--tree", file)
    assert done.returncode == 0, done.stderr
    same(yaml.safe_load(file.read_text()) or {}, json.loads(done.stdout), file.stem)


@pytest.mark.parametrize("line", ["off: 1", "a: no", "a: 0644", "a: 22:30", "a: 1_000", "a: 2026-01-01", "a: ~", "a: 0o17", "y: 1e3"])
def test_the_comparison_sees_what_is_read_otherwise(tmp_path, line):
    file = tmp_path / "x.yaml"
    file.write_text(line + "\n")
    with pytest.raises(AssertionError):
        same(yaml.safe_load(line), json.loads(ctl("--tree", file).stdout), "x")
        same(yaml.safe_load(line), {"y": "1000"}, "x")  # 1e3 is a text to PyYAML and a number to others


# -- JSON Schema ------------------------------------------------------------------------------------

class Loader(yaml.SafeLoader):
    """YAML 1.2's core guesses, as editors make them."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (("bool", r"^(true|false)$", "tf"), ("null", r"^(null|~|)$", ["n", "~", ""]),
                            ("int", r"^(0|[1-9][0-9]*)$", "0123456789"),
                            ("float", r"^(0|[1-9][0-9]*)\.[0-9]+$", "0123456789")):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
Loader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: {
    str(loader.construct_object(k, deep=True)): loader.construct_object(v, deep=True) for k, v in node.value})


def refused(name, file):
    document = yaml.load(file.read_text(), Loader)
    return [f"{e.json_path}: {e.message[:150]}" for e in jsonschema.Draft202012Validator(SCHEMAS[name]).iter_errors(document)]


def properties(schema, node, path=""):
    for name, value in (node.get("properties") or {}).items():
        target = schema["$defs"][value["$ref"].rsplit("/", 1)[-1]] if "$ref" in value else {}
        yield f"{path}.{name}", {**target, **value}
        yield from properties(schema, value, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from properties(schema, node[key], path + "[]")
    for group in ("patternProperties", "$defs"):
        for name, value in (node.get(group) or {}).items():
            yield from properties(schema, value, f"{path}#{name}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_says_in_chinese_what_it_is(name):
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert re.search("[\u4e00-\u9fff]", schema["title"])
    bare = [path for path, value in properties(schema, schema) if not re.search("[\u4e00-\u9fff]", value.get("description", ""))]
    assert bare == []


@pytest.mark.parametrize("folder", ["new-city", "zhangping"])
def test_the_shipped_files_are_valid(folder):
    for file in (ROOT / "config" / folder).glob("*.yaml"):
        assert refused(file.stem, file) == [], file
        assert f"$schema=../schema/{file.stem}.schema.json" in file.read_text() or file.stem in ("categories", "routing", "routing-tests"), file


def test_what_the_loader_takes_the_schemas_take():
    for file in sorted(CASES.glob("*/good/*.yaml")) + sorted((CASES / "base").glob("*.yaml")):
        assert refused(file.stem, file) == [], file


# what needs only one file, and no other reader, to be seen
SEEN = ["key-missing", "key-unknown", "old-word", "quote", "range", "value"]


@pytest.mark.parametrize("code", SEEN)
def test_what_the_loader_refuses_the_schemas_refuse(code):
    files = list((CASES / code / "bad").glob("*.yaml"))
    taken = [f.name for f in files if not refused(f.stem, f)]
    # `no` is a text to YAML 1.2, and a truth value to 1.1: only the loader asks for its quotes
    assert files and taken == (["categories.yaml"] if code == "quote" else [])


# -- a published calendar ---------------------------------------------------------------------------

DAYS = [("元旦", "01-01", 3, True), ("元旦", "01-09", 1, False), ("春节", "02-05", 8, True), ("清明节", "04-03", 3, True),
        ("劳动节", "05-01", 5, True), ("劳动节", "05-08", 1, False), ("端午节", "06-09", 1, True), ("中秋节", "09-15", 1, True),
        ("国庆节", "10-01", 7, True), ("国庆节", "10-09", 1, False)]


def days(year):
    for name, first, n, off in DAYS:
        for i in range(n):
            yield {"name": name, "date": str(datetime.date.fromisoformat(f"{year}-{first}") + datetime.timedelta(i)), "isOffDay": off}


def published_json(year):
    return json.dumps({"$schema": "x", "year": year, "papers": [], "days": list(days(year))}, ensure_ascii=False)


def published_ics(year):
    out = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:中国法定节假日"]
    for name, first, n, off in DAYS:
        begin = datetime.date.fromisoformat(f"{year}-{first}")
        summary = f"{name}假期" if off else f"上班(补{name}假期)"
        out += ["BEGIN:VEVENT", f"SUMMARY:{summary[:2]}", f" {summary[2:]}", f"DTSTART;VALUE=DATE:{begin:%Y%m%d}",
                f"DTEND;VALUE=DATE:{begin + datetime.timedelta(n):%Y%m%d}", f"UID:{begin}", "END:VEVENT"]
    return "\r\n".join(out + ["END:VCALENDAR", ""])


@pytest.fixture
def city(tmp_path):
    assert ctl("mechanism", "init", "--name", "新安市", tmp_path / "city").returncode == 0
    (tmp_path / "liandong.yaml").write_text("mechanism: city\n")
    return tmp_path


def put_in(city, name, text, *words):
    (city / name).write_text(text, newline="")
    return ctl("-c", city / "liandong.yaml", "calendar", "import", *words, city / name)


@pytest.mark.parametrize("name,make", [("2031.json", published_json), ("2031.ics", published_ics)])
def test_a_published_year_comes_in(city, name, make):
    file = city / "city/calendar.yaml"
    before = file.read_text()
    done = put_in(city, name, make(2031), "--yes")
    assert done.returncode == 0, done.stderr
    assert file.read_text().startswith(before.rstrip("\n")), "what was there stays as it was"
    year = yaml.safe_load(file.read_text())["years"][2031]
    assert year["holidays"] == {d["date"]: d["name"] for d in days(2031) if d["isOffDay"]}
    assert year["make_up_days"] == {d["date"]: d["name"] for d in days(2031) if not d["isOffDay"]}
    assert "没有改动" in put_in(city, name, make(2031), "--yes").stdout


def test_a_year_that_is_there_is_replaced_and_keeps_its_comments(city):
    file = city / "city/calendar.yaml"
    file.write_text(file.read_text() + '  2031:\n    # 国办发明电〔2030〕9号\n    holidays: {"2031-01-01": 元旦} # 待补\n  2032:\n    # 未公布\n    holidays: {"2032-01-01": 元旦}\n')
    tail = file.read_text()[file.read_text().index("  2032:"):]
    assert put_in(city, "2031.json", published_json(2031), "--yes").returncode == 0
    text = file.read_text()
    assert text.endswith(tail) and "  2031:\n    # 国办发明电〔2030〕9号\n    holidays:\n      \"2031-01-01\": 元旦\n" in text
    assert len(yaml.safe_load(text)["years"][2031]["holidays"]) == 28


def test_a_year_goes_where_it_belongs(city):
    file = city / "city/calendar.yaml"
    assert put_in(city, "2031.json", published_json(2031), "--yes").returncode == 0
    assert put_in(city, "2028.ics", published_ics(2028), "--yes").returncode == 0
    assert put_in(city, "2020.json", published_json(2020), "--yes").returncode == 0
    assert list(yaml.safe_load(file.read_text())["years"]) == [2020, 2024, 2025, 2026, 2028, 2031]


def test_nothing_is_written_unasked(city):
    before = (city / "city/calendar.yaml").read_bytes()
    dry = put_in(city, "2031.json", published_json(2031), "--dry-run")
    assert dry.returncode == 0 and '+       "2031-10-07": 国庆节' in dry.stdout
    asked = ctl("-c", city / "liandong.yaml", "calendar", "import", city / "2031.json", stdin=subprocess.DEVNULL)
    assert asked.returncode == 1 and "--yes" in asked.stderr
    assert (city / "city/calendar.yaml").read_bytes() == before


def test_days_of_another_year_are_named_and_left_out(city):
    text = json.dumps({"year": 2031, "days": list(days(2031)) + [{"name": "元旦", "date": "2032-01-01", "isOffDay": True}]})
    done = put_in(city, "2031.json", text, "--yes")
    assert done.returncode == 0 and "2032-01-01(元旦)不在这一年" in done.stderr
    assert 2032 not in yaml.safe_load((city / "city/calendar.yaml").read_text())["years"]


@pytest.mark.parametrize("text,said", [
    ("{", "不是 JSON"), ('{"year": 2031}', "缺少 days"), ('{"days": []}', "没有一个日子"), ("[]", "没有一个日子"),
    ('[{"name": "元旦", "date": "2031-02-30", "isOffDay": true}]', "第 1 项"),
    ('[{"name": "元旦", "date": "2031-01-01"}]', "第 1 项"),
    ('[{"name": "元旦", "date": "2031-01-01", "isOffDay": true}, {"name": "元旦", "date": "2031-01-01", "isOffDay": false}]', "2031-01-01 出现两次"),
    ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:元旦假期\r\nEND:VEVENT\r\n", ".ics:2:1: 日程应有 DTSTART"),
])
def test_a_bad_set_is_refused_with_what_is_wrong(city, text, said):
    before = (city / "city/calendar.yaml").read_bytes()
    done = put_in(city, "x.ics" if text.startswith("BEGIN") else "x.json", text, "--yes")
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert (city / "city/calendar.yaml").read_bytes() == before


# -- a new city -------------------------------------------------------------------------------------

def test_a_new_mechanism_is_valid_and_says_what_is_left_to_do(city):
    done = ctl("check", "--format", "json", city / "city")
    found = json.loads(done.stdout)
    assert done.returncode == 0 and found["errors"] == 0 and found["tests"] == 4
    assert {p["code"] for p in found["problems"]} <= {"placeholder", "roster-missing", "year-missing"}
    texts = [f.read_text() for f in (city / "city").iterdir()]
    assert len(texts) == 10 and not any("@CITY@" in t or "漳平市机关" in t for t in texts) and any("新安市公安局" in t for t in texts)


def test_its_examples_of_notices_are_good_as_they_stand(city, tmp_path):
    """Who does what notices.yaml says (the {} deleted, the # before the examples) has channels; what exchange.yaml says leads to its example."""
    shutil.copytree(city / "city", tmp_path / "other")
    path = tmp_path / "other/notices.yaml"
    text = re.sub(r"^#(?=\S| {2}\w)", "", path.read_text().replace("channels: {}", "channels:").replace("recipients: {}", "recipients:"), flags=re.M)
    path.write_text(text)
    found = json.loads(ctl("check", "--format", "json", tmp_path / "other").stdout)
    assert found["errors"] == 0, found
    made = yaml.safe_load(text)
    assert set(made["channels"]) == {"hall", "sms"} and "fire" in made["recipients"] and made["quiet"]
    example = (ROOT / "docs/EXCHANGE.md").read_text().split("```yaml\n")[1].split("```")[0]
    other = tmp_path / "other/exchange.yaml"
    other.write_text(other.read_text().replace("partners: {}\n", example))
    found = json.loads(ctl("check", "--format", "json", tmp_path / "other").stdout)
    assert found["errors"] == 0, found


def test_a_folder_in_use_is_left_alone(city):
    before = {f.name: f.read_bytes() for f in (city / "city").iterdir()}
    done = ctl("mechanism", "init", city / "city")
    assert done.returncode == 1 and "已经有了" in done.stderr
    assert {f.name: f.read_bytes() for f in (city / "city").iterdir()} == before


def test_a_name_that_would_break_the_files_is_refused(tmp_path):
    for name in ('a"b', "a\nb", ""):
        assert ctl("mechanism", "init", "--name", name, tmp_path / "x").returncode == 2
    assert not (tmp_path / "x").exists()


# -- docs/ROUTING.md's examples -----------------------------------------------------------------------

EXAMPLES = re.findall(r"^### (例.+?)\n.*?```yaml\n(rules:.*?)```\n```yaml\n(tests:.*?)```\n", (ROOT / "docs/ROUTING.md").read_text(), re.S | re.M)


def test_there_are_ten_examples():
    assert [name.split()[0] for name, _, _ in EXAMPLES] == [f"例{n}" for n in "一二三四五六七八九十"]


@pytest.mark.parametrize("name,rules,tests", EXAMPLES, ids=[name.split()[0] for name, _, _ in EXAMPLES])
def test_an_example_does_what_it_says(city, name, rules, tests):
    """With its rules before those of a new city its cases pass; without them one fails, so that the cases prove the rules."""
    routing = (city / "city/routing.yaml").read_text()
    (city / "city/routing-tests.yaml").write_text(tests)
    without = ctl("check", "--format", "json", city / "city")
    assert {p["code"] for p in json.loads(without.stdout)["problems"] if p["kind"] == "error"} == {"test-failed"}
    (city / "city/routing.yaml").write_text(routing.replace("rules:\n", rules, 1))
    found = json.loads(ctl("check", "--format", "json", city / "city").stdout)
    odd = [p for p in found["problems"] if p["code"] not in ("placeholder", "roster-missing", "year-missing")]
    assert found["errors"] == 0 and found["tests"] == tests.count("- name:") and odd == [], odd
