"""make demo: an evening with a storm is played with accounts of its own, and nothing of it is refused."""
import os
import re
import subprocess

import pytest

from harness import BUILD, ROOT, TLS, Daemon

STEPS = ("dispatch.acknowledged", "dispatch.departed", "dispatch.arrived", "dispatch.progressed", "dispatch.completed")


@pytest.mark.skipif(TLS, reason="the demonstration server is on loopback, without TLS")
def test_an_evening_with_a_storm(tmp_path):
    """The first four minutes of it, as fast as they go: reports, steps, a return that is granted, a call-back."""
    with Daemon(tmp_path) as d:
        command = ["/usr/bin/python3", os.path.join(ROOT, "scripts", "evening.py"), "--http", f"127.0.0.1:{d.http_port}",
                   "--tokens", str(tmp_path / "tokens"), "--ctl", f"{BUILD}/liandongctl -c {d.config}",
                   "--speed", "1000", "--minutes", "4"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        # up to 4:00: matters of 0:00 to 3:45; a return asked and granted, another one asked; two called back
        steps, = re.fullmatch(r"报警 16,步骤 (\d+),改派 3,回访 2,催促 0,被拒绝 0", done.stdout.splitlines()[-1]).groups()
        with d.desk(events=False) as c:
            incidents = c.call("incident.list", limit=100)["incidents"]
            units = {x["unit"] for i in incidents for x in i["dispatches"]}
            board = c.call("board.get")["incidents"]
            taken = [e for i in incidents for e in c.call("event.list", number=i["number"], limit=500)["events"]
                     if e["type"] in STEPS and not e["data"].get("again")]
        assert len(taken) == int(steps)
        assert len(incidents) == 16 and len([i for i in incidents if i.get("same_as")]) == 1
        assert len(units) > 15 and len(board) > 5
        assert all(oct(os.stat(tmp_path / "tokens" / name).st_mode)[-3:] == "600" for name in os.listdir(tmp_path / "tokens"))
