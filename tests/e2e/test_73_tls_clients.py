"""Clients of other makers, and ours, against the daemon over TLS: curl, Python's ssl, liandongctl, libliandong and
Chromium; certificates by liandongctl tls, as a city has them.
"""
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess

import pytest

from client_library import connect
from harness import BUILD, ROOT, Console, Daemon, incident, until
from test_68_tls_authority import ctl as offline


class SealedConsole(Console):
    """A console over TLS, by Python."""

    def __init__(self, port, ca, name="liandong.test", cert=None, key=None):
        super().__init__(("127.0.0.1", port))
        context = ssl.create_default_context(cafile=ca)
        if cert:
            context.load_cert_chain(cert, key)
        self.socket = context.wrap_socket(self.socket, server_hostname=name)

    def take(self, wait):
        if self.socket.pending():
            wait = 0
            self.socket.settimeout(None)
            data = self.socket.recv(1 << 20)
            *lines, self.rest = (self.rest + data).split(b"\n")
            for line in lines:
                self.sort(json.loads(line))
            return True
        return super().take(wait)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("city") / "ca"
    offline("tls", "init", "--org", "某某市公安局", "--names", "liandong.test,127.0.0.1,localhost", "--clients", "desk-7,spare", folder)
    return folder


@pytest.fixture(scope="module")
def d(tmp_path_factory, city):
    files = {name: city / "server" / file for name, file in (("certificate", "cert.pem"), ("key", "key.pem"),
                                                             ("client_ca", "ca.pem"), ("client_crl", "crl.pem"))}
    with Daemon(tmp_path_factory.mktemp("d"), tls_console={**files, "client_certificate": "optional"},
                tls_http={k: files[k] for k in ("certificate", "key")}) as d:
        yield d


@pytest.fixture
def token(d, tmp_path):
    path = tmp_path / "token"
    path.write_text(d.account("officer", "desk"))
    path.chmod(0o600)
    return path


def remote(d, city, *arguments, token, holder=None):
    """The words and the environment of liandongctl --server; holder: whose certificate it shows, beside the token."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LIANDONG_", "XDG_"))}
    pair = ["--cert", city / holder / "cert.pem", "--key", city / holder / "key.pem"] if holder else []
    return {"args": [os.path.join(BUILD, "liandongctl"), "--server", f"localhost:{d.console_port}", "--ca", city / "ca.pem",
                     "--token-file", token, *pair, *map(str, arguments)], "env": {**clean, "HOME": "/nonexistent"}, "text": True}


def ctl(d, city, *arguments, token, holder=None, stdin=None):
    return subprocess.run(**remote(d, city, *arguments, token=token, holder=holder), capture_output=True, timeout=120,
                          check=False, input=stdin or "")


# -- curl -------------------------------------------------------------------------------------------


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_curl_trusts_the_authority_and_nothing_else(d, city):
    url = f"https://127.0.0.1:{d.http_port}/readyz"
    code, body, _ = curl("--cacert", city / "ca.pem", url)
    assert code == 0 and json.loads(body)
    code, body, _ = curl("--cacert", city / "ca.pem", "--resolve", f"liandong.test:{d.http_port}:127.0.0.1",
                         f"https://liandong.test:{d.http_port}/readyz")
    assert code == 0
    assert curl(url)[0] == 60  # it cannot be verified
    assert curl("--cacert", city / "ca.pem", "--resolve", f"other.test:{d.http_port}:127.0.0.1",
                f"https://other.test:{d.http_port}/readyz")[0] == 60
    assert curl("--cacert", city / "ca.pem", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", url)[0] == 35
    for version in ("1.2", "1.3"):
        assert curl("--cacert", city / "ca.pem", f"--tlsv{version}", "--tls-max", version, url)[0] == 0


def test_curl_reports_and_reads(d, city):
    token, at = d.account("desk1", "desk"), f"https://127.0.0.1:{d.http_port}"
    common = ["--cacert", city / "ca.pem", "-H", f"Authorization: Bearer {token}"]
    body = json.dumps(incident("CURL-1", units=["water"], description="水管爆裂" * 400), ensure_ascii=False)
    code, answer, _ = curl(*common, "-H", "Content-Type: application/json", "-d", body, f"{at}/v1/incidents")
    assert code == 0 and json.loads(answer)["incident"] == "CURL-1", answer
    code, answer, _ = curl(*common, f"{at}/v1/incidents/CURL-1")
    assert code == 0 and json.loads(answer)["number"] == "CURL-1"


PAGE = ("-H", "Content-Type: application/json", "-H", "Liandong-Page: 1", "-H", "Sec-Fetch-Site: same-origin")


def test_curl_keeps_the_cookie_and_goes_on_by_https(d, city, tmp_path):
    """HSTS: a host that was visited once is never again asked without TLS; the cookie is for https alone."""
    jar, known, token = tmp_path / "jar", tmp_path / "hsts", d.account("desk1", "desk")
    common = ("--cacert", city / "ca.pem", "-b", jar, "-c", jar, "-i")
    at, plain = f"https://localhost:{d.http_port}", f"http://localhost:{d.http_port}"
    code, said, _ = curl(*common, "--hsts", known, *PAGE, "-d", json.dumps({"token": token}), f"{at}/v1/session")
    assert code == 0 and "\nStrict-Transport-Security: max-age=31536000" in said.replace("\r", "")
    cookie = re.search(r"(?m)^Set-Cookie: (__Host-liandong=[\w-]{43}); (.*)$", said.replace("\r", ""))
    assert set(cookie[2].split("; ")) == {"Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=43200"}
    assert "localhost" in known.read_text()
    code, said, _ = curl(*common, "--hsts", known, f"{plain}/v1/session")
    assert code == 0 and '"account":"desk1"' in said, "http became https, and the cookie went along"
    code, said, _ = curl("-b", jar, "-i", f"{plain}/v1/session")  # one that does not know it
    assert "tls-required" in said and "Strict-Transport-Security" not in said
    code, said, _ = curl(*common, *PAGE, "-X", "DELETE", f"{at}/v1/session")
    assert code == 0 and "__Host-liandong=; " in said and "Max-Age=0" in said
    assert " 401" in curl(*common, f"{at}/v1/session")[1].split("\r\n")[0]


# -- consoles ---------------------------------------------------------------------------------------


def test_a_console_by_python(d, city):
    token = d.account("desk1", "desk")
    with SealedConsole(d.console_port, city / "ca.pem") as c:
        assert c.socket.version() == "TLSv1.3"
        c.call("session.open", token=token, client="python", events=True)
        for i in range(50):
            c.send("incident.report", **incident(f"PY-{i}", units=["water"]))
        c.wait(lambda: sum(e["type"] == "incident.reported" for e in c.events) >= 50, "the events of fifty reports")
        assert len(c.call("incident.list", limit=50)["incidents"]) == 50  # many records of TLS


def test_the_library_and_the_example(d, city, tmp_path):
    at, ca = f"127.0.0.1:{d.console_port}", str(city / "ca.pem")
    token = d.account("desk1", "desk")
    assert connect(at, token=token, ca_file=ca, crl_file=str(city / "crl.pem")) == ("", "")
    word, text = connect(at, token=token, tls=False)
    assert word == "tls-required" and "TLS" in text  # and the daemon says so itself
    assert connect(at, token="x" * 64, ca_file=ca)[0] == "unauthenticated"
    subprocess.run(["cc", os.path.join(ROOT, "docs/example/desk.c"), f"-I{ROOT}/include", os.path.join(BUILD, "libliandong.a"),
                    "-ljansson", "-lssl", "-lcrypto", *(["-fsanitize=address,undefined"] if "asan" in BUILD else []),
                    "-o", tmp_path / "desk"], check=True)
    done = subprocess.run([tmp_path / "desk", at, token, "EX-1", "350881001", "一号路", "路面水管爆裂", "1"], capture_output=True,
                          text=True, timeout=60, check=False, env={**os.environ, "LIANDONG_CA": ca})
    assert done.returncode == 0 and "EX-1" in done.stdout, done.stderr


def test_liandongctl_over_tls(d, city, token, tmp_path):
    lines = "".join(json.dumps(incident(f"CTL-{i}", units=["water"]), ensure_ascii=False) + "\n" for i in range(40))
    (tmp_path / "forty.jsonl").write_text(lines)
    done = ctl(d, city, "report", tmp_path / "forty.jsonl", token=token)
    assert done.returncode == 0, done.stderr
    listed = ctl(d, city, "--json", "incident", "list", "--limit", "100", token=token)
    assert listed.returncode == 0, listed.stderr
    assert len([i for i in json.loads(listed.stdout)["incidents"] if i["number"].startswith("CTL-")]) == 40
    assert ctl(d, city, "incident", "show", "CTL-7", token=token).returncode == 0
    done = ctl(d, city, "console", token=token, stdin="n 解放路12号水管爆裂,水漫路面\n\n")
    assert done.returncode == 0 and re.search("已报 \\d+ 号 .*主办 ", done.stdout), done.stdout + done.stderr


# -- certificates of clients ------------------------------------------------------------------------


@pytest.fixture
def following(d, city, tmp_path):
    """events --follow, begun; once it has shown an event."""
    begun = []

    def start(name, **how):
        out, err = tmp_path / f"{name}.out", tmp_path / f"{name}.err"
        with open(out, "w", encoding="utf-8") as o, open(err, "w", encoding="utf-8") as e:
            begun.append(subprocess.Popen(**remote(d, city, "events", "--follow", "--after", "0", **how), stdout=o, stderr=e))
        until(out.read_text, "an event")
        return begun[-1], err
    yield start
    for process in begun:
        process.kill()
        process.wait()


def test_who_follows_with_a_token_that_was_revoked_is_told(d, city, following, tmp_path):
    token = tmp_path / "another"
    token.write_text(d.account("follower", "desk"))
    token.chmod(0o600)
    process, err = following("token", token=token)
    assert d.ctl("account", "revoke", "follower").returncode == 0
    assert process.wait(20) == 1
    assert "令牌" in err.read_text(encoding="utf-8").splitlines()[-1]


def test_a_client_that_was_revoked_is_turned_away(d, city, token, following):
    assert ctl(d, city, "units", "power", token=token, holder="spare").returncode == 0
    process, err = following("certificate", token=token, holder="spare")
    offline("tls", "revoke", city, "spare")  # the daemon reads the folder's own files
    assert d.ctl("reload").returncode == 0
    assert process.wait(20) == 1, "and does not try for ever"
    said = err.read_text(encoding="utf-8").splitlines()
    assert "自动重连" in said[0] and "吊销" in said[-1]

    def refused():
        done = ctl(d, city, "units", token=token, holder="spare")
        return done.returncode == 1 and "吊销" in done.stderr
    until(refused, "the revoked certificate to be refused")
    assert ctl(d, city, "units", "power", token=token, holder="desk-7").returncode == 0


# -- renewal ----------------------------------------------------------------------------------------


def fingerprint(port):
    with socket.create_connection(("127.0.0.1", port)) as s:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(s) as t:
            return hashlib.sha256(t.getpeercert(True)).hexdigest()


def test_a_renewed_certificate_is_shown_after_a_reload_and_no_session_ends(d, city):
    before = fingerprint(d.console_port), fingerprint(d.http_port)
    with SealedConsole(d.console_port, city / "ca.pem") as c:
        c.call("session.open", token=d.account("desk1", "desk"), client="python")
        offline("tls", "renew", city, "server")
        assert d.ctl("reload").returncode == 0
        until(lambda: fingerprint(d.console_port) != before[0] and fingerprint(d.http_port) != before[1], "the new certificate")
        assert c.call("session.ping")
    new = json.loads(offline("--json", "tls", "show", city / "server/cert.pem").stdout)["sha256"].replace(":", "").lower()
    assert fingerprint(d.console_port) == new
