# SPDX-License-Identifier: Apache-2.0
"""A file system that runs full in the middle: errors say so, queries go on, pushes work again by themselves."""

import os
import subprocess
import time

import pprof
import pytest
from server import Server

TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


@pytest.fixture
def small_disk(tmp_path):
    path = tmp_path / "disk"
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(path)], capture_output=True)
    if done.returncode != 0:
        pytest.skip("skipped: mounting a file system needs root")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def push(server, number):
    data = pprof.profile([([("work", "w.go", 1, 2), (f"caller{number}", "m.go", 1, 5)], 1)],
                         time_ns=time.time_ns() - number * 1_000_000)
    return server.push(data, {"__name__": "process_cpu", "service_name": "s"})


def total(server):
    now = int(time.time() * 1000)
    answer = server.rpc("querier.v1.QuerierService/SelectMergeStacktraces",
                        {"profile_typeID": TYPE, "label_selector": "{}", "start": now - 3600_000, "end": now + 1000})
    return int(answer["flamegraph"].get("total", 0))


def test_full_and_free_again(small_disk):
    with Server(str(small_disk)) as server:
        stored = 0
        for number in range(50):
            assert push(server, number).status == 200
            stored += 1
        filler = os.open(small_disk / "filler", os.O_CREAT | os.O_WRONLY)
        try:
            while os.write(filler, bytes(1 << 20)):
                pass
        except OSError:
            pass  # full now
        finally:
            os.close(filler)
        refused = None
        for number in range(50, 300):
            answer = push(server, number)
            if answer.status == 200:
                stored += 1
            else:
                refused = answer
        assert refused is not None and refused.status == 503, refused
        assert refused.json()["code"] == "unavailable"
        assert "full" in refused.json()["message"]
        assert total(server) == stored
        assert server.call("GET", "/ready").status == 503
        os.unlink(small_disk / "filler")
        deadline = time.monotonic() + 60
        while push(server, 1000).status != 200:
            assert time.monotonic() < deadline, "pushes do not work again"
            time.sleep(0.2)
        stored += 1
        assert total(server) == stored
        assert server.call("GET", "/ready").status == 200
