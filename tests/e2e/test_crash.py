# SPDX-License-Identifier: Apache-2.0
"""kill -9 during a stream of pushes: after each restart every acknowledged profile is there, once."""

import os
import random
import threading
import time

import pprof
from server import Server

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "10"))
TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


def subset_sums(values):
    sums = {0}
    for value in values:
        sums |= {s + value for s in sums}
    return sums


def stored(server):
    """Sum of the values of each service: every profile has a value of its own, so a lost or doubled one shows."""
    series = {}
    for service in ("s0", "s1"):
        answer = server.rpc("querier.v1.QuerierService/SelectMergeProfile",
                            {"profile_typeID": TYPE, "label_selector": f'{{service_name="{service}"}}',
                             "start": server.base // 1_000_000 - 1000, "end": server.base // 1_000_000 + 1000})
        series[service] = sum(int(s["value"][0]) for s in answer.get("sample", []))
    return series


def test_kill_nine(tmp_path):
    rng = random.Random(7)
    server = Server(tmp_path)
    server.base = time.time_ns() - 60_000_000_000
    expected = {"s0": 0, "s1": 0}
    uncertain = {"s0": [], "s1": []}
    serial = 0
    for round_number in range(ROUNDS):
        server.start()
        found = stored(server)
        for service in expected:
            # a push that was cut off may have been stored without its answer: at most one a connection
            extra = found[service] - expected[service]
            assert extra in subset_sums(uncertain[service]), f"round {round_number}: {service} {found} {expected}"
            expected[service] = found[service]
            uncertain[service] = []
        acknowledged = {n: [] for n in range(4)}
        in_flight = dict.fromkeys(range(4), 0)
        stop = threading.Event()

        def run(number):
            nonlocal serial
            while not stop.is_set():
                serial += 1
                value = serial * 1000 + number
                in_flight[number] = value
                data = pprof.profile([([("work", "w.go", 1, 2), ("main", "m.go", 1, 5)], value)],
                                     time_ns=server.base)
                try:
                    answer = server.push(data, {"__name__": "process_cpu", "service_name": f"s{number % 2}"})
                except OSError:
                    return
                if answer.status == 200:
                    acknowledged[number].append(value)
                    in_flight[number] = 0

        threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.02, 0.4))
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        for number in range(4):
            expected[f"s{number % 2}"] += sum(acknowledged[number])
            uncertain[f"s{number % 2}"].append(in_flight[number])
        assert any(acknowledged.values()) or round_number < ROUNDS - 1
    server.start()
    found = stored(server)
    for service in expected:
        assert found[service] - expected[service] in subset_sums(uncertain[service])
    server.stop()
