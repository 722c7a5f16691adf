"""What the city's offices do beside its matters: steps are corrected and undone, duty phones are tried as planned, the
joint meeting meets, the ownership book is written, and appeals come at the last instant that they may.
A part of world.World; the stories have instants of their own, chances are those of one matter each.
"""
import json
import sqlite3

from instants import DAY, HOUR, MINUTE, SECOND, instant, text

# Their findings are not confirmed month by month: what they appeal against waits for its last instant.
UNCONFIRMED = ("ems-120", "public-security")
DEPUTY = ("deputy", "office", "political-legal")  # of another house than the police
CHECKS_ANSWERED, CHECKS_MADE = 0.90, 0.95
MONTHS = ("2026-02-01", "2026-03-01", "2026-04-01")


class Offices:
    def plan_offices(self):
        def at(clock, act, *args):
            self.plan(instant(clock + ":00+08:00"), act, *args)
        for clock, act in (("2026-03-03T14:40", self.corrected_to_late), ("2026-03-04T09:00", self.corrected_to_in_time),
                           ("2026-03-05T09:00", self.arrived_after_all), ("2026-03-09T09:00", self.completed_too_soon),
                           ("2026-03-09T14:40", self.asked_to_correct), ("2026-03-11T09:00", self.acknowledged_otherwise)):
            at(clock, act)
        for month in MONTHS:
            at(month + "T00:01", self.plan_checks, month[:7])
        for i, meeting in enumerate(("2026-01", "2026-02", "2026-03")):
            at(f"2026-0{i + 2}-03T15:00", self.meet, meeting, i)
        for i, unit in enumerate((UNCONFIRMED[0], UNCONFIRMED[0], UNCONFIRMED[1])):
            at(f"2026-02-0{i + 3}T10:00", self.late_matter, f"APPEAL-{i + 1}", unit)
        at("2026-03-02T10:00", self.plan_last_appeals)

    def asserted(self, answer, what):
        assert answer, f"{what}: refused: {self.last_refusal}"
        return answer

    def refused_as(self, word, who, command, rnd, **params):
        """It is not carried out, for this reason."""
        assert self.act(who, command, rnd, **params) is None, f"{who[0]} may {command} {params}"
        assert self.last_refusal.word == word, self.last_refusal

    # -- corrections -----------------------------------------------------------------------------------

    def on_the_way(self, number, arrive, finish=None):
        """A P2 in the city that is acknowledged after 20 s; what the desk notes down from the telephone."""
        d = self.special(number, priority="P2")
        start = self.now
        self.fetch(self.unit("fire"), d)
        self.plan(start + 20 * SECOND, self.by_phone, d, "acknowledge")
        self.plan(start + arrive * MINUTE, self.by_phone, d, "arrive")
        if finish:
            self.plan(start + finish * MINUTE, self.by_phone, d, "complete")
        return d, start

    def correct(self, d, step, at=None, who=None):
        params = {"reason": "单位来电更正"} if (who or self.DESK)[1] != "liaison" else {}
        answer = self.act(who or self.DESK, "dispatch.correct", self.chances(d["dispatch"], f"correct {step}"),
                          dispatch=d["dispatch"], step=step, at=text(at) if at else None, **params)
        self.asserted(answer, f"{d['dispatch']}: correct {step}")

    def corrected_to_late(self):
        """Noted after 20 minutes, it was there after 40, ten too late: found by the correction."""
        d, start = self.on_the_way("CORRECT-LATE", 20, 60)
        self.plan(start + 25 * MINUTE, self.by_phone, d, "progress")
        self.plan(start + 62 * MINUTE, self.correct, d, "arrived", start + 40 * MINUTE)

    def corrected_to_in_time(self):
        """Noted after 40 minutes, and found; it had been there after 25."""
        d, start = self.on_the_way("CORRECT-EARLY", 40, 60)
        self.plan(start + 45 * MINUTE, self.correct, d, "arrived", start + 25 * MINUTE)

    def arrived_after_all(self):
        """It had not arrived at all; when it does, it is late."""
        d, start = self.on_the_way("CORRECT-NONE", 10, 50)
        self.plan(start + 12 * MINUTE, self.correct, d, "arrived")
        self.plan(start + 35 * MINUTE, self.by_phone, d, "arrive")

    def completed_too_soon(self):
        """Undone by its account within 30 seconds; a second later it would have to ask the desk."""
        d, start = self.on_the_way("UNDO", 10)
        who, rnd = self.unit("fire"), self.chances("UNDO")
        self.plan(start + 20 * MINUTE, self.step, who, "complete", d, rnd)
        self.plan(start + 20 * MINUTE + 30 * SECOND, self.correct, d, "completed", None, who)
        self.plan(start + 40 * MINUTE, self.step, who, "progress", d, rnd)
        self.plan(start + 90 * MINUTE, self.step, who, "complete", d, rnd)

    def asked_to_correct(self):
        d, start = self.on_the_way("UNDO-LATE", 10)
        who, rnd = self.unit("fire"), self.chances("UNDO-LATE")
        self.plan(start + 15 * MINUTE, self.step, who, "complete", d, rnd)
        self.plan(start + 15 * MINUTE + 31 * SECOND, lambda: self.refused_as(
            "forbidden", who, "dispatch.correct", rnd, dispatch=d["dispatch"], step="completed"))
        self.plan(start + 18 * MINUTE, self.correct, d, "completed")
        self.plan(start + 55 * MINUTE, self.step, who, "complete", d, rnd)

    def acknowledged_otherwise(self):
        """After the close the office corrects, and not the desk: the third bucket instead of the first."""
        d, start = self.on_the_way("CORRECT-CLOSED", 10, 20)
        rnd = self.chances("CORRECT-CLOSED")
        self.plan(start + HOUR, lambda: self.act(self.DESK, "incident.close", rnd, number="CORRECT-CLOSED"))
        self.plan(start + 2 * HOUR, lambda: self.refused_as(
            "forbidden", self.DESK, "dispatch.correct", rnd, dispatch=d["dispatch"], step="acknowledged",
            at=text(start + 90 * SECOND), reason="单位来电更正"))
        self.plan(start + 3 * HOUR, self.correct, d, "acknowledged", start + 90 * SECOND, self.OFFICE)

    def may_correct(self, d):
        """Of every two hundred dispatches one has its arrival corrected, and of every five hundred one undone."""
        rnd = self.chances(d["dispatch"], "correct")
        chance = rnd.random() if d["dispatch"] not in self.undone else 1
        self.undone.add(d["dispatch"])
        if chance < 0.005:
            self.plan(self.now + rnd.randrange(1, 25) * MINUTE, self.correct_some, d, rnd)
        elif chance < 0.007:
            who = self.unit(d["unit"])
            self.plan(self.now + 10 * SECOND, lambda: self.act(who, "dispatch.correct", rnd, dispatch=d["dispatch"], step="arrived"))
            self.plan(self.now + 2 * MINUTE, self.step, who, "arrive", d, rnd)

    def correct_some(self, d, rnd):
        got = self.desk.call("dispatch.get", within=60, dispatch=d["dispatch"])
        at = instant(got.get("arrived_at"))
        ended = self.of_incident(d["incident"])["state"] in ("closed", "cancelled")
        if at:
            self.act(self.OFFICE if ended else self.DESK, "dispatch.correct", rnd, dispatch=d["dispatch"], step="arrived",
                     at=text(max(at + rnd.choice((-4, -1, 1, 3)) * MINUTE, instant(got["issued_at"]))), reason="单位来电更正")

    # -- duty phones ------------------------------------------------------------------------------------

    def plan_checks(self, month):
        """The instants are drawn by the store's own secret and told to no unit; the office is asked at each. Here they
        are read from the store, as who makes the calls would have them from the office's list. No key counts these
        acts: that they come at other instants in each run changes nothing of the units' matters."""
        db = sqlite3.connect(f"file:{self.store()}?mode=ro", uri=True)
        rows = db.execute("SELECT s.text, e.data FROM entry AS e JOIN symbol AS s ON s.id = e.unit "
                          "WHERE e.kind = 2 AND e.name = ? ORDER BY e.id", (month,)).fetchall()
        db.close()
        assert len(rows) == len(self.rules.units), f"{month}: {len(rows)} plans"
        for unit, data in rows:
            data = json.loads(data)
            for k in range(data["planned"]):
                rnd = self.chances(unit, f"{month} {k}")
                if rnd.random() < CHECKS_MADE:
                    self.plan(data[f"at{k + 1}"] + rnd.randrange(60, 900) * SECOND, self.try_phone, unit, rnd)

    def try_phone(self, unit, rnd, result=None):
        result = result or ("answered" if rnd.random() < CHECKS_ANSWERED else "unanswered")
        asked = self.office.call("request.list", within=60, kind="duty-check", state="pending", unit=unit)["requests"]
        if not asked:
            return  # left out: the unit had an open P1, or the system was away
        more = {"seconds": rnd.randrange(2, 40)} if result == "answered" else {}
        answer = self.office.call("duty.check", within=60, unit=unit, result=result, request=asked[0]["request"], **more)
        if result == "unanswered" and answer["entry"]["state"] == "called":
            self.plan(self.now + 6 * MINUTE, self.try_phone, unit, rnd, "unanswered")

    # -- the joint meeting ------------------------------------------------------------------------------

    def meet(self, meeting, i):
        """Two problems each time: one is settled before the next meeting, the other is put off and carried on."""
        rnd = self.chances(meeting, "meeting")
        self.asserted(self.act(self.OFFICE, "meeting.record", rnd, meeting=meeting, at=text(self.now - HOUR),
                               attendance=["water", "power", "fire"], document=f"联席〔2026〕{i + 1}号"), meeting)
        for unit in ("water", "power"):
            self.asserted(self.act(self.OFFICE, "meeting.item", rnd, meeting=meeting, text="管线交叉处谁来围挡", unit=unit,
                                   until=text(self.now + 20 * DAY)), meeting)
        self.plan(self.now + 15 * DAY, self.settle_item, meeting, 1, {"done": True})
        self.plan(self.now + 16 * DAY, self.settle_item, meeting, 2, {"until": text(self.now + 90 * DAY)})

    def settle_item(self, meeting, item, words):
        self.asserted(self.act(self.OFFICE, "meeting.item", self.chances(meeting, item), meeting=meeting, item=item, text="已会商",
                               **words), f"{meeting}#{item}")

    # -- the ownership book -------------------------------------------------------------------------------

    def may_name_owner(self, d):
        """Of fifty arrivals one finds whose the thing is; the unit that was named confirms, disputes, or is silent."""
        rnd = self.chances(d["dispatch"], "owner")
        if rnd.random() < 0.02:
            self.plan(self.now + rnd.randrange(20, 200) * SECOND, self.name_owner, d, rnd)

    def name_owner(self, d, rnd):
        owner = rnd.choice([u for u in ("mobile", "unicom", "housing", "water") if u != d["unit"]])
        answer = self.act(self.unit(d["unit"]), "dispatch.progress", rnd, dispatch=d["dispatch"], text="找到权属标牌",
                          owner={"unit": owner, "object": "井盖", "mark": d["dispatch"]})
        choice = rnd.random()
        if answer and choice < 0.75:
            self.plan(self.now + rnd.randrange(60, 300) * MINUTE, self.own, owner, d["dispatch"], choice < 0.5, rnd)

    def own(self, unit, mark, yes, rnd):
        asked = self.office.call("request.list", within=60, kind="ownership", state="pending", unit=unit)["requests"]
        if asked:
            self.decide(asked[-1]["request"], yes, rnd, self.unit(unit))

    # -- appeals at the last instant ------------------------------------------------------------------------

    def late_matter(self, number, unit):
        """Forty minutes instead of thirty."""
        d = self.special(number, units=(unit,), priority="P2")
        self.fetch(self.unit(unit), d)
        self.by_phone(d, "acknowledge")
        self.plan(self.now + 40 * MINUTE, self.by_phone, d, "arrive")
        self.plan(self.now + HOUR, self.by_phone, d, "complete")

    def plan_last_appeals(self):
        """The first at the last millisecond of its window, the second at the next one, the third as the first, by a unit
        of the police's own house."""
        found = {f.get("dispatch"): f for unit in set(UNCONFIRMED)
                 for f in self.pages("finding.list", "findings", unit=unit, month="2026-02") if f["state"] == "open"}
        for i, late in ((1, 0), (2, 1), (3, 0)):
            f = found[f"APPEAL-{i}-01"]
            until = instant(f["appeal_until"])
            assert until == instant("2026-03-07T00:00:00+08:00") - 1, f  # the fifth working day of March is the 6th
            self.plan(until + late, self.appeal_last, f, not late)

    def appeal_last(self, f, may):
        who, rnd = self.unit(f["unit"]), self.chances(f["finding"], "last")
        params = {"finding": f["finding"], "text": "当时道路中断"}
        if not may:
            self.refused_as("wrong-state", who, "finding.appeal", rnd, **params)
            return
        self.asserted(self.act(who, "finding.appeal", rnd, **params), f["finding"])
        if f["unit"] == "public-security":
            self.plan(self.now + DAY, lambda: self.refused_as(
                "forbidden", self.OFFICE, "finding.decide", rnd, finding=f["finding"], grant=True))
        self.plan(self.now + 2 * DAY, self.uphold, f, rnd)

    def uphold(self, f, rnd):
        who = DEPUTY if f["unit"] == "public-security" else self.OFFICE
        self.asserted(self.act(who, "finding.decide", rnd, finding=f["finding"], grant=False, reason="证据充分"), f["finding"])
