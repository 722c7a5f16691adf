"""What the end-to-end tests stand on: a daemon of their own in a folder of its own, on loopback and
ports that are free, and clients that speak its protocols as strangers would.

Nothing here sleeps for a fixed time: everything waits for a condition, with a limit.
"""
import atexit
import codecs
import contextlib
import datetime
import email.utils
import fcntl
import functools
import glob
import hashlib
import http.client
import itertools
import json
import os
import pty
import random
import re
import secrets
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import termios
import time
import unicodedata
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("LIANDONG_BUILD", os.path.join(ROOT, "build", "release")))
LIMIT = float(os.environ.get("LIANDONG_LIMIT", "15"))  # seconds to wait for anything; sanitizer builds are slow, qemu is slower
TLS = os.environ.get("LIANDONG_TLS") == "1"  # every daemon's console and HTTP speak TLS
TEST_OPTIONS = {
    "disk": {"free_floor": "0", "ballast": "1MiB"},
    "http": {"hosts": "a"},  # whom raw requests of tests ask for
    "limits": {"requests_per_second": 0, "bytes_per_day": 0, "progress_per_day": 0},
    "sandbox": os.environ.get("LIANDONG_SANDBOX", "deny"),  # make torture: kill
}


def plain_only(why):
    """Marks a test that is of a connection without TLS."""
    import pytest
    return pytest.mark.skipif(TLS, reason=why)


def protocol():
    """The command table, as the program prints it: name -> its row."""
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), "--protocol"], capture_output=True, check=True)
    return {row["name"]: row for row in json.loads(done.stdout)}


def endpoints():
    """(method, path, command) of all that HTTP offers: the rows of endpoints.c, and the acts."""
    with open(os.path.join(ROOT, "src", "api", "endpoints.c"), encoding="utf-8") as f:
        rows = re.findall(r'^    \{HTTP_(\w+), "([^"]+)", (\w+)', f.read(), re.M)
    named = [(m, p, c.removeprefix("COMMAND_").lower().replace("_", ".") if c != "COMMANDS" else None)
             for m, p, c in rows]
    start = {"incident": "/v1/incidents/{number}/", "dispatch": "/v1/dispatches/{dispatch}/",
             "request": "/v1/requests/{request}/", "finding": "/v1/findings/{finding}/"}
    return named + [("POST", start[row["act"]] + name.partition(".")[2], name) for name, row in protocol().items()
                    if row.get("act") == name.partition(".")[0]]


class Refused(Exception):
    """An error member in a JSON-RPC reply."""

    def __init__(self, error):
        super().__init__(f"{error['code']} {error['message']}")
        self.code = error["code"]
        self.word = error.get("data", {}).get("code")
        self.field = error.get("data", {}).get("field")
        self.message = error["message"]


def refused(call, *args, **params):
    """What the call is refused with; that it is."""
    try:
        call(*args, **params)
    except Refused as e:
        return e
    raise AssertionError(f"not refused: {args} {params}")


def until(condition, what="condition", limit=LIMIT):
    """Waits until condition() is true; gives its value."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {limit} s for {what}"
        time.sleep(0.01)


PORTS = range(10240, 32768)  # below those that the kernel gives to connections, so that none takes a daemon's while it restarts


@functools.cache
def claims():
    """A file that every process with tests locks a byte of for each port it has given, until it ends."""
    path = os.path.join(tempfile.gettempdir(), f"liandong-test-ports-{os.getuid()}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


@functools.cache
def ports():
    """All of PORTS, once, from a place of this process's own."""
    start = random.SystemRandom().randrange(len(PORTS))
    return itertools.chain(PORTS[start:], PORTS[:start])


def free_port():
    """One that is free, and that no process with tests has been given."""
    for port in ports():
        with contextlib.suppress(OSError), socket.socket() as s:
            fcntl.lockf(claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"no port is left in {PORTS}")


class Console:
    """A JSON-RPC connection: requests out, replies by id and events in order in. tls: a client's ssl context."""

    def __init__(self, address, tls=None):
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                self.socket = tls.wrap_socket(self.socket, server_hostname="localhost", suppress_ragged_eofs=True)
        self.rest = b""
        self.lines = []  # everything that came, parsed, in order
        self.replies = {}
        self.events = []
        self.ended = False
        self.next_id = 0

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- out

    def send_bytes(self, data):
        self.socket.sendall(data)

    def send(self, method, **params):
        """Sends a request; gives its id."""
        self.next_id += 1
        request = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}
        self.send_bytes(json.dumps(request, ensure_ascii=False).encode() + b"\n")
        return self.next_id

    def half_close(self):
        socket.socket.shutdown(self.socket, socket.SHUT_WR)  # of TLS, too: its own would stop decrypting

    # -- in

    def take(self, wait):
        """Reads what comes within `wait` seconds; False where nothing did."""
        ready = select.poll()  # select() ends at 1,024 descriptors
        ready.register(self.socket, select.POLLIN)
        held = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()
        if self.ended or not (held or ready.poll(max(wait, 0) * 1000)):
            return False
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        if not data:
            self.ended = True
            return False
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.sort(json.loads(line))
        return True

    def sort(self, message):
        self.lines.append(message)
        if message.get("method") == "event":
            self.events.append(message["params"])
        else:
            self.replies[message["id"]] = message

    def wait(self, condition, what="message", limit=LIMIT):
        end = time.monotonic() + limit
        while not (value := condition()):
            assert time.monotonic() < end, f"waited {limit} s for {what}; last: {self.lines[-3:]}"
            if not self.take(end - time.monotonic()):
                assert not self.ended or condition(), f"connection ended before {what}; last: {self.lines[-3:]}"
        return value

    def reply(self, id, limit=LIMIT):
        """The whole reply to that id."""
        return self.wait(lambda: self.replies.get(id), f"reply {id}", limit)

    def result(self, id, limit=LIMIT):
        reply = self.reply(id, limit)
        if "error" in reply:
            raise Refused(reply["error"])
        return reply["result"]

    def call(self, method, within=LIMIT, **params):
        """Sends and waits that many seconds; the result, or Refused."""
        return self.result(self.send(method, **params), within)

    def event(self, limit=LIMIT, **members):
        """The first event with these members."""
        def found():
            return next((e for e in self.events if all(e.get(k) == v for k, v in members.items())), None)
        return self.wait(found, f"event {members}", limit)

    def end(self, limit=LIMIT):
        """Waits for the peer to end the connection."""
        end = time.monotonic() + limit
        while not self.ended:
            assert time.monotonic() < end, "connection not ended"
            self.take(end - time.monotonic())
        return self


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, *command, home, columns=100, rows=40, **env):
        self.screen, self.decoder = "", codecs.getincrementaldecoder("utf-8")("replace")
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        base = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm"}
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env={**base, **env},
                                        start_new_session=True)
        os.close(slave)
        self.master = master

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            if self.process.poll() is None:
                self.process.kill()
        self.process.wait()
        os.close(self.master)

    def read(self, wait):
        if not select.select([self.master], [], [], wait)[0]:
            return False
        try:
            got = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self.screen += self.decoder.decode(got)
        return bool(got)

    def see(self, what, limit=15):
        """Waits for the text; gives what came up to its end, which is then forgotten."""
        end = time.monotonic() + limit
        while what not in self.screen:
            assert time.monotonic() < end, f"no {what!r} on the screen:\n{self.screen[-2000:]}"
            self.read(0.2)
        before, self.screen = self.screen.split(what, 1)
        return before + what

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self, limit=15):
        end = time.monotonic() + limit
        while self.process.poll() is None:
            assert time.monotonic() < end, f"does not end:\n{self.screen[-2000:]}"
            self.read(0.1)
        while self.read(0):
            pass
        return self.process.returncode


class Grid(Terminal):
    """A program that places the cursor: the text of each cell, and which of them is reversed. It knows the few sequences that
    ours writes, and fails on every other one."""

    SEQUENCE = re.compile(r"\x1b\[(\?[0-9]+[hl]|[0-9;]*[HKJm])")

    def __init__(self, *command, home, columns=80, rows=24, **env):
        self.size = columns, rows
        self.cells, self.reversed, self.row, self.column, self.look = {}, set(), 0, 0, ""
        self.bells, self.typed, self.begun = 0, 0, False
        super().__init__(*command, home=home, columns=columns, rows=rows, **{"LANG": "C.UTF-8", **env})

    def resize(self, columns, rows):
        self.size = columns, rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take(self):
        """All that was written and is whole, from where the program has its own screen."""
        if not self.begun and "\x1b[?1049h" in self.screen:
            self.begun, self.screen = True, self.screen.split("\x1b[?1049h", 1)[1]
        while self.begun and self.screen:
            c = self.screen[0]
            if c == "\x1b":
                m = self.SEQUENCE.match(self.screen)
                if not m:
                    assert re.fullmatch(r"\x1b(\[[?0-9;]*)?", self.screen), f"not ours: {self.screen[:20]!r}"
                    return
                self.obey(m[1])
                self.screen = self.screen[m.end():]
                continue
            self.screen = self.screen[1:]
            if c == "\a":
                self.bells += 1
                continue
            assert c >= " " and not "\x7f" <= c < "\xa0", f"a control character on the screen: {c!r}"
            self.put(c)

    def put(self, c):
        wide = 2 if unicodedata.east_asian_width(c) in "WF" else 1
        assert self.row < self.size[1] and self.column + wide <= self.size[0], f"{c!r} beside the screen"
        for column in range(self.column, self.column + wide):
            self.cells[self.row, column] = c if column == self.column else ""
            (self.reversed.add if self.look == "7" else self.reversed.discard)((self.row, column))
        self.column += wide

    def obey(self, s):
        if s[-1] == "H":
            self.row, self.column = (int(n) - 1 for n in s[:-1].split(";"))
        elif s[-1] == "K":
            for column in range(self.column, self.size[0]):
                self.cells.pop((self.row, column), None)
                self.reversed.discard((self.row, column))
        elif s[-1] == "J":
            self.cells, self.reversed = {}, set()
        elif s[-1] == "m":
            self.look = s[:-1]

    def lines(self):
        return ["".join(self.cells.get((row, column), " ") for column in range(self.size[0])).rstrip()
                for row in range(self.size[1])]

    def standing_out(self):
        """What is reversed, as one text."""
        return "".join(self.cells[at] for at in sorted(self.reversed) if at in self.cells)

    def shows(self, what, limit=LIMIT):
        """Waits until the screen has the text (or condition(lines) holds); its lines."""
        true = what if callable(what) else lambda lines: any(what in line for line in lines)
        end = time.monotonic() + limit
        while True:
            self.take()
            if true(self.lines()):
                return self.lines()
            assert time.monotonic() < end, f"no {what!r} on the screen:\n" + "\n".join(self.lines())
            self.read(0.1)

    def type(self, text):
        self.typed += len(text)
        super().type(text)

    def enter(self, line, shows):
        """Types the line, then Enter by itself once it stands there; waits for what comes of it."""
        self.type(line)
        if line:
            self.shows(lambda lines: line[-8:].strip() in "".join(lines))
        self.type("\r")
        return self.shows(shows)

    def end(self, limit=LIMIT):
        self.screen, code = "", super().end(limit)
        return code


SHIPPED = os.path.join(ROOT, "config", "zhangping")
MODELS = os.path.join(BUILD, "texts")


@functools.cache
def trained():
    """The models of texts that daemons of tests find when they start: that of the shipped mechanism is made once
    for a build and mechanism, by a daemon, so that no test depends on when it is ready."""
    digest = hashlib.sha256()
    for path in [os.path.join(SHIPPED, name) for name in ("cases.jsonl", "categories.yaml", "routing.yaml")] + sorted(
            glob.glob(os.path.join(ROOT, "src", "text", "*.c"))):
        with open(path, "rb") as f:
            digest.update(f.read())
    mark = os.path.join(MODELS, "of-" + digest.hexdigest()[:24])
    os.makedirs(MODELS, exist_ok=True)
    with open(os.path.join(MODELS, ".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(mark):
            with tempfile.TemporaryDirectory(dir=BUILD) as folder:
                daemon = Daemon(folder)
                daemon.launch(trains=True)
                until(lambda: glob.glob(os.path.join(folder, "texts", "texts-*.model")), "the model of texts", 20 * LIMIT)
                daemon.stop()
                for model in glob.glob(os.path.join(folder, "texts", "texts-*.model")):
                    shutil.copy(model, MODELS)
            with open(mark, "w", encoding="ascii"):
                pass
    return glob.glob(os.path.join(MODELS, "texts-*.model"))


def give(file, place):
    """Another name of the file, or a copy on another file system: a link would lead out of what the daemon may read."""
    try:
        os.link(file, place)
    except FileExistsError:
        pass
    except OSError:
        shutil.copy(file, place)


@functools.cache
def authority():
    """What certifies the daemons of a run with LIANDONG_TLS."""
    import pki
    made = pki.Authority(tempfile.mkdtemp(prefix="tls-", dir=BUILD))
    atexit.register(shutil.rmtree, made.folder, ignore_errors=True)
    made.issue("server")
    return made


@functools.cache
def client_context():
    return authority().context()


def trusting(option="--ca"):
    """What a program that calls a daemon is told of its certifier, in a run with LIANDONG_TLS."""
    return [option, authority().ca] if TLS else []


def secure_options():
    return {"tls_console": authority().options(), "tls_http": authority().options()}


_launched = []


def kill_what_is_left():
    """Every daemon that was launched and still runs: a test that failed did not stop it."""
    for process in _launched:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    _launched.clear()


class Daemon:
    """liandongd with a store and configuration of its own."""

    def __init__(self, folder, clock=None, mechanism=None, **sections):
        self.folder = str(folder)
        self.clock = clock
        self.process = None
        self.log_path = os.path.join(self.folder, "log")
        self.control = os.path.join(self.folder, "control.sock")
        self.console_port, self.http_port = free_port(), free_port()
        self.config = os.path.join(self.folder, "liandong.yaml")
        self.mechanism = str(mechanism or SHIPPED)
        self.tokens = {}
        self.tls = client_context() if TLS else None  # of clients: an ssl context, or none
        self.write_config(sections)

    def write_config(self, sections):
        options = {
            "mechanism": self.mechanism,
            "store": os.path.join(self.folder, "liandong.db"),
            "listen": {
                "console": f"127.0.0.1:{self.console_port}",
                "http": f"127.0.0.1:{self.http_port}",
                "control": self.control,
            },
        }
        for source in (TEST_OPTIONS, secure_options() if TLS else {}, sections):
            for key, value in source.items():
                options[key] = {**options.get(key, {}), **value} if isinstance(value, dict) else value
        self.models = os.path.join(os.path.dirname(options["store"]), "texts")
        with open(self.config, "w", encoding="utf-8") as f:
            for key, value in options.items():
                if isinstance(value, dict):
                    f.write(f"{key}:\n" + "".join(f"  {k}: {v}\n" for k, v in value.items()))
                else:
                    f.write(f"{key}: {value}\n")

    # -- life

    def launch(self, *arguments, by=(), trains=False):
        """Starts the process, by another program where one is named, and does not wait for it. trains: it has no model
        of texts yet, and makes it, for seconds of a processor's time, before it is ready."""
        if not trains:
            self.give_models()
        command = [*by, os.path.join(BUILD, "liandongd"), "-c", self.config, *arguments]
        if self.clock:
            command += ["--clock", f"manual={self.clock}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        _launched.append(self.process)
        return self

    def give_models(self):
        """Where the store's folder is one."""
        for model in trained() if os.path.isdir(os.path.dirname(self.models)) else ():
            os.makedirs(self.models, exist_ok=True)
            give(model, os.path.join(self.models, os.path.basename(model)))

    def start(self):
        self.launch()
        until(self.is_ready, "the daemon to be ready")
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"liandongd ended with {self.process.returncode}:\n{self.log()}"
        try:
            with self.local() as c:
                c.call("status.get", within=2)
            socket.create_connection(("127.0.0.1", self.http_port)).close()
            return True
        except (OSError, AssertionError, Refused):
            return False

    def stop(self, limit=30):
        """SIGTERM; the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise AssertionError(f"not drained in {limit} s:\n{self.log()}") from None
        self.called_what_is_listed()
        return self.process.returncode

    def called_what_is_listed(self):
        """Whatever a test is about: no process has called what syscalls.def does not have, made or not (scripts/syscalls.py), and no
        sanitizer has ended one. A child that ends is begun anew, so the test itself may see nothing of it."""
        if os.path.exists(self.log_path):
            log = self.log()
            denied = re.findall("system call denied.*", log)
            assert not denied, denied
            reported = re.findall("^.*(?:(?:ERROR|WARNING): [A-Z][a-z]+Sanitizer|runtime error:).*", log, re.M)
            assert not reported, log[log.index(reported[0]):][:8000]

    def kill_all(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if kind:
            print(self.log()[-8000:])
            if self.process.poll() is None:
                self.kill_all()
        else:
            assert self.stop() == 0, self.log()[-8000:]

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def pids(self, role):
        """Of the children of that role, by their arguments."""
        found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
                               capture_output=True, text=True, check=False).stdout
        return [int(line.split()[0]) for line in found.splitlines() if role in line.split()]

    def kill(self, role):
        """kill -9 of the role's first process; waits until another one stands in its place."""
        pid = until(lambda: self.pids(role), f"a process {role}")[0]
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid not in self.pids(role) and self.pids(role), f"a new {role}")

    # -- clients

    def local(self):
        """The control socket, role local."""
        return Console(self.control)

    def account(self, name, role, unit=None, commands=None):
        """Makes an account; its token (the same one for the same name)."""
        if name not in self.tokens:
            token = secrets.token_hex(32)
            params = {"name": name, "role": role, "token_sha256": hashlib.sha256(token.encode()).hexdigest()}
            if unit:
                params["unit"] = unit
            if commands:
                params["commands"] = commands
            with self.local() as c:
                c.call("account.add", **params)
            self.tokens[name] = token
        return self.tokens[name]

    def raw(self):
        """A console that has not opened a session."""
        return Console(("127.0.0.1", self.console_port), self.tls)

    def console(self, name="desk1", role="desk", unit=None, commands=None, **params):
        """A console with an open session; the result of session.open is its `session`."""
        token = self.account(name, role, unit, commands)
        c = self.raw()
        c.session = c.call("session.open", token=token, client="test", **params)
        return c

    def desk(self, **params):
        return self.console("desk1", "desk", **params)

    def liaison(self, unit, **params):
        return self.console(f"liaison-{unit}", "liaison", unit, **params)

    def http_raw(self, timeout=LIMIT):
        """A connection to the HTTP port on which anything can be said."""
        c = Console(("127.0.0.1", self.http_port), self.tls)
        c.socket.settimeout(timeout)
        return c

    def http_url(self, host="127.0.0.1"):
        return f"{'https' if self.tls else 'http'}://{host}:{self.http_port}"

    def http_connection(self, timeout=LIMIT):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.http_port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)

    def http(self, method, path, token=None, body=None, headers=None, timeout=LIMIT + 65):
        """One request on a connection of its own: status, headers, body (parsed where it is JSON)."""
        c = self.http_connection(timeout)
        send = dict(headers or {})
        if token:
            send["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False).encode()
            send.setdefault("Content-Type", "application/json")
        with contextlib.suppress(BrokenPipeError, ssl.SSLEOFError):  # of a body that is too long: the answer comes before its end
            c.request(method, path, body, send)
        r = c.getresponse()
        data = r.read()
        c.close()
        if data and "json" in (r.getheader("Content-Type") or ""):
            data = json.loads(data)
        return r.status, r.headers, data

    def ctl(self, *arguments, stdin=None, check=True, cwd=None):
        """liandongctl; the finished process."""
        done = subprocess.run([os.path.join(BUILD, "liandongctl"), "-c", self.config, *arguments],
                              input=stdin, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)
        assert not check or done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def advance(self, duration):
        return self.move("clock.advance", duration=duration)

    def comes_into_force(self, revision):
        """On the console, which hears a moment later of what was answered over HTTP."""
        with self.local() as c:
            until(lambda: c.call("status.get")["revision"] == revision, f"the console to have {revision} in force")

    def set_clock(self, instant):
        return self.move("clock.set", instant=instant)

    def move(self, method, **params):
        """Moves the manual clock, and waits until the processes that answer have heard of it: they are told a moment after the engine's answer."""
        with self.local() as c:
            moved = c.call(method, **params, within=60)
            instant = datetime.datetime.fromisoformat(moved["time"])
            until(lambda: datetime.datetime.fromisoformat(c.call("session.ping")["time"]) >= instant, "the console to hear of the clock")
        until(lambda: self.http_clock() >= instant.replace(microsecond=0), "the HTTP process to hear of the clock")
        return moved

    def http_clock(self):
        """The second at which the HTTP process believes to be; the end of time where it does not answer."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            date = self.http("GET", "/healthz", timeout=5)[1]["Date"]
            return email.utils.parsedate_to_datetime(date)
        return datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)


def preload(folder, source):
    """A file of tests/e2e as a library for LD_PRELOAD."""
    import pytest
    cc = shutil.which("cc")
    if not cc or "asan" in os.path.basename(BUILD):
        pytest.skip("needs cc, and a program without sanitizers")
    library = os.path.join(folder, source.replace(".c", ".so"))
    subprocess.run([cc, "-shared", "-fPIC", "-o", library, os.path.join(ROOT, "tests/e2e", source), "-ldl"], check=True)
    return library


def now_text(offset_s=0):
    """The wall clock as RFC 3339 in the city's time."""
    t = time.gmtime(time.time() + offset_s + 8 * 3600)
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", t)


def png(pixels=b"0", *extra):
    """A PNG of 16 by 8: its pixels are any bytes, for nothing here decodes them."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 8, 8, 2, 0, 0, 0)) + b"".join(
        chunk(*one) for one in extra) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def incident(number, received_at=None, **members):
    """Parameters of a report: a burst water pipe in the city, unless said otherwise."""
    base = {
        "number": number,
        "received_at": received_at or now_text(),
        "category": "601301",
        "area": "350881001",
        "address": "菁城街道解放路12号",
        "reporter": {"name": "张三", "phone": "13959001234"},
        "description": "路面水管爆裂,水柱有两米高",
    }
    return {**base, **members}
