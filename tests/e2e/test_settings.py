# SPDX-License-Identifier: Apache-2.0
"""Settings from files, environment and flags, and what is said about wrong ones."""

import base64
import json
import subprocess
import time

import pprof
import pytest
from server import BIN, Server

PROVIDERS = "source:\n  offline: true\n  providers:\n    - {name: a, type: local, path: /tmp}\n"
LABELS = [{"name": "__name__", "value": "process_cpu"}, {"name": "service_name", "value": "shop"}]


@pytest.mark.parametrize("flag, text, wanted", [
    ("--server.max_connections=0", None, 'setting "server.max_connections": from 1 to 65535'),
    ("--storage.pth=x", None, 'unknown setting "storage.pth", did you mean "storage.path"?'),
    (None, "storage:\n", "expected settings below this key"),
    (None, "storage:\n  pth: x\n", 'unknown setting "storage.pth", did you mean "storage.path"?'),
    (None, "source:\n  providers:\n    - {url: a}\n", "unknown key of a provider"),
])
def test_says_what_is_wrong_and_where(tmp_path, flag, text, wanted):
    command = [BIN, "serve", "--server.listen=127.0.0.1:0", f"--storage.path={tmp_path}/data"]
    if text is not None:
        (tmp_path / "flameline.yaml").write_text(text)
        command.append(f"--config={tmp_path}/flameline.yaml")
    if flag is not None:
        command.append(flag)
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert result.returncode != 0
    assert wanted in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert ("flameline.yaml:" in result.stderr) == (text is not None)


def test_the_last_list_of_providers_counts(tmp_path):
    (tmp_path / "one.yaml").write_text(PROVIDERS)
    (tmp_path / "two.yaml").write_text(PROVIDERS + "    - {name: b, type: local, path: /tmp}\n")
    with Server(tmp_path, f"--config={tmp_path}/two.yaml", f"--config={tmp_path}/one.yaml",
                f"--config={tmp_path}/two.yaml") as server:
        assert server.call("GET", "/ready").status == 200


def test_an_empty_variable_is_not_set(tmp_path):
    with Server(tmp_path, env={"FLAMELINE_AUTH_MULTITENANCY_ENABLED": ""}) as server:
        assert server.rpc("querier.v1.QuerierService/LabelNames", {}) == {}


def test_a_mistyped_variable_is_named(tmp_path):
    with Server(tmp_path, env={"FLAMELINE_STORAGE_PTH": "/x", "FLAMELINE_OTHER": "y"}) as server:
        assert "variable=FLAMELINE_STORAGE_PTH" in server.log
        assert "FLAMELINE_OTHER" not in server.log


def test_new_series_are_limited_and_known_ones_go_on(tmp_path):
    with Server(tmp_path, "--limits.max_series=2") as server:
        def push(service, line):
            body = pprof.profile([([("main.main", "main.go", 1, line)], 1)], time_ns=time.time_ns())
            return server.push(body, {"__name__": "process_cpu", "service_name": service})
        assert [push(service, 2).status for service in ("a", "b")] == [200, 200]
        refused = push("c", 2)
        assert refused.status == 429
        assert "cannot keep more than 2 series (limits.max_series)" in refused.json()["message"]
        assert push("a", 3).status == 200
        assert server.rpc("querier.v1.QuerierService/LabelValues", {"name": "service_name"}) == {"names": ["a", "b"]}


def test_a_profile_beyond_the_retention_fails_alone(tmp_path):
    now = time.time_ns()
    old = pprof.profile([([("main.old", "main.go", 1, 2)], 5)], time_ns=now - 40 * 86_400 * 10**9)
    new = pprof.profile([([("main.new", "main.go", 1, 2)], 7)], time_ns=now)
    with Server(tmp_path, "--limits.reject_older_than=0") as server:
        series = [{"labels": LABELS, "samples": [{"rawProfile": base64.b64encode(p).decode()}]} for p in (old, new)]
        answer = server.call("POST", "/push.v1.PusherService/Push", json.dumps({"series": series}).encode(),
                             {"Content-Type": "application/json"})
        assert answer.status == 400
        assert "older than the retention of 744 hours" in answer.json()["message"]
        graph = server.rpc("querier.v1.QuerierService/SelectMergeStacktraces", {
            "profileTypeID": "process_cpu:cpu:nanoseconds:cpu:nanoseconds", "labelSelector": "{}",
            "start": now // 10**6 - 3_600_000, "end": now // 10**6 + 60_000})
        assert graph["flamegraph"]["total"] == "7"


def test_the_largest_value_does_not_keep_the_server_from_starting(tmp_path):
    with Server(tmp_path, "--memory.limit=64MiB") as server:
        largest = next(size for size in (1 << 20, 1 << 18, 1 << 16)
                       if server.call("POST", "/settings.v1.SettingsService/Set",
                                      json.dumps({"setting": {"name": "n", "value": "x" * size}}).encode(),
                                      {"Content-Type": "application/json"}).status == 200)
        for number in range(20):
            server.rpc("settings.v1.SettingsService/Set", {"setting": {"name": f"n{number}", "value": "x" * largest}})
    with Server(tmp_path, "--memory.limit=64MiB") as server:
        assert len(server.rpc("settings.v1.SettingsService/Get", {})["settings"]) == 21
