#!/usr/bin/python3
"""The long version of test_90_kill: kill -9 of a random process at a random instant under load, for a
number of rounds, with hostile clients on both ports all the while.

    torture.py BUILD [--rounds 1000] [--seconds 0] [--epoch 100] [--seed N] [--keep]

Every `epoch` rounds the books are checked against what is stored, and a new store begins; a failure
leaves its folder and prints the seed that replays the same choice of victims and instants.
"""
import argparse
import contextlib
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

VICTIMS = (("engine", 8), ("intake", 5), ("api", 5), ("supervisor", 1), ("all", 1))

# -- what strangers send ---------------------------------------------------------------------------

OPEN = b'{"jsonrpc":"2.0","id":1,"method":"session.open","params":{"token":"'
CONSOLE = [
    b"\n" * 3000,
    b"\x00" * 4096 + b"\n",
    b"\xff\xfe{}\n" * 50,
    b"GET / HTTP/1.1\r\n\r\n",
    b'{"jsonrpc":"2.0","id":1,"method":"incident.report","params":{"number":"STRANGER"}}\n',
    OPEN + b"0" * 64 + b'"}}\n' * 20,
    OPEN + b"x" * 200000,
    b"[" * 60000 + b"\n",
    b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"session.ping"}\n',
    b'{"jsonrpc":"2.0","id":1,"id":2,"method":"session.ping"}\n' * 100,
    b'{"a":"' + b"\\u0000" * 9000 + b'"}\n',
    b'{"jsonrpc"',
    b"",
]
HTTP = [
    b"GET /v1/dispatches HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + b"0" * 64 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"GET " + b"/" * 100000 + b" HTTP/1.1\r\n\r\n",
    b"POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /v1/incidents HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 500,
    b"GET /v1/events?after=-1&wait=99999 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\nHost: a\n\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /v1/stream HTTP/1.1\r\nHost: a\r\n",
    b"",
]


class Stranger(threading.Thread):
    """Rude to both ports in turn: sends rubbish, then leaves, stays silent, drips, resets."""

    def __init__(self, daemon, seed):
        super().__init__(daemon=True)
        self.target, self.random = daemon, random.Random(seed)
        self.stopping = threading.Event()
        self.held, self.sent = [], 0

    def run(self):
        while not self.stopping.is_set():
            for port, inputs in ((self.target.console_port, CONSOLE), (self.target.http_port, HTTP)):
                with contextlib.suppress(OSError):
                    self.visit(port, self.random.choice(inputs))
            time.sleep(0.02)
        for s in self.held:
            s.close()

    def visit(self, port, data):
        s = socket.create_connection(("127.0.0.1", port), timeout=1)
        self.sent += 1
        manner = self.random.randrange(5)
        if manner == 0:  # a byte at a time
            for i in range(min(len(data), 20)):
                s.sendall(data[i:i + 1])
        elif data:
            s.sendall(data)
        if manner == 1:  # half-open
            s.shutdown(socket.SHUT_WR)
        if manner == 2:  # reset
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if manner == 3:  # stays, and reads nothing
            self.held.append(s)
            while len(self.held) > 50:
                self.held.pop(0).close()
        else:
            s.close()


# -- rounds ----------------------------------------------------------------------------------------

def victim(chance):
    names, weights = zip(*VICTIMS)
    return chance.choices(names, weights)[0]


def epoch(folder, rounds, until, seed):
    """One store, so many rounds; raises where a promise was broken."""
    from harness import Daemon
    from storm import Storm
    chance = random.Random(seed)
    with Daemon(folder) as daemon:
        storm = Storm(daemon, seed=seed)
        strangers = [Stranger(daemon, seed + i) for i in range(2)]
        storm.start()
        for s in strangers:
            s.start()
        for _ in range(rounds):
            storm.kill(victim(chance))
            if time.monotonic() > until:
                break
        for s in strangers:
            s.stopping.set()
            s.join()
        storm.stop()
        storm.check()
        print(f"{storm.summary()}; {sum(s.sent for s in strangers)} hostile connections", flush=True)
        return sum(storm.kills.values())


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS", "1000")))
    p.add_argument("--seconds", type=float, default=float(os.environ.get("SECONDS", "0")), help="end after so many")
    p.add_argument("--epoch", type=int, default=100)
    p.add_argument("--seed", type=int, default=None)
    p.add_argument("--keep", action="store_true", help="keep the folders")
    return p.parse_args()


def main():
    a = arguments()
    os.environ["LIANDONG_BUILD"] = os.path.abspath(a.build)
    until = time.monotonic() + a.seconds if a.seconds else float("inf")
    seed = random.randrange(1 << 32) if a.seed is None else a.seed
    done = 0
    while done < a.rounds and time.monotonic() < until:
        folder = tempfile.mkdtemp(prefix="liandong-torture-")
        print(f"rounds {done + 1} to {min(done + a.epoch, a.rounds)}, seed {seed}, {folder}", flush=True)
        done += epoch(folder, min(a.epoch, a.rounds - done), until, seed)
        if not a.keep:
            shutil.rmtree(folder)
        seed += 1
    print(f"{done} rounds, no answered incident lost, none doubled, every promise held")


if __name__ == "__main__":
    main()
