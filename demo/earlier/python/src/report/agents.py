# SPDX-License-Identifier: Apache-2.0
"""Which programs people visit the shop with."""

import re
from collections import Counter

PATTERNS = {
    "a robot": r"bot\b|crawler|spider|Googlebot/\d+",
    "a script": r"^(curl|Wget|python-requests)/",
    "Edge": r"Edg(e|A|iOS)?/\d+",
    "Opera": r"OPR/\d+|Opera Mini/\d+",
    "Samsung Internet": r"SamsungBrowser/\d+",
    "Firefox on a phone": r"(Android|iPhone).*Firefox/\d+",
    "Firefox": r"Firefox/\d+",
    "Chrome on a phone": r"(Android|iPhone).*Chrome/\d+",
    "Chrome": r"Chrome/\d+.*Safari",
    "Safari on a phone": r"iPhone.*Version/\d+.*Safari",
    "Safari": r"Version/\d+.*Safari",
}


def count_agents(events: list[dict]) -> Counter:
    return Counter(agent_name(event["agent"]) for event in events)


def agent_name(agent: str) -> str:
    for name, pattern in PATTERNS.items():
        if re.search(pattern, agent):
            return name
    return "something else"
