"""Earlier calls of the same caller, beside a new report and with an incident: known by the phone however it is
written, for the desk alone, and never stored in clear a second time."""
import contextlib
import itertools
import sqlite3

import pytest

from harness import Daemon, incident, refused

AT = "2026-03-02T09:00:00+08:00"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("callers"), clock=AT) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def desk(d):
    with d.desk(events=False) as c:
        yield c


def report(c, phone, number=None, **more):
    number = number or f"CALL-{next(numbers)}"
    return c.call("incident.report", **incident(number, AT, reporter={"phone": phone}, **more))


def calls(answer):
    return [one["number"] for one in answer.get("history", {}).get("calls", [])]


def test_what_is_shown(d, desk):
    first = report(desk, "13800138000", "SHOWN-1")
    assert "history" not in first, "he has not called before"
    desk.call("incident.cancel", number="SHOWN-1", text="恶作剧")
    desk.call("incident.report", **incident("SHOWN-2", AT, reporter={"phone": "13800138000"}, category="602002"))
    third = report(desk, "13800138000", "SHOWN-3")
    desk.call("dispatch.complete", dispatch="SHOWN-3-01", result="已修复", on_behalf={"person": "陈"})
    desk.call("incident.callback", number="SHOWN-3", result="dissatisfied")
    assert calls(third) == ["SHOWN-2", "SHOWN-1"]
    fourth = report(desk, "13800138000", "SHOWN-4")
    assert fourth["history"]["count"] == 3
    newest, _, oldest = fourth["history"]["calls"]
    assert newest == {"number": "SHOWN-3", "received_at": AT, "category": "601301", "category_name": newest["category_name"],
                      "state": "open", "state_name": "处置中", "callback": "dissatisfied"}
    assert newest["category_name"] and (oldest["state"], oldest["state_name"]) == ("cancelled", "已作废")
    assert "callback" not in oldest
    # of an incident that is read: what came before it, not after
    got = desk.call("incident.get", number="SHOWN-3")
    assert calls(got) == ["SHOWN-2", "SHOWN-1"] and got["history"]["count"] == 2
    status, _, body = d.http("GET", "/v1/incidents/SHOWN-3", d.account("desk9", "desk"))
    assert status == 200 and body["history"] == got["history"]
    # and of one that is reported again: the same answer
    again = report(desk, "13800138000", "SHOWN-3")
    assert again["duplicate"] and calls(again) == ["SHOWN-2", "SHOWN-1"]


def test_the_last_five_of_all(desk):
    for i in range(8):
        last = report(desk, "13800138001", f"MANY-{i}")
    assert last["history"]["count"] == 7
    assert calls(last) == [f"MANY-{i}" for i in (6, 5, 4, 3, 2)]


@pytest.mark.parametrize("phone", ["+86 138 0013 8002", "１３８００１３８００２", "0086-13800138002",
                                   "138 0013 8002", "电话:13800138002", "013800138002"])
def test_however_the_phone_is_written(desk, phone):
    report(desk, "13800138002", f"WRITTEN-{phone}".encode().hex()[:60])
    assert len(calls(report(desk, phone))) >= 1


def test_a_line_with_and_without_its_area_code(desk):
    report(desk, "7532288", "LINE-1")
    assert calls(report(desk, "(0597)7532288 转 801", "LINE-2")) == ["LINE-1"]


@pytest.mark.parametrize("phone", ["无", "0", "110", "不详", "11111111111", "139****1234", "12345", "没有电话"])
def test_no_caller(d, desk, phone):
    name = phone.encode().hex()
    report(desk, phone, f"NONE-{name}-1")
    assert "history" not in report(desk, phone, f"NONE-{name}-2")
    with contextlib.closing(sqlite3.connect(f"file:{d.folder}/liandong.db?mode=ro", uri=True)) as db:
        assert db.execute("select caller from incident where number = ?", (f"NONE-{name}-2",)).fetchone() == (None,)


def test_no_phone_at_all(desk):
    assert "history" not in desk.call("incident.report", **{**incident("NOPHONE-1", AT), "reporter": {"name": "某"}})
    assert "history" not in desk.call("incident.report", **{**incident("NOPHONE-2", AT), "reporter": {"name": "某"}})


def test_a_drill_is_a_history_of_its_own(desk):
    report(desk, "13800138003", "REAL-1")
    assert "history" not in report(desk, "13800138003", "DRILL-1", drill=True)
    assert calls(report(desk, "13800138003", "DRILL-2", drill=True)) == ["DRILL-1"]
    assert calls(report(desk, "13800138003", "REAL-2")) == ["REAL-1"]


def test_followers_and_paper_records_are_calls(desk):
    report(desk, "13800138004", "MAIN-1", backfill=True)
    report(desk, "13900139004", "MAIN-2")
    assert calls(report(desk, "13800138004", "FOLLOWER-1", same_as="MAIN-2")) == ["MAIN-1"]
    assert calls(report(desk, "13800138004", "AFTER-1")) == ["FOLLOWER-1", "MAIN-1"]


def test_an_amended_phone(d, desk):
    report(desk, "13800138005", "AMEND-1")
    report(desk, "13800138006", "AMEND-2")
    desk.call("incident.amend", number="AMEND-2", reporter={"phone": "138-0013-8005"})
    assert calls(desk.call("incident.get", number="AMEND-2")) == ["AMEND-1"]
    assert calls(report(desk, "13800138005", "AMEND-3")) == ["AMEND-2", "AMEND-1"]
    assert calls(report(desk, "13800138006", "AMEND-4")) == []
    desk.call("incident.amend", number="AMEND-1", reporter={"phone": "无"})
    assert calls(desk.call("incident.get", number="AMEND-3")) == ["AMEND-2"]
    desk.call("incident.amend", number="AMEND-2", address="别处")
    assert calls(desk.call("incident.get", number="AMEND-3")) == ["AMEND-2"], "the address is no phone"


def test_in_one_batch(d):
    """Reports that are on their way together, of one caller and of others, in any mixture."""
    with d.desk(events=False) as c:
        ids = [c.send("incident.report", **incident(f"BATCH-{i}", AT, reporter={
            "phone": "13800138007" if i % 3 else f"1370000{i:04d}"})) for i in range(60)]
        again = c.send("incident.report", **incident("BATCH-4", AT, reporter={"phone": "13800138007"}))
        answers = [c.result(i) for i in ids]
        same = [f"BATCH-{i}" for i in range(60) if i % 3]
        for i, answer in enumerate(answers):
            before = [n for n in reversed(same) if int(n.split("-")[1]) < i] if i % 3 else []
            assert calls(answer) == before[:5]
            assert answer.get("history", {}).get("count", 0) == len(before)
        assert calls(c.result(again)) == ["BATCH-2", "BATCH-1"]


def test_who_sees_it(d, desk):
    """The desk alone, and who stands at the machine. What is confidential, or of a secret reporter, is in the
    history of no other call but for who sees it itself."""
    phone = "13800138008"
    report(desk, phone, "SIGHT-OPEN")
    report(desk, phone, "SIGHT-CONFIDENTIAL", confidential=True)
    report(desk, phone, "SIGHT-SECRET", secret_reporter=True)
    report(desk, phone, "SIGHT-NOW")
    everything = ["SIGHT-SECRET", "SIGHT-CONFIDENTIAL", "SIGHT-OPEN"]
    assert calls(desk.call("incident.get", number="SIGHT-NOW")) == everything
    with d.console("leader1", "shift-leader") as leader:
        assert calls(leader.call("incident.get", number="SIGHT-NOW")) == everything
    for name, role, unit in (("office1", "office", None), ("water1", "liaison", "water"), ("hotline1", "integration", None)):
        commands = ["incident.get", "incident.report"] if role == "integration" else None
        with d.console(name, role, unit, commands) as c:
            assert "history" not in c.call("incident.get", number="SIGHT-NOW"), role
            if role == "integration":
                assert "history" not in report(c, phone, "SIGHT-HOTLINE")
    with d.local() as local:
        got = local.call("incident.get", number="SIGHT-NOW")
        assert calls(got) == ["SIGHT-OPEN"] and got["history"]["count"] == 1
        assert "history" not in local.call("incident.get", number="SIGHT-SECRET"), "it would say whose it is"
        assert "history" not in local.call("incident.get", number="SIGHT-CONFIDENTIAL")
        assert calls(local.call("incident.get", number="SIGHT-NOW", unmask=True)) == everything
        assert calls(report(local, phone, "SIGHT-LOCAL")) == ["SIGHT-HOTLINE", "SIGHT-NOW", "SIGHT-OPEN"]


def test_it_is_printed(d, desk):
    report(desk, "13800138009", "PRINT-1", category="602002")
    report(desk, "13800138009", "PRINT-2")
    shown = d.ctl("incident", "show", "PRINT-2").stdout
    assert "同一电话先前来电 1 次" in shown and "PRINT-1" in shown.split("同一电话")[1]
    assert "同一电话" not in d.ctl("incident", "show", "PRINT-1").stdout


def test_no_phone_lies_in_clear_for_it_and_the_audit_proves_it(d, desk, tmp_path):
    """In a copy: a row that is changed beside the daemon may be written again by it, as it has read it."""
    report(desk, "13800138010", "AUDIT-1")
    copy = tmp_path / "copy.db"
    d.ctl("backup", copy)
    assert d.ctl("audit", "verify", "--store", copy).returncode == 0
    with contextlib.closing(sqlite3.connect(copy, timeout=30)) as db:
        caller, = db.execute("select caller from incident where number = 'AUDIT-1'").fetchone()
        assert isinstance(caller, int) and abs(caller) > 1 << 32 and "13800138010" not in str(caller)
        db.execute("update incident set caller = caller + 2 where number = 'AUDIT-1'")
        db.commit()
        done = d.ctl("audit", "verify", "--store", copy, check=False)
        assert done.returncode == 1 and "caller" in done.stdout + done.stderr
        db.execute("update incident set caller = caller - 2 where number = 'AUDIT-1'")
        db.commit()
    assert d.ctl("audit", "verify", "--store", copy).returncode == 0


def proposals(answer):
    return [w for w in answer["warnings"] if w["code"] == "secret-proposed"]


def test_a_reporter_who_is_afraid_is_proposed_to_be_secret(d, desk):
    """Proposed to who may know the reporter; nothing is set, nothing of it is in an event."""
    told = desk.call("incident.report", **incident("AFRAID-1", AT, description="楼上天天摔东西,怕被報復,別說是我"))
    (one,) = proposals(told)
    assert one["field"] == "secret_reporter" and "怕被报复" in one["detail"]
    got = desk.call("incident.get", number="AFRAID-1")
    assert got["secret_reporter"] is False and proposals(got) == [one]
    assert "secret-proposed" not in str(got["events"])
    with d.console("water2", "liaison", "water") as water, d.console("office2", "office") as office, d.local() as local:
        assert proposals(water.call("incident.get", number="AFRAID-1")) == []
        assert proposals(office.call("incident.get", number="AFRAID-1")) == []
        assert proposals(local.call("incident.get", number="AFRAID-1")) == [one]
        seen = str([water.call("event.list", number="AFRAID-1"), office.call("event.list", number="AFRAID-1")])
        assert "secret-proposed" not in seen
    assert "是否为报警人保密" in d.ctl("incident", "show", "AFRAID-1").stdout
    # decided: it is proposed no more
    desk.call("incident.amend", number="AFRAID-1", secret_reporter=True)
    assert proposals(desk.call("incident.get", number="AFRAID-1")) == []
    assert d.ctl("audit", "verify").returncode == 0


def test_what_the_officer_said_is_not_asked_again(desk):
    for number, said in (("ASKED-1", False), ("ASKED-2", True)):
        told = desk.call("incident.report", **incident(number, AT, description="请保密", secret_reporter=said))
        assert proposals(told) == []
    assert proposals(desk.call("incident.report", **incident("ASKED-3", AT, description="不用保密"))) == []


def test_an_amended_description_proposes_it(d, desk):
    desk.call("incident.report", **incident("LATER-1", AT))
    assert proposals(desk.call("incident.amend", number="LATER-1", description="他说匿名"))
    assert not proposals(desk.call("incident.amend", number="LATER-1", description="他说匿名", secret_reporter=False))
    assert not proposals(desk.call("incident.amend", number="LATER-1", address="匿名路"))
    desk.call("incident.amend", number="LATER-1", secret_reporter=True)
    assert not proposals(desk.call("incident.amend", number="LATER-1", description="还是匿名"))
    desk.call("incident.report", **incident("LATER-2", AT))
    with d.console("hotline2", "integration", None, ["incident.amend", "incident.report"]) as hotline:
        assert not proposals(hotline.call("incident.amend", number="LATER-2", description="他说匿名"))
        assert not proposals(hotline.call("incident.report", **incident("LATER-3", AT, description="他说匿名")))
    assert proposals(desk.call("incident.get", number="LATER-3")), "the desk reads it all the same"


def test_a_follower_is_read_first(d):
    """By a reader that has read nothing else yet: its main's number is part of every incident."""
    with d.desk(events=False) as c:
        report(c, "13800138011", "FIRST-MAIN")
        report(c, "13800138012", "FIRST-FOLLOWER", same_as="FIRST-MAIN")
    d.restart()
    status, _, body = d.http("GET", "/v1/incidents/FIRST-FOLLOWER", d.account("desk8", "desk"))
    assert status == 200 and body["same_as"] == "FIRST-MAIN"


def test_it_is_never_too_late_to_hide(tmp_path):
    """A caller who joined another's incident, and one whose incident is closed or cancelled, may still be afraid."""
    with Daemon(tmp_path, clock=AT) as d, d.desk(events=False) as desk:
        who = {"name": "欧阳修远", "phone": "05977530001"}
        desk.call("incident.report", **incident("HIDE-MAIN", AT, units=["water"]))
        desk.call("incident.report", **incident("HIDE-JOINED", AT, reporter=who, same_as="HIDE-MAIN"))
        desk.call("incident.report", **incident("HIDE-GONE", AT, reporter=who, units=["water"]))
        desk.call("incident.cancel", number="HIDE-GONE", text="误报")
        for number, state in (("HIDE-JOINED", "closed"), ("HIDE-GONE", "cancelled")):
            for protection in "secret_reporter", "confidential":
                got = desk.call("incident.amend", number=number, **{protection: True})
                assert got["state"] == state and desk.call("incident.get", number=number)[protection] is True
                for other in ({protection: False}, {protection: True, "address": "别处"}, {"priority": "P2"}):
                    assert refused(desk.call, "incident.amend", number=number, **other).code == -32005, other
            assert desk.call("incident.get", number=number)["state"] == state
        assert d.ctl("audit", "verify").returncode == 0


def test_a_secret_reporter_is_not_in_the_words_that_units_read(tmp_path):
    """His name and phone stand in what he said, too. What is stored stays as said, and the desk reads it."""
    words = "水管爆了,我叫欧阳修远,电话139 1111-2222或7530001,欧阳修远在家等"
    hidden = "水管爆了,我叫****,电话****或****,****在家等"
    with Daemon(tmp_path, clock=AT) as d, d.desk(events=False) as desk, d.liaison("water") as water:
        who = {"name": "欧阳修远", "phone": "13911112222、0597-7530001"}
        desk.call("incident.report", **incident("WORDS", AT, reporter=who, units=["water"], description=words))
        desk.call("incident.annotate", number="WORDS", text="欧阳修远又来电")
        assert water.call("incident.get", number="WORDS")["description"] == words
        desk.call("incident.amend", number="WORDS", secret_reporter=True)
        token = d.account("water-2", "liaison", "water")
        first, second = water.call("incident.get", number="WORDS"), d.http("GET", "/v1/incidents/WORDS", token)[2]
        assert first["description"] == second["description"] == hidden
        assert [e for e in first["events"] if "****又来电" in str(e)]
        for one in (first, second, d.http("GET", "/v1/dispatches?open=1", token)[2], d.http("GET", "/v1/events?after=0", token)[2],
                    water.call("event.list", number="WORDS")):
            said = str(one)
            assert "WORDS" in said and not [w for w in ("欧阳", "1111", "7530001") if w in said], one
        assert desk.call("incident.get", number="WORDS")["description"] == words
        desk.call("incident.amend", number="WORDS", secret_reporter=False)
        assert water.call("incident.get", number="WORDS")["description"] == words
