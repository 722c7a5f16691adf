"""The notifier's files are deleted, replaced or cut while notices go out: it is noticed within a second or so, and nothing is lost or told
twice. The robot knows no doubles. The clock is manual."""
import contextlib
import os
import shutil
import sqlite3

import pytest

from harness import preload, until
from noticing import STATES, advance, city, follows, report, rows, settled
from vendors import Vendors


def delete(path, older):
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + end)


def delete_log(path, older):
    os.unlink(path + "-wal")


def replace(path, older):
    shutil.copy(older, path + ".copy")
    os.rename(path + ".copy", path)


def overwrite(path, older):
    shutil.copyfile(older, path)


def cut(path, older):
    os.truncate(path, 4096)


def cut_log(path, older):
    os.truncate(path + "-wal", 50)


def one_bit(path, older):
    with open(path, "r+b") as f:
        f.seek(5000)
        byte = f.read(1)[0]
        f.seek(5000)
        f.write(bytes([byte ^ 1]))


def told(v, number):
    return sum(number in text for _, _, text in v.told("wecom-bot"))


def state(d, number):
    """None while one file takes the other's place."""
    with contextlib.suppress(sqlite3.DatabaseError):
        return [STATES[r["state"]] for r in rows(d) if r["incident"] == number and r["class"] == 0]
    return None


@pytest.mark.parametrize("harm, kept", [(delete, True), (delete_log, True), (replace, True), (overwrite, False), (cut, False), (cut_log, False),
                                        (one_bit, False)], ids=lambda x: getattr(x, "__name__", ""))
def test_it_goes_on_and_tells_nothing_twice(tmp_path, harm, kept):
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot]", "power": "[webhook]"}, names=("wecom-bot", "webhook")) as d:
        path, older = os.path.join(d.folder, "notices", "notices.db"), str(tmp_path / "older")
        shutil.copy(path, older)  # from before anything was told
        report(d, number="OLD-1", priority="P3")
        until(lambda: state(d, "OLD-1") == ["delivered"] and rows(d)[0]["told"], "one that is told")
        v.always["webhook"] = "error"
        report(d, number="WAIT-1", unit="power", priority="P3")
        until(lambda: len(v.of("webhook")) == 1, "one that waits")
        settled(d)
        harm(path, older)
        until(lambda: "ALARM file lost" in d.log() and os.path.exists(path), "it is noticed, and there is one again")
        report(d, number="NEXT-1", priority="P3")
        until(lambda: state(d, "NEXT-1") == ["delivered"], "the next one")
        assert state(d, "WAIT-1") == ["queued"], "what lives is in the new file"
        assert (state(d, "OLD-1") == ["delivered"]) == kept
        pid = d.pids("notifier")[0]
        assert d.log().count("notifier INFO follows") == 1, "it is the same process"
        os.kill(pid, 9)
        until(lambda: d.pids("notifier") not in ([], [pid]) and follows(d), "another notifier")
        v.always["webhook"] = "ok"
        advance(d, 7)
        until(lambda: state(d, "WAIT-1") == ["delivered"], "what waited")
        settled(d)
        assert (told(v, "OLD-1"), told(v, "NEXT-1")) == (1, 1)
        assert sum("WAIT-1" in text for _, _, text in v.told("webhook")) == 1 and not v.wrong
        assert "ALARM not permitted" not in d.log() and "system call" not in d.log()


def test_the_folder_is_there_again(tmp_path):
    """It is deleted with all that is in it: the next process makes it, and follows the last half hour again."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        report(d, number="OLD-1", priority="P3")
        until(lambda: state(d, "OLD-1") == ["delivered"], "one that is told")
        pid = d.pids("notifier")[0]
        shutil.rmtree(os.path.join(d.folder, "notices"))
        until(lambda: "what=folder-gone" in d.log(), "it is noticed")
        until(lambda: d.pids("notifier") not in ([], [pid]) and follows(d), "another notifier")
        report(d, number="NEXT-1", priority="P3")
        until(lambda: state(d, "NEXT-1") == ["delivered"], "the next one")
        assert sum("OLD-1" in text for _, _, text in v.told("webhook")) == 1, "the receiver knows it by its id"


def test_messages_to_partners_are_kept(tmp_path):
    """exchange.db is deleted while it is open: it is there again, whole."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}) as d:
        path = os.path.join(d.folder, "notices", "exchange.db")
        delete(path, None)
        until(lambda: "ALARM file lost" in d.log() and os.path.exists(path), "it is there again")
        report(d, number="NEXT-1", priority="P3")
        until(lambda: state(d, "NEXT-1") == ["delivered"], "the next one")
        assert d.log().count("notifier INFO follows") == 1


def test_on_a_full_disk_notices_go_on(tmp_path):
    """The notifier has a ballast of its own, as the engine has: it is given up, and what is issued still goes out, once."""
    library, full = preload(tmp_path, "full_disk.c"), tmp_path / "full"
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-bot]"}, names=("wecom-bot",), start=False) as d:
        ballast = os.path.join(d.folder, "notices", "ballast")
        d.launch(by=("env", f"LD_PRELOAD={library}", "FULL_ONLY=notifier", "FULL_FOLDER=/notices/", f"FULL={full}", f"FULL_BALLAST={ballast}"))
        until(lambda: follows(d) and os.path.exists(ballast), "the notifier to follow")
        report(d, number="OLD-1", priority="P3")
        until(lambda: state(d, "OLD-1") == ["delivered"], "one that is told")
        full.write_text("")
        report(d, number="NEXT-1", priority="P3")
        until(lambda: state(d, "NEXT-1") == ["delivered"], "the next one", limit=60)
        assert "notifier ALARM ballast given back" in d.log() and not os.path.exists(ballast)
        settled(d)
        assert (told(v, "OLD-1"), told(v, "NEXT-1")) == (1, 1)
