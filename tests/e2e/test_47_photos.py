"""Photos of a dispatch: taken by content, without what they say of where they were made, kept before their event,
seen by whom the dispatch is seen, and gone with the texts."""
import base64
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import threading

import pytest

from harness import ROOT, Daemon, incident, png, until

CLOCK = "2026-03-06T10:00:00+08:00"
SECRET = b"N25.29 E117.42 HUAWEI"


def jpeg(pixels=b"\x12\x34", exif=b""):
    def segment(marker, data):
        return b"\xff" + marker + struct.pack(">H", len(data) + 2) + data
    return (b"\xff\xd8" + (segment(b"\xe1", b"Exif\0\0" + exif) if exif else b"") + segment(b"\xdb", b"\0" + b"\1" * 64) +
            segment(b"\xc0", b"\x08\0\x08\0\x10\x01\x01\x11\0") + segment(b"\xda", b"\x01\x01\0\0\x3f\0") + pixels + b"\xff\xd9")


def digest(b):
    return hashlib.sha256(b).hexdigest()


def kept(d):
    """The files of photos, by folder."""
    top = os.path.join(d.folder, "liandong.db.photos")
    return sorted(os.path.join(os.path.basename(at), f) for at, _, files in os.walk(top) for f in files if f[0] != ".")


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("photos"), clock=CLOCK) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def desk(d):
    with d.desk() as c:
        yield c


def dispatched(desk, number, received_at=CLOCK, **members):
    r = desk.call("incident.report", **incident(number, received_at, **members))
    return next(x["dispatch"] for x in r["dispatches"] if x["role"] == "lead")


def add(d, name, picture, token, query="", **headers):
    headers = {"Content-Type": "image/jpeg", **headers}
    return d.http("POST", f"/v1/dispatches/{name}/photos{query}", token, picture, headers)


def test_one_is_kept_and_shown(d, desk):
    name = dispatched(desk, "PH-1")
    water = d.account("liaison-water", "liaison", "water")
    given, clean = jpeg(exif=SECRET) + b"PK\3\4 behind the end", jpeg()
    status, _, r = add(d, name, given, water, "?step=arrived", **{"Idempotency-Key": "k-1"})
    assert status == 200, r
    assert r["photo"] == digest(clean)
    assert r["dispatch"]["photos"] == [{"photo": digest(clean), "step": "arrived", "at": CLOCK, "type": "image/jpeg",
                                        "bytes": len(clean)}]
    assert kept(d) == [f"PH-1/{digest(clean)}"]
    # the same again, by its key and by another: one photo, one event
    assert add(d, name, given, water, "?step=arrived", **{"Idempotency-Key": "k-1"})[2]["photo"] == r["photo"]
    assert len(add(d, name, given, water, "?step=arrived")[2]["dispatch"]["photos"]) == 1
    # as a file, of the type that it is, whatever was said
    status, headers, body = d.http("GET", f"/v1/dispatches/{name}/photos/{digest(clean)}", water)
    assert (status, body) == (200, clean) and SECRET not in body
    assert headers["Content-Type"] == "image/jpeg" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == f'inline; filename="{digest(clean)[:12]}.jpg"'
    assert headers["Cache-Control"] == "no-store" and "sandbox" in headers["Content-Security-Policy"]
    # on the console, in the incident, in its events
    assert base64.b64decode(desk.call("photo.get", dispatch=name, photo=digest(clean))["image"]) == clean
    seen = desk.call("incident.get", number="PH-1")
    assert [p["photo"] for x in seen["dispatches"] for p in x.get("photos", [])] == [digest(clean)]
    events = [e for e in seen["events"] if e["type"] == "photo.added"]
    assert [(e["dispatch"], e["data"]) for e in events] == [
        (name, {"photo": digest(clean), "step": "arrived", "type": "jpeg", "bytes": len(clean)})]


def test_a_png_as_json_and_by_the_command_line(d, desk, tmp_path):
    name = dispatched(desk, "PH-2")
    water = d.account("liaison-water", "liaison", "water")
    clean = png(b"1")
    given = png(b"1", (b"tEXt", b"Comment\0" + SECRET), (b"eXIf", b"MM\0*" + SECRET))
    status, _, r = d.http("POST", f"/v1/dispatches/{name}/photos", water,
                          {"image": base64.b64encode(given).decode(), "at": "2026-03-06T09:59:00+08:00"})
    assert (status, r["photo"]) == (200, digest(clean)), r
    photo, = r["dispatch"]["photos"]
    assert (photo["type"], photo["step"], photo["at"]) == ("image/png", "departed", "2026-03-06T09:59:00+08:00")
    assert d.http("GET", f"/v1/dispatches/{name}/photos/{digest(clean)}", water)[1]["Content-Type"] == "image/png"
    # not taken ahead of its arrival here, whatever the phone's clock says
    ahead = d.http("POST", f"/v1/dispatches/{name}/photos", water,
                   {"image": base64.b64encode(png(b"2")).decode(), "at": "2026-03-06T10:03:00+08:00"})[2]
    assert ahead["dispatch"]["photos"][1]["at"] == CLOCK
    # 900 kB through the control socket, whose lines are longer
    large = jpeg(b"\x55" * 900_000)
    (tmp_path / "large.jpg").write_bytes(large)
    assert d.ctl("photo", "add", name, str(tmp_path / "large.jpg"), "--step", "completed").stdout.strip() == digest(large)
    assert digest(large) in d.ctl("dispatch", "show", name).stdout
    d.ctl("photo", "get", name, digest(large), "-o", str(tmp_path / "back.jpg"))
    assert (tmp_path / "back.jpg").read_bytes() == large


def test_what_is_no_picture_is_refused_and_says_why(d, desk):
    name = dispatched(desk, "PH-3")
    water = d.account("liaison-water", "liaison", "water")
    for bad, why in ((b"<svg/>", "不是 JPEG 或 PNG"), (jpeg()[:-2], "不完整"), (png()[:-3], "不完整"),
                     (b"GIF89a", "不是 JPEG 或 PNG")):
        status, _, r = add(d, name, bad, water)
        assert (status, r["code"], r["field"]) == (422, "invalid-params", "image") and why in r["detail"], r
    status, _, r = d.http("POST", f"/v1/dispatches/{name}/photos", water, {"image": "!!!!"})
    assert (status, r["field"]) == (422, "image") and "base64" in r["detail"]
    assert add(d, name, jpeg(b"0" * (1 << 20)), water)[0] in (413, 422)
    assert add(d, name, jpeg(), water, "?step=sideways")[0] == 422
    assert add(d, name, b"", water)[0] == 422
    assert not [f for f in kept(d) if f.startswith("PH-3/")]
    # a long body for everybody else stays as short as any
    assert d.http("POST", f"/v1/dispatches/{name}/acknowledge", water, b"{" + b" " * 200_000 + b"}",
                  {"Content-Type": "application/json"})[0] == 413
    assert add(d, name, jpeg(b"0" * 200_000), "0" * 64)[0] in (401, 413)


def test_three_a_step(d, desk):
    name = dispatched(desk, "PH-4")
    water = d.account("liaison-water", "liaison", "water")
    act = lambda verb, **body: d.http("POST", f"/v1/dispatches/{name}/{verb}", water, body)
    act("acknowledge")
    act("arrive")
    for i in range(3):
        assert add(d, name, jpeg(b"a%d" % i), water, "?step=arrived")[0] == 200
    status, _, r = add(d, name, jpeg(b"a3"), water, "?step=arrived")
    assert (status, r["code"]) == (409, "wrong-state") and "最多 3 张" in r["detail"], r
    for report in range(2):  # each report of progress has three of its own
        d.advance("10m")
        assert act("progress", text="抢修中")[0] == 200
        for i in range(3):
            assert add(d, name, jpeg(b"p%d%d" % (report, i)), water)[0] == 200
        assert add(d, name, jpeg(b"p%d3" % report), water, "?step=progressed")[0] == 409
    act("complete", result="已修好")
    photos = add(d, name, jpeg(b"done"), water)[2]["dispatch"]["photos"]
    assert [p["step"] for p in photos] == ["arrived"] * 3 + ["progressed"] * 6 + ["completed"]


def test_seen_by_whom_the_dispatch_is_seen(d, desk):
    name = dispatched(desk, "PH-5")
    told = desk.call("dispatch.add", number="PH-5", unit="power", role="assist")["dispatch"]["dispatch"]
    water, urban = (d.account(f"liaison-{u}", "liaison", u) for u in ("water", "power"))
    office, admin = d.account("office1", "office"), d.account("admin1", "admin")
    other = d.account("sys1", "integration", commands=["photo.get", "photo.add", "dispatch.get", "incident.get"])
    blind = d.account("sys2", "integration", commands=["dispatch.get"])
    photo = add(d, name, jpeg(b"seen"), water)[2]["photo"]
    get = lambda token, at=name: d.http("GET", f"/v1/dispatches/{at}/photos/{photo}", token)[0]
    assert [get(t) for t in (water, d.tokens["desk1"], office, other)] == [200] * 4
    assert [get(t) for t in (urban, admin, blind)] == [404, 403, 403]
    assert get(urban, told) == 404, "a photo of another unit's dispatch, by its own"
    assert add(d, name, jpeg(b"x"), urban)[0] == 404 and add(d, name, jpeg(b"x"), office)[0] == 403
    matter = d.http("GET", "/v1/incidents/PH-5", urban)[2]
    assert not any("photos" in x for x in matter["dispatches"])
    assert not [e for e in matter["events"] if e["type"] == "photo.added"]
    for nothing in ("0" * 64, "../../liandong.db", "..%2f..%2fliandong.db"):
        assert d.http("GET", f"/v1/dispatches/{name}/photos/{nothing}", water)[0] in (400, 404)
    # of a confidential matter: the desk and the unit, neither the office nor another system
    desk.call("incident.amend", number="PH-5", confidential=True)
    assert [get(t) for t in (water, d.tokens["desk1"], office, other)] == [200, 200, 404, 404]
    assert "photos" not in json.dumps(d.http("GET", "/v1/incidents/PH-5", office)[2]["dispatches"])


def test_a_file_that_was_changed_is_not_shown(d, desk):
    name = dispatched(desk, "PH-6")
    water = d.account("liaison-water", "liaison", "water")
    photo = add(d, name, jpeg(b"whole"), water)[2]["photo"]
    path = os.path.join(d.folder, "liandong.db.photos", "PH-6", photo)
    with open(path, "r+b") as f:
        f.seek(-3, os.SEEK_END)
        f.write(b"?")
    status, _, r = d.http("GET", f"/v1/dispatches/{name}/photos/{photo}", water)
    assert status == 404 and "损坏" in r["detail"]
    until(lambda: "photo missing or damaged" in d.log(), "the alarm")


def test_killed_between_file_and_event(tmp_path):
    """The engine dies while photos come in: each that was answered is there, each that an event names has its file, and
    what nothing names is swept at the start."""
    with Daemon(tmp_path, clock=CLOCK) as d, d.desk() as desk:
        names = [dispatched(desk, f"KILL-{i}") for i in range(12)]
        water = d.account("liaison-water", "liaison", "water")
        answered = {}

        def send(name):
            """As the page does: again with its key until it is answered."""
            for i in range(3):
                picture = jpeg(f"{name}{i}".encode() * 2000)
                with contextlib.suppress(AssertionError):
                    until(lambda: add(d, name, picture, water, **{"Idempotency-Key": f"{name}-{i}"})[0] == 200, "an answer")
                    answered[name, digest(picture)] = picture

        threads = [threading.Thread(target=send, args=(name,)) for name in names]
        for t in threads:
            t.start()
        for n in (2, 10, 20):
            until(lambda n=n: len(kept(d)) >= n, "some photos")
            d.kill("engine")
        for t in threads:
            t.join()
        assert len(answered) == 36
        for (name, photo), picture in answered.items():
            assert d.http("GET", f"/v1/dispatches/{name}/photos/{photo}", water)[2] == picture
        # an orphan as a crash leaves it, a draft, and a folder of a number that is not in the store
        folder, orphan = os.path.join(d.folder, "liandong.db.photos"), digest(jpeg(b"orphan"))
        named = sorted(f"{name[:-3]}/{photo}" for name, photo in answered)
        for at in (f"KILL-0/{orphan}", f"KILL-0/{orphan}.Ab12Cd", f"NOBODY/{orphan}"):
            os.makedirs(os.path.dirname(os.path.join(folder, at)), exist_ok=True)
            with open(os.path.join(folder, at), "wb") as f:
                f.write(jpeg(b"orphan"))
        d.kill("engine")
        until(lambda: kept(d) == named, "the sweep")
        assert not os.path.exists(os.path.join(folder, "NOBODY"))
    assert d.ctl("audit", "verify", "--store", os.path.join(d.folder, "liandong.db")).returncode == 0


def test_erased_with_the_texts(tmp_path):
    mechanism = tmp_path / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), mechanism)
    policy = (mechanism / "policy.yaml").read_text(encoding="utf-8")
    (mechanism / "policy.yaml").write_text(policy.replace("retention: 1095d", "retention: 30d"), encoding="utf-8")
    with Daemon(tmp_path, clock="2026-01-05T10:00:00+08:00", mechanism=mechanism) as d, d.desk() as desk:
        name = dispatched(desk, "GONE", received_at="2026-01-05T10:00:00+08:00")
        water = d.account("liaison-water", "liaison", "water")
        photo = add(d, name, jpeg(b"gone"), water)[2]["photo"]
        by = {"on_behalf": {"person": "值班员"}}
        desk.call("dispatch.complete", dispatch=name, result="修好", **by)
        for other in desk.call("incident.get", number="GONE")["dispatches"]:
            if other["state"] not in ("completed", "withdrawn") and other["role"] != "inform":
                desk.call("dispatch.complete", dispatch=other["dispatch"], result="修好", **by)
        desk.call("incident.close", number="GONE")
        d.set_clock("2027-03-10T02:30:00+08:00")
        until(lambda: kept(d) == [], "the erasure", 60)
        assert d.http("GET", f"/v1/dispatches/{name}/photos/{photo}", water)[0] == 404
        status, _, r = add(d, name, jpeg(b"late"), water)
        assert (status, r["code"]) == (409, "wrong-state") and "到期删除" in r["detail"]
        with contextlib.closing(sqlite3.connect(f"file:{d.folder}/liandong.db?mode=ro", uri=True)) as db:
            assert db.execute("select count(*) from dispatch where photos is not null").fetchone() == (0,)
    assert d.ctl("audit", "verify", "--store", os.path.join(d.folder, "liandong.db")).returncode == 0


def test_in_backups_and_proven(tmp_path):
    """A backup takes the photos along, once; `audit verify` holds each against its digest; `restore` brings them back."""
    store, backup = str(tmp_path / "liandong.db"), str(tmp_path / "keep" / "one.db")
    os.makedirs(os.path.dirname(backup))
    with Daemon(tmp_path, clock=CLOCK, backup={"folder": os.path.dirname(backup)}) as d, d.desk() as desk:
        name = dispatched(desk, "KEPT")
        water = d.account("liaison-water", "liaison", "water")
        photo = add(d, name, jpeg(b"kept"), water)[2]["photo"]
        until(lambda: d.ctl("backup", backup, check=False).returncode == 0, "a backup, after the one of the timetable that is under way")
        copy = os.path.join(os.path.dirname(backup), "backup.photos", "KEPT", photo)
        with open(copy, "rb") as f:
            assert f.read() == jpeg(b"kept")
        assert d.ctl("audit", "verify", "--store", backup).returncode == 0
    shutil.rmtree(store + ".photos")
    lost = d.ctl("audit", "verify", "--store", store, check=False)
    assert lost.returncode == 1 and "KEPT:1 张照片" in lost.stderr
    os.makedirs(os.path.join(store + ".photos", "KEPT"))
    with open(os.path.join(store + ".photos", "KEPT", photo), "wb") as f:
        f.write(jpeg(b"KEPT"))
    wrong = d.ctl("audit", "verify", "--store", store, check=False)
    assert wrong.returncode == 1 and "KEPT:1 张照片" in wrong.stderr
    shutil.rmtree(store + ".photos")
    d.ctl("restore", backup, "--yes")
    with d:
        assert d.http("GET", f"/v1/dispatches/{name}/photos/{photo}", water)[2] == jpeg(b"kept")
    assert d.ctl("audit", "verify", "--store", store).returncode == 0
