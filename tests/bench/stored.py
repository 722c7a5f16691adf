"""S5, S6, S7 of make bench: what a store that is full costs. Incidents are reported, the daemon ends, and their rows
are copied by SQL as often as it takes: in numbers of their own, shifted in time, open or closed.
"""
import contextlib
import json
import os
import re
import socket
import sqlite3
import time

MINUTE_MS = 60_000
TIMES = re.compile(r"_at$|_due$|_start$|_recorded$")  # columns that are instants


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def copied(db, table, given):
    """The columns of a table's copies as a list for SQL: those that are given, and the others as they are."""
    names = columns(db, table)
    return ", ".join(names), ", ".join(given.get(name, f"x.{name}") for name in names)


def shifted(db, table, by):
    return {name: f"x.{name} + {by}" for name in columns(db, table) if TIMES.search(name)}


def copy(path, number, n, shift="0", closed=False):
    """n copies of that incident, the kth shifted by the SQL expression `shift` of k, in ms. Returns its wake_at."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    last, = db.execute("SELECT incidents FROM meta").fetchone()
    template, wake_at, dispatches = db.execute("SELECT id, wake_at, (SELECT count(*) FROM dispatch WHERE id >> 7 = i.id) "
                                               "FROM incident AS i WHERE number = ?", (number,)).fetchone()
    rows = f"WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {n}) "
    # a caller of its own each, as in life
    of_incident = {**shifted(db, "incident", shift), "id": f"{last} + k", "number": f"'{number}-{last}-' || k", "caller": "random()"}
    of_dispatch = {**shifted(db, "dispatch", shift), "id": f"(({last} + k) << 7) | (x.id & 127)"}
    if closed:
        of_incident |= {"state": "3", "wake_at": "NULL", "completed_at": "x.reported_at", "closed_at": "x.reported_at"}
        of_dispatch |= {"open": "NULL", "state": "4", "completed_at": "x.issued_at"}
    names, values = copied(db, "incident", of_incident)
    db.execute(f"{rows} INSERT INTO incident ({names}) SELECT {values} FROM n, incident AS x WHERE x.id = {template}")
    names, values = copied(db, "dispatch", of_dispatch)
    db.execute(f"{rows} INSERT INTO dispatch ({names}) SELECT {values} FROM n, dispatch AS x "
               f"WHERE x.id BETWEEN {template << 7} AND {template << 7 | 127}")
    opened = 0 if closed else n
    db.execute("UPDATE meta SET incidents = incidents + ?, open_incidents = open_incidents + ?, "
               "open_dispatches = open_dispatches + ?", (n, opened, opened * dispatches))
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return wake_at


def report(d, number, **members):
    from harness import incident
    with d.desk(events=False) as c:
        return c.call("incident.report", **incident(number, **members))


def memory_mib(d):
    with open(f"/proc/{d.pids('engine')[0]}/smaps_rollup", encoding="ascii") as f:
        return int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M)[1]) / 1024


def cpu_s(d):
    with open(f"/proc/{d.pids('engine')[0]}/stat", encoding="ascii") as f:
        return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


# -- S5 --------------------------------------------------------------------------------------------

def reminders(d, token, after, until):
    """The number and the instant (ms) at which it came, of each incident's first reminder behind that seq; until that
    instant."""
    came, rest = {}, b""
    with contextlib.closing(socket.create_connection(("127.0.0.1", d.console_port))) as s:
        s.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "session.open",
                              "params": {"token": token, "client": "bench", "after": after}}).encode() + b"\n")
        s.settimeout(1)
        while time.time() * 1000 < until:
            with contextlib.suppress(TimeoutError):
                rest += s.recv(1 << 20)
            now = time.time() * 1000
            *lines, rest = rest.split(b"\n")
            for line in lines:
                found = re.search(rb'"type":"reminder.sent","incident":"([^"]+)"', line)
                if found:
                    came.setdefault(found[1].decode(), now)
    return came


def due(b):
    """S5: many clocks fall due in one minute, beside many that are open."""
    n, beside = (2_000, 10_000) if b.quick else (100_000, 300_000)
    with b.daemon() as d:
        token = d.account("desk1", "desk")
        cost_us(b, d, token, 1_000)
        few = memory_mib(d)
        dispatches = len(report(d, "DUE", priority="P2")["dispatches"])
        report(d, "LATER", priority="P2")
        with d.local() as c:
            seq = c.call("session.ping")["seq"]
        d.stop()
        path = d.folder + "/liandong.db"
        copy(path, "LATER", beside, shift="864000000 + k")  # in ten days
        before = int(time.time() * 1000)
        db = sqlite3.connect(path)
        wake_at, = db.execute("SELECT wake_at FROM incident WHERE number = 'DUE'").fetchone()
        last, = db.execute("SELECT incidents FROM meta").fetchone()
        db.close()
        first = before + 30_000 + n // 5  # the daemon is up by then
        copy(path, "DUE", n, shift=f"({first - wake_at} + k * {MINUTE_MS} / {n})")
        d.start()
        came = reminders(d, token, seq, first + MINUTE_MS + 10_000)
        grown = memory_mib(d)
    late = sorted(came.get(f"DUE-{last}-{k}", float("inf")) - (first + k * MINUTE_MS // n) for k in range(1, n + 1))
    b.raw.append(f"S5 {dispatches * (n + beside):,} 条未结束的指令;迟到:中位 {late[n // 2]:.0f} ms,最多 {late[-1]:.0f} ms")
    b.row("S5", f"{dispatches * (n + beside):,} 条未结束的指令,一分钟内 {n:,} 件到期:提醒已提交并推送,迟到的 p99",
          f"{late[n * 99 // 100]:.0f} ms", "–", "–", "≤ 250 ms")
    b.row("S5", "引擎的内存(PSS),与存着 1,000 件时相比", f"{grown:.1f} MiB", f"{few:.1f} MiB", f"{grown / few:.2f}", "不多于")


# -- S6, S7 ----------------------------------------------------------------------------------------

def cost_us(b, d, token, count):
    """Of the engine's processor time, for one incident."""
    before = cpu_s(d)
    b.serial += 1
    got = b.tool("load", "liandong", "--port", d.console_port, "--token", token, "--consoles", 16, "--window", 16, "--seconds", 600,
                 "--warm", 0, "--count", count, "--prefix", f"B{b.serial}", "--json")
    assert not got["errors"], got
    return (cpu_s(d) - before) / count * 1e6


def full(b):
    """S6, S7: start to ready, and an incident's cost, with very many stored."""
    opened, closed, count = (10_000, 30_000, 2_000) if b.quick else (300_000, 1_000_000, 10_000)
    with b.daemon() as d:
        token = d.account("desk1", "desk")
        dispatches = len(report(d, "FULL")["dispatches"])
        cost_us(b, d, token, count)  # 10,000 are stored
        few = cost_us(b, d, token, count)
        d.stop()
        copy(d.folder + "/liandong.db", "FULL", closed, closed=True)
        copy(d.folder + "/liandong.db", "FULL", opened, shift="864000000 + k")
        began = time.monotonic()
        d.start()
        ready = time.monotonic() - began
        many = cost_us(b, d, token, count)
    b.row("S6", f"存着未结束的 {dispatches * opened:,} 条、已结束的 {dispatches * closed:,} 条指令,启动到可用", f"{ready:.2f} s", "–", "–", "≤ 1 s")
    b.row("S7", f"存着 {opened + closed:,} 件时一件警情的处理器时间(引擎);比只存 {count:,} 件", f"{many:.0f} µs", f"{few:.0f} µs",
          f"{many / few:.2f}", "≤ 1.5")
