"""S17 of make bench: notices. How long after a report's answer its instruction is at the provider's socket, alone and while
reports come as fast as they can; and what reporting pays for notices that go out: S1 with notices.yaml and without, one right
after the other, and how much of the processors' time of an incident each process takes.

The provider is a process of its own that takes everything; the clock of the machine is the same for all. Its time is told
apart: robots are sent 18 messages a minute, so it is next to nothing.
"""
import contextlib
import json
import multiprocessing
import os
import re
import shutil
import socket
import statistics
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHIPPED = os.path.join(ROOT, "config", "zhangping")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\nConnection: close\r\n\r\n" + b'{"errcode":0,"errmsg":"ok"}'
REPORTS, EACH_S = 400, 0.02
HOOK, ROBOT = "kind: webhook, secret_file: key", "kind: wecom-bot"


def take(s, came, seen):
    with s:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = s.recv(65536)
            if not piece:
                return
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(body) < length:
            body += s.recv(65536)
        s.sendall(ANSWER)
        dispatch = re.search(rb'"dispatch":"([^"]+)"', body)
        seen.append((dispatch[1].decode() if dispatch else "", came))


def provider(pipe):
    """Until it is told to end: when each connection came, and for which dispatch."""
    seen = []
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        pipe.send(server.getsockname()[1])

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    s, _ = server.accept()
                    threading.Thread(target=take, args=(s, time.monotonic(), seen), daemon=True).start()
        threading.Thread(target=serve, daemon=True).start()
        while pipe.recv() != "end":
            pipe.send(seen)


class Provider:
    def __enter__(self):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=provider, args=(theirs,), daemon=True)
        self.process.start()
        self.port = self.pipe.recv()
        return self

    def __exit__(self, *_):
        self.pipe.send("end")
        self.process.join(10)

    def seen(self):
        self.pipe.send("seen")
        return self.pipe.recv()


def units():
    with open(os.path.join(SHIPPED, "units.yaml"), encoding="utf-8") as f:
        return re.findall(r"^  - id: (\S+)", f.read(), re.M)


def configured(folder, channel, port, hooked=()):
    """A daemon's sections: every unit's duty is told by that channel, of some units by a webhook."""
    city, keys = os.path.join(folder, "city"), os.path.join(folder, "keys")
    shutil.copytree(SHIPPED, city)
    os.makedirs(keys)
    for name, text in (("url", f"http://127.0.0.1:{port}/send?key=0123456789"), ("key", SECRET)):
        with open(os.open(os.path.join(keys, name), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
            f.write(text + "\n")
    with open(os.path.join(city, "notices.yaml"), "w", encoding="utf-8") as f:
        f.write(f"channels:\n  all: {{{channel}, url_file: url}}\n  hook: {{{HOOK}, url_file: url}}\nrecipients:\n" +
                "".join(f"  {u}: {{duty: [{'hook' if u in hooked else 'all'}]}}\n" for u in units()))
    return {"mechanism": city, "notices": {"secrets": keys, "allow": "127.0.0.0/8", "plain": "true"}}


def ready(d):
    from harness import until
    until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")


def reported(c, n, prefix, where, units, meanwhile, **fields):
    """Milliseconds from each report's answer to the provider's socket, at one in 20 ms while that is so; to each unit in turn."""
    from harness import incident
    answered, i = {}, 0
    while i < n and meanwhile():
        made = c.call("incident.report", **incident(f"{prefix}-{i}", units=[units[i % len(units)]], address=f"解放路{i}号", **fields))
        answered[made["dispatches"][0]["dispatch"]] = time.monotonic()
        time.sleep(EACH_S)
        i += 1
    end = time.monotonic() + 15
    while time.monotonic() < end and len([s for s in where.seen() if s[0] in answered]) < len(answered):
        time.sleep(0.1)
    return sorted((came - answered[dispatch]) * 1000 for dispatch, came in where.seen() if dispatch in answered), len(answered)


def latency(b, where):
    with b.daemon(**configured(b.place("notices"), HOOK, where.port)) as d, d.desk(events=False) as c:
        ready(d)
        return reported(c, 50 if b.quick else REPORTS, "NOTICE", where, ["water"], lambda: True)


def not_urgent(b):
    """The samples without those that become P1 (a file): what comes by the hundred. And the units that none of them goes to."""
    path = os.path.join(b.folder, "not-urgent.jsonl")
    with open(os.path.join(ROOT, "samples", "incidents.jsonl"), encoding="utf-8") as f:
        lines = f.readlines()
    with b.daemon() as d, d.desk(events=False) as c:
        made = [c.call("incident.report", **json.loads(line)) for line in lines]
    kept = [(line, m) for line, m in zip(lines, made) if m["priority"] != "P1"]
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(line for line, _ in kept)
    told = {one["unit"] for _, m in kept for one in m["dispatches"]}
    return path, [u for u in units() if u not in told]


def latency_in_flood(b, where):
    """The same of P1 beside S1 of what is not."""
    others, free = not_urgent(b)
    with b.daemon(**configured(b.place("flood"), ROBOT, where.port, free)) as d, d.desk(events=False) as c:
        ready(d)
        flood = threading.Thread(target=b.load, args=("liandong", d.console_port, 64, 1, d.account("desk1", "desk")), kwargs={"incidents": others})
        flood.start()
        time.sleep(0.5)  # it has begun
        got = reported(c, REPORTS, "URGENT", where, free, flood.is_alive, priority="P1")
        flood.join()
    return got


def cpu_ms(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        user, system = f.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")


def beside(b, d, where):
    """S1: reports a second, and microseconds of the processors for each by process."""
    pids = {role: d.pids(role)[0] for role in ("engine", "intake", "notifier", "api")} | {"double": where.process.pid}
    token, before = d.account("desk1", "desk"), {role: cpu_ms(pid) for role, pid in pids.items()}
    rate = b.load("liandong", d.console_port, 64, 1, token)["rate"]
    return rate, {role: (cpu_ms(pid) - before[role]) * 1000 / (rate * b.seconds) for role, pid in pids.items()}


def intake_beside(b, where):
    """S1 with and without. A robot of each city's units, as it may be used: 18 messages a minute."""
    pairs = []
    for i in range(2 * b.rounds - 1):
        rates = {}
        for notices in ((True, False) if i % 2 else (False, True)):
            sections = configured(b.place(f"s1-{i}"), ROBOT, where.port) if notices else {}
            with b.daemon(**sections) as d:
                ready(d)
                rates[notices], us = beside(b, d, where)
                b.raw.append(f"S17 {'有' if notices else '没有'}通知,处理器一件 µs:" + ", ".join(f"{role} {n:.1f}" for role, n in us.items()))
        pairs.append((rates[True], rates[False]))
    return pairs


def row_of_times(b, what, times, n):
    p99 = times[int(len(times) * 0.99)]
    b.raw.append(f"S17 {what},{len(times)} 条,每 20 ms 一件,自答复至对方接到连接:中位 {statistics.median(times):.2f} ms,p99 {p99:.1f} ms,最长 {times[-1]:.1f} ms")
    b.row("S17", f"{what}自报警的答复到对方的套接字,p99;{len(times)}/{n} 条到了", f"{p99:.1f} ms", "–", "–", "≤ 100 ms")


def notices(b):
    """S17: notices to the provider's socket, and what reporting pays for them."""
    with Provider() as where:
        row_of_times(b, "指令", *latency(b, where))
        row_of_times(b, "S1 同时,P1 的指令", *latency_in_flood(b, where))
        pairs = intake_beside(b, where)
    b.raw.append("S17 S1 有/没有通知:" + ", ".join(f"{ours:.0f}/{peer:.0f}" for ours, peer in pairs) + " 件/秒")
    b.compare("S17", "S1,每个单位都有一个企业微信群;比 没有 notices.yaml", pairs, "{:.0f} 件/秒", "≥ 0.98")
