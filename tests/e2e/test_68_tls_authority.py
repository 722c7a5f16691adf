"""liandongctl tls: a city's own authority. What it makes is judged by OpenSSL's command line and, where it is there, by
GnuTLS's certtool: programs that have no line of ours.
"""
import json
import os
import pty
import re
import select
import shutil
import stat
import subprocess
import time

import pytest

from client_library import connect
from harness import BUILD, LIMIT
from test_67_tls_client import Server

ORG = "某某市公安局"


def ctl(*arguments, when=None, check=True, stdin=None):
    """liandongctl without a daemon; when: the wall clock that it sees."""
    command = [os.path.join(BUILD, "liandongctl"), *map(str, arguments)]
    if when:
        command = ["faketime", when, *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, input=stdin or "")
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def openssl(*arguments, check=True, stdin=None):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, input=stdin)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("city") / "ca"
    ctl("tls", "init", "--org", ORG, "--names", "liandong.test,127.0.0.1,::1", "--clients", "desk1,cad-2", folder)
    return folder


@pytest.fixture
def own(city, tmp_path):
    """A copy that a test may change."""
    return shutil.copytree(city, tmp_path / "ca")


def verify(folder, purpose, file, *more):
    return openssl("verify", "-x509_strict", "-CAfile", folder / "ca.pem", "-purpose", purpose, *more, file, check=False)


def extensions(file):
    return openssl("x509", "-in", file, "-noout", "-text", "-nameopt", "oneline,utf8,-esc_msb")


# -- what is made -----------------------------------------------------------------------------------


def test_certificates_are_good_for_what_they_are_for_and_for_nothing_else(city):
    revoked = ("-crl_check", "-CRLfile", city / "crl.pem")
    assert "OK" in verify(city, "sslserver", city / "server/cert.pem", *revoked)
    assert "OK" in verify(city, "sslclient", city / "desk1/cert.pem", *revoked)
    assert "OK" in verify(city, "sslclient", city / "cad-2/cert.pem", *revoked)
    for purpose, file in (("sslclient", "server/cert.pem"), ("sslserver", "desk1/cert.pem")):
        assert "unsuitable certificate purpose" in verify(city, purpose, city / file)
    for name, good in (("liandong.test", True), ("other.test", False)):
        assert ("OK" in verify(city, "sslserver", city / "server/cert.pem", "-verify_hostname", name)) == good
    for address, good in (("127.0.0.1", True), ("::1", True), ("127.0.0.2", False)):
        assert ("OK" in verify(city, "sslserver", city / "server/cert.pem", "-verify_ip", address)) == good


def test_extensions_are_those_of_rfc_5280(city):
    ca, server, client = (extensions(city / f) for f in ("ca.pem", "server/cert.pem", "desk1/cert.pem"))
    assert re.search(r"Basic Constraints: critical\s+CA:TRUE, pathlen:0", ca)
    assert re.search(r"Key Usage: critical\s+Certificate Sign, CRL Sign\n", ca)
    assert f"CN = {ORG} 联动 CA" in ca and f"O = {ORG}" in ca
    own_id = re.search(r"Subject Key Identifier:\s+([0-9A-F:]+)", ca)[1]
    for text, use in ((server, "TLS Web Server Authentication"), (client, "TLS Web Client Authentication")):
        assert re.search(r"Basic Constraints: critical\s+CA:FALSE", text)
        assert re.search(r"Key Usage: critical\s+Digital Signature\n", text)
        assert re.search(rf"Extended Key Usage:\s+{use}\n", text)
        assert re.search(r"Authority Key Identifier:\s+(?:keyid:)?([0-9A-F:]+)", text)[1] == own_id
        assert "NIST CURVE: P-256" in text and "ecdsa-with-SHA256" in text
    assert "DNS:liandong.test, IP Address:127.0.0.1" in server and "URI:liandong:account:desk1" in client
    serials = [re.search(r"Serial Number:\s+([0-9a-f:]+)", t)[1].replace(":", "") for t in (ca, server, client)]
    assert len(set(serials)) == 3 and all(len(s) >= 28 for s in serials)  # 128 bits, whose first bytes may be 0


def test_the_list_of_revoked_certificates_is_there_from_the_start(city):
    text = openssl("crl", "-in", city / "crl.pem", "-noout", "-text", "-CAfile", city / "ca.pem")
    assert "verify OK" in text and "No Revoked Certificates" in text and "Version 2" in text
    assert re.search(r"CRL Number:\s+1\n", text) and "Authority Key Identifier" in text
    end = re.search(r"Not After : (.*)", extensions(city / "ca.pem"))[1]
    assert f"Next Update: {end}" in text  # a list that is forgotten turns no desk away


@pytest.mark.skipif(not shutil.which("certtool"), reason="gnutls-bin is not installed")
def test_gnutls_says_the_same(city):
    for file in ("server/cert.pem", "desk1/cert.pem"):
        done = subprocess.run(["certtool", "--verify", "--load-ca-certificate", city / "ca.pem", "--load-crl", city / "crl.pem",
                               "--infile", city / file], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Verified" in done.stdout, done.stdout + done.stderr
    done = subprocess.run(["certtool", "--crl-info", "--infile", city / "crl.pem"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "ECDSA-SHA256" in done.stdout


def test_only_their_owner_can_read_them(city):
    for folder, _, files in os.walk(city):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in files:
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600, name


def test_what_is_printed_is_for_liandong_yaml(tmp_path):
    done = ctl("tls", "init", "--org", "甲县", "--names", "a.test", "--clients", "desk9", tmp_path / "x")
    assert f"tls_console:\n  certificate: {tmp_path}/x/server/cert.pem\n  key: {tmp_path}/x/server/key.pem\n" in done.stdout
    assert f"  client_ca: {tmp_path}/x/server/ca.pem\n  client_crl: {tmp_path}/x/server/crl.pem\n" in done.stdout
    assert "account add desk9" in done.stdout and "URI:liandong:account:desk9" in done.stdout
    assert f"{tmp_path}/x/authority/ca.key 能签发任何证书" in done.stdout


def test_years_are_as_asked_for_and_end_with_the_authority(tmp_path):
    ctl("tls", "init", "--org", "甲县", "--names", "a.test", "--years", "5", "--ca-years", "3", tmp_path / "x",
        when="2026-03-02 08:00:00")
    shown = {c["name"]: c for c in json.loads(ctl("--json", "tls", "show", tmp_path / "x").stdout)["certificates"]}
    assert shown["ca"]["until"][:10] == shown["server"]["until"][:10] == "2029-03-01"  # 3 × 365 days, with 2028-02-29


def test_a_terminal_is_asked(tmp_path):
    """Name, names, clients, years; an empty line takes what stands in brackets."""
    here, there = pty.openpty()
    process = subprocess.Popen([os.path.join(BUILD, "liandongctl"), "tls", "init", str(tmp_path / "x")], stdin=there,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(there)
    asked = b""
    for prompt, answer in (("单位名称", "乙市"), ("服务器", "b.test"), ("客户端", "desk1"), ("证书有效几年 [2]", ""),
                           ("CA 有效几年 [10]", "4")):
        end = time.monotonic() + LIMIT
        while prompt.encode() not in asked:
            assert time.monotonic() < end, asked.decode()
            if select.select([process.stderr], [], [], 0.1)[0]:
                asked += os.read(process.stderr.fileno(), 4096)
        os.write(here, answer.encode() + b"\n")
    out, _ = process.communicate(timeout=LIMIT)
    os.close(here)
    assert process.returncode == 0 and "乙市 联动 CA" in out.decode()
    names = {c["name"]: c for c in json.loads(ctl("--json", "tls", "show", tmp_path / "x").stdout)["certificates"]}
    assert set(names) == {"ca", "server", "desk1"} and names["server"]["names"] == ["DNS:b.test"]


# -- what is refused --------------------------------------------------------------------------------


def test_nothing_is_overwritten(own):
    before = {p: p.read_bytes() for p in own.rglob("*") if p.is_file()}
    done = ctl("tls", "init", "--org", ORG, "--names", "a.test", own, check=False)
    assert done.returncode == 1 and "不是空的" in done.stderr and "tls issue" in done.stderr
    done = ctl("tls", "issue", own, "desk1", check=False)
    assert done.returncode == 1 and "--replace" in done.stderr and "tls renew" in done.stderr
    assert {p: p.read_bytes() for p in own.rglob("*") if p.is_file()} == before
    ctl("tls", "issue", "--replace", own, "desk1")
    assert (own / "desk1/key.pem").read_bytes() != before[own / "desk1/key.pem"]
    assert "OK" in verify(own, "sslclient", own / "desk1/cert.pem")


@pytest.mark.parametrize("arguments, says", [
    (["--org", "甲", "--names", "not a name"], "不是主机名"),
    (["--org", "甲", "--names", "300.1.1.1"], "不是主机名"),
    (["--org", "甲", "--names", "某某.中国"], "xn--"),
    (["--org", "甲" * 51, "--names", "a.test"], "50"),
    (["--org", "甲", "--names", "a.test", "--clients", "../x"], "不能作客户端的名称"),
    (["--org", "甲", "--names", "a.test", "--clients", "ca"], "不能作客户端的名称"),
    (["--org", "甲", "--names", "a.test", "--years", "0"], "--years"),
    (["--org", "甲"], "--names"),
])
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path, arguments, says):
    done = ctl("tls", "init", *arguments, tmp_path / "x", check=False)
    assert done.returncode in (1, 2) and says in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_key_that_is_kept_elsewhere_is_asked_for(own, tmp_path):
    away = tmp_path / "stick.key"
    shutil.move(own / "authority/ca.key", away)
    done = ctl("tls", "issue", own, "desk7", check=False)
    assert done.returncode == 1 and "--ca-key" in done.stderr and not (own / "desk7").exists()
    done = ctl("tls", "issue", "--ca-key", own / "desk1/key.pem", own, "desk7", check=False)
    assert done.returncode == 1 and "不是" in done.stderr
    away.chmod(0o644)
    done = ctl("tls", "issue", "--ca-key", away, own, "desk7", check=False)
    assert done.returncode == 1 and "0644" in done.stderr and "chmod 600" in done.stderr and not (own / "desk7").exists()
    away.chmod(0o600)
    ctl("tls", "issue", "--ca-key", away, own, "desk7")
    assert "OK" in verify(own, "sslclient", own / "desk7/cert.pem")


def test_a_folder_is_one_command_at_a_time(own):
    import fcntl
    fd = os.open(own, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    done = ctl("tls", "issue", own, "desk7", check=False)
    assert done.returncode == 1 and "另一个" in done.stderr
    os.close(fd)


# -- what comes later -------------------------------------------------------------------------------


def test_another_server(own):
    ctl("tls", "issue", "--names", "b.test,10.0.0.9", own, "second")
    assert "OK" in verify(own, "sslserver", own / "second/cert.pem", "-verify_hostname", "b.test")
    assert (own / "second/crl.pem").exists() and not (own / "second/client.yaml").exists()


def test_renewing_keeps_the_key_and_the_names(own):
    key, old = (own / "server/key.pem").read_bytes(), extensions(own / "server/cert.pem")
    ctl("tls", "renew", "--years", "3", own, "server")
    new = extensions(own / "server/cert.pem")
    assert (own / "server/key.pem").read_bytes() == key
    assert re.search(r"DNS:.*", old)[0] == re.search(r"DNS:.*", new)[0]
    assert re.search(r"Serial Number:\s+(\S+)", old)[1] != re.search(r"Serial Number:\s+(\S+)", new)[1]
    assert "OK" in verify(own, "sslserver", own / "server/cert.pem")
    ctl("tls", "renew", "--new-key", own, "server")
    assert (own / "server/key.pem").read_bytes() != key and "OK" in verify(own, "sslserver", own / "server/cert.pem")


def test_a_renewed_authority_is_trusted_for_what_it_had_signed(own):
    before = (own / "ca.pem").read_bytes()
    ctl("tls", "revoke", own, "cad-2")
    ctl("tls", "renew", "--years", "20", own, "ca")
    assert (own / "ca.pem").read_bytes() != before
    for holder, purpose in (("server", "sslserver"), ("desk1", "sslclient")):
        assert (own / holder / "ca.pem").read_bytes() == (own / "ca.pem").read_bytes()
        assert "OK" in verify(own, purpose, own / holder / "cert.pem", "-crl_check", "-CRLfile", own / "crl.pem")
    assert "revoked" in verify(own, "sslclient", own / "cad-2/cert.pem", "-crl_check", "-CRLfile", own / "crl.pem")


def test_revoking_names_all_that_a_client_has(own):
    ctl("tls", "renew", own, "desk1")
    done = ctl("tls", "revoke", own, "desk1")
    assert done.stdout.count(",") >= 1 and "reload" in done.stdout
    text = openssl("crl", "-in", own / "server/crl.pem", "-noout", "-text", "-CAfile", own / "ca.pem")
    assert text.count("Serial Number") == 2 and "verify OK" in text and re.search(r"CRL Number:\s+2\n", text)
    states = [(c["name"], c["state"]) for c in json.loads(ctl("--json", "tls", "show", own).stdout)["certificates"]]
    assert states.count(("desk1", "revoked")) == 2 and ("cad-2", "valid") in states
    assert "没有新的" in ctl("tls", "revoke", own, "desk1").stdout
    done = ctl("tls", "revoke", own, "desk77", check=False)
    assert done.returncode == 1 and "tls show" in done.stderr


def test_what_comes_next_is_said(own):
    """Of another certificate in the place of one, of a server's that is revoked, and that an authority cannot go."""
    old = json.loads(ctl("--json", "tls", "show", own / "desk1/cert.pem").stdout)["serial"]
    assert "tls revoke" in ctl("tls", "issue", own, "desk1", check=False).stderr
    assert f"tls revoke {own} {old}" in ctl("tls", "issue", "--replace", own, "desk1").stdout
    done = ctl("tls", "revoke", own, "server")
    assert "tls issue --replace" in done.stdout and "client.yaml" in done.stdout
    assert "client.yaml" not in ctl("tls", "revoke", own, "desk1").stdout
    done = ctl("tls", "revoke", own, "ca", check=False)
    assert done.returncode == 1 and "tls init" in done.stderr


def test_a_key_that_others_could_read_is_not_certified_again(own):
    (own / "server/key.pem").chmod(0o644)
    done = ctl("tls", "renew", own, "server", check=False)
    assert done.returncode == 1 and "chmod 600" in done.stderr
    ctl("tls", "renew", "--new-key", own, "server")
    assert (own / "server/key.pem").stat().st_mode & 0o777 == 0o600


def test_one_serial_number_can_be_revoked(own):
    serial = json.loads(ctl("--json", "tls", "show", own / "desk1/cert.pem").stdout)["serial"]
    ctl("tls", "renew", own, "desk1")
    ctl("tls", "revoke", own, serial)
    states = {c["serial"]: c["state"] for c in json.loads(ctl("--json", "tls", "show", own).stdout)["certificates"]
              if c["name"] == "desk1"}
    assert states[serial] == "revoked" and sorted(states.values()) == ["revoked", "valid"]


def test_show_tells_until_when(own):
    file = own / "server/cert.pem"
    finger = openssl("x509", "-in", file, "-noout", "-fingerprint", "-sha256").split("=")[1].strip()
    shown = ctl("tls", "show", file).stdout
    assert finger in shown and "liandong.test, 127.0.0.1, ::1" in shown and "服务器" in shown and ORG in shown
    table = ctl("tls", "show", own).stdout
    assert finger in table and "desk1" in table and "URI:liandong:account:desk1" in table
    until = json.loads(ctl("--json", "tls", "show", file).stdout)["until"]
    day = {n: time.strftime("%Y-%m-%d 00:00:00", time.gmtime(time.mktime(time.strptime(until[:10], "%Y-%m-%d")) + n * 86400))
           for n in (-20, 5)}
    assert json.loads(ctl("--json", "tls", "show", file, when=day[-20]).stdout)["state"] == "expires-soon"
    assert json.loads(ctl("--json", "tls", "show", file, when=day[5]).stdout)["state"] == "expired"
    done = ctl("tls", "show", own / "server/key.pem", check=False)
    assert done.returncode == 1 and "没有证书" in done.stderr
    assert ctl("tls", "show", own / "nothing", check=False).returncode == 1


# -- with libliandong -------------------------------------------------------------------------------


def serve(own, holder="server", **how):
    return Server(str(own / holder / "cert.pem"), str(own / holder / "key.pem"), **how)


def test_the_library_trusts_what_the_authority_has_signed(own):
    files = {"ca_file": str(own / "ca.pem"), "crl_file": str(own / "crl.pem")}
    with serve(own) as s:
        assert connect(f"127.0.0.1:{s.port}", **files) == ("", "")
        assert connect(f"localhost:{s.port}", server_name="liandong.test", **files) == ("", "")
        word, text = connect(f"127.0.0.1:{s.port}")
        assert word == "unknown-authority" and f"{ORG} 联动 CA" in text


def test_bad_certificates_of_a_server_are_refused_with_a_sentence(own):
    """Expired, not yet valid, revoked, for another host, for another purpose."""
    files = {"ca_file": str(own / "ca.pem"), "crl_file": str(own / "crl.pem")}
    ctl("tls", "issue", "--names", "127.0.0.1", "--years", "1", own, "old", when="2020-01-01 00:00:00")
    ctl("tls", "issue", "--names", "127.0.0.1", "--years", "1", own, "early", when="2030-01-01 00:00:00")
    ctl("tls", "issue", "--names", "127.0.0.1", own, "gone")
    ctl("tls", "revoke", own, "gone")
    ctl("tls", "issue", "--names", "other.test", own, "other")
    for holder, word, says in (("old", "certificate-expired", "2020-12-31"),
                               ("early", "certificate-not-yet-valid", "2029-12-31"),
                               ("gone", "certificate-revoked", "吊销"), ("other", "wrong-host", "other.test"),
                               ("desk1", "certificate-refused", "用途")):
        with serve(own, holder) as s:
            got, text = connect(f"127.0.0.1:{s.port}", **files)
            assert got == word and says in text and str(s.port) in text, (holder, got, text)
            assert s.got == b""


def test_a_client_certificate_is_shown_to_the_server(own):
    files = {"ca_file": str(own / "ca.pem")}
    with serve(own, client_ca=str(own / "ca.pem")) as s:
        pair = {"cert_file": str(own / "desk1/cert.pem"), "key_file": str(own / "desk1/key.pem")}
        assert connect(f"127.0.0.1:{s.port}", token=None, **files, **pair) == ("", "")
        assert ("URI", "liandong:account:desk1") in s.peers[-1]["subjectAltName"]
        assert b"token" not in s.got
        word, text = connect(f"127.0.0.1:{s.port}", **files)
        assert word == "client-certificate-required" and "tls issue" in text


def test_a_client_certificate_that_the_server_refuses(own, tmp_path):
    ctl("tls", "init", "--org", "别处", "--names", "x.test", "--clients", "desk1", tmp_path / "other")
    ctl("tls", "issue", "--years", "1", own, "late", when="2020-01-01 00:00:00")
    with serve(own, client_ca=str(own / "ca.pem")) as s:
        for folder, words in ((tmp_path / "other/desk1", ("client-certificate-refused",)),
                              (own / "late", ("client-certificate-expired", "client-certificate-refused"))):
            word, text = connect(f"127.0.0.1:{s.port}", token=None, ca_file=str(own / "ca.pem"),
                                 cert_file=str(folder / "cert.pem"), key_file=str(folder / "key.pem"))
            assert word in words and "tls issue" in text, (folder, word, text)
