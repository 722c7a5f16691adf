"""What an operator, a script or a disk does to a running daemon and its files (the table below), and what
must be true afterwards: no answered report is missing, or answers stop within two seconds and an alarm says
why; and service comes again, by itself or after what the operator is told to do.

    mistakes.py BUILD [NAME …]     all of them, or those; prints a table
"""
import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

PAUSE = 2.0  # that answers may go on after the mistake


def umask(*_):
    os.umask(0o077)


def sh(command):
    """A mistake by command: $D the database, $F its folder, $P the daemon's folder."""
    def make(daemon, folder):
        line = command.replace("$D", f"{folder}/liandong.db").replace("$F", folder).replace("$P", daemon.folder)
        assert os.system(line) == 0, line
    return make


def stop_for(role, seconds):
    def make(daemon, _):
        pids = daemon.pids(role)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    return make


# name: (when, the mistake, how it is undone or None, at a start: the words of the refusal or None)
#
# RUNS: made under load; afterwards the daemon must serve again by itself, or once it is undone.
# STOPPED: made after kill -9 of all processes; then it must serve, or refuse with these words and serve
# once it is undone.
RUNS, STOPPED = "running", "at start"
MISTAKES = {
    "database deleted": (RUNS, sh("rm $D"), None),
    "WAL deleted": (RUNS, sh("rm $D-wal"), None),
    "shared memory deleted": (RUNS, sh("rm $D-shm"), None),
    "database, WAL and shared memory deleted": (RUNS, sh("rm $D $D-wal $D-shm"), None),
    "database replaced": (RUNS, sh("cp $D $F/new && mv $F/new $D"), None),
    "database renamed": (RUNS, sh("mv $D $D-renamed"), None),
    "database written over": (RUNS, sh("dd if=/dev/zero of=$D bs=4096 seek=4 count=2 conv=notrunc status=none"), None),
    "WAL cut": (RUNS, sh("truncate -s 4000 $D-wal"), None),
    "lock deleted": (RUNS, sh("rm $D.lock"), None),
    "ballast deleted": (RUNS, sh("rm $D.ballast"), None),
    "head deleted": (RUNS, sh("rm -f $D.head"), None),
    "folder deleted": (RUNS, sh("rm -r $F"), None),
    "folder moved away": (RUNS, sh("mv $F $F.away"), sh("mv $F.away $F")),
    "folder moved, an empty one in its place": (RUNS, sh("mv $F $F.away && mkdir $F"), sh("rmdir $F && mv $F.away $F")),
    "engine stopped 3 s": (RUNS, stop_for("engine", 3), None),
    "intake stopped 3 s": (RUNS, stop_for("intake", 3), None),
    "supervisor stopped 3 s": (RUNS, stop_for("supervisor", 3), None),
    "engine killed, database deleted": (STOPPED, sh("mv $D $D.kept"), sh("mv $D.kept $D"), "旁边却有"),
    "engine killed, database emptied": (STOPPED, sh("cp $D $F/kept && : > $D"), sh("cp $F/kept $D"), "旁边却有"),
    "engine killed, WAL deleted": (STOPPED, sh("rm $D-wal"), None, None),
    "engine killed, WAL bit flipped": (
        STOPPED, sh("printf '\\377' | dd of=$D-wal bs=1 seek=4200 conv=notrunc status=none"), None, None),
    "engine killed, an older database in its place": (
        STOPPED, sh("cp $D $F/kept && cp $F/older $D && rm -f $D-wal $D-shm"), sh("cp $F/kept $D"), "有记录不见了"),
    "umask 077": (STOPPED, umask, None, None),
}


class Reports(threading.Thread):
    """One desk that reports and never gives up; what was answered, and when."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.target, self.answered, self.stopping = daemon, {}, threading.Event()
        self.wrong = []

    def run(self):
        from harness import Refused, incident
        n = 0
        while not self.stopping.is_set():
            with contextlib.suppress(OSError, AssertionError), self.target.desk() as c:
                while not self.stopping.is_set():
                    number = f"M-{n}"
                    try:
                        c.call("incident.report", within=30, **incident(number))
                    except Refused as refused:
                        if refused.word != "unavailable":
                            self.wrong.append(f"{number}: {refused}")
                        time.sleep(0.05)
                        continue
                    self.answered[number] = time.monotonic()
                    n += 1
                    time.sleep(0.005)
            time.sleep(0.05)


def ready(daemon):
    with contextlib.suppress(OSError):
        return daemon.http("GET", "/readyz")[0] == 200
    return False


def quietly(make_one, *arguments):
    """Its phrase, without what a failed test prints."""
    with contextlib.redirect_stdout(sys.stderr):
        return make_one(*arguments)


def missing(daemon, answered):
    from harness import Refused
    gone = []
    with daemon.desk() as c:
        for number in answered:
            try:
                c.call("incident.get", number=number)
            except Refused:
                gone.append(number)
    return gone


def kept(daemon, folder):
    """Waits until the head's second place names all that has been answered: then the WAL alone holds none of it."""
    from harness import until

    def seq():
        with contextlib.suppress(OSError), open(os.path.join(folder, "liandong.db.head"), encoding="ascii") as f:
            return int(f.read().split()[1])
        return 0
    with daemon.local() as c:
        answered = c.call("status.get")["seq"]
    until(lambda: seq() >= answered, "the head to be kept")


def alarms(daemon):
    return [line for line in daemon.log().splitlines() if " ALARM " in line]


def while_running(daemon, folder, mistake, undo):
    from harness import until
    with daemon:
        daemon.account("desk1", "desk")
        load = Reports(daemon)
        load.start()
        until(lambda: len(load.answered) > 100, "load")
        kept(daemon, folder)
        at = time.monotonic()
        mistake(daemon, folder)
        if undo:
            time.sleep(4)
            late = [n for n, t in load.answered.items() if t > at + PAUSE + 1]
            assert not late, f"answered {late[:3]} into a folder that is away"
            assert alarms(daemon), "no alarm"
            undo(daemon, folder)
        back = until(lambda: next((t for t in list(load.answered.values()) if t > at + 3), None), "service again", 40)
        load.stopping.set()
        load.join(40)
        assert not load.wrong, load.wrong[:3]
        until(lambda: ready(daemon), "ready")
        gone = missing(daemon, load.answered)
        assert not gone, f"{len(gone)} of {len(load.answered)} missing: {gone[:5]}"
        assert daemon.ctl("audit", "verify").returncode == 0
        longest = max(b - a for a, b in zip(sorted(load.answered.values()), sorted(load.answered.values())[1:]))
        return f"{len(load.answered)} answered, none missing; longest pause {longest:.1f} s" + (
            f", back after {back - at:.1f} s" if undo else "")


def at_start(daemon, folder, mistake, undo, words):
    from harness import until
    daemon.start().account("desk1", "desk")
    assert daemon.stop() == 0
    shutil.copy(os.path.join(folder, "liandong.db"), os.path.join(folder, "older"))
    daemon.start()
    load = Reports(daemon)
    load.start()
    until(lambda: len(load.answered) >= 20, "load")
    load.stopping.set()
    load.join(20)
    kept(daemon, folder)
    answered = dict(load.answered)
    daemon.kill_all()
    mistake(daemon, folder)
    said = "served"
    if words:
        daemon.launch()
        try:
            code = daemon.process.wait(30)
        except subprocess.TimeoutExpired:
            daemon.kill_all()
            raise AssertionError("it was not noticed") from None
        assert code != 0 and words in daemon.log(), (code, daemon.log()[-1500:])
        said = f"refused ({code}), then served"
        undo(daemon, folder)
    with daemon:
        os.umask(0o022)
        gone = missing(daemon, answered)
        assert not gone, f"{len(gone)} of {len(answered)} missing: {gone[:5]}"
    return f"{len(answered)} answered, none missing; {said}"


def make(name, folder):
    """One mistake on a daemon in that folder; what happened, as a phrase. Raises where a promise is broken."""
    from harness import Daemon
    when, mistake, undo, *words = MISTAKES[name]
    store = os.path.join(folder, "store")
    os.mkdir(store, 0o700)  # where the harness puts the model of texts
    daemon = Daemon(folder, store=os.path.join(store, "liandong.db"))
    if when is RUNS:
        return while_running(daemon, store, mistake, undo)
    return at_start(daemon, store, mistake, undo, words[0])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("names", nargs="*")
    a = p.parse_args()
    os.environ["LIANDONG_BUILD"] = os.path.abspath(a.build)
    failed = 0
    print("| mistake | when | what happened |\n| --- | --- | --- |")
    for name in a.names or MISTAKES:
        folder = tempfile.mkdtemp(prefix="liandong-mistake-")
        try:
            said = quietly(make, name, folder)
        except AssertionError as wrong:
            failed += 1
            said = f"FAILED: {str(wrong)[:300]} ({folder})"
        else:
            shutil.rmtree(folder)
        print(f"| {name} | {MISTAKES[name][0]} | {said} |", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
