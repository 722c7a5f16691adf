"""S17 of make bench: notices. How long after a report's answer its instruction is at the provider's socket; and what reporting pays
for notices that go out: S1 with notices.yaml and without, one right after the other.

The provider is a process of its own that takes everything; the clock of the machine is the same for all.
"""
import contextlib
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


def configured(folder, channel, port):
    """A daemon's sections: every unit's duty is told by that channel."""
    city, keys = os.path.join(folder, "city"), os.path.join(folder, "keys")
    shutil.copytree(SHIPPED, city)
    os.makedirs(keys)
    for name, text in (("url", f"http://127.0.0.1:{port}/send?key=0123456789"), ("key", SECRET)):
        with open(os.open(os.path.join(keys, name), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
            f.write(text + "\n")
    with open(os.path.join(city, "notices.yaml"), "w", encoding="utf-8") as f:
        f.write(f"channels:\n  all: {{{channel}, url_file: url}}\nrecipients:\n" + "".join(f"  {u}: {{duty: [all]}}\n" for u in units()))
    return {"mechanism": city, "notices": {"secrets": keys, "allow": "127.0.0.0/8", "plain": "true"}}


def ready(d):
    from harness import until
    until(lambda: "notifier INFO follows" in d.log(), "the notifier to follow")


def latency(b, where):
    """Milliseconds of each report, at one in 20 ms."""
    from harness import incident
    answered = {}
    with b.daemon(**configured(b.place("notices"), "kind: webhook, secret_file: key", where.port)) as d, d.desk(events=False) as c:
        ready(d)
        for i in range(50 if b.quick else REPORTS):
            made = c.call("incident.report", **incident(f"NOTICE-{i}", units=["water"], address=f"解放路{i}号"))
            answered[made["dispatches"][0]["dispatch"]] = time.monotonic()
            time.sleep(EACH_S)
        end = time.monotonic() + 15
        while time.monotonic() < end and len([s for s in where.seen() if s[0] in answered]) < len(answered):
            time.sleep(0.1)
    return sorted((came - answered[dispatch]) * 1000 for dispatch, came in where.seen() if dispatch in answered), len(answered)


def intake_beside(b, where):
    """S1 with and without: reports a second. A robot of each city's units, as it may be used: 18 messages a minute."""
    pairs = []
    for i in range(b.rounds):
        rates = {}
        for notices in ((True, False) if i % 2 else (False, True)):
            sections = configured(b.place(f"s1-{i}"), "kind: wecom-bot", where.port) if notices else {}
            with b.daemon(**sections) as d:
                ready(d)
                rates[notices] = b.load("liandong", d.console_port, 64, 1, d.account("desk1", "desk"))["rate"]
        pairs.append((rates[True], rates[False]))
    return pairs


def notices(b):
    """S17: notices to the provider's socket, and what reporting pays for them."""
    with Provider() as where:
        times, n = latency(b, where)
        pairs = intake_beside(b, where)
    p99 = times[int(len(times) * 0.99)]
    b.raw.append(f"S17 {len(times)} 条,每 20 ms 一件,自答复至对方接到连接:中位 {statistics.median(times):.2f} ms,p99 {p99:.1f} ms,最长 {times[-1]:.1f} ms")
    b.raw.append("S17 S1 有/没有通知:" + ", ".join(f"{ours:.0f}/{peer:.0f}" for ours, peer in pairs) + " 件/秒")
    b.row("S17", f"指令自报警的答复到对方的套接字,p99;{len(times)}/{n} 条到了", f"{p99:.1f} ms", "–", "–", "≤ 100 ms")
    b.compare("S17", "S1,每个单位都有一个企业微信群;比 没有 notices.yaml", pairs, "{:.0f} 件/秒", "≥ 0.98")


