#!/usr/bin/python3
"""What an incident costs, in instructions and by stage, counted by valgrind's callgrind.

    instructions.py BUILD [--count 4000] [--top 25] [--incidents FILE] [--keep FOLDER] [--notices]

The daemon of BUILD runs under callgrind and takes COUNT sample incidents from 16 consoles. Counts are
repeatable where times are not: the same build gives the same figure within a per cent on a busy machine
too. They leave out the kernel, waiting and caches, and SHA-256 counts several times too much, because
valgrind has no SHA instructions; a line says how much of a process it is. The engine's independent check
loads 64 incidents a second, however long the run takes: what it reads and checks is left out.
With --notices every unit has a robot, and the process notifier is counted too.
"""
import argparse
import collections
import contextlib
import glob
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROCESSES = ("engine", "intake")
TOLD = "notifier"
CHILDREN = ("engine", "intake", "api", "notifier", "report")
# function -> what it is called in the table; the counts are inclusive
STAGES = {
    "engine": (("lifecycle_report", "决定:归类、派单、时限、事件"), ("routing_decide", "其中 派单"),
               ("deadline_issue", "其中 时限"), ("render_reported", "写出答复"), ("recent_similar", "相似警情"),
               ("store_load", "读库,含独立核对"), ("store_save", "存盘(不含内核)"), ("sqlite3_step", "其中 SQLite"),
               ("journal_hash", "其中 事件链的散列"), ("turn_release", "发出答复和事件")),
    TOLD: (("receive_events", "收事件"), ("pump_event", "收下事件"), ("follow_turn", "由事件做成通知"), ("pump_incidents", "其中 读警情"),
           ("made_from", "其中 给谁"), ("outbox_add", "其中 写入"), ("send_next", "发出"), ("living_settle", "提交(不含内核)")),
    "intake": (("request_parse", "解析请求"), ("json_loadb", "其中 jansson"), ("receive_events", "收事件")),
}


class Profile:
    """The inclusive and own cost of every function in one callgrind file."""

    def __init__(self, path):
        self.path = path
        self.own, self.inclusive, self.names = collections.Counter(), collections.Counter(), {}
        with open(path, encoding="utf-8", errors="replace") as f:
            self.read(f)
        self.total = sum(self.own.values())

    def name(self, text):
        number, rest = re.match(r"\((\d+)\)(?: (.*))?", text).groups()
        if rest:
            self.names[number] = rest
        return self.names[number]

    def read(self, lines):
        function = callee = None
        for line in lines:
            if line.startswith("fn="):
                function = self.name(line[3:])
            elif line.startswith("cfn="):
                callee = self.name(line[4:])
            elif line[:1].isdigit() or line[:1] in "+-*":
                parts = line.split()
                if len(parts) < 2:
                    continue
                if callee:
                    self.inclusive[callee] += int(parts[1])
                    callee = None
                else:
                    self.own[function] += int(parts[1])

    def cost(self, function):
        return max(self.inclusive[function], self.own[function])


def wrapped(build, folder, counted):
    """A build folder whose liandongd runs under callgrind, of which it is only told later what to count: it starts
    sooner so. Processes that are not counted run by themselves."""
    place = os.path.join(folder, "build")
    os.mkdir(place)
    for name in os.listdir(build):
        if name != "liandongd":
            os.symlink(os.path.join(build, name), os.path.join(place, name))
    script = os.path.join(place, "liandongd")
    with open(script, "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\nexec valgrind -q --tool=callgrind --instr-atstart=no --trace-children=yes "
                f"--trace-children-skip-by-arg={','.join(set(CHILDREN) - set(counted))} "
                f"--callgrind-out-file={folder}/out.%p {build}/liandongd \"$@\"\n")
    os.chmod(script, 0o755)
    return place


def models(build):
    """Trained by the build as it is: under valgrind that takes minutes."""
    done = subprocess.run([sys.executable, "-c", "import harness; print(*harness.trained(), sep='\\n')"], check=True, text=True,
                          env={**os.environ, "LIANDONG_BUILD": build}, cwd=os.path.join(ROOT, "tests", "e2e"), capture_output=True)
    return done.stdout.split()


def control(option, pid):
    subprocess.run(["callgrind_control", option, str(pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=True, timeout=300)


@contextlib.contextmanager
def robots(folder):
    """The daemon's sections by which every unit is told by a robot that takes everything."""
    import notices
    with notices.Provider() as where:
        yield notices.configured(folder, notices.ROBOT, where.port)


def dealt(d):
    """Has the notifier dealt with every event? Under valgrind the question may take too long."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        return b"\nliandong_notifier_behind_events 0\n" in d.http("GET", "/metrics")[2]
    return False


def dumped(folder, pid):
    """The whole file that callgrind has written of the process; None: not yet."""
    for path in glob.glob(f"{folder}/out.{pid}.*"):
        with open(path, encoding="utf-8", errors="replace") as f:
            if re.search(r"^totals:", f.read()[-200:], re.M):
                return path
    return None


def measure(build, count, folder, incidents, with_notices):
    with contextlib.ExitStack() as stack:
        sections = stack.enter_context(robots(folder)) if with_notices else {}
        return run(build, count, folder, incidents, sections)


def run(build, count, folder, incidents, sections):
    counted = PROCESSES + ((TOLD,) if sections else ())
    trained = models(build)  # before its folder is shown to the harness, which would train under valgrind
    os.environ["LIANDONG_BUILD"] = wrapped(build, folder, counted)
    sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
    from harness import Daemon, give, until
    data = os.path.join(folder, "data")
    os.mkdir(data)
    # valgrind makes executable memory, and calls of its own; what is slow is waited for
    d = Daemon(data, sandbox="off", timeouts={"hold": "600s"}, **sections)
    try:
        for model in trained:
            os.makedirs(d.models, exist_ok=True)
            give(model, os.path.join(d.models, os.path.basename(model)))
        d.launch()
        until(d.is_ready, "the daemon to be ready", limit=300)
        token = d.account("desk1", "desk")
        if sections:
            until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow", limit=300)
        pids = {role: process(folder, role) for role in counted}
        for pid in pids.values():
            control("--instr=on", pid)
        done = subprocess.run([os.path.join(build, "bench", "load"), "liandong", "--port", str(d.console_port), "--token",
                               token, "--consoles", "16", "--window", "4", "--seconds", "600", "--count", str(count),
                               "--prefix", "I", "--incidents", incidents, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=900, check=True)
        if sections:  # it has dealt with them all
            until(lambda: dealt(d), "the notifier to be done", limit=300)
        for role, pid in pids.items():  # a turn that takes too long on a busy machine looks like one that hangs
            assert process(folder, role) == pid, f"the supervisor has replaced {role}: take fewer incidents at once"
            control("-d", pid)
        said = json.loads(done.stdout)
        return said, {role: Profile(until(lambda: dumped(folder, pid), f"the profile of {role}", limit=300)) for role, pid in pids.items()}
    finally:
        d.stop()


def process(folder, role):
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                words = f.read().split("\0")
        except OSError:
            continue
        if any(folder in w for w in words) and any(w == role or w.endswith(f": {role}") for w in words):
            return int(path.split("/")[2])
    raise RuntimeError(f"there is no {role} of {folder}")


# The independent check, which goes by the second; a report that is new loads no row.
GUARD = ("record_load", "deadline_check")


def show(role, profile, count, top):
    guard = sum(profile.cost(name) for name in GUARD) if role == "engine" else 0
    print(f"\n{role}: {(profile.total - guard) / count:,.0f} 条指令一件" + (f"(另有独立核对 {guard / count:,.0f},按秒不按件)" if guard else ""))
    sha = sum(profile.cost(name) for name in ("SHA256_Update", "SHA256_Final"))
    print(f"  (SHA-256 占 {sha / count:,.0f},实际的处理器少得多)")
    for function, what in STAGES[role]:
        print(f"  {profile.cost(function) / count:10,.0f}  {what}")
    for function, own in profile.own.most_common(top):
        print(f"    {own / count:10,.0f}  {function}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--count", type=int, default=4000)
    p.add_argument("--incidents", default=os.path.join(ROOT, "samples", "incidents.jsonl"), help="one a line")
    p.add_argument("--top", type=int, default=0, help="so many functions by their own cost, too")
    p.add_argument("--notices", action="store_true", help="every unit is told by a robot")
    p.add_argument("--keep", help="a folder for the callgrind files, to be read with callgrind_annotate")
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        said, profiles = measure(os.path.abspath(a.build), a.count, folder, os.path.abspath(a.incidents), a.notices)
        for role, profile in profiles.items():
            if a.keep:
                shutil.copy(profile.path, os.path.join(a.keep, role + ".callgrind"))
    if said["errors"]:
        raise SystemExit(f"{said['errors']} errors: too slow for the hold time; take fewer incidents at once")
    print(f"{a.count} 件警情,每件 {said['dispatches']:.2f} 条指令(派单)")
    for role, profile in profiles.items():
        show(role, profile, a.count, a.top)
    return 0


if __name__ == "__main__":
    sys.exit(main())
