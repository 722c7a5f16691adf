"""libliandong over TLS, against a server of the test's own: whom it trusts, and what it says of everybody else.

The server is Python's ssl: another implementation of the session than the daemon's. What it was sent is kept, so that
a test can say that a token never left.
"""
import contextlib
import json
import os
import socket
import ssl
import subprocess
import threading
import time

import pytest

from client_library import connect
from harness import LIMIT, free_port

GREETING = json.dumps({"jsonrpc": "2.0", "id": 0, "result": {"seq": 7}}).encode() + b"\n"


class Server:
    """Answers each connection's first line as session.open; `got` are all bytes that came after the handshakes."""

    def __init__(self, cert=None, key=None, client_ca=None, newest=None, silent=False, answer=GREETING):
        self.got = b""
        self.silent, self.answer = silent, answer
        self.context = None
        self.peers = []
        if cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(cert, key)
            if newest:
                self.context.minimum_version, self.context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
                self.context.set_ciphers("DEFAULT@SECLEVEL=0")
            if client_ca:
                self.context.verify_mode = ssl.CERT_REQUIRED
                self.context.load_verify_locations(client_ca)
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError, ssl.SSLError), client:
                client.settimeout(LIMIT)
                if self.silent:
                    client.recv(1)
                    time.sleep(0.1)
                    while client.recv(4096):
                        pass
                self.talk(self.context.wrap_socket(client, server_side=True) if self.context else client)

    def talk(self, client):
        line = b""
        if self.context:
            self.peers.append(client.getpeercert())
        while b"\n" not in line:
            data = client.recv(4096)
            if not data:
                return
            self.got += data
            line += data
        client.sendall(self.answer)
        client.recv(1)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A certificate that has signed itself, for liandong.test and 127.0.0.1; its file and its key's."""
    folder = tmp_path_factory.mktemp("alone")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=liandong.test",
                    "-addext", "subjectAltName=DNS:liandong.test,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def test_a_self_signed_server_is_refused_unless_it_is_the_one_that_was_named(alone):
    with Server(*alone) as s:
        word, text = connect(f"127.0.0.1:{s.port}")
        assert (word, s.got) == ("self-signed", b"")
        assert f"127.0.0.1:{s.port}" in text and "自签名" in text and "CA" in text
        assert connect(f"127.0.0.1:{s.port}", ca_file=alone[0]) == ("", "")
        assert json.loads(s.got)["params"]["token"] == "t"


def test_the_name_of_the_certificate_is_checked(alone):
    with Server(*alone) as s:
        word, text = connect(f"localhost:{s.port}", ca_file=alone[0])
        assert (word, s.got) == ("wrong-host", b"")
        assert "liandong.test、127.0.0.1" in text
        word, text = connect(f"127.0.0.1:{s.port}", ca_file=alone[0], server_name="liandong.other")
        assert (word, s.got) == ("wrong-host", b"") and "应是 liandong.other" in text
        assert connect(f"localhost:{s.port}", ca_file=alone[0], server_name="liandong.test") == ("", "")


def test_a_server_without_tls_is_told_from_one_with(alone):
    with Server() as s:
        word, text = connect(f"127.0.0.1:{s.port}", ca_file=alone[0])
        assert word == "not-tls" and "不使用 TLS" in text
        assert b"token" not in s.got
    with Server(answer=b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}\n') as s:
        assert connect(f"127.0.0.1:{s.port}", ca_file=alone[0])[0] == "not-tls"
    with Server(*alone) as s:
        word, text = connect(f"127.0.0.1:{s.port}", tls=False)
        assert word == "lost" and "也许要求 TLS" in text
    with Server(answer=bytes.fromhex("15030100020246")) as s:  # an alert: protocol version
        word, text = connect(f"127.0.0.1:{s.port}", tls=False)
        assert word == "needs-tls" and "TLS" in text


def test_off_this_machine_a_token_goes_by_tls_or_not_at_all():
    """The machine's own address is none of loopback's, and a plain server listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        mine = probe.getsockname()[0]
    with Server() as s:
        s.listener.close()
        s.listener = socket.create_server((mine, 0))
        port = s.listener.getsockname()[1]
        s.thread = threading.Thread(target=s.serve, daemon=True)
        s.thread.start()
        assert connect(f"{mine}:{port}", token="secret-one", tls=False)[0] == "not-tls"
        assert connect(f"{mine}:{port}", token="secret-two")[0] == "not-tls"
        assert b"secret" not in s.got
        assert connect(f"{mine}:{port}", token="secret-three", insecure_plain=True) == ("", "")
        assert b"secret-three" in s.got


def test_a_server_that_says_nothing_is_given_up(alone):
    """Ten seconds for the connection, its handshake and the session together, whatever drips in meanwhile."""
    with Server(*alone, silent=True) as s:
        begun = time.monotonic()
        word, left_ms = connect(f"127.0.0.1:{s.port}", wait_ms=500, ask_timeout=True)
        spent = time.monotonic() - begun
        assert word == "waits" and spent < 5 and 9900 - spent * 1000 - 500 < left_ms <= 10000


def test_a_name_that_is_not_there_is_said():
    word, text = connect("nosuch.invalid:7110")
    assert word == "unreachable" and "nosuch.invalid" in text


def test_old_tls_is_refused(alone):
    with Server(*alone, newest=ssl.TLSVersion.TLSv1_1) as s:
        assert connect(f"127.0.0.1:{s.port}", ca_file=alone[0])[0] == "tls-version"
    with Server(*alone, newest=ssl.TLSVersion.TLSv1_2) as s:
        assert connect(f"127.0.0.1:{s.port}", ca_file=alone[0]) == ("", "")


def test_what_cannot_be_used_is_named_before_anything_is_sent(alone, tmp_path):
    cert, key = alone
    rubbish, locked, missing = str(tmp_path / "rubbish"), str(tmp_path / "locked"), str(tmp_path / "missing")
    with open(rubbish, "w", encoding="ascii") as f:
        f.write("no certificate\n")
    subprocess.run(["openssl", "ec", "-in", key, "-aes128", "-passout", "pass:x", "-out", locked], check=True,
                   capture_output=True)
    other = str(tmp_path / "other")
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", other], check=True)
    for members, names in (({"ca_file": missing}, (missing, "没有这个文件")), ({"ca_file": rubbish}, (rubbish, "PEM")),
                           ({"cert_file": cert, "key_file": other}, (other, "不是一对")),
                           ({"cert_file": cert, "key_file": locked}, (locked, "口令")),
                           ({"crl_file": cert}, (cert, "吊销列表"))):
        word, text = connect("127.0.0.1:1", **members)
        assert word == "open" and all(name in text for name in names), (members, text)
    assert connect("127.0.0.1:1", size=0)[0] == "open"
    assert connect("127.0.0.1:1", size=8 + 8, ca_file=missing)[0] == "open"  # an older caller's struct
    assert connect("nowhere")[0] == "open" and connect("host:99999999")[0] == "open"


def test_the_library_needs_no_more_than_it_says():
    """Nothing of ours is exported but what client.h declares."""
    from harness import BUILD, ROOT
    with open(os.path.join(ROOT, "include/liandong/client.h"), encoding="utf-8") as f:
        declared = {w for w in f.read().replace("(", " ").replace("*", " ").split() if w.startswith("liandong_")}
    out = subprocess.run(["nm", "-D", "--defined-only", os.path.join(BUILD, "libliandong.so.0")], check=True,
                         capture_output=True, text=True).stdout
    exported = {line.split()[-1] for line in out.splitlines()}
    assert exported and exported <= declared and "liandong_open_tls" in exported
