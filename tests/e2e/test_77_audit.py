"""What somebody changes by hand in the store outside of incidents: `audit verify` computes accounts, activations,
downtimes, the register and requests from their events, and names what is not as they say; of incidents the clocks,
the notices that went out, what was done again, and how late it was."""
import hashlib
import os
import shutil
import sqlite3

import pytest

from harness import ROOT, Daemon, incident, now_text


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store that has lived: accounts added and revoked, a reload, a mode, a return and its decision."""
    folder = tmp_path_factory.mktemp("audit")
    mechanism = folder / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), mechanism)
    with Daemon(folder, mechanism=mechanism) as d:
        desk = d.desk()
        d.liaison("water").close()
        d.account("gone", "desk")
        d.ctl("account", "revoke", "gone")
        d.account("bridge", "integration", commands=["session.ping", "incident.get"])
        with d.console("office1", "office") as office:
            office.call("mode.declare", mode="typhoon", document="防指〔2026〕1号", until=now_text(3600))
        name = desk.call("incident.report", **incident("A-1", units=["water"]))["dispatches"][0]["dispatch"]
        desk.call("dispatch.return", dispatch=name, reason="not-our-duty", on_behalf={"person": "李明"})
        policy = mechanism / "policy.yaml"
        policy.write_text(policy.read_text(encoding="utf-8") + "\n# 备注\n", encoding="utf-8")
        d.ctl("reload")
        d.restart()
        assert d.ctl("audit", "verify").returncode == 0
    return d


def verify(d, folder, sql):
    """audit verify of a copy that was changed so."""
    copy = os.path.join(folder, "copy.db")
    shutil.copy(os.path.join(d.folder, "liandong.db"), copy)
    db = sqlite3.connect(copy)
    changed = db.execute(sql).rowcount
    db.commit()
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    assert changed > 0, sql
    return d.ctl("audit", "verify", "--store", copy, check=False)


@pytest.mark.parametrize("sql,says", [
    ("update account set role = 4 where name = 'desk1'", "account desk1:role 库里是 admin,按事件应为 desk"),
    ("update account set unit = 'power' where name = 'liaison-water'", "account liaison-water:unit 库里是 power"),
    ("update account set commands = 'incident.report' where name = 'bridge'", "account bridge:commands"),
    ("update account set revoked_at = null where name = 'gone'", "account gone:revoked"),
    ("update account set token = zeroblob(32) where name = 'desk1'", "account desk1:row"),
    ("insert into account (name, role, token, made_at) values ('intruder', 4, randomblob(32), 1)", "account intruder:row"),
    ("delete from account where name = 'office1'", "account office1:row"),
    ("update activation set who = 'nobody' where id = 2", "activation 2"),
    ("delete from activation where id = 2", "activation 2"),
    ("insert into downtime (began_at, ended_at) values (1000, 2000)", "downtime:row"),
    ("update request set state = 2 where kind = 0", "A-1-01:request r1 库里是 rejected,按事件应为 pending"),
    ("update request set due = due + 60000 where kind = 0", "A-1-01:request r1 "),
    ("update dispatch set delivered_at = delivered_at - 60000 where delivered_at is not null",
     "A-1-01:delivered_at"),
    ("update entry set until = until + 86400000", "entry 1:digest"),
    ("update entry set data = replace(data, '1号', '2号')", "entry 1:digest"),
    ("delete from entry", "entry 1:row"),
    ("delete from request where kind = 0", "request r1"),
    ("update request set decided_by = 1 where kind = 0", "A-1-01:request r1 decided_by"),
    ("update account set revoked_at = 1 where name = 'desk1'", "account desk1:revoked_at"),
    ("update account set revoked_at = revoked_at + 1 where name = 'gone'", "account gone:revoked_at"),
])
def test_what_was_changed_by_hand_is_named(store, tmp_path, sql, says):
    done = verify(store, tmp_path, sql)
    assert done.returncode == 1
    assert says in done.stderr, done.stderr


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """A store of what came too late: an acknowledgement, an arrival, a report, a call, a missing lead; and what was done
    once more."""
    with Daemon(tmp_path_factory.mktemp("late"), clock="2026-03-02T09:00:00+08:00") as d:
        desk = d.desk(events=False)
        desk.call("incident.report", **incident("L-1", "2026-03-02T09:00:00+08:00", units=["water"], priority="P2"))
        desk.call("incident.report", **incident("L-2", "2026-03-02T09:00:00+08:00", units=["fire"], priority="P2"))
        desk.call("dispatch.withdraw", dispatch="L-2-01", reason="改派")
        d.advance("45m")
        with d.liaison("water", events=False) as water:
            for act, words in (("acknowledge", {}), ("arrive", {}), ("progress", {"text": "正在抢修"})):
                water.call(f"dispatch.{act}", dispatch="L-1-01", **words)
            d.advance("3h")
            water.call("dispatch.complete", dispatch="L-1-01", result="已修好")
            d.advance("30h")
            desk.call("incident.callback", number="L-1", result="dissatisfied")
            d.advance("3h")
            desk.close()
        with d.console("office1", "office", events=False) as office:
            office.call("period.close", within=60, period="2026-02")
        d.stop()
        audit = d.ctl("audit", "verify")
        assert audit.returncode == 0, audit.stderr
        yield d


@pytest.mark.parametrize("sql,says", [
    ("update incident set late = null where number = 'L-1'", "L-1:late callback 库里是 false,按事件应为 true"),
    ("update incident set late = null where number = 'L-2'", "L-2:late lead-missing 库里是 false"),
    ("update incident set late = 3 where number = 'L-1'", "L-1:late lead-missing 库里是 true,按事件应为 false"),
    ("update incident set redo = redo + 1 where redo = 1", "L-1:redo 库里是 2,按事件应为 1"),
    ("update dispatch set redo = null where redo = 1", "L-1-01:redo 库里是 0,按事件应为 1"),
    # every reminder that went out has its notice: none is said to have fired, or not to have
    ("update dispatch set rungs = rungs & ~(1 << 2) where rungs & (1 << 2)", "L-1-01:rung acknowledge-due 库里是 false,按事件应为 true"),
    ("update dispatch set rungs = rungs | (1 << 8) where redo = 1", "L-1-01:rung arrive-office 库里是 true,按事件应为 false"),
    ("update incident set rungs = coalesce(rungs, 0) | (1 << 17) where redo = 1", "L-1:rung callback-office 库里是 true,按事件应为 false"),
    ("update dispatch set next_report_due = next_report_due + 3600000 where redo = 1", "L-1-01:next-report_due "),
    ("update dispatch set next_report_due = null where redo = 1", "L-1-01:next-report_due "),
    ("update dispatch set next_report_start = next_report_start + 60000 where redo = 1", "L-1-01:next-report_start "),
    ("update dispatch set first_report_start = first_report_start - 1 where redo = 1", "L-1-01:first-report_start "),
    ("update incident set caller = caller + 2 where redo = 1", "L-1:caller 库里是 "),
    ("update incident set caller = null where redo = 1", "L-1:caller 库里是 0000000000000000,按事件应为 "),
    ("update finding set late_ms = late_ms - 60000 where late_ms > 0", "L-1-01:finding acknowledge late_ms 库里是 "),
    ("update finding set limit_ms = limit_ms + 60000 where limit_ms > 0", "L-1-01:finding acknowledge limit_ms 库里是 "),
    ("update finding set due = due + 60000 where due > 0", "L-1-01:finding acknowledge due 库里是 "),
])
def test_clocks_and_lateness_that_were_changed_by_hand_are_named(late, tmp_path, sql, says):
    done = verify(late, tmp_path, sql)
    assert done.returncode == 1
    assert says in done.stderr, done.stderr


COPY = ("insert into finding select id + {}, class, state, dispatch, of_dispatch, entry, unit, day, opened_at, told_at, clock, start, due, "
        "until, never, late_ms, limit_ms, seq, by, cause, revision from finding where id = (select min(id) from finding)")
FORGED = b"{}"


@pytest.mark.parametrize("sql,says", [
    ("delete from finding where id = (select min(id) from finding)", "L-1-01:finding acknowledge 库里"),
    ("delete from finding", "L-1-01:finding acknowledge"),
    (COPY.format(40), "L-1-01:finding L-1-01.f1 库里是 row"),
    (COPY.format(128 * 7), "finding 1025:row"),
    ("update incident set findings = null where findings > 0", "finding 129:row"),
    ("delete from period_document", "period 2026-02 (1):sha256"),
    (f"update period_document set bytes = x'{FORGED.hex()}', sha256 = x'{hashlib.sha256(FORGED).hexdigest()}'", "period 2026-02 (1):sha256"),
])
def test_findings_and_documents_that_are_gone_or_put_in_by_hand_are_named(late, tmp_path, sql, says):
    done = verify(late, tmp_path, sql)
    assert done.returncode == 1
    assert says in done.stderr, done.stderr


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """What a report can be marked as, each in an incident of its own; two that no rule took, of which one is routed by its category
    when it is opened again, and the other has none but the one that the model of texts would have given; an appeal, and a return
    that is about no finding."""
    with Daemon(tmp_path_factory.mktemp("marked"), clock="2026-03-02T09:00:00+08:00") as d:
        with d.desk(events=False) as desk, d.liaison("fire", events=False) as fire:
            for n, received, more in ((1, "09:00:00", {"drill": True}), (2, "08:00:00", {"backfill": True}), (3, "09:00:30", {}),
                                      (4, "09:00:00", {}), (5, "09:00:00", {}), (6, "09:00:00", {"units": ["fire"], "priority": "P2"})):
                told = incident(f"M-{n}", f"2026-03-02T{received}+08:00", **more)
                if n in (4, 5):
                    told.update(category=None, description="嗯嗯啊啊")
                desk.call("incident.report", **{k: v for k, v in told.items() if v is not None})
            desk.call("incident.amend", number="M-4", category="601301")
            desk.call("incident.cancel", number="M-4", text="误报")
            desk.call("incident.reopen", number="M-4", reason="不是误报")
            desk.call("dispatch.return", dispatch="M-3-01", reason="not-our-duty", text="不是", on_behalf={"person": "李明"})
            d.advance("20m")
            fire.call("finding.appeal", finding="M-6-01.f1", text="未收到")
            said = {n: desk.call("incident.get", number=f"M-{n}") for n in range(1, 7)}
        d.stop()
        assert said[1]["drill"] and said[3]["clock_skew"] and said[5]["unmatched"] and not said[4]["unmatched"]
        audit = d.ctl("audit", "verify")
        assert audit.returncode == 0, audit.stderr
        yield d


@pytest.mark.parametrize("sql,says", [
    ("update incident set drill = null where number = 'M-1'", "M-1:drill 库里是 false,按事件应为 true"),
    ("update incident set drill = 1 where number = 'M-3'", "M-3:drill 库里是 true,按事件应为 false"),
    ("update incident set backfill = null where number = 'M-2'", "M-2:backfill 库里是 false,按事件应为 true"),
    ("update incident set backfill = 1 where number = 'M-1'", "M-1:backfill 库里是 true,按事件应为 false"),
    ("update incident set clock_skew = null where number = 'M-3'", "M-3:clock_skew 库里是 false,按事件应为 true"),
    ("update incident set clock_skew = 1 where number = 'M-1'", "M-1:clock_skew 库里是 true,按事件应为 false"),
    ("update incident set unmatched = null where number = 'M-5'", "M-5:unmatched 库里是 false,按事件应为 true"),
    ("update incident set unmatched = 1 where number = 'M-4'", "M-4:unmatched 库里是 true,按事件应为 false"),
    ("update dispatch set open = null where open = 1 and unit = (select id from symbol where text = 'fire')", "M-6-01:open 库里是 0,按事件应为 1"),
    ("update dispatch set open = 1 where open is null", ":open 库里是 1,按事件应为 0"),
    ("update request set finding = 2 where finding = 1", "M-6-01:request r1 finding 库里是 2,按事件应为 M-6-01.f1"),
    ("update request set finding = null where finding = 1", "M-6-01:request r1 finding 库里是 -,按事件应为 M-6-01.f1"),
    ("update request set finding = 1 where finding is null", "M-3-01:request r1 finding 库里是 M-3-02.f1,按事件应为 -"),
])
def test_marks_and_what_a_request_is_about_that_were_changed_by_hand_are_named(marked, tmp_path, sql, says):
    done = verify(marked, tmp_path, sql)
    assert done.returncode == 1
    assert says in done.stderr, done.stderr
