"""What an enemy, or a broken client, does to the ports: each case gets the right answer or the right
end, and meanwhile a bystander is served and no process grows.

One daemon for all; its time limits are short, so that who must be cut is cut soon.
"""
import contextlib
import json
import os
import re
import resource
import socket
import struct
import threading
import time

import pytest

from harness import BUILD, Daemon, incident, until

pytestmark = pytest.mark.alone

ASAN = "asan" in os.path.basename(BUILD)
SLOW = 4 if ASAN else 1
LINE = 64 * 1024
TIMEOUTS = {"session": "2s", "idle": "2s", "header": "2s", "body": "2s"}
LIMITS = {"requests_per_second": 0, "output_hard": "256KiB", "recent_events": "1MiB"}
GROWTH = 24 << 20  # bytes that a process may have grown after all of this

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# -- the daemon, the bystander, the scales -------------------------------------------------------

class Bystander(threading.Thread):
    """A desk and a web client that only want to be served; it remembers the longest wait."""

    def __init__(self, d):
        super().__init__(daemon=True)
        self.d, self.stopped, self.failed = d, threading.Event(), None
        self.turns, self.worst = 0, 0.0
        self.desk = d.desk(events=False)
        self.token = d.account("bystander", "office")

    def run(self):
        try:
            while not self.stopped.wait(0.02):
                begun = time.monotonic()
                self.desk.call("incident.report", **incident(f"BY-{self.turns}"))
                self.worst = max(self.worst, time.monotonic() - begun)
                begun = time.monotonic()
                assert self.d.http("GET", "/v1/units", self.token)[0] == 200
                self.worst = max(self.worst, time.monotonic() - begun)
                self.turns += 1
        except Exception as e:  # noqa: BLE001 - handed to the test
            self.failed = e


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) << 10


def scales(d):
    return {role: (pid, memory(pid)) for role in ("engine", "intake", "api") for pid in d.pids(role)}


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("abuse"), timeouts=TIMEOUTS, limits=LIMITS) as daemon:
        b = Bystander(daemon)
        b.start()
        until(lambda: b.turns > 50 or b.failed, "the bystander")
        daemon.before, daemon.bystander = scales(daemon), b
        yield daemon
        b.stopped.set()
        b.join()
        assert b.failed is None, b.failed
        after = scales(daemon)
        for role, (pid, bytes_) in after.items():
            assert pid == daemon.before[role][0], f"{role} ended and was started again"
            grown = bytes_ - daemon.before[role][1]
            assert ASAN or grown < GROWTH, f"{role} grew by {grown >> 20} MiB"
        assert b.worst < 2 * SLOW, f"somebody waited {b.worst:.2f} s"
        assert "事件链完整" in daemon.ctl("audit", "verify").stdout


@pytest.fixture(autouse=True)
def others_are_served(d):
    yield
    turns = d.bystander.turns
    until(lambda: d.bystander.turns > turns or d.bystander.failed, "the bystander to be served")
    assert d.bystander.failed is None, d.bystander.failed


# -- lines: before the login, after it, and on the control socket --------------------------------

def rpc(params="{}", method='"session.ping"', id_='"x"', version='"2.0"', more=""):
    return f'{{"jsonrpc":{version},"id":{id_},"method":{method},"params":{params}{more}}}'


def report(number="ABUSE", **members):
    """Each under a number of its own, for most are taken."""
    report.n += 1
    number = f"ABUSE-{report.n}" if number == "ABUSE" else number
    return rpc(json.dumps({**incident(number), **members}), '"incident.report"')


report.n = 0


def nested(depth):
    return '{"a":' * depth + "1" + "}" * depth


PARSE, INVALID, METHOD, PARAMS, UNAUTHENTICATED = -32700, -32600, -32601, -32602, -32001
TAKEN = 0  # with a warning, where it is a report
LINES = {  # name: (bytes, code after the login)
    "nothing": ("", PARSE),
    "spaces": ("   \t ", PARSE),
    "a word": ("hello", PARSE),
    "a number": ("1", INVALID),
    "a text": ('"x"', INVALID),
    "true": ("true", INVALID),
    "null": ("null", INVALID),
    "an open brace": ("{", PARSE),
    "a closing brace": ("}", PARSE),
    "too many braces": (rpc() + "}", PARSE),
    "two requests in a line": (rpc() + rpc(), PARSE),
    "cut in a text": (rpc()[:30], PARSE),
    "cut in an escape": ('{"jsonrpc":"\\', PARSE),
    "cut in \\u": ('{"jsonrpc":"\\u00', PARSE),
    "a comment": (rpc() + " // x", PARSE),
    "a comma too many": ('{"jsonrpc":"2.0","id":"x","method":"session.ping",}', PARSE),
    "single quotes": (rpc().replace('"', "'"), PARSE),
    "keys without quotes": ('{jsonrpc:"2.0",id:1,method:"session.ping"}', PARSE),
    "NaN": (rpc('{"after":NaN}'), PARSE),
    "Infinity": (rpc('{"after":Infinity}'), PARSE),
    "a leading zero": (rpc(id_="01"), PARSE),
    "a plus": (rpc(id_="+1"), PARSE),
    "a hex number": (rpc(id_="0x1"), PARSE),
    "a huge whole number": (rpc(id_="9" * 40), TAKEN),
    "a huge fraction": (report(number="ABUSE-F", location={"lon": "F", "lat": 1}).replace('"F"', "1e999"), TAKEN),
    "a BOM": ("\ufeff" + rpc(), TAKEN),
    "Latin-1": (rpc(method='"s\xe9"').encode("latin-1"), METHOD),
    "GBK": (json.dumps(json.loads(report(description="水管爆了")), ensure_ascii=False).encode("gbk"), TAKEN),
    "overlong UTF-8": (b'{"jsonrpc":"2.0","id":"x","method":"\xc0\x80"}', METHOD),
    "beyond Unicode": (b'{"jsonrpc":"2.0","id":"x","method":"\xf4\x90\x80\x80"}', METHOD),
    "half a character": (b'{"jsonrpc":"2.0","id":"x","method":"\xe6\xb0"}', METHOD),
    "a surrogate as bytes": (b'{"jsonrpc":"2.0","id":"x","method":"\xed\xa0\x80"}', METHOD),
    "a lone surrogate": (rpc(method='"\\ud800"'), METHOD),
    "UTF-16": (rpc().encode("utf-16-le").replace(b"\n\x00", b""), PARSE),
    "NUL in a text": (b'{"jsonrpc":"2.0","id":"x","method":"session.ping\x00"}', METHOD),
    "\\u0000": (rpc(method='"session.ping\\u0000"'), METHOD),
    "NUL after the request": (rpc().encode() + b"\x00", PARSE),
    "NULs": (b"\x00" * 1000, PARSE),
    "a bare control character": (rpc(method='"session.ping\x01"'), METHOD),
    "deep objects": (rpc(nested(1000)), PARSE),
    "deep lists": (rpc("[" * 30000 + "]" * 30000), PARSE),
    "deep, never closed": ("[" * 60000, PARSE),
    "many members": (rpc("{" + ",".join(f'"a{i}":1' for i in range(3000)) + "}"), PARSE),
    "many empty lists": (rpc("[" + "[]," * 15000 + "[]]"), PARSE),
    "a key twice": ('{"jsonrpc":"2.0","id":"x","method":"session.ping","method":"status.get"}', PARSE),
    "a key twice, escaped": ('{"jsonrpc":"2.0","id":"x","method":"session.ping","\\u006dethod":"x"}', PARSE),
    "a key twice, inside": (rpc('{"number":"A","number":"B"}', '"incident.get"'), PARSE),
    "a batch": (f"[{rpc()},{rpc()}]", INVALID),
    "an id that is true": (rpc(id_="true"), INVALID),
    "an empty id": (rpc(id_='""'), INVALID),
    "an id too long": (rpc(id_=f'"{"x" * 200}"'), INVALID),
    "version 2": (rpc(version="2"), INVALID),
    "version 2.0 ": (rpc(version='"2.0 "'), INVALID),
    "a method that is a number": (rpc(method="1"), INVALID),
    "a result from a client": (rpc(more=',"result":{}'), INVALID),
    "a prototype": (rpc(more=',"__proto__":{}'), INVALID),
    "an empty method": (rpc(method='""'), METHOD),
    "a method in capitals": (rpc(method='"SESSION.PING"'), METHOD),
    "a method too long": (rpc(method=f'"{"x" * 60000}"'), METHOD),
    "a method from inside": (rpc('{"dispatches":["A-01"]}', '"dispatch.deliver"'), METHOD),
    "a format string": (rpc(method='"%s%n%x"'), METHOD),
    "params a text": (rpc('"x"'), PARAMS),
    "params a number": (rpc("7"), PARAMS),
    "an unknown parameter": (rpc('{"x":1}'), PARAMS),
    "a list for a text": (rpc('{"number":["A"]}', '"incident.get"'), PARAMS),
    "an object for a text": (rpc('{"number":{}}', '"incident.get"'), PARAMS),
    "a number for a text": (rpc('{"number":1}', '"incident.get"'), PARAMS),
    "a text for a number": (rpc('{"limit":"5"}', '"incident.list"'), PARAMS),
    "a negative limit": (rpc('{"limit":-1}', '"incident.list"'), PARAMS),
    "a limit beyond": (rpc('{"limit":9223372036854775807}', '"incident.list"'), PARAMS),
    "after below zero": (rpc('{"after":-5}', '"event.list"'), PARAMS),
    "after beyond": (rpc('{"after":9223372036854775807}', '"event.list"'), PARAMS),
    "a cursor made up": (rpc('{"cursor":"iffffffffffffffffffff"}', '"incident.list"'), PARAMS),
    "a path for a number": (report(number="../../etc/passwd"), PARAMS),
    "SQL for a number": (report(number="A';DROP TABLE incident"), PARAMS),
    "a text where a truth is due": (report(drill="true"), TAKEN),
    "one where a truth is due": (report(drill=1), TAKEN),
    "a list of lists": (report(units=[["water"]]), TAKEN),
    "a hundred units": (report(units=["water"] * 100), TAKEN),
    "a comma in a unit": (report(units=["water,fire"]), TAKEN),
    "an empty list of units": (report(units=[]), TAKEN),
    "February 30": (report(received_at="2026-02-30T00:00:00+08:00"), TAKEN),
    "a time without a zone": (report(received_at="2026-03-02T08:00:00"), TAKEN),
    "the year 0": (report(received_at="0000-01-01T00:00:00Z"), TAKEN),
    "the year 99999": (report(received_at="99999-01-01T00:00:00Z"), TAKEN),
    "the north of north": (report(location={"lon": 0, "lat": 90.1}), TAKEN),
    "bidi controls": (report(address="门\u202e牌"), TAKEN),
    "an escape sequence": (report(address="\x1b[2J"), TAKEN),
    "a datum of fancy": (report(location={"lon": 1, "lat": 1, "datum": "mars"}), TAKEN),
    "a file in a backup": (rpc('{"file":"relative.db"}', '"store.backup"'), {"desk": -32002, "control": PARAMS}),
}


def code_of(name, way):
    code = LINES[name][1]
    if isinstance(code, dict):
        code = code.get(way, UNAUTHENTICATED)
    return UNAUTHENTICATED if way == "stranger" and code not in (PARSE, INVALID) else code


@contextlib.contextmanager
def opened(d, way):
    c = d.local() if way == "control" else d.raw() if way == "stranger" else d.desk(events=False)
    with c:
        yield c


def last_error(c):
    c.wait(lambda: c.lines, "an answer")
    return c.lines[-1]["error"]


@pytest.mark.parametrize("way", ["stranger", "desk", "control"])
@pytest.mark.parametrize("name", LINES)
def test_a_bad_line(d, name, way):
    data = LINES[name][0]
    data = data if isinstance(data, bytes) else data.encode()
    assert b"\n" not in data and len(data) < LINE
    with opened(d, way) as c:
        before = len(c.lines)
        c.send_bytes(data + b"\n")
        c.wait(lambda: len(c.lines) > before, "an answer")
        code = code_of(name, way)
        if code == TAKEN:
            assert "result" in c.lines[-1], c.lines[-1]
            return
        error = c.lines[-1]["error"]
        assert error["code"] == code, error
        assert error["message"] and error["data"]["code"] and len(json.dumps(error)) < 130_000
        assert list(c.lines[-1]) == ["jsonrpc", "id", "error"]
        reply = c.reply(c.send("session.ping"))  # and the connection lives
        assert "result" in reply or (way == "stranger" and reply["error"]["code"] == UNAUTHENTICATED)


def test_what_was_taken_of_that_is_stored_and_nothing_else(d):
    stored = {}
    for name, (data, code) in LINES.items():
        number = re.search(r'"(ABUSE-\w+)"', data.decode(errors="replace") if isinstance(data, bytes) else data)
        if number:
            stored[number[1]] = code == TAKEN
    assert sum(stored.values()) > 15
    with d.desk(events=False) as c:
        for number, taken in stored.items():
            reply = c.reply(c.send("incident.get", number=number))
            assert ("result" in reply) == taken, (number, reply)
            if taken:
                assert reply["result"]["dispatches"], number


# -- streams of bytes on the console port --------------------------------------------------------

FOREIGN = {
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    "HTTP": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP with a body": b"POST /v1/incidents HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
    "a line without an end": b"x" * (LINE + 10),
    "a megabyte of braces": b"{" * (1 << 20),
    "a megabyte of NULs": b"\x00" * (1 << 20),
    "a long text": b'{"jsonrpc":"' + b"a" * (1 << 20),
}


LOCAL_LINE = 2 << 20  # a line of the control socket: a picture fits it


def foreign(name, way):
    """What is longer than a line is longer than this way's."""
    data = FOREIGN[name]
    return data + data[-1:] * (LOCAL_LINE + 10 - len(data)) if way == "control" and len(data) > LINE else data


@pytest.mark.parametrize("way", ["stranger", "desk", "control"])
@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_conversation_ends(d, name, way):
    with opened(d, way) as c:
        if name == "TLS hello" and way == "desk":
            pytest.skip("a hello after the login is a bad line")
        before = len(c.lines)
        with contextlib.suppress(ConnectionError):
            c.send_bytes(foreign(name, way))
        c.end()
        assert [m["error"]["code"] for m in c.lines[before:] if "error" in m] in ([PARSE], []), c.lines[before:]


def test_a_stranger_is_cut_in_time_whatever_it_sends(d):
    """One byte at a time keeps no client in."""
    begun = time.monotonic()
    with d.raw() as silent, d.raw() as slow, d.raw() as pings, d.raw() as half:
        half.send_bytes(b'{"jsonrpc":"2.0",')
        half.half_close()
        half.end(5)
        for c in (silent, slow, pings):
            while not c.ended:
                assert time.monotonic() - begun < 8 * SLOW
                with contextlib.suppress(ConnectionError):
                    slow.send_bytes(b" ")
                    pings.send("session.ping")
                slow.take(0.02)
                c.take(0.02)


def test_three_bad_tokens(d):
    with d.raw() as c:
        for token in ("x", "\u6c34" * 200, " "):
            assert c.reply(c.send("session.open", token=token))["error"]["code"] in (UNAUTHENTICATED, PARAMS)
        for _ in range(3):
            with contextlib.suppress(ConnectionError):
                c.send("session.open", token="y")
        c.end()


def test_pipelined_and_gone(d):
    """Thousands of commands, and no reader of the answers."""
    for _ in range(5):
        with d.desk(events=False) as c:
            request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "incident.list", "params": {"limit": 200}})
            c.socket.settimeout(0.5)
            with contextlib.suppress(TimeoutError, ConnectionError):
                c.socket.sendall((request + "\n").encode() * 3000)
            c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_subscribers_that_never_read(d):
    """Their events are held for them within a bound, or they are cut; the others get theirs at once."""
    silent = [d.desk(after=0) for _ in range(30)]
    streams = [http_open(d, "GET /v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                            f"{d.account('bystander', 'office')}\r\n\r\n") for _ in range(4)]
    with d.desk() as c:
        for i in range(300):
            c.call("incident.annotate", number="BY-0", text="水" * 1000)
        until(lambda: c.take(0.1) or sum(e["type"] == "incident.annotated" for e in c.events) >= 300, "its own events")
    for s in silent + streams:
        s.close()


# -- HTTP ---------------------------------------------------------------------------------------

def http_open(d, text):
    c = d.http_raw()
    c.send_bytes(text if isinstance(text, bytes) else text.encode())
    return c


def head(line="GET /healthz HTTP/1.1", *headers, body=""):
    return "\r\n".join([line, "Host: a", *headers, "", body])


def post(d, *headers, body=""):
    return head("POST /v1/incidents HTTP/1.1", f"Authorization: Bearer {d.tokens['desk1']}",
                "Content-Type: application/json", *headers, body=body)


def body(d, text):
    data = text if isinstance(text, bytes) else text.encode()
    return post(d, f"Content-Length: {len(data)}").encode() + data


CHUNKED = "Transfer-Encoding: chunked"
REQUESTS = {  # name: (function of the daemon, statuses, closed after it)
    "no version": (lambda d: "GET /healthz\r\n\r\n", {400}, True),
    "version 0.9": (lambda d: head("GET /healthz HTTP/0.9"), {400, 505}, True),
    "version 3": (lambda d: head("GET /healthz HTTP/3.0"), {400, 505}, True),
    "version in small letters": (lambda d: head("GET /healthz http/1.1"), {400, 505}, True),
    "two spaces": (lambda d: head("GET  /healthz HTTP/1.1"), {400}, True),
    "a tab": (lambda d: head("GET\t/healthz HTTP/1.1"), {400}, True),
    "a word too many": (lambda d: head("GET /healthz HTTP/1.1 x"), {400, 505}, True),
    "an unknown method": (lambda d: head("BREW /healthz HTTP/1.1"), {405, 501}, None),
    "a method in small letters": (lambda d: head("get /healthz HTTP/1.1"), {400, 405, 501}, None),
    "CONNECT": (lambda d: head("CONNECT a:1 HTTP/1.1"), {400, 405, 501}, True),
    "TRACE": (lambda d: head("TRACE /healthz HTTP/1.1"), {405, 501}, None),
    "OPTIONS *": (lambda d: head("OPTIONS * HTTP/1.1"), {400, 405, 501}, None),
    "a method too long": (lambda d: head("A" * 5000 + " / HTTP/1.1"), {400, 414, 501}, True),
    "a target too long": (lambda d: head("GET /" + "a" * 9000 + " HTTP/1.1"), {414}, True),
    "a line without an end": (lambda d: "G" * 100_000, {400, 414, 431, 501}, True),
    "a header too long": (lambda d: head("GET /healthz HTTP/1.1", "X: " + "a" * 20_000), {431}, True),
    "too many headers": (lambda d: head("GET /healthz HTTP/1.1", *[f"X{i}: 1" for i in range(200)]), {431}, True),
    "headers without an end": (lambda d: "GET / HTTP/1.1\r\n" + "X: 1\r\n" * 20_000, {431}, True),
    "a header without a colon": (lambda d: head("GET /healthz HTTP/1.1", "nonsense"), {400}, True),
    "a header without a name": (lambda d: head("GET /healthz HTTP/1.1", ": x"), {400}, True),
    "a header name with a space": (lambda d: head("GET /healthz HTTP/1.1", "X Y: x"), {400}, True),
    "a header in Latin-1": (lambda d: head("GET /healthz HTTP/1.1", "X: \xe9").encode("latin-1"), {400}, True),
    "a carriage return inside": (lambda d: head("GET /healthz HTTP/1.1", "X: a\rb"), {400}, True),
    "an absurd token": (lambda d: head("GET /v1/units HTTP/1.1", "Authorization: Bearer " + "x" * 8000), {401}, False),
    "a token of spaces": (lambda d: head("GET /v1/units HTTP/1.1", "Authorization: Bearer  "), {401}, False),
    "a token of two words": (lambda d: head("GET /v1/units HTTP/1.1", "Authorization: Bearer a b"), {400, 401}, None),
    "no scheme": (lambda d: head("GET /v1/units HTTP/1.1", f"Authorization: {d.tokens['desk1']}"), {401}, False),
    "a NUL in the target": (lambda d: head("GET /v1/units\x00 HTTP/1.1"), {400}, True),
    "%00 in the target": (lambda d: head("GET /v1/units/%00 HTTP/1.1"), {400, 401, 404}, None),
    "bad UTF-8 in the target": (lambda d: head("GET /v1/units/%ff HTTP/1.1"), {400, 401, 404}, None),
    "half an escape": (lambda d: head("GET /v1/units/%f HTTP/1.1"), {400}, None),
    "an escape of no digits": (lambda d: head("GET /v1/units/%zz HTTP/1.1"), {400}, None),
    "dots, escaped": (lambda d: head("GET /v1/%2e%2e/healthz HTTP/1.1"), {400, 404}, None),
    "a backslash": (lambda d: head("GET /v1\\units HTTP/1.1"), {400, 404}, None),
    "a query of thousands": (lambda d: head("GET /v1/units?" + "a=1&" * 1500 + " HTTP/1.1"), {400}, None),
    "a parameter twice": (lambda d: head("GET /v1/incidents?limit=1&limit=2 HTTP/1.1"), {400, 401, 422}, None),
    "a body that is cut": (lambda d: post(d, "Content-Length: 100", body="{}"), {408}, True),
    "a body that is too big": (lambda d: post(d, "Content-Length: 10000000"), {413}, True),
    "a length beyond all": (lambda d: post(d, "Content-Length: 99999999999999999999999"), {400, 413}, True),
    "a negative length": (lambda d: post(d, "Content-Length: -1"), {400}, True),
    "a length in hex": (lambda d: post(d, "Content-Length: 0x10"), {400}, True),
    "an empty length": (lambda d: post(d, "Content-Length: "), {400}, True),
    "two lengths that agree": (lambda d: post(d, "Content-Length: 2", "Content-Length: 2", body="{}"), {400}, True),
    "length and chunks": (lambda d: post(d, "Content-Length: 2", CHUNKED, body="0\r\n\r\n"), {400}, True),
    "chunked twice": (lambda d: post(d, CHUNKED, CHUNKED, body="0\r\n\r\n"), {400, 501}, True),
    "gzip and chunked": (lambda d: post(d, "Transfer-Encoding: gzip, chunked", body="0\r\n\r\n"), {400, 501}, True),
    "chunked, spelt oddly": (lambda d: post(d, "Transfer-Encoding: chunked ;x", body="0\r\n\r\n"), {400, 501}, True),
    "a chunk size beyond all": (lambda d: post(d, CHUNKED, body="FFFFFFFFFFFFFFFFF\r\n"), {400, 413}, True),
    "a chunk size of nothing": (lambda d: post(d, CHUNKED, body="\r\n{}\r\n0\r\n\r\n"), {400}, True),
    "a chunk size below zero": (lambda d: post(d, CHUNKED, body="-1\r\n"), {400}, True),
    "a chunk without its end": (lambda d: post(d, CHUNKED, body="2\r\n{}XX0\r\n\r\n"), {400}, True),
    "chunks beyond the limit": (lambda d: post(d, CHUNKED, body=("400\r\n" + "x" * 1024 + "\r\n") * 80), {413}, True),
    "chunks of one byte": (lambda d: post(d, CHUNKED, body="1\r\nx\r\n" * 70_000), {413, 400}, True),
    "chunks with extensions": (lambda d: post(d, CHUNKED, body="2;" + "x" * 5000 + "\r\n"), {400, 413, 431}, True),
    "trailers": (lambda d: post(d, CHUNKED, body="2\r\n{}\r\n0\r\n" + "X: 1\r\n" * 9000 + "\r\n"), {400, 413, 431}, True),
    "an expectation of fancy": (lambda d: post(d, "Expect: 200-ok", "Content-Length: 2", body="{}"), {400, 417}, None),
    "an upgrade": (lambda d: head("GET /healthz HTTP/1.1", "Connection: Upgrade", "Upgrade: h2c"), {200, 400}, None),
    "a range": (lambda d: head("GET /openapi.yaml HTTP/1.1", "Range: bytes=0-0,0-0,0-0"), {200}, False),
    "an If-Match of fancy": (lambda d: head("POST /v1/dispatches/BY-0-01/arrive HTTP/1.1", "If-Match: x",
                                            f"Authorization: Bearer {d.tokens['desk1']}", "Content-Length: 0"), {400, 412, 422}, None),
    "a JSON that is none": (lambda d: body(d, "hello"), {400}, False),
    "a JSON of a list": (lambda d: body(d, "[]"), {400}, False),
    "a JSON cut short": (lambda d: body(d, '{"number":'), {400}, False),
    "a JSON with NUL": (lambda d: body(d, b'{"number":"\x00"}'), {422}, False),
    "a JSON in GBK": (lambda d: body(d, '{"number":"爆管"}'.encode("gbk")), {422}, False),
    "a JSON with a key twice": (lambda d: body(d, '{"number":"A","number":"B"}'), {400}, False),
    "a deep JSON": (lambda d: body(d, nested(5000)), {400}, False),
    "a broad JSON": (lambda d: body(d, '{"units":[' + "[]," * 15_000 + "[]]}"), {400}, False),
    "a wrong type": (lambda d: body(d, '{"number":[1]}'), {422}, False),
    "an unknown field": (lambda d: body(d, '{"nr":"A"}'), {422}, False),
    "XML": (lambda d: body(d, "x").replace(b"application/json", b"text/xml"), {415}, False),
    "a form": (lambda d: body(d, "number=1").replace(b"application/json", b"application/x-www-form-urlencoded"), {415}, False),
    "a console's line": (lambda d: rpc() + "\n", {400}, True),
    "TLS hello": (lambda d: FOREIGN["TLS hello"], {400, None}, True),
}


def answer(c, limit=20):
    """Status and whole answer, as far as it comes."""
    got, end = b"", time.monotonic() + limit
    c.socket.settimeout(limit)
    with contextlib.suppress(ConnectionError, TimeoutError):
        while time.monotonic() < end:
            data = c.socket.recv(1 << 20)
            got += data
            length = re.search(rb"(?i)content-length: (\d+)", got)
            if not data or (b"\r\n\r\n" in got and length
                            and len(got.split(b"\r\n\r\n", 1)[1]) >= int(length[1])):
                break
    first = re.match(rb"HTTP/1\.1 (\d{3}) ", got)
    return int(first[1]) if first else None, got


@pytest.mark.parametrize("name", REQUESTS)
def test_a_bad_request(d, name):
    make, statuses, closes = REQUESTS[name]
    d.account("desk1", "desk")
    with http_open(d, b"") as c:
        data = make(d)
        with contextlib.suppress(ConnectionError):  # it may be refused before all was sent
            c.send_bytes(data if isinstance(data, bytes) else data.encode())
        status, got = answer(c)
        assert status in statuses, got[:300]
        if status and status >= 400 and b"HEAD" not in got[:4]:
            assert b"application/problem+json" in got and b'"code"' in got, got[:400]
        if closes is True:
            assert b"Connection: close" in got or status is None
            c.end()
        elif closes is False:
            c.send_bytes(head().encode())
            assert answer(c)[0] == 200, "the connection lives"


def test_smuggled_requests_are_not_carried_out(d):
    token = d.account("desk1", "desk")
    inner = head("POST /v1/incidents/BY-1/cancel HTTP/1.1", f"Authorization: Bearer {token}", "Content-Length: 0")
    for outer in (post(d, f"Content-Length: {len(inner)}", CHUNKED, body="0\r\n\r\n" + inner),
                  post(d, "Content-Length: 0", f"Content-Length: {len(inner)}", body=inner),
                  post(d, "Transfer-Encoding: xchunked", f"Content-Length: {len(inner)}", body=inner),
                  post(d, "Transfer-Encoding:\x0bchunked", body="0\r\n\r\n" + inner),
                  post(d, "Content-Length : 0", body=inner),
                  post(d, "X: 1\n" + "Content-Length: 0", body=inner),
                  post(d, CHUNKED, body="0\r\n\r" + inner),
                  post(d, CHUNKED, body="00000000000000000000\r\n\r\n" + inner),
                  body(d, inner).decode(),
                  "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n" + inner):
        with http_open(d, outer) as c:
            assert answer(c)[0] in (200, 400, 413, 422, 501)
    with d.desk(events=False) as c:
        assert c.call("incident.get", number="BY-1")["state"] == "open"


def test_slow_and_silent_on_http(d):
    """A byte a moment does not hold a connection, and silence neither."""
    token = d.account("desk1", "desk")
    begun = time.monotonic()
    idle, line, headers, inside = (http_open(d, x) for x in (
        "", "GET /heal", "GET / HTTP/1.1\r\nHost: a\r\n", post(d, "Content-Length: 1000")))
    assert token
    drip = {line: b"t", headers: b"X: 1\r\n", inside: b" "}
    while not all(c.ended for c in (idle, *drip)):
        assert time.monotonic() - begun < 10 * SLOW, "somebody is held for ever"
        for c, byte in drip.items():
            with contextlib.suppress(ConnectionError):
                if not c.ended:
                    c.send_bytes(byte)
        for c in (idle, *drip):
            with contextlib.suppress(json.JSONDecodeError, KeyError, TypeError):
                c.take(0.02)
    for c in (idle, *drip):
        c.close()


def test_pipelining_without_reading_is_bounded(d):
    token = d.account("bystander", "office")
    one = head("GET /openapi.yaml HTTP/1.1", f"Authorization: Bearer {token}").encode()
    c = http_open(d, b"")
    c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    c.socket.settimeout(1)
    with contextlib.suppress(ConnectionError, TimeoutError):
        for _ in range(2000):
            c.send_bytes(one * 10)
    pid = d.pids("api")[0]
    assert ASAN or memory(pid) - d.before["api"][1] < GROWTH
    c.close()


def test_long_polls_that_are_abandoned(d):
    token = d.liaison("fire", events=False)
    token.close()
    token = d.tokens["liaison-fire"]
    seq = d.http("GET", "/v1/dispatches?open=1", token)[2]["seq"]
    for _ in range(3):
        polls = [http_open(d, head(f"GET /v1/dispatches?after={seq}&wait=60 HTTP/1.1", f"Authorization: Bearer {token}"))
                 for _ in range(30)]
        for c in polls:
            c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            c.close()
    assert d.http("GET", f"/v1/dispatches?after={seq}", token)[0] == 200


# -- crowds -------------------------------------------------------------------------------------

@pytest.mark.parametrize("port", ["console", "http", "control"])
def test_a_thousand_that_say_nothing(d, port):
    crowd = []
    try:
        for _ in range(1000):
            crowd.append(idle(d, port))
        with d.desk(events=False) as c:
            assert c.call("session.ping")["seq"] > 0
        assert d.http("GET", "/healthz")[0] == 200
        with d.local() as c:
            assert c.call("session.ping")["seq"] > 0
        if port != "control":  # a client that has not logged in, or asked, is sent away
            for s in crowd:
                s.settimeout(20 * SLOW)
                assert s.recv(1000) == b""
    finally:
        for s in crowd:
            s.close()


def idle(d, port):
    if port == "control":
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(10)
        s.connect(d.control)
        return s
    s = (d.raw() if port == "console" else d.http_raw()).socket
    s.settimeout(10)
    return s


@pytest.mark.parametrize("manner", ["close", "reset", "a byte and reset", "half"])
def test_a_flood_of_connections(d, manner):
    for i in range(600):
        s = idle(d, ("console", "http")[i % 2])
        if manner == "a byte and reset":
            s.sendall(b"{")
        if "reset" in manner:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if manner == "half":
            s.shutdown(socket.SHUT_WR)
        s.close()


def test_beyond_the_limit_of_connections(tmp_path):
    """Who is beyond it is turned away; who is in is served; places become free again."""
    with Daemon(tmp_path, limits={**LIMITS, "connections": 40}) as d, d.desk(events=False) as inside:
        crowd = [socket.create_connection(("127.0.0.1", d.console_port)) for _ in range(80)]
        for s in crowd:
            s.settimeout(15)
        assert inside.call("incident.report", **incident("IN-1"))["incident"] == "IN-1"
        assert d.http("GET", "/healthz")[0] == 200
        for s in crowd:
            assert s.recv(1000)[:1] in (b"", b"{")
            s.close()

        def again():
            with contextlib.suppress(AssertionError, ConnectionError), d.desk(events=False) as c:
                return c.call("session.ping")
            return None
        assert until(again, "a free place")


def test_random_bytes_on_every_port(d):
    import random
    dice = random.Random(110)
    for i in range(150):
        noise = dice.randbytes(dice.choice((1, 7, 100, 5000)))
        good = (rpc() + "\n").encode() if i % 3 else head().encode()
        mixed = bytearray(good)
        for _ in range(dice.randrange(1, 6)):
            mixed[dice.randrange(len(mixed))] = dice.randrange(256)
        s = idle(d, ("console", "http", "control")[i % 3])
        with contextlib.suppress(ConnectionError):
            s.sendall(bytes(mixed) if i % 2 else noise)
            s.sendall(b"\n")
        s.close()


def test_the_log_did_not_grow_with_the_abuse(d):
    """A stranger must not fill the disk with log lines."""
    assert len(d.log()) < 4 << 20
