# SPDX-License-Identifier: Apache-2.0
"""Where a function starts depends on its file and on the version of it."""

import time

import pprof

TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


def push(server, ref, stacks):
    labels = {"__name__": "process_cpu", "service_name": "shop", "service_repository": "https://git.example/acme/shop",
              "service_git_ref": ref}
    assert server.push(pprof.profile(stacks, time_ns=time.time_ns()), labels).status == 200


def test_start_lines_by_version_and_file(server):
    push(server, "a" * 40, [([("run", "app/a.py", 3, 4)], 10), ([("run", "app/b.py", 30, 31)], 5)])
    push(server, "b" * 40, [([("run", "app/a.py", 8, 9)], 7)])
    now = int(time.time() * 1000)
    selection = {"profile_typeID": TYPE, "label_selector": '{service_name="shop"}', "start": now - 3600_000, "end": now + 60_000}
    answer = server.rpc("flameline.v1.LinesService/Function", {"selection": selection, "function": "run"})
    starts = {(v["ref"][0], v["file"]): v["startLine"] for v in answer["versions"]}
    assert starts == {("a", "app/a.py"): 3, ("a", "app/b.py"): 30, ("b", "app/a.py"): 8}
    answer = server.rpc("flameline.v1.LinesService/Functions", {"selection": selection})
    starts = {row["file"]: row["startLine"] for row in answer["functions"]}
    assert starts == {"app/a.py": 3, "app/b.py": 30}
    answer = server.rpc("flameline.v1.LinesService/HotLines", {"selection": selection})
    starts = {(line["ref"][0], line["file"]): line["startLine"] for line in answer["lines"]}
    assert starts == {("a", "app/a.py"): 3, ("a", "app/b.py"): 30, ("b", "app/a.py"): 8}
    answer = server.rpc("flameline.v1.LinesService/File", {"selection": selection, "file": "app/a.py", "any_version": True})
    starts = {v["ref"][0]: v["functions"][0]["startLine"] for v in answer["versions"]}
    assert starts == {"a": 3, "b": 8}
