"""Who is on duty: rosters, whom to call, the people of units in events, swaps, spot checks.

The calendar facts are those of test_51_clocks: 2026-03-06 is a Friday.
"""
import json
import pathlib
import shutil
import sqlite3

import pytest

from harness import ROOT, Daemon, incident

ROSTERS = """rosters:
  - unit: water
    people:
      chen: {name: 陈水生, phone: ["0597-0000941", "0597-0000951转8"]}
      li: {name: 李长河, phone: "0597-0000942"}
    shifts:
      - {name: 昼夜, from: "08:00", to: "08:00", start: "2026-03-02", order: [[chen], [li]]}
    overrides:
      - {from: "2026-03-08T08:00", to: "2026-03-09T08:00", people: [chen, li], because: 汛期}
"""
WATER_DUTY = "0597-0000201"


def at(text):
    """'2026-03-06 17:28' as the daemon writes it."""
    day, clock = text.split()
    return f"{day}T{clock}{':00' if clock.count(':') == 1 else ''}+08:00"


def mechanism(folder, rosters=ROSTERS):
    """A copy of the shipped mechanism with other rosters; None: without the file."""
    copy = pathlib.Path(folder) / "mechanism"
    shutil.copytree(pathlib.Path(ROOT) / "config" / "zhangping", copy)
    (copy / "rosters.yaml").unlink()
    if rosters is not None:
        (copy / "rosters.yaml").write_text(rosters, encoding="utf-8")
    return copy


@pytest.fixture
def world(tmp_path):
    """Starts a daemon whose clock stands at that instant; ends it after the test."""
    started = []

    def start(text, rosters=ROSTERS):
        d = Daemon(tmp_path, clock=at(text), mechanism=str(mechanism(tmp_path, rosters))).start()
        started.append(d)
        d.desk_console = d.desk()
        return d

    yield start
    for d in started:
        assert d.stop() == 0, d.log()[-4000:]


def burst(d, number, when):
    """A burst pipe: water leads."""
    r = d.desk_console.call("incident.report", **incident(number, at(when), category="601301", area="350881001"))
    (lead,) = [x for x in r["dispatches"] if x["role"] == "lead"]
    assert lead["unit"] == "water"
    return lead


def whole(answer):
    return answer["dispatch"] if isinstance(answer["dispatch"], dict) else answer


def called(dispatch):
    return [(c.get("name"), c["phone"], c.get("extension"), c["why"], c.get("until")) for c in dispatch["call"]]


# -- whom to call ----------------------------------------------------------------------------------

def test_who_is_on_duty_is_called_first(world):
    d = world("2026-03-06 07:59:59")
    # chen has Monday the 2nd, li the 3rd, chen the 4th, li Thursday the 5th from 08:00, chen Friday
    lead = burst(d, "B1", "2026-03-06 07:59:59")
    assert called(lead) == [("李长河", "0597-0000942", None, "正在值班", at("2026-03-06 08:00")),
                            (None, WATER_DUTY, None, "24小时值班电话", None)]
    d.advance("1s")
    # the same dispatch a second later: the new shift has it, on console, HTTP and in the unit's own read
    expected = [("陈水生", "0597-0000941", None, "正在值班", at("2026-03-07 08:00")),
                ("陈水生", "0597-0000951", "8", "正在值班", at("2026-03-07 08:00")),
                (None, WATER_DUTY, None, "24小时值班电话", None)]
    assert called(whole(d.desk_console.call("dispatch.get", dispatch="B1-01"))) == expected
    token = d.account("water1", "liaison", unit="water")
    status, _, body = d.http("GET", "/v1/dispatches/B1-01", token)
    assert status == 200 and called(whole(body)) == expected


def test_without_the_file_the_fixed_phones_serve(world):
    d = world("2026-03-06 09:00", rosters=None)
    assert called(burst(d, "B1", "2026-03-06 09:00")) == [(None, WATER_DUTY, None, "24小时值班电话", None)]


# -- the people of units in events -----------------------------------------------------------------

PEOPLE = ["陈水生", "0597-0000941", WATER_DUTY]


def journal(d):
    with sqlite3.connect(f"{d.folder}/liandong.db") as db:
        return b"".join(row[0] for row in db.execute("SELECT data FROM journal"))


def reminders(events):
    return [e for e in events if e["type"] in ("reminder.sent", "escalation.raised") and
            any("contact" in r or "phone" in r for r in e["data"]["recipients"])]


def test_names_and_phones_of_officials_are_not_in_the_chain(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    d.advance("15m")  # acknowledge: half, due, leader; delivery due names whom to phone
    events = d.desk_console.call("event.list", number="B1", after=0, limit=500)["events"]
    told = reminders(events)
    assert {e["type"] for e in told} == {"reminder.sent", "escalation.raised"}
    first = told[-1]["data"]["recipients"] if told[0]["seq"] > told[-1]["seq"] else told[0]["data"]["recipients"]
    assert (first[0]["role"], first[0]["name"], first[0]["phone"]) == ("duty", "陈水生", "0597-0000941")
    phoned = [e for e in events if "call" in e["data"]]
    assert phoned[0]["data"]["call"][0]["phone"] == "0597-0000941"
    raw = journal(d)
    for text in PEOPLE:
        assert text.encode() not in raw
    # the same for who may see units' people: the unit its own, the office; not another unit
    token = d.account("water1", "liaison", unit="water")
    _, _, page = d.http("GET", "/v1/events?after=0", token)
    assert reminders(page["events"])[0]["data"]["recipients"][0]["name"] == "陈水生"
    _, _, page = d.http("GET", "/v1/events?after=0", d.account("office1", "office"))
    assert reminders(page["events"])[0]["data"]["recipients"][0]["name"] == "陈水生"
    _, _, page = d.http("GET", "/v1/events?after=0", d.account("power1", "liaison", unit="power"))
    assert "陈水生" not in json.dumps(page, ensure_ascii=False)
    d.ctl("audit", "verify")


def test_pushed_and_read_events_name_the_same_people(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    d.advance("3m")
    pushed = d.desk_console.event(type="reminder.sent", dispatch="B1-01")
    (read,) = [e for e in d.desk_console.call("event.list", number="B1", after=0, limit=500)["events"]
               if e["seq"] == pushed["seq"]]
    assert read["data"] == pushed["data"]


def test_erased_people_are_gone_and_a_changed_one_is_found(world):
    d = world("2026-03-06 09:00")
    burst(d, "B1", "2026-03-06 09:00")
    d.advance("15m")
    assert d.stop() == 0
    with sqlite3.connect(f"{d.folder}/liandong.db") as db:
        seqs = [s for s, in db.execute("SELECT seq FROM event_text WHERE field = 'contacts' ORDER BY seq")]
        assert len(seqs) >= 3
        db.execute("DELETE FROM event_text WHERE seq = ?", (seqs[0],))
        db.execute("UPDATE event_text SET text = '某某\t0597-1\n' WHERE seq = ?", (seqs[1],))
    d.start()
    said = d.ctl("audit", "verify", check=False)
    assert said.returncode == 1 and str(seqs[1]) in said.stdout + said.stderr
    assert f"event {seqs[0]}" not in said.stdout + said.stderr
    with d.desk() as c:
        (erased,) = [e for e in c.call("event.list", number="B1", after=0, limit=500)["events"]
                     if e["seq"] == seqs[0]]
    people = erased["data"].get("recipients", []) + erased["data"].get("call", [])
    assert people and not any({"name", "phone", "contact"} & set(r) for r in people)
    d.desk_console = d.desk()
