"""A store for training: everything that is shown or printed says so, and it is never taken for a real one."""
import json

import pytest

from harness import Daemon, incident

START = "2026-03-02T09:00:00+08:00"


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("training"), clock=START, training="true") as daemon:
        with daemon.desk(events=False) as c:
            c.call("incident.report", **incident("T", START, units=["water"]))
        yield daemon


def test_it_says_so(d):
    desk = d.account("t-desk", "desk")
    for path in "/v1/session", "/v1/status", "/v1/board":
        assert d.http("GET", path, desk)[2]["training"] is True, path
    report = d.http("GET", "/v1/reports/month/2026-03.json", desk)[2]
    assert report["report"]["training"] is True
    for form in "html", "csv":
        assert "【培训】" in d.http("GET", f"/v1/reports/month/2026-03.{form}", desk)[2].decode(), form


@pytest.mark.parametrize("words", [("print", "contacts"), ("print", "forms"), ("print", "clock", "T-01", "arrive"),
                                   ("print", "callbacks", "2026-03"), ("print", "statement", "water", "2026-03"), ("shift", "log")])
def test_every_print_is_marked(d, words):
    printed = d.ctl(*words).stdout
    assert printed.count("【培训】") >= 2, printed[:400]


def test_a_real_one_says_nothing(shared):
    with shared.desk(events=False) as c:
        assert "training" not in c.call("session.get") and "training" not in c.call("board.get")
    assert "培训" not in shared.ctl("print", "forms").stdout


def test_neither_opens_as_the_other(tmp_path):
    for first, then in (("true", "false"), ("false", "true")):
        folder = tmp_path / first
        folder.mkdir()
        Daemon(folder, clock=START, training=first).start().stop()
        other = Daemon(folder, clock=START, training=then)
        assert other.launch().process.wait(30) == 78
        with open(other.log_path, encoding="utf-8") as f:
            assert "培训库" in f.read()
        with Daemon(folder, clock=START, training=first) as again, again.desk(events=False) as c:
            assert ("training" in c.call("session.get")) is (first == "true"), json.dumps(first)
