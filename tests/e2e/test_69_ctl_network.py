"""liandongctl on another machine: by which of option, environment and file it finds its server, who may read a token's
file, and what it says of every certificate that is not good.
"""
import json
import os
import pathlib
import re
import subprocess

import pytest

from harness import BUILD, Daemon, Terminal, free_port
from test_67_tls_client import Server
from test_68_tls_authority import ctl as offline


def ctl(*arguments, env=None, home=None):
    """liandongctl as an officer's account has it: no liandong.yaml, no environment but what is said."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LIANDONG_", "XDG_"))}
    return subprocess.run([os.path.join(BUILD, "liandongctl"), *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False, stdin=subprocess.DEVNULL,
                          env={**clean, "HOME": str(home or "/nonexistent"), **{k: str(v) for k, v in (env or {}).items()}})


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("d")) as d:
        yield d


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("city") / "ca"
    offline("tls", "init", "--org", "某某市", "--names", "127.0.0.1", "--clients", "desk1", folder)
    return folder


@pytest.fixture
def token(d, tmp_path):
    return secret(tmp_path / "token", d.account("officer", "desk") + "\n")


def secret(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


# -- where the server is said -----------------------------------------------------------------------


def test_options_environment_and_file_say_the_same(d, token, tmp_path):
    at = f"127.0.0.1:{d.console_port}"
    for done in (ctl("--server", at, "--token-file", token, "units", "power"),
                 ctl("units", f"--server={at}", f"--token-file={token}", "power"),
                 ctl("units", "power", env={"LIANDONG_SERVER": at, "LIANDONG_TOKEN_FILE": token})):
        assert done.returncode == 0 and "power" in done.stdout, done.stderr
    folder = tmp_path / ".config/liandong"
    folder.mkdir(parents=True)
    secret(folder / "token", token.read_text())
    (folder / "client.yaml").write_text(f'server: "{at}"\ntoken: token\n')
    assert ctl("units", "power", home=tmp_path).returncode == 0
    assert ctl("units", "power", env={"XDG_CONFIG_HOME": tmp_path / ".config"}).returncode == 0
    assert ctl("units", "power", env={"LIANDONG_CLIENT": folder / "client.yaml"}).returncode == 0
    local = ctl("-c", d.config, "--json", "account", "list", home=tmp_path)  # of role local: on the control socket
    assert local.returncode == 0 and "officer" in local.stdout


def test_what_a_file_holds_goes_to_its_own_server_only(d, token, tmp_path):
    (tmp_path / ".config/liandong").mkdir(parents=True)
    secret(tmp_path / ".config/liandong/token", token.read_text())
    (tmp_path / ".config/liandong/client.yaml").write_text(f'server: "127.0.0.1:{d.console_port}"\ntoken: token\n')
    with Server() as other:
        done = ctl("--server", f"127.0.0.1:{other.port}", "status", home=tmp_path)
        assert done.returncode == 1 and "--token-file" in done.stderr
        assert other.got == b""


def test_the_language_is_an_option_or_the_environments_or_a_files(d, token, tmp_path):
    """What is said nearest counts, as with the server."""
    (tmp_path / ".config/liandong").mkdir(parents=True)
    file = tmp_path / ".config/liandong/client.yaml"
    file.write_text(f'server: "127.0.0.1:{d.console_port}"\ntoken: {token}\nlanguage: en\n')
    copy = tmp_path / "liandong.yaml"
    copy.write_text(pathlib.Path(d.config).read_text() + "\nlanguage: en\n")

    def english(*words, **env):
        done = ctl(*words, "units", "power", home=tmp_path, env=env)
        assert done.returncode == 0 and ("tier" in done.stdout) != ("级" in done.stdout.split("\n")[0]), done.stdout
        return "tier" in done.stdout
    assert english() and not english("--zh") and not english(LIANDONG_LANGUAGE="zh") and english("--en", LIANDONG_LANGUAGE="zh")
    assert english("-c", copy) and not english("-c", copy, "--zh") and not english("-c", d.config)
    file.write_text(f'server: "127.0.0.1:{d.console_port}"\ntoken: {token}\n')
    assert not english() and english(LIANDONG_LANGUAGE="en")
    file.write_text(f'server: "127.0.0.1:{d.console_port}"\ntoken: {token}\nlanguage: fr\n')
    assert "language" in ctl("units", home=tmp_path).stderr


def test_who_asks_is_who_may(d, token):
    done = ctl("--server", f"127.0.0.1:{d.console_port}", "--token-file", token, "account", "list")
    assert done.returncode == 1 and "无权" in done.stderr
    bad = secret(token.parent / "bad", "x" * 64)
    done = ctl("--server", f"127.0.0.1:{d.console_port}", "--token-file", bad, "units")
    assert done.returncode == 1 and "令牌" in done.stderr


def test_follow_and_console_go_there_too(d, token):
    at = ("--server", f"127.0.0.1:{d.console_port}", "--token-file", token)
    done = subprocess.run([os.path.join(BUILD, "liandongctl"), *map(str, at), "console"], capture_output=True, text=True,
                          input="n 解放路12号水管爆裂,水漫路面\n\n", timeout=60, check=False)
    assert done.returncode == 0 and re.search("已报 \\d+ 号 .*主办 ", done.stdout), done.stdout + done.stderr
    shown = ctl(*at, "--json", "events", "--after", "0").stdout
    assert "incident.reported" in shown


@pytest.mark.parametrize("server, says, en", [
    ("127.0.0.1:99999", "1 至 65535", "1 to 65535"), ("127.0.0.1:0", "1 至 65535", "1 to 65535"),
    ("127.0.0.1：7110", "全角", "full-width"), ("127.0.0.1：", "全角", "full-width"), ("https://a.test:8110", "网址", "URL"),
    ("::1", "方括号", "brackets"), ("[::1", "方括号", "brackets"), ("a b:7110", "空格", "blank"), (":7110", "没有主机名", "no host"),
    ("a.test:", "1 至 65535", "1 to 65535")])
def test_a_server_that_is_none_has_its_sentence(token, server, says, en):
    done = ctl("--server", server, "--token-file", token, "units")
    assert done.returncode == 1 and says in done.stderr and server in done.stderr, done.stderr
    assert en in ctl("--server", server, "--token-file", token, "--en", "units").stderr


def test_the_port_of_pages_is_told_from_the_consoles(d, token):
    done = ctl("--server", f"127.0.0.1:{d.http_port}", "--token-file", token, "units")
    assert done.returncode == 1 and "HTTP" in done.stderr and "listen.console" in done.stderr and "7110" in done.stderr


LOCAL = [("check",), ("restore",), ("archive", "2024"), ("audit", "verify"), ("report", "quarter", "2026Q1"), ("score", "water", "2026Q1"),
         ("print", "contacts"), ("units", "export"), ("duty", "import", "x.csv"), ("route", "test"), ("unit", "add")]


@pytest.mark.parametrize("words", LOCAL, ids=" ".join)
def test_what_works_on_files_says_so_of_a_server(d, token, words, tmp_path):
    """And nothing of this machine is used in the place of the server's."""
    at = ("--server", f"127.0.0.1:{d.console_port}", "--token-file", token)
    done = ctl(*at, *words)
    assert done.returncode == 1 and "在服务器上运行" in done.stderr and " ".join(words[:2]) in f"{' '.join(words[:2])} {done.stderr}"
    assert "run it on the server" in ctl(*at, "--en", *words).stderr
    (tmp_path / "client.yaml").write_text('server: "127.0.0.1:1"\ntoken: token\n')
    assert "在服务器上运行" in ctl(*words, env={"LIANDONG_CLIENT": tmp_path / "client.yaml"}).stderr


def test_without_tls_to_this_machine_a_person_is_told(d, token, tmp_path):
    command = (os.path.join(BUILD, "liandongctl"), "--server", f"127.0.0.1:{d.console_port}", "--token-file", str(token), "units")
    with Terminal(*command, home=tmp_path) as t:
        assert "--ca" in t.see("不经 TLS;要经 TLS 就写 --ca 文件") and t.end() == 0
    assert "TLS" not in ctl(*command[1:]).stderr  # a program is not


# -- secrets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_token_that_others_can_read_is_refused(d, tmp_path, mode):
    path = secret(tmp_path / "token", "t" * 64, mode)
    with Server() as s:
        done = ctl("--server", f"127.0.0.1:{s.port}", "--token-file", path, "units")
        assert done.returncode == 1 and "chmod 600" in done.stderr and str(path) in done.stderr
        assert s.got == b""


def test_token_files_that_are_none(tmp_path):
    for path, says in ((tmp_path / "missing", "没有这个文件"), (secret(tmp_path / "empty", " \n"), "是空的"), (tmp_path, "不是文件")):
        done = ctl("--server", "127.0.0.1:1", "--token-file", path, "units")
        assert done.returncode == 1 and says in done.stderr, done.stderr
    done = ctl("--server", "127.0.0.1:1", "units")
    assert done.returncode == 1 and "--token-file" in done.stderr and "--cert" in done.stderr


def test_a_key_that_others_can_read_is_refused(city, tmp_path):
    key = secret(tmp_path / "key", (city / "desk1/key.pem").read_text(), 0o644)
    done = ctl("--server", "127.0.0.1:1", "--ca", city / "ca.pem", "--cert", city / "desk1/cert.pem", "--key", key, "units")
    assert done.returncode == 1 and "chmod 600" in done.stderr


def test_a_certificate_and_its_key_belong_together(city):
    folder = city / "desk1"
    for given, says, en in ((("--cert", folder / "cert.pem"), "--key 文件", "--key FILE"),
                            (("--key", folder / "key.pem"), "--cert 文件", "--cert FILE")):
        done = ctl("--server", "127.0.0.1:1", "--ca", city / "ca.pem", *given, "units")
        assert done.returncode == 1 and says in done.stderr and "chmod" not in done.stderr, done.stderr
        assert en in ctl("--server", "127.0.0.1:1", "--ca", city / "ca.pem", *given, "--en", "units").stderr


def test_a_client_file_with_mistakes_names_them(tmp_path):
    path = tmp_path / "client.yaml"
    path.write_text('sever: "a.test:7110"\ntokens: x\n')
    done = ctl("units", env={"LIANDONG_CLIENT": path})
    assert done.returncode == 1 and f"{path}:1" in done.stderr and f"{path}:2" in done.stderr and "server" in done.stderr
    done = ctl("units", env={"LIANDONG_CLIENT": tmp_path / "missing"})
    assert done.returncode == 1 and "missing" in done.stderr


# -- certificates -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bad(city, tmp_path_factory):
    """Servers' certificates that are not good: their folder by what is wrong, and the authority's."""
    offline("tls", "issue", "--names", "127.0.0.1", "--years", "1", city, "old", when="2020-01-01 00:00:00")
    offline("tls", "issue", "--names", "other.test", city, "other")
    offline("tls", "issue", "--names", "127.0.0.1", city, "gone")
    offline("tls", "revoke", city, "gone")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "ca"
    offline("tls", "init", "--org", "别处", "--names", "127.0.0.1", elsewhere)
    alone = tmp_path_factory.mktemp("alone")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    alone / "key.pem", "-out", alone / "cert.pem", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    return {"old": city / "old", "other": city / "other", "gone": city / "gone", "stranger": elsewhere / "server", "alone": alone}


@pytest.mark.parametrize("which, word, says", [
    ("old", "certificate-expired", "已过期"), ("other", "wrong-host", "other.test"), ("gone", "certificate-revoked", "吊销"),
    ("stranger", "unknown-authority", "--ca 文件"), ("alone", "self-signed", "--ca 文件")])
def test_each_bad_certificate_has_its_sentence(city, bad, tmp_path, which, word, says):
    token = secret(tmp_path / "token", "t" * 64)
    with Server(str(bad[which] / "cert.pem"), str(bad[which] / "key.pem")) as s:
        at = ["--server", f"127.0.0.1:{s.port}", "--token-file", token, "--ca", city / "ca.pem", "--crl", city / "crl.pem"]
        done = ctl(*at, "units")
        assert done.returncode == 1 and says in done.stderr and f"127.0.0.1:{s.port}" in done.stderr, done.stderr
        assert f"({word})" in ctl(*at, "--en", "units").stderr
        assert s.got == b""


def test_a_server_without_tls_gets_no_token(city, tmp_path):
    token = secret(tmp_path / "token", "t" * 64)
    with Server() as s:
        done = ctl("--server", f"127.0.0.1:{s.port}", "--token-file", token, "--ca", city / "ca.pem", "units")
        assert done.returncode == 1 and "不使用 TLS" in done.stderr and "--insecure-plain" in done.stderr
        assert b"token" not in s.got
    done = ctl("--server", f"127.0.0.1:{free_port()}", "--token-file", token, "units")
    assert done.returncode == 1 and "无法连接" in done.stderr


def test_the_file_that_tls_init_writes_is_one(d, city, tmp_path):
    """An officer copies the folder to ~/.config/liandong, and that is all."""
    lines = (city / "desk1/client.yaml").read_text()
    assert 'server: "127.0.0.1:7110"' in lines and "client.schema.json" in lines
    (tmp_path / "client.yaml").write_text(lines.replace(":7110", f":{free_port()}"))
    for name in ("ca.pem", "cert.pem", "key.pem"):
        secret(tmp_path / name, (city / "desk1" / name).read_text())
    done = ctl("units", env={"LIANDONG_CLIENT": tmp_path / "client.yaml"})
    assert done.returncode == 1 and "无法连接" in done.stderr  # all was read; only the server is not there
    assert json.loads(offline("--json", "tls", "show", tmp_path / "cert.pem").stdout)["names"] == ["URI:liandong:account:desk1"]


def test_the_port_of_that_file_is_the_consoles(d, city):
    """Of the liandong.yaml on the machine where the certificate is issued."""
    offline("-c", d.config, "tls", "issue", city, "desk9")
    assert f'server: "127.0.0.1:{d.console_port}"' in (city / "desk9/client.yaml").read_text()
