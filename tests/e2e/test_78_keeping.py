"""What keeps the store's records beyond the store: heads of its chain that were kept elsewhere, backups on a
timetable, restoring one, archives."""
import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import pytest

from harness import BUILD, Daemon, incident

CTL = os.path.abspath(os.path.join(BUILD, "liandongctl"))


def ctl(daemon, *arguments, code=0, **how):
    done = daemon.ctl(*arguments, check=False, **how)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def report(daemon, *numbers):
    with daemon.desk(events=False) as c:
        for n in numbers:
            c.call("incident.report", **incident(n))


# -- heads kept elsewhere --------------------------------------------------------------------------

def test_heads_are_appended_and_prove_the_store(daemon, tmp_path):
    heads = tmp_path / "heads"
    for i in range(3):
        report(daemon, f"HEAD-{i}")
        printed = ctl(daemon, "audit", "head", "--append", str(heads)).stdout
        assert heads.read_text().endswith(printed)
    lines = heads.read_text().splitlines()
    word, at, store, seq, digest, _ = lines[-1].split(" ")
    assert word == "liandong-head" and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+08:00", at) and len(store) == 16
    assert ctl(daemon, "audit", "verify", "--head", f"{seq}:{digest}")
    heads.write_text("\n".join(["# begun", lines[0], lines[1][:60], f"Nov 26 host liandong[7]: {lines[2]}"]))
    done = ctl(daemon, "audit", "verify", "--heads", str(heads))
    assert "2 个链头" in done.stdout and "1 行损坏" in done.stderr and "第 3 行" in done.stderr
    ctl(daemon, "audit", "head", "--append", str(heads))  # the last line had no end
    assert "3 个链头" in ctl(daemon, "audit", "verify", "--heads", str(heads)).stdout
    other = tmp_path / "others"
    other.write_text("")
    assert "没有本库的链头" in ctl(daemon, "audit", "verify", "--heads", str(other), code=1).stderr
    assert "nowhere" in ctl(daemon, "audit", "verify", "--heads", str(tmp_path / "nowhere"), code=1).stderr


def test_a_store_that_was_set_back_is_found(daemon, tmp_path):
    heads, copy = tmp_path / "heads", tmp_path / "old.db"
    report(daemon, "BACK-1")
    ctl(daemon, "audit", "head", "--append", str(heads))
    ctl(daemon, "backup", str(copy))
    report(daemon, "BACK-2")
    ctl(daemon, "audit", "head", "--append", str(heads))
    before = heads.read_bytes()
    ctl(daemon, "audit", "verify", "--store", str(copy))
    said = ctl(daemon, "audit", "verify", "--store", str(copy), "--heads", str(heads), code=1).stderr
    assert "第 2 行" in said and "较旧的备份" in said
    said = ctl(daemon, "audit", "head", "--store", str(copy), "--append", str(heads), code=1).stderr
    assert "第 2 行" in said and heads.read_bytes() == before, "nothing is appended to what does not hold"
    assert "line 2" in ctl(daemon, "--en", "audit", "verify", "--store", str(copy), "--heads", str(heads), code=1).stderr


class Taker(http.server.BaseHTTPRequestHandler):
    answer, taken = 204, []

    def do_POST(self):
        Taker.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(Taker.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_a_head_is_posted(daemon):
    with http.server.HTTPServer(("127.0.0.1", 0), Taker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/heads"
        line = ctl(daemon, "audit", "head", "--post", url).stdout
        assert Taker.taken == [line.encode()]
        Taker.answer = 500
        assert url in ctl(daemon, "audit", "head", "--post", url, code=1).stderr
        server.shutdown()
    assert url in ctl(daemon, "audit", "head", "--post", url, code=1).stderr, "refused connections, too"
    ctl(daemon, "audit", "head", "--post", "file:///etc/passwd", code=2)
    nothing = {**os.environ, "PATH": "/nonexistent"}
    done = subprocess.run([CTL, "-c", daemon.config, "audit", "head", "--post", url], env=nothing, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1 and "curl" in done.stderr and done.stdout.startswith("liandong-head ")
