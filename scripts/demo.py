#!/usr/bin/python3
"""A few of the sample incidents, as a desk would report them now: numbers of today, times of now."""
import datetime
import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# a burst pipe, a trapped lift, a power cut in a township, a text without category, unpaid wages
PICKED = ["350881202607100552300057", "350881202607101218070119", "350881202607101250440123",
          "350881202607101130210110", "350881202607100833100082"]


def main():
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    with open(os.path.join(ROOT, "samples", "incidents.jsonl"), encoding="utf-8") as file:
        incidents = {i["number"]: i for i in map(json.loads, file)}
    for n, number in enumerate(PICKED, 1):
        received = now - datetime.timedelta(seconds=10 * (len(PICKED) - n))
        incident = dict(incidents[number], number=f"350881{received:%Y%m%d%H%M%S}{n:04d}",
                        received_at=received.isoformat(timespec="seconds"))
        print(json.dumps(incident, ensure_ascii=False))


if __name__ == "__main__":
    main()
