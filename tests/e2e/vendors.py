"""One server that plays every provider of notices: it checks their signatures, limits and forms, and does wrong on request.

    with Vendors() as v:
        v.url("hall", "wecom-bot")      # a URL for a channel of that kind, with its key
        v.fault("wecom-bot", "drop")    # what happens to the next request of the kind
        v.told("wecom-bot")             # what people got to see, once for each time

Everything that came is in `requests`; what a real provider would have complained of, in `wrong`. A fault that leaves open
whether the message was taken takes it: that is the worst case, in which a second sending would be a second message.

With a certificate it speaks TLS, each kind at a port of its own, so that "badcert" can be the fault of one connection:
`bad` are the certificates that it then presents, in turn. `when` calls a function at one moment of one request, to
kill a process there.
"""
import base64
import calendar
import collections
import contextlib
import functools
import gzip
import hashlib
import hmac
import http.client
import http.server
import json
import re
import socket
import socketserver
import ssl
import threading
import time
import urllib.parse

FAULTS = ("ok", "drop", "stall", "trickle", "lie", "duplicate", "reorder", "throttle", "redirect", "huge", "garbage", "skew",
          "no-receipt", "other-receipt", "failed-receipt", "error", "badcert")
# What no provider does by mistake. "endless" is 10 GB in one answer, "chunks" the same without saying how long.
HOSTILE = ("endless", "chunks", "headers", "header", "continue", "http09", "bomb", "metadata")
TAKEN = {"ok", "drop", "stall", "trickle", "duplicate", "reorder", "huge", "garbage", "no-receipt", "other-receipt", "failed-receipt", *HOSTILE}
SIGNS_TIME = ("webhook", "voice", "backup", "dingtalk-bot", "feishu-bot", "aliyun", "tencent")
MOMENTS = ("connected", "read", "answered", "receipted")  # before TLS begins; before the answer; after it; after its receipt was answered

WEBHOOK_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ROBOT_KEY = "robot-key-of-this-test"
SIGN_KEY = "SEC0123456789abcdef"
HEARD_S = 3  # within which everybody has heard of a move of the manual clock
CORP, CORP_SECRET = "ww0123456789", "corp-secret-of-this-test"
CLOUD_ID, CLOUD_KEY = "AKIDofThisTest", "cloud-key-of-this-test"
MAIL_USER, MAIL_PASSWORD = "110@liandong.test", "mail-password-of-this-test"
SECRETS = (WEBHOOK_KEY, WEBHOOK_KEY[6:], ROBOT_KEY, SIGN_KEY, CORP_SECRET, CLOUD_KEY, MAIL_PASSWORD)
# What stands in each kind's secret_file, and whether its URL is a secret.
KEYS = {"webhook": WEBHOOK_KEY, "voice": WEBHOOK_KEY, "wecom-app": CORP_SECRET, "dingtalk-bot": SIGN_KEY, "feishu-bot": SIGN_KEY,
        "aliyun": f"{CLOUD_ID}:{CLOUD_KEY}", "tencent": f"{CLOUD_ID}:{CLOUD_KEY}", "backup": WEBHOOK_KEY, "sms": "sms-key-of-this-test", "smtp": MAIL_PASSWORD}
PATHS = {"webhook": "/webhook", "backup": "/backup", "voice": "/voice", "wecom-bot": f"/cgi-bin/webhook/send?key={ROBOT_KEY}", "wecom-app": "",
         "dingtalk-bot": f"/robot/send?access_token={ROBOT_KEY}", "feishu-bot": f"/open-apis/bot/v2/hook/{ROBOT_KEY}",
         "aliyun": "", "tencent": "", "sms": "/sms/send"}


def sha256(key, text):
    return hmac.new(key if isinstance(key, bytes) else key.encode(), text if isinstance(text, bytes) else text.encode(),
                    hashlib.sha256)


def b64(mac):
    return base64.b64encode(mac.digest()).decode()


def parse(body):
    """JSON as strict providers read it: a member that stands twice is refused."""
    def once(members):
        assert len({name for name, _ in members}) == len(members), f"a member twice: {members}"
        return dict(members)
    return json.loads(body, object_pairs_hook=once)


class Vendors:
    """clock: gives the providers' seconds since 1970; they refuse what is signed for another time."""

    def __init__(self, clock=time.time, certificate=None, bad=()):
        self.clock = clock
        self.requests = []  # {kind, fault, method, path, headers, body, id, phone, text, at}
        self.wrong = []     # complaints, each of which is a defect of the sender
        self.inbox = collections.defaultdict(list)  # kind -> what people see: (id, to, text)
        self.doubles = collections.Counter()        # kind -> messages that the provider knew to be the same
        self.faults = collections.defaultdict(collections.deque)
        self.always = {}
        self.receipts = {}         # kind -> the URL at which receipts and replies are taken
        self.receipt_answers = []  # (status, body)
        self.held = collections.defaultdict(list)  # kind -> receipts kept back for "reorder"
        self.tokens, self.expired = {}, set()
        self.limits = {}           # kind -> most of 60 s by the providers' clock
        self.lock = threading.RLock()
        self.known = {}
        self.stopped = threading.Event()
        self.moves = collections.deque(maxlen=1000)
        self.trust = None          # of the receiver of receipts, where that is at an https:// URL
        self.moments = collections.defaultdict(collections.deque)
        self.tls = server_context(*certificate) if certificate else None
        self.bad = [server_context(*one) for one in bad]
        self.presented = collections.Counter()  # kind -> handshakes with a bad certificate
        self.servers = {kind: Server(self, kind, Handler) for kind in PATHS} if self.tls else dict.fromkeys(PATHS, Server(self, None, Handler))
        self.servers["smtp"] = Server(self, "smtp", MailHandler)

    def __enter__(self):
        for server in set(self.servers.values()):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for server in set(self.servers.values()):
            server.shutdown()
            server.server_close()

    # -- what tests say and ask -----------------------------------------------------------------------------

    def url(self, kind, host="127.0.0.1"):
        scheme = ("smtp" if kind == "smtp" else "http") + ("s" if self.tls else "")
        return f"{scheme}://{host}:{self.servers[kind].server_address[1]}{PATHS.get(kind, '')}"

    def fault(self, kind, *faults):
        assert all(f in FAULTS + HOSTILE for f in faults), faults
        if "bomb" in faults:
            bomb()
        self.faults[kind].extend(faults)

    def when(self, moment, kind, act):
        """Calls it once, the next time that a request of the kind comes to there."""
        assert moment in MOMENTS, moment
        self.moments[moment, kind].append(act)

    def told(self, kind):
        with self.lock:
            return list(self.inbox[kind])

    def of(self, kind):
        with self.lock:
            return [r for r in self.requests if r["kind"] == kind]

    def expire_tokens(self):
        with self.lock:
            self.expired |= set(self.tokens)

    def reply(self, kind, phone, text):
        """A short message from a phone; gives (status, body) of the receiver's answer."""
        body = {"aliyun": [{"phone_number": phone, "content": text, "send_time": "2026-03-02 08:00:00", "dest_code": "1", "sequence_id": 7}],
                "tencent": {"extend": "", "mobile": phone, "nationcode": "86", "sign": "联动", "text": text, "time": 1}}
        return self.send_receipt(kind, body.get(kind, {"phone": phone, "text": text}))

    # -- inside ---------------------------------------------------------------------------------------------

    def next_fault(self, kind):
        with self.lock:
            return self.faults[kind].popleft() if self.faults[kind] else self.always.get(kind, "ok")

    def reached(self, moment, kind):
        with self.lock:
            act = self.moments[moment, kind].popleft() if self.moments[moment, kind] else None
        if act:
            act()

    def certificate(self, kind):
        """The context for the next connection of that kind."""
        with self.lock:
            bad = self.always.get(kind) == "badcert"
            if self.faults[kind] and self.faults[kind][0] == "badcert":
                bad = self.faults[kind].popleft()
            if not bad:
                return self.tls
            self.presented[kind] += 1
            return self.bad[(sum(self.presented.values()) - 1) % len(self.bad)]

    def moved(self, seconds):
        """The clock was put forward, of which the sender hears a moment later."""
        with self.lock:
            self.moves.append((time.monotonic(), seconds))

    def off(self, fault, at):
        """Seconds between the sender's clock and ours."""
        now = self.clock() + (7200 if fault == "skew" else 0)
        with self.lock:
            unheard = sum(seconds for when, seconds in self.moves if time.monotonic() - when < HEARD_S)
        return max(at - now, now - unheard - at, 0)

    def over_limit(self, kind):
        most = self.limits.get(kind)
        now = self.clock()
        return most is not None and len([r for r in self.of(kind) if r["at"] > now - 60 and r.get("taken")]) >= most

    def take(self, kind, request, id, to, text, same=None):
        """What the provider hands to people; `same` is by what it knows doubles, None where it knows none."""
        with self.lock:
            request.update(id=id, phone=to, text=text, taken=True)
            if same is not None and self.known.setdefault((kind, same), request) is not request:
                self.doubles[kind] += 1
                return
            self.inbox[kind].append((id, to, text))

    def send_receipt(self, kind, body):
        url = urllib.parse.urlsplit(self.receipts[kind])
        connection = (http.client.HTTPSConnection(url.hostname, url.port, timeout=15, context=self.trust) if url.scheme == "https"
                      else http.client.HTTPConnection(url.hostname, url.port, timeout=15))
        try:
            connection.request("POST", url.path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            result = (answer.status, answer.read().decode())
        finally:
            connection.close()
        with self.lock:
            self.receipt_answers.append(result)
        return result

    def receipt(self, kind, fault, good, bad, other):
        """After a message was taken: the receipt that belongs to it, or the one that the fault makes of it."""
        if kind not in self.receipts or fault in ("no-receipt", "drop", "stall", "trickle", "huge", "garbage", *HOSTILE):
            return
        bodies = {"other-receipt": [other], "failed-receipt": [good, bad], "duplicate": [good, good]}.get(fault, [good])
        with self.lock:
            if fault == "reorder" and not self.held[kind]:
                self.held[kind].extend(bodies)
                return
            bodies += self.held.pop(kind, [])

        def send():
            for body in bodies:
                for _ in range(5):  # as providers do where it was not taken
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        if self.send_receipt(kind, body)[0] == 200:
                            break
                    self.stopped.wait(0.3)
            self.reached("receipted", kind)
        threading.Thread(target=send, daemon=True).start()


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@functools.cache
def bomb():
    """Less than an answer may have, and 32 MiB when it is unpacked."""
    return gzip.compress(b"0" * (32 << 20), 9)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, vendors, kind, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.vendors, self.kind = vendors, kind

    def finish_request(self, request, client_address):
        self.vendors.reached("connected", self.kind)
        if self.vendors.tls:
            request = self.vendors.certificate(self.kind).wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)

    def handle_error(self, request, client_address):
        pass  # a client that goes away in the middle is what some tests are about


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    def kind_of(self, path):
        if path == "/" and "X-TC-Action" in self.headers:
            return "tencent"
        if path == "/" and "x-acs-action" in self.headers:
            return "aliyun"
        for start, kind in (("/webhook", "webhook"), ("/backup", "backup"), ("/voice", "voice"), ("/cgi-bin/webhook/", "wecom-bot"), ("/cgi-bin/gettoken", "token"),
                            ("/cgi-bin/message/", "wecom-app"), ("/robot/", "dingtalk-bot"), ("/open-apis/bot/", "feishu-bot"),
                            ("/sms/", "sms"), ("/elsewhere", "elsewhere")):
            if path.startswith(start):
                return kind
        return "unknown"

    def serve(self):
        v = self.server.vendors
        parts = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.kind_of(parts.path)
        fault = v.next_fault(kind)
        if fault == "skew" and kind not in SIGNS_TIME:
            fault = "ok"  # it does not look at the sender's clock
        request = {"kind": kind, "fault": fault, "method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                   "body": body.decode("utf-8", "replace"), "at": v.clock(), "since": time.monotonic()}
        with v.lock:
            v.requests.append(request)
        if "Accept-Encoding" in self.headers:
            v.wrong.append(f"{kind}: Accept-Encoding, so that an answer may be a bomb")
        v.reached("read", kind)
        if kind in ("elsewhere", "unknown"):
            v.wrong.append(f"{kind}: {self.command} {self.path}")
            return self.answer(404, {})
        status, answer, after = getattr(self, "play_" + kind.replace("-", "_"))(v, request, body, fault)
        self.give(kind, fault, status, answer)
        v.reached("answered", kind)
        if after and fault in TAKEN:
            v.receipt(kind, fault, *after)
        return None

    def answer(self, status, body, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def give(self, kind, fault, status, body):
        """The answer, or what the fault makes of it."""
        self.close_connection = True
        if fault == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "stall":
            self.server.vendors.stopped.wait(30)
        elif fault == "trickle":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            while not self.server.vendors.stopped.wait(0.2):
                self.wfile.write(b" ")
        elif fault == "huge":
            self.send_response(200)
            self.send_header("Content-Length", str(64 << 20))
            self.end_headers()
            for _ in range(64 << 4):
                self.wfile.write(b"a" * (64 << 10))
        elif fault == "garbage":
            self.wfile.write(b"\x00\xff\x16\x03\x01 no HTTP at all\r\n\r\n" * 20)
        elif fault in HOSTILE:
            with contextlib.suppress(OSError):
                getattr(self, "give_" + fault)()
        elif fault == "redirect":
            self.answer(302, {}, Location=f"{self.server.vendors.url('webhook').removesuffix('/webhook')}/elsewhere")
        elif fault == "error":
            self.answer(500, b"<html>oops</html>")
        elif fault == "gone":
            self.answer(410, {})
        elif fault == "throttle" and kind in ("webhook", "voice", "sms"):
            self.answer(429, {}, Retry_After="2")
        else:
            self.answer(status, body)

    def flood(self, head, piece):
        """Until the other side has had enough, or 10 GB."""
        self.wfile.write(head)
        for _ in range((10 << 30) // len(piece)):
            if self.server.vendors.stopped.is_set():
                return
            self.wfile.write(piece)

    def give_endless(self):
        self.flood(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (10 << 30), b"a" * (64 << 10))

    def give_chunks(self):
        self.flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"a" * (64 << 10) + b"\r\n")

    def give_headers(self):
        self.flood(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 1000)

    def give_header(self):
        self.flood(b"HTTP/1.1 200 OK\r\nX-More: ", b"m" * (64 << 10))

    def give_continue(self):
        self.flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    def give_http09(self):
        self.wfile.write(b'{"errcode":0,"errmsg":"ok","code":0}\n')

    def give_bomb(self):
        self.answer(200, bomb(), Content_Encoding="gzip")

    def give_metadata(self):
        self.answer(307, {}, Location="http://169.254.169.254/latest/meta-data/iam/security-credentials/")

    # Each gives (status, body, receipts): receipts are (good, bad, of another message), None where the kind has none.
    # "lie" is success in HTTP with a refusal in the body, which Standard Webhooks has no body for.

    def complain(self, v, kind, what):
        with v.lock:
            v.wrong.append(f"{kind}: {what}")

    def standard(self, v, request, body, fault, kind):
        id, at, given = (self.headers.get(h, "") for h in ("webhook-id", "webhook-timestamp", "webhook-signature"))
        expected = "v1," + b64(sha256(base64.b64decode(WEBHOOK_KEY[6:]), f"{id}.{at}.".encode() + body))
        if expected not in given.split(" "):
            self.complain(v, kind, f"signature {given}")
            return 401, {}, None
        if v.off(fault, int(at)) > 300:
            return 401, {"error": "timestamp"}, None
        data = parse(body)
        if len(body) > 20480 or not re.fullmatch(r"notice\.(instruction|escalation|decision|reminder|digest|test)", data["type"]):
            self.complain(v, kind, data["type"])
        if fault == "lie":
            return 202, {}, None  # taken, it says; nothing ever comes of it
        if fault in TAKEN:
            v.take(kind, request, id, data["data"].get("phone"), data["data"]["text"], same=id)
        good = "answered" if kind == "voice" else "delivered"
        return 200, {}, tuple({"id": i, "status": s} for i, s in ((id, good), (id, "failed"), ("f" * 16, good)))

    def play_webhook(self, v, request, body, fault):
        return self.standard(v, request, body, fault, "webhook")

    def play_backup(self, v, request, body, fault):
        return self.standard(v, request, body, fault, "backup")

    def play_voice(self, v, request, body, fault):
        return self.standard(v, request, body, fault, "voice")

    def play_wecom_bot(self, v, request, body, fault):
        text = parse(body)["text"]
        if self.query.get("key") != ROBOT_KEY or fault == "lie":
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, None
        if len(text["content"].encode()) > 2048:
            self.complain(v, "wecom-bot", "too long")
            return 200, {"errcode": 40058}, None
        if fault == "throttle" or v.over_limit("wecom-bot"):
            return 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, None
        if fault in TAKEN:
            v.take("wecom-bot", request, None, ",".join(text.get("mentioned_mobile_list", [])), text["content"])
        return 200, {"errcode": 0, "errmsg": "ok"}, None

    def play_token(self, v, request, body, fault):
        if (self.query.get("corpid"), self.query.get("corpsecret")) != (CORP, CORP_SECRET):
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}, None
        with v.lock:
            token = f"token-{len(v.tokens) + 1}-of-this-test"
            v.tokens[token] = v.clock() + 7200
        return 200, {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}, None

    def play_wecom_app(self, v, request, body, fault):
        token, data = self.query.get("access_token"), parse(body)
        if token not in v.tokens:
            return 200, {"errcode": 40014, "errmsg": "invalid access_token"}, None
        if token in v.expired or v.tokens[token] < v.clock():
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}, None
        if fault == "throttle":
            return 200, {"errcode": 45009}, None
        if fault == "lie":
            return 200, {"errcode": 0, "errmsg": "ok", "invaliduser": data["touser"]}, None
        if fault in TAKEN:
            same = body if data.get("enable_duplicate_check") == 1 else None
            v.take("wecom-app", request, None, data["touser"], data["text"]["content"], same=same)
        return 200, {"errcode": 0, "errmsg": "ok", "msgid": "M1"}, None

    def play_dingtalk_bot(self, v, request, body, fault):
        at = self.query.get("timestamp", "0")
        if self.query.get("sign") != b64(sha256(SIGN_KEY, f"{at}\n{SIGN_KEY}")):
            self.complain(v, "dingtalk-bot", "signature")
            return 200, {"errcode": 310000, "errmsg": "sign not match"}, None
        if v.off(fault, int(at) / 1000) > 3600 or self.query.get("access_token") != ROBOT_KEY or fault == "lie":
            return 200, {"errcode": 310000, "errmsg": "invalid timestamp"}, None
        if fault == "throttle" or v.over_limit("dingtalk-bot"):
            return 200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, None
        if fault in TAKEN:
            v.take("dingtalk-bot", request, None, None, parse(body)["text"]["content"])
        return 200, {"errcode": 0, "errmsg": "ok"}, None

    def play_feishu_bot(self, v, request, body, fault):
        data = parse(body)
        at = data.get("timestamp", "0")
        if data.get("sign") != b64(sha256(f"{at}\n{SIGN_KEY}", b"")):
            self.complain(v, "feishu-bot", "signature")
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}, None
        if v.off(fault, int(at)) > 3600 or fault == "lie":
            return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}, None
        if fault == "throttle" or v.over_limit("feishu-bot"):
            return 200, {"code": 11232, "msg": "frequency limited"}, None
        if fault in TAKEN:
            v.take("feishu-bot", request, None, None, data["content"]["text"])
        return 200, {"code": 0, "msg": "success", "data": {}}, None

    def play_aliyun(self, v, request, body, fault):
        q = self.query
        names = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")
        escape = lambda s: urllib.parse.quote(s, safe="-_.~")  # noqa: E731
        query = "&".join(f"{escape(k)}={escape(q[k])}" for k in sorted(q))
        hashed = hashlib.sha256(body).hexdigest()
        canonical = f"{self.command}\n/\n{query}\n" + "".join(f"{n}:{self.headers.get(n)}\n" for n in names) + f"\n{';'.join(names)}\n{hashed}"
        sign = sha256(CLOUD_KEY, "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()).hexdigest()
        if self.headers.get("Authorization") != f"ACS3-HMAC-SHA256 Credential={CLOUD_ID},SignedHeaders={';'.join(names)},Signature={sign}":
            self.complain(v, "aliyun", "signature")
            return 400, {"Code": "SignatureDoesNotMatch"}, None
        at = time.strptime(self.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ")
        if v.off(fault, calendar.timegm(at)) > 900:
            return 400, {"Code": "InvalidTimeStamp.Expired"}, None
        if fault == "throttle" or fault == "lie":
            return 200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控"}, None
        number = f"{hashlib.sha256(q['OutId'].encode()).hexdigest()[:12]}^0"
        if fault in TAKEN:
            v.take("aliyun", request, q["OutId"], q["PhoneNumbers"], q["TemplateParam"])
        of = lambda good, n, i: [{"phone_number": q["PhoneNumbers"], "send_time": "2026-03-02 08:00:00", "report_time": "2026-03-02 08:00:01",  # noqa: E731
                                  "success": good, "err_code": "DELIVERED" if good else "UNDELIV", "sms_size": "1", "biz_id": n, "out_id": i}]
        return 200, {"Code": "OK", "Message": "OK", "BizId": number, "RequestId": "R"}, (
            of(True, number, q["OutId"]), of(False, number, q["OutId"]), of(True, "9^9", "f" * 16))

    def play_tencent(self, v, request, body, fault):
        at, host = self.headers["X-TC-Timestamp"], self.headers["Host"]
        day = time.strftime("%Y-%m-%d", time.gmtime(int(at)))
        canonical = f"POST\n/\n\ncontent-type:{self.headers['Content-Type']}\nhost:{host}\n\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
        text = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = sha256(sha256(sha256("TC3" + CLOUD_KEY, day).digest(), "sms").digest(), "tc3_request").digest()
        expected = (f"TC3-HMAC-SHA256 Credential={CLOUD_ID}/{day}/sms/tc3_request, SignedHeaders=content-type;host, "
                    f"Signature={sha256(key, text).hexdigest()}")
        error = lambda code: (200, {"Response": {"Error": {"Code": code, "Message": code}, "RequestId": "R"}}, None)  # noqa: E731
        if self.headers.get("Authorization") != expected:
            self.complain(v, "tencent", "signature")
            return error("AuthFailure.SignatureFailure")
        if v.off(fault, int(at)) > 300:
            return error("AuthFailure.SignatureExpire")
        data = parse(body)
        phone, number = data["PhoneNumberSet"][0], "5000:" + hashlib.sha256(data["SessionContext"].encode()).hexdigest()[:12]
        row = {"SerialNo": number, "PhoneNumber": phone, "Fee": 1, "SessionContext": data["SessionContext"], "Code": "Ok", "Message": "send success"}
        if fault == "throttle" or fault == "lie":
            row.update(SerialNo="", Fee=0, Code="LimitExceeded.PhoneNumberThirtySecondLimit")
        if fault in TAKEN:
            v.take("tencent", request, data["SessionContext"], phone, json.dumps(data["TemplateParamSet"], ensure_ascii=False))
        of = lambda good, n: [{"user_receive_time": "2026-03-02 08:00:00", "nationcode": "86", "mobile": phone[3:],  # noqa: E731
                               "report_status": "SUCCESS" if good else "FAIL", "errmsg": "DELIVRD" if good else "UNDELIV",
                               "description": "x", "sid": n}]
        return 200, {"Response": {"SendStatusSet": [row], "RequestId": "R"}}, (of(True, number), of(False, number), of(True, "9999:9"))

    def play_sms(self, v, request, body, fault):
        form = dict(urllib.parse.parse_qsl(body.decode() or urllib.parse.urlsplit(self.path).query))
        if fault == "lie":
            return 200, {"code": 17, "msg": "no credit"}, None
        if fault in TAKEN:
            v.take("sms", request, form.get("uid"), form.get("mobile"), form.get("msg"))
        return 200, {"code": 0, "no": "S" + form.get("uid", "")}, (
            {"no": "S" + form.get("uid", ""), "state": "0"}, {"no": "S" + form.get("uid", ""), "state": "5"}, {"no": "Sother", "state": "0"})


class MailHandler(socketserver.StreamRequestHandler):
    """RFC 5321 as far as one mail needs it, with AUTH PLAIN and LOGIN."""
    timeout = 30

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        v = self.server.vendors
        fault = v.next_fault("smtp")
        request = {"kind": "smtp", "fault": fault, "method": "MAIL", "path": "", "headers": {}, "body": "", "at": v.clock(),
                   "since": time.monotonic(), "to": []}
        if fault == "garbage":
            self.begins(v, request)
            self.wfile.write(b"\x00\xff no SMTP at all\r\n" * 20)
            return
        self.say("220 mail.test")
        for raw in self.rfile:
            self.begins(v, request)  # not one who has seen the certificate and left
            word = raw[:4].decode("ascii", "replace").upper().strip()
            line = raw.decode("utf-8", "replace").strip()
            if word == "EHLO":
                self.say("250-mail.test")
                self.say("250 AUTH PLAIN")
            elif word == "AUTH":
                token = base64.b64decode(line.split()[2] if len(line.split()) > 2 else self.challenge())
                good = token == f"\0{MAIL_USER}\0{MAIL_PASSWORD}".encode()
                self.say("235 good" if good else "535 no")
            elif word == "RCPT":
                request["to"].append(line.split(":", 1)[1].strip(" <>").split(">")[0])
                self.say({"lie": "550 no such user", "throttle": "451 later"}.get(fault, "250 ok"))
            elif word == "DATA":
                self.say("354 go")
                self.data(v, request, fault)
                if fault in ("drop", "stall", "trickle", "huge", "endless"):
                    return
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def begins(self, v, request):
        if not request["headers"]:
            request["headers"] = {"By": "mail"}
            with v.lock:
                v.requests.append(request)
            v.reached("read", "smtp")

    def challenge(self):
        self.say("334 ")
        return self.rfile.readline().strip()

    def data(self, v, request, fault):
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw)
        mail = b"".join(lines).decode()
        head, _, text = mail.partition("\r\n\r\n")
        id = re.search(r"Message-ID: <(\w+)@", head)
        request["body"] = mail
        if fault == "error":
            return self.say("500 oops")
        v.take("smtp", request, id[1] if id else None, ",".join(request["to"]), base64.b64decode(text).decode())
        if fault in ("stall", "trickle"):
            v.stopped.wait(30)
        elif fault in ("huge", "endless"):
            with contextlib.suppress(OSError):
                for _ in range(1000 if fault == "huge" else (10 << 30) // 906):
                    self.wfile.write(b"250-" + b"a" * 900 + b"\r\n")
        elif fault != "drop":
            self.say("250 taken")
        return None
