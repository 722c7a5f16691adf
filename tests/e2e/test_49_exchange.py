"""What systems outside hand over without an account (receipts of providers, the 12345 centre), over HTTP: the notifier
decides, and where it cannot be asked the sender is told when to come again."""
import pytest

from harness import Daemon


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("exchange")) as daemon:
        yield daemon


def hand_over(d, path, body=b"{}", **headers):
    return d.http("POST", path, body=body, headers={"Content-Type": "application/json", **headers})


def test_what_is_not_known_opens_nothing(d):
    """Neither a channel nor a partner that is not there can be told from a wrong secret."""
    for path in "/v1/receipts/none/guess", "/v1/exchange/none":
        status, headers, problem = hand_over(d, path)
        assert (status, problem["code"]) in ((401, "unauthenticated"), (503, "unavailable")), problem
        if status == 503:
            assert int(headers["Retry-After"]) > 0


def test_what_is_too_much_is_refused(d):
    status, _, problem = hand_over(d, "/v1/exchange/none", b"x" * (64 * 1024 + 1))
    assert status == 413, problem
    status, _, problem = hand_over(d, "/v1/exchange/none", **{"X-Sign": "y" * 1025})
    assert (status, problem["code"]) == (400, "invalid-request"), problem
    status, _, problem = hand_over(d, "/v1/receipts/none/" + "s" * 129)
    assert status == 404, problem


def test_the_secret_is_in_no_log_and_no_metric(d):
    hand_over(d, "/v1/receipts/sms/canary-4711")
    metrics = d.http("GET", "/metrics")[2].decode()
    assert "/v1/receipts/{channel}/{secret}" in metrics
    assert "canary-4711" not in metrics and "canary-4711" not in d.log()


def test_an_address_hands_over_so_much(d):
    """Two hundred at once, then fifty a second: of requests as fast as they go, one is told to come later."""
    c, seen = d.http_connection(), []
    for _ in range(3000):
        c.request("POST", "/v1/exchange/none", b"{}", {"Content-Type": "application/json"})
        r = c.getresponse()
        r.read()
        seen.append(r.status)
        if r.status == 429:
            assert int(r.getheader("Retry-After")) >= 1
            break
    c.close()
    assert seen[-1] == 429 and len(seen) >= 100 and set(seen) <= {401, 429, 503}, seen[-5:]
    assert d.http("GET", "/healthz")[0] == 200
