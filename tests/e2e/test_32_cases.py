"""Inputs that a program once got wrong, as they were: samples/cases/ has one file for each, and its README
says what is right. Every file has its test here, and a file without one is an error.
"""
import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest

from harness import BUILD, ROOT, Daemon, incident, until

CASES = os.path.join(ROOT, "samples", "cases")
NOW = "2026-03-02T09:00:00+08:00"


def path_of(name):
    with os.scandir(CASES) as entries:
        return next(e.path for e in entries if e.name.startswith(name + "-"))


def text_of(name):
    with open(path_of(name), encoding="utf-8") as f:
        return f.read()


def case(name):
    return json.loads(text_of(name))


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("cases"), clock=NOW) as daemon:
        yield daemon


@pytest.fixture
def c(d):
    with d.desk(events=False) as console:
        yield console


def ask(c, line):
    before = len(c.lines)
    c.send_bytes(line.strip().encode() + b"\n")
    c.wait(lambda: len(c.lines) > before, "an answer")
    return c.lines[before]


def token_of(d, unit):
    return d.account(f"liaison-{unit}", "liaison", unit)


def test_every_case_has_its_test():
    with open(__file__, encoding="utf-8") as f:
        tested = set(re.findall(r'"(c\d\d)"', f.read()))
    names = {name[:3] for name in os.listdir(CASES) if name != "README.md"}
    assert names == tested and len(names) == 21


# -- where it goes


def routes(c, name, plain):
    """Each input of the case, and the plain way of writing it, by route.explain: lead, priority, category."""
    inputs = case(name)
    assert len(inputs) == len(plain)
    for given, words in zip(inputs, plain):
        got = c.call("route.explain", **given)["route"]
        assert got == c.call("route.explain", **{**given, "description": words})["route"], given["description"]
        yield got


def test_traditional_characters(c):
    got = list(routes(c, "c01", ["有人跳楼", "煤气泄漏", "着火了", "车祸有人受伤", "晕倒没有呼吸"]))
    assert [g["lead"] for g in got] == ["public-security", "fire", "fire", "traffic-police", "ems-120"]
    assert {g["priority"] for g in got} == {"P1"}


def test_a_gap_inside_a_keyword(c):
    for got in routes(c, "c02", ["有人跳楼"] * 8):
        assert (got["lead"], got["priority"]) == ("public-security", "P1")


def test_a_gap_before_digits(c):
    for got in routes(c, "c03", ["请打120", "请打120", "要救护车"]):
        assert (got["lead"], got["priority"]) == ("ems-120", "P1")


def test_a_mark_in_a_keyword_and_a_dictated_number(d, c):
    """By both ways in, as a stranger, a slip or a program that hears writes them."""
    want = {"有人跳*楼": "public-security", "有人跳…楼": "public-security", "煤氣-洩*漏": "fire", "请打一二〇": "ems-120", "请打幺二零": "ems-120"}
    for i, (text, lead) in enumerate(want.items()):
        got = c.call("incident.report", number=f"MK-{i}", received_at=NOW, description=text)
        status, _, other = d.http("POST", "/v1/incidents", d.account("desk1", "desk"),
                                  {"number": f"MK-H{i}", "received_at": NOW, "description": text})
        assert status == 201
        for number, r in ((f"MK-{i}", got), (f"MK-H{i}", other)):
            assert [x["unit"] for x in r["dispatches"] if x["role"] == "lead"] == [lead], text
            assert c.call("incident.get", number=number)["priority"] == "P1", text
    got = c.call("incident.get", number="MK-0")
    assert got["description"] == "有人跳*楼", "what is stored and shown stays as said"


def test_a_gap_in_what_denies(c):
    for got in routes(c, "c04", ["车祸没有人受伤"] * 2):
        assert (got["category"], got["priority"]) == ("300102", "P3")


# -- what is taken


def test_a_windows_line_end_in_a_report(d, c):
    got = c.call("incident.report", **case("c05"))
    assert [x["unit"] for x in got["dispatches"]][0] == "water"
    assert c.call("incident.get", number="C05")["description"] == "路面冒水\n水管破裂"
    status, _, got = d.http("POST", "/v1/incidents", d.account("desk1", "desk"), {**case("c05"), "number": "C05-H"})
    assert status == 201 and got["dispatches"]


def test_a_windows_line_end_in_progress(d, c):
    given = case("c06")
    dispatch = c.call("incident.report", **incident("C06", NOW))["dispatches"][0]["dispatch"]
    status, _, got = d.http("POST", given["path"].format(dispatch=dispatch), token_of(d, "water"), given["body"])
    assert status == 200 and [w["code"] for w in got["warnings"]] == ["line-ends"]


def test_half_a_character(c):
    line = text_of("c07")
    for given, end in ((line, "�"), (line.replace("\\ud83d", "\\u0000").replace("C07", "C07-N"), "�")):
        got = ask(c, given)
        assert got["id"] == 41 and got["result"]["dispatches"]
        assert c.call("incident.get", number=got["result"]["incident"])["description"] == "水管爆了" + end


def test_a_village_that_is_not_listed(c):
    given = case("c14")
    for number, area in (("C14", given["area"]), ("C14-T", "350881001000")):
        got = c.call("incident.report", **{**given, "number": number, "area": area})
        assert got["zone"] == "city" and got["dispatches"][0]["unit"] == "water"
        assert "area" in [w.get("field") for w in got["warnings"]]
        stored = c.call("incident.get", number=number)
        assert stored["area"] == "350881001" and stored["zone_assumed"]


def test_an_id_of_64_bits(c):
    got = ask(c, text_of("c21"))
    assert got["id"] == 18446744073709551615 and "result" in got


# -- phones that are off


def test_a_phone_that_is_fast(tmp_path):
    given = case("c08")
    with Daemon(tmp_path, clock=given["clock"]) as d, d.desk() as c:
        got = c.call("incident.report", **given["report"])["dispatches"][0]
        assert (got["acknowledge_due"], got["unit"]) == ("2026-03-02T09:02:00+08:00", "water")
        with d.liaison("water") as water:
            got = water.call(given["then"]["method"], dispatch="C08-01", at=given["then"]["at"])["dispatch"]
        assert got["overdue"] == [] and got["acknowledged_at"] == given["clock"]
        d.advance("10m")
        events = c.call("event.list", number="C08", after=0, limit=500)["events"]
        overdue = [e["dispatch"] for e in events if e["type"] == "dispatch.overdue"]
        assert overdue == ["C08-02", "C08-03"], "its assists, who did not answer, and not who did"


def test_a_phone_that_is_slow(tmp_path):
    given = case("c09")
    with Daemon(tmp_path, clock=given["clock"]) as d, d.desk(events=False) as c:
        c.call("incident.report", **incident("C09", given["issued"]))
        with d.liaison("water") as water:
            got = water.call(given["then"]["method"], dispatch="C09-01", at=given["then"]["at"])
        assert got["dispatch"]["acknowledged_at"] == given["issued"] and got["dispatch"]["overdue"] == []
        assert "at" in [w.get("field") for w in got["warnings"]]
        acknowledged, = [e for e in c.call("event.list", number="C09", after=0)["events"]
                         if e["type"] == "dispatch.acknowledged"]
        assert acknowledged["data"]["clock_skew"] is True


# -- what is read


def pages(read, limit):
    after, seqs, more = 0, [], True
    while more:
        page = read(after)
        assert len(page["events"]) <= limit
        seqs += [e["seq"] for e in page["events"]]
        after, more = page["seq"], page["more"]
    return seqs


def test_events_of_one_incident(d, c):
    loop = case("c10")["loop"]
    c.call("incident.report", **incident("C10", NOW, reporter={}, address="和平路1号"))
    for i in range(6):
        c.call("incident.annotate", number="C10", text=f"第{i}条")
    by_console = pages(lambda after: c.call(loop["method"], number="C10", limit=loop["limit"], after=after), 3)
    token = d.account("desk1", "desk")
    now = c.call("session.ping")["seq"]
    until(lambda: d.http("GET", "/v1/status", token)[2]["seq"] >= now, "the HTTP process")
    by_http = pages(lambda after: d.http("GET", f"/v1/events?number=C10&limit=3&after={after}", token)[2], 3)
    whole = [e["seq"] for e in c.call(loop["method"], number="C10", limit=500, after=0)["events"]]
    assert by_console == by_http == whole == sorted(set(whole)) and len(whole) == 10


# -- what is alike


def reports(c, name, inputs, **members):
    """Reports each; what each is said to be like: [{number: why}]"""
    out = []
    for i, given in enumerate(inputs):
        one = {**incident(f"{name}-{i}", NOW, reporter={}, address=f"{name}巷{i * 37 + 11}号"), **members, **given}
        got = c.call("incident.report", **one)
        out.append({s["number"]: s["why"] for s in got["similar"]})
    return out


FORMS_OF_A_LANDLINE = ["0597-7530000", "05977530000", "7530000", "(0597)7530000", "０５９７－７５３００００"]


@pytest.mark.parametrize("name,category,inputs", [
    ("c11", "601301", None), ("c11", "300102", [{"reporter": {"phone": p}} for p in FORMS_OF_A_LANDLINE])])
def test_one_callers_number(c, name, category, inputs):
    prefix = "C11-M" if inputs is None else "C11-L"
    first, *others = reports(c, prefix, inputs or case(name), category=category)
    assert not first and len(others) >= 4
    for other in others:
        assert "phone" in other[prefix + "-0"], others


def test_one_address(c):
    first, *others = reports(c, "C12", case("c12"), category="601303")
    assert not first and len(others) == 5
    for other in others:
        assert "address" in other["C12-0"], others


def test_one_place_in_two_datums(c):
    first, second, third = reports(c, "C13", case("c13"), category="600201")
    assert not first
    assert "place" in str(second["C13-0"])
    assert "C13-1" not in third


# -- rule files


def check(tmp_path, edit):
    folder = tmp_path / "config"
    if not folder.exists():
        shutil.copytree(os.path.join(ROOT, "config"), folder)
    with open(os.path.join(ROOT, "config", "zhangping", "routing.yaml"), encoding="utf-8") as f:
        rules = f.read()
    edited = edit(rules)
    assert edited != rules
    (folder / "zhangping" / "routing.yaml").write_text(edited, encoding="utf-8")
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", str(folder / "liandong.yaml"), "check"],
                          capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()  # what is not UTF-8 fails here


def keywords_of(rule, line):
    return lambda text: re.sub(rf"(id: {rule}\n.*?\n)      keywords: [^\n]*", lambda m: m[1] + "      " + line, text, count=1,
                               flags=re.S)


def test_a_full_width_comma(tmp_path):
    line = next(s for s in text_of("c15").splitlines() if "keywords" in s).strip()
    code, said = check(tmp_path, keywords_of("find-medical-before-rescue", line))
    assert code == 1 and re.search(r"routing\.yaml:\d+:\d+: .*停止呼吸，没有心跳", said), said


def test_punctuation_in_keywords(tmp_path):
    lines = text_of("c16").splitlines()
    assert len(lines) == 3
    for line in lines:
        code, said = check(tmp_path, keywords_of("find-fire", line))
        assert code == 1 and re.search(r"routing\.yaml:\d+:\d+: ", said), (line, said)


def test_a_blank_and_a_hash(tmp_path):
    code, said = check(tmp_path, lambda text: text.replace("because: 有人要轻生或已经实施", text_of("c17").strip(), 1))
    assert code == 0 and re.search(r"routing\.yaml:\d+:\d+: .*#", said), said


def test_full_width_brackets(tmp_path):
    code, said = check(tmp_path, keywords_of("find-gas-leak", text_of("c18").strip()))
    assert code == 1 and re.search(r"routing\.yaml:\d+:\d+: .*全角", said), said


# -- what tells a change, and another program


def test_a_list_of_etags(d, c):
    name, _, value = text_of("c19").strip().partition(": ")
    dispatch = c.call("incident.report", **incident("C19", NOW, address="东环路9号", reporter={}))["dispatches"][0]["dispatch"]
    token = token_of(d, "water")
    etag = d.http("GET", f"/v1/dispatches/{dispatch}", token)[1]["ETag"]
    path = f"/v1/dispatches/{dispatch}/progress"
    assert d.http("POST", path, token, {"text": "不该记"}, {name: value.replace('"12"', '"nothing"')})[0] == 412
    assert d.http("POST", path, token, {"text": "正在路上"}, {name: value.replace('"12"', etag)})[0] == 200


def test_a_lock_from_outside(d, c):
    held = int(re.search(r"held (\d+) ms", case("c20")["outside"])[1]) / 1000
    db = sqlite3.connect(os.path.join(d.folder, "liandong.db"), isolation_level=None, check_same_thread=False)
    db.execute("begin immediate")
    began = time.monotonic()
    timer = threading.Timer(held, lambda: db.execute("rollback"))
    timer.start()
    got = c.call(case("c20")["meanwhile"], **incident("C20", NOW))
    assert got["duplicate"] is False and time.monotonic() - began >= held * 0.9
    timer.join()
    db.close()
    assert "ALARM" not in d.log()
