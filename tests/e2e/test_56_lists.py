"""Phone lists and duty tables between YAML and Excel: out, through what a spreadsheet program does to them,
and back; what is refused, with its line and column; and what is printed for a day without power."""
import csv
import io
import json
import pathlib
import re
import shutil

import pytest
import yaml

from harness import ROOT, Daemon

HEADS = ["标识", "单位", "简称", "级别", "值班室", "值班电话", "联络员", "联络员电话", "负责人", "负责人电话", "分管领导",
         "分管领导电话"]


class Place:
    """A mechanism of its own and liandongctl over it, without a daemon."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        shutil.copytree(pathlib.Path(ROOT) / "config" / "zhangping", self.folder / "m")
        self.daemon = Daemon(folder, mechanism=str(self.folder / "m"))

    def ctl(self, *arguments, code=0):
        done = self.daemon.ctl(*arguments, check=False)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def text(self, name):
        return (self.folder / "m" / name).read_text(encoding="utf-8")

    def unit(self, name):
        return next(u for u in yaml.safe_load(self.text("units.yaml"))["units"] if u["id"] == name)

    def file(self, rows, name="in.csv", encoding="utf-8-sig", end="\r\n"):
        out = io.StringIO()
        csv.writer(out, lineterminator=end).writerows(rows)
        path = self.folder / name
        path.write_bytes(out.getvalue().encode(encoding))
        return str(path)

    def exported(self):
        path = self.folder / "out.csv"
        self.ctl("units", "export", "-o", str(path))
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw and not re.search(rb"[^\r]\n", raw)
        return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def row_of(rows, unit):
    return next(r for r in rows if r[0] == unit)


# -- phone lists -----------------------------------------------------------------------------------

def test_the_list_is_that_of_the_file(place):
    rows = place.exported()
    assert rows[0] == HEADS and len(rows) == 1 + 46
    assert row_of(rows, "water") == ["water", "水发自来水公司", "自来水公司", "一级", "", "0597-0000201", "", "0597-0000202", "",
                                     "0597-0000203", "", "0597-0000204"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_out_and_back_changes_nothing(place, encoding, end):
    before = place.text("units.yaml")
    # Excel fills up the lines and leaves empty ones at the end
    rows = place.exported() + [[""] * len(HEADS)] * 3
    assert "没有改动" in place.ctl("units", "import", place.file(rows, encoding=encoding, end=end)).stdout
    assert place.text("units.yaml") == before


def test_digits_alone_survive_excel(place):
    """What begins with 0 and has nothing but digits is written so that Excel keeps it."""
    path = place.folder / "m" / "units.yaml"
    path.write_text(place.text("units.yaml").replace('"0597-0000201"', '"05970000201"'), encoding="utf-8")
    rows = place.exported()
    assert row_of(rows, "water")[5] == '="05970000201"'
    row_of(rows, "water")[5] = "05970000201"  # as it is shown, and saved again
    assert "没有改动" in place.ctl("units", "import", place.file(rows)).stdout


def test_a_change_is_shown_checked_asked_and_written_with_its_comments(place):
    rows = place.exported()
    water = row_of(rows, "water")
    water[5], water[6], water[2] = "0597-7530000、13900001234", "陈水生", "水司"
    path, before = place.file(rows), place.text("units.yaml")
    shown = place.ctl("units", "import", "--dry-run", path).stdout
    assert "  - 0597-0000201\n  + 0597-7530000、13900001234\n" in shown and "3 处改动" in shown
    assert re.search(r"units\.yaml:\d+  水发自来水公司\(water\) 联络员\n  \+ 陈水生\n", shown)
    assert place.text("units.yaml") == before
    assert "--yes" in place.ctl("units", "import", path, code=1).stderr  # there is no terminal to ask on
    assert place.text("units.yaml") == before
    place.ctl("units", "import", "--yes", path)
    unit = place.unit("water")
    assert unit["duty"] == {"phone": ["0597-7530000", "13900001234"], "title": "值班室"}  # no placeholder any more
    assert unit["liaison"] == {"phone": "0597-0000202", "name": "陈水生", "title": "联络员", "placeholder": True}
    assert unit["short"] == "水司"
    # every other line is as it was
    changed = [(a, b) for a, b in zip(before.split("\n"), place.text("units.yaml").split("\n")) if a != b]
    assert len(changed) == 3
    place.ctl("check")
    assert "没有改动" in place.ctl("units", "import", path).stdout


def wrong(place, change, line, column, says, encoding="utf-8-sig"):
    rows = place.exported()
    before = place.text("units.yaml")
    rows = change(rows) or rows
    done = place.ctl("units", "import", "--yes", place.file(rows, encoding=encoding), code=1)
    assert re.search(rf"in\.csv:{line}:{column}: .*{says}", done.stderr), done.stderr
    assert "什么也没有写入" in done.stderr
    assert place.text("units.yaml") == before


def put(unit, column, text):
    def change(rows):
        row_of(rows, unit)[column] = text
    return change


def swap(a, b):
    def change(rows):
        for row in rows[1:]:
            row[a], row[b] = row[b] or "张三", row[a]
    return change


@pytest.mark.parametrize("change, line, column, says", [
    (put("water", 5, "5970000201"), 27, 6, "开头的 0"),
    (put("water", 7, "1.39E+10"), 27, 8, "科学计数"),
    (put("water", 5, "1390000123400000"), 27, 6, "舍入"),
    (put("water", 5, ""), 27, 6, "没有电话"),
    (put("water", 3, "三级"), 27, 4, "一级"),
    (put("water", 0, "watre"), 27, 1, "没有这个单位"),
    (put("water", 0, "power"), 27, 1, "出现了两次"),
    (swap(6, 7), 2, 7, "放反了"),
    (lambda rows: rows[:3] + [[]] + rows[3:], 4, 1, "空行"),
    (lambda rows: rows[:3] + [[""] * 12] + rows[3:], 4, 1, "空行"),
    (lambda rows: [[h.replace("联络员电话", "联络电话") for h in rows[0]]] + rows[1:], 1, 8, "不认识的表头"),
    (lambda rows: rows[:2] + [rows[2] + ["多"]] + rows[3:], 3, 13, "不在任何表头之下"),
])
def test_what_excel_did_is_refused_at_its_place(place, change, line, column, says):
    wrong(place, change, line, column, says)


def test_gbk_is_refused_at_the_same_places(place):
    wrong(place, put("water", 7, "1.39E+10"), 27, 8, "科学计数", encoding="gbk")


def test_what_is_no_csv_is_named(place):
    (place.folder / "book.csv").write_bytes(b"PK\x03\x04 whatever")
    assert "工作簿" in place.ctl("units", "import", str(place.folder / "book.csv"), code=1).stderr
    (place.folder / "wide.csv").write_bytes("标识\n".encode("utf-16"))
    assert "UTF-16" in place.ctl("units", "import", str(place.folder / "wide.csv"), code=1).stderr
    (place.folder / "noise.csv").write_bytes(b"\xff\xff\xff\n")
    assert "既不是 UTF-8 也不是 GBK" in place.ctl("units", "import", str(place.folder / "noise.csv"), code=1).stderr


def test_a_program_gets_the_changes_as_json(place):
    rows = place.exported()
    row_of(rows, "water")[5] = "0597-7530000"
    said = json.loads(place.ctl("--json", "units", "import", "--dry-run", place.file(rows)).stdout)
    (change,) = said["changes"]
    assert (change["file"], change["before"], change["after"], said["written"]) == (
        "units.yaml", "0597-0000201", "0597-7530000", False)


# -- duty tables -----------------------------------------------------------------------------------

DUTY = ["单位", "日期", "开始", "结束", "值班人", "电话", "说明"]


def roster(place, unit):
    return next(r for r in yaml.safe_load(place.text("rosters.yaml"))["rosters"] if r["unit"] == unit)


def test_a_day_that_the_table_does_not_have_is_said(place):
    rows = [DUTY, *(["railway", f"2027/1/{day}", "", "", "李某", "", ""] for day in (5, 6, 9, 30))]
    said = place.ctl("duty", "import", "--dry-run", place.file(rows)).stderr
    assert "表里没有 2027-01-07:这一天按次序轮下去(" in said and "表里没有 2027-01-08" in said
    assert "2027-01-09:" not in said and "2027-01-06:" not in said and "表里共缺 22 天" in said
    whole = [DUTY, *(["railway", f"2027/1/{day}", "", "", "李某", "", ""] for day in (5, 6, 7))]
    assert "表里没有" not in place.ctl("duty", "import", "--dry-run", place.file(whole)).stderr


def test_a_table_becomes_overrides_and_only_where_it_says_otherwise(place):
    # from 2025-01-05 chen, li, wang take turns: 2027-01-05 is day 730, 730 mod 3 = 1: li; the 6th wang; the 7th chen
    rows = [DUTY, ["railway", "2027/1/5", "", "", "李某", "", ""], ["机务段", "2027/1/6", "8:00", "8:00", "陈某、赵某",
            "0597-0000401、0597-7530000转8", "换班"], ["railway", "2027年1月7日", "08:00", "20:00", "陈某", "", ""]]
    rows[2][0] = "中国铁路南昌局漳平机务段"
    before = place.text("rosters.yaml")
    shown = place.ctl("duty", "import", "--dry-run", place.file(rows, encoding="gbk")).stdout
    assert "2027-01-06T08:00 至 2027-01-07T08:00\n  - 王某\n  + 陈某、赵某" in shown and "2027-01-05" not in shown
    assert place.text("rosters.yaml") == before
    place.ctl("duty", "import", "--yes", place.file(rows, encoding="gbk"))
    assert roster(place, "railway")["overrides"][1:] == [
        {"from": "2027-01-06T08:00", "to": "2027-01-07T08:00", "people": ["chen", "p1"], "because": "换班"}]
    assert roster(place, "railway")["people"]["p1"] == {"name": "赵某", "phone": "0597-7530000转8"}
    assert "没有改动" in place.ctl("duty", "import", "--yes", place.file(rows)).stdout
    # another table for the same day takes the place of the first
    rows = [DUTY[:2] + ["值班人"], ["railway", "2027-01-06", "李某"]]
    place.ctl("duty", "import", "--yes", place.file(rows))
    assert [o["people"] for o in roster(place, "railway")["overrides"][1:]] == [["li"]]
    assert place.text("rosters.yaml").startswith(before[:400])


def test_a_unit_without_a_roster_gets_one(place):
    (place.folder / "m" / "rosters.yaml").unlink()
    rows = [DUTY, ["water", "2027-01-01", "", "", "张水", "13900001234", ""],
            ["water", "2027-01-02", "", "", "刘河", "13900001235", ""], ["water", "2027-01-03", "", "", "刘河", "", ""]]
    place.ctl("duty", "import", "--yes", place.file(rows))
    made = roster(place, "water")
    assert made["people"] == {"p1": {"name": "张水", "phone": "13900001234"}, "p2": {"name": "刘河", "phone": "13900001235"}}
    (shift,) = made["shifts"]
    assert shift["order"] == [["p1"], ["p2"]] and len(made["overrides"]) == 3  # 刘河 twice is no turn
    place.ctl("check")
    assert "没有改动" in place.ctl("duty", "import", place.file(rows)).stdout


def test_days_of_other_hours_are_no_second_shift_over_the_first(place):
    """The longer hours become the rotation, which leaves no hole; the day that differs stands alone."""
    (place.folder / "m" / "rosters.yaml").unlink()
    rows = [DUTY, ["water", "2027-01-01", "08:00", "20:00", "陈大明、李小红", "13900000001、13900000002", ""],
            ["water", "2027/1/2", "8:00", "", "王五", "13900000003", "x"]]
    place.ctl("duty", "import", "--yes", place.file(rows))
    made = roster(place, "water")
    (shift,) = made["shifts"]
    assert (shift["from"], shift["to"], shift["order"]) == ("08:00", "08:00", [["p3"]])
    assert [(o["from"], o["to"], o["people"]) for o in made["overrides"]] == [
        ("2027-01-01T08:00", "2027-01-01T20:00", ["p1", "p2"]), ("2027-01-02T08:00", "2027-01-03T08:00", ["p3"])]
    place.ctl("check")
    # two kinds that follow each other are two shifts, as ever
    (place.folder / "m" / "rosters.yaml").unlink()
    place.ctl("duty", "import", "--yes", place.file([DUTY, ["water", "2027-01-01", "08:00", "20:00", "张水", "13900001234", ""],
                                                    ["water", "2027-01-01", "20:00", "08:00", "刘河", "13900001235", ""]]))
    assert [(s["from"], s["to"]) for s in roster(place, "water")["shifts"]] == [("08:00", "20:00"), ("20:00", "08:00")]


@pytest.mark.parametrize("row, column, says", [
    (["nope", "2027-01-05", "", "", "李某", "", ""], 1, "没有这个单位"),
    (["railway", "1月5日", "", "", "李某", "", ""], 2, "应为日期"),
    (["railway", "李某", "", "", "2027-01-05", "", ""], 2, "放反了"),
    (["railway", "2027-01-05", "8点", "", "李某", "", ""], 3, "应为时刻"),
    (["railway", "2027-01-05", "", "", "0597-0000401", "李某", ""], 5, "放反了"),
    (["railway", "2027-01-05", "", "", "李某", "1.39E+10", ""], 6, "科学计数"),
    (["railway", "2027-01-05", "", "", "李某", "5970000402", ""], 6, "开头的 0"),
    (["railway", "2027-01-05", "", "", "生人", "", ""], 6, "没有电话"),
    (["railway", "2027-01-05", "", "", "", "", ""], 5, "没有写谁值班"),
    (["railway", "2027-01-04", "20:00", "22:00", "李某", "", ""], 2, "重叠"),
])
def test_a_wrong_table_names_line_and_column(place, row, column, says):
    before = place.text("rosters.yaml")
    good = ["railway", "2027-01-04", "", "", "王某", "", ""]
    done = place.ctl("duty", "import", "--yes", place.file([DUTY, good, row]), code=1)
    assert re.search(rf"in\.csv:3:{column}: .*{says}", done.stderr), done.stderr
    assert place.text("rosters.yaml") == before


def test_a_hole_is_found_before_anything_is_written(place):
    (place.folder / "m" / "rosters.yaml").unlink()
    rows = [DUTY, ["water", "2027-01-01", "08:00", "18:00", "张水", "13900001234", ""]]
    done = place.ctl("duty", "import", "--yes", place.file(rows), code=1)
    assert "无人值班" in done.stderr and not (place.folder / "m" / "rosters.yaml").exists()


# -- on paper --------------------------------------------------------------------------------------

def test_the_contact_book_has_every_number(place):
    out = place.folder / "book.html"
    place.ctl("print", "contacts", "-o", str(out))
    page = out.read_text(encoding="utf-8")
    for unit in yaml.safe_load(place.text("units.yaml"))["units"]:
        assert unit["name"] in page
        for who in ("duty", "liaison", "person_in_charge", "leader"):
            assert unit[who]["phone"] in page
    for one in yaml.safe_load(place.text("contacts.yaml"))["contacts"]:
        assert one["name"] in page and one["phone"] in page
    for number in ("120", "119", "12345"):
        assert f"<b>{number}</b>" in page
    assert "陈某" in page and "0597-0000401" in page and "A4" in page


def test_the_forms_are_blank(place):
    page = place.ctl("print", "forms").stdout
    assert "接警登记表" in page and "联动指令单" in page and "回访" in page
    assert not re.search(r"\d{4}-\d{7}", page)
