# SPDX-License-Identifier: Apache-2.0
"""The access log of the shop: one JSON object per line."""

import json
import random
from collections.abc import Iterable, Iterator

BROWSERS = ("Firefox/{}.0", "Chrome/{}.0 Safari/537.36", "Version/{}.1 Safari/605.1", "Googlebot/{}.1")
SYSTEMS = ("X11; Linux x86_64", "Windows NT 10.0", "Macintosh; Intel Mac OS X 14_2", "iPhone; OS 17_1")


def read_events(lines: Iterable[str]) -> Iterator[dict]:
    """The events of a log; lines that are no event are left out."""
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if event.get("status", 500) < 400:
            yield event


def sample_log(size: int) -> list[str]:
    """The log of the demo, always the same one."""
    chance = random.Random(5)
    return [sample_line(chance) for _ in range(size)]


def sample_line(chance: random.Random) -> str:
    if chance.random() < 0.01:
        return "-- log rotated --"
    agent = f"Mozilla/5.0 ({chance.choice(SYSTEMS)}) {chance.choice(BROWSERS)}"
    event = {
        "path": "/shop/" + "/".join(f"level-{chance.randrange(4)}" for _ in range(chance.randrange(1, 7))),
        "status": chance.choice((200, 200, 200, 304, 404)),
        "agent": agent.format(chance.randrange(90, 130)),
    }
    if chance.random() < 0.3:
        event["basket"] = [f"item-{int(chance.triangular(0, 80, 0)):02}" for _ in range(12)]
    return json.dumps(event)
