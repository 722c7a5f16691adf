"""A digest at a time of day: one to each unit with open dispatches and to the office, exactly once, saying what is so when it goes.

The providers are tests/e2e/vendors.py; the clock is manual and begins at 10:00 on a Thursday.
"""
import os

from harness import until
from noticing import STATES, advance, attempts, change_outbox, city, report, rows, settled, soon, states
from vendors import Vendors


FULL = os.environ.get("LIANDONG_NOTICES") == "full"


def digests(d):
    return [r for r in rows(d) if r["class"] == 4]


def told(v, kind="webhook"):
    return [text for _, _, text in v.told(kind) if text.startswith("【汇总】")]


def kill(d):
    begun = d.log().count("notifier INFO follows")
    os.kill(d.pids("notifier")[0], 9)
    until(lambda: d.log().count("notifier INFO follows") > begun, "another notifier")


def cancel(d, number):
    with d.desk() as c:
        c.call("incident.cancel", number=number, text="误报")


def test_one_at_its_time_for_who_has_something_open(tmp_path):
    """Two dispatches to water, none to power; both of water's are overdue at 10:10, which is the office's matter. Killed before and after."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]", "power": "[webhook]", "office": "{duty: [webhook]}", "desk": "{duty: [webhook]}"},
                              more='digest: ["10:10", "10:20", "10:40"]\n') as d:
        report(d, number="N-000001", priority="P3", description="王建国家 13800001111 水管爆裂", address="菁城街道解放路5号")
        report(d, number="N-000002", priority="P3")
        until(lambda: states(d) == ["delivered", "delivered"], "two instructions, together or each by itself")
        kill(d)
        advance(d, 599)
        settled(d)
        assert digests(d) == [] and told(v) == [], "a second too early"
        advance(d, 1)
        kill(d)
        for _ in range(9):  # what was under way goes again after a second by its clock, under the same id
            if soon(lambda: [STATES[r["state"]] for r in digests(d)] == ["delivered", "delivered"]):
                break
            advance(d, 10)
        kill(d)
        settled(d)
        assert [r["unit"] or r["role"] for r in digests(d)] == ["water", "office"]
        water = next(t for t in told(v) if "自来水公司" in t.split("\n")[0])
        office = next(t for t in told(v) if "联动办" in t.split("\n")[0])
        assert water.split("\n") == ["【汇总】自来水公司 2 件待办,最早 10:05 已到期", "000001 供水爆管、大面积漏水 菁城街道,应于10:05签收,已超时",
                                     "000002 供水爆管、大面积漏水 菁城街道,应于10:05签收,已超时"]
        assert office.split("\n") == ["【汇总】联动办 1 个单位有超时未办的事项,共 2 件", "自来水公司 2 件,最早应于10:05"]
        assert len(told(v)) == 2, "one each"
        cancel(d, "N-000002")
        advance(d, 1200 - d.passed)  # 10:20
        until(lambda: len(told(v)) == 4, "the second time of the day")
        assert sum("自来水公司 1 件待办" in t for t in told(v)) == 1
        cancel(d, "N-000001")
        advance(d, 1200)  # 10:40: nothing is open
        settled(d)
        assert len(digests(d)) == 4 and len(told(v)) == 4
        assert v.wrong == []


def test_what_is_over_when_it_could_go_is_not_sent(tmp_path):
    """The provider is away at 10:10; at the next try nothing is open any more."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, more='digest: ["10:10"]\n') as d:
        report(d, priority="P3")
        until(lambda: len(v.told("webhook")) == 1, "the instruction")
        advance(d, 590)
        settled(d)
        v.always["webhook"] = "error"
        advance(d, 10)
        until(lambda: digests(d) and attempts(d)[digests(d)[0]["id"]][0]["tries"] == 1, "it was tried once")
        settled(d)  # its answer has come
        cancel(d, "N-1")
        v.always.clear()
        advance(d, 60)
        until(lambda: [(STATES[r["state"]], r["outcome"]) for r in digests(d)] == [("cancelled", "nothing-open")], "it ends")
        assert told(v) == []


def test_a_notifier_that_was_down_longer_than_an_hour_sends_none_and_says_so(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, more='digest: ["10:10", "11:30"]\n') as d:
        report(d, priority="P3")
        until(lambda: len(v.told("webhook")) == 1, "the instruction")
        pid = d.pids("notifier")[0]
        os.kill(pid, 19)
        advance(d, 5400 + 300)  # 11:35
        os.kill(pid, 9)
        until(lambda: [STATES[r["state"]] for r in digests(d)] == ["stale", "delivered"], "the first is let go, the second goes")
        assert len(told(v)) == 1 and "digests let go minutes=85" in d.log()


def test_a_clock_that_was_a_year_ahead_costs_no_digest(tmp_path):
    """They were made up to an instant that is still to come."""
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, more='digest: ["10:10"]\n') as d:
        report(d, priority="P3")
        until(lambda: len(v.told("webhook")) == 1, "the instruction")
        change_outbox(d, "UPDATE digest SET at = at + ?", 365 * 24 * 3600 * 1000)
        kill(d)
        advance(d, 600)
        until(lambda: len(told(v)) == 1, "the digest")


def test_a_time_that_is_written_down_after_it_has_passed_is_for_tomorrow(tmp_path):
    with Vendors() as v, city(tmp_path, v, {"water": "[wecom-app]"}, names=("wecom-app",), more="") as d:
        file = tmp_path / "mechanism" / "notices.yaml"
        text = file.read_text(encoding="utf-8").replace("{duty: [wecom-app]}", "{duty: [wecom-app], wecom: wang}")
        file.write_text(text + 'digest: ["10:05", "10:30"]\n', encoding="utf-8")
        report(d, priority="P3")
        advance(d, 600)
        assert d.ctl("reload").returncode == 0
        advance(d, 1200 - 1)
        settled(d)
        assert digests(d) == [], "10:05 had passed when it was written down"
        advance(d, 1)  # 10:30
        until(lambda: len(digests(d)) == 1, "it is made at its time")
        settled(d)
        assert told(v, "wecom-app") == [], "WeCom takes none at the half hour"
        (one,) = (n for n in d.http("GET", "/v1/notices?limit=10", token=d.account("admin", "admin"))[2]["notices"] if n["class"] == "digest")
        assert [(a["held_by"], a["held_until"]) for a in one["attempts"]] == [("half-hour", "2026-03-05T10:31:00+08:00")]
        assert "避开整点半点" in d.ctl("notices").stdout
        advance(d, 60)
        until(lambda: len(told(v, "wecom-app")) == 1, "a minute later")


def test_killed_between_any_two_writes_there_is_one_of_each_time(tmp_path, killer):
    """Before the first write that a digest's time brings, before the third, …: each time has its one, which the receiver took once."""
    begun = tmp_path / "notices" / "kill"
    with Vendors() as v, city(tmp_path, v, {"water": "[webhook]"}, start=False, sandbox="off",
                              more='digest: ["10:10", "10:20", "10:30", "10:40", "10:50", "11:00"]\n') as d:
        d.launch(by=("env", f"LD_PRELOAD={killer}", "KILL_ONLY=notifier", f"KILL_FROM={begun}"))
        report(d, priority="P3")
        until(lambda: states(d) == ["delivered"], "the instruction")
        for n, step in enumerate((1, 3, 5, 7, 9, 12) if FULL else (3, 9), 1):
            begun.write_text("." * step, encoding="ascii")
            advance(d, 600 * n - d.passed)
            for _ in range(9):  # what was under way goes again by its clock, under the same id
                if soon(lambda n=n: [STATES[r["state"]] for r in digests(d)] == ["delivered"] * n):
                    break
                advance(d, 5)
            begun.unlink(missing_ok=True)
            assert [STATES[r["state"]] for r in digests(d)] == ["delivered"] * n, step
            assert [i for i, _, text in v.told("webhook") if text.startswith("【汇总】")] == [r["id"] for r in digests(d)], step


def test_what_was_a_units_is_its_heirs_alone(tmp_path):
    """Issued to water before midnight; from then on another unit acts for it, and the office reads of that one."""
    night = "2026-03-05T23:50:00+08:00"
    with Vendors() as v, city(tmp_path, v, {"office": "{duty: [webhook]}"}, more='digest: ["00:10"]\n', clock=night, start=False) as d:
        file = tmp_path / "mechanism" / "units.yaml"
        phones = "".join(f'    {who}: {{phone: "0597-00009{i:02}", placeholder: true}}\n' for i, who in enumerate(("duty", "liaison", "person_in_charge", "leader")))
        text = file.read_text(encoding="utf-8").replace("  - id: water\n", '  - id: water\n    until: "2026-03-06"\n', 1)
        file.write_text(text + f'  - id: works\n    name: 市政工程局\n    tier: 1\n    succeeds: [water]\n    since: "2026-03-06"\n{phones}', encoding="utf-8")
        d.start()
        report(d, priority="P3", received_at=night)
        advance(d, 1200)
        until(lambda: len(told(v)) == 1, "the digest")
        lines = told(v)[0].split("\n")
        assert lines[0] == "【汇总】联动办 1 个单位有超时未办的事项,共 1 件" and lines[1].startswith("市政工程局 1 件"), lines
