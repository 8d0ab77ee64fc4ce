# SPDX-License-Identifier: Apache-2.0
"""How often the pages of the shop are seen, as a tree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Page:
    seen: int = 0
    below: dict[str, "Page"] = field(default_factory=dict)

    def total(self) -> int:
        """How often this page or one below was seen."""
        return self.seen + sum(page.total() for page in self.below.values())


def build_tree(paths: Iterable[str]) -> Page:
    root = Page()
    for path in paths:
        page = root
        for name in path.strip("/").split("/"):
            page = page.below.setdefault(name, Page())
        page.seen += 1
    return root


def outline(page: Page, depth: int, indent: str = "") -> Iterator[str]:
    """A Markdown list of the pages down to a depth, the most popular first."""
    if depth == 0:
        return
    for name, child in sorted(page.below.items(), key=lambda entry: -entry[1].total()):
        yield f"{indent}- **{name}**: {child.total()}"
        yield from outline(child, depth - 1, indent + "  ")
