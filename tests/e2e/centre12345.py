"""A 12345 centre that speaks as docs/EXCHANGE.md has it: HMAC-SM3 over timestamp, nonce and body; and what a centre does
wrong: another key, an old clock, the same again, states in any order; as the one that matters are handed to it refuses, drops
the connection after it has read, lies, and takes the same key once. The HMAC is written out (RFC 2104), because not every Python
has SM3 in hmac; the hash comes from OpenSSL by hashlib."""
import datetime
import hashlib
import http.server
import json
import secrets
import threading

CITY = datetime.timezone(datetime.timedelta(hours=8))


def hmac(hash_name, key, text):
    block = key.ljust(64, b"\0")
    inner = hashlib.new(hash_name, bytes(b ^ 0x36 for b in block) + text).digest()
    return hashlib.new(hash_name, bytes(b ^ 0x5C for b in block) + inner).hexdigest()


def digits(instant):
    """20260302100500 of an RFC 3339 text."""
    return datetime.datetime.fromisoformat(instant).astimezone(CITY).strftime("%Y%m%d%H%M%S")


class Centre:
    def __init__(self, daemon, key, partner="hotline", hash_name="sm3"):
        self.daemon, self.key, self.partner, self.hash_name = daemon, key, partner, hash_name
        self.skew = 0  # seconds that its clock is ahead

    def now(self):
        with self.daemon.local() as c:
            return c.call("clock.get")["time"]

    def headers(self, body, nonce=None):
        at = str(int(datetime.datetime.fromisoformat(self.now()).timestamp()) + self.skew)
        nonce = nonce or secrets.token_hex(8)
        sign = hmac(self.hash_name, self.key.encode(), b"&".join([at.encode(), nonce.encode(), body]))
        return {"Content-Type": "application/json", "X-Timestamp": at, "X-Nonce": nonce, "X-Sign": sign}

    def send(self, body, headers=None):
        """Status and answer of exactly these bytes."""
        status, _, answer = self.daemon.http("POST", f"/v1/exchange/{self.partner}", body=body,
                                             headers=headers or self.headers(body))
        return status, answer

    def push(self, **members):
        return self.send(json.dumps(members, ensure_ascii=False).encode())


class Desk:
    """Its side that matters are handed to, over HTTP on loopback. `faults`: what it does with the next requests, one each,
    then it takes them: 500, "drop" (takes it and closes without an answer), "lie" (200 with an error), "echo" (refuses it, with its
    own words), "garbage"."""

    def __init__(self, key):
        self.key, self.faults = key, []
        self.seen = []  # (path, id, body) of every request whose signature was good
        self.wrong = 0  # requests whose signature was not
        self.taken = {}  # by id: what was taken, once each
        self.tickets = {}  # by dispatch: our number
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                desk.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/push"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        signed = b"&".join([request.headers["X-Timestamp"].encode(), request.headers["X-Nonce"].encode(), body])
        if request.headers["X-Sign"] != hmac("sm3", self.key.encode(), signed):
            self.wrong += 1
            self.say(request, 401, {"code": 401})
            return
        key = request.headers["Idempotency-Key"]
        self.seen.append((request.path, key, json.loads(body)))
        fault = self.faults.pop(0) if self.faults else None
        if fault in (None, "drop"):
            self.taken.setdefault(key, json.loads(body))
        if fault == "drop":
            request.close_connection = True
        elif fault == "lie":
            self.say(request, 200, {"code": 500, "msg": "系统繁忙"})
        elif fault == "echo":
            self.say(request, 422, {"code": 422, "msg": body.decode()})
        elif fault == "garbage":
            self.say(request, 200, "<html>")
        elif fault:
            self.say(request, fault, {"code": fault})
        else:
            ticket = self.tickets.setdefault(json.loads(body)["PJDBH"], f"FK-{len(self.tickets) + 1:04}")
            self.say(request, 200, {"code": 0, "data": {"flowid": ticket}})

    @staticmethod
    def say(request, status, what):
        data = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
