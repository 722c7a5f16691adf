"""Short messages that answer a notice: an act of the unit, where the phone is one of its people's and the code one of its notices'.

water's people have the mobile 13905970201, power's 13905970181 (noticing.city_with_mobiles). The clock is manual.
"""
import os

import pytest

from harness import until
from noticing import UNLIMITED, advance, ask_outbox, change_outbox, city, report, rows
from vendors import Vendors

WATER, POWER, STRANGER = "13905970201", "13905970181", "13800000000"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with Vendors() as v, city(tmp_path_factory.mktemp("replies"), v, {"water": "[sms]", "power": "[sms]"}, names=("sms",),
                              receipts=("sms",), settings={"sms": UNLIMITED}) as d:
        yield d, v


def instruct(place, number, unit="water"):
    """An incident with a dispatch to that unit; the dispatch and the code of its notice."""
    d, _ = place
    dispatch = report(d, number=number, unit=unit)
    return dispatch, until(lambda: [r for r in rows(d) if r["incident"] == number and r["class"] == 0], "its notice")[0]["code"]


def answers(place, phone, text):
    """What the log says of a reply that came."""
    d, v = place
    before = d.log().count("reply by short message")
    assert v.reply("sms", phone, text)[0] == 200
    until(lambda: d.log().count("reply by short message") > before, "it was read")
    return [line for line in d.log().splitlines() if "INFO reply by short message" in line][-1]


def step(place, dispatch, *names):
    d, _ = place
    with d.desk() as c:
        one = c.call("dispatch.get", dispatch=dispatch)
    return [name for name in names if one.get(name)]


def becomes(place, dispatch, name):
    until(lambda: step(place, dispatch, name), name)


def test_the_words_say_what_to_answer(place):
    dispatch, code = instruct(place, "R-WORDS")
    (text,) = [t for _, _, t in until(lambda: [x for x in place[1].told("sms") if "WORDS" in x[2]], "the message")]
    assert f"回复 1 {code} 签收" in text
    assert "taken=1" in answers(place, WATER, f"1 {code}")
    becomes(place, dispatch, "acknowledged_at")


def test_it_acknowledges_arrives_and_asks_for_another(place):
    dispatch, code = instruct(place, "R-WAY")
    answers(place, WATER, f"1{code}")
    becomes(place, dispatch, "acknowledged_at")
    answers(place, WATER, f"到场{code}")
    becomes(place, dispatch, "arrived_at")
    dispatch, code = instruct(place, "R-BACK")
    answers(place, WATER, f"９ {code}")
    d, _ = place
    with d.desk() as c:
        until(lambda: c.call("dispatch.get", dispatch=dispatch)["state"] == "returning", "it asks for another unit")
        events = c.call("incident.get", number="R-WAY")["events"]
    assert {e["by"] for e in events if e["type"] in ("dispatch.acknowledged", "dispatch.arrived")} == {"sms"}


def test_what_is_not_theirs_changes_nothing(place):
    dispatch, code = instruct(place, "R-OTHERS")
    for phone, text, why in ((STRANGER, f"1 {code}", "unknown-phone"), (POWER, f"1 {code}", "wrong-code"), (WATER, "1 0999", "wrong-code"),
                             (WATER, f"好的 1 {code} 谢谢", "not-understood"), (WATER, f"2 {code} 还没到", "arrived-or-not"), (POWER, f"2 {code} 还没到", "wrong-code"),
                             (WATER, "2", "not-understood"), (WATER, "9", "not-understood"), (WATER, "1 马上到", "not-understood")):
        line = answers(place, phone, text)
        assert f"taken=0 why={why}" in line and phone not in line and (len(text) < 3 or text not in line), line
    assert step(place, dispatch, "acknowledged_at", "arrived_at") == []
    answers(place, WATER, f"1 {code}")
    becomes(place, dispatch, "acknowledged_at")


def test_a_number_alone_is_about_the_one_that_waits(place):
    first, _ = instruct(place, "R-ONE", "power")
    assert "why=unknown-phone" in answers(place, STRANGER, "1")
    assert "taken=1" in answers(place, POWER, "1")
    becomes(place, first, "acknowledged_at")
    d, _ = place
    until(lambda: [r for r in rows(d) if r["incident"] == "R-ONE" and r["class"] == 0][0]["state"] == 4, "the notice has heard of it")
    assert "why=nothing-waits" in answers(place, POWER, "1")
    second, _ = instruct(place, "R-TWO", "power")
    third, code = instruct(place, "R-THREE", "power")
    assert "why=code-needed" in answers(place, POWER, "1")
    assert step(place, second, "acknowledged_at") == step(place, third, "acknowledged_at") == []
    answers(place, POWER, f"1 {code}")
    becomes(place, third, "acknowledged_at")


def test_words_behind_the_code_are_progress(place):
    d, v = place
    dispatch, code = instruct(place, "R-WITH-WORDS")
    assert f"taken=1 dispatch={dispatch}" in answers(place, WATER, f"1 {code} 马上到,十分钟")
    becomes(place, dispatch, "acknowledged_at")
    with d.desk() as c:
        (told,) = until(lambda: [e for e in c.call("incident.get", number="R-WITH-WORDS")["events"] if e["type"] == "dispatch.progressed"], "progress")
    assert (told["text"], told["by"]) == ("马上到,十分钟", "sms")
    dispatch, code = instruct(place, "R-NOT-OURS")
    answers(place, WATER, f"9 {code} 不是我们的管道")
    with d.desk() as c:
        (asked,) = until(lambda: [e for e in c.call("incident.get", number="R-NOT-OURS")["events"] if e["type"] == "request.asked"], "asked")
    assert asked["text"] == "不是我们的管道"


def test_what_was_not_taken_is_shown_with_why(place):
    """The desk sees who said what; others that somebody did. A second time changes nothing, and is no failure."""
    d, v = place
    dispatch, code = instruct(place, "R-SHOWN")
    with d.desk() as c:
        c.call("dispatch.withdraw", dispatch=dispatch, reason="误派")
        answers(place, STRANGER, "1 4711 我是水务的,马上到" + "啊" * 100)
        answers(place, WATER, f"1 {code}")
        refused, strange = c.call("notice.replies", limit=2)["replies"]
        assert (refused["reason"], refused["code"], refused["dispatch"], refused["unit"]) == ("refused", "wrong-state", dispatch, "water")
        assert (strange["phone"], strange["reason"], "unit" in strange) == (STRANGER, "unknown-phone", False)
        assert strange["text"].startswith("1 4711 我是水务的,马上到") and len(strange["text"]) == 70, "bounded"
        more = c.call("notice.replies", limit=2, cursor=c.call("notice.replies", limit=2)["next"])["replies"]
        assert more and more[0]["at"] <= strange["at"]
    for who, role in (("office1", "office"), ("admin1", "admin")):
        masked = d.http("GET", "/v1/notices/replies?limit=2", token=d.account(who, role))[2]["replies"][1]
        assert (masked["phone"], masked["text"]) == ("138****0000", "1***")
    assert d.http("GET", "/v1/notices/replies", token=d.account("liaison-water", "liaison", "water"))[0] == 403
    shown = d.ctl("notice", "replies", "--limit", "1").stdout
    assert "这时不能这样办" in shown and dispatch in shown and WATER not in shown and "water" in shown
    metrics = d.http("GET", "/metrics")[2].decode()
    assert 'liandong_notice_replies_total{outcome="refused"} 1' in metrics
    assert int(metrics.split('liandong_notice_replies_total{outcome="taken"} ')[1].split("\n")[0]) >= 3


def test_a_code_has_its_four_digits(place):
    """A reminder has no code: a nought, a time or a number is not its name."""
    d, _ = place
    dispatch, code = instruct(place, "R-DIGITS")
    advance(d, 600)
    until(lambda: [r for r in rows(d) if r["incident"] == "R-DIGITS" and r["unit"] == "water" and r["code"] == 0], "a reminder")
    for text, why in (("1 0000", "wrong-code"), ("签收0000", "wrong-code"), ("１　００００", "wrong-code"), ("2 0000", "wrong-code"),
                      ("9 0000", "wrong-code"), ("10000", "wrong-code"), ("1 0", "not-understood"), ("1 000", "not-understood"),
                      ("20", "not-understood"), ("90", "not-understood"), ("10分钟到", "not-understood"), ("1 00000", "not-understood"),
                      (f"1 {str(code)[:3]}", "not-understood"), (f"1 {code}0", "not-understood"), (f"1 0{code}", "not-understood")):
        assert f"taken=0 why={why} unit=water" in answers(place, WATER, text), text
    assert step(place, dispatch, "acknowledged_at", "arrived_at") == []
    assert f"taken=1 dispatch={dispatch}" in answers(place, WATER, f"1  {code}")
    becomes(place, dispatch, "acknowledged_at")


def test_a_code_is_good_for_a_day(place):
    d, _ = place
    dispatch, code = instruct(place, "R-OLD")
    advance(d, 24 * 3600 + 1)
    assert "taken=0" in answers(place, WATER, f"1 {code}")
    assert step(place, dispatch, "acknowledged_at") == []


def test_a_week_ends_though_no_other_reply_comes(place):
    """What a person wrote, and the phone, leave the file by themselves."""
    d, _ = place
    answers(place, STRANGER, "1 4711")
    change_outbox(d, "UPDATE reply SET at = at - ?", 8 * 24 * 3600 * 1000)
    os.kill(d.pids("notifier")[0], 9)  # the next one looks at once, and then every minute
    until(lambda: ask_outbox(d, "SELECT n FROM reply") == [], "they are forgotten")


SHIFTS = """
  - unit: water
    people:
      chen: {name: 陈某, phone: "13905970901"}
      li: {name: 李某, phone: "13905970902"}
    shifts:
      - {name: 白班, from: "00:00", to: "12:00", start: "2025-01-01", order: [[li]]}
      - {name: 夜班, from: "12:00", to: "00:00", start: "2025-01-01", order: [[chen]]}
"""


def test_the_shift_changes_between_instruction_and_answer(tmp_path):
    """Who is on duty when it goes gets it, a second try as well; whose shift has ended since may still answer what came before."""
    with Vendors() as v, city(tmp_path, v, {"water": "[sms]"}, names=("sms",), receipts=("sms",), clock="2026-03-05T23:59:00+08:00",
                              settings={"sms": UNLIMITED}, start=False) as d:
        rosters = tmp_path / "mechanism" / "rosters.yaml"
        rosters.write_text(rosters.read_text(encoding="utf-8") + SHIFTS, encoding="utf-8")
        d.start()
        place, at = (d, v), {"received_at": "2026-03-05T23:59:00+08:00"}
        first = report(d, number="S-1", **at)
        until(lambda: [to for _, to, _ in v.told("sms")] == ["13905970901"], "before midnight")
        code = rows(d)[0]["code"]
        v.always["sms"] = "error"
        report(d, number="S-2", **at)
        until(lambda: len(v.of("sms")) == 2, "the first try of the second")
        v.always["sms"] = "ok"
        advance(d, 59)
        assert {to for _, to, t in v.told("sms") if "S-2" in t} <= {"13905970901"}
        report(d, number="S-3", received_at="2026-03-05T23:59:59+08:00")
        until(lambda: [to for _, to, t in v.told("sms") if "S-3" in t and "指令" in t] == ["13905970901"], "the last second is the old shift's")
        advance(d, 1)
        report(d, number="S-4", received_at="2026-03-06T00:00:00+08:00")
        until(lambda: [to for _, to, t in v.told("sms") if "S-4" in t and "指令" in t] == ["13905970902"], "midnight is the new shift's")
        assert "taken=1" in answers(place, "13905970901", f"1 {code}")
        becomes(place, first, "acknowledged_at")
        late = next(r["code"] for r in rows(d) if r["incident"] == "S-4" and r["class"] == 0)
        assert "taken=0" in answers(place, "13905970901", f"1 {late}"), "it came to another one"
