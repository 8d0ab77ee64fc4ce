# SPDX-License-Identifier: Apache-2.0
"""Which items are alike: those that the same people buy."""

from collections import defaultdict
from heapq import nlargest
from itertools import combinations

Likeness = tuple[float, str, str]


def alike(events: list[dict], most: int = 10) -> list[Likeness]:
    """The pairs of items with the largest likeness: buyers of both by buyers of either."""
    buyers = defaultdict(set)
    for visit, event in enumerate(events):
        for item in event.get("basket", ()):
            buyers[item].add(visit)
    pairs = [
        (len(mine & yours) / len(mine | yours), one, other)
        for (one, mine), (other, yours) in combinations(buyers.items(), 2)
    ]
    return nlargest(most, pairs)
