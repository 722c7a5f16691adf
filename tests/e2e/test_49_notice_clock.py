"""Notices that wait while the wall clock is put: what waits for seconds waits for seconds, whatever the clock says meanwhile."""
import os
import signal
import struct
import time

from harness import incident, now_text, preload, until
from noticing import ask_outbox, attempts, city, rows, states
from vendors import Vendors


def put(v, file, seconds):
    """The daemon's wall clock and the providers', which look at what is signed."""
    with open(file, "r+b") as f:
        f.write(struct.pack("=q", seconds))
    v.clock = lambda: time.time() + seconds


def waits(d, v, number):
    """An instruction whose provider is away, and that waits for its next try."""
    v.always["webhook"] = "error"
    with d.desk() as c:
        c.call("incident.report", **incident(number, units=["water"], received_at=now_text()))
    until(lambda: [a for r in rows(d) if r["incident"] == number for a in attempts(d).get(r["id"], []) if a["tries"] > 0 and a["state"] == 0],
          "it waits for another try")
    v.always["webhook"] = "ok"


def test_two_hours_back_and_forth(tmp_path):
    library, off = preload(tmp_path, "step_clock.c"), str(tmp_path / "off")
    with open(off, "wb") as f:
        f.write(bytes(8))
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, clock=None, start=False) as d:
        d.launch(by=("env", f"LD_PRELOAD={library}", f"STEP_CLOCK={off}"))
        until(d.is_ready, "the daemon to be ready")
        until(lambda: " follows seq=" in d.log(), "the notifier to follow")
        waits(d, v, "BACK-1")
        put(v, off, -7200)
        until(lambda: states(d) == ["delivered"], "its next try, and not one two hours from now", limit=25)
        assert "clock stepped" in d.log()
        waits(d, v, "FORTH-1")
        put(v, off, 0)
        until(lambda: [r["state"] for r in rows(d) if r["incident"] == "FORTH-1" and r["class"] == 0] == [2], "it is not too old by that", limit=25)
        waits(d, v, "KILLED-1")
        os.kill(d.pids("notifier")[0], signal.SIGSTOP)  # it sees nothing of it
        put(v, off, -7200)
        d.kill("notifier")
        until(lambda: [r["state"] for r in rows(d) if r["incident"] == "KILLED-1" and r["class"] == 0] == [2], "found from ahead of now", limit=25)
        assert not ask_outbox(d, "SELECT 1 FROM notice WHERE class = 0 AND state != 2") and not v.wrong
