"""A read that fails says nothing about what is stored: it is answered `unavailable`, on both ways in, and never by a refusal, an
empty list, an end of the connection or of the process. The disk's fault is fail_reads.c."""
import contextlib
import functools
import hashlib
import secrets

import pytest

from harness import Daemon, Refused, incident, plain_only, preload, refused, until
from test_68_sessions import PAGE, cookie_of

pytestmark = plain_only("what is read is the same")
MOST = 200  # single reads of one request; each ends long before


class Faulty:
    """A daemon whose process of that role cannot read the store while the file is there. No sandbox: the fault counts in a file."""

    def __init__(self, folder, role):
        self.folder, self.fault, self.library = folder, folder / "fault", preload(folder, "fail_reads.c")
        self.role, self.n = role, 0

    def __enter__(self):
        self.d = Daemon(self.folder, sandbox="off")
        self.d.launch(by=("env", f"LD_PRELOAD={self.library}", f"FAIL_ONLY={self.role}", "FAIL_FILE=liandong.db",
                          f"FAIL_READS={self.fault}"))
        until(self.d.is_ready, "the daemon")
        self.local = self.d.local()
        self.local.call("session.ping")
        return self

    def __exit__(self, kind, *rest):
        self.well()
        self.local.close()
        self.d.__exit__(kind, *rest)

    def fails(self, nth=0):
        self.fault.write_text("x" * nth)

    def well(self):
        self.fault.unlink(missing_ok=True)

    def heard(self):
        """Both processes have heard of all that the engine has answered so far."""
        seq = until(lambda: self.local.call("session.ping")["seq"], "events")
        until(lambda: self.d.http("GET", "/readyz")[2]["seq"] >= seq, "the HTTP process to hear of it")

    def forget(self):
        """Accounts are looked up anew from here on, and no page is known."""
        self.n += 1
        token = hashlib.sha256(secrets.token_bytes(8)).hexdigest()
        before = self.local.call("session.ping")["seq"]
        self.local.call("account.add", name=f"forget-{self.n}", role="desk", token_sha256=token)
        until(lambda: self.local.call("session.ping")["seq"] > before, "the event")
        self.heard()


@pytest.fixture(params=["intake", "api"])
def faulty(request, tmp_path):
    with Faulty(tmp_path, request.param) as f:
        yield f


def open_session(d, token, **params):
    with d.raw() as c:
        return c.call("session.open", token=token, **params)


def console(f, token):
    """Asks on the console: the result, or the word of its refusal."""
    def ask(method, **params):
        try:
            with f.d.raw() as c:
                c.call("session.open", token=token, events=False)
                return c.call(method, **params)
        except Refused as e:
            return e.word
    return ask


def web(f, token):
    def ask(path, method="GET", **rest):
        status, _, body = f.d.http(method, path, token, **rest)
        return body if status == 200 else "unavailable" if status == 503 else (status, body)
    return ask


def entries(answer):
    """How much an answer shows: the lengths of its lists."""
    return {k: len(v) for k, v in answer.items() if isinstance(v, list)}


def answered(ask):
    return until(lambda: answer if (answer := ask()) != "unavailable" else None, "the store to be read")


def each_read_fails(f, name, ask):
    """The first, the second … read of it fails, each once, until it takes no more of them."""
    good, failed = answered(ask), 0
    process = f.d.pids(f.role)
    for nth in range(1, MOST):
        answered(ask)  # the store is opened anew after a failure, at most twice a second
        f.forget()
        f.fails(nth)
        got = ask()
        left = f.fault.exists()
        f.well()
        if isinstance(got, dict):
            short = {k: n for k, n in entries(good).items() if entries(got).get(k, 0) < n}
            assert not short, (name, nth, short)
        else:
            assert got == "unavailable", (name, nth, got)
        failed += got == "unavailable"
        assert f.d.pids(f.role) == process, (name, nth, f.d.log()[-2000:])
        if left:
            assert failed, f"{name} reads nothing: the test shows nothing"
            return
    raise AssertionError(f"{name} does not end")


CONSOLE = {
    "incident.get": {"number": "U-1"}, "incident.list": {}, "dispatch.get": {"dispatch": "U-1-01"},
    "dispatch.list": {"unit": "water"}, "dispatch.deadlines": {"dispatch": "U-1-01"}, "event.list": {"after": 0},
    "unit.get": {"unit": "water"}, "queue.list": {}, "board.get": {}, "request.list": {}, "finding.list": {}, "shift.list": {},
    "session.list": {}, "account.list": {}, "routing.log": {}, "duty.get": {}, "status.get": {},
}
HTTP = ["/v1/incidents", "/v1/incidents/U-1", "/v1/dispatches?unit=water", "/v1/dispatches/U-1-01", "/v1/dispatches/U-1-01/deadlines",
        "/v1/events?after=0", "/v1/board", "/v1/queues", "/v1/units/water", "/v1/requests", "/v1/findings", "/v1/sessions",
        "/v1/accounts", "/v1/duty", "/v1/session"]


def test_each_read_that_fails_is_said(faulty):
    f = faulty
    with f.d.desk(events=False) as c:
        for n in (1, 2):
            c.call("incident.report", **incident(f"U-{n}", units=["water"], category="601301"))
    tokens = [f.d.account(role, role) for role in ("office", "admin")]
    f.heard()
    asks = [(console if f.role == "intake" else web)(f, token) for token in tokens]
    for what, params in CONSOLE.items() if f.role == "intake" else ((path, {}) for path in HTTP):
        ask = next(a for a in asks if isinstance(answered(functools.partial(a, what, **params)), dict))
        each_read_fails(f, what, functools.partial(ask, what, **params))


def test_a_token_is_not_refused_for_what_cannot_be_read(faulty):
    """Neither refused nor counted as a log-in that failed; who is in stays."""
    f = faulty
    d = f.d
    with d.desk() as inside:
        token = d.tokens["desk1"]
        cookie = cookie_of(d.http("POST", "/v1/session", body={"token": token}, headers=PAGE)[1])
        f.forget()
        f.fails()
        for _ in range(8):
            if f.role == "intake":
                assert refused(open_session, d, token).word == "unavailable"
            else:
                assert d.http("GET", "/v1/units", token)[0] == 503
                assert d.http("POST", "/v1/session", body={"token": token}, headers=PAGE)[0] == 503
                assert d.http("GET", "/v1/session", headers={**PAGE, "Cookie": cookie})[0] == 503
        assert inside.call("incident.report", **incident("IN-1"))["incident"] == "IN-1"
        f.well()
        until(lambda: reads(f, token), "the store to be read")
        assert "log-in refused" not in d.log() and "session ended" not in d.log()
        inside.call("session.ping")


def reads(f, token):
    if f.role == "api":
        return f.d.http("GET", "/v1/units", token)[0] == 200
    with contextlib.suppress(Refused):
        return open_session(f.d, token)
    return None


def test_a_token_that_was_revoked_meanwhile_ends_when_it_can_be_read(tmp_path):
    with Faulty(tmp_path, "intake") as f, f.d.desk() as revoked, f.d.console("desk2", "desk") as other:
        f.fails()
        f.local.call("account.revoke", name="desk1")
        until(lambda: "intake WARN read failed" in f.d.log(), "it to be looked up in vain")
        revoked.call("session.ping")
        f.well()
        revoked.end()
        other.call("session.ping")


def test_positions_that_cannot_be_looked_up(faulty):
    """Beyond what the process has heard of: whether there is such an event only the store knows."""
    f = faulty
    token = f.d.account("admin", "admin")
    f.heard()
    f.forget()
    f.fails()
    if f.role == "intake":
        assert refused(open_session, f.d, token, after=10**6).word == "unavailable"
        f.well()
        until(lambda: reads(f, token), "the store to be read")
        assert refused(open_session, f.d, token, after=10**6).word == "invalid-params"
    else:
        assert f.d.http("GET", f"/v1/stream?after={10**6}", token)[0] == 503
        f.well()
        until(lambda: reads(f, token), "the store to be read")
        assert f.d.http("GET", f"/v1/stream?after={10**6}", token)[0] == 422
