# SPDX-License-Identifier: Apache-2.0
"""The command line: usage, push, annotate, store check and backup, settings."""

import json
import subprocess
import time

import pprof
from server import BIN, Server

TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


def run(*args, **kwargs):
    return subprocess.run([BIN, *args], capture_output=True, text=True, timeout=60, **kwargs)


def fibonacci(depth=12):
    """Recursion: every sample passes through the two recursive lines."""
    stacks = []
    for d in range(1, depth):
        frames = [("main.fib", "fib.go", 3, 5)] * d + [("main.fib", "fib.go", 3, 6)] * (depth - d)
        stacks.append((frames + [("main.main", "fib.go", 9, 10)], 10_000_000))
    return pprof.profile(stacks)


def fib_repository(directory):
    (directory / "fib.go").write_text("package main\n\nfunc fib(n int) int {\n\tif n < 2 { return n }\n"
                                      "\ta := fib(n - 1)\n\tb := fib(n - 2)\n\treturn a + b\n}\n"
                                      "func main() {\n\tprintln(fib(40))\n}\n")
    return directory


def test_usage():
    assert run().returncode == 2
    assert run("nonsense").returncode == 2
    for command in ("serve", "demo", "push", "annotate", "store", "version"):
        answer = run(command, "--help")
        assert answer.returncode == 0
        if command != "version":
            assert answer.stdout.startswith("usage: flameline " + command)
    assert run("version").stdout.startswith("flameline ")


def test_unknown_setting_names_the_nearest():
    answer = run("serve", "--storage.pth=/tmp/x")
    assert answer.returncode == 2
    assert 'did you mean "storage.path"' in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_settings_flag_beats_environment_beats_file(tmp_path):
    config = tmp_path / "flameline.yaml"
    config.write_text("limits:\n  max_profile_stacktrace_samples: 1\n  reject_older_than: 0\n")
    two_samples = pprof.profile([([("a", "a.go", 1, 1)], 1), ([("b", "a.go", 1, 2)], 1)], time_ns=time.time_ns())
    labels = {"__name__": "process_cpu", "service_name": "s"}
    for flags, env, status in ((["--config", str(config)], {}, 400),
                               (["--config", str(config)], {"FLAMELINE_LIMITS_MAX_PROFILE_STACKTRACE_SAMPLES": "2"}, 200),
                               (["--config", str(config), "--limits.max_profile_stacktrace_samples=1"],
                                {"FLAMELINE_LIMITS_MAX_PROFILE_STACKTRACE_SAMPLES": "2"}, 400)):
        with Server(tmp_path, *flags, env=env) as server:
            assert server.push(two_samples, labels).status == status


def test_broken_file_names_line_and_column(tmp_path):
    config = tmp_path / "flameline.yaml"
    config.write_text("storage:\n  pathh: /tmp/x\n")
    answer = run("serve", "--config", str(config))
    assert answer.returncode == 2
    assert f"{config}:2:3" in answer.stderr and "storage.path" in answer.stderr


def test_push_and_query(server, tmp_path):
    path = tmp_path / "cpu.pprof"
    path.write_bytes(fibonacci())
    answer = run("push", str(path), "--service", "fib", "--now", "--label", "region=eu", "--server", server.url)
    assert answer.returncode == 0, answer.stderr
    now = int(time.time() * 1000)
    series = server.rpc("querier.v1.QuerierService/Series",
                        {"matchers": ['{service_name="fib"}'], "labelNames": ["region", "__profile_type__"],
                         "start": now - 60_000, "end": now + 1000})
    assert series["labelsSet"][0]["labels"] == [{"name": "__profile_type__", "value": TYPE},
                                                {"name": "region", "value": "eu"}]


def test_push_explains_what_is_wrong(tmp_path):
    path = tmp_path / "no.pprof"
    path.write_text("this is no profile")
    answer = run("push", str(path), "--service", "x")
    assert answer.returncode == 1
    assert "is no pprof profile" in answer.stderr and len(answer.stderr.splitlines()) == 1
    assert run("push", str(path)).returncode == 2
    path.write_bytes(fibonacci())
    answer = run("push", str(path), "--service", "x", "--server", "http://127.0.0.1:1")
    assert answer.returncode == 1 and "127.0.0.1" in answer.stderr


def test_annotate_fibonacci_shows_one_hundred_percent(tmp_path):
    path = tmp_path / "cpu.pprof"
    path.write_bytes(fibonacci())
    repo = fib_repository(tmp_path)
    answer = run("annotate", str(path), "--repo", str(repo), "--function", "main.fib", "--json")
    assert answer.returncode == 0, answer.stderr
    report = json.loads(answer.stdout)
    assert report["total"] == report["queryTotal"]
    version = report["versions"][0]
    assert [(line["n"], line["total"]) for line in version["lines"]] == [(5, report["queryTotal"]), (6, report["queryTotal"])]
    assert version["source"]["state"] == "ok"
    text = run("annotate", str(path), "--repo", str(repo), "--function", "main.fib").stdout
    assert "100% of" in text and "a := fib(n - 1)" in text


def test_annotate_offers_names_and_refuses_what_is_empty(tmp_path):
    (tmp_path / "fib.pprof").write_bytes(fibonacci())
    (tmp_path / "empty.pprof").write_bytes(pprof.profile([]))
    answer = run("annotate", str(tmp_path / "fib.pprof"), "--function", "fib")
    assert answer.returncode == 1
    assert 'named "fib"; there is main.fib' in answer.stderr
    for command in (["annotate", "empty.pprof"], ["push", "empty.pprof", "--service", "s"]):
        answer = run(*command, cwd=tmp_path)
        assert answer.returncode == 1, answer
        assert "has no samples" in answer.stderr
    answer = run("annotate", "fib.pprof", "--wrong", cwd=tmp_path)
    assert answer.returncode == 2
    assert "option --wrong is not known" in answer.stderr


def test_annotate_without_source_still_shows_costs(tmp_path):
    path = tmp_path / "cpu.pprof"
    path.write_bytes(fibonacci())
    empty = tmp_path / "empty"
    empty.mkdir()
    answer = run("annotate", str(path), "--repo", str(empty), "--function", "main.fib")
    assert answer.returncode == 0
    assert "no source:" in answer.stdout and "110 ms" in answer.stdout
    answer = run("annotate", str(path), "--function", "main.nothing")
    assert answer.returncode == 1 and "main.nothing" in answer.stderr


def test_store_check_and_backup(tmp_path):
    with Server(tmp_path) as server:
        data = pprof.profile([([("a", "a.go", 1, 1)], 7)], time_ns=time.time_ns())
        assert server.push(data, {"__name__": "process_cpu", "service_name": "s"}).status == 200
        beside = run("store", "check", server.storage)
        assert beside.returncode == 0, "reading beside a running server is fine"
        copy = run("store", "backup", server.storage, str(tmp_path / "refused"))
        assert copy.returncode == 1 and server.storage in copy.stderr
        storage = server.storage
    answer = run("store", "check", storage)
    assert answer.returncode == 0 and "1 rows" in answer.stdout and " 0 damaged" in answer.stdout
    copy = tmp_path / "copy"
    copy.mkdir()
    assert run("store", "backup", storage, str(copy / "data")).returncode == 0
    with Server(copy) as server:
        now = int(time.time() * 1000)
        answer = server.rpc("querier.v1.QuerierService/SelectMergeStacktraces",
                            {"profile_typeID": TYPE, "label_selector": "{}", "start": now - 3600_000, "end": now})
        assert answer["flamegraph"]["total"] == "7"


def test_store_commands_make_no_directory(tmp_path):
    for command in (["check", "nothing"], ["backup", "nothing", "copy"]):
        answer = run("store", *command, cwd=tmp_path)
        assert answer.returncode == 1
        assert '"nothing" is no data directory of flameline' in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_second_server_on_the_same_data_is_refused(server):
    answer = run("serve", "--server.listen=127.0.0.1:0", f"--storage.path={server.storage}")
    assert answer.returncode == 1
    assert server.storage in answer.stderr and len(answer.stderr.splitlines()) == 1


def test_address_in_use_is_one_line(server, tmp_path):
    port = server.url.rsplit(":", 1)[1]
    answer = run("serve", f"--server.listen=127.0.0.1:{port}", f"--storage.path={tmp_path}/other")
    assert answer.returncode == 1 and port in answer.stderr and len(answer.stderr.splitlines()) == 1
