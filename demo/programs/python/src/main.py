# SPDX-License-Identifier: Apache-2.0
"""The nightly report of the shop: what was seen and bought, as a page for the team."""

import argparse
import logging
import time

import pyroscope

from report.agents import count_agents
from report.baskets import alike
from report.events import read_events, sample_log
from report.pages import build_tree, outline
from report.summary import render


def make_report(log: list[str], depth: int) -> str:
    events = list(read_events(log))
    tree = build_tree(event["path"] for event in events)
    return render(
        agents=count_agents(events),
        pairs=alike(events),
        pages=outline(tree, depth),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--events", type=int, default=2000, help="events of a night")
    parser.add_argument("--server", help="where profiles are sent")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    if arguments.server:
        pyroscope.configure(
            application_name="shop-report",
            server_address=arguments.server,
            upload_interval=10,
        )
    log = sample_log(arguments.events)
    end = time.monotonic() + arguments.seconds
    reports = 0
    while time.monotonic() < end:
        page = make_report(log, depth=4)
        reports += 1
    logging.info("%d reports, the last one of %d characters", reports, len(page))
    if arguments.server:
        pyroscope.shutdown()


if __name__ == "__main__":
    main()
