"""TLS on both listeners, as strangers see it: openssl s_client, gnutls-cli, curl, and clients that do otherwise;
certificates that are not good, at the start and at a reload."""
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from harness import BUILD, Console, Daemon, Refused, incident, until
from pki import Authority
from test_21_sandbox import confined_only, memory_has, root_only


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("pki"))
    made.issue("server")
    made.issue("desk", "URI:liandong:account:desk1", "clientAuth")
    return made


def secure(folder, authority, **sections):
    d = Daemon(folder, **{"tls_console": authority.options(), "tls_http": authority.options(), **sections})
    d.tls = authority.context()
    return d


@pytest.fixture(scope="module")
def served(tmp_path_factory, authority):
    with secure(tmp_path_factory.mktemp("served"), authority) as d:
        yield d


def s_client(port, ca, *arguments, stdin=""):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", ca, *arguments], input=stdin,
                          capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout + done.stderr


def ports(d):
    return d.console_port, d.http_port


# -- what is spoken

@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_speaks_1_2_and_1_3(served, authority, version):
    for port in ports(served):
        code, said = s_client(port, authority.ca, version, "-verify_return_error", "-brief")
        assert code == 0, said
        assert re.search(r"(?:ECDHE|TLS_)\S*(?:GCM|CHACHA20)", said)
        assert "Verification: OK" in said


@pytest.mark.parametrize("arguments", [
    ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
    ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
    ["-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384"], ["-tls1_3", "-groups", "P-521"]])
def test_openssl_gets_nothing_older_or_weaker(served, authority, arguments):
    for port in ports(served):
        code, said = s_client(port, authority.ca, *arguments)
        assert code != 0 and "alert" in said, said


def test_there_are_no_tickets_and_no_resumption(served, authority):
    for version in ("-tls1_2", "-tls1_3"):
        for port in ports(served):
            _, said = s_client(port, authority.ca, version, "-reconnect")
            assert "New Session Ticket" not in said and "TLS session ticket:" not in said
            assert "Reused" not in said


def test_renegotiation_is_refused(served, authority):
    code, said = s_client(served.console_port, authority.ca, "-tls1_2", stdin="R\n")
    assert "RENEGOTIATING" in said and ("no renegotiation" in said or "alert" in said), said
    assert "Secure Renegotiation IS supported" in said  # the extension that says who may not
    assert code != 0
    with served.desk() as c:
        assert c.call("session.ping")


def test_http_is_offered_by_alpn_and_nothing_else(served, authority):
    assert "ALPN protocol: http/1.1" in s_client(served.http_port, authority.ca, "-alpn", "h2,http/1.1")[1]
    code, said = s_client(served.http_port, authority.ca, "-alpn", "h2")
    assert code != 0 and "no application protocol" in said


@pytest.mark.parametrize("priority, good", [
    ("NORMAL:-VERS-ALL:+VERS-TLS1.3", True), ("NORMAL:-VERS-ALL:+VERS-TLS1.2", True),
    ("NORMAL:-VERS-ALL:+VERS-TLS1.1", False), ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-AEAD:-AES-128-GCM:-AES-256-GCM:"
                                               "-CHACHA20-POLY1305:-AES-128-CCM:-AES-256-CCM", False)])
def test_gnutls(served, authority, priority, good):
    assert shutil.which("gnutls-cli"), "gnutls-bin is missing: scripts/deps.sh test"
    for port in ports(served):
        done = subprocess.run(["gnutls-cli", "--x509cafile", authority.ca, "--priority", priority, "-p", str(port),
                               "--verify-hostname", "localhost", "127.0.0.1"], input="", capture_output=True, text=True,
                              timeout=20, check=False)
        assert (done.returncode == 0) == good, done.stdout + done.stderr


def test_curl_verifies_and_is_served(served, authority):
    url = f"https://localhost:{served.http_port}/healthz"
    curl = ["curl", "-sS", "--resolve", f"localhost:{served.http_port}:127.0.0.1", "--max-time", "10"]
    good = subprocess.run([*curl, "--cacert", authority.ca, url], capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    assert subprocess.run([*curl, url], capture_output=True, check=False).returncode == 60  # an authority it does not know


# -- bytes

def test_a_desk_works_over_it(served):
    with served.desk() as desk, served.liaison("water") as unit:
        made = desk.call("incident.report", **incident("tls-1"))
        unit.event(type="dispatch.issued")
        unit.call("dispatch.acknowledge", dispatch=made["dispatches"][0]["dispatch"])
        desk.event(type="dispatch.acknowledged")
    assert served.http("GET", "/v1/incidents/tls-1", served.tokens["desk1"])[0] == 200


def test_records_of_one_byte_and_large_ones(served):
    with served.desk() as c:
        line = json.dumps({"jsonrpc": "2.0", "id": "small", "method": "session.ping", "params": {}}).encode() + b"\n"
        for byte in line:
            c.send_bytes(bytes([byte]))
        assert c.result("small")
        for i in range(5):  # each of four records
            c.send("incident.report", **incident(f"tls-large-{i}", description="水" * 20000))
        for i in range(5):
            assert "result" in c.reply(c.next_id - i) or c.reply(c.next_id - i)["error"]
        assert c.call("session.ping")
    body = json.dumps(incident("tls-body", description="水" * 3000)).encode()
    token = served.account("desk1", "desk")
    raw = served.tls.wrap_socket(socket.create_connection(("127.0.0.1", served.http_port)), server_hostname="localhost")
    head = (f"POST /v1/incidents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
    for byte in head.encode():
        raw.sendall(bytes([byte]))
    raw.sendall(body)
    answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201 ")
    raw.close()


def test_a_line_without_its_end_is_not_carried_out(served):
    """The end may be an attacker's: half a line is never a command."""
    c = served.desk()
    c.send_bytes(json.dumps({"jsonrpc": "2.0", "id": 7, "method": "incident.report",
                             "params": incident("tls-half")}).encode())  # whole, but for its line end
    socket.socket.shutdown(c.socket, socket.SHUT_WR)  # without close_notify
    c.end()
    assert c.lines[-1]["error"]["data"]["code"] == "parse-error"
    c.close()
    assert served.http("GET", "/v1/incidents/tls-half", served.tokens["desk1"])[0] == 404


def test_the_goodbye_is_said(served):
    c = served.desk()
    c.socket.unwrap()  # sends close_notify, and returns when it has been answered
    c.close()


@root_only
@confined_only
def test_what_was_decrypted_is_in_no_memory(served):
    """A token, once its connection has been answered: OpenSSL overwrites what it has handed on."""
    unit = served.account("water-1", "liaison", "water")
    path = "/v1/units?" + "x" * 3000  # a record that the next one does not cover
    for token in (unit, unit.upper()):  # one that is good, one that is not
        served.http("GET", path, token)
        served.http("GET", "/healthz")
        assert memory_has(served.pids("api")[0], token.encode()) == []
        with contextlib.suppress(Refused), served.raw() as c:
            c.call("session.open", token=token, client="x" * 3000)
        assert memory_has(served.pids("intake")[0], token.encode()) == []


# -- clients that do otherwise

def test_a_plain_client_is_answered_in_clear(served):
    def told(listener):  # of many that fail at once the log has the first, and how many
        return re.search(rf'listener={listener} .*why="the client speaks without TLS"', served.log())

    def console():
        with Console(("127.0.0.1", served.console_port)) as c:
            c.send("session.open", token="x" * 64)
            c.end()
            assert c.lines[0]["error"]["data"]["code"] == "tls-required"
            assert "TLS" in c.lines[0]["error"]["message"]
        return told("console")

    def web():
        c = http.client.HTTPConnection("127.0.0.1", served.http_port, timeout=10)
        c.request("GET", "/healthz")
        answer = c.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (400, "tls-required")
        of_any = {k: v for k, v in served.http("GET", "/healthz")[1].items() if k.startswith(("X-", "Referrer", "Cross", "Perm"))}
        assert len(of_any) == 5 and of_any.items() <= dict(answer.getheaders()).items()
        c.close()
        return told("http")
    until(console, "a line in the log")
    until(web, "a line in the log")


def test_a_tls_client_on_a_plain_port_is_answered(shared):
    for port in (shared.console_port, shared.http_port):
        s = socket.create_connection(("127.0.0.1", port))
        context = ssl.create_default_context()
        hello, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            context.wrap_bio(hello, out, server_hostname="localhost").do_handshake()
        s.sendall(out.read())
        said = b"".join(iter(lambda: s.recv(4096), b""))
        assert b"HTTP/1.1 400 " in said or json.loads(said)["error"]["data"]["detail"], said
        s.close()
    assert shared.log().count("TLS on a console port without it") == 1


def rss_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])


@pytest.mark.alone
@pytest.mark.parametrize("port", ["console_port", "http_port"])
def test_handshakes_that_are_begun_and_left(served, port):
    """Memory stays bounded and others are served, however many begin and say nothing more. LIANDONG_HANDSHAKES: how
    many (make torture: 5,000)."""
    n = int(os.environ.get("LIANDONG_HANDSHAKES", "400"))
    pid = served.pids("intake" if port == "console_port" else "api")[0]
    served.desk().close()
    before, slowest, left = rss_kib(pid), 0.0, []
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"  # the beginning of one
    for i in range(n):
        s = socket.create_connection(("127.0.0.1", getattr(served, port)))
        s.sendall(hello if i % 2 else b"")
        left.append(s)
        if i % 50 == 49:
            began = time.monotonic()
            if port == "console_port":
                with served.desk() as c:
                    assert c.call("session.ping")
            else:
                assert served.http("GET", "/healthz")[0] == 200
            slowest = max(slowest, time.monotonic() - began)
            for s in left[:-200]:
                s.close()
            left = left[-200:]
    for s in left:
        s.close()
    assert slowest < 2, f"{slowest:.2f} s for a client that means it"
    assert rss_kib(pid) - before < 20 * 1024


def test_a_handshake_has_its_time(tmp_path, authority):
    with secure(tmp_path, authority, timeouts={"handshake": "300ms"}) as d:
        for port in ports(d):
            began = time.monotonic()
            s = socket.create_connection(("127.0.0.1", port))
            with contextlib.suppress(OSError):
                for byte in b"\x16\x03\x01\x02\x00\x01" * 50:  # a drip does not prolong it
                    s.sendall(bytes([byte]))
                    time.sleep(0.02)
                    if time.monotonic() - began > 5:
                        break
            with contextlib.suppress(ConnectionError):
                assert s.recv(10) == b""
            assert time.monotonic() - began < 5
            s.close()


# -- at the start

def check_says(d, *parts):
    """Names it in `liandongd -n` and in `liandongctl check`; gives the first's exit code."""
    d.give_models()
    daemon = subprocess.run([os.path.join(BUILD, "liandongd"), "-n", "-c", d.config], capture_output=True, text=True, check=False)
    ctl = d.ctl("check", check=False)
    for part in parts:
        assert part in daemon.stdout and part in ctl.stdout, (part, daemon.stdout, ctl.stdout)
    assert (daemon.returncode == 0) == (ctl.returncode == 0)
    return daemon.returncode


def broken(kind, a, authority):
    """Puts something wrong into the folder a; what is to be said of it."""
    if kind == "mismatch":
        a.new_key("server")
        return "tls_http.key", "不配对"
    if kind == "missing":
        os.unlink(a.path("server.pem"))
        return "tls_http.certificate", "server.pem", "读不了"
    if kind == "open":
        os.chmod(a.path("server.key"), 0o644)
        return "tls_http.key", "0600"
    if kind == "passphrase":
        subprocess.run(["openssl", "pkcs8", "-topk8", "-in", a.path("server.key"), "-out", a.path("secret.key"),
                        "-passout", "pass:secret"], check=True)
        os.replace(a.path("secret.key"), a.path("server.key"))
        os.chmod(a.path("server.key"), 0o600)
        return "tls_http.key", "口令"
    if kind == "garbage":
        with open(a.path("server.pem"), "w", encoding="ascii") as f:
            f.write("not a certificate\n")
        return "tls_http.certificate", "PEM"
    if kind == "client":
        a.issue("server", eku="clientAuth")
        return "tls_http.certificate", "serverAuth"
    assert kind == "crl"
    shutil.copy(authority.crl, a.crl)
    return "tls_http.client_crl", "client_ca"


def test_what_is_wrong_is_named_at_the_start(tmp_path, authority):
    a = Authority(tmp_path / "pki", "Another CA")
    a.issue("server")
    good = tmp_path / "good"
    shutil.copytree(a.folder, good)
    d = Daemon(tmp_path, tls_http=a.options(clients="optional"))
    assert check_says(d, "配置无误") == 0
    for kind in ("mismatch", "missing", "open", "passphrase", "garbage", "client", "crl"):
        parts = broken(kind, a, authority)
        if kind in ("mismatch", "open"):  # both ways of checking; of the others the daemon itself says it
            assert check_says(d, *parts) == 78
            found = json.loads(d.ctl("--json", "check", check=False).stdout)["problems"]
            assert [p["code"] for p in found if p["kind"] == "error"] == ["certificate"]
            assert "补上这个文件" not in d.ctl("check", check=False).stdout
        d.launch()
        assert d.process.wait(10) == 78
        for part in parts:
            assert part in d.log()
        for name in os.listdir(good):
            shutil.copy2(good / name, a.path(name))


@pytest.mark.parametrize("start, end, word", [("20200101000000Z", "20210101000000Z", "到期"),
                                              ("20350101000000Z", "20360101000000Z", "起才有效")])
def test_out_of_date_is_named_and_served(tmp_path, start, end, word):
    """A desk that does not look at the date is better served than none."""
    a = Authority(tmp_path / "pki")
    a.issue("server", start=start, end=end)
    d = secure(tmp_path, a)
    assert check_says(d, "tls_console.certificate", word) == 0
    d.start()
    assert word in d.log() and "ALARM certificate out of date" in d.log()
    with pytest.raises(ssl.SSLCertVerificationError):
        Console(("127.0.0.1", d.console_port), a.context())
    assert d.stop() == 0


def test_with_a_certificate_it_listens_anywhere(tmp_path, authority):
    d = secure(tmp_path, authority)
    options = {"tls_console": authority.options(), "listen": {"console": f"0.0.0.0:{d.console_port}"}}
    d.write_config(options)
    assert check_says(d, "配置无误") == 0
    with d as running:
        assert running.desk().call("session.ping")
    d.write_config({"listen": {"http": f"0.0.0.0:{d.http_port}"}, "tls_console": authority.options()})
    assert check_says(d, "listen.http", "tls_http") == 78


# -- reload

def serial(port, a):
    with a.context().wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost") as s:
        return s.getpeercert()["serialNumber"]


def warnings(d):
    return {w["code"]: w["detail"] for w in json.loads(d.ctl("--json", "status").stdout)["warnings"]}


def by_signal(d):
    os.kill(d.process.pid, signal.SIGHUP)


def by_command(d):
    d.ctl("reload")


@pytest.mark.parametrize("reload", [by_signal, by_command])
def test_a_renewed_certificate_is_taken_without_a_dropped_connection(tmp_path, reload):
    a = Authority(tmp_path / "pki")
    a.issue("server")
    with secure(tmp_path, a) as d:
        old = {p: serial(p, a) for p in ports(d)}
        desk = d.desk()
        poll = d.http_connection()
        poll.request("GET", "/healthz")
        poll.getresponse().read()
        a.issue("server", key=False)
        assert all(serial(p, a) == old[p] for p in ports(d))
        reload(d)
        for p in ports(d):
            until(lambda p=p: serial(p, a) != old[p], "the new certificate")
        assert desk.call("incident.report", **incident("renew-1"))
        poll.request("GET", "/healthz")
        assert poll.getresponse().status == 200
        pid = d.pids("intake")[0]  # a process that starts later has the new one, too
        os.kill(pid, signal.SIGKILL)
        until(lambda: d.pids("intake") and pid not in d.pids("intake"), "another intake")
        assert until(lambda: (serial(d.console_port, a)), "served") != old[d.console_port]


def test_what_is_wrong_at_a_reload_changes_nothing(tmp_path, authority):
    a = Authority(tmp_path / "pki", "Another CA")
    a.issue("server")
    good = tmp_path / "good"
    shutil.copytree(a.folder, good)
    with secure(tmp_path, a, tls_http=a.options(clients="optional")) as d:
        old = serial(d.http_port, a)
        for kind in ("mismatch", "missing", "open", "garbage", "crl", "expired"):
            if kind == "expired":
                a.issue("server", start="20200101000000Z", end="20210101000000Z", key=False)
                parts = ("tls_http.certificate", "到期")
            else:
                parts = broken(kind, a, authority)
            if kind in ("missing", "crl"):
                by_signal(d)
                said = until(lambda: warnings(d).get("certificate-refused"), f"{kind} is said")
            else:  # who reloads is told, and the status says it at once
                done = d.ctl("reload", check=False)
                assert done.returncode == 1 and "未变" in done.stdout
                said = warnings(d)["certificate-refused"]
                assert said in done.stderr
            assert all(p in said for p in parts) and "仍用原来的证书" in said, said
            assert serial(d.http_port, a) == old
            if kind == "expired":  # a process that starts later serves with the old one, too
                d.kill("api")
                until(d.is_ready, "ready")
                assert serial(d.http_port, a) == old
                assert warnings(d).get("certificate-refused")
            for name in os.listdir(good):
                shutil.copy2(good / name, a.path(name))
            until(lambda: d.ctl("reload", check=False).returncode == 0, "all is well again")  # a signal's may be under way
            assert "certificate-refused" not in warnings(d)
        assert d.log().count("ALARM certificate not taken over listener=http") == 6


def test_its_end_is_told_of_thirty_days_before(tmp_path):
    a = Authority(tmp_path / "pki")
    a.issue("server", days=40)
    with secure(tmp_path, a) as d:
        assert "certificate-expires" not in warnings(d)
        a.issue("server", days=20, key=False)
        assert check_says(d, "tls_console.certificate", "19 天到期", "[certificate-date]", "tls renew") == 0
        by_signal(d)
        said = until(lambda: warnings(d).get("certificate-expires"), "it is said")
        assert "tls_console.certificate" in said and "tls_http.certificate" in said and "19 天" in said
        until(lambda: "ALARM certificate expires listener=console in_days=19" in d.log(), "the alarm")
        metrics = d.http("GET", "/metrics")[2].decode()
        told = float(re.search(r"^liandong_engine_certificate_http_expires_seconds (\S+)", metrics, re.M)[1])
        assert abs(told - (time.time() + 20 * 86400)) < 3600


# -- the port that only redirects

def test_the_plain_port_redirects_and_does_nothing_else(tmp_path, authority):
    d = secure(tmp_path, authority)
    plain_port = socket.socket()
    plain_port.bind(("127.0.0.1", 0))
    port = plain_port.getsockname()[1]
    plain_port.close()
    d.write_config({"tls_http": authority.options(), "listen": {"redirect": f"127.0.0.1:{port}"},
                    "http": {"hosts": "desk.example"}})
    with d:
        def asks(method, path, **headers):
            c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            c.request(method, path, headers={"Host": f"desk.example:{port}", **headers})
            r = c.getresponse()
            body = r.read()
            c.close()
            return r.status, r.getheader("Location"), body
        d.tls = authority.context()
        status, place, _ = asks("GET", "/v1/x%0d%0ay?a=%E6%B0%B4&b=1")
        assert status == 400  # no line end in a path
        status, place, _ = asks("GET", "/a%20b/%E6%B0%B4?q=%26x&n=1")
        assert (status, place) == (308, f"https://desk.example:{d.http_port}/a%20b/%E6%B0%B4?q=%26x&n=1")
        assert asks("HEAD", "/")[:2] == (308, f"https://desk.example:{d.http_port}/")
        for method, headers in (("POST", {}), ("GET", {"Authorization": "Bearer abc"}), ("DELETE", {})):
            status, place, body = asks(method, "/v1/incidents", **headers)
            assert (status, place, json.loads(body)["code"]) == (400, None, "tls-required")
        assert asks("GET", "/", Host="evil.example/@x")[0] in (400, 421)
        assert asks("GET", "/", Host="[::1]:80")[1] == f"https://[::1]:{d.http_port}/"


# -- a client's certificate is an account

@pytest.fixture(scope="module")
def mutual(tmp_path_factory):
    """A daemon that looks at clients' certificates, with its authority."""
    a = Authority(tmp_path_factory.mktemp("mutual-pki"))
    a.issue("server")
    for name in ("desk1", "desk2", "gone", "both"):
        names = f"URI:liandong:account:{name}" if name != "both" else "URI:liandong:account:desk1,URI:liandong:account:desk2"
        a.issue(name, names, "clientAuth")
    a.issue("cn", None, "clientAuth")
    section = a.options(clients="optional")
    with secure(tmp_path_factory.mktemp("mutual"), a, tls_console=section, tls_http=section) as d:
        with d.local() as c:
            for name in ("desk1", "desk2"):
                c.call("account.add", name=name, role="desk", certificate=f"URI:liandong:account:{name}")
        yield d, a


def shown(d, a, name):
    return Console(("127.0.0.1", d.console_port), a.context(name))


def get(d, a, name, token=None):
    d.tls = a.context(name)
    status, _, body = d.http("GET", "/v1/units", token)
    return status, body


def test_a_certificate_is_an_account(mutual):
    d, a = mutual
    with shown(d, a, "desk1") as c:
        assert c.call("session.open", client="test")["role"] == "desk"
        c.call("incident.report", **incident("mtls-1"))
    assert get(d, a, "desk1")[0] == 200
    with d.local() as c:
        by = next(e for e in c.call("event.list", after=0, limit=500)["events"] if e.get("incident") == "mtls-1")
        listed = {x["name"]: x for x in c.call("account.list")["accounts"]}
    assert by["by"] == "desk1"
    assert listed["desk1"]["certificate"] == "URI:liandong:account:desk1"
    assert "URI:liandong:account:desk2" in d.ctl("account", "list").stdout


def test_liandongctl_needs_no_token_beside_a_certificate(mutual):
    d, a = mutual
    bare = {k: v for k, v in os.environ.items() if not k.startswith("LIANDONG_")}
    reach = {"LIANDONG_SERVER": f"127.0.0.1:{d.console_port}", "LIANDONG_CA": a.ca}
    for name, code in (("desk1", 0), ("cn", 1)):
        env = {**bare, **reach, "LIANDONG_CERT": a.path(f"{name}.pem"), "LIANDONG_KEY": a.path(f"{name}.key")}
        done = subprocess.run([os.path.join(BUILD, "liandongctl"), "units"], env=env, capture_output=True, text=True, timeout=30,
                              check=False)
        assert (done.returncode, "water" in done.stdout) == (code, code == 0), done.stderr


def test_the_common_name_and_no_certificate_are_no_account(mutual):
    d, a = mutual
    for name in ("cn", None, "gone"):
        with shown(d, a, name) as c, pytest.raises(Refused) as refused:
            c.call("session.open", client="test")
        assert refused.value.word == "unauthenticated"
        assert get(d, a, name)[0] == 401


def test_a_certificate_and_a_token_are_one_accounts(mutual):
    d, a = mutual
    other, own = d.account("desk3", "desk"), d.account("desk1", "desk")
    with shown(d, a, "desk1") as c, pytest.raises(Refused) as refused:
        c.call("session.open", token=other, client="test")
    assert refused.value.word == "forbidden"
    assert "desk1" in refused.value.message and "desk3" in refused.value.message
    status, body = get(d, a, "desk1", other)
    assert status == 403 and "desk3" in body["detail"]
    assert get(d, a, "desk1", own)[0] == 200
    assert get(d, a, "gone", other)[0] == 200  # one that is no account's lets its holder in by token
    with shown(d, a, "both") as c, pytest.raises(Refused) as refused:
        c.call("session.open", client="test")
    assert refused.value.word == "forbidden"


PAGE = {"Liandong-Page": "1", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}


def logs_in(d, a, name, token):
    """POST /v1/session with this certificate: status, the cookie, body."""
    d.tls = a.context(name)
    status, headers, body = d.http("POST", "/v1/session", None, {"token": token}, PAGE)
    return status, (headers["Set-Cookie"] or "").split(";")[0], body


def test_a_certificate_and_a_session_are_one_accounts(mutual):
    d, a = mutual
    other, own = d.account("desk3", "desk"), d.account("desk1", "desk")
    status, cookie, body = logs_in(d, a, "desk1", other)
    assert (status, cookie) == (403, "") and "desk1" in body["detail"] and "desk3" in body["detail"]
    for name, token, reads in (("gone", other, {"gone": 200, None: 200, "desk1": 403, "both": 403}),
                               ("desk1", own, {"gone": 200, None: 200, "desk1": 200})):
        status, cookie, body = logs_in(d, a, name, token)
        assert status == 200, body
        for shows, expected in reads.items():
            d.tls = a.context(shows)
            assert d.http("GET", "/v1/session", headers={"Cookie": cookie})[0] == expected, (name, shows)


@pytest.mark.parametrize("headers, passes", [
    ({}, True),  # no browser
    (PAGE, True), ({"Sec-Fetch-Site": "none"}, False), ({"Sec-Fetch-Site": "cross-site"}, False),
    (PAGE | {"Sec-Fetch-Site": "cross-site"}, False), ({"Sec-Fetch-Site": "same-origin"}, False),
    ({"Origin": "https://evil.example"}, False), ({"Origin": "null"}, False)])
def test_another_sites_page_does_nothing_by_a_certificate(mutual, headers, passes):
    d, a = mutual
    d.tls = a.context("desk1")
    status, _, body = d.http("POST", "/v1/incidents/none-such/close", None, {}, headers)
    assert (status, body["code"]) == ((404, "not-found") if passes else (403, "cross-site")), body


def test_in_a_browser_a_certificate_alone_changes_no_accounts(mutual):
    """Who sits before it may be another: rules and accounts want the token, within 15 minutes. A program is not asked."""
    d, a = mutual
    a.issue("chief", "URI:liandong:account:chief", "clientAuth")
    token = d.account("chief", "admin")
    with d.local() as c:
        c.call("account.add", name="chief", role="admin", certificate="URI:liandong:account:chief")
    d.tls = a.context("chief")
    d.account("helped", "liaison", "water")

    def makes_a_code(headers):
        status, _, said = d.http("POST", "/v1/session/codes", None, {"account": "helped"}, headers)
        return status, said.get("code"), said.get("detail")
    status, code, detail = makes_a_code(PAGE)
    assert (status, code) == (403, "token-again") and "证书" in detail and "令牌" in detail
    assert d.http("GET", "/v1/routing", headers=PAGE)[0] == 200  # looking is no change
    status, cookie, _ = logs_in(d, a, "chief", token)
    assert status == 200
    assert makes_a_code(PAGE | {"Cookie": cookie})[0] == 200
    assert makes_a_code({})[0] == 200


def held(d, a, name, path):
    s = a.context(name).wrap_socket(socket.create_connection(("127.0.0.1", d.http_port)), server_hostname="127.0.0.1")
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return s


def rest(s):
    s.settimeout(10)
    data = b""
    with contextlib.suppress(ssl.SSLEOFError):
        while more := s.recv(65536):
            data += more
    return data


@pytest.mark.alone
@pytest.mark.parametrize("by_id", [False, True])
def test_what_waits_by_a_certificate_ends_when_it_is_revoked(mutual, by_id):
    """Its polls and streams, within a second: by the account, or by the certificate alone, and then the token goes on."""
    d, a = mutual
    name = f"waits-{by_id}".lower()
    a.issue(name, f"URI:liandong:account:{name}", "clientAuth")
    token = d.account(name, "liaison", "water")
    with d.local() as c:
        made = c.call("account.add", name=name, role="liaison", unit="water", certificate=f"URI:liandong:account:{name}")
        last = c.call("event.list", after=0, limit=500)["seq"]
        stream, poll = held(d, a, name, "/v1/stream"), held(d, a, name, f"/v1/dispatches?after={last}&wait=60&unit=water")

        def waits(gauge):
            text = d.http("GET", "/metrics")[2].decode()
            return int(re.search(rf"^liandong_http_{gauge} (\d+)$", text, re.M).group(1)) >= 1
        d.tls = a.context()
        until(lambda: waits("parked") and waits("streams"), "both to wait")
        began = time.monotonic()
        c.call("account.revoke", name=name, **({"token_id": made["token_id"]} if by_id else {}))
        assert rest(stream).startswith(b"HTTP/1.1 200") and rest(poll).startswith(b"HTTP/1.1 401")
        assert time.monotonic() - began < 1
        d.tls = a.context(None)
        assert d.http("GET", "/v1/dispatches?unit=water", token)[0] == (200 if by_id else 401)
        events = c.call("event.list", after=last, limit=500)["events"]
    assert [e["type"] for e in events if e["type"].startswith("account.")] == ["account.revoked"]
    assert "不一致" not in d.ctl("audit", "verify").stdout


@pytest.mark.parametrize("params, field", [
    (dict(certificate="URI:x", token_sha256="0" * 64), "certificate"), (dict(), "token_sha256"),
    (dict(certificate="CN:desk1"), "certificate"), (dict(certificate="DNS:*.example"), "certificate"),
    (dict(certificate="URI:a b"), "certificate")])
def test_what_is_no_name_of_a_certificate(mutual, params, field):
    with mutual[0].local() as c, pytest.raises(Refused) as refused:
        c.call("account.add", name="x", role="desk", **params)
    assert (refused.value.word, refused.value.field) == ("invalid-params", field)


@pytest.mark.alone
def test_an_account_is_revoked_within_a_second_and_may_be_registered_again(mutual):
    d, a = mutual
    with shown(d, a, "desk2") as c, d.local() as local:
        c.call("session.open", client="test")
        with pytest.raises(Refused) as refused:
            local.call("account.add", name="desk9", role="desk", certificate="URI:liandong:account:desk2")
        assert refused.value.word == "conflict"
        began = time.monotonic()
        local.call("account.revoke", name="desk2")
        c.end()
        assert time.monotonic() - began < 1
        assert get(d, a, "desk2")[0] == 401
        d.ctl("account", "add", "desk2", "--role", "desk", "--certificate", "URI:liandong:account:desk2")
        until(lambda: get(d, a, "desk2")[0] == 200, "it is an account again")
    assert "不一致" not in d.ctl("audit", "verify").stdout


def test_a_new_list_ends_a_desks_console_its_page_and_its_stream(mutual):
    """By the list of revoked certificates alone: the account stays, and its token goes on without the certificate."""
    d, a = mutual
    for name in ("lost", "kept"):
        a.issue(name, f"URI:liandong:account:{name}", "clientAuth")
        with d.local() as c:
            c.call("account.add", name=name, role="desk", certificate=f"URI:liandong:account:{name}")
    token = d.account("lost", "desk")
    with shown(d, a, "lost") as desk, shown(d, a, "kept") as other:
        for c in (desk, other):
            c.call("session.open", client="test", events=False)
        stream, idle = held(d, a, "lost", "/v1/stream"), held(d, a, "lost", "/healthz")
        for s in (stream, idle):
            s.settimeout(15)
            assert s.recv(4096).startswith(b"HTTP/1.1 200")
        a.revoke("lost")
        until(lambda: d.ctl("reload", check=False).returncode == 0, "the reload")
        desk.end()
        rest(stream)
        rest(idle)
        assert other.call("session.ping")
    d.tls = a.context()
    assert d.http("GET", "/v1/units", token)[0] == 200


def test_a_revoked_certificate_is_refused_and_its_connections_end(mutual):
    d, a = mutual
    d.tls = a.context("desk1")
    with shown(d, a, "gone") as c, shown(d, a, "desk1") as other:
        other.call("session.open", client="test")
        a.revoke("gone")
        by_signal(d)
        c.end()
        assert other.call("session.ping")
    with pytest.raises((ssl.SSLError, OSError)):
        with shown(d, a, "gone") as c:
            c.send("session.open", client="test")
            c.socket.recv(1)
    until(lambda: 'why="certificate revoked"' in d.log(), "the reason")
