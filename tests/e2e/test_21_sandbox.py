"""What the kernel holds each process to: users, capabilities, system calls, files."""
import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time

import pytest

from harness import BUILD, ROOT, Daemon, Refused, incident, until

ROLES = ["engine", "intake", "api", "notifier"]
SANITIZED = "asan" in BUILD or "coverage" in BUILD
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes other users")
confined_only = pytest.mark.skipif(SANITIZED, reason="builds for sanitizers have no sandbox")


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return {k: v.split() for k, v in (line.split(":", 1) for line in f)}


def held(pid):
    """What /proc says that a process cannot have any more."""
    s = status(pid)
    return {"capabilities": [int(s[k][0], 16) for k in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
            "no_new_privs": s["NoNewPrivs"][0], "seccomp": s["Seccomp"][0]}


NOTHING = {"capabilities": [0] * 5, "no_new_privs": "1", "seccomp": "2"}


def core_limit(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as f:
        return re.search(r"Max core file size +(\d+) +(\d+)", f.read()).groups()


def a_matter(d):
    """One through all processes: reported, read by a unit, finished, in a report."""
    with d.desk() as c:
        dispatches = c.call("incident.report", **incident("SB-1"))["dispatches"]
    unit, path = dispatches[0]["unit"], f"/v1/dispatches/{dispatches[0]['dispatch']}"
    token = d.account("liaison", "liaison", unit)
    assert d.http("GET", path, token)[0] == 200
    for step in ("acknowledge", "arrive", "complete"):
        body = {"result": "已修好"} if step == "complete" else {}
        assert d.http("POST", f"{path}/{step}", token, body)[0] == 200
    for form in ("json", "csv", "xlsx", "html"):
        d.ctl("report", "month", time.strftime("%Y-%m"), "-o", os.path.join(d.folder, f"report.{form}"))
    d.ctl("backup", os.path.join(d.folder, "copy.db"))
    d.ctl("audit", "verify")
    d.ctl("reload")


# -- as it is started here ---------------------------------------------------------------------------


@confined_only
def test_a_matter_goes_through_where_what_is_not_listed_kills(tmp_path):
    with Daemon(tmp_path, sandbox="kill") as d:
        a_matter(d)
        for role in ROLES:
            d.kill(role)
        until(d.is_ready, "service again")
        log = d.log()
    assert "system call denied" not in log and "signal=31" not in log
    assert len(re.findall(r"sandbox closed mode=kill landlock=\d+ lacks=(?:nothing|landlock)", log)) >= 7


@root_only
@confined_only
def test_each_process_has_nothing_that_it_does_not_need(tmp_path):
    with Daemon(tmp_path) as d:
        for pid in [d.process.pid] + [d.pids(role)[0] for role in ROLES]:
            assert held(pid) == NOTHING, status(pid)
        for role in ROLES:
            assert core_limit(d.pids(role)[0]) == ("0", "0")


@confined_only
def test_a_sandbox_that_is_off_is_told(tmp_path):
    with Daemon(tmp_path, sandbox="off") as d, d.local() as c:
        until(lambda: "unconfined" in [w["code"] for w in c.call("status.get")["warnings"]], "the warning")
        assert held(d.pids("api")[0])["no_new_privs"] == "1"
    with Daemon(tmp_path) as d, d.local() as c:
        lacks = re.search(r"sandbox closed .* lacks=(\S+)", d.log())[1]
        warned = "unconfined" in [w["code"] for w in c.call("status.get")["warnings"]]
        assert warned == (lacks != "nothing")


def memory_has(pid, what):
    """Where in the memory of a process the bytes lie."""
    found = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                with contextlib.suppress(OSError):
                    mem.seek(start)
                    found += [line.split()[-1]] * mem.read(end - start).count(what)
    return found


@root_only
@confined_only
def test_a_token_that_was_used_is_in_no_memory(tmp_path):
    with Daemon(tmp_path) as d:
        desk, unit = d.account("desk1", "desk"), d.account("water-1", "liaison", "water")
        with d.desk() as c:
            c.call("session.ping")
            assert memory_has(d.pids("intake")[0], desk.encode()) == []
        for token in (unit, unit.upper()):  # one that is good, one that is not
            d.http("GET", "/v1/dispatches?open=1", token)
            d.http("GET", "/healthz")
            assert memory_has(d.pids("api")[0], token.encode()) == []
        with d.raw() as c:
            with pytest.raises(Refused):
                c.call("session.open", token=unit.upper(), client="test")
        assert memory_has(d.pids("intake")[0], unit.upper().encode()) == []
        assert memory_has(d.pids("intake")[0], b"liandong.db") != [], "memory can be read"


@root_only
@confined_only
def test_what_was_answered_and_opens_something_is_in_no_memory(tmp_path):
    """A login code, and the cookie that it became, once they have left."""
    with Daemon(tmp_path) as d:
        d.account("water-1", "liaison", "water")
        with d.desk() as c:
            code = c.call("code.make", account="water-1")["code"]
            c.call("session.ping")
            for role in ("intake", "engine"):
                assert memory_has(d.pids(role)[0], code.encode()) == [], role
        status, headers, _ = d.http("POST", "/v1/session", None, {"code": code},
                                    {"Liandong-Page": "1", "Sec-Fetch-Site": "same-origin"})
        assert status == 200
        cookie = re.search(r"=([^;]{20,})", headers["Set-Cookie"])[1]
        d.http("GET", "/healthz")
        api = d.pids("api")[0]
        assert memory_has(api, cookie.encode()) == [] and memory_has(api, code.encode()) == []


@confined_only
def test_a_backup_elsewhere_is_refused_with_the_place_for_it(tmp_path):
    with Daemon(tmp_path) as d, tempfile.TemporaryDirectory(dir="/var/tmp") as elsewhere:
        if "landlock=0" in d.log():
            pytest.skip("this kernel has no Landlock")
        done = d.ctl("backup", os.path.join(elsewhere, "copy.db"), check=False)
        assert done.returncode != 0 and "backup.folder" in done.stderr
        assert not os.listdir(elsewhere)


# -- users of their own, where root starts the daemon ----------------------------------------------------

USERS = ["liandong-test", "liandong-test-intake", "liandong-test-api", "liandong-test-report",
         "liandong-test-notifier"]


@pytest.fixture
def users():
    """Five system users of this test, as OPERATIONS.md has them made."""
    for i, name in enumerate(USERS):
        group = ["--user-group"] if i == 0 else ["--no-user-group", "--gid", USERS[0]]
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", *group, name],
                       check=True)
    yield [pwd.getpwnam(name) for name in USERS]
    for name in reversed(USERS):
        subprocess.run(["userdel", name], check=True, capture_output=True)


@pytest.fixture
def open_folder():
    """One whose way other users may go: pytest's own may not."""
    folder = tempfile.mkdtemp(prefix="liandong-users-")
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


def look_at_users(d, users, names, store):
    """Each is who the options say, and does its work."""
    who = dict(zip(names, users, strict=True))
    for role in ROLES:
        s = status(d.pids(role)[0])
        assert s["Uid"] == [str(who[role].pw_uid)] * 4 and s["Gid"] == [str(users[0].pw_gid)] * 4
        assert s["Groups"] == [str(users[0].pw_gid)]
        if not SANITIZED:
            assert held(d.pids(role)[0]) == NOTHING
    kept = held(d.process.pid)
    assert kept["no_new_privs"] == "1" and kept["capabilities"][2] == kept["capabilities"][3] == 0x1e5
    assert os.stat(store).st_uid == users[0].pw_uid and os.stat(store).st_mode & 0o777 == 0o640
    assert os.stat(store + "-wal").st_mode & 0o777 == os.stat(store + "-shm").st_mode & 0o777 == 0o640
    assert os.stat(d.control).st_uid == users[0].pw_uid and os.stat(d.control).st_mode & 0o777 == 0o600
    knock = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    for user, path, may in ((users[0], d.control, True), (users[2], d.control, False),
                            (users[2], os.path.join(os.path.dirname(d.control), "engine.sock"), True)):
        done = subprocess.run(["/usr/bin/python3", "-c", knock, path], user=user.pw_uid, group=user.pw_gid,
                              extra_groups=[], capture_output=True, check=False)
        assert (done.returncode == 0) == may, (user, path, done.stderr)
    os.unlink(d.control)
    until(lambda: "now=bound-again" in d.log(), "the socket again")
    assert os.stat(d.control).st_uid == users[0].pw_uid and os.stat(d.control).st_mode & 0o777 == 0o600
    with d.desk() as c:
        number = c.call("incident.report", **incident("USER-1"))["dispatches"][0]["dispatch"]
        assert c.call("dispatch.get", dispatch=number)["dispatch"] == number
    d.ctl("report", "month", time.strftime("%Y-%m"), "-o", os.path.join(d.folder, "report.xlsx"))
    for role in ROLES:  # and the supervisor can end and start what is another user
        d.kill(role)
    until(d.is_ready, "service again")
    assert "ALARM" not in [line.split()[2] for line in d.log().splitlines() if " denied" in line]
    made = until(lambda: os.listdir(d.models), "a model of texts", 120)
    os.unlink(os.path.join(d.models, made[0]))
    until(lambda: made[0] in os.listdir(d.models), "another", 120)
    assert os.stat(os.path.join(d.models, made[0])).st_uid == users[3].pw_uid, "made by the process of reports"


@root_only
def test_each_process_is_a_user_of_its_own(open_folder, users):
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), os.path.join(open_folder, "mechanism"))
    store = os.path.join(open_folder, "data", "liandong.db")
    names = dict(zip(("engine", "intake", "api", "report", "notifier"), USERS, strict=True))
    d = Daemon(open_folder, mechanism=os.path.join(open_folder, "mechanism"), store=store,
               listen={"control": os.path.join(open_folder, "run", "control.sock")}, users=names,
               sandbox="deny" if SANITIZED else "kill")
    d.control = os.path.join(open_folder, "run", "control.sock")
    try:
        until(d.launch(trains=True).is_ready, "service", 120)  # it trains its own model of texts
        look_at_users(d, users, names, store)
    finally:
        assert d.stop() == 0


@root_only
def test_a_user_that_is_not_there_is_told(tmp_path):
    d = Daemon(tmp_path, users={"engine": "no-such-user"}).launch()
    assert d.process.wait(20) == 78
    assert "users.engine" in d.log() and "no-such-user" in d.log()
    with contextlib.suppress(FileNotFoundError):
        assert not os.listdir(os.path.join(d.folder, "data"))


# -- the unit of systemd ---------------------------------------------------------------------------------

analyze_only = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze (package systemd)")


def unit():
    with open(os.path.join(ROOT, "dist", "liandong.service"), encoding="utf-8") as f:
        return f.read().replace("@PREFIX@", "/usr")


@analyze_only
def test_the_unit_is_exposed_little(tmp_path):
    path = tmp_path / "liandong.service"
    path.write_text(unit(), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", str(path)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-600:] + done.stderr
    assert float(re.search(r"exposure level for liandong.service: ([\d.]+)", done.stdout)[1]) <= 2.0


def sets_of_calls():
    """systemd's sets, by name: their calls, and the sets within them."""
    sets, name = {}, None
    for line in subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        if line.startswith("@"):
            name = line.split()[0]
        elif name and line.startswith("    ") and not line.strip().startswith("#"):
            sets.setdefault(name, []).append(line.strip())
    return sets


@analyze_only
def test_the_unit_lets_through_what_the_processes_call():
    """And the calls by which they close their own sandbox."""
    sets, allowed = sets_of_calls(), set()

    def calls(name):
        return set().union(*map(calls, sets[name])) if name.startswith("@") else {name}

    for words in re.findall(r"^SystemCallFilter=(.*)$", unit(), re.M):
        named = set().union(*map(calls, words.lstrip("~").split()))
        allowed = allowed - named if words.startswith("~") else allowed | named
    with open(os.path.join(ROOT, "src", "supervisor", "syscalls.def"), encoding="utf-8") as f:
        wanted = set(re.findall(r"^CALL\((\w+),", f.read(), re.M))
    wanted |= {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp", "prctl", "execveat"}
    assert wanted - allowed <= {"fchown"}, "which only root makes (SQLite)"
    assert not allowed & {"ptrace", "bpf", "mount", "settimeofday", "clock_settime", "setuid"}
