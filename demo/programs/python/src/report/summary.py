# SPDX-License-Identifier: Apache-2.0
"""The report as HTML, written as Markdown first."""

from collections import Counter
from collections.abc import Iterable

import mistune


def render(agents: Counter, pairs: list, pages: Iterable[str]) -> str:
    lines = ["# Last night", "", "## Visitors", "", "| with | visits |", "|---|--:|"]
    lines += [f"| {name} | {count} |" for name, count in agents.most_common()]
    lines += ["", "## Bought together", ""]
    lines += [f"1. {one} and {other}: by *{likeness:.0%}* of the buyers" for likeness, one, other in pairs]
    lines += ["", "## Pages", "", *pages]
    return mistune.html("\n".join(lines))
