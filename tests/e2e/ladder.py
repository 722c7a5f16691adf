"""A small model of the notifier, apart from its code: what a notice's way through its channels may be and must be at an instant, from
the words of docs/NOTICES.md. It reads what the notifier remembers and what the providers saw, and gives complaints.

An instant is one at which the notifier has heard of the clock and all answers have come. Between two of them it may act at any time, so
what is begun has a first instant and a last one.
"""
import collections

from noticing import ATTEMPTS, CLASSES, RECEIPT_KINDS, STATES

ACCEPTED_S, DELIVERED_S = 10, {1: 30, 2: 60, 3: 300, 4: 300}
EXPIRES_S = {"instruction": 1800, "escalation": 1800, "decision": 3600, "reminder": 600, "digest": 3600}
RETRY_S = (1, 5, 30, 300)
SAID_S = 2  # Retry-After of the double
KNOWS_DOUBLES = ("webhook", "voice", "wecom-app", "backup")
FINAL = ("delivered", "opened", "acted", "unknown", "stale", "dead", "cancelled")
DISTURBED_S = 700  # so long a channel's failures may keep others back: ten minutes where it is wrong


class Model:
    """ladders: unit -> its channels. `disturbed`: channel -> the last second at which a request of it went wrong."""

    def __init__(self, ladders):
        self.ladders, self.disturbed, self.ends, self.tries = ladders, {}, {}, collections.Counter()

    def look(self, rows, ways, now):
        """All complaints at this instant; times are seconds since 1970."""
        for row in rows:
            yield from (f"{row['incident']} {CLASSES[row['class']]} {row['id']}: {what}" for what in self.of_one(row, ways.get(row["id"], []), now))

    def of_one(self, row, way, now):
        state, made, expires = STATES[row["state"]], row["made_at"] / 1000, row["expires_at"] / 1000
        ladder = self.ladders[row["unit"]]
        yield from self.forward(row, state, way)
        if [a["channel"] for a in way] != ladder[:len(way)]:
            yield f"goes by {[a['channel'] for a in way]}, not in the order {ladder}"
        at_once = 2 if row["priority"] == 1 and CLASSES[row["class"]] == "instruction" else 1
        for i, a in enumerate(way):
            yield from self.of_attempt(row, a, expires)
            if i >= at_once and a["started_at"] / 1000 < self.gives_way(row, way[i - 1]):
                yield f"came to {a['channel']} at {a['started_at']}, before its time: {way[i - 1]}"
        if row["ended_at"]:
            yield from self.of_the_end(row, state, way, expires)
        else:
            yield from self.of_the_living(row, way, ladder, made, expires, now)

    def forward(self, row, state, way):
        """An end changes only to a better one; tries do not grow less, and not after the end."""
        before = self.ends.get(row["id"])
        if before and (not row["ended_at"] or FINAL.index(state) > FINAL.index(before[0]) or sum(a["tries"] for a in way) > before[1]):
            better = before[0] == "delivered" and state in ("opened", "acted") or before[0] == "opened" and state == "acted"
            if not better or sum(a["tries"] for a in way) > before[1]:
                yield f"had ended as {before}, and is {state}"
        if row["ended_at"]:
            self.ends[row["id"]] = (state, sum(a["tries"] for a in way))

    def gives_way(self, row, a):
        """Before when the next channel is not taken: its time is over, or it has failed."""
        started, accepted = a["started_at"] / 1000, a["accepted_at"] / 1000
        times = [started + ACCEPTED_S] if not accepted or accepted >= started + ACCEPTED_S else []
        times += [accepted + DELIVERED_S[row["priority"]]] if accepted else []
        times += [a["ended_at"] / 1000] if ATTEMPTS[a["state"]] == "failed" else []
        return min(times)

    def of_attempt(self, row, a, expires):
        state, channel = ATTEMPTS[a["state"]], a["channel"]
        if a["sent_at"] and a["sent_at"] / 1000 >= expires:
            yield f"sent by {channel} after its time"
        if a["sent_at"] and row["ended_at"] and a["sent_at"] > row["ended_at"]:
            yield f"sent by {channel} after its end"
        if state == "unknown" and channel in KNOWS_DOUBLES:
            yield f"{channel} knows doubles, and was given up"
        if state == "accepted" and channel not in RECEIPT_KINDS:
            yield f"{channel} has no receipts: accepted is delivered"
        if state == "waiting" and a["tries"] and not row["ended_at"]:
            least = min(0.8 * RETRY_S[min(a["tries"], 4) - 1], SAID_S if a["status"] == 429 else 300)
            if (a["next_at"] - a["sent_at"]) / 1000 < least:
                yield f"{channel} is tried again {a['next_at'] - a['sent_at']} ms after the {a['tries']}th try"
        if state == "sending":
            yield f"still sending by {channel}"

    def of_the_end(self, row, state, way, expires):
        if not row["told"]:
            yield "the engine has not been told"
        if state not in FINAL:
            yield f"ended as {state}"
        if any(ATTEMPTS[a["state"]] in ("waiting", "sending") for a in way):
            yield "ended, and waits"
        if state == "delivered" and not any(ATTEMPTS[a["state"]] == "delivered" for a in way):
            yield "delivered by nothing"
        if state == "stale" and (any(a["tries"] for a in way) or row["ended_at"] / 1000 < expires):
            yield "stale, though it was tried or had time"
        if state == "dead" and row["ended_at"] / 1000 < expires and not all(ATTEMPTS[a["state"]] == "failed" for a in way):
            yield "dead, though a channel had not failed"
        if state in ("dead", "unknown") and row["ended_at"] / 1000 < expires and len(way) < len(self.ladders[row["unit"]]):
            yield "given up with a channel left"

    def of_the_living(self, row, way, ladder, made, expires, now):
        if now >= expires:
            yield f"lives at {now}, {now - expires:.0f} s after its time"
        if any(ATTEMPTS[a["state"]] == "delivered" for a in way):
            yield "delivered, and lives"
        last = way[-1] if way else None
        if not last:
            yield "has no channel"
        elif len(way) < len(ladder) and now >= self.latest(row, last):
            yield f"ought to be on the channel after {last['channel']}"
        for a in way:
            free = now - self.disturbed.get(a["channel"], 0) > DISTURBED_S
            if ATTEMPTS[a["state"]] == "waiting" and a["next_at"] / 1000 <= now and free:
                yield f"ought to be sent by {a['channel']}"

    def latest(self, row, a):
        """From when on the next channel must have been taken."""
        state = ATTEMPTS[a["state"]]
        if state == "failed":
            return a["ended_at"] / 1000
        if state == "accepted":
            return a["accepted_at"] / 1000 + DELIVERED_S[row["priority"]]
        if state == "unknown" and a["channel"] in RECEIPT_KINDS:
            return a["sent_at"] / 1000 + DELIVERED_S[row["priority"]]
        return a["started_at"] / 1000 + ACCEPTED_S
