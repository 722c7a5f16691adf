"""What somebody changes by hand in the store outside of incidents: `audit verify` computes accounts, activations,
downtimes, the register and requests from their events, and names what is not as they say."""
import os
import shutil
import sqlite3

import pytest

from harness import ROOT, Daemon, incident, now_text, protocol


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
        if "dispatch.return" in protocol():
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
])
def test_what_was_changed_by_hand_is_named(store, tmp_path, sql, says):
    if " request " in sql and "dispatch.return" not in protocol():
        pytest.skip("nothing can be asked yet")
    done = verify(store, tmp_path, sql)
    assert done.returncode == 1
    assert says in done.stderr, done.stderr
