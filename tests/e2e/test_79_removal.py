"""A year that is in an archive leaves the store: what goes, what stays, that reports are the same, that the chain is proven
with the archive and without it, that it is gone on with after a kill, and what is refused."""
import contextlib
import json
import os
import shutil
import sqlite3

import pytest

from harness import ROOT, Daemon, Refused, incident, until

EVERY = int(os.environ.get("LIANDONG_KILL_EVERY", "40"))  # of the engine's steps, one is broken off
AT = "2025-11-03T08:00:00+08:00"
PERIODS = [("year", "2025"), ("quarter", "2025Q4"), ("month", "2025-12"), ("quarter", "2026Q1"), ("month", "2026-01")]


def ctl(d, *arguments, code=0, **how):
    done = d.ctl(*arguments, check=False, **how)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def data(d, *arguments, code=0):
    return json.loads(ctl(d, "--json", *arguments, code=code).stdout)


def rows(d, sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{d.folder}/liandong.db?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()


def life(desk, number, at, later=lambda: None):
    """From report to close by one unit; `later`: between issue and acknowledgement."""
    r = desk.call("incident.report", **incident(number, at, category="601301", area="350881001",
                                                description="水管爆裂,家里进水"))
    name = r["dispatches"][0]["dispatch"]
    by_phone = {"on_behalf": {"person": "王某", "phone": "0597-7711000"}}
    later()
    desk.call("dispatch.acknowledge", dispatch=name, **by_phone)
    desk.call("dispatch.complete", dispatch=name, result="已修复", **by_phone)
    desk.call("incident.close", number=number, text="办结")
    return name


def reports(d, periods=PERIODS):
    """What each says, without when it was made and as of which event."""
    out = {}
    for kind, period in periods:
        tree = data(d, "report", kind, period)
        out[period] = json.dumps({k: v for k, v in tree.items() if k != "report"}, ensure_ascii=False)
    return out


def erased(d, instant):
    before = d.log().count("personal data erased")
    d.set_clock(instant)
    until(lambda: d.log().count("personal data erased") > before, "erasure", 60)


def remove(d, archive, year="2025"):
    ctl(d, "archive", year, "--remove", archive, "--yes")
    until(lambda: data(d, "archive")["years"][-1]["percent"] == 100, "the year to be gone", 60)


def across(d, desk):
    d.set_clock("2026-01-01T00:10:00+08:00")
    desk.call("dispatch.add", number="ACROSS", unit="fire", role="assist")


def asked(desk, dispatch, until_when):
    """More time was asked for, and not given."""
    r = desk.call("dispatch.extend", dispatch=dispatch, reason="路远", until=until_when,
                  on_behalf={"person": "王某", "phone": "0597-7711000"})
    desk.call("request.decide", request=r["request"]["request"], grant=False, reason="来得及")


@pytest.fixture(scope="module")
def two_years(tmp_path_factory):
    """2025 settled, erased and in an archive: three that may go; one with a finding, one with a request, two that are one
    matter, one that reaches into 2026. 2026 with one that is open. Stopped."""
    folder = tmp_path_factory.mktemp("two-years")
    mechanism = folder / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), mechanism)
    policy = (mechanism / "policy.yaml").read_text(encoding="utf-8")
    (mechanism / "policy.yaml").write_text(policy.replace("retention: 1095d", "retention: 30d"), encoding="utf-8")
    d = Daemon(folder, clock=AT, mechanism=mechanism)
    with d:
        desk = d.desk(events=False)
        for i in range(3):
            life(desk, f"GOES-{i}", AT)
        life(desk, "LATE", AT, lambda: d.advance("2h"))
        follower = incident("FOLLOWER", AT, category="601301", area="350881001", same_as="MAIN")
        life(desk, "MAIN", AT, lambda: desk.call("incident.report", **follower))
        life(desk, "ASKED", AT, lambda: asked(desk, "ASKED-01", "2025-11-03T11:00:00+08:00"))
        d.set_clock("2025-12-31T23:50:00+08:00")
        life(desk, "ACROSS", "2025-12-31T23:50:00+08:00", lambda: across(d, desk))
        for unit in sorted({f["unit"] for f in data(d, "finding", "list")["findings"]}):
            for month in ("2025-11", "2025-12", "2026-01"):
                with d.local() as c:
                    with contextlib.suppress(Refused):
                        c.call("finding.confirm", month=month, unit=unit)
        with d.local() as c:
            for q in range(1, 5):
                c.call("period.close", within=60, period=f"2025Q{q}")
        life(desk, "IN-2026", "2026-01-01T00:20:00+08:00")
        desk.call("incident.report", **incident("OPEN-2026", "2026-01-01T00:20:00+08:00"))
        d.early = str(folder / "early-2025.db")
        ctl(d, "archive", "2025", "-o", d.early)
        erased(d, "2026-03-06T02:30:00+08:00")
        d.archive = str(folder / "liandong-2025.db")
        ctl(d, "archive", "2025", "-o", d.archive)
        d.before = reports(d)
    return d


@pytest.fixture(scope="module")
def left(two_years, tmp_path_factory):
    """The same, after 2025 left, running."""
    d = copy_of(two_years, tmp_path_factory.mktemp("left") / "d")
    with d:
        d.rows_before = rows(d, "select count(*) from journal")[0][0]
        remove(d, d.archive)
        yield d


def copy_of(d, folder):
    """The same, stopped, in a folder of its own."""
    shutil.copytree(d.folder, folder, ignore=shutil.ignore_patterns("*.sock", "*.model"))
    other = Daemon(folder, clock=AT, mechanism=os.path.join(folder, "mechanism"))
    other.tokens, other.before = dict(d.tokens), d.before
    other.archive = os.path.join(folder, "liandong-2025.db")
    other.early = d.early
    return other


def test_what_goes_and_what_stays(left):
    assert {n for n, in rows(left, "select number from incident")} == {
        "LATE", "MAIN", "FOLLOWER", "ASKED", "ACROSS", "IN-2026", "OPEN-2026"}
    assert rows(left, "select number from archived_incident order by id") == [("GOES-0",), ("GOES-1",), ("GOES-2",)]
    gone = rows(left, "select count(*) from archived_row")[0][0]
    assert gone == rows(left, "select rows from archived_year")[0][0] >= 3 * 4
    assert rows(left, "select count(*) from dispatch d where not exists (select 1 from incident where id = d.id >> 7)") == [(0,)]
    with left.local() as c:
        after, events = 0, []
        while more := c.call("event.list", after=after, limit=500)["events"]:
            after, events = more[-1]["seq"], events + more
    event, = [e for e in events if e["type"] == "store.archived"]
    assert len({e["seq"] for e in events}) == len(events) < events[-1]["seq"], "those that left are passed over"
    assert (event["data"]["year"], event["data"]["file"], event["data"]["incidents"], event["data"]["rows"]) == (
        2025, "liandong-2025.db", 3, gone)
    # the row of that event, and no other, came
    assert rows(left, "select count(*) from journal")[0][0] + gone >= left.rows_before + 1


def test_reports_are_the_same(left):
    assert reports(left) == left.before
    assert ctl(left, "report", "verify").returncode == 0


def test_who_asks_is_told_where_it_is(left):
    with left.desk(events=False) as c:
        with pytest.raises(Refused) as refused:
            c.call("incident.get", number="GOES-1")
        assert (refused.value.word, refused.value.code) == ("archived", -32010)
        assert "liandong-2025.db" in refused.value.message and "已归档" in refused.value.message
        for what in ({"method": "dispatch.get", "dispatch": "GOES-1-01"}, {"method": "event.list", "number": "GOES-1"},
                     {"method": "incident.annotate", "number": "GOES-1", "text": "补"},
                     {"method": "incident.annotate", "number": "LATE", "text": "补"}):
            with pytest.raises(Refused) as refused:
                c.call(**what)
            assert refused.value.word == "archived", what
        with pytest.raises(Refused) as refused:
            c.call("incident.report", **incident("GOES-1", AT))
        assert refused.value.word == "archived" and "编号" in refused.value.message
        with pytest.raises(Refused) as refused:
            c.call("incident.get", number="NEVER-WAS")
        assert refused.value.word == "not-found"
        assert c.call("incident.get", number="LATE")["state"] == "closed"
        listed = [i["number"] for i in c.call("incident.list", limit=200)["incidents"]]
        assert listed == ["OPEN-2026", "IN-2026", "ACROSS", "ASKED", "FOLLOWER", "MAIN", "LATE"]
    for name, role, unit, status in (("desk9", "desk", None, 410), ("office9", "office", None, 410),
                                     ("water9", "liaison", "water", 404)):
        got = left.http("GET", "/v1/incidents/GOES-1", left.account(name, role, unit))
        assert (got[0], got[2]["code"]) == (status, "archived" if status == 410 else "not-found")
    said = ctl(left, "incident", "show", "GOES-1", code=1).stderr
    assert "已归档" in said and "--store" in said
    said = ctl(left, "incident", "show", "--store", os.path.join(left.folder, "liandong.db"), "GOES-1", code=1).stderr
    assert "liandong-2025.db" in said
    assert data(left, "incident", "show", "--store", left.archive, "GOES-1")["number"] == "GOES-1"


def test_a_list_says_which_years_are_elsewhere(left):
    elsewhere = [{"year": 2025, "file": "liandong-2025.db", "incidents": 3}]
    with left.desk(events=False) as c:
        assert c.call("incident.list", limit=200)["archived"] == elsewhere
        assert c.call("incident.list", to="2025-02-01T00:00:00+08:00")["archived"] == elsewhere
        assert c.call("incident.list", **{"from": "2025-12-31T23:59:59+08:00"})["archived"] == elsewhere
        assert "archived" not in c.call("incident.list", **{"from": "2026-01-01T00:00:00+08:00"})
        assert "archived" not in c.call("incident.list", to="2025-01-01T00:00:00+08:00")
        for asked in ({"from": "2026-01-01T00:00:00+08:00"}, {"to": "2025-01-01T00:00:00+08:00"}, {"limit": 2}):
            assert "archived" not in c.call("incident.list", **asked), asked
    assert "3 件 2025 年的已移出库" in ctl(left, "incident", "list").stdout
    assert "已移出库" not in ctl(left, "incident", "list", "--from", "2026-01-01").stdout


def test_the_chain_is_proven_without_the_archive_and_with_it(left, tmp_path):
    done = data(left, "audit", "verify")
    assert done["ok"] and done["archived"] == rows(left, "select rows from archived_year")[0][0]
    assert "3 件" in ctl(left, "audit", "verify", "--archive", left.archive).stdout
    other = shutil.copy(left.archive, tmp_path / "liandong-2025.db")
    with contextlib.closing(sqlite3.connect(other)) as db, db:
        db.execute("UPDATE archive SET made_at = made_at + 1")
    assert "不是登记的那个" in ctl(left, "audit", "verify", "--archive", str(other), code=1).stderr
    seq, digest = rows(left, "select seq, hex(hash) from archived_row order by seq limit 1")[0]
    ctl(left, "audit", "verify", "--head", f"{seq}:{digest.lower()}")


def test_a_backup_of_it_is_restored(left, tmp_path):
    ctl(left, "backup", os.path.join(left.folder, "copy.db"))
    d = Daemon(tmp_path, clock=AT, mechanism=os.path.join(left.folder, "mechanism"))
    ctl(d, "restore", "--yes", os.path.join(left.folder, "copy.db"))
    with d:
        assert data(d, "archive")["years"][0]["percent"] == 100
        ctl(d, "audit", "verify", "--archive", left.archive)


TAMPERED = {
    "a hash": "UPDATE archived_row SET hash = zeroblob(32) WHERE seq = (SELECT min(seq) FROM archived_row)",
    "a number": "UPDATE archived_incident SET number = 'OTHER' WHERE number = 'GOES-1'",
    "another row is emptied": "INSERT INTO archived_row SELECT seq, n, 2025, hash FROM journal WHERE seq = :late;"
                              "DELETE FROM journal WHERE seq = :late",
    "what lies before is changed": "UPDATE journal SET at = at + 1 WHERE seq = 1",
    "a row is gone": "DELETE FROM archived_row WHERE seq = (SELECT max(seq) FROM archived_row)",
    "the archive's name": "UPDATE archived_year SET file = 'other.db'",
    "the year is forgotten": "DELETE FROM archived_year",
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_found(left, tmp_path, name):
    copy = str(tmp_path / "copy.db")
    ctl(left, "backup", os.path.join(left.folder, f"{len(name)}.db"))
    os.rename(os.path.join(left.folder, f"{len(name)}.db"), copy)
    with contextlib.closing(sqlite3.connect(copy)) as db, db:
        late = db.execute("SELECT last_seq FROM incident WHERE number = 'LATE'").fetchone()[0]
        for one in TAMPERED[name].split(";"):
            db.execute(one, {"late": late} if ":late" in one else {})
    assert ctl(left, "audit", "verify", "--store", copy, code=1).stderr


def test_a_kill_is_gone_on_from(two_years, tmp_path):
    d = copy_of(two_years, tmp_path / "d")
    with d:
        ctl(d, "archive", "2025", "--remove", d.archive, "--yes")
        d.kill("engine")
        until(lambda: data(d, "archive")["years"][-1]["percent"] == 100, "the year to be gone", 60)
        ctl(d, "audit", "verify", "--archive", d.archive)
        assert reports(d) == d.before
        said = ctl(d, "archive", "2025", "--remove", d.archive, "--yes", code=1).stderr
        assert "已移出" in said
        assert "已移出" in ctl(d, "archive", "2025", "-o", str(tmp_path / "again.db"), code=1).stderr


def test_status_says_how_far_it_has_come(two_years, tmp_path):
    """Of a removal that stops, because a row does not follow from the one before it."""
    d = copy_of(two_years, tmp_path / "d")
    with contextlib.closing(sqlite3.connect(os.path.join(d.folder, "liandong.db"))) as db, db:
        seq, = db.execute("SELECT last_seq FROM incident WHERE number = 'GOES-1'").fetchone()
        db.execute("UPDATE journal SET hash = zeroblob(32) WHERE seq = ?", (seq,))
        year = "strftime('%s', '2025-01-01') * 1000 - 28800000, strftime('%s', '2026-01-01') * 1000 - 28800000"
        db.execute("INSERT INTO archived_year (year, since, until, at, file, sha256, incidents, rows, content, seq) VALUES "
                   f"(2025, {year}, 0, 'liandong-2025.db', zeroblob(32), 3, 12, zeroblob(32), 1)")
    with d:
        until(lambda: "archiv" in d.log() and "ALARM" in d.log(), "the alarm")
        engine = until(lambda: (e := data(d, "status")["engine"]).get("archiving_percent") and e, "its progress")
        assert engine["archiving_year"] == 2025 and 0 < engine["archiving_percent"] < 99
        assert "正在移出库的年份" in ctl(d, "status").stdout
        assert b"liandong_engine_archiving_percent " in d.http("GET", "/metrics")[2]


def killed_at(killer, d, step):
    """The daemon, whose engine dies before that change of a file, of those since the year was to leave. Did it?"""
    begun = os.path.join(d.folder, "begun")
    until(d.launch(by=("env", f"LD_PRELOAD={killer}", f"KILL_AT={step}", "KILL_ONLY=engine", f"KILL_FROM={begun}")).is_ready,
          "service")
    with open(begun, "w", encoding="ascii"):
        pass
    while not data(d, "archive")["years"]:  # the engine that was killed had not begun, and does not know of it
        d.ctl("archive", "2025", "--remove", d.archive, "--yes", check=False)
    until(lambda: data(d, "archive")["years"][0]["percent"] == 100, "the year to be gone", 60)
    died = not os.path.exists(begun)
    assert died == ("signal=9" in d.log()), d.log()
    return died


def test_killed_at_every_step_the_year_leaves_whole(two_years, killer, tmp_path):
    for step in range(1, 1000, EVERY):
        d = copy_of(two_years, tmp_path / str(step))
        d.write_config({"sandbox": "off"})  # the library kills, which no list has
        try:
            died = killed_at(killer, d, step)
            assert "3 件" in ctl(d, "audit", "verify", "--archive", d.archive).stdout
            if not died or step % 10 == 1:
                assert reports(d) == d.before
        finally:
            assert d.stop() == 0
        shutil.rmtree(d.folder)
        if not died:
            break
    assert step > 20, "every step of the removal is one of the test"


def refused_removal(d, archive, says, year="2025"):
    said = ctl(d, "archive", year, "--remove", archive, "--yes", code=1).stderr
    assert says in said, said
    assert rows(d, "select count(*) from archived_year") == [(0,)]


def test_what_is_refused(two_years, tmp_path):
    d = copy_of(two_years, tmp_path / "d")
    with d:
        said = ctl(d, "archive", "2025", "--remove", d.archive, code=1)
        assert "--yes" in said.stderr and "3 件" in said.stdout
        refused_removal(d, d.archive, "2025", year="2024")
        refused_removal(d, os.path.join(d.folder, "liandong.db"), "不是完整的年度存档")
        refused_removal(d, d.early, "还有 8 件的个人信息")  # it has what the store has erased
        changed = shutil.copy(d.archive, tmp_path / "changed.db")
        with contextlib.closing(sqlite3.connect(changed)) as db, db:
            db.execute("UPDATE journal SET at = at + 1 WHERE seq = (SELECT max(seq) FROM journal)")
        refused_removal(d, str(changed), "断裂")
        with d.console("office1", "office", events=False) as c:
            c.call("period.reopen", period="2025Q2", reason="补登记")
        refused_removal(d, d.archive, "2025Q2")


def test_personal_data_stay_no_longer_than_they_may(two_years, tmp_path):
    """Neither in the store nor in a file that erasure does not reach."""
    d = Daemon(tmp_path, clock=AT, mechanism=os.path.join(two_years.folder, "mechanism"))
    with d:
        with d.desk(events=False) as desk:
            life(desk, "ONE", AT)
        d.set_clock("2026-01-02T08:00:00+08:00")
        early = str(tmp_path / "early.db")
        ctl(d, "archive", "2025", "-o", early)
        refused_removal(d, early, "个人信息")
        with d.local() as c:
            with pytest.raises(Refused) as refused:
                c.call("store.archive", year=2025, file="x.db", sha256="0" * 64, content_sha256="0" * 64)
            assert refused.value.word == "wrong-state" and "保存期" in refused.value.message
            d.set_clock("2026-02-06T08:00:00+08:00")  # over, and nothing is erased yet
            with pytest.raises(Refused) as refused:
                c.call("store.archive", year=2025, file="x.db", sha256="0" * 64, content_sha256="0" * 64)
            assert "ONE" in refused.value.message
