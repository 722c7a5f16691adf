"""The processes and the supervisor above them: start, restart, drain, refusals, systemd."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from harness import BUILD, LIMIT, ROOT, Console, Daemon, Terminal, free_port, incident, plain_only, until

LIANDONGD = os.path.join(BUILD, "liandongd")
ROLES = ["engine", "intake", "api", "notifier"]


def run(*arguments, limit=30, **env):
    """liandongd to its end: the finished process."""
    return subprocess.run([LIANDONGD, *arguments], capture_output=True, text=True, timeout=limit, check=False,
                          env={**os.environ, **env})


def ended(daemon, limit=30):
    """The exit code of a daemon that ends by itself."""
    try:
        return daemon.process.wait(limit)
    except subprocess.TimeoutExpired:
        daemon.kill_all()
        raise AssertionError(f"did not end in {limit} s:\n{daemon.log()[-4000:]}") from None


def children(pid):
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [(int(line.split()[0]), line.split(None, 1)[1]) for line in found.stdout.splitlines()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def mechanism(tmp_path):
    """A copy of the shipped mechanism, to be damaged."""
    folder = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    return folder


# -- start and restart


def test_ps_shows_each_role_as_a_child_of_the_supervisor(daemon):
    args = [a for _, a in children(daemon.process.pid)]
    running = sorted(ROLES)
    assert sorted(a.split()[1] for a in args) == running
    assert all(a.startswith(f"liandongd: {role} ") for role, a in zip(running, sorted(args), strict=True))


def test_workers_are_as_many_as_configured(tmp_path):
    with Daemon(tmp_path, workers={"intake": 2, "api": 3}) as d:
        assert [len(d.pids(r)) for r in ROLES] == [1, 2, 3, 1]


@pytest.mark.parametrize("role", ROLES)
def test_a_killed_process_is_started_again_and_serves(daemon, role):
    before = incident("BEFORE-1")
    with daemon.desk() as c:
        c.call("incident.report", **before)
    for _ in range(3):
        daemon.kill(role)
    until(daemon.is_ready, "service again")
    with daemon.desk() as c:
        assert c.call("incident.report", **before)["duplicate"] is True
        assert c.call("incident.report", **incident("AFTER-1"))["duplicate"] is False


def test_the_engines_death_is_no_error_to_a_console(daemon):
    with daemon.desk() as c:
        before = c.call("incident.report", **incident("A-0"))["seq"]
        for round_ in range(5):
            ids = [c.send("incident.report", **incident(f"A-{round_}-{i}")) for i in range(50)]
            os.kill(until(lambda: daemon.pids("engine"), "an engine")[0], signal.SIGKILL)
            results = [c.result(i) for i in ids]
            assert [r["incident"] for r in results] == [f"A-{round_}-{i}" for i in range(50)]
            assert not any(r["duplicate"] for r in results), "a resent report is the original, not a duplicate"
        last = max(r["seq"] for r in results)  # a ping says what its front end has heard of, which may be less
        c.wait(lambda: c.events and c.events[-1]["seq"] >= last, "all events")
        seqs = [e["seq"] for e in c.events]
        seqs = seqs[seqs.index(before) + 1:] if before in seqs else seqs
        assert seqs == list(range(seqs[0], seqs[-1] + 1)), "no event missing, none twice"
    assert daemon.ctl("audit", "verify").returncode == 0


def test_acts_that_were_resent_happen_once(daemon):
    with daemon.desk() as c:
        c.call("incident.report", **incident("U-1"))
        for _ in range(5):
            ids = [c.send("incident.urge", number="U-1") for _ in range(20)]
            os.kill(until(lambda: daemon.pids("engine"), "an engine")[0], signal.SIGKILL)
            for i in ids:
                c.result(i)
        times = [e["data"]["times"] for e in daemon_events(daemon, "incident.urged")]
        assert times == list(range(1, 101))


def daemon_events(daemon, kind):
    with daemon.local() as c:
        found, after = [], 0
        while True:
            page = c.call("event.list", after=after, limit=200)
            found += [e for e in page["events"] if e["type"] == kind]
            if not page["more"]:
                return found
            after = page["seq"]


# -- what the system lets it have


def limited(d, *prlimit):
    """The daemon under other limits of its own."""
    return d.launch(by=["prlimit", *prlimit])


def said(d):
    return [line for line in d.log().splitlines() if line.startswith("liandongd: ")]


@plain_only("a connection that is refused over TLS ends in the handshake: there is nothing to read a sentence with")
def test_few_descriptors_are_said_and_enough_for_what_they_are(tmp_path):
    d = limited(Daemon(tmp_path), "--nofile=150:150")
    until(d.is_ready, "service")
    assert len(said(d)) == 1 and "ulimit -n" in said(d)[0] and "150" in said(d)[0] and "LimitNOFILE" in said(d)[0]
    with contextlib.ExitStack() as stack:
        conns = [stack.enter_context(d.raw()) for _ in range(120)]
        refused = 0
        for c in conns:
            with contextlib.suppress(AssertionError):
                c.wait(lambda c=c: c.lines, "a word", 0.05)
            refused += any(m.get("error", {}).get("data", {}).get("code") == "too-many" for m in c.lines)
        assert 20 <= refused <= 60, "told so in a sentence, and not cut off for want of descriptors"
    assert d.stop() == 0
    assert "EMFILE" not in d.log()


def test_too_few_descriptors(tmp_path):
    d = limited(Daemon(tmp_path), "--nofile=100:100")
    assert ended(d) == 71
    assert len(said(d)) == 1 and "ulimit -n" in said(d)[0] and "100" in said(d)[0]


def test_a_limit_of_file_sizes(tmp_path):
    d = limited(Daemon(tmp_path), "--fsize=1000000:1000000")
    assert ended(d) == 71
    assert len(said(d)) == 1 and "ulimit -f" in said(d)[0] and "1000000" in said(d)[0]
    os.remove(d.log_path)
    d = limited(d, "--fsize=4000000000:4000000000")
    until(d.is_ready, "service")
    assert len(said(d)) == 1 and "ulimit -f" in said(d)[0]
    assert d.stop() == 0


# -- the unit of systemd


def unit_commands(installed):
    text = (installed / "usr/lib/systemd/system/liandong.service").read_text(encoding="utf-8")
    return re.findall(r"^(Exec\w+)=(.*)$", text, re.M)


def test_the_unit_starts_with_a_broken_rule_file(tmp_path, mechanism):
    """Its command lines, as systemd runs them: what was good at the last start serves."""
    tree = tmp_path / "tree"
    done = subprocess.run(["make", "-s", "--no-print-directory", f"B={os.path.relpath(BUILD, ROOT)}",
                           *(["MODE=asan"] if "asan" in BUILD else []), f"DESTDIR={tree}", "PREFIX=/usr", "install"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with Daemon(tmp_path, mechanism=mechanism) as d, d.desk() as c:
        c.call("incident.report", **incident("UNIT-1"))
    with open(mechanism / "routing.yaml", "a", encoding="utf-8") as f:
        f.write("rules: [\n")
    for key, line in unit_commands(tree):
        words = [word.replace("/etc/liandong/liandong.yaml", d.config) for word in line.split()]
        words[0] = str(tree) + words[0]
        if key in ("ExecStartPre", "ExecCondition"):
            assert subprocess.run(words, capture_output=True, check=False).returncode == 0, line
        if key == "ExecStart":
            with open(d.log_path, "ab") as log:
                d.process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
    until(d.is_ready, "service")
    assert "mechanism refused" in d.log()
    with d.desk() as c:
        assert c.call("incident.report", **incident("UNIT-2"))["dispatches"]
    assert d.stop() == 0
    if shutil.which("systemd-analyze"):
        unit = tree / "usr/lib/systemd/system/liandong.service"
        unit.write_text(unit.read_text(encoding="utf-8").replace("=/usr/", f"={tree}/usr/"), encoding="utf-8")
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True,
                              check=False)
        ours = [line for line in (done.stdout + done.stderr).splitlines() if "liandong" in line]
        assert done.returncode == 0 and not ours, done.stdout + done.stderr


def test_what_is_installed_can_be_read_whatever_the_umask(tmp_path):
    done = subprocess.run(["make", "-s", "--no-print-directory", f"B={os.path.relpath(BUILD, ROOT)}",
                           *(["MODE=asan"] if "asan" in BUILD else []), f"DESTDIR={tmp_path}/tree", "PREFIX=/usr",
                           "install"], cwd=ROOT, capture_output=True, text=True, check=False, umask=0o077)
    assert done.returncode == 0, done.stdout + done.stderr
    for folder, folders, files in os.walk(tmp_path / "tree"):
        for name in folders + files:
            mode = os.stat(os.path.join(folder, name)).st_mode & 0o777
            assert mode & 0o444 == 0o444 and (name in files or mode & 0o111 == 0o111), (folder, name, oct(mode))


def test_make_without_packages_says_what_to_do(tmp_path):
    fake = tmp_path / "pkg-config"
    fake.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    fake.chmod(0o755)
    done = subprocess.run(["make", "-s", f"B={tmp_path}/build", "all"], cwd=ROOT, capture_output=True, text=True,
                          check=False, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode != 0
    assert "make run" in done.stderr and "scripts/deps.sh build" in done.stderr
    assert "error:" not in done.stderr, "no compiler ran"


def test_a_reload_by_signal_says_its_problems_in_the_log(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d:
        with open(mechanism / "units.yaml", "a", encoding="utf-8") as f:
            f.write("nonsense: 1\n")
        d.process.send_signal(signal.SIGHUP)
        line = until(lambda: next((x for x in d.log().splitlines() if "reload problem" in x), None), "the problem")
        assert "units.yaml" in line and "nonsense" in line


# -- hanging


@pytest.mark.parametrize("role", ROLES)
def test_a_process_that_hangs_is_replaced(tmp_path, role):
    """Stopped, it does not die and does nothing: the supervisor puts another one in its place, and what
    was asked meanwhile is answered."""
    with Daemon(tmp_path, timeouts={"hang": "2s"}) as d, d.desk() as c:
        report = incident("HANG-1")
        pid = d.pids(role)[0]
        os.kill(pid, signal.SIGSTOP)
        asked = c.send("incident.report", **report)
        until(lambda: pid not in d.pids(role) and d.pids(role), f"another {role}", 30)
        if role != "intake":
            assert c.result(asked)["duplicate"] is False
        until(d.is_ready, "service again", 30)
        with d.desk() as again:
            assert again.call("incident.report", **report)["incident"] == "HANG-1"
        assert re.search(rf"ALARM child hangs child={role} index=0 pid={pid} ", d.log())
        assert len([line for line in d.log().splitlines() if "child hangs" in line]) == 1, "nobody else"


def test_a_process_that_hangs_before_it_is_ready_is_replaced(tmp_path):
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        d = Daemon(folder, timeouts={"hang": "2s"}).launch()
        engine = until(lambda: d.pids("engine"), "an engine")[0]
        os.kill(engine, signal.SIGSTOP)
        if "child ready" not in d.log():
            break
        d.kill_all()
    else:
        pytest.skip("the engine is ready before it can be stopped")
    until(lambda: f"child hangs child=engine index=0 pid={engine} state=starting" in d.log(), "the alarm", 30)
    until(d.is_ready, "service", 30)
    assert d.stop() == 0


@contextlib.contextmanager
def starting(tmp_path, **options):
    """A daemon whose engine is held in the middle of its first start."""
    d = Daemon(tmp_path, timeouts={"hang": "10m"}, **options).launch(trains=True)
    engine = until(lambda: d.pids("engine"), "an engine")[0]
    until(lambda: "store opened" in d.log(), "the store opened")
    os.kill(engine, signal.SIGSTOP)
    assert "child ready" not in d.log()
    try:
        yield d, lambda: os.kill(engine, signal.SIGCONT)
    finally:
        d.kill_all()


def test_who_asks_while_the_daemon_starts_is_told_and_waits(tmp_path):
    """liandongctl said after ten seconds that nothing answers, and a token that was to go into a file was none."""
    with starting(tmp_path) as (d, go_on):
        ctl = [os.path.join(BUILD, "liandongctl"), "-c", d.config]
        token = tmp_path / "token"
        with open(token, "wb") as out, open(tmp_path / "said", "wb") as said:
            asked = subprocess.Popen([*ctl, "account", "add", "x", "--role", "desk"], stdout=out, stderr=said)
        until(lambda: "liandongd 正在启动:" in (tmp_path / "said").read_text(), "what it does")
        assert asked.poll() is None and token.read_bytes() == b""
        go_on()
        assert asked.wait(20 * LIMIT) == 0 and "ldt_" in token.read_text()
        assert (tmp_path / "said").read_text().count(":打开数据库") <= 1, "each step once"


@pytest.mark.parametrize("command", [["account", "add", "x", "--role", "desk"], ["status"], ["incident", "list"],
                                     ["events", "--limit", "1"], ["backup", "x"], ["reload"]])
def test_a_command_does_not_wait_for_ever_for_a_start(tmp_path, command):
    with starting(tmp_path, language="en") as (d, _):
        env = {**os.environ, "LIANDONG_WAIT": "1"}
        done = subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", d.config, *command], capture_output=True, env=env, text=True,
                              timeout=LIMIT, check=False)
        assert done.returncode == 1 and done.stdout == "", done
        first, last = done.stderr.splitlines()[0], done.stderr.splitlines()[-1]
        assert first.startswith("liandongd is starting: ") and first.endswith("; waiting"), done.stderr
        assert re.search("not ready after [1-9] s: try again later$", last), done.stderr


def test_what_the_control_socket_says_of_a_start(tmp_path):
    """To each who comes, whatever he sends; a client of the library tries again, as with every session that is unavailable."""
    with starting(tmp_path) as (d, go_on):
        for _ in range(100):
            with d.local() as c:
                with contextlib.suppress(OSError):
                    c.send_bytes(b"x" * 100000)
                c.end()
            assert c.lines == [{"jsonrpc": "2.0", "id": None, "error": {"code": -32006, "message": c.lines[0]["error"]["message"],
                                "data": {"code": "unavailable", "detail": c.lines[0]["error"]["message"]}}}]
            assert c.lines[0]["error"]["message"].startswith("liandongd 正在启动:")
        go_on()
        until(d.is_ready, "service", 20 * LIMIT)


def test_a_terminal_shows_what_a_start_does(tmp_path):
    """As long as it takes, on a line that is written over."""
    with starting(tmp_path) as (d, go_on), Terminal(os.path.join(BUILD, "liandongctl"), "-c", d.config, "status", home=tmp_path) as t:
        t.see("正在启动")
        t.see("已等 1 秒,Ctrl-C 不等")
        go_on()
        assert t.end(20 * LIMIT) == 0
        assert "版本" in t.screen or "version" in t.screen


def test_who_was_stopped_with_all_others_is_not_hanging(tmp_path):
    """A machine that stood still: everybody's time begins anew."""
    with Daemon(tmp_path, timeouts={"hang": "2s"}) as d:
        pids = [pid for pid, _ in children(d.process.pid)]
        for signal_ in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(d.process.pid, signal_)
            for pid in pids:
                os.kill(pid, signal_)
            if signal_ == signal.SIGSTOP:
                time.sleep(6)  # longer than anybody may hang
        time.sleep(3)
        assert sorted(pid for pid, _ in children(d.process.pid)) == sorted(pids)
        assert "child hangs" not in d.log()


def test_children_end_with_the_supervisor(tmp_path):
    d = Daemon(tmp_path).start()
    pids = [pid for pid, _ in children(d.process.pid)]
    assert len(pids) == len(ROLES)
    d.process.kill()
    d.process.wait()
    until(lambda: not any(alive(p) for p in pids), "the children to end")
    with Daemon(tmp_path) as again:  # and nothing of them is in the way
        assert len(again.pids("engine")) == 1


def test_a_restart_does_not_read_files_that_are_being_edited(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d:
        (mechanism / "units.yaml").write_text("units: [half saved", encoding="utf-8")
        with open(d.config, "a", encoding="utf-8") as f:
            f.write("nonsense: [\n")
        for role in ROLES:
            d.kill(role)
        until(d.is_ready, "service again")
        with d.desk() as c:
            assert c.call("incident.report", **incident("EDIT-1"))["dispatches"]


# -- sockets whose names are gone


def report_is_made(d):
    d.ctl("report", "month", "2026-11", "-o", os.path.join(d.folder, "month.csv"))


def engine_is_found_again(d):
    d.kill("intake")
    with d.desk(events=False) as c:
        assert c.call("incident.report", **incident("SOCKET-1"))["dispatches"]


SERVED_AT = {
    "engine.sock": engine_is_found_again,
    "control.sock": lambda d: d.ctl("incident", "list"),
    "report.sock": report_is_made,
    "notifier.sock": lambda d: d.ctl("notices"),
}


@pytest.mark.parametrize("replaced", (False, True), ids=("deleted", "replaced"))
@pytest.mark.parametrize("name", SERVED_AT)
def test_a_socket_whose_name_is_gone_is_bound_again(tmp_path, name, replaced):
    with Daemon(tmp_path) as d:
        pids = {role: d.pids(role) for role in ROLES}
        path = os.path.join(os.path.dirname(d.control), name)
        before = os.stat(path).st_ino
        keeps_the_number = os.open(path, os.O_PATH)  # so that the new one has another
        os.unlink(path)
        if replaced:
            socket.socket(socket.AF_UNIX).bind(path)  # a socket that was closed
        until(lambda: f"socket was deleted or replaced path={path} now=bound-again" in d.log(), "the socket again")
        os.close(keeps_the_number)
        assert os.stat(path).st_ino != before and os.stat(path).st_mode & 0o777 == 0o600
        assert {role: d.pids(role) for role in ROLES} == pids, "nobody was started again for it"
        SERVED_AT[name](d)
        assert d.log().count("socket was deleted or replaced") == 1
    assert not os.path.exists(path)


def test_a_front_end_says_that_it_does_not_reach_the_engine(tmp_path):
    with Daemon(tmp_path) as d:
        path = os.path.join(os.path.dirname(d.control), "engine.sock")
        os.unlink(path)
        os.mkdir(path)  # so that it cannot be bound again
        d.kill("intake")
        until(lambda: f'intake WARN engine not reached path={path} error="' in d.log(), "the warning")
        os.rmdir(path)
        until(d.is_ready, "service again")
        assert "api WARN engine not reached" not in d.log(), "it has had its connection all the while"


def test_a_name_that_another_has_taken_is_left_and_said(tmp_path):
    with Daemon(tmp_path) as d, d.desk() as c:
        os.unlink(d.control)
        with open(d.control, "w", encoding="ascii") as f:
            f.write("a file")
        until(lambda: "ALARM socket lost" in d.log(), "the alarm")
        assert c.call("incident.report", **incident("SOCKET-2"))["dispatches"]
        os.unlink(d.control)
        until(lambda: "now=bound-again" in d.log(), "the socket again")
        d.ctl("incident", "list")
        assert d.log().count("socket lost") == 1
        os.unlink(d.control)
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(d.control)
            other.listen()
            until(lambda: d.log().count("socket lost") == 2, "the alarm")
            assert d.stop() == 0
    assert os.path.exists(d.control), "another's socket is not removed"


# -- the end


def test_sigterm_drains_and_leaves_no_socket(tmp_path):
    d = Daemon(tmp_path).start()
    with d.desk() as c:
        ids = [c.send("incident.report", **incident(f"D-{i}")) for i in range(200)]
        c.result(ids[0])
        assert d.stop() == 0
        answered = [i for i in ids if i in c.replies or c.take(0) and i in c.replies]
        with contextlib.suppress(AssertionError):
            c.end(2)
        answered = {i for i in ids if "result" in c.replies.get(i, {})}
    assert not os.path.exists(d.control)
    assert not os.path.exists(os.path.join(d.folder, "engine.sock"))
    with Daemon(tmp_path) as again, again.local() as c:
        for i, id_ in enumerate(ids):
            if id_ in answered:
                assert c.call("incident.get", number=f"D-{i}")["number"] == f"D-{i}"


def seconds_to_stop(d):
    began = time.monotonic()
    assert d.stop() == 0
    assert "signal=" not in d.log(), "every process ended by itself"
    return time.monotonic() - began


@pytest.mark.alone
def test_idle_connections_hold_nothing_up(tmp_path):
    """Clients that are connected, have all their answers and do not go."""
    d = Daemon(tmp_path).start()
    with d.desk(), d.raw(), d.http_raw() as raw:
        kept = raw.socket
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200")
        until(lambda: "notifier INFO follows" in d.log(), "the notifier to have started: it ends when it has")
        assert seconds_to_stop(d) < 1.8  # 0.3 where nothing else runs


@pytest.mark.alone
def test_a_console_that_reads_no_events_holds_nothing_up(tmp_path):
    """A drain waits for answers, not for somebody to read events."""
    d = Daemon(tmp_path).start()
    with d.desk(events=False) as c, socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.connect(("127.0.0.1", d.console_port))
        line = {"jsonrpc": "2.0", "id": 1, "method": "session.open",
                "params": {"token": d.tokens["desk1"], "client": "silent"}}
        silent.sendall(json.dumps(line).encode() + b"\n")
        for k in range(15):
            ids = [c.send("incident.report", **incident(f"MUCH-{k}-{i}")) for i in range(200)]
            for id_ in ids:
                c.result(id_)
        assert seconds_to_stop(d) < 6  # 1.0 where nothing else runs; it was three quarters of timeouts.drain


@pytest.mark.alone
def test_consoles_that_ask_and_read_nothing_hold_nothing_up(tmp_path):
    """A drain waits for what changes something. What only reads has half a second, then it is refused."""
    d = Daemon(tmp_path).start()
    with d.desk(events=False) as c, contextlib.ExitStack() as stack:
        for id_ in [c.send("incident.report", **incident(f"LIST-{i}")) for i in range(300)]:
            c.result(id_)
        token = d.tokens["desk1"]
        opening = {"jsonrpc": "2.0", "id": 0, "method": "session.open", "params": {"token": token, "events": False}}
        asked = [{"jsonrpc": "2.0", "id": i, "method": "incident.list", "params": {"limit": 200}} for i in range(1, 9)]
        for _ in range(100):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", d.console_port)))
            one.sendall(b"".join(json.dumps(m).encode() + b"\n" for m in [opening, *asked]))
        reads = [c.send("incident.list", limit=200) for _ in range(8)]
        assert seconds_to_stop(d) < 3  # 1.1 where nothing else runs; 800 lists take 4 s there
        with contextlib.suppress(AssertionError):
            c.end(2)
        assert {c.replies[i].get("error", {}).get("data", {}).get("code") for i in reads} <= {None, "unavailable"}


@pytest.mark.alone
def test_half_a_request_holds_nothing_up(tmp_path):
    d = Daemon(tmp_path).start()
    with d.http_raw(60) as raw:
        s = raw.socket
        s.sendall(b"POST /v1/incidents HTTP/1.1\r\nHost: x\r\nContent-Le")
        until(lambda: d.http("GET", "/healthz")[0] == 200, "the half to be read before it")
        assert seconds_to_stop(d) < 6
        assert s.recv(4096).startswith(b"HTTP/1.1 408")


def sockets_of(pid):
    names = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    return len([name for name in names if name.startswith("socket:")])


def test_a_notifier_that_has_just_found_the_engine_begins_nothing_in_a_drain(tmp_path):
    """Reading the mechanism takes it a tenth of a second, on a machine that has other work more than one."""
    d = Daemon(tmp_path).start()
    until(lambda: "notifier INFO follows" in d.log(), "the first notifier")
    first, engine = d.pids("notifier")[0], d.pids("engine")[0]
    sockets = sockets_of(first)
    os.kill(engine, signal.SIGSTOP)
    d.kill("notifier")
    second = d.pids("notifier")[0]
    until(lambda: sockets_of(second) == sockets, "its connection to the engine")
    until(lambda: pathlib.Path(f"/proc/{second}/stat").read_text(encoding="ascii").split()[2] == "S", "its hello")
    os.kill(second, signal.SIGSTOP)
    os.kill(engine, signal.SIGCONT)
    until(lambda: f"front end came role=notifier pid={second}" in d.log(), "the engine's welcome")
    d.process.terminate()
    until(lambda: "supervisor INFO draining" in d.log(), "the drain")
    os.kill(second, signal.SIGCONT)
    assert ended(d) == 0
    assert d.log().count("notifier INFO mechanism in force") == 1, "the second has read none"
    assert "child ended child=notifier index=0 state=draining exit=0" in d.log()


def test_front_ends_end_by_themselves_when_the_engine_does_not_answer(tmp_path):
    d = Daemon(tmp_path, timeouts={"drain": "4s"}).start()
    with d.desk() as c:
        engine = d.pids("engine")[0]
        os.kill(engine, signal.SIGSTOP)
        c.send("incident.report", **incident("HELD-1"))
        d.http("GET", "/healthz")
        d.process.terminate()
        ended(d)
    log = d.log()
    assert "child ended child=intake index=0 state=draining exit=0" in log
    assert "child ended child=api index=0 state=draining exit=0" in log
    assert "child ended child=engine index=0 signal=9" in log


def test_ctrl_c_reaches_all_and_still_drains(tmp_path):
    d = Daemon(tmp_path).start()
    os.killpg(d.process.pid, signal.SIGINT)
    assert ended(d) == 0
    assert "signal=" not in d.log()


def test_the_second_signal_ends_at_once(tmp_path):
    d = Daemon(tmp_path).start()
    engine = d.pids("engine")[0]
    os.kill(engine, signal.SIGSTOP)  # it cannot drain
    d.process.terminate()
    until(lambda: "draining" in d.log(), "the drain")
    assert alive(engine)
    began = time.monotonic()
    d.process.terminate()
    ended(d)
    assert time.monotonic() - began < 5
    assert not alive(engine)


def test_a_drain_ends_in_time_whatever_hangs(tmp_path):
    d = Daemon(tmp_path, timeouts={"drain": "2s"}).start()
    os.kill(d.pids("engine")[0], signal.SIGSTOP)
    began = time.monotonic()
    d.process.terminate()
    ended(d)
    assert 1 < time.monotonic() - began < 10
    assert "drain-took-too-long" in d.log()


# -- refusals: one sentence, the right code, nothing half-done


def test_a_port_that_is_taken(tmp_path):
    d = Daemon(tmp_path)
    with socket.create_server(("127.0.0.1", d.console_port)):
        d.launch()
        assert ended(d) == 69
    log = d.log()
    assert f"127.0.0.1:{d.console_port}" in log and "listen.console" in log and "占用" in log
    assert not os.path.exists(os.path.join(d.folder, "liandong.db"))


def test_a_second_daemon_with_the_same_configuration(daemon):
    second = Daemon(daemon.folder)
    second.console_port, second.http_port = daemon.console_port, daemon.http_port
    second.log_path += ".second"
    second.write_config({})
    second.launch()
    assert ended(second) == 69
    assert "占用" in second.log()
    assert daemon.is_ready()


def test_a_second_daemon_on_the_same_store(daemon, tmp_path_factory):
    second = Daemon(tmp_path_factory.mktemp("second"), store=os.path.join(daemon.folder, "liandong.db"))
    second.launch()
    assert ended(second) == 69
    sentences = [line for line in second.log().splitlines() if line.startswith("liandongd: ")]
    assert len(sentences) == 1 and "liandong.db" in sentences[0]
    assert daemon.is_ready()
    with daemon.desk() as c:
        c.call("incident.report", **incident("STILL-1"))


def test_a_store_of_a_newer_version(tmp_path):
    with Daemon(tmp_path) as d:
        pass
    with sqlite3.connect(os.path.join(d.folder, "liandong.db")) as db:
        db.execute("pragma user_version = 9999")
    db.close()
    d.launch()
    assert ended(d) == 65
    assert len([line for line in d.log().splitlines() if line.startswith("liandongd: ")]) == 1


def test_a_store_that_is_none(tmp_path):
    d = Daemon(tmp_path)
    with open(os.path.join(d.folder, "liandong.db"), "wb") as f:
        f.write(b"this is a letter to my aunt\n" * 500)
    d.launch()
    assert ended(d) in (65, 66)
    assert "liandong.db" in d.log()
    with open(os.path.join(d.folder, "liandong.db"), "rb") as f:
        assert f.read().startswith(b"this is a letter"), "it was left alone"


def test_a_wall_clock_store_refuses_the_manual_clock(tmp_path):
    with Daemon(tmp_path) as d:
        pass
    d.clock = "2026-03-02T08:00:00+08:00"
    d.launch()
    assert ended(d) == 78
    assert len([line for line in d.log().splitlines() if line.startswith("liandongd: ")]) == 1


@plain_only("over TLS others are let in")
def test_others_are_not_let_in_without_saying_so(tmp_path):
    d = Daemon(tmp_path)
    d.write_config({"listen": {"console": f"0.0.0.0:{d.console_port}"}})
    d.launch()
    assert ended(d) == 78
    assert "insecure" in d.log()
    d.write_config({"listen": {"console": f"0.0.0.0:{d.console_port}"}, "insecure": "true"})
    with d:
        socket.create_connection(("127.0.0.1", d.console_port)).close()


def test_bad_options_all_at_once(tmp_path):
    d = Daemon(tmp_path)
    with open(d.config, "a", encoding="utf-8") as f:
        f.write("languge: zh\nworkers: {intake: 0, api: many}\n")
    d.launch()
    assert ended(d) == 78
    found = re.findall(r"liandong\.yaml:(\d+):\d+:", d.log())
    assert len(found) >= 3, d.log()
    assert "language" in d.log(), "a did-you-mean"


def test_a_missing_configuration():
    done = run("-c", "/nonexistent/liandong.yaml")
    assert done.returncode == 78
    assert "/nonexistent/liandong.yaml" in done.stderr


def test_a_bad_mechanism_on_an_empty_store(tmp_path, mechanism):
    (mechanism / "units.yaml").write_text("units:\n  - {id: x, tier: 3}\n  - {id: y, teir: 1}\n", encoding="utf-8")
    d = Daemon(tmp_path, mechanism=mechanism).launch()
    assert ended(d) == 78
    assert len(re.findall(r"units\.yaml:\d+:\d+:", d.log())) >= 2, d.log()


def test_a_bad_mechanism_on_a_store_that_knows_a_good_one(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d:
        with d.local() as c:
            revision = c.call("status.get")["revision"]
    (mechanism / "units.yaml").write_text("units: 7\n", encoding="utf-8")
    with d, d.desk() as c:
        assert "mechanism refused" in d.log() and f"serving={revision}" in d.log()
        assert c.call("incident.report", **incident("LAST-GOOD"))["route"]["revision"] == revision


# -- options


def test_check_prints_every_problem(tmp_path, mechanism):
    d = Daemon(tmp_path, mechanism=mechanism)
    good = run("-n", "-c", d.config)
    assert good.returncode == 0, good.stdout
    assert re.search(r"[0-9a-f]{12}", good.stdout)
    (mechanism / "units.yaml").write_text("units:\n  - {id: x, tier: 3}\n", encoding="utf-8")
    (mechanism / "policy.yaml").write_text("polcy: 1\n", encoding="utf-8")
    bad = run("-n", "-c", d.config)
    assert bad.returncode == 78
    assert "units.yaml:" in bad.stdout and "policy.yaml:" in bad.stdout
    assert not os.path.exists(os.path.join(d.folder, "liandong.db")), "a check touches nothing"


def test_help_version_usage():
    assert "-c" in run("--help").stdout
    assert re.fullmatch(r"liandongd \d+\.\d+\.\d+\n", run("--version").stdout)
    for bad in (["--nonsense"], ["-c"], ["extra"], ["--clock", "tomorrow"], ["--clock", "manual=2026-02-30T00:00:00Z"]):
        assert run(*bad).returncode == 64, bad


def test_the_configuration_named_by_the_environment():
    assert "/nonexistent/env.yaml" in run(LIANDONG_CONFIG="/nonexistent/env.yaml").stderr


# -- reload


def test_sighup_is_all_or_nothing(tmp_path, mechanism):
    def revision(d):
        with d.local() as c:
            return c.call("status.get")["revision"]

    with Daemon(tmp_path, mechanism=mechanism) as d:
        first = revision(d)
        policy = (mechanism / "policy.yaml").read_text(encoding="utf-8")
        (mechanism / "policy.yaml").write_text(policy + "\nnonsense: 1\n", encoding="utf-8")
        d.process.send_signal(signal.SIGHUP)
        until(lambda: "reload refused" in d.log(), "the refusal")
        assert revision(d) == first
        (mechanism / "policy.yaml").write_text(policy + "\n# a remark\n", encoding="utf-8")
        d.process.send_signal(signal.SIGHUP)
        until(lambda: revision(d) != first, "the new revision")
        second = revision(d)
        assert daemon_events(d, "config.activated")[-1]["data"]["revision"] == second
        d.kill("engine")
        until(d.is_ready, "service again")
        assert revision(d) == second


# -- systemd


class Notified:
    """What a service manager hears."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(0.1)
        self.heard = []

    def hears(self, state):
        with contextlib.suppress(TimeoutError):
            while True:
                self.heard += self.socket.recv(4096).decode().split("\n")
        return any(h.startswith(state) for h in self.heard)

    def forget(self):
        self.heard.clear()


@contextlib.contextmanager
def managed(daemon, path, **env):
    """A daemon under a service manager that listens at path."""
    old = dict(os.environ)
    os.environ.update(NOTIFY_SOCKET=path, **env)
    try:
        manager = Notified(path)
        daemon.launch()
    finally:
        os.environ.clear()
        os.environ.update(old)
    try:
        yield manager
    finally:
        daemon.kill_all()


def test_systemd_is_told(tmp_path):
    d = Daemon(tmp_path)
    with managed(d, str(tmp_path / "notify")) as manager:
        until(lambda: manager.hears("READY=1"), "READY=1")
        assert manager.hears("STATUS=starting: opening the store")
        assert d.is_ready()
        manager.forget()
        d.process.send_signal(signal.SIGHUP)
        until(lambda: manager.hears("RELOADING=1") and manager.hears("READY=1"), "a reload")
        d.process.terminate()
        until(lambda: manager.hears("STOPPING=1"), "STOPPING=1")
        assert ended(d) == 0


def test_the_watchdog_is_fed_by_the_round_trip_only(tmp_path):
    d = Daemon(tmp_path, timeouts={"hang": "10m"})
    with managed(d, str(tmp_path / "notify"), WATCHDOG_USEC="1000000") as manager:
        until(lambda: manager.hears("WATCHDOG=1"), "the watchdog fed")
        os.kill(d.pids("engine")[0], signal.SIGSTOP)

        def starved():  # nothing came for two seconds, twice what it waits
            manager.forget()
            end = time.monotonic() + 2
            while time.monotonic() < end:
                if manager.hears("WATCHDOG=1"):
                    return False
            return True

        until(starved, "the watchdog to starve", limit=40)


LAUNCHER = """
import os, socket, sys
names = sys.argv[1].split(":")
sockets = []
for name, where in zip(names, sys.argv[2].split(",")):
    if where.startswith("/"):
        s = socket.socket(socket.AF_UNIX)
        s.bind(where)
    else:
        s = socket.socket()
        s.bind(("127.0.0.1", int(where)))
    s.listen(128)
    sockets.append(s)
for i, s in enumerate(sockets):
    os.dup2(s.fileno(), 40 + i)
for i in range(len(sockets)):
    os.dup2(40 + i, 3 + i, inheritable=True)
    os.close(40 + i)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=sys.argv[1])
os.execv(sys.argv[3], sys.argv[3:])
"""


def activated(daemon, names, where):
    daemon.launch(by=[sys.executable, "-c", LAUNCHER, names, where])


def test_socket_activation(tmp_path):
    d = Daemon(tmp_path)
    console, http = free_port(), free_port()  # other ones than the configuration's
    activated(d, "console:http:control", f"{console},{http},{d.control}")
    d.http_port = http
    try:
        until(d.is_ready, "service on the sockets given")
        Console(("127.0.0.1", console)).close()
        with pytest.raises(ConnectionRefusedError):
            Console(("127.0.0.1", d.console_port))
    finally:
        assert d.stop() == 0
    assert os.path.exists(d.control), "a socket that was given is not removed"


def test_socket_activation_with_a_name_that_says_nothing(tmp_path):
    d = Daemon(tmp_path)
    activated(d, "web", str(free_port()))
    assert ended(d) == 78
    assert "web" in d.log() and "FileDescriptorName" in d.log()


def test_no_process_waits_for_another_for_ever(tmp_path):
    """A hung engine: consoles get `unavailable` after the hold, and service goes on once it wakes."""
    with Daemon(tmp_path, timeouts={"hold": "2s", "hang": "10m"}) as daemon, daemon.desk() as c:
        engine, report = daemon.pids("engine")[0], incident("HUNG-1")
        os.kill(engine, signal.SIGSTOP)
        try:
            reply = c.reply(c.send("incident.report", **report), LIMIT + 5)
            assert reply["error"]["data"]["code"] == "unavailable"
        finally:
            os.kill(engine, signal.SIGCONT)
        again = c.call("incident.report", **report)
        assert again["incident"] == "HUNG-1"
