#!/usr/bin/python3
"""A client that asks without end: CONNECTIONS consoles of one account, IN_FLIGHT requests in flight on each,
until it is killed. For the figure S12.

    greedy.py PORT TOKEN CONNECTIONS IN_FLIGHT METHOD PARAMS
"""
import json
import selectors
import socket
import sys


def main():
    port, token, connections, in_flight, method, params = sys.argv[1:]
    ask = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": json.loads(params)}).encode() + b"\n"
    opening = {"jsonrpc": "2.0", "id": 0, "method": "session.open",
               "params": {"token": token, "client": "greedy", "events": False}}
    waiting = selectors.DefaultSelector()
    for _ in range(int(connections)):
        s = socket.create_connection(("127.0.0.1", int(port)))
        s.sendall(json.dumps(opening).encode() + b"\n" + ask * int(in_flight))
        waiting.register(s, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            answers = key.fileobj.recv(1 << 20).count(b"\n")
            if answers:
                key.fileobj.sendall(ask * answers)


if __name__ == "__main__":
    main()
