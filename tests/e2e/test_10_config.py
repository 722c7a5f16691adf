"""The shipped configuration: valid by its schemas, complete by the notice, true to its sources.

Read with PyYAML as YAML 1.2 would be (only true and false are truth values), so that this is a
second reading, independent of the loader's. The facts repeated here (units, holidays, limits) are
those of the notice and of the State Council's holiday notices.
"""

import datetime
import json
import pathlib
import re

import jsonschema
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "config" / "zhangping"
SCHEMAS = ROOT / "config" / "schema"
SEVEN = ["areas", "calendar", "categories", "contacts", "policy", "routing", "units"]


class Loader(yaml.SafeLoader):
    """YAML 1.2's guesses: true, false, null and decimal numbers; dates and `off` stay texts."""


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), "tf")
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(0|[1-9][0-9]*)$"), "0123456789")
Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^(0|[1-9][0-9]*)\.[0-9]+$"), "0123456789")


def strict_mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    assert len(keys) == len(set(keys)), f"duplicate key in {node.start_mark}"
    return {str(loader.construct_object(k, deep=True)): loader.construct_object(v, deep=True) for k, v in node.value}


Loader.add_constructor("tag:yaml.org,2002:map", strict_mapping)


def read(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def errors(name, document):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return [f"{e.json_path}: {e.message[:200]}" for e in jsonschema.Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("name", SEVEN + ["rosters", "routing-tests"])
def test_the_shipped_files_are_valid(name):
    assert errors(name, read(FOLDER / f"{name}.yaml")) == []


def test_the_options_are_valid():
    assert errors("liandong", read(ROOT / "config" / "liandong.yaml")) == []
    assert errors("liandong", None) == []
    assert errors("liandong", {"limits": None}) == []


@pytest.mark.parametrize(
    "name, change",
    [
        ("units", lambda d: d["units"][0].update(tier=3)),
        ("units", lambda d: d["units"][0].update(colour="red")),
        ("units", lambda d: d["units"][0].pop("duty")),
        ("units", lambda d: d["units"][0].update(id="none")),
        ("areas", lambda d: d["areas"][0].pop("zone")),
        ("calendar", lambda d: d["years"].update({"26": {"holidays": {}}})),
        ("calendar", lambda d: d["hours"][0].pop("to")),
        ("categories", lambda d: d["categories"][0].update(priority="P5")),
        ("contacts", lambda d: d["contacts"][0].update(phone="call")),
        ("policy", lambda d: d["acknowledge"].pop("P1")),
        ("policy", lambda d: d["arrive"].update(city="30")),
        ("policy", lambda d: d["callback"].update(hours="9:00-21:00")),
        ("routing", lambda d: d["rules"][0].update(also=True, lead="water")),
        ("routing", lambda d: d["rules"][0]["when"].update(keywords=[])),
        ("routing-tests", lambda d: d["tests"][0].update(expect={})),
        ("rosters", lambda d: d["rosters"][0]["people"]["chen"].pop("phone")),
        ("rosters", lambda d: d["rosters"][0]["shifts"][0].update(every=0)),
        ("rosters", lambda d: d["rosters"][0]["shifts"][0].update(to="24:00")),
        ("rosters", lambda d: d["rosters"][0]["shifts"][0].update(order=[])),
        ("rosters", lambda d: d["rosters"][0]["overrides"][0].update(people=[])),
    ],
)
def test_the_schemas_refuse_what_the_loader_refuses(name, change):
    document = read(FOLDER / f"{name}.yaml")
    change(document)
    assert errors(name, document) != []


# -- the notice -----------------------------------------------------------------------------------

ARTICLE_5 = """市委宣传部 市委政法委 市委文明办 团市委 市12345便民服务平台管理中心 市公安局 市应急管理局 市民政局 市妇联
市卫健委 市交通运输局 市市场监管局 市生态环境局 市人社局 市自然资源局 市住房和城乡建设局 市城市管理局 市融媒体中心
市公安局交警支队 市消防救援支队 国网漳平供电公司 中国邮政漳平分公司 中国电信漳平分公司 中国移动漳平分公司
中国联通漳平分公司 水发自来水公司 福建广电网络集团漳平分公司 中国铁路南昌局漳平机务段""".split()
ARTICLE_11 = """public-security hotline-12345 civil-affairs transport market ecology urban-management traffic-police fire
ems-120 power water railway""".split()
TOWNS = """350881001 350881002 350881100 350881101 350881102 350881103 350881104 350881105 350881106 350881107
350881108 350881109 350881110 350881203 350881204 350881205""".split()


def test_the_units_are_those_of_the_notice():
    units = read(FOLDER / "units.yaml")["units"]
    assert len(ARTICLE_5) == 28
    assert [u["name"] for u in units if "第五条" in u["article"]] == ARTICLE_5
    assert sorted(u["id"] for u in units if u["tier"] == 1) == sorted(ARTICLE_11)
    assert sorted(u["township"] for u in units if "township" in u) == TOWNS
    # no member of its own: the part of 市公安局 that complaints against officers go to (Art. 9)
    assert [u["id"] for u in units if u["article"] == "第九条"] == ["police-inspectorate"]
    assert len(units) == 28 + 1 + 1 + 16


def test_every_area_has_its_township_and_zone():
    areas = read(FOLDER / "areas.yaml")["areas"]
    assert [a["code"] for a in areas] == TOWNS
    assert [a["name"] for a in areas if a["zone"] == "city"] == ["菁城街道", "桂林街道"]


def test_every_phone_is_a_placeholder_and_only_once():
    units = read(FOLDER / "units.yaml")["units"]
    people = [u[k] for u in units for k in ("duty", "liaison", "person_in_charge", "leader")]
    people += read(FOLDER / "contacts.yaml")["contacts"]
    people += [p for r in read(FOLDER / "rosters.yaml")["rosters"] for p in r["people"].values()]
    phones = [p["phone"] for p in people]
    assert all(p["placeholder"] is True for p in people)
    assert all(re.fullmatch(r"0597-0000[1-9]\d\d", phone) for phone in phones)
    assert len(set(phones)) == len(phones) == 46 * 4 + 18 + 3


def test_power_has_the_limits_of_its_industry():
    power = next(u for u in read(FOLDER / "units.yaml")["units"] if u["id"] == "power")
    (limit,) = power["industry_limits"]
    assert (limit["city"], limit["outside"]) == ("45m", "90m")
    assert "供电监管办法" in limit["document"] and "第十四条" in limit["document"]
    by_industry = [c["code"] for c in read(FOLDER / "categories.yaml")["categories"] if c["arrival"] == "industry"]
    assert sorted(limit["category"]) == sorted(by_industry) == ["600201", "600202"]


# -- the calendar ---------------------------------------------------------------------------------

# Days off and make-up days as the State Council announced them: first and last day, then Saturdays
# and Sundays that are worked.
HOLIDAYS = {
    "2024": [("01-01", "01-01", "元旦"), ("02-10", "02-17", "春节"), ("04-04", "04-06", "清明节"), ("05-01", "05-05", "劳动节"),
             ("06-10", "06-10", "端午节"), ("09-15", "09-17", "中秋节"), ("10-01", "10-07", "国庆节")],
    "2025": [("01-01", "01-01", "元旦"), ("01-28", "02-04", "春节"), ("04-04", "04-06", "清明节"), ("05-01", "05-05", "劳动节"),
             ("05-31", "06-02", "端午节"), ("10-01", "10-08", "国庆节、中秋节")],
    "2026": [("01-01", "01-03", "元旦"), ("02-15", "02-23", "春节"), ("04-04", "04-06", "清明节"), ("05-01", "05-05", "劳动节"),
             ("06-19", "06-21", "端午节"), ("09-25", "09-27", "中秋节"), ("10-01", "10-07", "国庆节")],
}
MAKE_UP = {
    "2024": ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    "2025": ["01-26", "02-08", "04-27", "09-28", "10-11"],
    "2026": ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_the_calendar_is_the_state_councils(year):
    days = read(FOLDER / "calendar.yaml")["years"][year]
    off = {}
    for first, last, name in HOLIDAYS[year]:
        day = datetime.date.fromisoformat(f"{year}-{first}")
        while day <= datetime.date.fromisoformat(f"{year}-{last}"):
            off[day.isoformat()] = name
            day += datetime.timedelta(days=1)
    assert days["holidays"] == off
    assert list(days["make_up_days"]) == [f"{year}-{day}" for day in MAKE_UP[year]]
    assert all(datetime.date.fromisoformat(day).weekday() >= 5 for day in days["make_up_days"])


def test_office_hours():
    assert read(FOLDER / "calendar.yaml")["hours"] == [
        {"from": "06-01", "to": "09-30", "open": ["08:00-12:00", "15:00-18:00"]},
        {"open": ["08:00-12:00", "14:30-17:30"]},
    ]


# -- docs/CONFIGURATION.md and options.def ----------------------------------------------------------


def options():
    text = (ROOT / "src" / "mechanism" / "options.def").read_text(encoding="utf-8")
    found = re.findall(r'^OPTION\("(\w*)", "(\w+)", [\w.]+, \w+, \d+, \d+, "([^"]*)",\s*"([^"]*)", "([^"]*)"\)', text, re.M)
    assert len(found) == len(re.findall(r"^OPTION\(", text, re.M)) > 20
    return found


def test_the_option_table_is_documented():
    text = (ROOT / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `([\w.]+)` \| `([^`]*)` \| ([^|]*) \|$", text, re.M)
    assert table == [(f"{s}.{k}" if s else k, default, zh) for s, k, default, zh, _ in options()]


INSTALLED = {"store": "/var/lib/liandong/liandong.db", "listen.control": "/run/liandong/control.sock",
             "notices.secrets": "/etc/liandong/secrets"}


@pytest.mark.parametrize("file,others", [("config/liandong.yaml", {}), ("dist/liandong.yaml", INSTALLED)])
def test_the_shipped_options_are_the_defaults(file, others):
    shipped = read(ROOT / file)
    flat = {}
    for key, value in shipped.items():
        for inner, one in value.items() if isinstance(value, dict) else [("", value)]:
            flat[f"{key}.{inner}" if inner else key] = str(one).lower() if isinstance(one, bool) else str(one)
    assert flat == {**{f"{s}.{k}" if s else k: default for s, k, default, _, _ in options()}, **others}


def test_the_schema_defaults_are_the_defaults():
    schema = json.loads((SCHEMAS / "liandong.schema.json").read_text(encoding="utf-8"))["properties"]
    for section, key, default, meaning, _ in options():
        one = schema[section]["properties"][key] if section else schema[key]
        value = one["default"]
        assert (str(value).lower() if isinstance(value, bool) else str(value)) == default
        assert one["description"] == meaning


def keys_of(schema, root):
    """Every key of a schema's mappings, in any depth."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    for key, value in schema.get("properties", {}).items():
        yield key
        if value is not False:
            yield from keys_of(value, root)
    inner = [schema.get("items")] + list(schema.get("patternProperties", {}).values()) + schema.get("anyOf", [])
    for one in inner:
        if isinstance(one, dict):
            yield from keys_of(one, root)


def test_the_schema_of_client_yaml_has_the_programs_keys():
    """The keys and what is required are those of client_options.c; a wrong file is refused by both."""
    source = (ROOT / "src" / "mechanism" / "client_options.c").read_text(encoding="utf-8")
    rows = re.findall(r'SHAPE_KEY\("(\w+)", shape_(\w+), [^)]*?(\.required = true)?\)', source)
    schema = json.loads((SCHEMAS / "client.schema.json").read_text(encoding="utf-8"))
    kinds = {"text": "string", "bool": "boolean", "word": "string"}
    assert {k: kinds[kind] for k, kind, _ in rows} == {k: v["type"] for k, v in schema["properties"].items()}
    assert [k for k, _, required in rows if required] == schema["required"]
    assert errors("client", {"server": "a.test:7110", "token": "token"}) == []
    assert errors("client", {"sever": "a.test:7110"}) != [] and errors("client", {"server": 7110}) != []


@pytest.mark.parametrize("name", SEVEN + ["rosters", "routing-tests", "client"])
def test_every_key_is_documented(name):
    root = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {name}.yaml", 1)[1].split("\n## ", 1)[0]
    missing = [key for key in dict.fromkeys(keys_of(root, root)) if f"`{key}`" not in section]
    assert missing == []
