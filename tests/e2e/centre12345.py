"""A 12345 centre that speaks as docs/EXCHANGE.md has it: HMAC-SM3 over timestamp, nonce and body; and what a centre does
wrong: another key, an old clock, the same again, states in any order; as the one that matters are handed to it does what
HOSTILE lists, and takes the same key once. The HMAC is written out (RFC 2104), because not every Python
has SM3 in hmac; the hash comes from OpenSSL by hashlib."""
import base64
import datetime
import hashlib
import http.server
import json
import secrets
import ssl
import threading
import urllib.parse

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

    def stamp(self, nonce=None):
        return str(int(datetime.datetime.fromisoformat(self.now()).timestamp()) + self.skew), nonce or secrets.token_hex(8)

    def headers(self, body, nonce=None):
        at, nonce = self.stamp(nonce)
        sign = hmac(self.hash_name, self.key.encode(), b"&".join([at.encode(), nonce.encode(), body]))
        return {"Content-Type": "application/json", "X-Timestamp": at, "X-Nonce": nonce, "X-Sign": sign}

    def send(self, body, headers=None):
        """Status and answer of exactly these bytes."""
        status, _, answer = self.daemon.http("POST", f"/v1/exchange/{self.partner}", body=body,
                                             headers=headers or self.headers(body))
        return status, answer

    def push(self, **members):
        return self.send(json.dumps(members, ensure_ascii=False).encode())


class Line(Centre):
    """The platform of another city, as docs/EXCHANGE.md has it: forms, states that are words, a signature of other headers over
    time, nonce, number and state, in base64."""

    def signed(self, **members):
        at, once = self.stamp()
        text = "|".join([at, once, members.get("order_no", ""), members.get("status", "")])
        sign = base64.b64encode(bytes.fromhex(hmac("sm3", self.key.encode(), text.encode()))).decode()
        return {"Content-Type": "application/x-www-form-urlencoded", "X-Time": at, "X-Once": once, "X-Signature": sign}

    def push(self, **members):
        return self.send(urllib.parse.urlencode(members).encode(), self.signed(**members))


# Of the requests that are handed to it, what it can do wrong, one by one (Desk.faults) or each time (Desk.always).
HOSTILE = ("drop", "stall", "trickle", "lie", "redirect", "huge", "garbage", "badcert", "error", "throttle")


class Server(http.server.ThreadingHTTPServer):
    """With a certificate it speaks TLS, so that "badcert" can be the fault of one connection."""
    daemon_threads = True

    def __init__(self, desk, handler, certificate, bad):
        super().__init__(("127.0.0.1", 0), handler)
        self.desk = desk
        self.good, self.bad = (context_of(c) if c else None for c in (certificate, bad))

    def finish_request(self, request, client_address):
        if self.good:
            bad = self.desk.fault_is("badcert")
            request = (self.bad if bad else self.good).wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)

    def handle_error(self, request, client_address):
        pass  # who is shown a bad certificate goes away


def context_of(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


class Desk:
    """Its side that matters are handed to and that says what is open, on loopback. What a fault does: "error" and "throttle" (429)
    say so; "drop" takes it and closes without an answer, "stall" takes it and says nothing; "trickle" and "huge" take it and
    answer without an end; "lie" is 200 with an error; "garbage" no JSON; "redirect" sends elsewhere; "badcert" shows a
    certificate of an unknown authority. `sign`: another way than HMAC-SM3 of "&"; `number`: the member with our dispatch."""

    def __init__(self, key, certificate=None, bad=None, number="PJDBH", form=False, separator=b"&"):
        self.key, self.number, self.form, self.separator = key, number, form, separator
        self.faults, self.always = [], None
        self.seen = []  # (path, id, body) of every request whose signature was good
        self.wrong = 0  # requests whose signature was not
        self.strayed = 0  # that came where a redirect pointed to
        self.taken = {}  # by id: what was taken, once each
        self.tickets = {}  # by dispatch: our number
        self.open = []  # what it says is open
        self.stopped = threading.Event()
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                desk.answer(self)

            def do_GET(self):
                desk.strayed += 1
                desk.say(self, 200, {"code": 0})

            def log_message(self, *_):
                pass

        self.server = Server(self, Handler, certificate, bad)
        self.base = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server.server_address[1]}"
        self.url, self.open_url = self.base + "/push", self.base + "/open"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def fault_is(self, fault):
        """Is it the next one? Then it is used up."""
        if self.faults and self.faults[0] == fault:
            self.faults.pop(0)
            return True
        return not self.faults and self.always == fault

    def read(self, body):
        return dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True)) if self.form else json.loads(body)

    def answer(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.path == "/elsewhere":
            self.strayed += 1
            self.say(request, 200, {"code": 0})
            return
        signed = self.separator.join([request.headers["X-Timestamp"].encode(), request.headers["X-Nonce"].encode(), body])
        if request.headers["X-Sign"] != hmac("sm3", self.key.encode(), signed):
            self.wrong += 1
            self.say(request, 401, {"code": 401})
            return
        fault = self.faults.pop(0) if self.faults else self.always
        if request.path == "/open":
            self.do(request, fault, {"code": 0, "data": {"rows": self.open}})
            return
        key, said = request.headers["Idempotency-Key"], self.read(body)
        self.seen.append((request.path, key, said))
        if fault in (None, "drop", "stall", "trickle", "huge"):
            self.taken.setdefault(key, said)
        ticket = self.tickets.setdefault(said[self.number], f"FK-{len(self.tickets) + 1:04}")
        self.do(request, fault, {"code": 0, "data": {"flowid": ticket}})

    def do(self, request, fault, good):
        if fault == "drop":
            request.close_connection = True
        elif fault == "stall":
            self.stopped.wait(30)
        elif fault == "trickle":
            self.trickle(request)
        elif fault == "lie":
            self.say(request, 200, {"code": 500, "msg": "系统繁忙"})
        elif fault == "garbage":
            self.say(request, 200, "<html>")
        elif fault == "huge":
            self.say(request, 200, dict(good, more="x" * (3 << 20)))
        elif fault == "redirect":
            self.say(request, 307, {"code": 0}, Location=self.base + "/elsewhere")
        elif fault == "busy":
            self.say(request, 503, {"code": 1}, **{"Retry-After": "600"})
        elif fault:
            self.say(request, {"error": 500, "throttle": 429}.get(fault, fault), {"code": 1}, **{"Retry-After": "1"})
        else:
            self.say(request, 200, good)

    def trickle(self, request):
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        while not self.stopped.wait(0.2):
            request.wfile.write(b" ")

    @staticmethod
    def say(request, status, what, **headers):
        data = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)
