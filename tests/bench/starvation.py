"""S12 of make bench: one desk's reports, one in flight, beside what could starve them. Each figure is the p99
of the answer's time beside the load, against the p99 alone measured right before it.
"""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STORED, STORED_QUICK = 200_000, 20_000


def fill(b, d, token, wanted):
    """That many incidents, reported by 64 consoles."""
    while stored(d) < wanted:
        b.load("liandong", d.console_port, 64, 16, token)


def stored(d):
    with d.local() as c:
        return c.call("status.get").get("engine", {}).get("incidents", 0)


@contextlib.contextmanager
def greedy(d, token, connections, in_flight, method, **params):
    p = subprocess.Popen([sys.executable, os.path.join(HERE, "greedy.py"), str(d.console_port), token,
                          str(connections), str(in_flight), method, json.dumps(params)])
    try:
        time.sleep(0.5)
        assert p.poll() is None, "the greedy client ended"
        yield
    finally:
        p.kill()
        p.wait()


@contextlib.contextmanager
def backups(d, folder):
    """One backup after the other."""
    stop, done = threading.Event(), []

    def go():
        with d.local() as c:
            while not stop.is_set():
                c.call("store.backup", within=600, file=os.path.join(folder, f"backup{len(done)}"))
                done.append(os.path.getsize(os.path.join(folder, f"backup{len(done)}")))
                os.remove(os.path.join(folder, f"backup{len(done) - 1}"))
    t = threading.Thread(target=go)
    t.start()
    try:
        yield
    finally:
        stop.set()
        t.join()


def beside(b, d, token, what, load, aim):
    pairs, most = [], 0
    for _ in range(b.rounds):
        alone = b.load("liandong", d.console_port, 1, 1, token)
        with load():
            got = b.load("liandong", d.console_port, 1, 1, token)
        pairs.append((got["p99_ms"], alone["p99_ms"]))
        most = max(most, got["most_ms"])
    b.compare("S12", f"{what};最长 {most:.0f} ms", pairs, "{:.2f} ms", aim)


def short_clocks(folder):
    """The shipped mechanism, where a unit has two seconds to acknowledge."""
    copy = os.path.join(folder, "mechanism")
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), copy)
    path = os.path.join(copy, "policy.yaml")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    text = re.sub(r"(?m)^acknowledge: .*$", "acknowledge: {P1: 2s, P2: 2s, P3: 2s, P4: 2s}", text)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return copy


def all_due(b, wanted):
    """Clocks that ran out while the daemon was down: all are due in the instant in which it starts."""
    folder = b.place("due")
    with b.daemon(mechanism=short_clocks(folder), disk={"free_floor": "0", "ballast": "1MiB"}) as d:
        token = d.account("desk1", "desk")
        alone = b.load("liandong", d.console_port, 1, 1, token)
        fill(b, d, token, wanted)
        d.stop()
        time.sleep(17)  # longer than three heartbeats: it was away
        d.start()
        got = b.load("liandong", d.console_port, 1, 1, token)
    b.compare("S12", f"启动时 {wanted:,} 件到期;最长 {got['most_ms']:.0f} ms", [(got["p99_ms"], alone["p99_ms"])],
              "{:.2f} ms", "无一超过 100 ms")


def starvation(b):
    wanted = STORED_QUICK if b.quick else STORED
    with b.daemon(limits={"requests_per_second": 500, "requests_burst": 1000}) as d:
        token, reader = d.account("desk1", "desk"), d.account("office1", "office")
        with d.local() as c:  # the desk is measured, not its limit
            c.call("status.get")
        fill(b, d, token, wanted)
        beside(b, d, token, f"存着 {wanted:,} 件,1 个接警台报警的 p99;旁边一个只读账号翻找很少的一种",
               lambda: greedy(d, reader, 1, 1, "incident.list", state="cancelled", limit=100), "≤ 2,或 5 ms")
        beside(b, d, token, "旁边在备份", lambda: backups(d, b.place(f"backup{b.serial}")), "≤ 5,无一超过 250 ms")
        beside(b, d, token, "旁边同一只读账号 40 个连接不停地读",
               lambda: greedy(d, reader, 40, 8, "incident.list", limit=100), "≤ 2")
    all_due(b, wanted // 2)
