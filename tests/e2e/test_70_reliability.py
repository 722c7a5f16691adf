"""What is promised when things break: the disk, the clock, a process that hangs, a restart at a bad
moment. Faults are made with what the system has: signals, a library that makes one call fail, a
wall clock of the daemon's own (libfaketime)."""
import contextlib
import ctypes
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from harness import BUILD, LIMIT, ROOT, Daemon, Refused, incident, now_text, until

SANITIZED = b"__asan_init" in open(os.path.join(BUILD, "liandongd"), "rb").read()


def events(daemon, *kinds):
    """All events of these kinds, and that no seq is missing."""
    with daemon.local() as c:
        found, after = [], 0
        while True:
            page = c.call("event.list", after=after, limit=500)
            found += page["events"]
            if not page["more"]:
                break
            after = page["seq"]
    assert [e["seq"] for e in found] == list(range(1, len(found) + 1))
    return [e for e in found if e["type"] in kinds]


def figures(daemon):
    with daemon.local() as c:
        return until(lambda: c.call("status.get").get("engine"), "figures")


def readyz(daemon):
    try:
        return daemon.http("GET", "/readyz")[0]
    except OSError:
        return 0


@contextlib.contextmanager
def environment(**members):
    old = dict(os.environ)
    os.environ.update(members)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(old)


@pytest.fixture
def mechanism(tmp_path):
    """A copy of the shipped mechanism, to be changed."""
    folder = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), folder)
    return folder


# -- a store that is only read


def salvage_mark(daemon):
    with open(os.path.join(daemon.folder, "liandong.db.salvage"), "w", encoding="ascii"):
        pass


def test_a_store_salvaged_twice_within_the_hour_is_served(tmp_path):
    d = Daemon(tmp_path)
    with d, d.desk() as c:
        c.call("incident.report", **incident("RO-1"))
    for i in (2, 3):
        salvage_mark(d)
        with d, d.desk() as c:
            c.call("incident.report", **incident(f"RO-{i}"))
            assert c.call("incident.get", number="RO-1")["number"] == "RO-1"
            assert figures(d)["read_only"] is False
    assert d.log().count("store salvaged") == 2 and "read-only" not in d.log()


# -- an fsync that fails


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int in_engine;

/* Before main: behind its sandbox the process sees nothing of /proc. */
__attribute__((constructor)) static void look(void)
{
	char args[256] = "";
	int cmd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);

	in_engine = cmd >= 0 && read(cmd, args, sizeof args - 1) > 0 && strcmp(args, "liandongd: engine") == 0;
	if (cmd >= 0)
		close(cmd);
}

/* In the engine, while the file named by `trigger` is there: does this call on a WAL fail? */
static int fails(int fd, const char *trigger)
{
	const char *when = getenv(trigger);
	char link[64], path[4096];
	ssize_t n = -1;

	if (!in_engine || !when || access(when, F_OK) != 0)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 5)
		return 0;
	path[n] = 0;
	return strcmp(trigger, "FAIL_ALL") == 0 ? strstr(path, "/liandong.db") != NULL : strcmp(path + n - 4, "-wal") == 0;
}

#define CALL(type, name, trigger, error, parameters, arguments)                     \
	type name parameters                                                       \
	{                                                                          \
		static type(*next) parameters;                                     \
		if (!next)                                                         \
			next = (type(*) parameters)dlsym(RTLD_NEXT, #name);        \
		if (fails(fd, trigger) || (error == EIO && fails(fd, "FAIL_ALL"))) {\
			errno = error;                                             \
			return -1;                                                 \
		}                                                                  \
		return next arguments;                                             \
	}
CALL(int, fsync, "FAIL_SYNC", EIO, (int fd), (fd))
CALL(int, fdatasync, "FAIL_SYNC", EIO, (int fd), (fd))
CALL(ssize_t, write, "FAIL_WRITE", ENOSPC, (int fd, const void *p, size_t n), (fd, p, n))
CALL(ssize_t, pwrite, "FAIL_WRITE", ENOSPC, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
CALL(ssize_t, pwrite64, "FAIL_WRITE", ENOSPC, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at))
"""


@pytest.fixture
def shim(tmp_path):
    """(environment of the daemon, the file that makes syncs fail while it is there, that for writes)"""
    source, library = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    preload = str(library)
    if SANITIZED:  # its runtime wants to be the first
        linked = subprocess.run(["ldd", os.path.join(BUILD, "liandongd")], capture_output=True, text=True, check=True)
        preload = re.search(r"/\S*libasan\S*", linked.stdout)[0] + " " + preload
    sync, write = tmp_path / "fail-sync", tmp_path / "fail-write"
    return {"LD_PRELOAD": preload, "FAIL_SYNC": str(sync), "FAIL_WRITE": str(write),
            "FAIL_ALL": str(tmp_path / "fail-all")}, sync, write


def test_a_failed_fsync_is_salvaged_and_nobody_loses_an_answer(tmp_path, shim):
    preload, trigger, _ = shim
    d = Daemon(tmp_path)
    with environment(**preload):
        d.start()
    with d.desk() as c:
        for i in range(20):
            c.call("incident.report", **incident(f"S-{i}"))
        trigger.write_text("")
        ids = [c.send("incident.report", **incident(f"S-{i}")) for i in range(20, 40)]
        until(lambda: "exit=75" in d.log(), "the engine to give up")
        trigger.unlink()
        for i, id in enumerate(ids):  # held by the front end, sent again, answered as the first
            assert c.result(id)["duplicate"] is False, i
        until(lambda: "store salvaged" in d.log(), "the salvage")
        assert os.path.exists(os.path.join(d.folder, "liandong.db.1"))
        for i in range(40):
            assert c.call("incident.get", number=f"S-{i}")["number"] == f"S-{i}"
        assert c.call("incident.report", **incident("S-40"))["duplicate"] is False
    assert len(events(d, "incident.reported")) == 41
    assert d.ctl("audit", "verify").returncode == 0
    assert d.stop() == 0


def test_a_disk_that_fails_for_a_while_is_served_again(tmp_path, shim):
    """No sync of any of the store's files succeeds, the salvage's own neither: read only, and by itself
    no longer once the disk works."""
    preload, trigger = shim[0], tmp_path / "fail-all"
    d = Daemon(tmp_path)
    with environment(**preload):
        d.start()
    with d.desk() as c:
        for i in range(10):
            c.call("incident.report", **incident(f"W-{i}"))
        trigger.write_text("")
        last = incident("W-10")
        asked = c.send("incident.report", **last)
        until(lambda: "store read-only" in d.log(), "the salvage to fail")
        until(lambda: figures(d)["read_only"], "figures of a store that is only read")
        assert readyz(d) == 503
        assert c.call("incident.get", number="W-9")["number"] == "W-9"
        with pytest.raises(Refused) as refused:
            c.result(asked)
        assert refused.value.word == "unavailable"
        trigger.unlink()
        until(lambda: "store salvaged" in d.log(), "another try", 30)
        until(lambda: readyz(d) == 200, "service again")
        c.call("incident.report", **last)
        for i in range(11):
            assert c.call("incident.get", number=f"W-{i}")["number"] == f"W-{i}"
    assert d.ctl("audit", "verify").returncode == 0
    assert d.stop() == 0


def test_an_engine_killed_while_it_salvages_salvages_again(tmp_path, shim):
    preload, trigger, _ = shim
    d = Daemon(tmp_path)
    with environment(**preload):
        d.start()
    with d.desk() as c:
        reports = [incident(f"K-{i}") for i in range(50)]
        for r in reports:
            c.call("incident.report", **r)
        trigger.write_text("")
        c.send("incident.urge", number="K-1")
        until(lambda: "exit=75" in d.log(), "the engine to give up")
        with contextlib.suppress(AssertionError, ProcessLookupError):
            for _ in range(3):
                os.kill(until(lambda: d.pids("engine"), "an engine", 1)[0], signal.SIGKILL)
        trigger.unlink()
        until(lambda: "store salvaged" in d.log(), "the salvage", 30)
        for r in reports:
            assert c.call("incident.report", **r)["duplicate"] is True
    assert d.ctl("audit", "verify").returncode == 0
    assert d.stop() == 0


def test_a_disk_that_takes_nothing_is_waited_out(tmp_path, shim):
    preload, _, trigger = shim
    d = Daemon(tmp_path)
    with environment(**preload):
        d.start()
    new = incident("E-2")
    with d.desk() as c:
        c.call("incident.report", **incident("E-1"))
        engine = d.pids("engine")
        trigger.write_text("")
        for method, params in (("incident.report", new), ("incident.urge", {"number": "E-1"})):
            with pytest.raises(Refused) as refused:
                c.call(method, **params)
            assert refused.value.word == "unavailable"
        assert c.call("incident.get", number="E-1")["number"] == "E-1"
        until(lambda: figures(d)["committing"] is False and readyz(d) == 503, "that it says so")
        trigger.unlink()
        until(lambda: figures(d)["committing"] is True and readyz(d) == 200, "room again")
        assert c.call("incident.report", **new)["duplicate"] is False
        c.call("incident.urge", number="E-1")
        assert d.pids("engine") == engine, "it did not die of it"
        assert [e["data"]["times"] for e in events(d, "incident.urged")] == [1]
    assert d.ctl("audit", "verify").returncode == 0
    assert d.stop() == 0


# -- processes that come, go and hang


def test_readiness_follows_a_front_end_at_once(tmp_path):
    with Daemon(tmp_path) as d:
        until(lambda: readyz(d) == 200, "ready")
        intake = d.pids("intake")[0]
        os.kill(d.process.pid, signal.SIGSTOP)  # it is not started again
        os.kill(intake, signal.SIGKILL)
        until(lambda: readyz(d) == 503, "that one is missing", 2)  # a beat is 5 s
        os.kill(d.process.pid, signal.SIGCONT)
        until(lambda: readyz(d) == 200, "that it is back", 2)


def wrong(daemon):
    status, _, page = daemon.http("GET", "/readyz")
    assert (status == 200) == (page["wrong"] == []) == page["ready"], page
    return {one["code"]: one["detail"] for one in page["wrong"]}


def warned(daemon):
    with daemon.local() as c:
        return {one["code"]: one["detail"] for one in c.call("status.get")["warnings"] if "year" not in one}


def test_what_is_wrong_is_named(tmp_path):
    with Daemon(tmp_path) as d:
        until(lambda: wrong(d) == {} and warned(d) == {}, "nothing wrong")
        os.kill(d.process.pid, signal.SIGSTOP)  # nothing is started again
        intake, engine = d.pids("intake")[0], d.pids("engine")[0]
        os.kill(intake, signal.SIGKILL)
        said = until(lambda: wrong(d), "that one is missing")
        assert list(said) == ["intake-missing"] and "intake" in said["intake-missing"] and "1" in said["intake-missing"]
        os.kill(engine, signal.SIGKILL)
        said = until(lambda: "engine-away" in (said := wrong(d)) and said, "that the engine is away")
        assert "引擎" in said["engine-away"]
        assert d.http("GET", "/v1/status", d.tokens.get("desk1") or "x" * 64)[0] in (200, 401)
        os.kill(d.process.pid, signal.SIGCONT)
        until(lambda: wrong(d) == {} and d.is_ready() and warned(d) == {}, "all is well again")


def test_what_a_reload_refused_and_what_needs_a_restart(tmp_path, mechanism):
    with Daemon(tmp_path, mechanism=mechanism) as d:
        units = (mechanism / "units.yaml").read_text(encoding="utf-8")
        (mechanism / "units.yaml").write_text(units + "nonsense: 1\n", encoding="utf-8")
        options = open(d.config, encoding="utf-8").read()
        with open(d.config, "w", encoding="utf-8") as f:
            f.write(options.replace("limits:\n", "limits:\n  connections: 99\n"))
        assert d.ctl("reload", check=False).returncode != 0
        said = until(lambda: len(w := warned(d)) == 2 and w, "both warnings")
        assert "units.yaml" in said["files-refused"] and "routing.yaml" not in said["files-refused"]
        assert "limits.connections" in said["restart-needed"]
        assert wrong(d) == {}, "it serves all the same"
        assert "units.yaml" in d.ctl("status").stdout and "limits.connections" in d.ctl("status").stdout
        (mechanism / "units.yaml").write_text(units, encoding="utf-8")
        d.process.send_signal(signal.SIGHUP)
        until(lambda: list(warned(d)) == ["restart-needed"], "the files were taken")
        d.restart()
        until(lambda: warned(d) == {}, "and the options")


def open_files(pid):
    """What the descriptors of a process are, by number."""
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            found[int(fd)] = os.readlink(f"/proc/{pid}/fd/{fd}")
    return found


def test_no_process_has_descriptors_that_it_does_not_need(tmp_path):
    with Daemon(tmp_path, workers={"intake": 2, "api": 2}) as d:
        d.account("desk1", "desk")
        for role in ("engine", "intake", "api"):
            d.kill(role)  # what is started later must not have more than what is started first
        until(d.is_ready, "service again")
        for role, listeners in (("engine", 1), ("intake", 2), ("api", 1)):
            for pid in d.pids(role):
                files = open_files(pid)
                control = [f for fd, f in files.items() if fd == 3 and f.startswith("socket:")]
                assert control, files
                names = [f for f in files.values() if not f.startswith(("socket:", "anon_inode:", "pipe:"))]
                assert not [f for f in names if "ballast" in f or f.endswith("liandongd")], (role, files)
                assert not [f for f in names if "liandong.yaml" in f], (role, files)
                if role != "engine":
                    assert not [f for f in names if f.endswith(".lock")], (role, files)
                highest = max(files)
                # 0-3, its listeners, loop and timers, the store and its WAL, engine link, reserve; of the engine
                # five links, and what its threads wake it by
                assert len(files) <= 4 + listeners + (16 if role == "engine" else 14) and highest < 64, (role, files)


@pytest.mark.alone
@pytest.mark.parametrize("role", ["intake", "api"])
def test_the_watchdog_is_fed_though_a_front_end_is_being_started_again(tmp_path, role):
    d = Daemon(tmp_path)
    notify = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(notify)
        manager.setblocking(False)
        fed = []

        def hear():
            with contextlib.suppress(BlockingIOError):
                while True:
                    if manager.recv(4096) == b"WATCHDOG=1":
                        fed.append(time.monotonic())
            return fed

        with environment(NOTIFY_SOCKET=notify, WATCHDOG_USEC="4000000"):
            d.start()
        until(hear, "the watchdog fed")
        # a process that dies again and again is the supervisor's to deal with, not systemd's
        end = time.monotonic() + 7
        while time.monotonic() < end:
            for pid in d.pids(role):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            hear()
            time.sleep(0.02)
        gaps = [b - a for a, b in zip(fed, fed[1:], strict=False)]
        assert max(gaps, default=99) < 4 and end - fed[-1] < 4, gaps
        d.kill_all()


def test_an_orphan_does_not_keep_the_store(tmp_path):
    """kill -9 of the supervisor while the engine is only starting."""
    d = Daemon(tmp_path)
    with d, d.desk() as c:
        report = incident("O-1")
        c.call("incident.report", **report)
    for delay in (0.0, 0.005, 0.01, 0.02, 0.03, 0.05):
        d.launch()
        until(lambda: d.pids("engine"), "an engine")
        time.sleep(delay)  # somewhere in its start
        d.process.kill()
        d.process.wait()
    with d, d.desk() as c:
        assert c.call("incident.report", **report)["duplicate"] is True


def test_an_engine_that_dies_in_a_drain_is_replaced_while_it_is_needed(tmp_path):
    d = Daemon(tmp_path).start()
    with d.desk() as c:
        c.call("incident.report", **incident("D-0"))
        engine = d.pids("engine")[0]
        os.kill(engine, signal.SIGSTOP)
        ids = [c.send("incident.report", **incident(f"D-{i}")) for i in range(1, 20)]
        until(lambda: c.take(0) or True, "sent")
        with d.local() as local:
            until(lambda: local.call("status.get")["front"]["pending"] >= 19, "the front end to hold them")
        d.process.terminate()
        until(lambda: "draining" in d.log(), "the drain")
        os.kill(engine, signal.SIGKILL)
        for i in ids:
            assert c.result(i)["duplicate"] is False
    assert d.process.wait(LIMIT) == 0


def test_a_second_signal_starts_nothing(tmp_path):
    d = Daemon(tmp_path).start()
    os.kill(d.pids("intake")[0], signal.SIGSTOP)  # the drain will not end
    d.process.terminate()
    until(lambda: "draining" in d.log(), "the drain")
    started = d.log().count(" started ")
    began = time.monotonic()
    d.process.terminate()
    assert d.process.wait(LIMIT) == 0
    assert time.monotonic() - began < 5, "a drain would have taken 15 s"
    assert d.log().count(" started ") == started


# -- a system that does not get on


@pytest.mark.alone
def test_a_silent_engine_costs_bounded_memory(tmp_path):
    text = "水" * 4000
    with Daemon(tmp_path, timeouts={"hold": "30s", "hang": "10m"}) as d:
        with d.desk(events=False) as c:
            c.call("incident.report", **incident("M-1"))
        engine, intake = d.pids("engine")[0], d.pids("intake")[0]
        os.kill(engine, signal.SIGSTOP)
        desks = [d.desk(events=False) for _ in range(30)]
        asked = [(c, [c.send("incident.annotate", number="M-1", text=text) for _ in range(256)]) for c in desks]

        def refused():
            for c, _ in asked:
                while c.take(0.2):
                    pass
            return sum("error" in r for c, _ in asked for r in c.replies.values())
        until(lambda: refused() > 256, "what is too much to be refused at once")
        with open(f"/proc/{intake}/status", encoding="ascii") as f:
            resident = int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) // 1024
        assert resident < 250 or SANITIZED, resident
        os.kill(engine, signal.SIGCONT)
        replies = [c.reply(i, 60) for c, ids in asked for i in ids]
        done = sum("result" in r for r in replies)
        assert {r["error"]["data"]["code"] for r in replies if "error" in r} == {"unavailable"}
        assert done > 4096
        for c in desks:
            c.close()
        assert len(events(d, "incident.annotated")) == done


def test_a_stall_of_the_engine_is_the_systems_fault(tmp_path, mechanism):
    policy = (mechanism / "policy.yaml").read_text(encoding="utf-8")
    policy = re.sub(r"(?m)^acknowledge: .*$", "acknowledge: {P1: 6s, P2: 6s, P3: 5m, P4: 30m}", policy)
    (mechanism / "policy.yaml").write_text(policy, encoding="utf-8")
    with Daemon(tmp_path, mechanism=mechanism, timeouts={"hold": "60s", "hang": "10m"}) as d, d.desk() as c:
        until(lambda: figures(d), "a heartbeat")
        r = c.call("incident.report", **incident("STALL-1", priority="P1"))
        engine = d.pids("engine")[0]
        os.kill(engine, signal.SIGSTOP)
        time.sleep(17)  # three heartbeats and more: the system was away
        act = c.send("dispatch.acknowledge", dispatch=r["dispatches"][0]["dispatch"], on_behalf={"person": "李四"})
        os.kill(engine, signal.SIGCONT)
        c.result(act)
        overdue = [e for e in events(d, "dispatch.overdue") if e["data"]["clock"] == "acknowledge"]
        assert overdue and all(e["data"].get("system_cause") for e in overdue), overdue
        assert len(events(d, "system.resumed")) == 1


# -- the wall clock


FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)


class SteppedClock:
    """A daemon whose wall clock is set by a file; its monotonic clock goes on."""

    def __init__(self, folder, **options):
        self.file = os.path.join(folder, "clock")
        self.offset = 0
        self.step(0)
        self.daemon = Daemon(folder, **options)

    def step(self, seconds):
        self.offset += seconds
        with open(self.file + ".new", "w", encoding="ascii") as f:
            f.write(f"{self.offset:+d}s\n")
        os.rename(self.file + ".new", self.file)

    def start(self):
        with environment(LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=self.file, FAKETIME_NO_CACHE="1",
                         DONT_FAKE_MONOTONIC="1", FAKETIME_DONT_FAKE_MONOTONIC="1", NO_FAKE_STAT="1"):
            self.daemon.start()
        return self.daemon


def unsynchronised():
    """Does the kernel say that no time service has set the clock? (adjtimex(2), TIME_ERROR)"""
    return ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) == 5


@pytest.mark.skipif(SANITIZED, reason="libfaketime and the sanitizers' runtime want the same calls")
@pytest.mark.skipif(not FAKETIME, reason="needs the package faketime")
class TestSteps:
    def test_forward(self, tmp_path):
        """What falls due by a step fires after it, once, and the step is recorded."""
        world = SteppedClock(str(tmp_path))
        d = world.start()
        with d.desk() as c:
            c.call("incident.report", **incident("F-1", now_text(), priority="P2"))
            assert not events(d, "dispatch.overdue")
            world.step(180)  # acknowledge was due after 2 minutes
            c.event(type="clock.stepped")
            c.event(type="dispatch.overdue", incident="F-1")
            first = len(events(d, "reminder.sent", "dispatch.overdue"))
            world.step(2)  # nothing that was said is said again; 1 s is the smallest that counts, give or take a millisecond
            c.event(type="clock.stepped", limit=LIMIT)
            until(lambda: len(events(d, "clock.stepped")) == 2, "the second step")
            assert len(events(d, "reminder.sent", "dispatch.overdue")) == first
            stepped = events(d, "clock.stepped")[0]["data"]
            assert 170_000 < stepped["by_ms"] < 190_000
        assert d.stop() == 0

    def test_backward(self, tmp_path):
        """Nothing is clamped: what was due is due later; and the engine goes on committing."""
        world = SteppedClock(str(tmp_path))
        d = world.start()
        with d.desk() as c:
            c.call("incident.report", **incident("B-1", now_text(), priority="P2"))
            world.step(-3600)
            c.event(type="clock.stepped")
            r = c.call("incident.report", **incident("B-2", now_text(-3600), priority="P2"))
            acknowledged = c.call("dispatch.acknowledge", dispatch=r["dispatches"][0]["dispatch"],
                                  on_behalf={"person": "李四"})
            assert acknowledged["dispatch"]["state"] == "acknowledged"
            # of the incident of the time before the step, too: an act never lies before its instruction
            c.call("dispatch.acknowledge", dispatch="B-1-01", on_behalf={"person": "李四"})
            assert not events(d, "dispatch.overdue", "reminder.sent")
            if unsynchronised():  # it is not known which of the two times is right
                until(lambda: "clock-behind" in str(d.http("GET", "/readyz")[2]["wrong"]), "that it says so")
                d.ctl("clock", "confirm")
            until(lambda: readyz(d) == 200, "ready")
        assert d.stop() == 0
        world.step(0)
        world.start()  # and starts again an hour before it ended
        with d.desk() as c:
            assert c.call("incident.report", **incident("B-3", now_text(-3600)))["duplicate"] is False
        assert d.stop() == 0

    def test_far_ahead_at_a_start(self, tmp_path):
        """Two days after its last heartbeat, and no time service has said so: reports are taken and marked, no unit
        is reminded, until a person says that the clock is right."""
        if not unsynchronised():
            pytest.skip("this machine's clock is set by a time service, which explains it")
        world = SteppedClock(str(tmp_path))
        d = world.start()
        with d.desk() as c:
            c.call("incident.report", **incident("H-1", now_text(), priority="P2"))
        assert d.stop() == 0
        world.step(2 * 86400)
        with environment(LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=world.file, FAKETIME_NO_CACHE="1",
                         DONT_FAKE_MONOTONIC="1", FAKETIME_DONT_FAKE_MONOTONIC="1", NO_FAKE_STAT="1"):
            d.launch()
        until(d.is_ready, "answers")
        status, _, body = d.http("GET", "/readyz")
        assert (status, body["ready"], [w["code"] for w in body["wrong"]]) == (503, False, ["clock-ahead"])
        with d.desk() as c:
            r = c.call("incident.report", **incident("H-2", now_text(2 * 86400), priority="P2"))
            assert "clock-doubted" in [w["code"] for w in r["warnings"]]
            time.sleep(2.5)  # nothing comes: there is no event to wait for
            assert not events(d, "dispatch.overdue", "reminder.sent", "system.resumed")
            d.ctl("clock", "confirm")
            c.event(type="dispatch.overdue", incident="H-1")
        until(lambda: d.http("GET", "/readyz")[0] == 200, "ready")
        assert all(e["data"].get("system_cause") for e in events(d, "dispatch.overdue") if e["incident"] == "H-1")
        assert [e["by"] for e in events(d, "system.resumed")] == ["local"]
        assert d.stop() == 0

    def test_behind_the_last_heartbeat(self, tmp_path):
        if not unsynchronised():
            pytest.skip("this machine's clock is set by a time service, which explains it")
        world = SteppedClock(str(tmp_path))
        d = world.start()
        assert d.stop() == 0
        world.step(-86400)
        world.start()
        status, _, body = d.http("GET", "/readyz")
        assert (status, [w["code"] for w in body["wrong"]]) == (503, ["clock-behind"])
        with d.desk() as c:
            r = c.call("incident.report", **incident("B-9", now_text(-86400)))
            assert "clock-doubted" in [w["code"] for w in r["warnings"]]
            assert c.call("incident.get", number="B-9")["clock_skew"] is True
        assert d.stop() == 0

    def test_while_it_was_down(self, tmp_path):
        """Back after three hours: one notice for what was owed, labelled, and no more."""
        world = SteppedClock(str(tmp_path))
        d = world.start()
        with d.desk() as c:
            c.call("incident.report", **incident("W-1", now_text(), priority="P2"))
        assert d.stop() == 0
        world.step(3 * 3600)
        world.start()
        until(lambda: events(d, "dispatch.overdue"), "what was owed")
        assert len(events(d, "system.resumed")) == 1
        overdue = events(d, "dispatch.overdue")
        assert all(e["data"].get("system_cause") for e in overdue)
        told = [e for e in events(d, "reminder.sent", "escalation.raised") if e.get("dispatch") == "W-1-01"]
        assert len(told) == 1 and told[0]["data"]["overdue_since"], told
        assert d.stop() == 0
