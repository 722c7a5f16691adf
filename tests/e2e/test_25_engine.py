"""What the engine does beyond carrying out commands: the guard over deadlines, a full disk, backups, reload,
accounts."""
import concurrent.futures
import contextlib
import os
import re
import shutil
import signal
import sqlite3
import struct
import threading
import time
from datetime import datetime

import pytest

from harness import ROOT, Daemon, Refused, incident, now_text, preload, until


def events(daemon, kind):
    with daemon.local() as c:
        found, after = [], 0
        while True:
            page = c.call("event.list", after=after, limit=500)
            found += [e for e in page["events"] if e["type"] == kind]
            if not page["more"]:
                return found
            after = page["seq"]


def figures(daemon):
    with daemon.local() as c:
        return until(lambda: c.call("status.get").get("engine"), "figures")


@pytest.fixture
def mechanism(tmp_path):
    folder = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    return folder


def disarm(daemon, number, wake_at):
    """What a defect, or somebody with an editor, might do."""
    db = sqlite3.connect(os.path.join(daemon.folder, "liandong.db"))
    changed = db.execute("update incident set wake_at = ? where number = ?", (wake_at, number)).rowcount
    db.commit()
    db.close()
    assert changed == 1


# -- the independent check


@pytest.mark.parametrize("wake_at", [None, 4102444800000], ids=["disarmed", "armed far away"])
def test_a_deadline_that_is_not_armed_is_found_and_repaired(tmp_path, wake_at):
    with Daemon(tmp_path) as d, d.desk() as c:
        for i in range(100):
            c.call("incident.report", **incident(f"G-{i}"))
    disarm(d, "G-70", wake_at)
    with d:
        until(lambda: "not armed as it must be" in d.log(), "the alarm")
        repaired = until(lambda: events(d, "invariant.repaired"), "the repair")
        assert [e["incident"] for e in repaired] == ["G-70"]
        assert repaired[0]["data"]["repaired"]
        d.stop()
        assert d.log().count("not armed as it must be") == 1
    db = sqlite3.connect(os.path.join(d.folder, "liandong.db"))
    repaired_wake, usual = (db.execute("select wake_at from incident where number = ?", (n,)).fetchone()[0]
                            for n in ("G-70", "G-71"))
    db.close()
    assert abs(repaired_wake - usual) < 10_000, "what its neighbour of the same second has"


def test_nothing_is_repaired_where_nothing_is_wrong(daemon):
    with daemon.desk() as c:
        for i in range(30):
            c.call("incident.report", **incident(f"W-{i}"))
        for i in range(10):
            c.call("dispatch.arrive", dispatch=f"W-{i}-01", on_behalf={"person": "李四", "phone": "1"})
            c.call("incident.cancel", number=f"W-{i + 10}")
        before = figures(daemon)["checked_total"]
        until(lambda: figures(daemon)["checked_total"] > before + 60, "all looked at again")
    assert events(daemon, "invariant.repaired") == []
    assert "ALARM" not in daemon.log()


def test_another_policy_is_no_breach(tmp_path, mechanism):
    """Reminders at another share of the limit: what is open is armed anew, without an alarm."""
    with Daemon(tmp_path, mechanism=mechanism, clock="2026-03-02T09:00:00+08:00") as d, d.desk() as c:
        c.call("incident.report", **incident("P-1", received_at="2026-03-02T09:00:00+08:00", category="601301"))
        policy = (mechanism / "policy.yaml").read_text(encoding="utf-8")
        assert "acknowledge_percent: 50" in policy
        changed = policy.replace("acknowledge_percent: 50", "acknowledge_percent: 75")
        (mechanism / "policy.yaml").write_text(changed, encoding="utf-8")
        with d.local() as local:
            assert local.call("config.reload")["changed"] is True
        until(lambda: figures(d)["checked_total"] > 0, "the round")
        assert events(d, "invariant.repaired") == []
        d.advance("2m")
        halves = [e["at"] for e in events(d, "reminder.sent") if e["data"]["rung"] == "acknowledge-half"]
        assert set(halves) == {"2026-03-02T09:01:30+08:00"}, "75 % of two minutes"


# -- a machine that sleeps


def test_a_suspended_machine_was_away_and_its_clock_was_not_set(tmp_path):
    """For an hour neither engine nor network: a downtime, which no unit answers for, and no step of the clock."""
    library, off = preload(tmp_path, "step_clock.c"), str(tmp_path / "off")
    with open(off, "wb") as f:
        f.write(bytes(16))
    d = Daemon(tmp_path, clock=None)
    try:
        d.launch(by=("env", f"LD_PRELOAD={library}", f"STEP_CLOCK={off}"))
        until(d.is_ready, "the daemon to be ready")
        with d.desk() as c:
            c.call("incident.report", **incident("SLEEP-1", now_text(), priority="P2", units=["water"]))
            with open(off, "r+b") as f:
                f.write(struct.pack("=qq", 0, 3600))
            resumed = until(lambda: events(d, "system.resumed"), "the engine to see that it was away")
            from_, to = (datetime.fromisoformat(resumed[0]["data"][k]) for k in ("from", "to"))
            assert len(resumed) == 1 and 3595 < (to - from_).total_seconds() < 3660
            assert events(d, "clock.stepped") == [] and "clock stepped" not in d.log() and "far ahead" not in d.log()
            again = c.call("incident.report", **incident("SLEEP-2", now_text(3600), units=["water"]))
            assert again["clock_skew"] is False, "a desk whose clock is right is not marked"
            until(lambda: events(d, "dispatch.overdue"), "what fell due while it slept")
            assert events(d, "finding.opened") == [], "the unit could not be told"
    finally:
        d.stop()


# -- a disk that is full


def test_below_the_floor_nothing_new_is_taken_and_the_rest_goes_on(tmp_path):
    with Daemon(tmp_path) as d, d.desk() as c:
        c.call("incident.report", **incident("OLD-1"))
    d.write_config({"disk": {"free_floor": "900GiB"}})
    new = incident("NEW-1")
    with d, d.desk() as c:
        with pytest.raises(Refused) as refused:
            c.call("incident.report", **new)
        assert refused.value.word == "unavailable" and "空间" in refused.value.message
        ids = [c.send("incident.report", **new), c.send("incident.urge", number="OLD-1"),
               c.send("incident.report", **incident("NEW-2"))]
        assert "error" in c.reply(ids[0]) and "error" in c.reply(ids[2])
        assert c.result(ids[1])["incident"] == "OLD-1", "an act in the same turn is not held up"
        assert figures(d)["full"] is True
    d.write_config({})
    with d, d.desk() as c:
        assert c.call("incident.report", **new)["duplicate"] is False


# -- backup


def test_a_backup_under_load_is_whole(daemon, tmp_path):
    stop = threading.Event()
    answered = []

    def load():
        with daemon.desk(events=False) as c:
            i = 0
            while not stop.is_set():
                answered.append(c.call("incident.report", **incident(f"L-{i}"))["incident"])
                i += 1

    thread = threading.Thread(target=load)
    thread.start()
    try:
        until(lambda: len(answered) > 200, "some load")
        before = list(answered)
        with daemon.local() as c:
            c.call("store.backup", within=60, file=str(tmp_path / "copy.db"))
            with pytest.raises(Refused):
                c.call("store.backup", file="copy.db")
    finally:
        stop.set()
        thread.join()
    db = sqlite3.connect(tmp_path / "copy.db")
    assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    stored = {n for (n,) in db.execute("select number from incident")}
    db.close()
    assert set(before) <= stored


# -- accounts


def test_two_tokens_live_for_rotation_and_no_third(daemon):
    with daemon.local() as c:
        for i in range(2):
            c.call("account.add", name="rota", role="desk", token_sha256=f"{i:064x}")
        again = c.call("account.add", name="rota", role="desk", token_sha256=f"{1:064x}")
        assert again["name"] == "rota", "the same token again changes nothing"
        for bad in (dict(role="desk", token_sha256=f"{2:064x}"), dict(role="office", token_sha256=f"{2:064x}")):
            with pytest.raises(Refused) as refused:
                c.call("account.add", name="rota", **bad)
            assert refused.value.word == "conflict"
        with pytest.raises(Refused) as refused:
            c.call("account.add", name="other", role="desk", token_sha256=f"{1:064x}")
        assert refused.value.word == "conflict"
        assert len([e for e in events(daemon, "account.added") if e["data"]["name"] == "rota"]) == 2
        c.call("account.revoke", name="rota")
        c.call("account.revoke", name="rota")
        assert len(events(daemon, "account.revoked")) == 1
        with pytest.raises(Refused) as refused:  # it was revoked, and is no good
            c.call("account.add", name="rota", role="desk", token_sha256=f"{1:064x}")
        assert refused.value.word == "conflict"
        c.call("account.add", name="rota", role="office", token_sha256=f"{2:064x}")


@pytest.mark.parametrize("params,field", [
    (dict(role="liaison"), "unit"),
    (dict(role="liaison", unit="nobody"), "unit"),
    (dict(role="desk", unit="water"), "unit"),
    (dict(role="integration"), "commands"),
    (dict(role="integration", commands=["incident.get", "no.such"]), "commands"),
    (dict(role="integration", commands=["account.add"]), "commands"),
    (dict(role="desk", commands=["incident.get"]), "commands"),
    (dict(role="local"), "role"),
    (dict(role="desk", token_sha256="z" * 64), "token_sha256"),
])
def test_accounts_that_cannot_be(shared, params, field):
    with shared.local() as c, pytest.raises(Refused) as refused:
        c.call("account.add", name="x", **{"token_sha256": f"{7:064x}", **params})
    assert (refused.value.word, refused.value.field) == ("invalid-params", field)


def test_revoking_nobody(shared):
    with shared.local() as c, pytest.raises(Refused) as refused:
        c.call("account.revoke", name="nobody")
    assert refused.value.word == "not-found"


# -- deliveries


def test_a_new_instruction_while_a_page_is_being_delivered(tmp_path):
    """A liaison's page is read, and waits for its delivery; an instruction that comes in between is neither in the
    page nor skipped: the next poll goes on behind what was read, and shows it."""
    with Daemon(tmp_path) as d, d.desk() as c, d.raw() as waiting, concurrent.futures.ThreadPoolExecutor() as pool:
        liaison = d.account("liaison-water", "liaison", "water")
        waiting.call("session.open", token=liaison, events=False)
        start = c.call("event.list", limit=1)["seq"]
        c.call("incident.report", **incident("OLD-1"))
        engine = d.pids("engine")[0]
        os.kill(engine, signal.SIGSTOP)
        try:
            # more than one turn takes: the first of them is committed, and told, before the deliveries that are asked
            # behind them; the others are another unit's, so that nothing that comes later touches what was kept
            new = [c.send("incident.report", **incident("NEW-0"))] + [
                c.send("incident.report", **incident(f"NEW-{i}", category="600202")) for i in range(1, 1100)]
            http = pool.submit(d.http, "GET", f"/v1/dispatches?after={start}", liaison)
            line = waiting.send("dispatch.list", after=start)
            with pytest.raises(AssertionError):
                waiting.reply(line, 0.5)  # read, and not answered before it is delivered
        finally:
            os.kill(engine, signal.SIGCONT)
        first = http.result()[2]
        again = d.http("GET", f"/v1/dispatches?after={start}", liaison)[2]  # what is kept is not older than this
        assert "NEW-0-01" in [x["dispatch"] for x in again["dispatches"]]
        for one in new:
            c.result(one)
        for page in (first, waiting.result(line)):
            assert [x["dispatch"] for x in page["dispatches"]] == ["OLD-1-01"]
            rest = d.http("GET", f"/v1/dispatches?after={page['seq']}&wait=5", liaison)[2]
            assert "NEW-0-01" in [x["dispatch"] for x in rest["dispatches"]]


# -- reload


def test_a_reload_says_what_is_wrong(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d, d.local() as c:
        assert c.call("config.reload")["changed"] is False
        (mechanism / "units.yaml").write_text("units:\n  - {id: x, teir: 1}\n", encoding="utf-8")
        with pytest.raises(Refused) as refused:
            c.call("config.reload")
        assert "units.yaml:2:" in refused.value.message
        assert d.is_ready()


DAMAGE = {
    "a byte of a file": "update mechanism_file set bytes = cast(replace(cast(bytes as text), 'policy', 'polizy')"
                        " as blob) where id = (select file from revision_file where name = 'policy.yaml')",
    "a byte of a digest": "update mechanism_file set digest = cast(substr(digest, 2) || substr(digest, 1, 1) as blob)"
                          " where id = (select file from revision_file where name = 'units.yaml')",
    "a name": "update revision_file set name = 'unitz.yaml' where name = 'units.yaml'",
    "a row": "delete from revision_file where name = 'areas.yaml'",
}


def damage(daemon, sql):
    db = sqlite3.connect(os.path.join(daemon.folder, "liandong.db"))
    changed = db.execute(sql).rowcount
    db.commit()
    db.close()
    assert changed == 1


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_stored_mechanism_beside_whole_files(tmp_path, mechanism, what):
    """The files serve, loudly, and the stored copy is put right: it serves when the files are broken later."""
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        revision = c.call("incident.report", **incident("M-1"))["route"]["revision"]
    damage(d, DAMAGE[what])
    with d, d.desk() as c:
        assert c.call("incident.report", **incident("M-2"))["route"]["revision"] == revision
        assert "stored mechanism damaged" in d.log()
        assert [e["data"].get("why") for e in events(d, "config.activated")] == [None, "the stored copy was damaged"]
    (mechanism / "units.yaml").write_text("units: [", encoding="utf-8")
    with d, d.desk() as c:
        assert c.call("incident.report", **incident("M-3"))["route"]["revision"] == revision
    assert d.log().count("stored mechanism damaged") == 1


def test_a_stored_mechanism_that_is_damaged_while_it_runs(tmp_path, mechanism):
    """Processes that come up again find the files of the revision in force."""
    with Daemon(tmp_path, mechanism=mechanism) as d:
        with d.desk() as c:
            revision = c.call("incident.report", **incident("M-1"))["route"]["revision"]
        damage(d, DAMAGE["a byte of a file"])
        d.kill("intake")
        until(d.is_ready, "the front end")
        d.kill("engine")
        until(d.is_ready, "the engine")
        with d.desk() as c:
            assert c.call("incident.report", **incident("M-2"))["route"]["revision"] == revision
        assert "stored mechanism damaged" in d.log()


class Load:
    """Reports by both ways in, some at once by the console and one after another over HTTP, until it is told to stop.
    Keeps of each what was answered and how long that took."""

    def __init__(self, daemon):
        self.daemon, self.stop, self.answered, self.failed, self.took = daemon, threading.Event(), [], [], []
        token = daemon.account("desk-http", "desk")
        daemon.account("desk-console", "desk")
        self.threads = [threading.Thread(target=self.by_console), threading.Thread(target=self.by_http, args=(token,))]

    def note(self, began, good, answer):
        self.took.append(time.monotonic() - began)
        (self.answered if good else self.failed).append(answer)

    def by_console(self):
        with self.daemon.console("desk-console", "desk") as c:
            i = 0
            while not self.stop.wait(0.1):
                began = time.monotonic()
                ids = [c.send("incident.report", **incident(f"RC-{i + k}")) for k in range(5)]
                i += 5
                for one in ids:
                    reply = c.reply(one)
                    self.note(began, "result" in reply, reply.get("result", reply))

    def by_http(self, token):
        i = 0
        while not self.stop.wait(0.02):
            began = time.monotonic()
            status, _, answer = self.daemon.http("POST", "/v1/incidents", token, incident(f"RH-{i}"))
            self.note(began, status == 201, answer)
            i += 1

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join()


def ms(text):
    return datetime.fromisoformat(text).timestamp() * 1000


LATE_MS = 5000  # of a reminder or an answer, on a machine that does other things beside


@pytest.mark.alone
def test_reloads_under_load_lose_resend_and_delay_nothing(tmp_path, mechanism):
    """A hundred, from the folder and over HTTP by turns: each comes into force and is told; every report is answered
    and stored, every event comes once and in order, every dispatch has its reminders once and in time, nothing is
    given to the engine again. A report that is decided in the turn in which another mechanism comes into force is
    published with texts of the one before."""
    policy = mechanism / "policy.yaml"
    original = re.sub(r"(?m)^(delivery|acknowledge): .*", lambda m: f"{m[1]}: " + "{P1: 1s, P2: 1s, P3: 1s, P4: 1s}",
                      policy.read_text(encoding="utf-8"))
    policy.write_text(original, encoding="utf-8")
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as listener, d.local() as local:
        admin = d.account("admin1", "admin")
        with Load(d) as load:
            until(lambda: load.answered, "some load")
            for i in range(100):
                text = f"{original}# {i}\n"
                if i % 2:
                    status, _, done = d.http("PUT", "/v1/routing", admin, {"files": {"policy.yaml": text},
                                             "why": "试"}, headers={"If-Match": f'"{done["revision"]}"'})
                    assert status == 200, done
                else:
                    policy.write_text(text, encoding="utf-8")
                    done = local.call("config.reload", within=60)
                assert done["changed"] is True and not done["pending"], i
                while listener.take(0):
                    pass
        assert not load.failed, load.failed[:3]
        assert len(load.answered) > 200
        issued = {x["dispatch"] for answer in load.answered for x in answer["dispatches"]}
        of = lambda kind: [e for e in listener.events if e["type"] == kind]
        listener.wait(lambda: len(of("dispatch.overdue")) >= len(issued), "every dispatch to be overdue", 30)
        # nothing is lost, and nothing comes twice
        seqs = [e["seq"] for e in listener.events]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert len(of("config.activated")) == 100
        reported = [e["incident"] for e in of("incident.reported")]
        assert len(reported) == len(set(reported)) and set(reported) == {x["incident"] for x in load.answered}
        assert sorted(e["dispatch"] for e in of("dispatch.issued")) == sorted(issued)
        assert sorted(e["dispatch"] for e in of("dispatch.overdue")) == sorted(issued)
        for rung in ("delivery-due", "acknowledge-due"):
            told = [e["dispatch"] for e in of("reminder.sent") if e["data"]["rung"] == rung]
            assert sorted(told) == sorted(issued), rung
        for front in (local.call("status.get")["front"], d.http("GET", "/v1/status", admin)[2]["front"]):
            assert (front["resent"], front["unavailable"], front["connects"]) == (0, 0, 1)
        # nor late
        assert max(ms(e["at"]) - ms(e["data"]["due"]) for e in of("dispatch.overdue")) < LATE_MS
        assert max(load.took) * 1000 < LATE_MS
        assert len(events(d, "system.started")) == 1
        assert "child died" not in d.log() and "ended by signal" not in d.log()
        assert "engine lost" not in d.log()


def test_a_reload_takes_effect_for_the_next_report(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c, d.local() as local:
        first = c.call("incident.report", **incident("R-1"))["route"]["revision"]
        with open(mechanism / "policy.yaml", "a", encoding="utf-8") as f:
            f.write("# a remark\n")
        second = local.call("config.reload", why="a remark")
        assert second["changed"] and second["revision"] != first
        assert c.call("incident.report", **incident("R-2"))["route"]["revision"] == second["revision"]
        event = c.event(type="config.activated")
        assert (event["data"]["revision"], event["data"]["before"]) == (second["revision"], first)
        assert c.call("incident.get", number="R-1")["route"]["revision"] == first, "what was issued keeps its own"


def test_a_revision_stores_what_no_other_has(tmp_path, mechanism):
    """Files are kept by their digest: a line that changes does not store a megabyte of cases again."""
    policy = mechanism / "policy.yaml"
    original = policy.read_text(encoding="utf-8")
    with Daemon(tmp_path, mechanism=mechanism) as d, d.local() as local:
        store = f"file:{d.folder}/liandong.db?mode=ro"

        def files(sql):
            with contextlib.closing(sqlite3.connect(store, uri=True)) as db:
                return [row[0] for row in db.execute(sql)]
        kept = "SELECT bytes FROM mechanism_file ORDER BY id"
        before = files(kept)
        assert len(before) == len(set(before)) == len(files("SELECT name FROM revision_file")) > 5
        policy.write_text(original + "# a remark\n", encoding="utf-8")
        changed = local.call("config.reload", why="a remark")["revision"]
        after = files(kept)
        assert after[:-1] == before and after[-1] == (original + "# a remark\n").encode()
        assert len(files(f"SELECT name FROM revision_file WHERE revision = '{changed}'")) == len(before)
        policy.write_text(original + "# another\n", encoding="utf-8")
        local.call("config.reload", why="another")
        policy.write_text(original + "# a remark\n", encoding="utf-8")
        assert local.call("config.reload", why="the first one again")["revision"] == changed
        assert len(files(kept)) == len(before) + 2, "what was stored once is found again"
    assert d.ctl("audit", "verify").returncode == 0
