#!/usr/bin/python3
"""Takes the pictures that README.md shows, docs/desk.png and docs/phone.png, of the running page: screenshots.py [BUILD]

A daemon of its own under the manual clock plays the first half of the evening of evening.py, so that the same pictures come each time but for
what the page itself has changed. The people in it do not exist.
"""
import collections
import datetime
import heapq
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "release").resolve()
os.environ["LIANDONG_BUILD"] = str(BUILD)
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "scripts")]

from evening import MATTERS  # noqa: E402
from harness import Daemon  # noqa: E402

BEGIN = datetime.datetime(2026, 7, 10, 19, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
CALLERS = ["陈女士", "林先生", "黄先生", "吴女士", "李先生", "郑女士"]
# how many steps the lead of each matter has taken by the end; the last ones have just come
STEPS = [3, 3, 2, 0, 1, 4, 0, 3, 2, 0, 2, 1, 1, 0, 1, 2, 0, 0]
PICTURES, MOST = ("desk.png", "phone.png"), 150_000
VERBS = ["acknowledge", "depart", "arrive", "progress"]


def number(n, at):
    return f"350881{at:%Y%m%d%H%M%S}{n:04d}"


def report(d, n, at):
    _, address, text, special = MATTERS[n]
    with d.desk(events=False) as c:
        got = c.call("incident.report", number=number(n, at), received_at=at.isoformat(), address=address, description=text,
                     reporter={"name": CALLERS[n % 6], "phone": f"1390000{1000 + n}"},
                     **({"same_as": first} if special.startswith("joins") and (first := number(0, BEGIN)) else {}))
    return got["dispatches"]


def step(d, dispatch, verb):
    status, _, said = d.http("POST", f"/v1/dispatches/{dispatch['dispatch']}/{verb}", d.tokens[dispatch["unit"]],
                             {"text": "正在处置"} if verb == "progress" else {})
    assert status == 200, said


def play(d):
    """Reports one after the other, each with the steps that its lead takes in the minutes after it; those who assist sign."""
    queue = [(BEGIN + datetime.timedelta(seconds=75 * n), n, "report", n) for n in range(len(STEPS))]
    heapq.heapify(queue)
    end = max(queue)[0] + datetime.timedelta(seconds=50)
    while queue and queue[0][0] <= end:
        at, order, act, what = heapq.heappop(queue)
        d.set_clock(at.isoformat())
        if act != "report":
            step(d, what, act)
            continue
        for k, one in enumerate(report(d, what, at)):
            order += 100
            if one["unit"] not in d.tokens:
                d.account(one["unit"], "liaison", one["unit"])
            if one["role"] == "lead":
                for i, verb in enumerate(VERBS[:STEPS[what]]):
                    heapq.heappush(queue, (at + datetime.timedelta(seconds=40 + 130 * i), order + i, verb, one))
            elif one["role"] == "assist" and (what + k) % 7:
                heapq.heappush(queue, (at + datetime.timedelta(seconds=55 + 9 * k), order, "acknowledge", one))
    d.set_clock(end.isoformat())


# -- a picture of at most 256 colours is a third as large


def chunks(data):
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + length]
        at += 12 + length


def paeth(a, b, c):
    near = a + b - c
    x, y, z = abs(near - a), abs(near - b), abs(near - c)
    return a if x <= y and x <= z else b if y <= z else c


def rows_of(data):
    """The rows of a PNG of 8 bits a channel, each a list of (r, g, b)."""
    parts = list(chunks(data))
    width, height, depth, kind = struct.unpack(">IIBB", parts[0][1][:10])
    assert depth == 8 and kind in (2, 6), (depth, kind)
    size = 3 if kind == 2 else 4
    raw = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    before = bytearray(width * size)
    for y in range(height):
        at = y * (width * size + 1)
        how, line = raw[at], bytearray(raw[at + 1:at + 1 + width * size])
        for i in range(len(line) if how else 0):
            left, up, corner = line[i - size] if i >= size else 0, before[i], before[i - size] if i >= size else 0
            line[i] = (line[i] + (left, up, (left + up) >> 1, paeth(left, up, corner))[how - 1]) & 255
        yield [tuple(line[i:i + 3]) for i in range(0, len(line), size)]
        before = line


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def apart(a, b):
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2


def squeeze(path):
    """Its colours become frequent ones of it that are not too much alike, others the one that lies nearest."""
    rows = list(rows_of(path.read_bytes()))
    often = collections.Counter(colour for row in rows for colour in row)
    palette = []
    for colour, _ in often.most_common():
        if len(palette) < 256 and all(apart(colour, one) > 60 for one in palette):
            palette.append(colour)
    index = {colour: i for i, colour in enumerate(palette)}
    for colour in often:
        if colour not in index:
            index[colour] = min(range(len(palette)), key=lambda i, c=colour: apart(palette[i], c))
    lines = b"".join(b"\0" + bytes(index[colour] for colour in row) for row in rows)
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"PLTE", b"".join(map(bytes, palette))) +
                     chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def main():
    with tempfile.TemporaryDirectory() as folder, Daemon(pathlib.Path(folder), clock=BEGIN.isoformat()) as d:
        d.account("desk-1", "desk")
        play(d)
        d.account("water-1", "liaison", "water")
        rig = {"url": f"http://127.0.0.1:{d.http_port}", "control": d.control, "pid": d.process.pid, "tokens": d.tokens}
        subprocess.run(["node", str(ROOT / "scripts" / "screenshots.mjs"), str(ROOT / "build" / "page-tools"), json.dumps(rig), str(ROOT / "docs")], check=True)
    for name in PICTURES:
        path = ROOT / "docs" / name
        squeeze(path)
        size = path.stat().st_size
        print(f"{path} {size}")
        assert size <= MOST, f"{name} is larger than {MOST} bytes: it is in the repository"


if __name__ == "__main__":
    main()
