"""What keeps the store's records beyond the store: heads of its chain that were kept elsewhere, backups on a
timetable, restoring one, archives."""
import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading

import pytest

from harness import BUILD, ROOT, Daemon, incident, until

EVERY = int(os.environ.get("LIANDONG_KILL_EVERY", "8"))  # of the steps that are broken off, which are gone on with
CTL = os.path.abspath(os.path.join(BUILD, "liandongctl"))


def ctl(daemon, *arguments, code=0, **how):
    done = daemon.ctl(*arguments, check=False, **how)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def report(daemon, *numbers):
    with daemon.desk(events=False) as c:
        for n in numbers:
            c.call("incident.report", **incident(n))


# -- heads kept elsewhere --------------------------------------------------------------------------

def test_heads_are_appended_and_prove_the_store(daemon, tmp_path):
    heads = tmp_path / "heads"
    for i in range(3):
        report(daemon, f"HEAD-{i}")
        printed = ctl(daemon, "audit", "head", "--append", str(heads)).stdout
        assert heads.read_text().endswith(printed)
    lines = heads.read_text().splitlines()
    word, at, store, seq, digest, _ = lines[-1].split(" ")
    assert word == "liandong-head" and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+08:00", at) and len(store) == 16
    assert ctl(daemon, "audit", "verify", "--head", f"{seq}:{digest}")
    heads.write_text("\n".join(["# begun", lines[0], lines[1][:60], f"Nov 26 host liandong[7]: {lines[2]}"]))
    done = ctl(daemon, "audit", "verify", "--heads", str(heads))
    assert "2 个链头" in done.stdout and "1 行损坏" in done.stderr and "第 3 行" in done.stderr
    ctl(daemon, "audit", "head", "--append", str(heads))  # the last line had no end
    assert "3 个链头" in ctl(daemon, "audit", "verify", "--heads", str(heads)).stdout
    other = tmp_path / "others"
    other.write_text("")
    assert "没有本库的链头" in ctl(daemon, "audit", "verify", "--heads", str(other), code=1).stderr
    assert "nowhere" in ctl(daemon, "audit", "verify", "--heads", str(tmp_path / "nowhere"), code=1).stderr


def test_a_store_that_was_set_back_is_found(daemon, tmp_path):
    heads, copy = tmp_path / "heads", tmp_path / "old.db"
    report(daemon, "BACK-1")
    ctl(daemon, "audit", "head", "--append", str(heads))
    ctl(daemon, "backup", str(copy))
    report(daemon, "BACK-2")
    ctl(daemon, "audit", "head", "--append", str(heads))
    before = heads.read_bytes()
    ctl(daemon, "audit", "verify", "--store", str(copy))
    said = ctl(daemon, "audit", "verify", "--store", str(copy), "--heads", str(heads), code=1).stderr
    assert "第 2 行" in said and "较旧的备份" in said
    said = ctl(daemon, "audit", "head", "--store", str(copy), "--append", str(heads), code=1).stderr
    assert "第 2 行" in said and heads.read_bytes() == before, "nothing is appended to what does not hold"
    assert "line 2" in ctl(daemon, "--en", "audit", "verify", "--store", str(copy), "--heads", str(heads), code=1).stderr


def test_the_timers_unit_runs_what_there_is(daemon, tmp_path):
    with open(os.path.join(ROOT, "dist/liandong-anchor.service"), encoding="utf-8") as f:
        unit = f.read()
    command = re.search(r"^ExecStart=@PREFIX@/bin/liandongctl -c (\S+) (.*)$", unit, re.M)[2]
    default = re.search(r'^Environment="ANCHOR=(.*)"$', unit, re.M)[1]
    offered = re.findall(r'^#   Environment="ANCHOR=(--\S+) (\S+)"', unit, re.M)
    assert default == "--syslog" and [o for o, _ in offered] == ["--append", "--post"]
    assert ctl(daemon, *command.replace("$ANCHOR", default).split()).stdout.startswith("liandong-head ")
    heads = tmp_path / "heads"
    ctl(daemon, *command.replace("$ANCHOR", f"--append {heads}").split())
    assert heads.read_text().count("\n") == 1


class Taker(http.server.BaseHTTPRequestHandler):
    answer, taken = 204, []

    def do_POST(self):
        Taker.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(Taker.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_a_head_is_posted(daemon):
    with http.server.HTTPServer(("127.0.0.1", 0), Taker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/heads"
        line = ctl(daemon, "audit", "head", "--post", url).stdout
        assert Taker.taken == [line.encode()]
        Taker.answer = 500
        assert url in ctl(daemon, "audit", "head", "--post", url, code=1).stderr
        server.shutdown()
    assert url in ctl(daemon, "audit", "head", "--post", url, code=1).stderr, "refused connections, too"
    ctl(daemon, "audit", "head", "--post", "file:///etc/passwd", code=2)
    nothing = {**os.environ, "PATH": "/nonexistent"}
    done = subprocess.run([CTL, "-c", daemon.config, "audit", "head", "--post", url], env=nothing, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1 and "curl" in done.stderr and done.stdout.startswith("liandong-head ")


# -- restoring a backup ----------------------------------------------------------------------------

def data(daemon, *arguments, code=0):
    return json.loads(ctl(daemon, "--json", *arguments, code=code).stdout)


@pytest.fixture(scope="module")
def gone_on(tmp_path_factory):
    """A stopped daemon's folder: two incidents in the backup, three in the store, a token revoked in between."""
    folder = tmp_path_factory.mktemp("gone-on")
    daemon = Daemon(folder)
    with daemon:
        report(daemon, "IN-BOTH-1", "IN-BOTH-2")
        leaked = daemon.account("leaked", "desk")
        ctl(daemon, "audit", "head", "--append", str(folder / "heads"))
        ctl(daemon, "backup", str(folder / "backup.db"))
        report(daemon, "SINCE-1")
        ctl(daemon, "account", "revoke", "leaked")
        for text in ("一", "二"):
            ctl(daemon, "incident", "annotate", "IN-BOTH-1", text)
        ctl(daemon, "audit", "head", "--append", str(folder / "heads"))
    daemon.leaked = leaked
    return daemon


def copy_of(daemon, folder):
    """The same, stopped, in a folder of its own."""
    shutil.copytree(daemon.folder, folder, ignore=shutil.ignore_patterns("*.sock", "*.model"))
    other = Daemon(folder)
    other.tokens, other.leaked = dict(daemon.tokens), daemon.leaked
    return other


def numbers(daemon):
    with daemon.local() as c:
        return sorted(i["number"] for i in c.call("incident.list")["incidents"])


def test_what_is_no_backup_is_named_in_chinese(gone_on, tmp_path):
    """The file that was named, and not a copy of it; the system's reasons, too."""
    d = copy_of(gone_on, tmp_path / "copy")
    text, folder, gone = tmp_path / "text", tmp_path / "folder", tmp_path / "none/gone.db"
    text.write_text("no database\n" * 1000)
    folder.mkdir()
    for words, file, why in ((("restore",), gone, "没有这个文件"), (("restore",), folder, "不是文件"), (("restore",), text, "不是数据库"),
                             (("audit", "verify", "--store"), gone, "没有这个文件"), (("audit", "verify", "--store"), folder, "文件夹"),
                             (("audit", "verify", "--store"), text, "不是数据库"), (("incident", "list", "--store"), text, "不是数据库"),
                             (("report", "quarter", "2026Q1", "--store"), gone, "没有这个文件"),
                             (("archive", "2020", "-o"), gone, "没有这个文件")):
        said = ctl(d, *words, str(file), code=1).stderr
        assert str(file) in said and why in said and "restoring" not in said, said
        assert not re.search(r"No such|not a |Is a dir|disk I/O|unable", said), said
        if words[0] in ("restore", "archive"):
            assert not re.search("[一-鿿]", ctl(d, "--en", *words, str(file), code=1).stderr)


def test_a_backup_is_restored(gone_on, tmp_path):
    d = copy_of(gone_on, tmp_path / "copy")
    backup = os.path.join(d.folder, "backup.db")
    old = open(os.path.join(d.folder, "liandong.db"), "rb").read()
    said = ctl(d, "restore", backup, code=1)
    assert "SINCE-1" in said.stdout and "IN-BOTH" not in said.stdout and "1 件" in said.stdout and "--yes" in said.stderr
    assert "1 个令牌" in said.stdout
    plan = data(d, "restore", "--dry-run", backup)
    assert plan["relation"] == "older" and plan["incidents_since"] == ["SINCE-1"] and not plan["restored"]
    assert plan["backup"]["file"] == backup, "the file that was named, not its copy"
    assert plan["events_since"] == {"incident.annotated": 2}, "reports, orders and revoked tokens come by themselves"
    assert "须重做或补记:" in said.stdout and "note added 2" in ctl(d, "--en", "restore", "--dry-run", backup).stdout
    assert plan["present"]["seq"] > plan["backup"]["seq"] and plan["present"]["incidents"] == 3
    assert data(d, "restore")["present"]["seq"] == plan["present"]["seq"], "nothing is changed so far"
    done = ctl(d, "restore", "--yes", backup).stdout
    assert "liandong.db.1" in done and "SINCE-1" in done
    assert open(os.path.join(d.folder, "liandong.db"), "rb").read() == old, "the old one lies untouched"
    assert not any(n.startswith("liandong.db.restoring") for n in os.listdir(d.folder))
    state = data(d, "restore")
    assert state["present"]["file"].endswith("liandong.db.1") and state["present"]["seq"] == plan["backup"]["seq"]
    assert state["spare"] == [os.path.join(d.folder, "liandong.db")]
    assert oct(os.stat(state["present"]["file"]).st_mode)[-3:] == "600"
    with d:
        assert numbers(d) == ["IN-BOTH-1", "IN-BOTH-2"]
        with d.raw() as c:
            reply = c.reply(c.send("session.open", token=d.leaked, client="test"))
            assert reply["error"]["data"]["code"] == "unauthenticated", "a token that leaked stays revoked"
        report(d, "SINCE-1")
        assert "完整" in ctl(d, "audit", "verify").stdout
        said = ctl(d, "audit", "verify", "--heads", os.path.join(d.folder, "heads"), code=1).stderr
        assert "第 2 行" in said
    # what went out of service can be taken back, and is another branch by now
    plan = data(d, "restore", "--dry-run", os.path.join(d.folder, "liandong.db"))
    assert plan["relation"] == "forked"
    ctl(d, "restore", "--yes", os.path.join(d.folder, "liandong.db"))
    with d:
        assert numbers(d) == ["IN-BOTH-1", "IN-BOTH-2", "SINCE-1"]
        ctl(d, "audit", "verify", "--heads", os.path.join(d.folder, "heads"))


def test_it_is_refused_while_the_daemon_runs(gone_on, tmp_path):
    with copy_of(gone_on, tmp_path / "copy") as d:
        before = numbers(d)
        said = ctl(d, "restore", "--yes", os.path.join(d.folder, "backup.db"), code=1).stderr
        assert "正被" in said
        assert numbers(d) == before


def test_a_backup_from_before_a_revocation_whose_note_is_lost(gone_on, tmp_path):
    d = copy_of(gone_on, tmp_path / "copy")
    os.unlink(os.path.join(d.folder, "liandong.db.revoked"))
    ctl(d, "restore", "--yes", os.path.join(d.folder, "backup.db"))
    with d, d.raw() as c:
        assert "error" in c.reply(c.send("session.open", token=d.leaked, client="test"))


def test_onto_a_machine_that_has_nothing(gone_on, tmp_path):
    d = Daemon(tmp_path)
    assert data(d, "restore")["present"] is None
    plan = data(d, "restore", "--yes", os.path.join(gone_on.folder, "backup.db"))
    assert plan["relation"] == "alone" and plan["restored"]
    with d:
        assert numbers(d) == ["IN-BOTH-1", "IN-BOTH-2"]


def spoil(name, path):
    with open(path, "r+b") as f:
        if name == "cut":
            f.truncate(f.seek(0, 2) // 2)
        elif name == "a page":
            f.seek(8192)
            f.write(b"\xff" * 4096)
        elif name == "empty":
            f.truncate(0)
        else:
            f.write(b"no database")


def change_a_kept_file(path):
    """One byte in the middle of the stored routing.yaml, in a page that SQLite takes for whole."""
    with open(os.path.join(ROOT, "config", "zhangping", "routing.yaml"), "rb") as f:
        text = f.read()
    with open(path, "r+b") as f:
        stored = f.read()
        at = next(i for i in (stored.find(text[n:n + 64]) for n in range(len(text) // 2, len(text), 64)) if i >= 0)
        f.seek(at)
        f.write(bytes([stored[at] ^ 1]))


@pytest.mark.parametrize("name", ["cut", "a page", "empty", "no database", "not there", "chain", "a kept file"])
def test_what_is_no_good_is_not_restored(gone_on, tmp_path, name):
    d = copy_of(gone_on, tmp_path / "copy")
    backup = os.path.join(d.folder, "backup.db")
    if name == "not there":
        os.unlink(backup)
    elif name == "chain":
        with contextlib.closing(sqlite3.connect(backup)) as db, db:
            db.execute("UPDATE journal SET at = at + 1 WHERE seq = (SELECT min(seq) FROM journal)")
    elif name == "a kept file":
        change_a_kept_file(backup)
        with contextlib.closing(sqlite3.connect(backup)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert "routing.yaml" in ctl(d, "audit", "verify", "--store", backup, code=1).stderr
        assert "routing.yaml" in ctl(d, "restore", "--dry-run", backup, code=1).stderr
    else:
        spoil(name, backup)
    said = ctl(d, "restore", "--yes", backup, code=1).stderr
    assert said.strip()
    assert data(d, "restore")["present"]["incidents"] == 3
    assert not any(n.startswith("liandong.db.restoring") for n in os.listdir(d.folder))
    assert not os.path.exists(os.path.join(d.folder, "liandong.db.1"))


def test_a_store_in_use_elsewhere_is_told_by_its_wal(gone_on, tmp_path):
    """A store that was copied with its WAL is a backup, too: what stands in the WAL alone is restored."""
    source = tmp_path / "source"
    with copy_of(gone_on, source) as running:
        report(running, "IN-THE-WAL")
        os.makedirs(tmp_path / "taken")
        for suffix in ("", "-wal"):
            shutil.copy(source / f"liandong.db{suffix}", tmp_path / "taken" / f"copy.db{suffix}")
    target = tmp_path / "target"
    target.mkdir()
    d = Daemon(target)
    before = sorted(os.listdir(tmp_path / "taken"))
    ctl(d, "restore", "--yes", str(tmp_path / "taken" / "copy.db"))
    assert sorted(os.listdir(tmp_path / "taken")) == before
    with d:
        assert "IN-THE-WAL" in numbers(d)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_restores_for_the_user_whose_store_it_is(gone_on, tmp_path):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # whose parents every user may pass
        os.chmod(folder, 0o755)
        d = copy_of(gone_on, os.path.join(folder, "copy"))
        backup = shutil.copy(os.path.join(d.folder, "backup.db"), tmp_path)
        os.chmod(tmp_path, 0o700)
        os.unlink(os.path.join(d.folder, "liandong.db.lock"))
        for name in ["", *os.listdir(d.folder)]:
            os.chown(os.path.join(d.folder, name), 65534, 65534)
        ctl(d, "restore", "--yes", backup)
        for name in os.listdir(d.folder):
            assert os.stat(os.path.join(d.folder, name)).st_uid == 65534, name
        assert data(d, "restore")["present"]["incidents"] == 2


def killed_at(killer, d, step, *arguments):
    """Was it killed before that step of its?"""
    env = {**os.environ, "LD_PRELOAD": killer, "KILL_AT": str(step)}
    done = subprocess.run([CTL, "-c", d.config, *arguments], env=env, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == -9


def serves(d, expected):
    with d:
        assert numbers(d) == expected
        report(d, "GOES-ON")


def test_killed_at_every_step_the_one_or_the_other_is_in_service(gone_on, killer, tmp_path):
    old, new = ["IN-BOTH-1", "IN-BOTH-2", "SINCE-1"], ["IN-BOTH-1", "IN-BOTH-2"]
    found = []
    for step in range(1, 200):
        d = copy_of(gone_on, tmp_path / str(step))
        backup = os.path.join(d.folder, "backup.db")
        if not killed_at(killer, d, step, "restore", "--yes", backup):
            break
        found.append(data(d, "restore")["present"]["incidents"])
        if len(found) > 1 and found[-2] != found[-1]:
            serves(copy_of(d, tmp_path / "new"), new)
            serves(last, old)
            assert data(copy_of(d, tmp_path / "again"), "restore", "--yes", backup)["restored"]
        elif step % EVERY == 0:
            assert "完整" in ctl(d, "audit", "verify").stdout
            again = copy_of(d, tmp_path / f"{step}-again")
            assert data(again, "restore", "--yes", backup)["restored"] and data(again, "restore")["present"]["incidents"] == 2
            if EVERY == 1:
                serves(copy_of(d, tmp_path / f"{step}-serves"), old if found[-1] == 3 else new)
        last = d
    assert len(found) > 10, "every step of the restore is one of the test"
    assert found == sorted(found, reverse=True) and set(found) == {2, 3}, "old up to an instant, new from there on"


# -- backups on a timetable ------------------------------------------------------------------------

CLOCK = "2026-03-02T08:00:00+08:00"


until = functools.partial(until, limit=60)


def scheduled(tmp_path, **backup):
    folder = tmp_path / "backups"
    (tmp_path / "d").mkdir(exist_ok=True)
    return Daemon(tmp_path / "d", clock=CLOCK, backup={"folder": folder, "at": '"03:00"', **backup}), folder


def made(folder):
    """The stamps of the whole backups, oldest first."""
    names = os.listdir(folder) if folder.exists() else []
    return sorted(n[26:-3] for n in names if re.fullmatch(r"liandong-[0-9a-f]{16}-\d{8}-\d{6}\.db", n))


def engine(d):
    with d.local() as c:
        return c.call("status.get")["engine"]


def test_backups_are_made_and_kept_by_count(tmp_path):
    d, folder = scheduled(tmp_path, keep=2)
    with d:
        until(lambda: made(folder) == ["20260302-080000"], "one at once: the last due one was missed")
        store = d.ctl("--json", "restore").stdout
        store = json.loads(store)["present"]["store"]
        kept = ["2026-03-01.db", f"liandong-{'0' * 16}-20260301-030000.db", f"liandong-{store}-20260301-030000.db.old"]
        for name in kept:
            (folder / name).write_text("somebody's")
        (folder / f"liandong-{store}-20250101-030000.db").mkdir()
        (folder / f"liandong-{store}-20250102-030000.db").symlink_to(folder / kept[0])
        (folder / f"liandong-{store}-20250103-030000.db.partial").write_text("broken off")
        report(d, "KEPT-1")
        d.advance("18h59m")
        assert made(folder)[-1] == "20260302-080000"
        d.advance("2m")
        until(lambda: "20260303-030100" in made(folder), "that of the 3rd")
        report(d, "KEPT-2")
        d.advance("1d")
        until(lambda: "20260304-030100" in made(folder) and "20260302-080000" not in made(folder), "two stay")
        assert made(folder)[-2:] == ["20260303-030100", "20260304-030100"]
        left = set(os.listdir(folder))
        assert left >= {*kept, f"liandong-{store}-20250101-030000.db", f"liandong-{store}-20250102-030000.db"}, "not ours"
        assert not [n for n in left if "partial" in n]
        until(lambda: engine(d)["backups_total"] == 3, "three are counted")
        assert engine(d)["backup_last_timestamp_seconds"] == 1772564460  # 2026-03-04T03:01:00+08:00
        assert "liandong_engine_backups_total 3" in d.http("GET", "/metrics")[2].decode()
    newest = folder / f"liandong-{store}-20260304-030100.db"
    assert oct(os.stat(newest).st_mode)[-3:] == "600"
    with contextlib.closing(sqlite3.connect(newest)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM incident").fetchall() == [(2,)]
    with d:  # a restart finds that it is made
        report(d, "KEPT-3")
        d.advance("1h")
        assert len(made(folder)) == 5 and engine(d)["backups_total"] == 0
    d.ctl("restore", "--yes", str(newest))
    with d:
        assert numbers(d) == ["KEPT-1", "KEPT-2"]


def test_backups_go_by_their_age_but_for_the_last(tmp_path):
    d, folder = scheduled(tmp_path, keep=10, keep_days=2)
    with d:
        until(lambda: len(made(folder)) == 1, "the first")
        for day in range(3, 6):
            d.advance("1d")
            until(lambda: f"2026030{day}-080000" in made(folder), f"that of the {day}th")
        until(lambda: made(folder) == ["20260303-080000", "20260304-080000", "20260305-080000"], "two days and the last")
        d.advance("30d")
        until(lambda: made(folder) == ["20260404-080000"], "the last alone")


def test_a_backup_that_fails_is_told(tmp_path):
    d, folder = scheduled(tmp_path)
    folder.write_text("no folder")
    with d, d.local() as c:
        trouble = until(lambda: [w for w in c.call("status.get")["warnings"] if w["code"] == "backup-failed"], "the trouble")
        assert str(folder) in trouble[0]["detail"]
        assert engine(d)["backups_failed_total"] == 1
        event = until(lambda: [e for e in c.call("event.list", after=0)["events"] if e["type"] == "backup.failed"], "the event")
        assert event[0]["data"]["from"] == "2026-03-02T03:00:00+08:00"
        assert "ALARM scheduled backup failed" in d.log()
        assert d.http("GET", "/readyz")[0] == 200, "reports are taken all the same"
        assert "定时备份" in ctl(d, "status").stdout
    folder.unlink()
    with d, d.local() as c:
        until(lambda: len(made(folder)) == 1, "one that is made after all")
        assert not [w for w in c.call("status.get")["warnings"] if w["code"] == "backup-failed"]
        assert "完整" in ctl(d, "audit", "verify").stdout


def test_no_backup_is_made_below_the_floor(tmp_path):
    d, folder = scheduled(tmp_path)
    d.write_config({"backup": {"folder": folder}, "disk": {"free_floor": "1000GiB"}})
    with d, d.local() as c:
        trouble = until(lambda: [w for w in c.call("status.get")["warnings"] if w["code"] == "backup-failed"], "the trouble")
        assert "空间不足" in trouble[0]["detail"] and made(folder) == []


def test_the_engine_is_killed_while_it_makes_one(tmp_path):
    d, folder = scheduled(tmp_path, keep=1)
    with d:
        until(lambda: len(made(folder)) == 1, "the first")
    db = sqlite3.connect(os.path.join(d.folder, "liandong.db"))
    db.executemany("insert into event_text (seq, field, text) values (?, 'text', ?)", ((10**9 + i, "x" * 2**20) for i in range(6)))
    db.commit()
    db.close()
    with d:
        d.advance("1d")
        until(lambda: [n for n in os.listdir(folder) if "partial" in n], "the draft")
        d.kill("engine")
        assert len(made(folder)) >= 1
        until(lambda: made(folder) == ["20260303-080000"], "made after all")
        until(lambda: not [n for n in os.listdir(folder) if "partial" in n], "no draft is left")


# -- the archive of a year -------------------------------------------------------------------------

def finish(daemon, number, **incident_members):
    """Reported, carried out by all its units, and closed."""
    with daemon.desk(events=False) as c:
        got = c.call("incident.report", **incident(number, CLOCK_2025, **incident_members))
        for d in got["dispatches"]:
            for step in ("acknowledge", "depart", "arrive", "complete"):
                if d["role"] == "inform" and step != "acknowledge":
                    continue
                with daemon.liaison(d["unit"], events=False) as u:
                    more = {"result": "修好了"} if step == "complete" else {}
                    u.call(f"dispatch.{step}", dispatch=d["dispatch"], **more)
        c.call("incident.callback", number=number, result="satisfied")


CLOCK_2025 = "2025-11-03T08:00:00+08:00"


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """2025 with two incidents that were carried out and one that was cancelled, 2026 with one that is open."""
    folder = tmp_path_factory.mktemp("years")
    d = Daemon(folder, clock=CLOCK_2025)
    with d:
        finish(d, "OF-2025-1")
        finish(d, "OF-2025-2", category="509901", description="小区门口占道经营")
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("OF-2025-3", CLOCK_2025))
            d.still = ctl(d, "archive", "2025", "-o", str(folder / "open.db"), code=1).stderr
            c.call("incident.cancel", number="OF-2025-3", text="重复报警")
        d.set_clock("2026-01-05T08:00:00+08:00")
        report(d, "OF-2026-1")
        d.said = ctl(d, "archive", "2025", "-o", str(folder / "2025.db")).stdout
    return d


def test_a_year_is_archived_and_read(years):
    archive = os.path.join(years.folder, "2025.db")
    assert "3 件" in years.said
    done = ctl(years, "audit", "verify", "--store", archive).stdout
    assert "2025 年的存档:3 件警情" in done and "事件链完整" in done
    listed = data(years, "incident", "list", "--store", archive)["incidents"]
    assert [i["number"] for i in listed] == ["OF-2025-3", "OF-2025-2", "OF-2025-1"]
    assert [i["number"] for i in data(years, "incident", "list", "--store", archive, "--state", "cancelled")["incidents"]] == [
        "OF-2025-3"]
    assert data(years, "incident", "list", "--store", archive, "--from", "2026-01-01")["incidents"] == []
    shown = data(years, "incident", "show", "--store", archive, "OF-2025-1")
    assert shown["reporter"]["phone"] == "139****1234" and shown["dispatches"][0]["completed_at"]
    types = [e["type"] for e in shown["events"]]
    assert types[0] == "incident.reported" and "dispatch.completed" in types and types == [
        e["type"] for e in sorted(shown["events"], key=lambda e: e["seq"])]
    assert "OF-2025-1" in ctl(years, "incident", "show", "--store", archive, "OF-2025-1").stdout
    assert "OF-2026-1" in ctl(years, "incident", "show", "--store", archive, "OF-2026-1", code=1).stderr
    assert "--unmask" in ctl(years, "--unmask", "incident", "show", "--store", archive, "OF-2025-1", code=1).stderr


def test_its_reports_are_those_of_the_store(years):
    store, archive = os.path.join(years.folder, "liandong.db"), os.path.join(years.folder, "2025.db")
    for kind, period in (("year", "2025"), ("quarter", "2025Q4"), ("month", "2025-11")):
        def sheets(file, kind=kind, period=period):
            tree = json.loads(ctl(years, "report", kind, period, "--format", "json", "--store", file).stdout)
            return {k: v for k, v in tree.items() if k != "report"}
        assert sheets(archive) == sheets(store)


def test_an_archive_shows_with_sqlite_what_it_holds(years):
    with contextlib.closing(sqlite3.connect(os.path.join(years.folder, "2025.db"))) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM incident").fetchall() == [(3,)]
        assert db.execute("SELECT year, incidents FROM archive").fetchall() == [(2025, 3)]
        assert db.execute("SELECT count(*) FROM account").fetchall() == [(0,)]
    with open(os.path.join(years.folder, "2025.db"), "rb") as f:
        assert b"OF-2026-1" not in f.read(), "nothing of another year lies in its pages"


TAMPERED = {
    "a row is gone": ("DELETE FROM incident WHERE number = 'OF-2025-2'", "row"),
    "a step": ("UPDATE dispatch SET completed_at = completed_at - 60000 WHERE completed_at IS NOT NULL", "completed_at"),
    "an event": ("UPDATE journal SET at = at - 1 WHERE seq = (SELECT max(seq) - 1 FROM journal WHERE n = 1)", "断裂"),
    "the end": ("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "删去"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_in_an_archive_is_named(years, tmp_path, name):
    copy = shutil.copy(os.path.join(years.folder, "2025.db"), tmp_path)
    sql, says = TAMPERED[name]
    with contextlib.closing(sqlite3.connect(copy)) as db, db:
        db.execute(sql)
    assert says in ctl(years, "audit", "verify", "--store", copy, code=1).stderr


def test_a_year_that_is_not_settled_is_not_archived(years, tmp_path):
    said = ctl(years, "archive", "2026", "-o", str(tmp_path / "2026.db"), code=1).stderr
    assert said
    assert os.listdir(tmp_path) == []
    assert "1 件" in years.still and "OF-2025-3" in years.still
    assert not [n for n in os.listdir(years.folder) if n.startswith("open.db")]
    ctl(years, "archive", "26", code=2)
    archive = os.path.join(years.folder, "2025.db")
    assert archive in ctl(years, "archive", "2025", "-o", archive, code=1).stderr
    assert "2024 年没有警情" in ctl(years, "archive", "2024", "-o", str(tmp_path / "2024.db"), code=1).stderr
    assert os.listdir(tmp_path) == []


def test_an_archive_under_a_bare_name_lies_where_one_is(years, tmp_path):
    ctl(years, "archive", "2025", cwd=tmp_path)
    assert os.listdir(tmp_path) == ["liandong-2025.db"]
    ctl(years, "audit", "verify", "--store", "liandong-2025.db", cwd=tmp_path)


def test_an_archive_is_never_served(years, tmp_path):
    copy = shutil.copy(os.path.join(years.folder, "2025.db"), tmp_path / "liandong.db")
    d = Daemon(tmp_path, clock=CLOCK_2025)
    d.launch()
    assert d.process.wait(30) != 0 and "存档" in d.log()
    os.rename(copy, tmp_path / "archive.db")
    assert "存档" in ctl(d, "restore", "--yes", str(tmp_path / "archive.db"), code=1).stderr
