#!/usr/bin/python3
"""make bench: every figure a ratio of two measurements in one run on one machine, written to the table
in docs/BENCHMARKS.md.

    bench.py BUILD [--quick] [--only S1,S3] [--no-write]

Peers (redis-server, PostgreSQL, beanstalkd, nginx, wrk) come from Debian packages, run on loopback
with a configuration and a folder of their own on the disk that liandong's store is on, and are left
out with a word where they are missing. What is compared is measured one right after the other,
several times, and the median of these ratios counts. This reports; it judges nothing.
"""
import argparse
import contextlib
import json
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from encrypted import encrypted
from notices import notices
from starvation import starvation
from stored import due, full

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DOC = os.path.join(ROOT, "docs", "BENCHMARKS.md")
BEGIN, END = "<!-- 以下由 make bench 写 -->", "<!-- 以上由 make bench 写 -->"
POSTGRES = "/usr/lib/postgresql/15/bin"


class Missing(Exception):
    """A peer that is not installed."""


class Bench:
    """The run: its folder, its processes, what it measured."""

    def __init__(self, build, quick, only):
        self.build = os.path.abspath(build)
        self.quick = quick
        self.seconds, self.rounds = (2, 1) if quick else (4, 3)
        self.only = set(only.split(",")) if only else None
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=self.build)
        os.chmod(self.folder, 0o755)
        self.running, self.rows, self.raw, self.left_out = [], [], [], []
        self.busy = os.getloadavg()[0]
        self.serial = 0

    # -- processes

    def place(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path)
        return path

    def tool(self, name, *arguments):
        """The JSON line that a program of tests/bench/ prints."""
        done = subprocess.run([os.path.join(self.build, "bench", name), *map(str, arguments)],
                              cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{name} {arguments}: {done.returncode} {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout

    @contextlib.contextmanager
    def server(self, arguments, port, **how):
        """A peer in the foreground, stopped by its pid."""
        with open(os.path.join(self.folder, "peers.log"), "ab") as log:
            p = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **how)
        self.running.append(p)
        try:
            await_port(p, port)
            yield port
        finally:
            stop(p)
            self.running.remove(p)

    @contextlib.contextmanager
    def daemon(self, **sections):
        from harness import Daemon
        self.serial += 1
        d = Daemon(self.place(f"liandong{self.serial}"), **sections)
        try:
            yield d.start()
        finally:
            d.stop()

    def load(self, target, port, consoles, window, token="-", ca=None, incidents=None):
        self.serial += 1
        got = self.tool("load", target, "--port", port, "--token", token, "--consoles", consoles, "--window", window,
                        "--seconds", self.seconds, "--prefix", f"B{self.serial}", "--json", *(["--tls", ca] if ca else []),
                        *(["--incidents", incidents] if incidents else []))
        self.raw.append(f"{target} {consoles}×{window}: {got['rate']:.0f}/s, "
                        f"中位 {got['median_ms']:.2f} ms, p99 {got['p99_ms']:.2f} ms")
        return got

    # -- results

    def row(self, figure, what, ours, peer, ratio, aim):
        self.rows.append((figure, what, ours, peer, ratio, aim))
        print(" | ".join(self.rows[-1]), flush=True)

    def compare(self, figure, what, pairs, unit, aim):
        """A row of pairs (ours, the peer's) that were measured one right after the other."""
        ours, peer = (statistics.median(v) for v in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        self.row(figure, what, unit.format(ours), unit.format(peer), f"{ratio:.2f}", aim)

    def wanted(self, figure):
        return not self.only or figure in self.only

    def close(self):
        for p in self.running:
            stop(p)
        shutil.rmtree(self.folder, ignore_errors=True)


def stop(p):
    if p.poll() is None:
        p.send_signal(signal.SIGTERM)
    try:
        p.wait(20)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_port(p, port, limit=20):
    end = time.monotonic() + limit
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if p.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{p.args[0]} does not listen at {port}; see peers.log")
        time.sleep(0.05)


def find(program, *folders):
    path = shutil.which(program, path=os.pathsep.join([*folders, os.environ["PATH"], "/usr/sbin"]))
    if not path:
        raise Missing(program)
    return path


# -- peers -----------------------------------------------------------------------------------------

def redis(b):
    folder, port = b.place("redis"), free_port()
    return b.server([find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "",
                     "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"], port)


def beanstalkd(b):
    folder, port = b.place("beanstalkd"), free_port()
    return b.server([find("beanstalkd"), "-l", "127.0.0.1", "-p", str(port), "-b", folder, "-f", "0"], port)


def nginx(b, files):
    folder, port = b.place("nginx"), free_port()
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    config = os.path.join(folder, "nginx.conf")
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
    paths = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(config, "w", encoding="utf-8") as f:
        f.write(f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
                "events { worker_connections 1024; }\n"
                f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; {paths}\n"
                "default_type application/json; open_file_cache max=16;\n"
                f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n")
    return b.server([find("nginx"), "-c", config, "-p", folder], port)


def as_postgres():
    """How to run a program as the user postgres, who refuses to be root."""
    if os.getuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise Missing("postgresql 15 的用户 postgres") from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


@contextlib.contextmanager
def postgres(b):
    """A private cluster with liandong's three tables; yields what pgbench needs to reach it."""
    initdb, server, psql = (find(name, POSTGRES) for name in ("initdb", "postgres", "psql"))
    find("pgbench", POSTGRES)
    how, folder, port = as_postgres(), b.place("postgres"), free_port()
    if "user" in how:
        os.chown(folder, how["user"], how["group"])
    data = os.path.join(folder, "data")
    subprocess.run([initdb, "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"], check=True,
                   stdout=subprocess.DEVNULL, timeout=60, **how)
    with b.server([server, "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1",
                   "-c", "max_connections=100", "-c", "shared_buffers=256MB", "-c", "fsync=on",
                   "-c", "synchronous_commit=on"], port, **how):
        reach = ["-h", "127.0.0.1", "-p", str(port), "-U", "bench"]
        # it listens before it serves
        end = time.monotonic() + 20
        while subprocess.run([psql, *reach, "-qc", "SELECT 1", "postgres"], capture_output=True, check=False).returncode:
            assert time.monotonic() < end, "PostgreSQL does not come up"
            time.sleep(0.1)
        subprocess.run([psql, *reach, "-q", "-v", "ON_ERROR_STOP=1", "-f", os.path.join(HERE, "postgres.sql"), "postgres"],
                       check=True, timeout=30)
        yield reach


def pgbench(b, reach, shape):
    """Incidents a second of 64 clients, one statement each; rows of the same number and size."""
    script = os.path.join(b.folder, "insert.sql")
    with open(os.path.join(HERE, "postgres-insert.sql"), encoding="utf-8") as f:
        text = f.read()
    for name, value in shape.items():
        text = text.replace(f"@{name}@", str(value))
    with open(script, "w", encoding="utf-8") as f:
        f.write(text)
    done = subprocess.run([find("pgbench", POSTGRES), *reach, "-n", "-M", "prepared", "-c", "64", "-j", "1", "-T",
                           str(b.seconds), "-f", script, "postgres"], capture_output=True, text=True, check=True,
                          timeout=60)
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
    late = float(re.search(r"latency average = ([\d.]+)", done.stdout)[1])
    b.raw.append(f"postgres 64×1: {rate:.0f}/s, 平均 {late:.2f} ms")
    return rate


# -- figures ---------------------------------------------------------------------------------------

def stored_shape(path):
    """Rows and bytes of an average incident, to make PostgreSQL's alike."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    incidents, = db.execute("SELECT count(*) FROM incident").fetchone()
    dispatches, = db.execute("SELECT count(*) FROM dispatch").fetchone()
    bytes_, = db.execute("SELECT avg(length(data)) FROM journal WHERE incident IS NOT NULL").fetchone()
    texts, = db.execute("SELECT avg(length(CAST(description AS BLOB))) FROM incident").fetchone()
    db.close()
    return {"DISPATCHES": round(dispatches / incidents), "JOURNAL": round(bytes_), "DESCRIPTION": round(texts / 3)}


def peers_of(b, stack, makers):
    """Those that are there, by name, running until the stack ends."""
    found = {}
    for name, make in makers.items():
        try:
            found[name] = stack.enter_context(make(b))
        except Missing as what:
            b.left_out.append(f"{name}:没有安装 {what}")
    return found


def intake(b):
    """S1: 64 consoles, one in flight each, against everyone else who stores on every request."""
    texts = {"redis": ("redis-server `appendfsync always` XADD 同样的字节", "≥ 0.5"),
             "postgres": ("PostgreSQL 同样的行,一条语句,64 个客户端", "≥ 4"),
             "beanstalkd": ("beanstalkd `-f 0` put 同样的字节", "≥ 3")}
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(b.daemon())
        token = d.account("desk1", "desk")
        peers = peers_of(b, stack, {"redis": redis, "beanstalkd": beanstalkd, "postgres": postgres})
        pairs = {name: [] for name in peers}
        for _ in range(b.rounds):
            for name, where in peers.items():
                ours = b.load("liandong", d.console_port, 64, 1, token)["rate"]
                shape = stored_shape(d.folder + "/liandong.db")
                theirs = pgbench(b, where, shape) if name == "postgres" else b.load(name, where, 64, 1)["rate"]
                pairs[name].append((ours, theirs))
    for name, (what, aim) in texts.items():
        if name in pairs:
            b.compare("S1", f"64 个接警台,各 1 件在途;比 {what}", pairs[name], "{:.0f} 件/秒", aim)


def pipelined(b):
    """S2: 16 consoles with 64 in flight, against bare inserts of the same rows."""
    pairs = []
    for _ in range(b.rounds):
        with b.daemon() as d:
            ours = b.load("liandong", d.console_port, 16, 64, d.account("desk1", "desk"))["rate"]
        b.serial += 1
        said = b.tool("bench_store", 20480, b.place(f"store{b.serial}"))
        pairs.append((ours, float(re.search(r"raw inserts.*?(\d+) incidents/s", said)[1])))
    b.raw.append("直接插入:" + ", ".join(f"{raw:.0f}" for _, raw in pairs) + " 件/秒")
    b.compare("S2", "16 个接警台,各 64 件在途;比 一个线程把同样的行按 1,024 件一批插入 SQLite", pairs, "{:.0f} 件/秒", "≥ 0.5")


def alone(b):
    """S3: one console, one in flight, against the disk itself."""
    pairs = []
    with b.daemon() as d:
        token = d.account("desk1", "desk")
        for _ in range(b.rounds):
            disk = b.tool("append", os.path.join(b.folder, "append"), b.seconds)["median_ms"]
            pairs.append((b.load("liandong", d.console_port, 1, 1, token)["median_ms"], disk))
    b.raw.append("追加 4 KiB + fdatasync 中位:" + ", ".join(f"{disk:.3f}" for _, disk in pairs) + " ms")
    b.compare("S3", "1 个接警台,1 件在途,答复的中位时间;比 追加 4 KiB + fdatasync 的中位时间", pairs, "{:.3f} ms", "≤ 2.5")


def wrk(b, url, token=None):
    header = ["-H", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run([find("wrk"), "-t1", "-c64", f"-d{b.seconds}s", "--latency", *header, url],
                          capture_output=True, text=True, check=True, timeout=60)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"wrk {url}: {done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def polls(b):
    """S4: a unit's poll, against a static file of the same size from nginx."""
    from harness import incident
    find("wrk")
    pairs = {"nothing": [], "page": []}
    with contextlib.ExitStack() as stack:
        d = stack.enter_context(b.daemon())
        token = d.account("liaison-water", "liaison", "water")
        with d.desk(events=False) as c:
            for i in range(8):
                c.call("incident.report", **incident(f"PAGE-{i}", units=["water"], address=f"解放路{i}号"))
        page = "/v1/dispatches?limit=8"
        seq = d.http("GET", page, token)[2]["seq"]  # and now they are delivered
        paths = {"nothing": f"/v1/dispatches?after={seq + 100}", "page": page}
        with d.desk(events=False) as c:
            paths["nothing"] = f"/v1/dispatches?after={c.call('session.ping')['seq']}"
        bodies = {name: body_of(d, path, token) for name, path in paths.items()}
        assert bodies["page"].count(b'"matter"') == 8 and b'"dispatches":[]' in bodies["nothing"]
        port = stack.enter_context(nginx(b, bodies))
        for _ in range(b.rounds):
            for name, path in paths.items():
                pairs[name].append((wrk(b, f"http://127.0.0.1:{d.http_port}{path}", token),
                                    wrk(b, f"http://127.0.0.1:{port}/{name}")))
    for name, what, aim in (("nothing", "没有新指令的轮询", "≥ 0.7"), ("page", "一页 8 条指令", "≥ 0.4")):
        b.raw.append(f"{what}:{len(bodies[name])} 字节,liandong/nginx " +
                     ", ".join(f"{ours:.0f}/{peer:.0f}" for ours, peer in pairs[name]))
        b.compare("S4", f"{what},64 个连接;比 nginx 一个工作进程发同样大小的静态文件", pairs[name], "{:.0f} 次/秒", aim)


def body_of(d, path, token):
    import http.client
    c = http.client.HTTPConnection("127.0.0.1", d.http_port)
    c.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    body = c.getresponse().read()
    c.close()
    return body


def reports(b):
    """S8: a quarter's report and the proof of its sums, over a store that is made for it."""
    said = b.tool("bench_report", 100000 if b.quick else 1000000, b.folder)
    b.raw.append("S8 " + "; ".join(" ".join(line.split()) for line in said.splitlines() if "INFO" not in line))
    made = re.search(r"quarter as json +([\d.]+) s +(\d+) MiB", said)
    proven = re.search(r"verify the quarter +([\d.]+) s", said)
    n = re.match(r"(\d+) dispatches", said)[1]
    b.row("S8", f"{int(n):,} 条指令的季报", f"{made[1]} s,内存 {made[2]} MiB", "–", "–", "≤ 1 s(一千万条 ≤ 2 s)")
    b.row("S8", f"{int(n):,} 条指令的汇总核对", f"{proven[1]} s", "–", "–", "一百万条 ≤ 10 s")


def comparing(b):
    """S13: what would go elsewhere by other rules, over a store that is made for it."""
    said = b.tool("bench_diff", 100000 if b.quick else 1000000, b.folder)
    b.raw.append("S13 " + "; ".join(" ".join(line.split()) for line in said.splitlines() if "INFO" not in line))
    for what, name, aim in (("有类别", "diff with a category", 10), ("只有文字", "diff of free text", 60)):
        took, n = re.search(name + r" +([\d.]+) s.* (\d+) incidents", said).groups()
        b.row("S13", f"与另一份规则比较({what}),{int(n):,} 件警情", f"{took} s", "–", "–", f"一百万件 ≤ {aim} s")


def fanout(b):
    """S9: one report's events to a thousand consoles."""
    with b.daemon() as d:
        got = b.tool("fanout", "--port", d.console_port, "--token", d.account("desk1", "desk"))
    b.raw.append(f"S9 自答复起:中位 {got['median_ms']:.1f} ms;自发出报告起:中位 {got['from_report_median_ms']:.1f} ms, "
                 f"p99 {got['from_report_p99_ms']:.1f} ms")
    b.row("S9", "一件警情的事件送到 1,000 个接警台,自提交至最后一个字节,p99", f"{got['p99_ms']:.1f} ms", "–", "–", "≤ 20 ms")


def routing(b):
    """S10: the routing table alone."""
    said = b.tool("bench_route")
    b.raw.append(said.strip())
    us = float(re.search(r"([\d.]+) us an incident", said)[1])
    b.row("S10", "1 万条规则、2 万个关键词,一件警情的派单", f"{us:.2f} µs", "–", "–", "≤ 5 µs")
    b.row("S10", "这样一份规则的索引", re.search(r"built in (\d+) ms", said)[1] + " ms", "–", "–", "≤ 200 ms")


WRITERS = "abcde"  # who wrote the cases that the goals are about; the others were written for categories


def texts(b):
    """S15: the model of texts: speed, size, and how good it is for a writer whom it has not read."""
    said = b.tool("bench_text")
    for what, value, aim in (("60 字的描述,判断一次", f"{said['us_60']:.1f} µs", "≤ 20 µs"),
                             ("4,000 字的描述,判断一次", f"{said['us_4000']:.0f} µs", "≤ 200 µs"),
                             ("训练 10,000 条样例,一个核", f"{said['train_10000_s']:.1f} s", "≤ 5 s"),
                             ("模型的大小", f"{said['bytes'] / 1048576:.2f} MiB", "≤ 8 MiB")):
        b.row("S15", what, value, "–", "–", aim)
    done = subprocess.run([os.path.join(b.build, "liandongctl"), "-c", os.path.join(ROOT, "config", "liandong.yaml"), "--json",
                           "route", "evaluate", "--leave-out-writer"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    of = [w for w in found["writers"] if w["writer"] in WRITERS]
    for what, key, aim in (("主办判对", "lead", "≥ 85 %"), ("连同请报警台确认", "lead_or_asked", "≥ 92 %"),
                           ("请报警台确认的", "asked", "–"), ("只用模型,主办判对", "model_lead", "–")):
        b.row("S15", f"留出一个人写的,{what},五个人平均", f"{100 * statistics.mean(w[key] for w in of):.1f} %", "–", "–", aim)
    b.raw.append("S15 逐人(主办/连同确认):" + ",".join(f"{w['writer']} {w['cases']} 例 {100 * w['lead']:.1f}/{100 * w['lead_or_asked']:.1f}"
                                                  for w in found["writers"]))
    b.raw += [f"S15 混淆 {c['category']} 判为 {c['taken_for'] or '没有类别'} {c['cases']} 例" for c in found["confusions"][:20]]


def page(b):
    """S16: the page in a browser: what it loads, when it paints, how it keeps up."""
    tools, browser = os.path.join(ROOT, "build", "page-tools"), os.environ.get("CHROMIUM", "/usr/bin/chromium")
    for what, path in (("chromium", browser), ("node", shutil.which("node")), ("playwright-core(scripts/deps.sh page)", os.path.join(tools, "node_modules"))):
        if not path or not os.path.exists(path):
            raise Missing(what)
    with b.daemon() as d:
        d.account("desk1", "desk")
        d.account("water1", "liaison", "water")
        rig = {"url": f"http://127.0.0.1:{d.http_port}", "control": d.control, "pid": d.process.pid, "tokens": d.tokens}
        done = subprocess.run(["node", os.path.join(HERE, "page.mjs"), tools, json.dumps(rig), str(5 if b.quick else 20)], capture_output=True, text=True,
                              timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    got = json.loads(done.stdout)
    for what, value, aim in (("首次加载(gzip),接警台", f"{got['desk']['bytes'] / 1000:.1f} kB", "≤ 60 kB"),
                             ("首次加载(gzip),手机", f"{got['phone']['bytes'] / 1000:.1f} kB", "≤ 35 kB"),
                             ("没有缓存时第一次画出内容,接警台,本机,开着 1,000 件", f"{got['desk']['paint']:.0f} ms", "≤ 150 ms"),
                             ("没有缓存时第一次画出内容,手机,本机", f"{got['phone']['paint']:.0f} ms", "≤ 150 ms"),
                             ("同上,150 kB/s、400 ms 的手机网络", f"{got['phone_slow']['paint'] / 1000:.2f} s", "≤ 1.5 s"),
                             ("开着 1,000 件,每秒变 100 件,一帧的 p99", f"{got['frames']['frame']:.0f} ms", "≤ 60 ms"),
                             ("同上,最长的一个任务", f"{got['frames']['task']:.0f} ms", "≤ 100 ms"),
                             ("同上,页面的节点", f"{got['frames']['nodes']}", "≤ 2,000"),
                             ("从按键到画出,p99", f"{got['key']['p99']:.0f} ms(中位 {got['key']['p50']:.0f})", "≤ 50 ms"),
                             ("从报警到看板上画出,p99", f"{got['event']:.0f} ms", "≤ 300 ms"),
                             ("八小时的事件(4,000 个)之后,堆多了", f"{got['heap'] / 1e6:.2f} MB", "< 5 MB")):
        b.row("S16", what, value, "–", "–", aim)


def pss_kib(d):
    total = 0
    for pid in [d.process.pid, *(p for role in ("engine", "intake", "api", "notifier") for p in d.pids(role))]:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            total += int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M)[1])
    return total


def memory(b):
    """S11: the daemon idle, and each idle console."""
    from harness import Console
    with b.daemon() as d:
        token = d.account("desk1", "desk")
        time.sleep(3)  # the notifier, for which the start does not wait, has read the mechanism
        idle = pss_kib(d)
        consoles = []
        for _ in range(1000):
            c = Console(("127.0.0.1", d.console_port))
            c.call("session.open", token=token, client="idle")
            consoles.append(c)
        each = (pss_kib(d) - idle) / len(consoles)
        for c in consoles:
            c.close()
    b.row("S11", "空闲时全部进程的内存(PSS)", f"{idle / 1024:.1f} MiB", "–", "–", "≤ 30 MiB")
    b.row("S11", "每个空闲的接警台", f"{each:.1f} KiB", "–", "–", "≤ 8 KiB")


FIGURES = {"S1": intake, "S2": pipelined, "S3": alone, "S4": polls, "S5": due, "S6": full, "S8": reports, "S9": fanout, "S10": routing, "S11": memory,
           "S12": starvation, "S13": comparing, "S14": lambda b: encrypted(b, wrk),
           "S15": texts, "S16": page, "S17": notices}

# -- the machine, the table ------------------------------------------------------------------------


def said(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return ""


def machine(b):
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        cpu = re.search(r"model name\s*: (.*)", f.read())
    disk = said("findmnt", "-no", "SOURCE,FSTYPE", "-T", b.folder)
    memory_kib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
    return [f"{os.cpu_count()} 核 {cpu[1] if cpu else platform.machine()},{memory_kib / 1048576:.0f} GiB 内存,"
            f"Linux {platform.release()},磁盘 {disk};开始时一分钟平均负载 {b.busy:.1f}",
            f"SQLite {sqlite3.sqlite_version}(synchronous=FULL)"] + [
                v for v in (said("redis-server", "--version"), said(f"{POSTGRES}/postgres", "--version"),
                            said("beanstalkd", "-v"), said("/usr/sbin/nginx", "-v"), said("wrk", "-v")) if v]


def table(b, lines):
    out = [time.strftime("%Y-%m-%d") + ",`make bench`:", ""]
    out += [f"- {line}" for line in lines]
    out += [f"- 未比较 {line}" for line in b.left_out]
    out += ["", "| | 量的是什么 | liandong | 对手 | 比值 | 目标 |", "| --- | --- | --- | --- | --- | --- |"]
    out += ["| " + " | ".join(row) + " |" for row in b.rows]
    out += ["", "各轮的原始数字:", ""] + [f"- {line}" for line in b.raw]
    return "\n".join(out)


def write_doc(text):
    with open(DOC, encoding="utf-8") as f:
        doc = f.read()
    head, rest = doc.split(BEGIN)
    _, tail = rest.split(END)
    with open(DOC, "w", encoding="utf-8") as f:
        f.write(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--quick", action="store_true", help="one short round of each")
    p.add_argument("--only", help="S1,S3 …")
    p.add_argument("--no-write", action="store_true", help="leave docs/BENCHMARKS.md as it is")
    a = p.parse_args()
    os.environ["LIANDONG_BUILD"] = os.path.abspath(a.build)
    sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
    b, failed = Bench(a.build, a.quick, a.only), False
    try:
        for figure, measure in FIGURES.items():
            if not b.wanted(figure):
                continue
            try:
                measure(b)
            except Missing as what:
                b.left_out.append(f"{figure}:没有安装 {what}")
            except (AssertionError, RuntimeError, OSError, subprocess.SubprocessError) as why:
                print(f"{figure}: {why}", file=sys.stderr)  # the other figures are still worth having
                b.left_out.append(f"{figure}:没有量成")
                failed = True
        text = table(b, machine(b))
    finally:
        b.close()
    print("\n" + text)
    if not a.no_write:
        write_doc(text)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
