"""Random tables of rules: what explains, what compares and the running server agree on every incident, in whatever
table. A seed makes each table; one that fails is named by its number."""
import json
import os
import random
import shutil

import pytest

from harness import ROOT, Daemon, now_text

TABLES = int(os.environ.get("LIANDONG_TABLES", "60"))
UNITS = ["water", "power", "fire", "civil-affairs", "urban-management", "public-security"]
WORDS = ["路灯", "水管", "冒烟", "井盖", "电线", "积水", "噪声", "落石"]
AREAS = ["350881001", "350881102"]


def condition(r):
    """One to three conditions, each of one kind."""
    kinds = {"keywords": lambda: r.sample(WORDS, r.randint(1, 3)), "unless_keywords": lambda: r.sample(WORDS, 1),
             "zone": lambda: r.choice(["city", "outside"]), "hours": lambda: r.choice(["office", "closed"]),
             "area": lambda: [r.choice(AREAS)], "category": lambda: r.sample(["601301", "6005*", "none"], 1),
             "priority": lambda: r.sample(["P1", "P2", "P3", "P4"], 2), "between": lambda: "08:00-20:00"}
    chosen = r.sample(sorted(kinds), r.randint(1, 3))
    return {k: kinds[k]() for k in chosen}


def table(seed):
    r = random.Random(seed)
    rules = []
    for i in range(r.randint(3, 25)):
        rule = {"id": f"r{i}", "when": condition(r), "because": f"第{i}条"}
        if r.random() < 0.3:
            rule |= {"also": True, "inform": [r.choice(UNITS)]}
        else:
            lead, *others = r.sample(UNITS, 3)
            rule |= {"lead": lead, "assist": others[:r.randint(0, 2)]}
        rules.append(rule)
    return {"rules": rules, "otherwise": [{"lead": "public-security", "because": "没有规则"}]}


def reports(seed):
    r = random.Random(seed)
    for i in range(4):
        one = {"received_at": now_text(-r.randint(0, 86400)), "address": "解放路",
               "description": "".join(r.sample(WORDS, r.randint(0, 3))) or "求助"}
        if r.random() < 0.5:
            one["category"] = r.choice(["601301", "600501"])
        if r.random() < 0.7:
            one["area"] = r.choice(AREAS)
        if r.random() < 0.3:
            one["priority"] = r.choice(["P1", "P2", "P3"])
        yield f"T{seed}-{i}", one


def roles(dispatches):
    return sorted((x["role"], x["unit"]) for x in dispatches)


def of_route(route):
    lead = [("lead", route["lead"])] if route["lead"] else []
    return sorted(lead + [(role, u) for role in ("assist", "inform") for u in route[role]])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    mechanism = folder / "mechanism"
    shutil.copytree(os.path.join(ROOT, "config", "zhangping"), mechanism)
    (mechanism / "routing-tests.yaml").write_text(
        "tests:\n  - name: 一条\n    at: \"2026-03-02T09:00:00+08:00\"\n    incident: {description: 求助}\n"
        "    expect: {zone: city}\n", encoding="utf-8")
    text = (mechanism / "policy.yaml").read_text(encoding="utf-8")
    (mechanism / "policy.yaml").write_text(
        "\n".join(line for line in text.split("\n") if not line.startswith("second_admin:")), encoding="utf-8")
    with Daemon(folder, mechanism=mechanism) as d:
        yield d, mechanism


def test_all_agree_in_random_tables(world):
    d, mechanism = world
    stored, before = {}, None
    with d.desk() as c, d.local() as local:
        for seed in range(TABLES):
            (mechanism / "routing.yaml").write_text(json.dumps(table(seed), ensure_ascii=False), encoding="utf-8")
            revision = local.call("config.reload", within=60)["revision"]
            for number, one in reports(seed):
                asked = c.call("route.explain", **one)["route"]
                done = c.call("incident.report", number=number, **one)
                again = c.call("route.explain", number=number)["route"]
                assert roles(done["dispatches"]) == of_route(asked) == of_route(again), (seed, number)
                assert done["route"]["rule"] == asked["rule"] == again["rule"], (seed, number)
                stored[number] = (one, of_route(again))
            # the comparison with the table before counts what the two say of the incidents of that one
            if before and seed % 10 == 0:
                told = local.call("routing.diff", revision=revision, against=before[0], within=60)
                assert told["incidents"] == len(stored)
                now = {n: of_route(c.call("route.explain", **one)["route"]) for n, (one, _) in before[1].items()}
                last = {n for n in now if now[n] != before[1][n][1]}
                named = {n for x in told["rules"] for n in x["examples"]}
                assert told["moved"] >= len(last), seed
                assert not {n for n in before[1] if n not in last} & named, seed
            before = (revision, {n: stored[n] for n, _ in reports(seed)})
