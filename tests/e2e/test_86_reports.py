"""Reports: a small month whose figures were worked out by hand, in four forms that agree cell by cell; who may
have which; what is refused; that the process which makes one ends; documents for printing."""
import concurrent.futures
import contextlib
import csv
import datetime
import html.parser
import io
import json
import os
import re
import signal
import socket
import subprocess

import openpyxl
import pytest

from harness import BUILD, Daemon, Refused, incident, until

CTL = os.path.abspath(os.path.join(BUILD, "liandongctl"))
with open(CTL, "rb") as _f:
    SANITIZED = b"__asan_init" in _f.read()
NAME, PHONE, ADDRESS, TEXT = "诸葛孔明", "13855667788", "卧龙路八十八号", "草堂前的水管裂了"
UTC8 = datetime.timezone(datetime.timedelta(hours=8))


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    """Two burst pipes on 2 March 2026, each led by water: one acknowledged after 40 s, arrived after 12 min,
    reported on after another 10; one never acknowledged, 3 h long."""
    with Daemon(tmp_path_factory.mktemp("reports"), clock="2026-03-02T09:00:00+08:00") as daemon:
        with daemon.desk(events=False) as desk, daemon.liaison("water", events=False) as water:
            told = {"reporter": {"name": NAME, "phone": PHONE}, "address": ADDRESS, "description": TEXT}
            desk.call("incident.report", **incident("GOOD", received_at="2026-03-02T09:00:00+08:00", units=["water"], **told))
            daemon.advance("40s")
            water.call("dispatch.acknowledge", dispatch="GOOD-01")
            daemon.advance("11m20s")
            water.call("dispatch.arrive", dispatch="GOOD-01")
            daemon.advance("10m")
            water.call("dispatch.complete", dispatch="GOOD-01", result="已修好")
            desk.call("incident.report", **incident("BAD", received_at="2026-03-02T09:22:00+08:00", units=["water"], **told))
            daemon.advance("3h")
        yield daemon


def office(d):
    return d.account("office1", "office")


def fetch(d, path, token=None):
    status, headers, body = d.http("GET", f"/v1/reports/{path}", token or office(d))
    assert status == 200, (status, body)
    return headers, body


def document(d, path="month/2026-03.json", token=None):
    return fetch(d, path, token)[1]


def table(doc, name):
    return next(t for t in doc["tables"] if t["id"] == name)


def row(doc, name, **where):
    found = [r for r in table(doc, name)["rows"] if all(r[k] == v for k, v in where.items())]
    assert len(found) == 1, (name, where, found)
    return found[0]


# -- the figures ------------------------------------------------------------------------------------


def test_the_figures_are_those_worked_out_by_hand(d):
    doc = document(d)
    assert doc["report"]["kind"] == "month" and doc["report"]["from"] == "2026-03-01" and doc["report"]["to"] == "2026-03-31"
    assert doc["report"]["state"] == "draft" and doc["report"]["city"] == "漳平市"
    water = row(doc, "units", unit="water")
    assert (water["dispatches"], water["lead"], water["counted"]) == (2, 2, 2)
    assert (water["acknowledge_met"], water["acknowledge_due"], water["acknowledge_rate"]) == (1, 2, 500)
    assert (water["arrive_met"], water["arrive_due"], water["arrive_rate"]) == (1, 2, 500)
    assert (water["first_report_met"], water["first_report_due"], water["first_report_rate"]) == (1, 1, 1000)
    clock = row(doc, "clocks", unit="water", scope="counted", clock="arrive")
    assert [clock[k] for k in ("dispatches", "none", "void", "met", "excused", "late", "running")] == [2, 0, 0, 1, 0, 1, 0]
    times = row(doc, "times", unit="water", scope="counted")
    assert [times[f"acknowledge_time_{i}"] for i in range(1, 6)] == [0, 1, 0, 0, 0]     # 40 s
    assert [times[f"arrive_time_{i}"] for i in range(1, 6)] == [0, 0, 1, 0, 0]          # 12 min
    assert [times[f"first_report_time_{i}"] for i in range(1, 6)] == [1, 0, 0, 0, 0]    # 10 min
    assert times["arrive_time_ms"] == 720000
    assert row(doc, "summary", item="incidents")["part"] == 2
    assert row(doc, "summary", item="dispatches")["part_before"] == 0
    assert row(doc, "months", month="2026-03")["dispatches"] == 2
    assert row(doc, "units", unit="power")["acknowledge_rate"] is None  # 0 of 0


def test_longer_periods_hold_it_and_others_do_not(d):
    for path in ("quarter/2026Q1.json", "year/2026.json", "span/2026-03-02..2026-03-02.json"):
        assert row(document(d, path), "units", unit="water")["dispatches"] == 2, path
    for path in ("month/2026-02.json", "quarter/2026Q2.json", "span/2026-03-03..2026-03-31.json"):
        assert row(document(d, path), "units", unit="water")["dispatches"] == 0, path


def test_verify_finds_no_difference(d):
    done = d.ctl("report", "verify", "2026Q1")
    assert "一致" in done.stdout
    assert json.loads(d.ctl("--json", "report", "verify", "2026-03").stdout)["differences"] == 0
    assert d.ctl("report", "verify").stdout.count("一致") == 2  # this quarter and the one before


# -- the four forms ----------------------------------------------------------------------------------


def cell_words(value, kind):
    """As a person reads it: the rule of every form but JSON."""
    if value is None:
        return "–"
    if kind == "rate":
        return f"{'-' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}%"
    if kind == "score":
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"
    if kind == "duration":
        rest = f".{value % 1000:03}" if value % 1000 else ""
        return f"{value // 3600000}:{value // 60000 % 60:02}:{value // 1000 % 60:02}{rest}"
    if kind == "instant":
        t = datetime.datetime.fromisoformat(value)
        return t.strftime("%Y-%m-%d %H:%M:%S") + (f".{t.microsecond // 1000:03}" if t.microsecond else "")
    return str(value)


def words_of(t):
    kinds = {c["id"]: c["kind"] for c in t["columns"]}
    return [[c["title"] for c in t["columns"]]] + [[cell_words(r[c["id"]], kinds[c["id"]]) for c in t["columns"]]
                                                   for r in t["rows"]]


class Tables(html.parser.HTMLParser):
    """Every <table id=…>: its rows of texts."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.now, self.cell = {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.now = self.tables.setdefault(dict(attrs).get("id"), [])
        elif tag == "tr":
            self.now.append([])
        elif tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.now[-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def test_csv_holds_the_same_cells(d):
    doc, body = document(d), fetch(d, "month/2026-03.csv")[1]
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    for t in doc["tables"]:
        at = rows.index([t["title"]])
        assert rows[at + 1:at + 2 + len(t["rows"])] == words_of(t), t["id"]


def test_html_holds_the_same_cells(d):
    doc, body = document(d), fetch(d, "month/2026-03.html")[1].decode()
    shown = Tables(body).tables
    for t in doc["tables"]:
        assert shown[t["id"]] == words_of(t), t["id"]
    for said in ("一、基本情况", "联动指令:2 件", "到场及时率:2 件中 1 件,占 50.0%", "二、各单位情况", "三、图", "四、表"):
        assert said in body, said
    assert "@page" in body and "A4" in body and "<svg" in body and "草 稿" in body


def from_xlsx(cell, kind):
    """What a real number, share, date or duration is in the document's integers."""
    value = cell.value
    if kind == "text" or value == "–":
        return None if value in (None, "–") else value
    if kind == "rate":
        assert cell.number_format == "0.0%"
        return round(value * 1000)
    if kind == "score":
        return round(value * 100)
    if kind == "duration":
        assert cell.number_format == "[h]:mm:ss"
        if isinstance(value, datetime.timedelta):
            return round(value.total_seconds() * 1000)
        if isinstance(value, datetime.time):
            return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + round(value.microsecond / 1000)
        if isinstance(value, datetime.datetime):
            return round((value - datetime.datetime(1899, 12, 30)).total_seconds() * 1000)
        return round(value * 86400000)
    if kind == "date":
        return value.strftime("%Y-%m-%d")
    if kind == "instant":
        t = (value + datetime.timedelta(microseconds=500)).replace(tzinfo=UTC8)
        ms = t.microsecond // 1000
        return t.strftime("%Y-%m-%dT%H:%M:%S") + (f".{ms:03}" if ms else "") + "+08:00"
    assert isinstance(value, int)
    return value


def test_xlsx_holds_the_same_cells(d):
    doc = document(d)
    book = openpyxl.load_workbook(io.BytesIO(fetch(d, "month/2026-03.xlsx")[1]))
    assert book.sheetnames == ["说明"] + [t["title"] for t in doc["tables"]]
    for t in doc["tables"]:
        sheet = book[t["title"]]
        head = 3 if t.get("note") else 2
        assert [c.value for c in sheet[head]] == [c["title"] for c in t["columns"]], t["id"]
        for i, r in enumerate(t["rows"]):
            cells = sheet[head + 1 + i]
            got = [from_xlsx(cells[k], c["kind"]) for k, c in enumerate(t["columns"])]
            assert got == [r[c["id"]] for c in t["columns"]], (t["id"], i)
        assert sheet.max_row == head + len(t["rows"])
        assert sheet.freeze_panes and sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
        assert sheet.print_title_rows


def test_the_same_facts_are_the_same_bytes(d, tmp_path):
    """Another process, locale, time zone and day of making; through HTTP and on the machine itself."""
    for form in ("json", "csv", "xlsx", "html"):
        there = fetch(d, f"month/2026-03.{form}")[1]
        there = json.dumps(there, ensure_ascii=False, separators=(",", ":")).encode() if form == "json" else there
        here = []
        for zone, locale, day in (("America/New_York", "C", "2026-01-01 10:00:00"), ("Asia/Shanghai", "C.UTF-8", "2031-07-07 23:59:59")):
            out = tmp_path / f"report.{form}"
            faked = [] if SANITIZED else ["faketime", day]  # both want the same calls
            subprocess.run([*faked, CTL, "-c", d.config, "report", "month", "2026-03", "-o", str(out)], check=True,
                           env={**os.environ, "TZ": zone, "LC_ALL": locale})
            here.append(out.read_bytes())
        assert here[0] == here[1] == there, form


def test_a_unit_has_a_page_of_its_own(d):
    body = fetch(d, "month/2026-03.html?unit=water")[1].decode()
    assert "A4 portrait" in body and "供电" not in body
    for said in ("共接联动指令 2 件:主办 2,协办 0,知会 0。", "时限(城区)", "满分 100.00", "件数太少,不排名", "附表"):
        assert said in body, said
    doc = document(d, "month/2026-03.json?unit=water")
    assert doc["report"]["unit"] == "water"
    assert {r["unit"] for t in doc["tables"] for r in t["rows"]} == {"water"}
    assert "summary" not in [t["id"] for t in doc["tables"]]


def test_no_personal_data_stands_in_any_form(d):
    for form in ("json", "csv", "html", "xlsx"):
        body = fetch(d, f"month/2026-03.{form}")[1]
        if form == "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(body))
            body = "\n".join(str(c.value) for s in book for r in s for c in r)
        text = json.dumps(body, ensure_ascii=False) if isinstance(body, dict) else body if isinstance(body, str) else body.decode()
        for secret in (NAME, PHONE, ADDRESS, TEXT):
            assert secret not in text, (form, secret)


# -- who, and what is refused ------------------------------------------------------------------------


def test_a_unit_sees_its_own_rows_and_no_other_report(d):
    water = d.account("liaison-water", "liaison", "water")
    doc = document(d, token=water)
    assert doc["report"]["unit"] == "water"
    assert {r["unit"] for t in doc["tables"] for r in t["rows"]} == {"water"}
    status, _, body = d.http("GET", "/v1/reports/month/2026-03.json?unit=power", water)
    assert status == 404 and body["code"] == "not-found"
    with d.liaison("water", events=False) as c:
        assert {r["unit"] for t in c.call("report.get", period="2026-03")["tables"] for r in t["rows"]} == {"water"}
        with pytest.raises(Refused) as refused:
            c.call("report.get", period="2026-03", unit="power")
        assert refused.value.word == "not-found"


def test_the_console_answers_what_http_answers(d):
    with d.console("office1", "office", events=False) as c:
        assert c.call("report.get", period="2026Q1") == document(d, "quarter/2026Q1.json")


@pytest.mark.parametrize("path, status, code", [
    ("month/2026Q1.json", 404, "not-found"),          # a quarter is no month
    ("quarter/2026Q5.json", 422, "invalid-params"),
    ("month/2026-13.csv", 422, "invalid-params"),
    ("span/2026-03-02..2026-03-01.html", 422, "invalid-params"),
    ("quarter/2026Q1.pdf", 404, "not-found"),
    ("quarter/2026Q1", 404, "not-found"),
    ("month/2026-03.json?unit=nowhere", 404, "not-found"),
    ("month/2026-03.json?units=water", 422, "invalid-params"),
])
def test_what_is_no_report_is_refused(d, path, status, code):
    got, _, body = d.http("GET", f"/v1/reports/{path}", office(d))
    assert (got, body["code"]) == (status, code), body
    assert body["detail"]


def test_ctl_says_what_it_expects(d):
    for arguments, said in ((["report", "quarter"], "2026Q1"), (["report", "quarter", "2026"], "2026Q1"),
                            (["report", "month", "2026-03", "--format", "doc"], "xlsx"),
                            (["report", "month", "2026-03", "--unit", "nowhere"], "没有单位"),
                            (["report", "verify", "x"], "2026Q1"), (["score", "water"], "单位和时期")):
        done = d.ctl(*arguments, check=False)
        assert done.returncode in (1, 2) and said in done.stderr, (arguments, done.stderr)


def test_ctl_shows_tables_to_a_person(d):
    out = d.ctl("report", "month", "2026-03").stdout
    assert "2026年3月" in out and re.search(r"到场及时率\s+1\s+2\s+50\.0%", out), out


# -- the process ------------------------------------------------------------------------------------


def test_the_process_ends_and_many_at_once_are_served(d):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        got = list(pool.map(lambda _: d.http("GET", "/v1/reports/year/2026.json", office(d)), range(6)))
    assert [g[0] for g in got] == [200] * 6
    assert all(g[2] == got[0][2] for g in got)
    until(lambda: not d.pids("report"), "the report processes to end")
    assert d.http("GET", "/readyz")[0] == 200


def silent(daemon):
    """A connection to the report socket that asks nothing."""
    s = socket.socket(socket.AF_UNIX)
    s.connect(os.path.join(daemon.folder, "report.sock"))
    return s


def test_one_that_hangs_is_ended_and_the_next_is_made(tmp_path):
    with Daemon(tmp_path, clock="2026-03-02T09:00:00+08:00", timeouts={"report": "1s"}, workers={"report": 1}) as daemon:
        with silent(daemon) as s:
            pid = until(lambda: daemon.pids("report"), "a report process")[0]
            os.kill(pid, signal.SIGSTOP)
            until(lambda: pid not in daemon.pids("report"), "it to be ended")
            assert s.recv(1) == b""
        assert fetch(daemon, "month/2026-03.json")[1]["report"]["kind"] == "month"
        assert "child hangs" in daemon.log()


def test_who_asks_nothing_holds_others_up_for_seconds_only(tmp_path):
    with Daemon(tmp_path, clock="2026-03-02T09:00:00+08:00", workers={"report": 1}) as daemon:
        with contextlib.ExitStack() as held:
            for _ in range(3):
                held.enter_context(silent(daemon))
            assert fetch(daemon, "month/2026-03.json")[1]["report"]["kind"] == "month"
        assert len(daemon.pids("report")) <= 1


def test_head_tells_the_length(d):
    status, headers, body = d.http("HEAD", "/v1/reports/month/2026-03.xlsx", office(d))
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 5000
    assert "2026-03.xlsx" in headers["Content-Disposition"]


# -- scores and papers -------------------------------------------------------------------------------


def test_a_score_is_explained(d):
    out = d.ctl("score", "--explain", "water", "2026Q1").stdout
    assert "满分 100.00" in out and "不排名" in out
    doc = json.loads(d.ctl("--json", "score", "water", "2026Q1").stdout)
    water = row(doc, "units", unit="water")
    assert water["base"] == 10000 and water["score"] == 10000 - sum(r["taken"] for r in table(doc, "deductions")["rows"])


def test_the_proof_of_a_clock_is_a_page(d, tmp_path):
    out = tmp_path / "proof.html"
    d.ctl("print", "clock", "BAD-01", "arrive", "-o", str(out))
    text = out.read_text(encoding="utf-8")
    head = d.ctl("--json", "audit", "verify").stdout
    for said in ("时限凭证", "BAD-01", "第十二条", "0:30:00", "超时", "2026-03-02 09:22:00"):
        assert said in text, said
    chain = re.search(r"链头 (\d+):([0-9a-f]{64})", text)
    assert chain and json.loads(head)["head"] == chain[2]
    for secret in (NAME, PHONE, ADDRESS, TEXT):
        assert secret not in text
    d.ctl("audit", "verify", "--head", f"{chain[1]}:{chain[2]}")


def test_papers_print(d, tmp_path):
    for what, said in ((["statement", "water", "2026-03"], "月度确认单"), (["callbacks", "2026-03"], "回访登记")):
        text = d.ctl("print", *what).stdout
        assert said in text and "A4" in text
    assert "没有" in d.ctl("print", "criticism", "2026-03", check=False).stderr


# -- closed periods -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """February with one dispatch, closed in March; then March with its own."""
    with Daemon(tmp_path_factory.mktemp("closed"), clock="2026-02-10T09:00:00+08:00") as daemon:
        with daemon.desk(events=False) as desk:
            desk.call("incident.report", **incident("FEB", received_at="2026-02-10T09:00:00+08:00", units=["water"]))
            daemon.advance("40s")
            for act, more in ("acknowledge", {}), ("arrive", {}), ("complete", {"result": "已修好"}):
                desk.call(f"dispatch.{act}", dispatch="FEB-01", on_behalf={"person": "李四"}, **more)
            daemon.set_clock("2026-03-02T09:00:00+08:00")
            with daemon.console("office1", "office", events=False) as office1:
                office1.call("period.close", period="2026-02", within=60)
            desk.call("incident.report", **incident("MAR", received_at="2026-03-02T09:00:00+08:00", units=["water"]))
        yield daemon


def test_a_closed_period_gives_its_document(closed):
    doc = document(closed, "month/2026-02.json")
    assert (doc["report"]["state"], doc["report"]["edition"]) == ("closed", 1)
    assert row(doc, "units", unit="water")["dispatches"] == 1
    draft = document(closed, "month/2026-02.json?draft=1")
    assert draft["report"]["state"] == "draft" and draft["report"]["seq"] > doc["report"]["seq"]
    assert table(draft, "corrections")["rows"] == []
    assert table(document(closed, "month/2026-03.json"), "corrections")["rows"] == []


def test_its_other_forms_come_from_the_document(closed):
    doc = document(closed, "month/2026-02.json")
    rows = list(csv.reader(io.StringIO(fetch(closed, "month/2026-02.csv")[1].decode("utf-8-sig"), newline="")))
    shown = Tables(fetch(closed, "month/2026-02.html")[1].decode()).tables
    for t in doc["tables"]:
        at = rows.index([t["title"]])
        assert rows[at + 1:at + 2 + len(t["rows"])] == words_of(t), t["id"]
        assert shown[t["id"]] == words_of(t), t["id"]
    unit = document(closed, "month/2026-02.json?unit=water")
    assert unit["report"]["state"] == "closed" and len(table(unit, "units")["rows"]) == 1
    assert closed.ctl("report", "month", "2026-02", "--edition", "1", "--json").stdout.encode().strip() == \
        json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()


def test_it_is_closed_once_and_not_before_its_end(closed):
    with closed.console("office1", "office", events=False) as c:
        for period in "2026-02", "2026-03":
            with pytest.raises(Refused) as refused:
                c.call("period.close", period=period, within=60)
            assert refused.value.word == "wrong-state", period


def test_callers_of_one_matter_are_counted(tmp_path):
    """Two who named the matter when they called, and one whose incident proved to be it."""
    at = "2026-03-02T09:00:00+08:00"
    with Daemon(tmp_path, clock=at) as d, d.desk(events=False) as desk:
        for number, more in (("MAIN", {}), ("F1", {"same_as": "MAIN"}), ("F2", {"same_as": "MAIN"}), ("LATER", {}), ("OTHER", {}), ("HOAX", {})):
            desk.call("incident.report", **incident(number, at, units=["water"], **more))
        desk.call("incident.cancel", number="LATER", same_as="MAIN")
        desk.call("incident.cancel", number="HOAX", text="恶作剧")
        figures = {r["item"]: r["part"] for r in table(document(d), "summary")["rows"]}
        assert (figures["incidents"], figures["followers"]) == (2, 3)
        page = d.ctl("print", "statement", "water", "2026-03").stdout
        assert "水发自来水公司" in page, "a paper has the unit's name in full"
